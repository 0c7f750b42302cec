"""Zip containers looked at before they are opened: no bombs, no tricks with names."""

from __future__ import annotations

import stat
import struct
import zipfile
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext_lazy as _

from zhike.records.importing.problems import FileRefused

MEGABYTE = 1024 * 1024
MOST_ENTRIES = 5_000
MOST_DIRECTORY = MEGABYTE
MOST_UNPACKED = 2048 * MEGABYTE
# Repetitive sheets of honest people reach about 40:1; bombs start at several hundreds.
MOST_RATIO = 150
RATIO_MATTERS_FROM = 16 * MEGABYTE
_NESTED = (".zip", ".7z", ".rar", ".gz", ".xz", ".bz2", ".tar", ".zst")

_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR64 = struct.Struct("<4sLQL")


def open_archive(path: Path) -> zipfile.ZipFile:
    """Open a zip file whose directory promises nothing outrageous; `zipfile` itself never reads past the promise."""
    entries, directory = _promised(path)
    if entries > MOST_ENTRIES or directory > MOST_DIRECTORY:
        raise FileRefused(
            "archive_entries",
            _("The file contains %(count)s parts; %(limit)s are allowed. Save it again as .xlsx or CSV."),
            count=entries,
            limit=MOST_ENTRIES,
        )
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise damaged() from error
    try:
        _inspect(archive, path.stat().st_size)
    except BaseException:
        archive.close()
        raise
    return archive


def _inspect(archive: zipfile.ZipFile, size: int) -> None:
    unpacked = 0
    for entry in archive.infolist():
        unpacked += entry.file_size
        _inspect_entry(entry)
    too_dense = unpacked > RATIO_MATTERS_FROM and unpacked > MOST_RATIO * size
    if unpacked > MOST_UNPACKED or too_dense:
        raise FileRefused(
            "archive_bomb",
            _("The file would grow from %(size)s kB to %(unpacked)s MB and is refused. Save the sheet as CSV."),
            unpacked=unpacked // MEGABYTE,
            size=size // 1024,
        )


def _inspect_entry(entry: zipfile.ZipInfo) -> None:
    name = entry.orig_filename.replace("\\", "/")
    parts = name.split("/")
    if name.startswith("/") or ".." in parts or ":" in parts[0] or "\0" in name:
        raise _tricky(entry.filename)
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise _tricky(entry.filename)
    if name.lower().endswith(_NESTED):
        raise _tricky(entry.filename)
    if entry.flag_bits & 0x1:
        raise FileRefused("encrypted", _("The file is protected by a password. Remove the password and try again."))


def _tricky(name: str) -> FileRefused:
    message = _("The file contains the part “%(name)s”, which does not belong there. Save it again as .xlsx or CSV.")
    return FileRefused("archive_part", message, name=name[:100])


def damaged() -> FileRefused:
    """The refusal of what cannot be opened at all."""
    return FileRefused("damaged", _("The file is damaged or not a spreadsheet. Save it again as .xlsx or CSV."))


def _promised(path: Path) -> tuple[int, int]:
    """Entries and directory size as the end record states them, read without loading the directory."""
    with path.open("rb") as source:
        size = source.seek(0, 2)
        source.seek(max(0, size - 65_536 - _END.size))
        tail = source.read()
        place = tail.rfind(b"PK\x05\x06")
        if place < 0 or len(tail) - place < _END.size:
            raise damaged()
        record = _END.unpack_from(tail, place)
        entries, directory = record[4], record[5]
        end_at = size - len(tail) + place
        wide = _promised_wide(source, end_at)
    return (
        (max(entries, wide[0]), max(directory if directory != 0xFFFFFFFF else 0, wide[1]))
        if wide
        else (entries, directory)
    )


def _promised_wide(source: BinaryIO, end_at: int) -> tuple[int, int] | None:
    if end_at < _LOCATOR64.size + _END64.size:
        return None
    source.seek(end_at - _LOCATOR64.size)
    mark, _disk, _place, _disks = _LOCATOR64.unpack(source.read(_LOCATOR64.size))
    if mark != b"PK\x06\x07":
        return None
    # `zipfile` looks right before the locator, whatever offset the locator names: so do we.
    source.seek(end_at - _LOCATOR64.size - _END64.size)
    record = _END64.unpack(source.read(_END64.size))
    if record[0] != b"PK\x06\x06":
        return None
    return record[7], record[8]
