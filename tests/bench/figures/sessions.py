"""A session for 300 children of 120 cases in one go, beside the same writes case by case.

PostgreSQL only: two cases are walked, the others are their copies.
"""

from datetime import date

from django.db import transaction

from sopcases.cases import sessions
from sopcases.cases.models import Attempt, Attendance, Case, CaseChild, Session
from sopcases.cases.walk import roll
from sopcases.people.models import Entry
from tests.bench import ground, history, timing
from tests.bench.figures import Figure, figure
from tests.cases.story import children, done
from tests.cases.test_verb_join import on_the_street, papered
from tests.cast import World, at, make_world

DATABASES = ("postgres",)
CASES, CHILDREN = 120, 300
APRIL = date(2026, 4, 1)
HELD = at("2026-04-15 09:00")


def measure() -> list[Figure]:
    with ground.fresh() as database, ground.working_on(database):
        world = make_world(at("2026-03-02 08:00"))
        empty = history.marks()
        for count in (2, 3):
            case = on_the_street(world, count)
            papered(world, case, children(case))
            done(world, case, "sari", lambda w: w.finish("3"))
        world.now = at("2026-04-15 10:00")
        roll(world.now)
        history.copy(history.Block(empty, history.marks(), 2), CASES // 2)
        history.settle()
        everybody = _standing(world)
        assert len(everybody) == CHILDREN, len(everybody)
        few = {stay.child_id for stay in everybody[:5]}
        all_ = {stay.child_id for stay in everybody}
        rounds = 3 if ground.quick() else 7
        ours, bare = timing.in_turn(
            rounds, lambda: _undone(_hold, world, all_), lambda: _undone(script, world, all_), warm=1
        )
        one = timing.queries(lambda: _undone(_hold, world, few))
        many = timing.queries(lambda: _undone(_hold, world, all_))
        return [
            figure("session of 300 children in 120 cases", timing.p50(ours), "ms", timing.p50(bare)),
            figure("session of 300 children: queries", many, "queries", one, "beside 5 children in 2 cases"),
        ]


def _standing(world: World) -> list[CaseChild]:
    case = Case.objects.select_related("sop").first()
    return sessions.each_once(sessions.untold(case.sop, "5", APRIL, world.officer("sari")))


def _undone(act, world: World, present: set[int]) -> None:
    """Done in a transaction that is taken back, so that the next round finds the same."""
    with transaction.atomic():
        act(world, present)
        transaction.set_rollback(True)


def _hold(world: World, present: set[int]) -> None:
    sop = Case.objects.select_related("sop").first().sop
    facts = {"held_at": HELD, "place": "Aula", "present": present, "absent": {}}
    sessions.hold(sop, "5", APRIL, world.officer("sari"), **facts)


def script(world: World, present: set[int]) -> None:
    """The same rows written case by case: locked, its attempt recorded, its journal line, its version."""
    sop, user = Case.objects.select_related("sop").first().sop, world.sari
    facts = {"held_at": HELD, "place": "Aula", "recorded_at": world.now, "recorded_by": user}
    facts |= {"agency_id": sop.agency_id, "sop": sop, "step_key": "5", "period": APRIL}
    session = Session.objects.create(**facts)
    stays = list(CaseChild.objects.filter(child__in=present).order_by("case_id", "id"))
    for pk in sorted({stay.case_id for stay in stays}):
        case = Case.objects.select_for_update().get(pk=pk)
        attempt = Attempt.objects.get(case=case, step__key="5", occurrence=APRIL)
        attempt.acted_at, attempt.recorded_at, attempt.recorded_by = HELD, world.now, user
        attempt.acting_title = "Peksos"
        attempt.save()
        attempt.acted_by.add(user)
        Entry.objects.create(
            agency_id=case.agency_id, at=world.now, actor=user, verb="step.recorded",
            subject="cases.case", subject_id=case.pk, data={"step": "5", "attempt": attempt.pk},
        )  # fmt: skip
        case.version += 1
        case.save()
    Attendance.objects.bulk_create(
        Attendance(session=session, case_id=s.case_id, child_id=s.child_id, status="present") for s in stays
    )
    Entry.objects.create(
        agency_id=sop.agency_id, at=world.now, actor=user, verb="session.held",
        subject="cases.session", subject_id=session.pk, data={"step": "5"},
    )  # fmt: skip
