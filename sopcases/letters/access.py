"""The one gate of a letter: who may read one of its cases may read it, and whose paraf or signature it takes;
strangers find nothing (404)."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponseBase

from sopcases.letters.models import Letter
from sopcases.people import journal
from sopcases.people.access import View, gate
from sopcases.people.authority import Officer
from sopcases.refusal import NotAllowed

LARGEST_ID = 2**63 - 1


def find_letter(officer: Officer, letter: int) -> Letter | None:
    """A letter that the officer may read: of a case that he may read, or one that takes his hand."""
    if letter > LARGEST_ID:
        return None
    return Letter.objects.visible_to(officer).with_case_open(officer).for_page().filter(pk=letter).first()


letter_gate = gate("surat", find_letter)


def act_gate(why_not: Callable[[Letter, Officer], str | None]) -> Callable[[View], View]:
    """The gate of an act's page. The page refuses with the predicate's sentence (403).

    What is sent is refused by the verb itself, under lock: a form sent twice leads where it led first.
    """

    def wrap(view: View) -> View:
        @wraps(view)
        def inner(request: HttpRequest, letter: Letter) -> HttpResponseBase:
            if request.method == "GET" and (sentence := why_not(letter, request.officer)) is not None:
                raise NotAllowed(sentence)
            return view(request, letter)

        return letter_gate(inner)

    return wrap


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
