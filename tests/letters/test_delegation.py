"""a.n. and u.b.: who may sign for the official above him, by what is in force on the day, and frozen."""

import io
import re
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from sopcases.letters import page
from sopcases.letters.models import Letter
from sopcases.letters.states import LetterState
from sopcases.people import journal
from sopcases.people.models import Appointment, Delegation, Position
from sopcases.refusal import NotAllowed, Refused
from tests.cast import PASSWORD, appoint, at
from tests.letters.papers import scan

pytestmark = pytest.mark.django_db
AHEAD = "\N{NO-BREAK SPACE}" * 5


def position(desk, name: str) -> Position:
    return Position.objects.get(agency=desk.world.home, name=name)


def delegate(
    desk, name: str = "Sekretaris", first=date(2026, 3, 1), last=date(2026, 3, 7), **facts
) -> Delegation:
    return Delegation.objects.create(
        delegate=position(desk, name),
        principal=position(desk, "Kepala Dinas"),
        valid_from=first,
        valid_until=last,
        basis="Surat Perintah Nomor 5 Tahun 2026",
        **facts,
    )


@pytest.fixture
def door(client, monkeypatch, desk):
    """Log in and act in the world's own time."""
    monkeypatch.setattr("sopcases.people.middleware.timezone.now", lambda: desk.world.now)

    def enter(name: str):
        client.force_login(desk.world.users[name])
        return client

    return enter


def heading(letter: Letter) -> list[str]:
    """The lines above the signature, as printed."""
    block = re.search(r'<div class="signature">(.*?)<div class="signature-space">', letter.body, re.S)[1]
    return re.findall(r"<p>(.*?)</p>", block)


def test_the_sekretaris_signs_for_the_head(desk):
    delegate(desk, printed_title="Kepala Dinas Sosial")
    letter = desk.ready()
    letter.decide(desk.by("rina"))
    letter = Letter.objects.get(pk=letter.pk)
    assert (letter.state, letter.signer) == (LetterState.DECIDED, desk.world.rina)
    assert heading(letter) == ["a.n. KEPALA DINAS SOSIAL", f"{AHEAD}SEKRETARIS,"]
    assert letter.signer_until == date(2026, 3, 7)
    assert letter.acts.get(act="decided").acting_title == "a.n. Kepala Dinas Sosial Sekretaris"
    assert "Rina Marlina" in letter.body
    text = "".join(p.extract_text() for p in PdfReader(io.BytesIO(letter.pdf.read())).pages)
    assert "a.n. KEPALA DINAS SOSIAL" in text
    told = dict(page.facts(letter))
    assert told["Diputuskan oleh"] == "Rina Marlina, S.E., a.n. Kepala Dinas Sosial Sekretaris"
    entry = journal.of(desk.case).filter(verb="letter.decided").get()
    assert entry.acting_title == "a.n. Kepala Dinas Sosial Sekretaris"


def test_two_levels_down_it_is_ub_under_the_an(desk):
    Appointment.objects.filter(user=desk.world.budi).update(printed_title="Kepala Dinas Sosial")
    delegate(desk, "Kasi")
    letter = desk.ready()
    letter.decide(desk.by("dewi"))
    assert heading(letter) == ["a.n. KEPALA DINAS SOSIAL", f"{AHEAD}KABID", f"{AHEAD}u.b.", f"{AHEAD}KASI,"]


def test_an_acting_delegate_prints_as_acting(desk):
    Appointment.objects.filter(user=desk.world.rina).delete()
    appoint(desk.world.rina, position(desk, "Sekretaris"), "plt")
    delegate(desk)
    letter = desk.ready()
    letter.decide(desk.by("rina"))
    assert heading(letter) == ["a.n. KEPALA DINAS", f"{AHEAD}Plt. SEKRETARIS,"]


def test_later_changes_change_nothing_that_was_decided(desk):
    given = delegate(desk)
    letter = desk.ready()
    letter.decide(desk.by("rina"))
    body, title = letter.body, letter.signer_title
    given.printed_title = "Pimpinan Lain"
    given.save()
    Position.objects.filter(name="Sekretaris").update(name="Sekretaris Baru", superior=None)
    letter = Letter.objects.get(pk=letter.pk)
    assert (letter.body, letter.signer_title) == (body, title)


