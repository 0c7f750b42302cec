"""Amounts out of text: decimal mark and thousands are decided over the whole column; brackets and a trailing minus negate."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from zhike.methods.result import Note

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

QUANTITY, PRICE, MONEY, SHARE = "DECIMAL(15,3)", "DECIMAL(18,9)", "DECIMAL(24,6)", "DECIMAL(9,6)"
BELOW_A_TRILLION = "DECIMAL(18,6)"  # money that fits is read and rounded four times as fast
WIDE = "translate({x}, '０１２３４５６７８９．，－−（）％', '0123456789.,--()%')"
SYMBOLS = "[¥￥$€£₩₹฿]|人民币|CNY|RMB|USD|EUR|GBP|JPY|HKD|TWD"
# Signs, digits with their marks, then a unit of at most two characters; "5+3", "100~200" and "about 5" are no numbers.
ONE_NUMBER = (
    "^[-+(\\s\u3000]*[0-9.,][0-9.,''’\\s\u00a0\u202f]*([eE][-+]?[0-9]+)?[\\s\u3000]*[万亿]?"
    "[^\\x00-\\x7f万亿千百十]{0,2}[-)%\\s\u3000]*$"
)


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
    ((commas, points, groups, signs, wan),) = connection.execute(
        f"SELECT count(*) FILTER (regexp_matches({text}, '^[^,]*\\d,(\\d{{1,2}}|\\d{{4,}})\\D*$|\\d\\.\\d{{3}},\\d')), "
        f"count(*) FILTER (regexp_matches({text}, '\\d,\\d{{3}}\\.\\d|^[^.,]*\\d\\.\\d{{1,2}}\\D*$')), "
        f"count(*) FILTER (regexp_matches({text}, '^\\D*\\d{{1,3}}(,\\d{{3}})+\\D*$')), "
        f"count(*) FILTER (regexp_matches({text}, '{SYMBOLS}')), "
        f"count(*) FILTER (regexp_matches({text}, '\\d\\s*[万亿]')) {strange}"
    ).fetchall()
    comma = commas > points
    notes = []
    if comma:
        notes.append(Note("decimal_comma", "小数点写作逗号（1.234,56）。", "The decimal mark is a comma (1.234,56)."))
    elif groups:
        notes.append(Note("thousands", "逗号是千位分隔符（1,234.56）。", "Commas set thousands apart (1,234.56)."))
    if wan:
        zh = f"{wan:,} 格以“万”或“亿”为单位，已换算成元或件。"
        en = f"{wan:,} cells count in tens of thousands (wan) or hundreds of millions (yi); they were converted."
        notes.append(Note("wan_and_yi", zh, en))
    read = careful(text, kind, comma=comma, wan=wan > 0)
    if kind == SHARE:
        read = f"(CASE WHEN {text} LIKE '%\\%' ESCAPE '\\' THEN ({read}) / 100 ELSE {read} END)"
    return Number(read if comma else f"COALESCE({plain}, {read})", signs > 0, notes)


def careful(text: str, kind: str, *, comma: bool, wan: bool) -> str:
    """SQL of a cell that is one number with its signs and its unit; nothing where it is more or other than that."""
    bare_text = f"regexp_replace({text}, '{SYMBOLS}', '', 'g')"
    cleaned = f"regexp_replace({bare_text}, '[^0-9.,()eE-]', '', 'g')"
    marks = f"replace(replace({cleaned}, '.', ''), ',', '.')" if comma else f"replace({cleaned}, ',', '')"
    negative = f"({marks} LIKE '(%)' OR {marks} LIKE '%-')"
    bare = f"regexp_replace({marks}, '[()]|-$', '', 'g')"
    digits = f"CASE WHEN {negative} THEN '-' || {bare} ELSE {marks} END"
    value = f"try_cast({digits} AS {kind})"
    if wan:
        exact = f"try_cast({digits} AS DECIMAL(24,10))"
        value = (
            f"CASE WHEN contains({text}, '万') THEN try_cast({exact} * 10000 AS {kind}) "
            f"WHEN contains({text}, '亿') THEN try_cast({exact} * 100000000 AS {kind}) ELSE {value} END"
        )
    return f"CASE WHEN regexp_matches({bare_text}, '{ONE_NUMBER}') THEN {value} END"


def sign_of(column: str) -> str:
    """SQL of the currency sign within a cell."""
    found = f"nullif(regexp_extract({column}, '({SYMBOLS})', 1), '')"
    return f"replace(replace({found}, '￥', '¥'), '人民币', '¥')"
