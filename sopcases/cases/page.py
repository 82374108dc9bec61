"""What the pages of a case show, built once from its `Progress` in a constant number of queries."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from sopcases.cases import aid, care, custody, statements, wording
from sopcases.cases.mandates import Mandates
from sopcases.cases.models import (
    Attempt,
    Case,
    CaseChild,
    Child,
    Custody,
    Goal,
    Interval,
    Paper,
    Photo,
    ProgressNote,
    Relation,
    Waiver,
    Whereabouts,
)
from sopcases.cases.periods import remaining
from sopcases.cases.progress import Missing, Progress, Spot, is_late
from sopcases.people.models import Position, User
from sopcases.sops import flow
from sopcases.sops.flow import Item, PlanStep
from sopcases.sops.models import PaperKind, Performer, Stage
from sopcases.worktime.models import calendar_for

NOTES = 5
FEW = 3
"""Children named one by one; more of them are counted or sorted by state."""
TONE_ORDER = ("late", "active", "waiting", "neutral", "stopped", "done")
PARTS = {
    Performer.Part.PERFORMS: "melaksanakan",
    Performer.Part.RECEIVES: "menerima",
    Performer.Part.ORDERS: "memerintahkan",
    Performer.Part.TAKES_PART: "ikut serta",
    Performer.Part.DISPOSES: "memaraf (SOP: disposisi)",
    Performer.Part.SIGNS: "menandatangani",
}
CASE_TONES = {
    Case.State.REPORTED: "active",
    Case.State.ACTIVE: "active",
    Case.State.ON_HOLD: "waiting",
    Case.State.DONE: "done",
    Case.State.NIHIL: "done",
    Case.State.STOPPED: "stopped",
    Case.State.HANDED_OVER: "stopped",
}
DAY = timedelta(days=1)
STAGE_ASKED = {
    Stage.DRAFT: "sudah diajukan",
    Stage.READY: "naskah jadi",
    Stage.DECIDED: "sudah diputuskan",
    Stage.SIGNED: "sudah ditandatangani",
}


UNDER_WAY = "Sedang dikerjakan"


@dataclass(frozen=True)
class Chip:
    """A state by word and tone (parts/chip.html)."""

    label: str
    tone: str
    icon: str = ""


READY = Chip("Siap ditutup", "done")


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


@dataclass(frozen=True)
class Action:
    """The one primary action (parts/next_action.html)."""

    place: str
    title: str
    text: str
    url: str = ""
    label: str = ""
    waits: str = ""
    step_url: str = ""
    """The step it belongs to, where `url` leads to a page of its own."""


@dataclass(frozen=True)
class StepRow:
    """A step on the map (parts/step_list.html)."""

    number: str
    activity: str
    performers: str
    chip: Chip
    url: str
    current: bool
    late: bool
    done: str
    standard: str
    used: str
    remarks: tuple[str, ...]
    groups: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    """Of many children: each state, and who stands in it (name and address)."""


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


@dataclass(frozen=True)
class Gap:
    """Something incomplete: missing, or left to follow."""

    what: str
    where: str
    chip: Chip
    text: str
    url: str


@dataclass(frozen=True)
class ChildRow:
    """A child in the case, for those entitled to its name."""

    id: int
    called: str
    initials: str
    about: str
    where: str
    chip: Chip
    text: str
    url: str
    family_url: str
    same: Chip | None = None
    """Other records were declared this child's too."""


@dataclass(frozen=True)
class CareRow:
    """A child's asesmen and rencana in a line each (the case page)."""

    called: str
    assessed: str
    assessments_url: str
    planned: str
    plan_url: str
    late: bool


@dataclass(frozen=True)
class RequestRow:
    """Something asked of an outside party."""

    what: str
    party: str
    child: str
    facts: tuple[str, ...]
    chip: Chip
    url: str
    leave_url: str


@dataclass(frozen=True)
class NoteRow:
    """A progress note with its photos (address, caption)."""

    text: str
    when: str
    by: str
    child: str
    photos: tuple[tuple[str, str], ...]


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


def case_url(case: Case, name: str = "case", **parts) -> str:
    """The address of a page of a case."""
    return reverse(f"cases:{name}", kwargs={"number": case.number, **parts})


def step_url(case: Case, spot: Spot, name: str = "step") -> str:
    """The address of a step, and of its verbs."""
    return case_url(case, name, spot=spot)


def by_child_url(case: Case, key: str) -> str:
    """The address of a step per child, for several of them."""
    return reverse("cases:by_child", kwargs={"group": case.number, "step": key})


def statements_url(case: Case, key: str, adult_id: int | None = None, output: int | None = None) -> str:
    """The address of what responsible adults sign at a step: of all of them, or of one; `output` says which
    where they sign more than one thing."""
    parts = {"group": case.number, "papers": key}
    if adult_id is None:
        found = reverse("cases:statements", kwargs=parts)
    else:
        found = reverse("cases:statement", kwargs={**parts, "adult": adult_id})
    return f"{found}?keluaran={output}" if output else found


def draft_url(case: Case, kind: PaperKind, **about) -> str:
    """Where a paper of a kind is drafted, "" where it is none of those; `about` as the address has it."""
    wanted = urlencode({"jenis": kind.pk, **about}, doseq=True)
    return f"{case_url(case)}surat/baru/?{wanted}" if kind.layout else ""


def adult_new_url(case: Case, child_id: int) -> str:
    """Where an adult of a child's is added."""
    return case_url(case, "family_add", child=child_id)


def child_papers_url(case: Case, key: str, child_id: int) -> str:
    """The address of what a step of the whole case asks of one child."""
    parts = {"group": case.number, "papers": key, "member": child_id}
    return reverse("cases:child_papers", kwargs=parts)


def occasion_url(slug: str, key: str, period: date, name: str = "occasion") -> str:
    """The address of a recurring session, for the children of all cases."""
    return reverse(f"cases:{name}", kwargs={"sop": slug, "key": key, "period": period})


