"""Words inside the texts of letters, wherever in the text they stand.

PostgreSQL finds them by an index of trigrams (runs of three letters); SQLite, the database of one small
office, reads the agency's letters. The answer is the same.
"""

from typing import TypeVar

from django.db import DatabaseError
from django.db.models import Q, QuerySet

Rows = TypeVar("Rows", bound=QuerySet)

SHORTEST = 3
"""Letters of a word that can be looked up: a shorter one has no trigram."""
WORDS = 8

INDEXES = {
    "letter_says_number": "letters_letter USING gin (UPPER(number::text) gin_trgm_ops)",
    "letter_says_purpose": "letters_letter USING gin (UPPER((content ->> 'purpose')::text) gin_trgm_ops)",
    "incoming_says": (
        "letters_incomingletter USING gin (UPPER(number::text) gin_trgm_ops, "
        "UPPER(about::text) gin_trgm_ops, UPPER(sender::text) gin_trgm_ops)"
    ),
}
"""As Django's `icontains` asks."""
NO_EXTENSION = (
    "PostgreSQL refuses the extension pg_trgm, by which letters are searched. Let a superuser run "
    '"CREATE EXTENSION pg_trgm" in this database (Debian: package postgresql-contrib), then migrate again. / '
    "PostgreSQL menolak ekstensi pg_trgm untuk mencari surat. Minta superuser menjalankan "
    '"CREATE EXTENSION pg_trgm" di basis data ini, lalu ulangi migrate.'
)


class NoExtension(Exception):
    """The database lacks what the search needs, and may not add it; says what to do."""


def telling(rows: Rows, text: str, *fields: str) -> Rows:
    """Rows with every word of the text in one of the fields. Nothing by words that are all too short."""
    words = [word for word in text.split() if len(word) >= SHORTEST][:WORDS]
    if not words:
        return rows.none()
    for word in words:
        found = Q()
        for field in fields:
            found |= Q(**{f"{field}__icontains": word})
        rows = rows.filter(found)
    return rows


def index(apps, schema_editor) -> None:
    """Migration step: the indexes, where the database has such."""
    if schema_editor.connection.vendor != "postgresql":
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'")
        if not cursor.fetchone()[0]:
            try:
                cursor.execute("CREATE EXTENSION pg_trgm")
            except DatabaseError as error:
                raise NoExtension(NO_EXTENSION) from error
        for name, on in INDEXES.items():
            cursor.execute(f"CREATE INDEX {name} ON {on}")


def unindex(apps, schema_editor) -> None:
    """The extension stays: others may use it."""
    if schema_editor.connection.vendor == "postgresql":
        with schema_editor.connection.cursor() as cursor:
            for name in INDEXES:
                cursor.execute(f"DROP INDEX {name}")
