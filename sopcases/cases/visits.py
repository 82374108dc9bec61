"""Recurring visits to children: the sheet of each, written once and kept as the step's own report."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sopcases.cases import wording
from sopcases.cases.filing import file_document
from sopcases.cases.models import Attempt, Paper, Visit
from sopcases.cases.printing import printed
from sopcases.cases.progress import Progress, Spot
from sopcases.cases.uploads import Accepted
from sopcases.cases.walk import Walk
from sopcases.people.models import User
from sopcases.refusal import Conflict, NotAllowed, Refused
from sopcases.sops.flow import VISIT, Item, PlanStep
from sopcases.sops.models import PaperKind
from sopcases.worktime.periods import period

TEXTS = "met condition aid_use schooling needs follow_up conclusion".split()
NO_VISIT = "Langkah ini bukan kunjungan berkala."
CHANGED = "Lembar ini baru saja diubah oleh petugas lain. Periksa isinya, lalu kirim lagi."


def steps(progress: Progress) -> list[PlanStep]:
    """The steps in which children are visited again and again."""
    return [s for s in progress.plan.steps if s.form == VISIT and s.applies(progress.case.route)]


def refuse(progress: Progress, spot: Spot) -> str | None:
    """Why the sheet of this visit may not be written now, or None."""
    step = progress.plan.by_key[spot.key]
    if step.form != VISIT:
        return NO_VISIT
    if (sentence := progress.refuse_act(spot.key)) is not None:
        return sentence
    attempt = progress.current(spot)
    if attempt is None or not attempt.live or spot.child_id not in progress.active_children:
        return "Kunjungan ini sudah selesai, atau anak sudah keluar dari penanganan."
    return None


def of_child(progress: Progress, child_id: int) -> list[Visit]:
    """The sheets about a child in the case, the earliest first."""
    found = Visit.objects.filter(attempt__case=progress.case, attempt__child=child_id)
    return list(found.select_related("attempt").order_by("visited_at", "id"))


def write(walk: Walk, spot: Spot, *, visited_at, acted_by: Iterable[User], version: int, **texts) -> Visit:
    """Keep what was found ("simpan, lanjutkan nanti"); the step is recorded and stays open."""
    if (sentence := refuse(walk, spot)) is not None:
        raise (
            NotAllowed(sentence) if walk.acting_hat(walk.plan.by_key[spot.key]) is None else Refused(sentence)
        )
    if not texts["met"].strip():
        raise Refused("Sebutkan siapa yang ditemui.")
    if not texts["condition"].strip():
        raise Refused("Tulis keadaan anak.")
    attempt = walk.record(spot.key, spot.child_id, spot.occurrence, acted_at=visited_at, acted_by=acted_by)
    visit = Visit.objects.filter(attempt=attempt).first() or Visit(attempt=attempt)
    if visit.version != version:
        raise Conflict(CHANGED)
    for name in TEXTS:
        setattr(visit, name, texts[name].strip())
    visit.visited_at = visited_at
    visit.recorded_at, visit.recorded_by = walk.by.at, walk.by.user
    visit.acting_title = attempt.acting_title
    visit.version += 1
    visit.save()
    walk.log("visit.written", attempt.acting_title, step=spot.key, child=spot.child_id)
    return visit


def finish(walk: Walk, spot: Spot, **sheet) -> Attempt:
    """Keep the sheet, write it as the report of the step, and finish the visit. A report that was uploaded
    stands; one written from an earlier state of the sheet is replaced."""
    visit = write(walk, spot, **sheet)
    step = walk.plan.by_key[spot.key]
    attempt = walk.current(spot)
    item = report_output(walk, step)
    filed = [
        f.paper
        for f in walk.filings
        if item and f.attempt_id == attempt.pk and f.output_id == item.id and f.paper.voided_at is None
    ]
    own = [p for p in filed if p.pk == visit.report_id]
    if item is not None and len(own) == len(filed):
        for paper in own:
            paper.voided_at, paper.void_reason = walk.by.at, "Diganti dengan lembar yang diperbarui"
            paper.save(update_fields=["voided_at", "void_reason"])
        visit.report = _report(walk, spot, visit, walk.kinds[item.kind], item)
        visit.save(update_fields=["report"])
    return walk.finish(spot.key, spot.child_id, spot.occurrence, acted_at=visit.visited_at)


def report_output(progress: Progress, step: PlanStep) -> Item | None:
    """The output of the step that is a report of the office's own: the sheet is that report."""
    for item in step.outputs:
        mine = progress.kinds[item.kind].origin == PaperKind.Origin.REPORT
        if mine and item.source is None and item.applies(progress.case.route):
            return item
    return None


