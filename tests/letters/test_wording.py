"""What an agency words and sets itself: its texts in a new letter, its paper in print, a sample of both."""

import io
import subprocess

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from pypdf import PdfReader

from sopcases.letters import pdf, sheet
from sopcases.letters.layouts import LAYOUTS
from sopcases.letters.models import HouseStyle, Letter, Wording
from sopcases.letters.models.wording import PaperSize, Typeface
from tests.letters.test_certificates import text_of

pytestmark = pytest.mark.django_db
MM = 72 / 25.4


def worded(desk, **texts) -> Wording:
    row = Wording(kind=desk.world.kind("Surat Perintah Tugas"), **texts)
    row.full_clean()
    row.save()
    return row


def printed(desk, letter) -> bytes:
    letter = Letter.objects.for_page().get(pk=letter.pk)
    return pdf.of(letter, sheet.body_html(sheet.build(letter, desk.world.now)))


def test_the_agency_s_words_print(desk):
    worded(
        desk,
        title="Surat Tugas",
        opening="Dalam rangka {sop} pada {perangkat_daerah}:",
        closing="Demikian {judul} ini dibuat di {kota}, tahun {tahun}.",
    )
    text = text_of(printed(desk, desk.spt()))
    assert "SURAT TUGAS" in text
    assert f"Dalam rangka {desk.case.revision.name} pada Dinas Sosial Kota Tanjungpinang:" in text
    assert f"Demikian Surat Tugas ini dibuat di Tanjungpinang, tahun {desk.world.now.year}." in text
    assert "{" not in text


def test_a_new_letter_starts_with_the_standing_lines(desk):
    worded(
        desk,
        basis=["Peraturan Wali Kota Nomor 1 Tahun 2020", "DPA {perangkat_daerah} tahun {tahun}"],
        tasks=["Berkoordinasi dengan kelurahan"],
        cc=["Arsip"],
    )
    kind = desk.world.kind("Surat Perintah Tugas")
    form = LAYOUTS[kind.layout].form(case=desk.case, officer=desk.by("agus"), kind=kind, version=0)
    year = desk.world.now.year
    assert form.fields["basis_more"].initial.splitlines() == [
        "Peraturan Wali Kota Nomor 1 Tahun 2020",
        f"DPA Dinas Sosial Kota Tanjungpinang tahun {year}",
    ]
    assert form.fields["tasks"].initial == "Berkoordinasi dengan kelurahan"
    assert form.fields["cc"].initial == "Arsip"
    kept = desk.spt().content
    again = LAYOUTS[kind.layout].form(
        case=desk.case, officer=desk.by("agus"), kind=kind, content=kept, version=0
    )
    assert again.fields["cc"].initial == "\n".join(kept["cc"]), "a draft keeps what its drafter wrote"


@pytest.mark.parametrize("field", ["title", "opening", "closing"])
def test_a_misspelt_placeholder_is_named(desk, field):
    with pytest.raises(ValidationError) as refused:
        worded(desk, **{field: "Dinas {perangkat_derah}"})
    (sentence,) = refused.value.message_dict[field]
    assert sentence.startswith("Isian {perangkat_derah} tidak dikenal. Maksud Anda {perangkat_daerah}?")


@pytest.mark.parametrize("field", ["basis", "tasks", "cc"])
def test_a_standing_line_names_only_what_a_new_letter_knows(desk, field):
    with pytest.raises(ValidationError) as refused:
        worded(desk, **{field: ["Baik", "Rangkap {rangkap}"]})
    assert refused.value.message_dict[field][0].startswith("Isian {rangkap} tidak dikenal.")


def test_a_berita_acara_knows_more(desk):
    row = Wording(
        kind=desk.world.kind("Berita Acara Penyerahan Anak"),
        opening="{hari} di {tempat}",
        closing="Rangkap {rangkap}",
    )
    row.full_clean()


def test_the_paper_of_the_agency_and_of_a_kind(desk):
    style = HouseStyle(
        agency=desk.world.home,
        paper=PaperSize.F4,
        typeface=Typeface.SERIF,
        type_size=11,
        margin_left=40,
    )
    style.full_clean()
    style.save()
    content = printed(desk, desk.spt())
    box = PdfReader(io.BytesIO(content)).pages[0].mediabox
    assert (round(box.width / MM), round(box.height / MM)) == (215, 330)
    fonts = subprocess.run(["pdffonts", "-"], input=content, capture_output=True, check=True).stdout.decode()
    assert "Liberation-Serif" in fonts
    assert all(line.split()[-5] == "yes" for line in fonts.splitlines()[2:]), "every font is embedded"
    worded(desk, paper=PaperSize.F4_NARROW)
    box = PdfReader(io.BytesIO(printed(desk, desk.spt()))).pages[0].mediabox
    assert (round(box.width / MM), round(box.height / MM)) == (210, 330)


