"""What comes in as files: scans and photos, made harmless before anybody opens them.

Taken: PDF, JPEG, PNG, known by their content *and* their ending. Images are drawn anew, so that GPS and
whatever hides behind the picture are gone; the time the photo was taken is kept. A PDF is kept byte by byte
(it may bear an electronic signature) and refused when anything in it acts. Everything else is refused with a
sentence that names the file and what to do. Reads no clock and no database.
"""

import hashlib
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from PIL import Image, ImageOps
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NumberObject,
    StreamObject,
)

from sopcases.people.pictures import Whole
from sopcases.refusal import Refused

MB = 1024 * 1024
FILE_LIMIT = 10 * MB
TOTAL_LIMIT = 25 * MB
PIXEL_LIMIT = 40_000_000
PHOTO_LIMIT = 20
PAGE_LIMIT = 200
OBJECT_LIMIT = 100_000  # indirect objects of a PDF; a scan of 200 pages has about 1,000
DEPTH_LIMIT = 60
PAGE_SIDE = 3508  # pixels: the long side of A4 at 300 dpi, enough to read any paper
PHOTO_SIDE = 2000
A4 = (595, 842)  # points
FIRST_YEAR, LAST_YEAR = 1970, 2200  # a camera that says otherwise has no clock

ENDINGS = {".pdf": "PDF", ".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG"}
MIMES = {"PDF": "application/pdf", "JPEG": "image/jpeg", "PNG": "image/png"}
SUFFIXES = {"PDF": ".pdf", "JPEG": ".jpg", "PNG": ".png"}

# PDF 32000-1: what runs, opens, sends, plays or holds another file.
ACTING_KEYS = {"/JS", "/EF", "/EmbeddedFiles", "/XFA", "/RichMediaContent", "/RichMediaSettings"}
ACTING_NAMES = {
    "/JavaScript",
    "/Launch",
    "/EmbeddedFile",
    "/SubmitForm",
    "/ImportData",
    "/GoToE",
    "/GoToR",
    "/Rendition",
    "/Movie",
    "/Sound",
    "/3D",
    "/RichMedia",
    "/RichMediaExecute",
    "/FileAttachment",
}


@dataclass(frozen=True)
class Accepted:
    """A file fit to be stored. `taken_at` is the camera's own clock: local, without a zone, or None."""

    content: bytes
    mime: str
    suffix: str
    sha256: str
    taken_at: datetime | None
    pages: int

    def as_file(self) -> ContentFile:
        """The content, for a FileField."""
        return ContentFile(self.content)


@dataclass(frozen=True)
class _Sent:
    name: str
    content: bytes
    kind: str


def accept(files: Iterable[File]) -> Accepted:
    """One paper out of what was sent: a PDF, an image, or several images as one PDF in their order.

    Raises Refused with a sentence for every file that cannot be taken.
    """
    sent = _read(list(files))
    pdfs = [file for file in sent if file.kind == "PDF"]
    if not pdfs and len(sent) == 1:
        return _image(sent[0], PAGE_SIDE, keep_png=True)
    if not pdfs:
        return _album(sent)
    if len(sent) > 1:
        raise Refused(
            f"“{pdfs[0].name}” adalah PDF dan tidak dapat digabung dengan berkas lain. "
            "Kirim satu PDF saja, atau beberapa foto saja."
        )
    return _made(sent[0].content, "PDF", None, _pages(sent[0]))


def accept_photo(file: File) -> Accepted:
    """A photo drawn anew as JPEG, at most PHOTO_SIDE pixels long. Raises Refused."""
    (sent,) = _read([file])
    if sent.kind == "PDF":
        raise Refused(f"“{sent.name}” bukan foto. Pilih foto JPEG atau PNG.")
    return _image(sent, PHOTO_SIDE, keep_png=False)


def accepted_before(content: bytes, mime: str) -> Accepted:
    """What was taken in and stored, to be filed once more: neither judged again nor its pages counted."""
    suffix = SUFFIXES[next(kind for kind, known in MIMES.items() if known == mime)]
    return Accepted(content, mime, suffix, hashlib.sha256(content).hexdigest(), None, 0)


