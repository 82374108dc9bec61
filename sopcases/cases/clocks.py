"""The two clocks of a case, pure: until when a step and the whole term run, and whose the time was (design
rule 17).

A due moment is what its beginning, its standard and the holds since then make of it. It can therefore be
reckoned anew when the office's calendar changes, and told.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from sopcases.sops import durations
from sopcases.worktime.calendar import Calendar, Duration, phrase
from sopcases.worktime.periods import remaining

Span = tuple[datetime, datetime]
"""From when until when, the end not before the beginning."""


@dataclass(frozen=True)
class Standard:
    """A length of time as an SOP means it; `basis` as `Calendar.add` takes it."""

    length: Duration
    basis: str = ""

    @property
    def by_calendar(self) -> bool:
        """Whether it runs on while the office is closed."""
        return self.length.by_calendar(self.basis)

    @property
    def by_calendar_alone(self) -> bool:
        """Whether no day off can change its end."""
        counted = self.basis == "calendar" or self.length.calendar
        return self.by_calendar and bool(counted or not (self.length.days or self.length.minutes))

    def left(self, calendar: Calendar, since: datetime, used: int) -> Duration:
        """What is left of it at `since` after so many office minutes; what runs by the calendar runs on as it
        is. In office time weeks, months and years are the working days they come to from `since`: no rule
        gives a month a number of them, and left whole they would give back the minutes used."""
        if self.by_calendar or used <= 0:
            return self.length
        return remaining(calendar.in_working_days(since, self.length), used)


@lru_cache(maxsize=1024)
def standard(text: str, basis: str = "") -> Standard | None:
    """A standard or a term as the SOP writes it; None where it sets none."""
    if not text.strip():
        return None
    length = durations.read(text)
    return None if length.is_zero else Standard(length, basis)


def held(calendar: Calendar, due: datetime, standard: Standard, hold: Span) -> datetime:
    """A due moment moved by exactly the length of a hold, in the time its standard is counted in."""
    return calendar.shift(due, *hold, calendar=standard.by_calendar)


def end_of(
    calendar: Calendar, standard: Standard, since: datetime, used: int = 0, holds: Iterable[Span] = ()
) -> datetime:
    """When a standard that began at `since` is over. `holds`: those that have ended, oldest first; only
    those that began after it did move it."""
    due = calendar.add(since, standard.left(calendar, since, used), standard.basis)
    for hold in holds:
        if hold[0] >= since:
            due = held(calendar, due, standard, hold)
    return due


def told(
    calendar: Calendar, standard: Standard, since: datetime, used: int = 0, holds: Iterable[Span] = ()
) -> str:
    """How `end_of` comes to its end, in Indonesian sentences."""
    left = standard.left(calendar, since, used)
    due = calendar.add(since, left, standard.basis)
    whole = phrase(standard.length, standard.basis)
    if left == standard.length:
        said = calendar.explain(since, left, standard.basis)
    elif left.is_zero:
        said = f"{whole} sudah habis terpakai; batas waktu {calendar.tell(due)}."
    else:
        rest = calendar.explain(since, left, standard.basis)
        said = f"Sisa dari {whole} sesudah {used} menit terpakai: {rest}"
    sentences = [said]
    for hold in holds:
        if hold[0] >= since:
            due = held(calendar, due, standard, hold)
            sentences.append(
                f"Ditunda {calendar.tell(hold[0])} sampai {calendar.tell(hold[1])}: bergeser "
                f"{_length(calendar, standard, hold)} menjadi {calendar.tell(due)}."
            )
    return " ".join(sentences)


def _length(calendar: Calendar, standard: Standard, hold: Span) -> str:
    """The length of a hold in the time its standard is counted in."""
    if not standard.by_calendar:
        return phrase(Duration(calendar.minutes_between(*hold)), "office")
    days, minutes = divmod(int((hold[1] - hold[0]).total_seconds() // 60), 24 * 60)
    return phrase(Duration(minutes, days=days), "calendar")


def end_of_period(calendar: Calendar, first: date, last: date) -> datetime:
    """The closing of the last working day of a period; where it has none, the midnight after it."""
    working = calendar.last_working_day(first, last)
    if working is None:
        return datetime.combine(last + timedelta(days=1), time(), calendar.zone)
    return calendar.end_of_next_working_day(
        datetime.combine(working - timedelta(days=1), time(), calendar.zone)
    )


# --- whose the time was


@dataclass(frozen=True)
class Shares:
    """Office minutes from a beginning to an end: the office's own, those spent waiting on others, and those
    held. Time held while others were asked counts as held."""

    own: int
    waiting: int
    held: int


def shares(
    calendar: Calendar,
    since: datetime,
    until: datetime,
    waits: Sequence[Span] = (),
    holds: Sequence[Span] = (),
) -> Shares:
    """How the time between two moments divides; what overlaps is counted once."""
    if until <= since:
        return Shares(0, 0, 0)
    total = calendar.minutes_between(since, until)
    frozen = _covered(calendar, since, until, holds)
    away = _covered(calendar, since, until, [*holds, *waits])
    return Shares(own=total - away, waiting=away - frozen, held=frozen)


def _covered(calendar: Calendar, since: datetime, until: datetime, spans: Iterable[Span]) -> int:
    """Office minutes between two moments that lie in any of the spans."""
    minutes, reached = 0, since
    for first, last in sorted(spans):
        first, last = max(first, reached), min(last, until)
        if first < last:
            minutes += calendar.minutes_between(first, last)
            reached = last
    return minutes
