"""Family: adults shared by children, siblings told once and read both ways."""

import pytest
from django.db import IntegrityError, transaction

from sopcases.cases import family
from sopcases.cases.models import Adult, Relation
from sopcases.refusal import NotAllowed, Refused

pytestmark = pytest.mark.django_db
Kind = Relation.Kind


@pytest.fixture
def case(world):
    return world.case("anak-jalanan", children=0)


@pytest.fixture
def two(world, case):
    found = [world.child("Adi", address="Kampung Contoh"), world.child("Ani")]
    with world.walk(case, "sari") as walk:
        for child in found:
            walk.join(child)
    return found


def test_siblings_are_told_once_and_read_both_ways(world, case, two):
    adi, ani = two
    with world.walk(case, "sari") as walk:
        family.relate_sibling(walk, ani, adi)
    assert family.siblings(adi.pk) == [ani]
    assert family.siblings(ani.pk) == [adi]
    with world.walk(case, "sari") as walk, pytest.raises(Refused, match="sudah tercatat"):
        family.relate_sibling(walk, adi, ani)
    with world.walk(case, "sari") as walk, pytest.raises(Refused, match="saudara kandungnya sendiri"):
        family.relate_sibling(walk, adi, adi)


def test_one_guardian_of_two(world, case, two):
    adi, ani = two
    with world.walk(case, "sari") as walk:
        told = family.relate_adult(walk, adi, Kind.MOTHER, name=" Ibu Siti ", phone="0812")
        family.copy_family(walk, adi, ani)
    assert told.adult.name == "Ibu Siti"
    assert family.shared(told.adult) == [adi, ani]
    assert family.siblings(ani.pk) == [adi]
    ani.refresh_from_db()
    assert (ani.address, ani.version) == ("Kampung Contoh", 1)
    with world.walk(case, "sari") as walk, pytest.raises(Refused, match="sudah tercatat"):
        family.relate_adult(walk, ani, Kind.MOTHER, adult=told.adult)


def test_removing_keeps_the_adult_while_another_child_has_him(world, case, two):
    adi, ani = two
    with world.walk(case, "sari") as walk:
        first = family.relate_adult(walk, adi, Kind.GUARDIAN, name="Nenek")
        second = family.relate_adult(walk, ani, Kind.GUARDIAN, adult=first.adult)
        family.unrelate(walk, adi, first)
        assert Adult.objects.count() == 1
        with pytest.raises(Refused, match="bukan milik anak ini"):
            family.unrelate(walk, adi, second)
        family.unrelate(walk, ani, second)
    assert not Adult.objects.exists()


def test_refusals(world, case, two):
    adi, _ = two
    stranger = world.child("Lain")
    theirs = world.child("Anak Lamandau", by="tika")
    with world.walk(case, "sari") as walk:
        for act, sentence in (
            (lambda: family.relate_adult(walk, adi, "sibling", name="x"), "Pilih hubungan"),
            (lambda: family.relate_adult(walk, adi, "uncle", name="x"), "Pilih hubungan"),
            (lambda: family.relate_adult(walk, adi, Kind.FATHER, name="  "), "Isi nama"),
            (lambda: family.relate_adult(walk, stranger, Kind.FATHER, name="x"), "tidak tercatat"),
            (lambda: family.relate_sibling(walk, adi, theirs), "perangkat daerah lain"),
        ):
            with pytest.raises(Refused, match=sentence):
                act()
    with pytest.raises(NotAllowed), world.walk(case, "tono") as walk:
        family.relate_adult(walk, adi, Kind.FATHER, name="x")


def test_the_database_refuses_a_pair_told_the_other_way_round(world, two):
    adi, ani = sorted(two, key=lambda c: c.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Relation.objects.create(child=ani, other=adi, kind=Kind.SIBLING)
    Relation.objects.create(child=adi, other=ani, kind=Kind.SIBLING)
    with pytest.raises(IntegrityError), transaction.atomic():
        Relation.objects.create(child=adi, other=ani, kind=Kind.SIBLING)
