"""Up to three paraf in the order of the kind: each a hand of its own, each may send the letter back."""

import re

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from sopcases.letters import page
from sopcases.letters.models import Letter
from sopcases.letters.states import LetterState
from sopcases.people.models import Position
from sopcases.refusal import NotAllowed, Refused
from sopcases.sops.models import Stage
from tests.cast import PASSWORD, appoint
from tests.letters.papers import scan
from tests.letters.test_walk import at_step_two, spt_of_step_two

pytestmark = pytest.mark.django_db
CHAIN = ("Kasi", "Kabid", "Sekretaris")


@pytest.fixture
def chained(desk):
    """The SPT takes three paraf: Dewi (Kasi), Rahman (Kabid), Rina (Sekretaris)."""
    kind = desk.world.kind("Surat Perintah Tugas")
    hands = [Position.objects.get(agency=desk.world.home, name=name) for name in CHAIN]
    kind.first_hand, kind.second_hand, kind.disposer = hands
    kind.save()
    return desk


@pytest.fixture
def door(client, monkeypatch, desk):
    """Log in and act in the world's own time."""
    monkeypatch.setattr("sopcases.people.middleware.timezone.now", lambda: desk.world.now)

    def enter(name: str):
        client.force_login(desk.world.users[name])
        return client

    return enter


def waits(desk, name: str) -> list[str]:
    return list(Letter.objects.waiting_for(desk.by(name)).values_list("waits", flat=True))


def test_each_initials_in_turn_and_the_last_paraf_makes_it_ready(chained):
    letter = chained.proposed()
    assert (letter.state, str(letter.turn), letter.progress) == (LetterState.PROPOSED, "Kasi", "")
    for name, following, said in (("dewi", "Kabid", "1 dari 3"), ("rahman", "Sekretaris", "2 dari 3")):
        letter.initial(chained.by(name))
        letter = Letter.objects.get(pk=letter.pk)
        assert (letter.state, letter.paper.stage) == (LetterState.INITIALLED, Stage.DRAFT)
        assert (str(letter.turn), letter.progress, letter.number) == (following, said, "")
    letter.initial(chained.by("rina"))
    letter = Letter.objects.get(pk=letter.pk)
    assert (letter.state, letter.turn, letter.paper.stage) == (LetterState.READY, None, Stage.READY)
    assert letter.number == "800/1/5.6.04/2026"
    assert [(i.name, i.title) for i in letter.initials] == [
        ("Dewi Anggraini, S.Sos.", "Kasi"),
        ("Drs. Abdul Rahman, M.Si.", "Kabid"),
        ("Rina Marlina, S.E.", "Sekretaris"),
    ]
    assert all(i.at == chained.world.now for i in letter.initials)
    assert list(letter.acts.filter(act="initialled").values_list("by__username", flat=True)) == [
        "dewi",
        "rahman",
        "rina",
    ]


def test_it_waits_for_the_one_whose_turn_it_is(chained):
    letter = chained.proposed()
    asked = []
    for name in ("dewi", "rahman", "rina"):
        asked.append([n for n in ("dewi", "rahman", "rina", "budi") if waits(chained, n)])
        letter.initial(chained.by(name))
    assert asked == [["dewi"], ["rahman"], ["rina"]]
    assert waits(chained, "budi") == ["sign"]


def test_nobody_initials_out_of_turn(chained):
    letter = chained.proposed()
    for name in ("rahman", "rina", "budi", "agus"):
        with pytest.raises(NotAllowed, match="menunggu paraf Kasi"):
            letter.initial(chained.by(name))
    letter.initial(chained.by("dewi"))
    for name in ("dewi", "rina"):
        with pytest.raises(NotAllowed, match="menunggu paraf Kabid"):
            letter.initial(chained.by(name))
    with pytest.raises(NotAllowed, match="belum siap ditandatangani"):
        letter.decide(chained.by("budi"))


