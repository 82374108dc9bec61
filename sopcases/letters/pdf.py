"""The PDF of a letter: its body, and on its face in a line how far it is."""

import hashlib

from django.template.loader import render_to_string

from sopcases import pdf
from sopcases.cases import nik
from sopcases.letters import checking
from sopcases.letters.states import FACES, INKED, SPOKEN_FACE, WATERMARKS

STYLES = ("letters/letter.css", "letters/print.css")


def render(
    body: str, *, title: str, face: str, key: str, page: str = "", watermark: str = "", check: str = ""
) -> bytes:
    """A letter's body as PDF. `face` says in a line how far it is; `key` tells equal texts apart; `page` is
    the rules of its paper; `check` is the address of its check page, printed as a QR on every page."""
    context = {
        "body": nik.opened(body),
        "title": title,
        "face": face,
        "watermark": watermark,
        "qr": checking.qr(check) if check else "",
    }
    html = render_to_string("letters/pdf/page.html", context)
    return pdf.write(html, key=key, styles=STYLES, page=page)


def face(letter) -> str:
    """What a print says of itself: no print ever looks more signed than it is."""
    if letter.state in INKED and letter.backend:
        return letter.certified_face
    return SPOKEN_FACE if letter.approved_by_word else FACES[letter.state]


def of(letter, body: str) -> bytes:
    """The PDF of a letter that has no frozen one to show: its face says how far it is."""
    return render(
        body,
        title=letter.print_title,
        face=face(letter),
        watermark=WATERMARKS.get(letter.state, ""),
        key=f"{letter.pk}-{letter.version}",
        page=letter.page_css,
    )


def final(letter, body: str, *, face: str, token: str) -> bytes:
    """The PDF that is kept or signed, with the QR of its check page where it has a token. Raises Refused for
    characters that no font holds."""
    pdf.demand_printable(body)
    return render(
        body,
        title=letter.print_title,
        face=face,
        key=f"{letter.pk}-{letter.version}",
        page=letter.page_css,
        check=checking.address(token),
    )


def digest(content: bytes) -> str:
    """SHA-256, as kept with the frozen copy."""
    return hashlib.sha256(content).hexdigest()