def test_without_settings_it_is_a4_in_arial_s_twin(desk):
    content = printed(desk, desk.spt())
    box = PdfReader(io.BytesIO(content)).pages[0].mediabox
    assert (round(box.width / MM), round(box.height / MM)) == (210, 297)
    fonts = subprocess.run(["pdffonts", "-"], input=content, capture_output=True, check=True).stdout.decode()
    assert "Liberation-Sans" in fonts
    assert "Liberation-Serif" not in fonts


def test_what_was_frozen_keeps_its_paper(desk):
    letter = desk.decided()
    before = letter.sha256
    HouseStyle.objects.create(agency=desk.world.home, paper=PaperSize.F4)
    with letter.pdf.open("rb") as stored:
        content = stored.read()
    assert pdf.digest(content) == before
    box = PdfReader(io.BytesIO(content)).pages[0].mediabox
    assert round(box.height / MM) == 297


@pytest.mark.parametrize("nonsense", [{"margin_left": 5}, {"margin_top": 90}, {"type_size": 40}])
def test_margins_and_type_nobody_can_read_are_refused(world, nonsense):
    with pytest.raises(ValidationError):
        HouseStyle(agency=world.home, **nonsense).full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        HouseStyle.objects.create(agency=world.home, **nonsense)


# The admin's pages ----------------------------------------------------------------------------------


def test_the_admin_words_a_kind_and_sees_a_sample(client, desk):
    client.force_login(desk.world.ani)
    kind = desk.world.kind("Surat Perintah Tugas")
    sent = {
        "kind": kind.pk,
        "title": "",
        "opening": "Halo {kotta}",
        "basis": "Peraturan A\nPeraturan B",
        "tasks": "",
        "closing": "",
        "cc": "",
        "headings": "",
        "first_party_left": "on",
        "paper": "",
    }
    page = client.post("/admin/letters/wording/add/", sent).content.decode()
    assert "Isian {kotta} tidak dikenal. Maksud Anda {kota}?" in page
    assert "Peraturan A\nPeraturan B" in page, "what was typed stays"
    answer = client.post("/admin/letters/wording/add/", sent | {"opening": "Di {kota}, {nomor_penanganan}:"})
    assert answer.status_code == 302
    row = Wording.objects.get(kind=kind)
    assert row.basis == ["Peraturan A", "Peraturan B"]
    assert (
        f"/admin/letters/wording/{row.pk}/pratinjau/"
        in client.get(f"/admin/letters/wording/{row.pk}/change/").content.decode()
    )
    sample = client.get(f"/admin/letters/wording/{row.pk}/pratinjau/")
    assert (sample.status_code, sample.headers["Content-Type"]) == (200, "application/pdf")
    text = text_of(sample.content)
    assert "Di Tanjungpinang, (nomor penanganan):" in text
    assert "CONTOH" in text
    assert "bukan surat" in text
    assert "Peraturan B" in text


def test_the_admin_sets_the_paper_once(client, desk):
    client.force_login(desk.world.ani)
    sent = {
        "paper": PaperSize.F4.value,
        "typeface": Typeface.SANS.value,
        "type_size": "12",
        "margin_top": "20",
        "margin_right": "20",
        "margin_bottom": "25",
        "margin_left": "3",
    }
    page = client.post("/admin/letters/housestyle/add/", sent).content.decode()
    assert "Batas halaman paling sedikit 15 dan paling banyak 50 mm." in page
    assert client.post("/admin/letters/housestyle/add/", sent | {"margin_left": "30"}).status_code == 302
    style = HouseStyle.objects.get()
    assert style.agency == desk.world.home
    assert client.get("/admin/letters/housestyle/add/").status_code == 403
    sample = client.get(f"/admin/letters/housestyle/{style.pk}/pratinjau/")
    box = PdfReader(io.BytesIO(sample.content)).pages[0].mediabox
    assert round(box.height / MM) == 330


def test_another_agency_s_sample_is_not_found(client, desk):
    theirs = HouseStyle.objects.create(agency=desk.world.agencies["lamandau"])
    client.force_login(desk.world.ani)
    assert client.get(f"/admin/letters/housestyle/{theirs.pk}/pratinjau/").status_code == 404
    client.force_login(desk.world.sari)
    answer = client.get(f"/admin/letters/housestyle/{theirs.pk}/pratinjau/")
    assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/admin/login/")
