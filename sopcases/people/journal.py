"""The append-only journal. Verbs write it in the transaction of the fact; nobody rewrites it."""

from contextlib import contextmanager

from django.db import connections, models

from sopcases.people.models import Entry

TABLE = Entry._meta.db_table
SENTENCE = "riwayat tidak dapat diubah atau dihapus"

SQLITE_UP = [
    f"CREATE TRIGGER {TABLE}_no_{verb.lower()} BEFORE {verb} ON {TABLE} "
    f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
    for verb in ("UPDATE", "DELETE")
]
SQLITE_DOWN = [f"DROP TRIGGER IF EXISTS {TABLE}_no_{verb}" for verb in ("update", "delete")]
POSTGRES_UP = [
    f"CREATE OR REPLACE FUNCTION {TABLE}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{SENTENCE}' USING ERRCODE = 'restrict_violation'; END $$",
    f"CREATE TRIGGER {TABLE}_no_change BEFORE UPDATE OR DELETE ON {TABLE} "
    f"FOR EACH ROW EXECUTE FUNCTION {TABLE}_refuse()",
    f"CREATE TRIGGER {TABLE}_no_truncate BEFORE TRUNCATE ON {TABLE} "
    f"FOR EACH STATEMENT EXECUTE FUNCTION {TABLE}_refuse()",
]
POSTGRES_DOWN = [f"DROP TRIGGER IF EXISTS {TABLE}_no_{what} ON {TABLE}" for what in ("change", "truncate")]


def _run(connection, up: bool):
    sqlite = connection.vendor == "sqlite"
    statements = (SQLITE_UP if up else SQLITE_DOWN) if sqlite else (POSTGRES_UP if up else POSTGRES_DOWN)
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def guard(apps, schema_editor):
    """Migration step: let the database itself refuse to update or delete the journal."""
    _run(schema_editor.connection, up=True)


def unguard(apps, schema_editor):
    _run(schema_editor.connection, up=False)


@contextmanager
def lifted(using: str = "default"):
    """Take the guard away for emptying a test database; nothing else may call it."""
    _run(connections[using], up=False)
    try:
        yield
    finally:
        _run(connections[using], up=True)


def write(by, verb: str, subject: models.Model, title: str = "", agency_id: int | None = None, **data):
    """Add one line: `by` (an Officer) did `verb` to `subject` at `by.at`, acting under `title`."""
    entry = line(by, verb, subject, title, agency_id, **data)
    entry.save()
    return entry


def line(
    by, verb: str, subject: models.Model, title: str = "", agency_id: int | None = None, **data
) -> Entry:
    """The line as `write` would add it, not yet added: for those who add many at once."""
    return Entry(
        agency_id=agency_id or getattr(subject, "agency_id", None) or (by.user and by.user.agency_id),
        at=by.at,
        actor=by.user,
        acting_title=title or by.title,
        verb=verb,
        subject=subject._meta.label_lower,
        subject_id=subject.pk,
        data=data,
    )


def of(subject: models.Model):
    """The lines about one row, newest first."""
    return Entry.objects.filter(subject=subject._meta.label_lower, subject_id=subject.pk).order_by("-id")
