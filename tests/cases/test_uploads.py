"""Files that come in: what is taken, what is taken off them, and what is refused in whose words."""

import io
import struct
import time
import zipfile
import zlib
from datetime import datetime

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageFile
from PIL.TiffImagePlugin import IFDRational
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import Link
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    Fit,
    NameObject,
    TextStringObject,
)

from sopcases.cases import uploads
from sopcases.cases.uploads import accept, accept_photo
from sopcases.refusal import Refused

RED, BLUE = (220, 30, 30), (30, 30, 220)


def file(name, content):
    return SimpleUploadedFile(name, content)


def image(kind="JPEG", size=(80, 40), colour=RED, mode="RGB", **options):
    out = io.BytesIO()
    Image.new(mode, size, colour).save(out, kind, **options)
    return out.getvalue()


def exif(taken="2026:11:21 02:05:09", orientation=1):
    data = Image.Exif()
    data[0x0112] = orientation
    data[0x010F] = "Pabrik Kamera"
    detail = data.get_ifd(0x8769)
    detail[0x9003] = taken
    place = data.get_ifd(0x8825)
    place[1], place[2] = "N", (IFDRational(0), IFDRational(55), IFDRational(4))
    place[3], place[4] = "E", (IFDRational(104), IFDRational(27), IFDRational(1))
    return data


def pdf(pages=1, change=None, **encryption):
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    if change:
        change(writer)
    if encryption:
        writer.encrypt(**encryption)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def refused(*files, take=accept):
    with pytest.raises(Refused) as refusal:
        take(files if take is accept else files[0])
    return refusal.value.sentences


# Images


def test_a_photo_loses_place_and_camera_and_keeps_its_time():
    sent = image(exif=exif())
    assert Image.open(io.BytesIO(sent)).getexif().get_ifd(0x8825)  # the test's own photo does have a place
    taken = accept([file("IMG_1.JPG", sent)])
    assert (taken.mime, taken.suffix, taken.pages) == ("image/jpeg", ".jpg", 1)
    assert taken.taken_at == datetime(2026, 11, 21, 2, 5, 9)
    result = Image.open(io.BytesIO(taken.content))
    assert not result.getexif()
    assert b"Exif" not in taken.content
    assert b"Pabrik" not in taken.content


def test_a_photo_held_sideways_stands_upright():
    taken = accept([file("a.jpg", image(size=(80, 40), exif=exif(orientation=6)))])
    assert Image.open(io.BytesIO(taken.content)).size == (40, 80)


SENSELESS = ["0000:00:00 00:00:00", "0001:01:01 00:00:00", "1969:12:31 23:59:59", "9999:12:31 23:59:59"]


@pytest.mark.parametrize("text", [*SENSELESS, "kemarin", "", "2026:13:01 10:00:00"])
def test_a_senseless_time_is_no_time(text):
    assert accept([file("a.jpg", image(exif=exif(taken=text)))]).taken_at is None


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_a_broken_exif_block_does_not_hinder():
    sent = image()
    block = b"Exif\x00\x00II*\x00\xff\xff\xff\xff" + b"\xff" * 40
    sent = sent[:2] + b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block + sent[2:]
    taken = accept([file("a.jpg", sent)])
    assert taken.taken_at is None
    assert b"Exif" not in taken.content


def test_the_hash_is_of_what_is_stored():
    import hashlib

    taken = accept([file("a.jpg", image())])
    assert taken.sha256 == hashlib.sha256(taken.content).hexdigest()


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA", "L", "P", "1", "I;16"])
def test_png_of_every_mode_stays_png_without_its_text(mode):
    from PIL.PngImagePlugin import PngInfo

    text = PngInfo()
    text.add_text("Author", "Nama Petugas")
    wide = Image.new("I;16", (30, 20), 51400)
    picture = wide if mode == "I;16" else Image.new("RGB", (30, 20), (200, 200, 200)).convert(mode)
    out = io.BytesIO()
    picture.save(out, "PNG", pnginfo=text)
    taken = accept([file("scan.png", out.getvalue())])
    assert taken.mime == "image/png"
    assert b"Petugas" not in taken.content
    grey = Image.open(io.BytesIO(taken.content)).convert("L").getpixel((3, 3))
    assert grey in (0, 255) if mode == "1" else abs(grey - 200) < 6


def test_what_was_transparent_is_white_paper():
    sent = image("PNG", mode="RGBA", colour=(0, 0, 0, 0))
    taken = accept([file("scan.png", sent)])
    assert Image.open(io.BytesIO(taken.content)).convert("RGB").getpixel((1, 1)) == (255, 255, 255)


