"""An agency's letterhead (kop) as it prints, and its crest."""

import base64
import io
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from PIL import Image

from sopcases.people.models import Agency

CREST_SIDE = 300
"""Pixels: enough for 2 cm in print, small enough to draw fast."""


@dataclass(frozen=True)
class Kop:
    """The letterhead: government and agency in the ratio 3 : 4, at most three lines of agency."""

    government: str
    agency: tuple[str, ...]
    address: str
    contact: str
    crest: str

    @classmethod
    def of(cls, agency: Agency) -> "Kop":
        contact = [
            f"Telepon\u00a0{agency.phone}" if agency.phone else "",
            f"Laman\u00a0{agency.website}" if agency.website else "",
            f"Pos-el\u00a0{agency.email}" if agency.email else "",
        ]
        return cls(
            government=agency.government.upper(),
            agency=tuple(
                line.strip().upper() for line in agency.letterhead_name.splitlines() if line.strip()
            )[:3],
            address=agency.address,
            contact=", ".join(part for part in contact if part),
            crest=crest(agency),
        )

    @property
    def size(self) -> str:
        """How much room the longest line takes: "", "long" or "longest"."""
        longest = max(map(len, self.agency), default=0)
        return "longest" if longest > 34 else "long" if longest > 26 else ""


def crest(agency: Agency) -> str:
    """The regional crest as a data address, "" where none was given or it cannot be read."""
    if not agency.crest:
        return ""
    try:
        stamp = agency.crest.storage.get_modified_time(agency.crest.name)
        return _crest(agency.crest.name, stamp, agency.crest.storage)
    except OSError:
        return ""


@lru_cache(maxsize=32)
def _crest(name: str, stamp: datetime, storage) -> str:
    with storage.open(name) as file, Image.open(file) as image:
        image.thumbnail((CREST_SIDE, CREST_SIDE))
        out = io.BytesIO()
        image.convert("RGBA").save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()
