"""What an officer has in a spreadsheet, read into rows of children; and the template to fill.

Pure: no clock, no database. Text pasted, CSV and XLSX come to the same `Roster`: every cell as
text, in the shape the table's fields take it. Whether it makes sense is asked there, at its field, so that
nothing typed is lost. Columns are known by their heading, in any order; without headings by the order of the
template. A column nobody knows goes into the row's note under its heading.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import PurePath

import openpyxl
import xlsxwriter

from sopcases.refusal import Refused
from sopcases.worktime.calendar import MONTHS

MB = 1024 * 1024
FILE_LIMIT = 3 * MB
UNPACKED_LIMIT = 40 * MB
ENTRY_LIMIT = 500
"""Files inside an XLSX, which is a zip archive."""
ROW_LIMIT = 500
COLUMN_LIMIT = 40
CELL_LIMIT = 1000
SCAN_LIMIT = 5000
"""Rows looked at in a sheet, empty ones included."""
HEADING_DEPTH = 20
"""Rows in which the heading is looked for: title rows may stand above it."""
EXAMPLE = "contoh"
NUMBER = "no"
SERIAL_EPOCH = date(1899, 12, 30)
"""Day 0 of a spreadsheet's dates, as ECMA-376 counts them from March 1900 on."""


@dataclass(frozen=True)
class Column:
    """A column of the table: its field, its heading in the template, other spellings, and how to fill it."""

    field: str
    heading: str
    spellings: tuple[str, ...]
    example: str
    explanation: str
    width: int = 16


COLUMNS = (
    Column(
        "name",
        "Nama",
        ("nama anak", "nama lengkap", "nama lengkap anak", "nama pm", "nama klien", "nama/panggilan"),
        "Bunga Lestari",
        "Nama anak seperti diketahui. Kosongkan bila belum diketahui; isi kolom lain yang diketahui.",
        26,
    ),
    Column(
        "aliases",
        "Nama lain",
        ("alias", "panggilan", "nama panggilan", "nama alias", "nama kecil", "julukan"),
        "Unga",
        "Nama panggilan atau nama yang pernah disebut. Beberapa nama dipisah dengan koma.",
    ),
    Column(
        "sex",
        "L/P",
        ("jk", "jenis kelamin", "kelamin", "l p", "lk/pr", "gender", "sex"),
        "P",
        "L untuk laki-laki, P untuk perempuan. Kosongkan bila belum diketahui.",
        6,
    ),
    Column(
        "age",
        "Usia (tahun)",
        ("usia", "umur", "perkiraan usia", "perkiraan umur", "umur (tahun)", "umur th", "usia th"),
        "10",
        "Perkiraan usia, misalnya 10 atau 2 tahun 3 bulan. Tidak perlu diisi bila tanggal lahir diisi.",
        12,
    ),
    Column(
        "birth",
        "Tanggal lahir",
        ("tgl lahir", "tgl. lahir", "tanggal kelahiran", "lahir", "dob", "tgllahir"),
        "",
        "Bila diketahui, misalnya 14-11-2016. Bila tidak, isi perkiraan usia.",
    ),
    Column(
        "nik",
        "NIK",
        ("no nik", "no. nik", "nomor nik", "nomor induk kependudukan", "no ktp", "nik anak"),
        "",
        "16 angka dari KK atau akta. Kolom ini berformat teks agar angkanya tidak berubah.",
        20,
    ),
    Column(
        "address",
        "Alamat",
        ("alamat lengkap", "alamat rumah", "alamat tinggal", "tempat tinggal", "domisili", "alamat anak"),
        "Jl. Merdeka No. 1, Kel. Kamboja",
        "Alamat tinggal anak atau keluarganya.",
        32,
    ),
    Column(
        "adult",
        "Penanggung jawab",
        (
            "wali",
            "orang tua",
            "orangtua",
            "ortu",
            "orang tua/wali",
            "wali/orang tua",
            "nama orang tua",
            "nama orang tua/wali",
            "nama ortu",
            "nama wali",
            "nama penanggung jawab",
            "pj",
            "pengasuh",
            "ibu",
            "nama ibu",
            "nama ibu kandung",
            "ayah",
            "nama ayah",
            "nama kk",
            "kepala keluarga",
        ),
        "Siti Aminah",
        "Nama orang tua, wali, atau orang dewasa lain yang bertanggung jawab atas anak.",
        24,
    ),
    Column(
        "relation",
        "Hubungan",
        ("hubungan dengan anak", "hub", "hubungan keluarga", "status hubungan", "hub. keluarga"),
        "Ibu",
        "Hubungan penanggung jawab dengan anak: Ibu, Ayah, Wali, Penanggung jawab, atau Lainnya.",
    ),
    Column(
        "phone",
        "Telepon",
        (
            "hp",
            "no hp",
            "no. hp",
            "nomor hp",
            "telp",
            "no telp",
            "no telepon",
            "nomor telepon",
            "wa",
            "no wa",
        ),
        "0812 3456 7890",
        "Nomor telepon penanggung jawab.",
        18,
    ),
    Column(
        "schooling",
        "Sekolah",
        (
            "pendidikan",
            "sekolah/putus sekolah",
            "status sekolah",
            "pendidikan terakhir",
            "kelas",
            "nama sekolah",
            "asal sekolah",
        ),
        "Putus sekolah kelas 4 SD",
        "Sekolah dan kelasnya, atau putus sekolah sejak kapan, atau belum pernah sekolah.",
        26,
    ),
    Column(
        "where",
        "Keberadaan",
        ("keberadaan anak", "anak sekarang berada di", "lokasi", "tempat ditemukan", "lokasi ditemukan"),
        "Pulang bersama ibunya",
        "Di mana anak sekarang berada.",
        24,
    ),
    Column(
        "note",
        "Keterangan",
        ("catatan", "ket", "ciri", "ciri fisik", "ciri-ciri", "kondisi"),
        "Berjualan koran di simpang",
        "Hal lain yang perlu dicatat. Kolom lain yang tidak dikenal ikut masuk ke sini.",
        32,
    ),
    Column(
        "sibling",
        "Saudara dari baris",
        (
            "saudara kandung dari baris",
            "saudara kandung",
            "saudara",
            "saudara baris",
            "kakak/adik dari baris",
        ),
        "",
        "Nomor baris saudara kandungnya. Alamat dan penanggung jawabnya disalin dari baris itu.",
        18,
    ),
    Column(
        "category",
        "Kategori",
        ("kategori ppks", "jenis ppks", "ppks", "kategori pmks", "jenis pmks", "pmks", "kategori anak"),
        "",
        "Kategori PPKS menurut daftar kantor. Kosongkan bila belum ditetapkan.",
        24,
    ),
)
FIELDS = tuple(c.field for c in COLUMNS)
HEADED_RELATIONS = {
    "ibu": "Ibu",
    "namaibu": "Ibu",
    "namaibukandung": "Ibu",
    "ayah": "Ayah",
    "namaayah": "Ayah",
}
"""Headings that say with the adult's name how he is related."""


