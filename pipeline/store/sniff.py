"""What a file holds, told by its first bytes; its ending only decides between plain texts."""

import json
import re
from typing import Literal

from pipeline.text.encoding import unmarked_utf16

Kind = Literal["page", "gzip", "warc", "zip", "parquet", "jsonl", "mhtml", "empty", "other"]

HEAD_BYTES = 4096  # the WHATWG sniffing standard looks at 1,445 bytes; MHTML headers may be longer
TEXT_ENDINGS = (
    ".txt", ".html", ".htm", ".xhtml", ".shtml", ".shtm", ".php", ".asp", ".aspx", ".jsp", ".text",
)  # fmt: skip

# First bytes of what is surely no page (registry of file signatures): documents, pictures, programs. Those
# that could be the first letters of a text (`MZ`, `ID3`) with the bytes that follow.
SIGNATURES = (
    b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM\x00", b"\x7fELF", b"MZ\x90\x00", b"BZh",
    b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!", b"\x28\xb5\x2f\xfd", b"\xd0\xcf\x11\xe0", b"{\\rtf",
    b"SQLite format 3", b"wOFF", b"OggS", b"ID3\x02", b"ID3\x03", b"ID3\x04", b"\x00\x00\x01\x00",
    b"\xca\xfe\xba\xbe", b"ARROW1", b"!<arch>",
)  # fmt: skip
GZIP, PARQUET = b"\x1f\x8b", b"PAR1"
ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
TAR_MARK = b"ustar"  # behind the first name and its numbers (POSIX.1); pages would follow one another as one
UNICODE_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")
HTML_START = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|title|meta|div|table|p|h[1-6])[\s>/]", re.IGNORECASE
)
MHTML_HEADER = re.compile(rb"^content-type:\s*multipart/related", re.IGNORECASE | re.MULTILINE)
JSON_DOCUMENT = re.compile(rb'\s*(?:\[\s*)?\{\s*"[^"\\]{1,100}"\s*:')  # `[{"html": …`, `{ \n "html": …`
JSON_START = re.compile(rb"\s*\{")
HEADER_LINE = re.compile(rb"[A-Za-z-]+:")  # `MIME-Version:`: yes; `<html>`: no
CONTROL = bytes((*range(0x09), *range(0x0E, 0x1B), *range(0x1C, 0x20)))
MAX_CONTROL_SHARE = 0.05  # text with stray controls is still text; pictures and programs hold 10 to 30 %


def kind_of(head: bytes, name: str) -> Kind:
    r"""Say what a file is from its first `HEAD_BYTES` bytes and, for plain text, its name.

    >>> kind_of(b"%PDF-1.7", "a.html"), kind_of(b"<!DOCTYPE html><p>", "a.bin"), kind_of(b"\xd6", "a.txt")
    ('other', 'page', 'page')
    """
    if not head:
        return "empty"
    if head.startswith(GZIP):
        return "gzip"
    if head.startswith(b"WARC/"):
        return "warc"
    if head.startswith(ZIP):
        return "zip"
    if head.startswith(PARQUET):
        return "parquet"
    if not holds_text(head):
        return "other"
    return _text_kind(head, name)


def holds_text(head: bytes) -> bool:
    r"""Say whether a file that begins so holds text of any kind.

    >>> holds_text("制度".encode("gbk")), holds_text(b"PK\x03\x04"), holds_text(b"\xff\xd8\xff\xe0")
    (True, False, False)
    """
    if head.startswith((GZIP, *ZIP, PARQUET, *SIGNATURES)) or head[257:262] == TAR_MARK:
        return False
    return unmarked_utf16(head) is not None or not _binary(head)


def _text_kind(head: bytes, name: str) -> Kind:
    if HEADER_LINE.match(head) and MHTML_HEADER.search(head):
        return "mhtml"
    if _json_row(head) or name.lower().endswith((".jsonl", ".ndjson")):
        return "jsonl"
    if JSON_DOCUMENT.match(head):
        return "other"
    if HTML_START.search(head) or head.startswith(UNICODE_MARKS) or unmarked_utf16(head):
        return "page"
    ending = name.lower().removesuffix(".gz").rpartition("/")[2]
    return "page" if "." not in ending or ending.endswith(TEXT_ENDINGS) else "other"


def _binary(head: bytes) -> bool:
    if head.startswith(UNICODE_MARKS) or HTML_START.search(head):
        return False
    return len(head) - len(head.translate(None, CONTROL)) > MAX_CONTROL_SHARE * len(head)


def _json_row(head: bytes) -> bool:
    if not JSON_START.match(head):
        return False
    line = head.lstrip().partition(b"\n")[0]
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return bool(re.match(rb'\{\s*"[^"\\]{1,100}"\s*:', line))  # a first row longer than the head
