"""The page of two revisions: what differs in words, and who is affected."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sopcases.cases.models import Case
from sopcases.cases.views import revisions
from sopcases.sops import revising
from sopcases.sops.models import Step

pytestmark = pytest.mark.django_db
PAGE = "/sop/bayi-balita-terlantar/beda/1/2/"
QUERIES = 25


@pytest.fixture
def draft(today):
    draft = revising.new_revision(today.revision(), today.officer("ani"))
    Step.objects.filter(revision=draft, key="4").update(time="9 Hari", activity="Peksos mengantar anak")
    return draft


@pytest.fixture
def newer(today, draft):
    return revising.put_in_force(
        draft, today.officer("ani"), today.now.date(), official="Kadis", reason="Uji"
    )


def test_words_and_marks_tell_what_differs(desk, newer):
    page = desk("dewi").text(PAGE)
    assert "Berubah" in page
    assert "dihapus: " in page and "ditambahkan: " in page and "<del>" in page and "<ins>" in page
    assert "9 Hari" in page and "Tidak berubah" in page
    assert f'href="{PAGE}"' in desk("dewi").text("/sop/bayi-balita-terlantar/")


def test_cases_running_on_the_old_one_are_listed_to_who_may_read_them(desk, today, draft):
    case = today.case()
    revising.put_in_force(draft, today.officer("ani"), today.now.date(), official="Kadis", reason="Uji")
    later = today.case()
    page = desk("dewi").text(PAGE)
    assert "menurut revisi 1: 1" in page and case.number in page and later.number not in page
    page = desk("ani").text(PAGE)
    assert "menurut revisi 1: 1" in page and case.number not in page


def test_the_others_are_found_in_the_list_of_that_revision(desk, today, draft, monkeypatch):
    monkeypatch.setattr(revisions, "LISTED", 1)
    first, second = today.case(), today.case()
    revising.put_in_force(draft, today.officer("ani"), today.now.date(), official="Kadis", reason="Uji")
    later = today.case()
    dewi = desk("dewi")
    url = re.search(r'Selebihnya ada pada <a href="([^"]+)"', dewi.text(PAGE))[1].replace("&amp;", "&")
    listed = dewi.text(url)
    assert first.number in listed and second.number in listed and later.number not in listed
    assert "Penanganan, sedang berjalan, menurut revisi 1" in listed


def test_a_draft_is_compared_by_admins_alone(desk, draft):
    desk("ani").get(PAGE)
    desk("dewi").get(PAGE, 404)


@pytest.mark.parametrize("path", [PAGE, PAGE.replace("1/2", "1/1"), PAGE.replace("1/2", "1/9")])
def test_strangers_and_what_is_not_there_find_nothing(desk, newer, path):
    for name in ("tono", "wati"):
        desk(name).get(path, 404)
    if path != PAGE:
        desk("dewi").get(path, 404)


def test_the_page_costs_the_same_at_any_number_of_cases(desk, today, draft):
    cases = [today.case() for _ in range(3)]
    for case in cases[1:]:
        Case.objects.filter(pk=case.pk).update(state="done", closed_at=today.now)
    revising.put_in_force(draft, today.officer("ani"), today.now.date(), official="Kadis", reason="Uji")
    dewi = desk("dewi")

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            page = dewi.text(PAGE)
        assert f"menurut revisi 1: {Case.objects.filter(closed_at=None).count()}" in page
        return len(caught)

    dewi.text(PAGE)
    assert queries() == QUERIES
    Case.objects.update(state="active", closed_at=None)
    assert queries() == QUERIES
