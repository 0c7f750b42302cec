"""Tables of a SQLite file or a PostgreSQL database; order lines and orders are joined where they stand apart."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, unquote_plus

from zhike.value.reading.delimited import MOST_CELL, copy_select
from zhike.value.reading.headers import plain, roles_of
from zhike.value.reading.sheets import shown
from zhike.value.reading.source import Desk, Source, named, refuse

Tables = dict[str, list[str]]
LINE = ("order", "product", "price", "quantity")


def quoted(name: str) -> str:
    """An identifier."""
    return '"' + name.replace('"', '""') + '"'


def read_sqlite(path: Path, name: str, desk: Desk) -> Source:
    """A table of a SQLite file, opened for reading only."""
    try:
        opened = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    except sqlite3.Error as error:
        raise refuse("file_broken", f"无法打开数据库：{name}", f"{name} cannot be opened.") from error
    try:
        listed = opened.execute(
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY name"
        )
        names = [row[0] for row in listed.fetchall()]
        tables = {n: [row[1] for row in opened.execute(f"PRAGMA table_info({quoted(n)})").fetchall()] for n in names}
        query, what = chosen_query(tables, desk.table, name)
        return stored(name, "sqlite", opened.execute(query), what, desk)
    except sqlite3.Error as error:
        raise refuse("file_broken", f"无法读取数据库 {name}。", f"The database {name} cannot be read.") from error
    finally:
        opened.close()


class Address(NamedTuple):
    """Where a PostgreSQL database is, taken apart; `secrets` never leave this module."""

    url: str
    """For the driver, without what is ours."""
    database: str
    table: str | None
    secrets: tuple[str, ...]

    def shown(self, error: Exception) -> str:
        """What the driver says, in one line, without anything secret."""
        said = " ".join(str(error).split())
        for secret in sorted(self.secrets, key=len, reverse=True):
            said = said.replace(secret, "***")
        return said[:200]


def address(given: str) -> Address:
    """postgres://user:password@host:port/database?table=orders; the password may stand in PGPASSWORD or ~/.pgpass as well."""
    head, _, query = given.partition("?")
    pairs = [pair.partition("=")[::2] for pair in query.split("&") if pair]
    kept = "&".join(f"{key}={value}" for key, value in pairs if key != "table")
    table = next((unquote_plus(value) for key, value in pairs if key == "table" and value), None)
    place = head.partition("://")[2]
    login, at, rest = place.rpartition("@")
    hidden = [login.partition(":")[2]] if at else []
    hidden += [value for key, value in pairs if "password" in key]
    database = unquote(rest.partition("/")[2]) or next((unquote(v) for k, v in pairs if k == "dbname"), "postgres")
    secrets = {
        form for one in hidden if one for form in (one, unquote(one), *one.split("@"), *unquote(one).split("@")) if form
    }
    return Address(head + (f"?{kept}" if kept else ""), database, table, tuple(secrets))


def read_postgres(url: str, desk: Desk) -> Source:
    """A table of a PostgreSQL database; the connection reads only."""
    where = address(url)
    try:
        import psycopg
    except ImportError as missing:
        raise refuse(
            "driver_missing", "未安装 psycopg，无法读取 PostgreSQL。", "psycopg is not installed."
        ) from missing
    try:
        with psycopg.connect(where.url, connect_timeout=10) as opened:
            opened.read_only = True
            found = opened.execute(
                "SELECT table_schema, table_name, column_name FROM information_schema.columns WHERE table_schema NOT IN "
                "('pg_catalog', 'information_schema') ORDER BY table_schema, table_name, ordinal_position"
            ).fetchall()
            tables: Tables = {}
            for schema, table, column in found:
                tables.setdefault(table if schema == "public" else f"{schema}.{table}", []).append(column)
            query, what = chosen_query(tables, desk.table or where.table, where.database)
            with opened.cursor(name="zhike_value") as cursor:
                cursor.itersize = 50_000
                cursor.execute(query.encode())
                first = cursor.fetchone()
                described = [column.name for column in cursor.description or ()]
                rows = iter(()) if first is None else (row for part in ([first], cursor) for row in part)
                return stored(where.database, "postgres", rows, what, desk, described)
    except (psycopg.Error, UnicodeError) as error:
        said = where.shown(error)
        # the driver's own words may hold the address: they go no further than this
        raise refuse("database_refused", f"读取数据库失败：{said}", f"The database could not be read: {said}") from None


def chosen_query(tables: Tables, asked: str | None, name: str) -> tuple[str, tuple[str, str]]:
    """The statement that reads the history, and what was chosen (zh, en)."""
    if not tables:
        raise refuse("table_missing", f"{name} 里没有可读的表。", f"{name} holds no table that may be read.")
    if asked:
        asked = asked if asked in tables else asked.removeprefix("public.")
        if asked not in tables:
            listed = ", ".join(list(tables)[:30])
            raise refuse("table_missing", f"没有表“{asked}”，有：{listed}", f"No table “{asked}”; there are: {listed}")
        return f"SELECT * FROM {dotted(asked)}", (f"表 {asked}。", f"Table {asked}.")
    if len(tables) == 1:
        return chosen_query(tables, next(iter(tables)), name)
    roles = {table: roles_of(columns, [], {}) for table, columns in tables.items()}
    named_date = {
        table: "date" in found or any("date" in plain(c) or "日期" in c for c in tables[table])
        for table, found in roles.items()
    }
    whole = [
        table for table, found in roles.items()
        if "customer" in found and named_date[table] and ("amount" in found or {"price", "quantity"} <= found.keys())
    ]  # fmt: skip
    if len(whole) == 1:
        return f"SELECT * FROM {dotted(whole[0])}", (f"表 {whole[0]}。", f"Table {whole[0]}.")
    if not whole and (joined := join_of(tables, named_date)):
        return joined
    listed = ", ".join(list(tables)[:30])
    zh = f"{name} 里有多张表，请用 --table 指定一张：{listed}"
    raise refuse("table_unclear", zh, f"{name} holds several tables; choose one with --table: {listed}")


