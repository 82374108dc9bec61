"""The Luar Panti SOP through the verbs: a list of children, verdicts, aid, quarterly visits to the end."""

from datetime import date

import pytest

from sopcases.cases.models import Case
from sopcases.cases.walk import Leave, roll
from sopcases.people.models import Area
from sopcases.refusal import NotAllowed
from sopcases.sops.models import Stage
from tests.cases.story import attempts, children, done, outcome, refused, states
from tests.cast import at, make_world

pytestmark = pytest.mark.django_db


def test_a_list_from_the_proposal_to_the_last_visit(db):
    world = make_world(at("2026-03-02 08:00"))
    area = Area.objects.filter(agency=world.agencies["lamandau"]).first()

    # TKSK proposes four children under a letter of the Camat.
    case = world.case("anak-terlantar-luar-panti", by="tika", children=4, area=area)
    one, two, three, four = children(case)
    assert (case.number, case.term_due_at) == ("LP-2026-0001", None)
    assert attempts(case, "1")[0].due_at == at("2026-03-03 08:00"), "24 Jam is calendar time"
    refused(
        world,
        case,
        "tika",
        lambda w: w.finish("1"),
        "Kelengkapan “Proposal” belum ada.",
    )
    world.file(case, "Proposal", "camat")
    world.file(case, "Data Usulan", "tika", output="1/data", stage=Stage.READY)
    done(world, case, "tika", lambda w: w.finish("1"))
    assert world.states(case) == {"1": "done", "2": "open"}

    # Verified by the Kasi: two fit, one not, one to be completed.
    world.now = at("2026-03-05 09:00")
    unfit = outcome(case, "Tidak layak")
    report = world.paper("Laporan Pembinaan/Sosialisasi", "yuli", stage=Stage.READY)
    with world.walk(case, "yuli") as walk:
        walk.judge("2", one, "eligible")
        walk.judge("2", two, "eligible")
        walk.judge("2", three, "not_eligible", "Orang tua mampu", unfit)
        walk.judge("2", four, "incomplete", "KK belum ada")
        walk.file(report, output=world.output(walk, "2/laporan"))
        walk.record("2")
    assert case.children.get(child=three).outcome == unfit
    assert sorted(a.child_id for a in attempts(case, "3")) == [one, two]

    # Aid: handed out child by child, one report for the two.
    aid = world.paper("Laporan Penyaluran Bantuan", "joko", stage=Stage.READY)
    given = case.revision.steps.get(key="3").outputs.get().pk
    with world.walk(case, "joko") as walk:
        walk.file(aid, output=given, children=[one, two])
        walk.finish("3", one)
        walk.finish("3", two)
    assert sorted(a.child_id for a in attempts(case, "4")) == [one, two]
    refused(
        world, case, "tika", lambda w: w.finish("3", one), "Langkah ini bukan tugas jabatan Anda.", NotAllowed
    )

    # The fourth is completed and follows.
    world.now = at("2026-04-07 09:00")
    done(world, case, "yuli", lambda w: w.judge("2", four, "eligible"))
    done(world, case, "yuli", lambda w: w.finish("2"))
    late = world.paper("Laporan Penyaluran Bantuan", "joko", stage=Stage.READY)
    with world.walk(case, "joko") as walk:
        walk.file(late, output=given, children=[four])
        walk.finish("3", four)
    visits = {a.child_id: a.occurrence for a in attempts(case, "4")}
    assert visits == {one: date(2026, 4, 1), two: date(2026, 4, 1), four: date(2026, 7, 1)}

    # A visit has a sheet per child; the Kabid receives it.
    world.now = at("2026-05-12 10:00")
    sheet = case.revision.steps.get(key="4").outputs.get().pk
    spring = date(2026, 4, 1)
    for child in (one, two):
        paper = world.paper("Laporan Monitoring", "tika", stage=Stage.READY)
        with world.walk(case, "tika") as walk:
            walk.file(paper, output=sheet, children=[child], occurrence=spring)
            walk.finish("4", child, spring)
        done(world, case, "hadi", lambda w, c=child: w.receive("4", c, spring))
    assert states(case, "4") == ["done", "done", "open"]

    # The quarters go by; two is claimed by her parents, the visits of the others go on.
    roll(at("2026-07-01 00:05"))
    world.now = at("2026-08-03 09:00")
    home = outcome(case, "Kembali ke keluarga")
    done(world, case, "yuli", lambda w: w.leave(two, home, world.now.date()))
    roll(at("2026-10-01 00:05"))
    assert {a.child_id for a in attempts(case, "4") if a.state == "missed"} == {one, four}
    assert [a.state for a in attempts(case, "4") if a.child_id == two] == ["done", "ended"]

    # Until 31 December of the next year, and no day longer.
    roll(at("2029-01-01 00:05"))
    assert max(a.occurrence for a in attempts(case, "4")) == date(2027, 10, 1)
    world.now = at("2029-01-02 09:00")
    over = outcome(case, "Selesai masa pembinaan")
    with world.walk(case, "yuli") as walk:
        for child in (one, four):
            walk.leave(child, over, world.now.date())
        walk.close()
    case.refresh_from_db()
    assert case.state == Case.State.DONE


def test_an_empty_list_ends_nihil(world):
    case = world.case("anak-terlantar-luar-panti", by="yuli", children=0)
    world.file(case, "Proposal", "yuli")
    world.file(case, "Data Usulan", "yuli", output="1/data", stage=Stage.READY)
    done(world, case, "yuli", lambda w: w.finish("1", acted_by=[world.camat]))
    done(world, case, "yuli", lambda w: w.close())
    assert case.state == Case.State.NIHIL


def test_the_proposal_left_to_follow_covers_all_four_steps(world):
    case = world.case("anak-terlantar-luar-panti", by="yuli", children=1)
    child = children(case)[0]
    kind = world.kind("Proposal", "lamandau").pk
    world.file(case, "Data Usulan", "yuli", output="1/data", stage=Stage.READY)
    leave = Leave(kind, "Surat Camat menyusul", world.now.date())
    done(world, case, "yuli", lambda w: w.finish("1", acted_by=[world.tika], leave=[leave]))
    world.file(case, "Laporan Pembinaan/Sosialisasi", "yuli", output="2/laporan", stage=Stage.READY)
    done(world, case, "yuli", lambda w: w.judge("2", child, "eligible"))
    done(world, case, "yuli", lambda w: w.finish("2"))
    waiver = case.waivers.get()
    assert waiver.settled_at is None
    world.file(case, "Proposal", "yuli")
    waiver.refresh_from_db()
    assert waiver.settled_at is not None
