"""Where a case stands, read in a constant number of queries: what is open, what is missing, who may act.

`Progress` only reads, from its `Shelf`; `walk.Walk` is a progress under lock and adds the verbs. Each
`refuse_…` predicate answers None or the sentence that the verb refuses with, and the page hides by it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from sopcases.cases import clocks
from sopcases.cases.clocks import Span, Standard
from sopcases.cases.models import (
    Attempt,
    Attendance,
    Case,
    CaseChild,
    Filing,
    Interval,
    Paper,
    Session,
    Waiver,
)
from sopcases.cases.models.case import covers
from sopcases.cases.shelf import Shelf
from sopcases.people import authority
from sopcases.people.authority import Hat, Officer
from sopcases.sops import flow
from sopcases.sops.flow import CASE, Item, Plan, PlanStep
from sopcases.sops.models import PaperKind, Stage
from sopcases.sops.plans import plan_of
from sopcases.worktime.models import calendar_for

NOT_YOURS = "Langkah ini bukan tugas jabatan Anda."
CLOSED = "Penanganan ini sudah ditutup."
NOT_IN = "Anak ini tidak tercatat dalam penanganan ini."
HELD = "Penanganan ini sedang ditunda. Lanjutkan dahulu penanganannya."


@dataclass(frozen=True)
class Missing:
    """A paper a step lacks, for the case or one child."""

    item: Item
    kind: PaperKind
    child_id: int | None
    output: bool

    def __str__(self):
        return self.kind.name


@dataclass(frozen=True)
class Slot:
    """An output that a new paper of its kind may be drafted for."""

    step_key: str
    step_label: str
    output_id: int
    kind_id: int
    attempt_id: int | None


@dataclass(frozen=True)
class Spot:
    """A step on a track: the case or a child, and for a recurring step its period."""

    key: str
    child_id: int | None = None
    occurrence: date | None = None


def reaches(paper: Paper, stage: int, walk_on_decision: bool) -> bool:
    """Whether a paper counts as being at least at a stage. Void never counts; decided but not yet inked
    counts as signed only where the agency lets the walk go on at the decision."""
    if paper.voided_at is not None:
        return False
    reached = paper.stage
    if reached == Stage.DECIDED and walk_on_decision:
        reached = Stage.SIGNED
    return reached >= stage


class Progress:
    """A case as it stands, seen by an officer (or by the system)."""

    def __init__(self, case: Case, by: Officer, shelf: Shelf | None = None):
        self.case = case
        self.by = by
        self.shelf = shelf or Shelf([case])
        self.plan: Plan = plan_of(case.revision)

    # --- what is loaded, each once

    @cached_property
    def agency(self):
        return self.case.agency

    @cached_property
    def calendar(self):
        return calendar_for(self.agency)

    @cached_property
    def today(self) -> date:
        """The day of the moment, where the case is."""
        return authority.local_day(self.agency, self.by.at)

    def standard_of(self, attempt: Attempt) -> Standard | None:
        """What an attempt's clock runs by: the standard of the step at which it was begun."""
        begun = self.shelf.begun.get(attempt.pk)
        if begun is not None:
            return clocks.standard(begun.time_text, begun.basis)
        step = self.step_of(attempt)
        return clocks.standard(step.time, step.basis)

    @property
    def term(self) -> Standard | None:
        """What the clock of the whole case runs by: the term of the revision it was opened under."""
        return clocks.standard(self.shelf.terms.get(self.case.pk, self.plan.term))

    @property
    def holds(self) -> list[Span]:
        """The holds that are over, oldest first."""
        return [
            (i.since, i.until) for i in self.intervals if i.kind == Interval.Kind.HOLD and i.until is not None
        ]

    def holds_until(self, at: datetime) -> list[Span]:
        """Also the one under way, as far as it has come."""
        return [*self.holds, *([(self.hold.since, at)] if self.hold else [])]

    @cached_property
    def attempts(self) -> list[Attempt]:
        """Those at the steps of the case's present revision."""
        rows = self.shelf.attempts[self.case.pk]
        here = [a for a in rows if a.step_id in self._by_id]
        return here if len(here) < len(rows) else rows

    @property
    def past(self) -> list[Attempt]:
        """Those at steps of an earlier revision for which nothing went on."""
        return [a for a in self.shelf.attempts[self.case.pk] if a.step_id not in self._by_id]

    @cached_property
    def stays(self) -> list[CaseChild]:
        return self.shelf.stays[self.case.pk]

    @cached_property
    def filings(self) -> list[Filing]:
        return self.shelf.filings[self.case.pk]

    @cached_property
    def waivers(self) -> list[Waiver]:
        rows = self.shelf.waivers[self.case.pk]
        here = {a.pk for a in self.attempts} if rows else set()
        return rows if all(w.attempt_id in here for w in rows) else [w for w in rows if w.attempt_id in here]

    @cached_property
    def intervals(self) -> list[Interval]:
        return self.shelf.intervals[self.case.pk]

    @cached_property
    def assigned(self) -> dict[int, int]:
        """Position → the user assigned to it in this case."""
        return self.shelf.assigned[self.case.pk]

    @cached_property
    def kinds(self) -> dict[int, PaperKind]:
        """The agency's kinds of paper."""
        return self.shelf.kinds(self.case.agency_id)

    @cached_property
    def _by_id(self) -> dict[int, PlanStep]:
        return {s.id: s for s in self.plan.steps}

    # --- steps and attempts

    def step_of(self, attempt: Attempt) -> PlanStep:
        return self._by_id[attempt.step_id]

    def spot_of(self, attempt: Attempt) -> Spot:
        return Spot(self.step_of(attempt).key, attempt.child_id, attempt.occurrence)

    def history(self, spot: Spot) -> list[Attempt]:
        """All attempts at a spot, the first first."""
        step = self.plan.by_key[spot.key]
        return [
            a
            for a in self.attempts
            if a.step_id == step.id and a.child_id == spot.child_id and a.occurrence == spot.occurrence
        ]

    def current(self, spot: Spot) -> Attempt | None:
        """The attempt that counts at a spot: live, or passed and neither returned nor reopened."""
        return next((a for a in self.history(spot) if a.state in Attempt.CURRENT), None)

    def live(self) -> list[Attempt]:
        return [a for a in self.attempts if a.live]

    @property
    def active_children(self) -> frozenset[int]:
        """Children still in the case."""
        return frozenset(s.child_id for s in self.stays if s.left_on is None)

    @property
    def standing(self) -> flow.Standing:
        passed: set[tuple[str, int | None]] = set()
        for attempt in self.attempts:
            step = self.step_of(attempt)
            if attempt.state in Attempt.PASSED:
                passed.add((step.key, attempt.child_id))
            elif attempt.live and step.passes_by_child and self._acted(attempt):
                passed |= {(step.key, child) for child in self._through(step, attempt)}
        by_child = self.plan.by_child  # else the children change nothing and need not be read
        return flow.Standing(
            passed=frozenset(passed),
            children=self.active_children if by_child else frozenset(),
            had_children=by_child and bool(self.stays),
            route=self.case.route,
        )

    def _acted(self, attempt: Attempt) -> bool:
        """Something was done here: by this attempt, or by the one it was opened again after."""
        return bool(attempt.acted_at) or any(
            a.acted_at and a.state == Attempt.State.REOPENED for a in self.history(self.spot_of(attempt))
        )

    def _through(self, step: PlanStep, attempt: Attempt) -> Iterable[int]:
        """Children who are through a step that is still open: judged eligible, their own papers in."""
        behind = {m.child_id for m in self.missing(attempt) if m.child_id}
        for stay in self.stays:
            judged = not step.verdict or stay.verdict == CaseChild.Verdict.ELIGIBLE
            if stay.left_on is None and judged and stay.child_id not in behind:
                yield stay.child_id

    # --- papers

    def reaches(self, paper: Paper, stage: int) -> bool:
        return reaches(paper, stage, self.agency.walk_on_decision)

    def _targets(self, item: Item, attempt: Attempt) -> list[int | None]:
        if not item.per_child:
            return [None]
        return [attempt.child_id] if attempt.child_id else sorted(self.active_children)

    def missing(self, attempt: Attempt, inputs: bool = True, outputs: bool = True) -> list[Missing]:
        """What the step still lacks, required or put out, by name."""
        step = self.step_of(attempt)
        found = []
        for items, is_output in ((step.requirements, False), (step.outputs, True)):
            if not (outputs if is_output else inputs):
                continue
            for item in items:
                if item.optional or not item.applies(self.case.route):
                    continue
                found += [
                    Missing(item, self.kinds[item.kind], child, is_output)
                    for child in self._targets(item, attempt)
                    if not self._met(item, attempt, child, is_output)
                ]
        return found

    def counting(
        self, item: Item, attempt: Attempt, child: int | None, is_output: bool = True
    ) -> Iterator[Filing]:
        """The filings by which a paper is there, for the case or one child."""
        filed = self._output_filed if is_output else self._requirement_filed
        for filing in self.filings:
            mine = child is None or (filing.child_id == child and self.answers_for(filing.paper, child))
            if mine and filed(item, attempt, filing):
                yield filing

    def answers_for(self, paper: Paper, child: int) -> bool:
        """Whether the adult who signed a paper answers for the child: another's does not count for him. One
        whose signer nobody wrote down counts for whom it was filed."""
        return paper.adult_id is None or any(r.adult_id == paper.adult_id for r in self.shelf.adults[child])

    def _met(self, item: Item, attempt: Attempt, child: int | None, is_output: bool) -> bool:
        if any(self.counting(item, attempt, child, is_output)):
            return True
        if self._left_out(item, attempt, child, is_output):
            return True
        return not is_output and self._verbally_ordered(item, attempt)

    def _left_out(self, item: Item, attempt: Attempt, child: int | None, is_output: bool) -> bool:
        """One waiver covers every requirement of the same paper, until the paper itself comes, or for good.
        Of what the office puts out it covers only its own step's: no signature elsewhere is left out."""
        for waiver in self.waivers:
            if waiver.kind_id != item.kind or waiver.child_id not in (None, child):
                continue
            outputs = self.outputs_of(item, is_output)
            if waiver.settled_at is not None and waiver.until is not None:
                continue
            step = self.waived_at(waiver)
            if is_output and outputs and step.id != attempt.step_id:
                continue
            if self.same_paper(waiver, outputs):
                return True
        return False

    def waived_at(self, waiver: Waiver) -> PlanStep:
        return next(self.step_of(a) for a in self.attempts if a.pk == waiver.attempt_id)

    def outputs_of(self, item: Item, is_output: bool) -> frozenset[int]:
        """The outputs one paper runs through; empty where any paper of the kind will do."""
        start = item.id if is_output else item.source
        found = self.plan.chain.get(start, frozenset()) if start is not None else frozenset()
        return frozenset() if self.kinds[item.kind].from_outside else found

    def same_paper(self, waiver: Waiver, outputs: frozenset[int]) -> bool:
        """Whether a waiver is about the paper of these outputs (or of any, if there are none): a case has
        two SPTs, and the one left to follow is not the other."""
        step = self.waived_at(waiver)
        meant = [
            self.outputs_of(item, is_output)
            for items, is_output in ((step.requirements, False), (step.outputs, True))
            for item in items
            if item.kind == waiver.kind_id
        ]
        return not outputs or any(not chain or chain & outputs for chain in meant)

    def _requirement_filed(self, item: Item, attempt: Attempt, filing: Filing) -> bool:
        if filing.paper.kind_id != item.kind or not self.reaches(filing.paper, item.stage):
            return False
        return item.source is None or filing.output_id in self.plan.chain[item.source]

    def meeting(self, item: Item, attempt: Attempt) -> list[Paper]:
        """The papers on file that meet a requirement of a step."""
        children = self._targets(item, attempt)
        found = {
            f.paper_id: f.paper
            for f in self.filings
            if self._requirement_filed(item, attempt, f) and (None in children or f.child_id in children)
        }
        return list(found.values())

    def _output_filed(self, item: Item, attempt: Attempt, filing: Filing) -> bool:
        if not self.reaches(filing.paper, item.stage):
            return False
        if item.source is not None:
            return filing.output_id in self.plan.chain[item.id]
        if filing.output_id == item.id and filing.attempt_id == attempt.pk:
            return True
        return filing.paper.kind_id == item.kind and self.kinds[item.kind].from_outside

    def _verbally_ordered(self, item: Item, attempt: Attempt) -> bool:
        """A verbal order stands for the letter of an act done before its turn came."""
        return bool(
            self.kinds[item.kind].verbal
            and attempt.verbal_order_by
            and attempt.verbal_order_at
            and attempt.acted_at
            and attempt.verbal_order_at <= attempt.acted_at
            and attempt.early
        )

    def unjudged(self, attempt: Attempt) -> list[CaseChild]:
        """Children a judging step still waits for."""
        if not self.step_of(attempt).verdict:
            return []
        decided = (CaseChild.Verdict.ELIGIBLE, CaseChild.Verdict.NOT_ELIGIBLE)
        return [s for s in self.stays if s.left_on is None and s.verdict not in decided]

    def told(self, attempt: Attempt) -> list[Attendance]:
        """What was written down of this case's children at the sessions of the attempt's period."""
        step = self.step_of(attempt)
        if step.form != "session":
            return []
        return [
            row
            for row in self.shelf.attendance[self.case.pk]
            if (row.session.step_key, row.session.period) == (step.key, attempt.occurrence)
        ]

    def untold(self, attempt: Attempt) -> frozenset[int]:
        """Children of this case of whom nothing is written down yet for the period, each by the record that
        stands for it: who was told by one record was told."""
        roots = self.shelf.roots
        told = {roots.get(row.child_id, row.child_id) for row in self.told(attempt)}
        return frozenset(roots.get(child, child) for child in self.active_children) - told

    def unheld(self, attempt: Attempt) -> str | None:
        """A session's step is over when every child was told, and every group that met has its report."""
        told = self.told(attempt)
        if not told:
            return None
        if untold := self.untold(attempt):
            return f"Masih ada {len(untold)} anak yang belum dicatat kehadirannya pada kegiatan bersama ini."
        for session in {row.session_id: row.session for row in told if row.session.held_at}.values():
            if not self.reported(session, self.step_of(attempt)):
                group = f" kelompok {session.group}" if session.group else ""
                return f"Laporan kegiatan{group} belum ada."
        return None

    def reported(self, session: Session, step: PlanStep) -> bool:
        """Whether all that a session must put out is in."""
        return all(
            any(p.kind_id == item.kind and self.reaches(p, item.stage) for p in session.reports.all())
            for item in step.outputs
            if not item.optional and item.applies(self.case.route)
        )

    def slots(self, kind_id: int | None = None) -> list[Slot]:
        """Outputs a new paper may be drafted for: not carried on, step on this route and not yet passed."""
        found = []
        standing = self.standing
        for step in self.plan.steps:
            if not step.applies(self.case.route) or flow.is_passed(self.plan, standing, step.key, CASE):
                continue
            for item in step.outputs:
                if item.source is None and item.applies(self.case.route) and kind_id in (None, item.kind):
                    attempt = next(
                        (a for a in self.live() if a.step_id == step.id and a.child_id is None), None
                    )
                    label = f"Langkah {step.number.rstrip('.')}: {step.activity}"
                    found.append(Slot(step.key, label, item.id, item.kind, attempt.pk if attempt else None))
        return found

    # --- who may

    @property
    def hats(self) -> tuple[Hat, ...]:
        """The officer's hats, none of which counts in another agency's case."""
        return self.by.hats if self.by.user and self.by.user.agency_id == self.case.agency_id else ()

    lent: Hat | None = None
    """A hat that does not cover this case: for one act in several, which who may do it in one does in all."""

    def hat(self, positions: Iterable[int]) -> Hat | None:
        """A hat of the officer's in these positions, in the case's area, not assigned to somebody else."""
        for hat in self.hats:
            if hat.position_id in positions and covers(hat, self.by.user, self.case, self.assigned):
                return hat
        return self.lent if self.lent and self.lent.position_id in positions else None

    @cached_property
    def recorder(self) -> Hat | None:
        return next((h for h in self.hats if h.may_record), None)

    @cached_property
    def waiver_hat(self) -> Hat | None:
        return next((h for h in self.hats if h.may_waive), None)

    @cached_property
    def closer(self) -> Hat | None:
        return next((h for h in self.hats if h.may_close), None)

    def acting_hat(self, step: PlanStep, *parts: str) -> Hat | None:
        """The hat to record a step with: one that performs it, else one that may record for others."""
        return self.hat(step.positions(*(parts or (flow.PERFORMS,)))) or self.recorder

    @cached_property
    def any_hat(self) -> Hat | None:
        """A hat that takes part anywhere in this case, else one that may record for others."""
        return self.hat({p for s in self.plan.steps for p in s.positions()}) or self.recorder or self.closer

    def refuse_running(self) -> str | None:
        if not self.case.running:
            return CLOSED
        return HELD if self.case.state == Case.State.ON_HOLD else None

    def refuse_act(self, key: str) -> str | None:
        """Why the officer may not record the step now, or None."""
        step = self.plan.by_key[key]
        if (sentence := self.refuse_running()) is not None:
            return sentence
        if not step.applies(self.case.route):
            return "Langkah ini tidak berlaku pada jalur masuk penanganan ini."
        if step.approving_only:
            return "Langkah ini selesai dengan sendirinya begitu suratnya diparaf dan ditandatangani."
        if self.acting_hat(step) is None:
            return NOT_YOURS
        return None

    def refuse_receive(self, attempt: Attempt) -> str | None:
        if (sentence := self.refuse_running()) is not None:
            return sentence
        step = self.step_of(attempt)
        if not step.positions(flow.RECEIVES):
            return "Langkah ini tidak memerlukan tanda terima."
        if not attempt.live or attempt.received_at:
            return "Sudah diterima."
        if not attempt.acted_at:
            return "Belum ada yang diserahkan untuk diterima."
        if self.hat(step.positions(flow.RECEIVES)) is None:
            return "Hanya penerima pada langkah ini yang dapat menerimanya."
        return None

    def refuse_send_back(self, attempt: Attempt) -> str | None:
        if (sentence := self.refuse_running()) is not None:
            return sentence
        step = self.step_of(attempt)
        if not attempt.live or attempt.opened_at is None:
            return "Langkah ini tidak sedang berjalan."
        target = flow.return_target(self.plan, step)
        if target is None or target.key == step.key:
            return "SOP tidak menyebut langkah tujuan pengembalian."
        if self.hat(step.positions("performs", "receives", "disposes", "signs")) is None:
            return NOT_YOURS
        return None

    def refuse_reopen(self, attempt: Attempt) -> str | None:
        if (sentence := self.refuse_running()) is not None:
            return sentence
        step = self.step_of(attempt)
        if attempt.state not in Attempt.PASSED:
            return "Hanya langkah yang sudah selesai yang dapat dibuka kembali."
        if attempt.child_id is not None and attempt.child_id not in self.active_children:
            return "Anak ini tidak lagi dalam penanganan ini."
        if step.approving_only:
            return "Ganti suratnya; langkah ini mengikuti suratnya."
        if self.acting_hat(step) is None and self.waiver_hat is None:
            return NOT_YOURS
        return None

    def refuse_not_held(self, spot: Spot) -> str | None:
        """Only a period that has come can have gone by without its session or visit."""
        if not self.plan.by_key[spot.key].recurring or spot.occurrence is None:
            return "Langkah ini tidak berkala."
        if (sentence := self.refuse_act(spot.key)) is not None:
            return sentence
        attempt = self.current(spot)
        if attempt is None or not attempt.live:
            return "Masa kegiatan ini tidak sedang terbuka."
        if self.today < spot.occurrence:
            return "Masa kegiatan ini belum tiba."
        return None

    def voidable(self, paper: Paper) -> str | None:
        """Why a paper cannot be voided here at all, whoever does it."""
        if paper.drafted_here:
            return "Batalkan surat ini dari halaman suratnya."
        if paper.pk not in {f.paper_id for f in self.filings}:
            return "Dokumen ini tidak ada dalam penanganan ini."
        if paper.voided_at is not None:
            return "Dokumen ini sudah dibatalkan."
        return None

    def refuse_void(self, paper: Paper) -> str | None:
        """A paper filed in error: by who added it, or by a superior who may let papers follow."""
        if (sentence := self.refuse_touch() or self.voidable(paper)) is not None:
            return sentence
        if paper.created_by_id != self.by.user.pk and self.waiver_hat is None:
            return "Hanya yang menambahkan dokumen ini, atau atasannya, yang dapat membatalkannya."
        return None

    def refuse_not_needed(self, key: str) -> str | None:
        step = self.plan.by_key[key]
        if not step.condition:
            return "Langkah ini selalu diperlukan menurut SOP."
        return self.refuse_act(key)

    def refuse_decline(self, key: str) -> str | None:
        """Why the decision of a step cannot be "no" now, with what the SOP lets follow from it; or None."""
        if not self.plan.by_key[key].may_refuse:
            return "SOP tidak menyebut akibat penolakan pada langkah ini."
        return self.refuse_act(key)

    def refuse_judge(self, key: str) -> str | None:
        """Why no child can be judged at the step now, or None."""
        if not self.plan.by_key[key].verdict:
            return "Langkah ini tidak menilai kelayakan."
        if (sentence := self.refuse_act(key)) is not None:
            return sentence
        current = self.current(Spot(key))
        if current is not None and not current.live:
            return "Langkah ini sudah selesai. Muat ulang halaman untuk melihat keadaannya."
        return None

    def refuse_waive(self) -> str | None:
        if (sentence := self.refuse_running()) is not None:
            return sentence
        if self.waiver_hat is None:
            return "Hanya atasan yang berwenang yang dapat mengizinkan kelengkapan menyusul."
        return None

    def refuse_touch(self) -> str | None:
        """Notes, papers, photos and whereabouts: anyone who takes part in the case."""
        return None if self.any_hat else "Anda tidak bertugas dalam penanganan ini."

    def refuse_lead(self) -> str | None:
        """Hold, stop, hand over, close, reopen and assign."""
        return None if self.closer else "Hanya pejabat yang berwenang menutup penanganan."

    def refuse_left_on(self, day: date) -> str | None:
        """A child leaves between the day of the event and today."""
        first = authority.local_day(self.agency, self.case.event_at)
        return (
            None if first <= day <= self.today else "Tanggal hasil akhir harus antara kejadian dan hari ini."
        )

    def refuse_close(self) -> str | None:
        """Whether the case may be closed at all now, whoever does it."""
        if (sentence := self.refuse_running()) is not None:
            return sentence
        if self.active_children:
            return "Masih ada anak tanpa hasil akhir."
        if self.stays or self.found_nobody or self.term_over:
            return None
        if any(a.opened_at for a in self.live()):
            return "Masih ada langkah yang terbuka."
        return None

    @property
    def found_nobody(self) -> bool:
        """The step that looks for the children is done, and there were none."""
        finder = self.plan.finder
        return bool(finder and not self.stays and (finder.key, CASE) in self.standing.passed)

    @property
    def clock(self) -> datetime:
        """The moment that its clocks show: while it is held they rest since the hold began; of many cases
        `models.walk.clock`."""
        held = self.hold if self.case.state == Case.State.ON_HOLD else None
        return held.since if held else self.by.at

    @property
    def term_over(self) -> bool:
        return bool(self.case.term_due_at and self.case.term_due_at <= self.clock)

    @property
    def hold(self) -> Interval | None:
        return next((i for i in self.intervals if i.kind == Interval.Kind.HOLD and i.until is None), None)

    @property
    def requests(self) -> list[Interval]:
        """What was asked of outside parties, open and answered."""
        return [i for i in self.intervals if i.kind == Interval.Kind.WAITING]

    def waiting(self, attempt: Attempt) -> Interval | None:
        """The outside party the attempt waits for now."""
        return next((i for i in self.intervals if i.attempt_id == attempt.pk and i.until is None), None)


def is_late(attempt: Attempt, at: datetime) -> bool:
    """Lewat batas waktu: ended, or still open, after the moment from which it is late."""
    if attempt.late_at is None:
        return False
    end = at if attempt.live else attempt.finished_at
    return end > attempt.late_at
