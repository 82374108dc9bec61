"""refer, all_answered: asked of a hospital, a school, another city; for a step or none, for many."""

from datetime import timedelta

import pytest

from sopcases.cases.models import Interval
from sopcases.cases.walk import walking
from sopcases.refusal import NotAllowed
from sopcases.sops.parts import parts_for
from tests.cases.story import CLOSED, HELD, STRANGER, children, done, only, outcome, refused, verbs
from tests.cases.test_verb_join import on_the_street, papered

pytestmark = pytest.mark.django_db

EVERYBODY = {"sari", "dewi", "rahman", "budi", "agus"}


def asked(world, case, by="sari", **facts):
    facts = {"request": "Pemeriksaan menyeluruh", "party_kind": "health", **facts}
    return done(world, case, by, lambda w: w.refer("RSUD", world.now, **facts))


def test_a_referral_of_no_step_is_asked_reminded_and_answered(world):
    case = world.case()
    child = children(case)[0]
    (row,) = asked(world, case, children=[child])
    assert (row.child_id, row.attempt, row.party_kind, row.request) == (
        child,
        None,
        Interval.Party.HEALTH,
        "Pemeriksaan menyeluruh",
    )
    first = world.wait(days=2)
    done(world, case, "agus", lambda w: w.remind(row.pk, first))
    answer = world.wait(days=1)
    done(world, case, "sari", lambda w: w.answered(row.pk, answer, "Sehat", accepted=True))
    row.refresh_from_db()
    assert (row.reminded, row.until, row.accepted, row.result) == (
        [first.isoformat()],
        answer,
        True,
        "Sehat",
    )
    assert [v for v in verbs(case) if v.startswith("wait.")] == [
        "wait.asked",
        "wait.reminded",
        "wait.answered",
    ]


def test_several_children_are_asked_for_and_answered_at_once(world):
    case = on_the_street(world, 3)
    papered(world, case, children(case))
    done(world, case, "sari", lambda w: w.finish("3"))
    ids = children(case)
    rows = done(
        world,
        case,
        "sari",
        lambda w: w.refer("PKBM", world.now, key="4", party_kind="school", children=ids[:2]),
    )
    assert [r.child_id for r in rows] == ids[:2] and all(r.attempt.child_id == r.child_id for r in rows)
    world.wait(days=1)
    done(world, case, "sari", lambda w: w.all_answered([r.pk for r in rows], world.now, "Penuh", False))
    assert set(case.intervals.values_list("accepted", "result")) == {(False, "Penuh")}


def test_it_ends_with_the_child_or_the_case(world):
    case = world.case(children=2)
    one, two = children(case)
    (gone,) = asked(world, case, children=[one])
    (stays,) = asked(world, case, children=[two])
    (whole,) = asked(world, case)
    done(world, case, "sari", lambda w: w.leave(one, outcome(case), world.now.date()))
    gone.refresh_from_db()
    assert (gone.until, gone.result) == (world.now, "Anak keluar dari penanganan")
    stays.refresh_from_db()
    assert stays.until is None
    done(world, case, "dewi", lambda w: w.stop("Batal", outcome(case)))
    for row in (stays, whole):
        row.refresh_from_db()
        assert row.until == world.now


def test_who_may(world):
    case = world.case()
    only(world, case, EVERYBODY, lambda w: w.refer("RSUD", world.now, request="Rawat"), "")
    refused(world, case, "tono", lambda w: w.refer("RSUD", world.now, request="Rawat"), STRANGER, NotAllowed)


def test_refusals(world):
    case = world.case()

    def refer(sentence, party="RSUD", when=world.now, error=None, **facts):
        facts = {"request": "Rawat", **facts}
        how = {"error": error} if error else {}
        refused(world, case, "sari", lambda w: w.refer(party, when, **facts), sentence, **how)

    refer("Sebutkan pihak yang diminta.", party=" ")
    refer("Sebutkan apa yang diminta.", request=" ")
    refer("Anak ini tidak lagi dalam penanganan ini.", children=[0])
    bounds = "Waktu permintaan harus antara kejadian dan sekarang."
    refer(bounds, when=case.event_at - timedelta(minutes=1))
    refer(bounds, when=world.now + timedelta(minutes=1))
    first, second = asked(world, case)[0], asked(world, case)[0]
    done(world, case, "sari", lambda w: w.answered(first.pk, world.now, "Ya"))
    both = [first.pk, second.pk]
    refused(
        world,
        case,
        "sari",
        lambda w: w.all_answered(both, world.now, "Ya"),
        "Permintaan ini sudah dijawab.",
    )
    done(world, case, "dewi", lambda w: w.put_on_hold("Libur"))
    refer(HELD)
    done(world, case, "dewi", lambda w: w.stop("Batal", outcome(case)))
    refer(CLOSED)


@pytest.mark.parametrize("count", [1, 3, 12])
def test_asking_and_answering_for_many_costs_the_same(world, count, django_assert_num_queries):
    case = on_the_street(world, count)
    officer = world.officer("sari")
    assert officer.reach and parts_for(officer).rows
    with django_assert_num_queries(10), walking(case, officer) as walk:
        rows = walk.refer("RSUD", world.now, request="Periksa", children=children(case))
    with django_assert_num_queries(8), walking(case, officer) as walk:
        walk.all_answered([r.pk for r in rows], world.now, "Sehat", accepted=True)
