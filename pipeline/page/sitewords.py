"""Lines made of a site's own words: `顶一下(0) 踩一下(0)`, `本文档由会员上传，如需下载请登录`.

No list of whole lines is ever complete; the words that sites use for themselves are few. A short line that
consists of them, as a share bar does of names of networks, belongs to the site.
"""

import re
from functools import lru_cache

from pipeline.page.search import compile_search
from pipeline.records import DropReason

# Lines whose reason is remembered, 3 MB at most: a site says the same on all its pages, and one takes 10 µs.
# The reason is a function of the line alone: what is remembered changes no result.
REMEMBERED = 4096
MAX_LINE = 60  # characters; longer lines are sentences, which the patterns of `cues` know
COVERED = 0.8  # share of the letters that stand in words of the lists below
EDGE_COVERED = 0.5  # the same at the edge of an article, for a line with a word that only sites use
OWN = 0.4  # share of the letters that stand in words of a site, neutral words left out
MAX_EDGE = 24  # characters of a line for which that is enough
SURE, ENOUGH = 3, 2  # distinct words of a site: anywhere; with one that only sites use

# A word of the site, by what a line of such words is. The longest of each first.
WORDS: tuple[tuple[DropReason, str], ...] = (
    (
        "advert",
        "公众号|小程序|下载次数|资料包|模板包|特价|微信号|二维码|赞助商|可编辑|完整版|高清版|文库币|下载|文档|文库|会员|VIP|vip|Word|WORD|word|DOCX?|docx?|PDF|pdf"
        "|WPS|PPT|ppt|开通|充值|付费|免费|立即|登录|登陆|注册|扫码|扫一扫|扫描|长按|关注|领取|优惠|广告|推广|电脑|打包|一键|加入|APP|App"
        "|格式|大小|[KMkm]B|豆|积分|客服|导出|红包|特惠|限时|点此",
    ),
    (
        "share",
        "复制链接|粘贴|复制|QQ空间|QQ好友|朋友圈|新浪|腾讯|分享|转发|微信|微博|QQ|好友|贴吧|豆瓣|人人网|收藏|打印|举报",
    ),
    (
        "related",
        "没有更多|没有了|正在搜|想看|热词|换一换|为您|为你|都在看|还在看|在看|还看了|看了|看过|的人|上一篇|下一篇|关键词|相关|推荐|热门|热点|最新|精选|精品|优质|精彩|拓展|扩展|延伸|近期|阅读|文章|范文|更多|专题|栏目|频道"
        "|猜你|猜您|喜欢|感兴趣|可能|大家|标签|TAG|tag|Tag|排行榜?|随机|感谢|浏览|搜索",
    ),
    (
        "footer",
        "原作者|关于我们|联系我们|网站地图|友情链接|申明|未经|授权|禁止|录入|佚名|编号|整理|互联网|责任编辑|版权|声明|免责|转载|来源|出处|网友|作者|编辑|责编|侵权|删除|联系|本站|本网|本文|本页|投稿|上传|admin|"
        "THE END|The End|END|End|完|未完待续",
    ),
    (
        "navigation",
        "发表评论|返回列表|返回|来自|投诉|建议|暂无|热评|我来说两句|我来|说两句|好评|差评|顶一下|踩一下|上一页|下一页|返回|顶部|首页|尾页|末页|关闭|窗口|字号|字体|评论|留言|点赞|打赏|赞赏|支持|反馈|纠错|点击|查看|展开|收起|继续|全文|正文|目录|第\\d+页|共\\d+页|当前|页"
        "|赞|顶|踩|条|楼主|回复|发帖|网址|链接|地址|页数|页码|详情|隐藏|显示|菜单|回到",
    ),
)
NEUTRAL = (
    "温馨提示|我们|我|这里|此处|以上|以下|内容|部分|提示|如果|可以|方便|全部|其他|所有|需要|需|如|的|了|请|将|由|为|到|至|在|和|与|及|并|后|可|以|您|你|此|更|于|等|来|给|去|吧|也|还|有|是|已|未|本"
    "|归|保留|不|或|共|个|次|人|份|种|版|得|获取|使用|进行|一|觉得|有用|帮助|欢迎|谢谢|网络|手机|资料|模板|合同|资源|网站|免|查阅|学习|参考|交流|仅供|供"
)
WORD = compile_search(
    "|".join(f"(?P<{reason}>{words})" for reason, words in WORDS) + f"|(?P<neutral>{NEUTRAL})"
)
# All letters of these words: a line that has few of them is not made of such words.
WORD_SIGNS = frozenset("".join((*(words for _, words in WORDS), NEUTRAL)))
# Words that a text has no use for: `文件的下载和打印` may be a heading, `下载本文` is none.
ONLY_SITES = compile_search(
    "付费|公众号|VIP|vip|赞助商|点此|可编辑|QQ空间|朋友圈|上一篇|下一篇|没有了|猜[你您]|[你您]可能|本文|本站|本网|本页|网友|转载|责编|录入|佚名|我来说|好评|换一换|正在搜|热点排行|为您推荐|为你推荐|关于我们|复制链接|链接已复制|下载次数|赞|广告|专题|收藏|返回|来自|投稿|客服|留言|热门|投诉|标签|排行|责任编辑|原作者|评论|顶一下|踩一下|打赏"
    "|点赞|点击|全文|阅读|范文|文章|举报|登录|下载|完整版|TAG|tag|END|扫码|扫一扫|关注|分享|本栏目|页"
)
# Of these, what makes a whole sentence the site's: `更多范文请关注本站公众号。`
OF_ITSELF = re.compile("本文|本站|本网|本页|点击|网友|VIP|扫码")
# At an article's edge: `分类：管理制度`, `上传者：小雨 时间：2024-01-02`
EDGE_LABEL = re.compile(
    r"[【\[（(<]?(?:(?:本文|文章|文档|资料|所属)(?:标题|分类|栏目|专题|录入|作者|来源|出处|编辑|编号|格式|大小|网址|地址|链接)"
    r"|分类|录入|整理|来自|推荐访问|下载说明|上传者|上传人|发布者|发布人|发布时间|更新时间|上传时间|页数|字数|下载次数|浏览次数|好评)\s*[：:（(].{0,50}"
)
# `以上就是本站为您整理的全部内容`, `以上是小编整理的范文`: with the words of an introduction
CLOSING = re.compile(r"(?:本期|这期|以上|上面|上述|关于|好了|更多|希望以上).{0,100}")
ENDS = frozenset(("完", "全文完", "END", "End", "the end", "THE END"))
# `客服部`, `投诉电话：123`, `留言簿`: may well end a text
SIGNATURE = re.compile("(?:部|处|局|科|室|组|公司|中心|委员会|簿|表|书|人)$|电话|热线")
# `www.abc.com/x.html`, `m.abc.net`: yes; `3.5`, `readme.txt`: no
ADDRESS = re.compile(
    r"(?:https?://|www\.)[\w./?=&%#:-]+|(?:[a-z0-9-]+\.)+(?:com|cn|net|org|cc|info)\b[\w./?=&%#:-]*", re.ASCII
)
HANZI_OR_LATIN = re.compile(r"[^\W\d_]+")


