"""Which lines count: each line is kept, or dropped for one stated reason; money is rounded half up, line by line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from zhike.methods.result import MethodError, Note
from zhike.value.reading import dates, numbers, statuses
from zhike.value.reading.headers import BLANK, SPOKEN, TOGETHER
from zhike.value.reading.source import Desk, refuse

if TYPE_CHECKING:
    from zhike.value.stacking import Stack

REASONS: dict[str, tuple[str, str]] = {
    "no_customer": ("没有客户", "no customer"),
    "sums": ("合计行，不是客户", "a line of sums, not a customer"),
    "bad_date": ("日期无法识别", "the date is unreadable"),
    "after_as_of": ("晚于统计日", "after the last day counted"),
    "status_cancelled": ("订单状态为已取消、关闭或作废", "by its status cancelled, void or failed"),
    "status_refunded": ("订单状态为已退款或退货", "by its status refunded or returned"),
    "status_unpaid": ("订单状态为草稿或未付款", "by its status a draft, or not paid yet"),
    "bad_number": ("金额、数量或单价无法识别", "an amount, quantity or price is unreadable"),
    "cancelled": ("已取消的订单（C 开头）", "a cancelled order (C…)"),
    "returned": ("退货（数量或金额为负，或数量为零）", "a return (quantity or amount below 0, or quantity 0)"),
    "no_price": ("单价为零或负（赠品、坏账等）", "price of 0 or below (gifts, bad debt)"),
    "other_currency": ("少数币种", "in another currency than most"),
    "duplicate": ("完全重复的行", "an exact duplicate of an earlier line"),
    "too_many_cells": ("列数多于标题行", "more cells than the header"),
    "unclosed_quote": ("引号没有闭合", "a quote is never closed"),
    "cell_too_long": ("单元格过大", "a cell is far too long"),
    "bad_bytes": ("有无法解码的字节", "bytes that are no text in this encoding"),
}
SUMS = ("合计", "总计", "小计", "共计", "合計", "總計", "小計", "Grand Total", "Subtotal", "Sub-total")
"""What a sheet calls its sums where a customer should stand; "Total" alone is a company too."""
MAJORITY = Decimal("0.9")
MARKED = "^''([-=+@＝＋－＠])"
"""A text that was written so that no spreadsheet takes it for a formula, as our own tables are (inside an SQL literal)."""
NOT_PRODUCTS = "^(POST|DOT|M|D|B|S|PADS|BANK CHARGES|AMAZONFEE|CRUK|C2|GIFT.*|ADJUST.*|TEST.*)$|运费|邮费|快递费|手续费|服务费|押金|运输费"


@dataclass(frozen=True, slots=True)
class Wish:
    """What the caller decided beforehand."""

    as_of: date | None = None
    drop_duplicates: bool = False
    currency: str | None = None


@dataclass
class Lines:
    """The table `lines` and all that is said about how it came to be."""

    read: int
    kept: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    duplicates: int = 0
    measure: str = "money"
    currency: str = ""
    notes: list[Note] = field(default_factory=list)
    owing: bool = False
    """Whether lines say when they were due and paid."""
    ids: dict[str, str] = field(default_factory=dict)
    """SQL of the customer's and product's id, for lists of names."""

    def say(self, code: str, zh: str, en: str) -> None:
        """State a rule or a count."""
        self.notes.append(Note(code, zh, en))


def judge(stack: Stack, wish: Wish, desk: Desk) -> Lines:
    """`raw` → `judged` (every line with its values and reason), `lines` (those kept) and `dropped`."""
    found = Lines(read=stack.lines)
    day, notes = dates.decide(desk.connection, "raw", '"date"')
    found.notes += notes
    customer = identity(desk, "customer", found)
    product = identity(desk, "product", found) if "product" in stack.present else "NULL::VARCHAR"
    found.ids = {"customer": customer, "product": product}
    order = trimmed('"order"') if "order" in stack.present else "NULL::VARCHAR"
    money = amount_of(stack, desk, found, product)
    owing = owed(stack, desk, found)
    reason = reasons(stack, desk, found, wish)
    desk.connection.execute(
        'CREATE TABLE judged AS SELECT file, line, customer, day, coalesce(amount, 0) AS amount, coalesce("order", customer || '
        "' ' || day) AS \"order\", product, quantity, fingerprint, rest, "
        f"{'due, paid, ' if owing else ''}{reason} AS reason FROM "
        f'(SELECT file, line, {customer} AS customer, {day} AS day, {order} AS "order", '
        f"{product} AS product, {money}, {currency_of(stack, desk)} AS currency, "
        f"{trimmed('status')} AS status, {owing}fingerprint FROM raw {price_join(stack, product)})"
    )
    if "order" not in stack.present:
        found.say(
            "no_order",
            "没有订单号：同一客户同一天的各行算一张订单。",
            "No order numbers: lines of one customer and day are one order.",
        )
    duplicates(found, wish, desk)
    settle(stack, found, desk)
    return found


def owed(stack: Stack, desk: Desk, found: Lines) -> str:
    """SQL of the days on which a line was due and paid, where the files hold both: what is not paid yet is owed."""
    if not stack.present & TOGETHER:
        return ""
    found.owing = stack.present >= TOGETHER and found.measure == "money"
    if not found.owing:
        found.say(
            "due_unused",
            "逾期要同时有应收到期日和收款日两列（以及金额）才能算，这里没有算。",
            "Overdue money needs a column of the day due and one of the day paid (and amounts): it is not computed here.",
        )
        return ""
    due, paid = (dates.decide(desk.connection, "raw", role)[0] for role in ("due", "paid"))
    ((none, open_, unread),) = desk.connection.execute(
        f"SELECT count(*) FILTER (({due}) IS NULL), count(*) FILTER ({trimmed('paid')} IS NULL), "
        f"count(*) FILTER ({trimmed('paid')} IS NOT NULL AND ({paid}) IS NULL) FROM raw"
    ).fetchall()
    zh = f"没有收款日的 {open_:,} 行视为未收；没有到期日的 {none:,} 行不算逾期。"
    en = f"{open_:,} lines without a day of payment count as not paid; {none:,} without a day due are never overdue."
    if unread:
        zh += f"收款日无法识别的 {unread:,} 行也视为未收，请核对。"
        en += f" Of {unread:,} the day of payment is unreadable: they count as not paid; check them."
    found.say("due_rule", zh, en)
    return f"{due} AS due, {paid} AS paid, "


def trimmed(column: str) -> str:
    """A text without blanks around or the apostrophe that keeps a spreadsheet off; what stands for nothing is nothing."""
    blanks = ", ".join("'" + blank.replace("'", "''") + "'" for blank in sorted(BLANK))
    bare, longest = f"trim({column})", max(map(len, BLANK))
    return (
        f"CASE WHEN length({bare}) <= {longest} AND lower({bare}) IN ({blanks}) THEN NULL "
        f"WHEN starts_with({bare}, '''') THEN regexp_replace({bare}, '{MARKED}', '\\1') ELSE {bare} END"
    )


def identity(desk: Desk, column: str, found: Lines) -> str:
    """An id as text; numbers that a spreadsheet turned to 17850.0 lose their point."""
    ((many, pointed),) = desk.connection.execute(
        f"SELECT count({column}), count(*) FILTER (regexp_matches({column}, '^\\s*\\d+\\.0\\s*$')) FROM raw"
    ).fetchall()
    clean = trimmed(column)
    if not pointed or pointed * 2 < many:
        return clean
    found.say(
        "point_zero",
        f"{SPOKEN[column]}编号末尾的“.0”已去掉。",
        f"The “.0” at the end of {column} numbers was cut off.",
    )
    return f"regexp_replace({clean}, '\\.0$', '')"


def amount_of(stack: Stack, desk: Desk, found: Lines, product: str) -> str:
    """SQL of `amount`, `quantity`, `price`, `exact` and `broken`."""
    have = stack.present
    chosen = {"amount": numbers.MONEY, "quantity": numbers.QUANTITY, "price": numbers.PRICE, "discount": numbers.SHARE}
    asked = [role for role in chosen if role in have and not ("amount" in have and role in ("price", "discount"))]
    sql = {role: numbers.decide(desk.connection, "raw", f"raw.{role}", chosen[role]) for role in asked}
    for number in sql.values():
        found.notes += number.notes
    quantity = sql["quantity"].sql if "quantity" in sql else "NULL::DECIMAL(15,3)"
    price = sql["price"].sql if "price" in sql else "prices.listed" if stack.priced else "NULL::DECIMAL(18,9)"
    needed = (
        [sql["amount"].sql]
        if "amount" in sql
        else [quantity, price]
        if "quantity" in sql and (stack.priced or "price" in sql)
        else []
    )
    if "amount" in sql:
        exact = sql["amount"].sql
    elif needed:
        found.say("amount_rule", "金额＝数量×单价。", "Amount = quantity × price.")
        exact = f"CAST({quantity} AS DECIMAL(38,3)) * {price}"  # else the product has 18 digits
        if "discount" in sql:
            exact += f" * CAST(1 - round(coalesce({share_of(desk, sql['discount'].sql)}, 0), 4) AS DECIMAL(5,4))"
            zh, en = (
                "金额＝数量×单价×（1−折扣率），折扣率四舍五入到万分之一。",
                "Amount = quantity × price × (1 − discount), discount to 4 places.",
            )
            found.notes[-1] = Note("amount_rule", zh, en)
    elif "quantity" in sql:
        found.measure, exact, needed = "quantity", quantity, [quantity]
        zh = "文件没有金额，也没有价格：以下“金额”都是数量。给出价目表（产品、价格）即可换成金额。"
        found.say(
            "quantity_measure",
            zh,
            "No amounts and no prices: all “money” below is quantity. Add a price list to change that.",
        )
    else:
        exact, needed = price, [price]
        found.say(
            "price_is_amount",
            "只有单价没有数量：每行按一件计。",
            "Prices without quantities: every line counts as one piece.",
        )
    broken = " OR ".join(f"({part}) IS NULL" for part in needed)
    return (
        f"try_cast(round({exact}, 2) AS DECIMAL(18,2)) AS amount, "
        f"try_cast({exact} - round({exact}, 2) AS DECIMAL(9,6)) AS rest, {quantity} AS quantity, {price} AS price, "
        f"({broken}) AS broken"
    )


def share_of(desk: Desk, sql: str) -> str:
    """A discount as a share, also where the file counts in per cent."""
    ((most,),) = desk.connection.execute(f"SELECT max({sql}) FROM raw").fetchall()
    return f"(({sql}) / 100)" if most is not None and most > 1 else sql


def price_join(stack: Stack, product: str) -> str:
    """The price list beside the lines."""
    if not stack.priced or "price" in stack.present or "amount" in stack.present:
        return ""
    return f"LEFT JOIN prices ON prices.key = {product}"


def currency_of(stack: Stack, desk: Desk) -> str:
    """SQL of a line's currency: its column, or the sign in the amount."""
    if "currency" in stack.present:
        return f"upper({trimmed('currency')})"
    for role in ("amount", "price"):
        if role in stack.present:
            sign = numbers.sign_of(f"raw.{role}")
            ((signs,),) = desk.connection.execute(
                f"SELECT count({sign}) FROM (SELECT {role} FROM raw LIMIT 20000) raw"
            ).fetchall()
            if signs:
                return sign
    return "NULL::VARCHAR"


