"""The pages of responsible adults: who has signed, one scan for several children, several left to follow."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sopcases.cases.models import Filing, Paper, Waiver
from sopcases.cases.walk import Leave
from sopcases.people.models import Entry
from sopcases.sops.models import Stage
from tests.cases.families import follow, grown, sign, told, two_families
from tests.cases.front_door import hidden, picture
from tests.cases.story import children, done, outcome
from tests.cases.test_verb_join import on_the_street, papered

pytestmark = pytest.mark.django_db


def url(case, adult=None) -> str:
    end = f"{adult.pk}/" if adult else ""
    return f"/penanganan/{case.number}/langkah/3/orang-tua/{end}"


def words(page: str) -> str:
    return " ".join(re.sub("<[^>]*>", " ", page.split("<main", 1)[1]).split())


def group(page: str, heading: str) -> str:
    """What stands under a heading."""
    found = words(page).split(heading, 1)[1]
    return re.split(r"Menyusul 1 orang|Penanggung jawab belum tercatat|Catat menyusul untuk", found)[0]


def test_a_row_per_adult_with_his_children_and_those_of_nobody(today, desk):
    case, ids, mother, _ = two_families(today)
    page = desk("sari").text(url(case))
    assert "4 anak: 4 belum." in words(page)
    assert "Ibu Siti Ibu Anak 0 Belum Anak 1 Belum" in group(page, "Belum menandatangani 2 orang")
    alone = group(page, "Penanggung jawab belum tercatat 1 anak")
    assert "Anak 3 Belum Catat penanggung jawab" in alone and "Unggah langsung" in alone
    assert f'href="/penanganan/{case.number}/anak/{ids[3]}/keluarga/tambah/"' in page
    assert f'href="{url(case, mother)}"' in page
    assert f'href="/penanganan/{case.number}/langkah/3/anak/{ids[3]}/dokumen/"' in page
    assert 'type="checkbox"' not in page, "Sari may not let anything follow"


def test_one_scan_for_the_ticked_children(today, desk):
    case, ids, mother, _ = two_families(today)
    sari = desk("sari")
    page = sari.text(url(case, mother))
    assert page.count("checked") == 2, "both are ticked to begin with"
    assert "Anak 2" not in words(page), "another's child"
    day = today.now.date()
    sari.send(url(case, mother), children=ids[:2], file=picture(), dated=day.isoformat(), description="Asli")
    paper = Paper.objects.get(adult=mother)
    assert (paper.dated, paper.description, paper.created_by) == (day, "Asli", today.sari)
    assert [f.child_id for f in Filing.objects.filter(paper=paper)] == ids[:2]
    page = sari.text(url(case))
    assert "Pernyataan untuk 2 anak tersimpan." in page and "4 anak: 2 ada, 2 belum." in words(page)
    assert "Belum menandatangani 1 orang" in words(page), "nobody is asked twice"
    assert "Tidak ada pernyataan yang ditunggu dari orang ini." in sari.text(url(case, mother))
    assert "ditandatangani Ibu Siti" in sari.text(f"/penanganan/{case.number}/")


def test_over_days_one_child_after_the_other(today, desk):
    case, ids, mother, _ = two_families(today)
    sari = desk("sari")
    day = today.now.date().isoformat()
    sari.send(url(case, mother), children=ids[:1], file=picture(), dated=day)
    page = sari.text(url(case, mother))
    assert "Sudah ditandatangani Anak 0" in words(page) and page.count("checked") == 2, (
        "Anak 1, and the new scan"
    )
    sari.send(url(case, mother), children=ids[1:2], paper=Paper.objects.get(adult=mother).pk)
    assert Paper.objects.filter(adult=mother).count() == 1
    assert not told(today, case).signer(mother.pk).awaited


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(today, desk):
    case, ids, mother, _ = two_families(today)
    sari = desk("sari")
    answer = sari.send(url(case, mother), 422, description="Di balai RW")
    page = answer.content.decode()
    for sentence in (
        "Tandai paling sedikit satu anak.",
        "Pilih berkasnya: satu PDF, atau satu atau beberapa foto.",
        "Isi tanggal pernyataan ditandatangani.",
    ):
        assert sentence in page
    assert "Di balai RW" in page
    late = (today.now + timedelta(days=2)).date().isoformat()
    answer = sari.send(url(case, mother), 422, children=ids[:1], file=picture(), dated=late)
    assert "Tanggal dokumen tidak boleh di masa depan." in answer.content.decode()
    assert "Pilih kembali berkasnya:" in answer.content.decode()
    answer = sari.send(url(case, mother), 422, children=ids[2:3], file=picture(), dated=late)
    assert "Keadaan seorang anak sudah berubah." in answer.content.decode()
    assert not Paper.objects.filter(adult=mother).exists()


def test_another_officer_was_faster(today, desk):
    case, ids, mother, _ = two_families(today)
    sari = desk("sari")
    day = today.now.date().isoformat()
    form = hidden(sari.get(url(case, mother)))
    done(today, case, "agus", sign(today, mother, ids[:2]))
    sent = {**form, "children": ids[:2], "file": picture(), "dated": day}
    page = sari.post(url(case, mother), 422, **sent).content.decode()
    assert "Pernyataan orang ini untuk A. 0. dan A. 1. sudah ada." in page
    assert Paper.objects.filter(adult=mother).count() == 1


def test_sent_twice_it_is_filed_once(today, desk):
    case, ids, mother, _ = two_families(today)
    sari = desk("sari")
    form = hidden(sari.get(url(case, mother)))
    for _ in range(2):
        sent = {"children": ids[:2], "file": picture(), "dated": today.now.date().isoformat()}
        assert sari.post(url(case, mother), **{**form, **sent})["Location"] == url(case)
    assert Paper.objects.filter(adult=mother).count() == 1


def test_several_follow_in_one_act(today, desk):
    case, ids, *_ = two_families(today)
    dewi = desk("dewi")
    until = (today.now + timedelta(days=7)).date()
    page = dewi.text(url(case))
    assert page.count('type="checkbox"') == 4
    picked = [ids[0], ids[1], ids[3]]
    dewi.send(url(case), children=picked, until=until.isoformat(), reason="Bekerja di luar kota")
    assert [(w.child_id, w.until) for w in Waiver.objects.order_by("id")] == [(c, until) for c in picked]
    page = dewi.text(url(case))
    assert "Pernyataan untuk 3 anak dicatat menyusul." in page
    assert "4 anak: 3 menyusul, 1 belum." in words(page)
    assert "Bekerja di luar kota" in group(page, "Menyusul 1 orang")
    assert page.count('type="checkbox"') == 1, "what follows is not asked again"
    row = words(desk("sari").text(f"/penanganan/{case.number}/")).split("Langkah menurut SOP")[0]
    assert "Anak 0, Anak 1, dan Anak 3" in row and row.count("Bekerja di luar kota") == 1, (
        "one line on the case"
    )


def test_what_follows_must_be_said(today, desk):
    case, ids, _, _ = two_families(today)
    dewi = desk("dewi")
    page = dewi.send(url(case), 422, children=ids[:1]).content.decode()
    assert "Isi tanggalnya." in page and "Isi alasannya." in page and page.count(" checked") == 1
    page = dewi.send(url(case), 422, until="2020-01-01", reason="x", children=ids[:1]).content.decode()
    assert "Tanggal menyusul tidak boleh sudah lewat." in page
    page = dewi.send(url(case), 422, until="2020-01-01", reason="x").content.decode()
    assert "Tandai paling sedikit satu anak." in page
    assert not Waiver.objects.exists()


def test_who_may_not_let_follow(today, desk):
    case, ids, _, _ = two_families(today)
    form = hidden(desk("dewi").get(url(case)))
    answer = desk("sari").post(
        url(case), 403, **{**form, "children": ids[:1], "reason": "x", "until": "2030-01-01"}
    )
    assert "Hanya atasan yang berwenang" in answer.content.decode()


def test_a_child_of_two_adults_is_ticked_once(today, desk):
    case, ids, _, _ = two_families(today)
    grown(today, case, "Ayah", ids[:2], "father")
    page = desk("dewi").text(url(case))
    assert page.count(f'value="{ids[0]}"') == 1 and page.count(f'id="anak-{ids[0]}"') == 1


def test_the_statement_of_the_other_parent_is_told(today, desk):
    case, ids, mother, _ = two_families(today)
    father = grown(today, case, "Ayah", ids[:2], "father")
    done(today, case, "sari", sign(today, mother, ids[:2]))
    page = words(desk("sari").text(url(case)))
    assert page.count("ditandatangani Ibu Siti") == 2 and "Tidak ditunggu lagi" in page
    assert "Anak 0 (tidak ditunggu lagi)" in words(desk("sari").text(url(case, father)))


def test_a_statement_without_a_known_signer_and_one_never_issued(today, desk):
    case, ids, _, _ = two_families(today)
    papered(today, case, ids[3:])
    page = words(desk("sari").text(url(case)))
    assert "penanda tangan tidak dicatat" in page and "Penanggung jawab tidak tercatat: Anak 3 Ada" in page
    kind = today.kind("Surat Pernyataan").pk
    done(today, case, "dewi", lambda w: w.waive("3", Leave(kind, "Ayahnya menolak", None, ids[2])))
    page = words(desk("sari").text(url(case)))
    assert "4 anak: 1 ada, 1 tidak diterbitkan, 2 belum." in page and "Ayahnya menolak" in page


def test_after_the_end_what_was_to_follow_is_still_filed(today, desk):
    case, ids, mother, _ = two_families(today)
    until = today.now.date() + timedelta(days=3)
    done(today, case, "dewi", follow([ids[0], ids[3]], "Sakit", until))
    for child in ids:
        done(today, case, "sari", lambda w, c=child: w.leave(c, outcome(case), today.now.date()))
    done(today, case, "dewi", lambda w: w.close())
    sari = desk("sari")
    page = sari.text(url(case))
    assert "2 anak: 2 menyusul." in words(page)
    assert f"/dokumen/baru/?jenis={today.kind('Surat Pernyataan').pk}&amp;anak={ids[3]}" in page
    sari.send(url(case, mother), children=ids[:1], file=picture(), dated=today.now.date().isoformat())
    assert "2 anak: 1 ada, 1 menyusul." in words(sari.text(url(case)))


def test_no_such_page(today, desk):
    case, _, mother, _ = two_families(today)
    sari = desk("sari")
    other = on_the_street(today, 1)
    sari.get(url(case).replace("/3/", "/1/"), 404)
    sari.get(url(case).replace("/3/", "/9/"), 404)
    sari.get(url(other, mother), 404)
    for name in ("tono", "wati"):
        desk(name).get(url(case), 404)
        desk(name).get(url(case, mother), 404)


def test_names_stay_on_the_page_and_reading_is_written_down(today, desk):
    case, _, mother, _ = two_families(today)
    before = Entry.objects.filter(verb="case.read").count()
    for address in (url(case), url(case, mother)):
        page = desk("sari").text(address)
        title = re.search("<title>(.*?)</title>", page, re.S).group(1)
        assert "Siti" not in title and "Anak 0" not in title
    assert Entry.objects.filter(verb="case.read").count() == before + 2


def test_the_way_there(today, desk):
    """From the step and from the case: as the next action once the rest is in."""
    case, ids, _, _ = two_families(today)
    sari = desk("sari")
    here = f"/penanganan/{case.number}/"
    link = f'href="{url(case)}?keluaran='
    assert link in sari.text(here) and link in sari.text(f"{here}langkah/3/")
    assert "Lengkapi Surat Pernyataan" not in sari.text(here)
    report = today.paper("Laporan Sosial")
    done(today, case, "sari", lambda w: w.file(report, today.output(w, "3/laporan"), ids))
    done(today, case, "sari", lambda w: w.record("3"))
    page = sari.text(here)
    assert f'<a class="btn btn-primary" href="{url(case)}?keluaran=' in page
    assert "Masih ditunggu: Surat Pernyataan untuk 4 anak." in words(page)
    assert 'aria-current="step"' in page or "step-current" in page or "is-current" in page
    assert url(case) in sari.text(f"{here}langkah/3/")
    assert "Lengkapi Surat Pernyataan" not in desk("rahman").text(here), "who does not perform the step"


def test_a_step_with_a_known_adult_leads_to_his_page(today, desk):
    """On the step's page of a few children nobody uploads the same scan once a child."""
    case = on_the_street(today, 2)
    mother = grown(today, case, "Ibu Siti", children(case)[:1])
    page = desk("sari").text(f"/penanganan/{case.number}/langkah/3/")
    assert "Unggah Surat Pernyataan dari Ibu Siti" in page and url(case, mother) in page
    assert page.count("Unggah Surat Pernyataan") == 2, "and the upload of the child of nobody known"


