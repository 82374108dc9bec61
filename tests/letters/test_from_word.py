"""A letter written in Word and signed in ink, filed as a scan: whose hands it bears, and what it orders."""

from datetime import date

import pytest

from sopcases.cases.filing import file_document
from sopcases.cases.hands import SOLE, THREE_HANDS
from sopcases.cases.mandates import Order, of_papers
from sopcases.cases.models import InkHand, Paper
from sopcases.people.models import Delegation, Position
from sopcases.refusal import Refused
from tests.cases.front_door import Desk as Browser
from tests.cases.front_door import picture
from tests.cases.story import reported
from tests.cast import appoint
from tests.letters.papers import scan
from tests.letters.test_chain import chained  # noqa: F401
from tests.letters.test_mandates import record, said

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)


@pytest.fixture
def at_desk(desk, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: desk.world.now)
    return lambda name: Browser(desk.world, name)


def filed(desk, by: str = "agus", output: bool = False, **facts) -> Paper:
    """An SPT of 2 March, initialled by the Kabid and signed by the head unless told otherwise."""
    users = desk.world.users
    hands = {"disposed_by": users["rahman"], "signed_by": users["budi"], "dated": DAY} | facts
    target = desk.case.revision.steps.get(key="2").outputs.get().pk if output else None
    with desk.world.walk(desk.case, by) as walk:
        return file_document(walk, desk.world.kind("Surat Perintah Tugas"), scan(), output=target, **hands)


def titles(paper: Paper) -> list[str]:
    return [f"{hand.user.username}: {hand.title}" for hand in paper.hands.all()]


def refused(desk, **facts) -> str:
    with pytest.raises(Refused) as told:
        filed(desk, **facts)
    assert not Paper.objects.exists()
    return " ".join(told.value.sentences)


def test_its_hands_stand_with_the_titles_of_that_day(desk):
    paper = filed(desk)
    assert titles(paper) == ["rahman: Kabid", "budi: Kepala Dinas"]
    assert [hand.signs for hand in paper.hands.all()] == [False, True]


def test_who_signs_for_the_head_is_taken_and_prints_so(desk):
    assert "Rina" in refused(desk, signed_by=desk.world.rina) and not InkHand.objects.exists()
    Delegation.objects.create(
        delegate=Position.objects.get(agency=desk.world.home, name="Sekretaris"),
        principal=Position.objects.get(agency=desk.world.home, name="Kepala Dinas"),
        valid_from=DAY,
        valid_until=DAY,
        basis="Surat Perintah Nomor 5 Tahun 2026",
    )
    assert titles(filed(desk, signed_by=desk.world.rina))[-1] == "rina: a.n. Kepala Dinas Sekretaris"
    with pytest.raises(Refused, match="tidak memegang kewenangan penanda tangan"):
        filed(desk, signed_by=desk.world.rina, dated=date(2026, 3, 1))


def test_a_plh_signs_in_his_days_and_the_holder_does_not(desk):
    desk.acting_head("rina", DAY, DAY)
    assert "tidak memegang kewenangan penanda tangan" in refused(desk)
    assert titles(filed(desk, signed_by=desk.world.rina))[-1] == "rina: Plh. Kepala Dinas"


def test_every_paraf_of_the_chain_is_named(chained):  # noqa: F811
    users = chained.world.users
    last = {"disposed_by": users["rina"]}
    assert refused(chained, **last) == "Sebutkan pemaraf surat ini."
    paper = filed(chained, before=[users["dewi"], users["rahman"]], **last)
    assert titles(paper) == ["dewi: Kasi", "rahman: Kabid", "rina: Sekretaris", "budi: Kepala Dinas"]
    assert paper.disposed_by == users["rahman"], "the hand that the SOP names"
    assert "tidak memegang kewenangan pemaraf" in refused_again(chained, before=[users["rahman"]] * 2, **last)


def refused_again(desk, **facts) -> str:
    with pytest.raises(Refused) as told:
        filed(desk, **facts)
    return " ".join(told.value.sentences)