def number_of(step: PlanStep) -> str:
    return step.number.rstrip(". ") or step.key


class _Names(dict):
    """Names of the agency's users; one who has since left it is asked for by himself."""

    def __missing__(self, pk: int) -> str:
        self[pk] = str(User.objects.get(pk=pk))
        return self[pk]


class Reading:
    """A progress with the names that its sentences need, each read once."""

    def __init__(self, progress: Progress):
        self.progress = progress
        self.case = progress.case
        self.plan = progress.plan
        self.at: datetime = progress.by.at

    # --- names

    @cached_property
    def positions(self) -> dict[int, str]:
        return dict(Position.objects.filter(agency_id=self.case.agency_id).values_list("id", "name"))

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
    def children(self) -> dict[int, Child]:
        return {s.child_id: s.child for s in self.progress.stays}

    @cached_property
    def removed_relations(self) -> dict[int, str]:
        """Relations of the children that were told in error, and why they are one."""
        mine = Q(child__in=self.children) | Q(other__in=self.children)
        rows = Relation.every.filter(mine, removed_at__isnull=False)
        return dict(rows.values_list("id", "removed_reason"))

    @cached_property
    def places(self) -> dict[int, Whereabouts]:
        """Child → where it is now, as far as the officer may know."""
        rows = Whereabouts.objects.visible_to(self.progress.by).filter(child__in=self.children)
        return {row.child_id: row for row in rows.order_by("since", "id")}

    def called(self, child_id: int | None) -> str:
        """A child's name for those entitled, "" for the case as a whole."""
        return self.children[child_id].called if child_id in self.children else ""

    def performers(self, step: PlanStep, *parts: str) -> str:
        """ "Peksos melaksanakan, Kasi menerima"."""
        groups: dict[str, list[str]] = defaultdict(list)
        for position, part in step.performers:
            if not parts or part in parts:
                groups[part].append(self.positions[position])
        order = list(PARTS)
        return ", ".join(
            f"{wording.joined(groups[part])} {PARTS[part]}" for part in sorted(groups, key=order.index)
        )

    def holders(self, step: PlanStep, *parts: str) -> str:
        return wording.joined([self.positions[p] for p, part in step.performers if part in parts])

    # --- the bar

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
            where=self._where([s.child_id for s in inside]),
            due=wording.moment(case.term_due_at) if case.running and case.term_due_at else "",
            chip=Chip(label, tone),
            url=case_url(case),
        )

    def about(self, child: Child) -> str:
        """ "Perempuan, sekitar 3 bulan"."""
        age = wording.age(child.birth_from, child.birth_until, timezone.localdate(self.at))
        return ", ".join(filter(None, [child.get_sex_display() if child.sex else "", age]))

    def _where(self, children: list[int]) -> str:
        places = {self.places[c].place: self.places[c] for c in children if c in self.places}
        if len(places) == 1:
            found = next(iter(places.values()))
            return f"{found.place}, sejak {wording.moment(found.since)}"
        return f"{len(places)} tempat" if places else ""

    # --- steps

    def spots(self, step: PlanStep) -> list[Spot]:
        """The tracks a step is shown on: the case, each child, and of a recurring step its latest period."""
        tracks = [s.child_id for s in self.progress.stays] if step.per_child else [None]
        if not step.recurring:
            return [Spot(step.key, track) for track in tracks]
        found = []
        for track in tracks:
            own = [a for a in self.progress.attempts if a.step_id == step.id and a.child_id == track]
            begun = [a for a in own if a.opened_at is None or a.opened_at <= self.at] or own
            found.append(Spot(step.key, track, begun[-1].occurrence if begun else None))
        return found

    def chip(self, step: PlanStep, spot: Spot) -> Chip:
        """The state of a step in the words of the office."""
        attempt = self.progress.current(spot)
        if not step.applies(self.case.route):
            return Chip("Tidak diperlukan", "neutral")
        if attempt is None:
            ended = [a for a in self.progress.history(spot) if a.state == Attempt.State.ENDED]
            return Chip(Attempt.State.ENDED.label, "stopped") if ended else Chip("Belum dimulai", "neutral")
        state = Attempt.State
        if attempt.state == state.DONE:
            if step.recurring:
                return Chip("Terlaksana", "done")
            follows = any(w.attempt_id == attempt.pk and w.settled_at is None for w in self.progress.waivers)
            return Chip(
                "Selesai, kelengkapan menyusul" if follows else "Selesai", "waiting" if follows else "done"
            )
        if attempt.state == state.NOT_NEEDED:
            return Chip("Tidak diperlukan", "neutral")
        if attempt.state == state.NOT_HELD:
            return Chip("Tidak terlaksana", "stopped")
        if attempt.state == state.MISSED:
            return Chip("Belum dilaporkan", "late")
        if attempt.opened_at is not None and attempt.opened_at > self.at:
            return Chip("Belum waktunya", "neutral")
        if attempt.opened_at is None and attempt.acted_at is None:
            return Chip("Belum dimulai", "neutral")
        if self.progress.waiting(attempt):
            return Chip("Menunggu pihak lain", "waiting")
        before = self.progress.history(spot)[:-1]
        again = before[-1].state if before and attempt.acted_at is None else ""
        label = {state.RETURNED: "Dikembalikan", state.REOPENED: "Dibuka kembali"}.get(again, UNDER_WAY)
        return Chip(label, "late" if self.late(step, attempt) else "active")

    def late(self, step: PlanStep, attempt: Attempt | None) -> bool:
        return bool(attempt and step.alarm and is_late(attempt, self.at))

    def row(self, step: PlanStep, spot: Spot, current: bool = False) -> StepRow:
        attempt = self.progress.current(spot)
        chip = self.chip(step, spot)
        seen = bool(self.progress.history(spot)) and step.applies(self.case.route)
        used = attempt.worked_minutes if attempt and attempt.state == Attempt.State.DONE else None
        return StepRow(
            number=number_of(step),
            activity=step.activity,
            performers=self.performers(step),
            chip=chip,
            url=step_url(self.case, spot) if seen else "",
            current=current,
            late=self.late(step, attempt),
            done=self.done(attempt) if attempt else "",
            standard=step.time if step.time.strip(" -0") else "",
            used=f"{wording.length(used)} kerja" if used is not None else "",
            remarks=tuple(self.remarks(step, spot, attempt)),
        )

    def rows(self, step: PlanStep, here: str) -> list[StepRow]:
        """A step on the map: a row for each of a few tracks; of many children one row that sorts them by
        their state. `here`: the address of the step that is to be done next."""
        left = {s.child_id for s in self.progress.stays if s.left_on is not None}
        spots = [s for s in self.spots(step) if s.child_id not in left or self.progress.history(s)]
        if len(spots) <= FEW:
            return [self.row(step, s, current=bool(here) and here == step_url(self.case, s)) for s in spots]
        groups: dict[Chip, list[tuple[str, str]]] = defaultdict(list)
        for spot in spots:
            url = step_url(self.case, spot) if self.progress.history(spot) else ""
            groups[self.chip(step, spot)].append((self.called(spot.child_id), url))
        ordered = sorted(groups.items(), key=lambda group: TONE_ORDER.index(group[0].tone))
        tracks = [attempt for spot in spots if (attempt := self.progress.current(spot))]
        outside = sum(bool(self.mandates.outside(attempt)) for attempt in tracks)
        over = ("Tidak diperlukan", *(c.label for c in groups if c.tone in ("done", "stopped")))
        through = sum(len(children) for chip, children in ordered if chip.label in over)
        return [
            StepRow(
                number=number_of(step),
                activity=step.activity,
                performers=self.performers(step),
                chip=ordered[0][0],
                url="",
                current=bool(here) and any(here == step_url(self.case, s) for s in spots),
                late=any(chip.tone == "late" for chip in groups),
                done=f"{through} dari {len(spots)} anak sudah melewati langkah ini",
                standard=step.time if step.time.strip(" -0") else "",
                used="",
                remarks=(f"Di luar surat perintah: {outside} anak",) if outside else (),
                groups=tuple((chip.label, tuple(children)) for chip, children in ordered),
            )
        ]

    def done(self, attempt: Attempt) -> str:
        """Who did it, acting as what, and when; and who wrote it down where that is somebody else."""
        if attempt.acted_at is None or attempt.recorded_by_id is None:
            return ""
        people = self.actors[attempt.pk]
        names = wording.joined([self.users[u] for u in people])
        if attempt.recorded_by_id in people:
            if len(people) == 1 and attempt.acting_title:
                names += f" sebagai {attempt.acting_title}"
            text = f"{names}, {wording.moment(attempt.acted_at)}"
            if attempt.recorded_at - attempt.acted_at >= DAY:
                text += f"; dicatat {wording.moment(attempt.recorded_at)}"
            return text
        return (
            f"Dilaksanakan oleh {names}, {wording.moment(attempt.acted_at)}; dicatat oleh "
            f"{self.users[attempt.recorded_by_id]} sebagai {attempt.acting_title}, "
            f"{wording.moment(attempt.recorded_at)}"
        )

    def remarks(self, step: PlanStep, spot: Spot, attempt: Attempt | None) -> Iterable[str]:
        if spot.child_id:
            yield f"Untuk {self.called(spot.child_id)}"
        if spot.occurrence:
            yield f"Masa mulai {wording.day(spot.occurrence)}"
        if not step.applies(self.case.route):
            yield "Tidak berlaku pada jalur masuk penanganan ini."
            return
        if attempt is None:
            return
        if attempt.early:
            yield "Mendahului langkah"
        yield from self.mandates.outside(attempt)
        if attempt.verbal_order_by:
            yield f"Perintah lisan {attempt.verbal_order_by}, {wording.moment(attempt.verbal_order_at)}"
        if attempt.received_at:
            yield (
                f"Diterima oleh {self.users[attempt.received_by_id]} sebagai {attempt.received_title}, "
                f"{wording.moment(attempt.received_at)}"
            )
        if attempt.spent_minutes is not None:
            yield f"Lama pengerjaan {wording.length(attempt.spent_minutes)}"
        if attempt.reason:
            yield attempt.reason
        if not attempt.live:
            return
        if attempt.acted_at and not attempt.received_at and step.positions(flow.RECEIVES):
            yield f"Menunggu diterima oleh {self.holders(step, flow.RECEIVES)}"
        if waiting := self.progress.waiting(attempt):
            yield f"Menunggu {waiting.party} sejak {wording.moment(waiting.since)}"
        before = self.progress.history(spot)[:-1]
        if before and before[-1].reason and attempt.acted_at is None:
            yield f"{before[-1].get_state_display()}: {before[-1].reason}"
        if attempt.due_at:
            late = self.late(step, attempt)
            yield f"{'Lewat batas waktu' if late else 'Batas waktu'} {wording.moment(attempt.due_at)}"

    def until(self, step: PlanStep, attempt: Attempt) -> str:
        """Until when, and how that is counted."""
        if attempt.due_at is None or attempt.opened_at is None:
            return ""
        standard = step.standard
        if standard is not None and not step.recurring:
            calendar = calendar_for(self.progress.agency)
            for left in (standard, remaining(standard, attempt.used_minutes)):
                if not left.is_zero and calendar.add(attempt.opened_at, left, step.basis) == attempt.due_at:
                    told = calendar.explain(attempt.opened_at, left, step.basis)
                    return told[0].upper() + told[1:]
        return f"Batas waktu {wording.moment(attempt.due_at)}."

    # --- papers

    def papers(self) -> list[Paper]:
        """The papers of the case, each once, the latest first."""
        found = {f.paper_id: f.paper for f in self.progress.filings}
        return [found[pk] for pk in sorted(found, reverse=True)]

    def awaits_scan(self, paper: Paper) -> bool:
        """An incoming letter that was registered before its scan."""
        return bool(paper.received_on and not paper.file and paper.voided_at is None)

    @cached_property
    def mandates(self) -> Mandates:
        return Mandates(self.progress)

    @cached_property
    def custody(self) -> dict[int, Custody]:
        """Original → who keeps it, where it was ever handed over."""
        originals = [paper.pk for paper in self.papers() if paper.original]
        return custody.latest(originals) if originals else {}

    def paper_row(self, paper: Paper) -> PaperRow:
        kind = self.progress.kinds[paper.kind_id]
        for_whom = sorted(
            {self.called(f.child_id) for f in self.progress.filings if f.paper_id == paper.pk and f.child_id}
        )
        origin = {True: "asli", False: "fotokopi"}.get(paper.original, "")
        agenda = f"nomor agenda {paper.agenda}" if paper.agenda else ""
        came = f"diterima {wording.day(paper.received_on)}" if paper.received_on else ""
        signed = f"ditandatangani {paper.adult.name}" if paper.adult else ""
        facts = [
            agenda,
            came,
            origin,
            signed,
            paper.mime.rsplit("/", 1)[-1].upper(),
            paper.description,
            *for_whom,
        ]
        if paper.pk in self.custody:
            facts[facts.index(origin)] = custody.told(paper, self.custody[paper.pk])
        if self.awaits_scan(paper):
            facts.append("pindaian menyusul")
        if paper.voided_at:
            facts.append(f"dibatalkan: {paper.void_reason}")
        can_void = self.progress.refuse_void(paper) is None
        return PaperRow(
            kind=kind.name,
            number=paper.number,
            dated=wording.day(paper.dated) if paper.dated else "",
            issuer=paper.issuer,
            note=" · ".join(filter(None, facts)),
            chip=paper_chip(paper, kind),
            url=paper_url(paper) if paper.file or paper.drafted_here else "",
            void_url=case_url(self.case, "void", paper=paper.pk) if can_void else "",
            hand_url=case_url(self.case, "keeper", paper=paper.pk)
            if custody.refuse_hand_over(self.progress, paper) is None
            else "",
        )

    def lines(
        self, step: PlanStep, spot: Spot, attempt: Attempt, child_id: int | None = None
    ) -> list[PaperLine]:
        """All that a step asks for and puts out, with its state; or only what it asks of one child."""
        lacking = {(m.item.id, m.output, m.child_id) for m in self.progress.missing(attempt)}
        found = []
        for items, output in ((step.requirements, False), (step.outputs, True)):
            for item in items:
                if item.applies(self.case.route):
                    one = attempt.child_id or child_id
                    targets = [one] if one else sorted(self.progress.active_children)
                    whole = [] if child_id else [None]
                    for child in targets if item.per_child else whole:
                        found.append(
                            self._line(step, spot, item, child, output, (item.id, output, child) in lacking)
                        )
        return found

    def _line(
        self, step: PlanStep, spot: Spot, item: Item, child: int | None, output: bool, lacking: bool
    ) -> PaperLine:
        kind = self.progress.kinds[item.kind]
        wanted = self.plan.chain.get(item.id if output else item.source, ())
        papers = {
            f.paper_id: f.paper
            for f in self.progress.filings
            if f.paper.kind_id == item.kind
            and f.paper.voided_at is None
            and (child is None or f.child_id == child)
            and (kind.from_outside or not wanted or f.output_id in wanted)
        }
        waiver = self._waiver(item.kind, child)
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
            text = self._waived(waiver)
        elif item.optional:
            chip = Chip("Tidak wajib", "neutral")
        else:
            chip = Chip("Perintah lisan", "neutral")
            text = "Tindakan ini mendahului suratnya, atas perintah lisan."
        target = self._beginning(wanted)
        query = (
            f"?jenis={kind.pk}"
            + (f"&keluaran={target}" if target else "")
            + (f"&anak={child}" if child else "")
        )
        letter = bool(kind.layout)
        waivable = lacking and self.progress.refuse_waive() is None and not step.approving_only
        return PaperLine(
            name=kind.name,
            asked=self.called(child),
            chip=chip,
            text=text,
            papers=tuple(self.paper_row(p) for p in papers.values()),
            item=item,
            kind=kind,
            child_id=child,
            output=output,
            lacking=lacking,
            draft_url=case_url(self.case) + f"surat/baru/{query}"
            if lacking and letter and not papers
            else "",
            # The scan of a letter drafted here is uploaded on the letter's own page.
            upload_url=case_url(self.case, "paper_new") + query
            if lacking and not any(p.drafted_here for p in papers.values())
            else "",
            waive_url=step_url(self.case, spot, "waive")
            + f"?jenis={kind.pk}"
            + (f"&anak={child}" if child else "")
            if waivable
            else "",
            signers=tuple(self._signers(step, item, child)) if output and lacking else (),
        )

    def _signers(self, step: PlanStep, item: Item, child: int | None) -> Iterable[tuple[str, str]]:
        if child is not None and item in statements.outputs(self.progress, step):
            for relation in self.progress.shelf.adults[child]:
                yield relation.adult.name, statements_url(self.case, step.key, relation.adult_id, item.id)

    def _beginning(self, chain: Iterable[int]) -> int | None:
        """Where a paper is drafted or filed: at the output that carries no other."""
        return next((o for o in sorted(chain) if self.plan.output[o][1].source is None), None)

    def _waiver(self, kind: int, child: int | None) -> Waiver | None:
        return next(
            (
                w
                for w in self.progress.waivers
                if w.kind_id == kind
                and w.child_id in (None, child)
                and (w.settled_at is None or w.until is None)
            ),
            None,
        )

    def _waived(self, waiver: Waiver) -> str:
        until = f"Paling lambat {wording.day(waiver.until)}. " if waiver.until else ""
        return f"{until}{waiver.reason} ({self.users[waiver.by_id]}, {waiver.acting_title})"

    # --- what is incomplete

    def gaps(self) -> list[Gap]:
        """Papers that open steps lack, by name, and papers left to follow."""
        found, seen = [], set()
        lacking: dict[tuple[str, int], tuple[Attempt, Missing, list[str]]] = {}
        for attempt in self.ordered_live():
            step = self.progress.step_of(attempt)
            for missing in self.progress.missing(attempt):
                key = (missing.kind.pk, missing.child_id, missing.item.stage)
                if key not in seen:
                    seen.add(key)
                    row = lacking.setdefault((step.key, missing.kind.pk), (attempt, missing, []))
                    row[2].append(self.called(missing.child_id))
        for (key, _), (attempt, missing, names) in lacking.items():
            signed = self._signed_at(missing, self.plan.by_key[key])
            found.append(
                Gap(
                    what=missing.kind.name,
                    where=f"Langkah {number_of(self.plan.by_key[key])}",
                    chip=Chip("Belum lengkap", "waiting"),
                    text=wording.some([name for name in names if name], FEW, "anak"),
                    url=signed or step_url(self.case, self.progress.spot_of(attempt)),
                )
            )
        for paper in self.papers():
            if self.awaits_scan(paper):
                found.append(
                    Gap(
                        what=f"Pindaian {self.progress.kinds[paper.kind_id].name} {paper.number}".strip(),
                        where="",
                        chip=Chip("Menyusul", "waiting"),
                        text=paper.issuer,
                        url=case_url(self.case, "scan", paper=paper.pk),
                    )
                )
        return found + self._to_follow()

    def _to_follow(self) -> list[Gap]:
        """What was left to follow; of several children in one act one line."""
        acts: dict[tuple, list[Waiver]] = defaultdict(list)
        for waiver in self.progress.waivers:
            if waiver.settled_at is None and waiver.until:
                step = self.progress.waived_at(waiver)
                acts[step.id, waiver.kind_id, waiver.until, waiver.reason, waiver.at].append(waiver)
        found = []
        for (_, kind, until, _, _), rows in acts.items():
            over = until < timezone.localdate(self.at)
            names = [self.called(w.child_id) for w in rows if w.child_id]
            one = f"&anak={rows[0].child_id}" if len(rows) == 1 and names else ""
            step = self.progress.waived_at(rows[0])
            signed = [i for i in statements.outputs(self.progress, step) if i.kind == kind and names]
            found.append(
                Gap(
                    what=self.progress.kinds[kind].name,
                    where=wording.some(names, FEW, "anak"),
                    chip=Chip("Lewat batas waktu" if over else "Menyusul", "late" if over else "waiting"),
                    text=self._waived(rows[0]),
                    url=statements_url(self.case, step.key, output=signed[0].id)
                    if signed
                    else case_url(self.case, "paper_new") + f"?jenis={kind}{one}",
                )
            )
        return found

    def _signed_at(self, missing: Missing, step: PlanStep) -> str:
        """The page where responsible adults sign what is missing, "" for everything else."""
        if not missing.output:
            return ""
        found = statements.outputs(self.progress, step)
        return statements_url(self.case, step.key, output=missing.item.id) if missing.item in found else ""

    # --- what comes next

    def ordered_live(self) -> list[Attempt]:
        """Open attempts whose turn came, in the order of the SOP."""
        rows = [a for a in self.progress.live() if a.opened_at is not None and a.opened_at <= self.at]
        return sorted(rows, key=lambda a: (self.progress.step_of(a).order, a.occurrence or date.min, a.pk))

    def action(self) -> Action | None:
        """The first thing this officer can do; else the first thing that somebody else must do."""
        if not self.case.running:
            return None
        if self.progress.hold:
            hold = self.progress.hold
            may = self.progress.refuse_lead() is None
            return Action(
                place=f"Ditunda sejak {wording.moment(hold.since)}",
                title="Lanjutkan penanganan",
                text=hold.reason,
                url=case_url(self.case, "resume") if may else "",
                label="Lanjutkan penanganan",
                waits="" if may else "Menunggu pejabat yang berwenang",
            )
        # What waits for an outside party comes after what can be done now.
        rows = sorted(self.ordered_live(), key=lambda a: self.progress.waiting(a) is not None)
        for attempt in rows:
            step = self.progress.step_of(attempt)
            if self.progress.refuse_receive(attempt) is None:
                return self._step_action(step, attempt, "Terima")
            handed = attempt.acted_at and step.positions(flow.RECEIVES) and not attempt.received_at
            approves = step.approving_only and self.progress.hat(step.positions(*flow.APPROVING))
            if (self.progress.refuse_act(step.key) is None and not handed) or approves:
                return self._step_action(
                    step, attempt, "Periksa suratnya" if approves else "Kerjakan langkah ini"
                )
        return self._ending() or (self._others(rows[0]) if rows else None)

    def _place(self, step: PlanStep) -> str:
        numbers = [s.key for s in self.plan.steps]
        return f"Langkah {numbers.index(step.key) + 1} dari {len(numbers)}"

    def why(self, step: PlanStep, attempt: Attempt) -> str:
        """Since when a step is open, and until when it should be done."""
        until = self.until(step, attempt)
        if " sejak " in until:
            return f"Terbuka: {until[0].lower()}{until[1:]}"
        return f"Terbuka sejak {wording.moment(attempt.opened_at)}. {until}".strip()

    def _step_action(self, step: PlanStep, attempt: Attempt, label: str) -> Action:
        if step.form == "session" and label == "Kerjakan langkah ini":
            url = occasion_url(self.case.sop.slug, step.key, attempt.occurrence)
            return Action(self._place(step), step.activity, self.why(step, attempt), url, "Catat kehadiran")
        missing = self.progress.missing(attempt) if attempt.acted_at and label != "Terima" else []
        signed = {self._signed_at(m, step): m.kind.name for m in missing}
        if len(signed) == 1 and all(signed):
            # The act is written down; the adults come one by one, over days.
            ((url, name),) = signed.items()
            children = len({m.child_id for m in missing})
            return Action(
                place=self._place(step),
                title=step.activity,
                text=f"Masih ditunggu: {name} untuk {children} anak. {self.why(step, attempt)}",
                url=url,
                label=f"Lengkapi {name}",
                step_url=step_url(self.case, self.progress.spot_of(attempt)),
            )
        return Action(
            place=self._place(step),
            title=step.activity,
            text=self.why(step, attempt),
            url=step_url(self.case, self.progress.spot_of(attempt)),
            label=label,
        )

    def _others(self, attempt: Attempt) -> Action:
        step = self.progress.step_of(attempt)
        handed = attempt.acted_at and step.positions(flow.RECEIVES) and not attempt.received_at
        parts = (
            (flow.RECEIVES,)
            if handed
            else (flow.PERFORMS,)
            if step.positions(flow.PERFORMS)
            else flow.APPROVING
        )
        return Action(
            place=self._place(step),
            title=step.activity,
            text=self.why(step, attempt),
            waits=f"Menunggu {self.holders(step, *parts)}",
        )

    def _ending(self) -> Action | None:
        """Ready to be closed, or nothing is left to walk: give the children their outcome, and close."""
        progress, ready = self.progress, self.ready()
        if progress.refuse_lead() is not None:
            return None
        walked = not any(a.opened_at for a in progress.live())
        if not ready and not (walked and progress.active_children):
            return None
        nihil = progress.found_nobody
        text = f"Siap ditutup: {ready}." if ready else ""
        if progress.active_children:
            text = f"{text} Catat hasil akhir setiap anak, lalu tutup penanganannya.".strip()
        return Action(
            place="Semua langkah selesai" if walked else "Langkah yang masih terbuka berakhir",
            title="Tutup penanganan dengan hasil nihil" if nihil else "Tutup penanganan",
            text=text,
            url=case_url(self.case, "close"),
            label="Tutup penanganan",
        )

    def ready(self) -> str:
        """Why the case is ready to be closed by a person, or ""; of many cases `Cases.marked_ready`."""
        progress = self.progress
        if progress.refuse_running() is not None:
            return ""
        if not progress.term_over and progress.refuse_close() is not None:
            return ""
        return told_ready(progress.term_over, progress.found_nobody, bool(progress.stays))

    # --- children and notes

    def child_rows(self) -> list[ChildRow]:
        outcomes = {s.pk: s for s in self.progress.stays}
        rows = []
        for stay in outcomes.values():
            place = self.places.get(stay.child_id)
            ended = stay.left_on is not None
            rows.append(
                ChildRow(
                    id=stay.child_id,
                    called=stay.child.called,
                    initials=stay.child.initials,
                    about=self.about(stay.child),
                    where=f"{place.place}, sejak {wording.moment(place.since)}" if place else "",
                    chip=child_chip(stay, self.case),
                    text=f"{self.outcome_names[stay.outcome_id]}, {wording.day(stay.left_on)}"
                    if ended
                    else "",
                    url=case_url(self.case, "child", child=stay.child_id),
                    family_url=case_url(self.case, "family", child=stay.child_id),
                    same=Chip("Data yang sama", "neutral")
                    if stay.child.merged_into_id or stay.joined_to
                    else None,
                )
            )
        return rows

    def care_rows(self) -> list[CareRow]:
        """Asesmen and rencana of each child: two queries, however many there are."""
        today = timezone.localdate(self.at)
        found = care.of_case(self.case)
        rows = []
        for stay in self.progress.stays:
            own = found.get(stay.child_id)
            latest = own.assessment if own else None
            late = bool(own) and any(g.open and g.due_on < today for g in own.goals)
            rows.append(
                CareRow(
                    called=stay.child.called,
                    assessed=f"Asesmen {wording.day(timezone.localdate(latest.assessed_at))}"
                    if latest
                    else "Belum ada asesmen",
                    assessments_url=case_url(self.case, "assessments", child=stay.child_id),
                    planned=f"rencana: {own.achieved} dari {own.counted} tercapai"
                    if own and own.goals
                    else "belum ada rencana",
                    plan_url=case_url(self.case, "plan", child=stay.child_id),
                    late=late,
                )
            )
        return rows

    def request_rows(self) -> list[RequestRow]:
        """What was asked of outside parties: the open ones first, each with the days waited."""
        may = self.progress.refuse_touch() is None
        rows = sorted(self.progress.requests, key=lambda r: (r.until is not None, r.since, r.pk))
        return [self._request_row(row, may) for row in rows]

    def _request_row(self, row: Interval, may: bool) -> RequestRow:
        kind = self.progress.kinds[row.paper_kind_id].name if row.paper_kind_id else ""
        facts = [f"Diminta {wording.moment(row.since)}"]
        if row.reminded:
            last = datetime.fromisoformat(row.reminded[-1])
            facts.append(f"diingatkan {len(row.reminded)} kali, terakhir {wording.moment(last)}")
        facts.append(waited(self.progress.calendar, row.since, row.until or self.at))
        if row.until:
            facts.append(f"dijawab {wording.moment(row.until)}: {row.result}")
        inside = row.child_id in self.progress.active_children
        elsewhere = row.party_kind == Interval.Party.REGION and row.accepted and inside
        return RequestRow(
            what=row.request or kind or "Jawaban",
            party=row.party,
            child=self.called(row.child_id),
            facts=tuple(facts),
            chip=request_chip(row),
            url=case_url(self.case, "answer", interval=row.pk) if may and row.until is None else "",
            leave_url=case_url(self.case, "leave", child=row.child_id) if may and elsewhere else "",
        )

    @cached_property
    def outcome_names(self) -> dict[int, str]:
        return dict(self.progress.agency.outcomes.values_list("id", "name"))

    def notes(self, before: int | None = None, size: int = NOTES) -> tuple[list[NoteRow], int | None]:
        """The latest notes, and the key of the page of older ones."""
        rows = ProgressNote.objects.filter(case=self.case).order_by("-id")
        rows = list(rows.filter(pk__lt=before)[: size + 1] if before else rows[: size + 1])
        shown = rows[:size]
        photos = defaultdict(list)
        for photo in Photo.objects.filter(note__in=[n.pk for n in shown]):
            photos[photo.note_id].append(photo)
        found = [
            NoteRow(
                text=note.text,
                when=wording.moment(note.happened_at),
                by=f"{self.users[note.recorded_by_id]}, {note.acting_title}",
                child=self.called(note.child_id),
                photos=tuple(photo_link(p, no) for no, p in enumerate(photos[note.pk], 1)),
            )
            for note in shown
        ]
        return found, shown[-1].pk if len(rows) > size else None


