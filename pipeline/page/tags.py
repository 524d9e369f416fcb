"""Kernel: the tags of a page as they stand in its source: names, attributes, comments, what holds no tags.

What is odd is a doubt, for a tree to read: no tag of ordinary markup is.
"""

# mypy: allow-untyped-defs, no-check-untyped-defs
# (numba types the kernels)
from pipeline.compiled import inlined, part
from pipeline.page import linewriter as lw
from pipeline.page.elements import KEY_MASK, SLOTS, key_of
from pipeline.page.linewriter import DOUBT, LESS

MAX_NAME = 64
STYLE_VALUE, STYLE_SHEET = 0, 1  # spans that may hide something
HREF, STYLE, CLASS, ID, HIDDEN = (key_of(name) for name in ("href", "style", "class", "id", "hidden"))
OPTGROUP, OPTION, SCRIPT = (key_of(name) for name in ("optgroup", "option", "script"))
NONE, HIDD, FONT, SIZE = (int.from_bytes(w.encode(), "big") for w in ("none", "hidd", "font", "size"))
GREATER, SLASH, EQUALS, DOUBLE, SINGLE, DASH, BANG, COLON, ZERO = (ord(c) for c in ">/=\"'-!:0")


@inlined
def lowered(code):
    """Return a letter of ASCII in lower case, anything else as it is."""
    return code + 32 if 65 <= code <= 90 else code


@inlined
def is_blank(code):
    """Tell a blank between attributes."""
    return code == 0x20 or code == 0x0A or code == 9


@inlined
def is_of_name(code):
    """Tell a character of the name of an element or attribute that needs no second look."""
    small = lowered(code)
    return 97 <= small <= 122 or 48 <= code <= 58 or code == DASH or code == 95


@inlined
def read_name(codes, at):
    """Return the key of the name at `at` and where it ends; DOUBT instead of the place for an odd one."""
    key, begin = 0, at
    while at < len(codes) and is_of_name(codes[at]):
        key = ((key * 33) ^ lowered(codes[at])) & KEY_MASK
        at += 1
    if at == begin or at - begin > MAX_NAME or at >= len(codes):
        return key, DOUBT
    return key, at


@inlined
def look_up(key, table):
    """Return what a table of keys, free ones below 0, and behind them their values has; 0 for nothing."""
    slot = (key ^ (key >> 15)) & (SLOTS - 1)
    while table[slot] >= 0:
        if table[slot] == key:
            return table[slot + SLOTS]
        slot = (slot + 1) & (SLOTS - 1)
    return 0


@inlined
def read_value(codes, at):
    """Return where the value of an attribute begins and ends, and what stands behind it; DOUBT at the end."""
    while at < len(codes) and is_blank(codes[at]):
        at += 1
    if at >= len(codes):
        return at, at, DOUBT
    quote = codes[at]
    if quote in (DOUBLE, SINGLE):
        begin = at = at + 1
        while at < len(codes) and codes[at] != quote:
            at += 1
        return begin, at, at + 1 if at < len(codes) else DOUBT
    begin = at
    while at < len(codes) and not is_blank(codes[at]) and codes[at] != GREATER:
        if codes[at] in (DOUBLE, SINGLE, LESS, 0x60, 11, 12, 13):
            return at, at, DOUBT
        at += 1
    return begin, at, at if at > begin else DOUBT


@part
def may_hide(codes, begin, end):
    """Tell whether a style may hide its element: by `none`, `hidden`, `font-size` 0 or an entity in that."""
    last, of_font = 0, False
    for at in range(begin, end):
        last = ((last << 8) | (lowered(codes[at]) & 0xFF)) & 0xFFFFFFFF
        if last in (NONE, HIDD):
            return True
        of_font = of_font or last == FONT
        if of_font and (codes[at] == lw.AMPERSAND or (last == SIZE and is_zero(codes, at + 1, end))):
            return True
    return False


@part
def is_zero(codes, at, end):
    """Tell whether a value that begins with 0 stands behind the name of a property."""
    while at < end and (codes[at] == COLON or is_blank(codes[at])):
        at += 1
    return at < end and codes[at] == ZERO


