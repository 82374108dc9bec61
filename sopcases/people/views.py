"""The door: signing in and out, changing the password, and sending on what was typed when the door closed."""

import logging
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.middleware.csrf import REASON_BAD_ORIGIN, get_token
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sopcases.people import drafts, journal, typed
from sopcases.people.access import NOT_STAFF, public, signed_in
from sopcases.people.authority import Officer
from sopcases.people.forms import PasswordForm, RemindersForm, SignInForm, confirm_identity
from sopcases.people.models import Entry, User
from sopcases.people.throttle import address_of
from sopcases.refusal import NotAllowed

log = logging.getLogger(__name__)

ENDED = "Sesi Anda berakhir. Masuk kembali untuk melanjutkan."
CARRIED = "carried"  # the hidden value of the login page that holds what was typed


@public("Here one says who one is.")
@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """The login page. A new session id at login; `next` leads to this host only."""
    if request.method == "GET":
        if request.user.is_authenticated:
            return redirect(after_sign_in(request))
        return render(request, "people/login.html", {"form": SignInForm(request), "next": wanted(request)})
    form = SignInForm(request, request.POST)
    if form.is_valid():
        return welcome(request, form.user)
    if form.has_error("__all__", "wrong"):
        note_failure(request, form.cleaned_data["username"])
    context = {"form": form, "next": wanted(request), "carried": request.POST.get(CARRIED, "")}
    if kept := typed.unseal(context["carried"]):
        return render(request, "people/session_ended.html", {**context, "typed": kept}, status=422)
    return render(request, "people/login.html", context, status=422)


def welcome(request: HttpRequest, user: User) -> HttpResponseBase:
    """Begin the session, and go on with what was typed before it, if it was this user who typed it."""
    sealed = request.POST.get(CARRIED, "")
    kept = typed.unseal(sealed)
    login(request, user)
    for mark in ("ended_for", "since", "seen"):  # the limits of the session count from this login
        request.session.pop(mark, None)
    journal.write(Officer(user, request.at), "signed_in", user, address=address_of(request))
    if kept and kept.owner in (None, user.pk):
        request.session[typed.SLOT] = sealed
        return redirect("people:resume")
    if sealed:  # an empty value: it was too long, and the page has said so
        sentence = "Isian yang tertunda tidak dilanjutkan: milik pengguna lain, atau sudah terlalu lama."
        messages.warning(request, sentence)
    return redirect(after_sign_in(request))


def note_failure(request: HttpRequest, name: str) -> None:
    """A failed login in the journal: the user if the name is one; what was typed never."""
    user = User.objects.filter(username=name).first()
    Entry.objects.create(
        agency_id=user and user.agency_id,
        at=request.at,
        verb="sign_in_failed",
        subject=User._meta.label_lower,
        subject_id=user.pk if user else 0,
        data={"address": address_of(request)},
    )


def wanted(request: HttpRequest) -> str:
    """Where the person wanted to go, if that is on this host."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if ours else ""


def after_sign_in(request: HttpRequest) -> str:
    """Where to go from the login page."""
    return wanted(request) or resolve_url("/")


@public("The session may be over already; leaving then still ends at the login page.")
@require_POST
def sign_out(request: HttpRequest) -> HttpResponseBase:
    """End the session on the server and let the browser forget what it kept."""
    if request.officer:
        journal.write(request.officer, "signed_out", request.user)
    logout(request)
    messages.success(request, "Anda sudah keluar.")
    response = redirect("people:login")
    # Cookies are not listed: that clears the whole domain's, and the session is dead on the server anyway.
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@signed_in
@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def change_password(request: HttpRequest) -> HttpResponseBase:
    """Choose a new password. All other sessions of the user end by it."""
    form = PasswordForm(request.user, request.POST or None)
    if form.is_valid() and confirm_identity(request, form):
        user = request.user
        user.set_password(form.cleaned_data["new_password"])
        user.must_change_password = False
        user.save(update_fields=["password", "must_change_password"])
        update_session_auth_hash(request, user)
        journal.write(request.officer, "password_changed", user)
        messages.success(request, "Kata sandi sudah diganti. Sesi Anda di perangkat lain sudah diakhiri.")
        return redirect("people:resume" if typed.SLOT in request.session else "/")
    context = {"form": form, "first_time": request.user.must_change_password}
    return render(request, "people/password.html", context, status=422 if form.errors else 200)


@signed_in
@require_http_methods(["GET", "POST"])
def reminders(request: HttpRequest) -> HttpResponseBase:
    """Whether the user's reminders also come by e-mail. In the application they always stand."""
    user = request.user
    kept = {"email": user.email, "reminders_by_mail": user.reminders_by_mail}
    form = RemindersForm(request.POST if request.method == "POST" else None, initial=kept)
    if request.method == "POST" and form.is_valid():
        changed = sorted(form.changed_data)
        user.email, user.reminders_by_mail = (form.cleaned_data[name] for name in kept)
        with transaction.atomic():
            user.save(update_fields=list(kept))
            journal.write(request.officer, "pegawai.pengingat_diatur", user, fields=changed)
        messages.success(request, "Pengaturan pengingat tersimpan.")
        return redirect("people:reminders")
    return render(request, "people/reminders.html", {"form": form}, status=422 if form.errors else 200)


