"""Moments and children in the words of the office."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format

from sopcases.cases.models import Child


def day(value: date, today: date) -> str:
    """ "2 Maret", with the year where it is not this one's."""
    return date_format(value, "j F" if value.year == today.year else "j F Y")


def moment(value: datetime, at: datetime) -> str:
    """ "hari ini pukul 08.00", "kemarin pukul 14.30", "2 Maret pukul 08.00", in the zone in force."""
    local, today = timezone.localtime(value), timezone.localtime(at).date()
    near = {today: "hari ini", today - timedelta(days=1): "kemarin", today + timedelta(days=1): "besok"}
    return f"{near.get(local.date()) or day(local.date(), today)} pukul {date_format(local, 'H.i')}"


def month(value: date) -> str:
    """ "Maret 2026"."""
    return date_format(value, "F Y")


def children(found: Sequence[Child]) -> str:
    """The children of a case, for those who may read it."""
    if not found:
        return "Belum ada anak"
    if len(found) > 2:
        return f"{found[0].called} dan {len(found) - 1} anak lain"
    return " dan ".join(child.called for child in found)
