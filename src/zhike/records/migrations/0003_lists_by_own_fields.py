"""Lists go by more kinds of custom fields: what they go by is kept, and a choice stands where its field puts it."""

from django.db import migrations, models

from zhike.kernel.ids import new_id


def mark(apps, schema_editor):
    """What was sortable stays so; choices were ordered by their codes, and whoever wants to sort by one marks it anew."""
    fields = apps.get_model("records", "CustomField").objects.filter(indexed=True)
    fields.filter(kind="choice").update(indexed=False)
    for field in fields.exclude(kind="choice"):
        field.indexing = new_id()
        field.save(update_fields=["indexing"])


class Migration(migrations.Migration):
    dependencies = [("records", "0002_search")]
    operations = [
        migrations.AddField("customfield", "gives", models.CharField(blank=True, max_length=12)),
        migrations.AddField("customfield", "kept", models.BooleanField(default=False)),
        migrations.AddField("customfield", "indexing", models.UUIDField(editable=False, null=True)),
        migrations.RunPython(mark, migrations.RunPython.noop),
    ]
