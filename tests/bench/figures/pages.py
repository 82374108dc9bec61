"""The pages of every day at ten thousand, a hundred thousand and a million cases.

In the process, through the middleware and the templates, one page at one database after the other: the value
is the p95 at a larger size, beside it the p95 at the smallest. As many cases are running at each size: what
grows with the years is the archive. PostgreSQL only.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle
from urllib.parse import urlencode

from django.test import Client
from django.urls import reverse

from sopcases.cases import children
from sopcases.cases.models import Case, CaseChild, Child
from sopcases.desk.inbox import Inbox
from sopcases.people.authority import Officer
from sopcases.people.models import User
from tests.bench import ground, history, timing
from tests.bench.figures import Figure, figure

DATABASES = ("postgres",)
SIZES = (10_000, 100_000, 1_000_000)
QUICK = (1_000, 10_000)
ROUNDS, WARM = 60, 5
PEOPLE = ("peksos", "kasi", "petugas", "kabid", "kadis")
MOST_QUERIES, MOST_BYTES = 10, 100_000
MOST_COUNTS, MOST_NAME = 30, 25
"""Milliseconds to be reached by the counts on every page, and by a name looked for."""


@dataclass
class Side:
    """One size: its database, its people at their browsers, and cases to look at."""

    database: object
    size: int
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

    def officer(self, login: str) -> Officer:
        """As a request makes him."""
        return Officer(User.objects.get(username=f"{login}.tanjungpinang"), ground.now())


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
            cases
            + "?"
            + urlencode({"status": "semua", "q": side.cases[no % len(side.cases)].rpartition("-")[2]}),
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
        "dashboard": of("kadis", reverse("desk:dashboard")),
        "dashboard, a year ago": lambda side, no: (
            "kadis",
            reverse("desk:dashboard") + f"?tahun={ground.now().year - 1}",
            None,
        ),
        "register of cases": of("kadis", reverse("desk:register_cases")),
        "register of children": of("kadis", reverse("desk:register_children")),
    }


@contextmanager
def all_sizes() -> Iterator[list[Side]]:
    """The same lives copied to every size, in databases of their own."""
    with ground.fresh() as base, ExitStack() as stack:
        told = history.tell(ground.now())
        sides = []
        for size in QUICK if ground.quick() else SIZES:
            database = stack.enter_context(ground.copy_of(base, str(size)))
            with ground.working_on(database):
                history.fill(told, size)
            sides.append(Side(database, size))
        for side in sides:
            side.prepare()
        yield sides


def measure() -> list[Figure]:
    with all_sizes() as sides:
        found = [row for name, page in pages().items() for row in one(name, page, sides)]
        return found + counts(sides) + by_name(sides)


def one(name: str, page: Page, sides: list[Side], rounds: int = ROUNDS) -> list[Figure]:
    """A page's p95 and p50 at the larger sizes beside the smallest's; its queries, and its length."""
    longest = 0
    asked = {side.size: 0 for side in sides}

    def look(side: Side) -> None:
        nonlocal longest
        login, url, data = page(side, asked[side.size])
        asked[side.size] += 1
        with ground.working_on(side.database):
            client = side.clients[login]
            response = client.get(url) if data is None else client.post(url, data)
        assert response.status_code == 200, (url, response.status_code)
        longest = max(longest, len(response.content))

    def count(side: Side) -> int:
        with ground.working_on(side.database):
            return max(timing.queries(lambda: look(side)) for _ in range(len(PEOPLE)))

    few, many = count(sides[0]), count(sides[-1])
    return [
        *beside(name, sides, look, rounds),
        figure(f"{name}: queries", many, "queries", few, f"reach {MOST_QUERIES}"),
        figure(f"{name}: length", longest / 1000, "kB", MOST_BYTES / 1000),
    ]


def beside(name: str, sides: list[Side], act: Callable[[Side], object], rounds: int = ROUNDS) -> list[Figure]:
    """An act's p95 at each larger size beside the smallest's."""
    small, *larger = timing.in_turn(rounds, *(partial(act, side) for side in sides), warm=WARM)
    return [
        figure(
            f"{name}: p95 at {side.size:,}",
            timing.p95(times),
            "ms",
            timing.p95(small),
            f"p50 {timing.p50(times):.1f} beside {timing.p50(small):.1f} ms",
        )
        for side, times in zip(sides[1:], larger, strict=True)
    ]


def counts(sides: list[Side]) -> list[Figure]:
    """The figures shown on every page, for a head."""

    def count(side: Side) -> None:
        with ground.working_on(side.database):
            Inbox(side.officer("kadis")).todo  # noqa: B018 - counted when asked

    return beside(f"counts on every page (reach {MOST_COUNTS} ms)", sides, count)


def by_name(sides: list[Side]) -> list[Figure]:
    """A child looked for by name: what a search adds to a page, which knows its officer. Rights and journal
    included."""
    asked = {side.size: cycle(side.names) for side in sides}
    known = {side.size: [] for side in sides}
    for side in sides:
        with ground.working_on(side.database):
            for _ in range(ROUNDS + WARM):
                known[side.size].append(side.officer("peksos"))
                known[side.size][-1].hats  # noqa: B018 - read when asked

    def look(side: Side) -> None:
        with ground.working_on(side.database):
            children.search(known[side.size].pop(), next(asked[side.size]))

    return beside(f"a child by name (reach {MOST_NAME} ms)", sides, look)
