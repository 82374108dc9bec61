"""finish_all: a step per child for several children in one act; who lacks something is kept back by name."""

from datetime import timedelta

import pytest

from sopcases.cases.models import Attempt
from sopcases.cases.walk import walking
from sopcases.refusal import NotAllowed
from sopcases.sops.models import Stage
from sopcases.sops.parts import parts_for
from tests.cases.story import CLOSED, HELD, NOT_YOURS, children, done, only, outcome, refused, states
from tests.cases.test_verb_join import on_the_street, papered

pytestmark = pytest.mark.django_db


def at_the_step(world, count=3):
    """Anak Jalanan at step 4, which is open for so many children."""
    case = on_the_street(world, count)
    papered(world, case, children(case))
    done(world, case, "sari", lambda w: w.finish("3"))
    assert states(case, "4") == ["open"] * count
    return case


def listed(world, case, ids):
    """The list of step 4 filed for these children."""
    paper = world.paper("Data Anak Melanjutkan Pendidikan", stage=Stage.READY)
    done(world, case, "sari", lambda w: w.file(paper, output=world.output(w, "4/data"), children=ids))


def finish(world, ids, **more):
    facts = {"acted_at": world.now, "acted_by": [world.sari], "note": "Diantar", **more}
    return lambda w: w.finish_all("4", ids, **facts)


def test_several_are_through_in_one_act(world):
    case = at_the_step(world)
    ids = children(case)
    listed(world, case, ids)
    assert done(world, case, "sari", finish(world, [ids[1], ids[0], ids[1]])) == {}
    found = {a.child_id: a for a in case.attempts.filter(step__key="4")}
    assert [found[c].state for c in ids] == ["done", "done", "open"]
    assert found[ids[0]].note == "Diantar" and list(found[ids[0]].acted_by.all()) == [world.sari]


def test_who_lacks_something_is_kept_back_by_name_and_the_others_are_through(world):
    case = at_the_step(world)
    one, two, three = children(case)
    listed(world, case, [one, three])
    why = "belum lengkap: Keluaran “Data Anak Melanjutkan Pendidikan” belum ada."
    kept = done(world, case, "sari", finish(world, [one, two, three]))
    assert kept == {two: [why]}
    found = {a.child_id: a for a in case.attempts.filter(step__key="4")}
    assert [found[c].state for c in (one, two, three)] == ["done", "open", "done"]
    assert (found[two].acted_at, found[two].note) == (None, ""), "nothing of him was touched"
    refused(world, case, "sari", finish(world, [two]), f"A. 1. {why}")
    refused(world, case, "sari", finish(world, [one, two]), "A. 0. sudah selesai pada langkah ini.")


def test_who_may(world):
    case = at_the_step(world)
    listed(world, case, children(case))
    only(world, case, {"sari", "agus"}, finish(world, children(case)), NOT_YOURS)


def test_refusals(world):
    case = at_the_step(world)
    one, two, three = children(case)
    listed(world, case, [one, two])
    refused(world, case, "sari", finish(world, []), "Pilih paling sedikit satu anak.")
    refused(world, case, "sari", finish(world, [0]), "Anak tidak lagi dalam penanganan ini.")
    later = finish(world, [one, two], acted_at=world.now + timedelta(minutes=1))
    refused(world, case, "sari", later, "Waktu pelaksanaan tidak boleh di masa depan.")
    nobody = finish(world, [one, two], acted_by=[world.dewi])
    refused(
        world,
        case,
        "sari",
        nobody,
        "Sebutkan pelaksananya: paling sedikit satu orang yang menjabat pelaksana langkah ini.",
    )
    refused(
        world,
        case,
        "sari",
        lambda w: w.finish_all("3", [one], acted_at=world.now, acted_by=[world.sari]),
        "Langkah ini tidak dicatat sekaligus untuk beberapa anak.",
    )
    done(world, case, "sari", lambda w: w.leave(three, outcome(case), world.now.date()))
    refused(world, case, "sari", finish(world, [three]), "A. 2. tidak lagi dalam penanganan ini.")
    done(world, case, "dewi", lambda w: w.put_on_hold("Libur"))
    refused(world, case, "sari", finish(world, [one]), HELD, NotAllowed)
    done(world, case, "dewi", lambda w: w.stop("Batal", outcome(case)))
    refused(world, case, "sari", finish(world, [one]), CLOSED, NotAllowed)


def test_before_its_turn_it_is_told_child_by_child(world):
    case = on_the_street(world, 2)
    ids = children(case)
    refused(world, case, "sari", finish(world, ids), "A. 0. belum sampai pada langkah ini.")


@pytest.mark.parametrize("count", [3, 12])
def test_the_same_few_queries_for_any_number(world, count, django_assert_num_queries):
    case = at_the_step(world, count)
    listed(world, case, children(case))
    officer = world.officer("sari")
    assert officer.reach and parts_for(officer).rows
    with django_assert_num_queries(14), walking(case, officer) as walk:
        assert walk.finish_all("4", children(case), acted_at=world.now, acted_by=[world.sari]) == {}
    assert set(case.attempts.filter(step__key="4").values_list("state", flat=True)) == {Attempt.State.DONE}
