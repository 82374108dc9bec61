"""Buku register anak: every child in every case, who came last first, and how it went out."""

from datetime import timedelta

from django.db.models import QuerySet

from sopcases.cases.addresses import case_url
from sopcases.cases.models import Case, CaseChild
from sopcases.desk.doubles import Doubles
from sopcases.desk.paging import key_of, older, read_key
from sopcases.desk.reports.ages import group_of
from sopcases.desk.reports.asking import Report, RowsForm
from sopcases.desk.reports.cases import by_kind, start_of
from sopcases.desk.reports.standing import left_by, names, stood
from sopcases.desk.reports.table import Column, Kind, Row, Slice
from sopcases.desk.sops import sop_names


class ChildRegister(Report):
    slug = "register_children"
    title = "Buku register anak"
    about = "Setiap anak dalam setiap penanganan: kategori, umur, kapan masuk, dan hasil akhirnya."
    form_class = RowsForm
    identifies = True
    columns = (
        Column("Anak", 26),
        Column("Jenis kelamin", 16),
        Column("Umur saat masuk", 14),
        Column("Kategori", 22),
        Column("Penanganan", 18, whole=True),
        Column("SOP", 26),
        Column("Kecamatan", 18),
        Column("Masuk", 14, Kind.DAY),
        Column("Status penanganan", 20),
        Column("Hasil akhir", 22),
        Column("Tanggal hasil", 14, Kind.DAY),
    )

    @property
    def found(self) -> QuerySet[CaseChild]:
        asked, stays = self.asked, CaseChild.objects.filter(joined_at__lte=self.span.until)
        if asked.get("dari"):
            stays = stays.filter(joined_at__gte=start_of(self, asked["dari"]))
        if asked.get("sampai"):
            stays = stays.filter(joined_at__lt=start_of(self, asked["sampai"] + timedelta(days=1)))
        cases = by_kind(self, stood(self.cases, self.span.until))
        return stays.filter(case__in=cases.order_by().values("pk"))

    @property
    def units(self) -> int:
        return self.found.count()

    def slice(self, after: str, size: int) -> Slice:
        told = ("case__area", "child__category", "child__merged_into__category", "outcome")
        rows = self.found.select_related(*told)
        if (key := read_key(after)) is not None:
            rows = rows.filter(older("joined_at", key))
        found = list(rows.order_by("-joined_at", "-pk")[: size + 1])
        shown = found[:size]
        cases = {stay.case_id for stay in shown}
        beside = CaseChild.objects.filter(case__in=cases, joined_at__lte=self.span.until)
        dropped = Doubles.among(beside).dropped
        states = dict(stood(Case.objects.filter(pk__in=cases), self.span.until).values_list("pk", "stood"))
        sops = sop_names(self.officer)
        following = key_of(shown[-1].joined_at, shown[-1].pk) if len(found) > size else ""
        kept = [stay for stay in shown if stay.pk not in dropped]
        return Slice(
            tuple(self._row(stay, states[stay.case_id], sops) for stay in kept), following, len(shown)
        )

    def _row(self, stay: CaseChild, state: str, sops: dict[int, str]) -> Row:
        child, left = stay.child.root, left_by(stay, self.span)
        return Row(
            cells=(
                names([stay], self.named),
                child.get_sex_display(),
                group_of(child.birth_from, child.birth_until, self.span.day(stay.joined_at)),
                str(child.category or ""),
                stay.case.number,
                sops.get(stay.case.sop_id, ""),
                str(stay.case.area or ""),
                self.span.day(stay.joined_at),
                Case.State(state).label,
                str(stay.outcome) if left else "",
                stay.left_on if left else None,
            ),
            url=case_url(stay.case, "child", child=stay.child_id),
        )
