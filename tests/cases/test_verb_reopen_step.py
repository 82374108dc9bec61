"""reopen_step: one finished step is done anew; the case goes on where it was."""

import pytest

from sopcases.refusal import NotAllowed
from tests.cases.story import (
    CLOSED,
    HELD,
    NOT_YOURS,
    attempts,
    children,
    coordinated,
    copied,
    done,
    only,
    ordered,
    outcome,
    refused,
    states,
    verbs,
)
from tests.cast import at, make_world

pytestmark = pytest.mark.django_db

WHY = "Surat polisi salah nama"


def test_it_is_done_again_and_the_case_goes_on_where_it_was(world):
    case = world.case()
    coordinated(world, case)
    world.wait(minutes=15)
    done(world, case, "sari", lambda w: w.reopen_step("4", WHY))
    first, again = attempts(case, "4")
    assert (first.state, first.reason) == ("reopened", WHY)
    assert (again.state, again.no, again.used_minutes) == ("open", 2, first.worked_minutes)
    assert [f.output.key for f in again.filings.all()] == ["surat-terlantar"]
    assert states(case, "8") == ["open"], "what was open stays open"
    assert states(case, "7") == ["done"]
    assert verbs(case)[-1] == "step.reopened"
    done(world, case, "sari", lambda w: w.finish("4"))
    assert states(case, "4") == ["reopened", "done"]


@pytest.mark.parametrize(
    ("time", "basis", "due"),
    [
        # less the 60 minutes of the first go: nine days end on a Friday, which closes half an hour later
        ("10 hari", "", "2026-04-27 14:30"),
        ("2 minggu", "office", "2026-04-27 14:30"),
        ("2 minggu kerja", "", "2026-04-27 14:30"),
        ("1 bulan kerja", "", "2026-05-13 15:00"),
        ("1 bulan", "office", "2026-05-13 15:00"),
        # by the calendar it runs on
        ("2 minggu", "", "2026-04-27 15:00"),
    ],
)
def test_a_long_standard_is_left_less_the_minutes_used(db, time, basis, due):
    world = make_world(at("2026-04-13 15:00"))
    case = world.case(copied(world, {"4": (time, basis)}))
    ordered(world, case)
    world.file(case, "Surat Terlantar", output="4/surat-terlantar")
    world.wait(minutes=60)
    done(world, case, "sari", lambda w: w.finish("4"))
    done(world, case, "dewi", lambda w: w.reopen_step("4", WHY))
    again = attempts(case, "4")[1]
    assert again.used_minutes == 60
    assert again.due_at == at(due)


def test_who_may(world):
    case = world.case()
    ordered(world, case)
    world.file(case, "Surat Terlantar")
    done(world, case, "sari", lambda w: w.finish("4"))
    able = {"sari", "agus", "dewi", "rahman", "budi"}
    only(world, case, able, lambda w: w.reopen_step("4", WHY), NOT_YOURS)


def test_a_taking_part_alone_is_not_enough(world):
    case = world.case("anak-jalanan", by="dewi", children=0)
    spt = world.file(case, "Surat Perintah Tugas", "agus", output="1/spt", stage=10)
    assert states(case, "1") == ["done"], spt
    refused(world, case, "sari", lambda w: w.reopen_step("1", WHY), NOT_YOURS, error=NotAllowed)


def test_refusals(world):
    case = world.case()
    refused(world, case, "sari", lambda w: w.reopen_step("4", WHY), "Langkah ini belum pernah dikerjakan.")
    ordered(world, case)
    refused(
        world,
        case,
        "sari",
        lambda w: w.reopen_step("4", WHY),
        "Hanya langkah yang sudah selesai yang dapat dibuka kembali.",
        error=NotAllowed,
    )
    refused(
        world,
        case,
        "dewi",
        lambda w: w.reopen_step("3", WHY),
        "Ganti suratnya; langkah ini mengikuti suratnya.",
        error=NotAllowed,
    )
    refused(
        world,
        case,
        "sari",
        lambda w: w.reopen_step("1", " "),
        "Sebutkan mengapa langkah ini dibuka kembali.",
    )
    done(world, case, "dewi", lambda w: w.put_on_hold("Libur"))
    refused(world, case, "sari", lambda w: w.reopen_step("1", WHY), HELD, error=NotAllowed)
    done(world, case, "dewi", lambda w: w.stop("Batal", outcome(case)))
    refused(world, case, "sari", lambda w: w.reopen_step("1", WHY), CLOSED, error=NotAllowed)


def test_not_for_a_child_who_left(world):
    case = world.case("anak-jalanan", by="dewi", children=2)
    gone = children(case)[0]
    done(world, case, "sari", lambda w: w.not_needed("4", "Masih bersekolah", [gone]))
    done(world, case, "dewi", lambda w: w.leave(gone, outcome(case), world.now.date()))
    refused(
        world,
        case,
        "sari",
        lambda w: w.reopen_step("4", WHY, gone),
        "Anak ini tidak lagi dalam penanganan ini.",
        error=NotAllowed,
    )
