"""Lays a generated sheet out as an office has it: text off a scanner, Word, ODT, Excel, a web page."""

import html
import io
import random
from dataclasses import dataclass, field

import docx
import openpyxl
from odf import opendocument, table, text

from tests.sops.generated_sheets import Sheet, spell

LABELS = [
    {
        "number": "Nomor SOP", "made": "Tanggal Pembuatan", "revised": "Tanggal Revisi",
        "valid": "Tanggal Efektif", "head": "Disahkan oleh", "name": "Nama SOP",
        "laws": "Dasar Hukum", "skills": "Kualifikasi Pelaksana", "related": "Keterkaitan",
        "tools": "Peralatan/Perlengkapan", "warning": "Peringatan", "record": "Pencatatan dan Pendataan",
    },
    {
        "number": "NOMOR SOP", "made": "TGL. PEMBUATAN", "revised": "TGL. REVISI",
        "valid": "TGL. EFEKTIF", "head": "DISAHKAN OLEH", "name": "NAMA SOP",
        "laws": "DASAR HUKUM :", "skills": "KUALIFIKASI PELAKSANA :", "related": "KETERKAITAN :",
        "tools": "PERALATAN / PERLENGKAPAN :", "warning": "PERINGATAN :",
        "record": "PENCATATAN DAN PENDATAAN :",
    },
    {
        "number": "No. SOP", "made": "Tanggal Dibuat", "revised": "Tgl Revisi",
        "valid": "Tanggal Pengesahan", "head": "Disahkan Oleh", "name": "Judul SOP",
        "laws": "Dasar Hukum:", "skills": "Kualifikasi Pelaksana:", "related": "Keterkaitan:",
        "tools": "Peralatan dan Perlengkapan:", "warning": "Peringatan:", "record": "Pencatatan & Pendataan:",
    },
]  # fmt: skip
HEADS = [
    ("No", "Kegiatan", "Pelaksana", "Mutu Baku", "Kelengkapan", "Waktu", "Output", "Keterangan"),
    (
        "No.",
        "Uraian Kegiatan",
        "Pelaksana",
        "Mutu Baku",
        "Persyaratan/Kelengkapan",
        "Waktu",
        "Output",
        "Ket.",
    ),
    ("NO", "AKTIVITAS", "PELAKSANA", "MUTU BAKU", "PERSYARATAN", "WAKTU", "HASIL", "KET"),
    ("No", "Tahapan", "Pelaksana Kegiatan", "Mutu Baku", "Kelengkapan", "Waktu (menit)", "Keluaran", "Ket"),
    ("No.", "Uraian Prosedur", "Unit Pelaksana", "Baku Mutu", "Syarat", "Durasi", "Output", "Catatan"),
]
MARKS = [
    ("Mulai", "□", "Selesai"),
    ("⬭", "▭", "⬭"),
    ("√", "√", "√"),
    ("x", "x", "x"),
    ("●", "■", "●"),
    (r"\bigcirc", r"\Box", r"\bigcirc"),
]
TEXTS = ["tabs", "pipes", "loose", "list"]
FILES = ["docx", "odt", "xlsx", "html"]
STYLES = TEXTS + FILES
IN_LISTS = ("title", "recurrence", "header", "basis", "term")
"""Faults that a procedure without a table can show."""


@dataclass
class Grid:
    """A table: its rows, and how many of the first are its head, with merged cells in them."""

    rows: list[list[str]]
    heads: int = 0

    def spans(self) -> dict[tuple[int, int], tuple[int, int]]:
        """Rows and columns that each merged cell covers."""
        found = {}
        if self.heads:
            top, last = self.rows[0], len(self.rows[0]) - 1
            for at, said in enumerate(top):
                if at in (0, 1, last):
                    found[0, at] = (2, 1)
                elif said:
                    wide = 1
                    while at + wide < last and not top[at + wide]:
                        wide += 1
                    found[0, at] = (1, wide)
        return {place: span for place, span in found.items() if span != (1, 1)}

    def covered(self) -> set[tuple[int, int]]:
        """Cells under a merged one."""
        return {
            (row + down, column + right)
            for (row, column), (high, wide) in self.spans().items()
            for down in range(high)
            for right in range(wide)
            if down or right
        }


@dataclass
class Page:
    """A sheet's blocks in order."""

    blocks: list[str | Grid] = field(default_factory=list)


def lay_out(sheet: Sheet, style: str | None = None) -> tuple[str, bytes]:
    """Name and content of the file; the manner follows from the sheet's seed unless given."""
    dice = random.Random(sheet.seed + "layout")
    kind = sheet.plant.kind if sheet.plant else "title"
    fits = [s for s in STYLES if s != "list" or (kind in IN_LISTS and sheet.narrative)]
    style = style or dice.choice(fits)
    page = _page(sheet, style, dice)
    content = FILERS[style](page) if style in FILES else _as_text(page, style).encode()
    return f"sop.{style if style in FILES else 'txt'}", content


