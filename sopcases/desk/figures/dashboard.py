"""The page a head opens first: where the children are, what is stuck and why; then how the steps went."""

from datetime import date
from functools import cached_property
from typing import Any

from django import forms

from sopcases.cases.models.case import sops_seen_whole
from sopcases.desk import wording
from sopcases.desk.figures import charts
from sopcases.desk.figures.open import Number, Open
from sopcases.desk.figures.steps import StepFigure, Year
from sopcases.desk.models import Reckoning
from sopcases.desk.running import Standing, standing
from sopcases.people.authority import Officer
from sopcases.sops.models import Revision


def walked(officer: Officer) -> list[Revision]:
    """The revisions of his agency that were ever in force, by SOP, the newest first."""
    found = Revision.objects.walked(officer.day).filter(sop__agency_id=officer.user.agency_id)
    return list(found.select_related("sop").order_by("sop__slug", "-no"))


class AskedForm(forms.Form):
    """Which revision and which year; in place of what cannot be, the first of the choices."""

    revisi = forms.ChoiceField(label="SOP", required=False)
    tahun = forms.ChoiceField(label="Tahun", required=False)

    def __init__(self, data: Any, revisions: list[Revision], this_year: int):
        begun = min((r.in_force_from.year for r in revisions), default=this_year)
        choices = {
            "revisi": [(f"{r.sop.slug}/{r.no}", f"{r.name}, revisi {r.no}") for r in revisions],
            "tahun": [(str(y), str(y)) for y in range(this_year, min(begun, this_year) - 1, -1)],
        }
        possible = {name: dict(found) for name, found in choices.items()}
        asked = {name: data.get(name) for name in choices}
        super().__init__(
            {n: v if v in possible[n] else next(iter(possible[n]), "") for n, v in asked.items()}
        )
        for name, found in choices.items():
            self.fields[name].choices = found
        self.full_clean()


class Dashboard:
    """Everything on the page, for one officer at one moment."""

    def __init__(self, officer: Officer, data: Any):
        self.officer = officer
        revisions = walked(officer)
        self.form = AskedForm(data, revisions, officer.day.year)
        wanted = self.form.cleaned_data["revisi"]
        self.revision = next((r for r in revisions if f"{r.sop.slug}/{r.no}" == wanted), None)
        self.year = int(self.form.cleaned_data["tahun"])
        self.open = Open(officer)

    @property
    def selects(self) -> list[forms.BoundField]:
        return [self.form["revisi"], self.form["tahun"]]

    @property
    def now(self) -> str:
        return wording.moment(self.officer.at, self.officer.at)

    @cached_property
    def standing(self) -> list[Number]:
        return self.open.standing()

    @cached_property
    def stuck(self) -> list[Number]:
        return self.open.stuck()

    @cached_property
    def places(self) -> list[Number]:
        return self.open.places()

    @cached_property
    def load(self) -> list[Number]:
        """Of his people: only for who stands above the whole of an SOP."""
        return self.open.load() if sops_seen_whole(self.officer) else []

    @cached_property
    def months(self) -> list[tuple[date, Number, Number]]:
        return self.open.months()

    @property
    def trend(self) -> charts.Columns:
        rows = [
            (f"{wording.month(month)[:3]} {month:%y}", opened.count, closed.count)
            for month, opened, closed in self.months
        ]
        return charts.columns(rows)

    @cached_property
    def steps(self) -> list[tuple[Standing, StepFigure]]:
        """Each step: where it stands now, and how it went in the year."""
        if self.revision is None:
            return []
        return list(zip(standing(self.revision, self.officer), self.of_year.steps, strict=True))

    @cached_property
    def of_year(self) -> Year:
        return Year(self.revision, self.year, self.officer)

    @cached_property
    def reckoned(self) -> str:
        """Of which moment the figures of ended steps are; "" where none were reckoned yet."""
        row = Reckoning.objects.filter(agency_id=self.officer.user.agency_id).first()
        return wording.moment(row.at, self.officer.at) if row else ""