def _made(content: bytes, kind: str, taken_at: datetime | None, pages: int) -> Accepted:
    return Accepted(
        content, MIMES[kind], SUFFIXES[kind], hashlib.sha256(content).hexdigest(), taken_at, pages
    )


# What is it? ---------------------------------------------------------------------------------------


def _read(files: Sequence[File]) -> list[_Sent]:
    """The content of all files, or one refusal that names all that is wrong."""
    if not files:
        raise Refused("Belum ada berkas yang dipilih. Pilih satu PDF atau paling sedikit satu foto.")
    if len(files) > PHOTO_LIMIT:
        raise Refused(f"Paling banyak {PHOTO_LIMIT} foto sekali kirim; yang dipilih {len(files)}.")
    sent, sentences = [], []
    for file in files:
        name = PurePath(file.name or "tanpa nama").name[-80:]
        content = file.read(FILE_LIMIT + 1)
        if sentence := _problem(name, content):
            sentences.append(sentence)
        else:
            sent.append(_Sent(name, content, _kind(content)))
    if sentences:
        raise Refused(*sentences)
    total = sum(len(file.content) for file in sent)
    if total > TOTAL_LIMIT:
        raise Refused(
            f"Ukuran semua berkas bersama {total / MB:.0f} MB, paling besar {TOTAL_LIMIT // MB} MB. "
            "Kurangi jumlahnya atau perkecil fotonya."
        )
    return sent


def _problem(name: str, content: bytes) -> str | None:
    """Why a file cannot be taken, judged by its size, its first bytes and its ending."""
    ending = PurePath(name).suffix.lower()
    kind = _kind(content)
    if not content:
        return f"“{name}” kosong. Periksa berkasnya, lalu pilih kembali."
    if len(content) > FILE_LIMIT:
        return (
            f"“{name}” lebih besar dari {FILE_LIMIT // MB} MB. Perkecil atau pindai dengan mutu lebih rendah."
        )
    if kind == "HEIC":
        return (
            f"“{name}” berformat HEIC, yang tidak dapat dibuka di kantor. Ubah menjadi JPEG: pada iPhone "
            "pilih Pengaturan > Kamera > Format > Paling Kompatibel, lalu foto kembali; "
            "atau kirim tangkapan layarnya."
        )
    if kind is None or ending not in ENDINGS:
        return f"“{name}” bukan PDF, JPEG, atau PNG. Simpan sebagai salah satunya, lalu pilih kembali."
    if ENDINGS[ending] != kind:
        return (
            f"“{name}” berakhiran {ending}, tetapi isinya {kind}. "
            f"Simpan kembali sebagai {SUFFIXES[kind]}, lalu pilih kembali."
        )
    return None


def _kind(content: bytes) -> str | None:
    """What the first bytes say. A PDF begins at the first byte, or it may be something else as well."""
    if content.startswith(b"%PDF-"):
        return "PDF"
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if content[4:8] == b"ftyp" and content[8:12] in {b"heic", b"heix", b"hevc", b"heim", b"mif1", b"msf1"}:
        return "HEIC"
    return None


# Images --------------------------------------------------------------------------------------------


def _image(sent: _Sent, side: int, keep_png: bool) -> Accepted:
    picture, taken_at = _drawn(sent, side)
    kind = sent.kind if keep_png else "JPEG"
    return _made(_encoded(picture, kind), kind, taken_at, 1)


