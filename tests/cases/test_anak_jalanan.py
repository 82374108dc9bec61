"""The Anak Jalanan SOP through the verbs: a round, three children, monthly sessions, one by one home."""

from datetime import date

import pytest

from sopcases.cases.models import Adult, Case, Relation
from sopcases.cases.walk import roll
from sopcases.refusal import NotAllowed
from sopcases.sops.models import Stage
from tests.cases.story import STRANGER, attempts, children, done, outcome, refused, states
from tests.cast import at, make_world

pytestmark = pytest.mark.django_db


def output(case, key, name):
    return case.revision.steps.get(key=key).outputs.get(key=name).pk


def test_a_round_from_the_order_to_the_last_child(db):
    world = make_world(at("2026-03-02 08:00"))

    # The round is ordered before any child is known.
    case = world.case("anak-jalanan", by="dewi", children=0, place="Simpang Pamedan")
    assert world.states(case) == {"1": "open"}
    spt = world.file(case, "Surat Perintah Tugas", "agus", output="1/spt", stage=Stage.NONE)
    world.advance_paper(case, spt, Stage.DRAFT, "agus")
    world.advance_paper(case, spt, Stage.SIGNED, "budi", disposed_by=world.rahman, signed_by=world.budi)
    assert world.states(case) == {"1": "done", "2": "done", "3": "open"}
    assert attempts(case, "3")[0].due_at == at("2026-03-03 08:00"), (
        "the table's 1 Hari, not section E's 1 Jam"
    )

    # Three children, two of them siblings; entered the next day by the Petugas as a table.
    world.now = at("2026-03-03 09:00")
    one, two, three = (world.child(name, by="agus") for name in ("Adi", "Ade", "Citra"))
    with world.walk(case, "agus") as walk:
        for child in (one, two, three):
            walk.join(child)
    father = Adult.objects.create(agency=world.home, name="Ayah Adi dan Ade")
    laporan = output(case, "3", "laporan")
    for child in (one, two):
        Relation.objects.create(child=child, adult=father, kind=Relation.Kind.RESPONSIBLE)
        report = world.paper("Laporan Sosial", stage=Stage.READY)
        done(world, case, "sari", lambda w, p=report, c=child: w.file(p, output=laporan, children=[c.pk]))
    said = world.paper("Surat Pernyataan", "agus")
    statement = output(case, "3", "pernyataan")
    done(world, case, "agus", lambda w: w.file(said, output=statement, children=[one.pk, two.pk]))
    team = [world.sari, world.dewi, world.agus]
    night = at("2026-03-02 21:00")
    done(world, case, "agus", lambda w: w.record("3", acted_at=night, acted_by=team))

    # Citra's mother does not come: she holds nobody else back.
    assert {a.child_id for a in attempts(case, "4")} == {one.pk, two.pk}
    assert states(case, "5") == ["open"]
    refused(world, case, "sari", lambda w: w.finish("3"), "Keluaran “Surat Pernyataan” untuk C. belum ada.")

    # Adi still goes to school; Ade left it and is enrolled.
    done(world, case, "sari", lambda w: w.not_needed("4", "Masih bersekolah", [one.pk]))
    enrolled = world.paper("Data Anak Melanjutkan Pendidikan", stage=Stage.READY)
    done(world, case, "sari", lambda w: w.file(enrolled, output=output(case, "4", "data"), children=[two.pk]))
    world.now = at("2026-03-06 10:00")
    done(world, case, "sari", lambda w: w.finish("4", two.pk))

    # The mother came after a week.
    world.now = at("2026-03-10 10:00")
    report = world.paper("Laporan Sosial", stage=Stage.READY)
    mother = world.paper("Surat Pernyataan")
    with world.walk(case, "sari") as walk:
        walk.file(report, output=laporan, children=[three.pk])
        walk.file(mother, output=statement, children=[three.pk])
    done(world, case, "sari", lambda w: w.finish("3"))
    assert states(case, "3") == ["done"]
    assert case.attempts.get(step__key="4", child=three).state == "open"
    done(world, case, "sari", lambda w: w.not_needed("4", "Belum usia sekolah", [three.pk]))

    # April is held, May is missed and told late, June is not held, July goes by.
    report_output = output(case, "5", "laporan")

    def session(by, period, acted, now):
        world.now = at(now)
        paper = world.paper("Laporan Kegiatan Support Group", stage=Stage.READY)
        with world.walk(case, by) as walk:
            walk.file(paper, output=report_output, occurrence=period)
            walk.finish("5", None, period, acted_at=at(acted), acted_by=[world.sari])

    roll(at("2026-04-01 00:05"))
    session("sari", date(2026, 4, 1), "2026-04-22 13:00", "2026-04-23 09:00")
    roll(at("2026-05-01 00:05"))
    roll(at("2026-06-01 00:05"))
    assert states(case, "5") == ["done", "missed", "open"]
    session("agus", date(2026, 5, 1), "2026-05-20 09:00", "2026-06-03 09:00")
    done(world, case, "sari", lambda w: w.not_held("5", date(2026, 6, 1), "Aula dipakai pemilihan"))
    roll(at("2026-08-01 00:05"))
    assert states(case, "5") == ["done", "done", "not_held", "missed", "open"]

    # They go one by one, each in his own way and time.
    world.now = at("2026-08-03 09:00")
    for child, how in (
        (one, "Kembali ke keluarga"),
        (two, "Kembali bersekolah"),
        (three, "Dilimpahkan/dipulangkan ke daerah asal"),
    ):
        refused(world, case, "dewi", lambda w: w.close(), "Masih ada anak tanpa hasil akhir.")
        world.wait(days=1)
        end = outcome(case, how)
        done(world, case, "sari", lambda w, c=child, e=end: w.leave(c.pk, e, world.now.date()))
    refused(world, case, "tono", lambda w: w.close(), STRANGER, error=NotAllowed)
    done(world, case, "dewi", lambda w: w.close())
    assert case.state == Case.State.DONE
    assert states(case, "5") == ["done", "done", "not_held", "ended", "ended"]
    assert [s.outcome.name for s in case.children.order_by("id")] == [
        "Kembali ke keluarga",
        "Kembali bersekolah",
        "Dilimpahkan/dipulangkan ke daerah asal",
    ]
    assert children(case) == [one.pk, two.pk, three.pk]


