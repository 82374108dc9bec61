"""A recurring session for children of many cases: who came is one record, the step is recorded in each."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from sopcases.cases.models import Attempt, Attendance, Case, CaseChild, Session
from sopcases.cases.walk import walking
from sopcases.people import journal
from sopcases.people.authority import Officer
from sopcases.refusal import Refused
from sopcases.sops.models import Sop


def expected(sop: Sop, key: str, period: date, by: Officer) -> list[CaseChild]:
    """Children of all cases the officer may read that stand at the step in the period, not yet told."""
    standing = Attempt.objects.filter(
        step__key=key, occurrence=period, state__in=Attempt.LIVE, case__sop=sop
    ).values("case")
    recorded = Attendance.objects.filter(session__sop=sop, session__step_key=key, session__period=period)
    return list(
        CaseChild.objects.filter(
            case__in=Case.objects.visible_to(by).filter(pk__in=standing).values("pk"), left_on=None
        )
        .exclude(child__in=recorded.values("child"))
        .select_related("case", "child")
        .order_by("case_id", "id")
    )


@transaction.atomic
def hold(
    sop: Sop,
    key: str,
    period: date,
    by: Officer,
    *,
    held_at: datetime,
    place: str,
    present: set[int],
    absent: Mapping[int, str],
    group: str = "",
) -> Session:
    """Write down a session and who came to it, and record the step in every case of those named.

    `present` are children's ids, `absent` maps an id to the reason. A child belongs to one group in a period;
    several groups may meet on their own. The step is finished in each case by its performer once the report
    is in. Raises Refused for a child who does not stand there, or an absence without reason.
    """
    stays = {stay.child_id: stay for stay in expected(sop, key, period, by)}
    named = present | set(absent)
    if not named:
        raise Refused("Tandai paling sedikit satu anak.")
    if named - set(stays) or present & set(absent):
        raise Refused("Ada anak yang tidak sedang mengikuti kegiatan ini, atau tercatat dua kali.")
    if not all(reason.strip() for reason in absent.values()):
        raise Refused("Alasan tidak hadir harus diisi.")
    session, _ = Session.objects.get_or_create(
        agency_id=sop.agency_id,
        sop=sop,
        step_key=key,
        period=period,
        group=group.strip(),
        defaults={"held_at": held_at, "place": place.strip(), "recorded_at": by.at, "recorded_by": by.user},
    )
    for case in sorted({stays[child].case for child in named}, key=lambda c: c.pk):
        with walking(case, by) as walk:
            walk.record(key, None, period, acted_at=held_at)
    Attendance.objects.bulk_create(
        Attendance(
            session=session,
            case=stays[child].case,
            child_id=child,
            status=Attendance.Status.ABSENT if child in absent else Attendance.Status.PRESENT,
            reason=absent.get(child, "").strip(),
        )
        for child in sorted(named)
    )
    journal.write(by, "session.held", session, step=key, period=period.isoformat(), children=len(named))
    return session
