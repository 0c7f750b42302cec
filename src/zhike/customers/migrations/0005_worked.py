"""What lists go by, where a value does not say its order, stands beside the record's own values."""

from django.db import migrations

import zhike.kernel.custom


def lay(apps, schema_editor):
    # without writing the table anew: SQLite would lose indexes Django does not know of
    told = {"postgresql": "jsonb", "sqlite": 'text CHECK (JSON_VALID("worked"))'}[schema_editor.connection.vendor]
    schema_editor.execute(f"ALTER TABLE customers_party ADD COLUMN worked {told} DEFAULT '{{}}' NOT NULL")


def lift(apps, schema_editor):
    schema_editor.execute("ALTER TABLE customers_party DROP COLUMN worked")


class Migration(migrations.Migration):
    dependencies = [("customers", "0004_score_order")]
    operations = [
        migrations.SeparateDatabaseAndState(
            [migrations.RunPython(lay, lift)],
            [
                migrations.AddField(
                    "party", "worked", zhike.kernel.custom.CustomValues(blank=True, default=dict, editable=False)
                ),
            ],
        )
    ]
