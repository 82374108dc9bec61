"""Workbooks by openpyxl: a table a sheet, merged cells, and the shapes that lie over the cells.

A sheet's own words about its size are not believed: the cells that hold something are counted first.
"""

import bisect
import io
import itertools
import posixpath
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

import openpyxl
from openpyxl.utils import range_boundaries

from sopcases.refusal import Refused
from sopcases.sops.reading.document import Block, Cell, Paragraph, Place, Table
from sopcases.sops.reading.sources import word
from sopcases.sops.reading.sources.limits import MAX_CELLS, MAX_COLUMNS, MAX_LINES, Budget, Package, damaged

KIND = "xlsx"
_MAIN = "xl/workbook.xml"
_MAX_SHEETS = 30
_MAX_HELD = 200_000  # cells with or without anything in them
_S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_X = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_WIDTH, _HEIGHT = 609_600, 190_500  # EMU of a column and a row that nobody changed
_PER_CHARACTER, _PER_POINT = 66_675, 12_700
_MAX_COLUMN = 16_384  # of Excel itself
_MAX_GAP = 50  # empty rows within a table


def recognizes(package: Package) -> bool:
    return package.has(_MAIN)


def read(package: Package) -> list[Block]:
    package.check_markup()
    for entry in package.entries:
        if entry.startswith("xl/") and entry.endswith(".xml"):
            _count(package, entry)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what openpyxl leaves out, which is not read here
            book = openpyxl.load_workbook(io.BytesIO(package.content), data_only=True, keep_links=False)
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    except Exception as error:  # openpyxl answers a damaged workbook with whatever it stumbles over
        if isinstance(error, MemoryError):
            raise
        raise damaged(package.name) from None
    if len(sheets) > _MAX_SHEETS:
        raise Refused(f"Berkas “{package.name}” memuat lebih dari {_MAX_SHEETS} lembar.")
    budget, blocks = Budget(package.name), []
    drawn = _Drawings(package)
    for number, sheet in enumerate(sheets, 1):
        blocks += _sheet(sheet, number, drawn.of(sheet), budget)
    return blocks


def _count(package: Package, entry: str):
    """Raises Refused when a sheet holds more than an SOP can, before openpyxl makes objects of its cells."""
    root = package.root(entry)
    rows, held = set(), 0
    for cell in root.iter(f"{_S}c"):
        held += 1
        if cell.find(f"{_S}v") is not None or cell.find(f"{_S}is") is not None:
            rows.add(id(cell.getparent()) if cell.getparent().get("r") is None else cell.getparent().get("r"))
    if len(rows) > MAX_LINES:
        raise Refused(
            f"Berkas “{package.name}” memuat lebih dari {MAX_LINES} baris, terlalu banyak untuk SOP."
        )
    if held > _MAX_HELD:
        raise Refused(f"Berkas “{package.name}” memuat terlalu banyak sel untuk sebuah SOP.")
    covered = 0
    # openpyxl makes every cell under a merge, a link or a comment.
    for merge in root.iter(f"{_S}mergeCell", f"{_S}hyperlink", f"{_S}comment"):
        try:
            left, top, right, bottom = range_boundaries(merge.get("ref", ""))
            covered += (right - left + 1) * (bottom - top + 1)
        except (ValueError, TypeError):
            raise damaged(package.name) from None
        if covered > MAX_CELLS:
            raise Refused(
                f"Sel gabungan atau tautan pada berkas “{package.name}” terlalu besar untuk sebuah SOP."
            )


