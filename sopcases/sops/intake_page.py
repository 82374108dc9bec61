"""What the page shows on which a file and its reading stand side by side."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.forms import BooleanField, BoundField

from sopcases.sops.intake_forms import HEADER, SHEET, STEP, ConfirmForm
from sopcases.sops.intake_rows import SHOWN

PAPERS = {"requires_text": "requires", "produces_text": "produces"}
"""The papers that were read out of a cell stand with it."""


@dataclass(frozen=True)
class Quote:
    """What stands in the source, and where."""

    at: str
    text: str


@dataclass(frozen=True)
class Line:
    """One value or a few that belong together: what the source says, and the inputs, some in rows."""

    label: str
    fields: tuple[BoundField, ...]
    rows: tuple[tuple[BoundField, ...], ...]
    quotes: tuple[Quote, ...]
    sure: bool
    kept: tuple[str, ...] = ()
    """What was corrected and added, in words."""
    added: bool = False
    """Whether it was added beside what was read."""

    @property
    def id(self) -> str:
        return self.fields[0].id_for_label

    @property
    def single(self) -> tuple[BoundField, ...]:
        """The inputs outside the rows."""
        rowed = {field.name for row in self.rows for field in row}
        return tuple(field for field in self.fields if field.name not in rowed)

    @property
    def values(self) -> list[str]:
        """What was read, in words."""
        return [said for field in self.fields if (said := _said(field, field.initial))]

    @property
    def wrong(self) -> bool:
        return any(field.errors for field in self.fields)


@dataclass(frozen=True)
class Group:
    """A step, or the sheet's head. `place` is the step's in what was read, `focus` if it was just moved."""

    title: str
    lines: tuple[Line, ...]
    skip: BoundField | None = None
    place: int | None = None
    focus: bool = False
    first: bool = False
    last: bool = False

    @property
    def read(self) -> tuple[Line, ...]:
        """What the source says something about, what is wrong as it was typed, and what was added."""
        return tuple(x for x in self.lines if x.quotes or x.kept or x.added or x.wrong or not x.sure)

    @property
    def absent(self) -> tuple[Line, ...]:
        """What the source says nothing about; it may be filled in."""
        return tuple(line for line in self.lines if line not in self.read)


@dataclass(frozen=True)
class Contradiction:
    about: str
    quotes: tuple[str, ...]
    places: str
    fields: tuple[BoundField, ...]


class Page:
    """Everything the template needs, out of a form."""

    def __init__(self, form: ConfirmForm):
        self.form = form
        self.intake = form.intake
        self.trace = form.intake.trace
        self.about = (form["slug"], form["opening"])
        steps = (self._step(n) for n in form.laid.order)
        self.groups = (Group("Kepala SOP", tuple(self._header())), *steps)
        self.notes = tuple(self._note(n, note) for n, note in enumerate(form.read["notes"]))
        self.positions = tuple(form[path] for path, _ in form.asked("position"))
        self.papers = tuple(form[path] for path, _ in form.asked("paper"))
        self.position_names, self.paper_names = self._names("position"), self._names("paper")

    def _names(self, part: str) -> list[str]:
        """The names to choose from: the agency's, and those asked about."""
        return sorted(
            {row.name for row in self.form.rows[part].values()} | {n for _, n in self.form.asked(part)}
        )

    @property
    def moved(self) -> bool:
        """Whether the steps of the draft stand in another order than those of the file."""
        return "order" in self.trace

    @property
    def doubts(self) -> tuple[Line, ...]:
        """Every line read with doubt, for the list at the top."""
        return tuple(line for group in self.groups for line in group.lines if not line.sure)

    def _header(self) -> Iterator[Line]:
        for path, field in HEADER.items():
            yield self._line(field.label, path)
        for key, label in SHEET.items():
            if f"sheet/{key}" in self.form.fields:
                yield self._line(label, f"sheet/{key}")

    def _step(self, number: int) -> Group:
        path, order = f"steps/{number}", self.form.laid.order
        new = number >= len(self.form.read["steps"])
        lines = {}
        for name, field in STEP.items():
            if f"{path}/{name}" in self.form.fields:
                rows = self._rows(number, PAPERS[name]) if name in PAPERS else ()
                added = any(self._added(number, PAPERS[name], n) for n in range(len(rows)))
                here = added or (new and name != "remark")
                lines[name] = self._line(field.label, f"{path}/{name}", rows=rows, added=here)
        if f"{path}/recurrence" in self.form.fields:
            lines["recurrence"] = self._line("Berulang", f"{path}/recurrence", f"{path}/recurrence/form")
        people = [
            self._line(f"Pelaksana {n + 1}", rows=(row,), added=new or self._added(number, "performers", n))
            for n, row in enumerate(self._rows(number, "performers"))
        ]
        first = [lines.pop("number"), lines.pop("activity")]
        return Group(
            self._title(number),
            (*first, *people, *lines.values()),
            self.form[f"{path}/skip"],
            number,
            focus=self.form.focus == path,
            first=number == order[0],
            last=number == order[-1],
        )

    def _title(self, number: int) -> str:
        path = f"steps/{number}/number"
        told = str(self.form[path].value() or self.trace.get(path, {}).get("kept") or "").strip(" .")
        if number >= len(self.form.read["steps"]):
            return f"Langkah {told} (tambahan)" if told else "Langkah tambahan"
        return f"Langkah {told or number + 1}"

    def _rows(self, number: int, where: str) -> tuple[tuple[str, ...], ...]:
        """The paths of a list's inputs, row by row."""
        count = self.form.laid.count(number, where)
        return tuple(
            tuple(f"steps/{number}/{where}/{n}/{name}" for name in SHOWN[where]) for n in range(count)
        )

    def _added(self, number: int, where: str, n: int) -> bool:
        """Whether a row came in addition to what was read; the one asked for where none was, did not."""
        return n >= max(len(self.form.step(number)[where]), where == "performers")

    def _note(self, number: int, note: dict) -> Contradiction:
        places = "; ".join(quote["at"] for quote in self.trace[f"notes/{number}"]["quotes"])
        fields = (self.form[f"notes/{number}/reading"], self.form[f"notes/{number}/drop"])
        return Contradiction(note["about"], tuple(note["quotes"]), places, fields)

    def _line(
        self, label: str, *paths: str, rows: tuple[tuple[str, ...], ...] = (), added: bool = False
    ) -> Line:
        """The inputs of some paths, with what stands at each place once."""
        paths = (*paths, *(path for row in rows for path in row))
        quotes: dict[Quote, None] = {}
        sure = True
        for path in paths:
            for traced in self._traced(path):
                sure = sure and traced["sure"]
                quotes |= {Quote(q["at"], q["text"]): None for q in traced["quotes"]}
        fields = tuple(self.form[path] for path in paths)
        kept = tuple(
            _kept(field, place) for field in fields for place in self._traced(field.name) if "kept" in place
        )
        return Line(
            label,
            fields,
            tuple(tuple(self.form[path] for path in row) for row in rows),
            tuple(quotes),
            sure,
            kept,
            added,
        )

    def _traced(self, path: str) -> Iterator[dict]:
        """What the trace tells of a value; of a list, of its parts."""
        if path in self.trace:
            yield self.trace[path]
        number = 0
        while (part := f"{path}/{number}") in self.trace:
            yield self.trace[part]
            number += 1


def _said(field: BoundField, value) -> str:
    """A value as people read it."""
    if isinstance(value, list):
        return "\n".join(map(str, value))
    if isinstance(field.field, BooleanField):
        return field.label if value else ""
    choices = dict(getattr(field.field, "choices", ()))
    return str(choices.get(value, value) or "")


def _kept(field: BoundField, place: dict) -> str:
    """What became of a value that somebody corrected or added."""
    nothing = "wajib" if isinstance(field.field, BooleanField) else "–"
    said = _said(field, place["kept"]) or nothing
    return f"Ditambahkan: {said}" if "added" in place else f"Diperbaiki menjadi {said}"