@dataclass(frozen=True)
class Row:
    """One child as the sheet has it. `no` is the sheet's own number, else the place among the rows."""

    no: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Roster:
    """The rows read, the columns that nobody knows, and sentences about what was taken otherwise."""

    rows: tuple[Row, ...]
    unknown: tuple[str, ...] = ()
    told: tuple[str, ...] = ()


def read_text(text: str) -> Roster:
    """What was pasted: cells separated by tabs, else by semicolons or commas. Raises Refused."""
    text = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufeff]", "", text)
    if not text.strip():
        raise Refused("Belum ada yang ditempel. Salin barisnya dari lembar kerja, lalu tempel di sini.")
    if len(text) > FILE_LIMIT:
        raise Refused("Tempelan ini terlalu panjang. Bagi menjadi beberapa bagian.")
    return _roster(_separated(text))


def read_file(name: str, content: bytes) -> Roster:
    """A CSV or XLSX file as it came. Raises Refused with what is wrong and what to do."""
    name = PurePath(name or "tanpa nama").name[-80:]
    ending = PurePath(name).suffix.lower()
    if not content:
        raise Refused(f"“{name}” kosong. Periksa berkasnya, lalu pilih kembali.")
    if len(content) > FILE_LIMIT:
        raise Refused(
            f"“{name}” lebih besar dari {FILE_LIMIT // MB} MB. "
            "Simpan hanya lembar daftar anaknya, tanpa gambar."
        )
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refused(
            f"“{name}” terkunci kata sandi atau berformat Excel lama (.xls). "
            "Simpan tanpa kata sandi sebagai Buku Kerja Excel (.xlsx), lalu pilih kembali."
        )
    if ending not in (".xlsx", ".csv", ".txt", ".tsv"):
        raise Refused(f"“{name}” bukan XLSX atau CSV. Simpan sebagai salah satunya, lalu pilih kembali.")
    zipped = content.startswith(b"PK")
    if zipped != (ending == ".xlsx"):
        raise Refused(
            f"Isi “{name}” tidak sesuai dengan akhiran {ending}. Simpan kembali sebagai XLSX atau CSV, "
            "lalu pilih kembali."
        )
    return _roster(_sheet(name, content) if zipped else _separated(_decoded(name, content)))


