"""How the steps of a revision went in a year: each step's standard and what its ended attempts measured.

An officer who reads every case of the SOP gets the sums that were kept; for everybody else the measures of
the cases he may read are summed when he looks. Both are of the moment of the last reckoning, as is the list.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

from django.db.models import Count, DateField, Expression, F, Q, QuerySet, Sum, Value, Window
from django.db.models.functions import Cast, RowNumber, TruncMonth

from sopcases.cases.models import Case
from sopcases.cases.models.case import sops_seen_whole
from sopcases.desk.figures import charts
from sopcases.desk.figures.measures import DONE, FIGURES, MEDIAN, NINETIETH, Figure, length
from sopcases.desk.models import Measure, Reckoning, Summary
from sopcases.people.authority import Officer
from sopcases.sops.flow import PlanStep, number_of
from sopcases.sops.models import Revision
from sopcases.sops.plans import plan_of
from sopcases.worktime.calendar import WORKING_DAY, phrase

CLOCK_DAY = 1440
OTHER_ENDS = ("returned", "reopened", "not_held", "not_needed")


class Only(NamedTuple):
    """A list of measures: its words, what of a `Figure` it counts, and its condition."""

    words: str
    counts: str
    where: dict


ONLY = {
    "": Only("selesai", "done", {"state": "done"}),
    "dinilai": Only("selesai dengan batas waktu", "judged", {"state": "done", "on_time__isnull": False}),
    "tepat": Only("tepat waktu", "on_time", {"state": "done", "on_time": True}),
    "lewat": Only("lewat batas waktu", "late", {"state": "done", "on_time": False}),
    "diukur": Only("diukur lamanya", "timed", {"state": "done", "minutes__isnull": False}),
    "sendiri": Only("tercatat waktu kantornya", "", {"state": "done", "own__isnull": False}),
    "menunggu": Only("menunggu pihak lain", "", {"state": "done", "own__isnull": False, "waited__gt": 0}),
    "dikembalikan": Only("dikembalikan", "returned", {"state": "returned"}),
    "dibuka-kembali": Only("dibuka kembali", "reopened", {"state": "reopened"}),
    "tidak-terlaksana": Only("tidak terlaksana", "not_held", {"state": "not_held"}),
    "tidak-diperlukan": Only("tidak diperlukan", "not_needed", {"state": "not_needed"}),
    "mendahului": Only("mendahului langkah", "early", {"state": "done", "early": True}),
    "lisan": Only("atas perintah lisan", "verbal", {"state": "done", "verbal": True}),
    "menyusul": Only("dengan kelengkapan menyusul", "waived", {"waived": True}),
}
"""What a list of measures may be narrowed to, as an address has it."""


def told(minutes: int | None, by_calendar: bool = False) -> str:
    """ "1 jam 30 menit", "2 hari 1 jam": working days of 7.5 hours, or days by the clock."""
    if minutes is None:
        return "–"
    days, rest = divmod(minutes, CLOCK_DAY if by_calendar else WORKING_DAY)
    hours, rest = divmod(rest, 60)
    if days:
        rest = 0
    parts = [f"{n} {unit}" for n, unit in ((days, "hari"), (hours, "jam"), (rest, "menit")) if n]
    return " ".join(parts) or "0 menit"


@dataclass(frozen=True)
class StepFigure:
    """One step: its standard, and a year's figure."""

    step: PlanStep
    figure: Figure
    url: str

    @property
    def number(self) -> str:
        return number_of(self.step)

    @property
    def by_calendar(self) -> bool:
        return bool(self.step.standard and self.step.standard.by_calendar(self.step.basis))

    @property
    def standard(self) -> str:
        return phrase(self.step.standard, self.step.basis) if self.step.standard else "tanpa waktu baku"

    @property
    def standard_minutes(self) -> int:
        return length(self.step.standard, self.by_calendar) if self.step.standard else 0

    @property
    def median(self) -> str:
        return told(self.figure.median, self.by_calendar)

    @property
    def ninetieth(self) -> str:
        return told(self.figure.ninetieth, self.by_calendar)

    @property
    def own(self) -> str:
        return told(self.figure.own, self.by_calendar)

    @property
    def waited(self) -> str:
        return told(self.figure.waited, self.by_calendar)

    @property
    def chart(self) -> charts.Against | None:
        return charts.against(self.figure.median, self.figure.ninetieth, self.standard_minutes)


