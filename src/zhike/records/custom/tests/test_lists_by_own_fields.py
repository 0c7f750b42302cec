"""Lists go by the company's own fields: every kind that has an order is sorted by, formulas are filtered by, and both stay true."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from zhike.config.subscriptions import NAMED
from zhike.customers import actions as customers
from zhike.customers.models import Party
from zhike.identity.access import rights_changed
from zhike.identity.models import FieldGrant
from zhike.identity.testing import World
from zhike.kernel import ledger
from zhike.kernel.actions import run
from zhike.kernel.errors import DomainError
from zhike.kernel.models import Event
from zhike.kernel.screens import screens
from zhike.records.actions import run_bulk
from zhike.records.columns import as_column, bound_columns
from zhike.records.custom.indexing import indexes_of
from zhike.records.custom.keeping import follow_names, keep
from zhike.records.custom.tests.test_custom_fields import add, customer, found
from zhike.records.importing.tests.carrying import imported
from zhike.records.models import CustomField, Work
from zhike.records.undoing import undo, undo_batch

pytestmark = pytest.mark.django_db
HE, ADMIN = "何永强", "沈嘉禾"
COUNTED: list[dict[str, Any]] = [{"label": f"第{number}档"} for number in range(1, 13)]


def sortable(world: World, label: str, kind: str, **more: Any) -> CustomField:
    connection.check_constraints()
    field = add(world, label, kind, indexed=True, **more)
    assert field.indexed, "the job ran with the action"
    return field


def changed(world: World, field: CustomField, **data: Any) -> CustomField:
    """A field after a change and its job, which shares the test's transaction: no check may wait for its end there."""
    connection.check_constraints()
    run("change_custom_field", by=world.actor(ADMIN), subject_id=field.pk, data=data)
    field.refresh_from_db()
    return field


def both_ways(world: World, field: CustomField, who: str = ADMIN) -> list[str]:
    """The names in a field's order, page by page; the other way is the same backwards."""
    up = found(world, who, sort=field.key, size=2)
    assert found(world, who, sort=f"-{field.key}", size=2) == up[::-1]
    return up


@pytest.fixture
def priced(world: World) -> tuple[CustomField, CustomField, CustomField]:
    """A price, an amount and the formula of both, by which lists go; three customers, one without a price."""
    price, amount = add(world, "单价", "money"), add(world, "数量", "number")
    total = sortable(world, "总价", "formula", formula="{单价} * {数量}")
    customer(world, "甲", **{price.key: "12.5", amount.key: "4"})
    customer(world, "乙", **{price.key: "9", amount.key: "100"})
    customer(world, "丙", **{amount.key: "5"})
    return price, amount, total


def more_than(field: CustomField, value: object, op: str = "gt") -> dict[str, Any]:
    return {"field": field.key, "op": op, "value": value}


def test_yes_and_no_several_choices_and_choices_have_their_order(world: World) -> None:
    yes = sortable(world, "签了合同", "bool")
    one, many = sortable(world, "档", "choice", options=COUNTED), sortable(world, "几档", "multi", options=COUNTED)
    customer(world, "甲", **{yes.key: True, one.key: "第10档", many.key: ["第12档", "第1档"]})
    customer(world, "乙", **{yes.key: False, one.key: "第9档", many.key: ["第2档"]})
    customer(world, "丙", **{yes.key: True, one.key: "第2档", many.key: ["第11档"]})
    customer(world, "丁")
    assert both_ways(world, yes) == ["丁", "乙", "甲", "丙"]
    assert both_ways(world, one) == ["丁", "丙", "乙", "甲"]
    assert both_ways(world, many) == ["丁", "乙", "丙", "甲"]


def test_another_order_of_choices_is_another_order_of_lists(world: World) -> None:
    field = sortable(world, "档", "choice", options=COUNTED[:3])
    for name, label in {"甲": "第1档", "乙": "第2档", "丙": "第3档"}.items():
        customer(world, name, **{field.key: label})
    options = [{"code": code, "label": label} for code, label in field.options]
    assert changed(world, field, options=options[::-1]).indexed
    assert both_ways(world, field) == ["丙", "乙", "甲"]


def test_people_and_records_stand_by_the_sound_of_their_names(world: World) -> None:
    who, which = sortable(world, "技术联系", "person"), sortable(world, "介绍人", "record", to="party")
    other = {name: customer(world, name) for name in ("周边电器", "安吉电器")}
    people = world.people
    customer(world, "甲", **{who.key: str(people["郑凯"].pk), which.key: str(other["周边电器"].pk)})
    customer(world, "乙", **{who.key: str(people["陈立群"].pk), which.key: str(other["安吉电器"].pk)})
    customer(world, "丙", **{who.key: str(people["何永强"].pk)})
    assert both_ways(world, who)[2:] == ["乙", "丙", "甲"]
    assert both_ways(world, which)[3:] == ["乙", "甲"]


