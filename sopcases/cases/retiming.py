"""What a change of the office's calendar does to running cases: weighed first, then done.

Only what is open moves: attempts under way and the terms of running cases, each counted anew from its
beginning, its standard, the minutes used and the holds since. What has ended keeps the moments it had.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache, cached_property, partial
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from sopcases.cases import clocks
from sopcases.cases.clocks import Span, Standard
from sopcases.cases.models import Attempt, Case, Interval
from sopcases.cases.progress import Progress
from sopcases.cases.shelf import Shelf
from sopcases.cases.storing import store
from sopcases.cases.wording import joined, shortened
from sopcases.people import journal
from sopcases.people.authority import Machine, Officer
from sopcases.people.models import Agency, Entry, Position
from sopcases.sops import flow
from sopcases.sops.flow import PlanStep, number_of
from sopcases.sops.models import Revision
from sopcases.worktime.calendar import Calendar
from sopcases.worktime.models import calendar_for
from sopcases.worktime.periods import period

CHUNK = 500
"""Cases read and written together: each chunk costs the same few statements."""
TERM = "Jangka waktu seluruh penanganan"


@dataclass(frozen=True)
class Row:
    """The due moments of one step, or of the term, of an SOP: how many move, and the earliest and the latest
    of them, each as it was and as it becomes, in words of the agency's zone."""

    agency: str
    sop: str
    step: str
    desk: str
    count: int
    first: tuple[str, str]
    last: tuple[str, str]


@dataclass(frozen=True)
class Outlook:
    """Whose due moments move. False where none does."""

    rows: tuple[Row, ...]
    cases: int

    @property
    def count(self) -> int:
        return sum(row.count for row in self.rows)

    def __bool__(self) -> bool:
        return bool(self.rows)


@transaction.atomic
def weigh(agencies: Iterable[int], since: date, by: Officer | Machine) -> Outlook:
    """What would move by the calendar as it now stands in this transaction. Writes nothing, and holds the
    cases as `retime` does: where nothing moves, nothing that would is opened before the calendar is stored.

    `since`: the first day that the calendar may count otherwise. Raises NoWorkingHours.
    """
    found = _Found()
    for agency in _hold(agencies):
        for moves in _moves(agency, since, by):
            found.take(agency, moves)
    return found.outlook()


@transaction.atomic
def retime(agencies: Iterable[int], since: date, by: Officer | Machine, because: str) -> Outlook:
    """Let every open due moment follow the calendar as it now stands; each case's journal says `because`."""
    found = _Found()
    for agency in _hold(agencies):
        for moves in _moves(agency, since, by):
            found.take(agency, moves)
            _write(moves, by, because)
    return found.outlook()


def _hold(agencies: Iterable[int]) -> list[Agency]:
    """The agencies' rows are held first, so that no case is opened meanwhile, then all their running cases in
    the order of their ids, as walks do: an act under way ends before, a later one finds the new calendar."""
    held = list(Agency.objects.select_for_update(no_key=True).filter(pk__in=agencies).order_by("pk"))
    running = Case.objects.filter(agency__in=held, state__in=Case.RUNNING).order_by("pk")
    list(running.select_for_update(no_key=True).values_list("pk"))
    return held


# --- what moves


@dataclass(frozen=True)
class _Moved:
    """A step's attempt, and when it is to be due and late."""

    attempt: Attempt
    step: PlanStep
    due: datetime
    late: datetime

    @property
    def leeway(self) -> bool:
        """Whether only the leeway after it ends at another time."""
        return self.due == self.attempt.due_at

    @property
    def span(self) -> tuple[datetime, datetime]:
        """As it was, and as it becomes."""
        if self.leeway:
            return self.attempt.late_at, self.late
        return self.attempt.due_at, self.due


@dataclass(frozen=True)
class _Moves:
    """All that moves in one case; `term` None where that stays."""

    case: Case
    steps: tuple[_Moved, ...]
    term: datetime | None


