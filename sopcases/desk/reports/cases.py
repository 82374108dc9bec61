"""Buku register kasus: every case, the latest first, and how it stood."""

from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from sopcases.cases.addresses import case_url
from sopcases.cases.models import Case, CaseChild
from sopcases.desk.doubles import Doubles
from sopcases.desk.paging import key_of, older, read_key
from sopcases.desk.reports.asking import Report, RowsForm
from sopcases.desk.reports.standing import names, stood
from sopcases.desk.reports.table import Column, Kind, Row, Slice
from sopcases.desk.sops import sop_names


class CaseRegister(Report):
    slug = "register_cases"
    title = "Buku register kasus"
    about = "Setiap penanganan: kapan dilaporkan, menurut SOP apa, di mana, siapa anaknya, dan statusnya."
    form_class = RowsForm
    identifies = True
    columns = (
        Column("Nomor", 18, whole=True),
        Column("SOP", 28),
        Column("Kejadian", 14, Kind.DAY),
        Column("Dilaporkan", 14, Kind.DAY),
        Column("Kecamatan", 18),
        Column("Jumlah anak", 8, Kind.COUNT),
        Column("Anak", 34),
        Column("Status", 16),
        Column("Ditutup", 14, Kind.DAY),
    )

    @property
    def found(self) -> QuerySet[Case]:
        return narrowed(self, stood(self.cases, self.span.until))

    @property
    def units(self) -> int:
        return self.found.count()

    def slice(self, after: str, size: int) -> Slice:
        rows = self.found.select_related("area").order_by("-opened_at", "-pk")
        if (key := read_key(after)) is not None:
            rows = rows.filter(older("opened_at", key))
        found = list(rows[: size + 1])
        shown = found[:size]
        children = self._children([case.pk for case in shown])
        sops = sop_names(self.officer)
        following = key_of(shown[-1].opened_at, shown[-1].pk) if len(found) > size else ""
        return Slice(
            tuple(self._row(case, children.get(case.pk, []), sops) for case in shown), following, len(shown)
        )

    def _children(self, cases: list[int]) -> dict[int, list[CaseChild]]:
        stays = CaseChild.objects.filter(case__in=cases, joined_at__lte=self.span.until)
        dropped = Doubles.among(stays).dropped
        found: dict[int, list[CaseChild]] = {}
        for stay in stays.select_related("child__merged_into").order_by("pk"):
            if stay.pk not in dropped:
                found.setdefault(stay.case_id, []).append(stay)
        return found

    def _row(self, case: Case, children: list[CaseChild], sops: dict[int, str]) -> Row:
        closed = case.closed_at is not None and case.closed_at <= self.span.until
        return Row(
            cells=(
                case.number,
                sops.get(case.sop_id, ""),
                self.span.day(case.event_at),
                self.span.day(case.opened_at),
                str(case.area or ""),
                len(children),
                names(children, self.named),
                Case.State(case.stood).label,
                self.span.day(case.closed_at) if closed else None,
            ),
            url=case_url(case),
        )


def narrowed(report: Report, cases: QuerySet[Case]) -> QuerySet[Case]:
    """Cases by SOP, state as it stood, kecamatan, and the day on which they were reported."""
    asked = report.asked
    if asked.get("dari"):
        cases = cases.filter(opened_at__gte=start_of(report, asked["dari"]))
    if asked.get("sampai"):
        cases = cases.filter(opened_at__lt=start_of(report, asked["sampai"] + timedelta(days=1)))
    return by_kind(report, cases)


def by_kind(report: Report, cases: QuerySet[Case]) -> QuerySet[Case]:
    asked = report.asked
    if asked.get("sop"):
        cases = cases.filter(sop=asked["sop"])
    if asked.get("wilayah"):
        cases = cases.filter(area=asked["wilayah"])
    if asked.get("status"):
        cases = cases.filter(stood=asked["status"])
    return cases


def start_of(report: Report, first: date) -> datetime:
    """The first moment of a day in the office's zone."""
    return datetime.combine(first, datetime.min.time(), report.span.zone)
