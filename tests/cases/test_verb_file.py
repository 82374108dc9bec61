"""file and void: papers put into a case at any time; what they are outputs of; taken back when in error."""

import pytest

from sopcases.cases.models import Filing
from sopcases.refusal import NotAllowed
from sopcases.sops.models import Stage
from tests.cases.story import (
    STRANGER,
    attempts,
    children,
    coordinated,
    done,
    last_line,
    only,
    ordered,
    outcome,
    refused,
    states,
    verbs,
)
from tests.cast import make_user

pytestmark = pytest.mark.django_db


def output(case, key, name):
    return case.revision.steps.get(key=key).outputs.get(key=name).pk


def test_a_paper_is_filed_to_the_case_at_any_time(world):
    case = world.case()
    paper = world.paper("Kartu Keluarga")
    done(world, case, "sari", lambda w: w.file(paper))
    filing = paper.filings.get()
    assert (filing.case, filing.child, filing.attempt, filing.output) == (case, None, None, None)
    assert (filing.filed_at, filing.filed_by) == (world.now, world.sari)
    assert last_line(case).verb == "paper.filed"


def test_twice_is_once(world):
    case = world.case()
    paper = world.paper("Kartu Keluarga")
    done(world, case, "sari", lambda w: w.file(paper))
    done(world, case, "agus", lambda w: w.file(paper))
    assert paper.filings.count() == 1


def test_one_paper_may_be_filed_to_many_cases(world):
    paper = world.paper("Surat Masuk Lain")
    for case in (world.case(), world.case()):
        done(world, case, "sari", lambda w: w.file(paper))
    assert paper.filings.count() == 2


def test_as_an_output_before_its_turn_it_opens_the_attempt_without_a_clock(world):
    case = world.case()
    world.file(case, "Laporan Kondisi Kesehatan", output="6/kesehatan")
    attempt = attempts(case, "6")[0]
    assert (attempt.state, attempt.opened_at) == ("open", None)
    assert Filing.objects.get(attempt=attempt).output_id == output(case, "6", "kesehatan")


def test_one_list_is_filed_to_every_child_it_names(world):
    """Anak Jalanan 4 is walked child by child; the list is one."""
    case = world.case("anak-jalanan", by="dewi", children=3)
    one, two, _ = children(case)
    paper = world.paper("Data Anak Melanjutkan Pendidikan", stage=Stage.READY)
    target = output(case, "4", "data")
    done(world, case, "sari", lambda w: w.file(paper, output=target, children=[one, two]))
    assert {(f.child_id, f.attempt.child_id) for f in paper.filings.all()} == {(one, one), (two, two)}


def test_siblings_share_a_statement(world):
    case = world.case("anak-jalanan", by="dewi", children=2)
    paper = world.paper("Surat Pernyataan")
    target = output(case, "3", "pernyataan")
    done(world, case, "sari", lambda w: w.file(paper, output=target, children=children(case)))
    assert sorted(f.child_id for f in paper.filings.all()) == children(case)
    assert {f.attempt.step.key for f in paper.filings.all()} == {"3"}


def test_who_may(world):
    case = world.case()
    paper = world.paper("Kartu Keluarga")
    only(world, case, {"sari", "dewi", "rahman", "budi", "agus"}, lambda w: w.file(paper), "")


def test_refusals(world):
    case = world.case(route="titipan")
    paper = world.paper("Surat Terlantar")
    foreign = world.paper("Akte Kelahiran", by="yuli")
    refused(world, case, "sari", lambda w: w.file(foreign), "Dokumen ini milik perangkat daerah lain.")
    refused(
        world,
        case,
        "sari",
        lambda w: w.file(paper, output=0),
        "Keluaran ini tidak ada dalam SOP penanganan ini.",
    )
    refused(
        world,
        case,
        "sari",
        lambda w: w.file(paper, output=output(case, "5", "akte")),
        "Jenis dokumen tidak sesuai dengan keluaran langkah ini.",
    )
    refused(
        world,
        case,
        "sari",
        lambda w: w.file(paper, output=output(case, "4", "surat-terlantar")),
        "Langkah ini tidak berlaku pada jalur masuk penanganan ini.",
    )
    stranger = world.child("Bukan di sini").pk
    refused(
        world,
        case,
        "sari",
        lambda w: w.file(paper, child_id=stranger),
        "Anak ini tidak tercatat dalam penanganan ini.",
    )
    rounds = world.case("anak-jalanan", by="dewi", children=1)
    listed = world.paper("Data Anak Melanjutkan Pendidikan")
    refused(
        world,
        rounds,
        "sari",
        lambda w: w.file(listed, output=output(rounds, "4", "data")),
        "Langkah ini dicatat per anak.",
    )
    session = world.paper("Laporan Kegiatan Support Group")
    refused(
        world,
        rounds,
        "sari",
        lambda w: w.file(session, output=output(rounds, "5", "laporan")),
        "Masa kegiatan ini belum dibuka.",
    )


