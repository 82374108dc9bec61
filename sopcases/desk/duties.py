"""Which attempts, papers and cases wait for an officer now. Only querysets, each starting from his positions.

Follows design rule 18: the part his position takes in the step, within the area of the appointment, and where
an officer is assigned only that one. A Plh. suspends the holder already in `Officer.hats`.
"""

from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_

from django.db.models import Case as Choose
from django.db.models import (
    CharField,
    Count,
    Exists,
    F,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Concat
from django.db.models.lookups import IsNull

from sopcases.cases import statements
from sopcases.cases.models import Attempt, Case, CaseChild, CaseOfficer, Filing, Goal, Interval, Waiver
from sopcases.cases.models.case import covered
from sopcases.letters.models import IncomingLetter, Letter
from sopcases.people.authority import Officer
from sopcases.sops.flow import APPROVING, DISPOSES, PERFORMS, RECEIVES, SIGNS
from sopcases.sops.models import FrozenSheet, Output, Step
from sopcases.sops.parts import parts_for

NOBODY = Q(pk__in=[])
GOAL_SOON = timedelta(days=7)
"""How long before its day a goal of a plan comes to the desk."""
MERGES = 3
"""How often in a row one record may have been declared another's for a count of children to see it."""
TURNS = (PERFORMS, RECEIVES, DISPOSES, SIGNS)
PENDING = (
    Letter.State.PROPOSED,
    Letter.State.INITIALLED,
    Letter.State.READY,
    Letter.State.DECIDED,
)


def overdue(alarm: bool | int, late_at: datetime | None, at: datetime) -> bool:
    """Late and to be alarmed about: an SOP may say that a step's standard is only shown."""
    return bool(alarm) and late_at is not None and late_at <= at


def _turns(officer: Officer) -> list[tuple[str, Q]]:
    """What makes an attempt the officer's own now, as ("0 performs", condition): index of the hat, and part.

    The performer's turn is until he has acted, and again where the receiver has taken over but an output is
    missing; the receiver's is between. A step that is only disposed and signed waits for them as long as no
    letter is on its way; a draft returned to the officer waits as a letter, not twice. Kept with the officer.
    """
    if "_turns" not in officer.__dict__:
        officer.__dict__["_turns"] = _read_turns(officer)
    return officer.__dict__["_turns"]


def _read_turns(officer: Officer) -> list[tuple[str, Q]]:
    parts = parts_for(officer)
    received, acting = parts.having(RECEIVES), parts.having(PERFORMS, RECEIVES)
    to_mend = Filing.objects.filter(
        attempt__isnull=False,
        paper__letter__agency_id=officer.user.agency_id,
        paper__letter__state=Letter.State.RETURNED,
        paper__letter__drafted_by=officer.user,
    )
    carried = Output.objects.filter(step=OuterRef(OuterRef("step"))).values("carries")
    on_its_way = Filing.objects.filter(
        case=OuterRef("case"), output__in=carried, paper__letter__state__in=PENDING
    )
    found = []
    for no, hat in enumerate(officer.desk):
        performs, receives, disposes, signs = (parts.steps({hat.position_id}, part) for part in TURNS)
        turns = {
            PERFORMS: to_perform(performs, received) & ~Q(pk__in=to_mend.values("attempt")),
            RECEIVES: to_receive(receives),
            DISPOSES: Q(step__in=disposes - acting) & ~Exists(on_its_way),
            SIGNS: Q(step__in=signs - acting) & ~Exists(on_its_way),
        }
        steps = {PERFORMS: performs, RECEIVES: receives, DISPOSES: disposes - acting, SIGNS: signs - acting}
        found += [
            (f"{no} {part}", turn & covered(hat, officer.user)) for part, turn in turns.items() if steps[part]
        ]
    return found


def to_perform(steps: set[int], received: set[int]) -> Q:
    """Attempts at these steps whose performer has to act; `received` are the steps that somebody receives."""
    undone = Q(acted_at=None) | Q(received_at__isnull=False)
    return Q(step__in=steps - received) | Q(step__in=steps & received) & undone


def to_receive(steps: set[int]) -> Q:
    """Attempts at these steps that wait for their receiver."""
    return Q(step__in=steps, acted_at__isnull=False, received_at=None)


def live_attempts(officer: Officer) -> QuerySet[Attempt]:
    """Opened attempts of running cases that wait for the officer, future periods among them."""
    found = NOBODY
    for _, mine in _turns(officer):
        found |= mine
    # Said once more for all turns together: so the database starts from the steps of his positions.
    steps = parts_for(officer).steps({hat.position_id for hat in officer.desk}, *TURNS)
    return Attempt.objects.filter(
        found,
        step__in=steps,
        state__in=Attempt.LIVE,
        opened_at__isnull=False,
        case__state__in=[Case.State.REPORTED, Case.State.ACTIVE],
    )


def open_waits() -> QuerySet[Interval]:
    """The outside party that the attempt of the outer row waits for."""
    return Interval.objects.filter(attempt=OuterRef("pk"), kind=Interval.Kind.WAITING, until=None)


def shared(officer: Officer) -> Q:
    """Attempts that one session serves in many cases: together they are one thing to do."""
    return Q(step__form="session") & ~Q(step__in=parts_for(officer).having(RECEIVES))


def waiting_now(officer: Officer) -> QuerySet[Attempt]:
    """Attempts that wait for the officer himself, and for nobody outside."""
    return live_attempts(officer).exclude(Exists(open_waits()))


def to_act(officer: Officer) -> QuerySet[Attempt]:
    """Those of `waiting_now` that are things of their own."""
    return waiting_now(officer).exclude(shared(officer))


def sessions(officer: Officer) -> QuerySet[dict]:
    """The others, one row for each SOP, step and period: in how many cases it stands, and with how many
    children, each once by whichever records (as `sessions.each_once` tells them)."""
    inside = Q(case__children__left_on=None)
    child = Coalesce(*(f"case__children__child{'__merged_into' * up}" for up in range(MERGES, -1, -1)))
    return (
        with_turn(waiting_now(officer).filter(shared(officer)), officer)
        .order_by()
        .values("case__sop__slug", "step__key", "occurrence")
        .annotate(
            activity=Max("step__activity"),
            alarm=Max(Cast("step__alarm", IntegerField())),
            revision=Max("step__revision"),
            turn=Min("mine"),
            opened_at=Min("opened_at"),
            due_at=Min("due_at"),
            late_at=Min("late_at"),
            cases=Count("case", distinct=True),
            children=Count(child, filter=inside, distinct=True),
            missed=Count("pk", filter=Q(state=Attempt.State.MISSED), distinct=True),
            acted=Count("pk", filter=Q(acted_at__isnull=False), distinct=True),
        )
        .order_by("late_at", "occurrence")
    )


def things(attempts: QuerySet[Attempt], officer: Officer) -> QuerySet:
    """One row for each thing to do: an attempt, or a session that serves many."""
    session = Concat(
        Cast("case__sop", CharField()),
        Value(" "),
        Cast("step__key", CharField()),
        Value(" "),
        Cast("occurrence", CharField()),
    )
    thing = Choose(
        When(shared(officer), then=session), default=Cast("pk", CharField()), output_field=CharField()
    )
    return attempts.order_by().annotate(thing=thing).values("thing").distinct()


def waiting(officer: Officer) -> QuerySet[Attempt]:
    """Attempts of the officer that wait for an outside party, with whom, since when and when reminded."""
    latest = open_waits().order_by("-since", "-id")
    return (
        live_attempts(officer)
        .filter(Exists(open_waits()))
        .annotate(
            asked=Subquery(latest.values("pk")[:1]),
            party=Subquery(latest.values("party")[:1]),
            asked_at=Subquery(latest.values("since")[:1]),
            reminded=Subquery(latest.values("reminded")[:1]),
        )
    )


def with_turn(attempts: QuerySet[Attempt], officer: Officer) -> QuerySet[Attempt]:
    """Each with `mine`: the hat's index and the part, see `_turns`."""
    turns = (When(turn, then=Value(key)) for key, turn in _turns(officer))
    return attempts.annotate(mine=Choose(*turns, output_field=CharField()))


def with_place(attempts: QuerySet[Attempt], officer: Officer) -> QuerySet[Attempt]:
    """What a row shows: `mine`, the step and how many there are,
    the case, the child, whether it was assigned, and why the attempt before was returned."""
    steps = Step.objects.filter(revision=OuterRef("step__revision")).order_by().values("revision")
    before = Attempt.objects.filter(
        case=OuterRef("case"), step=OuterRef("step"), state=Attempt.State.RETURNED
    ).order_by("-id")
    mine = CaseOfficer.objects.filter(case=OuterRef("case"), user=officer.user, until=None)
    return (
        with_turn(attempts, officer)
        .select_related("step", "case__sop", "child", "recorded_by")
        .annotate(
            step_count=Subquery(steps.annotate(count=Count("id")).values("count")),
            returned=Subquery(before.values("reason")[:1]),
            assigned=Exists(mine),
        )
    )


def letters(officer: Officer) -> QuerySet[Letter]:
    """Letters that wait for the officer, each with the due moments of the step that approves it."""
    approving = Attempt.objects.filter(
        case=OuterRef("case"),
        state__in=Attempt.LIVE,
        opened_at__isnull=False,
        step__in=parts_for(officer).having(*APPROVING),
        step__outputs__kind=OuterRef("paper__kind"),
        case__state__in=[Case.State.REPORTED, Case.State.ACTIVE],  # while a case is held its clocks rest
    ).order_by("late_at", "id")
    return (
        Letter.objects.waiting_for(officer)
        .select_related("case__sop", "paper__kind__signer", "drafted_by")
        .annotate(
            due_at=Subquery(approving.values("due_at")[:1]), late_at=Subquery(approving.values("late_at")[:1])
        )
    )


def letters_to_act(officer: Officer) -> QuerySet[Letter]:
    """Those that cannot go on without him: not the ones whose ink others have still to give."""
    return Letter.objects.waiting_for(officer).filter(~Q(waits="ink") | Q(state=Letter.State.PRINTABLE))


def incoming_to_act(officer: Officer) -> QuerySet[IncomingLetter]:
    """Letters that came and wait for his disposition or answer, not those that others below have still to
    answer to him."""
    return IncomingLetter.objects.waiting_for(officer).filter(passed=False)


def sheets(officer: Officer) -> QuerySet[FrozenSheet]:
    """Documents of SOPs that wait for his signature."""
    return FrozenSheet.objects.waiting_for(officer)


def to_follow(officer: Officer) -> QuerySet[Waiver]:
    """Papers left to follow, for the performer of the step that lacks them, also after the case is closed."""
    found = NOBODY
    for hat in officer.desk:
        performs = parts_for(officer).steps({hat.position_id}, PERFORMS)
        found |= Q(attempt__step__in=performs) & covered(hat, officer.user)
    return Waiver.objects.filter(found, settled_at=None, until__isnull=False)


def with_statements(waivers: QuerySet[Waiver]) -> QuerySet[Waiver]:
    """What a row shows: the case, the child, and `signed`, the output of the step that responsible adults
    sign on a page of their own."""
    signed = Subquery(statements.outputs_waived().values("pk")[:1])
    return waivers.select_related("kind", "child", "case__sop", "attempt__step").annotate(signed=signed)


def to_lead(officer: Officer) -> QuerySet[Case]:
    """Cases for one who may close them and whose it is to do so (`Parts.led`): held ones, those ready to be
    closed (`is_ready`), and those where no step is open any more."""
    # "None" as a scalar, looked up case by case: as EXISTS, PostgreSQL would first read all live attempts.
    live = Attempt.objects.filter(case=OuterRef("pk"), state__in=Attempt.LIVE).order_by()
    idle = Q(IsNull(Subquery(live.values("pk")[:1]), True))
    return led(officer).marked_ready(officer.at).filter(Q(state=Case.State.ON_HOLD) | Q(is_ready=True) | idle)


def led(officer: Officer) -> QuerySet[Case]:
    """Running cases that are his to bring to their end (`Parts.led`)."""
    found = reduce(or_, _leading(officer, ""), NOBODY)
    return Case.objects.filter(found, agency_id=officer.user.agency_id, state__in=Case.RUNNING)


def _leading(officer: Officer, case: str = "case") -> list[Q]:
    """Of each hat the rows of cases that it brings to their end; see `covered`."""
    parts, to = parts_for(officer), f"{case}__" if case else ""
    return [
        Q(**{f"{to}revision__in": parts.led({hat.position_id})}) & covered(hat, officer.user, case)
        if hat.may_close
        else NOBODY
        for hat in officer.desk
    ]


def _taking_part(officer: Officer) -> list[Q]:
    """Of each hat the rows of cases in which its position has any part, within what it covers."""
    parts = parts_for(officer)
    return [
        Q(case__revision__in=parts.revisions({hat.position_id})) & covered(hat, officer.user)
        for hat in officer.desk
    ]


def _takes_part(officer: Officer) -> Q:
    """Rows of cases in which a position of the officer has any part."""
    return reduce(or_, _taking_part(officer), NOBODY)


def with_hat(rows: QuerySet, officer: Officer) -> QuerySet:
    """Each row with `hat`: the place on the desk of the first hat by which he takes part in its case."""
    hats = (When(mine, then=Value(no)) for no, mine in enumerate(_taking_part(officer)))
    return rows.annotate(hat=Choose(*hats, output_field=IntegerField()))


def goals(officer: Officer) -> QuerySet[Goal]:
    """Open goals that the officer is responsible for, overdue or due within `GOAL_SOON`, of running cases he
    takes part in and of children who have not left them."""
    return goals_until(officer, officer.day + GOAL_SOON)


def goals_until(officer: Officer, day: date) -> QuerySet[Goal]:
    """Those that are due until a day."""
    return _open_goals(day).filter(_takes_part(officer), responsible=officer.user)


def goals_adrift(officer: Officer) -> QuerySet[Goal]:
    """Such goals of the cases that are his to bring to their end, for which nobody who takes part in the case
    is responsible: an outside party, or one who left his position or handed the case over."""
    return goals_adrift_until(officer, officer.day + GOAL_SOON)


def goals_adrift_until(officer: Officer, day: date) -> QuerySet[Goal]:
    """Those that are due until a day."""
    if not any(hat.may_close for hat in officer.desk):
        return Goal.objects.none()
    return _open_goals(day).filter(reduce(or_, _leading(officer)), ~_responsible_takes_part(officer))


def _open_goals(day: date) -> QuerySet[Goal]:
    left = CaseChild.objects.filter(case=OuterRef("case"), child=OuterRef("child"), left_on__isnull=False)
    return Goal.objects.filter(
        ~Exists(left), achieved_on=None, dropped_on=None, due_on__lte=day, case__state__in=Case.RUNNING
    )


def _responsible_takes_part(officer: Officer) -> Q:
    """Goals whose case their responsible officer covers by a position of his, as `covered` says of a hat; of
    one who is away for whom a Plh. stands in they stay his."""
    found = Q(pk__in=[])
    external = {position.pk for position in officer.positions.values() if position.external}
    for (position, area), users in sorted(officer.appointed.items(), key=str):
        revisions = parts_for(officer).revisions({position})
        if not revisions:
            continue
        assigned = CaseOfficer.objects.filter(case=OuterRef("case"), position=position, until=None)
        his = Q(Exists(assigned.filter(user=OuterRef("responsible"))))
        for plh, absent in sorted(officer.standing_in.get((position, area), {}).items()):
            his |= Q(Exists(assigned.filter(user__in=sorted(absent))), responsible=plh)
        here = Q(case__area=area) if area else Q(pk__in=[])
        if position in external:
            here |= Q(case__opened_by=F("responsible")) | his
        else:
            here = here | Q(case__area__isnull=True) if area else Q()
        free = his | ~Q(Exists(assigned))
        found |= Q(responsible__in=sorted(users), case__revision__in=revisions) & free & here
    return found


def requests(officer: Officer) -> QuerySet[Interval]:
    """What was asked of outside parties for no step, and not answered, in running cases he takes part in."""
    return Interval.objects.filter(
        _takes_part(officer),
        kind=Interval.Kind.WAITING,
        attempt=None,
        until=None,
        case__state__in=Case.RUNNING,
        case__agency_id=officer.user.agency_id,
    )


def with_hold(cases: QuerySet[Case]) -> QuerySet[Case]:
    """What a row shows: since when and why the case is held, and when its last step ended."""
    hold = Interval.objects.filter(case=OuterRef("pk"), kind=Interval.Kind.HOLD, until=None)
    ended = Attempt.objects.filter(case=OuterRef("pk")).order_by().values("case")
    return cases.select_related("sop").annotate(
        held_since=Subquery(hold.values("since")[:1]),
        held_reason=Subquery(hold.values("reason")[:1]),
        last_ended=Subquery(ended.annotate(last=Max("ended_at")).values("last")),
    )


def open_to(rows: QuerySet, reader: Officer | None, case: str = "case") -> QuerySet:
    """Of what waits for an officer that of cases which a reader above him may read; all for himself."""
    if reader is None:
        return rows
    return rows.filter(**{f"{case}__in": Case.objects.visible_to(reader).order_by().values("pk")})


def incoming_open_to(rows: QuerySet[IncomingLetter], reader: Officer | None) -> QuerySet[IncomingLetter]:
    """The same of letters that came."""
    if reader is None:
        return rows
    return rows.filter(pk__in=IncomingLetter.objects.visible_to(reader).order_by().values("pk"))
