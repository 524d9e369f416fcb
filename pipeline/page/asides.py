"""What sites say between the paragraphs of a text and right behind it: appeals, sources, votes, answers.

Boards of questions and answers, forums, channels of messengers and collections of documents each have phrases
of their own. As in `cues`, every pattern is for a *whole line*, and needs two signs of a site: an author may
well speak of comments, of adopting, or of where more can be read.
"""

import re
from collections.abc import Iterable, Sequence

from pipeline.page.introductions import KINDS
from pipeline.records import DropReason

ASIDES: tuple[tuple[DropReason, str], ...] = (
    # `看完这篇值班制度，你有什么收获？欢迎在评论区留言。`: yes; `打开评论区，看到的是谩骂。`: no
    (
        "share",
        r"[^。；]{0,50}(?:欢迎|请|快|记得|期待|不妨|可以)[^。；]{0,16}(?:评论区|留言区|评论里|下方评论|文末)[^。；]{0,20}[。！!~]?",
    ),
    # `更多值班制度请到某网查找。`: yes; `更多信息请登录学校官网查询。`: no
    (
        "spam",
        rf"[^。]{{0,50}}更多[^。，；]{{0,24}}(?:{KINDS})[^。，；]{{0,4}}[，,]?(?:请|欢迎|可以?|就)(?:到|上|去|来|登[录陆]|访问|收藏|移步|搜索)"
        r"[^。；]{2,30}[。！!]?",
    ),
    # `以上内容仅供参考，请勿照搬`: yes; `学习经验切勿照搬。`: no
    (
        "spam",
        r"(?=.*(?:以上|上述|本[文篇]|范[文本]|模板|例文|网络|内容))[^。]{0,24}参考[^。]{0,20}(?:照[搬抄]|抄袭|套用|雷同|根据(?:自己|自身|实际)|结合(?:自己|自身|实际))[^。]{0,40}[。！!]?",
    ),
    # `以上是某制度的内容，觉得不错请推荐给您的朋友！`: yes; `觉得这本书不错，就推荐给你的朋友吧！`: no
    (
        "share",
        r"(?=.*(?:以上|上面|本[文篇站页]|本内容))[^。]{0,40}(?:觉得|感觉|认为)[^。，]{0,10}(?:不错|有用|有帮助|满意|喜欢|好)[^。]{0,12}"
        r"(?:推荐|分享|转发|转告|介绍)给?[^。]{0,12}(?:朋友|好友|亲友|身边|他人|别人|需要的人)[^。]{0,8}[。！!]?",
    ),
    # `看了“某计划”的人还看了：`
    (
        "related",
        r"看(?:过|了|完)?\s*[“「《【‘\"].{1,40}[”」》】’\"]\s*的?(?:人|网友|用户|同学|朋友|读者)?[^。，]{0,4}[还也](?:在|喜欢|会|都|想)?"
        r"(?:看|读|浏览|关注|下载|搜).{0,8}",
    ),
    (
        "advert",
        r"(?=.*(?:关注|我们|本号|公众号|账号|置顶|错过))[^。]{0,20}星标(?!准)[^。]{0,24}",
    ),  # of a messenger's channel
    # of questions and answers: `最佳答案`, `热心网友 推荐于 2023-07-11`, `其他回答（2）`, `有不懂的可以追问`
    ("navigation", r"(?:最佳|满意|推荐|优质|网友|专业)(?:答案|回答)\s*[：:]?"),
    (
        "navigation",
        r"[^。，；：:]{1,14}\s(?:推荐|回答|提问|采纳|解答|答复)于\s*[：:]?\s*(?:\d{4}\s*[-/.年]|\d{1,2}-\d|[昨前今]天|\d+\s*\S{1,3}前).{0,20}",
    ),
    ("footer", r".{0,12}(?:回答|答案)由.{1,16}(?:推荐|采纳|提供).{0,24}"),
    (
        "related",
        r"(?:其[他它]|更多|全部|另外|剩余)\s*\d*\s*[个条]?\s*(?:回答|答案|解答)\s*(?:[（(]\d+[）)]|\d+)?\s*[：:>»]?",
    ),
    (
        "related",
        r"(?:(?:类似|相似|同类)的?|待(?:解决|回答)的?)(?:问题|问答|提问)\s*[：:>»]?|(?:大家|网友|别人)(?:都|还)(?:在)?问\s*[：:]?",
    ),
    (
        "share",
        r"[^。]{0,24}(?:满意|有用|帮到|帮助|手打|码字|打字)[^。]{0,12}采纳[^。]{0,8}|[^。]{0,16}(?:不懂|不明白|不清楚|疑问|问题|疑惑)[^。]{0,6}(?:可以?|请|欢迎|随时|继续|尽管)(?:继续|随时)?(?:追问|再问我|私信)[^。]{0,8}[。！~]?",
    ),
    # of forums: `附件下载后给个好评，谢谢各位坛友`, `签名：心有多大，路有多宽`; not `签名：张三`
    (
        "share",
        r"(?=.*(?:下载|附件|文档|资料|帖))[^。]{0,30}(?:好评|五星)[^。]{0,20}|[^。]{0,40}(?:[坛吧]友|[回跟顶]帖|顶贴|楼主)[^。]{0,30}",
    ),
    ("navigation", r"(?:个[性人])?签名档?\s*[：:]\s*[一-鿿]{2,}[，,！!~～…—][^：:_＿\d]{1,30}"),
    # where a text comes from: `本文由某网整理发布，未经许可请勿转载`, `（某网 www.abc.com 收集整理）`
    (
        "spam",
        r"本(?:文章?|篇文?章?)(?:内容)?(?:由|系|来自|来源于|摘自|转自|选自|源自)[^。]{1,40}(?:整理|发布|提供|收集|搜集|原创|首发|转载|上传)[^。]{0,24}。?",
    ),
    (
        "spam",
        r"[（(【\[][^。；]{0,24}(?:https?://|www\.|[a-z0-9-]\.(?:com|cn|net|org))[^。；]{0,30}(?:收集|搜集|整理|提供|发布|转载|原创|首发|下载)[^。；]{0,6}[）)】\]]",
    ),
    # `[1] [2] [3] 下一页`, `上一页 1 2 ... 9 下一页`
    (
        "navigation",
        r"(?=.*页)(?:(?:首页|[上下前后]一?页|末页|尾页|共\s*\d+\s*页|[\[［【(（]?\s*\d{1,3}\s*[\]］】)）]?|\.{2,3}|…)[\s|·>»<«]*){3,}",
    ),
    ("navigation", r"[顶踩]一下|[顶踩]"),
    # `某某考试真题免费领取`: yes; `宣传资料免费领取`: no
    (
        "advert",
        r"[^。；，]{0,20}(?:考试|备考|考研|招聘|公务员|真题|题库|范文|模板)[^。；，]{0,12}(?:免费|限时|0元)领取?[^。；，]{0,8}",
    ),
)
ASIDE_HINTS = (
    "星标|答案|回答|答于|复于|问于|纳于|采纳|追问|再问|私信|好评|五星|签名|踩一|坛友|吧友|跟帖|顶帖|顶贴"
)
# In whole sentences these words tell that one of the patterns may match.
ASIDE_SAYINGS = ("评论区", "留言区", "照搬", "照抄", "推荐给", "转载", "追问", "更多")
# Who keeps a site of the government, as must stand there above its code: `主办：某市人民政府　承办：某中心`
HOSTS = re.compile(r"(?:主办|承办|主管|协办|维护|运维|技术支持)(?:单位|部门)?\s*[：:].{2,60}")
SITE_CODE = re.compile(r"(?:政府)?网站标识码\s*[：:]?\s*[0-9A-Za-z]{6}")
VOTE = re.compile(r"[顶踩]一?下?|[顶踩]\s*踩")
# What stands beside a vote: `(30)`, `85.0%`
VOTES = re.compile(r"[（(]?\d{1,6}[）)]?|\d{1,3}(?:\.\d+)?\s*[%％]")
MAX_VOTE = 4  # characters of a line that calls to vote
MAX_VOTES = 3  # lines of numbers between one call and the next


def votes_beside(texts: Sequence[str], rows: Iterable[int]) -> set[int]:
    """Return the lines of numbers below those of `rows` that call to vote: they would be clauses elsewhere.

    >>> sorted(votes_beside(["顶一下", "(30)", "85.0%", "踩一下", "上一篇"], [0, 3]))
    [1, 2]
    """
    out: set[int] = set()
    for row in rows:
        if len(texts[row]) <= MAX_VOTE and VOTE.fullmatch(texts[row]):
            for below in range(row + 1, min(row + 1 + MAX_VOTES, len(texts))):
                if not VOTES.fullmatch(texts[below]):
                    break
                out.add(below)
    return out


def hosts_above(texts: Sequence[str]) -> set[int]:
    """Return the lines of a site's code, and those right above that say who keeps the site.

    >>> sorted(hosts_above(["主办：团委", "完。", "主办：县政府 承办：甲中心", "网站标识码：6201230001"]))
    [2, 3]
    """
    out: set[int] = set()
    for row, line in enumerate(texts):
        if SITE_CODE.match(line):
            out.add(row)
            above = row - 1
            while above >= 0 and HOSTS.fullmatch(texts[above]):
                out.add(above)
                above -= 1
    return out