# Text ----------------------------------------------------------------------------------------------


def _decoded(name: str, content: bytes) -> str:
    """UTF-8 (with or without its mark), UTF-16 with its mark, else Windows-1252."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = content.decode("utf-16", errors="replace")
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp1252", errors="replace")
    if re.search(r"[\x00-\x08\x0e-\x1f]", text):
        raise Refused(f"“{name}” bukan tabel teks. Simpan sebagai XLSX atau CSV, lalu pilih kembali.")
    if not text.strip():
        raise Refused(f"“{name}” tidak berisi satu baris pun.")
    return text


def _separated(text: str) -> list[list[str]]:
    """The cells, by the separator that reads as a table best."""
    if match := re.match(r"sep=(.)\r?\n", text):  # Excel's own way to name the separator
        return _cells(text[match.end() :], match[1])
    if "\t" in text:
        return _cells(text, "\t")
    return max((_cells(text, mark) for mark in (";", ",")), key=_worth)


def _cells(text: str, mark: str) -> list[list[str]]:
    quoting = csv.QUOTE_NONE if text.count('"') % 2 else csv.QUOTE_MINIMAL
    # Each physical line with its end, so that a quoted cell keeps its own.
    lines = io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n"), newline="")
    found: list[list[str]] = []
    try:
        for row in csv.reader(lines, delimiter=mark, quoting=quoting):
            found.append(row)
            _mind(found)
    except csv.Error:
        raise Refused("Ada isian yang terlalu panjang untuk satu kolom. Periksa tabelnya.") from None
    return found


def _worth(grid: list[list[str]]) -> tuple[int, int]:
    """How well a reading looks like a table: by the headings it shows, then by rows of one width."""
    headings = max((len(_known(row)) for row in grid[:HEADING_DEPTH]), default=0)
    widths = [len(row) for row in grid if any(c.strip() for c in row)]
    common = max(set(widths), key=widths.count) if widths else 1
    even = widths.count(common) if common > 1 and widths.count(common) * 5 >= len(widths) * 4 else 0
    return headings, even


def _mind(grid: Sequence[Sequence[object]]) -> None:
    """Raises Refused for a table larger than any list of children."""
    row = grid[-1]
    if len(grid) > SCAN_LIMIT:
        raise Refused(f"Tabel ini berisi lebih dari {ROW_LIMIT} baris. Bagi menjadi beberapa bagian.")
    if len(row) > COLUMN_LIMIT and any(str(c or "").strip() for c in row[COLUMN_LIMIT:]):
        raise Refused(f"Tabel ini berisi lebih dari {COLUMN_LIMIT} kolom. Hapus kolom yang tidak diperlukan.")
    if any(isinstance(c, str) and len(c) > CELL_LIMIT for c in row):
        raise Refused(
            f"Baris {len(grid)} memuat isian yang lebih panjang dari {CELL_LIMIT} huruf. Ringkaskan."
        )


# XLSX ----------------------------------------------------------------------------------------------


def _sheet(name: str, content: bytes) -> list[list[object]]:
    """The cells of the first sheet that holds anything: formulas as the values last computed."""
    _check_archive(name, content)
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheets = [s for s in book.worksheets if s.sheet_state == "visible"]
        for sheet in sheets:
            sheet.reset_dimensions()  # what a file says about its size need not be so
            if grid := _grid(sheet):
                return grid
    except Refused:
        raise
    # openpyxl raises whatever a broken file leads it to.
    except Exception:
        raise Refused(f"“{name}” rusak dan tidak dapat dibaca. Simpan kembali dari Excel.") from None
    raise Refused(f"“{name}” tidak berisi satu baris pun.")


def _grid(sheet) -> list[list[object]]:
    grid: list[list[object]] = []
    for row in sheet.iter_rows(values_only=True):
        grid.append(list(row))
        _mind(grid)
    while grid and not any(_plain(c) for c in grid[-1]):
        grid.pop()
    return grid


def _check_archive(name: str, content: bytes) -> None:
    """What an XLSX must not be: a bomb, locked, with macros, or with declarations of entities."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if len(entries) > ENTRY_LIMIT or sum(e.file_size for e in entries) > UNPACKED_LIMIT:
                raise Refused(f"“{name}” terlalu besar setelah dibuka. Simpan hanya lembar daftar anaknya.")
            if any(e.flag_bits & 1 for e in entries):
                raise Refused(f"“{name}” terkunci. Simpan tanpa kata sandi, lalu pilih kembali.")
            names = {e.filename.lower() for e in entries}
            if any("vbaproject" in n or "/macrosheets/" in n for n in names):
                raise Refused(f"“{name}” memuat makro. Simpan sebagai Buku Kerja Excel (.xlsx) tanpa makro.")
            if "xl/workbook.xml" not in names:
                raise Refused(f"“{name}” bukan buku kerja Excel. Simpan sebagai XLSX atau CSV.")
            for entry in entries:
                # ZipFile stops at the size the entry declares, so the sum above holds.
                if entry.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in archive.read(entry):
                    raise Refused(f"“{name}” bukan buku kerja Excel yang lazim. Simpan kembali dari Excel.")
    except Refused:
        raise
    # zipfile raises BadZipFile, NotImplementedError, zlib.error, EOFError … for a broken archive.
    except Exception:
        raise Refused(f"“{name}” rusak dan tidak dapat dibaca. Simpan kembali dari Excel.") from None


