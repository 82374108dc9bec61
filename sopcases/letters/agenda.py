"""Agenda Surat Keluar: the register of one series and year as a page, a print and a spreadsheet.

Every number from the last one down to 1 is there or its absence is explained. What a letter is about, and why
its number is void, shows only to those who may read it. A constant number of queries.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from django import forms
from django.db.models import Q, QuerySet
from django.urls import reverse

from sopcases.cases.wording import moment
from sopcases.letters.models import Letter, Number, Series
from sopcases.letters.page import Chip, letter_url
from sopcases.letters.words import day_text
from sopcases.letters.year import PAGE, PRINTED, UNKNOWN, YearForm, YearRegister

TONES = {
    Number.State.USED: "done",
    Number.State.RESERVED: "waiting",
    Number.State.OUTSIDE: "neutral",
    Number.State.VOID: "stopped",
}
NOT_YOURS = "Isi surat terbatas"
GIVEN_NEXT = "Belum diberikan; nomor berikutnya diambil dari sini"


class AgendaForm(YearForm):
    """Which series and year, and what is looked for."""

    seri = forms.ModelChoiceField(
        Series.objects.none(), label="Seri", widget=forms.Select(attrs={"class": "form-select"})
    )

    field_order = ("seri",)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["status"].choices = [("", "Semua nomor"), *Number.State.choices]
        self.fields["q"].label = "Cari nomor, keterangan, atau nomor penanganan"


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
    struck: bool = False

    def cells(self) -> list[str]:
        """As the print and the spreadsheet show it."""
        what = ": ".join(filter(None, [self.kind, self.about]))
        state = self.chip.label if self.chip else ""
        return [self.number or self.gap, self.dated, what, self.case, self.signer, state, self.note]


class Agenda(YearRegister):
    """One series and year as this officer sees it."""

    form_class = AgendaForm
    title = "Agenda Surat Keluar"
    table = ""
    columns = (
        "Nomor",
        "Tanggal",
        "Jenis dan perihal",
        "Penanganan",
        "Penanda tangan",
        "Status",
        "Keterangan",
    )
    widths = (26, 18, 48, 18, 30, 20, 44)
    addresses = ("agenda", "agenda_pdf", "agenda_xlsx")

    @cached_property
    def usual(self) -> int | None:
        """The series to begin with: the one a number was taken from last, else the first by name."""
        agency = self.officer.agency
        latest = Number.objects.filter(series__agency=agency).order_by("-id").values_list("series", flat=True)
        return latest.first() or Series.objects.filter(agency=agency).values_list("pk", flat=True).first()

    @property
    def held(self) -> QuerySet[Number]:
        return Number.objects.filter(series__agency=self.officer.agency)

    @property
    def defaults(self) -> dict:
        return super().defaults | ({} if self.data.get("seri") else {"seri": self.usual or ""})

    @cached_property
    def form(self) -> AgendaForm:
        form = super().form
        form.fields["seri"].queryset = Series.objects.filter(agency=self.officer.agency)
        return form

    @property
    def series(self) -> Series | None:
        return self.asked.get("seri")

    @property
    def found(self) -> QuerySet[Number]:
        if self.series is None:
            return Number.objects.none()
        found = Number.objects.filter(series=self.series, year=self.year)
        if self.asked["status"]:
            found = found.filter(state=self.asked["status"])
        # Nobody finds out by searching what he may not read: a letter's case, or why it was voided.
        mine = Q(letter__in=Letter.objects.visible_to(self.officer).order_by().values("pk"))
        for word in self.asked["q"].split():
            found = found.filter(
                Q(text__icontains=word)
                | Q(reason__icontains=word) & (Q(letter=None) | mine)
                | Q(letter__case__number__icontains=word) & mine
            )
        return found.select_related("letter__paper__kind", "letter__case", "by").order_by("-seq", "-suffix")

    def below(self, rows: QuerySet[Number]) -> QuerySet[Number]:
        before = self._before
        if before is None:
            return rows
        return rows.filter(Q(seq__lt=before.seq) | Q(seq=before.seq, suffix__lt=before.suffix))

    def cursor(self, row: Number) -> int:
        return row.pk

    @cached_property
    def _before(self) -> Number | None:
        text = self.data.get("sebelum", "")
        if not (text.isascii() and text.isdigit() and len(text) < 19):
            return None
        return Number.objects.filter(pk=int(text), series=self.series, year=self.year).first()

    def told(self, shown: list[Number], following: Number | None) -> list[Row]:
        first = self._before
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
        reserved = number.state == Number.State.RESERVED
        free = reserved or number.state == Number.State.OUTSIDE
        # The reason for which a letter was voided may name a child: it is told with the letter only.
        note = number.reason if readable or letter is None else ""
        if not note and number.state != Number.State.VOID:
            note = f"Diambil {number.by}, {moment(number.at)}"
        if readable and letter.sent_on:
            note += f". {sent_text(letter)}"
        if reserved and letter:
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
            use_url=number_url(number, "promise")
            if self.keeps and number.state == Number.State.RESERVED
            else "",
            void_url=number_url(number, "discard") if self.keeps and free else "",
            struck=number.state == Number.State.VOID,
        )

    @property
    def loose(self) -> list[Row]:
        """The latest letters whose number, given by another office, does not follow the pattern."""
        return self._loose_page[:PAGE]

    @property
    def more_loose(self) -> bool:
        """Whether the page leaves some of them to the files."""
        return len(self._loose_page) > PAGE

    @cached_property
    def _loose_page(self) -> list[Row]:
        return self._loose(PAGE + 1)

    def _loose(self, most: int) -> list[Row]:
        if self.series is None or self._before or self.narrowed:
            return []
        letters = (
            Letter.objects.visible_to(self.officer)
            .filter(series=self.series, dated__year=self.year, numbers=None)
            .exclude(number="")
            .select_related("paper__kind", "case")
            .order_by("-dated", "-id")[:most]
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
    def deeds(self) -> list[tuple[str, str]]:
        """What the keeper of the register may do: address and label."""
        if self.series is None or not self.keeps:
            return []
        parts = {"series": self.series.pk, "year": self.year}
        names = {
            "reserve": "Cadangkan nomor",
            "outside": "Catat nomor yang dipakai di luar aplikasi",
            "insert": "Sisipkan nomor",
        }
        return [(reverse(f"letters:{name}", kwargs=parts), label) for name, label in names.items()]

    @property
    def name(self) -> str:
        return f"agenda-surat-keluar-{self.series.pk if self.series else 0}-{self.year}"

    @property
    def facts(self) -> list[tuple[str, object]]:
        return [("Seri", self.series), *super().facts]

    @cached_property
    def everything(self) -> list[Row]:
        return super().everything + self._loose(PRINTED)


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
