"""Which column is which: by its name in Chinese or English, and by what it holds."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

ROLES = (
    "customer", "date", "amount", "order", "product", "quantity", "price", "currency", "discount",
    "customer_name", "product_name", "status", "due", "paid",
)  # fmt: skip
SPOKEN = {
    "customer": "客户", "date": "日期", "amount": "金额", "order": "订单号", "product": "产品", "quantity": "数量", "price": "单价",
    "currency": "币种", "discount": "折扣率", "customer_name": "客户名称", "product_name": "产品名称", "status": "订单状态",
    "due": "应收到期日", "paid": "收款日",
}  # fmt: skip
# Names as they are compared (lower case, letters and digits only), best first; then parts that a name may hold.
EXACT: dict[str, tuple[str, ...]] = {
    "customer": (
        "customerid", "customerkey", "customerno", "customernumber", "customercode", "custid", "clientid", "memberid", "userid",
        "buyerid", "accountid", "客户编号", "客户编码", "客户代码", "客户号", "客户id", "会员编号", "会员号", "会员id", "会员卡号",
        "用户id", "用户编号", "買家id", "客戶編號", "客戶代碼", "买家id", "购方编号", "customer", "client", "buyer", "member",
        "account", "客户", "客戶", "会员", "买家", "购货单位", "往来单位", "客户名称", "客戶名稱", "客户名", "公司名称", "买家昵称",
        "会员名", "购方名称", "customername", "companyname", "company", "buyername",
    ),
    "customer_name": (
        "customername", "companyname", "客户名称", "客戶名稱", "客户名", "公司名称", "会员姓名", "购方名称", "客户简称", "buyername",
        "fullname", "company", "name", "姓名", "客户", "客戶",
    ),
    "date": (
        "orderdate", "invoicedate", "purchasedate", "transactiondate", "saledate", "salesdate", "date", "datetime", "day", "ordertime",
        "订单日期", "下单日期", "下单时间", "订单时间", "成交日期", "成交时间", "销售日期", "交易日期", "交易时间", "开票日期", "单据日期",
        "业务日期", "购买日期", "购买时间", "付款时间", "日期", "时间", "訂單日期", "交易日", "timestamp", "createdat",
    ),
    "amount": (
        "amount", "totalamount", "lineamount", "linetotal", "revenue", "sales", "salesamount", "turnover", "total", "totalprice",
        "ordertotal", "netamount", "subtotal", "dollarvalue", "dollars", "spend", "value", "金额", "金額", "销售额", "銷售額", "订单金额",
        "訂單金額", "成交金额", "实付金额", "应付金额", "含税金额", "价税合计", "销售金额", "小计", "合计", "总价", "总金额", "消费金额",
        "交易金额", "收入", "货款",
    ),
    "order": (
        "orderid", "orderno", "ordernumber", "invoiceno", "invoiceid", "invoicenumber", "invoice", "salesordernumber", "transactionid",
        "receiptno", "order", "订单号", "订单编号", "訂單編號", "單號", "单号", "单据号", "单据编号", "发票号", "发票号码", "交易号",
        "流水号", "小票号", "销售单号", "订单id",
    ),
    "product": (
        "productid", "productkey", "productcode", "productsku", "sku", "stockcode", "itemid", "itemcode", "item", "product", "产品编号",
        "产品编码", "产品代码", "商品编号", "商品编码", "商品代码", "货号", "物料编码", "物料号", "存货编码", "产品", "商品", "產品編號",
        "商品編號", "产品名称", "商品名称", "品名", "型号", "productname", "itemname",
    ),
    "product_name": (
        "productname", "itemname", "description", "productdescription", "itemdescription", "产品名称", "商品名称", "品名", "物料名称",
        "存货名称", "產品名稱", "商品名稱", "规格型号", "产品", "商品",
    ),
    "quantity": (
        "quantity", "qty", "orderquantity", "units", "numberofcds", "numberofunits", "count", "pieces", "数量", "數量", "件数", "销售数量",
        "购买数量", "订购数量", "销量",
    ),
    "price": (
        "unitprice", "price", "productprice", "listprice", "sellingprice", "单价", "單價", "含税单价", "售价", "价格", "成交价", "销售单价",
    ),
    "currency": ("currency", "currencycode", "curr", "币种", "币别", "幣別", "货币"),
    "discount": ("discount", "discountrate", "discountpct", "折扣率", "减免率"),
    "status": (
        "orderstatus", "paymentstatus", "financialstatus", "transactionstatus", "invoicestatus", "status", "state", "订单状态", "交易状态",
        "支付状态", "付款状态", "单据状态", "訂單狀態", "状态", "狀態",
    ),
    "due": (
        "duedate", "paymentduedate", "paymentdue", "dueon", "应收到期日", "应收日期", "收款到期日", "付款到期日", "账期到期日",
        "约定付款日", "约定收款日", "應收日期", "到期日", "到期日期",
    ),
    "paid": (
        "paiddate", "paidon", "datepaid", "paymentdate", "settlementdate", "cleareddate", "收款日期", "收款日", "回款日期", "回款日",
        "到账日期", "实际收款日", "付清日期", "核销日期", "收款時間", "收款时间",
    ),
}  # fmt: skip
PARTS: dict[str, tuple[str, ...]] = {
    "customer": ("customer", "client", "客户", "会员", "客戶"),
    "date": ("orderdate", "invoicedate", "日期", "date"),
    "amount": ("amount", "revenue", "金额", "金額", "销售额", "value"),
    "order": ("orderno", "orderid", "invoice", "订单号", "单号", "訂單"),
    "product": ("product", "sku", "商品", "产品", "物料"),
    "quantity": ("quantity", "qty", "numberof", "数量", "數量"),
    "price": ("unitprice", "单价", "單價"),
    "currency": ("currency", "币种"),
    "status": ("status", "状态", "狀態"),
}
DAYS = {"date", "due", "paid"}
TOGETHER = {"due", "paid"}
"""Alone they say nothing: what is due may be paid, and goods have such a day too."""
NUMERIC = {"amount", "quantity", "price", "discount"}
BLANK = {"", "null", "none", "nan", "n/a", "#n/a", "na", "-", "--", "无", "空", "nil", "\\n", "(null)", "<na>", "nat"}
DATE = re.compile(
    r"\d{4}([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([-/.])\d{1,2}\2\d{2,4}|\d{4}年\d{1,2}月\d{1,2}日?|(19|20)\d{6}(\d{6})?$"
    r"|\d{1,2}[- ][A-Za-z]{3,9}\.?[- ,]+\d{2,4}|[A-Za-z]{3,9}\.? \d{1,2},? \d{4}"
)
NUMBER = re.compile(
    r"[-+−(（]?\s*[¥￥$€£]?\s*[-+−]?[\d０-９][\d０-９.,．，' \u00a0]*([eE][-+]?\d+)?\s*[万亿]?[%元]?[)）]?-?$"
)


def plain(name: str) -> str:
    """A name as it is compared."""
    return re.sub(r"[\W_]+", "", re.sub(r"[(（\[].*?[)）\]]", "", name)).lower() or re.sub(r"[\W_]+", "", name).lower()


def known(name: str) -> bool:
    """Whether a cell looks like a header we know."""
    word = plain(name)
    return bool(word) and (
        any(word in names for names in EXACT.values())
        or (len(word) < 30 and any(p in word for ps in PARTS.values() for p in ps))
    )


def header_row(rows: Sequence[Sequence[str]]) -> tuple[int, bool]:
    """Where the header stands among the first rows, and whether there is one: titles and blank lines may come before."""
    for place, row in enumerate(rows[:15]):
        filled = [cell for cell in row if cell.strip()]
        if (
            len(filled) > 1
            and sum(known(cell) for cell in filled) >= 2
            and not any(DATE.match(c.strip()) for c in filled)
        ):
            return place, True
    usual = max((len(row) for row in rows), default=0)
    for place, row in enumerate(rows[:15]):
        filled = [cell.strip() for cell in row if cell.strip()]
        if len(row) >= max(2, usual - 1) and filled:
            return place, not any(DATE.match(cell) or NUMBER.match(cell) for cell in filled)
    return 0, len(rows) > 1


def share(values: Sequence[str], pattern: re.Pattern[str]) -> float:
    """How many of the values that are there match."""
    filled = [value.strip() for value in values if value.strip().lower() not in BLANK]
    return sum(1 for value in filled if pattern.match(value)) / len(filled) if filled else 0.0


def serial(values: Sequence[str]) -> bool:
    """Whether all values could be days as Excel numbers them."""
    filled = [value.strip() for value in values if value.strip().lower() not in BLANK]
    return bool(filled) and all(
        re.fullmatch(r"\d{5}(\.\d+)?", value) and 20_000 < float(value) < 80_000 for value in filled
    )


def fits(role: str, values: Sequence[str]) -> bool:
    """Whether what a column holds can be what its name says."""
    if not values:  # only the names are known yet
        return True
    if not any(value.strip() for value in values):
        return role not in ("customer", "date", "due")
    if role in DAYS:
        return share(values, DATE) >= 0.5 or serial(values)
    if role in NUMERIC:
        return share(values, NUMBER) >= 0.5
    if role == "status":
        from zhike.value.reading.statuses import looks_like

        return looks_like(values, named=True)
    if role == "customer":
        return share(values, DATE) < 0.9 or share(values, re.compile(r"\d{8}$")) > 0.9
    return True


def roles_of(headers: Sequence[str], sample: Sequence[Sequence[str]], asked: Mapping[str, str]) -> dict[str, int]:
    """Role → column; what the caller asked for goes first, then exact names, then parts of names, then content."""
    words = [plain(header) for header in headers]
    columns = [[row[place] for row in sample if place < len(row)] for place in range(len(headers))]
    found: dict[str, int] = {}
    for role, name in asked.items():
        places = [place for place, header in enumerate(headers) if header == name or plain(name) == words[place]]
        if places:
            found[role] = places[0]
    for names in (EXACT, PARTS):
        for role in ROLES:
            if role in found or role not in names:
                continue
            for name in names[role]:
                matching = [p for p, word in enumerate(words) if (word == name if names is EXACT else name in word)]
                free = [p for p in matching if p not in found.values() and fits(role, columns[p])]
                if free:
                    found[role] = free[0]
                    break
    if "status" not in found:
        told_by_content(columns, found)
    lone = TOGETHER - asked.keys() if not found.keys() >= TOGETHER else set()
    return {role: place for role, place in found.items() if role not in lone}


def told_by_content(columns: Sequence[Sequence[str]], found: dict[str, int]) -> None:
    """A status column under any name: nothing but words of what becomes of an order."""
    from zhike.value.reading.statuses import looks_like

    places = [p for p in range(len(columns)) if p not in found.values() and looks_like(columns[p], named=False)]
    found |= {"status": places[0]} if places else {}


def roles_by_content(columns: Sequence[Sequence[str]], found: dict[str, int]) -> list[str]:
    """Fill in date, amount and customer by what columns hold; returns which were told so."""
    told = []
    free = [place for place in range(len(columns)) if place not in found.values()]
    days = [place for place in free if share(columns[place], DATE) > 0.9 or serial(columns[place])]
    if "date" not in found and days:
        found["date"] = days[0]
        told.append("date")
    free = [place for place in free if place not in found.values()]
    numbers = [place for place in free if share(columns[place], NUMBER) > 0.9]
    money = [place for place in numbers if any(re.search(r"[.,]\d{1,2}\b", value) for value in columns[place])]
    if "amount" not in found and "price" not in found and len(money) >= 1:
        found["amount"] = money[-1]
        told.append("amount")
    rest = [place for place in free if place not in found.values() and place not in money]
    repeated = [place for place in rest if len(set(columns[place])) > 1 and any(v.strip() for v in columns[place])]
    if "customer" not in found and repeated:
        found["customer"] = repeated[0]
        told.append("customer")
    return told
