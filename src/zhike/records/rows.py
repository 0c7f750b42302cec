"""The rows of a list as ready HTML. Written in Python, not as a template: a page has hundreds of cells."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from zhike.kernel.html import made, text
from zhike.kernel.screens import Screen
from zhike.records.cells import Cells, is_numeric
from zhike.records.columns import Bound

ON_PHONE = 4  # cells of a row that a phone shows below the name


def table_body(
    screen: Screen,
    rows: Sequence[Mapping[str, Any]],
    columns: Sequence[Bound],
    cells: Cells,
    fixed: Container[UUID] = (),
) -> SafeString:
    """All rows; no cell of `fixed` ones invites to edit it.

    Addresses are made of slugs and ids, labels are escaped once, cells come escaped from `Cells`.
    """
    opened = [_opened(item, place, edited=True) for place, item in enumerate(columns[1:])]
    shut = [_opened(item, place, edited=False) for place, item in enumerate(columns[1:])]
    select = str(text(_("Select")))
    found: list[str] = []
    for row in rows:
        pk = str(row["id"])
        base = f"/{screen.slug}/{pk}/"
        first, *others = cells.row(row)
        chosen = f"{pk}:{row['version']}"  # a bulk command leaves what was saved after this page was drawn
        found += (
            f'<tr data-row data-id="{pk}" data-url="{base}" data-drawer="{base}drawer/" data-edit="{base}edit/">'
            f'<td class="first"><span class="row-x"><input type="checkbox" name="ids" value="{chosen}" aria-label="{select}">'
            f'<a class="nm row-x cut" href="{base}">', first, "</a></span></td>",
        )  # fmt: skip
        for (before, after), cell in zip(shut if row["id"] in fixed else opened, others, strict=True):
            found += (before, base, after, cell, "</td>") if after else (before, cell, "</td>")
        found.append("</tr>\n")
    return SafeString("".join(found))  # every part is escaped above


def _opened(item: Bound, place: int, *, edited: bool) -> tuple[str, str]:
    """The opening tag of a column's cells; one that is edited in place has the row's address in its middle."""
    words = ["num"] if is_numeric(item.column) else []
    words += ["lo"] if place >= ON_PHONE else []
    if not (edited and item.column.inline and item.writable):
        return made('<td class="{}" data-label="{}">', " ".join(words), item.column.label), ""
    css = " ".join([*words, "editable"])
    before = made('<td class="{}" tabindex="0" data-label="{}" data-edit-cell="', css, item.column.label)
    return before, made('cell/{}/">', item.name)