@part
def is_named(codes, span, of_id, named):
    """Tell whether a class or id is one of `named`: for each 1 for an id, its length, its characters."""
    begin, end = span
    at = begin
    while at < end:
        while not of_id and at < end and lw.is_space(codes[at]):
            at += 1
        stop = end if of_id else at
        while stop < end and not lw.is_space(codes[stop]):
            stop += 1
        k = 0
        while k < len(named):
            size = named[k + 1]
            if named[k] == of_id and size == stop - at and equals(codes, at, named, k + 2, size):
                return True
            k += 2 + size
        at = stop + 1
    return False


@part
def equals(codes, at, others, there, size):
    """Tell whether two stretches of characters are the same."""
    same = True
    for k in range(size):
        same = same and codes[at + k] == others[there + k]
    return same


@part
def read_attributes(codes, at, asked, state):
    """Read the attributes of a start tag from behind its name on; return what stands behind the tag.

    asked: names of hidden classes and ids; places of styles that hide.
    """
    state[lw.HREF] = state[lw.HIDDEN] = 0
    state[lw.STYLE_AT] = -1
    while at < len(codes):
        code = codes[at]
        if code == GREATER:
            return at + 1
        if is_blank(code) or code == SLASH:
            at += 1
            continue
        key, at = read_name(codes, at)
        if at < 0:
            return DOUBT
        while at < len(codes) and is_blank(codes[at]):
            at += 1
        begin = end = at
        if at < len(codes) and codes[at] == EQUALS:
            begin, end, at = read_value(codes, at + 1)
            if at < 0:
                return DOUBT
        if not note_attribute(codes, key, (begin, end), asked, state):
            return DOUBT
    return DOUBT


@inlined
def note_attribute(codes, key, span, asked, state):
    """Note what an attribute says of its element; return whether that is beyond doubt."""
    named, hiding = asked
    if key == HREF:
        state[lw.HREF] = 1
    elif key == HIDDEN:
        state[lw.HIDDEN] = 1
    elif key == STYLE:
        if state[lw.STYLE_AT] >= 0:
            return False  # the first of two counts
        state[lw.STYLE_AT], state[lw.STYLE_END] = span
        if state[lw.MET] < len(hiding) and hiding[state[lw.MET]] == span[0]:
            state[lw.MET] += 1
            state[lw.HIDDEN] = 1
    elif len(named) > 0 and (key in (CLASS, ID)):
        for at in range(span[0], span[1]):
            if codes[at] == lw.AMPERSAND:
                return False
        if is_named(codes, span, 1 if key == ID else 0, named):
            state[lw.HIDDEN] = 1
    return True


@part
def note_span(first, end, kind, state):
    """Keep where a style stands that may hide something."""
    if state[lw.SPANS] < lw.MAX_SPANS:
        k = lw.SPANS_AT + state[lw.SPANS] * 3
        state[k], state[k + 1], state[k + 2] = first, end, kind
    state[lw.SPANS] += 1


@part
def find_end(codes, at, key):
    """Return where the end tag of an element begins that holds characters only, and what is behind it."""
    while at + 2 < len(codes):
        if codes[at] == LESS:
            if codes[at + 1] == BANG and key == SCRIPT:  # `<!--<script>` ends elsewhere
                return at, DOUBT
            found, end = read_name(codes, at + 2) if codes[at + 1] == SLASH else (0, DOUBT)
            if end > 0 and found == key:
                return at, end + 1 if codes[end] == GREATER else DOUBT
        at += 1
    return at, DOUBT


@part
def skip_options(codes, at, key):
    """Return what stands behind a select, which holds options and nothing else."""
    while at + 2 < len(codes):
        if codes[at] == LESS:
            closes = codes[at + 1] == SLASH
            found, end = read_name(codes, at + 2 if closes else at + 1)
            if end < 0:
                return DOUBT
            if closes and found == key:
                return end + 1 if codes[end] == GREATER else DOUBT
            if found != OPTION and found != OPTGROUP:
                return DOUBT
        at += 1
    return DOUBT


@part
def skip_comment(codes, at):
    """Return what stands behind the comment or doctype that begins at `at`."""
    if codes[at + 2] != DASH or codes[at + 3] != DASH:
        return DOUBT
    at += 4
    if codes[at] == GREATER or (codes[at] == DASH and codes[at + 1] == GREATER):
        return DOUBT
    while at + 2 < len(codes):
        if codes[at] == DASH and codes[at + 1] == DASH:
            if codes[at + 2] == GREATER:
                return at + 3
            if codes[at + 2] == BANG:
                return DOUBT
        at += 1
    return DOUBT
