"""The page of verdicts: all children of a step in one table, several judged at once."""

import pytest

from sopcases.cases.models import Case, CaseChild
from sopcases.people.models import Appointment, Area
from tests.cases.front_door import hidden
from tests.cases.story import done, outcome
from tests.cases.test_verb_judge import proposed

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(today) -> Case:
    return proposed(today, 3)


@pytest.fixture
def url(case) -> str:
    return f"/penanganan/{case.number}/langkah/2/verifikasi/"


def row(stay: CaseChild, verdict: str = "", reason: str = "") -> dict:
    """A row as it is typed into the open page."""
    return {f"a{stay.child_id}-verdict": verdict, f"a{stay.child_id}-reason": reason}


def stays(case) -> list[CaseChild]:
    return list(case.children.order_by("id"))


def found(case) -> list[str]:
    return [s.verdict for s in stays(case)]


def test_several_at_once_and_the_rest_as_it_was(case, url, desk):
    one, two, three = stays(case)
    yuli = desk("yuli")
    page = yuli.text(url)
    assert "3 anak: 3 belum dinilai" in page and "Anak 1" in page
    leaving = outcome(case, "Tidak layak")
    assert f'<option value="{leaving.pk}" selected>' in page, "the outcome that bears the word"
    yuli.send(
        url,
        outcome=leaving.pk,
        **row(one, "eligible"),
        **row(two, "not_eligible", "Orang tua mampu"),
        **row(three),
    )
    assert found(case) == ["eligible", "not_eligible", ""]
    one, two, three = stays(case)
    assert (two.outcome, two.verdict_reason, three.version) == (leaving, "Orang tua mampu", 0)
    page = yuli.text(url)
    assert "2 anak: 1 layak, 1 belum dinilai" in page and "Orang tua mampu" in page
    assert "Penilaian 2 anak tersimpan." in page
    step = yuli.text(f"/penanganan/{case.number}/langkah/2/")
    assert "2 anak: 1 layak, 1 belum dinilai" in step and "Verifikasi anak" in step


def test_incomplete_may_be_judged_again(case, url, desk):
    one, *_ = stays(case)
    yuli = desk("yuli")
    yuli.send(url, **row(one, "incomplete", "KK belum ada"))
    one, *_ = stays(case)
    assert "KK belum ada" in yuli.text(url)
    yuli.send(url, **row(one, "eligible", "KK menyusul 3 Maret"))
    assert found(case)[0] == "eligible"


def test_good_rows_are_saved_and_bad_ones_kept(case, url, desk):
    one, two, three = stays(case)
    yuli = desk("yuli")
    leaving = outcome(case, "Tidak layak")
    typed = {**row(one, "eligible"), **row(two, "incomplete"), **row(three, "", "Sudah pindah?")}
    answer = yuli.send(url, 422, outcome=leaving.pk, **typed)
    page = answer.content.decode()
    assert found(case) == ["eligible", "", ""]
    for sentence in (
        "Isi alasan penilaian Anak 2.",
        "Pilih penilaian Anak 3.",
        "Penilaian 1 anak tersimpan.",
        "Sudah pindah?",
        "Kesalahan: ",
    ):
        assert sentence in page, sentence
    # The page is sent again as it stands, mended: what was saved is not saved twice.
    mended = {**row(two, "incomplete", "KK belum ada"), **row(three, "eligible", "Sudah pindah?")}
    yuli.post(url, **{**hidden(answer), "outcome": leaving.pk, **row(one, "eligible"), **mended})
    assert found(case) == ["eligible", "incomplete", "eligible"]
    assert [s.version for s in stays(case)] == [1, 1, 1]


def test_nothing_typed_and_no_outcome(case, url, desk):
    one, two, _ = stays(case)
    yuli = desk("yuli")
    assert "Belum ada baris yang diisi." in yuli.send(url, 422).content.decode()
    page = yuli.send(url, 422, outcome="", **row(one, "not_eligible", "Mampu"), **row(two, "eligible"))
    assert "Pilih hasil akhir bagi anak yang tidak layak." in page.content.decode()
    assert found(case) == ["", "", ""]
    nonsense = yuli.send(url, 422, **{f"a{one.child_id}-verdict": "maybe"})
    assert "bukan" in nonsense.content.decode() and found(case) == ["", "", ""]


