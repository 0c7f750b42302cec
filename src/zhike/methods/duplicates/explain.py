"""Findings as plain sentences, in Chinese or English."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from .records import Reason

_FIELDS = {
    "name": ("公司名称", "company name"),
    "registered_city": ("名称中的地区", "place in the name"),
    "branch": ("分支机构", "branch"),
    "form": ("组织形式", "legal form"),
    "given": ("名字", "given name"),
    "family": ("姓氏", "family name"),
    "alias": ("别名", "other name"),
    "birthday": ("生日", "birthday"),
    "email": ("邮箱", "e-mail"),
    "phone": ("电话", "telephone"),
    "wechat": ("微信", "WeChat"),
    "credit_code": ("统一社会信用代码", "credit code"),
    "identifier": ("证件或编号", "identifier"),
    "domain": ("网站域名", "website"),
    "region": ("所在地区", "region"),
    "place": ("城镇", "town"),
    "street": ("街道", "street"),
    "building": ("楼宇", "building"),
    "number": ("门牌号", "street number"),
    "postcode": ("邮政编码", "postcode"),
    "kind": ("客户类型", "kind of customer"),
}
_LEVELS = {
    "same": ("{field}相同：{detail}", "Same {field}: {detail}"),
    "close": ("{field}只差一两个字：{detail}", "{Field} differs by a letter or two: {detail}"),
    "near": ("{field}差两位数字：{detail}", "{Field} differs in two digits: {detail}"),
    "different": ("{field}不同：{detail}", "Different {field}: {detail}"),
    "nickname": ("{field}互为昵称：{detail}", "{Field}, one short for the other: {detail}"),
    "initial": ("{field}首字母相同：{detail}", "{Field} agrees in its initial: {detail}"),
    "mailbox": ("邮箱用户名相同：{detail}", "Same mailbox at another provider: {detail}"),
    "province": ("{field}一方只写到省：{detail}", "{Field}: one names the province only: {detail}"),
    "brand": ("字号相同，一方省略了行业：{detail}", "Same brand, one leaves out the trade: {detail}"),
    "trade": ("字号相同但行业不同：{detail}", "Same brand in another trade: {detail}"),
    "group": ("{field}相同，但关联企业本就共用：{detail}", "Same {field}, as related companies have: {detail}"),
    "crossed": ("姓与名次序颠倒：{detail}", "Given and family name in opposite order: {detail}"),
}


def sentence(reason: Reason, lang: str = "zh") -> str:
    """One reason in words: zh… is simplified Chinese, zh-hant… traditional, anything else English; values stay as written."""
    chinese = lang.lower().startswith("zh")
    turned = _traditional() if lang.lower().startswith(("zh-hant", "zh-tw", "zh-hk")) else str
    own = turned(_FIELDS.get(reason.field, (reason.field, reason.field))[0 if chinese else 1])
    pattern = turned(_LEVELS[reason.code][0 if chinese else 1])
    return pattern.format(field=own, Field=own[:1].upper() + own[1:], detail=_place(reason))


@cache
def _traditional() -> Callable[[str], str]:
    try:
        from opencc import OpenCC
    except ImportError:
        return str
    convert: Callable[[str], str] = OpenCC("s2twp").convert
    return convert


def _place(reason: Reason) -> str:
    if reason.field not in ("region", "registered_city", "branch"):
        return reason.detail
    from .regions import NAMES

    return " / ".join(NAMES.get(part, part) for part in reason.detail.split(" / "))
