"""Kehadiran kegiatan berkala: each child's attendance month by month through a year."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

from django import forms
from django.db.models import QuerySet

from sopcases.cases.addresses import case_url
from sopcases.cases.models import Attendance, Case
from sopcases.cases.models.child import follow
from sopcases.desk.paging import read_id
from sopcases.desk.reports.asking import select
from sopcases.desk.reports.periods import PeriodReport, YearForm
from sopcases.desk.reports.table import Column, Kind, Row, Slice
from sopcases.desk.sops import sop_names
from sopcases.people.authority import Officer
from sopcases.sops.models import Sop, Step
from sopcases.worktime.calendar import MONTHS

MARKS = {
    Attendance.Status.PRESENT: "H",
    Attendance.Status.ABSENT: "T",
    Attendance.Status.NOT_HELD: "–",
}


class SessionsForm(YearForm):
    """Which year, and the sessions of which SOP."""

    sop = forms.ModelChoiceField(
        Sop.objects.none(), label="SOP", required=False, empty_label="Semua SOP", widget=select()
    )
    field_order = ("tahun", "sop", "per")

    def __init__(self, data: Any, officer: Officer, today: date):
        super().__init__(data, officer, today)
        holding = Step.objects.filter(form=Step.Form.SESSION).values("revision__sop")
        held = Sop.objects.filter(agency=officer.agency, pk__in=holding)
        names, ids = sop_names(officer), set(held.values_list("pk", flat=True))
        self.fields["sop"].queryset = held
        self.fields["sop"].choices = [("", "Semua SOP"), *((k, v) for k, v in names.items() if k in ids)]


@dataclass
class Tally:
    """What was told of one child in one case."""

    months: dict[int, str] = field(default_factory=dict)
    present: int = 0
    told: int = 0
    reasons: list[str] = field(default_factory=list)

    def add(self, month: int, status: str, reason: str) -> None:
        """One session; where a month had several, its marks stand side by side."""
        self.months[month] = self.months.get(month, "") + MARKS[Attendance.Status(status)]
        if status == Attendance.Status.NOT_HELD:
            return
        self.told += 1
        self.present += status == Attendance.Status.PRESENT
        if reason:
            self.reasons.append(f"{MONTHS[month - 1]}: {reason}")


class AttendanceBook(PeriodReport):
    slug = "register_attendance"
    title = "Kehadiran kegiatan berkala"
    about = "Kehadiran setiap anak pada kegiatan kelompok, bulan demi bulan, dengan alasan tidak hadir."
    form_class = SessionsForm
    template = "desk/reports/attendance.html"
    identifies = True
    columns = (
        Column("Anak", 24),
        Column("Penanganan", 16, whole=True),
        *(Column(month[:3], 6) for month in MONTHS),
        Column("Hadir", 8, Kind.COUNT),
        Column("Kegiatan", 12, Kind.COUNT),
        Column("Kehadiran", 14, Kind.SHARE),
        Column("Alasan tidak hadir", 34),
    )

    @property
    def notes(self) -> list[str]:
        return [
            "H hadir, T tidak hadir, – kegiatan tidak terlaksana; kosong: belum dicatat atau tidak ikut.",
            "Kehadiran = hadir ÷ kegiatan yang terlaksana bagi anak itu.",
        ]

    @property
    def found(self) -> QuerySet[Attendance]:
        """What was told of sessions whose period began in the year: held by the last day, or not held."""
        rows = Attendance.objects.filter(
            session__agency=self.officer.agency,
            session__period__gte=self.span.first,
            session__period__lte=self.span.last,
            case__in=self.cases.order_by().values("pk"),
        ).exclude(session__held_at__gt=self.span.until)
        return rows.filter(session__sop=self.asked["sop"]) if self.asked.get("sop") else rows

    @property
    def units(self) -> int:
        """Cases: the rows of one case come together."""
        return self.found.order_by().values("case").distinct().count()

    def slice(self, after: str, size: int) -> Slice:
        cases = Case.objects.filter(pk__in=self.found.order_by().values("case"))
        found = list(cases.filter(pk__gt=read_id(after)).order_by("pk")[: size + 1])
        shown = {case.pk: case for case in found[:size]}
        rows = self.found.filter(case__in=shown).select_related("child__merged_into", "session")
        ordered = rows.order_by("case_id", "child_id", "session__period", "session_id")
        told = tuple(self._rows(shown, ordered))
        return Slice(told, str(max(shown)) if len(found) > size else "", len(shown))

    def _rows(self, cases: dict[int, Case], rows: Iterable[Attendance]) -> Iterator[Row]:
        """A row for each child of each case; what was told of several of its records counts once."""
        rows = list(rows)
        roots = follow({row.child_id: row.child.merged_into_id for row in rows})
        by_child = sorted(rows, key=lambda r: (r.case_id, roots[r.child_id], r.session.period, r.session_id))
        for (case, root), of_child in groupby(by_child, key=lambda r: (r.case_id, roots[r.child_id])):
            tally, told = Tally(), list(of_child)
            for _, same in groupby(told, key=lambda row: row.session_id):
                row = next(same)
                tally.add(row.session.period.month, row.status, row.reason)
            child = next((r.child for r in told if r.child_id == root), told[0].child)
            yield Row(
                cells=(
                    child.called if self.named else child.initials,
                    cases[case].number,
                    *(tally.months.get(month, "") for month in range(1, 13)),
                    tally.present,
                    tally.told,
                    tally.present / tally.told if tally.told else None,
                    "; ".join(tally.reasons),
                ),
                url=case_url(cases[case], "child", child=child.pk),
            )