def reasons(stack: Stack, desk: Desk, found: Lines, wish: Wish) -> str:
    """SQL of the one reason for which a line is dropped, in this order of precedence."""
    cases = [
        "WHEN customer IS NULL THEN 'no_customer'",
        f"WHEN customer IN ({', '.join(map(desk.text, SUMS))}) THEN 'sums'",
        "WHEN day IS NULL THEN 'bad_date'",
    ]
    if wish.as_of:
        cases.append(f"WHEN day > DATE '{wish.as_of.isoformat()}' THEN 'after_as_of'")
    cases += by_status(stack, desk, found)
    cases.append("WHEN broken OR amount IS NULL THEN 'bad_number'")
    if "order" in stack.present and cancels(desk, found):
        cases.append("WHEN regexp_matches(\"order\", '^[Cc]\\d') THEN 'cancelled'")
    priced = "amount" not in stack.present and ("price" in stack.present or stack.priced)
    if priced:
        cases.append("WHEN price < 0 THEN 'no_price'")  # such as bad debt, which nobody brought back
    cases.append("WHEN amount < 0 OR quantity < 0 THEN 'returned'")
    if "amount" not in stack.present:
        cases.append("WHEN quantity = 0 THEN 'returned'")
    if priced:
        cases.append("WHEN price = 0 THEN 'no_price'")
    if kept := majority(stack, desk, found, wish):
        cases.append(f"WHEN currency IS NOT NULL AND currency <> {desk.text(kept)} THEN 'other_currency'")
    return f"CASE {' '.join(cases)} END"


