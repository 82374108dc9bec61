"""The pages of letters. Each declares its gate; each act refuses with the sentence of its verb."""

from collections.abc import Callable
from io import BytesIO

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sopcases.cases import serving
from sopcases.cases.access import At, case_gate, may_touch
from sopcases.cases.addresses import case_url
from sopcases.cases.forms.fields import ActForm
from sopcases.cases.page.reading import Reading
from sopcases.cases.progress import Progress
from sopcases.cases.views.posting import answer
from sopcases.letters import copying, forms, page, pdf, register
from sopcases.letters.access import act_gate, letter_gate, log_read
from sopcases.letters.layouts import LAYOUTS, Layout
from sopcases.letters.listing import Listing
from sopcases.letters.models import Letter
from sopcases.letters.states import ENDED
from sopcases.people.access import officers
from sopcases.people.files import send_file
from sopcases.people.forms import confirm_identity
from sopcases.people.once import once
from sopcases.refusal import Refused
from sopcases.sops.models import PaperKind

INITIAL_LAST = "SOP: disposisi. Dengan paraf Anda surat ini siap ditandatangani; bila keliru, kembalikan."
INITIAL_NEXT = "Dengan paraf Anda surat ini diteruskan kepada pemaraf berikutnya; bila keliru, kembalikan."


def identity(case, request: HttpRequest):
    """The identity bar of the letter's case."""
    return Reading(Progress(case, request.officer)).identity


def around(letter: Letter, request: HttpRequest) -> dict:
    """What stands around a letter: its case, for those who may read that too."""
    if not letter.case_open:
        return {"identity": None, "case_url": ""}
    return {"identity": identity(letter.case, request), "case_url": case_url(letter.case)}


# Reading -------------------------------------------------------------------------------------------


@officers
@require_safe
def letters(request: HttpRequest) -> HttpResponseBase:
    """The list of letters."""
    own = register.refuse_read(request.officer) is None
    context = {
        "listing": Listing(request.officer, request.GET),
        "agenda_url": reverse("letters:agenda") if own else "",
    }
    return render(request, "letters/letters.html", context)


@letter_gate
@require_safe
def letter(request: HttpRequest, letter: Letter) -> HttpResponseBase:
    """A letter: the text itself, its facts, its acts, and the one thing to do next."""
    log_read(request, letter)
    context = {
        "letter": letter,
        "page": page.letter_page(letter, request.officer),
        **around(letter, request),
    }
    return render(request, "letters/letter.html", context)


@letter_gate
@require_safe
def letter_pdf(request: HttpRequest, letter: Letter) -> HttpResponseBase:
    """The letter as PDF: the frozen bytes, or a print that says on its face how far it is."""
    if letter.pdf and letter.state not in ENDED:
        content = _kept(request, letter, letter.pdf, letter.sha256)
    else:
        content = pdf.of(letter, page.body(letter, request.officer))
    log_read(request, letter)
    return _send(content, "application/pdf", letter.file_name, "unduh" in request.GET)


@letter_gate
@require_safe
def copy(request: HttpRequest, letter: Letter) -> HttpResponseBase:
    """Its facts to copy into SRIKANDI, and a message to a colleague."""
    log_read(request, letter)
    context = {
        "letter": letter,
        "fields": copying.srikandi(letter),
        "text": copying.colleague(letter, request.officer),
        **around(letter, request),
        "back": page.letter_url(letter),
    }
    return render(request, "letters/copy.html", context)


@letter_gate
@require_safe
def signed(request: HttpRequest, letter: Letter) -> HttpResponseBase:
    """The scan signed in ink: it was uploaded, so it is only ever a download."""
    paper = letter.paper
    if not paper.file:
        raise Http404
    content = _kept(request, letter, paper.file, paper.sha256)
    log_read(request, letter)
    ending = paper.file.name.rsplit(".", 1)[-1]
    name = letter.file_name.removesuffix(".pdf") + f"-bertanda-tangan.{ending}"
    return send_file(content, paper.mime, f'attachment; filename="{name}"')


@letter_gate
@require_safe
def receipt(request: HttpRequest, letter: Letter) -> HttpResponseBase:
    """The receipt that came back: it was uploaded, so it is only ever a download."""
    if not letter.receipt:
        raise Http404
    content = _kept(request, letter, letter.receipt, letter.receipt_sha256)
    log_read(request, letter)
    ending = letter.receipt.name.rsplit(".", 1)[-1]
    name = letter.file_name.removesuffix(".pdf") + f"-tanda-terima.{ending}"
    return send_file(content, letter.receipt_mime, f'attachment; filename="{name}"')


