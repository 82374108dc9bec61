"""receive: where somebody receives, the step is done when his receipt and the outputs are both in."""

import pytest

from sopcases.refusal import NotAllowed
from sopcases.sops.models import Stage
from tests.cases.story import (
    CLOSED,
    attempts,
    done,
    last_line,
    only,
    ordered,
    outcome,
    proposed,
    refused,
    states,
    verbs,
)

pytestmark = pytest.mark.django_db

NOTHING = "Belum ada yang diserahkan untuk diterima."


def handed(world):
    case = world.case()
    world.file(case, "Laporan Sosial", stage=Stage.READY)
    done(world, case, "sari", lambda w: w.finish("1"))
    return case


def test_the_receipt_finishes_the_step(world):
    case = handed(world)
    assert states(case, "1") == ["open"]
    assert verbs(case)[-1] == "step.handed"
    world.wait(minutes=20)
    done(world, case, "dewi", lambda w: w.receive("1"))
    attempt = attempts(case, "1")[0]
    assert attempt.state == "done"
    assert (attempt.received_at, attempt.received_by, attempt.received_title) == (
        world.now,
        world.dewi,
        "Kasi",
    )
    assert attempt.worked_minutes == 20, "the clock runs until the receipt"
    assert verbs(case)[-2:] == ["step.received", "step.done"]
    assert states(case, "2") == ["open"]


def test_only_the_receiver(world):
    case = handed(world)
    only(
        world,
        case,
        {"dewi"},
        lambda w: w.receive("1"),
        "Hanya penerima pada langkah ini yang dapat menerimanya.",
    )


def test_nothing_to_receive(world):
    case = world.case()
    refused(world, case, "dewi", lambda w: w.receive("1"), NOTHING, error=NotAllowed)
    refused(world, case, "dewi", lambda w: w.receive("7"), NOTHING)


def test_not_twice_and_not_where_nobody_receives(world):
    case = handed(world)
    done(world, case, "dewi", lambda w: w.receive("1"))
    refused(world, case, "dewi", lambda w: w.receive("1"), "Sudah diterima.", error=NotAllowed)
    refused(
        world,
        case,
        "dewi",
        lambda w: w.receive("2"),
        "Langkah ini tidak memerlukan tanda terima.",
        error=NotAllowed,
    )


def test_the_outputs_must_be_in_too(world):
    """Bayi 7: received, but the SPT is still to be drafted; the proposal then finishes it."""
    case = world.case()
    ordered(world, case)
    world.file(case, "Surat Terlantar")
    world.file(case, "Laporan Kondisi Kesehatan")
    done(world, case, "sari", lambda w: w.finish("4"))
    done(world, case, "sari", lambda w: w.finish("6"))
    done(world, case, "sari", lambda w: w.finish("7"))
    world.wait(minutes=30)
    done(world, case, "dewi", lambda w: w.receive("7"))
    assert states(case, "7") == ["open"]
    world.wait(minutes=30)
    proposed(world, case, "7/spt")
    assert states(case, "7") == ["done"]


def test_receiving_what_one_records_oneself_is_one_act(world):
    """A Kasi who also acts as Peksos hands over to himself."""
    from sopcases.people.models import Appointment, Position

    case = world.case()
    world.file(case, "Laporan Sosial", stage=Stage.READY)
    Appointment.objects.create(
        user=world.dewi,
        position=Position.objects.get(agency=world.home, name="Peksos"),
        valid_from=world.now.date(),
    )
    done(world, case, "dewi", lambda w: w.finish("1"))
    attempt = attempts(case, "1")[0]
    assert (attempt.state, attempt.acting_title, attempt.received_title) == ("done", "Peksos", "Kasi")
    assert last_line(case).verb == "step.done"


def test_not_on_a_closed_case(world):
    case = handed(world)
    done(world, case, "dewi", lambda w: w.stop("Salah catat", outcome(case, "Data ganda")))
    refused(world, case, "dewi", lambda w: w.receive("1"), NOTHING)


def test_closed_is_said_when_the_step_was_done(world):
    case = handed(world)
    done(world, case, "dewi", lambda w: w.receive("1"))
    done(world, case, "dewi", lambda w: w.stop("Salah catat", outcome(case, "Data ganda")))
    refused(world, case, "dewi", lambda w: w.receive("1"), CLOSED, error=NotAllowed)
