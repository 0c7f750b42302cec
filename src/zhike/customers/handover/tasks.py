"""The handover itself: customers by their own actions, everything else with its customer, one event a record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from zhike.customers.actions.standing import transfer_party
from zhike.customers.handover import events, queries
from zhike.customers.handover.terms import RECEIVED, Way
from zhike.customers.models import Party, Pool
from zhike.customers.pool.actions import release_party
from zhike.customers.queries import team_of
from zhike.customers.territories import queries as territories
from zhike.customers.territories.actions import give_by_rule
from zhike.kernel import ledger
from zhike.kernel.actions import batch
from zhike.kernel.actor import Actor
from zhike.kernel.errors import DomainError
from zhike.kernel.events import Happened
from zhike.kernel.ids import new_id
from zhike.kernel.jobs import job
from zhike.kernel.screens import Screen
from zhike.records import notices, work
from zhike.records.queries import has_field

CHUNK, TOLD = 200, 50


@dataclass
class Handover:
    """One handover under way."""

    by: Actor
    person: Any
    way: Way
    heir: Any
    pool: Pool | None
    work_id: str
    batch_id: UUID
    done: int = 0
    stopped: bool = False
    counts: dict[str, int] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    received: dict[UUID, int] = field(default_factory=dict)

    def moved(self, type_: str, to: UUID | None, count: int = 1) -> None:
        """Note progress and who got it, if a person did; it stops when somebody cancelled the work."""
        self.counts[type_] = self.counts.get(type_, 0) + count
        if to is not None:
            self.received[to] = self.received.get(to, 0) + count
        self.done += count
        if self.done % 20 < count:
            self.stopped = not work.step(self.work_id, self.done)


@job("customers.hand_over")
def hand_over(by: Actor, work_id: str, person: str, way: str, to: str, pool: str = "", **_data: Any) -> None:
    """Move everything; what is refused is listed with its reason and stays where it is."""
    people: Any = get_user_model().objects
    target = Pool.objects.filter(pk=pool).first() if pool else None
    with work.ending(work_id), batch(new_id()) as batch_id:
        act = Handover(by, people.get(pk=person), Way(way), people.get(pk=to), target, work_id, batch_id)
        others = {s.type: list(queries.held(s, act.person.pk).values_list("pk", flat=True)) for s in _others()}
        move_customers(act)
        for screen in _others():
            move_others(act, screen, others[screen.type])
        told = events.HandoverDone(done=act.done, refused=len(act.refused), counts=act.counts)
        whole = ledger.Origin(action="hand_over", batch_id=batch_id)
        ledger.write([ledger.compose(told, by=by, subject=act.person, label=act.person.name, origin=whole)])
        for receiver, count in act.received.items():
            if receiver != by.user_id:
                notices.notify([receiver], RECEIVED, url="/", who=by.name, person=act.person.name, count=count)
        result: dict[str, Any] = {"done": act.done, "refused": len(act.refused), "lines": act.refused[:TOLD]}
        work.finish(work_id, result | {"url": f"/work/{work_id}/"})


def _others() -> list[Screen]:
    return [screen for screen in queries.responsibilities() if screen.type != "party"]


def move_customers(act: Handover) -> None:
    """Each by its own action, so that spells, teams, pools and events are as by hand."""
    book = territories.rulebook(taking=True, without=act.person.pk) if act.way is Way.RULE else None
    reason = _("Handover of %(name)s") % {"name": act.person.name}
    ids = list(Party.objects.live().filter(owner_id=act.person.pk).order_by("pk").values_list("pk", flat=True))
    for pk in ids:
        party = Party.objects.filter(pk=pk, owner_id=act.person.pk).first()
        if party is None or act.stopped:
            continue
        try:
            act.moved("party", _move_customer(act, party, book, reason))
        except DomainError as error:
            act.refused.append(f"{party.name}: {error.message}")


def _move_customer(act: Handover, party: Party, book: territories.Rulebook | None, reason: str) -> UUID | None:
    """Whose it is now."""
    if act.way is Way.POOL:
        release_party(party, reason=reason, pool=act.pool, by=act.by)
        return None
    choice = book.choose(territories.facts_of(party)) if book is not None else None
    if choice:
        give_by_rule(party, choice, by=act.by)
        return choice.owner_id
    transfer_party(party, to=act.heir, reason=reason, by=act.by)
    return UUID(str(act.heir.pk))


def move_others(act: Handover, screen: Screen, ids: Sequence[UUID]) -> None:
    """Records of another type go with their customer; without one (or one in a pool) to the heir."""
    if ids and not act.by.can(f"{screen.type}.transfer"):
        reason = _("your role does not allow it")
        act.refused.append(f"{screen.label_plural}: {reason}")
        return
    for start in range(0, len(ids), CHUNK):
        if act.stopped:
            return
        for owner, group in _by_new_owner(act, screen, ids[start : start + CHUNK]):
            act.moved(screen.type, owner.pk, give(act, screen, group, owner))


def _by_new_owner(act: Handover, screen: Screen, ids: Sequence[UUID]) -> Iterable[tuple[Any, list[UUID]]]:
    people: Any = get_user_model().objects
    groups: dict[UUID, list[UUID]] = {}
    follow = screen.party and act.way is not Way.PERSON
    path = f"{screen.party}__owner_id" if follow else "pk"
    for pk, customer_owner in screen.model_class.objects.filter(pk__in=ids).values_list("pk", path):
        after = customer_owner if follow and customer_owner not in (None, act.person.pk) else act.heir.pk
        groups.setdefault(after, []).append(pk)
    known = {p.pk: p for p in people.filter(pk__in=list(groups))}
    return [(known[pk], group) for pk, group in groups.items()]


def give(act: Handover, screen: Screen, ids: list[UUID], owner: Any) -> int:
    """One UPDATE for those still the leaver's, and one event for each, with the batch's id."""
    column = f"{queries.owner_path(screen)}_id"
    model = screen.model_class
    with transaction.atomic():
        mine = model.objects.select_for_update().filter(pk__in=ids, **{column: act.person.pk}).order_by("pk")
        rows = list(mine.values_list("pk", screen.title, f"{screen.party}_id" if screen.party else "pk"))
        values: dict[str, Any] = {column: owner.pk, "version": F("version") + 1, "updated_at": timezone.now()}
        if has_field(model, "team"):
            values["team_id"] = team_of(owner.pk)
        model.objects.filter(pk__in=[row[0] for row in rows], **{column: act.person.pk}).update(**values)
        told = {"to": owner.name, "to_id": str(owner.pk), "from_id": str(act.person.pk)}
        ledger.write(
            [
                ledger.compose(
                    Happened(f"{screen.type}.transferred", told, {}), by=act.by, subject=model(pk=pk), label=str(title),
                    customer_id=about if screen.party else None, origin=ledger.Origin("hand_over", batch_id=act.batch_id),
                )
                for pk, title, about in rows
            ]
        )  # fmt: skip
    return len(rows)
