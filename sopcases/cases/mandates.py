"""Whether an act was ordered: done in the days of a letter of assignment on file, by people it names.

Only a kind of paper that a verbal order may stand for is such a letter. An act was done where its letter
says, unless the officer told another place. A letter filed from paper whose days nobody typed in covers
everything.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sopcases.cases import wording
from sopcases.cases.models import Attempt, Mandate, Paper
from sopcases.cases.progress import Progress
from sopcases.people import authority
from sopcases.people.models import User
from sopcases.sops.models import Stage


@dataclass(frozen=True)
class Order:
    """What a letter of assignment says."""

    starts: date
    ends: date
    place: str
    officers: frozenset[int]


def write(paper: Paper, starts: date, ends: date, place: str, officers: Iterable[int]) -> Mandate:
    """What the letter orders, when its text is frozen; written again, the last text counts."""
    row, _ = Mandate.objects.update_or_create(
        paper=paper, defaults={"starts": starts, "ends": ends, "place": place}
    )
    row.officers.set(User.objects.filter(pk__in=officers))
    return row


def of_papers(papers: Iterable[int]) -> dict[int, Order]:
    """Paper → what it orders. One query."""
    through = Mandate.officers.through.objects.filter(mandate__paper__in=papers)
    rows = through.values_list(
        *(f"mandate__{name}" for name in ("paper", "starts", "ends", "place")), "user_id"
    )
    facts: dict[int, tuple] = {}
    named: dict[int, set[int]] = {}
    for paper, *told, user in rows:
        facts[paper] = tuple(told)
        named.setdefault(paper, set()).add(user)
    return {paper: Order(*told, frozenset(named[paper])) for paper, told in facts.items()}


class Mandates:
    """The letters of assignment of one case, read when the first act is held against them."""

    def __init__(self, progress: Progress):
        self.progress = progress
        self._orders: dict[int, Order] | None = None

    def outside(self, attempt: Attempt) -> list[str]:
        """How an act lies outside every letter its step wants, as sentences.

        None where it is covered, where a verbal order stands for the letter, and where no letter is there yet
        (that is said elsewhere).
        """
        if attempt.acted_at is None or attempt.verbal_order_by:
            return []
        found: list[str] = []
        for name, papers in self._wanted(attempt):
            found += self._outside(name, papers, attempt)
        return list(dict.fromkeys(found))

    def places(self, attempt: Attempt) -> list[str]:
        """Where the letters on file send those who do the step: their places, each once."""
        orders = [order for _, papers in self._wanted(attempt) for order in self._read(papers)]
        return list(dict.fromkeys(order.place for order in orders if order.place))

    def _wanted(self, attempt: Attempt) -> list[tuple[str, set[int]]]:
        """The letters that the step wants and that are on file: the name of the kind, and its papers."""
        found = []
        for item in self.progress.step_of(attempt).requirements:
            kind = self.progress.kinds[item.kind]
            # Who only initials or signs the letter is not sent by it.
            if kind.verbal and item.stage == Stage.SIGNED and item.applies(self.progress.case.route):
                found.append((kind.name, {p.pk for p in self.progress.meeting(item, attempt)}))
        return [(name, papers) for name, papers in found if papers]

    def _outside(self, name: str, papers: set[int], attempt: Attempt) -> list[str]:
        orders = self._read(papers)
        if len(orders) < len(papers):
            return []
        day = authority.local_day(self.progress.agency, attempt.acted_at)
        covering = [order for order in orders if order.starts <= day <= order.ends]
        if not covering:
            spans = wording.joined([_span(order) for order in orders])
            return [f"Di luar masa {name}: dilaksanakan {wording.day(day)}, surat berlaku {spans}."]
        named = frozenset().union(*(order.officers for order in covering))
        others = [str(u) for u in self.progress.shelf.done_by(attempt) if u.pk not in named]
        found = [f"Tidak tercantum dalam {name}: {wording.joined(others)}."] if others else []
        places = list(dict.fromkeys(order.place for order in covering))
        told = attempt.elsewhere
        if told and all(places) and told.casefold() not in {place.casefold() for place in places}:
            said = wording.joined(places)
            found.append(f"Di luar tempat {name}: dilaksanakan di {told}, surat menyebut {said}.")
        return found

    def _read(self, papers: set[int]) -> list[Order]:
        if self._orders is None:
            self._orders = of_papers({f.paper_id for f in self.progress.filings})
        return [self._orders[pk] for pk in sorted(papers) if pk in self._orders]


def _span(order: Order) -> str:
    if order.starts == order.ends:
        return wording.day(order.starts)
    return f"{wording.day(order.starts)} s.d. {wording.day(order.ends)}"
