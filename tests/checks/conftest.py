"""A company with one full customer, and folders of its own for files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    """Files, imports and exports of a test lie here."""
    settings.HOME = tmp_path
    options = {"location": str(tmp_path / "files")}
    backend = "django.core.files.storage.FileSystemStorage"
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": backend, "OPTIONS": options}}
    return tmp_path