def told_ready(term_over: bool, found_nobody: bool, children: bool) -> str:
    """Why a case is ready to be closed. `children`: whether there are, or were, any in it."""
    if term_over:
        return "jangka waktunya sudah habis"
    if found_nobody:
        return "tidak ada anak yang ditemukan"
    return "setiap anak sudah mempunyai hasil akhir" if children else "tidak ada lagi langkah yang terbuka"


def request_chip(row: Interval) -> Chip:
    """How far something asked of an outside party is."""
    if row.until is None:
        return Chip("Diingatkan" if row.reminded else "Menunggu jawaban", "waiting")
    if row.accepted is None:
        return Chip("Dijawab", "done")
    return Chip("Diterima", "done") if row.accepted else Chip("Ditolak", "stopped")


def waited(calendar, since: datetime, until: datetime) -> str:
    """How long somebody was waited for, in calendar days and in working days begun after the first."""
    first, last = timezone.localdate(since), timezone.localdate(until)
    days = (last - first).days
    working = sum(calendar.is_working_day(first + DAY * n) for n in range(1, days + 1))
    return f"menunggu {days} hari ({working} hari kerja)"


def photo_link(photo: Photo, no: int) -> tuple[str, str]:
    """Address and label of a photo."""
    taken = f", diambil {wording.moment(photo.taken_at)}" if photo.taken_at else ""
    return reverse("cases:photo", kwargs={"photo": photo.pk}), f"{photo.caption or f'Foto {no}'}{taken}"


