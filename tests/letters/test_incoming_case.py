"""A case is opened from a letter that came: nothing that stands there is typed twice."""

import pytest

from sopcases.cases.addresses import case_url
from sopcases.cases.models import Case, Paper
from sopcases.cases.views import intake
from sopcases.cases.views.intake import openable
from sopcases.letters.models import IncomingLetter
from sopcases.people.models import Area, Entry, Position
from tests.cases.front_door import Desk, files, hidden, picture, report
from tests.cast import appoint, make_user
from tests.letters.papers import scan
from tests.letters.tray import Tray

pytestmark = pytest.mark.django_db

SUPPORT = "anak-terlantar-luar-panti"


@pytest.fixture
def tray(world) -> Tray:
    return Tray(world)


@pytest.fixture
def at_desk(world, frozen):
    """`at_desk("sari")`: Sari at her browser, at the world's moment."""
    return lambda name: Desk(world, name)


def url(letter, sop: str = "") -> str:
    return f"/surat/masuk/{letter.pk}/penanganan/" + (f"?sop={sop}" if sop else "")


def proposal(tray, **changes) -> IncomingLetter:
    """The Camat's letter in the agenda of Lamandau."""
    facts = {"sender": "Camat Bulik", "number": "460/07", "about": "Usulan dua belas anak terlantar"}
    return tray.letter(by="yuli", **facts | changes)


def test_a_list_is_opened_from_the_letter_without_typing_it_again(tray, at_desk, world):
    letter = proposal(tray, scan=scan())
    yuli = at_desk("yuli")
    page = yuli.text(f"/surat/masuk/{letter.pk}/")
    assert "Buka penanganan dari surat ini" in page
    page = yuli.text(url(letter, SUPPORT))
    for words in ("Camat Bulik", "460/07", "Usulan dua belas anak", f"<strong>{letter}</strong>"):
        assert words in page, words
    assert 'name="file"' not in page, "the scan is there"
    area = Area.objects.filter(agency=world.agencies["lamandau"]).first()
    forged = {"issuer": "Orang lain", "agenda": "999", "number": "0", "dated": "2020-01-01"}
    answer = yuli.send(url(letter, SUPPORT), area=area.pk, circumstances="Usulan", **forged)
    case, paper = Case.objects.get(), Paper.objects.get()
    assert answer.headers["Location"] == case_url(case, "reported")
    assert (paper.kind.name, paper.issuer, paper.number, paper.agenda) == (
        *("Proposal", "Camat Bulik", "460/07", "1"),
    )
    assert (paper.dated, paper.received_on, paper.agenda_year) == (letter.dated, letter.received_on, 2026)
    letter.refresh_from_db()
    assert (letter.case, letter.paper) == (case, paper)
    assert paper.sha256 == letter.sha256 and paper.file.name != letter.file.name
    assert (case.reporter, case.circumstances) == ("Camat Bulik", "Usulan")
    assert paper.filings.get().case == case
    page = yuli.text(f"/surat/masuk/{letter.pk}/")
    assert f'href="/penanganan/{case.number}/"' in page and "Buka penanganan dari" not in page
    assert "Penanganan sudah dibuka dari surat ini." in yuli.text(url(letter), 403)
    assert "dalam berkas penanganan itu" in yuli.text(f"/surat/masuk/{letter.pk}/ubah/", 403)
    page = yuli.text(f"/penanganan/{case.number}/")
    assert "nomor agenda 1" in page
    assert f'href="/surat/masuk/{letter.pk}/">{letter}</a>' in page, "and back"
    assert Entry.objects.get(verb="incoming.case_opened").data["case"] == case.pk


