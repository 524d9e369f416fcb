"""Parts with parents to nodes: where each stands among its siblings, its ordinal, its flags, its own text.

Written, like the scan, to run over lists as it stands and over arrays when compiled.
"""

from pipeline.clauses import parts as pt
from pipeline.clauses.markers import BULLET, SEQUENCE
from pipeline.clauses.parts import PART, Text, name_kinds, split_labels
from pipeline.clauses.pieces import BROKEN, is_space
from pipeline.clauses.scan import LAST, Ints
from pipeline.clauses.search import RESTART
from pipeline.clauses.tree import flag_of, hang, note_tails

# A node: its marker [start, body), where its span ends, its own text [first, last), kind (parts.py), parent
# (−1 at the root), level, 1-based position among its siblings, ordinal (−1 for none), flags.
NODE = 11
START, BODY, END, FIRST, LAST_CHAR, KIND, PARENT, LEVEL, POSITION, ORDINAL, FLAGS = range(NODE)
DAMAGED_MARKER, TAIL = 16, 32  # bits of flags; 1, 2, 4, 8 are what the search says: gap to misnumbered

Room = tuple[Ints, Ints, Ints, Ints, Ints]  # PART numbers a part, then one, one, two, one a part and the root


def note_flags(parts: Ints, k: int, goes_on: bool, half: bool) -> int:
    """Return the flags of a numbered part.

    goes_on: its list has members already; half: the list is written 一）.
    """
    flag = flag_of(parts, k)
    if flag == RESTART and not goes_on:
        flag = 0  # a list that begins again under an owner of its own is no restart
    flags = 1 << flag >> 1
    broken = parts[k * PART + pt.PACKED] & BROKEN > 0
    return flags + (DAMAGED_MARKER if broken and goes_on and not half else 0)


def note_ordinal(parts: Ints, k: int, before: int) -> int:
    """Return the ordinal of a numbered part, −1 of a bullet; before: that of the one before."""
    base = k * PART
    if parts[base + pt.STYLE] == BULLET:
        return -1
    if parts[base + pt.STYLE] == SEQUENCE and parts[base + pt.ORDINAL] == LAST:
        return max(before, 0) + 1  # 最后 counts on from the one before
    return int(parts[base + pt.ORDINAL])


def write_text(codes: Ints, parts: Ints, k: int, out: Ints) -> None:
    """Write the spans and the kind of a node."""
    base, node = k * PART, k * NODE
    first, last = parts[base + pt.BODY], parts[base + pt.END]
    out[node + START], out[node + BODY], out[node + END] = parts[base + pt.START], first, last
    while first < last and is_space(codes[first]):
        first += 1
    while last > first and is_space(codes[last - 1]):
        last -= 1
    out[node + FIRST], out[node + LAST_CHAR], out[node + KIND] = first, last, parts[base + pt.KIND]


def write_places(parents: Ints, count: int, children: Ints, out: Ints) -> None:
    """Write parent, level and position of each node. Parents stand before their children."""
    for k in range(count + 1):
        children[k] = 0
    for k in range(count):
        node, parent = k * NODE, parents[k]
        children[parent + 1] += 1
        out[node + PARENT], out[node + POSITION] = parent, children[parent + 1]
        out[node + LEVEL] = 1 if parent < 0 else out[parent * NODE + LEVEL] + 1


def write_numbers(parts: Ints, parents: Ints, count: int, lists: tuple[Ints, Ints], out: Ints) -> None:
    """Write ordinal and flags of each node; lists: room for the last ordinal of each list, and a state."""
    latest, state = lists  # 0 no member yet, 1 has some; 2 or 3: written 一）
    for k in range(count + 1):
        latest[k] = state[k] = 0
    for k in range(count):
        node, owner = k * NODE, parents[k] + 1
        out[node + ORDINAL], out[node + FLAGS] = -1, 0
        if parts[k * PART + pt.STYLE] < 0:
            continue
        goes_on = state[owner] & 1 > 0
        out[node + FLAGS] = note_flags(parts, k, goes_on, state[owner] & 2 > 0)
        if parts[k * PART + pt.PACKED] & BROKEN > 0 and not goes_on:
            state[owner] |= 2  # a list written 一） throughout
        out[node + ORDINAL] = latest[owner] = note_ordinal(parts, k, latest[owner])
        state[owner] |= 1


def write_nodes(text: Text, pieces: Ints, total: int, room: Room, out: Ints) -> int:
    """Write the nodes of a text from its `total` pieces, in document order; return how many."""
    codes = text[0]
    parts, following, sections, stack, parents = room
    count = split_labels(text, pieces, total, parts)
    name_kinds(text, parts, count)
    work = (codes, parts, following, sections, stack)
    hang(work, count, parents)
    note_tails(work, count, parents)
    for k in range(count):
        write_text(codes, parts, k, out)
    write_places(parents, count, following, out)
    write_numbers(parts, parents, count, (following, stack), out)
    for k in range(count):
        out[k * NODE + FLAGS] += TAIL if sections[k] > 0 else 0
    return count
