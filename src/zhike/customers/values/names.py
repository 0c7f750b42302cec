"""Names of people and organisations: parted, shortened, and what they give away about their bearer.

All of it is guessing, made to fill a form for somebody who can correct it; nothing is decided by it.
"""

import re
from enum import StrEnum
from typing import Final, NamedTuple

from zhike.kernel.text import clean, is_han

# The compound surnames still in use, in both scripts.
_COMPOUND: Final = re.compile(
    "欧阳|上官|皇甫|令狐|诸葛|司徒|司马|申屠|夏侯|贺兰|完颜|慕容|尉迟|长孙|宇文|司空|东方|南宫|西门|公孙|独孤|端木|轩辕|呼延|百里|"
    "东郭|南郭|鲜于|闾丘|钟离|澹台|公冶|宗政|濮阳|淳于|单于|太叔|仲孙|万俟|闻人|赫连|拓跋|歐陽|諸葛|司馬|尉遲|長孫|東方|南宮|西門|"
    "公孫|獨孤|軒轅|鮮于|鍾離|澹臺|聞人|賀蘭|完顏|東郭|濮陽"
)


class NameKind(StrEnum):
    """What a name seems to belong to."""

    PERSON = "person"
    COMPANY = "company"
    SOLE_TRADER = "sole_trader"
    GOVERNMENT = "government"
    SCHOOL = "school"
    HOSPITAL = "hospital"
    OTHER = "other"


class PersonName(NamedTuple):
    """A person's name in its parts; `family` is empty where it has none or cannot be told."""

    family: str
    given: str


def split_person(name: str) -> PersonName:
    """欧阳修 → 欧阳, 修; John Smith → Smith, John; names with a middle dot have no family name."""
    name = clean(name[:200])
    if "·" in name or "•" in name:
        return PersonName("", name)
    han = bool(name) and all(map(is_han, name))
    if not han:
        first, space, last = name.rpartition(" ")
        return PersonName(last, first) if space else PersonName("", name)
    size = 2 if _COMPOUND.match(name) and len(name) > 2 else 1
    return PersonName(name[:size], name[size:]) if 1 < len(name) <= 4 else PersonName("", name)


_KINDS: Final = (
    (
        NameKind.HOSPITAL,
        "(?:医院|卫生院|卫生所|诊所|门诊部?|疾病预防控制中心|疾控中心|保健院|医疗中心|hospital|clinic)(?:.{0,6}院区|分院)?$",
    ),
    (
        NameKind.SCHOOL,
        "(?:大学|学院|学校|小学|中学|初中|高中|幼儿园|幼稚园|技校|职校|university|college|school)(?:.{0,6}(?:校区|分校))?$",
    ),
    (
        NameKind.COMPANY,
        "(?:公司|集团|合作社|合伙企业|事务所|银行|支行|分行|股份|控股|有限合伙[)）]"
        r"|\b(?:inc|llc|ltd|corp|gmbh|co|plc|sa|ag|bv|limited|company))\.?$",
    ),
    (
        NameKind.SOLE_TRADER,
        "(?:个体工商户|经营部|经销部|商行|批发部|服务部|门市部|工作室|便利店|小卖部|超市|饭店|餐馆|小吃店|理发店|美容店|修理部|维修部"
        "|[店铺坊摊])(?:[（(]个体工商户[)）])?$",
    ),
    (
        NameKind.GOVERNMENT,
        "(?:政府|委员会|管委会|办事处|居委会|村委会|派出所|法院|检察院|监狱|海关|部队|党校|(?:管理|监督|税务|财政|公安|教育|卫生|统计)局"
        "|[省市区县镇州]..?局|国家.{2,10}局|厅|署)$",
    ),
)
_COMPILED: Final = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _KINDS)
_LAST: Final = frozenset(  # Chinese characters in which any of these ends; most people's names end in another
    "院所部诊心区学校中园司团社业行份股户室市店馆铺坊摊府会处狱关队局厅署）"
)
_PERSON: Final = re.compile(r"[㐀-䶿一-鿿]{2,4}|[㐀-䶿一-鿿]{1,12}[·•][㐀-䶿一-鿿·•]{1,20}")
_FAMILIES: Final = frozenset(
    "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余苏叶吕魏蒋田杜丁沈姜范江傅钟卢汪戴崔任"
    "陆廖姚方金邱夏谭韦贾邹石熊孟秦阎薛侯雷白龙段郝孔邵史毛常万顾赖武康贺严尹钱施牛洪龚汤陶黎温莫易樊乔文安殷颜庄章鲁倪庞邢俞翟"
    "蓝聂齐向申葛岳单解季焦华戚褚尤柳鲍费霍盛欧尚祝左童梅辛管祁耿靳关覃"
)


