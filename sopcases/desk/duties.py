"""Which attempts, papers and cases wait for an officer now. Only querysets, each starting from his positions.

Follows design rule 18: the part his position takes in the step, within the area of the appointment, and where
an officer is assigned only that one. A Plh. suspends the holder already in `Officer.hats`.
"""

from django.db.models import Case as Choose
from django.db.models import CharField, Count, Exists, Max, OuterRef, Q, QuerySet, Subquery, Value, When

from sopcases.cases.models import Attempt, Case, CaseChild, CaseOfficer, Filing, Interval, Waiver
from sopcases.letters.models import Letter
from sopcases.people.authority import Hat, Officer
from sopcases.people.models import User
from sopcases.sops.flow import APPROVING, DISPOSES, PERFORMS, RECEIVES, SIGNS
from sopcases.sops.models import Output, Performer, Step

NOBODY = Q(pk__in=[])
TURNS = (PERFORMS, RECEIVES, DISPOSES, SIGNS)
PENDING = (
    Letter.State.PROPOSED,
    Letter.State.INITIALLED,
    Letter.State.READY,
    Letter.State.DECIDED,
)


def covers(hat: Hat, user: User, case: str = "case") -> Q:
    """Rows of cases that the hat covers: its area, and no other officer assigned in its position.

    `case` is the row's way to its case: "case", or "" for cases themselves. A partner outside the office
    covers cases of his area, and those he opened or is assigned to.
    """
    to = f"{case}__" if case else ""
    assigned = CaseOfficer.objects.filter(case=OuterRef(case or "pk"), until=None)
    found = ~Q(Exists(assigned.filter(position=hat.position_id).exclude(user__in=hat.speaks_for)))
    inside = Q(**{f"{to}area": hat.area_id}) if hat.area_id else NOBODY
    if hat.external:
        own = Q(**{f"{to}opened_by": user}) | Q(
            Exists(assigned.filter(position=hat.position_id, user__in=hat.speaks_for))
        )
        return found & (inside | own)
    return found & (inside | Q(**{f"{to}area__isnull": True})) if hat.area_id else found


def _steps(hat: Hat, *parts: str) -> QuerySet:
    return Performer.objects.filter(position=hat.position_id, part__in=parts).values("step")


def _turns(officer: Officer) -> list[tuple[str, Q]]:
    """What makes an attempt the officer's own now, as ("0 performs", condition): index of the hat, and part.

    The performer's turn is until he has acted, and again where the receiver has taken over but an output is
    missing; the receiver's is between. A step that is only disposed and signed waits for them as long as no
    letter is on its way; a draft returned to the officer waits as a letter, not twice.
    """
    receivers = Performer.objects.filter(step=OuterRef("step"), part=RECEIVES)
    acting = Performer.objects.filter(step=OuterRef("step"), part__in=[PERFORMS, RECEIVES])
    carried = Output.objects.filter(step=OuterRef(OuterRef("step"))).values("carries")
    on_its_way = Filing.objects.filter(
        case=OuterRef("case"), output__in=carried, paper__letter__state__in=PENDING
    )
    to_mend = Filing.objects.filter(
        attempt=OuterRef("pk"),
        paper__letter__state=Letter.State.RETURNED,
        paper__letter__drafted_by=officer.user,
    )
    turns = {
        PERFORMS: (Q(acted_at=None) | Q(received_at__isnull=False) | ~Exists(receivers)) & ~Exists(to_mend),
        RECEIVES: Q(acted_at__isnull=False, received_at=None),
        DISPOSES: ~Exists(acting) & ~Exists(on_its_way),
        SIGNS: ~Exists(acting) & ~Exists(on_its_way),
    }
    return [
        (f"{no} {part}", Q(step__in=_steps(hat, part)) & turn & covers(hat, officer.user))
        for no, hat in enumerate(officer.hats)
        for part, turn in turns.items()
    ]


