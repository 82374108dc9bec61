"""Visits to children: the sheet, the table of all of them, and receiving several at once."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from sopcases.cases import visits, wording
from sopcases.cases.access import At, case_gate, log_read, step_gate
from sopcases.cases.addresses import case_url, step_url
from sopcases.cases.forms.fields import now_to_the_minute
from sopcases.cases.forms.step import able
from sopcases.cases.forms.visit import ReceiveSomeForm, VisitForm
from sopcases.cases.models import Attempt, Visit
from sopcases.cases.page.chips import UNDER_WAY
from sopcases.cases.page.reading import Reading
from sopcases.cases.page.steps import step_chip, told_done
from sopcases.cases.progress import Spot
from sopcases.cases.views.acts import Act, page_of
from sopcases.cases.views.posting import answer
from sopcases.cases.walk import Walk, walking
from sopcases.people.authority import local_day
from sopcases.people.models import User
from sopcases.people.once import once
from sopcases.refusal import NotAllowed, Refused, demand
from sopcases.sops import flow
from sopcases.sops.flow import number_of


@step_gate
@require_http_methods(["GET", "POST"])
def sheet(request: HttpRequest, at: At) -> HttpResponseBase:
    """The sheet of a visit, with the one before beside it."""
    progress, spot = at.progress, at.spot
    refusal = visits.refuse(progress, spot)
    if refusal is not None:
        # Sent twice, it is led where the first led; else it came too late, or from the wrong person.
        if request.method == "POST":
            return once(request, lambda: demand(refusal))
        raise NotAllowed(refusal)
    log_read(request, "child.read", at, child=spot.child_id)
    step = progress.plan.by_key[spot.key]
    attempt = progress.current(spot)
    earlier = visits.of_child(progress, spot.child_id)
    own = next((v for v in earlier if v.attempt_id == attempt.pk), None)
    before = [v for v in earlier if v.attempt_id != attempt.pk]
    form = _form(request, at, step, own)
    reading = Reading(progress)

    def act() -> str:
        data = form.cleaned_data
        later = request.POST.get("action") == "later"
        with walking(at.case, request.officer) as walk:
            do = visits.write if later else visits.finish
            who = list(User.objects.filter(pk__in=data["acted_by"], agency_id=at.case.agency_id))
            do(walk, spot, acted_by=who, version=data["version"], **form.sheet())
        messages.success(request, "Lembar kunjungan tersimpan." if later else "Kunjungan selesai dicatat.")
        return step_url(at.case, spot, "visit" if later else "step")

    def show(status: int) -> HttpResponseBase:
        context = {
            "identity": reading.identity,
            "called": reading.called(spot.child_id),
            "period": visits.told_period(spot.occurrence, step.every_months),
            "form": form,
            "before": _told(before[-1]) if before else (),
            "step_url": step_url(at.case, spot),
        }
        return render(request, "cases/visit.html", context, status=status)

    return answer(request, form, act, show, step_url(at.case, spot, "visit"))


def _form(request: HttpRequest, at: At, step, own: Visit | None) -> VisitForm:
    people = {pk: label for pk, (_, label) in able(at.progress, step, at.case.event_at).items()}
    mine = [request.user.pk] if at.progress.hat(step.positions(flow.PERFORMS)) else []
    initial: dict = {"visited_at": now_to_the_minute(), "acted_by": [u for u in mine if u in people]}
    if own is not None:
        initial |= {name: getattr(own, name) for name in ("visited_at", *visits.TEXTS)}
        initial["acted_by"] = list(own.attempt.acted_by.values_list("pk", flat=True))
    sent = request.POST if request.method == "POST" else None
    return VisitForm(sent, people=people, initial=initial, version=own.version if own else 0)


def _told(visit: Visit) -> list[dict]:
    """A sheet as answers (parts/answers.html)."""
    rows = [("Waktu kunjungan", wording.moment(visit.visited_at))]
    rows += [
        (Visit._meta.get_field(name).verbose_name.capitalize(), getattr(visit, name)) for name in visits.TEXTS
    ]
    return [{"label": label, "value": value, "url": ""} for label, value in rows]


@case_gate
@require_safe
def monitoring(request: HttpRequest, at: At) -> HttpResponseBase:
    """Children down, periods across: which visits were made, which wait, which were missed."""
    progress = at.progress
    steps = visits.steps(progress)
    if not steps:
        raise NotAllowed("SOP ini tidak mempunyai kunjungan berkala.")
    log_read(request, "case.read", at)
    reading = Reading(progress)
    tables = []
    for step in steps:
        found = visits.table(progress, step)
        tables.append(
            {
                "title": f"Langkah {number_of(step)}: {step.activity}",
                "periods": [wording.day(p) for p in found.periods],
                "rows": [
                    (reading.called(child), [_cell(reading, step, a) for a in cells])
                    for child, cells in found.rows
                ],
            }
        )
    waiting = visits.receivable(progress)
    context = {
        "identity": reading.identity,
        "tables": tables,
        "receive_url": case_url(at.case, "receive_some") if waiting else "",
        "waiting": len(waiting),
    }
    return render(request, "cases/monitoring.html", context)


def _cell(reading: Reading, step, attempt: Attempt | None):
    """State and address of a visit; None where the child had none in this period."""
    if attempt is None:
        return None
    spot = reading.progress.spot_of(attempt)
    label = step_chip(reading, step, spot).label
    if label == UNDER_WAY and attempt.acted_at is None:
        label = "Belum dikunjungi"
    elif label == UNDER_WAY:
        label = f"Dikunjungi {wording.day(local_day(reading.case.agency, attempt.acted_at))}"
    return label, step_url(reading.case, spot)


# --- receiving several


def _key(spot: Spot) -> str:
    occurrence = spot.occurrence.isoformat() if spot.occurrence else ""
    return f"{spot.key}|{spot.child_id or ''}|{occurrence}"


def _waiting(at: At) -> list[tuple[str, str]]:
    reading, found = Reading(at.progress), []
    for attempt in visits.receivable(at.progress):
        step, spot = at.progress.step_of(attempt), at.progress.spot_of(attempt)
        whom = reading.called(spot.child_id) or "penanganan"
        when = f", masa mulai {wording.day(spot.occurrence)}" if spot.occurrence else ""
        found.append((_key(spot), f"Langkah {number_of(step)}, {whom}{when}. {told_done(reading, attempt)}"))
    return found


def _receive_form(at: At, request: HttpRequest, data=None, files=None, **kwargs) -> ReceiveSomeForm:
    return ReceiveSomeForm(data, waiting=_waiting(at), **kwargs)


def _receive(walk: Walk, at: At, form: ReceiveSomeForm) -> None:
    chosen = set(form.cleaned_data["what"])
    spots = [walk.spot_of(a) for a in visits.receivable(walk)]
    spots = [spot for spot in spots if _key(spot) in chosen]
    if len(spots) < len(chosen):
        raise Refused("Sudah diterima.")
    walk.receive_all(spots)


receive_some = page_of(
    Act(
        name="receive_some",
        title=lambda at: "Terima beberapa hasil",
        text=lambda at: (
            "Dengan menerima, Anda menyatakan hasilnya sudah ada pada Anda. Nama dan waktunya tercatat."
        ),
        submit="Terima yang dipilih",
        done="Hasil yang dipilih diterima.",
        form=_receive_form,
        do=_receive,
        why_not=lambda at: (
            None if visits.receivable(at.progress) else "Tidak ada hasil yang menunggu Anda terima."
        ),
    ),
    case_gate,
)
