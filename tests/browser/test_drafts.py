"""What one types is on the server before it is sent: the page dies, a second tab opens, the session ends."""

import pytest
from playwright.sync_api import expect

from sopcases.cases.models import ProgressNote
from sopcases.people import drafts
from sopcases.people.models import Draft
from tests.browser.people import PATIENCE, PHONE, Office, Person, label
from tests.browser.test_session import end_all_sessions

SAVED = "Tersimpan sebagai konsep"


@pytest.fixture
def note(office: Office) -> str:
    return f"/penanganan/{office.world.case().number}/catatan/baru/"


def types(person: Person, text: str) -> Person:
    """Key by key, and waits until it is kept."""
    person.field("Catatan").press_sequentially(text)
    expect(said(person)).to_contain_text(SAVED, timeout=PATIENCE)
    return person


def said(person: Person):
    return person.page.locator(".draft-note")


def second_tab(office: Office, person: Person, path: str) -> Person:
    """The same person, the same browser, another tab."""
    other = Person(person.name, person.context, office.home)
    return other.open(path)


@pytest.mark.parametrize("screen", [{}, PHONE], ids=["desk", "phone"])
def test_the_page_dies_and_the_text_is_there(office: Office, note: str, screen: dict):
    sari = office.inside("sari", **screen).open(note)
    types(sari, "Bayi sudah mau menyusu.")
    sari.page.close()  # no question asked, nothing sent
    sari.page = sari.context.new_page()
    sari.open(note).sees("Ada isian yang belum dikirim dari hari ini", "Bayi sudah mau menyusu.")
    sari.press("Lanjutkan isian").sees("sudah dimuat kembali")
    expect(sari.field("Catatan")).to_have_value("Bayi sudah mau menyusu.")
    types(sari, " Beratnya 3,1 kg.")
    assert Draft.objects.count() == 1
    sari.press("Simpan catatan").sees("Catatan tersimpan.")
    assert "Beratnya 3,1 kg." in ProgressNote.objects.get().text
    assert not Draft.objects.exists()
    sari.open(note).misses("belum dikirim")


def test_without_scripts_one_goes_on_too(office: Office, note: str):
    types(office.inside("sari").open(note), "Dari komputer kantor")
    sari = office.inside("sari", java_script_enabled=False).open(note)
    sari.press("Lanjutkan isian")
    expect(sari.field("Catatan")).to_have_value("Dari komputer kantor")
    sari.press("Simpan catatan").sees("Catatan tersimpan.")
    assert not Draft.objects.exists()


def test_two_tabs_do_not_touch_each_other(office: Office, note: str):
    one = office.inside("sari").open(note)
    types(one, "Tab pertama")
    two = second_tab(office, one, note)
    two.sees("Ada isian yang belum dikirim", "Tab pertama")
    types(two, "Tab kedua")
    one.field("Catatan").press_sequentially(", lebih panjang")
    third = second_tab(office, one, note)
    third.page.wait_for_timeout(11_000)
    third.open(note).sees("Ada 2 isian yang belum dikirim", "Tab pertama, lebih panjang", "Tab kedua")
    two.press("Simpan catatan").sees("Catatan tersimpan.")
    assert ProgressNote.objects.get().text == "Tab kedua"
    one.page.close()
    third.open(note).sees("Ada isian yang belum dikirim", "Tab pertama, lebih panjang").misses("Tab kedua")
    third.press("Buang").sees("Isian yang belum dikirim dibuang.")
    assert not Draft.objects.exists()
    third.open(note).misses("belum dikirim")


def test_the_session_ends_while_typing(office: Office, note: str):
    sari = office.inside("sari").open(note)
    types(sari, "Sebelum sesi berakhir.")
    end_all_sessions()
    sari.field("Catatan").press_sequentially(" Sesudahnya.")
    sari.page.get_by_role("heading", name="Sesi Anda sudah berakhir").wait_for(timeout=PATIENCE)
    expect(said(sari)).to_contain_text("Belum tersimpan: sesi berakhir")
    assert drafts._open(Draft.objects.get()).words == "Sebelum sesi berakhir."
    with sari.context.expect_page() as opened:
        sari.follow("Masuk di tab baru")
    login = opened.value
    login.get_by_label(label("Nama pengguna")).fill("sari")
    login.get_by_label(label("Kata sandi")).fill("demo-sopcases")
    login.get_by_role("button", name="Masuk", exact=True).click()
    login.get_by_role("heading", name="Tugas Saya", level=1).wait_for()
    login.close()
    sari.press("Lanjutkan")
    expect(said(sari)).to_contain_text(SAVED, timeout=PATIENCE)
    assert drafts._open(Draft.objects.get()).words == "Sebelum sesi berakhir. Sesudahnya."
    sari.press("Simpan catatan").sees("Catatan tersimpan.")
    assert ProgressNote.objects.get().text == "Sebelum sesi berakhir. Sesudahnya."
    assert not Draft.objects.exists()
    sari.trouble.clear()  # the browser writes each 401 and 403 of a script to its console


def test_another_user_at_the_same_browser(office: Office, note: str):
    sari = office.inside("sari").open(note)
    types(sari, "Hanya untuk saya.")
    sari.come_in(office.world.users["dewi"])
    sari.field("Catatan").press_sequentially(" Lagi.")
    expect(said(sari)).to_contain_text("Pengguna lain sudah masuk", timeout=PATIENCE)
    assert {row.user.username for row in Draft.objects.all()} == {"sari"}
    dewi = second_tab(office, sari, note)
    dewi.misses("Hanya untuk saya.", "belum dikirim")
    sari.trouble.clear()


def test_the_line_is_cut_and_mended(office: Office, note: str):
    sari = office.inside("sari").open(note)
    sari.context.set_offline(True)
    sari.field("Catatan").press_sequentially("Di jalan tanpa sinyal.")
    expect(said(sari)).to_have_text("Belum tersimpan: sambungan terputus", timeout=PATIENCE)
    sari.context.set_offline(False)
    expect(said(sari)).to_contain_text(SAVED, timeout=2 * PATIENCE)
    assert drafts._open(Draft.objects.get()).words == "Di jalan tanpa sinyal."
    sari.trouble.clear()


def test_leaving_the_page_keeps_the_last_words(office: Office, note: str):
    sari = office.inside("sari").open(note)
    sari.field("Catatan").fill("Diketik sedetik sebelum pindah halaman.")
    sari.open("/").heading("Tugas Saya")  # the question about leaving is answered with yes
    sari.open(note).sees("Diketik sedetik sebelum pindah halaman.")


def test_forms_that_ask_who_one_is_keep_nothing(office: Office):
    sari = office.inside("sari").open("/kata-sandi/")
    sari.page.locator("input[type=password]").first.press_sequentially("kata sandi lama")
    assert said(sari).count() == 0
    sari.page.wait_for_timeout(4000)
    assert not Draft.objects.exists()
