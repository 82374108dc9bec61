"""follow: the statements of several children are left to follow in one act, with one reason and one day."""

from datetime import timedelta

import pytest

from sopcases.cases.models import Waiver
from sopcases.cases.walk import Leave
from sopcases.refusal import NotAllowed
from tests.cases.families import follow, sign, told, two_families
from tests.cases.story import HELD, children, done, only, outcome, refused, verbs
from tests.cases.test_verb_join import on_the_street
from tests.cases.test_verb_sign import cost, lacking

pytestmark = pytest.mark.django_db
WHY = "Ibunya bekerja di luar kota."


def in_days(world, days=7):
    return world.now.date() + timedelta(days=days)


def test_several_follow_in_one_act_and_one_by_one_they_come(world):
    case, ids, mother, _ = two_families(world)
    found = done(world, case, "dewi", follow([ids[1], ids[0], ids[3]], WHY, in_days(world)))
    assert [(w.child_id, w.reason, w.until, w.by, w.acting_title, w.stage) for w in found] == [
        (child, WHY, in_days(world), world.dewi, "Kasi", 30) for child in (ids[0], ids[1], ids[3])
    ]
    assert lacking(world, case) == ids[2:3], "the others hold nothing up"
    assert verbs(case)[-3:] == ["paper.waived"] * 3
    assert [c.follows for c in told(world, case).charges] == [True, True, False, True]
    world.wait(days=2)
    done(world, case, "sari", sign(world, mother, ids[:2]))
    assert [w.settled_at for w in Waiver.objects.order_by("id")] == [world.now, world.now, None]
    assert [c.awaited for c in told(world, case).charges] == [False, False, True, True]


def test_a_child_who_left_is_told_of_while_something_is_to_follow(world):
    case, ids, mother, _ = two_families(world)
    done(world, case, "dewi", follow(ids[:1], WHY, in_days(world)))
    for child in ids:
        done(world, case, "sari", lambda w, c=child: w.leave(c, outcome(case), world.now.date()))
    done(world, case, "dewi", lambda w: w.close())
    assert [c.child.pk for c in told(world, case).charges] == ids[:1]
    done(world, case, "sari", sign(world, mother, ids[:1]))
    assert not told(world, case).awaited, "papers are filed after closing too"


def test_what_is_refused(world):
    case, ids, mother, _ = two_families(world)
    done(world, case, "sari", sign(world, mother, ids[:1]))
    done(world, case, "dewi", follow(ids[3:], WHY, in_days(world)))
    for act, sentence in (
        (follow([], WHY, in_days(world)), "Tandai paling sedikit satu anak."),
        (follow(ids[1:2], WHY), "Isi tanggal paling lambat."),
        (follow(ids[1:2], WHY, in_days(world, -1)), "Tanggal menyusul tidak boleh sudah lewat."),
        (follow(ids[1:2], " ", in_days(world)), "Sebutkan mengapa dokumen ini menyusul."),
        (
            follow([ids[0], ids[1], ids[3]], WHY, in_days(world)),
            "Pernyataan untuk A. 0. dan A. 3. sudah ada atau sudah dicatat menyusul. "
            "Hapus tandanya, lalu kirim lagi.",
        ),
        (
            follow([10**6], WHY, in_days(world)),
            "Dokumen ini tidak sedang ditunggu pada langkah ini.",
        ),
    ):
        refused(world, case, "dewi", act, sentence)
    twice = [Leave(world.kind("Surat Pernyataan").pk, WHY, in_days(world), ids[1])] * 2
    refused(
        world,
        case,
        "dewi",
        lambda w: w.waive_all("3", twice),
        "Dokumen ini sudah dicatat menyusul; lengkapi itu dahulu.",
    )
    refused(world, case, "dewi", lambda w: w.waive_all("3", []), "Pilih paling sedikit satu anak.")


def test_who_may_and_when(world):
    case, ids, _, _ = two_families(world)
    why = "Hanya atasan yang berwenang yang dapat mengizinkan kelengkapan menyusul."
    only(world, case, {"dewi", "rahman", "budi"}, follow(ids[:2], WHY, in_days(world)), why)
    done(world, case, "dewi", lambda w: w.put_on_hold("Banjir"))
    refused(world, case, "dewi", follow(ids[:2], WHY, in_days(world)), HELD, NotAllowed)


@pytest.mark.parametrize("count", [1, 3, 30])
def test_it_costs_as_many_queries_for_thirty_as_for_one(world, count):
    case = on_the_street(world, count)
    ids = children(case)
    assert cost(lambda: done(world, case, "dewi", follow(ids, WHY, in_days(world)))) == 14