@pytest.mark.parametrize("given", [0, 1, 2, 3])
def test_whoever_s_turn_it_is_sends_it_back_and_every_paraf_lapses(chained, given):
    hands = ["dewi", "rahman", "rina", "budi"]
    letter = chained.proposed()
    for name in hands[:given]:
        letter.initial(chained.by(name))
    for other in hands[:given] + hands[given + 1 :]:
        with pytest.raises(NotAllowed, match="pejabat yang sedang memeriksanya"):
            letter.return_(chained.by(other), "Salah")
    letter.return_(chained.by(hands[given]), "Tempat tugas belum lengkap")
    letter = Letter.objects.get(pk=letter.pk)
    assert (letter.state, letter.turn, letter.initials) == (LetterState.RETURNED, None, ())
    assert letter.paper.disposed_by is None
    letter.propose(chained.by("agus"))
    assert str(letter.turn) == "Kasi", "the chain begins anew"


def test_an_initialler_is_no_second_hand_while_another_can_be(chained):
    for name in ("Kabid", "Sekretaris"):
        appoint(chained.world.dewi, Position.objects.get(agency=chained.world.home, name=name))
    letter = chained.proposed()
    letter.initial(chained.by("dewi"))
    with pytest.raises(NotAllowed, match=r"sudah menjadi pemaraf surat ini.* Drs\. Abdul Rahman"):
        letter.initial(chained.by("dewi"), reason="mendesak")
    letter.initial(chained.by("rahman"))
    assert letter.progress == "2 dari 3"


def test_the_only_holder_initials_twice_with_a_reason_and_then_never_signs(chained):
    from sopcases.people.models import Appointment

    Appointment.objects.filter(user=chained.world.rahman).delete()
    appoint(chained.world.dewi, Position.objects.get(agency=chained.world.home, name="Kabid"), "plt")
    letter = chained.proposed()
    letter.initial(chained.by("dewi"))
    with pytest.raises(Refused, match="tuliskan alasan"):
        letter.initial(chained.by("dewi"))
    letter.initial(chained.by("dewi"), reason="Kabid pensiun")
    letter.initial(chained.by("rina"))
    today = chained.world.now.date()
    chained.acting_head("dewi", today, today)
    with pytest.raises(NotAllowed, match="sekaligus"):
        letter.decide(chained.by("dewi"), reason="Kepala Dinas cuti")


def test_the_drafter_in_the_chain_needs_a_reason(chained):
    letter = chained.proposed("dewi")
    with pytest.raises(Refused, match="tuliskan alasan"):
        letter.initial(chained.by("dewi"))
    letter.initial(chained.by("dewi"), reason="Kasi sendiri yang mengonsep")
    with pytest.raises(NotAllowed, match="menunggu paraf Kabid"):
        letter.initial(chained.by("dewi"), reason="lagi")


def test_the_disposing_step_is_met_and_names_the_hand_that_the_sop_names(chained, world):
    """The SOP lets the Kabid dispose; that the Sekretaris initials after him does not make him do it."""
    chained = at_step_two(world)
    letter = spt_of_step_two(chained)
    letter.propose(chained.by("agus"))
    for name in ("dewi", "rahman", "rina"):
        assert world.states(chained.case) == {"1": "done", "2": "done", "3": "open"}
        letter.initial(chained.by(name))
    letter.decide(chained.by("budi"))
    assert world.states(chained.case)["3"] == "done"
    approving = chained.case.attempts.get(step__key="3")
    assert set(approving.acted_by.all()) == {world.rahman, world.budi}


def test_a_return_in_the_chain_takes_the_case_back_to_the_drafting_step(chained, world):
    chained = at_step_two(world)
    letter = spt_of_step_two(chained)
    letter.propose(chained.by("agus"))
    for name in ("dewi", "rahman"):
        letter.initial(chained.by(name))
    letter.return_(chained.by("rina"), "Tujuan belum lengkap")
    attempts = chained.case.attempts.filter(step__key="2").order_by("no")
    assert [a.state for a in attempts] == ["returned", "open"]