@pytest.mark.parametrize("day", ["2026-02-28", "2026-03-08"])
def test_only_on_its_days(desk, day):
    delegate(desk)
    desk.world.now = at(f"{day} 08:00")
    letter = Letter.objects.get(pk=desk_ready_on(desk, day).pk)
    with pytest.raises(NotAllowed, match="ditandatangani oleh Kepala Dinas"):
        letter.decide(desk.by("rina"))
    assert not Letter.objects.waiting_for(desk.by("rina")).exists()


def desk_ready_on(desk, day: str) -> Letter:
    """A letter that is ready on that day."""
    from tests.letters.papers import Desk

    return Desk(desk.world).ready()


def test_nobody_else_gains_by_it(desk):
    delegate(desk)
    letter = desk.ready()
    for name in ("rahman", "dewi", "agus", "wati"):
        with pytest.raises(NotAllowed, match="ditandatangani oleh Kepala Dinas"):
            letter.decide(desk.by(name))
    letter.decide(desk.by("budi"))
    assert letter.signer_title == "Kepala Dinas", "the head keeps his own authority"


def test_who_is_three_levels_down_signs_for_nobody(desk):
    delegate(desk, "Petugas")
    letter = desk.ready(by="sari")
    with pytest.raises(NotAllowed, match="ditandatangani oleh Kepala Dinas"):
        letter.decide(desk.by("agus"))
    assert "sign" not in Letter.objects.waiting_for(desk.by("agus")).values_list("waits", flat=True)


def test_three_hands_hold_for_the_delegate(desk):
    delegate(desk, "Kabid")
    letter = desk.ready()
    with pytest.raises(NotAllowed, match=r"sudah menjadi pemaraf surat ini.* Budi Hartono"):
        letter.decide(desk.by("rahman"), reason="mendesak")
    Appointment.objects.filter(user=desk.world.budi).delete()
    with pytest.raises(Refused, match="tuliskan alasan"):
        letter.decide(desk.by("rahman"))
    letter.decide(desk.by("rahman"), reason="Kepala Dinas belum diangkat")
    assert heading(letter) == ["a.n. KEPALA DINAS", f"{AHEAD}KABID,"]


def test_the_delegate_sends_it_back_and_files_the_scan(desk):
    delegate(desk)
    letter = desk.ready()
    letter.return_(desk.by("rina"), "Tambahkan rumah sakit")
    assert letter.state == LetterState.RETURNED
    letter.propose(desk.by("agus"))
    letter.initial(desk.by("rahman"))
    today = desk.world.now.date()
    with pytest.raises(Refused, match="tidak memegang kewenangan penanda tangan"):
        letter.file_signed_scan(desk.by("agus"), scan(), signed_on=today, signer=desk.world.dewi)
    letter.file_signed_scan(desk.by("agus"), scan(), signed_on=today, signer=desk.world.rina)
    assert letter.signer_title == "a.n. Kepala Dinas\nSekretaris"


def test_an_approval_by_word_of_the_delegate_counts_on_its_days(desk):
    delegate(desk)
    letter = desk.ready()
    facts = {"heard_by": desk.world.rahman, "at": desk.world.now}
    letter.note_approval(desk.by("agus"), approver=desk.world.rina, **facts)
    assert letter.signer_title == "a.n. Kepala Dinas\nSekretaris"


def test_a_decision_not_inked_when_it_ends_is_replaced(desk):
    delegate(desk)
    letter = desk.ready()
    letter.decide(desk.by("rina"))
    desk.world.now = at("2026-03-10 08:00")
    said = letter.lapsed(desk.by("agus").day)
    assert "sebagai a.n. Kepala Dinas Sekretaris berakhir 7 Maret 2026" in said


