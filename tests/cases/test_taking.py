"""take_in under fire: the same table from two tabs at once, and a NIK that somebody else takes meanwhile."""

import uuid

import pytest
from django.db import IntegrityError

from sopcases.cases import children, taking
from sopcases.cases.models import Child
from sopcases.cases.taking import Arrival, How, take_in
from sopcases.cases.walk import walking
from tests.cases.test_concurrency import together
from tests.cast import make_world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db):
    return make_world()


def arrival(no: int, name: str = "", key: uuid.UUID | None = None, **more) -> Arrival:
    facts = {"name": name, "sex": "L", "address": "", "nik": more.pop("nik", "")}
    mark = taking.mark({"name": name, "sex": "L"})
    return Arrival(no=no, key=key or uuid.uuid4(), mark=mark, facts=facts, **more)


def taker(world, case, arrivals, by="sari"):
    officer = world.officer(by)

    def run():
        with walking(case, officer) as walk:
            return take_in(walk, arrivals, world.now, {})

    return run


def test_the_same_sending_at_the_same_moment(world):
    case = world.case("anak-jalanan", by="dewi", children=0)
    rows = [arrival(1, "Bunga"), arrival(2, "Rian"), arrival(3), arrival(4)]
    answers = together([taker(world, case, rows) for _ in range(3)])
    assert case.children.count() == 4
    assert sorted(one.how for found in answers for one in found.taken) == [How.NEW] * 4 + [How.BEFORE] * 8


def test_two_officers_with_the_same_list(world):
    case = world.case("anak-jalanan", by="dewi", children=0)
    lists = [[arrival(n, f"Anak {n}") for n in range(1, 6)] for _ in range(2)]
    together([taker(world, case, rows, by) for rows, by in zip(lists, ("sari", "dewi"), strict=True)])
    assert case.children.count() == 5


def test_a_row_that_the_database_refuses_leaves_the_others(world, monkeypatch):
    """Somebody else takes a NIK between the question and the writing."""
    case = world.case("anak-jalanan", by="dewi", children=0)
    nik = "2172015003160001"
    ask, write = taking._refuse_niks, children.register_many

    def asked(walk, arrivals, result):
        ask(walk, arrivals, result)
        if not Child.objects.filter(name="Pendahulu").exists():
            write(world.officer("dewi"), [{"name": "Pendahulu", "nik": nik}])

    monkeypatch.setattr(taking, "_refuse_niks", asked)
    found = taker(world, case, [arrival(1, "Bunga"), arrival(2, "Rian", nik=nik), arrival(3, "Sinta")])()
    assert found.refused == {2: ("name", taking.MEANWHILE)}
    assert set(case.children.values_list("child__name", flat=True)) == {"Bunga", "Sinta"}


def test_nothing_half_saved(world, monkeypatch):
    """What breaks after the children were made takes them along."""
    case = world.case("anak-jalanan", by="dewi", children=0)

    def broken(self, arrivals):
        raise IntegrityError

    monkeypatch.setattr(taking._Taking, "_place", broken)
    with pytest.raises(IntegrityError):
        taker(world, case, [arrival(1, "Bunga")])()
    assert not case.children.exists() and not Child.objects.filter(name="Bunga").exists()
