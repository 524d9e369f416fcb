"""Lines that introduce texts in the words of editors: `以下是小编整理的…，欢迎阅读。`."""

import re

from pipeline.page.lines import INTRODUCED, PageLines
from pipeline.page.search import compile_search

INTRODUCTION_WORDS = (
    r"小编|编者按\s*[】）]?[：:]|(?:内容|文章|范文|资料|[本这]期.{2,20})就(?:介绍|分享)到(?:这里|此)|为大家找来|在此整理|特[地意]整理|[【\[（(]?(?:内容摘要|内容提要|内容导读|文章导读|文章摘要|本文摘要|本文导读|导语|导读)[】\]）)：:]|[【\[]摘要[】\]].{0,80}(?:范文|参考|借鉴|整理)|本[页文](?:共?收录|共?收集|精选|整理|汇总|为您|为大家)|(?:本站|本网|我们?)(?:特意|精心|特地|为|给|整理|收集)|一起来(?:看|了解|学习|阅读)|快来(?:看|阅读)|欢迎(?:大家|您|你|各位|广大)?.{0,6}"
    r"(?:参考|阅读|借鉴|查阅|收藏|下载|浏览|来到|分享)|(?:仅供|供您|供大家|以供|供各位|供你)(?:大家|您|读者)?(?:参考|参阅|阅读|借鉴|学习)|"
    r"[为给](?:大家|您|你|你们|各位|广大\w{2,4})(?:精心|特意|分享|推荐|搜集|详细)?(?:地|的)?(?:整理|收集|带来|准备|分享|搜集|提供|推荐|介绍|编写)|精心(?:准备|整理|挑选|编写)"
    r"|(?:下面|以下|接下来|下文|如下)(?:就)?(?:是|为|给|由).{0,40}(?:篇|范文|整理|收集|带来|分享|希望|参考)"
)
INTRODUCTION = compile_search(INTRODUCTION_WORDS)
WEAK_INTRODUCTION = re.compile(  # only where no guide section is open
    r"希望.{0,20}(?:帮助|参考|喜欢|借鉴|受益|启发)|你(?:所)?(?:接触|见|知道|了解)|您(?:知道|了解)|大家(?:都|知道|一定|好)|怎么写|如何写|越来越"
)


def introduces(page: PageLines, row: int) -> bool:
    """Tell whether a line is worded as an introduction; of most a glance tells that they are not."""
    return page.sights[row] & INTRODUCED != 0 and INTRODUCTION.search(page.texts[row]) is not None