def test_the_scan_names_every_hand_whose_paraf_does_not_stand(chained, world):
    letter = chained.proposed()
    letter.initial(chained.by("dewi"))
    facts = {"signed_on": world.now.date(), "signer": world.budi}
    with pytest.raises(Refused, match="Sebutkan pemaraf"):
        letter.file_signed_scan(chained.by("agus"), scan(), disposer=world.rina, **facts)
    with pytest.raises(Refused, match="tidak memegang kewenangan pemaraf"):
        letter.file_signed_scan(chained.by("agus"), scan(), disposer=world.rina, before=[world.sari], **facts)
    letter.file_signed_scan(chained.by("agus"), scan(), disposer=world.rina, before=[world.rahman], **facts)
    letter = Letter.objects.get(pk=letter.pk)
    assert (letter.state, letter.turn) == (LetterState.SIGNED, None)
    assert [(i.name, bool(i.at)) for i in letter.initials] == [
        ("Dewi Anggraini, S.Sos.", True),
        ("Drs. Abdul Rahman, M.Si.", False),
        ("Rina Marlina, S.E.", False),
    ]
    said = [value for label, value in page.facts(letter) if label == "Diparaf oleh"]
    assert said[1:] == [
        "Drs. Abdul Rahman, M.Si., Kabid, pada naskah",
        "Rina Marlina, S.E., Sekretaris, pada naskah",
    ]


def test_one_who_initialled_on_paper_does_not_sign_it_too(chained, world):
    appoint(world.rahman, Position.objects.get(agency=world.home, name="Kepala Dinas"), "plt")
    letter = chained.proposed()
    letter.initial(chained.by("dewi"))
    with pytest.raises(Refused, match="harus dilakukan orang lain"):
        letter.file_signed_scan(
            chained.by("agus"),
            scan(),
            signed_on=world.now.date(),
            signer=world.rahman,
            disposer=world.rina,
            before=[world.rahman],
        )
    assert Letter.objects.get(pk=letter.pk).state == LetterState.INITIALLED


def test_the_number_is_asked_for_only_after_the_last_paraf(chained):
    chained.world.home.number_given_outside = True
    chained.world.home.save()
    letter = chained.proposed()
    letter.initial(chained.by("dewi"))
    with pytest.raises(NotAllowed, match="tidak menunggu nomor"):
        letter.give_number(chained.by("agus"), "800/77/5.6.04/2026")
    assert "number" not in waits(chained, "agus")
    letter.initial(chained.by("rahman"))
    letter.initial(chained.by("rina"))
    assert (letter.state, letter.turn, letter.progress) == (LetterState.INITIALLED, None, "")
    assert waits(chained, "agus") == ["number"]
    letter.give_number(chained.by("agus"), "800/77/5.6.04/2026")
    assert letter.state == LetterState.READY


def test_a_void_letter_waits_for_nobody(chained):
    letter = chained.proposed()
    letter.initial(chained.by("dewi"))
    letter.void(chained.by("dewi"), "Tidak jadi")
    assert (letter.state, letter.turn) == (LetterState.VOID, None)
    assert waits(chained, "rahman") == []


def test_the_database_refuses_a_proposed_letter_that_waits_for_nobody(chained):
    letter = chained.proposed()
    for changes in ({"turn": None}, {"state": "draft"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Letter.objects.filter(pk=letter.pk).update(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"disposer": None},
        {"first_hand": None},
        {"second_hand": "Kasi"},
        {"disposer": "Kabid"},
        {"first_hand": "Sekretaris"},
    ],
)
def test_the_database_refuses_a_chain_with_a_gap_or_one_hand_twice(chained, changes):
    kind = chained.world.kind("Surat Perintah Tugas")
    for name, value in changes.items():
        position = value and Position.objects.get(agency=chained.world.home, name=value)
        setattr(kind, name, position)
    with pytest.raises(IntegrityError), transaction.atomic():
        kind.save()


def test_the_admin_sets_the_chain_and_is_told_what_is_wrong(chained, client):
    client.force_login(chained.world.ani)
    kind = chained.world.kind("Surat Perintah Tugas")
    url = f"/admin/sops/paperkind/{kind.pk}/change/"
    ids = {p.name: p.pk for p in Position.objects.filter(agency=chained.world.home)}
    sent = {
        "name": kind.name,
        "aliases": "",
        "origin": "letter",
        "layout": "spt",
        "signer": ids["Kepala Dinas"],
    }
    gap = sent | {"first_hand": ids["Kasi"], "second_hand": "", "disposer": ""}
    assert "Isi pemaraf terakhir lebih dahulu" in client.post(url, gap).content.decode()
    twice = sent | {"first_hand": ids["Kabid"], "second_hand": "", "disposer": ids["Kabid"]}
    assert "Satu jabatan memaraf satu kali saja." in client.post(url, twice).content.decode()
    right = sent | {"first_hand": ids["Kasi"], "second_hand": "", "disposer": ids["Kabid"]}
    assert client.post(url, right).status_code == 302
    kind.refresh_from_db()
    assert kind.chain == (ids["Kasi"], ids["Kabid"])