def _plain(value: object) -> str:
    """A cell as text: whole numbers without ".0", days as 14-11-2016, errors of formulas as nothing."""
    if value is None or (isinstance(value, str) and value.startswith("#") and value[1:2].isupper()):
        return ""
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    if isinstance(value, datetime):
        return f"{value:%d-%m-%Y}" if value.time() == time() else f"{value:%d-%m-%Y %H.%M}"
    if isinstance(value, date):
        return f"{value:%d-%m-%Y}"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e17:
        return str(int(value))
    return re.sub(r"\s+", " ", str(value)).strip()


# Rows ----------------------------------------------------------------------------------------------


def fold(text: str) -> str:
    """A heading without what differs from office to office: case, blanks, dots, brackets, slashes."""
    return re.sub(r"[\W_]+", "", text.casefold())


_FIELD = {fold(s): c.field for c in COLUMNS for s in (c.heading, *c.spellings)}
_FIELD |= {fold(s): NUMBER for s in ("no", "no.", "nomor", "no urut", "nomor urut")}


def _field(heading: str) -> str | None:
    """The field a heading means; of "HP / Telepon" or "Nama (lengkap)" its parts are asked as well."""
    if found := _FIELD.get(fold(heading)):
        return found
    parts = [_FIELD.get(fold(part)) for part in re.split(r"[/(),*]|\batau\b|\bdan\b", heading) if fold(part)]
    named = {part for part in parts if part}
    return named.pop() if len(named) == 1 else (parts[0] if parts else None)


def _known(row: Iterable[object]) -> dict[int, str]:
    """Place → field, for the headings of a row; a field named twice counts at its first place."""
    found: dict[int, str] = {}
    for place, cell in enumerate(row):
        text = _plain(cell)
        field = _field(text) if len(text) <= 60 else None
        if field and field not in found.values():
            found[place] = field
    return found


def _heading(grid: Sequence[Sequence[object]]) -> int | None:
    """Where the heading stands: the row that names the most columns, the name among them or many others;
    of a sheet of one column the cell "Nama"."""
    best, where = 0, None
    for index, row in enumerate(grid[:HEADING_DEPTH]):
        known = set(_known(row).values())
        alone = known == {"name"} and sum(bool(_plain(c)) for c in row) == 1
        named = len(known) > 1 and ("name" in known or len(known) > 3)
        if (alone or named) and len(known) > best:
            best, where = len(known), index
    return where


