"""The test environment: one settings file, test keys, SQLite in a file or the PostgreSQL of DATABASE_URL.

Runs before Django is set up (pyproject.toml names no settings module for that reason).
"""

import atexit
import os
import shutil
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = "/usr/bin/chromium"

if "SOPCASES_TEST_FOLDER" not in os.environ:  # xdist's workers inherit the folder of their controller
    os.environ["SOPCASES_TEST_FOLDER"] = tempfile.mkdtemp(prefix="sopcases-tests-")
    atexit.register(shutil.rmtree, os.environ["SOPCASES_TEST_FOLDER"], ignore_errors=True)
FOLDER = Path(os.environ["SOPCASES_TEST_FOLDER"]) / os.environ.get("PYTEST_XDIST_WORKER", "main")
FOLDER.mkdir(exist_ok=True)

# Only DATABASE_URL may come from outside; a developer's own switches must not change a result.
for switch in ("DEBUG", "DEMO", "CACHE_URL", "EMAIL_URL", "SESSION_IDLE_MINUTES", "SESSION_ABSOLUTE_HOURS"):
    os.environ.pop(switch, None)
os.environ |= {
    "DJANGO_SETTINGS_MODULE": "sopcases.settings",
    "DJANGO_ALLOW_ASYNC_UNSAFE": "true",  # Playwright's loop runs in the thread that also asks the database
    "ENV_FILE": os.devnull,
    "HTTPS": "false",
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "SECRET_KEY": "tests: 7Kq9vXw2LmRz4TyB8nHc5JdF3gPsA6uE1oWiZxVbNqMlKj",
    "NIK_ENCRYPTION_KEYS": "c29wY2FzZXMtdGVzdHMtb25seS0wMTIzNDU2Nzg5YWI=",
    "NIK_INDEX_KEY": "tests: aQ3sW5dE7fR9gT1hY2jU4kI6lO8zP0xCvBnM",
    "MEDIA_ROOT": str(FOLDER / "media"),
    "CONN_MAX_AGE": "0",
    "LOG_LEVEL": "WARNING",
}
os.environ.setdefault("DATABASE_URL", f"sqlite:///{FOLDER / 'sopcases.sqlite3'}")

from django.conf import settings  # noqa: E402 - the environment comes first

# An xdist worker inherits DJANGO_SETTINGS_MODULE, so its settings were read before this file: with the folder
# of its controller, where the files of all workers would mix.
settings.MEDIA_ROOT = os.environ["MEDIA_ROOT"]
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = True
database = settings.DATABASES["default"]
if database["ENGINE"].endswith("sqlite3"):
    # A file, not memory: the browser tests' server reads it from threads of its own.
    database.setdefault("TEST", {})["NAME"] = str(FOLDER / "tests.sqlite3")


class Undefined(str):
    """What Django prints for an undefined variable: here, a failure, if the template is ours."""

    def __contains__(self, part: object) -> bool:
        return part == "%s"

    def __mod__(self, variable: object) -> str:
        frame = sys._getframe(1)
        while frame:
            origin = getattr(frame.f_locals.get("self"), "origin", None)
            if name := getattr(origin, "name", None):
                if Path(name).is_relative_to(ROOT / "templates"):
                    raise AssertionError(f"undefined variable {variable} in {name}")
                return ""
            frame = frame.f_back
        return ""


settings.TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = Undefined("undefined")

hypothesis_settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
hypothesis_settings.register_profile("here", deadline=None)
hypothesis_settings.load_profile("ci" if os.environ.get("CI") else "here")


@pytest.hookimpl(wrapper=True, tryfirst=True)  # the marks before pytest deselects by them
def pytest_collection_modifyitems(items: list[pytest.Item]):
    """Whatever drives a browser is marked, so that `make test-fast` leaves it out, and comes last.

    Playwright leaves its event loop running in the thread of the tests, where pyHanko cannot then start one.
    """
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
    yield
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(autouse=True, scope="session")
def flush_lifts_the_guards():
    """The database refuses to empty the journal and sealed SOPs; tests that commit may, at their end only."""
    from django.test import TransactionTestCase

    from sopcases.cases.models import carrying
    from sopcases.desk.models import evaluation
    from sopcases.people import journal
    from sopcases.sops import revising

    teardown = TransactionTestCase._fixture_teardown

    def lifted(self: TransactionTestCase) -> None:
        with ExitStack() as stack:
            for guard in (journal.GUARD, revising, *carrying.GUARDS, *evaluation.GUARDS):
                stack.enter_context(guard.lifted())
            teardown(self)

    TransactionTestCase._fixture_teardown = lifted
    yield
    TransactionTestCase._fixture_teardown = teardown


@pytest.fixture(autouse=True)
def clean_cache():
    """No test inherits what another kept."""
    from django.core.cache import cache

    cache.clear()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    """Debian's Chromium, quiet and offline."""
    flags = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    flags += " --disable-component-update --disable-sync"
    return browser_type_launch_args | {"executable_path": CHROMIUM, "args": flags.split()}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict) -> dict:
    """An Indonesian office's browser."""
    return browser_context_args | {"locale": "id-ID", "timezone_id": "Asia/Jakarta"}


@pytest.fixture(autouse=True)
def fresh_plans():
    """A rolled-back revision may come again under the same id: its plan must be read anew."""
    from sopcases.sops import plans

    plans._sealed.cache_clear()


@pytest.fixture
def world(db):
    """The two given agencies, the three given SOPs, and the cast (see tests/cast.py)."""
    from tests.cast import make_world

    return make_world()


@pytest.fixture
def frozen(world, monkeypatch) -> None:
    """Behind the front door it is the world's moment too."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: world.now)


@pytest.fixture
def lina(world):
    """A second Peksos."""
    from sopcases.people.models import Position
    from tests.cast import appoint, make_user

    peksos = Position.objects.get(agency=world.home, name="Peksos")
    world.users["lina"] = appoint(make_user(world.home, "lina", "Lina Peksos"), peksos)
    return world.users["lina"]