def paper_url(paper: Paper) -> str:
    """Where a paper is read."""
    return reverse("cases:paper", kwargs={"paper": paper.pk})


def paper_chip(paper: Paper, kind: PaperKind) -> Chip:
    """How far a paper is, in the words for its kind."""
    if paper.voided_at:
        return Chip("Dibatalkan", "stopped")
    if kind.from_outside and (paper.stage == Stage.SIGNED or not paper.drafted_here):
        return Chip("Ada", "done")
    if kind.from_outside and paper.stage == Stage.READY:
        return Chip("Menunggu tanda tangan", "waiting")
    if paper.stage == Stage.SIGNED:
        return Chip("Lengkap" if kind.origin == PaperKind.Origin.RECORD else "Ditandatangani", "done")
    if paper.stage == Stage.READY and kind.origin == PaperKind.Origin.REPORT:
        return Chip("Ada", "done")
    if paper.stage == Stage.READY and kind.origin == PaperKind.Origin.RECORD:
        return Chip("Menunggu tanda tangan para pihak", "waiting")
    return Chip(Stage(paper.stage).label, "neutral" if paper.stage == Stage.NONE else "waiting")


def goal_chip(goal: Goal, today: date) -> Chip:
    """How far a goal of a child's plan is."""
    if goal.achieved_on:
        return Chip(f"Tercapai {wording.day(goal.achieved_on)}", "done")
    if goal.dropped_on:
        return Chip("Tidak dilanjutkan", "stopped")
    return Chip("Lewat batas waktu", "late") if goal.due_on < today else Chip("Berjalan", "active")


