"""A report as a file: rows are written one after the other, so that length costs no memory.

On paper a short one is drawn at once, tagged for who listens to it (PDF/A-2a). A long one is drawn in parts
that follow on one another without a seam, joined into one file and numbered through: drawn at once, ten
thousand rows would hold the one PDF engine for minutes. Joined pages have no tags (PDF/A-2b): who needs them
has the same rows on the page and in the spreadsheet.

Whatever somebody typed stays text: a spreadsheet must not compute it. In XLSX a text is a text cell, marked
so that it stays one when it is edited; in CSV, which has no types, a sign that begins a formula gets an
apostrophe before it (OWASP, "CSV injection"). The CSV is for Excel with Indonesian settings: semicolons,
because the comma is the decimal sign there, and a byte order mark, else names with accents break. Its head is
the first line, for programs; what the report says of itself follows the rows.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import IO

import xlsxwriter

from sopcases.cases.printing import printed, printed_part
from sopcases.desk.reports.table import Cell, Column, Kind, Row
from sopcases.people.models import Agency

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
BOM = "\ufeff"
TEMPLATE = "print/report.html"
WRITTEN = 88
"""Percent of the paper that is not between the columns."""
MIME = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@dataclass(frozen=True)
class Document:
    """A report to be written; `rows` are read once. In a `grouped` one the first column names a table."""

    agency: Agency
    title: str
    columns: tuple[Column, ...]
    rows: Iterable[Row]
    facts: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    grouped: bool
    at: datetime

    @property
    def about(self) -> list[tuple[str, str]]:
        return [("Laporan", self.title), *self.facts, *(("Catatan", note) for note in self.notes)]


def write(document: Document, ending: str, out: IO[bytes]) -> None:
    {"pdf": _pdf, "xlsx": _xlsx, "csv": _csv}[ending](document, out)


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _csv(document: Document, out: IO[bytes]) -> None:
    wrapped = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    wrapped.write(BOM)
    writer = csv.writer(wrapped, delimiter=";", lineterminator="\r\n")
    writer.writerow(harmless(column.label) for column in document.columns)
    for row in document.rows:
        writer.writerow(
            _plain(cell, column) for cell, column in zip(row.cells, document.columns, strict=True)
        )
    writer.writerow([])
    writer.writerows([harmless(label), harmless(said)] for label, said in document.about)
    wrapped.detach()


def _plain(cell: Cell, column: Column) -> str:
    """A cell as CSV has it: days in ISO form, shares in percent with the comma."""
    if cell is None:
        return ""
    if column.kind is Kind.DAY:
        return cell.isoformat()
    if column.kind is Kind.SHARE:
        return f"{cell * 100:.1f}".replace(".", ",")
    return str(cell) if column.kind is Kind.COUNT else harmless(str(cell))


def _xlsx(document: Document, out: IO[bytes]) -> None:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": document.title, "created": document.at.replace(tzinfo=None)})
        sheet = book.add_worksheet("Data")
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        looks = _looks(book)
        for index, column in enumerate(document.columns):
            sheet.set_column(index, index, column.width)
        sheet.freeze_panes(1, 1)
        sheet.write_row(0, 0, [column.label for column in document.columns], head)
        last = 0
        for last, row in enumerate(document.rows, 1):
            for index, (cell, column) in enumerate(zip(row.cells, document.columns, strict=True)):
                _cell(sheet, last, index, cell, column.kind, looks, row.total)
        sheet.autofilter(0, 0, max(1, last), len(document.columns) - 1)
        about = book.add_worksheet("Keterangan")
        about.set_column(0, 0, 18)
        about.set_column(1, 1, 90)
        for index, told in enumerate(document.about):
            for place, said in enumerate(told):
                _cell(about, index, place, said, Kind.TEXT, looks, False)


def _looks(book: xlsxwriter.Workbook) -> dict:
    """How cells look, by kind (or "formula") and whether they are of a total."""
    numbers = {Kind.DAY: "dd/mm/yyyy", Kind.COUNT: "#,##0", Kind.SHARE: "0.0%"}
    found = {}
    for total in (False, True):
        plain = {"valign": "top", "bold": total}
        for kind, pattern in numbers.items():
            found[kind, total] = book.add_format(plain | {"num_format": pattern})
        found[Kind.TEXT, total] = book.add_format(plain | {"text_wrap": True})
        found["formula", total] = book.add_format(plain | {"text_wrap": True, "quote_prefix": True})
    return found


def _cell(sheet, row: int, place: int, cell: Cell, kind: Kind, looks: dict, total: bool) -> None:
    if cell is None or cell == "":
        return
    if kind is Kind.DAY:
        sheet.write_datetime(row, place, cell, looks[kind, total])
    elif kind is Kind.TEXT:
        look = "formula" if cell.startswith(FORMULA) else kind
        sheet.write_string(row, place, cell, looks[look, total])
    else:
        sheet.write_number(row, place, cell, looks[kind, total])


def _pdf(document: Document, out: IO[bytes]) -> None:
    context = _paper(document, document.rows) | {"part": {"first": True, "last": True, "marked": False}}
    out.write(printed(TEMPLATE, document.agency, document.title, context, key=_key(document)))


def print_part(document: Document, rows: Sequence[Row], *, first: bool, last: bool) -> tuple[bytes, int]:
    """The pages that these rows fill, and how many rows stand on them: the others begin the next part."""
    part = {"first": first, "last": last, "marked": True}
    context = _paper(document, rows) | {"part": part}
    key = f"{_key(document)}-{first}"
    made = printed_part(TEMPLATE, document.agency, document.title, context, key=key, last=last)
    return made.content, int(made.following or len(rows))


def _key(document: Document) -> str:
    return f"{document.title}-{document.at.isoformat()}"


def _paper(document: Document, rows: Iterable[Row]) -> dict:
    columns = document.columns[1:] if document.grouped else document.columns
    return {
        "facts": document.facts,
        "notes": document.notes,
        "columns": [(column, _breadth(column, columns)) for column in columns],
        "sections": _sections(document, rows),
    }


def _breadth(column: Column, columns: Sequence[Column]) -> str:
    """Its part of the breadth in percent; the widest takes what the others and their margins leave."""
    if column is max(columns, key=lambda one: one.width):
        return ""
    return f"{WRITTEN * column.width / sum(one.width for one in columns):.2f}"


def _sections(
    document: Document, rows: Iterable[Row]
) -> list[tuple[str, list[tuple[int, Row, list[tuple[str, Column]]]]]]:
    """Each table with its title, its rows numbered through, each text beside its column."""
    columns = document.columns
    told = ((no, row, list(zip(row.texts(columns), columns, strict=True))) for no, row in enumerate(rows))
    if not document.grouped:
        return [("", list(told))]
    return [
        (title, [(no, row, cells[1:]) for no, row, cells in of_it])
        for title, of_it in groupby(told, key=lambda one: one[1].cells[0])
    ]
