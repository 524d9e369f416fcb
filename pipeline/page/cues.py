"""Lines of the site, not of its texts: share bars, related lists, adverts, footers.

Every pattern is for a *whole line*: inside an article a line is given up only when nothing else can be meant.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from pipeline.page.asides import ASIDE_HINTS, ASIDE_SAYINGS, ASIDES, hosts_above, votes_beside
from pipeline.page.contents import contents_rows
from pipeline.page.lines import (
    HINTED,
    LABELLED,
    NUMBERED,
    NUMERAL,
    SAYING,
    SENTENCE_MARK,
    PageLines,
    rows_showing,
)
from pipeline.page.search import WholeLines, compile_search
from pipeline.page.sitewords import REMEMBERED, site_words
from pipeline.page.systems import SYSTEM_HINTS, SYSTEMS
from pipeline.records import DropReason

MAX_CUE = 120  # characters of a line that can be one of these: share bars are the longest

SHARE_WORDS = (
    "微信好友|微信|微博|新浪|腾讯|QQ空间|QQ好友|QQ|朋友圈|人人网|豆瓣|百度贴吧|贴吧|收藏|打印|举报|复制链接|复制|链接|二维码"
    "|扫一扫|点赞|赞|评论|转发|分享|支付宝|钉钉|邮件|邮箱|更多|大|中|小|字号|字体|纠错|Facebook|Twitter|LINE"
)
SHARE_WORD = compile_search(SHARE_WORDS)
SHARE = re.compile(
    r"^(?:分享|分享到|转发|转发到|分享本文|一键分享|分享至)\s*[：:]"
)  # `分享到：微信 微博`: yes

CUES: tuple[tuple[DropReason, str], ...] = (
    # `此处隐藏5278个字……`, `（此处省略300字）`, `剩余80%未读`: yes; `隐藏工程验收`: no
    (
        "hidden_gap",
        r"[\[（(【〔…\.]*\s*(?:此处|这里|中间|以下|下文)(?:内容|部分|正文)?(?:隐藏|省略|略去|已隐藏|已省略)[^。]{0,30}",
    ),
    (
        "hidden_gap",
        r".{0,16}(?:剩余|余下|未读|其余|部分)(?:的|未读)*(?:内容|部分|全文|正文|章节).{0,6}(?:下载|查看|登录|付费|会员|阅读).{0,12}",
    ),
    ("hidden_gap", r".{0,12}(?:剩余|还有|余下)\s*\d+(?:\.\d+)?\s*[%％页字].{0,20}"),
    (
        "hidden_gap",
        r"(?:点击|展开|继续|查看|显示)(?:阅读)?(?:全文|剩余(?:内容|全文)?|更多内容|全部内容|余下全文)[^。]{0,12}",
    ),
    # `【制度】相关文章：`, `相关推荐`, `猜你喜欢：`, `制度3篇75人关注`, `上一篇：x`: yes; `相关部门应当`: no
    ("related", r"【.{1,80}】(?:的)?(?:相关|相似|同类|更多)?(?:文章|范文|推荐|阅读|内容|资料|模板)[：:]?"),
    (
        "related",
        r"(?:相关|相似|同类|热门|推荐|最新|精选|延伸|拓展|扩展|精彩|更多|本类|随机|猜你|大家|您|你)"
        r"(?:的|都|还|可能|也)?(?:在)?(?:文章|阅读|推荐|范文|专题|内容|资讯|新闻|链接|标签|搜索|下载|栏目|喜欢|感兴趣|看|关注)"
        r"(?:的|了)?(?:文章|内容|范文|推荐|排行|榜)?\s*[：:>»]?",
    ),
    # `栏目推荐`, `【安全管理】最新更新`, `本周热门文章`, `同类热文`, `为您推荐`
    (
        "related",
        r"(?:【.{2,10}】)?(?:栏目|频道|站内|编辑|小编|精品|最新|最近|近期|今日|本周|本月|一周|本栏目?|同栏目?|同类|本类)"
        r"(?:热门|最新|精彩|精心|倾情|倾力|用心|特别|强烈|诚意)?(?:推荐|更新|阅读|文章|范文|排行榜?|热点|热文|热门|最新|发布|资讯|文档|点击)\s*[：:]?"
        r"|[为给][你您]推荐\s*[：:]?",
    ),
    # `值班制度推荐阅读`, `与值班制度相关的文章：`
    (
        "related",
        r"(?:本文|文章|内容|文内|快速|全文)导航[：:]?|(?:相关|延伸|拓展|热门|精彩)\s*[·•]\s*(?:推荐|阅读|文章|链接)|.{2,60}(?:相关|推荐|拓展|扩展|延伸|热门)(?:的)?(?:阅读|文章|范文|资讯|专题|内容推荐|文章推荐)\s*[：:]?",
    ),
    ("related", r"相关.{2,60}(?:信息|文章|范文|资料|推荐|专题|阅读|内容)[：:]?"),
    (
        "related",
        r"(?:上一篇|下一篇|上篇|下篇|上一条|下一条|前一篇|后一篇|前篇|后篇|[上下]一主题)\s*[：:\]】>].*|(?:上一篇|下一篇|上一页|下一页|上页|下页)",
    ),
    (
        "related",
        r"(?:查看|阅读|点击查看|点击)?更多(?:.{0,40}(?:文章|范文|内容|信息|推荐|请关注|请点击).{0,12}|\s*[>»]*)",
    ),
    ("related", r"(?:看过|阅读)(?:本文|此文|该文|了该文章|了本文)的(?:人|用户)?(?:还|也)?.{0,12}"),
    (
        "related",
        r"(?:[（(\[]?(?:本文)?(?:tags?|相关|文章)?(?:标签|关键词|关键字|tags?)[）)\]]?)\s*[：:].{0,80}",
    ),
    ("teaser", rf".{{2,80}}{NUMERAL}篇\s*\d+\s*人(?:关注|浏览|看过|阅读)"),
    ("teaser", r"\d+\s*人(?:关注|浏览|看过|阅读)|.{0,100}\[更多\]"),
    # `推荐度：`, `点击下载文档文档为doc格式`: yes; `推荐信`: no
    ("advert", r"推荐(?:度|指数|星级)\s*[：:]?\s*[★☆⭐\d.\s]*"),
    (
        "advert",
        r"(?:点击|立即|免费|马上|直接|一键)?(?:下载|复制|打印|导出|收藏)(?:本文|全文|此文|该文|文档|文章|本页|文件|范文|模板|"
        r"word|WORD|Word|doc|pdf|PDF)(?:版|版本|档|文档|全文|文件|到本地|为|后|格式|doc|docx|pdf|[\s，,（(）)/]){0,10}",
    ),
    # `广告位招租，联系站长`, `【限时优惠】会员全站文档免费下载`: yes; `广告牌应当限时拆除。`: no
    (
        "advert",
        r"[^。；]{0,40}(?:广告位|招租|限时优惠|限时特惠|限时免费|会员专享|开通会员|站长推荐|免费下载|下载地址|下载链接|立即领取|优惠券|点击进入|点击购买)"
        r"[^。；]{0,40}",
    ),
    ("advert", r"(?:广告|推广|赞助商链接|Advertisement|AD|ad)|(?:广告|推广|赞助)\s*[：:].{2,40}"),
    # `附件下载：某制度.docx`, `点击上方蓝字关注某网`, `更多优质范文尽在某网`
    (
        "advert",
        r"(?:附件|文档|资料|本文)下载\s*[：:].{0,60}|.{0,12}请?点此下载.{0,12}|点击(?:上方|下方)?蓝字.{0,20}",
    ),
    ("related", r"更多.{0,40}尽在.{2,20}"),
    (
        "advert",
        r".{0,20}(?:扫码|扫描|长按|关注|添加|搜索|搜)(?:下方|上方|右侧)?.{0,10}(?:二维码|公众号|微信号|客服|小程序|APP|app).{0,30}",
    ),
    (
        "advert",
        r"(?:文档|本文)?(?:为|格式[：:])?\s*(?:doc|docx|pdf|word)格式.{0,10}|付费.{0,10}下载.{0,10}|(?:VIP|vip|会员).{0,6}(?:免费)?下载.{0,10}",
    ),
    ("spam", r"(?:https?://|www\.)[\w./?=&%#:-]+"),
    (
        "spam",
        r".{0,30}(?:加微信|加QQ|微信同号|代写论文|论文代写|代写服务|代发论文|刷单兼职|博彩网|彩票平台|娱乐城|六合彩|时时彩).{0,60}",
    ),
    ("advert", r"(?:文章|本文|内容|文档)?(?:评分|评级|评价|星级)\s*[：:]\s*[★☆⭐].{0,30}"),
    # `Word版下载 | PDF版下载 | 在线编辑`
    ("advert", r"(?:(?:(?:word|pdf|txt|doc)文?[档版]?(?:下载)?|在线(?:编辑|预览))[\s|｜/·、]*){2,}"),
    ("footer", r".{0,20}请自觉遵守互联网.{0,80}|.{0,12}转载请(?:注明|保留).{0,100}"),
    # `Copyright © 2024`, `粤ICP备1号`, `关于我们`, `责任编辑：小雨`: yes; `版权所有者应当…。`: no
    (
        "footer",
        r".{0,60}(?:copyright|powered by|©|版权所有|all rights reserved|ICP备|ICP证|公网安备|网安备).{0,120}",
    ),
    (
        "footer",
        r"(?:(?:关于我们|联系我们|联系方式|免责声明|网站地图|隐私政策|用户协议|版权声明|意见反馈|投稿须知|友情链接|"
        r"网站声明|服务条款|加入我们|广告服务|帮助中心|法律声明|手机版|电脑版|返回顶部|回到顶部|返回首页|TOP)[\s|｜·-]*)+[：:]?",
    ),
    (
        "footer",
        r"[（(【\[]?(?:责任编辑|编辑|责编|文章来源|来源于?|本文来源|本文地址|本文链接|转载请注明|声明|免责声明|版权声明|审核|校对)"
        r"\s*[：:].{0,100}",
    ),
    (
        "footer",
        r".{0,60}仅代表(?:该|其|作者|本人|个人|投稿).{0,40}|作者\s*[：:].{1,12}\s(?:责任编辑|责编|编辑)\s*[：:].{1,12}",
    ),
    (
        "footer",
        r".{0,40}(?:[如若][^。，]{0,6}(?:有|存在|涉及)侵权|侵权请联系|侵犯了?您的|不代表本站|本站(?:不|仅|所有|部分|内容)|仅供学习|网友(?:上传|投稿|提供)).{0,80}",
    ),
    # `首页`, `登录 | 注册`, `第 3 页 共 9 页`, `- 3 -`: yes; `3`: no
    (
        "navigation",
        r"(?:(?:首页|主页|登录|登陆|注册|会员中心|搜索|设为首页|加入收藏|收藏本站|网站导航|导航|投稿|我要投稿|菜单|RSS|手机站)"
        r"[\s|｜·/-]*)+",
    ),
    (
        "navigation",
        r"(?:(?:字号|调整字体|字体|图集|打印本页|打印|关闭窗口|关闭|关注|订阅|评论|我要评论|发表评论|收藏本文|大|中|小|\[|\]|A[+-])[：:\s|]*){1,6}",
    ),
    ("navigation", r"欢迎(?:光临|来到|访问).{2,20}"),
    # `昨天`, `3小时前`, `发布时间：10-08 12:00`
    (
        "navigation",
        r"(?:昨天|前天|今天|刚刚)(?:\s*\d{1,2}:\d\d)?|(?:发布|更新|发表)(?:时间|于)\s*[：:]?\s*\d{1,4}[-/.年月].{0,30}",
    ),
    # `3楼 发表于 5年前`, `上传时间：3天前`, `第2页 发布于北京 2小时前`
    (
        "navigation",
        r"(?:[^。；，]{0,16}(?:发表|发布|推荐|更新|上传|编辑|回复|评论|来自|楼|时间|修订|浏览|收录)[^。；，]{0,8}?)?\d{1,2}\s*(?:秒|分钟|小时|天|周|个月|年)前[^。；，]{0,12}",
    ),
    # `2楼`, `发表于 2024-03-05 11:20`, `主题 12 帖子 33`, `只看该作者`: yes; `2楼值班室`: no
    (
        "navigation",
        r"\d{1,4}\s*(?:楼|#)|楼主|沙发|板凳|地板|发表于\s*[:：]?\s*\d{4}.{0,40}|.{0,12}只看该作者.{0,12}"
        r"|(?:(?:主题|帖子|积分|精华|威望|金钱|金币|贡献|经验|听众|好友|UID|注册时间|最后登录|在线时间)\s*[：:]?\s*\d[\d\s小时:-]*){1,8}",
    ),
    # `（原标题：题）`, `原题为《题》`: of news that are taken from elsewhere
    ("navigation", r"[（(]?\s*原(?:标题|文标题|题)\s*(?:为|是)?\s*[：:《].{2,100}"),
    # `#p#分页标题#e#`, `[page]`: marks of an editor's system that were to cut the page
    ("navigation", r"#p#.{0,30}#e#|\[/?(?:next|!--)?page(?:--)?\]"),
    (
        "navigation",
        r"[-—–]\s*\d{1,3}\s*[-—–]|第\s*\d{1,3}\s*页(?:\s*[，,/]?\s*共\s*\d{1,3}\s*页)?|共\s*\d{1,3}\s*页|\d{1,3}\s*/\s*\d{1,3}|page\s*\d+.{0,8}|P\s?\d{1,3}",
    ),
    (
        "navigation",
        r"(?:页码[：:]?\s*)?(?:\d{1,2}\s+){3,}(?:下一页|末页|尾页)?|(?:首页|上一页)[\s\d]+(?:下一页|尾页|末页).{0,6}",
    ),
    *SYSTEMS,
    *ASIDES,
)
ANY_CUE = WholeLines([pattern for _, pattern in CUES], re.IGNORECASE)
# A word that every pattern above needs: lines without one are never tried. Bare numbers and marks are few.
HINT_WORDS = (
    "隐藏|省略|略去|剩余|还有|余下|全文|更多|相关|相似|同类|热门|推荐|最新|精选|延伸|拓展|扩展|精彩|本类|随机|猜你|大家|您|你|一篇|一条|一页"
    "|上篇|下篇|上页|下页|看过|阅读|标签|关键|[Tt]ag|TAG|关注|浏览|下载|复制|打印|导出|收藏|广告|推广|赞助|Adv|AD|ad|扫|长按|搜|二维码|doc|pdf|word"
    "|招租|限时|会员|站长|领取|优惠|点击|付费|VIP|vip|会员|http|www|加微信|加QQ|QQ|代写|代发|办证|刷单|博彩|彩|娱乐城|棋牌|[Cc]opyright|COPYRIGHT|[Pp]owered|尽在|蓝字|特惠|前篇|后篇|主题|点此|资讯|热文|©|版权|[Rr]eserved|备|我们|联系"
    "|声明|地图|隐私|协议|反馈|投稿|链接|条款|帮助|手机|电脑|返回|回到|TOP|编辑|责编|来源|地址|转载|审核|校对|侵|本站|仅供|网友|首页|主页|登"
    "|注册|菜单|RSS|导航|欢迎|页|分享|转发|[Pp]age|内容|评|热点|排行|顶一|打赏|楼|沙发|板凳|地板|发表|积分|帖|昨天|前天|今天|刚刚|前$|发布|更新|代表|看该|看了|本文|还看|点赞|反馈|关闭|留言|发帖|字号|字体|图集|^[-—–]|^[0-9０-９]{1,3}\\s*/|^[Pp]\\s?\\d|显示|#p#|原标题|原题|原文标题|page\\]"
    f"|{SYSTEM_HINTS}|{ASIDE_HINTS}"
)
HINT = compile_search(HINT_WORDS, re.MULTILINE)
# The few words without which a whole sentence is no cue.
SENTENCE_HINTS = (
    *(
        "隐藏",
        "省略",
        "略去",
        "剩余",
        "©",
        "opyright",
        "eserved",
        "版权",
        "声明",
        "来源",
        "侵",
        "本站",
        "仅供",
        "自觉遵守",
    ),
    *("网友", "分享", "转发", "仅代表"),
    *ASIDE_SAYINGS,
)
# Around a line of the site's own: `★相关范文推荐★`, `【拓展阅读】`, `>>更多<<`.
DECORATION = "★☆●○◆◇■□▲△▼▽※→←↑↓>＞<＜»«·•.…-—=~～_|｜*#【】[]（）()〖〗「」 \u3000"
SENTENCE_ENDS = "。；;"  # of a line that is a sentence or an item of a list
MAX_COUNT_CUE = 30  # characters of a cue that begins with a number: `75人关注`, `1 2 3 下一页`
NUMERALS = frozenset("0123456789一二三四五六七八九十①②③④⑤⑥⑦⑧⑨⑩")
LIST_SIGNS = NUMERALS | frozenset("第（(")  # with which nearly all items of lists begin, which are no cues
# Reasons whose lines are phrases: a whole sentence with a full stop is a text's own.
PHRASES: frozenset[DropReason] = frozenset(("related", "teaser", "advert", "navigation"))
# What stands before links in one line with them, and how much of the line is links then.
LINK_LABEL = re.compile(r"[^：:】\])）。；]{2,16}+[：:】\])）]+")
LABEL_SHARE = 0.4
LABEL_WORDS = (
    "阅读",
    "文章",
    "为您",
    "为你",
    "链接",
    "猜你",
    "猜您",
    "小编",
    "编辑推荐",
    "心推荐",
    "情推荐",
    "力推荐",
    "别推荐",
    "相关推荐",
    "热门推荐",
)
# A line of any length that begins so: `【免责声明】本文仅代表…`, `本站郑重声明：`: yes; `声明书：`: no
DISCLAIMER = re.compile(
    r"[【（(]?\s*(?:免责声明|版权声明|郑重声明|特别声明|本站声明|本站郑重声明|本网声明|风险提示)\s*[】）)：:]"
)
DISCLAIMER_BEGINS = frozenset("【（(免版郑特本风")


def is_share_bar(line: str) -> bool:
    """Tell a share bar: three distinct words of sharing that cover 40 % of the line (facts §4).

    >>> is_share_bar("微信 微博 QQ空间 收藏"), is_share_bar("微信群管理制度")
    (True, False)
    """
    if SHARE.match(line):
        return True
    words = SHARE_WORD.findall(line)
    if len(set(words)) < 3:  # as nearly all lines
        return False
    covered = sum(map(len, words))
    size = sum(not c.isspace() for c in line)
    return covered >= 0.4 * size and max(map(len, words)) >= 2


def drop_reason(line: str, subjects: Sequence[str] = ()) -> DropReason | None:
    """Return why a whole line is not part of a text, None when it may well be.

    `subjects` are what the page is about, the longest first: `某制度相关文章` is read as `相关文章`.

    >>> drop_reason("推荐度："), drop_reason("相关部门应当予以配合。")
    ('advert', None)
    """
    if len(line) > MAX_CUE:
        return "footer" if DISCLAIMER.match(line) else None
    bare = line
    for subject in subjects:
        bare = bare.replace(subject, "")
    return _drop_short(line, bare)


@lru_cache(maxsize=REMEMBERED)
def _drop_short(line: str, bare: str) -> DropReason | None:
    """Return `drop_reason` of a short line, `bare` being that without the subjects of its page."""
    if line[-1] in "；;" or NUMBERED.match(line):
        return None
    if is_share_bar(line):
        return "share"
    known = ANY_CUE.first(line)
    if known < 0:
        undecorated = bare.strip(DECORATION)
        known = ANY_CUE.first(undecorated) if undecorated != line and bare else -1
        if known < 0:
            return _labelled_name(bare) or site_words(bare) if bare else None
        line = bare
    reason = CUES[known][0]
    return None if line[-1] == "。" and reason in PHRASES else reason


def _labelled_name(line: str) -> DropReason | None:
    """Return why a line that names another page behind a label is none of a text: `推荐阅读：某邀请函`.

    `拓展阅读：《背影》` is of a lesson.
    """
    match = LINK_LABEL.match(line)
    if match is None or "《" in line or SENTENCE_MARK.search(line):
        return None
    label = match.group().strip(DECORATION + "：:")
    return "related" if ANY_CUE.first(label) >= 0 and any(word in label for word in LABEL_WORDS) else None


def cue_rows(
    page: PageLines,
    start: int,
    drop: Sequence[tuple[DropReason, re.Pattern[str]]] = (),
    subjects: Sequence[str] = (),
) -> dict[int, DropReason]:
    """Return the lines from `start` on that are cues, and their reasons. Only lines with a hint are tried.

    `drop` are the patterns of the page's site, which come first; `subjects` as for `drop_reason`.
    """
    out: dict[int, DropReason] = {}
    if drop:
        for row in range(start, len(page.texts)):
            known = next((reason for reason, pattern in drop if pattern.fullmatch(page.texts[row])), None)
            if known is not None:
                out[row] = known
    out |= contents_rows(page, start)
    for row in page.partly:
        labelled = page.shares[row] > LABEL_SHARE and page.sights[row] & LABELLED
        if labelled and row >= start and row not in out and (reason := _labelled_links(page, row)):
            out[row] = reason
    for sight in (HINTED, SAYING):
        for row in rows_showing(page, sight, start):
            line = page.texts[row]
            if row not in out and _may_be_cue(line) and (reason := drop_reason(line, subjects)):
                out[row] = reason
    if page.has("踩"):
        out |= dict.fromkeys(votes_beside(page.texts, list(out)), "navigation")
    if page.has("标识码"):
        out |= dict.fromkeys(hosts_above(page.texts), "footer")
    return out


@lru_cache(maxsize=REMEMBERED)
def _may_be_cue(line: str) -> bool:
    """Tell whether a line may be a cue: a short one with a hint, no item of a list; or a disclaimer."""
    if len(line) > MAX_CUE:
        return line[0] in DISCLAIMER_BEGINS and DISCLAIMER.match(line) is not None
    if line[0] in LIST_SIGNS and NUMBERED.match(line):
        return False
    if line[0] in NUMERALS and len(line) > MAX_COUNT_CUE:
        return False
    if line[-1] in SENTENCE_ENDS:
        return line[-1] == "。" and any(word in line for word in SENTENCE_HINTS)
    return HINT.search(line) is not None


def _labelled_links(page: PageLines, row: int) -> DropReason | None:
    """Return why a line of links behind a label is none of a text: `【拓展阅读】甲 乙`, `推荐：更多甲`."""
    match = LINK_LABEL.match(page.texts[row])
    if match is None:
        return None
    label = match.group().strip(DECORATION + "：:")
    if not label:  # `——：甲`
        return None
    return drop_reason(label) or site_words(label, edge=True) or site_words(label + "文章")