def dotted(table: str) -> str:
    """A name that may have a schema in front."""
    return ".".join(quoted(part) for part in table.split("."))


def column_of(columns: Sequence[str], *names: str) -> str | None:
    """The first column of one of these names."""
    return next((column for name in names for column in columns if plain(column) == name), None)


def join_of(tables: Tables, dated: dict[str, bool]) -> tuple[str, tuple[str, str]] | None:
    """Lines (order, price, quantity) with their orders (order, customer, date), and names of customers and products."""
    lines = [
        t
        for t, cs in tables.items()
        if column_of(cs, "unitprice", "price", "单价") and column_of(cs, "quantity", "qty", "数量")
    ]
    for line in lines:
        key = column_of(tables[line], "orderid", "orderno", "ordernumber", "invoiceid", "订单号", "订单编号")
        for order, columns in tables.items():
            if order == line or not key or not dated[order] or not (own := column_of(columns, plain(key))):
                continue
            customer = column_of(columns, "customerid", "customerno", "clientid", "客户编号", "客户")
            day = column_of(columns, "orderdate", "invoicedate", "date", "订单日期", "下单日期", "日期")
            if customer and day:
                return joined_query(tables, (line, key), (order, own, customer, day))
    return None


def joined_query(
    tables: Tables, line: tuple[str, str], order: tuple[str, str, str, str]
) -> tuple[str, tuple[str, str]]:
    """The statement that puts lines beside their orders."""
    columns = tables[line[0]]
    price, quantity = column_of(columns, "unitprice", "price", "单价"), column_of(columns, "quantity", "qty", "数量")
    product, discount = (
        column_of(columns, "productid", "sku", "产品编号", "商品编号"),
        column_of(columns, "discount", "折扣率"),
    )
    chosen = [
        f"o.{quoted(order[2])} AS customer_id", f"o.{quoted(order[3])} AS order_date", f"l.{quoted(line[1])} AS order_id",
        f"l.{quoted(str(quantity))} AS quantity", f"l.{quoted(str(price))} AS unit_price",
        *([f"l.{quoted(product)} AS product_id"] if product else []),
        *([f"l.{quoted(discount)} AS discount"] if discount else []),
    ]  # fmt: skip
    joins = [f"JOIN {dotted(order[0])} o ON o.{quoted(order[1])} = l.{quoted(line[1])}"]
    used = [line[0], order[0]]
    for own, foreign, alias, label in (
        (order[2], order[2], "c", "customer_name"),
        (product, product, "p", "product_name"),
    ):
        titles = (
            ("companyname", "customername", "客户名称", "name")
            if alias == "c"
            else ("productname", "产品名称", "商品名称", "name")
        )
        for table, names in tables.items():
            title = column_of(names, *titles)
            if own and title and table not in used and table.lower().startswith(("cust", "client", "prod", "客户", "产品", "商品")) \
                    and (key := column_of(names, plain(str(foreign)))):  # fmt: skip
                side = "o" if alias == "c" else "l"
                joins.append(f"LEFT JOIN {dotted(table)} {alias} ON {alias}.{quoted(key)} = {side}.{quoted(own)}")
                chosen.append(f"{alias}.{quoted(title)} AS {label}")
                used.append(table)
                break
    listed = " + ".join(used)
    query = f"SELECT {', '.join(chosen)} FROM {dotted(line[0])} l {' '.join(joins)} ORDER BY 2, 3"
    return query, (
        f"由表 {listed} 连接而成，行号为连接后的行号。",
        f"Joined from the tables {listed}; lines are those of the join.",
    )


def stored(
    name: str, kind: str, rows: Any, what: tuple[str, str], desk: Desk, headers: Iterable[str] | None = None
) -> Source:
    """Rows of a cursor into a well-formed copy."""
    listed = named([*(headers if headers is not None else (column[0] for column in rows.description))])
    target = desk.folder / f"{len(list(desk.folder.iterdir()))}.csv"
    sample: list[list[str]] = []
    source = Source(name, kind, listed, copy_select(target, len(listed), desk), sample, numbered=True)
    with target.open("w", encoding="utf-8", newline="") as made:
        writer = csv.writer(made, lineterminator="\n")
        for line, row in enumerate(rows, 1):
            cells = [
                "" if isinstance(c, bytes) else shown(c).replace("\n", " ").replace("\r", " ").replace("\0", "")
                for c in row
            ]
            if any(len(cell) > MOST_CELL for cell in cells):
                source.lose(line, "cell_too_long", cells[0])
                continue
            if len(sample) < 2000:
                sample.append(cells)
            writer.writerow([line, *cells])
    source.state("table", *what)
    return source
