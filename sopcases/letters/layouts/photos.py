"""Photos in a letter: chosen by who writes it, drawn into its text with caption and time taken."""

import base64
import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.html import format_html
from PIL import Image

from sopcases.cases.models import Photo
from sopcases.letters import words
from sopcases.people.models import Agency

LIMIT = 12
"""So many in one letter: six to a page."""
SIDE, QUALITY = 900, 72
"""Pixels and JPEG quality: 8 cm in print, and small enough to be kept in the text."""
CHOICE = '<img class="photo-choice" src="{}" alt="" loading="lazy"> {} <span class="muted">{}</span>'
UNKNOWN = "Waktu pengambilan tidak diketahui"


@dataclass(frozen=True)
class Picture:
    """A photo as printed; `src` is a data address, "" where the file is gone or is no longer the same."""

    src: str
    caption: str
    taken: str


class PhotosField(forms.TypedMultipleChoiceField):
    """Photos to tick, each seen, with its caption and time."""

    def __init__(self):
        super().__init__(
            label="Foto",
            coerce=int,
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text=f"Paling banyak {LIMIT}. Wajah anak pada foto turut tercetak: pilih dengan hemat.",
        )

    def offer(self, found: Iterable[Photo], agency: Agency) -> None:
        self.choices = [
            (
                photo.pk,
                format_html(
                    CHOICE,
                    reverse("cases:photo", kwargs={"photo": photo.pk}),
                    photo.caption or "Tanpa keterangan",
                    taken(photo, agency),
                ),
            )
            for photo in found
        ]

    def clean(self, value) -> list[int]:
        chosen = super().clean(value)
        if len(chosen) > LIMIT:
            raise ValidationError(f"Paling banyak {LIMIT} foto; yang dipilih {len(chosen)}.")
        return chosen


def taken(photo: Photo, agency: Agency) -> str:
    """3 Maret 2026 pukul 09.15, in the agency's zone."""
    if photo.taken_at is None:
        return UNKNOWN
    local = photo.taken_at.astimezone(ZoneInfo(agency.timezone))
    return f"{words.day_text(local.date())} pukul {local:%H.%M}"


def drawn(ids: Sequence[int], agency: Agency) -> tuple[Picture, ...]:
    """These photos as they are now, in this order. One query."""
    rows = Photo.objects.in_bulk(ids) if ids else {}
    return tuple(_picture(rows[pk], agency) for pk in ids if pk in rows)


def _picture(photo: Photo, agency: Agency) -> Picture:
    try:
        src = small(photo.file.storage, photo.file.name, photo.sha256)
    except OSError:
        src = ""
    return Picture(src, photo.caption, taken(photo, agency))


@lru_cache(maxsize=2 * LIMIT)
def small(storage, name: str, sha256: str) -> str:
    """A photo as a data address, small enough for a letter. Raises OSError where it is gone or changed."""
    with storage.open(name) as file:
        content = file.read()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise OSError(name)
    out = io.BytesIO()
    with Image.open(io.BytesIO(content)) as image:
        image.thumbnail((SIDE, SIDE))
        image.convert("RGB").save(out, "JPEG", quality=QUALITY)
    return "data:image/jpeg;base64," + base64.b64encode(out.getvalue()).decode()
