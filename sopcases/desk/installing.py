"""Setting an agency up from its files: positions, papers, number series, outcomes, office hours, SOPs."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from sopcases.cases.models import Outcome
from sopcases.letters.models import Series
from sopcases.people.authority import Machine
from sopcases.people.models import Agency
from sopcases.refusal import Refused
from sopcases.sops import agencyfile, revising, shapes, sopfile
from sopcases.sops.models import PaperKind, Revision
from sopcases.sops.naming import Names
from sopcases.worktime.seeding import seed_holidays, seed_hours

FIXTURES = settings.BASE_DIR / "fixtures"
AGENCIES = ("tanjungpinang", "lamandau")
HOURS_FROM = date(2024, 1, 1)


@transaction.atomic
def install_agency(source: Path, by: Machine) -> Agency:
    """A new agency as its file says, with ordinary office hours. Raises Refused if it exists."""
    data = agencyfile.read(shapes.content(source))
    agency = agencyfile.load(data, by)
    Outcome.objects.bulk_create(
        Outcome(agency=agency, name=name, order=order) for order, name in enumerate(data["outcomes"], 1)
    )
    kinds = Names((kind.name, kind.aliases, kind) for kind in PaperKind.objects.filter(agency=agency))
    for given in data["series"]:
        series = Series(
            agency=agency,
            name=given["name"],
            pattern=given["pattern"],
            classification=given["classification"] or "",
            unit=given["unit"] or "",
        )
        try:
            series.full_clean()
        except ValidationError as error:
            raise Refused(f"Seri nomor “{given['name']}”: {' '.join(error.messages)}") from error
        series.save()
        series.kinds.set(kinds.find(name) for name in given["papers"])
    seed_hours(agency, HOURS_FROM)
    return agency


def install_sop(source: Path, agency: Agency, by: Machine, day: date) -> Revision:
    """An SOP file read, checked and put in force for the agency."""
    revision = sopfile.load(sopfile.read(shapes.content(source), agency), agency, by)
    return revising.put_in_force(revision, by, day)


def install_given(by: Machine, day: date, years: Iterable[int]) -> dict[str, Agency]:
    """Both given agencies with the three given SOPs in force, and the holidays of the years."""
    seed_holidays(years)
    agencies = {slug: install_agency(FIXTURES / "agencies" / f"{slug}.yaml", by) for slug in AGENCIES}
    for source in sorted((FIXTURES / "sops").glob("*.yaml")):
        slug = sopfile.read(shapes.content(source))["agency"]
        install_sop(source, agencies[slug], by, day)
    return agencies
