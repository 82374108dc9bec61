"""Finding a child again: however the name is spelt, by any of its names, by NIK; strangers learn nothing."""

from contextlib import suppress
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sopcases.cases import children
from sopcases.cases.children import Probe
from sopcases.cases.models import Case, ChildWord
from sopcases.people.models import Entry, Position
from sopcases.refusal import Refused
from tests.cast import appoint, make_user

pytestmark = pytest.mark.django_db

NIK = "2172014103160001"


@pytest.fixture
def dinda(world):
    """An officer of the same agency whose position has no part in any SOP."""
    driver = Position.objects.create(agency=world.home, name="Pengemudi")
    world.users["dinda"] = appoint(make_user(world.home, "dinda", "Dinda Lestari"), driver)
    return world.officer("dinda")


def in_case(world, name="", by="sari", **facts):
    case = world.case(children=0, by=by)
    child = world.child(name, by=by, **facts)
    with world.walk(case, by) as walk:
        walk.join(child)
    return child, case


def ready(world):
    """Sari with what the page's gate has read already."""
    sari = world.officer("sari")
    assert list(Case.objects.visible_to(sari))
    return sari


def called(hits) -> list[str]:
    return [hit.child.called for hit in hits if hit.child]


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("Muhammad Rizky", "moh. riski"),
        ("Muhammad Rizky", "rizq"),
        ("Soekarno Djaja", "sukarno jaya".replace("jaya", "jaja")),
        ("Siti Aisyah", "AISYA"),
        ("Nur'aini", "nuraini"),
        ("Fitriyani", "pitri"),
        ("José Annisa", "anisa jose"),
        ("李明", "李明 "),
        # Half typed: what a word ends in is no end yet.
        ("Dedi Kurnia", "ded"),
        ("Widya", "wid"),
        ("Sudirman", "sud"),
        ("Abdul", "abd"),
        ("Madinah", "mad"),
        ("Sucipto", "suc"),
        ("Aisyah", "aisy"),
        ("Ahmad", "ahmad"),
    ],
)
def test_by_any_spelling_and_any_order(world, name, asked):
    in_case(world, name)
    in_case(world, "Orang Lain")
    asked = asked if len(asked.strip()) > 2 else asked + "  李明"
    assert called(children.search(world.officer("sari"), asked)) == [name]


def test_by_a_temporary_name_and_by_another_name(world):
    child, _ = in_case(world, "", temporary_name="Melati", aliases=["Ucok", "Si Botak"])
    sari = world.officer("sari")
    for asked in ("melati", "ucok", "botak"):
        assert [hit.child for hit in children.search(sari, asked)] == [child]


def test_a_changed_name_is_found_by_the_new_and_no_longer_by_the_old(world):
    child, case = in_case(world, "Anak Baru")
    with world.walk(case, "sari") as walk:
        children.edit(walk, child.pk, 0, name="Wulan Sari")
    sari = world.officer("sari")
    assert called(children.search(sari, "wulan")) == ["Wulan Sari"]
    assert children.search(sari, "baru") == []
    assert set(ChildWord.objects.filter(child=child).values_list("word", flat=True)) == {"ulan", "sari"}


def test_the_closest_first(world):
    for name in ("Adiputra Wijaya", "Adi Putra", "Adi Putra Ramadhan"):
        in_case(world, name)
    found = called(children.search(world.officer("sari"), "adi putra"))
    assert found[:2] == ["Adi Putra", "Adi Putra Ramadhan"]


def test_by_nik(world):
    child, _ = in_case(world, "Adi", nik=NIK)
    assert [hit.child for hit in children.search(world.officer("sari"), "2172 0141 0316 0001")] == [child]


@pytest.mark.parametrize("asked", ["", "ab", "  a ", "...", "!!!"])
def test_too_little_is_refused(world, asked):
    with pytest.raises(Refused, match="Ketik"):
        children.search(world.officer("sari"), asked)


@pytest.mark.parametrize("asked", ["%%%", "___", "b" * 400, "'; drop table", "\x00abc", "zzz{|}~", "0000000"])
def test_nonsense_finds_nothing_and_breaks_nothing(world, asked):
    in_case(world, "Adi Putra")
    with suppress(Refused):
        assert called(children.search(world.officer("sari"), asked)) == []


