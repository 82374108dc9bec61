"""The page of a step per child for several: ticked, then one act for those ticked."""

import io

import pytest
from pypdf import PdfReader

from sopcases.cases.addresses import by_child_url
from sopcases.cases.models import Child, Interval, Paper
from sopcases.people import drafts
from tests.cases.front_door import hidden, local, picture
from tests.cases.story import children, done, states
from tests.cases.test_pages_aid import words
from tests.cases.test_verb_finish_all import at_the_step, listed

pytestmark = pytest.mark.django_db


def address(case, key="4") -> str:
    return f"/penanganan/{case.number}/langkah/{key}/anak/"


@pytest.fixture
def case(today):
    return at_the_step(today)


@pytest.fixture
def url(case) -> str:
    return address(case)


def asking(today, ids, **more) -> dict:
    sent = {"action": "refer", "children": ids, "party_kind": "school", "party": "PKBM Bintan"}
    return {**sent, "request": "Paket A", "since": local(today.now), **more}


def answering(today, ids, answer, reason="") -> dict:
    sent = {"action": "answered", "children": ids, "answer": answer, "answer_reason": reason}
    return {**sent, "answered_at": local(today.now)}


def test_it_is_reached_from_the_case_and_from_a_childs_step(case, url, desk):
    sari, one = desk("sari"), children(case)[0]
    assert f'href="{url}"' in sari.text(f"/penanganan/{case.number}/")
    page = sari.text(f"/penanganan/{case.number}/langkah/4/anak/{one}/")
    assert f'href="{url}"' in page and "Beberapa anak sekaligus" in page
    page = sari.text(url)
    for part in ("Anak 0", "Anak 2", "Belum ada: Data Anak Melanjutkan Pendidikan", "Cetak daftar"):
        assert part in page, part
    assert "Catat jawaban" not in page, "nothing is asked yet"
    assert sari.text(f"{url}?anak={one}").count(" checked") == 2, "the child, and Sari herself"
    for key in ("3", "5", "9"):
        sari.get(address(case, key), 404)


def test_not_needed_for_several_with_one_reason(case, url, desk):
    one, two, _ = children(case)
    sari = desk("sari")
    page = sari.send(url, 422, action="not_needed", children=[one, two]).content.decode()
    assert "Isi alasannya." in page and page.count(" checked") == 2, "the ticks are kept"
    sari.send(url, action="not_needed", children=[one, two], not_needed_reason="Masih bersekolah")
    assert states(case, "4") == ["not_needed", "not_needed", "open"]
    page = sari.text(url)
    assert "Langkah dinyatakan tidak diperlukan bagi 2 anak." in page and "Anak 0" not in page


def test_asked_refused_asked_again_and_accepted(today, case, url, desk):
    one, two, three = children(case)
    sari = desk("sari")
    bad = sari.send(url, 422, **asking(today, [one, two], party="", request="Paket <B>"))
    assert "Isi lembaga yang diminta." in bad.content.decode()
    assert "Paket &lt;B&gt;" in bad.content.decode()
    sari.send(url, **asking(today, [one, two]))
    page = sari.text(url)
    assert page.count("PKBM Bintan: Menunggu jawaban, menunggu 0 hari (0 hari kerja)") == 2
    bad = sari.send(url, 422, **answering(today, [one, two], "tidak")).content.decode()
    assert "Isi alasan penolakannya." in bad
    bad = sari.send(url, 422, **answering(today, [one, three], "ya")).content.decode()
    assert "Belum ada permintaan yang menunggu jawaban bagi Anak 2." in bad
    sari.send(url, **answering(today, [one, two], "tidak", "Kelas penuh"))
    assert states(case, "4") == ["open"] * 3, "refused, the step waits for another request"
    assert sari.text(url).count("PKBM Bintan: Ditolak: Kelas penuh") == 2
    sari.send(url, **asking(today, [one, two], party="SKB Kota"))
    sari.send(url, **answering(today, [one], "ya"))
    found = Interval.objects.order_by("id").values_list("party", "child_id", "accepted")
    assert list(found) == [
        ("PKBM Bintan", one, False),
        ("PKBM Bintan", two, False),
        ("SKB Kota", one, True),
        ("SKB Kota", two, None),
    ]
    again = sari.send(url, 422, **asking(today, [two, three])).content.decode()
    assert "Langkah ini sudah menunggu pihak lain." in again
    assert Interval.objects.count() == 4, "all of the act or nothing"


