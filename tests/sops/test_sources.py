"""Files of every format become the same document; what no SOP can be is refused before it costs anything."""

import datetime
import io
import resource
import struct

import docx
import openpyxl
import pytest
from docx.enum.style import WD_STYLE_TYPE
from odf import draw, opendocument, table, text
from odf.style import ListLevelProperties

from sopcases.refusal import Refused
from sopcases.sops.reading.document import Table
from sopcases.sops.reading.sources import limits, open_document, webpage
from tests.conftest import ROOT
from tests.sops import office_files as office

FORMATS = {
    "docx": office.word_file,
    "odt": office.open_document_file,
    "xlsx": office.workbook_file,
    "html": office.web_page,
}


def only_table(document) -> Table:
    (found,) = document.tables
    return found


def words(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table.rows]


# What is read ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FORMATS)
def test_the_same_sheet_reads_the_same_from_every_format(kind):
    document = open_document(f"sop.{kind}", FORMATS[kind]())

    assert document.kind == kind
    assert [p.text for p in document.paragraphs] == [office.TITLE]
    found = only_table(document)
    assert found.grid == 8
    spans = {cell.text: (cell.colspan, cell.rowspan) for cell in (c for row in found.rows[:2] for c in row)}
    assert spans["No"] == (1, 2)
    assert spans["Pelaksana"] == (2, 1)
    assert spans["Mutu Baku"] == (3, 1)
    assert spans["Waktu"] == (1, 1)
    columns = {cell.text: cell.place.column for row in found.rows for cell in row if cell.text}
    assert (columns["Lurah"], columns["Waktu"], columns["10 menit"]) == (4, 6, 6)
    kept = [[text for text in row if text] for row in words(found)]
    assert kept == [[cell for cell in row if cell] for row in office.ROWS]


def test_an_extension_is_not_believed():
    assert open_document("sop.txt", office.word_file()).kind == "docx"
    assert open_document("sop.docx", office.web_page()).kind == "html"


def test_a_scanned_text_keeps_its_lines_and_tabs():
    raw = (ROOT / "tests/seeds/1-bayi-balita-terlantar.txt").read_bytes()
    document = open_document("sop.txt", raw)

    lines = raw.decode().split("\n")
    assert document.kind == "text" and not list(document.tables)
    assert all(p.text == lines[p.place.line - 1].replace("\u00a0", " ").rstrip() for p in document.paragraphs)
    assert any("\t" in p.text for p in document.paragraphs)


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        ("Pasal 5 – “baku”".encode("cp1252"), "Pasal 5 – “baku”"),
        ("Pasal 5 – “baku”".encode("utf-16"), "Pasal 5 – “baku”"),
        (b"\xfe\xff" + "Pasal 5".encode("utf-16-be"), "Pasal 5"),
        ("\ufeffPasal 5".encode(), "Pasal 5"),
        (b"Pasal 5\r\nsatu\rdua", "Pasal 5"),
    ],
)
def test_text_of_any_encoding_is_read(raw, line):
    assert next(open_document("sop.txt", raw).paragraphs).text == line


def test_places_are_said_as_people_count():
    found = only_table(open_document("sop.docx", office.word_file()))
    assert str(found.rows[2][1].place) == "tabel 1, baris 3, kolom 2"
    assert str(only_table(open_document("a.xlsx", office.workbook_file())).rows[2][1].place) == (
        "lembar “SOP”, tabel 1, baris 4, kolom 2"
    )


