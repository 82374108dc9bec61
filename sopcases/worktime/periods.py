"""Calendar periods of recurring steps and what is left of a standard. Pure arithmetic."""

from datetime import date, timedelta

from sopcases.worktime.calendar import WORKING_DAY, Duration

LONGEST = 120
"""Months of the longest period."""


def period(start: date, months: int) -> tuple[date, date]:
    """First and last day of the calendar period of so many months that holds `start`."""
    index = (start.year * 12 + start.month - 1) // months * months
    first = date(index // 12, index % 12 + 1, 1)
    after = index + months
    return first, date(after // 12, after % 12 + 1, 1) - timedelta(days=1)


def next_period(day: date, months: int) -> date:
    """The first day of the next full period: the day itself if one begins on it."""
    first, last = period(day, months)
    return day if day == first else last + timedelta(days=1)


def remaining(standard: Duration, used: int) -> Duration:
    """An office standard in days and minutes less the office minutes already used."""
    left = max(0, standard.days * WORKING_DAY + standard.minutes - used)
    days, minutes = divmod(left, WORKING_DAY) if standard.days else (0, left)
    return Duration(days=days, minutes=minutes)
