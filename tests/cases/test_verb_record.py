"""record: what was done is written down; the step stays open ("simpan, lanjutkan nanti")."""

from datetime import timedelta

import pytest

from sopcases.cases.models import Attempt
from tests.cases.story import NOT_YOURS, attempts, done, last_line, only, ordered, refused, states, verbs

pytestmark = pytest.mark.django_db


def test_it_keeps_what_was_done_and_leaves_the_step_open(world):
    case = world.case()
    ordered(world, case)
    world.wait(hours=2)
    acted = world.now - timedelta(hours=1)
    attempt = done(
        world, case, "sari", lambda w: w.record("4", acted_at=acted, note="Menghadap", spent_minutes=40)
    )
    attempt.refresh_from_db()
    assert attempt.state == Attempt.State.OPEN
    assert (attempt.acted_at, attempt.recorded_at) == (acted, world.now)
    assert (attempt.note, attempt.spent_minutes, attempt.version) == ("Menghadap", 40, 1)
    assert verbs(case)[-1] == "step.recorded"
    assert last_line(case).acting_title == "Peksos"


def test_recording_again_keeps_what_is_not_said_anew(world):
    case = world.case()
    ordered(world, case)
    world.wait(hours=2)
    acted = world.now - timedelta(hours=1)
    done(world, case, "sari", lambda w: w.record("4", acted_at=acted, note="Menghadap", spent_minutes=40))
    world.wait(hours=1)
    done(world, case, "agus", lambda w: w.record("4"))
    again = attempts(case, "4")[0]
    assert (again.acted_at, again.note, again.spent_minutes) == (acted, "Menghadap", 40)
    assert list(again.acted_by.all()) == [world.sari]
    assert again.recorded_by == world.agus


def test_who_may(world):
    case = world.case()
    ordered(world, case)
    only(world, case, {"sari", "agus"}, lambda w: w.record("4", acted_by=[world.sari]), NOT_YOURS)


def test_before_its_turn_it_opens_the_attempt_without_a_clock(world):
    case = world.case()
    attempt = done(world, case, "sari", lambda w: w.record("6"))
    assert (attempt.opened_at, attempt.due_at, attempt.late_at) == (None, None, None)
    world.wait(hours=1)
    ordered(world, case)
    attempt.refresh_from_db()
    assert attempt.opened_at == world.now, "its clock starts when its turn comes"
    assert attempt.early
    assert states(case, "6") == ["open"]


def test_done_on_a_day_on_which_the_doer_held_the_position(world):
    case = world.case()
    ordered(world, case)
    world.sari.appointments.update(valid_until=world.now.date())
    world.wait(days=1)
    refused(
        world,
        case,
        "agus",
        lambda w: w.record("4", acted_by=[world.sari]),
        "Sebutkan pelaksananya: paling sedikit satu orang yang menjabat pelaksana langkah ini.",
    )
    yesterday = world.now - timedelta(days=1)
    attempt = done(world, case, "agus", lambda w: w.record("4", acted_at=yesterday, acted_by=[world.sari]))
    assert attempt.acted_at == yesterday


def test_a_step_that_is_over_is_not_rewritten(world):
    case = world.case()
    ordered(world, case)
    refused(
        world,
        case,
        "sari",
        lambda w: w.record("1"),
        "Langkah ini sudah selesai. Muat ulang halaman untuk melihat keadaannya.",
    )
