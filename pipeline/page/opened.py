"""Kernel: the open elements of a page, as a tree's reader keeps them while its tags come.

Told is also whether a new element surely becomes a child of the innermost one, and what it closes (HTML
standard §13.2.6, its rules for body, table, row and cell): anything beyond is a doubt.
"""

# mypy: allow-untyped-defs, no-check-untyped-defs
# (numba types the kernels)
from pipeline.compiled import inlined, part
from pipeline.page import elements as el
from pipeline.page import linewriter as lw
from pipeline.page.elements import KIND, key_of
from pipeline.page.linewriter import break_line

TBODY = key_of("tbody")


@inlined
def flags_on_top(state):
    """Return what is known of the innermost open element."""
    return state[lw.STACK + 2 * state[lw.TOP] - 1] if state[lw.TOP] else 0


@inlined
def count_open(known, step, state):
    """Count the open elements that may not be opened twice."""
    kind = known >> KIND
    if kind == el.P:
        state[lw.OPEN_P] += step
    elif kind == el.ANCHOR:
        state[lw.OPEN_A] += step
    elif kind == el.FORM:
        state[lw.OPEN_FORM] += step
    elif kind == el.BUTTON:
        state[lw.OPEN_BUTTON] += step


@inlined
def push(key, known, state):
    """Open an element."""
    if state[lw.TOP] >= lw.MAX_TOP:
        return False
    state[lw.STACK + 2 * state[lw.TOP]] = key
    state[lw.STACK + 2 * state[lw.TOP] + 1] = known
    state[lw.TOP] += 1
    count_open(known, 1, state)
    return True


@part
def pop(room, state):
    """Close the innermost element, and write what that does to the lines."""
    known = flags_on_top(state)
    state[lw.TOP] -= 1
    count_open(known, -1, state)
    if state[lw.MUTED]:
        if state[lw.TOP] < state[lw.MUTED]:
            state[lw.MUTED] = 0
        return
    if known & el.BREAKS:
        break_line(-1, 0, room, state)
        return
    if known >> KIND == el.ANCHOR:
        lw.close_link(room[0], state)
        state[lw.BLANK] = 0
    elif known & el.BOLD:
        lw.close_bold(state)
    state[lw.AFTER_CELL] = 0


@part
def enter(known, state, room):
    """Write what the start of an element does to the lines."""
    state[lw.ADDRESSES] += state[lw.HREF]
    if known & el.BREAKS:
        break_line(0 if known & el.VOID else 1, 1 if known & el.CELL else 0, room, state)
        if known & el.HEADING:
            state[lw.HEADED] = 1
        return
    state[lw.AFTER_CELL] = 0
    if known & el.BOLD:
        lw.open_bold(state)
    elif known >> KIND == el.ANCHOR:
        state[lw.ANCHORS] += 1
        if state[lw.HREF]:
            lw.open_link(state)
        else:
            state[lw.UNADDRESSED] += 1


@part
def close_implied(keep, room, state):
    """Close the innermost elements whose ends may be left out, but for one of key `keep`."""
    while state[lw.TOP]:
        if state[lw.STACK + 2 * state[lw.TOP] - 2] == keep or not flags_on_top(state) & el.IMPLIED:
            return
        pop(room, state)


@part
def close_items(key, known, room, state):
    """Close the li, dd or dt that a new one ends; return whether that is beyond doubt."""
    at = state[lw.TOP]
    while at:
        other = state[lw.STACK + 2 * at - 1]
        if other >> KIND == known >> KIND:
            close_implied(state[lw.STACK + 2 * at - 2], room, state)
            if state[lw.TOP] != at:
                return False
            pop(room, state)
            return True
        if other & el.STOPS:
            return True
        at -= 1
    return True


@part
def fits(key, known, room, state):
    """Make room for a new element; return whether it surely becomes a child of the innermost one."""
    if known & el.DOUBTED or known >> KIND == el.OPTION:
        return False
    top, kind = flags_on_top(state), known >> KIND
    if top & el.TABLED or known & el.OF_TABLES:
        return fits_table(known, room, state)
    if (kind == el.LI or kind == el.DD) and not close_items(key, known, room, state):
        return False
    if state[lw.OPEN_P] and known & el.CLOSES_P:
        if flags_on_top(state) >> KIND != el.P:
            return False
        pop(room, state)
    if state[lw.OPEN_P] and (known & el.CLOSES_P or kind == el.TABLE or known & el.IMPLIED):
        return False
    if known & el.HEADING and flags_on_top(state) & el.HEADING:
        return False
    if (
        kind == el.TEMPLATE
        and state[lw.OPEN_P] + state[lw.OPEN_A] + state[lw.OPEN_FORM] + state[lw.OPEN_BUTTON]
    ):
        return False
    if (kind == el.ANCHOR and state[lw.OPEN_A]) or (kind == el.FORM and state[lw.OPEN_FORM]):
        return False
    return not (kind == el.BUTTON and state[lw.OPEN_BUTTON])


@part
def fits_table(known, room, state):
    """Tell whether a part of a table stands where it belongs; rows without a body get one."""
    kind = known >> KIND
    if kind == el.SCRIPT:
        return True
    if not known & el.OF_TABLES:
        return False
    if known & el.CELL or kind == el.TR or kind == el.ROWS:
        close_parts(kind, room, state)
    top = flags_on_top(state)
    above = top >> KIND
    if kind == el.TR and above == el.TABLE:
        body = el.ROWS << KIND | el.BREAKS | el.STOPS | el.TABLED | el.OF_TABLES
        if not state[lw.MUTED]:
            href, state[lw.HREF] = state[lw.HREF], 0
            enter(body, state, room)
            state[lw.HREF] = href
        return push(TBODY, body, state)
    if above == el.TABLE:
        return not known & el.CELL
    return (above == el.ROWS and kind == el.TR) or (above == el.TR and known & el.CELL != 0)


@part
def close_parts(kind, room, state):
    """Close the cell, row and body of a table that a new part of this kind ends, or a table's end tag."""
    if state[lw.TOP] and not flags_on_top(state) & el.TABLED:
        close_implied(-1, room, state)
        if flags_on_top(state) & el.CELL:
            pop(room, state)
    above = flags_on_top(state) >> KIND
    if above == el.TR and (kind == el.TR or kind == el.ROWS or kind == el.TABLE):
        pop(room, state)
        above = flags_on_top(state) >> KIND
    if above == el.ROWS and (kind == el.ROWS or kind == el.TABLE):
        pop(room, state)
