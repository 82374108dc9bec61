"""What must never be false of the figures: every constraint is violated once and refused."""

import pytest
from django.db import IntegrityError, transaction

from sopcases.desk.figures.reckoning import reckon
from sopcases.desk.models import Evaluation, Finding, Measure, Reckoning, Summary
from tests.cases.story import reported

pytestmark = pytest.mark.django_db
MODELS = (Measure, Summary, Reckoning, Evaluation, Finding)


def again(**facts):
    """A summary as there is one, but for these facts."""
    row = Summary.objects.filter(months=12).first()
    row.pk = None
    for name, value in facts.items():
        setattr(row, name, value)
    row.save()


def evaluation(year: int = 2026) -> Evaluation:
    attempt = Measure.objects.select_related("step__revision", "attempt__recorded_by").first().attempt
    return Evaluation.objects.create(
        revision=attempt.step.revision,
        year=year,
        written_at=attempt.recorded_at,
        written_by=attempt.recorded_by,
    )


def finding(**facts) -> Finding:
    row = Evaluation.objects.first() or evaluation()
    return Finding.objects.create(evaluation=row, step_key="1", **facts)


BREAKS = {
    "evaluation_once_a_year": lambda: [evaluation(), evaluation()],
    "evaluation_finished_by_somebody": lambda: [evaluation(), Evaluation.objects.update(facts={})],
    "finding_once": lambda: [finding(), finding()],
    "finding_verdict_known": lambda: finding(verdict="bagus"),
    "measure_of_what_is_over": lambda: Measure.objects.update(state="open"),
    "summary_once": lambda: again(),
    "summary_of_month_or_year": lambda: again(months=3),
    "summary_parts_of_the_whole": lambda: Summary.objects.update(on_time=99),
    "summary_median_below_ninetieth": lambda: Summary.objects.update(median=None),
}


def constraints() -> dict:
    return {c.name: m for m in MODELS for c in m._meta.constraints}


def test_every_constraint_is_tried():
    assert set(BREAKS) == set(constraints())


def over(world, row: Evaluation) -> None:
    end = {"finished_at": world.now, "finished_by": world.dewi, "finished_title": "Kasi", "facts": {"at": ""}}
    Evaluation.objects.filter(pk=row.pk).update(**end)


CHANGES = {
    "its figures": lambda row: Evaluation.objects.update(facts={"at": "", "steps": {}}),
    "its end": lambda row: Evaluation.objects.update(
        finished_at=None, finished_by=None, finished_title="", facts=None, draft=None
    ),
    "who finished it": lambda row: Evaluation.objects.update(finished_title="Lain"),
    "its year": lambda row: Evaluation.objects.update(year=2025),
    "itself": lambda row: Evaluation.objects.filter(pk=row.pk)._raw_delete("default"),
    "a verdict": lambda row: Finding.objects.update(verdict="not"),
    "a finding": lambda row: Finding.objects.all()._raw_delete("default"),
    "a new finding": lambda row: Finding.objects.create(evaluation=row, step_key="2"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_finished_evaluation_stays_in_the_database(world, what):
    reported(world, world.case())
    reckon(world.home, world.now)
    row = finding(verdict="well").evaluation
    over(world, row)
    before = list(Evaluation.objects.values()), list(Finding.objects.values())
    with pytest.raises(IntegrityError, match="evaluasi yang sudah diselesaikan"), transaction.atomic():
        CHANGES[what](row)
    assert (list(Evaluation.objects.values()), list(Finding.objects.values())) == before


def test_a_finding_does_not_move_into_a_finished_evaluation(world):
    reported(world, world.case())
    reckon(world.home, world.now)
    done, other = finding(verdict="well").evaluation, evaluation(year=2025)
    Finding.objects.create(evaluation=other, step_key="2", verdict="well")
    over(world, done)
    with pytest.raises(IntegrityError, match="evaluasi yang sudah diselesaikan"), transaction.atomic():
        other.findings.update(evaluation=done)


def test_until_then_all_of_it_may_change(world):
    reported(world, world.case())
    reckon(world.home, world.now)
    for what in ("its year", "a verdict", "a new finding", "a finding", "itself"):
        CHANGES[what](Evaluation.objects.first() or finding(verdict="well").evaluation)
    assert not Evaluation.objects.exists()


def test_the_draft_that_comes_of_it_is_named_and_may_go(world):
    reported(world, world.case())
    reckon(world.home, world.now)
    row = finding(verdict="well").evaluation
    over(world, row)
    Evaluation.objects.update(draft=row.revision)
    Evaluation.objects.update(draft=None)


@pytest.mark.parametrize("name", BREAKS)
def test_the_database_refuses(world, name):
    """SQLite names the constraint or its columns, PostgreSQL the constraint."""
    reported(world, world.case())
    reckon(world.home, world.now)
    table = constraints()[name]._meta.db_table
    with pytest.raises(IntegrityError) as told, transaction.atomic():
        BREAKS[name]()
    assert name in str(told.value) or f"{table}." in str(told.value), told.value
