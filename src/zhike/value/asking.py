"""`--ask`: which column is which, confirmed by the person at the terminal."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from zhike.methods.engine import DuckDBEngine
from zhike.methods.result import is_chinese
from zhike.value.options import ROLES
from zhike.value.reading import read
from zhike.value.reading.headers import SPOKEN, roles_of
from zhike.value.reading.source import Desk


def ask(files: Sequence[str], columns: Mapping[str, str], table: str | None, lang: str) -> dict[str, str]:
    """Show what was told for each role of the first file; Enter accepts, a number chooses another column, 0 none."""
    chosen = dict(columns)
    with tempfile.TemporaryDirectory(prefix="zhike-ask-") as folder:
        source = read(files[0], Desk(DuckDBEngine().connection, Path(folder), table))
    found = roles_of(source.headers, source.sample, columns)
    for place, header in enumerate(source.headers, 1):
        example = source.sample[0][place - 1] if source.sample else ""
        print(f"  {place:>3}  {header}   {example[:40]}")
    for role in ROLES:
        now = found[role] + 1 if role in found else 0
        try:
            answer = input(f"{SPOKEN[role] if is_chinese(lang) else role} [{now}]: ").strip()
        except EOFError:  # nobody answers any more: what was told stands
            print()
            break
        number = int(answer) if answer.isdigit() else now
        if 0 < number <= len(source.headers):
            chosen[role] = source.headers[number - 1]
    return chosen
