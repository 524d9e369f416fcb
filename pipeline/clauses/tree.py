"""Parts to a tree: who hangs under whom, in document order (facts.md §5, rule 6).

Numbered parts hang by the depth that the search gave them. A line without a number belongs to the item before
it where that item's list runs on or the item is only a title, else to the owner of the list. Labels, section
headings and paragraphs that end in ： own the list that follows.

Written, like the scan, to run over lists as it stands and over arrays when compiled.
"""

from pipeline.clauses.markers import STEP, SUBITEM
from pipeline.clauses.parts import (
    BODY,
    COLONS,
    END,
    HEADING,
    KIND,
    LABEL,
    ORDINAL,
    PACKED,
    PARAGRAPH,
    PART,
    SENTENCE_ENDS,
    START,
    STYLE,
)
from pipeline.clauses.pieces import AT_LINE
from pipeline.clauses.scan import Ints
from pipeline.clauses.search import RESTART

ENDS_SENTENCE = tuple(ord(c) for c in "。；！？;!?.…”』」)）")
PARTIES = tuple(ord(c) for c in "甲乙丙丁")
PARTY = ord("方")
TAIL_CHARS = 3  # characters after a sentence end that are no sentence

# parts, their codes, and room for each part: next numbered part, whether it owns a section, the stack of
# (part, depth doubled): even depths are numbered, odd ones unnumbered owners.
Work = tuple[Ints, Ints, Ints, Ints, Ints]


def depth_of(parts: Ints, k: int) -> int:
    """Depth of the list that the search gave a numbered part."""
    return int((parts[k * PART + PACKED] & 15) - 1)


def flag_of(parts: Ints, k: int) -> int:
    """Flag that the search gave a numbered part (search.py)."""
    return int((parts[k * PART + PACKED] >> 4) & 7)


def at_line(parts: Ints, k: int) -> bool:
    """Whether a part stands at a line start."""
    return bool(parts[k * PART + PACKED] & AT_LINE > 0)


def note_following(parts: Ints, count: int, following: Ints) -> None:
    """Write for each part the index of the next numbered part after it, `count` where none follows."""
    last = count
    for k in range(count - 1, -1, -1):
        following[k] = last
        if parts[k * PART + STYLE] >= 0:
            last = k


def note_sections(parts: Ints, count: int, sections: Ints) -> None:
    """Mark the headings that own a section: where two or more of them stand right before other parts."""
    bearing = 0
    for k in range(count):
        base = k * PART
        heading = parts[base + KIND] == HEADING and k + 1 < count and parts[base + PART + KIND] != HEADING
        sections[k] = 1 if heading else 0
        bearing += sections[k]
    if bearing == 1:
        for k in range(count):
            sections[k] = 0


def keeps(codes: Ints, parts: Ints, item: int, follower: int) -> bool:
    """Say whether a line without number after `item` is its own; follower: the next numbered part or −1."""
    base = item * PART
    if parts[base + STYLE] <= SUBITEM or parts[base + STYLE] >= STEP:
        return True
    end = parts[base + END]
    if end > parts[base + BODY] and codes[end - 1] not in ENDS_SENTENCE:
        return True  # the item is a title
    if follower < 0:
        return False
    deeper = depth_of(parts, follower) - depth_of(parts, item)
    return deeper > 0 or (deeper == 0 and flag_of(parts, follower) != RESTART)


def owns(codes: Ints, parts: Ints, k: int, section: bool) -> bool:
    """Say whether a part without a number owns the list that follows."""
    base = k * PART
    start, end = parts[base + START], parts[base + END]
    if parts[base + KIND] == LABEL:
        # a label with a value is a field of its own, a party of a contract owns no clause of it
        party = end - start > 1 and codes[start] in PARTIES and codes[start + 1] == PARTY
        return bool(parts[base + BODY] == end and not party)
    return section or bool(parts[base + KIND] == PARAGRAPH and codes[end - 1] in COLONS)


def announced(parts: Ints, k: int, following: int, count: int) -> int:
    """Return the depth of the list that the owner at k opens, −1 for none: only owners may stand between."""
    if following >= count or parts[following * PART + ORDINAL] > 1:
        return -1
    for j in range(k + 1, following):
        if parts[j * PART + KIND] == PARAGRAPH:
            return -1
    return depth_of(parts, following)


