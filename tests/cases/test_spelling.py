"""Spellings of one name have one key; other names have another."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sopcases.cases import spelling

SAME = [
    ("Soeharto", "Suharto"),
    ("Djoko", "Joko"),
    ("Tjahjo", "Cahjo"),
    ("Rizky", "Riski"),
    ("Rizki", "Rizqi"),
    ("Muhammad", "Mohammad"),
    ("Muh.", "Mohamad"),
    ("Moch.", "Muhamad"),
    ("M.", "Muhammad"),
    ("Mhd.", "Mochammad"),
    ("Aisyah", "Aisya"),
    ("Aisha", "Aisyah"),
    ("Achmad", "Ahmad"),
    ("Akhmad", "Ahmat"),
    ("Fitri", "Pitri"),
    ("Novi", "Nofi"),
    ("Yusuf", "Yusup"),
    ("Syarif", "Sarif"),
    ("Zaenal", "Zainal"),
    ("Ridho", "Rido"),
    ("Thalita", "Talita"),
    ("Nurrahma", "Nurahmah"),
    ("Putera", "Putra"),
    ("Ma'ruf", "Maruf"),
    ("Nu’man", "Numan"),
    ("Erick", "Erik"),
    ("Eric", "Erik"),
    ("Wahyuni", "Wahyuny"),
    ("Khairul", "Chairul"),
    ("Alex", "Aleks"),
    ("José", "Jose"),
    ("ANNISA", "Anisa"),
    ("Tony", "Toni"),
    ("Rosy", "Rosi"),
    ("Njoman", "Nyoman"),
    ("Sjarif", "Syarif"),
    ("Tjahjono", "Cahyono"),
    ("Soerja", "Surya"),
    ("Jusuf", "Yusuf"),
    ("Soejono", "Sujono"),
    ("Daniel", "Danil"),
    ("Sophie", "Sopi"),
]
OTHER = [
    ("Adi", "Ade"),
    ("Budi", "Rudi"),
    ("Dina", "Dini"),
    ("Sari", "Sri"),
    ("Rahman", "Raman"),
    ("Dewi", "Dewa"),
    ("Yoga", "Yogi"),
    ("Maya", "Mira"),
    ("Mona", "Muhammad"),
    ("Mada", "Muhammad"),
    ("Mamad", "Muhammad"),
    ("Mat", "Muhammad"),
    ("Tony", "Tono"),
    ("Siti", "Sita"),
    ("Yeni", "Ini"),
    ("Iin", "Ina"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_name(one, other):
    assert spelling.key(one) == spelling.key(other)


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_another_name(one, other):
    assert spelling.key(one) != spelling.key(other)


def test_words_leave_titles_and_doubles_out():
    assert spelling.words("Hj. Siti Aisyah binti Moch. Djoko", "Siti") == ("siti", "aisa", "muhamat", "ioko")
    assert spelling.words("Haji") == ("haji",), "unless there is nothing else"
    assert spelling.words("", " . - ", "_") == ()


def test_other_scripts_are_kept_as_they_are():
    assert spelling.words("李明 Adi") == ("李明", "adi")


@given(st.text(max_size=30))
def test_a_key_is_its_own_key(word):
    found = spelling.key(word)
    assert spelling.key(found) in (found, spelling.MUHAMMAD)


@given(st.text(alphabet=string.ascii_letters, min_size=1, max_size=20))
def test_a_word_of_letters_has_a_key_of_letters(word):
    assert spelling.key(word).isalnum()
    assert spelling.key(word).isascii()
    assert spelling.key(word.upper()) == spelling.key(word.lower())


@given(
    st.text(alphabet=string.ascii_lowercase + string.digits, min_size=1, max_size=8),
    st.text(alphabet=string.ascii_lowercase + string.digits, max_size=8),
)
def test_after_a_prefix_comes_what_does_not_begin_with_it(prefix, word):
    end = spelling.after(prefix)
    inside = prefix <= word and (not end or word < end)
    assert inside == word.startswith(prefix)
