"""The yearly evaluation of an SOP: its list, its page, its paper, its end, and the draft that comes of it."""

from dataclasses import asdict
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sopcases.cases.printing import pdf_response, printed
from sopcases.desk.figures.dashboard import walked
from sopcases.desk.figures.evaluating import Assessed, Assessment, Said, why_unreadable
from sopcases.desk.models import Evaluation, Finding
from sopcases.desk.paging import read_id
from sopcases.people.access import gate, signed_in
from sopcases.people.authority import Officer
from sopcases.refusal import Conflict, Refused

FIRST_YEAR = 2000


def find_assessment(officer: Officer | None, slug: str, no: int, year: int) -> Assessment | None:
    """A year of a revision whose evaluation the officer may write, or read now that it is finished."""
    if officer is None or officer.agency is None or not FIRST_YEAR <= year <= officer.day.year:
        return None
    revision = next((r for r in walked(officer) if (r.sop.slug, r.no) == (slug, no)), None)
    found = Assessment(revision, year, officer) if revision else None
    return found if found and found.readable else None


evaluation_gate = gate("sop", find_assessment)


def may_write(found: Assessment, officer: Officer) -> str | None:
    return found.why_not_write()


def may_draft(found: Assessment, officer: Officer) -> str | None:
    return found.why_not_draft()


class FindingForm(forms.Form):
    """What the office says of one step."""

    stored: Assessed | None = None
    """What another has written of it since the page was opened."""

    verdict = forms.ChoiceField(label="Penilaian", choices=Finding.Verdict.choices, required=False)
    action = forms.CharField(
        label="Tindak lanjut", required=False, max_length=2000, widget=forms.Textarea({"rows": 2})
    )
    proposal = forms.CharField(label="Usulan waktu baku", required=False, max_length=100)

    def clean_proposal(self):
        text = self.cleaned_data["proposal"].strip()
        if unreadable := why_unreadable(text):
            raise forms.ValidationError(unreadable)
        return text


@signed_in
@require_safe
def evaluations(request: HttpRequest) -> HttpResponse:
    """Every revision and year that the officer may evaluate, or read the finished evaluation of."""
    officer, rows = request.officer, []
    if officer.agency:
        known = {
            (row.revision_id, row.year): row
            for row in Evaluation.objects.filter(revision__sop__agency=officer.agency)
        }
        for revision in walked(officer):
            for year in range(officer.day.year, revision.in_force_from.year - 1, -1):
                found = Assessment(revision, year, officer)
                found.evaluation = known.get((revision.pk, year))
                if found.readable:
                    rows.append((revision, year, found.evaluation))
    return render(request, "desk/evaluations.html", {"rows": rows})


@evaluation_gate
@require_http_methods(["GET", "HEAD", "POST"])
def evaluation(request: HttpRequest, found: Assessment) -> HttpResponseBase:
    """The figures of each step, and room for what the office says of it."""
    if request.method != "POST":
        said = {step.found.step.key: step.said for step in found.sheet.steps}
        return _sheet(request, found, {key: _form(key, initial=asdict(said[key])) for key in found.keys})
    forms_of = {key: _form(key, request.POST) for key in found.keys}
    if wrong := [form for form in forms_of.values() if not form.is_valid()]:
        # On the version it was written on, so that what came in between is not passed over.
        return _sheet(request, found, forms_of, 422, forms_with_errors=wrong, version=_version(request))
    try:
        found.write((Said(key, **form.cleaned_data) for key, form in forms_of.items()), _version(request))
    except Refused as refused:
        meanwhile = isinstance(refused, Conflict)
        return _sheet(request, found, forms_of, refused.status, refusal=str(refused), meanwhile=meanwhile)
    messages.success(request, "Evaluasi disimpan.")
    return redirect(f"{address(found)}selesai/" if request.POST.get("action") == "submit" else address(found))


def _form(key: str, data: Any = None, initial: dict | None = None) -> FindingForm:
    return FindingForm(data, prefix=f"s{key}", initial=initial)


def _version(request: HttpRequest) -> int:
    """That of the page that was sent; -1, which none ever was, where it cannot be read."""
    sent = request.POST.get("version", "")
    return 0 if sent == "0" else read_id(sent) or -1


def _sheet(
    request: HttpRequest,
    found: Assessment,
    forms_of: dict[str, FindingForm],
    status: int = 200,
    meanwhile: bool = False,
    **more,
) -> HttpResponse:
    """The page with these forms; after another has written `meanwhile`, with what he wrote beside them."""
    stored = {step.found.step.key: step for step in found.sheet.steps} if meanwhile else {}
    for key, form in forms_of.items():
        if key in stored and asdict(stored[key].said) != {"step_key": key} | form.cleaned_data:
            form.stored = stored[key]
    context = {
        "found": found,
        "sheet": found.sheet,
        "rows": [(step, forms_of[step.found.step.key]) for step in found.sheet.steps],
        "version": found.version,
        "opens": found.writes,
        "writes": found.why_not_write() is None,
        "drafts": found.why_not_draft() is None,
        "address": address(found),
    }
    return render(request, "desk/evaluation.html", context | more, status=status)


@evaluation_gate(may=may_write)
@require_http_methods(["GET", "HEAD", "POST"])
def finish(request: HttpRequest, found: Assessment) -> HttpResponseBase:
    """Say what finishing means, and do it."""
    refusal, status = "", 200
    if request.method == "POST":
        try:
            found.finish(_version(request))
        except Refused as refused:
            refusal, status = str(refused), refused.status
        else:
            messages.success(request, "Evaluasi diselesaikan.")
            return redirect(address(found))
    context = {
        "sheet": found.sheet,
        "lacking": found.why_not_finish(),
        "address": address(found),
        "version": found.version,
        "refusal": refusal,
    }
    return render(request, "desk/evaluation_finish.html", context, status=status)


@evaluation_gate(may=may_draft)
@require_POST
def draft(request: HttpRequest, found: Assessment) -> HttpResponseBase:
    """Open the next draft with the proposals filled in; refused, the page says why."""
    try:
        made = found.open_draft()
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(address(found))
    messages.success(request, f"Draf revisi {made.no} dibuat dengan {len(found.sheet.proposals)} usulan.")
    return redirect("admin:sops_revision_change", made.pk)


@evaluation_gate
@require_safe
def evaluation_pdf(request: HttpRequest, found: Assessment) -> HttpResponse:
    """The evaluation on paper; not finished it says so."""
    revision = found.revision
    content = printed(
        "print/evaluation.html",
        revision.sop.agency,
        f"Evaluasi SOP tahun {found.year}",
        {"sheet": found.sheet},
        key=f"evaluasi {revision.pk} {found.year}",
    )
    return pdf_response(content, f"evaluasi-{revision.sop.slug}-revisi-{revision.no}-{found.year}")


def address(found: Assessment) -> str:
    return f"/laporan/evaluasi/{found.revision.sop.slug}/{found.revision.no}/{found.year}/"
