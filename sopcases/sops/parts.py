"""Which part each position takes in which step, over all revisions of an agency: read once for an officer."""

from collections.abc import Iterable
from functools import cached_property

from sopcases.people.authority import Officer
from sopcases.sops.models import Performer

PART = Performer.Part
NEAR = ({PART.PERFORMS, PART.RECEIVES}, {PART.ORDERS, PART.TAKES_PART}, {PART.DISPOSES, PART.SIGNS})
"""Parts by how near they stand to the case itself."""


class Parts:
    """The agency's performers. One query."""

    def __init__(self, agency_id: int):
        rows = Performer.objects.filter(step__revision__sop__agency_id=agency_id)
        columns = ("position_id", "part", "step_id", "step__revision_id", "position__may_close")
        self.rows: list[tuple[int, str, int, int, bool]] = list(rows.order_by("id").values_list(*columns))

    def steps(self, positions: Iterable[int], *parts: str) -> set[int]:
        """Steps in which one of the positions takes one of the parts."""
        return {step for position, part, step, *_ in self.rows if position in positions and part in parts}

    def having(self, *parts: str) -> set[int]:
        """Steps in which anybody takes one of the parts."""
        return {step for _, part, step, *_ in self.rows if part in parts}

    def revisions(self, positions: Iterable[int], *parts: str) -> set[int]:
        """Revisions in which one of the positions takes one of the parts, or any."""
        return {
            revision
            for position, part, _, revision, _ in self.rows
            if position in positions and (not parts or part in parts)
        }

    @cached_property
    def leading(self) -> dict[int, set[int]]:
        """Revision → the positions that bring its cases to their end. Of those that may close it is for who
        performs or receives in the SOP; where none of them does, for who orders or takes part; else for who
        disposes or signs."""
        found: dict[int, dict[int, set[int]]] = {}
        for position, part, _, revision, may_close in self.rows:
            if may_close:
                near = next(no for no, parts in enumerate(NEAR) if part in parts)
                found.setdefault(revision, {}).setdefault(near, set()).add(position)
        return {revision: by_rank[min(by_rank)] for revision, by_rank in found.items()}

    def led(self, positions: Iterable[int]) -> set[int]:
        """Revisions whose cases one of the positions brings to their end."""
        asked = set(positions)
        return {revision for revision, leaders in self.leading.items() if leaders & asked}


def parts_for(officer: Officer) -> Parts:
    """The parts in his agency, kept with the officer."""
    if "parts" not in officer.kept:
        officer.kept["parts"] = Parts(officer.user.agency_id)
    return officer.kept["parts"]
