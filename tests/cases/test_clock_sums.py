"""Standards, holds and waiting against a count of single minutes, one after the other, in plain loops."""

from datetime import date, datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from sopcases.cases import clocks
from sopcases.cases.clocks import Shares, Standard
from sopcases.worktime.calendar import Duration
from tests.worktime.test_calendar import DAYS_OFF, ORDINARY, RAMADAN, WIB, at, office

OFFICE = office()
MINUTE = timedelta(minutes=1)


def is_open(moment: datetime) -> bool:
    """Whether work is done in the minute that begins now."""
    week = RAMADAN if RAMADAN.covers(moment.date()) else ORDINARY
    hours = [] if moment.date() in DAYS_OFF else week.hours.get(moment.weekday(), [])
    return any(opens <= moment.time() < closes for opens, closes in hours)


def within(moment: datetime, spans) -> bool:
    return any(first <= moment < last for first, last in spans)


moments = st.datetimes(datetime(2026, 1, 5), datetime(2026, 6, 30), timezones=st.just(WIB)).map(
    lambda moment: moment.replace(second=0, microsecond=0)
)


@st.composite
def spans(draw, start: datetime, count: int, apart: bool):
    """So many spans from `start` on; `apart`: one after the other, else as they fall."""
    found, reached = [], start
    for _ in range(draw(st.integers(0, count))):
        first = reached + draw(st.integers(0, 2000)) * MINUTE
        last = first + draw(st.integers(0, 5000)) * MINUTE
        found.append((first, last))
        reached = last if apart else start
    return found


@st.composite
def runs(draw):
    """A beginning, an end, what was asked meanwhile, and holds."""
    start = draw(moments)
    end = start + draw(st.integers(0, 6000)) * MINUTE
    return start, end, draw(spans(start - 500 * MINUTE, 3, False)), draw(spans(start - 500 * MINUTE, 2, True))


WEEKEND_HOLD = (at("2026-04-10T15:00"), at("2026-04-13T09:00"))


@given(runs())
@example((at("2026-04-10T14:00"), at("2026-04-13T12:00"), [WEEKEND_HOLD], []))
@example(
    (
        at("2026-04-10T14:00"),
        at("2026-04-13T12:00"),
        [(at("2026-04-10T15:30"), at("2026-04-13T08:00"))],
        [WEEKEND_HOLD],
    )
)
def test_each_minute_is_the_office_s_own_or_waited_or_held(run):
    start, end, waits, holds = run
    own = waiting = held = 0
    moment = start
    while moment < end:
        if is_open(moment):
            held += within(moment, holds)
            waiting += within(moment, waits) and not within(moment, holds)
            own += not within(moment, waits) and not within(moment, holds)
        moment += MINUTE
    assert clocks.shares(OFFICE, start, end, waits, holds) == Shares(own, waiting, held)


@st.composite
def held_standards(draw):
    start = draw(moments)
    return start, draw(st.integers(1, 1500)), draw(spans(start, 2, True))


@given(held_standards())
@example((at("2026-04-10T14:30"), 60, [WEEKEND_HOLD]))
@example((at("2026-04-10T14:30"), 60, [(at("2026-04-10T14:40"), at("2026-04-10T14:50")), WEEKEND_HOLD]))
def test_an_office_standard_is_over_when_its_minutes_were_worked(case):
    """Held minutes are nobody's work, whether the office was open or not."""
    start, amount, holds = case
    moment, worked = start, 0
    while worked < amount:
        worked += is_open(moment) and not within(moment, holds)
        moment += MINUTE
    begun = [hold for hold in holds if hold[0] < moment]
    assert clocks.end_of(OFFICE, Standard(Duration(amount)), start, 0, begun) == moment


