"""Office time: pure arithmetic, without clock, database or Django.

How the sheets' times are read (Perpres 21/2023 and the office's practice):

* minutes and hours are office minutes;
* "1 Hari" is the same clock time on the next working day;
* weeks, months and years are calendar time, and so are whole multiples of 24 hours written in hours.

A start outside office hours counts from the next opening. All clock times are those of the agency's
zone; Indonesia's three zones know no summer time, so a day always has 24 hours.
"""

from bisect import bisect_left, bisect_right
from calendar import monthrange
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

WORKING_DAY = 450
"""Net office minutes of a regular working day: 37.5 hours over five days (Perpres 21/2023)."""

OFFICE_UNITS = ("hari", "jam", "menit")
"""Units that count office time when nothing else is said."""

WEEKDAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
MONTHS = (
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
)

_MINUTE = 60_000_000
_DAY = 24 * 60 * _MINUTE
_RANGES_NAMED = 5


class NoWorkingHours(ValueError):
    """The calendar has no opening left to count with; the text is a sentence for the user."""


@dataclass(frozen=True)
class Duration:
    """A length of time as a sheet writes it.

    `calendar` says how it is counted: None by the unit (see the module), True by the calendar,
    False in office time. Raises ValueError for a negative amount.
    """

    minutes: int = 0
    days: int = 0
    weeks: int = 0
    months: int = 0
    years: int = 0
    calendar: bool | None = None

    def __post_init__(self) -> None:
        if min(self.minutes, self.days, self.weeks, self.months, self.years) < 0:
            raise ValueError("Lama waktu tidak boleh negatif.")

    @property
    def is_zero(self) -> bool:
        """Nothing is asked: the sheet says 0 or a dash."""
        return not (self.minutes or self.days or self.weeks or self.months or self.years)

    @property
    def under_a_day(self) -> bool:
        """Shorter than one regular working day, so it measures doing and not lying in a tray."""
        return self.minutes < WORKING_DAY and not (self.days or self.weeks or self.months or self.years)

    def by_calendar(self, basis: str = "") -> bool:
        """Whether its clock is the calendar's and not the office's. `basis` overrides what the duration says
        of itself, and only where neither says anything the unit decides."""
        if count := _counting(self, basis):
            return count == "calendar"
        return bool(self.weeks or self.months or self.years)

    @property
    def parts(self) -> list[tuple[int, str]]:
        """Amount and Indonesian unit, the largest first; minutes are told in hours and minutes."""
        hours, minutes = divmod(self.minutes, 60)
        amounts = (self.years, self.months, self.weeks, self.days, hours, minutes)
        units = ("tahun", "bulan", "minggu", "hari", "jam", "menit")
        return [(amount, unit) for amount, unit in zip(amounts, units, strict=True) if amount]


@dataclass(frozen=True)
class WorkWeek:
    """The opening hours of each weekday (0 = Monday) while they are valid, both days included.

    A break makes two intervals. A weekday without intervals is closed. `last` None means until further
    notice. Raises ValueError for intervals that overlap, run backwards or are out of order.
    """

    first: date
    last: date | None
    hours: Mapping[int, Sequence[tuple[time, time]]]

    def __post_init__(self) -> None:
        for weekday, intervals in self.hours.items():
            edges = [edge for interval in intervals for edge in interval]
            if weekday not in range(7) or any(a >= b for a, b in pairwise(edges)):
                raise ValueError(f"Jam kerja hari ke-{weekday} tidak berurutan.")

    @property
    def span(self) -> timedelta:
        """How long it is valid."""
        return self.last - self.first if self.last else timedelta.max

    def covers(self, day: date) -> bool:
        """Whether this work week is valid on that day."""
        return self.first <= day and (self.last is None or day <= self.last)


