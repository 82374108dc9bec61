"""What an ended attempt measured, and what many of them come to. Pure: no clock, no ORM.

*Worked* are the stored office minutes from opening to end, holds left out, those of earlier attempts at the
same thing included: no clock is ever reset. *Waited* are those of them in which an outside party was asked
and had not answered; *own* is the rest. What is compared with the standard (`minutes`) is the time of doing:
as the officer gave it, else own. So a standard of 15 minutes is never held against a file's night in a tray
that somebody took the trouble to tell apart, nor against a hospital's silence.

Where a standard runs by the calendar ("2 minggu") all three are minutes by the clock since the step's turn
first came, holds left out. Nothing but what the officer gave is measured of an act before its turn, and of a
recurring step, whose clock is its period and not its session.

*On time* (design rule 17) is what was over by the moment from which it would have been late; what was done
ahead of its turn is. A step without standard is neither.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime

from sopcases.worktime.calendar import WORKING_DAY, Duration

MEDIAN, NINETIETH = 50, 90
WORKING_WEEK, WORKING_MONTH, WORKING_YEAR = 5, 22, 260
"""Working days, for comparing an office standard with office minutes."""


@dataclass(frozen=True)
class Measured:
    """One ended attempt: see the module."""

    state: str
    day: date
    minutes: int | None = None
    own: int | None = None
    waited: int = 0
    on_time: bool | None = None
    early: bool = False
    verbal: bool = False
    waived: bool = False


@dataclass(frozen=True)
class Figure:
    """What the measures of one step in one period come to; counts but for the four times, in minutes."""

    done: int = 0
    judged: int = 0
    on_time: int = 0
    timed: int = 0
    median: int | None = None
    ninetieth: int | None = None
    own: int = 0
    waited: int = 0
    returned: int = 0
    reopened: int = 0
    not_held: int = 0
    not_needed: int = 0
    early: int = 0
    verbal: int = 0
    waived: int = 0

    @property
    def late(self) -> int:
        return self.judged - self.on_time

    @property
    def share_on_time(self) -> int | None:
        """In whole percent, never 100 while one was late; None where nothing could be late."""
        return percent(self.on_time, self.judged)

    @property
    def share_waited(self) -> int | None:
        return percent(self.waited, self.own + self.waited)


FIGURES = tuple(field.name for field in fields(Figure))
DONE = "done"


def summed(rows: Iterable) -> Figure:
    """What measures (rows with the columns of `Measured`) come to."""
    rows = list(rows)
    done = [row for row in rows if row.state == DONE]
    judged = [row for row in done if row.on_time is not None]
    times = sorted(row.minutes for row in done if row.minutes is not None)
    own = [row for row in done if row.own is not None]

    def of(state: str) -> int:
        return sum(row.state == state for row in rows)

    return Figure(
        done=len(done),
        judged=len(judged),
        on_time=sum(row.on_time for row in judged),
        timed=len(times),
        median=nearest_rank(times, MEDIAN),
        ninetieth=nearest_rank(times, NINETIETH),
        own=sum(row.own for row in own),
        waited=sum(row.waited for row in own),
        returned=of("returned"),
        reopened=of("reopened"),
        not_held=of("not_held"),
        not_needed=of("not_needed"),
        early=sum(row.early for row in done),
        verbal=sum(row.verbal for row in done),
        waived=sum(row.waived for row in rows),
    )


def nearest_rank(values: Sequence[int], share: int) -> int | None:
    """The smallest of sorted values that so many percent of them do not exceed: always one that occurred."""
    return values[-(-len(values) * share // 100) - 1] if values else None


def percent(part: int, whole: int) -> int | None:
    """Whole percent, half up; 0 and 100 only for none and all."""
    if not whole:
        return None
    if part in (0, whole):
        return 100 * part // whole
    return min(99, max(1, (200 * part + whole) // (2 * whole)))


def length(standard: Duration, by_calendar: bool) -> int:
    """A standard in the minutes it is compared in: by the clock, or office minutes of regular days."""
    if by_calendar:
        days = standard.days + 7 * standard.weeks + 30 * standard.months + 365 * standard.years
        return days * 1440 + standard.minutes
    days = standard.days + WORKING_WEEK * standard.weeks
    days += WORKING_MONTH * standard.months + WORKING_YEAR * standard.years
    return days * WORKING_DAY + standard.minutes


class AroundTheClock:
    """Counts minutes as a calendar does whose office never closes."""

    @staticmethod
    def minutes_between(since: datetime, until: datetime) -> int:
        return int((until - since).total_seconds() // 60)
