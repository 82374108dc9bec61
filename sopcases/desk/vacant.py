"""Steps that wait for nobody, because the post whose turn it is is vacant.

Where nobody is assigned in it, and no appointment of today reaches the case: also an appointment for another
area leaves it waiting. What is assigned to somebody who left is not here (`chain.left_behind`).
"""

from functools import reduce
from operator import and_

from django.db.models import Q

from sopcases.cases.models.case import unassigned
from sopcases.desk import duties
from sopcases.people.authority import Officer
from sopcases.sops.flow import PERFORMS, RECEIVES
from sopcases.sops.parts import parts_for


def posts(officer: Officer) -> Officer | None:
    """Stands for the posts of the agency that are vacant somewhere: what waits for them is his. None, without
    a query, where each post that performs or receives is held for the whole agency. Kept for the moment."""
    if "vacant" not in officer.kept:
        officer.kept["vacant"] = _posts(officer)
    return officer.kept["vacant"]


def _posts(officer: Officer) -> Officer | None:
    acting = {position for position, part, *_ in parts_for(officer).rows if part in (PERFORMS, RECEIVES)}
    open_posts = sorted(position for position in acting if not _held_everywhere(officer, position))
    turns = _turns(officer, open_posts)
    if not turns:
        return None
    found = officer.nobody(open_posts)
    found.__dict__["_turns"] = turns  # where `duties` keeps those of each officer
    return found


def _held_everywhere(officer: Officer, position: int) -> bool:
    return not officer.positions[position].external and (position, None) in officer.appointed


def _turns(officer: Officer, open_posts: list[int]) -> list[tuple[str, Q]]:
    """As `duties` tells them: a step of several posts waits for nobody where none of them is held."""
    received = parts_for(officer).having(RECEIVES)
    found = []
    for part in (PERFORMS, RECEIVES):
        for sharing, steps in _by_posts(officer, part).items():
            if sharing <= set(open_posts):
                turn = duties.to_perform(steps, received) if part == PERFORMS else duties.to_receive(steps)
                none = reduce(and_, (_reached_by_nobody(officer, post) for post in sorted(sharing)))
                found.append((f"{open_posts.index(min(sharing))} {part}", turn & none))
    return found


def _by_posts(officer: Officer, part: str) -> dict[frozenset[int], set[int]]:
    """The posts that take a part together → the steps in which they do."""
    taking: dict[int, set[int]] = {}
    for position, taken, step, *_ in parts_for(officer).rows:
        if taken == part:
            taking.setdefault(step, set()).add(position)
    found: dict[frozenset[int], set[int]] = {}
    for step, positions in taking.items():
        found.setdefault(frozenset(positions), set()).add(step)
    return found


def _reached_by_nobody(officer: Officer, position: int) -> Q:
    """Rows of cases in which nobody is assigned in the position, and that no appointment to it covers."""
    areas = {area for held, area in officer.appointed if held == position and area}
    found = Q(unassigned(position))
    if areas:
        found &= ~Q(case__area__in=areas)
    if officer.positions[position].external:
        return found & ~Q(case__opened_by__in=officer.holders_of(position))
    return found & Q(case__area__isnull=False) if areas else found
