"""The case page of many children stays calm: a step is one row that sorts them by their state."""

import re

import pytest

from tests.cases.story import children, done
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
