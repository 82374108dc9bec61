"""Meja pegawai: the desks of one's people, and cases handed from one of them to another."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from sopcases.cases.assigning import reassign
from sopcases.cases.views.posting import answer
from sopcases.desk import staff
from sopcases.desk.staff import (
    Desk,
    Staff,
    desk_gate,
    desk_url,
    hand_over_url,
    title_of,
    why_not_hand_over,
)
from sopcases.desk.staff_forms import HandOverForm, numbers_of
from sopcases.people.access import officers
from sopcases.people.models import User
from sopcases.refusal import demand


@officers
@require_safe
def desks(request: HttpRequest) -> HttpResponse:
    """Whoever stands below the officer, with what waits for each."""
    demand(staff.why_not_lead(request.officer))
    page = Staff(request.officer, request.GET.get("mulai", ""))
    return render(request, "desk/desks.html", {"staff": page, "unmanned": staff.unmanned(request.officer)})


@desk_gate
@require_safe
def desk(request: HttpRequest, desk: Desk) -> HttpResponse:
    """One desk, to read only."""
    refused = why_not_hand_over(desk, request.officer)
    context = {
        "desk": desk,
        "sections": desk.inbox.sections,
        "hand_over_url": "" if refused else hand_over_url(desk.officer.user.pk),
    }
    return render(request, "desk/desk.html", context)


@desk_gate(may=why_not_hand_over)
@require_http_methods(["GET", "POST"])
def hand_over(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """Cases of one officer go to another who holds the same position, one or many in one act."""
    hat = desk.hat(request.GET.get("jabatan", ""))
    colleagues = desk.colleagues(hat)
    posted = request.POST if request.method == "POST" else None
    numbers = numbers_of(request.officer, request.POST.getlist("cases")) if posted else []
    form = HandOverForm(posted, colleagues=colleagues, numbers=numbers)

    def act() -> str:
        to = User.objects.get(pk=form.cleaned_data["to"])
        count = reassign(request.officer, hat.position_id, to, form.seen, form.cleaned_data["reason"])
        messages.success(request, f"{count} penanganan dialihkan kepada {to}.")
        return reverse("desk:desks") if desk.left else desk_url(desk.officer.user.pk)

    def show(status: int) -> HttpResponse:
        cases, after = desk.movable(hat, request.GET.get("sesudah", ""))
        user = desk.officer.user.pk
        context = {
            "desk": desk,
            "title": title_of(hat),
            "hats": [(title_of(h), hand_over_url(user, jabatan=h.position_id), h == hat) for h in desk.hats],
            "cases": cases,
            "form": form,
            "colleagues": colleagues,
            "older": hand_over_url(user, jabatan=hat.position_id, sesudah=after) if after else "",
        }
        return render(request, "desk/hand_over.html", context, status=status)

    return answer(request, form, act, show, request.get_full_path())