def _roster(grid: Sequence[Sequence[object]]) -> Roster:
    grid = [row for row in grid if any(_plain(c) for c in row)]
    start = _heading(grid)
    if start is None:
        places = _by_order(grid)
        headings: Sequence[str] = ()
    else:
        places = _known(grid[start])
        headings = [_plain(c) for c in grid[start]]
        grid = grid[start + 1 :]
    rows, told = [], []
    for row in grid:
        cells = _row(row, places, headings)
        if _is_example(cells):
            continue
        own = cells.pop(NUMBER, "")
        if not any(cells.values()):
            continue
        no = int(own) if own.isascii() and own.isdigit() and len(own) < 7 else len(rows) + 1
        if _rounded_nik(row, places):
            cells["nik"] = cells["nik"][:15]
            told.append(
                f"Baris {no}: NIK tersimpan sebagai bilangan, sehingga angka terakhirnya hilang. Lengkapi."
            )
        rows.append(Row(no, cells))
    if len(rows) > ROW_LIMIT:
        raise Refused(f"Tabel ini berisi lebih dari {ROW_LIMIT} baris. Bagi menjadi beberapa bagian.")
    if not rows:
        raise Refused("Tidak ada baris anak yang terbaca. Periksa isinya, atau pakai contoh tabelnya.")
    unknown = [h for place, h in enumerate(headings) if h and place not in places]
    if unknown:
        names = ", ".join(f"“{h}”" for h in unknown)
        told.insert(0, f"Kolom {names} tidak dikenal; isinya dimasukkan ke keterangan.")
    return Roster(tuple(rows), tuple(unknown), tuple(told))


def _by_order(grid: Sequence[Sequence[object]]) -> dict[int, str]:
    """Without headings the columns come in the order of the template, a running number before them or not."""
    first = [_plain(row[0]) for row in grid if row]
    numbered = all(c.rstrip(".").isdigit() and len(c) < 5 for c in first) and any(len(r) > 1 for r in grid)
    shift = 1 if numbered else 0
    return {**({0: NUMBER} if numbered else {}), **{n + shift: field for n, field in enumerate(FIELDS)}}


def _row(row: Sequence[object], places: dict[int, str], headings: Sequence[str]) -> dict[str, str]:
    cells = dict.fromkeys((*FIELDS, NUMBER), "")
    rest = []
    for place, cell in enumerate(row):
        text = _plain(cell)
        if not text:
            continue
        field = places.get(place)
        if field == NUMBER:
            cells[NUMBER] = text.rstrip(".")
        elif field:
            cells[field] = _shaped(field, text)
        elif headings:
            named = place < len(headings) and headings[place]
            rest.append(f"{headings[place]}: {text}" if named else text)
        else:
            rest.append(text)
        if (
            field == "adult"
            and place < len(headings)
            and (said := HEADED_RELATIONS.get(fold(headings[place])))
        ):
            cells["relation"] = cells["relation"] or said
    cells["note"] = "; ".join(filter(None, [cells["note"], *rest]))
    return cells


def _shaped(field: str, text: str) -> str:
    """A cell as its field takes it, if it can be read; else as it stands."""
    if field == "sex":
        return read_sex(text) or text
    if field == "birth":
        found = read_day(text)
        return f"{found:%d-%m-%Y}" if found else text
    if field == "phone" and re.fullmatch(r"8\d{7,12}", text):
        return f"0{text}"  # a spreadsheet takes a telephone number for a number
    if field == "sibling":
        found = re.search(r"\d+", text)
        return found[0] if found else text
    return text


def _is_example(cells: dict[str, str]) -> bool:
    """The template's own example, left standing above the children."""
    return any(fold(cells[field]).startswith(EXAMPLE) for field in (NUMBER, "name"))


def _rounded_nik(row: Sequence[object], places: dict[int, str]) -> bool:
    """A NIK kept as a number has lost its last digit: spreadsheets count to fifteen (IEEE 754)."""
    return any(
        field == "nik" and place < len(row) and isinstance(row[place], int | float) and row[place] >= 10**15
        for place, field in places.items()
    )


# Cells ---------------------------------------------------------------------------------------------

_SEXES = {
    **dict.fromkeys(("l", "lk", "lakilaki", "laki", "laki2", "pria", "cowok", "male", "m", "lelaki"), "L"),
    **dict.fromkeys(("p", "pr", "perempuan", "wanita", "cewek", "female", "f", "pr."), "P"),
}
_MONTHS = {name.casefold(): n for n, name in enumerate(MONTHS, 1)}
_MONTHS |= {name[:3].casefold(): n for n, name in enumerate(MONTHS, 1)} | {"agt": 8, "nop": 11, "sept": 9}


