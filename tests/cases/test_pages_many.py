"""The case page of many children stays calm: a step is one row that sorts them by their state."""

import re

import pytest

from tests.cases.story import children, done, outcome
from tests.cases.test_verb_join import on_the_street, papered

pytestmark = pytest.mark.django_db


def test_many_children_at_a_step_are_one_row_by_state(today, desk):
    """Seven children are not seven rows of the same words; who left before his turn is not waited for."""
    case = on_the_street(today, 7)
    papered(today, case, children(case))
    done(today, case, "sari", lambda w: w.finish("3"))
    first, second, third, *_ = children(case)
    done(today, case, "sari", lambda w: w.not_needed("4", "Masih bersekolah.", [first, second]))
    page = desk("sari").get(f"/penanganan/{case.number}/").content.decode()
    text = " ".join(re.sub("<[^>]*>", "", page).split())
    assert page.count('<span class="step-number" aria-hidden="true">4</span>') == 1
    assert "2 dari 7 anak sudah melewati langkah ini" in text
    assert "Sedang dikerjakan (5): Anak 2, Anak 3, Anak 4, Anak 5, Anak 6" in text
    assert "Tidak diperlukan (2): Anak 0, Anak 1" in text
    assert "Anak 2, Anak 3, Anak 4, dan 2 anak lain" in text, "what they lack is one line too"
    assert f'/penanganan/{case.number}/langkah/4/anak/{third}/"' in page


def seen(desk, case) -> str:
    return " ".join(
        re.sub("<[^>]*>", "", desk("dewi").get(f"/penanganan/{case.number}/").content.decode()).split()
    )


def test_a_round_that_finds_nobody_is_ready_to_be_closed_as_nihil(today, desk):
    case = on_the_street(today, 0)
    assert "Siap ditutup" not in seen(desk, case)
    done(today, case, "sari", lambda w: w.finish("3"))
    text = seen(desk, case)
    assert "Siap ditutup tidak ada anak yang ditemukan." in text
    assert "Tutup penanganan dengan hasil nihil" in text
    done(today, case, "dewi", lambda w: w.close())
    case.refresh_from_db()
    assert case.state == "nihil"
    assert "Siap ditutup" not in seen(desk, case)


def test_a_case_whose_children_have_ended_or_whose_term_is_over_is_ready(today, desk):
    case = on_the_street(today, 2)
    assert "Siap ditutup" not in seen(desk, case)
    type(case).objects.filter(pk=case.pk).update(term_due_at=today.now)
    assert "Siap ditutup jangka waktunya sudah habis." in seen(desk, case)
    assert "Siap ditutup: jangka waktunya sudah habis. Catat hasil akhir setiap anak" in seen(desk, case)
    type(case).objects.filter(pk=case.pk).update(term_due_at=None)
    for child in children(case):
        done(today, case, "sari", lambda w, child=child: w.leave(child, outcome(case), today.now.date()))
    assert "Siap ditutup setiap anak sudah mempunyai hasil akhir." in seen(desk, case)
    page = desk("dewi").get(f"/penanganan/{case.number}/").context["page"]
    assert (page.action.title, page.action.place) == (
        "Tutup penanganan",
        "Langkah yang masih terbuka berakhir",
    )
    assert page.action.url == f"/penanganan/{case.number}/tutup/"
    assert desk("agus").get(f"/penanganan/{case.number}/").context["page"].action.title != "Tutup penanganan"
