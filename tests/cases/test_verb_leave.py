"""leave and rejoin: every child leaves in its own way and time; an outcome recorded in error is undone."""

from datetime import timedelta

import pytest

from sopcases.cases.models import Outcome
from sopcases.cases.walk import Ending, walking
from sopcases.refusal import NotAllowed
from tests.cases.story import (
    CLOSED,
    HELD,
    STRANGER,
    attempts,
    children,
    done,
    last_line,
    outcome,
    refused,
    verbs,
)
from tests.cases.test_verb_join import on_the_street, papered

pytestmark = pytest.mark.django_db
LEAVING = 12
"""Queries of several children leaving in one act."""


def test_one_leaves_the_others_stay(world):
    case = on_the_street(world, 2)
    one, two = children(case)
    papered(world, case, [one, two])
    done(world, case, "sari", lambda w: w.finish("3"))
    waiting = done(world, case, "sari", lambda w: w.wait("4", "PKBM", world.now, child_id=one))
    world.wait(days=1)
    done(
        world,
        case,
        "sari",
        lambda w: w.leave(one, outcome(case, "Kembali ke keluarga"), world.now.date(), " Dijemput ibu "),
    )
    stay = case.children.get(child=one)
    assert (stay.outcome.name, stay.left_on, stay.reason, stay.left_with_case) == (
        "Kembali ke keluarga",
        world.now.date(),
        "Dijemput ibu",
        False,
    )
    states = {a.child_id: (a.state, a.reason) for a in attempts(case, "4")}
    assert states == {one: ("ended", "Kembali ke keluarga"), two: ("open", "")}
    waiting.refresh_from_db()
    assert waiting.until == world.now
    assert case.running
    assert last_line(case).verb == "child.left"
    assert last_line(case).data == {"child": one, "outcome": stay.outcome_id}, "no name in the journal"


def test_leave_refusals(world):
    case = world.case(children=2)
    one, two = children(case)
    bounds = "Tanggal hasil akhir harus antara kejadian dan hari ini."
    for day in (case.event_at.date() - timedelta(days=1), world.now.date() + timedelta(days=1)):
        refused(world, case, "sari", lambda w, d=day: w.leave(one, outcome(case), d), bounds)
    foreign = Outcome.objects.filter(agency=world.agencies["lamandau"]).first()
    refused(
        world,
        case,
        "sari",
        lambda w: w.leave(one, foreign, world.now.date()),
        "Hasil akhir ini milik perangkat daerah lain.",
    )
    refused(
        world,
        case,
        "sari",
        lambda w: w.leave(0, outcome(case), world.now.date()),
        "Anak ini tidak tercatat dalam penanganan ini.",
    )
    for name in ("tono", "rina", "ani"):
        refused(
            world,
            case,
            name,
            lambda w: w.leave(one, outcome(case), world.now.date()),
            STRANGER,
            error=NotAllowed,
        )
    done(world, case, "sari", lambda w: w.leave(one, outcome(case), world.now.date()))
    refused(
        world,
        case,
        "sari",
        lambda w: w.leave(one, outcome(case), world.now.date()),
        "Anak ini sudah mempunyai hasil akhir.",
    )
    done(world, case, "dewi", lambda w: w.stop("Batal", outcome(case)))
    refused(world, case, "sari", lambda w: w.leave(two, outcome(case), world.now.date()), CLOSED)


def test_rejoined_the_open_steps_open_anew(world):
    case = on_the_street(world, 1)
    one = children(case)[0]
    papered(world, case, [one])
    done(world, case, "sari", lambda w: w.finish("3"))
    world.wait(minutes=30)
    done(world, case, "sari", lambda w: w.leave(one, outcome(case), world.now.date()))
    world.wait(days=1)
    done(world, case, "sari", lambda w: w.rejoin(one, "Salah anak"))
    stay = case.children.get()
    assert (stay.left_on, stay.outcome, stay.reason) == (None, None, "Salah anak")
    ended, again = attempts(case, "4")
    assert (ended.state, again.state, again.no) == ("ended", "open", 2)
    assert again.used_minutes == ended.worked_minutes == 30
    assert last_line(case).verb == "child.rejoined"


def test_rejoin_refusals(world):
    case = world.case(children=2)
    one, _ = children(case)
    refused(world, case, "sari", lambda w: w.rejoin(one, "Salah"), "Anak ini masih dalam penanganan.")
    done(world, case, "sari", lambda w: w.leave(one, outcome(case), world.now.date()))
    refused(world, case, "sari", lambda w: w.rejoin(one, " "), "Sebutkan alasan pembatalan hasil akhir.")
    refused(world, case, "tono", lambda w: w.rejoin(one, "Salah"), STRANGER, error=NotAllowed)
    done(world, case, "dewi", lambda w: w.put_on_hold("Libur"))
    refused(world, case, "sari", lambda w: w.rejoin(one, "Salah"), HELD)
    done(world, case, "dewi", lambda w: w.stop("Batal", outcome(case)))
    refused(world, case, "sari", lambda w: w.rejoin(one, "Salah"), CLOSED)


def endings(case, *children, on, name="Kembali ke keluarga", reason=""):
    return [Ending(child, outcome(case, name), on, reason) for child in children]


def test_several_leave_in_one_act_each_in_its_own_way(world):
    case = on_the_street(world, 3)
    one, two, three = children(case)
    papered(world, case, [one, two, three])
    done(world, case, "sari", lambda w: w.finish("3"))
    day = world.now.date()
    both = endings(case, one, on=day, reason=" Dijemput ") + endings(case, three, on=day, name="Dirujuk")
    done(world, case, "sari", lambda w: w.leave_all(both))
    left = {s.child_id: (s.outcome and s.outcome.name, s.reason) for s in case.children.all()}
    assert left == {
        one: ("Kembali ke keluarga", "Dijemput"),
        two: (None, ""),
        three: ("Dirujuk", ""),
    }
    assert {a.child_id: a.state for a in attempts(case, "4")} == {one: "ended", two: "open", three: "ended"}
    assert verbs(case)[-2:] == ["child.left", "child.left"]


def test_one_who_cannot_leave_so_keeps_them_all(world):
    case = world.case(children=2)
    one, two = children(case)
    day = world.now.date()
    bounds = "Tanggal hasil akhir harus antara kejadian dan hari ini."
    late = endings(case, one, on=day) + endings(case, two, on=day + timedelta(days=1))
    refused(world, case, "sari", lambda w: w.leave_all(late), bounds)
    twice = endings(case, one, one, on=day)
    refused(world, case, "sari", lambda w: w.leave_all(twice), "Anak ini sudah mempunyai hasil akhir.")
    refused(world, case, "sari", lambda w: w.leave_all([]), "Pilih paling sedikit satu anak.")
    stranger = endings(case, world.child("Lain").pk, on=day)
    refused(
        world, case, "sari", lambda w: w.leave_all(stranger), "Anak ini tidak tercatat dalam penanganan ini."
    )
    refused(world, case, "tono", lambda w: w.leave_all(late), STRANGER, NotAllowed)


@pytest.mark.parametrize("count", [1, 3, 30])
def test_leaving_costs_the_same_however_many(world, django_assert_num_queries, count):
    case = world.case("anak-jalanan", by="dewi", children=count)
    several = endings(case, *children(case), on=world.now.date())
    officer = world.officer("sari")
    with django_assert_num_queries(LEAVING), walking(case, officer) as walk:
        walk.leave_all(several)
    assert not case.children.filter(left_on=None).exists()