class Calendar:
    """When one office is open.

    Where several work weeks are valid on a day the shortest wins, so that Ramadan beats the ordinary week
    while it lasts, also when the ordinary one changes meanwhile; of two open-ended ones the later wins.
    Moments handed in must be aware; moments handed out stand in the agency's zone.
    """

    def __init__(self, zone: str | ZoneInfo, periods: Iterable[WorkWeek], days_off: Collection[date]) -> None:
        self.zone = ZoneInfo(zone) if isinstance(zone, str) else zone
        self.days_off = frozenset(days_off)
        self.periods = sorted(periods, key=lambda week: (week.span, -week.first.toordinal()))
        self._hours = [
            [[(_offset(a), _offset(b)) for a, b in week.hours.get(weekday, ())] for weekday in range(7)]
            for week in self.periods
        ]
        # From the year after this one on, every year repeats the same weeks.
        self._settled = max(
            (
                *(day.year for day in self.days_off),
                *(day.year for week in self.periods for day in (week.first, week.last) if day),
            ),
            default=1,
        )
        # One row per opening, oldest first, for whole years: where it opens and closes and what was worked
        # before and after it; `_workdays` holds the days that have one. Filled as far as questions reach.
        self._years: tuple[int, int] | None = None
        self._clear()

    # Questions

    def is_working_day(self, day: date) -> bool:
        """Whether the office opens on that day at all."""
        return bool(self._intervals(day))

    def is_open(self, moment: datetime) -> bool:
        """Whether the moment lies in office hours; the closing moment still counts."""
        at = self._position(moment)
        row = bisect_right(self._opens, at) - 1
        return row >= 0 and at <= self._closes[row]

    def add(self, start: datetime, duration: Duration, basis: str = "") -> datetime:
        """The end of a duration that begins at `start`.

        Largest units first. A day keeps the clock time, moved into that day's opening hours where it falls
        outside. `basis` "office" or "calendar" overrides what the duration says of itself; in office time a
        week has as many working days as the work week, and months and years end within opening hours.
        Raises NoWorkingHours, and ValueError for a naive start or an unknown basis.
        """
        count = _counting(duration, basis)
        months = duration.years * 12 + duration.months
        if count == "calendar":
            end = self._calendar_days(start, months, duration.weeks * 7 + duration.days)
            return self._calendar_minutes(end, duration.minutes)
        if count == "office":
            end = self._calendar_days(start, months, 0) if months else start
            workdays = duration.days + duration.weeks * self._workdays_per_week(end)
            return self._moment(self._office(self._position(end), workdays, duration.minutes * _MINUTE))
        end = self._calendar_days(start, months, duration.weeks * 7) if months or duration.weeks else start
        if duration.days or duration.minutes or end is start:
            return self._moment(self._office(self._position(end), duration.days, duration.minutes * _MINUTE))
        return end

    def in_working_days(self, start: datetime, duration: Duration) -> Duration:
        """The length in working days and minutes: from `start` as much office time as until the end that
        `add` gives its weeks, months and years."""
        if not (duration.weeks or duration.months or duration.years):
            return duration
        end = self.add(start, duration, "office")
        first, last = (self._opening(self._position(moment)) // _DAY for moment in (start, end))
        days = bisect_right(self._workdays, last) - bisect_right(self._workdays, first)
        if self.add(start, Duration(days=days)) > end:
            days -= 1
        return Duration(self.minutes_between(self.add(start, Duration(days=days)), end), days=days)

    def minutes_between(self, a: datetime, b: datetime) -> int:
        """Office minutes from `a` to `b`, begun ones not counted; negative when `b` comes first."""
        if b < a:
            return -self.minutes_between(b, a)
        first, last = self._position(a), self._position(b)
        return (self._worked(last) - self._worked(first)) // _MINUTE

    def end_of_next_working_day(self, moment: datetime) -> datetime:
        """The closing time of the first working day after the moment's own day."""
        day = self._workday(self._position(moment) // _DAY, 1)
        return self._moment(self._closing(day))

    def last_working_day(self, first: date, last: date) -> date | None:
        """The last working day from `first` to `last`, both included; None when there is none."""
        for day in range(last.toordinal(), first.toordinal() - 1, -1):
            if self.is_working_day(date.fromordinal(day)):
                return date.fromordinal(day)
        return None

    def working_day(self, day: date, count: int) -> date:
        """The working day `count` working days after the day, before it where `count` is negative.

        Raises NoWorkingHours where the calendar holds no such day.
        """
        step, left = (1 if count > 0 else -1), abs(count)
        for ordinal in range(day.toordinal() + step, day.toordinal() + step * (left + 1) * 366, step):
            if not left:
                break
            if self.is_working_day(date.fromordinal(ordinal)):
                day, left = date.fromordinal(ordinal), left - 1
        if left:
            raise NoWorkingHours("Kalender kerja tidak mempunyai hari kerja; lengkapi jam kerjanya.")
        return day

    def late_from(self, due: datetime, duration: Duration, grace: bool) -> datetime:
        """The moment after which something due is late.

        A standard under one working day is the time of doing: with `grace` (an agency's setting) it is
        late only after the end of the next working day.
        """
        return self.end_of_next_working_day(due) if grace and duration.under_a_day else due

    def shift(self, due: datetime, since: datetime, until: datetime, calendar: bool = False) -> datetime:
        """A due moment moved by the exact length of a hold: by its office time, or by its clock time for
        what is counted by the calendar. Raises ValueError for a hold that ends before it begins.
        """
        if until < since:
            raise ValueError("Penundaan tidak dapat berakhir sebelum dimulai.")
        if calendar:
            return (due.astimezone(UTC) + (until - since)).astimezone(self.zone)
        first, last = self._position(since), self._position(until)
        return self._moment(self._office(self._position(due), 0, self._worked(last) - self._worked(first)))

    def explain(self, start: datetime, duration: Duration, basis: str = "") -> str:
        """How `add` comes to its end, as one Indonesian sentence."""
        due = self.add(start, duration, basis)
        begin = start.astimezone(self.zone)
        told = _clock if begin.date() == due.date() else _full
        sentence = [f"{phrase(duration, basis)} sejak {told(begin)}"]
        count = _counting(duration, basis)
        weeks_of_days = duration.weeks and count == "office"
        if count != "calendar" and (duration.minutes or duration.days or weeks_of_days):
            by_date = duration.months or duration.years or (duration.weeks and not weeks_of_days)
            if not by_date and not self.is_open(begin):
                begin = self.add(begin, Duration())
                sentence.append(f"di luar jam kerja, dihitung mulai {told(begin)}")
            sentence += self._skipped(begin, due)
        return "; ".join([*sentence, f"batas waktu {told(due)}"]) + "."

    def tell(self, moment: datetime) -> str:
        """Senin 4 Maret 2024 pukul 07.30, in the agency's zone."""
        return _full(moment.astimezone(self.zone))

    # Moments and positions: microseconds of local clock time, counted from the first day of the calendar

    def _position(self, moment: datetime) -> int:
        if moment.tzinfo is None:
            raise ValueError("A moment needs a time zone.")
        local = moment.astimezone(self.zone)
        self._cover(local.year)
        seconds = (local.toordinal() * 24 + local.hour) * 3600 + local.minute * 60 + local.second
        return seconds * 1_000_000 + local.microsecond

    def _moment(self, position: int) -> datetime:
        day, rest = divmod(position, _DAY)
        seconds, microsecond = divmod(rest, 1_000_000)
        hours, seconds = divmod(seconds, 3600)
        whole = date.fromordinal(day)
        return datetime(
            whole.year, whole.month, whole.day, hours, seconds // 60, seconds % 60, microsecond, self.zone
        )

    def _calendar_days(self, start: datetime, months: int, days: int) -> datetime:
        if start.tzinfo is None:
            raise ValueError("A moment needs a time zone.")
        local = start.astimezone(self.zone)
        try:
            year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
            day = min(local.day, monthrange(year, month + 1)[1])
            return local.replace(year=year, month=month + 1, day=day) + timedelta(days=days)
        except (OverflowError, ValueError) as error:
            raise NoWorkingHours("Batas waktu jatuh di luar penanggalan.") from error

    def _calendar_minutes(self, start: datetime, minutes: int) -> datetime:
        try:
            return (start.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(self.zone)
        except OverflowError as error:
            raise NoWorkingHours("Batas waktu jatuh di luar penanggalan.") from error

    # The rows

    def _clear(self) -> None:
        self._opens: list[int] = []
        self._closes: list[int] = []
        self._before: list[int] = []
        self._after: list[int] = []
        self._workdays: list[int] = []

    def _cover(self, year: int) -> None:
        if self._years is None:
            self._years = (year, year)
            self._fill(year)
        elif year < self._years[0]:
            last = self._years[1]
            self._clear()
            for each in range(year, last + 1):
                self._fill(each)
            self._years = (year, last)
        while year > self._years[1]:
            self._extend()

    def _extend(self) -> bool:
        """Add a year; whether it, or one still to come, may hold an opening."""
        first, last = self._years
        if last >= date.max.year:
            return False
        rows = len(self._opens)
        self._fill(last + 1)
        self._years = (first, last + 1)
        return len(self._opens) > rows or last + 1 <= self._settled

    def _extend_or_refuse(self) -> None:
        if not self._extend():
            raise NoWorkingHours(
                f"Kalender kerja tidak mempunyai jam kerja lagi sampai akhir {self._years[1]}; "
                "lengkapi jam kerja perangkat daerah."
            )

    def _fill(self, year: int) -> None:
        worked = self._after[-1] if self._after else 0
        for ordinal in range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1):
            intervals = self._intervals(date.fromordinal(ordinal))
            if intervals:
                self._workdays.append(ordinal)
            midnight = ordinal * _DAY
            for opens, closes in intervals:
                self._opens.append(midnight + opens)
                self._closes.append(midnight + closes)
                self._before.append(worked)
                worked += closes - opens
                self._after.append(worked)

    def _intervals(self, day: date) -> list[tuple[int, int]]:
        if day not in self.days_off:
            for week, hours in zip(self.periods, self._hours, strict=True):
                if week.covers(day):
                    return hours[day.weekday()]
        return []

    # Arithmetic on positions

    def _worked(self, at: int) -> int:
        """Office time from the first row to `at`, in microseconds."""
        row = bisect_right(self._opens, at) - 1
        return self._before[row] + min(at, self._closes[row]) - self._opens[row] if row >= 0 else 0

    def _office(self, at: int, days: int, needed: int) -> int:
        """Working days, then office time, counted from the next opening."""
        if days:
            opened = self._opening(at)
            day, clock = divmod(opened, _DAY)
            at = self._into(self._workday(day, days), clock)
        if not needed:
            return self._opening(at)
        target = self._worked(at) + needed
        while not self._after or self._after[-1] < target:
            self._extend_or_refuse()
        row = bisect_left(self._after, target)
        return self._opens[row] + target - self._before[row]

    def _opening(self, at: int) -> int:
        """`at` itself within hours, else the next opening. The closing moment is within: work ends there."""
        row = bisect_right(self._opens, at)
        if row and at <= self._closes[row - 1]:
            return at
        while row == len(self._opens):
            self._extend_or_refuse()
        return self._opens[row]

    def _workday(self, day: int, count: int) -> int:
        """The `count`-th working day after `day`."""
        place = bisect_right(self._workdays, day) + count - 1
        while place >= len(self._workdays):
            self._extend_or_refuse()
        return self._workdays[place]

    def _closing(self, day: int) -> int:
        return self._closes[bisect_left(self._opens, (day + 1) * _DAY) - 1]

    def _into(self, day: int, clock: int) -> int:
        """A clock time on a working day, moved into its hours: on to the next opening of the day, or back
        to its closing, so that "1 Hari" never becomes two.
        """
        at = day * _DAY + clock
        row = bisect_right(self._opens, at)
        if row and at <= self._closes[row - 1]:
            return at
        same_day = row < len(self._opens) and self._opens[row] < (day + 1) * _DAY
        return self._opens[row] if same_day else self._closing(day)

    def _workdays_per_week(self, moment: datetime) -> int:
        day = moment.astimezone(self.zone).date()
        for week in self.periods:
            if week.covers(day):
                return sum(bool(week.hours.get(weekday)) for weekday in range(7))
        return 5

    # Words

    def _skipped(self, begin: datetime, due: datetime) -> Iterator[str]:
        """What between two moments was not counted: the breaks of one day, or the closed days of several."""
        first, last = begin.toordinal(), due.toordinal()
        if first == last:
            row = bisect_left(self._opens, first * _DAY)
            for closes, opens in zip(self._closes[row:], self._opens[row + 1 :], strict=False):
                if self._position(begin) <= closes and opens < self._position(due):
                    yield f"istirahat {_time(self._moment(closes))}–{_time(self._moment(opens))}"
            return
        closed = [
            date.fromordinal(day)
            for day in range(first + 1, last)
            if not self.is_working_day(date.fromordinal(day))
        ]
        if ranges := list(_ranges(closed)):
            named = ", ".join(ranges) if len(ranges) <= _RANGES_NAMED else f"{len(closed)} hari"
            yield f"libur {named} tidak dihitung"


def phrase(duration: Duration, basis: str = "") -> str:
    """The length in Indonesian with what it is counted in: "15 menit kerja", "24 jam kalender"."""
    count = _counting(duration, basis)
    if duration.is_zero:
        return "tanpa waktu baku"
    said = {"office": "kerja", "calendar": "kalender"}.get(count)
    words = ""
    for amount, unit in reversed(duration.parts):
        counted = (said or "kerja") if said or unit in OFFICE_UNITS else ""
        # Neighbours counted alike share the word: "1 jam 30 menit kerja".
        shared = not counted or words.endswith(counted)
        words = f"{amount} {unit} {words}" if shared else f"{amount} {unit} {counted}"
    return words.strip()


def _counting(duration: Duration, basis: str) -> str:
    """How it is counted: "office", "calendar", or "" by the unit."""
    if basis not in ("", "office", "calendar"):
        raise ValueError(f"Unknown basis {basis!r}.")
    if basis or duration.calendar is None:
        return basis
    return "calendar" if duration.calendar else "office"


def _offset(clock: time) -> int:
    return ((clock.hour * 60 + clock.minute) * 60 + clock.second) * 1_000_000 + clock.microsecond


def _time(moment: datetime) -> str:
    return f"{moment:%H.%M}"


def _clock(moment: datetime) -> str:
    return f"{WEEKDAYS[moment.weekday()]} {_time(moment)}"


def _full(moment: datetime) -> str:
    return f"{WEEKDAYS[moment.weekday()]} {_day(moment.date())} pukul {_time(moment)}"


def _day(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _ranges(days: Sequence[date]) -> Iterator[str]:
    """Runs of neighbouring days, as "6–15 April 2024"."""
    start = 0
    for place, day in enumerate(days):
        if place + 1 < len(days) and days[place + 1] - day == timedelta(days=1):
            continue
        first, start = days[start], place + 1
        if first == day:
            yield _day(day)
        elif (first.year, first.month) == (day.year, day.month):
            yield f"{first.day}–{_day(day)}"
        else:
            yield f"{_day(first)} – {_day(day)}"