def read_sex(text: str) -> str:
    """ "L" or "P" of the many ways to write it, "" of anything else."""
    return _SEXES.get(fold(text), "")


def read_day(text: str) -> date | None:
    """A day as offices write it: 14-11-2016, 14/11/16, 2016-11-14, 14 Nov 2016, or a spreadsheet's serial."""
    text = text.strip().casefold()
    if match := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text):
        year, month, day = map(int, match.groups())
    elif match := re.fullmatch(r"(\d{1,2})[-/. ]+(\d{1,2})[-/. ]+(\d{2}|\d{4})", text):
        day, month, year = map(int, match.groups())
        year += 2000 if year < 100 else 0  # these are children
    elif match := re.fullmatch(r"(\d{1,2})[-/. ]+([a-z]+)[-/. ,]+(\d{4})", text):
        day, month, year = int(match[1]), _MONTHS.get(match[2], 0), int(match[3])
    elif re.fullmatch(r"[2-6]\d{4}", text):
        return SERIAL_EPOCH + timedelta(days=int(text))
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def read_age(text: str) -> tuple[int | None, int | None] | None:
    """Years and months of "10", "±10 th", "2 tahun 3 bulan", "8 bln"; None when it cannot be read."""
    text = re.sub(r"^(±|\+/?-|~|sekitar|kira-kira|kurang lebih|kl\.?)\s*", "", text.strip().casefold())
    match = re.fullmatch(
        r"(?:(\d{1,2})(?:[.,]0)?\s*(?:tahun|thn|th|t)?\.?)?\s*(?:(\d{1,2})\s*(?:bulan|bln|bl)\.?)?", text
    )
    if not match or not any(match.groups()):
        return None
    years, months = (int(g) if g else None for g in match.groups())
    return years, months


# The template --------------------------------------------------------------------------------------

SHEET, GUIDE = "Anak", "Petunjuk"
EXAMPLE_MARK = "Contoh"


def template_csv() -> bytes:
    """The template as CSV: UTF-8 with its mark and semicolons, as Excel reads it in Indonesia."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(["No", *(c.heading for c in COLUMNS)])
    writer.writerow([EXAMPLE_MARK, *(c.example for c in COLUMNS)])
    return out.getvalue().encode("utf-8-sig")


def template_xlsx(made_at: datetime, categories: Sequence[str] = ()) -> bytes:
    """The template as a workbook: the table with an example, and a sheet that explains each column and names
    the categories of the office."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        book.set_properties({"title": "Daftar anak", "created": made_at.replace(tzinfo=None)})
        head = book.add_format({"bold": True, "bg_color": "#0B5D57", "font_color": "#FFFFFF", "border": 1})
        grey = book.add_format({"italic": True, "font_color": "#6B6B6B", "num_format": "@"})
        text = book.add_format({"num_format": "@"})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet(SHEET)
        sheet.freeze_panes(1, 2)
        sheet.set_column(0, 0, 8)
        sheet.write_row(0, 0, ["No", *(c.heading for c in COLUMNS)], head)
        sheet.write_row(1, 0, [EXAMPLE_MARK, *(c.example for c in COLUMNS)], grey)
        for place, column in enumerate(COLUMNS, 1):
            sheet.set_column(place, place, column.width, text)
            if column.field == "sex":
                sheet.data_validation(
                    2,
                    place,
                    ROW_LIMIT + 1,
                    place,
                    {"validate": "list", "source": ["L", "P"], "error_message": "Isi L atau P."},
                )
        guide = book.add_worksheet(GUIDE)
        guide.set_column(0, 0, 22)
        guide.set_column(1, 1, 90, wrap)
        guide.write_row(0, 0, ["Kolom", "Cara mengisi"], head)
        rows = [
            *((c.heading, c.explanation) for c in COLUMNS),
            (
                "Baris contoh",
                "Baris “Contoh” tidak ikut dibaca. Isi anak mulai baris di bawahnya, satu anak satu baris.",
            ),
            *((("Pilihan kategori", "; ".join(categories)),) if categories else ()),
            ("Batas", f"Paling banyak {ROW_LIMIT} anak dalam satu berkas. Urutan kolom boleh diubah."),
        ]
        for line, row in enumerate(rows, 1):
            guide.write_row(line, 0, row)
    return out.getvalue()