def _kept(request: HttpRequest, letter: Letter, file, sha256: str) -> bytes:
    """The content, if it is still what was stored. Raises Refused, and writes down what was found."""
    facts = {"letter": letter.pk, "kind": letter.paper.kind_id, "number": letter.number}
    return serving.whole(At(Progress(letter.case, request.officer)), file, sha256, "paper.damaged", **facts)


def _send(content: bytes, mime: str, name: str, attachment: bool) -> FileResponse:
    response = FileResponse(BytesIO(content), as_attachment=attachment, filename=name, content_type=mime)
    response.headers["Cache-Control"] = "no-store, private"
    return response


# Writing -------------------------------------------------------------------------------------------


def _subject(request: HttpRequest, layout: Layout, subjects: list[tuple[str, str]]) -> str | None:
    """What the new letter is about: "" for nothing in particular, None while it is to be chosen."""
    asked = request.GET.get("tentang")
    if asked in dict(subjects):
        return asked
    if layout.subjects is None or (layout.nothing and (asked == "" or not subjects)):
        return ""
    return subjects[0][0] if len(subjects) == 1 and not layout.nothing else None


def _about(request: HttpRequest, key: str) -> str:
    """This address with what the letter is about."""
    given = request.GET.copy()
    given["tentang"] = key
    return f"?{given.urlencode()}"


@case_gate(may=may_touch)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, at: At) -> HttpResponseBase:
    """A new letter from a case: `jenis` the kind, `keluaran` the output, `anak` the child's track, `tentang`
    what it is about."""
    kinds = PaperKind.objects.filter(agency=at.case.agency_id, layout__in=LAYOUTS).order_by("origin", "name")
    wanted = request.GET.get("jenis", "")
    kind = next((k for k in kinds if str(k.pk) == wanted), None)
    if kind is None:
        groups = [
            (label, [(f"?jenis={k.pk}", k.name) for k in kinds if k.origin == origin])
            for origin, label in PaperKind.Origin.choices
        ]
        context = {
            "groups": [(label, rows) for label, rows in groups if rows],
            "identity": identity(at.case, request),
            "case_url": case_url(at.case),
        }
        return render(request, "letters/choose.html", context)
    layout = LAYOUTS[kind.layout]
    subjects = layout.subjects(at.case, request.officer) if layout.subjects else []
    subject = _subject(request, layout, subjects)
    if subject is None:
        context = {
            "kind": kind,
            "question": layout.about,
            "rows": [(_about(request, key), label) for key, label in subjects],
            "nothing": layout.nothing,
            "nothing_url": _about(request, ""),
            "none_yet": layout.none_yet,
            "identity": identity(at.case, request),
            "case_url": case_url(at.case),
        }
        return render(request, "letters/subject.html", context)
    progress = at.progress
    places = [(str(s.output_id), s.step_label) for s in progress.slots(kind.pk)]
    asked = request.GET.get("keluaran", "")
    slots = [*places, ("", "Tidak untuk langkah tertentu")] if places else []
    own = {s.child_id for s in progress.stays}
    about = [int(c) for c in request.GET.getlist("anak") if c.isdecimal() and int(c) in own]
    form = layout.form(
        request.POST or None,
        case=at.case,
        officer=request.officer,
        kind=kind,
        slots=slots,
        children=about,
        subject=subject,
        version=0,
    )
    if slots:
        form.fields["slot"].initial = asked if asked in dict(places) else places[0][0]

    def act() -> str:
        slot = form.cleaned_data.get("slot")
        children, adult = form.filed_for()
        written = Letter.draft(
            at.case,
            request.officer,
            kind,
            form.content(),
            output_id=int(slot) if slot else None,
            child_id=about[0] if slot and len(about) == 1 else None,
            children=children,
            adult_id=adult,
        )
        messages.success(request, f"Konsep {kind.name} disimpan. Periksa naskahnya di bawah ini.")
        return page.letter_url(written)

    def show(status: int) -> HttpResponse:
        context = {
            "form": form,
            "title": f"{kind.name} baru",
            "identity": identity(at.case, request),
            "back": case_url(at.case),
        }
        return render(request, "letters/form.html", context, status=status)

    return answer(request, form, act, show, request.get_full_path())


