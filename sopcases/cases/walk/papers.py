"""Verbs on the papers of a case: filing and voiding them, and what their stage sets in motion."""

from collections.abc import Iterable
from datetime import date

from sopcases.cases.models import Attempt, Paper
from sopcases.cases.progress import Spot
from sopcases.cases.walk.steps import Steps
from sopcases.cases.wording import joined
from sopcases.refusal import Refused, demand, required
from sopcases.sops import flow
from sopcases.sops.flow import PlanStep
from sopcases.sops.models import Stage


class Papers(Steps):
    """What is done with the papers of a case."""

    def file(
        self,
        paper: Paper,
        output: int | None = None,
        children: Iterable[int] = (),
        child_id: int | None = None,
        occurrence: date | None = None,
    ) -> None:
        """File a paper to the case (for these children), and as an output of its step's current attempt: of
        a step per child to each child's own, of a recurring one to the period's (the oldest open one)."""
        demand(self.refuse_touch())
        if paper.agency_id != self.case.agency_id:
            raise Refused("Dokumen ini milik perangkat daerah lain.")
        targets = sorted(children) or [child_id]
        self.demand_in_case(*targets)
        self._refuse_strange(paper, [t for t in targets if t is not None])
        for target in targets:
            attempt = self._putting_out(paper, output, target, occurrence) if output is not None else None
            self._file(paper, target, attempt.pk if attempt else None, output)
        self.log("paper.filed", paper=paper.pk, kind=paper.kind_id, output=output)
        self.paper_moved(paper)

    def _refuse_strange(self, paper: Paper, children: list[int]) -> None:
        """What an adult signed is filed for the children he answers for, and for no others."""
        names = {s.child_id: s.child.initials for s in self.stays}
        strange = [names[child] for child in children if not self.answers_for(paper, child)]
        if strange:
            raise Refused(
                f"Bagi {joined(strange)} orang yang menandatangani dokumen ini tidak tercatat sebagai "
                "penanggung jawab. Catat dahulu hubungannya pada data keluarga anak, atau hapus tandanya."
            )

    def _putting_out(
        self, paper: Paper, output: int, child_id: int | None, occurrence: date | None
    ) -> Attempt | None:
        """The attempt that puts the paper out: the current one, else a new one before its turn. None where
        nothing is walked any more: the case is closed, or the child has left."""
        if output not in self.plan.output:
            raise Refused("Keluaran ini tidak ada dalam SOP penanganan ini.")
        step, item = self.plan.output[output]
        if item.kind != paper.kind_id:
            raise Refused("Jenis dokumen tidak sesuai dengan keluaran langkah ini.")
        if not (step.applies(self.case.route) and item.applies(self.case.route)):
            raise Refused("Langkah ini tidak berlaku pada jalur masuk penanganan ini.")
        track = child_id if step.per_child else None
        if step.recurring and occurrence is None:
            occurrence = self._open_period(step, track)
        attempt = self.current(Spot(step.key, track, occurrence))
        if attempt is None and self.case.running and (track is None or track in self.active_children):
            attempt = self._attempt(step, Spot(step.key, track, occurrence))
        return attempt

    def _open_period(self, step: PlanStep, child_id: int | None) -> date | None:
        live = [a for a in self.live() if a.step_id == step.id and a.child_id == child_id]
        return live[0].occurrence if live else None

    def paper_moved(self, paper: Paper) -> None:
        """A paper's stage changed in this transaction: settle what waited for it, finish and open steps."""
        for filing in self.filings:
            if filing.paper_id == paper.pk:
                filing.paper = paper
        self._settle_waivers(paper)
        if self.case.running:
            self._drafted(paper)
            self.advance()

    def _settle_waivers(self, paper: Paper) -> None:
        """The paper that was to follow is here; or, void again, it is still to follow."""
        filed = [f for f in self.filings if f.paper_id == paper.pk]
        children = {f.child_id for f in filed}
        outputs = frozenset(f.output_id for f in filed if f.output_id)
        for waiver in self.waivers:
            if (
                waiver.until is None
                or waiver.kind_id != paper.kind_id
                or (waiver.child_id is not None and waiver.child_id not in children)
                or not self.same_paper(waiver, outputs)
            ):
                continue
            here = any(
                f.paper.kind_id == waiver.kind_id
                and waiver.child_id in (None, f.child_id)
                and self.reaches(f.paper, waiver.stage)
                and self.same_paper(waiver, frozenset({f.output_id} - {None}))
                for f in self.filings
            )
            if here != (waiver.settled_at is not None):
                waiver.settled_at = self.by.at if here else None
                self.book.change(waiver)
                self.log("paper.followed" if here else "paper.awaited", paper=paper.pk, kind=paper.kind_id)

    def _drafted(self, paper: Paper) -> None:
        """Proposing a letter finishes the drafting step, unless something is missing or is to be received, or
        a child is not judged yet."""
        if paper.stage < Stage.DRAFT or paper.voided_at is not None:
            return
        for filing in [f for f in self.filings if f.paper_id == paper.pk and f.attempt_id]:
            attempt = next((a for a in self.attempts if a.pk == filing.attempt_id), None)
            if attempt is None:
                continue  # of a step that was not carried over to the present revision
            step = self.step_of(attempt)
            output = self.plan.output.get(filing.output_id)
            drafted = output is not None and output[1].stage == Stage.DRAFT
            if not (attempt.live and drafted) or step.positions(flow.RECEIVES):
                continue
            if self.refuse_act(step.key) is not None or self.missing(attempt) or self.unjudged(attempt):
                continue
            if attempt.acted_at is None:
                drafter = next((u for u in (paper.created_by, self.by.user) if self._performs(step, u)), None)
                if drafter is None:
                    continue
                self._record(step.key, attempt.child_id, attempt.occurrence, acted_by=[drafter])
            self._complete(attempt)

    def paper_returned(self, paper: Paper, reason: str) -> None:
        """An approver sends the paper back: the case returns to the step that drafts it."""
        self.paper_moved(paper)
        for filing in [f for f in self.filings if f.paper_id == paper.pk and f.output_id]:
            for step in self.plan.steps:
                carries = any(
                    o.source is not None and filing.output_id in self.plan.chain[o.id] for o in step.outputs
                )
                attempt = self.current(Spot(step.key, None)) if carries and not step.per_child else None
                if attempt and attempt.live and attempt.opened_at and flow.return_target(self.plan, step):
                    self._send_back(step, None, reason)
                    return

    def void(self, paper: Paper, reason: str) -> None:
        """A paper filed in error no longer counts; it stays in the dossier, marked, with the reason.

        A letter drafted here is voided as a letter. A paper shared with other cases counts there no more
        either.
        """
        demand(self.refuse_touch())
        demand(self.voidable(paper), Refused)
        demand(self.refuse_void(paper))
        paper.void_reason = required(reason, "Sebutkan mengapa dokumen ini dibatalkan.")
        paper.voided_at = self.by.at
        paper.save(update_fields=["voided_at", "void_reason"])
        self.log("paper.voided", paper=paper.pk, kind=paper.kind_id)
        self.paper_moved(paper)
