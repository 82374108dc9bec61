"""An officer's reminders as he reads them in the application."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from urllib.parse import urlencode

from django.db import transaction
from django.db.models import Count, Subquery
from django.utils import timezone

from sopcases.desk import reminding, wording
from sopcases.desk.models import Digest, Mail, Notice
from sopcases.people.models import User

SHOWN = 10
"""Mornings on a page."""


@dataclass(frozen=True)
class Line:
    """One thing he was reminded of."""

    what: str
    place: str
    due: str
    holder: str
    url: str


@dataclass(frozen=True)
class Morning:
    """What he was reminded of on one day; `mail` says what became of the e-mail, "" where none was due."""

    title: str
    unread: bool
    groups: tuple[tuple[str, tuple[Line, ...]], ...]
    mail: str


def unread(user: User) -> str:
    """What his latest digest tells that he has not read yet: "2 mendekati batas waktu, 1 lewat batas waktu",
    "" for nothing. Older ones tell how things stood then. One query."""
    last = Digest.objects.filter(user=user, read_at=None).order_by("-day", "-pk")
    rows = Notice.objects.filter(digest=Subquery(last.values("pk")[:1])).order_by().values_list("kind")
    return reminding.counted(dict(rows.annotate(count=Count("pk"))))


@transaction.atomic
def read(user: User, first: int, last: int, at: datetime) -> None:
    """He has read his reminders from one digest to another; those that came since, and those of earlier
    pages, stay unread."""
    Digest.objects.filter(user=user, pk__gte=first, pk__lte=last, read_at=None).update(read_at=at)


class Reminders:
    """The page: mornings, the latest first. Four queries, however many."""

    def __init__(self, user: User, before: str, at: datetime):
        self.user, self.at = user, at
        try:
            self.before = date.fromisoformat(before)
        except ValueError:
            self.before = None

    @cached_property
    def _digests(self) -> list[Digest]:
        rows = Digest.objects.filter(user=self.user)
        if self.before:
            rows = rows.filter(day__lt=self.before)
        return list(rows.order_by("-day")[: SHOWN + 1])

    @property
    def older(self) -> str:
        """The address of earlier mornings, "" where there are none."""
        shown = self._shown
        return "?" + urlencode({"sebelum": shown[-1].day}) if len(self._digests) > SHOWN else ""

    @property
    def _shown(self) -> list[Digest]:
        return self._digests[:SHOWN]

    @property
    def last(self) -> int:
        """The latest that is shown and unread, 0 where all were read."""
        return max((digest.pk for digest in self._shown if digest.read_at is None), default=0)

    @property
    def first(self) -> int:
        """The earliest that is shown and unread, 0 where all were read."""
        return min((digest.pk for digest in self._shown if digest.read_at is None), default=0)

    @cached_property
    def mornings(self) -> list[Morning]:
        shown = self._shown
        notices: dict[int, list[Notice]] = {digest.pk: [] for digest in shown}
        for notice in Notice.objects.filter(digest__in=shown):
            notices[notice.digest_id].append(notice)
        mails = {mail.digest_id: mail for mail in Mail.objects.filter(digest__in=shown)}
        return [
            Morning(
                title=wording.day(digest.day, timezone.localtime(self.at).date()),
                unread=digest.read_at is None,
                groups=tuple(
                    (label, tuple(self._line(n) for n in rows))
                    for label, rows in reminding.by_kind(notices[digest.pk])
                ),
                mail=self._mail(mails.get(digest.pk)),
            )
            for digest in shown
        ]

    def _line(self, notice: Notice) -> Line:
        holder = f"Pada {notice.holder}" if notice.holder else ""
        return Line(notice.what, notice.place, reminding.due(notice, self.at), holder, notice.url)

    def _mail(self, mail: Mail | None) -> str:
        if mail is None:
            return ""
        if mail.sent_at:
            return f"Juga dikirim ke {mail.address} {wording.moment(mail.sent_at, self.at)}."
        if mail.given_up_at:
            return f"Tidak terkirim ke {mail.address}: {mail.failure}"
        return f"Belum terkirim ke {mail.address}" + (f": {mail.failure}" if mail.failure else ".")