def test_three_hands_as_for_a_letter_written_here(desk):
    for by in ("rahman", "budi"):
        assert refused(desk, by=by) == THREE_HANDS, "any other may upload it"
    head = Position.objects.get(agency=desk.world.home, name="Kepala Dinas")
    appoint(desk.world.rahman, head, "plt", DAY)
    both = {"signed_by": desk.world.rahman}
    assert "Tahap ini harus dilakukan orang lain: Dr. Budi Hartono" in refused(desk, **both)
    head.appointments.filter(user=desk.world.budi).update(valid_until=date(2026, 3, 1))
    assert refused(desk, **both) == SOLE
    paper = filed(desk, **both, hands_reason="Jabatan kepala dinas lowong.")
    assert [hand.reason for hand in paper.hands.all()] == ["", "Jabatan kepala dinas lowong."]


def test_acts_are_held_against_what_it_orders(desk):
    reported(desk.world, desk.case)
    orders = Order(DAY, DAY, "Polresta", frozenset({desk.world.agus.pk}))
    paper = filed(desk, output=True, orders=orders)
    assert of_papers([paper.pk])[paper.pk] == orders
    desk.world.wait(minutes=5)
    record(desk)
    assert said(desk) == [f"Tidak tercantum dalam Surat Perintah Tugas: {desk.world.sari}."]
    with pytest.raises(Refused, match="mendahului tanggal mulai"):
        filed(desk, orders=Order(DAY, date(2026, 3, 1), "", orders.officers))


def test_the_page_asks_for_all_of_it_and_the_case_shows_it(chained, at_desk):  # noqa: F811
    desk, agus, users = chained, at_desk("agus"), chained.world.users
    kind = desk.world.kind("Surat Perintah Tugas").pk
    url = f"/penanganan/{desk.case.number}/dokumen/baru/?jenis={kind}"
    page = agus.text(url)
    places = [page.index(f"({name})") for name in ("Kasi", "Kabid", "Sekretaris", "Kepala Dinas")]
    assert places == sorted(places), "in the order in which they initial and sign"
    sent = {
        "dated": DAY.isoformat(),
        "before0": users["dewi"].pk,
        "before1": users["rahman"].pk,
        "disposed_by": users["rina"].pk,
        "signed_by": users["budi"].pk,
    }
    page = agus.send(url, 422, **sent, starts=DAY.isoformat(), file=picture()).content.decode()
    assert "Isi “Sampai dengan” seperti" in page and "Isi “Yang ditugasi” seperti" in page
    orders = {"starts": "2026-03-03", "ends": "2026-03-04", "place": "RSUD", "officers": [users["sari"].pk]}
    agus.send(url, **sent, **orders, file=picture())
    paper = Paper.objects.get()
    found = of_papers([paper.pk])[paper.pk]
    assert (found.starts, found.place, found.officers) == (date(2026, 3, 3), "RSUD", {users["sari"].pk})
    page = agus.text(f"/penanganan/{desk.case.number}/")
    for words in (f"diparaf {users['dewi']}, Kasi", f"ditandatangani {users['budi']}, Kepala Dinas"):
        assert words in page, words


def test_without_what_it_orders_it_covers_everything(desk, at_desk):
    kind, users = desk.world.kind("Surat Perintah Tugas").pk, desk.world.users
    at_desk("agus").send(
        f"/penanganan/{desk.case.number}/dokumen/baru/?jenis={kind}",
        dated=DAY.isoformat(),
        disposed_by=users["rahman"].pk,
        signed_by=users["budi"].pk,
        file=picture(),
    )
    assert of_papers([Paper.objects.get().pk]) == {}


@pytest.mark.parametrize("count", [1, 3])
def test_the_hands_of_all_letters_are_one_query(desk, at_desk, count, django_assert_num_queries):
    from sopcases.cases.hands import of_papers as hands_of

    papers = [filed(desk).pk for _ in range(count)]
    with django_assert_num_queries(1):
        assert sum(map(len, hands_of(papers).values())) == 2 * count
