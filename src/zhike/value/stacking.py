"""Several files as one table of text by role: histories stacked, price lists and lists of names put beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from zhike.methods.result import MethodError, Note
from zhike.value.reading.headers import EXACT, ROLES, SPOKEN, plain, roles_by_content, roles_of
from zhike.value.reading.source import Desk, Source, refuse

GIVEN_NAMES = ("firstname", "名")
FAMILY_NAMES = ("lastname", "surname", "姓")


@dataclass
class Stack:
    """The table `raw` (file, line, one text column per role, fingerprint) in DuckDB, and what it was made of."""

    sources: list[Source]
    roles: list[dict[str, int]]
    """Of each source, role → column; empty for lists that only add prices or names."""
    present: set[str] = field(default_factory=set)
    lines: int = 0
    priced: bool = False


def stack(sources: Sequence[Source], asked: Mapping[str, str], desk: Desk) -> Stack:
    """Every source's columns by role in one table. MethodError: column_…, where a needed column is not to be found."""
    asked, without = dict(asked), asked.get("status") == "none"
    if without:  # every line counts, whatever its status
        del asked["status"]
    for role, name in asked.items():
        if not any(name in s.headers or plain(name) in map(plain, s.headers) for s in sources):
            listed = ", ".join(sources[0].headers[:40])
            raise refuse(
                "column_missing",
                f"没有名为“{name}”的列（{SPOKEN[role]}）。有：{listed}",
                f"No column “{name}” ({role}). There are: {listed}",
            )
    made = Stack(list(sources), [roles_of(s.headers, s.sample, asked) for s in sources])
    if without:
        made.roles = [{role: p for role, p in roles.items() if role != "status"} for roles in made.roles]
    history = [p for p, roles in enumerate(made.roles) if is_history(roles)]
    if not history:
        guess_by_content(made)
        history = [p for p, roles in enumerate(made.roles) if is_history(roles)]
    if not history:
        raise missing(made)
    for place, source in enumerate(made.sources):
        if place in history:
            made.present |= made.roles[place].keys()
        elif not beside(source, made, place, desk):
            raise missing(Stack([source], [made.roles[place]]))
    for place in history:
        load(made, place, desk)
    together(made, history, desk)
    return made


def is_history(roles: Mapping[str, int]) -> bool:
    """Whether a table can be orders: who, when, and how much."""
    return "customer" in roles and "date" in roles and bool({"amount", "price", "quantity"} & roles.keys())


def guess_by_content(made: Stack) -> None:
    """Columns whose names say nothing, told by what they hold."""
    for source, roles in zip(made.sources, made.roles, strict=True):
        columns = [[row[p] for row in source.sample if p < len(row)] for p in range(len(source.headers))]
        if told := roles_by_content(columns, roles):
            zh = "、".join(f"{SPOKEN[role]}＝{source.headers[roles[role]]}" for role in told)
            en = ", ".join(f"{role} = {source.headers[roles[role]]}" for role in told)
            source.state(
                "by_content",
                f"列名无法判断，按内容认定：{zh}，请核对。",
                f"Told by content, not by name: {en}. Check this.",
            )


def missing(made: Stack) -> MethodError:
    """Which columns are lacking, and which there are."""
    roles, source = made.roles[0], made.sources[0]
    lacking = [role for role in ("customer", "date") if role not in roles]
    lacking += [] if {"amount", "price", "quantity"} & roles.keys() else ["amount"]
    zh, en = "、".join(SPOKEN[role] for role in lacking), ", ".join(lacking)
    listed = ", ".join(source.headers[:40])
    options = " ".join(f"--{role}" for role in lacking)
    unread = [found for role in lacking if (found := illegible(source, role))]
    but_zh = "".join(f"“{header}”列读不出{SPOKEN[role]}（例如“{cell}”）。" for role, header, cell in unread)
    but_en = "".join(f"“{header}” holds nothing that reads as {role} (“{cell}”). " for role, header, cell in unread)
    return refuse(
        "column_missing",
        f"{source.name}：找不到{zh}列，请用 {options} 指定。{but_zh}有这些列：{listed}",
        f"{source.name}: no column for {en}; name it with {options}. {but_en}The columns are: {listed}",
    )


def illegible(source: Source, role: str) -> tuple[str, str, str] | None:
    """A column that is called so but does not hold such a thing, with the first of its cells."""
    for place, header in enumerate(source.headers):
        cells = [row[place] for row in source.sample if place < len(row) and row[place].strip()]
        if plain(header) in EXACT[role] and cells:
            return role, header, "".join(sign if sign.isprintable() else " " for sign in cells[0][:40])
    return None


