"""Joined and parted equals never joined, whatever is done to both records in between.

Officers act on the children of two rounds, declare records to be one child and take it back, in any order. In
the end all is parted and every row is read; then the same acts are done again without a single declaration.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

import pytest
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sopcases.cases import children, family, merging, sessions
from sopcases.cases.models import Attempt, Attendance, Case, CaseChild, Child, Merge, Session
from sopcases.cases.walk import roll, walking
from sopcases.people.models import Entry
from sopcases.refusal import Refused
from sopcases.sops.models import Stage
from tests.cases.story import children as ids
from tests.cases.story import done, outcome
from tests.cases.test_machine import run
from tests.cases.test_merging import everything
from tests.cases.test_verb_join import on_the_street, papered
from tests.cast import at
from tests.letters.papers import scan

pytestmark = [pytest.mark.django_db, pytest.mark.proof]

STEP = "5"
PRESENT, ABSENT = Attendance.Status.PRESENT, Attendance.Status.ABSENT


@dataclass(frozen=True)
class Did:
    """An act as it can be done again: at which moment, what, and whether it was refused."""

    at: datetime
    act: Callable[[], None]
    refused: bool


class TwoHistories(RuleBasedStateMachine):
    """Two rounds with two children each. `world`, `cases` and `scan` are set by the test.

    Records go by their place in `records`: keys need not be the same in both histories.
    """

    world = None
    cases: tuple[Case, ...] = ()
    scan = None

    def __init__(self):
        super().__init__()
        self.started = self.world.now
        self.history: list[Did] = []
        self.log: list = []
        self.begin()

    def begin(self):
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.world.now = self.started
        self.records = [child for case in self.cases for child in ids(case)]
        self.papers = 0

    def end(self):
        self.world.now = self.started
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    def teardown(self):
        try:
            while found := Merge.objects.filter(undone_at=None).first():
                case = CaseChild.objects.filter(child=found.child).order_by("case").first().case
                done(self.world, case, "sari", lambda w, pk=found.pk: merging.unmerge(w, pk, "Keliru"))
            assert not Child.objects.exclude(merged_into=None).exists()
            joined = everything()
        finally:
            self.end()
        self.begin()
        try:
            for one in self.history:
                self.world.now = one.at
                assert self.attempted(one.act) == one.refused, "refused in one history and not in the other"
            parted = everything()
        finally:
            self.end()
        for table, rows in parted.items():
            assert set(joined[table]) - set(rows) == set(rows) - set(joined[table]) == set(), table
            assert joined[table] == rows, table

    def attempted(self, act: Callable[[], None]) -> bool:
        """Whether it was refused."""
        try:
            with transaction.atomic():
                act()
        except Refused:
            return True
        return False

    def do(self, act: Callable[[], None], again: Callable[[], None] | None = None) -> None:
        """Do it now; `again` is how it goes where nobody was declared to be anybody else."""
        when = self.world.now
        self.history.append(Did(when, again or act, self.attempted(act)))

    def walk(self, case: Case, by: str, act) -> None:
        with walking(case, self.world.officer(by)) as walk:
            act(walk)

    def on(self, data, act, by: str = "sari") -> None:
        """Something done to a record in one of the rounds, which may not be its own."""
        case = data.draw(st.sampled_from(self.cases), label="case")
        inside = [n for n, pk in enumerate(self.records) if pk in ids(case)]
        known = data.draw(st.sampled_from(inside or [0]), label="record")
        self.do(lambda: self.walk(case, by, lambda w: act(w, self.records[known])))

    # --- raw rows

    def root(self, record: int) -> int:
        while into := Child.objects.get(pk=record).merged_into_id:
            record = into
        return record

    def standing(self) -> list[tuple[date, list[CaseChild]]]:
        """Of each period that stands open: the records still in a case that stands there."""
        live = Attempt.objects.filter(step__key=STEP, state__in=Attempt.LIVE, case__state__in=Case.RUNNING)
        periods: dict[date, set[int]] = {}
        for period, case in live.values_list("occurrence", "case"):
            periods.setdefault(period, set()).add(case)
        return [
            (period, list(CaseChild.objects.filter(case__in=there, left_on=None).order_by("id")))
            for period, there in sorted(periods.items())
        ]

    def told(self, period: date) -> set[tuple[int, int]]:
        rows = Attendance.objects.filter(session__period=period, session__step_key=STEP)
        return set(rows.values_list("case", "child"))

    def half_told(self, *records: int) -> bool:
        """At a session that stands open one of these was told and another not. Joined now, the child counts
        as told and its step may end, which it would not have done apart: left out of the comparison."""
        for period, _ in self.standing():
            told = {child for _, child in self.told(period)}
            if len({record in told for record in records}) > 1:
                return True
        return False

    # --- what officers do

    @rule(data=st.data(), place=st.sampled_from(["RSUD", "Panti", "Rumah"]))
    def place(self, data, place):
        now = self.world.now
        self.on(data, lambda w, child: w.place(child, place, now))

    @rule(data=st.data())
    def note(self, data):
        now = self.world.now
        self.on(data, lambda w, child: w.note("Sehat", now, child_id=child))

    @rule(data=st.data(), name=st.sampled_from(["Ujang", "Boy", "Rangga"]))
    def mend(self, data, name):
        def act(walk, child):
            version = Child.objects.get(pk=child).version
            children.edit(walk, child, version, name=name, aliases=[f"{name} kecil"])

        self.on(data, act, "agus")

    @rule(data=st.data())
    def mother(self, data):
        self.on(
            data, lambda w, child: family.relate_adult(w, Child.objects.get(pk=child), "mother", name="Ibu")
        )

    @rule(data=st.data())
    def paper(self, data):
        def act(walk, child):
            walk.file(self.world.paper("Laporan Sosial", stage=Stage.READY), children=[child])

        self.on(data, act)

    @rule(data=st.data())
    def not_needed(self, data):
        self.on(data, lambda w, child: w.not_needed("4", "Masih bersekolah", [child]))

    @rule(data=st.data())
    def referred(self, data):
        now = self.world.now
        self.on(data, lambda w, child: w.wait("4", "PKBM Harapan", now, child_id=child))

    @rule(data=st.data())
    def joins(self, data):
        case = data.draw(st.sampled_from(self.cases))
        if len(self.records) < 7:

            def act():
                child = self.world.child(f"Anak {len(self.records) + 1}")
                self.walk(case, "sari", lambda w: w.join(child))
                self.records.append(child.pk)

            self.do(act)

    @rule(data=st.data(), how=st.sampled_from(["Kembali ke keluarga", "Pindah domisili"]))
    def leaves(self, data, how):
        on = self.world.officer("sari").day
        self.on(data, lambda w, child: w.leave(child, outcome(w.case, how), on, "Dijemput"))

    @rule(data=st.data())
    def rejoins(self, data):
        gone = list(CaseChild.objects.exclude(left_on=None).filter(case__in=self.cases).order_by("id"))
        if not gone:
            return
        stay = data.draw(st.sampled_from(gone))
        same = [pk for pk in self.records if self.root(pk) == self.root(stay.child_id)]
        if self.half_told(*same):
            return
        known = self.records.index(stay.child_id)
        self.do(lambda: self.walk(stay.case, "sari", lambda w: w.rejoin(self.records[known], "Kembali lagi")))

    @rule(days=st.sampled_from([1, 7, 35]))
    def time_passes(self, days):
        self.world.wait(days=days)
        self.do(lambda: roll(self.world.now))

    @rule(data=st.data(), group=st.sampled_from(["", "Barat", "Timur"]), met=st.integers(0, 4))
    def session(self, data, group, met):
        """Some of those expected came, some did not, the rest belong to another group; or it was not held."""
        officer, sop = self.world.officer("sari"), self.cases[0].sop
        periods = [period for period, _ in self.standing() if period <= officer.day]
        if not periods:
            return
        period = data.draw(st.sampled_from(periods))
        asked = [stay.child_id for stay in sessions.each_once(sessions.untold(sop, STEP, period, officer))]
        if not asked:
            return
        mark = st.sampled_from([PRESENT, ABSENT])
        marked = data.draw(st.dictionaries(st.sampled_from(asked), mark, min_size=1), label="marked")
        held_at = max(
            Attempt.objects.filter(step__key=STEP, occurrence=period).values_list("opened_at", flat=True)
        )

        def tell(marked: dict[int, str]) -> None:
            present = {child for child, mark in marked.items() if mark == PRESENT}
            absent = dict.fromkeys(set(marked) - present, "Sakit")
            if met:
                facts = {"held_at": held_at, "place": "Aula", "present": present, "absent": absent}
                sessions.hold(sop, STEP, period, officer, group=group, **facts)
            else:
                sessions.not_held(
                    sop, STEP, period, officer, reason="Banjir", children=set(marked), group=group
                )

        # Apart, everybody is marked by every record there is of him.
        every = {}
        for _, stays in [one for one in self.standing() if one[0] == period]:
            for stay in stays:
                same = [
                    mark for child, mark in marked.items() if self.root(child) == self.root(stay.child_id)
                ]
                if same and (stay.case_id, stay.child_id) not in self.told(period):
                    every[self.records.index(stay.child_id)] = same[0]
        self.do(
            lambda: tell(marked), lambda: tell({self.records[known]: mark for known, mark in every.items()})
        )

    @rule(data=st.data())
    def session_reported(self, data):
        count = Session.objects.count()
        if not count:
            return
        which = data.draw(st.integers(0, count - 1))
        kind, paper = self.world.kind("Laporan Kegiatan Support Group"), self.scan

        def act():
            session = Session.objects.order_by("pk")[which]
            sessions.report(session, self.world.officer("sari"), kind, paper, version=session.version)

        self.do(act)

    # --- one child by two records

    @initialize(pair=st.sampled_from([(0, 1), (1, 0), (0, 2)]))
    def joined_from_the_start(self, pair):
        """Of one round, or of two; what was told of each before stands."""
        now = self.world.now
        for case, known in zip(self.cases, (0, 2), strict=True):
            self.do(
                lambda c=case, n=known: self.walk(c, "sari", lambda w: w.place(self.records[n], "Pos", now))
            )
        self.declare(*pair)

    @rule(data=st.data())
    def merge(self, data):
        self.declare(*(data.draw(st.sampled_from(range(len(self.records)))) for _ in range(2)))

    def declare(self, one: int, other: int) -> None:
        child, into = self.records[one], self.records[other]
        same = [pk for pk in self.records if self.root(pk) in (self.root(child), self.root(into))]
        if self.half_told(*same):
            return
        case = CaseChild.objects.filter(child=child).order_by("case").first().case
        refused = self.attempted(
            lambda: self.walk(case, "sari", lambda w: merging.merge(w, child, into, "Dikenali"))
        )
        assert refused or self.root(child) == self.root(into)

    @rule(data=st.data())
    def unmerge(self, data):
        standing = list(Merge.objects.filter(undone_at=None).order_by("pk"))
        if standing:
            found = data.draw(st.sampled_from(standing))
            case = CaseChild.objects.filter(child=found.into).order_by("case").first().case
            self.walk(case, "sari", lambda w: merging.unmerge(w, found.pk, "Ternyata bukan"))

    # --- what holds all the while

    @invariant()
    def the_log_never_loses_a_line(self):
        rows = list(Entry.objects.order_by("pk").values_list())
        assert rows[: len(self.log)] == self.log
        self.log = rows

    @invariant()
    def nothing_stays_open_for_who_left(self):
        gone = CaseChild.objects.filter(case__in=self.cases).exclude(left_on=None)
        for case, child in gone.values_list("case", "child"):
            assert not Attempt.objects.filter(case=case, child=child, state__in=Attempt.LIVE).exists()

    @invariant()
    def each_child_is_expected_once(self):
        """By the raw rows: who stands there, was not told in that case, and is nobody else's record."""
        officer = self.world.officer("sari")
        for period, stays in self.standing():
            told = {(case, self.root(child)) for case, child in self.told(period)}
            waiting = {
                self.root(stay.child_id)
                for stay in stays
                if (stay.case_id, self.root(stay.child_id)) not in told
            }
            found = [
                s.child_id
                for s in sessions.each_once(sessions.untold(self.cases[0].sop, STEP, period, officer))
            ]
            assert sorted(self.root(child) for child in found) == sorted(waiting), "each child once"

    @invariant()
    def every_record_of_a_child_tells_the_same(self):
        """Where two records were joined before the session, both tell what was told of the child."""
        for child in Child.objects.exclude(merged_into=None):
            rows = Attendance.objects.filter(child__in=[child.pk, child.merged_into_id])
            for session in set(rows.values_list("session", flat=True)):
                since = Merge.objects.get(child=child, undone_at=None).at
                own = rows.filter(session=session, session__recorded_at__gt=since)
                assert len(set(own.values_list("status", flat=True))) <= 1


def test_joined_and_parted_equals_never_joined(world):
    cases = []
    for _ in range(2):
        case = on_the_street(world, 2)
        papered(world, case, ids(case))
        done(world, case, "sari", lambda w: w.finish("3"))
        cases.append(case)
    world.now = at("2026-04-15 10:00")
    roll(world.now)

    class Twins(TwoHistories):
        pass

    Twins.world, Twins.cases, Twins.scan = world, tuple(cases), scan()
    run(Twins, examples=15, steps=30)