def test_after_closing_papers_can_still_be_filed_and_open_nothing(world):
    case = world.case()
    ordered(world, case)
    done(world, case, "dewi", lambda w: w.leave(children(case)[0], outcome(case), world.now.date()))
    done(world, case, "dewi", lambda w: w.close())
    before = case.attempts.count()
    world.file(case, "Akte Kelahiran", output="5/akte")
    world.file(case, "Surat Terlantar", output="4/surat-terlantar")
    assert case.attempts.count() == before
    assert Filing.objects.filter(case=case, output__key__in=["akte", "surat-terlantar"]).count() == 2
    assert not case.attempts.filter(state__in=["open", "missed"]).exists()


def test_while_held_a_paper_is_filed_and_nothing_moves(world):
    case = world.case()
    _, spt = coordinated(world, case)
    done(world, case, "dewi", lambda w: w.put_on_hold("Menunggu putusan"))
    world.advance_paper(case, spt, Stage.SIGNED, "budi", disposed_by=world.rahman, signed_by=world.budi)
    assert states(case, "8") == ["open"]


# --- void


def test_a_void_paper_stays_marked_with_its_reason(world):
    case = world.case()
    paper = world.file(case, "Surat Terlantar")
    done(world, case, "sari", lambda w: w.void(paper, "Anak lain"))
    paper.refresh_from_db()
    assert (paper.voided_at, paper.void_reason) == (world.now, "Anak lain")
    assert paper.filings.count() == 1
    assert verbs(case)[-1] == "paper.voided"


def test_void_refusals(world):
    case = world.case()
    paper = world.file(case, "Surat Terlantar")
    other = world.paper("Surat Terlantar")
    refused(world, case, "sari", lambda w: w.void(other, "x"), "Dokumen ini tidak ada dalam penanganan ini.")
    refused(world, case, "sari", lambda w: w.void(paper, ""), "Sebutkan mengapa dokumen ini dibatalkan.")
    refused(
        world,
        case,
        "agus",
        lambda w: w.void(paper, "x"),
        "Hanya yang menambahkan dokumen ini, atau atasannya, yang dapat membatalkannya.",
        error=NotAllowed,
    )
    refused(world, case, "tono", lambda w: w.void(paper, "x"), STRANGER, error=NotAllowed)
    done(world, case, "dewi", lambda w: w.void(paper, "Anak lain"))
    paper.refresh_from_db()
    refused(world, case, "dewi", lambda w: w.void(paper, "x"), "Dokumen ini sudah dibatalkan.")
    letter = world.paper("Surat Perintah Tugas", "agus", stage=Stage.NONE, drafted_here=True)
    done(world, case, "agus", lambda w: w.file(letter))
    refused(world, case, "agus", lambda w: w.void(letter, "x"), "Batalkan surat ini dari halaman suratnya.")


# --- a proposal by somebody else than the drafter


def test_a_letter_drafted_by_a_non_performer_counts_for_who_proposes_it(world):
    """The Kasi writes the SPT, the Petugas proposes it: he did the step."""
    from tests.cases.story import reported

    case = world.case()
    reported(world, case)
    spt = world.file(case, "Surat Perintah Tugas", "dewi", output="2/spt", stage=Stage.NONE)
    world.advance_paper(case, spt, Stage.DRAFT, "agus")
    assert states(case, "2") == ["done"]
    assert list(attempts(case, "2")[0].acted_by.all()) == [world.agus]


def test_proposed_by_who_may_not_act_the_step_waits_for_its_performer(world):
    from tests.cases.story import reported

    case = world.case()
    reported(world, case)
    spt = world.file(case, "Surat Perintah Tugas", "dewi", output="2/spt", stage=Stage.NONE)
    world.advance_paper(case, spt, Stage.DRAFT, "dewi")
    assert states(case, "2") == ["open"]
    done(world, case, "agus", lambda w: w.finish("2"))
    assert states(case, "2") == ["done"]


def test_a_drafter_who_left_does_not_stop_the_proposal(world):
    from tests.cases.story import reported

    case = world.case()
    reported(world, case)
    gone = make_user(world.home, "pergi", "Petugas Lama")
    world.users["pergi"] = gone
    paper = world.paper("Surat Perintah Tugas", "pergi", stage=Stage.NONE)
    done(world, case, "agus", lambda w: w.file(paper, output=output(case, "2", "spt")))
    world.advance_paper(case, paper, Stage.DRAFT, "agus")
    assert list(attempts(case, "2")[0].acted_by.all()) == [world.agus]
