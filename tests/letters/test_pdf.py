"""The PDF: what it says, how it breaks, that it never looks more signed than it is, and fetches nothing."""

import io
import subprocess
from datetime import date

import pytest
from django.core.files.base import ContentFile
from PIL import Image
from pypdf import PdfReader

from sopcases import pdf as engine
from sopcases.letters import pdf, sheet
from sopcases.letters.models import Wording
from sopcases.letters.states import FACES, LetterState
from sopcases.people import letterhead
from tests.letters.papers import scan

pytestmark = pytest.mark.django_db


def pages(content: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages]


def printed(letter, by) -> list[str]:
    letter.refresh_from_db()
    return pages(pdf.of(letter, letter.body or sheet.body_html(sheet.build(letter, by.at))))


def test_an_spt_says_what_an_spt_says(desk):
    letter = desk.decided()
    (text,) = pages(letter.pdf.read())
    for part in (
        "PEMERINTAH KOTA TANJUNGPINANG DINAS SOSIAL",
        "SURAT PERINTAH TUGAS NOMOR: 800/1/5.6.04/2026",
        "Dasar : 1. Perintah lisan Kepala Seksi tanggal 1 Maret 2026;",
        "MEMERINTAHKAN:",
        "Nama : Sari Wulandari, S.Tr.Sos.",
        "NIP : 19900412 201503 2 004",
        "Pangkat/Gol. : Penata (III/c)",
        "Jabatan : Peksos",
        "Untuk : 1. Koordinasi dengan kepolisian dan rumah sakit;",
        "dari tanggal 3 s.d. 5 Maret 2026;",
        "Melaporkan hasil pelaksanaan tugas secara tertulis",
        "sub kegiatan Rehabilitasi Sosial Dasar Anak Terlantar, kode rekening 5.1.02.04.01.0003.",
        "Demikian Surat Perintah Tugas ini",
        "Tanjungpinang, 2 Maret 2026 KEPALA DINAS,",
        "Dr. Budi Hartono, M.A.P. Penata (III/c) NIP 19690820 199403 1 003",
        "Tembusan: 1. Inspektur Kota Tanjungpinang",
    ):
        assert part in text, part


def test_a_berita_acara_says_what_it_says(desk):
    record = desk.record()
    record.fix(desk.by("dewi"))
    text = " ".join(pages(record.pdf.read()))
    for part in (
        "BERITA ACARA PENYERAHAN ANAK NOMOR: 462/1/5.6.04/2026",
        "Pada hari ini Kamis tanggal lima bulan Maret tahun dua ribu dua puluh enam (05-03-2026)",
        "bertindak untuk dan atas nama Panti Asuhan Kasih, selanjutnya disebut PIHAK KEDUA.",
        "Nama : Anak 1",
        "Pakaian bayi dua setel",
        "dalam rangkap 3 (tiga)",
        "PIHAK KESATU, Dewi Anggraini, S.Sos. PIHAK KEDUA, Maria Goretti",
        "Saksi-saksi: 1. Sari Wulandari, S.Tr.Sos.",
        "Mengetahui, KEPALA DINAS,",
    ):
        assert part in text, part


def test_who_has_no_nip_prints_without_the_line(desk):
    letter = desk.spt(officers=desk.spt_content("agus")["officers"])
    (text,) = printed(letter, desk.by("agus"))
    kepada = text.partition("Kepada")[2].partition("Untuk")[0]
    assert "Nama : Agus Salim" in kepada
    assert "NIP" not in kepada
    assert "Pangkat" not in kepada


def test_a_number_of_another_name_prints_under_it(desk):
    desk.world.agus.nip, desk.world.agus.nip_label = "199001012025211001", "NI PPPK"
    desk.world.agus.save()
    letter = desk.spt(officers=desk.spt_content("agus")["officers"])
    assert "NI PPPK : 199001012025211001" in printed(letter, desk.by("agus"))[0]