def test_the_scan_may_still_come_with_the_case(tray, at_desk, world):
    letter = proposal(tray, number="")
    area = Area.objects.filter(agency=world.agencies["lamandau"]).first()
    yuli = at_desk("yuli")
    page = yuli.send(url(letter, SUPPORT), 422, area=area.pk).content.decode()
    assert "Isi nomor surat." in page, "the letter had none, but this SOP asks for it"
    yuli.send(url(letter, SUPPORT), area=area.pk, number="tanpa nomor")
    paper = Paper.objects.get()
    assert (paper.number, bool(paper.file), paper.agenda) == ("tanpa nomor", False, "1")


def test_a_foundling_s_case_takes_over_what_fits_and_the_letter_as_the_kind_chosen(tray, at_desk, world):
    letter, _, _ = tray.down(scan=scan())
    dewi = at_desk("dewi")
    page = dewi.text(url(letter))
    assert "Simpan surat itu dalam berkas sebagai" in page and 'value="Polsek Contoh"' in page
    assert "Permohonan penanganan bayi" in page and "2026-03-02T00:00" in page
    kind = world.kind("Surat Terlantar")
    assert "BPJS Anak" not in page, "an identity paper is no letter"
    sent = report(world, event_at="2026-03-02T06:00", verbal_order_at="2026-03-02T06:30")
    dewi.send(url(letter), **sent, paper_kind=kind.pk)
    case, paper = Case.objects.get(), Paper.objects.get()
    assert (paper.kind, paper.issuer, paper.agenda, paper.mime) == (
        *(kind, "Polsek Contoh", "1", "image/jpeg"),
    )
    letter.refresh_from_db()
    assert (letter.case, letter.paper, letter.state) == (case, paper, IncomingLetter.State.PASSED)
    assert case.children.count() == 1


def test_the_letter_need_not_be_filed(tray, at_desk, world):
    letter, _, _ = tray.down(scan=scan())
    sent = report(world, event_at="2026-03-02T06:00", verbal_order_at="2026-03-02T06:30")
    at_desk("dewi").send(url(letter), **sent)
    letter.refresh_from_db()
    assert (letter.case, letter.paper) == (Case.objects.get(), None)
    assert not Paper.objects.exists()


def test_a_search_keeps_what_was_typed_and_leads_back_here(tray, at_desk, world):
    child = world.child("Melati Contoh", by="dewi")
    letter, _, _ = tray.down()
    dewi = at_desk("dewi")
    form = hidden(dewi.get(url(letter)))
    sent = {"action": "search", "q": "Melati", "place": "Pasar", "reporter": "Pak RW"}
    page = dewi.post(url(letter), 200, **form | sent).content.decode()
    assert 'value="Pak RW"' in page and 'value="Pasar"' in page
    pick = f"{url(letter)}?sop=bayi-balita-terlantar&anak={child.pk}"
    assert pick.replace("&", "&amp;") in page
    assert "sudah terdata" in dewi.text(pick)
    sent = report(world, event_at="2026-03-02T06:00", verbal_order_at="2026-03-02T06:30")
    dewi.send(pick, **sent)
    letter.refresh_from_db()
    assert letter.case.children.get().child == child


def test_one_letter_opens_one_case(tray, at_desk, world):
    letter, _, _ = tray.down()
    dewi, rahman = at_desk("dewi"), at_desk("rahman")
    sent = report(world, event_at="2026-03-02T06:00", verbal_order_at="2026-03-02T06:30")
    form = hidden(rahman.get(url(letter)))
    dewi.send(url(letter), **sent)
    page = rahman.post(url(letter), 403, **form | sent).content.decode()
    assert "Penanganan sudah dibuka dari surat ini." in page
    assert Case.objects.count() == 1


