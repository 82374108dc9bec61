"""What walks change, gathered and written once: one statement for each kind of row, however many cases."""

from collections.abc import Iterable

from django.db import connection
from django.db.models import Case as Choose
from django.db.models import Model, Value, When
from django.db.models.functions import Cast

from sopcases.cases.models import Attempt, Case, CaseChild, CaseOfficer, Filing, Interval, Waiver
from sopcases.people.models import Entry

FIXED = {
    Attempt: {"id", "case_id", "step_id", "child_id", "occurrence", "no", "used_minutes"},
    CaseChild: {"id", "case_id", "child_id", "joined_at", "joined_by_id", "source"},
    Interval: {
        "id",
        "case_id",
        "attempt_id",
        "kind",
        "party",
        "paper_kind_id",
        "since",
        "reason",
        "reminded",
    },
    Waiver: {"id", "case_id", "attempt_id", "kind_id", "child_id", "stage", "until", "at", "by_id"},
    Case: {"id", "agency_id", "number", "sop_id", "revision_id", "opened_at", "opened_by_id"},
}
"""What no walk changes in a row; everything else is written back."""


class Book:
    """Open while its cases are locked. The rows are in hand; the database has them when it is closed."""

    def __init__(self) -> None:
        self._changed: dict[type[Model], dict[int, Model]] = {model: {} for model in FIXED}
        self._acted: dict[int, tuple[list[int], bool]] = {}
        self._filings: list[Filing] = []
        self._lines: list[Entry] = []
        self._assigned: dict[tuple[int, int], CaseOfficer] = {}

    def change(self, row: Model) -> None:
        """The row as it now stands is to be written."""
        self._changed[type(row)][row.pk] = row

    def acted(self, attempt: Attempt, users: Iterable[int], *, again: bool) -> None:
        """Who did it, by id; `again` where somebody may have been named before."""
        self._acted[attempt.pk] = (list(users), again)

    def file(self, filing: Filing) -> None:
        self._filings.append(filing)

    def assign(self, row: CaseOfficer) -> None:
        """Who acts alone in a position from now on; without a user everybody does who holds it."""
        self._assigned[row.case_id, row.position_id] = row

    def line(self, entry: Entry) -> None:
        self._lines.append(entry)

    def write(self, model: type[Model]) -> None:
        """Write the changed rows of one table now."""
        _update(model, list(self._changed[model].values()))
        self._changed[model] = {}

    def close(self) -> None:
        """Write all that is in hand."""
        for model in (Attempt, CaseChild, Interval, Waiver, Case):
            self.write(model)
        self._write_acted()
        self._write_assigned()
        if self._filings:
            Filing.objects.bulk_create(self._filings)
        if self._lines:
            Entry.objects.bulk_create(self._lines)
        self._filings, self._lines = [], []

    def _write_assigned(self) -> None:
        """Who it was before stays on record."""
        for position in sorted({position for _, position in self._assigned}):
            rows = [row for (_, held), row in self._assigned.items() if held == position]
            before = CaseOfficer.objects.filter(position=position, case__in=[row.case_id for row in rows])
            before.filter(until=None).update(until=rows[0].since)
            CaseOfficer.objects.bulk_create(row for row in rows if row.user_id)
        self._assigned = {}

    def _write_acted(self) -> None:
        through = Attempt.acted_by.through
        if again := [attempt for attempt, (_, again) in self._acted.items() if again]:
            through.objects.filter(attempt__in=again).delete()
        rows = [
            through(attempt_id=attempt, user_id=user)
            for attempt, (users, _) in self._acted.items()
            for user in dict.fromkeys(users)
        ]
        if rows:
            through.objects.bulk_create(rows)
        self._acted = {}


def _update(model: type[Model], rows: list[Model]) -> None:
    """One UPDATE: a plain value where all rows agree, a CASE by key where they do not."""
    if not rows:
        return
    values = {}
    for field in model._meta.concrete_fields:
        if field.attname in FIXED[model]:
            continue
        own = {row.pk: getattr(row, field.attname) for row in rows}
        first = next(iter(own.values()))
        if all(value == first for value in own.values()):
            values[field.attname] = first
        else:
            chosen = Choose(
                *(When(pk=pk, then=Value(value, output_field=field)) for pk, value in own.items()),
                output_field=field,
            )
            casted = connection.features.requires_casted_case_in_updates
            values[field.attname] = Cast(chosen, output_field=field) if casted else chosen
    model._base_manager.filter(pk__in=[row.pk for row in rows]).update(**values)
