"""How much a file may cost, and the sentences when it costs more. Checked before anything is built of it."""

import io
import zipfile
from functools import cached_property

from lxml import etree

from sopcases.refusal import Refused
from sopcases.sops.reading.document import Cell, Place, Table

MB = 1024 * 1024
MAX_BYTES = 20 * MB
MAX_ENTRIES = 2_000
MAX_UNPACKED = 100 * MB
MAX_MARKUP = 16 * MB  # of one part that is parsed
MAX_RATIO = 200  # an office document's markup shrinks to a tenth or a thirtieth
MAX_ROWS = 400  # of tables; finding contradictions compares every paper with every other
MAX_LINES = 2_000  # outside of tables
MAX_CELLS = 60_000
MAX_COLUMNS = 200
MAX_TEXT = 2_000_000  # characters
MAX_DEPTH = 200  # elements within elements; libxml2 itself stops at 256


def too_large(name: str) -> Refused:
    return Refused(f"Berkas “{name}” terlalu besar (paling banyak {MAX_BYTES // MB} MB).")


def damaged(name: str) -> Refused:
    return Refused(f"Berkas “{name}” rusak. Buka dengan aplikasinya, simpan ulang, lalu unggah lagi.")


def too_deep(name: str) -> Refused:
    return Refused(f"Berkas “{name}” bersarang terlalu dalam.")


def check_size(name: str, content: bytes):
    if len(content) > MAX_BYTES:
        raise too_large(name)
    if not content.strip():
        raise Refused(f"Berkas “{name}” kosong.")


def parsed(name: str, markup: bytes) -> etree._Element:
    """The root of an XML part. Raises Refused when it declares entities, nests too deep or is broken."""
    if len(markup) > MAX_MARKUP:
        raise Refused(f"Isi berkas “{name}” terlalu besar untuk sebuah SOP.")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(markup, parser)
    except etree.XMLSyntaxError as error:
        raise too_deep(name) if "depth" in str(error) else damaged(name) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise Refused(f"Berkas “{name}” memuat rujukan ke luar (DTD) dan tidak dibuka.")
    return root


class Package:
    """An office document as the zip it is, checked: entries, sizes unpacked, macros, locks."""

    def __init__(self, name: str, content: bytes):
        self.name, self.content = name, content
        try:
            self.zip = zipfile.ZipFile(io.BytesIO(content))
            entries = self.zip.infolist()
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
            raise damaged(name) from None
        if len(entries) > MAX_ENTRIES:
            raise Refused(f"Berkas “{name}” memuat terlalu banyak bagian ({len(entries)}).")
        if any(entry.flag_bits & 1 for entry in entries):
            raise Refused(f"Berkas “{name}” dikunci kata sandi. Simpan tanpa kata sandi.")
        for entry in entries:
            if entry.file_size > MAX_RATIO * max(entry.compress_size, 1) and entry.file_size > MB:
                raise Refused(f"Isi berkas “{name}” mengembang tidak wajar dan tidak dibuka.")
        if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
            raise Refused(f"Isi berkas “{name}” terlalu besar (paling banyak {MAX_UNPACKED // MB} MB).")
        self.entries = {entry.filename for entry in entries}
        if self._acts():
            raise Refused(f"Berkas “{name}” memuat makro. Simpan sebagai dokumen tanpa makro.")

    def _acts(self) -> bool:
        lowered = [entry.lower() for entry in self.entries]
        return any(
            e.endswith("vbaproject.bin") or e.startswith(("basic/", "scripts/", "xl/macrosheets/"))
            for e in lowered
        )

    def has(self, entry: str) -> bool:
        return entry in self.entries

    def read(self, entry: str) -> bytes:
        """The bytes of an entry: at most what its header says. Raises Refused when they do not fit it."""
        try:
            return self.zip.read(entry)
        except (zipfile.BadZipFile, KeyError, EOFError, NotImplementedError, OSError, ValueError):
            raise damaged(self.name) from None
        except Exception as error:  # zlib.error and lzma.LZMAError have no base of their own
            if type(error).__module__ in ("zlib", "_lzma"):
                raise damaged(self.name) from None
            raise

    def root(self, entry: str) -> etree._Element:
        return parsed(self.name, self.read(entry))

    @cached_property
    def mimetype(self) -> str:
        return self.read("mimetype").decode("ascii", "replace").strip() if self.has("mimetype") else ""

    def check_markup(self):
        """Raises Refused where any part of XML would, before a library parses them all."""
        total = 0
        for entry in sorted(self.entries):
            if entry.lower().endswith((".xml", ".rels")):
                markup = self.read(entry)
                total += len(markup)
                if total > 2 * MAX_MARKUP:
                    raise Refused(f"Isi berkas “{self.name}” terlalu besar untuk sebuah SOP.")
                if markup.strip():
                    parsed(self.name, markup)


