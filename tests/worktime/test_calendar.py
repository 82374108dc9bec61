"""Office time: the vectors of the rules, and properties held against a minute-by-minute count."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sopcases.worktime.calendar import Calendar, Duration, NoWorkingHours, WorkWeek, phrase

WIB, WITA, WIT = (ZoneInfo(name) for name in ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"))

MON_THU = [(time(7, 30), time(12)), (time(13), time(16))]
FRIDAY = [(time(7, 30), time(11, 30)), (time(13), time(16, 30))]
ORDINARY = WorkWeek(date(2024, 1, 1), None, {**dict.fromkeys(range(4), MON_THU), 4: FRIDAY})
FAST = [(time(8), time(12)), (time(12, 30), time(15))]
FAST_FRIDAY = [(time(8), time(11, 30)), (time(12, 30), time(15, 30))]
RAMADAN = WorkWeek(date(2026, 2, 19), date(2026, 3, 20), {**dict.fromkeys(range(4), FAST), 4: FAST_FRIDAY})
DAYS_OFF = frozenset(
    holidays.country_holidays("ID", years=range(2024, 2028), categories=("public", "government"))
)


def office(zone=WIB, periods=(ORDINARY, RAMADAN), days_off=DAYS_OFF):
    return Calendar(zone, periods, days_off)


@pytest.fixture
def calendar():
    return office()


def at(text, zone=WIB):
    return datetime.fromisoformat(text).replace(tzinfo=zone)


# Vectors


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2024-04-05", 3, "2024-04-18"),
        ("2025-03-26", 3, "2025-04-09"),
        ("2026-03-16", 10, "2026-04-07"),
    ],
)
def test_working_days_skip_holidays_and_joint_leave(calendar, start, days, end):
    assert calendar.add(at(f"{start}T09:15"), Duration(days=days)) == at(f"{end}T09:15")


@pytest.mark.parametrize(
    ("start", "duration", "end"),
    [
        # Friday's break of ninety minutes
        ("2024-03-01T11:20", Duration(15), "2024-03-01T13:05"),
        # work that fills the morning ends at the break, not after it
        ("2024-03-01T11:15", Duration(15), "2024-03-01T11:30"),
        # over the closing time, and over the weekend
        ("2024-03-04T15:30", Duration(180), "2024-03-05T10:00"),
        ("2024-03-01T16:29", Duration(2), "2024-03-04T07:31"),
        # found at two on a Saturday night
        ("2024-03-02T02:00", Duration(15), "2024-03-04T07:45"),
        ("2024-03-02T02:00", Duration(days=1), "2024-03-05T07:30"),
        ("2024-03-02T02:00", Duration(1440, calendar=True), "2024-03-03T02:00"),
        # before opening and after closing, across midnight
        ("2024-03-04T06:00", Duration(60), "2024-03-04T08:30"),
        ("2024-03-04T23:59", Duration(60), "2024-03-05T08:30"),
        # the same clock time, moved into that day's hours
        ("2024-03-01T16:20", Duration(days=1), "2024-03-04T16:00"),
        ("2024-02-29T11:45", Duration(days=1), "2024-03-01T13:00"),
        ("2024-03-04T16:00", Duration(days=1), "2024-03-05T16:00"),
        # calendar units
        ("2024-03-01T10:00", Duration(weeks=2), "2024-03-15T10:00"),
        ("2024-01-31T10:00", Duration(months=1), "2024-02-29T10:00"),
        ("2024-02-29T10:00", Duration(years=1), "2025-02-28T10:00"),
        # mixed: seven working days, then the rest
        ("2024-03-13T09:00", Duration(350, days=7), "2024-03-22T16:20"),
        ("2024-03-01T10:00", Duration(days=3, calendar=True), "2024-03-04T10:00"),
    ],
)
def test_adds(calendar, start, duration, end):
    assert calendar.add(at(start), duration) == at(end)


@pytest.mark.parametrize(
    ("duration", "basis", "end"),
    [
        (Duration(1440, calendar=True), "office", "2024-03-07T08:30"),
        (Duration(60), "calendar", "2024-03-01T17:00"),
        (Duration(days=2), "calendar", "2024-03-03T16:00"),
        (Duration(weeks=2), "office", "2024-03-19T16:00"),
        (Duration(months=1), "office", "2024-04-01T16:00"),
    ],
)
def test_the_basis_overrides_the_unit(calendar, duration, basis, end):
    assert calendar.add(at("2024-03-01T16:00"), duration, basis) == at(end)


@pytest.mark.parametrize(
    ("duration", "by_calendar"),
    [
        (Duration(days=3), False),
        (Duration(weeks=2), True),
        (Duration(weeks=2, calendar=False), False),
        (Duration(months=1, calendar=False), False),
        (Duration(days=3, calendar=True), True),
    ],
)
def test_what_a_duration_says_of_itself_beats_its_unit(duration, by_calendar):
    assert duration.by_calendar() is by_calendar
    assert duration.by_calendar("calendar") and not duration.by_calendar("office")


def test_ramadan_wins_while_it_lasts(calendar):
    assert calendar.add(at("2026-02-18T07:30"), Duration(60)) == at("2026-02-18T08:30")
    assert calendar.add(at("2026-02-19T07:30"), Duration(60)) == at("2026-02-19T09:00")
    # the ordinary week changes meanwhile, open-ended: still Ramadan
    changed = WorkWeek(date(2026, 3, 1), None, ORDINARY.hours)
    amid = office(periods=[ORDINARY, RAMADAN, changed])
    assert amid.add(at("2026-03-02T07:00"), Duration(60)) == at("2026-03-02T09:00")


def test_the_later_of_two_open_ended_weeks_wins():
    later = WorkWeek(date(2026, 6, 1), None, {0: [(time(9), time(10))]})
    changed = office(periods=[later, ORDINARY])
    assert changed.add(at("2026-06-08T07:00"), Duration(30)) == at("2026-06-08T09:30")
    assert changed.add(at("2026-05-25T07:00"), Duration(30)) == at("2026-05-25T08:00")
    assert not changed.is_working_day(date(2026, 6, 3))


def test_working_hours_a_week_are_those_of_the_rule(calendar):
    assert calendar.minutes_between(at("2024-03-04T00:00"), at("2024-03-09T00:00")) == 37.5 * 60
    assert calendar.minutes_between(at("2026-02-23T00:00"), at("2026-02-28T00:00")) == 32.5 * 60


def test_working_days(calendar):
    assert calendar.is_working_day(date(2024, 4, 5))
    assert not calendar.is_working_day(date(2024, 4, 6))
    assert not calendar.is_working_day(date(2024, 4, 10)), "Idul Fitri"
    assert not calendar.is_working_day(date(2024, 4, 8)), "cuti bersama"
    assert calendar.last_working_day(date(2024, 3, 1), date(2024, 3, 31)) == date(2024, 3, 28)
    assert calendar.last_working_day(date(2024, 4, 6), date(2024, 4, 15)) is None


def test_end_of_the_next_working_day(calendar):
    assert calendar.end_of_next_working_day(at("2024-03-01T13:05")) == at("2024-03-04T16:00")
    assert calendar.end_of_next_working_day(at("2024-03-07T09:00")) == at("2024-03-08T16:30")
    assert calendar.end_of_next_working_day(at("2024-03-02T02:00")) == at("2024-03-04T16:00")


def test_late_only_after_the_grace(calendar):
    due = at("2024-03-01T13:05")
    assert calendar.late_from(due, Duration(15), grace=True) == at("2024-03-04T16:00")
    assert calendar.late_from(due, Duration(15), grace=False) == due
    for whole in (Duration(days=1), Duration(450), Duration(1440, calendar=True), Duration(weeks=2)):
        assert calendar.late_from(due, whole, grace=True) == due


@pytest.mark.parametrize("zone", [WIB, WITA, WIT])
def test_every_zone_keeps_its_own_clock(zone):
    here = office(zone)
    assert here.add(at("2024-03-01T11:20", zone), Duration(15)) == at("2024-03-01T13:05", zone)
    assert here.add(at("2024-03-01T11:20", zone).astimezone(UTC), Duration(15)).tzinfo is zone


def test_one_instant_is_open_here_and_closed_there():
    moment = at("2024-03-01T07:30", WIT)
    assert office(WIT).add(moment, Duration(15)) == at("2024-03-01T07:45", WIT)
    assert office(WIB).add(moment, Duration(15)) == at("2024-03-01T07:45", WIB)


# Sentences


@pytest.mark.parametrize(
    ("start", "duration", "sentence"),
    [
        (
            "2024-03-01T11:20",
            Duration(15),
            "15 menit kerja sejak Jumat 11.20; istirahat 11.30–13.00; batas waktu Jumat 13.05.",
        ),
        (
            "2024-03-01T09:00",
            Duration(90),
            "1 jam 30 menit kerja sejak Jumat 09.00; batas waktu Jumat 10.30.",
        ),
        (
            "2024-04-05T08:00",
            Duration(days=3),
            "3 hari kerja sejak Jumat 5 April 2024 pukul 08.00; libur 6–15 April 2024 tidak dihitung; "
            "batas waktu Kamis 18 April 2024 pukul 08.00.",
        ),
        (
            "2024-03-02T02:00",
            Duration(15),
            "15 menit kerja sejak Sabtu 2 Maret 2024 pukul 02.00; di luar jam kerja, dihitung mulai "
            "Senin 4 Maret 2024 pukul 07.30; batas waktu Senin 4 Maret 2024 pukul 07.45.",
        ),
        (
            "2024-03-02T02:00",
            Duration(1440, calendar=True),
            "24 jam kalender sejak Sabtu 2 Maret 2024 pukul 02.00; "
            "batas waktu Minggu 3 Maret 2024 pukul 02.00.",
        ),
        (
            "2024-03-01T10:00",
            Duration(weeks=2),
            "2 minggu sejak Jumat 1 Maret 2024 pukul 10.00; batas waktu Jumat 15 Maret 2024 pukul 10.00.",
        ),
        (
            "2024-03-02T02:00",
            Duration(weeks=1, calendar=False),
            "1 minggu kerja sejak Sabtu 2 Maret 2024 pukul 02.00; di luar jam kerja, dihitung mulai Senin 4 "
            "Maret 2024 pukul 07.30; libur 9–12 Maret 2024 tidak dihitung; batas waktu Rabu 13 Maret 2024 "
            "pukul 07.30.",
        ),
    ],
)
def test_explains(calendar, start, duration, sentence):
    assert calendar.explain(at(start), duration) == sentence


def test_many_closed_days_are_counted_instead_of_named(calendar):
    assert "libur 51 hari tidak dihitung" in calendar.explain(at("2024-05-02T08:00"), Duration(days=100))


def test_phrases_name_what_they_are_counted_in():
    assert phrase(Duration(15)) == "15 menit kerja"
    assert phrase(Duration(days=2), "calendar") == "2 hari kalender"
    assert phrase(Duration(weeks=1), "office") == "1 minggu kerja"
    assert phrase(Duration(350, days=7)) == "7 hari 5 jam 50 menit kerja"
    assert phrase(Duration(days=2, weeks=1, months=1)) == "1 bulan 1 minggu 2 hari kerja"
    assert phrase(Duration()) == "tanpa waktu baku"


# Refusals


@pytest.mark.parametrize(
    "closed",
    [
        office(periods=[]),
        office(periods=[WorkWeek(date(2024, 1, 1), None, {})]),
        office(periods=[RAMADAN]),
    ],
)
@pytest.mark.parametrize("duration", [Duration(1), Duration(days=1), Duration()])
def test_an_office_that_never_opens_is_refused(closed, duration):
    with pytest.raises(NoWorkingHours, match="tidak mempunyai jam kerja lagi"):
        closed.add(at("2027-01-04T09:00"), duration)
    with pytest.raises(NoWorkingHours):
        closed.end_of_next_working_day(at("2027-01-04T09:00"))


def test_work_before_the_office_had_hours_counts_from_its_first_opening(calendar):
    assert calendar.add(at("2019-05-05T09:00"), Duration(15)) == at("2024-01-02T07:45")
    # and what was asked later still answers after an earlier year was filled in
    assert calendar.add(at("2024-03-01T11:20"), Duration(15)) == at("2024-03-01T13:05")


def test_wrong_input_is_refused(calendar):
    with pytest.raises(ValueError, match="time zone"):
        calendar.add(datetime(2024, 3, 1, 9), Duration(15))
    with pytest.raises(ValueError, match="time zone"):
        calendar.add(datetime(2024, 3, 1, 9), Duration(weeks=1))
    with pytest.raises(ValueError, match="basis"):
        calendar.add(at("2024-03-01T09:00"), Duration(15), "lunar")
    with pytest.raises(ValueError, match="negatif"):
        Duration(-1)
    with pytest.raises(ValueError, match="sebelum dimulai"):
        calendar.shift(at("2024-03-01T09:00"), at("2024-03-01T10:00"), at("2024-03-01T09:59"))
    with pytest.raises(ValueError, match="tidak berurutan"):
        WorkWeek(date(2024, 1, 1), None, {0: [(time(8), time(12)), (time(11), time(16))]})
    with pytest.raises(NoWorkingHours, match="di luar penanggalan"):
        calendar.add(at("2024-03-01T09:00"), Duration(years=9000))


# Properties

moments = st.datetimes(datetime(2024, 1, 3), datetime(2027, 6, 30), timezones=st.just(WIB))
whole = moments.map(lambda moment: moment.replace(second=0, microsecond=0))
minutes = st.integers(0, 3000)
office_durations = st.builds(Duration, minutes=minutes, days=st.integers(0, 30))
SHARED = office()


def counted(start, end):
    """Office minutes between two whole minutes, counted one by one."""
    total = 0
    while start < end:
        day = start.date()
        week = RAMADAN if RAMADAN.covers(day) else ORDINARY
        hours = [] if day in DAYS_OFF else week.hours.get(day.weekday(), [])
        total += any(opens <= start.time() < closes for opens, closes in hours)
        start += timedelta(minutes=1)
    return total


@given(whole, st.integers(0, 6000))
@example(at("2026-02-18T15:50"), 1500)
def test_minutes_between_is_a_count_of_open_minutes(start, span):
    end = start + timedelta(minutes=span)
    assert SHARED.minutes_between(start, end) == counted(start, end) == -SHARED.minutes_between(end, start)


@given(moments, minutes)
def test_add_and_minutes_between_agree(start, amount):
    end = SHARED.add(start, Duration(amount))
    assert SHARED.minutes_between(start, end) == amount
    if amount:
        # and it is the first such moment
        assert SHARED.minutes_between(start, end - timedelta(seconds=1)) == amount - 1


@given(moments, st.timedeltas(timedelta(0), timedelta(days=20)), office_durations)
def test_who_starts_later_ends_later(start, later, duration):
    assert SHARED.add(start, duration) <= SHARED.add(start + later, duration)


@given(moments, office_durations, minutes)
def test_more_takes_longer(start, duration, more):
    longer = Duration(duration.minutes + more, days=duration.days)
    assert SHARED.add(start, duration) <= SHARED.add(start, longer)


@given(moments, office_durations)
def test_office_time_never_ends_outside_hours(start, duration):
    end = SHARED.add(start, duration)
    assert end >= start
    assert SHARED.is_open(end)
    assert SHARED.is_working_day(end.date())


@given(
    moments,
    st.builds(Duration, minutes, st.integers(0, 9), st.integers(0, 9), st.integers(0, 9), st.integers(0, 1)),
)
def test_every_unit_ends_within_hours_on_office_basis(start, duration):
    assert SHARED.is_open(SHARED.add(start, duration, "office"))


long_durations = st.builds(
    Duration,
    minutes,
    st.integers(0, 9),
    st.integers(0, 5),
    st.integers(0, 9),
    st.integers(0, 1),
    st.sampled_from([None, False]),
)


@given(moments, long_durations)
@example(at("2024-03-01T16:20"), Duration(months=1))
@example(at("2024-03-04T20:00"), Duration(months=1))
def test_every_unit_comes_to_so_many_working_days(start, duration):
    in_days = SHARED.in_working_days(start, duration)
    assert not (in_days.weeks or in_days.months or in_days.years)
    ends, until = SHARED.add(start, in_days, "office"), SHARED.add(start, duration, "office")
    assert ends <= until and not SHARED.minutes_between(ends, until), "closing time or the next opening"


def test_a_week_has_the_working_days_of_its_office():
    six = office(periods=[WorkWeek(date(2024, 1, 1), None, dict.fromkeys(range(6), MON_THU))])
    assert six.in_working_days(at("2024-03-04T09:00"), Duration(weeks=1)) == Duration(days=6)
    assert SHARED.in_working_days(at("2024-03-04T09:00"), Duration(weeks=1)) == Duration(days=5)


@given(
    moments,
    st.builds(Duration, minutes, *[st.integers(0, 3)] * 4, st.sampled_from([None, True, False])),
    st.sampled_from(["", "office", "calendar"]),
    st.timedeltas(timedelta(0), timedelta(days=9)),
)
def test_only_what_runs_by_the_calendar_may_end_while_the_office_is_closed(start, duration, basis, held):
    due = SHARED.add(start, duration, basis)
    by_calendar = duration.by_calendar(basis)
    assert by_calendar or SHARED.is_open(due)
    assert by_calendar or SHARED.is_open(SHARED.shift(due, start, start + held, calendar=by_calendar))


@given(moments, minutes, minutes)
def test_minutes_add_up(start, first, second):
    step_by_step = SHARED.add(SHARED.add(start, Duration(first)), Duration(second))
    assert step_by_step == SHARED.add(start, Duration(first + second))


@given(moments, st.integers(1, 40))
def test_days_are_counted_by_working_days(start, days):
    opened = SHARED.add(start, Duration())
    end = SHARED.add(start, Duration(days=days))
    between = (opened.date() + timedelta(days=n + 1) for n in range((end.date() - opened.date()).days))
    assert sum(SHARED.is_working_day(day) for day in between) == days


@given(moments, st.integers(1, 3000), st.integers(0, 3000), st.integers(0, 3000))
def test_a_hold_moves_the_due_moment_by_exactly_its_length(start, amount, before, held):
    before = min(before, amount)
    due = SHARED.add(start, Duration(amount))
    hold_from = SHARED.add(start, Duration(before))
    hold_until = SHARED.add(hold_from, Duration(held))
    shifted = SHARED.shift(due, hold_from, hold_until)
    assert shifted == SHARED.add(hold_until, Duration(amount - before))
    assert SHARED.minutes_between(due, shifted) == held
    assert SHARED.shift(due, hold_from, hold_until, calendar=True) - due == hold_until - hold_from


@given(moments, office_durations)
def test_grace_never_shortens(start, duration):
    due = SHARED.add(start, duration)
    assert SHARED.late_from(due, duration, grace=True) >= due
    assert SHARED.late_from(due, duration, grace=False) == due


@given(moments, office_durations)
def test_the_sentence_ends_with_the_due_moment(start, duration):
    sentence = SHARED.explain(start, duration)
    assert sentence.endswith(f"{SHARED.add(start, duration):%H.%M}.")


@given(st.lists(st.tuples(moments, minutes), min_size=2, max_size=6))
def test_the_order_of_questions_changes_no_answer(questions):
    fresh = office()
    assert [fresh.add(start, Duration(amount)) for start, amount in questions] == [
        office().add(start, Duration(amount)) for start, amount in questions
    ]


def test_working_days_are_counted_over_week_ends_and_days_off(calendar):
    """2026-03-18 to 24: Nyepi, Idul Fitri and their joint leave."""
    assert calendar.working_day(date(2026, 3, 13), 1) == date(2026, 3, 16)
    assert calendar.working_day(date(2026, 3, 17), 1) == date(2026, 3, 25)
    assert calendar.working_day(date(2026, 3, 25), -2) == date(2026, 3, 16)
    assert calendar.working_day(date(2026, 3, 14), 0) == date(2026, 3, 14), "none to go"
    with pytest.raises(NoWorkingHours):
        office(periods=()).working_day(date(2026, 3, 14), 1)
