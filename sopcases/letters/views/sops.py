"""Signing the document of an SOP: by the official's certificate, or by filing what he signed in ink."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from sopcases.cases.views.posting import answer
from sopcases.letters import forms, ratifying
from sopcases.letters.access import act_gate
from sopcases.letters.signing import SigningFailed
from sopcases.letters.views.signing import means_of
from sopcases.people.access import gate
from sopcases.people.authority import Officer
from sopcases.people.once import sent_before
from sopcases.sops import freezing
from sopcases.sops.models import FrozenSheet
from sopcases.sops.signature_page import facts
from sopcases.sops.views import find_revision


def find_sheet(officer: Officer | None, slug: str, no: int) -> FrozenSheet | None:
    """The document kept of a revision of the officer's own agency."""
    revision = find_revision(officer, slug, no)
    return freezing.served(revision) if revision else None


sheet_gate = gate("sop", find_sheet)


@act_gate(freezing.refuse_sign, sheet_gate)
@require_http_methods(["GET", "POST"])
def certify(request: HttpRequest, row: FrozenSheet) -> HttpResponseBase:
    """The official reads the document, types his passphrase, and it is signed; or it stays as it was."""
    officer = request.officer
    form = forms.CertifyForm(request.POST or None)
    done = None
    # Before the transaction of the act: a service may take minutes, and a wrong passphrase must count.
    if request.method == "POST" and form.is_valid() and not sent_before(request):
        try:
            done = ratifying.certified(row, officer, means_of(officer, form.cleaned_data["passphrase"]))
        except SigningFailed as refusal:
            form.add_error("passphrase", list(refusal.sentences))

    def do() -> str:
        ratifying.keep(row, officer, done)
        return "Naskah SOP ditandatangani secara elektronik."

    text = f"Anda mengesahkan SOP ini sebagai {row.title_line}. Sesudahnya naskah tidak dapat diubah."
    return _act(request, row, form, do, title="Tanda tangani naskah SOP", text=text, submit="Tanda tangani")


@act_gate(freezing.refuse_file_scan, sheet_gate)
@require_http_methods(["GET", "POST"])
def scan(request: HttpRequest, row: FrozenSheet) -> HttpResponseBase:
    """The document that the official signed in ink is filed: from then on it is what everybody gets."""
    form = forms.RatifiedForm(request.POST or None, request.FILES or None, row=row, officer=request.officer)

    def do() -> str:
        file, day = form.cleaned_data["file"], form.cleaned_data["signed_on"]
        freezing.file_scan(row, request.officer, file.content, file.mime, signed_on=day)
        return "Naskah SOP bertanda tangan disimpan."

    text = (
        f"Pindaian naskah yang ditandatangani {row.signer_name} menjadi naskah resmi yang dibuka dan dicetak "
        "semua pegawai. Sesudah disimpan tidak dapat diganti."
    )
    return _act(
        request, row, form, do, title="Unggah naskah bertanda tangan", text=text, submit="Simpan naskah"
    )


def _act(request: HttpRequest, row: FrozenSheet, form, do, **words) -> HttpResponseBase:
    """One act on a page of its own: what it means, what the document is, its form."""
    revision = row.revision
    back = f"/sop/{revision.sop.slug}/revisi/{revision.no}/"

    def act() -> str:
        said = do()
        messages.success(request, said)
        return back

    def show(status: int) -> HttpResponse:
        context = {
            "form": form,
            "revision": revision,
            "facts": facts(row),
            "pdf_url": f"{back}dokumen/pdf/",
            "back": back,
            "multipart": form.is_multipart(),
            **words,
        }
        return render(request, "letters/sop_act.html", context, status=status)

    return answer(request, form, act, show, back)
