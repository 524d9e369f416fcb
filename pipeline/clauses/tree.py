"""Parts to a tree: who hangs under whom, in document order (facts.md §5, rule 6).

Numbered parts hang by the depth that the search gave them. A line without a number belongs to the item before
it where that item's list runs on or the item is only a title, else to the owner of the list. Labels, section
headings and paragraphs that end in ： own the list that follows.
"""

from typing import Final

from pipeline.clauses.markers import SUBITEM
from pipeline.clauses.parts import SENTENCE_END, Part
from pipeline.clauses.pieces import AT_LINE
from pipeline.clauses.search import RESTART

ENDS_SENTENCE: Final = "。；！？;!?.…”』」)）"

PARTIES: Final = ("甲方", "乙方", "丙方", "丁方")

# The stack holds (index of the part, depth doubled): even depths are numbered, odd ones unnumbered owners.
Stack = list[tuple[int, int]]


def next_numbered(parts: list[Part]) -> list[int]:
    """Return for each part the index of the next numbered part after it, len(parts) where none follows."""
    last = len(parts)
    out = [last] * last
    for k in range(last - 1, -1, -1):
        out[k] = last
        if parts[k].style >= 0:
            last = k
    return out


def keeps(text: str, item: Part, follower: Part | None) -> bool:
    """Say whether a line without number after `item` belongs to it; follower: the next numbered part."""
    if item.style <= SUBITEM:
        return True
    if item.end > item.body and text[item.end - 1] not in ENDS_SENTENCE:
        return True  # the item is a title
    if follower is None:
        return False
    return follower.depth > item.depth or (follower.depth == item.depth and follower.flag != RESTART)


def section_headings(parts: list[Part]) -> set[int]:
    """Return the headings that own a section: where two or more of them stand right before other parts."""
    bearing = {
        k
        for k, part in enumerate(parts)
        if part.kind == "heading" and k + 1 < len(parts) and parts[k + 1].kind != "heading"
    }
    return bearing if len(bearing) > 1 else set()


def hang(text: str, parts: list[Part]) -> list[int]:
    """Return the index of each part's parent, −1 at the root. Cost: linear in the parts."""
    parents: list[int] = []
    stack: Stack = []
    following: list[int] = []  # known from the first part without a number on
    sections: set[int] = set()
    for k, part in enumerate(parts):
        _, _, _, style, _, packed, _ = part
        if style >= 0:
            depth = 2 * ((packed & 15) - 1)
            while stack and stack[-1][1] >= depth:
                stack.pop()
            parents.append(stack[-1][0] if stack else -1)
            stack.append((k, depth))
            continue
        if not following:
            following, sections = next_numbered(parts), section_headings(parts)
        depth = settle(text, parts, k, following[k], stack)
        parents.append(stack[-1][0] if stack else -1)
        if owns(text, part, k in sections):
            stack.append((k, depth))
    return parents


def owns(text: str, part: Part, section: bool) -> bool:
    """Say whether a part without a number owns the list that follows."""
    if part.kind == "label":
        # a label with a value is a field of its own, a party of a contract owns no clause of it
        return part.body == part.end and text[part.start : part.start + 2] not in PARTIES
    return section or (part.kind == "paragraph" and text[part.end - 1] in "：:")


def announced(parts: list[Part], k: int, following: int) -> int:
    """Return the depth of the list that the owner at k opens, −1 for none: only owners may stand between."""
    if following >= len(parts) or any(parts[j].kind == "paragraph" for j in range(k + 1, following)):
        return -1
    return parts[following].depth if parts[following].ordinal <= 1 else -1


def settle(text: str, parts: list[Part], k: int, following: int, stack: Stack) -> int:
    """Close what a part without a number ends; return the (odd) depth at which it stands."""
    part = parts[k]
    opens = announced(parts, k, following) if owns(text, part, part.kind == "heading") else -1
    if opens >= 0:
        depth = 2 * opens - 1
        while stack and stack[-1][1] >= depth:
            if stack[-1][1] == depth and parts[stack[-1][0]].kind == "heading" and part.kind != "heading":
                break  # a section holds its labels
            stack.pop()
        return depth
    follower = parts[following] if following < len(parts) else None
    if part.kind == "heading" and (follower is None or follower.ordinal <= 1):
        while stack and not 0 <= parts[stack[-1][0]].style <= SUBITEM:
            stack.pop()
    else:
        close_list(text, parts, k, follower, stack)
    if not stack:
        return -1
    return stack[-1][1] + (1 if stack[-1][1] % 2 == 0 else 0)


def close_list(text: str, parts: list[Part], k: int, follower: Part | None, stack: Stack) -> None:
    """Close the list that a line without number ends: at most one, the innermost."""
    part = parts[k]
    while stack:
        index = stack[-1][0]
        item = parts[index]
        if item.style >= 0:
            if keeps(text, item, follower):
                return
            stack.pop()
            break
        if part.kind == "paragraph" and (item.kind != "paragraph" or index < k - 1):
            return
        stack.pop()
    if part.kind == "label":
        while stack and parts[stack[-1][0]].kind in ("label", "paragraph"):
            stack.pop()


def tails(text: str, parts: list[Part], parents: list[int]) -> set[int]:
    """Return the last items, not at a line start, with a further sentence that none of their siblings has."""
    if 0 not in [packed & AT_LINE for _, _, _, _, _, packed, _ in parts]:
        return set()
    lists: dict[int, list[int]] = {}
    for k, part in enumerate(parts):
        if part.style > SUBITEM:
            lists.setdefault(parents[k], []).append(k)
    return {
        items[-1]
        for items in lists.values()
        if len(items) > 1
        and not parts[items[-1]].at_line
        and runs_over(text, parts[items[-1]])
        and not any(runs_over(text, parts[k]) for k in items[:-1])
    }


def runs_over(text: str, part: Part) -> bool:
    """Say whether more text stands after the first sentence end of a part."""
    matched = SENTENCE_END.search(text, part.body, part.end)
    return matched is not None and matched.end() < part.end - 3
