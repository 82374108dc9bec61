"""The child's page, and declaring that two records are one child's."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from sopcases.cases import merging, wording
from sopcases.cases import person as persons
from sopcases.cases.access import merge_gate, person_gate
from sopcases.cases.addresses import case_url
from sopcases.cases.forms.acts import ReasonForm
from sopcases.cases.forms.report import SearchForm
from sopcases.cases.person import Person, person_url
from sopcases.cases.views.intake import find_hits
from sopcases.cases.views.posting import answer
from sopcases.cases.walk import walking
from sopcases.people import journal
from sopcases.refusal import NotAllowed, Refused

UNKNOWN = "Data anak ini tidak dapat dipakai."


class SameForm(ReasonForm):
    """Two records are one child's: which of them it goes by from now on, and how one knows."""

    kept = forms.TypedChoiceField(
        label="Data yang dipakai selanjutnya",
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": "Pilih data yang dipakai selanjutnya."},
    )
    field_order = ["kept", "reason"]

    def __init__(self, *args, choices: list[tuple[int, str]], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kept"].choices = choices


def _log_read(request: HttpRequest, person: Person) -> None:
    if request.method == "GET":
        journal.write(request.officer, "child.read", person.root)


@person_gate
@require_safe
def person(request: HttpRequest, who: Person) -> HttpResponseBase:
    """All that is known of a child. A record declared another's leads to the one the child goes by."""
    if who.asked != who.root.pk:
        return redirect(person_url(who.root.pk))
    _log_read(request, who)
    page = persons.page(who)
    acts = []
    if who.root.pk in who.in_hand:
        acts.append((case_url(who.in_hand[who.root.pk], "family", child=who.root.pk), "Keluarga"))
    if who.may_declare:
        acts.append((person_url(who.root.pk, "person_same"), "Nyatakan anak yang sama"))
    context = {"page": page, "rows": _answers(page.facts), "acts": acts}
    return render(request, "cases/person.html", context)


def _answers(facts) -> list[dict]:
    return [{"label": label, "value": value, "url": ""} for label, value in facts]


@person_gate
@require_http_methods(["GET", "POST"])
def same(request: HttpRequest, who: Person) -> HttpResponseBase:
    """Look for the child's other record; with `dengan`, see the two side by side and declare them one."""
    if not who.may_declare:
        raise NotAllowed(merging.NO_PART)
    here = person_url(who.root.pk, "person_same")
    if "dengan" in request.GET:
        return _declare(request, who, here)
    form = SearchForm(request.POST if request.method == "POST" else None)
    hits = find_hits(request, form)
    context = {
        "who": who,
        "form": form,
        "found": None if hits is None else [h for h in hits if h.child and h.child.pk != who.root.pk],
        "hidden": next((h for h in hits or () if h.child is None), None),
        "here": here,
        "back": person_url(who.root.pk),
    }
    return render(request, "cases/person_same.html", context, status=422 if form.errors else 200)


def _declare(request: HttpRequest, who: Person, here: str) -> HttpResponseBase:
    text = request.GET["dengan"]
    plain = text.isascii() and text.isdigit() and len(text) < 18
    other = persons.find(request.officer, int(text)) if plain else None
    if other is None:
        raise Refused(UNKNOWN)
    _log_read(request, other)
    pair = {one.root.pk: one for one in (who, other)}
    choices = [(pk, one.root.called) for pk, one in pair.items()]
    form = SameForm(request.POST or None, choices=choices)

    def act() -> str:
        kept = form.cleaned_data["kept"]
        gone = pair[next((pk for pk in pair if pk != kept), kept)]
        case = gone.in_hand.get(gone.root.pk) or pair[kept].in_hand.get(kept)
        reason = form.cleaned_data["reason"]
        if case is None:
            merging.merge_loose(request.officer, gone.root.pk, kept, reason)
        else:
            merging.hold(request.officer)
            with walking(case, request.officer) as walk:
                merging.merge(walk, gone.root.pk, kept, reason)
        messages.success(request, "Kedua data dinyatakan anak yang sama.")
        return person_url(kept)

    def show(status: int) -> HttpResponseBase:
        context = {
            "who": who,
            "form": form,
            "contradicts": who.contradicts(other),
            "columns": [
                {
                    "called": one.root.called,
                    "about": one.about,
                    "rows": _answers(persons.facts(one.root)),
                    "cases": [f"{stay.case.sop.noun} {stay.case.number}" for stay in one.stays],
                }
                for one in pair.values()
            ],
            "back": here,
        }
        return render(request, "cases/person_declare.html", context, status=status)

    return answer(request, form, act, show, here)


@merge_gate
@require_http_methods(["GET", "POST"])
def part(request: HttpRequest, who: Person) -> HttpResponseBase:
    """They were two children after all: the records are parted again."""
    row = who.merge
    if not who.may_part(row):
        raise NotAllowed(merging.NO_PART)
    case = who.in_hand.get(row.child_id) or who.in_hand.get(row.into_id)
    here = person_url(who.root.pk)
    form = ReasonForm(request.POST or None)

    def act() -> str:
        reason = form.cleaned_data["reason"]
        if case is None:
            merging.unmerge_loose(request.officer, row.pk, reason)
        else:
            merging.hold(request.officer)
            with walking(case, request.officer) as walk:
                merging.unmerge(walk, row.pk, reason)
        messages.success(request, "Pernyataan dibatalkan. Kedua data berdiri sendiri lagi.")
        return here

    def show(status: int) -> HttpResponseBase:
        context = {
            "who": who,
            "form": form,
            "gone": who.records[row.child_id].written,
            "kept": who.records[row.into_id].written,
            "row": row,
            "when": wording.moment(row.at),
            "back": here,
        }
        return render(request, "cases/person_part.html", context, status=status)

    return answer(request, form, act, show, here)
