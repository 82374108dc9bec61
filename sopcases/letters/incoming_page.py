"""What the page of an incoming letter and its Lembar Disposisi show: built once, in frozen dataclasses."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from sopcases.cases.addresses import case_url
from sopcases.cases.models import Case
from sopcases.cases.wording import joined, moment
from sopcases.letters import register
from sopcases.letters.models import Disposition, IncomingLetter
from sopcases.letters.models.incoming import Asked, Urgency
from sopcases.letters.page import Chip, Deed
from sopcases.letters.words import day_text
from sopcases.people.authority import Officer

State = IncomingLetter.State
TONES = {State.RECORDED: "waiting", State.PASSED: "active", State.DONE: "done", State.VOID: "stopped"}
CONFIDENTIAL = "Rahasia"
ICONS = {Urgency.URGENT.label: "flag", Urgency.VERY_URGENT.label: "flag", CONFIDENTIAL: "lock"}
BLANK_LINES = 3
"""Lines to write on by hand, on a sheet that nobody has disposed on yet."""


def incoming_url(letter: IncomingLetter, name: str = "incoming", **more) -> str:
    """The address of a letter's page, or of an act on it."""
    return reverse(f"letters:{name}", kwargs={"incoming": letter.pk, **more})


def chip(letter: IncomingLetter) -> Chip:
    return Chip(letter.get_state_display(), TONES[letter.state])


def natures(letter: IncomingLetter) -> tuple[str, ...]:
    """What sets the letter apart: how soon it wants an answer, and whether it is kept confidential."""
    urgent = letter.urgency != Urgency.ORDINARY
    return (*[letter.get_urgency_display()] * urgent, *[CONFIDENTIAL] * letter.confidential)


@dataclass(frozen=True)
class Box:
    """A choice of the sheet, ticked or not."""

    label: str
    ticked: bool


@dataclass(frozen=True)
class Block:
    """One act of disposing: by whom, when, to whom, what. Empty on a sheet to be filled in by hand."""

    by: str
    when: str
    recipients: tuple[str, ...]
    wishes: tuple[Box, ...]
    note: str
    due: str


@dataclass(frozen=True)
class Sheet:
    """The Lembar Disposisi (domain sheet, section 1): internal, without number and stamp."""

    left: tuple[tuple[str, str], ...]
    right: tuple[tuple[str, str], ...]
    natures: tuple[Box, ...]
    about: str
    blocks: tuple[Block, ...]
    printed: str


@dataclass(frozen=True)
class Part:
    """A part of the chain as the page shows it; `level` says how far down it is."""

    level: int
    to: str
    given: str
    due: str
    late: bool
    chip: Chip
    wishes: str
    note: str
    answer: str
    answered: str
    mine: bool


@dataclass(frozen=True)
class IncomingPage:
    """A letter's page, as this officer sees it."""

    title: str
    back: tuple[str, str]
    """Where he came from: address and label."""
    chip: Chip
    natures: tuple[Chip, ...]
    facts: tuple[tuple[str, str], ...]
    next: Deed | None
    others: tuple[Deed, ...]
    waits: str
    parts: tuple[Part, ...]
    finish_note: str
    scan_url: str
    sheet_url: str
    case_url: str
    case_number: str
    case_hidden: bool


def sheet(letter: IncomingLetter, officer: Officer) -> Sheet:
    """The Lembar Disposisi with all that was disposed so far."""
    blocks: dict[tuple, list[Disposition]] = {}
    for part in letter.parts.select_related("recorded_by"):
        blocks.setdefault((part.from_title, part.at, part.asked, part.note, part.due_on), []).append(part)
    return Sheet(
        left=(
            ("Surat dari", letter.sender),
            ("No. surat", letter.number or "–"),
            ("Tgl surat", day_text(letter.dated)),
        ),
        right=(
            ("Diterima", day_text(letter.received_on)),
            ("No. agenda", f"{letter.seq}/{letter.year}"),
        ),
        natures=(
            Box(Urgency.VERY_URGENT.label, letter.urgency == Urgency.VERY_URGENT),
            Box(Urgency.URGENT.label, letter.urgency == Urgency.URGENT),
            Box(CONFIDENTIAL, letter.confidential),
        ),
        about=letter.about,
        blocks=tuple(_block(parts) for parts in blocks.values()) or (_block([]),),
        printed=moment(officer.at),
    )