@signed_in
@never_cache
@require_GET
def resume(request: HttpRequest) -> HttpResponseBase:
    """Show what was typed when the session ended, with a button that sends it where it was going."""
    kept = typed.unseal(request.session.get(typed.SLOT) or "")
    if kept is None or kept.owner not in (None, request.user.pk):
        request.session.pop(typed.SLOT, None)
        messages.info(request, "Tidak ada isian yang tertunda.")
        return redirect("/")
    return render(request, "people/resume.html", {"typed": kept})


@signed_in
@require_POST
def forget(request: HttpRequest) -> HttpResponseBase:
    """Throw away what was typed, and its draft."""
    kept = typed.unseal(request.session.pop(typed.SLOT, None) or "")
    for name, value in kept.fields if kept else ():
        if name == drafts.KEY:
            drafts.drop(request.user, value)
    messages.success(request, "Isian yang tertunda dibuang.")
    return redirect("/")


@public("Sends to the one login page: the admin has no unthrottled door of its own.")
def admin_sign_in(request: HttpRequest) -> HttpResponseBase:
    """Stands before the admin's login. Who is signed in and still sent here is no admin."""
    if not request.user.is_authenticated:
        return redirect(f"{reverse('people:login')}?{urlencode({'next': wanted(request)})}")
    if request.user.is_staff:
        return redirect("admin:index")
    raise NotAllowed(NOT_STAFF)


def ask_to_sign_in(request: HttpRequest, kept: typed.Typed) -> HttpResponse:
    """The login page in answer to a form sent without a session; the text waits in it.

    401 and no redirect: a redirect would lose the text.
    """
    context = {
        "form": SignInForm(request),
        "typed": kept,
        "carried": typed.seal(kept) or "",
        "next": "",
    }
    return render(request, "people/session_ended.html", context, status=401)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token is stale (a login in another tab) or the form is not ours. Nothing was done.

    A browser that says the form came from our own origin cannot be made to lie by another site: then the
    text is offered for sending again. If it says another origin, no word of the form is shown. If it says
    nothing, the text is shown for copying only, because a button would send what a stranger may have written.
    """
    if wants_json(request):
        return JsonResponse({"error": ENDED}, status=403 if request.user.is_authenticated else 401)
    kept = typed.of(request, request.user.pk or request.session.get("ended_for"))
    ours = request.method == "POST" and from_here(request)
    log.warning("CSRF check failed (%s), own origin: %s", reason, ours)
    if ours and request.path == reverse("people:login"):
        if request.user.is_authenticated:
            return redirect(after_sign_in(request))
        # The password is not sent back to the page; what was carried is.
        context = {"form": SignInForm(request), "next": wanted(request), "stale": True}
        if carried := typed.unseal(request.POST.get(CARRIED, "")):
            context |= {"typed": carried, "carried": request.POST[CARRIED]}
            return render(request, "people/session_ended.html", context, status=403)
        return render(request, "people/login.html", context, status=403)
    if ours and not request.user.is_authenticated:
        return ask_to_sign_in(request, kept)
    if ours:
        get_token(request)
        return render(request, "people/resume.html", {"typed": kept, "stale": True}, status=403)
    foreign = reason.startswith(REASON_BAD_ORIGIN.split("%")[0]) or is_foreign(request)
    return render(request, "people/stale_form.html", {"texts": [] if foreign else kept.texts}, status=403)


def wants_json(request: HttpRequest) -> bool:
    """Whether a script of ours asks, for whom a page is no answer."""
    return "application/json" in request.headers.get("Accept", "")


def from_here(request: HttpRequest) -> bool:
    """Whether the browser itself vouches that a page of this very origin sent the request."""
    if "Sec-Fetch-Site" in request.headers:
        return request.headers["Sec-Fetch-Site"] == "same-origin"
    return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"


def is_foreign(request: HttpRequest) -> bool:
    """Whether the browser says that another site sent the request."""
    if request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
        return True
    source = request.headers.get("Origin") or request.headers.get("Referer")
    return bool(source) and urlsplit(source).netloc != request.get_host()
