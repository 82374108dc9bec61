"""Tugas Saya, the list of cases and the list of SOPs."""

from django.db.models import Count, Prefetch
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sopcases.cases.models import Case
from sopcases.desk import digests
from sopcases.desk.digests import Reminders
from sopcases.desk.inbox import Inbox
from sopcases.desk.listing import Listing
from sopcases.desk.paging import read_id
from sopcases.desk.running import standing
from sopcases.desk.search import Search, SearchForm
from sopcases.desk.staff import unmanned, why_not_lead
from sopcases.people.access import NO_POSITION, officers, signed_in
from sopcases.people.admin import is_agency_admin
from sopcases.people.authority import Officer
from sopcases.sops import printed
from sopcases.sops.models import Revision, Sop
from sopcases.sops.views import paper_asked, sop_gate
from sopcases.worktime.seeding import JOINT_LEAVE, uncertain_years


@signed_in
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Tugas Saya; who holds no position today reads so."""
    request.inbox = Inbox(request.officer)
    # Read before the frame, so that its counts cost nothing.
    context = {
        "calendar": _uncertain(request),
        "sections": unmanned(request.officer) + request.inbox.sections,
        "sign_many": request.inbox.sign_many,
        "reminders": digests.unread(request.user),
        "leads": request.officer.may_act and why_not_lead(request.officer) is None,
    }
    return render(request, "desk/home.html", context)


def _uncertain(request: HttpRequest) -> list[str]:
    """For who keeps the agency's calendar: what its days off still lack. Costs nobody else a query."""
    if not is_agency_admin(request.user):
        return []
    years = uncertain_years(request.officer.day, request.user.agency)
    return [JOINT_LEAVE.format(year=year) for year in years]


@signed_in
@require_safe
def reminders(request: HttpRequest) -> HttpResponse:
    """What the mornings reminded the user of."""
    page = Reminders(request.user, request.GET.get("sebelum", ""), request.at)
    return render(request, "desk/reminders.html", {"reminders": page})


@signed_in
@require_POST
def reminders_read(request: HttpRequest) -> HttpResponseBase:
    """The user has read what the page showed."""
    first, last = (read_id(request.POST.get(name, "")) for name in ("first", "last"))
    if first and last:
        digests.read(request.user, first, last, request.at)
    return redirect("desk:reminders")


@officers
@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    return render(request, "desk/cases.html", {"listing": Listing(request.officer, request.GET)})


@officers
@require_http_methods(["GET", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """Everything by one field. By POST, so that no name gets into an address or a log."""
    form = SearchForm(request.POST if request.method == "POST" else None)
    found = Search(request.officer, form.cleaned_data["q"]) if form.is_valid() else None
    context = {"form": form, "found": found}
    return render(request, "desk/search.html", context, status=422 if form.errors else 200)


@signed_in
@require_safe
def sops(request: HttpRequest) -> HttpResponse:
    """The SOPs of the user's agency, with the revision in force and the cases he may read that run."""
    agency = request.officer.agency
    running = Case.objects.visible_to(request.officer).filter(state__in=Case.RUNNING)
    counts = dict(running.order_by().values_list("sop").annotate(count=Count("pk")))
    rows = [
        {"sop": sop, "revision": next(iter(sop.shown), None), "running": counts.get(sop.pk, 0)}
        for sop in Sop.objects.filter(agency=agency).prefetch_related(
            Prefetch("revisions", Revision.objects.on(request.officer.day), to_attr="shown")
        )
    ]
    return render(request, "desk/sops.html", {"rows": rows, "agency": agency})


def why_not_running(revision: Revision, officer: Officer) -> str | None:
    """Who edits SOPs reads no cases, not even how many."""
    return None if officer.may_act else NO_POSITION


@sop_gate(may=why_not_running)
@require_safe
def running(request: HttpRequest, revision: Revision) -> HttpResponse:
    """The chart of an SOP with the running numbers laid over it."""
    found = standing(revision, request.officer)
    made = printed.of(revision, paper_asked(request, revision), [step.badge for step in found])
    context = {"revision": revision, "document": made, "papers": printed.PAPERS.values(), "standing": found}
    return render(request, "desk/running.html", context)
