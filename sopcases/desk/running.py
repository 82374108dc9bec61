"""How many cases stand at each step of a revision, and how many of them are late there."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Count, Q

from sopcases.cases.models import Attempt, Case
from sopcases.desk.listing import over
from sopcases.people.authority import Officer
from sopcases.sops.models import Revision
from sopcases.sops.printed import Badge


@dataclass(frozen=True)
class Standing:
    """The cases at one step that an officer may read, and the addresses of their lists."""

    number: str
    activity: str
    cases: int
    late: int
    url: str
    late_url: str

    @property
    def badge(self) -> Badge | None:
        """As it is laid over the chart: nothing where nothing stands."""
        return Badge(self.cases, self.late, self.url, self.late_url) if self.cases else None


def standing(revision: Revision, officer: Officer) -> list[Standing]:
    """Each step of the revision in its order, in three queries. Counted are only cases the officer may read:
    the superior chain sees its whole office, everybody else his own."""
    counts = dict(_counts(revision, officer))
    found = []
    for step in revision.steps.order_by("order", "id"):
        cases, late = counts.get(step.pk, (0, 0))
        asked = {"sop": revision.sop.slug, "revisi": revision.no, "langkah": step.key, "hitung": 1}
        url, late_url = (f"/penanganan/?{urlencode(asked | more)}" for more in ({}, {"hanya": "lewat"}))
        found.append(Standing(step.number, step.activity, cases, late, url, late_url))
    return found


def _counts(revision: Revision, officer: Officer) -> Iterator[tuple[int, tuple[int, int]]]:
    visible = Case.objects.visible_to(officer).filter(state__in=Case.RUNNING)
    here = Attempt.objects.filter(step__revision=revision, case__in=visible.order_by().values("pk"))
    late = over("late_at", officer.at) & Q(step__alarm=True)
    for step, cases, behind in (
        here.filter(state__in=Attempt.LIVE, opened_at__lte=officer.at)
        .order_by()
        .values_list("step")
        .annotate(cases=Count("case", distinct=True), behind=Count("case", filter=late, distinct=True))
    ):
        yield step, (cases, behind)