class TestWord:
    def test_list_numbers_stand_before_their_paragraphs_also_in_empty_cells(self):
        document = docx.Document()
        for line in ("Undang-undang", "Peraturan"):
            document.add_paragraph(line, style="List Number")
        sheet = document.add_table(2, 2)
        for row in sheet.rows:
            row.cells[0].paragraphs[0].style = document.styles["List Number 2"]
            row.cells[1].text = "Mencatat"
        document.add_paragraph("Butir", style="List Bullet")

        found = open_document("a.docx", office.saved(document))

        assert [p.text for p in found.paragraphs] == ["1. Undang-undang", "2. Peraturan", "• Butir"]
        assert words(only_table(found)) == [["1.", "Mencatat"], ["2.", "Mencatat"]]

    def test_shapes_are_marks_of_the_cell_they_lie_over(self):
        document = docx.Document()
        cells = document.add_table(1, 4).rows[0].cells
        width = document.tables[0].columns[0].width
        cells[0].text = "Memeriksa"
        office.draw(cells[0].paragraphs[0], "flowChartDecision", offset=2 * width + 1000)
        office.draw(cells[1].paragraphs[0], "flowChartTerminator", words="Mulai")
        office.draw(cells[1].paragraphs[0], "straightConnector1")
        office.draw_old(cells[3].paragraphs[0], "109")
        office.draw_old(cells[3].paragraphs[0], "32")

        (row,) = only_table(open_document("a.docx", office.saved(document))).rows

        assert [cell.marks for cell in row] == [(), ("terminator",), ("decision",), ("process",)]
        assert [cell.text for cell in row] == ["Memeriksa", "Mulai", "", ""]

    def test_what_was_struck_out_or_hidden_is_not_read(self):
        document = docx.Document()
        paragraph = document.add_paragraph("Tetap ")
        paragraph.add_run("tersembunyi").font.hidden = True
        paragraph._p.append(
            docx.oxml.parse_xml(
                f"<w:del {docx.oxml.ns.nsdecls('w')}><w:r><w:delText>hapus</w:delText></w:r></w:del>"
            )
        )
        paragraph._p.append(
            docx.oxml.parse_xml(f"<w:ins {docx.oxml.ns.nsdecls('w')}><w:r><w:t>baru</w:t></w:r></w:ins>")
        )
        assert [p.text for p in open_document("a.docx", office.saved(document)).paragraphs] == ["Tetap baru"]

    def test_nested_tables_and_the_head_of_the_page_are_tables_too(self):
        document = docx.Document()
        document.sections[0].header.add_table(1, 2, docx.shared.Cm(10)).rows[0].cells[0].text = "Nomor SOP"
        outer = document.add_table(1, 1).rows[0].cells[0]
        outer.text = "Luar"
        outer.add_table(1, 1).rows[0].cells[0].text = "Dalam"

        tables = list(open_document("a.docx", office.saved(document)).tables)

        assert [words(t)[0][0] for t in tables] == ["Nomor SOP", "Luar", "Dalam"]
        assert [str(t.place) for t in tables] == ["lembar “kepala halaman”, tabel 1", "tabel 1", "tabel 2"]

    def test_headings_are_told(self):
        document = docx.Document()
        document.add_heading("Judul")
        document.styles.add_style("Bab", WD_STYLE_TYPE.PARAGRAPH).base_style = document.styles["Normal"]
        document.add_paragraph("Isi", style="Bab")
        found = open_document("a.docx", office.saved(document)).paragraphs
        assert [(p.text, p.heading) for p in found] == [("Judul", True), ("Isi", False)]


class TestOpenDocument:
    def test_lists_shapes_and_nested_tables(self):
        document = opendocument.OpenDocumentText()
        numbers = text.ListStyle(name="L1")
        level = text.ListLevelStyleNumber(level=1, numformat="1", numsuffix=".")
        level.addElement(ListLevelProperties())
        numbers.addElement(level)
        document.automaticstyles.addElement(numbers)
        items = text.List(stylename=numbers)
        for line in ("Undang-undang", "Peraturan"):
            item = text.ListItem()
            item.addElement(text.P(text=line))
            items.addElement(item)
        document.text.addElement(items)
        sheet, row, cell, inner = table.Table(), table.TableRow(), table.TableCell(), table.Table()
        paragraph = text.P(text="Memeriksa")
        shape = draw.CustomShape(width="1cm", height="1cm")
        shape.addElement(text.P(text="Ya"))
        shape.addElement(draw.EnhancedGeometry(type="flowchart-decision"))
        paragraph.addElement(shape)
        cell.addElement(paragraph)
        inner_row, inner_cell = table.TableRow(), table.TableCell()
        inner_cell.addElement(text.P(text="Dalam"))
        inner_row.addElement(inner_cell)
        inner.addElement(inner_row)
        cell.addElement(inner)
        row.addElement(cell)
        sheet.addElement(row)
        document.text.addElement(sheet)

        found = open_document("a.odt", office.saved(document))

        assert [p.text for p in found.paragraphs] == ["1. Undang-undang", "2. Peraturan"]
        outer, nested = found.tables
        assert (outer.rows[0][0].text, outer.rows[0][0].marks) == ("Memeriksa\nYa", ("decision",))
        assert words(nested) == [["Dalam"]]


