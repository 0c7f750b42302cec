"""What tests share: where the real data lies, a system actor, and rows that are made once and put back for every test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from zhike.kernel.actor import Actor

SYSTEM = Actor.system("test", door="cli")


def shared_data(*parts: str) -> Path:
    """A file of the real data beside the repository; skips (or fails, where it is required) when it is absent."""
    beside = Path(__file__).resolve().parents[3].parent / "shared"
    root = Path(os.environ.get("ZHIKE_SHARED", beside)) / "data"
    if not root.exists():
        if "shared" in os.environ.get("ZHIKE_REQUIRE", "").split(","):
            pytest.fail("the shared data is required here and absent")
        pytest.skip("the shared data is not beside this checkout")
    return root.joinpath(*parts)


class Kept:
    """What building something leaves in the tables, as SQL that puts the same rows back: a hundredth of the work."""

    def __init__(self, build: Callable[[], object]) -> None:
        from django.db import transaction

        with transaction.atomic():
            before = dict(_tables())
            build()
            after = dict(_tables())
            transaction.set_rollback(True)
        self.statements = []
        for insert, rows in after.items():
            if not before[insert] <= rows:
                raise RuntimeError(f"only new rows can be put back; those of {insert} changed")
            if new := rows - before[insert]:
                self.statements.append(f"{insert} VALUES {', '.join(sorted(new))}")

    def put_back(self) -> None:
        """The rows, in the open transaction; whoever refers to whom is looked at when it ends."""
        from django.db import connection

        with connection.cursor() as cursor:
            for statement in self.statements:
                cursor.execute(statement)


def _tables() -> Iterator[tuple[str, set[str]]]:
    """For each table of ours the beginning of an INSERT, and its rows as SQL literals."""
    from django.apps import apps
    from django.db import connection

    literal = "quote({})" if connection.vendor == "sqlite" else "quote_nullable(CAST({} AS text))"
    name = connection.ops.quote_name
    for model in apps.get_models(include_auto_created=True):
        fields = [
            name(field.column) for field in model._meta.local_concrete_fields if field.column and not field.generated
        ]
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {', '.join(map(literal.format, fields))} FROM {name(model._meta.db_table)}"  # noqa: S608 our names
            )
            rows = {f"({', '.join(map(str, row))})" for row in cursor.fetchall()}
        yield f"INSERT INTO {name(model._meta.db_table)} ({', '.join(fields)})", rows


def let_flush_pass() -> None:
    """Tests that really commit empty every table afterwards; the ledger's guards step aside for that moment only."""
    from django.db import connection
    from django.test import TransactionTestCase

    from zhike.kernel import guards

    teardown = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]
    if getattr(teardown, "guarded", False):
        return

    def guarded(self: TransactionTestCase) -> None:
        guards.remove(connection)
        try:
            teardown(self)
        finally:
            guards.install(connection)

    guarded.guarded = True  # type: ignore[attr-defined]
    TransactionTestCase._fixture_teardown = guarded  # type: ignore[attr-defined]