@act_gate(Letter.why_not_edit)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, letter: Letter) -> HttpResponseBase:
    """Write the draft anew."""
    form = LAYOUTS[letter.layout].form(
        request.POST or None,
        case=letter.case,
        officer=request.officer,
        kind=letter.paper.kind,
        content=letter.content,
        version=letter.version,
    )

    def act() -> str:
        letter.edit(request.officer, form.content(), version=form.cleaned_data["version"])
        messages.success(request, "Konsep disimpan.")
        return page.letter_url(letter)

    def show(status: int) -> HttpResponse:
        context = {
            "form": form,
            "title": f"Ubah {letter.paper.kind}",
            **around(letter, request),
            "back": page.letter_url(letter),
        }
        return render(request, "letters/form.html", context, status=status)

    return answer(request, form, act, show, request.path)


# Acting --------------------------------------------------------------------------------------------


def act_page(
    request: HttpRequest,
    letter: Letter,
    form: ActForm,
    do: Callable[[], str],
    *,
    title: str,
    text: str,
    submit: str,
    danger: bool = False,
    other: tuple[str, str] | None = None,
) -> HttpResponseBase:
    """One act on a page of its own: what it means, the letter, its form. `do` answers what to say after."""

    def act() -> str:
        said = do()
        messages.success(request, said)
        return page.letter_url(letter)

    def show(status: int) -> HttpResponse:
        if letter.tells_nik:
            log_read(request, letter)
        context = {
            "form": form,
            "letter": letter,
            "body": page.body(letter, request.officer),
            "face": page.face(letter),
            "mended": page.mended(letter),
            "facts": [(label, value) for label, value in page.facts(letter) if value],
            "chip": page.chip(letter),
            **around(letter, request),
            "title": title,
            "text": text,
            "submit": submit,
            "danger": danger,
            "other": other,
            "back": page.letter_url(letter),
            "multipart": form.is_multipart(),
        }
        return render(request, "letters/act.html", context, status=status)

    return answer(request, form, act, show, page.letter_url(letter))


@act_gate(Letter.why_not_propose)
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest, letter: Letter) -> HttpResponseBase:
    """Check the letter, then put it before the first of its initiallers."""
    form = ActForm(request.POST or None, version=letter.version)

    def do() -> str:
        letter.propose(request.officer, version=form.cleaned_data["version"])
        return f"Surat diajukan. {page.waits_for(letter, request.officer)}."

    kind = letter.paper.kind
    first = kind.first_hand or kind.disposer or kind.signer
    text = f"Surat ini belum dikirim. Setelah diajukan, surat menunggu {first} dan tidak dapat diubah lagi."
    return act_page(
        request, letter, form, do, title="Periksa dan ajukan surat", text=text, submit="Ajukan surat"
    )


@act_gate(Letter.why_not_initial)
@require_http_methods(["GET", "POST"])
def initial(request: HttpRequest, letter: Letter) -> HttpResponseBase:
    """Paraf & teruskan, or send back with a note."""
    due = letter.initial_needs_reason(request.officer)
    form = forms.HandForm(request.POST or None, due=due, version=letter.version)

    def do() -> str:
        letter.initial(request.officer, reason=form.reason, version=form.cleaned_data["version"])
        number = f" dengan nomor {letter.number}" if letter.number else ""
        return f"Surat diparaf dan diteruskan{number}. {page.waits_for(letter, request.officer)}."

    return act_page(
        request,
        letter,
        form,
        do,
        title="Paraf & teruskan",
        text=INITIAL_NEXT if letter.next_turn else INITIAL_LAST,
        submit="Paraf & teruskan",
        other=(page.letter_url(letter, "return"), "Kembalikan dengan catatan"),
    )


@act_gate(Letter.why_not_return)
@require_http_methods(["GET", "POST"])
def send_back(request: HttpRequest, letter: Letter) -> HttpResponseBase:
    """Send the draft back to be mended."""
    form = forms.ReturnForm(request.POST or None, version=letter.version)

    def do() -> str:
        letter.return_(request.officer, form.cleaned_data["reason"], version=form.cleaned_data["version"])
        return f"Surat dikembalikan kepada {letter.drafted_by}."

    return act_page(
        request,
        letter,
        form,
        do,
        title="Kembalikan dengan catatan",
        text="Catatan Anda sampai kepada pengonsep; langkah penanganan kembali ke penyusunan surat.",
        submit="Kembalikan surat",
    )


