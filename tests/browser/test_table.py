"""The morning after a round: seven children pasted into the table, two rows wrong, saved, mended, saved."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import Office
from tests.browser.test_accessibility import faults, none

PASTE = """(element, text) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  element.focus();
  const given = { clipboardData: data, bubbles: true, cancelable: true };
  element.dispatchEvent(new ClipboardEvent("paste", given));
}"""
ROWS = [
    "Bunga\tUnga\tP\t10\t\t\tJl. Merdeka 1\tSiti\tIbu\t0812 3456",
    "Rian\t\tL\t8",
    "Sinta\t\tP\tsembilan",
    "Ucok\t\tL\t12",
    "Dodi\t\tX\t9",
    "Wulan\t\tP\t7",
    "Tegar\t\tL\t11",
]


@pytest.fixture
def case(office: Office):
    return office.world.case("anak-jalanan", by="dewi", children=0)


def paste(page: Page, cell: str, text: str) -> None:
    page.locator(cell).evaluate(PASTE, text)


def test_seven_pasted_two_wrong_mended(office: Office, case):
    sari = office.inside("sari").open(f"/penanganan/{case.number}/")
    sari.follow("Isi tabel anak")
    page = sari.page
    paste(page, "#id_r1-name", "\n".join(ROWS))
    expect(page.locator("#id_r7-name")).to_have_value("Tegar")
    expect(page.locator("#id_r1-address")).to_have_value("Jl. Merdeka 1")
    page.locator("#id_r2-sibling").fill("1")
    sari.press("Simpan")
    sari.sees("5 baris tersimpan")
    sari.sees("Baris 3: usia ditulis dengan angka")
    expect(page.locator("#id_r5-name")).to_have_value("Dodi")
    expect(page).to_have_title(re.compile("^Kesalahan: "))
    assert case.children.count() == 5
    page.locator("#id_r3-age").fill("9")
    page.locator("#id_r5-sex").select_option("L")
    sari.press("Simpan")
    sari.sees("7 anak ditambahkan ke penanganan ini.")
    assert case.children.count() == 7
    siblings = case.children.filter(child__address="Jl. Merdeka 1")
    assert set(siblings.values_list("child__name", flat=True)) == {"Bunga", "Rian"}


def test_errors_and_choices_are_accessible(office: Office, case):
    office.world.child("Bunga", sex="P")
    sari = office.inside("sari").open(f"/penanganan/{case.number}/anak/tabel/")
    paste(sari.page, "#id_r1-name", "Bunga\t\tP\t10\nRian\t\tX\tdelapan")
    sari.press("Simpan")
    sari.sees("Anak yang sama: Bunga", "Baris 2: pilih L atau P, atau kosongkan.")
    none(faults(sari))


def test_a_list_with_headings_is_read_by_the_server(office: Office, case):
    sari = office.inside("sari").open(f"/penanganan/{case.number}/anak/tabel/")
    names = "\n".join(f"Anak {n}\tL" for n in range(12))
    paste(sari.page, "#id_r1-name", f"NAMA ANAK\tJK\n{names}")
    expect(sari.page.locator("#id_r12-name")).to_have_value("Anak 11")
    sari.press("Simpan")
    sari.sees("12 anak ditambahkan ke penanganan ini.")


def test_enter_saves_and_a_double_click_saves_once(office: Office, case):
    sari = office.inside("sari").open(f"/penanganan/{case.number}/anak/tabel/")
    sari.page.locator("#id_r1-name").fill("Bunga")
    sari.page.locator("#id_r1-name").press("Enter")
    sari.sees("1 anak ditambahkan ke penanganan ini.")
    sari.open(f"/penanganan/{case.number}/anak/tabel/")
    sari.page.locator("#id_r1-name").fill("Rian")
    sari.page.get_by_role("button", name="Simpan", exact=True).last.dblclick()
    sari.sees("1 anak ditambahkan ke penanganan ini.")
    assert case.children.count() == 2
