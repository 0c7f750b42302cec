"""The names of levels, classes, stages and reasons in both languages, and what to do about each."""

from __future__ import annotations

from zhike.methods.lifecycle.patterns import NAMES as PATTERN_NAMES
from zhike.methods.lifecycle.stages import NAMES as STAGE_NAMES
from zhike.methods.value.pyramid import NAMES as LEVEL_NAMES
from zhike.methods.value.rfm import NAMES as SEGMENT_NAMES

Pair = tuple[str, str]

LEVELS: dict[str, Pair] = {
    "top": (LEVEL_NAMES["top"], "Top"),
    "high": (LEVEL_NAMES["high"], "High"),
    "middle": (LEVEL_NAMES["middle"], "Middle"),
    "base": (LEVEL_NAMES["base"], "Base"),
    "inactive": (LEVEL_NAMES["inactive"], "Inactive"),
    "new": ("新客户", "New"),
}
SLICES: dict[str, Pair] = {
    "top": ("前 1%", "first 1%"),
    "high": ("1%–5%", "1%–5%"),
    "middle": ("5%–20%", "5%–20%"),
    "base": ("其余 80%", "other 80%"),
}
BRIDGE: dict[str, Pair] = {
    "then": ("上期", "Period before"),
    "new": ("新客户", "New customers"),
    "returned": ("回来的", "Returned"),
    "grown": ("买得更多", "Bought more"),
    "shrunk": ("买得更少", "Bought less"),
    "lost": ("不再购买", "Stopped buying"),
    "now": ("本期", "Last period"),
}
STAGES: dict[str, Pair] = {
    "explore": (STAGE_NAMES["explore"], "Exploring"),
    "build": (STAGE_NAMES["build"], "Building"),
    "stable": (STAGE_NAMES["stable"], "Stable"),
    "decline": (STAGE_NAMES["decline"], "Declining"),
    "lost": (STAGE_NAMES["lost"], "Lost"),
}
STAGE_DEEDS: dict[str, Pair] = {
    "explore": ("买得还少：争取第二、第三单", "Few orders yet: win the second and third"),
    "build": ("正在变多：扩大品类", "Growing: widen what they buy"),
    "stable": ("稳住：专人、约定、优待", "Keep: a person of their own, agreements"),
    "decline": ("在变少：问清原因", "Buying less: ask why, soon"),
    "lost": ("已停：只赢回值得的", "Gone: win back those worth it"),
}
PATTERNS: dict[str, Pair] = {
    "early_abort": (PATTERN_NAMES["early_abort"], "Early abort"),
    "cut_short": (PATTERN_NAMES["cut_short"], "Cut short"),
    "early_leave": (PATTERN_NAMES["early_leave"], "Early leave"),
    "kept_long": (PATTERN_NAMES["kept_long"], "Kept long"),
}
PATTERN_MEANS: dict[str, Pair] = {
    "early_abort": ("没熬过考察期就走了", "left while still trying us out"),
    "cut_short": ("刚开始变多就断了", "left while the relation was building"),
    "early_leave": ("稳定不满四个季度就走了", "left within four quarters of being stable"),
    "kept_long": ("稳定四个季度以上才走", "left after four stable quarters or more"),
}
SEGMENTS: dict[str, tuple[Pair, Pair]] = {
    "champions": ((SEGMENT_NAMES["champions"], "Champions"), ("重点维护，专人服务", "Look after them personally")),
    "promising": ((SEGMENT_NAMES["promising"], "Promising big spenders"), ("提高频次：约定下次", "Raise frequency: agree the next order")),
    "keep": ((SEGMENT_NAMES["keep"], "Big regulars gone quiet"), ("马上联系，问清原因", "Call now and ask why")),
    "rescue": ((SEGMENT_NAMES["rescue"], "Big spenders slipping away"), ("有价值者逐个挽回", "Win back one by one")),
    "regular": ((SEGMENT_NAMES["regular"], "Small regulars"), ("提高客单：搭配、升级", "Raise the basket: bundles, upgrades")),
    "newcomers": ((SEGMENT_NAMES["newcomers"], "Newcomers"), ("促成第二单", "Bring about the second order")),
    "fading": ((SEGMENT_NAMES["fading"], "Small regulars gone quiet"), ("批量唤醒", "Wake up by campaign")),
    "dormant": ((SEGMENT_NAMES["dormant"], "Dormant"), ("低成本触达，或放下", "Reach cheaply, or let go")),
}  # fmt: skip
MEASURES: dict[str, Pair] = {
    "sales": ("销售额", "Sales"),
    "revenue": ("销售额", "Revenue"),
    "orders": ("订单数", "Orders"),
    "volume": ("数量", "Volume"),
    "breadth": ("品种数", "Products"),
    "products": ("品种数", "Products"),
    "cycle": ("购买间隔（天）", "Days between orders"),
    "idle": ("距上次（天）", "Days since last"),
    "overdue": ("平均逾期（天）", "Days overdue"),
}
ROLES: dict[str, Pair] = {
    "customer": ("客户", "customer"),
    "customer_name": ("客户名称", "customer name"),
    "product_name": ("产品名称", "product name"),
    "date": ("日期", "date"),
    "amount": ("金额", "amount"),
    "order": ("订单", "order"),
    "product": ("产品", "product"),
    "quantity": ("数量", "quantity"),
    "price": ("单价", "price"),
    "discount": ("折扣", "discount"),
    "currency": ("币种", "currency"),
    "due": ("应收到期日", "payment due"),
    "paid": ("收款日", "paid on"),
}


def of(table: dict[str, Pair], code: str, chinese: bool) -> str:
    """A code in words; an unknown one stands for itself."""
    pair = table.get(code)
    return code if pair is None else pair[0] if chinese else pair[1]
