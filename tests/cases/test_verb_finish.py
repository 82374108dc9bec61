"""finish: the act recorded and the step done; refused with the name of everything that is missing."""

from datetime import timedelta

import pytest

from sopcases.cases.models import Attempt, Case
from sopcases.cases.walk import Leave
from sopcases.refusal import Conflict, NotAllowed, Refused
from sopcases.sops.models import Stage
from tests.cases.story import (
    CLOSED,
    HELD,
    NOT_YOURS,
    attempts,
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
from tests.cast import at, make_world

pytestmark = pytest.mark.django_db


def test_it_finishes_the_step_and_opens_the_next(world):
    case = world.case()
    ordered(world, case)
    world.file(case, "Surat Terlantar", output="4/surat-terlantar")
    world.wait(minutes=50)
    case.refresh_from_db()
    version = case.version
    attempt = done(world, case, "sari", lambda w: w.finish("4", note="Polsek Bukit Bestari"))
    attempt.refresh_from_db()
    assert attempt.state == Attempt.State.DONE
    assert attempt.acted_at == attempt.recorded_at == attempt.ended_at == world.now
    assert list(attempt.acted_by.all()) == [world.sari]
    assert (attempt.recorded_by, attempt.acting_title) == (world.sari, "Peksos")
    assert (attempt.worked_minutes, attempt.note) == (50, "Polsek Bukit Bestari")
    assert states(case, "5") == ["open"]
    assert case.version == version + 1
    assert verbs(case)[-2:] == ["step.recorded", "step.done"]
    assert last_line(case).data == {"step": "4", "attempt": attempt.pk, "child": None}


def test_the_first_record_makes_the_report_a_running_case(world):
    case = world.case()
    assert case.state == Case.State.REPORTED
    world.file(case, "Laporan Sosial", stage=Stage.READY)
    done(world, case, "sari", lambda w: w.finish("1"))
    assert case.state == Case.State.ACTIVE


def test_only_performers_and_those_who_may_record(world):
    case = world.case()
    ordered(world, case)
    world.file(case, "Surat Terlantar", output="4/surat-terlantar")
    only(world, case, {"sari", "agus"}, lambda w: w.finish("4"), NOT_YOURS)


def test_the_petugas_records_for_the_peksos_and_both_names_stand(world):
    case = world.case()
    ordered(world, case)
    world.file(case, "Surat Terlantar", output="4/surat-terlantar")
    nobody = "Sebutkan pelaksananya: paling sedikit satu orang yang menjabat pelaksana langkah ini."
    refused(world, case, "agus", lambda w: w.finish("4"), nobody)
    refused(world, case, "agus", lambda w: w.finish("4", acted_by=[world.rahman]), nobody)
    attempt = done(world, case, "agus", lambda w: w.finish("4", acted_by=[world.sari, world.dewi]))
    attempt.refresh_from_db()
    assert set(attempt.acted_by.all()) == {world.sari, world.dewi}
    assert (attempt.recorded_by, attempt.acting_title) == (world.agus, "Petugas")


def test_nobody_of_another_agency_can_be_named(world):
    case = world.case()
    ordered(world, case)
    world.file(case, "Surat Terlantar", output="4/surat-terlantar")
    refused(
        world,
        case,
        "sari",
        lambda w: w.finish("4", acted_by=[world.sari, world.tono]),
        "Pelaksana harus pegawai perangkat daerah ini.",
    )


def test_what_is_missing_is_named(world):
    case = world.case()
    refused(world, case, "sari", lambda w: w.finish("1"), "Kelengkapan “Laporan Sosial” belum ada.")
    world.file(case, "Laporan Sosial", stage=Stage.DRAFT)
    refused(
        world,
        case,
        "sari",
        lambda w: w.finish("1"),
        "Kelengkapan “Laporan Sosial” belum sampai tahap yang diminta.",
    )
    coordinated(world, case)
    with pytest.raises(Refused) as told, world.walk(case, "rahman") as walk:
        walk.finish("8")
    assert told.value.sentences == (
        "Kelengkapan “BPJS Anak” belum ada.",
        "Keluaran “Surat Perintah Tugas” belum sampai tahap yang diminta.",
        "Keluaran “Surat Pengantar” belum ada.",
        "Keluaran “Berita Acara Penyerahan Anak” belum ada.",
    )


def test_a_step_of_signatures_finishes_by_itself_only(world):
    case = world.case()
    reported(world, case)
    proposed(world, case)
    for name in ("rahman", "budi", "agus"):
        refused(
            world,
            case,
            name,
            lambda w: w.finish("3"),
            "Langkah ini selesai dengan sendirinya begitu suratnya diparaf dan ditandatangani.",
            error=NotAllowed,
        )


def test_a_step_of_another_route_is_refused(world):
    case = world.case(route="titipan")
    ordered(world, case)
    refused(
        world,
        case,
        "sari",
        lambda w: w.finish("4"),
        "Langkah ini tidak berlaku pada jalur masuk penanganan ini.",
        error=NotAllowed,
    )


def test_twice_is_refused(world):
    case = world.case()
    ordered(world, case)
    world.file(case, "Surat Terlantar", output="4/surat-terlantar")
    done(world, case, "sari", lambda w: w.finish("4"))
    refused(
        world,
        case,
        "sari",
        lambda w: w.finish("4"),
        "Langkah ini sudah selesai. Muat ulang halaman untuk melihat keadaannya.",
    )


def test_two_editors_get_a_conflict(world):
    case = world.case()
    ordered(world, case)
    seen = attempts(case, "4")[0].version
    done(world, case, "sari", lambda w: w.record("4", note="Kanit sedang keluar", version=seen))
    refused(
        world,
        case,
        "agus",
        lambda w: w.finish("4", acted_by=[world.sari], version=seen),
        "Langkah ini baru saja diubah oleh petugas lain. Periksa isinya, lalu kirim lagi.",
        error=Conflict,
    )


@pytest.mark.parametrize(
    ("key", "child", "sentence"),
    [("3", True, "Langkah ini bukan per anak."), ("4", False, "Langkah ini dicatat per anak.")],
)
def test_the_track_must_fit_the_step(world, key, child, sentence):
    case = world.case("anak-jalanan", by="dewi", children=1)
    track = children(case)[0] if child else None
    refused(world, case, "sari", lambda w: w.finish(key, track), sentence)


def test_an_occurrence_fits_recurring_steps_only(world):
    case = world.case()
    day = world.now.date().replace(day=1)
    refused(world, case, "sari", lambda w: w.finish("1", None, day), "Langkah ini tidak berkala.")
    rounds = world.case("anak-jalanan", by="dewi", children=0)
    for occurrence in (None, day):
        refused(
            world,
            rounds,
            "sari",
            lambda w, o=occurrence: w.finish("5", None, o),
            "Masa kegiatan ini belum dibuka.",
        )


def test_a_child_who_left_is_not_worked_on(world):
    case = world.case("anak-jalanan", by="dewi", children=2)
    gone = children(case)[0]
    done(world, case, "dewi", lambda w: w.leave(gone, outcome(case), world.now.date()))
    refused(world, case, "sari", lambda w: w.finish("4", gone), "Anak ini tidak lagi dalam penanganan ini.")


def test_not_while_held_nor_closed(world):
    case = world.case()
    done(world, case, "dewi", lambda w: w.put_on_hold("Menunggu keputusan pengadilan"))
    refused(world, case, "sari", lambda w: w.finish("1"), HELD, error=NotAllowed)
    done(world, case, "dewi", lambda w: w.stop("Salah catat", outcome(case, "Data ganda")))
    refused(world, case, "sari", lambda w: w.finish("1"), CLOSED, error=NotAllowed)


def test_papers_to_follow_are_waived_in_the_same_act(world):
    case = world.case()
    ordered(world, case)
    kind = world.kind("Surat Terlantar").pk
    leave = Leave(kind, "Polisi baru keluar Senin", world.now.date() + timedelta(days=7))
    refused(
        world,
        case,
        "sari",
        lambda w: w.finish("4", leave=[leave]),
        "Hanya atasan yang berwenang yang dapat mengizinkan kelengkapan menyusul.",
        error=NotAllowed,
    )
    done(world, case, "dewi", lambda w: w.waive("4", leave))
    done(world, case, "sari", lambda w: w.finish("4"))
    assert states(case, "4") == ["done"]
    assert states(case, "5") == ["open"], "the later requirement is covered"


# --- before its turn


def night(verbal=True):
    world = make_world(at("2026-02-28 06:00"))
    facts = {"event_at": at("2026-02-28 01:50")}
    if verbal:
        facts |= {
            "verbal_order_by": "Dewi Anggraini (telepon)",
            "verbal_order_at": at("2026-02-28 02:00"),
        }
    case = world.case(**facts)
    world.file(case, "Laporan Kondisi Kesehatan", output="6/kesehatan")
    return world, case


def test_an_early_act_needs_the_letter_or_a_verbal_order(db):
    world, case = night(verbal=False)
    missing = "Kelengkapan “Surat Perintah Tugas” belum ada."
    refused(world, case, "sari", lambda w: w.finish("6", acted_at=at("2026-02-28 04:00")), missing)
    order = ("Kabid (telepon)", at("2026-02-28 04:30"))
    refused(
        world,
        case,
        "sari",
        lambda w: w.finish("6", acted_at=at("2026-02-28 04:00"), verbal_order=order),
        "Perintah lisan harus mendahului tindakannya.",
    )
    refused(
        world,
        case,
        "sari",
        lambda w: w.finish("6", acted_at=at("2026-02-28 04:00"), verbal_order=(" ", at("2026-02-28 03:00"))),
        "Sebutkan siapa yang memberi perintah lisan.",
    )
    order = ("Kabid (telepon)", at("2026-02-28 03:30"))
    attempt = done(
        world,
        case,
        "sari",
        lambda w: w.finish("6", acted_at=at("2026-02-28 04:00"), verbal_order=order),
    )
    assert attempt.state == Attempt.State.DONE
    assert (attempt.verbal_order_by, attempt.early) == ("Kabid (telepon)", True)


@pytest.mark.parametrize("moment", [None, "2026-02-28 04:00"])
def test_the_order_of_the_first_report_stands_for_early_acts(db, moment):
    world, case = night()
    attempt = done(world, case, "sari", lambda w: w.finish("6", acted_at=moment and at(moment)))
    assert attempt.state == Attempt.State.DONE
    assert attempt.verbal_order_by == "Dewi Anggraini (telepon)"
    assert attempt.opened_at is None
    assert attempt.worked_minutes == 0, "an act before its turn has no clock"
    assert states(case, "7") == [], "it opens nothing"


def test_a_verbal_order_does_not_excuse_an_act_in_its_turn(db):
    world, case = night()
    world.now = at("2026-03-02 08:00")
    spt = ordered(world, case)
    world.wait(hours=1)
    done(world, case, "agus", lambda w: w.void(spt, "Salah nama"))
    refused(
        world,
        case,
        "sari",
        lambda w: w.finish("6", verbal_order=("Kasi", at("2026-03-02 08:30"))),
        "Kelengkapan “Surat Perintah Tugas” belum ada.",
    )
    attempt = done(world, case, "sari", lambda w: w.finish("6", acted_at=at("2026-02-28 04:00")))
    assert attempt.state == Attempt.State.DONE, "done in the night, recorded when its turn had come"


@pytest.mark.parametrize(
    ("moment", "sentence"),
    [
        ("2026-02-28 01:49", "Waktu pelaksanaan mendahului kejadian yang membuka penanganan ini."),
        ("2026-02-28 06:01", "Waktu pelaksanaan tidak boleh di masa depan."),
    ],
)
def test_backdating_has_bounds(db, moment, sentence):
    world, case = night()
    refused(world, case, "sari", lambda w: w.finish("6", acted_at=at(moment)), sentence)


def test_a_paper_void_no_longer_counts(world):
    case = world.case()
    ordered(world, case)
    police = world.file(case, "Surat Terlantar", output="4/surat-terlantar")
    done(world, case, "sari", lambda w: w.void(police, "Anak lain"))
    refused(world, case, "sari", lambda w: w.finish("4"), "Keluaran “Surat Terlantar” belum ada.")


def test_an_incoming_paper_already_on_file_is_an_output(world):
    case = world.case()
    ordered(world, case)
    world.file(case, "Surat Terlantar")
    done(world, case, "sari", lambda w: w.finish("4"))
    assert states(case, "4") == ["done"]


def test_a_drafted_paper_must_be_the_one_its_output_names(world):
    """Bayi 9 wants the SPT of 7 and 8, not that of 3."""
    case = world.case()
    first, second = coordinated(world, case)
    assert first.stage == Stage.SIGNED
    refused(
        world,
        case,
        "rahman",
        lambda w: w.finish("8"),
        "Keluaran “Surat Perintah Tugas” belum sampai tahap yang diminta.",
    )
    missing = "Kelengkapan “Surat Perintah Tugas” belum sampai tahap yang diminta."
    refused(world, case, "rahman", lambda w: w.finish("9"), missing)
    signed(world, case, second)
    with pytest.raises(Refused) as told, world.walk(case, "rahman") as walk:
        walk.finish("9")
    assert missing not in told.value.sentences
