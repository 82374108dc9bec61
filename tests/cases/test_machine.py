"""The walk as a state machine: whatever officers try in whatever order, the rules hold, the log never loses
a line, a refusal leaves nothing behind, and a closed case stays reachable.

The rules are checked here from the raw rows by plain loops that share nothing with the engine.
"""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.db.models import F
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from sopcases.cases import carrying, merging, retiming, sessions
from sopcases.cases import models as tables
from sopcases.cases.models import Attempt, Case, CaseChild, Child, Outcome, Paper
from sopcases.cases.opening import open_case
from sopcases.cases.walk import Leave, Walk, roll, walking
from sopcases.people.authority import Machine
from sopcases.people.models import Appointment, Entry, Position
from sopcases.refusal import Refused
from sopcases.sops import revising, sopfile
from sopcases.sops.models import PaperKind, Performer, Revision, Stage, Step
from sopcases.sops.plans import plan_of
from sopcases.worktime.models import Holiday
from tests.cases.driving import drive
from tests.cases.generating import generated_revision
from tests.cast import START

pytestmark = [pytest.mark.django_db, pytest.mark.proof]

WATCHED = [
    tables.Case,
    tables.Attempt,
    tables.CaseChild,
    tables.Filing,
    tables.Paper,
    tables.Waiver,
    tables.Interval,
    tables.CaseOfficer,
    tables.Whereabouts,
    tables.ProgressNote,
    tables.Child,
    tables.Merge,
    tables.Session,
    tables.Attendance,
    tables.Carrying,
    tables.CarriedAttempt,
    Entry,
]
GIVEN = {
    "bayi-balita-terlantar": ("tanjungpinang", "sari"),
    "anak-jalanan": ("tanjungpinang", "dewi"),
    "anak-terlantar-luar-panti": ("lamandau", "yuli"),
}
PEOPLE = {
    "tanjungpinang": ["sari", "dewi", "rahman", "budi", "rina", "agus", "tono"],
    "lamandau": ["wati", "hadi", "yuli", "joko", "tika", "camat", "budi"],
}


def snapshot() -> dict[str, list]:
    return {m.__name__: list(m.objects.order_by("pk").values_list()) for m in WATCHED}


