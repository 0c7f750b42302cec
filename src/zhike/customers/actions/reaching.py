"""How a party is reached: contact points added, changed, barred, removed; sensitive ones shown on request."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.customers.actions.fields import (
    DoNotUse,
    KindOfPoint,
    Label,
    MainOne,
    NewLabel,
    NewValue,
    Reason,
    Source,
    Value,
    Verified,
    WhySeen,
)
from zhike.customers.actions.former import differing, put_back, state, told_by, turned
from zhike.customers.actions.keeping import columns_of, completeness_of, free_column, keep_keys, new_point
from zhike.customers.actions.preparing import Point, address_point, email_point, phone_point, plain_point
from zhike.customers.events import PointAdded, PointAllowed, PointBarred, PointChanged, PointRemoved
from zhike.customers.models import ContactPoint, Party
from zhike.customers.queries import points_of
from zhike.customers.terms import POINT_COLUMNS, PointKind, column_of
from zhike.kernel import limits
from zhike.kernel.actions import About, action, emit
from zhike.kernel.actor import Actor, FieldRule
from zhike.kernel.errors import Conflict, DomainError, Invalid, NotFound
from zhike.kernel.events import DataSeen
from zhike.kernel.screens import Sensitive, screens
from zhike.kernel.text import clean
from zhike.records import search, watching
from zhike.records.access import reason_given
from zhike.records.undoing import changed_since

PLACE = ("division", "province", "city", "district")  # what an address says of where its party is
LIMITS = {PointKind.WECHAT: 60, PointKind.QQ: 20, PointKind.WEBSITE: 200}


def point_of(kind: str, text: str) -> tuple[Point, dict[str, str]]:
    """What somebody wrote as a contact point of a kind, and the divisions it names; refusals name the field `value`."""
    try:
        if kind in (PointKind.MOBILE, PointKind.LANDLINE):
            return phone_point(text), {}
        if kind == PointKind.EMAIL:
            return email_point(text), {}
        if kind == PointKind.ADDRESS:
            point, where = address_point(text)
            point.column = ""
            return point, dict(zip(PLACE, where, strict=True))
        return plain_point(kind, text, LIMITS[PointKind(kind)]), {}
    except DomainError as error:
        error.field = "value"
        raise


def own_point(party: Party, point_id: UUID) -> ContactPoint:
    """The party's contact point of that id."""
    found = party.points.filter(pk=point_id).first()
    if found is None:
        raise NotFound("contact point")
    return found


def may_write(by: Actor, kind: str, column: str = "") -> None:
    """Refuse a contact point to whoever may not write the field that it stands, or would stand, in."""
    if by.rule("party", column_of(kind, column)) is not FieldRule.OPEN:
        message = _("“%(label)s” cannot be changed by you here.") % {"label": PointKind(kind).label}
        raise Invalid("read_only", message, "value")


@action(right="party.edit", title=_("Add a way to reach"), icon="address-book", undo="put_back_contact_point")
def add_contact_point(
    party: Party,
    *,
    kind: KindOfPoint,
    value: Value,
    label: Label = "",
    source: Source = "",
    by: Actor,
) -> Party:
    """Add a number, address or account; it becomes the main one of its kind when there is none yet."""
    point, where = point_of(kind, value)
    may_write(by, point.kind)
    rows, was = list(party.points.all()), state(party, party.points.all(), PLACE)
    if any(row.kind == point.kind and row.value == point.value for row in rows):
        message = _("“%(value)s” stands there already.") % {"value": point.display}
        raise Conflict("point.known", message, "value")
    point.label, point.column = clean(label, 40), free_column(rows, point.kind)
    row = new_point(party, point, clean(source, 80))
    row.save(force_insert=True)
    refresh(party, where if row.column else {})
    told = PointAdded(kind=row.kind, former=differing(was, state(party, party.points.all(), PLACE)))
    changes = {row.kind: [None, row.display]}
    emit(told, subject=party, by=by, customer_id=party.pk, label=party.name, changes=changes)
    return party


def point_now(party: Party, point_id: UUID, by: Actor) -> About:
    """What a form about a contact point starts from; a value that is shown in part is not put into a field."""
    shown = next((point for point in points_of(party, by) if point.id == point_id), None)
    if shown is None:
        raise NotFound("contact point")
    values = {"label": shown.label, "value": "" if shown.masked else shown.text}
    return About(name=shown.text, values=values, leaves=("main", "verified", "do_not_use"))


@action(
    right="party.edit",
    title=_("Change a way to reach"),
    icon="address-book",
    about=point_now,
    undo="put_back_contact_point",
)
def change_contact_point(
    party: Party,
    *,
    point_id: UUID,
    value: NewValue = None,
    label: NewLabel = None,
    main: MainOne = None,
    verified: Verified = None,
    by: Actor,
) -> Party:
    """Correct a contact point, label it, make it the main one of its kind, or say that it was verified."""
    row, was = own_point(party, point_id), state(party, party.points.all(), PLACE)
    where: dict[str, str] = {}
    before = row.display
    may_write(by, row.kind, row.column)
    if value is not None:
        point, where = point_of(row.kind, value)
        may_write(by, point.kind)
        if point.value != row.value:
            row.verified_at, row.do_not_use, row.do_not_use_reason = None, False, ""
        row.kind, row.value, row.display = point.kind, point.value, point.display
        row.extension, row.division = point.extension, point.division
    if label is not None:
        row.label = clean(label, 40)
    if verified is not None:
        row.verified_at = timezone.now() if verified else None
    if main:
        _make_main(party, row)
    row.save()
    refresh(party, where if row.column else {})
    changes = {row.kind: [before, row.display]} if before != row.display else None
    told = PointChanged(kind=row.kind, former=differing(was, state(party, party.points.all(), PLACE)))
    emit(told, subject=party, by=by, customer_id=party.pk, label=party.name, changes=changes)
    return party


