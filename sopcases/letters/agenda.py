"""Agenda Surat Keluar: the register of one series and year as a page, a print and a spreadsheet.

Every number from the last one down to 1 is there or its absence is explained. What a letter is about shows
only to those who may read it. A constant number of queries.
"""

import io
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

import xlsxwriter
from django import forms
from django.db.models import Q, QuerySet
from django.urls import reverse

from sopcases.cases.printing import printed
from sopcases.cases.wording import moment
from sopcases.letters import register
from sopcases.letters.models import Letter, Number, Series
from sopcases.letters.page import Chip, letter_url
from sopcases.letters.words import day_text
from sopcases.people.authority import Officer

PAGE = 50
PRINTED = 5000
TONES = {
    Number.State.USED: "done",
    Number.State.RESERVED: "waiting",
    Number.State.OUTSIDE: "neutral",
    Number.State.VOID: "stopped",
}
NOT_YOURS = "Isi surat terbatas"
GIVEN_NEXT = "Belum diberikan; nomor berikutnya diambil dari sini"
UNKNOWN = "Tidak ada catatannya dalam agenda ini; laporkan kepada admin sopcases"
COLUMNS = ["Nomor", "Tanggal", "Jenis dan perihal", "Penanganan", "Penanda tangan", "Status", "Keterangan"]


class AgendaForm(forms.Form):
    """Which series and year, and what is looked for."""

    seri = forms.ModelChoiceField(
        Series.objects.none(), label="Seri", widget=forms.Select(attrs={"class": "form-select"})
    )
    tahun = forms.TypedChoiceField(
        label="Tahun", coerce=int, widget=forms.Select(attrs={"class": "form-select"})
    )
    q = forms.CharField(
        label="Cari nomor, keterangan, atau nomor penanganan",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "class": "form-control", "autocomplete": "off"}),
    )
    status = forms.ChoiceField(
        label="Status",
        choices=[("", "Semua nomor"), *Number.State.choices],
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )


@dataclass(frozen=True)
class Row:
    """A number of the register, or (`number` empty) a range that is not in it and why."""

    number: str
    dated: str
    kind: str
    about: str
    case: str
    signer: str
    chip: Chip | None
    note: str
    url: str = ""
    use_url: str = ""
    void_url: str = ""
    gap: str = ""

    def cells(self) -> list[str]:
        """As the print and the spreadsheet show it."""
        what = ": ".join(filter(None, [self.kind, self.about]))
        state = self.chip.label if self.chip else ""
        return [self.number or self.gap, self.dated, what, self.case, self.signer, state, self.note]


