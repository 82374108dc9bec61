"""Files leave only here: through the gate, under our own neutral name, never to be kept, and written down."""

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from sopcases.cases.access import At, log_read, paper_gate, photo_gate
from sopcases.people.files import intact, send_file

SUFFIXES = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


@paper_gate
@require_safe
def paper(request: HttpRequest, at: At) -> HttpResponseBase:
    """A paper's file as a download. A letter written here without a file yet shows its own page."""
    row = at.paper
    if not row.file:
        if row.drafted_here:
            return redirect(f"/surat/{row.letter.pk}/")
        raise Http404
    content = whole(at, row.file, row.sha256, "paper.damaged", paper=row.pk, kind=row.kind_id)
    log_read(request, "paper.read", at, paper=row.pk, kind=row.kind_id)
    name = f"{slugify(row.kind.name)}-{at.case.number}-{row.pk}.{SUFFIXES.get(row.mime, 'bin')}"
    return send_file(content, row.mime, f'attachment; filename="{name}"')


@photo_gate
@require_safe
def photo(request: HttpRequest, at: At) -> HttpResponseBase:
    """A photo, shown in the browser: it was drawn anew on the way in."""
    row = at.photo
    content = whole(at, row.file, row.sha256, "paper.damaged", photo=row.pk)
    log_read(request, "photo.read", at, photo=row.pk)
    return send_file(content, "image/jpeg", f'inline; filename="foto-{at.case.number}-{row.pk}.jpg"')


def whole(at: At, file, sha256: str, verb: str, **data) -> bytes:
    """The content, if it is still what was stored. Raises Refused, and writes down what was found."""
    return intact(file, sha256, at.progress.by, verb, at.case, **data)
