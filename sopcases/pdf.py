"""The one PDF engine: the same text gives the same bytes, and nothing is fetched but our own fonts.

WeasyPrint's fonts, styles and images are kept once per process and used under a lock: shared across threads
without it GLib crashes, made anew for each document they leak.
"""

import hashlib
import logging
import threading
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import IO

from django.contrib.staticfiles import finders
from fontTools.ttLib import TTFont
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject
from weasyprint import CSS, HTML, Document, Page
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from sopcases.refusal import Refused

SCHEME = "fonts:"
FONTS = {
    f"{SCHEME}{family}-{style}".lower(): f"vendor/fonts/Liberation{family}-{style}.ttf"
    for family in ("Sans", "Serif")
    for style in ("Regular", "Bold", "Italic", "BoldItalic")
} | {
    f"{SCHEME}dejavu": "vendor/fonts/DejaVuSans.ttf",
    f"{SCHEME}droid": "vendor/fonts/DroidSansFallbackFull.ttf",
}
SHAPELESS = {"Cc", "Cf", "Zl", "Zp", "Zs"}
NAMED = 10
"""So many characters are named in one refusal."""
PAGES = 64
VARIANT = "pdf/a-2a"
"""For the archive, and for who listens to it: fonts embedded, tagged, its language named (ISO 19005-2)."""
IN_PARTS = "pdf/a-2b"
"""For what is joined from parts: a tree of tags does not survive it, and half of one would tell less than
none. Fonts, colours and metadata are still those of the archive."""
HEAD = "head"
"""The id of the row that a table repeats on every page."""
CLOSE = 1
"""Pixels between the head and the row below it at most."""
IMAGES = 48
"""So many pictures are kept at most between two documents."""

# It tells every step of every document, and names' characters that no font has.
logging.getLogger("weasyprint").setLevel(logging.ERROR)
logging.getLogger("weasyprint.progress").setLevel(logging.ERROR)

_lock = threading.Lock()


class OwnFonts(URLFetcher):
    """Fetches our fonts from memory and data: addresses; every other address is refused."""

    def __init__(self):
        super().__init__(allowed_protocols=["data"], allow_redirects=False)

    def fetch(self, url, headers=None):
        if url in FONTS:
            return URLFetcherResponse(url, BytesIO(_asset(FONTS[url])), {"Content-Type": "font/ttf"})
        return super().fetch(url, headers)


@dataclass(frozen=True)
class Part:
    """Whole pages of a document written in parts, and the id of the row with which the next part begins; ""
    where all of it is there."""

    content: bytes
    following: str


class _Engine:
    """What is costly to make, made once."""

    def __init__(self):
        self.fetcher = OwnFonts()
        self.fonts = FontConfiguration()
        self.images: dict = {}
        self.styles: dict[str, CSS] = {}
        self.pages: dict[str, CSS] = {}

    def style(self, name: str) -> CSS:
        if name not in self.styles:
            self.styles[name] = CSS(
                string=_asset(name).decode(), font_config=self.fonts, url_fetcher=self.fetcher
            )
        return self.styles[name]

    def page(self, css: str) -> CSS:
        """Rules that are data: an office has a few, so the last ones are kept."""
        if css not in self.pages:
            if len(self.pages) >= PAGES:
                self.pages.clear()
            self.pages[css] = CSS(string=css, font_config=self.fonts, url_fetcher=self.fetcher)
        return self.pages[css]

    def write(self, html: str, key: str, styles: tuple[str, ...], page: str) -> bytes:
        drawn = self._draw(html, styles, page, VARIANT)
        return drawn.write_pdf(pdf_variant=VARIANT, pdf_identifier=_identifier(html, key, page))

    def write_part(self, html: str, key: str, styles: tuple[str, ...], page: str, last: bool) -> Part:
        drawn = self._draw(html, styles, page, IN_PARTS)
        pages, following = (drawn.pages, "") if last else _filled(drawn.pages)
        for one in pages:
            one.anchors.clear()  # they served to find the rows
        content = drawn.copy(pages).write_pdf(
            pdf_variant=IN_PARTS, pdf_identifier=_identifier(html, key, page)
        )
        return Part(content, following)

    def _draw(self, html: str, styles: tuple[str, ...], page: str, variant: str) -> Document:
        sheets = [self.style(name) for name in styles]
        if len(self.images) >= IMAGES:
            self.images.clear()  # photos and codes are each drawn once: only the crests come again
        return HTML(string=html, url_fetcher=self.fetcher).render(
            stylesheets=[*sheets, self.page(page)] if page else sheets,
            font_config=self.fonts,
            cache=self.images,
            pdf_variant=variant,
        )


