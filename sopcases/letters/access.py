"""The gates of letters. Own ones: who may read one of its cases may read it, and whose paraf or signature it
takes. Those that came: whom they were passed to, and who stands above. Strangers find nothing (404).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from sopcases.letters.models import Disposition, IncomingLetter, Letter
from sopcases.people import journal
from sopcases.people.access import View, gate
from sopcases.people.authority import Officer
from sopcases.refusal import demand

LARGEST_ID = 2**63 - 1


def find_letter(officer: Officer, letter: int) -> Letter | None:
    """A letter that the officer may read: of a case that he may read, or one that takes his hand."""
    if letter > LARGEST_ID:
        return None
    return Letter.objects.visible_to(officer).with_case_open(officer).for_page().filter(pk=letter).first()


def find_incoming(officer: Officer, incoming: int) -> IncomingLetter | None:
    """A letter that came, for whom it was passed to and who stands above."""
    if incoming > LARGEST_ID:
        return None
    rows = IncomingLetter.objects.visible_to(officer).select_related("agency", "case", "recorded_by")
    return rows.filter(pk=incoming).first()


def find_part(officer: Officer, incoming: int, part: int) -> Disposition | None:
    """A part of a letter that he may read; its letter is the one found."""
    letter = find_incoming(officer, incoming) if part <= LARGEST_ID else None
    row = letter and letter.parts.filter(pk=part).first()
    if row:
        row.letter = letter
    return row


def find_hand(officer: Officer, incoming: int, hand: int) -> tuple[IncomingLetter, Officer] | None:
    """A letter that he may read, and somebody else before whom it lies."""
    letter = find_incoming(officer, incoming)
    found = next((one for one in letter.hands(officer) if one.user.pk == hand), None) if letter else None
    return (letter, found) if letter and found else None


letter_gate = gate("surat", find_letter)
incoming_gate = gate("surat masuk", find_incoming)
part_gate = gate("disposisi", find_part)
hand_gate = gate("disposisi tertulis", find_hand)


def act_gate(
    why_not: Callable[[Any, Officer], str | None], through: Callable[[View], View] = letter_gate
) -> Callable[[View], View]:
    """The gate of an act's page. The page refuses with the predicate's sentence (403).

    What is sent is refused by the verb itself, under lock: a form sent twice leads where it led first.
    """

    def wrap(view: View) -> View:
        @wraps(view)
        def inner(request: HttpRequest, row: Any) -> HttpResponseBase:
            if request.method == "GET":
                demand(why_not(row, request.officer))
            return view(request, row)

        return through(inner)

    return wrap


def log_read(request: HttpRequest, letter: Letter) -> None:
    """Write down that a letter was shown or sent out: one line for one page."""
    if request.method == "GET":
        journal.write(
            request.officer,
            "letter.nik.read" if letter.tells_nik else "letter.read",
            letter.case,
            letter=letter.pk,
            paper=letter.paper_id,
            kind=letter.paper.kind_id,
            number=letter.number,
        )


def log_incoming(request: HttpRequest, letter: IncomingLetter, what: str) -> None:
    """Write down that a letter that came was shown or sent out; without a word of it."""
    if request.method == "GET":
        journal.write(request.officer, f"incoming.{what}", letter, year=letter.year, seq=letter.seq)
