"""Files follow the rights on their record, are kept once, and never run in the page."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from zhike.kernel.actions import run
from zhike.records.files import store
from zhike.records.models import Attachment, Blob

if TYPE_CHECKING:
    from zhike.identity.testing import World


@pytest.fixture(autouse=True)
def folder(tmp_path: Any, settings: Any) -> None:
    """Files of a test lie in a folder of its own."""
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}},
    }


def fetch(world: World, who: str, url: str) -> Any:
    """A download, read to its end."""
    reply: Any = world.client(who).get(url)
    if reply.streaming:
        assert b"".join(reply.streaming_content)
    return reply


def customer(world: World, who: str = "何永强", name: str = "西湖电器") -> Any:
    return run("create_party", by=world.actor(who), data={"name": name}).value


def send(world: World, who: str, record: Any, name: str, content: bytes) -> Any:
    sent = SimpleUploadedFile(name, content, content_type="text/html")
    return world.client(who).post(f"/customers/{record.pk}/files/", {"file": sent})


def test_T36_a_file_is_seen_by_whoever_sees_its_record_at_that_moment(
    world: World, django_capture_on_commit_callbacks: Any
) -> None:
    record = customer(world)
    assert send(world, "何永强", record, "合同 2026.pdf", b"%PDF-1.7 one").status_code == 302
    row = Attachment.objects.get()
    url = f"/customers/{record.pk}/files/{row.pk}/"
    assert fetch(world, "何永强", url).status_code == 200
    assert fetch(world, "吴敏", url).status_code == 404
    from django.test import Client

    assert Client().get(url).status_code == 302
    run("transfer_party", by=world.actor("周晓岚"), subject_id=record.pk, data={"to": str(world.people["吴敏"].pk)})
    assert fetch(world, "何永强", url).status_code == 404
    assert fetch(world, "吴敏", url).status_code == 200


def test_T36_a_file_is_not_reached_through_another_record(world: World) -> None:
    mine, theirs = customer(world), customer(world, "吴敏", "宁波厨具")
    send(world, "吴敏", theirs, "报价.txt", b"secret")
    row = Attachment.objects.get()
    assert world.client("何永强").get(f"/customers/{mine.pk}/files/{row.pk}/").status_code == 404
    assert world.client("何永强").post(f"/customers/{mine.pk}/files/{row.pk}/remove/").status_code == 404
    ticket = store.take(SimpleUploadedFile("a.txt", b"secret"), "a.txt", world.actor("吴敏"))
    data = {"upload": ticket, "name": "a.txt"}
    reply = world.client("何永强").post(f"/customers/{mine.pk}/attach_file/", data)
    assert reply.status_code == 422


@pytest.mark.parametrize(
    "name", ["x.svg", "x.html", "x.xml", "x.png.html", 'a"b\r\nSet-Cookie: x=1.html', "../../etc/passwd"]
)
def test_T37_nothing_opens_in_the_page(world: World, name: str) -> None:
    record = customer(world)
    content = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    send(world, "何永强", record, name, content)
    row = Attachment.objects.get()
    reply = fetch(world, "何永强", f"/customers/{record.pk}/files/{row.pk}/")
    assert reply["Content-Type"] == "application/octet-stream"
    assert reply["Content-Disposition"].startswith("attachment;")
    assert reply["X-Content-Type-Options"] == "nosniff"
    assert "\n" not in reply["Content-Disposition"]
    assert "Set-Cookie" not in reply.headers
    assert "/" not in row.name
    assert ".." not in row.blob.key
    assert "script" not in row.blob.key


def test_T37_a_chinese_name_comes_back_as_it_was(world: World) -> None:
    record = customer(world)
    send(world, "何永强", record, "合同 2026.pdf", b"%PDF-1.7")
    row = Attachment.objects.get()
    reply = fetch(world, "何永强", f"/customers/{record.pk}/files/{row.pk}/")
    assert "filename*=UTF-8''%E5%90%88%E5%90%8C%202026.pdf" in reply["Content-Disposition"]


def test_T38_programs_lies_and_giants_are_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    record = customer(world)
    assert send(world, "何永强", record, "setup.exe", b"MZ\x90").status_code == 400
    assert send(world, "何永强", record, "photo.jpg", b"MZ\x90").status_code == 400
    assert send(world, "何永强", record, "report.pdf", b"<html>").status_code == 400
    assert send(world, "何永强", record, "leer.txt", b"").status_code == 422
    monkeypatch.setattr(store, "MOST_BYTES", 10)
    assert send(world, "何永强", record, "big.txt", b"x" * 11).status_code == 413
    monkeypatch.setattr(store, "QUOTA", 5)
    assert send(world, "何永强", record, "more.txt", b"x" * 6).status_code == 409
    assert not Attachment.objects.exists()


def test_T38_only_who_may_edit_the_record_adds_or_removes(world: World) -> None:
    record = customer(world)
    send(world, "何永强", record, "a.txt", b"a")
    row = Attachment.objects.get()
    assert send(world, "白露", record, "b.txt", b"b").status_code == 403
    assert world.client("白露").post(f"/customers/{record.pk}/files/{row.pk}/remove/").status_code == 403
    assert fetch(world, "白露", f"/customers/{record.pk}/files/{row.pk}/").status_code == 200


def test_T39_the_same_bytes_are_kept_once_and_go_with_the_last(
    world: World, django_capture_on_commit_callbacks: Any
) -> None:
    one, two = customer(world), customer(world, name="滨江电器")
    send(world, "何永强", one, "a.txt", b"the same")
    send(world, "何永强", two, "b.txt", b"the same")
    blob = Blob.objects.get()
    first, second = Attachment.objects.order_by("id")
    for record, row, there in ((one, first, True), (two, second, False)):
        with django_capture_on_commit_callbacks(execute=True):
            world.client("何永强").post(f"/customers/{record.pk}/files/{row.pk}/remove/")
        assert default_storage.exists(blob.key) is there
    assert not Blob.objects.exists()


def test_T38_files_go_with_a_record_that_is_removed_for_good(
    world: World, django_capture_on_commit_callbacks: Any
) -> None:
    record = customer(world)
    send(world, "何永强", record, "a.txt", b"a")
    key = Blob.objects.get().key
    by = world.actor("沈嘉禾")
    run("archive_party", by=by, subject_id=record.pk)
    assert fetch(world, "何永强", f"/customers/{record.pk}/files/{Attachment.objects.get().pk}/").status_code == 200
    page = world.client("沈嘉禾").get("/customers/?bin=1").content.decode()
    assert "西湖电器" in page
    assert "purge_party" in page
    with django_capture_on_commit_callbacks(execute=True):
        reply = world.client("沈嘉禾").post("/customers/bulk/purge_party/", {"ids": [str(record.pk)]})
    assert reply.status_code == 302, reply.content.decode()
    assert not Blob.objects.exists()
    assert not default_storage.exists(key)


def test_bytes_that_nobody_attached_are_swept(world: World) -> None:
    store.take(SimpleUploadedFile("a.txt", b"orphan"), "a.txt", world.actor("何永强"))
    assert store.sweep(timezone.now()) == 0
    assert store.sweep(timezone.now() + timedelta(hours=7)) == 1
    assert not Blob.objects.exists()
