"""One person, planted everywhere: what is handed out holds every trace, and after erasure there is none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.apps import apps

from tests.checks import picture
from tests.checks.stock import custom_field, stock
from zhike.customers.actions import MemberDraft, add_member, relate_parties
from zhike.customers.models import Party
from zhike.customers.terms import RelationKind
from zhike.identity.testing import World
from zhike.kernel import ledger
from zhike.kernel.actions import run
from zhike.kernel.models import Event
from zhike.records.models import Work

pytestmark = pytest.mark.django_db
CANARY, MOBILE = "金丝雀", "13698765432"
PLACES = ("name", "note", "source", "tag", "touch", "task", "reason", "comment", "alias", "file", "content")


def planted(world: World) -> Party:
    """A private customer whose every text is a canary, with a colleague company and a merged twin."""
    custom_field("c_bird", "羽色")
    by = world.actor("沈嘉禾")
    words = {place: f"{CANARY}{place}" for place in PLACES} | {"view": "视图"}
    made = stock(
        world, "沈嘉禾", words, form="person", mobile=MOBILE, email="canary@bird.example", c_bird=f"{CANARY}羽"
    )
    hotel = run("create_party", by=by, data={"name": "绿野酒店"}).value
    add_member(hotel, MemberDraft(person=made.party, primary=True), by=by)
    relate_parties(made.party, other=hotel, kind=RelationKind.PARTNER, by=by)
    twin = run(
        "create_party", by=by, data={"name": f"{CANARY}孪生", "form": "person", "note": f"{CANARY}孪生的秘密"}
    ).value
    run("merge_party", by=by, subject_id=made.party.pk, data={"other": str(twin.pk)})
    run("update_party", by=by, subject_id=made.party.pk, data={"note": f"{CANARY}第二版"})
    ledger.seal_all()
    return Party.objects.get(pk=made.party.pk)


def test_T69_what_is_handed_out_holds_every_place_the_person_stands_in(world: World, folder: Path) -> None:
    person = planted(world)
    data = str(run("export_person", by=world.actor("沈嘉禾"), subject_id=person.pk, data={"reason": "本人要求"}).reply)
    words = [f"{CANARY}{place}" for place in PLACES if place not in ("note", "content")]
    missing = [
        word for word in (*words, MOBILE, "canary@bird.example", f"{CANARY}羽", f"{CANARY}第二版") if word not in data
    ]
    assert not missing, missing
    assert Event.objects.filter(type="party.data_exported", subject_id=person.pk).count() == 1


def test_T70_after_erasure_there_is_no_trace_and_the_ledger_still_verifies(
    world: World, folder: Path, django_capture_on_commit_callbacks: Any
) -> None:
    person = planted(world)
    assert len(picture.places_of(CANARY)) > 8, "the canary was planted"
    address, sent = f"/customers/{person.pk}/export_person/", {"reason": "本人要求", "_key": "handed-out-once"}
    assert CANARY in world.client("沈嘉禾").post(address, sent).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        run("erase_party", by=world.actor("沈嘉禾"), subject_id=person.pk, data={"reason": "本人要求"})
    ledger.seal_all()
    found = {word: places for word in (CANARY, MOBILE, "canary@bird") if (places := picture.places_of(word))}
    assert not found, found
    kept = [path.name for path in folder.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()]
    assert not kept, kept
    verdict = ledger.verify()
    assert verdict.intact, verdict.faults
    client = world.client("沈嘉禾")
    for path in (
        f"/search/?q={CANARY}",
        f"/customers/?q={MOBILE}",
        f"/customers/{person.pk}/history/",
        "/tasks/",
        "/touches/",
    ):
        page = client.get(path).content.decode()
        assert CANARY not in page.replace(f'value="{CANARY}"', "").replace(f"“{CANARY}”", "") or "q=" in path, path


def test_T66_the_open_part_of_the_ledger_holds_nothing_personal(world: World, folder: Path) -> None:
    planted(world)
    for payload in Event.objects.values_list("payload", flat=True):
        text = ledger.canonical(payload).decode()
        assert CANARY not in text and MOBILE not in text and "canary@" not in text, text[:300]


def test_T66_no_password_key_or_secret_stands_readable_in_the_database(world: World, folder: Path) -> None:
    client = world.client("何永强")
    new = "一个全新的长密码四七一一"
    key = world.token("何永强")
    client.post("/me/password/", {"current": "正确的马电池订书钉", "password": new})
    for word in (new, "正确的马电池订书钉", key, client.cookies["zhike"].value):
        assert not picture.places_of(word), word
    assert apps.get_model("records.Work") is Work