class CaseMachine(RuleBasedStateMachine):
    """One case, its children and the people around it. `world` and `revision` are set by the test."""

    world = None
    revision_of = None

    def __init__(self):
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.started = self.world.now
        self.case = None
        self.log: list = []
        self.opened: set[int] = set()
        self.done: set[int] = set()
        self.declined: set[int] = set()

    def teardown(self):
        try:
            if self.case is not None:
                state = drive(self.world, self.case)
                assert state in (Case.State.DONE, Case.State.NIHIL) or not self.open_by_verb(), state
                assert state not in Case.RUNNING, f"stuck in {state}: {self.describe()}"
        finally:
            self.world.now = self.started
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    def open_by_verb(self) -> bool:
        """Stopped and handed over are closed too."""
        return self.case.state not in (Case.State.STOPPED, Case.State.HANDED_OVER)

    def describe(self):
        return [(a.step.key, a.child_id, a.state, a.acted_at, a.received_at) for a in self.attempts()]

    # --- raw rows

    def attempts(self):
        return list(self.case.attempts.select_related("step").order_by("id"))

    @property
    def agency(self):
        return self.case.agency

    def people(self):
        return PEOPLE.get(self.agency.slug, list(self.world.users))

    # --- opening

    @initialize(data=st.data())
    def begin(self, data):
        revision, opener = self.revision_of(data)
        routes = [r["key"] for r in revision.routes]
        route = data.draw(st.sampled_from(routes)) if routes else ""
        self.case = open_case(
            revision,
            self.world.officer(opener),
            event_at=self.world.now - timedelta(hours=data.draw(st.integers(0, 30))),
            route=route,
            **(
                {"verbal_order_by": "Kasi (telepon)", "verbal_order_at": self.world.now - timedelta(hours=40)}
                if data.draw(st.booleans())
                else {}
            ),
        )
        self.read_off(revision)
        self.kinds = list(PaperKind.objects.filter(agency=revision.sop.agency))
        self.outcomes = list(Outcome.objects.filter(agency=revision.sop.agency)) or [
            Outcome.objects.create(agency=revision.sop.agency, name="Selesai", order=1)
        ]
        self.opener = opener
        if revision.sop.opening == "child":
            self.try_("join", opener, lambda w: w.join(self.new_child()))

    def read_off(self, revision: Revision) -> None:
        self.keys = list(revision.steps.values_list("key", flat=True))
        self.outputs = [o for s in revision.steps.prefetch_related("outputs") for o in s.outputs.all()]

    def new_child(self) -> Child:
        return Child.objects.create(
            agency=self.agency, created_at=self.world.now, created_by=self.world.users[self.opener]
        )

    def try_(self, verb: str, name: str, act) -> bool:
        """The act by the person: done, or refused with nothing left behind."""

        def walked() -> None:
            with walking(self.case, self.world.officer(name)) as walk:
                act(walk)

        return self.tried(verb, name, walked)

    def tried(self, verb: str, name: str, act) -> bool:
        """As `try_`, for what is done in several cases at once."""
        before = snapshot()
        officer = self.world.officer(name)
        try:
            act()
        except Refused as refusal:
            assert all(s.strip() for s in refusal.sentences), "a refusal says why"
            assert snapshot() == before, f"{verb} by {name} was refused and left something behind"
            return False
        assert officer.hats, f"{name} holds nothing and did {verb}"
        assert officer.user.agency_id == self.case.agency_id, f"a stranger did {verb}"
        return True

    def who(self, data) -> str:
        return data.draw(st.sampled_from(self.people()), label="who")

    def key(self, data) -> str:
        return data.draw(st.sampled_from(self.keys), label="step")

    def spot(self, data) -> tuple[str, int | None, date | None]:
        """Mostly a step somebody stands at, sometimes any."""
        live = [a for a in self.attempts() if a.live]
        if live and data.draw(st.integers(0, 4)):
            attempt = data.draw(st.sampled_from(live))
            return attempt.step.key, attempt.child_id, attempt.occurrence
        children = [None, *self.case.children.values_list("child_id", flat=True)]
        return self.key(data), data.draw(st.sampled_from(children)), None

    def child(self, data) -> int:
        return data.draw(st.sampled_from([0, *self.case.children.values_list("child_id", flat=True)]))

    # --- what officers may try

    @rule(data=st.data(), back=st.integers(0, 3000))
    def finish(self, data, back):
        key, child, occurrence = self.spot(data)
        when = self.world.now - timedelta(minutes=back) if back % 2 else None
        verbal = ("Kabid (telepon)", when - timedelta(minutes=5)) if when and back % 3 == 0 else None
        self.try_(
            "finish",
            self.who(data),
            lambda w: w.finish(key, child, occurrence, acted_at=when, verbal_order=verbal),
        )

    @rule(data=st.data(), back=st.integers(0, 3000))
    def record(self, data, back):
        key, child, occurrence = self.spot(data)
        doer = self.world.users[self.who(data)]
        when = self.world.now - timedelta(minutes=back)
        self.try_(
            "record",
            self.who(data),
            lambda w: w.record(key, child, occurrence, acted_at=when, acted_by=[doer]),
        )

    @rule(data=st.data())
    def receive(self, data):
        key, child, occurrence = self.spot(data)
        self.try_("receive", self.who(data), lambda w: w.receive(key, child, occurrence))

    @rule(data=st.data())
    def bring_what_is_missing(self, data):
        """The way cases really move: the papers of an open step come in, then it is finished."""
        live = [a for a in self.attempts() if a.live and a.opened_at]
        if not live:
            return
        attempt = data.draw(st.sampled_from(live))
        who = self.who(data)

        def act(walk: Walk) -> None:
            current = next(a for a in walk.attempts if a.pk == attempt.pk)
            for missing in walk.missing(current):
                paper = self.paper(walk, missing.kind, Stage.SIGNED)
                output = (
                    missing.item.id if missing.output and missing.item.source is None else missing.item.source
                )
                if output is not None and missing.item.source is not None:
                    chain = walk.plan.chain[output]
                    output = next(o.pk for o in self.outputs if o.pk in chain and o.carries_id is None)
                children = (missing.child_id,) if missing.child_id else ()
                per_child = output and walk.plan.output[output][0].per_child
                walk.file(
                    paper, output=output, children=children, child_id=missing.child_id if per_child else None
                )

        if self.try_("file", who, act) and data.draw(st.booleans()):
            self.try_(
                "finish", who, lambda w: w.finish(attempt.step.key, attempt.child_id, attempt.occurrence)
            )

    def paper(self, walk: Walk, kind: PaperKind, stage: int) -> Paper:
        return Paper.objects.create(
            agency=self.agency, kind=kind, stage=stage, created_at=walk.by.at, created_by=walk.by.user
        )

    @rule(data=st.data(), stage=st.sampled_from([Stage.NONE, Stage.DRAFT, Stage.READY, Stage.SIGNED]))
    def file(self, data, stage):
        output = data.draw(st.sampled_from([None, *self.outputs]))
        kind = output.kind if output and data.draw(st.booleans()) else data.draw(st.sampled_from(self.kinds))
        child = self.child(data)
        self.try_(
            "file",
            self.who(data),
            lambda w: w.file(
                self.paper(w, kind, stage),
                output=output.pk if output else None,
                children=[child] if child else (),
            ),
        )

    @rule(
        data=st.data(),
        stage=st.sampled_from([Stage.NONE, Stage.DRAFT, Stage.READY, Stage.DECIDED, Stage.SIGNED]),
    )
    def move_a_paper(self, data, stage):
        """As the letters room does, whoever decided it there."""
        papers = list(Paper.objects.filter(filings__case=self.case, voided_at=None).distinct())
        if not papers:
            return
        paper = data.draw(st.sampled_from(papers))

        def act(walk: Walk) -> None:
            paper.stage = stage
            paper.save()
            if stage == Stage.NONE:
                walk.paper_returned(paper, "Perlu diperbaiki")
            else:
                walk.paper_moved(paper)

        self.try_("paper", data.draw(st.sampled_from(self.insiders())), act)

    @rule(data=st.data())
    def carry_over(self, data):
        """The SOP gains a step, and the case is carried to it, some steps left behind."""
        by = Machine(self.world.now)
        if self.case.revision.no == 1 and self.case.sop.revisions.count() == 1:
            draft = revising.new_revision(self.case.revision, by)
            order = data.draw(st.integers(1, draft.steps.count()))
            draft.steps.filter(order__gte=order).update(order=F("order") + 1)
            added = Step.objects.create(
                revision=draft, key="tambahan", order=order, activity="Memeriksa lagi"
            )
            performer = Performer.objects.filter(step__revision=draft, part="performs").first()
            Performer.objects.create(step=added, position=performer.position, part="performs")
            if plan_of(draft).problems():  # a step of the whole case, where a child's "no" leaps over it
                draft.delete()
                return
            revising.put_in_force(draft, by, self.today(), official="Kadis", reason="Uji")
        kept = data.draw(st.sets(st.sampled_from(self.keys)))
        mapping = {key: key for key in self.keys if key in kept or data.draw(st.booleans())}
        seen = self.case.sop.revisions.first().pk
        if self.try_("carry", self.who(data), lambda w: carrying.carry_over(w, mapping, "Baru", seen)):
            self.case.refresh_from_db()
            self.read_off(self.case.revision)

    def insiders(self) -> list[str]:
        return [n for n in self.people() if self.world.users[n].agency_id == self.case.agency_id]

    @rule(data=st.data())
    def void(self, data):
        papers = list(Paper.objects.filter(filings__case=self.case).distinct())
        if papers:
            paper = data.draw(st.sampled_from(papers))
            self.try_("void", self.who(data), lambda w: w.void(paper, "Salah berkas"))

    @rule(data=st.data(), days=st.sampled_from([None, 0, 30, -1]))
    def waive(self, data, days):
        key, child, occurrence = self.spot(data)
        kind = data.draw(st.sampled_from(self.kinds))
        until = None if days is None else self.today() + timedelta(days=days)
        self.try_(
            "waive",
            self.who(data),
            lambda w: w.waive(key, Leave(kind.pk, "Belum terbit", until, child), child, occurrence),
        )

    def today(self) -> date:
        return self.world.now.astimezone(ZoneInfo(self.agency.timezone)).date()

    @rule(data=st.data(), reason=st.sampled_from(["Tidak berlaku", " "]))
    def not_needed(self, data, reason):
        key, child, _ = self.spot(data)
        children = [child] if child else []
        self.try_("not_needed", self.who(data), lambda w: w.not_needed(key, reason, children))

    @rule(data=st.data())
    def not_held(self, data):
        key, child, occurrence = self.spot(data)
        day = occurrence or self.today().replace(day=1)
        self.try_("not_held", self.who(data), lambda w: w.not_held(key, day, "Hujan lebat", child))

    @rule(data=st.data())
    def send_back(self, data):
        key, child, occurrence = self.spot(data)
        self.try_(
            "send_back", self.who(data), lambda w: w.send_back(key, "Kurang lengkap", child, occurrence)
        )

    @rule(data=st.data(), ahead=st.booleans())
    def decline(self, data, ahead):
        """A decision is "no"; what must follow from it is checked at once."""
        deciding = [s for s in self.case.revision.steps.all() if s.refusal_to or s.refusal_ends]
        live = [a for a in self.attempts() if a.live and (a.opened_at or ahead) and a.step in deciding]
        spots = [(a.step.key, a.child_id) for a in live] or [self.spot(data)[:2]]
        key, child = data.draw(st.sampled_from(spots))
        outcome = data.draw(st.sampled_from([None, *self.outcomes]))
        who = self.who(data)
        declined = []
        if self.try_(
            "decline",
            who,
            lambda w: declined.append(w.decline(key, "Tidak memenuhi syarat", child, outcome=outcome).pk),
        ):
            self.declined.add(declined[0])
            self.a_no_leads_where_the_sop_says(key, child)

    def a_no_leads_where_the_sop_says(self, key, child):
        self.case.refresh_from_db()
        steps = {s.key: s for s in self.case.revision.steps.all()}
        step = steps[key]
        assert step.refusal_to or step.refusal_ends, "a step without such a no was declined"
        rows = [a for a in self.attempts() if a.child_id in (None, child) or child is None]
        if step.refusal_ends and child is None:
            assert self.case.state == Case.State.STOPPED, "the case goes on after its end"
        elif step.refusal_ends:
            assert self.case.children.get(child_id=child).left_on, "the child goes on after his end"
        else:
            target = steps[step.refusal_to]
            for other in steps.values():
                between = key in ancestors(steps, other.key) and other != target
                between &= other.order < target.order or other.key in ancestors(steps, target.key)
                on_route = not other.routes or self.case.route in other.routes
                if between and on_route:
                    live = [a for a in rows if a.step_id == other.pk and a.live]
                    assert not live, f"{other.key} lies between and is still to be done: {self.describe()}"

    @rule(data=st.data())
    def reopen_step(self, data):
        key, child, occurrence = self.spot(data)
        if data.draw(st.booleans()):
            past = [a for a in self.attempts() if not a.live]
            if past:
                attempt = data.draw(st.sampled_from(past))
                key, child, occurrence = attempt.step.key, attempt.child_id, attempt.occurrence
        self.try_(
            "reopen_step", self.who(data), lambda w: w.reopen_step(key, "Ada koreksi", child, occurrence)
        )

    @rule(data=st.data(), verdict=st.sampled_from(CaseChild.Verdict.values[1:]))
    def judge(self, data, verdict):
        key, child = self.key(data), self.child(data)
        self.try_(
            "judge",
            self.who(data),
            lambda w: w.judge(key, child, verdict, "Hasil kunjungan", self.outcomes[0]),
        )

    @rule(data=st.data())
    def join(self, data):
        if self.case.children.count() < 3:
            self.try_("join", self.who(data), lambda w: w.join(self.new_child()))

    @rule(data=st.data(), days=st.integers(-1, 2))
    def leave(self, data, days):
        child, outcome = self.child(data), data.draw(st.sampled_from(self.outcomes))
        self.try_(
            "leave", self.who(data), lambda w: w.leave(child, outcome, self.today() - timedelta(days=days))
        )

    @rule(data=st.data())
    def rejoin(self, data):
        self.try_("rejoin", self.who(data), lambda w: w.rejoin(self.child(data), "Salah catat"))

    @rule(data=st.data())
    def merge(self, data):
        """Two records of this case, or one and a record that somebody made and put in no case."""
        child = self.child(data)
        into = self.new_child().pk if data.draw(st.integers(0, 3)) == 0 else self.child(data)
        one, other = (child, into) if data.draw(st.booleans()) else (into, child)
        if one and other:
            self.try_("merge", self.who(data), lambda w: merging.merge(w, one, other, "Dikenali ibunya"))

    @rule(data=st.data())
    def unmerge(self, data):
        for found in tables.Merge.objects.filter(undone_at=None):
            self.try_("unmerge", self.who(data), lambda w, pk=found.pk: merging.unmerge(w, pk, "Keliru"))

    @rule(data=st.data(), held=st.booleans())
    def session(self, data, held):
        """A session for some of those expected, by whichever of their records."""
        live = [a for a in self.attempts() if a.live and a.occurrence and a.child_id is None]
        if not live:
            return
        attempt, name = data.draw(st.sampled_from(live)), self.who(data)
        inside = st.sampled_from([0, *self.case.children.values_list("child_id", flat=True)])
        marked = data.draw(st.sets(inside))
        spot = (self.case.sop, attempt.step.key, attempt.occurrence, self.world.officer(name))
        group = str(tables.Session.objects.count())
        if held:
            facts = {"held_at": self.world.now, "place": "Aula", "present": marked, "absent": {}}
            self.tried("hold", name, lambda: sessions.hold(*spot, group=group, **facts))
        else:
            facts = {"reason": "Banjir", "children": marked}
            self.tried("not_held", name, lambda: sessions.not_held(*spot, group=group, **facts))

    @rule(data=st.data())
    def wait_for_others(self, data):
        key, child, _ = self.spot(data)
        who = self.who(data)
        self.try_("wait", who, lambda w: w.wait(key, "Kepolisian", self.world.now, child_id=child))
        for interval in self.case.intervals.filter(kind="waiting", until=None):
            if data.draw(st.booleans()):
                self.try_("answered", who, lambda w, i=interval: w.answered(i.pk, self.world.now, "Terbit"))

    @rule(
        data=st.data(),
        verb=st.sampled_from(["put_on_hold", "resume", "close", "stop", "hand_over", "reopen"]),
    )
    def lead(self, data, verb):
        arguments = {
            "put_on_hold": ("Menunggu keputusan",),
            "stop": ("Keluarga mencabut laporan", self.outcomes[0]),
            "hand_over": ("Dinas Sosial Kota Batam", "Domisili anak", self.outcomes[0]),
            "reopen": ("Ada perkembangan baru",),
        }.get(verb, ())
        self.try_(verb, self.who(data), lambda w: getattr(w, verb)(*arguments))

    @rule(data=st.data())
    def assign(self, data):
        position = data.draw(st.sampled_from(list(Position.objects.filter(agency=self.agency))))
        name = data.draw(st.sampled_from([None, *self.people()]))
        user = self.world.users[name] if name else None
        self.try_("assign", self.who(data), lambda w: w.assign(position.pk, user))

    @rule(days=st.sampled_from([0, 1, 7, 35, 100]), minutes=st.integers(1, 600))
    def time_passes(self, days, minutes):
        self.world.wait(days=days, minutes=minutes)
        roll(self.world.now)
        settled = snapshot()
        roll(self.world.now)
        assert snapshot() == settled, "rolling twice does no more than once"

    @rule(data=st.data())
    def a_deputy_for_a_week(self, data):
        name = data.draw(st.sampled_from(self.insiders()))
        position = data.draw(st.sampled_from(list(Position.objects.filter(agency=self.agency))))
        user = self.world.users[name]
        if not Appointment.objects.filter(user=user, position=position).exists():
            Appointment.objects.create(
                user=user,
                position=position,
                kind="plh",
                valid_from=self.today(),
                valid_until=self.today() + timedelta(days=6),
                basis="SP Plh.",
            )

    # --- the rules, from the raw rows

    @invariant()
    def the_log_never_loses_a_line(self):
        rows = list(Entry.objects.order_by("pk").values_list())
        assert rows[: len(self.log)] == self.log
        self.log = rows

    @invariant()
    def steps_open_in_order_and_end_complete(self):
        if self.case is None:
            return
        self.case.refresh_from_db()
        attempts = self.attempts()
        for attempt in attempts:
            if attempt.opened_at and attempt.occurrence is None and attempt.pk not in self.opened:
                self.opened.add(attempt.pk)
                first = not any(a.pk < attempt.pk and same_spot(a, attempt) for a in attempts)
                if first:
                    self.all_before_are_passed(attempt, attempts)
            if attempt.state == Attempt.State.DONE and attempt.pk not in self.done:
                self.done.add(attempt.pk)
                self.was_done_by_the_right_person(attempt)
                self.nothing_is_missing(attempt)
                self.nobody_is_unjudged(attempt)

    def all_before_are_passed(self, attempt, attempts):
        steps = {s.key: s for s in attempt.step.revision.steps.all()}
        for key in ancestors(steps, attempt.step.key):
            step = steps[key]
            if step.routes and self.case.route not in step.routes:
                continue
            rows = [a for a in attempts if a.step.key == key]
            passed = {a.child_id for a in rows if a.state in ("done", "not_needed", "not_held")}
            if None in passed or (attempt.child_id and attempt.child_id in passed):
                continue
            by_child = step.scope == "case" and (
                step.verdict or step.outputs.exclude(scope="case").filter(optional=False).exists()
            )
            if by_child and any(a.acted_at for a in rows):
                continue  # a child may pass on with his own; which one is shown in the stories
            here = set(self.case.children.filter(left_on=None).values_list("child_id", flat=True))
            assert step.scope == "child" and here <= passed, (
                f"step {attempt.step.key} opened before {key}: {self.describe()}"
            )

    def was_done_by_the_right_person(self, attempt):
        parts = list(Performer.objects.filter(step=attempt.step).values_list("position_id", "part"))
        performing = {p for p, part in parts if part == "performs"}
        if not performing:
            assert {part for _, part in parts} & {"disposes", "signs"}
            return
        held = positions_held(attempt.recorded_by, self.local(attempt.recorded_at))
        recorders = set(Position.objects.filter(pk__in=held, may_record=True).values_list("pk", flat=True))
        assert held & performing or recorders, f"{attempt.recorded_by} recorded step {attempt.step.key}"
        day = self.local(attempt.acted_at)
        assert any(positions_held(u, day) & performing for u in attempt.acted_by.all())
        receiving = {p for p, part in parts if part == "receives"}
        if receiving:
            assert attempt.received_by, "received before it is done"
            assert positions_held(attempt.received_by, self.local(attempt.received_at)) & receiving

    def local(self, moment) -> date:
        return moment.astimezone(ZoneInfo(self.agency.timezone)).date()

    def nothing_is_missing(self, attempt):
        here = [s.child_id for s in self.case.children.all() if s.left_on is None]
        early = attempt.opened_at is None or attempt.acted_at < attempt.opened_at
        outputs = [] if attempt.pk in self.declined else attempt.step.outputs.all()
        for item in [*attempt.step.requirements.all(), *outputs]:
            if item.optional or (item.routes and self.case.route not in item.routes):
                continue
            per_child = item.scope != "case"
            targets = ([attempt.child_id] if attempt.child_id else here) if per_child else [None]
            for child in targets:
                on_file = any(
                    f.paper.kind_id == item.kind_id
                    and f.paper.voided_at is None
                    and (child is None or f.child_id == child)
                    and counted(f.paper, self.agency) >= item.stage
                    for f in self.case.filings.select_related("paper")
                )
                waived = any(
                    w.kind_id == item.kind_id and w.child_id in (None, child) for w in self.case.waivers.all()
                )
                verbal = early and item.kind.verbal and attempt.verbal_order_by
                assert on_file or waived or verbal, (
                    f"step {attempt.step.key} is done without {item.kind} for {child}"
                )

    def nobody_is_unjudged(self, attempt):
        if attempt.step.verdict and attempt.pk not in self.declined:
            assert not self.case.children.filter(left_on=None).exclude(verdict="eligible").exists()

    @invariant()
    def rows_make_sense(self):
        if self.case is None:
            return
        self.case.refresh_from_db()
        seen = set()
        used: dict = {}
        for a in self.attempts():
            spot = (a.step_id, a.child_id, a.occurrence)
            if a.state in ("open", "missed", "done", "not_needed", "not_held"):
                assert spot not in seen, "two attempts count at one spot"
                seen.add(spot)
            assert a.used_minutes >= used.get(spot, 0), "a clock went back"
            used[spot] = a.worked_minutes or a.used_minutes
            if a.acted_at:
                assert self.case.event_at <= a.acted_at <= a.recorded_at
            if a.due_at:
                assert a.late_at >= a.due_at
        stays = list(self.case.children.all())
        if self.case.state not in Case.RUNNING:
            assert not any(a.live for a in self.attempts()), "an open step in a closed case"
            assert all(s.outcome_id for s in stays), "a closed case leaves a child without outcome"
        gone = {s.child_id for s in stays if s.left_on}
        assert not any(a.live and a.child_id in gone for a in self.attempts())

    @invariant()
    def a_session_asks_for_each_child_once(self):
        if self.case is None or self.case.state not in sessions.HELD_STATES:
            return
        live = [a for a in self.attempts() if a.live and a.occurrence and a.step.scope == "case"]
        if not live:
            return
        reader = self.world.officer(self.opener)
        if not Case.objects.visible_to(reader).filter(pk=self.case.pk).exists():
            return  # a Plh. stands in for him this week
        here = self.as_children(self.case.children.filter(left_on=None))
        for attempt in live:
            spot = (attempt.step.key, attempt.occurrence)
            told = self.as_children(
                self.case.attendance.filter(session__step_key=spot[0], session__period=spot[1])
            )
            asked = [
                s
                for s in sessions.each_once(sessions.untold(self.case.sop, *spot, reader))
                if s.case_id == self.case.pk
            ]
            assert len(asked) == len(here - told), "each child once, however many records"
            assert {self.root(stay.child) for stay in asked} == here - told

    def as_children(self, rows) -> set[int]:
        return {self.root(row.child) for row in rows.select_related("child")}

    def root(self, record: Child) -> int:
        while record.merged_into_id:
            record = record.merged_into
        return record.pk

    @rule(data=st.data(), days=st.integers(-20, 40))
    def a_day_off_is_declared(self, data, days):
        """Late or in time: what is over keeps its moments."""
        if self.case is None:
            return
        day = self.world.now.date() + timedelta(days=days)
        if Holiday.objects.of(self.agency).filter(date=day).exists():
            return
        over = [row for row in Attempt.objects.order_by("pk").values() if row["ended_at"]]
        Holiday.objects.create(agency=self.agency, date=day, name="Libur", kind="libur_daerah")
        self.agency.__dict__.pop("_calendar", None)
        retiming.retime([self.agency.pk], day, Machine(self.world.now), "hari libur")
        assert [row for row in Attempt.objects.order_by("pk").values() if row["ended_at"]] == over

    @invariant()
    def due_moments_are_what_the_calendar_makes_of_them(self):
        """Counted anew from their beginnings they come out as the walk left them, however it went."""
        if self.case is None:
            return
        outlook = retiming.weigh([self.agency.pk], date(2024, 1, 1), Machine(self.world.now))
        assert not outlook, outlook.rows

    @invariant()
    def strangers_see_nothing(self):
        if self.case is None:
            return
        stranger = "budi" if self.agency.slug == "lamandau" else "tono"
        for name in (stranger, "ani"):
            assert not Case.objects.visible_to(self.world.officer(name)).filter(pk=self.case.pk).exists()


