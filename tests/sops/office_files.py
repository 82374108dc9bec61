"""Office files for the tests, made by the libraries that offices' own programs stand for."""

import io
import zipfile

import docx
import openpyxl
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from odf import opendocument, table, text

ROWS = [
    ["No", "Kegiatan", "Pelaksana", "", "Mutu Baku", "", "", "Ket"],
    ["", "", "Resepsionis", "Lurah", "Kelengkapan", "Waktu", "Output", ""],
    ["1.", "Resepsionis menerima berkas permohonan", "●", "", "Formulir", "10 menit", "Tanda terima", ""],
    ["2.", "Lurah memeriksa berkas", "", "●", "Tanda terima", "1 jam", "Surat keterangan domisili", "-"],
]
"""A sheet of no agency in particular; the first two rows are its head, with merged cells."""
MERGED = [((0, 0), (1, 0)), ((0, 1), (1, 1)), ((0, 2), (0, 3)), ((0, 4), (0, 6)), ((0, 7), (1, 7))]
TITLE = "SOP Pelayanan Surat Keterangan"


def saved(document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def word_document(rows=ROWS, merged=MERGED, title=TITLE) -> docx.document.Document:
    document = docx.Document()
    document.add_heading(title, 1)
    sheet = document.add_table(len(rows), len(rows[0]))
    for (top, left), (bottom, right) in merged:
        sheet.cell(top, left).merge(sheet.cell(bottom, right))
    for row, cells in enumerate(rows):
        for column, words in enumerate(cells):
            if words:
                sheet.cell(row, column).text = words
    return document


def word_file(**facts) -> bytes:
    return saved(word_document(**facts))


def workbook_file(rows=ROWS, merged=MERGED, title=TITLE) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "SOP"
    sheet.append([title])
    for cells in rows:
        sheet.append([cell or None for cell in cells])
    for (top, left), (bottom, right) in merged:
        sheet.merge_cells(start_row=top + 2, start_column=left + 1, end_row=bottom + 2, end_column=right + 1)
    return saved(book)


def open_document_file(rows=ROWS, merged=MERGED, title=TITLE) -> bytes:
    document = opendocument.OpenDocumentText()
    document.text.addElement(text.H(outlinelevel=1, text=title))
    spans = {first: (last[0] - first[0] + 1, last[1] - first[1] + 1) for first, last in merged}
    covered = {
        (row, column)
        for (top, left), (bottom, right) in merged
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
    } - spans.keys()
    sheet = table.Table()
    sheet.addElement(table.TableColumn(numbercolumnsrepeated=len(rows[0])))
    for row, cells in enumerate(rows):
        line = table.TableRow()
        for column, words in enumerate(cells):
            if (row, column) in covered:
                line.addElement(table.CoveredTableCell())
                continue
            down, across = spans.get((row, column), (1, 1))
            cell = table.TableCell(numbercolumnsspanned=across, numberrowsspanned=down)
            cell.addElement(text.P(text=words))
            line.addElement(cell)
        sheet.addElement(line)
    document.text.addElement(sheet)
    return saved(document)


def web_page(rows=ROWS, merged=MERGED, title=TITLE) -> bytes:
    spans = {first: (last[0] - first[0] + 1, last[1] - first[1] + 1) for first, last in merged}
    covered = {
        (row, column)
        for (top, left), (bottom, right) in merged
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
    } - spans.keys()
    lines = []
    for row, cells in enumerate(rows):
        found = "".join(
            f'<td rowspan="{down}" colspan="{across}">{words}</td>'
            for column, words in enumerate(cells)
            if (row, column) not in covered
            for down, across in [spans.get((row, column), (1, 1))]
        )
        lines.append(f"<tr>{found}</tr>")
    return (
        f"<!DOCTYPE html><html><body><h1>{title}</h1><table>{''.join(lines)}</table></body></html>".encode()
    )


def text_file(rows=ROWS, title=TITLE) -> bytes:
    return "\n".join([title, "", *("\t".join(row) for row in rows)]).encode()


def packed(entries: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in entries.items():
            package.writestr(name, content)
    return out.getvalue()


def unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


def draw(paragraph, preset: str, offset: int | None = None, words: str = ""):
    """A shape as Word draws it, with the old drawing beside it for old programs; `offset` in EMU."""
    body = f"<w:txbxContent><w:p><w:r><w:t>{words}</w:t></w:r></w:p></w:txbxContent>" if words else ""
    inner = (
        f'<wp:extent cx="200000" cy="200000"/><a:graphic><a:graphicData uri="{_WPS}"><wps:wsp><wps:cNvSpPr/>'
        f'<wps:spPr><a:prstGeom prst="{preset}"/></wps:spPr><wps:txbx>{body}</wps:txbx></wps:wsp>'
        "</a:graphicData></a:graphic>"
    )
    if offset is None:
        held = f"<wp:inline>{inner}</wp:inline>"
    else:
        placed = f'<wp:positionH relativeFrom="column"><wp:posOffset>{offset}</wp:posOffset></wp:positionH>'
        held = f'<wp:anchor layoutInCell="1">{placed}{inner}</wp:anchor>'
    paragraph._p.append(
        parse_xml(
            f'<w:r {nsdecls("w", "wp", "a")} xmlns:wps="{_WPS}" xmlns:mc="{_MC}" xmlns:v="{_VML}">'
            f'<mc:AlternateContent><mc:Choice Requires="wps"><w:drawing>{held}</w:drawing></mc:Choice>'
            f"<mc:Fallback><w:pict><v:rect><v:textbox>{body}</v:textbox></v:rect></w:pict></mc:Fallback>"
            "</mc:AlternateContent></w:r>"
        )
    )


def draw_old(paragraph, number: str, style: str = ""):
    """A shape as Word drew it before 2010."""
    paragraph._p.append(
        parse_xml(
            f'<w:r {nsdecls("w")} xmlns:v="{_VML}"><w:pict>'
            f'<v:shape type="#_x0000_t{number}" style="{style}"/></w:pict></w:r>'
        )
    )


_WPS = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
_MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_VML = "urn:schemas-microsoft-com:vml"
