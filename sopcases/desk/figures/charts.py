"""Where the bars of a chart stand. Pure: templates draw them as inline SVG, each beside its numbers.

No bar is told from another by colour alone: one of two is hatched, and all are labelled.
"""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 240
"""Units of a bar across a table's cell."""
MOST = 3
"""A time is drawn up to so many times its standard; beyond that the bar is open-ended."""
TALL, COLUMN, GAP = 120, 14, 44


@dataclass(frozen=True)
class Against:
    """Median and ninetieth percentile against the standard, which is drawn as a line."""

    median: int
    ninetieth: int
    standard: int
    beyond: bool


@dataclass(frozen=True)
class Column:
    """One month: two bars from the ground up."""

    left: int
    right: int
    first: int
    second: int
    first_top: int
    second_top: int
    label: str


@dataclass(frozen=True)
class Columns:
    columns: tuple[Column, ...]
    width: int


def against(median: int | None, ninetieth: int | None, standard: int) -> Against | None:
    """None where there is nothing to compare."""
    if median is None or ninetieth is None or not standard:
        return None
    one = WIDTH // MOST

    def place(minutes: int) -> int:
        return min(WIDTH, max(2, minutes * one // standard))

    return Against(place(median), place(ninetieth), one, ninetieth > MOST * standard)


def columns(rows: Sequence[tuple[str, int, int]]) -> Columns:
    """Label and two counts for each month."""
    most = max((max(first, second) for _, first, second in rows), default=0)

    def high(count: int) -> int:
        return max(2, TALL * count // most) if count else 0

    found = tuple(
        Column(
            left=no * GAP + 6,
            right=no * GAP + 6 + COLUMN,
            first=high(first),
            second=high(second),
            first_top=TALL - high(first),
            second_top=TALL - high(second),
            label=label,
        )
        for no, (label, first, second) in enumerate(rows)
    )
    return Columns(found, len(rows) * GAP)
