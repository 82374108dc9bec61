"""Who may act as what on a day: Plh. and Plt., areas, closed accounts, the chain of positions."""

from datetime import UTC, date, datetime

import pytest

from sopcases.people.authority import Machine, holders, in_force
from sopcases.people.models import Agency, Appointment, Area, Position
from tests.cast import appoint, at, make_user

MONDAY, SUNDAY = date(2026, 3, 2), date(2026, 3, 8)


@pytest.fixture
def head(world):
    return Position.objects.get(agency=world.home, name="Kepala Dinas")


@pytest.fixture
def plh_week(world, head):
    """Rina is Plh. Kepala Dinas from Monday to Sunday."""
    appoint(world.rina, head, "plh", MONDAY, SUNDAY)


def titles(world, name, when):
    return [hat.title for hat in world.officer(name, at(when)).hats]


@pytest.mark.parametrize(
    ("when", "rina", "budi"),
    [
        ("2026-03-01 23:59", ["Sekretaris"], ["Kepala Dinas"]),
        ("2026-03-02 00:00", ["Plh. Kepala Dinas", "Sekretaris"], []),
        ("2026-03-08 23:59", ["Plh. Kepala Dinas", "Sekretaris"], []),
        ("2026-03-09 00:00", ["Sekretaris"], ["Kepala Dinas"]),
    ],
)
def test_a_plh_suspends_the_holder_for_his_days_and_not_a_minute_longer(world, plh_week, when, rina, budi):
    assert sorted(titles(world, "rina", when)) == rina
    assert titles(world, "budi", when) == budi
    assert world.officer("budi", at(when)).may_act == bool(budi)


def test_the_day_is_the_agencys_own(world, plh_week):
    """00.30 in Jayapura is still 22.30 of the day before in Tanjungpinang."""
    moment = datetime(2026, 3, 8, 15, 30, tzinfo=UTC)
    assert titles(world, "budi", "2026-03-08 22:30") == []
    Agency.objects.filter(pk=world.home.pk).update(timezone="Asia/Jayapura")

    assert world.officer("budi", moment).day == date(2026, 3, 9)
    assert [hat.title for hat in world.officer("budi", moment).hats] == ["Kepala Dinas"]


def test_a_plh_suspends_a_plt_too_and_only_on_that_position(world, head):
    Appointment.objects.filter(position=head).delete()
    appoint(world.rahman, head, "plt")
    assert sorted(titles(world, "rahman", "2026-03-04 08:00")) == ["Kabid", "Plt. Kepala Dinas"]

    appoint(world.rina, head, "plh", MONDAY, SUNDAY)
    assert titles(world, "rahman", "2026-03-04 08:00") == ["Kabid"]


def test_a_printed_title_takes_the_prefix(world, head):
    row = Appointment(user=world.rina, position=head, kind="plt", printed_title="KEPALA DINAS SOSIAL")
    assert row.title == "Plt. KEPALA DINAS SOSIAL"
    row.kind = "definitive"
    assert row.title == "KEPALA DINAS SOSIAL"


def test_a_closed_account_holds_nothing_and_a_closed_plh_gives_back(world, plh_week):
    world.rina.is_active = False
    world.rina.save()

    assert titles(world, "rina", "2026-03-04 08:00") == []
    assert titles(world, "budi", "2026-03-04 08:00") == ["Kepala Dinas"]


def test_an_appointment_holds_from_its_first_to_its_last_day(world):
    position = Position.objects.get(agency=world.home, name="Kasi")
    appoint(world.agus, position, first=date(2026, 5, 1), last=date(2026, 5, 2))

    held = [
        "Kasi" in titles(world, "agus", f"{day} 12:00")
        for day in ("2026-04-30", "2026-05-01", "2026-05-02", "2026-05-03")
    ]
    assert held == [False, True, True, False]