def _block(parts: list[Disposition]) -> Block:
    first = parts[0] if parts else None
    recorder = f" oleh {first.recorded_by}" if first and first.recorded_by else ""
    asked = first.asked.split() if first else []
    return Block(
        by=first.from_title if first else "",
        when=f"{moment(first.at)}{recorder}" if first else "",
        recipients=tuple(part.to_title for part in parts) or ("",) * BLANK_LINES,
        wishes=tuple(Box(label, value in asked) for value, label in Asked.choices),
        note=first.note if first else "",
        due=day_text(first.due_on) if first else "",
    )


def facts(letter: IncomingLetter) -> Iterator[tuple[str, str]]:
    """What the envelope says, for the page."""
    yield "Surat dari", letter.sender
    yield "Nomor surat", letter.number or "Tidak bernomor"
    yield "Tanggal surat", day_text(letter.dated)
    yield "Diterima", day_text(letter.received_on)
    yield "Hal", letter.about
    yield "Dicatat oleh", f"{letter.recorded_by}, {moment(letter.recorded_at)}"
    if letter.voided_by:
        yield "Dibatalkan oleh", f"{letter.voided_by}, {moment(letter.voided_at)}"
        yield "Alasan pembatalan", letter.void_reason


def incoming_page(letter: IncomingLetter, officer: Officer, may_open: bool) -> IncomingPage:
    """Everything on the page, in a constant number of queries. `may_open`: a case, under some SOP."""
    parts = list(letter.parts.select_related("answered_by", "recorded_by", "answer_recorded_by"))
    first, others = _deeds(letter, parts, officer, may_open)
    case = letter.case_id and Case.objects.visible_to(officer).filter(pk=letter.case_id).first()
    return IncomingPage(
        title=str(letter),
        back=(reverse("letters:incoming_agenda"), "Agenda Surat Masuk")
        if register.refuse_read(officer) is None
        else ("/", "Tugas Saya"),
        chip=chip(letter),
        natures=tuple(Chip(word, "neutral", ICONS[word]) for word in natures(letter)),
        facts=tuple(facts(letter)),
        next=first,
        others=tuple(others),
        waits="" if first else _waits(letter, parts),
        parts=tuple(_chain(parts, officer)),
        finish_note=letter.finish_note,
        scan_url=incoming_url(letter, "incoming_scan") if letter.file else "",
        sheet_url="" if letter.state == letter.State.VOID else incoming_url(letter, "disposition_pdf"),
        case_url=case_url(case) if case else "",
        case_number=case.number if case else "",
        case_hidden=bool(letter.case_id and not case),
    )


