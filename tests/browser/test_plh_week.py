"""A week as Plh.: appointed in the admin, at work on the head's desk, and on the eighth day no longer."""

import re
from datetime import timedelta

import pytest

from sopcases.letters import people
from sopcases.letters.models import Letter
from sopcases.people.models import Appointment, Position
from tests.browser.people import Office, Person, pdf_text
from tests.cases.story import reported
from tests.cast import WIB, World, appoint

SPT = "Surat Perintah Tugas"


@pytest.fixture
def letter(office: Office) -> Letter:
    """An SPT that Agus drafted and Rahman initialled, waiting for the head's signature."""
    world = office.world
    case = world.case()
    reported(world, case)
    agus = world.officer("agus")
    content = {
        "purpose": "Koordinasi dengan kepolisian dan rumah sakit",
        "officers": [people.staff(world.home, agus.day)[world.sari.pk]],
        "starts": agus.day.isoformat(),
        "ends": agus.day.isoformat(),
        "place": "Polresta dan RSUD",
        "tasks": [],
        "basis": ["Laporan masyarakat"],
        "basis_more": ["Laporan masyarakat"],
        "budget": "",
        "budget_code": "",
        "report": True,
        "cc": [],
    }
    with world.walk(case, "agus") as walk:
        output = world.output(walk, "2/spt")
    letter = Letter.draft(case, agus, world.kind(SPT), content, output_id=output)
    letter.propose(agus)
    letter.initial(world.officer("rahman"))
    return letter


def head_of(world: World) -> Position:
    return Position.objects.get(agency=world.home, name="Kepala Dinas")


def pick(person: Person, field: str, words: str) -> None:
    """Choose in one of the admin's search lists."""
    person.page.locator(f".field-{field} .select2-selection").click()
    person.page.locator("input.select2-search__field").fill(words)
    person.page.locator(".select2-results").get_by_role("option", name=words).first.click()


def test_a_plh_signs_the_heads_letters_for_a_week(office: Office, letter: Letter):
    today = office.world.now.astimezone(WIB).date()
    ani, budi, rina = office.log_in("ani", "budi", "rina")
    budi.sees("Menunggu tanda tangan Anda sebagai Kepala Dinas")
    rina.sees("Tidak ada yang menunggu Anda")

    ani.open("/admin/").follow("Penugasan jabatan").follow(re.compile("^Tambah"), ani.main)
    pick(ani, "user", "Rina Marlina")
    pick(ani, "position", "Kepala Dinas")
    ani.page.get_by_label("Jenis").select_option("plh")
    ani.page.get_by_label("Berlaku dari").fill(f"{today:%d-%m-%Y}")
    ani.page.get_by_label("Dasar").fill("Surat Perintah Wali Kota Nomor 800/1")
    ani.press("Simpan")
    ani.sees("Plh. harus mempunyai tanggal akhir.", where=ani.page.locator("body"))
    ani.page.get_by_label("Sampai dengan").fill(f"{today + timedelta(days=6):%d-%m-%Y}")
    ani.press("Simpan")
    given = Appointment.objects.get(user=office.world.rina, kind="plh")
    assert (given.position, given.valid_from, given.valid_until) == (
        head_of(office.world),
        today,
        today + timedelta(days=6),
    )

    budi.open("/").misses("Menunggu tanda tangan")
    rina.open("/").sees("sebagai Plh. Kepala Dinas")
    rina.takes(SPT).follow("Tanda tangani").sees("Anda memutuskan surat ini sebagai Plh. Kepala Dinas")
    rina.fill({"Kata sandi Anda": "demo-sopcases"}).press("Putuskan surat ini").sees("Menunggu tanda tangan")
    text = pdf_text(rina.download())
    assert "Plh. KEPALA DINAS" in text
    assert "Rina Marlina, S.E." in text
    assert "19761111 200212 2 002" in text
    assert "Budi Hartono" not in text
    letter.refresh_from_db()
    assert letter.signer == office.world.rina


def test_on_the_eighth_day_no_longer(office: Office, letter: Letter):
    world = office.world
    today = world.now.astimezone(WIB).date()
    appoint(world.rina, head_of(world), "plh", today - timedelta(days=7), today - timedelta(days=1))
    budi, rina = office.log_in("budi", "rina")
    rina.sees("Tidak ada yang menunggu Anda").misses("Plh.")
    for address in ("", "tanda-tangani/", "pdf/"):
        answer = rina.page.request.get(f"{office.home}/surat/{letter.pk}/{address}")
        assert answer.status == 404, address
    budi.takes(SPT).follow("Tanda tangani").sees("sebagai Kepala Dinas")
