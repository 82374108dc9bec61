"""A full database: the lives of `lives.py` copied, block by block, with other numbers, names and days.

A copy shifts every id of the block's rows and of what points at them, so a new table is copied without a line
here. The archive lies in the past, the open work in the last weeks. PostgreSQL copies by INSERT … SELECT
(about 100,000 rows a second); nothing is checked but constraints: foreign keys hold because they held before.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from django.apps import apps
from django.db import connection, models, transaction

from sopcases.cases.models import Case, CaseOfficer, Child
from sopcases.people.models import Entry, Position, User
from tests.bench import lives

STRIDE = 20_000
"""Ids that a copy of a block may take in one table."""
OPEN_FROM = 1_000_000_000
"""Where the ids of the copies of the open work begin."""
YEARS, WEEKS = 6, 6
"""How far back the archive lies, and the open work."""
OPEN_SHARE = 10
"""One case in so many is running."""
GIVEN = "Adi Budi Citra Dewa Eka Fajar Gilang Hana Intan Joko Kirana Laras Mega Nanda Oki Putri Rafa Sari Umi"
FAMILY = (
    "Contoh Pratama Wijaya Saputra Lestari Hidayat Santoso Maulana Ramadhan Siregar Harahap Utami Permata"
)
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
    ours = [
        m for m in apps.get_models(include_auto_created=True) if m._meta.app_label in ("cases", "letters")
    ]
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


def tell(at: datetime) -> Told:
    """The office and the two blocks, walked through the verbs, in the empty database in use."""
    with transaction.atomic():
        agencies = lives.install(at)
        empty = marks()
        lives.archive(agencies, at - timedelta(days=7 * WEEKS))
        told = marks()
        cases = Case.objects.count()
        lives.open_work(agencies, at)
        return Told(Block(empty, told, cases), Block(told, marks(), Case.objects.count() - cases))


def marks() -> dict[str, int]:
    """Each growing table's largest id."""
    return {m._meta.db_table: m.objects.aggregate(last=models.Max("pk"))["last"] or 0 for m in growing()}


def fill(told: Told, cases: int) -> int:
    """Copy the blocks until the database in use holds about so many cases; answers how many it holds.

    PostgreSQL only.
    """
    runs = max(1, cases // OPEN_SHARE // told.open.cases)
    ended = max(1, (cases - runs * told.open.cases) // told.archive.cases)
    copy(told.archive, ended, timedelta(days=365 * YEARS) / ended)
    copy(told.open, runs, timedelta(weeks=WEEKS) / runs, OPEN_FROM)
    _share_out()
    settle()
    return Case.objects.count()


def copy(block: Block, times: int, each: timedelta = timedelta(0), base: int = 0) -> None:
    """The block so many times, itself among them; every copy lies `each` before the one before.

    PostgreSQL only; `settle` comes after the last.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for model in growing():
            _copy(cursor, model, block, times, base, each)


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


def _array(words: str) -> str:
    return "(ARRAY[" + ", ".join(f"'{word}'" for word in words.split()) + "])"


def _one_of(words: str, salt: int) -> str:
    return f"{_array(words)}[1 + ((t.id + move) * {salt} / 7) %% {len(words.split())}]"


_NAME = f"{_one_of(GIVEN, 31)} || ' ' || {_one_of(GIVEN, 17)} || ' ' || {_one_of(FAMILY, 13)}"
_IDS = "{column}" + "".join(
    f" || CASE WHEN {{column}} ? '{key}' AND jsonb_typeof({{column}}->'{key}') = 'number' "
    f"THEN jsonb_build_object('{key}', ({{column}}->>'{key}')::bigint + move) ELSE '{{{{}}}}'::jsonb END"
    for key in IDS_IN_JOURNAL
)
SPECIAL = {
    (Entry, "subject_id"): "{column} + move",
    (Entry, "data"): _IDS,
    (Child, "name"): f"CASE {{column}} WHEN '' THEN '' ELSE {_NAME} END",
    (Child, "temporary_name"): f"CASE {{column}} WHEN '' THEN '' ELSE {_one_of(GIVEN, 31)} END",
    (Case, "number"): (
        "split_part({column}, '-', 1) || '-' || extract(year FROM t.opened_at - back) || '-' || "
        "lpad(((move / 1000000000) * 5000000 + n * 64 + t.id)::text, 7, '0')"
    ),
}
TEXTS = {
    ("letter", "token"): "CASE {column} WHEN '' THEN '' ELSE md5({column} || (t.id + move)) END",
    ("number", "seq"): "{column} + n * 50 + (move / 1000000000) * 5000000",
    (
        "letter",
        "number",
    ): "CASE {column} WHEN '' THEN '' ELSE {column} || '.' || n || '.' || move / 1000000000 END",
}


def _share_out() -> None:
    """Three of four cases of the city have a social worker assigned, the running and the old."""
    position = Position.objects.get(agency__slug="tanjungpinang", name="Peksos")
    users = list(
        User.objects.filter(appointments__position=position).order_by("pk").values_list("pk", flat=True)
    )
    cases: Iterable = (
        Case.objects.filter(agency=position.agency_id).order_by("pk").values_list("pk", "opened_at")
    )
    rows = (
        CaseOfficer(case_id=pk, position=position, user_id=users[no // 4 % len(users)], since=opened)
        for no, (pk, opened) in enumerate(cases.iterator(chunk_size=5000))
        if no % 4
    )
    CaseOfficer.objects.bulk_create(rows, batch_size=2000)
