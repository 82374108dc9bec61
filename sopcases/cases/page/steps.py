"""The steps of a case: the map, the state of each in words, and how its time is counted."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from sopcases.cases import clocks, wording
from sopcases.cases.addresses import step_url
from sopcases.cases.clocks import Shares
from sopcases.cases.models import Attempt, Interval
from sopcases.cases.page.chips import TONE_ORDER, UNDER_WAY, Chip
from sopcases.cases.page.reading import FEW, Reading
from sopcases.cases.progress import Spot, is_late
from sopcases.sops import flow
from sopcases.sops.flow import PlanStep, number_of
from sopcases.sops.models import Performer
from sopcases.sops.plans import plan_of
from sopcases.worktime.calendar import Calendar
from sopcases.worktime.periods import period

PARTS = {
    Performer.Part.PERFORMS: "melaksanakan",
    Performer.Part.RECEIVES: "menerima",
    Performer.Part.ORDERS: "memerintahkan",
    Performer.Part.TAKES_PART: "ikut serta",
    Performer.Part.DISPOSES: "memaraf (SOP: disposisi)",
    Performer.Part.SIGNS: "menandatangani",
}


DAY = timedelta(days=1)


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
    counted: str = ""
    """How the due moment of an open step is counted."""


def step_rows(reading: Reading, step: PlanStep, here: str) -> list[StepRow]:
    """A step on the map: a row for each of a few tracks; of many children one row that sorts them by
    their state. `here`: the address of the step that is to be done next."""
    left = {s.child_id for s in reading.progress.stays if s.left_on is not None}
    spots = [s for s in _spots(reading, step) if s.child_id not in left or reading.progress.history(s)]
    if len(spots) <= FEW:
        return [
            step_row(reading, step, s, current=bool(here) and here == step_url(reading.case, s))
            for s in spots
        ]
    groups: dict[Chip, list[tuple[str, str]]] = defaultdict(list)
    for spot in spots:
        url = step_url(reading.case, spot) if reading.progress.history(spot) else ""
        groups[step_chip(reading, step, spot)].append((reading.called(spot.child_id), url))
    ordered = sorted(groups.items(), key=lambda group: TONE_ORDER.index(group[0].tone))
    tracks = [attempt for spot in spots if (attempt := reading.progress.current(spot))]
    outside = sum(bool(reading.mandates.outside(attempt)) for attempt in tracks)
    over = ("Tidak diperlukan", *(c.label for c in groups if c.tone in ("done", "stopped")))
    through = sum(len(children) for chip, children in ordered if chip.label in over)
    return [
        StepRow(
            number=number_of(step),
            activity=step.activity,
            performers=performers(reading, step),
            chip=ordered[0][0],
            url="",
            current=bool(here) and any(here == step_url(reading.case, s) for s in spots),
            late=any(chip.tone == "late" for chip in groups),
            done=f"{through} dari {len(spots)} anak sudah melewati langkah ini",
            standard=_standard(step),
            used="",
            remarks=(f"Di luar surat perintah: {outside} anak",) if outside else (),
            groups=tuple((chip.label, tuple(children)) for chip, children in ordered),
        )
    ]


def step_row(reading: Reading, step: PlanStep, spot: Spot, current: bool = False) -> StepRow:
    """A step on one track. `current`: the page says already how its due moment is counted."""
    attempt = reading.progress.current(spot)
    chip = step_chip(reading, step, spot)
    seen = bool(reading.progress.history(spot)) and step.applies(reading.case.route)
    return StepRow(
        number=number_of(step),
        activity=step.activity,
        performers=performers(reading, step),
        chip=chip,
        url=step_url(reading.case, spot) if seen else "",
        current=current,
        late=_late(reading, step, attempt),
        done=told_done(reading, attempt) if attempt else "",
        standard=_standard(step),
        used=_used(reading, spot, attempt) if attempt and attempt.state == Attempt.State.DONE else "",
        remarks=tuple(_remarks(reading, step, spot, attempt)),
        counted=_until(reading, step, attempt) if attempt and attempt.live and not current else "",
    )


def _spots(reading: Reading, step: PlanStep) -> list[Spot]:
    """The tracks a step is shown on: the case, each child, and of a recurring step its latest period."""
    tracks = [s.child_id for s in reading.progress.stays] if step.per_child else [None]
    if not step.recurring:
        return [Spot(step.key, track) for track in tracks]
    found = []
    for track in tracks:
        own = [a for a in reading.progress.attempts if a.step_id == step.id and a.child_id == track]
        begun = [a for a in own if a.opened_at is None or a.opened_at <= reading.at] or own
        found.append(Spot(step.key, track, begun[-1].occurrence if begun else None))
    return found


def step_chip(reading: Reading, step: PlanStep, spot: Spot) -> Chip:
    """The state of a step in the words of the office."""
    attempt = reading.progress.current(spot)
    if not step.applies(reading.case.route):
        return Chip("Tidak diperlukan", "neutral")
    if attempt is None:
        ended = [a for a in reading.progress.history(spot) if a.state == Attempt.State.ENDED]
        return Chip(Attempt.State.ENDED.label, "stopped") if ended else Chip("Belum dimulai", "neutral")
    state = Attempt.State
    if attempt.state == state.DONE:
        if step.recurring:
            return Chip("Terlaksana", "done")
        follows = any(w.attempt_id == attempt.pk and w.settled_at is None for w in reading.progress.waivers)
        return Chip(
            "Selesai, kelengkapan menyusul" if follows else "Selesai", "waiting" if follows else "done"
        )
    if attempt.state == state.NOT_NEEDED:
        return Chip("Tidak diperlukan", "neutral")
    if attempt.state == state.NOT_HELD:
        return Chip("Tidak terlaksana", "stopped")
    if attempt.state == state.MISSED:
        return Chip("Belum dilaporkan", "late")
    if attempt.opened_at is not None and attempt.opened_at > reading.at:
        return Chip("Belum waktunya", "neutral")
    if attempt.opened_at is None and attempt.acted_at is None:
        return Chip("Belum dimulai", "neutral")
    if reading.progress.waiting(attempt):
        return Chip("Menunggu pihak lain", "waiting")
    before = reading.progress.history(spot)[:-1]
    again = before[-1].state if before and attempt.acted_at is None else ""
    label = {state.RETURNED: "Dikembalikan", state.REOPENED: "Dibuka kembali"}.get(again, UNDER_WAY)
    return Chip(label, "late" if _late(reading, step, attempt) else "active")


def _standard(step: PlanStep) -> str:
    """Its time as the SOP has it, "" where the sheet holds a dash."""
    return step.time if step.time.strip(" -0") else ""


def _late(reading: Reading, step: PlanStep, attempt: Attempt | None) -> bool:
    return bool(attempt and step.alarm and is_late(attempt, reading.progress.clock))


def told_done(reading: Reading, attempt: Attempt) -> str:
    """Who did it, acting as what, and when; and who wrote it down where that is somebody else."""
    if attempt.acted_at is None or attempt.recorded_by_id is None:
        return ""
    people = reading.actors[attempt.pk]
    names = wording.joined([reading.users[u] for u in people])
    if attempt.recorded_by_id in people:
        if len(people) == 1 and attempt.acting_title:
            names += f" sebagai {attempt.acting_title}"
        text = f"{names}, {wording.moment(attempt.acted_at)}"
        if attempt.recorded_at - attempt.acted_at >= DAY:
            text += f"; dicatat {wording.moment(attempt.recorded_at)}"
        return text
    return (
        f"Dilaksanakan oleh {names}, {wording.moment(attempt.acted_at)}; dicatat oleh "
        f"{reading.users[attempt.recorded_by_id]} sebagai {attempt.acting_title}, "
        f"{wording.moment(attempt.recorded_at)}"
    )


def _used(reading: Reading, spot: Spot, attempt: Attempt) -> str:
    """The working time a step took, and how much of it others were waited for."""
    worked = attempt.worked_minutes or 0
    told, shares = f"{wording.length(worked)} kerja", _shares(reading, spot)
    if shares is None:
        return told
    waiting = min(worked, shares.waiting)
    own = wording.length(worked - waiting)
    return f"{told}: {own} sendiri, {wording.length(waiting)} menunggu pihak lain"


def _remarks(reading: Reading, step: PlanStep, spot: Spot, attempt: Attempt | None) -> Iterable[str]:
    if spot.child_id:
        yield f"Untuk {reading.called(spot.child_id)}"
    if spot.occurrence:
        yield f"Masa mulai {wording.day(spot.occurrence)}"
    if not step.applies(reading.case.route):
        yield "Tidak berlaku pada jalur masuk penanganan ini."
        return
    if attempt is None:
        return
    if attempt.early:
        yield "Mendahului langkah"
    yield from reading.mandates.outside(attempt)
    if attempt.verbal_order_by:
        yield f"Perintah lisan {attempt.verbal_order_by}, {wording.moment(attempt.verbal_order_at)}"
    if attempt.received_at:
        yield (
            f"Diterima oleh {reading.users[attempt.received_by_id]} sebagai {attempt.received_title}, "
            f"{wording.moment(attempt.received_at)}"
        )
    if attempt.spent_minutes is not None:
        yield f"Lama pengerjaan {wording.length(attempt.spent_minutes)}"
    if attempt.reason:
        yield attempt.reason
    if not attempt.live:
        return
    if attempt.acted_at and not attempt.received_at and step.positions(flow.RECEIVES):
        yield f"Menunggu diterima oleh {holders(reading, step, flow.RECEIVES)}"
    if waiting := reading.progress.waiting(attempt):
        yield f"Menunggu {waiting.party} sejak {wording.moment(waiting.since)}"
    if shares := _shares(reading, spot):
        yield (
            f"Sejauh ini {wording.length(shares.own)} kerja sendiri, "
            f"{wording.length(shares.waiting)} menunggu pihak lain"
        )
    before = reading.progress.history(spot)[:-1]
    if before and before[-1].reason and attempt.acted_at is None:
        yield f"{before[-1].get_state_display()}: {before[-1].reason}"
    if attempt.due_at:
        late = _late(reading, step, attempt)
        yield f"{'Lewat batas waktu' if late else 'Batas waktu'} {wording.moment(attempt.due_at)}"


def _until(reading: Reading, step: PlanStep, attempt: Attempt) -> str:
    """Until when, and how that is counted."""
    if attempt.due_at is None or attempt.opened_at is None:
        return ""
    due = f"batas waktu {wording.moment(attempt.due_at)}."
    if attempt.occurrence:
        last = period(attempt.occurrence, step.every_months)[1]
        return f"Masa sampai {wording.day(last)}, hari kerja terakhirnya; {due}"
    told = _counted(reading, attempt) or f"{due[0].upper()}{due[1:]}"
    if attempt.late_at != attempt.due_at:
        told += f" Dihitung lewat sesudah {wording.moment(attempt.late_at)}, akhir hari kerja berikutnya."
    return told


def _counted(reading: Reading, attempt: Attempt) -> str:
    """How the due moment of an attempt is counted; "" where its beginning is not known any more."""
    standard, calendar = reading.progress.standard_of(attempt), reading.progress.calendar
    if standard is None:
        return ""
    begun = [(attempt.opened_at, attempt.used_minutes)]
    if standard.by_calendar:  # it runs on since the first go at the step
        first = reading.progress.history(reading.progress.spot_of(attempt))[0]
        begun.append((first.opened_at, 0))
    for since, used in begun:
        if since and clocks.end_of(calendar, standard, since, used, reading.progress.holds) == attempt.due_at:
            told = clocks.told(calendar, standard, since, used, reading.progress.holds)
            return told[0].upper() + told[1:]
    return ""


def why(reading: Reading, step: PlanStep, attempt: Attempt) -> str:
    """Since when a step is open, and until when it should be done."""
    until = _until(reading, step, attempt)
    if " sejak " in until:
        return f"Terbuka: {until[0].lower()}{until[1:]}"
    return f"Terbuka sejak {wording.moment(attempt.opened_at)}. {until}".strip()


def term(reading: Reading) -> str:
    """Until when the whole case runs, and how that is counted."""
    case, term = reading.case, reading.progress.term
    if case.term_due_at is None or term is None:
        return ""
    told = clocks.told(reading.progress.calendar, term, case.opened_at, 0, reading.progress.holds)
    return told[0].upper() + told[1:]


def _shares(reading: Reading, spot: Spot) -> Shares | None:
    """Whose the time on a step was, in all goes at it; None where nobody was asked for anything."""
    goes = [a for a in reading.progress.history(spot) if a.opened_at is not None]
    asked = [
        (i.attempt_id, (i.since, i.until or reading.at)) for i in reading.progress.requests if i.attempt_id
    ]
    if not {a.pk for a in goes} & {pk for pk, _ in asked}:
        return None
    holds = reading.progress.holds_until(reading.at)
    found = [
        clocks.shares(
            reading.progress.calendar,
            go.opened_at,
            reading.at if go.live else go.finished_at,
            [span for pk, span in asked if pk == go.pk],
            holds,
        )
        for go in goes
    ]
    return Shares(*(sum(getattr(one, name) for one in found) for name in ("own", "waiting", "held")))


def performers(reading: Reading, step: PlanStep) -> str:
    """ "Peksos melaksanakan, Kasi menerima"."""
    parts = {part for _, part in step.performers}
    return ", ".join(
        f"{holders(reading, step, part)} {word}" for part, word in PARTS.items() if part in parts
    )


def holders(reading: Reading, step: PlanStep, *parts: str) -> str:
    """The positions that have one of these parts in a step."""
    return wording.joined([reading.positions[p] for p, part in step.performers if part in parts])


def place_of(reading: Reading, step: PlanStep) -> str:
    """Langkah 3 dari 5"""
    keys = [s.key for s in reading.plan.steps]
    return f"Langkah {keys.index(step.key) + 1} dari {len(keys)}"


def open_attempts(reading: Reading) -> list[Attempt]:
    """Open attempts whose turn came, in the order of the SOP."""
    rows = [a for a in reading.progress.live() if a.opened_at is not None and a.opened_at <= reading.at]
    return sorted(rows, key=lambda a: (reading.progress.step_of(a).order, a.occurrence or date.min, a.pk))


def past(reading: Reading) -> list[tuple[PlanStep, Attempt, int]]:
    """What was done at steps that were not carried over: step, attempt, number of its revision."""
    rows = reading.progress.past
    steps = {s.id: (s, c.old.no) for c in reading.carryings if rows for s in plan_of(c.old).steps}
    return [(steps[a.step_id][0], a, steps[a.step_id][1]) for a in rows]


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


def waited(calendar: Calendar, since: datetime, until: datetime) -> str:
    """How long somebody was waited for, in calendar days and in working days begun after the first."""
    first, last = timezone.localdate(since), timezone.localdate(until)
    days = (last - first).days
    working = sum(calendar.is_working_day(first + DAY * n) for n in range(1, days + 1))
    return f"menunggu {days} hari ({working} hari kerja)"
