"""What is asked about likely duplicates and merges: the work queue, two sides beside each other, what came after a merge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone, translation
from django.utils.html import conditional_escape
from django.utils.translation import gettext_lazy as _

from zhike.customers.merging.fields import columns, differ, usual_side, value_of
from zhike.customers.merging.moving import Moves, pointers
from zhike.customers.models import DuplicatePair, Merge, PairState, Party
from zhike.kernel.actor import Actor
from zhike.kernel.errors import NotFound
from zhike.kernel.models import Record
from zhike.kernel.screens import screens
from zhike.kernel.text import mask_email, mask_id, mask_phone
from zhike.methods.duplicates import Reason
from zhike.records.access import title_of
from zhike.records.cards import row_of
from zhike.records.cells import Cells
from zhike.records.columns import bound_columns
from zhike.records.derived import add_names
from zhike.records.work.queries import latest_of

WORK = "duplicates"
PAGE = 20
COUNTED = 1000
MOST_LATER = 200
MASKS = {"phone": mask_phone, "email": mask_email, "wechat": mask_id, "credit_code": None}
#: what stands in the queue beside each other
BESIDE = (
    "mobile",
    "phone",
    "email",
    "credit_code",
    "city",
    "address",
    "owner",
    "level",
    "last_touch_at",
    "created_at",
)

#: what people call rows that are no record type of their own
WORDS = {
    "customers.ContactPoint": _("Ways to reach"),
    "customers.PartyName": _("Names"),
    "customers.Membership": _("Memberships"),
    "customers.Relation": _("Relations"),
    "customers.OwnerSpell": _("Former owners"),
    "customers.Score": _("Scores"),
    "customers.Party": _("Subsidiaries"),
    "records.Tagging": _("Tags"),
    "records.Comment": _("Comments"),
    "records.Attachment": _("Files"),
    "identity.Share": _("Collaborators"),
}


def in_the_bin(party: Any, actor: Actor) -> bool:
    """Archived, and not because it was merged."""
    return party.archived_at is not None and party.merged_into_id is None


def told(reasons: Iterable[Mapping[str, Any]], actor: Actor) -> list[str]:
    """Reasons in the reader's language; what they may not see in full is masked."""
    language = translation.get_language() or "en"
    clear = actor.can("party.unmask")
    shown = []
    for one in reasons:
        hide = None if clear else MASKS.get(str(one.get("field")))
        detail = str(one.get("detail", ""))
        if hide is not None:
            detail = " / ".join(hide(part) for part in detail.split(" / "))
        try:
            shown.append(Reason(one["code"], one["field"], detail, float(one["bits"])).explain(language))
        except KeyError:  # a reason of an older version
            continue
    return shown


@dataclass(frozen=True, slots=True)
class Side:
    """One of two records as it stands in the queue."""

    party: Party
    cells: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ShownPair:
    """A pair in the queue: both sides, how sure, and why."""

    id: UUID
    percent: int
    state: str
    reasons: list[str]
    against: list[str]
    mine: Side
    theirs: Side
    rows: list[tuple[str, Any, Any, bool]]
    later_until: datetime | None


@dataclass(frozen=True, slots=True)
class Queue:
    """A page of the queue: pairs in groups that hold together, and where the next page begins."""

    groups: list[list[ShownPair]]
    next: str


def pairs_for(actor: Actor) -> QuerySet[DuplicatePair]:
    """Pairs of which somebody may merge both sides."""
    mine = Party.objects.visible_to(actor, "party.merge").live()
    found = DuplicatePair.objects.filter(left__archived_at=None, right__archived_at=None)
    reach = actor.reach("party.merge")
    if reach.everything and not reach.denied:
        return found
    return found.filter(left__in=mine.values("pk"), right__in=mine.values("pk"))


