"""The case page: its children and their care, what was asked outside, its notes, and all of it at once."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from sopcases.cases import care, wording
from sopcases.cases.addresses import case_url, photo_link
from sopcases.cases.models import Interval, Photo, ProgressNote
from sopcases.cases.page.acts import Action, ahead, next_action, other_acts, ready
from sopcases.cases.page.chips import Chip, child_chip, request_chip
from sopcases.cases.page.papers import Folder, Gap, PaperRow, gaps, paper_row, sorted_papers
from sopcases.cases.page.reading import FEW, Identity, Reading
from sopcases.cases.page.steps import StepRow, step_rows, term, waited
from sopcases.people.authority import LEFT

NOTES = 5


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

    @property
    def lines(self) -> list[str]:
        return [text for text in (self.about, self.where, self.text) if text]


@dataclass(frozen=True)
class CareRow:
    """A child's asesmen and rencana in a line each (the case page)."""

    called: str
    assessed: str
    assessments_url: str
    planned: str
    plan_url: str
    late: bool
    none: bool
    """Neither was written yet."""


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
    uncared: tuple[CareRow, ...]
    """Of many children those of whom nothing was written yet."""
    requests: tuple[RequestRow, ...]
    papers: tuple[PaperRow, ...]
    folders: tuple[Folder, ...]
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
        """Whether any paper shown singly could be voided by this officer; in a folder each row says so."""
        return any(paper.void_url for paper in self.papers)


def case_page(reading: Reading) -> CasePage:
    """The case page, read once."""
    progress = reading.progress
    action = next_action(reading)
    here = (action.step_url or action.url) if action else ""
    rows = [row for step in reading.plan.steps for row in step_rows(reading, step, here)]
    notes, older = notes_of(reading)
    care = _care_rows(reading)
    uncared = [row for row in care if row.none]
    uncared = uncared if len(uncared) > FEW else []
    papers, folders = sorted_papers([paper_row(reading, p) for p in reading.papers])
    return CasePage(
        identity=reading.identity,
        ready=ready(reading),
        action=action,
        gaps=tuple(gaps(reading)),
        steps=tuple(rows),
        children=tuple(_child_rows(reading)),
        care=tuple(row for row in care if row not in uncared),
        uncared=tuple(uncared),
        requests=tuple(_request_rows(reading)),
        papers=papers,
        folders=folders,
        notes=tuple(notes),
        older_notes=older is not None,
        facts=tuple(_facts(reading)),
        officers=tuple(_assigned(reading, p, u) for p, u in progress.assigned.items()),
        ahead=tuple(ahead(reading)),
        acts=tuple(other_acts(progress)),
    )


def _assigned(reading: Reading, position: int, user: int) -> str:
    told = f"{reading.positions[position]}: {reading.users[user]}"
    return told if (user, position) in reading.progress.by.holding else f"{told}{LEFT}"


def _facts(reading: Reading) -> Iterable[tuple[str, str]]:
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
    yield "Jangka waktu", term(reading)
    yield "Dilaporkan", f"{reading.users[case.opened_by_id]}, {wording.moment(case.opened_at)}"
    if case.closed_at:
        yield "Ditutup", f"{wording.moment(case.closed_at)}: {case.close_reason}"


def _child_rows(reading: Reading) -> list[ChildRow]:
    return [
        ChildRow(
            id=stay.child_id,
            called=stay.child.called,
            initials=stay.child.initials,
            about=reading.about(stay.child),
            where=reading.where([stay.child_id]),
            chip=child_chip(stay, reading.case),
            text=reading.ended(stay),
            url=case_url(reading.case, "child", child=stay.child_id),
            family_url=case_url(reading.case, "family", child=stay.child_id),
            same=Chip("Data yang sama", "neutral") if stay.child.merged_into_id or stay.joined_to else None,
        )
        for stay in reading.progress.stays
    ]


def _care_rows(reading: Reading) -> list[CareRow]:
    """Asesmen and rencana of each child: two queries, however many there are."""
    today = timezone.localdate(reading.at)
    found = care.of_case(reading.case)
    rows = []
    for stay in reading.progress.stays:
        own = found.get(stay.child_id)
        latest = own.assessment if own else None
        late = bool(own) and any(g.open and g.due_on < today for g in own.goals)
        rows.append(
            CareRow(
                called=stay.child.called,
                assessed=f"Asesmen {wording.day(timezone.localdate(latest.assessed_at))}"
                if latest
                else "Belum ada asesmen",
                assessments_url=case_url(reading.case, "assessments", child=stay.child_id),
                planned=f"rencana: {own.achieved} dari {own.counted} tercapai"
                if own and own.goals
                else "belum ada rencana",
                plan_url=case_url(reading.case, "plan", child=stay.child_id),
                late=late,
                none=own is None,
            )
        )
    return rows


def _request_rows(reading: Reading) -> list[RequestRow]:
    """What was asked of outside parties: the open ones first, each with the days waited."""
    may = reading.progress.refuse_touch() is None
    rows = sorted(reading.progress.requests, key=lambda r: (r.until is not None, r.since, r.pk))
    return [_request_row(reading, row, may) for row in rows]


def _request_row(reading: Reading, row: Interval, may: bool) -> RequestRow:
    kind = reading.progress.kinds[row.paper_kind_id].name if row.paper_kind_id else ""
    facts = [f"Diminta {wording.moment(row.since)}"]
    if row.reminded:
        last = datetime.fromisoformat(row.reminded[-1])
        facts.append(f"diingatkan {len(row.reminded)} kali, terakhir {wording.moment(last)}")
    facts.append(waited(reading.progress.calendar, row.since, row.until or reading.at))
    if row.until:
        facts.append(f"dijawab {wording.moment(row.until)}: {row.result}")
    inside = row.child_id in reading.progress.active_children
    elsewhere = row.party_kind == Interval.Party.REGION and row.accepted and inside
    return RequestRow(
        what=row.request or kind or "Jawaban",
        party=row.party,
        child=reading.called(row.child_id),
        facts=tuple(facts),
        chip=request_chip(row),
        url=case_url(reading.case, "answer", interval=row.pk) if may and row.until is None else "",
        leave_url=case_url(reading.case, "leave", child=row.child_id) if may and elsewhere else "",
    )


def notes_of(
    reading: Reading, before: int | None = None, size: int = NOTES
) -> tuple[list[NoteRow], int | None]:
    """The latest notes, and the key of the page of older ones."""
    rows = ProgressNote.objects.filter(case=reading.case).order_by("-id")
    rows = list(rows.filter(pk__lt=before)[: size + 1] if before else rows[: size + 1])
    shown = rows[:size]
    photos = defaultdict(list)
    for photo in Photo.objects.filter(note__in=[n.pk for n in shown]):
        photos[photo.note_id].append(photo)
    found = [
        NoteRow(
            text=note.text,
            when=wording.moment(note.happened_at),
            by=f"{reading.users[note.recorded_by_id]}, {note.acting_title}",
            child=reading.called(note.child_id),
            photos=tuple(photo_link(p, no) for no, p in enumerate(photos[note.pk], 1)),
        )
        for note in shown
    ]
    return found, shown[-1].pk if len(rows) > size else None
