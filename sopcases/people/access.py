"""Closed by default: who may open a page at all. Every view declares its policy here or through a `gate`.

Answers: the login page for the unknown, 404 for a stranger to the row, 403 with a sentence for who may read
but not act. A test walks the URLconf and fails for a view without a policy.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import URLPattern, URLResolver, get_resolver

from sopcases.people.authority import Officer
from sopcases.refusal import NotAllowed, demand

View = Callable[..., HttpResponseBase]

NO_POSITION = (
    "Anda tidak memegang jabatan hari ini, sehingga halaman ini belum dapat dibuka. "
    "Hubungi admin sopcases di kantor Anda."
)
NOT_STAFF = "Halaman ini hanya untuk admin sopcases."


@dataclass(frozen=True)
class Policy:
    """What a view demands. `name` is "public", "signed in", "officers", "staff" or the noun of a gate."""

    name: str
    reason: str = ""


def public(reason: str) -> Callable[[View], View]:
    """Open to everybody, for the reason said."""
    if not reason.strip():
        raise ValueError("A public view says why.")

    def mark(view: View) -> View:
        return declare(login_not_required(view), Policy("public", reason))

    return mark


def signed_in(view: View) -> View:
    """Open to every user; the middleware has already asked who he is."""
    return declare(view, Policy("signed in"))


def officers(view: View) -> View:
    """Open to users of an agency who hold a position today; others read a sentence (403)."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.officer.may_act:
            raise NotAllowed(NO_POSITION)
        return view(request, *args, **kwargs)

    return declare(inner, Policy("officers"))


def staff(view: View) -> View:
    """Open to admins of an agency and superusers."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_staff:
            raise NotAllowed(NOT_STAFF)
        return view(request, *args, **kwargs)

    return declare(inner, Policy("staff"))


def gate(noun: str, find: Callable[..., Model | None]) -> Callable[..., Any]:
    """Make the one gate of a noun: a decorator that turns the address into the row, or 404.

    `find(officer, **parts of the address)` gives the row if this officer may see it, else None. The view gets
    the row instead of the parts. `may(row, officer)` answers None or the sentence why not (403)::

        case_gate = gate("case", lambda officer, number: Case.objects.visible_to(officer).named(number))

        @case_gate
        def show(request, case): ...

        @case_gate(may=Case.why_not_close)
        def close(request, case): ...
    """

    def decorate(
        view: View | None = None, *, may: Callable[[Any, Officer], str | None] | None = None
    ) -> View | Callable[[View], View]:
        def wrap(view: View) -> View:
            @wraps(view)
            def inner(request: HttpRequest, **parts: Any) -> HttpResponseBase:
                row = find(request.officer, **parts)
                if row is None:
                    raise Http404
                if may:
                    demand(may(row, request.officer))
                return view(request, row)

            return declare(inner, Policy(noun, may.__name__ if may else ""))

        return wrap(view) if view else wrap

    return decorate


def declare(view: View, policy: Policy) -> View:
    """Write the policy on the view. Two policies on one view are a mistake."""
    if declared_policy(view) not in (None, policy):
        raise ValueError(f"{view} already declares {declared_policy(view)}.")
    view.policy = policy
    return view


def declared_policy(view: View) -> Policy | None:
    """The policy of a view as the URLconf holds it; None if it forgot."""
    return getattr(view, "policy", None)


def every_view(resolver: URLResolver | None = None, route: str = "") -> Iterator[tuple[str, View]]:
    """All (address pattern, view) of the URLconf but the admin's, which guards itself."""
    for item in (resolver or get_resolver()).url_patterns:
        here = route + str(item.pattern)
        if isinstance(item, URLPattern):
            yield here, item.callback
        elif item.app_name != "admin":
            yield from every_view(item, here)
