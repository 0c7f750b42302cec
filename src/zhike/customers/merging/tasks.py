"""The search for duplicates in the background."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from zhike.customers.merging import finder
from zhike.kernel.actor import Actor
from zhike.kernel.bulk import patience
from zhike.kernel.jobs import job
from zhike.records import work


@job("customers.find_duplicates")
def find_duplicates(by: Actor, *, work_id: str = "", **_data: Any) -> None:
    """Go through all customers, saying how far it is; without a work (the weekly search) it tells nobody."""
    if not work_id:
        finder.find_all()
        return
    with work.ending(work_id):
        with patience():
            total = finder.blocks_to_do()
        counts = finder.find_all(lambda done: work.step(work_id, done, total))
        told = {_("Pairs found"): counts["pairs"], _("Groups"): counts["groups"], _("Compared"): counts["compared"]}
        work.finish(work_id, told | {"url": "/customers/duplicates/"})
