"""How an address names the row at which a page ends, and what of it can be read again.

Whatever stands in an address may have been typed: what cannot be read, or never was a key, is none.
"""

from datetime import date, datetime

from django.db.models import Q

from sopcases.cases.forms.fields import FIRST_DAY, LAST_DAY

LONGEST_ID = 18
"""Digits of a number that every database holds."""


def key_of(at: datetime, pk: int) -> str:
    """The key of a row in the order of a moment and its id."""
    return f"{at.isoformat()}_{pk}"


def read_key(text: str) -> tuple[datetime, int] | None:
    moment, _, pk = text.rpartition("_")
    try:
        at = datetime.fromisoformat(moment)
        possible = at.tzinfo and FIRST_DAY <= at.date() <= LAST_DAY and len(pk) <= LONGEST_ID
        return (at, int(pk)) if possible else None
    except ValueError:
        return None


def read_id(text: str) -> int:
    """An id or a version; 0 for what cannot be one."""
    return int(text) if text.isdecimal() and len(text) <= LONGEST_ID else 0


def older(column: str, key: tuple[date, int]) -> Q:
    """Rows that come after the key where the newest stand first."""
    return _past(column, key, "lt")


def newer(column: str, key: tuple[date, int]) -> Q:
    """Rows that come before it."""
    return _past(column, key, "gt")


def _past(column: str, key: tuple[date, int], side: str) -> Q:
    """The bound stands by itself as well: only then does an index begin at the key, not at its end."""
    at, pk = key
    same = Q(**{column: at, f"pk__{side}": pk})
    return Q(**{f"{column}__{side}e": at}) & (Q(**{f"{column}__{side}": at}) | same)
