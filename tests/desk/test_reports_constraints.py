"""What must never be false of indicators, targets and exports: each constraint is violated once."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from sopcases.desk.models import Export, ExportPages, ExportPart, Indicator, Target

pytestmark = pytest.mark.django_db
MODELS = (Export, ExportPages, ExportPart, Indicator, Target)


@pytest.fixture
def it(world):
    class It:
        indicator = world.home.indicators.get()

        def export(self, **facts):
            asked = {"agency": world.home, "user": world.sari, "report": "recap", "format": "csv", "total": 1}
            days = {"asked_at": world.now, "expires_at": world.now + timedelta(days=1)}
            return Export.objects.create(**asked | days | facts)

        def target(self, **facts):
            told = {"indicator": self.indicator, "year": 2026, "number": 1, "basis": "Renja"}
            by = {"entered_at": world.now, "entered_by": world.budi, "acting_title": "Kepala Dinas"}
            return Target.objects.create(**told | by | facts)

    It.now = world.now
    return It()


def twice_a_part(it):
    export = it.export()
    for _ in range(2):
        ExportPart.objects.create(export=export, no=0, rows=[])


def twice_the_pages(it):
    export = it.export()
    for _ in range(2):
        ExportPages.objects.create(export=export, no=0, content=b"")


BREAKS = {
    "export_ready_has_file": lambda it: it.export(state="ready", finished_at=it.now, sha256="x"),
    "export_expired_is_gone": lambda it: it.export(state="expired", file="exports/x.csv"),
    "export_failed_says_why": lambda it: it.export(state="failed"),
    "export_is_kept_a_while": lambda it: it.export(expires_at=it.now),
    "exportpart_once": twice_a_part,
    "exportpages_once": twice_the_pages,
    "indicator_name_once": lambda it: Indicator.objects.create(
        agency=it.indicator.agency, name=it.indicator.name, measure="aided"
    ),
    "target_is_a_number": lambda it: it.target(number=0),
    "target_has_basis": lambda it: it.target(basis=""),
}


def test_every_constraint_is_tried():
    assert {c.name for model in MODELS for c in model._meta.constraints} == set(BREAKS)


@pytest.mark.parametrize("name", BREAKS)
def test_the_database_refuses(it, name):
    """SQLite names the constraint or its columns, PostgreSQL the constraint."""
    with pytest.raises(IntegrityError) as told, transaction.atomic():
        BREAKS[name](it)
    assert name in str(told.value) or f"desk_{name.split('_')[0]}." in str(told.value), told.value
