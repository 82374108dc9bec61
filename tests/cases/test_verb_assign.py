"""assign: where an officer is set for a position, only he acts in it on this case."""

import pytest

from sopcases.cases.models import Case, CaseOfficer
from sopcases.people.models import Area, Position
from sopcases.refusal import NotAllowed
from tests.cases.story import CLOSED, HELD, STRANGER, done, last_line, only, ordered, outcome, refused

pytestmark = pytest.mark.django_db


def peksos(world):
    return Position.objects.get(agency=world.home, name="Peksos")


def test_only_the_assigned_acts(world, lina):
    case = world.case()
    ordered(world, case)
    done(world, case, "lina", lambda w: w.record("4"))
    done(world, case, "dewi", lambda w: w.assign(peksos(world).pk, world.sari))
    assert last_line(case).data == {"position": peksos(world).pk, "user": world.sari.pk}
    refused(world, case, "lina", lambda w: w.record("4"), STRANGER, error=NotAllowed)
    assert not Case.objects.visible_to(world.officer("lina")).exists(), "who need not see the child does not"
    assert Case.objects.visible_to(world.officer("dewi")).exists()
    done(world, case, "sari", lambda w: w.record("4"))
    done(world, case, "dewi", lambda w: w.assign(peksos(world).pk, lina))
    refused(world, case, "sari", lambda w: w.record("4"), STRANGER, error=NotAllowed)
    done(world, case, "lina", lambda w: w.record("4"))
    done(world, case, "dewi", lambda w: w.assign(peksos(world).pk, None))
    done(world, case, "sari", lambda w: w.record("4"))
    assert CaseOfficer.objects.filter(case=case).count() == 2, "who it was before stays on record"


def test_who_may(world):
    case = world.case()
    only(
        world,
        case,
        {"dewi", "rahman", "budi"},
        lambda w: w.assign(peksos(world).pk, world.sari),
        "Hanya pejabat yang berwenang menutup penanganan.",
    )


def test_refusals(world):
    case = world.case()
    nobody = "Pegawai ini tidak menjabat jabatan tersebut hari ini."
    for user in (world.agus, world.tono):
        refused(world, case, "dewi", lambda w, u=user: w.assign(peksos(world).pk, u), nobody)
    done(world, case, "dewi", lambda w: w.put_on_hold("Libur"))
    refused(world, case, "dewi", lambda w: w.assign(peksos(world).pk, world.sari), HELD)
    done(world, case, "dewi", lambda w: w.stop("Batal", outcome(case)))
    refused(world, case, "dewi", lambda w: w.assign(peksos(world).pk, world.sari), CLOSED)


def test_not_outside_the_area_of_the_appointment(world):
    """Who may not act there would only stand in the way of those who may."""
    lamandau = world.agencies["lamandau"]
    position = Position.objects.get(agency=lamandau, name="TKSK")
    own, other = Area.objects.filter(agency=lamandau).order_by("id")[:2]
    case = world.case("anak-terlantar-luar-panti", by="yuli", children=0, area=other)
    refused(
        world,
        case,
        "yuli",
        lambda w: w.assign(position.pk, world.tika),
        "Wilayah tugas pegawai ini lain dari wilayah penanganan.",
    )
    mine = world.case("anak-terlantar-luar-panti", by="yuli", children=0, area=own)
    done(world, mine, "yuli", lambda w: w.assign(position.pk, world.tika))


def test_an_assigned_partner_sees_the_case(world):
    position = Position.objects.get(agency=world.agencies["lamandau"], name="TKSK")
    case = world.case("anak-terlantar-luar-panti", by="yuli", children=0)
    assert case not in Case.objects.visible_to(world.officer("tika"))
    done(world, case, "yuli", lambda w: w.assign(position.pk, world.tika))
    assert case in Case.objects.visible_to(world.officer("tika"))
    done(world, case, "tika", lambda w: w.record("1"))
