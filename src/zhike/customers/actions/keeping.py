"""Keeping the rows around a party in step: contact points and their columns, further names, keys of likeness."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from zhike.customers.actions.preparing import Point, Prepared, percent_complete
from zhike.customers.models import ContactPoint, MatchKey, Party, PartyName
from zhike.customers.terms import NAME_COLUMNS, POINT_COLUMNS, NameOf, PointKind, key_number
from zhike.kernel.inserting import insert
from zhike.methods.duplicates import Record as Likeness
from zhike.methods.duplicates import keys

REACHED = {PointKind.MOBILE, PointKind.LANDLINE}


def new_point(party: Party, point: Point, source: str = "") -> ContactPoint:
    """The row of a contact point, not yet saved."""
    return ContactPoint(
        party=party,
        kind=point.kind,
        value=point.value,
        display=point.display,
        column=point.column,
        label=point.label,
        extension=point.extension,
        division=point.division,
        source=source,
    )


def place_points(party: Party, made: Prepared) -> dict[str, str]:
    """Bring the rows of an existing party to what was prepared; the answer is the party's columns that follow."""
    if not made.points and not made.cleared:
        return {}
    rows = list(party.points.all())
    columns = dict.fromkeys(made.cleared, "")
    for column in made.cleared:
        for row in [row for row in rows if row.column == column]:
            row.delete()
            rows.remove(row)
    for point in made.points:
        same = next((row for row in rows if row.kind == point.kind and row.value == point.value), None)
        there = next((row for row in rows if point.column and row.column == point.column), None)
        if there is None and same is not None and (not point.column or not same.column):
            there = same
        if there is None:
            row = new_point(party, point)
            row.save(force_insert=True)
            rows.append(row)
        elif point.column or there is not same:
            _overwrite(there, point)
        if point.column:
            columns[point.column] = point.display
    return columns


def _overwrite(row: ContactPoint, point: Point) -> None:
    """The row takes the new value; what was verified or barred was the old one."""
    if row.value != point.value:
        row.verified_at, row.do_not_use, row.do_not_use_reason = None, False, ""
    row.kind, row.value, row.display, row.column = point.kind, point.value, point.display, point.column
    row.extension, row.division = point.extension, point.division
    row.save()


def columns_of(points: Iterable[ContactPoint]) -> dict[str, str]:
    """What the party's columns show of these contact points; a barred one is not shown."""
    shown = dict.fromkeys(POINT_COLUMNS, "")
    for point in points:
        if point.column and not point.do_not_use:
            shown[point.column] = point.display
    return shown


def free_column(points: Iterable[ContactPoint], kind: str) -> str:
    """The column that a new contact point of this kind fills: the first suitable one that is empty, or none."""
    taken = {point.column for point in points}
    return next((c for c, kinds in POINT_COLUMNS.items() if kinds[0] == kind and c not in taken), "")


def keep_names(party: Party, made: Prepared) -> dict[str, list[list[str]]]:
    """Bring further names to what was prepared; the answer is the change of the aliases, if any."""
    if not made.aliases and made.aliases is None and not NAME_COLUMNS.keys() & made.fields.keys():
        return {}
    rows = list(party.names.all())
    before = sorted(row.name for row in rows if row.kind == NameOf.ALIAS)
    for column, kind in NAME_COLUMNS.items():
        if column in made.fields:
            _keep(party, [row for row in rows if row.kind == kind], kind, [made.fields[column]])
    if made.aliases is None:
        return {}
    _keep(party, [row for row in rows if row.kind == NameOf.ALIAS], NameOf.ALIAS, made.aliases)
    after = sorted(made.aliases)
    return {"aliases": [before, after]} if before != after else {}


def _keep(party: Party, rows: Sequence[PartyName], kind: str, names: Sequence[str]) -> None:
    wanted = [name for name in names if name]
    for row in rows:
        if row.name not in wanted:
            row.delete()
    there = {row.name for row in rows}
    PartyName.objects.bulk_create([PartyName(party=party, kind=kind, name=n) for n in wanted if n not in there])


def likeness(
    pk: str, fields: Mapping[str, Any], points: Iterable[Point | ContactPoint], names: Iterable[str]
) -> Likeness:
    """A party as the duplicate matcher reads it."""
    phones, emails, wechat, website, street = [], [], "", "", ""
    for point in points:
        if point.kind in REACHED:
            phones.append(point.value.partition(";")[0])
        elif point.kind == PointKind.EMAIL:
            emails.append(point.value)
        elif point.kind == PointKind.WECHAT:
            wechat = wechat or point.value
        elif point.kind == PointKind.WEBSITE:
            website = website or point.value
        elif point.kind == PointKind.ADDRESS:
            street = street or point.display
    return Likeness(
        id=pk,
        kind=fields["form"],
        names=(fields["name"],),
        aliases=tuple(names),
        credit_code=fields.get("credit_code") or "",
        phones=tuple(phones),
        emails=tuple(emails),
        wechat=wechat,
        birthday=fields.get("born_on") or "",
        division=fields.get("division") or "",
        street=street,
        website=website,
    )


def likeness_of(party: Party) -> Likeness:
    """A stored party as the duplicate matcher reads it."""
    names = [row.name for row in party.names.all()]
    return likeness(str(party.pk), values_of(party), list(party.points.all()), names)


def values_of(party: Party) -> dict[str, Any]:
    """The party's own columns by attribute, without a query."""
    return {f.attname: getattr(party, f.attname) for f in party._meta.concrete_fields}


def keep_keys(party: Party, *, fresh: bool = False) -> None:
    """Bring the keys of likeness to what the party now says of itself; a `fresh` one had none."""
    wanted = {key_number(key) for key in keys(likeness_of(party))}
    there = set() if fresh else set(MatchKey.objects.filter(party=party).values_list("key", flat=True))
    if there - wanted:
        MatchKey.objects.filter(party=party, key__in=there - wanted).delete()
    insert(MatchKey, ("party_id", "key"), [(party.pk, key) for key in sorted(wanted - there)])


def completeness_of(party: Party, changes: Mapping[str, Any]) -> int:
    """How complete the party will be after `changes`."""
    return percent_complete(values_of(party) | dict(changes))
