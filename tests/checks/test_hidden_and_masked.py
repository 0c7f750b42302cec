"""A field that a role may not read is nowhere; a masked one is masked everywhere, and shown only with a trace."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.utils.html import escape

from tests.checks.stock import Stock, stock
from zhike.identity.access import rights_changed
from zhike.identity.actions import grant_right_to_role
from zhike.identity.models import FieldGrant
from zhike.identity.terms import Effect, Extent
from zhike.identity.testing import PASSWORD, World
from zhike.kernel import limits
from zhike.kernel.actions import run
from zhike.kernel.models import Event, Spent
from zhike.kernel.testing import SYSTEM

pytestmark = pytest.mark.django_db
ASKED = {"column": "mobile", "reason": "回电"}
SECRET, MOBILE, MAIL = "深蓝渠道壹号", "13812345678", "tang.wanqing@luye.example"


@pytest.fixture
def hidden(world: World, folder: Any) -> Stock:
    """A customer of 何永强's whose source his role must not read any more, though he may export."""
    made = stock(world, words={"source": SECRET})
    run("update_party", by=world.actor("何永强"), subject_id=made.party.pk, data={"source": SECRET + "改"})
    FieldGrant.objects.create(role=world.roles["salesperson"], column="party.source", rule="hidden")
    give(world, "party.export", "party.import")
    return made


def give(world: World, *rights: str) -> None:
    for right in rights:
        grant_right_to_role(world.roles["salesperson"], right=right, extent=Extent.OWN, effect=Effect.ALLOW, by=SYSTEM)
    rights_changed()


def pages(of: Stock) -> list[str]:
    """Every page and reply on which a customer's values stand."""
    party = f"/customers/{of.party.pk}/"
    tails = ("", "drawer/", "edit/", "history/", "timeline/", "brief/", "comments/", "archive/", "transfer/")
    lists = (
        "",
        "fields/",
        "columns/",
        "count/",
        "summary/",
        "pick/?q=字",
        "new/",
        "?q=字",
        "views/",
        "import/",
        "export/",
    )
    api = (
        "/api/customers",
        f"/api/customers/{of.party.pk}",
        f"/api/customers/{of.party.pk}/history",
        "/api/openapi.json",
    )
    others = (
        "/",
        "/search/?q=字",
        "/notices/",
        "/log/",
        "/log/customers/?q=字",
        f"/tasks/{of.task.pk}/",
        "/tasks/",
        "/touches/",
    )
    return [
        *(party + t for t in tails),
        *("/customers/" + t for t in lists),
        *api,
        *others,
        f"/why/party/{of.party.pk}/",
    ]


def exported(client: Client, form: str, *columns: str) -> str:
    data = {"format": form, "reason": "年终寄送", "columns": list(columns), "password": PASSWORD}
    reply: Any = client.post("/customers/export/", data)
    assert reply.status_code == 200, reply.content.decode()[:500]
    raw = b"".join(reply.streaming_content)
    if form == "xlsx":
        sheet = openpyxl.load_workbook(io.BytesIO(raw)).active
        assert sheet is not None
        return str([[cell.value for cell in row] for row in sheet.iter_rows()])
    return raw.decode("utf-8-sig")


def test_T18_a_hidden_field_is_on_no_page_in_no_reply_and_in_no_file(world: World, hidden: Stock) -> None:
    client = world.client("何永强")
    for path in pages(hidden):
        reply = client.get(path)
        assert reply.status_code in (200, 403), (path, reply.status_code)
        assert SECRET not in json.dumps(reply.content.decode(), ensure_ascii=False), path
    for form in ("csv:utf-8-sig", "xlsx", "jsonl"):
        text = exported(client, form, "name")
        assert "字name" in text and SECRET not in text
    seen = world.client("沈嘉禾").get(f"/customers/{hidden.party.pk}/").content.decode()
    assert SECRET in seen, "the check would find it where it may stand"


@pytest.mark.parametrize("rule", ["hidden", "masked"])
def test_T18_a_hidden_number_is_not_even_shown_masked(world: World, masked: Stock, rule: str) -> None:
    FieldGrant.objects.create(role=world.roles["salesperson"], column="party.mobile", rule=rule)
    give(world, "party.unmask")
    client = world.client("何永强")
    for path in pages(masked):
        text = client.get(path).content.decode()
        assert MOBILE not in text, path
        assert rule == "masked" or "138****5678" not in text, path


