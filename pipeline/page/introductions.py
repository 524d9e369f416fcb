"""Lines that introduce texts in the words of editors: `以下是小编整理的…，欢迎阅读。`."""

import re

from pipeline.page.lines import INTRODUCED, LISTED, PageLines
from pipeline.page.persons import greets
from pipeline.page.search import compile_search
from pipeline.page.wording import is_spoken

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


# Kinds of texts, as editors name them: `值班制度的使用频率越来越高`.
KINDS = (
    "制度|职责|办法|规程|方案|预案|合同|协议|总结|计划|报告|通知|公约|[书稿信]|作文|心得|体会|感想|鉴定|词|日记|纪要"
    "|范[文本]|模板|样本|例文|素材|文书"
)
KIND = re.compile(rf"(?:演讲|讲话|发言|致辞|欢迎|感谢|主持)?(?:{KINDS})")
# What editors say above a text of any kind. The author of a regulation never says that many people meet with
# regulations; he says `本制度`, or what his is made for.
STOCK = compile_search(
    r"(?:使用|应用|适用|运用)(?:频率|场合|场景|领域|范围)[^。]{0,6}(?:越来越|愈来愈|日益|日渐|逐渐|不断|呈|增|上升|广)"
    r"|越来越多的?(?:地方|场合|情况|时候|人|单位)?[^。，]{0,8}(?:用到|用上|需要|使用|接触)"
    r"|(?:免不了|少不了|离不开|或多或少|时常|经常|常常|总会|总要|难免|不可避免)[^。，]{0,6}(?:接触|用|写|见|碰|遇|打交道)"
    r"|都(?:会|曾|有|曾经)?(?:接触|用到|使用过)"
    r"|(?:又|快|即将)到了?[^。，]{0,8}(?:写|准备|制定|起草|拟)|是不是也?(?:该|要|需要|应该)[^。，]{0,6}(?:写|准备|制定|起草|拟)"
    r"|(?:是|属于)一[种类](?:很|比较|非常|十分|最)?(?:常见|常用|实用|重要|特殊|正式)?的?[^。，]{0,8}(?:文体|应用文|文书|公文|文种)"
    r"|(?:怎么|怎样|如何)(?:写|拟|制定|撰写)[^。，？]{0,6}(?:才|出彩|呢|合适|规范)|(?:感到|觉得)[^。，]{0,6}(?:苦恼|头疼|头痛|无从下手|犯难)"
    r"|一(?:提笔|动笔|下笔)[^。，]{0,4}(?:犯难|发愁|头疼|没有?思路)"
)
OWN_TEXT = compile_search(
    rf"(?:本|该|此|我的|这[份篇项]?)(?:{KINDS})|特?(?:制定|制订|订立)本|现[将就]|根据|《"
)
# What is said above a text on boards: `你好，给你找了一份，你参考一下：`, `发上来和大家分享，需要的拿走`
POSTED = compile_search(
    r"(?:给|帮|替)[你您]们?(?:找|整理|搜|写|发|搬)[了到来]|[你您]们?(?:可以)?参考(?:一下|下|看看)|帮到[你您]|贴给[你您大]|(?:下面|以下)(?:就)?[是为]正文"
    r"|(?:发|贴|传|搬)(?:上|出|过)?来[^。]{0,8}(?:分享|共享|参考)|需要的(?:朋友)?(?:拿走|自取|看过来|请?收藏)|(?:发|帖|论坛)[^。]{0,16}抛砖引玉"
)
# Of the words above those that an editor alone says: a text of news may say `小编了解到`.
EDITORS = compile_search(
    r"(?:下面|以下|接下来|下文|这里)[^。]{0,12}(?:小编|本站|本网)|欢迎(?:大家|您|各位)?(?:阅读|参考|借鉴|收藏|查阅|浏览)|[仅供]供[^。]{0,6}(?:参考|借鉴)"
    r"|希望[^。]{0,12}(?:帮助|有用|喜欢)"
)
MAX_OPENING = 150  # characters of such a line


def opens_page(line: str) -> bool:
    """Tell whether a line above a text is an editor's or a poster's, who speaks of texts of its kind.

    >>> opens_page("随着社会的发展，值班制度的使用频率越来越高。"), opens_page("本制度的适用范围越来越广。")
    (True, False)
    """
    if len(line) > MAX_OPENING:
        return False
    if POSTED.search(line):
        return True
    stock = STOCK.search(line) and KIND.search(line) and not OWN_TEXT.search(line)
    return bool(stock) and not is_spoken(KIND.sub("", line))


def opening_rows(page: PageLines, rows: range) -> range:
    """Return the first of some lines that introduce what is below, by editors' words in the last of them."""
    end = rows.start
    for row in rows:
        line = page.texts[row]
        if page.sights[row] & LISTED or greets(line) or OWN_TEXT.search(line):
            break
        said = introduces(page, row) and not is_spoken(KIND.sub("", line))
        if opens_page(line) or (said and (row == end or EDITORS.search(line))):
            end = row + 1
    return range(rows.start, end)
