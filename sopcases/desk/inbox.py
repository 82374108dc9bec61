"""Tugas Saya: what waits for an officer, in five sections, most overdue first.

A constant number of queries: attempts in turn, attempts waiting for others, letters, letters that came,
documents of SOPs to sign, papers to follow, cases to lead, goals of plans, goals for which nobody answers,
requests of no step, and the children of all of them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import chain
from urllib.parse import urlencode

from django.db.models import Case as Choose
from django.db.models import F, Q, Value, When
from django.utils import timezone

from sopcases.cases.addresses import case_url, occasion_url, statements_url, step_url
from sopcases.cases.models import Attempt, Case, CaseChild, Child, Goal, Interval, Waiver
from sopcases.cases.page.acts import told_ready
from sopcases.cases.progress import Spot
from sopcases.desk import counting, duties, wording
from sopcases.letters.incoming_page import incoming_url, is_late, natures
from sopcases.letters.models import IncomingLetter, Letter
from sopcases.letters.page import letter_url
from sopcases.letters.signing import ELECTRONIC
from sopcases.people.authority import Officer
from sopcases.sops.flow import DISPOSES, PERFORMS, RECEIVES, SIGNS, number_of
from sopcases.sops.models import FrozenSheet

SHOWN = 25
"""Rows of a section; the rest is on the list of cases."""
READ = 4 * SHOWN
CAP = 99

TODO, LATE, WAITING, FOLLOW, SOON = "todo", "late", "waiting", "follow", "soon"
TITLES = {
    TODO: "Perlu dikerjakan",
    LATE: "Lewat batas waktu",
    WAITING: "Menunggu pihak lain",
    FOLLOW: "Kelengkapan menyusul",
    SOON: "Akan datang",
}
ACTIONS = {PERFORMS: "Catat", RECEIVES: "Terima", DISPOSES: "Periksa", SIGNS: "Periksa"}
LETTER_ACTIONS = {
    "initial": "Periksa",
    "sign": "Periksa",
    "number": "Beri nomor",
    "ink": "Unggah",
    "fix": "Perbaiki",
}


@dataclass(frozen=True)
class Row:
    """One thing to do, as templates/parts/task_row.html shows it."""

    what: str
    who: str
    why: str
    since: str
    due: str
    late: bool
    url: str
    action: str


@dataclass(frozen=True)
class Section:
    key: str
    title: str
    rows: tuple[Row, ...]
    more: bool

    @property
    def count(self) -> str:
        return f"{len(self.rows)}+" if self.more else str(len(self.rows))


@dataclass(frozen=True)
class _Task:
    """A thing to do by what it is sorted by: the moment from which it is late, else since when it waits. Its
    row is written only where it is shown."""

    section: str
    late_at: datetime | None
    since: datetime
    write: Callable[[], Row]
    look: Case | None = None
    """At which case a superior looks; at none, where the row itself leads: to the session or the letter."""
    case: int | None = None
    """The case whose children the row names."""

    @property
    def order(self) -> tuple:
        return (self.late_at is None, self.late_at or self.since, self.since)


class Inbox:
    """What waits for one officer at his moment; for a `reader` who stands above him only what that one may
    read, and each row leads to where one looks, not to where the officer acts."""

    def __init__(self, officer: Officer, reader: Officer | None = None):
        self.officer = officer
        self.reader = reader
        self.at = officer.at
        self.you = "Anda" if reader is None else "pegawai ini"

    @cached_property
    def sections(self) -> list[Section]:
        """The sections that hold anything, in the order of the page."""
        found = []
        for key, title in TITLES.items():
            if shown := self._shown[key]:
                rows = tuple(map(self._row, shown[:SHOWN]))
                found.append(Section(key, title, rows, more=len(shown) > SHOWN))
        return found

    def _row(self, task: _Task) -> Row:
        row = task.write()
        if self.reader is None:
            return row
        return replace(row, url=case_url(task.look) if task.look else row.url, action="Lihat")

    def section(self, key: str) -> tuple[Row, ...]:
        return next((s.rows for s in self.sections if s.key == key), ())

    @cached_property
    def todo(self) -> str:
        """How many things cannot go on without him, as shown in the navigation on every page."""
        if not self.officer.hats:
            return ""
        if "_tasks" in self.__dict__:
            return capped(sum(task.section in (TODO, LATE) for task in self._tasks))
        return capped(sum(self._waiting_counts))

    @cached_property
    def letters(self) -> str:
        """How many letters wait for him."""
        return capped(self._letters_to_act) if self.officer.hats else ""

    @cached_property
    def _letters_to_act(self) -> int:
        if "_papers" in self.__dict__:
            return sum(_urgent(letter) for letter in self._papers)
        return self._waiting_counts[0]

    @property
    def sign_many(self) -> bool:
        """Whether several letters wait for his electronic signature: one passphrase does for all."""
        if self.officer.agency is None or self.officer.agency.signature_backend not in ELECTRONIC:
            return False
        return sum(letter.waits == "sign" for letter in self._papers) > 1

    @cached_property
    def _waiting_counts(self) -> list[int]:
        """As `counting.waiting`: for a page that lists none of them."""
        return counting.waiting(self.officer, most=CAP + 1)

    # --- what is read, each once

    @cached_property
    def _attempts(self) -> list[Attempt]:
        order = (F("late_at").asc(nulls_last=True), "opened_at", "id")
        mine = duties.open_to(duties.to_act(self.officer), self.reader)
        ready = duties.with_place(mine, self.officer).order_by(*order)
        found = list(ready[:READ])
        if len(found) == READ and duties.overdue(found[-1].step.alarm, found[-1].late_at, self.at):
            # So much is overdue that it hides what is not.
            found += ready.filter(Q(late_at=None) | Q(late_at__gt=self.at))[: SHOWN + 1]
        return found

    @cached_property
    def _sessions(self) -> list[dict]:
        return list(duties.open_to(duties.sessions(self.officer), self.reader)[:READ])

    @cached_property
    def _waiting(self) -> list[Attempt]:
        mine = duties.open_to(duties.waiting(self.officer), self.reader)
        waiting = duties.with_place(mine, self.officer)
        return list(waiting.order_by("asked_at", "id")[: SHOWN + 1])

    @cached_property
    def _papers(self) -> list[Letter]:
        # The longest waiting by the index, then sorted by what is late: the due moments of those read alone.
        mine = duties.open_to(duties.letters(self.officer), self.reader)
        return list(mine.order_by("moved_at", "id")[:READ])

    @cached_property
    def _incoming(self) -> list[IncomingLetter]:
        rows = duties.incoming_open_to(IncomingLetter.objects.waiting_for(self.officer), self.reader)
        return list(rows.order_by(F("part_due").asc(nulls_last=True), "recorded_at", "id")[:READ])

    @cached_property
    def _sheets(self) -> list[FrozenSheet]:
        return list(duties.sheets(self.officer)[:READ])

    @cached_property
    def _waivers(self) -> list[list[Waiver]]:
        """What was left to follow; of several children in one act one row, as on the case page."""
        found = duties.with_statements(duties.open_to(duties.to_follow(self.officer), self.reader))
        rows = list(found.order_by("until", "id")[:READ])
        acts: dict[tuple, list[Waiver]] = {}
        for row in rows:
            acts.setdefault(row.act, []).append(row)
        if len(rows) == READ and len(acts) > 1:
            acts.popitem()  # there may be more children in it than were read
        return list(acts.values())[: SHOWN + 1]

    @cached_property
    def _leads(self) -> list[Case]:
        cases = duties.with_hold(duties.open_to(duties.to_lead(self.officer), self.reader, "pk"))
        held = Choose(When(state=Case.State.ON_HOLD, then=1), default=0)  # they must not hide what is to do
        return list(cases.order_by(held, F("last_ended").asc(nulls_first=True), "id")[:READ])

    @cached_property
    def _goals(self) -> list[Goal]:
        """Those he is responsible for, and with `adrift` those nobody in the case is."""
        own, adrift = (
            duties.open_to(rows, self.reader)
            .select_related("child", "case__sop", "responsible")
            .annotate(adrift=Value(adrift))
            .order_by()
            for rows, adrift in ((duties.goals(self.officer), 0), (duties.goals_adrift(self.officer), 1))
        )
        return list(own.union(adrift, all=True).order_by("due_on", "id")[:READ])

    @cached_property
    def _requests(self) -> list[Interval]:
        rows = duties.open_to(duties.requests(self.officer), self.reader).select_related("child", "case__sop")
        return list(rows.order_by("since", "id")[: SHOWN + 1])

    # --- rows

    @cached_property
    def _shown(self) -> dict[str, list[_Task]]:
        """The tasks of each section that are shown, and one more where there are."""
        found: dict[str, list[_Task]] = {key: [] for key in TITLES}
        for task in self._tasks:
            if len(found[task.section]) <= SHOWN:
                found[task.section].append(task)
        return found

    @cached_property
    def _children(self) -> dict[int, list[Child]]:
        """The children of every case on the page; those who left it stand last."""
        shown = chain.from_iterable(self._shown.values())
        return children_of({task.case for task in shown if task.case is not None})

    @cached_property
    def _tasks(self) -> list[_Task]:
        found = self._read() if self.officer.desk else ()
        return sorted(found, key=lambda task: task.order)

    def _read(self) -> Iterator[_Task]:
        for attempt in self._attempts:
            yield self._attempt_task(attempt)
        for session in self._sessions:
            yield self._session_task(session)
        for attempt in self._waiting:
            yield self._waiting_task(attempt)
        for letter in self._papers:
            yield self._letter_task(letter)
        for incoming in self._incoming:
            yield self._incoming_task(incoming)
        for sheet in self._sheets:
            yield self._sheet_task(sheet)
        for waivers in self._waivers:
            yield self._waiver_task(waivers)
        for case in self._leads:
            yield self._lead_task(case)
        for goal in self._goals:
            yield self._goal_task(goal)
        for request in self._requests:
            yield self._request_task(request)

    def _who(self, case: Case, *children: Child | None) -> str:
        found = [child for child in children if child] or self._children.get(case.pk, ())
        return f"{wording.children(found)} · {case.sop.noun} {case.number}"

    def _what(self, attempt: Attempt) -> str:
        step = attempt.step
        place = f"Langkah {number_of(step)} dari {attempt.step_count}"
        period = f" ({wording.month(attempt.occurrence)})" if attempt.occurrence else ""
        return f"{place}: {step.activity}{period}"

    def _as(self, attempt: Attempt) -> str:
        """Acting as what, and whether he was chosen for it."""
        return f"sebagai {self._title(attempt.mine)}" + (
            f" ({self.you} yang ditugasi)" if attempt.assigned else ""
        )

    @property
    def _he(self) -> str:
        return self.you[0].upper() + self.you[1:]

    def _title(self, mine: str) -> str:
        return self.officer.desk[int(mine.split()[0])].title

    def _due(self, due_at: datetime | None) -> str:
        return f"Batas waktu {wording.moment(due_at, self.at)}" if due_at else ""

    def _attempt_due(self, attempt: Attempt) -> str:
        """A period's moments are days: its hours are nobody's."""
        if attempt.occurrence and attempt.due_at:
            return f"Batas waktu {self._day(timezone.localtime(attempt.due_at).date())}"
        return self._due(attempt.due_at)

    def _since(self, attempt: Attempt, since: datetime) -> str:
        if attempt.occurrence and since == attempt.opened_at:
            return f"{'Mulai' if since > self.at else 'Sejak'} {self._day(attempt.occurrence)}"
        return f"Sejak {wording.moment(since, self.at)}"

    def _day(self, day: date) -> str:
        return wording.day(day, timezone.localtime(self.at).date())

    def _attempt_task(self, attempt: Attempt) -> _Task:
        soon = attempt.opened_at > self.at
        late = duties.overdue(attempt.step.alarm, attempt.late_at, self.at)
        part = attempt.mine.split()[1]
        since = attempt.acted_at if part == RECEIVES else attempt.opened_at

        def row() -> Row:
            return Row(
                what=self._what(attempt),
                who=self._who(attempt.case, attempt.child),
                why=self._why(attempt, part),
                since=self._since(attempt, since),
                due=self._attempt_due(attempt),
                late=late,
                url=step_url(attempt.case, Spot(attempt.step.key, attempt.child_id, attempt.occurrence)),
                action="Lihat" if soon else ACTIONS[part],
            )

        section = SOON if soon else LATE if late else TODO
        return _Task(section, attempt.late_at, since, row, attempt.case, attempt.case_id)

    def _why(self, attempt: Attempt, part: str) -> str:
        acting = self._as(attempt)
        if part == RECEIVES:
            return f"Menunggu {self.you} terima {acting}; dicatat oleh {attempt.recorded_by}"
        if part == DISPOSES:
            return f"Menunggu paraf {self.you} {acting}"
        if part == SIGNS:
            return f"Menunggu tanda tangan {self.you} {acting}"
        sentence = f"{self._he} melaksanakan {acting}"
        if attempt.state == Attempt.State.MISSED:
            return f"{sentence}; masanya lewat dan belum dilaporkan"
        if attempt.acted_at:
            return f"{sentence}; sudah dicatat, belum selesai"
        return f"{sentence}. Dikembalikan: {attempt.returned}" if attempt.returned else sentence

    def _session_task(self, session: dict) -> _Task:
        """One session, however many cases it serves."""
        period, opened, late_at = session["occurrence"], session["opened_at"], session["late_at"]
        soon = opened > self.at
        late = duties.overdue(session["alarm"], late_at, self.at)
        why = f"{self._he} melaksanakan sebagai {self._title(session['turn'])}"
        if session["acted"] == session["cases"]:
            why += "; kehadiran sudah dicatat, laporannya belum ada"
        elif session["missed"]:
            why += "; masanya lewat dan belum dilaporkan"

        def row() -> Row:
            return Row(
                what=f"Kegiatan bersama {wording.month(period)}: {session['activity']}",
                who=f"{session['children']} anak dari {session['cases']} penanganan",
                why=why,
                since=f"{'Mulai' if soon else 'Sejak'} {self._day(period)}",
                due=f"Batas waktu {self._day(timezone.localtime(session['due_at']).date())}",
                late=late,
                url=occasion_url(session["case__sop__slug"], session["step__key"], period),
                action="Lihat" if soon else "Catat",
            )

        return _Task(SOON if soon else LATE if late else TODO, late_at, opened, row)

    def _asked(self, since: datetime, reminded: list[str]) -> str:
        """Since when an outside party was asked, and when it was last reminded."""
        asked = f"Diminta {wording.moment(since, self.at)}"
        if not reminded:
            return asked
        return f"{asked}, diingatkan {wording.moment(datetime.fromisoformat(reminded[-1]), self.at)}"

    def _waiting_task(self, attempt: Attempt) -> _Task:
        def row() -> Row:
            return Row(
                what=self._what(attempt),
                who=self._who(attempt.case, attempt.child),
                why=f"Menunggu {attempt.party}. {self._he} melaksanakan {self._as(attempt)}",
                since=self._asked(attempt.asked_at, attempt.reminded),
                due=self._attempt_due(attempt),
                late=duties.overdue(attempt.step.alarm, attempt.late_at, self.at),
                url=case_url(attempt.case, "answer", interval=attempt.asked),
                action="Catat jawaban",
            )

        return _Task(WAITING, attempt.late_at, attempt.asked_at, row, attempt.case, attempt.case_id)

    def _request_task(self, asked: Interval) -> _Task:
        def row() -> Row:
            return Row(
                what=f"Permintaan: {asked.request}",
                who=self._who(asked.case, asked.child),
                why=f"Menunggu {asked.party}",
                since=self._asked(asked.since, asked.reminded),
                due="",
                late=False,
                url=case_url(asked.case, "answer", interval=asked.pk),
                action="Catat jawaban",
            )

        return _Task(WAITING, None, asked.since, row, asked.case, asked.case_id)

    def _goal_task(self, goal: Goal) -> _Task:
        """A goal of a plan: its day is whole, it is late from the next one."""
        late = goal.due_on < self.officer.day

        def row() -> Row:
            return Row(
                what=f"Tujuan rencana: {goal.goal}",
                who=self._who(goal.case, goal.child),
                why=_adrift_why(goal) if goal.adrift else f"{self._he} penanggung jawab tujuan ini",
                since=f"Direncanakan {wording.moment(goal.recorded_at, self.at)}",
                due=f"Batas waktu {self._day(goal.due_on)}",
                late=late,
                url=case_url(goal.case, "plan", child=goal.child_id),
                action="Buka rencana",
            )

        late_at = _midnight(goal.due_on + timedelta(days=1))
        return _Task(LATE if late else TODO, late_at, goal.recorded_at, row, goal.case)

    def _letter_task(self, letter: Letter) -> _Task:
        asked = letter.waits in ("initial", "sign")
        late = asked and letter.late_at is not None and letter.late_at <= self.at
        section = LATE if late else TODO
        if not _urgent(letter):
            section = FOLLOW if letter.state == Letter.State.DECIDED else WAITING

        def row() -> Row:
            return Row(
                what=f"{letter.paper.kind} {letter.number}".strip(),
                who=self._who(letter.case) if letter.case_open else _no_names(letter.case),
                why=self._letter_why(letter),
                since=f"Sejak {wording.moment(letter.moved_at, self.at)}",
                due=self._due(letter.due_at) if asked else "",
                late=late,
                url=letter_url(letter),
                action="Cetak" if letter.state == Letter.State.PRINTABLE else LETTER_ACTIONS[letter.waits],
            )

        return _Task(section, letter.late_at if asked else None, letter.moved_at, row, case=letter.case_id)

    def _letter_why(self, letter: Letter) -> str:
        kind = letter.paper.kind
        if letter.waits == "initial":
            return f"Menunggu paraf {self.you} {self._hat_text(letter.turn_id)}; diajukan {letter.drafted_by}"
        if letter.waits == "sign":
            title = self._hat_text(kind.signer_id) or f"atas nama {kind.signer}"
            return f"Menunggu tanda tangan {self.you} {title}"
        if letter.waits == "number":
            return "Sudah diparaf; menunggu nomor dari bagian umum"
        if letter.waits == "fix":
            if letter.drafted_by_id == self.officer.user.pk:
                return f"Dikembalikan kepada {self.you} untuk diperbaiki"
            return f"Dikembalikan untuk diperbaiki; pengonsepnya, {letter.drafted_by}, tidak lagi menjabat"
        return {
            Letter.State.READY: f"Menunggu tanda tangan {kind.signer}; unggah bila ditandatangani di kertas",
            Letter.State.DECIDED: (
                "Disetujui lisan; tanda tangan menyusul, naskahnya belum diunggah"
                if letter.approved_by_word
                else "Sudah diputuskan; naskah bertanda tangan basah belum diunggah"
            ),
            Letter.State.PRINTABLE: "Siap cetak, untuk ditandatangani para pihak",
        }.get(letter.state, "Menunggu tanda tangan para pihak")

    def _incoming_task(self, letter: IncomingLetter) -> _Task:
        """A letter before the head, or a part of one: its day is whole, it is late from the next one."""
        due = letter.part_due
        late = due is not None and not letter.passed and is_late(due, self.officer.day)

        def row() -> Row:
            return Row(
                what=f"{letter}: {letter.sender}",
                who=" · ".join(filter(None, [*natures(letter), letter.about])),
                why=self._incoming_why(letter),
                since=f"Sejak {wording.moment(letter.part_at or letter.recorded_at, self.at)}",
                due=f"Batas waktu {self._day(due)}" if due else "",
                late=late,
                url=incoming_url(letter),
                action="Lihat" if letter.passed else "Tindak lanjuti" if due else "Disposisikan",
            )

        late_at = _midnight(due + timedelta(days=1)) if due else None
        section = WAITING if letter.passed else LATE if late else TODO
        return _Task(section, late_at, letter.part_at or letter.recorded_at, row)

    def _incoming_why(self, letter: IncomingLetter) -> str:
        if not letter.part:
            return f"Menunggu disposisi {self.you}"
        if letter.passed:
            return (
                f"{self._he} meneruskannya; penerimanya belum menjawab"
                if self.reader
                else "Anda teruskan; penerimanya belum menjawab"
            )
        return f"Disposisi dari {letter.part_from} menunggu tindak lanjut {self.you}"

    def _sheet_task(self, sheet: FrozenSheet) -> _Task:
        """The document of an SOP that he ratifies: it has no day, but waits for nobody else."""
        revision = sheet.revision

        def row() -> Row:
            return Row(
                what=f"SOP {revision.name} menunggu tanda tangan {self.you}",
                who=f"Naskah revisi {revision.no}, berlaku dari {self._day(revision.in_force_from)}",
                why=f"{self._he} mengesahkannya sebagai {sheet.title_line}",
                since=f"Sejak {wording.moment(sheet.frozen_at, self.at)}",
                due="",
                late=False,
                url=f"/sop/{revision.sop.slug}/revisi/{revision.no}/",
                action="Periksa",
            )

        return _Task(TODO, None, sheet.frozen_at, row)

    def _hat_text(self, position_id: int | None) -> str:
        title = next((h.title for h in self.officer.hats if h.position_id == position_id), "")
        return f"sebagai {title}" if title else ""

    def _waiver_task(self, waivers: list[Waiver]) -> _Task:
        """Statements lead to the page of those who sign them."""
        waiver, *others = waivers
        today = timezone.localtime(self.at).date()
        one = {"anak": waiver.child_id} if waiver.child_id and not others else {}
        url = f"{case_url(waiver.case, 'paper_new')}?{urlencode({'jenis': waiver.kind_id} | one)}"
        if waiver.signed and waiver.child_id:
            url = statements_url(waiver.case, waiver.attempt.step.key, output=waiver.signed)

        def row() -> Row:
            return Row(
                what=f"{waiver.kind} menyusul",
                who=self._who(waiver.case, *(row.child for row in waivers)),
                why=f"{self._he} melaksanakan langkahnya. Alasan menyusul: {waiver.reason}",
                since=f"Dicatat {wording.moment(waiver.at, self.at)}",
                due=f"Paling lambat {self._day(waiver.until)}",
                late=waiver.until < today,
                url=url,
                action="Lengkapi",
            )

        return _Task(FOLLOW, _midnight(waiver.until), waiver.at, row, waiver.case, waiver.case_id)

    def _lead_task(self, case: Case) -> _Task:
        held = case.state == Case.State.ON_HOLD
        since = (case.held_since if held else case.last_ended) or case.opened_at
        late = not held and case.term_due_at is not None and case.term_due_at <= self.at

        def row() -> Row:
            what = "Catat hasil akhir dan tutup penanganan"
            why = "Tidak ada lagi langkah yang harus dikerjakan"
            if held:
                what, why = "Penanganan ditunda", f"Alasan: {case.held_reason}"
            elif case.is_ready:
                what = "Tutup penanganan"
                why = f"Siap ditutup: {told_ready(late, case.found_nobody, case.pk in self._children)}"
            return Row(
                what=what,
                who=self._who(case),
                why=why,
                since=f"Sejak {wording.moment(since, self.at)}",
                due=self._due(case.term_due_at),
                late=late,
                url=case_url(case, "close") if case.is_ready else case_url(case),
                action="Lihat" if held else "Tutup",
            )

        section = WAITING if held else LATE if late else TODO
        return _Task(section, case.term_due_at, since, row, case, case.pk)


def _urgent(letter: Letter) -> bool:
    """Whether it waits for the officer himself, as `duties.letters_to_act` counts."""
    return letter.waits != "ink" or letter.state == Letter.State.PRINTABLE


def _adrift_why(goal: Goal) -> str:
    if goal.responsible is None:
        return f"Penanggung jawabnya dari luar: {goal.responsible_text}"
    return (
        f"Penanggung jawabnya, {goal.responsible}, tidak lagi bertugas dalam penanganan ini. "
        "Tetapkan penanggung jawab baru"
    )


def _no_names(case: Case) -> str:
    """A case by its number, for who may not read it."""
    return f"{case.sop.noun} {case.number}"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), timezone.get_current_timezone())


def children_of(cases: set[int]) -> dict[int, list[Child]]:
    """Case → the children in it, or where all have left it those who were; each child once, by whichever of
    its records. One query, two where a record was declared another's."""
    stays = CaseChild.objects.filter(case_id__in=cases).select_related("child")
    rows = list(stays.prefetch_related("child__merged_into").order_by("case_id", "id"))
    inside = {stay.case_id for stay in rows if stay.left_on is None}
    found: dict[int, dict[int, Child]] = {}
    for stay in rows:
        if stay.left_on is None or stay.case_id not in inside:
            found.setdefault(stay.case_id, {}).setdefault(stay.child.root.pk, stay.child)
    return {case: list(children.values()) for case, children in found.items()}


def capped(count: int) -> str:
    """A count for the navigation: nothing for none, "99+" for more."""
    return f"{CAP}+" if count > CAP else str(count or "")
