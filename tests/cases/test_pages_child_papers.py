"""A step of many children: a calm table, and one page for the papers of each child."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sopcases.cases.models import Paper
from tests.cases.families import follow, grown
from tests.cases.front_door import hidden, local, picture
from tests.cases.story import children, done
from tests.cases.test_pages_statements import words
from tests.cases.test_verb_join import on_the_street, papered
from tests.cases.test_verb_sign import lacking

pytestmark = pytest.mark.django_db


def step(case) -> str:
    return f"/penanganan/{case.number}/langkah/3/"


def url(case, child) -> str:
    return f"{step(case)}anak/{child}/dokumen/"


def field(case, child, name, output="laporan") -> str:
    pk = case.revision.steps.get(key="3").outputs.get(key=output).pk
    return f"k{pk}-{child}-{name}"


def uploads(page: str) -> int:
    return len(re.findall('type="file"', page))


def test_few_children_have_their_uploads_on_the_step(today, desk):
    case = on_the_street(today, 3)
    page = desk("sari").text(step(case))
    assert uploads(page) == 6 and "Dokumen per anak" not in page


def test_many_children_are_a_table_with_one_link_each(today, desk):
    case = on_the_street(today, 14)
    ids = children(case)
    papered(today, case, ids[:2])
    page = desk("sari").text(step(case))
    assert uploads(page) == 0
    assert "14 anak: 2 lengkap, 12 belum." in words(page) and "Sudah lengkap: 2 anak" in page
    for child in ids:
        assert page.count(f'href="{url(case, child)}"') == 1
    row = words(page.split(f'href="{url(case, ids[5])}"')[1].split("</tr>")[0].join(["<main ", ""]))
    assert row.endswith("Anak 5 Belum Belum")
    assert len(page) < 60_000, "the page stays short"


def test_what_was_sent_from_an_old_page_is_never_left_unread(today, desk):
    """The page was open with its uploads when a fourth child came."""
    case = on_the_street(today, 3)
    ids = children(case)
    sari = desk("sari")
    form = hidden(sari.get(step(case)))
    fourth = today.child("Keempat")
    done(today, case, "agus", lambda w: w.join(fourth))
    sent = {field(case, ids[0], "file"): picture(), "action": "later", "acted_at": local(today.now)}
    sari.post(step(case), **{**form, **sent, "acted_by": today.sari.pk})
    assert Paper.objects.filter(kind__name="Laporan Sosial", filings__child=ids[0]).count() == 1


def test_the_papers_of_a_child_are_filed_in_one_sending(today, desk):
    case = on_the_street(today, 5)
    ids = children(case)
    sari = desk("sari")
    page = sari.text(url(case, ids[1]))
    assert uploads(page) == 2 and "Dokumen Anak 1" in page and "Anak 2" not in words(page)
    sent = {field(case, ids[1], "file"): picture(), field(case, ids[1], "file", "pernyataan"): picture()}
    assert sari.send(url(case, ids[1]), **sent)["Location"] == step(case)
    page = sari.text(step(case))
    assert "2 dokumen tersimpan." in page and "5 anak: 1 lengkap, 4 belum." in words(page)
    assert lacking(today, case) == [ids[0], *ids[2:]]


def test_on_to_the_next_child(today, desk):
    case = on_the_street(today, 5)
    ids = children(case)
    papered(today, case, ids[2:3])
    sari = desk("sari")
    sent = {field(case, ids[1], "file"): picture(), "action": "later"}
    assert sari.send(url(case, ids[1]), **sent)["Location"] == url(case, ids[3]), "who has all is passed over"
    sent = {field(case, ids[4], "file"): picture(), "action": "later"}
    assert sari.send(url(case, ids[4]), **sent)["Location"] == url(case, ids[0]), "round to the first"


def test_nothing_chosen_and_something_wrong(today, desk):
    case = on_the_street(today, 5)
    child = children(case)[0]
    sari = desk("sari")
    page = sari.send(url(case, child), 422).content.decode()
    assert "Pilih berkasnya: satu PDF, atau satu atau beberapa foto." in page
    page = sari.send(url(case, child), 422, **{field(case, child, "number"): "12/A"}).content.decode()
    assert "Pilih berkasnya" in page and "12/A" in page
    assert not Paper.objects.filter(kind__name="Laporan Sosial").exists()


def test_whose_adult_is_known_is_led_to_him(today, desk):
    case = on_the_street(today, 5)
    ids = children(case)
    mother = grown(today, case, "Ibu Siti", ids[:2])
    page = desk("sari").text(url(case, ids[0]))
    assert uploads(page) == 1 and "Unggah Surat Pernyataan dari Ibu Siti" in page
    assert f"/orang-tua/{mother.pk}/" in page


def test_what_follows_can_be_filed_here_too(today, desk):
    case = on_the_street(today, 5)
    ids = children(case)
    done(today, case, "dewi", follow(ids[:2], "Sakit", today.now.date() + timedelta(days=5)))
    sari = desk("sari")
    assert "5 anak: 5 belum." in words(sari.text(step(case))), "the reports are not there either"
    assert "Menyusul" in words(sari.text(url(case, ids[0])))
    sari.send(url(case, ids[0]), **{field(case, ids[0], "file", "pernyataan"): picture()})
    assert case.waivers.get(child=ids[0]).settled_at and not case.waivers.get(child=ids[1]).settled_at


def test_no_such_page(today, desk):
    case = on_the_street(today, 2)
    ids = children(case)
    papered(today, case, ids)
    done(today, case, "sari", lambda w: w.finish("3"))
    sari = desk("sari")
    sari.get(url(case, ids[0]))
    sari.get(url(case, 10**6), 404)
    sari.get(url(case, ids[0]).replace("/3/", "/4/"), 404)
    sari.get(url(case, ids[0]).replace("/3/", "/5/"), 404)
    desk("tono").get(url(case, ids[0]), 404)
    title = re.search("<title>(.*?)</title>", sari.text(url(case, ids[0])), re.S).group(1)
    assert "Anak 0" not in title


@pytest.mark.parametrize("count", [4, 12, 30])
def test_the_table_costs_the_same_for_thirty_children(today, desk, count):
    case = on_the_street(today, count)
    ids = children(case)
    grown(today, case, "Ibu Siti", ids[:3])
    papered(today, case, ids[:2])
    sari = desk("sari")
    sari.get(step(case))
    for address, most in ((step(case), 21), (url(case, ids[3]), 16)):
        with CaptureQueriesContext(connection) as found:
            sari.get(address)
        assert len(found) == most, address


@pytest.mark.parametrize("count", [4, 30])
def test_filing_a_childs_papers_costs_the_same(today, desk, count):
    case = on_the_street(today, count)
    child = children(case)[1]
    sari = desk("sari")
    form = hidden(sari.get(url(case, child)))
    with CaptureQueriesContext(connection) as found:
        sari.post(url(case, child), **{**form, field(case, child, "file"): picture(), "action": "later"})
    assert sum(not q["sql"].startswith(("SAVEPOINT", "RELEASE")) for q in found.captured_queries) == 30
