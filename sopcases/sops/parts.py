"""Which part each position takes in which step, over all revisions of an agency: read once for an officer."""

from collections.abc import Iterable

from sopcases.people.authority import Officer
from sopcases.sops.models import Performer


class Parts:
    """The agency's performers. One query."""

    def __init__(self, agency_id: int):
        rows = Performer.objects.filter(step__revision__sop__agency_id=agency_id)
        self.rows: list[tuple[int, str, int, int]] = list(
            rows.order_by("id").values_list("position_id", "part", "step_id", "step__revision_id")
        )

    def steps(self, positions: Iterable[int], *parts: str) -> set[int]:
        """Steps in which one of the positions takes one of the parts."""
        return {step for position, part, step, _ in self.rows if position in positions and part in parts}

    def having(self, *parts: str) -> set[int]:
        """Steps in which anybody takes one of the parts."""
        return {step for _, part, step, _ in self.rows if part in parts}

    def revisions(self, positions: Iterable[int], *parts: str) -> set[int]:
        """Revisions in which one of the positions takes one of the parts, or any."""
        return {
            revision
            for position, part, _, revision in self.rows
            if position in positions and (not parts or part in parts)
        }


def parts_for(officer: Officer) -> Parts:
    """The parts in his agency, kept with the officer."""
    if "_parts" not in officer.__dict__:
        officer.__dict__["_parts"] = Parts(officer.user.agency_id)
    return officer.__dict__["_parts"]