# What advertisements call for, two of them with a number to call, or three: `欢迎加入QQ群12345678`
CALLS = compile_search(
    "QQ群|QQ|qq|微信|公众号|电话|热线|加群|代写|代办|欢迎|点击|扫码|领取|免费|会员|加入|下载|优惠|赞助|一对一|文库|模板|全站|关注|推广|广告"
)
TOLD_AS_SUCH = re.compile(r"\W*(?:此处|以下|这里)?(?:为|是)?(?:推广|广告|赞助)(?:位|内容|信息|链接)?\W*")
TO_CALL = re.compile(r"\d{5}")


def has_address(line: str) -> bool:
    """Tell whether a line gives an address of the net; each has a dot or a slash, as few lines have."""
    return ("." in line or "/" in line) and ADDRESS.search(line) is not None


def advertises(line: str) -> bool:
    """Tell whether a line that is no sentence is an advertisement.

    >>> advertises("写作交流QQ群：123456，欢迎加入"), advertises("联系电话：12345678"), advertises("— 推广 —")
    (True, False, True)
    """
    calls = set(CALLS.findall(line))
    if len(calls) < 3 - (TO_CALL.search(line) is not None):
        return len(calls) == 1 and TOLD_AS_SUCH.fullmatch(line) is not None
    return True


def site_words(line: str, *, edge: bool = False) -> DropReason | None:
    """Return why a line of a site's words is none of a text's; None where it may be a text's.

    At the `edge` of an article, where a text ends, one word that only sites use is enough.

    >>> site_words("顶一下(0) 踩一下(0)"), site_words("文件下载登记"), site_words("（完）", edge=True)
    ('navigation', None, 'footer')
    """
    if len(line) > MAX_LINE or line[-1] in "；;" or "无正文" in line:
        return None
    return _of_words(line, edge)


@lru_cache(maxsize=REMEMBERED)
def _of_words(line: str, edge: bool) -> DropReason | None:
    """Return `site_words` of a short line."""
    if edge and line.strip("（(）)—-·[]【】") in ENDS:
        return "footer"
    sentence = line[-1] == "。"
    if sentence and not OF_ITSELF.search(line):
        return None
    line, addresses = ADDRESS.subn("", line) if has_address(line) else (line, 0)
    total = sum(map(len, HANZI_OR_LATIN.findall(line)))
    only = addresses > 0 or ONLY_SITES.search(line) is not None
    loose = edge and only and len(line) <= MAX_EDGE and not SIGNATURE.search(line)
    least_covered = (EDGE_COVERED if loose else COVERED) * total
    if sum(map(WORD_SIGNS.__contains__, line)) < least_covered:  # as nearly all lines of texts
        return None
    found: dict[DropReason, int] = {}
    words = set()
    covered = 0
    for match in WORD.finditer(line):
        word = match.group()
        size = len(word) if word.isalpha() else sum(not c.isdigit() for c in word)
        covered += size
        if match.lastgroup != "neutral" and match.lastindex:
            reason = WORDS[match.lastindex - 1][0]
            found[reason] = found.get(reason, 0) + size
            words.add(word)
    if not words or not line or covered < least_covered or sum(found.values()) < OWN * total:
        return None
    if sentence and len(words) < SURE:
        return None
    least = SURE if not only else 1 if edge else ENOUGH
    return max(found.items(), key=lambda x: x[1])[0] if len(words) >= least else None
