"""A text cut at its markers: a row for each marker with the rest of its line, one for each further line.

Written, like the scan, to run over lists as it stands and over arrays when compiled.
"""

from pipeline.clauses import markers as mk
from pipeline.clauses.scan import BOUNDARY, END, FIELDS, ORDINAL, START, STYLE, Ints
from pipeline.clauses.search import is_broken

# A row: marker [start, body), own text [body, end), style (UNNUMBERED where no marker is), ordinal as written
# and depth + 1 + 16 * flag + AT_LINE + BROKEN, of a line AT_LINE alone.
PIECE = 6
UNNUMBERED = -1
AT_LINE = 128  # set where the marker stands at a line start
BROKEN = 256  # set where the marker has lost a bracket or its stop
FEED = ord("\n")

Found = tuple[Ints, int, Ints]  # candidates, how many, what the beam picked


def is_space(code: int) -> bool:
    """Say whether a code point is white space, as str.isspace does."""
    if code < 0x80:
        return 9 <= code <= 13 or 28 <= code <= 32
    if code < 0x2000:
        return code in (0x85, 0xA0, 0x1680)
    return code <= 0x200A or code in (0x2028, 0x2029, 0x202F, 0x205F, 0x3000)


def write_line(codes: Ints, start: int, stop: int, out: Ints, total: int) -> int:
    """Append a row for a line without a marker, unless it is blank; return how many rows there are."""
    while start < stop and is_space(codes[start]):
        start += 1
    while stop > start and is_space(codes[stop - 1]):
        stop -= 1
    if start >= stop:
        return total
    base = total * PIECE
    out[base], out[base + 1], out[base + 2] = start, start, stop
    out[base + 3], out[base + 4], out[base + 5] = UNNUMBERED, 0, AT_LINE
    return total + 1


def write_lines(codes: Ints, start: int, stop: int, out: Ints, total: int) -> int:
    """Append a row for each line of codes[start:stop] that is not blank."""
    at = start
    for i in range(start, stop):
        if codes[i] == FEED:
            total = write_line(codes, at, i, out, total)
            at = i + 1
    return write_line(codes, at, stop, out, total)


def write_marker(codes: Ints, marker: tuple[Ints, int, int], stop: int, out: Ints, total: int) -> int:
    """Append a row for a marker, up to the end of its line, and rows for the lines from there to `stop`.

    marker: candidates, which of them, what the beam made of it.
    """
    cands, c, pick = marker
    base, row = c * FIELDS, total * PIECE
    body = cands[base + END]
    feed = body
    while feed < stop and codes[feed] != FEED:
        feed += 1
    end = feed
    while end > body and is_space(codes[end - 1]):
        end -= 1
    out[row], out[row + 1], out[row + 2] = cands[base + START], body, end
    out[row + 3], out[row + 4] = cands[base + STYLE], cands[base + ORDINAL]
    at_line = AT_LINE if cands[base + BOUNDARY] == mk.LINE else 0
    out[row + 5] = pick + at_line + (BROKEN if is_broken(cands, c) else 0)
    return write_lines(codes, feed + 1, stop, out, total + 1)


def write_pieces(codes: Ints, size: int, found: Found, out: Ints, total: int) -> int:
    """Append the rows of a text of `size` code points, in order; they tile it up to white space.

    out: PIECE numbers for each marker, each line feed and each text. Returns how many rows there are then.
    """
    cands, count, picked = found
    last = -1
    for c in range(count + 1):
        if c < count and picked[c] == 0:
            continue
        stop = cands[c * FIELDS + START] if c < count else size
        if last < 0:
            total = write_lines(codes, 0, stop, out, total)
        else:
            total = write_marker(codes, (cands, last, picked[last]), stop, out, total)
        last = c
    return total
