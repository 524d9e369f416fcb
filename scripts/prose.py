"""Plausible Chinese workplace prose of our own: titles, clauses, items, paragraphs, from word lists.

Every word is common administrative Chinese; no sentence is taken from anywhere. The slots are wide, so two
articles drawn apart share few 5-grams beyond the glue words.
"""

import random
from collections.abc import Callable, Sequence

WHO = (
    "值班人员 前台接待 仓库管理员 财务专员 采购专员 行政助理 安全主管 班组长 车间主任 部门经理 项目负责人 "
    "档案管理员 设备管理员 食堂主管 宿舍管理员 驾驶员 保洁员 维修工 质检员 计划员 调度员 客服专员 店长 "
    "收银员 护士长 班主任 教研组长 图书管理员 实验员 门卫 网络管理员 培训专员 招聘专员 法务专员 审计员 "
    "出纳 会计 统计员 安全员 施工员 资料员 监理人员 巡逻队员 讲解员 社区干事 物业管家 配送员 直播运营 编辑"
).split()
UNIT = (
    "营运部 财务部 人力资源部 行政部 采购部 工程部 质量部 信息中心 客户服务中心 后勤处 教务处 学生处 保卫科 "
    "总务科 护理部 药剂科 检验科 物业项目部 仓储中心 物流部 生产车间 研发中心 市场部 售后服务部 法务部 "
    "审计部 培训中心 档案室 实验中心 图书馆 食堂 车队 营业厅 项目办公室 综合管理部 安全监察科"
).split()
HOW = (
    "认真 及时 如实 逐项 按月 按季 定期 当场 当日 提前 主动 严格 规范 耐心 妥善 完整 准确 统一 分类 分批 "
    "逐级 书面 现场 随机 全程 优先 同步 集中 单独 按程序 按计划 按标准 按职责 按比例"
).split()
DO = (
    "登记 核对 检查 汇报 上报 归档 整理 清点 验收 发放 回收 保管 维护 保养 更换 消毒 巡查 抽查 复核 审核 "
    "审批 公示 通报 评估 考核 培训 演练 统计 分析 更新 备份 封存 移交 交接 盘点 调拨 结算 报销 签收 签字 "
    "张贴 清理 清洗 封闭 开放 接待 回访 答复 协调 督办 整改 落实 部署 安排 组织 记录 编制 修订 发布 撤销"
).split()
WHAT = (
    "库存台账 出入库单据 客户档案 投诉记录 回访表 值班日志 "
    "交接清单 考勤数据 加班申请 请假条 工资明细 报销凭证 "
    "采购计划 供应商名录 合同文本 印章使用单 会议纪要 培训教材 演练方案 应急物资 消防器材 疏散通道 监控录像 "
    "门禁权限 车辆钥匙 行车记录 油料单据 维修工单 设备铭牌 保养计划 操作规程 安全标识 危险源清单 检测报告 "
    "质量报表 不合格品 样品标签 原料批次 留样食品 餐具消毒表 菜单公示栏 宿舍钥匙 床位名单 图书目录 借阅记录 "
    "实验药品 废液桶 教学进度 作业本 听课笔记 家访记录 "
    "病历资料 药品效期 护理记录 网络账号 数据备份 服务器日志 "
    "机房温度 直播脚本 退换货申请 物流单号 快递包裹 绿化养护表 保洁排班表 电梯年检标志 水电读数 装修许可"
).split()
PLACE = (
    "办公区 一号楼 二号楼 东门岗亭 西侧通道 地下车库 成品仓 原料仓 冷藏库 配电房 锅炉房 电梯机房 会议室 "
    "接待大厅 服务窗口 收费处 候诊区 药房 实验台 阅览室 教学楼 操场 宿舍楼 食堂后厨 备餐间 施工现场 料场 "
    "塔吊作业区 装卸平台 停车场 屋顶平台 水泵房 监控室 档案库 机房 展厅 直播间 样板间 生产线 包装工位"
).split()
WHEN = (
    "每日上班前 每天下班后 交接班时 每周一上午 每周五下午 "
    "月末最后一个工作日 每月五日前 每季度首月 年度盘点期间 "
    "节假日前 雨季来临前 高温季节 夜间值守期间 设备停机后 货物到达后 客户离开后 新员工入职当天 员工离职前 "
    "合同到期前三十日 事故发生后 接到通知后 检查结束后 演练结束后 "
    "会议召开前 材料送达时 大风天气 停电期间 疫情期间"
).split()
AIM = (
    "保证工作有序进行 避免重复劳动 防止差错扩大 做到有据可查 便于日后追溯 减少不必要的浪费 降低安全风险 "
    "维护单位形象 提高办事效率 让客户感到放心 确保账物相符 确保信息真实 保障人身安全 保护公共财产 "
    "形成闭环管理 做到日清日结 为考核提供依据 杜绝带病运行 使责任落实到人 促进部门之间的配合"
).split()
ELSE = (
    "未经批准不得擅自离岗 发现异常应立即停止作业 不得以任何理由推诿 由此造成的损失由责任人承担 "
    "情况紧急的可以先处理后补办手续 特殊情况须经主管领导书面同意 逾期未办的视为放弃 重大问题报办公会研究 "
    "涉及保密内容的不得外传 资料不全的不予受理 连续两次不合格的调离岗位 弄虚作假的取消当年评优资格 "
    "需要跨部门配合的由综合管理部牵头 记录至少保存三年 复印件须注明用途 过期单据一律作废 "
    "严禁酒后上岗 严禁代签代领 无法当场答复的应说明原因并约定时间 造成不良影响的在全体会议上作出说明"
).split()
TOPIC = (
    "客户接待 仓库管理 出入库盘点 财务报销 印章使用 会议组织 档案保管 车辆使用 门卫值班 消防安全 用电安全 "
    "食堂卫生 宿舍管理 图书借阅 实验室 教学常规 班级管理 家校沟通 护理服务 药品管理 设备保养 电梯维护 "
    "物业保洁 绿化养护 装修管理 采购招标 供应商评审 合同审查 员工培训 新人入职 绩效考核 考勤休假 薪酬发放 "
    "信息安全 数据备份 网络运维 质量检验 产品留样 售后回访 退换货 快递配送 直播运营 门店陈列 收银对账 "
    "施工现场 脚手架作业 塔吊指挥 危险品存放 应急演练 投诉处理 志愿服务 社区巡逻 垃圾分类 节能降耗"
).split()
KIND = (
    "管理制度 工作制度 岗位职责 实施细则 操作规程 工作流程 应急预案 考核办法 管理办法 工作规范 安全守则 "
    "服务承诺 管理规定 实施方案 工作要求"
).split()
TOWN = "清河 东湖 南塘 平原 望江 柳林 石桥 白沙 长宁 宝山 青浦 新安 永兴 大成 三元 北辰 云岭 海棠".split()
TRADE = "商贸有限公司 物业服务中心 实验小学 第二中学 人民医院 食品加工厂 建筑工程公司 物流园 机械厂".split()
LEVEL = "一般 较大 重大 特别重大".split()