class _Open(Shelf):
    """Of the rows of the cases only those that can move something or did."""

    @cached_property
    def attempts(self) -> dict[int, list[Attempt]]:
        timed = Attempt.objects.filter(due_at__isnull=False, opened_at__isnull=False)
        return self._by_case(timed.filter(state__in=Attempt.LIVE).only(*_TIMED).order_by("id"))

    @cached_property
    def intervals(self) -> dict[int, list[Interval]]:
        holds = Interval.objects.filter(kind=Interval.Kind.HOLD, until__isnull=False)
        return self._by_case(holds.order_by("since", "id"))


_TIMED = ("case", "step", "occurrence", "no", "state", "opened_at", "due_at", "late_at", "used_minutes")


class _Sums:
    """The sums of a calendar, each done once: what was opened together is due together."""

    def __init__(self, calendar: Calendar):
        self.calendar = calendar
        self._end_of = cache(partial(clocks.end_of, calendar))
        self.end_of_period = cache(partial(clocks.end_of_period, calendar))

    def end_of(self, standard: Standard, since: datetime, used: int, holds: Iterable[Span]) -> datetime:
        return self._end_of(standard, since, used, tuple(holds))


def _moves(agency: Agency, since: date, by: Officer | Machine) -> Iterator[list[_Moves]]:
    """Chunk by chunk the cases in which something moves."""
    sums = _Sums(calendar_for(agency))
    revisions = Revision.objects.filter(sop__agency=agency).select_related("sop").in_bulk()
    concerned = _concerned(agency, since)
    for start in range(0, len(concerned), CHUNK):
        cases = list(Case.objects.filter(pk__in=concerned[start : start + CHUNK]).order_by("pk"))
        for case in cases:
            case.agency, case.revision = agency, revisions[case.revision_id]
        shelf = _Open(cases)
        found = [_moves_in(Progress(case, by, shelf), sums) for case in cases]
        yield [moves for moves in found if moves.steps or moves.term]


def _concerned(agency: Agency, since: date) -> list[int]:
    """The running cases in which something lasts until that day: another due moment cannot move. That of a
    period is its last working day, so a day off that goes may lie behind it."""
    start = datetime.combine(since - timedelta(days=1), time(), ZoneInfo(agency.timezone))
    lasts = Q(late_at__gte=start) | Q(occurrence__isnull=False)
    live = Attempt.objects.filter(lasts, case=OuterRef("pk"), state__in=Attempt.LIVE)
    held = Interval.objects.filter(case=OuterRef("pk"), kind=Interval.Kind.HOLD, until__gte=start)
    in_office_time = {
        revision.sop_id
        for revision in Revision.objects.filter(sop__agency=agency).exclude(in_force_from=None)
        if (term := clocks.standard(revision.term_text)) and not term.by_calendar_alone
    }
    lasting = Q(Exists(live)) | Q(Exists(held)) | Q(sop__in=in_office_time, term_due_at__gte=start)
    rows = Case.objects.filter(lasting, agency=agency, state__in=Case.RUNNING)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _moves_in(progress: Progress, sums: _Sums) -> _Moves:
    steps = []
    for attempt in progress.live():
        due, late = _due(progress, attempt, sums)
        if (due, late) != (attempt.due_at, attempt.late_at):
            steps.append(_Moved(attempt, progress.step_of(attempt), due, late))
    term = _term(progress, sums)
    return _Moves(progress.case, tuple(steps), None if term == progress.case.term_due_at else term)


def _due(progress: Progress, attempt: Attempt, sums: _Sums) -> tuple[datetime, datetime]:
    if attempt.occurrence is not None:
        first, last = period(attempt.occurrence, progress.step_of(attempt).every_months)
        due = sums.end_of_period(first, last)
        return due, due
    standard, due = progress.standard_of(attempt), attempt.due_at
    if standard is None:
        return due, attempt.late_at
    if not standard.by_calendar or (attempt.no == 1 and not standard.by_calendar_alone):
        due = sums.end_of(standard, attempt.opened_at, attempt.used_minutes, progress.holds)
    # The leeway it was given stays, whatever the agency's setting has become.
    grace = attempt.late_at != attempt.due_at
    return due, sums.calendar.late_from(due, standard.length, grace)


