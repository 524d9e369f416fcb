"""Who speaks in a text, and to whom: names below it, a greeting above it."""

import re

# The hundred surnames of nine in ten Chinese: a name below a text.
SURNAMES = (
    "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余苏叶吕魏蒋田杜丁沈姜范江傅钟"
    "卢汪戴崔任陆廖姚方金邱夏谭韦贾邹石熊孟秦阎薛侯雷白龙段郝孔邵史毛常万顾赖武康贺严尹钱施牛洪龚某"
)
PUBLISHERS = (
    "编辑|责编|编者|作者|录入|上传|发布|来源|整理|供稿|撰稿|投稿|分享|推荐|审核|校对"
    "|分类|标签|关键词|专题|频道|栏目|相关"
)
# `王建国`, `病人家属：周海涛`, `宏达机械厂厂长 王建国`: yes; `编辑：李小雨`, which sites say: no
PERSON = re.compile(
    rf"[{SURNAMES}][一-鿿]{{1,3}}|[一-鿿]{{2,14}}(?:\s*[：:]\s*|\s+)[{SURNAMES}][一-鿿]{{1,2}}"
)
PUBLISHER = re.compile(PUBLISHERS)
PUBLISHED = re.compile(rf"\W*(?:{PUBLISHERS})[\s：:]")  # `编辑 李小雨 校对 王建国`
MAX_PERSON = 24  # characters of such a line
# `尊敬的领导：`, `各位业主：`, `同学们：`: yes; `要注意以下几点：`: no
GREETING = re.compile(
    r"(?:(?:尊敬|敬爱|亲爱)的.{1,20}|.{0,8}(?:各位|全体|广大).{1,14}"
    r"|[^，。]{0,12}(?:[同朋战亲]?[学友志]?们|同志|先生|女士|老师|领导|朋友|家长|业主|客户|顾客))[：:]"
)
MAX_GREETING = 24  # characters of one


def names_person(line: str) -> bool:
    """Tell whether a line is the name of somebody, alone or behind what he is.

    >>> names_person("李小雨"), names_person("病人家属：周海涛"), names_person("责任编辑：周海涛")
    (True, True, False)
    """
    return len(line) <= MAX_PERSON and PERSON.fullmatch(line) is not None and not PUBLISHER.search(line)


def greets(line: str) -> bool:
    """Tell whether a text that begins with a line is a letter or a speech.

    >>> greets("尊敬的老师、各位家长："), greets("要注意以下几点：")
    (True, False)
    """
    return line[-1] in "：:" and len(line) <= MAX_GREETING and GREETING.fullmatch(line) is not None


def names_publisher(line: str) -> bool:
    """Tell whether a line names who published a text: `编辑 李小雨 校对 王建国`.

    >>> names_publisher("编辑 李小雨"), names_publisher("编辑部")
    (True, False)
    """
    return PUBLISHED.match(line) is not None
