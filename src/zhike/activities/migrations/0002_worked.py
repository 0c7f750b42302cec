"""What lists go by, where a value does not say its order, stands beside the record's own values."""

from django.db import migrations

import zhike.kernel.custom


def lay(apps, schema_editor):
    # without writing the table anew: SQLite would lose indexes Django does not know of
    told = {"postgresql": "jsonb", "sqlite": 'text CHECK (JSON_VALID("worked"))'}[schema_editor.connection.vendor]
    schema_editor.execute(f"ALTER TABLE activities_touch ADD COLUMN worked {told} DEFAULT '{{}}' NOT NULL")
    schema_editor.execute(f"ALTER TABLE activities_task ADD COLUMN worked {told} DEFAULT '{{}}' NOT NULL")


def lift(apps, schema_editor):
    schema_editor.execute("ALTER TABLE activities_touch DROP COLUMN worked")
    schema_editor.execute("ALTER TABLE activities_task DROP COLUMN worked")


class Migration(migrations.Migration):
    dependencies = [("activities", "0001_initial")]
    operations = [
        migrations.SeparateDatabaseAndState(
            [migrations.RunPython(lay, lift)],
            [
                migrations.AddField(
                    "touch", "worked", zhike.kernel.custom.CustomValues(blank=True, default=dict, editable=False)
                ),
                migrations.AddField(
                    "task", "worked", zhike.kernel.custom.CustomValues(blank=True, default=dict, editable=False)
                ),
            ],
        )
    ]
