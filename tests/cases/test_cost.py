"""What finishing a step costs: the same few queries on a small case and on a grown one.

Counted with the officer's hats already read, as the page's gate has done; a test adds one savepoint and its
release to each count, where the office has BEGIN and COMMIT.
"""

import pytest

from sopcases.cases.walk import walking
from sopcases.sops.models import Stage
from sopcases.sops.parts import parts_for
from tests.cases.story import children, done, ordered
from tests.cases.test_verb_join import on_the_street, papered

pytestmark = pytest.mark.django_db

SAVEPOINT = 2


def grow(world, case, rounds):
    """Attempts, filings, notes, intervals and journal lines, as a long case gathers them."""
    for number in range(rounds):
        world.wait(hours=1)
        world.file(case, "Kartu Keluarga", "sari")
        with world.walk(case, "sari") as walk:
            walk.note(f"Catatan {number}", world.now)
            walk.reopen_step("1", "Laporan diperbarui")
            walk.finish("1")
            asked = walk.wait("5", "Disdukcapil", world.now)
            walk.answered(asked.pk, world.now, "Belum")
        done(world, case, "dewi", lambda w: w.receive("1"))


def ready(world, name):
    officer = world.officer(name)
    assert officer.reach and parts_for(officer).rows
    return officer


@pytest.mark.parametrize(("size", "queries"), [(0, 11), (1, 10), (6, 10)])
def test_a_step_that_opens_the_next(world, size, queries, django_assert_num_queries):
    """The next step is made anew, or, recorded early as in a grown case, written with this one."""
    case = world.case()
    ordered(world, case)
    grow(world, case, size)
    world.file(case, "Surat Terlantar", output="4/surat-terlantar")
    world.wait(minutes=30)
    officer = ready(world, "sari")
    with django_assert_num_queries(queries + SAVEPOINT), walking(case, officer) as walk:
        walk.finish("4")


@pytest.mark.parametrize("count", [1, 3, 12])
def test_a_child_s_step_among_many_children(world, count, django_assert_num_queries):
    case = on_the_street(world, count)
    papered(world, case, children(case))
    done(world, case, "sari", lambda w: w.finish("3"))
    listed = world.paper("Data Anak Melanjutkan Pendidikan", stage=Stage.READY)
    output = case.revision.steps.get(key="4").outputs.get().pk
    done(world, case, "sari", lambda w: w.file(listed, output=output, children=children(case)))
    world.wait(minutes=30)
    officer, first = ready(world, "sari"), children(case)[0]
    with django_assert_num_queries(11 + SAVEPOINT), walking(case, officer) as walk:
        walk.finish("4", first)


@pytest.mark.parametrize("count", [1, 3, 12])
def test_what_opens_for_every_child_goes_in_at_once(world, count, django_assert_num_queries):
    case = on_the_street(world, count)
    papered(world, case, children(case))
    world.wait(minutes=30)
    officer = ready(world, "sari")
    with django_assert_num_queries(13 + SAVEPOINT), walking(case, officer) as walk:
        walk.finish("3")
