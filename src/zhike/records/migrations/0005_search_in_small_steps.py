"""What PostgreSQL puts off of the search index is written in small steps: four megabytes at once can take an insert ten seconds.

A search also reads through all that was put off.
"""

from django.db import migrations


def small(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER INDEX records_search_tokens SET (gin_pending_list_limit = 256)")


def usual(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER INDEX records_search_tokens RESET (gin_pending_list_limit)")


class Migration(migrations.Migration):
    dependencies = [("records", "0004_views_for_teams_below")]
    operations = [migrations.RunPython(small, usual)]
