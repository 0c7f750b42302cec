"""The import's fast road keeps the same rules as a single creation."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from multiprocessing import Pipe
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zhike.customers import actions
from zhike.customers.models import ContactPoint, MatchKey, Membership, Party
from zhike.kernel import ledger
from zhike.kernel.errors import DomainError
from zhike.kernel.ids import new_id
from zhike.kernel.models import Event
from zhike.kernel.testing import SYSTEM
from zhike.records.models import Tagging

pytestmark = pytest.mark.django_db
IMPORTER = SYSTEM.at("import")


def rows(count: int) -> list[dict[str, object]]:
    return [
        {
            "name": f"杭州{chr(0x4E00 + i % 3000)}源{i}电器有限公司",
            "mobile": f"138{i:08}",
            "email": f"u{i}@example{i}.cn",
            "address": f"浙江省杭州市西湖区文三路{i}号",
            "level": "ABCD"[i % 4],
            "source": "展会",
        }
        for i in range(count)
    ]


def test_many_and_one_write_the_same() -> None:
    values = rows(1)[0] | {"contact_name": "何永强", "short_name": "源", "website": "yuan.cn", "birthday": ""}
    one = actions.create(values, by=IMPORTER)
    made = actions.create_many([values], by=IMPORTER)
    many = Party.objects.get(pk=made[0])
    skipped = {"id", "created_at", "updated_at", "owned_since"}
    for field in Party._meta.concrete_fields:
        if field.attname not in skipped:
            assert getattr(many, field.attname) == getattr(one, field.attname), field.attname
    for model in (ContactPoint, MatchKey, Membership):
        owner = "organisation" if model is Membership else "party"
        counts = [model._default_manager.filter(**{owner: p}).count() for p in (one, many)]
        assert counts[0] == counts[1] > 0
    assert {p.value for p in one.points.all()} == {p.value for p in many.points.all()}
    assert {k.key for k in one.match_keys.all()} == {k.key for k in many.match_keys.all()}


def test_what_another_process_wrote_out_is_written_as_it_is() -> None:
    batch = new_id()
    values: list[dict[str, object]] = [*rows(2), {"name": ""}]
    read = actions.read_many(values, by=IMPORTER, batch_id=batch)
    near, far = Pipe()
    near.send(read[:2])
    sent = far.recv()
    assert isinstance(read[2], DomainError)
    assert sent[0].likeness == read[0].likeness
    assert sent[0].rest is None  # what is written out needs its values no more
    made = actions.create_many(sent, by=IMPORTER, batch_id=batch)
    here = actions.create_many(rows(2), by=IMPORTER, batch_id=batch)
    skipped = {"id", "created_at", "updated_at", "owned_since", "custom"}
    names = [f.attname for f in Party._meta.concrete_fields if f.attname not in skipped]
    for ours, theirs in zip(made, here, strict=True):
        mine, other = (Party.objects.values_list(*names).get(pk=pk) for pk in (ours, theirs))
        assert mine == other
    told = Event.objects.filter(batch_id=batch, type="party.created", subject_id__in=made)
    assert all(ledger.digest_of(event) == event.digest for event in told) and len(told) == 2


def test_tags_of_many_new_parties_are_set_at_once() -> None:
    values = [row | {"tags": ["重点", "展会", "重点"]} for row in rows(5)]
    with CaptureQueriesContext(connection) as few:
        actions.create_many(values[:1], by=IMPORTER)
    with CaptureQueriesContext(connection) as many:
        made = actions.create_many(values[1:], by=IMPORTER)
    assert Tagging.objects.filter(record_id__in=made).count() == 8
    assert len(many) <= len(few)


def test_refused_rows_are_listed_in_place_and_the_others_stand() -> None:
    made = actions.create_many([{"name": "甲公司"}, {"name": ""}, {"name": "乙公司", "email": "x"}], by=IMPORTER)
    assert isinstance(made[0], UUID)
    assert isinstance(made[1], DomainError)
    assert isinstance(made[2], DomainError)
    assert (made[1].field, made[2].field) == ("name", "email")
    assert Party.objects.count() == 1


def test_every_row_leaves_its_event_and_the_ledger_verifies() -> None:
    batch = new_id()
    made = actions.create_many(rows(20), by=IMPORTER, batch_id=batch)
    assert set(Event.objects.filter(batch_id=batch).values_list("customer_id", flat=True)) == set(made)
    ledger.seal_all()
    assert ledger.verify().intact


def test_an_import_keeps_author_and_date() -> None:
    made = actions.create_many([{"name": "甲公司", "created_at": datetime(2019, 5, 1, tzinfo=UTC)}], by=IMPORTER)
    assert Party.objects.get(pk=made[0]).created_at.year == 2019


@pytest.mark.release
def test_a_thousand_customers_take_about_a_second_at_most() -> None:
    actions.create_many(rows(50), by=IMPORTER)
    started = time.process_time()
    actions.create_many(rows(1000), by=IMPORTER)
    assert time.process_time() - started < 2.5  # a smoke test; the benchmark measures
