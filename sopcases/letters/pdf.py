"""The PDF of a letter: the same text gives the same bytes, and nothing is fetched but our own fonts.

WeasyPrint's fonts, styles and images are kept once per process and used under a lock: shared across threads
without it GLib crashes, made anew for each letter they leak.
"""

import hashlib
import logging
import threading
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from sopcases.letters.states import FACES, WATERMARKS

SCHEME = "letters:"
FONTS = {
    f"{SCHEME}{style.lower()}": f"vendor/fonts/LiberationSans-{style}.ttf"
    for style in ("Regular", "Bold", "Italic", "BoldItalic")
}
STYLES = ("letters/letter.css", "letters/print.css")

# It tells every step of every letter, and names' characters that no font has.
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
        self.styles = [
            CSS(string=_asset(name).decode(), font_config=self.fonts, url_fetcher=self.fetcher)
            for name in STYLES
        ]

    def render(self, html: str, key: str) -> bytes:
        document = HTML(string=html, url_fetcher=self.fetcher)
        return document.write_pdf(
            stylesheets=self.styles,
            font_config=self.fonts,
            cache=self.images,
            pdf_identifier=hashlib.sha256(f"{key}\n{html}".encode()).digest()[:16],
        )


_engine: _Engine | None = None


def render(body: str, *, title: str, face: str, key: str, watermark: str = "") -> bytes:
    """A letter's body as PDF. `face` says in a line how far it is; `key` tells equal texts apart."""
    global _engine
    html = render_to_string(
        "letters/pdf/page.html", {"body": body, "title": title, "face": face, "watermark": watermark}
    )
    with _lock:
        _engine = _engine or _Engine()
        return _engine.render(html, key)


def of(letter, body: str) -> bytes:
    """The PDF of a letter that has no frozen one to show: its face says how far it is."""
    return render(
        body,
        title=letter.print_title,
        face=FACES[letter.state],
        watermark=WATERMARKS.get(letter.state, ""),
        key=f"{letter.pk}-{letter.version}",
    )


def digest(content: bytes) -> str:
    """SHA-256, as kept with the frozen copy."""
    return hashlib.sha256(content).hexdigest()


@lru_cache
def _asset(name: str) -> bytes:
    return Path(finders.find(name)).read_bytes()
