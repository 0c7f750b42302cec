"""Amounts out of text: decimal mark and thousands are decided over the whole column; brackets and a trailing minus negate."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from zhike.methods.result import Note

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

QUANTITY, PRICE, MONEY, SHARE = "DECIMAL(15,3)", "DECIMAL(18,9)", "DECIMAL(24,6)", "DECIMAL(9,6)"
BELOW_A_TRILLION = "DECIMAL(18,6)"  # money that fits is read and rounded four times as fast
WIDE = "translate({x}, '０１２３４５６７８９．，－−（）', '0123456789.,--()')"
SYMBOLS = "[¥￥$€£₩₹฿]|CNY|RMB|USD|EUR|GBP|JPY|HKD|TWD"


class Number(NamedTuple):
    """SQL of a number column, whether it holds currency signs, and what was assumed."""

    sql: str
    signs: bool
    notes: list[Note]


def decide(connection: DuckDBPyConnection, table: str, column: str, kind: str = MONEY) -> Number:
    """How `column` of `table` is written, judged by all its cells."""
    filled = f"{column} IS NOT NULL AND trim({column}) <> ''"
    for narrow in (BELOW_A_TRILLION, kind) if kind == MONEY else (kind,):
        plain = f"try_cast({column} AS {narrow})"
        strange = f"FROM {table} WHERE {filled} AND {plain} IS NULL"
        ((other,),) = connection.execute(f"SELECT count(*) {strange}").fetchall()
        if not other:
            return Number(plain, False, [])
    text = WIDE.format(x=column)
    ((commas, points, groups, signs),) = connection.execute(
        f"SELECT count(*) FILTER (regexp_matches({text}, '^[^,]*\\d,(\\d{{1,2}}|\\d{{4,}})\\D*$|\\d\\.\\d{{3}},\\d')), "
        f"count(*) FILTER (regexp_matches({text}, '\\d,\\d{{3}}\\.\\d|^[^.,]*\\d\\.\\d{{1,2}}\\D*$')), "
        f"count(*) FILTER (regexp_matches({text}, '^\\D*\\d{{1,3}}(,\\d{{3}})+\\D*$')), "
        f"count(*) FILTER (regexp_matches({text}, '{SYMBOLS}')) {strange}"
    ).fetchall()
    comma = commas > points
    notes = []
    if comma:
        notes.append(Note("decimal_comma", "小数点写作逗号（1.234,56）。", "The decimal mark is a comma (1.234,56)."))
    elif groups:
        notes.append(Note("thousands", "逗号是千位分隔符（1,234.56）。", "Commas set thousands apart (1,234.56)."))
    cleaned = f"regexp_replace({text}, '[^0-9.,()eE-]', '', 'g')"
    marks = f"replace(replace({cleaned}, '.', ''), ',', '.')" if comma else f"replace({cleaned}, ',', '')"
    negative = f"({marks} LIKE '(%)' OR {marks} LIKE '%-')"
    bare = f"regexp_replace({marks}, '[()]|-$', '', 'g')"
    careful = f"try_cast(CASE WHEN {negative} THEN '-' || {bare} ELSE {marks} END AS {kind})"
    # words are no numbers, whatever digits they hold
    bare_text = f"regexp_replace({text}, '{SYMBOLS}', '', 'g')"
    words = f"regexp_matches({bare_text}, '[A-DF-Za-df-z]')"
    careful = f"CASE WHEN regexp_matches({text}, '\\d') AND NOT {words} THEN {careful} END"
    if kind == SHARE:
        careful = f"(CASE WHEN {column} LIKE '%\\%' ESCAPE '\\' THEN ({careful}) / 100 ELSE {careful} END)"
    return Number(careful if comma else f"COALESCE({plain}, {careful})", signs > 0, notes)


def sign_of(column: str) -> str:
    """SQL of the currency sign within a cell."""
    return f"replace(nullif(regexp_extract({column}, '({SYMBOLS})', 1), ''), '￥', '¥')"
