"""Opening a case, and looking whether a child is known already."""

import re

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from sopcases.cases import children, encounters, wording
from sopcases.cases import opening as opening_rules
from sopcases.cases.access import At, case_gate, find_case, may_touch
from sopcases.cases.addresses import NUMBER, case_url
from sopcases.cases.filing import file_document
from sopcases.cases.forms.acts import MeetForm
from sopcases.cases.forms.fields import now_to_the_minute
from sopcases.cases.forms.report import (
    AddChildForm,
    LetterForm,
    OpeningForm,
    ReportForm,
    SearchForm,
    opening_letter,
    opening_of,
)
from sopcases.cases.models import Case, Child, Paper
from sopcases.cases.opening import Source, open_case
from sopcases.cases.page.acts import next_action
from sopcases.cases.page.reading import Reading
from sopcases.cases.views.posting import answer
from sopcases.cases.walk import Walk, walking
from sopcases.people.access import officers
from sopcases.people.authority import Officer, local_day
from sopcases.refusal import NotAllowed, Refused
from sopcases.sops.models import Revision, Sop

NO_SOP = (
    "Jabatan Anda hari ini tidak bertugas dalam SOP yang berlaku, sehingga tidak dapat membuka penanganan."
)


def openable(by: Officer) -> list[Revision]:
    """The revisions in force that this officer may open a case under, those with a child at once first."""
    found = opening_rules.openable(by).select_related("sop__agency")
    return sorted(found, key=lambda r: (r.sop.opening != Sop.Opening.CHILD, r.name))


@officers
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest) -> HttpResponseBase:
    """Laporan awal. `sop` chooses another SOP than the first; `anak` takes up a child already known."""
    return opening(request)


def opening(request: HttpRequest, source: Source | None = None) -> HttpResponseBase:
    """The form that opens a case, perhaps from a letter that came."""
    choices = openable(request.officer)
    if not choices:
        raise NotAllowed(NO_SOP)
    wanted = request.GET.get("sop")
    revision = next((r for r in choices if r.sop.slug == wanted), choices[0])
    form_class = opening_of(revision)
    known = _known(request, request.GET.get("anak") or request.POST.get("child"))
    hits, search_error, searched = None, "", request.POST.get("action") == "search"
    if searched:
        form = form_class(revision=revision, initial=_typed(request, form_class), source=source)
        asked = SearchForm(request.POST)
        hits = find_hits(request, asked)
        search_error = " ".join(asked.errors.get("q", ()))
    else:
        initial = {"child": known.pk if known else None, "area": _own_area(request.officer)}
        if source is None:
            initial |= {"event_at": now_to_the_minute(), "received_on": request.officer.day}
        sent = (request.POST or None, request.FILES or None)
        form = form_class(*sent, revision=revision, initial=initial, source=source)
    context = {
        "form": form,
        "revision": revision,
        "others": [r for r in choices if r != revision],
        "known": known,
        "known_about": _about(known, request) if known else "",
        "hits": hits,
        "search_error": search_error,
        "with_child": form_class is ReportForm,
        "with_letter": form_class is LetterForm,
        "query": request.POST.get("q", "") if searched else "",
        "pick": f"{request.path}?sop={revision.sop.slug}&anak=",
        "source": source,
        "back": source.url if source else "/",
    }

    def show(status: int) -> HttpResponseBase:
        return render(request, "cases/report.html", context, status=status)

    def act():
        case = open_case(revision, request.officer, **form.facts())
        with walking(case, request.officer) as walk:
            if form_class is ReportForm:
                _take_in(walk, form, known, case.event_at)
            paper = _file_letter(walk, form, revision)
            for number, photo in enumerate(form.cleaned_data.get("photos", ()), 1):
                walk.photo(photo, caption=f"Laporan awal, foto {number}")
        if source:
            source.became(case, paper)
        if form.cleaned_data.get("photos"):
            messages.success(request, f"Penanganan {case.number} sudah dibuka.")
            return f"{case_url(case, 'captions')}?laporan=1"
        return case_url(case, "reported")

    if searched:
        return show(200)
    return answer(request, form, act, show, request.get_full_path())


def _file_letter(walk: Walk, form: OpeningForm, revision: Revision) -> Paper | None:
    """The letter that opened the case, put into its dossier: as the paper that the SOP asks for, or as the
    kind that was chosen."""
    data, source = form.cleaned_data, form.source
    scan = source.scan if source else None
    if isinstance(form, LetterForm):
        accepted = scan() if scan else data["file"]
        return file_document(walk, opening_letter(revision), accepted, **form.letter())
    if kind := data.get("paper_kind"):
        return file_document(walk, kind, scan() if scan else None, **source.paper())
    return None


def _own_area(officer: Officer) -> int | None:
    """The one area an officer works in: it need not be chosen."""
    areas = {hat.area_id for hat in officer.hats}
    return areas.pop() if len(areas) == 1 else None


