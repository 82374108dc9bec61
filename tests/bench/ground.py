"""Throw-away databases: made, filled, and dropped by the run that made them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.core.management import call_command
from django.db import connections
from django.db.utils import load_backend
from django.utils import timezone

Wrapper = object


def postgres() -> bool:
    return connections["default"].vendor == "postgresql"


def empty() -> bool:
    """Whether the database in use holds no table."""
    return not connections["default"].introspection.table_names()


def connect(name: str):
    """A connection of its own to another database of the same server."""
    settings = dict(connections.settings["default"], NAME=name)
    return load_backend(settings["ENGINE"]).DatabaseWrapper(settings, "default")


@contextmanager
def working_on(database) -> Iterator[None]:
    """Everything inside asks this database."""
    before = connections["default"]
    connections["default"] = database
    try:
        yield
    finally:
        connections["default"] = before


def admin(statement: str) -> None:
    """One statement outside of any transaction, to the server's own database."""
    database = connect("postgres")
    with database.cursor() as cursor:
        cursor.execute(statement)
    database.close()


def name_of(part: str) -> str:
    """The name of a database of this run."""
    return f"{connections.settings['default']['NAME']}_{part}"


@contextmanager
def fresh(part: str = "base") -> Iterator[object]:
    """An empty, migrated database; dropped at the end, on SQLite with its folder by the runner."""
    default = connections["default"]
    if not postgres():
        call_command("migrate", verbosity=0)
        yield default
        return
    name = name_of(part)
    admin(f'CREATE DATABASE "{name}"')
    database = connect(name)
    try:
        with working_on(database):
            call_command("migrate", verbosity=0)
            yield database
    finally:
        database.close()
        drop(name)


@contextmanager
def copy_of(database, part: str) -> Iterator[object]:
    """A second database that begins as this one stands (PostgreSQL only)."""
    name = name_of(part)
    database.close()
    admin(f'CREATE DATABASE "{name}" TEMPLATE "{database.settings_dict["NAME"]}"')
    other = connect(name)
    try:
        yield other
    finally:
        other.close()
        drop(name)


def drop(name: str) -> None:
    admin(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def now() -> datetime:
    """The moment of the run, in the middle of a morning whenever it runs."""
    return timezone.now()


def quick() -> bool:
    return os.environ.get("BENCH_QUICK") == "1"
