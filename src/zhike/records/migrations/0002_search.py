"""The index over prepared tokens: FTS5 on SQLite (triggers follow removals; additions are written in bulk, which is twice as fast), GIN on PostgreSQL."""

from django.db import migrations

SQLITE = (
    # prefix: two and three letters after the type's two characters; detail: pairs are found by every token, not by place
    """CREATE VIRTUAL TABLE records_searchindex USING fts5(
        tokens, content='records_searchrow', content_rowid='id', detail='none', columnsize=0, prefix='4 5',
        tokenize="ascii tokenchars '_'")""",
    """CREATE TRIGGER records_search_removed AFTER DELETE ON records_searchrow BEGIN
        INSERT INTO records_searchindex(records_searchindex, rowid, tokens) VALUES ('delete', old.id, old.tokens); END""",
    """CREATE TRIGGER records_search_changed AFTER UPDATE ON records_searchrow BEGIN
        INSERT INTO records_searchindex(records_searchindex, rowid, tokens) VALUES ('delete', old.id, old.tokens);
        INSERT INTO records_searchindex(rowid, tokens) VALUES (new.id, new.tokens); END""",
)
POSTGRESQL = (
    "CREATE INDEX records_search_tokens ON records_searchrow USING gin (tokens)",
    "ALTER TABLE records_searchrow ALTER COLUMN tokens SET STATISTICS 500",
)


def lay(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def lift(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX records_search_tokens")
        return
    for trigger in ("removed", "changed"):
        schema_editor.execute(f"DROP TRIGGER records_search_{trigger}")
    schema_editor.execute("DROP TABLE records_searchindex")


class Migration(migrations.Migration):
    dependencies = [("records", "0001_initial")]
    operations = [migrations.RunPython(lay, lift)]