class TestWorkbook:
    def test_values_read_as_they_show(self):
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.append(["No", "Waktu", "Tanggal"])
        sheet.append([1, 15, None])
        sheet["B2"].number_format = '0" menit"'
        sheet["C2"] = datetime.date(2024, 3, 4)
        sheet["A3"], sheet["B3"] = 2.0, 0.5

        assert words(only_table(open_document("a.xlsx", office.saved(book)))) == [
            ["No", "Waktu", "Tanggal"],
            ["1", "15 menit", "04-03-2024"],
            ["2", "0.5"],
        ]

    def test_shapes_lie_over_their_cells_also_in_groups(self):
        entries = office.unpacked(office.workbook_file())
        sheet = entries["xl/worksheets/sheet1.xml"].decode()
        rid = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="rId9"'
        entries["xl/worksheets/sheet1.xml"] = sheet.replace(
            "</worksheet>", f"<drawing {rid}/></worksheet>"
        ).encode()
        kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/drawing"
        entries["xl/worksheets/_rels/sheet1.xml.rels"] = (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="rId9" Type="{kind}" Target="../drawings/drawing1.xml"/></Relationships>'
        ).encode()
        entries["xl/drawings/drawing1.xml"] = DRAWING.encode()

        found = only_table(open_document("a.xlsx", office.packed(entries)))

        marks = {str(c.place).split(", ", 2)[2]: c.marks for row in found.rows for c in row if c.marks}
        assert marks == {
            "baris 4, kolom 3": ("terminator",),
            "baris 5, kolom 4": ("decision",),
            "baris 4, kolom 4": ("process",),
        }

    def test_hidden_sheets_rows_and_columns_are_not_read(self):
        book = openpyxl.load_workbook(io.BytesIO(office.workbook_file()))
        book.create_sheet("Daftar").append(["rahasia", "rahasia"])
        book["Daftar"].sheet_state = "hidden"
        book["SOP"].append(["3.", "tersembunyi"])
        book["SOP"].row_dimensions[6].hidden = True
        found = open_document("a.xlsx", office.saved(book))
        assert "tersembunyi" not in str(found) and "rahasia" not in str(found)

    def test_a_lie_about_its_size_costs_nothing(self):
        entries = office.unpacked(office.workbook_file())
        sheet = entries["xl/worksheets/sheet1.xml"].decode()
        entries["xl/worksheets/sheet1.xml"] = sheet.replace('ref="A1:H5"', 'ref="A1:XFD1048576"').encode()
        assert sheet != entries["xl/worksheets/sheet1.xml"].decode()
        assert len(only_table(open_document("a.xlsx", office.packed(entries))).rows) == 4


_A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'


def _anchor(column: int, row: int, inner: str) -> str:
    begin = f"<xdr:col>{column}</xdr:col><xdr:colOff>9525</xdr:colOff>"
    begin += f"<xdr:row>{row}</xdr:row><xdr:rowOff>9525</xdr:rowOff>"
    end = begin.replace("9525", "120000")
    return f"<xdr:twoCellAnchor><xdr:from>{begin}</xdr:from><xdr:to>{end}</xdr:to>{inner}</xdr:twoCellAnchor>"