class Budget:
    """Counts what was read of one file. Raises Refused when it is more than any SOP holds."""

    def __init__(self, name: str):
        self.name = name
        self.rows = self.lines = self.cells = self.characters = 0

    def row(self):
        self.rows += 1
        if self.rows > MAX_ROWS:
            raise Refused(
                f"Berkas “{self.name}” memuat lebih dari {MAX_ROWS} baris, terlalu banyak untuk SOP."
            )

    def line(self):
        self.lines += 1
        if self.lines > MAX_LINES:
            raise Refused(
                f"Berkas “{self.name}” memuat lebih dari {MAX_LINES} paragraf, terlalu banyak untuk SOP."
            )

    def cell(self):
        self.cells += 1
        if self.cells > MAX_CELLS:
            raise Refused(
                f"Berkas “{self.name}” memuat lebih dari {MAX_CELLS} sel, terlalu banyak untuk SOP."
            )

    def width(self, columns: int):
        if columns > MAX_COLUMNS:
            raise Refused(f"Tabel pada berkas “{self.name}” lebih dari {MAX_COLUMNS} kolom.")

    def text(self, text: str) -> str:
        """The text, counted; without characters that no database holds."""
        self.characters += len(text)
        if self.characters > MAX_TEXT:
            raise Refused(f"Tulisan pada berkas “{self.name}” terlalu banyak untuk SOP.")
        return "".join(c for c in text.replace("\u00a0", " ") if c in "\n\t" or c.isprintable())


class Grid:
    """Puts cells on a table's grid, row by row, as merged cells leave room for them."""

    def __init__(self, place: Place, budget: Budget):
        self.place, self.budget = place, budget
        self.rows: list[list[list]] = []
        self.covered: dict[int, int] = {}  # column: the last row that a cell above covers
        self.begun: dict[int, list] = {}  # column: the last cell that begins there
        self.column = self.width = 0

    @property
    def row(self) -> int:
        """The present row, counted from 1."""
        return len(self.rows)

    def next_row(self):
        self.budget.row()
        self.rows.append([])
        self.column = 0

    def skip(self, columns: int = 1):
        self.column += columns
        self.budget.width(self.column)

    def add(self, text: str, colspan: int = 1, rowspan: int = 1, marks=()):
        self.budget.cell()
        while self.covered.get(self.column + 1, 0) >= self.row:
            self.column += 1
        first = self.column + 1
        self.skip(max(1, colspan))
        self.width = max(self.width, self.column)
        if rowspan > 1:
            self.covered |= dict.fromkeys(range(first, self.column + 1), self.row + rowspan - 1)
        place = Place(self.place.part, self.place.table, self.row, first)
        cell = [self.budget.text(text), place, max(1, colspan), max(1, rowspan), tuple(marks)]
        self.rows[-1].append(cell)
        self.begun[first] = cell

    def continue_above(self, colspan: int = 1) -> bool:
        """Let the cell above that begins in this column cover this row too; False where there is none."""
        above = self.begun.get(self.column + 1)
        if above is None:
            return False
        above[3] = self.row - above[1].row + 1
        self.skip(max(1, colspan))
        return True

    @property
    def says_anything(self) -> bool:
        return any(text.strip() or marks for row in self.rows for text, _, _, _, marks in row)

    def table(self) -> Table:
        rows = tuple(
            tuple(
                Cell(text, place, colspan, min(rowspan, self.row - place.row + 1), marks)
                for text, place, colspan, rowspan, marks in row
            )
            for row in self.rows
        )
        return Table(rows, self.place, self.width)
