"""roll and not_held: periods open as they come; one that went by is "belum dilaporkan" until it is told."""

from datetime import date, timedelta

import pytest

from sopcases.cases.models import Attempt
from sopcases.cases.walk import roll
from sopcases.refusal import NotAllowed
from sopcases.sops.models import Stage
from tests.cases.story import (
    HELD,
    NOT_YOURS,
    attempts,
    children,
    done,
    only,
    outcome,
    refused,
    rows,
    states,
    verbs,
)
from tests.cases.test_verb_join import on_the_street, papered
from tests.cast import at, make_world

pytestmark = pytest.mark.django_db


def in_sessions(world):
    """A round of 2 March: one child, past step 3, so that the monthly sessions begin in April."""
    case = on_the_street(world, 1)
    papered(world, case, children(case))
    done(world, case, "sari", lambda w: w.finish("3"))
    return case


def periods(case, key="5"):
    return [(a.occurrence.isoformat()[:7], a.state) for a in attempts(case, key)]


def test_the_first_period_is_the_next_full_one_due_on_its_last_working_day(world):
    case = in_sessions(world)
    assert periods(case) == [("2026-04", "open")]
    first = attempts(case, "5")[0]
    assert first.opened_at == at("2026-04-01 00:00")
    assert first.due_at == first.late_at == at("2026-04-30 16:00")


def test_a_step_whose_turn_comes_on_the_first_has_that_month(db):
    world = make_world(at("2026-04-01 09:00"))
    assert periods(in_sessions(world)) == [("2026-04", "open")]


def test_not_before_its_period_came(world):
    case = in_sessions(world)
    april = date(2026, 4, 1)
    early = "Masa kegiatan ini belum tiba."
    refused(world, case, "sari", lambda w: w.finish("5", None, april), early)
    refused(world, case, "sari", lambda w: w.not_held("5", april, "Banjir"), early)


def test_it_opens_what_came_and_marks_what_went_by(world):
    case = in_sessions(world)
    roll(at("2026-04-15 01:00"))
    assert periods(case) == [("2026-04", "open")]
    roll(at("2026-05-01 00:05"))
    assert periods(case) == [("2026-04", "missed"), ("2026-05", "open")]
    assert verbs(case)[-2:] == ["step.missed", "step.period"]


def test_safe_to_run_twice(world):
    in_sessions(world)
    roll(at("2026-05-01 00:05"))
    before = rows()
    roll(at("2026-05-01 00:05"))
    roll(at("2026-05-20 00:05"))
    assert rows() == before


def test_what_was_slept_through_is_caught_up(world):
    case = in_sessions(world)
    roll(at("2026-07-03 00:05"))
    assert periods(case) == [
        ("2026-04", "missed"),
        ("2026-05", "missed"),
        ("2026-06", "missed"),
        ("2026-07", "open"),
    ]


def test_a_missed_one_is_recorded_late(world):
    case = in_sessions(world)
    roll(at("2026-05-04 00:05"))
    world.now = at("2026-05-04 09:00")
    april = date(2026, 4, 1)
    report = world.paper("Laporan Kegiatan Support Group", stage=Stage.READY)
    output = case.revision.steps.get(key="5").outputs.get().pk
    done(world, case, "sari", lambda w: w.file(report, output=output, occurrence=april))
    refused(
        world,
        case,
        "sari",
        lambda w: w.finish("5", None, april),
        "Kegiatan ini harus dilaksanakan dalam masanya; catat sebagai tidak terlaksana.",
    )
    done(world, case, "sari", lambda w: w.finish("5", None, april, acted_at=at("2026-04-22 09:00")))
    assert periods(case) == [("2026-04", "done"), ("2026-05", "open")]
    assert attempts(case, "5")[1].filings.count() == 0, "May wants a report of its own"


def test_or_did_not_take_place(world):
    case = in_sessions(world)
    roll(at("2026-05-04 00:05"))
    world.now = at("2026-05-04 09:00")
    april = date(2026, 4, 1)
    act = lambda w: w.not_held("5", april, "Pembina sakit")  # noqa: E731
    only(world, case, {"sari", "agus"}, act, NOT_YOURS)
    refused(
        world,
        case,
        "sari",
        lambda w: w.not_held("5", april, " "),
        "Sebutkan mengapa kegiatan tidak terlaksana.",
    )
    done(world, case, "sari", act)
    missed = attempts(case, "5")[0]
    assert (missed.state, missed.reason) == ("not_held", "Pembina sakit")
    assert verbs(case)[-1] == "step.not_held"
    refused(world, case, "sari", act, "Masa kegiatan ini tidak sedang terbuka.")
    roll(at("2026-06-01 00:05"))
    assert periods(case)[-1] == ("2026-06", "open"), "the next ones come all the same"


def test_reopened_it_keeps_its_period_and_its_due_day(world):
    case = in_sessions(world)
    world.now = at("2026-04-20 09:00")
    april = date(2026, 4, 1)
    done(world, case, "sari", lambda w: w.not_held("5", april, "Pembina sakit"))
    done(world, case, "sari", lambda w: w.reopen_step("5", "Ternyata terlaksana", None, april))
    first, again = attempts(case, "5")
    assert (again.occurrence, again.opened_at, again.due_at) == (april, first.opened_at, first.due_at)


def test_none_opens_after_the_term(world):
    """One year from 2 March 2026: the last session is that of March 2027 … which begins within it."""
    case = in_sessions(world)
    roll(at("2027-06-01 00:05"))
    assert periods(case)[-1][0] == "2027-03"


