"""The signer decides in the application, or the ink-signed scan is the decision."""

import hashlib
from datetime import date, timedelta

import pytest

from sopcases.letters import pdf
from sopcases.letters.states import LetterState
from sopcases.people.models import Position
from sopcases.refusal import NotAllowed, Refused
from sopcases.sops.models import Stage
from tests.cast import appoint, at
from tests.letters.papers import scan

pytestmark = pytest.mark.django_db


def test_the_head_decides_and_everything_is_frozen(desk):
    letter = desk.ready()
    letter.decide(desk.by("budi"))
    letter.refresh_from_db()
    assert (letter.state, letter.paper.stage) == (LetterState.DECIDED, Stage.DECIDED)
    assert letter.signer == letter.paper.signed_by == desk.world.budi
    assert letter.signer_title == "Kepala Dinas"
    assert letter.signer_nip == "19690820 199403 1 003"
    content = letter.pdf.read()
    assert hashlib.sha256(content).hexdigest() == letter.sha256
    assert letter.acts.get(act="decided").data["sha256"] == letter.sha256


def test_later_edits_of_people_and_agency_change_nothing(desk):
    letter = desk.decided()
    body, content = letter.body, letter.pdf.read()
    budi, home = desk.world.budi, desk.world.home
    budi.name, budi.rank, budi.nip = "Nama Lain", "Pangkat Lain", "1"
    budi.save()
    home.letterhead_name, home.city = "DINAS LAIN", "Kota Lain"
    home.save()
    letter.refresh_from_db()
    assert letter.body == body
    assert letter.pdf.open().read() == content
    assert "Dr. Budi Hartono" in letter.body
    assert pdf.digest(content) == letter.sha256


def test_only_the_signer_decides_and_only_when_ready(desk):
    letter = desk.proposed()
    with pytest.raises(NotAllowed, match="belum siap ditandatangani"):
        letter.decide(desk.by("budi"))
    letter.initial(desk.by("rahman"))
    for name in ("rahman", "agus", "rina", "wati"):
        with pytest.raises(NotAllowed, match="ditandatangani oleh Kepala Dinas"):
            letter.decide(desk.by(name))
    assert letter.state == LetterState.READY
    assert letter.signer is None


def test_three_hands(desk):
    letter = desk.ready(by="budi")
    with pytest.raises(Refused, match="tuliskan alasan Anda merangkap"):
        letter.decide(desk.by("budi"))
    letter.decide(desk.by("budi"), reason="Petugas cuti bersama")
    assert letter.acts.get(act="decided").reason == "Petugas cuti bersama"


def test_three_hands_hold_where_another_holds_the_position(desk):
    head = Position.objects.get(agency=desk.world.home, name="Kepala Dinas")
    letter = desk.ready(by="budi")
    appoint(desk.world.rina, head, "plt", date(2026, 1, 1))
    with pytest.raises(NotAllowed, match="harus dilakukan orang lain: Rina"):
        letter.decide(desk.by("budi"), reason="mendesak")
    letter.decide(desk.by("rina"))
    assert letter.signer == desk.world.rina


def test_nobody_is_all_three_hands(desk):
    letter = desk.proposed("rahman")
    letter.initial(desk.by("rahman"), reason="Kabid satu-satunya")
    desk.acting_head("rahman", date(2026, 3, 1), date(2026, 3, 7))
    with pytest.raises(NotAllowed, match="sekaligus"):
        letter.decide(desk.by("rahman"), reason="Kepala Dinas cuti")
    assert letter.state == LetterState.READY


def test_the_disposer_as_plh_signs_with_a_reason(desk):
    letter = desk.ready()
    desk.acting_head("rahman", date(2026, 3, 1), date(2026, 3, 7))
    with pytest.raises(Refused, match="tuliskan alasan"):
        letter.decide(desk.by("rahman"))
    letter.decide(desk.by("rahman"), reason="Kepala Dinas dinas luar")
    assert letter.signer_title == "Plh. Kepala Dinas"
    assert "Plh. KEPALA DINAS," in letter.body


def test_a_superuser_is_a_stranger(desk):
    budi = desk.world.budi
    budi.is_superuser = True
    budi.save()
    letter = desk.ready()
    boss = desk.world.ani
    boss.is_superuser = True
    boss.save()
    with pytest.raises(NotAllowed):
        letter.decide(desk.by("ani"))
    with pytest.raises(NotAllowed):
        letter.void(desk.by("ani"), "coba")


