"""The pages of letters that come in: their agenda, the letter, and its way down the chain."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from sopcases.cases.forms.fields import ActForm
from sopcases.cases.opening import Source
from sopcases.cases.printing import pdf_response, printed
from sopcases.cases.serving import SUFFIXES
from sopcases.cases.uploads import Accepted, accepted_before
from sopcases.cases.views.intake import openable, opening
from sopcases.cases.views.posting import answer as answered
from sopcases.letters import incoming_page as page
from sopcases.letters.access import act_gate, hand_gate, incoming_gate, log_incoming, part_gate
from sopcases.letters.incoming_agenda import IncomingAgenda
from sopcases.letters.incoming_forms import (
    AnswerForForm,
    AnswerForm,
    CorrectForm,
    DisposeForm,
    FinishForm,
    RecordForm,
    VoidEntryForm,
    WrittenForm,
)
from sopcases.letters.incoming_page import incoming_url
from sopcases.letters.models import Disposition, IncomingLetter
from sopcases.letters.models.incoming import VOIDED
from sopcases.letters.views.agenda import readers, sent
from sopcases.people.authority import Officer
from sopcases.people.files import intact, send_file
from sopcases.refusal import NotAllowed, demand

# The agenda ----------------------------------------------------------------------------------------


@readers
@require_safe
def agenda(request: HttpRequest) -> HttpResponseBase:
    """The letters of a year, the latest first."""
    return render(
        request, "letters/incoming_agenda.html", {"agenda": IncomingAgenda(request.officer, request.GET)}
    )


@readers
@require_safe
def agenda_pdf(request: HttpRequest) -> HttpResponse:
    """The year on paper."""
    return sent(request, IncomingAgenda(request.officer, request.GET), "pdf", "incoming.exported")


@readers
@require_safe
def agenda_xlsx(request: HttpRequest) -> HttpResponse:
    """The year as a spreadsheet."""
    return sent(request, IncomingAgenda(request.officer, request.GET), "xlsx", "incoming.exported")


@readers
@require_http_methods(["GET", "POST"])
def record(request: HttpRequest) -> HttpResponseBase:
    """Enter a letter."""
    demand(IncomingLetter.why_not_record(request.officer))
    form = RecordForm(request.POST or None, request.FILES or None, officer=request.officer)

    def do() -> tuple[IncomingLetter, str]:
        letter = form.record(request.officer)
        return letter, f"Tercatat dengan nomor agenda {letter.seq}. Tulis nomor itu pada suratnya."

    return act_page(
        request,
        form,
        do,
        title="Catat surat masuk",
        text="Nomor agenda diberikan saat surat disimpan. Sesudahnya surat menunggu disposisi pimpinan.",
        submit="Simpan surat masuk",
        back=reverse("letters:incoming_agenda"),
        files=True,
    )


# The letter ----------------------------------------------------------------------------------------


@incoming_gate
@require_safe
def letter(request: HttpRequest, letter: IncomingLetter) -> HttpResponseBase:
    """A letter: what it says, whose turn it is, and its way down the chain."""
    log_incoming(request, letter, "read")
    may_open = letter.case_id is None and bool(openable(request.officer))
    shown = page.incoming_page(letter, request.officer, may_open)
    return render(request, "letters/incoming.html", {"page": shown})


@incoming_gate
@require_safe
def scan(request: HttpRequest, letter: IncomingLetter) -> HttpResponseBase:
    """The scan: it came from outside, so it is only ever a download."""
    if not letter.file:
        raise Http404
    content = _whole(letter, request.officer)
    log_incoming(request, letter, "scan_read")
    name = f"{letter.file_name}.{SUFFIXES.get(letter.mime, 'bin')}"
    return send_file(content, letter.mime, f'attachment; filename="{name}"')


def _whole(letter: IncomingLetter, officer: Officer) -> bytes:
    """The scan, if it is still what was stored. Raises Refused."""
    return intact(letter.file, letter.sha256, officer, "incoming.damaged", letter)


@incoming_gate
@require_safe
def disposition_pdf(request: HttpRequest, letter: IncomingLetter) -> HttpResponseBase:
    """The Lembar Disposisi, to go with the letter on paper."""
    if letter.state == letter.State.VOID:
        raise NotAllowed(VOIDED)
    sheet = page.sheet(letter, request.officer)
    key = f"disposisi-{letter.pk}-{letter.version}-{request.officer.at.isoformat()}"
    content = printed("print/disposition.html", letter.agency, "Lembar Disposisi", {"sheet": sheet}, key=key)
    log_incoming(request, letter, "sheet_printed")
    return pdf_response(content, f"lembar-disposisi-{letter.year}-{letter.seq}")


# Acts ----------------------------------------------------------------------------------------------


@act_gate(IncomingLetter.why_not_correct, incoming_gate)
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, letter: IncomingLetter) -> HttpResponseBase:
    """Mend what was typed, or add the scan."""
    form = CorrectForm(request.POST or None, request.FILES or None, letter=letter)

    def do() -> tuple[IncomingLetter, str]:
        data = form.cleaned_data
        letter.correct(request.officer, version=data["version"], scan=data.get("file"), **form.facts)
        return letter, "Catatan surat masuk diperbaiki."

    return act_page(
        request,
        form,
        do,
        title="Perbaiki catatan surat masuk",
        text=f"{letter}. Nomor agendanya tetap.",
        submit="Simpan perbaikan",
        back=incoming_url(letter),
        files=True,
    )


@act_gate(IncomingLetter.why_not_dispose, incoming_gate)
@require_http_methods(["GET", "POST"])
def dispose(request: HttpRequest, letter: IncomingLetter) -> HttpResponseBase:
    """Pass the letter on to those below."""
    form = DisposeForm(request.POST or None, letter=letter, officer=request.officer)

    def do() -> tuple[IncomingLetter, str]:
        data = form.cleaned_data
        given = letter.dispose(
            request.officer,
            data["recipients"],
            due_on=data["due_on"],
            asked=data["asked"],
            note=data["note"],
            version=data["version"],
        )
        return letter, f"Diteruskan kepada {len(given)} penerima; masing-masing melihatnya pada Tugas Saya."

    return act_page(
        request,
        form,
        do,
        title="Disposisikan surat masuk",
        text="Setiap penerima menjawab bagiannya sendiri. "
        "Yang dapat dipilih jabatan di bawah Anda dan mitra di luar kantor.",
        submit="Disposisikan",
        back=incoming_url(letter),
        letter=letter,
    )


def why_not_write(place: tuple[IncomingLetter, Officer], officer: Officer) -> str | None:
    return IncomingLetter.why_not_record_for(officer)


@act_gate(why_not_write, hand_gate)
@require_http_methods(["GET", "POST"])
def dispose_for(request: HttpRequest, place: tuple[IncomingLetter, Officer]) -> HttpResponseBase:
    """Record what somebody else wrote by hand on the Lembar Disposisi."""
    letter, hand = place
    form = WrittenForm(request.POST or None, letter=letter, officer=hand)

    def do() -> tuple[IncomingLetter, str]:
        data = form.cleaned_data
        given = letter.record_disposition(
            request.officer,
            hand,
            data["recipients"],
            given_on=data["given_on"],
            due_on=data["due_on"],
            asked=data["asked"],
            note=data["note"],
            version=data["version"],
        )
        return letter, f"Disposisi tertulis {hand.user} dicatat untuk {len(given)} penerima."

    return act_page(
        request,
        form,
        do,
        title="Catat disposisi tertulis",
        text=f"Yang ditulis tangan {hand.user} ({hand.title}) pada lembar disposisi. "
        "Nama Anda tercatat sebagai yang mencatat.",
        submit="Catat disposisi",
        back=incoming_url(letter),
        letter=letter,
    )


def why_not_answer(part: Disposition, officer: Officer) -> str | None:
    return part.letter.why_not_answer(part, officer)


@act_gate(why_not_answer, part_gate)
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, part: Disposition) -> HttpResponseBase:
    """Answer for one's own part."""
    form = AnswerForm(request.POST or None, version=part.letter.version)

    def do() -> tuple[IncomingLetter, str]:
        data = form.cleaned_data
        part.letter.answer(part.pk, request.officer, data["text"], version=data["version"])
        return part.letter, "Jawaban Anda tersimpan."

    wishes = ", ".join(part.wishes)
    return act_page(
        request,
        form,
        do,
        title="Jawab disposisi",
        text=f"Dari {part.from_title}: {'. '.join(filter(None, [wishes, part.note]))}",
        submit="Simpan jawaban",
        back=incoming_url(part.letter),
        letter=part.letter,
    )


