"""Whether a line reads like a site's own words or like a text's, told by its pairs of characters.

Lists of words know what they list. What sites say of themselves is of one kind (`以下内容需登录后可见`,
`文字若有出入，以原件为准。`): a line says it in new words, but in the same pairs of characters. The table is
the log likelihood ratio of some hundred such lines against lines of documents (`scripts/make_site_table.py`).
"""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files
from operator import add
from struct import unpack_from

from pipeline.page.search import compile_search

MAX_LINE = 120  # characters; what is longer is a text's, or begins like a disclaimer
REMEMBERED = 4096  # lines whose weight is remembered, as in `sitewords`
MORE_PAIRS = 16_384  # pairs that are not listed whose weight is remembered: 2 MB
STEP = 0.5  # of a weight, in nats: the table's levels are whole steps
UNKNOWN = -0.3  # weight of a pair that is not listed, before its characters' own; scripts/make_site_table.py
LEAST = 0.3  # weight of a site's line
SHORT, MORE = 6, 0.15  # Chinese characters below which chance has more say, and what each that lacks costs
OF_SPEAKER = -1.0  # weight of what a speaker says, whose words a site's are made of: `大家`, `感谢`
BEGIN, END = "^", "$"  # stand for what a run of letters begins and ends at
BETWEEN = END + BEGIN
RUN = re.compile("[一-鿿]+")
UNIT = 16  # bits of a character of a run and of the marks
MASK = (1 << UNIT) - 1


def pairs_of(line: str) -> list[str]:
    """Return the pairs of neighbouring Chinese characters of a line, with a mark before and behind each run.

    >>> pairs_of("顶一下(3)")
    ['^顶', '顶一', '一下', '下$']
    """
    out: list[str] = []
    for run in RUN.findall(line):
        marked = f"{BEGIN}{run}{END}"
        out += map(add, marked, marked[1:])
    return out


def codes_of(text: str, at: int = 0) -> tuple[int, ...]:
    """Return each second pair of a text's characters from `at` on, as the table knows them.

    A pair's code has its second character above its first: the text in UTF-16 is full of them. A quarter of
    the time of pairs of letters.

    >>> [hex(code) for code in codes_of("顶一下")], codes_of("顶一下", 1) == codes_of("一下")
    (['0x4e009876'], True)
    """
    return unpack_from(f"<{(len(text) - at) // 2}I", text.encode("utf-16-le"), 2 * at)


def _pairs_of_runs(runs: Sequence[str]) -> list[int]:
    """Return the codes of all pairs of runs in order, and of that of END and BEGIN between two of them."""
    marked = f"{BEGIN}{BETWEEN.join(runs)}{END}"
    codes = [0] * (len(marked) - 1)
    codes[::2], codes[1::2] = codes_of(marked), codes_of(marked, 1)
    return codes


# Who speaks or writes in a text: `我的演讲完了，谢谢大家！`, `请各位领导批评指正。`; not `我要投稿`
SPOKEN = compile_search(
    "我(?![们要来]|也说)|谢谢|感谢|恭?祝(?:愿|大家|您|你|各位|全)|敬礼|批评、?指正|各位|同[学志事仁]们|朋友们"
    "|尊敬的|敬爱的|亲爱的|演讲|致辞|大家好|[早晚下]上?午?好[！!]|^[您你]们?好|朋友[，！,!]"
)
OF_SITES = compile_search(  # `感谢您的浏览`
    "本[站网页文篇]|小编|登录|注册|阅读|浏览|预览|访问|观看|观赏|关注|收藏|下载|分享|转载|网友|采纳|投稿|网站"
)


# Of what sites speak; a line without one of these may be worded like theirs by chance.
PAGE_WORDS = (
    "本[站网页文篇]|读者|网友|[小主]编|编[辑者]|下载|分享|收藏|浏览|阅读|转载|版权|会员|登录|注册|关注|范[文例]|模板|文档|样例|例文|一篇"
    "|[下上]面|以[下上]|前面|后面|接[着下]|继续|网站|站长|客服|广告|点击|评论|投稿|来源|借鉴|雷同|原件|出入"
)
OF_PAGES = compile_search(PAGE_WORDS)


def speaks_of_pages(line: str) -> bool:
    """Tell whether a line speaks of pages, readers or editors.

    >>> speaks_of_pages("喜欢就收藏这一篇"), speaks_of_pages("简单说就是")
    (True, False)
    """
    return OF_PAGES.search(line) is not None


def is_spoken(line: str) -> bool:
    """Tell whether a speaker or the writer of a letter says a line, and not the site.

    >>> is_spoken("我的演讲完了，谢谢大家！"), is_spoken("感谢您的阅读！"), is_spoken("值班人员准时到岗。")
    (True, False, False)
    """
    return SPOKEN.search(line) is not None and OF_SITES.search(line) is None


class _Weights(dict[int, float]):
    """Weights of the pairs that are listed; those of others follow from their characters.

    As texts say the same pairs again and again, some of these are remembered.
    """

    def __init__(self, pairs: dict[int, float], chars: dict[int, float]) -> None:
        super().__init__(pairs)
        self.chars = chars
        self._room = len(pairs) + MORE_PAIRS

    def __missing__(self, pair: int) -> float:
        chars = self.chars
        weight = UNKNOWN + chars.get(pair & MASK, 0.0) + chars.get(pair >> UNIT, 0.0)
        if len(self) < self._room:
            self[pair] = weight
        return weight


@cache
def _weights() -> _Weights:
    """Read the table: characters and pairs by level, a line each."""
    chars: dict[int, float] = {}
    pairs = dict.fromkeys(codes_of(BETWEEN), 0.0)
    text = (files("pipeline") / "data" / "wording.txt").read_text("utf-8")
    singles, doubles = text.split("\n", 1)[1].split("\n\n")[:2]
    for row in singles.split("\n"):
        level, found = row.split("\t")
        chars.update(dict.fromkeys(map(ord, found), int(level) * STEP))
    for row in doubles.strip("\n").split("\n"):
        level, found = row.split("\t")
        pairs.update(dict.fromkeys(codes_of(found), int(level) * STEP))
    return _Weights(pairs, chars)


@lru_cache(maxsize=REMEMBERED)
def weigh_wording(line: str) -> float:
    """Return how much a line reads like a site's own words: the mean weight of its pairs, in nats.

    Above 0 for a site's words, below for a text's; 0 for a line without any, or of more
    than `MAX_LINE` characters. 50 ns a pair.

    >>> weigh_wording("以下内容需登录后可见") > 0.5 > weigh_wording("值班人员应当做好记录。")
    True
    """
    if len(line) > MAX_LINE:
        return 0.0
    if is_spoken(line):
        return OF_SPEAKER
    runs = RUN.findall(line)
    if not runs:
        return 0.0
    codes = _pairs_of_runs(runs)
    return sum(map(_weights().__getitem__, codes)) / (len(codes) - len(runs) + 1)


def reads_like_a_site(line: str, least: float = LEAST) -> bool:
    """Tell whether a line is worded as sites word theirs, and as no line of a document is.

    Of 2,500 unnumbered lines of statutes and official documents the highest weighs -.2; of lines of sites
    that the table was not made of three quarters weigh more than .3 (`docs/accuracy-page.md`).

    >>> reads_like_a_site("文字若有出入，以原件为准。"), reads_like_a_site("资料仅限本单位使用。")
    (True, False)
    """
    weight = weigh_wording(line)
    return weight >= least and weight >= least + MORE * (SHORT - len("".join(RUN.findall(line))))
