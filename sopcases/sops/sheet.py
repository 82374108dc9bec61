"""The sheet of an SOP as page and print share it: the document's own cells, and how they are read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sopcases.people.models import Position
from sopcases.sops.models import Performer, Revision, Step
from sopcases.sops.naming import Names, fold

UNREADABLE = "[tidak terbaca]"


@dataclass(frozen=True)
class Column:
    """A column of Pelaksana: as the sheet calls it, and the agency's own name of the position."""

    label: str
    position: str
    added: bool = False


@dataclass(frozen=True)
class Cell:
    """What a position does in a step: the marks on the sheet, and the parts as read."""

    symbols: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.parts)

    @property
    def damaged(self) -> bool:
        return Performer.Symbol.DAMAGED in self.symbols


@dataclass(frozen=True)
class Reading:
    """A discrepancy: what it is about, both places quoted, and how the system reads it."""

    about: str
    quotes: tuple[str, ...]
    reading: str


@dataclass(frozen=True)
class Line:
    """One row of the table; every cell in the sheet's own words."""

    number: str
    activity: str
    cells: tuple[tuple[Column, Cell], ...]
    requires: str
    time: str
    produces: str
    remark: str
    read_as: tuple[str, ...]


@dataclass(frozen=True)
class Header:
    """The block on top of the document, as (label, cell) in the sheet's order."""

    titles: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    ratified_by: tuple[str, ...]
    signs_after: int
    """The line of those under which there is room for a signature: the one before the name."""
    blocks: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Part:
    """One of the sections A to E behind the table."""

    letter: str
    title: str
    lines: tuple[str, ...]
    process: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class Sheet:
    """A revision as a document."""

    name: str
    state: str
    draft: bool
    no: int
    in_force_from: date | None
    header: Header
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    parts: tuple[Part, ...]
    notes: tuple[Reading, ...]

    @property
    def has_remarks(self) -> bool:
        """Most sheets leave the column Keterangan empty."""
        return any(line.remark for line in self.lines)


def build(revision: Revision) -> Sheet:
    """The sheet of a revision, in four queries."""
    steps = list(revision.steps.prefetch_related("performers__position").order_by("order", "id"))
    columns = _columns(revision, steps)
    return Sheet(
        name=revision.name,
        state=revision.stands_text,
        draft=revision.editable,
        no=revision.no,
        in_force_from=revision.in_force_from,
        header=_header(revision),
        columns=tuple(column for column, _ in columns),
        lines=tuple(_line(step, columns) for step in steps),
        parts=tuple(_parts(revision)),
        notes=tuple(Reading(n.about, tuple(n.quotes), n.reading) for n in revision.notes.order_by("id")),
    )


def _columns(revision: Revision, steps: list[Step]) -> list[tuple[Column, int | None]]:
    """The sheet's columns with the positions they mean, then positions that have no column on it."""
    positions = list(Position.objects.filter(agency_id=revision.sop.agency_id).order_by("id"))
    names = Names((p.name, p.aliases, p.pk) for p in positions)
    called = {p.pk: p.name for p in positions}
    found = []
    for label in revision.sheet.get("columns") or ():
        pk = names.find(label)
        own = called.get(pk, "")
        found.append((Column(label, "" if fold(own) == fold(label) else own), pk))
    known = {pk for _, pk in found}
    drawn = bool(found)
    for step in steps:
        for performer in step.performers.all():
            if performer.position_id not in known:
                known.add(performer.position_id)
                found.append((Column(performer.position.name, "", added=drawn), performer.position_id))
    return found


def _line(step: Step, columns: list[tuple[Column, int | None]]) -> Line:
    performers = list(step.performers.all())
    cells = [(column, _cell(p for p in performers if p.position_id == pk)) for column, pk in columns]
    return Line(
        number=step.number,
        activity=step.activity,
        cells=tuple(cells),
        requires=step.requires_text,
        time=step.time,
        produces=step.produces_text,
        remark=step.remark,
        read_as=tuple(_readings(step)),
    )


def _cell(performers: Iterable[Performer]) -> Cell:
    rows = list(performers)
    return Cell(
        symbols=tuple(p.symbol for p in rows if p.symbol), parts=tuple(p.get_part_display() for p in rows)
    )


def _readings(step: Step) -> Iterable[str]:
    """What the system adds to the sheet's own words to run the step."""
    if step.condition:
        yield step.condition
    if step.time_reading:
        yield f"Waktu dibaca {step.time_reading}"
    if step.scope == Step.Scope.CHILD:
        yield "Dikerjakan per anak"
    if step.form:
        yield f"{step.get_form_display()}, setiap {step.every_months} bulan"
    if not step.alarm:
        yield "Lewat batas waktu ditampilkan, tidak diperingatkan"


def _header(revision: Revision) -> Header:
    sheet = revision.sheet

    def cell(name: str, value: object) -> str:
        """The cell as it stands on the sheet, else the revision's own value."""
        text = sheet.get(name)
        if text is None and isinstance(value, date):
            text = f"{value:%d-%m-%Y}"
        return str(text or value or "")

    facts = [
        ("Nomor SOP", cell("number", revision.number)),
        ("Tanggal Pembuatan", cell("created_on", revision.created_on)),
        ("Tanggal Revisi", cell("revised_on", revision.revised_on)),
    ]
    ratified, effective = (
        cell("ratified_on", revision.ratified_on),
        cell("effective_on", revision.effective_on),
    )
    if ratified:
        facts.append(("Tanggal Pengesahan", ratified))
    if effective or not ratified:
        facts.append(("Tanggal Efektif", effective))
    facts.append(("Nama SOP", cell("name", revision.name)))
    own = "\n".join(filter(None, [revision.ratified_by_name, revision.ratified_by_nip]))
    blocks = [
        ("Dasar Hukum", "legal_basis"),
        ("Kualifikasi Pelaksana", "qualifications"),
        ("Keterkaitan", "related"),
        ("Peralatan/Perlengkapan", "equipment"),
        ("Peringatan", "warnings"),
        ("Pencatatan dan Pendataan", "records"),
    ]
    ratified_by = tuple(cell("ratified_by", own).splitlines())
    titles = [*(sheet.get("letterhead") or ()), sheet.get("unit") or "", *(sheet.get("document_title") or ())]
    return Header(
        titles=tuple(line for title in titles for line in str(title).splitlines() if line),
        facts=tuple(facts),
        ratified_by=ratified_by,
        signs_after=_before_the_name(ratified_by, revision.ratified_by_name),
        blocks=tuple((title, tuple(map(str, sheet.get(name) or ()))) for title, name in blocks),
    )


def _before_the_name(lines: tuple[str, ...], name: str) -> int:
    """The number of the line before a name; of the first where the name is not one of them."""
    found = (number - 1 for number, line in enumerate(lines) if number and fold(line) == fold(name))
    return next(found, 0)


def _parts(revision: Revision) -> Iterable[Part]:
    """Sections A to E, those that the sheet has."""
    sheet = revision.sheet
    basis = sheet.get("narrative_legal_basis", revision.legal_basis)
    process = tuple((str(row["number"] or ""), row["text"], row["time"] or "") for row in revision.narrative)
    for letter, title, lines in (
        ("A", "Dasar Hukum", basis),
        ("B", "Sasaran Objek", [revision.target]),
        ("C", "Jangka Waktu Penyelesaian", [revision.term]),
        ("D", "Biaya", [revision.cost]),
        ("E", "Proses Pelaksanaan", []),
    ):
        kept = tuple(str(line) for line in lines if line)
        if kept or (letter == "E" and process):
            yield Part(letter, title, kept, process if letter == "E" else ())
