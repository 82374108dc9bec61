"""The NIK: what people type, what is stored, and what no reader of the database learns."""

import pytest
from cryptography.fernet import Fernet
from django import forms
from django.core.exceptions import ImproperlyConfigured, ValidationError
from hypothesis import given
from hypothesis import strategies as st

from sopcases.cases import nik

GIRL = "2172014507200003"  # born 5 July 2020: 05 + 40
BOY = "6209023101190012"

niks = st.builds(
    "{:02}{:02}{:02}{:02}{:02}{:02}{:04}".format,
    st.integers(11, 97),
    st.integers(1, 79),
    st.integers(1, 60),
    st.one_of(st.integers(1, 31), st.integers(41, 71)),
    st.integers(1, 12),
    st.integers(0, 99),
    st.integers(1, 9999),
)


@pytest.mark.parametrize(
    "typed", [GIRL, "2172 0145 0720 0003", "217201.450720.0003", " 21-72-01 4507200003\t"]
)
def test_spaces_dots_and_dashes_are_accepted(typed):
    assert nik.clean(typed) == GIRL


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("217201450720000", "length"),
        ("21720145072000031", "length"),
        ("21720145072OOOO3", "digits"),
        ("٢١٧٢٠١٤٥٠٧٢٠٠٠٠٣", "digits"),
        ("", "digits"),
        ("2172010007200003", "date"),  # day 00
        ("2172013207200003", "date"),  # day 32
        ("2172014007200003", "date"),  # day 40
        ("2172017207200003", "date"),  # day 72
        ("2172014500200003", "date"),  # month 00
        ("2172014513200003", "date"),  # month 13
        ("0072014507200003", "region"),
        ("2100014507200003", "region"),
        ("2172004507200003", "region"),
        ("2172014507200000", "region"),  # serial 0000
    ],
)
def test_what_no_nik_looks_like_is_refused(typed, code):
    with pytest.raises(ValidationError) as refusal:
        nik.clean(typed)
    assert refusal.value.code == code
    assert "NIK" in refusal.value.message


@given(niks)
def test_every_plausible_nik_survives_sealing(number):
    assert nik.open_(nik.seal(nik.clean(number))) == number


def test_sealed_twice_looks_different_but_is_found_by_one_index():
    assert nik.seal(GIRL) != nik.seal(GIRL)
    assert nik.index(GIRL) == nik.index(GIRL) != nik.index(BOY)
    assert len(nik.index(GIRL)) == 64
    for stored in (nik.seal(GIRL), nik.index(GIRL)):
        assert GIRL not in stored


def test_the_index_needs_its_own_key(settings):
    before, token = nik.index(GIRL), nik.seal(GIRL)
    settings.NIK_INDEX_KEY = "another key of another office, long enough"
    assert nik.index(GIRL) != before
    assert nik.open_(token) == GIRL


def test_keys_rotate(settings):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.NIK_ENCRYPTION_KEYS = [old]
    token = nik.seal(GIRL)
    settings.NIK_ENCRYPTION_KEYS = [new, old]
    assert nik.open_(token) == GIRL
    assert not nik.is_newest(token)
    text = nik.resealed(f"NIK {nik.told(token)}, {nik.told(nik.seal(BOY))}")
    assert nik.told(token) not in text and nik.resealed(text) == text
    settings.NIK_ENCRYPTION_KEYS = [new]
    assert nik.opened(text) == f"NIK {GIRL}, {BOY}"
    with pytest.raises(ImproperlyConfigured):
        nik.open_(token)


def test_without_keys_nothing_is_stored_in_the_clear(settings):
    settings.NIK_ENCRYPTION_KEYS, settings.NIK_INDEX_KEY = [], ""
    with pytest.raises(ImproperlyConfigured):
        nik.seal(GIRL)
    with pytest.raises(ImproperlyConfigured):
        nik.index(GIRL)


def test_a_forged_token_is_refused():
    token = nik.seal(GIRL)
    with pytest.raises(ImproperlyConfigured):
        nik.open_(token[:-4] + "AAA=")


def test_unknown_stays_unknown():
    assert nik.seal("") == nik.open_("") == nik.index("") == nik.masked("") == ""


def test_masked_shows_neither_birth_date_nor_home():
    assert nik.masked(GIRL) == "••••••••••••0003"


class Form(forms.Form):
    nik = nik.NikField()

    def cleaned(self):
        assert self.is_valid(), self.errors
        return self.cleaned_data["nik"]


def test_the_field_cleans_and_says_what_is_wrong_and_may_stay_empty():
    assert Form({"nik": "2172 0145 0720 0003"}).cleaned() == GIRL
    assert Form({"nik": " "}).cleaned() == ""
    assert Form({"nik": "123"}).errors["nik"] == ["NIK terdiri atas 16 angka; yang diisi 3 angka."]
