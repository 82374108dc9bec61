"""The head of the office takes his registers along: a past day, a long file left and come back to."""

import io
import os
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect

from sopcases.desk.reports import making
from tests.browser.people import Office
from tests.browser.test_accessibility import none, visit
from tests.desk.made_up import made_up

LOOKS = os.environ.get("SOPCASES_LOOKS", "")
"""A folder for pictures of the pages, for who wants to look at them."""


@pytest.fixture
def head(office: Office):
    """Budi before an office of sixty cases."""
    made_up(office.world, 60)
    return office.person("budi").come_in(office.world.budi)


def look(person, name: str) -> None:
    if LOOKS:
        for width in (1280, 360):
            person.page.set_viewport_size({"width": width, "height": 900})
            person.page.screenshot(path=Path(LOOKS) / f"{name}-{width}.png", full_page=True)


def test_every_page_of_the_reports_is_for_everybody(head):
    pages = ("register/", "register/kasus/", "register/anak/", "register/kehadiran/", "rekap/", "rekap/spm/")
    for page in (*pages, "rekap/spm/target/", "unduhan/"):
        none(visit(head, f"/laporan/{page}"))
        look(head, page.strip("/").replace("/", "-"))


def test_a_long_file_is_left_and_come_back_to(head, monkeypatch):
    monkeypatch.setattr(making, "SLICE", 10)
    monkeypatch.setattr("sopcases.desk.reports.export_views.AT_ONCE", 0.0005)
    page = head.open("/laporan/").page
    head.follow("Register dan rekap").follow("Buku register kasus")
    page.get_by_text("Unduh Excel, PDF, atau CSV").click()
    page.get_by_label("Dengan nama lengkap anak").check()
    page.get_by_role("button", name="Unduh Excel").click()
    expect(page.get_by_role("progressbar", name="Kemajuan")).to_be_visible()
    address = page.url
    look(head, "kemajuan")
    page.goto("about:blank")
    page.goto(address)
    ready = page.get_by_role("link", name="Unduh berkas")
    expect(ready).to_be_visible(timeout=60_000)
    look(head, "siap")
    with page.expect_download() as coming:
        ready.click()
    book = openpyxl.load_workbook(io.BytesIO(Path(coming.value.path()).read_bytes()))
    assert book["Data"].max_row == 61 and coming.value.suggested_filename.startswith("buku-register-kasus-")


def test_a_target_is_entered_and_divides(head, office):
    page = head.open("/laporan/rekap/spm/").page
    expect(page.get_by_text("Target belum diisi")).to_be_visible()
    head.follow("Isi target")
    page.get_by_role("button", name="Simpan target").click()
    expect(page.get_by_role("alert")).to_contain_text("Pilih indikator.")
    page.get_by_label("Indikator").select_option(index=1)
    page.get_by_label("Target (jumlah anak)").fill("50")
    page.get_by_label("Dasar").fill("Renja")
    page.get_by_role("button", name="Simpan target").click()
    expect(page.get_by_role("table")).to_contain_text("Renja")


def test_a_past_day_says_what_it_counts(head, office):
    day = (office.world.now - timedelta(days=200)).date().isoformat()
    page = head.open(f"/laporan/register/kasus/?per={day}").page
    expect(page.get_by_text("sebagaimana tercatat dalam sopcases pada")).to_be_visible()
