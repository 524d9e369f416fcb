"""The forms of template pages: markers, headings, titles, introductions, guides, lines of date.

The list of forms follows what was counted on real pages; the words are ours.
"""

import random
from collections.abc import Callable

DIGITS = "零一二三四五六七八九"
HALF = str.maketrans("，：；（）！？", ",:;()!?")
SITES = ("范文百宝箱", "制度参考网", "文秘小站", "好范文资料库", "职场文书网", "管理资料大全", "实用文档网")
COLUMNS = ("规章制度", "岗位职责", "工作方案", "应急预案", "行政公文", "学校管理", "物业管理", "安全管理")


def numeral(n: int) -> str:
    """A Chinese numeral, 1 to 99."""
    tens, ones = divmod(n, 10)
    head = "" if tens == 0 else "十" if tens == 1 else DIGITS[tens] + "十"
    return head + (DIGITS[ones] if ones else "")


def circled(n: int) -> str:
    """A circled number, 1 to 20."""
    return chr(0x245F + n)


MARKERS: dict[str, Callable[[int], str]] = {
    "一、": lambda i: numeral(i) + "、",
    "一.": lambda i: numeral(i) + ".",
    "（一）": lambda i: f"（{numeral(i)}）",
    "1、": lambda i: f"{i}、",
    "1.": lambda i: f"{i}. ",
    "1．": lambda i: f"{i}．",
    "1)": lambda i: f"{i}）",
    "(1)": lambda i: f"（{i}）",
    "第一条": lambda i: f"第{numeral(i)}条 ",
    "第一、": lambda i: f"第{numeral(i)}、",
    "①": circled,
}
INNER = {
    "一、": ("（一）", "1、", "(1)"),
    "一.": ("（一）", "1.", "①"),
    "（一）": ("1.", "1、", "①"),
    "1、": ("(1)", "①", "（一）"),
    "1.": ("(1)", "①", "1)"),
    "1．": ("(1)", "①"),
    "1)": ("①",),
    "(1)": ("①",),
    "第一条": ("（一）", "1.", "(1)"),
    "第一、": ("1.", "(1)"),
    "①": ("1)",),
}

# Heading forms of docs/accuracy.md: b is the subject of the page, t the article's own title, i its number.
HEADINGS: dict[str, Callable[[str, str, int], str]] = {
    "b1": lambda b, t, i: f"{b}{i}",
    "b_1": lambda b, t, i: f"{b} {i}",
    "b1：": lambda b, t, i: f"{b}{i}：",
    "b_篇1": lambda b, t, i: f"{b} 篇{i}",
    "b篇1": lambda b, t, i: f"{b}篇{i}",
    "b篇一": lambda b, t, i: f"{b}篇{numeral(i)}",
    "b(篇1)": lambda b, t, i: f"{b}(篇{i})",
    "《b》_篇1": lambda b, t, i: f"《{b}》 篇{i}",
    "b范文1": lambda b, t, i: f"{b}范文{i}",
    "b_第1篇": lambda b, t, i: f"{b} 第{i}篇",
    "第1篇_t": lambda b, t, i: f"第{i}篇 {t}",
    "【第1篇】t": lambda b, t, i: f"【第{i}篇】{t}",
    "第一篇：t": lambda b, t, i: f"第{numeral(i)}篇：{t}",
    "第1篇：t": lambda b, t, i: f"第{i}篇：{t}",
    "篇一：《t》": lambda b, t, i: f"篇{numeral(i)}：《{t}》",
    "篇1:t": lambda b, t, i: f"篇{i}:{t}",
    "范文一：t": lambda b, t, i: f"范文{numeral(i)}：{t}",
}
# Forms of the invented families of docs/accuracy-page.md, of which no rule of the program is written for one.
STRANGE: dict[str, Callable[[str, str, int], str]] = {
    "b第1稿": lambda b, t, i: f"{b}第{i}稿",
    "b（甲）": lambda b, t, i: f"{b}（{'甲乙丙丁戊己庚辛壬癸'[i - 1]}）",
    "b_A": lambda b, t, i: f"{b} {'ABCDEFGHIJ'[i - 1]}",
    "样本1｜t": lambda b, t, i: f"样本{i}｜{t}",
    "PART.01_t": lambda b, t, i: f"PART.0{i} {t}",
    "㈠b": lambda b, t, i: f"{'㈠㈡㈢㈣㈤㈥㈦㈧㈨㈩'[i - 1]}{b}",
    "❶_b": lambda b, t, i: f"{'❶❷❸❹❺❻❼❽❾❿'[i - 1]} {b}",
    "⒈_b": lambda b, t, i: f"{'⒈⒉⒊⒋⒌⒍⒎⒏⒐⒑'[i - 1]} {b}",
    "b篇1（date）": lambda b, t, i: f"{b}篇{i}（2021-0{i}-05）",
    "b篇1全文": lambda b, t, i: f"{b}篇{i}全文",
    "b篇1-t": lambda b, t, i: f"{b}篇{i}-{t}",
    "b（一）——t": lambda b, t, i: f"{b}（{numeral(i)}）——{t}",
    "第1种：t": lambda b, t, i: f"第{i}种：{t}制度",
    "✎_第1篇_t": lambda b, t, i: f"✎ 第{i}篇 {t}",
    "b—1—": lambda b, t, i: f"{b}—{i}—",
    "No.1｜t": lambda b, t, i: f"No.{i}｜{t}",
    "b1（精）": lambda b, t, i: f"{b}{i}（精）",
}
# Lines of a site behind its last article that no list of the program holds.
STRANGE_EDGES = (
    "打开手机看得更清楚",
    "看完这一篇有什么感受 有用 没用",
    "就写到这里",
    "想找别的？试试搜索",
    "参与讨论（37）",
    "满意 一般 不满意",
    "如果您觉得不错，就告诉您的朋友。",
    "把它发给同事",
    "今日访问：1024",
)
NUMBER_LAST = {"b1", "b_1", "b_篇1", "b篇1", "b范文1", "《b》_篇1", "b篇一"}