def same_spot(a: Attempt, b: Attempt) -> bool:
    return (a.step_id, a.child_id, a.occurrence) == (b.step_id, b.child_id, b.occurrence)


def counted(paper: Paper, agency) -> int:
    return Stage.SIGNED if paper.stage == Stage.DECIDED and agency.walk_on_decision else paper.stage


def ancestors(steps: dict[str, Step], key: str) -> set[str]:
    ordered = sorted(steps.values(), key=lambda s: (s.order, s.pk))
    previous = {s.key: ordered[i - 1].key if i else None for i, s in enumerate(ordered)}
    found: set[str] = set()
    stack = [key]
    while stack:
        step = steps[stack.pop()]
        direct = step.after if step.after is not None else [previous[step.key]] if previous[step.key] else []
        for before in direct:
            if before not in found:
                found.add(before)
                stack.append(before)
    return found


def positions_held(user, day: date) -> set[int]:
    """Positions whose authority the user had on the day, by a plain reading of the appointments."""
    valid = [
        a
        for a in Appointment.objects.select_related("position")
        if a.valid_from <= day and (a.valid_until is None or a.valid_until >= day)
    ]
    rested = {a.position_id for a in valid if a.kind == "plh"}
    return {
        a.position_id
        for a in valid
        if a.user_id == user.pk and (a.kind == "plh" or a.position_id not in rested)
    }