@pytest.mark.parametrize("count", [1, 3, 30])
def test_the_pages_cost_as_many_queries_for_thirty_children_as_for_one(today, desk, count):
    case = on_the_street(today, count)
    ids = children(case)
    mother = grown(today, case, "Ibu Siti", ids)
    for child in ids[1:]:
        grown(today, case, f"Ayah {child}", [child], "father")
    if count > 1:
        done(today, case, "sari", sign(today, mother, ids[:1]))
    sari = desk("sari")
    sari.get(url(case))
    for address, most in ((url(case), 16), (url(case, mother), 16)):
        with CaptureQueriesContext(connection) as found:
            sari.get(address)
        assert len(found) == most, address


def test_a_statement_written_here_waits_for_its_signature_on_its_own_page(today, desk):
    case, ids, mother, _ = two_families(today)
    sari = desk("sari")
    page = sari.text(url(case, mother))
    assert f"tentang={mother.pk}" in page and "Buat naskah Surat Pernyataan" in page
    facts = {"drafted_here": True, "adult": mother, "dated": today.now.date()}
    paper = today.paper("Surat Pernyataan", stage=Stage.READY, **facts)
    done(today, case, "sari", lambda w: w.file(paper, today.output(w, "3/pernyataan"), ids[:2]))
    page = words(sari.text(url(case)))
    assert "4 anak: 4 belum." in page, "a print is no signature"
    assert page.count("Menunggu tanda tangan naskah sudah dibuat") == 2
    page = sari.text(url(case, mother))
    assert f'href="/berkas/{paper.pk}/"' in page and "Buat naskah" not in page
    dossier = words(sari.text(f"/penanganan/{case.number}/")).split("Berkas penanganan")[1]
    assert "Menunggu tanda tangan" in dossier
    today.advance_paper(case, paper, Stage.SIGNED, "sari")
    assert "4 anak: 2 ada, 2 belum." in words(sari.text(url(case)))
