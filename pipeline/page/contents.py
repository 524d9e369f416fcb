"""Tables of contents: that of a page above its texts, and that of a document in it."""

import re

from pipeline.page.lines import LEADING, PageLines, rows_showing
from pipeline.records import DropReason

CONTENTS = re.compile(
    r"^[【\[（(]?\s*+(?:本文|文章|内容|全文|快速|阅读|本页)?\s*+(?:目\s*+[录次]|导\s*+航|导\s*+读|索\s*+引){1,2}\s*+[】\]）)]?\s*+[：:]?$"
)

CONTENTS_ENDS = frozenset("录次航读引】]）)：:")  # the last signs of CONTENTS
LEAST_CONTENTS = 3  # lines with leaders; fewer are blanks to fill in
LEADER_SIGNS = ("……", "......", "······")
# `1.1编制目的……………3`, `附则......12`: yes; `等等……`, `姓名......`: no
LEADER = re.compile(r".{2,60}?(?:…{2,}|\.{6,}|·{6,})\s*[-－]?(?:\d{1,4}|[IVX]{1,5})[-－]?")


def contents_rows(page: PageLines, start: int) -> dict[int, DropReason]:
    """Return the lines of a document's table of contents, `1总则……3`, and the 目录 above them."""
    rows = [r for r in rows_showing(page, LEADING, start) if LEADER.fullmatch(page.texts[r])]
    if len(rows) < LEAST_CONTENTS:
        return {}
    above = rows[0] - 1
    if above >= start and CONTENTS.match(page.texts[above]):
        rows.append(above)
    return dict.fromkeys(rows, "contents")
