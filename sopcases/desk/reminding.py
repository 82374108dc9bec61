"""The morning's digests: what comes due, what is late, and what is passed up to the superior.

Made once for each agency and working day, from how things stand and not from what changed since yesterday: a
day that was skipped, a week-end or a holiday loses nothing, the next working day's digest carries it. A
notice is given once for each kind and each due moment, so nothing is told twice; where a due moment moves, it
is told anew. The agency's settings say how many working days before and after.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from sopcases.cases.models import Case
from sopcases.desk import outbox, vacant, wording
from sopcases.desk.chain import above, left_behind, wherever
from sopcases.desk.matters import Matter, matters
from sopcases.desk.models import Digest, Mail, Notice, Round
from sopcases.letters.models import IncomingLetter
from sopcases.people import authority
from sopcases.people.authority import Hat, Officer
from sopcases.people.models import Agency, User
from sopcases.worktime.calendar import NoWorkingHours
from sopcases.worktime.models import calendar_for

logger = logging.getLogger(__name__)

TOLD_BY_MAIL = 30
"""Notices of a kind in one e-mail; the rest is in the application."""
AT_ONCE = 500

Kind = Notice.Kind


def remind(at: datetime) -> tuple[int, list[str]]:
    """Make this morning's digests of every agency whose day it is and that has none yet.

    Answers how many were made, and a sentence for each agency that could not be served: one never stops the
    others.
    """
    made, failed = 0, []
    for agency in Agency.objects.order_by("id"):
        with timezone.override(ZoneInfo(agency.timezone)):
            try:
                made += _morning(agency, at)
            except NoWorkingHours as error:
                failed.append(f"{agency}: {error}")
            except Exception:
                logger.exception("The reminders of %s could not be made", agency)
                failed.append(f"{agency}: pengingat tidak dapat dibuat. Sebabnya ada pada catatan server.")
    return made, failed


def _morning(agency: Agency, at: datetime) -> int:
    day = authority.local_day(agency, at)
    if not calendar_for(agency).is_working_day(day) or Round.objects.filter(agency=agency, day=day).exists():
        return 0
    users = {a.user_id: a.user for a in authority.in_force(agency.pk, day)}
    found = _notices(agency, at, users)
    with transaction.atomic():
        _, first = Round.objects.get_or_create(agency=agency, day=day, defaults={"at": at})
        return _keep(found, users, day, at) if first else 0


def _notices(agency: Agency, at: datetime, users: dict[int, User]) -> dict[int, list[Notice]]:
    """User → what he is to be reminded of today, whether he was told before or not."""
    calendar, day = calendar_for(agency), authority.local_day(agency, at)
    until = _end(calendar.working_day(day, agency.remind_before))
    passed = _end(calendar.working_day(day, -agency.escalate_after)) if agency.escalate_after else None
    officers = _officers(agency, at, users)
    found: dict[int, list[Notice]] = {user: [] for user in users}
    upward: dict[int, list[Matter]] = {}
    for officer in (*officers.values(), *_vacant(officers)):
        for matter in matters(officer, until):
            if not matter.hat.left:
                kind = Kind.LATE if matter.late_at <= at else Kind.SOON
                found[officer.user.pk].append(_notice(officer.user, kind, matter))
            if matter.hat.left or (passed and matter.late_at < passed):
                for superior in _above(officer, matter):
                    if superior in users:
                        upward.setdefault(superior, []).append(matter)
    for superior, passed_up in upward.items():
        for matter in _open_to(officers[superior], passed_up):
            found[superior].append(_notice(users[superior], Kind.PASSED_UP, matter))
    return found


def _officers(agency: Agency, at: datetime, users: dict[int, User]) -> dict[int, Officer]:
    """Everybody who holds a position, and who left one with cases assigned to him: nobody else is told of
    those, so they are passed up at once."""
    if not users:
        return {}
    for user in users.values():
        user.agency = agency
    first = Officer(next(iter(users.values())), at)
    left: dict[int, set[int]] = {}
    for row in left_behind(first, first.positions, Case.objects.filter(agency=agency)):
        left.setdefault(row.user, set()).add(row.position)
    gone = User.objects.in_bulk(left.keys() - users.keys())
    return {pk: first.colleague(user, left.get(pk, ())) for pk, user in (users | gone).items()}


def _vacant(officers: dict[int, Officer]) -> list[Officer]:
    """Stands for the posts that are vacant, if any: what waits there is passed up at once too."""
    posts = vacant.posts(next(iter(officers.values()))) if officers else None
    return [posts] if posts else []


def _above(officer: Officer, matter: Matter) -> list[int]:
    hat = matter.hat
    areas = wherever(matter.area) if hat.left or matter.case else (None, hat.area_id)
    return above(officer, hat.position_id, areas, {matter.revision} - {None})


def _end(day: date) -> datetime:
    """The midnight that ends a day."""
    return datetime.combine(day + timedelta(days=1), time(), timezone.get_current_timezone())


def _open_to(officer: Officer, above: list[Matter]) -> Iterator[Matter]:
    """Those of the matters that a superior may open, each once."""
    asked = {m.case for m in above if m.case}
    cases = set(Case.objects.visible_to(officer).filter(pk__in=asked).values_list("pk", flat=True))
    asked = {m.incoming for m in above if m.incoming}
    letters = IncomingLetter.objects.visible_to(officer).filter(pk__in=asked)
    letters = set(letters.values_list("pk", flat=True)) if asked else set()
    for matter in {m.subject: m for m in above}.values():
        if matter.case in cases or matter.incoming in letters or not (matter.case or matter.incoming):
            yield matter


def _notice(user: User, kind: str, matter: Matter) -> Notice:
    up = kind == Kind.PASSED_UP
    return Notice(
        user=user,
        kind=kind,
        subject=matter.subject[:120],
        due_at=matter.due_at,
        whole_day=matter.whole_day,
        what=matter.what[:400],
        place=matter.place[:120],
        holder=_holder(matter.hat)[:200] if up else "",
        url=matter.url_above if up else matter.url,
    )


def _holder(hat: Hat) -> str:
    if hat.vacant:
        return f"{hat.title}, tanpa petugas"
    return f"{hat.title}, petugas yang ditetapkan tidak lagi bertugas" if hat.left else hat.title


def _keep(found: dict[int, list[Notice]], users: dict[int, User], day: date, at: datetime) -> int:
    """Write the digests of those who are told something new, and the e-mails that go out."""
    known = _told([notice for notices in found.values() for notice in notices])
    fresh = {}
    for user, notices in found.items():
        new = {_key(notice): notice for notice in notices if _key(notice) not in known}
        if new:
            fresh[user] = list(new.values())
    digests = Digest.objects.bulk_create(Digest(user_id=user, day=day, at=at) for user in fresh)
    for digest in digests:
        for notice in fresh[digest.user_id]:
            notice.digest = digest
    Notice.objects.bulk_create(
        (notice for notices in fresh.values() for notice in notices), batch_size=AT_ONCE
    )
    Mail.objects.bulk_create(
        _mail(digest, users[digest.user_id], fresh[digest.user_id])
        for digest in digests
        if outbox.leaves() and users[digest.user_id].email and users[digest.user_id].reminders_by_mail
    )
    return len(digests)


def _key(notice: Notice) -> tuple:
    return notice.user_id, notice.kind, notice.subject, notice.due_at


def _told(notices: Sequence[Notice]) -> set[tuple]:
    """The keys of those that were given before."""
    found: set[tuple] = set()
    users = {notice.user_id for notice in notices}
    subjects = sorted({notice.subject for notice in notices})
    for start in range(0, len(subjects), AT_ONCE):
        rows = Notice.objects.filter(user__in=users, subject__in=subjects[start : start + AT_ONCE])
        found |= set(rows.values_list("user_id", "kind", "subject", "due_at"))
    return found


# --- in words


def due(notice: Notice, at: datetime) -> str:
    """ "Batas waktu 5 Maret", "Batas waktu hari ini pukul 10.15"."""
    if notice.whole_day:
        local, today = timezone.localtime(notice.due_at).date(), timezone.localtime(at).date()
        return f"Batas waktu {wording.day(local, today)}"
    return f"Batas waktu {wording.moment(notice.due_at, at)}"


def by_kind(notices: Iterable[Notice]) -> list[tuple[str, list[Notice]]]:
    """Heading and notices, in the order of the page."""
    notices = sorted(notices, key=lambda notice: (notice.due_at, notice.pk or 0))
    groups = [(kind.label, [n for n in notices if n.kind == kind]) for kind in Kind]
    return [(label, rows) for label, rows in groups if rows]


def counted(counts: Mapping[str, int]) -> str:
    """Of so many of each kind: "2 mendekati batas waktu, 1 lewat batas waktu"."""
    words = {
        Kind.SOON: "mendekati batas waktu",
        Kind.LATE: "lewat batas waktu",
        Kind.PASSED_UP: "disampaikan kepada Anda",
    }
    return ", ".join(f"{counts[kind]} {text}" for kind, text in words.items() if counts.get(kind))


def _mail(digest: Digest, user: User, notices: list[Notice]) -> Mail:
    """Names no child, and nothing that only who is signed in may know."""
    day = timezone.localtime(digest.at).date()
    groups = [
        (label, [(n, due(n, digest.at)) for n in rows[:TOLD_BY_MAIL]], max(0, len(rows) - TOLD_BY_MAIL))
        for label, rows in by_kind(notices)
    ]
    context = {"user": user, "groups": groups, "site": settings.PUBLIC_URL, "agency": user.agency}
    return Mail(
        digest=digest,
        address=user.email,
        subject=f"Pengingat {wording.day(day, day)}: {counted(Counter(n.kind for n in notices))}"[:200],
        body=render_to_string("desk/mail/reminder.txt", context),
    )
