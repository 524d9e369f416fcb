"""Kernel: well-formed HTML to its visible lines in one pass, without a tree.

Five in six pages of the net close what they open (docs/accuracy-page.md). Of those a tree says nothing that
the tags do not, and building it, writing it out and cutting it again takes ten times as long as reading them.
Whatever a tree might change is a doubt, and the page goes to lexbor. Slow twin: `blocks.read_tree`.
"""

# mypy: allow-untyped-defs, no-check-untyped-defs
# (numba types the kernels)
import numpy as np

from pipeline.compiled import inlined, kernel, part
from pipeline.page import elements as el
from pipeline.page import linewriter as lw
from pipeline.page.elements import KIND
from pipeline.page.linewriter import AMPERSAND, DOUBT, LESS
from pipeline.page.opened import close_implied, close_parts, enter, fits, flags_on_top, pop, push
from pipeline.page.tags import (
    BANG,
    DASH,
    GREATER,
    SLASH,
    STYLE_SHEET,
    STYLE_VALUE,
    find_end,
    is_blank,
    look_up,
    lowered,
    may_hide,
    note_span,
    read_attributes,
    read_name,
    skip_comment,
    skip_options,
)

BEFORE, IN_HTML, IN_HEAD, AFTER_HEAD, IN_BODY, BEHIND = range(6)  # where on the page
SHARP, SEMICOLON, D_OF_DOCTYPE = ord("#"), ord(";"), ord("d")
MAX_ENTITY = 8


@inlined
def open_in_body(codes, at, tag, room, state):
    """Open an element of the body whose start tag ends before `at`; return where to go on."""
    key, known, _ = tag
    if not fits(key, known, room, state):
        return DOUBT
    if known & el.RAW or known >> KIND == el.SELECT:
        return skip_raw(codes, at, tag, room, state)
    if state[lw.MUTED]:
        return at if known & el.VOID or push(key, known, state) else DOUBT
    hidden = state[lw.HIDDEN] or known & el.UNSEEN
    if hidden:
        if known & el.VOID:
            return at
        state[lw.MUTED] = state[lw.TOP] + 1
        return at if push(key, known, state) else DOUBT
    enter(known, state, room)
    return at if known & el.VOID or push(key, known, state) else DOUBT


@part
def skip_raw(codes, at, tag, room, state):
    """Skip an element that holds characters only, behind whose start tag `at` is; none of it is seen."""
    key, known, _ = tag
    kind = known >> KIND
    if kind == el.SELECT:
        return skip_options(codes, at, key)
    end, behind = find_end(codes, at, key)
    if state[lw.MUTED] and kind in (el.TITLE, el.STYLE):  # in a template they are nobody's
        return DOUBT
    if kind == el.TITLE and state[lw.TITLE_AT] < 0:
        state[lw.TITLE_AT], state[lw.TITLE_END] = at, end
    elif kind == el.STYLE:
        note_span(at, end, STYLE_SHEET, state)
    return behind


@part
def open_around(codes, at, tag, room, state):
    """Open html, head, body or an element of the head; return where to go on."""
    key, known, _ = tag
    kind, place = known >> KIND, state[lw.PLACE]
    if state[lw.HIDDEN] and not known & el.OF_HEADS:
        return DOUBT
    if kind == el.HTML and place == BEFORE:
        state[lw.PLACE] = IN_HTML
    elif kind == el.HEAD and place == IN_HTML:
        state[lw.PLACE] = IN_HEAD
        return at
    elif kind == el.BODY and IN_HTML <= place <= AFTER_HEAD:
        state[lw.PLACE] = IN_BODY
    elif known & el.OF_HEADS and (place in (IN_HEAD, AFTER_HEAD)):
        return skip_raw(codes, at, tag, room, state) if known & el.RAW else at
    elif kind == el.SCRIPT and place == BEHIND:
        return skip_raw(codes, at, tag, room, state)
    else:
        return DOUBT
    enter(known, state, room)
    return at if push(key, known, state) else DOUBT


@inlined
def close(key, known, room, state):
    """Close the element of an end tag; return whether that is beyond doubt."""
    kind = known >> KIND
    if kind == el.HEAD and state[lw.PLACE] == IN_HEAD:
        state[lw.PLACE] = AFTER_HEAD
        return True
    if kind == el.HTML and state[lw.PLACE] == BEHIND:
        return True
    if state[lw.PLACE] != IN_BODY or known & (el.DOUBTED | el.VOID | el.RAW) or kind == el.HTML:
        return False
    if kind == el.TABLE:
        close_parts(el.TABLE, room, state)
    elif known & el.IMPLIES:
        close_implied(key, room, state)
    if state[lw.STACK + 2 * state[lw.TOP] - 2] != key:
        return False
    if kind == el.BODY:  # stays open for blanks and scripts behind it
        state[lw.PLACE] = BEHIND
        return True
    pop(room, state)
    return True


@part
def read_remark(codes, at, state):
    """Read the doctype or the comment at `at`; return what stands behind it, or DOUBT."""
    state[lw.AFTER_CELL] = 0
    if state[lw.PLACE] == BEFORE and lowered(codes[at + 2]) == D_OF_DOCTYPE:
        while at < len(codes) and codes[at] != GREATER:
            at += 1
        return at + 1
    return skip_comment(codes, at)


