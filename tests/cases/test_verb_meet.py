"""Terjangkau kembali: told where the child is in hand, also by who may not see the child."""

import base64
import time
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from sopcases.cases import children, encounters
from sopcases.cases.models import Case, CaseChild, Encounter, Outcome
from sopcases.people.models import Entry, Position
from sopcases.refusal import NotAllowed, Refused
from tests.cast import appoint, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def dinda(world):
    driver = Position.objects.create(agency=world.home, name="Pengemudi")
    world.users["dinda"] = appoint(make_user(world.home, "dinda", "Dinda Lestari"), driver)
    return world.officer("dinda")


@pytest.fixture
def adi(world):
    """A child in a running case on the street."""
    case = world.case("anak-jalanan", children=0)
    child = world.child("Adi Putra")
    with world.walk(case, "sari") as walk:
        walk.join(child)
    return child


def client_of(world, name: str) -> Client:
    client = Client()
    client.force_login(world.users[name], backend="sopcases.people.backends.OfficerBackend")
    return client


def test_it_is_told_in_the_case_where_the_child_is_in_hand(world, adi):
    round_two = world.case("anak-jalanan", children=0)
    world.wait(hours=2)
    found = encounters.meet(
        world.officer("sari"), adi, at=world.now, place="Simpang lampu merah", met_in=round_two
    )
    assert found.case == adi.stays.get().case
    assert found.acting_title == "Peksos"
    assert CaseChild.objects.filter(child=adi).count() == 1, "no second case"
    verbs = Entry.objects.filter(verb__startswith="child.met").values_list("verb", "subject_id", "data")
    assert sorted((v, s) for v, s, _ in verbs) == [
        ("child.met", found.case_id),
        ("child.met_here", round_two.pk),
    ]
    assert not any("Adi" in str(data) for *_, data in verbs)


def test_the_same_sop_first_then_any_running_then_the_latest(world, adi):
    street = adi.stays.get().case
    baby = world.case(children=0)
    with world.walk(baby, "sari") as walk:
        walk.join(adi)
    other = world.case("anak-jalanan", children=0)
    assert encounters.meet(world.officer("sari"), adi, at=world.now, met_in=other).case == street
    outcome = Outcome.objects.filter(agency=world.home).first()
    with world.walk(street, "dewi") as walk:
        walk.stop("Selesai", outcome)
    again = world.case("anak-jalanan", children=0)
    assert encounters.meet(world.officer("sari"), adi, at=world.now, met_in=again).case == baby
    with world.walk(baby, "dewi") as walk:
        walk.stop("Selesai", outcome)
    assert encounters.meet(world.officer("sari"), adi, at=world.now).case == Case.objects.get(pk=baby.pk)


def test_refusals(world, adi, dinda):
    sari = world.officer("sari")
    other = world.case("anak-jalanan", children=0)
    with pytest.raises(Refused, match="masa depan"):
        encounters.meet(sari, adi, at=world.now + timedelta(minutes=1))
    with pytest.raises(Refused, match="mendahului kegiatan"):
        encounters.meet(sari, adi, at=other.event_at - timedelta(minutes=1), met_in=other)
    with pytest.raises(Refused, match="ada dalam penanganan ini"):
        encounters.meet(sari, adi, at=world.now, met_in=adi.stays.get().case)
    with pytest.raises(Refused, match="belum pernah dalam penanganan"):
        encounters.meet(sari, world.child("Baru"), at=world.now)
    with pytest.raises(NotAllowed, match="tidak bertugas"):
        encounters.meet(dinda, adi, at=world.now, met_in=other)
    encounters.meet(sari, adi, at=world.now, met_in=other)
    with pytest.raises(Refused, match="sudah dicatat terjangkau kembali"):
        encounters.meet(sari, adi, at=world.now, met_in=other)
    assert Encounter.objects.count() == 1


