"""The counts of every page: the kept statement says what a fresh one would, and is written only once."""

import pytest
from django.db.models.lookups import In

from sopcases.desk import counting
from sopcases.desk.inbox import CAP, Inbox
from sopcases.letters.models import Letter
from sopcases.letters.states import WAITING
from sopcases.people.models import Appointment, Position
from tests.cast import appoint, make_user

pytestmark = pytest.mark.django_db

CAST = ["sari", "dewi", "rahman", "budi", "rina", "agus", "tono"]
MOST = CAP + 1


@pytest.fixture(autouse=True)
def _nothing_kept():
    counting._statements.clear()


def kept(officer):
    """The statement that `waiting` uses for the officer, with the moment put in."""
    sql, values = counting._statements[counting._depends_on(officer), MOST]
    moment = counting._as_parameter(officer.at)
    return sql, tuple(moment if value is counting.MOMENT else value for value in values)


def fresh(officer):
    """The statement as it would be written for the officer now."""
    sql, values = counting._written(officer, MOST)
    moment = counting._as_parameter(officer.at)
    return sql, tuple(moment if value is counting.MOMENT else value for value in values)


def test_later_the_same_day_the_kept_statement_is_the_one_written_anew(world, report, spt):
    spt(report(world.case()))
    for name in CAST:
        counting.waiting(world.officer(name), MOST)
    world.wait(hours=3)
    moments = 0
    for name in CAST:
        officer = world.officer(name)
        assert kept(officer) == fresh(officer), name
        moments += fresh(officer)[1].count(counting._as_parameter(officer.at))
    assert moments > 0


def test_a_term_that_ends_during_the_day_is_counted_by_the_kept_statement(world):
    case = world.case()
    counting.waiting(world.officer("dewi"), MOST)
    before = Inbox(world.officer("dewi")).todo
    type(case).objects.filter(pk=case.pk).update(term_due_at=world.now)
    world.wait(hours=1)
    assert len(counting._statements) == 1
    assert Inbox(world.officer("dewi")).todo == str(int(before or 0) + 1)


def test_a_hat_more_or_another_day_is_another_statement(world):
    counting.waiting(world.officer("sari"), MOST)
    appoint(world.users["sari"], Position.objects.get(agency=world.home, name="Kasi"))
    assert counting._depends_on(world.officer("sari")) not in {key for key, _ in counting._statements}
    world.wait(days=1)
    counting.waiting(world.officer("sari"), MOST)
    assert len(counting._statements) == 2


def test_a_post_that_becomes_a_partners_is_another_statement(world):
    """Another's goal is then taken by fewer of its holders: it may come to who leads the case."""
    dewi = world.officer("dewi")
    counting.waiting(dewi, MOST)
    Position.objects.filter(agency=world.home, name="Peksos").update(external=True)
    later = world.officer("dewi")
    assert fresh(later) != fresh(dewi)
    counting.waiting(later, MOST)
    assert kept(later) == fresh(later)


def test_another_absent_for_whom_a_plh_stands_in_is_another_statement(world):
    """Dewi's own authority stays; whose assignments Lina speaks for changes."""
    peksos = Position.objects.get(agency=world.home, name="Peksos")
    lina, rani = (appoint(make_user(world.home, name, name), peksos) for name in ("lina", "rani"))
    day = world.now.date()
    appoint(world.agus, peksos, "plh", first=day, last=day)
    plh = Appointment.objects.filter(user=world.agus, kind="plh")
    written = []
    for absent in (lina, rani):
        plh.update(stands_in_for=absent)
        officer = world.officer("dewi")
        counting.waiting(officer, MOST)
        assert kept(officer) == fresh(officer)
        written.append(fresh(officer))
    assert written[0] != written[1]


def test_a_process_keeps_so_many_and_no_more(world, monkeypatch):
    monkeypatch.setattr(counting, "KEPT", 2)
    for name in CAST:
        counting.waiting(world.officer(name), MOST)
    assert len(counting._statements) <= 2


def test_the_index_of_waiting_letters_is_seen_to_cover_what_waits(world):
    """Left to prove it by every way a letter may wait, PostgreSQL plans for fifty milliseconds a page."""
    asked = Letter.objects.waiting_for(world.officer("sari")).query.where.children
    states = [set(one.rhs) for one in asked if isinstance(one, In) and one.lhs.target.name == "state"]
    assert states == [set(WAITING)]
