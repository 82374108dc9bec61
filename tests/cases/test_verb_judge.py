"""judge: layak, tidak layak, perlu dilengkapi; tidak layak ends the case for this child."""

from datetime import date

import pytest

from sopcases.cases.opening import open_case
from sopcases.cases.walk import Judged, walking
from sopcases.people.authority import Machine
from sopcases.refusal import NotAllowed
from sopcases.sops import revising, sopfile
from sopcases.sops.models import Stage
from sopcases.sops.parts import parts_for
from tests.cases.story import (
    HELD,
    NOT_YOURS,
    STRANGER,
    attempts,
    children,
    done,
    last_line,
    outcome,
    refused,
    states,
    verbs,
)

pytestmark = pytest.mark.django_db
JUDGED_BY_LETTER = """\
slug: permohonan
name: Permohonan Bantuan
code: PB
opening: child
steps:
- {number: "1", activity: Menilai, performers: [{position: Peksos, part: performs}], verdict: true,
   produces: [{key: spt, paper: Surat Perintah Tugas, stage: draft}]}
- {number: "2", activity: Melapor, performers: [{position: Peksos, part: performs}]}
"""


def proposed(world, count=3):
    """Luar Panti at step 2, so many children proposed."""
    case = world.case("anak-terlantar-luar-panti", by="yuli", children=count)
    world.file(case, "Proposal", "yuli")
    world.file(case, "Data Usulan", "yuli", output="1/data", stage=Stage.READY)
    done(world, case, "yuli", lambda w: w.finish("1", acted_by=[world.tika]))
    return case


def test_each_verdict(world):
    case = proposed(world)
    one, two, three = children(case)
    bad = outcome(case, "Tidak layak")
    done(world, case, "yuli", lambda w: w.judge("2", one, "eligible"))
    done(world, case, "yuli", lambda w: w.judge("2", two, "not_eligible", "Orang tua mampu", bad))
    done(world, case, "yuli", lambda w: w.judge("2", three, "incomplete", "KK belum ada"))
    stays = {s.child_id: s for s in case.children.all()}
    assert stays[one].verdict == "eligible"
    assert (stays[two].verdict, stays[two].outcome, stays[two].left_on) == (
        "not_eligible",
        bad,
        world.now.date(),
    )
    assert (stays[three].verdict, stays[three].verdict_reason) == ("incomplete", "KK belum ada")
    assert last_line(case).data == {"step": "2", "child": three, "verdict": "incomplete"}


def test_the_step_waits_for_every_verdict_but_the_judged_go_on(world):
    case = proposed(world)
    one, two, three = children(case)
    world.file(case, "Laporan Pembinaan/Sosialisasi", "yuli", output="2/laporan", stage=Stage.READY)
    done(world, case, "yuli", lambda w: w.judge("2", one, "eligible"))
    refused(
        world,
        case,
        "yuli",
        lambda w: w.finish("2"),
        "Masih ada 2 anak yang belum dinyatakan layak atau tidak layak.",
    )
    done(world, case, "yuli", lambda w: w.record("2"))
    done(world, case, "yuli", lambda w: w.judge("2", two, "incomplete", "KK belum ada"))
    assert [a.child_id for a in attempts(case, "3")] == [one], "he does not wait for the others"
    done(
        world,
        case,
        "yuli",
        lambda w: w.judge("2", three, "not_eligible", "Mampu", outcome(case, "Tidak layak")),
    )
    done(world, case, "yuli", lambda w: w.judge("2", two, "eligible"))
    done(world, case, "yuli", lambda w: w.finish("2"))
    assert sorted(a.child_id for a in attempts(case, "3")) == [one, two], "later steps count the others"


def test_who_may(world):
    case = proposed(world)
    one = children(case)[0]
    for name in ("hadi", "wati"):
        refused(world, case, name, lambda w: w.judge("2", one, "eligible"), NOT_YOURS, error=NotAllowed)
    for name in ("sari", "budi", "camat", "tika"):
        refused(world, case, name, lambda w: w.judge("2", one, "eligible"), STRANGER, error=NotAllowed)
    done(world, case, "joko", lambda w: w.judge("2", one, "eligible"))


def test_refusals(world):
    case = proposed(world)
    one = children(case)[0]
    reason = "Sebutkan alasan penilaian."
    refused(world, case, "yuli", lambda w: w.judge("2", one, "incomplete"), reason)
    refused(world, case, "yuli", lambda w: w.judge("2", one, "not_eligible", " "), reason)
    refused(
        world,
        case,
        "yuli",
        lambda w: w.judge("2", one, ""),
        "Pilih layak, tidak layak, atau perlu dilengkapi.",
    )
    refused(
        world,
        case,
        "yuli",
        lambda w: w.judge("2", one, "not_eligible", "Mampu"),
        "Pilih hasil akhir bagi anak yang tidak layak.",
    )
    refused(
        world,
        case,
        "yuli",
        lambda w: w.judge("4", one, "eligible"),
        "Langkah ini tidak menilai kelayakan.",
    )
    refused(
        world,
        case,
        "yuli",
        lambda w: w.judge("2", 0, "eligible"),
        "Anak ini tidak tercatat dalam penanganan ini.",
    )
    done(world, case, "yuli", lambda w: w.leave(one, outcome(case, "Data ganda"), world.now.date()))
    refused(
        world,
        case,
        "yuli",
        lambda w: w.judge("2", one, "eligible"),
        "Anak ini sudah mempunyai hasil akhir.",
    )
    done(world, case, "yuli", lambda w: w.put_on_hold("Libur"))
    refused(
        world, case, "yuli", lambda w: w.judge("2", children(case)[1], "eligible"), HELD, error=NotAllowed
    )


