"""Tugas Saya, the list of cases and the list of SOPs."""

from django.db.models import Count, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sopcases.cases.models import Case
from sopcases.desk.inbox import Inbox
from sopcases.desk.listing import Listing
from sopcases.people.access import officers, signed_in
from sopcases.sops.models import Revision, Sop


@signed_in
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Tugas Saya; who holds no position today reads so."""
    request.inbox = Inbox(request.officer)
    # Read before the frame, so that its counts cost nothing.
    return render(request, "desk/home.html", {"sections": request.inbox.sections})


@officers
@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    return render(request, "desk/cases.html", {"listing": Listing(request.officer, request.GET)})


@signed_in
@require_safe
def sops(request: HttpRequest) -> HttpResponse:
    """The SOPs of the user's agency, with the revision in force and the cases he may read that run."""
    agency = request.officer.agency
    running = Case.objects.visible_to(request.officer).filter(state__in=Case.RUNNING)
    counts = dict(running.order_by().values_list("sop").annotate(count=Count("pk")))
    shown = Q(state=Revision.State.IN_FORCE)
    rows = [
        {"sop": sop, "revision": next(iter(sop.shown), None), "running": counts.get(sop.pk, 0)}
        for sop in Sop.objects.filter(agency=agency).prefetch_related(
            Prefetch("revisions", Revision.objects.filter(shown), to_attr="shown")
        )
    ]
    return render(request, "desk/sops.html", {"rows": rows, "agency": agency})