def test_hats_cover_positions_and_areas(world):
    north, south = (Area.objects.create(agency=world.home, name=name) for name in ("Utara", "Selatan"))
    peksos = Position.objects.get(agency=world.home, name="Peksos")
    everywhere = world.officer("sari")
    assert everywhere.holds({peksos.pk}, north.pk) and everywhere.holds({peksos.pk})
    assert not everywhere.holds({peksos.superior_id}, north.pk)

    Appointment.objects.filter(user=world.sari).update(area=north)
    local = world.officer("sari")
    assert local.hat_for({peksos.pk}, north.pk).area_id == north.pk
    assert local.hat_for({peksos.pk}, south.pk) is None


def test_rights_come_with_the_position(world):
    hats = {name: world.officer(name).hats[0] for name in ("sari", "dewi", "agus", "budi")}

    assert {name: (h.may_record, h.may_waive, h.may_close) for name, h in hats.items()} == {
        "sari": (False, False, False),
        "dewi": (False, True, True),
        "agus": (True, False, False),
        "budi": (False, True, True),
    }
    assert not any(hat.external for hat in hats.values())
    assert world.officer("tika").hats[0].external


def test_reach_is_the_position_and_all_below(world):
    def below(name):
        officer = world.officer(name)
        ids = set().union(*officer.reach.values())
        return set(Position.objects.filter(pk__in=ids).values_list("name", flat=True))

    assert below("budi") == {"Kepala Dinas", "Sekretaris", "Kabid", "Kasi", "Peksos", "Petugas"}
    assert below("dewi") == {"Kasi", "Peksos", "Petugas"}
    assert below("sari") == {"Peksos"}
    assert below("tono") == set(
        Position.objects.filter(agency=world.tono.agency, external=False).values_list("name", flat=True)
    )


def test_a_loop_of_superiors_ends_the_walk_not_the_server(world, head):
    Position.objects.filter(pk=head.pk).update(
        superior=Position.objects.get(agency=world.home, name="Peksos")
    )

    assert len(world.officer("budi").reach[head.pk]) == 6


def test_holders_of_a_position_are_those_of_the_agency_on_the_day(world, head, plh_week):
    assert [a.user for a in holders(world.home.pk, MONDAY, [head.pk])] == [world.rina]
    assert [a.user for a in holders(world.home.pk, date(2026, 3, 9), [head.pk])] == [world.budi]
    assert not holders(world.agencies["lamandau"].pk, MONDAY, [head.pk])
    assert world.tono not in {a.user for a in in_force(world.home.pk, MONDAY)}


def test_without_an_agency_or_appointment_nobody_may_act(world):
    nobody = make_user(None, "lepas", "Lepas")
    world.users["lepas"] = nobody

    for name in ("lepas", "ani"):
        assert not world.officer(name).may_act
        assert world.officer(name).hats == () and world.officer(name).reach == {}
    assert Machine(world.now).hats == ()


def test_hats_cost_one_query_and_are_kept(world, django_assert_num_queries):
    officer = world.officer("budi")
    with django_assert_num_queries(1):
        assert officer.hats and officer.hats and officer.title


def test_a_plh_for_one_of_two_holders_leaves_the_other_his_work(world, lina):
    post = Position.objects.get(agency=world.home, name="Peksos")
    Appointment.objects.create(
        user=world.agus,
        position=post,
        kind="plh",
        valid_from=MONDAY,
        valid_until=SUNDAY,
        stands_in_for=world.sari,
    )
    assert titles(world, "sari", "2026-03-03 08:00") == []
    assert titles(world, "lina", "2026-03-03 08:00") == ["Peksos"]
    assert titles(world, "sari", "2026-03-09 08:00") == ["Peksos"]


def test_a_plh_in_one_area_leaves_the_others_theirs(world):
    post = Position.objects.get(agency=world.home, name="Peksos")
    here, there = Area.objects.filter(agency=world.home)[:2]
    Appointment.objects.filter(user=world.sari).update(area=here)
    Appointment.objects.create(
        user=world.agus, position=post, kind="plh", valid_from=MONDAY, valid_until=SUNDAY, area=there
    )
    assert titles(world, "sari", "2026-03-03 08:00") == ["Peksos"]


def test_a_superuser_is_a_stranger_to_casework_whatever_he_is_appointed_to(world):
    world.budi.is_superuser = True
    world.budi.save()
    assert titles(world, "budi", "2026-03-03 08:00") == []