def test_a_cmyk_photo_is_taken():
    taken = accept([file("a.jpeg", image(mode="CMYK", colour=(0, 255, 255, 0)))])
    red, green, blue = Image.open(io.BytesIO(taken.content)).getpixel((5, 5))
    assert red > 200 > 60 > max(green, blue)


def test_what_hides_behind_a_picture_is_gone():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("x.html", "<script>alert(1)</script>")
    for tail in (b"<html><script>alert(1)</script></html>", out.getvalue()):
        for name, kind in (("a.jpg", "JPEG"), ("a.png", "PNG")):
            taken = accept([file(name, image(kind) + tail)])
            assert b"script" not in taken.content
            assert b"PK\x03\x04" not in taken.content


def test_script_in_a_comment_is_gone():
    sent = image(comment=b"<script>alert(1)</script>")
    assert b"script" in sent
    assert b"script" not in accept([file("a.jpg", sent)]).content


def test_progress_photo_is_a_jpeg_of_2000_pixels():
    sent = image("PNG", size=(4000, 1000))
    taken = accept_photo(file("kunjungan.png", sent))
    assert (taken.mime, taken.suffix) == ("image/jpeg", ".jpg")
    assert Image.open(io.BytesIO(taken.content)).size == (2000, 500)


def test_progress_photo_keeps_its_time():
    assert accept_photo(file("a.jpg", image(exif=exif()))).taken_at == datetime(2026, 11, 21, 2, 5, 9)


def test_a_pdf_is_no_photo():
    assert "bukan foto" in refused(file("a.pdf", pdf()), take=accept_photo)[0]