@pytest.mark.parametrize(("kind", "title"), [("plh", "Plh. KEPALA DINAS,"), ("plt", "Plt. KEPALA DINAS,")])
def test_acting_heads_print_as_such(desk, kind, title):
    from sopcases.people.models import Appointment

    if kind == "plt":
        Appointment.objects.filter(user=desk.world.budi).update(valid_until=date(2026, 2, 28))
    desk.acting_head("rina", date(2026, 3, 1), date(2026, 3, 31), kind)
    letter = desk.ready()
    letter.decide(desk.by("rina"))
    (text,) = pages(letter.pdf.read())
    assert f"{title} Rina Marlina, S.E." in text
    assert "Budi" not in text


def test_every_state_says_on_its_face_how_far_it_is(desk):
    assert set(FACES) == set(LetterState)
    letter = desk.spt()
    by = desk.by("agus")
    seen = [printed(letter, by)]
    letter.propose(by)
    seen.append(printed(letter, by))
    letter.initial(desk.by("rahman"))
    seen.append(printed(letter, by))
    letter.decide(desk.by("budi"))
    seen.append(pages(letter.pdf.read()))
    words = [
        "Konsep – belum ditandatangani",
        "Konsep yang diajukan – belum ditandatangani",
        "Siap ditandatangani – belum berlaku",
        "Menunggu tanda tangan – belum berlaku",
    ]
    for text, face in zip(seen, words, strict=True):
        assert all(face in page for page in text), face
    assert "KONSEP" in seen[0][0]
    assert "KONSEP" not in seen[2][0]
    letter.file_signed_scan(by, scan(), signed_on=desk.world.now.date())
    assert "belum berlaku" in pages(letter.pdf.open().read())[0], "no print of ours looks signed"
    letter.void(by, "Salah")
    assert "DIBATALKAN" in printed(letter, by)[0]


def test_a_scan_without_a_decision_freezes_a_copy_that_says_so(desk):
    letter = desk.ready()
    letter.file_signed_scan(desk.by("agus"), scan(), signed_on=desk.world.now.date(), signer=desk.world.budi)
    assert "Salinan teks" in pages(letter.pdf.read())[0]


def test_the_same_text_gives_the_same_bytes(desk):
    letter = desk.spt()
    body = sheet.body_html(sheet.build(letter, desk.world.now))
    assert pdf.of(letter, body) == pdf.of(letter, body)
    other = desk.spt()
    assert pdf.of(letter, body) != pdf.of(other, body), "told apart by their identifier"


def test_no_child_s_name_in_the_metadata_or_file_name(desk):
    record = desk.record()
    record.fix(desk.by("dewi"))
    content = record.pdf.read()
    meta = str(PdfReader(io.BytesIO(content)).metadata)
    assert "Berita Acara" in meta
    assert "Anak 1" not in meta
    assert "Anak 1" not in record.file_name
    assert PdfReader(io.BytesIO(content)).trailer["/Root"]["/Lang"] == "id"


def crowd(
    desk, count: int, name="Dra. Hj. Siti Nurhaliza Kusumawardhani Wijayakusuma Putri, M.Si."
) -> list[dict]:
    row = desk.spt_content()["officers"][0]
    return [row | {"user": n, "name": f"{name} {n}"} for n in range(1, count + 1)]


@pytest.mark.parametrize("count", [1, 3, 5, 6, 12, 20, 45])
def test_the_signature_never_stands_alone_and_headers_repeat(desk, count):
    letter = desk.spt(
        officers=crowd(desk, count),
        tasks=[
            f"Tugas nomor {n} yang diuraikan cukup panjang supaya mengisi lebih dari satu baris"
            for n in range(9)
        ],
    )
    Wording.objects.create(
        kind=letter.kind, title="Surat Perintah Tugas Penjangkauan dan Pendampingan Anak Jalanan di Kota"
    )
    found = printed(letter, desk.by("agus"))
    last = found[-1]
    assert "Dr. Budi Hartono" in last
    before = last.partition("Demikian")[0]
    assert "Demikian" in last
    assert any(word in before for word in ("Biaya", "Melaporkan", "Tugas", "MEMERINTAHKAN")), last[:200]
    listed = [page for page in found if "Wijayakusuma" in page]
    if count > 5:
        assert all("Nama / Nomor pegawai" in page for page in listed)
    text = " ".join(found)
    assert all(f"M.Si. {n}" in text for n in range(1, count + 1))


