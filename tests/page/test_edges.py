import pytest

from pipeline.page.manner import read_manner
from pipeline.page.parse import parse_page

from .oracles import lines_of, segmented

SUBJECT = "仓库值班制度"
CLAUSES = tuple(f"{n}、值班人员按照{n}号清单逐项检查，并做好记录。" for n in range(1, 9))


def page(*tail: str, between: str = "", site: str = "甲文网") -> list[str]:
    """Two articles of eight clauses; `between` stands behind the fourth of the first."""
    first = [*CLAUSES[:4], *([between] if between else []), *CLAUSES[4:]]
    head = [f"当前位置：{site} > 制度 > 值班", f"{SUBJECT}2篇", "时间:2024-03-05"]
    return [*head, f"{SUBJECT}1", *first, f"{SUBJECT}2", *CLAUSES, *tail]


@pytest.mark.parametrize(
    "tail",
    [
        ("打开手机看得更清楚",),
        ("参与讨论（373）", "觉得不错吗"),
        ("请您核对内容再用，风险由您承担。",),
        ("甲文网 让写作更简单",),
        ("提示：以上仓库值班制度仅作范例。",),
        ("客服邮箱 kf@abc.com",),
        ("看完的感受", "本条内容与站点的立场没有关系。", "有用 没用"),
    ],
)
def test_lines_that_are_written_unlike_the_texts_are_the_sites(tail: tuple[str, ...]) -> None:
    parts, articles = segmented(page(*tail))
    assert [a[1:] for a in articles] == [list(CLAUSES)] * 2
    assert sum(p.role == "dropped" for p in parts.pieces) >= len(tail)


@pytest.mark.parametrize(
    "tail",
    [
        ("值班人员应当与主管部门保持联系，做到发现问题不过夜。",),
        ("某某物流有限公司", "2024年3月5日"),
        ("附：值班表",),
        ("甲方（签字）：", "乙方（签字）："),
        ("特此通知",),
    ],
)
def test_what_texts_end_with_stays(tail: tuple[str, ...]) -> None:
    assert segmented(page(*tail))[1][1][1:] == [*CLAUSES, *tail]


def test_a_line_of_the_site_between_the_clauses() -> None:
    articles = segmented(page(between="你正在看甲文网的资料"))[1]
    assert [a[1:] for a in articles] == [list(CLAUSES)] * 2


@pytest.mark.parametrize(
    "line", ["以下内容需登录后可见", "会员专享，剩余部分请下载后查看", "如有雷同，实属巧合。"]
)
def test_new_words_of_a_site_anywhere(line: str) -> None:
    assert [a[1:] for a in segmented(page(line))[1]] == [list(CLAUSES)] * 2
    if line[-1] != "。":
        assert [a[1:] for a in segmented(page(between=line))[1]] == [list(CLAUSES)] * 2


@pytest.mark.parametrize("line", ["热度 525", "字数统计：1200字", "贡献者：wang123", "预览图", "评级：★★★★"])
def test_lines_below_a_heading_that_tell_of_it(line: str) -> None:
    lines = [f"{SUBJECT}2篇", "2024-03-05", f"{SUBJECT}1", line, *CLAUSES, f"{SUBJECT}2", *CLAUSES]
    assert [a[1:] for a in segmented(lines)[1]] == [list(CLAUSES)] * 2


@pytest.mark.parametrize(
    "line", ["岗位：值班主管", "适用范围：全体员工", "文件编号：XZ-01", "生效日期：2021年3月1日"]
)
def test_fields_of_a_text_below_its_heading(line: str) -> None:
    lines = [f"{SUBJECT}2篇", "2024-03-05", f"{SUBJECT}1", line, *CLAUSES, f"{SUBJECT}2", *CLAUSES]
    assert segmented(lines)[1][0][1:] == [line, *CLAUSES]


def test_what_is_said_to_the_readers_below_a_heading_stays() -> None:
    line = "新修订的《值班制度》已经会议通过，现印发给你们，请认真贯彻执行。"
    lines = [f"{SUBJECT}2篇", "2024-03-05", f"{SUBJECT}1", line, *CLAUSES, f"{SUBJECT}2", *CLAUSES]
    assert segmented(lines)[1][0][1:] == [line, *CLAUSES]


def test_names_of_other_pages_below_their_label() -> None:
    first = [*CLAUSES[:4], "相关链接：", "消防安全工作制度", "退换货管理办法（3篇）", *CLAUSES[4:]]
    lines = [f"{SUBJECT}2篇", "2024-03-05", f"{SUBJECT}1", *first, f"{SUBJECT}2", *CLAUSES]
    assert [a[1:] for a in segmented(lines)[1]] == [list(CLAUSES)] * 2


