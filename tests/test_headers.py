"""Headers on every kind of answer, closed by default, limits of a session."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.test import Client
from django.urls import include, path
from django.utils import timezone

from sopcases import urls as real
from sopcases.http import SilentReporterFilter

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'self'"
)


def echo(request):
    """A closed page that takes text."""
    return HttpResponse(f"{request.method} {request.POST.get('note', '')}")


@login_not_required
def broken(request):
    raise RuntimeError("a secret name")


urlpatterns = [path("uji/tulis/", echo), path("uji/rusak/", broken), path("", include(real))]


@pytest.fixture
def urls(settings):
    settings.ROOT_URLCONF = __name__


@pytest.fixture
def sari(db):
    return get_user_model().objects.create_user(username="sari", password="kata-sandi-panjang")


@pytest.fixture
def clock(monkeypatch):
    """Moves the middleware's clock: clock(minutes=31)."""
    start = timezone.now()

    def move(**by: float) -> None:
        monkeypatch.setattr(timezone, "now", lambda: start + timedelta(**by))

    return move


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/masuk/", 200),
        ("/admin/", 302),
        ("/uji/tulis/", 302),
        ("/tidak-ada/", 404),
        ("/uji/rusak/", 500),
        ("/static/vendor/bootstrap/bootstrap.min.css", 200),
    ],
)
def test_every_answer_carries_the_headers(urls, db, address, status):
    answer = Client(raise_request_exception=False).get(address)
    assert answer.status_code == status
    check_headers(answer)
    assert ("no-store" in answer["Cache-Control"]) == (not address.startswith("/static/"))


def check_headers(answer) -> None:
    assert answer["Content-Security-Policy"] == POLICY
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"


def test_an_unknown_host_is_refused_with_headers(urls, db):
    answer = Client().get("/masuk/", headers={"host": "evil.example"})
    assert answer.status_code == 400
    check_headers(answer)


def test_a_form_from_elsewhere_is_refused_with_headers(urls, sari):
    client = Client(enforce_csrf_checks=True)
    client.force_login(sari)
    answer = client.post("/uji/tulis/", {"note": "x"})
    assert answer.status_code == 403
    check_headers(answer)


def test_https_redirects_and_insists(urls, db, settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 31_536_000
    client = Client()
    plain = client.get("/masuk/")
    assert (plain.status_code, plain["Location"]) == (301, "https://testserver/masuk/")
    assert client.get("/masuk/", secure=True)["Strict-Transport-Security"].startswith("max-age=31536000")
    missing = client.get("/tidak-ada/", secure=True)
    assert missing["Strict-Transport-Security"].startswith("max-age=31536000")


def test_a_500_says_nothing_of_what_happened(urls, db):
    answer = Client(raise_request_exception=False).post("/uji/rusak/", {"note": "Melati"})
    text = answer.content.decode()
    assert answer.status_code == 500
    assert "secret" not in text
    assert "Melati" not in text


def test_error_reports_hold_no_posted_text(rf):
    request = rf.post("/", {"nik": "2172010101200001"})
    silent = SilentReporterFilter()
    assert silent.get_post_parameters(request) == {}
    assert silent.get_traceback_frame_variables(request, None) == []


def test_strangers_are_sent_to_the_login(urls, db):
    answer = Client().get("/uji/tulis/")
    assert (answer.status_code, answer["Location"]) == (302, "/masuk/?next=/uji/tulis/")


def test_a_session_ends_when_idle(urls, sari, clock):
    client = Client()
    client.force_login(sari)
    clock()
    assert client.get("/uji/tulis/").status_code == 200
    clock(minutes=29)
    assert client.get("/uji/tulis/").status_code == 200
    clock(minutes=58)
    assert client.get("/uji/tulis/").status_code == 200
    clock(minutes=58 + 31)
    answer = client.get("/uji/tulis/")
    assert (answer.status_code, answer["Location"]) == (302, "/masuk/?next=/uji/tulis/")
    assert "_auth_user_id" not in client.session
    assert client.session["ended_for"] == sari.pk


def test_a_session_ends_after_twelve_hours_however_busy(urls, sari, clock):
    client = Client()
    client.force_login(sari)
    for minutes in range(0, 12 * 60 + 1, 20):
        clock(minutes=minutes)
        assert client.get("/uji/tulis/").status_code == 200
    clock(minutes=12 * 60 + 2)
    assert client.get("/uji/tulis/").status_code == 302


def test_a_busy_minute_writes_the_session_once(urls, sari, clock, django_assert_num_queries):
    client = Client()
    client.force_login(sari)
    clock()
    client.get("/uji/tulis/")
    clock(seconds=59)
    with django_assert_num_queries(2):  # session, user
        client.get("/uji/tulis/")


def test_a_disabled_user_is_out_on_the_next_request(urls, sari):
    client = Client()
    client.force_login(sari)
    assert client.get("/uji/tulis/").status_code == 200
    sari.is_active = False
    sari.save()
    assert client.get("/uji/tulis/").status_code == 302


def test_logout_clears_what_the_browser_kept(urls, sari):
    client = Client()
    client.force_login(sari)
    assert "Clear-Site-Data" not in client.get("/uji/tulis/")
    answer = client.post("/keluar/")
    assert answer.status_code == 302
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get("/uji/tulis/").status_code == 302
