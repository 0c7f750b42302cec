"""Records leave the house as they are seen on the screen, with a reason, and come back the same."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as runs
from hypothesis import strategies as some

from zhike.customers import actions as customers
from zhike.customers.models import Party
from zhike.identity.testing import PASSWORD, World
from zhike.kernel.actor import Actor
from zhike.kernel.errors import DomainError, Forbidden, NotFound, TooLarge
from zhike.kernel.ledger import read_detail
from zhike.kernel.models import Event
from zhike.kernel.testing import SYSTEM
from zhike.records.exporting import actions, files, ordering
from zhike.records.exporting.writing import write_table
from zhike.records.importing.tests.carrying import imported
from zhike.records.models import Work

pytestmark = pytest.mark.django_db
IMPORTER = SYSTEM.at("import")
COLUMNS = [
    "name", "level", "kind", "form", "short_name", "tags", "mobile", "phone", "email", "wechat", "website", "credit_code",
    "industry", "size", "contact_name", "address", "province", "city", "district", "birthday", "gender", "title", "note",
    "external_id", "do_not_contact", "created_at",
]  # fmt: skip


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> None:
    settings.HOME = tmp_path


def exported(by: Actor, format: str = "csv", columns: list[str] | None = None, **params: str) -> bytes:
    order = ordering.ordered("party", by, params, columns or COLUMNS, format, "utf-8-sig")
    out = io.BytesIO()
    write_table(format, out, order.heads, ordering.rows_of(order, by))
    return out.getvalue()


def some_parties(world: World, count: int = 4) -> None:
    owners = ["何永强", "吴敏", "孙雨桐"]
    values = [
        {
            "name": f"客户{n}有限公司",
            "mobile": f"1380571{n:04d}",
            "owner": world.people[owners[n % 3]],
            "source": "展会",
        }
        for n in range(count)
    ]
    customers.create_many(values, by=IMPORTER)


def ask(world: World, name: str, **sent: Any) -> Any:
    data = {
        "format": "csv:utf-8-sig",
        "reason": "年终寄送",
        "columns": ["name", "mobile"],
        "password": PASSWORD,
        **sent,
    }
    return world.client(name).post("/customers/export/?sort=name", data)


def body(response: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))


def test_T22_export_is_a_right_of_its_own(world: World) -> None:
    some_parties(world)
    assert ask(world, "何永强").status_code == 403
    with pytest.raises(Forbidden):
        ordering.ordered("party", world.actor("何永强"), {}, [], "csv", "utf-8")
    assert not Event.objects.filter(type="records.exported").exists()


def test_T22_rows_and_fields_are_those_of_the_screen(world: World) -> None:
    some_parties(world, 6)
    lines = body(ask(world, "周晓岚"))
    assert {line[0] for line in lines[1:]} == {"客户0有限公司", "客户1有限公司", "客户3有限公司", "客户4有限公司"}
    assert lines[1][1] == "138****0000"
    assert body(ask(world, "沈嘉禾"))[1][1] == "13805710000"
    with pytest.raises(DomainError):
        ordering.ordered("party", world.actor("周晓岚"), {}, ["password"], "csv", "utf-8")


def test_T22_reason_password_and_event(world: World) -> None:
    some_parties(world)
    assert ask(world, "周晓岚", password="falsch").status_code == 422
    assert ask(world, "周晓岚", reason="").status_code == 422
    assert not Event.objects.filter(type="records.exported").exists()
    response = world.client("周晓岚").post(
        '/customers/export/?filter={"field":"source","op":"is","value":"展会"}',
        {"format": "xlsx", "reason": "年终寄送", "columns": ["name"], "password": PASSWORD},
    )
    assert response.status_code == 200
    told = Event.objects.get(type="records.exported")
    assert told.payload["count"] == 3
    assert told.payload["columns"] == ["name"]
    detail = read_detail(told)["changes"]
    assert detail["reason"][1] == "年终寄送"
    assert "展会" in detail["filter"][1]


def test_T22_no_more_than_the_cap(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    some_parties(world)
    monkeypatch.setattr(ordering, "MOST", 2)
    with pytest.raises(TooLarge):
        ordering.ordered("party", world.actor("沈嘉禾"), {}, [], "csv", "utf-8")


def test_T22_a_large_file_is_for_its_requester_and_for_a_day(
    world: World, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    some_parties(world)
    monkeypatch.setattr(actions, "AT_ONCE", 1)
    with django_capture_on_commit_callbacks(execute=True):
        response = ask(world, "沈嘉禾")
    assert response.headers["Location"].startswith("/work/")
    row = Work.objects.get(kind="export")
    client = world.client("沈嘉禾")
    assert len(body(client.get(f"/exports/{row.pk}/"))) == 5
    assert world.client("周晓岚").get(f"/exports/{row.pk}/").status_code == 404
    Work.objects.filter(pk=row.pk).update(finished_at=timezone.now() - files.LASTS)
    with pytest.raises(NotFound):
        files.finished(world.actor("沈嘉禾"), row.pk)


def test_T46_formulas_are_neutralised_and_numbers_survive(world: World, tmp_path: Path) -> None:
    by = world.actor("沈嘉禾")
    names = ["=cmd|'/c calc'!A0", "+86公司", "-1公司", "@SUM(A1)", "＝1+1公司", "'=quoted", "普通公司"]
    mobile = "+44 20 7946 0958"
    customers.create_many([{"name": name, "form": "organisation", "phone": mobile} for name in names], by=IMPORTER)
    cells = [line[0] for line in csv.reader(io.StringIO(exported(by, columns=["name"]).decode("utf-8-sig")))][1:]
    assert all(cell[0] not in "=+-@＝" for cell in cells)
    sheet = openpyxl.load_workbook(io.BytesIO(exported(by, "xlsx", ["name", "completeness"]))).active
    assert sheet is not None
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert isinstance(sheet["B2"].value, int)
    path = tmp_path / "a.csv"
    path.write_bytes(exported(by, columns=["name", "phone"]))
    Party.objects.all().delete()
    imported(path, by)
    assert set(Party.objects.values_list("name", flat=True)) == set(names)
    assert set(Party.objects.values_list("phone", flat=True)) == {mobile}


TEXT = some.text(
    some.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Mn", "Me", "Cf", "Zl", "Zp")), max_size=30
)
NAME = TEXT.filter(lambda text: any(char.isalpha() for char in text) and len(text.strip()) > 1)


@given(
    some.lists(
        some.fixed_dictionaries(
            {"name": NAME, "note": TEXT, "short_name": TEXT, "industry": TEXT},
            optional={
                "mobile": some.integers(13000000000, 13999999999).map(str),
                "level": some.sampled_from("ABCD"),
                "gender": some.sampled_from("fm"),
                "do_not_contact": some.booleans(),
                "tags": some.lists(some.sampled_from(["老客户", "VIP", "展会"]), unique=True),
                "external_id": some.integers(1, 10**9).map(str),
                "email": some.integers(1, 999).map("a{}@example.com".format),
                "created_at": some.datetimes(datetime(2000, 1, 1), datetime(2026, 1, 1), timezones=some.just(UTC)),
            },
        ),
        min_size=1,
        max_size=5,
        unique_by=lambda row: str(row["name"]).strip().casefold(),
    )
)
@runs(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@pytest.mark.slow
@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_T45_out_and_in_and_out_is_the_same(
    world: World, tmp_path: Path, format: str, rows: list[dict[str, Any]]
) -> None:
    by = world.actor("沈嘉禾")
    Party.objects.all().delete()
    made = customers.create_many(rows, by=IMPORTER)
    if any(isinstance(one, DomainError) for one in made):
        return
    first = exported(by, format)
    path = tmp_path / f"a.{format}"
    path.write_bytes(first)
    Party.objects.all().delete()
    row = imported(path, by, policy="ask")
    assert row.counts.get("refused", 0) == 0, row.lines.first()
    assert cells(exported(by, format), format) == cells(first, format)


def cells(data: bytes, format: str) -> list[list[str]]:
    if format == "csv":
        return sorted(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert sheet is not None
    return sorted([str(value) for value in row] for row in sheet.iter_rows(values_only=True))