def _page(sheet: Sheet, style: str, dice: random.Random) -> Page:
    lab, head = dice.choice(LABELS), dice.choice(HEADS)
    how = dice.randrange(3) if style in FILES else dice.randrange(2)
    lower = dice.randrange(2)
    if sheet.plant and sheet.plant.kind in ("times", "term"):
        head = HEADS[0]
    rows = [sheet.government, sheet.office, "", "STANDAR OPERASIONAL PROSEDUR (SOP)", sheet.title.upper(), ""]
    page = Page(list(rows))
    page.blocks += [_facts(sheet, lab, style, dice), ""]
    for left, right in (("laws", "skills"), ("related", "tools"), ("warning", "record")):
        page.blocks += _pair(lab, sheet, left, right, style, dice)
    page.blocks.append("")
    if style != "list":
        page.blocks += [*_activities(sheet, head, how, lower, style, dice), ""]
    if sheet.narrative or style == "list":
        page.blocks += _narrative(sheet, lower, dice)
    return page


def _facts(sheet: Sheet, lab: dict[str, str], style: str, dice: random.Random) -> Grid:
    who = [sheet.head, sheet.head_name, f"NIP. {sheet.nip}" if sheet.nip else ""]
    facts = [
        (lab["number"], sheet.number),
        *((lab[key], sheet.dates[key]) for key in ("made", "revised", "valid")),
        (lab["head"], ("\n" if style in FILES else " ").join(filter(None, who))),
        (lab["name"], sheet.name),
    ]
    manner = dice.randrange(3) if style not in ("loose", "list") else 0
    if manner == 0:
        rows = [[label, value] for label, value in facts]
    elif manner == 1:
        rows = [[label, ":", value] for label, value in facts]
    else:
        rows = [[f"{label} : {value}"] for label, value in facts]
    return Grid([["" if at else sheet.office, *row] for at, row in enumerate(rows)])


def _pair(lab, sheet: Sheet, left: str, right: str, style: str, dice: random.Random) -> list[str | Grid]:
    both = [(lab[key], getattr(sheet, key)) for key in (left, right)]
    if style in ("loose", "list"):
        return [line for label, items in both for line in (label, *_list(items))]
    if style in FILES and dice.random() < 0.5:
        return [Grid([["\n".join([label, *_list(items)]) for label, items in both]])]
    told = ["\n".join(_list(items)) if style in FILES else " ".join(_list(items)) for _, items in both]
    return [Grid([[label for label, _ in both], told])]


def _list(items: list[str]) -> list[str]:
    return [f"{at}. {item}" for at, item in enumerate(items, 1)]


def _activities(
    sheet: Sheet, head, how: int, lower: int, style: str, dice: random.Random
) -> list[str | Grid]:
    start, box, end = dice.choice(MARKS)
    minutes = "(menit)" in head[5]
    kind = sheet.plant.kind if sheet.plant else ""
    written = dice.random() < 0.15 and kind not in ("marks", "performer")  # one column, with names in it
    body = []
    for at, row in enumerate(sheet.rows):
        mark = start if at == 0 else end if at == len(sheet.rows) - 1 else box
        who = [row.marks.get(key, mark) if key in row.who else "" for key in sheet.cast]
        if written:
            who = [", ".join(sheet.cast[key] for key in row.who)]
        time = str(row.minutes) if minutes else spell(row.minutes, lower)
        papers = [_papers(items, how) for items in (row.needs, row.makes)]
        body.append([f"{at + 1}{'.' if how else ''}", row.what, *who, papers[0], time, papers[1], ""])
    columns = [head[2]] if written else list(sheet.cast.values())
    group = [head[2], *[""] * (len(columns) - 1)]
    top = [head[0], head[1], *group, head[3], "", "", head[7]]
    below = ["" if written else label for label in columns]
    heads = [top, ["", "", *below, head[4], head[5], head[6], ""]]
    if dice.random() < 0.4:
        heads.append([str(n) for n in range(1, len(top) + 1)])
    if dice.random() < 0.2 and not minutes and kind != "term" and not sheet.narrative:
        total = sum(row.minutes for row in sheet.rows)
        if total < 480:
            body.append(["", "Jumlah waktu", *[""] * len(columns), "", f"{total} menit", "", ""])
    if style in FILES or len(sheet.rows) < 5 or dice.random() < 0.5:
        return [Grid(heads + body, len(heads))]
    cut = dice.randrange(2, len(sheet.rows))
    first, rest = body[:cut], body[cut:]
    words = first[-1][1].split()
    if len(words) > 1 and dice.random() < 0.5:  # the row is broken over the pages
        half = len(words) // 2
        first[-1] = [first[-1][0], " ".join(words[:half]), *first[-1][2:]]
        rest = [["", " ".join(words[half:]), *[""] * (len(top) - 2)], *rest]
    return [
        Grid(heads + first, len(heads)),
        "",
        Grid([*heads, *rest] if dice.random() < 0.6 else rest, len(heads)),
    ]


