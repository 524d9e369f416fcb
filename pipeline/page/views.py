"""Views and author, as lines beside title and date say them."""

import re

from pipeline.page.search import compile_search

VIEW_WORDS = "查看|浏览|阅读|点击|人气|访问|围观|热度"
VIEWS = compile_search(  # `查看人数:75`, `浏览：1.2W次`: yes; `阅读3遍`: no
    rf"(?:{VIEW_WORDS})(?:人数|次数|人次|量|数|了)?(?:\s*[：:（(]\s*|\s+)(\d[\d,]*(?:\.\d+)?)\s*([wW万kK千]?)(?![\d,.]|\s*(?:分钟|秒|小时))"
)
VIEWS_LABEL = re.compile(rf"(?:{VIEW_WORDS})(?:人数|次数|人次|量|数)?\s*[：:]?")  # a line of its own
VIEWS_NUMBER = re.compile(r"(\d[\d,]*(?:\.\d+)?)\s*([wW万kK千]?)\+?")
VIEWS_UNIT = re.compile("人|次|人次|°C|℃|人浏览|次浏览|人阅读|次阅读")  # another
VIEWS_AFTER = re.compile(  # `75人浏览`, `1.2万次阅读`
    rf"(?<![\d./-])(\d[\d,]*(?:\.\d+)?)\s*([wW万kK千]?)\s*(?:人|次|人次)?\s*(?:{VIEW_WORDS}|已看|看过)"
)
MULTIPLES = {"": 1, "w": 10_000, "万": 10_000, "k": 1_000, "千": 1_000}
AUTHOR_WORDS = "作者|编辑|责编|责任编辑|撰稿|投稿人?|上传者"
AUTHOR = compile_search(rf"(?:{AUTHOR_WORDS})\s*[：:]\s*([^\s：:，。|]{{1,12}}?)(?=\s|$|日期|时间)")
FIELD_WORDS = f"{VIEW_WORDS}|已看|看过|{AUTHOR_WORDS}"
SMALL_FIELD = compile_search(FIELD_WORDS)  # without one a line has none


def views_of(match: re.Match[str]) -> int:
    """Return how many views a match says.

    >>> views_of(VIEWS_NUMBER.match("1.2万"))
    12000
    """
    return round(float(match.group(1).replace(",", "")) * MULTIPLES[match.group(2).lower()])
