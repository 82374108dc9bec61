"""Finds the table of activities among a document's rows and reads its lines. Pure."""

import re
from dataclasses import dataclass, field

from sopcases.sops.durations import UNITS, Unreadable, read
from sopcases.sops.reading.outcome import Value
from sopcases.sops.reading.performers import split_names
from sopcases.sops.reading.rows import Piece, Row
from sopcases.sops.reading.words import tokens

_THING = r"(?:kegiatan|aktivitas|aktifitas|prosedur|tahap(?:an)?|langkah|proses|pekerjaan|tindakan)"
_NEED = r"(?:(?:per)?syarat(?:an)?|(?:ke|per)lengkapan|input|masukan|dokumen|berkas|bahan|dan)"
_MADE = r"(?:output|hasil|keluaran|luaran|produk)"
ROLES = {
    "number": r"no|nomor|no urut|nomor urut",
    "activity": rf"(?:(?:uraian|rincian|deskripsi|jenis|alur|urutan|nama|{_THING}) )*{_THING}"
    r"(?: kerja| pelayanan)?|uraian",
    "performers": rf"(?:unit |pihak |jabatan )*(?:pelaksana|aktor|pelaku|penanggung jawab)"
    rf"(?: {_THING}| teknis)*",
    "quality": r"mutu baku|baku mutu|standar mutu|mutu",
    "requires": rf"{_NEED}(?: {_NEED})*",
    "time": r"(?:norma |jangka |standar |lama )?(?:waktu|durasi|lama)"
    r"(?: (?:proses|penyelesaian|dalam|hari|jam|menit|kerja|pelaksanaan))*",
    "produces": rf"{_MADE}(?: (?:{_MADE}|kegiatan|kerja|dokumen))*",
    "remark": r"ket|keterangan|catatan",
}
LEAVES = ("requires", "time", "produces")
NUMBER = re.compile(r"\(?(\d{1,3}[a-z]?|[a-z]|[ivx]{1,4})[.)]{0,2}", re.IGNORECASE)
_LED = re.compile(r"(\d{1,3}[.)])\s+(?=\S)")
_TOTAL = re.compile(r"(?:jumlah|total)(?: (?:keseluruhan|seluruh|waktu|hari|jam|menit|durasi|penyelesaian))*")


@dataclass
class Line:
    """One activity as it stands in the table, cells of broken rows put together."""

    number: Value
    activity: Value
    performers: dict[int, tuple[Piece, ...]] = field(default_factory=dict)
    requires: Value = field(default_factory=Value)
    time: Value = field(default_factory=Value)
    produces: Value = field(default_factory=Value)
    remark: Value = field(default_factory=Value)
    halves: list[Value] = field(default_factory=list)
    """The cells of its rows one by one, where the row is broken over pages."""


@dataclass
class Columns:
    """Which column holds what. `performers` holds the label of each; `nameless` those without one."""

    number: int | None = None
    activity: int = 0
    performers: dict[int, Piece] = field(default_factory=dict)
    said: int | None = None
    """A column in which performers are written out, instead of one column each."""
    requires: int | None = None
    time: int | None = None
    produces: int | None = None
    remark: int | None = None
    unit: str = ""
    titles: tuple[Piece, ...] = ()
    numbers: tuple[str, ...] = ()

    @property
    def first_leaf(self) -> int:
        return min(c for c in (self.requires, self.time, self.produces, self.remark, 10_000) if c is not None)


@dataclass
class Activities:
    """The table as read; `used` are the indexes of its rows."""

    columns: Columns
    lines: list[Line] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    total: Value = field(default_factory=Value)
    nameless: tuple[int, ...] = ()

    def labels(self) -> dict[str, Piece]:
        """Who can be marked: the columns' labels, or all names written out in the one column."""
        if self.columns.said is None:
            return {piece.text: piece for piece in self.columns.performers.values()}
        return {name: piece for line in self.lines for name, (piece, *_) in self.marked(line).items()}

    def marked(self, line: Line) -> dict[str, tuple[Piece, ...]]:
        """Who is marked in a line, with the cells that say so."""
        if self.columns.said is None:
            labels = self.columns.performers
            return {labels[c].text: pieces for c, pieces in line.performers.items() if c in labels}
        pieces = line.performers.get(self.columns.said, ())
        return {name: (piece,) for piece in pieces for name in split_names(piece.text)}


def role_of(text: str) -> str | None:
    """Which column of the table a label heads."""
    said = " ".join(tokens(text))
    if not said or len(said) > 60:
        return None
    return next((role for role, words in ROLES.items() if re.fullmatch(words, said)), None)


def is_column_numbers(row: Row) -> bool:
    """The row that numbers the columns: 1 2 3 4 7 8 9."""
    said = [row.cells[at].text.strip("()") for at in row.filled]
    return (
        len(said) >= 3 and all(s.isdecimal() and len(s) < 3 for s in said) and said == sorted(said, key=int)
    )


