"""Voiding and replacing."""

import pytest
from django.db import DatabaseError, transaction

from sopcases.cases.models import Filing
from sopcases.letters.models import Number
from sopcases.letters.states import LetterState
from sopcases.refusal import NotAllowed, Refused
from tests.letters.papers import scan

pytestmark = pytest.mark.django_db


def test_a_void_letter_keeps_its_line_in_the_register(desk):
    letter = desk.ready()
    with pytest.raises(Refused, match="Alasan harus diisi"):
        letter.void(desk.by("agus"), "")
    letter.void(desk.by("agus"), "Salah jenis surat")
    letter.refresh_from_db()
    assert letter.state == LetterState.VOID
    assert letter.paper.void_reason == "Salah jenis surat"
    number = Number.objects.get(letter=letter)
    assert (number.state, number.reason) == ("void", "Salah jenis surat")
    assert desk.ready().number == "800/2/5.6.04/2026", "a void number is never used again"
    with pytest.raises(NotAllowed, match="sudah berstatus"):
        letter.void(desk.by("agus"), "lagi")


def test_the_database_keeps_a_void_number_void(desk):
    letter = desk.ready()
    letter.void(desk.by("agus"), "Salah")
    with pytest.raises(DatabaseError, match="tidak dapat dipakai lagi"), transaction.atomic():
        Number.objects.filter(letter=letter).update(state="used")


def test_who_may_void(desk):
    letter = desk.proposed("dewi")
    for name in ("sari", "wati", "ani"):
        with pytest.raises(NotAllowed):
            letter.void(desk.by(name), "coba")
    letter.void(desk.by("dewi"), "Tidak jadi berangkat")
    signed = desk.decided()
    signed.file_signed_scan(desk.by("agus"), scan(), signed_on=desk.world.now.date())
    with pytest.raises(NotAllowed):
        signed.void(desk.by("dewi"), "coba")
    signed.void(desk.by("budi"), "Dicabut")
    assert signed.state == LetterState.VOID


def test_a_replacing_letter_inherits_where_the_old_one_was_filed(desk):
    letter = desk.decided()
    with pytest.raises(Refused, match="Alasan"):
        letter.replace(desk.by("agus"), " ")
    letter.refresh_from_db()
    assert letter.state == LetterState.DECIDED
    new = letter.replace(desk.by("agus"), "Tempat tugas berubah")
    assert new.state == LetterState.DRAFT
    assert new.content == letter.content
    assert new.paper.replaces == letter.paper
    filed = Filing.objects.filter(paper=letter.paper).values_list("case", "child", "output")
    assert list(Filing.objects.filter(paper=new.paper).values_list("case", "child", "output")) == list(filed)
    with pytest.raises(NotAllowed, match="sudah diganti"):
        letter.replace(desk.by("agus"), "lagi")
    new.propose(desk.by("agus"))
    new.initial(desk.by("rahman"))
    assert new.number == "800/2/5.6.04/2026"


def test_a_draft_is_edited_not_replaced(desk):
    letter = desk.spt()
    with pytest.raises(NotAllowed, match="masih dapat diubah"):
        letter.replace(desk.by("agus"), "Salah")