def _papers(items: list[str], how: int) -> str:
    if len(items) < 2 and how != 1:
        return "".join(items)
    if how == 0:
        return "; ".join(items)
    return " ".join(_list(items)) if how == 1 else "\n".join(f"- {item}" for item in items)


def _narrative(sheet: Sheet, lower: int, dice: random.Random) -> list[str]:
    process = dice.choice(["E. Proses Pelaksanaan", "E. Prosedur", "E. Uraian Prosedur"])
    told = [f"{row.told} ({spell(row.told_minutes, lower)})" for row in sheet.rows]
    return [
        f"SOP {sheet.title}",
        *("A. Dasar Hukum", *_list(sheet.section_laws), "B. Sasaran", "Masyarakat"),
        *("C. Jangka Waktu Penyelesaian", sheet.term, "D. Biaya", "Gratis", process, *_list(told)),
    ]


# --- the files -----------------------------------------------------------------------------------------


def _as_text(page: Page, style: str) -> str:
    lines = []
    for at, block in enumerate(page.blocks):
        if isinstance(block, str):
            lines.append(f"**{block}**" if style == "pipes" and block and at < 5 else block)
        elif style == "pipes":
            for row_at, row in enumerate(block.rows):
                lines.append("| " + " | ".join(cell.replace("\n", "<br>") for cell in row) + " |")
                if row_at == 0:
                    lines.append("|" + "---|" * len(row))
        elif style == "tabs" or block.heads:
            lines += ["\t".join(row) for row in block.rows]
        else:
            lines += [" : ".join(row[1:]) for row in block.rows]
    return "\n".join(lines)


def _as_word(page: Page) -> bytes:
    document = docx.Document()
    for block in page.blocks:
        if isinstance(block, str):
            document.add_paragraph(block)
            continue
        grid = document.add_table(len(block.rows), len(block.rows[0]))
        for (row, column), (high, wide) in block.spans().items():
            grid.cell(row, column).merge(grid.cell(row + high - 1, column + wide - 1))
        cells = [row.cells for row in grid.rows]
        for row, words in enumerate(block.rows):
            for column, said in enumerate(words):
                if said and (row, column) not in block.covered():
                    cells[row][column].text = said
    return _saved(document)


def _as_odt(page: Page) -> bytes:
    document = opendocument.OpenDocumentText()
    for block in page.blocks:
        if isinstance(block, str):
            document.text.addElement(text.P(text=block))
            continue
        grid, spans, covered = table.Table(), block.spans(), block.covered()
        grid.addElement(table.TableColumn(numbercolumnsrepeated=len(block.rows[0])))
        for row, words in enumerate(block.rows):
            line = table.TableRow()
            for column, said in enumerate(words):
                if (row, column) in covered:
                    line.addElement(table.CoveredTableCell())
                    continue
                high, wide = spans.get((row, column), (1, 1))
                cell = table.TableCell(numbercolumnsspanned=wide, numberrowsspanned=high)
                for part in said.split("\n"):
                    cell.addElement(text.P(text=part))
                line.addElement(cell)
            grid.addElement(line)
        document.text.addElement(grid)
    return _saved(document)


def _as_workbook(page: Page) -> bytes:
    book = openpyxl.Workbook()
    sheet, at = book.active, 1
    for block in page.blocks:
        rows = [[block]] if isinstance(block, str) else block.rows
        if isinstance(block, Grid):
            for (row, column), (high, wide) in block.spans().items():
                area = {"start_row": at + row, "start_column": column + 1}
                sheet.merge_cells(**area, end_row=at + row + high - 1, end_column=column + wide)
        covered = block.covered() if isinstance(block, Grid) else set()
        for row, words in enumerate(rows):
            for column, said in enumerate(words):
                if said and (row, column) not in covered:
                    sheet.cell(at + row, column + 1, said)
        at += len(rows)
    return _saved(book)


def _as_web_page(page: Page) -> bytes:
    parts = []
    for block in page.blocks:
        if isinstance(block, str):
            parts.append(f"<p>{html.escape(block)}</p>")
            continue
        spans, covered = block.spans(), block.covered()
        parts.append("<table border=1>")
        for row, words in enumerate(block.rows):
            parts.append("<tr>")
            for column, said in enumerate(words):
                if (row, column) not in covered:
                    high, wide = spans.get((row, column), (1, 1))
                    told = html.escape(said).replace("\n", "<br>")
                    parts.append(f'<td rowspan="{high}" colspan="{wide}">{told}</td>')
            parts.append("</tr>")
        parts.append("</table>")
    return f"<!DOCTYPE html><html><body>{''.join(parts)}</body></html>".encode()


def _saved(document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


FILERS = {"docx": _as_word, "odt": _as_odt, "xlsx": _as_workbook, "html": _as_web_page}
