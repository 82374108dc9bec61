"""A case by what one says of its number: whole, its end, its beginning; by the index at any size."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sopcases.cases.models import Case, CaseNumber
from tests.explaining import plans

pytestmark = pytest.mark.django_db


@pytest.fixture
def numbers(world):
    """What is found, by the end of each number."""

    def ask(said: str, agency=None) -> list[str]:
        found = Case.objects.numbered(agency or world.home, said).order_by("number")
        return list(found.values_list("number", flat=True))

    return ask


@pytest.fixture
def three(world):
    """Two babies' cases and one of the street."""
    return [world.case(), world.case(), world.case("anak-jalanan", by="dewi", children=0)]


@pytest.mark.parametrize(
    ("said", "which"),
    [
        ("{0}", [0]),
        (" bbt-{year}-0002 ", [1]),
        ("BBT {year} 2", [1]),
        ("bbt/{year}/02", [1]),
        ("{year}-0002", [1]),
        ("bbt 2", [1]),
        ("0002", [1]),
        ("1", [2, 0]),
        ("bbt", [0, 1]),
        ("BBT-{year}-", [0, 1]),
        ("{year}", [2, 0, 1]),
        ("3", []),
        ("0", []),
        ("bb", []),
        ("bbt 2019", []),
        ("bbt-{year}-0002-0002", []),
        ("", []),
        ("-", []),
        ("²", []),
        ("9" * 40, []),
        ("melati", []),
    ],
)
def test_whole_or_by_an_end(world, three, numbers, said, which):
    said = said.format(three[0].number, year=world.now.year)
    assert numbers(said) == [three[no].number for no in which]


def test_a_number_is_of_its_agency(world, three, numbers):
    assert numbers(three[0].number, world.agencies["lamandau"]) == []


def test_beyond_four_digits(world, numbers):
    CaseNumber.objects.create(agency=world.home, code="BBT", year=world.now.year, last=12_344)
    case = world.case()
    assert case.number.endswith("-12345")
    assert numbers("12345") == numbers(case.number) == [case.number]


@pytest.fixture
def archive(world, three):
    """Twenty thousand cases of an earlier year, made by the database."""
    set_here = ("id", "number", "opened_at", "event_at")
    columns = [f'"{f.column}"' for f in Case._meta.concrete_fields if f.name not in set_here]
    same, table = ", ".join(columns), Case._meta.db_table
    old = "2021-06-01 08:00:00+00:00"
    CaseNumber.objects.create(agency=world.home, code="BBT", year=2021, last=20_000)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (id, number, opened_at, event_at, {same}) "
            "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 20000) "
            f"SELECT {three[0].pk + 1000} + n, 'BBT-2021-' || n, %s, %s, {same} "
            f"FROM c, {table} WHERE id = %s",
            [old, old, three[0].pk],
        )
        cursor.execute("ANALYZE")


# The third one is the 2026th of that earlier year.
@pytest.mark.parametrize(
    ("said", "found", "index"),
    [("BBT-2021-12345", 1, "case_number_once"), ("12345", 1, "case_number_once"), ("bbt 2026", 3, "case_")],
)
def test_by_the_index(world, archive, said, found, index):
    with CaptureQueriesContext(connection) as queries:
        assert len(Case.objects.numbered(world.home, said).order_by("-opened_at", "-pk")[:26]) == found
    (plan,) = plans(queries.captured_queries[-1:])
    # SQLite names the index of a constraint itself.
    assert index in plan or "autoindex_cases_case" in plan, plan
    assert "Seq Scan on cases_case" not in plan and "SCAN cases_case" not in plan, plan
