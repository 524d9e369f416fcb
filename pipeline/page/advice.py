"""Words of advice on writing papers, as guides to a kind of paper give it."""

import re
from collections.abc import Sequence

from pipeline.page.search import compile_search

# What is asked of a kind of paper, not within one: `通知的格式`, `什么是通知`; not `通知的要求`
OF_WRITING = compile_search(
    r"写作|书写|撰写|编写|起草|拟写|[怎如][么何样]写|怎样写|写法|写好|^写.*(?:注意|[要时前])|为(?:什么|何)要?写|格式"
    r"|^什么[是叫]|是什么|[包含]括?(?:哪些|什么)|有哪些(?:内容|部分|要素|要点)|一[份篇封则]好"
)
# What is asked of a kind of paper by who stands outside of it: `为什么要建立规章制度`, `签订合同的注意事项`
OF_MAKING = re.compile(
    r"为(?:什么|何)[要需]?要?(?:建立|制定|制订|订立|签订|拟定|拟订|设立|定|签)([一-鿿]{2,12})[？?]?"
    r"|(?:(?:签订?|订立|拟定|拟订|制定|制订)时?)?([一-鿿]{2,10}?)(?:时?的|时)注意事项"
)
WHEN_WRITING = re.compile(  # `撰写时应注意以下几点：`; not `填写登记表时要注意：`
    "在?(?:撰写|书写|写作|编写|起草|动笔)[^。，]{0,14}[时前中]|写[^。，]{0,14}[时前][要应需]"
)
# What advice on writing speaks of: `切忌照搬照抄`, `落款：单位写全称。`
ADVICE = compile_search(
    r"(?<![填抄])写|提纲|动笔|落笔|套用|照抄|照搬|抄来|千篇一律|篇幅|字数|文体|文书|文种|文字|文章|行文|措辞|用词|用语|语气|开头|结尾"
    r"|落款|署名|称谓|称呼|标题|正文|主体|条理|通读|语句|语言|修改|范文|格式|组成|读者|详略|空话"
)
# Parts of a letter; and what a call for papers asks of them: `正文用三号仿宋`, `稿件发至邮箱`
PLAINLY = compile_search("写作|书写|撰写|写法|[怎如][么何样]写|怎样写|写好")  # of writing, whatever the kind
PARTS = compile_search("称谓|称呼|落款|署名|结尾|开头|正文|标题")
SUBMITTED = compile_search("[仿宋黑楷]体|字号|行距|投稿|征文|参赛|作品|稿件|邮箱|[Ww]ord")


def advise(own: Sequence[str]) -> bool:
    """Tell whether half of some lines speak of writing."""
    return bool(own) and 2 * sum(ADVICE.search(x) is not None for x in own) >= len(own)
