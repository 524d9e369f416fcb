"""The headings of a page's articles: candidates from lines, then the best *series* among them.

No single line shows that it is a heading; a chain 1, 2, …, N of one form does (facts §4). `candidates` gives
every place that could be a member, in all forms of facts §1; `pipeline.page.series` chooses.
"""

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from operator import itemgetter
from typing import NamedTuple

from pipeline.page.lines import (
    CLOSE,
    DECOR,
    ENDING,
    NUMBERS,
    NUMERAL,
    NUMERALS,
    OPEN,
    SENTENCE_END,
    SENTENCE_MARK,
    SEPARATORS,
    SIGNED,
    PageLines,
    letters,
    rows_saying,
    rows_showing,
)
from pipeline.page.marks import first_clause
from pipeline.page.mentions import begin_of_mention
from pipeline.page.search import compile_search

MAX_HEADING = 90  # characters of a line that is a heading and nothing else; the longest of facts §1 had 58
MAX_TITLE_IN_HEADING = 60
MAX_READ = 200  # characters behind a number that are read for the heading's title
MIN_SHARED_LINE = 20  # characters of a line that may hold an article's end and the next heading

UNITS = "篇|部分|章节|则|份|例|套|款|版"  # `第1篇`, `第二章节`; 章, 节, 条 belong to an article
WORDS = (
    "篇|优秀范文|范文|范本|例文|范例|文章|模板|样本|样文|版本|示例|案例|参考"
    r"|Part\.?|PART\.?|part\.?|NO\.?|No\.?"
)
# What may stand behind a heading up to the end of the line: `★题1★`, `题1（2021-03-05）`, `题2【约800字】`,
# `题3 2021-03-05`.
REMARK = re.compile(
    rf"\s*+(?:[（(【\[](?!{NUMERAL}[）)】\]])[^（()）【】\[\]]{{1,30}}[)）】\]]|[/／]\s*+\d{{1,2}}"
    r"|(?<=\s)(?:19|20)\d\d\s*[-./年]\s*\d{1,2}(?:\s*[-./月]\s*\d{1,2}日?|月)?)?+[\W_]*+$"
)
# `题1全文`, `题2 夜班`, `题1-门卫值班制度`: words up to the end of the line, none of which begins a list
DASHED = r"[-—–·|｜/_]++\s*+[^。；！？，、：:;,!?]{2,40}"
DASHED_NAME = re.compile(rf"\s*+{DASHED}$")
BYNAME = re.compile(rf"\s*+(?:{DASHED}|[一-鿿]{{2,8}})$")
COLON = r"[：:、.．,，\s\-—|｜·•>/]"