def _sheet(sheet, number: int, shapes: "list[_Shape]", budget: Budget) -> list[Block]:
    """The table of a sheet; rows of one cell above and below it are paragraphs."""
    spans, owners = {}, {}
    for merge in sheet.merged_cells.ranges:
        first = (merge.min_row, merge.min_col)
        spans[first] = (merge.max_col - merge.min_col + 1, merge.max_row - merge.min_row + 1)
        for row in range(merge.min_row, merge.max_row + 1):
            owners |= {(row, column): first for column in range(merge.min_col, merge.max_col + 1)}
    unseen = _unseen(sheet)
    texts: dict[tuple[int, int], str] = {}
    # The cells that there are; any public way to them first makes all those between them.
    for (row, column), cell in sheet._cells.items():
        if (text := _shown(cell)) and row not in unseen[0] and column not in unseen[1]:
            texts[row, column] = text
    marks: dict[tuple[int, int], list[str]] = {}
    for shape in shapes:
        at = owners.get((shape.row, shape.column), (shape.row, shape.column))
        if shape.text:
            texts[at] = f"{texts.get(at, '')}\n{shape.text}".strip()
        if shape.mark:
            marks.setdefault(at, []).append(shape.mark)
    rows: dict[int, list[Cell]] = {}
    for row, column in sorted(texts.keys() | marks.keys()):
        budget.cell()
        budget.width(column)
        across, down = spans.get((row, column), (1, 1))
        place = Place(sheet.title, number, row, column)
        text = budget.text(texts.get((row, column), ""))
        rows.setdefault(row, []).append(Cell(text, place, across, down, tuple(marks.get((row, column), ()))))
    return _blocks(sheet.title, number, rows, budget)


def _blocks(title: str, number: int, rows: dict[int, list[Cell]], budget: Budget) -> list[Block]:
    tabular = [row for row, cells in rows.items() if len(cells) > 1]
    first, last = (tabular[0], tabular[-1]) if tabular else (0, 0)
    above: list[Block] = []
    below: list[Block] = []
    table: list[tuple[Cell, ...]] = []
    before = None
    for row, cells in rows.items():
        if first <= row <= last:
            budget.row()
            if before is not None and row - before <= _MAX_GAP:
                table += [()] * (row - before - 1)  # so that merged cells reach as many rows as they say
            table.append(tuple(cells))
            before = row
        else:
            budget.line()
            lines = above if row < first else below
            lines += [Paragraph(cell.text, Place(title, line=row)) for cell in cells if cell.text]
    if not table:
        return above + below
    width = max(cell.place.column + cell.colspan - 1 for row in table for cell in row)
    return [*above, Table(tuple(table), Place(title, number), width), *below]


def _shown(cell) -> str:
    """A value about as the sheet shows it: dates as people write them, no needless decimals."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "YA" if value else "TIDAK"
    if isinstance(value, datetime | date):
        return f"{value:%d-%m-%Y}"
    if isinstance(value, time):
        return f"{value:%H.%M}"
    text = str(value).strip()
    if isinstance(value, int | float):
        text = f"{value:.10g}"
        # A format such as 0" menit" carries the unit.
        if unit := re.fullmatch(r'(?:0|General|@|#,##0)((?:"[^"]*"|\\.|\s)+)', cell.number_format or ""):
            text += re.sub(r'["\\]', "", unit[1])
    return text


def _unseen(sheet) -> tuple[set[int], set[int]]:
    """Rows and columns that are hidden."""
    rows = {number for number, row in sheet.row_dimensions.items() if row.hidden}
    columns: set[int] = set()
    for column in sheet.column_dimensions.values():
        if column.hidden and column.min and column.max:
            columns |= set(range(column.min, min(column.max, _MAX_COLUMN) + 1))
    return rows, columns


# Shapes over the cells -------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Shape:
    row: int
    column: int
    mark: str
    text: str


class _Drawings:
    """Finds the drawing of each sheet by the package's relations; openpyxl keeps pictures only."""

    def __init__(self, package: Package):
        self.package = package
        targets = self._relations(_MAIN)
        self.sheets = {
            sheet.get("name"): targets.get(sheet.get(f"{_R}id"), ("", ""))[1]
            for sheet in package.root(_MAIN).iter(f"{_S}sheet")
        }

    def of(self, sheet) -> list[_Shape]:
        found: list[_Shape] = []
        for kind, target in self._relations(self.sheets.get(sheet.title, "")).values():
            if kind.endswith("/drawing") and self.package.has(target):
                board = _Board(sheet)
                for anchor in self.package.root(target):
                    found += board.shapes(anchor)
        return found

    def _relations(self, entry: str) -> dict[str, tuple[str, str]]:
        """By id: the kind of a relation and the entry it leads to."""
        folder, name = posixpath.split(entry)
        rels = f"{folder}/_rels/{name}.rels"
        if not entry or not self.package.has(rels):
            return {}
        return {
            rel.get("Id", ""): (
                rel.get("Type", ""),
                posixpath.normpath(posixpath.join("/", folder, rel.get("Target", ""))).lstrip("/"),
            )
            for rel in self.package.root(rels)
            if isinstance(rel.tag, str) and rel.get("TargetMode") != "External"
        }


