"""The register of outgoing numbers: its page, its prints, and what its keeper does."""

from collections.abc import Callable
from functools import wraps

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from sopcases.cases.forms.fields import ActForm, ReasonField
from sopcases.cases.views.posting import answer
from sopcases.letters import register
from sopcases.letters.agenda import Agenda
from sopcases.letters.models import Letter, Number, Series
from sopcases.letters.states import LetterState
from sopcases.letters.year import YearRegister
from sopcases.people import journal
from sopcases.people.access import View, gate, officers
from sopcases.people.authority import Officer
from sopcases.people.files import send_file
from sopcases.refusal import demand

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
YEARS = range(2000, 2201)
LARGEST_ID = 2**63 - 1


def readers(view: View) -> View:
    """For the office's own people."""

    @officers
    @wraps(view)
    def inner(request: HttpRequest, *args, **kwargs) -> HttpResponseBase:
        demand(register.refuse_read(request.officer))
        return view(request, *args, **kwargs)

    return inner


@readers
@require_safe
def agenda(request: HttpRequest) -> HttpResponseBase:
    """One series and year, the latest number first."""
    return render(request, "letters/agenda.html", {"agenda": Agenda(request.officer, request.GET)})


@readers
@require_safe
def agenda_pdf(request: HttpRequest) -> HttpResponse:
    """The year on paper."""
    return sent(request, Agenda(request.officer, request.GET), "pdf")


@readers
@require_safe
def agenda_xlsx(request: HttpRequest) -> HttpResponse:
    """The year as a spreadsheet."""
    return sent(request, Agenda(request.officer, request.GET), "xlsx")


def sent(
    request: HttpRequest, found: YearRegister, ending: str, verb: str = "agenda.exported"
) -> HttpResponse:
    """An agenda as a file, written down."""
    content = found.pdf() if ending == "pdf" else found.xlsx()
    mime = "application/pdf" if ending == "pdf" else XLSX
    journal.write(
        request.officer, verb, request.user, ending=ending, rows=len(found.everything), year=found.year
    )
    return send_file(content, mime, f'attachment; filename="{found.name}.{ending}"')


# --- keeping it


def find_series(officer: Officer, series: int, year: int) -> tuple[Series, int] | None:
    """A series of the officer's own office, for those who may see the register."""
    if series > LARGEST_ID or year not in YEARS or register.refuse_read(officer) is not None:
        return None
    row = Series.objects.filter(pk=series, agency=officer.agency).first()
    return (row, year) if row else None


def find_number(officer: Officer, entry: int) -> Number | None:
    """A number of the officer's own office, for those who may see the register."""
    if entry > LARGEST_ID or register.refuse_read(officer) is not None:
        return None
    return Number.objects.select_related("series").filter(pk=entry, series__agency=officer.agency).first()


def may_keep(row, officer: Officer) -> str | None:
    return register.refuse_keep(officer)


series_gate = gate("seri nomor", find_series)
number_gate = gate("nomor surat", find_number)


class ReserveForm(ActForm):
    count = forms.IntegerField(label="Banyaknya nomor", min_value=1, max_value=register.RANGE, initial=1)
    reason = ReasonField(label="Untuk apa", max_length=300)


class OutsideForm(ActForm):
    first = forms.IntegerField(label="Nomor urut pertama", min_value=1, max_value=999_999)
    last = forms.IntegerField(
        label="Nomor urut terakhir",
        min_value=1,
        max_value=999_999,
        required=False,
        help_text="Kosongkan bila hanya satu.",
    )
    suffix = forms.RegexField(
        "^([a-z]{1,2}|[0-9]{1,2})$",
        label="Sisipan",
        required=False,
        help_text="Misalnya b pada nomor 11.b.",
        error_messages={"invalid": "Sisipan berupa satu atau dua huruf kecil atau angka, misalnya b."},
    )
    reason = ReasonField(
        label="Keterangan", max_length=300, help_text="Surat apa, tanggal berapa, kepada siapa."
    )


class InsertForm(ActForm):
    seq = forms.IntegerField(label="Pada nomor urut", min_value=1, max_value=999_999)
    suffix = forms.CharField(label="Sisipan", max_length=2, help_text="Misalnya b untuk nomor 11.b.")
    reason = ReasonField(label="Mengapa disisipkan", max_length=300)


class DiscardForm(ActForm):
    reason = ReasonField(label="Alasan pembatalan", max_length=300)


class PromiseForm(ActForm):
    letter = forms.ModelChoiceField(
        Letter.objects.none(), label="Untuk surat", empty_label="Pilih surat yang sedang dikonsep"
    )

    def __init__(self, *args, officer: Officer, number: Number, **kwargs):
        super().__init__(*args, **kwargs)
        editable = [LetterState.DRAFT, LetterState.PROPOSED, LetterState.RETURNED, LetterState.INITIALLED]
        self.fields["letter"].queryset = (
            Letter.objects.visible_to(officer)
            .filter(state__in=editable, number="", paper__kind__series=number.series)
            .select_related("paper__kind", "case")
            .order_by("-id")
        )
        self.fields["letter"].label_from_instance = lambda row: f"{row.label} ({row.case.number})"


