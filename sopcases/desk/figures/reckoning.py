"""Keep the measures: made anew for the cases touched since the last time, then summed.

`reckon` is safe to run twice, to be skipped for days, and beside people at work. Which cases were touched is
read off the journal, whose line every verb writes with its fact.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from sopcases.cases.clocks import Span, shares
from sopcases.cases.models import Attempt, Case, Interval, Waiver
from sopcases.desk.figures.measures import AroundTheClock, Measured, summed
from sopcases.desk.models import Measure, Reckoning, Summary
from sopcases.people.authority import local_day
from sopcases.people.models import Agency, Entry
from sopcases.sops.models import Revision
from sopcases.sops.plans import plan_of
from sopcases.worktime.models import calendar_for

AT_ONCE = 500
"""Cases read and written together."""
WHILE_ONE_WAITS = 2000
"""Cases that are looked at for somebody who waits for the page."""
OVERLAP = 1000
"""Lines of the journal looked at once more: a transaction may commit after one that began later."""

COLUMNS = [field.name for field in fields(Measured)]

Period = tuple[int, int]
"""A step and a year."""


@transaction.atomic
def reckon(agency: Agency, at: datetime, *, anew: bool = False) -> int:
    """Bring the measures of an agency up to now; answers how many cases were looked at. `anew`: all of them,
    whatever the journal says."""
    Reckoning.objects.get_or_create(agency=agency, defaults={"at": at})
    last = Reckoning.objects.select_for_update().get(agency=agency)
    newest = Entry.objects.filter(agency=agency).aggregate(last=Max("id"))["last"] or 0
    cases = _all(agency) if anew else _touched(agency, last.entry)
    ruler = Ruler(agency, at)
    changed: set[Period] = set()
    for some in _batches(cases):
        changed |= _measure(ruler, some)
    for step, year in sorted(changed):
        sum_up(step, year)
    last.at, last.entry = at, newest
    last.save()
    return len(cases)


def why_not_now(agency: Agency) -> str | None:
    """Whether reckoning would keep somebody waiting who asks for it from a page: None, or a sentence."""
    last = Reckoning.objects.filter(agency=agency).first()
    if len(_touched(agency, last.entry if last else 0)) > WHILE_ONE_WAITS:
        return (
            "Terlalu banyak yang berubah untuk dihitung sekarang; angka ini diperbarui oleh sistem malam ini."
        )
    return None


def _all(agency: Agency) -> list[int]:
    return list(Case.objects.filter(agency=agency).order_by("id").values_list("id", flat=True))


def _touched(agency: Agency, entry: int) -> list[int]:
    lines = Entry.objects.filter(agency=agency, id__gt=entry - OVERLAP, subject=Case._meta.label_lower)
    return sorted(set(lines.order_by().values_list("subject_id", flat=True)))


def _batches(cases: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(cases), AT_ONCE):
        yield cases[start : start + AT_ONCE]


@dataclass(frozen=True)
class Standard:
    """How a step's time is counted, and whether it has any."""

    exists: bool
    by_calendar: bool
    recurring: bool


class Ruler:
    """What an agency's attempts are measured with."""

    def __init__(self, agency: Agency, at: datetime):
        self.agency, self.at = agency, at
        self.calendar = calendar_for(agency)
        revisions = Revision.objects.filter(sop__agency=agency).exclude(state__in=Revision.DRAFTS)
        self.standards = {
            step.id: Standard(
                bool(step.standard),
                bool(step.standard and step.standard.by_calendar(step.basis)),
                step.recurring,
            )
            for revision in revisions.select_related("sop")
            for step in plan_of(revision).steps
        }

    def measure(self, attempts: list[Attempt], waits: list[list[Span]], holds: list[Span]) -> list[Measured]:
        """The attempts at one thing in their order, each with the times its party was asked for."""
        found, waited = [], 0
        for attempt, asked in zip(attempts, waits, strict=True):
            if attempt.opened_at:
                end = max(attempt.opened_at, attempt.finished_at or self.at)
                waited += shares(self.calendar, attempt.opened_at, end, asked, holds).waiting
            found.append(self._one(attempt, waited, [span for some in waits for span in some], holds))
        return found

    def _one(self, attempt: Attempt, waited: int, asked: list[Span], holds: list[Span]) -> Measured:
        day = local_day(self.agency, attempt.finished_at or self.at)
        if attempt.state != Attempt.State.DONE:
            return Measured(attempt.state, day)
        standard, own = self.standards[attempt.step_id], None
        if attempt.early or standard.recurring:
            waited = 0
        elif standard.by_calendar:
            of_all = shares(AroundTheClock(), attempt.turn_at, attempt.finished_at, asked, holds)
            own, waited = of_all.own, of_all.waiting
        else:
            own = max(0, attempt.worked_minutes - waited)
        return Measured(
            state=attempt.state,
            day=day,
            minutes=own if attempt.spent_minutes is None else attempt.spent_minutes,
            own=own,
            waited=waited,
            on_time=_on_time(attempt, standard),
            early=attempt.early,
            verbal=bool(attempt.verbal_order_by),
        )


def _on_time(attempt: Attempt, standard: Standard) -> bool | None:
    if attempt.late_at is not None:
        return attempt.finished_at <= attempt.late_at
    return True if attempt.early and standard.exists else None


def _measure(ruler: Ruler, cases: Sequence[int]) -> set[Period]:
    """Put the measures of these cases anew; answers the periods that had or have some of them."""
    before = Measure.objects.filter(case__in=cases)
    changed = {(step, day.year) for step, day in before.values_list("step", "day")}
    before.delete()
    holds: dict[int, list[Span]] = defaultdict(list)
    asked: dict[int, list[Span]] = defaultdict(list)
    for row in Interval.objects.filter(case__in=cases):
        span = row.since, row.until or ruler.at
        if row.kind == Interval.Kind.HOLD:
            holds[row.case_id].append(span)
        elif row.attempt_id:
            asked[row.attempt_id].append(span)
    waived = set(Waiver.objects.filter(case__in=cases).values_list("attempt", flat=True))
    tracks: dict[tuple, list[Attempt]] = defaultdict(list)
    for attempt in Attempt.objects.filter(case__in=cases).order_by("no"):
        tracks[attempt.case_id, attempt.step_id, attempt.child_id, attempt.occurrence].append(attempt)
    new = []
    for (case, step, *_), attempts in tracks.items():
        waits = [asked[attempt.pk] for attempt in attempts]
        for attempt, found in zip(attempts, ruler.measure(attempts, waits, holds[case]), strict=True):
            if attempt.live:
                continue
            facts = asdict(found) | {"waived": attempt.pk in waived}
            new.append(
                Measure(agency=ruler.agency, case_id=case, step_id=step, attempt_id=attempt.pk, **facts)
            )
            changed.add((step, found.day.year))
    Measure.objects.bulk_create(new, batch_size=AT_ONCE)
    return changed


def sum_up(step: int, year: int) -> None:
    """Put anew the summaries of one step: of the year, and of each of its months."""
    Summary.objects.filter(step=step, first__year=year).delete()
    rows = Measure.objects.filter(step=step, day__year=year).values_list(*COLUMNS, named=True)
    months: dict[int, list] = defaultdict(list)
    for row in rows.iterator(chunk_size=5000):
        months[row.day.month].append(row)
    periods = [(date(year, month, 1), 1, found) for month, found in months.items()]
    if months:
        periods.append((date(year, 1, 1), 12, [row for found in months.values() for row in found]))
    Summary.objects.bulk_create(
        Summary(step_id=step, first=first, months=length, **asdict(summed(found)))
        for first, length, found in periods
    )
