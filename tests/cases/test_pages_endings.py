"""Children leave several at once or all with the case: one outcome for those ticked, others singly."""

from datetime import timedelta

import pytest

from sopcases.cases.models import Outcome
from tests.cases.front_door import hidden, local
from tests.cases.story import attempts, children, verbs

pytestmark = pytest.mark.django_db
SHOWN, SENT, CLOSED = 11, 23, 25
"""Queries of showing a page, of several leaving, of closing the case with them."""


@pytest.fixture
def case(today):
    return today.case("anak-jalanan", by="dewi", children=3)


@pytest.fixture
def root(case):
    return f"/penanganan/{case.number}/"


def named(world, name="Kembali ke keluarga") -> int:
    return Outcome.objects.get(agency=world.home, name=name).pk


def day(world, days=0) -> str:
    return (world.now + timedelta(days=days)).date().isoformat()


def left(case) -> dict:
    stays = case.children.select_related("outcome").order_by("id")
    return {s.child_id: s.outcome and s.outcome.name for s in stays}


def text(response) -> str:
    return " ".join(response.content.decode().split())


def test_several_leave_with_one_outcome_the_others_stay(desk, today, case, root):
    one, two, three = children(case)
    sari = desk("sari")
    assert f'href="{root}anak/hasil-akhir/">Hasil akhir beberapa anak' in sari.text(root)
    page = sari.text(f"{root}anak/hasil-akhir/")
    assert page.count('name="ticked"') == 3 and "checked" not in page
    sari.send(f"{root}anak/hasil-akhir/", ticked=[one, three], outcome=named(today), on=day(today))
    assert left(case) == {one: "Kembali ke keluarga", two: None, three: "Kembali ke keluarga"}
    assert case.children.get(child=one).left_on == today.now.date()
    page = sari.text(f"{root}anak/hasil-akhir/")
    assert page.count('name="ticked"') == 1
    assert "Hasil akhir beberapa anak" not in sari.text(root), "of one child there is his own page"


def test_an_exception_goes_before_what_is_said_of_all(desk, today, case, root):
    one, two, three = children(case)
    desk("sari").send(
        f"{root}anak/hasil-akhir/",
        ticked=[one, two],
        outcome=named(today),
        on=day(today),
        reason="Dijemput ibu",
        **{
            f"outcome_{two}": named(today, "Dirujuk"),
            f"outcome_{three}": named(today, "Dirujuk"),
            f"reason_{three}": "Ke panti",
        },
    )
    reasons = dict(case.children.values_list("child_id", "reason"))
    assert left(case) == {one: "Kembali ke keluarga", two: "Dirujuk", three: "Dirujuk"}
    assert reasons == {one: "Dijemput ibu", two: "", three: "Ke panti"}


def test_what_cannot_be_taken_is_named_and_nothing_typed_is_lost(desk, today, case, root):
    one, two, _ = children(case)
    sari, url = desk("sari"), f"{root}anak/hasil-akhir/"
    page = text(sari.send(url, 422, on=day(today), reason="Pindah bersama"))
    assert "Centang paling sedikit satu anak." in page and "Pindah bersama" in page
    page = text(sari.send(url, 422, ticked=[one], on=day(today)))
    assert "Pilih hasil akhir bagi anak yang dicentang." in page
    assert f'value="{one}" id="anak-{one}" checked' in page
    page = text(sari.send(url, 422, on=day(today), **{f"reason_{two}": "Ke rumah bibi"}))
    assert "Pilih hasil akhir Anak 2, atau centang namanya." in page and "Ke rumah bibi" in page
    assert page.count("<details open>") == 1, "the row that must be mended is open"
    page = text(sari.send(url, 422, ticked=[one], outcome=named(today), on="", reason="Tanpa hari"))
    assert "Isi tanggalnya." in page and "Tanpa hari" in page
    page = text(sari.send(url, 422, ticked=[one], outcome=named(today), on=day(today, 1)))
    assert "Tanggal hasil akhir harus antara kejadian dan hari ini." in page
    page = text(
        sari.send(
            url, 422, ticked=[one], outcome=named(today), on=day(today), **{f"on_{one}": day(today, -9)}
        )
    )
    assert "Tanggal hasil akhir harus antara kejadian dan hari ini." in page
    assert set(left(case).values()) == {None}


def test_a_foreign_outcome_or_child_is_no_choice(desk, today, case, root):
    one, *_ = children(case)
    foreign = Outcome.objects.filter(agency=today.agencies["lamandau"]).first().pk
    stranger = today.case().children.get().child_id
    sari, url = desk("sari"), f"{root}anak/hasil-akhir/"
    sari.send(url, 422, ticked=[one], outcome=foreign, on=day(today))
    sari.send(url, 422, on=day(today), **{f"outcome_{one}": foreign})
    page = text(sari.send(url, 422, ticked=[stranger], outcome=named(today), on=day(today)))
    assert "Ada anak yang sudah mempunyai hasil akhir." in page
    assert set(left(case).values()) == {None}