@act_gate(Letter.why_not_decide)
@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, letter: Letter) -> HttpResponseBase:
    """The signer decides, after saying again who he is."""
    due = letter.decide_needs_reason(request.officer)
    form = forms.DecideForm(request.POST or None, due=due, version=letter.version)
    # Before the transaction of the act: a wrong password must be counted even though nothing is done.
    if request.method == "POST" and form.is_valid():
        confirm_identity(request, form)

    def do() -> str:
        letter.decide(request.officer, reason=form.reason, version=form.cleaned_data["version"])
        return f"Surat {letter.number} diputuskan. Cetak, tanda tangani, dan cap; naskahnya lalu diunggah."

    # Who sends the form again, or sends it without the hat, is answered by the verb.
    title = page.signing_title(letter, request.officer)
    return act_page(
        request,
        letter,
        form,
        do,
        title="Tanda tangani surat",
        text=(
            f"Anda memutuskan surat ini sebagai {title}. Naskah dibekukan dan menunggu tanda tangan "
            "basah Anda pada cetakannya."
        ),
        submit="Putuskan surat ini",
        other=(page.letter_url(letter, "return"), "Kembalikan dengan catatan"),
    )


@act_gate(Letter.why_not_note_approval)
@require_http_methods(["GET", "POST"])
def spoken(request: HttpRequest, letter: Letter) -> HttpResponseBase:
    """Note an approval by word of mouth, and who heard it."""
    form = forms.SpokenForm(
        request.POST or None, letter=letter, officer=request.officer, version=letter.version
    )

    def do() -> str:
        facts = {
            name: form.cleaned_data[name] for name in ("approver", "heard_by", "at", "reason", "version")
        }
        letter.note_approval(request.officer, **facts)
        return (
            "Persetujuan lisan dicatat; tanda tangannya menyusul. Cetak, mintakan tanda tangan, lalu unggah."
        )

    return act_page(
        request,
        letter,
        form,
        do,
        title="Catat persetujuan lisan",
        text=(
            "Surat dibekukan dan menunggu tanda tangan basah; sampai naskahnya diunggah, surat ini menjadi "
            "tugas. Nama Anda tercatat sebagai pencatat."
        ),
        submit="Catat persetujuan lisan",
    )


@act_gate(Letter.why_not_number)
@require_http_methods(["GET", "POST"])
def number(request: HttpRequest, letter: Letter) -> HttpResponseBase:
    """Write down the number that another office gave."""
    form = forms.NumberForm(request.POST or None, version=letter.version)

    def do() -> str:
        data = form.cleaned_data
        letter.give_number(request.officer, data["number"], version=data["version"])
        return f"Nomor {letter.number} dicatat; surat siap ditandatangani."

    return act_page(
        request,
        letter,
        form,
        do,
        title="Catat nomor surat",
        text="Tulis nomor persis seperti diberikan bagian umum.",
        submit="Simpan nomor",
    )


def _scan(request: HttpRequest, letter: Letter, text: str) -> HttpResponseBase:
    data = (request.POST, request.FILES) if request.method == "POST" else ()
    form = forms.ScanForm(*data, letter=letter, officer=request.officer, version=letter.version)

    def do() -> str:
        form.act(request.officer)
        return f"Naskah bertanda tangan tersimpan: {letter.paper.kind} {letter.number}".strip() + "."

    return act_page(
        request,
        letter,
        form,
        do,
        title="Unggah naskah bertanda tangan",
        text=text,
        submit="Simpan naskah bertanda tangan",
    )


@act_gate(Letter.why_not_file_signed_scan)
@require_http_methods(["GET", "POST"])
def scan(request: HttpRequest, letter: Letter) -> HttpResponseBase:
    """File the ink-signed letter; where nothing was decided here, this is the decision."""
    return _scan(
        request,
        letter,
        "Dengan naskah ini surat dinyatakan ditandatangani oleh pejabat yang Anda sebutkan. "
        "Nama Anda tercatat sebagai yang mengunggah.",
    )


@act_gate(Letter.why_not_send)
@require_http_methods(["GET", "POST"])
def send(request: HttpRequest, letter: Letter) -> HttpResponseBase:
    """Note that the signed letter went out."""
    data = (request.POST, request.FILES) if request.method == "POST" else ()
    form = forms.SendForm(*data, officer=request.officer, version=letter.version)

    def do() -> str:
        facts = {name: form.cleaned_data[name] for name in ("on", "to", "how", "receipt", "version")}
        letter.send(request.officer, **facts)
        return f"Pengiriman surat {letter.number} dicatat."

    return act_page(
        request,
        letter,
        form,
        do,
        title="Catat pengiriman",
        text="Yang dikirim ialah naskah bertanda tangan. Tanda terimanya boleh menyusul.",
        submit="Simpan pengiriman",
    )


