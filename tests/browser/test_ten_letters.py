"""A morning's approvals on a phone: read, forward or return, next; then ten letters with one passphrase."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from sopcases.letters import people
from sopcases.letters.models import Certificate, Letter
from sopcases.letters.signing.validation import signatures
from tests.browser.people import PHONE, Office, Person
from tests.letters.certificates import PASSPHRASE, p12
from tests.letters.papers import Desk

SPT = "Surat Perintah Tugas"


@pytest.fixture
def desk(office: Office) -> Desk:
    office.world.home.signature_backend = "certificate"
    office.world.home.save()
    return Desk(office.world)


def propose(desk: Desk, count: int) -> list[Letter]:
    """Orders of today that Agus proposed, each for a purpose of its own."""
    day = desk.by("agus").day.isoformat()
    staff = people.staff(desk.world.home, desk.by("agus").day)
    found = []
    for number in range(1, count + 1):
        letter = desk.spt(
            purpose=f"Penjangkauan ke kelurahan {number}",
            officers=[staff[desk.world.sari.pk]],
            starts=day,
            ends=day,
        )
        letter.propose(desk.by("agus"))
        found.append(letter)
    return found


def states() -> list[str]:
    return list(Letter.objects.order_by("pk").values_list("state", flat=True))


def test_the_kabid_reads_forwards_and_returns_one_after_another(office: Office, desk: Desk):
    propose(desk, 3)
    rahman = office.inside("rahman", **PHONE).takes(SPT)
    for number in (1, 2, 3):
        # The letter itself, who, when, for what: before the button.
        rahman.sees(f"Penjangkauan ke kelurahan {number}", "Sari Wulandari", "MEMERINTAHKAN")
        rahman.follow("Kembalikan dengan catatan" if number == 2 else "Paraf & teruskan")
        rahman.sees(f"Penjangkauan ke kelurahan {number}").fits()
        if number == 2:
            rahman.fill({"Apa yang harus diperbaiki": "Tempatnya keliru."}).press("Kembalikan surat")
            rahman.sees("Surat dikembalikan kepada Agus Salim")
        else:
            rahman.press("Paraf & teruskan").sees("Surat diparaf dan diteruskan dengan nomor")
        rahman.fits()
        if number < 3:
            rahman.follow("Berikutnya")
    assert rahman.link("Berikutnya").count() == 0
    assert states() == ["ready", "returned", "ready"]


def test_ten_letters_with_one_passphrase(office: Office, desk: Desk):
    letters = propose(desk, 10)
    for letter in letters:
        letter.initial(desk.by("rahman"))
    budi = office.inside("budi", **PHONE).open("/")
    budi.page.locator("details.person summary").click()
    budi.follow("Sertifikat elektronik saya")
    budi.fill(
        {
            "Berkas sertifikat (.p12 atau .pfx)": file(p12()),
            "Frasa sandi sertifikat": PASSPHRASE,
        }
    ).press("Simpan sertifikat").sees("Dr. Budi Hartono")
    budi.fits()

    budi.open("/").follow("Tanda tangani beberapa surat sekaligus")
    budi.sees("Penjangkauan ke kelurahan 1", "Penjangkauan ke kelurahan 10").fits()
    for box in budi.page.get_by_role("checkbox").all():
        box.check()
    told = ("Tersisa 2 percobaan", "Tersisa 1 percobaan", "dikunci sampai pukul", "dikunci sampai pukul")
    for word, sentence in zip(("salah", "salah", "salah", PASSPHRASE), told, strict=True):
        sign(budi, word).sees(sentence)
        assert all(box.is_checked() for box in budi.page.get_by_role("checkbox").all()), "nothing is lost"
    assert states() == ["ready"] * 10

    office.set_clock(office.world.now + timedelta(minutes=16))
    # Meanwhile one of the ten was taken back: it says so, and stops no other.
    letters[4].void(desk.by("rahman"), "Dobel")
    sign(budi, PASSPHRASE).sees("9 surat ditandatangani", "Surat ini berstatus “Dibatalkan”")
    budi.sees("Tidak ada surat yang menunggu").fits()
    assert states() == [*["signed"] * 4, "void", *["signed"] * 5]
    for letter in Letter.objects.filter(state="signed"):
        assert valid(letter.pdf.read()) == [("Dr. Budi Hartono", True)]
    assert Certificate.of(desk.world.budi).tries == 0


def sign(person: Person, passphrase: str) -> Person:
    return person.fill({"Frasa sandi sertifikat Anda": passphrase}).press("Tanda tangani yang dicentang")


def valid(content: bytes) -> list[tuple[str, bool]]:
    """Who signed a PDF, and whether it is whole; in a thread of its own, as the browser holds this one."""
    with ThreadPoolExecutor() as threads:
        return [(one.signer, one.whole) for one in threads.submit(signatures, content).result()]


def file(content: bytes) -> dict:
    return {"name": "budi.p12", "mimeType": "application/x-pkcs12", "buffer": content}
