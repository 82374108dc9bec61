"""The box of paraf at the left foot: only where the kind asks for it, and never more than was seen."""

import pytest

from sopcases.letters import sheet
from sopcases.letters.models import Wording
from sopcases.letters.sheet import Hand
from sopcases.people.models import Position
from tests.letters.papers import scan

pytestmark = pytest.mark.django_db


@pytest.fixture
def boxed(desk):
    """The SPT takes the paraf of Dewi (Kasi) and Rahman (Kabid), and prints them."""
    kind = desk.world.kind("Surat Perintah Tugas")
    kind.first_hand = Position.objects.get(agency=desk.world.home, name="Kasi")
    kind.save()
    Wording.objects.create(kind=kind, initials_box=True)
    return desk


def hands(desk, letter) -> tuple[Hand, ...]:
    letter = type(letter).objects.get(pk=letter.pk)
    return sheet.build(letter, desk.world.now).hands


def test_no_kind_prints_it_unasked(desk):
    letter = desk.ready()
    assert hands(desk, letter) == ()
    letter.decide(desk.by("budi"))
    assert "Pemaraf" not in letter.body


def test_what_was_given_bears_its_day_and_the_rest_stays_empty(boxed):
    letter = boxed.proposed()
    dewi, rahman = "Dewi Anggraini, S.Sos.", "Drs. Abdul Rahman, M.Si."
    assert hands(boxed, letter) == (Hand("Kasi", dewi, ""), Hand("Kabid", rahman, ""))
    letter.initial(boxed.by("dewi"))
    given = Hand("Kasi", dewi, "Diparaf 2 Maret 2026")
    assert hands(boxed, letter) == (given, Hand("Kabid", rahman, ""))
    letter.return_(boxed.by("rahman"), "Perbaiki")
    assert hands(boxed, letter)[0] == Hand("Kasi", dewi, ""), "a paraf that lapsed is not printed"


def test_it_is_frozen_with_the_letter(boxed):
    letter = boxed.proposed()
    letter.initial(boxed.by("dewi"))
    letter.initial(boxed.by("rahman"))
    letter.decide(boxed.by("budi"))
    assert letter.body.count("Diparaf 2 Maret 2026") == 2
    assert "Drs. Abdul Rahman, M.Si." in letter.body


def test_what_only_the_paper_bears_is_not_claimed(boxed):
    world = boxed.world
    letter = boxed.proposed()
    letter.initial(boxed.by("dewi"))
    letter.file_signed_scan(
        boxed.by("agus"), scan(), signed_on=world.now.date(), signer=world.budi, disposer=world.rahman
    )
    assert letter.body.count("Diparaf") == 1
    assert hands(boxed, letter)[1] == Hand("Kabid", "Drs. Abdul Rahman, M.Si.", "")


def test_a_vacant_position_keeps_its_row(boxed):
    boxed.world.rahman.appointments.all().delete()
    assert hands(boxed, boxed.proposed())[1] == Hand("Kabid", "", "")
