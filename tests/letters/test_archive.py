"""dump_letters: every letter as a file, and an index that tells the truth about each."""

import csv
import hashlib
import io

import pytest
from django.core.management import CommandError, call_command
from pypdf import PdfReader

from sopcases.letters.models import Certificate
from sopcases.letters.views.signing import means_of
from tests.letters.certificates import PASSPHRASE, p12
from tests.letters.papers import Desk, scan

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(world) -> Desk:
    return Desk(world)


def dumped(folder, *args) -> dict[str, dict]:
    out = io.StringIO()
    call_command("dump_letters", str(folder), *args, stdout=out)
    with (folder / "index.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert out.getvalue() == f"{len(rows)} surat ditulis ke {folder}.\n"
    for row in rows:
        content = (folder / row["file"]).read_bytes()
        assert content.startswith(b"%PDF-")
        assert hashlib.sha256(content).hexdigest() == row["sha256"]
    return {row["state"]: row for row in rows}


def test_a_letter_in_every_state(desk, world, tmp_path):
    desk.spt()
    desk.proposed()
    desk.ready()
    desk.decided()
    inked = desk.decided()
    ink = scan()
    inked.file_signed_scan(desk.by("agus"), ink, signed_on=world.now.date())
    desk.decided().void(desk.by("agus"), "Salah")
    record = desk.record()
    record.fix(desk.by("dewi"))
    rows = dumped(tmp_path / "arsip")
    assert set(rows) == {"draft", "proposed", "ready", "decided", "signed", "void", "printable"}
    assert list(rows["draft"]) == "file kind number date state signed_by backend sha256".split()
    signed = rows["signed"]
    assert (signed["kind"], signed["number"], signed["date"]) == (
        "Surat Perintah Tugas",
        inked.number,
        "2026-03-02",
    )
    assert (signed["signed_by"], signed["backend"]) == ("Dr. Budi Hartono, M.A.P.", "wet")
    beside = tmp_path / "arsip" / (signed["file"].removesuffix(".pdf") + "-bertanda-tangan.jpg")
    assert hashlib.sha256(beside.read_bytes()).hexdigest() == ink.sha256
    for state in set(rows) - {"signed"}:
        assert (rows[state]["signed_by"], rows[state]["backend"]) == ("", "none")
    text = PdfReader(tmp_path / "arsip" / rows["void"]["file"]).pages[0].extract_text()
    assert "DIBATALKAN" in text


def test_a_letter_signed_by_certificate_is_its_signed_bytes(desk, world, tmp_path):
    world.home.signature_backend = "certificate"
    world.home.save()
    desk = Desk(world)
    by = desk.by("budi")
    Certificate.bring(by, p12(), PASSPHRASE)
    letter = desk.ready()
    letter.sign_with(by, means_of(by, PASSPHRASE))
    row = dumped(tmp_path / "arsip")["signed"]
    assert (row["backend"], row["sha256"]) == ("certificate", letter.sha256)


def test_names_tell_no_child_and_other_agencies_stay_out(desk, world, tmp_path):
    desk.decided()
    desk.record().fix(desk.by("dewi"))
    dumped(tmp_path / "semua")
    index = (tmp_path / "semua" / "index.csv").read_text()
    assert "Anak 1" not in index
    assert dumped(tmp_path / "lain", "--agency", "lamandau") == {}
    assert len(dumped(tmp_path / "sini", "--agency", "tanjungpinang")) == 2


def test_refusals(desk, tmp_path):
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "x").write_text("x")
    with pytest.raises(CommandError, match="sudah berisi"):
        call_command("dump_letters", str(tmp_path / "ada"))
    with pytest.raises(CommandError, match="Tidak ada perangkat daerah"):
        call_command("dump_letters", str(tmp_path / "baru"), "--agency", "xx")
    with pytest.raises(CommandError, match=r"sudah berisi|tidak dapat ditulisi"):
        call_command("dump_letters", str(tmp_path / "ada" / "x"))
