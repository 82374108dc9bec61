"""The people named in a letter, as they are on the day: copied into its text, never looked up again."""

from datetime import date

from sopcases.people.authority import in_force
from sopcases.people.models import Agency, Position, User


def staff(agency: Agency, day: date) -> dict[int, dict]:
    """Everyone who holds a position of the agency on the day, the highest first.

    Each: user, name, nip_label, nip, rank, title.
    """
    above = dict(Position.objects.filter(agency=agency).values_list("id", "superior_id"))
    found: dict[int, tuple[int, str, dict]] = {}
    for appointment in in_force(agency.pk, day):
        user = appointment.user
        if user.agency_id != agency.pk:
            continue
        depth = _depth(appointment.position_id, above) + (100 if appointment.position.external else 0)
        if user.pk not in found or depth < found[user.pk][0]:
            found[user.pk] = (depth, user.name, facts(user, appointment.title))
    return {row["user"]: row for _, _, row in sorted(found.values(), key=lambda r: r[:2])}


def facts(user: User, title: str) -> dict:
    return {
        "user": user.pk,
        "name": user.name,
        "nip_label": user.nip_label,
        "nip": user.nip,
        "rank": user.rank,
        "title": title,
    }


def _depth(position: int | None, above: dict[int, int | None]) -> int:
    """How far below the top; a loop typed by mistake ends the count."""
    seen: set[int] = set()
    while position is not None and position not in seen:
        seen.add(position)
        position = above.get(position)
    return len(seen)
