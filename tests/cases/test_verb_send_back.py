"""send_back and paper_returned: the steps from there up to the returning one are walked again."""

from datetime import timedelta

import pytest

from sopcases.refusal import NotAllowed
from sopcases.sops.models import Stage
from tests.cases.story import (
    CLOSED,
    HELD,
    NOT_YOURS,
    attempts,
    coordinated,
    done,
    only,
    outcome,
    proposed,
    refused,
    reported,
    signed,
    states,
    verbs,
)

pytestmark = pytest.mark.django_db

SENTENCE = "Nama bayi pada SPT belum benar"


def returned(world, case, spt, by="rahman"):
    with world.walk(case, by) as walk:
        spt.refresh_from_db()
        spt.stage = Stage.NONE
        spt.save()
        walk.paper_returned(spt, SENTENCE)


def test_the_kabid_sends_the_coordination_back(world):
    case = world.case()
    coordinated(world, case)
    world.file(case, "Surat Pengantar", output="8/pengantar", stage=Stage.READY)
    world.file(case, "Akte Kelahiran", output="5/akte")
    done(world, case, "sari", lambda w: w.finish("5"))
    world.wait(minutes=40)
    done(world, case, "rahman", lambda w: w.send_back("8", SENTENCE))
    assert states(case, "7") == ["returned", "open"]
    assert states(case, "8") == ["returned"]
    assert attempts(case, "8")[0].reason == SENTENCE
    assert attempts(case, "8")[0].worked_minutes == 40
    for key in ("1", "2", "3", "4", "5", "6"):
        assert states(case, key) == ["done"], "acts done meanwhile elsewhere stand"
    assert verbs(case)[-1] == "step.returned"


def test_new_attempts_inherit_filings_and_minutes(world):
    case = world.case()
    coordinated(world, case)
    world.file(case, "Surat Pengantar", output="8/pengantar", stage=Stage.READY)
    world.wait(minutes=40)
    done(world, case, "rahman", lambda w: w.send_back("8", SENTENCE))
    seventh = attempts(case, "7")[1]
    assert (seventh.no, seventh.used_minutes) == (2, attempts(case, "7")[0].worked_minutes)
    assert [f.output.key for f in seventh.filings.all()] == ["spt"]
    assert seventh.acted_at is None, "it is to be done again"
    world.wait(minutes=5)
    done(world, case, "sari", lambda w: w.finish("7"))
    done(world, case, "dewi", lambda w: w.receive("7"))
    assert states(case, "7") == ["returned", "done"]
    eighth = attempts(case, "8")[1]
    assert (eighth.state, eighth.used_minutes) == ("open", 40)
    assert [f.output.key for f in eighth.filings.all()] == ["pengantar"]
    assert eighth.due_at == eighth.opened_at + timedelta(minutes=20), "1 jam less the 40 minutes used"


def test_who_may(world):
    case = world.case()
    coordinated(world, case)
    only(world, case, {"rahman", "dewi", "budi"}, lambda w: w.send_back("8", SENTENCE), NOT_YOURS)


def test_refusals(world):
    case = world.case()
    not_open = "Langkah ini tidak sedang berjalan."
    refused(world, case, "rahman", lambda w: w.send_back("8", SENTENCE), not_open)
    coordinated(world, case)
    refused(world, case, "rahman", lambda w: w.send_back("8", "  "), "Sebutkan alasan pengembalian.")
    refused(world, case, "sari", lambda w: w.send_back("4", SENTENCE), not_open, error=NotAllowed)
    refused(
        world,
        case,
        "sari",
        lambda w: w.send_back("5", SENTENCE),
        "SOP tidak menyebut langkah tujuan pengembalian.",
        error=NotAllowed,
    )
    done(world, case, "dewi", lambda w: w.put_on_hold("Libur"))
    refused(world, case, "rahman", lambda w: w.send_back("8", SENTENCE), HELD, error=NotAllowed)
    done(world, case, "dewi", lambda w: w.stop("Batal", outcome(case)))
    refused(world, case, "rahman", lambda w: w.send_back("8", SENTENCE), not_open)
    refused(world, case, "rahman", lambda w: w.send_back("7", SENTENCE), CLOSED, error=NotAllowed)


# --- an approver returns the letter


def test_the_returned_letter_goes_back_to_the_step_that_drafts_it(world):
    case = world.case()
    reported(world, case)
    spt = proposed(world, case)
    world.wait(minutes=10)
    returned(world, case, spt)
    assert states(case, "2") == ["returned", "open"]
    assert states(case, "3") == ["returned"]
    world.wait(minutes=10)
    world.advance_paper(case, spt, Stage.DRAFT, "agus")
    assert states(case, "2") == ["returned", "done"], "it counts again only when proposed again"
    assert states(case, "3") == ["returned", "open"]
    signed(world, case, spt)
    assert states(case, "3") == ["returned", "done"]
    assert attempts(case, "3")[1].worked_minutes == 10


def test_the_second_spt_returns_to_seven_and_police_and_hospital_stand(world):
    case = world.case()
    _, spt = coordinated(world, case)
    returned(world, case, spt)
    assert states(case, "7") == ["returned", "open"]
    assert states(case, "8") == ["returned"]
    assert states(case, "4") == states(case, "6") == ["done"]


def test_a_letter_that_no_step_waits_for_returns_nothing(world):
    case = world.case()
    spt = world.file(case, "Surat Perintah Tugas", "agus", stage=Stage.DRAFT)
    returned(world, case, spt)
    assert states(case, "1") == ["open"]
    assert "step.returned" not in verbs(case)
