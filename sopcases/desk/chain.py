"""Who answers for whose desk: the superior for those below him; for partners outside the office, whom nobody
of it commands, those who lead the cases they take part in; and both for what officers left behind.

A case stays assigned to its officer when he leaves, is suspended, or changes his position. Nobody else acts
in it until somebody above hands it over, so it must be seen there.
"""

from collections.abc import Container, Iterable
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from sopcases.cases.models import Case, CaseOfficer
from sopcases.people.authority import Officer
from sopcases.people.models import User
from sopcases.sops.parts import parts_for

WALKED = (Case.State.REPORTED, Case.State.ACTIVE)
"""Cases that can be handed over: what is held rests."""


class Left(NamedTuple):
    """How many cases of an area (None: of none) are still assigned to a user in a position he left."""

    user: int
    position: int
    area: int | None
    cases: int


def below(officer: Officer) -> set[int]:
    """The positions whose desks an officer answers for; partners outside the office answer for none."""
    found: set[int] = set()
    for hat in officer.hats:
        if not hat.external:
            under = officer.reach[hat.position_id]
            found |= under - {hat.position_id} | _partners(officer, parts_for(officer).led(under))
    return found


def _partners(officer: Officer, revisions: set[int]) -> set[int]:
    """Positions outside the office, without a superior, that take part in those revisions."""
    return {
        position.pk
        for position in officer.positions.values()
        if _commanded_by_nobody(officer, position.pk)
        and revisions & parts_for(officer).revisions({position.pk})
    }


def _commanded_by_nobody(officer: Officer, position: int) -> bool:
    row = officer.positions[position]
    return row.external and row.superior_id is None


def above(
    officer: Officer, position: int, areas: Container[int | None] | None, revisions: Iterable[int]
) -> list[int]:
    """Users: who answers for the officer in a position, in one of the areas (None: wherever), and for a
    partner whom nobody commands in cases of those revisions."""
    if not _commanded_by_nobody(officer, position):
        return officer.superiors(position, areas)
    leading = parts_for(officer).leading
    leaders = {leader for revision in revisions for leader in leading.get(revision, ())}
    return sorted({user for user, held, _ in officer.acting if held in leaders} - {officer.user.pk})


def wherever(area: int | None) -> tuple[int | None, ...] | None:
    """Whose appointment covers a case of an area; one of none is anybody's."""
    return None if area is None else (None, area)


def left_behind(
    officer: Officer, positions: Iterable[int], cases: QuerySet[Case], user: int | None = None
) -> list[Left]:
    """Who left one of these positions, and how many of the cases are still assigned to him; or the one
    user asked for. One query, two where somebody did."""
    positions, holding = set(positions), officer.holding
    running = cases.filter(state__in=WALKED).order_by()
    assigned = CaseOfficer.objects.filter(until=None, case__in=running.values("pk"))
    # Looked up by user and position, few of each: never through all that is assigned.
    gone = [
        ~Q(pk__in=[holder for holder, held in holding if held == position])
        & Exists(assigned.filter(user=OuterRef("pk"), position=position))
        for position in sorted(positions)
    ]
    users = User.objects.filter(reduce(or_, gone, Q(pk__in=[])), agency=officer.user.agency_id)
    if user is not None:
        users = users.filter(pk=user)
    ids = list(users.order_by("pk").values_list("pk", flat=True))
    if not ids:
        return []
    rows = assigned.filter(user__in=ids, position__in=positions).order_by("user", "position", "case__area")
    counted = rows.values_list("user", "position", "case__area").annotate(Count("pk"))
    return [left for row in counted if ((left := Left(*row)).user, left.position) not in holding]
