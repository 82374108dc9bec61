"""Lists and forms to print from a case: no letters, no numbers, nothing to sign for the office.

A template under `templates/print/` extends `print/page.html`; its PDF leaves through the gate of the view
that makes it, under a name that names no child.
"""

from collections.abc import Sequence
from typing import IO

from django.http import HttpResponse
from django.template.loader import render_to_string

from sopcases import pdf
from sopcases.people.files import send_file
from sopcases.people.letterhead import Kop
from sopcases.people.models import Agency

UNNUMBERED = "@page { @bottom-right { content: none } }"
STYLES = ("letters/letter.css", "letters/print.css", "cases/print.css")


def printed(template: str, agency: Agency, title: str, context: dict, *, key: str) -> bytes:
    """The PDF of a template under the agency's letterhead. `key` tells equal lists apart."""
    html = render_to_string(template, {**context, "kop": Kop.of(agency), "title": title})
    return pdf.write(html, key=key, styles=STYLES)


def printed_part(
    template: str, agency: Agency, title: str, context: dict, *, key: str, last: bool
) -> pdf.Part:
    """As `printed`, of a list too long for one drawing; its pages are numbered when they are `joined`."""
    html = render_to_string(template, {**context, "kop": Kop.of(agency), "title": title})
    return pdf.write_part(html, key=key, styles=STYLES, page=UNNUMBERED, last=last)


def joined(parts: Sequence[bytes], out: IO[bytes]) -> None:
    """The parts of one list as one PDF, its pages numbered through."""
    pages = range(sum(pdf.pages_of(part) for part in parts))
    html = render_to_string("print/numbers.html", {"pages": pages})
    pdf.join(parts, pdf.write_part(html, key="halaman", styles=STYLES, last=True).content, out)


def pdf_response(content: bytes, name: str) -> HttpResponse:
    """Shown in the browser, in a tab of its own; `name` without ending and without any child's name."""
    return send_file(content, "application/pdf", f'inline; filename="{name}.pdf"')
