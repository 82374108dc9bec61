"""What has a day: due dates and sessions of an officer, letters of assignment and holidays. One home for the
page of a month and for the iCalendar feed, which tell the same.

No title names a child: cases stand by their number. A constant number of queries.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from sopcases.cases.addresses import case_url, occasion_url, step_url
from sopcases.cases.models import Attendance, Case, Filing, Goal, Mandate, Session
from sopcases.cases.progress import Spot
from sopcases.desk import duties
from sopcases.letters.incoming_page import incoming_url
from sopcases.letters.models import IncomingLetter
from sopcases.letters.page import letter_url
from sopcases.people.authority import Officer
from sopcases.sops.flow import number_of
from sopcases.worktime.models import Holiday
from sopcases.worktime.periods import period

READ = 500
"""Rows of a kind; a span with more says so."""
DUE, SESSION, ORDER, HOLIDAY = "due", "session", "order", "holiday"
KINDS = {
    DUE: "Batas waktu",
    SESSION: "Kegiatan bersama",
    ORDER: "Masa surat tugas",
    HOLIDAY: "Hari libur",
}


@dataclass(frozen=True)
class Event:
    """Something on a day or several; `at` where it has an hour. `uid` stays the same as long as it stands."""

    uid: str
    kind: str
    first: date
    last: date
    title: str
    url: str = ""
    at: datetime | None = None
    late: bool = False

    @property
    def label(self) -> str:
        return KINDS[self.kind]


@dataclass(frozen=True)
class Day:
    """A day of a month and what is on it."""

    day: date
    today: bool
    events: tuple[Event, ...]

    @property
    def free(self) -> bool:
        return any(event.kind == HOLIDAY for event in self.events)


@dataclass
class Calendar:
    """An officer's events from one day to another, both included."""

    officer: Officer
    first: date
    last: date
    full: bool = field(default=False, init=False)
    """Whether there are more of a kind than are read."""

    def __post_init__(self) -> None:
        self.zone = ZoneInfo(self.officer.agency.timezone)

    @cached_property
    def events(self) -> list[Event]:
        """By day; on a day what is whole first, then by the hour."""
        found = [*self._holidays()]
        if self.officer.may_act:
            for told in (self._steps, self._occasions, self._held, self._goals, self._papers, self._answers):
                found += told()
            found += self._orders()
        inside = [e for e in found if e.first <= self.last and e.last >= self.first]
        return sorted(inside, key=lambda e: (e.first, e.at is not None, e.at or _BEGINNING, e.uid))

    def days(self) -> list[Day]:
        """Each day of the span, also the empty ones."""
        count = (self.last - self.first).days + 1
        return [self._day(self.first + timedelta(days=no)) for no in range(count)]

    def _day(self, day: date) -> Day:
        here = tuple(event for event in self.events if event.first <= day <= event.last)
        return Day(day, day == self.officer.day, here)

    def _rows(self, rows) -> list:
        found = list(rows[: READ + 1])
        self.full |= len(found) > READ
        return found[:READ]

    @property
    def _moments(self) -> tuple[datetime, datetime]:
        """From the first moment of the span to before the first after it."""
        after = self.last + timedelta(days=1)
        return self._midnight(self.first), self._midnight(after)

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone)

    def _on(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def _holidays(self) -> Iterator[Event]:
        rows = Holiday.objects.of(self.officer.agency).filter(date__range=(self.first, self.last))
        for row in rows:
            yield Event(f"libur-{row.pk}", HOLIDAY, row.date, row.date, row.name)

    def _steps(self) -> Iterator[Event]:
        """Steps that wait for him. A period's due moment is a day: its hours are nobody's."""
        begins, ends = self._moments
        mine = duties.live_attempts(self.officer).exclude(duties.shared(self.officer))
        rows = mine.filter(due_at__gte=begins, due_at__lt=ends).select_related("step", "case")
        for row in self._rows(rows.order_by("due_at", "id")):
            day = self._on(row.due_at)
            yield Event(
                f"langkah-{row.pk}",
                DUE,
                day,
                day,
                f"{row.case.number}: langkah {number_of(row.step)}. {row.step.activity}",
                step_url(row.case, Spot(row.step.key, row.child_id, row.occurrence)),
                at=None if row.occurrence else row.due_at,
                late=duties.overdue(row.step.alarm, row.late_at, self.officer.at),
            )

    def _occasions(self) -> Iterator[Event]:
        """Sessions that he has to hold, on the last day of their period."""
        for row in self._rows(duties.sessions(self.officer)):
            if row["due_at"] is None:
                continue
            slug, key, begun = row["case__sop__slug"], row["step__key"], row["occurrence"]
            day = self._on(row["due_at"])
            late = duties.overdue(row["alarm"], row["late_at"], self.officer.at)
            url = occasion_url(slug, key, begun)
            title = f"Paling lambat: {row['activity']}"
            yield Event(f"kegiatan-{slug}-{key}-{begun}", SESSION, day, day, title, url, late=late)

    def _held(self) -> Iterator[Event]:
        """Sessions that were held, with children of cases he may read."""
        begins, ends = self._moments
        visible = Case.objects.visible_to(self.officer)
        mine = Attendance.objects.filter(session=OuterRef("pk"), case__in=visible.values("pk"))
        rows = Session.objects.filter(
            Exists(mine), agency=self.officer.agency, held_at__gte=begins, held_at__lt=ends
        )
        for row in self._rows(rows.select_related("sop").order_by("held_at", "id")):
            day = self._on(row.held_at)
            title = f"Terlaksana: kegiatan bersama {row.sop.noun}"
            url = reverse("cases:session", kwargs={"session": row.pk})
            yield Event(f"terlaksana-{row.pk}", SESSION, day, day, title, url, at=row.held_at)

    def _goals(self) -> Iterator[Event]:
        for goals in (duties.goals_until, duties.goals_adrift_until):
            yield from self._goals_of(goals(self.officer, self.last).filter(due_on__gte=self.first))

    def _goals_of(self, goals: QuerySet[Goal]) -> Iterator[Event]:
        for row in self._rows(goals.select_related("case").order_by("due_on", "id")):
            title = f"{row.case.number}: tujuan rencana anak"
            url = case_url(row.case, "plan", child=row.child_id)
            late = row.due_on < self.officer.day
            yield Event(f"tujuan-{row.pk}", DUE, row.due_on, row.due_on, title, url, late=late)

    def _papers(self) -> Iterator[Event]:
        mine = duties.to_follow(self.officer).filter(until__range=(self.first, self.last))
        told = set()
        for row in self._rows(mine.select_related("attempt__case", "kind").order_by("until", "id")):
            case = row.attempt.case
            if row.act in told:
                continue
            told.add(row.act)
            uid = f"menyusul-{case.pk}-{row.kind_id}-{row.at.timestamp()}-{row.until}"
            title = f"{case.number}: {row.kind} menyusul"
            late = row.until < self.officer.day
            yield Event(uid, DUE, row.until, row.until, title, case_url(case), late=late)

    def _answers(self) -> Iterator[Event]:
        """Parts of dispositions that he has to answer."""
        waiting = IncomingLetter.objects.waiting_for(self.officer)
        rows = waiting.filter(part_due__range=(self.first, self.last), passed=False)
        for row in self._rows(rows.order_by("part_due", "id")):
            day = row.part_due
            title = f"Tindak lanjut {str(row)[:1].lower()}{str(row)[1:]}"
            late = day < self.officer.day
            yield Event(f"disposisi-{row.part}", DUE, day, day, title, incoming_url(row), late=late)

    def _orders(self) -> Iterator[Event]:
        """The days of letters of assignment in cases he may read, one for each letter."""
        visible = Case.objects.visible_to(self.officer)
        filed = Filing.objects.filter(case__in=visible.values("pk"))
        rows = Mandate.objects.filter(
            Exists(filed.filter(paper=OuterRef("paper"))),
            ends__gte=self.first,
            starts__lte=self.last,
            paper__agency=self.officer.agency,
            paper__voided_at=None,
        )
        rows = self._rows(rows.select_related("paper__kind", "paper__letter").order_by("starts", "id"))
        pairs = filed.filter(paper__in=[row.paper_id for row in rows]).order_by("case_id")
        numbers: dict[int, dict[str, None]] = {}
        for paper, number in pairs.values_list("paper", "case__number"):
            numbers.setdefault(paper, {})[number] = None
        for row in rows:
            first, *_ = cases = list(numbers[row.paper_id])
            letter = getattr(row.paper, "letter", None)
            url = letter_url(letter) if letter else reverse("cases:case", kwargs={"number": first})
            title = f"{', '.join(cases)}: {row.paper}"
            yield Event(f"tugas-{row.pk}", ORDER, row.starts, row.ends, title, url)


_BEGINNING = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Month:
    """A month, from its first day to its last."""

    first: date

    @classmethod
    def read(cls, text: str, today: date) -> "Month":
        """As the address names it ("2026-12"); what names none is this month."""
        try:
            first = date.fromisoformat(f"{text}-01")
        except ValueError:
            first = today.replace(day=1)
        return cls(first if 2000 <= first.year <= 2100 else today.replace(day=1))

    @property
    def last(self) -> date:
        return period(self.first, 1)[1]

    @property
    def before(self) -> "Month":
        return Month(period(self.first - timedelta(days=1), 1)[0])

    @property
    def after(self) -> "Month":
        return Month(self.last + timedelta(days=1))

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"