@pytest.mark.parametrize(
    "names", [("相关材料", "塔吊指挥管理制度", "班级管理应急预案"), ("塔吊指挥管理制度", "班级管理预案")]
)
def test_names_of_other_pages_between_two_clauses_without_links(names: tuple[str, ...]) -> None:
    first = [*CLAUSES[:4], *names, *CLAUSES[4:]]
    lines = [f"{SUBJECT}2篇", "2024-03-05", f"{SUBJECT}1", *first, f"{SUBJECT}2", *CLAUSES]
    assert [a[1:] for a in segmented(lines)[1]] == [list(CLAUSES)] * 2


def test_names_that_a_clause_announces_or_that_begin_a_list_stay() -> None:
    announced = [*CLAUSES[:4], "5、下列制度应当上墙：", "塔吊指挥管理制度", "班级管理应急预案", *CLAUSES[5:]]
    begun = [*CLAUSES[:4], "员工管理制度", "考勤管理制度", "1、按时到岗。", "2、请假应当批准。"]
    for first in (announced, begun):
        lines = [f"{SUBJECT}2篇", "2024-03-05", f"{SUBJECT}1", *first, f"{SUBJECT}2", *CLAUSES]
        assert segmented(lines)[1][0][1:] == first


@pytest.mark.parametrize("line", ["—— 以上为节选 ——", "⬇ 向下滑动查看 ⬇", "乙文库提示您：注意保护眼睛"])
def test_decorated_lines_and_those_that_alone_speak_to_the_reader(line: str) -> None:
    assert [a[1:] for a in segmented(page(between=line))[1]] == [list(CLAUSES)] * 2


@pytest.mark.parametrize(
    "line", ["试读章节到此为止", "提示：按空格键翻页", "（下转第二页）", "小广告：求职简历修改"]
)
def test_what_stands_alone_between_two_clauses_and_is_no_heading(line: str) -> None:
    assert [a[1:] for a in segmented(page(between=line))[1]] == [list(CLAUSES)] * 2


@pytest.mark.parametrize(
    "line", ["违约责任", "权利和义务", "租金及支付方式", "免责条款", "会员权利", "知识产权归属"]
)
def test_headings_in_a_list_that_goes_on_stay(line: str) -> None:
    assert line in segmented(page(between=line))[1][0]


@pytest.mark.parametrize("line", ["—— 附则 ——", "问题来了"])
def test_short_lines_between_the_clauses_stay(line: str) -> None:
    assert line in segmented(page(between=line))[1][0]


@pytest.mark.parametrize("line", ["#p#分页标题#e#", "[page]", "版权归甲文网所有，请勿采集", "more >>"])
def test_what_an_editors_system_leaves_between_the_clauses(line: str) -> None:
    assert [a[1:] for a in segmented(page(between=line))[1]] == [list(CLAUSES)] * 2


def test_a_numbered_notice_of_the_site_behind_the_last_text() -> None:
    notice = ("版权说明", "1、本页面的文章由用户提供。", "2、侵犯了您的权益，请联系我们。", "3、不得转载。")
    assert [a[1:] for a in segmented(page(*notice))[1]] == [list(CLAUSES)] * 2


def test_a_closing_sentence_behind_an_advert_stays() -> None:
    closing = "值班人员应当与主管部门保持联系，做到发现问题不过夜。"
    assert segmented(page("广告", closing))[1][1][1:] == [*CLAUSES, closing]


def test_a_second_list_of_the_text_stays() -> None:
    second = ("奖惩办法", "1、全勤者当月加分。", "2、迟到者当月扣分。")
    assert segmented(page(*second))[1][1][1:] == [*CLAUSES, *second]


def test_a_sentence_cut_in_two_lines_stays() -> None:
    assert (
        "发现异常的情况，应当记录在案并且告知门卫，"
        in segmented(page(between="发现异常的情况，应当记录在案并且告知门卫，"))[1][0]
    )


def test_a_heading_between_the_clauses_stays() -> None:
    assert "交接班的要求" in segmented(page(between="交接班的要求"))[1][0]


def test_few_lines_show_no_manner() -> None:
    lines = [*CLAUSES[:3], "打开手机看得更清楚"]
    manner = read_manner(lines_of(lines), [range(3)], None, ())
    assert (manner.lines, manner.is_foreign(lines[-1])) == (3, False)


