"""Where a table's header is, if it has one, and what its columns are called."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from django.utils.translation import gettext as _

from zhike.kernel.text import fold
from zhike.records.importing.delimited import Row
from zhike.records.importing.problems import RowProblem

_DATA = re.compile(
    r"^(?:[-+(￥¥$€]?\s*\d[\d\s,.\-/:()%年月日TZ+]*|[^@\s]+@[^@\s]+\.\w+|https?://\S+|true|false)$", re.IGNORECASE
)
_HEADER_WORDS = re.compile(
    "姓名|名称|名字|电话|手机|邮箱|邮件|地址|公司|客户|企业|单位|联系人|备注|说明|日期|时间|编号|编码|代码|性别|职务|职位|部门|行业|来源"
    "|状态|金额|价格|数量|负责人|标签|城市|省份|国家|网址|网站|类型|阶段|等级|年龄|生日|"
    r"\bname\b|\bphone\b|mobile|e-?mail|address|company|account|contact|\bdate\b|\bid\b|\btype\b|status|amount|price|"
    r"quantity|owner|\bcity\b|country|website|notes?\b|title|gender|stage|source|product|customer"
)


def find_header(rows: Sequence[Row]) -> tuple[int, float]:
    """The place in `rows` of the header, -1 when there is none, and how sure that is."""
    filled = [sum(1 for cell in row.cells if cell.strip()) for row in rows]
    if not filled or not max(filled):
        return -1, 1.0
    usual = Counter(count for count in filled if count).most_common(1)[0][0]
    place = next((at for at, count in enumerate(filled[:10]) if count >= max(1, round(usual * 0.6))), 0)
    first = [cell.strip() for cell in rows[place].cells]
    return (place, sure) if (sure := _looks_like_header(first, rows[place + 1 :])) > 0 else (-1, -sure)


def _looks_like_header(first: list[str], below: Sequence[Row]) -> float:
    """Positive: how surely these are names of columns; negative: how surely they are data."""
    named = [cell for cell in first if cell]
    if any(_DATA.match(cell) for cell in named):
        # A year or a number can be a column of a pivot table, so words still win.
        words = sum(1 for cell in named if _HEADER_WORDS.search(fold(cell)))
        return 0.6 if words >= 2 and words * 2 > len(named) else -0.9
    if sum(1 for cell in named if _HEADER_WORDS.search(fold(cell))) * 3 >= len(named):
        return 0.98
    columns = list(zip(*(_padded(row.cells, len(first)) for row in below[:40]), strict=True)) if below else []
    repeated = 0
    for cell, values in zip(first, columns, strict=False):
        texts = [value.strip() for value in values if value.strip()]
        if texts and cell and all(_DATA.match(text) for text in texts):
            return 0.95
        repeated += bool(cell) and cell in texts
    if repeated and len(named) == len(first):
        return -0.7
    return 0.6


def _padded(cells: list[str], width: int) -> list[str]:
    return (cells + [""] * width)[:width]


def name_columns(cells: Sequence[str], line: int) -> tuple[list[str], list[RowProblem]]:
    """Every column gets a name of its own; notes tell of names that occurred twice."""
    names: list[str] = []
    notes: list[RowProblem] = []
    taken: set[str] = set()
    for number, cell in enumerate(cells, 1):
        wanted = " ".join(cell.split())[:200] or _("Column %(number)s") % {"number": number}
        name, times = wanted, 1
        while name in taken:
            times += 1
            name = f"{wanted} ({times})"
        if name != wanted and cell.strip():
            notes.append(RowProblem(line, wanted, "duplicate_header", wanted, {"name": name}))
        taken.add(name)
        names.append(name)
    return names, notes