def test_judged_is_judged(world):
    case = proposed(world, 1)
    one = children(case)[0]
    world.file(case, "Laporan Pembinaan/Sosialisasi", "yuli", output="2/laporan", stage=Stage.READY)
    done(world, case, "yuli", lambda w: w.judge("2", one, "eligible"))
    done(world, case, "yuli", lambda w: w.finish("2"))
    refused(
        world,
        case,
        "yuli",
        lambda w: w.judge("2", one, "incomplete", "KK palsu"),
        "Langkah ini sudah selesai. Muat ulang halaman untuk melihat keadaannya.",
    )


def test_an_unfit_child_that_came_back_is_judged_anew(world):
    case = proposed(world, 2)
    one, two = children(case)
    bad = outcome(case, "Tidak layak")
    world.file(case, "Laporan Pembinaan/Sosialisasi", "yuli", output="2/laporan", stage=Stage.READY)
    done(world, case, "yuli", lambda w: w.judge("2", one, "eligible"))
    done(world, case, "yuli", lambda w: w.judge("2", two, "not_eligible", "Mampu", bad))
    done(world, case, "yuli", lambda w: w.finish("2"))
    done(world, case, "yuli", lambda w: w.rejoin(two, "Data salah"))
    assert case.children.get(child=two).verdict == "incomplete"
    assert states(case, "2") == ["reopened", "open"]
    assert [a.child_id for a in attempts(case, "3")] == [one]
    done(world, case, "yuli", lambda w: w.judge("2", two, "eligible"))
    done(world, case, "yuli", lambda w: w.finish("2"))
    assert sorted(a.child_id for a in attempts(case, "3")) == [one, two]


def test_many_in_one_act(world):
    case = proposed(world, 4)
    one, two, three, four = children(case)
    bad = outcome(case, "Tidak layak")
    done(
        world,
        case,
        "yuli",
        lambda w: w.judge_all(
            "2",
            [
                Judged(one, "eligible"),
                Judged(two, "not_eligible", "Orang tua mampu", bad),
                Judged(three, "incomplete", "KK belum ada"),
            ],
        ),
    )
    found = {s.child_id: (s.verdict, s.left_on is not None, s.version) for s in case.children.all()}
    assert found == {
        one: ("eligible", False, 1),
        two: ("not_eligible", True, 2),
        three: ("incomplete", False, 1),
        four: ("", False, 0),
    }
    assert verbs(case)[-4:] == ["child.judged", "child.judged", "child.left", "child.judged"]
    done(
        world, case, "yuli", lambda w: w.judge_all("2", [Judged(three, "eligible"), Judged(four, "eligible")])
    )
    assert set(case.children.filter(left_on=None).values_list("verdict", flat=True)) == {"eligible"}


def test_one_that_cannot_be_judged_so_refuses_them_all(world):
    case = proposed(world, 2)
    one, two = children(case)
    refused(
        world,
        case,
        "yuli",
        lambda w: w.judge_all("2", [Judged(one, "eligible"), Judged(two, "incomplete", "  ")]),
        "Sebutkan alasan penilaian.",
    )


@pytest.mark.parametrize("count", [1, 12, 80])
def test_the_same_few_queries_for_any_number(world, count, django_assert_num_queries):
    case = proposed(world, count)
    bad = outcome(case, "Tidak layak")
    officer = world.officer("yuli")
    assert officer.reach and parts_for(officer).rows
    verdicts = [
        Judged(child, "eligible") if place % 2 else Judged(child, "not_eligible", "Mampu", bad)
        for place, child in enumerate(children(case))
    ]
    with django_assert_num_queries(10), walking(case, officer) as walk:
        walk.judge_all("2", verdicts)


def test_a_letter_proposed_does_not_finish_a_step_whose_children_are_not_judged_yet(world):
    by = Machine(world.now)
    draft = sopfile.load(sopfile.read(JUDGED_BY_LETTER, world.home), world.home, by)
    revision = revising.put_in_force(draft, by, date(2026, 1, 5), official="Kadis", reason="Uji")
    case = open_case(revision, world.officer("sari"), event_at=world.now)
    done(world, case, "sari", lambda w: w.join(world.child("Anak 1")))
    world.file(case, "Surat Perintah Tugas", output="1/spt", stage=Stage.DRAFT)
    assert world.states(case) == {"1": "open"}
    done(world, case, "sari", lambda w: w.judge("1", *children(case), "eligible"))
    done(world, case, "sari", lambda w: w.finish("1"))
    assert world.states(case) == {"1": "done", "2": "open"}