# `第1篇 题`, `【第1篇】题`, `第一篇：题`: yes; `第1条`, `本第1篇`: no
NTH = re.compile(rf"{DECOR}{OPEN}?\s*+第\s*+(?P<n>{NUMERAL})\s*+({UNITS})\s*+{CLOSE}?[★☆]*{COLON}*")
# `篇1:题`, `篇一:《题》`, `范文1 题`, `【范文一】题`, `范文（1）：题`: yes; `范文大全`, `篇章1`: no
WORD_N = re.compile(
    rf"{DECOR}{OPEN}?\s*+({WORDS})\s*+{OPEN}?\s*+第?\s*+(?P<n>{NUMERAL})\s*+篇?\s*+{CLOSE}*"
    rf"(?={COLON}|[一-鿿《【（(①⑴0-9=~*★☆]|$|\s*+[^\w\s。；，、！？]{{1,3}}$){COLON}*"
)
# `题1`, `题 篇1`, `《题》 篇1`, `题(篇1)`, `题（一）`, `题 第二篇`, `题1：`: yes; `题3篇`, `题。1`: no
TITLE_N = re.compile(
    rf"{DECOR}(?P<title>[^。；！？;!?\n]{{2,60}}?)\s*+[-—_·:：，,]?\s*+{OPEN}?\s*+(?P<word>第|{WORDS}|[之其])?\s*+{OPEN}?\s*+"
    rf"(?P<n>{NUMERAL})\s*+(?P<unit>{UNITS})?\s*+{CLOSE}*\s*+(?:[：:][^。；！？：:，,]{{0,30}}|[、.．。])?$"
)
# Without this at its end, no line is one of TITLE_N, which tries every length of a title.
NUMBER_AT_END = compile_search(
    rf"{NUMERAL}\s*+(?:{UNITS})?\s*+{CLOSE}*\s*+(?:[：:][^。；！？：:，,]{{0,30}}|[、.．。])?$"
)
# `方案一：题`, `示范文本2 题`: any word with a number, where titles, markup or the count speak for the series
ANY_WORD_N = re.compile(
    rf"{DECOR}{OPEN}?(?P<word>[一-鿿]{{1,5}}?)\s*+{OPEN}?(?P<n>{NUMERAL}){CLOSE}*(?:\s*+[：:]\s*+|\s+)(?P<rest>[^。；！？;!?：:]{{2,60}})$"
)
# `一、题`, `1. 题`: a heading only where the rest of the line is the page's own title
ITEM_TITLE = re.compile(
    rf"{DECOR}{OPEN}?(?P<n>{NUMERAL})(?:{CLOSE}|[、.．：:\s]|(?<=[①-⑳])){COLON}*(?P<rest>.+)$"
)
# What follows a title that was found inside a line: `篇1`, `（一）`, ` 第2篇：`, `1`.
TAIL_N = re.compile(
    rf"\s*+[》】”]?\s*+[-—_·:：，,]{{0,2}}\s*+{OPEN}?\s*+(?P<word>第|{WORDS}|[之其])?\s*+{OPEN}?\s*+(?P<n>[0-9]{{1,3}}|{NUMERAL})"
    rf"\s*+(?P<unit>{UNITS})?\s*+{CLOSE}*\s*+(?P<colon>[：:])?"
)
# What every form but a bare `题1` shows: `第1篇`, `篇一`, `范文（1`.
SIGN_PATTERN = rf"第\s*+{NUMERAL}\s*+(?:{UNITS})|(?:{WORDS})\s*+{OPEN}?\s*+第?\s*+{NUMERAL}"
SIGN = compile_search(SIGN_PATTERN)
NUMBER_ENDS = frozenset(
    "0123456789０１２３４５６７８９一二三四五六七八九十①②③④⑤⑥⑦⑧⑨⑩ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩIVX）)】]〕〗》>：:、.．"
)
BEFORE_COLON = frozenset("".join((*NUMBERS, UNITS)))  # letters between which and a heading's end it may stand
SENTENCE_ENDS = "。；！？;!?"  # with these neither a number ends nor what ANY_WORD_N matches
# Never an ordinal of a heading: `条例2018年`, `条例3篇`, `条例一般`, `条例1.5`.
NOT_ORDINAL = re.compile(r"[年月日号条章款项目节个名次元万亿%％岁周天人件字米]|般|些|定|切|律|致|\.\d")
# How an article's body begins where no line break says so: `一、`, `1.`, `第一条`, `（一）`, `①`, `岗位：`.
BODY_START = re.compile(
    r"\s*+(?:第\s*+[一1]\s*+[条章节编、，,]|[（(]\s*+[一1]\s*+[）)]|[一1]\s*+[、.．,，:：）)]|[①⑴]|首先|为了|为进一步|为加强|为规范|根据"
    r"|[一-鿿]{2,6}\s*+[：:])"
)
LABEL = re.compile(r"(?:岗位|职位|职务|部门|职责|姓名|目的|适用范围|主题|甲方|标题)(?:名称|职责)?\s*+[：:]")
FIRST_MARKER = re.compile(r"(?:第\s*+[一1]\s*+[条章、，,]|[（(][一1][）)]|[一1][、.．）)]|[①⑴])")

