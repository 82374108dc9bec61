"""A file of an office becomes a draft, every value traced, unknown names proposed; or nothing is kept."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from sopcases.people.authority import Machine
from sopcases.people.models import Entry, Position
from sopcases.refusal import Conflict, Refused
from sopcases.sops import intake, revising, sopfile
from sopcases.sops.models import Intake, PaperKind, Revision, Sop
from tests.sops import office_files as office

FORMATS = {
    "docx": office.word_file,
    "odt": office.open_document_file,
    "xlsx": office.workbook_file,
    "html": office.web_page,
    "txt": office.text_file,
}


@pytest.fixture(autouse=True)
def disk(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


def run(tmp_path, name: str, content: bytes, *options) -> tuple[str, str]:
    file = tmp_path / name
    file.write_bytes(content)
    out, err = StringIO(), StringIO()
    call_command("import_sop", str(file), "--agency", "tanjungpinang", *options, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def nothing_stored(disk) -> bool:
    files = list((disk / "intake").rglob("*.*"))
    return not (Intake.objects.exists() or Revision.objects.filter(state="draft").exists() or files)


@pytest.mark.parametrize("kind", FORMATS)
def test_a_file_of_every_format_becomes_the_same_draft(world, tmp_path, kind):
    told, _ = run(tmp_path, f"Surat Keterangan.{kind}", FORMATS[kind]())

    assert "status Draf, 2 langkah" in told
    revision = Revision.objects.get(state="draft")
    assert revision.name == "Pelayanan Surat Keterangan"
    assert [(s.number, s.activity, s.time) for s in revision.steps.all()] == [
        ("1.", "Resepsionis menerima berkas permohonan", "10 menit"),
        ("2.", "Lurah memeriksa berkas", "1 jam"),
    ]
    steps = revision.steps.all()
    assert [p.position.name for s in steps for p in s.performers.all()] == ["Resepsionis", "Lurah"]
    assert [r.kind.name for s in steps for r in s.requirements.all()] == ["Formulir", "Tanda terima"]


def test_unknown_names_are_proposed_and_keep_the_draft_out_of_force(world, tmp_path):
    run(tmp_path, "sop.docx", office.word_file())
    revision = Revision.objects.get(state="draft")
    proposed = Position.objects.filter(proposed=True)

    assert set(proposed.values_list("name", flat=True)) == {"Resepsionis", "Lurah"}
    assert {k.name: k.origin for k in PaperKind.objects.filter(proposed=True)} == {
        "Formulir": "incoming",
        "Tanda terima": "report",
        "Surat keterangan domisili": "report",
    }
    by = Machine(timezone.now())
    with pytest.raises(Refused, match="“Resepsionis” masih usulan"):
        revising.put_in_force(revision, by, timezone.localdate(), official="Kadis", reason="Uji")
    proposed.update(proposed=False)
    PaperKind.objects.update(proposed=False)
    revision = revising.put_in_force(revision, by, timezone.localdate(), official="Kadis", reason="Uji")
    assert revision.state == "in_force"


def test_every_cell_is_traced_to_its_place_and_the_file_is_kept(world, tmp_path, disk):
    raw = office.word_file()
    run(tmp_path, "sop.docx", raw)

    source = Intake.objects.get()
    assert source.revision.state == "draft"
    with source.file.open() as stored:
        assert stored.read() == raw
    assert "sop" not in source.file.name.replace("source", "")
    steps = source.revision.steps.count()
    for number in range(steps):
        for name in ("number", "activity", "time", "performers/0/position", "requires/0/paper"):
            quotes = source.trace[f"steps/{number}/{name}"]["quotes"]
            assert quotes and all(q["at"].startswith("tabel 1, baris ") and q["text"] for q in quotes)
    assert source.trace["steps/1/time"]["quotes"] == [{"at": "tabel 1, baris 4, kolom 6", "text": "1 jam"}]


def test_the_trace_is_sealed_with_its_revision(world, tmp_path):
    run(tmp_path, "sop.docx", office.word_file())
    Position.objects.update(proposed=False)
    PaperKind.objects.update(proposed=False)
    source = Intake.objects.get()
    revising.put_in_force(
        source.revision, Machine(timezone.now()), timezone.localdate(), official="Kadis", reason="Uji"
    )
    for change in (lambda: Intake.objects.update(trace={}), lambda: Intake.objects.all().delete()):
        with pytest.raises((DatabaseError, IntegrityError), match="tidak dapat diubah"), transaction.atomic():
            change()


def test_the_database_asks_who_confirmed(world, tmp_path):
    run(tmp_path, "sop.docx", office.word_file())
    with pytest.raises(IntegrityError), transaction.atomic():
        Intake.objects.update(confirmed_at=timezone.now())


def test_json_alone_stands_on_standard_output_and_a_dry_run_stores_nothing(world, tmp_path, disk):
    entries = Entry.objects.count()
    out, err = run(tmp_path, "sop.docx", office.word_file(), "--json", "--dry-run")

    read = json.loads(out)
    assert "Tidak ada yang disimpan" in err
    assert read["name"]["value"] == "Pelayanan Surat Keterangan"
    assert read["steps"][1]["time"] == {
        "value": "1 jam",
        "source": "tabel 1, baris 4, kolom 6",
        "sure": True,
    }
    assert all({"about", "quotes", "reading"} <= finding.keys() for finding in read["findings"])
    assert nothing_stored(disk) and Entry.objects.count() == entries
    assert not Position.objects.filter(proposed=True).exists()

    out, err = run(tmp_path, "sop.docx", office.word_file(), "--json")
    assert json.loads(out)["steps"] and "revisi 1 disimpan" in err


def test_a_dry_run_of_yaml_stores_nothing_either(world, tmp_path):
    raw = b"slug: x\nname: X\nsteps: [{number: '1', activity: a}]\n"
    run(tmp_path, "sop.yaml", raw, "--dry-run")
    assert not Sop.objects.filter(slug="x").exists()


def test_not_even_the_document_that_a_dry_run_froze_stays_on_the_disk(world, tmp_path, disk):
    raw = sopfile.exported(world.revision()).replace("bayi-balita-terlantar", "uji").encode()
    files = set(disk.rglob("*.pdf"))
    run(tmp_path, "sop.yaml", raw, "--in-force", "2026-03-02", "--dry-run")
    assert not Sop.objects.filter(slug="uji").exists()
    assert set(disk.rglob("*.pdf")) == files
    run(tmp_path, "sop.yaml", raw, "--in-force", "2026-03-02")
    assert len(set(disk.rglob("*.pdf")) - files) == 1


def macros() -> bytes:
    return office.packed(office.unpacked(office.word_file()) | {"word/vbaProject.bin": b"x"})


@pytest.mark.parametrize(
    ("name", "make", "options", "sentence"),
    [
        ("sop.docx", lambda: b"%PDF-1.7", (), "adalah PDF"),
        ("sop.docx", macros, (), "memuat makro"),
        ("sop.txt", lambda: b"Ini bukan SOP.\nHanya surat.", (), "tidak memuat langkah"),
        ("sop.docx", lambda: office.word_file(rows=[["No", "Kegiatan"], ["", ""]], merged=[]), (), "langkah"),
        ("sop.docx", office.word_file, ("--in-force", "2026-01-01"), "hanya untuk YAML"),
        ("sop.yaml", lambda: b"slug: x", ("--json",), "bukan untuk YAML"),
    ],
)
def test_what_is_refused_leaves_nothing(world, tmp_path, disk, name, make, options, sentence):
    with pytest.raises(CommandError, match=f"tidak ada yang disimpan:(?s:.*){sentence}"):
        run(tmp_path, name, make(), *options)
    assert nothing_stored(disk)


def test_names_the_agency_knows_are_used_also_by_alias(world, tmp_path):
    position = Position.objects.get(agency=world.home, name="Kasi")
    position.aliases = [*position.aliases, "Lurah"]
    position.save()
    run(tmp_path, "sop.docx", office.word_file())
    steps = Revision.objects.get(state="draft").steps.all()
    names = [p.position.name for step in steps for p in step.performers.all()]
    assert names == ["Resepsionis", "Kasi"]
    assert not Position.objects.filter(name="Lurah").exists()


def test_findings_become_notes_with_their_quotes(world, tmp_path):
    run(tmp_path, "sop.docx", office.word_file())
    read = Intake.objects.get().data["notes"]
    notes = Revision.objects.get(state="draft").notes
    assert read and [(n.about, n.quotes, n.reading) for n in notes.all()] == [
        (note["about"], note["quotes"], note["reading"]) for note in read
    ]


def test_the_same_sop_again_is_its_next_revision_and_a_file_is_kept_once(world, tmp_path):
    run(tmp_path, "sop.docx", office.word_file())
    told, _ = run(tmp_path, "sop.docx", office.word_file())
    assert "revisi 2 disimpan" in told
    with pytest.raises(Conflict, match="sudah disimpan"):
        intake.keep(Intake.objects.first(), Machine(timezone.now()))


def test_what_is_too_long_for_its_field_is_refused_without_lines_of_a_file_nobody_saw(world, tmp_path, disk):
    rows = [
        *office.ROWS[:3],
        ["2.", "Memeriksa", "", "●", "Formulir", "1 jam " * 40, "Surat keterangan domisili", ""],
    ]
    with pytest.raises(CommandError, match="“time” terlalu panjang") as refused:
        run(tmp_path, "sop.docx", office.word_file(rows=rows))
    assert "Baris" not in str(refused.value)
    assert nothing_stored(disk)  # though it was read and kept before it was refused
