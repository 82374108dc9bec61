"""Tables to which rows are only added, or whose rows stay from some point on: the database itself refuses to
change or delete one there."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connections

_DIFFER = {"sqlite": "OLD.{0} IS NOT NEW.{0}", "postgresql": "OLD.{0} IS DISTINCT FROM NEW.{0}"}


def rewritten(vendor: str, columns: Iterable[str]) -> str:
    """The condition that an UPDATE changes one of the columns."""
    return "(" + " OR ".join(_DIFFER[vendor].format(column) for column in columns) + ")"


def always(vendor: str) -> Mapping[str, str]:
    return {"UPDATE": "1 = 1", "DELETE": "1 = 1"}


@dataclass(frozen=True)
class Guard:
    """The triggers on a table; `sentence` is what the database answers. `when` tells, for a vendor, which
    events it refuses, each on a condition on OLD and NEW; left out, it refuses every change.

    A later migration that rebuilds the table on SQLite loses them and must put them `up` again.
    """

    table: str
    sentence: str
    when: Callable[[str], Mapping[str, str]] = always

    def up(self, apps, schema_editor) -> None:
        """Migration step: from now on the database refuses."""
        self._run(schema_editor.connection, self._put(schema_editor.connection.vendor))

    def down(self, apps, schema_editor) -> None:
        self._run(schema_editor.connection, self._taken(schema_editor.connection.vendor))

    @contextmanager
    def lifted(self, using: str = "default") -> Iterator[None]:
        """Take the guard away for emptying a test database; nothing else may call it."""
        connection = connections[using]
        self._run(connection, self._taken(connection.vendor))
        try:
            yield
        finally:
            self._run(connection, self._put(connection.vendor))

    @staticmethod
    def _run(connection, statements: list[str]) -> None:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def _put(self, vendor: str) -> list[str]:
        table, sentence = self.table, self.sentence
        if vendor == "sqlite":
            return [
                f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} WHEN {condition} "
                f"BEGIN SELECT RAISE(ABORT, '{sentence}'); END"
                for event, condition in self.when(vendor).items()
            ]
        # PostgreSQL allows no sub-query in WHEN: the condition stands in the function.
        branches = "".join(
            f"IF TG_OP = '{event}' THEN IF {condition} THEN {_raise(sentence)} END IF; END IF; "
            for event, condition in self.when(vendor).items()
        )
        events = " OR ".join(self.when(vendor))
        return [
            f"CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"{branches}IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$",
            f"CREATE TRIGGER {table}_no_change BEFORE {events} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_refuse()",
            f"CREATE OR REPLACE FUNCTION {table}_refuse_all() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {_raise(sentence)} END $$",
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse_all()",
        ]

    def _taken(self, vendor: str) -> list[str]:
        if vendor == "sqlite":
            events = self.when(vendor)
            return [f"DROP TRIGGER IF EXISTS {self.table}_no_{event.lower()}" for event in events]
        return [
            f"DROP TRIGGER IF EXISTS {self.table}_no_{what} ON {self.table}"
            for what in ("change", "truncate")
        ]


def _raise(sentence: str) -> str:
    return f"RAISE EXCEPTION '{sentence}' USING ERRCODE = 'restrict_violation';"