def test_two_at_the_table(case, url, desk, today):
    one, two, _ = stays(case)
    yuli, joko = desk("yuli"), desk("joko")
    shown = hidden(yuli.get(url))
    joko.send(url, **row(one, "eligible"))
    page = yuli.post(url, 422, **{**shown, **row(one, "incomplete", "KK?"), **row(two, "eligible")})
    assert "Baru saja diubah oleh petugas lain. Periksa isinya, lalu kirim lagi." in page.content.decode()
    assert found(case) == ["eligible", "eligible", ""]
    # Whoever only left the other's row alone changes nothing of it.
    shown = hidden(yuli.get(url))
    joko.send(url, **row(one, "incomplete", "KK palsu"), **row(two, "eligible"))
    yuli.post(url, **{**shown, **row(one, "eligible"), **row(two, "incomplete", "Usia?")})
    assert found(case) == ["incomplete", "incomplete", ""]


def test_sent_twice_it_is_done_once(case, url, desk):
    one, *_ = stays(case)
    yuli = desk("yuli")
    sent = {**hidden(yuli.get(url)), **row(one, "incomplete", "KK belum ada")}
    assert yuli.post(url, **sent).url == yuli.post(url, **sent).url == url
    assert stays(case)[0].version == 1


def test_who_may_read_sees_and_who_may_not_judge_is_told(case, url, desk, today):
    one, *_ = stays(case)
    hadi, yuli = desk("hadi"), desk("yuli")
    page = hadi.text(url)
    assert "Langkah ini bukan tugas jabatan Anda." in page and "Simpan penilaian" not in page
    hadi.post(url, 403, **{**hidden(yuli.get(url)), **row(one, "eligible")})
    for stranger in ("sari", "budi", "tika", "camat", "ani"):
        desk(stranger).get(url, 404)
        desk(stranger).post(url, 404, **row(one, "eligible"))
    desk("yuli").get(f"/penanganan/{case.number}/langkah/1/verifikasi/", 403)


def test_partners_see_only_their_area(today, desk):
    here, there = Area.objects.filter(agency=today.agencies["lamandau"])[:2]
    assert Appointment.objects.get(user=today.tika).area == here
    for area, status in ((here, 200), (there, 404)):
        case = today.case("anak-terlantar-luar-panti", by="yuli", children=1, area=area)
        url = f"/penanganan/{case.number}/langkah/2/verifikasi/"
        for name in ("tika", "camat"):
            desk(name).get(url, status)
        desk("yuli").get(url)


def test_a_finished_step_is_shown_as_it_ended(case, url, desk, today):
    bad = outcome(case, "Tidak layak")
    for stay in stays(case)[1:]:
        done(today, case, "yuli", lambda w, s=stay: w.judge("2", s.child_id, "not_eligible", "Mampu", bad))
    done(today, case, "yuli", lambda w: w.judge("2", stays(case)[0].child_id, "eligible"))
    today.file(case, "Laporan Pembinaan/Sosialisasi", "yuli", output="2/laporan")
    done(today, case, "yuli", lambda w: w.finish("2"))
    page = desk("yuli").text(url)
    assert "Langkah ini sudah selesai." in page and "Simpan penilaian" not in page
    assert page.count("Tidak layak, ") == 0 and page.count("Mampu") == 2


@pytest.mark.parametrize("count", [1, 3, 80])
def test_the_same_few_queries_for_any_number(today, desk, count, django_assert_num_queries):
    case = proposed(today, count)
    yuli = desk("yuli")
    url = f"/penanganan/{case.number}/langkah/2/verifikasi/"
    with django_assert_num_queries(18):
        page = yuli.get(url)
    sent = hidden(page)
    for stay in stays(case):
        sent |= row(stay, "eligible")
    with django_assert_num_queries(25):
        yuli.post(url, **sent)


def test_names_typed_by_strangers_of_the_keyboard(case, url, desk):
    one, *_ = stays(case)
    page = desk("yuli").send(url, 302, **row(one, "incomplete", "<script>alert(1)</script> & =1+1"))
    assert "<script>alert" not in desk("yuli").text(page.url)
