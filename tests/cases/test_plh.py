"""Plh.: appointed for a week he acts those days and no longer, and the holder rests meanwhile."""

from datetime import date

import pytest

from sopcases.cases.models import Case
from sopcases.cases.walk import Leave
from sopcases.people.authority import holders
from sopcases.people.models import Position
from sopcases.refusal import NotAllowed
from sopcases.sops.models import Stage
from tests.cases.story import (
    NOT_YOURS,
    STRANGER,
    coordinated,
    done,
    last_line,
    ordered,
    proposed,
    refused,
    reported,
)
from tests.cast import appoint, at, make_world

pytestmark = pytest.mark.django_db

MONDAY, SUNDAY = date(2026, 3, 9), date(2026, 3, 15)


def week(kind="plh", position="Kepala Dinas", who="rina"):
    """Rina stands in for Budi from 9 to 15 March."""
    world = make_world(at("2026-03-06 09:00"))
    appoint(
        world.users[who],
        Position.objects.get(agency=world.home, name=position),
        kind=kind,
        first=MONDAY,
        last=SUNDAY,
    )
    return world


def kadis(world):
    return Position.objects.get(agency=world.home, name="Kepala Dinas").pk


@pytest.mark.parametrize(
    ("moment", "holder"),
    [
        ("2026-03-08 23:59", "budi"),
        ("2026-03-09 00:00", "rina"),
        ("2026-03-15 23:59", "rina"),
        ("2026-03-16 00:00", "budi"),
    ],
)
def test_the_authority_changes_hands_at_midnight_of_the_office(db, moment, holder):
    world = week()
    world.now = at(moment)
    (found,) = holders(world.home.pk, world.officer("sari").day, [kadis(world)])
    assert found.user == world.users[holder]
    other = "budi" if holder == "rina" else "rina"
    assert not world.officer(other).holds([kadis(world)])


def test_for_a_week_she_leads_and_he_rests(db):
    world = week()
    case = world.case()
    refused(world, case, "rina", lambda w: w.put_on_hold("x"), STRANGER, error=NotAllowed)

    world.now = at("2026-03-09 08:00")
    refused(world, case, "budi", lambda w: w.put_on_hold("x"), STRANGER, error=NotAllowed)
    done(world, case, "rina", lambda w: w.put_on_hold("Menunggu putusan"))
    assert last_line(case).acting_title == "Plh. Kepala Dinas"
    done(world, case, "rina", lambda w: w.resume())

    world.now = at("2026-03-16 08:00")
    refused(world, case, "rina", lambda w: w.put_on_hold("x"), STRANGER, error=NotAllowed)
    done(world, case, "budi", lambda w: w.put_on_hold("Menunggu putusan"))
    assert last_line(case).acting_title == "Kepala Dinas"


def test_she_waives_and_the_waiver_bears_her_title(db):
    world = week()
    case = world.case()
    coordinated(world, case)
    world.now = at("2026-03-10 08:00")
    leave = Leave(world.kind("BPJS Anak").pk, "KK belum terbit", date(2026, 4, 1))
    waiver = done(world, case, "rina", lambda w: w.waive("8", leave))
    assert (waiver.by, waiver.acting_title) == (world.rina, "Plh. Kepala Dinas")


def test_what_is_signed_bears_her_name(db):
    world = week()
    case = world.case()
    world.now = at("2026-03-10 08:00")
    reported(world, case)
    spt = proposed(world, case)
    world.advance_paper(case, spt, Stage.SIGNED, "rina", disposed_by=world.rahman, signed_by=world.rina)
    third = case.attempts.get(step__key="3")
    assert third.state == "done"
    assert set(third.acted_by.all()) == {world.rahman, world.rina}
    assert third.acting_title == "Plh. Kepala Dinas"


def test_a_plh_peksos_acts_and_the_peksos_rests(db):
    world = week(position="Peksos", who="agus")
    case = world.case()
    ordered(world, case)
    world.now = at("2026-03-09 08:00")
    refused(world, case, "sari", lambda w: w.record("4"), STRANGER, error=NotAllowed)
    attempt = done(world, case, "agus", lambda w: w.record("4"))
    assert attempt.acting_title == "Plh. Peksos"
    assert list(attempt.acted_by.all()) == [world.agus]
    world.now = at("2026-03-16 08:00")
    nobody = "Sebutkan pelaksananya: paling sedikit satu orang yang menjabat pelaksana langkah ini."
    refused(world, case, "agus", lambda w: w.finish("6", acted_by=[world.agus]), nobody)
    attempt = done(
        world,
        case,
        "sari",
        lambda w: w.record("6", acted_at=at("2026-03-12 10:00"), acted_by=[world.agus]),
    )
    assert attempt.acting_title == "Peksos", "recorded by her, done by him while he was Plh."


def test_a_plt_holds_a_vacant_post(db):
    world = week(kind="plt", position="Kabid", who="rina")
    case = world.case()
    coordinated(world, case)
    world.now = at("2026-03-10 08:00")
    attempt = done(world, case, "rina", lambda w: w.record("8"))
    assert attempt.acting_title == "Plt. Kabid"
    done(world, case, "rahman", lambda w: w.record("8"))
    world.now = at("2026-03-16 08:00")
    refused(world, case, "rina", lambda w: w.record("8"), STRANGER, error=NotAllowed)
    refused(world, case, "budi", lambda w: w.record("8"), NOT_YOURS, error=NotAllowed)


def test_the_cases_are_on_her_desk_those_days_only(db):
    world = week()
    case = world.case()
    seen = {}
    for moment in ("2026-03-08 12:00", "2026-03-09 12:00", "2026-03-15 12:00", "2026-03-16 12:00"):
        world.now = at(moment)
        seen[moment[:10]] = [
            name for name in ("budi", "rina") if case in Case.objects.visible_to(world.officer(name))
        ]
    assert seen == {
        "2026-03-08": ["budi"],
        "2026-03-09": ["rina"],
        "2026-03-15": ["rina"],
        "2026-03-16": ["budi"],
    }
