"""Kernel: the characters of a page's visible lines, as tags and text come, and what the markup says of each.

Blanks are folded and lines stripped as `blocks.read_by_tree` does, in the same pass.
"""

# mypy: allow-untyped-defs, no-check-untyped-defs
# (numba types the kernels)
from pipeline.compiled import inlined, part

# Of a line: where it ends in the text, how many of its characters stand in links, 1 to 3 (blocks.PLAIN,
# BOLDED, HEADED), the least depth since the line before, whether a cell begins with it.
LINE = 5
# The text: its length, where its last line begins, whether a blank ends it to which no other is added.
SIZE, BEGIN, BLANK = range(3)
# The line: where its link began or -1, characters in links; marks of bold and headings.
LINK, LINKED, BOLD_FIRST, BOLD_LAST, MARKED, HEADED = range(3, 9)
# The layout: depth, the least since the line before, cells; how many lines.
DEPTH, LEAST, OF_CELL, AFTER_CELL, LINES = range(9, 14)
# The tree: open elements, at how many it is muted or 0, where on the page, open p, a, form, button.
TOP, MUTED, PLACE, OPEN_P, OPEN_A, OPEN_FORM, OPEN_BUTTON = range(14, 21)
# Links: all, those without an address, all addresses.
ANCHORS, UNADDRESSED, ADDRESSES = range(21, 24)
# The tag: whether it has an address, is hidden; its style. Hidden styles met, spans kept, the page's title.
HREF, HIDDEN, STYLE_AT, STYLE_END, MET, SPANS, TITLE_AT, TITLE_END = range(24, 32)
# The markup: how many tags may begin in it, whether a long stretch of it has no tag's end.
TAGS, UNENDED = range(32, 34)
# Behind these the open elements, key and flags of each, and where styles stand: first, end, kind.
STACK = 34
MAX_TOP = 1_000  # open elements; blocks.MAX_DEPTH is beyond
SPANS_AT = STACK + 2 * MAX_TOP
MAX_SPANS = 500  # styles that may hide something: more are a doubt
STATES = SPANS_AT + 3 * MAX_SPANS
DOUBT = -1  # instead of a place: what stands there is for a tree to read
NEWLINE, BLANK_CHAR, NO_BREAK = 0x0A, 0x20, 0xA0
LESS, AMPERSAND = ord("<"), ord("&")
FIRST_MARK, LAST_MARK = 0xFDD0, 0xFDD5  # of `blocks`


@inlined
def is_space(code):
    """Tell what str.strip takes away."""
    if code > 0x3000:
        return False
    if code <= 0x20:
        return code == 0x20 or 0x1C <= code <= 0x1F or 9 <= code <= 13
    if code < 0x1680:
        return code == 0x85 or code == 0xA0
    return (
        (0x2000 <= code <= 0x200A)
        or code == 0x3000
        or code == 0x2028
        or code == 0x2029
        or code == 0x202F
        or code == 0x205F
        or code == 0x1680
    )


@inlined
def write_text(codes, at, out, state):
    """Write the text from `at` up to the next tag or entity; return where that stands, or DOUBT."""
    n, begin, blank = state[SIZE], state[BEGIN], state[BLANK]
    while at < len(codes):
        code = codes[at]
        if code in (LESS, AMPERSAND):
            break
        at += 1
        if code in (NEWLINE, NO_BREAK) or code == 9:
            code = BLANK_CHAR
        if code == BLANK_CHAR:
            if n > begin and blank == 0:
                out[n] = BLANK_CHAR
                n += 1
                blank = 1
            continue
        if 11 <= code <= 13 or FIRST_MARK <= code <= LAST_MARK:
            return DOUBT
        if n == begin and is_space(code):
            continue
        out[n] = code
        n += 1
        blank = 0
    state[SIZE], state[BLANK] = n, blank
    return at


@part
def write_char(code, out, state):
    """Write one character, as `write_text` does."""
    if code in (NO_BREAK, BLANK_CHAR):
        code = BLANK_CHAR
        if state[BLANK]:
            return
    if state[SIZE] == state[BEGIN] and is_space(code):
        return
    out[state[SIZE]] = code
    state[SIZE] += 1
    state[BLANK] = code == BLANK_CHAR


@inlined
def open_link(state):
    """Begin a link."""
    state[BLANK] = 0
    state[LINK] = state[SIZE]


@part
def close_link(out, state):
    """End a link, if one is open, in its line or for good: count its characters without blanks around."""
    first, end = state[LINK], state[SIZE]
    if first < 0:
        return
    while first < end and is_space(out[first]):
        first += 1
    while end > first and is_space(out[end - 1]):
        end -= 1
    state[LINKED] += end - first
    state[LINK] = -1


@inlined
def open_bold(state):
    """Begin bold type; a line that it begins and ends is a heading's."""
    state[BLANK] = 0
    if state[MARKED] == 0 and state[SIZE] == state[BEGIN]:
        state[BOLD_FIRST] = 1
    state[MARKED] = 1
    state[BOLD_LAST] = -1


@inlined
def close_bold(state):
    """End bold type."""
    state[BLANK] = 0
    state[MARKED] = 1
    state[BOLD_LAST] = state[SIZE]


@inlined
def end_line(out, lines, state):
    """End a line: what is empty is none."""
    linked = state[LINK] >= 0
    close_link(out, state)
    n, begin = state[SIZE], state[BEGIN]
    while n > begin and is_space(out[n - 1]):
        n -= 1
    if n > begin:
        row = state[LINES] * LINE
        head = 1
        if state[HEADED]:
            head = 3
        elif state[BOLD_FIRST] and n <= state[BOLD_LAST]:
            head = 2
        lines[row], lines[row + 1], lines[row + 2] = n, state[LINKED], head
        lines[row + 3], lines[row + 4] = state[LEAST], state[OF_CELL]
        state[LINES] += 1
        state[LEAST] = state[DEPTH]
        out[n] = NEWLINE
        n += 1
    state[SIZE] = state[BEGIN] = n
    state[BLANK] = state[LINKED] = state[BOLD_FIRST] = state[MARKED] = state[HEADED] = 0
    state[BOLD_LAST] = -1
    if linked:
        state[LINK] = n


@part
def break_line(step, cell, room, state):
    """End a line at a tag that goes `step` levels deeper."""
    end_line(room[0], room[1], state)
    state[DEPTH] += step
    state[LEAST] = min(state[LEAST], state[DEPTH])
    state[OF_CELL] = 1 if cell or state[AFTER_CELL] else 0
    state[AFTER_CELL] = cell
