"""Signing by certificate: one letter, several in one go, and the official's own certificate."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from sopcases.cases.views.posting import answer
from sopcases.letters import forms, page
from sopcases.letters.access import act_gate
from sopcases.letters.models import Certificate, Letter
from sopcases.letters.signing import BSRE, CERTIFICATE, ELECTRONIC, Means, SigningFailed, bsre, certificate
from sopcases.letters.states import LetterState
from sopcases.letters.views.letters import act_page
from sopcases.people.access import officers
from sopcases.people.authority import Officer
from sopcases.people.once import once, sent_before
from sopcases.refusal import NotAllowed, Refused

AT_ONCE = 25
NONE = (
    "Anda belum mengunggah sertifikat elektronik Anda. "
    "Unggah lewat menu nama Anda: Sertifikat elektronik saya."
)
NOT_HERE = "Perangkat daerah ini menandatangani surat dengan tanda tangan basah."


def means_of(officer: Officer, passphrase: str) -> Means:
    """What the officer signs with now. Raises SigningFailed; outside a transaction, so that a wrong
    passphrase is counted."""
    backend = officer.agency.signature_backend
    if backend == BSRE:
        return bsre.means(officer.user.email, passphrase)
    if backend != CERTIFICATE:
        raise SigningFailed(NOT_HERE)
    kept = Certificate.of(officer.user)
    if kept is None:
        raise SigningFailed(NONE)
    opened = kept.open(passphrase, officer.at)
    return certificate.means(opened, officer.at, place=officer.agency.city, demo=kept.demo)


@act_gate(Letter.why_not_certify)
@require_http_methods(["GET", "POST"])
def certify(request: HttpRequest, letter: Letter) -> HttpResponseBase:
    """The signer reads the letter, types his passphrase, and it is signed; or it stays as it was."""
    officer = request.officer
    due = letter.decide_needs_reason(officer)
    form = forms.CertifyForm(request.POST or None, due=due, version=letter.version)
    means = prepared = signed = None
    # Before the transaction of the act: a service may take minutes, and a wrong passphrase must count.
    if request.method == "POST" and form.is_valid() and not sent_before(request):
        try:
            version = form.cleaned_data["version"]
            means = means_of(officer, form.cleaned_data["passphrase"])
            prepared = letter.prepare(officer, means, reason=form.reason, version=version)
            signed = means.sign(prepared.content, f"Penandatanganan {letter.print_title}")
        except SigningFailed as refusal:
            form.add_error("passphrase", list(refusal.sentences))

    def do() -> str:
        letter.certify(officer, prepared, means, signed)
        return f"Surat {letter.number} ditandatangani secara elektronik."

    title = page.signing_title(letter, officer)
    return act_page(
        request,
        letter,
        form,
        do,
        title="Tanda tangani secara elektronik",
        text=f"Anda menandatangani surat ini sebagai {title}. Sesudahnya surat tidak dapat diubah.",
        submit="Tanda tangani",
        other=(page.letter_url(letter, "return"), "Kembalikan dengan catatan"),
    )


def chosen_before(request: HttpRequest, known: list[Letter]) -> list[Letter]:
    """Letters that were chosen and have moved since, of those he may read: each says why it is not signed."""
    keys = {int(key) for key in request.POST.getlist("letters") if key.isdecimal() and len(key) < 19}
    keys -= {letter.pk for letter in known}
    rows = Letter.objects.visible_to(request.officer).filter(pk__in=keys)
    return list(rows.for_page()) if keys else []


def waiting(officer: Officer) -> list[Letter]:
    """Letters that this officer may sign by certificate now, the oldest first."""
    asked = Letter.objects.waiting_for(officer).filter(waits="sign", state=LetterState.READY)
    return [
        letter
        for letter in asked.for_page()[:AT_ONCE]
        if letter.why_not_certify(officer) is None and not letter.decide_needs_reason(officer)
    ]


@officers
@require_http_methods(["GET", "POST"])
def sign_many(request: HttpRequest) -> HttpResponseBase:
    """Several letters with one passphrase: each read on its own page, chosen here, and signed by itself."""
    officer = request.officer
    if officer.agency.signature_backend not in ELECTRONIC:
        raise NotAllowed(NOT_HERE)
    if request.method == "POST" and (location := sent_before(request)):
        return redirect(location)
    letters = waiting(officer)
    able = letters + chosen_before(request, letters)
    form = forms.SignManyForm(request.POST or None, letters=able)
    if request.method == "POST" and form.is_valid():
        try:
            return _sign_each(request, form, {letter.pk: letter for letter in able})
        except SigningFailed as refusal:
            form.add_error("passphrase", list(refusal.sentences))
    chosen = {str(value) for value in form["letters"].value() or ()}
    rows = [
        {
            "id": letter.pk,
            "kind": str(letter.paper.kind),
            "number": letter.number,
            "about": letter.label,
            "case": letter.case.number,
            "url": page.letter_url(letter),
            "chosen": str(letter.pk) in chosen,
        }
        for letter in letters
    ]
    context = {"form": form, "rows": rows}
    return render(request, "letters/sign_many.html", context, status=422 if form.errors else 200)


def _sign_each(
    request: HttpRequest, form: forms.SignManyForm, letters: dict[int, Letter]
) -> HttpResponseBase:
    """One letter that cannot be signed stops no other; what happened to each is said."""
    officer, here = request.officer, request.path
    means = means_of(officer, form.cleaned_data["passphrase"])
    once(request, lambda: here)
    done = []
    for pk in form.cleaned_data["letters"]:
        letter = letters[pk]
        try:
            letter.sign_with(officer, means)
            done.append(letter.number or str(letter))
        except Refused as refusal:
            messages.error(request, f"{letter}: {refusal}")
    if done:
        messages.success(request, f"{len(done)} surat ditandatangani: {', '.join(done)}.")
    return redirect(here)


@officers
@require_http_methods(["GET", "POST"])
def own_certificate(request: HttpRequest) -> HttpResponseBase:
    """The official brings his certificate, or sees which one he has."""
    officer = request.officer
    if officer.agency.signature_backend != CERTIFICATE:
        raise NotAllowed("Perangkat daerah ini tidak menandatangani dengan sertifikat pejabat.")
    form = forms.CertificateForm(request.POST or None, request.FILES or None)

    def act() -> str:
        kept = Certificate.bring(officer, form.cleaned_data["file"], form.cleaned_data["passphrase"])
        messages.success(request, f"Sertifikat {kept.subject} tersimpan.")
        return request.path

    def show(status: int) -> HttpResponseBase:
        context = {"form": form, "kept": Certificate.of(officer.user), "now": officer.at}
        return render(request, "letters/certificate.html", context, status=status)

    return answer(request, form, act, show, request.path)


@officers
@require_http_methods(["POST"])
def remove_certificate(request: HttpRequest) -> HttpResponseBase:
    """The official takes his certificate away again."""

    def act() -> str:
        kept = Certificate.objects.select_for_update().filter(user=request.user, removed_at=None).first()
        if kept is not None:
            kept.remove(request.officer)
            messages.success(request, "Sertifikat dihapus. Surat yang sudah ditandatangani tidak berubah.")
        return "letters:certificate"

    return once(request, act)
