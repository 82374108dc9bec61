"""A message to a colleague, to copy into whatever the office talks with: number, initials, what is asked and
until when, and the address, which asks the reader who he is. Never a child's name."""

from django.conf import settings

from sopcases.cases.addresses import case_url
from sopcases.cases.page.acts import Action, next_action
from sopcases.cases.page.reading import Reading

FEW = 3
"""Initials of more children say nothing; they are counted."""


def whom(reading: Reading) -> str:
    """The children of the case by initials, or how many."""
    stays = reading.progress.stays
    inside = [s.child for s in stays if s.left_on is None] or [s.child for s in stays]
    if not inside:
        return "belum ada anak terdata"
    if len(inside) > FEW:
        return f"{len(inside)} anak"
    return "anak " + ", ".join(child.initials for child in inside)


def of_case(reading: Reading) -> str:
    """What to write to a colleague about a case as it stands."""
    case, action = reading.case, next_action(reading)
    head = f"Penanganan {case.number} ({case.sop.noun}, {whom(reading)})."
    lines = [head, *_asked(action), settings.PUBLIC_URL + case_url(case)]
    return "\n".join(lines)


def _asked(action: Action | None) -> list[str]:
    if action is None:
        return ["Tidak ada langkah yang terbuka."]
    asked = f"{action.place}: {action.title.rstrip('.')}."
    return [
        asked,
        *([f"{action.waits.rstrip('.')}."] if action.waits else []),
        *([action.text] if action.text else []),
    ]
