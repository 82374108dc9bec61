"""What a person is typing, kept on the server until the form is sent: a draft for each form of each tab.

A draft is sealed as in `typed` (names and NIK are in it), belongs to one user, and is found again by the
address of its form. The journal says nothing of it. `once` removes it with the sending.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import resolve
from django.utils.http import url_has_allowed_host_and_scheme

from sopcases.people import typed
from sopcases.people.access import declared_policy
from sopcases.people.models import Draft, Submission, User
from sopcases.people.once import FIELD as KEY
from sopcases.refusal import Conflict, Refused

KEEP = timedelta(days=14)
MOST = 30  # of one user; the oldest make room
SHOWN = 5  # of one form
LIMIT = 512 * 1024  # bytes of the sealed value: a table of some hundred children
FIELD = "_draft"  # in a POST: show the form as this draft holds it, do nothing
WORDS = 60  # characters that tell one draft from another

FOREIGN = "Isian untuk alamat ini tidak disimpan."
TOO_LONG = "Belum tersimpan: isian terlalu panjang untuk disimpan sebagai konsep."
SENT = "Formulir ini sudah dikirim. Muat ulang halaman untuk mengisi yang baru."
ELSEWHERE = "Isian ini juga terbuka di tab lain."
GONE = "Isian itu sudah tidak ada: sudah dikirim, dibuang, atau terlalu lama."


@dataclass(frozen=True)
class Unsent:
    """A draft opened for its owner."""

    draft: Draft
    typed: typed.Typed

    @property
    def words(self) -> str:
        """The first words, by which the owner knows it."""
        first = " ".join(next(iter(self.typed.texts), "").split())
        return first if len(first) <= WORDS else f"{first[:WORDS].rstrip()}…"


def save(
    user: User,
    at: datetime,
    path: str,
    key: uuid.UUID,
    fields: list[list[str]],
    files: list[str],
    version: int | None = None,
) -> Draft:
    """Keep what one tab holds. `version` is that of its last saving, None where the tab does not know it.

    Raises:
        Refused: the address is not that of a form of ours, the text is too long, or the form was sent.
        Conflict: another tab with the same key saved since.
    """
    if not is_form(path):
        raise Refused(FOREIGN)
    kept = [[name, value] for name, value in fields if not typed.SECRET.search(name)]
    sealed = typed.seal(typed.Typed(path, kept, files, user.pk))
    if sealed is None or len(sealed) > LIMIT:
        raise Refused(TOO_LONG)
    if Submission.objects.filter(key=key).exists():
        raise Refused(SENT)
    with transaction.atomic():
        row = Draft.objects.select_for_update().filter(user=user, key=key).first()
        if row is None:
            row = Draft(user=user, key=key)
        elif version is not None and version != row.version:
            raise Conflict(ELSEWHERE)
        new = row.pk is None
        row.path, row.sealed, row.saved_at, row.version = path, sealed, at, row.version + 1
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError:  # the same tab saved twice at once: the other one stands
            raise Conflict(ELSEWHERE) from None
        if new:
            _make_room(user, at)
    return row


def _make_room(user: User, at: datetime) -> None:
    rows = Draft.objects.filter(user=user).order_by("-saved_at", "-pk").values_list("pk", "saved_at")
    old = [pk for place, (pk, saved) in enumerate(rows) if place >= MOST or saved <= at - KEEP]
    if old:
        Draft.objects.filter(pk__in=old).delete()


def is_form(path: str) -> bool:
    """Whether this is the address of a working page of ours: not of the door, the admin or another site."""
    if len(path) > Draft._meta.get_field("path").max_length or not (path.isascii() and path.isprintable()):
        return False
    if not url_has_allowed_host_and_scheme(path, allowed_hosts=None) or not path.startswith("/"):
        return False
    try:
        match = resolve(urlsplit(path).path)
    except (Http404, ValueError):
        return False
    policy = declared_policy(match.func)
    return policy is not None and policy.name != "public" and match.app_name != "people"


def _live(user: User, at: datetime) -> QuerySet[Draft]:
    """A sending removes its draft; one that came in at the same moment is passed over."""
    sent = Exists(Submission.objects.filter(key=OuterRef("key")))
    return Draft.objects.filter(~sent, user=user, saved_at__gt=at - KEEP)


def _open(row: Draft | None) -> Unsent | None:
    """None where the value cannot be read any more (another SECRET_KEY) or is somebody else's."""
    kept = row and typed.unseal(row.sealed, any_age=True)
    return Unsent(row, kept) if kept and kept.owner == row.user_id else None


def latest_for(request: HttpRequest) -> list[Unsent]:
    """What this user left unsent on this very page, newest first."""
    rows = _live(request.user, request.at).filter(path=request.get_full_path()).order_by("-saved_at", "-pk")
    return [found for row in rows[:SHOWN] if (found := _open(row))]


def find(request: HttpRequest, pk: str) -> Unsent | None:
    """A draft of this user by the number that a page of his sent."""
    if not (pk.isascii() and pk.isdigit() and len(pk) < 18):
        return None
    return _open(_live(request.user, request.at).filter(pk=int(pk)).first())


def take_up(request: HttpRequest) -> HttpResponse | None:
    """Put a draft in the place of what was posted, so that the view shows its form filled in.

    The draft goes over to this tab under a new key: a tab that still holds the old one begins its own again.
    Where there is no such draft: back to the page.
    """
    found = find(request, request.POST[FIELD])
    if found is None or found.draft.path != request.get_full_path():
        messages.info(request, GONE)
        return redirect(request.get_full_path())
    key = uuid.uuid4()
    Draft.objects.filter(pk=found.draft.pk).update(key=key, version=F("version") + 1)
    data = QueryDict(mutable=True)
    for name, value in found.typed.fields:
        data.appendlist(name, value)
    data[KEY] = str(key)
    request.POST = data
    request.resumed = found
    return None


def resumed(request: HttpRequest) -> Unsent | None:
    """The draft that fills this request; nothing may be done with it but showing."""
    return getattr(request, "resumed", None)


def unjudged(form: Any) -> None:
    """Take the errors off a form or formset that was filled from a draft: nobody has sent it yet."""
    for part in getattr(form, "forms", [form]):
        part.errors.clear()
    if hasattr(form, "non_form_errors"):
        form.non_form_errors().clear()


def drop(user: User, key: str) -> None:
    """Forget what one tab held."""
    try:
        Draft.objects.filter(user=user, key=uuid.UUID(key)).delete()
    except ValueError:
        return


def sweep(at: datetime) -> int:
    """Remove what is too old or was sent. Answers how many."""
    sent = Exists(Submission.objects.filter(key=OuterRef("key")))
    rows = Draft.objects.filter(saved_at__lte=at - KEEP) | Draft.objects.filter(sent)
    return Draft.objects.filter(pk__in=list(rows.values_list("pk", flat=True))).delete()[0]