def child_chip(stay: CaseChild, case: Case) -> Chip:
    """Where a child stands in the case."""
    if stay.left_on is not None:
        return Chip("Selesai", "done")
    if stay.verdict:
        return Chip(stay.get_verdict_display(), "active" if stay.verdict == "eligible" else "waiting")
    return Chip("Terdata" if case.state == Case.State.REPORTED else "Dalam penanganan", "active")


def told_verdicts(stays: list[CaseChild]) -> str:
    """ "12 anak: 9 layak, 2 perlu dilengkapi, 1 belum dinilai"."""
    counts = [
        (sum(s.verdict == verdict for s in stays), label.lower())
        for verdict, label in (*CaseChild.Verdict.choices[1:], CaseChild.Verdict.choices[0])
    ]
    parts = ", ".join(f"{count} {label}" for count, label in counts if count)
    return f"{len(stays)} anak: {parts}" if stays else ""


@dataclass(frozen=True)
class CasePage:
    """Everything the case page shows but its journal."""

    identity: Identity
    ready: str
    """Why it is ready to be closed, "" while it is not."""
    action: Action | None
    gaps: tuple[Gap, ...]
    steps: tuple[StepRow, ...]
    children: tuple[ChildRow, ...]
    care: tuple[CareRow, ...]
    requests: tuple[RequestRow, ...]
    papers: tuple[PaperRow, ...]
    notes: tuple[NoteRow, ...]
    older_notes: bool
    facts: tuple[tuple[str, str], ...]
    officers: tuple[str, ...]
    ahead: tuple[tuple[str, str], ...]
    """Steps this officer may write down before their turn: address and label."""
    acts: tuple[tuple[str, str], ...]

    @property
    def may_hand_over(self) -> bool:
        """Whether there is an original whose keeper this officer may write down."""
        return any(paper.hand_url for paper in self.papers)

    @property
    def may_void(self) -> bool:
        """Whether any paper could be voided by this officer."""
        return any(paper.void_url for paper in self.papers)