@pytest.mark.parametrize("lenient", [False, True], ids=["strict", "lenient"])
def test_a_half_photo_is_refused(lenient, monkeypatch):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", lenient)  # WeasyPrint sets it for the process
    whole = image(size=(800, 800), quality=95)
    for part in (whole[: len(whole) // 2], whole[:20]):
        assert refused(file("a.jpg", part))[0].startswith("“a.jpg” rusak atau tidak lengkap")
    whole = image("PNG", size=(300, 300), compress_level=0)
    assert "rusak" in refused(file("a.png", whole[: len(whole) // 2]))[0]


def test_a_picture_of_too_many_pixels_is_refused_without_being_unpacked():
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    def bomb(width, height):
        head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
        squeezed = zlib.compress(b"\x00" * 5_000_000, 9)
        return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", squeezed) + chunk(b"IEND", b"")

    before = time.perf_counter()
    assert "megapiksel" in refused(file("a.png", bomb(8000, 6000)))[0]
    assert "a.png" in refused(file("a.png", bomb(60_000, 60_000)))[0]
    assert time.perf_counter() - before < 2


def test_the_largest_allowed_photo_is_taken():
    taken = accept([file("a.jpg", image(size=(8000, 5000)))])
    assert max(Image.open(io.BytesIO(taken.content)).size) == uploads.PAGE_SIDE


# Several photos


def test_photos_become_one_pdf_in_their_order():
    photos = [
        file("1.jpg", image(size=(300, 600), colour=RED, exif=exif("2026:11:21 09:00:00"))),
        file("2.png", image("PNG", size=(600, 300), colour=BLUE)),
        file("3.jpg", image(size=(300, 300), colour=120, mode="L", exif=exif("2026:11:21 08:00:00"))),
    ]
    taken = accept(photos)
    assert (taken.mime, taken.suffix, taken.pages) == ("application/pdf", ".pdf", 3)
    assert taken.taken_at == datetime(2026, 11, 21, 8)
    assert b"Pabrik" not in taken.content
    pages = PdfReader(io.BytesIO(taken.content)).pages
    drawn = [page.images[0].image.convert("RGB").getpixel((100, 100)) for page in pages]
    for pixel, wanted in zip(drawn, [RED, BLUE, (120, 120, 120)], strict=True):
        assert max(abs(a - b) for a, b in zip(pixel, wanted, strict=True)) < 6
    sizes = [(float(page.mediabox.width), float(page.mediabox.height)) for page in pages]
    assert sizes == [(595, 842), (842, 595), (595, 842)]


def test_our_own_pdf_of_photos_can_be_sent_again():
    album = accept([file("1.jpg", image()), file("2.jpg", image())])
    assert accept([file("album.pdf", album.content)]).content == album.content


def test_twenty_photos_yes_twenty_one_no():
    photo = image()
    assert accept([file(f"{n}.jpg", photo) for n in range(20)]).pages == 20
    assert refused(*[file(f"{n}.jpg", photo) for n in range(21)])[0].startswith("Paling banyak 20 foto")


def test_a_pdf_goes_alone():
    assert "tidak dapat digabung" in refused(file("a.pdf", pdf()), file("b.jpg", image()))[0]


def test_all_that_is_wrong_is_said_at_once():
    sentences = refused(file("a.txt", b"teks"), file("b.jpg", image()), file("c.pdf", b""))
    assert [sentence.split("”")[0] for sentence in sentences] == ["“a.txt", "“c.pdf"]


# Sizes and kinds


def test_sizes(monkeypatch):
    assert "lebih besar dari 10 MB" in refused(file("a.pdf", b"%PDF-" + b"0" * 10 * 1024 * 1024))[0]
    photo = image()
    monkeypatch.setattr(uploads, "TOTAL_LIMIT", len(photo) * 2)
    accept([file("1.jpg", photo), file("2.jpg", photo)])
    assert "semua berkas bersama" in refused(*[file(f"{n}.jpg", photo) for n in range(3)])[0]


def test_nothing_sent():
    assert refused()[0].startswith("Belum ada berkas")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.html", b"<!doctype html><script>alert(1)</script>"),
        ("a.jpg", b"<!doctype html><script>alert(1)</script>"),
        ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
        ("a.png", b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'),
        ("a.pdf", b"\n\n<html>%PDF-1.4 %%EOF"),
        ("a.docx", b"PK\x03\x04" + b"0" * 50),
        ("a.gif", b"GIF89a" + b"0" * 50),
        ("a.webp", b"RIFF\x00\x00\x00\x00WEBPVP8 "),
        ("a.exe", b"MZ" + b"0" * 50),
        ("jpg", b"\xff\xd8\xff" + b"0" * 50),
        ("a.html", b"\xff\xd8\xff<script>alert(1)</script>"),
        ("a.pdf.exe", b"%PDF-1.4"),
    ],
)
def test_other_kinds_are_refused(name, content):
    assert refused(file(name, content)) == (
        f"“{name}” bukan PDF, JPEG, atau PNG. Simpan sebagai salah satunya, lalu pilih kembali.",
    )


def test_the_ending_must_tell_the_truth():
    assert "isinya JPEG" in refused(file("a.png", image()))[0]
    assert "isinya PDF" in refused(file("a.jpg", pdf()))[0]
    assert "isinya PNG" in refused(file("a.pdf", image("PNG")))[0]


def test_an_iphone_photo_is_refused_with_the_way_out():
    for ending in ("heic", "jpg"):
        (sentence,) = refused(file(f"IMG_2.{ending}", b"\x00\x00\x00\x18ftypheic" + b"\x00" * 40))
        assert "HEIC" in sentence
        assert "Paling Kompatibel" in sentence


def test_a_path_in_the_name_is_not_repeated():
    sent = file("x.exe", b"MZ")
    sent._name = "../../etc/rahasia.exe"
    assert "“rahasia.exe”" in refused(sent)[0]


# PDF


def test_a_pdf_is_kept_byte_by_byte():
    sent = pdf(3)
    taken = accept([file("surat.PDF", sent)])
    assert taken.content == sent
    assert (taken.mime, taken.suffix, taken.pages, taken.taken_at) == ("application/pdf", ".pdf", 3, None)


def test_two_hundred_pages_yes_one_more_no():
    assert accept([file("a.pdf", pdf(200))]).pages == 200
    assert "201 halaman" in refused(file("a.pdf", pdf(201)))[0]


def test_links_and_forms_of_a_signed_letter_are_no_harm():
    def signed(writer):
        writer.add_annotation(0, Link(rect=(0, 0, 9, 9), url="https://example.go.id/cek"))
        writer.add_annotation(0, Link(rect=(0, 9, 9, 18), target_page_index=0, fit=Fit.fit()))
        field = DictionaryObject(
            {NameObject("/FT"): NameObject("/Sig"), NameObject("/T"): TextStringObject("ttd")}
        )
        writer.root_object[NameObject("/AcroForm")] = DictionaryObject(
            {NameObject("/Fields"): ArrayObject([writer._add_object(field)])}
        )

    assert accept([file("a.pdf", pdf(1, signed))]).pages == 1


def javascript(writer):
    script = {
        NameObject("/S"): NameObject("/JavaScript"),
        NameObject("/JS"): TextStringObject("app.alert(1)"),
    }
    writer.root_object[NameObject("/OpenAction")] = writer._add_object(DictionaryObject(script))


def launch(writer):
    action = DictionaryObject(
        {NameObject("/S"): NameObject("/Launch"), NameObject("/F"): TextStringObject("cmd.exe")}
    )
    writer.root_object[NameObject("/OpenAction")] = writer._add_object(action)


def nested(writer):
    script = DictionaryObject({NameObject("/S"): NameObject("/JavaScript")})
    writer.pages[0][NameObject("/AA")] = DictionaryObject(
        {NameObject("/O"): DictionaryObject({NameObject("/Next"): ArrayObject([script])})}
    )


def orphan(writer):
    """A script that no page leads to; another reader may find it."""
    writer._add_object(DictionaryObject({NameObject("/JS"): TextStringObject("app.alert(1)")}))


def form_data(writer):
    stream = DecodedStreamObject()
    stream.set_data(b"<xdp/>")
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject(
        {NameObject("/XFA"): writer._add_object(stream)}
    )


@pytest.mark.parametrize(
    "change",
    [
        javascript,
        lambda writer: writer.add_attachment("x.exe", b"MZ"),
        launch,
        nested,
        orphan,
        form_data,
    ],
    ids=["javascript", "attachment", "launch", "nested", "orphan", "xfa"],
)
def test_a_pdf_in_which_something_acts_is_refused(change):
    assert "memuat skrip, lampiran, atau perintah" in refused(file("a.pdf", pdf(1, change)))[0]


def test_a_name_in_disguise_is_seen_through():
    sent = pdf(1, launch).replace(b"/Launch", b"/L#61unch")
    assert b"/Launch" not in sent
    with pytest.raises(Refused):
        accept([file("a.pdf", sent)])


@pytest.mark.parametrize(
    "password", [{"user_password": "rahasia"}, {"user_password": "", "owner_password": "x"}]
)
def test_a_locked_pdf_is_refused(password):
    sent = pdf(1, **password, algorithm="RC4-128")
    assert "terkunci" in refused(file("a.pdf", sent))[0]


def test_a_broken_pdf_is_refused():
    whole = pdf(3)
    deep = b"%PDF-1.4\n1 0 obj\n" + b"[" * 20_000 + b"]" * 20_000 + b"\nendobj\ntrailer<</Root 1 0 R>>\n%%EOF"
    for sent in (whole[:-200], b"%PDF-1.4\n%%EOF", b"%PDF-1.4\n" + bytes(range(256)) * 9 + b"\n%%EOF", deep):
        assert "a.pdf" in refused(file("a.pdf", sent))[0]


def test_a_pdf_without_pages_is_refused():
    assert "rusak" in refused(file("a.pdf", pdf(0)))[0]


def test_a_pdf_that_is_also_an_archive_or_a_page_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("x.txt", "x")
    whole = pdf()
    again = whole[whole.rindex(b"startxref") :]  # so that the PDF itself is still sound
    accept([file("a.pdf", whole + again)])
    for tail in (out.getvalue(), out.getvalue() + b"\n" + again, b"<html><script>alert(1)</script></html>"):
        with pytest.raises(Refused):
            accept([file("a.pdf", whole + tail)])


def test_a_pdf_of_too_many_objects_is_refused_soon(monkeypatch):
    monkeypatch.setattr(uploads, "OBJECT_LIMIT", 50)
    assert "terlalu rumit" in refused(file("a.pdf", pdf(60)))[0]


# Form fields


class Form(forms.Form):
    paper = uploads.PaperField()
    photo = uploads.PhotoField(required=False)


def test_the_fields_hand_over_what_was_accepted():
    from django.utils.datastructures import MultiValueDict

    files = MultiValueDict({"paper": [file("1.jpg", image()), file("2.jpg", image())]})
    form = Form({}, files)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["paper"].pages == 2
    assert form.cleaned_data["photo"] is None


def test_the_fields_say_what_is_wrong():
    from django.utils.datastructures import MultiValueDict

    files = MultiValueDict(
        {"paper": [file("a.txt", b"x"), file("b.txt", b"x")], "photo": [file("c.jpg", b"x")]}
    )
    form = Form({}, files)
    assert len(form.errors["paper"]) == 2
    assert form.errors["photo"][0].startswith("“c.jpg” bukan")
    assert Form({}, {}).errors["paper"] == ["Pilih satu PDF atau paling sedikit satu foto."]
