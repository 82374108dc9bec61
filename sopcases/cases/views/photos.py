"""The photos of a case or of one child in it, newest first, and the page that asks what they show."""

from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from sopcases.cases import wording
from sopcases.cases.access import At, case_gate, log_read, may_touch
from sopcases.cases.addresses import case_url
from sopcases.cases.forms.photos import CaptionsForm
from sopcases.cases.models import Photo
from sopcases.cases.page.reading import Reading
from sopcases.cases.views.posting import answer
from sopcases.cases.views.show import before_key
from sopcases.cases.walk import walking

SIZE = 30
UNKNOWN = "Waktu pengambilan tidak diketahui"


def _key(request: HttpRequest, name: str) -> int | None:
    """An id asked for in the address; None where none was, 404 where it is no number."""
    text = request.GET.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        raise Http404
    return int(text)


def _child(request: HttpRequest, at: At) -> int | None:
    """The child whose photos are asked for: one who is, or was, in this case."""
    child = _key(request, "anak")
    if child is not None and all(s.child_id != child for s in at.progress.stays):
        raise Http404
    return child


def _page(request: HttpRequest, photos: QuerySet[Photo]) -> tuple[list[Photo], int | None]:
    """One page of them, newest first, and the key of the page of older ones."""
    if (before := before_key(request)) is not None:
        photos = photos.filter(pk__lt=before)
    rows = list(photos.order_by("-pk")[: SIZE + 1])
    return rows[:SIZE], rows[SIZE - 1].pk if len(rows) > SIZE else None


def _of(at: At, child: int | None) -> QuerySet[Photo]:
    photos = Photo.objects.filter(case=at.case)
    return photos if child is None else photos.filter(child=child)


def _log(request: HttpRequest, at: At, child: int | None) -> None:
    if child is None:
        log_read(request, "case.read", at)
    else:
        log_read(request, "child.read", at, child=child)


def _query(**marks) -> str:
    given = {name: value for name, value in marks.items() if value}
    return f"?{urlencode(given)}" if given else ""


def _taken(photo: Photo) -> str:
    return f"Diambil {wording.moment(photo.taken_at)}" if photo.taken_at else UNKNOWN


def _row(reading: Reading, photo: Photo) -> dict:
    """What both pages show of a photo."""
    return {
        "url": reverse("cases:photo", kwargs={"photo": photo.pk}),
        "caption": photo.caption,
        "taken": _taken(photo),
        "child": reading.called(photo.child_id),
        "by": f"dicatat oleh {reading.users[photo.recorded_by_id]}, {wording.moment(photo.recorded_at)}",
    }


@case_gate
@require_safe
def gallery(request: HttpRequest, at: At) -> HttpResponseBase:
    """All photos of a case, with `anak` those of one child."""
    child = _child(request, at)
    _log(request, at, child)
    reading = Reading(at.progress)
    photos, older = _page(request, _of(at, child))
    may = at.progress.refuse_touch() is None
    edit = case_url(at.case, "captions")
    here = case_url(at.case, "photos")
    stays = at.progress.stays
    context = {
        "identity": reading.identity,
        "called": reading.called(child),
        "rows": [
            _row(reading, p) | {"edit_url": f"{edit}{_query(foto=p.pk, anak=child)}" if may else ""}
            for p in photos
        ],
        "captions_url": f"{edit}{_query(anak=child, sebelum=before_key(request))}" if may and photos else "",
        "new_url": case_url(at.case, "note_new") if may else "",
        "filters": [
            ("Semua foto", here, child is None),
            *((s.child.called, f"{here}{_query(anak=s.child_id)}", s.child_id == child) for s in stays),
        ]
        if stays
        else [],
        "older": f"{here}{_query(anak=child, sebelum=older)}" if older else "",
    }
    return render(request, "cases/photos.html", context)


def _asked(request: HttpRequest, at: At, child: int | None) -> tuple[list[Photo], str]:
    """Which photos the address names, and where one is led from there."""
    if (note := _key(request, "catatan")) is not None:
        found = at.case.notes.filter(pk=note).select_related("goal").first()
        if found is None:
            raise Http404
        back = case_url(at.case, "plan", child=found.goal.child_id) if found.goal else case_url(at.case)
        return list(Photo.objects.filter(case=at.case, note=found)), back
    if request.GET.get("laporan"):
        return list(Photo.objects.filter(case=at.case, note=None)[:SIZE]), case_url(at.case, "reported")
    back = f"{case_url(at.case, 'photos')}{_query(anak=child)}"
    if (photo := _key(request, "foto")) is not None:
        row = Photo.objects.filter(case=at.case, pk=photo).first()
        if row is None:
            raise Http404
        return [row], back
    return _page(request, _of(at, child))[0], back


@case_gate(may=may_touch)
@require_http_methods(["GET", "POST"])
def captions(request: HttpRequest, at: At) -> HttpResponseBase:
    """What photos show: those of a note, of the first report, one, or a page of the gallery."""
    child = _child(request, at)
    photos, back = _asked(request, at, child)
    _log(request, at, child)
    reading = Reading(at.progress)
    children = [s.child for s in at.progress.stays]
    form = CaptionsForm(request.POST or None, photos=photos, children=children)
    here = request.get_full_path()

    def act() -> str:
        with walking(at.case, request.officer) as walk:
            walk.caption(form.said())
        messages.success(request, "Keterangan foto tersimpan.")
        return back

    def show(status: int) -> HttpResponseBase:
        context = {
            "identity": reading.identity,
            "form": form,
            "rows": [_row(reading, p) | {"fields": form.fields_of(p)} for p in form.photos],
            "back": back,
            "first": bool(request.GET.get("laporan") or request.GET.get("catatan")),
        }
        return render(request, "cases/captions.html", context, status=status)

    return answer(request, form, act, show, here)
