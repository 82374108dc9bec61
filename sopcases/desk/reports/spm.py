"""Indikator SPM: served ÷ target × 100 (Permensos 9/2018), each child once in the year."""

from functools import cached_property

from django.db.models import Q

from sopcases.cases.models import Aid, CaseChild
from sopcases.desk.doubles import Doubles
from sopcases.desk.models import Indicator, Target
from sopcases.desk.reports.periods import PeriodReport, YearForm
from sopcases.desk.reports.table import Column, Kind, Row, Slice
from sopcases.desk.sops import sop_names
from sopcases.people import journal
from sopcases.people.authority import Officer
from sopcases.refusal import Refused, demand

MEANS = {
    Indicator.Measure.HANDLED: (
        "anak yang berada dalam penanganan pada suatu hari dalam tahun itu dan tidak dinilai tidak layak"
    ),
    Indicator.Measure.AIDED: (
        "anak yang menerima bantuan dengan tanda terima dalam tahun itu; yang dibatalkan tidak dihitung"
    ),
}
"""The numerator in words, as the page states it."""
NO_TARGET = "Target belum diisi"
NOT_YOURS = "Target diisi oleh pimpinan atau pejabat yang berwenang menutup penanganan."


class Indicators(PeriodReport):
    slug = "spm"
    title = "Indikator SPM"
    about = "Capaian standar pelayanan minimal: terlayani dibagi target yang diisi kantor, dikali seratus."
    form_class = YearForm
    template = "desk/reports/spm.html"
    units = 1
    columns = (
        Column("Indikator", 46),
        Column("Yang dihitung (pembilang)", 50),
        Column("Terlayani", 10, Kind.COUNT),
        Column("Target", 10, Kind.COUNT),
        Column("Capaian", 10, Kind.SHARE),
        Column("Dasar target", 34),
    )

    @property
    def notes(self) -> list[str]:
        return ["Capaian = terlayani ÷ target × 100. Setiap anak dihitung satu kali dalam setahun."]

    @cached_property
    def indicators(self) -> list[Indicator]:
        return list(self.officer.agency.indicators.prefetch_related("sops"))

    @cached_property
    def targets(self) -> dict[int, Target]:
        """Indicator → the target entered last for the year."""
        rows = Target.objects.filter(indicator__agency=self.officer.agency, year=self.span.first.year)
        return {row.indicator_id: row for row in rows.select_related("entered_by").order_by("id")}

    def slice(self, after: str, size: int) -> Slice:
        return Slice(tuple(self._row(indicator) for indicator in self.indicators), "", 1)

    def _row(self, indicator: Indicator) -> Row:
        served, target = self._served(indicator), self.targets.get(indicator.pk)
        means = MEANS[Indicator.Measure(indicator.measure)]
        names = sop_names(self.officer)
        of = ", ".join(names.get(sop.pk, sop.slug) for sop in indicator.sops.all()) or "semua SOP"
        return Row(
            (
                indicator.name,
                f"{means}, menurut {of}",
                served,
                target.number if target else None,
                served / target.number if target else None,
                target.basis if target else NO_TARGET,
            )
        )

    def _served(self, indicator: Indicator) -> int:
        cases, sops = self.cases.order_by(), [sop.pk for sop in indicator.sops.all()]
        if sops:
            cases = cases.filter(sop__in=sops)
        if indicator.measure == Indicator.Measure.AIDED:
            rows = Aid.objects.filter(
                case__in=cases.values("pk"),
                voided_at=None,
                given_at__gte=self.span.begins,
                given_at__lte=self.span.until,
            )
        else:
            inside = Q(left_on=None) | Q(left_on__gte=self.span.first) | Q(joined_at__gte=self.span.begins)
            rows = CaseChild.objects.filter(
                inside, case__in=cases.values("pk"), joined_at__lte=self.span.until
            ).exclude(verdict=CaseChild.Verdict.NOT_ELIGIBLE)
        return len({self._doubles.child(child) for child in rows.values_list("child", flat=True)})

    @cached_property
    def _doubles(self) -> Doubles:
        return Doubles.among(CaseChild.objects.filter(case__in=self.cases.order_by().values("pk")))


def refuse_target(officer: Officer) -> str | None:
    """Whether he may enter a target: who leads the office, or may close cases, and is of it."""
    leads = officer.heads or any(hat.may_close and not hat.external for hat in officer.hats)
    return None if leads else NOT_YOURS


def enter_target(indicator: Indicator, year: int, number: int, basis: str, by: Officer) -> Target:
    """The target of a year; a correction stands beside what was entered before.

    Raises NotAllowed or Refused."""
    demand(refuse_target(by))
    if indicator.agency_id != by.user.agency_id:
        raise Refused("Indikator ini milik perangkat daerah lain.")
    if not 2000 <= year <= by.day.year + 5:
        raise Refused("Periksa tahunnya.")
    if number < 1:
        raise Refused("Target paling sedikit 1.")
    if not basis.strip():
        raise Refused("Sebutkan dasar targetnya.")
    target = Target.objects.create(
        indicator=indicator,
        year=year,
        number=number,
        basis=basis.strip(),
        entered_at=by.at,
        entered_by=by.user,
        acting_title=by.acting_title,
    )
    journal.write(by, "target.entered", indicator, year=year, number=number, target=target.pk)
    return target