def _sp(preset: str, frame: str = "") -> str:
    return f'<xdr:sp><xdr:spPr>{frame}<a:prstGeom prst="{preset}"/></xdr:spPr></xdr:sp>'


def _frame(x: int, y: int) -> str:
    return f'<a:xfrm><a:off x="{x}" y="{y}"/><a:ext cx="100" cy="100"/></a:xfrm>'


DRAWING = (
    f'<xdr:wsDr {_A} xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing">'
    + _anchor(2, 3, _sp("flowChartTerminator"))
    + "<xdr:twoCellAnchor><xdr:from><xdr:col>3</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>3</xdr:row>"
    "<xdr:rowOff>0</xdr:rowOff></xdr:from><xdr:to><xdr:col>4</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>5"
    "</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:to><xdr:grpSp><xdr:grpSpPr><a:xfrm><a:off x='0' y='0'/>"
    "<a:ext cx='100' cy='400'/><a:chOff x='0' y='0'/><a:chExt cx='100' cy='400'/></a:xfrm></xdr:grpSpPr>"
    + _sp("rect", _frame(0, 50))
    + _sp("diamond", _frame(0, 250))
    + "</xdr:grpSp></xdr:twoCellAnchor></xdr:wsDr>"
)


class TestWebPage:
    def read(self, body: str):
        return open_document("a.html", f"<html><body>{body}</body></html>".encode())

    def test_what_is_seen_and_nothing_else(self):
        found = self.read(
            "<h2>Judul</h2><script>x</script><style>y</style><p>Satu<br>dua  \n tiga</p><p hidden>z</p>"
            "<p style='display:none'>z</p><ol start=3><li>Pertama</li><li>Kedua</li></ol>"
            "<ul><li>Butir</li></ul>"
            "<!-- z -->akhir"
        )
        assert [p.text for p in found.paragraphs] == [
            "Judul", "Satu", "dua tiga", "3. Pertama", "4. Kedua", "• Butir", "akhir",
        ]  # fmt: skip
        assert [p.heading for p in found.paragraphs] == [True] + [False] * 6

    def test_lists_pictures_and_nested_tables_in_cells(self):
        found = self.read(
            "<table><tr><td><ol><li>Surat</li><li>Akta</li></ol></td><td><img src='http://x/'></td>"
            "<td>Luar<table><tr><td>Dalam</td></tr></table></td></tr></table>"
        )
        outer, inner = found.tables
        assert words(outer) == [["1. Surat\n2. Akta", "", "Luar"]]
        assert outer.rows[0][1].marks == ("picture",)
        assert words(inner) == [["Dalam"]]

    def test_spans_leave_room_and_end_with_the_table(self):
        found = only_table(
            self.read("<table><tr><td rowspan=99>A<td colspan=2>B<tr><td>C<td>D<tr><td>E<td>F</table>")
        )
        assert [[(c.text, c.place.column) for c in row] for row in found.rows] == [
            [("A", 1), ("B", 2)],
            [("C", 2), ("D", 3)],
            [("E", 2), ("F", 3)],
        ]
        assert found.rows[0][0].rowspan == 3

    def test_windows_text_saved_as_a_page(self):
        raw = "<html><body><p>Pasal 5 – “baku”</p></body></html>".encode("cp1252")
        assert next(open_document("a.htm", raw).paragraphs).text == "Pasal 5 – “baku”"


# What is refused -------------------------------------------------------------------------------------


def bomb() -> bytes:
    entries = office.unpacked(office.word_file())
    entries["word/media/image1.bin"] = b"\0" * (90 * limits.MB)
    return office.packed(entries)


def quiet_bomb() -> bytes:
    """Says that it is small, and is not."""
    size = 40 * limits.MB
    raw = bytearray(with_part(lambda xml: xml + b" " * (size - len(xml))))
    huge = struct.pack("<I", size)
    assert huge in raw
    while (at := raw.find(huge)) >= 0:
        raw[at : at + 4] = struct.pack("<I", 1000)
    return bytes(raw)


