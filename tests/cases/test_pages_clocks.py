"""Due times explain themselves wherever they stand, and the office's own time stands apart from waiting."""

import html

import pytest

from tests.cases.front_door import Desk
from tests.cases.story import attempts, done, ordered
from tests.cases.test_verb_roll import in_sessions
from tests.cast import at, make_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


@pytest.fixture
def world(db):
    """A Friday in April, ten minutes before the long break."""
    return make_world(at("2026-04-10 11:20"))


@pytest.fixture
def page(world):
    """`page("sari", case, "langkah/1/")`: what she reads there."""
    return lambda who, case, path="": html.unescape(
        Desk(world, who).text(f"/penanganan/{case.number}/{path}")
    )


def test_the_due_moment_of_a_step_is_counted_before_one_s_eyes(page, world):
    case = world.case()
    told = (
        "15 menit kerja sejak Jumat 11.20; istirahat 11.30–13.00; batas waktu Jumat 13.05. Dihitung lewat "
        "sesudah Senin 13 April 2026 pukul 16.00, akhir hari kerja berikutnya."
    )
    assert told in page("sari", case, "langkah/1/")
    assert f"Terbuka: {told}" in page("sari", case), "beside what to do next"


def test_a_step_that_is_not_the_next_one_says_it_too(page, world):
    case = world.case()
    ordered(world, case)
    text = page("sari", case)
    assert text.count("3 jam kerja sejak Jumat 11.20") == 2, "of steps 4 and 6, each once"
    assert text.count('class="step-counted"') == 1


def test_without_leeway_it_is_not_spoken_of(page, world):
    world.home.grace_next_working_day = False
    world.home.save()
    assert "Dihitung lewat" not in page("sari", world.case(), "langkah/1/")


def test_a_hold_that_moved_it_is_named(page, world):
    case = world.case()
    world.wait(minutes=5)
    done(world, case, "dewi", lambda w: w.put_on_hold("Listrik padam"))
    world.now = at("2026-04-13 08:00")
    done(world, case, "dewi", lambda w: w.resume())
    assert (
        "batas waktu Jumat 13.05. Ditunda Jumat 10 April 2026 pukul 11.25 sampai Senin 13 April 2026 pukul "
        "08.00: bergeser 4 jam 5 menit kerja menjadi Senin 13 April 2026 pukul 08.10."
    ) in page("sari", case, "langkah/1/")
    term = (
        "2 minggu sejak Jumat 10 April 2026 pukul 11.20; batas waktu Jumat 24 April 2026 pukul 11.20. "
        "Ditunda Jumat 10 April 2026 pukul 11.25 sampai Senin 13 April 2026 pukul 08.00: bergeser 2 hari 20 "
        "jam 35 menit kalender menjadi Senin 27 April 2026 pukul 07.55."
    )
    assert term in page("sari", case)


def test_minutes_used_before_a_return_are_spoken_of(page, world):
    case = world.case()
    ordered(world, case)
    world.wait(minutes=10)
    world.file(case, "Surat Terlantar")
    done(world, case, "sari", lambda w: w.finish("4"))
    done(world, case, "dewi", lambda w: w.reopen_step("4", "Salah surat"))
    used = attempts(case, "4")[1].used_minutes
    told = f"sisa dari 3 jam kerja sesudah {used} menit terpakai: 2 jam 50 menit kerja sejak Jumat"
    assert told in page("sari", case, "langkah/4/")


def test_the_office_s_own_time_stands_apart_from_waiting(page, world):
    case = world.case()
    world.now = at("2026-04-13 08:00")
    ordered(world, case)
    world.wait(minutes=30)
    asked = done(world, case, "sari", lambda w: w.wait("4", "Polresta", world.now))
    world.wait(minutes=45)
    so_far = "Sejauh ini 30 menit kerja sendiri, 45 menit menunggu pihak lain"
    assert so_far in page("sari", case)
    world.wait(minutes=75)
    done(world, case, "sari", lambda w: w.answered(asked.pk, world.now, "Terbit"))
    world.wait(minutes=15)
    world.file(case, "Surat Terlantar")
    done(world, case, "sari", lambda w: w.finish("4"))
    told = "Terpakai 2 jam 45 menit kerja: 45 menit sendiri, 2 jam menunggu pihak lain"
    assert told in page("sari", case)
    assert told in page("sari", case, "langkah/4/")
    assert "sendiri" not in page("sari", case, "langkah/1/"), "nobody was asked"


def test_a_wait_before_a_reopening_counts_once(page, world):
    case = world.case()
    world.now = at("2026-04-13 08:00")
    ordered(world, case)
    asked = done(world, case, "sari", lambda w: w.wait("4", "Polresta", world.now))
    world.wait(minutes=60)
    done(world, case, "sari", lambda w: w.answered(asked.pk, world.now, "Terbit"))
    world.wait(minutes=30)
    world.file(case, "Surat Terlantar")
    done(world, case, "sari", lambda w: w.finish("4"))
    world.wait(minutes=60)
    done(world, case, "dewi", lambda w: w.reopen_step("4", "Salah surat"))
    world.wait(minutes=10)
    done(world, case, "sari", lambda w: w.finish("4"))
    told = "Terpakai 1 jam 40 menit kerja: 40 menit sendiri, 1 jam menunggu pihak lain"
    assert told in page("sari", case, "langkah/4/")


def test_a_session_says_that_it_is_due_with_its_period(page, world):
    world.now = at("2026-03-02 08:00")
    case = in_sessions(world)
    world.now = at("2026-04-10 08:00")
    told = "Masa sampai 30 April 2026, hari kerja terakhirnya; batas waktu Kamis 30 April 2026 pukul 16.00."
    assert told in page("sari", case)
