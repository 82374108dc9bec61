"""Approved by word of mouth, the signature to follow: noted as what it is, a task until the ink is there."""

import io
import re
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from sopcases.letters import checking, page, pdf
from sopcases.letters.models import Letter
from sopcases.letters.states import LetterState
from sopcases.people.models import Appointment, Position
from sopcases.refusal import Conflict, NotAllowed, Refused
from sopcases.sops.models import Stage
from tests.cast import appoint, at
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


def facts(desk, **changes) -> dict:
    world = desk.world
    return {"approver": world.budi, "heard_by": world.rahman, "at": world.now} | changes


def spoken(desk, **changes) -> Letter:
    letter = desk.ready()
    letter.note_approval(desk.by("agus"), **facts(desk, **changes))
    return letter


def test_it_says_who_approved_when_and_who_heard_it(desk):
    letter = desk.ready()
    said = desk.world.now
    desk.world.wait(hours=2)
    letter.note_approval(desk.by("agus"), **facts(desk, at=said))
    letter = Letter.objects.get(pk=letter.pk)
    assert (letter.state, letter.paper.stage) == (LetterState.DECIDED, Stage.DECIDED)
    assert (letter.signer, letter.heard_by, letter.decided_at) == (desk.world.budi, desk.world.rahman, said)
    told = dict(page.facts(letter))
    assert told["Disetujui lisan oleh"] == "Dr. Budi Hartono, M.A.P., Kepala Dinas"
    assert told["Persetujuan lisan"].endswith("pukul 08.00, didengar Drs. Abdul Rahman, M.Si.")
    act = letter.acts.get(act="spoken")
    assert (act.by, act.data["approver"]) == (desk.world.agus, desk.world.budi.pk)


def test_it_never_prints_or_checks_as_signed(desk, client):
    letter = spoken(desk)
    text = "".join(p.extract_text() for p in PdfReader(io.BytesIO(letter.pdf.read())).pages)
    words = " ".join(text.split())
    assert "Disetujui lisan, tanda tangan menyusul – belum berlaku sebelum ditandatangani" in words
    assert "Ditandatangani" not in words
    assert pdf.face(letter).startswith("Disetujui lisan")
    report = checking.report(letter)
    assert (report.tone, report.state) == ("waiting", "Disetujui lisan, tanda tangan menyusul")
    assert "belum berlaku" in client.get(f"/cek/{letter.token}/").content.decode()


def test_it_is_a_task_until_the_scan_is_filed(desk, door):
    letter = spoken(desk)
    assert [r.waits for r in Letter.objects.waiting_for(desk.by("agus"))] == ["ink"]
    text = door("agus").get("/").content.decode()
    assert "Disetujui lisan; tanda tangan menyusul, naskahnya belum diunggah" in text
    letter.file_signed_scan(desk.by("agus"), scan(), signed_on=desk.world.now.date())
    assert not Letter.objects.waiting_for(desk.by("agus")).exists()
    letter = Letter.objects.get(pk=letter.pk)
    assert pdf.face(letter).startswith("Salinan teks")
    told = dict(page.facts(letter))
    assert told["Ditandatangani oleh"].startswith("Dr. Budi Hartono")
    assert "didengar" in told["Persetujuan lisan"], "how it was decided is not forgotten"


@pytest.mark.parametrize("goes_on", [True, False])
def test_the_walk_goes_on_as_at_a_decision(world, goes_on):
    world.home.walk_on_decision = goes_on
    world.home.save()
    desk = at_step_two(world)
    letter = spt_of_step_two(desk)
    letter.propose(desk.by("agus"))
    letter.initial(desk.by("rahman"))
    letter.note_approval(desk.by("agus"), **facts(desk))
    assert world.states(desk.case)["3"] == ("done" if goes_on else "open")
    letter.file_signed_scan(desk.by("agus"), scan(), signed_on=world.now.date())
    assert world.states(desk.case)["3"] == "done"


def test_who_held_no_authority_at_that_moment_did_not_approve(desk):
    letter = desk.ready()
    desk.acting_head("rina", date(2026, 3, 3), date(2026, 3, 4))
    desk.world.now = at("2026-03-05 08:00")
    by = desk.by("agus")
    for approver, when in (
        ("rina", "2026-03-02 09:00"),
        ("budi", "2026-03-03 09:00"),
        ("dewi", "2026-03-05 07:00"),
    ):
        with pytest.raises(Refused, match="tidak memegang kewenangan penanda tangan"):
            letter.note_approval(by, **facts(desk, approver=desk.world.users[approver], at=at(when)))
    assert letter.state == LetterState.READY
    letter.note_approval(by, **facts(desk, approver=desk.world.rina, at=at("2026-03-04 23:00")))
    assert letter.signer_title == "Plh. Kepala Dinas"
    assert letter.signer_until == date(2026, 3, 4)
    assert "Batalkan dan ganti" in letter.lapsed(desk.by("agus").day)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"at": at("2026-03-02 08:01")}, "tidak boleh di masa depan"),
        ({"at": at("2026-03-02 07:59")}, "persetujuan tidak boleh mendahuluinya"),
        ({"heard_by": "budi"}, "tidak mendengar atau mencatat persetujuannya sendiri"),
        ({"heard_by": "wati"}, "harus pegawai perangkat daerah ini"),
    ],
)
def test_each_refusal(desk, changes, sentence):
    letter = desk.ready()
    found = {k: desk.world.users[v] if isinstance(v, str) else v for k, v in changes.items()}
    with pytest.raises(Refused, match=sentence):
        letter.note_approval(desk.by("agus"), **facts(desk, **found))
    assert (letter.state, letter.heard_by) == (LetterState.READY, None)