def _deeds(
    letter: IncomingLetter, parts: list[Disposition], officer: Officer, may_open: bool
) -> tuple[Deed | None, list[Deed]]:
    """The one thing to do next, if it is his turn, and what else he may do."""
    dispose = letter.why_not_dispose(officer) is None
    passing = Deed(
        incoming_url(letter, "dispose"),
        "Disposisikan",
        "Pilih siapa yang menindaklanjuti, apa yang diharapkan, dan sampai kapan.",
    )
    mine = [part for part in parts if letter.why_not_answer(part, officer) is None]
    below = {part.parent_id for part in parts if part.is_open}
    given = {part.parent_id for part in parts}
    ready = [part for part in mine if part.pk not in below]
    answers = {
        part.pk: Deed(
            incoming_url(letter, "answer", part=part.pk),
            "Jawab disposisi",
            f"Laporkan apa yang sudah dikerjakan, paling lambat {day_text(part.due_on)}.",
        )
        for part in mine
    }
    first = None
    if any(part.pk not in given for part in ready) and dispose:
        first = passing
    elif ready:
        first = answers[ready[0].pk]
    elif letter.state == State.RECORDED and officer.heads:
        first = passing
    others = [deed for deed in answers.values() if deed != first]
    if dispose and first != passing:
        others.append(passing)
    if letter.why_not_record_for(officer) is None:
        others += [
            Deed(
                incoming_url(letter, "dispose_for", hand=hand.user.pk),
                f"Catat disposisi tertulis {hand.user}",
            )
            for hand in letter.hands(officer)
        ]
        others += [
            Deed(incoming_url(letter, "answer_for", part=part.pk), f"Catat jawaban {part.to_title}")
            for part in parts
            if part.is_open and part not in mine
        ]
    if may_open and letter.why_not_open_case(officer) is None:
        others.append(Deed(incoming_url(letter, "open_case"), "Buka penanganan dari surat ini"))
    if letter.why_not_finish(officer) is None:
        others.append(Deed(incoming_url(letter, "finish"), "Selesaikan surat ini"))
    if letter.why_not_correct(officer) is None:
        what = "Perbaiki catatan" if letter.file else "Perbaiki catatan atau unggah pindaian"
        others.append(Deed(incoming_url(letter, "incoming_edit"), what))
    if letter.why_not_void(officer) is None:
        others.append(Deed(incoming_url(letter, "incoming_void"), "Batalkan entri yang keliru"))
    return first, others


def _waits(letter: IncomingLetter, parts: list[Disposition]) -> str:
    if letter.state == State.RECORDED:
        return "Menunggu disposisi pimpinan"
    parents = {part.parent_id for part in parts if part.is_open}
    leaves = [part.to_title for part in parts if part.is_open and part.pk not in parents]
    return f"Menunggu jawaban {joined(leaves)}" if leaves else ""


def _chain(parts: list[Disposition], officer: Officer) -> Iterator[Part]:
    """The parts from the head downward, each followed by what was passed on from it."""
    below: dict[int | None, list[Disposition]] = {}
    for part in parts:
        below.setdefault(part.parent_id, []).append(part)

    def walk(parent: int | None, level: int) -> Iterator[Part]:
        for part in below.get(parent, ()):
            yield _part(part, level, officer)
            yield from walk(part.pk, level + 1)

    yield from walk(None, 0)


def _part(part: Disposition, level: int, officer: Officer) -> Part:
    late = part.is_open and is_late(part.due_on, officer.day)
    if part.answered_at:
        state = Chip("Dijawab", "done")
    elif part.ended_at:
        state = Chip("Berakhir bersama surat", "stopped")
    else:
        state = Chip("Lewat batas waktu", "late") if late else Chip("Belum dijawab", "waiting")
    given = f"Dari {part.from_title}, {moment(part.at)}"
    if part.recorded_by:
        when = day_text(part.given_on)
        given = f"Dari {part.from_title}, tertulis {when}, dicatat {part.recorded_by} {moment(part.at)}"
    return Part(
        level=min(level, 3),
        to=part.to_title,
        given=given,
        due=f"Batas waktu {day_text(part.due_on)}",
        late=late,
        chip=state,
        wishes=", ".join(part.wishes),
        note=part.note,
        answer=part.answer,
        answered=_answered(part),
        mine=part.hat_of(officer) is not None,
    )


def _answered(part: Disposition) -> str:
    """Who answered when; and who wrote it down where that is somebody else."""
    if part.answered_at is None:
        return ""
    by, when = f"oleh {part.answered_by}, {part.answered_title}", moment(part.answered_at)
    if part.answered_on:
        return f"{by}, {day_text(part.answered_on)}, dicatat {part.answer_recorded_by} {when}"
    return f"{by}, {when}"


def is_late(due_on: date, today: date) -> bool:
    """A day is whole: a part is late from the next one."""
    return due_on < today
