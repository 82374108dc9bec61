"""The seam: a letter's stages move the steps of every case it is filed in."""

from pathlib import Path

import pytest
from django.conf import settings

from sopcases.cases.models import Attempt, Filing
from sopcases.letters.models import Letter
from sopcases.refusal import Refused
from sopcases.sops.models import Stage
from tests.letters.papers import Desk, scan

pytestmark = pytest.mark.django_db


def at_step_two(world) -> Desk:
    """A case whose SPT is due: the report is in and received."""
    desk = Desk(world)
    world.file(desk.case, "Laporan Sosial", "sari", stage=Stage.READY)
    with world.walk(desk.case, "sari") as walk:
        walk.finish("1")
    with world.walk(desk.case, "dewi") as walk:
        walk.receive("1")
    return desk


def spt_of_step_two(desk: Desk, also=()) -> Letter:
    with desk.world.walk(desk.case, "agus") as walk:
        output = desk.world.output(walk, "2/spt")
    kind = desk.world.kind("Surat Perintah Tugas")
    return Letter.draft(desk.case, desk.by("agus"), kind, desk.spt_content(), output_id=output, also=also)


def test_drafting_proposing_and_deciding_walk_the_case(world):
    desk = at_step_two(world)
    letter = spt_of_step_two(desk)
    assert world.states(desk.case) == {"1": "done", "2": "open"}
    letter.propose(desk.by("agus"))
    assert world.states(desk.case) == {"1": "done", "2": "done", "3": "open"}
    letter.initial(desk.by("rahman"))
    assert world.states(desk.case)["3"] == "open"
    letter.decide(desk.by("budi"))
    assert world.states(desk.case)["3"] == "done", "the walk goes on at the decision"
    approving = desk.case.attempts.get(step__key="3")
    assert set(approving.acted_by.all()) == {world.rahman, world.budi}


def test_an_agency_may_wait_for_the_ink(world):
    world.home.walk_on_decision = False
    world.home.save()
    desk = at_step_two(world)
    letter = spt_of_step_two(desk)
    letter.propose(desk.by("agus"))
    letter.initial(desk.by("rahman"))
    letter.decide(desk.by("budi"))
    assert world.states(desk.case)["3"] == "open"
    letter.file_signed_scan(desk.by("agus"), scan(), signed_on=world.now.date())
    assert world.states(desk.case)["3"] == "done"


def test_a_returned_letter_takes_the_case_back_and_forth_again(world):
    desk = at_step_two(world)
    letter = spt_of_step_two(desk)
    letter.propose(desk.by("agus"))
    letter.return_(desk.by("rahman"), "Tujuan belum lengkap")
    attempts = desk.case.attempts.filter(step__key="2").order_by("no")
    assert [a.state for a in attempts] == [Attempt.State.RETURNED, Attempt.State.OPEN]
    letter.edit(desk.by("agus"), desk.spt_content(place="Polresta, RSUD, dan Disdukcapil"))
    letter.propose(desk.by("agus"))
    assert world.states(desk.case)["2"] == "done"
    letter.initial(desk.by("rahman"))
    letter.file_signed_scan(desk.by("agus"), scan(), signed_on=world.now.date(), signer=world.budi)
    assert world.states(desk.case)["3"] == "done"


def test_a_letter_shared_by_two_cases_moves_both(world):
    desk, other = at_step_two(world), at_step_two(world)
    letter = spt_of_step_two(desk, also=[other.case])
    assert {f.case_id for f in Filing.objects.filter(paper=letter.paper)} == {desk.case.pk, other.case.pk}
    assert list(letter.cases()) == sorted([desk.case, other.case], key=lambda c: c.pk)
    letter.propose(desk.by("agus"))
    for case in (desk.case, other.case):
        assert case.attempts.filter(step__key="2").exists()
    from sopcases.people import journal

    assert all(journal.of(c).filter(verb="letter.proposed").exists() for c in (desk.case, other.case))


def test_a_refused_verb_leaves_nothing_behind(world, monkeypatch):
    desk = at_step_two(world)
    letter = spt_of_step_two(desk)
    letter.propose(desk.by("agus"))
    before = (letter.version, letter.acts.count(), world.states(desk.case))
    files = set(Path(settings.MEDIA_ROOT).rglob("*.*"))

    def broken(*args, **kwargs):
        raise Refused("Penanganan ini menolak.")

    monkeypatch.setattr("sopcases.cases.walk.Walk.paper_moved", broken)
    with pytest.raises(Refused, match="menolak"):
        letter.initial(desk.by("rahman"))
    monkeypatch.undo()
    letter.refresh_from_db()
    assert (letter.version, letter.acts.count(), world.states(desk.case)) == before
    assert letter.number == ""
    assert not letter.numbers.exists(), "no number is lost to a refused act"
    letter.initial(desk.by("rahman"))
    monkeypatch.setattr("sopcases.cases.walk.Walk.paper_moved", broken)
    with pytest.raises(Refused, match="menolak"):
        letter.decide(desk.by("budi"))
    assert set(Path(settings.MEDIA_ROOT).rglob("*.*")) == files, "and no file stays"
    assert letter.number == "800/1/5.6.04/2026"


def test_a_paper_drafted_here_is_voided_here(world):
    desk = at_step_two(world)
    letter = spt_of_step_two(desk)
    with world.walk(desk.case, "agus") as walk, pytest.raises(Refused, match="halaman suratnya"):
        walk.void(letter.paper, "Salah")
    letter.void(desk.by("agus"), "Salah")
    assert world.states(desk.case) == {"1": "done", "2": "open"}


def test_a_replacing_letter_satisfies_the_step_again(world):
    desk = at_step_two(world)
    letter = spt_of_step_two(desk)
    letter.propose(desk.by("agus"))
    letter.initial(desk.by("rahman"))
    new = letter.replace(desk.by("agus"), "Salah tujuan")
    assert world.states(desk.case)["3"] == "open"
    new.propose(desk.by("agus"))
    new.initial(desk.by("rahman"))
    new.decide(desk.by("budi"))
    assert world.states(desk.case)["3"] == "done"