def case_page(reading: Reading) -> CasePage:
    """The case page, read once."""
    progress = reading.progress
    action = reading.action()
    here = (action.step_url or action.url) if action else ""
    rows = [row for step in reading.plan.steps for row in reading.rows(step, here)]
    notes, older = reading.notes()
    return CasePage(
        identity=reading.identity,
        ready=reading.ready(),
        action=action,
        gaps=tuple(reading.gaps()),
        steps=tuple(rows),
        children=tuple(reading.child_rows()),
        care=tuple(reading.care_rows()),
        requests=tuple(reading.request_rows()),
        papers=tuple(reading.paper_row(p) for p in reading.papers()),
        notes=tuple(notes),
        older_notes=older is not None,
        facts=tuple(case_facts(reading)),
        officers=tuple(f"{reading.positions[p]}: {reading.users[u]}" for p, u in progress.assigned.items()),
        ahead=tuple(ahead(reading)),
        acts=tuple(case_acts(progress)),
    )


def ahead(reading: Reading) -> Iterable[tuple[str, str]]:
    """What may have happened already though its turn has not come: recording it is a deliberate act."""
    for spot in ahead_spots(reading.progress):
        step = reading.plan.by_key[spot.key]
        whom = f" untuk {reading.called(spot.child_id)}" if spot.child_id else ""
        yield step_url(reading.case, spot), f"Langkah {number_of(step)}: {step.activity}{whom}"


