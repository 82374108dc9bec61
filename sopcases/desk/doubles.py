"""Two records of one child in one case are one child, wherever children are counted."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from sopcases.cases.models import CaseChild, Child
from sopcases.cases.models.child import follow


@dataclass(frozen=True)
class Doubles:
    """Stays of a second record of a child in one case (`dropped`), and record → child where they differ."""

    dropped: frozenset[int]
    root: dict[int, int]

    @classmethod
    def among(cls, stays: QuerySet[CaseChild]) -> "Doubles":
        """Of these stays the one that counts is that of the record which stands for the child, where it is
        in the case, else the first. Two queries, and one for each level of a tree beyond the first."""
        merged = Child.objects.filter(merged_into__isnull=False)
        told = Q(child__in=merged.values("pk")) | Q(child__in=merged.values("merged_into"))
        rows = stays.filter(told).order_by("pk")
        found = list(rows.values_list("pk", "case", "child", "child__merged_into"))
        root = follow({child: into for _, _, child, into in found})
        kept: dict[tuple[int, int], tuple[int, int]] = {}
        for pk, case, child, _ in found:
            spot = case, root[child]
            if spot not in kept or child == root[child]:
                kept[spot] = pk, child
        counted = {pk for pk, _ in kept.values()}
        return cls(frozenset(pk for pk, *_ in found if pk not in counted), root)

    def child(self, record: int) -> int:
        return self.root.get(record, record)

    def facts(self, *columns: str) -> dict[int, tuple]:
        """These columns of each child that has several records. One query, none where no child has."""
        roots = {root for record, root in self.root.items() if record != root}
        rows = Child.objects.filter(pk__in=roots).values_list("pk", *columns)
        return {pk: tuple(facts) for pk, *facts in rows}
