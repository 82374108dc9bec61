"""What is open now: how many cases, what holds them up, where the children are, who has how much.

Nothing of it is kept: it is counted when it is looked at, among the cases the officer may read. A number
about cases is the count of the very list that it opens (`desk.listing`): the two cannot disagree.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from urllib.parse import urlencode

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import TruncMonth
from django.utils import timezone

from sopcases.cases.models import Case, CaseChild, CaseOfficer, Interval, Whereabouts
from sopcases.desk.doubles import Doubles
from sopcases.desk.listing import NOBODY, Listing, within
from sopcases.people.authority import LEFT, Officer
from sopcases.worktime.periods import period

PLACES = 8
"""So many places are told; the others are counted together."""
MONTHS = 12


@dataclass(frozen=True)
class Number:
    """A count and the list it opens; `marked` where it asks for something to be done."""

    label: str
    count: int
    url: str
    marked: bool = False


class Open:
    """The open work of an officer."""

    def __init__(self, officer: Officer):
        self.officer = officer
        self.running = Case.objects.visible_to(officer).filter(state__in=Case.RUNNING)

    def number(self, label: str, marked: bool = False, **asked) -> Number:
        """The count of a list of cases, and its address."""
        count = Listing(self.officer, asked).count
        return Number(label, count, address(asked), marked and count > 0)

    def standing(self) -> list[Number]:
        """What a head asks first."""
        return [
            Number("Anak dalam penanganan", self.inside.count(), children_address()),
            self.number("Penanganan berjalan"),
            self.number("Lewat batas waktu", marked=True, hanya="lewat"),
        ]

    @cached_property
    def inside(self) -> QuerySet[CaseChild]:
        return stays(self.officer)

    def stuck(self) -> list[Number]:
        """What keeps cases from going on, reason by reason; a case may have several."""
        return [
            *self._waiting(),
            self.number("Ditunda", status=Case.State.ON_HOLD.value),
            self.number("Kelengkapan menyusul", hanya="menyusul"),
            self.number("Lewat batas waktu tanpa menunggu pihak lain", marked=True, hanya="tertahan"),
            self.number("Siap ditutup", hanya="siap"),
        ]

    def _waiting(self) -> Iterator[Number]:
        """Each kind of outside party that is waited for; those not told apart last."""
        waits = Interval.objects.filter(kind=Interval.Kind.WAITING, until=None, case__in=self.running)
        rows = waits.order_by().values_list("party_kind").annotate(cases=Count("case", distinct=True))
        counts = dict(rows)
        for kind, label in Interval.Party.choices:
            if kind and counts.get(kind):
                url = address({"hanya": "menunggu", "pihak": kind})
                yield Number(f"Menunggu {label.lower()}", counts[kind], url)
        yield self.number("Menunggu pihak lain, semuanya", hanya="menunggu")

    def places(self) -> list[Number]:
        """Where the children are, as last told; most children first, and all other places together."""
        counts = by_place(located(self.inside, self.officer))
        found = [
            Number(place or "Belum dicatat", children, children_address(place or ""))
            for place, children in counts[:PLACES]
        ]
        if others := sum(children for _, children in counts[PLACES:]):
            found.append(Number("Tempat lain", others, children_address(others=True)))
        return found

    def load(self) -> list[Number]:
        """Running cases by the officer they are assigned to, in the order of the alphabet; those without one
        last. Who holds no position any more is said to. Never by lateness."""
        now = CaseOfficer.objects.filter(until=None, case__in=self.running)
        serving = {user for user, _ in self.officer.holding}
        rows = now.order_by().values_list("user", "user__name").annotate(cases=Count("case", distinct=True))
        found = [
            Number(f"{name}{'' if pk in serving else LEFT}", cases, address({"petugas": pk}))
            for pk, name, cases in sorted(rows, key=lambda row: (row[1].casefold(), row[0]))
        ]
        return [*found, self.number("Belum ditugaskan", petugas=NOBODY)]

    def months(self) -> list[tuple[date, Number, Number]]:
        """Cases opened and closed in each of the last months, this one last."""
        this = timezone.localtime(self.officer.at).date().replace(day=1)
        months = [this]
        while len(months) < MONTHS:
            months.append(period(months[-1] - timedelta(days=1), 1)[0])
        months.reverse()
        opened, closed = self._by_month("opened_at", months[0]), self._by_month("closed_at", months[0])

        def number(label: str, counts: dict[date, int], month: date) -> Number:
            url = address({"status": "semua", label: f"{month:%Y-%m}"})
            return Number(label, counts.get(month, 0), url)

        return [
            (month, number("dibuka", opened, month), number("ditutup", closed, month)) for month in months
        ]

    def _by_month(self, column: str, first: date) -> dict[date, int]:
        found = Case.objects.visible_to(self.officer)
        since = within(column, first)[f"{column}__gte"]
        found = found.filter(**{f"{column}__gte": since}).order_by()
        rows = found.annotate(month=TruncMonth(column)).values_list("month").annotate(cases=Count("pk"))
        return {timezone.localtime(month).date(): cases for month, cases in rows}


def stays(officer: Officer, slug: str = "") -> QuerySet[CaseChild]:
    """The children in running cases that the officer may read; one child in one case is one, whatever records
    it has there."""
    running = Case.objects.visible_to(officer).filter(state__in=Case.RUNNING)
    if slug:
        running = running.filter(sop__slug=slug)
    found = CaseChild.objects.filter(left_on=None, case__in=running.order_by().values("pk"))
    dropped = Doubles.among(found).dropped
    return found.exclude(pk__in=dropped) if dropped else found


def located(found: QuerySet[CaseChild], officer: Officer) -> QuerySet[CaseChild]:
    """Each stay with `where`: the place last told of the child that the officer may know, None where none
    was."""
    known = Whereabouts.objects.visible_to(officer).filter(child=OuterRef("child"))
    latest = known.order_by("-since", "-id")
    return found.annotate(where=Subquery(latest.values("place")[:1]))


def by_place(found: QuerySet[CaseChild]) -> list[tuple[str | None, int]]:
    """The places of located stays and how many children each has, the most first; None: not told."""
    rows = found.order_by().values_list("where").annotate(children=Count("pk"))
    return sorted(rows, key=lambda row: (-row[1], row[0] or ""))


def elsewhere(found: QuerySet[CaseChild]) -> QuerySet[CaseChild]:
    """Those of the located stays whose place is none of the PLACES that are told."""
    told = [place for place, _ in by_place(found)[:PLACES]]
    others = Q(where__isnull=False) & ~Q(where__in=[place for place in told if place is not None])
    return found.filter(others if None in told else others | Q(where=None))


def address(asked: dict) -> str:
    """The list of cases, which then tells its count."""
    return f"/penanganan/?{urlencode(asked | {'hitung': '1'})}"


def children_address(place: str | None = None, others: bool = False) -> str:
    asked = ({} if place is None else {"tempat": place}) | ({"lain": "1"} if others else {})
    return "/laporan/anak/" + (f"?{urlencode(asked)}" if asked else "")
