"""The official document of an SOP as a .docx to work on: the same cells, the chart drawn behind their words.

In each performer's cell stands in words what he does, in the shape drawn around it. What the file says is
enough to read it back, also without the drawing: nothing is hidden in it.
"""

import io
import re
from collections.abc import Iterable, Sequence
from datetime import datetime

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import _Cell

from sopcases.sops import chart, wordchart
from sopcases.sops.printed import MARGIN, PAD_X, PAD_Y, POINT, Document, sign, text_width, unbroken
from sopcases.sops.sheet import Cell

MIME = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""What no XML can hold, such as the soft line breaks of a text copied from Word."""
NARROWEST = 16.0
"""A performer's column has room for what he does, in words, in millimetres."""
LARGEST, SMALLEST, LEADING = 5.5, 3.0, 1.15
"""Type sizes of the words in a shape, in points, and how far their lines stand apart."""
ANCHOR = 1.0
"""Height in points of the empty line that holds the drawing of a row."""
EPOCH = datetime(2000, 1, 1)
"""The file does not say when it was taken out."""


def write(document: Document) -> bytes:
    """The document as .docx."""
    sheet, paper = document.sheet, document.paper
    file = docx.Document()
    _set_up(file, paper.width, paper.height)
    file.core_properties.title = CONTROL.sub(" ", f"SOP {sheet.name}")
    file.core_properties.author = file.core_properties.comments = ""
    file.core_properties.created = file.core_properties.modified = EPOCH
    for line in sheet.header.titles:
        _line(file.add_paragraph(), line, bold=True, size=11, middle=True)
    if document.face:
        _line(file.add_paragraph(), document.face, bold=True, size=11, middle=True)
    _facts(file, document)
    file.add_paragraph()
    _blocks(file, document)
    file.add_page_break()
    _table(file, document)
    for part in sheet.parts:
        heading = file.add_paragraph()
        heading.paragraph_format.space_before = Pt(8)
        heading.paragraph_format.keep_with_next = True
        _line(heading, f"{part.letter}. {part.title}", bold=True, size=9)
        for text in part.lines:
            _line(file.add_paragraph(), text, size=9)
        for number, text, time in part.process:
            _line(file.add_paragraph(), f"{number} {text}".strip() + (f" ({time})" if time else ""), size=9)
    if sheet.draft and sheet.notes:
        _line(file.add_paragraph(), "Catatan pembacaan", bold=True, size=9)
        for note in sheet.notes:
            _line(file.add_paragraph(), note.about, bold=True, size=9)
            for quote in note.quotes:
                _line(file.add_paragraph(), f"“{quote}”", size=9)
            _line(file.add_paragraph(), f"Dibaca: {note.reading}", size=9)
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()


def _set_up(file, width: int, height: int) -> None:
    section = file.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(width), Mm(height)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(MARGIN)
    style = file.styles["Normal"]
    style.font.name, style.font.size = "Arial", Pt(9)
    style.paragraph_format.space_after = Pt(0)


