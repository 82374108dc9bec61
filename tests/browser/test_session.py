"""A session that ends while somebody writes loses no word."""

from importlib import import_module

import pytest
from django.conf import settings

from sopcases.cases.models import ProgressNote
from tests.browser.people import Office

TEXT = "Kunjungan ke RSUD: bayi sudah mau menyusu.\n" * 40 + "“Kutipan” perawat & catatan <penting>."


def end_all_sessions() -> None:
    import_module(settings.SESSION_ENGINE).SessionStore.get_model_class().objects.all().delete()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_long_note_survives_the_end_of_the_session(office: Office, scripts: bool):
    case = office.world.case()
    sari = office.person("sari", java_script_enabled=scripts).log_in()
    sari.open(f"/penanganan/{case.number}/catatan/baru/").fill({"Catatan": TEXT})
    end_all_sessions()
    sari.press("Simpan catatan").heading("Masuk kembali")
    assert not ProgressNote.objects.exists()
    sari.fill({"Nama pengguna": "sari", "Kata sandi": "salah-sekali"}).press("Masuk dan lanjutkan")
    sari.fill({"Nama pengguna": "sari", "Kata sandi": "demo-sopcases"}).press("Masuk dan lanjutkan")
    sari.heading("Lanjutkan pengiriman").sees("“Kutipan” perawat & catatan <penting>.")
    assert not ProgressNote.objects.exists()
    sari.press("Lanjutkan pengiriman").sees("Catatan tersimpan.")
    assert ProgressNote.objects.get().text.replace("\r\n", "\n") == TEXT


def test_what_one_typed_is_not_shown_to_who_logs_in_next(office: Office):
    case = office.world.case()
    sari = office.inside("sari").open(f"/penanganan/{case.number}/catatan/baru/")
    sari.fill({"Catatan": "Hanya untuk saya."})
    sari.context.clear_cookies()
    sari.press("Simpan catatan").heading("Masuk kembali").misses("Hanya untuk saya.")


def test_a_page_asked_for_without_a_session_comes_after_the_login(office: Office):
    case = office.world.case()
    sari = office.person("sari").open(f"/penanganan/{case.number}/")
    sari.heading("Masuk")
    sari.fill({"Nama pengguna": "sari", "Kata sandi": "demo-sopcases"}).press("Masuk")
    sari.heading(case.number)
    sari.page.locator("details.person summary").click()
    sari.press("Keluar").heading("Masuk")
    assert sari.page.request.get(f"{office.home}/penanganan/{case.number}/").url.startswith(
        f"{office.home}/masuk/"
    )
