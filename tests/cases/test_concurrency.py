"""Several people at once, each on a connection of his own: one wins, the others are told, no number twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.db import connection, transaction

from sopcases.cases import retiming
from sopcases.cases.models import Attempt, Case, CaseNumber
from sopcases.cases.opening import open_case
from sopcases.cases.walk import roll, walking
from sopcases.people.authority import Machine
from sopcases.people.models import Entry
from sopcases.refusal import Refused
from sopcases.worktime.models import Holiday
from tests.cases.story import attempts, outcome
from tests.cases.test_verb_roll import in_sessions
from tests.cast import at, make_world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db):
    return make_world()


def together(acts: list[Callable[[], object]]) -> list[object]:
    """All acts at the same moment, each in a thread with its own connection; what each answers or refuses."""
    gate = Barrier(len(acts))

    def run(act):
        try:
            gate.wait(timeout=30)
            return act()
        except Refused as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def walker(case: Case, officer, act) -> Callable[[], object]:
    def run():
        with walking(case, officer) as walk:
            return act(walk)

    return run


def split(answers: list[object]) -> tuple[int, list[str]]:
    return (
        sum(not isinstance(a, Refused) for a in answers),
        [s for a in answers if isinstance(a, Refused) for s in a.sentences],
    )


def test_two_finish_the_same_step(world):
    case = world.case()
    world.file(case, "Laporan Sosial")
    with world.walk(case, "sari") as walk:
        walk.finish("1")
    with world.walk(case, "dewi") as walk:
        walk.receive("1")
    petugas = [world.officer("agus") for _ in range(2)]
    world.file(case, "Surat Perintah Tugas", "sari", output="2/spt", stage=10)
    assert [a.state for a in attempts(case, "2")] == ["open"], "proposed by one who does not draft"
    answers = together([walker(case, o, lambda w: w.finish("2")) for o in petugas])
    assert split(answers) == (1, ["Langkah ini sudah selesai. Muat ulang halaman untuk melihat keadaannya."])
    assert Entry.objects.filter(verb="step.done", subject_id=case.pk).count() == 2
    assert [a.state for a in attempts(case, "3")] == ["open"], "opened once"


def test_two_receive_the_same_report(world):
    case = world.case()
    world.file(case, "Laporan Sosial")
    with world.walk(case, "sari") as walk:
        walk.finish("1")
    answers = together([walker(case, world.officer("dewi"), lambda w: w.receive("1")) for _ in range(2)])
    assert split(answers) == (1, ["Sudah diterima."])


def test_two_close_and_one_stops_the_case(world):
    case = world.case(children=0)
    world.wait(days=15)
    acts = [
        walker(case, world.officer("dewi"), lambda w: w.close()),
        walker(case, world.officer("rahman"), lambda w: w.close()),
        walker(case, world.officer("budi"), lambda w: w.stop("Batal", outcome(case))),
    ]
    done, sentences = split(together(acts))
    assert done == 1
    assert set(sentences) == {"Penanganan ini sudah ditutup."}
    assert Entry.objects.filter(verb="case.closed", subject_id=case.pk).count() == 1


def test_the_same_child_joins_once(world):
    case = world.case(children=0)
    child = world.child("Bunga")
    acts = [walker(case, world.officer(n), lambda w: w.join(child)) for n in ("sari", "agus", "dewi")]
    assert split(together(acts)) == (1, ["Anak ini sudah tercatat dalam penanganan ini."] * 2)


def test_eight_open_at_once(world):
    revision = world.revision()
    officers = [world.officer(name) for name in ("sari", "dewi", "rahman", "budi") * 2]

    def opener(officer):
        return lambda: open_case(revision, officer, event_at=world.now, route="temuan").number

    numbers = together([opener(officer) for officer in officers])
    assert sorted(numbers) == [f"BBT-2026-{n:04d}" for n in range(1, 9)]
    assert CaseNumber.objects.get(code="BBT").last == 8


def test_two_runs_of_the_roll(world):
    case = in_sessions(world)
    moment = at("2026-06-02 00:05")
    together([lambda: roll(moment)] * 3)
    assert [a.state for a in attempts(case, "5")] == ["missed", "missed", "open"]
    assert Attempt.objects.filter(case=case, state="open", occurrence__isnull=False).count() == 1
    assert Entry.objects.filter(verb="step.missed", subject_id=case.pk).count() == 2


def test_a_day_off_is_declared_while_officers_act(world):
    """Whatever comes first: no act is lost or doubled, and every open due moment counts the day off."""
    world.now = at("2026-04-13 15:50")
    tuesday = date(2026, 4, 14)
    revision = world.revision()
    cases = [world.case() for _ in range(4)]
    for case in cases:
        world.file(case, "Laporan Sosial")
        with world.walk(case, "sari") as walk:
            walk.finish("1")

    def declare():
        with transaction.atomic():
            Holiday.objects.create(agency=world.home, date=tuesday, name="Hari Jadi", kind="libur_daerah")
            return retiming.retime([world.home.pk], tuesday, Machine(world.now), "hari libur baru")

    acts = [walker(case, world.officer("dewi"), lambda w: w.receive("1")) for case in cases]
    opened = [
        lambda: open_case(revision, world.officer("sari"), event_at=world.now, route="temuan") for _ in cases
    ]
    answers = together([acts[0], opened[0], acts[1], declare, opened[1], acts[2], opened[2], acts[3]])
    assert split(answers) == (8, [])
    assert [world.states(case) for case in cases] == [{"1": "done", "2": "open"}] * 4
    assert Entry.objects.filter(verb="step.done").count() == 4
    assert (
        Entry.objects.filter(verb="case.retimed").values("subject_id").distinct().count() == answers[3].cases
    )
    first = Attempt.objects.filter(step__key="1", state="open")
    assert first.count() == 3
    assert {a.late_at for a in Attempt.objects.filter(state="open")} == {at("2026-04-16 16:00")}
    assert not retiming.weigh([world.home.pk], tuesday, Machine(world.now))
