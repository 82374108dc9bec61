"""The tables of states: words, ways, and that every state can be reached by a verb."""

import inspect
import re

import pytest

from sopcases.letters.models import Letter, Number, approving, fixing, lifecycle, sending, spoken
from sopcases.letters.page import TONES
from sopcases.letters.states import LetterState

S = LetterState


def test_the_words_of_the_office():
    assert dict(S.choices) == {
        "draft": "Konsep",
        "proposed": "Diajukan",
        "returned": "Dikembalikan untuk diperbaiki",
        "initialled": "Diparaf",
        "ready": "Siap ditandatangani",
        "decided": "Menunggu tanda tangan",
        "signed": "Ditandatangani",
        "sent": "Dikirim",
        "printable": "Siap cetak",
        "awaiting": "Menunggu tanda tangan para pihak",
        "complete": "Lengkap",
        "void": "Dibatalkan",
        "replaced": "Diganti",
    }
    assert set(TONES) == set(S)


def test_the_ways_between_states():
    table = Letter.TRANSITIONS
    assert set(table) == set(S)
    ends = {S.VOID, S.REPLACED}
    assert table[S.SENT] == table[S.COMPLETE] == ends, "what is signed changes no more"
    assert table[S.SIGNED] == {S.SENT, *ends}
    assert table[S.REPLACED] == set()
    assert table[S.DECIDED] == {S.SIGNED, *ends}
    assert all(S.DECIDED not in to for state, to in table.items() if state != S.READY)
    assert all(ends <= to for state, to in table.items() if state not in ends)


def test_every_way_is_walked_by_a_verb():
    """A state named in the table but moved to by no verb would be a promise without a page."""
    source = "".join(inspect.getsource(m) for m in (approving, fixing, lifecycle, sending, spoken))
    moved = set(re.findall(r"(?:move|_end)\(LetterState\.(\w+)", source))
    assert moved == {state.name for state in S} - {"DRAFT"}


def test_numbers_end_void():
    assert Number.TRANSITIONS[Number.State.VOID] == set()
    assert all(Number.State.VOID in to for state, to in Number.TRANSITIONS.items() if state != "void")


@pytest.mark.django_db
def test_no_way_but_the_table_s(desk):
    from sopcases.refusal import Refused

    letter = desk.spt()
    for state in S:
        if state not in Letter.TRANSITIONS[S.DRAFT]:
            with pytest.raises(Refused, match="tidak dapat menjadi"):
                letter.move(state, desk.by("agus"))