class Year:
    """The steps of a revision in one calendar year, for an officer."""

    def __init__(self, revision: Revision, year: int, officer: Officer):
        self.revision, self.year, self.officer = revision, year, officer

    @cached_property
    def plan_steps(self) -> tuple[PlanStep, ...]:
        return plan_of(self.revision).steps

    @cached_property
    def whole(self) -> bool:
        """Whether the officer reads every case of the SOP."""
        return self.revision.sop_id in sops_seen_whole(self.officer)

    @cached_property
    def reckoned(self) -> Reckoning | None:
        return Reckoning.objects.filter(agency_id=self.revision.sop.agency_id).first()

    @property
    def measures(self) -> QuerySet[Measure]:
        """Of the revision's steps in the year, in cases the officer may read."""
        found = Measure.objects.filter(
            step__in=[s.id for s in self.plan_steps],
            day__gte=date(self.year, 1, 1),
            day__lte=date(self.year, 12, 31),
        )
        if self.whole:
            return found
        return found.filter(case__in=Case.objects.visible_to(self.officer).order_by().values("pk"))

    @cached_property
    def steps(self) -> list[StepFigure]:
        figures = {step: figure for (step, _), figure in self._figures(12).items()}
        return [
            StepFigure(step, figures.get(step.id, Figure()), self.address(step.key))
            for step in self.plan_steps
        ]

    def months(self, step: PlanStep) -> list[tuple[date, Figure]]:
        """The figures of one step month by month."""
        found = self._figures(1)
        months = [date(self.year, month, 1) for month in range(1, 13)]
        return [(month, found.get((step.id, month), Figure())) for month in months]

    def _figures(self, months: int) -> dict[tuple[int, date], Figure]:
        """By step and first day of a period of so many months (1 or 12)."""
        if self.whole:
            rows = Summary.objects.filter(
                step__in=[s.id for s in self.plan_steps], first__year=self.year, months=months
            )
            return {
                (step, first): Figure(*figures)
                for step, first, *figures in rows.values_list("step", "first", *FIGURES)
            }
        return summed_apart(self.measures, TruncMonth("day") if months == 1 else Value(date(self.year, 1, 1)))

    def address(self, key: str) -> str:
        revision = self.revision
        return f"/laporan/langkah/{revision.sop.slug}/{revision.no}/{key}/?tahun={self.year}"


def summed_apart(measures: QuerySet[Measure], first: Expression) -> dict[tuple[int, date], Figure]:
    """What `measures.summed` says, by step and period, added up by the database: two queries."""
    rows = measures.annotate(first=Cast(first, DateField())).order_by()
    done = Q(state=DONE)
    counts = {
        "done": Count("pk", filter=done),
        "judged": Count("pk", filter=done & Q(on_time__isnull=False)),
        "on_time": Count("pk", filter=done & Q(on_time=True)),
        "timed": Count("pk", filter=done & Q(minutes__isnull=False)),
        "own": Sum("own", filter=done, default=0),
        "waited": Sum("waited", filter=done & Q(own__isnull=False), default=0),
        **{state: Count("pk", filter=Q(state=state)) for state in OTHER_ENDS},
        "early": Count("pk", filter=done & Q(early=True)),
        "verbal": Count("pk", filter=done & Q(verbal=True)),
        "waived": Count("pk", filter=Q(waived=True)),
    }
    # Named apart from the columns that they count.
    named = {f"n_{name}": count for name, count in counts.items()}
    ranked = _ranked(rows.filter(done, minutes__isnull=False))
    return {
        (step, day): Figure(
            **dict(zip(counts, found, strict=True)),
            median=ranked.get((step, day, MEDIAN)),
            ninetieth=ranked.get((step, day, NINETIETH)),
        )
        for step, day, *found in rows.values("step", "first")
        .annotate(**named)
        .values_list("step", "first", *named)
    }


def _ranked(timed: QuerySet[Measure]) -> dict[tuple[int, date, int], int]:
    """Step, first day and share → the minutes at its nearest rank, as `nearest_rank` has it."""
    apart = [F("step"), F("first")]
    rows = timed.annotate(
        rank=Window(RowNumber(), partition_by=apart, order_by=["minutes", "pk"]),
        of=Window(Count("pk"), partition_by=apart),
    )
    shares = (MEDIAN, NINETIETH)
    rows = rows.filter(Q(*(Q(rank=(F("of") * share + 99) / 100) for share in shares), _connector=Q.OR))
    found = {}
    for step, first, rank, of, minutes in rows.values_list("step", "first", "rank", "of", "minutes"):
        found |= {(step, first, share): minutes for share in shares if rank == -(-of * share // 100)}
    return found