def _identifier(html: str, key: str, page: str) -> bytes:
    return hashlib.sha256(f"{key}\n{page}\n{html}".encode()).digest()[:16]


def _filled(pages: list[Page]) -> tuple[list[Page], str]:
    """The pages that rows to come would not change, and the id of the first row after them. A page that
    begins with the rest of a row is no place to part."""
    for count in range(len(pages) - 1, 0, -1):
        rows = dict(pages[count].anchors)
        head = rows.pop(HEAD, None)
        before = {name for page in pages[:count] for name in page.anchors if name != HEAD}
        if head and rows and before:
            first = min(rows, key=lambda name: rows[name][1])
            if abs(rows[first][1] - head[3]) <= CLOSE:
                return pages[:count], first
    return pages, ""


_engine: _Engine | None = None


def write(html: str, *, key: str, styles: tuple[str, ...], page: str = "") -> bytes:
    """A whole HTML page as PDF under these stylesheets (static files) and the rules of `page`, which go
    before them; `key` tells equal texts apart."""
    with _lock:
        return _ready().write(html, key, styles, page)


def write_part(html: str, *, key: str, styles: tuple[str, ...], page: str = "", last: bool) -> Part:
    """As `write`, of a table that goes on in another part unless this is the `last`; its rows and its head
    have ids. Rows that fill no page are left to the next part, so that the joined pages show no seam."""
    with _lock:
        return _ready().write_part(html, key, styles, page, last)


def join(parts: Iterable[bytes], over: bytes, out: IO[bytes]) -> None:
    """Parts as one PDF, every page with the same page of `over` (its number) drawn over it. What it holds in
    memory is the file, not what the pages were drawn from."""
    numbers = PdfReader(BytesIO(over)).pages
    joined: PdfWriter | None = None
    for part in parts:
        if joined is None:
            joined = PdfWriter(clone_from=BytesIO(part))
        else:
            joined.append(BytesIO(part), import_outline=False)
    before, after = (joined._add_object(_stream(text)) for text in (b"q\n", b"\nQ\nq /Number Do Q\n"))
    for page, number in zip(joined.pages, numbers, strict=True):
        form = _stream(number.get_contents().get_data())
        form |= {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Form"),
            NameObject("/BBox"): ArrayObject(page.mediabox),
            NameObject("/Resources"): number["/Resources"].clone(joined),
        }
        own = DictionaryObject(page["/Resources"])
        drawn = DictionaryObject(own.get("/XObject", DictionaryObject()).get_object())
        drawn[NameObject("/Number")] = joined._add_object(form)
        own[NameObject("/XObject")] = drawn
        page[NameObject("/Resources")] = own
        page[NameObject("/Contents")] = ArrayObject([before, page.raw_get("/Contents"), after])
    joined.write(out)


def _stream(content: bytes) -> StreamObject:
    found = StreamObject()
    found.set_data(content)
    return found


def pages_of(content: bytes) -> int:
    return len(PdfReader(BytesIO(content)).pages)


def _ready() -> _Engine:
    global _engine
    _engine = _engine or _Engine()
    return _engine


def unprintable(text: str) -> str:
    """The characters of a text that no font of ours holds, each once: they would print as boxes."""
    # Marks, joiners and line ends shape what stands beside them and are drawn by no glyph.
    left = {one for one in text if unicodedata.category(one) not in SHAPELESS}
    for name in ("sans-regular", "dejavu", "droid"):
        if not left:
            break
        left -= _characters(FONTS[f"{SCHEME}{name}"])
    return "".join(sorted(left))


def demand_printable(text: str) -> None:
    """Raises Refused naming what would print as boxes: nothing that does is ever put under a signature."""
    if boxes := unprintable(text):
        named = ", ".join(f"“{one}” (U+{ord(one):04X})" for one in boxes[:NAMED])
        raise Refused(
            f"Huruf ini tidak ada pada huruf cetak naskah dan akan tercetak sebagai kotak: {named}. "
            "Tulislah dengan huruf lain."
        )


@lru_cache
def _characters(name: str) -> frozenset[str]:
    with TTFont(BytesIO(_asset(name)), lazy=True) as font:
        return frozenset(map(chr, font.getBestCmap()))


@lru_cache
def _asset(name: str) -> bytes:
    return Path(finders.find(name)).read_bytes()