def why_not_record_answer(part: Disposition, officer: Officer) -> str | None:
    return part.letter.why_not_record_answer(part, officer)


@act_gate(why_not_record_answer, part_gate)
@require_http_methods(["GET", "POST"])
def answer_for(request: HttpRequest, part: Disposition) -> HttpResponseBase:
    """Record what somebody else did for his part."""
    form = AnswerForForm(request.POST or None, part=part, officer=request.officer)

    def do() -> tuple[IncomingLetter, str]:
        data = form.cleaned_data
        part.letter.record_answer(
            part.pk,
            request.officer,
            data["hand"],
            data["text"],
            answered_on=data["answered_on"],
            version=data["version"],
        )
        return part.letter, f"Jawaban {data['hand']} dicatat."

    return act_page(
        request,
        form,
        do,
        title="Catat jawaban disposisi",
        text=f"Yang dilaporkan {part.to_title} secara lisan atau tertulis. "
        "Nama Anda tercatat sebagai yang mencatat.",
        submit="Catat jawaban",
        back=incoming_url(part.letter),
        letter=part.letter,
    )


@act_gate(IncomingLetter.why_not_void, incoming_gate)
@require_http_methods(["GET", "POST"])
def void(request: HttpRequest, letter: IncomingLetter) -> HttpResponseBase:
    """Strike out an entry that was made by error."""
    form = VoidEntryForm(request.POST or None, version=letter.version)

    def do() -> tuple[IncomingLetter, str]:
        letter.void(request.officer, form.cleaned_data["reason"], version=form.cleaned_data["version"])
        return letter, "Entri surat masuk dibatalkan."

    return act_page(
        request,
        form,
        do,
        title="Batalkan entri surat masuk",
        text="Entri tetap ada dalam agenda dengan coretan, dan nomornya tidak dipakai lagi. "
        "Disposisi yang belum dijawab berakhir.",
        submit="Batalkan entri ini",
        back=incoming_url(letter),
        letter=letter,
        danger=True,
    )


