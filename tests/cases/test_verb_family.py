"""Family: adults shared by children, siblings told once and read both ways."""

import pytest
from django.db import IntegrityError, transaction

from sopcases.cases import family
from sopcases.cases.models import Adult, Relation
from sopcases.refusal import Conflict, NotAllowed, Refused
from tests.cases.story import STRANGER, done, entries, last_line, refused, verbs

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


def test_siblings_of_siblings_are_siblings(world, case, two):
    adi, ani = two
    budi, far = world.child("Budi"), world.child("Jauh")
    done(world, case, "sari", lambda w: w.join(budi))
    with world.walk(case, "sari") as walk:
        family.relate_sibling(walk, adi, ani)
        family.relate_sibling(walk, budi, ani)
    assert family.siblings(adi.pk) == [ani, budi], "told of nobody, and so all the same"
    assert verbs(case)[-3:] == ["family.sibling"] * 3
    with world.walk(case, "sari") as walk:
        wrong = Relation.objects.get(child=adi, other=budi)
        family.unrelate(walk, budi, wrong.pk, "Hanya sepupu")
        family.relate_sibling(walk, ani, far)
    assert family.siblings(adi.pk) == [ani, far], "one removed as an error is not told again by another"
    with world.walk(case, "sari") as walk:
        family.relate_sibling(walk, adi, budi)
    assert family.siblings(adi.pk) == [ani, budi, far], "but may be told again by a person"


def test_siblings_share_their_family_both_ways(world, case, two):
    adi, ani = two
    with world.walk(case, "sari") as walk:
        mother = family.relate_adult(walk, adi, Kind.MOTHER, name=" Ibu Siti ", phone="0812").adult
        uncle = family.relate_adult(walk, ani, Kind.GUARDIAN, name="Paman").adult
        family.relate_sibling(walk, ani, adi)
        family.share_family(walk, ani)
    assert mother.name == "Ibu Siti"
    assert family.shared(mother) == family.shared(uncle) == [adi, ani]
    ani.refresh_from_db()
    assert (ani.address, ani.version) == ("Kampung Contoh", 1)
    entry = next(e for e in entries(case) if e.verb == "child.edited")
    assert entry.data == {"child": ani.pk, "fields": ["address"]}
    with world.walk(case, "sari") as walk, pytest.raises(Refused, match="sudah tercatat"):
        family.relate_adult(walk, ani, Kind.MOTHER, adult=mother)
    before = len(verbs(case))
    done(world, case, "sari", lambda w: family.share_family(w, adi))
    assert len(verbs(case)) == before, "nothing is told twice"


def test_sharing_gives_no_child_a_second_mother(world, case, two):
    adi, ani = two
    with world.walk(case, "sari") as walk:
        hers = family.relate_adult(walk, ani, Kind.MOTHER, name="Ibu Siti").adult
        his = family.relate_adult(walk, adi, Kind.MOTHER, name="Bu Siti").adult
        family.relate_sibling(walk, ani, adi)
        family.share_family(walk, ani)
    assert (family.shared(hers), family.shared(his)) == ([ani], [adi])


def test_correcting_an_adult_holds_for_all_his_children(world, case, two):
    adi, ani = two
    with world.walk(case, "sari") as walk:
        first = family.relate_adult(walk, adi, Kind.OTHER, name="Neneng", phone="1")
        second = family.relate_adult(walk, ani, Kind.GUARDIAN, adult=first.adult)
        family.correct(walk, adi, first.pk, 0, kind=Kind.GUARDIAN, name="Nenek Neneng", phone="0812")
    adult = Adult.objects.get()
    assert (adult.name, adult.phone, adult.version) == ("Nenek Neneng", "0812", 1)
    assert set(Relation.objects.values_list("kind", flat=True)) == {Kind.GUARDIAN}
    line = last_line(case)
    assert (line.verb, line.data["fields"]) == ("family.corrected", ["name", "phone", "kind"])
    assert "Neneng" not in str(line.data) and "0812" not in str(line.data)
    before = len(verbs(case))
    same = {"kind": Kind.GUARDIAN, "name": "Nenek Neneng", "phone": "0812"}
    done(world, case, "sari", lambda w: family.correct(w, ani, second.pk, 1, **same))
    assert len(verbs(case)) == before and Adult.objects.get().version == 1, "nothing changed"


def test_correcting_refusals(world, case, two):
    adi, ani = two
    with world.walk(case, "sari") as walk:
        one = family.relate_adult(walk, adi, Kind.MOTHER, name="Siti")
        family.relate_adult(walk, adi, Kind.GUARDIAN, adult=one.adult)
        pair = family.relate_sibling(walk, adi, ani)
    good = {"kind": Kind.MOTHER, "name": "Siti"}
    for act, sentence, error in (
        (lambda w: family.correct(w, adi, one.pk, 5, **good), family.MOVED, Conflict),
        (lambda w: family.correct(w, adi, one.pk, 0, kind="sibling", name="x"), family.NO_KIND, Refused),
        (lambda w: family.correct(w, adi, one.pk, 0, kind=Kind.MOTHER, name=" "), family.NO_NAME, Refused),
        (lambda w: family.correct(w, adi, one.pk, 0, kind=Kind.GUARDIAN, name="S"), family.KNOWN, Refused),
        (lambda w: family.correct(w, ani, one.pk, 0, **good), family.GONE, Refused),
        (lambda w: family.correct(w, adi, pair.pk, 0, **good), family.SIBLING, Refused),
    ):
        refused(world, case, "sari", act, sentence, error)
    refused(world, case, "tono", lambda w: family.correct(w, adi, one.pk, 0, **good), STRANGER, NotAllowed)


