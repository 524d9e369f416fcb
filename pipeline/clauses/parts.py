"""The pieces of a text as parts, each a future clause: labels cut out of lines, the kind of each."""

import re
from itertools import pairwise
from typing import Final, NamedTuple

from pipeline.clauses.decide import Columns
from pipeline.clauses.pieces import AT_LINE, UNNUMBERED
from pipeline.records import ClauseKind, from_columns

BREAKS: Final = str.maketrans(dict.fromkeys("\r\u2028\u2029\x0b\x0c\x85\x1c\x1d\x1e", "\n"))

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
DATE: Final = re.compile(r"[0-9０-９〇○一二三四五六七八九xX×]{2,4} ?年.{1,8}日?$")
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


def parts_of(columns: Columns) -> list[Part]:
    """Return the parts of a text in order, from its pieces; they tile it up to white space.

    >>> [(p.start, p.end, p.kind) for p in parts_of([[0], [0], [2], [-1], [0], [128]])]
    [(0, 2, 'paragraph')]
    """
    kinds = ["paragraph" if style < 0 else "clause" for style in columns[3]]
    return list(from_columns(Part, *columns, kinds))


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