def by_status(stack: Stack, desk: Desk, found: Lines) -> list[str]:
    """SQL cases that leave out what was cancelled, refunded or never paid; words that are not known count, and are named."""
    if "status" not in stack.present:
        return []
    clean = trimmed("status")
    rows = desk.connection.execute(
        f"SELECT {clean} AS word, count(*) FROM raw GROUP BY 1 HAVING word IS NOT NULL ORDER BY 2 DESC, 1 LIMIT 1000"
    ).fetchall()
    counts = {str(word): int(count) for word, count in rows}
    left, counted, unknown = statuses.told(counts)

    def listed(words: Iterable[str]) -> str:
        return ", ".join(f"{word} {counts[word]:,}" for word in list(words)[:8])

    out = [word for words in left.values() for word in words]
    found.say(
        "status_rule",
        f"按订单状态取舍：不计 {listed(out) or '无'}；计入 {listed(counted) or '无'}。全部计入请用 --status none。",
        f"By order status, left out: {listed(out) or 'none'}; counted: {listed(counted) or 'none'}. --status none counts all.",
    )
    if unknown:
        found.say(
            "status_unknown",
            f"不认识的订单状态，按计入处理，请核对：{listed(unknown)}。",
            f"Statuses that are not known count as purchases; check them: {listed(unknown)}.",
        )
    return [f"WHEN status IN ({', '.join(map(desk.text, words))}) THEN '{reason}'" for reason, words in left.items()]