def _term(progress: Progress, sums: _Sums) -> datetime | None:
    case, term = progress.case, progress.term
    if case.term_due_at is None or term is None or term.by_calendar_alone:
        return case.term_due_at
    return sums.end_of(term, case.opened_at, 0, progress.holds)


# --- what is written


def _write(moves: list[_Moves], by: Officer | Machine, because: str) -> None:
    Entry.objects.bulk_create(_line(one, by, because) for one in moves)
    attempts, terms = [], []
    for one in moves:
        for moved in one.steps:
            moved.attempt.due_at, moved.attempt.late_at = moved.due, moved.late
            attempts.append(moved.attempt)
        if one.term:
            one.case.term_due_at = one.term
            terms.append(one.case)
    store(attempts, "due_at", "late_at")
    store(terms, "term_due_at")
    Case.objects.filter(pk__in=[one.case.pk for one in moves]).update(version=F("version") + 1)


def _line(one: _Moves, by: Officer | Machine, because: str) -> Entry:
    """One line a case: of steps alike how many, from when, until when; whether that is only the leeway."""
    alike = Counter((moved.step.key, *moved.span, moved.leeway) for moved in one.steps)
    steps = [
        [key, count, was.isoformat(), now.isoformat(), leeway]
        for (key, was, now, leeway), count in alike.items()
    ]
    term = [one.case.term_due_at.isoformat(), one.term.isoformat()] if one.term else None
    return journal.line(by, "case.retimed", one.case, because=because, steps=steps, term=term)


# --- what is told


Shift = tuple[datetime, datetime]
"""A moment as it was, and as it becomes."""


@dataclass
class _Group:
    count: int
    first: Shift
    last: Shift


class _Found:
    """Gathers what moves, by SOP and step, before it is written."""

    def __init__(self) -> None:
        self.cases = 0
        self.agencies: dict[int, Agency] = {}
        self.sops: dict[int, str] = {}
        self.groups: dict[tuple[int, int, PlanStep | None], _Group] = {}

    def take(self, agency: Agency, moves: list[_Moves]) -> None:
        self.agencies[agency.pk] = agency
        self.cases += len(moves)
        for one in moves:
            self.sops[one.case.sop_id] = one.case.revision.name
            for moved in one.steps:
                self._count(one.case, moved.step, moved.span)
            if one.term:
                self._count(one.case, None, (one.case.term_due_at, one.term))

    def _count(self, case: Case, step: PlanStep | None, span: Shift) -> None:
        group = self.groups.setdefault((case.agency_id, case.sop_id, step), _Group(0, span, span))
        group.count += 1
        group.first, group.last = min(group.first, span), max(group.last, span)

    def outlook(self) -> Outlook:
        names = dict(Position.objects.filter(agency__in=self.agencies).values_list("pk", "name"))
        rows = []
        for (agency, sop, step), group in sorted(self.groups.items(), key=self._order):
            calendar = calendar_for(self.agencies[agency])
            rows.append(
                Row(
                    agency=self.agencies[agency].short_name,
                    sop=self.sops[sop],
                    step=f"{number_of(step)}. {shortened(step.activity)}" if step else TERM,
                    desk=joined(sorted(names[p] for p in _doing(step))) if step else "",
                    count=group.count,
                    first=(calendar.tell(group.first[0]), calendar.tell(group.first[1])),
                    last=(calendar.tell(group.last[0]), calendar.tell(group.last[1])),
                )
            )
        return Outlook(tuple(rows), self.cases)

    def _order(self, item) -> tuple:
        (agency, sop, step), _ = item
        return agency, self.sops[sop], step is not None, step.order if step else 0, step.id if step else 0


def _doing(step: PlanStep) -> frozenset[int]:
    """On whose desk a step lies."""
    return step.positions(flow.PERFORMS) or step.positions(*flow.APPROVING)
