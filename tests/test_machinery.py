"""The test environment itself: what it forbids, what it cleans, that a real browser runs under the policy."""

import os
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib import admin
from django.core.files.storage import default_storage
from django.db import DatabaseError, transaction
from django.template import Context, Origin, Template
from django.test import Client
from django.utils import timezone

from sopcases.people.models import Entry, User

ROOT = Path(__file__).resolve().parent.parent


def write_entry() -> Entry:
    return Entry.objects.create(at=timezone.now(), verb="uji", subject="people.user", subject_id=1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_committed_journal_lines_are_gone_in_the_next_test(turn):
    assert Entry.objects.count() == 0
    write_entry()


@pytest.mark.django_db(transaction=True)
def test_the_guard_stands_again_after_a_flush():
    entry = write_entry()
    for act in (entry.delete, lambda: Entry.objects.update(verb="lain")):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    assert Entry.objects.get().verb == "uji"


def test_each_worker_keeps_its_own_files():
    """Two that share a folder see each other's files come and go."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    own = Path(os.environ["SOPCASES_TEST_FOLDER"]) / worker
    assert Path(default_storage.location) == Path(settings.MEDIA_ROOT) == own / "media"
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        assert Path(settings.DATABASES["default"]["TEST"]["NAME"]).parent == own


def test_an_undefined_variable_fails_in_our_templates_only():
    def render(file: Path) -> str:
        text = "{% if nobody %}{% endif %}{{ known }}{{ nobody.name }}"
        return Template(text, origin=Origin(name=str(file))).render(Context({"known": "x"}))

    assert render(ROOT / ".venv" / "admin.html") == "x"
    with pytest.raises(AssertionError, match=r"undefined variable nobody\.name in .*ours\.html"):
        render(ROOT / "templates" / "ours.html")


def test_the_browser_runs_the_admin_under_the_policy(live_server, page):
    """No inline script or style is needed: Chromium reports no violation and no script breaks."""
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if "Security Policy" in said.text else None)
    page.on("pageerror", lambda error: refused.append(str(error)))
    client = Client()
    client.force_login(User.objects.create_superuser("root", password="kata-sandi-panjang"))
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    places = [f"{model._meta.app_label}/{model._meta.model_name}/" for model in admin.site._registry]
    for place in ["", "password_change/", *places, *[f"{place}add/" for place in places]]:
        answer = page.goto(f"{live_server.url}/admin/{place}")
        assert answer.status in (200, 403), place
        assert "/admin/login/" not in page.url
    assert refused == []