@inlined
def read_end_tag(codes, at, elements, room, state):
    """Read the end tag at `at`; return what stands behind it, or DOUBT."""
    key, end = read_name(codes, at + 2)
    while 0 < end < len(codes) and is_blank(codes[end]):
        end += 1
    if end < 0 or end >= len(codes) or codes[end] != GREATER:
        return DOUBT
    return end + 1 if close(key, look_up(key, elements), room, state) else DOUBT


@inlined
def read_tag(codes, at, tables, room, state):
    """Read the tag or comment at `at`; return what stands behind it, or DOUBT."""
    elements, asked = tables[0], tables[2]
    first = codes[at + 1]
    if first == BANG:
        return read_remark(codes, at, state)
    if first == SLASH:
        return read_end_tag(codes, at, elements, room, state)
    if not 97 <= lowered(first) <= 122:
        return DOUBT
    key, end = read_name(codes, at + 1)
    if end < 0:
        return DOUBT
    known = look_up(key, elements)
    if not known and holds(codes, at + 1, end, (DASH, DASH)):  # a custom element: rare, left to the tree
        return DOUBT
    end = read_attributes(codes, end, asked, state)
    if end < 0:
        return DOUBT
    if state[lw.STYLE_AT] >= 0 and may_hide(codes, state[lw.STYLE_AT], state[lw.STYLE_END]):
        note_span(state[lw.STYLE_AT], state[lw.STYLE_END], STYLE_VALUE, state)
    if known >> KIND == el.ANCHOR and holds(codes, at, end - 1, (GREATER, GREATER)):
        return DOUBT
    tag = (key, known, at)
    if state[lw.PLACE] != IN_BODY or known >> KIND in (el.HTML, el.HEAD, el.BODY):
        return open_around(codes, end, tag, room, state)
    return open_in_body(codes, end, tag, room, state)


@part
def holds(codes, at, end, kind):
    """Tell whether a character of some kind, from one code to another, stands in a stretch."""
    found = False
    for k in range(at, end):
        found = found or kind[0] <= codes[k] <= kind[1]
    return found


@part
def read_entity(codes, at, tables, room, state):
    """Write the character of the entity at `at`; return what stands behind it, or DOUBT."""
    key, end, code = 0, at + 1, 0
    if end < len(codes) and codes[end] == SHARP:
        end += 1
        while end < len(codes) and end < at + MAX_ENTITY and 48 <= codes[end] <= 57:
            code = 10 * code + codes[end] - 48
            end += 1
        if not (
            0x20 <= code < 0x7F or 0xA0 <= code < 0xD800 or 0xF900 <= code < 0xFDD0 or 0xFE00 <= code < 0xFFF0
        ):
            return DOUBT
    else:
        if end >= len(codes) or is_blank(codes[end]) or codes[end] in (AMPERSAND, LESS):
            lw.write_char(AMPERSAND, room[0], state)
            return end
        key, end = read_name(codes, end)
        code = look_up(key, tables[1]) if end > 0 else 0
    if code == 0 or end >= len(codes) or codes[end] != SEMICOLON or holds(codes, at, end, (65, 90)):
        return DOUBT
    lw.write_char(code, room[0], state)
    return end + 1


@part
def skip_blanks(codes, at):
    """Return where the next tag stands behind blanks; DOUBT where a text does."""
    while at < len(codes) and codes[at] != LESS:
        if not is_blank(codes[at]):
            return DOUBT
        at += 1
    return at


@part
def count_tags(codes, size, state):
    """Count the tags of a page, and look for a stretch in which none ends (`blocks._is_endless`)."""
    for begin in range(0, size, el.MAX_ATTRIBUTES):
        stretch = codes[begin : min(begin + el.MAX_ATTRIBUTES, size)]
        begins, ends = np.uint32(0), np.uint32(0)  # as wide as a code point: several at a time
        for k in range(len(stretch)):
            begins += np.uint32(stretch[k] == LESS)
            ends += np.uint32(stretch[k] == GREATER)
        state[lw.TAGS] += begins
        if ends == 0:
            state[lw.UNENDED] = 1


@kernel
def read_markup(codes, tables, room, state):
    """Write the lines of a page; return how many, or DOUBT where only a tree can tell.

    tables: elements and entities by key; names of hidden classes and ids, places of styles that hide.
    room: characters, lines, open elements, spans of styles. state: as `linewriter` numbers it.
    """
    at, size = 0, len(codes) - 4  # four zeros behind
    count_tags(codes, size, state)
    while 0 <= at < size:
        code = codes[at]
        if code == LESS:
            at = read_tag(codes, at, tables, room, state)
        elif state[lw.PLACE] != IN_BODY or flags_on_top(state) & el.TABLED:
            at = skip_blanks(codes[:size], at)
        elif state[lw.MUTED]:
            while at < size and codes[at] != LESS:
                at += 1
        elif code == AMPERSAND:
            at = read_entity(codes, at, tables, room, state)
        else:
            at = lw.write_text(codes[:size], at, room[0], state)
    if at < 0 or state[lw.PLACE] < IN_BODY:
        return DOUBT
    close_implied(-1, room, state)
    if state[lw.TOP] != 2 or (state[lw.UNADDRESSED] and state[lw.ANCHORS] == state[lw.ADDRESSES]):
        return DOUBT
    pop(room, state)
    pop(room, state)
    return state[lw.LINES]
