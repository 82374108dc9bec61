"""Files that are kept: given out only as they were stored, under our own neutral name, never to be cached."""

import hashlib

from django.db.models import Model
from django.http import HttpResponse

from sopcases.people import journal
from sopcases.people.authority import Officer
from sopcases.refusal import Refused

DAMAGED = (
    "Berkas ini tidak lagi sama dengan yang disimpan, sehingga tidak dibuka. Hubungi admin sopcases di "
    "kantor Anda; salinannya ada pada cadangan."
)


def intact(file, sha256: str, by: Officer, verb: str, subject: Model, **data) -> bytes:
    """The content of a file of `subject`, if it is still what was stored.

    Raises Refused where it is not, or is gone; `verb` stands in the journal of `subject` then.
    """
    content = unchanged(file, sha256)
    if content is None:
        journal.write(by, verb, subject, **data)
        raise Refused(DAMAGED)
    return content


def unchanged(file, sha256: str) -> bytes | None:
    """The content of a kept file, None where it is gone or no longer what was stored."""
    try:
        with file.open("rb") as stored:
            content = stored.read()
    except FileNotFoundError:
        return None
    return content if hashlib.sha256(content).hexdigest() == sha256 else None


def send_file(content: bytes, mime: str, disposition: str) -> HttpResponse:
    response = HttpResponse(content, content_type=mime)
    response.headers["Content-Disposition"] = disposition
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store, private"
    return response