# Behind `题1：`, before the list begins: `夜班` of `题1：夜班一、…`
SUBTITLE = re.compile(rf"\s*+[^。；！？：:，、\s\d（()）①-⑳⑴-⒇]{{2,12}}?(?={FIRST_MARKER.pattern})")
# What may follow a known title inside a heading: `》`, `范文`, `（推荐）`.
AFTER_TITLE = re.compile(
    r"》?(?:范文|模板|范本|样本)?(?:[（(【][^（）()【】\d一二三四五六七八九十]{1,8}[）)】])?"
)
SAMPLE = re.compile("(?:范文|范本|模板|样本|样文)$")  # `二、值班制度范文`
SAMPLE_ENDS = "文本板"
LIST_MARKS = ("、", ".", "．")
CIRCLED = frozenset("①②③④⑤⑥⑦⑧⑨⑩")
# `题 篇1一、…`, `题（篇二）第一条 …`: yes
GLUED_WORD = re.compile(
    rf"{DECOR}(?P<title>[^。；！？：:，\n]{{2,50}}?)\s*+{OPEN}?\s*+篇\s*+(?P<n>{NUMERAL})\s*+{CLOSE}*\s*+[：:]?"
    rf"(?=[、.．]|{BODY_START.pattern})"
)
# After a sentence: `。第2篇 题`, `。【范文二】`; and `。篇2：` by what stands behind it, at the end of `far`.
SURE = rf"{OPEN}?\s*+第\s*+{NUMERAL}\s*+篇|{OPEN}\s*+(?:篇|范文)\s*+{NUMERAL}"
NUMBERED = rf"(?:第\s*+{NUMERAL}\s*+(?:{UNITS})|(?:{WORDS})\s*+{OPEN}?\s*+{NUMERAL})\s*+{CLOSE}*"
INLINE = re.compile(
    rf"(?<=[{SENTENCE_END}])\s*+(?={DECOR}(?:(?P<sure>{SURE})|{OPEN}?{NUMBERED}(?P<far>[★☆\s]*{COLON}*《?)))"
)
TAIL_LETTERS = 4  # of a title, by which articles on kindred subjects are known: 值班制度, 岗位职责

PLAIN = ("plain", "")  # form of a heading without a number
BY_PLACE = itemgetter(0, 1, 4, 2, 3, 5, 6)  # of candidates: row, start, ordinal, end; then whatever differs


class Candidate(NamedTuple):
    """A place that may be an article's heading: `start` to `end` of line `row`, the body from `body` on.

    `key` names the form, equal for all members of a series; `title` is the article's own title ("" for none);
    `alone` says that the line holds nothing else.
    """

    row: int
    start: int
    end: int
    body: int
    ordinal: int
    key: tuple[str, str]
    title: str
    alone: bool


def candidates(page: PageLines, start: int, bases: Sequence[str]) -> list[Candidate]:
    """Return every possible heading from line `start` on, in order. Lines of links give none.

    `bases` are the titles by which headings glued to their text are known. Cost: some 3 µs a line.
    """
    out: list[Candidate] = []
    known = {letters(b) for b in bases}
    tails: dict[str, set[str]] = {}  # the last letters of each title, and what may stand before them
    for word in ["".join(b.split()) for b in bases]:
        tails.setdefault(word[-TAIL_LETTERS:], set()).add(word[:-TAIL_LETTERS])
    said = rows_saying(page, tails, start)
    rows = said | _numbered_rows(page, start, {title[-1] for title in known if title})
    # of lines that are tried anyway the forms themselves tell: each that needs a SIGN holds one
    shown = rows_showing(page, SIGNED, start)
    signed = {row for row in shown if row in rows or SIGN.search(page.texts[row])}
    for row in sorted((rows | signed).difference(page.linked)):
        if not page.sights[row] & NUMERALS:
            continue  # every form has a number
        line = page.texts[row]
        worded = page.sights[row] & SEPARATORS != 0
        found = _at_the_start(row, line, (known, bases), signed=row in signed, worded=worded)
        for tail, rests in tails.items() if row in said else ():
            if tail in line:
                found += _inside(row, line, tail, rests)
        if row in signed and len(line) > MIN_SHARED_LINE:
            for offset in _inline_places(line, bases):
                found += _at(row, line, bases, offset)
        alike = len(found) < 2 or found.count(found[0]) == len(found)  # as most that are found twice
        out += found[:1] if alike else sorted(set(found), key=BY_PLACE)
    return out


def _numbered_rows(page: PageLines, start: int, ends: Container[str]) -> set[int]:
    """Return the lines that may be a heading by a number at their end, or behind their first word.

    `ends` are the last letters of known titles, which may stand behind a number: `一、题：`.
    """
    rows = set()
    for row in rows_showing(page, ENDING, start):
        last, sights, line = page.lasts[row], page.sights[row], page.texts[row]
        if last in SENTENCE_ENDS or not sights & NUMERALS or len(line) > MAX_HEADING:
            continue
        if last in "：:":  # as what leads into a list, too: `二、有下列情形之一的：`
            before = line[-2:-1]
            if before in BEFORE_COLON or before in ends or not before.isalnum():
                rows.add(row)
        elif last in NUMBER_ENDS or (sights & SEPARATORS and ANY_WORD_N.match(line)):
            rows.add(row)
    return rows


