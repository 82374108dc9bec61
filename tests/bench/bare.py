"""A bare Django project on the same tables: one page with a form, one row written. For comparison only.

Session, CSRF, login and messages as every Django project has them; no gate, no rule, no journal.
"""

from django import forms
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template import engines
from django.urls import path
from django.utils import timezone

from sopcases.cases.models import Case, ProgressNote

PAGE = """<!doctype html><html lang="id"><head><title>{{ case.number }}</title></head><body>
<h1>{{ case.number }}</h1>{% for note in notes %}<p>{{ note.text }}, {{ note.happened_at }}</p>{% endfor %}
<form method="post">{% csrf_token %}{{ form.as_p }}<button>Simpan</button></form></body></html>"""


class NoteForm(forms.Form):
    """As many fields as the form of a step."""

    acted_at = forms.DateTimeField(input_formats=["%Y-%m-%dT%H:%M"])
    acted_by = forms.CharField()
    note = forms.CharField(widget=forms.Textarea, required=False)
    spent_minutes = forms.IntegerField(required=False)


@login_required
def step(request: HttpRequest, number: str) -> HttpResponse:
    """The page, and what its form does."""
    case = get_object_or_404(Case, number=number)
    form = NoteForm(request.POST or None)
    if form.is_valid():
        with transaction.atomic():
            case = Case.objects.select_for_update().get(pk=case.pk)
            ProgressNote.objects.create(
                case=case,
                happened_at=form.cleaned_data["acted_at"],
                text=form.cleaned_data["note"] or "Dikerjakan",
                recorded_at=timezone.now(),
                recorded_by=request.user,
            )
        return redirect("step", number=number)
    template = engines["django"].from_string(PAGE)
    context = {"case": case, "form": form, "notes": case.notes.all()[:5]}
    return HttpResponse(template.render(context, request))


urlpatterns = [path("penanganan/<str:number>/", step, name="step")]
