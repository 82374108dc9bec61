"""An SOP as a page and as its official document, for everybody of its agency."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sopcases.people.access import gate
from sopcases.people.authority import Officer
from sopcases.people.files import send_file
from sopcases.sops import freezing, printed, sheet, wordfile
from sopcases.sops.models import Revision
from sopcases.sops.signature_page import signature


def readable(officer: Officer, slug: str) -> QuerySet[Revision]:
    """The revisions of an SOP of the officer's own agency, as they stand today. Drafts are for admins."""
    found = Revision.objects.as_on(officer.day).select_related("sop__agency__house_style")
    found = found.filter(sop__agency=officer.agency, sop__slug=slug)
    return found if officer.user.is_staff else found.exclude(state__in=Revision.DRAFTS)


def find_revision(officer: Officer | None, slug: str, no: int | None = None) -> Revision | None:
    """A revision that the officer may read: the one in force today, or the one named."""
    if officer is None or officer.agency is None:
        return None
    found = readable(officer, slug)
    if no is not None:
        return found.filter(no=no).first()
    return found.filter(stands=Revision.State.IN_FORCE).first()


sop_gate = gate("sop", find_revision)


@sop_gate
@require_safe
def show(request: HttpRequest, revision: Revision) -> HttpResponse:
    """The whole sheet. What it leaves open, and how that is read, stands there for admins and on drafts."""
    context = {
        "revision": revision,
        "sheet": sheet.build(revision),
        "signature": signature(freezing.served(revision), request.officer),
        "explain": request.user.is_staff or revision.editable,
        "unreadable": sheet.UNREADABLE,
        "acts": revision.acts.order_by("-id"),
        "others": readable(request.officer, revision.sop.slug).exclude(pk=revision.pk).order_by("-no"),
    }
    return render(request, "sops/show.html", context)


@sop_gate
@require_safe
def document(request: HttpRequest, revision: Revision) -> HttpResponse:
    """The official document on screen, page by page as it prints; what is frozen keeps its paper."""
    kept = freezing.served(revision)
    paper = printed.PAPERS[kept.paper] if kept else paper_asked(request, revision)
    context = {
        "revision": revision,
        "document": printed.of(revision, paper),
        "papers": () if kept else printed.PAPERS.values(),
        "signature": signature(kept, request.officer),
    }
    return render(request, "sops/document.html", context)


@sop_gate
@require_safe
def document_pdf(request: HttpRequest, revision: Revision) -> HttpResponse:
    """The official document in a tab of its own: the kept bytes, signed or to be; else as it prints."""
    if kept := freezing.served(revision):
        content, mime = freezing.content_of(kept, request.officer)
    else:
        made = printed.of(revision, paper_asked(request, revision))
        content, mime = printed.as_pdf(made, key=f"{revision.pk}"), "application/pdf"
    ending = mime.rpartition("/")[2]
    return send_file(content, mime, f'inline; filename="{_name(revision)}.{ending}"')


@sop_gate
@require_safe
def document_docx(request: HttpRequest, revision: Revision) -> HttpResponse:
    """The document's text for a word processor."""
    content = wordfile.write(printed.of(revision, paper_asked(request, revision)))
    return send_file(content, wordfile.MIME, f'attachment; filename="{_name(revision)}.docx"')


@sop_gate
@require_safe
def document_html(request: HttpRequest, revision: Revision) -> HttpResponse:
    """The document's text as an HTML file, its marks as text."""
    content = printed.as_html(printed.of(revision, paper_asked(request, revision))).encode()
    return send_file(content, "text/html; charset=utf-8", f'attachment; filename="{_name(revision)}.html"')


def paper_asked(request: HttpRequest, revision: Revision) -> printed.Paper:
    """The paper asked for; nothing or anything unknown is the office's."""
    office = printed.paper_of(revision.sop.agency)
    return printed.PAPERS.get(request.GET.get("kertas", ""), office)


def _name(revision: Revision) -> str:
    return f"sop-{revision.sop.slug}-revisi-{revision.no}"