def _at_the_start(
    row: int, line: str, titles: tuple[set[str], Sequence[str]], *, signed: bool, worded: bool
) -> list[Candidate]:
    """Return the headings with which a line begins, or that it is; most forms need a `SIGN`.

    `worded`: one of the SEPARATORS that ANY_WORD_N needs stands in the line.
    """
    known, bases = titles
    found = _at(row, line, bases) if signed else []
    if not found and len(line) <= MAX_HEADING:
        found = _whole_line(row, line, known)
        if worded and line[-1] not in SENTENCE_ENDS:
            found += _any_word(row, line)
    if found:
        return found
    return [*(_glued_word(row, line) if signed else ()), *_glued_item(row, line, bases)]


def _at(row: int, line: str, bases: Sequence[str], offset: int = 0) -> list[Candidate]:
    """Match `第N篇 …` and `篇N …` at an offset of a line."""
    match = NTH.match(line, offset)
    key = ("第", match.group(2)) if match else ("", "")
    if not match:
        match = WORD_N.match(line, offset)
        if not match:
            return []
        key = (match.group(1), "")
    found = []
    for run, end in _readings(line, match["n"], match.start("n"), match.end()):
        rest = line[end : end + MAX_READ]
        cut = cut_title(rest, bases)
        title = rest[:cut].strip(" 《》：:【】=*★☆◆~")
        if remark := REMARK.match(rest, cut):
            cut = remark.end()
        alone = offset == 0 and end + cut >= len(line)
        found.append(Candidate(row, offset, end + cut, end + cut, NUMBERS[run], key, title, alone))
    return found


def _readings(line: str, run: str, at: int, end: int) -> list[tuple[str, int]]:
    """Return the numerals that may be meant: `11、` is 11, or 1 with `1、`; `一一、` is 一 with `一、`.

    `run` is the numeral as matched at `at`, `end` the end of the heading behind it.
    """
    after = at + len(run)
    listed = line.startswith(LIST_MARKS, after)
    found = [(run, end if not listed or end == after else after)] if run in NUMBERS else []
    if listed and len(run) > 1:
        for size in range(1, len(run)):
            if run[:size] in NUMBERS and run[size:] in NUMBERS:
                found.append((run[:size], at + size))
    return found


def cut_title(rest: str, known: Sequence[str]) -> int:
    """Return how many characters of `rest`, which follows `第N篇`, are the heading's title.

    >>> cut_title("岗位职责制度一、负责", ["岗位职责制度"]), cut_title("值班制度", [])
    (6, 4)
    """
    for title in known:
        at = 1 if rest.startswith("《") else 0
        if rest.startswith(title, at):
            end = AFTER_TITLE.match(rest, at + len(title)).end()  # type: ignore[union-attr]
            left = rest[end:]
            if len(left) > 25 or SENTENCE_MARK.search(left) or BODY_START.match(left):
                return end
    label = LABEL.search(rest) if "：" in rest or ":" in rest else None
    if len(rest) <= MAX_TITLE_IN_HEADING and not SENTENCE_MARK.search(rest):
        return label.start() if label else len(rest)
    starts = [label.start()] if label else []
    starts += [clause] if (clause := first_clause(rest)) >= 0 else []
    if starts and min(starts) <= MAX_TITLE_IN_HEADING:
        return len(rest[: min(starts)].rstrip())
    blank = re.search(r"\s", rest[:40])
    return blank.start() if blank and blank.start() >= 4 else 0


def _whole_line(row: int, line: str, known: set[str]) -> list[Candidate]:
    """Match a whole line `题1`, `题 篇一`, `题（一）`, `题1：夜班`, `一、题`."""
    numbered = ITEM_TITLE.match(line)
    if numbered:
        rest = numbered["rest"]
        if (
            letters(SAMPLE.sub("", rest) if rest[-1] in SAMPLE_ENDS else rest) in known
            and numbered["n"] in NUMBERS
        ):
            return [_whole(row, line, numbered["n"], ("item", ""), numbered["rest"].strip("《》【】 "))]
        return []
    match = TITLE_N.match(line) if NUMBER_AT_END.search(line, 2) else None
    if not match:
        return []
    title, word, unit = match["title"].strip(), match["word"] or "", match["unit"] or ""
    if match["n"] not in NUMBERS or bool(unit) != (word == "第") or title[-1] in "第、":
        return []  # `题3篇` counts, it does not number
    form = ("title", word or unit) if word and word not in "之其" else ("bare", letters(title))
    return [_whole(row, line, match["n"], form, title.strip("《》【】[]，, "))]


