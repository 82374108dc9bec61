"""What was read out of a document: every value with its place and whether it is sure. Pure."""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sopcases.sops.reading.document import Place


@dataclass(frozen=True)
class Vocabulary:
    """An agency's words: each name or alias with the name it stands for. May be empty."""

    positions: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Value:
    """A value as read; dates are ISO texts, None is what the sheet leaves empty or nobody can read.

    `sure` is false where the reader doubts or guesses; `written` is the cell's own text where the value
    is not just that.
    """

    value: Any = None
    source: tuple[Place, ...] = ()
    sure: bool = True
    written: str = ""

    def __bool__(self) -> bool:
        return self.value not in (None, "")

    def as_json(self) -> dict[str, Any]:
        """The value, its place in words, and whether it is sure."""
        source = "; ".join(dict.fromkeys(map(str, self.source)))
        told = {"value": self.value, "source": source or None, "sure": self.sure}
        return told | ({"written": self.written} if self.written else {})


NOTHING = Value()


@dataclass(frozen=True)
class Ratifier:
    """Who signed the sheet."""

    name: Value = NOTHING
    nip: Value = NOTHING


@dataclass(frozen=True)
class Performer:
    """A position in a step. Part and symbol are words of FORMAT.md; `known` if the agency has it."""

    position: Value
    part: Value
    symbol: Value = NOTHING
    known: bool = False


@dataclass(frozen=True)
class Item:
    """A paper in a step; `text` are the sheet's words, `paper` the kind they mean."""

    paper: Value
    text: Value
    stage: Value = NOTHING
    optional: Value = NOTHING
    known: bool = False


@dataclass(frozen=True)
class Step:
    """A row of the table, or a number of the list; None wherever the sheet says nothing."""

    number: Value
    activity: Value
    performers: tuple[Performer, ...] = ()
    requires_text: Value = NOTHING
    requires: tuple[Item, ...] = ()
    time: Value = NOTHING
    produces_text: Value = NOTHING
    produces: tuple[Item, ...] = ()
    remark: Value = NOTHING
    narrative_time: Value = NOTHING
    after: Value = NOTHING
    recurrence: Value = NOTHING
    """{"months": number} where the sheet names an interval of whole months."""
    condition: Value = NOTHING
    scope: Value = NOTHING
    returns_to: Value = NOTHING


@dataclass(frozen=True)
class Told:
    """A step as the narrative part tells it."""

    number: Value
    text: Value
    time: Value = NOTHING


@dataclass(frozen=True)
class Finding:
    """A contradiction or gap: its class, what it is about, the places quoted, how it is read till decided."""

    kind: str
    about: str
    quotes: tuple[str, ...]
    reading: str
    step: str | None = None
    """Number of the step as written; None for the sheet as a whole."""
    places: tuple[Place, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As the notes of FORMAT.md, with the class and the places in words."""
        return {
            "kind": self.kind,
            "about": self.about,
            "step": self.step,
            "quotes": list(self.quotes),
            "reading": self.reading,
            "places": [str(place) for place in self.places],
        }


@dataclass(frozen=True)
class Reading:
    """A whole SOP as read."""

    slug: Value = NOTHING
    name: Value = NOTHING
    number: Value = NOTHING
    created_on: Value = NOTHING
    revised_on: Value = NOTHING
    ratified_on: Value = NOTHING
    effective_on: Value = NOTHING
    ratified_by: Ratifier = Ratifier()
    term: Value = NOTHING
    target: Value = NOTHING
    cost: Value = NOTHING
    legal_basis: tuple[Value, ...] = ()
    sheet: Mapping[str, Value | tuple[Value, ...]] = field(default_factory=dict)
    """The header's cells verbatim under the keys of FORMAT.md's `sheet`; a list where the cell is one."""
    columns: tuple[Value, ...] = ()
    """The labels of the performers' columns."""
    steps: tuple[Step, ...] = ()
    narrative: tuple[Told, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def proposed_positions(self) -> tuple[Value, ...]:
        """Performers that the agency does not know, each once."""
        return _once(p.position for step in self.steps for p in step.performers if not p.known)

    @property
    def proposed_kinds(self) -> tuple[Value, ...]:
        """Papers that the agency does not know, each once."""
        return _once(i.paper for step in self.steps for i in step.requires + step.produces if not i.known)

    def as_json(self) -> dict[str, Any]:
        """What `import_sop --json` prints."""
        told = {one.name: _json(getattr(self, one.name)) for one in dataclasses.fields(self)}
        return told | {
            "proposed_positions": _json(self.proposed_positions),
            "proposed_kinds": _json(self.proposed_kinds),
        }


def _once(values: Iterable[Value]) -> tuple[Value, ...]:
    first: dict[str, Value] = {}
    for value in filter(None, values):
        first.setdefault(" ".join(value.value.split()).casefold(), value)
    return tuple(first.values())


def _json(thing: Any) -> Any:
    if hasattr(thing, "as_json") and not isinstance(thing, Reading):
        return thing.as_json()
    if dataclasses.is_dataclass(thing):
        return {one.name: _json(getattr(thing, one.name)) for one in dataclasses.fields(thing)}
    if isinstance(thing, Mapping):
        return {key: _json(value) for key, value in thing.items()}
    if isinstance(thing, tuple | list):
        return [_json(value) for value in thing]
    return thing
