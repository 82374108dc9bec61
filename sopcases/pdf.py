"""The one PDF engine: the same text gives the same bytes, and nothing is fetched but our own fonts.

WeasyPrint's fonts, styles and images are kept once per process and used under a lock: shared across threads
without it GLib crashes, made anew for each document they leak.
"""

import hashlib
import logging
import threading
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from django.contrib.staticfiles import finders
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

SCHEME = "fonts:"
FONTS = {
    f"{SCHEME}{family}-{style}".lower(): f"vendor/fonts/Liberation{family}-{style}.ttf"
    for family in ("Sans", "Serif")
    for style in ("Regular", "Bold", "Italic", "BoldItalic")
}
PAGES = 64
VARIANT = "pdf/a-2a"
"""For the archive, and for who listens to it: fonts embedded, tagged, its language named (ISO 19005-2)."""
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
        document = HTML(string=html, url_fetcher=self.fetcher)
        sheets = [self.style(name) for name in styles]
        if len(self.images) >= IMAGES:
            self.images.clear()  # photos and codes are each drawn once: only the crests come again
        return document.write_pdf(
            stylesheets=[*sheets, self.page(page)] if page else sheets,
            font_config=self.fonts,
            cache=self.images,
            pdf_variant=VARIANT,
            pdf_identifier=hashlib.sha256(f"{key}\n{page}\n{html}".encode()).digest()[:16],
        )


_engine: _Engine | None = None


def write(html: str, *, key: str, styles: tuple[str, ...], page: str = "") -> bytes:
    """A whole HTML page as PDF under these stylesheets (static files) and the rules of `page`, which go
    before them; `key` tells equal texts apart."""
    global _engine
    with _lock:
        _engine = _engine or _Engine()
        return _engine.write(html, key, styles, page)


@lru_cache
def _asset(name: str) -> bytes:
    return Path(finders.find(name)).read_bytes()
