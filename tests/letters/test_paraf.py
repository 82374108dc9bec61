"""Proposing, paraf & teruskan, returning: each works, and refuses by name."""

import pytest

from sopcases.letters.states import LetterState
from sopcases.people import journal
from sopcases.refusal import Conflict, NotAllowed, Refused
from sopcases.sops.models import Stage

pytestmark = pytest.mark.django_db


def test_a_proposed_letter_counts_and_waits_for_the_disposer(desk):
    letter = desk.spt()
    assert (letter.state, letter.paper.stage) == (LetterState.DRAFT, Stage.NONE)
    letter.propose(desk.by("agus"))
    letter.refresh_from_db()
    assert (letter.state, letter.paper.stage) == (LetterState.PROPOSED, Stage.DRAFT)
    assert letter.number == ""
    verbs = list(journal.of(desk.case).values_list("verb", flat=True))
    assert verbs[0] == "letter.proposed"
    assert "letter.drafted" in verbs


def test_paraf_numbers_the_letter_and_makes_it_ready(desk):
    letter = desk.proposed()
    letter.initial(desk.by("rahman"))
    letter.refresh_from_db()
    assert (letter.state, letter.paper.stage) == (LetterState.READY, Stage.READY)
    assert letter.number == "800/1/5.6.04/2026"
    assert letter.paper.number == letter.number
    assert letter.dated == desk.world.now.date()
    assert letter.paper.disposed_by == desk.world.rahman
    assert letter.initialled_title == "Kabid"


def test_only_the_disposer_initials(desk):
    letter = desk.proposed()
    for name in ("budi", "dewi", "sari"):
        with pytest.raises(NotAllowed, match="menunggu paraf Kabid"):
            letter.initial(desk.by(name))
    assert letter.state == LetterState.PROPOSED


def test_a_draft_cannot_be_initialled_before_it_is_proposed(desk):
    with pytest.raises(NotAllowed, match="tidak menunggu paraf"):
        desk.spt().initial(desk.by("rahman"))


def test_who_wrote_it_does_not_initial_it(desk):
    letter = desk.proposed("agus")
    letter.return_(desk.by("rahman"), "Perbaiki tempat tugas")
    letter.edit(desk.by("rahman"), desk.spt_content(place="Batam"))
    letter.propose(desk.by("agus"))
    assert desk.world.rahman.pk in letter.author_ids
    assert letter.crossing(desk.world.rahman, letter.kind.disposer_id, desk.by("rahman").day) == (True, None)
    with pytest.raises(Refused, match="tuliskan alasan"):
        letter.initial(desk.by("rahman"))
    letter.initial(desk.by("rahman"), reason="Kabid satu-satunya; surat mendesak")
    assert letter.acts.get(act="initialled").reason == "Kabid satu-satunya; surat mendesak"


def test_who_wrote_it_gives_way_when_another_holds_the_position(desk):
    from sopcases.people.models import Position
    from tests.cast import appoint

    appoint(desk.world.dewi, Position.objects.get(agency=desk.world.home, name="Kabid"))
    letter = desk.proposed("rahman")
    with pytest.raises(NotAllowed, match="harus dilakukan orang lain: Dewi Anggraini"):
        letter.initial(desk.by("rahman"), reason="mendesak")
    letter.initial(desk.by("dewi"))
    assert letter.state == LetterState.READY


def test_a_replacement_does_not_hide_who_wrote_the_text(desk):
    letter = desk.proposed("rahman")
    for reason in ("Salah kop", "Salah tanggal"):
        letter = letter.replace(desk.by("agus"), reason)
        letter.propose(desk.by("agus"))
    assert letter.author_ids == {desk.world.rahman.pk, desk.world.agus.pk}
    with pytest.raises(Refused, match="tuliskan alasan"):
        letter.initial(desk.by("rahman"))
    letter.initial(desk.by("rahman"), reason="Kabid satu-satunya")
    desk.acting_head("rahman", desk.world.now.date(), desk.world.now.date())
    with pytest.raises(NotAllowed, match="sekaligus"):
        letter.decide(desk.by("rahman"), reason="Kepala Dinas cuti")


