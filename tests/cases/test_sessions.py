"""Sessions: one record for the children of many cases; each case shows its own."""

from datetime import date

import pytest

from sopcases.cases import sessions
from sopcases.cases.models import Attendance
from sopcases.cases.walk import roll
from sopcases.people.models import Entry
from sopcases.refusal import NotAllowed, Refused
from tests.cases.story import attempts, children
from tests.cases.test_verb_roll import in_sessions
from tests.cast import at

pytestmark = pytest.mark.django_db
APRIL = date(2026, 4, 1)


@pytest.fixture
def april(world):
    """Two rounds whose children all stand at the April session."""
    cases = [in_sessions(world), in_sessions(world)]
    world.now = at("2026-04-15 10:00")
    roll(world.now)
    return cases


def hold(world, case, by="sari", **facts):
    facts = {"held_at": at("2026-04-15 09:00"), "place": "Aula", "present": set(), "absent": {}} | facts
    return sessions.hold(case.sop, "5", APRIL, world.officer(by), **facts)


def test_children_of_all_cases_come_to_one_session(world, april):
    one, two = (children(case)[0] for case in april)
    standing = sessions.expected(april[0].sop, "5", APRIL, world.officer("sari"))
    assert [s.child_id for s in standing] == [one, two]
    session = hold(world, april[0], present={one}, absent={two: "Sakit"})
    assert list(session.attendance.order_by("id").values_list("child", "status", "reason")) == [
        (one, "present", ""),
        (two, "absent", "Sakit"),
    ]
    assert [case.attendance.count() for case in april] == [1, 1], "a case shows only its own children"
    for case in april:
        attempt = attempts(case, "5")[0]
        assert (attempt.acted_at, attempt.state) == (at("2026-04-15 09:00"), "open"), "the report is to come"
    assert sessions.expected(april[0].sop, "5", APRIL, world.officer("sari")) == []
    assert Entry.objects.filter(verb="session.held").count() == 1


def test_two_groups_meet_on_their_own_and_nobody_is_in_both(world, april):
    one, two = (children(case)[0] for case in april)
    first = hold(world, april[0], present={one}, group="Barat")
    second = hold(world, april[0], present={two}, group="Timur")
    assert first != second
    with pytest.raises(Refused, match="tidak sedang mengikuti"):
        hold(world, april[0], present={one}, group="Timur")


def test_refusals_leave_nothing(world, april):
    one, two = (children(case)[0] for case in april)
    for facts, sentence in (
        ({}, "Tandai"),
        ({"absent": {one: " "}}, "Alasan tidak hadir"),
        ({"present": {one}, "absent": {one: "Sakit"}}, "dua kali"),
        ({"present": {999_999}}, "tidak sedang mengikuti"),
        ({"present": {one, two}, "held_at": at("2026-03-31 09:00")}, "belum tiba"),
        ({"present": {one, two}, "held_at": at("2026-04-16 09:00")}, "masa depan"),
    ):
        with pytest.raises(Refused, match=sentence):
            hold(world, april[0], **facts)
    with pytest.raises(NotAllowed):
        hold(world, april[0], by="rahman", present={one})
    with pytest.raises(Refused, match="tidak sedang mengikuti"):
        hold(world, april[0], by="tono", present={one})
    assert not Attendance.objects.exists()
    assert all(attempts(case, "5")[0].acted_at is None for case in april)
