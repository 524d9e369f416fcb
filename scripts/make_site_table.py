"""Make the table of `pipeline/page/wording.py`: how a site's own lines read, in pairs of characters.

usage: python scripts/make_site_table.py

Writes pipeline/data/wording.txt. Sources, all our own writing: `site_lines.txt`, what sites say of themselves
(`~` stands for a name, `3` for a number), against `text_lines.txt` and the clauses of `prose.py`, what
documents say; and the common pairs of pipeline/data/language.txt (jieba, MIT), counted as rare in both.
"""

import math
import random
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import fabric

from pipeline.page.wording import STEP, pairs_of

HERE = Path(__file__).resolve().parent
DATA = HERE.parent / "pipeline" / "data"
N_DOCUMENTS = 1500  # drawn lists of clauses; twice as many change no level of a pair by more than one
OWN = 1.5  # lines of sites that one of `text_lines.txt` outweighs; all drawn clauses weigh as much as those
ALPHA = 0.3  # added to each count of lines that say a pair: among .1 to .5 the best on lists left out
COMMON = 0.2  # of a line for each common pair of the language that neither list may say
UNKNOWN, SHARE = (
    -0.3,
    0.5,
)  # weight of a pair neither list says, and the share of its characters' weights in it
LEAST = 0.6  # difference from what its characters alone tell, below which a pair is not listed
LEVELS = 7  # of a weight on either side of 0


def count(lines: Iterable[str]) -> tuple[Counter[str], Counter[str], int]:
    """Count the lines that say each pair and each character, and the lines."""
    pairs: Counter[str] = Counter()
    chars: Counter[str] = Counter()
    kept = set(lines)
    for line in kept:
        found = set(pairs_of(line))
        pairs.update(found)
        chars.update(set("".join(found)))
    return pairs, chars, len(kept)


def draw_texts() -> list[str]:
    """Clauses of our own prose, without their markers."""
    r = random.Random(1)
    drawn = [clause for _ in range(N_DOCUMENTS) for clause in fabric.draw_clauses(r, 8, "1、")]
    return [line for clause in drawn for line in (clause["text"], *clause["more"])]


def weigh() -> tuple[dict[str, int], dict[str, int]]:
    """Return the levels of characters and of pairs."""
    sites = (HERE / "site_lines.txt").read_text("utf-8").split("\n")
    texts = (HERE / "text_lines.txt").read_text("utf-8").split("\n")
    common = (DATA / "language.txt").read_text("utf-8").split("\n")[2]
    site_pairs, site_chars, n_site = count(sites)
    drawn_pairs, drawn_chars, n_drawn = count(draw_texts())
    own_pairs, own_chars, _ = count(texts)
    pairs = {p: drawn_pairs[p] * n_site / n_drawn + OWN * own_pairs[p] for p in drawn_pairs | own_pairs}
    chars = {c: drawn_chars[c] * n_site / n_drawn + OWN * own_chars[c] for c in drawn_chars | own_chars}
    for at in range(0, len(common), 2):
        pairs[common[at : at + 2]] = pairs.get(common[at : at + 2], 0.0) + COMMON
    singles = {c: math.log((site_chars[c] + 1) / (chars.get(c, 0.0) + 1)) for c in {*site_chars, *chars}}
    levels = {c: level for c, w in singles.items() if (level := round(SHARE * w / 2 / STEP))}
    out: dict[str, int] = {}
    for pair in {*site_pairs, *pairs}:
        weight = math.log((site_pairs[pair] + ALPHA) / (pairs.get(pair, 0.0) + ALPHA))
        alone = UNKNOWN + STEP * sum(levels.get(c, 0) for c in pair)
        if abs(weight - alone) >= LEAST:
            out[pair] = max(-LEVELS, min(LEVELS, round(weight / STEP)))
    return levels, out


def main() -> None:
    """Write the table: a line a level, characters first."""
    head = "# level, characters; level, pairs; our own lines of sites and texts; scripts/make_site_table.py"
    rows = [head]
    for levels in weigh():
        for level in sorted(set(levels.values())):
            rows.append(f"{level}\t" + "".join(sorted(x for x, n in levels.items() if n == level)))
        rows.append("")
    (DATA / "wording.txt").write_text("\n".join(rows), "utf-8")
    print(sum(map(len, rows)), "characters")


if __name__ == "__main__":
    main()
