"""A case under lock with all its verbs, and those on the case as a whole: people, notes, the end."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sopcases.cases.book import Book
from sopcases.cases.models import Attempt, Case, CaseOfficer, Goal, Outcome, Photo, ProgressNote, Session
from sopcases.cases.progress import CLOSED, Progress, Spot
from sopcases.cases.shelf import Shelf
from sopcases.cases.walk.children import Children
from sopcases.people.authority import Machine, Officer
from sopcases.people.keeping import keeping
from sopcases.people.models import User
from sopcases.refusal import Conflict, NotAllowed, Refused, demand, required
from sopcases.sops import flow
from sopcases.worktime.calendar import NoWorkingHours


@dataclass(frozen=True)
class Captioned:
    """What a photo is said to show, and of which child; `version` is that of the photo as it was shown."""

    photo: int
    caption: str
    child: int | None
    version: int


class Walk(Children):
    """A case under lock, and all that can be done with it."""

    # --- people and notes

    def assign(self, position_id: int, user: User | None, reason: str = "") -> None:
        """Set, change or lift the officer who alone acts in a position on this case."""
        demand(self.refuse_lead())
        demand(self.refuse_running(), Refused)
        if user is not None:
            able = self.shelf.holders(self.case.agency_id, self.by.day, [position_id])
            areas = {a.area_id for a in able if a.user_id == user.pk}
            if not areas:
                raise Refused("Pegawai ini tidak menjabat jabatan tersebut hari ini.")
            if self.case.area_id is not None and not areas & {None, self.case.area_id}:
                raise Refused("Wilayah tugas pegawai ini lain dari wilayah penanganan.")
        row = CaseOfficer(
            case=self.case, position_id=position_id, user=user, since=self.by.at, reason=reason.strip()
        )
        self.book.assign(row)
        self.assigned.pop(position_id, None)
        if user is not None:
            self.assigned[position_id] = user.pk
        self.log("case.assigned", position=position_id, user=user.pk if user else None)

    def note(
        self, text: str, happened_at: datetime, child_id: int | None = None, goal: Goal | None = None
    ) -> ProgressNote:
        demand(self.refuse_touch())
        if happened_at > self.by.at:
            raise Refused("Waktu kejadian tidak boleh di masa depan.")
        self.demand_in_case(child_id)
        found = ProgressNote.objects.create(
            case=self.case,
            child_id=child_id,
            goal=goal,
            happened_at=happened_at,
            text=required(text, "Tulis catatannya."),
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
        demand(self.refuse_touch())
        child_id = note.child_id if note and child_id is None else child_id
        self.demand_in_case(child_id)
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
        found.file.save(f"foto{stored.suffix}", stored.as_file(), save=False)
        found.save()
        self.log("photo.added", photo=found.pk)
        return found

    def caption(self, said: Iterable[Captioned]) -> None:
        """Say what photos show and of whom, also later: that it changed is written down, not its words."""
        demand(self.refuse_touch())
        said = {one.photo: one for one in said}
        rows = {p.pk: p for p in Photo.objects.select_for_update().filter(case=self.case, pk__in=said)}
        if set(rows) != set(said):
            raise Refused("Foto ini tidak ada dalam penanganan ini.")
        changed = []
        for pk, one in sorted(said.items()):
            row, text = rows[pk], one.caption.strip()
            if (row.caption, row.child_id) == (text, one.child):
                continue
            if row.version != one.version:
                raise Conflict("Keterangan foto baru saja diubah oleh petugas lain.")
            if len(text) > Photo.CAPTION:
                raise Refused(f"Keterangan foto paling panjang {Photo.CAPTION} huruf.")
            self.demand_in_case(one.child)
            row.caption, row.child_id, row.version = text, one.child, row.version + 1
            changed.append(row)
        for row in changed:
            self.log("photo.captioned", photo=row.pk)
        Photo.objects.bulk_update(changed, ["caption", "child", "version"])

    # --- the end, and starting again

    def decline(
        self,
        key: str,
        reason: str,
        child_id: int | None = None,
        *,
        acted_at: datetime | None = None,
        acted_by: Iterable[User] = (),
        outcome: Outcome | None = None,
    ) -> Attempt:
        """The decision is "no", and the SOP says where it leads: to a later step, those between left out,
        or to the end, of the case or for the child whose step it is."""
        demand(self.refuse_decline(key), Refused)
        reason = required(reason, "Sebutkan alasan penolakan.")
        step = self.plan.by_key[key]
        before = self.current(Spot(key, child_id))
        note = "\n".join(filter(None, (before.note if before else "", reason)))
        attempt = self._record(key, child_id, acted_at=acted_at, acted_by=acted_by, note=note)
        self._refuse_missing(self.missing(attempt, outputs=False))
        attempt.reason = reason
        self.log("step.declined", attempt.acting_title, step=key, attempt=attempt.pk, child=child_id)
        self._complete(attempt)
        if step.refusal_ends:
            self._end_declined(child_id, reason, outcome)
            return attempt
        for left_out in flow.passed_over(self.plan, step):
            if left_out.applies(self.case.route):
                self._leave_out(left_out, child_id, reason)
        self.advance()
        return attempt

    def _end_declined(self, child_id: int | None, reason: str, outcome: Outcome | None) -> None:
        leaving = [s for s in self.stays if s.left_on is None and child_id in (None, s.child_id)]
        if leaving and outcome is None:
            raise Refused("Pilih hasil akhir bagi anak yang masih dalam penanganan.")
        for stay in leaving:
            self._leave(stay, outcome, self.today, reason, with_case=child_id is None)
        if child_id is None:
            self._shut(Case.State.STOPPED, reason)
        else:
            self.advance()

    def close(self) -> None:
        """The children have ended, or the term is over, or nobody was found."""
        demand(self.refuse_lead())
        demand(self.refuse_close(), Refused)
        self._shut(Case.State.NIHIL if self.found_nobody else Case.State.DONE, "Penanganan ditutup")

    def stop(self, reason: str, outcome: Outcome | None = None) -> None:
        """The case is given up (dihentikan), with the reason; children left get the outcome."""
        self._cut_short(Case.State.STOPPED, reason, outcome)

    def hand_over(self, to: str, reason: str, outcome: Outcome | None = None) -> None:
        """Another city goes on with it (dilimpahkan)."""
        to = required(to, "Sebutkan daerah tujuan pelimpahan.")
        self._cut_short(Case.State.HANDED_OVER, f"{to}: {reason.strip()}" if reason.strip() else "", outcome)

    def _cut_short(self, state: str, reason: str, outcome: Outcome | None) -> None:
        demand(self.refuse_lead())
        if not self.case.running:
            raise Refused(CLOSED)
        reason = required(reason, "Sebutkan alasannya.")
        left = [s for s in self.stays if s.left_on is None]
        if left and outcome is None:
            raise Refused("Pilih hasil akhir bagi anak yang masih dalam penanganan.")
        for stay in left:
            self._leave(stay, outcome, self.today, reason, with_case=True)
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
        self.log("case.closed", self.closer.title if self.closer else "", state=state)

    def reopen(self, reason: str) -> None:
        """A closed case goes on; children who left only with the case are back in it."""
        demand(self.refuse_lead())
        if self.case.running:
            raise Refused("Penanganan ini masih berjalan.")
        reason = required(reason, "Sebutkan mengapa penanganan dibuka kembali.")
        self._become(Case.State.ACTIVE)
        self.case.closed_at, self.case.close_reason, self.case.reopened = None, reason, True
        for stay in self.stays:
            if stay.left_with_case:
                self._return_child(stay, reason)
                self._catch_up(stay.child_id)
        self.log("case.reopened", self.closer.title)
        self._resume_periods()
        self.advance()


@contextmanager
def walking(
    case: Case, by: Officer, *, entitled: bool = False, seen: Progress | None = None
) -> Iterator[Walk]:
    """The case under lock, in one transaction. Whatever is refused inside leaves nothing behind.

    Nobody moves a case he may not read: he is refused here too, whatever page he came through. `entitled`:
    the caller has shown that he may do this one thing all the same (paraf on a letter that waits for him).
    `seen`: the case as a page has just read it; what nobody has changed since is not read again.
    """
    with walking_many([case], by, entitled=entitled) as walks:
        if seen is not None:
            walks[0].shelf.take(seen.shelf)
        yield walks[0]


@contextmanager
def walking_many(cases: Iterable[Case], by: Officer, *, entitled: bool = False) -> Iterator[list[Walk]]:
    """Several cases under lock, in the order of their ids, in one transaction. All of them or none.

    What the walks read comes from one shelf, what they write goes into one book: a verb done in each of a
    hundred cases costs as many queries as in two. (A verb that opens new attempts, or makes rows that are
    referred to, writes those case by case.)
    """
    readable = Case.objects.all() if entitled or by.user is None else Case.objects.visible_to(by)
    wanted = {case.pk for case in cases}
    with keeping():
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
        except NoWorkingHours as error:
            raise Refused(str(error)) from error


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
