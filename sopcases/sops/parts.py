"""Which part each position takes in which step, over all revisions of an agency: read once for an officer."""

from collections.abc import Iterable

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

    def led(self, positions: Iterable[int]) -> set[int]:
        """Revisions whose cases one of the positions brings to their end. Of those that may close it is for
        who performs or receives in the SOP; where none of them does, for who orders or takes part; else for
        who disposes or signs."""
        rank: dict[int, int] = {}
        own: dict[int, int] = {}
        for position, part, _, revision, may_close in self.rows:
            if may_close:
                near = next(no for no, parts in enumerate(NEAR) if part in parts)
                rank[revision] = min(near, rank.get(revision, near))
                if position in positions:
                    own[revision] = min(near, own.get(revision, near))
        return {revision for revision, near in own.items() if near == rank[revision]}


def parts_for(officer: Officer) -> Parts:
    """The parts in his agency, kept with the officer."""
    if "_parts" not in officer.__dict__:
        officer.__dict__["_parts"] = Parts(officer.user.agency_id)
    return officer.__dict__["_parts"]
