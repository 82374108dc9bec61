"""Finishing a step through the verb beside a bare script with the same reads and writes; and its queries.

The step is the one that brings the police letter: its paper is in, the officer finishes it, the next opens.
"""

from datetime import timedelta

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from sopcases.cases.models import Attempt, Case, CaseOfficer, Filing, Interval, Waiver
from sopcases.cases.walk import walking
from sopcases.people.models import Entry
from sopcases.sops.models import Step
from sopcases.sops.parts import parts_for
from sopcases.worktime.models import Holiday, WorkPeriod
from tests.bench import ground, timing
from tests.bench.figures import Figure, figure
from tests.cases.story import ordered
from tests.cases.test_cost import grow
from tests.cast import World, make_world

DATABASES = ("sqlite", "postgres")
MOST = 12


def measure() -> list[Figure]:
    with ground.fresh() as database, ground.working_on(database):
        world = make_world()
        rounds = 12 if ground.quick() else 40
        ready = [_ready(world) for _ in range(2 * (rounds + 3))]
        officer = world.officer("sari")
        assert officer.reach and parts_for(officer).rows  # read by the gate of the page before the verb
        following = Step.objects.get(revision=world.revision(), key="5")

        def verb() -> None:
            with walking(ready.pop(), officer) as walk:
                walk.finish("4")

        ours, bare = timing.in_turn(rounds, verb, lambda: script(ready.pop(), officer, following))
        base = connection.vendor
        small, big, last = _ready(world), _ready(world), _ready(world)
        grow(world, big, 12)
        officer = world.officer("sari")
        assert officer.reach and parts_for(officer).rows
        few, many, plain = (
            timing.queries(act)
            for act in (
                lambda: _finish(small, officer),
                lambda: _finish(big, officer),
                lambda: script(last, officer, following),
            )
        )
        return [
            figure(f"finish a step, {base}", timing.p50(ours), "ms", timing.p50(bare), "reach 1.5"),
            figure(f"finish a step, {base}: queries", few, "queries", plain, f"reach {MOST}"),
            figure(f"finish a step of a grown case, {base}: queries", many, "queries", few, "the same"),
        ]


def _ready(world: World) -> Case:
    """A case whose police letter is filed."""
    case = world.case()
    ordered(world, case)
    world.file(case, "Surat Terlantar", output="4/surat-terlantar")
    world.wait(minutes=30)
    return case


def _finish(case: Case, officer) -> None:
    with walking(case, officer) as walk:
        walk.finish("4")


def script(case: Case, officer, following: Step) -> None:
    """The same rows read and written by hand, with no rule asked."""
    with transaction.atomic():
        rows = Case.objects.select_for_update(of=("self",)).select_related("agency", "sop", "revision__sop")
        case = rows.get(pk=case.pk)
        attempts = list(Attempt.objects.filter(case=case).order_by("id"))
        list(Filing.objects.filter(case=case).select_related("paper").order_by("id"))
        list(Waiver.objects.filter(case=case))
        list(Interval.objects.filter(case=case))
        list(CaseOfficer.objects.filter(case=case, until=None).values_list("position_id", "user_id"))
        list(
            WorkPeriod.objects.filter(agency=case.agency).values_list("id", "hours__weekday", "hours__opens")
        )
        list(Holiday.objects.of(case.agency).values_list("date", flat=True))
        done = next(a for a in attempts if a.state == "open" and a.step_id != following.pk)
        done.acted_at = done.recorded_at = done.ended_at = officer.at
        done.recorded_by, done.acting_title, done.state = officer.user, "Peksos", "done"
        done.worked_minutes = 30
        done.version += 2
        done.acted_by.add(officer.user)
        done.save(force_update=True)
        Attempt.objects.bulk_create(
            [
                Attempt(
                    case=case,
                    step=following,
                    opened_at=officer.at,
                    turn_at=officer.at,
                    due_at=officer.at + timedelta(days=1),
                    late_at=officer.at + timedelta(days=1),
                )
            ]
        )
        Entry.objects.bulk_create(
            Entry(
                agency=case.agency,
                at=officer.at,
                actor=officer.user,
                acting_title="Peksos",
                verb=verb,
                subject="cases.case",
                subject_id=case.pk,
                data={"step": "4", "attempt": done.pk, "child": None},
            )
            for verb in ("step.recorded", "step.done")
        )
        case.version += 1
        case.save()


def statements(case: Case, officer) -> list[str]:
    """What the verb sends, for looking at."""
    with CaptureQueriesContext(connection) as found:
        _finish(case, officer)
    return [query["sql"] for query in found.captured_queries]
