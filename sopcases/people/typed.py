"""What a person had typed when the door closed: carried past the login, never lost, never shown to another.

The fields travel in a hidden value that only this server can read (a login page stays open on shared
screens) and only for some hours; the same seal keeps drafts in the database (people/drafts.py). Passwords,
the CSRF token and files are not carried.
"""

import base64
import json
import re
import zlib
from dataclasses import dataclass
from datetime import timedelta

from cryptography.fernet import Fernet, InvalidToken
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.http import url_has_allowed_host_and_scheme

KEEP = timedelta(hours=12)
LIMIT = 2 * 1024 * 1024  # bytes of the sealed value; more is no form of ours
SLOT = "typed"  # where the session holds the sealed value between login and sending
SENT = "_resumed"  # marks the second sending
SECRET = re.compile(r"password|passphrase|sandi|otp|csrfmiddlewaretoken|^_resumed$", re.IGNORECASE)
TECHNICAL = re.compile(r"^_|_FORMS$|^action$|(^|[-_])(id|version|DELETE)$")


@dataclass(frozen=True)
class Typed:
    """The text of one form: where it was going, whose it was (None: unknown), and which files it had."""

    path: str
    fields: list[list[str]]
    files: list[str]
    owner: int | None = None

    @property
    def texts(self) -> list[str]:
        """What is worth showing, in the order of the form: words, not marks for the machine."""
        return [
            value.strip()
            for name, value in self.fields
            if not TECHNICAL.search(name) and re.search(r"[^\W\d_]{2}", value)
        ]


def of(request: HttpRequest, owner: int | None = None) -> Typed:
    """The text that this request posts."""
    return Typed(
        path=request.get_full_path(),
        fields=[
            [name, value]
            for name, values in request.POST.lists()
            if not SECRET.search(name)
            for value in values
        ],
        files=[file.name for _, files in request.FILES.lists() for file in files],
        owner=owner,
    )


def seal(typed: Typed) -> str | None:
    """The text as a value that a page can carry; None when it is longer than any form of ours."""
    plain = json.dumps([typed.path, typed.fields, typed.files, typed.owner]).encode()
    sealed = _box().encrypt(zlib.compress(plain)).decode()
    return sealed if len(sealed) <= LIMIT else None


def unseal(sealed: str, *, any_age: bool = False) -> Typed | None:
    """The text again; None when the value is forged, too old or leads elsewhere."""
    if not sealed or len(sealed) > LIMIT:
        return None
    ttl = None if any_age else int(KEEP.total_seconds())
    try:
        plain = zlib.decompress(_box().decrypt(sealed.encode(), ttl=ttl))
    except InvalidToken:
        return None
    typed = Typed(*json.loads(plain))
    return typed if url_has_allowed_host_and_scheme(typed.path, allowed_hosts=None) else None


def _box() -> Fernet:
    """Encryption under a key of its own, made from SECRET_KEY."""
    key = salted_hmac("sopcases.people.typed", "", algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(key))
