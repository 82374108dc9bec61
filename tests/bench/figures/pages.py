"""Tugas Saya, list, search, case page and child page at a thousand and a hundred thousand cases.

In the process, through the middleware and the templates, one page at one database after the other: the value
is the p95 at the large size, beside it the p95 at the small one. PostgreSQL only.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.test import Client
from django.urls import reverse

from sopcases.cases.models import Case, CaseChild, Child
from sopcases.people.models import User
from tests.bench import ground, history, timing
from tests.bench.figures import Figure, figure

DATABASES = ("postgres",)
SMALL, LARGE = 1_000, 100_000
ROUNDS = 60
PEOPLE = ("peksos", "kasi", "petugas", "kabid", "kadis")
MOST_QUERIES, MOST_BYTES = 10, 100_000


@dataclass
class Side:
    """One size: its database, its people at their browsers, and cases to look at."""

    database: object
    clients: dict[str, Client] = field(default_factory=dict)
    cases: list[str] = field(default_factory=list)
    children: list[tuple[str, int]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    before: str = ""

    def prepare(self) -> None:
        with ground.working_on(self.database):
            agency = Case.objects.filter(agency__slug="tanjungpinang")
            for login in PEOPLE:
                client = self.clients[login] = Client()
                client.force_login(User.objects.get(username=f"{login}.tanjungpinang"))
                client.get(reverse("people:password"))
            seen = agency.order_by("-opened_at", "-pk")
            step = max(1, seen.count() // 40)
            rows = list(seen.values_list("pk", "number", "opened_at"))[::step][:40]
            self.cases = [number for _, number, _ in rows]
            middle = rows[len(rows) // 2]
            self.before = f"{middle[2].isoformat()}_{middle[0]}"
            stays = CaseChild.objects.filter(case__in=[pk for pk, _, _ in rows]).order_by("pk")
            self.children = list(stays.values_list("case__number", "child_id"))[:40]
            named = Child.objects.filter(agency__slug="tanjungpinang").exclude(name="").order_by("pk")
            step = max(1, named.count() // 20)
            self.names = list(named.values_list("name", flat=True)[::step])[:20]


Page = Callable[[Side, int], tuple[str, str, dict | None]]
"""Side and round → who asks, for which address, and what he posts (None: nothing, he reads)."""


def pages() -> dict[str, Page]:
    """The pages measured, by name."""

    def everybody(url: str) -> Page:
        return lambda side, no: (PEOPLE[no % len(PEOPLE)], url, None)

    def of(login: str, url: str, **data) -> Page:
        return lambda side, no: (login, url + ("?" + urlencode(data) if data else ""), None)

    home, cases, search = reverse("desk:home"), reverse("desk:cases"), reverse("cases:search")
    found = {f"Tugas Saya, {login}": of(login, home) for login in PEOPLE}
    return found | {
        "list of cases": everybody(cases),
        "list, all states": of("kadis", cases, status="semua"),
        "list, late ones": of("kasi", cases, hanya="lewat"),
        "list, a page far back": lambda side, no: (
            "peksos",
            cases + "?" + urlencode({"status": "semua", "sebelum": side.before}),
            None,
        ),
        "list, by number": lambda side, no: (
            "peksos",
            cases + "?" + urlencode({"status": "semua", "q": side.cases[no % len(side.cases)][-6:]}),
            None,
        ),
        "case page": lambda side, no: (
            "kasi",
            reverse("cases:case", args=[side.cases[no % len(side.cases)]]),
            None,
        ),
        "child page": lambda side, no: (
            "kasi",
            reverse("cases:child", args=side.children[no % len(side.children)]),
            None,
        ),
        "search, whole name": lambda side, no: ("peksos", search, {"q": side.names[no % len(side.names)]}),
        "search, common name": lambda side, no: ("peksos", search, {"q": side.names[no % 20].split()[0]}),
        "search, nobody": lambda side, no: ("peksos", search, {"q": f"Zulaikhah{no}"}),
        "letters": of("kadis", reverse("letters:letters")),
    }


@contextmanager
def both_sizes() -> Iterator[tuple[Side, Side]]:
    """The same lives copied to both sizes, in two databases."""
    large = LARGE // 10 if ground.quick() else LARGE
    with ground.fresh() as base:
        told = history.tell(ground.now())
        with ground.copy_of(base, "small") as one, ground.copy_of(base, "large") as two:
            for database, cases in ((one, SMALL), (two, large)):
                with ground.working_on(database):
                    history.fill(told, cases)
            sides = Side(one), Side(two)
            for side in sides:
                side.prepare()
            yield sides


def measure() -> list[Figure]:
    with both_sizes() as sides:
        return [row for name, page in pages().items() for row in one(name, page, sides)]


def one(name: str, page: Page, sides: tuple[Side, Side], rounds: int = ROUNDS) -> list[Figure]:
    """A page's p95 and p50 at the large size beside the small one's; its queries, and its length."""
    counters = [0, 0]
    longest = 0

    def look(which: int) -> None:
        nonlocal longest
        side = sides[which]
        login, url, data = page(side, counters[which])
        counters[which] += 1
        with ground.working_on(side.database):
            client = side.clients[login]
            response = client.get(url) if data is None else client.post(url, data)
        assert response.status_code == 200, (url, response.status_code)
        longest = max(longest, len(response.content))

    def count(which: int) -> int:
        with ground.working_on(sides[which].database):
            return max(timing.queries(lambda: look(which)) for _ in range(len(PEOPLE)))

    small, large = timing.in_turn(rounds, lambda: look(0), lambda: look(1), warm=5)
    few, many = count(0), count(1)
    note = f"p50 {timing.p50(large):.1f} beside {timing.p50(small):.1f} ms"
    return [
        figure(f"{name}: p95 at the large size", timing.p95(large), "ms", timing.p95(small), note),
        figure(f"{name}: queries", many, "queries", few, f"reach {MOST_QUERIES}"),
        figure(f"{name}: length", longest / 1000, "kB", MOST_BYTES / 1000),
    ]
