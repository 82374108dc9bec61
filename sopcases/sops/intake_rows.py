"""Which steps and rows the page of confirming has, and in which order: read ones and added ones. Pure.

A step or row is known by its place in what was read; added ones are counted on from there. So the trace of
the others stays where it is, whatever is added, moved or left out.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sopcases.sops.reading.proposal import TEXTS

LISTS = {"performers": "position", "requires": "paper", "produces": "paper"}
"""The lists of a step, and what names a row of each."""

PERFORMER = {"position": "", "part": "performs", "symbol": ""}
PAPER = {"paper": "", "text": "", "stage": "signed", "optional": False}
BLANKS = {"performers": PERFORMER, "requires": PAPER, "produces": PAPER}
BLANK_STEP = {**dict.fromkeys(TEXTS), **{where: [] for where in LISTS}}
SHOWN = {
    "performers": ("position", "part", "symbol"),
    **dict.fromkeys(("requires", "produces"), ("paper", "stage", "optional")),
}
"""What of a row is asked for."""

MOST_STEPS, MOST_ROWS = 100, 40
"""Steps added to a file at most, and rows of one list."""

_PATH = re.compile(
    r"steps/(\d{1,3})/(?:activity|(performers|requires|produces)/(\d{1,2})/(?:position|paper))"
)


@dataclass(frozen=True)
class Rows:
    """The steps in their order, and how many rows each list of theirs has."""

    order: tuple[int, ...]
    counts: Mapping[tuple[int, str], int]

    def count(self, step: int, where: str) -> int:
        """A step that nobody performs is asked for one performer."""
        return max(self.counts.get((step, where), 0), where == "performers")


def rows_of(data: dict[str, Any], paths: Iterable[str], order: str = "") -> Rows:
    """The rows of what was read and of the `paths` of fields sent; `order` is a list of steps ("0,2,1")."""
    steps = data["steps"]
    counts = {(n, where): len(step[where]) for n, step in enumerate(steps) for where in LISTS}
    known = set(range(len(steps)))
    for found in filter(None, map(_PATH.fullmatch, paths)):
        step = int(found[1])
        if step >= len(steps) + MOST_STEPS:
            continue
        known.add(step)
        if where := found[2]:
            row = min(int(found[3]) + 1, MOST_ROWS)
            counts[step, where] = max(counts.get((step, where), 0), row)
    wished = [int(n) for n in order.split(",") if n.isdecimal() and len(n) < 4]
    wished = [n for n in dict.fromkeys(wished) if n in known]
    return Rows((*wished, *sorted(known - set(wished))), counts)


def changed(sent: Mapping[str, str], data: dict[str, Any], change: str) -> tuple[Any, str]:
    """What was sent with one step or row more, or a step moved; and the field or step to go on at.

    `change` is the act and the step: "up:3", "down:3", "step:3" (one behind it), "performers:3".
    """
    sent, rows = sent.copy(), rows_of(data, sent, sent.get("order", ""))
    act, _, told = change.partition(":")
    step = int(told) if told.isdecimal() and len(told) < 4 else -1
    if step not in rows.order:
        return sent, ""
    order = list(rows.order)
    at, focus = order.index(step), ""
    if act in ("up", "down"):
        to = min(max(at + (1 if act == "down" else -1), 0), len(order) - 1)
        order.insert(to, order.pop(at))
        focus = f"steps/{step}"
    elif act == "step" and len(order) < len(data["steps"]) + MOST_STEPS:
        new = max(len(data["steps"]), *(n + 1 for n in order))
        order.insert(at + 1, new)
        sent[f"steps/{new}/activity"] = ""
        sent[f"steps/{new}/performers/0/part"] = PERFORMER["part"]
        focus = f"steps/{new}/number"
    elif act in LISTS and (row := rows.count(step, act)) < MOST_ROWS:
        focus = f"steps/{step}/{act}/{row}/{LISTS[act]}"
        sent[focus] = ""
        for name in ("part", "stage"):
            if name in BLANKS[act]:
                sent[f"steps/{step}/{act}/{row}/{name}"] = BLANKS[act][name]
    sent["order"] = ",".join(map(str, order))
    return sent, focus
