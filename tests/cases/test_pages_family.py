"""The family of a child in its case: who belongs to it, looked for first, corrected, removed."""

import pytest

from sopcases.cases import family
from sopcases.cases.models import Adult, Relation
from tests.cases.front_door import hidden
from tests.cases.story import children, done, verbs

pytestmark = pytest.mark.django_db
Kind = Relation.Kind
SHOWN, ADDING = 15, 17
"""Queries of the page, and of the page on which an adult is added."""


@pytest.fixture
def case(today):
    return today.case("anak-jalanan", by="dewi", children=3)


@pytest.fixture
def kids(case):
    return [s.child for s in case.children.select_related("child").order_by("id")]


def root(case, child) -> str:
    return f"/penanganan/{case.number}/anak/{child.pk}/keluarga/"


def text(response) -> str:
    return " ".join(response.content.decode().split())


def adult(today, case, child, kind=Kind.MOTHER, name="Ibu Siti", **facts):
    return done(today, case, "sari", lambda w: family.relate_adult(w, child, kind, name=name, **facts))


def test_the_pages_of_the_case_and_of_the_child_lead_there(desk, case, kids):
    sari, here = desk("sari"), root(case, kids[0])
    for page in (
        f"/penanganan/{case.number}/",
        f"/penanganan/{case.number}/anak/{kids[0].pk}/",
        f"/anak/{kids[0].pk}/",
    ):
        assert f'href="{here}"' in sari.text(page), page
    assert "Belum ada orang dewasa yang tercatat." in sari.text(here)
    desk("tono").get(here, 404)


def test_a_new_adult_is_added_and_told_in_the_journal(desk, case, kids):
    sari, here = desk("sari"), root(case, kids[0])
    page = text(sari.send(f"{here}tambah/", 422, name="Ibu Siti", phone="0812"))
    assert "Pilih hubungan dengan anak." in page and 'value="0812"' in page
    page = text(sari.send(f"{here}tambah/", 422, kind="mother", phone="0812"))
    assert "Isi nama." in page
    sari.send(
        f"{here}tambah/", kind="mother", name="Ibu Siti", phone="0812", address="Jl. Contoh 1", note="Buruh"
    )
    page = text(sari.get(here))
    for told in ("Ibu Siti", "<span>Ibu</span>", "0812", "Jl. Contoh 1", "Buruh"):
        assert told in page
    assert "Mencatat ibu pada keluarga Anak 1" in sari.text(f"/penanganan/{case.number}/")


def test_one_known_nearby_is_found_and_used_again(desk, today, case, kids):
    one, two, _ = kids
    siti = adult(today, case, one, phone="0812-3456-789").adult
    sari, here = desk("sari"), root(case, two)
    page = text(sari.get(f"{here}tambah/"))
    assert "Ibu Anak 1" in page, "offered before anything was asked: there are few"
    page = text(sari.send(f"{here}tambah/", 200, action="search", q="siti"))
    assert f'href="{here}tambah/?orang={siti.pk}"' in page and 'value="siti"' in page
    page = text(sari.send(f"{here}tambah/", 200, action="search", q="Rosma"))
    assert "Tidak ada yang tercatat dengan nama atau telepon itu." in page and "?orang=" not in page
    page = text(sari.get(f"{here}tambah/?orang={siti.pk}"))
    assert "Ibu Siti" in page and 'name="name"' not in page and 'name="kind"' in page
    sari.send(f"{here}tambah/?orang={siti.pk}", kind="mother")
    assert family.shared(siti) == [one, two] and Adult.objects.count() == 1
    assert "juga bagi Anak 1" in sari.text(here)


def test_the_same_name_is_written_twice_only_when_it_is_somebody_else(desk, today, case, kids):
    one, two, _ = kids
    siti = adult(today, case, one).adult
    sari, url = desk("sari"), f"{root(case, two)}tambah/"
    filled = {"kind": "mother", "name": "Ibu Siti", "address": "Kampung Baru"}
    page = text(sari.send(url, 422, **filled))
    assert "Orang dengan nama atau telepon ini sudah tercatat." in page and "Kampung Baru" in page
    assert f"?orang={siti.pk}" in page and Adult.objects.count() == 1
    sari.send(url, **filled, other="on")
    assert Adult.objects.filter(name="Ibu Siti").count() == 2


