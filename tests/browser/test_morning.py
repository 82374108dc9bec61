"""An officer's morning: the digest, then Tugas Saya by keyboard at her desk and by thumb on her phone."""

import re

from django.core import mail
from django.core.management import call_command
from playwright.sync_api import expect

from sopcases.cases.models import Attempt
from sopcases.sops.models import Stage
from tests.browser.people import PHONE, Office
from tests.cast import at


def test_an_officers_morning(office: Office):
    world = office.world
    world.sari.email = "sari@dinsos.example"
    world.sari.save()
    office.set_clock(at("2026-03-02 08:00"))
    cases = [world.case() for _ in range(3)]
    for case in cases:
        world.file(case, "Laporan Sosial", "sari", stage=Stage.READY)

    # 06.30: the digest is there before she comes
    office.set_clock(at("2026-03-04 06:30"))
    call_command("remind")
    (digest,) = mail.outbox
    assert digest.subject == "Pengingat 4 Maret: 3 lewat batas waktu"
    assert "Anak 1" not in digest.body and all(case.number in digest.body for case in cases)

    # 07.30: what to do first, and why
    office.set_clock(at("2026-03-04 07:30"))
    sari = office.person("sari").log_in()
    sari.sees("Pengingat: 3 lewat batas waktu")
    late = sari.section("Lewat batas waktu")
    expect(late.get_by_role("listitem")).to_have_count(3)
    expect(late.get_by_role("listitem").first).to_contain_text("Sejak 2 Maret pukul 08.00")
    sari.follow("Pengingat").heading("Pengingat").sees("4 Maret", cases[0].number)
    sari.press("Tandai sudah dibaca").open("/")
    expect(sari.main).not_to_contain_text("Pengingat: ")

    # one key: the first task, done, and right afterwards
    sari.page.keyboard.press("1")
    sari.page.wait_for_url(re.compile(f"/penanganan/{cases[0].number}/langkah/1/"))
    sari.press("Selesaikan langkah").sees("Hasil langkah 1 diserahkan. Menunggu diterima oleh Kasi.")
    sari.open("/")
    expect(late.get_by_role("listitem")).to_have_count(2)

    # by j and Enter; never while a field is being typed in
    sari.page.keyboard.press("j")
    sari.page.keyboard.press("j")
    expect(sari.page.locator(".task-action").nth(1)).to_be_focused()
    sari.page.keyboard.press("k")
    expect(sari.page.locator(".task-action").first).to_be_focused()
    sari.page.keyboard.press("Enter")
    sari.page.wait_for_url(re.compile(f"/penanganan/{cases[1].number}/langkah/1/"))
    sari.open("/").press("Matikan pintasan")
    sari.page.keyboard.press("1")
    expect(sari.page.get_by_role("button", name="Nyalakan pintasan")).to_be_visible()
    assert sari.path == "/", "switched off, and so it stays"
    sari.open("/")
    sari.page.keyboard.press("j")
    expect(sari.page.locator(".task-action").first).not_to_be_focused()

    # on the phone: one tap anywhere on the row
    phone = office.person("sari", **PHONE).log_in()
    row = phone.section("Lewat batas waktu").get_by_role("listitem").first
    words = row.get_by_text("Anda melaksanakan sebagai Peksos")
    words.scroll_into_view_if_needed()
    place = words.bounding_box()
    phone.page.touchscreen.tap(place["x"] + 5, place["y"] + 5)
    phone.page.wait_for_url(re.compile("/langkah/1/"))
    phone.arrived().fits()
    phone.press("Selesaikan langkah").sees("Menunggu diterima oleh Kasi.").open("/")
    expect(phone.section("Lewat batas waktu").get_by_role("listitem")).to_have_count(1)
    done = Attempt.objects.filter(case__in=cases, acted_at__isnull=False)
    assert set(done.values_list("recorded_by__username", flat=True)) == {"sari"}
    assert done.count() == 2
