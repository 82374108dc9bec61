"""What an officer can be reminded of: everything on his desk that has a due moment, in words without a child.

Uncapped, unlike the page: a reminder must not be lost behind two hundred others. A constant number of
queries for an officer, however much waits for him. Free text (a goal, a reason, what a letter is about) never
comes into a matter: it may name a child.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from sopcases.cases.addresses import case_url, occasion_url, step_url
from sopcases.cases.models import Case, Goal
from sopcases.cases.progress import Spot
from sopcases.desk import duties, wording
from sopcases.letters.incoming_page import incoming_url
from sopcases.letters.models import IncomingLetter
from sopcases.letters.page import letter_url
from sopcases.people.authority import Hat, Officer
from sopcases.sops.flow import PERFORMS, number_of
from sopcases.sops.parts import parts_for

ASKED = {"initial": "menunggu paraf", "sign": "menunggu tanda tangan"}


@dataclass(frozen=True)
class Matter:
    """One thing with a due moment. `hat` is the position whose turn it is, `case` or `incoming` what a
    superior must be able to open if it is passed up to him."""

    subject: str
    what: str
    place: str
    due_at: datetime
    late_at: datetime
    whole_day: bool
    url: str
    hat: Hat
    case: int | None = None
    area: int | None = None
    revision: int | None = None
    incoming: int | None = None
    above: str = ""

    @property
    def url_above(self) -> str:
        """Where a superior looks: at the case, not at the form of the act that is another's."""
        return self.above or self.url


def matters(officer: Officer, until: datetime) -> Iterator[Matter]:
    """Those due before the moment, late ones among them."""
    if not officer.desk:
        return
    yield from _attempts(officer, until)
    yield from _sessions(officer, until)
    yield from _letters(officer, until)
    yield from _incoming(officer, until)
    yield from _waivers(officer, until)
    yield from _goals(officer, until)
    yield from _terms(officer, until)


def _place(case: Case) -> str:
    return f"{case.sop.noun} {case.number}"


def _in(case: Case) -> dict:
    """What passing a matter up asks of its case."""
    return {"case": case.pk, "area": case.area_id, "revision": case.revision_id}


def _hat(officer: Officer, mine: str) -> Hat:
    return officer.desk[int(mine.split()[0])]


def _performing(officer: Officer, step: int) -> Hat:
    """The hat with which he performs a step that is his."""
    parts = parts_for(officer)
    return next(h for h in officer.desk if step in parts.steps({h.position_id}, PERFORMS))


def _attempts(officer: Officer, until: datetime) -> Iterator[Matter]:
    rows = duties.with_place(
        duties.live_attempts(officer)
        .exclude(duties.shared(officer))
        .filter(opened_at__lte=officer.at, due_at__lt=until, late_at__isnull=False, step__alarm=True),
        officer,
    )
    for row in rows.order_by("due_at", "id"):
        period = f" ({wording.month(row.occurrence)})" if row.occurrence else ""
        yield Matter(
            subject=f"attempt {row.pk}",
            what=f"Langkah {number_of(row.step)} dari {row.step_count}: {row.step.activity}{period}",
            place=_place(row.case),
            due_at=row.due_at,
            late_at=row.late_at,
            whole_day=row.occurrence is not None,
            url=step_url(row.case, Spot(row.step.key, row.child_id, row.occurrence)),
            hat=_hat(officer, row.mine),
            **_in(row.case),
            above=case_url(row.case),
        )


def _sessions(officer: Officer, until: datetime) -> Iterator[Matter]:
    rows = duties.sessions(officer).filter(
        opened_at__lte=officer.at, due_at__lt=until, late_at__isnull=False, step__alarm=True
    )
    for row in rows:
        slug, key, period = row["case__sop__slug"], row["step__key"], row["occurrence"]
        yield Matter(
            subject=f"session {slug} {key} {period.isoformat()}",
            what=f"Kegiatan bersama {wording.month(period)}: {row['activity']}",
            place=f"{row['cases']} penanganan",
            due_at=row["due_at"],
            late_at=row["late_at"],
            whole_day=True,
            url=occasion_url(slug, key, period),
            hat=_hat(officer, row["turn"]),
            revision=row["revision"],
        )