def test_a_plh_suspends_the_head_and_ends_with_his_days(desk):
    letter = desk.ready()
    desk.acting_head("rina", date(2026, 3, 2), date(2026, 3, 8))
    with pytest.raises(NotAllowed):
        letter.decide(desk.by("budi"))
    desk.world.now = at("2026-03-09 08:00")
    with pytest.raises(NotAllowed):
        letter.decide(desk.by("rina"))
    letter.decide(desk.by("budi"))
    assert letter.signer_title == "Kepala Dinas"


def test_decided_but_not_inked_before_the_plhs_last_day_is_replaced(desk):
    letter = desk.ready()
    desk.acting_head("rina", date(2026, 3, 2), date(2026, 3, 8))
    letter.decide(desk.by("rina"))
    assert letter.signer_title == "Plh. Kepala Dinas"
    desk.world.now = at("2026-03-10 08:00")
    assert "Batalkan dan ganti" in letter.lapsed(desk.by("agus").day)
    with pytest.raises(Refused, match="Batalkan dan ganti surat ini"):
        letter.file_signed_scan(desk.by("agus"), scan(), signed_on=date(2026, 3, 9))
    inked_in_time = date(2026, 3, 8)
    assert letter.lapsed(inked_in_time) is None
    new = letter.replace(desk.by("agus"), "Masa Plh. berakhir sebelum ditandatangani")
    letter.refresh_from_db()
    assert letter.state == LetterState.REPLACED
    assert letter.paper.voided_at
    assert new.paper.replaces == letter.paper


def test_ink_on_the_plhs_last_day_may_be_filed_later(desk):
    letter = desk.ready()
    desk.acting_head("rina", date(2026, 3, 2), date(2026, 3, 8))
    letter.decide(desk.by("rina"))
    desk.world.now = at("2026-03-12 08:00")
    letter.file_signed_scan(desk.by("agus"), scan(), signed_on=date(2026, 3, 8))
    assert letter.state == LetterState.SIGNED


def test_the_scan_of_a_decided_letter_makes_it_signed(desk):
    letter = desk.decided()
    before = letter.sha256
    content = scan()
    letter.file_signed_scan(desk.by("agus"), content, signed_on=desk.world.now.date())
    letter.refresh_from_db()
    assert (letter.state, letter.paper.stage) == (LetterState.SIGNED, Stage.SIGNED)
    assert letter.paper.sha256 == content.sha256
    assert letter.paper.original is True
    assert letter.sha256 == before, "the frozen text stays"


def test_somebody_else_cannot_have_signed_what_the_head_decided(desk):
    letter = desk.decided()
    with pytest.raises(Refused, match="diputuskan oleh Dr"):
        letter.file_signed_scan(
            desk.by("agus"), scan(), signed_on=desk.world.now.date(), signer=desk.world.rina
        )


def test_the_scan_is_the_decision_for_a_head_who_never_logs_in(desk):
    letter = desk.ready()
    letter.file_signed_scan(desk.by("agus"), scan(), signed_on=desk.world.now.date(), signer=desk.world.budi)
    letter.refresh_from_db()
    assert letter.state == LetterState.SIGNED
    assert letter.signer == letter.paper.signed_by == desk.world.budi
    assert letter.paper.disposed_by == desk.world.rahman
    assert letter.body
    assert pdf.digest(letter.pdf.read()) == letter.sha256
    act = letter.acts.get(act="signed")
    assert (act.by, act.acting_title) == (desk.world.agus, "Petugas")


def test_without_a_paraf_the_scan_names_the_disposer_too(desk):
    letter = desk.proposed()
    today = desk.world.now.date()
    with pytest.raises(Refused, match="Sebutkan pemaraf"):
        letter.file_signed_scan(desk.by("agus"), scan(), signed_on=today, signer=desk.world.budi)
    with pytest.raises(Refused, match="tidak memegang kewenangan pemaraf"):
        letter.file_signed_scan(
            desk.by("agus"), scan(), signed_on=today, signer=desk.world.budi, disposer=desk.world.dewi
        )
    letter.file_signed_scan(
        desk.by("agus"), scan(), signed_on=today, signer=desk.world.budi, disposer=desk.world.rahman
    )
    assert letter.initialled_by == desk.world.rahman
    assert letter.number == "800/1/5.6.04/2026"


