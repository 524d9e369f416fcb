"""Slow and obvious twin of parts.py, tree.py and nodes.py: patterns, lists and sets over the text itself."""

import re
from itertools import pairwise
from typing import Final, NamedTuple

from pipeline.clauses.interpreted import cut_interpreted
from pipeline.clauses.markers import BULLET, SEQUENCE, STEP, SUBITEM
from pipeline.clauses.pieces import AT_LINE, BROKEN, PIECE, UNNUMBERED
from pipeline.clauses.scan import LAST
from pipeline.clauses.search import RESTART
from pipeline.records import CLAUSE_FLAGS, CLAUSE_KINDS, ClauseFlag, ClauseKind

NO_FLAGS: tuple[ClauseFlag, ...] = ()
FLAGGED = 7 << 4 | BROKEN
FLAG_NAMES: tuple[tuple[ClauseFlag, ...], ...] = ((), ("gap",), ("restart",), ("doubled",), ("misnumbered",))

# Words that name a field of a post description, a contract or a system on template pages; within one line
# only these open a label.
LABEL_WORDS: Final = (
    "岗位名称|岗位职责|岗位要求|岗位|职位|职务|职责|工作职责|主要职责|工作内容|工作要求|工作目标|任职要求|任职资格|"
    "任职条件|直接上级|直接下级|直属上级|上级|下级|所属部门|部门|适用范围|适用对象|目的|范围|权限|编制|汇报对象|"
    "甲方|乙方|丙方|附件|备注|说明|要求|时间|地点|参加人员|责任人|职称|学历"
)
NAME: Final = r"[^\s：:，,。；;、！!？?“”《》()（）0-9]{1,12}"
ASIDE: Final = r"(?:[（(][^（）()\n]{1,10}[)）])?"  # 甲方（委托方）：
LABEL: Final = re.compile(
    rf"({NAME}(?:[ \u3000]{NAME})?{ASIDE}[：:])[ \u3000]*(.*)", re.DOTALL
)  # 岗位：专员 · not 1：
INLINE_LABEL: Final = re.compile(rf"(?:{LABEL_WORDS}){ASIDE}[：:]")  # 岗位：专员职责： · not 下列义务：
ANNOUNCES: Final = re.compile(
    r"(?:如下|以下|下列|包括|包含|应当|应|为|是|有|指|由|将)[：:]$"
)  # 通知如下： · not 职责：
SENTENCE_END: Final = re.compile(r"[。；！？;!?]")
DIGIT: Final = "0-9０-９〇○一二三四五六七八九xX×"
DATE: Final = re.compile(rf"[{DIGIT}]{{2,4}} ?年[{DIGIT}十廿卅元正初月日号底 _＿—./\u3000-]{{1,12}}$")
NAME_MAX = 6  # characters of the name of a field that carries a value: 岗位, 职责, 直接上级 …
VALUE_MAX = 40  # characters of its value
HEADING_MAX = 40  # characters of a heading inside an article
TITLE_MAX = 60  # characters of the title at the top; titles of statutes reach 50


class Part(NamedTuple):
    """One future clause: marker [start, body), own text [body, end).

    style, ordinal and packed are the row's of pieces.py.
    """

    start: int
    body: int
    end: int
    style: int
    ordinal: int
    packed: int
    kind: ClauseKind

    @property
    def depth(self) -> int:
        """Depth of the list that the search gave a numbered part."""
        return (self.packed & 15) - 1

    @property
    def flag(self) -> int:
        """Index into structure.FLAG_NAMES."""
        return (self.packed >> 4) & 7

    @property
    def at_line(self) -> bool:
        """Whether the part stands at a line start."""
        return self.packed & AT_LINE > 0


def parts_of(text: str) -> list[Part]:
    _, pieces, total = cut_interpreted(text)
    rows = [pieces[k : k + PIECE] for k in range(0, total * PIECE, PIECE)]
    return [Part(*row, "paragraph" if row[3] < 0 else "clause") for row in rows]


def append_piece(text: str, start: int, stop: int, packed: int, parts: list[Part]) -> None:
    """Append text[start:stop] as one unnumbered part, unless it is blank."""
    piece = text[start:stop]
    left = start + len(piece) - len(piece.lstrip())
    right = left + len(piece.strip())
    if right > left:
        parts.append(Part(left, left, right, UNNUMBERED, 0, packed, "paragraph"))


def split_labels(text: str, parts: list[Part]) -> list[Part]:
    """Cut labels out of a piece before a list in its line: 岗位：甲职责：一、 gives 岗位：甲 and 职责：."""
    out: list[Part] = []
    last = len(parts) - 1
    for k, part in enumerate(parts):
        if part.style >= 0 or k == last or parts[k + 1].style < 0 or parts[k + 1].at_line:
            out.append(part)
            continue
        starts = [m.start() for m in INLINE_LABEL.finditer(text, part.start, part.end)]
        cuts = [part.start, *(s for s in starts if s > part.start), part.end]
        for left, right in pairwise(cuts):
            append_piece(text, left, right, part.packed if left == part.start else 0, out)
    return out