def _letters(officer: Officer, until: datetime) -> Iterator[Matter]:
    rows = duties.letters(officer).filter(waits__in=ASKED, due_at__lt=until, late_at__isnull=False)
    for row in rows.order_by("due_at", "id"):
        position = row.turn_id if row.waits == "initial" else row.paper.kind.signer_id
        yield Matter(
            subject=f"letter {row.pk} {row.waits}",
            what=f"{row.paper.kind} {row.number}".strip() + f", {ASKED[row.waits]}",
            place=_place(row.case),
            due_at=row.due_at,
            late_at=row.late_at,
            whole_day=False,
            url=letter_url(row),
            hat=next((h for h in officer.hats if h.position_id == position), officer.hats[0]),
            **_in(row.case),
        )


def _incoming(officer: Officer, until: datetime) -> Iterator[Matter]:
    last = timezone.localtime(until).date()
    rows = IncomingLetter.objects.waiting_for(officer).filter(passed=False, part_due__lt=last)
    for row in rows.order_by("part_due", "id"):
        yield Matter(
            subject=f"incoming {row.pk} {row.part}",
            what=f"{row}, menunggu tindak lanjut",
            place="",
            **_day(row.part_due),
            url=incoming_url(row),
            hat=next((h for h in officer.hats if h.position_id == row.part_to), officer.hats[0]),
            incoming=row.pk,
        )


def _waivers(officer: Officer, until: datetime) -> Iterator[Matter]:
    """What was left to follow in one act is one matter, for however many children."""
    last, told = timezone.localtime(until).date(), set()
    rows = duties.to_follow(officer).filter(until__lt=last)
    for row in rows.select_related("kind", "case__sop", "attempt").order_by("until", "id"):
        if row.act in told:
            continue
        told.add(row.act)
        yield Matter(
            subject=f"waiver {row.case_id} {row.kind_id} {row.at.isoformat()}",
            what=f"{row.kind} menyusul",
            place=_place(row.case),
            **_day(row.until),
            url=case_url(row.case),
            hat=_performing(officer, row.attempt.step_id),
            **_in(row.case),
        )


def _goals(officer: Officer, until: datetime) -> Iterator[Matter]:
    last = timezone.localtime(until).date() - timedelta(days=1)
    for goals in (duties.goals_until(officer, last), duties.goals_adrift_until(officer, last)):
        yield from _goal_matters(officer, goals)


def _goal_matters(officer: Officer, goals: QuerySet[Goal]) -> Iterator[Matter]:
    rows = duties.with_hat(goals, officer).select_related("case__sop")
    for row in rows.order_by("due_on", "id"):
        yield Matter(
            subject=f"goal {row.pk}",
            what="Tujuan rencana penanganan",
            place=_place(row.case),
            **_day(row.due_on),
            url=case_url(row.case, "plan", child=row.child_id),
            hat=officer.desk[row.hat],
            **_in(row.case),
            above=case_url(row.case),
        )


def _terms(officer: Officer, until: datetime) -> Iterator[Matter]:
    """The whole term of a case, for who brings it to its end; while it is held its clock rests."""
    rows = duties.led(officer).filter(~Q(state=Case.State.ON_HOLD), term_due_at__lt=until)
    closing = [(h, parts_for(officer).led({h.position_id})) for h in officer.desk if h.may_close]
    for row in rows.select_related("sop").order_by("term_due_at", "id"):
        yield Matter(
            subject=f"term {row.pk}",
            what="Jangka waktu penanganan",
            place=_place(row),
            due_at=row.term_due_at,
            late_at=row.term_due_at,
            whole_day=False,
            url=case_url(row),
            hat=next(h for h, revisions in closing if row.revision_id in revisions),
            **_in(row),
        )


def _day(day: date) -> dict:
    """A due day is whole: late from the next one."""
    zone = timezone.get_current_timezone()
    return {
        "due_at": datetime.combine(day, time(23, 59), zone),
        "late_at": datetime.combine(day + timedelta(days=1), time(), zone),
        "whole_day": True,
    }
