"""The verbs that move a case. Each works on the locked case row, writes fact and journal together, and
refuses with a sentence.

    with walking(case, by) as walk:
        walk.finish("4", acted_at=…, acted_by=[…])

`by` is an Officer: the user, the moment of recording and the authority used. Acts lie between the event that
opened the case and that moment; they may come before their step's turn.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models.fields.files import FieldFile

from sopcases.cases.book import Book
from sopcases.cases.models import (
    Attempt,
    Case,
    CaseChild,
    CaseOfficer,
    Child,
    Filing,
    Goal,
    Interval,
    Outcome,
    Paper,
    Photo,
    ProgressNote,
    Session,
    Waiver,
    Whereabouts,
)
from sopcases.cases.periods import next_period, period, remaining
from sopcases.cases.progress import CLOSED, Missing, Progress, Spot
from sopcases.cases.shelf import Shelf
from sopcases.cases.wording import joined
from sopcases.people import authority, journal
from sopcases.people.authority import Machine, Officer
from sopcases.people.models import User
from sopcases.refusal import Conflict, NotAllowed, Refused
from sopcases.sops import flow
from sopcases.sops.flow import PlanStep
from sopcases.sops.models import Stage
from sopcases.worktime.calendar import Duration, NoWorkingHours


@dataclass(frozen=True)
class Captioned:
    """What a photo is said to show, and of which child; `version` is that of the photo as it was shown."""

    photo: int
    caption: str
    child: int | None
    version: int


@dataclass(frozen=True)
class Leave:
    """A missing paper left to follow until a date, or for good (`until` None)."""

    kind_id: int
    reason: str
    until: date | None = None
    child_id: int | None = None


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


@contextmanager
def walking(case: Case, by: Officer, *, entitled: bool = False) -> Iterator["Walk"]:
    """The case under lock, in one transaction. Whatever is refused inside leaves nothing behind.

    Nobody moves a case he may not read: he is refused here too, whatever page he came through. `entitled`:
    the caller has shown that he may do this one thing all the same (paraf on a letter that waits for him).
    """
    with walking_many([case], by, entitled=entitled) as walks:
        yield walks[0]


@contextmanager
def walking_many(cases: Iterable[Case], by: Officer, *, entitled: bool = False) -> Iterator[list["Walk"]]:
    """Several cases under lock, in the order of their ids, in one transaction. All of them or none.

    What the walks read comes from one shelf, what they write goes into one book: a verb done in each of a
    hundred cases costs as many queries as in two. (A verb that opens new attempts, or makes rows that are
    referred to, writes those case by case.)
    """
    readable = Case.objects.all() if entitled or by.user is None else Case.objects.visible_to(by)
    wanted = {case.pk for case in cases}
    with transaction.atomic():
        locked = list(
            readable.filter(pk__in=wanted)
            .select_for_update(of=("self",))
            .select_related("agency", "sop", "revision__sop")
            .order_by("pk")
        )
        if len(locked) < len(wanted):
            raise NotAllowed("Penanganan ini tidak dapat Anda buka.")
        shelf, book = Shelf(locked), Book()
        walks = [Walk(case, by, shelf, book) for case in locked]
        try:
            yield walks
            for walk in walks:
                walk.end()
            book.close()
        except BaseException as error:
            book.forget_files()
            if isinstance(error, NoWorkingHours):
                raise Refused(str(error)) from error
            raise


def _demand(sentence: str | None, error: type[Refused] = NotAllowed) -> None:
    if sentence is not None:
        raise error(sentence)


def _required(text: str, sentence: str) -> str:
    text = text.strip()
    if not text:
        raise Refused(sentence)
    return text


class Walk(Progress):
    """A case under lock. What it changes goes into the book, written once when that is closed."""

    def __init__(self, case: Case, by: Officer, shelf: Shelf, book: Book):
        super().__init__(case, by, shelf)
        self.book = book
        self.changed = False

    def keep(self, field: FieldFile, name: str, stored) -> None:
        """Store a file that came in; it goes again if the walk is refused."""
        self.book.keep(field, name, stored)

    def end(self) -> None:
        """The case itself is written if anything about it changed."""
        if self.changed:
            self.case.version += 1
            self.book.change(self.case)
            self.changed = False

    def log(self, verb: str, title: str = "", **data) -> None:
        self.changed = True
        self.book.line(journal.line(self.by, verb, self.case, title, **data))

    # --- recording a step

    def finish(
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
        leave: Iterable[Leave] = (),
        version: int | None = None,
    ) -> Attempt:
        """Record the act and finish the step; where somebody receives, hand it over to him.

        Refuses with the names of all that is missing. What may follow is given in `leave`.
        """
        attempt = self._record(
            key,
            child_id,
            occurrence,
            acted_at=acted_at,
            acted_by=acted_by,
            note=note,
            spent_minutes=spent_minutes,
            verbal_order=verbal_order,
            version=version,
        )
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
        _demand(self.unheld(attempt), Refused)
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
        _demand(self.refuse_act(key))
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
        *,
        acted_at: datetime | None = None,
        acted_by: Iterable[User] = (),
        note: str = "",
        spent_minutes: int | None = None,
        verbal_order: tuple[str, datetime] | None = None,
        version: int | None = None,
    ) -> Attempt:
        """Write down what was done, without finishing the step ("simpan, lanjutkan nanti"). Children whose
        own papers are in go on."""
        attempt = self._record(
            key,
            child_id,
            occurrence,
            acted_at=acted_at,
            acted_by=acted_by,
            note=note,
            spent_minutes=spent_minutes,
            verbal_order=verbal_order,
            version=version,
        )
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
        version: int | None = None,
    ) -> Attempt:
        _demand(self.refuse_act(key))
        step = self.plan.by_key[key]
        attempt = self._attempt(step, Spot(key, child_id, occurrence), version)
        acted_at = acted_at or attempt.acted_at or self.by.at
        actors = list(acted_by) or (self.shelf.done_by(attempt) if attempt.acted_at else [self.by.user])
        self._check_act(step, attempt, acted_at, actors)
        if verbal_order is not None:
            who, when = verbal_order
            attempt.verbal_order_by = _required(who, "Sebutkan siapa yang memberi perintah lisan.")
            if when > acted_at:
                raise Refused("Perintah lisan harus mendahului tindakannya.")
            attempt.verbal_order_at = when
        elif not attempt.verbal_order_by and attempt.precedes(acted_at):
            self._borrow_verbal_order(attempt, acted_at)
        hat = self.acting_hat(step)
        first = attempt.acted_at is None
        attempt.acted_at = acted_at
        attempt.note = note or attempt.note
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
        if since is None or until <= since:
            return 0
        worked = self.calendar.minutes_between(since, until)
        for held in self.intervals:
            if held.kind == Interval.Kind.HOLD:
                first, last = max(since, held.since), min(until, held.until or self.by.at)
                worked -= self.calendar.minutes_between(first, last) if first < last else 0
        return worked

    def _end_waiting(self, attempt: Attempt, result: str) -> None:
        for interval in self.intervals:
            if interval.attempt_id == attempt.pk and interval.until is None:
                interval.until, interval.result = self.by.at, result
                self.book.change(interval)

    def _save(self, attempt: Attempt) -> None:
        attempt.version += 1
        self.book.change(attempt)

    def _acted_by(self, attempt: Attempt, users: list[User], *, again: bool) -> None:
        self.book.acted(attempt, [user.pk for user in users], again=again)
        self.shelf.name(attempt, users)

    def _add(self, new: list[Attempt]) -> None:
        """New attempts go in after the old ones are written: only one at a spot is current."""
        if new:
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
        attempt.acting_title = hat.title if hat else self.by.title[:200]
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
            attempt.opened_at, attempt.due_at, attempt.late_at = (
                before[-1].opened_at,
                before[-1].due_at,
                before[-1].late_at,
            )
        elif not early:
            self._start_clock(attempt, step, due=before[-1].due_at if before else None)
        return attempt

    def _start_clock(self, attempt: Attempt, step: PlanStep, due: datetime | None = None) -> None:
        """Open the step now. `due`: the end of a calendar standard that already runs."""
        attempt.opened_at = self.by.at
        attempt.turn_at = attempt.turn_at or self.by.at
        standard = step.standard
        if standard is None:
            return
        if self._by_calendar(standard, step.basis):
            attempt.due_at = due or self.calendar.add(attempt.opened_at, standard, step.basis)
        else:
            left = remaining(standard, attempt.used_minutes)
            attempt.due_at = self.calendar.add(attempt.opened_at, left, step.basis)
        attempt.late_at = self.calendar.late_from(
            attempt.due_at, standard, self.agency.grace_next_working_day
        )

    @staticmethod
    def _by_calendar(standard: Duration, basis: str) -> bool:
        if basis:
            return basis == "calendar"
        return bool(standard.calendar or standard.weeks or standard.months or standard.years)

    # --- recurring steps

    def _open_first_occurrences(self, step: PlanStep, child: int | None) -> bool:
        """The first period is the next full one after the step's turn came."""
        if any(a.step_id == step.id and a.child_id == child for a in self.attempts):
            return False
        start = next_period(authority.local_day(self.agency, self.by.at), step.every_months)
        return self._open_occurrence(step, child, start)

    def _open_occurrence(self, step: PlanStep, child: int | None, start: date) -> bool:
        if self._beyond_end(step, start):
            return False
        first, last = period(start, step.every_months)
        attempt = Attempt(case=self.case, step_id=step.id, child_id=child, occurrence=start)
        attempt.opened_at = attempt.turn_at = self._midnight(first)
        working = self.calendar.last_working_day(first, last)
        attempt.due_at = attempt.late_at = (
            self.calendar.end_of_next_working_day(self._midnight(working - timedelta(days=1)))
            if working
            else self._midnight(last + timedelta(days=1))
        )
        self._add([attempt])
        self.log("step.period", step=step.key, attempt=attempt.pk, child=child, period=start.isoformat())
        return True

    def _resume_periods(self) -> None:
        """After a case or a child came back: the period that ended with it goes on, if it is not over;
        nothing is asked for the time in between."""
        today = authority.local_day(self.agency, self.by.at)
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

    def roll(self) -> None:
        """Open the periods that have come and mark those that went by unreported. Safe to run twice."""
        today = authority.local_day(self.agency, self.by.at)
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
        _demand(self.refuse_act(key))
        _demand(self.refuse_not_held(spot), Refused)
        attempt = self.current(spot)
        reason = _required(reason, "Sebutkan mengapa kegiatan tidak terlaksana.")
        self._end(attempt, Attempt.State.NOT_HELD, reason)
        self.log("step.not_held", step=key, attempt=attempt.pk, child=child_id)
        self.advance()

    # --- receiving, skipping, going back

    def receive(self, key: str, child_id: int | None = None, occurrence: date | None = None) -> Attempt:
        """The receiver takes over what was done; the step is done when his receipt and the outputs are in."""
        attempt = self.current(Spot(key, child_id, occurrence))
        if attempt is None:
            raise Refused("Belum ada yang diserahkan untuk diterima.")
        _demand(self.refuse_receive(attempt))
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
        _demand(self.refuse_not_needed(key))
        reason = _required(reason, "Sebutkan mengapa langkah ini tidak diperlukan.")
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

    def send_back(
        self, key: str, reason: str, child_id: int | None = None, occurrence: date | None = None
    ) -> None:
        """Return to the step the SOP names; the steps from there up to this one are walked again."""
        attempt = self.current(Spot(key, child_id, occurrence))
        if attempt is None:
            raise Refused("Langkah ini tidak sedang berjalan.")
        _demand(self.refuse_send_back(attempt))
        self._send_back(self.step_of(attempt), child_id, reason)

    def _send_back(self, step: PlanStep, child_id: int | None, reason: str) -> None:
        reason = _required(reason, "Sebutkan alasan pengembalian.")
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
        _demand(self.refuse_reopen(attempt))
        reason = _required(reason, "Sebutkan mengapa langkah ini dibuka kembali.")
        self._end(attempt, Attempt.State.REOPENED, reason)
        again = self._open(self.step_of(attempt), Spot(key, child_id, occurrence))
        self.log("step.reopened", step=key, attempt=again.pk, child=child_id)
        return again

    def judge(
        self, key: str, child_id: int, verdict: str, reason: str = "", outcome: Outcome | None = None
    ) -> None:
        """Layak, tidak layak or perlu dilengkapi; tidak layak ends the case for this child."""
        self.judge_all(key, [Judged(child_id, verdict, reason, outcome)])

    def judge_all(self, key: str, verdicts: Iterable[Judged]) -> None:
        """Several children judged in one act; one that cannot be judged so refuses them all."""
        _demand(self.refuse_act(key))
        _demand(self.refuse_judge(key), Refused)
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
            reason = _required(reason, "Sebutkan alasan penilaian.")
        stay.verdict, stay.verdict_reason = CaseChild.Verdict(one.verdict), reason
        stay.version += 1
        self.book.change(stay)
        self.log("child.judged", step=key, child=one.child_id, verdict=one.verdict)
        if one.verdict == CaseChild.Verdict.NOT_ELIGIBLE:
            if one.outcome is None:
                raise Refused("Pilih hasil akhir bagi anak yang tidak layak.")
            self._leave(stay, one.outcome, authority.local_day(self.agency, self.by.at), reason)

    # --- papers

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
        _demand(self.refuse_touch())
        if paper.agency_id != self.case.agency_id:
            raise Refused("Dokumen ini milik perangkat daerah lain.")
        ids = {s.child_id for s in self.stays}
        targets = sorted(children) or [child_id]
        if any(t is not None and t not in ids for t in targets):
            raise Refused("Anak ini tidak tercatat dalam penanganan ini.")
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
        """Proposing a letter finishes the drafting step, unless something is missing or is to be received."""
        if paper.stage < Stage.DRAFT or paper.voided_at is not None:
            return
        for filing in [f for f in self.filings if f.paper_id == paper.pk and f.attempt_id]:
            attempt = next(a for a in self.attempts if a.pk == filing.attempt_id)
            step = self.step_of(attempt)
            drafted = (
                filing.output_id is not None and self.plan.output[filing.output_id][1].stage == Stage.DRAFT
            )
            if not (attempt.live and drafted) or step.positions(flow.RECEIVES):
                continue
            if self.refuse_act(step.key) is not None or self.missing(attempt):
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
        _demand(self.refuse_touch())
        _demand(self.voidable(paper), Refused)
        _demand(self.refuse_void(paper))
        paper.void_reason = _required(reason, "Sebutkan mengapa dokumen ini dibatalkan.")
        paper.voided_at = self.by.at
        paper.save(update_fields=["voided_at", "void_reason"])
        self.log("paper.voided", paper=paper.pk, kind=paper.kind_id)
        self.paper_moved(paper)

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
        _demand(self.refuse_waive())
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
            reason = _required(leave.reason, "Sebutkan mengapa dokumen ini menyusul.")
            if leave.until is not None and leave.until < authority.local_day(self.agency, self.by.at):
                raise Refused("Tanggal menyusul tidak boleh sudah lewat.")
            if any((w.kind_id, w.child_id, w.settled_at) == (*mine, None) for w in [*self.waivers, *new]):
                raise Refused("Dokumen lain dari jenis ini sudah dicatat menyusul; lengkapi itu dahulu.")
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

    # --- waiting and holding

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
        party = _required(party, "Sebutkan pihak yang diminta.")
        if key is None:
            _demand(self.refuse_running(), Refused)
            _demand(self.refuse_touch())
            request = _required(request, "Sebutkan apa yang diminta.")
            if not set(chosen) <= self.active_children:
                raise Refused("Anak ini tidak lagi dalam penanganan ini.")
            asked = [(child, None) for child in chosen or [None]]
        else:
            _demand(self.refuse_act(key))
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
        result = _required(result, "Sebutkan jawabannya.")
        for interval in rows:
            interval.until, interval.result, interval.accepted = at, result, accepted
            self.book.change(interval)
            self.log("wait.answered", interval=interval.pk, child=interval.child_id)

    def _open_requests(self, intervals: Iterable[int], at: datetime) -> list[Interval]:
        """Requests that are open and were made before `at`. Refuses the rest."""
        _demand(self.refuse_touch())
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

    def put_on_hold(self, reason: str) -> None:
        _demand(self.refuse_lead())
        _demand(self.refuse_running(), Refused)
        interval = Interval.objects.create(
            case=self.case,
            kind=Interval.Kind.HOLD,
            since=self.by.at,
            reason=_required(reason, "Sebutkan alasan penundaan."),
            recorded_by=self.by.user,
        )
        self.intervals.append(interval)
        self._become(Case.State.ON_HOLD)
        self.log("case.held", self.closer.title, interval=interval.pk)

    def resume(self) -> None:
        """The hold ends: every open due moment moves by exactly its length."""
        _demand(self.refuse_lead())
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
        office = self.calendar.minutes_between(hold.since, hold.until)
        clock = int((hold.until - hold.since).total_seconds() // 60)
        for attempt in self.live():
            standard = self.step_of(attempt).standard
            if attempt.due_at is None or standard is None or attempt.occurrence is not None:
                continue
            by_clock = self._by_calendar(standard, self.step_of(attempt).basis)
            minutes = clock if by_clock else office
            attempt.due_at = self.calendar.shift(attempt.due_at, minutes, calendar=by_clock)
            attempt.late_at = self.calendar.late_from(
                attempt.due_at, standard, self.agency.grace_next_working_day
            )
            self._save(attempt)
        if self.case.term_due_at:
            self.case.term_due_at += hold.until - hold.since

    # --- children in the case

    def join(self, child: Child) -> CaseChild:
        """A child enters the case; the per-child steps already passed by the others open for it."""
        return self.join_many([child])[0]

    def join_many(
        self, children: Iterable[Child], sources: Mapping[int, str] | None = None
    ) -> list[CaseChild]:
        """Children enter together; what opens for them opens at once, in as many queries as for one.

        `sources` maps a child's id to the mark of the row it was taken from: a row is taken in once.
        """
        _demand(self.refuse_running(), Refused)
        _demand(self.refuse_touch())
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
        again for him. The others stay through it."""
        for step in self.plan.steps:
            done = self.current(Spot(step.key)) if step.passes_by_child and not step.recurring else None
            if done is None or done.state != Attempt.State.DONE:
                continue
            behind = {m.child_id for m in self.missing(done)} | {s.child_id for s in self.unjudged(done)}
            if child_id in behind:
                self._end(done, Attempt.State.REOPENED, "Ada anak yang menyusul")
                again = self._open(step, Spot(step.key))
                self.log("step.reopened", step=step.key, attempt=again.pk, child=child_id)

    def leave(self, child_id: int, outcome: Outcome, on: date, reason: str = "") -> None:
        """A child leaves the case with an outcome, leaving the others; its open steps end with it. Also
        while the case is held: a child may die or be fetched home on any day."""
        self.leave_all([Ending(child_id, outcome, on, reason)])

    def leave_all(self, endings: Iterable[Ending]) -> None:
        """Several children leave in one act; one who cannot leave so refuses them all."""
        if not self.case.running:
            raise Refused(CLOSED)
        _demand(self.refuse_touch())
        endings = list(endings)
        if not endings:
            raise Refused("Pilih paling sedikit satu anak.")
        for one in endings:
            stay = self._stay(one.child_id)
            _demand(self.refuse_left_on(one.on), Refused)
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
        _demand(self.refuse_running(), Refused)
        _demand(self.refuse_touch())
        reason = _required(reason, "Sebutkan alasan pembatalan hasil akhir.")
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
        stay = next((s for s in self.stays if s.child_id == child_id), None)
        if stay is None:
            raise Refused("Anak ini tidak tercatat dalam penanganan ini.")
        if stay.left_on:
            raise Refused("Anak ini sudah mempunyai hasil akhir.")
        return stay

    def place(self, child_id: int, where: str, since: datetime) -> Whereabouts:
        """Where the child is now. Places are added, never overwritten."""
        _demand(self.refuse_touch())
        if not any(s.child_id == child_id for s in self.stays):
            raise Refused("Anak ini tidak tercatat dalam penanganan ini.")
        if since > self.by.at:
            raise Refused("Waktu tidak boleh di masa depan.")
        found = Whereabouts.objects.create(
            case=self.case,
            child_id=child_id,
            place=_required(where, "Sebutkan di mana anak berada."),
            since=since,
            recorded_at=self.by.at,
            recorded_by=self.by.user,
        )
        self.log("child.placed", child=child_id, whereabouts=found.pk)
        return found

    # --- notes and people

    def note(
        self, text: str, happened_at: datetime, child_id: int | None = None, goal: Goal | None = None
    ) -> ProgressNote:
        _demand(self.refuse_touch())
        if happened_at > self.by.at:
            raise Refused("Waktu kejadian tidak boleh di masa depan.")
        if child_id is not None and not any(s.child_id == child_id for s in self.stays):
            raise Refused("Anak ini tidak tercatat dalam penanganan ini.")
        found = ProgressNote.objects.create(
            case=self.case,
            child_id=child_id,
            goal=goal,
            happened_at=happened_at,
            text=_required(text, "Tulis catatannya."),
            recorded_at=self.by.at,
            recorded_by=self.by.user,
            acting_title=self.any_hat.title,
        )
        self.log("note.written", note=found.pk)
        return found

    def photo(
        self,
        stored,
        note: ProgressNote | None = None,
        caption: str = "",
        child_id: int | None = None,
        session: Session | None = None,
    ) -> Photo:
        """Keep a photo that was re-encoded on the way in (see uploads): of the case, or of a session."""
        _demand(self.refuse_touch())
        child_id = note.child_id if note and child_id is None else child_id
        if child_id is not None and not any(s.child_id == child_id for s in self.stays):
            raise Refused("Anak ini tidak tercatat dalam penanganan ini.")
        found = Photo(
            case=None if session else self.case,
            session=session,
            child_id=child_id,
            note=note,
            sha256=stored.sha256,
            taken_at=stored.taken_at and stored.taken_at.replace(tzinfo=ZoneInfo(self.agency.timezone)),
            caption=caption.strip(),
            recorded_at=self.by.at,
            recorded_by=self.by.user,
        )
        self.keep(found.file, f"foto{stored.suffix}", stored)
        found.save()
        self.log("photo.added", photo=found.pk)
        return found

    def caption(self, said: Iterable[Captioned]) -> None:
        """Say what photos show and of whom, also later: that it changed is written down, not its words."""
        _demand(self.refuse_touch())
        said = {one.photo: one for one in said}
        rows = {p.pk: p for p in Photo.objects.select_for_update().filter(case=self.case, pk__in=said)}
        if set(rows) != set(said):
            raise Refused("Foto ini tidak ada dalam penanganan ini.")
        inside, changed = {s.child_id for s in self.stays}, []
        for pk, one in sorted(said.items()):
            row, text = rows[pk], one.caption.strip()
            if (row.caption, row.child_id) == (text, one.child):
                continue
            if row.version != one.version:
                raise Conflict("Keterangan foto baru saja diubah oleh petugas lain.")
            if len(text) > Photo.CAPTION:
                raise Refused(f"Keterangan foto paling panjang {Photo.CAPTION} huruf.")
            if one.child is not None and one.child not in inside:
                raise Refused("Anak ini tidak tercatat dalam penanganan ini.")
            row.caption, row.child_id, row.version = text, one.child, row.version + 1
            changed.append(row)
        for row in changed:
            self.log("photo.captioned", photo=row.pk)
        Photo.objects.bulk_update(changed, ["caption", "child", "version"])

    def assign(self, position_id: int, user: User | None) -> None:
        """Set, change or lift the officer who alone acts in a position on this case."""
        _demand(self.refuse_lead())
        _demand(self.refuse_running(), Refused)
        if user is not None:
            able = authority.holders(self.case.agency_id, self.by.day, [position_id])
            areas = {a.area_id for a in able if a.user_id == user.pk}
            if not areas:
                raise Refused("Pegawai ini tidak menjabat jabatan tersebut hari ini.")
            if self.case.area_id is not None and not areas & {None, self.case.area_id}:
                raise Refused("Wilayah tugas pegawai ini lain dari wilayah penanganan.")
        CaseOfficer.objects.filter(case=self.case, position_id=position_id, until=None).update(
            until=self.by.at
        )
        if user is not None:
            CaseOfficer.objects.create(case=self.case, position_id=position_id, user=user, since=self.by.at)
        self.assigned.pop(position_id, None)
        if user is not None:
            self.assigned[position_id] = user.pk
        self.log("case.assigned", position=position_id, user=user.pk if user else None)

    # --- the end, and starting again

    def _become(self, state: str) -> None:
        if state not in Case.TRANSITIONS[self.case.state]:
            raise Refused(
                f"Penanganan berstatus “{self.case.get_state_display()}” tidak dapat diubah begitu."
            )
        self.case.state = state
        self.changed = True

    def close(self) -> None:
        """The children have ended, or the term is over, or nobody was found."""
        _demand(self.refuse_lead())
        _demand(self.refuse_close(), Refused)
        self._shut(Case.State.NIHIL if self.found_nobody else Case.State.DONE, "Penanganan ditutup")

    def stop(self, reason: str, outcome: Outcome | None = None) -> None:
        """The case is given up (dihentikan), with the reason; children left get the outcome."""
        self._cut_short(Case.State.STOPPED, reason, outcome)

    def hand_over(self, to: str, reason: str, outcome: Outcome | None = None) -> None:
        """Another city goes on with it (dilimpahkan)."""
        to = _required(to, "Sebutkan daerah tujuan pelimpahan.")
        self._cut_short(Case.State.HANDED_OVER, f"{to}: {reason.strip()}" if reason.strip() else "", outcome)

    def _cut_short(self, state: str, reason: str, outcome: Outcome | None) -> None:
        _demand(self.refuse_lead())
        if not self.case.running:
            raise Refused("Penanganan ini sudah ditutup.")
        reason = _required(reason, "Sebutkan alasannya.")
        left = [s for s in self.stays if s.left_on is None]
        if left and outcome is None:
            raise Refused("Pilih hasil akhir bagi anak yang masih dalam penanganan.")
        today = authority.local_day(self.agency, self.by.at)
        for stay in left:
            self._leave(stay, outcome, today, reason, with_case=True)
        if self.hold:
            self._end_hold()
        self._shut(state, reason)

    def _shut(self, state: str, reason: str) -> None:
        self._become(state)
        self.case.closed_at = self.by.at
        self.case.close_reason = reason
        for attempt in self.live():
            self._end_waiting(attempt, "Penanganan ditutup")
            self._end(attempt, Attempt.State.ENDED, reason)
        self._end_requests("Penanganan ditutup")
        self.log("case.closed", self.closer.title, state=state)

    def reopen(self, reason: str) -> None:
        """A closed case goes on; children who left only with the case are back in it."""
        _demand(self.refuse_lead())
        if self.case.running:
            raise Refused("Penanganan ini masih berjalan.")
        reason = _required(reason, "Sebutkan mengapa penanganan dibuka kembali.")
        self._become(Case.State.ACTIVE)
        self.case.closed_at, self.case.close_reason, self.case.reopened = None, reason, True
        for stay in self.stays:
            if stay.left_with_case:
                self._return_child(stay, reason)
                self._catch_up(stay.child_id)
        self.log("case.reopened", self.closer.title)
        self._resume_periods()
        self.advance()


def roll(at: datetime) -> tuple[int, list[str]]:
    """Open due periods and mark missed ones on every running case.

    Answers how many cases were looked at, and a sentence for each that could not be rolled: one case never
    stops the others.
    """
    machine = Machine(at)
    cases = Case.objects.filter(state__in=Case.RUNNING, attempts__occurrence__isnull=False).distinct()
    count, failed = 0, []
    for case in cases.order_by("id").iterator(chunk_size=200):
        count += 1
        try:
            with walking(case, machine) as walk:
                if walk.case.running and walk.case.state != Case.State.ON_HOLD:
                    walk.roll()
        except Refused as refused:
            failed.append(f"{case.number}: {refused}")
    return count, failed