def cancels(desk: Desk, found: Lines) -> bool:
    """Whether order numbers beginning with C are cancellations here: few, beside others that do not."""
    ((many, some),) = desk.connection.execute(
        'SELECT count("order"), count(*) FILTER (regexp_matches("order", \'^\\s*[Cc]\\d\')) FROM raw'
    ).fetchall()
    if not some or some * 5 > many:
        return False
    found.say("cancel_rule", "C 开头的订单号视为取消。", "Order numbers that begin with C are taken for cancellations.")
    return True


def majority(stack: Stack, desk: Desk, found: Lines, wish: Wish) -> str | None:
    """The currency that counts. MethodError: currencies_mixed where none holds nine tenths of the lines."""
    sql = currency_of(stack, desk)
    if sql.startswith("NULL"):
        if wish.currency:
            zh = f"文件没有币种，--keep-currency {wish.currency} 不起作用。"
            found.say(
                "currency_unused", zh, f"The files name no currency: --keep-currency {wish.currency} changes nothing."
            )
        return None
    counted = desk.connection.execute(
        f"SELECT {sql} AS currency, count(*) FROM raw GROUP BY 1 HAVING currency IS NOT NULL ORDER BY 2 DESC, 1"
    ).fetchall()
    if not counted:
        return None
    wanted = wish.currency.upper() if wish.currency else None
    named = {str(name): int(count) for name, count in counted}
    if wanted and wanted not in named:
        raise refuse("currency_missing", f"没有币种 {wanted} 的行。", f"No line is in {wanted}.")
    first = wanted or next(iter(named))
    found.currency = first
    listed = ", ".join(f"{name} {count:,}" for name, count in list(named.items())[:8])
    if not wanted and named[first] < MAJORITY * sum(named.values()):
        lines = dict(desk.connection.execute(f"SELECT {sql}, min((file, line)) FROM raw GROUP BY 1").fetchall())
        where = {
            name: from_line(stack.sources[at[0]].name if len(stack.sources) > 1 else "", at[1])
            for name, at in lines.items()
        }
        zh, en = (
            ", ".join(f"{name} {count:,}{where[name][way]}" for name, count in list(named.items())[:8])
            for way in (0, 1)
        )
        zh = f"币种混杂（{zh}），没有一种占九成以上，无法相加。请用 --keep-currency '{first}' 只算一种。"
        en = f"Currencies are mixed ({en}) and none holds nine tenths; choose one with --keep-currency '{first}'."
        raise refuse("currencies_mixed", zh, en)
    if len(named) > 1:
        found.say(
            "currency_majority",
            f"只计 {first}，其余币种的行不计（{listed}）。",
            f"Only {first} counts; lines in others are left out ({listed}).",
        )
    return first


