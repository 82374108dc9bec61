"""Drafts as the browser's script keeps them, and throwing one away."""

import json
import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from sopcases.people import drafts
from sopcases.people.access import signed_in
from sopcases.refusal import Conflict, Refused

UNREADABLE = "Isian tidak dapat dibaca."
ANOTHER = "Pengguna lain sudah masuk di peramban ini. Isian di halaman ini bukan miliknya dan tidak disimpan."


@signed_in
@never_cache
@require_http_methods(["GET", "POST"])
@sensitive_variables()
def draft(request: HttpRequest) -> HttpResponseBase:
    """POST keeps what a tab holds, as JSON: path, key, fields (pairs), files (names), version, user.

    GET tells a page that lay open through a login who is signed in now, and the new CSRF token.
    Answers: 200 with the time and version, 400 for no draft at all, 401 without a session, 403 for a stale
    token, 409 when another user or another tab stands in its place, 422 with the sentence why not.
    """
    if request.method == "GET":
        return JsonResponse({"user": request.user.pk, "token": get_token(request)})
    try:
        sent = _read(request)
    except (ValueError, KeyError, TypeError, RecursionError):
        return JsonResponse({"error": UNREADABLE}, status=400)
    if sent.pop("user") != request.user.pk:
        return JsonResponse({"error": ANOTHER}, status=409)
    try:
        row = drafts.save(request.user, request.at, **sent)
    except Conflict as conflict:
        return JsonResponse({"error": str(conflict), "key": str(uuid.uuid4())}, status=409)
    except Refused as refusal:
        return JsonResponse({"error": str(refusal)}, status=422)
    when = timezone.localtime(row.saved_at)
    return JsonResponse({"saved": f"{when:%H.%M}", "version": row.version})


def _read(request: HttpRequest) -> dict:
    """What was sent, with every part of its kind.

    Raises:
        ValueError, KeyError, TypeError, RecursionError: it is no draft.
    """
    if request.content_type != "application/json":
        raise ValueError
    sent = json.loads(request.body)
    fields = [[_text(name), _text(value)] for name, value in sent["fields"]]
    version = sent.get("version")
    if version is not None and not isinstance(version, int):
        raise TypeError
    return {
        "user": sent["user"],
        "path": _text(sent["path"]),
        "key": uuid.UUID(_text(sent["key"])),
        "fields": fields,
        "files": [_text(name) for name in sent["files"]],
        "version": version,
    }


def _text(value: object) -> str:
    """JSON can carry half a surrogate pair, as a browser cuts an emoji, and no page can be sent with one."""
    if not isinstance(value, str):
        raise TypeError
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


@signed_in
@require_POST
def discard(request: HttpRequest) -> HttpResponseBase:
    """Throw one draft away, and go back to its form."""
    found = drafts.find(request, request.POST.get("draft", ""))
    if found is None:
        messages.info(request, drafts.GONE)
        return redirect("/")
    found.draft.delete()
    messages.success(request, "Isian yang belum dikirim dibuang.")
    return redirect(found.draft.path)
