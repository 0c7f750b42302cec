"""Documents lead somewhere: every relative link and picture exists, every catalogue command that is named works."""

import re
from pathlib import Path

from tests.architecture import source
from zhike.cli import COMMANDS

LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
COMMAND = re.compile(r"`(?:\./)?zhike ([a-z]+)")
LAUNCHER = {"demo", "test", "help", "version", "act", "migrate", "makemigrations", "shell"}


def documents() -> list[Path]:
    """Every Markdown file."""
    return [path for path in source.tracked_files() if path.suffix == ".md"]


def test_links_and_pictures_exist() -> None:
    missing = [
        f"{path.relative_to(source.ROOT)}: {target}"
        for path in documents()
        for target in LINK.findall(path.read_text(encoding="utf-8"))
        if not (path.parent / target).exists()
    ]
    assert not missing, "\n".join(missing)


def test_named_commands_exist() -> None:
    known = set(COMMANDS) | LAUNCHER
    unknown = {
        f"{path.relative_to(source.ROOT)}: zhike {word}"
        for path in documents()
        for word in COMMAND.findall(path.read_text(encoding="utf-8"))
        if word not in known
    }
    assert not unknown, "\n".join(sorted(unknown))