class Agenda:
    """One series and year as this officer sees it."""

    def __init__(self, officer: Officer, data: Any):
        self.officer, self.data = officer, data

    @cached_property
    def usual(self) -> int | None:
        """The series to begin with: the one a number was taken from last, else the first by name."""
        agency = self.officer.agency
        latest = Number.objects.filter(series__agency=agency).order_by("-id").values_list("series", flat=True)
        return latest.first() or Series.objects.filter(agency=agency).values_list("pk", flat=True).first()

    @cached_property
    def years(self) -> list[int]:
        """Every year with a number, and this one; the latest first."""
        held = (
            Number.objects.filter(series__agency=self.officer.agency)
            .order_by()
            .values_list("year", flat=True)
        )
        return sorted({self.officer.day.year, *held.distinct()}, reverse=True)

    @cached_property
    def form(self) -> AgendaForm:
        kept = {key: self.data.get(key, "") for key in ("seri", "tahun", "q", "status")}
        defaults = {"seri": kept["seri"] or self.usual or "", "tahun": self.officer.day.year}
        form = AgendaForm(defaults | {key: value for key, value in kept.items() if value})
        form.fields["seri"].queryset = Series.objects.filter(agency=self.officer.agency)
        form.fields["tahun"].choices = [(year, year) for year in self.years]
        return form

    @cached_property
    def asked(self) -> dict:
        return self.form.cleaned_data if self.form.is_valid() else {}

    @property
    def series(self) -> Series | None:
        return self.asked.get("seri")

    @property
    def year(self) -> int:
        return self.asked.get("tahun") or self.officer.day.year

    @property
    def narrowed(self) -> bool:
        return bool(self.asked.get("q") or self.asked.get("status"))

    @property
    def numbers(self) -> QuerySet[Number]:
        if self.series is None:
            return Number.objects.none()
        found = Number.objects.filter(series=self.series, year=self.year)
        if self.asked["status"]:
            found = found.filter(state=self.asked["status"])
        for word in self.asked["q"].split():
            found = found.filter(
                Q(text__icontains=word) | Q(reason__icontains=word) | Q(letter__case__number__icontains=word)
            )
        return found.select_related("letter__paper__kind", "letter__case", "by").order_by("-seq", "-suffix")

    @cached_property
    def _page(self) -> tuple[list[Number], Number | None]:
        """The numbers of this page, and the first one of the next."""
        rows = self.numbers
        if before := self._before:
            rows = rows.filter(Q(seq__lt=before.seq) | Q(seq=before.seq, suffix__lt=before.suffix))
        found = list(rows[: PAGE + 1])
        return found[:PAGE], found[PAGE] if len(found) > PAGE else None

    @cached_property
    def _before(self) -> Number | None:
        text = self.data.get("sebelum", "")
        if not (text.isascii() and text.isdigit() and len(text) < 19):
            return None
        return Number.objects.filter(pk=int(text), series=self.series, year=self.year).first()

    @cached_property
    def rows(self) -> list[Row]:
        shown, following = self._page
        return self._rows(shown, following, first=self._before)

    def _rows(self, shown: list[Number], following: Number | None, first: Number | None = None) -> list[Row]:
        letters = [n.letter_id for n in shown if n.letter_id]
        mine = set(
            Letter.objects.visible_to(self.officer).filter(pk__in=letters).values_list("pk", flat=True)
        )
        if self.narrowed:
            return [self._row(number, mine) for number in shown]
        found: list[Row] = []
        # Above the highest number nothing is missing; below the lowest there is the beginning, at 1.
        for upper, lower in pairwise([first, *shown, following]):
            if lower is None:
                found += self._gap(1, upper.seq - 1) if upper and following is None else []
                continue
            found += self._gap(lower.seq + 1, upper.seq - 1) if upper else []
            if lower is not following:
                found.append(self._row(lower, mine))
        return found

    @cached_property
    def last(self) -> int:
        """The last number given by the register itself."""
        counter = self.series and self.series.counters.filter(year=self.year).first()
        return counter.last if counter else 0

    def _gap(self, low: int, high: int) -> list[Row]:
        if low > high:
            return []
        found = []
        for first, end, why in (
            (max(low, self.last + 1), high, GIVEN_NEXT),
            (low, min(high, self.last), UNKNOWN),
        ):
            if first <= end:
                span = str(first) if first == end else f"{first}–{end}"
                found.append(Row("", "", "", "", "", "", None, why, gap=f"Nomor urut {span}"))
        return found

    def _row(self, number: Number, mine: set[int]) -> Row:
        letter = number.letter
        readable = letter is not None and letter.pk in mine
        keeper = register.refuse_keep(self.officer) is None
        free = number.state in (Number.State.RESERVED, Number.State.OUTSIDE)
        note = number.reason or f"Diambil {number.by}, {moment(number.at)}"
        if readable and letter.sent_on:
            note += f". {sent_text(letter)}"
        if number.state == Number.State.RESERVED and letter:
            note += " (untuk surat yang sedang dikonsep)"
        return Row(
            number=number.text,
            dated=day_text(letter.dated) if letter and letter.dated else "",
            kind=str(letter.paper.kind) if letter else "",
            about="" if letter is None else _about(letter) if readable else NOT_YOURS,
            case=letter.case.number if readable else "",
            signer=letter.signer_name if letter else "",
            chip=Chip(number.get_state_display(), TONES[number.state]),
            note=note,
            url=letter_url(letter) if readable else "",
            use_url=number_url(number, "promise") if keeper and number.state == Number.State.RESERVED else "",
            void_url=number_url(number, "discard") if keeper and free else "",
        )

    @cached_property
    def loose(self) -> list[Row]:
        """Letters whose number, given by another office, does not follow the pattern."""
        if self.series is None or self._before or self.narrowed:
            return []
        letters = (
            Letter.objects.visible_to(self.officer)
            .filter(series=self.series, dated__year=self.year, numbers=None)
            .exclude(number="")
            .select_related("paper__kind", "case")
            .order_by("-dated", "-id")[:PAGE]
        )
        return [
            Row(
                number=letter.number,
                dated=day_text(letter.dated),
                kind=str(letter.paper.kind),
                about=_about(letter),
                case=letter.case.number,
                signer=letter.signer_name,
                chip=None,
                note=". ".join(
                    filter(None, ["Nomor dari bagian umum, di luar pola seri", sent_text(letter)])
                ),
                url=letter_url(letter),
            )
            for letter in letters
        ]

    @property
    def older(self) -> str:
        shown, following = self._page
        return self.address(sebelum=shown[-1].pk) if following else ""

    @property
    def newest(self) -> str:
        return self.address() if self._before else ""

    def address(self, name: str = "agenda", **more) -> str:
        """A page of this agenda, with what was asked for."""
        kept = {
            "seri": self.series.pk if self.series else "",
            "tahun": self.year,
            "q": self.asked.get("q", ""),
            "status": self.asked.get("status", ""),
        }
        query = urlencode({key: value for key, value in (kept | more).items() if value})
        return f"{reverse(f'letters:{name}')}?{query}"

    @property
    def print_url(self) -> str:
        return self.address("agenda_pdf")

    @property
    def sheet_url(self) -> str:
        return self.address("agenda_xlsx")

    @property
    def deeds(self) -> list[tuple[str, str]]:
        """What the keeper of the register may do: address and label."""
        if self.series is None or register.refuse_keep(self.officer) is not None:
            return []
        parts = {"series": self.series.pk, "year": self.year}
        names = {
            "reserve": "Cadangkan nomor",
            "outside": "Catat nomor yang dipakai di luar aplikasi",
            "insert": "Sisipkan nomor",
        }
        return [(reverse(f"letters:{name}", kwargs=parts), label) for name, label in names.items()]

    # --- on paper

    @property
    def name(self) -> str:
        return f"agenda-surat-keluar-{self.series.pk if self.series else 0}-{self.year}"

    @cached_property
    def everything(self) -> list[list[str]]:
        """All rows of the year as cells, the first number first."""
        rows = self._rows(list(self.numbers[:PRINTED]), None)
        return [row.cells() for row in reversed(rows)] + [row.cells() for row in self.loose]

    def pdf(self) -> bytes:
        facts = [("Seri", self.series), ("Tahun", self.year), ("Dicetak", moment(self.officer.at))]
        context = {"columns": COLUMNS, "rows": self.everything, "facts": facts}
        key = f"{self.name}-{self.officer.at.isoformat()}"
        return printed("print/agenda.html", self.officer.agency, "Agenda Surat Keluar", context, key=key)

    def xlsx(self) -> bytes:
        widths = (26, 18, 48, 18, 30, 20, 44)
        title = f"Agenda Surat Keluar {self.year}"
        return spreadsheet(title, f"Agenda {self.year}", COLUMNS, widths, self.everything, self.officer.at)