def case_facts(reading: Reading) -> Iterable[tuple[str, str]]:
    """The first report, as it was taken down."""
    case = reading.case
    if case.sop.opening == case.sop.Opening.LIST:
        yield "Diterima pada", wording.day(timezone.localtime(case.event_at).date())
    else:
        yield "Waktu kejadian", wording.moment(case.event_at)
    yield "Tempat", case.place
    yield "Wilayah", case.area.name if case.area else ""
    yield "Pelapor/penemu", " · ".join(filter(None, [case.reporter, case.reporter_phone]))
    yield "Keadaan", case.circumstances
    if case.verbal_order_by:
        yield "Perintah lisan", f"{case.verbal_order_by}, {wording.moment(case.verbal_order_at)}"
    yield "Dilaporkan", f"{reading.users[case.opened_by_id]}, {wording.moment(case.opened_at)}"
    if case.closed_at:
        yield "Ditutup", f"{wording.moment(case.closed_at)}: {case.close_reason}"


def ahead_spots(progress: Progress) -> Iterable[Spot]:
    """Steps whose turn has not come that this officer may record all the same."""
    for step in progress.plan.steps:
        if step.recurring or progress.refuse_act(step.key) is not None:
            continue
        tracks = sorted(progress.active_children) if step.per_child else [None]
        for track in tracks:
            current = progress.current(Spot(step.key, track))
            if current is None or (current.live and current.opened_at is None):
                yield Spot(step.key, track)