def test_the_list_is_printed_kept_and_its_scan_filed(today, case, url, desk):
    one, two, three = children(case)
    Child.objects.filter(pk=one).update(sex="P", address="Jl. Merdeka 3", schooling="Kelas 4 SD")
    sari = desk("sari")
    sari.send(url, **asking(today, [one]))
    printed = sari.send(url, 200, action="print", children=[one, two])
    assert printed["Content-Type"] == "application/pdf" and "Anak" not in printed["Content-Disposition"]
    text = words(printed)
    for part in ("DATA ANAK MELANJUTKAN PENDIDIKAN", "Anak 0", "Anak 1", "Jl. Merdeka 3", "Kelas 4 SD"):
        assert part in text, part
    assert "PKBM Bintan Menunggu jawaban" in text and "Anak 2" not in text and "Jumlah: 2 anak." in text
    assert "Tandai paling sedikit satu anak." in sari.send(url, 422, action="print").content.decode()
    assert not Paper.objects.filter(kind__name__startswith="Data Anak").exists(), "printing keeps nothing"
    sari.send(url, action="keep", children=[one, two])
    (paper,) = Paper.objects.filter(kind__name__startswith="Data Anak")
    assert sorted(paper.filings.values_list("child_id", flat=True)) == [one, two]
    assert "Anak 0" in PdfReader(io.BytesIO(paper.file.read())).pages[0].extract_text()
    assert "Anak" not in paper.file.name
    bad = sari.send(url, 422, action="upload", children=[three], number="7").content.decode()
    assert "Pilih satu PDF atau paling sedikit satu foto." in bad and 'value="7"' in bad
    sari.send(url, action="upload", children=[two, three], file=picture(), number="7")
    scan = Paper.objects.filter(kind__name__startswith="Data Anak").latest("id")
    assert sorted(scan.filings.values_list("child_id", flat=True)) == [two, three] and scan.number == "7"
    assert "Belum ada: Data Anak" not in sari.text(url)


def test_who_is_complete_is_through_and_the_others_are_named(today, case, url, desk):
    one, two, three = children(case)
    listed(today, case, [one, three])
    sari = desk("sari")
    sent = {"acted_at": local(today.now), "acted_by": [today.sari.pk], "action": "finish"}
    bad = sari.send(url, 422, children=[two], **sent).content.decode()
    assert "A. 1. belum lengkap: Keluaran “Data Anak Melanjutkan Pendidikan” belum ada." in bad
    led = sari.send(url, children=[one, two, three], **sent)
    assert led.url == f"{url}?anak={two}"
    page = sari.text(led.url)
    assert "Langkah selesai bagi 2 anak." in page and "Anak 1 belum lengkap: Keluaran" in page
    found = {a.child_id: a for a in case.attempts.filter(step__key="4")}
    assert [found[c].state for c in (one, two, three)] == ["done", "open", "done"]
    assert not found[one].early, "the minute in which it opened is no moment before its turn"


def test_sent_twice_it_is_done_once(today, case, url, desk):
    one, two, _ = children(case)
    sari = desk("sari")
    sent = {
        **hidden(sari.get(url)),
        "action": "not_needed",
        "children": [one, two],
        "not_needed_reason": "Ya",
    }
    assert sari.post(url, **sent).url == sari.post(url, **sent).url == url
    assert states(case, "4") == ["not_needed", "not_needed", "open"]


