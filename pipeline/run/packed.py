"""A page that was cut, packed for the second kernel: texts and columns of numbers in binary.

JSON of its records would take four times as long to write and to read; texts in UTF-8 a sixth longer, and a
quarter more room. Pages are packed one by one, for they are grouped anew before they are finished, and
unpacked together: no object a piece, none an edit.
"""

import json
import struct
from array import array
from codecs import utf_16_le_decode
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.page.assemble import CutColumns, Origin, Told
from pipeline.page.fields import Fields
from pipeline.records import RULE_NAMES, Edit, from_columns
from pipeline.text.offsets import replay

Ints = NDArray[np.int32]
Codes = NDArray[np.uint8]
RULE_CODES = {rule: code for code, rule in enumerate(RULE_NAMES)}
SIZES = struct.Struct("<5I")  # pieces, edits, and bytes of raw, of canonical (0: as repaired) and of the rest
ENCODING = "utf-16-le"  # of the texts: nearly all are of two bytes a character, as in memory
COMMA = ",".encode(ENCODING)

JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def pack(cut: CutColumns) -> bytes:
    """Return a page that was cut as bytes, 8 KB of a page of 50 KB. 15 µs; LZ4 would take as long again."""
    texts, told, fields = cut.texts, cut.told, cut.told.fields
    starts, ends, roles, reasons, groups, headings = cut.columns
    edits = texts.repaired.edits
    at, to, replacements, rules = zip(*edits, strict=True) if edits else ((), (), (), ())
    rest = [
        *(cut.origin.encoding, cut.origin.evidence),
        replacements if any(replacements) else (),  # most edits only delete
        *(texts.repaired.unresolved, told.declared, told.titles, told.subject),
        *(fields.title, fields.site, fields.breadcrumb, fields.updated, fields.views, fields.author),
    ]
    canonical = "" if texts.canonical == texts.repaired.text else texts.canonical
    told_texts = [text.encode(ENCODING) for text in (texts.raw, canonical, JSON.encode(rest))]
    numbers = [array("i", column) for column in (starts, ends, groups, at, to)]
    sizes = SIZES.pack(len(starts), len(edits), *map(len, told_texts))
    codes = (roles, reasons, headings, bytes(map(RULE_CODES.__getitem__, rules)))
    return b"".join((sizes, *numbers, *codes, *told_texts))


class Edits(NamedTuple):
    """The edits of some pages by column, those of each page one behind the other: `counts` says how many.

    `replacements` is None where none of them puts anything: most only delete.
    """

    starts: Ints
    ends: Ints
    rules: Codes  # places in RULE_NAMES
    replacements: list[str] | None
    counts: Ints


class Pieces(NamedTuple):
    """The pieces of some pages (`page.pieces.Columns`) in arrays, one page behind the other."""

    starts: Ints
    ends: Ints
    groups: Ints
    roles: Codes
    reasons: Codes
    headings: Codes
    counts: Ints  # of each page


class Cuts(NamedTuple):
    """Some pages that were cut. A canonical text is the repaired one itself where it equals it."""

    origins: list[Origin]
    told: list[Told]
    raws: list[str]
    repaired: list[str]
    canonicals: list[str]
    pieces: Pieces
    edits: Edits
    unresolved: list[int]  # how many places of each page could not be mended


def unpack(packed: Sequence[bytes], page_ids: Sequence[str], urls: Sequence[str | None]) -> Cuts:
    """Return the pages that `pack` packed, one or more. 25 µs a page."""
    sizes = [SIZES.unpack_from(each) for each in packed]
    n_pieces, n_edits = (np.array(column, dtype=np.int32) for column in list(zip(*sizes, strict=True))[:2])
    starts, ends, groups, at, to, *codes, raws, canonicals, rest = zip(
        *map(_split, packed, sizes), strict=True
    )
    roles, reasons, headings, rules = (np.frombuffer(bytearray().join(each), np.uint8) for each in codes)
    told = json.loads(f"[{utf_16_le_decode(COMMA.join(rest))[0]}]")
    replacements = _replacements([each[2] for each in told], n_edits)
    edits = Edits(_numbers(at), _numbers(to), rules, replacements, n_edits)
    raw_texts = [utf_16_le_decode(text)[0] for text in raws]
    repaired = _repaired(raw_texts, edits)
    return Cuts(
        [Origin(i, url, *each[:2]) for i, url, each in zip(page_ids, urls, told, strict=True)],
        [_told(*each[4:]) for each in told],
        *(raw_texts, repaired),
        [utf_16_le_decode(own)[0] if own else text for own, text in zip(canonicals, repaired, strict=True)],
        Pieces(_numbers(starts), _numbers(ends), _numbers(groups), roles, reasons, headings, n_pieces),
        edits,
        [len(each[3]) for each in told],
    )


def _split(packed: bytes, sizes: Sequence[int]) -> list[bytes]:
    """Return the columns and texts of a page in bytes, in their order."""
    n_pieces, n_edits, *texts = sizes
    parts = [*[4 * n_pieces] * 3, *[4 * n_edits] * 2, *[n_pieces] * 3, n_edits, *texts]
    return [packed[start:end] for start, end in pairwise(accumulate(parts, initial=SIZES.size))]


def _numbers(columns: Sequence[bytes]) -> Ints:
    """Return one column of all pages, which can be written to."""
    return np.frombuffer(bytearray().join(columns), np.int32)


def _replacements(pages: Sequence[Sequence[str]], counts: Ints) -> list[str] | None:
    """Return what the edits of some pages put; of a page whose edits only delete nothing is given."""
    if not any(pages):
        return None
    put = [each or [""] * n for each, n in zip(pages, counts.tolist(), strict=True)]
    return [text for each in put for text in each]


def _repaired(raws: Sequence[str], edits: Edits) -> list[str]:
    """Return each text as it was mended: most need no mending."""
    made, replacements = list(raws), edits.replacements
    ends = np.cumsum(edits.counts)
    for k in np.flatnonzero(edits.counts).tolist():
        mine = slice(int(ends[k] - edits.counts[k]), int(ends[k]))
        put = [""] * int(edits.counts[k]) if replacements is None else replacements[mine]
        columns = edits.starts[mine].tolist(), edits.ends[mine].tolist(), put, edits.rules[mine].tolist()
        made[k] = replay(raws[k], list(from_columns(Edit, *columns)))
    return made


def _told(declared: int | None, titles: list[str], subject: str, *fields: Any) -> Told:
    title, site, breadcrumb, updated, views, author = fields
    return Told(Fields(title, site, tuple(breadcrumb), updated, views, author), declared, titles, subject)
