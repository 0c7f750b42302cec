"""What is asked about customers: the panels of a card, completeness, owner history, all data of one party, search words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from zhike.customers.models import ContactPoint, MatchKey, Membership, Party, PartyName, Relation, Score
from zhike.customers.terms import (
    COMPLETE,
    MIRROR,
    NAME_COLUMNS,
    POINT_COLUMNS,
    POINT_ICONS,
    Attitude,
    Decision,
    NameOf,
    PointKind,
    RelationKind,
    column_of,
    key_number,
)
from zhike.kernel.actor import Actor, FieldRule
from zhike.kernel.composed import composed
from zhike.kernel.models import with_names
from zhike.kernel.text import mask_email, mask_phone

REACHED = (PointKind.MOBILE, PointKind.LANDLINE)
OPEN = (PointKind.ADDRESS, PointKind.WEBSITE)  # shown in full unless a rule masks the field
SCORE, MOST_KINDS = "score_", 20  # of columns: the beginning of their names, and how many there may be


def team_of(owner_id: UUID) -> UUID | None:
    """The team an owner belongs to: a party's team follows its owner's."""
    people: Any = Party._meta.get_field("owner").related_model
    found: UUID | None = people.objects.filter(pk=owner_id).values_list("team_id", flat=True).first()
    return found


def completeness(party: Party) -> tuple[int, list[str]]:
    """How complete the record is in percent, and what is missing, the weightiest first."""
    have = total = 0
    missing = []
    for wanted in COMPLETE:
        if wanted.form and wanted.form != party.form:
            continue
        total += wanted.weight
        if any(getattr(party, column) for column in wanted.columns):
            have += wanted.weight
        else:
            missing.append((wanted.weight, str(wanted.label)))
    ordered = sorted(missing, key=lambda item: -item[0])
    return round(100 * have / total), [label for _weight, label in ordered]


def parties_with_keys(keys: Sequence[str], *, limit: int = 200) -> list[UUID]:
    """Live parties that share a key of likeness (see `zhike.methods.duplicates.keys`): candidates, to be compared."""
    numbers = [key_number(key) for key in keys]
    ids = MatchKey.objects.filter(key__in=numbers).values_list("party_id", flat=True).distinct()[: 2 * limit]
    return list(Party.objects.live().filter(pk__in=list(ids)).values_list("pk", flat=True)[:limit])


def survivor_of(party: Party, actor: Actor) -> Party | None:
    """The record into which a merged one went, step by step; None where it was not, or lies outside the actor's scope."""
    step, seen = party, {party.pk}
    while step.merged_into_id is not None and step.merged_into_id not in seen:
        seen.add(step.merged_into_id)
        step = Party.objects.get(pk=step.merged_into_id)
    return step if step.pk != party.pk and step.within(actor, "party.view") else None


def merged_ids(party_id: UUID) -> list[UUID]:
    """The records that went into a party, over however many steps: their story is part of its own."""
    found: list[UUID] = []
    frontier = [party_id]
    while frontier:
        frontier = [pk for pk in _merged_into(tuple(frontier)) if pk not in found]
        found += frontier
    return found


@composed
def _merged_into(parties: tuple[UUID, ...]) -> QuerySet[Party, UUID]:
    return Party.objects.filter(merged_into__in=parties).values_list("pk", flat=True)


def name_of_merged(party_id: UUID, pk: UUID) -> str:
    """What a record was called that went into a party; empty where it did not."""
    names = Party.objects.filter(pk=pk).values_list("name", flat=True) if pk in merged_ids(party_id) else ()
    return next(iter(names), "")


@dataclass(frozen=True, slots=True)
class Spell:
    """A time during which somebody owned a party; `until` is None for the running one."""

    owner: str
    since: datetime
    until: datetime | None
    reason: str = ""


def owner_history(party: Party) -> list[Spell]:
    """Who owned the party, the present owner first."""
    rows = party.owner_spells.select_related("owner").order_by("-ended_at")
    past = [Spell(row.owner.name, row.started_at, row.ended_at, row.reason) for row in rows]
    if party.owner is None:
        return past
    return [Spell(party.owner.name, party.owned_since or party.created_at, None), *past]


def owners_panel(party: Party, actor: Actor) -> Mapping[str, Any]:
    """Who was in charge, from when to when."""
    spells = owner_history(party)
    return {"spells": spells} if spells else {}


