"""The admin brings in the sheet of another office: read, put right beside its source, kept as a draft."""

import pytest
from playwright.sync_api import expect

from sopcases.people.models import Position
from sopcases.sops.models import Intake, Revision
from tests.browser.people import PATIENCE, PHONE, Office
from tests.browser.test_accessibility import faults, none
from tests.browser.test_session import end_all_sessions
from tests.sops import office_files as office_file

ROWS = [
    *office_file.ROWS[:2],
    ["1.", "Resepsionis menerima berkas permohonan", "●", "", "Formulir", "1O rnenit", "Tanda terima", ""],
    ["2.", "Lurah memeriksa berkas", "", "●", "Tanda terima", "l jarn", "Kartu tamu", ""],
]
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET = {"name": "SOP kelurahan.docx", "mimeType": WORD, "buffer": office_file.word_file(rows=ROWS)}


@pytest.fixture(autouse=True)
def disk(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.mark.parametrize(
    "screen", [{}, PHONE, {"java_script_enabled": False}], ids=["desk", "phone", "no scripts"]
)
def test_a_sheet_of_another_office_becomes_a_draft(office: Office, screen: dict):
    ani = office.inside("ani", **screen).open("/sop/").follow("Unggah berkas SOP")
    ani.press("Unggah dan baca").sees("Ada masalah", "Pilih berkas SOP.")
    ani.fill({"Berkas SOP": SHEET}).press("Unggah dan baca")

    ani.heading("Periksa hasil bacaan").sees(
        "Langkah 1: Waktu", "Langkah 2: Waktu", "tabel 1, baris 4, kolom 6"
    )
    first, second = ani.part("Langkah 1"), ani.part("Langkah 2")
    expect(first.locator(".source-doubt mark")).to_have_text("1O rnenit")
    ani.fill({"Waktu": "10 menit"}, first).fill({"Waktu": "1 jam"}, second)
    ani.press("Tambah langkah sesudah langkah 1")
    expect(ani.field("No", ani.part("Langkah tambahan"))).to_be_focused()
    ani.fill({"No": "1a", "Uraian kegiatan": "Petugas mencatat permohonan"}, ani.part("Langkah tambahan"))
    ani.fill({"Pelaksana": "Petugas"}, ani.part("Langkah tambahan"))
    ani.press("Turunkan langkah tambahan")
    expect(ani.page.get_by_role("heading", name="Langkah 1a (tambahan)")).to_be_focused()
    ani.press("Naikkan langkah 1a (tambahan)")
    expect(ani.field("Waktu", first)).to_have_value("10 menit")
    ani.select("“Lurah”", "Kasi").select("“Resepsionis”", "Baru: jabatan di perangkat daerah ini")
    ani.press("Simpan sebagai draf").sees("Draf revisi 1 disimpan dari berkas.", "Pelayanan Surat Keterangan")

    revision = Revision.objects.get(state="draft")
    assert ani.path == f"/admin/sops/revision/{revision.pk}/change/"
    assert [step.time for step in revision.steps.all()] == ["10 menit", "", "1 jam"]
    names = [p.position.name for step in revision.steps.all() for p in step.performers.all()]
    assert names == ["Resepsionis", "Petugas", "Kasi"]
    assert "Lurah" in Position.objects.get(agency=office.world.home, name="Kasi").aliases
    assert revision.intake.trace["steps/0/time"]["kept"] == "10 menit"


def test_a_session_that_ends_loses_nothing_that_was_corrected(office: Office):
    ani = office.inside("ani").open("/sop/berkas/unggah/")
    ani.fill({"Berkas SOP": SHEET}).press("Unggah dan baca")
    path = ani.path
    ani.fill({"Waktu": "10 menit"}, ani.part("Langkah 1"))
    expect(ani.page.locator(".draft-note")).to_contain_text("Tersimpan sebagai konsep", timeout=PATIENCE)
    end_all_sessions()
    ani.page.goto(office.home + "/masuk/")
    ani.log_in().open(path).press("Lanjutkan isian")
    expect(ani.field("Waktu", ani.part("Langkah 1"))).to_have_value("10 menit")
    ani.press("Simpan sebagai draf").sees("disimpan dari berkas")
    assert Revision.objects.get(state="draft").steps.first().time == "10 menit"
    assert Intake.objects.count() == 1


def test_the_pages_are_for_everybody(office: Office):
    ani = office.inside("ani").open("/sop/berkas/unggah/")
    found = faults(ani)
    ani.page.set_viewport_size({"width": 1280, "height": 800})
    ani.fill({"Berkas SOP": SHEET}).press("Unggah dan baca")
    path, found = ani.path, found + faults(ani)
    ani.page.set_viewport_size({"width": 1280, "height": 800})
    found += faults(ani.press("Tambah langkah sesudah langkah 1").press("Tambah keluaran pada langkah 1"))
    ani.press("Simpan sebagai draf").sees("disimpan dari berkas").follow("Asal pada berkas")
    assert ani.path == path
    none(found + faults(ani.heading("Asal pada berkas")))
