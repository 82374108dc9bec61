"""How the office is doing: the dashboard, the lists behind its numbers, and what else hangs under it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from sopcases.desk.figures.dashboard import Dashboard
from sopcases.desk.figures.lists import Children, StepList
from sopcases.desk.figures.reckoning import reckon, why_not_now
from sopcases.people.access import gate, officers
from sopcases.people.authority import Officer
from sopcases.sops.models import Revision
from sopcases.sops.views import readable


@officers
@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    return render(request, "desk/dashboard.html", {"dashboard": Dashboard(request.officer, request.GET)})


@officers
@require_POST
def refresh(request: HttpRequest) -> HttpResponse:
    """Reckon the figures of ended steps now, unless that would take too long for who waits."""
    if sentence := why_not_now(request.officer.agency):
        messages.warning(request, sentence)
    else:
        reckon(request.officer.agency, request.officer.at)
        messages.success(request, "Angka laporan sudah diperbarui.")
    return redirect("desk:dashboard")


@officers
@require_safe
def children(request: HttpRequest) -> HttpResponse:
    """Where the children are: those in running cases that the officer may read, by name."""
    return render(request, "desk/children.html", {"list": Children(request.officer, request.GET)})


def find_step(officer: Officer | None, slug: str, no: int, key: str) -> tuple[Revision, str] | None:
    """A step of a revision of the officer's own agency."""
    if officer is None or not officer.may_act:
        return None
    found = readable(officer, slug).filter(no=no, steps__key=key).select_related("sop__agency").first()
    return (found, key) if found else None


figure_gate = gate("sop", find_step)


@figure_gate
@require_safe
def step(request: HttpRequest, found: tuple[Revision, str]) -> HttpResponse:
    """The figure of a step in a year, and the ended attempts behind it."""
    revision, key = found
    listing = StepList(revision, key, request.officer, request.GET)
    if listing.step is None:
        raise Http404
    return render(request, "desk/step.html", {"list": listing, "revision": revision})
