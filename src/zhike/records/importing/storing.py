"""Files on their way in or out: kept under random names in the data folder, never under the name somebody gave them."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from zhike.kernel.errors import TooLarge

_ENDINGS = frozenset({".csv", ".tsv", ".tab", ".txt", ".xlsx", ".vcf"})


def folder(name: str) -> Path:
    """A folder below the data folder's files, readable by the product's own account alone."""
    path = Path(settings.HOME) / "files" / name
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def path_of(key: str) -> Path:
    """Where an original lies."""
    return folder("imports") / Path(key).name


def keep(chunks: Iterable[bytes], name: str) -> tuple[str, int]:
    """Store an upload; the answer is its key and size. What is too large leaves nothing behind."""
    ending = Path(name).suffix.lower()
    key = secrets.token_hex(16) + (ending if ending in _ENDINGS else "")
    path, size = path_of(key), 0
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            for chunk in chunks:
                size += len(chunk)
                if size > settings.UPLOAD_MOST_BYTES:
                    raise too_large()
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return key, size


def too_large() -> TooLarge:
    """The refusal of a file beyond the limit."""
    most = settings.UPLOAD_MOST_BYTES // 1024 // 1024
    message = _("The file is larger than %(most)s MB. Split it, or leave out columns that are not needed.")
    return TooLarge("import.too_large", message % {"most": most}, "file")


def remove(key: str) -> None:
    """Forget an original."""
    if key:
        path_of(key).unlink(missing_ok=True)
