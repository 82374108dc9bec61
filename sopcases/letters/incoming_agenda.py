"""Agenda Surat Masuk: the letters that came in a year as a page, a print and a spreadsheet.

Who keeps the register sees every number or why it is not there; what a letter says shows only to those who
may read it. A constant number of queries.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Q, QuerySet
from django.urls import reverse

from sopcases.cases.agenda import as_number
from sopcases.cases.models import AgendaCounter, Paper
from sopcases.cases.printing import printed
from sopcases.cases.wording import moment
from sopcases.letters import register
from sopcases.letters.agenda import PAGE, PRINTED, UNKNOWN, spreadsheet
from sopcases.letters.incoming_page import chip, incoming_url, natures
from sopcases.letters.models import IncomingLetter
from sopcases.letters.page import Chip
from sopcases.letters.words import day_text
from sopcases.people.authority import Officer

CLOSED = "Isi surat terbatas"
BEFORE = "Tercatat dalam buku agenda, sebelum agenda ini dimulai"
IN_A_CASE = "Dicatat langsung dalam berkas penanganan"
COLUMNS = [
    *("No. agenda", "Diterima", "Surat dari", "Nomor dan tanggal surat", "Hal"),
    *("Sifat", "Diteruskan kepada", "Status"),
]
WIDTHS = (12, 18, 30, 34, 48, 18, 40, 20)


class IncomingAgendaForm(forms.Form):
    """Which year, and what is looked for."""

    tahun = forms.TypedChoiceField(
        label="Tahun", coerce=int, widget=forms.Select(attrs={"class": "form-select"})
    )
    q = forms.CharField(
        label="Cari asal, nomor, atau hal surat",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "class": "form-control", "autocomplete": "off"}),
    )
    status = forms.ChoiceField(
        label="Status",
        choices=[("", "Semua surat"), *IncomingLetter.State.choices],
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )


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

    def cells(self) -> list[str]:
        """As the print and the spreadsheet show it."""
        letter = ", ".join(filter(None, [self.number, self.dated]))
        state = self.chip.label if self.chip else ""
        about = self.about or self.note
        nature = ", ".join(self.natures)
        return [self.seq or self.gap, self.received, self.sender, letter, about, nature, self.passed, state]


class IncomingAgenda:
    """One year as this officer sees it."""

    def __init__(self, officer: Officer, data: Any):
        self.officer, self.data = officer, data

    @cached_property
    def keeps(self) -> bool:
        """Whether he sees that there is a number, where he may not read the letter."""
        return register.refuse_keep(self.officer) is None

    @cached_property
    def years(self) -> list[int]:
        """Every year with a letter that he may read, and this one; the latest first."""
        held = IncomingLetter.objects.visible_to(self.officer).order_by().values_list("year", flat=True)
        return sorted({self.officer.day.year, *held.distinct()}, reverse=True)

    @cached_property
    def form(self) -> IncomingAgendaForm:
        asked = {key: self.data.get(key, "") for key in ("tahun", "q", "status")}
        form = IncomingAgendaForm(asked | {"tahun": asked["tahun"] or self.officer.day.year})
        form.fields["tahun"].choices = [(year, year) for year in self.years]
        return form

    @cached_property
    def asked(self) -> dict:
        return self.form.cleaned_data if self.form.is_valid() else {}

    @property
    def year(self) -> int:
        return self.asked.get("tahun") or self.officer.day.year

    @property
    def narrowed(self) -> bool:
        return bool(self.asked.get("q") or self.asked.get("status"))

    @property
    def letters(self) -> QuerySet[IncomingLetter]:
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

    @cached_property
    def _page(self) -> tuple[list[IncomingLetter], IncomingLetter | None]:
        """The letters of this page, and the first one of the next."""
        rows = self.letters.filter(seq__lt=self._before) if self._before else self.letters
        found = list(rows[: PAGE + 1])
        return found[:PAGE], found[PAGE] if len(found) > PAGE else None

    @cached_property
    def rows(self) -> list[Row]:
        shown, following = self._page
        return self._rows(shown, following)

    def _rows(self, shown: list[IncomingLetter], following: IncomingLetter | None) -> list[Row]:
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
            return Row(seq=str(letter.seq), received=received, note=CLOSED, chip=chip(letter))
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
            url=incoming_url(letter),
        )

    @cached_property
    def _elsewhere(self) -> tuple[int, set[int]]:
        """The last number of the agenda on paper, and those typed straight into the papers of a case."""
        here = {"agency": self.officer.agency, "year": self.year}
        counter = AgendaCounter.objects.filter(**here).first()
        texts = Paper.objects.filter(
            agency=self.officer.agency, agenda_year=self.year, incoming_letter=None, voided_at=None
        )
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
    def older(self) -> str:
        shown, following = self._page
        return self.address(sebelum=shown[-1].seq) if following else ""

    @property
    def newest(self) -> str:
        return self.address() if self._before else ""

    def address(self, name: str = "incoming_agenda", **more) -> str:
        """A page of this agenda, with what was asked for."""
        kept = {"tahun": self.year, "q": self.asked.get("q", ""), "status": self.asked.get("status", "")}
        query = urlencode({key: value for key, value in (kept | more).items() if value})
        return f"{reverse(f'letters:{name}')}?{query}"

    @property
    def print_url(self) -> str:
        return self.address("incoming_pdf")

    @property
    def sheet_url(self) -> str:
        return self.address("incoming_xlsx")

    @property
    def record_url(self) -> str:
        """Where a letter is entered, "" for who does not keep the register."""
        return reverse("letters:incoming_new") if self.keeps else ""

    # --- on paper

    @property
    def name(self) -> str:
        return f"agenda-surat-masuk-{self.year}"

    @cached_property
    def everything(self) -> list[list[str]]:
        """All rows of the year as cells, the first number first."""
        rows = self._rows(list(self.letters[:PRINTED]), None)
        return [row.cells() for row in reversed(rows)]

    def pdf(self) -> bytes:
        facts = [("Tahun", self.year), ("Dicetak", moment(self.officer.at))]
        context = {"columns": COLUMNS, "rows": self.everything, "facts": facts}
        key = f"{self.name}-{self.officer.user.pk}-{self.officer.at.isoformat()}"
        return printed(
            "print/incoming_agenda.html", self.officer.agency, "Agenda Surat Masuk", context, key=key
        )

    def xlsx(self) -> bytes:
        title, tab = f"Agenda Surat Masuk {self.year}", f"Agenda {self.year}"
        return spreadsheet(title, tab, COLUMNS, WIDTHS, self.everything, self.officer.at)
