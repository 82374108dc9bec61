"""Additions of office time per second, beside one that walks from day to day and opening to opening."""

import random
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time

import holidays

from sopcases.worktime.calendar import Calendar, Duration, WorkWeek
from tests.bench import ground, timing
from tests.bench.figures import Figure, figure

DATABASES = ("sqlite",)
LONG = [(clock_time(7, 30), clock_time(12)), (clock_time(13), clock_time(16))]
FRIDAY = [(clock_time(7, 30), clock_time(11, 30)), (clock_time(13), clock_time(16, 30))]
WEEK = WorkWeek(date(2024, 1, 1), None, {**dict.fromkeys(range(4), LONG), 4: FRIDAY})
DAYS_OFF = frozenset(
    holidays.country_holidays("ID", years=range(2024, 2029), categories=("public", "government"))
)
COUNT, QUICK, WALKED = 1_000_000, 50_000, 2_000
"""Additions of ours, of ours with --quick, and of the walker in a round."""


def measure() -> list[Figure]:
    office = Calendar("Asia/Jakarta", [WEEK], DAYS_OFF)
    wanted = random.Random(9)
    start = datetime(2024, 1, 3, tzinfo=UTC)
    questions = [
        (start + timedelta(minutes=wanted.randrange(3 * 365 * 1440)), wanted.randrange(1, 30 * 450))
        for _ in range(WALKED)
    ]
    for moment, minutes in questions[:200]:
        assert office.add(moment, Duration(minutes)) == walked(office, moment, minutes), "the same answer"
    count = QUICK if ground.quick() else COUNT
    ours, walker = [], []
    for no in range(4):
        sides = [(ours, office.add, count // 4), (walker, lambda a, b: walked(office, a, b.minutes), WALKED)]
        for rates, add, times in sides if no % 2 else reversed(sides):
            rates.append(_rate(add, questions, times))
    mine, plain = timing.p50(ours), timing.p50(walker)
    return [
        figure("additions of office time", mine / 1000, "1000/s", plain / 1000, "beside: a walk day by day"),
        figure("a million additions", 1_000_000 / mine, "s", 1_000_000 / plain, "beside: a walk day by day"),
    ]


def _rate(add: Callable, questions: list[tuple[datetime, int]], times: int) -> float:
    """Additions a second; the lengths are made beforehand."""
    asked = [(moment, Duration(minutes)) for moment, minutes in questions]
    begin = time.perf_counter()
    for no in range(times):
        add(*asked[no % len(asked)])
    return times / (time.perf_counter() - begin)


def walked(office: Calendar, start: datetime, minutes: int) -> datetime:
    """What one writes without thinking of speed: from opening to opening until the minutes are used up."""
    now, left = start.astimezone(office.zone), timedelta(minutes=minutes)
    while True:
        hours = [] if now.date() in office.days_off else WEEK.hours.get(now.weekday(), [])
        for opens, closes in hours:
            begin = max(now, datetime.combine(now.date(), opens, office.zone))
            end = datetime.combine(now.date(), closes, office.zone)
            if begin < end:
                if left <= end - begin:
                    return begin + left
                left -= end - begin
        now = datetime.combine(now.date() + timedelta(days=1), clock_time(), office.zone)