def find(rows: list[Row]) -> Activities | None:
    """The table of activities, over all its pages; None where the document has none."""
    found: Activities | None = None
    at = 0
    while at < len(rows):
        if _begins(rows[at]):
            end = _end_of_head(rows, at)
            columns = _columns(rows[at:end], rows[end : end + 40])
            if found is None:
                found = Activities(columns)
            elif not _same_layout(found.columns, columns):
                break
            else:
                found.columns.titles += columns.titles
            found.used |= set(range(at, end))
            at = end
        elif found is not None and not _take(found, rows, at):
            break
        else:
            at += 1
    if found is None or not found.lines:
        return None
    return found


def _same_layout(one: Columns, other: Columns) -> bool:
    return (one.activity, one.time, one.requires) == (other.activity, other.time, other.requires)


def _begins(row: Row) -> bool:
    roles = {role_of(cell.text) for cell in row.cells if cell.text}
    leaves = roles & {"performers", "quality", *LEAVES}
    return "activity" in roles and len(row.cells) > 2 and bool(leaves)


def _end_of_head(rows: list[Row], at: int) -> int:
    end, leaf_seen = at + 1, any(role_of(c.text) in LEAVES for c in rows[at].cells)
    grouped = any(role_of(c.text) in ("performers", "quality") for c in rows[at].cells)
    while end < len(rows) and end < at + 5:
        row = rows[end]
        roles = {role_of(cell.text) for cell in row.cells if cell.text}
        if row.line is not None or _starts_step(row):
            break
        if roles & set(LEAVES) or is_column_numbers(row):
            leaf_seen = True
        elif not row.filled or (leaf_seen and not grouped) or end > at + 1:
            break
        end += 1
    return end


def _starts_step(row: Row) -> bool:
    first = [row.cells[at].text for at in row.filled[:2]]
    if not first:
        return False
    return bool(
        len(first) == 2 and NUMBER.fullmatch(first[0]) and re.search(r"[^\W\d]{2}", first[1])
    ) or bool(_LED.match(first[0]))


def _columns(head: list[Row], body: list[Row]) -> Columns:
    columns = Columns()
    numbers = [row for row in head if is_column_numbers(row)]
    if numbers:
        columns.numbers = tuple(cell.text for cell in numbers[0].cells)
    head = [row for row in head if not is_column_numbers(row)]
    taken: set[int] = set()
    for row in reversed(head):  # the lowest label of a column is its own
        for at, cell in enumerate(row.cells):
            role = role_of(cell.text)
            if role in ("requires", "time", "produces", "remark") and getattr(columns, role) is None:
                setattr(columns, role, at)
                taken.add(at)
                if role == "time":
                    units = [u for u in UNITS if u in tokens(cell.text)]
                    columns.unit = units[0] if len(units) == 1 else ""
    labelled = [at for row in head for at, cell in enumerate(row.cells) if role_of(cell.text) == "activity"]
    columns.activity = labelled[0]
    numbered = [at for row in head for at, cell in enumerate(row.cells) if role_of(cell.text) == "number"]
    columns.number = numbered[0] if numbered else None
    if columns.number is None:
        for at in (columns.activity, columns.activity - 1):
            steps = [row for row in body if len(row.cells) > 2 and NUMBER.fullmatch(row.at(at).text)]
            if at >= 0 and len(steps) >= 1:
                columns.number = at
                break
    if columns.number is not None and columns.activity <= columns.number:
        columns.activity = columns.number + 1
    taken |= {columns.activity}
    if columns.number is not None:
        taken.add(columns.number)
    titles = []
    for row in head:
        for at, cell in enumerate(row.cells):
            if not cell.text or role_of(cell.text):
                continue
            if at <= columns.activity:
                titles.append(cell)
            elif at not in taken and at < columns.first_leaf:
                columns.performers[at] = cell
    columns.titles = tuple(titles)
    if not columns.performers:
        alone = [at for row in head for at, c in enumerate(row.cells) if role_of(c.text) == "performers"]
        columns.said = alone[0] if alone else None
    columns.performers = dict(sorted(columns.performers.items()))
    return columns