def test_not_while_held_caught_up_after(world):
    case = in_sessions(world)
    world.now = at("2026-04-10 09:00")
    done(world, case, "dewi", lambda w: w.put_on_hold("Banjir"))
    before = rows()
    roll(at("2026-05-10 00:05"))
    assert rows() == before
    world.now = at("2026-05-11 09:00")
    refused(world, case, "sari", lambda w: w.not_held("5", date(2026, 4, 1), "x"), HELD, error=NotAllowed)
    done(world, case, "dewi", lambda w: w.resume())
    roll(at("2026-05-12 00:05"))
    assert periods(case) == [("2026-04", "missed"), ("2026-05", "open")]


def test_closed_and_reopened_the_period_goes_on_and_the_gap_is_not_asked_for(world):
    case = in_sessions(world)
    world.now = at("2026-04-10 09:00")
    done(world, case, "dewi", lambda w: w.stop("Salah catat", outcome(case)))
    assert periods(case) == [("2026-04", "ended")]
    world.now = at("2026-04-20 09:00")
    done(world, case, "dewi", lambda w: w.reopen("Keliru"))
    assert periods(case) == [("2026-04", "ended"), ("2026-04", "open")]
    done(world, case, "dewi", lambda w: w.stop("Salah catat", outcome(case)))
    roll(at("2026-08-02 00:05"))
    world.now = at("2026-08-05 09:00")
    done(world, case, "dewi", lambda w: w.reopen("Keliru"))
    roll(at("2026-08-06 00:05"))
    assert periods(case)[2:] == [("2026-09", "open")]


def test_the_machine_signs_the_journal_as_the_system(world):
    case = in_sessions(world)
    roll(at("2026-05-01 00:05"))
    from sopcases.people.models import Entry

    line = Entry.objects.filter(subject="cases.case", subject_id=case.pk, verb="step.missed").get()
    assert (line.actor, line.acting_title) == (None, "Sistem")


# --- visits


def test_a_visit_done_but_not_yet_received_is_not_unreported(db):
    world = make_world(at("2026-03-02 08:00"))
    case = visited(world)
    child = children(case)[0]
    world.now = at("2026-06-29 10:00")
    output = case.revision.steps.get(key="4").outputs.get().pk
    april = date(2026, 4, 1)
    report = world.paper("Laporan Monitoring", "yuli", stage=Stage.READY)
    with world.walk(case, "yuli") as walk:
        walk.file(report, output=output, children=[child])
        walk.finish("4", child, april)
    roll(at("2026-07-02 00:05"))
    assert periods(case, "4") == [("2026-04", "open"), ("2026-07", "open")]
    world.now = at("2026-07-03 09:00")
    done(world, case, "hadi", lambda w: w.receive("4", child, april))
    assert states(case, "4") == ["done", "open"]


def visited(world):
    """Luar Panti, one child with aid: the quarterly visits have begun."""
    case = world.case("anak-terlantar-luar-panti", by="yuli", children=1)
    child = children(case)[0]
    world.file(case, "Proposal", "yuli")
    world.file(case, "Data Usulan", "yuli", output="1/data", stage=Stage.READY)
    done(world, case, "yuli", lambda w: w.finish("1", acted_by=[world.tika]))
    world.file(case, "Laporan Pembinaan/Sosialisasi", "yuli", output="2/laporan", stage=Stage.READY)
    done(world, case, "yuli", lambda w: w.judge("2", child, "eligible"))
    done(world, case, "yuli", lambda w: w.finish("2"))
    aid = world.paper("Laporan Penyaluran Bantuan", "joko", stage=Stage.READY)
    output = case.revision.steps.get(key="3").outputs.get().pk
    done(world, case, "joko", lambda w: w.file(aid, output=output, children=[child]))
    done(world, case, "joko", lambda w: w.finish("3", child))
    return case


def test_visits_end_with_the_child_and_at_the_latest_on_31_december_of_next_year(db):
    world = make_world(at("2026-03-02 08:00"))
    case = visited(world)
    assert periods(case, "4") == [("2026-04", "open")], "quarters, beginning with the next full one"
    assert attempts(case, "4")[0].due_at == at("2026-06-30 16:00")
    roll(at("2028-06-01 00:05"))
    assert [p for p, _ in periods(case, "4")][-2:] == ["2027-07", "2027-10"]
    gone = children(case)[0]
    world.now = at("2028-06-02 09:00")
    done(
        world,
        case,
        "yuli",
        lambda w: w.leave(gone, outcome(case, "Selesai masa pembinaan"), world.now.date()),
    )
    assert set(states(case, "4")) == {"ended"}
    assert not Attempt.objects.filter(case=case, state__in=Attempt.LIVE).exists()


def test_a_child_who_came_back_is_visited_again_from_now_on(db):
    world = make_world(at("2026-03-02 08:00"))
    case = visited(world)
    child = children(case)[0]
    world.now = at("2026-05-04 09:00")
    done(world, case, "yuli", lambda w: w.leave(child, outcome(case, "Pindah domisili"), world.now.date()))
    world.wait(days=3)
    done(world, case, "yuli", lambda w: w.rejoin(child, "Batal pindah"))
    assert periods(case, "4") == [("2026-04", "ended"), ("2026-04", "open")]
    world.now = at("2026-05-10 09:00")
    done(world, case, "yuli", lambda w: w.leave(child, outcome(case, "Pindah domisili"), world.now.date()))
    world.now = at("2026-12-10 09:00")
    done(world, case, "yuli", lambda w: w.rejoin(child, "Kembali"))
    assert periods(case, "4")[-1] == ("2027-01", "open")
    assert world.now + timedelta(days=1) < attempts(case, "4")[-1].opened_at