def further_names(party: Party) -> list[PartyName]:
    """The names by which a party is known besides those that stand in its columns."""
    standing = {party.name, *(getattr(party, column) for column in NAME_COLUMNS)}
    return [row for row in party.names.order_by("kind", "id") if row.name not in standing]


def names_panel(party: Party, actor: Actor) -> Mapping[str, Any]:
    """Aliases, and former names beyond the last one."""
    names = further_names(party)
    return {"names": names} if names else {}


@dataclass(frozen=True, slots=True)
class Node:
    """Somebody in an organisation as its card shows them, with those who report to them."""

    id: UUID
    url: str
    name: str
    title: str
    department: str
    decision: str
    role: str
    attitude: str
    outside: bool
    primary: bool
    since: date | None
    until: date | None
    note: str
    reports: tuple[Node, ...] = ()

    @property
    def css(self) -> str:
        """Marks the decider and those from outside."""
        return " ".join(
            word for word, on in (("key", self.decision == Decision.DECIDER), ("outside", self.outside)) if on
        )


def people_of(party: Party) -> list[Membership]:
    """The people who belong to an organisation now, the primary contact first."""
    return [row for row in _members(party.pk) if row.ended_on is None]


@composed
def _members(organisation: UUID) -> QuerySet[Membership]:
    rows = Membership.objects.filter(organisation=organisation)
    return with_names(rows, "person").order_by("-primary", "person__sort_key", "id")


@composed
def _memberships(person: UUID) -> QuerySet[Membership]:
    rows = Membership.objects.filter(person=person)
    return with_names(rows, "organisation").order_by("ended_on", "-primary")


def people_tree(members: Sequence[Membership]) -> tuple[Node, ...]:
    """Those who report to nobody here, each with those who report to them."""
    by_id = {row.pk: row for row in members}
    below: dict[UUID | None, list[Membership]] = {}
    for row in members:
        below.setdefault(_superior_of(row, by_id), []).append(row)

    def under(superior: UUID | None) -> tuple[Node, ...]:
        return tuple(_node(row, under(row.pk)) for row in below.get(superior, ()))

    return under(None)


def _superior_of(row: Membership, by_id: Mapping[UUID, Membership]) -> UUID | None:
    """Whom somebody reports to here; nobody where the line leads back to them."""
    step, seen = row, {row.pk}
    while (above := by_id.get(step.reports_to_id or step.pk)) is not None and above.pk not in seen:
        step = above
        seen.add(step.pk)
    back = step.pk != row.pk and step.reports_to_id == row.pk
    return row.reports_to_id if row.reports_to_id in by_id and not back else None


def _node(row: Membership, reports: tuple[Node, ...] = ()) -> Node:
    role = str(Decision(row.decision).label) if row.decision else ""
    return Node(
        row.pk, f"/customers/{row.person_id}/", row.person.name, row.role, row.department, row.decision, role, row.attitude,
        row.outside, row.primary, row.started_on, row.ended_on, row.note, reports,
    )  # fmt: skip


def people_panel(party: Party, actor: Actor) -> Mapping[str, Any]:
    """People of an organisation, who reports to whom, and those who left; of a person, where they belong."""
    if party.is_person:
        return {"memberships": _memberships(party.pk)}
    rows = _members(party.pk)
    here = [row for row in rows if row.ended_on is None]
    gone = sorted((row for row in rows if row.ended_on), key=lambda row: str(row.ended_on), reverse=True)
    return {
        "members": here,
        "tree": people_tree(here),
        "former": [_node(row) for row in gone],
        "attitudes": Attitude.choices,
    }


@dataclass(frozen=True, slots=True)
class Related:
    """Another party and what it is to this one; `id` and `kind` are empty where the relation follows from the group."""

    party_id: UUID
    name: str
    what: str
    id: UUID | None = None
    kind: str = ""
    note: str = ""


def related(party: Party, actor: Actor) -> list[Related]:
    """The group above and below, then relations from both ends; only parties the actor may see."""
    seen = Party.objects.visible_to(actor).live()
    found = []
    if party.parent_id is not None:
        found += [Related(p.pk, p.name, "group") for p in seen.filter(pk=party.parent_id).only("name")]
    below = seen.filter(parent=party).order_by("sort_key").only("name")[:50]
    found += [Related(p.pk, p.name, "subsidiary") for p in below]
    rows = list(Relation.objects.filter(Q(left=party) | Q(right=party)).order_by("id")[:100])
    others = {row.right_id if row.left_id == party.pk else row.left_id for row in rows}
    names = dict(seen.filter(pk__in=others).values_list("pk", "name")) if others else {}
    for row in rows:
        mine = row.left_id == party.pk
        other = row.right_id if mine else row.left_id
        kind = RelationKind(row.kind)
        if other in names:
            word = kind if mine else MIRROR.get(kind, kind)
            found.append(Related(other, names[other], str(word.label), row.pk, word.value, row.note))
    return found


