"""Reads the block on top of a sheet: numbers, dates, who ratified it, and the six cells below. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from sopcases.sops.reading.document import Place
from sopcases.sops.reading.narrative import is_heading
from sopcases.sops.reading.outcome import NOTHING, Value
from sopcases.sops.reading.rows import Piece, Row
from sopcases.sops.reading.words import items, read_date

_SOP = r"(?:sop|s\.o\.p\.?|pos|spo|prosedur|standar operasional prosedur)"
_DAY = r"(?:tanggal|tgl\.?|tggl\.?)"
FACTS = {
    "number": rf"(?:nomor|no\.?|nomer) ?{_SOP}(?: ap)?|nomor dokumen|no\. dokumen|nomor",
    "created_on": rf"{_DAY} ?(?:pembuatan|dibuat|penyusunan|disusun|terbit)",
    "revised_on": rf"{_DAY} ?(?:revisi|perubahan|direvisi|perbaikan)",
    "ratified_on": rf"{_DAY} ?(?:pengesahan|disahkan|penetapan|ditetapkan)",
    "effective_on": rf"{_DAY} ?(?:efektif|berlaku|pemberlakuan|mulai berlaku|diberlakukan)",
    "ratified_by": r"(?:disahkan|ditetapkan|disyahkan|disetujui) oleh|pengesahan",
    "name": rf"(?:nama|judul) ?{_SOP}?(?: ap)?",
}
BLOCKS = {
    "legal_basis": r"dasar hukum|landasan hukum",
    "qualifications": r"kualifikasi(?: pelaksana(?:an)?)?",
    "related": r"keterkaitan(?: dengan(?: sop)?(?: lain(?:nya)?)?| sop(?: lain)?)?",
    "equipment": r"peralatan(?: ?(?:/|dan|&) ?perlengkapan)?|perlengkapan(?: ?(?:/|dan|&) ?peralatan)?",
    "warnings": r"peringatan",
    "records": r"pencatatan(?: ?(?:/|dan|&) ?pendataan)?|pendataan(?: ?(?:/|dan|&) ?pencatatan)?",
}
TITLES = {
    "number": "Nomor SOP",
    "created_on": "Tanggal Pembuatan",
    "revised_on": "Tanggal Revisi",
    "ratified_on": "Tanggal Pengesahan",
    "effective_on": "Tanggal Efektif",
    "ratified_by": "Disahkan oleh",
    "name": "Nama SOP",
    "legal_basis": "Dasar Hukum",
    "qualifications": "Kualifikasi Pelaksana",
    "related": "Keterkaitan",
    "equipment": "Peralatan/Perlengkapan",
    "warnings": "Peringatan",
    "records": "Pencatatan dan Pendataan",
}
DATES = ("created_on", "revised_on", "ratified_on", "effective_on")
_LABELS = [
    (key, re.compile(rf"(?:{words})(?![\w/])", re.IGNORECASE)) for key, words in (FACTS | BLOCKS).items()
]
_DOTS = re.compile(r"20\d*|[\s.…_/\-:]")
_NIP = re.compile(r"\b(?:NIP|N I P|NRP|NI PPPK|NIPPPK)\s*[.:]*\s*([\d\s.\-]*)", re.IGNORECASE)
_LONE_NIP = re.compile(r"\b[\d/]{5,9}\s+\d{4,6}\s+\d\s+\d{3}\b")
_TITLED = r"(?:(?:Drs?|Dra|Hj?|Ir|Prof|drg?|drh|KH|Hi|apt|Ns)\.\s*|[MR]\.\s+)+[A-Z]"
_DEGREE = r",\s*(?:[SMD]\.?\s?[A-Z]|[AB]\.?[Mm]d|Sp\.)"


@dataclass
class Field:
    """A label found on the sheet and the pieces of its value."""

    label: Piece
    pieces: list[Piece] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(piece.text for piece in self.pieces if piece.text)

    @property
    def empty(self) -> bool:
        """Nothing stands there, or only the dots to write on. A dash says that there is none."""
        written = any(dots in self.text for dots in ("...", "…", "___"))
        return not self.text or (written and not _DOTS.sub("", self.text))

    @property
    def places(self) -> tuple[Place, ...]:
        return tuple(piece.place for piece in self.pieces if piece.text) or (self.label.place,)


@dataclass
class Header:
    """The fields found, by key, and the rows that they take."""

    fields: dict[str, Field] = field(default_factory=dict)
    used: set[int] = field(default_factory=set)


def read_header(rows: list[Row], end: int, used: set[int]) -> Header:
    """The fields in the rows before `end` (the table of activities) that are not `used`; the first counts."""
    header = Header()
    for at, row in enumerate(rows[:end]):
        if at in used:
            continue
        for column, cell in enumerate(row.cells):
            key, rest = label_of(cell.text, alone=row.line is None)
            if key and key not in header.fields:
                found = Field(replace(cell, text=cell.text.splitlines()[0] if cell.text else ""))
                if rest:
                    found.pieces.append(replace(cell, text=rest))
                taken = _collect(found, key, rows[:end], at, column)
                header.fields[key] = found
                header.used |= {at, *taken}
    return header


def label_of(text: str, alone: bool = True) -> tuple[str | None, str]:
    """The key of the field that a text begins with, and what stands behind the label.

    A label ends with its line, a colon, or the cell; of the facts also with a space, in a line of its own.
    """
    for key, pattern in _LABELS:
        if not (found := pattern.match(text)):
            continue
        behind = text[found.end() :]
        if not behind.strip(" :.\n"):
            return key, ""
        if parted := re.match(r"\s*(?::|\n)\s*", behind):
            return key, behind[parted.end() :].strip()
        longer = len(found[0].split()) > 1
        if key in FACTS and longer and not alone and behind[:1].isspace():
            return key, behind.strip()
    return None, ""


def _collect(found: Field, key: str, rows: list[Row], at: int, column: int) -> set[int]:
    row = rows[at]
    right = _first_right(row, column)
    if key in FACTS:
        if right is not None and not found.pieces:
            found.pieces.append(_bare(right))
        if row.line is not None:
            return _lines_below(found, key, rows, at) if not found.pieces or key == "ratified_by" else set()
        return _rest_of_ratifier(found, rows, at, column) if key == "ratified_by" else set()
    if row.line is not None:
        return _lines_below(found, key, rows, at)
    if found.pieces:
        return set()
    below = set()
    for to in range(at + 1, min(at + 30, len(rows))):
        cell = rows[to].at(column)
        if rows[to].line is not None or not rows[to].filled or any(map(_is_label, rows[to].cells)):
            break
        below.add(to)
        if cell.text:
            found.pieces.append(_bare(cell))
    if not found.pieces and right is not None and not below:
        found.pieces.append(_bare(right))
    return below


def _is_label(cell: Piece) -> bool:
    return label_of(cell.text)[0] is not None


def _bare(cell: Piece) -> Piece:
    return replace(cell, text=cell.text.lstrip(":").strip())


def _first_right(row: Row, column: int) -> Piece | None:
    """The value right of a label; None if another label comes first."""
    for cell in row.cells[column + 1 :]:
        if _is_label(cell):
            return None
        if cell.text.strip(" :"):
            return cell
    return None


def _lines_below(found: Field, key: str, rows: list[Row], at: int) -> set[int]:
    """A label in a line of its own: the lines below, to the next label, table or gap."""
    taken: set[int] = set()
    most = {"ratified_by": 6, "name": 1}.get(key, 1 if key in FACTS else 40)
    complete = bool(found.pieces) and bool(_NIP.search(found.text))
    for to in range(at + 1, len(rows)):
        line = rows[to].line
        if line is None or len(taken) >= most or complete or is_heading(line.text):
            break
        if _is_label(line) or label_of(line.text, alone=False)[0]:
            break
        if not line.text:
            begun = bool(found.pieces)
            follows = rows[to + 1].line if to + 1 < len(rows) else None
            listed = follows is not None and re.match(r"(?:\d{1,2}[.)]?|[-•*])\s", follows.text)
            if begun or (key in FACTS and key != "ratified_by") or not (listed or key == "ratified_by"):
                break
            continue
        found.pieces.append(_bare(line))
        taken.add(to)
        complete = key == "ratified_by" and bool(_NIP.search(line.text))
    return taken


def _rest_of_ratifier(found: Field, rows: list[Row], at: int, column: int) -> set[int]:
    """Position, name and NIP that stand in rows of their own below the label."""
    taken: set[int] = set()
    for to in range(at + 1, min(at + 6, len(rows))):
        row = rows[to]
        if _NIP.search(found.text) or row.line is not None or any(map(_is_label, row.cells)):
            break
        if row.at(column).text or len(row.filled) != 1 or row.filled[0] <= column:
            break
        found.pieces.append(_bare(row.cells[row.filled[0]]))
        taken.add(to)
    return taken


def as_date(found: Field | None) -> Value:
    """A date in ISO form; unreadable, None and not sure."""
    if found is None or found.empty or found.text.strip() in ("-", "–", "—"):
        return NOTHING
    day = read_date(found.text)
    return Value(day.isoformat() if day else None, found.places, day is not None, found.text)


def as_text(found: Field | None) -> Value:
    """The cell's words in one line."""
    if found is None or found.empty:
        return NOTHING
    return Value(" ".join(found.text.split()), found.places)


