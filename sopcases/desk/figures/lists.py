"""The lists behind figures that are no lists of cases: children by place, ended attempts of a step."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from sopcases.cases.addresses import case_url
from sopcases.cases.models import CaseChild, Waiver
from sopcases.desk import wording
from sopcases.desk.figures.measures import Figure
from sopcases.desk.figures.open import elsewhere, located, stays
from sopcases.desk.figures.steps import ONLY, StepFigure, Year, told
from sopcases.desk.models import Measure
from sopcases.desk.paging import older, read_id
from sopcases.people.authority import Officer
from sopcases.sops.flow import PlanStep
from sopcases.sops.models import PaperKind, Revision

PAGE = 25


class Children:
    """The children in running cases, of one SOP or all, at one place or anywhere."""

    def __init__(self, officer: Officer, data: Any):
        self.officer = officer
        place = data.get("tempat")
        self.slug = _storable(data.get("sop", "")[:50])
        self.place = place if place is None else _storable(place)
        self.others = bool(data.get("lain")) and self.place is None
        self.after = read_id(data.get("sesudah", ""))

    @property
    def title(self) -> str:
        if self.others:
            return "Anak yang berada di tempat lain"
        if self.place is None:
            return "Anak dalam penanganan"
        return f"Anak yang berada di {self.place}" if self.place else "Anak yang keberadaannya belum dicatat"

    @property
    def now(self) -> str:
        return wording.moment(self.officer.at, self.officer.at)

    @cached_property
    def stays(self) -> QuerySet[CaseChild]:
        found = located(stays(self.officer, self.slug), self.officer)
        if self.others:
            return elsewhere(found)
        return found if self.place is None else found.filter(where=self.place or None)

    @property
    def count(self) -> int:
        return self.stays.count()

    @cached_property
    def rows(self) -> list[tuple[CaseChild, str]]:
        """Each stay and the address of its case."""
        found = self.stays.filter(pk__gt=self.after).select_related("child__merged_into", "case__sop")
        return [(stay, case_url(stay.case)) for stay in found.order_by("pk")[:PAGE]]

    @property
    def older(self) -> str:
        if len(self.rows) < PAGE:
            return ""
        kept = {"sop": self.slug} if self.slug else {}
        kept |= {} if self.place is None else {"tempat": self.place}
        kept |= {"lain": "1"} if self.others else {}
        return "?" + urlencode(kept | {"sesudah": self.rows[-1][0].pk})


@dataclass(frozen=True)
class Line:
    """One ended attempt as a row."""

    number: str
    url: str
    day: date
    state: str
    minutes: str
    own: str
    """Where it is another than what was given as the time of doing."""
    waited: str
    late: bool
    marks: tuple[str, ...]


class StepList:
    """A step of a revision in a year: its figure, month by month, and the attempts behind it."""

    def __init__(self, revision: Revision, key: str, officer: Officer, data: Any):
        self.year = _between(data.get("tahun", ""), 2000, 2199) or officer.day.year
        self.of_year = Year(revision, self.year, officer)
        self.officer, self.data = officer, data
        self.key = key
        self.what = data.get("hanya", "") if data.get("hanya", "") in ONLY else ""
        self.month = _between(data.get("bulan", ""), 1, 12)

    @cached_property
    def step(self) -> StepFigure | None:
        return next((s for s in self.of_year.steps if s.step.key == self.key), None)

    @property
    def plan_step(self) -> PlanStep:
        return self.step.step

    @cached_property
    def paper(self) -> PaperKind | None:
        """The kind of paper that was left to follow or out, where that is asked for."""
        kind = read_id(self.data.get("kelengkapan", ""))
        kinds = PaperKind.objects.filter(agency=self.officer.agency)
        return kinds.filter(pk=kind).first() if kind else None

    @property
    def caption(self) -> str:
        when = wording.month(date(self.year, self.month, 1)) if self.month else str(self.year)
        paper = f", dengan {self.paper.name} menyusul atau tidak diterbitkan" if self.paper else ""
        return f"Yang {ONLY[self.what].words} pada {when}{paper}"

    @cached_property
    def months(self) -> list[tuple[date, Figure, str, str, str]]:
        """Each month: its figure, median and ninetieth percentile in words, and the address of its list."""
        by_calendar = self.step.by_calendar
        return [
            (
                month,
                figure,
                told(figure.median, by_calendar),
                told(figure.ninetieth, by_calendar),
                f"{self.step.url}&bulan={month.month}",
            )
            for month, figure in self.of_year.months(self.plan_step)
        ]

    @property
    def measures(self) -> QuerySet[Measure]:
        found = self.of_year.measures.filter(step=self.plan_step.id, **ONLY[self.what].where)
        if self.paper:
            left = Waiver.objects.filter(attempt=OuterRef("attempt"), kind=self.paper)
            found = found.filter(Exists(left), waived=True)
        return found.filter(day__month=self.month) if self.month else found

    @property
    def count(self) -> int:
        return self.measures.count()

    @cached_property
    def _page(self) -> list[Measure]:
        """The latest first, paged by key."""
        day, _, pk = self.data.get("sebelum", "").partition("_")
        found = self.measures.select_related("case__sop").order_by("-day", "-pk")
        try:
            before, last = date.fromisoformat(day), read_id(pk)
        except ValueError:
            return list(found[: PAGE + 1])
        return list(found.filter(older("day", (before, last)))[: PAGE + 1])

    @cached_property
    def lines(self) -> list[Line]:
        by_calendar = self.step.by_calendar
        return [
            Line(
                number=row.case.number,
                url=case_url(row.case),
                day=row.day,
                state=row.get_state_display(),
                minutes=told(row.minutes, by_calendar),
                own=told(row.own, by_calendar) if row.own not in (None, row.minutes) else "",
                waited=told(row.waited, by_calendar) if row.waited else "",
                late=row.on_time is False,
                marks=tuple(
                    words
                    for words, is_so in (
                        ("Mendahului langkah", row.early),
                        ("Perintah lisan", row.verbal),
                        ("Kelengkapan menyusul", row.waived),
                    )
                    if is_so
                ),
            )
            for row in self._page[:PAGE]
        ]

    @property
    def older(self) -> str:
        if len(self._page) <= PAGE:
            return ""
        last = self._page[PAGE - 1]
        asked = {"tahun": self.year, "bulan": self.month, "hanya": self.what}
        asked["kelengkapan"] = self.paper.pk if self.paper else None
        return "?" + urlencode({k: v for k, v in asked.items() if v} | {"sebelum": f"{last.day}_{last.pk}"})

    @property
    def reckoned(self) -> str:
        row = self.of_year.reckoned
        return wording.moment(row.at, timezone.localtime(self.officer.at)) if row else ""


def _between(text: str, first: int, last: int) -> int | None:
    """A whole number of an address within its bounds, both counted."""
    possible = text.isdecimal() and len(text) <= len(str(last)) and first <= int(text) <= last
    return int(text) if possible else None


def _storable(text: str) -> str:
    """Without the one character that PostgreSQL keeps in no text."""
    return text.replace("\0", "")