def _whole(row: int, line: str, run: str, key: tuple[str, str], title: str) -> Candidate:
    """Return a whole line as a heading."""
    return Candidate(row, 0, len(line), len(line), NUMBERS[run], key, title, True)


def _any_word(row: int, line: str) -> Iterator[Candidate]:
    """Match a whole line `方案一：题`, whatever the word."""
    match = ANY_WORD_N.match(line)
    if match and match["n"] in NUMBERS and match["word"] not in ("第", "之"):
        yield _whole(row, line, match["n"], ("word", match["word"]), match["rest"].strip(" 《》【】"))


def _glued_word(row: int, line: str) -> Iterator[Candidate]:
    """Match `题 篇1一、…`: any title, for 篇 and the beginning of a list show enough."""
    match = GLUED_WORD.match(line)
    if match:
        for run, end in _readings(line, match["n"], match.start("n"), match.end()):
            title = match["title"].strip(" 《》【】")
            yield Candidate(row, 0, end, end, NUMBERS[run], ("title", "篇"), title, False)


def _glued_item(row: int, line: str, bases: Sequence[str]) -> Iterator[Candidate]:
    """Match `一、题一、…`: a numbered title with the beginning of a list behind it."""
    said = [base for base in bases if base in line]
    match = ITEM_TITLE.match(line) if said else None
    if not match or match["n"] not in NUMBERS:
        return
    for base in said:
        if match["rest"].startswith(base) and BODY_START.match(match["rest"], len(base)):
            end = match.start("rest") + len(base)
            yield Candidate(row, 0, end, end, NUMBERS[match["n"]], ("item", ""), base, False)
            return


def _mentions(line: str, ends: str, rests: Iterable[str]) -> Iterator[tuple[int, re.Match[str]]]:
    """Yield where a line says a heading of a known title, and the number behind it; blanks do not count.

    The titles end with the letters `ends`, and begin with one of `rests`. A line may also begin with other
    words that end like a title: articles on kindred subjects.
    """
    at = line.find(ends)
    while at >= 0:
        number = TAIL_N.match(line, at + len(ends))
        if number is not None:
            for begin in {begin_of_mention(line, at, rest) for rest in rests}:
                if begin >= 0:
                    yield begin, number
        at = line.find(ends, at + len(ends))


def _inside(row: int, line: str, ends: str, rests: Iterable[str]) -> Iterator[Candidate]:
    """Find a known title with a number where text goes on behind it, or before it; as `_mentions`."""
    for start, tail in _mentions(line, ends, rests):
        at = tail.start()
        if bool(tail["unit"]) != (tail["word"] == "第"):
            continue  # `题3篇` counts; `题第一、` begins a list
        title = line[start:at].strip(" 《》【】[]（(")
        word = tail["word"] or ""
        key = ("title", word) if word and word not in "之其" else ("bare", letters(title))
        for run, end in _readings(line, tail["n"], tail.start("n"), tail.end()):
            if tail["colon"] and (own := SUBTITLE.match(line, end)):
                end = own.end()
            if not word and end < len(line) and _opens_a_list(line, at, run, end):
                continue
            if remark := REMARK.match(line, end) or BYNAME.match(line, end):
                end = remark.end()
            closed = end > tail.start("n") + len(run)  # `题3：`; only a bare `题3` may run on into `3周`
            if closed or not NOT_ORDINAL.match(line, end):
                alone = start == 0 and end >= len(line)
                yield Candidate(row, start, end, end, NUMBERS[run], key, title, alone)


def _opens_a_list(line: str, at: int, run: str, end: int) -> bool:
    """Tell whether the number belongs to the first clause: `制度①保管`, `制度（一）保管`, `制度一、保管`."""
    bracketed = run in CIRCLED or line[at:end].lstrip()[:1] in "（("
    if bracketed and DASHED_NAME.match(line, end):
        return False  # `制度（一）——夜班`
    return line.startswith(LIST_MARKS, end) or (bracketed and not BODY_START.match(line, end))


def _inline_places(line: str, bases: Sequence[str]) -> Iterator[int]:
    """Yield the places after a sentence where `第N篇` or `篇N` begins."""
    for match in INLINE.finditer(line):
        end = match.end("far")
        if (
            match["sure"]
            or any(c in "：:" for c in match["far"])
            or line.startswith(tuple(bases), end)
            or (line[end - 1].isspace() and BODY_START.match(line, end))
        ):
            yield match.end()