def label_end(text: str, part: Part, follower: Part | None) -> int:
    """End of the marker of a label, 0 where the part is none."""
    if part.end - part.start > 2 * NAME_MAX + VALUE_MAX + 2:
        return 0
    matched = LABEL.fullmatch(text[part.start : part.end])
    if matched is None:
        return 0
    name, value = matched.group(1), matched.group(2)
    end = part.start + len(name)
    known = INLINE_LABEL.fullmatch(name) is not None
    if value:
        short = len(name) <= NAME_MAX + 1 and not SENTENCE_END.search(value)
        return end if len(value) <= VALUE_MAX and (short or known) else 0
    if known:
        return end
    opens = follower is not None and follower.style >= 0 and follower.ordinal <= 1
    return end if opens and not ANNOUNCES.search(name) else 0


def is_heading(text: str, parts: list[Part], k: int, *, top: bool) -> bool:
    """Say whether an unnumbered part is a heading: short, no sentence, and something follows."""
    part = parts[k]
    if k + 1 == len(parts) or part.end - part.start > (TITLE_MAX if top else HEADING_MAX):
        return False
    piece = text[part.start : part.end]
    if SENTENCE_END.search(piece) or piece[-1] in "：:，,、.…" or DATE.search(piece):
        return False
    follower = parts[k + 1]
    if top:
        return True
    if follower.style >= 0:
        return follower.ordinal <= 1 and follower.at_line
    return "，" not in piece and SENTENCE_END.search(text, follower.start, follower.end) is not None


def name_kinds(text: str, parts: list[Part]) -> None:
    """Decide label, heading or paragraph for every part without a number."""
    top = True
    for k, part in enumerate(parts):
        if part.style >= 0:
            top = False
            continue
        end = label_end(text, part, parts[k + 1] if k + 1 < len(parts) else None)
        if end:
            parts[k] = part._replace(kind="label", body=end)
        elif is_heading(text, parts, k, top=top):
            parts[k] = part._replace(kind="heading")
        else:
            top = False


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
    if item.style <= SUBITEM or item.style >= STEP:
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


def place(parents: list[int]) -> tuple[list[str], list[int]]:
    """Return path and level of each part. `parents` stand before their children, −1 is the root."""
    paths: list[str] = []
    levels: list[int] = []
    children = [0] * (len(parents) + 1)  # the last is the root's, whose index is -1
    for parent in parents:
        children[parent] = position = children[parent] + 1
        if parent < 0:
            paths.append(str(position))
            levels.append(1)
        else:
            paths.append(f"{paths[parent]}.{position}")
            levels.append(levels[parent] + 1)
    return paths, levels


def number(parts: list[Part], parents: list[int]) -> tuple[list[int | None], list[tuple[ClauseFlag, ...]]]:
    """Return ordinal and flags of each part."""
    ordinals: list[int | None] = [None] * len(parts)
    flags = [NO_FLAGS] * len(parts)
    latest: dict[int, int | None] = {}
    halves: set[int] = set()
    for k, (_, _, _, style, ordinal, packed, _) in enumerate(parts):
        if style < 0:
            continue
        parent = parents[k]
        if packed & FLAGGED:
            flags[k] = flags_of(parts[k], parent in latest, parent, halves)
        if style == SEQUENCE and ordinal == LAST:
            ordinals[k] = (latest.get(parent) or 0) + 1  # 最后 counts on from the one before
        elif style != BULLET:
            ordinals[k] = ordinal
        latest[parent] = ordinals[k]
    return ordinals, flags


def flags_of(part: Part, goes_on: bool, parent: int, halves: set[int]) -> tuple[ClauseFlag, ...]:
    """Return the flags of a numbered part.

    goes_on: its list has members already; halves: the parents of lists written 一）, to which it may add.
    """
    flag = part.flag
    if flag == RESTART and not goes_on:
        flag = 0  # a list that begins again under an owner of its own is no restart
    flags = FLAG_NAMES[flag]
    if part.packed & BROKEN and not goes_on:
        halves.add(parent)  # a list written 一） throughout
    elif part.packed & BROKEN and parent not in halves:
        flags = (*flags, "damaged_marker")
    return flags


def nodes_of(text: str) -> list[list[int]]:
    """What interpreted.decide_interpreted gives."""
    parts = split_labels(text, parts_of(text))
    name_kinds(text, parts)
    parents = hang(text, parts)
    paths, levels = place(parents)
    ordinals, flags = number(parts, parents)
    for k in tails(text, parts, parents):
        flags[k] = (*flags[k], "tail")
    rows = []
    for k, part in enumerate(parts):
        own = text[part.body : part.end]
        first = part.body + len(own) - len(own.lstrip()) if own.strip() else part.end
        rows.append(
            [
                *(part.start, part.body, part.end, first, first + len(own.strip())),
                *(CLAUSE_KINDS.index(part.kind), parents[k], levels[k], int(paths[k].split(".")[-1])),
                *(
                    -1 if ordinals[k] is None else ordinals[k],
                    sum(1 << CLAUSE_FLAGS.index(f) for f in flags[k]),
                ),
            ]
        )
    return [list(column) for column in zip(*rows, strict=True)] or [[]] * 11
