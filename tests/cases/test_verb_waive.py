"""waive: what a step lacks is left to follow until a date, or for good, by those who may allow it."""

from datetime import timedelta

import pytest

from sopcases.cases.walk import Leave
from sopcases.refusal import NotAllowed
from sopcases.sops.models import Stage
from tests.cases.front_door import Desk
from tests.cases.story import (
    CLOSED,
    HELD,
    children,
    coordinated,
    done,
    last_line,
    only,
    ordered,
    outcome,
    proposed,
    refused,
    reported,
    signed,
    states,
    verbs,
)

pytestmark = pytest.mark.django_db

WHY = "KK pengasuh belum terbit"


def bpjs(world, days=30):
    return Leave(
        world.kind("BPJS Anak").pk, WHY, None if days is None else world.now.date() + timedelta(days=days)
    )


def test_it_covers_later_requirements_and_is_settled_by_the_paper(world):
    case = world.case()
    coordinated(world, case)
    waiver = done(world, case, "dewi", lambda w: w.waive("8", bpjs(world)))
    assert (waiver.reason, waiver.by, waiver.acting_title, waiver.stage) == (WHY, world.dewi, "Kasi", 30)
    assert last_line(case).verb == "paper.waived"
    with world.walk(case, "dewi") as walk:
        for key in ("8", "9"):
            attempt = walk._attempt(walk.plan.by_key[key], spot(key))
            assert "BPJS Anak" not in [m.kind.name for m in walk.missing(attempt)]
    world.file(case, "BPJS Anak")
    waiver.refresh_from_db()
    assert waiver.settled_at == world.now
    assert verbs(case)[-1] == "paper.followed"


def spot(key):
    from sopcases.cases.progress import Spot

    return Spot(key)


def test_for_good_needs_no_date_and_is_no_task(world):
    case = world.case()
    coordinated(world, case)
    waiver = done(world, case, "rahman", lambda w: w.waive("8", bpjs(world, None)))
    assert waiver.settled_at == world.now
    with world.walk(case, "dewi") as walk:
        attempt = walk._attempt(walk.plan.by_key["8"], spot("8"))
        assert "BPJS Anak" not in [m.kind.name for m in walk.missing(attempt)]


def test_it_stays_a_task_after_closing(world):
    case = world.case()
    coordinated(world, case)
    waiver = done(world, case, "dewi", lambda w: w.waive("8", bpjs(world)))
    done(world, case, "dewi", lambda w: w.leave(children(case)[0], outcome(case), world.now.date()))
    done(world, case, "dewi", lambda w: w.close())
    waiver.refresh_from_db()
    assert waiver.settled_at is None
    world.wait(days=20)
    world.file(case, "BPJS Anak", "agus")
    waiver.refresh_from_db()
    assert waiver.settled_at == world.now
    assert case.state == "done"


def test_a_paper_not_far_enough_does_not_settle_it(world):
    case = world.case()
    leave = Leave(world.kind("Laporan Sosial").pk, WHY, world.now.date())
    waiver = done(world, case, "dewi", lambda w: w.waive("1", leave))
    assert waiver.stage == Stage.READY
    report = world.file(case, "Laporan Sosial", stage=Stage.DRAFT)
    waiver.refresh_from_db()
    assert waiver.settled_at is None
    world.advance_paper(case, report, Stage.READY, "sari")
    waiver.refresh_from_db()
    assert waiver.settled_at is not None


def test_void_again_it_is_still_to_follow(world):
    case = world.case()
    coordinated(world, case)
    waiver = done(world, case, "dewi", lambda w: w.waive("8", bpjs(world)))
    card = world.file(case, "BPJS Anak")
    waiver.refresh_from_db()
    assert waiver.settled_at is not None
    done(world, case, "sari", lambda w: w.void(card, "Milik anak lain"))
    waiver.refresh_from_db()
    assert waiver.settled_at is None, "the task comes back"
    first, second = world.file(case, "BPJS Anak"), world.file(case, "BPJS Anak")
    done(world, case, "sari", lambda w: w.void(first, "Salah pindai"))
    waiver.refresh_from_db()
    assert waiver.settled_at is not None, "another one is still here"
    assert second.voided_at is None


def test_for_one_child_it_covers_that_child_only(world):
    case = world.case("anak-jalanan", by="dewi", children=2)
    one, two = children(case)
    kind = world.kind("Surat Pernyataan").pk
    done(
        world,
        case,
        "dewi",
        lambda w: w.waive("3", Leave(kind, "Ayah di laut", world.now.date(), child_id=one)),
    )
    with world.walk(case, "dewi") as walk:
        attempt = walk.current(spot("3"))
        assert [m.child_id for m in walk.missing(attempt) if m.kind.pk == kind] == [two]


def test_who_may(world):
    case = world.case()
    coordinated(world, case)
    only(
        world,
        case,
        {"dewi", "rahman", "budi"},
        lambda w: w.waive("8", bpjs(world)),
        "Hanya atasan yang berwenang yang dapat mengizinkan kelengkapan menyusul.",
    )


