"""The public check page behind a letter's QR: no login, no child's data, slow to guess at."""

from datetime import datetime

from django import forms
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from sopcases.letters import checking
from sopcases.letters.models import Letter
from sopcases.people import throttle
from sopcases.people.access import public
from sopcases.people.authority import local_day
from sopcases.sops.models import FrozenSheet, Revision

LIMIT = 60
"""Looks from one address in a quarter of an hour."""
LARGEST = 25 * 1024 * 1024


class FileForm(forms.Form):
    file = forms.FileField(
        label="Berkas naskah (PDF)",
        error_messages={"required": "Pilih berkasnya.", "empty": "Berkas ini kosong."},
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError("Berkas ini terlalu besar; paling besar 25 MB.")
        return file


def _found(token: str, at: datetime) -> checking.Report | None:
    letters = Letter.objects.select_related("agency", "paper__kind")
    if letter := letters.filter(token=token, state__in=checking.STATES).first():
        return checking.report(letter)
    row = FrozenSheet.objects.select_related("revision__sop__agency").filter(token=token).first()
    if row is None:
        return None
    revisions = Revision.objects.as_on(local_day(row.revision.sop.agency, at))
    row.revision.stands = revisions.values_list("stands", flat=True).get(pk=row.revision_id)
    return checking.report_sop(row)


@public("whoever holds a letter of the office may check it; the address is a secret of 192 bits")
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, token: str) -> HttpResponseBase:
    """The state of a letter; a file sent along is compared, and not kept."""
    throttle.counted("cek", throttle.address_of(request), request.at, LIMIT)
    report = _found(token, request.at)
    if report is None:
        raise Http404
    form = FileForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    compared = None
    if request.method == "POST" and form.is_valid():
        compared = checking.compare(report, form.cleaned_data["file"].read())
    context = {"report": report, "form": form, "compared": compared}
    return render(request, "letters/check.html", context, status=422 if form.errors else 200)
