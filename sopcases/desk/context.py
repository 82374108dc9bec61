"""What the frame of every page shows: counts in the navigation, and when the session ends."""

from functools import cached_property

from django.conf import settings
from django.http import HttpRequest

from sopcases.desk.inbox import Inbox


class Nav:
    """Counted only when a template asks: a page without the navigation costs nothing."""

    def __init__(self, request: HttpRequest):
        self.request = request

    @cached_property
    def _inbox(self) -> Inbox | None:
        """The one that the page itself read, if it did."""
        officer = getattr(self.request, "officer", None)
        return getattr(self.request, "inbox", None) or (Inbox(officer) if officer else None)

    @property
    def idle_minutes(self) -> int:
        return settings.SESSION_IDLE_SECONDS // 60

    @property
    def todo(self) -> str:
        """ "3", "99+" or "": what cannot go on without the officer."""
        return self._inbox.todo if self._inbox else ""

    @property
    def letters(self) -> str:
        return self._inbox.letters if self._inbox else ""


def nav(request: HttpRequest) -> dict[str, Nav]:
    return {"nav": Nav(request)}
