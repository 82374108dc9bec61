"""dump_letters: every letter as a file, and an index that tells the truth about each."""

import csv
import hashlib
import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pypdf import PdfReader

from sopcases.letters.management.commands.dump_letters import bar
from sopcases.letters.models import Certificate
from sopcases.letters.views.signing import means_of
from sopcases.people.models import Agency
from tests.letters.certificates import PASSPHRASE, p12
from tests.letters.papers import Desk, scan
from tests.letters.tray import Tray

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


def files(folder) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_letters_that_came_in_are_handed_over_with_their_scans(world, tmp_path):
    tray, folder = Tray(world), tmp_path / "arsip"
    image = scan()
    scanned = tray.letter(scan=image, confidential=True)
    tray.letter(number="B/18/III/2026")
    tray.dispose(scanned, "budi", "Kabid")
    call_command("dump_letters", str(folder), stdout=io.StringIO())
    with (folder / "index.csv").open(encoding="utf-8") as file:
        first, second = csv.DictReader(file)
    assert first == {
        "file": "tanjungpinang-masuk-2026-1.jpg",
        "kind": "Surat masuk",
        "number": "B/17/III/2026",
        "date": "2026-02-27",
        "state": "passed",
        "signed_by": "",
        "backend": "none",
        "sha256": image.sha256,
    }
    assert hashlib.sha256((folder / first["file"]).read_bytes()).hexdigest() == image.sha256
    assert (second["file"], second["sha256"], second["state"]) == ("", "", "recorded")
    assert files(folder) == {"index.csv", first["file"]}


def test_a_second_hand_over_brings_the_first_up_to_date(desk, world, tmp_path):
    folder = tmp_path / "arsip"
    desk.decided()
    letter = desk.proposed()
    dumped(folder)
    (before,) = (row for row in files(folder) if "konsep" in row)
    dumped(folder)
    letter.initial(desk.by("rahman"))
    letter.decide(desk.by("budi"))
    letter.file_signed_scan(desk.by("agus"), scan(), signed_on=world.now.date())
    (folder / "catatan.txt").write_text("milik orang lain")
    rows = dumped(folder)
    assert rows["signed"]["number"] == letter.number
    assert before not in files(folder), "the draft that it was is gone"
    scans = {name for name in files(folder) if name.endswith("-bertanda-tangan.jpg")}
    assert files(folder) == {"index.csv", "catatan.txt"} | {row["file"] for row in rows.values()} | scans
    letter.void(desk.by("agus"), "Salah")
    assert dumped(folder)["void"]["number"] == letter.number


def test_a_hand_over_that_was_broken_off_is_begun_anew(desk, tmp_path):
    desk.decided()
    folder = tmp_path / "arsip"
    folder.mkdir()
    (folder / "index.csv.new").write_text("file,kind")
    assert len(dumped(folder)) == 1
    assert "index.csv.new" not in files(folder)


def test_an_index_that_names_a_file_elsewhere_removes_nothing(desk, tmp_path):
    folder, other = tmp_path / "arsip", tmp_path / "lain.pdf"
    other.write_text("x")
    dumped(folder)
    with (folder / "index.csv").open("a", encoding="utf-8") as file:
        file.write("../lain.pdf,x,,,draft,,none,\n")
    dumped(folder)
    assert other.exists()


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_file_that_is_no_longer_what_was_stored_is_not_handed_over(desk, tmp_path):
    letter = desk.decided()
    with Path(letter.pdf.path).open("ab") as stored:
        stored.write(b"%")
    with pytest.raises(CommandError, match="tidak lagi sama dengan yang disimpan"):
        call_command("dump_letters", str(tmp_path))
    assert not (tmp_path / "index.csv").exists()


def test_the_hand_over_of_another_office_is_not_thrown_away(desk, tmp_path):
    Agency.objects.filter(slug="tanjungpinang").update(slug="tanjung-pinang")
    desk.spt()
    dumped(tmp_path)
    before = sorted(path.name for path in tmp_path.iterdir())

    for slug in ("lamandau", "tanjung"):
        Agency.objects.filter(slug__in=["lamandau", "tanjung"]).update(slug=slug)
        with pytest.raises(CommandError, match="sudah berisi hal lain"):
            call_command("dump_letters", str(tmp_path), "--agency", slug)

    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_whoever_sits_before_it_sees_how_far_it_is():
    seen, unseen = Terminal(), io.StringIO()
    for done in (1, 2):
        bar(done, 2, seen)
        bar(done, 2, unseen)
    assert seen.getvalue() == f"\r[{'#' * 20}{'.' * 20}] 1/2\r[{'#' * 40}] 2/2\n"
    assert unseen.getvalue() == ""


def test_refusals(desk, tmp_path):
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "x").write_text("x")
    with pytest.raises(CommandError, match="sudah berisi"):
        call_command("dump_letters", str(tmp_path / "ada"))
    with pytest.raises(CommandError, match="Tidak ada perangkat daerah"):
        call_command("dump_letters", str(tmp_path / "baru"), "--agency", "xx")
    with pytest.raises(CommandError, match=r"sudah berisi|tidak dapat ditulisi"):
        call_command("dump_letters", str(tmp_path / "ada" / "x"))
