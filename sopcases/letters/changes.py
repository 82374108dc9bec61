"""What was changed in the text of a letter, field by field and in words: pure, without a clock."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from sopcases.letters.layouts import Layout
from sopcases.letters.words import day_text

ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")
LABELS = {"purpose": "Perihal", "children": "Anak", "others": "Kiriman lain"}
"""What is in a content, but no field of its form by that name."""
ELSE = "Bagian lain naskah"
UNSEEN = {"subject", "nip_label", "nik"}
"""What no reader sees: how the content is kept, and what is sealed in it."""
NIK = "NIK"


@dataclass(frozen=True)
class Change:
    """A field that says something else: the lines that are gone, and those that came."""

    label: str
    before: tuple[str, ...]
    after: tuple[str, ...]


def changes(layout: Layout, before: dict, after: dict) -> tuple[Change, ...]:
    """What differs between two contents of a layout, in the order of its form; what only moved counts too.

    A change that two fields tell alike (a list, and the part of it that was typed) is told once.
    """
    fields = layout.form.base_fields
    found: list[Change] = []
    for name in dict.fromkeys([*fields, *after, *before]):
        old, new = before.get(name), after.get(name)
        if old == new or name in UNSEEN:
            continue
        choices = _choices(fields.get(name))
        was, now = _lines(old, choices), _lines(new, choices)
        gone = tuple(line for line in was if line not in now)
        came = tuple(line for line in now if line not in was)
        if not gone and not came:
            gone, came = was, now
        told = any((gone, came) == (c.before, c.after) for c in found)
        if gone != came and not told:
            label = fields[name].label if name in fields else LABELS.get(name, ELSE)
            found.append(Change(str(label), gone, came))
    return tuple(found)


def _choices(field) -> dict[str, str]:
    """The words of a field's own choices; those of the case stand in the content as text already."""
    return {str(key): str(label) for key, label in getattr(field, "choices", ())}


def _lines(value: Any, choices: dict[str, str]) -> tuple[str, ...]:
    """A value of a content as its readers know it, one line for each entry."""
    if isinstance(value, bool):
        return ("Ya" if value else "Tidak",)
    if isinstance(value, list):
        return tuple(line for entry in value for line in _entry(entry, choices))
    return tuple(_entry(value, choices))


def _entry(value: Any, choices: dict[str, str]) -> list[str]:
    if value is None or value == "":
        return []
    if isinstance(value, dict):
        parts = [_part(name, part) for name, part in value.items()]
        return [", ".join(filter(None, parts))]
    if not isinstance(value, str):
        return [str(value)]
    if value in choices:
        return [choices[value]]
    if ISO_DAY.fullmatch(value):
        return [day_text(date.fromisoformat(value))]
    return [line for line in value.splitlines() if line.strip()]


def _part(name: str, value: Any) -> str:
    """A part of a row (an officer, a paper, a child): its words; ids are nobody's."""
    if name in UNSEEN or isinstance(value, int):
        return ""
    if isinstance(value, list):
        return ", ".join(": ".join(map(str, pair)) for pair in value if pair[0] != NIK)
    return str(value or "")
