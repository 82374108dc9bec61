"""hold and resume: nothing moves meanwhile, and every open due moment moves by exactly the hold's length."""

from datetime import timedelta

import pytest

from sopcases.refusal import NotAllowed
from sopcases.sops.models import Stage
from tests.cases.story import (
    CLOSED,
    HELD,
    attempts,
    children,
    coordinated,
    copied,
    done,
    only,
    ordered,
    outcome,
    proposed,
    refused,
    reported,
    states,
    verbs,
)

pytestmark = pytest.mark.django_db

LEAD = "Hanya pejabat yang berwenang menutup penanganan."


def test_held_and_resumed(world):
    case = world.case()
    done(world, case, "dewi", lambda w: w.put_on_hold("Menunggu putusan pengadilan"))
    interval = case.intervals.get()
    assert (case.state, interval.kind, interval.reason) == ("on_hold", "hold", "Menunggu putusan pengadilan")
    world.wait(days=1)
    done(world, case, "rahman", lambda w: w.resume())
    interval.refresh_from_db()
    assert (case.state, interval.until) == ("active", world.now)
    assert verbs(case)[-2:] == ["case.held", "case.resumed"]


def test_office_standards_move_by_the_office_minutes_held(world):
    """3 Jam from Monday 09.00 is 12.00; held from 10.00 to 11.15 it is 13.45, after the break of Ramadan."""
    case = world.case()
    world.now = world.now.replace(hour=9, minute=0)
    ordered(world, case)
    before = attempts(case, "4")[0]
    world.wait(hours=1)
    done(world, case, "dewi", lambda w: w.put_on_hold("Listrik padam"))
    world.wait(minutes=75)
    done(world, case, "dewi", lambda w: w.resume())
    after = attempts(case, "4")[0]
    assert before.due_at == world.now.replace(hour=12, minute=0)
    assert after.due_at == world.now.replace(hour=13, minute=45)
    assert after.late_at == before.late_at, "still late only after the end of the next working day"


def test_a_hold_over_night_costs_office_time_only(world):
    case = world.case()
    ordered(world, case)
    calendar = office(case)
    before = attempts(case, "4")[0]
    held = world.now
    done(world, case, "dewi", lambda w: w.put_on_hold("Libur"))
    back = world.wait(days=3, hours=2)
    done(world, case, "dewi", lambda w: w.resume())
    after = attempts(case, "4")[0]
    assert calendar.minutes_between(before.due_at, after.due_at) == calendar.minutes_between(held, back) > 0


def test_weeks_in_office_time_move_by_office_time(world):
    case = world.case(copied(world, {"4": ("2 minggu kerja", "")}))
    ordered(world, case)
    before = attempts(case, "4")[0]
    held = world.now
    done(world, case, "dewi", lambda w: w.put_on_hold("Libur"))
    back = world.wait(days=3, hours=2)
    done(world, case, "dewi", lambda w: w.resume())
    after = attempts(case, "4")[0]
    moved = office(case).minutes_between(before.due_at, after.due_at)
    assert moved == office(case).minutes_between(held, back)
    assert after.due_at - before.due_at != back - held


def office(case):
    from sopcases.worktime.models import calendar_for

    return calendar_for(case.agency)


def test_calendar_standards_and_the_term_move_by_the_clock(world):
    case = world.case("anak-terlantar-luar-panti", by="tika", children=0)
    before = attempts(case, "1")[0].due_at
    assert before - case.opened_at == timedelta(hours=24)
    done(world, case, "yuli", lambda w: w.put_on_hold("Banjir"))
    world.wait(days=2, minutes=17)
    done(world, case, "yuli", lambda w: w.resume())
    assert attempts(case, "1")[0].due_at - before == timedelta(days=2, minutes=17)

    baby = world.case()
    term = baby.term_due_at
    done(world, baby, "dewi", lambda w: w.put_on_hold("Banjir"))
    world.wait(days=2, minutes=17)
    done(world, baby, "dewi", lambda w: w.resume())
    assert baby.term_due_at - term == timedelta(days=2, minutes=17)


def test_the_time_held_is_nobody_s_work(world):
    case = world.case()
    ordered(world, case)
    world.wait(minutes=30)
    done(world, case, "dewi", lambda w: w.put_on_hold("Listrik padam"))
    world.wait(minutes=60)
    done(world, case, "dewi", lambda w: w.resume())
    world.wait(minutes=30)
    world.file(case, "Surat Terlantar")
    done(world, case, "sari", lambda w: w.finish("4"))
    assert attempts(case, "4")[0].worked_minutes == 60


def test_a_return_after_a_hold_keeps_the_moved_due_moment(world):
    case = world.case()
    coordinated(world, case)
    world.wait(minutes=10)
    done(world, case, "dewi", lambda w: w.put_on_hold("Listrik padam"))
    world.wait(minutes=45)
    done(world, case, "dewi", lambda w: w.resume())
    world.wait(minutes=10)
    done(world, case, "rahman", lambda w: w.send_back("8", "Belum lengkap"))
    assert attempts(case, "8")[0].worked_minutes == 20


def test_what_is_signed_while_held_moves_the_case_on_resume(world):
    case = world.case()
    reported(world, case)
    spt = proposed(world, case)
    done(world, case, "dewi", lambda w: w.put_on_hold("Listrik padam"))
    world.advance_paper(case, spt, Stage.SIGNED, "budi", disposed_by=world.rahman, signed_by=world.budi)
    assert (states(case, "3"), states(case, "4")) == (["open"], [])
    world.wait(hours=1)
    done(world, case, "dewi", lambda w: w.resume())
    assert (states(case, "3"), states(case, "4")) == (["done"], ["open"])
    assert attempts(case, "4")[0].opened_at == world.now, "no clock started while it was held"


def test_a_child_may_leave_while_it_is_held(world):
    case = world.case()
    done(world, case, "dewi", lambda w: w.put_on_hold("Listrik padam"))
    gone = children(case)[0]
    done(world, case, "sari", lambda w: w.leave(gone, outcome(case, "Meninggal dunia"), world.now.date()))
    assert case.children.get().left_on == world.now.date()
    refused(world, case, "dewi", lambda w: w.close(), HELD)


def test_who_may(world):
    case = world.case()
    able = {"dewi", "rahman", "budi"}
    only(world, case, able, lambda w: w.put_on_hold("x"), LEAD)
    refused(world, case, "sari", lambda w: w.resume(), LEAD, error=NotAllowed)


def test_refusals(world):
    case = world.case()
    refused(world, case, "dewi", lambda w: w.put_on_hold("  "), "Sebutkan alasan penundaan.")
    refused(world, case, "dewi", lambda w: w.resume(), "Penanganan ini tidak sedang ditunda.")
    done(world, case, "dewi", lambda w: w.put_on_hold("Libur"))
    refused(world, case, "dewi", lambda w: w.put_on_hold("Lagi"), HELD)
    done(world, case, "dewi", lambda w: w.stop("Batal", outcome(case)))
    assert case.intervals.get().until == world.now, "stopping ends the hold"
    refused(world, case, "dewi", lambda w: w.put_on_hold("Lagi"), CLOSED)
    refused(world, case, "dewi", lambda w: w.resume(), "Penanganan ini tidak sedang ditunda.")