def html(tail: str, body: str = "p") -> str:
    text = "".join(f"<{body}>{x}</{body}>" for x in page()[3:])
    fields = f"<p>{page()[0]}</p><h1>{SUBJECT}2篇</h1><p>时间:2024-03-05</p>"
    return f"<html><body>{fields}<div class=x>{text}</div>{tail}</body></html>"


@pytest.mark.parametrize("body", ["p", "div", "li", "section"])
def test_a_text_ends_with_its_element(body: str) -> None:
    tail = "<div><p>本栏目的稿件由编辑部统一保管。</p><p>来稿请寄邮箱，七日内答复。</p></div>"
    articles = parse_page(html(tail, body)).articles
    assert [a.text for a in articles] == ["\n".join(CLAUSES)] * 2


def test_texts_whose_elements_are_cut_anywhere() -> None:
    lines = page()[3:]
    parts = "".join(f"<div>{''.join(f'<p>{x}</p>' for x in lines[k : k + 5])}</div>" for k in range(0, 18, 5))
    body = f"<h1>{SUBJECT}2篇</h1><p>时间:2024-03-05</p><div>{parts}</div>"
    assert parse_page(f"<html><body>{body}</body></html>").articles[1].text == "\n".join(CLAUSES)


def test_a_list_of_links_between_the_clauses_ends_no_text() -> None:
    lines = page()[3:]
    links = "<p>相关资料</p>" + "".join(f"<p><a href=/{k}>门卫制度{k}</a></p>" for k in "甲乙丙")
    text = "".join(f"<p>{x}</p>{links if k == 14 else ''}" for k, x in enumerate(lines))
    found = parse_page(
        f"<html><body><h1>{SUBJECT}2篇</h1><p>时间:2024-03-05</p>{text}</body></html>"
    ).articles
    assert [a.text for a in found] == ["\n".join(CLAUSES)] * 2


def test_one_text_ends_with_its_element() -> None:
    said = "".join(
        f"<p>第{k}天，值班人员按照清单逐项检查了仓库，并且做好了记录。</p>" for k in "一二三四五六"
    )
    tail = "<div><p>留言 3</p><p>写得真好，我们单位也是这样做的，明天就去说一说。</p></div>"
    body = f"<h1>仓库见闻</h1><p>2024-03-05</p><div>{said}</div>{tail}"
    assert "留言" not in parse_page(f"<html><body>{body}</body></html>").articles[0].text


def test_one_text_of_short_lines_below_a_box_ends_with_its_element() -> None:
    text = (
        "尊敬的领导：",
        "我于三月到岗，至今已满三个月。",
        "我会继续努力，做好自己的每一项工作。",
        "请领导批准。",
        "申请人：李小雨",
    )
    box = "<div>写作助手，三秒写好一篇</div>"
    links = "".join(f"<p>{x}</p>" for x in ("社区工作简报范文", "高中语文考核细则怎么写"))
    body = "".join(f"<p>{x}</p>" for x in text)
    page = parse_page(
        f"<h1>转正申请书</h1><p>2024-03-05</p>{box}<article>{body}</article><div>免费试用</div><div>{links}</div>"
    )
    assert page.articles[0].text == "\n".join(text)


def test_clauses_that_go_on_in_another_element_stay() -> None:
    tail = "<div><p>9、交班时双方签名，并注明时间。</p><p>10、本制度自发布之日起施行。</p></div>"
    assert parse_page(html(tail)).articles[1].text.endswith("10、本制度自发布之日起施行。")


def test_a_table_behind_the_clauses_stays() -> None:
    text = "".join(f"<p>{x}</p>" for x in page()[3:])
    table = "<table><tr><td>项目</td><td>分值</td></tr><tr><td>准时到岗的情况</td><td>10</td></tr></table>"
    body = f"<h1>{SUBJECT}2篇</h1><p>时间:2024-03-05</p><div>{text}{table}</div>"
    assert (
        parse_page(f"<html><body>{body}</body></html>").articles[1].text.endswith("分值\n准时到岗的情况\n10")
    )


@pytest.mark.parametrize(
    "line", ["写作交流QQ群：123456，欢迎加入", "—— 此处为推广内容 ——", "加入会员，全站模板任意下载"]
)
def test_an_advertisement_between_clauses(line: str) -> None:
    found = segmented(page(between=line))[1]
    assert [a[1:] for a in found] == [list(CLAUSES)] * 2


@pytest.mark.parametrize("line", ["联系电话：12345678", "值班微信群：由后勤组建立", "欢迎词"])
def test_what_is_no_advertisement_between_clauses(line: str) -> None:
    assert line in segmented(page(between=line))[1][0]