def load(made: Stack, place: int, desk: Desk) -> None:
    """One history into a table of its own, by DuckDB's reader or, where that loses rows, line by line."""
    import duckdb

    source = made.sources[place]
    for attempt in (1, 2):
        columns = [f'c{column} AS "{role}"' for role, column in made.roles[place].items()]
        everything = ", ".join(f"c{column}" for column in range(len(source.headers)))
        line = "line, " if source.numbered else ""
        desk.connection.execute(f"DROP TABLE IF EXISTS raw_{place}")
        try:
            desk.connection.execute(
                f"CREATE TABLE raw_{place} AS SELECT {line}{', '.join(columns)}, hash({everything}) AS fingerprint "
                f"FROM ({source.select})"
            )
            ((count,),) = desk.connection.execute(f"SELECT count(*) FROM raw_{place}").fetchall()
            if source.again is None or count == source.lines:
                source.lines = count + sum(source.lost.values())
                made.lines += source.lines
                return
        except duckdb.Error as error:
            if source.again is None or attempt == 2:
                zh = f"无法读取 {source.name}。"
                raise refuse("file_broken", zh, f"{source.name} cannot be read.") from error
        source.again()
        source.again = None


def together(made: Stack, history: Sequence[int], desk: Desk) -> None:
    """All histories as the view `raw`; a role that a file lacks is empty there."""
    parts = []
    for place in history:
        source, roles = made.sources[place], made.roles[place]
        line = "line" if source.numbered else f"rowid + {source.first_line}"
        columns = [role if role in roles else f"NULL::VARCHAR AS {role}" for role in ROLES]
        columns = [f'"{c}"' if c == "order" else c.replace(" AS order", ' AS "order"') for c in columns]
        parts.append(
            f"SELECT {place}::TINYINT AS file, {line} AS line, {', '.join(columns)}, fingerprint FROM raw_{place}"
        )
    desk.connection.execute(f"CREATE VIEW raw AS {' UNION ALL '.join(parts)}")


def beside(source: Source, made: Stack, place: int, desk: Desk) -> bool:
    """A list of prices or of names beside the orders; returns whether it is one."""
    roles = made.roles[place]
    if "product" in roles and "price" in roles and "customer" not in roles:
        desk.connection.execute(
            f"CREATE OR REPLACE TABLE prices AS SELECT trim(c{roles['product']}) AS key, "
            f"any_value(try_cast(c{roles['price']} AS DECIMAL(18,9))) AS listed FROM ({source.select}) GROUP BY 1"
        )
        made.priced = True
        if "product_name" in roles:
            names_table(source, "product_names", roles["product"], f"c{roles['product_name']}", desk)
        source.state(
            "price_list", "作为价目表使用：金额＝数量×价格。", "Used as a price list: amount = quantity × price."
        )
    elif "customer" in roles and (spoken := name_of(source, roles)):
        names_table(source, "customer_names", roles["customer"], spoken, desk)
        source.state("name_list", "作为客户名册使用，只取名称。", "Used as a list of customers, for their names alone.")
    else:
        return False
    ((source.lines,),) = desk.connection.execute(f"SELECT count(*) FROM ({source.select})").fetchall()
    made.roles[place] = {
        role: p for role, p in roles.items() if role in ("customer", "product", "price", "product_name")
    }
    return True


def name_of(source: Source, roles: Mapping[str, int]) -> str | None:
    """SQL of a customer's name: one column, or first and last name."""
    words = [plain(header) for header in source.headers]
    if "customer_name" in roles:
        return f"c{roles['customer_name']}"
    first = next((p for p, word in enumerate(words) if word in GIVEN_NAMES), None)
    last = next((p for p, word in enumerate(words) if word in FAMILY_NAMES), None)
    return f"concat_ws(' ', c{first}, c{last})" if first is not None and last is not None else None


def names_table(source: Source, table: str, key: int, name: str, desk: Desk) -> None:
    """Key → name."""
    desk.connection.execute(
        f"CREATE OR REPLACE TABLE {table} AS SELECT trim(c{key}) AS key, any_value(trim({name})) AS name "
        f"FROM ({source.select}) WHERE trim({name}) <> '' GROUP BY 1"
    )


def notes_of(source: Source, roles: Mapping[str, int]) -> list[Note]:
    """Which columns of a file were taken for what, and which were not looked at."""
    zh = "、".join(f"{SPOKEN[role]}＝{source.headers[p]}" for role, p in roles.items())
    en = ", ".join(f"{role} = {source.headers[p]}" for role, p in roles.items())
    found = [Note("columns", f"列：{zh}。", f"Columns: {en}.")] if roles else []
    if unused := [header for place, header in enumerate(source.headers) if place not in roles.values()]:
        zh, en = (mark.join(unused[:20]) for mark in ("、", ", "))
        found.append(Note("columns_unused", f"未使用的列：{zh}。", f"Columns not used: {en}."))
    return found
