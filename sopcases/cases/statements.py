"""Statements that responsible adults sign: who answers for which children, what is there and what is awaited,
one scan for all of an adult's children, and what is left to follow. The adults come one by one, over days."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import OuterRef, QuerySet

from sopcases.cases.filing import file_document
from sopcases.cases.models import Adult, Attempt, Child, Paper, Relation, Waiver
from sopcases.cases.progress import Progress, Spot
from sopcases.cases.uploads import Accepted
from sopcases.cases.walk import Leave, Walk
from sopcases.cases.wording import joined
from sopcases.refusal import Refused, demand
from sopcases.sops.flow import Item, PlanStep
from sopcases.sops.models import Output, PaperKind, PaperScope

NOBODY = "Tandai paling sedikit satu anak."


@dataclass(frozen=True)
class Charge:
    """A child, the statements that count for him, and the waiver where one is to follow (or never comes)."""

    child: Child
    papers: tuple[Paper, ...]
    drafts: tuple[Paper, ...]
    """Statements written here and not signed yet."""
    waiver: Waiver | None
    inside: bool
    """Still in the case."""

    @property
    def open(self) -> bool:
        """Nothing is signed, and nothing is said about when it will be."""
        return self.inside and not self.papers and self.waiver is None

    @property
    def follows(self) -> bool:
        return not self.papers and self.waiver is not None and self.waiver.until is not None

    @property
    def awaited(self) -> bool:
        return self.open or self.follows


@dataclass(frozen=True)
class Signer:
    """An adult, how he is related to each child, and his children in the case."""

    adult: Adult
    relations: tuple[Relation, ...]
    charges: tuple[Charge, ...]

    @property
    def kinds(self) -> list[str]:
        """ "Ibu", "Wali/pengasuh": each once."""
        return list(dict.fromkeys(r.get_kind_display() for r in self.relations))

    @property
    def awaited(self) -> list[Charge]:
        return [charge for charge in self.charges if charge.awaited]

    @property
    def open(self) -> bool:
        return any(charge.open for charge in self.charges)

    @property
    def papers(self) -> list[Paper]:
        """What he himself signed for them, the latest first."""
        own = {p.pk: p for c in self.charges for p in c.papers if p.adult_id == self.adult.pk}
        return [own[pk] for pk in sorted(own, reverse=True)]

    @property
    def drafts(self) -> list[Paper]:
        """What was written for him to sign."""
        return list({p.pk: p for c in self.charges for p in c.drafts if p.adult_id == self.adult.pk}.values())

    def signed(self, charge: Charge) -> bool:
        """He himself, not the child's other parent."""
        return any(p.adult_id == self.adult.pk for p in charge.papers)


@dataclass(frozen=True)
class Round:
    """An output signed by responsible adults, for all children it is asked of."""

    step: PlanStep
    item: Item
    kind: PaperKind
    charges: tuple[Charge, ...]
    signers: tuple[Signer, ...]
    alone: tuple[Charge, ...]
    """Children of whom no responsible adult is known."""

    @property
    def awaited(self) -> list[Charge]:
        return [charge for charge in self.charges if charge.awaited]

    def signer(self, adult_id: int) -> Signer | None:
        return next((s for s in self.signers if s.adult.pk == adult_id), None)


def outputs(progress: Progress, step: PlanStep) -> list[Item]:
    """What of a step responsible adults sign, once; an official letter is signed elsewhere."""
    if step.recurring:
        return []
    return [
        item
        for item in step.outputs
        if item.per_adult
        and item.source is None
        and item.applies(progress.case.route)
        and progress.kinds[item.kind].origin != PaperKind.Origin.LETTER
    ]


def outputs_waived() -> QuerySet[Output]:
    """The same of the step of the outer row, a waiver, for its kind of paper. Of a route that asks for no
    statement nothing was left to follow."""
    found = Output.objects.filter(step=OuterRef("attempt__step"), kind=OuterRef("kind"), carries=None)
    return found.filter(scope=PaperScope.ADULT, step__form="").exclude(kind__origin=PaperKind.Origin.LETTER)


def output(progress: Progress, step: PlanStep, wanted: str = "") -> Item:
    """The output meant by its id as typed in an address; nonsense is the first."""
    found = outputs(progress, step)
    return next((item for item in found if str(item.id) == wanted), found[0])