def _encoded(picture: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    if kind == "PNG":
        picture.save(out, "PNG", optimize=True)
    else:
        picture.save(out, "JPEG", quality=85, optimize=True)
    return out.getvalue()


def _drawn(sent: _Sent, side: int) -> tuple[Image.Image, datetime | None]:
    """The picture alone, upright, no longer than `side`, with the time it was taken; no metadata."""
    try:
        with Image.open(Whole(sent.content), formats=(sent.kind,)) as source:
            if source.width * source.height > PIXEL_LIMIT:
                raise Refused(
                    f"“{sent.name}” terlalu besar: {source.width} × {source.height} piksel. "
                    f"Paling besar {PIXEL_LIMIT // 1_000_000} megapiksel; perkecil fotonya."
                )
            taken_at = _taken_at(source)
            source.draft("RGB", (side, side))  # a JPEG is read at the size needed
            upright = ImageOps.exif_transpose(source)
            upright.thumbnail((side, side))
            picture = _flat(upright)
    except Refused:
        raise
    # Pillow raises whatever a broken file leads it to: OSError, SyntaxError, ValueError, struct.error, bombs.
    except Exception:
        raise Refused(
            f"“{sent.name}” rusak atau tidak lengkap. Foto atau salin kembali berkasnya, lalu pilih kembali."
        ) from None
    # A new image takes over the pixels and nothing else.
    clean = Image.new(picture.mode, picture.size)
    clean.paste(picture)
    return clean, taken_at


def _flat(image: Image.Image) -> Image.Image:
    """Grey or colour, eight bits, on white where it was transparent."""
    if image.mode.startswith("I") or image.mode == "F":
        return image.convert("I").point(lambda value: value / 256).convert("L")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image).convert("RGB")
    return image.convert("L" if image.mode in ("1", "L") else "RGB")


def _taken_at(image: Image.Image) -> datetime | None:
    """When the camera says it was taken: DateTimeOriginal, else digitised, else changed (EXIF 2.32)."""
    try:
        exif = image.getexif()
        detail = exif.get_ifd(0x8769)
        texts = [detail.get(0x9003), detail.get(0x9004), exif.get(0x0132)]
    # A broken EXIF block says nothing about the picture.
    except Exception:
        return None
    for text in texts:
        try:
            taken = datetime.strptime(str(text).strip("\x00 "), "%Y:%m:%d %H:%M:%S")
        except ValueError:
            continue
        if FIRST_YEAR <= taken.year <= LAST_YEAR:
            return taken
    return None


def _album(sent: Sequence[_Sent]) -> Accepted:
    """Several photos as the pages of one PDF, A4 upright or lying as the photo is, in the order sent."""
    writer = PdfWriter()
    times = []
    for file in sent:
        picture, taken_at = _drawn(file, PAGE_SIDE)
        times.append(taken_at)
        _add_page(writer, picture)
    out = io.BytesIO()
    writer.write(out)
    first = min((time for time in times if time), default=None)
    return _made(out.getvalue(), "PDF", first, len(sent))


def _add_page(writer: PdfWriter, picture: Image.Image) -> None:
    """Put the JPEG itself on a page, so that twenty photos need the memory of one."""
    width, height = A4 if picture.height >= picture.width else A4[::-1]
    scale = min(width / picture.width, height / picture.height)
    wide, high = picture.width * scale, picture.height * scale
    image = StreamObject()
    image.set_data(_encoded(picture, "JPEG"))
    image.update(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Image"),
            NameObject("/Width"): NumberObject(picture.width),
            NameObject("/Height"): NumberObject(picture.height),
            NameObject("/ColorSpace"): NameObject("/DeviceGray" if picture.mode == "L" else "/DeviceRGB"),
            NameObject("/BitsPerComponent"): NumberObject(8),
            NameObject("/Filter"): NameObject("/DCTDecode"),
        }
    )
    content = DecodedStreamObject()
    corner = f"{(width - wide) / 2:.2f} {(height - high) / 2:.2f}"
    content.set_data(f"q {wide:.2f} 0 0 {high:.2f} {corner} cm /Photo Do Q".encode())
    page = writer.add_blank_page(width, height)
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/XObject"): DictionaryObject({NameObject("/Photo"): writer._add_object(image)})}
    )
    page[NameObject("/Contents")] = writer._add_object(content)


# PDF -----------------------------------------------------------------------------------------------


