"""The register of a year as a page, a print and a spreadsheet: what both agendas of letters share."""

import io
from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar, Protocol
from urllib.parse import urlencode

import xlsxwriter
from django import forms
from django.db.models import Model, QuerySet
from django.urls import reverse

from sopcases.cases.printing import printed
from sopcases.cases.wording import moment
from sopcases.letters import register
from sopcases.people.authority import Officer

PAGE = 50
PRINTED = 5000
UNKNOWN = "Tidak ada catatannya dalam agenda ini; laporkan kepada admin sopcases"


def _choice() -> forms.Select:
    return forms.Select(attrs={"class": "form-select"})


class YearForm(forms.Form):
    """Which year, and what is looked for."""

    tahun = forms.TypedChoiceField(label="Tahun", coerce=int, widget=_choice())
    status = forms.ChoiceField(label="Status", required=False, widget=_choice())
    q = forms.CharField(
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "class": "form-control", "autocomplete": "off"}),
    )


class Row(Protocol):
    """What a row of a register can tell a print."""

    struck: bool

    def cells(self) -> list[str]: ...


class YearRegister:
    """One year as this officer sees it, the latest number first; a constant number of queries."""

    form_class: ClassVar[type[YearForm]] = YearForm
    title: ClassVar[str]
    table: ClassVar[str]
    """The table's class on paper: it says how wide the columns are."""
    columns: ClassVar[Sequence[str]]
    widths: ClassVar[Sequence[int]]
    addresses: ClassVar[tuple[str, str, str]]
    """Of the page, the print and the spreadsheet."""

    def __init__(self, officer: Officer, data: Any):
        self.officer, self.data = officer, data

    # --- what a register says of itself

    @property
    def held(self) -> QuerySet:
        """The rows whose years can be asked for."""
        raise NotImplementedError

    @property
    def found(self) -> QuerySet:
        """The rows asked for, the latest first."""
        raise NotImplementedError

    def below(self, rows: QuerySet) -> QuerySet:
        """Those after the last row of the page before, which `sebelum` names."""
        raise NotImplementedError

    def cursor(self, row: Model) -> int:
        """How an address names the last row of its page."""
        raise NotImplementedError

    def told(self, shown: list, following: Model | None) -> list[Row]:
        """The rows as they are told, with the gaps between them; `following`: the first of the next page."""
        raise NotImplementedError

    # --- what is asked

    @cached_property
    def keeps(self) -> bool:
        """Whether he keeps the register."""
        return register.refuse_keep(self.officer) is None

    @cached_property
    def years(self) -> list[int]:
        """Every year with a row, and this one; the latest first."""
        held = self.held.order_by().values_list("year", flat=True)
        return sorted({self.officer.day.year, *held.distinct()}, reverse=True)

    @property
    def defaults(self) -> dict:
        """What is shown when nothing is asked."""
        return {"tahun": self.officer.day.year}

    @cached_property
    def form(self) -> YearForm:
        given = {name: self.data.get(name, "") for name in self.form_class.base_fields}
        form = self.form_class(self.defaults | {name: value for name, value in given.items() if value})
        form.fields["tahun"].choices = [(year, year) for year in self.years]
        return form

    @cached_property
    def asked(self) -> dict:
        return self.form.cleaned_data if self.form.is_valid() else {}

    @property
    def year(self) -> int:
        return self.asked.get("tahun") or self.officer.day.year

    @property
    def narrowed(self) -> bool:
        return bool(self.asked.get("q") or self.asked.get("status"))

    # --- page by page

    @cached_property
    def _page(self) -> tuple[list, Model | None]:
        """The rows of this page, and the first one of the next."""
        rows = list(self.below(self.found)[: PAGE + 1])
        return rows[:PAGE], rows[PAGE] if len(rows) > PAGE else None

    @cached_property
    def rows(self) -> list[Row]:
        return self.told(*self._page)

    @property
    def older(self) -> str:
        shown, following = self._page
        return self.address(sebelum=self.cursor(shown[-1])) if following else ""

    @property
    def newest(self) -> str:
        return self.address() if self.data.get("sebelum") else ""

    def address(self, name: str = "", **more) -> str:
        """A page of this register, with what was asked for."""
        kept = {key: self.asked.get(key) for key in self.form_class.base_fields} | {"tahun": self.year}
        values = {key: value.pk if isinstance(value, Model) else value for key, value in kept.items()}
        query = urlencode({key: value for key, value in (values | more).items() if value})
        return f"{reverse(f'letters:{name or self.addresses[0]}')}?{query}"

    @property
    def print_url(self) -> str:
        return self.address(self.addresses[1])

    @property
    def sheet_url(self) -> str:
        return self.address(self.addresses[2])

    # --- on paper

    @property
    def name(self) -> str:
        """Of its files, without ending."""
        return f"{self.title.lower().replace(' ', '-')}-{self.year}"

    @property
    def facts(self) -> list[tuple[str, object]]:
        """What stands above the table."""
        states = {key: label for key, label in self.form.fields["status"].choices if key}
        told = [states.get(self.asked.get("status")), self.asked.get("q")]
        narrowed = [("Disaring menurut", ", ".join(filter(None, told)))] if self.narrowed else []
        return [("Tahun", self.year), *narrowed, ("Dicetak", moment(self.officer.at))]

    @cached_property
    def everything(self) -> list[Row]:
        """All rows of the year, the first number first."""
        rows = list(self.found[: PRINTED + 1])
        return self.told(rows[:PRINTED], rows[PRINTED] if len(rows) > PRINTED else None)[::-1]

    def pdf(self) -> bytes:
        context = {"table": self.table, "columns": self.columns, "rows": self.everything, "facts": self.facts}
        key = f"{self.name}-{self.officer.user.pk}-{self.officer.at.isoformat()}"
        return printed("print/agenda.html", self.officer.agency, self.title, context, key=key)

    def xlsx(self) -> bytes:
        cells = [row.cells() for row in self.everything]
        return spreadsheet(f"{self.title} {self.year}", self.columns, self.widths, cells, self.officer.at)


def spreadsheet(
    title: str, columns: Sequence[str], widths: Sequence[int], rows: list[list[str]], created: datetime
) -> bytes:
    """A register as a spreadsheet; whatever looks like a formula is text."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": title, "created": created})
        page = book.add_worksheet(f"Agenda {title[-4:]}")
        bold = book.add_format({"bold": True, "bottom": 1})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        page.write_row(0, 0, columns, bold)
        for index, cells in enumerate(rows, 1):
            page.write_row(index, 0, cells, wrap)
        for index, width in enumerate(widths):
            page.set_column(index, index, width)
        page.freeze_panes(1, 1)
        page.autofilter(0, 0, max(1, len(rows)), len(columns) - 1)
    return out.getvalue()
