"""How attempts at steps begin, run and end, and what opens next: the ground that all verbs stand on."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sopcases.cases import clocks
from sopcases.cases.book import Book
from sopcases.cases.clocks import Standard
from sopcases.cases.models import Attempt, Case, Filing, Paper
from sopcases.cases.progress import NOT_IN, Progress, Spot
from sopcases.cases.shelf import Shelf
from sopcases.people import journal
from sopcases.people.authority import Officer
from sopcases.people.models import User
from sopcases.refusal import Conflict, Refused
from sopcases.sops import flow
from sopcases.sops.flow import PlanStep
from sopcases.sops.models import Revision
from sopcases.sops.plans import plan_of
from sopcases.worktime.periods import next_period, period


class Attempts(Progress):
    """A case under lock. What it changes goes into the book, written once when that is closed."""

    def __init__(self, case: Case, by: Officer, shelf: Shelf, book: Book):
        super().__init__(case, by, shelf)
        self.book = book
        self.changed = False

    def end(self) -> None:
        """The case itself is written if anything about it changed."""
        if self.changed:
            self.case.version += 1
            self.book.change(self.case)
            self.changed = False

    def log(self, verb: str, title: str = "", **data) -> None:
        self.changed = True
        self.book.line(journal.line(self.by, verb, self.case, title, **data))

    def _become(self, state: str) -> None:
        if state not in Case.TRANSITIONS[self.case.state]:
            raise Refused(
                f"Penanganan berstatus “{self.case.get_state_display()}” tidak dapat diubah begitu."
            )
        self.case.state = state
        self.changed = True

    def demand_in_case(self, *children: int | None) -> None:
        """Refuse children who never were in the case; None is the case as a whole."""
        if not set(children) - {None} <= {s.child_id for s in self.stays}:
            raise Refused(NOT_IN)

    def follow(self, revision: Revision) -> None:
        """Go on by another revision: what its plan says is read anew."""
        self.case.revision = revision
        Case.objects.filter(pk=self.case.pk).update(revision=revision)
        self.plan = plan_of(revision)
        for name in ("_by_id", "attempts", "waivers"):
            self.__dict__.pop(name, None)

    def end_attempt(self, attempt: Attempt, reason: str) -> None:
        """An open attempt is over without being done, and what it waited for with it."""
        self._end_waiting(attempt, reason)
        self._end(attempt, Attempt.State.ENDED, reason)

    def file_again(self, filing: Filing, output: int) -> None:
        """A paper that is on file also counts as another output."""
        self._file(filing.paper, filing.child_id, filing.attempt_id, output)

    # --- an attempt ends

    def _complete(self, attempt: Attempt) -> None:
        """The step is done: stop its clock and answer what it still waited for."""
        end = attempt.received_at or attempt.acted_at
        attempt.worked_minutes = attempt.used_minutes + self._worked(attempt.opened_at, end)
        self._end(attempt, Attempt.State.DONE)
        self._end_waiting(attempt, "Langkah selesai")
        self.log("step.done", step=self.step_of(attempt).key, attempt=attempt.pk, child=attempt.child_id)

    def _end(self, attempt: Attempt, state: str, reason: str = "") -> None:
        if state not in Attempt.TRANSITIONS[attempt.state]:
            raise Refused("Langkah ini tidak dapat diubah lagi.")
        if attempt.worked_minutes is None:
            attempt.worked_minutes = attempt.used_minutes + self._worked(attempt.opened_at, self.by.at)
        attempt.state = state
        attempt.ended_at = attempt.ended_at or self.by.at
        attempt.reason = reason or attempt.reason
        self._save(attempt)

    def _worked(self, since: datetime | None, until: datetime) -> int:
        """Office minutes from the opening to the end, those the case was held left out: they move the due
        moment and are nobody's work."""
        if since is None:
            return 0
        return clocks.shares(self.calendar, since, until, holds=self.holds_until(self.by.at)).own

    def _end_waiting(self, attempt: Attempt, result: str) -> None:
        for interval in self.intervals:
            if interval.attempt_id == attempt.pk and interval.until is None:
                interval.until, interval.result = self.by.at, result
                self.book.change(interval)

    def _save(self, attempt: Attempt) -> None:
        self.changed = True
        attempt.version += 1
        self.book.change(attempt)

    def _acted_by(self, attempt: Attempt, users: list[User], *, again: bool) -> None:
        self.book.acted(attempt, [user.pk for user in users], again=again)
        self.shelf.name(attempt, users)

    def _add(self, new: list[Attempt]) -> None:
        """New attempts go in after the old ones are written: only one at a spot is current."""
        if new:
            self.changed = True
            self.book.write(Attempt)
            Attempt.objects.bulk_create(new)
            self.attempts += new

    # --- opening what comes next

    _together = False

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Several acts as one: what comes after them is opened together, when all are done."""
        self._together = True
        yield
        self._together = False
        self.advance()

    def advance(self) -> None:
        """Let steps finish that do so by themselves and open those whose turn came, until nothing moves.
        While the case is held nothing does."""
        if self._together or not self.case.running or self.case.state == Case.State.ON_HOLD:
            return
        moved = True
        while moved:
            moved = self._settle() or self._open_next()

    def _settle(self) -> bool:
        for attempt in self.live():
            step = self.step_of(attempt)
            received = step.positions(flow.RECEIVES) and attempt.acted_at and attempt.received_at
            if attempt.opened_at is None or not (step.approving_only or received):
                continue
            if self.missing(attempt) or self.unjudged(attempt):
                continue
            if not step.approving_only:
                self._complete(attempt)
            elif self.by.user is None:
                continue  # a signature is found by a person's act, never by the clock
            else:
                self._approve(attempt, step)
            return True
        return False

    def _approve(self, attempt: Attempt, step: PlanStep) -> None:
        """A step that is only disposed and signed: done by those whose names the paper bears."""
        papers = [
            f.paper
            for f in self.filings
            for item in step.outputs
            if f.output_id in self.plan.chain[item.id] and self.reaches(f.paper, item.stage)
        ]
        hands = {u for p in papers for u in (p.disposed_by_id, p.signed_by_id) if u}
        again = attempt.acted_at is not None
        attempt.acted_at = attempt.recorded_at = self.by.at
        attempt.recorded_by = self.by.user
        hat = self.hat(step.positions()) or self.any_hat
        attempt.acting_title = hat.title if hat else self.by.acting_title
        self._save(attempt)
        self.book.acted(attempt, sorted(hands) or [self.by.user.pk], again=again)
        self._complete(attempt)

    def _open_next(self) -> bool:
        opened = False
        fresh = []
        for key, child in flow.open_steps(self.plan, self.standing):
            step = self.plan.by_key[key]
            if step.recurring:
                opened |= self._open_first_occurrences(step, child)
                continue
            attempt = self.current(Spot(key, child))
            if attempt is None:
                fresh.append((step, Spot(key, child)))
            elif attempt.live and attempt.opened_at is None:
                earlier = self.history(Spot(key, child))[:-1]
                self._start_clock(attempt, step, due=earlier[-1].due_at if earlier else None)
                self._save(attempt)
                opened = True
        self._open_all(fresh)
        return opened or bool(fresh)

    def _attempt(self, step: PlanStep, spot: Spot, version: int | None = None) -> Attempt:
        """The live attempt at a spot, or a new one before its turn. Refuses what is over."""
        if step.recurring != (spot.occurrence is not None):
            raise Refused(
                "Masa kegiatan ini belum dibuka." if step.recurring else "Langkah ini tidak berkala."
            )
        if step.per_child != (spot.child_id is not None):
            raise Refused(
                "Langkah ini dicatat per anak." if step.per_child else "Langkah ini bukan per anak."
            )
        if spot.child_id is not None and spot.child_id not in self.active_children:
            raise Refused("Anak ini tidak lagi dalam penanganan ini.")
        attempt = self.current(spot)
        if attempt is None:
            if step.recurring:
                raise Refused("Masa kegiatan ini belum dibuka.")
            attempt = self._open(step, spot, early=True)
        elif not attempt.live:
            raise Refused("Langkah ini sudah selesai. Muat ulang halaman untuk melihat keadaannya.")
        if version is not None and attempt.version != version:
            raise Conflict("Langkah ini baru saja diubah oleh petugas lain. Periksa isinya, lalu kirim lagi.")
        return attempt

    def _open(self, step: PlanStep, spot: Spot, early: bool = False) -> Attempt:
        return self._open_all([(step, spot)], early)[0]

    def _open_all(self, places: list[tuple[PlanStep, Spot]], early: bool = False) -> list[Attempt]:
        """New attempts. Each inherits what was filed before and the minutes used: no clock is ever reset."""
        before = [self.history(spot) for _, spot in places]
        new = [self._next(step, spot, early) for step, spot in places]
        self._add(new)
        for attempt, history in zip(new, before, strict=True):
            earlier = history[-1].pk if history else None
            for filing in [f for f in self.filings if f.attempt_id == earlier] if earlier else []:
                self._file(filing.paper, filing.child_id, attempt.pk, filing.output_id)
        return new

    def _next(self, step: PlanStep, spot: Spot, early: bool) -> Attempt:
        before = self.history(spot)
        attempt = Attempt(
            case=self.case,
            step_id=step.id,
            child_id=spot.child_id,
            occurrence=spot.occurrence,
            no=len(before) + 1,
            used_minutes=(before[-1].worked_minutes or 0) if before else 0,
            turn_at=before[-1].turn_at if before else None,
        )
        if before and spot.occurrence:
            self._begin_period(attempt, step)
        elif not early:
            self._start_clock(attempt, step, due=before[-1].due_at if before else None)
        return attempt

    def _file(self, paper: Paper, child_id: int | None, attempt_id: int | None, output: int | None) -> None:
        for known in self.filings:
            if (known.paper_id, known.child_id, known.attempt_id, known.output_id) == (
                paper.pk,
                child_id,
                attempt_id,
                output,
            ):
                return
        filing = Filing(
            paper=paper,
            case=self.case,
            child_id=child_id,
            attempt_id=attempt_id,
            output_id=output,
            filed_at=self.by.at,
            filed_by=self.by.user,
        )
        self.filings.append(filing)
        self.book.file(filing)

    def _start_clock(self, attempt: Attempt, step: PlanStep, due: datetime | None = None) -> None:
        """Open the step now. `due`: the end of a calendar standard that already runs."""
        attempt.opened_at = self.by.at
        attempt.turn_at = attempt.turn_at or self.by.at
        if (standard := clocks.standard(step.time, step.basis)) is None:
            return
        if due is None or not standard.by_calendar:
            due = clocks.end_of(self.calendar, standard, attempt.opened_at, attempt.used_minutes)
        self._due(attempt, standard, due)

    def _due(self, attempt: Attempt, standard: Standard, due: datetime) -> None:
        attempt.due_at = due
        attempt.late_at = self.calendar.late_from(due, standard.length, self.agency.grace_next_working_day)

    # --- periods

    def _open_first_occurrences(self, step: PlanStep, child: int | None) -> bool:
        """The first period is the next full one after the step's turn came."""
        if any(a.step_id == step.id and a.child_id == child for a in self.attempts):
            return False
        start = next_period(self.today, step.every_months)
        return self._open_occurrence(step, child, start)

    def _open_occurrence(self, step: PlanStep, child: int | None, start: date) -> bool:
        if self._beyond_end(step, start):
            return False
        attempt = Attempt(case=self.case, step_id=step.id, child_id=child, occurrence=start)
        self._begin_period(attempt, step)
        self._add([attempt])
        self.log("step.period", step=step.key, attempt=attempt.pk, child=child, period=start.isoformat())
        return True

    def _begin_period(self, attempt: Attempt, step: PlanStep) -> None:
        """Open an attempt with its period; it is due at the end of that."""
        first, last = period(attempt.occurrence, step.every_months)
        attempt.opened_at = attempt.turn_at = self._midnight(first)
        attempt.due_at = attempt.late_at = clocks.end_of_period(self.calendar, first, last)

    def _resume_periods(self) -> None:
        """After a case or a child came back: the period that ended with it goes on, if it is not over;
        nothing is asked for the time in between."""
        today = self.today
        for (step_id, child), latest in self._latest_periods().items():
            step = self._by_id[step_id]
            if child is not None and child not in self.active_children:
                continue
            if period(latest.occurrence, step.every_months)[1] < today:
                if not any(a.live for a in self.attempts if (a.step_id, a.child_id) == (step_id, child)):
                    self._open_occurrence(step, child, next_period(today, step.every_months))
            elif latest.state == Attempt.State.ENDED:
                self._open(step, Spot(step.key, child, latest.occurrence))

    def _latest_periods(self) -> dict[tuple[int, int | None], Attempt]:
        """The latest attempt at the latest period of each recurring step, by step and child."""
        found: dict[tuple[int, int | None], Attempt] = {}
        for attempt in self.attempts:
            if attempt.occurrence is not None:
                known = found.get((attempt.step_id, attempt.child_id))
                if known is None or (attempt.occurrence, attempt.no) > (known.occurrence, known.no):
                    found[attempt.step_id, attempt.child_id] = attempt
        return found

    def _beyond_end(self, step: PlanStep, start: date) -> bool:
        """No occurrence opens after the case's term, or after the last year the SOP names."""
        zone = ZoneInfo(self.agency.timezone)
        opened = self.case.opened_at.astimezone(zone)
        if step.until_years is not None and start > date(opened.year + step.until_years, 12, 31):
            return True
        return bool(self.case.term_due_at and start > self.case.term_due_at.astimezone(zone).date())

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), ZoneInfo(self.agency.timezone))