def test_the_pages_say_whose_turn_it_is(chained, door):
    letter = chained.proposed()
    url = f"/surat/{letter.pk}/"
    text = door("sari").get(url).content.decode()
    assert "Menunggu paraf Kasi: Dewi Anggraini, S.Sos." in text
    form = door("dewi").get(f"{url}paraf/")
    assert "diteruskan kepada pemaraf berikutnya" in form.content.decode()
    key = re.search(r'name="_key" value="([^"]+)"', form.content.decode())[1]
    client = door("dewi")
    client.post(f"{url}paraf/", {"_key": key, "version": letter.version})
    text = client.get(url).content.decode()
    assert "Diparaf 1 dari 3" in text
    assert "Menunggu paraf Kabid: Drs. Abdul Rahman, M.Si." in text
    assert "Diparaf 1 dari 3" in client.get("/surat/").content.decode()
    assert "Menunggu paraf Anda sebagai Kabid" in door("rahman").get("/").content.decode()
    for act in ("paraf/", "kembalikan/"):
        assert door("dewi").get(url + act).status_code == 403
        assert door("rahman").get(url + act).status_code == 200
        assert door("wati").get(url + act).status_code == 404


def test_the_form_of_the_scan_asks_for_every_missing_hand(chained, door):
    letter = chained.proposed()
    letter.initial(chained.by("dewi"))
    text = door("agus").get(f"/surat/{letter.pk}/unggah/").content.decode()
    assert "Pemaraf (Kabid)" in text
    assert "Pemaraf (Sekretaris)" in text
    assert "Pemaraf (Kasi)" not in text


def test_the_list_costs_the_same_at_one_and_at_three(chained, door):
    chained.proposed().initial(chained.by("dewi"))
    client = door("rahman")
    client.get("/surat/")
    costs = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get("/surat/")
            client.get("/")
        costs.append(len(queries))
        for _ in range(2):
            chained.proposed().initial(chained.by("dewi"))
    assert costs[0] == costs[1]


def test_the_signer_still_signs_with_his_password(chained, door):
    letter = chained.proposed()
    for name in ("dewi", "rahman", "rina"):
        letter.initial(chained.by(name))
    client = door("budi")
    url = f"/surat/{letter.pk}/tanda-tangani/"
    key = re.search(r'name="_key" value="([^"]+)"', client.get(url).content.decode())[1]
    client.post(url, {"_key": key, "version": letter.version, "password": PASSWORD})
    letter.refresh_from_db()
    assert letter.state == LetterState.DECIDED


def test_a_hand_reads_the_letter_without_its_case(chained, door):
    """The Sekretaris has no part in the SOP: she reads what takes her paraf, and nothing of the child."""
    letter = chained.spt()
    url, case_url = f"/surat/{letter.pk}/", f"/penanganan/{chained.case.number}/"
    assert door("rina").get(url).status_code == 404, "a draft is its drafters' own"
    letter.propose(chained.by("agus"))
    for name in ("dewi", "rahman"):
        letter.initial(chained.by(name))
    client = door("rina")
    addresses = (url, f"{url}paraf/", f"{url}salin/", f"{url}pdf/", "/surat/", "/")
    pages = [client.get(address) for address in addresses]
    assert [p.status_code for p in pages] == [200] * 6
    assert client.get(case_url).status_code == 404
    texts = [p.content.decode() for p in pages if p.headers["Content-Type"].startswith("text/html")]
    assert not any("Anak 1" in text or case_url in text for text in texts)
    assert f"Kasus bayi {chained.case.number}" in texts[-1]
    assert "Anak 1" in door("rahman").get(url).content.decode()
    letter.return_(chained.by("rina"), "Tambahkan rumah sakit")
    assert door("rina").get(url).status_code == 200, "what became of it"
    assert door("rina").get(f"{url}ubah/").status_code == 403
    with pytest.raises(NotAllowed):
        letter.edit(chained.by("rina"), {})
