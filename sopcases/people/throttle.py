"""Slows down guessing: counts passwords tried before the next one is hashed (a hash costs 0.3 s of CPU).

Counted per (name, address) and per address, never per name alone, else anybody could lock a Kepala Dinas out.
In the database, because each server process has a memory of its own.
"""

import ipaddress
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from sopcases.people.models import LoginAttempt
from sopcases.refusal import Refused

WINDOW = timedelta(minutes=15)
PER_PERSON = 5
PER_ADDRESS = 30


class Throttled(Refused):
    """Too many passwords were tried; says nothing about whether the name exists."""

    status = 429

    def __init__(self) -> None:
        super().__init__("Terlalu banyak percobaan. Tunggu 15 menit, lalu coba lagi.")


def address_of(request: HttpRequest) -> str:
    """Where the request comes from; an IPv6 caller counts with his whole /64, which is one household.

    `X-Forwarded-For` is believed only behind a proxy of ours (BEHIND_PROXY), and of it only the last
    address: the one that the proxy itself added.
    """
    text = request.META.get("REMOTE_ADDR", "")
    if getattr(settings, "BEHIND_PROXY", False):
        text = request.headers.get("X-Forwarded-For", text).rpartition(",")[2].strip()
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return "unknown"
    if address.version == 6:
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def counted(what: str, address: str, at: datetime, limit: int) -> None:
    """Count one use of a public thing from an address. Raises Throttled after `limit` in the window.

    Kept apart from passwords: a crowd at a public page locks nobody out.
    """
    who = salted_hmac("sopcases.people.throttle.public", what, algorithm="sha256").hexdigest()
    here = f"{what} {address}"[:50]
    LoginAttempt.objects.filter(at__lt=at - WINDOW).delete()
    if LoginAttempt.objects.filter(who=who, address=here).count() >= limit:
        raise Throttled
    LoginAttempt.objects.create(who=who, address=here, at=at)


def guarded(name: str, address: str, at: datetime, check: Callable[[], object]) -> bool:
    """Whether `check`, which hashes a password typed for `name`, passes; Throttled before it is called.

    The try is written down first and struck out when it passes, so that many tries at the same moment
    count each other. Call it outside a transaction: a rollback would forget the try, and hashing would
    hold the locks.
    """
    who = salted_hmac("sopcases.people.throttle", name.strip().casefold(), algorithm="sha256").hexdigest()
    LoginAttempt.objects.filter(at__lt=at - WINDOW).delete()
    this = LoginAttempt.objects.create(who=who, address=address, at=at)
    others = LoginAttempt.objects.filter(address=address).exclude(pk=this.pk)
    tried = others.aggregate(here=Count("pk"), person=Count("pk", filter=Q(who=who)))
    if tried["person"] >= PER_PERSON or tried["here"] >= PER_ADDRESS:
        # Not counted itself: who waits is let in again.
        this.delete()
        raise Throttled
    if not check():
        return False
    LoginAttempt.objects.filter(who=who, address=address).delete()
    return True
