"""What holds for every request: headers, no caches, limits of a session, silent error reports.

Who may come in at all is the door's business (people/middleware.py).
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseBase
from django.middleware.security import SecurityMiddleware
from django.utils import timezone
from django.views.debug import SafeExceptionReporterFilter

Responder = Callable[[HttpRequest], HttpResponseBase]


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
    """Forbid caches to keep any page: stands inside WhiteNoise, so static files stay cacheable."""

    def __init__(self, get_response: Responder) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if "no-store" not in response.headers.get("Cache-Control", ""):
            response.headers["Cache-Control"] = "no-store, private"
        return response


class SessionLimitMiddleware:
    """End a session after SESSION_IDLE_SECONDS without a request or SESSION_ABSOLUTE_SECONDS after login.

    The last request is written down once a minute at most, so that a page costs no write of its own.
    Whose session ended is left in the new one ("ended_for"): the door keeps for him what he had typed.
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
        return self.get_response(request)

    def exceeded(self, request: HttpRequest, now: int) -> str | None:
        """Which limit is over, as a sentence for the login page."""
        if now - request.session.get("seen", now) > settings.SESSION_IDLE_SECONDS:
            return "Sesi Anda berakhir karena lama tidak digunakan. Silakan masuk kembali."
        if now - request.session.get("since", now) > settings.SESSION_ABSOLUTE_SECONDS:
            return "Sesi Anda berakhir karena sudah melewati batas waktu kerja. Silakan masuk kembali."
        return None


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
