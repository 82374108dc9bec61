"""What the page and the PDF of a letter share: one frozen dataclass, built once, one HTML body."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.template.loader import render_to_string

from sopcases.letters import placeholders, words
from sopcases.letters.layouts import LAYOUTS, Person
from sopcases.letters.layouts.base import DOTS, common_words
from sopcases.letters.register import compose
from sopcases.letters.words import day_text
from sopcases.people.authority import holders, local_day
from sopcases.people.letterhead import Kop
from sopcases.people.models import Agency, Position
from sopcases.sops.models import PaperKind

__all__ = [
    "Kop",
    "Sheet",
    "Signature",
    "body_html",
    "build",
    "day_text",
    "local_day",
    "problem",
    "refreshed",
    "sample",
]


@dataclass(frozen=True)
class Signature:
    """The right foot: position, an empty space for the ink, name, rank, number. `electronic` is the QR that
    stands where the ink would."""

    heading: tuple[str, ...]
    person: Person
    electronic: str = ""


@dataclass(frozen=True)
class Hand:
    """A row of the box of paraf: position, name, and when the paraf was given; "" leaves space for a pen."""

    title: str
    name: str
    given: str


@dataclass(frozen=True)
class Sheet:
    """A letter as printed."""

    template: str
    kop: Kop
    title: str
    number: str
    numbered: bool
    place: str
    dated: str
    opening: str
    closing: str
    signature: Signature | None
    body: Any
    hands: tuple[Hand, ...] = ()


@dataclass(frozen=True)
class Context:
    """What a layout may ask about the agency on the day."""

    agency: Agency
    day: date
    first_party_left: bool

    def holder(self, position_id: int | None, day: date) -> Signature | None:
        """Who holds a position on the day, as it prints; the position alone when nobody does."""
        if not position_id:
            return None
        for appointment in holders(self.agency.pk, day, [position_id]):
            return _signature(appointment.title, appointment.user)
        position = Position.objects.filter(pk=position_id, agency=self.agency).first()
        return position and Signature(words.heading(position.name), Person(DOTS))


def _signature(title: str, user) -> Signature:
    person = Person(user.name, user.nip_label, user.nip, user.rank, title)
    return Signature(words.heading(title), person)


def build(letter, at: datetime, electronic: str = "") -> Sheet:
    """The letter as it stands. Once signed for, the signer prints as frozen; before, as who holds it now.

    `electronic`: the QR of a letter that is about to be signed by certificate.
    """
    layout = LAYOUTS[letter.layout]
    agency, kind = letter.agency, letter.paper.kind
    wording = getattr(kind, "wording", None)
    day = letter.dated or local_day(agency, at)
    context = Context(agency, day, wording.first_party_left if wording else True)
    body = layout.body(letter.content, context)
    title = (wording and wording.title) or layout.title
    values = common_words(letter.case, title, day)
    title = values["judul"] = placeholders.fill(title, values)
    values |= getattr(body, "words", {})
    return Sheet(
        template=layout.template,
        kop=Kop.of(agency),
        title=title.upper(),
        number=letter.number,
        numbered=bool(letter.number) or kind.series.exists(),
        place=agency.city,
        dated=day_text(letter.dated) if letter.dated else "",
        opening=placeholders.fill((wording and wording.opening) or layout.opening, values),
        closing=placeholders.fill((wording and wording.closing) or layout.closing, values),
        signature=_foot(letter, context, local_day(agency, at), electronic) if layout.signed else None,
        body=body,
        hands=tuple(_hands(letter, local_day(agency, at))) if wording and wording.initials_box else (),
    )


def _hands(letter, today: date) -> Iterator[Hand]:
    """The paraf that stand, then the positions whose paraf is still to come and who holds them today. One
    that only the paper bears leaves its space: nothing is printed that the application did not see."""
    for given in letter.initials:
        when = f"Diparaf {day_text(local_day(letter.agency, given.at))}" if given.at else ""
        yield Hand(given.title, given.name, when)
    chain = letter.kind.chain
    ahead = chain[len(letter.initials) :]
    names = Position.objects.in_bulk(ahead) if ahead else {}
    able = holders(letter.agency_id, today, ahead) if ahead else []
    for position in ahead:
        held = next((a for a in able if a.position_id == position), None)
        yield Hand(held.title if held else names[position].name, str(held.user) if held else "", "")


@dataclass(frozen=True)
class Sample:
    """The agency's own lists, as they print."""

    basis: tuple[str, ...]
    tasks: tuple[str, ...]
    cc: tuple[str, ...]


SAMPLE = "CONTOH"


def sample(kind: PaperKind, day: date) -> Sheet:
    """How the agency's letters of a kind begin and end: its paper, letterhead, words and signature, about
    nothing. What only a case knows is named instead."""
    layout, wording = LAYOUTS[kind.layout], getattr(kind, "wording", None)
    values = {name: f"({meant})" for name, meant in (placeholders.COMMON | layout.placeholders).items()}
    values |= {"perangkat_daerah": kind.agency.name, "pemerintah": kind.agency.government}
    values |= {"kota": kind.agency.city, "tahun": str(day.year)}

    def own(name: str) -> str:
        return placeholders.fill((wording and getattr(wording, name)) or getattr(layout, name), values)

    def lines(name: str) -> tuple[str, ...]:
        return tuple(placeholders.fill(line, values) for line in (getattr(wording, name) if wording else ()))

    values["judul"] = own("title")
    series = kind.series.first()
    context = Context(kind.agency, day, wording.first_party_left if wording else True)
    return Sheet(
        template="letters/layouts/sample.html",
        kop=Kop.of(kind.agency),
        title=values["judul"].upper(),
        number=compose(series, year=day.year, month=day.month, seq=0) if series else "",
        numbered=series is not None,
        place=kind.agency.city,
        dated=day_text(day),
        opening=own("opening"),
        closing=own("closing"),
        signature=context.holder(kind.signer_id, day) if layout.signed else None,
        body=Sample(lines("basis"), lines("tasks"), lines("cc")),
    )


def _foot(letter, context: Context, today: date, electronic: str) -> Signature | None:
    if letter.signer_id:
        person = Person(
            letter.signer_name,
            letter.signer_nip_label,
            letter.signer_nip,
            letter.signer_rank,
            letter.signer_title,
        )
        return Signature(words.heading(letter.signer_title), person, electronic)
    return context.holder(letter.paper.kind.signer_id, today)


def body_html(sheet: Sheet) -> str:
    """The letter's HTML, without page and face: what is frozen."""
    return render_to_string(sheet.template, {"sheet": sheet})


def problem(letter) -> str | None:
    """What keeps the letter from being proposed or fixed."""
    return LAYOUTS[letter.layout].problem(letter.content)


def refreshed(letter, day: date) -> dict:
    """The content with people and children as they are on the day."""
    return LAYOUTS[letter.layout].refresh(letter.content, letter.case, day)