def _take_in(walk: Walk, form, known: Child | None, at) -> None:
    """A child, new or known, comes into the case and stands where the report says."""
    if known is not None:
        children.refuse_twice(walk.by, known)
    on = local_day(walk.agency, at)
    child = known or children.register(walk.by, **form.child_facts(on))
    walk.join(child)
    if place := form.cleaned_data.get("where_now"):
        walk.place(child.pk, place, max(at, walk.case.event_at))


def _known(request: HttpRequest, pk: str | None) -> Child | None:
    if not pk:
        return None
    if not (pk.isascii() and pk.isdigit() and len(pk) < 18):
        raise Refused("Data anak ini tidak dapat dipakai.")
    return children.pick(request.officer, int(pk))


def _typed(request: HttpRequest, form_class) -> dict:
    """What was typed so far, to be shown again after a search."""
    return {name: request.POST[name] for name in form_class.base_fields if name in request.POST}


def _about(child: Child, request: HttpRequest) -> str:
    age = wording.age(child.birth_from, child.birth_until, request.officer.day)
    return ", ".join(filter(None, [child.get_sex_display() if child.sex else "", age]))


@officers
@require_http_methods(["GET", "POST"])
def search(request: HttpRequest) -> HttpResponseBase:
    """Look for a child by name or NIK. By POST, so that neither gets into an address or a log."""
    form = SearchForm(request.POST if request.method == "POST" else None)
    within = _within(request)
    context = {
        "form": form,
        "hits": find_hits(request, form),
        "case": within,
        "pick": f"{case_url(within, 'child_new') if within else '/penanganan/laporan-awal/'}?anak=",
        "within": f"&kasus={within.number}" if within else "",
    }
    return render(request, "cases/search.html", context, status=422 if form.errors else 200)


def _within(request: HttpRequest) -> Case | None:
    """The case in whose course one looks, if the officer may read it."""
    number = request.GET.get("kasus", "")
    found = find_case(request.officer, number) if re.fullmatch(NUMBER, number) else None
    return found.case if found else None


@officers
@require_http_methods(["GET", "POST"])
def meet(request: HttpRequest) -> HttpResponseBase:
    """A child on file was met again: `anak` one the officer may see, or `kode` one he may not; `kasus` the
    case in whose course it was met."""
    within = _within(request)
    asked = {"child": request.GET.get("anak", ""), "token": request.GET.get("kode", "")}
    form = MeetForm(request.POST or None, initial={**asked, "at": now_to_the_minute()})
    child_id, token = (form["child"].value(), form["token"].value())
    child = children.unseal(request.officer, token) if token else _known(request, str(child_id or ""))
    if child is None:
        raise Http404
    known = None if token else child
    back = case_url(within) if within else reverse("cases:search")

    def act() -> str:
        data = form.cleaned_data
        facts = {"at": data["at"], "place": data["place"], "note": data["note"]}
        found = encounters.meet(request.officer, child, met_in=within, **facts)
        messages.success(request, "Tercatat terjangkau kembali. Petugas yang menangani anak ini melihatnya.")
        # Who may read one case of the child learns nothing of another that it is told in.
        open_to = Case.objects.visible_to(request.officer).filter(pk=found.case_id)
        return case_url(found.case) if known and not within and open_to.exists() else back

    def show(status: int) -> HttpResponseBase:
        context = {
            "form": form,
            "known": known,
            "about": _about(known, request) if known else "",
            "contact": children.contact_of(request.officer),
            "back": back,
        }
        return render(request, "cases/meet.html", context, status=status)

    return answer(request, form, act, show, back)


def find_hits(request: HttpRequest, form: SearchForm) -> list[children.Hit] | None:
    """Children found; None where nothing was asked, or where the form says why it cannot be."""
    if not form.is_valid():
        return None
    try:
        return children.search(request.officer, form.cleaned_data["q"])
    except Refused as refusal:
        form.add_error("q", list(refusal.sentences))
        return None


@case_gate
@require_http_methods(["GET"])
def reported(request: HttpRequest, at: At) -> HttpResponseBase:
    """Confirmation: the number, and what happens next."""
    reading = Reading(at.progress)
    action = next_action(reading)
    return render(request, "cases/reported.html", {"identity": reading.identity, "action": action})


@case_gate(may=may_touch)
@require_http_methods(["GET", "POST"])
def add_child(request: HttpRequest, at: At) -> HttpResponseBase:
    """One more child joins a running case; with `anak` one already known."""
    known = _known(request, request.GET.get("anak") or request.POST.get("child"))
    reading = Reading(at.progress)
    form = AddChildForm(
        request.POST or None,
        initial={"child": known.pk if known else None},
        agency_id=at.case.agency_id,
    )

    def show(status: int) -> HttpResponseBase:
        context = {
            "identity": reading.identity,
            "form": form,
            "known": known,
            "known_about": _about(known, request) if known else "",
        }
        return render(request, "cases/add_child.html", context, status=status)

    def act():
        with walking(at.case, request.officer) as walk:
            _take_in(walk, form, known, request.at)
        messages.success(request, "Anak sudah ditambahkan ke penanganan ini.")
        return case_url(at.case)

    return answer(request, form, act, show, request.get_full_path())
