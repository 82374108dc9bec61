"""What every report asks first, and says of itself: for whom, of which days, as known when."""

from datetime import date, datetime
from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.db.models import Model, QuerySet
from django.urls import reverse

from sopcases.cases.forms.fields import DayField
from sopcases.cases.models import Case
from sopcases.cases.wording import day, moment
from sopcases.desk.reports.standing import Span, zone_of
from sopcases.desk.reports.table import Column, Row, Slice
from sopcases.desk.sops import sop_names
from sopcases.people.authority import Officer, local_day
from sopcases.people.models import Area
from sopcases.sops.models import Sop

PAGE = 50
KNOWN = "tindakan sampai akhir hari itu, sebagaimana tercatat dalam sopcases pada"


def select() -> forms.Select:
    return forms.Select(attrs={"class": "form-select"})


class AskForm(forms.Form):
    """Every report says as of which day it is: today unless asked otherwise. `today`: the day on
    which it was asked."""

    per = DayField(label="Keadaan per", required=False)

    def __init__(self, data: Any, officer: Officer, today: date):
        super().__init__(data)
        self.officer, self.today = officer, today
        for item in self.fields.values():
            item.widget.attrs.setdefault("class", "form-control")

    def clean_per(self):
        asked = self.cleaned_data["per"]
        if asked and asked > self.today:
            raise forms.ValidationError("Keadaan hari yang akan datang belum dapat dilaporkan.")
        return asked


class RowsForm(AskForm):
    """What a register may be narrowed to."""

    dari = DayField(label="Dari tanggal", required=False)
    sampai = DayField(label="Sampai tanggal", required=False)
    sop = forms.ModelChoiceField(
        Sop.objects.none(), label="SOP", required=False, empty_label="Semua SOP", widget=select()
    )
    status = forms.ChoiceField(
        label="Status",
        required=False,
        choices=[("", "Semua status"), *Case.State.choices],
        widget=select(),
    )
    wilayah = forms.ModelChoiceField(
        Area.objects.none(), label="Kecamatan", required=False, empty_label="Semua", widget=select()
    )
    field_order = ("dari", "sampai", "sop", "status", "wilayah", "per")

    def __init__(self, data: Any, officer: Officer, today: date):
        super().__init__(data, officer, today)
        names = sop_names(officer)
        self.fields["sop"].queryset = Sop.objects.filter(agency=officer.agency)
        self.fields["sop"].choices = [("", "Semua SOP"), *names.items()]
        self.fields["wilayah"].queryset = Area.objects.filter(agency=officer.agency)

    def clean(self):
        data = super().clean()
        first, last = data.get("dari"), data.get("sampai")
        if first and last and last < first:
            self.add_error("sampai", "Tanggal akhir mendahului tanggal awal.")
        return data


class Report:
    """One report as an officer may read it. `at`: the moment asked, which a file made later keeps.

    The page takes a slice of `PAGE`, an export one slice after the other; both know the same rows.
    """

    slug: ClassVar[str]
    title: ClassVar[str]
    about: ClassVar[str]
    """What it is for, on the page of all reports."""
    form_class: ClassVar[type[AskForm]] = AskForm
    template: ClassVar[str] = "desk/reports/rows.html"
    grouped: ClassVar[bool] = False
    """Whether its first column names the table that a row is of."""
    identifies: ClassVar[bool] = False
    """Whether it tells of single children: then names must be asked for before a file shows them."""

    def __init__(self, officer: Officer, data: Any, *, at: datetime | None = None, named: bool = True):
        self.officer, self.data, self.named = officer, data, named
        self.at = at or officer.at

    # --- what each says of itself

    @property
    def columns(self) -> tuple[Column, ...]:
        raise NotImplementedError

    @property
    def units(self) -> int:
        """How long it is, in what `Slice.units` counts."""
        raise NotImplementedError

    def slice(self, after: str, size: int) -> Slice:
        """The rows after a key ("" for the first), about `size` units of them."""
        raise NotImplementedError

    @property
    def notes(self) -> list[str]:
        """How its figures are to be read."""
        return []

    # --- what is asked

    @cached_property
    def today(self) -> date:
        """The day of asking."""
        return local_day(self.officer.agency, self.at)

    @cached_property
    def form(self) -> AskForm:
        return self.form_class(self.data, self.officer, self.today)

    @cached_property
    def asked(self) -> dict:
        return self.form.cleaned_data if self.form.is_valid() else {}

    @property
    def valid(self) -> bool:
        return self.form.is_valid()

    @property
    def parameters(self) -> dict[str, str]:
        """What was asked, as an address and an export keep it."""
        values = {name: self.asked.get(name) for name in self.form.fields}
        kept = {n: v.pk if isinstance(v, Model) else v for n, v in values.items() if v not in (None, "")}
        return {name: str(value) for name, value in kept.items()}

    @cached_property
    def span(self) -> Span:
        last = self.asked.get("per") or self.today
        return Span(last.replace(month=1, day=1), last, zone_of(self.officer.agency), self.at)

    @property
    def cases(self) -> QuerySet[Case]:
        """The cases that count: those the officer may read."""
        return Case.objects.visible_to(self.officer)

    # --- on the page

    @property
    def url(self) -> str:
        return reverse(f"desk:{self.slug}")

    def address(self, **more: str) -> str:
        query = urlencode(self.parameters | more)
        return f"{self.url}?{query}" if query else self.url

    @cached_property
    def page(self) -> Slice:
        after = self.data.get("sesudah", "")
        return self.slice(after if isinstance(after, str) else "", PAGE) if self.valid else Slice((), "", 0)

    @property
    def following(self) -> str:
        return self.address(sesudah=self.page.after) if self.page.after else ""

    @property
    def beginning(self) -> str:
        return self.address() if self.data.get("sesudah") else ""

    @property
    def narrowed(self) -> bool:
        return bool(self.parameters)

    @property
    def lines(self) -> list[tuple[Row, list[tuple[Column, str]]]]:
        """The rows of this page with each cell beside its column."""
        return [
            (row, list(zip(self.columns, row.texts(self.columns), strict=True))) for row in self.page.rows
        ]

    # --- what stands above the table, here and on paper

    @property
    def facts(self) -> list[tuple[str, str]]:
        told = [(self.form.fields[name].label, self._said(name)) for name in self.parameters if name != "per"]
        return [
            *told,
            ("Keadaan per", day(self.span.last)),
            ("Dihitung", f"{KNOWN} {moment(self.at)}"),
            ("Cakupan", f"penanganan yang boleh dilihat {self.officer.user} ({self.officer.title})"),
        ]

    def _said(self, name: str) -> str:
        value = self.asked[name]
        choices = {str(key): str(label) for key, label in getattr(self.form.fields[name], "choices", ())}
        if str(getattr(value, "pk", value)) in choices:
            return choices[str(getattr(value, "pk", value))]
        return day(value) if hasattr(value, "year") else str(value)
