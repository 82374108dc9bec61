"""GET and POST of a step under gunicorn beside a bare Django view, both served the same way.

Two workers each, four clients on loopback, in turn; every POST finishes the step of a fresh case. PostgreSQL
only: one case is walked to the step, the others are its copies.
"""

import http.client
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client
from django.utils import timezone

from sopcases.cases.models import Case
from tests.bench import ground, history, timing
from tests.bench.figures import Figure, figure
from tests.cases.story import ordered
from tests.cast import World, make_world

DATABASES = ("postgres",)
WORKERS, CLIENTS, BATCH = 2, 4, 24
MOST = 14
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?')


def measure() -> list[Figure]:
    with ground.fresh() as database, ground.working_on(database):
        batches = 4 if ground.quick() else 12
        world = make_world(timezone.now())
        empty = history.marks()
        case = world.case(event_at=world.now)
        ordered(world, case)
        world.file(case, "Surat Terlantar", output="4/surat-terlantar")
        # Two batches more warm the workers up.
        history.copy(history.Block(empty, history.marks(), 1), BATCH * (batches + 2) + 1)
        history.settle()
        numbers = list(Case.objects.order_by("pk").values_list("number", flat=True))
        cookie = _session(world)
        few = _post_queries(world, numbers.pop())
        with served("tests.bench.settings") as ours, served("tests.bench.bare_settings") as bare:
            rates: dict[int, list[float]] = {ours: [], bare: []}
            for no in range(batches + 2):
                mine = [numbers.pop() for _ in range(BATCH)]
                for port, address in ((ours, "/penanganan/{}/langkah/4/"), (bare, "/penanganan/{}/")):
                    rate = _batch(port, cookie, [address.format(number) for number in mine], world.sari.pk)
                    if no >= 2:
                        rates[port].append(rate)
        mine, plain = timing.p50(rates[ours]), timing.p50(rates[bare])
        return [
            figure("GET + POST of a step under gunicorn", mine, "per s", plain, "reach 0.7"),
            figure("POST of a step: queries", few, "queries", MOST, "beside: reach"),
        ]


def _session(world: World) -> str:
    """Sari at her browser: a session as the login page leaves it."""
    session = SessionStore()
    session[SESSION_KEY] = str(world.sari.pk)
    session[BACKEND_SESSION_KEY] = "sopcases.people.backends.OfficerBackend"
    session[HASH_SESSION_KEY] = world.sari.get_session_auth_hash()
    session["seen"] = session["since"] = int(time.time()) + 60
    session.save()
    return session.session_key


def _post_queries(world: World, number: str) -> int:
    client = Client()
    client.force_login(world.sari)
    url = f"/penanganan/{number}/langkah/4/"
    data = _filled(client.get(url).content.decode(), world.sari.pk)
    return timing.queries(lambda: client.post(url, data))


def _filled(page: str, user: int) -> dict:
    """The page's form as its sender fills it in."""
    moment = timezone.localtime(timezone.now()).strftime("%Y-%m-%dT%H:%M")
    return dict(HIDDEN.findall(page)) | {"acted_at": moment, "acted_by": str(user), "note": "Surat diterima."}


@contextmanager
def served(settings: str) -> Iterator[int]:
    """gunicorn on a free port of loopback; ended at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    from django.db import connection

    name = connection.settings_dict["NAME"]
    url = os.environ["DATABASE_URL"].rsplit("/", 1)[0] + f"/{name}"
    command = [
        *(sys.executable, "-m", "gunicorn", "sopcases.wsgi", "--bind", f"127.0.0.1:{port}"),
        *("--workers", str(WORKERS), "--no-control-socket", "--log-level", "error", "--timeout", "60"),
    ]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": settings, "DATABASE_URL": url}
    server = subprocess.Popen(command, env=environment)
    try:
        _await(port, server)
        yield port
    finally:
        server.terminate()
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            server.kill()


def _await(port: int, server: subprocess.Popen) -> None:
    for _ in range(300):
        if server.poll() is not None:
            raise OSError("gunicorn ended before it answered")
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("gunicorn does not answer")


@dataclass
class Visitor:
    """One client: it reads the page, fills the form in and sends it."""

    port: int
    cookie: str
    user: int

    def finish(self, address: str) -> None:
        headers = {"Cookie": f"sessionid={self.cookie}"}
        status, sent, page = self._ask("GET", address, headers)
        assert status == 200, (address, status)
        token = re.search(r"csrftoken=([^;]+)", sent).group(1)
        headers = {
            "Cookie": f"sessionid={self.cookie}; csrftoken={token}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        status, _, page = self._ask("POST", address, headers, urlencode(_filled(page, self.user)))
        assert status == 302, (address, status, page[-3000:])

    def _ask(self, method: str, address: str, headers: dict, body: str | None = None) -> tuple[int, str, str]:
        server = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        server.request(method, address, body, headers)
        answer = server.getresponse()
        found = answer.status, answer.headers.get("Set-Cookie", ""), answer.read().decode()
        server.close()
        return found


def _batch(port: int, cookie: str, addresses: list[str], user: int) -> float:
    """How many GET + POST a second."""
    visitor = Visitor(port, cookie, user)
    start = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(visitor.finish, addresses))
    return len(addresses) / (time.perf_counter() - start)
