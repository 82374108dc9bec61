"""A full database: the lives of `lives.py` copied, block by block, with other numbers, names and days.

A copy shifts every id of the block's rows and of what points at them, so a new table is copied without a line
here. The archive lies in the past, the open work in the last weeks. PostgreSQL copies by INSERT … SELECT
(about 100,000 rows a second); nothing is checked but constraints: foreign keys hold because they held before.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from django.apps import apps
from django.core.management import call_command
from django.db import connection, models, transaction
from django.utils import timezone

from sopcases.cases.models import Case, CaseNumber, CaseOfficer, Child, ChildWord
from sopcases.desk.figures.reckoning import reckon, sum_up
from sopcases.desk.models import Measure, Reckoning
from sopcases.people.models import Entry, Position, User
from tests.bench import lives, names

STRIDE = 20_000
"""Ids that a copy of a block may take in one table."""
OPEN_FROM = 1_000_000_000
"""Where the ids of the copies of the open work begin."""
YEARS, WEEKS = 6, 6
"""How far back the archive lies, and the open work."""
OPEN_SHARE, OPEN_MOST = 10, 2_000
"""One case in so many is running, but no more than the people of two offices can carry: what grows with the
years is the archive."""
IDS_IN_JOURNAL = ("attempt", "child", "paper", "interval", "waiver", "note", "photo", "letter", "whereabouts")


@dataclass(frozen=True)
class Block:
    """Cases told once, to be copied: every growing table's ids above `after` up to `until`."""

    after: dict[str, int]
    until: dict[str, int]
    cases: int


@dataclass(frozen=True)
class Told:
    """Both blocks, in a database that holds nothing else."""

    archive: Block
    open: Block


@cache
def growing() -> list[type[models.Model]]:
    """Tables whose rows belong to a case or a child, or to what does: found by their keys."""
    rooms = ("cases", "letters", "desk")
    ours = [m for m in apps.get_models(include_auto_created=True) if m._meta.app_label in rooms]
    found: set[type[models.Model]] = {Case, Child}
    while True:
        more = {
            m
            for m in ours
            if m not in found and any(f.related_model in found for f in m._meta.fields if f.is_relation)
        }
        # What such rows point at and nothing fixed points at grows with them: papers, adults, sessions.
        more |= {
            f.related_model
            for m in found | more
            for f in m._meta.fields
            if f.is_relation and f.related_model in ours and _grows(f.related_model)
        } - found
        if not more:
            return sorted(found | {Entry}, key=lambda m: m._meta.label)
        found |= more


def _grows(model: type[models.Model]) -> bool:
    """Data of the office (outcomes, number series) is the same for every case."""
    return any(f.name in ("created_at", "recorded_at", "at", "phone") for f in model._meta.fields)


def make(cases: int) -> int:
    """An empty database of PostgreSQL migrated, told and filled; answers how many cases it holds."""
    call_command("migrate", verbosity=0)
    return fill(tell(timezone.now()), cases)


def tell(at: datetime) -> Told:
    """The office and the two blocks, walked through the verbs, in the empty database in use."""
    with transaction.atomic():
        agencies = lives.install(at)
        empty = marks()
        lives.archive(agencies, at - timedelta(days=7 * WEEKS))
        told = marks()
        cases = Case.objects.count()
        lives.open_work(agencies, at)
        for agency in agencies.values():
            reckon(agency, at)
        _measures_in_order()
        told[Measure._meta.db_table] = Measure.objects.filter(case__lte=told[Case._meta.db_table]).count()
        return Told(Block(empty, told, cases), Block(told, marks(), Case.objects.count() - cases))


def _measures_in_order() -> None:
    """Those of the archive first, as if they had been taken when it was told."""
    rows = list(Measure.objects.order_by("case", "id"))
    Measure.objects.all().delete()
    for number, row in enumerate(rows, 1):
        row.pk = number
    Measure.objects.bulk_create(rows)


def marks() -> dict[str, int]:
    """Each growing table's largest id."""
    return {m._meta.db_table: m.objects.aggregate(last=models.Max("pk"))["last"] or 0 for m in growing()}