def test_a_child_that_moved_meanwhile_is_a_conflict_the_others_are_none(desk, today, case, root):
    one, two, three = children(case)
    url, agus = f"{root}anak/hasil-akhir/", desk("agus")
    shown = hidden(agus.get(url))
    sari = desk("sari")
    sari.send(f"{root}anak/{one}/hasil-akhir/", outcome=named(today), on=day(today))
    sari.send(f"{root}anak/{one}/batalkan-hasil/", reason="Keliru")
    filled = {"outcome": named(today), "on": day(today)}
    page = text(agus.post(url, 409, **shown, **filled, ticked=[one, two]))
    assert "Baru saja diubah oleh petugas lain: Anak 1." in page and "Anak 1, Anak 2" in page
    agus.post(url, **shown, **filled, ticked=[two, three])
    assert left(case) == {one: None, two: "Kembali ke keluarga", three: "Kembali ke keluarga"}


def test_a_second_sending_is_led_where_the_first_led(desk, today, case, root):
    one, *_ = children(case)
    sari, url = desk("sari"), f"{root}anak/hasil-akhir/"
    filled = {**hidden(sari.get(url)), "ticked": [one], "outcome": named(today), "on": day(today)}
    first, second = sari.post(url, **filled), sari.post(url, **filled)
    assert first["Location"] == second["Location"] == root
    assert verbs(case).count("child.left") == 1


def test_who_may_not(desk, today, case, root):
    desk("tono").get(f"{root}anak/hasil-akhir/", 404)
    desk("sari").get(f"{root}tutup/", 403)
    desk("dewi").send(f"{root}hentikan/", reason="Batal", outcome=named(today))
    page = text(desk("sari").get(f"{root}anak/hasil-akhir/", 403))
    assert "Penanganan ini sudah ditutup." in page


def test_all_that_are_left_get_one_outcome_and_the_case_is_closed(desk, today, case, root):
    ids = children(case)
    dewi, url = desk("dewi"), f"{root}tutup/"
    page = dewi.text(url)
    assert page.count("checked") == 3, "all are ticked: one choice and one button"
    dewi.send(
        url,
        ticked=ids,
        outcome=named(today, "Selesai masa pembinaan"),
        on=day(today),
        **{f"outcome_{ids[1]}": named(today, "Dirujuk")},
    )
    case.refresh_from_db()
    assert case.state == "done"
    assert list(left(case).values()) == ["Selesai masa pembinaan", "Dirujuk", "Selesai masa pembinaan"]
    assert {a.state for a in attempts(case, "1")} == {"ended"}


def test_closing_needs_an_outcome_for_each_and_names_who_has_none(desk, today, case, root):
    one, *_ = children(case)
    dewi, url = desk("dewi"), f"{root}tutup/"
    page = text(dewi.send(url, 422, ticked=[one], outcome=named(today), on=day(today), reason="Lulus"))
    assert "Masih ada anak tanpa hasil akhir: Anak 2 dan Anak 3." in page
    assert "Lulus" in page and page.count("checked") == 1
    case.refresh_from_db()
    assert case.running and set(left(case).values()) == {None}


def test_closing_where_every_child_has_ended_asks_for_nothing(desk, today, case, root):
    sari, dewi = desk("sari"), desk("dewi")
    sari.send(f"{root}anak/hasil-akhir/", ticked=children(case), outcome=named(today), on=day(today))
    page = dewi.text(f"{root}tutup/")
    assert 'name="ticked"' not in page and 'name="outcome"' not in page
    dewi.send(f"{root}tutup/")
    case.refresh_from_db()
    assert case.state == "done"


def test_closing_sees_what_changed_meanwhile(desk, today, case, root):
    dewi, url = desk("dewi"), f"{root}tutup/"
    shown = hidden(dewi.get(url))
    desk("sari").send(f"{root}catatan/baru/", text="Kakek datang", happened_at=local(today.now))
    page = text(
        dewi.post(
            url, 409, **shown, ticked=children(case), outcome=named(today), on=day(today), reason="Usai"
        )
    )
    assert "Sudah diubah orang lain" in page and "Usai" in page


@pytest.mark.parametrize("count", [1, 3, 30])
def test_both_pages_cost_the_same_however_many(desk, today, django_assert_num_queries, count):
    case = today.case("anak-jalanan", by="dewi", children=count)
    root, ids = f"/penanganan/{case.number}/", children(case)
    sari, dewi = desk("sari"), desk("dewi")
    sari.get(root), dewi.get(root)
    with django_assert_num_queries(SHOWN):
        page = sari.get(f"{root}anak/hasil-akhir/")
    with django_assert_num_queries(SHOWN):
        dewi.get(f"{root}tutup/")
    filled = {"ticked": ids, "outcome": named(today), "on": day(today)}
    with django_assert_num_queries(SENT):
        sari.post(f"{root}anak/hasil-akhir/", **{**hidden(page), **filled})
    other = today.case("anak-jalanan", by="dewi", children=count)
    url = f"/penanganan/{other.number}/tutup/"
    shown = hidden(dewi.get(url))
    with django_assert_num_queries(CLOSED):
        dewi.post(url, **{**shown, **filled, "ticked": children(other)})


def test_an_only_child_is_not_ticked_but_named(desk, today):
    case = today.case(children=1)
    name = case.children.get().child.called
    url = f"/penanganan/{case.number}/tutup/"
    dewi = desk("dewi")
    page = dewi.get(url).content.decode()
    assert f"Hasil akhir {name}" in page and 'type="checkbox"' not in page
    again = dewi.post(url, 422, **hidden(dewi.get(url)))
    assert f"Pilih hasil akhir {name}." in again.content.decode()
    dewi.post(url, **{**hidden(dewi.get(url)), "outcome": named(today), "on": day(today)})
    case.refresh_from_db()
    assert (case.state, case.children.get().outcome_id) == (case.State.DONE, named(today))
