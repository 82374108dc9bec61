"""wait, remind, answered: the time an outside party takes is an interval of its own."""

from datetime import timedelta

import pytest

from sopcases.refusal import NotAllowed
from tests.cases.story import CLOSED, HELD, NOT_YOURS, done, only, ordered, outcome, refused, states, verbs

pytestmark = pytest.mark.django_db


def asked(world, case):
    ordered(world, case)
    kind = world.kind("Surat Terlantar").pk
    return done(world, case, "sari", lambda w: w.wait("4", "Polresta", world.now, kind))


def test_asked_reminded_answered(world):
    case = world.case()
    interval = asked(world, case)
    start = world.now
    reminded = world.wait(days=2)
    done(world, case, "agus", lambda w: w.remind(interval.pk, reminded))
    answered = world.wait(days=1)
    done(world, case, "sari", lambda w: w.answered(interval.pk, answered, "Surat terbit"))
    interval.refresh_from_db()
    assert (interval.party, interval.since, interval.until) == ("Polresta", start, answered)
    assert interval.reminded == [reminded.isoformat()]
    assert interval.result == "Surat terbit"
    assert [v for v in verbs(case) if v.startswith("wait.")] == [
        "wait.asked",
        "wait.reminded",
        "wait.answered",
    ]
    assert states(case, "4") == ["open"], "an answer does not finish the step"


def test_finishing_the_step_ends_the_waiting(world):
    case = world.case()
    interval = asked(world, case)
    world.wait(days=1)
    world.file(case, "Surat Terlantar")
    done(world, case, "sari", lambda w: w.finish("4"))
    interval.refresh_from_db()
    assert (interval.until, interval.result) == (world.now, "Langkah selesai")


def test_who_may(world):
    case = world.case()
    ordered(world, case)
    only(world, case, {"sari", "agus"}, lambda w: w.wait("4", "Polresta", world.now), NOT_YOURS)
    refused(world, case, "tono", lambda w: w.wait("4", "Polresta", world.now), STRANGER, error=NotAllowed)


STRANGER = "Penanganan ini tidak dapat Anda buka."


def test_refusals(world):
    case = world.case()
    bounds = "Waktu permintaan harus antara kejadian dan sekarang."
    ordered(world, case)
    before = case.event_at - timedelta(minutes=1)
    later = world.now + timedelta(minutes=1)
    refused(world, case, "sari", lambda w: w.wait("4", "Polresta", before), bounds)
    refused(world, case, "sari", lambda w: w.wait("4", "Polresta", later), bounds)
    refused(world, case, "sari", lambda w: w.wait("4", " ", world.now), "Sebutkan pihak yang diminta.")
    interval = done(world, case, "sari", lambda w: w.wait("4", "Polresta", world.now))
    refused(
        world,
        case,
        "sari",
        lambda w: w.wait("4", "Polsek", world.now),
        "Langkah ini sudah menunggu pihak lain.",
    )
    between = "Waktu harus antara permintaan dan sekarang."
    for when in (interval.since - timedelta(minutes=1), later):
        refused(world, case, "sari", lambda w, when=when: w.remind(interval.pk, when), between)
        refused(world, case, "sari", lambda w, when=when: w.answered(interval.pk, when, "ya"), between)
    refused(world, case, "sari", lambda w: w.answered(interval.pk, world.now, ""), "Sebutkan jawabannya.")
    done(world, case, "sari", lambda w: w.answered(interval.pk, world.now, "Ya"))
    for act in (lambda w: w.remind(interval.pk, world.now), lambda w: w.answered(0, world.now, "Ya")):
        refused(world, case, "sari", act, "Permintaan ini sudah dijawab.")
    done(world, case, "dewi", lambda w: w.put_on_hold("Libur"))
    refused(world, case, "sari", lambda w: w.wait("6", "RSUD", world.now), HELD, error=NotAllowed)
    done(world, case, "dewi", lambda w: w.stop("Batal", outcome(case)))
    refused(world, case, "sari", lambda w: w.wait("6", "RSUD", world.now), CLOSED, error=NotAllowed)


def test_a_hold_is_no_request(world):
    case = world.case()
    interval = done(world, case, "dewi", lambda w: (w.put_on_hold("Libur"), w.hold)[1])
    refused(
        world,
        case,
        "sari",
        lambda w: w.answered(interval.pk, world.now, "Ya"),
        "Permintaan ini sudah dijawab.",
    )