def test_removed_with_a_reason_and_kept(world, case, two):
    adi, ani = two
    with world.walk(case, "sari") as walk:
        first = family.relate_adult(walk, adi, Kind.GUARDIAN, name="Nenek")
        second = family.relate_adult(walk, ani, Kind.GUARDIAN, adult=first.adult)
    for act, sentence, error in (
        (
            lambda w: family.unrelate(w, adi, first.pk, "  "),
            "Sebutkan mengapa hubungan ini dihapus.",
            Refused,
        ),
        (lambda w: family.unrelate(w, adi, second.pk, "Keliru"), family.GONE, Refused),
        (lambda w: family.unrelate(w, adi, first.pk, "Keliru", version=3), family.MOVED, Conflict),
    ):
        refused(world, case, "sari", act, sentence, error)
    done(world, case, "sari", lambda w: family.unrelate(w, adi, first.pk, " Bukan neneknya ", version=0))
    assert [r.child_id for r in family.adults([adi.pk, ani.pk])] == [ani.pk]
    assert family.shared(first.adult) == [ani]
    kept = Relation.every.get(pk=first.pk)
    assert (kept.removed_at, kept.removed_by, kept.removed_reason) == (
        world.now,
        world.sari,
        "Bukan neneknya",
    )
    assert last_line(case).data == {"child": adi.pk, "kind": "guardian", "relation": first.pk}
    refused(world, case, "sari", lambda w: family.unrelate(w, adi, first.pk, "Lagi"), family.GONE)
    done(world, case, "sari", lambda w: family.relate_adult(w, adi, Kind.GUARDIAN, adult=first.adult))
    assert family.shared(first.adult) == [adi, ani], "told again"


def test_who_signed_a_statement_may_be_removed(world, case, two):
    """The paper keeps its adult: what was signed is not undone."""
    adi, _ = two
    with world.walk(case, "sari") as walk:
        told = family.relate_adult(walk, adi, Kind.MOTHER, name="Siti")
    paper = world.paper("Surat Pernyataan", dated=world.now.date(), adult=told.adult)
    done(world, case, "sari", lambda w: family.unrelate(w, adi, told.pk, "Keliru"))
    paper.refresh_from_db()
    assert paper.adult == told.adult


def test_whom_one_may_take_for_a_child(world, case, two):
    """Those of the other children of the case, and of siblings one may see; not his own, not a stranger's."""
    adi, ani = two
    elsewhere = world.case(children=0)
    sister, stranger = world.child("Kakak"), world.child("Orang lain")
    done(world, elsewhere, "sari", lambda w: (w.join(sister), w.join(stranger)))
    with world.walk(elsewhere, "sari") as walk:
        family.relate_adult(walk, sister, Kind.MOTHER, name="Ibu Kandung", phone="0812-3456-789")
        family.relate_adult(walk, stranger, Kind.MOTHER, name="Ibu Lain")
    with world.walk(case, "sari") as walk:
        family.relate_adult(walk, ani, Kind.GUARDIAN, name="Bibi Ani")
        family.relate_adult(walk, adi, Kind.GUARDIAN, name="Paman Adi")
        family.relate_sibling(walk, adi, sister)
        found = family.known(walk, adi)
    assert [one.adult.name for one in found] == ["Ibu Kandung", "Bibi Ani"], "siblings' adults first"
    assert found[0].of == ((sister, Kind.MOTHER),)
    assert [one.adult.name for one in family.alike(found, "bibik")] == []
    assert [one.adult.name for one in family.alike(found, "bib")] == ["Bibi Ani"]
    assert [one.adult.name for one in family.alike(found, "08123456789")] == ["Ibu Kandung"]
    assert family.alike(found, "") == family.alike(found, "12") == []


@pytest.mark.parametrize("count", [2, 3, 12])
def test_telling_costs_the_same_however_many(world, case, django_assert_num_queries, count):
    found = [world.child(f"Anak {number}") for number in range(count)]
    done(world, case, "sari", lambda w: w.join_many(found))
    mother = Adult(agency=world.home, name="Siti")
    tellings = [family.Telling(child.pk, Kind.MOTHER, mother) for child in found]
    pairs = [(found[0].pk, child.pk) for child in found[1:]]
    with world.walk(case, "sari") as walk:
        assert walk.stays
        with django_assert_num_queries(3):
            made = family.tell(walk, tellings, pairs)
    assert len(made) == count + count * (count - 1) // 2


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
    refused(
        world,
        case,
        "tono",
        lambda w: family.relate_adult(w, adi, Kind.FATHER, name="x"),
        STRANGER,
        NotAllowed,
    )


def test_the_database_refuses_a_pair_told_the_other_way_round(world, two):
    adi, ani = sorted(two, key=lambda c: c.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Relation.objects.create(child=ani, other=adi, kind=Kind.SIBLING)
    Relation.objects.create(child=adi, other=ani, kind=Kind.SIBLING)
    with pytest.raises(IntegrityError), transaction.atomic():
        Relation.objects.create(child=adi, other=ani, kind=Kind.SIBLING)
