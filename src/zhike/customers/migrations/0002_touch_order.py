"""Indexes for lists by last touch: newest first, never touched last, in the words of each database."""

from typing import Any

from django.db import migrations

INDEXES = {
    "party_by_touch": "last_touch_at DESC{last}, id DESC",
    "party_owner_level_touch": "owner_id, level, last_touch_at DESC{last}, id DESC",
}


def make(apps: Any, editor: Any) -> None:
    # SQLite puts nothing last by itself when descending, and refuses to be told so
    last = " NULLS LAST" if editor.connection.vendor == "postgresql" else ""
    for name, columns in INDEXES.items():
        on = f"customers_party ({columns.format(last=last)})"
        editor.execute(f"CREATE INDEX {name} ON {on} WHERE archived_at IS NULL")


def drop(apps: Any, editor: Any) -> None:
    for name in INDEXES:
        editor.execute(f"DROP INDEX IF EXISTS {name}")


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial")]
    operations = [migrations.RunPython(make, drop)]
