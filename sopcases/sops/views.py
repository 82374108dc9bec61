"""An SOP as a page, for everybody of its agency."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sopcases.people.access import gate
from sopcases.people.authority import Officer
from sopcases.sops import sheet
from sopcases.sops.models import Revision

DRAFTS = (Revision.State.DRAFT, Revision.State.CHECKED)


def find_revision(officer: Officer | None, slug: str, no: int | None = None) -> Revision | None:
    """A revision of the officer's own agency: the one in force, or the one named. Drafts are for admins."""
    if officer is None or officer.agency is None:
        return None
    found = Revision.objects.select_related("sop__agency").filter(sop__agency=officer.agency, sop__slug=slug)
    if not officer.user.is_staff:
        found = found.exclude(state__in=DRAFTS)
    if no is not None:
        return found.filter(no=no).first()
    return found.filter(state=Revision.State.IN_FORCE).first()


sop_gate = gate("sop", find_revision)


@sop_gate
@require_safe
def show(request: HttpRequest, revision: Revision) -> HttpResponse:
    """The whole sheet. What it leaves open, and how that is read, stands there for admins and on drafts."""
    context = {
        "revision": revision,
        "sheet": sheet.build(revision),
        "explain": request.user.is_staff or revision.editable,
        "unreadable": sheet.UNREADABLE,
    }
    return render(request, "sops/show.html", context)
