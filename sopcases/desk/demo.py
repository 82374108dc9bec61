"""The demonstration: both agencies, fictitious people, and cases at every stage, walked through the verbs."""

from datetime import date
from typing import Any

import yaml
from django.contrib.auth.hashers import make_password
from django.db import transaction

from sopcases.desk import letter_stories
from sopcases.desk.figures.reckoning import reckon
from sopcases.desk.installing import FIXTURES, HOURS_FROM, install_given
from sopcases.desk.stories import tell
from sopcases.people.authority import Machine
from sopcases.people.models import Agency, Appointment, Area, Position, User

PASSWORD = "demo-sopcases"  # noqa: S105, public on purpose: DEMO never starts in production
BASIS = "SK Contoh Nomor 1 Tahun 2024"
IN_FORCE_FROM = date(2024, 3, 4)
"""The day on which the sheets were ratified."""


def staff() -> dict[str, list[dict[str, Any]]]:
    """Agency → its people, as fixtures/demo/staff.yaml says."""
    return yaml.safe_load((FIXTURES / "demo" / "staff.yaml").read_text(encoding="utf-8"))


def accounts() -> list[tuple[str, str, str]]:
    """Username, position and agency of every account of the demonstration that exists."""
    rows = []
    for slug, people in staff().items():
        known = set(User.objects.filter(agency__slug=slug).values_list("username", flat=True))
        name = Agency.objects.filter(slug=slug).values_list("short_name", flat=True).first()
        for person in people:
            if (username := f"{person['login']}.{slug}") in known:
                rows.append((username, person.get("position", "Admin SOP dan jabatan"), name))
    return rows


def is_empty() -> bool:
    """Whether nobody has begun to use the database."""
    return not (Agency.objects.exists() or User.objects.exists())


@transaction.atomic
def set_up(at) -> None:
    """Everything, or nothing if anything fails. `at`: the moment up to which the stories are told."""
    machine = Machine(at)
    agencies = install_given(machine, IN_FORCE_FROM, range(HOURS_FROM.year, at.year + 2))
    password = make_password(PASSWORD)  # hashed once: it is the same for all, and each hash takes its time
    for slug, people in staff().items():
        for person in people:
            _add(agencies[slug], person, password, HOURS_FROM)
    tell(agencies, at)
    letter_stories.tell(agencies, at, PASSWORD)
    for agency in agencies.values():
        reckon(agency, at)


def _add(agency: Agency, person: dict[str, Any], password: str, first: date) -> None:
    user = User.objects.create(
        username=f"{person['login']}.{agency.slug}",
        password=password,
        name=person["name"],
        agency=agency,
        nip=person.get("nip", ""),
        nip_label=person.get("nip_label", "NIP"),
        rank=person.get("rank", ""),
        is_staff=person.get("admin", False),
    )
    if "position" in person:
        Appointment.objects.create(
            user=user,
            position=Position.objects.get(agency=agency, name=person["position"]),
            valid_from=first,
            basis=BASIS,
            printed_title=person.get("title", ""),
            area=Area.objects.get(agency=agency, name=person["area"]) if "area" in person else None,
        )
