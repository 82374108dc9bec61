"""Reads an SOP out of a document of any format. Pure.

The order: the table of activities is found first, then the header above it, then what stands around both.
Findings come last, from the whole.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from sopcases.sops.reading import header as heads
from sopcases.sops.reading import table as tables
from sopcases.sops.reading.document import Document
from sopcases.sops.reading.findings import Sheet, find_all
from sopcases.sops.reading.header import Header
from sopcases.sops.reading.marks import read_mark, read_parts
from sopcases.sops.reading.narrative import Narrative, read_narrative
from sopcases.sops.reading.outcome import (
    NOTHING,
    Performer,
    Ratifier,
    Reading,
    Step,
    Told,
    Value,
    Vocabulary,
)
from sopcases.sops.reading.papers import Names, read_items
from sopcases.sops.reading.performers import Staff, actors, first_part, split_names
from sopcases.sops.reading.rows import Piece, Row, rows_of
from sopcases.sops.reading.table import Activities, Line
from sopcases.sops.reading.words import bare, content, slug, tokens

_EVERY = re.compile(
    r"(?:(?:satu|1) ?(?:\(satu\) )?kali|sekali)? ?(?:dalam|setiap|tiap|per|se)[- ]?(?:(\d+) )?"
    r"(bulan|triwulan|semester|tahun)\b|(bulanan|triwulanan|tahunan)",
    re.IGNORECASE,
)
_LONGEST_INTERVAL = 120
"""Months; what is said to happen less often is no step that recurs."""
_MONTHS = {"bulan": 1, "triwulan": 3, "semester": 6, "tahun": 12}
_BACK = re.compile(
    r"(?:kembali|dikembalikan|mengulang|diulang)\D{0,40}?(?:langkah|tahap|kegiatan|nomor|no\.?)\s*(\d{1,3})",
    re.IGNORECASE,
)
_IF = re.compile(
    r"\b(?:apabila|jika|bila|bagi yang|khusus(?: untuk)?|hanya(?: bagi| untuk)?)\b[^.;]*", re.IGNORECASE
)


def understand(document: Document, known: Vocabulary) -> Reading:
    """What the document says, each value traced to its place; what it does not say stays None.

    Never fails on odd content: a document that is no SOP gives a reading without steps.
    """
    rows = rows_of(document)
    table = tables.find(rows)
    used = table.used if table else set()
    header = heads.read_header(rows, min(used) if table else len(rows), used)
    narrative = read_narrative(rows, header.used | used, table is not None)
    return _Reader(known, rows, table, header, narrative).reading()


@dataclass
class _Reader:
    known: Vocabulary
    rows: list[Row]
    table: Activities | None
    header: Header
    narrative: Narrative

    def reading(self) -> Reading:
        """The whole, findings included."""
        get = self.header.fields.get
        name = heads.as_text(get("name"))
        titles = [_whole(piece) for piece in self.titles]
        self.names = Names(
            self.known.kinds,
            frozenset(w for v in (name, *titles) if v for w in content(v.value)),
            tuple(v.value for v in heads.entries(get("equipment"))),
        )
        labels = tuple(self.table.labels()) if self.table else ()
        office = tuple(w for piece in (*self.narrative.letterhead, *self.units) for w in tokens(piece.text))
        self.staff = Staff(labels, self.known.positions, office)
        steps = self.steps()
        positions = (*labels, *self.known.positions, *self.known.positions.values())
        person, nip = heads.ratifier(get("ratified_by"), positions)
        basis = self.section("legal_basis") or heads.entries(get("legal_basis"))
        reading = Reading(
            slug=replace(name or _first(titles), sure=False) if name or titles else NOTHING,
            name=name or _unsure(_first(titles)),
            number=self.number(),
            **{key: heads.as_date(get(key)) for key in heads.DATES},
            ratified_by=Ratifier(person, nip),
            term=self.line("term"),
            target=self.line("target"),
            cost=self.line("cost"),
            legal_basis=tuple(_changed(one, bare(one.value)) for one in basis),
            sheet=self.sheet(titles),
            columns=tuple(_whole(p) for p in self.table.columns.performers.values()) if self.table else (),
            steps=steps,
            narrative=self.narrative.told,
        )
        if reading.slug:
            reading = replace(reading, slug=_changed(reading.slug, slug(reading.slug.value)))
        about = Sheet(reading, self.header, self.narrative, self.table, self.staff, self.names)
        return replace(reading, findings=find_all(about))

    @property
    def titles(self) -> list[Piece]:
        below = self.table.columns.titles if self.table else ()
        return [piece for piece in (*self.narrative.titles, *below) if tables.role_of(piece.text) is None]

    @property
    def units(self) -> list[Piece]:
        """The office's name beside the first facts of the header."""
        first = [self.header.fields[key].label.place for key in heads.FACTS if key in self.header.fields]
        return [
            cell
            for at in sorted(self.header.used)
            if self.rows[at].line is None and any(cell.place in first for cell in self.rows[at].cells)
            for cell in self.rows[at].cells[:1]
            if cell.text and cell.place not in first and heads.label_of(cell.text)[0] is None
        ]

    def number(self) -> Value:
        number = heads.as_text(self.header.fields.get("number"))
        return replace(number, sure=not heads.damaged_number(number.value)) if number else NOTHING

    def section(self, key: str) -> tuple[Value, ...]:
        """The entries of a section, as written."""
        pieces = self.narrative.sections.get(key, ())
        return tuple(
            Value(entry, (piece.place,))
            for piece in pieces
            for entry in heads.items(piece.text)
            if bare(entry)
        )

    def line(self, key: str) -> Value:
        """A section of one line."""
        pieces = self.narrative.sections.get(key) or ()
        text = " ".join(piece.text for piece in pieces)
        return Value(text, tuple(piece.place for piece in pieces)) if text else NOTHING

    def sheet(self, titles: list[Value]) -> dict[str, Value | tuple[Value, ...]]:
        """The cells verbatim, under the keys of FORMAT.md."""
        fields = self.header.fields
        cells: dict[str, Value | tuple[Value, ...]] = {
            "letterhead": tuple(map(_whole, self.narrative.letterhead)),
            "document_title": tuple(map(_whole, self.narrative.document_title)),
            "title": _first(titles),
            "unit": _joined(self.units),
        }
        cells |= {key: heads.verbatim(fields.get(key)) for key in heads.FACTS}
        cells |= {key: heads.entries(fields.get(key)) for key in heads.BLOCKS}
        columns = self.table.columns if self.table else None
        return cells | {
            "column_numbers": tuple(Value(n) for n in columns.numbers) if columns else (),
            "columns": tuple(map(_whole, columns.performers.values())) if columns else (),
            "narrative_title": titles[-1] if len(titles) > 1 and self.narrative.sections else NOTHING,
            "narrative_legal_basis": self.section("legal_basis"),
            "target": self.line("target"),
            "term": self.line("term"),
            "cost": self.line("cost"),
        }

    def steps(self) -> tuple[Step, ...]:
        """The rows of the table, else the numbers of the list."""
        told = self.narrative.told
        if self.table is None:
            return tuple(self.listed(one) for one in told)
        lines = self.table.lines
        beside = _pair(lines, told)
        return tuple(self.step(line, at, len(lines), beside.get(at)) for at, line in enumerate(lines))

    def listed(self, told: Told) -> Step:
        """A step of a procedure that is only a list."""
        who = tuple(
            self.performer(a.label or a.said, a.part, told.text, False) for a in self.acting(told.text)
        )
        return self.conditions(Step(told.number, told.text, who, time=told.time, narrative_time=told.time))

    def acting(self, activity: Value):
        return actors(activity.value or "", self.staff)

    def step(self, line: Line, at: int, count: int, told: Told | None) -> Step:
        time = line.time
        unit = self.table.columns.unit
        if time and (said := tables.with_unit(time.value, unit)) != time.value:
            time = Value(said, time.source, time.sure, time.value)
        elif time and not tables.is_time(time.value, unit) and time.value.strip(" -–—"):
            time = replace(time, sure=False)
        step = Step(
            number=line.number,
            activity=line.activity,
            performers=self.performers(line, at == 0, at == count - 1),
            requires_text=line.requires,
            requires=read_items(line.requires, self.names, line.halves),
            time=time,
            produces_text=line.produces,
            produces=read_items(line.produces, self.names, line.halves),
            remark=line.remark,
            narrative_time=told.time if told else NOTHING,
        )
        return self.conditions(step)

    def conditions(self, step: Step) -> Step:
        """What the words say about returning, repeating and when the step applies."""
        text = " ".join(v.value for v in (step.activity, step.remark) if v)
        source = step.activity.source
        every, back, when = _EVERY.search(text), _BACK.search(text), _IF.search(text)
        recurrence = NOTHING
        if every:
            unit = (every[2] or every[3].removesuffix("an")).lower()
            months = int(every[1] or 1) * _MONTHS[unit]
            if 1 <= months <= _LONGEST_INTERVAL:
                recurrence = Value({"months": months}, source, False, every[0].strip())
        return replace(
            step,
            recurrence=recurrence,
            returns_to=Value(back[1], source, False, back[0]) if back else NOTHING,
            condition=Value(when[0].strip(), source, False) if when else NOTHING,
        )

    def performers(self, line: Line, first: bool, last: bool) -> tuple[Performer, ...]:
        """The marked columns, then whom only the words name."""
        labels = self.table.columns.performers
        acting = self.acting(line.activity)
        part_of = {a.label: a.part for a in acting if a.label}
        found: list[Performer] = []
        marked: set[str] = set()
        for column, pieces in line.performers.items():
            if column == self.table.columns.said:
                for name in (n for piece in pieces for n in split_names(piece.text)):
                    found.append(
                        self.performer(name, first_part(line.activity.value or ""), line.activity, True)
                    )
                    marked.add(name)
                continue
            mark, said = read_mark(pieces, first, last), read_parts(pieces)
            if column not in labels or (mark is None and not said):
                continue
            label = labels[column]
            marked.add(label.text)
            part = part_of.get(label.text)
            if part not in ("signs", "disposes"):
                part = "performs" if part else first_part(line.activity.value or "")
            sign, sure = mark or ("", True)
            symbol = Value(sign, tuple(p.place for p in pieces), sure, " ".join(p.raw for p in pieces))
            where = replace(line.activity, source=symbol.source)
            for one in said or (part,):
                done = self.performer(label.text, one, where, sure)
                if said:
                    done = replace(done, part=replace(done.part, sure=True))
                done = replace(done, symbol=symbol, position=replace(done.position, source=(label.place,)))
                found.append(done)
                symbol = NOTHING
        explicit = any(p.part.sure and p.part.value != "performs" for p in found)
        if found and not explicit and not {p.part.value for p in found} & {"performs", "signs"}:
            acts = {a.label for a in acting if a.part in ("signs", "performs")} - marked
            if not acts:
                found[0] = replace(found[0], part=replace(found[0].part, value="performs", sure=False))
        for actor in acting:
            if (actor.label or actor.said) not in marked:
                found.append(self.performer(actor.label or actor.said, actor.part, line.activity, False))
                marked.add(actor.label or actor.said)
        return tuple(found)

    def performer(self, said: str, part: str, where: Value, sure: bool) -> Performer:
        name = self.staff.canonical(said)
        return Performer(
            Value(name, where.source, sure, said if name != said else ""),
            Value(part, where.source, sure and part == "performs"),
            known=self.staff.knows(said),
        )


def _pair(lines: list[Line], told: tuple[Told, ...]) -> dict[int, Told]:
    """The narrative's entry beside each row: by the same number, else by the order where both are as long."""
    by_number = {}
    for entry in told:
        if entry.number:
            by_number.setdefault(entry.number.value.strip(".() "), entry)
    found = {}
    for at, line in enumerate(lines):
        number = (line.number.value or "").strip(".() ")
        if number in by_number:
            found[at] = by_number[number]
        elif len(lines) == len(told):
            found[at] = told[at]
    return found


def _whole(piece: Piece) -> Value:
    return Value(piece.text, (piece.place,))


def _joined(pieces: Iterable[Piece]) -> Value:
    pieces = list(pieces)
    if not pieces:
        return NOTHING
    return Value(" ".join(p.text for p in pieces), tuple(p.place for p in pieces))


def _first(values: list[Value]) -> Value:
    return values[0] if values else NOTHING


def _unsure(value: Value) -> Value:
    return replace(value, sure=False) if value else NOTHING


def _changed(value: Value, text: str) -> Value:
    return replace(value, value=text)
