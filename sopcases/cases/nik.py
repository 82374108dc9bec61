"""The NIK (16-digit population number): read, encrypted at rest, found again without being decrypted.

At rest a NIK is a Fernet token (NIK_ENCRYPTION_KEYS, newest first: rotation) beside an HMAC-SHA256 index
under a key of its own (NIK_INDEX_KEY). Neither key is in the database or its backup. An unknown NIK is "" all
the way. Structure (PP 37/2007 art. 37): six digits of region, six of the birth date (day + 40 for women),
four of a serial number.
"""

import functools
import hashlib
import hmac
import re
from collections.abc import Callable

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django import forms
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, ValidationError

STRUCTURE = re.compile(
    r"(?P<region>\d{6})(?P<day>0[1-9]|[12]\d|3[01]|4[1-9]|[56]\d|7[01])(?P<month>0[1-9]|1[0-2])\d{2}(?P<serial>\d{4})",
    re.ASCII,
)

PREFIX = "nik:"
SEALED = re.compile(rf"{PREFIX}(gAAAAA[\w\-]{{60,}}=*)", re.ASCII)
"""A Fernet token, which no one types by chance."""


def clean(text: str) -> str:
    """The 16 digits of a NIK as people type it, with spaces, dots and dashes.

    Raises ValidationError with a sentence: not 16 digits, or no NIK can look like this.
    """
    digits = re.sub(r"[\s.\-]", "", text)
    if not re.fullmatch(r"\d{16}", digits, re.ASCII):
        if re.fullmatch(r"\d+", digits, re.ASCII):
            raise ValidationError(
                f"NIK terdiri atas 16 angka; yang diisi {len(digits)} angka.", code="length"
            )
        raise ValidationError("NIK hanya berisi angka, 16 angka seluruhnya.", code="digits")
    match = STRUCTURE.fullmatch(digits)
    if not match:
        raise ValidationError(
            "NIK ini keliru: angka ke-7 sampai ke-10 (tanggal dan bulan lahir) tidak mungkin. "
            "Periksa kembali pada KK atau akta.",
            code="date",
        )
    region = match["region"]
    if "00" in (region[:2], region[2:4], region[4:]) or match["serial"] == "0000":
        raise ValidationError(
            "NIK ini keliru: kode wilayah atau nomor urutnya nol. Periksa kembali pada KK atau akta.",
            code="region",
        )
    return digits


def seal(nik: str) -> str:
    """A NIK encrypted under the newest key; each time another text."""
    return nik and _box().encrypt(nik.encode()).decode()


def open_(token: str) -> str:
    """The NIK again, whichever of the keys sealed it. Raises ImproperlyConfigured when none fits."""
    if not token:
        return ""
    try:
        return _box().decrypt(token.encode()).decode()
    except InvalidToken:
        raise ImproperlyConfigured("No key of NIK_ENCRYPTION_KEYS opens a stored NIK.") from None


def is_newest(token: str) -> bool:
    """Whether the newest key sealed it."""
    try:
        _box_of(tuple(settings.NIK_ENCRYPTION_KEYS[:1])).decrypt(token.encode())
    except InvalidToken:
        return False
    return True


def index(nik: str) -> str:
    """64 hex digits by which the NIK is found again; the same NIK, the same index."""
    if not nik:
        return ""
    if not settings.NIK_INDEX_KEY:
        raise ImproperlyConfigured("NIK_INDEX_KEY is empty (see .env.example).")
    return hmac.new(settings.NIK_INDEX_KEY.encode(), b"nik:" + nik.encode(), hashlib.sha256).hexdigest()


def told(token: str) -> str:
    """A NIK in a text that is kept: still sealed, opened only where the text is shown or printed."""
    return token and f"{PREFIX}{token}"


def opened(text: str) -> str:
    """The text with every NIK in it to be read."""
    return SEALED.sub(lambda found: open_(found[1]), text)


def resealed(text: str, sealed: Callable[[str], str] = seal) -> str:
    """The text with every NIK in it that an older key sealed as `sealed` makes it anew."""
    return SEALED.sub(lambda found: found[0] if is_newest(found[1]) else told(sealed(open_(found[1]))), text)


def masked(nik: str) -> str:
    """For pages: the last four digits only, since the others tell birth date and home."""
    return nik and f"{'•' * 12}{nik[-4:]}"


class NikField(forms.CharField):
    """A NIK that may be unknown; cleaned to 16 digits, or "" when left empty."""

    def __init__(self, **kwargs):
        attrs = {"inputmode": "numeric", "autocomplete": "off", "spellcheck": "false"}
        kwargs.setdefault("label", "NIK")
        kwargs.setdefault("required", False)
        kwargs.setdefault("widget", forms.TextInput(attrs=attrs))
        super().__init__(max_length=40, **kwargs)

    def clean(self, value) -> str:
        text = super().clean(value)
        return clean(text) if text else ""


def _box() -> MultiFernet:
    return _box_of(tuple(settings.NIK_ENCRYPTION_KEYS))


@functools.lru_cache(maxsize=4)
def _box_of(keys: tuple[str, ...]) -> MultiFernet:
    if not keys:
        raise ImproperlyConfigured("NIK_ENCRYPTION_KEYS is empty (see .env.example).")
    return MultiFernet([Fernet(key) for key in keys])
