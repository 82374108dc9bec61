"""A form sent twice does its thing once; and who signs is asked again who he is."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from door_urls import PASSWORD, Page, agency, new_key, sign_in, user

from sopcases.people.models import Area, LoginAttempt, Submission

pytestmark = [pytest.mark.django_db, pytest.mark.urls("door_urls")]


@pytest.fixture
def sari(client):
    person = user(agency=agency())
    sign_in(client, person)
    return person


def send(client, key, name="Bukit Bestari"):
    return client.post("/wilayah/baru/", {"_key": key, "name": name})


def test_sent_twice_done_once(client, sari):
    key = new_key()
    first, second = send(client, key), send(client, key, "Bukit Lain")
    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"] == f"/wilayah/{Area.objects.get().pk}/"
    assert Area.objects.get().name == "Bukit Bestari"


def test_another_form_is_another_act(client, sari):
    send(client, new_key())
    send(client, new_key(), "Tanjungpinang Barat")
    assert Area.objects.count() == 2


def test_a_refusal_leaves_nothing_and_frees_the_key(client, sari):
    key = new_key()
    assert send(client, key, "tolak").status_code == 422
    assert not Area.objects.exists()
    assert not Submission.objects.exists()
    assert send(client, key).status_code == 302
    assert Area.objects.count() == 1


def test_a_broken_rule_of_the_database_is_not_taken_for_a_second_sending(client, sari):
    send(client, new_key())
    with pytest.raises(IntegrityError):
        send(client, new_key())
    assert Area.objects.count() == Submission.objects.count() == 1


@pytest.mark.parametrize("key", ["", "bukan-kunci", "1234"])
def test_without_a_key_nothing_is_done(client, sari, key):
    assert send(client, key).status_code == 422
    assert not Area.objects.exists()


def test_anothers_key_is_refused(client, sari):
    key = new_key()
    send(client, key)
    other = Client()
    sign_in(other, user("tono.lamandau", agency=agency("lamandau")))
    response = send(other, key)
    assert response.status_code == 403
    assert "/wilayah/" not in response.content.decode()
    assert Area.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_sent_at_the_same_moment_done_once():
    person = user(agency=agency())
    together = Barrier(4)
    clients = [Client() for _ in range(4)]
    for one in clients:
        sign_in(one, person)

    def press(number, key, name):
        try:
            together.wait()
            return send(clients[number], key, name)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        for turn in range(6):
            key = new_key()
            sent = [pool.submit(press, number, key, f"Wilayah {turn}") for number in range(4)]
            answers = {(one.result().status_code, one.result()["Location"]) for one in sent}
            assert answers == {(302, f"/wilayah/{Area.objects.get(name=f'Wilayah {turn}').pk}/")}
    assert Area.objects.count() == Submission.objects.count() == 6


def test_every_form_shown_has_a_key_of_its_own(client, sari):
    keys = set()
    for address in ("/kunci/", "/kunci/", "/teken/", "/teken/"):
        page = client.get(address).content.decode()
        assert page.count('name="_key"') == 1
        keys.add(page.split('name="_key" value="')[1].split('"')[0])
    assert len(keys) == 4


def test_who_signs_is_asked_again(client, sari):
    key = new_key()
    response = client.post("/teken/", {"_key": key, "note": "setuju", "password": "bukan ini"})
    assert response.status_code == 422
    assert "Kata sandi tidak cocok" in response.content.decode()
    assert key in response.content.decode()
    assert "bukan ini" not in response.content.decode()
    response = client.post("/teken/", {"_key": key, "note": "setuju", "password": PASSWORD})
    assert response["Location"] == "/wilayah/?setuju"
    assert not LoginAttempt.objects.exists()


def test_without_a_password_nothing_is_signed(client, sari):
    assert client.post("/teken/", {"_key": new_key(), "note": "setuju"}).status_code == 422
    assert not Submission.objects.exists()


def test_asking_again_is_throttled(client, sari):
    sent = {"_key": new_key(), "note": "setuju"}
    for _ in range(5):
        client.post("/teken/", sent | {"password": "bukan ini"})
    response = client.post("/teken/", sent | {"password": PASSWORD})
    assert response.status_code == 422
    assert "Terlalu banyak percobaan" in response.content.decode()


def test_the_helper_reads_forms(client, sari):
    assert Page(client.get("/tulis/")).form("")["csrfmiddlewaretoken"]
