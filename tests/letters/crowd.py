"""Many processes at once on the real test database, some of them killed before what they took was theirs."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
CROWD = """
import os, signal, sys, django
django.setup()
from datetime import datetime, timezone
from django.db import connection, transaction
from sopcases.people.authority import Officer
from sopcases.people.models import User

takers, killed = map(int, sys.argv[1:3])
exec(sys.argv[3])  # defines take(by)
ready, go = os.pipe()


def child(dies):
    os.close(go)
    os.read(ready, 1)  # all start at once: the parent closes its end
    agus = User.objects.select_related("agency").get(username="agus")
    with transaction.atomic():
        take(Officer(agus, datetime(2026, 3, 2, tzinfo=timezone.utc)))
        if dies:
            os.kill(os.getpid(), signal.SIGKILL)
    connection.close()
    os._exit(0)


pids = []
for number in range(takers + killed):
    pid = os.fork()
    if pid == 0:
        child(number % (takers // killed + 1) == 0)  # the killed stand between the others
    pids.append(pid)
os.close(go)
codes = [os.waitpid(pid, 0)[1] for pid in pids]
sys.exit(0 if sorted(codes) == [0] * takers + [signal.SIGKILL] * killed else str(codes))
"""


def all_take(takers: int, killed: int, take: str) -> None:
    """Each a process with a connection of its own, as the user "agus" on 2 March 2026; more are killed after
    they took and before it was theirs. `take`: the text of a function `take(by)`."""
    done = subprocess.run(
        [sys.executable, "-c", CROWD, str(takers), str(killed), take],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": address(), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr[-2000:]


def address() -> str:
    given = connection.settings_dict
    name = given["NAME"]
    if connection.vendor == "sqlite":
        assert isinstance(name, str) and sqlite3.connect(name), "a file, shared by processes"
        return f"sqlite:///{name}"
    return f"postgres://{given['USER']}:{given['PASSWORD']}@{given['HOST']}:{given['PORT']}/{name}"
