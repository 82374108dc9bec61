"""A step per child for those who stand at it: who, what was asked for them, and their list as PDF."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass

from sopcases.cases import visits, wording
from sopcases.cases.filing import file_document
from sopcases.cases.models import Attempt, Child, Interval, Paper
from sopcases.cases.printing import printed
from sopcases.cases.progress import Progress, Spot
from sopcases.cases.uploads import Accepted
from sopcases.cases.walk import Walk
from sopcases.refusal import Refused
from sopcases.sops.flow import PlanStep

LIST = "Daftar Anak"


@dataclass(frozen=True)
class Standing:
    """A child at the step, the attempt open for him, and the latest that was asked of others for it."""

    child: Child
    attempt: Attempt
    request: Interval | None

    @property
    def waits(self) -> bool:
        return self.request is not None and self.request.until is None

    @property
    def seen(self) -> str:
        """The state a page showed: differs as soon as the attempt or its request moved."""
        request = f"{self.request.pk}.{int(self.waits)}" if self.request else "0"
        return f"{self.attempt.pk}.{self.attempt.version}.{request}"

    @property
    def result(self) -> str:
        """What came of the request: "Diterima", "Ditolak: penuh"; "" when nothing was asked."""
        row = self.request
        if row is None:
            return ""
        if row.until is None:
            return "Menunggu jawaban"
        if row.accepted is None:
            return row.result
        return "Diterima" if row.accepted else f"Ditolak: {row.result}"


def standing(progress: Progress, step: PlanStep) -> list[Standing]:
    """The children the step is open for, in the order they came into the case."""
    asked = {i.attempt_id: i for i in progress.requests}  # the latest last
    open_ = {a.child_id: a for a in progress.live() if a.step_id == step.id and a.opened_at is not None}
    return [
        Standing(s.child, open_[s.child_id], asked.get(open_[s.child_id].pk))
        for s in progress.stays
        if s.left_on is None and s.child_id in open_
    ]


def title(progress: Progress, step: PlanStep) -> str:
    """What the list is called: by the report that the step puts out."""
    item = visits.report_output(progress, step)
    return progress.kinds[item.kind].name if item else LIST


def list_pdf(progress: Progress, step: PlanStep, children: Collection[int]) -> bytes:
    """The list of these children at the step, to be signed."""
    rows = [row for row in standing(progress, step) if row.child.pk in children]
    if not rows:
        raise Refused("Pilih paling sedikit satu anak.")
    case, agency, today = progress.case, progress.agency, progress.by.day
    context = {
        "facts": [
            ("Penanganan", f"{case.sop.noun} {case.number}"),
            ("Kegiatan", step.activity),
            ("Tanggal", wording.day(today)),
        ],
        "rows": [
            (
                row.child.called,
                row.child.sex,
                wording.age(row.child.birth_from, row.child.birth_until, today),
                row.child.address,
                row.child.schooling,
                row.request.party if row.request else "",
                row.result,
            )
            for row in rows
        ],
        "city": agency.city,
    }
    key = f"{case.number} {step.key} {progress.by.at.isoformat()}"
    return printed("print/by_child.html", agency, title(progress, step), context, key=key)


def file_list(walk: Walk, step: PlanStep, children: Collection[int]) -> Paper:
    """The list itself as the report of the step, one paper for all these children."""
    content = list_pdf(walk, step, children)
    digest = hashlib.sha256(content).hexdigest()
    accepted = Accepted(content, "application/pdf", ".pdf", digest, None, 1)
    return file_report(walk, step, children, accepted, dated=walk.by.day, description="Daftar tercetak")


def file_report(walk: Walk, step: PlanStep, children: Collection[int], accepted: Accepted, **facts) -> Paper:
    """A file as the report of the step, one paper for all these children. Raises Refused."""
    item = visits.report_output(walk, step)
    if item is None:
        raise Refused("Langkah ini tidak mengeluarkan laporan.")
    open_ = {row.child.pk for row in standing(walk, step)}
    if not children or not set(children) <= open_:
        raise Refused("Pilih anak yang sedang berada pada langkah ini.")
    kind = walk.kinds[item.kind]
    return file_document(walk, kind, accepted, output=item.id, children=sorted(children), **facts)


def answer_all(
    walk: Walk, step: PlanStep, children: Collection[int], at, accepted: bool, reason: str
) -> None:
    """The same answer for these children. Refuses those for whom nothing is asked, by name."""
    rows = [row for row in standing(walk, step) if row.child.pk in children]
    unasked = [row.child.called for row in rows if not row.waits]
    if unasked:
        raise Refused(f"Belum ada permintaan yang menunggu jawaban bagi {wording.joined(unasked)}.")
    walk.all_answered([row.request.pk for row in rows], at, "Diterima" if accepted else reason, accepted)


def changed(walk: Walk, step: PlanStep, seen: dict[int, str]) -> list[str]:
    """Who of the children no longer stands as a page showed him, by name."""
    now = {row.child.pk: row.seen for row in standing(walk, step)}
    names = {s.child_id: s.child.called for s in walk.stays}
    return [names.get(child, "Anak lain") for child, state in seen.items() if now.get(child) != state]


def spot(step: PlanStep, row: Standing) -> Spot:
    return Spot(step.key, row.child.pk)
