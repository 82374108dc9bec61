"""What differs between two revisions, step by step and word by word; pure.

A `Text` is a revision as labelled lines (see `comparing.text_of`). Steps are found again by their words
first, then by their key, then by likeness: a key alone may only be a number that moved on.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

LIKE, HARDLY = 0.6, 0.4
"""How alike two activities are from 0 to 1: surely the same step, and with the same key still the same."""

AROUND = 15
"""Words shown before and after a change in a long text."""

GONE, NEW, CHANGED, SAME = "gone", "new", "changed", "same"


@dataclass(frozen=True)
class StepText:
    """A step in words. `facts` are its labelled texts, the activity among them."""

    key: str
    number: str
    activity: str
    facts: Mapping[str, str]


@dataclass(frozen=True)
class Text:
    """A revision in words."""

    header: Mapping[str, str]
    steps: tuple[StepText, ...]


@dataclass(frozen=True)
class Piece:
    """Words that stayed (""), are gone, or are new."""

    words: str
    how: str = ""


@dataclass(frozen=True)
class Change:
    """A labelled text that says something else."""

    label: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class StepChange:
    """A step of either revision: gone, new, changed or the same; `moved` when others passed it."""

    how: str
    before: StepText | None
    after: StepText | None
    changes: tuple[Change, ...] = ()
    moved: bool = False

    @property
    def shown(self) -> StepText:
        return self.after or self.before


@dataclass(frozen=True)
class Differences:
    header: tuple[Change, ...]
    steps: tuple[StepChange, ...]

    def of(self, how: str) -> list[StepChange]:
        return [step for step in self.steps if step.how == how]

    @property
    def none(self) -> bool:
        return not self.header and all(s.how == SAME and not s.moved for s in self.steps)


def compare(old: Text, new: Text) -> Differences:
    """All that differs, in the new order; a step that is gone stands behind the one it followed."""
    pairs = matched(old.steps, new.steps)
    back = {after: before for before, after in pairs.items()}
    olds, news = {s.key: s for s in old.steps}, {s.key: s for s in new.steps}
    moved = _moved(
        [s.key for s in old.steps if s.key in pairs], [back[s.key] for s in new.steps if s.key in back]
    )
    found = []
    for step in new.steps:
        if step.key not in back:
            found.append(StepChange(NEW, None, step))
            continue
        before = olds[back[step.key]]
        told = changes(before.facts, step.facts)
        found.append(StepChange(CHANGED if told else SAME, before, step, told, before.key in moved))
    for place, step in enumerate(old.steps):
        if step.key not in pairs:
            earlier = [pairs[s.key] for s in old.steps[:place] if s.key in pairs]
            last = next((i for i, c in enumerate(found) if earlier and c.after is news[earlier[-1]]), -1)
            while last + 1 < len(found) and found[last + 1].how == GONE:
                last += 1
            found.insert(last + 1, StepChange(GONE, step, None))
    return Differences(changes(old.header, new.header), tuple(found))


def matched(old: Iterable[StepText], new: Iterable[StepText]) -> dict[str, str]:
    """Old key → new key of the steps that are the same, each at most once; the likest first."""
    old, new = list(old), list(new)
    scores = []
    for i, before in enumerate(old):
        words = _words(before.activity)
        for j, after in enumerate(new):
            like = SequenceMatcher(None, words, _words(after.activity), autojunk=False).ratio()
            same_key = before.key == after.key
            if like == 1:
                score = 3.0 + same_key
            elif like >= (HARDLY if same_key else LIKE):
                score = 1.0 + same_key + like
            elif same_key:
                score = 0.5  # wholly reworded: only if neither is found elsewhere
            else:
                continue
            scores.append((-score, abs(i - j), i, j))
    pairs: dict[str, str] = {}
    for _, _, i, j in sorted(scores):
        if old[i].key not in pairs and new[j].key not in pairs.values():
            pairs[old[i].key] = new[j].key
    return pairs


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Change, ...]:
    """The labelled texts that differ in a word, in the order of the labels; blanks and line ends are none."""
    labels = dict.fromkeys([*after, *before])
    told = ((label, before.get(label, ""), after.get(label, "")) for label in labels)
    return tuple(
        Change(label, shortened(pieces(was, now))) for label, was, now in told if was.split() != now.split()
    )


def shortened(found: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """The pieces with no more of a long text that stayed than leads to what changed."""
    short = []
    for place, piece in enumerate(found):
        words = piece.words.split(" ")
        if not piece.how and len(words) > 3 * AROUND:
            head = words[:AROUND] if place else []
            tail = words[-AROUND:] if place + 1 < len(found) else []
            piece = Piece(" ".join([*head, "[…]", *tail]))
        short.append(piece)
    return tuple(short)


def pieces(before: str, after: str) -> tuple[Piece, ...]:
    """Two texts as one: the words that stayed, those that are gone, those that are new. Lines end as now."""
    was, now = (re.findall(r"\n|\S+", text) for text in (before, after))
    found = []
    for tag, a, b, c, d in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        gone, new = was[a:b], now[c:d]
        if tag == "equal" or not set(gone + new) - {"\n"}:
            found.append(Piece(_joined(new)))
        else:
            found += [Piece(_joined(part), how) for part, how in ((gone, GONE), (new, NEW)) if part]
    return tuple(piece for piece in found if piece.words)


def _joined(words: list[str]) -> str:
    return "".join(word if word == "\n" else f"{word} " for word in words)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _moved(before: list[str], after: list[str]) -> set[str]:
    """Keys that others passed: all but those of the longest part that kept its order."""
    best: dict[str, list[str]] = {}
    for place, key in enumerate(after):
        chains = [best[k] for k in after[:place] if before.index(k) < before.index(key)]
        best[key] = [*max(chains, key=len, default=[]), key]
    kept = max(best.values(), key=len, default=[])
    return set(after) - set(kept)