@act_gate(IncomingLetter.why_not_finish, incoming_gate)
@require_http_methods(["GET", "POST"])
def finish(request: HttpRequest, letter: IncomingLetter) -> HttpResponseBase:
    """End the letter without further answers."""
    form = FinishForm(request.POST or None, version=letter.version)

    def do() -> tuple[IncomingLetter, str]:
        letter.finish(request.officer, form.cleaned_data["note"], version=form.cleaned_data["version"])
        return letter, "Surat masuk selesai."

    return act_page(
        request,
        form,
        do,
        title="Selesaikan surat masuk",
        text="Bagian yang belum dijawab berakhir bersama surat ini dan hilang dari Tugas Saya penerimanya.",
        submit="Selesaikan",
        back=incoming_url(letter),
        letter=letter,
    )


@act_gate(IncomingLetter.why_not_open_case, incoming_gate)
@require_http_methods(["GET", "POST"])
def open_case(request: HttpRequest, letter: IncomingLetter) -> HttpResponseBase:
    """Open a case from the letter, with what is known from it."""

    def scan() -> Accepted:
        return accepted_before(_whole(letter, request.officer), letter.mime)

    source = Source(
        name=str(letter),
        url=incoming_url(letter),
        sender=letter.sender,
        number=letter.number,
        dated=letter.dated,
        received_on=letter.received_on,
        about=letter.about,
        agenda=str(letter.seq),
        confidential=letter.confidential,
        scan=scan if letter.file else None,
        became=lambda case, paper: letter.became(request.officer, case, paper),
    )
    return opening(request, source)


def act_page(
    request: HttpRequest,
    form: ActForm,
    do: Callable[[], tuple[IncomingLetter, str]],
    *,
    title: str,
    text: str,
    submit: str,
    back: str,
    letter: IncomingLetter | None = None,
    files: bool = False,
    danger: bool = False,
) -> HttpResponseBase:
    """One act on a page of its own. `do` answers the letter to go to, and what to say there."""

    def act() -> str:
        done, sentence = do()
        messages.success(request, sentence)
        return incoming_url(done)

    def show(status: int) -> HttpResponse:
        context = {
            "form": form,
            "title": title,
            "text": text,
            "submit": submit,
            "back": back,
            "back_label": str(letter) if letter else "Kembali",
            "facts": tuple(page.facts(letter)) if letter else (),
            "files": files,
            "danger": danger,
        }
        return render(request, "letters/incoming_act.html", context, status=status)

    return answered(request, form, act, show, back)
