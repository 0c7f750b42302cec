"""What a path holds, told by its first bytes; compressed files unpacked within bounds."""

from __future__ import annotations

import gzip
import mmap
import zipfile
import zlib
from pathlib import Path

from zhike.value.reading.source import refuse

MOST_UNPACKED = 8 << 30
FREE_UNPACKED = 32 << 20
MOST_RATIO = 100
BLOCK = 1 << 20
OLD_OFFICE = b"\xd0\xcf\x11\xe0"
LOCKED = "EncryptedPackage".encode("utf-16-le")  # the stream in which Office keeps a workbook that has a password


def kind_of(path: Path) -> str:
    """text, gzip, xlsx, parquet or sqlite; a refusal for anything else we recognise."""
    if not path.exists():
        raise refuse("file_missing", f"找不到文件：{path.name}", f"There is no file {path.name}.")
    if not path.is_file():
        raise refuse("file_not_plain", f"不是文件：{path.name}", f"{path.name} is not a file.")
    with path.open("rb") as source:
        head = source.read(16)
    if not head:
        raise refuse("file_empty", f"文件是空的：{path.name}", f"{path.name} is empty.")
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if head.startswith(b"PK\x03\x04"):
        return "xlsx"
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"SQLite format 3\0"):
        return "sqlite"
    if head.startswith(OLD_OFFICE) and locked(path):
        zh = f"{path.name} 有密码，无法读取：请在 Excel 中去掉密码另存后再跑一次。"
        en = f"{path.name} is protected by a password: save it without one in Excel and run it again."
        raise refuse("file_locked", zh, en)
    if head.startswith((OLD_OFFICE, b"%PDF", b"\x89PNG", b"7z\xbc\xaf", b"Rar!")):
        zh = f"{path.name} 不是表格数据；旧版 .xls 请另存为 .xlsx 或 CSV。"
        raise refuse("file_unreadable", zh, f"{path.name} holds no table we read; save an old .xls as .xlsx or CSV.")
    return "text"


def locked(path: Path) -> bool:
    """Whether an Office file holds a workbook under a password."""
    with path.open("rb") as source, mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ) as whole:
        return whole.find(LOCKED) >= 0


def unpacked(path: Path, folder: Path) -> Path:
    """The content of a gzip file as a plain one; refused where it grows out of all proportion."""
    target = folder / f"{len(list(folder.iterdir()))}-{path.stem}"
    packed = path.stat().st_size
    size = 0
    try:
        with gzip.open(path, "rb") as source, target.open("wb") as made:
            while block := source.read(BLOCK):
                size += len(block)
                if size > MOST_UNPACKED or (size > FREE_UNPACKED and size > packed * MOST_RATIO):
                    raise bomb(path.name)
                made.write(block)
    except (OSError, EOFError, zlib.error) as error:
        zh = f"压缩文件已损坏：{path.name}"
        raise refuse("file_broken", zh, f"{path.name} is a broken gzip file.") from error
    if not size:
        raise refuse("file_empty", f"文件是空的：{path.name}", f"{path.name} is empty.")
    return target


def check_archive(path: Path) -> None:
    """An Excel file that unpacks to too much, or brings a document type of its own, is not opened."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            size = sum(member.file_size for member in members)
            if len(members) > 10_000 or size > 2 << 30:
                raise bomb(path.name)
            if size > FREE_UNPACKED and size > path.stat().st_size * MOST_RATIO:
                raise bomb(path.name)
            if "xl/workbook.xml" not in archive.namelist():
                zh = f"{path.name} 不是 Excel 文件。"
                raise refuse("file_unreadable", zh, f"{path.name} is a zip file but no Excel workbook.")
            for member in members:
                if member.filename.endswith((".xml", ".rels")):
                    with archive.open(member) as source:
                        if b"<!DOCTYPE" in source.read(4096).upper():
                            raise bomb(path.name)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, zlib.error) as error:
        raise refuse("file_broken", f"文件已损坏：{path.name}", f"{path.name} is broken.") from error


def bomb(name: str) -> Exception:
    """The refusal of a file made to exhaust."""
    zh = f"{name} 解压后大得反常，未读取。请确认来源，或先自行解压。"
    return refuse(
        "file_bomb", zh, f"{name} unpacks to far more than is plausible and was not read; unpack it yourself."
    )
