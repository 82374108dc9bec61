"""Figures by name. Each module has `measure() -> list[Figure]` and says on which databases it runs."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Figure:
    """One line of the table: what was measured, what beside it, and value : beside."""

    name: str
    value: float
    unit: str
    beside: float
    ratio: float
    note: str = ""

    def line(self) -> dict:
        return asdict(self)


def figure(name: str, value: float, unit: str, beside: float, note: str = "") -> Figure:
    return Figure(
        name, round(value, 3), unit, round(beside, 3), round(value / beside, 3) if beside else 0, note
    )