def duplicates(found: Lines, wish: Wish, desk: Desk) -> None:
    """Lines that equal an earlier one in every cell: counted, dropped only if asked."""
    kept = desk.connection.execute("SELECT fingerprint FROM judged WHERE reason IS NULL").fetchnumpy()["fingerprint"]
    found.duplicates = len(kept) - different(kept)
    if not found.duplicates:
        return
    if wish.drop_duplicates:
        desk.connection.execute(
            "UPDATE judged SET reason = 'duplicate' WHERE reason IS NULL AND (file, line) NOT IN (SELECT min((file, line)) "
            "FROM judged WHERE reason IS NULL GROUP BY fingerprint)"
        )
        return
    zh = f"有 {found.duplicates:,} 行与前面某行完全相同，仍计入；确属重复时加 --drop-duplicates。"
    en = f"{found.duplicates:,} lines equal an earlier one in every cell and still count; --drop-duplicates leaves them out."
    found.say("duplicates", zh, en)


def different(values: np.ndarray[Any, Any]) -> int:
    """How many different numbers: sorting ten million takes a second, grouping them in a table five."""
    values.sort()
    return int(np.count_nonzero(values[1:] != values[:-1])) + min(len(values), 1)


def undone(found: Lines, desk: Desk) -> None:
    """The table `undone`: customers of whom at least half of the money was cancelled or returned; their sums stay as they are."""
    if not found.dropped.keys() & {"cancelled", "returned"}:
        desk.connection.execute("CREATE TABLE undone (customer VARCHAR, money DECIMAL(38, 2))")
        return
    desk.connection.execute(
        "CREATE TABLE undone AS SELECT customer, back AS money FROM (SELECT customer, coalesce(sum(amount) FILTER (reason IS NULL), 0) "
        "AS bought, coalesce(-sum(amount) FILTER (reason IN ('cancelled', 'returned') AND amount < 0), 0) AS back FROM judged "
        "WHERE customer IS NOT NULL GROUP BY 1) WHERE bought > 0 AND back * 2 >= bought"
    )
    rows = desk.connection.execute("SELECT customer, money FROM undone ORDER BY money DESC, customer").fetchall()
    if not rows:
        return
    first = ", ".join(f"{customer} {money:,.2f}" for customer, money in rows[:5])
    total = sum(money for _, money in rows)
    zh = (
        f"{len(rows):,} 位客户至少一半的金额后来取消或退货（共 {total:,.2f}；最多的：{first}）。"
        "合计仍按买的算，但升降、赢回和今后最有价值的名单里不列他们。"
    )
    en = (
        f"Of {len(rows):,} customers at least half of the money was cancelled or returned ({total:,.2f} in all; most: {first}). Sums "
        "count what was bought, but they are not named among those who rose, fell, should be won back or will be worth most."
    )
    found.say("undone", zh, en)


def from_line(file: str, line: int) -> tuple[str, str]:
    """Where lines of one reason begin, in both languages; `file` where there are several."""
    zh, en = (f" {file} ", f"{file} ") if file else ("", "")
    return f"（从{zh}第 {line:,} 行起）", f" (from {en}line {line:,})"


def nothing_left(stack: Stack, found: Lines, desk: Desk) -> MethodError:
    """Why no line counts: every reason with how many lines, and the first of them."""
    if not found.dropped:
        names = ", ".join(source.name for source in stack.sources)
        zh = f"{names} 只有标题，没有任何一行数据。"
        return refuse("no_lines", zh, f"There is a header and no line below it: {names}.")
    firsts = desk.connection.execute(
        "SELECT DISTINCT ON (reason) reason, file, line FROM dropped ORDER BY reason, file, line"
    ).fetchall()
    where = {reason: from_line(file if len(stack.sources) > 1 else "", line) for reason, file, line in firsts}
    zh = "；".join(f"{REASONS[code][0]} {count:,} 行{where[code][0]}" for code, count in found.dropped.items())
    en = "; ".join(f"{REASONS[code][1]}: {count:,}{where[code][1]}" for code, count in found.dropped.items())
    return refuse("nothing_left", f"没有剩下可用的行。未计入：{zh}。", f"No usable line remains. Left out, {en}.")