ENDS = "以上内容由相关部门负责解释。 本制度自公布之日起执行。 未尽事宜按上级有关要求办理。".split()
CLOSINGS = (
    "各部门要把上述要求传达到每一名员工，并结合实际制定具体措施，遇到问题及时沟通，共同把工作做好。",
    "与同事保持良好的沟通，发现问题不拖延，主动寻找解决的办法，并把处理结果写成简要报告交给主管。",
    "全体人员应当自觉遵守以上各项要求，互相提醒，互相监督，不断改进自己的工作。",
    "以上各项由主管领导随时抽查，抽查结果与当月奖金挂钩，年终一并计入考核档案。",
)

Pick = Callable[[Sequence[str]], str]


def _duty(c: Pick, r: random.Random) -> str:
    return f"{c(WHO)}应当在{c(WHEN)}{c(HOW)}{c(DO)}{c(WHAT)}，并将结果报{c(UNIT)}，{c(AIM)}。"


def _order(c: Pick, r: random.Random) -> str:
    return f"{c(WHEN)}，{c(UNIT)}要对{c(PLACE)}的{c(WHAT)}{c(HOW)}{c(DO)}，{c(ELSE)}。"


def _ban(c: Pick, r: random.Random) -> str:
    return f"{c(PLACE)}内禁止存放与工作无关的物品，{c(WHO)}每班{c(DO)}{r.randint(2, 9)}次，{c(ELSE)}。"