def _take(found: Activities, rows: list[Row], at: int) -> bool:
    """Takes one row behind the head; False where the table has ended."""
    row, columns = rows[at], found.columns
    if row.line is not None or not row.filled:
        return not (row.line and row.line.text) or _goes_on(found, rows, at + 1)
    if is_column_numbers(row):
        found.used.add(at)
        return True
    number, activity = row.at(columns.number), row.at(columns.activity)
    if columns.number is None and (led := _LED.match(activity.text)):
        number = Piece(led[1], activity.place)
        activity = Piece(activity.text[led.end() :], activity.place)
    rest = [c for c in row.filled if c not in (columns.number, columns.activity)]
    short = len(row.cells) <= columns.activity + 1 and not _ends_cell(rows, at, columns)
    if short or not _is_of_table(found, number, activity, rest):
        return _goes_on(found, rows, at + 1)
    found.used.add(at)
    said = " ".join(tokens(activity.text or number.text))
    if _TOTAL.fullmatch(said) or (not number.text and _TOTAL.match(said) and not activity.marks):
        times = [row.cells[c] for c in rest if c >= columns.first_leaf]
        found.total = _value(times[:1])
        return True
    starts = bool(NUMBER.fullmatch(number.text)) or (
        not any(line.number for line in found.lines) and columns.number is None and bool(activity.text)
    )
    cells, sure = _aligned(row, columns)
    if not starts and activity.text and cells.get("time") and found.lines and found.lines[-1].time:
        marked = any(row.at(c) for c in columns.performers)
        starts = marked and activity.text[:1].isupper()
    if starts and not rest and not re.search(r"\d", number.text):
        return True  # a heading between the rows
    if not starts and not found.lines:
        return True
    shown = {c: (row.at(c),) for c in [*columns.performers, *_nameless(columns)] if row.at(c)}
    if columns.said is not None and row.at(columns.said):
        shown = {columns.said: (row.at(columns.said),)}
    line = Line(
        _value([number], sure=starts and bool(number.text)),
        _value([activity]),
        shown,
        **{role: _value([piece], sure) for role, piece in cells.items()},
    )
    if starts:
        found.lines.append(line)
    else:
        _add(found.lines[-1], line)
    extra = {c for c in shown if c not in columns.performers and c != columns.said}
    found.nameless = tuple(sorted({*found.nameless, *extra}))
    return True


def _nameless(columns: Columns) -> list[int]:
    """Columns among the performers' that have no label."""
    if not columns.performers or columns.first_leaf == 10_000:
        return []
    return [c for c in range(columns.activity + 1, columns.first_leaf) if c not in columns.performers]


def _is_of_table(found: Activities, number: Piece, activity: Piece, rest: list[int]) -> bool:
    if NUMBER.fullmatch(number.text):
        return bool(activity.text or rest)
    if number.text and found.columns.number is not None:
        return bool(_TOTAL.match(" ".join(tokens(number.text))))
    return bool(found.lines or activity.text)


def _goes_on(found: Activities, rows: list[Row], at: int) -> bool:
    """Whether the table goes on behind a blank line, a page's foot or a repeated head."""
    for row in rows[at : at + 8]:
        if row.line is not None or not row.filled:
            continue
        if _begins(row):
            return True
        columns = found.columns
        if len(row.cells) < columns.first_leaf:
            return _ends_cell(rows, rows.index(row, at), columns)
        return _starts_step(row) or is_column_numbers(row) or not row.at(columns.number).text
    return False


def _ends_cell(rows: list[Row], at: int, columns: Columns) -> bool:
    """The end of a broken activity in a row whose empty cells are lost: it goes on in small, or to a step."""
    row = rows[at]
    if columns.number is None or len(row.cells) != columns.activity + 1 or row.at(columns.number).text:
        return False
    follows = next((one for one in rows[at + 1 : at + 4] if one.filled), None)
    return row.at(columns.activity).text[:1].islower() or (follows is not None and _starts_step(follows))


def _aligned(row: Row, columns: Columns) -> tuple[dict[str, Piece], bool]:
    """The cells of the standard; a row that lost or won a cell is shifted by it, and then not sure."""
    shift = 0
    if columns.time is not None and not is_time(row.at(columns.time).text, columns.unit):
        for by in (-1, 1):
            if row.at(columns.time + by).text and is_time(row.at(columns.time + by).text, columns.unit):
                shift = by
    cells = {}
    for role in ("requires", "time", "produces", "remark"):
        column = getattr(columns, role)
        if column is not None:
            cells[role] = row.at(column + shift)
    return cells, not shift


def is_time(text: str, unit: str = "") -> bool:
    """Whether a text is a length of time that can be read."""
    text = text.strip()
    if not text or (not unit and not re.search(r"[a-z]", text, re.IGNORECASE)):
        return False
    try:
        read(with_unit(text, unit))
    except Unreadable:
        return False
    return True


def with_unit(text: str, unit: str) -> str:
    """A bare number, with the unit that the column's label names."""
    return f"{text} {unit}" if unit and re.fullmatch(r"[\d.,]+", text.strip()) else text


def _value(pieces: list[Piece], sure: bool = True) -> Value:
    pieces = [piece for piece in pieces if piece.text]
    text = " ".join(piece.text for piece in pieces)
    return Value(text or None, tuple(piece.place for piece in pieces), sure if text else True)


def join(one: Value, other: Value) -> Value:
    """Two halves of a broken cell."""
    if not one or not other:
        return one or other
    return Value(f"{one.value} {other.value}", one.source + other.source, one.sure and other.sure)


def _add(line: Line, more: Line) -> None:
    line.halves += [half for one in (line, more) for half in (one.requires, one.produces) if half]
    for name in ("activity", "requires", "time", "produces", "remark"):
        setattr(line, name, join(getattr(line, name), getattr(more, name)))
    for column, pieces in more.performers.items():
        line.performers[column] = line.performers.get(column, ()) + pieces
