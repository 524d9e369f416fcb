"""Bytes to characters, judged from the bytes alone.

Template sites declare `gb2312` and send UTF-8, and the reverse (docs/accuracy-page.md), so neither a `meta`
nor a header is read. Order: byte order mark; UTF-16 without one; strict UTF-8; strict GBK of common
characters; then UTF-8 with stray bytes, GB18030 (a superset of GB2312 and GBK) and Big5-HKSCS compete by how
many of those they give.
"""

import codecs
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# The contest reads so many bytes of a body in up to so many windows spread over it: some 350 characters, and
# a dozen already decide (docs/accuracy-page.md).
SAMPLE_BYTES = 768
WINDOWS = 8
# Bytes that are looked at together for being ASCII. Markup and scripts are, and say nothing: the contest
# leaves them out, and they need no decoder of two-byte characters, which takes 5 to 16 ns a character.
BLOCK_BYTES = 512
RICH_BYTES = 32  # beyond ASCII, from which a block is text: ten Chinese characters
MAX_RESYNC = 3  # bytes behind the lead byte of a character of GB18030
# UTF-8 in which at least this share of the sequences is sound is UTF-8 with stray bytes (facts §4: < 5 %
# bad); GBK read as UTF-8 has less than 15 % sound ones.
SOUND_UTF8 = 0.95
MAYBE_UTF8 = 0.5  # share in the windows below which the whole is not counted: between the two above
MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Of a body that holds NUL, so much is tried as UTF-16: what `store/sniff.py` sees of a file.
UTF16_BYTES = 4096
CONTEST = ("gb18030", "big5hkscs", "utf-8")  # an equal score goes to the earlier
SURE = 0.5  # share of common characters that no wrong encoding comes near (see COMMON): the rest is not tried
HIGH_BYTES = bytes(range(0x80, 0x100))
PRINTED = frozenset(map(chr, (*range(0x20, 0x7F), 0x09, 0x0A, 0x0D)))  # of ASCII
POINTS_BEHIND = 4  # zeros behind the code points of a text, so that who reads them may look ahead
PADDING = "\0"  # some servers pad with NUL; a BOM inside the body is for repair to drop
# The commonest characters of Chinese prose and of rules and regulations, with their Traditional forms (OpenCC
# s2t): read in the right encoding 61 to 83 % of a text is among them, in a wrong one at most 9 %
# (docs/accuracy-page.md).
COMMON = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方"
    "多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明"
    "性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世"
    "位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量"
    "再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完"
    "设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运章例责岗职办范标篇附准款项服客户"
    "单负检查按照根予费申请审批执，。、：；（）《》“”？！"
    "這個們來爲為國說時會對於過發後裏裡種經麼學現當沒動還進樣開從實軍無與長機關點業將兩間問並應戰頭體見產話內給門兒東聲員論處"
    "義幾認條氣題爾別變總電數報結務場計資許統區隊決馬書則聽卻達強難權設記類據邊張該規萬覺術領確傳師觀讓識帶導爭運責崗職辦範標"
    "準項戶單負檢費請審執"
)
# The Unicode consortium's table of Big5, which Python's codec `big5` follows, has ①–⑩ and ⑴–⑽ where those of
# ETEN and HKSCS have the last katakana and the first Cyrillic letters.
ENCLOSED = str.maketrans(
    "ロヮワヰヱヲンヴヵヶ" + "".join(map(chr, (*range(0x410, 0x416), 0x401, *range(0x416, 0x419)))),
    "①②③④⑤⑥⑦⑧⑨⑩⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽",
)
OTHER_KANA = re.compile("[ぁ-んァ-レ]")
# Where a run beyond ASCII begins. No byte below 40 is the second half of a character in GBK or Big5.
EDGE = re.compile(rb"[\0-\x3f][\x80-\xff]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A decoded body: the Python codec used, and in words why it was chosen.

    `points` are its code points and `POINTS_BEHIND` zeros, where decoding has made them by the way.
    """

    text: str
    encoding: str
    evidence: str
    points: "NDArray[np.uint32] | None" = field(default=None, repr=False, compare=False)


def decode(body: bytes) -> Decoded:
    r"""Decode a page or a text of unknown encoding; never fails.

    `body` is the whole body, transfer encoding removed. Bytes that fit nowhere become U+FFFD; NUL is dropped.
    The encoding is the name of a Python codec: `utf-8`, `utf-16-le`, `utf-16-be`, `gb18030`, `big5hkscs`.
    Linear: 1 GB/s for sound UTF-8 and for ASCII, 200 MB/s for sound GBK, 500 with numba loaded.

    >>> decode("岗位职责".encode("gbk")).encoding
    'gb18030'
    >>> decode("管理制度".encode() + b"\xff" + "第一条 为了加强管理，制定本制度。".encode()).encoding
    'utf-8'
    """
    for mark, name in MARKS:
        if body.startswith(mark):
            return _finish(body, body[len(mark) :].decode(name, "replace"), name, "byte order mark")
    if unmarked := unmarked_utf16(body):
        return _finish(body, body.decode(unmarked, "replace"), unmarked, "UTF-16 without a mark")
    try:
        return _finish(body, body.decode("utf-8"), "utf-8", "valid UTF-8")
    except UnicodeDecodeError as error:
        cut = error.start >= len(body) - 3 and error.reason == "unexpected end of data" and error.start > 0
        if cut:
            return _finish(
                body, body[: error.start].decode("utf-8") + "\ufffd", "utf-8", "valid UTF-8, cut at its end"
            )
    return _sure_gbk(body) or _contest(body)


def unmarked_utf16(body: bytes) -> str | None:
    r"""Name the codec of a body that is UTF-16 without a byte order mark; None for any other.

    Read so, half of its beginning at least is ASCII or common characters. ASCII of one byte read in pairs
    gives rare characters, GBK gives Hangul, padding gives NUL: nothing else comes near (see COMMON).

    >>> unmarked_utf16("<p>制度".encode("utf-16-be")), unmarked_utf16(b"<p>padded\0\0")
    ('utf-16-be', None)
    """
    head = body[:UTF16_BYTES]
    if b"\0" not in head:
        return None
    for name in ("utf-16-le", "utf-16-be"):
        text = head.decode(name, "replace")
        if _hits(text) + sum(map(PRINTED.__contains__, text)) >= SURE * len(text):
            return name
    return None


def _sure_gbk(body: bytes) -> Decoded | None:
    """Decode what is GBK throughout and in large part common characters, which no other encoding is."""
    points = None
    if "numba" in sys.modules and b"\0" not in body:
        from pipeline.text.gbk import points_of_gbk
        from pipeline.text.points import text_of

        points, score = points_of_gbk(body, COMMON, POINTS_BEHIND)
        text = text_of(points[:-POINTS_BEHIND]) if score >= SURE else ""
    else:
        try:
            text = body.decode("gbk")
        except UnicodeDecodeError:
            return None
        score = _score(text)
    words = f"common characters: gb18030 {score:.2f}"
    return _finish(body, text, "gb18030", words, points) if score >= SURE else None


def _finish(
    body: bytes, text: str, name: str, evidence: str, points: "NDArray[np.uint32] | None" = None
) -> Decoded:
    return Decoded(text.replace(PADDING, "") if b"\0" in body else text, name, evidence, points)


def _score(text: str) -> float:
    """Return the share of common characters among those beyond ASCII, lost ones counted twice."""
    beyond = len(text) - len(text.encode("ascii", "ignore"))
    return (_hits(text) - 2 * text.count("\ufffd")) / beyond if beyond else 0.0


def _hits(text: str) -> int:
    """Return how many characters of a text are common."""
    if "numpy" in sys.modules:
        from pipeline.text.simplify import count_among

        return count_among(text, COMMON)
    return sum(map(COMMON.__contains__, text))


def _soundness(body: bytes) -> tuple[str, int, int]:
    """Return what a body is in UTF-8, how many of its sequences are broken, and of about how many."""
    text = body.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    return (
        text,
        bad,
        (len(body) - len(body.translate(None, HIGH_BYTES))) // 3 + bad,
    )  # Chinese takes three each


def _contest(body: bytes) -> Decoded:
    """Decode what is not valid UTF-8, by the codec whose text has most common characters."""
    blocks = [body[at : at + BLOCK_BYTES] for at in range(0, len(body), BLOCK_BYTES)]
    starts = [n * BLOCK_BYTES for n, block in enumerate(blocks) if not block.isascii()]
    rich = [n * BLOCK_BYTES for n, block in enumerate(blocks) if _is_rich(block)]
    sample = _sample(body, rich or starts, starts[0])
    _, bad, beyond = _soundness(sample)
    if beyond and 1 - bad / beyond >= MAYBE_UTF8:
        text, bad, beyond = _soundness(body)
        if 1 - bad / beyond >= SOUND_UTF8:
            return _finish(body, text, "utf-8", f"UTF-8 with {bad} of {beyond} sequences broken")
    scores: dict[str, float] = {}
    for name in CONTEST:
        scores[name] = _score(sample.decode(name, "replace"))
        if scores[name] >= SURE:
            break
    best = max(scores, key=lambda name: scores[name])
    words = ", ".join(f"{name} {score:.2f}" for name, score in scores.items())
    text = _decode_blocks(body, starts, best)
    if best == "big5hkscs" and ("ロ" in text or "\u0410" in text) and not OTHER_KANA.search(text):
        text = text.translate(ENCLOSED)  # no Japanese and no Russian: numbers of a list
    return _finish(body, text, best, f"common characters: {words}")


def _sample(body: bytes, starts: Sequence[int], first: int) -> bytes:
    """Return windows spread over the blocks at `starts`, each from the beginning of a character on.

    `first` is the first block that is not ASCII.
    """
    chosen = starts[:: -(-len(starts) // WINDOWS)]
    size = SAMPLE_BYTES // len(chosen)
    parts: list[bytes] = []
    for at in chosen:
        edge = EDGE.search(body, at, at + BLOCK_BYTES)
        if at == first:  # behind nothing but ASCII
            parts.append(body[at : at + size])
        elif edge:
            parts.append(body[edge.start() : edge.start() + size])
    return b"<".join(parts) or body[first : first + SAMPLE_BYTES]


def _is_rich(block: bytes) -> bool:
    """Tell a block of text from ASCII in which a few bytes are broken."""
    return len(block) - len(block.translate(None, HIGH_BYTES)) >= RICH_BYTES


def _decode_blocks(body: bytes, starts: Sequence[int], name: str) -> str:
    """Decode a body whose blocks are ASCII but for those at `starts`."""
    parts: list[str] = []
    begin = end = 0  # of the run of blocks before; what is before `begin` is decoded
    for start in (*starts, len(body) + 2 * BLOCK_BYTES):
        if start > end:
            parts += (_decode_beyond(body[begin:end], name), body[end:start].decode("ascii"))
            begin = start
        end = start + BLOCK_BYTES + MAX_RESYNC
    return "".join(parts)


def _decode_beyond(part: bytes, name: str) -> str:
    """Decode a part. GBK is GB18030 without its four-byte characters, and its decoder twice as fast."""
    if name != "gb18030":
        return part.decode(name, "replace")
    try:
        return part.decode("gbk")
    except UnicodeDecodeError as error:
        return part[: error.start].decode("gbk") + part[error.start :].decode(name, "replace")
