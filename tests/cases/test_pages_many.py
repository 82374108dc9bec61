"""The case page of many children stays calm: a step is one row that sorts them by their state."""

import re

import pytest

from sopcases.cases import history
from sopcases.cases.models import Child, Paper
from tests.cases.story import children, done, outcome, verbs
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


def told(desk, case, rest="") -> list[str]:
    """The sentences of the journal, newest first, with who did it."""
    page = desk("sari").text(f"/penanganan/{case.number}/{rest}")
    found = re.findall(r'<p class="timeline-sentence">(.*?)</p>', page, re.S)
    return [" ".join(re.sub("<[^>]*>", "", line).split()) for line in found]


def test_what_one_act_did_to_many_children_is_one_line_of_the_journal(today, desk):
    """The journal itself keeps a line for each."""
    case = on_the_street(today, 7)
    assert told(desk, case)[0] == "Menambahkan 7 anak ke penanganan oleh Sari Wulandari, S.Tr.Sos., Peksos"
    papered(today, case, children(case))
    done(today, case, "sari", lambda w: w.finish("3"))
    first, second, third, *_ = children(case)
    today.wait(minutes=1)
    done(today, case, "sari", lambda w: w.not_needed("4", "Masih bersekolah.", [first, second]))
    done(today, case, "sari", lambda w: w.not_needed("4", "Sudah bekerja.", [third]))
    for child in (first, second, second):
        done(today, case, "sari", lambda w, child=child: w.place(child, "Rumah", today.now))
    day = today.officer("sari").day
    done(today, case, "sari", lambda w: w.leave(first, outcome(case), day, "Pulang"))
    done(today, case, "agus", lambda w: w.note("Hujan", today.now))
    done(today, case, "agus", lambda w: w.note("Reda", today.now))
    lines = told(desk, case)
    assert lines[:3] == [
        "Menulis catatan perkembangan (2 kali) oleh Agus Salim, Petugas",
        "Mencatat hasil akhir Anak 0: Kembali ke keluarga oleh Sari Wulandari, S.Tr.Sos., Peksos",
        "Mencatat keberadaan 2 anak (3 kali) oleh Sari Wulandari, S.Tr.Sos., Peksos",
    ]
    four = [line for line in lines if "Menyatakan langkah 4" in line]
    assert ["untuk 2 anak" in line for line in four] == [False, True], "the reasons stand apart"
    assert verbs(case).count("child.joined") == 7


def test_older_lines_begin_where_the_page_ended(today, desk, monkeypatch):
    case = on_the_street(today, 5)
    for no in range(3):
        today.wait(minutes=1)
        done(today, case, "sari", lambda w, no=no: w.note(f"Kabar {no}", today.now))
    whole = told(desk, case, "riwayat/")
    monkeypatch.setattr(history.lines, "__defaults__", (None, 2, False))
    rest, pages = "riwayat/", []
    while rest:
        pages.append(told(desk, case, rest))
        page = desk("sari").text(f"/penanganan/{case.number}/{rest}")
        older = re.search(r"riwayat/\?sebelum=\d+", page)
        rest = older and older[0]
    assert [len(lines) for lines in pages[:-1]] == [2] * (len(pages) - 1)
    assert [line for lines in pages for line in lines] == whole


def test_a_hall_of_eighty_stays_one_light_page(today, desk):
    """Each child with two papers and a name of usual length; what is alike is folded, each keeps its link."""
    case = on_the_street(today, 80)
    for number, child in enumerate(Child.objects.all()):
        child.name = f"Muhammad Rizky Pratama {number}"
        child.save()
    papered(today, case, children(case))
    done(today, case, "sari", lambda w: w.finish("3"))
    Paper.objects.update(file="x.pdf", sha256="0" * 64, mime="application/pdf")
    page = desk("dewi").text(f"/penanganan/{case.number}/")
    # As with ids of four digits: how far a database has counted is not the page's weight.
    assert len(re.sub(r"(?<=/)\d{5,}(?=/)", "9999", page)) < 100_000
    text = " ".join(re.sub("<[^>]*>", "", page).split())
    assert "Surat Pernyataan 80 dokumen" in text and "Laporan Sosial 80 dokumen" in text
    assert "Belum ada asesmen dan rencana 80 anak" in text
    first, paper = children(case)[0], Paper.objects.filter(kind__name="Surat Pernyataan").first()
    for rest in (
        f"anak/{first}/",
        f"anak/{first}/keluarga/",
        f"anak/{first}/asesmen/",
        f"dokumen/{paper.pk}/batalkan/",
    ):
        assert f'href="/penanganan/{case.number}/{rest}"' in page, rest
    assert f'href="/berkas/{paper.pk}/"' in page


def test_what_may_have_happened_to_many_before_its_turn_leads_to_its_own_page(today, desk):
    case = on_the_street(today, 4)
    page = desk("sari").text(f"/penanganan/{case.number}/")
    assert "untuk satu dari 4 anak" in page
    assert f'href="/penanganan/{case.number}/mendahului/"' in page