class _Board:
    """Where the columns and rows of a sheet begin, in EMU, to find the cell under a shape's middle."""

    def __init__(self, sheet):
        widths = [_WIDTH] * MAX_COLUMNS
        for column in sheet.column_dimensions.values():
            if column.min and column.max and (column.width or column.hidden):
                for number in range(column.min, min(column.max, MAX_COLUMNS) + 1):
                    widths[number - 1] = 0 if column.hidden else int(column.width * _PER_CHARACTER)
        heights = [_HEIGHT] * MAX_LINES
        for number, row in sheet.row_dimensions.items():
            if number <= MAX_LINES and (row.height or row.hidden):
                heights[number - 1] = 0 if row.hidden else int(row.height * _PER_POINT)
        self.columns = [0, *itertools.accumulate(widths)]
        self.rows = [0, *itertools.accumulate(heights)]

    def shapes(self, anchor) -> Iterator[_Shape]:
        """The shapes of an anchor; those of a group where the group's own measure puts them."""
        box = self._box(anchor)
        if box is None:
            return
        group = anchor.find(f"{_X}grpSp")
        frame = group.find(f"{_X}grpSpPr/{_A}xfrm") if group is not None else None
        for shape in anchor.iter(f"{_X}sp", f"{_X}pic"):
            mark, text = _meaning(shape)
            across, down = _within(shape, frame)
            x = box[0] + (box[2] - box[0]) * across
            y = box[1] + (box[3] - box[1]) * down
            column, row = bisect.bisect_right(self.columns, x), bisect.bisect_right(self.rows, y)
            yield _Shape(min(row, MAX_LINES), min(column, MAX_COLUMNS), mark, text)

    def _box(self, anchor) -> tuple[float, float, float, float] | None:
        begin, end, extent = (anchor.find(f"{_X}{name}") for name in ("from", "to", "ext"))
        if begin is None:
            return None
        left, top = self._point(begin)
        if end is not None:
            return (left, top, *self._point(end))
        wide, high = _numbers(extent, "cx", "cy") if extent is not None else (0, 0)
        return left, top, left + wide, top + high

    def _point(self, corner) -> tuple[float, float]:
        column, row, right, down = (
            _whole(corner.findtext(f"{_X}{name}")) for name in ("col", "row", "colOff", "rowOff")
        )
        return self.columns[min(column, MAX_COLUMNS)] + right, self.rows[min(row, MAX_LINES)] + down


def _meaning(shape) -> tuple[str, str]:
    """The mark of a shape and the words in it."""
    if shape.tag == f"{_X}pic":
        return "picture", ""
    lines = ("".join(t.text or "" for t in line.iter(f"{_A}t")).strip() for line in shape.iter(f"{_A}p"))
    text = "\n".join(filter(None, lines))
    box = shape.find(f"{_X}nvSpPr/{_X}cNvSpPr")
    if box is not None and box.get("txBox") in ("1", "true"):
        return "", text
    preset = shape.find(f"{_X}spPr/{_A}prstGeom")
    return word.mark_of(preset.get("prst", "") if preset is not None else ""), text


def _within(shape, frame) -> tuple[float, float]:
    """Where the middle of a shape lies in its anchor, as parts of one."""
    own = shape.find(f"{_X}spPr/{_A}xfrm")
    parts = [
        found
        for holder, names in ((own, ("off", "ext")), (frame, ("chOff", "chExt")))
        for name in names
        if holder is not None and (found := holder.find(f"{_A}{name}")) is not None
    ]
    if len(parts) < 4:
        return 0.5, 0.5
    (x, y), (wide, high), (left, top), (across, down) = (
        _numbers(part, *names) for part, names in zip(parts, (("x", "y"), ("cx", "cy")) * 2, strict=True)
    )
    if not across or not down:
        return 0.5, 0.5
    return (x + wide / 2 - left) / across, (y + high / 2 - top) / down


def _numbers(element, *names: str) -> tuple[int, ...]:
    return tuple(_whole(element.get(name)) for name in names)


def _whole(text: str | None) -> int:
    return int(text) if re.fullmatch(r"-?\d{1,12}", text or "") else 0
