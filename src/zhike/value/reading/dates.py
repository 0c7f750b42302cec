"""Days out of text: the form is decided once over the whole column, so that 03/04 never means two things in one file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zhike.methods.result import Note

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

WORDS = (
    "['%d-%b-%Y', '%d %b %Y', '%d %b, %Y', '%b %d, %Y', '%b %d %Y', '%d %B %Y', '%B %d, %Y', '%d-%b-%y', '%d %b %y']"
)
PLAIN = "translate(trim({x}), '０１２３４５６７８９年月日/.．／－', '0123456789-- -----')"
ISO = "CASE WHEN substr({x}, 5, 1) IN ('-', '/') THEN try_cast(substr({x}, 1, 10) AS DATE) END"
FORMS = {
    "ymd": "try_cast(nullif(regexp_extract({n}, '^(\\d{{4}}-\\d{{1,2}}-\\d{{1,2}})(\\D|$)', 1), '') AS DATE)",
    "dmy": "try_strptime({short}, ['%d-%m-%Y', '%d-%m-%y'])::DATE",
    "mdy": "try_strptime({short}, ['%m-%d-%Y', '%m-%d-%y'])::DATE",
    "compact": "try_strptime(regexp_extract({n}, '^(\\d{{8}})(\\d{{4}}|\\d{{6}})?$', 1), '%Y%m%d')::DATE",
    "serial": "CASE WHEN regexp_matches({x}, '^\\s*[2-7]\\d{{4}}(\\.\\d+)?\\s*$') "
    "THEN DATE '1899-12-30' + try_cast(floor(try_cast({x} AS DOUBLE)) AS INTEGER) END",
    "words": "try_strptime(regexp_extract(trim({x}), '^([0-9A-Za-z, -]+?\\d{{2,4}})(\\s+\\d{{1,2}}:.*)?$', 1), {words})::DATE",
}
SHOWN = {
    "iso": ("年-月-日", "year-month-day"),
    "ymd": ("年-月-日", "year-month-day"),
    "dmy": ("日/月/年", "day/month/year"),
    "mdy": ("月/日/年", "month/day/year"),
    "compact": ("年月日连写", "yyyymmdd"),
    "serial": ("Excel 日期序号", "Excel's day numbers"),
    "words": ("英文月份", "months in words"),
}


def forms(column: str) -> dict[str, str]:
    """SQL of every form for a column."""
    n = PLAIN.format(x=column)
    short = f"regexp_extract({n}, '^(\\d{{1,2}}-\\d{{1,2}}-(\\d{{4}}|\\d{{2}}))(\\D|$)', 1)"
    return {name: sql.format(x=column, n=n, short=short, words=WORDS) for name, sql in FORMS.items()}


def decide(connection: DuckDBPyConnection, table: str, column: str) -> tuple[str, list[Note]]:
    """SQL that makes a day of `column`, decided over all rows of `table`, and what was assumed."""
    iso = ISO.format(x=column)
    filled = f"{column} IS NOT NULL AND trim({column}) <> ''"
    ((many, plain),) = connection.execute(f"SELECT count(*) FILTER ({filled}), count({iso}) FROM {table}").fetchall()
    if many == plain:
        return bounded(iso), [note("iso", plain, many)]
    known = forms(column)
    counts = ", ".join(f"count({sql})" for sql in known.values())
    left = f"FROM {table} WHERE {filled} AND ({iso}) IS NULL"
    (found,) = connection.execute(f"SELECT {counts} {left}").fetchall()
    counted = dict(zip(known, found, strict=True))
    notes = []
    if counted["dmy"] or counted["mdy"]:
        loser, doubt = day_or_month(connection, (column, left, counted))
        counted.pop(loser)
        notes += doubt
    chosen = sorted((name for name in counted if counted[name]), key=lambda name: -counted[name])
    seen = ({"iso": plain} if plain else {}) | {name: counted[name] for name in chosen}
    notes = [*(note(name, count, many) for name, count in seen.items()), *notes]
    parts = [iso, *(known[name] for name in chosen)] if plain else [known[name] for name in chosen] or [iso]
    return bounded(f"COALESCE({', '.join(parts)})"), notes


def bounded(sql: str) -> str:
    """Years that no order history has are unreadable rather than believed."""
    return f"(CASE WHEN ({sql}) BETWEEN DATE '1950-01-01' AND DATE '2200-01-01' THEN ({sql}) END)"


def note(form: str, count: int, many: int) -> Note:
    """Which form, and how many of the cells."""
    zh, en = SHOWN[form]
    return Note(
        "date_form", f"日期格式：{zh}（{count:,}/{many:,} 格）。", f"Dates: {en} ({count:,} of {many:,} cells)."
    )


def day_or_month(connection: DuckDBPyConnection, given: tuple[str, str, dict[str, Any]]) -> tuple[str, list[Note]]:
    """Which of day/month and month/day is wrong for this column."""
    column, left, counted = given
    known = forms(column)
    if counted["dmy"] != counted["mdy"]:
        loser = "mdy" if counted["dmy"] > counted["mdy"] else "dmy"
    else:
        steps = (
            f"SELECT count(*) FILTER (a < pa), count(*) FILTER (b < pb) FROM (SELECT a, b, lag(a) OVER w pa, lag(b) OVER w pb "
            f"FROM (SELECT {known['dmy']} a, {known['mdy']} b, file, line {left}) WINDOW w AS (ORDER BY file, line))"
        )
        ((day_first, month_first),) = connection.execute(steps).fetchall()
        loser = "dmy" if month_first < day_first else "mdy"
    kept = "mdy" if loser == "dmy" else "dmy"
    only = f"({known[loser]}) IS NOT NULL AND ({known[kept]}) IS NULL"
    ((strays, first),) = connection.execute(f"SELECT count(*), min(line) {left} AND {only}").fetchall()
    zh, en = SHOWN[kept]
    if strays:
        zh = f"日与月的顺序不一致：按{zh}读，{strays:,} 行（从第 {first:,} 行起）因此无法识别，其余也可能读反；请统一日期格式再跑一次。"
        en = f"Days and months change places: read as {en}, {strays:,} lines (from line {first:,}) cannot be, and others may be "
        return loser, [Note("date_mixed", zh, f"{en}misread; give all dates one form and run it again.")]
    if counted["dmy"] != counted["mdy"]:
        return loser, []
    zh = f"日期的日与月无法区分（都不超过 12），按{zh}读取，请核对。"
    return loser, [
        Note("date_ambiguous", zh, f"Nothing tells days from months (none exceeds 12): read as {en}; check this.")
    ]
