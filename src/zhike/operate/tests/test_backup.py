"""Backup and restore: whole, equal, refused when anything is wrong."""

from __future__ import annotations

import json
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from zhike.kernel.errors import DomainError
from zhike.operate import archive, erasures, restoring
from zhike.operate.bench_load import Client
from zhike.operate.tests.installation import Installation
from zhike.operate.tests.test_serving import Writers

Places = Callable[..., Installation]
FILL = """
from zhike.kernel.actor import Actor
from zhike.customers.actions import create_many
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
import hashlib
from zhike.records.models import Blob
values = [{"name": f"上海备份{n}有限公司", "form": "organisation", "mobile": f"1380000{n:04d}"} for n in range(300)]
create_many(values, by=Actor.system("test", door="import"))
for n in range(3):
    data = f"附件 {n}".encode() * 1000
    Blob.objects.create(digest=hashlib.sha256(data).hexdigest(), size=len(data), key=default_storage.save(f"ab/{n}.bin", ContentFile(data)))
"""


@pytest.fixture
def places(tmp_path: Path) -> Iterator[Places]:
    made: list[Installation] = []

    def place(name: str, *, sqlite: bool = False) -> Installation:
        installation = Installation(tmp_path / name, sqlite=sqlite)
        made.append(installation)
        return installation

    yield place
    for installation in made:
        installation.drop()


@dataclass(frozen=True, slots=True)
class Original:
    """A filled installation, its backup and what that says about itself; tests work on copies."""

    installation: Installation
    token: str
    backup: Path
    manifest: dict[str, Any]


def filled(installation: Installation) -> str:
    token = installation.people()
    installation.run("shell", "--verbosity", "0", "-c", FILL)
    return token


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Original]:
    folder = tmp_path_factory.mktemp("original")
    installation = Installation(folder / "home")
    token = filled(installation)
    yield Original(installation, token, folder / "good.zhike", installation.manifest(folder / "good.zhike"))
    installation.drop()


@pytest.fixture
def first(places: Places, original: Original) -> Installation:
    """A copy of the filled installation."""
    made = places("first")
    made.become(original.installation)
    return made


@pytest.mark.process
def test_T82_a_backup_under_load_restores_equal_on_an_empty_machine(
    first: Installation, original: Original, places: Places, tmp_path: Path
) -> None:
    token = original.token
    with first.serving() as (port, _process):
        writers = Writers(port, token)
        writers.wait_for(more=5)
        taken = first.manifest(tmp_path / "one.zhike")
        writers.stop()
    assert taken["tables"]["customers_party"]["rows"] >= 300
    assert sum(name.startswith("uploads/") for name in taken["files"]) == 3
    second = places("second")
    told = second.run("restore", str(tmp_path / "one.zhike")).stdout
    assert "RPO" in told
    assert "RTO" in told
    again = second.manifest(tmp_path / "two.zhike")
    assert again["tables"] == taken["tables"]
    assert again["files"] == taken["files"]
    second.run("check", "all")
    with second.serving() as (port, _process):
        Client(port).sign_in("boss", second.password)
        assert Client(port, token).ask("GET", "/api/customers?size=1")[0] == 200


@pytest.mark.postgres
@pytest.mark.process
def test_T82_data_move_from_SQLite_to_PostgreSQL_and_back_equal(places: Places, tmp_path: Path) -> None:
    first = places("first", sqlite=True)
    filled(first)
    taken = first.manifest(tmp_path / "one.zhike")
    second, third = places("second"), places("third", sqlite=True)
    second.run("restore", str(tmp_path / "one.zhike"))
    moved = second.manifest(tmp_path / "two.zhike")
    third.run("restore", str(tmp_path / "two.zhike"))
    back = third.manifest(tmp_path / "three.zhike")
    assert (taken["vendor"], moved["vendor"], back["vendor"]) == ("sqlite", "postgresql", "sqlite")
    assert taken["tables"] == moved["tables"] == back["tables"]


def rewrite(source: Path, target: Path, change: Callable[[str, bytes], bytes | None]) -> None:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            if (data := change(name, old.read(name))) is not None:
                new.writestr(name, data)


