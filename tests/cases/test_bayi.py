"""The Bayi-Balita SOP through the verbs, from a Saturday night to the handover."""

from datetime import timedelta

import pytest

from sopcases.cases.models import Attempt, Case, Outcome
from sopcases.cases.walk import Leave
from sopcases.refusal import Refused
from sopcases.sops.models import Stage
from tests.cast import at, make_world

pytestmark = pytest.mark.django_db


def walk_to_signed(world, case):
    """Steps 1 to 3: report, draft, initialled and signed."""
    world.file(case, "Laporan Sosial", "sari", stage=Stage.READY)
    with world.walk(case, "sari") as walk:
        walk.finish("1")
    with world.walk(case, "dewi") as walk:
        walk.receive("1")
    spt = world.file(case, "Surat Perintah Tugas", "agus", output="2/spt", stage=Stage.NONE)
    world.advance_paper(case, spt, Stage.DRAFT, "agus")
    world.advance_paper(case, spt, Stage.READY, "rahman")
    world.advance_paper(case, spt, Stage.SIGNED, "budi", disposed_by=world.rahman, signed_by=world.budi)
    return spt


def test_the_whole_sop_runs_in_order(world):
    case = world.case()
    assert world.states(case) == {"1": "open"}
    walk_to_signed(world, case)
    assert world.states(case) == {"1": "done", "2": "done", "3": "done", "4": "open", "6": "open"}
    approving = case.attempts.get(step__key="3")
    assert set(approving.acted_by.all()) == {world.rahman, world.budi}

    world.file(case, "Surat Terlantar", output="4/surat-terlantar")
    with world.walk(case, "sari") as walk:
        walk.finish("4")
    assert world.states(case)["5"] == "open"
    assert "7" not in world.states(case)
    world.file(case, "Laporan Kondisi Kesehatan", output="6/kesehatan")
    with world.walk(case, "sari") as walk:
        walk.finish("6")
    with world.walk(case, "sari") as walk:
        walk.finish("7")
    with world.walk(case, "dewi") as walk:
        walk.receive("7")
    assert world.states(case)["7"] == "open", "the SPT is still to be drafted"
    spt = world.file(case, "Surat Perintah Tugas", "agus", output="7/spt", stage=Stage.NONE)
    world.advance_paper(case, spt, Stage.DRAFT, "agus")
    assert world.states(case)["7"] == "done"
    world.advance_paper(case, spt, Stage.SIGNED, "budi", disposed_by=world.rahman, signed_by=world.budi)
    world.file(case, "Surat Pengantar", "agus", output="8/pengantar", stage=Stage.READY)
    record = world.file(case, "Berita Acara Penyerahan Anak", "agus", output="8/ba", stage=Stage.READY)
    with world.walk(case, "rahman") as walk, pytest.raises(Refused, match="BPJS Anak"):
        walk.finish("8")
    with world.walk(case, "rahman") as walk:
        bpjs = world.kind("BPJS Anak").pk
        walk.finish(
            "8", leave=[Leave(bpjs, "KK pengasuh belum terbit", world.now.date() + timedelta(days=30))]
        )
    world.file(case, "Akte Kelahiran", output="5/akte")
    with world.walk(case, "sari") as walk:
        walk.finish("5")
    world.advance_paper(case, record, Stage.SIGNED, "dewi")
    with world.walk(case, "dewi") as walk:
        walk.finish("9")
    assert set(world.states(case).values()) == {"done"}

    with world.walk(case, "dewi") as walk:
        child = walk.stays[0].child_id
        walk.leave(
            child, Outcome.objects.get(agency=world.home, name="Diserahkan ke lembaga"), world.now.date()
        )
    with world.walk(case, "dewi") as walk:
        walk.close()
    case.refresh_from_db()
    assert case.state == Case.State.DONE
    waiver = case.waivers.get()
    assert waiver.settled_at is None, "the task stays after closing"
    world.file(case, "BPJS Anak")
    waiver.refresh_from_db()
    assert waiver.settled_at is not None


def test_hospital_before_spt_on_a_verbal_order(db):
    world = make_world(at("2026-02-28 02:20"))
    case = world.case(
        event_at=at("2026-02-28 01:50"),
        verbal_order_by="Dewi Anggraini (telepon)",
        verbal_order_at=at("2026-02-28 02:00"),
        by="sari",
    )
    world.now = at("2026-02-28 05:00")
    world.file(case, "Laporan Kondisi Kesehatan", output="6/kesehatan")
    with world.walk(case, "sari") as walk:
        attempt = walk.finish("6", acted_at=at("2026-02-28 04:00"))
    assert attempt.state == Attempt.State.DONE
    assert attempt.early
    assert world.states(case) == {"1": "open", "6": "done"}, "an early act opens nothing"
    world.now = at("2026-03-02 08:00")
    walk_to_signed(world, case)
    assert world.states(case)["6"] == "done"
    assert "7" not in world.states(case)


def test_titipan_skips_the_police(world):
    case = world.case(route="titipan")
    walk_to_signed(world, case)
    assert world.states(case) == {"1": "done", "2": "done", "3": "done", "5": "open", "6": "open"}


def test_a_return_walks_only_from_the_draft_again(world):
    case = world.case()
    world.file(case, "Laporan Sosial", "sari", stage=Stage.READY)
    with world.walk(case, "sari") as walk:
        walk.finish("1")
    with world.walk(case, "dewi") as walk:
        walk.receive("1")
    spt = world.file(case, "Surat Perintah Tugas", "agus", output="2/spt", stage=Stage.NONE)
    world.advance_paper(case, spt, Stage.DRAFT, "agus")
    world.wait(hours=1)
    with world.walk(case, "rahman") as walk:
        spt.stage = Stage.NONE
        spt.save()
        walk.paper_returned(spt, "Nama petugas salah")
    assert list(case.attempts.filter(step__key="2").values_list("no", "state")) == [
        (1, "returned"),
        (2, "open"),
    ]
    assert case.attempts.get(step__key="3").state == "returned"
    assert case.attempts.get(step__key="1").state == "done"
    world.wait(minutes=10)
    world.advance_paper(case, spt, Stage.DRAFT, "agus")
    assert world.states(case)["2"] == "done"
    third = case.attempts.get(step__key="3", no=2)
    assert third.used_minutes == 60, "the clock of the approval goes on"
    world.advance_paper(case, spt, Stage.SIGNED, "budi", disposed_by=world.rahman, signed_by=world.budi)
    assert world.states(case)["3"] == "done"
