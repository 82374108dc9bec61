"""A document as plain rows of cells: tabs, pipes, merged cells, leftovers of conversions resolved. Pure."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from sopcases.sops.reading.document import Document, Paragraph, Place, Table

_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_BREAK = re.compile(r"<br\s*/?>|</p>\s*(?=<p)", re.IGNORECASE)
_BOLD = re.compile(r"\*\*|__(?=\S)|(?<=\S)__|^#{1,6}\s+")


@dataclass(frozen=True)
class Piece:
    """One cell of a row; `span` columns wide."""

    text: str
    place: Place
    marks: tuple[str, ...] = ()
    span: int = 1
    raw: str = ""
    """As the source has it, for marks that are leftovers of a conversion."""

    def __bool__(self) -> bool:
        return bool(self.text or self.marks)


@dataclass(frozen=True)
class Row:
    """A row: `cells[n]` is column n, empty where nothing stands or a cell from above reaches down."""

    cells: tuple[Piece, ...]
    table: int = 0
    """Number of the table of a document; 0 for lines of text."""

    @property
    def filled(self) -> list[int]:
        """The columns in which something stands."""
        return [at for at, cell in enumerate(self.cells) if cell]

    @property
    def line(self) -> Piece | None:
        """The one cell of a row that has no more, as a line of text; None for a row of a table."""
        return self.cells[0] if len(self.cells) == 1 else None

    def at(self, column: int | None) -> Piece:
        """The cell in a column, empty beyond the row's end."""
        if column is None or column >= len(self.cells):
            return Piece("", self.cells[0].place)
        return self.cells[column]


def clean(text: str) -> str:
    """A cell's text without bold signs, tags and entities; its line breaks stay."""
    text = html.unescape(_TAG.sub(" ", _BREAK.sub("\n", text)))
    lines = (" ".join(_BOLD.sub("", line).split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def rows_of(document: Document) -> list[Row]:
    """Every line and every row of a table, in the document's order; blank lines are rows without text."""
    found: list[Row] = []
    tables = 0
    for block in document.blocks:
        if isinstance(block, Table):
            tables += 1
            found.extend(_table(block, tables))
        elif not _is_rule(block.text):
            found.append(_line(block))
    return found


def _is_rule(text: str) -> bool:
    """A line that only parts a table's head from its rows."""
    return "---" in text and set(text) <= set("|:+=- \t")


def _line(block: Paragraph) -> Row:
    text, place = block.text, block.place
    if "\t" in text:
        parts = text.split("\t")
    elif text.count("|") >= 2:
        parts = text.strip().removeprefix("|").removesuffix("|").split("|")
    else:
        return Row((_piece(text, place),))
    return Row(tuple(_piece(part, replace(place, column=at)) for at, part in enumerate(parts, 1)))


def _piece(text: str, place: Place) -> Piece:
    return Piece(clean(text), place, raw=text.strip())


def _table(table: Table, number: int) -> Iterator[Row]:
    reaching: dict[int, int] = {}  # columns that a cell from above still covers, and for how many rows
    for row in table.rows:
        cells: dict[int, Piece] = {}
        at = 0
        begun: dict[int, int] = {}
        for cell in row:
            while reaching.get(at, 0):
                at += 1
            at = max(at, cell.place.column - 1)
            cells[at] = Piece(clean(cell.text), cell.place, cell.marks, cell.colspan, cell.text.strip())
            begun |= dict.fromkeys(range(at, at + cell.colspan), cell.rowspan - 1)
            at += cell.colspan
        reaching = {column: left - 1 for column, left in reaching.items() if left > 1} | {
            column: left for column, left in begun.items() if left
        }
        width = max([table.grid, at])
        place = row[0].place if row else table.place
        yield Row(tuple(cells.get(column) or Piece("", place) for column in range(width)), number)
