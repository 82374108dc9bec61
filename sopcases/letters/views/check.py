"""The public check page behind a letter's QR: no login, no child's data, slow to guess at."""

from django import forms
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from sopcases.letters import checking
from sopcases.letters.models import Letter
from sopcases.people import throttle
from sopcases.people.access import public

LIMIT = 60
"""Looks from one address in a quarter of an hour."""
LARGEST = 25 * 1024 * 1024


class FileForm(forms.Form):
    file = forms.FileField(
        label="Berkas surat (PDF)",
        error_messages={"required": "Pilih berkasnya.", "empty": "Berkas ini kosong."},
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise forms.ValidationError("Berkas ini terlalu besar; paling besar 25 MB.")
        return file


@public("whoever holds a letter of the office may check it; the address is a secret of 192 bits")
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, token: str) -> HttpResponseBase:
    """The state of a letter; a file sent along is compared, and not kept."""
    throttle.counted("cek", throttle.address_of(request), request.at, LIMIT)
    letter = (
        Letter.objects.select_related("agency", "paper__kind")
        .filter(token=token, state__in=checking.STATES)
        .first()
    )
    if letter is None:
        raise Http404
    form = FileForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    compared = None
    if request.method == "POST" and form.is_valid():
        compared = checking.compare(letter, form.cleaned_data["file"].read())
    context = {"report": checking.report(letter), "form": form, "compared": compared}
    return render(request, "letters/check.html", context, status=422 if form.errors else 200)
