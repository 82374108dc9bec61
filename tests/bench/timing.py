"""Two sides measured in turn, so that a busy machine slows both; medians, never means."""

import time
from collections.abc import Callable
from statistics import median, quantiles

from django.db import connection
from django.test.utils import CaptureQueriesContext

Act = Callable[[], object]


def clock(act: Act) -> float:
    """Milliseconds that an act takes."""
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start) * 1000


def in_turn(rounds: int, *sides: Act, warm: int = 3) -> list[list[float]]:
    """Each side's times in milliseconds; the order turns round with every round."""
    for side in sides:
        for _ in range(warm):
            side()
    times: list[list[float]] = [[] for _ in sides]
    for no in range(rounds):
        for place in range(len(sides)):
            one = (no + place) % len(sides)
            times[one].append(clock(sides[one]))
    return times


def p50(times: list[float]) -> float:
    return median(times)


def p95(times: list[float]) -> float:
    return quantiles(times, n=20, method="inclusive")[-1]


def queries(act: Act) -> int:
    """How many statements an act sends, transactions' own left out."""
    with CaptureQueriesContext(connection) as found:
        act()
    own = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")
    return sum(not query["sql"].startswith(own) for query in found.captured_queries)
