"""Verbs on time that is nobody's here: what is asked of outside parties, and holds."""

from collections.abc import Iterable
from datetime import date, datetime

from sopcases.cases import clocks
from sopcases.cases.models import Case, Interval
from sopcases.cases.progress import Spot
from sopcases.cases.walk.papers import Papers
from sopcases.refusal import Refused, demand, required


class Waits(Papers):
    """What the case waits for."""

    def wait(
        self,
        key: str,
        party: str,
        since: datetime,
        kind_id: int | None = None,
        child_id: int | None = None,
        occurrence: date | None = None,
        **asked,
    ) -> Interval:
        """The step waits for an outside party, asked at `since`."""
        children = [] if child_id is None else [child_id]
        return self.refer(
            party, since, key=key, kind_id=kind_id, children=children, occurrence=occurrence, **asked
        )[0]

    def refer(
        self,
        party: str,
        since: datetime,
        *,
        request: str = "",
        party_kind: str = "",
        key: str | None = None,
        kind_id: int | None = None,
        children: Iterable[int] = (),
        occurrence: date | None = None,
    ) -> list[Interval]:
        """Something is asked of an outside party, for the case or for each of these children: for a step,
        which then waits, or for none (then `request` says what)."""
        chosen = sorted(set(children))
        party = required(party, "Sebutkan pihak yang diminta.")
        if key is None:
            demand(self.refuse_running(), Refused)
            demand(self.refuse_touch())
            request = required(request, "Sebutkan apa yang diminta.")
            if not set(chosen) <= self.active_children:
                raise Refused("Anak ini tidak lagi dalam penanganan ini.")
            asked = [(child, None) for child in chosen or [None]]
        else:
            demand(self.refuse_act(key))
            step = self.plan.by_key[key]
            tracks = chosen if step.per_child else [None]
            if not tracks:
                raise Refused("Pilih paling sedikit satu anak.")
            asked = [(child, self._attempt(step, Spot(key, child, occurrence))) for child in tracks]
            if any(self.waiting(attempt) for _, attempt in asked):
                raise Refused("Langkah ini sudah menunggu pihak lain.")
        if not self.case.event_at <= since <= self.by.at:
            raise Refused("Waktu permintaan harus antara kejadian dan sekarang.")
        new = Interval.objects.bulk_create(
            Interval(
                case=self.case,
                attempt=attempt,
                child_id=child,
                kind=Interval.Kind.WAITING,
                party_kind=Interval.Party(party_kind),
                party=party,
                request=request.strip(),
                paper_kind_id=kind_id,
                since=since,
                recorded_by=self.by.user,
            )
            for child, attempt in asked
        )
        self.intervals.extend(new)
        for interval in new:
            self.log("wait.asked", step=key, interval=interval.pk, child=interval.child_id)
        return new

    def remind(self, interval_id: int, at: datetime) -> None:
        (interval,) = self._open_requests([interval_id], at)
        interval.reminded = [*interval.reminded, at.isoformat()]
        interval.save(update_fields=["reminded"])
        self.log("wait.reminded", interval=interval.pk, child=interval.child_id)

    def answered(self, interval_id: int, at: datetime, result: str, accepted: bool | None = None) -> None:
        """The outside party answered; `accepted` where that was a yes or a no."""
        self.all_answered([interval_id], at, result, accepted)

    def all_answered(
        self, intervals: Iterable[int], at: datetime, result: str, accepted: bool | None = None
    ) -> None:
        """One answer to several requests, as a school takes in several children on one day."""
        rows = self._open_requests(intervals, at)
        result = required(result, "Sebutkan jawabannya.")
        for interval in rows:
            interval.until, interval.result, interval.accepted = at, result, accepted
            self.book.change(interval)
            self.log("wait.answered", interval=interval.pk, child=interval.child_id)

    def _open_requests(self, intervals: Iterable[int], at: datetime) -> list[Interval]:
        """Requests that are open and were made before `at`. Refuses the rest."""
        demand(self.refuse_touch())
        wanted = set(intervals)
        rows = [i for i in self.requests if i.pk in wanted and i.until is None]
        if not rows or len(rows) != len(wanted):
            raise Refused("Permintaan ini sudah dijawab.")
        if not all(i.since <= at <= self.by.at for i in rows):
            raise Refused("Waktu harus antara permintaan dan sekarang.")
        return rows

    def _end_requests(self, result: str, child_id: int | None = None) -> None:
        """Requests of no step end with the child they were for, or with the case."""
        rows = [i for i in self.requests if i.until is None and i.attempt_id is None]
        for interval in rows:
            if child_id in (None, interval.child_id):
                interval.until, interval.result = self.by.at, result
                self.book.change(interval)

    # --- holds

    def put_on_hold(self, reason: str) -> None:
        demand(self.refuse_lead())
        demand(self.refuse_running(), Refused)
        interval = Interval.objects.create(
            case=self.case,
            kind=Interval.Kind.HOLD,
            since=self.by.at,
            reason=required(reason, "Sebutkan alasan penundaan."),
            recorded_by=self.by.user,
        )
        self.intervals.append(interval)
        self._become(Case.State.ON_HOLD)
        self.log("case.held", self.closer.title, interval=interval.pk)

    def resume(self) -> None:
        """The hold ends: every open due moment moves by exactly its length."""
        demand(self.refuse_lead())
        if self.hold is None:
            raise Refused("Penanganan ini tidak sedang ditunda.")
        self._end_hold()
        self._become(Case.State.ACTIVE)
        self.log("case.resumed", self.closer.title)
        self.advance()

    def _end_hold(self) -> None:
        hold = self.hold
        hold.until = self.by.at
        self.book.change(hold)
        span = (hold.since, hold.until)
        for attempt in self.live():
            standard = self.standard_of(attempt)
            if attempt.due_at is None or standard is None or attempt.occurrence is not None:
                continue
            self._due(attempt, standard, clocks.held(self.calendar, attempt.due_at, standard, span))
            self._save(attempt)
        if self.case.term_due_at and (term := self.term):
            self.case.term_due_at = clocks.held(self.calendar, self.case.term_due_at, term, span)
