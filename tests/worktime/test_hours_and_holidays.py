"""The tables of office time: what they refuse, what seeding puts in, and the calendar read from them."""

from datetime import date, datetime, time
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from sopcases.people.models import Agency
from sopcases.worktime.calendar import Duration, NoWorkingHours
from sopcases.worktime.models import Holiday, WorkHours, WorkPeriod, calendar_for
from sopcases.worktime.seeding import missing_joint_leave, seed_holidays, seed_hours

pytestmark = pytest.mark.django_db

NATIONAL, JOINT_LEAVE, LOCAL = Holiday.Kind.NATIONAL, Holiday.Kind.JOINT_LEAVE, Holiday.Kind.LOCAL


def an_agency(slug="tepi-sungai", zone="Asia/Jakarta"):
    return Agency.objects.create(
        slug=slug,
        name=f"Dinas Sosial {slug}",
        short_name="Dinsos",
        government="PEMERINTAH KOTA",
        letterhead_name="DINAS SOSIAL",
        city="Kota",
        timezone=zone,
    )


@pytest.fixture
def agency():
    return an_agency()


@pytest.fixture
def period(agency):
    return WorkPeriod.objects.create(agency=agency, name="Biasa", valid_from=date(2024, 1, 1))


def refused(row, constraint):
    """The form says why, and the database refuses whatever comes past the form."""
    with pytest.raises(ValidationError) as error:
        row.validate_constraints()
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)
    rule = next(each for each in row._meta.constraints if each.name == constraint)
    assert error.value.messages == [rule.violation_error_message]


# What the tables refuse


def test_a_period_does_not_end_before_it_starts(agency):
    row = WorkPeriod(agency=agency, name="X", valid_from=date(2024, 2, 1), valid_until=date(2024, 1, 31))
    refused(row, "workperiod_ends_after_start")


def test_no_two_periods_of_the_same_span(agency, period):
    refused(WorkPeriod(agency=agency, name="X", valid_from=period.valid_from), "workperiod_open_span_once")
    span = {"agency": agency, "valid_from": date(2024, 3, 1), "valid_until": date(2024, 3, 30)}
    WorkPeriod.objects.create(name="Ramadan", **span)
    refused(WorkPeriod(name="X", **span), "workperiod_span_once")
    WorkPeriod.objects.create(agency=an_agency("lain"), name="Biasa", valid_from=period.valid_from)


@pytest.mark.parametrize(
    ("hours", "constraint"),
    [
        ((time(16), time(8), None, None), "workhours_close_after_opening"),
        ((time(8), time(16), time(12), None), "workhours_break_within_hours"),
        ((time(8), time(16), None, time(13)), "workhours_break_within_hours"),
        ((time(8), time(16), time(13), time(12)), "workhours_break_within_hours"),
        ((time(8), time(16), time(8), time(9)), "workhours_break_within_hours"),
        ((time(8), time(16), time(15), time(16)), "workhours_break_within_hours"),
        ((time(8), time(16), time(17), time(18)), "workhours_break_within_hours"),
    ],
)
def test_impossible_hours(period, hours, constraint):
    names = ("opens", "closes", "break_starts", "break_ends")
    refused(WorkHours(period=period, weekday=0, **dict(zip(names, hours, strict=True))), constraint)


def test_one_row_for_each_of_seven_weekdays(period):
    WorkHours.objects.create(period=period, weekday=6, opens=time(8), closes=time(12))
    refused(WorkHours(period=period, weekday=6, opens=time(8), closes=time(9)), "workhours_weekday_once")
    refused(WorkHours(period=period, weekday=7, opens=time(8), closes=time(9)), "workhours_weekday_exists")


def test_a_day_is_off_once_for_the_country_and_once_for_each_agency(agency):
    day = date(2026, 1, 6)
    Holiday.objects.create(date=day, name="Nasional", kind=NATIONAL)
    Holiday.objects.create(date=day, name="Hari jadi kota", kind=LOCAL, agency=agency)
    Holiday.objects.create(date=day, name="Hari jadi kota", kind=LOCAL, agency=an_agency("lain"))
    refused(Holiday(date=day, name="Lain", kind=NATIONAL), "holiday_of_country_once")
    refused(Holiday(date=day, name="Lain", kind=LOCAL, agency=agency), "holiday_of_agency_once")


def test_an_unknown_kind_of_holiday(agency):
    refused(Holiday(date=date(2026, 1, 6), name="X", kind="bolos"), "holiday_kind_known")


# Seeding


def test_holidays_are_seeded_with_their_source():
    assert len(seed_holidays([2026])) == 25
    assert Holiday.objects.filter(kind=NATIONAL).count() == 17
    assert Holiday.objects.filter(kind=JOINT_LEAVE).count() == 8
    independence = Holiday.objects.get(date=date(2026, 8, 17))
    assert independence.name == "Hari Kemerdekaan Republik Indonesia"
    assert independence.agency is None
    assert independence.origin.startswith("paket holidays 0.")


def test_seeding_again_keeps_what_the_office_edited():
    seed_holidays([2026, 2027])
    before = Holiday.objects.count()
    moved = Holiday.objects.get(date=date(2027, 3, 10))
    moved.date, moved.name = date(2027, 3, 13), "Idul Fitri menurut ketetapan"
    moved.save()
    Holiday.objects.filter(date=date(2026, 8, 17)).update(name="HUT RI")
    assert seed_holidays([2026, 2027]) == []
    assert Holiday.objects.count() == before
    assert not Holiday.objects.filter(date=date(2027, 3, 10)).exists()
    assert Holiday.objects.get(date=date(2026, 8, 17)).name == "HUT RI"


