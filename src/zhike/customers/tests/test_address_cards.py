"""An address card says where a person works, and a second number and e-mail, under the rules of the columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from zhike.customers import actions
from zhike.customers.models import Party
from zhike.customers.queries import on_cards
from zhike.customers.terms import PointKind
from zhike.identity.testing import World
from zhike.kernel.actions import run
from zhike.kernel.testing import SYSTEM
from zhike.records.exporting.cards import write_card
from zhike.records.exporting.ordering import ordered, rows_of

pytestmark = pytest.mark.django_db
EVERYTHING: Sequence[str] = ()


def lin(world: World) -> Party:
    """Somebody with two mobiles, two addresses, a number not to be used, and a job."""
    he = world.actor("何永强")
    company = run("create_party", by=he, data={"name": "金鼎家电有限公司", "form": "organisation"}).value
    values = {
        "name": "林小满",
        "form": "person",
        "title": "采购主管",
        "mobile": "13812345678",
        "email": "lin@jinding.cn",
    }
    person: Party = run("create_party", by=he, data=values).value
    for kind, value in ((PointKind.MOBILE, "13912345678"), (PointKind.EMAIL, "xiaoman@163.com")):
        actions.add_contact_point(person, kind=kind, value=value, by=SYSTEM)
    draft = actions.MemberDraft(person=person, role="采购主管", department="采购部")
    actions.add_member(company, draft, by=SYSTEM)
    return person


def cards(world: World, who: str, columns: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    by = world.actor(who)
    order = ordered("party", by, {}, columns, "vcard", "utf-8")
    return {row["Full name"]: row for row in rows_of(order, by)}


def test_a_card_carries_company_department_and_second_points(world: World) -> None:
    lin(world)
    card = write_card(cards(world, "沈嘉禾", EVERYTHING)["林小满"])
    assert "ORG:金鼎家电有限公司;采购部" in card
    assert card.count("TEL;TYPE=CELL") == 2
    assert "xiaoman@163.com" in card


def test_a_column_left_out_leaves_its_further_points_out(world: World) -> None:
    lin(world)
    row = cards(world, "沈嘉禾", ["name", "mobile"])["林小满"]
    assert set(row) == {"Full name", "Mobile", "Mobile 2"}


def test_a_number_not_to_be_used_is_on_no_card(world: World) -> None:
    person = lin(world)
    second = person.points.get(kind=PointKind.MOBILE, column="")
    actions.mark_do_not_use(person, point_id=second.pk, reason="空号", by=SYSTEM)
    assert "Mobile 2" not in cards(world, "沈嘉禾", EVERYTHING)["林小满"]


def test_a_second_number_is_masked_as_the_first(world: World) -> None:
    person, by = lin(world), world.actor("何永强")
    told = on_cards([person.pk], ["mobile", "email"], by)[person.pk]
    assert not by.can("party.unmask")
    assert told["Mobile 2"] == "139****5678"
    assert "xiaoman@" not in told["Email 2"]
