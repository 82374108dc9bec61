"""Who asks, when, and whether he may come in at all; and how a refusal becomes a page."""

import logging
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from sopcases.people import drafts, typed
from sopcases.people.access import declared_policy
from sopcases.people.authority import Officer
from sopcases.people.views import ENDED, ask_to_sign_in, wants_json
from sopcases.refusal import Conflict, NotAllowed, Refused

log = logging.getLogger(__name__)

TEMPLATES = {NotAllowed.status: "403.html", Conflict.status: "409.html"}


class OfficerMiddleware:
    """Put the officer and the moment on the request, and set the agency's time zone.

    `request.at` is the one reading of the clock; `request.officer` is None for who is not signed in.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.at = timezone.now()
        request.officer = Officer(request.user, request.at) if request.user.is_authenticated else None
        agency = request.officer and request.officer.agency
        with timezone.override(ZoneInfo(agency.timezone) if agency else None):
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """A refusal that no view caught: its sentences, and what was typed for copying."""
        if not isinstance(exception, Refused):
            return None
        log.info("refused with %s: %s", exception.status, request.resolver_match.view_name)
        texts = typed.of(request).texts if request.method == "POST" else []
        context = {
            "sentences": exception.sentences,
            "exception": " ".join(exception.sentences),
            "texts": texts,
            "typed": [{"label": f"Isian {no}", "value": text, "url": ""} for no, text in enumerate(texts, 1)],
        }
        template = TEMPLATES.get(exception.status, "people/refused.html")
        return render(request, template, context, status=exception.status)


class DoorMiddleware(LoginRequiredMiddleware):
    """Every view needs a login but the `public` ones, and a one-time password is changed first.

    The CSRF check has passed before: what is carried on here was typed on a page of ours. A form that goes on
    from a draft is filled with it here, before its view reads what was posted.
    """

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: tuple, view_kwargs: dict
    ) -> HttpResponseBase | None:
        """Ask strangers in, and send first-time users to choose a password."""
        if refused := super().process_view(request, view_func, view_args, view_kwargs):
            return refused
        if not request.user.is_authenticated:
            return None
        if request.user.must_change_password and not self.passes(request, view_func):
            if wants_json(request):
                return JsonResponse({"error": ENDED}, status=403)
            if request.method == "POST":
                request.session[typed.SLOT] = typed.seal(typed.of(request, request.user.pk))
            return redirect("people:password")
        if request.method == "POST" and typed.SENT in request.POST:
            request.session.pop(typed.SLOT, None)
        if request.method == "POST" and drafts.FIELD in request.POST:
            return drafts.take_up(request)
        return None

    def passes(self, request: HttpRequest, view_func: Callable[..., Any]) -> bool:
        """Whether the page may be opened with a one-time password."""
        policy = declared_policy(view_func)
        return request.resolver_match.view_name == "people:password" or (
            policy is not None and policy.name == "public"
        )

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., Any]) -> HttpResponseBase:
        """The login page, which keeps a form that was sent; a script reads 401."""
        if wants_json(request):
            return JsonResponse({"error": ENDED}, status=401)
        if request.method != "POST":
            return super().handle_no_permission(request, view_func)
        return ask_to_sign_in(request, typed.of(request, request.session.get("ended_for")))
