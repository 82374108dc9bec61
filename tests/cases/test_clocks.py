"""Two clocks: a step's standard, due and late; and the SOP's whole term (design rule 17)."""

from datetime import timedelta

import pytest

from sopcases.cases.progress import Progress, is_late
from tests.cases.story import attempts, children, done, ordered, outcome
from tests.cast import at, make_world

pytestmark = pytest.mark.django_db


def test_under_a_day_it_is_late_only_after_the_end_of_the_next_working_day(world):
    """15 menit from Monday 08.00 is due at 08.15; not late before Tuesday's closing."""
    first = attempts(world.case(), "1")[0]
    assert first.due_at == at("2026-03-02 08:15")
    assert first.late_at == at("2026-03-03 15:00"), "Ramadan closes at 15.00"
    assert not is_late(first, at("2026-03-03 15:00"))
    assert is_late(first, at("2026-03-03 15:01"))


def test_an_agency_may_take_the_standard_at_its_word(world):
    world.home.grace_next_working_day = False
    world.home.save()
    first = attempts(world.case(), "1")[0]
    assert first.due_at == first.late_at == at("2026-03-02 08:15")


def test_over_a_weekend(db):
    world = make_world(at("2026-04-10 16:20"))
    first = attempts(world.case(), "1")[0]
    assert first.due_at == at("2026-04-13 07:35"), "ten minutes on Friday, five on Monday"
    assert first.late_at == at("2026-04-14 16:00")


def test_one_day_is_the_same_clock_time_on_the_next_working_day(db):
    world = make_world(at("2026-04-10 10:00"))
    case = world.case()
    ordered(world, case)
    world.file(case, "Surat Terlantar")
    done(world, case, "sari", lambda w: w.finish("4"))
    fifth = attempts(case, "5")[0]
    assert fifth.due_at == fifth.late_at == at("2026-04-13 10:00")


def test_done_late_stays_late_done_in_time_stays_in_time(world):
    case = world.case()
    ordered(world, case)
    world.file(case, "Surat Terlantar")
    world.wait(days=2)
    early = world.now - timedelta(days=2) + timedelta(hours=1)
    done(world, case, "sari", lambda w: w.finish("4", acted_at=early))
    fourth = attempts(case, "4")[0]
    assert not is_late(fourth, world.now + timedelta(days=9)), "recorded later, done in time"
    world.file(case, "Laporan Kondisi Kesehatan")
    done(world, case, "sari", lambda w: w.finish("6"))
    assert is_late(attempts(case, "6")[0], world.now)


def test_the_doing_time_may_be_given(world):
    case = world.case()
    ordered(world, case)
    world.file(case, "Surat Terlantar")
    world.wait(hours=5)
    done(world, case, "sari", lambda w: w.finish("4", spent_minutes=90))
    fourth = attempts(case, "4")[0]
    assert fourth.spent_minutes == 90
    assert fourth.worked_minutes > 90


def test_the_term_runs_from_the_opening_and_ends_no_step(world):
    case = world.case()
    assert case.term_due_at == at("2026-03-16 08:00")
    world.now = at("2026-03-16 08:00")
    assert Progress(case, world.officer("dewi")).term_over
    world.now = at("2026-03-16 07:59")
    assert not Progress(case, world.officer("dewi")).term_over
    done(world, case, "dewi", lambda w: w.leave(children(case)[0], outcome(case), world.now.date()))
    assert case.running, "a person closes it"


def test_waiting_is_shown_apart_and_moves_nothing(world):
    case = world.case()
    ordered(world, case)
    before = attempts(case, "4")[0].due_at
    asked = done(world, case, "sari", lambda w: w.wait("4", "Polresta", world.now))
    world.wait(hours=2)
    done(world, case, "sari", lambda w: w.answered(asked.pk, world.now, "Terbit"))
    fourth = attempts(case, "4")[0]
    assert fourth.due_at == before
    assert fourth.intervals.get().until - fourth.intervals.get().since == timedelta(hours=2)
