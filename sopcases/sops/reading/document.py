"""A document of any format as the reader sees it: paragraphs and tables, each with its place. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Place:
    """Where something stands in its source, counted from 1 as people count; 0 where it does not apply.

    A text file has lines only; a document has tables with rows and columns, and paragraphs as lines; a
    workbook has its sheet's name as `part`.
    """

    part: str = ""
    table: int = 0
    row: int = 0
    column: int = 0
    line: int = 0

    def __str__(self) -> str:
        words = [f"lembar “{self.part}”"] if self.part else []
        for word, number in (
            ("tabel", self.table),
            ("baris", self.row or self.line),
            ("kolom", self.column),
        ):
            if number:
                words.append(f"{word} {number}")
        return ", ".join(words) or "berkas"


@dataclass(frozen=True)
class Cell:
    """A cell of a table. A merged cell stands once, at its first row and column, with its spans."""

    text: str
    place: Place
    colspan: int = 1
    rowspan: int = 1
    marks: tuple[str, ...] = ()
    """Shapes in it: "decision", "terminator", "process", "connector", "arrow"; any other is a "picture"."""


@dataclass(frozen=True)
class Table:
    """Rows of cells; `grid` columns wide where the format tells, else the longest row's width."""

    rows: tuple[tuple[Cell, ...], ...]
    place: Place
    grid: int


@dataclass(frozen=True)
class Paragraph:
    """A paragraph, or a line of a text file, with the number or bullet it shows."""

    text: str
    place: Place
    heading: bool = False


Block = Paragraph | Table


@dataclass(frozen=True)
class Document:
    """What a file says, in its order."""

    name: str
    kind: str
    """"text", "docx", "odt", "xlsx" or "html"."""
    blocks: tuple[Block, ...]

    @property
    def tables(self) -> Iterator[Table]:
        return (block for block in self.blocks if isinstance(block, Table))

    @property
    def paragraphs(self) -> Iterator[Paragraph]:
        return (block for block in self.blocks if isinstance(block, Paragraph))
