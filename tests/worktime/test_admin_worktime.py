"""The admin pages of hours and days off."""

from datetime import date, time

import pytest
from django.urls import reverse

from sopcases.people.models import Entry, User
from sopcases.worktime.models import Holiday, WorkPeriod
from tests.people.test_admin_people import change_url, changed, list_url


@pytest.fixture
def ani(client, world):
    client.force_login(world.ani)
    return client


def test_an_admin_adds_a_day_off_of_his_own_agency(ani, world):
    data = {"date": "2026-10-06", "name": "Hari Jadi Kota", "kind": "libur_daerah", "origin": "Perwali"}
    assert ani.post(reverse("admin:worktime_holiday_add"), data).status_code == 302

    assert Holiday.objects.get(name="Hari Jadi Kota").agency == world.home
    assert Entry.objects.latest("id").verb == "hari_libur.ditambahkan"


def test_national_days_off_are_read_and_left_alone(ani, world):
    national = Holiday.objects.filter(agency=None).first()

    assert ani.get(change_url(national)).status_code == 200
    assert ani.post(change_url(national), {"name": "Hilang"}).status_code == 403
    assert ani.post(reverse("admin:worktime_holiday_delete", args=[national.pk])).status_code == 403


def test_another_agencys_day_off_is_not_seen(ani, world):
    theirs = Holiday.objects.create(
        agency=world.agencies["lamandau"],
        date=date(2026, 8, 3),
        name="Hari Jadi Lamandau",
        kind="libur_daerah",
    )

    assert ani.get(change_url(theirs)).status_code == 302
    assert theirs not in ani.get(list_url(Holiday)).context["cl"].queryset


def test_a_superuser_keeps_the_national_days_off(client, world):
    client.force_login(User.objects.create_superuser("root", password="x", name="Root"))
    national = Holiday.objects.filter(agency=None).first()

    assert changed(client, change_url(national), name="Hari Baru").status_code == 302
    national.refresh_from_db()
    assert (national.name, national.agency) == ("Hari Baru", None)


def test_hours_are_edited_inside_their_period(ani, world):
    period = WorkPeriod.objects.filter(agency=world.home).first()
    response = changed(ani, change_url(period), **{"hours-0-opens": "08:00"})

    assert response.status_code == 302, response.context["errors"]
    assert period.hours.first().opens == time(8, 0)


def test_a_break_outside_the_hours_is_a_sentence(ani, world):
    period = WorkPeriod.objects.filter(agency=world.home).first()
    response = changed(ani, change_url(period), **{"hours-0-break_starts": "05:00"})

    assert "Istirahat harus diisi mulai dan selesainya" in response.content.decode()