def guess_kind(name: str) -> NameKind:
    """What the name seems to belong to; OTHER when it gives nothing away."""
    name = name[:200].strip()
    if name[-1:] in _LAST or name[-1:] < "㐀":
        for kind, pattern in _COMPILED:
            if pattern.search(name):
                return kind
    person = _PERSON.fullmatch(name)
    known = person and ("·" in name or "•" in name or name[0] in _FAMILIES or _COMPOUND.match(name))
    return NameKind.PERSON if known and (len(name) <= 3 or _COMPOUND.match(name) or "·" in name) else NameKind.OTHER


_LEGAL: Final = re.compile(
    r"(?:股份有限公司|有限责任公司|集团有限公司|控股有限公司|有限公司|股份公司|集团公司|总公司|分公司|公司|集团|股份|控股|合伙企业|普通合伙"
    r"|有限合伙|专业合作社|合作社|事务所|个体工商户|经营部)$"
)
_TRADE: Final = re.compile(
    "(?:电子商务|供应链|企业管理|文化传播|进出口|科技|技术|贸易|商贸|实业|发展|投资|管理|咨询|服务|国际|工业|电子|网络|信息|数字|智能"
    "|传媒|文化|产业)$"
)
_PARENTHESES: Final = re.compile(r"[（(][^（）()]{0,20}[）)]")
_BRANCH: Final = re.compile(r"(?<=公司)[^公]{1,12}(?:分公司|办事处|营业部|[分支]行)$")
_PLACE: Final = re.compile(r"^(?:中国|[一-鿿]{2,7}(?:省|自治区)|[一-鿿]{2,4}(?<![超都城股夜])市)+(?=[一-鿿]{2})")
_PLACE_NAMES: Final = re.compile(
    "^(?:北京|上海|天津|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|"
    "甘肃|青海|内蒙古|广西|西藏|宁夏|新疆|杭州|宁波|温州|嘉兴|绍兴|金华|台州|湖州|南京|苏州|无锡|常州|南通|扬州|徐州|广州|深圳|东莞|"
    "佛山|珠海|中山|惠州|厦门|福州|泉州|济南|青岛|烟台|潍坊|武汉|长沙|郑州|成都|西安|合肥|南昌|昆明|贵阳|南宁|海口|石家庄|太原|沈阳|"
    "大连|长春|哈尔滨|兰州|西宁|银川|乌鲁木齐|拉萨|呼和浩特|香港|澳门|台湾)"
)


def short_name(name: str) -> str:
    """杭州绿野酒店管理有限公司 → 绿野酒店; the name itself when nothing sensible is left."""
    plain = _BRANCH.sub("", _PARENTHESES.sub("", clean(name[:200])))
    short = _strip(_LEGAL, plain)
    if short == plain:  # no company: 浙江大学 keeps its place
        return name
    short = _PLACE_NAMES.sub("", _PLACE.sub("", short)).lstrip("省市") if len(short) > 3 else short
    short = _strip(_TRADE, short)
    return short if len(short) >= 2 else name


def _strip(pattern: re.Pattern[str], text: str) -> str:
    while (found := pattern.search(text)) and found.start() >= 2:
        text = text[: found.start()]
    return text