TITLES: tuple[Callable[[str, int], str], ...] = (
    lambda b, n: f"{b}{n}篇",
    lambda b, n: f"{b}{n}篇",
    lambda b, n: f"{b}（通用{n}篇）",
    lambda b, n: f"{b}（精选{n}篇）",
    lambda b, n: f"{b}【推荐{n}篇】",
    lambda b, n: f"{b}锦集【{n}篇】",
    lambda b, n: f"{b}合集{numeral(n)}篇",
    lambda b, n: f"{b}通用（{n}篇）",
    lambda b, n: f"关于{b}汇总{n}篇",
    lambda b, n: f"【热门】{b}集锦{n}篇",
    lambda b, n: f"最新{b}（优质{n}篇）",
    lambda b, n: f"{b}范文（{numeral(n)}篇）",
)
BARE_TITLES: tuple[Callable[[str], str], ...] = (lambda b: b, lambda b: f"{b}范文", lambda b: f"{b}参考")
INTROS: tuple[Callable[[str], str], ...] = (
    lambda b: f"下面是小编整理的{b}，欢迎阅读参考，希望对您有所帮助。",
    lambda b: f"{b}应该怎样写才好？以下是小编为大家收集的{b}，仅供参考，大家一起来看看吧！",
    lambda b: (
        f"在平时的工作中，大家都离不开各种文书。那么{b}要注意什么呢？小编为您带来了几份{b}，欢迎大家借鉴。"
    ),
)
COUNTED_INTROS: tuple[Callable[[str, int], str], ...] = (
    lambda b, n: f"{b}怎么写？本站为大家精心准备了{n}篇，一起来看看吧！",
    lambda b, n: f"以下是小编为大家整理的{b}，本文共{n}篇，欢迎参考阅读。",
)
GUIDES: tuple[Callable[[str], str], ...] = (
    lambda b: f"{b}包括哪些内容",
    lambda b: "注意事项",
    lambda b: "书写格式",
    lambda b: f"{b}怎么写",
    lambda b: "重要性和意义",
)
GUIDE_LEADS = ("通常包含以下几个关键部分：", "起草时请注意以下几点：", "一般按照下面的顺序书写：")
GUIDE_ITEMS = (
    "目的依据：写清楚为什么要制定，依据是什么。",
    "适用范围：说明对哪些部门和人员有约束力。",
    "职责分工：把每一项任务落实到具体的岗位。",
    "办理程序：列出步骤、时限和所需的材料。",
    "奖惩措施：奖励和处罚都要有可以执行的标准。",
    "文字简练：避免空话套话，一句话只说一件事。",
    "征求意见：定稿之前听取一线员工的看法。",
    "前后一致：与单位已有的规定不能相互冲突。",
    "落款日期：末尾写明单位名称和施行的日期。",
    "定期修订：每年至少检查一次是否仍然适用。",
)
SHARES = ("分享到：微信 微博 QQ空间 收藏 打印 举报", "分享到 QQ好友 微信 新浪微博 人人网 复制链接")
ADVERTS = ("广告位招租，联系站长", "【限时优惠】会员全站文档免费下载", "点击查看更多精彩内容>>")
EDITORS = ("小雨", "阿文", "李编辑", "秋叶")


def info_line(r: random.Random, day: str) -> str:
    """One of the usual lines of date, editor and views."""
    year, month, date = day.split("-")
    views = r.choice((str(r.randint(3, 9999)), "1.2W", "3.4万"))
    clock = f"{r.randint(6, 22):02d}:{r.randint(0, 59):02d}"
    forms = (
        f"更新时间:{day} 查看人数:{views}",
        f"编辑：{r.choice(EDITORS)} 日期：{day}",
        f"时间:{day} {clock}:07 {r.choice(COLUMNS)} 我要投稿",
        f"发布时间：{year}年{int(month)}月{int(date)}日 阅读：{views}次",
        f"{day} {clock} 来源：网络整理 浏览：{views}",
        f"日期：{year}/{month}/{date} 作者：{r.choice(EDITORS)}",
    )
    return r.choice(forms)
