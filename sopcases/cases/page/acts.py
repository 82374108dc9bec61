"""What an officer can do on a case: the one thing next, what runs ahead of its turn, and all else."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sopcases.cases import aid, statements, wording
from sopcases.cases.addresses import by_child_url, case_url, occasion_url, statements_url, step_url
from sopcases.cases.models import Attempt
from sopcases.cases.page.papers import signed_at
from sopcases.cases.page.reading import FEW, Reading
from sopcases.cases.page.steps import holders, open_attempts, place_of, why
from sopcases.cases.progress import Progress, Spot
from sopcases.sops import flow
from sopcases.sops.flow import PlanStep, number_of


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


def next_action(reading: Reading) -> Action | None:
    """The first thing this officer can do; else the first thing that somebody else must do."""
    if not reading.case.running:
        return None
    if reading.progress.hold:
        hold = reading.progress.hold
        may = reading.progress.refuse_lead() is None
        return Action(
            place=f"Ditunda sejak {wording.moment(hold.since)}",
            title="Lanjutkan penanganan",
            text=hold.reason,
            url=case_url(reading.case, "resume") if may else "",
            label="Lanjutkan penanganan",
            waits="" if may else "Menunggu pejabat yang berwenang",
        )
    # What waits for an outside party comes after what can be done now.
    rows = sorted(open_attempts(reading), key=lambda a: reading.progress.waiting(a) is not None)
    for attempt in rows:
        step = reading.progress.step_of(attempt)
        if reading.progress.refuse_receive(attempt) is None:
            return _step_action(reading, step, attempt, "Terima")
        handed = _handed(step, attempt)
        approves = step.approving_only and reading.progress.hat(step.positions(*flow.APPROVING))
        if (reading.progress.refuse_act(step.key) is None and not handed) or approves:
            return _step_action(
                reading, step, attempt, "Periksa suratnya" if approves else "Kerjakan langkah ini"
            )
    return _ending(reading) or (_others(reading, rows[0]) if rows else None)


def _handed(step: PlanStep, attempt: Attempt) -> bool:
    """Done, and lying with the one who receives it."""
    return bool(attempt.acted_at and step.positions(flow.RECEIVES) and not attempt.received_at)


def _step_action(reading: Reading, step: PlanStep, attempt: Attempt, label: str) -> Action:
    if step.form == "session" and label == "Kerjakan langkah ini":
        url = occasion_url(reading.case.sop.slug, step.key, attempt.occurrence)
        return Action(
            place_of(reading, step), step.activity, why(reading, step, attempt), url, "Catat kehadiran"
        )
    missing = reading.progress.missing(attempt) if attempt.acted_at and label != "Terima" else []
    signed = {signed_at(reading, m, step): m.kind.name for m in missing}
    if len(signed) == 1 and all(signed):
        # The act is written down; the adults come one by one, over days.
        ((url, name),) = signed.items()
        children = len({m.child_id for m in missing})
        return Action(
            place=place_of(reading, step),
            title=step.activity,
            text=f"Masih ditunggu: {name} untuk {children} anak. {why(reading, step, attempt)}",
            url=url,
            label=f"Lengkapi {name}",
            step_url=step_url(reading.case, reading.progress.spot_of(attempt)),
        )
    return Action(
        place=place_of(reading, step),
        title=step.activity,
        text=why(reading, step, attempt),
        url=step_url(reading.case, reading.progress.spot_of(attempt)),
        label=label,
    )


def _others(reading: Reading, attempt: Attempt) -> Action:
    step = reading.progress.step_of(attempt)
    if _handed(step, attempt):
        parts = (flow.RECEIVES,)
    else:
        parts = (flow.PERFORMS,) if step.positions(flow.PERFORMS) else flow.APPROVING
    return Action(
        place=place_of(reading, step),
        title=step.activity,
        text=why(reading, step, attempt),
        waits=f"Menunggu {holders(reading, step, *parts)}",
    )


def _ending(reading: Reading) -> Action | None:
    """Ready to be closed, or nothing is left to walk: give the children their outcome, and close."""
    progress, why_ready = reading.progress, ready(reading)
    if progress.refuse_lead() is not None:
        return None
    walked = not any(a.opened_at for a in progress.live())
    if not why_ready and not (walked and progress.active_children):
        return None
    nihil = progress.found_nobody
    text = f"Siap ditutup: {why_ready}." if why_ready else ""
    if progress.active_children:
        text = f"{text} Catat hasil akhir setiap anak, lalu tutup penanganannya.".strip()
    return Action(
        place="Semua langkah selesai" if walked else "Langkah yang masih terbuka berakhir",
        title="Tutup penanganan dengan hasil nihil" if nihil else "Tutup penanganan",
        text=text,
        url=case_url(reading.case, "close"),
        label="Tutup penanganan",
    )


def ready(reading: Reading) -> str:
    """Why the case is ready to be closed by a person, or ""; of many cases `Cases.marked_ready`."""
    progress = reading.progress
    if progress.refuse_running() is not None:
        return ""
    if not progress.term_over and progress.refuse_close() is not None:
        return ""
    return told_ready(progress.term_over, progress.found_nobody, bool(progress.stays))


def told_ready(term_over: bool, found_nobody: bool, children: bool) -> str:
    """Why a case is ready to be closed. `children`: whether there are, or were, any in it."""
    if term_over:
        return "jangka waktunya sudah habis"
    if found_nobody:
        return "tidak ada anak yang ditemukan"
    return "setiap anak sudah mempunyai hasil akhir" if children else "tidak ada lagi langkah yang terbuka"


def ahead(reading: Reading) -> Iterable[tuple[str, str]]:
    """What may have happened already though its turn has not come: recording it is a deliberate act. Of many
    children at a step the page of its own tells each."""
    spots: dict[str, list[Spot]] = defaultdict(list)
    for spot in ahead_spots(reading.progress):
        spots[spot.key].append(spot)
    for key, own in spots.items():
        step = reading.plan.by_key[key]
        what = f"Langkah {number_of(step)}: {step.activity}"
        if len(own) > FEW:
            yield case_url(reading.case, "ahead"), f"{what} untuk satu dari {len(own)} anak"
        else:
            for spot in own:
                whom = f" untuk {reading.called(spot.child_id)}" if spot.child_id else ""
                yield step_url(reading.case, spot), f"{what}{whom}"


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


def other_acts(progress: Progress) -> Iterable[tuple[str, str]]:
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
        if case.outdated and not held:
            yield case_url(case, "carry"), "Alihkan ke revisi SOP yang berlaku"
        yield case_url(case, "stop"), "Hentikan"
        if not held:
            yield case_url(case, "close"), "Tutup penanganan"
    else:
        yield case_url(case, "reopen"), "Buka kembali"