def related_panel(party: Party, actor: Actor) -> Mapping[str, Any]:
    """Group, subsidiaries and related parties."""
    return {"related": related(party, actor)}


def scores(party: Party) -> list[Score]:
    """The latest score of each kind."""
    return _scores(party.pk)


@composed
def _scores(party: UUID) -> QuerySet[Score]:
    return Score.objects.filter(party=party, latest=True).order_by("kind")


def score_kinds() -> list[str]:
    """The names under which scores were received: a step through the index for each, however many customers have one."""
    found: list[str] = []
    while len(found) < MOST_KINDS:
        after = Score.objects.filter(latest=True, kind__gt=found[-1] if found else "").order_by("kind")
        kind = after.values_list("kind", flat=True).first()
        if kind is None:
            break
        found.append(kind)
    return found


def fill_scores(rows: Sequence[dict[str, Any]], names: Sequence[str]) -> None:
    """Put the latest scores of customers into the rows of a page: the value as `score_<kind>`, its moment as `…__at`."""
    by_id = {row["id"]: row for row in rows}
    kinds = [name.removeprefix(SCORE) for name in names]
    found = Score.objects.filter(party__in=by_id, kind__in=kinds, latest=True)
    for party_id, kind, value, as_of in found.values_list("party_id", "kind", "value", "as_of"):
        by_id[party_id] |= {f"{SCORE}{kind}": value, f"{SCORE}{kind}__at": as_of}


def scores_panel(party: Party, actor: Actor) -> Mapping[str, Any]:
    """What runs found about the party, and why."""
    found = scores(party)
    return {"scores": found} if found else {}


@dataclass(frozen=True, slots=True)
class ShownPoint:
    """A contact point as one person may see it."""

    id: UUID
    kind: str
    kind_label: str
    icon: str
    text: str
    href: str
    masked: bool
    label: str
    main: bool
    verified: bool
    do_not_use: bool
    reason: str
    source: str
    several: bool

    @property
    def barred(self) -> str:
        """Why it must not be used; empty where it may."""
        return (self.reason or "—") if self.do_not_use else ""

    @property
    def may_lead(self) -> bool:
        """Whether it could become the main one of its kind."""
        leads = any(kinds[0] == self.kind for kinds in POINT_COLUMNS.values())
        return leads and not self.main and not self.do_not_use


def points_of(party: Party, actor: Actor) -> list[ShownPoint]:
    """Contact points as the card lists them: the main address stands in the facts already."""
    points = every_point_of(party, actor)
    return [point for point in points if point.kind != PointKind.ADDRESS or not point.main or point.do_not_use]


def every_point_of(party: Party, actor: Actor) -> list[ShownPoint]:
    """Contact points, the main ones first, masked unless the actor may see them."""
    clear = actor.can("party.unmask")
    points = _points(party.pk)
    rules = {row.pk: actor.rule("party", column_of(row.kind, row.column)) for row in points}
    shown = [row for row in points if rules[row.pk] is not FieldRule.HIDDEN]
    rows = sorted(shown, key=lambda row: (row.do_not_use, not row.column, row.kind, row.pk))
    of_kind = Counter(row.kind for row in rows)
    masked = {pk for pk, rule in rules.items() if rule is FieldRule.MASKED}
    return [_shown(row, row.pk not in masked and (clear or row.kind in OPEN), of_kind[row.kind] > 1) for row in rows]


@composed
def _points(party: UUID) -> QuerySet[ContactPoint]:
    return ContactPoint.objects.filter(party=party)


def _shown(row: ContactPoint, clear: bool, several: bool) -> ShownPoint:
    text, href = row.display, ""
    if row.kind in REACHED:
        text, href = (text, f"tel:{row.value.partition(';')[0]}") if clear else (mask_phone(text), "")
    elif row.kind == PointKind.EMAIL:
        text, href = (text, f"mailto:{row.value}") if clear else (mask_email(text), "")
    elif row.kind in OPEN and not clear:
        text = "****"
    elif row.kind == PointKind.WEBSITE:
        href = text if text.startswith(("http://", "https://")) else f"https://{text}"
    elif row.kind in (PointKind.WECHAT, PointKind.QQ) and not clear:
        text = f"{text[:1]}***"
    kind = PointKind(row.kind)
    masked = text != row.display
    main = bool(row.column) and POINT_COLUMNS[row.column][0] == row.kind
    return ShownPoint(
        row.pk, row.kind, str(kind.label), POINT_ICONS[kind], text, href, masked, row.label, main,
        row.verified_at is not None, row.do_not_use, row.do_not_use_reason, row.source, several,
    )  # fmt: skip


