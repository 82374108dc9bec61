"""What a step asks of each of many children, in a table: a row a child, a column a paper, a word a cell."""

from collections.abc import Iterable
from dataclasses import dataclass

from sopcases.cases.addresses import child_papers_url
from sopcases.cases.page.chips import Chip
from sopcases.cases.page.papers import PaperLine
from sopcases.cases.page.reading import FEW, Reading
from sopcases.sops.flow import PlanStep

WHOLE, LATER, NOT_YET = "Lengkap", "Menyusul", "Belum"


@dataclass(frozen=True)
class Row:
    """A child: the state of each of his papers, in the order of the columns, and where they are filed."""

    called: str
    cells: tuple[tuple[str, Chip], ...]
    """The name of the paper, for a phone, and its state."""
    state: str
    url: str


@dataclass(frozen=True)
class Table:
    """All children of a step; who has everything stands apart."""

    columns: tuple[str, ...]
    told: str
    rows: tuple[Row, ...]
    whole: tuple[Row, ...]


def following(children: Iterable[int], after: int) -> int | None:
    """Which of these children comes after one, in the order of the table; the first after the last."""
    others = sorted(set(children) - {after})
    return next((child for child in others if child > after), next(iter(others), None))


def many(lines: Iterable[PaperLine]) -> bool:
    """Whether so many children are asked for papers that they are shown as a table."""
    return len({line.child_id for line in lines if line.child_id}) > FEW


def table(reading: Reading, step: PlanStep, lines: Iterable[PaperLine], links: bool) -> Table:
    """The lines of children sorted into a table; `links`: whether the officer may file papers there."""
    by_child: dict[int, list[PaperLine]] = {}
    for line in lines:
        if line.child_id:
            by_child.setdefault(line.child_id, []).append(line)
    rows = [
        Row(
            called=reading.called(child),
            cells=tuple((line.name, cell(line)) for line in own),
            state=state(own),
            url=child_papers_url(reading.case, step.key, child) if links else "",
        )
        for child, own in by_child.items()
    ]
    counts = [(sum(r.state == name for r in rows), name.lower()) for name in (WHOLE, LATER, NOT_YET)]
    return Table(
        columns=tuple(line.name for line in next(iter(by_child.values()))),
        told=f"{len(rows)} anak: " + ", ".join(f"{count} {name}" for count, name in counts if count),
        rows=tuple(r for r in rows if r.state != WHOLE),
        whole=tuple(r for r in rows if r.state == WHOLE),
    )


def cell(line: PaperLine) -> Chip:
    """Ada, Menyusul or Belum, and the rarer states as the line has them."""
    return Chip(NOT_YET, "waiting") if line.lacking and not line.papers else line.chip


def state(lines: Iterable[PaperLine]) -> str:
    """How far a child's papers are, taken together."""
    labels = [cell(line).label for line in lines]
    if any(line.lacking for line in lines):
        return NOT_YET
    return LATER if LATER in labels else WHOLE