def manifest_with(**values: Any) -> Callable[[str, bytes], bytes]:
    def change(name: str, data: bytes) -> bytes:
        if name != archive.MANIFEST:
            return data
        return json.dumps(json.loads(data) | values).encode()

    return change


DAMAGE: dict[str, Callable[[str, bytes], bytes | None]] = {
    "a changed row": lambda n, d: d.replace("备份7".encode(), "备份8".encode()) if "party.jsonl" in n else d,
    "a missing table": lambda n, d: None if "customers_party" in n else d,
    "a missing file": lambda n, d: None if n.endswith("2.bin") else d,
    "no manifest": lambda n, d: None if n == archive.MANIFEST else d,
    "another format": manifest_with(format=99),
    "a newer version": manifest_with(version="99.0", migrations=[["customers", "9999_future"]]),
    "nonsense": manifest_with(tables=7),
}


@pytest.mark.process
def test_T82_what_is_truncated_tampered_or_of_another_version_is_refused_untouched(
    first: Installation, original: Original, tmp_path: Path
) -> None:
    good, before = original.backup, original.manifest
    bad = {name: tmp_path / f"{number}.zhike" for number, name in enumerate(DAMAGE)}
    for name, path in bad.items():
        rewrite(good, path, DAMAGE[name])
    bad["truncated"], bad["flipped"] = tmp_path / "truncated.zhike", tmp_path / "flipped.zhike"
    bytes_ = good.read_bytes()
    bad["truncated"].write_bytes(bytes_[: len(bytes_) * 2 // 3])
    bad["flipped"].write_bytes(bytes_[:3000] + bytes([bytes_[3000] ^ 0xFF]) + bytes_[3001:])
    for name, path in bad.items():
        with pytest.raises(Exception) as refused:  # noqa: PT011 - the kind is checked below
            restoring.check(archive.Reader(path), "")
        assert isinstance(refused.value, DomainError), name
    done = first.run("restore", str(bad["truncated"]), "--yes", ok=False)
    assert done.returncode == 1
    assert "damaged" in done.stderr
    other = first.run("restore", str(good), "--yes", "--fingerprint", "0" * 64, ok=False)
    assert "another backup" in other.stderr
    assert first.run("restore", str(good), ok=False).returncode == 1, "data are replaced only with --yes"
    after = first.manifest(tmp_path / "after.zhike")
    assert after["tables"] == before["tables"]
    assert after["files"] == before["files"]


@pytest.mark.process
def test_a_restore_waits_for_the_end_of_the_server(first: Installation, original: Original) -> None:
    with first.serving():
        done = first.run("restore", str(original.backup), "--yes", ok=False)
    assert done.returncode == 1
    assert "zhike serve" in done.stderr


ERASE = """
from zhike.kernel import actions, ledger
from zhike.kernel.actor import Actor
from zhike.customers.models import Party
from zhike.operate.readers import feed
party = Party.objects.order_by("name").first()
actions.run("erase_party", by=Actor.system("test", door="cli"), subject_id=party.pk, data={"reason": "asked for"})
ledger.seal_all(); feed()
print(party.name)
"""


@pytest.mark.process
def test_T70_whoever_was_erased_stays_erased_after_an_older_backup_comes_back(
    first: Installation, original: Original, tmp_path: Path
) -> None:
    name = first.script(ERASE)
    assert (first.home / erasures.NAME).exists()
    first.run("restore", str(original.backup), "--yes")
    first.manifest(tmp_path / "after.zhike")
    with zipfile.ZipFile(tmp_path / "after.zhike") as kept:
        assert not [member for member in kept.namelist() if f'"{name}"'.encode() in kept.read(member)]
    first.run("check", "ledger")


def test_members_that_lead_out_of_the_folder_are_refused() -> None:
    assert archive.is_plain("files/uploads/ab/1.bin")
    for name in ("files/../../etc/passwd", "/etc/passwd", "files/a\\..\\b", "files/\0"):
        assert not archive.is_plain(name)


def test_the_list_of_erasures_survives_a_line_cut_short() -> None:
    assert list(erasures.read(['{"id": "a"}', '{"id": "b', "[]", ""])) == ["a"]


def test_two_threads_may_look_at_the_list_at_once() -> None:
    threads = [threading.Thread(target=erasures.listed) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