def settle(work: Work, k: int, count: int, height: int) -> tuple[int, int]:
    """Close what a part without a number ends; return the height of the stack and the depth of the part.

    The depth is odd; −1 is that at the root.
    """
    codes, parts, following, _, stack = work
    kind = parts[k * PART + KIND]
    opens = announced(parts, k, following[k], count) if owns(codes, parts, k, kind == HEADING) else -1
    if opens >= 0:
        depth = 2 * opens - 1
        while height > 0 and stack[2 * height - 1] >= depth:
            above = parts[stack[2 * height - 2] * PART + KIND]
            if stack[2 * height - 1] == depth and above == HEADING and kind != HEADING:
                break  # a section holds its labels
            height -= 1
        return height, depth
    follower = following[k] if following[k] < count else -1
    if kind == HEADING and (follower < 0 or parts[follower * PART + ORDINAL] <= 1):
        while height > 0 and not 0 <= parts[stack[2 * height - 2] * PART + STYLE] <= SUBITEM:
            height -= 1
    else:
        height = close_list(work, k, follower, height)
    if height == 0:
        return 0, -1
    above = stack[2 * height - 1]
    return height, above + (1 if above % 2 == 0 else 0)


def close_list(work: Work, k: int, follower: int, height: int) -> int:
    """Close the list that a line without number ends: at most one, the innermost; return the height."""
    codes, parts, _, _, stack = work
    kind = parts[k * PART + KIND]
    while height > 0:
        index = stack[2 * height - 2]
        item = index * PART
        if parts[item + STYLE] >= 0:
            if keeps(codes, parts, index, follower):
                return height
            height -= 1
            break
        if kind == PARAGRAPH and (parts[item + KIND] != PARAGRAPH or index < k - 1):
            return height
        height -= 1
    if kind == LABEL:
        while height > 0 and parts[stack[2 * height - 2] * PART + KIND] in (LABEL, PARAGRAPH):
            height -= 1
    return height


def hang(work: Work, count: int, parents: Ints) -> None:
    """Write the index of each part's parent, −1 at the root. Cost: linear in the parts."""
    codes, parts, following, sections, stack = work
    note_following(parts, count, following)
    note_sections(parts, count, sections)
    height = 0
    for k in range(count):
        numbered = parts[k * PART + STYLE] >= 0
        if numbered:
            depth = 2 * depth_of(parts, k)
            while height > 0 and stack[2 * height - 1] >= depth:
                height -= 1
        else:
            height, depth = settle(work, k, count, height)
        parents[k] = stack[2 * height - 2] if height > 0 else -1
        if numbered or owns(codes, parts, k, sections[k] > 0):
            stack[2 * height], stack[2 * height + 1] = k, depth
            height += 1


def runs_over(codes: Ints, parts: Ints, k: int) -> bool:
    """Say whether more text stands after the first sentence end of a part."""
    end = parts[k * PART + END]
    for at in range(parts[k * PART + BODY], end):
        if codes[at] in SENTENCE_ENDS:
            return bool(at + 1 < end - TAIL_CHARS)
    return False


def note_tails(work: Work, count: int, parents: Ints) -> None:
    """Mark the last items, not at a line start, with a further sentence that none of their siblings has.

    Marks take the place of sections, which are no more asked for, and lists that of what follows.
    """
    codes, parts, lasts, marks, _ = work
    for k in range(count + 1):
        lasts[k] = -1  # the last item of the list of part k − 1, twice: −1 none, else doubled, odd if several
    for k in range(count):
        marks[k] = 0
        if parts[k * PART + STYLE] > SUBITEM:
            before = lasts[parents[k] + 1]
            lasts[parents[k] + 1] = 2 * k + (1 if before >= 0 else 0)
    for place in range(count + 1):
        k = lasts[place] >> 1
        if lasts[place] >= 0 and lasts[place] & 1 and not at_line(parts, k) and runs_over(codes, parts, k):
            marks[k] = 1
    for k in range(count):
        if parts[k * PART + STYLE] > SUBITEM:
            last = lasts[parents[k] + 1] >> 1
            if last != k and marks[last] > 0 and runs_over(codes, parts, k):
                marks[last] = 0