@action(right="party.edit", title=_("Take back"), icon="arrow-back-up", doors="web api", undo="put_back_contact_point")
def put_back_contact_point(party: Party, *, event_id: UUID, by: Actor) -> Party:
    """Take back that one added, changed or removed a contact point, unless it or what stood in its place was changed since."""
    was = told_by(event_id, ["party.point_added", "party.point_changed", "party.point_removed"], party, by)
    for row in (row for sides in was.former.values() for row in sides if row and "kind" in row):
        may_write(by, row["kind"], row["column"])
    refresh(party, put_back(party, party.points.all(), PLACE, was.former))
    _check_points(party)
    told = PointChanged(kind=was.event.payload["kind"], former=turned(was.former))
    emit(told, subject=party, by=by, customer_id=party.pk, label=party.name, changes=turned(was.changes))
    return party


def _check_points(party: Party) -> None:
    """What was put back agrees with what others did beside it since: one point in a column, no number twice."""
    points = list(party.points.all())
    columns = [point.column for point in points if point.column]
    if len(set(columns)) < len(columns) or len({(point.kind, point.value) for point in points}) < len(points):
        raise changed_since()


def _make_main(party: Party, row: ContactPoint) -> None:
    """The point moves into the first column for its kind; what stood there steps aside."""
    column = next((c for c, kinds in POINT_COLUMNS.items() if kinds[0] == row.kind), "")
    if not column:
        raise Invalid("point.no_column", _("There is no main one of this kind."), "main")
    party.points.filter(column=column).exclude(pk=row.pk).update(column="")
    row.column = column


@action(
    right="party.edit", title=_("Remove a way to reach"), icon="trash", tone="danger", about=point_now,
    undo="put_back_contact_point",
)  # fmt: skip
def remove_contact_point(party: Party, *, point_id: UUID, by: Actor) -> Party:
    """Remove a contact point; another of its kind takes its place in lists, if there is one."""
    row, was = own_point(party, point_id), state(party, party.points.all(), PLACE)
    may_write(by, row.kind, row.column)
    row.delete()
    if row.column:
        following = party.points.filter(kind=row.kind, column="", do_not_use=False).order_by("id").first()
        if following is not None:
            following.column = row.column
            following.save(update_fields=["column"])
    refresh(party, {})
    told = PointRemoved(kind=row.kind, former=differing(was, state(party, party.points.all(), PLACE)))
    changes = {row.kind: [row.display, None]}
    emit(told, subject=party, by=by, customer_id=party.pk, label=party.name, changes=changes)
    return party


@action(right="party.edit", title=_("Do not use"), icon="ban", about=point_now, undo="mark_do_not_use")
def mark_do_not_use(
    party: Party,
    *,
    point_id: UUID,
    reason: Reason = "",
    do_not_use: DoNotUse = True,
    by: Actor,
) -> Party:
    """Bar a contact point, with the reason, or let it be used again."""
    row = own_point(party, point_id)
    undo = {"point_id": str(row.pk), "do_not_use": row.do_not_use, "reason": row.do_not_use_reason}
    reason = clean(reason, 200)
    row.do_not_use, row.do_not_use_reason = do_not_use, reason if do_not_use else ""
    row.save(update_fields=["do_not_use", "do_not_use_reason"])
    refresh(party, {})
    barred = PointBarred(kind=row.kind, reason=reason, undo=undo)
    told = barred if do_not_use else PointAllowed(kind=row.kind, undo=undo)
    emit(told, subject=party, by=by, customer_id=party.pk, label=party.name)
    return party


def refresh(party: Party, where: dict[str, str]) -> None:
    """Bring the party's columns, completeness, keys and search to what its contact points now are."""
    fields: dict[str, Any] = columns_of(party.points.all()) | where
    fields["completeness"] = completeness_of(party, fields)
    party.change(**fields)
    keep_keys(party)
    search.index(party)


@action(right="party.reveal", title=_("Show in full"), icon="eye", doors="web api")
def reveal_contact(
    party: Party,
    *,
    column: str,
    reason: WhySeen,
    point_id: UUID | None = None,
    by: Actor,
) -> dict[str, Any]:
    """Show a masked value in full; who looked, and why, stands in the ledger."""
    if point_id is not None:
        row = own_point(party, point_id)
        column, value, field = row.kind, row.display, column_of(row.kind, row.column)
    else:
        declared = screens["party"].column(column)
        if declared is None or declared.sensitive is Sensitive.NO:
            raise Invalid("not_sensitive", _("This field is not masked, or does not exist."), "column")
        value, field = str(getattr(party, declared.orm)), column
    if by.rule("party", field) in (FieldRule.MASKED, FieldRule.HIDDEN):  # only the general masking opens
        raise NotFound("field")
    reason = reason_given(reason)
    limits.spend(limits.REVEAL, by)
    watching.seen(watching.REVEALS, by)
    emit(DataSeen(what=column, reason=reason), subject=party, by=by, customer_id=party.pk, label=party.name)
    return {"column": column, "value": value}
