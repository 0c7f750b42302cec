"""Fields of the company's own: there at once, everywhere; harmless whatever they are called."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection

from zhike.identity.models import FieldGrant
from zhike.kernel.actions import run
from zhike.kernel.errors import DomainError
from zhike.kernel.screens import screens
from zhike.records.columns import as_column, bound_columns
from zhike.records.custom.indexing import create_indexes
from zhike.records.exporting.ordering import ordered, rows_of
from zhike.records.filters import parse_filter
from zhike.records.models import CustomField, Work, WorkState
from zhike.records.queries import ListQuery, page

if TYPE_CHECKING:
    from zhike.identity.testing import World

NASTY = [
    "<script>alert(1)</script>",
    "x'); DROP TABLE customers_party;--",
    "{{7*7}}{% load x %}",
    "=HYPERLINK(1)",
    '"$.x"',
    "%s %(a)s",
]


def add(world: World, label: str, kind: str = "text", **more: Any) -> CustomField:
    data = {"on": "party", "label": label, "kind": kind, **more}
    field: CustomField = run("create_custom_field", by=world.actor("沈嘉禾"), data=data).value
    field.refresh_from_db()
    return field


def customer(world: World, name: str, **values: Any) -> Any:
    return run("create_party", by=world.actor("何永强"), data={"name": name, **values}).value


def found(world: World, who: str, *conditions: dict[str, Any], sort: str = "name", size: int = 50) -> list[str]:
    screen, actor = screens["party"], world.actor(who)
    query = ListQuery(
        filter=parse_filter(screen, actor, {"all": list(conditions)} if conditions else None), sort=sort, size=size
    )
    names, after = [], ""
    while True:
        part = page(screen, actor, ListQuery(query.filter, sort, size, after))
        names += [row["name"] for row in part.rows]
        after = part.next
        if not after:
            return names


def test_a_field_is_there_at_once_in_form_list_filter_and_api(world: World) -> None:
    client = world.client("沈嘉禾")
    actor = world.actor("何永强")
    assert "保修号" not in [str(b.column.label) for b in bound_columns(screens["party"], actor).values()]
    reply = client.post("/settings/fields/party/new/", {"label": "保修号", "kind": "text", "required": "false"})
    assert reply.status_code == 302, reply.content.decode()
    field = CustomField.objects.get()
    assert "保修号" in client.get("/settings/fields/party/").content.decode()
    mine = world.client("何永强")
    assert "保修号" in mine.get("/customers/new/").content.decode()
    record = customer(world, "西湖电器", **{field.key: "BX-2026"})
    assert "BX-2026" in mine.get(f"/customers/?columns=name,{field.key}").content.decode()
    assert "BX-2026" in mine.get(f"/customers/{record.pk}/").content.decode()
    given = json.dumps({"all": [{"field": field.key, "op": "contains", "value": "2026"}]})
    assert mine.get("/api/customers", {"filter": given}).json()["items"][0]["name"] == "西湖电器"


@pytest.mark.parametrize("label", NASTY)
def test_T25_labels_and_choices_are_text_and_nothing_else(world: World, label: str) -> None:
    field = add(world, label, "choice", options=[{"label": label + "1"}, {"label": "普通"}], help=label)
    assert field.key.startswith("c_")
    code = field.options[0][0]
    record = customer(world, "西湖电器", **{field.key: code})
    client = world.client("沈嘉禾")
    settings = "/settings/fields/party/"
    list_, card = f"/customers/?columns=name,{field.key}", f"/customers/{record.pk}/"
    for url in (settings, f"{settings}{field.pk}/", "/customers/new/", list_, card, f"{card}history/"):
        reply = client.get(url)
        assert reply.status_code == 200
        assert "<script>alert" not in reply.content.decode()
    assert found(world, "何永强", {"field": field.key, "op": "in", "value": [code]}) == ["西湖电器"]


@pytest.mark.parametrize(
    ("kind", "low", "high", "op", "value", "names"),
    [
        ("number", "9", "100", "gt", 10, ["高"]),
        ("money", "9.5", "100", "between", [9, 10], ["低"]),
        ("date", "2026-01-31", "2026-03-01", "after", "2026-02-01", ["高"]),
        ("text", "甲", "乙", "is", "甲", ["低"]),
        ("bool", "false", "true", "is", True, ["高"]),
        ("text", "甲", "乙", "empty", None, ["无"]),
        ("number", "9", "100", "empty", None, ["无"]),
        ("number", "9", "100", "filled", None, ["低", "高"]),
        ("number", "9", "100", "ne", 9, ["无", "高"]),
    ],
)
def test_custom_values_are_filtered_by_their_kind(
    world: World, kind: str, low: str, high: str, op: str, value: Any, names: list[str]
) -> None:
    field = add(world, "字段", kind)
    customer(world, "低", **{field.key: low})
    customer(world, "高", **{field.key: high})
    customer(world, "无")
    assert sorted(found(world, "何永强", {"field": field.key, "op": op, "value": value})) == sorted(names)


def test_several_choices_and_people(world: World) -> None:
    many = add(world, "兴趣", "multi", options=[{"label": "冰箱"}, {"label": "空调"}])
    who = add(world, "技术联系", "person")
    record = customer(world, "西湖电器", **{many.key: "冰箱、空调", who.key: str(world.people["何永强"].pk)})
    customer(world, "滨江电器", **{many.key: ["o2"]})
    assert found(world, "何永强", {"field": many.key, "op": "any_of", "value": ["o1"]}) == ["西湖电器"]
    assert found(world, "何永强", {"field": who.key, "op": "in", "value": ["me"]}) == ["西湖电器"]
    card = world.client("何永强").get(f"/customers/{record.pk}/").content.decode()
    assert "冰箱、空调" in card


def test_an_indexed_field_sorts_through_all_pages_by_its_index(world: World) -> None:
    field = add(world, "编号", "number", indexed=True)
    create_indexes(screens["party"], as_column(field))  # the job does it after the transaction
    field.change(indexed=True)
    from zhike.records.custom.actions import _everywhere

    _everywhere()
    for number in (30, 4, None, 200, 4):
        customer(world, f"客户{number}", **({field.key: str(number)} if number is not None else {}))
    up = ["客户None", "客户4", "客户4", "客户30", "客户200"]
    assert found(world, "何永强", sort=field.key, size=2) == up
    assert found(world, "何永强", sort=f"-{field.key}", size=2) == up[::-1]
    table = screens["party"].model_class._meta.db_table
    with connection.cursor() as cursor:
        assert f"own_{field.key}" in connection.introspection.get_constraints(cursor, table)
        if connection.vendor == "sqlite":
            ordered = screens["party"].model_class.objects.order_by(f"custom__{field.key}", "pk").values_list("pk")[:5]
            assert f"own_{field.key}" in ordered.explain()


def test_sorting_by_a_field_that_is_not_indexed_is_refused(world: World) -> None:
    field = add(world, "备注二")
    with pytest.raises(DomainError) as refused:
        found(world, "何永强", sort=field.key)
    assert refused.value.status == 400


@pytest.mark.django_db(transaction=True)
def test_the_index_is_made_in_the_background(django_db_serialized_rollback: Any) -> None:
    from zhike.identity.testing import build

    world = build()
    field = add(world, "编号", "number", indexed=True)
    work = Work.objects.get(kind="index")
    assert (work.state, field.indexed) == (WorkState.DONE, True)
    run("archive_custom_field", by=world.actor("沈嘉禾"), subject_id=field.pk)


def test_a_required_field_is_asked_for(world: World) -> None:
    field = add(world, "合同号", required=True)
    with pytest.raises(DomainError) as refused:
        customer(world, "西湖电器")
    assert refused.value.problem()["errors"][0]["field"] == field.key


def test_a_hidden_field_keeps_its_values(world: World) -> None:
    field = add(world, "旧编号")
    record = customer(world, "西湖电器", **{field.key: "A-1"})
    client = world.client("沈嘉禾")
    client.post(f"/settings/fields/party/{field.pk}/hide/")
    assert "A-1" not in client.get(f"/customers/{record.pk}/").content.decode().split("panel-")[0]
    assert client.get(f"/customers/?sort={field.key}").status_code == 400
    client.post(f"/settings/fields/party/{field.pk}/show/")
    assert "A-1" in client.get(f"/customers/{record.pk}/").content.decode()


def test_a_formula_is_worked_out_when_shown_and_tells_nothing_hidden(world: World) -> None:
    price, amount = add(world, "单价", "money"), add(world, "数量", "number")
    total = add(world, "总价", "formula", formula="{单价} * {数量}")
    assert total.formula == f"{{{price.key}}} * {{{amount.key}}}"
    record = customer(world, "西湖电器", **{price.key: "12.5", amount.key: "4"})
    client = world.client("何永强")
    assert ">50<" in client.get(f"/customers/?columns=name,{total.key}").content.decode()
    assert ">50<" in client.get(f"/customers/{record.pk}/").content.decode()
    FieldGrant.objects.create(role=world.roles["salesperson"], column=f"party.{price.key}", rule="masked")
    from zhike.identity.access import rights_changed

    rights_changed()
    assert ">50<" not in client.get(f"/customers/{record.pk}/").content.decode()
    with pytest.raises(DomainError, match=r"没有|no such"):
        add(world, "坏", "formula", formula="{不存在} + 1")
    with pytest.raises(DomainError):
        run("archive_custom_field", by=world.actor("沈嘉禾"), subject_id=price.pk)


def test_a_choice_is_renamed_without_touching_records_and_not_lost_while_used(world: World) -> None:
    field = add(world, "等级二", "choice", options=[{"label": "金"}, {"label": "银"}])
    record = customer(world, "西湖电器", **{field.key: "金"})
    client = world.client("沈嘉禾")
    url = f"/settings/fields/party/{field.pk}/"
    assert client.post(url, {"label": "等级二", "options": "黄金\n银\n铜"}).status_code == 302
    field.refresh_from_db()
    assert field.options == [["o1", "黄金"], ["o2", "银"], ["o3", "铜"]]
    assert "黄金" in client.get(f"/customers/{record.pk}/").content.decode()
    assert client.post(url, {"label": "等级二", "options": "银"}).status_code == 409


def test_fields_are_a_right(world: World) -> None:
    client = world.client("何永强")
    assert client.get("/settings/fields/party/").status_code == 403
    assert client.post("/settings/fields/party/new/", {"label": "x", "kind": "text"}).status_code == 403
    assert world.client("沈嘉禾").get("/settings/fields/person/").status_code == 404


def test_a_list_costs_no_query_for_its_custom_fields(world: World, django_assert_max_num_queries: Any) -> None:
    client = world.client("何永强")
    for number in range(3):
        add(world, f"字段{number}")
    client.get("/customers/")
    with django_assert_max_num_queries(20) as counted:
        client.get("/customers/")
    assert not [q for q in counted.captured_queries if "records_customfield" in q["sql"]]


def test_fields_are_put_in_order(world: World) -> None:
    one, two = add(world, "一"), add(world, "二")
    world.client("沈嘉禾").post("/settings/fields/party/order/", {"ids": [str(two.pk), str(one.pk)]})
    names = [b.name for b in bound_columns(screens["party"], world.actor("何永强")).values()]
    assert names.index(two.key) < names.index(one.key)


def test_an_export_holds_what_formulas_give_and_the_names_behind_references(world: World) -> None:
    price, person = add(world, "单价", "money"), add(world, "推荐人", "person")
    total = add(world, "两件", "formula", formula="{单价} * 2")
    customer(world, "西湖电器", **{price.key: "12.5", person.key: str(world.people["吴敏"].pk)})
    by = world.actor("沈嘉禾")
    for format, told in (("csv", "吴敏"), ("jsonl", str(world.people["吴敏"].pk))):
        order = ordered("party", by, {}, ["name", total.key, person.key], format, "utf-8")
        row = next(iter(rows_of(order, by)))
        assert (float(row[total.key]), row[person.key]) == (25, told), format