def test_T18_nothing_answers_a_question_about_a_hidden_field(world: World, hidden: Stock) -> None:
    client = world.client("何永强")
    asked = json.dumps({"all": [{"field": "source", "op": "contains", "value": SECRET}]})
    for path in ("/customers/", "/customers/count/", "/customers/summary/", "/api/customers", "/customers/export/"):
        assert client.get(path, {"filter": asked}).status_code == 400, path
    for path in ("/customers/", "/api/customers"):
        assert client.get(path, {"sort": "source"}).status_code == 400
        assert client.get(path, {"columns": "name,source"}).status_code == 400
    assert client.get("/customers/summary/", {"by": "source"}).status_code == 400
    for path in ("/search/", "/customers/", "/api/customers", "/customers/pick/", "/log/customers/"):
        reply = client.get(path, {"q": SECRET}).content.decode()
        assert "字name" not in reply, path
    refused = client.post(
        "/customers/export/", {"format": "csv:utf-8", "reason": "x", "columns": ["source"], "password": PASSWORD}
    )
    assert refused.status_code in (400, 422)
    for change in ({"source": "x"},):
        sent = client.patch(f"/api/customers/{hidden.party.pk}", change, "application/json", headers={"If-Match": "*"})
        assert sent.status_code == 422
    form = client.post(f"/customers/{hidden.party.pk}/edit/", {"source": "x", "_version": str(fresh(hidden).version)})
    assert form.status_code in (200, 302, 400, 422)
    assert client.post(f"/customers/{hidden.party.pk}/cell/source/", {"source": "x"}).status_code == 404
    assert fresh(hidden).source == SECRET + "改"


def test_T18_counts_and_groups_are_those_of_the_rows_one_sees(world: World, folder: Any) -> None:
    for who, name in (("何永强", "甲"), ("何永强", "乙"), ("吴敏", "丙"), ("孙雨桐", "丁")):
        run("create_party", by=world.actor(who), data={"name": name, "level": "A"})
    for who, count in (("何永强", 2), ("吴敏", 1), ("周晓岚", 3), ("沈嘉禾", 4)):
        client = world.client(who)
        assert len(client.get("/api/customers").json()["items"]) == count
        assert str(count) in client.get("/customers/count/").content.decode()
        summary = client.get("/customers/summary/?by=level").content.decode()
        assert f">{count}<" in summary.replace(" ", "").replace("\n", ""), who


def fresh(of: Stock) -> Any:
    return type(of.party).objects.get(pk=of.party.pk)


@pytest.fixture
def masked(world: World, folder: Any) -> Stock:
    """A customer with a mobile and a mail address, and a salesperson who may take out what is seen."""
    made = stock(world, mobile=MOBILE, email=MAIL)
    give(world, "party.export")
    return made


def test_T67_a_masked_value_stands_in_full_nowhere(world: World, masked: Stock) -> None:
    client = world.client("何永强")
    run("update_party", by=world.actor("何永强"), subject_id=masked.party.pk, data={"mobile": "13812345679"})
    wanted = (MOBILE, "13812345679", MAIL, escape(MAIL), "138 1234 5678", "138-1234-5678")
    for path in (
        *pages(masked),
        "/customers/?columns=name,mobile,email",
        f"/customers/{masked.party.pk}/edit/?only=mobile",
    ):
        text = client.get(path).content.decode()
        assert not [word for word in wanted if word in text], path
    for form in ("csv:utf-8-sig", "xlsx", "jsonl"):
        text = exported(client, form, "name", "mobile", "email")
        assert "138****5679" in text and not [word for word in wanted if word in text]
    stale = client.post(f"/customers/{masked.party.pk}/edit/", {"mobile": "13900000000", "_version": "1"})
    assert not [word for word in wanted if word in stale.content.decode()]


def test_T67_the_whole_value_is_shown_by_right_by_post_with_a_trace_and_so_often(
    world: World, masked: Stock, monkeypatch: pytest.MonkeyPatch
) -> None:
    door = f"/customers/{masked.party.pk}/reveal/mobile/"
    client = world.client("何永强")
    assert world.client("梁思琪").post(door).status_code == 403  # sees the customer, may not reveal
    assert world.client("吴敏").post(door).status_code == 404
    before = Event.objects.filter(type="data.seen").count()
    assert MOBILE in client.post(door, {"reason": "回电"}).content.decode().replace(" ", "")
    assert Event.objects.filter(type="data.seen").count() == before + 1
    monkeypatch.setattr(limits, "REVEAL", limits.Limit("reveal", 2, 3600))
    statuses = [client.post(door, {"reason": "回电"}).status_code for _ in range(3)]
    assert statuses[-1] == 429
    api = client.post(f"/api/customers/{masked.party.pk}/reveal_contact", ASKED, "application/json")
    assert api.status_code == 429, "the machines' door counts with the same limit"


