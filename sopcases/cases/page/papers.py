"""The papers of a case: the dossier, what a step asks for and puts out, and what is still missing."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from sopcases.cases import custody, statements, wording
from sopcases.cases.addresses import (
    case_url,
    draft_url,
    paper_url,
    statements_url,
    step_url,
    upload_url,
    waive_url,
)
from sopcases.cases.models import Attempt, InkHand, Paper, Waiver
from sopcases.cases.page.chips import Chip, paper_chip
from sopcases.cases.page.reading import FEW, Reading
from sopcases.cases.page.steps import open_attempts
from sopcases.cases.progress import Missing, Spot
from sopcases.sops.flow import Item, PlanStep, number_of
from sopcases.sops.models import PaperKind, Stage

FOLDED = 12
"""Papers of one kind that are shown singly; more of them lie in a folder."""


STAGE_ASKED = {
    Stage.DRAFT: "sudah diajukan",
    Stage.READY: "naskah jadi",
    Stage.DECIDED: "sudah diputuskan",
    Stage.SIGNED: "sudah ditandatangani",
}


@dataclass(frozen=True)
class PaperRow:
    """A paper of the dossier (parts/file_list.html)."""

    kind: str
    number: str
    dated: str
    issuer: str
    note: str
    chip: Chip
    url: str
    void_url: str = ""
    hand_url: str = ""

    @property
    def line(self) -> str:
        """All but its kind, for a row among many of that kind."""
        number = f"Nomor {self.number}" if self.number else ""
        return " · ".join(filter(None, [number, self.dated, self.issuer, self.note])) or self.kind


@dataclass(frozen=True)
class Folder:
    """Many papers of one kind, kept together."""

    kind: str
    papers: tuple[PaperRow, ...]


@dataclass(frozen=True)
class PaperLine:
    """A paper that a step asks for or puts out, and what can be done about it."""

    name: str
    asked: str
    chip: Chip
    text: str
    papers: tuple[PaperRow, ...]
    item: Item
    kind: PaperKind
    child_id: int | None
    output: bool
    lacking: bool
    draft_url: str = ""
    upload_url: str = ""
    waive_url: str = ""
    signers: tuple[tuple[str, str], ...] = ()
    """Adults who sign it for the child: the name of each, and the address of his statement."""


@dataclass(frozen=True)
class Gap:
    """Something incomplete: missing, or left to follow."""

    what: str
    where: str
    chip: Chip
    text: str
    url: str


def paper_row(reading: Reading, paper: Paper) -> PaperRow:
    """A paper with all that is known of it, and what the officer may do with it."""
    kind = reading.progress.kinds[paper.kind_id]
    for_whom = sorted(
        {
            reading.called(f.child_id)
            for f in reading.progress.filings
            if f.paper_id == paper.pk and f.child_id
        }
    )
    kept = {True: "asli", False: "fotokopi"}.get(paper.original, "")
    if paper.pk in reading.custody:
        kept = custody.told(paper, reading.custody[paper.pk])
    agenda = f"nomor agenda {paper.agenda}" if paper.agenda else ""
    came = f"diterima {wording.day(paper.received_on)}" if paper.received_on else ""
    signed = f"ditandatangani {paper.adult.name}" if paper.adult else ""
    facts = [
        agenda,
        came,
        kept,
        signed,
        *map(_hand, reading.hands.get(paper.pk, ())),
        paper.mime.rsplit("/", 1)[-1].upper(),
        paper.description,
        *for_whom,
    ]
    if _awaits_scan(paper):
        facts.append("pindaian menyusul")
    if paper.voided_at:
        facts.append(f"dibatalkan: {paper.void_reason}")
    can_void = reading.progress.refuse_void(paper) is None
    return PaperRow(
        kind=kind.name,
        number=paper.number,
        dated=wording.day(paper.dated) if paper.dated else "",
        issuer=paper.issuer,
        note=" · ".join(filter(None, facts)),
        chip=paper_chip(paper, kind),
        url=paper_url(paper) if paper.file or paper.drafted_here else "",
        void_url=case_url(reading.case, "void", paper=paper.pk) if can_void else "",
        hand_url=case_url(reading.case, "keeper", paper=paper.pk)
        if custody.refuse_hand_over(reading.progress, paper) is None
        else "",
    )


def _hand(hand: InkHand) -> str:
    what = "ditandatangani" if hand.signs else "diparaf"
    why = f" (merangkap: {hand.reason})" if hand.reason else ""
    return f"{what} {hand.user}, {hand.title}{why}"


def sorted_papers(rows: list[PaperRow]) -> tuple[tuple[PaperRow, ...], tuple[Folder, ...]]:
    """Single papers, and folders of those that are many of a kind, in the order given."""
    kinds: dict[str, list[PaperRow]] = defaultdict(list)
    for row in rows:
        kinds[row.kind].append(row)
    folders = tuple(Folder(kind, tuple(own)) for kind, own in kinds.items() if len(own) > FOLDED)
    return tuple(row for row in rows if len(kinds[row.kind]) <= FOLDED), folders


def _awaits_scan(paper: Paper) -> bool:
    """An incoming letter that was registered before its scan."""
    return bool(paper.received_on and not paper.file and paper.voided_at is None)


def paper_lines(
    reading: Reading, step: PlanStep, spot: Spot, attempt: Attempt, child_id: int | None = None
) -> list[PaperLine]:
    """All that a step asks for and puts out, with its state; or only what it asks of one child."""
    lacking = {(m.item.id, m.output, m.child_id) for m in reading.progress.missing(attempt)}
    found = []
    for items, output in ((step.requirements, False), (step.outputs, True)):
        for item in items:
            if item.applies(reading.case.route):
                one = attempt.child_id or child_id
                targets = [one] if one else sorted(reading.progress.active_children)
                whole = [] if child_id else [None]
                for child in targets if item.per_child else whole:
                    found.append(
                        _line(reading, step, spot, item, child, output, (item.id, output, child) in lacking)
                    )
    return found


def _line(
    reading: Reading, step: PlanStep, spot: Spot, item: Item, child: int | None, output: bool, lacking: bool
) -> PaperLine:
    kind = reading.progress.kinds[item.kind]
    wanted = reading.plan.chain.get(item.id if output else item.source, ())
    papers = {
        f.paper_id: f.paper
        for f in reading.progress.filings
        if f.paper.kind_id == item.kind
        and f.paper.voided_at is None
        and (child is None or f.child_id == child)
        and (kind.from_outside or not wanted or f.output_id in wanted)
    }
    waiver = _waiver(reading, item, child, output)
    text = ""
    if lacking:
        chip = Chip("Belum lengkap", "late" if papers else "waiting")
        text = f"Diminta: {STAGE_ASKED[item.stage]}." if papers else ""
    elif papers:
        chip = Chip("Ada", "done")
    elif waiver:
        chip = Chip(
            "Menyusul" if waiver.until else "Tidak diterbitkan", "waiting" if waiver.until else "neutral"
        )
        text = _waived(reading, waiver)
    elif item.optional:
        chip = Chip("Tidak wajib", "neutral")
    else:
        chip = Chip("Perintah lisan", "neutral")
        text = "Tindakan ini mendahului suratnya, atas perintah lisan."
    about = {"keluaran": reading.plan.beginning(item, output), "anak": child}
    waivable = lacking and reading.progress.refuse_waive() is None and not step.approving_only
    return PaperLine(
        name=kind.name,
        asked=reading.called(child),
        chip=chip,
        text=text,
        papers=tuple(paper_row(reading, p) for p in papers.values()),
        item=item,
        kind=kind,
        child_id=child,
        output=output,
        lacking=lacking,
        draft_url=draft_url(reading.case, kind, **about) if lacking and not papers else "",
        # The scan of a letter drafted here is uploaded on the letter's own page.
        upload_url=upload_url(reading.case, kind.pk, **about)
        if lacking and not any(p.drafted_here for p in papers.values())
        else "",
        waive_url=waive_url(reading.case, spot, kind.pk, child) if waivable else "",
        signers=tuple(_signers(reading, step, item, child)) if output and lacking else (),
    )


def _signers(reading: Reading, step: PlanStep, item: Item, child: int | None) -> Iterable[tuple[str, str]]:
    if child is not None and item in statements.outputs(reading.progress, step):
        for relation in reading.progress.shelf.adults[child]:
            yield relation.adult.name, statements_url(reading.case, step.key, relation.adult_id, item.id)


def _waiver(reading: Reading, item: Item, child: int | None, output: bool) -> Waiver | None:
    outputs = reading.progress.outputs_of(item, output)
    return next(
        (
            w
            for w in reading.progress.waivers
            if w.kind_id == item.kind
            and w.child_id in (None, child)
            and (w.settled_at is None or w.until is None)
            and reading.progress.same_paper(w, outputs)
        ),
        None,
    )


def _waived(reading: Reading, waiver: Waiver) -> str:
    until = f"Paling lambat {wording.day(waiver.until)}. " if waiver.until else ""
    return f"{until}{waiver.reason} ({reading.users[waiver.by_id]}, {waiver.acting_title})"


def gaps(reading: Reading) -> list[Gap]:
    """Papers that open steps lack, by name, and papers left to follow."""
    found, seen = [], set()
    lacking: dict[tuple[str, int], tuple[Attempt, Missing, list[str]]] = {}
    for attempt in open_attempts(reading):
        step = reading.progress.step_of(attempt)
        for missing in reading.progress.missing(attempt):
            key = (missing.kind.pk, missing.child_id, missing.item.stage)
            if key not in seen:
                seen.add(key)
                row = lacking.setdefault((step.key, missing.kind.pk), (attempt, missing, []))
                row[2].append(reading.called(missing.child_id))
    for (key, _), (attempt, missing, names) in lacking.items():
        signed = signed_at(reading, missing, reading.plan.by_key[key])
        found.append(
            Gap(
                what=missing.kind.name,
                where=f"Langkah {number_of(reading.plan.by_key[key])}",
                chip=Chip("Belum lengkap", "waiting"),
                text=wording.some([name for name in names if name], FEW, "anak"),
                url=signed or step_url(reading.case, reading.progress.spot_of(attempt)),
            )
        )
    for paper in reading.papers:
        if _awaits_scan(paper):
            found.append(
                Gap(
                    what=f"Pindaian {reading.progress.kinds[paper.kind_id].name} {paper.number}".strip(),
                    where="",
                    chip=Chip("Menyusul", "waiting"),
                    text=paper.issuer,
                    url=case_url(reading.case, "scan", paper=paper.pk),
                )
            )
    return found + _to_follow(reading)


def _to_follow(reading: Reading) -> list[Gap]:
    """What was left to follow; of several children in one act one line."""
    acts: dict[tuple, list[Waiver]] = defaultdict(list)
    for waiver in reading.progress.waivers:
        if waiver.settled_at is None and waiver.until:
            acts[waiver.act].append(waiver)
    found = []
    for (_, kind, until, _), rows in acts.items():
        over = until < timezone.localdate(reading.at)
        names = [reading.called(w.child_id) for w in rows if w.child_id]
        one = rows[0].child_id if len(rows) == 1 else None
        step = reading.progress.waived_at(rows[0])
        signed = [i for i in statements.outputs(reading.progress, step) if i.kind == kind and names]
        found.append(
            Gap(
                what=reading.progress.kinds[kind].name,
                where=wording.some(names, FEW, "anak"),
                chip=Chip("Lewat batas waktu" if over else "Menyusul", "late" if over else "waiting"),
                text=_waived(reading, rows[0]),
                url=statements_url(reading.case, step.key, output=signed[0].id)
                if signed
                else upload_url(reading.case, kind, anak=one),
            )
        )
    return found


def signed_at(reading: Reading, missing: Missing, step: PlanStep) -> str:
    """The page where responsible adults sign what is missing, "" for everything else."""
    if not missing.output:
        return ""
    found = statements.outputs(reading.progress, step)
    return statements_url(reading.case, step.key, output=missing.item.id) if missing.item in found else ""