@given(held_standards())
def test_a_hold_after_its_end_moves_it_by_exactly_its_length_too(case):
    start, amount, holds = case
    standard = Standard(Duration(amount))
    before = clocks.end_of(OFFICE, standard, start)
    after = clocks.end_of(OFFICE, standard, start, 0, holds)
    length = sum(
        is_open(first + n * MINUTE) for first, last in holds for n in range((last - first) // MINUTE)
    )
    assert OFFICE.minutes_between(before, after) == length


@given(moments, st.integers(0, 3000), st.integers(0, 30_000), st.integers(0, 30_000))
def test_what_runs_by_the_calendar_moves_by_the_clock(start, amount, before, length):
    standard = Standard(Duration(amount), "calendar")
    hold = (start + before * MINUTE, start + (before + length) * MINUTE)
    assert clocks.end_of(OFFICE, standard, start, 0, [hold]) == start + (amount + length) * MINUTE


@given(moments, st.integers(1, 400), st.integers(0, 600))
def test_minutes_used_are_not_given_twice(start, amount, used):
    """Who used so many minutes has what is left, and never less than nothing."""
    due = clocks.end_of(OFFICE, Standard(Duration(amount)), start, used)
    assert OFFICE.minutes_between(start, due) == max(0, amount - used)


@given(moments, st.integers(1, 4), st.integers(1, 3000))
def test_weeks_in_office_time_are_left_as_their_days(start, weeks, used):
    days = clocks.end_of(OFFICE, Standard(Duration(days=5 * weeks)), start, used)
    assert clocks.end_of(OFFICE, Standard(Duration(weeks=weeks), "office"), start, used) == days
    assert clocks.end_of(OFFICE, Standard(Duration(weeks=weeks, calendar=False)), start, used) == days


@given(moments, st.integers(1, 4), st.integers(1, 3000), st.sampled_from(["weeks", "months", "years"]))
def test_a_long_standard_loses_the_minutes_used_and_no_more(start, count, used, unit):
    """Within an hour: on another day the same clock time may lie in the break or after closing."""
    ordinary = office(periods=[ORDINARY])
    standard = Standard(Duration(**{unit: count}), "office")
    whole, left = clocks.end_of(ordinary, standard, start), clocks.end_of(ordinary, standard, start, used)
    gone = min(used, ordinary.minutes_between(start, whole))
    assert abs(ordinary.minutes_between(left, whole) - gone) <= 60


def test_a_hold_of_another_time_moves_nothing():
    start = at("2026-04-14T08:00")
    assert clocks.end_of(OFFICE, Standard(Duration(15)), start, 0, [WEEKEND_HOLD]) == at("2026-04-14T08:15")


def test_a_period_ends_with_its_last_working_day():
    assert clocks.end_of_period(OFFICE, date(2026, 5, 1), date(2026, 5, 31)) == at("2026-05-29T16:30")
    closed = office(days_off={date(2026, 5, day) for day in range(1, 32)})
    assert clocks.end_of_period(closed, date(2026, 5, 1), date(2026, 5, 31)) == at("2026-06-01T00:00")


def test_holds_and_minutes_used_are_told():
    standard = Standard(Duration(60))
    told = clocks.told(OFFICE, standard, at("2026-04-10T15:45"), 45, [WEEKEND_HOLD])
    assert told == (
        "Sisa dari 1 jam kerja sesudah 45 menit terpakai: 15 menit kerja sejak Jumat 15.45; "
        "batas waktu Jumat 16.00."
    ), "the hold began before it did"
    told = clocks.told(OFFICE, standard, at("2026-04-10T14:30"), 0, [WEEKEND_HOLD])
    assert told == (
        "1 jam kerja sejak Jumat 14.30; batas waktu Jumat 15.30. Ditunda Jumat 10 April 2026 pukul 15.00 "
        "sampai Senin 13 April 2026 pukul 09.00: bergeser 3 jam kerja menjadi Senin 13 "
        "April 2026 pukul 09.30."
    )
    told = clocks.told(OFFICE, Standard(Duration(weeks=2)), at("2026-04-01T08:00"), 0, [WEEKEND_HOLD])
    assert told.endswith("bergeser 2 hari 18 jam kalender menjadi Sabtu 18 April 2026 pukul 02.00.")
    assert clocks.told(OFFICE, standard, at("2026-04-14T08:00"), 99).startswith(
        "1 jam kerja sudah habis terpakai; "
    )
