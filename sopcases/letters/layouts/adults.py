"""The adults of a case's children, as those whom a letter is written to or for."""

from sopcases.cases.models import Adult, Case, Relation
from sopcases.people.authority import Officer


def relations(case: Case) -> list[Relation]:
    """Who is what to which child of the case: one row per child and adult."""
    found = Relation.objects.filter(child__stays__case=case, adult__isnull=False)
    return list(found.select_related("adult").distinct().order_by("adult_id", "id"))


def subjects(case: Case, officer: Officer) -> list[tuple[str, str]]:
    """Each adult once, with what he is to whom it may be."""
    found: dict[int, tuple[Adult, list[str]]] = {}
    for row in relations(case):
        kinds = found.setdefault(row.adult_id, (row.adult, []))[1]
        if (said := row.get_kind_display().lower()) not in kinds:
            kinds.append(said)
    return [(str(pk), f"{adult.name} ({', '.join(kinds)})") for pk, (adult, kinds) in found.items()]


class OfAnAdult:
    """A form about one adult and his children (mixed into a `ChildrenForm`)."""

    def own(self) -> list[Relation]:
        """How the adult the letter is about is related to the children of the case."""
        if not hasattr(self, "_own"):
            self._own = [r for r in relations(self.case) if str(r.adult_id) == self.subject]
        return self._own

    def own_children(self) -> list[int]:
        """His children in the case who have not left it; all his where they have."""
        ids = {row.child_id for row in self.own()}
        here = [s.child_id for s in self.stays if s.child_id in ids and s.left_on is None]
        return here or sorted(ids)
