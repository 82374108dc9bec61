"""Closed by default: every view declares its policy, and each policy answers as it says."""

from importlib import import_module

import pytest
from django.conf import settings as django_settings
from django.http import HttpResponse
from django.urls import get_resolver
from door_urls import agency, appointed, sign_in, user

from sopcases.people.access import Policy, declared_policy, every_view, gate, officers, public, signed_in
from sopcases.people.models import Area

pytestmark = [pytest.mark.django_db, pytest.mark.urls("door_urls")]


@pytest.fixture
def office():
    return agency()


@pytest.fixture
def sari(office):
    return appointed(user(agency=office))


def test_every_view_of_the_application_declares_its_policy():
    views = list(every_view(get_resolver("sopcases.urls")))
    assert not [route for route, view in views if declared_policy(view) is None]


def test_the_walk_finds_a_view_that_forgot():
    views = dict(every_view(get_resolver("door_urls")))
    assert {"masuk/", "kata-sandi/", "wilayah/<int:number>/"} <= set(views)
    assert declared_policy(views["masuk/"]).name == "public"
    assert declared_policy(views["wilayah/<int:number>/"]) == Policy("area")
    assert declared_policy(views["wilayah/<int:number>/nama/"]) == Policy("area", "why_not_rename")
    assert declared_policy(lambda request: HttpResponse()) is None


def test_only_public_views_open_without_login():
    for route, view in every_view(get_resolver("door_urls")):
        assert getattr(view, "login_required", True) == (declared_policy(view).name != "public"), route


def test_a_public_view_says_why():
    with pytest.raises(ValueError, match="why"):
        public(" ")


def test_two_policies_on_one_view_are_a_mistake():
    def view(request):
        return HttpResponse()

    with pytest.raises(ValueError, match="already declares"):
        signed_in(public("Everybody.")(view))
    with pytest.raises(ValueError, match="already declares"):
        officers(signed_in(lambda request: HttpResponse()))
    with pytest.raises(ValueError, match="already declares"):
        gate("x", lambda officer: None)(officers(lambda request: HttpResponse()))


@pytest.mark.parametrize(
    "address", ["/", "/tulis/", "/kerja/", "/pengaturan/", "/wilayah/1/", "/kata-sandi/"]
)
def test_the_unknown_reach_the_login_page(client, address):
    response = client.get(address)
    assert (response.status_code, response["Location"]) == (302, f"/masuk/?next={address}")


def test_the_public_page_is_open(client):
    assert client.get("/terbuka/").content == b"terbuka"


def test_officers_hold_a_position_today(client, office, sari):
    sign_in(client, user("baru.tanjungpinang", agency=office))
    response = client.get("/kerja/")
    assert response.status_code == 403
    assert "tidak memegang jabatan hari ini" in response.content.decode()
    sign_in(client, sari)
    assert client.get("/kerja/").status_code == 200


def test_a_superuser_without_agency_is_a_stranger_to_casework(client, office):
    Area.objects.create(agency=office, name="Bukit Bestari")
    sign_in(client, user("super", is_superuser=True, is_staff=True))
    assert client.get("/kerja/").status_code == 403
    assert client.get("/pengaturan/").status_code == 200


def test_staff_pages_are_for_staff(client, office, sari):
    sign_in(client, sari)
    assert client.get("/pengaturan/").status_code == 403
    sign_in(client, user("admin.tanjungpinang", agency=office, is_staff=True))
    assert client.get("/pengaturan/").status_code == 200


def test_a_gate_gives_the_row_or_404_or_a_sentence(client, office, sari):
    ours = Area.objects.create(agency=office, name="Bukit Bestari")
    theirs = Area.objects.create(agency=agency("lamandau"), name="Bulik")
    sign_in(client, sari)
    assert client.get(f"/wilayah/{ours.pk}/").content == b"Bukit Bestari"
    assert client.get(f"/wilayah/{ours.pk}/nama/").content == b"boleh"
    assert client.get(f"/wilayah/{theirs.pk}/").status_code == 404
    assert client.get(f"/wilayah/{theirs.pk}/nama/").status_code == 404
    assert client.get("/wilayah/999/").status_code == 404
    sign_in(client, user("baru.tanjungpinang", agency=office))
    assert client.get(f"/wilayah/{ours.pk}/").status_code == 200
    response = client.get(f"/wilayah/{ours.pk}/nama/")
    assert response.status_code == 403
    assert "Anda tidak memegang jabatan hari ini." in response.content.decode()


@pytest.mark.parametrize("status", [422, 403, 409])
def test_a_refusal_becomes_a_page(client, sari, status):
    sign_in(client, sari)
    response = client.post(
        f"/tolak/{status}/", {"note": "Bayi sudah dibawa ke RSUD", "password": "rahasia benar"}
    )
    assert response.status_code == status
    assert response.context["sentences"] == ("Surat sudah bernomor.", "Batalkan dahulu nomornya.")
    text = response.content.decode()
    assert "rahasia benar" not in text
    if status != 409:
        assert "Surat sudah bernomor." in text
    if status != 403:
        assert "Bayi sudah dibawa ke RSUD" in text


def test_the_day_is_the_agencys(client):
    sign_in(client, appointed(user("wira", agency=agency("jayapura", "Asia/Jayapura"))))
    assert client.get("/kerja/").content.endswith(b"+0900")
    sign_in(client, appointed(user("sari", agency=agency())))
    assert client.get("/kerja/").content.endswith(b"+0700")


def test_a_page_costs_two_reads_for_the_person_and_one_for_his_positions(
    client, sari, django_assert_num_queries, settings
):
    settings.AUTHENTICATION_BACKENDS = ["sopcases.people.backends.OfficerBackend"]
    sign_in(client, sari)
    client.get("/kerja/")
    with django_assert_num_queries(3):
        client.get("/kerja/")


def test_the_door_stands_in_the_settings():
    order = django_settings.MIDDLEWARE
    door = order.index("sopcases.people.middleware.DoorMiddleware")
    assert order.index("django.middleware.csrf.CsrfViewMiddleware") < door
    assert order.index("sopcases.people.middleware.OfficerMiddleware") < door
    module, _, name = django_settings.CSRF_FAILURE_VIEW.rpartition(".")
    assert callable(getattr(import_module(module), name))