def live_attempts(officer: Officer) -> QuerySet[Attempt]:
    """Opened attempts of running cases that wait for the officer, future periods among them."""
    found = NOBODY
    for _, mine in _turns(officer):
        found |= mine
    # Said once more for all turns together: so the database starts from the steps of his positions.
    positions = [hat.position_id for hat in officer.hats]
    steps = Performer.objects.filter(position__in=positions, part__in=TURNS).values("step")
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


def to_act(officer: Officer) -> QuerySet[Attempt]:
    """Attempts that wait for the officer himself, and for nobody outside."""
    return live_attempts(officer).exclude(Exists(open_waits()))


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


def with_place(attempts: QuerySet[Attempt], officer: Officer) -> QuerySet[Attempt]:
    """What a row shows: `mine` (the hat's index and the part, see `_turns`), the step and how many there are,
    the case, the child, whether it was assigned, and why the attempt before was returned."""
    steps = Step.objects.filter(revision=OuterRef("step__revision")).order_by().values("revision")
    before = Attempt.objects.filter(
        case=OuterRef("case"), step=OuterRef("step"), state=Attempt.State.RETURNED
    ).order_by("-id")
    mine = CaseOfficer.objects.filter(case=OuterRef("case"), user=officer.user, until=None)
    return attempts.select_related("step", "case__sop", "child", "recorded_by").annotate(
        mine=Choose(
            *(When(turn, then=Value(key)) for key, turn in _turns(officer)), output_field=CharField()
        ),
        step_count=Subquery(steps.annotate(count=Count("id")).values("count")),
        returned=Subquery(before.values("reason")[:1]),
        assigned=Exists(mine),
    )


def letters(officer: Officer) -> QuerySet[Letter]:
    """Letters that wait for the officer, each with the due moments of the step that approves it."""
    approving = Attempt.objects.filter(
        case=OuterRef("case"),
        state__in=Attempt.LIVE,
        opened_at__isnull=False,
        step__in=Performer.objects.filter(part__in=APPROVING).values("step"),
        step__outputs__kind=OuterRef("paper__kind"),
    ).order_by("late_at", "id")
    return (
        Letter.objects.waiting_for(officer)
        .select_related("case__sop", "paper__kind__disposer", "paper__kind__signer", "drafted_by")
        .annotate(
            due_at=Subquery(approving.values("due_at")[:1]), late_at=Subquery(approving.values("late_at")[:1])
        )
    )


def letters_to_act(officer: Officer) -> QuerySet[Letter]:
    """Those that cannot go on without him: not the ones whose ink others have still to give."""
    return Letter.objects.waiting_for(officer).filter(~Q(waits="ink") | Q(state=Letter.State.PRINTABLE))


def to_follow(officer: Officer) -> QuerySet[Waiver]:
    """Papers left to follow, for the performer of the step that lacks them, also after the case is closed."""
    found = NOBODY
    for hat in officer.hats:
        found |= Q(attempt__step__in=_steps(hat, PERFORMS)) & covers(hat, officer.user)
    return Waiver.objects.filter(found, settled_at=None, until__isnull=False)


def to_lead(officer: Officer) -> QuerySet[Case]:
    """Cases for one who may close them and takes part in their SOP: held ones, and those where no step is
    open any more or every child has an outcome."""
    found = NOBODY
    for hat in officer.hats:
        if hat.may_close:
            parts = Performer.objects.filter(
                step__revision=OuterRef("revision"),
                position=hat.position_id,
                part__in=[PERFORMS, RECEIVES],
            )
            found |= Q(Exists(parts)) & covers(hat, officer.user, "")
    live = Attempt.objects.filter(case=OuterRef("pk"), state__in=Attempt.LIVE)
    stays = CaseChild.objects.filter(case=OuterRef("pk"))
    over = ~Exists(live) | (Exists(stays) & ~Exists(stays.filter(left_on=None)))
    return Case.objects.filter(found, agency_id=officer.user.agency_id, state__in=Case.RUNNING).filter(
        Q(state=Case.State.ON_HOLD) | over
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
