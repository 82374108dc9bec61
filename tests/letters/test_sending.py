"""A signed letter goes out: when, to whom, how; its receipt comes back now or later, and it stays signed."""

import io
import re
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from PIL import Image

from sopcases.letters import archive, checking, page, pdf
from sopcases.letters.models import Letter
from sopcases.letters.states import LetterState
from sopcases.people import journal
from sopcases.refusal import Conflict, NotAllowed, Refused
from sopcases.sops.models import Stage
from tests.letters.papers import scan
from tests.letters.test_walk import at_step_two, spt_of_step_two

pytestmark = pytest.mark.django_db


@pytest.fixture
def door(client, monkeypatch, desk):
    """Log in and act in the world's own time."""
    monkeypatch.setattr("sopcases.people.middleware.timezone.now", lambda: desk.world.now)

    def enter(name: str):
        client.force_login(desk.world.users[name])
        return client

    return enter


def signed(desk) -> Letter:
    letter = desk.decided()
    letter.file_signed_scan(desk.by("agus"), scan(), signed_on=desk.world.now.date())
    return letter


def facts(desk, **changes) -> dict:
    return {"on": desk.world.now.date(), "to": "Kapolresta Tanjungpinang", "how": "hand"} | changes


def sent(desk, **changes) -> Letter:
    letter = signed(desk)
    letter.send(desk.by("agus"), **facts(desk, **changes))
    return letter


def photo() -> SimpleUploadedFile:
    picture = io.BytesIO()
    Image.new("RGB", (200, 300), "white").save(picture, "JPEG")
    return SimpleUploadedFile("terima.jpg", picture.getvalue(), "image/jpeg")


def test_it_says_when_to_whom_and_how_and_stays_signed(desk):
    letter = signed(desk)
    before = (letter.sha256, letter.paper.sha256)
    letter.send(desk.by("agus"), **facts(desk, to="  Kapolresta\n Tanjungpinang "))
    letter = Letter.objects.get(pk=letter.pk)
    assert (letter.state, letter.paper.stage) == (LetterState.SENT, Stage.SIGNED)
    assert (letter.sent_on, letter.sent_to) == (date(2026, 3, 2), "Kapolresta Tanjungpinang")
    assert letter.get_sent_how_display() == "Diantar"
    assert (letter.sha256, letter.paper.sha256) == before
    act = letter.acts.get(act="sent")
    assert (act.by, act.acting_title) == (desk.world.agus, "Petugas")
    entry = journal.of(desk.case).get(verb="letter.sent")
    assert "Kapolresta" not in str(entry.data), "the journal tells no more than that"


def test_it_counts_for_the_walk_as_a_signed_one(world):
    """Where the office waits for the ink: what the signature opened stays open when the letter goes out."""
    world.home.walk_on_decision = False
    world.home.save()
    desk = at_step_two(world)
    letter = spt_of_step_two(desk)
    letter.propose(desk.by("agus"))
    letter.initial(desk.by("rahman"))
    letter.decide(desk.by("budi"))
    assert world.states(desk.case)["3"] == "open"
    letter.file_signed_scan(desk.by("agus"), scan(), signed_on=world.now.date())
    letter.send(desk.by("agus"), **facts(desk))
    assert world.states(desk.case)["3"] == "done"
    assert Letter.objects.get(pk=letter.pk).paper.stage == Stage.SIGNED


@pytest.mark.parametrize("how", ["spt", "proposed", "ready", "decided"])
def test_only_a_signed_letter_goes_out(desk, how):
    with pytest.raises(NotAllowed, match="yang dikirim ialah surat bertanda tangan"):
        getattr(desk, how)().send(desk.by("agus"), **facts(desk))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"to": "  "}, "kepada siapa"),
        ({"how": "merpati"}, "Pilih cara"),
        ({"on": date(2026, 3, 1)}, "baru ditandatangani 2 Maret 2026"),
        ({"on": date(2026, 3, 3)}, "tidak boleh di masa depan"),
    ],
)
def test_each_refusal(desk, changes, sentence):
    letter = signed(desk)
    with pytest.raises(Refused, match=sentence):
        letter.send(desk.by("agus"), **facts(desk, **changes))
    assert letter.state == LetterState.SIGNED


def test_who_has_no_part_in_the_letter_does_not_send_it(desk):
    letter = signed(desk)
    for name in ("sari", "dewi", "wati"):
        with pytest.raises(NotAllowed, match="Pengiriman dicatat oleh"):
            letter.send(desk.by(name), **facts(desk))
    letter.send(desk.by("budi"), **facts(desk))
    with pytest.raises(NotAllowed, match="berstatus “Dikirim”"):
        letter.send(desk.by("agus"), **facts(desk))


def test_a_version_seen_earlier_is_a_conflict(desk):
    letter = signed(desk)
    with pytest.raises(Conflict):
        letter.send(desk.by("agus"), **facts(desk), version=letter.version - 1)


