"""Verbs on a child in the case: it joins, is judged, is placed, leaves, and comes back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sopcases.cases.models import Attempt, CaseChild, Child, Outcome, Whereabouts
from sopcases.cases.progress import CLOSED, Spot
from sopcases.cases.walk.waits import Waits
from sopcases.refusal import Refused, demand, required
from sopcases.sops import flow


@dataclass(frozen=True)
class Judged:
    """What a child was found to be: a verdict, its reason, and how tidak layak ends for the child."""

    child_id: int
    verdict: str
    reason: str = ""
    outcome: Outcome | None = None


@dataclass(frozen=True)
class Ending:
    """How a child leaves the case, and on which day."""

    child_id: int
    outcome: Outcome
    on: date
    reason: str = ""


class Children(Waits):
    """What is done for the children of a case."""

    def join(self, child: Child) -> CaseChild:
        """A child enters the case; the per-child steps already passed by the others open for it."""
        return self.join_many([child])[0]

    def join_many(
        self, children: Iterable[Child], sources: Mapping[int, str] | None = None
    ) -> list[CaseChild]:
        """Children enter together; what opens for them opens at once, in as many queries as for one.

        `sources` maps a child's id to the mark of the row it was taken from: a row is taken in once.
        """
        demand(self.refuse_running(), Refused)
        demand(self.refuse_touch())
        inside = {s.child_id for s in self.stays}
        new = []
        for child in children:
            if child.agency_id != self.case.agency_id or child.merged_into_id:
                raise Refused("Data anak ini tidak dapat dipakai.")
            if child.pk in inside:
                raise Refused("Anak ini sudah tercatat dalam penanganan ini.")
            inside.add(child.pk)
            source = (sources or {}).get(child.pk, "")
            new.append(
                CaseChild(
                    case=self.case, child=child, joined_at=self.by.at, joined_by=self.by.user, source=source
                )
            )
        self.stays += CaseChild.objects.bulk_create(new)
        for stay in new:
            self.log("child.joined", child=stay.child_id)
        for stay in new:
            self._catch_up(stay.child_id)
        if new:
            self.advance()
        return new

    def _catch_up(self, child_id: int) -> None:
        """A case step that judges or papers child by child was done before this child came (back): it opens
        again for him. The others stay through it. What a refusal of the case left out is left out for him."""
        for step in self.plan.steps:
            no = self.current(Spot(step.key)) if step.refusal_to and not step.per_child else None
            if (
                no is not None and no.state == Attempt.State.DONE and no.reason
            ):  # done with a reason: declined
                for left_out in flow.passed_over(self.plan, step):
                    if left_out.per_child and left_out.applies(self.case.route):
                        self._leave_out(left_out, child_id, no.reason)
        for step in self.plan.steps:
            done = self.current(Spot(step.key)) if step.passes_by_child and not step.recurring else None
            if done is None or done.state != Attempt.State.DONE:
                continue
            behind = {m.child_id for m in self.missing(done)} | {s.child_id for s in self.unjudged(done)}
            if child_id in behind:
                self._end(done, Attempt.State.REOPENED, "Ada anak yang menyusul")
                again = self._open(step, Spot(step.key))
                self.log("step.reopened", step=step.key, attempt=again.pk, child=child_id)

    # --- judging

    def judge(
        self, key: str, child_id: int, verdict: str, reason: str = "", outcome: Outcome | None = None
    ) -> None:
        """Layak, tidak layak or perlu dilengkapi; tidak layak ends the case for this child."""
        self.judge_all(key, [Judged(child_id, verdict, reason, outcome)])

    def judge_all(self, key: str, verdicts: Iterable[Judged]) -> None:
        """Several children judged in one act; one that cannot be judged so refuses them all."""
        demand(self.refuse_act(key))
        demand(self.refuse_judge(key), Refused)
        self._attempt(self.plan.by_key[key], Spot(key))
        for one in verdicts:
            self._judge(key, one)
        self.advance()

    def _judge(self, key: str, one: Judged) -> None:
        stay = self._stay(one.child_id)
        if not one.verdict:
            raise Refused("Pilih layak, tidak layak, atau perlu dilengkapi.")
        reason = one.reason.strip()
        if one.verdict != CaseChild.Verdict.ELIGIBLE:
            reason = required(reason, "Sebutkan alasan penilaian.")
        stay.verdict, stay.verdict_reason = CaseChild.Verdict(one.verdict), reason
        stay.version += 1
        self.book.change(stay)
        self.log("child.judged", step=key, child=one.child_id, verdict=one.verdict)
        if one.verdict == CaseChild.Verdict.NOT_ELIGIBLE:
            if one.outcome is None:
                raise Refused("Pilih hasil akhir bagi anak yang tidak layak.")
            self._leave(stay, one.outcome, self.today, reason)

    # --- where it is, and leaving

    def place(self, child_id: int, where: str, since: datetime) -> Whereabouts:
        """Where the child is now. Places are added, never overwritten."""
        demand(self.refuse_touch())
        self.demand_in_case(child_id)
        if since > self.by.at:
            raise Refused("Waktu tidak boleh di masa depan.")
        found = Whereabouts.objects.create(
            case=self.case,
            child_id=child_id,
            place=required(where, "Sebutkan di mana anak berada."),
            since=since,
            recorded_at=self.by.at,
            recorded_by=self.by.user,
        )
        self.log("child.placed", child=child_id, whereabouts=found.pk)
        return found

    def leave(self, child_id: int, outcome: Outcome, on: date, reason: str = "") -> None:
        """A child leaves the case with an outcome, leaving the others; its open steps end with it. Also
        while the case is held: a child may die or be fetched home on any day."""
        self.leave_all([Ending(child_id, outcome, on, reason)])

    def leave_all(self, endings: Iterable[Ending]) -> None:
        """Several children leave in one act; one who cannot leave so refuses them all."""
        if not self.case.running:
            raise Refused(CLOSED)
        demand(self.refuse_touch())
        endings = list(endings)
        if not endings:
            raise Refused("Pilih paling sedikit satu anak.")
        for one in endings:
            stay = self._stay(one.child_id)
            demand(self.refuse_left_on(one.on), Refused)
            self._leave(stay, one.outcome, one.on, one.reason)
        self.advance()

    def _leave(
        self,
        stay: CaseChild,
        outcome: Outcome,
        on: date,
        reason: str,
        with_case: bool = False,
    ) -> None:
        if outcome.agency_id != self.case.agency_id:
            raise Refused("Hasil akhir ini milik perangkat daerah lain.")
        stay.outcome, stay.left_on, stay.reason, stay.left_with_case = outcome, on, reason.strip(), with_case
        stay.version += 1
        self.book.change(stay)
        for attempt in self.live():
            if attempt.child_id == stay.child_id:
                self._end_waiting(attempt, "Anak keluar dari penanganan")
                self._end(attempt, Attempt.State.ENDED, outcome.name)
        self._end_requests("Anak keluar dari penanganan", stay.child_id)
        self.log("child.left", child=stay.child_id, outcome=outcome.pk)

    def rejoin(self, child_id: int, reason: str) -> None:
        """An outcome was recorded in error, or the child came back: its open steps open anew."""
        demand(self.refuse_running(), Refused)
        demand(self.refuse_touch())
        reason = required(reason, "Sebutkan alasan pembatalan hasil akhir.")
        stay = next((s for s in self.stays if s.child_id == child_id and s.left_on), None)
        if stay is None:
            raise Refused("Anak ini masih dalam penanganan.")
        self._return_child(stay, reason)
        self._catch_up(child_id)
        self._resume_periods()
        self.advance()

    def _return_child(self, stay: CaseChild, reason: str) -> None:
        stay.outcome, stay.left_on, stay.reason, stay.left_with_case = None, None, reason, False
        if stay.verdict == CaseChild.Verdict.NOT_ELIGIBLE:
            stay.verdict = CaseChild.Verdict.INCOMPLETE
        stay.version += 1
        self.book.change(stay)
        self.log("child.rejoined", child=stay.child_id)

    def _stay(self, child_id: int) -> CaseChild:
        self.demand_in_case(child_id)
        stay = next(s for s in self.stays if s.child_id == child_id)
        if stay.left_on:
            raise Refused("Anak ini sudah mempunyai hasil akhir.")
        return stay
