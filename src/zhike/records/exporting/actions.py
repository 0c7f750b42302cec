"""Taking records out of the house."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from zhike.identity.access import ACCOUNT
from zhike.kernel import limits
from zhike.kernel.actions import action, emit
from zhike.kernel.actor import Actor
from zhike.records import work
from zhike.records.exporting.events import RecordsExported
from zhike.records.exporting.files import JOB
from zhike.records.exporting.ordering import ASKED, AT_ONCE, ordered


@action(right=ACCOUNT, title=_("Export"), icon="download", tone="primary", doors="web cli")
def export_records(
    *,
    on: str,
    params: dict[str, Any],
    columns: list[str],
    format: str,
    encoding: str = "utf-8-sig",
    reason: Annotated[str, Field(min_length=2, max_length=400)],
    by: Actor,
) -> dict[str, Any]:
    """Note an export with its filter, columns and reason; a large one is written in the background."""
    limits.spend(limits.EXPORT, by)
    order = ordered(on, by, params, columns, format, encoding)
    asked = {name: str(params[name]) for name in ASKED if params.get(name)}
    names = [item.name for item in order.columns]
    unmasked = by.can(f"{on}.unmask")
    told = RecordsExported(on=on, format=format, count=order.count, columns=names, unmasked=unmasked)
    emit(told, by=by, label=reason, changes={"filter": [None, orjson.dumps(asked).decode()], "reason": [None, reason]})
    if order.count <= AT_ONCE or by.door == "cli":
        return {"count": order.count, "work": ""}
    title = gettext("Export: %(type)s") % {"type": order.screen.label_plural}
    data = {"on": on, "params": asked, "columns": names, "format": format, "encoding": encoding}
    row = work.start("export", title, by, JOB, data, total=order.count)
    return {"count": order.count, "work": str(row.pk)}
