"""Assigning many customers anew, in the background."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from zhike.customers.territories import queries
from zhike.customers.territories.actions import assign_party
from zhike.kernel import ledger
from zhike.kernel.actions import batch
from zhike.kernel.actor import Actor
from zhike.kernel.errors import DomainError
from zhike.kernel.events import BatchRun
from zhike.kernel.ids import new_id
from zhike.kernel.jobs import job
from zhike.records import work

MOST_TOLD = 50


@job("customers.reassign")
def reassign(by: Actor, work_id: str, owner: str = "", **_data: Any) -> None:
    """One customer after the other; who is right already stays, who fits no rule is listed."""
    rows = queries.owned_rows(by, UUID(owner) if owner else None)
    done, refused = 0, []
    with work.ending(work_id), batch(new_id()) as batch_id:
        for place, party in enumerate(list(rows), 1):
            try:
                assign_party(party, by=by)
                done += 1
            except DomainError as error:
                refused.append(f"{party.name}: {error.message}")
            if place % 20 == 0 and not work.step(work_id, place):
                break
        told = BatchRun(action="assign_party", done=done, refused=len(refused))
        ledger.write([ledger.compose(told, by=by, origin=ledger.Origin("assign_party", batch_id=batch_id))])
        work.finish(
            work_id, {"done": done, "refused": len(refused), "lines": refused[:MOST_TOLD], "url": f"/work/{work_id}/"}
        )
