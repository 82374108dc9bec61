"""Verbs on a step: record and finish it, let its papers follow, receive, skip, go back, hold it or not."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypedDict, Unpack

from sopcases.cases.models import Attempt, Case, Waiver
from sopcases.cases.progress import Missing, Spot
from sopcases.cases.walk.attempts import Attempts
from sopcases.people import authority
from sopcases.people.models import User
from sopcases.refusal import Refused, demand, required
from sopcases.sops import flow
from sopcases.sops.flow import PlanStep
from sopcases.worktime.periods import period


@dataclass(frozen=True)
class Leave:
    """A missing paper left to follow until a date, or for good (`until` None)."""

    kind_id: int
    reason: str
    until: date | None = None
    child_id: int | None = None


class Act(TypedDict, total=False):
    """How a step was done: left out, by the officer himself and now."""

    acted_at: datetime | None
    acted_by: Iterable[User]
    note: str
    spent_minutes: int | None
    verbal_order: tuple[str, datetime] | None
    elsewhere: str | None
    """Where, if not at the place that the letter of assignment names."""
    version: int | None
    """Of the attempt as it was shown."""


class Steps(Attempts):
    """What is done at the steps of a case."""

    # --- recording

    def finish(
        self,
        key: str,
        child_id: int | None = None,
        occurrence: date | None = None,
        *,
        leave: Iterable[Leave] = (),
        **act: Unpack[Act],
    ) -> Attempt:
        """Record the act and finish the step; where somebody receives, hand it over to him.

        Refuses with the names of all that is missing. What may follow is given in `leave`.
        """
        attempt = self._record(key, child_id, occurrence, **act)
        for one in leave:
            self.waive(key, one, child_id=child_id, occurrence=occurrence, settle=False)
        step = self.step_of(attempt)
        receivers = step.positions(flow.RECEIVES)
        if receivers and attempt.received_at is None and (hat := self.hat(receivers)):
            self._receive(attempt, hat.title)
        awaited = bool(receivers) and attempt.received_at is None
        self._refuse_missing(self.missing(attempt, outputs=not receivers))
        if unjudged := self.unjudged(attempt):
            raise Refused(f"Masih ada {len(unjudged)} anak yang belum dinyatakan layak atau tidak layak.")
        demand(self.unheld(attempt), Refused)
        if awaited:
            self.log("step.handed", step=key, attempt=attempt.pk, child=child_id)
        elif not self.missing(attempt):
            self._complete(attempt)
        self.advance()
        return attempt

    def finish_all(
        self,
        key: str,
        children: Iterable[int],
        *,
        acted_at: datetime,
        acted_by: Iterable[User],
        note: str = "",
    ) -> dict[int, list[str]]:
        """Finish a step per child for several children in one act. Answers child → why he is kept back; the
        others are through. Refuses with each child's reasons when nobody is."""
        demand(self.refuse_act(key))
        step = self.plan.by_key[key]
        if not step.per_child or step.recurring:
            raise Refused("Langkah ini tidak dicatat sekaligus untuk beberapa anak.")
        chosen, actors = sorted(set(children)), list(acted_by)
        if not chosen:
            raise Refused("Pilih paling sedikit satu anak.")
        kept = {child: why for child in chosen if (why := self._unfinished(step, child))}
        if len(kept) == len(chosen):
            names = {s.child_id: s.child.initials for s in self.stays}
            raise Refused(*(f"{names.get(child, 'Anak')} {why}" for child in kept for why in kept[child]))
        with self.at_once():
            for child in chosen:
                if child not in kept:
                    self.finish(key, child, acted_at=acted_at, acted_by=actors, note=note)
        return kept

    def _unfinished(self, step: PlanStep, child_id: int) -> list[str]:
        """Why a child's step cannot be finished along with others', to follow his name."""
        if child_id not in self.active_children:
            return ["tidak lagi dalam penanganan ini."]
        attempt = self.current(Spot(step.key, child_id))
        if attempt is None or attempt.opened_at is None:
            return ["belum sampai pada langkah ini."]
        if not attempt.live:
            return ["sudah selesai pada langkah ini."]
        missing = self.missing(attempt, outputs=not step.positions(flow.RECEIVES))
        return [f"belum lengkap: {self._lacking(m)}" for m in missing]

    def record(
        self,
        key: str,
        child_id: int | None = None,
        occurrence: date | None = None,
        **act: Unpack[Act],
    ) -> Attempt:
        """Write down what was done, without finishing the step ("simpan, lanjutkan nanti"). Children whose
        own papers are in go on."""
        attempt = self._record(key, child_id, occurrence, **act)
        self.advance()
        return attempt

    def _record(
        self,
        key: str,
        child_id: int | None = None,
        occurrence: date | None = None,
        *,
        acted_at: datetime | None = None,
        acted_by: Iterable[User] = (),
        note: str = "",
        spent_minutes: int | None = None,
        verbal_order: tuple[str, datetime] | None = None,
        elsewhere: str | None = None,
        version: int | None = None,
    ) -> Attempt:
        demand(self.refuse_act(key))
        step = self.plan.by_key[key]
        attempt = self._attempt(step, Spot(key, child_id, occurrence), version)
        acted_at = acted_at or attempt.acted_at or self.by.at
        actors = list(acted_by) or (self.shelf.done_by(attempt) if attempt.acted_at else [self.by.user])
        self._check_act(step, attempt, acted_at, actors)
        if verbal_order is not None:
            who, when = verbal_order
            attempt.verbal_order_by = required(who, "Sebutkan siapa yang memberi perintah lisan.")
            if when > acted_at:
                raise Refused("Perintah lisan harus mendahului tindakannya.")
            attempt.verbal_order_at = when
        elif not attempt.verbal_order_by and attempt.precedes(acted_at):
            self._borrow_verbal_order(attempt, acted_at)
        hat = self.acting_hat(step)
        first = attempt.acted_at is None
        attempt.acted_at = acted_at
        attempt.note = note or attempt.note
        attempt.elsewhere = attempt.elsewhere if elsewhere is None else elsewhere.strip()
        attempt.spent_minutes = spent_minutes if spent_minutes is not None else attempt.spent_minutes
        attempt.recorded_at = self.by.at
        attempt.recorded_by = self.by.user
        attempt.acting_title = hat.title
        self._save(attempt)
        self._acted_by(attempt, actors, again=not first)
        if self.case.state == Case.State.REPORTED:
            self._become(Case.State.ACTIVE)
        self.log("step.recorded", hat.title, step=key, attempt=attempt.pk, child=child_id)
        return attempt

    def _borrow_verbal_order(self, attempt: Attempt, acted_at: datetime) -> None:
        """The verbal order of the first report stands for every act done before there could be a letter."""
        if self.case.verbal_order_by and self.case.verbal_order_at <= acted_at:
            attempt.verbal_order_by = self.case.verbal_order_by
            attempt.verbal_order_at = self.case.verbal_order_at

    def _check_act(self, step: PlanStep, attempt: Attempt, acted_at: datetime, actors: list[User]) -> None:
        if acted_at > self.by.at:
            raise Refused("Waktu pelaksanaan tidak boleh di masa depan.")
        if acted_at < self.case.event_at:
            raise Refused("Waktu pelaksanaan mendahului kejadian yang membuka penanganan ini.")
        if attempt.occurrence is not None:
            first, last = period(attempt.occurrence, step.every_months)
            day = authority.local_day(self.agency, acted_at)
            if day < first:
                raise Refused("Masa kegiatan ini belum tiba.")
            if day > last:
                raise Refused(
                    "Kegiatan ini harus dilaksanakan dalam masanya; catat sebagai tidak terlaksana."
                )
        if any(user.agency_id != self.case.agency_id for user in actors):
            raise Refused("Pelaksana harus pegawai perangkat daerah ini.")
        if not any(self._performs(step, user, acted_at) for user in actors):
            raise Refused(
                "Sebutkan pelaksananya: paling sedikit satu orang yang menjabat pelaksana langkah ini."
            )

    def _performs(self, step: PlanStep, user: User, when: datetime | None = None) -> bool:
        """Whether the user held a performing position in the case's area on the day it was done."""
        performing = step.positions(flow.PERFORMS)
        day = authority.local_day(self.agency, when or self.by.at)
        if user.pk == self.by.user.pk and day == self.by.day and self.hat(performing):
            return True
        return user.pk in {
            a.user_id
            for a in self.shelf.holders(self.case.agency_id, day, performing)
            if a.area_id is None or self.case.area_id in (None, a.area_id)
        }

    def _refuse_missing(self, missing: list[Missing]) -> None:
        if missing:
            names = {s.child_id: s.child.initials for s in self.stays}
            raise Refused(
                *(self._lacking(m, f" untuk {names[m.child_id]}" if m.child_id else "") for m in missing)
            )

    def _lacking(self, missing: Missing, whose: str = "") -> str:
        what = "Keluaran" if missing.output else "Kelengkapan"
        how = "belum sampai tahap yang diminta" if self._present(missing) else "belum ada"
        return f"{what} “{missing.kind.name}”{whose} {how}."

    def _present(self, missing: Missing) -> bool:
        return any(
            f.paper.kind_id == missing.kind.pk and f.paper.voided_at is None
            for f in self.filings
            if missing.child_id in (None, f.child_id)
        )

    # --- what it lacks may follow

    def waive(
        self,
        key: str,
        leave: Leave,
        child_id: int | None = None,
        occurrence: date | None = None,
        settle: bool = True,
    ) -> Waiver:
        """Leave what a step lacks to follow, or for good, with reason and date."""
        (waiver,) = self._waive([(leave, Spot(key, child_id, occurrence))])
        if settle:
            self.advance()
        return waiver

    def waive_all(self, key: str, leaves: Iterable[Leave]) -> list[Waiver]:
        """What a step lacks for several children is left to follow in one act; one that cannot be refuses
        them all."""
        per_child = self.plan.by_key[key].per_child
        found = self._waive([(one, Spot(key, one.child_id if per_child else None)) for one in leaves])
        self.advance()
        return found

    def _waive(self, wanted: list[tuple[Leave, Spot]]) -> list[Waiver]:
        demand(self.refuse_waive())
        if not wanted:
            raise Refused("Pilih paling sedikit satu anak.")
        lacking: dict[int, list[Missing]] = {}
        new = []
        for leave, spot in wanted:
            step = self.plan.by_key[spot.key]
            if step.approving_only:
                raise Refused("Tanda tangan pada langkah ini tidak dapat disusulkan.")
            attempt = self._attempt(step, spot)
            if attempt.pk not in lacking:
                lacking[attempt.pk] = self.missing(attempt)
            mine = (leave.kind_id, leave.child_id)
            found = [m for m in lacking[attempt.pk] if (m.kind.pk, m.child_id) == mine]
            if not found:
                raise Refused("Dokumen ini tidak sedang ditunggu pada langkah ini.")
            reason = required(leave.reason, "Sebutkan mengapa dokumen ini menyusul.")
            if leave.until is not None and leave.until < self.today:
                raise Refused("Tanggal menyusul tidak boleh sudah lewat.")
            open_ = [
                w for w in [*self.waivers, *new] if (w.kind_id, w.child_id, w.settled_at) == (*mine, None)
            ]
            if any(self.same_paper(w, self.outputs_of(m.item, m.output)) for w in open_ for m in found):
                raise Refused("Dokumen ini sudah dicatat menyusul; lengkapi itu dahulu.")
            new.append(
                Waiver(
                    case=self.case,
                    attempt=attempt,
                    kind_id=leave.kind_id,
                    child_id=leave.child_id,
                    stage=min(m.item.stage for m in found),
                    reason=reason,
                    until=leave.until,
                    at=self.by.at,
                    by=self.by.user,
                    acting_title=self.waiver_hat.title,
                    settled_at=None if leave.until else self.by.at,
                )
            )
        self.waivers += Waiver.objects.bulk_create(new)
        for waiver, (_, spot) in zip(new, wanted, strict=True):
            data = {"waiver": waiver.pk, "kind": waiver.kind_id}
            self.log("paper.waived", self.waiver_hat.title, step=spot.key, **data)
        return new

    # --- receiving, skipping, going back

    def receive(self, key: str, child_id: int | None = None, occurrence: date | None = None) -> Attempt:
        """The receiver takes over what was done; the step is done when his receipt and the outputs are in."""
        attempt = self.current(Spot(key, child_id, occurrence))
        if attempt is None:
            raise Refused("Belum ada yang diserahkan untuk diterima.")
        demand(self.refuse_receive(attempt))
        hat = self.hat(self.step_of(attempt).positions(flow.RECEIVES))
        self._receive(attempt, hat.title)
        self.advance()
        return attempt

    def receive_all(self, spots: Iterable[Spot]) -> list[Attempt]:
        """The receiver takes over several at once; one that cannot be received refuses them all."""
        spots = list(dict.fromkeys(spots))
        if not spots:
            raise Refused("Pilih paling sedikit satu.")
        with self.at_once():
            return [self.receive(s.key, s.child_id, s.occurrence) for s in spots]

    def _receive(self, attempt: Attempt, title: str) -> None:
        attempt.received_at = self.by.at
        attempt.received_by = self.by.user
        attempt.received_title = title
        self._save(attempt)
        self.log("step.received", title, step=self.step_of(attempt).key, attempt=attempt.pk)

    def not_needed(self, key: str, reason: str, children: Iterable[int] = ()) -> None:
        """A conditional step does not apply, to the case or to the children named, in one act."""
        demand(self.refuse_not_needed(key))
        reason = required(reason, "Sebutkan mengapa langkah ini tidak diperlukan.")
        step = self.plan.by_key[key]
        tracks = sorted(children) if step.per_child else [None]
        if not tracks:
            raise Refused("Pilih paling sedikit satu anak.")
        for child in tracks:
            attempt = self._attempt(step, Spot(key, child))
            self._end(attempt, Attempt.State.NOT_NEEDED, reason)
            self._end_waiting(attempt, "Langkah tidak diperlukan")
            self.log("step.not_needed", step=key, attempt=attempt.pk, child=child)
        self.advance()

    def _leave_out(self, step: PlanStep, child_id: int | None, reason: str) -> None:
        """A step that a refusal passes over is not needed, unless it is over already."""
        tracks = [child_id] if child_id else sorted(self.active_children)
        for track in tracks if step.per_child else [None]:
            current = self.current(Spot(step.key, track))
            if current is None or current.live:
                attempt = current or self._attempt(step, Spot(step.key, track))
                self._end_waiting(attempt, "Langkah tidak diperlukan")
                self._end(attempt, Attempt.State.NOT_NEEDED, reason)
                self.log("step.not_needed", step=step.key, attempt=attempt.pk, child=track)

    def send_back(
        self, key: str, reason: str, child_id: int | None = None, occurrence: date | None = None
    ) -> None:
        """Return to the step the SOP names; the steps from there up to this one are walked again."""
        attempt = self.current(Spot(key, child_id, occurrence))
        if attempt is None:
            raise Refused("Langkah ini tidak sedang berjalan.")
        demand(self.refuse_send_back(attempt))
        self._send_back(self.step_of(attempt), child_id, reason)

    def _send_back(self, step: PlanStep, child_id: int | None, reason: str) -> None:
        reason = required(reason, "Sebutkan alasan pengembalian.")
        target = flow.return_target(self.plan, step)
        again = set(flow.walked_again(self.plan, target.key, step.key))
        for attempt in list(self.attempts):
            on_track = child_id is None or attempt.child_id in (None, child_id)
            if attempt.state in Attempt.CURRENT and self.step_of(attempt).key in again and on_track:
                self._end_waiting(attempt, "Langkah dikembalikan")
                if Attempt.State.RETURNED in Attempt.TRANSITIONS[attempt.state]:
                    self._end(attempt, Attempt.State.RETURNED, reason)
        self.log("step.returned", step=step.key, to=target.key, child=child_id)
        self.advance()

    def reopen_step(
        self, key: str, reason: str, child_id: int | None = None, occurrence: date | None = None
    ) -> Attempt:
        """Do one finished step anew, and go on where the case was."""
        attempt = self.current(Spot(key, child_id, occurrence))
        if attempt is None:
            raise Refused("Langkah ini belum pernah dikerjakan.")
        demand(self.refuse_reopen(attempt))
        reason = required(reason, "Sebutkan mengapa langkah ini dibuka kembali.")
        self._end(attempt, Attempt.State.REOPENED, reason)
        again = self._open(self.step_of(attempt), Spot(key, child_id, occurrence))
        self.log("step.reopened", step=key, attempt=again.pk, child=child_id)
        return again

    # --- periods

    def roll(self) -> None:
        """Open the periods that have come and mark those that went by unreported. Safe to run twice."""
        today = self.today
        for attempt in list(self.attempts):
            if attempt.occurrence and attempt.state == Attempt.State.OPEN and attempt.acted_at is None:
                _, last = period(attempt.occurrence, self.step_of(attempt).every_months)
                if last < today:
                    self._miss(attempt)
        for (_, child), attempt in self._latest_periods().items():
            step = self.step_of(attempt)
            if child is not None and child not in self.active_children:
                continue
            start = period(attempt.occurrence, step.every_months)[1] + timedelta(days=1)
            while start <= today and self._open_occurrence(step, child, start):
                if period(start, step.every_months)[1] < today:
                    self._miss(self.attempts[-1])
                start = period(start, step.every_months)[1] + timedelta(days=1)
        self.advance()

    def _miss(self, attempt: Attempt) -> None:
        attempt.state = Attempt.State.MISSED
        self._save(attempt)
        self.log("step.missed", step=self.step_of(attempt).key, attempt=attempt.pk, child=attempt.child_id)

    def not_held(self, key: str, occurrence: date, reason: str, child_id: int | None = None) -> None:
        """A period's session or visit did not take place, with the reason."""
        spot = Spot(key, child_id, occurrence)
        demand(self.refuse_act(key))
        demand(self.refuse_not_held(spot), Refused)
        attempt = self.current(spot)
        reason = required(reason, "Sebutkan mengapa kegiatan tidak terlaksana.")
        self._end(attempt, Attempt.State.NOT_HELD, reason)
        self.log("step.not_held", step=key, attempt=attempt.pk, child=child_id)
        self.advance()
