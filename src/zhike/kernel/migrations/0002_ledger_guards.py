"""The ledger refuses edits and removals in the database itself; only a missing position may be filled in."""

from django.db import migrations

from zhike.kernel.guards import install, remove


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_initial")]
    operations = [
        migrations.RunPython(
            lambda apps, editor: install(editor.connection), lambda apps, editor: remove(editor.connection)
        )
    ]