@pytest.mark.parametrize("name", ["عبد الرحمن", "陳美麗", "Ñandú Łódź", "🙂", "x" * 60, "<b>&amp;</b>"])
def test_no_name_breaks_the_page(desk, name):
    letter = desk.spt(officers=crowd(desk, 2, name))
    (text,) = printed(letter, desk.by("agus"))
    assert "Dr. Budi Hartono" in text
    if name.startswith("<b>"):
        assert "<b>&amp;</b>" in text


def test_nothing_is_fetched(desk, monkeypatch):
    """Whatever a text smuggles in is text; and the engine's own fetcher refuses all but fonts and data."""
    fetcher = engine.OwnFonts()
    for url in (
        "file:///etc/passwd",
        "http://127.0.0.1/",
        "https://example.org/x.png",
        "letters:other",
        "ftp://a/b",
    ):
        with pytest.raises(ValueError, match="disallowed"):
            fetcher.fetch(url)
    content = pdf.render(
        '<link rel="attachment" href="file:///etc/hostname"><img src="file:///etc/hostname">x',
        title="t",
        face="f",
        key="k",
    )
    assert b"EmbeddedFile" not in content
    letter = desk.spt(place='</td><link rel="attachment" href="file:///etc/hostname">')
    assert "&lt;link" in sheet.body_html(sheet.build(letter, desk.world.now))


def test_the_crest_stands_at_the_left_and_may_be_missing(desk):
    home = desk.world.home
    letter = desk.spt()
    assert "kop-crest" not in sheet.body_html(sheet.build(letter, desk.world.now))
    picture = io.BytesIO()
    Image.new("RGB", (900, 1200), "navy").save(picture, "PNG")
    home.crest.save("crest.png", ContentFile(picture.getvalue()))
    letter.refresh_from_db()
    body = sheet.body_html(sheet.build(letter, desk.world.now))
    assert body.index("kop-crest") < body.index("kop-government")
    image = PdfReader(io.BytesIO(pdf.of(letter, body))).pages[0].images[0].image
    assert max(image.size) == letterhead.CREST_SIDE


def test_the_page_is_a4_in_the_arial_twin(desk):
    letter = desk.decided()
    page = PdfReader(io.BytesIO(letter.pdf.read())).pages[0]
    assert [round(float(x)) for x in page.mediabox[2:]] == [595, 842]
    fonts = {str(font.get_object()["/BaseFont"]) for font in page["/Resources"]["/Font"].values()}
    assert all("Liberation-Sans" in font for font in fonts)


def test_the_wording_is_data(desk):
    letter = desk.record()
    Wording.objects.create(
        kind=letter.kind,
        title="Berita Acara Serah Terima",
        closing="Dibuat {rangkap} kali.",
        first_party_left=False,
    )
    text = " ".join(printed(letter, desk.by("dewi")))
    assert "BERITA ACARA SERAH TERIMA" in text
    assert "Dibuat 3 (tiga) kali." in text
    assert "PIHAK KEDUA, Maria Goretti PIHAK KESATU, Dewi Anggraini" in text


def test_it_is_made_for_the_archive_and_for_who_listens(desk):
    """PDF/A-2a: tagged, in Indonesian, colours defined, every font inside."""
    letter = desk.spt()
    content = pdf.of(letter, sheet.body_html(sheet.build(letter, desk.world.now)))
    root = PdfReader(io.BytesIO(content)).trailer["/Root"]
    assert root["/Lang"] == "id"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/StructTreeRoot"]["/K"]
    assert root["/OutputIntents"]
    xmp = root["/Metadata"].get_data().decode()
    assert ">2</pdfaid:part>" in xmp or 'pdfaid:part="2"' in xmp
    assert ">A</pdfaid:conformance>" in xmp or 'pdfaid:conformance="A"' in xmp
    fonts = subprocess.run(["pdffonts", "-"], input=content, capture_output=True, check=True).stdout.decode()
    rows = fonts.splitlines()[2:]
    assert rows
    assert all(row.split()[-5] == "yes" for row in rows), fonts