def settle(stack: Stack, found: Lines, desk: Desk) -> None:
    """The tables `lines` and `dropped`, and their counts."""
    run = desk.connection.execute
    run("CREATE TABLE files (file TINYINT, name VARCHAR)")
    run("CREATE TABLE dropped (file VARCHAR, line BIGINT, reason VARCHAR, content VARCHAR)")
    for place, source in enumerate(stack.sources):
        run("INSERT INTO files VALUES (?, ?)", [place, source.name])
        if source.problems:
            rows = [(source.name, problem.line, problem.reason, problem.content) for problem in source.problems]
            desk.connection.executemany("INSERT INTO dropped VALUES (?, ?, ?, ?)", rows)
        for reason, count in source.lost.items():
            found.dropped[reason] = found.dropped.get(reason, 0) + count
    shown = ", ".join(f'raw."{role}"' for role in sorted(stack.present))
    run(
        f"INSERT INTO dropped SELECT name, judged.line, reason, left(concat_ws(' | ', {shown}), 200) FROM judged JOIN raw "
        "ON raw.file = judged.file AND raw.line = judged.line JOIN files ON files.file = judged.file WHERE reason IS NOT NULL"
    )
    for reason, count in run("SELECT reason, count(*) FROM judged WHERE reason IS NOT NULL GROUP BY 1").fetchall():
        found.dropped[reason] = found.dropped.get(reason, 0) + int(count)
    found.dropped = {code: found.dropped[code] for code in REASONS if code in found.dropped}
    ((found.kept, zero, rounded, total, rest),) = run(
        "SELECT count(*), count(*) FILTER (amount = 0), count(*) FILTER (rest <> 0), sum(amount), sum(rest) FROM judged "
        "WHERE reason IS NULL"
    ).fetchall()
    undone(found, desk)
    run("DELETE FROM judged WHERE reason IS NOT NULL")
    for column in ("file", "line", "fingerprint", "rest", "reason"):  # no longer needed; nothing is copied
        run(f"ALTER TABLE judged DROP COLUMN {column}")
    run("ALTER TABLE judged RENAME TO lines")
    if not found.kept:
        raise nothing_left(stack, found, desk)
    if zero:
        found.say(
            "zero_amounts",
            f"{zero:,} 行金额为 0，算作购买。",
            f"{zero:,} lines with an amount of 0 count as purchases.",
        )
    if rounded:
        zh = f"{rounded:,} 行超过两位小数，逐行四舍五入到分，合计 {total:,.2f}；不逐行取舍则为 {total + rest:,.2f}。"
        en = (
            f"{rounded:,} lines have more than two decimals; each is rounded half up to the cent: {total:,.2f} in all; "
            f"without rounding {total + rest:,.2f}."
        )
        found.say("rounding", zh, en)
    if "product" in stack.present:
        no_goods(found, desk)


def no_goods(found: Lines, desk: Desk) -> None:
    """Lines that sell nothing that could be recommended: counted in the customer's money, left out of the baskets, and said so."""
    of_each = "(SELECT product, count(*) AS many, sum(amount) AS money FROM lines WHERE product IS NOT NULL GROUP BY 1)"
    goods = desk.connection.execute(
        f"SELECT product, many, money FROM {of_each} WHERE regexp_matches(upper(product), ?) ORDER BY many DESC, product",
        [NOT_PRODUCTS],
    ).fetchall()
    if not goods:
        return
    many, money = sum(row[1] for row in goods), sum(row[2] for row in goods)
    first = ", ".join(row[0] for row in goods[:6]) + (", …" if len(goods) > 6 else "")
    zh = f"{many:,} 行不是商品（邮费、手续费、调整等：{first}），共 {money:,.2f}：计入客户金额，不参与搭配分析。"
    en = (
        f"{many:,} lines are no goods (postage, fees, adjustments: {first}), {money:,.2f} in all: part of the customers' "
        "money, left out of the cross-sell."
    )
    found.say("no_goods", zh, en)