@act_gate(Letter.why_not_file_receipt)
@require_http_methods(["GET", "POST"])
def file_receipt(request: HttpRequest, letter: Letter) -> HttpResponseBase:
    """Keep the receipt that came back."""
    data = (request.POST, request.FILES) if request.method == "POST" else ()
    form = forms.ReceiptForm(*data, version=letter.version)

    def do() -> str:
        facts = {name: form.cleaned_data[name] for name in ("received_on", "version")}
        letter.file_receipt(request.officer, form.cleaned_data["file"], **facts)
        return "Tanda terima tersimpan."

    return act_page(
        request,
        letter,
        form,
        do,
        title="Unggah tanda terima",
        text="Tanda terima, atau lembar kedua surat pengantar yang diisi penerima dan kembali.",
        submit="Simpan tanda terima",
    )


@act_gate(Letter.why_not_complete)
@require_http_methods(["GET", "POST"])
def complete(request: HttpRequest, letter: Letter) -> HttpResponseBase:
    """File the record that all parties signed."""
    return _scan(request, letter, "Pastikan semua pihak dan saksi sudah menandatangani setiap rangkap.")


@act_gate(Letter.why_not_fix)
@require_http_methods(["GET", "POST"])
def fix(request: HttpRequest, letter: Letter) -> HttpResponseBase:
    """Fix the text of a record or report."""
    form = forms.FixForm(request.POST or None, letter=letter, version=letter.version)

    def do() -> str:
        data = form.cleaned_data
        letter.fix(request.officer, number=data.get("number", ""), version=data["version"])
        return "Naskah ditetapkan dan siap cetak."

    return act_page(
        request,
        letter,
        form,
        do,
        title="Periksa dan tetapkan naskah",
        text="Setelah ditetapkan, naskah ini siap cetak dan tidak dapat diubah; bila keliru harus diganti.",
        submit="Tetapkan naskah",
    )


@act_gate(Letter.why_not_print_out)
@require_POST
def print_out(request: HttpRequest, letter: Letter) -> HttpResponseBase:
    """Note that the record went to its parties, and open its PDF."""
    form = ActForm(request.POST)
    if not form.is_valid():
        raise Refused("Formulir tidak lengkap. Muat ulang halaman surat, lalu cetak lagi.")

    def act() -> str:
        letter.print_out(request.officer, version=form.cleaned_data["version"])
        return page.letter_url(letter, "pdf")

    return once(request, act)


@act_gate(Letter.why_not_void)
@require_http_methods(["GET", "POST"])
def void(request: HttpRequest, letter: Letter) -> HttpResponseBase:
    """Take the letter out of force for good."""
    form = forms.VoidForm(request.POST or None, version=letter.version)

    def do() -> str:
        letter.void(request.officer, form.cleaned_data["reason"], version=form.cleaned_data["version"])
        return "Surat dibatalkan."

    return act_page(
        request,
        letter,
        form,
        do,
        title="Batalkan surat",
        text="Surat yang dibatalkan tidak berlaku lagi dan nomornya tidak dipakai kembali.",
        submit="Batalkan surat ini",
        danger=True,
    )


@act_gate(Letter.why_not_serve)
@require_http_methods(["GET", "POST"])
def serve(request: HttpRequest, letter: Letter) -> HttpResponseBase:
    """Let an order serve a further case."""
    form = forms.ServeForm(request.POST or None, officer=request.officer, version=letter.version)

    def do() -> str:
        letter.serve(request.officer, form.found, version=form.cleaned_data["version"])
        return f"Surat ini masuk juga ke berkas penanganan {form.found.number}."

    here = ", ".join(case.number for case in letter.cases())
    return act_page(
        request,
        letter,
        form,
        do,
        title="Pakai juga untuk penanganan lain",
        text=f"Surat ini sekarang dipakai untuk penanganan {here}. Satu surat dapat berlaku untuk beberapa.",
        submit="Pakai juga untuk penanganan ini",
    )


@act_gate(Letter.why_not_replace)
@require_http_methods(["GET", "POST"])
def replace(request: HttpRequest, letter: Letter) -> HttpResponseBase:
    """Put a new draft in the letter's place."""
    form = forms.ReplaceForm(request.POST or None, version=letter.version)
    place = {}

    def do() -> str:
        place["new"] = letter.replace(
            request.officer, form.cleaned_data["reason"], version=form.cleaned_data["version"]
        )
        return "Surat diganti. Konsep penggantinya tercantum pada halaman ini."

    return act_page(
        request,
        letter,
        form,
        do,
        title="Ganti dengan surat baru",
        text=(
            "Surat ini menjadi tidak berlaku beserta nomornya. Konsep baru dengan isi yang sama dibuat pada "
            "berkas dan langkah yang sama."
        ),
        submit="Ganti surat ini",
        danger=True,
    )
