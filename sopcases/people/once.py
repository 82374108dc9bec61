"""A form that is sent twice does its thing once.

The page carries a key made when it was shown (`{% once_key %}` or `OnceForm`). The key is written in the
transaction of the act: a second sending, also at the same moment, finds it and is led where the first led.
The draft that this very form left on the server goes in the same transaction; when it fails, so do the files
that came with the form.
"""

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect, resolve_url

from sopcases.people.keeping import keeping
from sopcases.people.models import Draft, Submission
from sopcases.refusal import NotAllowed, Refused

FIELD = "_key"
CLOSED = (
    "Formulir ini tidak terbuka lagi, sehingga isian Anda tidak dapat dilanjutkan. Salin yang masih perlu."
)


class OnceForm(forms.Form):
    """Mixin: the hidden key. A form shown again after an error keeps its key."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields[FIELD] = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


def sent_before(request: HttpRequest) -> str | None:
    """Where the same sending of this form led before, or None: asked before its rows are judged anew."""
    try:
        key = uuid.UUID(request.POST.get(FIELD, ""))
    except ValueError:
        return None
    earlier = Submission.objects.filter(key=key, user=request.user).first()
    return earlier.location if earlier else None


def once(request: HttpRequest, act: Callable[[], Any]) -> HttpResponseRedirect:
    """Do `act` in one transaction with the form's key, and go where it says (a path, a row, a view's name).

    Sent again by the same person: go there without doing it again. When `act` refuses, the key is free
    again, so that the mended form can be sent.

    Raises:
        Refused: the form carries no key, or it was filled from a draft and not sent by anybody.
        NotAllowed: the key was used by somebody else.
    """
    if getattr(request, "resumed", None):  # filled from a draft: shown, never sent (people/drafts.py)
        raise Refused(CLOSED)
    try:
        key = uuid.UUID(request.POST.get(FIELD, ""))
    except ValueError:
        raise Refused("Formulir tidak lengkap. Muat ulang halamannya, lalu isi dan kirim lagi.") from None
    try:
        with keeping():
            # A second sending waits for the first: on PostgreSQL here, on SQLite at the line above.
            Submission.objects.create(key=key, user=request.user, at=request.at)
            location = resolve_url(act())
            Submission.objects.filter(key=key).update(location=location)
            Draft.objects.filter(user=request.user, key=key).delete()
    except IntegrityError:
        # Either the key is taken, or the act broke a rule of the database and took its key with it.
        earlier = Submission.objects.filter(key=key).first()
        if earlier is None:
            raise
        if earlier.user_id != request.user.pk:
            raise NotAllowed("Formulir ini dikirim oleh pengguna lain. Buka formulirnya kembali.") from None
        location = earlier.location
    return redirect(location)
