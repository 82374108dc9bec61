"""The registers and recaps as pages."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from sopcases.cases.forms.fields import ActForm
from sopcases.cases.views.posting import answer
from sopcases.desk.models import Indicator, Target
from sopcases.desk.reports.asking import Report
from sopcases.desk.reports.catalogue import REPORTS
from sopcases.desk.reports.spm import Indicators, enter_target, refuse_target
from sopcases.people import journal
from sopcases.people.access import View, officers
from sopcases.people.authority import Officer
from sopcases.refusal import demand

ENTERED = 50
"""Targets shown below the form."""


@officers
@require_safe
def registers(request: HttpRequest) -> HttpResponse:
    """All that can be read and taken along."""
    rows = [
        {"title": r.title, "about": r.about, "url": reverse(f"desk:{slug}")} for slug, r in REPORTS.items()
    ]
    return render(request, "desk/reports/index.html", {"rows": rows})


def page_of(report_class: type[Report]) -> View:
    """The page of a report; that names of children were shown is written down."""

    @officers
    @require_safe
    def show(request: HttpRequest) -> HttpResponseBase:
        report = report_class(request.officer, request.GET)
        status = 200 if report.valid else 422
        if report.identifies and report.page.rows:
            rows = len(report.page.rows)
            journal.write(request.officer, "register.read", request.user, report=report.slug, rows=rows)
        context = {"report": report, "form": report.form, "may_enter": refuse_target(request.officer) is None}
        return render(request, report.template, context, status=status)

    return show


class TargetForm(ActForm):
    """The target of an indicator for a year."""

    indicator = forms.ModelChoiceField(
        Indicator.objects.none(), label="Indikator", empty_label="Pilih indikator"
    )
    year = forms.IntegerField(label="Tahun")
    number = forms.IntegerField(label="Target (jumlah anak)", min_value=1, max_value=10_000_000)
    basis = forms.CharField(
        label="Dasar", max_length=200, help_text="Contoh: Renja 2026, DPA, atau data terpadu."
    )

    def __init__(self, *args, officer: Officer, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["indicator"].queryset = Indicator.objects.filter(agency=officer.agency)


@officers
@require_http_methods(["GET", "POST"])
def target(request: HttpRequest) -> HttpResponseBase:
    """Enter a target; those entered before stay below, with who entered them."""
    demand(refuse_target(request.officer))
    back = reverse(f"desk:{Indicators.slug}")
    form = TargetForm(
        request.POST or None, officer=request.officer, initial={"year": request.officer.day.year}
    )

    def act() -> str:
        data = form.cleaned_data
        entered = enter_target(
            data["indicator"], data["year"], data["number"], data["basis"], request.officer
        )
        messages.success(request, f"Target {entered.year} tersimpan: {entered.number}.")
        # Of a year that has not begun there is no report yet: it stands below the form.
        return back if entered.year == request.officer.day.year else request.path

    def show(status: int) -> HttpResponse:
        agency = request.officer.agency
        entered = Target.objects.filter(indicator__agency=agency).select_related("indicator", "entered_by")
        context = {"form": form, "back": back, "entered": entered.order_by("-year", "-id")[:ENTERED]}
        return render(request, "desk/reports/target.html", context, status=status)

    return answer(request, form, act, show, back)