def _topic(c: Pick, r: random.Random) -> str:
    return f"{c(TOPIC)}方面：{c(HOW)}{c(DO)}{c(WHAT)}（包括{c(WHAT)}、{c(WHAT)}等），{c(AIM)}。"


def _limit(c: Pick, r: random.Random) -> str:
    days = f"{r.randint(2, 15)}个工作日"
    return f"{c(WHAT)}须经{c(UNIT)}负责人签字后交{c(WHO)}{c(DO)}，办理时限为{days}，{c(ELSE)}。"


def _case(c: Pick, r: random.Random) -> str:
    return f"因{c(WHO)}未{c(HOW)}{c(DO)}{c(WHAT)}影响{c(UNIT)}工作的，由{c(UNIT)}在{c(WHEN)}提出处理意见。"


def _rate(c: Pick, r: random.Random) -> str:
    share = f"{r.randint(90, 99)}.{r.randint(1, 9)}%"
    return f"{c(WHAT)}的合格率不得低于{share}，{c(WHO)}{c(WHEN)}{c(HOW)}{c(DO)}{c(WHAT)}。"


def _pair(c: Pick, r: random.Random) -> str:
    return f"{c(UNIT)}与{c(UNIT)}共同{c(DO)}{c(PLACE)}的{c(WHAT)}，{c(WHO)}负责{c(DO)}，{c(WHO)}负责{c(DO)}。"


def _visit(c: Pick, r: random.Random) -> str:
    return f"{c(TOWN)}{c(TRADE)}来人办事的，由{c(WHO)}引导至{c(PLACE)}，{c(HOW)}{c(DO)}{c(WHAT)}，{c(AIM)}。"


def _plain(c: Pick, r: random.Random) -> str:
    return f"{c(HOW)}{c(DO)}{c(PLACE)}的{c(WHAT)}，{c(AIM)}。"


SENTENCES = (_duty, _order, _ban, _topic, _limit, _case, _rate, _pair, _visit, _plain)


def sentence(r: random.Random) -> str:
    """One sentence with its full stop, 20 to 70 characters."""
    return SENTENCES[int(r.random() * len(SENTENCES))](r.choice, r)


def clause(r: random.Random) -> str:
    """The text of one numbered clause: mostly one sentence, sometimes two."""
    return sentence(r) + sentence(r) if r.random() < 0.15 else sentence(r)


def item(r: random.Random) -> str:
    """A short item of a list inside a clause, ending in a semicolon."""
    c = r.choice
    if r.random() < 0.5:
        return f"{c(HOW)}{c(DO)}{c(PLACE)}的{c(WHAT)}；"
    return f"{c(WHEN)}未{c(DO)}{c(WHAT)}的；"


def items(r: random.Random, n: int) -> list[str]:
    """A list of `n` items, the last ending in a full stop."""
    out = [item(r) for _ in range(n)]
    return [*out[:-1], out[-1][:-1] + "。"]


def opener(r: random.Random) -> str:
    """A clause that announces the list that follows, ending in a colon."""
    c = r.choice
    lead = (
        f"{c(WHO)}履行下列职责：",
        f"有下列情形之一的，{c(UNIT)}不予办理：",
        f"{c(TOPIC)}按以下步骤进行：",
    )
    return c(lead)


def paragraph(r: random.Random) -> str:
    """An unnumbered paragraph of one or two sentences."""
    return sentence(r) + sentence(r) if r.random() < 0.5 else sentence(r)


def subject(r: random.Random) -> str:
    """What a page is about, without a count: 客户接待工作制度, 清河商贸有限公司仓库管理办法."""
    c = r.choice
    k = r.random()
    front = c(TOWN) + c(TRADE) if k < 0.15 else c(UNIT) if k < 0.45 else ""
    return front + c(TOPIC) + c(KIND)


def post(r: random.Random) -> str:
    """A post for the label 岗位：."""
    return r.choice(UNIT) + r.choice(WHO)


REWORDINGS = (
    ("应当", "应"),
    ("并将", "且把"),
    ("不得", "不准"),
    ("负责", "承担"),
    ("须经", "应由"),
    ("禁止", "严禁"),
)


def reword(text: str, r: random.Random) -> str:
    """The same clause with light local changes, as an edited copy of an article has."""
    old, new = r.choice(REWORDINGS)
    out = text.replace(old, new)
    return out if out != text else text.replace("，", "，同时", 1) if r.random() < 0.3 else text
