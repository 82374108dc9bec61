"""A support group of forty children of four rounds, told on a phone in the hall."""

import re

import pytest
from playwright.sync_api import expect

from sopcases.cases.models import Attempt, Case, Session
from sopcases.sops.models import Stage
from tests.browser.people import PHONE, Office, Person
from tests.browser.test_accessibility import faults, none
from tests.cases.story import children
from tests.cases.test_verb_join import on_the_street
from tests.cast import World, at

FOUND, HELD = at("2026-03-10 09:00"), at("2026-04-16 15:30")
ROUNDS, EACH = 4, 10
THUMB = 44
"""Pixels of a target, at the least."""


def found(world: World) -> Case:
    """A round past its step 3: one list of reports and one of statements for all its children."""
    case = on_the_street(world, 0)
    for number in range(1, EACH + 1):
        child = world.child(f"Anak {case.number[-1]}.{number}")
        with world.walk(case, "sari") as walk:
            walk.join(child)
    papers = [
        ("laporan", world.paper("Laporan Sosial", stage=Stage.READY)),
        ("pernyataan", world.paper("Surat Pernyataan")),
    ]
    with world.walk(case, "sari") as walk:
        for key, paper in papers:
            walk.file(paper, output=world.output(walk, f"3/{key}"), children=children(case))
        walk.finish("3")
    return case


@pytest.fixture
def sari(office: Office) -> Person:
    """Before the tick list of April."""
    office.world.now = FOUND
    for _ in range(ROUNDS):
        found(office.world)
    sari = office.person("sari", **PHONE)
    office.day_comes(HELD, sari)
    return sari.takes("Kegiatan bersama April 2026")


def row(sari: Person, child: str):
    page = sari.page
    return page.locator("fieldset.tick").filter(has=page.get_by_text(child, exact=True))


def absent(sari: Person, child: str, why: str) -> None:
    row(sari, child).get_by_label("Tidak hadir", exact=True).check()
    row(sari, child).get_by_label("Alasan tidak hadir").fill(why)


def test_forty_children_on_a_phone(sari: Person):
    count = ROUNDS * EACH
    sari.sees(f"{count} anak dari {ROUNDS} penanganan belum dicatat.", f"{EACH} anak")
    expect(sari.page.locator("fieldset.tick")).to_have_count(count)
    sari.fits()
    for label in sari.page.locator("label.tick-mark").all():
        assert label.bounding_box()["height"] >= THUMB
    expect(row(sari, "Anak 1.1").get_by_label("Alasan tidak hadir")).to_be_hidden()
    sari.choose("Semua hadir, kecuali yang ditandai lain").fill({"Tempat": "Aula Dinas Sosial"})
    absent(sari, "Anak 1.3", "Sakit")
    absent(sari, "Anak 2.7", "")
    absent(sari, "Anak 4.10", "Di luar kota")
    sari.press("Simpan kehadiran")
    sari.sees("Isi alasan Anak 2.7 tidak hadir.", where=sari.page.get_by_role("alert"))
    expect(row(sari, "Anak 1.3").get_by_label("Alasan tidak hadir")).to_have_value("Sakit")
    absent(sari, "Anak 2.7", "Bekerja")
    sari.page.get_by_role("button", name="Simpan kehadiran").dblclick()
    sari.sees(f"Kehadiran {count} anak tersimpan.", f"{count - 3} hadir, 3 tidak hadir")
    sari.sees("Anak 4.10 Tidak hadir: Di luar kota")
    assert Session.objects.count() == 1


def test_the_pages_of_a_session(office: Office, sari: Person):
    list_ = sari.path
    pages = faults(sari)
    sari.press("Simpan kehadiran")
    sari.sees("Ada masalah", where=sari.page.locator("body"))
    pages += faults(sari)
    sari.open(list_).follow("Catat tidak terlaksana").heading("Catat tidak terlaksana")
    pages += faults(sari)
    sari.open(list_).choose("Semua hadir, kecuali yang ditandai lain").fill({"Tempat": "Aula"})
    sari.press("Simpan kehadiran").sees("hadir")
    pages += faults(sari)
    session = sari.path
    for act in ("Unggah laporan kegiatan", "Tambah foto", "Perbaiki kehadiran"):
        sari.open(session).follow(act)
        pages += faults(sari)
    report = office.world.kind("Laporan Kegiatan Support Group").pk
    sari.open(f"/penanganan/{Case.objects.first().number}/surat/baru/?jenis={report}")
    sari.sees("Kegiatan bersama mana yang dilaporkan?")
    pages += faults(sari)
    sari.follow(re.compile("^16 April 2026")).sees("Jalannya kegiatan")
    pages += faults(sari)
    none(pages)
    assert Attempt.objects.filter(step__key="5", state="open").exists()
