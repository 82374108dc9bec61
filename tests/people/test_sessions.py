"""A session that ends loses no typed text, and shows it to nobody else."""

from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from door_urls import PASSWORD, Page, agency, user

from sopcases.people import typed

pytestmark = [pytest.mark.django_db, pytest.mark.urls("door_urls")]

TEXT = "Bayi ditemukan di teras mushala\nsekitar pukul 02.00, tali pusat masih ada."
HERE = "http://testserver"
NEW = {
    "password": PASSWORD,
    "new_password": "empat angsa di danau",
    "new_password_again": "empat angsa di danau",
}


@pytest.fixture
def sari():
    return user(agency=agency())


class Browser(Client):
    """A client with the manners of a browser: it sends the token of the page it saw, and its origin."""

    def __init__(self):
        super().__init__(enforce_csrf_checks=True)

    def token(self, address="/masuk/"):
        return Page(self.get(address)).forms[0][1][0][1]

    def send(self, address, fields, **headers):
        return self.post(
            address,
            fields,
            headers={name: value for name, value in ({"Origin": HERE} | headers).items() if value},
        )

    def sign_in(self, person, page=None, **more):
        """Fill in the login page that is open, or a fresh one."""
        page = page or Page(self.get("/masuk/"))
        sent = page.form("/masuk/") | {"username": person.username, "password": PASSWORD}
        return self.send("/masuk/", sent | more)


@pytest.fixture
def tab():
    return Browser()


def form_of(tab, **more):
    return {"csrfmiddlewaretoken": tab.token("/tulis/"), "note": TEXT, "child": ["3", "7"]} | more


def expire(client):
    session = client.session
    session["seen"] = 1_000_000_000
    session.save()


def end_idle(tab, person, **more):
    """Sign in, open the form, stay away too long, press send."""
    tab.sign_in(person)
    sent = form_of(tab, **more)
    expire(tab)
    return tab.send("/tulis/?dari=5", sent)


def test_typed_text_survives_the_end_of_a_session(tab, sari):
    response = end_idle(tab, sari, password="rahasia benar", kata_sandi="rahasia juga", totp="123456")
    assert response.status_code == 401
    page = Page(response)
    assert "Sesi Anda berakhir" in page.text
    assert "mushala" not in page.text
    response = tab.sign_in(sari, page)
    assert (response.status_code, response["Location"]) == (302, "/lanjutkan/")
    page = Page(tab.get("/lanjutkan/"))
    assert "Lanjutkan pengiriman" in page.text
    assert "tali pusat masih ada" in page.text
    response = tab.send("/tulis/?dari=5", page.form("/tulis/?dari=5"))
    assert response.status_code == 200
    fields = response.json()["fields"]
    assert fields["note"] == [TEXT]
    assert fields["child"] == ["3", "7"]
    assert not {"password", "kata_sandi", "totp"} & fields.keys()
    assert typed.SLOT not in tab.session


def test_files_are_named_to_be_chosen_again(tab, sari):
    photo = SimpleUploadedFile("IMG_0412.jpg", b"\xff\xd8\xff", "image/jpeg")
    response = end_idle(tab, sari, photo=photo)
    assert "IMG_0412.jpg" in response.content.decode()
    tab.sign_in(sari, Page(response))
    assert "IMG_0412.jpg" in tab.get("/lanjutkan/").content.decode()


def test_the_same_without_any_trace_of_the_old_session(tab, sari):
    tab.sign_in(sari)
    sent = form_of(tab)
    tab.session.flush()
    del tab.cookies[django_settings.SESSION_COOKIE_NAME]
    response = tab.send("/tulis/", sent)
    assert response.status_code == 401
    assert tab.sign_in(sari, Page(response))["Location"] == "/lanjutkan/"


def test_a_wrong_password_on_the_way_loses_nothing(tab, sari):
    page = Page(end_idle(tab, sari))
    response = tab.sign_in(sari, page, password="salah ketik saja")
    assert response.status_code == 422
    assert "tidak cocok" in response.content.decode()
    assert tab.sign_in(sari, Page(response))["Location"] == "/lanjutkan/"


def test_a_one_time_password_on_the_way_loses_nothing(tab, sari):
    page = Page(end_idle(tab, sari))
    sari.must_change_password = True
    sari.save()
    tab.sign_in(sari, page)
    assert tab.get("/lanjutkan/")["Location"] == "/kata-sandi/"
    sent = Page(tab.get("/kata-sandi/")).form("") | NEW
    assert tab.send("/kata-sandi/", sent)["Location"] == "/lanjutkan/"
    assert "tali pusat" in tab.get("/lanjutkan/").content.decode()


def test_a_password_reset_in_the_middle_of_typing_loses_nothing(tab, sari):
    tab.sign_in(sari)
    sent = form_of(tab)
    sari.must_change_password = True
    sari.save()
    assert tab.send("/tulis/", sent)["Location"] == "/kata-sandi/"
    sent = Page(tab.get("/kata-sandi/")).form("") | NEW
    assert tab.send("/kata-sandi/", sent)["Location"] == "/lanjutkan/"
    assert "tali pusat" in tab.get("/lanjutkan/").content.decode()


def test_another_person_does_not_see_it(tab, sari):
    page = Page(end_idle(tab, sari))
    response = tab.sign_in(user("tono.lamandau", agency=agency("lamandau")), page)
    assert response["Location"] == "/"
    assert typed.SLOT not in tab.session
    assert tab.get("/lanjutkan/")["Location"] == "/"


