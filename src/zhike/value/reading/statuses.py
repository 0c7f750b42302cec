"""What became of an order, by the word in its status column: counted, cancelled, refunded, or not paid yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from zhike.value.reading.headers import BLANK, plain

WORDS: dict[str, tuple[str, ...]] = {
    "status_cancelled": (
        "cancelled", "canceled", "cancel", "cancelledbycustomer", "void", "voided", "failed", "declined", "rejected", "expired",
        "deleted", "abandoned", "paymentfailed", "取消", "已取消", "交易取消", "订单取消", "客户取消", "系统取消", "关闭", "已关闭",
        "交易关闭", "订单关闭", "作废", "已作废", "无效", "已失效", "失败", "支付失败", "付款失败", "交易失败", "拒收", "已拒收", "已拒绝",
        "已过期", "已删除", "已取消订单", "取消訂單", "已關閉", "作廢",
    ),
    "status_refunded": (
        "refunded", "refund", "fullyrefunded", "returned", "chargeback", "chargedback", "reversed", "退款", "已退款", "全额退款",
        "退款成功", "退款完成", "已全额退款", "退货", "已退货", "退货完成", "退货退款", "已退单", "退单", "已冲红", "冲红", "紅沖", "红冲",
    ),
    "status_unpaid": (
        "draft", "pending", "pendingpayment", "awaitingpayment", "unpaid", "notpaid", "onhold", "quote", "quotation", "cart",
        "checkout", "proforma", "草稿", "待付款", "未付款", "等待付款", "等待买家付款", "待支付", "未支付", "待确认", "未确认", "待审核",
        "未审核", "待提交", "未提交", "报价", "报价中", "暂存", "已下单未付款", "購物車", "购物车",
    ),
    "counted": (
        "paid", "complete", "completed", "delivered", "shipped", "fulfilled", "processing", "invoiced", "done", "success",
        "successful", "succeeded", "settled", "confirmed", "closedwon", "finished", "approved", "partiallyrefunded", "partiallyshipped",
        "partiallypaid", "intransit", "readytoship", "已付款", "已支付", "支付成功", "付款成功", "已完成", "完成", "交易成功", "交易完成",
        "订单完成", "已发货", "待发货", "等待发货", "卖家已发货", "部分发货", "待收货", "已收货", "已签收", "确认收货", "待评价", "已评价",
        "已审核", "已确认", "已开票", "已结算", "已出库", "正常", "有效", "成功", "部分退款", "已成交", "成交",
    ),
}  # fmt: skip
SAME = {plain(word): kind for kind, words in WORDS.items() for word in words}
MOST = 40


def kind_of(value: str) -> str:
    """counted, status_… or "" for a word that is not known."""
    return SAME.get(plain(value), "")


def looks_like(values: Iterable[str], *, named: bool) -> bool:
    """Whether a column holds statuses: half of them known where its name says so, else nearly all, and more than one."""
    filled = [value.strip() for value in values if value.strip().lower() not in BLANK]
    distinct = set(filled)
    if not filled or len(distinct) > MOST:
        return False
    known = sum(1 for value in filled if kind_of(value)) / len(filled)
    return known >= 0.5 if named else known >= 0.95 and len(distinct) > 1


def told(counts: Mapping[str, int]) -> tuple[dict[str, list[str]], list[str], list[str]]:
    """Reason → the words it was told by; the words that count; and those nobody knows, which count too."""
    left: dict[str, list[str]] = {}
    counted: list[str] = []
    unknown: list[str] = []
    for word in counts:
        kind = kind_of(word)
        if kind.startswith("status_"):
            left.setdefault(kind, []).append(word)
        else:
            (counted if kind else unknown).append(word)
    return left, counted, unknown
