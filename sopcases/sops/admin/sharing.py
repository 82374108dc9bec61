"""A revision as a file: given to another agency, and taken over from one as a new draft."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from sopcases.people.admin import AgencyAdmin
from sopcases.people.models import Agency
from sopcases.refusal import Refused
from sopcases.sops import adopting, sopfile
from sopcases.sops.models import Revision


class FileForm(forms.Form):
    file = forms.FileField(label="Berkas SOP (YAML)")


def export(revision: Revision) -> HttpResponse:
    """The revision as a file, like `manage.py export_sop`."""
    response = HttpResponse(sopfile.exported(revision), content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{revision.sop.slug}-{revision.no}.yaml"'
    return response


def upload_page(page: AgencyAdmin, request: HttpRequest) -> HttpResponse:
    """A file as a new draft, like `manage.py import_sop`; words of another agency are matched first."""
    agency, sentences, status, data = request.user.agency, (), 200, None
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        try:
            data = _sent(request, form)
            if data is not None:
                form = _match(request, data, agency)
            if data is not None and form.is_valid():
                found = adopting.adopt(data, agency, request.officer, form.matched())
                told = " Berkas ini sudah diubah sejak diekspor." if sopfile.altered(data) else ""
                messages.success(request, f"Draf revisi {found.no} disimpan dari berkas.{told}")
                return redirect("admin:sops_revision_change", found.pk)
        except Refused as refused:
            sentences, status = refused.sentences, refused.status
            if not getattr(form, "strangers", None):  # nothing to match: the file is to be mended
                form, data = FileForm(), None
    title = "Cocokkan dengan istilah kantor" if data else "Unggah berkas SOP"
    context = {"form": form, "matching": data, "sentences": sentences}
    return page.own_page(request, "admin/sops/revision/upload.html", title, context, status)


def _sent(request: HttpRequest, form: forms.Form) -> dict | None:
    """What was sent, read: the file itself, or its content again from the page that matches words."""
    if "content" in request.POST:
        return sopfile.read(request.POST["content"].replace("\r\n", "\n"))
    if not form.is_valid():
        return None
    return sopfile.read(form.cleaned_data["file"].read(sopfile.shapes.MAX_BYTES + 1))


def _match(request: HttpRequest, data: dict, agency: Agency) -> adopting.MatchForm:
    """The questions about a file's strange words; bound when answered or when there are none."""
    asked = adopting.strangers(data, agency)
    answers = request.POST if "content" in request.POST else None
    if not asked:
        answers = {"content": "–"}
    content = sopfile.to_yaml(dict(data))
    return adopting.MatchForm(answers, strangers=asked, agency=agency, initial={"content": content})
