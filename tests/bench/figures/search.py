"""Looking for a child among a million, by every kind of name; beside it what the Django admin asks.

The children are made by the database, their names drawn by it (see `names`). Journal and rights are in the
time, as in the application.
"""

from collections.abc import Callable, Iterator

from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from sopcases.cases import children, lookup, spelling
from sopcases.cases.models import Child, ChildWord
from sopcases.people.authority import Officer
from sopcases.people.models import User
from tests.bench import ground, lives, names, timing
from tests.bench.figures import Figure, figure

CHILDREN = 1_000_000
ROUNDS, ADMIN_EVERY = 60, 6
"""The admin is slow enough to be asked seldom."""
MOST = 25
"""Milliseconds to be reached at a million."""
NAMES = 40
"""Children who are looked for."""


def crowd(first: Child, count: int) -> None:
    """So many children like the first, each of three words; the lower a word's place, the more bear it."""
    columns = [f'"{f.column}"' for f in Child._meta.concrete_fields if f.name not in ("id", "name")]
    child, word, same = Child._meta.db_table, ChildWord._meta.db_table, ", ".join(columns)
    draws = ", ".join(f"{names.place('n', salt)} AS w{salt}" for salt in range(names.WORDS))
    names.lay_out()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # foreign keys hold: they held before
        cursor.execute(
            f"CREATE TEMPORARY TABLE drawn AS SELECT {first.pk} + n AS id, {draws} "
            f"FROM generate_series(1, {count}) n"
        )
        joined = "drawn " + " ".join(
            f"JOIN {names.TABLE} v{salt} ON v{salt}.no = w{salt}" for salt in range(names.WORDS)
        )
        name = " || ' ' || ".join(f"v{salt}.name" for salt in range(names.WORDS))
        cursor.execute(
            f"INSERT INTO {child} (id, name, {same}) SELECT drawn.id, {name}, "
            + ", ".join(f"t.{column}" for column in columns)
            + f" FROM {joined}, {child} t WHERE t.id = {first.pk}"
        )
        cursor.execute(
            f"INSERT INTO {word} (agency_id, child_id, word) SELECT DISTINCT {first.agency_id}, id, key "
            f"FROM drawn, LATERAL (VALUES (w0), (w1), (w2)) AS v(no) JOIN {names.TABLE} USING (no)"
        )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def respelt(name: str) -> str:
    """As it was written before 1947, letters doubled where they are heard short."""
    for new, old in (("j", "dj"), ("c", "tj"), ("y", "j"), ("u", "oe"), ("Muhammad", "Moch."), ("l", "ll")):
        name = name.replace(new, old)
    return name


def asked(borne: list[str]) -> Iterator[tuple[str, Callable[[int], str]]]:
    """What is looked for, round by round."""
    yield "whole name", lambda no: borne[no % len(borne)]
    yield "common name", lambda no: names.COMMON[no % len(names.COMMON)]
    yield "two common names", lambda no: f"{names.COMMON[no % 9]} {names.COMMON[(no + 4) % 13]}"
    yield "misspelt", lambda no: respelt(borne[no % len(borne)])
    yield "beginning", lambda no: borne[no % len(borne)][:3]
    yield "nobody", lambda no: f"Muhammad Zulxq{no}"


def like_the_admin(text: str) -> list[Child]:
    """`ModelAdmin.search_fields`: every word anywhere, counted, and the first page."""
    rows = Child.objects.order_by("-pk")
    for word in text.split():
        rows = rows.filter(name__icontains=word)
    rows.count()
    return list(rows[:100])


def measure() -> list[Figure]:
    count = CHILDREN // 10 if ground.quick() else CHILDREN
    with ground.fresh():
        lives.install(ground.now())
        user = User.objects.get(username="peksos.tanjungpinang")
        first = children.register(Officer(user, ground.now()), name="Anak Pertama")
        crowd(first, count)
        step = count // NAMES
        borne = list(
            Child.objects.filter(pk__gt=first.pk).order_by("pk").values_list("name", flat=True)[::step]
        )
        client = Client()
        client.force_login(user)
        client.get(reverse("people:password"))
        return [row for name, ask in asked(borne) for row in one(name, ask, user, client)]


def one(name: str, ask: Callable[[int], str], user: User, client: Client) -> Iterator[Figure]:
    """The search beside the admin's, and the whole page of the one field beside itself at rest."""
    ours, words, admin, page = [], [], [], []
    for no in range(ROUNDS):
        text = ask(no)
        ours.append(timing.clock(lambda text=text: children.search(Officer(user, ground.now()), text)))
        keys = spelling.words(text)
        words.append(timing.clock(lambda keys=keys: lookup.going_by(user.agency_id, keys, children.HITS)))
        if no % ADMIN_EVERY == 0:
            admin.append(timing.clock(lambda text=text: like_the_admin(text)))
            page.append(timing.clock(lambda text=text: client.post(reverse("desk:search"), {"q": text})))
    alone = f"p50 {timing.p50(words):.1f} ms"
    yield figure(f"words alone, {name}: p95", timing.p95(words), "ms", timing.p95(admin), alone)
    note = f"p50 {timing.p50(ours):.1f} beside {timing.p50(admin):.1f} ms; reach {MOST}"
    yield figure(f"child among many, {name}: p95", timing.p95(ours), "ms", timing.p95(admin), note)
    yield figure(f"the one field, {name}: p50", timing.p50(page), "ms", timing.p50(ours), "whole page")
