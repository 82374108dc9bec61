"""What an ended attempt measured: told by the verbs, reckoned for the desk."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sopcases.desk.figures.measures import Figure, Measured, length, nearest_rank, percent, summed
from sopcases.desk.figures.reckoning import reckon
from sopcases.desk.models import Measure, Summary
from sopcases.worktime.calendar import Duration
from tests.cases.story import done, ordered, reported

pytestmark = pytest.mark.django_db


def measured(world, case, key: str, state: str = "done") -> Measure:
    reckon(world.home, world.now)
    return Measure.objects.filter(case=case, step__key=key, state=state).latest("id")


def waiting_for_police(world):
    """Step 4 opens at 08.00, the police are asked at 09.00 and answer at 11.00; it is 11.30."""
    case = world.case()
    ordered(world, case)
    asked_at = world.wait(hours=1)
    asked = done(world, case, "sari", lambda w: w.wait("4", "Polresta", asked_at))
    answered_at = world.wait(hours=2)
    done(world, case, "sari", lambda w: w.answered(asked.pk, answered_at, "Surat terbit"))
    world.wait(minutes=30)
    world.file(case, "Surat Terlantar")
    return case


def test_own_time_is_told_from_the_time_others_took(world):
    case = waiting_for_police(world)
    done(world, case, "sari", lambda w: w.finish("4"))
    row = measured(world, case, "4")
    assert (row.own, row.waited, row.minutes, row.on_time) == (90, 120, 90, True)
    assert row.day == date(2026, 3, 2)


def test_the_time_of_doing_as_the_officer_gave_it_is_what_the_standard_is_held_against(world):
    case = waiting_for_police(world)
    done(world, case, "sari", lambda w: w.finish("4", spent_minutes=40))
    row = measured(world, case, "4")
    assert (row.own, row.waited, row.minutes) == (90, 120, 40)


def test_what_was_asked_while_the_case_was_held_is_nobodys_time(world):
    """Opened 08.00, asked 09.00, held 10.00 to 11.00, answered and done 11.30: 150 minutes, 90 waited."""
    case = world.case()
    ordered(world, case)
    asked_at = world.wait(hours=1)
    done(world, case, "sari", lambda w: w.wait("4", "Polresta", asked_at))
    world.wait(hours=1)
    done(world, case, "dewi", lambda w: w.put_on_hold("Keluarga dicari"))
    world.wait(hours=1)
    done(world, case, "dewi", lambda w: w.resume())
    world.wait(minutes=30)
    world.file(case, "Surat Terlantar")
    done(world, case, "sari", lambda w: w.finish("4"))
    row = measured(world, case, "4")
    assert (row.own, row.waited) == (60, 90)


def test_done_again_it_measures_both_times(world):
    """Step 4 took 210 minutes of which 120 were waited; reopened, it takes 15 more."""
    case = waiting_for_police(world)
    done(world, case, "sari", lambda w: w.finish("4"))
    done(world, case, "sari", lambda w: w.reopen_step("4", "Nomor surat keliru"))
    world.wait(minutes=15)
    done(world, case, "sari", lambda w: w.finish("4"))
    row = measured(world, case, "4")
    assert (row.own, row.waited) == (105, 120)
    assert measured(world, case, "4", "reopened").minutes is None
    year = Summary.objects.get(step=row.step, months=12)
    assert (year.done, year.reopened, year.own, year.waited, year.median) == (1, 1, 105, 120, 105)


def test_an_act_before_its_turn_is_on_time_and_measures_nothing(world):
    case = world.case()
    world.file(case, "Surat Terlantar", output="4/surat-terlantar")
    order = ("Kepala Dinas", world.now)
    done(world, case, "sari", lambda w: w.finish("4", verbal_order=order))
    row = measured(world, case, "4")
    assert (row.early, row.verbal, row.on_time) == (True, True, True)
    assert (row.minutes, row.own, row.waited) == (None, None, 0)


def test_late_is_what_was_over_after_the_moment_from_which_it_is_late(world):
    case = world.case()
    world.wait(days=3)
    reported(world, case)
    assert measured(world, case, "1").on_time is False


def test_reckoned_again_nothing_changes_and_nothing_doubles(world):
    case = waiting_for_police(world)
    done(world, case, "sari", lambda w: w.finish("4"))
    reckon(world.home, world.now)
    rows = set(Measure.objects.values_list("attempt", "minutes", "own", "waited", "on_time", "day"))
    sums = set(Summary.objects.values_list("step", "first", "months", "done", "own"))
    assert rows and sums
    for anew in (False, True):
        reckon(world.home, world.now + timedelta(hours=1), anew=anew)
        assert rows == set(
            Measure.objects.values_list("attempt", "minutes", "own", "waited", "on_time", "day")
        )
        assert sums == set(Summary.objects.values_list("step", "first", "months", "done", "own"))


def test_only_what_was_touched_is_looked_at(world, monkeypatch):
    monkeypatch.setattr("sopcases.desk.figures.reckoning.OVERLAP", 0)
    case, other = world.case(), world.case()
    assert reckon(world.home, world.now) == 2
    reported(world, case)
    assert reckon(world.home, world.now) == 1
    assert reckon(world.home, world.now) == 0
    assert reckon(world.home, world.now, anew=True) == 2
    assert not Measure.objects.filter(case=other).exists()


@given(st.lists(st.integers(0, 5000), min_size=1), st.integers(1, 100))
def test_a_percentile_is_a_value_that_so_many_do_not_exceed(values, share):
    found = nearest_rank(sorted(values), share)
    assert found in values
    assert 100 * sum(v <= found for v in values) >= share * len(values)
    assert 100 * sum(v < found for v in values) < share * len(values)


def test_shares_are_whole_percent_and_never_all_or_nothing_by_rounding():
    assert [percent(*pair) for pair in ((0, 3), (1, 3), (2, 3), (3, 3), (0, 0))] == [0, 33, 67, 100, None]
    assert (percent(999, 1000), percent(1, 1000)) == (99, 1)


def test_a_standard_in_the_minutes_it_is_compared_in():
    assert length(Duration(minutes=90), by_calendar=False) == 90
    assert length(Duration(days=2, minutes=30), by_calendar=False) == 930
    assert length(Duration(minutes=1440, calendar=True), by_calendar=True) == 1440
    assert length(Duration(weeks=2), by_calendar=True) == 20160


def test_nothing_sums_to_nothing():
    empty = summed([])
    assert empty == Figure() and empty.share_on_time is None and empty.share_waited is None
    assert summed([Measured("returned", date(2026, 3, 2))]).done == 0
