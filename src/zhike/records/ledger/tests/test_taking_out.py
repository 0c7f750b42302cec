"""The ledger as a file: by a right of its own, with a reason, recorded, safe from formulas, and no wider than the page."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from zhike.identity.access import rights_changed
from zhike.identity.models import Grant, Role
from zhike.identity.terms import Extent
from zhike.identity.testing import PASSWORD, World
from zhike.kernel import limits
from zhike.kernel.actions import run
from zhike.kernel.models import Event
from zhike.records.ledger import taking_out

pytestmark = pytest.mark.django_db
ADDRESS = "/settings/ledger/export/"
SENT = {"reason": "年度审计", "password": PASSWORD}


@pytest.fixture
def record(world: World) -> Any:
    by = world.actor("何永强")
    made = run("create_party", by=by, data={"name": "=cmd|' /C calc'!A0", "mobile": "13812345678"}).value
    run("update_party", by=by, subject_id=made.pk, data={"level": "A"})
    return made


def rows(answer: Any) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.content.decode()[:500]
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_the_auditor_takes_out_what_the_page_was_narrowed_to_and_the_ledger_says_so(world: World, record: Any) -> None:
    found = rows(world.client("白露").post(f"{ADDRESS}?record={record.pk}", SENT))
    assert [row["类型"] for row in found] == ["party.updated", "party.created"]
    told = Event.objects.get(type="ledger.exported")
    assert told.payload == {"asked": {"record": str(record.pk)}, "count": 2}
    page = world.client("白露").get("/settings/ledger/?type=ledger.exported").content.decode()
    assert "白露导出了台账 2 条" in page and "年度审计" in page


def test_no_cell_is_run_as_a_formula(world: World, record: Any) -> None:
    found = rows(world.client("白露").post(f"{ADDRESS}?record={record.pk}", SENT))
    cells = [cell for row in found for cell in row.values() if cell]
    assert any("=cmd" in cell for cell in cells)
    assert not [cell for cell in cells if cell[0] in "=+-@\t\r"]


def test_without_password_reason_or_right_nothing_leaves(world: World, record: Any) -> None:
    browser = world.client("白露")
    assert browser.post(ADDRESS, SENT | {"password": "x"}).status_code == 422
    assert browser.post(ADDRESS, SENT | {"reason": " "}).status_code == 422
    assert browser.get(ADDRESS).status_code == 405
    assert world.client("何永强").post(ADDRESS, SENT).status_code == 403
    assert not Event.objects.filter(type="ledger.exported").exists()


@pytest.mark.parametrize("right", ["ledger.read", "ledger.export"])
def test_reading_and_taking_out_are_two_rights(world: World, right: str) -> None:
    role = Role.objects.create(name="查账", code="reader")
    Grant.objects.create(role=role, right=right, extent=Extent.ALL)
    world.people["吴敏"].roles.set([role])
    rights_changed()
    browser = world.client("吴敏")
    assert browser.post(ADDRESS, SENT).status_code == 403
    if right == "ledger.read":
        assert "/settings/ledger/export/" not in browser.get("/settings/ledger/").content.decode()


def test_what_a_reader_does_not_see_on_the_page_is_not_in_the_file(world: World, record: Any) -> None:
    role = Role.objects.create(name="查账", code="reader")
    Grant.objects.bulk_create(Grant(role=role, right=r, extent=Extent.ALL) for r in ("ledger.read", "ledger.export"))
    world.people["吴敏"].roles.set([role])
    rights_changed()
    found = rows(world.client("吴敏").post(f"{ADDRESS}?record={record.pk}", SENT))
    assert len(found) == 2
    assert "=cmd" not in str(found)


def test_it_goes_on_over_pages_and_refuses_what_is_too_much(world: World, record: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(taking_out, "PAGE", 1)
    assert len(rows(world.client("白露").post(f"{ADDRESS}?record={record.pk}", SENT))) == 2
    monkeypatch.setattr(taking_out, "MOST", 1)
    refused = world.client("白露").post(f"{ADDRESS}?record={record.pk}", SENT)
    assert refused.status_code == 413
    assert "符合条件的超过 1 条" in refused.content.decode()


@pytest.mark.slow
def test_whoever_takes_out_too_often_is_told_before_anything_is_gathered(world: World, monkeypatch: Any) -> None:
    monkeypatch.setattr(taking_out, "MOST", 0)
    browser = world.client("白露")
    answers = [browser.post(ADDRESS, SENT).status_code for _ in range(limits.EXPORT.most + 1)]
    assert answers == [413] * limits.EXPORT.most + [429], "a use counts even when it is refused"
