"""States in the words of the office, each with its tone."""

from dataclasses import dataclass
from datetime import date

from sopcases.cases import wording
from sopcases.cases.models import Case, CaseChild, Goal, Interval, Paper
from sopcases.sops.models import PaperKind, Stage

TONE_ORDER = ("late", "active", "waiting", "neutral", "stopped", "done")


CASE_TONES = {
    Case.State.REPORTED: "active",
    Case.State.ACTIVE: "active",
    Case.State.ON_HOLD: "waiting",
    Case.State.DONE: "done",
    Case.State.NIHIL: "done",
    Case.State.STOPPED: "stopped",
    Case.State.HANDED_OVER: "stopped",
}


UNDER_WAY = "Sedang dikerjakan"


@dataclass(frozen=True)
class Chip:
    """A state by word and tone (parts/chip.html)."""

    label: str
    tone: str
    icon: str = ""


READY = Chip("Siap ditutup", "done")


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


def request_chip(row: Interval) -> Chip:
    """How far something asked of an outside party is."""
    if row.until is None:
        return Chip("Diingatkan" if row.reminded else "Menunggu jawaban", "waiting")
    if row.accepted is None:
        return Chip("Dijawab", "done")
    return Chip("Diterima", "done") if row.accepted else Chip("Ditolak", "stopped")


def child_chip(stay: CaseChild, case: Case) -> Chip:
    """Where a child stands in the case."""
    if stay.left_on is not None:
        return Chip("Selesai", "done")
    if stay.verdict:
        return Chip(stay.get_verdict_display(), "active" if stay.verdict == "eligible" else "waiting")
    return Chip("Terdata" if case.state == Case.State.REPORTED else "Dalam penanganan", "active")


def goal_chip(goal: Goal, today: date) -> Chip:
    """How far a goal of a child's plan is."""
    if goal.achieved_on:
        return Chip(f"Tercapai {wording.day(goal.achieved_on)}", "done")
    if goal.dropped_on:
        return Chip("Tidak dilanjutkan", "stopped")
    return Chip("Lewat batas waktu", "late") if goal.due_on < today else Chip("Berjalan", "active")


def told_verdicts(stays: list[CaseChild]) -> str:
    """ "12 anak: 9 layak, 2 perlu dilengkapi, 1 belum dinilai"."""
    counts = [
        (sum(s.verdict == verdict for s in stays), label.lower())
        for verdict, label in (*CaseChild.Verdict.choices[1:], CaseChild.Verdict.choices[0])
    ]
    parts = ", ".join(f"{count} {label}" for count, label in counts if count)
    return f"{len(stays)} anak: {parts}" if stays else ""
