"""Who may read a case, and who may act in it (design rule 18): areas, assignment, partners, admins."""

import pytest

from sopcases.cases.models import Case, CaseOfficer
from sopcases.cases.progress import Progress
from sopcases.people.authority import Officer
from sopcases.people.models import Appointment, Area, Position, User
from sopcases.refusal import NotAllowed
from sopcases.sops.parts import parts_for
from tests.cases.story import STRANGER, done, refused
from tests.cast import appoint, make_user

pytestmark = pytest.mark.django_db

PANTI = "anak-terlantar-luar-panti"


def sees(world, case) -> set[str]:
    return {name for name in world.users if case in Case.objects.visible_to(world.officer(name))}


def areas(world, slug="lamandau"):
    return list(Area.objects.filter(agency=world.agencies[slug]).order_by("id")[:2])


def test_performers_and_their_superiors_read(world):
    assert sees(world, world.case()) == {"sari", "dewi", "rahman", "budi", "agus"}


def test_an_admin_and_a_superuser_see_nothing(world):
    world.case()
    root = User.objects.create_superuser("root", password="x" * 12, name="Root", agency=world.home)
    for user in (root, world.ani):
        assert not Case.objects.visible_to(Officer(user, world.now)).exists()
    assert not Case.objects.visible_to(None).exists()


def test_an_inactive_user_and_one_whose_appointment_ended_see_nothing(world):
    case = world.case()
    world.sari.is_active = False
    world.sari.save()
    Appointment.objects.filter(user=world.dewi).update(valid_until=world.now.date().replace(day=1))
    world.wait(days=1)
    assert sees(world, case) == {"rahman", "budi", "agus"}


def test_the_same_position_in_the_other_agency_is_a_stranger(world):
    home, other = world.case(), world.case(PANTI, by="yuli")
    assert "tono" not in sees(world, home)
    assert "budi" not in sees(world, other)
    assert "tono" in sees(world, other)


def test_partners_see_their_own_area_only(world):
    own, next_door = areas(world)
    mine = world.case(PANTI, by="yuli", children=0, area=own)
    theirs = world.case(PANTI, by="yuli", children=0, area=next_door)
    nowhere = world.case(PANTI, by="yuli", children=0)
    assert {"tika", "camat"} <= sees(world, mine)
    for case in (theirs, nowhere):
        assert not {"tika", "camat"} & sees(world, case)
        for name in ("tika", "camat"):
            refused(world, case, name, lambda w: w.record("1"), STRANGER, error=NotAllowed)
    done(world, mine, "camat", lambda w: w.record("1"))


def test_partners_see_what_they_opened_wherever_it_lies(world):
    _, next_door = areas(world)
    case = world.case(PANTI, by="tika", children=0, area=next_door)
    assert sees(world, case) & {"tika", "camat"} == {"tika"}
    done(world, case, "tika", lambda w: w.record("1"))


def test_a_partner_without_area_sees_only_what_he_opened(world):
    Appointment.objects.filter(user__in=[world.tika, world.camat]).update(area=None)
    own, _ = areas(world)
    case = world.case(PANTI, by="yuli", children=0, area=own)
    assert not {"tika", "camat"} & sees(world, case)
    opened = world.case(PANTI, by="tika", children=0)
    assert sees(world, opened) & {"tika", "camat"} == {"tika"}
    done(world, opened, "tika", lambda w: w.record("1"))


def test_the_hat_of_a_partner_goes_no_farther_than_his_reading(world):
    """Assigned elsewhere he may read a case; as TKSK he acts where he is TKSK."""
    own, next_door = areas(world)
    case = world.case(PANTI, by="yuli", children=0, area=next_door)
    kecamatan = Position.objects.get(agency=world.agencies["lamandau"], name="Kantor Kecamatan")
    CaseOfficer.objects.create(case=case, position=kecamatan, user=world.tika, since=world.now)
    progress = Progress(case, world.officer("tika"))
    assert progress.hat(progress.plan.by_key["1"].positions()) is None
    assert own != next_door


def test_an_officer_of_one_area_works_there_only(world):
    west, east = areas(world, "tanjungpinang")
    peksos = Position.objects.get(agency=world.home, name="Peksos")
    world.users["lina"] = make_user(world.home, "lina", "Lina")
    appoint(world.users["lina"], peksos)
    Appointment.objects.filter(user=world.users["lina"]).update(area=west)
    here, there, anywhere = world.case(area=west), world.case(area=east), world.case()
    assert "lina" in sees(world, here)
    assert "lina" not in sees(world, there)
    assert "lina" in sees(world, anywhere), "a case without area belongs to the whole office"
    done(world, here, "lina", lambda w: w.record("1"))
    done(world, anywhere, "lina", lambda w: w.record("1"))
    refused(world, there, "lina", lambda w: w.record("1"), STRANGER, error=NotAllowed)


def test_a_right_counts_only_on_cases_one_may_read(world):
    """A Kasi of another section may close, waive and record: but not here."""
    section = Position.objects.create(
        agency=world.home,
        name="Kasi Lansia",
        superior=Position.objects.get(agency=world.home, name="Kabid"),
        may_close=True,
        may_waive=True,
        may_record=True,
    )
    world.users["siti"] = appoint(make_user(world.home, "siti", "Siti"), section)
    case = world.case()
    assert "siti" not in sees(world, case)
    for act in (
        lambda w: w.close(),
        lambda w: w.put_on_hold("x"),
        lambda w: w.record("1", acted_by=[world.sari]),
        lambda w: w.note("x", world.now),
    ):
        refused(world, case, "siti", act, STRANGER, error=NotAllowed)


def test_the_list_costs_the_same_at_one_and_at_three(world, django_assert_num_queries):
    for _ in range(2):
        world.case()
        officer = world.officer("budi")
        assert officer.reach and parts_for(officer).rows
        with django_assert_num_queries(1):
            assert list(Case.objects.visible_to(officer))
        world.case()