def test_the_database_refuses_too(world, adi):
    other = world.case("anak-jalanan", children=0)
    found = encounters.meet(world.officer("sari"), adi, at=world.now, met_in=other)
    for change in ({"met_in": found.case}, {"at": world.now + timedelta(days=1)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Encounter.objects.filter(pk=found.pk).update(**change)
    found.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        found.save(force_insert=True)


# --- unseen


def test_one_who_may_not_see_the_child_may_say_that_he_met_it(world, adi, dinda):
    client = client_of(world, "dinda")
    page = client.post("/anak/cari/", {"q": "adi putra"}).content.decode()
    assert "pernah ditangani" in page
    assert "Adi Putra" not in page.replace('value="adi putra"', "")
    token = page.split("?kode=")[1].split('"')[0]
    url = f"/anak/terjangkau-kembali/?kode={token}"
    page = client.get(url)
    text = page.content.decode()
    case = adi.stays.get().case
    for secret in ("Adi", case.number, "Peksos"):
        assert secret not in text
    sent = {
        "_key": page.context["form"]["_key"].value(),
        "token": token,
        "at": "2026-03-02T07:30",
        "place": "Depan pasar",
        "note": "Sehat, bersama dua temannya.",
    }
    for _ in range(2):
        answer = client.post(url, sent)
        assert (answer.status_code, answer["Location"]) == (302, "/anak/cari/")
    found = Encounter.objects.get()
    assert (found.case, found.recorded_by) == (case, world.users["dinda"])
    text = client_of(world, "sari").get(f"/penanganan/{case.number}/").content.decode()
    assert "Depan pasar" in text
    assert "Dinda Lestari, Pengemudi" in text


def test_a_token_is_his_alone_lasts_a_day_and_tells_nothing(world, adi, dinda, monkeypatch):
    token = children.seal(dinda, adi)
    assert children.unseal(dinda, token) == adi
    for other in (world.officer("sari"), world.officer("tono")):
        with pytest.raises(Refused, match="terlalu lama"):
            children.unseal(other, token)
    for bad in ("", "x", token[:-2], token[::-1], str(adi.pk)):
        with pytest.raises(Refused, match="terlalu lama"):
            children.unseal(dinda, bad)
    assert str(adi.pk).encode() + b":" not in base64.urlsafe_b64decode(token)
    real = time.time
    monkeypatch.setattr("time.time", lambda: real() + children.DAY + 60)
    with pytest.raises(Refused, match="terlalu lama"):
        children.unseal(dinda, token)


def test_an_id_does_not_open_what_a_token_hides(world, adi, dinda):
    client = client_of(world, "dinda")
    assert client.get(f"/anak/terjangkau-kembali/?anak={adi.pk}").status_code == 422
    assert client.get("/anak/terjangkau-kembali/").status_code == 404
    assert client.get("/anak/terjangkau-kembali/?kode=x").status_code == 422


def test_who_may_read_one_case_of_the_child_learns_nothing_of_another(world, adi, lina):
    """The first case is over and Sari's, the second runs and is Lina's alone."""
    peksos = Position.objects.get(agency=world.home, name="Peksos")
    outcome = Outcome.objects.filter(agency=world.home).first()
    with world.walk(adi.stays.get().case, "dewi") as walk:
        walk.stop("Selesai", outcome)
    running = world.case("anak-jalanan", children=0)
    with world.walk(running, "dewi") as walk:
        walk.join(adi)
        walk.assign(peksos.pk, lina)
    client = client_of(world, "sari")
    url = f"/anak/terjangkau-kembali/?anak={adi.pk}"
    key = client.get(url).context["form"]["_key"].value()
    sent = {"_key": key, "child": adi.pk, "at": "2026-03-02T08:00", "place": "", "note": ""}
    answer = client.post(url, sent)
    assert (answer.status_code, answer["Location"]) == (302, "/anak/cari/")
    text = client.get(answer["Location"]).content.decode()
    assert "Tercatat terjangkau kembali." in text and running.number not in text
    assert Encounter.objects.get().case == running


# --- on a round


def test_on_a_round_the_search_leads_there_and_the_round_counts_it(world, adi):
    round_two = world.case("anak-jalanan", children=0)
    client = client_of(world, "sari")
    text = client.get(f"/penanganan/{round_two.number}/anak/baru/").content.decode()
    assert f"/anak/cari/?kasus={round_two.number}" in text
    for odd in ("%00", f"{round_two.number}%00", "9" * 400):
        assert client.get(f"/anak/cari/?kasus={odd}").status_code == 200
        assert client.get(f"/anak/terjangkau-kembali/?anak={adi.pk}&kasus={odd}").status_code == 200
    text = client.post(f"/anak/cari/?kasus={round_two.number}", {"q": "adi putra"}).content.decode()
    url = f"/anak/terjangkau-kembali/?anak={adi.pk}&kasus={round_two.number}"
    assert url.replace("&", "&amp;") in text or url in text
    page = client.get(url)
    key = page.context["form"]["_key"].value()
    sent = {"_key": key, "child": adi.pk, "at": "2026-03-02T08:00", "place": "", "note": ""}
    answer = client.post(url, sent)
    assert (answer.status_code, answer["Location"]) == (302, f"/penanganan/{round_two.number}/")
    text = client.get(answer["Location"]).content.decode()
    assert "Dalam kegiatan ini 1 anak yang sudah ditangani terjangkau kembali" in text
    assert "Adi" not in text.split("Terjangkau kembali</h2>")[1].split("</section>")[0]


def test_what_was_typed_is_kept_when_refused(world, adi):
    client = client_of(world, "sari")
    url = f"/anak/terjangkau-kembali/?anak={adi.pk}"
    key = client.get(url).context["form"]["_key"].value()
    sent = {"_key": key, "child": adi.pk, "at": "2027-03-02T08:00", "place": "Pelabuhan", "note": "x"}
    answer = client.post(url, sent)
    assert answer.status_code == 422
    assert "masa depan" in answer.content.decode()
    assert "Pelabuhan" in answer.content.decode()