def verbatim(found: Field | None) -> Value:
    """The cell as it stands."""
    return NOTHING if found is None or not found.text else Value(found.text, found.places)


def entries(found: Field | None) -> tuple[Value, ...]:
    """The entries of a cell, each as written."""
    if found is None:
        return ()
    return tuple(
        Value(entry, (piece.place,))
        for piece in found.pieces
        for entry in items(piece.text)
        if entry.strip("-–— ")
    )


def ratifier(found: Field | None, positions: Iterable[str] = ()) -> tuple[Value, Value]:
    """Name and NIP of who ratified; what is damaged stays as written and is not sure.

    `positions` are the titles that may stand before the name in the same line.
    """
    if found is None or found.empty:
        return NOTHING, NOTHING
    text, places = found.text, found.places
    number = _NIP.search(text)
    digits = re.sub(r"\D", "", number[1]) if number else ""
    if number:
        nip = Value(" ".join(number[1].split()).strip(" .-") or None, places, is_nip(digits))
        text = text[: number.start()] + text[number.end() :]
    elif lone := _LONE_NIP.search(text):
        nip = Value(None, places, False, lone[0])
        text = text[: lone.start()]
    else:
        nip = NOTHING
    for position in sorted(positions, key=len, reverse=True):
        text = re.sub(rf"^{re.escape(position)}\b[\s,]*", "", text, flags=re.IGNORECASE)
    name, sure = _name_in(text)
    return Value(name, places, sure and (nip.sure or not number)) if name else NOTHING, nip


