"""The public check page: it tells the truth in every state, names no child and cannot be guessed at."""

import hashlib
import io
import re
import secrets
import subprocess
from datetime import timedelta

import pytest
import segno
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from pypdf import PdfReader

from sopcases.letters import checking
from sopcases.letters.models import Letter
from sopcases.letters.views.check import LIMIT
from tests.letters.papers import scan

pytestmark = pytest.mark.django_db


def looked(letter) -> str:
    letter.refresh_from_db()
    answer = Client().get(f"/cek/{letter.token}/")
    assert answer.status_code == 200
    return " ".join(re.sub("<[^>]*>", " ", answer.content.decode()).split())


def test_a_decided_letter_waits_for_its_ink(desk):
    letter = desk.decided()
    text = looked(letter)
    for part in (
        "Menunggu tanda tangan",
        "belum berlaku sebelum ditandatangani dan dicap",
        "Surat Perintah Tugas",
        letter.number,
        "2 Maret 2026",
        "Dinas Sosial Kota Tanjungpinang",
        "Dr. Budi Hartono, M.A.P., Kepala Dinas",
    ):
        assert part in text


def test_the_states_after(desk):
    letter = desk.decided()
    letter.file_signed_scan(desk.by("agus"), scan(), signed_on=desk.world.now.date())
    assert "Ditandatangani basah" in looked(letter)
    new = letter.replace(desk.by("agus"), "Salah tanggal")
    assert "Diganti" in looked(letter)
    assert "Penggantinya" not in looked(letter), "it has no number yet"
    new.propose(desk.by("agus"))
    new.initial(desk.by("rahman"))
    assert f"Penggantinya bernomor {new.number}." in looked(letter)
    other = desk.decided()
    other.void(desk.by("agus"), "Anak 1 sudah pulang")
    text = looked(other)
    assert "Dibatalkan" in text
    assert "Anak 1" not in text


def test_a_record_of_parties(desk):
    record = desk.record()
    record.fix(desk.by("dewi"))
    text = looked(record)
    assert "Menunggu tanda tangan para pihak" in text
    assert "Para pihak yang tersebut dalam naskah" in text
    record.complete(desk.by("dewi"), scan(), signed_on=desk.world.now.date())
    assert "Ditandatangani para pihak" in looked(record)


def test_it_names_no_child_and_no_purpose(desk):
    record = desk.record()
    record.fix(desk.by("dewi"))
    text = looked(record)
    for secret in ("Anak 1", "Maria", "Panti", desk.case.number, record.label):
        assert secret not in text


def test_a_draft_has_no_page_and_no_qr(desk):
    for letter in (desk.spt(), desk.proposed(), desk.ready()):
        assert letter.token == ""
    assert checking.address("") == ""


def test_the_qr_stands_on_what_is_numbered_and_fixed(desk):
    letter = desk.decided()
    page = PdfReader(io.BytesIO(letter.pdf.read())).pages[0]
    assert "Periksa surat" in page.extract_text()
    before = desk.ready()
    assert "Periksa surat" not in before.body


def test_a_letter_numbered_after_the_ink_has_no_qr_before(desk):
    desk.world.home.number_after_ink = True
    desk.world.home.save()
    letter = desk.decided()
    assert (letter.number, letter.token) == ("", "")


@pytest.mark.parametrize("token", ["x", "x" * 32, "../" * 11, "%00" * 32, "A" * 31 + "é"])
def test_what_is_no_token_is_not_found(desk, token):
    desk.decided()
    assert Client().get(f"/cek/{token}/").status_code == 404


def test_an_empty_token_finds_nothing(desk):
    desk.spt()
    assert Client().get("/cek//").status_code == 404
    assert not Letter.objects.exclude(token="").exists()


def test_guessing_is_slowed_down_and_locks_nobody_out(desk):
    letter = desk.decided()
    client = Client()
    for _ in range(LIMIT):
        assert client.get(f"/cek/{secrets.token_urlsafe(24)}/").status_code == 404
    assert client.get(f"/cek/{letter.token}/").status_code == 429
    sent = {"username": "budi", "password": "demo-sopcases"}
    assert client.post("/masuk/", sent).status_code == 302, "passwords are counted apart"


def test_a_file_is_compared(desk):
    letter = desk.decided()
    content = letter.pdf.read()
    client = Client()

    def sent(data: bytes) -> str:
        file = SimpleUploadedFile("surat.pdf", data, "application/pdf")
        answer = client.post(f"/cek/{letter.token}/", {"file": file})
        assert answer.status_code == 200
        return answer.content.decode()

    assert "sama persis dengan naskah yang dibekukan" in sent(content)
    assert "tidak sama dengan yang disimpan" in sent(content[:-1] + b"x")
    assert "tidak sama dengan yang disimpan" in sent(b"\x00nonsense")
    ink = scan()
    letter.file_signed_scan(desk.by("agus"), ink, signed_on=desk.world.now.date())
    letter.refresh_from_db()
    kept = letter.paper.file.read()
    assert hashlib.sha256(kept).hexdigest() == ink.sha256
    assert "sama persis dengan naskah bertanda tangan" in sent(kept)


def test_no_file_is_a_sentence(desk):
    letter = desk.decided()
    answer = Client().post(f"/cek/{letter.token}/", {})
    assert answer.status_code == 422
    assert "Pilih berkasnya" in answer.content.decode()


def test_a_lapse_of_time_changes_nothing_on_the_page(desk):
    letter = desk.decided()
    before = looked(letter)
    desk.world.now += timedelta(days=400)
    assert looked(letter) == before


def test_the_qr_on_the_paper_is_the_address_of_the_page(desk, tmp_path):
    """The printed squares, read off the picture of the page, are those of the address."""
    letter = desk.decided()
    url = checking.address(letter.token)
    assert url.endswith(f"/cek/{letter.token}/")
    (tmp_path / "surat.pdf").write_bytes(letter.pdf.read())
    subprocess.run(
        ["pdftoppm", "-r", "600", "-gray", "-singlefile", "surat.pdf", "surat"], cwd=tmp_path, check=True
    )
    page = Image.open(tmp_path / "surat.pgm")
    cm = 600 / 2.54
    corner = page.crop((int(19 * cm), int(27.2 * cm), page.width, int(29.2 * cm)))
    left, top, right, _ = corner.point(lambda grey: 255 if grey < 40 else 0).getbbox()
    matrix = segno.make(url, error="m", micro=False).matrix
    module = (right - left) / len(matrix)
    printed = [
        [corner.getpixel((int(left + (x + 0.5) * module), int(top + (y + 0.5) * module))) < 128 for x in row]
        for y, row in ((y, range(len(matrix))) for y in range(len(matrix)))
    ]
    assert printed == [[bool(square) for square in row] for row in matrix]
