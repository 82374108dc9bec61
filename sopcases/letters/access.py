"""The one gate of a letter: who may read one of its cases may read it; strangers find nothing (404)."""

from django.http import HttpRequest

from sopcases.letters.models import Letter
from sopcases.people import journal
from sopcases.people.access import gate
from sopcases.people.authority import Officer

LARGEST_ID = 2**63 - 1


def find_letter(officer: Officer, letter: int) -> Letter | None:
    """A letter filed in a case that the officer may read."""
    if letter > LARGEST_ID:
        return None
    return Letter.objects.visible_to(officer).for_page().filter(pk=letter).first()


letter_gate = gate("surat", find_letter)


def log_read(request: HttpRequest, letter: Letter) -> None:
    """Write down that a letter was shown or sent out: one line for one page."""
    if request.method == "GET":
        journal.write(
            request.officer,
            "letter.read",
            letter.case,
            letter=letter.pk,
            paper=letter.paper_id,
            kind=letter.paper.kind_id,
            number=letter.number,
        )