def test_the_receipt_comes_with_it_or_later(desk):
    content = scan()
    at_once = sent(desk, receipt=content)
    assert at_once.receipt_sha256 == content.sha256 == pdf.digest(at_once.receipt.read())
    with pytest.raises(NotAllowed, match="sudah disimpan"):
        at_once.file_receipt(desk.by("agus"), scan())
    letter = signed(desk)
    with pytest.raises(NotAllowed, match="sesudah pengiriman"):
        letter.file_receipt(desk.by("agus"), scan())
    letter.send(desk.by("agus"), **facts(desk))
    today = desk.world.now.date()
    with pytest.raises(NotAllowed, match="Pengiriman dicatat oleh"):
        letter.file_receipt(desk.by("sari"), scan())
    with pytest.raises(Refused, match="baru dikirim 2 Maret 2026"):
        letter.file_receipt(desk.by("agus"), scan(), received_on=today - timedelta(1))
    with pytest.raises(Refused, match="masa depan"):
        letter.file_receipt(desk.by("agus"), scan(), received_on=today + timedelta(1))
    assert not letter.receipt
    letter.file_receipt(desk.by("agus"), scan(), received_on=today)
    letter = Letter.objects.get(pk=letter.pk)
    assert page.receipt_text(letter) == "Diterima 2 Maret 2026"
    assert letter.state == LetterState.SENT


def test_what_was_sent_is_voided_by_an_official_and_keeps_what_was_told(desk):
    letter = desk.ready(by="sari")
    letter.decide(desk.by("budi"))
    letter.file_signed_scan(desk.by("agus"), scan(), signed_on=desk.world.now.date())
    letter.send(desk.by("agus"), **facts(desk))
    with pytest.raises(NotAllowed, match="hanya dapat dibatalkan"):
        letter.void(desk.by("sari"), "Salah")
    letter.void(desk.by("budi"), "Dicabut")
    assert (letter.state, letter.sent_to) == (LetterState.VOID, "Kapolresta Tanjungpinang")


def test_the_check_page_tells_the_signature_and_no_receiver(desk, client):
    letter = signed(desk)
    before = checking.report(letter)
    letter.send(desk.by("agus"), **facts(desk))
    assert checking.report(letter) == before
    text = client.get(f"/cek/{letter.token}/").content.decode()
    assert "Ditandatangani basah" in text
    assert "Kapolresta" not in text
    assert pdf.face(letter).startswith("Salinan teks")


def test_the_database_refuses_half_a_sending(desk):
    letter, other = sent(desk), signed(desk)
    for changes in ({"sent_on": None}, {"sent_to": ""}, {"sent_how": ""}, {"sent_on": date(2026, 3, 1)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Letter.objects.filter(pk=letter.pk).update(**changes)
    for changes in ({"sent_to": "Camat"}, {"receipt": "x.pdf"}, {"received_on": date(2026, 3, 3)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Letter.objects.filter(pk=other.pk).update(**changes)


def test_the_pages(desk, door):
    letter = signed(desk)
    url = f"/surat/{letter.pk}/"
    client = door("agus")
    assert 'class="btn btn-primary" href="' + f'{url}kirim/"' in client.get(url).content.decode()
    form = client.get(f"{url}kirim/").content.decode()
    typed = dict(re.findall(r'name="(_key|version)" value="([^"]+)"', form))
    answer = client.post(f"{url}kirim/", typed | {"on": "2026-03-02", "to": "", "how": "post"})
    assert answer.status_code == 422
    typed |= {"on": "2026-03-02", "to": "Kapolresta Tanjungpinang", "how": "srikandi"}
    for _ in range(2):
        assert client.post(f"{url}kirim/", typed).headers["Location"] == url
    assert letter.acts.filter(act="sent").count() == 1
    text = client.get(url).content.decode()
    assert "2 Maret 2026, SRIKANDI" in text
    assert "Kapolresta Tanjungpinang" in text
    assert "Belum ada" in text
    assert "Dikirim" in client.get("/surat/?status=dikirim").content.decode()
    assert url in client.get("/surat/?status=selesai").content.decode(), "it is signed as before"
    assert client.get(f"{url}tanda-terima/").status_code == 404
    form = client.get(f"{url}terima/").content.decode()
    typed = dict(re.findall(r'name="(_key|version)" value="([^"]+)"', form))
    answer = client.post(f"{url}terima/", typed | {"file": photo(), "received_on": ""})
    assert answer.headers["Location"] == url
    answer = client.get(f"{url}tanda-terima/")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "Anak" not in answer.headers["Content-Disposition"]
    for name in ("sari", "dewi"):
        assert door(name).get(f"{url}terima/").status_code == 403
        assert door(name).get(f"{url}tanda-terima/").status_code == 200
    for act in ("kirim/", "terima/", "tanda-terima/"):
        assert door("wati").get(url + act).status_code == 404


def test_the_agenda_says_it_to_those_who_may_read_the_letter(desk, door):
    sent(desk)
    said = "Dikirim 2 Maret 2026 kepada Kapolresta Tanjungpinang (Diantar)"
    client = door("agus")
    assert said in client.get("/surat/agenda/").content.decode()
    costs = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get("/surat/agenda/")
            client.get("/surat/")
        costs.append(len(queries))
        sent(desk), sent(desk)
    assert costs[0] == costs[1]
    assert said not in door("rina").get("/surat/agenda/").content.decode()


def test_the_archive_takes_the_receipt(desk, tmp_path):
    letter = sent(desk, receipt=scan())
    archive.dump(tmp_path / "out", desk.world.now)
    names = sorted(file.name for file in (tmp_path / "out").iterdir())
    assert [n for n in names if "-tanda-terima." in n] and [n for n in names if "-bertanda-tangan." in n]
    index = (tmp_path / "out" / "index.csv").read_text()
    assert f",sent,{letter.signer_name},wet," in index or f',sent,"{letter.signer_name}",wet,' in index
