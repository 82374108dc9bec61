"""The rows of one case or of many, each kind read once for all of them when it is first asked for."""

from collections import defaultdict
from collections.abc import Iterable
from copy import copy
from datetime import date
from functools import cached_property

from django.db.models import Exists, OuterRef, Q, QuerySet

from sopcases.cases.models import (
    Attempt,
    Attendance,
    CarriedAttempt,
    Carrying,
    Case,
    CaseChild,
    CaseOfficer,
    Child,
    Filing,
    Interval,
    Relation,
    Waiver,
)
from sopcases.cases.models.child import follow
from sopcases.people import authority
from sopcases.people.models import Agency, Appointment, User
from sopcases.sops.models import PaperKind, Step


class Shelf:
    """What a `Progress` reads. Each kind costs one query, for one case and for a hundred."""

    def __init__(self, cases: Iterable[Case]):
        self.cases = {case.pk: case for case in cases}
        agencies: dict[int, Agency] = {}
        for case in self.cases.values():
            # One agency, so that its calendar is read once.
            case.agency = agencies.setdefault(case.agency_id, case.agency)
        self._named: dict[int, list[User]] = {}
        self._in_force: dict[tuple[int, date], list[Appointment]] = {}
        self._kinds: dict[int, dict[int, PaperKind]] = {}

    def take(self, read: "Shelf") -> None:
        """Attempts and assignments as they were read before these cases were locked, where they still are so:
        whoever writes them raises the version of their case. Copies, so that what an act leaves in a row when
        it is refused shows nowhere."""
        if any(pk not in read.cases or read.cases[pk].version != c.version for pk, c in self.cases.items()):
            return
        if "attempts" in read.__dict__:
            self.attempts = self._in_cases(copy(row) for rows in read.attempts.values() for row in rows)
        if "assigned" in read.__dict__:
            self.assigned = defaultdict(dict, {pk: dict(found) for pk, found in read.assigned.items()})

    def _in_cases(self, rows: Iterable[Attempt]) -> dict[int, list[Attempt]]:
        found = defaultdict(list)
        for row in rows:
            row.case = self.cases[row.case_id]
            found[row.case_id].append(row)
        return found

    def _by_case(self, rows: QuerySet) -> dict[int, list]:
        found = defaultdict(list)
        for row in rows.filter(case__in=self.cases):
            found[row.case_id].append(row)
        return found

    @cached_property
    def attempts(self) -> dict[int, list[Attempt]]:
        return self._in_cases(Attempt.objects.filter(case__in=self.cases).order_by("id"))

    @cached_property
    def stays(self) -> dict[int, list[CaseChild]]:
        """Children in the cases; `joined_to` tells whether another record was declared the child's too."""
        others = Exists(Child.objects.filter(merged_into=OuterRef("child")))
        return self._by_case(
            CaseChild.objects.select_related("child")
            .prefetch_related("child__merged_into")
            .annotate(joined_to=others)
            .order_by("id")
        )

    @cached_property
    def roots(self) -> dict[int, int]:
        """Record of a child in the cases → the record that stands for the child."""
        return follow({s.child_id: s.child.merged_into_id for rows in self.stays.values() for s in rows})

    @cached_property
    def filings(self) -> dict[int, list[Filing]]:
        return self._by_case(Filing.objects.select_related("paper__adult").order_by("id"))

    @cached_property
    def adults(self) -> dict[int, list[Relation]]:
        """Child → the adults who answer for it, told of this or of another record of the same child."""
        records = defaultdict(set)
        for stays in self.stays.values():
            for stay in stays:
                records[stay.child.merged_into_id or stay.child_id].add(stay.child_id)
        mine = Q(child__in=list(records)) | Q(child__merged_into__in=list(records))
        told = Relation.objects.filter(mine, adult__isnull=False).select_related("adult", "child")
        found: dict[int, dict[int, Relation]] = defaultdict(dict)
        for row in told.order_by("id"):
            for child in records[row.child.merged_into_id or row.child_id]:
                found[child].setdefault(row.adult_id, row)
        return defaultdict(list, {child: list(rows.values()) for child, rows in found.items()})

    @cached_property
    def waivers(self) -> dict[int, list[Waiver]]:
        return self._by_case(Waiver.objects.order_by("id"))

    @cached_property
    def intervals(self) -> dict[int, list[Interval]]:
        return self._by_case(Interval.objects.order_by("since", "id"))

    @property
    def _later(self) -> list[int]:
        """The cases that may have been carried over; one that follows the first revision never was."""
        return [pk for pk, case in self.cases.items() if case.revision.no > 1]

    @cached_property
    def begun(self) -> dict[int, Step]:
        """Attempt carried over to another revision → the step at which it was begun."""
        if not self._later:
            return {}
        rows = CarriedAttempt.objects.filter(carrying__case__in=self._later).select_related("step")
        return {row.attempt_id: row.step for row in rows.order_by("-carrying_id")}

    @cached_property
    def terms(self) -> dict[int, str]:
        """Case carried over to another revision → the term it was opened with, in the SOP's words."""
        if not self._later:
            return {}
        rows = Carrying.objects.filter(case__in=self._later).select_related("old")
        return {row.case_id: row.old.term_text for row in rows.order_by("-id")}

    @cached_property
    def attendance(self) -> dict[int, list[Attendance]]:
        rows = Attendance.objects.select_related("session").prefetch_related("session__reports")
        return self._by_case(rows.order_by("id"))

    @cached_property
    def assigned(self) -> dict[int, dict[int, int]]:
        """Case → position → the user assigned to it."""
        found: dict[int, dict[int, int]] = defaultdict(dict)
        rows = CaseOfficer.objects.filter(case__in=self.cases, until=None)
        for case, position, user in rows.values_list("case_id", "position_id", "user_id"):
            found[case][position] = user
        return found

    @cached_property
    def actors(self) -> dict[int, list[User]]:
        """Attempt → who did it."""
        found = defaultdict(list)
        rows = Attempt.acted_by.through.objects.filter(attempt__case__in=self.cases)
        for row in rows.select_related("user").order_by("id"):
            found[row.attempt_id].append(row.user)
        return found

    def name(self, attempt: Attempt, users: list[User]) -> None:
        """Who did it, as it will be written."""
        self._named[attempt.pk] = users

    def done_by(self, attempt: Attempt) -> list[User]:
        """Who did it."""
        return self._named[attempt.pk] if attempt.pk in self._named else self.actors[attempt.pk]

    def kinds(self, agency_id: int) -> dict[int, PaperKind]:
        """The agency's kinds of paper."""
        if agency_id not in self._kinds:
            self._kinds[agency_id] = {k.pk: k for k in PaperKind.objects.filter(agency_id=agency_id)}
        return self._kinds[agency_id]

    def holders(self, agency_id: int, day: date, positions: Iterable[int]) -> list[Appointment]:
        """As `authority.holders`, read once a day of acting."""
        if (agency_id, day) not in self._in_force:
            self._in_force[agency_id, day] = authority.in_force(agency_id, day)
        wanted = set(positions)
        return [a for a in self._in_force[agency_id, day] if a.position_id in wanted]