def queue(
    actor: Actor, *, state: str = "", form: str = "", least: float = 0.5, after: str = "", now: datetime
) -> Queue:
    """The work queue, the weightiest first. `state`: "" (to decide now), later, different."""
    found = pairs_for(actor).filter(probability__gte=least)
    waiting = Q(later_until__gt=now)
    if state == "different":
        found = found.filter(state=PairState.DIFFERENT)
    else:
        found = found.filter(state=PairState.OPEN).filter(
            waiting if state == "later" else ~waiting | Q(later_until=None)
        )
    if form:
        found = found.filter(left__form=form)
    start = int(after) if after.isdigit() else 0
    rows = list(found.order_by("-rank", "id").select_related("left__owner", "right__owner")[start : start + PAGE + 1])
    page = rows[:PAGE]
    seen = {row.pk for row in page}
    clusters = {row.cluster for row in page if row.cluster}
    if clusters and state == "":
        more = found.filter(cluster__in=clusters).exclude(pk__in=seen).select_related("left__owner", "right__owner")
        page += list(more.order_by("-rank", "id")[: PAGE * 5])
    groups: dict[Any, list[ShownPair]] = {}
    for row in page:
        groups.setdefault(row.cluster or row.pk, []).append(shown_pair(row, actor))
    return Queue(list(groups.values()), str(start + PAGE) if len(rows) > PAGE else "")


def shown_pair(row: DuplicatePair, actor: Actor) -> ShownPair:
    """A pair as the queue draws it; the better filled record stands left."""
    one, other = row.left, row.right
    if _weight(other) > _weight(one):
        one, other = other, one
    cells = [side_of(party, actor, BESIDE) for party in (one, other)]
    labels = {name: str(item.column.label) for name, item in bound_columns(screens["party"], actor).items()}
    rows = []
    for name in BESIDE:
        if name in labels and (cells[0].cells.get(name) or cells[1].cells.get(name)):
            left, right = cells[0].cells.get(name, ""), cells[1].cells.get(name, "")
            rows.append((labels[name], left, right, str(left) != str(right)))
    reasons = [one for one in row.reasons if one.get("bits", 0) > 0]
    against = [one for one in row.reasons if one.get("bits", 0) < 0]
    return ShownPair(
        row.pk, round(100 * row.probability), row.state, told(reasons[:4], actor), told(against[:2], actor), cells[0],
        cells[1], rows, row.later_until,
    )  # fmt: skip


def _weight(party: Party) -> tuple[int, float]:
    return party.completeness, -party.created_at.timestamp()


def side_of(party: Party, actor: Actor, names: Sequence[str]) -> Side:
    """What a party says in some columns, drawn as lists draw it, within field rules and masks."""
    bound = bound_columns(screens["party"], actor)
    wanted = [bound[name] for name in names if name in bound]
    row = row_of(party, wanted)
    add_names([row], wanted, actor)
    cells = Cells(tuple(wanted), actor, timezone.now())
    filled = {item.name: cells.cell(item, row) for item in wanted if _says(item, row)}
    if "name" in filled:
        filled["name"] = conditional_escape(party.name)  # the mark of its kind stands at its head
    return Side(party, filled)


def _says(item: Any, row: Mapping[str, Any]) -> bool:
    value = (row.get("_custom") or {}).get(item.name) if item.column.custom else row.get(item.name)
    return value not in (None, "", [])


def counts(actor: Actor, now: datetime) -> dict[str, str]:
    """How many pairs wait, are put off, are known to be different; counted no further than a thousand."""
    found = pairs_for(actor).filter(probability__gte=0.5)
    later = Q(later_until__gt=now)
    wanted = {
        "open": found.filter(state=PairState.OPEN).exclude(later),
        "later": found.filter(later, state=PairState.OPEN),
        "different": pairs_for(actor).filter(state=PairState.DIFFERENT),
    }
    numbers = {name: rows.order_by()[: COUNTED + 1].count() for name, rows in wanted.items()}
    return {name: f"{COUNTED:,}+" if number > COUNTED else f"{number:,}" for name, number in numbers.items()}


def likely_of(party: Party, actor: Actor) -> list[tuple[Party, int]]:
    """The likely duplicates of one customer that somebody may merge it with."""
    rows = pairs_for(actor).filter(Q(left=party) | Q(right=party), state=PairState.OPEN)
    rows = rows.order_by("-probability").select_related("left", "right")[:5]
    return [(row.right if row.left_id == party.pk else row.left, round(100 * row.probability)) for row in rows]


def options_for(party: Party, actor: Actor) -> list[tuple[UUID, str]]:
    """Customers of the same form to choose from; the picker asks for more by name."""
    found = Party.objects.visible_to(actor, "party.merge").live().filter(form=party.form).exclude(pk=party.pk)
    return list(found.order_by("sort_key", "pk").values_list("pk", "name")[:100])