def test_a_replacement_s_first_writer_gives_way_to_another_holder(desk):
    from sopcases.people.models import Position
    from tests.cast import appoint

    appoint(desk.world.dewi, Position.objects.get(agency=desk.world.home, name="Kabid"))
    letter = desk.proposed("rahman").replace(desk.by("agus"), "Salah kop")
    letter.propose(desk.by("agus"))
    with pytest.raises(NotAllowed, match="harus dilakukan orang lain: Dewi Anggraini"):
        letter.initial(desk.by("rahman"), reason="mendesak")


def test_return_asks_for_a_reason_and_takes_the_letter_back(desk):
    letter = desk.proposed()
    with pytest.raises(Refused, match="apa yang harus diperbaiki"):
        letter.return_(desk.by("rahman"), "  ")
    with pytest.raises(NotAllowed, match="hanya dapat dikembalikan oleh pejabat"):
        letter.return_(desk.by("budi"), "Salah")
    letter.return_(desk.by("rahman"), "Tempat tugas belum lengkap")
    letter.refresh_from_db()
    assert (letter.state, letter.paper.stage) == (LetterState.RETURNED, Stage.NONE)
    assert letter.acts.get(act="returned").reason == "Tempat tugas belum lengkap"


def test_the_signer_returns_a_ready_letter_and_it_keeps_its_number(desk):
    letter = desk.ready()
    number = letter.number
    letter.return_(desk.by("budi"), "Tambahkan rumah sakit")
    assert letter.initialled_by is None, "the paraf lapses"
    letter.edit(desk.by("agus"), desk.spt_content(place="RSUD"))
    letter.propose(desk.by("agus"))
    letter.initial(desk.by("rahman"))
    assert letter.number == number
    assert letter.numbers.filter(state="used").count() == 1


def test_a_version_seen_earlier_is_a_conflict(desk):
    letter = desk.proposed()
    seen = letter.version - 1
    with pytest.raises(Conflict):
        letter.initial(desk.by("rahman"), version=seen)
    with pytest.raises(Conflict):
        letter.return_(desk.by("rahman"), "Salah", version=seen)
    letter.initial(desk.by("rahman"), version=letter.version)


def test_only_those_on_the_case_write(desk):
    letter = desk.spt()
    for name in ("ani", "wati"):
        with pytest.raises(NotAllowed):
            letter.edit(desk.by(name), {})
        with pytest.raises(NotAllowed):
            letter.propose(desk.by(name))
    letter.propose(desk.by("agus"))
    with pytest.raises(NotAllowed, match="tidak dapat diubah"):
        letter.edit(desk.by("agus"), desk.spt_content(place="Batam"))


def test_an_empty_letter_is_not_proposed(desk):
    letter = desk.spt(officers=[])
    with pytest.raises(Refused, match="paling sedikit satu pegawai"):
        letter.propose(desk.by("agus"))


def test_the_general_affairs_office_gives_the_number(desk):
    desk.world.home.number_given_outside = True
    desk.world.home.save()
    letter = desk.proposed()
    letter.initial(desk.by("rahman"))
    assert (letter.state, letter.paper.stage) == (LetterState.INITIALLED, Stage.DRAFT)
    assert not letter.numbers.exists()
    with pytest.raises(NotAllowed):
        letter.give_number(desk.by("rahman"), "800/77/5.6.04/2026")
    with pytest.raises(Refused, match="harus diisi"):
        letter.give_number(desk.by("agus"), " ")
    letter.give_number(desk.by("agus"), " 800/77/5.6.04/2026 ")
    assert (letter.state, letter.number) == (LetterState.READY, "800/77/5.6.04/2026")
    other = desk.proposed()
    other.initial(desk.by("rahman"))
    with pytest.raises(Refused, match="sudah dipakai surat lain"):
        other.give_number(desk.by("agus"), "800/77/5.6.04/2026")