def test_seeding_leaves_a_day_entered_by_hand_alone():
    Holiday.objects.create(date=date(2026, 8, 17), name="Dari surat edaran", kind=NATIONAL, origin="SE 1")
    assert len(seed_holidays([2026])) == 24
    assert Holiday.objects.get(date=date(2026, 8, 17)).origin == "SE 1"


def test_estimates_say_so():
    seed_holidays([2027])
    assert Holiday.objects.get(date=date(2027, 3, 10)).name == "Hari Raya Idul Fitri (perkiraan)"


def test_years_without_joint_leave_are_named():
    seed_holidays([2026, 2027, 2028])
    assert missing_joint_leave([2028, 2027, 2026, 2029]) == [2028, 2029]
    agency = an_agency()
    Holiday.objects.create(date=date(2028, 2, 25), name="Cuti", kind=JOINT_LEAVE, agency=agency)
    assert missing_joint_leave([2028], agency) == []
    assert missing_joint_leave([2028]) == [2028]


def test_the_command_seeds_and_warns():
    out, err = StringIO(), StringIO()
    call_command("seed_holidays", "2026", "2028", stdout=out, stderr=err)
    assert out.getvalue() == "42 hari libur ditambahkan; 0 batas waktu bergeser.\n"
    assert "Cuti bersama 2028 belum diketahui" in err.getvalue()
    assert "2026" not in err.getvalue()
    with pytest.raises(CommandError, match="20260"):
        call_command("seed_holidays", "20260")


def test_hours_are_those_of_the_rule_and_seeded_once(agency):
    assert [period.name for period in seed_hours(agency, date(2024, 1, 1))] == [
        "Jam kerja biasa",
        "Ramadan 2026",
        "Ramadan 2027",
    ]
    assert seed_hours(agency, date(2025, 1, 1)) == []
    calendar = calendar_for(agency)

    def week(first, last):
        zone = ZoneInfo(agency.timezone)
        return calendar.minutes_between(datetime(*first, tzinfo=zone), datetime(*last, tzinfo=zone)) / 60

    assert week((2026, 11, 2), (2026, 11, 9)) == 37.5
    assert week((2026, 3, 2), (2026, 3, 9)) == 32.5
    assert week((2027, 2, 15), (2027, 2, 22)) == 32.5
    for ramadan in agency.work_periods.filter(valid_until__isnull=False):
        assert "perkiraan" in ramadan.origin


def test_a_ramadan_already_over_is_not_seeded(agency):
    assert [period.name for period in seed_hours(agency, date(2026, 4, 1))] == [
        "Jam kerja biasa",
        "Ramadan 2027",
    ]


# The calendar read from the tables


def test_the_calendar_is_read_in_one_query_and_kept_on_the_instance(agency, django_assert_num_queries):
    seed_hours(agency, date(2024, 1, 1))
    seed_holidays([2024, 2025, 2026])
    with django_assert_num_queries(1):
        calendar = calendar_for(agency)
        calendar.add(datetime(2024, 4, 5, 8, tzinfo=calendar.zone), Duration(days=400))
    with django_assert_num_queries(0):
        assert calendar_for(agency) is calendar
    Holiday.objects.create(agency=agency, date=date(2024, 4, 19), name="Hari jadi", kind=LOCAL)
    anew = calendar_for(Agency.objects.get(pk=agency.pk))
    assert calendar.is_working_day(date(2024, 4, 19))
    assert not anew.is_working_day(date(2024, 4, 19))


def test_an_agency_has_its_own_zone_hours_and_holidays(agency):
    other = an_agency("timur", "Asia/Jayapura")
    for each in (agency, other):
        seed_hours(each, date(2024, 1, 1))
    Holiday.objects.create(agency=other, date=date(2024, 3, 4), name="Hari jadi", kind=LOCAL)
    here, there = calendar_for(agency), calendar_for(other)
    assert here.add(datetime(2024, 3, 1, 16, tzinfo=here.zone), Duration(60)) == datetime(
        2024, 3, 4, 8, tzinfo=here.zone
    )
    assert there.add(datetime(2024, 3, 1, 16, tzinfo=there.zone), Duration(60)) == datetime(
        2024, 3, 5, 8, tzinfo=there.zone
    )


def test_a_short_period_without_hours_closes_the_office(agency):
    seed_hours(agency, date(2024, 1, 1))
    WorkPeriod.objects.create(
        agency=agency, name="Banjir", valid_from=date(2024, 3, 4), valid_until=date(2024, 3, 6)
    )
    calendar = calendar_for(agency)
    assert calendar.add(datetime(2024, 3, 1, 16, tzinfo=calendar.zone), Duration(60)) == datetime(
        2024, 3, 7, 8, tzinfo=calendar.zone
    )


def test_an_agency_without_hours_is_told(agency):
    with pytest.raises(NoWorkingHours):
        calendar_for(agency).add(datetime(2024, 3, 1, 9, tzinfo=ZoneInfo("Asia/Jakarta")), Duration(15))