def beside(survivor: Party, loser: Party, actor: Actor) -> dict[str, Any]:
    """Two records before a merge: the pair's reasons, fields that differ, what comes along."""
    left, right = sorted((survivor.pk, loser.pk))
    pair = DuplicatePair.objects.filter(left_id=left, right_id=right).first()
    reasons = [one for one in pair.reasons if one.get("bits", 0) > 0] if pair else []
    return {
        "survivor": survivor,
        "loser": loser,
        "percent": round(100 * pair.probability) if pair else None,
        "reasons": told(reasons[:4], actor),
        "choices": differences(survivor, loser, actor),
        "joined": joined(loser),
    }


@dataclass(frozen=True, slots=True)
class Choice:
    """A field in which two records differ, both sides drawn, and the side that is taken unless somebody says otherwise."""

    name: str
    label: str
    mine: Any
    theirs: Any
    side: str


def differences(survivor: Party, loser: Party, actor: Actor) -> list[Choice]:
    """The fields that somebody chooses a side of before merging."""
    bound = bound_columns(screens["party"], actor)
    known = {name: column for name, column in columns().items() if name in bound and differ(survivor, loser, column)}
    mine, theirs = (side_of(party, actor, list(known)) for party in (survivor, loser))
    return [
        Choice(name, str(column.label), mine.cells.get(name, ""), theirs.cells.get(name, ""), usual_side(survivor, loser, column))
        for name, column in known.items()
        if value_of(loser, column) not in (None, "") or name in ("address", "owner")
    ]  # fmt: skip


def joined(loser: Party) -> list[tuple[str, int]]:
    """How many rows come along, by what they are, as people call it."""
    found: dict[str, int] = {}
    for pointer in pointers():
        number = pointer.rows(loser.pk).count()
        if number:
            found[pointer.label] = found.get(pointer.label, 0) + number
    return [(_called(label), number) for label, number in found.items()]


def _called(label: str) -> str:
    for screen in screens.values():
        if screen.model == label:
            return str(screen.label_plural)
    return str(WORDS.get(label, label.rpartition(".")[2]))


def merge_of(party: Party) -> Merge | None:
    """The merge by which a party went into another one."""
    return Merge.objects.filter(loser=party, undone_at=None).select_related("survivor").order_by("-at").first()


def merges_into(party: Party) -> list[Merge]:
    """The merges by which others went into a party, the latest first."""
    rows = Merge.objects.filter(survivor=party, undone_at=None, erased=False).select_related("loser", "by")
    return list(rows.order_by("-at")[:20])


def merged_panel(party: Party, actor: Actor) -> Mapping[str, Any]:
    """What went into the party, with the way back."""
    merges = merges_into(party)
    return {"merges": merges, "may_undo": party.within(actor, "party.merge")} if merges else {}


@dataclass(frozen=True, slots=True)
class Later:
    """Something that came to the survivor after a merge, and stays there."""

    type: str
    id: UUID
    title: str

    def as_json(self) -> dict[str, str]:
        """As the reply of the action tells it."""
        return {"type": self.type, "id": str(self.id), "title": self.title}


def later_than(merge: Merge) -> list[Later]:
    """Records about the survivor made after the merge."""
    found: dict[UUID, Later] = {}
    for pointer in pointers():
        if issubclass(pointer.model, Record) and pointer.model is not Party:
            rows = pointer.rows(merge.survivor_id).filter(created_at__gt=merge.at).order_by("pk")[:MOST_LATER]
            for row in rows:
                found[row.pk] = Later(row.record_type, row.pk, title_of(row)[:80])
    return list(found.values())


def preview_of_undo(merge: Merge) -> dict[str, Any]:
    """What taking a merge back would do: how much goes back, what stays."""
    moves = Moves(merge.moved, merge.changed, merge.created)
    counts = [(_called(label), number) for label, number in moves.counts().items()]
    return {"merge": merge, "back": counts, "later": later_than(merge)}


def merge_at(pk: UUID, actor: Actor) -> Merge:
    """The merge behind an id, of which somebody may see the survivor; otherwise it does not exist."""
    found = Merge.objects.filter(pk=pk, undone_at=None).select_related("survivor", "loser", "by").first()
    if found is None or not found.survivor.within(actor, "party.view"):
        raise NotFound("merge")
    return found


def running_search() -> Any:
    """The search for duplicates that is running, if any."""
    found = latest_of(WORK)
    return found if found is not None and found.state in ("waiting", "running") else None


def last_search() -> Any:
    """The latest search for duplicates."""
    return latest_of(WORK)
