"""A table of PostgreSQL as the source, and a password that is never shown."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from zhike.methods.result import MethodError
from zhike.value import report
from zhike.value.command import main
from zhike.value.page import render
from zhike.value.reading.databases import address
from zhike.value.tests.made import company

SECRET = "geheim-7c1"
COLUMNS = "客户编号, 客户名称, 下单日期, 订单号, 产品名称, 数量, 单价"


@pytest.fixture
def shop() -> Iterator[str]:
    """The address of a schema of its own with a company's order lines, a view of them, and something else beside."""
    import psycopg

    url = os.environ["DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as opened:
        opened.execute("DROP SCHEMA IF EXISTS zhike_value CASCADE")
        opened.execute("CREATE SCHEMA zhike_value")
        opened.execute(
            "CREATE TABLE zhike_value.sales (客户编号 text, 客户名称 text, 下单日期 timestamptz, 订单号 text, 产品名称 text, "
            "数量 integer, 单价 numeric(12, 2))"
        )
        with opened.cursor() as cursor, cursor.copy(f"COPY zhike_value.sales ({COLUMNS}) FROM STDIN") as copy:
            for row in company():
                copy.write_row(row)
        opened.execute(
            "CREATE VIEW zhike_value.recent AS SELECT * FROM zhike_value.sales WHERE 下单日期 >= '2024-01-01'"
        )
        opened.execute("CREATE TABLE zhike_value.empty (customer text, date date, amount numeric)")
        try:
            yield url
        finally:
            opened.execute("DROP SCHEMA zhike_value CASCADE")


def with_table(url: str, table: str) -> str:
    """The address of a table."""
    return f"{url}{'&' if '?' in url else '?'}table={table}"


@pytest.mark.postgres
def test_a_table_of_postgresql_gives_the_report_of_its_file(shop: str, tmp_path: Path) -> None:
    from zhike.value.tests.made import HEADERS, text

    path = tmp_path / "sales.csv"
    path.write_text(text(HEADERS, company()), encoding="utf-8")
    filed, stored = report(path), report(with_table(shop, "zhike_value.sales"))
    assert (stored.lines_read, stored.customers, stored.invoices) == (filed.lines_read, filed.customers, filed.invoices)
    assert stored.revenue == filed.revenue
    assert stored.pyramid.levels == filed.pyramid.levels  # type: ignore[union-attr]
    assert stored.called("K902") == "重点K902（K902）"
    assert [read.format for read in stored.files] == ["postgres"]


@pytest.mark.postgres
def test_a_view_is_a_table_and_the_option_goes_before_the_address(shop: str) -> None:
    recent = report(with_table(shop, "zhike_value.sales"), table="zhike_value.recent")
    assert recent.period[0].year == 2024


@pytest.mark.postgres
def test_what_is_not_there_is_said_with_what_is(shop: str, capsys: pytest.CaptureFixture[str]) -> None:
    for table, told in (("zhike_value.orders", "zhike_value.sales"), ("zhike_value.empty", "")):
        assert main([with_table(shop, table)]) == 2
        said = capsys.readouterr().err
        assert told in said
        assert "Traceback" not in said


@pytest.mark.postgres
def test_the_connection_cannot_write(shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from zhike.value.reading import databases

    monkeypatch.setattr(databases, "chosen_query", lambda *_: ("DELETE FROM zhike_value.sales RETURNING *", ("", "")))
    with pytest.raises(MethodError, match="read"):
        report(with_table(shop, "zhike_value.sales"))


@pytest.mark.postgres
def test_a_password_is_in_no_report_no_name_and_no_error(
    shop: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    parts = urlsplit(shop)
    user, host = parts.username or "", f"{parts.hostname}:{parts.port or 5432}"
    known = with_table(f"postgres://{user}:{SECRET}@{host}{parts.path}", "zhike_value.sales")
    study = report(known)
    assert all(SECRET not in render(study, lang) for lang in ("zh", "en"))
    monkeypatch.chdir(tmp_path)
    assert main([known, "--json", "figures.json"]) == 0
    assert SECRET not in (tmp_path / "figures.json").read_text("utf-8") + "".join(capsys.readouterr())
    for wrong in (
        f"postgres://{user}:{SECRET}@{host}/no_such_database",
        f"postgres://{user}:x@{SECRET}@{host}{parts.path}",
        f"postgres://{user}:{SECRET}@127.0.0.1:1/{parts.path}",
        f"postgres://{user}:{SECRET}@127.0.0.1:notaport/x",
        f"postgres://{host}/x?user={user}&password={SECRET}&nonsense={SECRET}",
        f"postgresql://{user}:{SECRET}@/x?host=/nowhere",
        f"postgres://{user}:{SECRET}",
    ):
        assert main([wrong]) == 2, wrong
        said = "".join(capsys.readouterr())
        assert SECRET not in said, wrong
        assert "Traceback" not in said
    assert not [path for path in tmp_path.iterdir() if SECRET in path.name]


def test_an_address_is_taken_apart_and_the_table_is_ours() -> None:
    found = address("postgres://me:p%40ss@host:5/shop?sslmode=require&table=sales.%E8%AE%A2%E5%8D%95")
    assert (found.url, found.database, found.table) == (
        "postgres://me:p%40ss@host:5/shop?sslmode=require", "shop", "sales.订单",
    )  # fmt: skip
    shown: Any = found.shown(ValueError("no p@ss, no p%40ss"))
    assert shown == "no ***, no ***"