def test_a_round_that_finds_nobody(world):
    case = world.case("anak-jalanan", by="dewi", children=0)
    spt = world.file(case, "Surat Perintah Tugas", "agus", output="1/spt", stage=Stage.DRAFT)
    world.advance_paper(case, spt, Stage.SIGNED, "budi", disposed_by=world.rahman, signed_by=world.budi)
    done(world, case, "sari", lambda w: w.finish("3", note="Hujan, tidak ada anak"))
    assert world.states(case) == {"1": "done", "2": "done", "3": "done"}
    done(world, case, "dewi", lambda w: w.close())
    assert case.state == Case.State.NIHIL
    assert case.children.count() == 0


def test_one_spt_serves_two_rounds(world):
    """One paper may be filed to many cases; signed, it moves each."""
    first = world.case("anak-jalanan", by="dewi", children=0)
    second = world.case("anak-jalanan", by="dewi", children=0)
    spt = world.file(first, "Surat Perintah Tugas", "agus", output="1/spt", stage=Stage.NONE)
    with world.walk(second, "agus") as walk:
        walk.file(spt, output=world.output(walk, "1/spt"))
    for case in (first, second):
        world.advance_paper(case, spt, Stage.SIGNED, "agus", disposed_by=world.rahman, signed_by=world.budi)
        assert world.states(case) == {"1": "done", "2": "done", "3": "open"}
