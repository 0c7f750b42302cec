"""Events by kind, newest first: what the page of the ledger is narrowed by."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("kernel", "0002_ledger_guards")]
    operations = [
        migrations.AddIndex(model_name="event", index=models.Index(fields=["type", "id"], name="event_type")),
    ]