def _report(walk: Walk, spot: Spot, visit: Visit, kind: PaperKind, item: Item) -> Paper:
    content = sheet_pdf(walk, spot, visit, kind.name)
    digest = hashlib.sha256(content).hexdigest()
    accepted = Accepted(content, "application/pdf", ".pdf", digest, None, 1)
    return file_document(
        walk,
        kind,
        accepted,
        dated=walk.by.day,
        description="Lembar kunjungan",
        output=item.id,
        child_id=spot.child_id,
        occurrence=spot.occurrence,
    )


def sheet_pdf(progress: Progress, spot: Spot, visit: Visit, title: str) -> bytes:
    """The sheet as PDF under the agency's letterhead; nobody has signed it."""
    child = next(s.child for s in progress.stays if s.child_id == spot.child_id)
    people = sorted(progress.shelf.done_by(visit.attempt), key=lambda user: user.pk)
    context = {
        "facts": [
            ("Penanganan", f"{progress.case.sop.noun} {progress.case.number}"),
            ("Nama anak", child.called),
            ("Masa", told_period(spot.occurrence, progress.plan.by_key[spot.key].every_months)),
            ("Waktu kunjungan", wording.moment(visit.visited_at)),
            ("Bertemu dengan", visit.met),
        ],
        "parts": [
            (Visit._meta.get_field(name).verbose_name.capitalize(), getattr(visit, name))
            for name in TEXTS
            if name != "met"
        ],
        "people": [(str(user), user.nip) for user in people],
        "city": progress.agency.city,
        "day": wording.day(progress.by.day),
    }
    key = f"{progress.case.number} {visit.attempt_id} {visit.version}"
    return printed("print/visit.html", progress.agency, title, context, key=key)


def told_period(start: date | None, months: int) -> str:
    """ "1 April 2026 – 30 Juni 2026"."""
    if start is None:
        return ""
    first, last = period(start, months)
    return f"{wording.day(first)} – {wording.day(last)}"


@dataclass(frozen=True)
class Table:
    """Children down, periods across; each cell the attempt there, or None."""

    step: PlanStep
    periods: tuple[date, ...]
    rows: tuple[tuple[int, tuple[Attempt | None, ...]], ...]


def table(progress: Progress, step: PlanStep) -> Table:
    """How far the visits of a step have come, for every child of the case."""
    found = {
        (a.child_id, a.occurrence): a
        for a in progress.attempts
        if a.step_id == step.id and a.occurrence and a.state in (*Attempt.CURRENT, Attempt.State.ENDED)
    }
    periods = tuple(sorted({occurrence for _, occurrence in found}))
    rows = tuple(
        (s.child_id, tuple(found.get((s.child_id, p)) for p in periods))
        for s in progress.stays
        if any((s.child_id, p) in found for p in periods)
    )
    return Table(step, periods, rows)


def receivable(progress: Progress) -> list[Attempt]:
    """What lies handed over and the officer may receive now, in the order of the SOP."""
    rows = [a for a in progress.live() if a.acted_at and progress.refuse_receive(a) is None]
    return sorted(rows, key=lambda a: (progress.step_of(a).order, a.occurrence or date.min, a.pk))