def test_whoever_is_renamed_moves_in_the_lists_that_go_by_their_name(world: World) -> None:
    who, which = sortable(world, "技术联系", "person"), sortable(world, "介绍人", "record", to="party")
    other = {name: customer(world, name) for name in ("周边电器", "安吉电器")}
    for name, person, party in (("甲", "郑凯", "周边电器"), ("乙", "陈立群", "安吉电器")):
        customer(world, name, **{who.key: str(world.people[person].pk), which.key: str(other[party].pk)})
    run("update_person", by=world.actor(ADMIN), subject_id=world.people["郑凯"].pk, data={"name": "艾凯"})
    run("update_party", by=world.actor(ADMIN), subject_id=other["周边电器"].pk, data={"name": "阿波罗电器"})
    ledger.seal_all()
    ledger.follow("names_in_lists", follow_names, types=("person.updated", "party.updated"))
    assert both_ways(world, who)[2:] == ["甲", "乙"]
    assert both_ways(world, which)[2:] == ["甲", "乙"]


def test_whoever_gets_their_name_back_out_of_a_merge_moves_back_in_the_lists(world: World) -> None:
    which, chief = sortable(world, "介绍人", "record", to="party"), world.actor(ADMIN)
    first, other, between = (customer(world, name) for name in ("安吉电器", "周边电器", "北仑电器"))
    for name, party in (("甲", first), ("乙", between)):
        customer(world, name, **{which.key: str(party.pk)})

    def in_order() -> list[str]:
        ledger.seal_all()
        ledger.follow("names_in_lists", follow_names, types=NAMED)
        return both_ways(world, which)[-2:]

    data = {"other": str(other.pk), "choices": {"name": "theirs"}}
    run("merge_party", by=chief, subject_id=first.pk, data=data)
    assert in_order() == ["乙", "甲"]
    run("unmerge_party", by=chief, subject_id=other.pk)
    assert in_order() == ["甲", "乙"]


def test_names_of_many_records_are_asked_at_once(
    world: World, django_assert_num_queries: Callable[..., AbstractContextManager[object]]
) -> None:
    which = sortable(world, "介绍人", "record", to="party")
    others = [customer(world, name) for name in ("周边电器", "安吉电器", "东阳电器")]
    named = [customer(world, f"客户{other.name}", **{which.key: str(other.pk)}).pk for other in others]
    with django_assert_num_queries(3):  # the fields, the records, the names: as they stand already
        keep(screens["party"], named)


def test_an_order_tells_nothing_of_records_out_of_reach(world: World) -> None:
    which = sortable(world, "介绍人", "record", to="party")
    customer(world, "甲")
    assert found(world, ADMIN, sort=which.key) == ["甲"]
    with pytest.raises(DomainError) as refused:
        found(world, HE, sort=which.key)
    assert refused.value.code == "bad_sort"
    assert not bound_columns(screens["party"], world.actor(HE))[which.key].sortable


def test_lists_are_sorted_and_filtered_by_a_formula(world: World, priced: tuple[CustomField, ...]) -> None:
    total = priced[2]
    assert both_ways(world, total) == ["丙", "甲", "乙"]
    assert found(world, HE, more_than(total, 49)) == ["甲", "乙"]
    assert found(world, HE, more_than(total, [50, 60], "between")) == ["甲"]
    assert found(world, HE, more_than(total, None, "empty")) == ["丙"]
    browser = world.client(HE)
    asked = {"filter": json.dumps(more_than(total, 60)), "sort": f"-{total.key}", "columns": f"name,{total.key}"}
    assert [row[total.key] for row in browser.get("/api/customers", asked).json()["items"]] == ["900"]
    page = browser.get("/customers/", asked).content.decode()
    assert ">乙<" in page
    assert ">甲<" not in page
    fields = {field["name"]: field for field in browser.get("/customers/fields/").json()["fields"]}
    assert (fields[total.key]["kind"], "gte" in [op["name"] for op in fields[total.key]["operators"]]) == (
        "number",
        True,
    )


