"""First contents of the calendar: days off from the `holidays` package, hours from Perpres 21/2023.

Both only fill what is missing. What an office has edited stays as it is.
"""

from collections.abc import Iterable
from datetime import date, time

import holidays
from django.db import transaction

from sopcases.people.models import Agency
from sopcases.worktime.models import Holiday, WorkHours, WorkPeriod

CATEGORIES = (("public", Holiday.Kind.NATIONAL), ("government", Holiday.Kind.JOINT_LEAVE))

# Perpres 21/2023 art. 3 and 4: 37.5 hours a week, break 60 minutes, on Friday 90; closing times are local.
_LONG_DAY = (time(7, 30), time(16), time(12), time(13))
_LONG_FRIDAY = (time(7, 30), time(16, 30), time(11, 30), time(13))
# In Ramadan 32.5 hours, from 08.00, break 30 minutes, on Friday 60.
_SHORT_DAY = (time(8), time(15), time(12), time(12, 30))
_SHORT_FRIDAY = (time(8), time(15, 30), time(11, 30), time(12, 30))

RULE = "Perpres 21/2023; jam tutup menurut ketetapan setempat"
RAMADAN = {
    2026: (date(2026, 2, 19), date(2026, 3, 20)),
    2027: (date(2027, 2, 8), date(2027, 3, 9)),
}
RAMADAN_RULE = "Perpres 21/2023; tanggal perkiraan, sesuaikan setelah ditetapkan pemerintah"


@transaction.atomic
def seed_holidays(years: Iterable[int], agency: Agency | None = None) -> list[Holiday]:
    """Add the national holidays and cuti bersama of those years that are not yet there; returns the new ones.

    National ones unless an agency is given. A row is recognised by its date, or, when the office has moved
    it, by the date it was seeded on. Dates the package marks "(perkiraan)" keep that mark in their name.
    """
    known = set()
    for pair in Holiday.objects.filter(agency=agency).values_list("date", "seeded_on"):
        known.update(pair)
    missing = {}
    for category, kind in CATEGORIES:
        found = holidays.country_holidays("ID", years=list(years), language="id", categories=(category,))
        for day, name in found.items():
            if day not in known:
                missing.setdefault(day, (name, kind))
    return Holiday.objects.bulk_create(
        Holiday(
            agency=agency,
            date=day,
            seeded_on=day,
            name=name,
            kind=kind,
            origin=f"paket holidays {holidays.__version__}",
        )
        for day, (name, kind) in sorted(missing.items())
    )


JOINT_LEAVE = "Cuti bersama {year} belum ada. Setelah ditetapkan, batas waktu tahun itu dapat bergeser."


def uncertain_years(today: date, agency: Agency | None = None) -> list[int]:
    """Of this year and the coming one those without cuti bersama: what is due then may still move."""
    return missing_joint_leave([today.year, today.year + 1], agency)


def missing_joint_leave(years: Iterable[int], agency: Agency | None = None) -> list[int]:
    """The years for which no cuti bersama is known: their working days are not yet certain."""
    days = Holiday.objects.of(agency).filter(kind=Holiday.Kind.JOINT_LEAVE).values_list("date", flat=True)
    covered = {day.year for day in days}
    return [year for year in sorted(set(years)) if year not in covered]


@transaction.atomic
def seed_hours(agency: Agency, from_date: date) -> list[WorkPeriod]:
    """Give an agency the ordinary working hours from a date on, and the known Ramadans; returns the new
    periods. An agency that has any period keeps what it has.
    """
    if agency.work_periods.exists():
        return []
    ordinary = WorkPeriod(agency=agency, name="Jam kerja biasa", valid_from=from_date, origin=RULE)
    fasting = [
        WorkPeriod(
            agency=agency,
            name=f"Ramadan {year}",
            valid_from=first,
            valid_until=last,
            origin=RAMADAN_RULE,
        )
        for year, (first, last) in RAMADAN.items()
        if last >= from_date
    ]
    periods = WorkPeriod.objects.bulk_create([ordinary, *fasting])
    WorkHours.objects.bulk_create(
        hours
        for period in periods
        for hours in _week(
            period, *((_SHORT_DAY, _SHORT_FRIDAY) if period.valid_until else (_LONG_DAY, _LONG_FRIDAY))
        )
    )
    return periods


def _week(period: WorkPeriod, day: tuple[time, ...], friday: tuple[time, ...]) -> list[WorkHours]:
    """Monday to Friday; each day as opens, closes, break starts, break ends."""
    names = ("opens", "closes", "break_starts", "break_ends")
    return [
        WorkHours(
            period=period,
            weekday=weekday,
            **dict(zip(names, friday if weekday == WorkHours.Weekday.FRIDAY else day, strict=True)),
        )
        for weekday in range(5)
    ]
