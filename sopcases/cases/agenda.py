"""The numbers of the Agenda Surat Masuk: one sequence an agency and year, taken under lock and without a gap.

A letter entered in the agenda takes the next number. A paper that came straight to a case may bear a number
typed as the office gave it: the sequence steps over it, and what the sequence gave is typed nowhere else.
The year is that of the day on which the letter came. Call inside the transaction of the act.
"""

from datetime import date

from sopcases.cases.models import AgendaCounter, Paper
from sopcases.refusal import Refused

DIGITS = 6
"""A typed number of more digits, or with other signs ("0117/B"), names no place in the sequence."""


def take(agency_id: int, year: int, after: int = 0) -> int:
    """The next number of the year. Waits for other takers.

    `after`: the last number in the office's agenda on paper, when this one begins in the course of a year;
    it begins after the highest number typed so far in any case.
    """
    if not AgendaCounter.objects.filter(agency_id=agency_id, year=year).exists():
        first = max([after, *_typed(agency_id, year)])
        AgendaCounter.objects.get_or_create(
            agency_id=agency_id, year=year, defaults={"begins_after": first, "last": first}
        )
    counter = AgendaCounter.objects.select_for_update().get(agency_id=agency_id, year=year)
    counter.last += 1
    while _bearing(agency_id, year, counter.last).filter(voided_at=None).exists():
        counter.last += 1
    counter.save(update_fields=["last"])
    return counter.last


def begun(agency_id: int, year: int) -> bool:
    """Whether the agenda of the year has given a number."""
    return AgendaCounter.objects.filter(agency_id=agency_id, year=year).exists()


def check_days(today: date, dated: date | None, received_on: date) -> None:
    """Raises Refused when a letter would come before it was written, or later than today."""
    if received_on > today:
        raise Refused("Tanggal terima tidak boleh di masa depan.")
    if dated is not None and received_on < dated:
        raise Refused("Surat tidak dapat diterima sebelum tanggalnya. Periksa kedua tanggalnya.")


def check_typed(agency_id: int, text: str, year: int) -> None:
    """Raises Refused when a paper stands under the number already, or the agenda gave it to a letter."""
    papers = Paper.objects.filter(agency_id=agency_id, agenda=text, agenda_year=year, voided_at=None)
    if papers.exists():
        raise Refused(f"Nomor agenda {text} sudah dipakai pada tahun {year}.")
    number = as_number(text)
    counter = AgendaCounter.objects.select_for_update().filter(agency_id=agency_id, year=year).first()
    if number is None or counter is None or not counter.begins_after < number <= counter.last:
        return
    if not _bearing(agency_id, year, number).exists():
        raise Refused(
            f"Nomor agenda {text} sudah diberikan kepada sebuah surat dalam Agenda Surat Masuk {year}. "
            "Buka penanganannya dari surat itu."
        )


def as_number(text: str) -> int | None:
    """The place in the sequence that a typed number names; None where it names none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= DIGITS else None


def _typed(agency_id: int, year: int) -> list[int]:
    texts = Paper.objects.filter(agency_id=agency_id, agenda_year=year, voided_at=None)
    return [n for n in map(as_number, texts.values_list("agenda", flat=True)) if n is not None]


def _bearing(agency_id: int, year: int, number: int):
    """Papers with the number, however many noughts were typed before it."""
    texts = {str(number).zfill(size) for size in range(1, DIGITS + 1)}
    return Paper.objects.filter(agency_id=agency_id, agenda_year=year, agenda__in=texts)