def test_T67_without_a_reason_no_door_shows_the_value_and_the_reason_stands_in_the_ledger(
    world: World, masked: Stock
) -> None:
    client, point = world.client("何永强"), masked.party.points.get(kind="mobile")
    party, api = f"/customers/{masked.party.pk}/", f"/api/customers/{masked.party.pk}/reveal_contact"
    spent = Spent.objects.filter(key__startswith="reveal").count()
    for door in (f"{party}reveal/mobile/", f"{party}points/{point.pk}/"):
        for headers in ({}, {"HX-Request": "true"}):
            asked = client.get(door, headers=headers)
            assert asked.status_code == 200 and 'name="reason"' in asked.content.decode()
            for empty in ({}, {"reason": ""}, {"reason": " \u200b\u3000 "}):
                refused = client.post(door, empty, headers=headers)
                assert refused.status_code == 422 and 'name="reason"' in refused.content.decode()
                assert MOBILE not in (asked.content + refused.content).decode().replace(" ", "")
    for sent in ({"column": "mobile"}, {"column": "mobile", "reason": "  "}, {"column": "mobile", "reason": None}):
        assert client.post(api, sent, "application/json").status_code == 422
    assert not Event.objects.filter(type="data.seen").exists()
    assert Spent.objects.filter(key__startswith="reveal").count() == spent, "what is not shown is not counted"
    for number, (door, kind) in enumerate(((f"{party}reveal/mobile/", None), (api, "application/json"))):
        sent = {"column": "mobile", "reason": f"客户来电第{number}次"}
        shown = client.post(door, sent, kind) if kind else client.post(door, sent)
        assert MOBILE in shown.content.decode().replace(" ", "")
        seen = Event.objects.filter(type="data.seen").latest("id")
        assert seen.payload["reason"] == sent["reason"] and seen.actor_id == world.people["何永强"].pk
    assert world.client("梁思琪").get(f"{party}reveal/mobile/").status_code == 403


@pytest.mark.parametrize("rule", ["hidden", "masked"])
def test_T67_what_a_role_masks_no_door_reveals(world: World, masked: Stock, rule: str) -> None:
    FieldGrant.objects.create(role=world.roles["salesperson"], column="party.mobile", rule=rule)
    rights_changed()
    client, point = world.client("何永强"), masked.party.points.get(kind="mobile")
    doors = [
        client.post(f"/customers/{masked.party.pk}/reveal/mobile/", {"reason": "回电"}),
        client.post(f"/api/customers/{masked.party.pk}/reveal_contact", ASKED, "application/json"),
        client.post(
            f"/api/customers/{masked.party.pk}/reveal_contact",
            {"column": "", "point_id": str(point.pk), "reason": "回电"},
            "application/json",
        ),
        client.post(f"/customers/{masked.party.pk}/points/{point.pk}/", {"reason": "回电"}),
    ]
    for reply in doors:
        assert reply.status_code in (400, 403, 404, 422), reply.status_code
        assert MOBILE not in reply.content.decode().replace(" ", "")


def test_T67_a_search_tells_no_masked_number_digit_by_digit(world: World, masked: Stock) -> None:
    client = world.client("何永强")
    for path in ("/search/", "/customers/", "/api/customers", "/customers/pick/", "/log/customers/"):
        found = [n for n in range(3, 11) if "字name" in client.get(path, {"q": MOBILE[:n]}).content.decode()]
        assert not found, (path, found)
    for op in ("contains", "starts", "is"):
        for part in (MOBILE[:7], "tang.wan"):
            asked = json.dumps({"all": [{"field": "mobile" if part[0] == "1" else "email", "op": op, "value": part}]})
            reply = client.get("/api/customers", {"filter": asked})
            assert reply.status_code == 400 or not reply.json()["items"], (op, part)
    assert client.get("/api/customers", {"sort": "mobile"}).status_code == 400


def test_T67_notices_mails_and_refusals_carry_no_masked_value(world: World, masked: Stock) -> None:
    run(
        "transfer_party",
        by=world.actor("周晓岚"),
        subject_id=masked.party.pk,
        data={"to": str(world.people["吴敏"].pk)},
    )
    twin = world.client("吴敏").post("/customers/new/", {"name": "另一个", "mobile": MOBILE})
    for reply in (world.client("吴敏").get("/notices/"), world.client("何永强").get("/notices/"), twin):
        assert MAIL not in reply.content.decode()
    assert MOBILE not in world.client("何永强").get("/notices/").content.decode()
    rows = list(csv.reader(io.StringIO(world.client("吴敏").get("/api/customers").content.decode())))
    assert MOBILE not in str(rows)
