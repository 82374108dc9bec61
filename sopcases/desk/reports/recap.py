"""Rekap bulanan dan tahunan: what there was, came in, was in hand, went out and is left, by each measure.

Every group counts the same cases or children, so all its rows add up to its Jumlah, and what there was plus
what came in is what went out plus what is left. One child in one case is counted once there, whatever records
it has; "anak berbeda" counts it once in the whole agency.

Counted by reading the rows that were in hand in the period, one by one: the same on every database, and a
year of an office is read in a second or two.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from django.db.models import Q

from sopcases.cases.models import Case, CaseChild, Child
from sopcases.desk.doubles import Doubles
from sopcases.desk.reports import ages
from sopcases.desk.reports.periods import PeriodForm, PeriodReport
from sopcases.desk.reports.standing import Span, went
from sopcases.desk.reports.table import Column, Kind, Row, Slice
from sopcases.desk.sops import sop_names
from sopcases.worktime.calendar import MONTHS

NOWHERE = "Kecamatan belum dicatat"
NO_CATEGORY = "Kategori belum dicatat"
CHUNK = 2000


@dataclass
class Flow:
    """What there was before the period, came in, went out."""

    before: int = 0
    came: int = 0
    went: int = 0

    def add(self, other: "Flow") -> None:
        self.before, self.came, self.went = (
            self.before + other.before,
            self.came + other.came,
            self.went + other.went,
        )

    @property
    def cells(self) -> tuple[int, ...]:
        handled = self.before + self.came
        return self.before, self.came, handled, self.went, handled - self.went


@dataclass
class Group:
    """One table of the recap: the rows of a list, also those with nothing in them."""

    title: str
    flows: dict[str, Flow] = field(default_factory=dict)
    only_went: bool = False
    """Of an outcome only what went out can be told."""

    @classmethod
    def of(cls, title: str, labels: Iterable[str], only_went: bool = False) -> "Group":
        return cls(title, {label: Flow() for label in labels}, only_went)

    def count(self, label: str, flow: Flow) -> None:
        self.flows.setdefault(label, Flow()).add(flow)

    @property
    def rows(self) -> Iterator[Row]:
        total = Flow()
        for label, flow in self.flows.items():
            total.add(flow)
            yield Row((self.title, label, *self._cells(flow)))
        yield Row((self.title, "Jumlah", *self._cells(total)), total=True)

    def _cells(self, flow: Flow) -> tuple[int | None, ...]:
        return (None, None, None, flow.went, None) if self.only_went else flow.cells


class Recap(PeriodReport):
    slug = "recap"
    title = "Rekap penanganan"
    about = (
        "Bulanan dan tahunan: yang ada, masuk, keluar, dan masih berjalan, menurut SOP, kategori, jenis "
        "kelamin, umur, kecamatan, dan hasil akhir."
    )
    form_class = PeriodForm
    template = "desk/reports/recap.html"
    grouped = True
    units = 1
    columns = (
        Column("Menurut", 30),
        Column("Rincian", 40),
        Column("Awal masa", 12, Kind.COUNT),
        Column("Masuk", 12, Kind.COUNT),
        Column("Ditangani", 12, Kind.COUNT),
        Column("Keluar", 12, Kind.COUNT),
        Column("Akhir masa", 12, Kind.COUNT),
    )

    @property
    def whole_year(self) -> bool:
        return not self.asked.get("bulan")

    @property
    def facts(self) -> list[tuple[str, str]]:
        year = str(self.span.first.year)
        month = "" if self.whole_year else MONTHS[self.span.first.month - 1]
        rest = [fact for fact in super().facts if fact[0] not in ("Tahun", "Bulan")]
        return [("Masa", f"{month} {year}".strip()), *rest]

    @property
    def notes(self) -> list[str]:
        return [
            "Ditangani = awal masa + masuk; akhir masa = ditangani − keluar.",
            "Anak dihitung satu kali dalam setiap penanganan; “anak berbeda” dihitung satu kali seluruhnya.",
            "Umur dihitung pada hari anak masuk; bila hanya perkiraan, dari tengah perkiraannya.",
        ]

    def slice(self, after: str, size: int) -> Slice:
        of_children, different = self._of_children()
        rows = [row for group in (*self._of_cases(), *of_children) for row in group.rows]
        once = ("Anak berbeda", "Setiap anak dihitung satu kali", None, None, different, None, None)
        return Slice((*rows, Row(once)), "", 1)

    @property
    def sections(self) -> list[tuple[str, list[tuple[Row, list[tuple[Column, str]]]]]]:
        """The page's tables, each with its title."""
        found: dict[str, list] = {}
        for row, cells in self.lines:
            found.setdefault(cells[0][1], []).append((row, cells[1:]))
        return list(found.items())

    @cached_property
    def _areas(self) -> dict[int | None, str]:
        rows = self.officer.agency.areas.order_by("name").values_list("pk", "name")
        return {**dict(rows), None: NOWHERE}

    def _months(self) -> list[str]:
        return list(MONTHS[: self.span.last.month])

    def _of_cases(self) -> list[Group]:
        span, sops, areas = self.span, sop_names(self.officer), self._areas
        closed = [state for state in Case.State if state not in Case.RUNNING]
        by_sop = Group.of("Penanganan menurut SOP", sops.values())
        by_area = Group.of("Penanganan menurut kecamatan", areas.values())
        by_end = Group.of("Penanganan menurut cara berakhir", [s.label for s in closed], only_went=True)
        by_month = Months.of("Penanganan menurut bulan", self._months())
        inside = Q(closed_at=None) | Q(closed_at__gte=span.begins)
        rows = self.cases.filter(inside, opened_at__lte=span.until).order_by()
        columns = ("sop", "area", "state", "opened_at", "closed_at")
        for sop, area, state, opened, ended in rows.values_list(*columns).iterator(chunk_size=CHUNK):
            came, gone = span.day(opened), ended and span.day(ended)
            flow = flow_of(span, came, gone)
            by_sop.count(sops.get(sop, ""), flow)
            by_area.count(areas[area], flow)
            if flow.went:
                by_end.count(Case.State(state).label, flow)
            self._count_month(by_month, flow, came, gone)
        return [by_sop, by_area, by_end, *self._running(by_month)]

    def _of_children(self) -> tuple[list[Group], int]:
        """The groups, and how many children there were, each once."""
        span, sops, areas = self.span, sop_names(self.officer), self._areas
        agency = self.officer.agency
        categories = {**dict(agency.categories.values_list("pk", "name")), None: NO_CATEGORY}
        outcomes = dict(agency.outcomes.values_list("pk", "name"))
        by_sop = Group.of("Anak menurut SOP", sops.values())
        by_category = Group.of("Anak menurut kategori (PPKS)", categories.values())
        by_sex = Group.of("Anak menurut jenis kelamin", [label for _, label in Child.Sex.choices])
        by_age = Group.of("Anak menurut umur saat masuk", [*(name for name, _ in ages.GROUPS), ages.UNKNOWN])
        by_area = Group.of("Anak menurut kecamatan", areas.values())
        by_outcome = Group.of("Anak menurut hasil akhir", outcomes.values(), only_went=True)
        by_month = Months.of("Anak menurut bulan", self._months())
        different: set[int] = set()
        stays = CaseChild.objects.filter(
            case__in=self.cases.order_by().values("pk"), joined_at__lte=span.until
        )
        doubles = Doubles.among(stays)
        inside = Q(left_on=None) | Q(left_on__gte=span.first) | Q(joined_at__gte=span.begins)
        facts = ("sex", "category", "birth_from", "birth_until")
        columns = (
            *("pk", "child", "joined_at", "left_on", "outcome", "case__sop", "case__area"),
            *(f"child__{fact}" for fact in facts),
        )
        of_child = doubles.facts(*facts)
        rows = stays.filter(inside).order_by().values_list(*columns)
        for row in rows.iterator(chunk_size=CHUNK):
            pk, record, joined, left, outcome, sop, area, *own = row
            child = doubles.child(record)
            sex, category, born_from, born_until = of_child.get(child, own)
            if pk in doubles.dropped:
                continue
            came = span.day(joined)
            gone = left and went(came, left)
            flow = flow_of(span, came, gone)
            by_sop.count(sops.get(sop, ""), flow)
            by_category.count(categories[category], flow)
            by_sex.count(Child.Sex(sex).label, flow)
            by_age.count(ages.group_of(born_from, born_until, came), flow)
            by_area.count(areas[area], flow)
            if flow.went:
                by_outcome.count(outcomes[outcome], flow)
            self._count_month(by_month, flow, came, gone)
            different.add(child)
        groups = [by_sop, by_category, by_sex, by_age, by_area, by_outcome, *self._running(by_month)]
        return groups, len(different)

    def _count_month(self, group: Group, flow: Flow, came: date, gone: date | None) -> None:
        """In the month of its coming and in that of its going; what there was before, in the first."""
        if not self.whole_year:
            return
        first = MONTHS[0]
        if flow.before:
            group.count(first, Flow(before=1))
        if flow.came:
            group.count(MONTHS[came.month - 1], Flow(came=1))
        if flow.went:
            group.count(MONTHS[gone.month - 1], Flow(went=1))

    def _running(self, months: Group) -> list[Group]:
        """A year is told month by month too."""
        return [months] if self.whole_year else []


@dataclass
class Months(Group):
    """Its rows follow one on another, so that its Jumlah begins as the first and ends as the last."""

    @property
    def rows(self) -> Iterator[Row]:
        left, total = 0, Flow()
        for label, flow in self.flows.items():
            total.add(flow)
            month = Flow(left + flow.before, flow.came, flow.went)
            left = month.cells[-1]
            yield Row((self.title, label, *month.cells))
        yield Row((self.title, "Jumlah", *total.cells), total=True)


def flow_of(span: Span, came: date, gone: date | None) -> Flow:
    """How one case or child counts in a period in which it was in hand."""
    before = came < span.first
    if gone is not None and gone < span.first:
        return Flow()
    return Flow(int(before), int(not before), int(gone is not None and gone <= span.last))
