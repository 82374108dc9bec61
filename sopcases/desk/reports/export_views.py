"""Reports taken along as files: asked for, watched while they are made, downloaded."""

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sopcases.cases.serving import intact, send_file
from sopcases.cases.wording import moment
from sopcases.desk.models import Export
from sopcases.desk.reports import making
from sopcases.desk.reports.catalogue import REPORTS
from sopcases.desk.reports.files import MIME
from sopcases.people import journal
from sopcases.people.access import gate, officers
from sopcases.people.authority import local_day
from sopcases.people.once import once
from sopcases.people.views import wants_json
from sopcases.refusal import Refused

AT_ONCE = 3
"""Seconds that a request works on a file: a short one is there when the page comes back."""
LISTED = 50
UNKNOWN = "Pilih laporan dan bentuk berkasnya dari halaman laporan itu."

export_gate = gate("unduhan", making.find_export)


class AskedForm(forms.Form):
    """Which report, in which form, with the names of children or their initials."""

    laporan = forms.ChoiceField(choices=[(slug, slug) for slug in REPORTS])
    bentuk = forms.ChoiceField(choices=Export.Format.choices)
    nama = forms.BooleanField(required=False)


@officers
@require_POST
def ask(request: HttpRequest) -> HttpResponseBase:
    """Ask for a file; a short one is made at once."""
    form = AskedForm(request.POST)
    if not form.is_valid():
        raise Refused(UNKNOWN)
    told = form.cleaned_data
    report = REPORTS[told["laporan"]](request.officer, request.POST, named=told["nama"])
    if not report.valid:
        raise Refused(UNKNOWN)
    asked: list[Export] = []

    def act() -> str:
        asked.append(making.ask(report, told["bentuk"], request.officer))
        return export_url(asked[0])

    answer = once(request, act)
    for export in asked:
        making.go_on(export, request.officer, AT_ONCE)
    return answer


@officers
@require_safe
def exports(request: HttpRequest) -> HttpResponse:
    """What one asked for, the latest first."""
    rows = Export.objects.filter(user=request.officer.user, agency=request.officer.agency)[:LISTED]
    listed = [(row, REPORTS[row.report].title, export_url(row)) for row in rows]
    return render(request, "desk/reports/exports.html", {"rows": listed})


@export_gate
@require_http_methods(["GET", "POST"])
def export(request: HttpRequest, row: Export) -> HttpResponseBase:
    """How far a file is; a POST goes on with it, however often it is sent."""
    if request.method == "POST":
        row = making.go_on(row, request.officer, AT_ONCE)
        if wants_json(request):
            return JsonResponse({"done": row.progress, "open": row.open, "said": said(row)})
        return redirect(export_url(row))
    report = making.report_of(row, request.officer)
    context = {
        "export": row,
        "title": report.title,
        "facts": report.facts,
        "said": said(row),
        "ready": is_there(row, request),
        "until": moment(row.expires_at),
        "back": report.address(),
    }
    return render(request, "desk/reports/export.html", context)


@export_gate
@require_safe
def export_file(request: HttpRequest, row: Export) -> HttpResponseBase:
    """The file, under a name that names no child; gone is gone."""
    if not is_there(row, request):
        raise Http404
    content = intact(row.file, row.sha256, request.officer, "export.damaged", row)
    journal.write(request.officer, "export.downloaded", row, report=row.report, rows=row.rows)
    title = REPORTS[row.report].title.lower().replace(" ", "-")
    name = f"{title}-{local_day(row.agency, row.asked_at).isoformat()}-{row.pk}.{row.format}"
    return send_file(content, MIME[row.format], f'attachment; filename="{name}"')


def is_there(row: Export, request: HttpRequest) -> bool:
    return row.state == Export.State.READY and request.officer.at < row.expires_at


def export_url(row: Export) -> str:
    return reverse("desk:export", kwargs={"export": row.pk})


def said(row: Export) -> str:
    """How far it is, in words."""
    if row.state == Export.State.GATHERING:
        return f"{row.done} dari {row.total} sudah dikumpulkan"
    if row.open and row.printed:
        return f"{row.printed} dari {row.rows} baris sudah disusun"
    return "Semua sudah dikumpulkan; berkas sedang disusun" if row.open else row.get_state_display()