def test_it_waits_for_both_and_the_delegate_sees_no_more_than_the_letter(desk, door):
    delegate(desk)
    letter = desk.ready()
    for name in ("budi", "rina"):
        assert [r.waits for r in Letter.objects.waiting_for(desk.by(name))] == ["sign"]
    url = f"/surat/{letter.pk}/"
    client = door("rina")
    assert "Menunggu tanda tangan Anda atas nama Kepala Dinas" in client.get("/").content.decode()
    text = client.get(url).content.decode()
    assert f'class="btn btn-primary" href="{url}tanda-tangani/"' in text
    assert "Anak 1" not in text
    assert client.get(f"/penanganan/{desk.case.number}/").status_code == 404
    form = client.get(f"{url}tanda-tangani/").content.decode()
    assert "sebagai a.n. Kepala Dinas Sekretaris" in form
    typed = dict(re.findall(r'name="(_key|version)" value="([^"]+)"', form))
    answer = client.post(f"{url}tanda-tangani/", typed | {"password": PASSWORD})
    assert answer.headers["Location"] == url
    assert (
        "Dr. Budi Hartono, M.A.P. dan Rina Marlina, S.E."
        in door("sari").get(f"/surat/{desk.ready().pk}/").content.decode()
    )


def test_the_form_of_the_scan_offers_the_delegate(desk, door):
    letter = desk.ready()
    assert "Rina Marlina" not in door("agus").get(f"/surat/{letter.pk}/unggah/").content.decode()
    delegate(desk)
    assert "Rina Marlina" in door("agus").get(f"/surat/{letter.pk}/unggah/").content.decode()


def test_the_database_refuses_nonsense(desk):
    given = delegate(desk)
    for changes in (
        {"principal": given.delegate_id},
        {"valid_until": date(2026, 2, 1)},
        {"basis": ""},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Delegation.objects.filter(pk=given.pk).update(**changes)
    with pytest.raises(IntegrityError), transaction.atomic():
        delegate(desk)


def test_the_admin_gives_it_for_one_or_two_levels(desk, client, monkeypatch):
    monkeypatch.setattr("sopcases.people.middleware.timezone.now", lambda: desk.world.now)
    client.force_login(desk.world.ani)
    url = "/admin/people/delegation/add/"
    sent = {
        "delegate": position(desk, "Petugas").pk,
        "principal": position(desk, "Kepala Dinas").pk,
        "printed_title": "",
        "valid_from": "2026-03-10",
        "valid_until": "",
        "basis": "SK 5",
    }
    text = client.post(url, sent).content.decode()
    assert "hanya dapat menandatangani atas nama pejabat satu tingkat (a.n.) atau dua tingkat (u.b.)" in text
    sent["delegate"] = position(desk, "Sekretaris").pk
    assert client.post(url, sent | {"basis": ""}).status_code == 200
    appoint(desk.world.ani, position(desk, "Sekretaris"))
    assert "tidak dapat memberi wewenang kepada diri sendiri" in client.post(url, sent).content.decode()
    Appointment.objects.filter(user=desk.world.ani).delete()
    assert not Delegation.objects.exists()
    assert client.post(url, sent).status_code == 302
    given = Delegation.objects.get()
    assert str(given) == "Sekretaris a.n. Kepala Dinas"
    changed = f"/admin/people/delegation/{given.pk}/"
    assert "Sekretaris" in client.get("/admin/people/delegation/").content.decode()
    desk.world.now = at("2026-03-11 08:00")
    client.force_login(desk.world.ani)  # days went by
    assert client.post(f"{changed}delete/", {"post": "yes"}).status_code == 403, "it was in force"
    other = desk.world.tono
    other.is_staff = True
    other.save()
    client.force_login(other)
    assert client.get("/admin/people/delegation/").status_code == 200
    assert client.get(f"{changed}change/").status_code == 302, "another agency's is not found"


def test_the_lists_cost_the_same_with_and_without_more_letters(desk, door):
    delegate(desk)
    desk.ready()
    client, costs = door("rina"), []
    client.get("/surat/")
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get("/surat/")
            client.get("/")
        costs.append(len(queries))
        desk.ready(), desk.ready()
    assert costs[0] == costs[1]