def fill(told: Told, cases: int) -> int:
    """Copy the blocks until the database in use holds about so many cases; answers how many it holds.

    PostgreSQL only.
    """
    runs = max(1, min(cases // OPEN_SHARE, OPEN_MOST) // told.open.cases)
    ended = max(1, (cases - runs * told.open.cases) // told.archive.cases)
    names.lay_out()
    with _indexes_at_the_end():
        copy(told.archive, ended, timedelta(days=365 * YEARS) / ended)
        copy(told.open, runs, timedelta(weeks=WEEKS) / runs, OPEN_FROM)
        _key_names(told)
        _count_numbers()
        _share_out()
    settle()
    _sum_up()
    return Case.objects.count()


def copy(block: Block, times: int, each: timedelta = timedelta(0), base: int = 0) -> None:
    """The block so many times, itself among them; every copy lies `each` before the one before.

    PostgreSQL only; `settle` comes after the last.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for model in growing():
            if model is not ChildWord:  # a copy has a name of its own
                _copy(cursor, model, block, times, base, each)


@contextmanager
def _indexes_at_the_end() -> Iterator[None]:
    """Indexes that are no constraint are made once all rows are there: much faster than row by row."""
    tables = [model._meta.db_table for model in growing()]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, pg_get_indexdef(c.oid) FROM pg_index i "
            "JOIN pg_class c ON c.oid = i.indexrelid "
            "WHERE i.indrelid = ANY(%s::regclass[]) "
            "AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)",
            [tables],
        )
        found = cursor.fetchall()
        for name, _ in found:
            cursor.execute(f'DROP INDEX "{name}"')
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '512MB'")
        for _, statement in found:
            cursor.execute(statement)


def settle() -> None:
    """Let the database count on from the largest ids, and know its new size."""
    with connection.cursor() as cursor:
        for model in growing():
            table = model._meta.db_table
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table} "
                "HAVING max(id) > 0"
            )
        cursor.execute("VACUUM ANALYZE")


def _copy(cursor, model, block: Block, copies: int, base: int, each: timedelta) -> None:
    """So many copies of a block's rows in one table, each an `each` earlier than the one before."""
    table = model._meta.db_table
    columns = ", ".join(f'"{f.column}"' for f in model._meta.concrete_fields)
    values = ", ".join(_value(model, f) for f in model._meta.concrete_fields)
    cursor.execute(
        f"INSERT INTO {table} ({columns}) SELECT {values} FROM {table} t, "
        "(SELECT n, %(base)s + n * %(stride)s AS move, n * %(each)s AS back "
        "FROM generate_series(1, %(copies)s) n) c "
        "WHERE t.id > %(after)s AND t.id <= %(until)s",
        {
            "base": base,
            "stride": STRIDE,
            "each": each,
            "copies": copies - 1,
            "after": block.after[table],
            "until": block.until[table],
        },
    )


def _value(model, field) -> str:
    """How a column of a copy comes from the row copied."""
    column = f't."{field.column}"'
    if field.primary_key or (field.is_relation and field.related_model in growing()):
        return f"{column} + move"
    if (model, field.name) in SPECIAL:
        return SPECIAL[model, field.name].format(column=column)
    name = (model._meta.model_name, field.name)
    if name in TEXTS:
        return TEXTS[name].format(column=column)
    if isinstance(field, models.DateTimeField):
        return f"{column} - back"
    if isinstance(field, models.DateField) and field.name != "occurrence":
        return f"({column} - back)::date"
    return column


_IDS = "{column}" + "".join(
    f" || CASE WHEN {{column}} ? '{key}' AND jsonb_typeof({{column}}->'{key}') = 'number' "
    f"THEN jsonb_build_object('{key}', ({{column}}->>'{key}')::bigint + move) ELSE '{{{{}}}}'::jsonb END"
    for key in IDS_IN_JOURNAL
)
SPECIAL = {
    (Entry, "subject_id"): "{column} + move",
    (Entry, "data"): _IDS,
    (Child, "name"): f"CASE {{column}} WHEN '' THEN '' ELSE {names.whole('t.id + move')} END",
    (Child, "temporary_name"): f"CASE {{column}} WHEN '' THEN '' ELSE {names.drawn('t.id + move', 0)} END",
    (Case, "number"): (
        "split_part({column}, '-', 1) || '-' || extract(year FROM t.opened_at - back) || '-' || "
        "to_char((move / 1000000000) * 5000000 + n * 64 + t.id, 'FM9990000')"
    ),
}
TEXTS = {
    ("letter", "token"): "CASE {column} WHEN '' THEN '' ELSE md5({column} || (t.id + move)) END",
    (
        "paper",
        "agenda",
    ): "CASE {column} WHEN '' THEN '' ELSE {column} || '.' || n || '.' || move / 1000000000 END",
    ("session", "group"): "n || '.' || move / 1000000000",
    ("incomingletter", "seq"): "{column} + n * 50 + (move / 1000000000) * 5000000",
    ("number", "seq"): "{column} + n * 50 + (move / 1000000000) * 5000000",
    (
        "letter",
        "number",
    ): "CASE {column} WHEN '' THEN '' ELSE {column} || '.' || n || '.' || move / 1000000000 END",
}


def _key_names(told: Told) -> None:
    """What the copies' names are found by."""
    table = Child._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {ChildWord._meta.db_table} (agency_id, child_id, word) "
            f"SELECT DISTINCT c.agency_id, c.id, v.key FROM {table} c, "
            "LATERAL regexp_split_to_table(c.name || ' ' || c.temporary_name, ' ') AS said(word) "
            f"JOIN {names.TABLE} v ON v.name = said.word WHERE c.id > %s",
            [told.open.until[table]],
        )


def _count_numbers() -> None:
    """The series of case numbers as far as the copies took them: a number is looked up in these."""
    parts = [f"split_part(number, '-', {no})" for no in (1, 2, 3)]
    code, year, last = parts[0], f"{parts[1]}::int", f"max({parts[2]}::int)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {CaseNumber._meta.db_table} AS had (agency_id, code, year, last) "
            f"SELECT agency_id, {code}, {year}, {last} FROM {Case._meta.db_table} GROUP BY 1, 2, 3 "
            "ON CONFLICT (agency_id, code, year) DO UPDATE SET last = greatest(had.last, excluded.last)"
        )


def _sum_up() -> None:
    """The figures of the desk, as after a night's `manage.py summarise`."""
    for step, year in Measure.objects.order_by().values_list("step", "day__year").distinct():
        sum_up(step, year)
    for row in Reckoning.objects.all():
        row.entry = Entry.objects.filter(agency=row.agency_id).latest("id").pk
        row.save()


def _share_out() -> None:
    """Three of four cases of the city have a social worker assigned, the running and the old."""
    position = Position.objects.get(agency__slug="tanjungpinang", name="Peksos")
    users = User.objects.filter(appointments__position=position).order_by("pk").values_list("pk", flat=True)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {CaseOfficer._meta.db_table} (case_id, position_id, user_id, since, reason) "
            "SELECT id, %s, (%s::bigint[])[1 + (no / 4) %% %s], opened_at, '' FROM (SELECT id, opened_at, "
            f"row_number() OVER (ORDER BY id) AS no FROM {Case._meta.db_table} WHERE agency_id = %s) c "
            "WHERE no %% 4 > 0",
            [position.pk, list(users), len(users), position.agency_id],
        )