def test_of_two_who_open_it_at_once_the_second_leaves_no_photo(tray, at_desk, world, monkeypatch):
    letter, _, _ = tray.down(scan=scan())
    rahman, other, before = at_desk("rahman"), world.case(), files()
    sent = report(world, event_at="2026-03-02T06:00", verbal_order_at="2026-03-02T06:30")
    form = hidden(rahman.get(url(letter)))

    def meanwhile(by):
        """After Rahman came through the gate, the other one's case is opened."""
        IncomingLetter.objects.filter(pk=letter.pk).update(case=other)
        return openable(by)

    monkeypatch.setattr(intake, "openable", meanwhile)
    kind = world.kind("Surat Terlantar")
    page = rahman.post(url(letter), 403, **form | sent, photos=[picture()], paper_kind=kind.pk)
    assert "Penanganan sudah dibuka dari surat ini." in page.content.decode()
    assert Case.objects.get() == other and files() == before


def test_a_failure_after_the_case_was_written_leaves_no_file(tray, at_desk, world, monkeypatch):
    letter, _, _ = tray.down(scan=scan())
    dewi, before = at_desk("dewi"), files()
    sent = report(world, event_at="2026-03-02T06:00", verbal_order_at="2026-03-02T06:30")
    sent |= {"photos": [picture()], "paper_kind": world.kind("Surat Terlantar").pk}
    form = hidden(dewi.get(url(letter)))

    def broken(*args, **kwargs):
        raise RuntimeError

    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr(intake, "case_url", broken)
        dewi.post(url(letter), **form | sent)
    assert not Case.objects.exists() and files() == before
    sent["photos"] = [picture()]
    dewi.post(url(letter), **form | sent)
    assert len(files() - before) == 2, "the photo and the letter, of the same form sent again"


def test_a_confidential_letter_says_what_filing_it_means(tray, at_desk):
    letter, _, _ = tray.down(confidential=True)
    assert "Surat ini rahasia." in at_desk("dewi").text(url(letter))
    assert "Surat ini rahasia." not in at_desk("dewi").text(url(tray.down()[0]))


def test_who_may_not_read_the_letter_or_has_no_sop_opens_nothing(tray, at_desk, world):
    letter, _, _ = tray.down()
    for name in ("sari", "tono", "wati", "ani"):
        at_desk(name).get(url(letter), 404)
    clerk = Position.objects.create(
        agency=world.home,
        name="Arsiparis",
        may_record=True,
        superior=Position.objects.get(agency=world.home, name="Sekretaris"),
    )
    world.users["nina"] = appoint(make_user(world.home, "nina", "Nina"), clerk)
    assert "Buka penanganan" not in at_desk("nina").text(f"/surat/masuk/{letter.pk}/")
    assert "tidak bertugas dalam SOP" in at_desk("nina").text(url(letter), 403)


def test_who_may_not_read_the_case_is_told_that_there_is_one(tray, at_desk, world):
    letter, _, _ = tray.down()
    sent = report(world, event_at="2026-03-02T06:00", verbal_order_at="2026-03-02T06:30")
    at_desk("dewi").send(url(letter), **sent)
    case = Case.objects.get()
    clerk = Position.objects.create(agency=world.home, name="Arsiparis", may_record=True)
    world.users["nina"] = appoint(make_user(world.home, "nina", "Nina"), clerk)
    assert f"/surat/masuk/{letter.pk}/" in at_desk("dewi").text(f"/penanganan/{case.number}/")
    assert "/surat/masuk/" not in at_desk("sari").text(f"/penanganan/{case.number}/"), (
        "it was not passed to her"
    )
    page = at_desk("nina").text(f"/surat/masuk/{letter.pk}/")
    assert case.number not in page and "Sebuah penanganan sudah dibuka dari surat ini." in page


def test_a_damaged_scan_opens_no_case(tray, at_desk, world):
    letter, _, _ = tray.down(scan=scan())
    with letter.file.storage.open(letter.file.name, "wb") as file:
        file.write(b"changed")
    sent = report(world, event_at="2026-03-02T06:00", verbal_order_at="2026-03-02T06:30")
    kind = world.kind("Surat Terlantar").pk
    page = at_desk("dewi").send(url(letter), 422, **sent, paper_kind=kind).content.decode()
    assert "tidak lagi sama dengan yang disimpan" in page
    assert not Case.objects.exists()
