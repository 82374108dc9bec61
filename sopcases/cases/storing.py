"""Many rows, each with values of its own, stored by one statement."""

from collections.abc import Sequence

from django.db import connection
from django.db.models import Model

AT_ONCE = 2000
"""Rows of a statement: SQLite takes some thirty thousand values in one."""


def store(rows: Sequence[Model], *names: str) -> None:
    """Write these fields of the rows, all of one model. Unlike `bulk_update`, whose branch for each row and
    field takes the ORM several times longer to write than the database to follow; no field may be None."""
    for start in range(0, len(rows), AT_ONCE):
        _store(rows[start : start + AT_ONCE], names)


def _store(rows: Sequence[Model], names: Sequence[str]) -> None:
    meta, quote = rows[0]._meta, connection.ops.quote_name
    fields = [meta.get_field(name) for name in names]
    table, key = quote(meta.db_table), quote(meta.pk.column)
    # Both databases call the columns of VALUES column1, column2, …
    to = ", ".join(f"{quote(field.column)} = given.column{no}" for no, field in enumerate(fields, 2))
    row = f"({', '.join(['%s'] * (len(fields) + 1))})"
    values = [
        value
        for one in rows
        for value in (
            one.pk,
            *(field.get_db_prep_save(getattr(one, field.attname), connection) for field in fields),
        )
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET {to} FROM (VALUES {', '.join([row] * len(rows))}) given "  # noqa: S608
            f"WHERE {table}.{key} = given.column1",
            values,
        )