def many_parts() -> bytes:
    return office.packed({f"word/{n}.xml": b"" for n in range(limits.MAX_ENTRIES + 1)})


def with_part(change) -> bytes:
    entries = office.unpacked(office.word_file())
    entries["word/document.xml"] = change(entries["word/document.xml"])
    return office.packed(entries)


def with_entity(xml: bytes) -> bytes:
    head, _, rest = xml.partition(b"?>")
    dtd = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    return head + b"?>" + dtd + rest.replace(b"Kegiatan", b"&e;")


def with_laughs(xml: bytes) -> bytes:
    head, _, rest = xml.partition(b"?>")
    lines = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    dtd = f'<!DOCTYPE x [<!ENTITY l0 "ha">{lines}]>'.encode()
    return head + b"?>" + dtd + rest.replace(b"Kegiatan", b"&l9;")


def with_macro() -> bytes:
    return office.packed(office.unpacked(office.word_file()) | {"word/vbaProject.bin": b"Attribut"})


def deep(xml: bytes) -> bytes:
    inside = b"<w:p><w:r><w:t>x</w:t></w:r></w:p>"
    for _ in range(120):
        inside = b"<w:tbl><w:tr><w:tc>" + inside + b"<w:p/></w:tc></w:tr></w:tbl>"
    return xml.replace(b"<w:body>", b"<w:body>" + inside)


def wide(xml: bytes) -> bytes:
    return xml.replace(b'<w:gridSpan w:val="2"/>', b'<w:gridSpan w:val="999999"/>')


def odt_with(**changes) -> bytes:
    entries = office.unpacked(office.open_document_file())
    for part, change in changes.items():
        entries[f"{part}.xml"] = change(entries[f"{part}.xml"])
    return office.packed(entries)


def merged_everywhere() -> bytes:
    entries = office.unpacked(office.workbook_file())
    sheet = entries["xl/worksheets/sheet1.xml"].replace(b'ref="C2:D2"', b'ref="A9:XFD1048576"')
    entries["xl/worksheets/sheet1.xml"] = sheet
    return office.packed(entries)


def rows(count: int) -> list[list[str]]:
    return [[str(n), "Mencatat", "Formulir"] for n in range(count)]


def long_docx() -> bytes:
    row = "<w:tr>" + "<w:tc><w:p><w:r><w:t>{0}</w:t></w:r></w:p></w:tc>" * 3 + "</w:tr>"
    table = f"<w:body><w:tbl>{''.join(row.format(n * 7919) for n in range(10_000))}</w:tbl>".encode()
    return with_part(lambda xml: xml.replace(b"<w:body>", table))


def locked() -> bytes:
    raw = bytearray(office.word_file())
    for head, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = raw.find(head)
        while at >= 0:
            raw[at + offset] |= 1
            at = raw.find(head, at + 4)
    return bytes(raw)