def test_the_named_signer_must_have_held_the_authority_on_that_day(desk):
    desk.world.now = at("2026-03-02 08:00")
    letter = desk.ready()
    desk.acting_head("rina", date(2026, 3, 3), date(2026, 3, 4))
    desk.world.now = at("2026-03-06 08:00")
    by = desk.by("agus")
    with pytest.raises(Refused, match="tidak memegang kewenangan penanda tangan"):
        letter.file_signed_scan(by, scan(), signed_on=date(2026, 3, 3), signer=desk.world.budi)
    with pytest.raises(Refused, match="tidak memegang kewenangan"):
        letter.file_signed_scan(by, scan(), signed_on=date(2026, 3, 5), signer=desk.world.rina)
    with pytest.raises(Refused, match="Sebutkan penanda tangan"):
        letter.file_signed_scan(by, scan(), signed_on=date(2026, 3, 3))
    letter.file_signed_scan(by, scan(), signed_on=date(2026, 3, 3), signer=desk.world.rina)
    assert letter.signer_title == "Plh. Kepala Dinas"
    assert "Plh. KEPALA DINAS," in letter.body


def test_the_drafter_cannot_be_named_as_signer(desk):
    letter = desk.ready(by="budi")
    day = desk.world.now.date()
    with pytest.raises(Refused, match="tuliskan alasan"):
        letter.file_signed_scan(desk.by("agus"), scan(), signed_on=day, signer=desk.world.budi)
    head = Position.objects.get(agency=desk.world.home, name="Kepala Dinas")
    appoint(desk.world.rina, head, "plt", day)
    with pytest.raises(Refused, match="harus dilakukan orang lain"):
        letter.file_signed_scan(
            desk.by("agus"), scan(), signed_on=day, signer=desk.world.budi, reason="mendesak"
        )


def test_who_may_not_record_for_others_files_nothing(desk):
    letter = desk.ready()
    for name in ("sari", "dewi", "wati"):
        with pytest.raises(NotAllowed):
            letter.file_signed_scan(
                desk.by(name), scan(), signed_on=desk.world.now.date(), signer=desk.world.budi
            )
    assert not letter.paper.file


def test_no_ink_in_the_future_and_none_before_the_draft(desk):
    letter = desk.ready()
    today = desk.world.now.date()
    with pytest.raises(Refused, match="masa depan"):
        letter.file_signed_scan(
            desk.by("agus"), scan(), signed_on=today + timedelta(1), signer=desk.world.budi
        )
    with pytest.raises(Refused, match="tidak boleh mendahuluinya"):
        letter.file_signed_scan(
            desk.by("agus"), scan(), signed_on=today - timedelta(1), signer=desk.world.budi
        )


def test_no_ink_before_the_last_proposal(desk):
    letter = desk.proposed()
    letter.return_(desk.by("rahman"), "Perbaiki tempat")
    drafted = desk.world.now.date()
    desk.world.now += timedelta(2)
    letter.propose(desk.by("agus"))
    letter.initial(desk.by("rahman"))
    with pytest.raises(Refused, match="baru diajukan 4 Maret 2026"):
        letter.file_signed_scan(desk.by("agus"), scan(), signed_on=drafted, signer=desk.world.budi)
    desk.world.now += timedelta(1)
    letter.decide(desk.by("budi"))
    with pytest.raises(Refused, match="baru diputuskan 5 Maret 2026"):
        letter.file_signed_scan(desk.by("agus"), scan(), signed_on=drafted + timedelta(2))
    letter.file_signed_scan(desk.by("agus"), scan(), signed_on=desk.world.now.date())
    assert letter.signed_on == date(2026, 3, 5)


def test_the_number_after_the_ink(desk):
    desk.world.home.number_after_ink = True
    desk.world.home.save()
    letter = desk.ready()
    assert (letter.number, letter.dated) == ("", None)
    letter.decide(desk.by("budi"))
    assert (letter.number, letter.dated) == ("", None), "number and date are left to the pen"
    letter.file_signed_scan(desk.by("agus"), scan(), signed_on=desk.world.now.date())
    assert letter.number == "800/1/5.6.04/2026"
    assert letter.paper.number == letter.number
    assert letter.dated == letter.signed_on


def test_a_number_of_last_year_is_voided_when_the_letter_is_decided_in_the_new(desk):
    desk.world.now = at("2026-12-31 15:00")
    letter = desk.ready()
    assert letter.number.endswith("/2026")
    desk.world.now = at("2027-01-04 08:00")
    letter.decide(desk.by("budi"))
    assert letter.number == "800/1/5.6.04/2027"
    assert letter.dated == date(2027, 1, 4)
    assert letter.numbers.get(year=2026).state == "void"