def test_a_hall_of_sixty_is_led_back_with_its_ticks(today, desk):
    """Their numbers stand in the address: it is kept whole, and a draft is kept for it too."""
    case = at_the_step(today, 60)
    ids, url, sari = children(case), address(case), desk("sari")
    listed(today, case, ids[:1])
    sent = {"acted_at": local(today.now), "acted_by": [today.sari.pk], "action": "finish"}
    led = sari.send(url, children=ids, **sent).url
    page = sari.text(led)
    assert page.count(" checked") == 60, "those kept back, and Sari herself"
    assert page.count("belum lengkap: Keluaran") == 59
    for act in (
        asking(today, ids[1:]),
        answering(today, ids[1:], "ya"),
        {"action": "keep", "children": ids[1:]},
        {"action": "upload", "children": ids[1:], "file": picture()},
    ):
        assert len(led) > 500 and drafts.is_form(led)
        again = sari.send(led, **act).url
        assert again == led, act["action"]


def test_more_ticks_than_an_address_carries_are_all_left_out(case):
    assert by_child_url(case, "4", range(10**6, 10**6 + 140)).count("anak=") == 140
    assert by_child_url(case, "4", range(10**6, 10**6 + 300)) == address(case)


def test_two_at_the_page(today, case, url, desk):
    one, two, three = children(case)
    sari, agus = desk("sari"), desk("agus")
    shown = hidden(sari.get(url))
    agus.send(url, **asking(today, [one]))
    page = sari.post(url, 409, **{**shown, **asking(today, [one, two], party="SKB Lain")}).content.decode()
    assert "belum disimpan" in page and "Anak 0, Anak 1" in page and "SKB Lain" in page
    assert Interval.objects.count() == 1
    sari.post(url, **{**shown, **asking(today, [two])})
    shown = hidden(sari.get(url))
    done(today, case, "sari", lambda w: w.not_needed("4", "Masih bersekolah", [three]))
    gone = sari.post(url, 422, **{**shown, **asking(today, [three])}).content.decode()
    assert "Ada anak yang tidak lagi pada langkah ini." in gone


def test_nothing_ticked_no_act_and_nonsense(today, case, url, desk):
    one, *_ = children(case)
    sari = desk("sari")
    assert "Tandai paling sedikit satu anak." in sari.send(url, 422, action="refer").content.decode()
    for act in ("", "strange"):
        page = sari.send(url, 422, action=act, children=[one]).content.decode()
        assert "Pilih salah satu tindakan di bawah daftar anak." in page
    sari.send(url, 422, **asking(today, ["x", "999999999999"]))
    sari.send(url, 422, **asking(today, [one], since="besok", party_kind="zzz"))
    # What is typed wrongly in another act's field stands in nobody's way.
    sari.send(url, **asking(today, [one], acted_at="besok", dated="zzz"))


def test_who_may_read_sees_and_prints_and_strangers_find_nothing(today, case, url, desk):
    one, *_ = children(case)
    shown = hidden(desk("sari").get(url))
    budi = desk("budi")
    page = budi.text(url)
    assert "Langkah ini bukan tugas jabatan Anda." in page and "Catat permintaan" not in page
    budi.send(url, 200, action="print", children=[one])
    budi.post(url, 403, **{**shown, **asking(today, [one])})
    for stranger in ("tono", "wati", "joko", "ani"):
        desk(stranger).get(url, 404)
        desk(stranger).post(url, 404, **asking(today, [one]))


@pytest.mark.parametrize("count", [3, 12])
def test_the_same_few_queries_for_any_number(today, desk, count, django_assert_num_queries):
    case = at_the_step(today, count)
    ids, url, sari = children(case), address(case), desk("sari")
    sari.get(url)
    with django_assert_num_queries(17):
        page = sari.get(url)
    shown = hidden(page)
    with django_assert_num_queries(27):
        sari.post(url, **{**shown, **asking(today, ids)})
    shown = hidden(sari.get(url))
    with django_assert_num_queries(27):
        sari.post(url, **{**shown, **answering(today, ids, "ya")})
    shown = hidden(sari.get(url))
    with django_assert_num_queries(31):
        sari.post(url, **{**shown, "action": "keep", "children": ids})
    shown = hidden(sari.get(url))
    sent = {"acted_at": local(today.now), "acted_by": [today.sari.pk], "action": "finish", "children": ids}
    with django_assert_num_queries(30):
        sari.post(url, **{**shown, **sent})
