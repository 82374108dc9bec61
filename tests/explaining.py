"""How the database answers what it is asked."""

from collections.abc import Iterable

from django.db import connection


def plans(queries: Iterable[dict]) -> list[str]:
    """The plan of each captured query, as the database in use tells it."""
    explain = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
    told = []
    with connection.cursor() as cursor:
        for query in queries:
            cursor.execute(explain + query["sql"].replace("%", "%%"))
            told.append("\n".join(str(row[-1]) for row in cursor.fetchall()))
    return told
