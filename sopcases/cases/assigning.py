"""Handing cases from one officer to another, one or many in one act."""

from collections.abc import Mapping

from sopcases.cases.models import Case
from sopcases.cases.walk import walking_many
from sopcases.people.authority import Officer
from sopcases.people.models import User
from sopcases.refusal import Conflict, NotAllowed, Refused

NONE_CHOSEN = "Pilih paling sedikit satu penanganan."
NO_REASON = "Isi alasan pengalihan."
MOVED = "Petugasnya baru saja diubah orang lain pada {numbers}. Muat ulang halamannya, lalu periksa."
NOT_IN_SOP = "{number}: jabatan ini tidak bertugas dalam SOP penanganan itu."


def reassign(by: Officer, position_id: int, to: User, seen: Mapping[int, int | None], reason: str) -> int:
    """From now on `to` alone acts in the position on these cases.

    `seen` maps each case to the officer who was assigned when the page was shown. All of them or none: raises
    Conflict where somebody else has changed one meanwhile, Refused naming the first case that cannot be
    handed over. As many queries for a hundred cases as for two. Answers how many.
    """
    if not seen:
        raise Refused(NONE_CHOSEN)
    if not (reason := reason.strip()):
        raise Refused(NO_REASON)
    with walking_many([Case(pk=pk) for pk in seen], by) as walks:
        moved = [w.case.number for w in walks if w.assigned.get(position_id) != seen[w.case.pk]]
        if moved:
            raise Conflict(MOVED.format(numbers=", ".join(moved)))
        for walk in walks:
            if not any(position_id in step.positions() for step in walk.plan.steps):
                raise Refused(NOT_IN_SOP.format(number=walk.case.number))
            try:
                walk.assign(position_id, to, reason)
            except NotAllowed:
                raise
            except Refused as refused:
                raise Refused(f"{walk.case.number}: {refused}") from None
    return len(walks)
