"""Children found by the words of their names at size: complete, most alike first, and by the index."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sopcases.cases import children, lookup
from sopcases.cases.models import Child, ChildWord
from tests.explaining import plans

pytestmark = pytest.mark.django_db

CROWD = 20_000
WORDS = {
    "muhamat": "n % 2 = 0",
    "siti": "n % 3 = 0",
    "sitiauah": "n % 40 = 0",
    "pratama": "n % 7 = 0",
    "pratamauati": "n = 9001",
    "'jarang' || n": "n % 4000 = 2",
    "'langka' || n": "n % 120 = 0",
}
"""Key → which of the crowd bear it, as SQL says it."""


@pytest.fixture
def crowd(world, monkeypatch):
    """So many children that the planner chooses, made by the database itself. The first child's id."""
    monkeypatch.setattr(lookup, "MANY", 1_500)  # as much less than those who bear a common word
    first = world.child("Anak Pertama").pk + 1
    same = ", ".join(f'"{f.column}"' for f in Child._meta.concrete_fields if f.name not in ("id", "name"))
    count = f"WITH RECURSIVE c(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n + 1 < {CROWD})"
    child, word = Child._meta.db_table, ChildWord._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {child} (id, name, {same}) {count} "
            f"SELECT {first} + n, 'Anak ' || n, {same} FROM c, {child} WHERE id = {first - 1}"
        )
        for key, borne in WORDS.items():
            said = key if "||" in key else f"'{key}'"
            cursor.execute(
                f"INSERT INTO {word} (agency_id, child_id, word) {count} "
                f"SELECT {world.home.pk}, {first} + n, {said} FROM c WHERE {borne}"
            )
        cursor.execute("ANALYZE")
    return first


def found(world, *keys, enough=20) -> list[int]:
    return lookup.going_by(world.home.pk, keys, enough)


def of_words(ask) -> list[str]:
    """How the database answers what is asked of the words, query by query."""
    with CaptureQueriesContext(connection) as queries:
        ask()
    return plans(query for query in queries if "childword" in query["sql"])


def scans(plan: str) -> list[str]:
    """Tables read from end to end."""
    return re.findall(
        r"Seq Scan on cases_child\w*|SCAN (?:\w+ )?cases_childword|SCAN [UV]\d(?! USING COV)", plan
    )


ASKED = [
    ("jarang2",),  # nearly nobody
    ("muhamat",),  # every second child
    ("muhamat", "jarang4"),
    ("muhamat", "siti"),  # all common, many bear both
    ("muhamat", "siti", "pratama"),
    ("siti", "pratama"),
    ("zulaiha",),  # nobody
]


@pytest.mark.parametrize("keys", ASKED)
def test_every_question_is_answered_by_the_index(world, crowd, keys):
    told = of_words(lambda: found(world, *keys))
    assert told and all("childword_" in plan for plan in told), told
    assert [scans(plan) for plan in told] == [[] for _ in told], told


@pytest.mark.parametrize("keys", [("jarang2",), ("muhamat", "siti")])
def test_without_the_index_it_would_not_be(world, crowd, keys):
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX childword_found")
    told = of_words(lambda: found(world, *keys))
    assert not all("childword_found" in plan for plan in told)
    assert any(scans(plan) or "childword_once" in plan for plan in told)


def bearing(crowd, *conditions) -> list[int]:
    return [crowd + n for n in reversed(range(CROWD)) if all(condition(n) for condition in conditions)]


def test_a_common_word_the_newest_first(world, crowd):
    even = bearing(crowd, lambda n: n % 2 == 0)
    assert found(world, "muhamat") == even[: lookup.TAKEN]


def test_common_words_that_many_bear_together(world, crowd):
    both = bearing(crowd, lambda n: n % 2 == 0, lambda n: n % 3 == 0, lambda n: n % 7 == 0)
    assert found(world, "muhamat", "siti", "pratama") == both[: lookup.TAKEN]


def test_the_one_child_who_bears_two_common_words(world, crowd):
    ChildWord.objects.filter(word="siti").exclude(child=crowd + 6006).filter(
        child__in=ChildWord.objects.filter(word="muhamat").values("child")
    ).delete()
    answered = found(world, "siti", "muhamat")
    begun = bearing(crowd, lambda n: n % 2 == 0, lambda n: n % 40 == 0)
    assert answered[0] == crowd + 6006, "whole words first"
    assert answered[1:] == begun[: lookup.TAKEN - 1], "then those of whose names a word begins so"


def test_a_rare_word_among_common_ones(world, crowd):
    # 4002 and 16002 are even and divisible by three.
    both = bearing(crowd, lambda n: n % 4000 == 2, lambda n: n % 3 == 0)
    assert both and found(world, "siti", "jarang", "muhamat") == both


def test_two_rare_words_are_both_asked_for(world, crowd):
    both = bearing(crowd, lambda n: n % 40 == 0, lambda n: n % 120 == 0)
    assert len(both) > lookup.TAKEN
    assert found(world, "sitiauah", "langka") == both[: lookup.TAKEN]
    assert found(world, "sitiauah", "jarang") == []


def test_whole_words_before_begun_ones(world, crowd):
    assert found(world, "pratamauati") == [crowd + 9001]
    assert crowd + 9001 not in found(world, "pratama")
    ChildWord.objects.filter(word="pratama", child__gt=crowd + 50).delete()
    assert found(world, "pratama") == [
        *bearing(crowd, lambda n: n % 7 == 0, lambda n: n <= 50),
        crowd + 9001,
    ]


def test_nobody(world, crowd):
    assert found(world, "zulaiha") == found(world, "muhamat", "zulaiha") == []
    assert found(world, *[f"kata{n}" for n in range(40)]) == []


def test_a_search_among_the_crowd_shows_the_first_twenty(world, crowd):
    assert len(children.search(world.officer("sari"), "Moch. Siti")) == children.HITS
