"""Setting an agency up from files: positions, papers, series, outcomes, categories, office hours, SOPs."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from django.conf import settings
from django.db import transaction

from sopcases.cases.models import Category, Outcome
from sopcases.desk.models import Indicator
from sopcases.letters import housefile
from sopcases.people.authority import Machine
from sopcases.people.models import Agency
from sopcases.sops import agencyfile, revising, shapes, sopfile
from sopcases.sops.models import Revision
from sopcases.sops.shapes import Choice, List, Map, Text
from sopcases.worktime.seeding import seed_holidays, seed_hours

FIXTURES = settings.BASE_DIR / "fixtures"
FIELDS = {
    "indicators": List(
        Map(
            {"name": Text(limit=200), "measure": Choice(list(Indicator.Measure.values))},
            required=frozenset({"name", "measure"}),
        )
    )
}
"""The key that an agency's file has for the desk; which SOPs an indicator is of is set in the admin."""
AGENCIES = ("tanjungpinang", "lamandau")
HOURS_FROM = date(2024, 1, 1)


@transaction.atomic
def install_agency(source: Path, by: Machine) -> Agency:
    """A new agency as its file says, with ordinary office hours. Raises Refused if it exists."""
    data = agencyfile.read(shapes.content(source), housefile.FIELDS | FIELDS)
    agency = agencyfile.load(data, by)
    Outcome.objects.bulk_create(
        Outcome(agency=agency, name=name, order=order) for order, name in enumerate(data["outcomes"], 1)
    )
    Category.objects.bulk_create(
        Category(agency=agency, name=name, order=order) for order, name in enumerate(data["categories"], 1)
    )
    Indicator.objects.bulk_create(
        Indicator(agency=agency, order=order, **one) for order, one in enumerate(data["indicators"], 1)
    )
    housefile.load(data, agency)
    seed_hours(agency, HOURS_FROM)
    return agency


def exported(agency: Agency) -> str:
    """An agency as the file that makes it anew elsewhere: no people, no crest, no office hours."""
    lists = {
        name: list(getattr(agency, name).order_by("order", "pk").values_list("name", flat=True))
        for name in ("outcomes", "categories")
    }
    indicators = list(agency.indicators.values("name", "measure"))
    house = housefile.dump(agency)
    return sopfile.to_yaml({**agencyfile.dump(agency), **house, **lists, "indicators": indicators})


def install_sop(source: Path, agency: Agency, by: Machine, day: date) -> Revision:
    """An SOP file read, checked and put in force for the agency."""
    revision = sopfile.load(sopfile.read(shapes.content(source), agency), agency, by)
    reason = "" if revision.ratified_by_name else "Diberlakukan saat dipasang"
    return revising.put_in_force(revision, by, day, official=revising.approved_by(revision), reason=reason)


def install_given(by: Machine, day: date, years: Iterable[int]) -> dict[str, Agency]:
    """Both given agencies with the three given SOPs in force, and the holidays of the years."""
    seed_holidays(years)
    agencies = {slug: install_agency(FIXTURES / "agencies" / f"{slug}.yaml", by) for slug in AGENCIES}
    for source in sorted((FIXTURES / "sops").glob("*.yaml")):
        slug = sopfile.read(shapes.content(source))["agency"]
        install_sop(source, agencies[slug], by, day)
    return agencies
