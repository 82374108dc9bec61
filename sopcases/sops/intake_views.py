"""A file is uploaded, and what was read of it confirmed. For admins of the agency."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from sopcases.people import drafts
from sopcases.people.access import gate, staff
from sopcases.people.admin import is_agency_admin
from sopcases.people.authority import Officer
from sopcases.people.files import intact, send_file
from sopcases.people.once import once, sent_before
from sopcases.refusal import NotAllowed, Refused
from sopcases.sops import intake, intake_rows
from sopcases.sops.intake_forms import ConfirmForm, UploadForm
from sopcases.sops.intake_page import Page
from sopcases.sops.models import Intake

NO_AGENCY = "SOP dimasukkan oleh admin perangkat daerahnya."
YAML = "Berkas YAML diunggah di admin: Revisi SOP, Unggah berkas SOP (YAML)."
WAITING = 20  # files shown that nobody has confirmed yet


def find_intake(officer: Officer, intake: int) -> Intake | None:
    """A file of the admin's own agency."""
    if not is_agency_admin(officer.user):
        return None
    return Intake.objects.select_related("agency").filter(agency=officer.agency, pk=intake).first()


intake_gate = gate("intake", find_intake)


@staff
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponseBase:
    """Takes a file in: read, and kept until somebody confirms it."""
    agency = request.officer.agency
    if not is_agency_admin(request.user):
        raise NotAllowed(NO_AGENCY)
    posted = request.method == "POST"
    form = UploadForm(*((request.POST, request.FILES) if posted else ()))

    def act() -> str:
        file = form.cleaned_data["file"]
        if intake.is_sop_file(file.name):
            raise Refused(YAML)
        return reverse(
            "sops:intake", args=[intake.receive(file.name, file.read(), agency, request.officer).pk]
        )

    status = _answered(request, form, act, "file")
    if not isinstance(status, int):
        return status
    waiting = Intake.objects.filter(agency=agency, revision=None)[:WAITING]
    return render(request, "sops/upload.html", {"form": form, "waiting": waiting}, status=status)


@intake_gate
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, row: Intake) -> HttpResponseBase:
    """What was read, beside what stands in the file; saved as a draft once it is right, then only shown."""
    posted = request.method == "POST"
    if posted and (led := sent_before(request)):
        return redirect(led)
    if row.revision_id and posted:
        messages.info(request, intake.KEPT)
        return redirect("admin:sops_revision_change", row.revision_id)
    if row.revision_id:
        return render(request, "sops/traced.html", {"page": Page(ConfirmForm(intake=row))})
    if change := request.POST.get("change"):
        sent, focus = intake_rows.changed(request.POST, row.data, change)
        form = ConfirmForm(sent, intake=row, focus=focus)
        drafts.unjudged(form)
        return render(request, "sops/intake.html", {"form": form, "page": Page(form), "unsaved": True})
    form = ConfirmForm(*((request.POST,) if posted else ()), intake=row)

    def act() -> str:
        positions, papers = form.decided("position"), form.decided("paper")
        revision = intake.keep(row, request.officer, form.confirmed(), positions, papers, form.kept())
        messages.success(request, f"Draf revisi {revision.no} disimpan dari berkas.")
        return reverse("admin:sops_revision_change", args=[revision.pk])

    status = _answered(request, form, act)
    if not isinstance(status, int):
        return status
    return render(request, "sops/intake.html", {"form": form, "page": Page(form)}, status=status)


@intake_gate
@require_safe
def original(request: HttpRequest, row: Intake) -> HttpResponse:
    """The file as it was uploaded, for saving."""
    content = intact(row.file, row.sha256, request.officer, "sop.berkas_rusak", row)
    return send_file(content, "application/octet-stream", content_disposition_header(True, row.name))


def _answered(request: HttpRequest, form, act, field: str | None = None) -> HttpResponseBase | int:
    """Where a good sending leads, or the status with which the form is shown (again)."""
    if request.method != "POST":
        return 200
    if drafts.resumed(request):
        drafts.unjudged(form)
        return 200
    if form.is_valid():
        try:
            return once(request, act)
        except NotAllowed:
            raise
        except Refused as refused:
            form.add_error(field, list(refused.sentences))
    return 422
