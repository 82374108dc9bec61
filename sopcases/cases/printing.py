"""Lists and forms to print from a case: no letters, no numbers, nothing to sign for the office.

A template under `templates/print/` extends `print/page.html`; its PDF leaves through the gate of the view
that makes it, under a name that names no child.
"""

from django.http import HttpResponse
from django.template.loader import render_to_string

from sopcases import pdf
from sopcases.cases.serving import send_file
from sopcases.people.letterhead import Kop
from sopcases.people.models import Agency

STYLES = ("letters/letter.css", "letters/print.css", "cases/print.css")


def printed(template: str, agency: Agency, title: str, context: dict, *, key: str) -> bytes:
    """The PDF of a template under the agency's letterhead. `key` tells equal lists apart."""
    html = render_to_string(template, {**context, "kop": Kop.of(agency), "title": title})
    return pdf.write(html, key=key, styles=STYLES)


def pdf_response(content: bytes, name: str) -> HttpResponse:
    """Shown in the browser, in a tab of its own; `name` without ending and without any child's name."""
    return send_file(content, "application/pdf", f'inline; filename="{name}.pdf"')