def test_who_is_not_known_nearby_cannot_be_taken(desk, today, case, kids):
    elsewhere = today.case()
    far = adult(today, elsewhere, elsewhere.children.get().child, name="Orang Jauh").adult
    sari, url = desk("sari"), f"{root(case, kids[0])}tambah/"
    assert "?orang=" not in text(sari.send(url, 200, action="search", q="Orang Jauh"))
    for who in (far.pk, "x", 10**30):
        page = text(sari.get(f"{url}?orang={who}", 422))
        assert "Data orang ini tidak dapat dipakai." in page
    own = adult(today, case, kids[0], name="Sudah Ada").adult
    sari.get(f"{url}?orang={own.pk}", 422)


def test_a_sibling_shares_the_family(desk, today, case, kids):
    one, two, three = kids
    siti = adult(today, case, one).adult
    sari = desk("sari")
    page = text(sari.send(f"{root(case, two)}saudara/", 422))
    assert "Pilih anaknya." in page
    sari.send(f"{root(case, two)}saudara/", other=one.pk, share="on")
    page = text(sari.get(root(case, two)))
    assert "Ibu Siti" in page and "juga bagi Anak 1" in page
    assert f'<a href="/penanganan/{case.number}/anak/{one.pk}/">Anak 1</a>' in page
    assert "Mencatat Anak 1 dan Anak 2 sebagai saudara kandung" in sari.text(f"/penanganan/{case.number}/")
    sari.send(f"{root(case, three)}saudara/", other=two.pk)
    assert family.siblings(three.pk) == [one, two], "who is a sibling's sibling is one too"
    assert family.shared(siti) == [one, two], "not shared where it was not asked for"
    page = text(sari.get(f"{root(case, three)}saudara/", 403))
    assert "Tidak ada anak lain dalam penanganan ini" in page
    sari.send(f"{root(case, two)}tambah/", kind="father", name="Pak Udin")
    page = text(sari.get(f"{root(case, three)}tambah/"))
    assert "Pak Udin" in page and "Ibu Siti" in page


def test_a_sibling_the_officer_may_not_see_is_only_counted(desk, today, case, kids):
    hidden_child = today.child("Rahasia", by="dewi")
    Relation.objects.create(child=kids[0], other=hidden_child, kind=Kind.SIBLING)
    page = text(desk("agus").get(root(case, kids[0])))
    assert "Rahasia" not in page and "1 saudara kandung lain. Hubungi Dinsos Tanjungpinang" in page
    assert "Rahasia" in desk("dewi").text(root(case, kids[0])), "she made the record"


def test_an_adult_is_corrected_for_all_his_children(desk, today, case, kids):
    one, two, _ = kids
    told = adult(today, case, one, kind=Kind.OTHER, name="Neneng")
    done(today, case, "sari", lambda w: family.relate_adult(w, two, Kind.GUARDIAN, adult=told.adult))
    sari, url = desk("sari"), f"{root(case, one)}{told.pk}/betulkan/"
    page = text(sari.get(url))
    assert "berlaku juga bagi Anak 2." in page and 'value="Neneng"' in page
    page = text(sari.send(url, 422, kind="guardian", name=" ", phone="0813"))
    assert "Isi nama." in page and 'value="0813"' in page
    sari.send(url, kind="guardian", name="Nenek Neneng", phone="0813")
    assert "Nenek Neneng" in sari.text(root(case, two))
    line = sari.text(f"/penanganan/{case.number}/")
    assert "Membetulkan data wali/pengasuh pada keluarga Anak 1" in line and "Nenek" not in line


def test_two_who_correct_at_once(desk, today, case, kids):
    told = adult(today, case, kids[0])
    url = f"{root(case, kids[0])}{told.pk}/betulkan/"
    agus, sari = desk("agus"), desk("sari")
    shown = hidden(agus.get(url))
    sari.send(url, kind="mother", name="Ibu Siti Aminah")
    page = text(agus.post(url, 409, **shown, kind="mother", name="Bu Siti", address="Kampung Baru"))
    assert "Sudah diubah orang lain" in page and "Kampung Baru" in page
    assert Adult.objects.get().name == "Ibu Siti Aminah"
    url = f"{root(case, kids[0])}{told.pk}/hapus/"
    shown = hidden(agus.get(url))
    sari.send(f"{root(case, kids[0])}{told.pk}/betulkan/", kind="mother", name="Siti")
    agus.post(url, 409, **shown, reason="Keliru")
    assert Relation.objects.filter(pk=told.pk).exists()