def test_the_text_can_be_thrown_away(tab, sari):
    tab.sign_in(sari, Page(end_idle(tab, sari)))
    sent = Page(tab.get("/lanjutkan/")).form("/lanjutkan/buang/")
    assert tab.send("/lanjutkan/buang/", sent)["Location"] == "/"
    assert typed.SLOT not in tab.session


def test_nothing_waiting(tab, sari):
    tab.sign_in(sari)
    assert tab.get("/lanjutkan/")["Location"] == "/"


def test_opening_a_page_keeps_nothing(client):
    assert client.get("/tulis/").status_code == 302


def test_a_form_from_elsewhere_is_not_carried(sari):
    """The CSRF check comes before the login page."""
    stranger = Client(enforce_csrf_checks=True)
    response = stranger.post("/tulis/", {"note": TEXT}, headers={"Origin": "https://evil.example"})
    assert response.status_code == 403
    assert b"carried" not in response.content


def test_a_forged_or_old_value_carries_nothing(tab, sari, monkeypatch):
    page = Page(end_idle(tab, sari))
    (sealed,) = page.form("/masuk/")["carried"]
    assert typed.unseal(sealed).owner == sari.pk
    assert typed.unseal(sealed[:-8] + "AAAAAAA=") is None
    assert typed.unseal("nonsens") is None
    assert typed.unseal("") is None
    monkeypatch.setattr(typed, "KEEP", timedelta(seconds=-1))
    assert typed.unseal(sealed) is None
    assert tab.sign_in(sari, page)["Location"] == "/"


@pytest.mark.parametrize("path", ["//evil.example/", "https://evil.example/", "/\\evil.example", ""])
def test_it_is_sent_on_to_this_site_only(path):
    assert typed.unseal(typed.seal(typed.Typed(path, [], []))) is None
    assert typed.unseal(typed.seal(typed.Typed("/tulis/", [], []))).path == "/tulis/"


def test_too_long_is_said(tab, sari, monkeypatch):
    monkeypatch.setattr(typed, "LIMIT", 100)
    page = Page(end_idle(tab, sari))
    assert "terlalu panjang" in page.text
    assert tab.sign_in(sari, page)["Location"] == "/"


def test_shown_are_words_not_marks_for_the_machine():
    fields = [
        ["_key", "ab-cd"],
        ["action", "submit"],
        ["form-0-id", "abc"],
        ["note", " Ibu pergi "],
        ["n", "12"],
    ]
    assert typed.Typed("/", fields, []).texts == ["Ibu pergi"]


# A token that went stale


def stale(tab, person, **headers):
    """The form is open in one tab, a login in another renews the token, then send is pressed."""
    tab.sign_in(person)
    sent = form_of(tab, password="rahasia benar")
    tab.sign_in(person, page=Page(second_login_page(tab)))
    return tab.send("/tulis/", sent, **headers)


def second_login_page(tab):
    """A login page that was opened in another tab before anybody signed in."""
    other = Browser()
    other.cookies[django_settings.CSRF_COOKIE_NAME] = tab.cookies[django_settings.CSRF_COOKIE_NAME].value
    return other.get("/masuk/")


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "same-origin"}])
def test_a_stale_form_of_our_own_can_be_sent_again(tab, sari, headers):
    response = stale(tab, sari, **headers)
    assert response.status_code == 403
    page = Page(response)
    assert "tali pusat" in page.text
    assert "rahasia benar" not in page.text
    response = tab.send("/tulis/", page.form("/tulis/"))
    assert response.status_code == 200
    assert response.json()["fields"]["note"] == [TEXT]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": HERE, "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "", "Referer": "https://evil.example/x"},
    ],
)
def test_of_a_form_from_elsewhere_not_a_word_is_shown(tab, sari, headers):
    response = stale(tab, sari, **headers)
    assert response.status_code == 403
    page = Page(response)
    assert "tali pusat" not in page.text
    assert not page.forms


def test_when_the_browser_says_nothing_the_text_can_only_be_copied(tab, sari):
    response = stale(tab, sari, Origin="")
    assert response.status_code == 403
    page = Page(response)
    assert "tali pusat" in page.text
    assert not page.forms


def test_session_and_token_both_gone(tab, sari):
    tab.sign_in(sari)
    sent = form_of(tab)
    tab.cookies.clear()
    response = tab.send("/tulis/", sent)
    assert response.status_code == 401
    assert tab.sign_in(sari, Page(response))["Location"] == "/lanjutkan/"
    assert "tali pusat" in tab.get("/lanjutkan/").content.decode()


def test_a_stale_login_page_lets_in_at_the_second_try(tab, sari):
    page = Page(tab.get("/masuk/"))
    tab.cookies.clear()
    response = tab.sign_in(sari, page)
    assert response.status_code == 403
    assert "terlalu lama terbuka" in response.content.decode()
    assert PASSWORD not in response.content.decode()
    assert tab.sign_in(sari, Page(response))["Location"] == "/"


def test_a_stale_login_page_keeps_what_it_carries(tab, sari):
    page = Page(end_idle(tab, sari))
    del tab.cookies[django_settings.CSRF_COOKIE_NAME]
    response = tab.sign_in(sari, page)
    assert response.status_code == 403
    assert tab.sign_in(sari, Page(response))["Location"] == "/lanjutkan/"


def test_signing_in_again_in_a_second_tab_goes_on(tab, sari):
    page = Page(tab.get("/masuk/"))
    tab.sign_in(sari)
    response = tab.sign_in(sari, page)
    assert (response.status_code, response["Location"]) == (302, "/")