@pytest.mark.parametrize(
    "tail",
    [
        ("我的演讲完了，谢谢大家！",),
        ("最后，祝大家工作顺利，身体健康！", "谢谢！"),
        ("以上是我的述职报告，请各位领导批评指正。",),
        ("以上便是我对仓库值班制度的一些看法，不当之处请各位同事指正。",),
        ("以上仓库值班制度如有不妥，请上级审核。",),
        ("让我们行动起来，从现在做起！", "你准备好了吗？"),
        ("如有疑问，请您拨打服务热线 12345。", "感谢您的理解与支持！", "物业服务中心"),
        ("期盼您的答复。",),
        ("申请人：王某",),
        ("联系电话：0571-88888888",),
        ("附：相关法律条文",),
        ("（此页无正文）",),
    ],
)
def test_what_a_speaker_says_at_the_end_is_the_texts(tail: tuple[str, ...]) -> None:
    assert segmented(page(*tail))[1][1][-len(tail) :] == list(tail)


def test_what_a_speaker_says_at_the_beginning_is_the_texts() -> None:
    lines = page()
    lines.insert(4, "大家好！今天我演讲的题目是《值班》。")
    assert segmented(lines)[1][0][1] == "大家好！今天我演讲的题目是《值班》。"


def test_the_signature_of_one_text_stays() -> None:
    lines = [
        f"{SUBJECT}倡议书",
        "时间:2024-03-05",
        *CLAUSES,
        "滨河小学少先队",
        "2024年1月2日",
        "分享到：微信 微博 QQ空间",
    ]
    assert segmented(lines)[1][0][-2:] == ["滨河小学少先队", "2024年1月2日"]


@pytest.mark.parametrize(
    "line",
    [
        "走访时，一位老人说：“我们盼了好几年！”",
        "大家都表示，“一定按清单检查。”",
        "有人问：“夜里谁来值班？”",
    ],
)
def test_somebodys_words_between_clauses_are_the_texts(line: str) -> None:
    between = segmented(page(between=line))[1][0][1:]
    assert between == [*CLAUSES[:4], line, *CLAUSES[4:]]


@pytest.mark.parametrize(
    "line",
    [
        "本方案在我院公告栏公布，欢迎职工监督。",
        "值班表由本部门张贴，请大家相互转告。",
        "电话全天开通，欢迎社会各界提出意见。",
    ],
)
def test_a_house_that_speaks_of_itself_ends_its_text(line: str) -> None:
    assert segmented(page(line))[1][1][1:] == [*CLAUSES, line]


def test_votes_behind_clauses_are_no_clauses() -> None:
    tail = ("以上就是小编整理的全部内容，希望对大家有所帮助。", "顶一下", "(13)", "66.0%", "踩一下")
    assert segmented(page(*tail))[1][1][1:] == list(CLAUSES)


@pytest.mark.parametrize("day", ["年  月  日", "2024年6月", "二〇二四年六月三日"])
def test_a_day_of_signing_stays_behind_a_line_of_the_site(day: str) -> None:
    single = ["关于值班的通知", "时间：2024-03-05", "各科室：", *CLAUSES, "特此通知。", "甲公司办公室"]
    aside = "本文由甲文网整理发布，未经许可请勿转载"
    articles = segmented([*single, aside, day, "上一篇：甲", "下一篇：乙"])[1]
    assert articles == [["", *single[2:], day]]


PROSE = [f"那年{n}月我在库房当班，夜里下着雨，门外的灯一直亮着，我记得很清楚。" for n in "一二三四五"]


@pytest.mark.parametrize(
    ("bar", "own"),
    [
        ("最新资讯 题库下载 考试点评 在线阅读", False),
        ("团结 紧张 严肃 活泼", True),
        ("姓名 年龄 职务 电话", True),
        ("张小雨 李大山 王秋月", True),
    ],
)
def test_words_side_by_side_within_prose(bar: str, *, own: bool) -> None:
    lines = [
        "库房里的一夜",
        "时间：2024-03-05 阅读：75",
        *PROSE[:4],
        bar,
        PROSE[4],
        "上一篇：甲",
        "下一篇：乙",
    ]
    assert segmented(lines)[1] == [["", *PROSE[:4], *([bar] if own else []), PROSE[4]]]


def test_a_phrase_that_signs_names_no_other_page() -> None:
    lines = ("猜你喜欢：门卫应急预案800字", "特此通知", "乙地公司", "2014年6月14日")
    assert segmented(page(*lines))[1][1][1:] == [*CLAUSES, *lines[1:]]