NASTY = {
    "empty": (lambda: b"", "kosong"),
    "blank": (lambda: b" \n\n ", "kosong"),
    "fifty megabytes": (lambda: b"a" * (50 * limits.MB), "terlalu besar"),
    "a PDF called docx": (lambda: b"%PDF-1.7\n...", "adalah PDF. Buka dengan Word"),
    "an old doc": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "Office lama"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "adalah gambar"),
    "rich text": (lambda: rb"{\rtf1 halo}", "RTF"),
    "any zip": (lambda: office.packed({"a.txt": b"halo"}), "tidak dikenal"),
    "a broken zip": (lambda: office.word_file()[:-400], "rusak"),
    "a docx cut in two": (lambda: office.word_file()[:3000], "rusak"),
    "a docx of nothing": (lambda: office.packed({"word/document.xml": b"<a/>"}), "rusak"),
    "a docx not XML": (lambda: with_part(lambda xml: xml[:-30]), "rusak"),
    "a zip bomb": (bomb, "mengembang tidak wajar"),
    "a zip bomb in disguise": (quiet_bomb, "rusak|mengembang"),
    "too many parts": (many_parts, "terlalu banyak bagian"),
    "macros": (with_macro, "memuat makro"),
    "a lock": (locked, "dikunci kata sandi"),
    "an external entity": (lambda: with_part(with_entity), "DTD"),
    "a billion laughs": (lambda: with_part(with_laughs), "DTD|rusak"),
    "deep tables": (lambda: with_part(deep), "terlalu dalam"),
    "a wide cell": (lambda: with_part(wide), "kolom"),
    "ten thousand rows of docx": (long_docx, "lebih dari 400 baris"),
    "ten thousand rows of xlsx": (lambda: office.workbook_file(rows(10_000), []), "lebih dari 2000 baris"),
    "five hundred rows of xlsx": (lambda: office.workbook_file(rows(500), []), "lebih dari 400 baris"),
    "ten thousand rows of html": (lambda: office.web_page(rows(10_000), []), "lebih dari 400 baris"),
    "five hundred rows of odt": (
        lambda: office.open_document_file(rows(500), []),
        "lebih dari 400 baris",
    ),
    "ten thousand lines": (lambda: office.text_file(rows(10_000)), "lebih dari 400 baris"),
    "three thousand paragraphs": (lambda: b"Mencatat\n" * 3_000, "lebih dari 2000 paragraf"),
    "one endless line": (lambda: b"a" * 3_000_000, "terlalu banyak"),
    "merged to the edge": (merged_everywhere, "Sel gabungan"),
    "a deep page": (lambda: b"<html>" + b"<div>" * 100_000 + b"x", "terlalu dalam"),
    "a wide page": (lambda: b"<table><tr><td colspan=999999>x<td>y</table>", "kolom"),
    "an entity in an odt": (lambda: odt_with(content=with_entity), "DTD"),
    "a deep odt": (
        lambda: odt_with(
            content=lambda xml: xml.replace(
                b"<office:text>", b"<office:text>" + b"<text:section>" * 300 + b"</text:section>" * 300
            )
        ),
        "terlalu dalam",
    ),
    "a table of nothing": (lambda: office.word_file(rows=[["", ""]], merged=[], title=""), "tidak memuat"),
    "an empty workbook": (lambda: office.saved(openpyxl.Workbook()), "tidak memuat"),
    "bytes": (lambda: bytes(range(256)) * 10, "bukan teks"),
    "half UTF-16": (lambda: b"\xff\xfea", "bukan teks"),
}


@pytest.mark.parametrize("what", NASTY)
def test_what_no_sop_can_be_is_refused_with_a_sentence(what):
    make, sentence = NASTY[what]
    raw = make()
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with pytest.raises(Refused, match=sentence) as refused:
        open_document("sop.docx", raw)

    assert "“sop.docx”" in str(refused.value)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - used < 600 * 1024, "kB: bounded in memory"


def test_a_big_but_honest_document_is_read():
    many = [[str(n), f"Kegiatan {n} " + "kata " * 300] for n in range(100)]
    for kind, make in FORMATS.items():
        found = open_document(f"sop.{kind}", make(rows=many, merged=[]))
        assert len(only_table(found).rows) == 100


def test_every_damaged_byte_is_a_sentence_or_a_document():
    """Cut and flipped files are refused in words, never with another error."""
    for make in FORMATS.values():
        raw = make()
        for step in range(1, 40):
            at = len(raw) * step // 40
            for broken in (raw[:at], raw[:at] + bytes([raw[at] ^ 0xFF]) + raw[at + 1 :]):
                try:
                    open_document("sop", broken)
                except Refused as refused:
                    assert refused.sentences


def test_many_comments_before_a_page_cost_nothing():
    assert not webpage.recognizes("<!---->" * 500 + "x")
    assert webpage.recognizes("<!-- wp:paragraph -->" * 50 + "<table>")