def is_nip(digits: str) -> bool:
    """Eighteen digits that begin with a day of birth; nine of the old kind, which do not."""
    born = read_date(f"{digits[6:8]}-{digits[4:6]}-{digits[:4]}") is not None
    return (len(digits) == 18 and born) or (len(digits) == 9 and not born)


def _name_in(text: str) -> tuple[str | None, bool]:
    """A person's name in "position, name, rank"; not sure where nothing parts them."""
    lines = [
        line.strip(" ,;:()")
        for line in re.split(r"\n|,\s{2,}|\s{3,}|,(?=\s+(?:[A-Z]\.\s+)?[A-Z]{3,} )", text)
    ]
    lines = [line for line in lines if line and not re.match(r"(?:Pembina|Penata|Pengatur|Juru|Gol)\b", line)]
    if not lines:
        return None, True
    if len(lines) >= 2:
        return _without_rank(lines[1] if not _titled(lines[0]) else lines[0]), True
    whole = _without_rank(lines[0])
    if titled := re.search(rf"(?<![\w.,])(?<!, ){_TITLED}.*", whole):
        return titled[0].strip(), True
    return whole, bool(re.search(_DEGREE, whole)) and len(re.split(_DEGREE, whole)[0].split()) <= 3


def _titled(text: str) -> bool:
    return bool(re.match(_TITLED, text) or re.search(_DEGREE, text))


def _without_rank(text: str) -> str:
    return re.split(r"\s(?:Pembina|Penata|Pengatur)\b", text)[0].strip(" ,")


def damaged_number(text: str) -> bool:
    """Whether a number shows damage: strange signs, letters in a row of figures that no word has."""
    parts = [part.strip() for part in text.split("/")]
    if re.search(r"[^\w\s./\-–()&,:]|\b_\b", text):
        return True
    if len(parts) < 2 or not any(part[:1].isdigit() for part in parts):
        return False
    return (
        any(re.fullmatch(r"[a-z]{1,4}", part) and not re.search(r"[aeiou]", part) for part in parts)
        or "" in parts
    )
