"""Reading: the case, its journal and notes, and a child in it."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sopcases.cases import encounters, history, message, nik, wording
from sopcases.cases.access import At, case_gate, child_gate, log_read, may_touch, shown_gate
from sopcases.cases.addresses import case_url, photo_link, step_url
from sopcases.cases.models import Photo, Whereabouts
from sopcases.cases.page.acts import ahead_spots
from sopcases.cases.page.case import case_page, notes_of
from sopcases.cases.page.papers import paper_row
from sopcases.cases.page.reading import Reading
from sopcases.cases.page.steps import past
from sopcases.cases.person import person_url
from sopcases.sops.flow import number_of

JOURNAL = 8
PHOTOS = 40
NOTES = 20


@shown_gate
@require_safe
def case(request: HttpRequest, at: At) -> HttpResponseBase:
    """The case page."""
    log_read(request, "case.read", at)
    reading = Reading(at.progress)
    page = case_page(reading)
    lines, older = history.lines(reading, size=JOURNAL)
    loose = Photo.objects.filter(case=at.case, note=None)[:PHOTOS]
    photos = [photo_link(p, no) for no, p in enumerate(loose, 1)]
    names = {pk: child.called for pk, child in reading.children.items()}
    context = {
        "page": page,
        "identity": page.identity,
        "past": past(reading),
        "lines": lines,
        "older": older,
        "photos": photos,
        "met": encounters.told(at.case, names),
    }
    return render(request, "cases/case.html", context)


@case_gate
@require_safe
def message_page(request: HttpRequest, at: At) -> HttpResponseBase:
    """A message to a colleague about the case, to copy."""
    log_read(request, "case.read", at)
    reading = Reading(at.progress)
    context = {"identity": reading.identity, "text": message.of_case(reading)}
    return render(request, "cases/message.html", context)


def before_key(request: HttpRequest) -> int | None:
    """The key of a page of older rows; nonsense shows the newest."""
    text = request.GET.get("sebelum", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


@case_gate
@require_safe
def journal(request: HttpRequest, at: At) -> HttpResponseBase:
    """The whole journal, newest first; with `akses` who looked instead of who did."""
    reading = Reading(at.progress)
    reads = "akses" in request.GET
    lines, older = history.lines(reading, before_key(request), reads=reads)
    here = case_url(at.case, "history")
    marks = "akses=1&" if reads else ""
    context = {
        "identity": reading.identity,
        "lines": lines,
        "reads": reads,
        "older": f"{here}?{marks}sebelum={older}" if older else "",
    }
    return render(request, "cases/history.html", context)


@case_gate
@require_safe
def notes(request: HttpRequest, at: At) -> HttpResponseBase:
    """All progress notes, newest first."""
    log_read(request, "case.read", at)
    reading = Reading(at.progress)
    rows, older = notes_of(reading, before_key(request), NOTES)
    context = {
        "identity": reading.identity,
        "notes": rows,
        "older": f"{case_url(at.case, 'notes')}?sebelum={older}" if older else "",
        "new_url": case_url(at.case, "note_new") if at.progress.refuse_touch() is None else "",
    }
    return render(request, "cases/notes.html", context)


@case_gate(may=may_touch)
@require_safe
def ahead(request: HttpRequest, at: At) -> HttpResponseBase:
    """What may be recorded before its turn: a deliberate act, so it has a page of its own."""
    reading = Reading(at.progress)
    rows = []
    for spot in ahead_spots(at.progress):
        step = at.progress.plan.by_key[spot.key]
        rows.append(
            (
                f"{step_url(at.case, spot)}?dahulu=1",
                number_of(step),
                step.activity,
                reading.called(spot.child_id),
            )
        )
    return render(request, "cases/ahead.html", {"identity": reading.identity, "rows": rows})


@child_gate
@require_safe
def child(request: HttpRequest, at: At) -> HttpResponseBase:
    """A child's record, for those on the case."""
    log_read(request, "child.read", at, child=at.stay.child_id)
    reading = Reading(at.progress)
    row, stay = at.stay.child, at.stay
    where = Whereabouts.objects.visible_to(request.officer).filter(child=row).select_related("recorded_by")
    birth = ""
    if row.birth_from:
        exact = row.birth_from == row.birth_until
        birth = (
            wording.day(row.birth_from)
            if exact
            else f"{wording.day(row.birth_from)} – {wording.day(row.birth_until)}"
        )
    facts = [
        ("Nama", row.name),
        ("Nama sementara", row.temporary_name),
        ("Nama lain", ", ".join(row.aliases)),
        ("NIK", nik.masked(nik.open_(row.nik_encrypted))),
        ("Jenis kelamin", row.get_sex_display()),
        ("Tanggal lahir", birth),
        ("Cara usia diketahui", row.birth_how),
        ("Tempat lahir", row.birth_place),
        ("Ciri fisik", row.marks),
        ("Kondisi kesehatan", row.health),
        ("Kedisabilitasan", row.disability),
        ("Agama", row.religion),
        ("Pendidikan", row.schooling),
        ("Alamat", row.address),
        ("Kategori PPKS", str(row.category or "")),
        ("Status DTSEN", row.dtsen),
    ]
    papers = {f.paper_id: f.paper for f in at.progress.filings if f.child_id == row.pk}
    may = at.progress.refuse_touch() is None
    moves = may and at.progress.refuse_running() is None
    acts = [
        (person_url(row.pk), "Semua tentang anak ini"),
        (case_url(at.case, "family", child=row.pk), "Keluarga"),
        (case_url(at.case, "assessments", child=row.pk), "Asesmen"),
        (case_url(at.case, "plan", child=row.pk), "Rencana intervensi"),
        (f"{case_url(at.case, 'photos')}?anak={row.pk}", "Foto anak ini"),
    ]
    if may:
        acts.append((case_url(at.case, "place", child=row.pk), "Catat keberadaan anak"))
    if moves and stay.left_on is None:
        acts.append((case_url(at.case, "leave", child=row.pk), "Catat hasil akhir"))
    if moves and stay.left_on is not None:
        acts.append((case_url(at.case, "rejoin", child=row.pk), "Batalkan hasil akhir"))
    context = {
        "identity": reading.identity,
        "child": row,
        "about": reading.about(row),
        "rows": [{"label": label, "value": value, "url": ""} for label, value in facts],
        "outcome": reading.ended(stay),
        "outcome_reason": stay.reason if stay.left_on else "",
        "places": [
            {
                "sentence": place.place,
                "by": f"dicatat oleh {place.recorded_by}",
                "when": f"Sejak {wording.moment(place.since)}",
                "reason": "",
            }
            for place in where
        ],
        "papers": [paper_row(reading, p) for p in papers.values()],
        "edit_url": case_url(at.case, "child_edit", child=row.pk) if may else "",
        "acts": acts,
    }
    return render(request, "cases/child.html", context)
