"""The pages of aid: plan, print, hand out in one sitting, bring home, file the signed list."""

import io

import pytest
from pypdf import PdfReader

from sopcases.cases import aid
from sopcases.cases.models import Adult, Aid, Relation
from sopcases.people.models import Area
from tests.cases.front_door import hidden, local, picture
from tests.cases.story import children, done, states
from tests.cases.test_aid import SCHOOL, given, planned, verified

pytestmark = pytest.mark.django_db

PACKAGE = {
    "kind": "Perlengkapan sekolah",
    "amount": "1,5",
    "unit": "paket",
    "value": "Rp 350.000",
    "source": "APBD Kabupaten 2026",
}


def root(case) -> str:
    return f"/penanganan/{case.number}/bantuan/"


def words(response) -> str:
    pages = PdfReader(io.BytesIO(response.content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def row(gift: Aid, by="Siti Aminah", relation="Ibu", receipt="signed", taken=True, **more) -> dict:
    sent = {"received_by": by, "relation": relation, "receipt": receipt, **({"taken": "on"} if taken else {})}
    return {f"a{gift.pk}-{name}": value for name, value in {**sent, **more}.items()}


def rows(case) -> list[Aid]:
    return list(case.aid.order_by("id"))


def test_from_the_plan_to_the_signed_list(today, desk):
    case = verified(today)
    url, joko = root(case), desk("joko")
    one, two, three = children(case)
    page = joko.text(url)
    assert "Belum ada bantuan yang direncanakan" in page and "Belum menerima: Anak 1, Anak 2, Anak 3." in page
    assert f"{url}rencana/" in page and f"{url}serahkan/" not in page

    page = joko.text(f"{url}rencana/")
    assert page.count("checked") == 3, "who has nothing yet is chosen beforehand"
    joko.send(f"{url}rencana/", children=[one, two, three], **PACKAGE)
    page = joko.text(url)
    assert "Direncanakan bagi 3 anak, Rp1.050.000. Diserahkan kepada 0 anak, Rp0." in page
    assert "Perlengkapan sekolah, 1,5 paket" in page

    first, second, third = rows(case)
    joko.send(f"{url}{third.pk}/ubah/", **{**PACKAGE, "kind": "Kursi roda", "value": "1.500.000,-"})
    third.refresh_from_db()
    assert (third.kind, third.value) == ("Kursi roda", 1_500_000)

    printed = joko.get(f"{url}daftar/")
    assert printed["Content-Type"] == "application/pdf"
    assert "Anak" not in printed["Content-Disposition"]
    text = words(printed)
    for part in (
        "TANDA TERIMA BANTUAN",
        "Anak 1",
        "Kursi roda",
        "Rp350.000",
        "Tanda tangan/cap jempol",
        "Jumlah penerima: 3 anak. Nilai seluruhnya: Rp2.200.000 (dua juta dua ratus ribu rupiah).",
        "APBD Kabupaten 2026",
        case.number,
    ):
        assert part in text, part

    # One sitting: two have come. The photo is of the first.
    at = local(today.now)
    joko.send(
        f"{url}serahkan/",
        at=at,
        **row(first, photo=picture()),
        **row(second, "Ngatinem", "Nenek", "thumb"),
        **row(third, "", "", "signed", taken=False),
    )
    first, second, third = rows(case)
    assert (first.received_by, second.receipt, third.given_at) == ("Siti Aminah", "thumb", None)
    assert first.photo is not None and not first.at_home
    page = joko.text(url)
    assert "Diserahkan kepada 2 anak, Rp700.000." in page and "Belum menerima: Anak 3." in page
    assert "Ngatinem (Nenek), cap jempol" in page and "Foto penyerahan" in page
    assert "Penyerahan 2 bantuan tersimpan." in page
    step = joko.text(f"/penanganan/{case.number}/langkah/3/anak/{three}/")
    assert "Belum menerima bantuan: Anak 3." in step

    assert "Anak 1" not in words(joko.get(f"{url}daftar/")), "who has received does not sign again"
    assert "Anak 1" in words(joko.get(f"{url}daftar/?semua=1"))

    # The signed list finishes the step for the two; the third is visited at home.
    page = joko.text(f"{url}tanda-terima/")
    assert page.count("checked") == 3, "two children, and Joko himself"
    joko.send(f"{url}tanda-terima/", children=[one, two], acted_by=[today.joko.pk], file=picture())
    assert states(case, "3") == ["done", "done", "open"]
    joko.send(f"{url}rumah/", at=local(today.now), **row(third))
    third.refresh_from_db()
    assert third.at_home and third.given_at
    assert "diantar ke rumah" in joko.text(url)
    joko.get(f"{url}serahkan/", 403)
    joko.send(f"{url}tanda-terima/", children=[three], acted_by=[today.joko.pk], file=picture())
    assert states(case, "3") == ["done"] * 3
    joko.get(f"{url}tanda-terima/", 403)
    assert "Semua sudah menerima bantuan." in joko.text(f"/penanganan/{case.number}/langkah/3/anak/{three}/")
    journal = joko.text(f"/penanganan/{case.number}/riwayat/")
    for sentence in (
        "Merencanakan bantuan untuk 3 anak",
        "Mengubah rencana bantuan Anak 3",
        "Mencatat penyerahan 2 bantuan",
        "Mencatat 1 bantuan yang diantar ke rumah",
    ):
        assert sentence in journal, sentence


def test_what_cannot_be_read_is_said_at_its_field(today, desk):
    case = verified(today, 1)
    joko, url = desk("joko"), f"{root(case)}rencana/"
    for field, typed, sentence in (
        ("value", "mahal", "Isi nilai dalam rupiah, misalnya 350.000."),
        ("value", "-5", "Isi nilai dalam rupiah, misalnya 350.000."),
        ("value", "9" * 20, "Nilai ini terlalu besar. Periksa angkanya."),
        ("amount", "dua", "Isi jumlahnya dengan angka, misalnya 2 atau 2,5."),
        ("amount", "0", "Jumlah bantuan harus lebih dari nol."),
        ("amount", "NaN", "Jumlah bantuan harus lebih dari nol."),
        ("amount", "1,234", "Jumlah paling banyak dua angka di belakang koma."),
        ("kind", "", "Isi jenis bantuan."),
        ("source", " ", "Isi sumber."),
    ):
        page = joko.send(url, 422, **{**PACKAGE, "children": children(case), field: typed}).content.decode()
        assert sentence in page, (field, typed)
    page = joko.send(url, 422, **PACKAGE).content.decode()
    assert "Pilih paling sedikit satu anak." in page and "Rp 350.000" in page
    assert not case.aid.exists()


def test_good_receipts_are_saved_and_bad_ones_kept(today, desk):
    case = planned(today)
    joko, url = desk("joko"), f"{root(case)}serahkan/"
    first, second, third = rows(case)
    answer = joko.send(
        url,
        422,
        at=local(today.now),
        **row(first),
        **row(second, by="", relation="Bibi"),
        **row(third, "Pak RT", taken=False),
    )
    page = answer.content.decode()
    for part in (
        "Isi siapa yang menerima bantuan Anak 2.",
        "Tandai “Diterima” bagi Anak 3, atau kosongkan barisnya.",
        "Bibi",
        "Pak RT",
        "Penyerahan 1 bantuan tersimpan.",
    ):
        assert part in page, part
    assert [bool(r.given_at) for r in rows(case)] == [True, False, False]
    joko.post(url, at=local(today.now), **{**hidden(answer), **row(second), **row(third)})
    assert all(r.given_at for r in rows(case))


def test_nothing_ticked_and_the_future(today, desk):
    from datetime import timedelta

    case = planned(today, 1)
    joko, url = desk("joko"), f"{root(case)}serahkan/"
    (only,) = rows(case)
    page = joko.send(url, 422, at=local(today.now), **row(only, "", "", taken=False))
    assert "Belum ada baris yang diisi." in page.content.decode()
    page = joko.send(url, 422, at=local(today.now + timedelta(days=1)), **row(only)).content.decode()
    assert "Waktu penyerahan tidak boleh di masa depan." in page and "Siti Aminah" in page
    page = joko.send(url, 422, at="", **row(only)).content.decode()
    assert "Isi tanggal dan jamnya." in page and "Siti Aminah" in page


def test_the_guardian_on_file_is_not_typed_again(today, desk):
    case = planned(today, 1)
    adult = Adult.objects.create(agency=case.agency, name="Mbah Karsih")
    Relation.objects.create(child_id=children(case)[0], adult=adult, kind=Relation.Kind.GUARDIAN)
    page = desk("joko").text(f"{root(case)}serahkan/")
    assert 'value="Mbah Karsih"' in page and 'value="Wali/pengasuh"' in page


def test_recorded_in_error(today, desk):
    case = planned(today, 1)
    joko = desk("joko")
    given(today, case)
    (row_,) = rows(case)
    url = f"{root(case)}{row_.pk}/batalkan/"
    joko.send(url, 422, again="again", reason="")
    joko.send(url, again="again", reason="Tanda tangan anak lain")
    page = joko.text(root(case))
    assert "Direncanakan" in page and "Siti Aminah" not in page
    joko.get(url, 403)
    joko.get(f"{root(case)}{row_.pk}/ubah/", 403)


def test_two_change_the_same_plan(today, desk):
    case = planned(today, 1)
    (row_,) = rows(case)
    joko, yuli, url = desk("joko"), desk("yuli"), f"{root(case)}{row_.pk}/ubah/"
    shown = hidden(yuli.get(url))
    joko.send(url, **PACKAGE)
    yuli.post(url, 409, **{**shown, **PACKAGE, "kind": "Sembako"})


def test_who_reads_and_who_finds_nothing(today, desk):
    here, there = Area.objects.filter(agency=today.agencies["lamandau"])[:2]
    for area, seen in ((here, True), (there, False)):
        case = today.case("anak-terlantar-luar-panti", by="yuli", children=1, area=area)
        child = case.children.get()
        child.verdict = "eligible"
        child.save()
        done(today, case, "joko", lambda w, c=child: aid.plan(w, [c.child_id], SCHOOL))
        (row_,) = rows(case)
        for name in ("tika", "camat"):
            partner = desk(name)
            partner.get(root(case), 200 if seen else 404)
            partner.get(f"{root(case)}daftar/", 200 if seen else 404)
            for part in ("rencana/", "serahkan/", "rumah/", "tanda-terima/"):
                partner.get(root(case) + part, 403 if seen else 404)
            for part in ("ubah/", "batalkan/"):
                partner.get(f"{root(case)}{row_.pk}/{part}", 403 if seen else 404)
        hadi = desk("hadi")
        assert "Langkah ini bukan tugas jabatan Anda." in hadi.text(root(case))
        for name in ("sari", "budi", "ani"):
            desk(name).get(root(case), 404)
            desk(name).get(f"{root(case)}{row_.pk}/ubah/", 404)
    other = today.case("anak-terlantar-luar-panti", by="yuli", children=1)
    desk("joko").get(f"{root(other)}{row_.pk}/ubah/", 404)


def test_where_an_sop_hands_out_nothing(today, desk):
    case = today.case()
    assert "Bantuan bagi anak" not in desk("sari").text(f"/penanganan/{case.number}/")
    desk("sari").get(root(case), 403)


@pytest.mark.parametrize("count", [1, 3, 80])
def test_the_same_few_queries_for_any_number(today, desk, count, django_assert_num_queries):
    case = planned(today, count)
    joko = desk("joko")
    joko.get(root(case))  # the plan of the SOP is read once for the process
    for part, cost in (("", 12), ("serahkan/", 14), ("daftar/", 8), ("rencana/", 11)):
        with django_assert_num_queries(cost):
            page = joko.get(root(case) + part)
    sent = hidden(joko.get(f"{root(case)}serahkan/"))
    for one in rows(case):
        sent |= row(one)
    with django_assert_num_queries(24):
        joko.post(f"{root(case)}serahkan/", at=local(today.now), **sent)
    assert page.status_code == 200
