"""Agenda Surat Masuk: the letters that came in a year as a page, a print and a spreadsheet.

Who keeps the register sees every number or why it is not there; what a letter says shows only to those who
may read it. A constant number of queries.
"""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q, QuerySet
from django.urls import reverse

from sopcases.cases.agenda import as_number
from sopcases.cases.models import AgendaCounter, Paper
from sopcases.letters.incoming_page import chip, incoming_url, natures
from sopcases.letters.models import IncomingLetter
from sopcases.letters.page import Chip
from sopcases.letters.words import day_text
from sopcases.letters.year import UNKNOWN, YearForm, YearRegister

CLOSED = "Isi surat terbatas"
BEFORE = "Tercatat dalam buku agenda, sebelum agenda ini dimulai"
IN_A_CASE = "Dicatat langsung dalam berkas penanganan"


class IncomingAgendaForm(YearForm):
    """Which year, and what is looked for."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["status"].choices = [("", "Semua surat"), *IncomingLetter.State.choices]
        self.fields["q"].label = "Cari asal, nomor, atau hal surat"


@dataclass(frozen=True)
class Row:
    """A letter of the agenda, or (`gap`) numbers that are not in it and why."""

    seq: str = ""
    received: str = ""
    sender: str = ""
    number: str = ""
    dated: str = ""
    about: str = ""
    natures: tuple[str, ...] = ()
    passed: str = ""
    chip: Chip | None = None
    note: str = ""
    url: str = ""
    gap: str = ""
    struck: bool = False

    def cells(self) -> list[str]:
        """As the print and the spreadsheet show it."""
        letter = ", ".join(filter(None, [self.number, self.dated]))
        void = self.struck and self.sender
        state = self.note if void else self.chip.label if self.chip else ""
        about = self.about or self.note
        nature = ", ".join(self.natures)
        return [self.seq or self.gap, self.received, self.sender, letter, about, nature, self.passed, state]


class IncomingAgenda(YearRegister):
    """One year as this officer sees it. Who keeps it sees every number, also where he may not read on."""

    form_class = IncomingAgendaForm
    title = "Agenda Surat Masuk"
    table = "incoming"
    columns = (
        *("No. agenda", "Diterima", "Surat dari", "Nomor dan tanggal surat", "Hal"),
        *("Sifat", "Diteruskan kepada", "Status"),
    )
    widths = (12, 18, 30, 34, 48, 18, 40, 20)
    addresses = ("incoming_agenda", "incoming_pdf", "incoming_xlsx")

    @property
    def held(self) -> QuerySet[IncomingLetter]:
        return IncomingLetter.objects.visible_to(self.officer)

    @property
    def found(self) -> QuerySet[IncomingLetter]:
        if not self.asked:
            return IncomingLetter.objects.none()
        found = IncomingLetter.objects.filter(agency=self.officer.agency)
        # Nobody finds out by searching what he may not read.
        if self.narrowed or not self.keeps:
            found = IncomingLetter.objects.visible_to(self.officer)
        found = found.filter(year=self.asked["tahun"])
        if self.asked["status"]:
            found = found.filter(state=self.asked["status"])
        for word in self.asked["q"].split():
            match = Q(sender__icontains=word) | Q(number__icontains=word) | Q(about__icontains=word)
            if (seq := as_number(word)) is not None:
                match |= Q(seq=seq)
            found = found.filter(match)
        return found.prefetch_related("parts").order_by("-seq")

    @cached_property
    def _before(self) -> int | None:
        text = self.data.get("sebelum", "")
        return as_number(text) if isinstance(text, str) else None

    def below(self, rows: QuerySet[IncomingLetter]) -> QuerySet[IncomingLetter]:
        return rows.filter(seq__lt=self._before) if self._before else rows

    def cursor(self, row: IncomingLetter) -> int:
        return row.seq

    def told(self, shown: list[IncomingLetter], following: IncomingLetter | None) -> list[Row]:
        pks = [letter.pk for letter in shown]
        visible = IncomingLetter.objects.visible_to(self.officer).filter(pk__in=pks)
        mine = set(visible.values_list("pk", flat=True))
        if self.narrowed or not self.keeps:
            return [self._row(letter, mine) for letter in shown]
        found: list[Row] = []
        upper = None
        for letter in shown:
            found += self._gaps(letter.seq + 1, upper - 1) if upper else []
            found.append(self._row(letter, mine))
            upper = letter.seq
        if upper:
            found += self._gaps(following.seq + 1 if following else 1, upper - 1)
        return found

    def _row(self, letter: IncomingLetter, mine: set[int]) -> Row:
        if letter.pk not in mine:
            received = day_text(letter.received_on)
            struck = letter.state == letter.State.VOID
            return Row(seq=str(letter.seq), received=received, note=CLOSED, chip=chip(letter), struck=struck)
        return Row(
            seq=str(letter.seq),
            received=day_text(letter.received_on),
            sender=letter.sender,
            number=letter.number,
            dated=day_text(letter.dated),
            about=letter.about,
            natures=natures(letter),
            passed="; ".join(dict.fromkeys(part.to_title for part in letter.parts.all())),
            chip=chip(letter),
            note=f"Dibatalkan: {letter.void_reason}" if letter.void_reason else "",
            url=incoming_url(letter),
            struck=letter.state == letter.State.VOID,
        )

    @cached_property
    def _elsewhere(self) -> tuple[int, set[int]]:
        """The last number of the agenda on paper, and those typed straight into the papers of a case."""
        here = {"agency": self.officer.agency, "year": self.year}
        counter = AgendaCounter.objects.filter(**here).first()
        texts = Paper.objects.filter(agency=self.officer.agency, agenda_year=self.year, incoming_letter=None)
        numbers = {as_number(text) for text in texts.values_list("agenda", flat=True)} - {None}
        return counter.begins_after if counter else 0, numbers

    def _gaps(self, low: int, high: int) -> list[Row]:
        """The numbers from `low` to `high`, none of which is a letter's: the highest first."""
        if low > high:
            return []
        before, typed = self._elsewhere
        found: list[tuple[int, int, str]] = []
        if low <= before:
            found.append((low, min(high, before), BEFORE))
            low = before + 1
        for number in sorted(n for n in typed if low <= n <= high):
            if low < number:
                found.append((low, number - 1, UNKNOWN))
            found.append((number, number, IN_A_CASE))
            low = number + 1
        if low <= high:
            found.append((low, high, UNKNOWN))
        return [
            Row(gap=str(first) if first == last else f"{first}–{last}", note=why)
            for first, last, why in reversed(found)
        ]

    @property
    def record_url(self) -> str:
        """Where a letter is entered, "" for who does not keep the register."""
        return reverse("letters:incoming_new") if self.keeps else ""
