"""Signing in and out, the throttle, and one-time passwords."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client, RequestFactory
from django.utils import timezone
from door_urls import PASSWORD, agency, sign_in, user

from sopcases.people import throttle
from sopcases.people.models import Entry, LoginAttempt

pytestmark = [pytest.mark.django_db, pytest.mark.urls("door_urls")]

WRONG = "tidak cocok"
TOO_MANY = "Terlalu banyak percobaan"


class CountingHasher(MD5PasswordHasher):
    """A real hasher that counts its work."""

    algorithm = "counting"
    hashed = 0

    def encode(self, password, salt):
        CountingHasher.hashed += 1
        return super().encode(password, salt)

    def verify(self, password, encoded):
        return self.encode(password, encoded.split("$")[1]) == encoded


@pytest.fixture
def hashes(settings):
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    yield CountingHasher
    CountingHasher.hashed = 0


@pytest.fixture
def sari():
    return user(agency=agency())


def fail(client, name="sari.tanjungpinang", times=1, **extra):
    for _ in range(times):
        response = client.post("/masuk/", {"username": name, "password": "salah sama sekali"}, **extra)
    return response


# In


def test_the_unknown_is_sent_to_the_login_page_and_back(client, sari):
    response = client.get("/tulis/?a=1")
    assert response.status_code == 302
    assert response["Location"] == "/masuk/?next=/tulis/%3Fa%3D1"
    page = client.get(response["Location"])
    assert page.status_code == 200
    assert 'name="next" value="/tulis/?a=1"' in page.content.decode()
    response = client.post(
        "/masuk/", {"username": sari.username, "password": PASSWORD, "next": "/tulis/?a=1"}
    )
    assert (response.status_code, response["Location"]) == (302, "/tulis/?a=1")
    assert client.get("/tulis/").status_code == 200


@pytest.mark.parametrize(
    "evil",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "///evil.example",
        "javascript:alert(1)",
        "http:///evil.example",
        "https:evil.example",
    ],
)
def test_next_leads_to_this_host_only(client, sari, evil):
    page = client.get("/masuk/", {"next": evil})
    assert "evil" not in page.content.decode()
    assert "alert" not in page.content.decode()
    response = client.post("/masuk/", {"username": sari.username, "password": PASSWORD, "next": evil})
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.get("/masuk/", {"next": evil})["Location"] == "/"


def test_login_begins_a_new_session(client, sari):
    client.get("/masuk/")
    session = client.session
    session["planted"] = "by the one who gave the link"
    session.save()
    client.cookies[django_settings.SESSION_COOKIE_NAME] = planted = session.session_key
    sign_in(client, sari)
    assert client.session.session_key != planted
    assert not Session.objects.filter(session_key=planted).exists()


def test_login_needs_the_csrf_token(sari):
    client = Client(enforce_csrf_checks=True)
    assert sign_in(client, sari).status_code == 403
    assert "_auth_user_id" not in client.session


def test_one_text_and_one_hash_for_every_failure(client, sari, hashes):
    user("rina.tanjungpinang", is_active=False)
    seen = set()
    for name, password in [
        (sari.username, "salah sama sekali"),
        ("bukan.siapa-siapa", "salah sama sekali"),
        ("rina.tanjungpinang", PASSWORD),
    ]:
        hashes.hashed = 0
        response = client.post("/masuk/", {"username": name, "password": password})
        text = response.content.decode().replace(name, "")
        seen.add((response.status_code, hashes.hashed, WRONG in text, len(text)))
    assert len(seen) == 1
    assert next(iter(seen))[:3] == (422, 1, True)


def test_the_password_never_comes_back_to_the_page(client, sari):
    assert "salah sama sekali" not in fail(client).content.decode()


def test_empty_fields_cost_no_hash(client, sari, hashes):
    hashes.hashed = 0
    empty = client.post("/masuk/", {"username": "", "password": ""})
    assert empty.status_code == 422
    assert empty.context["form"].errors == {
        "username": ["Isi nama pengguna."],
        "password": ["Isi kata sandi."],
    }
    assert client.post("/masuk/", {"username": "x" * 151, "password": "x"}).status_code == 422
    assert client.post("/masuk/", {"username": "x", "password": "x" * 5000}).status_code == 422
    assert hashes.hashed == 0


def test_the_same_name_with_a_nul_byte_is_no_error(client, sari):
    assert client.post("/masuk/", {"username": "sari\x00", "password": "x"}).status_code == 422


# Throttle


def test_after_five_failures_no_password_is_hashed_not_even_the_right_one(client, sari, hashes):
    fail(client, times=5)
    hashes.hashed = 0
    response = sign_in(client, sari)
    assert response.status_code == 422
    assert TOO_MANY in response.content.decode()
    assert hashes.hashed == 0
    assert client.get("/").status_code == 302


def test_from_elsewhere_the_same_person_comes_in(client, sari):
    fail(client, times=8)
    assert sign_in(client, sari, REMOTE_ADDR="192.0.2.7").status_code == 302


def test_colleagues_at_the_same_address_come_in(client, sari):
    fail(client, times=8)
    assert sign_in(client, user("budi.tanjungpinang")).status_code == 302


def test_unknown_names_are_throttled_alike(client, sari):
    known = fail(client, times=6).content.decode().replace(sari.username, "")
    unknown = fail(Client(), "bukan.siapa-siapa", times=6).content.decode().replace("bukan.siapa-siapa", "")
    assert TOO_MANY in unknown
    assert len(known) == len(unknown)


def test_another_spelling_is_the_same_name(client, sari):
    fail(client, times=5)
    assert TOO_MANY in fail(client, " SARI.Tanjungpinang ").content.decode()


def test_thirty_failures_close_the_address_for_every_name(client, sari):
    for number in range(30):
        assert WRONG in fail(client, f"tebakan{number}").content.decode()
    assert TOO_MANY in sign_in(client, sari).content.decode()
    assert sign_in(client, sari, REMOTE_ADDR="192.0.2.7").status_code == 302


def test_a_quarter_of_an_hour_later_it_opens(client, sari):
    fail(client, times=7)
    LoginAttempt.objects.update(at=timezone.now() - throttle.WINDOW - timedelta(seconds=1))
    assert sign_in(client, sari).status_code == 302
    assert not LoginAttempt.objects.exists()


def test_trying_while_throttled_does_not_prolong_it(client, sari):
    fail(client, times=25)
    assert LoginAttempt.objects.count() == 5


def test_success_forgets_earlier_slips(client, sari):
    for _ in range(3):
        fail(client, times=4)
        assert sign_in(client, sari).status_code == 302
        client.logout()


def test_the_forwarded_address_counts_only_behind_a_proxy_of_ours(settings):
    request = RequestFactory().get("/", headers={"X-Forwarded-For": "198.51.100.9, 203.0.113.5"})
    settings.BEHIND_PROXY = False
    assert throttle.address_of(request) == "127.0.0.1"
    settings.BEHIND_PROXY = True
    assert throttle.address_of(request) == "203.0.113.5"


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("", "unknown"),
        ("<script>", "unknown"),
    ],
)
def test_addresses(address, counted):
    assert throttle.address_of(RequestFactory().get("/", REMOTE_ADDR=address)) == counted


@pytest.mark.django_db(transaction=True)
def test_many_tries_at_one_moment_count_each_other(hashes):
    sari = user(agency=agency())
    hashes.hashed = 0

    def knock(_):
        try:
            return TOO_MANY in fail(Client(), sari.username).content.decode()
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        refused = list(pool.map(knock, range(24)))
    assert hashes.hashed <= 5
    assert sum(refused) == 24 - hashes.hashed


# Journal


def test_the_journal_tells_who_came_and_went(client, sari):
    sign_in(client, sari)
    client.post("/keluar/")
    lines = Entry.objects.order_by("id")
    assert [line.verb for line in lines] == ["signed_in", "signed_out"]
    assert all((line.actor, line.subject_id, line.agency) == (sari, sari.pk, sari.agency) for line in lines)
    assert lines[0].data == {"address": "127.0.0.1"}


def test_the_journal_names_the_user_who_was_tried_and_nothing_that_was_typed(client, sari):
    fail(client)
    fail(client, "kuda baja hijau rahasia")  # a password, typed into the wrong field
    known, unknown = Entry.objects.order_by("id")
    assert (known.verb, known.subject_id, known.actor) == ("sign_in_failed", sari.pk, None)
    assert (unknown.verb, unknown.subject_id, unknown.agency) == ("sign_in_failed", 0, None)
    stored = str(list(Entry.objects.values())) + str(list(LoginAttempt.objects.values()))
    assert "rahasia" not in stored
    assert "salah" not in stored


# Out


def test_logout_ends_the_session_on_the_server(client, sari):
    sign_in(client, sari)
    key = client.session.session_key
    response = client.post("/keluar/")
    assert (response.status_code, response["Location"]) == (302, "/masuk/")
    assert response["Clear-Site-Data"] == '"cache", "storage"'
    assert not Session.objects.filter(session_key=key).exists()
    client.cookies[django_settings.SESSION_COOKIE_NAME] = key
    assert client.get("/").status_code == 302


def test_logout_by_get_does_nothing(client, sari):
    sign_in(client, sari)
    assert client.get("/keluar/").status_code == 405
    assert client.get("/").status_code == 200


def test_logout_without_session_ends_at_the_login_page(client):
    assert client.post("/keluar/")["Location"] == "/masuk/"
    assert not Entry.objects.exists()


# Password


NEW = {
    "password": PASSWORD,
    "new_password": "empat angsa di danau",
    "new_password_again": "empat angsa di danau",
}


def test_a_one_time_password_is_changed_before_anything_else(client):
    first = user(must_change_password=True, agency=agency())
    assert sign_in(client, first)["Location"] == "/"
    for address in ("/", "/tulis/", "/kerja/", "/lanjutkan/"):
        response = client.get(address)
        assert (response.status_code, response["Location"]) == (302, "/kata-sandi/")
    assert client.get("/terbuka/").status_code == 200
    page = client.get("/kata-sandi/")
    assert "hanya berlaku sekali" in page.content.decode()
    assert client.post("/kata-sandi/", NEW)["Location"] == "/"
    assert client.get("/").status_code == 200
    first.refresh_from_db()
    assert not first.must_change_password
    assert first.check_password(NEW["new_password"])
    assert Entry.objects.filter(verb="password_changed", subject_id=first.pk).count() == 1


def test_a_first_time_user_can_leave(client):
    sign_in(client, user(must_change_password=True))
    assert client.post("/keluar/")["Location"] == "/masuk/"


def test_a_new_password_ends_all_other_sessions(client, sari):
    other = Client()
    sign_in(other, sari)
    sign_in(client, sari)
    before = client.session.session_key
    client.post("/kata-sandi/", NEW)
    assert client.get("/").status_code == 200
    assert client.session.session_key != before
    assert other.get("/").status_code == 302


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"password": "bukan ini"}, "password"),
        ({"new_password": PASSWORD, "new_password_again": PASSWORD}, "new_password"),
        ({"new_password": "pendek", "new_password_again": "pendek"}, "new_password"),
        ({"new_password": "qwerty123456", "new_password_again": "qwerty123456"}, "new_password"),
        ({"new_password_again": "empat angsa di laut"}, "new_password_again"),
        ({"new_password": "", "new_password_again": ""}, "new_password"),
    ],
)
def test_passwords_that_are_refused(client, sari, change, field):
    sign_in(client, sari)
    response = client.post("/kata-sandi/", NEW | change)
    assert response.status_code == 422
    assert field in response.context["form"].errors
    sari.refresh_from_db()
    assert sari.check_password(PASSWORD)


def test_guessing_the_old_password_is_throttled(client, sari):
    sign_in(client, sari)
    for _ in range(5):
        client.post("/kata-sandi/", NEW | {"password": "bukan ini"})
    response = client.post("/kata-sandi/", NEW)
    assert TOO_MANY in response.content.decode()
    sari.refresh_from_db()
    assert sari.check_password(PASSWORD)


# Rights that change act on the next request


def test_a_closed_account_is_out_at_once(client, sari):
    sign_in(client, sari)
    sari.is_active = False
    sari.save()
    assert client.get("/").status_code == 302


# The admin's own door


def test_the_admin_has_no_door_of_its_own(client, sari):
    response = client.get("/admin/login/", {"next": "/admin/people/"})
    assert (response.status_code, response["Location"]) == (302, "/masuk/?next=%2Fadmin%2Fpeople%2F")
    response = client.post("/admin/login/", {"username": sari.username, "password": PASSWORD})
    assert response["Location"].startswith("/masuk/")
    assert "_auth_user_id" not in client.session


def test_who_is_no_admin_reads_so_instead_of_going_round(client, sari):
    sign_in(client, sari)
    response = client.get("/admin/login/", {"next": "/admin/"})
    assert response.status_code == 403
    assert "hanya untuk admin" in response.content.decode()
