"""The backup file: a zip of tables (JSON lines), files, and a manifest with the digest of each; read only as a whole."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

from django.utils.translation import gettext as _

from zhike.kernel.errors import DomainError

FORMAT = 1
MANIFEST = "manifest.json"
PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class TableEntry:
    """A table in the archive."""

    rows: int
    sha256: str
    columns: list[str]


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file in the archive."""

    size: int
    sha256: str


@dataclass(slots=True)
class Manifest:
    """What the archive holds and what it comes from."""

    version: str
    at: str
    vendor: str
    migrations: list[tuple[str, str]]
    organisation: str = ""
    tables: dict[str, TableEntry] = field(default_factory=dict)
    files: dict[str, FileEntry] = field(default_factory=dict)
    format: int = FORMAT

    def dump(self) -> bytes:
        """As JSON, the same bytes for the same content."""
        body: dict[str, Any] = {name: getattr(self, name) for name in self.__dataclass_fields__}
        body["tables"] = {k: {n: getattr(v, n) for n in v.__dataclass_fields__} for k, v in self.tables.items()}
        body["files"] = {k: {n: getattr(v, n) for n in v.__dataclass_fields__} for k, v in self.files.items()}
        return json.dumps(body, ensure_ascii=False, sort_keys=True, indent=1).encode()

    @classmethod
    def load(cls, text: bytes) -> Manifest:
        """From JSON; anything unexpected is a damaged archive."""
        try:
            body = json.loads(text)
            if body["format"] != FORMAT:
                raise refused("other_format", _("The backup has format %(format)s; this version reads format %(mine)s.") % {
                    "format": body["format"], "mine": FORMAT})  # fmt: skip
            body["migrations"] = [(str(app), str(name)) for app, name in body["migrations"]]
            body["tables"] = {str(k): TableEntry(**v) for k, v in body["tables"].items()}
            body["files"] = {str(k): FileEntry(**v) for k, v in body["files"].items()}
            return cls(**body)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise damaged(MANIFEST) from error


def refused(code: str, message: str) -> DomainError:
    """An archive that is not taken; nothing was touched."""
    return DomainError(code, message, "file")


def damaged(member: str) -> DomainError:
    """Bytes that are not those that were written."""
    message = _("The backup is damaged or was changed (%(member)s). Nothing was touched; use another backup.")
    return refused("damaged_backup", message % {"member": member[:80]})


class Writer:
    """Writes members one after another; the manifest comes last."""

    def __init__(self, target: IO[bytes], manifest: Manifest) -> None:
        self.zip = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, allowZip64=True, compresslevel=1)
        self.manifest = manifest

    def table(self, name: str, columns: Iterable[str], lines: Iterable[bytes]) -> int:
        """One table; the answer is how many rows it has."""
        digest, count, held, size = hashlib.sha256(), 0, [], 0
        with self.zip.open(f"tables/{name}.jsonl", "w", force_zip64=True) as member:
            for line in lines:
                count += 1
                held.append(line)
                size += len(line)
                if size > PIECE:
                    digest.update(piece := b"".join(held))
                    member.write(piece)
                    held, size = [], 0
            digest.update(piece := b"".join(held))
            member.write(piece)
        self.manifest.tables[name] = TableEntry(count, digest.hexdigest(), list(columns))
        return count

    def file(self, name: str, path: Path) -> None:
        """One file; one that vanished meanwhile is left out."""
        digest, size = hashlib.sha256(), 0
        try:
            source = path.open("rb")
        except FileNotFoundError:
            return
        with source, self.zip.open(f"files/{name}", "w", force_zip64=True) as member:
            while piece := source.read(PIECE):
                digest.update(piece)
                member.write(piece)
                size += len(piece)
        self.manifest.files[name] = FileEntry(size, digest.hexdigest())

    def close(self) -> str:
        """Write the manifest; the answer is its digest, the archive's fingerprint."""
        text = self.manifest.dump()
        self.zip.writestr(MANIFEST, text)
        self.zip.close()
        return hashlib.sha256(text).hexdigest()


class Reader:
    """An archive that has been read from end to end and found whole before anything of it is used."""

    def __init__(self, path: Path) -> None:
        try:
            self.zip = zipfile.ZipFile(path)
            text = self.zip.read(MANIFEST)
        except FileNotFoundError as error:
            raise refused("no_backup", _("There is no file %(path)s.") % {"path": path}) from error
        except (zipfile.BadZipFile, KeyError, OSError, EOFError) as error:
            raise damaged(path.name) from error
        self.manifest = Manifest.load(text)
        self.fingerprint = hashlib.sha256(text).hexdigest()
        self._verify()

    def _verify(self) -> None:
        expected = {f"tables/{name}.jsonl": entry.sha256 for name, entry in self.manifest.tables.items()}
        expected |= {f"files/{name}": entry.sha256 for name, entry in self.manifest.files.items()}
        names = self.zip.namelist()
        if len(names) != len(set(names)) or set(names) != {MANIFEST, *expected}:
            odd = sorted({MANIFEST, *expected} ^ set(names))
            raise damaged(odd[0] if odd else MANIFEST)
        for name, digest in expected.items():
            if not is_plain(name) or self._digest(name) != digest:
                raise damaged(name)

    def _digest(self, name: str) -> str:
        found = hashlib.sha256()
        try:
            with self.zip.open(name) as member:
                while piece := member.read(PIECE):
                    found.update(piece)
        except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError) as error:
            raise damaged(name) from error
        except Exception as error:  # zlib.error has no base of its own
            raise damaged(name) from error
        return found.hexdigest()

    def lines(self, table: str) -> Iterator[bytes]:
        """The rows of a table."""
        with self.zip.open(f"tables/{table}.jsonl") as member:
            yield from member

    def unpack(self, folder: Path) -> None:
        """The files, into an empty folder."""
        for name in self.manifest.files:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with self.zip.open(f"files/{name}") as member, path.open("wb") as target:
                while piece := member.read(PIECE):
                    target.write(piece)


def is_plain(name: str) -> bool:
    """Whether a member's name stays inside the folder it is unpacked into."""
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\\" not in name and "\0" not in name
