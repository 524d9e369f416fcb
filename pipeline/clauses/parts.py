"""A text cut into parts: one for each marker, one for each line, or piece of a line, without."""

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from pipeline.clauses.decide import Found
from pipeline.records import ClauseKind

BREAKS: Final = str.maketrans(dict.fromkeys("\r\u2028\u2029\x0b\x0c\x85\x1c\x1d\x1e", "\n"))

# Words that name a field of a post description, a contract or a system on template pages; inside one line only
# these open a label.
LABEL_WORDS: Final = (
    "岗位名称|岗位职责|岗位要求|岗位|职位|职务|职责|工作职责|主要职责|工作内容|工作要求|工作目标|任职要求|任职资格|"
    "任职条件|直接上级|直接下级|直属上级|上级|下级|所属部门|部门|适用范围|适用对象|目的|范围|权限|编制|汇报对象|"
    "甲方|乙方|丙方|附件|备注|说明|要求|时间|地点|参加人员|责任人|职称|学历"
)
NAME: Final = r"[^\s：:，,。；;、！!？?“”《》()（）0-9]{1,12}"
LABEL: Final = re.compile(
    rf"({NAME}(?:[ \u3000]{NAME})?[：:])[ \u3000]*(.*)", re.DOTALL
)  # 岗位：专员 · not 通知如下：
INLINE_LABEL: Final = re.compile(rf"(?:{LABEL_WORDS})[：:]")  # 岗位：专员职责： · not 下列职责：
ANNOUNCES: Final = re.compile(
    r"(?:如下|以下|下列|包括|包含|应当|应|为|是|有|指|由|将)[：:]$"
)  # 通知如下： · not 职责：
SENTENCE_END: Final = re.compile(r"[。；！？;!?]")
DATE: Final = re.compile(r"[0-9０-９〇○一二三四五六七八九xX×]{2,4} ?年.{1,8}日?$")
NAME_MAX = 6  # characters of the name of a field that carries a value; facts.md: 岗位, 职责, 直接上级 …
VALUE_MAX = 40  # characters of its value
HEADING_MAX = 40  # characters of a heading inside an article
TITLE_MAX = 60  # characters of the title at the top; statute titles reach 50


@dataclass(slots=True)
class Part:
    """One future clause: marker [start, body), own text [body, end). found is None where no number stands."""

    start: int
    body: int
    end: int
    found: Found | None
    kind: ClauseKind
    at_line: bool


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Span without the white space at its ends."""
    piece = text[start:end]
    stripped = piece.strip()
    if len(stripped) == len(piece):
        return start, end
    left = start + len(piece) - len(piece.lstrip())
    return left, left + len(stripped)


def lines_of(text: str, start: int, end: int, parts: list[Part], *, at_line: bool) -> None:
    """Append each line of text[start:end] that is not blank."""
    while start < end:
        stop = text.find("\n", start, end)
        stop = end if stop < 0 else stop
        left, right = trim(text, start, stop)
        if right > left:
            parts.append(Part(left, left, right, None, "paragraph", at_line))
        start, at_line = stop + 1, True


def cut(text: str, found: list[Found]) -> list[Part]:
    """Return the parts of a text in order; they tile it up to white space.

    text: its line breaks are line feeds. Cost: linear.

    >>> [(p.start, p.end) for p in cut("题目", [])]
    [(0, 2)]
    """
    parts: list[Part] = []
    lines_of(text, 0, found[0].start if found else len(text), parts, at_line=True)
    last = len(found) - 1
    for k, marker in enumerate(found):
        stop = found[k + 1].start if k < last else len(text)
        line_end = text.find("\n", marker.end, stop)
        own = stop if line_end < 0 else line_end
        end = own
        while end > marker.end and text[end - 1].isspace():
            end -= 1
        at_line = text.rfind("\n", max(0, marker.start - 8), marker.start) >= 0 or not marker.start
        parts.append(Part(marker.start, marker.end, end, marker, "clause", at_line))
        if line_end >= 0:
            lines_of(text, line_end, stop, parts, at_line=True)
    return parts


def split_labels(text: str, parts: list[Part]) -> list[Part]:
    """Cut labels out of a lead-in that is one line: 岗位：专员职责：一、… gives 岗位：专员 and 职责：."""
    out: list[Part] = []
    for k, part in enumerate(parts):
        follower = parts[k + 1] if k + 1 < len(parts) else None
        if part.found is not None or follower is None or follower.found is None or follower.at_line:
            out.append(part)
            continue
        starts = [m.start() for m in INLINE_LABEL.finditer(text, part.start, part.end)]
        cuts = [part.start, *(s for s in starts if s > part.start), part.end]
        for first, second in pairwise(cuts):
            left, right = trim(text, first, second)
            if right > left:
                out.append(Part(left, left, right, None, "paragraph", part.at_line and left == part.start))
    return out


def label_end(text: str, part: Part, follower: Part | None) -> int:
    """End of the marker of a label, 0 where the part is none."""
    matched = LABEL.fullmatch(text[part.start : part.end]) if part.end - part.start <= NAME_MAX + 60 else None
    if matched is None:
        return 0
    name, value = matched.group(1), matched.group(2)
    end = part.start + len(name)
    known = INLINE_LABEL.fullmatch(name) is not None
    if value:
        short = len(name) <= NAME_MAX + 1 and len(value) <= VALUE_MAX and not SENTENCE_END.search(value)
        return end if short or (known and len(value) <= VALUE_MAX) else 0
    if known:
        return end
    opens = follower is not None and follower.found is not None and follower.found.ordinal <= 1
    return end if opens and not ANNOUNCES.search(name) else 0


def is_heading(text: str, parts: list[Part], k: int, *, top: bool) -> bool:
    """Say whether an unnumbered part is a heading: short, no sentence, and something follows."""
    part = parts[k]
    piece = text[part.start : part.end]
    if k + 1 >= len(parts) or len(piece) > (TITLE_MAX if top else HEADING_MAX):
        return False
    if SENTENCE_END.search(piece) or piece[-1] in "：:，,、.…" or DATE.search(piece):
        return False
    follower = parts[k + 1]
    if top:
        return True
    if follower.found is not None:
        return follower.found.ordinal <= 1 and follower.at_line
    return bool(SENTENCE_END.search(text[follower.start : follower.end])) and "，" not in piece


def name_kinds(text: str, parts: list[Part]) -> None:
    """Decide label, heading or paragraph for every part without a number."""
    top = True
    for k, part in enumerate(parts):
        if part.found is not None:
            top = False
            continue
        follower = parts[k + 1] if k + 1 < len(parts) else None
        end = label_end(text, part, follower)
        if end:
            part.kind, part.body = "label", end
        elif is_heading(text, parts, k, top=top):
            part.kind = "heading"
        else:
            top = False