def test_refusals(world):
    case = world.case()
    coordinated(world, case)
    refused(
        world,
        case,
        "dewi",
        lambda w: w.waive("8", Leave(world.kind("Akte Kelahiran").pk, WHY, world.now.date())),
        "Dokumen ini tidak sedang ditunggu pada langkah ini.",
    )
    empty = Leave(world.kind("BPJS Anak").pk, " ", world.now.date())
    refused(world, case, "dewi", lambda w: w.waive("8", empty), "Sebutkan mengapa dokumen ini menyusul.")
    refused(
        world,
        case,
        "dewi",
        lambda w: w.waive("8", bpjs(world, -1)),
        "Tanggal menyusul tidak boleh sudah lewat.",
    )
    done(world, case, "dewi", lambda w: w.waive("8", bpjs(world)))
    refused(
        world,
        case,
        "dewi",
        lambda w: w.waive("9", bpjs(world)),
        "Dokumen ini tidak sedang ditunggu pada langkah ini.",
    )
    done(world, case, "dewi", lambda w: w.put_on_hold("Libur"))
    refused(world, case, "dewi", lambda w: w.waive("8", bpjs(world)), HELD, error=NotAllowed)
    done(world, case, "dewi", lambda w: w.stop("Batal", outcome(case)))
    refused(world, case, "dewi", lambda w: w.waive("8", bpjs(world)), CLOSED, error=NotAllowed)


def test_a_signature_cannot_be_left_to_follow(world):
    case = world.case()
    reported(world, case)
    proposed(world, case)
    spt = Leave(world.kind("Surat Perintah Tugas").pk, "Kadis dinas luar", world.now.date())
    refused(
        world,
        case,
        "rahman",
        lambda w: w.waive("3", spt),
        "Tanda tangan pada langkah ini tidak dapat disusulkan.",
    )


def test_nor_does_a_waiver_elsewhere_sign_it(world):
    """Kabid lets the SPT follow at step 4: the officers may act, but step 3 still waits for the Kadis."""
    case = world.case()
    reported(world, case)
    spt = proposed(world, case)
    leave = Leave(world.kind("Surat Perintah Tugas").pk, "Kadis dinas luar", world.now.date())
    waiver = done(world, case, "rahman", lambda w: w.waive("4", leave))
    assert states(case, "3") == ["open"]
    world.file(case, "Surat Terlantar")
    done(world, case, "sari", lambda w: w.finish("4"))
    assert states(case, "3") == ["open"]
    signed(world, case, spt)
    waiver.refresh_from_db()
    assert states(case, "3") == ["done"]
    assert waiver.settled_at is not None


def test_one_spt_to_follow_is_not_the_other(world):
    """The SPT of 2 and 3 left to follow says nothing about the SPT of 7 and 8."""
    case = world.case()
    reported(world, case)
    first = proposed(world, case)
    kind = world.kind("Surat Perintah Tugas").pk
    waiver = done(
        world, case, "rahman", lambda w: w.waive("4", Leave(kind, "Kadis dinas luar", world.now.date()))
    )
    with world.walk(case, "rahman") as walk:
        ninth = walk._attempt(walk.plan.by_key["9"], spot("9"))
        assert kind in [m.kind.pk for m in walk.missing(ninth)]
    second = world.file(case, "Surat Perintah Tugas", "agus", output="7/spt", stage=Stage.NONE)
    signed(world, case, second)
    waiver.refresh_from_db()
    assert waiver.settled_at is None
    refused(
        world,
        case,
        "rahman",
        lambda w: w.waive("7", Leave(kind, WHY, world.now.date())),
        "Dokumen ini tidak sedang ditunggu pada langkah ini.",
    )
    signed(world, case, first)
    waiver.refresh_from_db()
    assert waiver.settled_at is not None


def test_a_second_open_waiver_of_the_same_paper_is_refused_in_words(world):
    case = world.case()
    ordered(world, case)
    kind = world.kind("Surat Perintah Tugas").pk
    done(world, case, "rahman", lambda w: w.waive("7", Leave(kind, WHY, world.now.date())))
    refused(
        world,
        case,
        "rahman",
        lambda w: w.waive("8", Leave(kind, WHY, world.now.date())),
        "Dokumen ini sudah dicatat menyusul; lengkapi itu dahulu.",
    )


def test_two_papers_of_a_kind_may_both_follow(world, frozen):
    """The SPT of 2 and 3 and that of 7 and 8 at once; each is settled by its own."""
    case = world.case()
    reported(world, case)
    first = proposed(world, case)
    kind, today = world.kind("Surat Perintah Tugas").pk, world.now.date()
    one = done(world, case, "rahman", lambda w: w.waive("4", Leave(kind, "Kadis dinas luar", today)))
    two = done(world, case, "rahman", lambda w: w.waive("7", Leave(kind, WHY, today)))
    page = Desk(world, "rahman").text(f"/penanganan/{case.number}/langkah/7/")
    assert WHY in page and "Kadis dinas luar" not in page, "each step tells of its own"
    signed(world, case, first)
    for waiver in (one, two):
        waiver.refresh_from_db()
    assert (one.settled_at is not None, two.settled_at) == (True, None)
    second = world.file(case, "Surat Perintah Tugas", "agus", output="7/spt", stage=Stage.NONE)
    signed(world, case, second)
    two.refresh_from_db()
    assert two.settled_at is not None