def spreadsheet(
    title: str,
    tab: str,
    columns: list[str],
    widths: tuple[int, ...],
    rows: list[list[str]],
    created: datetime,
) -> bytes:
    """An agenda as a spreadsheet; whatever looks like a formula is text."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": title, "created": created})
        page = book.add_worksheet(tab)
        bold = book.add_format({"bold": True, "bottom": 1})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        page.write_row(0, 0, columns, bold)
        for index, cells in enumerate(rows, 1):
            page.write_row(index, 0, cells, wrap)
        for index, width in enumerate(widths):
            page.set_column(index, index, width)
        page.freeze_panes(1, 1)
        page.autofilter(0, 0, max(1, len(rows)), len(columns) - 1)
    return out.getvalue()


def number_url(number: Number, name: str) -> str:
    """The address of an act on a number."""
    return reverse(f"letters:{name}", kwargs={"entry": number.pk})


def sent_text(letter: Letter) -> str:
    """When, to whom and how a letter went out; "" for one that did not."""
    if letter.sent_on is None:
        return ""
    return f"Dikirim {day_text(letter.sent_on)} kepada {letter.sent_to} ({letter.get_sent_how_display()})"


def _about(letter: Letter) -> str:
    return "" if letter.label == str(letter.paper.kind) else letter.label
