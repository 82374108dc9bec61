"""Numbers of outgoing letters per second with four writers, beside a bare counter row taken the same way."""

import os
import subprocess
import sys

from django.db import connection

from sopcases.letters.models import Number, Series
from sopcases.people.models import Agency, User
from tests.bench import ground, timing
from tests.bench.figures import Figure, figure

DATABASES = ("sqlite", "postgres")
WRITERS = 4

WRITER = """
import sys, django, time
django.setup()
from datetime import datetime, timezone
from django.db import transaction
from django.db.models import F
from sopcases.letters import register
from sopcases.letters.models import Counter, Series
from sopcases.people.authority import Officer
from sopcases.people.models import User

how, series_id, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
series = Series.objects.get(pk=series_id)
by = Officer(User.objects.select_related("agency").get(), datetime(2026, 3, 2, tzinfo=timezone.utc))
sys.stdout.write("x")
sys.stdout.flush()
sys.stdin.read(1)
start = time.perf_counter()
for _ in range(count):
    with transaction.atomic():
        if how == "ours":
            register.take(series, 2026, by)
        else:
            row = Counter.objects.select_for_update().get(series=series, year=2026)
            Counter.objects.filter(pk=row.pk).update(last=F("last") + 1)
print(time.perf_counter() - start)
"""


def measure() -> list[Figure]:
    with ground.fresh() as database, ground.working_on(database):
        office = Agency.objects.create(slug="kantor", name="Dinas Sosial", city="Kota")
        User.objects.create_user("agus", name="Agus", agency=office)
        count, rounds = (50, 2) if ground.quick() else (200, 5)
        rates: dict[str, list[float]] = {"ours": [], "bare": []}
        for no in range(rounds):
            for how in ("ours", "bare") if no % 2 else ("bare", "ours"):
                series = Series.objects.create(agency=office, name=f"{how} {no}", unit="5.6.04")
                series.counters.create(year=2026)
                rates[how].append(_rate(how, series, count))
        taken = Number.objects.values_list("series", "seq")
        assert len(set(taken)) == len(taken) == WRITERS * count * rounds, "no gap, no double"
        mine, plain = timing.p50(rates["ours"]), timing.p50(rates["bare"])
        return [
            figure(f"numbers with {WRITERS} writers", mine, "per s", plain, "beside: a bare counter; 0.5")
        ]


def _rate(how: str, series: Series, count: int) -> float:
    """Numbers a second of all writers together, each a process of its own; they begin at once."""
    url = os.environ["DATABASE_URL"]
    if ground.postgres():
        url = f"{url.rsplit('/', 1)[0]}/{connection.settings_dict['NAME']}"
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, how, str(series.pk), str(count)],
            env=os.environ | {"DATABASE_URL": url},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(WRITERS)
    ]
    for writer in writers:
        assert writer.stdout.read(1) == "x"
    for writer in writers:
        writer.stdin.write("x")
        writer.stdin.flush()
    took = [float(writer.communicate()[0]) for writer in writers]
    return WRITERS * count / max(took)
