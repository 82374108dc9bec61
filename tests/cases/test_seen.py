"""What a page read of a case before it is locked: read again only where somebody changed it since."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sopcases.cases import retiming
from sopcases.cases.access import find_case
from sopcases.cases.models import Case
from sopcases.cases.walk import walking
from sopcases.people.authority import Machine
from sopcases.people.models import Position
from sopcases.refusal import NotAllowed, Refused
from sopcases.worktime.models import Holiday
from tests.cases.story import done, ordered
from tests.cast import appoint

pytestmark = pytest.mark.django_db


def shown(world, case, name="sari"):
    """The case as a page of this officer reads it."""
    progress = find_case(world.officer(name), case.number).progress
    assert progress.attempts is not None and progress.assigned is not None
    return progress


def reads(world, seen, act) -> set[str]:
    """Which of the two tables an act reads."""
    with CaptureQueriesContext(connection) as found, walking(seen.case, seen.by, seen=seen) as walk:
        act(walk)
    selected = [query["sql"].partition("FROM")[2] for query in found if query["sql"].startswith("SELECT")]
    return {
        table
        for sql in selected
        for table in ("cases_attempt", "cases_caseofficer")
        if sql[2:].startswith(f'{table}"')
    }


def test_what_nobody_changed_is_not_read_again(world):
    case = world.case()
    ordered(world, case)
    assert reads(world, shown(world, case), lambda walk: walk.record("4")) == set()


def test_an_act_of_somebody_else_is_seen(world):
    case = world.case()
    ordered(world, case)
    seen = shown(world, case)
    done(world, case, "agus", lambda walk: walk.record("4", acted_by=[world.sari], note="Dari Agus"))
    with walking(seen.case, seen.by, seen=seen) as walk:
        assert [a.note for a in walk.live() if walk.step_of(a).key == "4"] == ["Dari Agus"]


def test_an_officer_assigned_meanwhile_keeps_the_other_out(world):
    case = world.case()
    ordered(world, case)
    seen = shown(world, case)
    peksos = Position.objects.get(agency=world.home, name="Peksos")
    other = appoint(world.ani, peksos)
    done(world, case, "dewi", lambda walk: walk.assign(peksos.pk, other))
    with pytest.raises(NotAllowed), walking(seen.case, seen.by, seen=seen) as walk:
        walk.record("4")


def test_a_day_off_declared_meanwhile_stands(world):
    """Due moments moved by the calendar are not written back as they were."""
    case = world.case()
    ordered(world, case)
    seen = shown(world, case)
    day = seen.by.day
    Holiday.objects.create(agency=world.home, date=day, name="Hari jadi kota", kind="libur_daerah")
    assert retiming.retime([world.home.pk], day, Machine(world.now), "Hari jadi kota")
    moved = dict(case.attempts.values_list("pk", "due_at"))
    assert moved != {a.pk: a.due_at for a in seen.attempts}
    with walking(seen.case, seen.by, seen=seen) as walk:
        walk.record("4")
    assert dict(case.attempts.values_list("pk", "due_at")) == moved


def test_a_refused_act_leaves_the_rows_of_the_page_as_they_were(world):
    case = world.case()
    ordered(world, case)
    seen = shown(world, case)
    with pytest.raises(Refused), walking(seen.case, seen.by, seen=seen) as walk:
        walk.finish("4", note="Tidak jadi")
    (row,) = [a for a in seen.live() if seen.step_of(a).key == "4"]
    assert (row.acted_at, row.note, row.state) == (None, "", "open")
    assert row.case is seen.case
    assert Case.objects.get(pk=case.pk).version == seen.case.version
