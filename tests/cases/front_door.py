"""People at browsers for the tests of the cases' pages: they open a form, fill it in, and send it."""

import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image


def local(at) -> str:
    """A moment as `datetime-local` sends it."""
    return timezone.localtime(at).strftime("%Y-%m-%dT%H:%M")


def picture(name="foto.jpg", colour="teal") -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (80, 60), colour).save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


def files() -> set[Path]:
    """All that is stored on the disk."""
    return {path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()}


def hidden(response) -> dict[str, str]:
    """All hidden fields of a page's forms but the token."""
    found = dict(
        re.findall(r'<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?', response.content.decode())
    )
    found.pop("csrfmiddlewaretoken", None)
    return found


def report(world, **data) -> dict:
    """A first report of a foundling, five hours ago."""
    then = local(world.now - timedelta(hours=5))
    return {
        "event_at": then,
        "place": "Teras masjid",
        "route": "temuan",
        "reporter": "Pak RT",
        "where_now": "RSUD Kota",
        "sex": "P",
        "age_months": "0",
        "verbal_order_by": "Kepala Dinas, per telepon",
        "verbal_order_at": then,
        **data,
    }


class Desk:
    """A person at the browser."""

    def __init__(self, world, name):
        self.client = Client()
        self.client.force_login(world.users[name])

    def get(self, url, status=200):
        response = self.client.get(url)
        assert response.status_code == status, (url, response.status_code)
        return response

    def text(self, url, status=200) -> str:
        return self.get(url, status).content.decode()

    def send(self, url, status=302, **data):
        """Open the form, fill it in, send it."""
        form = hidden(self.get(url))
        return self.post(url, status, **{**form, **data})

    def post(self, url, status=302, **data):
        """Send a form; a summary of errors leads to fields that are there."""
        response = self.client.post(url, data)
        assert response.status_code == status, response.content.decode()[-4000:]
        if status == 422:
            assert not (gone := lost(response.content.decode())), (url, gone)
        return response


def lost(page: str) -> set[str]:
    """What the links of a page's error summary lead to and the page does not have."""
    summary = re.search(r'<div class="error-summary".*?</div>', page, re.S)
    wanted = re.findall(r'href="#([^"]+)"', summary[0]) if summary else ()
    return set(wanted) - set(re.findall(r'\bid="([^"]+)"', page))
