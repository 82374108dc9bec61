"""Everything can be done with JavaScript switched off."""

from datetime import timedelta

from sopcases.cases.models import Attempt
from sopcases.letters.models import Letter
from sopcases.letters.states import LetterState
from tests.browser.people import Office, pdf_text, photo, scan


def test_a_report_a_step_and_a_letter_without_javascript(office: Office):
    sari = office.person("sari", java_script_enabled=False).log_in()
    sari.follow("Laporan awal").press("Kirim laporan awal").sees("Ada masalah")
    sari.fill({"Kapan": office.world.now - timedelta(hours=3), "Anak sekarang berada di": "RSUD"})
    sari.fill({"Foto": photo("Teras")}).choose("Temuan").press("Kirim laporan awal")
    case = office.only_case()
    sari.follow("Lewati, isi kemudian").sees("Tersimpan dengan nomor", case.number)

    sari.does(1).page.get_by_text("Unggah Laporan Sosial", exact=True).click()
    sari.fill({"Berkas": scan("Laporan Sosial")}, sari.part("Laporan Sosial"))
    sari.press("Selesaikan langkah").sees("Menunggu diterima oleh Kasi")
    dewi = office.person("dewi", java_script_enabled=False).log_in()
    dewi.takes("Langkah 1 dari 9").follow("Terima").press("Terima").sees("Hasil langkah diterima.")
    assert Attempt.objects.get(step__key="1").state == "done"

    agus = office.person("agus", java_script_enabled=False).log_in()
    agus.does(2).follow("Konsep Surat Perintah Tugas")
    agus.fill({"Tujuan penugasan": "Koordinasi", "Tempat tugas": "RSUD", "Dasar lainnya": "Laporan"})
    agus.page.get_by_role("checkbox", name="Sari Wulandari").check()
    agus.press("Simpan dan periksa naskah").sees("Konsep – belum ditandatangani")
    assert "KONSEP" in pdf_text(agus.download())
    agus.follow("Ajukan").press("Ajukan surat").sees("Surat diajukan.")
    assert Letter.objects.get().state == LetterState.PROPOSED
    assert Attempt.objects.get(step__key="2").state == "done"
