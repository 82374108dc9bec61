"""The child's page, read from every record and case one may read; two records declared one and parted."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sopcases.cases import children, encounters, family, merging
from sopcases.cases.models import Aid, Attendance, Child, Merge, Session
from sopcases.people.models import Entry, Position
from tests.cases.story import done
from tests.cast import appoint, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
REASON = "Dikenali kakaknya."


@pytest.fixture
def client_of(world):
    def enter(name):
        client = Client()
        client.force_login(world.users[name], backend="sopcases.people.backends.OfficerBackend")
        return client

    return enter


def known(world, name, **facts):
    """A child in a case of its own."""
    case = world.case(children=0)
    child = world.child(name, **facts)
    done(world, case, "sari", lambda w: w.join(child))
    return case, child


def url(child, rest=""):
    return f"/anak/{child.pk}/{rest}"


def text(answer):
    return answer.content.decode()


def filled(world, case, child, no):
    """One row in every section."""
    done(world, case, "sari", lambda w: w.place(child.pk, f"Tempat {no}", world.now))
    done(world, case, "sari", lambda w: w.note(f"Kabar {no}", world.now, child.pk))
    done(
        world,
        case,
        "sari",
        lambda w: family.relate_adult(w, child, "mother", name=f"Ibu {no}", phone=f"0812-{no}"),
    )
    sibling = world.child(f"Kakak {no}")
    done(world, case, "sari", lambda w: family.relate_sibling(w, child, sibling))
    paper = world.paper("Kartu Keluarga", number=f"KK-{no}", original=False)
    done(world, case, "sari", lambda w: w.file(paper, children=[child.pk]))
    Aid.objects.create(
        case=case,
        child=child,
        kind=f"Seragam {no}",
        amount=1,
        unit="paket",
        value=1000,
        source="APBD",
        recorded_at=world.now,
        recorded_by=world.sari,
    )
    session = Session.objects.create(
        agency=world.home,
        sop=case.sop,
        step_key="5",
        period=world.now.date().replace(month=no),
        held_at=world.now,
        place=f"Aula {no}",
        recorded_at=world.now,
        recorded_by=world.sari,
    )
    Attendance.objects.create(session=session, case=case, child=child, status="present")
    encounters.meet(world.officer("sari"), child, at=world.now, place=f"Simpang {no}")


def test_all_that_is_known_on_one_page_and_no_name_in_title_or_address(world, client_of):
    case, child = known(world, "Bunga Lestari", aliases=["Uca"])
    filled(world, case, child, 1)
    page = client_of("sari").get(url(child))
    body = text(page)
    for said in (
        "Bunga Lestari",
        "Uca",
        case.number,
        "Tempat 1",
        "Kabar 1",
        "Ibu 1",
        "0812-1",
        "Kakak 1",
        "nomor KK-1",
        "fotokopi",
        "Seragam 1",
        "Aula 1",
        "Simpang 1",
    ):
        assert said in body, said
    title = body.split("<title>")[1].split("</title>")[0]
    assert "B. L." in title and "Bunga" not in title
    assert Entry.objects.filter(verb="child.read", subject="cases.child", subject_id=child.pk).count() == 1


def test_as_many_queries_for_three_rows_as_for_one(world, client_of, django_assert_num_queries):
    case, child = known(world, "Bunga")
    client = client_of("sari")
    client.get(url(child))  # the plan of the SOP is read once by the process
    for no in (1, 2, 3):
        filled(world, case, child, no)
        if no != 2:
            with django_assert_num_queries(32):
                client.get(url(child))


def test_strangers_find_nothing(world, client_of):
    _, child = known(world, "Bunga")
    driver = Position.objects.create(agency=world.home, name="Pengemudi")
    world.users["dinda"] = appoint(make_user(world.home, "dinda", "Dinda"), driver)
    for name in ("dinda", "tono", "ani"):
        assert client_of(name).get(url(child)).status_code == 404
    assert client_of("sari").get("/anak/999999/").status_code == 404
    own = world.child("Milik Dinda", by="dinda")
    assert client_of("dinda").get(url(own)).status_code == 200


def test_what_belongs_to_a_case_of_others_is_told_only_as_being_there(world, client_of):
    _, child = known(world, "Bunga")
    driver = Position.objects.create(agency=world.home, name="Pengemudi")
    dinda = world.users["dinda"] = appoint(make_user(world.home, "dinda", "Dinda"), driver)
    Child.objects.filter(pk=child.pk).update(created_by=dinda)
    case = child.stays.get().case
    filled(world, case, child, 1)
    body = text(client_of("dinda").get(url(child)))
    assert "Juga ditangani" in body and "Hubungi" in body
    for hidden in (case.number, "Tempat 1", "Kabar 1", "Kakak 1", "Seragam 1", "Aula 1", "Simpang 1"):
        assert hidden not in body, hidden


def test_two_records_are_compared_declared_one_and_parted(world, client_of):
    first, gone = known(world, "Budi Palsu")
    second, kept = known(world, "Rangga")
    filled(world, first, gone, 1)
    client = client_of("sari")
    assert url(gone, "sama/") in text(client.get(url(gone)))
    found = client.post(url(gone, "sama/"), {"q": "Rangga"})
    there = url(gone, f"sama/?dengan={kept.pk}")
    assert there in text(found)
    page = client.get(there)
    assert "Budi Palsu" in text(page) and "Rangga" in text(page)
    key = {"_key": page.context["form"].initial.get("_key") or page.context["form"]["_key"].value()}
    empty = client.post(there, {**key, "kept": kept.pk, "reason": ""})
    assert empty.status_code == 422 and not Merge.objects.exists()
    sent = client.post(there, {**key, "kept": kept.pk, "reason": REASON})
    assert (sent.status_code, sent["Location"]) == (302, url(kept))
    assert client.post(there, {**key, "kept": kept.pk, "reason": REASON}).status_code == 302
    assert Merge.objects.count() == 1

    assert client.get(url(gone))["Location"] == url(kept)
    body = text(client.get(url(kept)))
    for said in ("Budi Palsu", "Rangga", first.number, second.number, "Tempat 1", "Ibu 1", REASON):
        assert said in body, said
    undo = url(kept, f"sama/{Merge.objects.get().pk}/batalkan/")
    assert undo in body
    page = client.get(undo)
    key = {"_key": page.context["form"]["_key"].value()}
    assert client.post(undo, {**key, "reason": " "}).status_code == 422
    assert client.post(undo, {**key, "reason": "Ternyata dua anak."}).status_code == 302
    assert client.get(url(gone)).status_code == 200
    assert client.get(undo).status_code == 404


def test_what_either_record_knows_is_told_of_the_child(world, client_of):
    case, false = known(world, "Putra", sex="L", schooling="Putus sekolah", health="Batuk")
    _, true = known(world, "Bima", schooling="SD kelas 4", health="Batuk")
    with world.walk(case, "sari") as walk:
        merging.merge(walk, false.pk, true.pk, REASON)
    client = client_of("sari")
    body = text(client.get(url(true)))
    assert '<p class="lead">Laki-laki</p>' in body
    assert "SD kelas 4 (data lain: Putus sekolah)" in body
    assert "data lain: Batuk" not in body
    with world.walk(case, "sari") as walk:
        merging.unmerge(walk, Merge.objects.get().pk, REASON)
    assert "Putus sekolah" not in text(client.get(url(true)))


def test_the_other_record_may_be_the_one_that_stays_away(world, client_of):
    """Whichever record is chosen, the other points to it."""
    _, one = known(world, "Satu")
    _, two = known(world, "Dua")
    client = client_of("sari")
    there = url(one, f"sama/?dengan={two.pk}")
    key = client.get(there).context["form"]["_key"].value()
    client.post(there, {"_key": key, "kept": one.pk, "reason": REASON})
    assert children.roots([one.pk, two.pk]) == {one.pk: one.pk, two.pk: one.pk}


def test_the_agency_is_held_before_the_case(world, client_of):
    """As a change of the calendar holds them: the other way round each would wait for the other."""
    _, one = known(world, "Satu")
    _, two = known(world, "Dua")
    client = client_of("sari")

    def reads(there: str, **sent) -> list[str]:
        key = client.get(there).context["form"]["_key"].value()
        with CaptureQueriesContext(connection) as asked:
            assert client.post(there, {"_key": key, "reason": REASON, **sent}).status_code == 302
        told = [query["sql"] for query in asked]
        begun = next(at for at, sql in enumerate(told) if sql.startswith('INSERT INTO "people_submission"'))
        rows = [sql.partition(" FROM ")[2].split()[0] for sql in told[begun:] if sql.startswith("SELECT")]
        return [row for row in rows if row in ('"people_agency"', '"cases_case"')]

    assert reads(url(one, f"sama/?dengan={two.pk}"), kept=two.pk)[0] == '"people_agency"'
    undo = url(two, f"sama/{Merge.objects.get().pk}/batalkan/")
    assert reads(undo)[0] == '"people_agency"'


def test_nonsense_and_records_of_others_are_refused(world, client_of):
    _, one = known(world, "Satu")
    far = world.child("Jauh", by="tono")
    client = client_of("sari")
    for asked in ("x", "", "9" * 30, far.pk, 999999):
        assert client.get(url(one, f"sama/?dengan={asked}")).status_code == 422, asked
    page = client.get(url(one, f"sama/?dengan={one.pk}"))
    key = page.context["form"]["_key"].value()
    answer = client.post(url(one, f"sama/?dengan={one.pk}"), {"_key": key, "kept": one.pk, "reason": REASON})
    assert merging.ITSELF in text(answer) and answer.status_code == 422


def test_both_records_in_one_case_stand_marked(world, client_of):
    case, one = known(world, "Satu")
    two = world.child("Dua")
    done(world, case, "sari", lambda w: w.join(two))
    done(world, case, "sari", lambda w: merging.merge(w, two.pk, one.pk, REASON))
    body = text(client_of("sari").get(url(one)))
    assert "tercatat di sini sebagai Dua" in body and "tercatat di sini sebagai Satu" in body


def test_the_case_page_marks_the_records_that_were_declared_one(world, client_of):
    case, one = known(world, "Satu")
    other, two = known(world, "Dua")
    client = client_of("sari")
    pages = [f"/penanganan/{row.number}/" for row in (case, other)]
    assert not any("Data yang sama" in text(client.get(page)) for page in pages)
    done(world, case, "sari", lambda w: merging.merge(w, one.pk, two.pk, REASON))
    assert all("Data yang sama" in text(client.get(page)) for page in pages)


def test_two_nik_that_differ_are_warned_of(world, client_of):
    _, one = known(world, "Satu", nik="2172014107200001")
    _, two = known(world, "Dua", nik="2172014107200002")
    _, three = known(world, "Tiga")
    client = client_of("sari")
    warning = "NIK kedua data ini berbeda"
    assert warning in text(client.get(url(one, f"sama/?dengan={two.pk}")))
    assert warning not in text(client.get(url(one, f"sama/?dengan={three.pk}")))


def test_a_record_in_no_case_is_declared_by_who_made_it(world, client_of):
    _, one = known(world, "Satu")
    loose = world.child("Lepas")
    client = client_of("sari")
    assert url(loose, "sama/") in text(client.get(url(loose)))
    there = url(loose, f"sama/?dengan={one.pk}")
    key = client.get(there).context["form"]["_key"].value()
    sent = client.post(there, {"_key": key, "kept": one.pk, "reason": REASON})
    assert (sent.status_code, sent["Location"]) == (302, url(one))
    assert client_of("dewi").get(url(loose, "sama/")).status_code == 200, "of one child by now, hers too"


def test_two_records_in_no_case_are_declared_one_and_parted_by_who_made_them(world, client_of):
    gone, kept = world.child("Lepas"), world.child("Lepas Juga")
    client = client_of("sari")
    there = url(gone, f"sama/?dengan={kept.pk}")
    key = client.get(there).context["form"]["_key"].value()
    sent = client.post(there, {"_key": key, "kept": kept.pk, "reason": REASON})
    assert (sent.status_code, sent["Location"]) == (302, url(kept))
    undo = url(kept, f"sama/{Merge.objects.get().pk}/batalkan/")
    assert undo in text(client.get(url(kept)))
    assert client_of("dewi").get(undo).status_code == 404
    key = client.get(undo).context["form"]["_key"].value()
    assert client.post(undo, {"_key": key, "reason": "Ternyata dua anak."}).status_code == 302
    assert children.roots([gone.pk]) == {gone.pk: gone.pk}
