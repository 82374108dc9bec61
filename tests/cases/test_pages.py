"""The pages of a case through the front door: who gets in, what they show, how much they cost."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from sopcases.cases.models import Case, Child
from sopcases.people.models import Entry
from tests.cast import make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db):
    """The cast today: the middleware reads the real clock."""
    return make_world(now=timezone.now())


def local(at) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%dT%H:%M")


def picture(name="foto.jpg", colour="teal") -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (80, 60), colour).save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


def key(response) -> str:
    """The one-time key of the form on a page."""
    return re.search(r'name="_key" value="([^"]+)"', response.content.decode())[1]


def hidden(response) -> dict[str, str]:
    """All hidden fields of the page's form."""
    html = response.content.decode()
    found = dict(re.findall(r'<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?', html))
    found.pop("csrfmiddlewaretoken", None)
    return found


class Desk:
    """A person at the browser."""

    def __init__(self, client, world, name):
        self.client = type(client)()
        self.client.force_login(world.users[name])

    def get(self, url, status=200):
        response = self.client.get(url)
        assert response.status_code == status, (url, response.status_code)
        return response

    def send(self, url, status=302, **data):
        """Open the form, fill it in, send it."""
        form = hidden(self.get(url))
        response = self.client.post(url, {**form, **data})
        assert response.status_code == status, response.content.decode()[-6000:]
        return response


@pytest.fixture
def desk(client, world):
    return lambda name: Desk(client, world, name)


def report(world, **data) -> dict:
    return {
        "event_at": local(world.now - timedelta(hours=5)),
        "place": "Teras masjid",
        "route": "temuan",
        "reporter": "Pak RT",
        "where_now": "RSUD Kota",
        "sex": "P",
        "age_months": "0",
        "verbal_order_by": "Kepala Dinas, per telepon",
        "verbal_order_at": local(world.now - timedelta(hours=5)),
        **data,
    }


def test_the_first_report_opens_a_case_with_its_child(desk, world):
    sent = desk("sari").send(
        "/penanganan/laporan-awal/", **report(world), photos=[picture("a.jpg"), picture("b.jpg")]
    )
    case = Case.objects.get()
    assert sent.headers["Location"] == f"/penanganan/{case.number}/tercatat/"
    child = Child.objects.get()
    assert child.birth_until - child.birth_from <= timedelta(days=31)
    assert child.whereabouts.get().place == "RSUD Kota"
    assert case.photos.count() == 2
    page = desk("sari").get(sent.headers["Location"]).content.decode()
    assert case.number in page and "Kasi menerima Lapran Sosial" in page
    page = desk("sari").get(f"/penanganan/{case.number}/").content.decode()
    for text in ("RSUD Kota", "Perempuan", "Laporan awal", "Temuan", "Perintah lisan", "Laporan Sosial"):
        assert text in page
