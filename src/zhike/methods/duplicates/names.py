"""Names taken apart: a company into region, brand, trade, form and branch; a person into family and given name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Container
from functools import lru_cache

from . import regions
from .records import CompanyName

Simplify = Callable[[str], str]

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
HAN = re.compile(f"[{_HAN}]")
_NOISE = re.compile(rf"[^0-9a-z\u00c0-\u024f\u0370-\u1fff{_HAN}]+")
_BRACKETS = re.compile(r"[(\[{<【〔《「『](.*?)[)\]}>】〕》」』]")

# Legal forms in three groups that may stand for one another: company, group, sole trader or shop.
_CN_FORMS = {
    "company": "股份有限公司 有限责任公司 责任有限公司 有限公司 股份公司 总公司 公司 有限合伙 合伙企业 "
    "普通合伙 特殊普通合伙 "
    "个人独资企业 一人有限责任公司 自然人独资",
    "group": "集团股份有限公司 集团有限责任公司 集团有限公司 集团总公司 集团公司 控股集团有限公司 "
    "控股有限公司 企业集团 集团",
    "trader": "个体工商户 个体户 经营部 经销部 商行 商店 门市部 服务部 批发部 工作室 营业部 销售部 专卖店 个体 商贸行",
}
_CN_FORM_OF = {word: form for form, words in _CN_FORMS.items() for word in words.split()}
_CN_FORM_LENGTHS = sorted({len(word) for word in _CN_FORM_OF}, reverse=True)
# Most companies end in 公司; the others in one of these characters.
_CN_FORM_LAST = frozenset(word[-1] for word in _CN_FORM_OF)
_BRANCH_LAST = frozenset("司行店部处厂所")
_BRANCH = re.compile(
    rf"^(.*(?:公司|集团|银行|中心|所|厂|店|部|行))?([{_HAN}0-9]{{2,12}}?)(分公司|分行|分店|支行|分部|办事处|代表处|分厂|分所)$"
)
_LATIN_FORM_LIST = (
    "ltd limited inc incorporated corp corporation co company companies llc llp lp plc gmbh ag kg ohg "
    "ug sa sas sarl srl spa bv nv ab as oy oyj aps pty pte kk kabushiki kaisha sdn bhd holding "
    "holdings group"
)
_LATIN_FORM = frozenset(_LATIN_FORM_LIST.split())
_TRADE_WORDS = (
    "信息技术 网络科技 网络技术 电子商务 电子科技 生物科技 生物技术 智能科技 信息科技 新能源 新材料 文化传媒 "
    "文化传播 文化发展 企业管理 "
    "供应链管理 供应链 人力资源 房地产开发 房地产 医疗器械 机械设备 机电设备 建筑工程 装饰工程 建筑装饰 "
    "进出口贸易 进出口 国际贸易 "
    "国际物流 投资管理 投资控股 资产管理 财务咨询 商务咨询 信息咨询 管理咨询 教育科技 教育咨询 环保科技 "
    "农业科技 农业发展 食品饮料 "
    "科技发展 技术服务 技术开发 科技 技术 网络 信息 软件 数码 电子 电器 电气 通信 通讯 贸易 商贸 实业 工贸 "
    "物流 运输 货运 机械 设备 "
    "机电 制造 工业 汽车 建材 建筑 建设 工程 装饰 装潢 家具 家居 服饰 服装 纺织 食品 餐饮 饮料 农业 生物 医药 "
    "药业 医疗 健康 化工 "
    "材料 塑料 金属 五金 钢铁 能源 电力 环保 传媒 广告 文化 教育 咨询 管理 投资 金融 保险 置业 地产 物业 旅游 "
    "酒店 服务 发展 控股 "
    "用品 制品 园林 绿化 农产品 化妆品 纺织品 健身 体育 家电 办公 安防 灯饰 照明 玩具 礼品 母婴 婚庆 家政 "
    "洗涤 影视 游戏 "
    "国际 印刷 包装 珠宝 美容 商务 智能 开发 超市 陶瓷"
)
_TRADE = frozenset(_TRADE_WORDS.split())
_TRADE_LENGTHS = sorted({len(word) for word in _TRADE}, reverse=True)
# 昆明市, 余杭区, 安吉县 … but not the 市 of 超市 or the 区 of 社区.
_SMALL_PLACE = re.compile(
    rf"^[{_HAN}]{{2,3}}(?:(?<![超都城花菜门股集夜])市|(?<![社园小景校专片])区|县)(?=[{_HAN}]{{2}})"
)

_COMPOUND_SURNAMES_LIST = (
    "欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 长孙 宇文 司徒 夏侯 轩辕 南宫 端木 呼延 百里 独孤 东郭 西门"
)
_COMPOUND_SURNAMES = frozenset(_COMPOUND_SURNAMES_LIST.split())
_HONORIFIC = re.compile(r"(?:先生|女士|小姐|老师|总经理|经理|主任|总监)$")
_TITLES_LIST = "mr mrs ms miss dr prof sir madam jr sr"
_TITLES = frozenset(_TITLES_LIST.split())
_NICKNAMES = (
    "robert rob bob bobby bert|william will bill billy liam|richard rick dick rich|james jim jimmy jamie|"
    "john jack johnny|"
    "michael mike mick mikey|thomas tom tommy|charles charlie chuck|edward ed eddie ted|joseph joe joey|"
    "daniel dan danny|"
    "matthew matt|andrew andy drew|anthony tony|christopher chris|david dave|steven steve stephen|"
    "benjamin ben|samuel sam|"
    "alexander alex sandy|nicholas nick|patrick pat|peter pete|gregory greg|timothy tim|kenneth ken|"
    "ronald ron|lawrence larry|"
    "elizabeth liz beth betty eliza lizzie|margaret maggie meg peggy|"
    "katherine kate kathy katie catherine cathy|jennifer jen jenny|"
    "susan sue susie|patricia trish patty|rebecca becky|deborah debbie|barbara barb|victoria vicky tori|jessica jess|"
    "amanda mandy|christina tina christine|abigail abby|isabella bella isabelle|madeline maddie|joshua josh|"
    "jacob jake|zachary zach"
)
NICKNAME_OF = {name: group.split()[0] for group in _NICKNAMES.split("|") for name in group.split()}


@lru_cache(maxsize=1)
def opencc_simplifier() -> Simplify:
    """Traditional → simplified by OpenCC, loaded on first use; without OpenCC the text stays as it is."""
    try:
        from opencc import OpenCC
    except ImportError:  # pragma: no cover - the package is declared; a bare notebook may lack it
        return str
    convert: Simplify = OpenCC("t2s").convert
    stable = _Stable(convert).__getitem__
    return lambda value: value if all(map(stable, value)) else convert(value)


class _Stable(dict[str, bool]):
    """Whether a character is the same in simplified writing, filled as characters are met: most texts need no more."""

    def __init__(self, convert: Simplify) -> None:
        self.convert = convert

    def __missing__(self, character: str) -> bool:
        self[character] = same = self.convert(character) == character
        return same


def text(value: str, simplify: Simplify) -> str:
    """NFKC, casefolded, simplified."""
    if value.isascii():
        return value.casefold().strip()
    plain = unicodedata.normalize("NFKC", value).casefold()
    try:
        return simplify(plain).strip()
    except UnicodeEncodeError:  # half a surrogate pair, left by a broken export
        return simplify(plain.encode("utf-8", "ignore").decode()).strip()


def squash(value: str) -> str:
    """Letters, digits and characters only."""
    return value if value.isalnum() else _NOISE.sub("", value)


def words(value: str) -> list[str]:
    return [part for part in _NOISE.split(value) if part]


def company(value: str) -> CompanyName:
    """Take apart a company name that went through `text`."""
    if not HAN.search(value):
        return _latin_company(value)
    region = branch = ""
    if not value.isalnum():
        for inner in _BRACKETS.findall(value):
            code, length = regions.leading(inner)
            if code and length == len(inner):
                region = region or regions.city_of(code)
        value = squash(_BRACKETS.sub(_keep_meaningful, value))
    if value[-1:] in _BRANCH_LAST and (found := _BRANCH.match(value)) and found[1]:
        value, branch = found[1], found[2]
        code, _ = regions.leading(branch)
        branch = regions.city_of(code) or branch
    value, form = _strip_form(value)
    value, own_region = _strip_region(value)
    trade = ""
    while len(trade) < 8 and (word := _ending(value, _TRADE, _TRADE_LENGTHS)):
        trade = word + trade
        value = value[: -len(word)]
    return CompanyName(value, trade, _finer(own_region, region), form, branch)


def _ending(value: str, words: Container[str], lengths: list[int]) -> str:
    """The longest of the words that `value` ends in and that leaves a brand of two characters before it."""
    room = len(value) - 2
    for length in lengths:
        if length <= room and value[-length:] in words:
            return value[-length:]
    return ""


def _keep_meaningful(found: re.Match[str]) -> str:
    """A bracket with a place, the country or a legal form is dropped; any other is part of the name."""
    inner = found[1]
    if inner in ("中国", "china", "cn", "集团") or inner in _CN_FORM_OF:
        return ""
    code, length = regions.leading(inner)
    return "" if code and length == len(inner) else inner


def _strip_form(value: str) -> tuple[str, str]:
    form = ""
    while value[-1:] in _CN_FORM_LAST and (word := _ending(value, _CN_FORM_OF, _CN_FORM_LENGTHS)):
        form = _CN_FORM_OF[word] if form != "trader" else form
        value = value[: -len(word)]
    return value, form


def _strip_region(value: str) -> tuple[str, str]:
    """Places in front of the brand, province before city before district: 浙江省杭州市余杭区恒源 → 恒源, 3301."""
    region = ""
    if value.startswith("中国") and len(value) > 4:
        value = value[2:]
    for _ in range(3):
        code, length = regions.leading(value)
        if not length or len(value) - length < 2:
            break
        region = _finer(regions.city_of(code), region)
        value = value[length:]
    small = _SMALL_PLACE.match(value)
    if small:
        value = value[small.end() :]
    return value, region


def _finer(one: str, other: str) -> str:
    return one if len(one) >= len(other) else other


def _latin_company(value: str) -> CompanyName:
    parts = words(value.replace("&", " and ").replace("'", "").replace(".", ""))
    kept = [part for part in parts if part not in _LATIN_FORM and part not in ("the", "and")]
    form = "company" if len(kept) < len(parts) else ""
    return CompanyName(" ".join(kept or parts), form=form)


def person(value: str) -> tuple[str, str]:
    """Family and given name out of one written name that went through `text`: 欧阳小明, Alan Smith, Smith, Alan."""
    if HAN.search(value):
        name = _HONORIFIC.sub("", squash(_BRACKETS.sub("", value)))
        if len(name) > 2 and name[:2] in _COMPOUND_SURNAMES:
            return name[:2], name[2:]
        return name[:1], name[1:]
    before, comma, after = value.partition(",")
    parts = [part for part in words(value.replace("'", "").replace(".", " ")) if part not in _TITLES]
    if comma and before.strip() and after.strip():
        return "".join(words(before)), " ".join(words(after))
    if not parts:
        return "", ""
    return (parts[-1], " ".join(parts[:-1])) if len(parts) > 1 else ("", parts[0])