def _facts(file, document: Document) -> None:
    header = document.sheet.header
    rows = list(header.facts)
    rows.insert(-1, ("Disahkan oleh", "\n".join(header.ratified_by)))
    table = file.add_table(rows=len(rows), cols=2, style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for row, (label, value) in zip(table.rows, rows, strict=True):
        _fill(row.cells[0], label, size=9)
        _fill(row.cells[1], value, size=9, bold=row is table.rows[-1])
    _widths(table, [55, 120])


def _blocks(file, document: Document) -> None:
    table = file.add_table(rows=0, cols=2, style="Table Grid")
    for pair in document.blocks:
        cells = table.add_row().cells
        for cell, (title, lines) in zip(cells, pair, strict=True):
            _fill(cell, title, size=9, bold=True)
            for line in lines:
                _line(cell.add_paragraph(), line, size=9)
    _widths(table, [document.paper.room[0] / 2] * 2)


def _table(file, document: Document) -> None:
    sheet = document.sheet
    columns = len(sheet.columns)
    ground = unbroken(document, NARROWEST)
    table = file.add_table(rows=2, cols=6 + columns, style="Table Grid")
    _margins(table._tbl.tblPr, "w:tblCellMar", PAD_Y, PAD_X)
    top, under = (row.cells for row in table.rows)
    for first, last, text in ((0, 0, "No"), (1, 1, "Kegiatan"), (-1, -1, "Keterangan")):
        _fill(top[first].merge(under[last]), text, bold=True, middle=True)
    if columns:
        _fill(top[2].merge(top[1 + columns]), "Pelaksana", bold=True, middle=True)
    _fill(top[2 + columns].merge(top[4 + columns]), "Mutu Baku", bold=True, middle=True)
    labels = [*(c.label for c in sheet.columns), "Kelengkapan", "Waktu", "Output"]
    for cell, label in zip(under[2:], labels, strict=False):
        _fill(cell, label, bold=True, middle=True)
    for row in table.rows:
        _repeat(row)
    drawn = 0
    for order, line in enumerate(sheet.lines):
        row = table.add_row()
        _whole(row)
        row.height, row.height_rule = Mm(ground.heights[order]), WD_ROW_HEIGHT_RULE.AT_LEAST
        cells = row.cells
        for cell, text in zip(cells[:2], (line.number, line.activity), strict=True):
            _fill(cell, text, middle=cell is cells[0])
        for cell, text in zip(
            cells[2 + columns :], (line.requires, line.time, line.produces, line.remark), strict=True
        ):
            _fill(cell, text)
        if ground.strips:
            strip = ground.strips[order]
            _draw(cells[2], strip, drawn)
            drawn += len(strip.segments) + len(strip.boxes) + len(strip.words)
            for number, (cell, (_, mark)) in enumerate(zip(cells[2 : 2 + columns], line.cells, strict=True)):
                _mark(cell, mark, next((b for b in strip.boxes if b.column == number), None), number == 0)
    _widths(table, ground.widths)


def _draw(cell: _Cell, strip: chart.Strip, drawn: int) -> None:
    """The chart of a row, in an empty line on top of its first performer's cell."""
    _exactly(cell.paragraphs[0], ANCHOR)
    for run in wordchart.runs(strip, drawn + 1):
        cell.paragraphs[0]._p.append(run)


def _mark(cell: _Cell, mark: Cell, box: chart.Box | None, under_drawing: bool) -> None:
    """What a performer does, in the shape that is drawn around it. A box needs no sign: its words are one."""
    _margins(cell._tc.get_or_add_tcPr(), "w:tcMar", 0, 0)
    if box is None or not mark:
        return
    lines = sign(mark).split("\n")
    if box.shape == chart.BOX and mark.parts:
        lines = lines[1:]
    wide = max(text_width(line, 1.0) for line in lines)
    size = min(LARGEST, (box.width - 0.4) / wide, (box.height - 0.2) / (len(lines) * LEADING * POINT))
    size = max(SMALLEST, int(size * 2) / 2)
    above = (box.y + (box.height - len(lines) * size * LEADING * POINT) / 2) / POINT
    for place, line in enumerate(lines):
        paragraph = cell.paragraphs[0] if place == 0 and not under_drawing else cell.add_paragraph()
        _line(paragraph, line, size=size, middle=True)
        _exactly(paragraph, size * LEADING)
        if place == 0:
            paragraph.paragraph_format.space_before = Pt(above - (ANCHOR if under_drawing else 0))


def _exactly(paragraph, points: float) -> None:
    paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    paragraph.paragraph_format.line_spacing = Pt(points)


def _margins(properties, name: str, high: float, wide: float) -> None:
    """The space around the words of a table or a cell, in millimetres."""
    margins = OxmlElement(name)
    for side, value in (("top", high), ("left", wide), ("bottom", high), ("right", wide)):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(Mm(value).twips))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    look = properties.find(qn("w:tblLook"))
    if look is not None:  # the schema's order
        look.addprevious(margins)
    else:
        properties.append(margins)


def _fill(cell: _Cell, text: str, *, bold: bool = False, middle: bool = False, size: float = 7) -> None:
    """A cell's text, one paragraph for each line."""
    first, *others = text.split("\n")
    _line(cell.paragraphs[0], first, bold=bold, middle=middle, size=size)
    for other in others:
        _line(cell.add_paragraph(), other, bold=bold, middle=middle, size=size)
    if middle and bold:
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER


def _line(paragraph, text: str, *, bold: bool = False, middle: bool = False, size: float = 7) -> None:
    run = paragraph.add_run(CONTROL.sub(" ", text))
    run.bold, run.font.size = bold, Pt(size)
    if middle:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _widths(table, widths: Sequence[float]) -> None:
    """Fixed widths in millimetres; a word processor goes by the cells', not by the columns'."""
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    for row in table.rows:
        for cell, width in zip(_own(row.cells), widths, strict=False):
            if cell is not None:
                cell.width = Mm(width)


def _own(cells: Iterable[_Cell]) -> Iterable[_Cell | None]:
    """The cells of a row; None for one that is part of a wider or a higher one."""
    seen = set()
    for cell in cells:
        wide = cell._tc.grid_span > 1 or cell._tc in seen
        seen.add(cell._tc)
        yield None if wide else cell


def _repeat(row) -> None:
    """The row stands again on top of every page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _whole(row) -> None:
    """Pages break between rows only."""
    mark = OxmlElement("w:cantSplit")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)