@pytest.mark.parametrize(
    ("formula", "op", "value", "names"),
    [
        ('if({数量} > 4, "大", "小")', "is", "大", ["乙", "丙"]),
        ("{数量} > 4", "is", True, ["乙", "丙"]),
        ("{数量} > 4", "is", False, ["甲"]),
        ("date(2026, 1, 1) + {数量}", "after", "2026-01-05", ["乙", "丙"]),
        ("{数量} / ({单价} - 9)", "filled", None, ["甲"]),
    ],
)
def test_a_formula_is_filtered_as_what_it_gives(
    world: World, priced: tuple[CustomField, ...], formula: str, op: str, value: object, names: list[str]
) -> None:
    field = sortable(world, "算出的", "formula", formula=formula)
    assert sorted(found(world, HE, more_than(field, value, op))) == sorted(names)
    assert len(both_ways(world, field)) == 3


def change(world: World, name: str, **values: Any) -> Any:
    return run("update_party", by=world.actor(HE), subject_id=Party.objects.get(name=name).pk, data=values)


def test_what_a_formula_gives_follows_an_edit_and_its_undo(world: World, priced: tuple[CustomField, ...]) -> None:
    price, amount, total = priced
    change(world, "丙", **{price.key: "1000"})
    assert both_ways(world, total) == ["甲", "乙", "丙"]
    event = Event.objects.filter(type="party.updated").latest("id")
    assert total.key not in event.payload["fields"], "what follows is not told as a change of its own"
    undo(event.pk, world.actor(HE))
    assert both_ways(world, total) == ["丙", "甲", "乙"]
    many = run_bulk("update_party", [p.pk for p in Party.objects.all()], {amount.key: "1"}, world.actor(HE))
    assert found(world, HE, more_than(total, 12)) == ["甲"]
    undo_batch(UUID(many.batch_id), world.actor(HE))
    assert found(world, HE, more_than(total, 12)) == ["甲", "乙"]


def test_what_a_formula_gives_follows_a_column_of_ours(world: World) -> None:
    field = sortable(world, "小写邮箱", "formula", formula="lower({email})")
    party = customer(world, "甲", email="A@example.com")
    assert found(world, ADMIN, more_than(field, "a@example.com", "is")) == ["甲"]
    run("update_party", by=world.actor(ADMIN), subject_id=party.pk, data={"email": "B@example.com"})
    assert found(world, ADMIN, more_than(field, "b@example.com", "is")) == ["甲"]


