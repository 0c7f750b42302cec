"""Sample data of the living catalogue: invented customers of an appliance maker, in Chinese and English."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from zhike.kernel import assets

Data = dict[str, Any]


class SampleForm(forms.Form):
    """One field of each sort, one of them wrong."""

    name = forms.CharField(label=_("Name"), help_text=_("Only the name is needed; everything else can follow."))
    level = forms.ChoiceField(label=_("Level"), choices=[("A", "A"), ("B", "B")])
    touched = forms.DateField(label=_("Last touch"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self) -> None:
        super().__init__({"name": "", "level": "A"})


TONES = ("bg surface sunken line line-2 ink ink-2 ink-3 accent accent-soft danger danger-soft warn warn-soft ok ok-soft").split()

_ROWS_ZH = """苏州金鼎家电连锁有限公司|dealer|A|3|周晓岚|0|今天 14:00 拜访||7425000|1260000|low
上海临港新城人才公寓运营管理有限公司|organisation|A|2|周晓岚|1|提交报价审批|amb|6048000|11977000|middle
杭州绿野精选酒店管理集团股份有限公司|organisation|B|3|周晓岚|2|回电 · 12:00 前|red|4862000|3773000|high
合肥百佳商贸有限公司|dealer|B|3|周晓岚|6|发续约方案||3884000|1880000|low
无锡市滨湖区教育局学校后勤管理中心|government|B|3|陈立群|12|年度框架续签||2963000|1548000|low
温州瓯江厨卫电器有限公司|dealer|B|4|吴敏|28|约周五电话||2648000|185000|middle
台州路桥宏达家用电器批发有限公司|dealer|B|4|吴敏|49|未安排|amb|2017000||high
徐州淮海家电城鼎盛专营店|dealer|B|5|陈立群|159|赢回 第 2 步||1284000||high
宁波海曙鸿运家电经营部|dealer|B|4|周晓岚|41|问进货 · 今天|amb|964000||high
常州天宁恒信电器维修服务站|service|C|3|何永强|5|季度考核||440000||low
王建国|person|D|4|周晓岚|10|本月不再联系||26000||middle
刘静怡（别墅全屋二期）|person|D|2|周晓岚|31|回访 · 今天||19000|318000|low"""

_ROWS_EN = """Suzhou Jinding Home Appliance Chain Co., Ltd.|dealer|A|3|Zhou Xiaolan|0|Visit today 14:00||7425000|1260000|low
Shanghai Lingang New Town Talent Apartments Co., Ltd.|organisation|A|2|Zhou Xiaolan|1|Submit the quote|amb|6048000|11977000|middle
Hangzhou Luye Select Hotel Management Group Co., Ltd.|organisation|B|3|Zhou Xiaolan|2|Call back by 12:00|red|4862000|3773000|high
Wuxi Binhu Education Bureau, School Logistics Centre|government|B|3|Chen Liqun|12|Renew the framework||2963000|1548000|low
Taizhou Hongda Wholesale of Household Appliances|dealer|B|4|Wu Min|49|Nothing planned|amb|2017000||high
Xuzhou Huaihai Dingsheng Store|dealer|B|5|Chen Liqun|159|Win back, step 2||1284000||high
Ningbo Hongyun Appliances|dealer|B|4|Zhou Xiaolan|41|Ask about stock|amb|964000||high
Wang Jianguo|person|D|4|Zhou Xiaolan|10|No more this month||26000||middle"""

_PEOPLE_ZH = [
    [("沈嘉禾", "批准", "集团副总裁", "neutral", "")],
    [
        ("陆文斌", "决策", "工程总监", "against", "key"),
        ("唐婉清", "采购", "采购经理", "for", ""),
        ("白露", "把关", "副总裁秘书", "", ""),
    ],
    [("顾行之", "影响", "外部设计院", "for", "outside"), ("高志远", "使用", "滨江店总经理", "against", "")],
]
_PEOPLE_EN = [
    [("Shen Jiahe", "Approver", "VP", "neutral", "")],
    [
        ("Lu Wenbin", "Decider", "Engineering", "against", "key"),
        ("Tang Wanqing", "Buyer", "Purchasing", "for", ""),
        ("Bai Lu", "Gatekeeper", "Office", "", ""),
    ],
    [("Gu Xingzhi", "Influencer", "Design firm", "for", "outside"), ("Gao Zhiyuan", "User", "GM Binjiang", "against", "")],
]


def _rows(text: str, now: datetime) -> list[Data]:
    names = ("name", "kind", "level", "stage", "owner", "days", "next", "tone", "sales", "open", "risk")
    rows: list[Data] = []
    for number, line in enumerate(text.splitlines()):
        row: Data = dict(zip(names, line.split("|"), strict=True))
        row["id"] = str(number)
        row["touched"] = (now - timedelta(int(row["days"]))).date()
        fall = row["stage"] in {"4", "5"}
        row["months"] = [(12 - month if fall else 9 + month % 4) + (number * 7 + month * 5) % 4 for month in range(12)]
        row["down"] = fall
        rows.append(row)
    return rows


def _people(rows: list[list[tuple[str, ...]]]) -> list[list[Data]]:
    return [[dict(zip(("name", "role", "title", "attitude", "css"), node, strict=True)) for node in row] for row in rows]


def _words(zh: bool) -> Data:
    """What the samples say; data, not interface, hence not in the catalogues of translations."""
    return {
        "company": "杭州绿野精选酒店管理集团股份有限公司" if zh else "Hangzhou Luye Select Hotel Management Group Co., Ltd.",
        "short": "绿野" if zh else "Luye",
        "kind": "企业客户 · 酒店" if zh else "Business · Hotels",
        "owner": "周晓岚" if zh else "Zhou Xiaolan",
        "address": "浙江省杭州市滨江区江南大道 588 号恒鑫大厦 19 层" if zh else "19F Hengxin Tower, 588 Jiangnan Avenue, Binjiang, Hangzhou",
        "claim": "投诉未结，暂停推销" if zh else "Open complaint: selling is on hold",
        "facts": "TS-2611-0037 滨江店 38 台空调噪音，已 6 天。可以联系：服务、回款、客户来电；不可以：推销、群发。"
        if zh
        else "TS-2611-0037, noise in 38 units, day 6. Allowed: service, payment, calls from them. Held: selling, mailings.",
        "slip": "正在变疏" if zh else "Slipping",
        "slip_text": "41 天没有下单" if zh else "no order for 41 days",
        "reason": "它平均 17 天一单，已超过自己间隔的第 90 百分位（29 天）" if zh else "Orders every 17 days on average; past its own 90th percentile (29 days)",
        "reason2": "最近两单 5.1万、6.4万，比常年低 38%" if zh else "The last two orders were 38 % below its usual",
        "pool": "高层经销商 60 天没有有效接触就回到公海，你已 41 天" if zh else "A dealer of this level returns to the pool after 60 days without a touch; you are at 41",
        "touch": "微信：整改什么时候来人？" if zh else "WeChat: when will someone come?",
        "touch_text": "“客人这周退了 3 间房，总部已经在问了。周四前请一定到。”" if zh else "“Three rooms were refunded this week; head office is asking. By Thursday, please.”",
        "call": "电话 11 分钟：陆文斌（工程总监）" if zh else "Call, 11 min: Lu Wenbin",
        "call_text": "认可冰箱能耗，但对空调售后很不满。要求书面整改方案。" if zh else "Likes the fridges, unhappy with service. Wants a written plan.",
        "unanswered": "未回复" if zh else "Unanswered",
        "due": "明天到期" if zh else "Due tomorrow",
        "contact": "唐婉清" if zh else "Tang Wanqing",
        "months_title": "十二个月销售" if zh else "Sales over twelve months",
        "area": ("区域", "属于", "华东大区") if zh else ("Region", "in", "East China"),
        "stage_chip": ("阶段", "是", "退化、流失") if zh else ("Stage", "is", "Declining, Lost"),
        "risk_chip": ("风险", "不低于", "中") if zh else ("Risk", "at least", "Medium"),
        "views": ["我的客户", "本周要盯", "正在变疏", "90 天未接触", "公海可认领"]
        if zh
        else ["My customers", "Watch this week", "Slipping", "90 days silent", "Pool"],
    }


def _filter(words: Data) -> Data:
    chip = lambda path, parts: dict(zip(("path", "field", "operator", "value"), (path, *parts), strict=True))  # noqa: E731
    fields = [
        {"name": "region", "label": words["area"][0], "kind": "text", "operators": [{"name": "is", "label": words["area"][1]}, {"name": "contains", "label": "≈"}]},
        {"name": "stage", "label": words["stage_chip"][0], "kind": "choice", "operators": [{"name": "in", "label": words["stage_chip"][1]}],
         "choices": [{"value": "4", "label": words["stage_chip"][2]}, {"value": "3", "label": "3"}]},
        {"name": "risk", "label": words["risk_chip"][0], "kind": "number", "operators": [{"name": "gte", "label": "≥"}, {"name": "between", "label": "…", "input": "range"}, {"name": "empty", "label": "∅", "input": "none"}]},
    ]  # fmt: skip
    return {
        "fields": fields,
        "filter_json": '{"all":[{"field":"region","op":"is","value":"east"},{"any":[{"field":"stage","op":"in","value":["4"]},{"field":"risk","op":"gte","value":2}]}]}',
        "chips": [
            chip("0", words["area"]),
            {"path": "1", "any": [chip("1.0", words["stage_chip"]), chip("1.1", words["risk_chip"])]},
        ],
    }


def sample(language: str, now: datetime | None = None) -> Data:
    """Everything the catalogue's templates show."""
    zh = language.startswith("zh")
    now = now or datetime.now(UTC)
    words = _words(zh)
    months = [30, 28, 34, 27, 31, 30, 24, 26, 20, 16, 12, 3]
    views = [{"label": name, "url": "#", "active": index == 1, "count": count} for index, (name, count) in enumerate(zip(words["views"], (128, 70, 17, 31, 212), strict=True))]
    kinds = ("记录 电话 拜访 邮件 任务" if zh else "Note Call Visit E-mail Task").split()
    return {
        "w": words,
        "tags": [{"label": words["unanswered"], "tone": "red"}],
        "now": now,
        "today": now.date(),
        "rows": _rows(_ROWS_ZH if zh else _ROWS_EN, now),
        "people_rows": _people(_PEOPLE_ZH if zh else _PEOPLE_EN),
        "months": months,
        "views": views,
        "tones": TONES,
        "icons": assets.icon_names(),
        "kinds": [{"name": name, "label": label, "icon": icon} for name, label, icon in zip("note call visit email task".split(), kinds, ("edit", "phone", "map-pin", "mail", "checkbox"), strict=True)],
        "bulk_actions": [{"label": "转交" if zh else "Transfer", "url": "#", "icon": "transfer"}, {"label": "打标签" if zh else "Tag", "url": "#", "icon": "tag"}, {"label": "导出" if zh else "Export", "url": "#", "icon": "download"}],
        "options": {
            "xAxis": {"type": "category", "data": [str(month) for month in range(1, 13)]},
            "yAxis": {"type": "value"},
            "series": [{"type": "bar", "data": months, "barMaxWidth": 28}],
        },
        **_filter(words),
    }  # fmt: skip