def read(progress: Progress, step: PlanStep, item: Item) -> Round:
    """Who has signed and who has not: two queries more than the case, however many children."""
    charges = {}
    waivers = {w.child_id: w for w in progress.waivers if w.kind_id == item.kind and standing(w)}
    drafts: dict[int | None, dict[int, Paper]] = defaultdict(dict)
    for filing in progress.filings:
        paper = filing.paper
        if paper.kind_id == item.kind and paper.drafted_here and paper.voided_at is None:
            drafts[filing.child_id][paper.pk] = paper
    for stay in progress.stays:
        spot = Spot(step.key, stay.child_id if step.per_child else None)
        attempt = progress.current(spot) or Attempt(
            case=progress.case, step_id=step.id, child_id=spot.child_id
        )
        papers = {f.paper_id: f.paper for f in progress.counting(item, attempt, stay.child_id)}
        waiver = waivers.get(stay.child_id) or waivers.get(None)
        if stay.left_on is None or papers or (waiver and waiver.until):
            charges[stay.child_id] = Charge(
                child=stay.child,
                papers=tuple(papers.values()),
                drafts=tuple(p for pk, p in drafts[stay.child_id].items() if pk not in papers),
                waiver=waiver,
                inside=stay.left_on is None,
            )
    told: dict[int, list[tuple[Relation, Charge]]] = {}
    for child, charge in charges.items():
        for relation in progress.shelf.adults[child]:
            told.setdefault(relation.adult_id, []).append((relation, charge))
    signers = [
        Signer(rows[0][0].adult, tuple(r for r, _ in rows), tuple(c for _, c in rows))
        for rows in told.values()
    ]
    return Round(
        step=step,
        item=item,
        kind=progress.kinds[item.kind],
        charges=tuple(charges.values()),
        signers=tuple(sorted(signers, key=lambda s: (s.adult.name.casefold(), s.adult.pk))),
        alone=tuple(c for child, c in charges.items() if not progress.shelf.adults[child]),
    )


def told(found: Round) -> str:
    """ "12 anak: 5 ada, 2 menyusul, 5 belum"; "" where there are no children."""
    charges = found.charges
    counts = (
        (sum(bool(c.papers) for c in charges), "ada"),
        (sum(c.follows for c in charges), "menyusul"),
        (sum(not c.papers and not c.awaited for c in charges), "tidak diterbitkan"),
        (sum(c.open for c in charges), "belum"),
    )
    said = ", ".join(f"{count} {label}" for count, label in counts if count)
    return f"{len(charges)} anak: {said}." if charges else ""


def standing(waiver: Waiver) -> bool:
    """Still to follow, or left out for good."""
    return waiver.settled_at is None or waiver.until is None


def sign(
    walk: Walk,
    step: PlanStep,
    item: Item,
    adult: Adult,
    children: Collection[int],
    accepted: Accepted,
    *,
    dated: date | None,
    description: str = "",
) -> Paper:
    """One scan that an adult signed, filed for these of his children. Raises Refused, also where one of them
    has a statement of his already."""
    _refuse(walk, step, item, adult, children)
    return file_document(
        walk,
        walk.kinds[item.kind],
        accepted,
        output=item.id,
        children=sorted(children),
        dated=dated,
        description=description,
        signed=True,
        adult=adult,
    )


def extend(
    walk: Walk, step: PlanStep, item: Item, adult: Adult, children: Collection[int], paper_id: int
) -> Paper:
    """A statement that lies in the case already holds for more of the adult's children."""
    _refuse(walk, step, item, adult, children)
    signer = read(walk, step, item).signer(adult.pk)
    paper = next((p for p in signer.papers if p.pk == paper_id), None) if signer else None
    if paper is None:
        raise Refused("Pernyataan ini tidak ada lagi dalam penanganan ini. Unggah pindaiannya.")
    walk.file(paper, output=item.id, children=sorted(children))
    return paper


def _refuse(walk: Walk, step: PlanStep, item: Item, adult: Adult, children: Collection[int]) -> None:
    demand(walk.refuse_touch())
    if not children:
        raise Refused(NOBODY)
    signer = read(walk, step, item).signer(adult.pk)
    twice = (
        [c.child.initials for c in signer.charges if c.child.pk in children and signer.signed(c)]
        if signer
        else []
    )
    if twice:
        raise Refused(
            f"Pernyataan orang ini untuk {joined(twice)} sudah ada. Hapus tandanya, lalu kirim lagi."
        )


def follow(
    walk: Walk, step: PlanStep, item: Item, children: Collection[int], reason: str, until: date | None
) -> list[Waiver]:
    """The statements for these children follow, until a day, in one act. Raises Refused, also where one of
    them is there or was left to follow already."""
    demand(walk.refuse_waive())
    if not children:
        raise Refused(NOBODY)
    if until is None:
        raise Refused("Isi tanggal paling lambat.")
    known = [c for c in read(walk, step, item).charges if c.child.pk in children and not c.open]
    if known:
        raise Refused(
            f"Pernyataan untuk {joined([c.child.initials for c in known])} sudah ada atau sudah dicatat "
            "menyusul. Hapus tandanya, lalu kirim lagi."
        )
    leaves = [Leave(item.kind, reason, until, child) for child in sorted(set(children))]
    return walk.waive_all(step.key, leaves)