def _pages(sent: _Sent) -> int:
    """The number of pages of a PDF in which nothing acts. Raises Refused."""
    broken = Refused(f"“{sent.name}” rusak dan tidak dapat dibaca. Pindai atau simpan kembali sebagai PDF.")
    if not re.search(rb"%%EOF[\r\n\x00 ]*\Z", sent.content[-2048:]):
        raise broken
    # The mark that ends a zip archive: such a file is a PDF and something else at once.
    if b"PK\x05\x06" in sent.content[-66_000:]:
        raise Refused(
            f"“{sent.name}” memuat berkas lain di dalamnya. Cetak ke PDF yang baru, lalu pilih kembali."
        )
    try:
        reader = PdfReader(io.BytesIO(sent.content))
        if reader.is_encrypted:
            raise Refused(
                f"“{sent.name}” terkunci. Simpan tanpa kata sandi dan tanpa pembatasan, lalu pilih kembali."
            )
        if len(reader.xref_objStm) + sum(map(len, reader.xref.values())) > OBJECT_LIMIT:
            raise Refused(f"“{sent.name}” terlalu rumit. Cetak ke PDF yang baru, lalu pilih kembali.")
        pages = len(reader.pages)
        acts = any(_acts(item) for item in _objects(reader))
    except Refused:
        raise
    # pypdf raises whatever a broken file leads it to, RecursionError among it.
    except Exception:
        raise broken from None
    if not pages:
        raise broken
    if pages > PAGE_LIMIT:
        raise Refused(
            f"“{sent.name}” berisi {pages} halaman, paling banyak {PAGE_LIMIT}. Bagi menjadi beberapa."
        )
    if acts:
        raise Refused(
            f"“{sent.name}” memuat skrip, lampiran, atau perintah. Cetak ke PDF baru, lalu pilih kembali."
        )
    return pages


def _objects(reader: PdfReader) -> Iterator[object]:
    """Every object of the file, whether a page leads to it or not: readers differ in what they follow."""
    yield reader.trailer
    plain = ((number, generation) for generation, held in reader.xref.items() for number in held)
    packed = ((number, 0) for number in reader.xref_objStm)
    for number, generation in {*plain, *packed}:
        if number:
            yield reader.get_object(IndirectObject(number, generation, reader))


def _acts(item: object, depth: int = 0) -> bool:
    """Whether a PDF object, without what it refers to, runs, opens, sends, plays or holds another file."""
    if depth > DEPTH_LIMIT:
        return True
    if isinstance(item, DictionaryObject):
        return any(key in ACTING_KEYS or _acts(value, depth + 1) for key, value in dict.items(item))
    if isinstance(item, ArrayObject):
        return any(_acts(value, depth + 1) for value in list.__iter__(item))
    return isinstance(item, NameObject) and item in ACTING_NAMES


# Form fields ---------------------------------------------------------------------------------------


class _ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class PaperField(forms.FileField):
    """One paper as a PDF or as photos; cleaned to Accepted, or None when left empty."""

    def __init__(self, **kwargs):
        kwargs.setdefault("widget", _ManyFiles(attrs={"accept": "application/pdf,image/jpeg,image/png"}))
        super().__init__(**kwargs)

    def clean(self, data, initial=None) -> Accepted | None:
        files = [file for file in (data if isinstance(data, list) else [data]) if file]
        if not files:
            if self.required:
                raise ValidationError("Pilih satu PDF atau paling sedikit satu foto.", code="required")
            return None
        return _or_error(accept, files)


class PhotoField(forms.FileField):
    """One photo; cleaned to Accepted, or None when left empty."""

    def __init__(self, **kwargs):
        kwargs.setdefault("widget", forms.FileInput(attrs={"accept": "image/jpeg,image/png"}))
        super().__init__(**kwargs)

    def clean(self, data, initial=None) -> Accepted | None:
        if not data:
            if self.required:
                raise ValidationError("Pilih satu foto.", code="required")
            return None
        return _or_error(accept_photo, data)


def _or_error(take, files) -> Accepted:
    """The refusal of a file as the error of its field."""
    try:
        return take(files)
    except Refused as refusal:
        raise ValidationError(list(refusal.sentences), code="refused") from None
