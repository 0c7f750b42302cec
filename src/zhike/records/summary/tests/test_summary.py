"""Figures of a list: right, within rights, and each one opens the records behind it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest

from zhike.identity.access import rights_changed
from zhike.identity.models import FieldGrant
from zhike.kernel.actions import run
from zhike.kernel.errors import DomainError
from zhike.kernel.screens import screens
from zhike.records.requests import read_query
from zhike.records.summary import queries
from zhike.records.summary.presentation import summary_payload

if TYPE_CHECKING:
    from zhike.identity.testing import World


@dataclass
class Made:
    """Customers of two people, with a number and a day of the company's own."""

    world: World
    money: str
    day: str

    def ask(self, who: str, **params: str) -> dict[str, Any]:
        """A summary as machines get it."""
        screen, actor = screens["party"], self.world.actor(who)
        return summary_payload(screen, actor, read_query(screen, actor, params), params)

    def figures(self, who: str, **params: str) -> dict[tuple[str, ...], float]:
        """Labels -> value."""
        return {tuple(group["labels"]): group["value"] for group in self.ask(who, **params)["groups"]}


ROWS = [
    ("何永强", "展会", "10", "2026-01-05"), ("何永强", "展会", "20.5", "2026-01-31"), ("何永强", "转介绍", None, "2026-04-01"),
    ("吴敏", "展会", "5", None), ("吴敏", "", "1", "2025-12-31"),
]  # fmt: skip


@pytest.fixture
def made(world: World) -> Made:
    """Five customers."""
    keys = []
    for label, kind in (("年采购额", "money"), ("签约日", "date")):
        data = {"on": "party", "label": label, "kind": kind}
        keys.append(run("create_custom_field", by=world.actor("沈嘉禾"), data=data).value.key)
    for number, (who, source, money, day) in enumerate(ROWS):
        values = {"name": f"客户{number}", "source": source, keys[0]: money, keys[1]: day}
        run("create_party", by=world.actor(who), data={k: v for k, v in values.items() if v})
    return Made(world, *keys)


def test_count_sum_and_mean_by_one_field(made: Made) -> None:
    counts = made.figures("沈嘉禾", by="source")
    assert (counts[("展会",)], counts[("转介绍",)], sum(counts.values())) == (3, 1, 5)
    sums = made.figures("沈嘉禾", by="source", of=f"sum:{made.money}")
    assert sums[("展会",)] == 35.5
    means = made.figures("沈嘉禾", by="owner", of=f"mean:{made.money}")
    assert means[("吴敏",)] == 3


def test_two_fields_and_dates_by_span(made: Made) -> None:
    found = made.figures("沈嘉禾", by="owner", **{"and": "source"})
    assert found[("何永强", "展会")] == 2
    months = made.figures("沈嘉禾", by=f"{made.day}:month")
    assert months[("2026-01",)] == 2
    quarters = made.figures("沈嘉禾", by=f"{made.day}:quarter")
    assert (quarters[("2025 Q4",)], quarters[("2026 Q1",)], quarters[("2026 Q2",)]) == (1, 2, 1)
    assert made.figures("沈嘉禾", by=f"{made.day}:year")[("2026",)] == 3


def test_every_figure_opens_exactly_its_records(made: Made) -> None:
    client = made.world.client("沈嘉禾")
    for by, more in (
        ("source", ""),
        ("owner", "source"),
        (f"{made.day}:quarter", "owner"),
        ("level", ""),
        ("do_not_contact", ""),
    ):
        found = made.ask("沈嘉禾", by=by, **({"and": more} if more else {}))
        assert sum(group["count"] for group in found["groups"]) == found["total"]["count"] == 5
        for group in found["groups"]:
            items = client.get("/api/customers", {"filter": json.dumps(group["filter"], default=str)}).json()["items"]
            assert len(items) == group["count"], group


def test_the_page_has_no_dead_number(made: Made) -> None:
    client = made.world.client("沈嘉禾")
    page = client.get(
        "/customers/summary/",
        {"by": "owner", "and": "source", "filter": '{"any":[{"field":"name","op":"contains","value":"客户"}]}'},
    )
    html = page.content.decode()
    figures = re.findall(r'<td class="num">(.*?)</td>', html)
    assert figures
    assert all("<a " in figure or "—" in figure for figure in figures)
    for url in {unescape(u) for u in re.findall(r'<a class="fig" href="([^"]+)"', html)}:
        assert client.get(url).status_code == 200, url
    assert '<script type="application/json">' in html


def test_only_visible_records_are_counted(made: Made) -> None:
    assert made.ask("何永强", by="source")["total"]["count"] == 3
    assert set(made.figures("何永强", by="owner")) == {("何永强",)}


@pytest.mark.parametrize("rule", ["hidden", "masked"])
def test_T18_a_field_that_is_not_for_the_reader_is_not_grouped_measured_or_offered(made: Made, rule: str) -> None:
    for column in ("source", made.money):
        FieldGrant.objects.create(role=made.world.roles["salesperson"], column=f"party.{column}", rule=rule)
    rights_changed()
    client = made.world.client("何永强")
    for params in (
        {"by": "source"},
        {"by": "owner", "and": "source"},
        {"by": "owner", "of": f"sum:{made.money}"},
        {"by": "nothing"},
    ):
        assert client.get("/customers/summary/", params).status_code == 400
    html = client.get("/customers/summary/").content.decode()
    assert 'value="source"' not in html
    assert made.money not in html


def test_nobody_groups_by_what_identifies(made: Made) -> None:
    client = made.world.client("沈嘉禾")
    for by in ("mobile", "email", "tags", "source:month", f"{made.day}:week", "name; DROP TABLE x"):
        assert client.get("/customers/summary/", {"by": by}).status_code == 400


def test_what_is_beyond_the_bound_is_summed_up(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "MOST_GROUPS", 1)
    found = made.ask("沈嘉禾", by="source")
    assert (len(found["groups"]), found["rest"]["count"]) == (1, 2)


def test_a_summary_that_takes_too_long_is_broken_off(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import connection

    with pytest.raises(DomainError) as refused, queries.bounded(1), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_sleep(3)"
            if connection.vendor == "postgresql"
            else "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) SELECT count(*) FROM c"
        )
    assert refused.value.code == "too_slow"
