"""What was read, in the shape of an SOP file, with the place of each part in its source. Pure."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sopcases.sops.naming import fold
from sopcases.sops.reading.document import Cell, Document, Paragraph, Place
from sopcases.sops.reading.outcome import Finding, Item, Performer, Reading, Step, Told, Value

TEXTS = "number activity requires_text produces_text time narrative_time remark condition".split()
HEADER = "slug name number created_on revised_on ratified_on effective_on term target cost".split()
LONGEST_NAME = 150  # of a position or a paper; what is longer is a sentence


@dataclass(frozen=True)
class Proposal:
    """`data` are FORMAT.md's keys as far as they were read, positions and papers by their names.

    `trace` tells by path ("steps/0/time") what stands there in the source: `quotes` of place and text,
    `sure`, and `read`, the value taken from it.
    """

    data: dict[str, Any]
    trace: dict[str, dict[str, Any]] = field(default_factory=dict)


def propose(reading: Reading, document: Document) -> Proposal:
    """The reading as a proposal. What cannot be a name, a step or a paper is left to the verbatim cells."""
    taking = _Taking(document)
    data = {name: taking.text(name, getattr(reading, name)) for name in HEADER}
    data["ratified_by"] = {
        name: taking.text(f"ratified_by/{name}", getattr(reading.ratified_by, name))
        for name in ("name", "nip")
    }
    data["legal_basis"] = taking.texts("legal_basis", reading.legal_basis)
    data["sheet"] = {
        key: taking.texts(f"sheet/{key}", cell)
        if isinstance(cell, tuple | list)
        else taking.text(f"sheet/{key}", cell)
        for key, cell in reading.sheet.items()
    }
    if reading.columns:
        data["sheet"]["columns"] = taking.texts("sheet/columns", reading.columns)
    told = [part for part in reading.narrative if part.text]
    data["narrative"] = [taking.told(f"narrative/{n}", part) for n, part in enumerate(told)]
    steps = [step for step in reading.steps if step.activity]
    data["steps"] = [taking.step(f"steps/{n}", step) for n, step in enumerate(steps)]
    numbers = [_bare(step["number"]) for step in data["steps"]]
    data["notes"] = [taking.note(f"notes/{n}", found, numbers) for n, found in enumerate(reading.findings)]
    return Proposal(data, taking.trace)


class _Taking:
    """Takes values out of a reading and writes down where each stood."""

    def __init__(self, document: Document):
        self.source = _Source(document)
        self.trace: dict[str, dict[str, Any]] = {}

    def text(self, path: str, value: Value) -> Any:
        if value or value.source or not value.sure:
            self.trace[path] = {
                "quotes": self.source.quotes(value.source, value.written),
                "sure": value.sure,
                "read": value.value,
            }
        return value.value

    def texts(self, path: str, values: Iterable[Value]) -> list[str]:
        kept = [value for value in values if value.value is not None]
        return [self.text(f"{path}/{n}", value) for n, value in enumerate(kept)]

    def told(self, path: str, told: Told) -> dict[str, Any]:
        return {name: self.text(f"{path}/{name}", getattr(told, name)) for name in ("number", "text", "time")}

    def step(self, path: str, step: Step) -> dict[str, Any]:
        found = {name: self.text(f"{path}/{name}", getattr(step, name)) for name in TEXTS}
        found["performers"] = self.performers(f"{path}/performers", step.performers)
        found["requires"] = self.items(f"{path}/requires", step.requires)
        found["produces"] = self.items(f"{path}/produces", step.produces)
        if step.after.value is not None:
            found["after"] = [str(number) for number in self.text(f"{path}/after", step.after)]
        if step.scope:
            found["scope"] = self.text(f"{path}/scope", step.scope)
        if step.returns_to:
            found["returns_to"] = str(self.text(f"{path}/returns_to", step.returns_to))
        if step.recurrence.value and step.recurrence.value.get("months"):
            read = self.text(f"{path}/recurrence", step.recurrence)
            # A sheet says how often, not whether together or child by child.
            found["recurrence"] = {"months": read["months"], "form": read.get("form") or "session"}
            place = self.trace[f"{path}/recurrence"]
            place |= {"read": read["months"], "sure": "form" in read and step.recurrence.sure}
        return found

    def performers(self, path: str, performers: Iterable[Performer]) -> list[dict[str, str]]:
        kept, seen = [], set()
        for performer in performers:
            name, part = performer.position.value, performer.part.value or "performs"
            if not name or len(name) > LONGEST_NAME or (fold(name), part) in seen:
                continue
            seen.add((fold(name), part))
            here = f"{path}/{len(kept)}"
            self.text(f"{here}/position", performer.position)
            self.text(f"{here}/part", performer.part)
            kept.append(
                {
                    "position": name,
                    "part": part,
                    "symbol": self.text(f"{here}/symbol", performer.symbol) or "",
                }
            )
        return kept

    def items(self, path: str, items: Iterable[Item]) -> list[dict[str, Any]]:
        kept, seen = [], set()
        for item in items:
            name = item.paper.value
            if not name or len(name) > LONGEST_NAME or fold(name) in seen:
                continue
            seen.add(fold(name))
            here = f"{path}/{len(kept)}"
            self.text(f"{here}/paper", item.paper)
            kept.append(
                {
                    "paper": name,
                    "text": self.text(f"{here}/text", item.text) or "",
                    "stage": self.text(f"{here}/stage", item.stage) or "signed",
                    "optional": bool(self.text(f"{here}/optional", item.optional)),
                }
            )
        return kept

    def note(self, path: str, found: Finding, numbers: list[str]) -> dict[str, Any]:
        self.trace[path] = {"quotes": self.source.quotes(found.places), "sure": False, "read": found.reading}
        step = _bare(found.step)
        return {
            "about": found.about[:300],
            "step": step if step and numbers.count(step) == 1 else None,
            "quotes": list(found.quotes),
            "reading": found.reading,
        }


class _Source:
    """What stands at a place of the document."""

    def __init__(self, document: Document):
        self.at: dict[Place, str] = {}
        for block in document.blocks:
            if isinstance(block, Paragraph):
                self.at[block.place] = block.text
            else:
                self.at |= {cell.place: _shown(cell) for row in block.rows for cell in row}

    def quotes(self, places: Iterable[Place], written: str = "") -> list[dict[str, str]]:
        """Place and text of each."""
        return [{"at": str(p), "text": self.text(p, written)} for p in dict.fromkeys(places)]

    def text(self, place: Place, written: str) -> str:
        """What stands there; of a line of text the part between its tabs or bars."""
        if place in self.at:
            return self.at[place]
        line = self.at.get(Place(place.part, line=place.line), "")
        parts = line.split("\t") if "\t" in line else line.strip().strip("|").split("|")
        return parts[place.column - 1].strip() if 0 < place.column <= len(parts) > 1 else written or line


def _shown(cell: Cell) -> str:
    return "\n".join(filter(None, [cell.text, *(f"[{MARK_NAMES.get(mark, mark)}]" for mark in cell.marks)]))


MARK_NAMES = {
    "decision": "belah ketupat",
    "terminator": "kapsul",
    "process": "kotak",
    "connector": "segi lima",
    "arrow": "panah",
    "picture": "gambar",
}


def unknown(data: dict[str, Any], known: Iterable[str], part: str) -> list[str]:
    """Names of positions ("position") or papers ("paper") in the data that are not known, each once."""
    taken = {fold(name) for name in known}
    found: dict[str, str] = {}
    for name in names(data, part):
        if fold(name) not in taken:
            found.setdefault(fold(name), name)
    return list(found.values())


def names(data: dict[str, Any], part: str) -> Iterable[str]:
    """Every position or paper that the steps name."""
    lists = ("performers",) if part == "position" else ("requires", "produces")
    for step in data["steps"]:
        for where in lists:
            for row in step[where]:
                if row[part]:
                    yield row[part]


def papers_made(data: dict[str, Any]) -> Iterable[str]:
    """Every paper that a step puts out."""
    return (row["paper"] for step in data["steps"] for row in step["produces"] if row["paper"])


def renamed(data: dict[str, Any], positions: dict[str, str], papers: dict[str, str]) -> dict[str, Any]:
    """The data with the names that were decided on; what then stands twice in a step stands once."""

    def rows(found: list[dict], part: str, decided: dict[str, str], same: tuple[str, ...]) -> list[dict]:
        kept: dict[tuple, dict] = {}
        for row in found:
            if row[part]:
                row = row | {part: decided.get(fold(row[part]), row[part])}
                kept.setdefault(tuple(fold(row[name]) for name in same), row)
        return list(kept.values())

    steps = [
        step
        | {
            "performers": rows(step["performers"], "position", positions, ("position", "part")),
            "requires": rows(step["requires"], "paper", papers, ("paper",)),
            "produces": rows(step["produces"], "paper", papers, ("paper",)),
        }
        for step in data["steps"]
    ]
    return data | {"steps": steps}


def alike(name: str, known: Iterable[str]) -> list[str]:
    """At most two known names that look like this one."""
    folded = {fold(other): other for other in known}
    return [folded[near] for near in difflib.get_close_matches(fold(name), folded, 2, 0.6)]


def _bare(number: str | None) -> str:
    return (number or "").strip(" .")