def test_removed_with_a_reason_that_the_journal_shows(desk, today, case, kids):
    one, two, _ = kids
    told = adult(today, case, one)
    done(today, case, "sari", lambda w: family.relate_adult(w, two, Kind.MOTHER, adult=told.adult))
    pair = done(today, case, "sari", lambda w: family.relate_sibling(w, one, two))
    sari, here = desk("sari"), root(case, one)
    page = text(sari.get(f"{here}{told.pk}/hapus/"))
    assert "Ibu Siti tidak lagi tercatat sebagai ibu Anak 1." in page
    page = text(sari.send(f"{here}{told.pk}/hapus/", 422, reason=" "))
    assert "Isi alasannya." in page
    sari.send(f"{here}{told.pk}/hapus/", reason="Ternyata bibinya")
    assert "Ibu Siti" not in sari.text(here) and "Ibu Siti" in sari.text(root(case, two))
    assert "Anak 1 tidak lagi" not in text(sari.get(f"{here}{pair.pk}/hapus/"))
    sari.send(f"{here}{pair.pk}/hapus/", reason="Hanya sepupu")
    page = sari.text(f"/penanganan/{case.number}/")
    assert "Menghapus ibu dari keluarga Anak 1" in page and "Ternyata bibinya" in page
    assert "Menghapus saudara kandung dari keluarga Anak 1" in page and "Hanya sepupu" in page
    sari.get(f"{here}{told.pk}/hapus/", 404)
    sari.get(f"{here}{told.pk}/betulkan/", 404)


def test_what_is_not_this_childs_is_not_there(desk, today, case, kids):
    told = adult(today, case, kids[0])
    pair = done(today, case, "sari", lambda w: family.relate_sibling(w, kids[0], kids[1]))
    sari = desk("sari")
    for act in ("betulkan", "hapus"):
        sari.get(f"{root(case, kids[1])}{told.pk}/{act}/", 404)
        desk("tono").get(f"{root(case, kids[0])}{told.pk}/{act}/", 404)
    sari.get(f"{root(case, kids[0])}{pair.pk}/betulkan/", 404)
    sari.get(f"{root(case, kids[1])}{pair.pk}/hapus/")


def test_a_second_sending_adds_nobody_twice(desk, case, kids):
    sari, url = desk("sari"), f"{root(case, kids[0])}tambah/"
    filled = {**hidden(sari.get(url)), "kind": "father", "name": "Pak Udin"}
    first, second = sari.post(url, **filled), sari.post(url, **filled)
    assert first["Location"] == second["Location"] == root(case, kids[0])
    assert Adult.objects.count() == 1 and verbs(case).count("family.added") == 1


def test_the_page_of_the_child_tells_the_family(desk, today, case, kids):
    adult(today, case, kids[0])
    page = desk("sari").text(f"/anak/{kids[0].pk}/")
    assert "Ibu Siti" in page
    told = Relation.objects.get()
    done(today, case, "sari", lambda w: family.unrelate(w, kids[0], told.pk, "Keliru"))
    assert "Ibu Siti" not in desk("sari").text(f"/anak/{kids[0].pk}/")


@pytest.mark.parametrize("count", [2, 3, 30])
def test_the_pages_cost_the_same_however_many(desk, today, django_assert_num_queries, count):
    case = today.case("anak-jalanan", by="dewi", children=count)
    first, *others = [s.child for s in case.children.select_related("child").order_by("id")]
    with today.walk(case, "sari") as walk:
        mother = Adult(agency=today.home, name="Siti")
        tellings = [family.Telling(pk, Kind.MOTHER, mother) for pk in children(case)]
        tellings += [
            family.Telling(c.pk, Kind.GUARDIAN, Adult(agency=today.home, name=f"Wali {c.pk}")) for c in others
        ]
        tellings += [
            family.Telling(first.pk, Kind.OTHER, Adult(agency=today.home, name=f"Lain {c.pk}"))
            for c in others
        ]
        family.tell(walk, tellings, [(first.pk, c.pk) for c in others])
    sari = desk("sari")
    sari.get(f"/penanganan/{case.number}/")
    with django_assert_num_queries(SHOWN):
        page = sari.text(root(case, first))
    assert page.count("/betulkan/") == count
    with django_assert_num_queries(ADDING):
        page = sari.text(f"{root(case, first)}tambah/")
    assert page.count("?orang=") == count - 1