def on_cards(ids: Sequence[UUID], columns: Sequence[str], actor: Actor) -> dict[UUID, dict[str, str]]:
    """What address cards say beyond the columns: where a person works, beside the position; a second number and e-mail.

    A further point goes with the column of its kind: only where that is asked for, under its rule and its mask.
    """
    found: dict[UUID, dict[str, str]] = {pk: {} for pk in ids}
    asked = [kind for kind in SECOND if column_of(kind) in columns]
    clear = actor.can("party.unmask")
    for point in ContactPoint.objects.filter(party__in=ids, column="", kind__in=asked, do_not_use=False).order_by("pk"):
        open_ = clear and actor.rule("party", column_of(point.kind)) is not FieldRule.MASKED
        found[point.party_id].setdefault(SECOND[PointKind(point.kind)], _shown(point, open_, several=True).text)
    if "title" not in columns:
        return found
    employers = Party.objects.visible_to(actor).filter(archived_at=None, merged_into=None).values("pk")
    rows = Membership.objects.filter(person__in=ids, ended_on=None, outside=False, organisation__in=employers)
    told = rows.order_by("-primary", "pk").values_list("person_id", "organisation__name", "department")
    for person, company, department in told:
        if "Company" not in found[person]:
            found[person] |= {"Company": company, "Department": department}
    return found


def points_panel(party: Party, actor: Actor) -> Mapping[str, Any]:
    """Ways to reach the party."""
    return {"points": points_of(party, actor), "may_reveal": actor.can("party.reveal")}


def completeness_panel(party: Party, actor: Actor) -> Mapping[str, Any]:
    """How complete the record is and what is missing."""
    percent, missing = completeness(party)
    return {"percent": percent, "share": percent / 100, "missing": missing}


def searched(party: Party) -> Mapping[str, Sequence[str]]:
    """What finds a party: every name, number and code. Two queries."""
    fields = {f: getattr(party, f) for f in SEARCHED}
    aliases = [row.name for row in party.names.all() if row.kind == NameOf.ALIAS]
    return search_fields(fields, aliases, party.points.all())


#: column of the party → key under which search takes it
SEARCHED = {
    "name": "name",
    "short_name": "short_name:name",
    "english_name": "english_name:name",
    "former_name": "former_name:name",
    "contact_name": "contact_name:name",
    "credit_code": "credit_code:number",
    "external_id": "external_id:text",
}
SOUGHT = {PointKind.MOBILE, PointKind.LANDLINE, PointKind.EMAIL, PointKind.WECHAT, PointKind.QQ}


#: what a card calls a further contact point of a kind
SECOND = {PointKind.MOBILE: "Mobile 2", PointKind.LANDLINE: "Phone 2", PointKind.EMAIL: "Email 2"}


def search_fields(fields: Mapping[str, Any], aliases: Sequence[str], points: Iterable[Any]) -> dict[str, list[str]]:
    """The words of a party by key, as search takes them."""
    found = {key: [value] for column, key in SEARCHED.items() if (value := fields.get(column))}
    if aliases:
        found["aliases:name"] = list(aliases)
    for point in points:
        if point.kind in SOUGHT:
            found.setdefault(column_of(point.kind), []).append(point.value.partition(";")[0].removeprefix("+86"))
    return found


def everything_about(party: Party) -> dict[str, Any]:
    """All that customers keep about one party, as plain data."""
    own = {f.attname: _plain(getattr(party, f.attname)) for f in party._meta.concrete_fields}
    children: dict[str, Any] = {
        "names": party.names,
        "contact_points": party.points,
        "memberships": party.memberships,
        "people": party.people,
        "relations": party.relations,
        "relations_from": party.relations_from,
        "owner_spells": party.owner_spells,
        "scores": party.scores,
    }
    found: dict[str, Any] = {"party": own}
    for name, rows in children.items():
        found[name] = [{key: _plain(value) for key, value in row.items()} for row in rows.values()]
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value if value is None or isinstance(value, bool | int | float | str | dict | list) else str(value)
