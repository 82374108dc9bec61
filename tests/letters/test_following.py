"""After one letter the next: on a phone the pile is read one by one."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def door(client, monkeypatch, desk):
    """Log in and act in the world's own time."""
    monkeypatch.setattr("sopcases.people.middleware.timezone.now", lambda: desk.world.now)

    def enter(name: str):
        client.force_login(desk.world.users[name])
        return client

    return enter


def send(client, url: str, **typed) -> str:
    """Fill the form of an act and send it; answers the page it leads to."""
    page = client.get(url).content.decode()
    hidden = dict(re.findall(r'name="(_key|version)" value="([^"]+)"', page))
    return client.post(url, hidden | typed, follow=True).content.decode()


def after(text: str) -> str | None:
    """Where "Berikutnya" leads."""
    found = re.search(r'href="([^"]+)">Berikutnya</a>', text)
    return found and found[1]


@pytest.mark.parametrize(("act", "typed"), [("paraf/", {}), ("kembalikan/", {"reason": "Salah tempat"})])
def test_forwarding_and_returning_lead_to_the_letter_that_waits_longest(desk, door, act, typed):
    first, second = desk.proposed(), desk.proposed(purpose="Penjangkauan")
    desk.world.wait(minutes=5)
    third = desk.proposed()
    client = door("rahman")
    text = send(client, f"/surat/{first.pk}/{act}", **typed)
    assert after(text) == f"/surat/{second.pk}/"
    assert "Berikutnya menunggu Anda: Surat Perintah Tugas" in text
    assert "Penjangkauan" in text
    assert 'class="btn btn-primary" href="/surat/' in text
    text = send(client, f"/surat/{second.pk}/{act}", **typed)
    assert after(text) == f"/surat/{third.pk}/"
    assert after(send(client, f"/surat/{third.pk}/{act}", **typed)) is None


def test_the_signer_goes_on_to_the_next_that_is_ready(desk, door):
    first, second = desk.ready(), desk.ready()
    text = send(door("budi"), f"/surat/{first.pk}/tanda-tangani/", password=PASSWORD)
    assert after(text) == f"/surat/{second.pk}/"
    assert f'class="btn btn-primary" href="/surat/{second.pk}/">Berikutnya' in text
    assert text.count("btn btn-primary") == 1, "filing the ink is his clerk's; it is only offered"
    assert f'<a href="/surat/{first.pk}/unggah/">Unggah naskah bertanda tangan</a>' in text
    text = send(door("budi"), f"/surat/{second.pk}/tanda-tangani/", password=PASSWORD)
    assert f'btn-primary" href="/surat/{second.pk}/unggah/"' in text, "with nothing waiting it is his again"


def test_while_this_letter_waits_for_him_no_other_is_named(desk, door):
    first, _ = desk.proposed(), desk.proposed()
    assert after(door("rahman").get(f"/surat/{first.pk}/").content.decode()) is None


def test_it_names_only_what_waits_for_his_own_hand(desk, door):
    first, _ = desk.proposed(), desk.ready()
    for name in ("sari", "agus", "dewi", "rina"):
        client = door(name)
        answer = client.get(f"/surat/{first.pk}/")
        assert after(answer.content.decode()) is None, name


def test_it_costs_the_same_at_one_and_at_three(desk, door):
    first, _ = desk.ready(), desk.proposed()
    client, costs = door("rahman"), []
    client.get(f"/surat/{first.pk}/")
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/surat/{first.pk}/")
        costs.append(len(queries))
        desk.proposed(), desk.proposed()
    assert costs[0] == costs[1]