def test_whom_one_may_not_see_one_learns_nothing_of(world, dinda):
    in_case(world, "Adi Putra", nik=NIK)
    (hit,) = children.search(dinda, "adi putra")
    assert (hit.child, hit.cases, hit.running) == (None, (), None)
    assert hit.token
    assert hit.contact.startswith("Dinsos Tanjungpinang (")
    assert str(hit).count("Adi") == 0


def test_another_agency_finds_nothing(world):
    in_case(world, "Adi Putra")
    assert children.search(world.officer("wati"), "adi putra") == []


def test_the_journal_keeps_that_one_searched_and_not_for_whom(world):
    in_case(world, "Adi Putra")
    children.search(world.officer("sari"), "adi putra")
    entry = Entry.objects.filter(verb="child.searched").latest("id")
    assert entry.data == {"hits": 1}


@pytest.mark.parametrize("count", [1, 3, 12])
def test_a_search_costs_the_same_at_any_size(world, count):
    for number in range(count):
        in_case(world, f"Adi {chr(97 + number)}putra")
    sari = ready(world)
    with CaptureQueriesContext(connection) as queries:
        assert len(children.search(sari, "adi")) == count
    assert len(queries) == 7, "\n".join(q["sql"][:150] for q in queries)


# --- who a row may be


def probe(*names, **facts) -> Probe:
    return Probe(names=names, **facts)


NINE = {"birth_from": date(2016, 1, 1), "birth_until": date(2016, 12, 31)}


def likely(world, *probes) -> list[list[str]]:
    return [[child.called for child in rows] for rows in children.likely(world.officer("sari"), probes)]


def test_the_same_name_to_the_ear(world):
    in_case(world, "Muhammad Rizky Ramadhan", sex="L")
    assert likely(
        world,
        probe("Moh. Riski Ramadan"),
        probe("Rizki Ramadhan", sex="L"),
        probe("Rizki Ramadhan", sex="P"),
        probe("Rizki Pratama"),
        probe(),
    ) == [["Muhammad Rizky Ramadhan"], ["Muhammad Rizky Ramadhan"], [], [], []]


def test_one_word_tells_only_with_an_age_that_fits(world):
    in_case(world, "Ucok Baba", **NINE)
    grown = {"birth_from": date(2008, 1, 1), "birth_until": date(2008, 12, 31)}
    about = {"birth_from": date(2014, 3, 1), "birth_until": date(2015, 3, 1)}
    assert likely(world, probe("Ucok"), probe("Ucok", **about), probe("Ucok", **grown)) == [
        [],
        ["Ucok Baba"],
        [],
    ]


def test_the_whole_name_tells_though_it_is_one_word(world):
    in_case(world, "Ucok")
    assert likely(world, probe("Ucok"), probe("Ucok", **NINE)) == [["Ucok"], ["Ucok"]]


def test_frequent_words_alone_tell_nothing(world):
    in_case(world, "Muhammad Adi")
    in_case(world, "Siti Nur")
    assert likely(world, probe("Muhammad Bagus"), probe("Siti Rahma"), probe("Muhammad"))[:2] == [[], []]


def test_a_nickname_counts_as_a_name(world):
    in_case(world, "Ahmad Fauzi", aliases=["Ujang Botak"])
    assert likely(world, probe("Ujang Botak")) == [["Ahmad Fauzi"]]


def test_a_nik_decides(world):
    in_case(world, "Nama Palsu", nik=NIK)
    assert likely(world, probe("Nama Asli", nik=NIK)) == [["Nama Palsu"]]


def test_eighty_rows_cost_as_much_as_one(world):
    for number in range(6):
        in_case(world, f"Adi {chr(97 + number)}putra")
    sari = ready(world)
    counts = []
    for size in (1, 80):
        with CaptureQueriesContext(connection) as queries:
            children.likely(sari, [probe(f"Adi {chr(97 + n % 26)}putra") for n in range(size)])
        counts.append(len(queries))
    assert counts[0] == counts[1] == 1