def test_what_a_formula_gives_stands_after_an_import(
    world: World, tmp_path: Path, priced: tuple[CustomField, ...]
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("客户名称,单价,数量\n戊公司,3,7\n己公司,1,1\n", encoding="utf-8")
    imported(path, world.actor(ADMIN))
    assert found(world, ADMIN, more_than(priced[2], [1, 21], "between")) == ["己公司", "戊公司"]


def test_what_a_formula_gives_follows_a_merge_and_its_undo(world: World, priced: tuple[CustomField, ...]) -> None:
    total = priced[2]
    into, other = Party.objects.get(name="丙"), Party.objects.get(name="乙")
    run("merge_party", by=world.actor(ADMIN), subject_id=into.pk, data={"other": str(other.pk), "choices": {}})
    assert found(world, ADMIN, more_than(total, 45, "eq")) == ["丙"], "it took on the price of the other"
    run("unmerge_party", by=world.actor(ADMIN), subject_id=other.pk)
    assert found(world, ADMIN, more_than(total, 45, "eq")) == []
    assert found(world, ADMIN, more_than(total, 900, "eq")) == ["乙"]


def test_references_follow_a_merge(world: World) -> None:
    which = sortable(world, "介绍人", "record", to="party")
    one, other = customer(world, "安吉电器"), customer(world, "周边电器")
    customer(world, "甲", **{which.key: str(other.pk)})
    customer(world, "乙", **{which.key: str(customer(world, "东阳电器").pk)})
    run("merge_party", by=world.actor(ADMIN), subject_id=one.pk, data={"other": str(other.pk), "choices": {}})
    assert both_ways(world, which)[-2:] == ["甲", "乙"]


def test_another_formula_gives_every_record_another_value(world: World, priced: tuple[CustomField, ...]) -> None:
    total = priced[2]
    assert changed(world, total, formula="0 - {数量}").indexed
    assert both_ways(world, total) == ["乙", "丙", "甲"]


def test_a_renamed_choice_is_what_a_formula_reads(world: World) -> None:
    choice = add(world, "档", "choice", options=COUNTED[:2])
    field = sortable(world, "说明", "formula", formula='concat("是", {档})')
    customer(world, "甲", **{choice.key: "第1档"})
    options = [{"code": "o1", "label": "头等"}, {"code": "o2", "label": "二等"}]
    changed(world, choice, options=options)
    assert found(world, HE, more_than(field, "是头等", "is")) == ["甲"]


@pytest.mark.parametrize(
    ("formula", "word"),
    [
        ("today() - date(2026, 1, 1)", "今天"),
        ("concat({负责人}, 1)", "负责人"),
        ('if({level} = "A", 1, 2)', "语言"),
        ("{completeness} * 2", "不经编辑"),
        ("len(concat({tags}))", "不经编辑"),
        ('if({email} = "x", 1, "y")', "同一种"),
    ],
)
def test_a_formula_that_moves_by_itself_is_refused_with_the_reason(world: World, formula: str, word: str) -> None:
    with pytest.raises(DomainError, match=word) as refused:
        add(world, "算出的", "formula", formula=formula, indexed=True)
    assert refused.value.field == "indexed"
    assert add(world, "算出的", "formula", formula=formula).indexed is False


def test_a_field_is_made_sortable_later_and_stops_being_so(world: World) -> None:
    browser, field = world.client(ADMIN), add(world, "签了合同", "bool")
    for name, yes in {"甲": True, "乙": False}.items():
        customer(world, name, **{field.key: yes})
    url, sent = f"/settings/fields/party/{field.pk}/", {"label": field.label, "required": "false", "help": ""}
    connection.check_constraints()
    assert browser.post(url, {**sent, "indexed": "true"}).status_code == 302
    assert both_ways(world, field) == ["乙", "甲"]
    assert "可排序" in browser.get("/settings/fields/party/").content.decode()
    field.refresh_from_db()
    assert browser.post(url, {**sent, "indexed": "false"}).status_code == 302
    with pytest.raises(DomainError):
        found(world, ADMIN, sort=field.key)
    with connection.cursor() as cursor:
        known = connection.introspection.get_constraints(cursor, Party._meta.db_table)
    assert not {index.name for index in indexes_of(screens["party"], as_column(field))} & set(known)


def test_work_for_a_definition_that_was_changed_meanwhile_offers_nothing(world: World) -> None:
    from zhike.records.custom.actions import index_field

    field = sortable(world, "签了合同", "bool")
    CustomField.objects.filter(pk=field.pk).update(indexed=False)
    late = Work.objects.create(kind="index", title="late")
    index_field(world.actor(ADMIN), work_id=str(late.pk), field=str(field.pk), indexing=str(late.pk))
    field.refresh_from_db()
    assert not field.indexed


def test_a_formula_of_a_masked_field_is_neither_sorted_nor_filtered_by(
    world: World, priced: tuple[CustomField, ...]
) -> None:
    price, _amount, total = priced
    FieldGrant.objects.create(role=world.roles["salesperson"], column=f"party.{price.key}", rule="masked")
    rights_changed()
    for asking in (lambda: found(world, HE, sort=total.key), lambda: found(world, HE, more_than(total, 1))):
        refuses(asking)


def refuses(asking: Callable[[], object]) -> None:
    with pytest.raises(DomainError) as refused:
        asking()
    assert refused.value.status == 400


def test_each_kind_is_read_from_its_index(world: World) -> None:
    options = [{"label": "一"}]
    made = [
        sortable(world, "是否", "bool"), sortable(world, "档", "choice", options=options), sortable(world, "联系", "person"),
        sortable(world, "几档", "multi", options=options), sortable(world, "两倍", "formula", formula="1 + 1"),
    ]  # fmt: skip
    for field in made:
        column = as_column(field)
        ordered = Party.objects.order_by(column.sort or column.orm, "pk").values_list("pk")[:5]
        if connection.vendor == "sqlite":
            assert indexes_of(screens["party"], column)[0].name in ordered.explain()
    with connection.cursor() as cursor:
        known = connection.introspection.get_constraints(cursor, Party._meta.db_table)
    assert all(index.name in known for field in made for index in indexes_of(screens["party"], as_column(field)))


def test_a_score_beside_a_formula_is_one_question(world: World, priced: tuple[CustomField, ...]) -> None:
    row = customers.ScoreRow(party_id=Party.objects.get(name="甲").pk, kind="流失", value=0.5)
    run(
        "record_scores",
        by=world.actor(ADMIN).at("job"),
        data={"run": "r", "as_of": "2026-11-16T04:00:00Z", "rows": [row.model_dump()]},
    )
    conditions = ({"field": "score_流失", "op": "gte", "value": 0.5}, more_than(priced[2], 1))
    assert found(world, HE, *conditions, sort=f"-{priced[2].key}") == ["甲"]