def run(machine, examples: int, steps: int = 30):
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[
                Phase.explicit,
                Phase.reuse,
                Phase.generate,
            ],  # shrinking takes minutes; the steps tell enough
        ),
    )


@pytest.mark.parametrize("slug", list(GIVEN))
def test_given_sops(world, slug):
    revision = Revision.objects.select_related("sop__agency").get(sop__slug=slug, state="in_force")

    class Given(CaseMachine):
        revision_of = staticmethod(lambda data: (revision, GIVEN[slug][1]))

    Given.world = world
    run(Given, examples=20)


def test_generated_sops(world):
    class Generated(CaseMachine):
        revision_of = staticmethod(lambda data: (generated_revision(world, data), "budi"))

    Generated.world = world
    run(Generated, examples=32, steps=25)


DECISIONS = """\
slug: permohonan-uji
name: Permohonan
ratified_by: {name: Kepala Dinas, nip: null}
code: PU
opening: child
steps:
- {number: "1", activity: Menerima, performers: [{position: Peksos, part: performs}]}
- {number: "2", activity: Memeriksa, performers: [{position: Kasi, part: performs}], on_refusal: {to: "5"},
   produces: [{key: hasil, paper: Laporan Sosial}], returns_to: "1"}
- {number: "3", activity: Menilai, performers: [{position: Peksos, part: performs}], scope: child,
   on_refusal: {ends: true}}
- {number: "4", activity: Menyalurkan, performers: [{position: Peksos, part: performs}], scope: child,
   after: ["3"], on_refusal: {to: "6"}}
- {number: "5", activity: Memberi tahu, performers: [{position: Petugas, part: performs}], scope: child}
- {number: "6", activity: Mencatat, performers: [{position: Petugas, part: performs}], scope: child,
   condition: bila perlu}
- {number: "7", activity: Memutuskan, performers: [{position: Kasi, part: performs}],
   on_refusal: {ends: true}, returns_to: "2"}
- {number: "8", activity: Mengarsipkan, performers: [{position: Petugas, part: performs}]}
"""


def test_decisions(world):
    by = Machine(world.now)
    draft = sopfile.load(sopfile.read(DECISIONS, world.home), world.home, by)
    revision = revising.put_in_force(draft, by, START, official="Kadis", reason="Uji")

    class Decided(CaseMachine):
        revision_of = staticmethod(lambda data: (revision, "sari"))

    Decided.world = world
    run(Decided, examples=30, steps=35)
