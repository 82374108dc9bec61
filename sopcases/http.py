"""What holds for every request: headers, closed by default, session limits, silent error reports."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.middleware import LoginRequiredMiddleware as DjangoLoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.security import SecurityMiddleware
from django.shortcuts import render
from django.utils import timezone
from django.views.debug import SafeExceptionReporterFilter

Responder = Callable[[HttpRequest], HttpResponseBase]

# Text typed into a form when the session ended; more than this is no form of ours.
TYPED_LIMIT = 64 * 1024


class HeadersMiddleware(SecurityMiddleware):
    """Put the Content-Security-Policy and all other security headers on *every* response.

    Django's own middlewares miss what is answered outside of them (a refused Host, a static file).
    Redirecting to HTTPS stays with Django's middleware. Policy: OWASP ASVS 5.0, chapter 3.4.
    """

    def __init__(self, get_response: Responder) -> None:
        super().__init__(get_response)
        self.policy = "; ".join(f"{name} {' '.join(values)}" for name, values in settings.SECURE_CSP.items())

    def process_request(self, request: HttpRequest) -> None:
        """Leave requests to Django's middleware."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Add what is missing."""
        response = super().process_response(request, response)
        response.headers.setdefault("Content-Security-Policy", self.policy)
        response.headers.setdefault("X-Frame-Options", settings.X_FRAME_OPTIONS)
        return response


class NoStoreMiddleware:
    """Forbid caches to keep any page: stands inside WhiteNoise, so static files stay cacheable.

    A logout (the session lost its user) also clears what the browser kept. Cookies are not listed:
    that would clear those of the whole city's domain, and the session is dead on the server anyway.
    """

    def __init__(self, get_response: Responder) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if "no-store" not in response.headers.get("Cache-Control", ""):
            response.headers["Cache-Control"] = "no-store, private"
        if getattr(request, "logged_out", False):
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


class SessionLimitMiddleware:
    """End a session after SESSION_IDLE_SECONDS without a request or SESSION_ABSOLUTE_SECONDS after login.

    The last request is written down once a minute at most, so that a page costs no write of its own.
    """

    EVERY = 60

    def __init__(self, get_response: Responder) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return self.get_response(request)
        now = int(timezone.now().timestamp())
        if reason := self.exceeded(request, now):
            owner = request.user.pk
            logout(request)
            request.session["ended_for"] = owner
            messages.info(request, reason)
            return self.get_response(request)
        if now - request.session.get("seen", 0) >= self.EVERY:
            request.session["seen"] = now
            request.session.setdefault("since", now)
            request.session.pop("ended_for", None)
        response = self.get_response(request)
        request.logged_out = SESSION_KEY not in request.session
        return response

    def exceeded(self, request: HttpRequest, now: int) -> str | None:
        """Which limit is over, as a sentence for the login page."""
        if now - request.session.get("seen", now) > settings.SESSION_IDLE_SECONDS:
            return "Sesi Anda berakhir karena lama tidak digunakan. Silakan masuk kembali."
        if now - request.session.get("since", now) > settings.SESSION_ABSOLUTE_SECONDS:
            return "Sesi Anda berakhir karena sudah melewati batas waktu kerja. Silakan masuk kembali."
        return None


class LoginRequiredMiddleware(DjangoLoginRequiredMiddleware):
    """Close every view but those marked `login_not_required`, and lose no text when a session ended.

    What was posted into the ended session is kept in the new one for the same person and address, and
    offered again after login. Passwords, the CSRF token and files are not kept. The CSRF check came before.
    """

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: tuple, view_kwargs: dict
    ) -> HttpResponseBase | None:
        """Refuse strangers; offer kept text to its owner."""
        if refused := super().process_view(request, view_func, view_args, view_kwargs):
            return refused
        if request.user.is_authenticated and request.method == "GET":
            return offer_typed(request)
        return None

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., Any]) -> HttpResponseBase:
        """Send to the login page."""
        if request.method == "POST" and (owner := request.session.get("ended_for")):
            keep_typed(request, owner)
        return super().handle_no_permission(request, view_func)


def keep_typed(request: HttpRequest, owner: int) -> None:
    """Keep the posted text of an ended session for its owner."""
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken" and "password" not in name
        for value in values
    ]
    if sum(len(name) + len(value) for name, value in fields) <= TYPED_LIMIT:
        request.session["typed"] = {
            "owner": owner,
            "path": request.get_full_path(),
            "fields": fields,
            "files": bool(request.FILES),
        }


def offer_typed(request: HttpRequest) -> HttpResponse | None:
    """A page that sends kept text again, once, if this person typed it at this address."""
    typed = request.session.get("typed")
    if not typed or typed["path"] != request.get_full_path():
        return None
    del request.session["typed"]
    if typed["owner"] != request.user.pk:
        return None
    return render(request, "http/typed.html", {"typed": typed})


class SilentReporterFilter(SafeExceptionReporterFilter):
    """Keep posted data and local variables (names, NIK) out of error reports, in DEBUG too."""

    def is_active(self, request: HttpRequest | None) -> bool:
        """Always."""
        return True

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, str]:
        """Nothing of what was posted."""
        return {}

    def get_traceback_frame_variables(self, request: HttpRequest | None, tb_frame: Any) -> list:
        """Nothing of what the code held."""
        return []
