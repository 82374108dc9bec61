"""Placeholders of texts that agencies word themselves: an unknown one is named, nothing is ever run."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sopcases.letters import placeholders
from sopcases.letters.layouts import LAYOUTS
from sopcases.letters.layouts.base import common_words

KNOWN = ("judul", "kota", "tahun")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Demikian {judul} ini dibuat di {kota}.", None),
        ("Tanpa isian; harga 5% dan $kota dan %(kota)s dan {# #}".replace("{# #}", ""), None),
        ("Demikian {jdul} ini", "Isian {jdul} tidak dikenal. Maksud Anda {judul}?"),
        ("Demikian {Judul} ini", "Isian {Judul} tidak dikenal. Maksud Anda {judul}?"),
        ("Demikian { judul } ini", "Isian { judul } tidak dikenal. Maksud Anda {judul}?"),
        ("Oleh {xyz}", "Isian {xyz} tidak dikenal. Yang dikenal: {judul}, {kota}, {tahun}."),
        ("{}", "Isian {} tidak dikenal."),
        ("{0}", "Isian {0} tidak dikenal."),
        ("{judul.__class__}", "Isian {judul.__class__} tidak dikenal."),
        ("{judul!r:>10}", "Isian {judul!r:>10} tidak dikenal."),
        ("{{ settings.SECRET_KEY }}", "Isian { settings.SECRET_KEY } tidak dikenal."),
        ("{% load x %}", "Isian {% load x %} tidak dikenal."),
        ("Sampai {judul", "Kurung kurawal"),
        ("judul} saja", "Kurung kurawal"),
        ("{{judul}}", "Kurung kurawal"),
    ],
)
def test_what_keeps_a_text_from_being_saved(text, named):
    said = placeholders.problem(text, KNOWN)
    assert said is None if named is None else said.startswith(named)


@given(st.text(st.sampled_from("{}judlkota %$"), max_size=40))
def test_what_passes_is_filled_whole(text):
    if placeholders.problem(text, KNOWN) is None:
        filled = placeholders.fill(text, dict.fromkeys(KNOWN, "nilai"))
        assert not set(filled) & set("{}")


@given(st.dictionaries(st.sampled_from(KNOWN), st.text(max_size=20)))
def test_a_value_is_never_searched_again(values):
    values["judul"] = "{kota}" + values.get("kota", "")
    assert placeholders.fill("{judul}", values) == values["judul"]


def test_one_without_a_value_stays_to_be_seen():
    assert placeholders.fill("di {kota}", {}) == "di {kota}"


@pytest.mark.django_db
def test_every_common_placeholder_has_a_value(world):
    assert set(common_words(world.case(), "Judul", world.now.date())) == set(placeholders.COMMON)


@pytest.mark.parametrize("slug", LAYOUTS)
def test_the_layouts_own_words_can_be_filled(slug):
    layout = LAYOUTS[slug]
    for text in (layout.opening, layout.closing):
        assert placeholders.problem(text, [*placeholders.COMMON, *layout.placeholders]) is None
