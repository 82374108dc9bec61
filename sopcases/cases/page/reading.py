"""A case as its pages read it: the names and rows their sentences need, and the bar above each page."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models import Q
from django.utils import timezone

from sopcases.cases import custody, hands, wording
from sopcases.cases.addresses import case_url
from sopcases.cases.mandates import Mandates
from sopcases.cases.models import (
    Attempt,
    Carrying,
    CaseChild,
    Child,
    Custody,
    InkHand,
    Paper,
    Relation,
    Whereabouts,
)
from sopcases.cases.page.chips import CASE_TONES, Chip
from sopcases.cases.progress import Progress
from sopcases.people.models import User

FEW = 3
"""Children named one by one; more of them are counted or sorted by state."""


@dataclass(frozen=True)
class Identity:
    """The bar above every page of a case (parts/identity.html)."""

    number: str
    noun: str
    name: str
    initials: str
    about: str
    where: str
    due: str
    chip: Chip
    url: str


class _Names(dict):
    """Names of the agency's users; one who has since left it is asked for by himself."""

    def __missing__(self, pk: int) -> str:
        self[pk] = str(User.objects.get(pk=pk))
        return self[pk]


class Reading:
    """A progress with what the sentences of its pages need beside it, each read once."""

    def __init__(self, progress: Progress):
        self.progress = progress
        self.case = progress.case
        self.plan = progress.plan
        self.at: datetime = progress.by.at

    # --- people and positions

    @cached_property
    def positions(self) -> dict[int, str]:
        return {pk: position.name for pk, position in self.progress.by.positions.items()}

    @cached_property
    def users(self) -> dict[int, str]:
        known = User.objects.filter(agency_id=self.case.agency_id).only("name", "username")
        return _Names({u.pk: str(u) for u in known})

    @cached_property
    def actors(self) -> dict[int, list[int]]:
        """Attempt → who did it."""
        found = defaultdict(list)
        rows = Attempt.acted_by.through.objects.filter(attempt__case=self.case).order_by("id")
        for attempt, user in rows.values_list("attempt_id", "user_id"):
            found[attempt].append(user)
        return found

    @cached_property
    def assignment_reasons(self) -> dict[tuple[int, datetime], str]:
        """Position and moment → why an officer was set or changed."""
        rows = self.case.officers.exclude(reason="").values_list("position", "since", "reason")
        return {(position, since): reason for position, since, reason in rows}

    # --- the children

    @cached_property
    def children(self) -> dict[int, Child]:
        return {s.child_id: s.child for s in self.progress.stays}

    @cached_property
    def places(self) -> dict[int, Whereabouts]:
        """Child → where it is now, as far as the officer may know."""
        rows = Whereabouts.objects.visible_to(self.progress.by).filter(child__in=self.children)
        return {row.child_id: row for row in rows.order_by("since", "id")}

    @cached_property
    def outcome_names(self) -> dict[int, str]:
        return dict(self.progress.agency.outcomes.values_list("id", "name"))

    @cached_property
    def removed_relations(self) -> dict[int, str]:
        """Relations of the children that were told in error, and why they are one."""
        mine = Q(child__in=self.children) | Q(other__in=self.children)
        rows = Relation.every.filter(mine, removed_at__isnull=False)
        return dict(rows.values_list("id", "removed_reason"))

    # --- papers and revisions

    @cached_property
    def papers(self) -> list[Paper]:
        """The papers of the case, each once, the latest first."""
        found = {f.paper_id: f.paper for f in self.progress.filings}
        return [found[pk] for pk in sorted(found, reverse=True)]

    @cached_property
    def hands(self) -> dict[int, list[InkHand]]:
        """Letter written elsewhere → whose hands it bears."""
        scans = [p.pk for p in self.papers if p.signed_by_id and not p.drafted_here]
        return hands.of_papers(scans) if scans else {}

    @cached_property
    def custody(self) -> dict[int, Custody]:
        """Original → who keeps it, where it was ever handed over."""
        originals = [paper.pk for paper in self.papers if paper.original]
        return custody.latest(originals) if originals else {}

    @cached_property
    def mandates(self) -> Mandates:
        return Mandates(self.progress)

    @cached_property
    def carryings(self) -> list[Carrying]:
        """How the case came to another revision, the first first; one that follows the first never did."""
        if self.case.revision.no == 1:
            return []
        return list(self.case.carryings.select_related("old__sop", "new"))

    # --- what it is called

    def called(self, child_id: int | None) -> str:
        """A child's name for those entitled, "" for the case as a whole."""
        return self.children[child_id].called if child_id in self.children else ""

    def about(self, child: Child) -> str:
        """ "Perempuan, sekitar 3 bulan"."""
        age = wording.age(child.birth_from, child.birth_until, timezone.localdate(self.at))
        return ", ".join(filter(None, [child.get_sex_display() if child.sex else "", age]))

    def where(self, children: list[int]) -> str:
        """Where children are: one place and since when, or how many places."""
        places = {self.places[c].place: self.places[c] for c in children if c in self.places}
        if len(places) == 1:
            found = next(iter(places.values()))
            return f"{found.place}, sejak {wording.moment(found.since)}"
        return f"{len(places)} tempat" if places else ""

    def ended(self, stay: CaseChild) -> str:
        """How it ended for a child, and when; "" while it did not."""
        if stay.left_on is None:
            return ""
        return f"{self.outcome_names[stay.outcome_id]}, {wording.day(stay.left_on)}"

    @cached_property
    def identity(self) -> Identity:
        case, stays = self.case, self.progress.stays
        inside = [s for s in stays if s.left_on is None] or stays
        one = inside[0].child if len(inside) == 1 else None
        label = case.get_state_display()
        if case.reopened and case.running:
            label += " (dibuka kembali)"
        tone = "late" if case.running and self.progress.term_over else CASE_TONES[case.state]
        route = next((r["name"] for r in case.revision.routes if r["key"] == case.route), "")
        return Identity(
            number=case.number,
            noun=case.sop.noun,
            name=one.called if one else f"{len(inside)} anak" if inside else "Belum ada anak terdata",
            initials=one.initials if one else "",
            about=", ".join(filter(None, [self.about(one) if one else "", route])),
            where=self.where([s.child_id for s in inside]),
            due=wording.moment(case.term_due_at) if case.running and case.term_due_at else "",
            chip=Chip(label, tone),
            url=case_url(case),
        )