def test_the_approver_does_not_note_it_himself(desk):
    letter = desk.ready(by="budi")
    with pytest.raises(Refused, match="persetujuannya sendiri"):
        letter.note_approval(desk.by("budi"), **facts(desk))


def test_three_hands_hold_here_too(desk):
    letter = desk.ready(by="budi")
    with pytest.raises(Refused, match="tuliskan alasan"):
        letter.note_approval(desk.by("agus"), **facts(desk))
    head = Position.objects.get(agency=desk.world.home, name="Kepala Dinas")
    appoint(desk.world.rina, head, "plt", desk.world.now.date())
    with pytest.raises(Refused, match="harus dilakukan orang lain"):
        letter.note_approval(desk.by("agus"), **facts(desk, reason="mendesak"))
    Appointment.objects.filter(user=desk.world.rina, position=head).delete()
    letter.note_approval(desk.by("agus"), **facts(desk, reason="Petugas cuti bersama"))
    assert letter.acts.get(act="spoken").reason == "Petugas cuti bersama"


def test_who_may_note_it_and_when(desk):
    with pytest.raises(NotAllowed, match="belum siap ditandatangani"):
        desk.proposed().note_approval(desk.by("agus"), **facts(desk))
    letter = desk.ready()
    for name in ("sari", "dewi", "budi", "wati"):
        with pytest.raises(NotAllowed, match="Persetujuan lisan dicatat oleh"):
            letter.note_approval(desk.by(name), **facts(desk))
    with pytest.raises(Conflict):
        letter.note_approval(desk.by("agus"), **facts(desk), version=letter.version - 1)
    letter.note_approval(desk.by("rahman"), **facts(desk))
    with pytest.raises(NotAllowed, match="belum siap"):
        letter.note_approval(desk.by("agus"), **facts(desk))


def test_the_database_refuses_one_who_heard_himself(desk):
    letter = spoken(desk)
    for changes in ({"heard_by": desk.world.budi}, {"decided_at": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Letter.objects.filter(pk=letter.pk).update(**changes)


def test_the_pages(desk, door):
    letter = desk.ready()
    url = f"/surat/{letter.pk}/"
    client = door("agus")
    assert f"{url}persetujuan-lisan/" in client.get(url).content.decode()
    form = client.get(f"{url}persetujuan-lisan/").content.decode()
    typed = dict(re.findall(r'name="(_key|version)" value="([^"]+)"', form))
    world = desk.world
    typed |= {"approver": world.budi.pk, "heard_by": world.rahman.pk, "at": "2026-03-02T07:00", "reason": ""}
    answer = client.post(f"{url}persetujuan-lisan/", typed)
    assert answer.status_code == 422
    assert "persetujuan tidak boleh mendahuluinya" in answer.content.decode()
    typed["at"] = "2026-03-02T08:00"
    for _ in range(2):
        assert client.post(f"{url}persetujuan-lisan/", typed).headers["Location"] == url
    assert letter.acts.filter(act="spoken").count() == 1
    assert "Disetujui lisan oleh" in client.get(url).content.decode()
    text = door("sari").get(url).content.decode()
    assert "Disetujui lisan; menunggu naskah bertanda tangan basah diunggah" in text
    assert door("sari").get(f"{url}persetujuan-lisan/").status_code == 403
    assert door("wati").get(f"{url}persetujuan-lisan/").status_code == 404


def test_the_desk_costs_the_same_at_one_and_at_three(desk, door):
    spoken(desk)
    client, costs = door("agus"), []
    client.get("/")
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get("/")
            client.get("/surat/?status=saya")
        costs.append(len(queries))
        spoken(desk), spoken(desk)
    assert costs[0] == costs[1]


def test_it_is_never_before_the_last_proposal(desk):
    letter = desk.proposed()
    letter.return_(desk.by("rahman"), "Perbaiki tempat")
    early = desk.world.now
    desk.world.now += timedelta(1)
    letter.propose(desk.by("agus"))
    letter.initial(desk.by("rahman"))
    with pytest.raises(Refused, match="baru diajukan Selasa 3 Maret 2026"):
        letter.note_approval(desk.by("agus"), **facts(desk, at=early))
