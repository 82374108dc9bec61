"""What a report says, once: columns and rows that feed its page, its print, its spreadsheet and its CSV."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from sopcases.cases.wording import day

Cell = str | int | float | date | None


class Kind(Enum):
    """What the cells of a column are; a share is 0.5 for 50%."""

    TEXT = "text"
    DAY = "day"
    COUNT = "count"
    SHARE = "share"


@dataclass(frozen=True)
class Column:
    """`width` in characters: of the spreadsheet's column, and its part of the paper's breadth. What is
    `whole` is never broken into lines."""

    label: str
    width: int = 14
    kind: Kind = Kind.TEXT
    whole: bool = False

    @property
    def numeric(self) -> bool:
        return self.kind in (Kind.COUNT, Kind.SHARE)


@dataclass(frozen=True)
class Row:
    """`url` leads to what the row is of; a `total` sums up the rows before it."""

    cells: tuple[Cell, ...]
    url: str = ""
    total: bool = False

    def stored(self) -> list:
        """As JSON holds it until the file is made."""
        return [[cell.isoformat() if isinstance(cell, date) else cell for cell in self.cells], self.total]

    @classmethod
    def restored(cls, stored: list, columns: Sequence[Column]) -> "Row":
        cells, total = stored
        days = [column.kind is Kind.DAY for column in columns]
        read = (date.fromisoformat(c) if is_day and c else c for c, is_day in zip(cells, days, strict=True))
        return cls(tuple(read), total=total)

    def texts(self, columns: Sequence[Column]) -> list[str]:
        """As people read it."""
        return [text(cell, column.kind) for cell, column in zip(self.cells, columns, strict=True)]


@dataclass(frozen=True)
class Slice:
    """Some rows of a report in its order; `after` is the key to go on from, "" at the end.

    `units` are what progress is counted in: rows, or cases whose rows come together."""

    rows: tuple[Row, ...]
    after: str
    units: int


def text(cell: Cell, kind: Kind) -> str:
    if cell is None:
        return ""
    if kind is Kind.DAY:
        return day(cell)
    if kind is Kind.COUNT:
        return f"{cell:,}".replace(",", ".")
    if kind is Kind.SHARE:
        return f"{cell * 100:.1f}%".replace(".", ",")
    return str(cell)
