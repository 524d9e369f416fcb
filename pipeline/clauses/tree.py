"""Parts to a tree: who hangs under whom, in document order (facts.md §5, rule 6).

Numbered parts hang by the depth that the search gave them. A line without a number belongs to the item before it where
that item's list runs on or the item is only a title, else to the owner of the list. Labels, section headings and
paragraphs that end in ： own the list that follows.
"""

from typing import Final

from pipeline.clauses.markers import BULLET, SUBITEM
from pipeline.clauses.parts import SENTENCE_END, Part

ENDS_SENTENCE: Final = "。；！？;!?.…”』」)）"


class Open:
    """An entry of the stack: the part, and its depth doubled (even: numbered; odd: an unnumbered owner)."""

    __slots__ = ("depth", "index")

    def __init__(self, index: int, depth: int) -> None:
        self.index = index
        self.depth = depth


def next_numbered(parts: list[Part]) -> list[int]:
    """For each part the index of the next numbered part after it, len(parts) where none follows."""
    out, last = [0] * len(parts), len(parts)
    for k in range(len(parts) - 1, -1, -1):
        out[k] = last
        if parts[k].found is not None:
            last = k
    return out


def is_title(text: str, part: Part) -> bool:
    """Say whether the own text of an item is a title: it does not end as a sentence does."""
    return part.end > part.body and text[part.end - 1] not in ENDS_SENTENCE


def keeps(text: str, item: Part, follower: Part | None) -> bool:
    """Say whether a line without number after `item` belongs to it; follower: the next numbered part."""
    found = item.found
    if found is None:
        return False
    if found.style <= SUBITEM or is_title(text, item):
        return True
    if follower is None or follower.found is None:
        return False
    after = follower.found
    if after.depth > found.depth:
        return True
    return after.depth == found.depth and "restart" not in after.flags


def section_headings(parts: list[Part]) -> set[int]:
    """Indices of headings that own a section: where two or more of them stand right before other parts."""
    bearing = [
        k
        for k, part in enumerate(parts)
        if part.kind == "heading" and k + 1 < len(parts) and parts[k + 1].kind != "heading"
    ]
    return set(bearing) if len(bearing) > 1 else set()


def hang(text: str, parts: list[Part]) -> list[int]:
    """Return the index of each part's parent, −1 at the root. Cost: linear in the parts."""
    parents: list[int] = []
    stack: list[Open] = []
    following = next_numbered(parts)
    sections = section_headings(parts)
    for k, part in enumerate(parts):
        if part.found is not None:
            depth = 2 * part.found.depth
            while stack and stack[-1].depth >= depth:
                stack.pop()
        else:
            depth = settle(text, parts, k, following[k], stack)
        parents.append(stack[-1].index if stack else -1)
        if part.found is not None or owns(text, part, k in sections):
            stack.append(Open(k, depth))
    return parents


def owns(text: str, part: Part, section: bool) -> bool:
    """Say whether a part without a number owns the list that follows."""
    if part.kind == "label":
        return part.body == part.end  # a label with a value is a field of its own
    return section or (part.kind == "paragraph" and text[part.end - 1] in "：:")


def announced(parts: list[Part], k: int, following: int) -> int:
    """Depth of the list that the owner at k opens, −1 where it opens none: only owners may stand between."""
    if following >= len(parts) or any(parts[j].kind == "paragraph" for j in range(k + 1, following)):
        return -1
    found = parts[following].found
    return found.depth if found is not None and found.ordinal <= 1 else -1


def settle(text: str, parts: list[Part], k: int, following: int, stack: list[Open]) -> int:
    """Close what a part without a number ends; return the (odd) depth at which it stands."""
    part = parts[k]
    opens = announced(parts, k, following) if owns(text, part, part.kind == "heading") else -1
    if opens >= 0:
        depth = 2 * opens - 1
        while (
            stack
            and stack[-1].depth >= depth
            and not holds(parts[stack[-1].index], part, stack[-1].depth - depth)
        ):
            stack.pop()
        return depth
    follower = parts[following] if following < len(parts) else None
    if part.kind == "heading" and (follower is None or follower.found is None or follower.found.ordinal <= 1):
        while stack and not heading_stays(parts, stack[-1]):
            stack.pop()
    else:
        close_lists(text, parts, k, follower, stack)
    if not stack:
        return -1
    return stack[-1].depth + (1 if stack[-1].depth % 2 == 0 else 0)


def holds(owner: Part, part: Part, deeper: int) -> bool:
    """Say whether an unnumbered owner at the same depth may hold `part`: a section heading holds its labels."""
    return deeper == 0 and owner.kind == "heading" and part.kind != "heading"


def close_lists(text: str, parts: list[Part], k: int, follower: Part | None, stack: list[Open]) -> None:
    """Close the list that a line without number ends; at most one, the innermost."""
    part = parts[k]
    while stack:
        item = parts[stack[-1].index]
        if item.found is not None:
            if keeps(text, item, follower):
                return
            stack.pop()
            break
        if part.kind == "paragraph" and (
            item.kind == "heading" or stack[-1].index < k - 1 or item.kind == "label"
        ):
            return
        stack.pop()
    if part.kind == "label":
        while stack and parts[stack[-1].index].kind in ("label", "paragraph"):
            stack.pop()


def heading_stays(parts: list[Part], entry: Open) -> bool:
    """Say whether an open entry may hold an unnumbered heading: only 编 … 条 do."""
    found = parts[entry.index].found
    return found is not None and found.style <= SUBITEM and found.style != BULLET


def tails(text: str, parts: list[Part], parents: list[int]) -> set[int]:
    """Indices of last items, in the middle of a line, that hold a further sentence none of their siblings has."""
    lists: dict[int, list[int]] = {}
    for k, part in enumerate(parts):
        if part.found is not None and part.found.style > SUBITEM:
            lists.setdefault(parents[k], []).append(k)
    out = set()
    for items in lists.values():
        last = items[-1]
        if len(items) > 1 and not parts[last].at_line and runs_over(text, parts[last]):
            if not any(runs_over(text, parts[k]) for k in items[:-1]):
                out.add(last)
    return out


def runs_over(text: str, part: Part) -> bool:
    """Say whether more text stands after the first sentence end of a part."""
    matched = SENTENCE_END.search(text, part.body, part.end)
    return matched is not None and matched.end() < part.end - 3
