"""A head reassigning: what is on the desks below, and two of three cases handed to a colleague in one act."""

import re

from playwright.sync_api import expect

from sopcases.cases.models import CaseOfficer
from sopcases.desk import reminding
from sopcases.people.models import Position
from tests.browser.people import PHONE, Office
from tests.browser.test_accessibility import none, visit
from tests.cast import appoint, at, make_user


def test_a_head_reassigns(office: Office):
    world = office.world
    office.set_clock(at("2026-03-02 08:00"))
    peksos = Position.objects.get(agency=world.home, name="Peksos")
    world.users["lina"] = appoint(make_user(world.home, "lina", "Lina Peksos"), peksos)
    cases = [world.case() for _ in range(3)]
    for case in cases:
        with world.walk(case, "dewi") as walk:
            walk.assign(peksos.pk, world.sari)
    office.set_clock(at("2026-03-04 08:00"))

    rahman = office.person("rahman").log_in()
    rahman.follow("Meja pegawai di bawah Anda").heading("Meja pegawai")
    names = rahman.page.locator("tbody th a").all_inner_texts()
    assert names == ["Dewi Anggraini, S.Sos.", "Lina Peksos", "Sari Wulandari, S.Tr.Sos.", "Agus Salim"]
    row = rahman.page.get_by_role("row").filter(has_text="Sari")
    expect(row.get_by_role("cell")).to_have_text(["3", "3", "0"])

    rahman.follow("Sari Wulandari, S.Tr.Sos.").heading("Meja Sari Wulandari").sees("Hanya untuk dibaca")
    expect(rahman.section("Lewat batas waktu").get_by_role("listitem")).to_have_count(3)
    expect(rahman.main.get_by_role("button")).to_have_count(0)

    # nothing chosen: told what to do, nothing typed is lost
    rahman.follow("Alihkan penanganan").fill({"Alasan": "Cuti melahirkan"})
    rahman.press("Alihkan yang ditandai")
    rahman.sees("Ada masalah", "Pilih paling sedikit satu penanganan.", "Pilih pegawai yang melanjutkan.")
    expect(rahman.field("Alasan")).to_have_value("Cuti melahirkan")
    for case in cases[:2]:
        rahman.page.get_by_label(re.compile(case.number)).check()
    rahman.choose("Lina Peksos, Peksos").press("Alihkan yang ditandai")
    rahman.sees("2 penanganan dialihkan kepada Lina Peksos.")
    expect(rahman.section("Lewat batas waktu").get_by_role("listitem")).to_have_count(1)

    lina = office.person("lina", **PHONE).log_in()
    rows = lina.section("Lewat batas waktu").get_by_role("listitem")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("Anda yang ditugasi")
    rahman.open(f"/penanganan/{cases[0].number}/riwayat/").sees("Menetapkan Lina Peksos", "Cuti melahirkan")
    standing = (
        CaseOfficer.objects.filter(until=None).order_by("case").values_list("user__username", flat=True)
    )
    assert list(standing) == ["lina", "lina", "sari"]


def test_the_pages_fit_every_screen_and_axe_finds_nothing(office: Office):
    world = office.world
    office.set_clock(at("2026-03-02 08:00"))
    peksos = Position.objects.get(agency=world.home, name="Peksos")
    appoint(make_user(world.home, "lina", "Lina Peksos"), peksos)
    for _ in range(2):
        world.case()
    office.set_clock(at("2026-03-06 08:00"))
    reminding.remind(world.now)
    desk = f"/pegawai/{world.sari.pk}/"
    dewi = office.inside("dewi")
    none(visit(dewi, "/", "/pegawai/", desk, f"{desk}alihkan/", "/pengingat/", "/saya/pengingat/"))
