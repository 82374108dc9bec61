"""Two revisions of an SOP side by side, the cases that still run on the older one, and carrying one over."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from sopcases.cases import carrying
from sopcases.cases.access import At, case_gate, may_lead
from sopcases.cases.addresses import case_url
from sopcases.cases.forms.carrying import CarryForm
from sopcases.cases.models import Case
from sopcases.cases.page.reading import Reading
from sopcases.cases.views.posting import answer, conflict_page, same_version
from sopcases.cases.walk import walking
from sopcases.people.access import gate
from sopcases.people.authority import Officer
from sopcases.people.once import sent_before
from sopcases.refusal import Conflict, Refused, demand
from sopcases.sops.comparing import differences
from sopcases.sops.models import Revision
from sopcases.sops.views import find_revision

LISTED = 50
"""Cases listed on the page; the list of cases has the others."""


@dataclass(frozen=True)
class Pair:
    """Two revisions of one SOP, as the address names them, and who looks."""

    old: Revision
    new: Revision
    by: Officer

    @property
    def running(self):
        """Cases running on the older one: those the reader may read, or of an admin's agency all."""
        mine = Case.objects.filter(agency=self.by.agency)
        rows = mine if self.counted else Case.objects.visible_to(self.by)
        return rows.filter(revision=self.old, state__in=Case.RUNNING).order_by("-opened_at", "-id")

    @property
    def counted(self) -> bool:
        """An admin learns how many cases are affected, and no more."""
        return bool(self.by.user.is_staff and not self.by.hats)


def find_pair(officer: Officer | None, slug: str, old: int, new: int) -> Pair | None:
    """Two revisions that the officer may read."""
    found = [find_revision(officer, slug, no) for no in (old, new)] if old != new else [None]
    return Pair(*found, officer) if all(found) else None


pair_gate = gate("sop", find_pair)


@pair_gate
@require_safe
def compare(request: HttpRequest, pair: Pair) -> HttpResponse:
    """What the second says otherwise, in words and colour; who is affected."""
    rows = [] if pair.counted else list(pair.running[: LISTED + 1])
    context = {
        "pair": pair,
        "found": differences(pair.old, pair.new),
        "cases": rows[:LISTED],
        "more": len(rows) > LISTED,
        "count": pair.running.count(),
    }
    return render(request, "cases/differences.html", context)


@case_gate(may=may_lead)
@require_http_methods(["GET", "POST"])
def carry(request: HttpRequest, at: At) -> HttpResponseBase:
    """Carry a case over to the revision in force: mapped, then weighed, then done."""
    if request.method == "POST" and (led := sent_before(request)) is not None:
        return redirect(led)
    demand(carrying.refuse(at.progress))
    revision = _shown(request, at) or carrying.target(at.progress)
    form = CarryForm(request.POST or None, progress=at.progress, revision=revision, version=at.case.version)
    context = {
        "identity": Reading(at.progress).identity,
        "form": form,
        "case": at.case,
        "revision": revision,
        "back": case_url(at.case),
    }

    def show(status: int) -> HttpResponseBase:
        return render(request, "cases/carry.html", context, status=status)

    def act():
        with walking(at.case, request.officer) as walk:
            same_version(form, walk.case.version)
            carrying.carry_over(walk, form.mapping, form.cleaned_data["reason"], revision.pk)
        messages.success(request, f"Penanganan ini mengikuti revisi {revision.no} sejak sekarang.")
        return case_url(at.case)

    if request.POST.get("action") != "weigh":
        return answer(request, form, act, show, request.path)
    if not form.is_valid():
        return show(422)
    try:
        context["outlook"] = carrying.weigh(
            at.case, request.officer, form.mapping, form.cleaned_data["reason"], revision.pk
        )
    except Conflict as conflict:
        return conflict_page(request, form, conflict, request.path)
    except Refused as refusal:
        form.add_error(None, list(refusal.sentences))
        return show(422)
    return show(200)


def _shown(request: HttpRequest, at: At) -> Revision | None:
    """The revision that the steps sent were chosen from: by now another may be in force. Never a draft, which
    is not everybody's to read."""
    sent = request.POST.get("revision", "")
    rows = at.case.sop.revisions.exclude(in_force_from=None)
    return rows.filter(pk=sent).first() if sent.isdecimal() and len(sent) < 19 else None
