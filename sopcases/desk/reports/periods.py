"""Which year or month a recap is of: only what has begun, and as far as it is over."""

from collections.abc import Sequence
from datetime import date
from functools import cached_property
from typing import Any, ClassVar

from django import forms

from sopcases.cases.models import Case
from sopcases.desk.reports.asking import AskForm, Report, select
from sopcases.desk.reports.standing import Span, zone_of
from sopcases.people.authority import Officer
from sopcases.worktime.calendar import MONTHS
from sopcases.worktime.periods import period


class YearField(forms.TypedChoiceField):
    """A year in which the office had cases; left empty, this one."""

    def __init__(self):
        super().__init__(label="Tahun", required=False, coerce=int, empty_value=None, widget=select())

    def offer(self, officer: Officer, today: date) -> None:
        first = Case.objects.filter(agency=officer.agency).order_by("opened_at").values_list("opened_at")[:1]
        zone = zone_of(officer.agency)
        begun = next((at.astimezone(zone).year for (at,) in first), today.year)
        years = range(today.year, begun - 1, -1)
        self.choices = [("", "Tahun ini"), *((year, year) for year in years)]


class YearForm(AskForm):
    """A year, as far as it is over."""

    tahun = YearField()
    field_order: ClassVar[Sequence[str]] = ("tahun", "per")

    def __init__(self, data: Any, officer: Officer, today: date):
        super().__init__(data, officer, today)
        self.fields["tahun"].offer(officer, today)

    def clean(self):
        data = super().clean()
        begins = date(data.get("tahun") or self.today.year, data.get("bulan") or 1, 1)
        if (data.get("per") or self.today) < begins:
            where = "per" if data.get("per") or "bulan" not in self.fields else "bulan"
            self.add_error(where, "Masa ini belum dimulai pada hari itu. Pilih masa atau hari yang lain.")
        return data


class PeriodForm(YearForm):
    """A month of a year, or the whole of it."""

    bulan = forms.TypedChoiceField(
        label="Bulan",
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "Setahun"), *enumerate(MONTHS, 1)],
        widget=select(),
    )
    field_order = ("tahun", "bulan", "per")


class PeriodReport(Report):
    """A report of a year or a month, as far as it is over."""

    @cached_property
    def span(self) -> Span:
        year, month = self.asked.get("tahun") or self.today.year, self.asked.get("bulan")
        first, last = period(date(year, month or 1, 1), 1 if month else 12)
        last = min(last, self.asked.get("per") or self.today)
        return Span(first, last, zone_of(self.officer.agency), self.at)
