"""The SOPs of an officer's agency as lists, registers and figures name them."""

from typing import NamedTuple

from sopcases.people.authority import Officer
from sopcases.sops.models import Revision


class Known(NamedTuple):
    """An SOP by the name of the latest revision that was ever in force."""

    pk: int
    slug: str
    name: str


def sops_of(officer: Officer) -> list[Known]:
    """Those that ever had a revision in force, withdrawn ones too, for their cases go on; in alphabetical
    order. Read once a page."""
    if "sops" not in officer.kept:
        rows = Revision.objects.walked(officer.day).filter(sop__agency_id=officer.user.agency_id)
        latest = {row[0]: Known(*row) for row in rows.order_by("no").values_list("sop", "sop__slug", "name")}
        officer.kept["sops"] = sorted(latest.values(), key=lambda sop: (sop.name, sop.pk))
    return officer.kept["sops"]


def sop_names(officer: Officer) -> dict[int, str]:
    return {sop.pk: sop.name for sop in sops_of(officer)}