def keeping(
    request: HttpRequest,
    series: Series,
    year: int,
    form: ActForm,
    do: Callable[[], str],
    *,
    title: str,
    text: str,
    submit: str,
    danger: bool = False,
) -> HttpResponseBase:
    """One act on the register, on a page of its own. `do` answers what to say after."""
    back = Agenda(request.officer, {"seri": str(series.pk), "tahun": str(year)}).address()

    def act() -> str:
        messages.success(request, do())
        return back

    def show(status: int) -> HttpResponse:
        context = {
            "form": form,
            "title": title,
            "text": text,
            "submit": submit,
            "danger": danger,
            "back": back,
            "series": series,
            "year": year,
        }
        return render(request, "letters/keeping.html", context, status=status)

    return answer(request, form, act, show, back)


@series_gate(may=may_keep)
@require_http_methods(["GET", "POST"])
def reserve(request: HttpRequest, place: tuple[Series, int]) -> HttpResponseBase:
    """Keep the next numbers free."""
    series, year = place
    form = ReserveForm(request.POST or None)

    def do() -> str:
        data = form.cleaned_data
        found = register.reserve(series, year, request.officer, reason=data["reason"], count=data["count"])
        return f"Dicadangkan: {found[0].text}" + (f" sampai {found[-1].text}." if len(found) > 1 else ".")

    return keeping(
        request,
        series,
        year,
        form,
        do,
        title="Cadangkan nomor",
        text="Nomor berikutnya disimpan untuk surat yang akan dibuat, dan tidak diberikan kepada surat lain.",
        submit="Cadangkan",
    )


@series_gate(may=may_keep)
@require_http_methods(["GET", "POST"])
def outside(request: HttpRequest, place: tuple[Series, int]) -> HttpResponseBase:
    """Enter numbers that were used outside the application."""
    series, year = place
    form = OutsideForm(request.POST or None)

    def do() -> str:
        data = form.cleaned_data
        found = register.record_outside(
            series,
            year,
            data["first"],
            request.officer,
            reason=data["reason"],
            last=data["last"],
            suffix=data["suffix"],
        )
        return f"Tercatat {len(found)} nomor yang dipakai di luar aplikasi."

    return keeping(
        request,
        series,
        year,
        form,
        do,
        title="Catat nomor yang dipakai di luar aplikasi",
        text="Nomor ini tidak akan diberikan lagi. Catat juga yang dipakai sebelum ada aplikasi ini.",
        submit="Catat nomor",
    )


@series_gate(may=may_keep)
@require_http_methods(["GET", "POST"])
def insert(request: HttpRequest, place: tuple[Series, int]) -> HttpResponseBase:
    """A suffixed number beside one that is there."""
    series, year = place
    form = InsertForm(request.POST or None)

    def do() -> str:
        data = form.cleaned_data
        found = register.insert(
            series, year, data["seq"], data["suffix"], request.officer, reason=data["reason"]
        )
        return f"Nomor {found.text} disisipkan dan dicadangkan."

    return keeping(
        request,
        series,
        year,
        form,
        do,
        title="Sisipkan nomor",
        text="Nomor sisipan dicadangkan untuk sebuah surat. Surat tetap bertanggal hari penetapannya.",
        submit="Sisipkan",
    )


@number_gate(may=may_keep)
@require_http_methods(["GET", "POST"])
def discard(request: HttpRequest, number: Number) -> HttpResponseBase:
    """Void a number that no letter bears."""
    form = DiscardForm(request.POST or None)

    def do() -> str:
        register.discard(number, request.officer, reason=form.cleaned_data["reason"])
        return f"Nomor {number.text} dibatalkan."

    return keeping(
        request,
        number.series,
        number.year,
        form,
        do,
        title=f"Batalkan nomor {number.text}",
        text="Nomor yang dibatalkan tetap ada dalam agenda dan tidak pernah dipakai lagi.",
        submit="Batalkan nomor",
        danger=True,
    )


@number_gate(may=may_keep)
@require_http_methods(["GET", "POST"])
def promise(request: HttpRequest, number: Number) -> HttpResponseBase:
    """Keep a reserved number for a letter that is being drafted."""
    form = PromiseForm(request.POST or None, officer=request.officer, number=number)

    def do() -> str:
        letter = form.cleaned_data["letter"]
        register.promise(number, request.officer, letter)
        return f"Nomor {number.text} akan dipakai {letter.label}."

    return keeping(
        request,
        number.series,
        number.year,
        form,
        do,
        title=f"Pakai nomor {number.text}",
        text="Surat yang dipilih memakai nomor ini saat dinomori, bukan nomor berikutnya.",
        submit="Pakai untuk surat ini",
    )
