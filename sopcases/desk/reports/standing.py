"""How cases and children stood at the end of a past day, by the acts done until then, as known today.

What was recorded late counts on the day of the act; what was taken back since (an outcome, a closing) counts
nowhere.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value, When

from sopcases.cases.models import Attempt, Case, CaseChild, Interval
from sopcases.people.models import Agency


@dataclass(frozen=True)
class Span:
    """Days of an office from `first` to `last`, both counted, with their moments in its zone.

    `until` is the last moment that counts: the end of the last day, or the moment of asking on that day.
    """

    first: date
    last: date
    zone: ZoneInfo = field(repr=False)
    asked: datetime = field(repr=False)

    @property
    def begins(self) -> datetime:
        return datetime.combine(self.first, time(), self.zone)

    @property
    def until(self) -> datetime:
        ends = datetime.combine(self.last + timedelta(days=1), time(), self.zone)
        return min(self.asked, ends - timedelta(microseconds=1))

    def day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()


def zone_of(agency: Agency) -> ZoneInfo:
    return ZoneInfo(agency.timezone)


def stood(cases: QuerySet[Case], until: datetime) -> QuerySet[Case]:
    """Cases there were at a moment, each with `stood`, its state then (a value of Case.State)."""
    acts = Attempt.objects.filter(case=OuterRef("pk"), acted_at__lte=until)
    holds = Interval.objects.filter(case=OuterRef("pk"), kind=Interval.Kind.HOLD, since__lte=until)
    held = holds.filter(Q(until=None) | Q(until__gt=until))
    begun = Exists(acts) | Exists(holds) | Q(reopened=True)
    state = models.Case(
        When(closed_at__lte=until, then=F("state")),
        When(Exists(held), then=Value(Case.State.ON_HOLD.value)),
        When(~Q(state=Case.State.REPORTED) & begun, then=Value(Case.State.ACTIVE.value)),
        default=Value(Case.State.REPORTED.value),
        output_field=models.CharField(),
    )
    return cases.filter(opened_at__lte=until).annotate(stood=state)


def left_by(stay: CaseChild, span: Span) -> bool:
    """Whether a child had left its case by the last day."""
    return stay.left_on is not None and went(span.day(stay.joined_at), stay.left_on) <= span.last


def went(joined: date, left: date) -> date:
    """The day on which a child counts as gone: an outcome of a day before it was recorded as joined counts
    on that day, so that what came in also goes out."""
    return max(joined, left)


def names(stays: Iterable[CaseChild], named: bool) -> str:
    """The children in one line: names to those entitled to them, else initials."""
    return ", ".join(stay.child.called if named else stay.child.initials for stay in stays)