def open_for_several(progress: Progress, step: PlanStep) -> bool:
    """Whether the officer can do something there for more than one child."""
    if not step.per_child or step.recurring or progress.refuse_act(step.key) is not None:
        return False
    return len({a.child_id for a in progress.live() if a.step_id == step.id and a.opened_at is not None}) > 1


def case_acts(progress: Progress) -> Iterable[tuple[str, str]]:
    """What else this officer may do on the case: address and label."""
    case = progress.case
    running, held = case.running, progress.hold is not None
    if aid.step_of(progress) is not None:
        yield case_url(case, "aid"), "Bantuan bagi anak"
    if any(s.form == flow.VISIT for s in progress.plan.steps):
        yield case_url(case, "monitoring"), "Pemantauan"
    yield case_url(case, "photos"), "Foto penanganan"
    yield case_url(case, "message"), "Pesan untuk rekan"
    if progress.refuse_touch() is None:
        yield case_url(case, "note_new"), "Tambah catatan"
        yield case_url(case, "paper_new"), "Tambah dokumen"
        if running and not held:
            yield case_url(case, "refer"), "Minta atau rujuk ke pihak lain"
        if running and not held:
            yield case_url(case, "child_new"), "Tambah anak"
            yield case_url(case, "table"), "Isi tabel anak"
            if progress.plan.finder:
                yield case_url(case, "blank"), "Cetak blangko daftar anak"
        if running and len(progress.active_children) > 1:
            yield case_url(case, "leave_some"), "Hasil akhir beberapa anak"
        for attempt in progress.live():
            step = progress.step_of(attempt)
            for item in () if step.per_child else statements.outputs(progress, step):
                name = progress.kinds[item.kind].name
                yield statements_url(case, step.key, output=item.id), f"{name} per penanggung jawab"
        for step in progress.plan.steps:
            if open_for_several(progress, step):
                yield by_child_url(case, step.key), f"Langkah {number_of(step)}: beberapa anak sekaligus"
        if any(ahead_spots(progress)):
            yield case_url(case, "ahead"), "Catat tindakan yang mendahului langkah"
    if progress.refuse_lead() is not None:
        return
    if running:
        yield case_url(case, "assign"), "Tetapkan petugas"
        yield (case_url(case, "resume"), "Lanjutkan") if held else (case_url(case, "hold"), "Tunda")
        yield case_url(case, "hand_over"), "Limpahkan ke daerah lain"
        yield case_url(case, "stop"), "Hentikan"
        if not held:
            yield case_url(case, "close"), "Tutup penanganan"
    else:
        yield case_url(case, "reopen"), "Buka kembali"


def waiting_rows(reading: Reading, attempt: Attempt) -> list[tuple[Interval, str]]:
    """What was asked of others for an attempt, as sentences."""
    rows = []
    for row in reading.progress.intervals:
        if row.attempt_id == attempt.pk:
            kind = reading.progress.kinds[row.paper_kind_id].name if row.paper_kind_id else "jawaban"
            text = f"{kind} diminta dari {row.party}, {wording.moment(row.since)}"
            for at in row.reminded:
                text += f"; diingatkan {wording.moment(datetime.fromisoformat(at))}"
            if row.until:
                text += f"; selesai {wording.moment(row.until)}: {row.result}"
            rows.append((row, text))
    return rows
