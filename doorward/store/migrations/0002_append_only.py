"""The log is only appended to: both databases refuse to change or delete a line."""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

SQLITE = [
    "CREATE TRIGGER entry_no_update BEFORE UPDATE ON store_entryrow "
    "BEGIN SELECT RAISE(ABORT, 'the incident log is only appended to'); END",
    "CREATE TRIGGER entry_no_delete BEFORE DELETE ON store_entryrow "
    "BEGIN SELECT RAISE(ABORT, 'the incident log is only appended to'); END",
]
POSTGRESQL = [
    "CREATE FUNCTION store_entry_append_only() RETURNS trigger AS $$ "
    "BEGIN RAISE EXCEPTION 'the incident log is only appended to'; END $$ LANGUAGE plpgsql",
    "CREATE TRIGGER entry_append_only BEFORE UPDATE OR DELETE ON store_entryrow "
    "FOR EACH ROW EXECUTE FUNCTION store_entry_append_only()",
]


def guard(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Add the triggers in the database's own words."""
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    """Triggers on the log table."""

    dependencies = [("store", "0001_initial")]
    operations = [migrations.RunPython(guard, migrations.RunPython.noop)]
