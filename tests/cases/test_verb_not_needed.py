"""not_needed: a conditional step does not apply, for the case or for chosen children in one act."""

import pytest

from sopcases.refusal import NotAllowed
from tests.cases.story import (
    CLOSED,
    HELD,
    NOT_YOURS,
    attempts,
    children,
    done,
    only,
    ordered,
    outcome,
    refused,
    states,
    verbs,
)

pytestmark = pytest.mark.django_db

WHY = "Masih bersekolah"


def test_for_several_children_in_one_act(world):
    case = world.case("anak-jalanan", by="dewi", children=3)
    one, two, three = children(case)
    done(world, case, "sari", lambda w: w.not_needed("4", WHY, [one, two]))
    found = {a.child_id: (a.state, a.reason) for a in attempts(case, "4")}
    assert found == {one: ("not_needed", WHY), two: ("not_needed", WHY)}
    assert verbs(case)[-2:] == ["step.not_needed"] * 2
    assert three not in found


def test_for_the_case(world):
    case = world.case()
    ordered(world, case)
    done(world, case, "sari", lambda w: w.not_needed("4", "Sudah ada surat dari Polres"))
    assert states(case, "4") == ["not_needed"]
    assert states(case, "5") == ["open"]


def test_who_may(world):
    case = world.case()
    ordered(world, case)
    only(world, case, {"sari", "agus"}, lambda w: w.not_needed("4", WHY), NOT_YOURS)


def test_refusals(world):
    case = world.case("anak-jalanan", by="dewi", children=2)
    one, two = children(case)
    refused(
        world,
        case,
        "sari",
        lambda w: w.not_needed("3", WHY),
        "Langkah ini selalu diperlukan menurut SOP.",
        error=NotAllowed,
    )
    refused(
        world,
        case,
        "sari",
        lambda w: w.not_needed("4", " ", [one]),
        "Sebutkan mengapa langkah ini tidak diperlukan.",
    )
    refused(world, case, "sari", lambda w: w.not_needed("4", WHY), "Pilih paling sedikit satu anak.")
    done(world, case, "sari", lambda w: w.not_needed("4", WHY, [two]))
    refused(
        world,
        case,
        "sari",
        lambda w: w.not_needed("4", WHY, [one, two]),
        "Langkah ini sudah selesai. Muat ulang halaman untuk melihat keadaannya.",
    )
    assert [a.child_id for a in attempts(case, "4")] == [two], "all of the act or nothing"
    done(world, case, "dewi", lambda w: w.leave(one, outcome(case), world.now.date()))
    refused(
        world,
        case,
        "sari",
        lambda w: w.not_needed("4", WHY, [one]),
        "Anak ini tidak lagi dalam penanganan ini.",
    )
    done(world, case, "dewi", lambda w: w.put_on_hold("Libur"))
    refused(world, case, "sari", lambda w: w.not_needed("4", WHY, [two]), HELD, error=NotAllowed)
    done(world, case, "dewi", lambda w: w.stop("Batal", outcome(case)))
    refused(world, case, "sari", lambda w: w.not_needed("4", WHY, [two]), CLOSED, error=NotAllowed)
