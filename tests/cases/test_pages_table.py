"""The table of children through the front door: typed, pasted, uploaded; good rows saved, bad ones kept."""

import io
import re
import uuid

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from sopcases.cases.models import (
    Adult,
    Category,
    Child,
    Encounter,
    Photo,
    ProgressNote,
    Relation,
    Whereabouts,
)
from sopcases.people import drafts, journal
from sopcases.people.models import Draft, Entry, Position, Submission
from tests.cases.test_roster import workbook
from tests.cases.test_uploads import image
from tests.cast import appoint, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(today):
    return today.case("anak-jalanan", by="dewi", children=0, place="Simpang Pamedan")


@pytest.fixture
def here(case):
    return f"/penanganan/{case.number}/anak/tabel/"


def form(response) -> dict[str, str]:
    """The fields of the page as a browser would send them again: texts, choices, keys."""
    text = response.content.decode()
    found = {}
    for tag in re.findall(r"<input[^>]*>", text):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if not name or 'type="file"' in tag or ('type="radio"' in tag and "checked" not in tag):
            continue
        if name[1] == "saved":
            found.setdefault("saved", []).append(value[1])
        else:
            found[name[1]] = value[1] if value else ""
    for name, body in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', text, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', body)
        found[name] = chosen[1] if chosen else ""
    found.pop("action", None)
    return found


def typed(page, rows, **more):
    """What is sent: the page's own fields, with cells typed into its rows in order."""
    data = form(page)
    numbers = sorted({int(m[1]) for name in data if (m := re.fullmatch(r"r(\d+)-key", name))})
    for no, row in zip(numbers, rows, strict=False):
        data |= {f"r{no}-{name}": value for name, value in row.items()}
    return {**data, **more}


def names(case):
    return list(case.children.order_by("id").values_list("child__name", flat=True))


# --- typing and saving


def test_rows_are_typed_and_saved(today, desk, case, here):
    sari = desk("sari")
    page = sari.get(here)
    rows = [
        {
            "name": "Bunga Lestari",
            "aliases": "Unga, Bunbun",
            "sex": "P",
            "age": "10",
            "nik": "2172 0150 0316 0001",
            "address": "Jl. Merdeka 1",
            "adult": "Siti Aminah",
            "relation": "Ibu",
            "phone": "0812 3456",
            "schooling": "Putus sekolah kelas 4",
            "where": "Pulang bersama ibunya",
            "note": "Berjualan koran",
        },
        {"name": "Rian", "sex": "L", "birth": "14-11-2017", "sibling": "1"},
        {"aliases": "Ucok", "sex": "L"},
    ]
    response = sari.post(here, **typed(page, rows, action="save"))
    assert response.url == f"/penanganan/{case.number}/"
    assert "3 anak ditambahkan ke penanganan ini." in sari.text(response.url)
    bunga, rian, ucok = [s.child for s in case.children.select_related("child").order_by("id")]
    assert (bunga.name, bunga.aliases, bunga.sex, bunga.schooling) == (
        "Bunga Lestari",
        ["Unga", "Bunbun"],
        "P",
        "Putus sekolah kelas 4",
    )
    assert bunga.nik_index and "2172015003160001" not in bunga.nik_encrypted
    assert "Diperkirakan 10 tahun" in bunga.birth_how and bunga.birth_from < bunga.birth_until
    assert (str(rian.birth_from), rian.address) == ("2017-11-14", "Jl. Merdeka 1")
    assert (ucok.name, ucok.temporary_name, ucok.aliases) == ("", "Ucok", [])
    adult = Adult.objects.get()
    assert (adult.name, adult.phone) == ("Siti Aminah", "0812 3456")
    assert set(Relation.objects.filter(adult=adult).values_list("child", "kind")) == {
        (bunga.pk, "mother"),
        (rian.pk, "mother"),
    }
    sibling = Relation.objects.get(kind="sibling")
    assert {sibling.child_id, sibling.other_id} == {bunga.pk, rian.pk}
    assert Whereabouts.objects.get().place == "Pulang bersama ibunya"
    assert ProgressNote.objects.get().text == "Berjualan koran"
    assert Entry.objects.filter(verb="child.joined", subject_id=case.pk).count() == 3
    assert not [e for e in journal.of(case) if "Bunga" in str(e.data) or "Siti" in str(e.data)]


def test_seven_typed_two_wrong_mended(today, desk, case, here):
    sari = desk("sari")
    rows = [{"name": f"Anak {n}", "sex": "L", "age": "9"} for n in range(1, 8)]
    rows[2]["age"], rows[5]["sex"] = "sembilan", "X"
    response = sari.post(here, 422, **typed(sari.get(here), rows, action="save"))
    text = response.content.decode()
    assert names(case) == ["Anak 1", "Anak 2", "Anak 4", "Anak 5", "Anak 7"]
    assert "5 baris tersimpan" in text and "<title>Kesalahan: " in text
    assert "Baris 3: usia ditulis dengan angka, misalnya 10 atau 8 bulan." in text
    assert "Baris 6: pilih L atau P, atau kosongkan." in text
    again = form(response)
    assert (again["r3-name"], again["r3-age"], again["r6-sex"]) == ("Anak 3", "sembilan", "X")
    assert "r1-name" not in again and len(again["saved"]) == 5
    response = sari.post(here, **{**again, "r3-age": "9", "r6-sex": "L", "action": "save"})
    assert response.url == f"/penanganan/{case.number}/"
    assert sorted(names(case)) == [f"Anak {n}" for n in range(1, 8)]
    assert "7 anak ditambahkan" in sari.text(response.url)


def test_sent_twice_each_row_is_one_child(desk, case, here):
    sari = desk("sari")
    rows = [{"name": "Bunga"}, {"name": "Rian"}, {"sex": "L", "age": "8"}, {"sex": "L", "age": "8"}]
    data = typed(sari.get(here), rows, action="save")
    sari.post(here, **data)
    sari.post(here, **data)
    assert case.children.count() == 4, "two nameless boys with the same words are two"
    assert Submission.objects.count() == 5, "a key for each row, and one for the page"
    data["r1-name"] = "Bunga Lestari"
    sari.post(here, **data)
    assert case.children.count() == 4, "back in the browser, a word changed, sent again: the row is known"


def test_sent_twice_with_a_bad_row(desk, case, here):
    sari = desk("sari")
    data = typed(sari.get(here), [{"name": "Bunga"}, {"name": "Rian", "age": "x"}], action="save")
    for _ in range(2):
        text = sari.post(here, 422, **data).content.decode()
        assert "1 baris tersimpan" in text and 'value="Rian"' in text
    assert names(case) == ["Bunga"]


def test_the_same_rows_again_on_a_new_page(desk, case, here):
    sari = desk("sari")
    rows = [{"name": "Bunga", "sex": "P"}, {"sex": "L", "age": "8"}, {"sex": "L", "age": "8"}]
    for _ in range(2):
        response = sari.post(here, **typed(sari.get(here), rows, action="save"))
    assert case.children.count() == 3
    assert "3 baris sudah tercatat sebelumnya." in sari.text(response.url)


def test_two_equal_nameless_rows_where_one_waits(desk, case, here):
    """One of two equal rows is saved, the other comes later: it is not taken for the first."""
    sari = desk("sari")
    row = {"sex": "L", "age": "8"}
    data = typed(sari.get(here), [row, row], action="save", **{"r2-choice": "same-999999"})
    response = sari.post(here, 422, **data)
    assert case.children.count() == 1
    sari.post(here, **{**form(response), "r2-choice": "new", "action": "save"})
    assert case.children.count() == 2


def test_the_same_child_on_two_rows(desk, case, here):
    sari = desk("sari")
    rows = [{"name": "Bunga", "sex": "P"}, {"name": "bunga ", "sex": "P"}]
    text = sari.post(here, 422, **typed(sari.get(here), rows, action="save")).content.decode()
    assert "Baris 2: sama dengan baris 1." in text
    assert names(case) == ["Bunga"]


def test_a_row_waits_for_its_sibling(desk, case, here):
    sari = desk("sari")
    rows = [{"name": "Rian", "sibling": "2"}, {"name": "Bunga", "age": "x", "address": "Jl. Merdeka 1"}]
    response = sari.post(here, 422, **typed(sari.get(here), rows, action="save"))
    assert "Baris 1: baris 2 belum tersimpan atau tidak ada." in response.content.decode()
    sari.post(here, **{**form(response), "r2-age": "10", "action": "save"})
    assert set(case.children.values_list("child__address", flat=True)) == {"Jl. Merdeka 1"}
    assert Relation.objects.filter(kind="sibling").count() == 1


def test_a_sibling_of_a_row_saved_before(desk, case, here):
    sari = desk("sari")
    rows = [
        {"name": "Bunga", "address": "Jl. Merdeka 1", "adult": "Siti", "relation": "Ibu", "phone": "0812"},
        {"name": "Rian", "age": "x", "sibling": "1"},
    ]
    response = sari.post(here, 422, **typed(sari.get(here), rows, action="save"))
    assert names(case) == ["Bunga"]
    sari.post(here, **{**form(response), "r2-age": "8", "action": "save"})
    rian = Child.objects.get(name="Rian")
    assert rian.address == "Jl. Merdeka 1"
    assert Adult.objects.count() == 1, "the mother is one"
    assert Relation.objects.filter(child=rian, kind="mother").exists()


def test_sibling_numbers_that_lead_nowhere(desk, case, here):
    sari = desk("sari")
    for wrong, sentence in {
        "1": "Baris 1: isi nomor baris saudara kandungnya.",
        "0": "Baris 1: isi nomor baris saudara kandungnya.",
        "x": "Baris 1: isi nomor baris saudara kandungnya.",
        "77": "Baris 1: baris 77 belum tersimpan atau tidak ada.",
        "9" * 10: "Baris 1: isi nomor baris saudara kandungnya.",
    }.items():
        data = typed(sari.get(here), [{"name": "Rian", "sibling": wrong}], action="save")
        assert sentence in sari.post(here, 422, **data).content.decode(), wrong
    assert not case.children.exists()


def test_a_ring_of_siblings(desk, case, here):
    sari = desk("sari")
    rows = [{"name": "A", "sibling": "2"}, {"name": "B", "sibling": "3"}, {"name": "C", "sibling": "1"}]
    sari.post(here, **typed(sari.get(here), rows, action="save"))
    assert Relation.objects.filter(kind="sibling").count() == 3


def test_errors_at_the_field(desk, case, here):
    sari = desk("sari")
    wrong = {
        "birth": ("14-13-2016", "Baris 1: isi tanggal lahir seperti 14-11-2016."),
        "nik": ("12", "Baris 1: NIK terdiri atas 16 angka; yang diisi 2 angka."),
        "age": ("99", "Baris 1: usia ditulis dengan angka"),
        "phone": ("0812", "Baris 1: isi nama penanggung jawab yang disebut di sebelahnya."),
        "name": ("x" * 151, "Baris 1: “Nama” paling panjang 150 huruf."),
    }
    for field, (value, sentence) in wrong.items():
        row = {"name": "Rian", field: value}
        text = sari.post(here, 422, **typed(sari.get(here), [row], action="save")).content.decode()
        assert sentence in text, field
        assert value in text
    text = sari.post(
        here, 422, **typed(sari.get(here), [{"address": "Jl. X"}], action="save")
    ).content.decode()
    assert "Baris 1: isi paling sedikit nama, L/P, usia, atau keterangan." in text
    assert not case.children.exists()


def test_a_nik_belongs_to_one_child(today, desk, case, here):
    sari = desk("sari")
    rows = [{"name": "Bunga", "nik": "2172015003160001"}, {"name": "Rian", "nik": "2172015003160001"}]
    text = sari.post(here, 422, **typed(sari.get(here), rows, action="save")).content.decode()
    assert "Baris 2: NIK ini sama dengan NIK baris 1." in text
    assert names(case) == ["Bunga"]


def test_nothing_typed(desk, here):
    sari = desk("sari")
    text = sari.post(here, 422, **typed(sari.get(here), [], action="save")).content.decode()
    assert "Belum ada baris yang diisi. Isi paling sedikit satu baris." in text


def test_the_moment_of_the_round(desk, case, here):
    sari = desk("sari")
    for wrong, sentence in {
        "2020-01-01T10:00": "Waktu ditemukan mendahului kejadian yang membuka penanganan ini.",
        "2199-01-01T10:00": "Waktu ditemukan tidak boleh di masa depan.",
        "": "Isi tanggal dan jamnya.",
    }.items():
        data = typed(sari.get(here), [{"name": "Rian"}], action="save", found_at=wrong)
        text = sari.post(here, 422, **data).content.decode()
        assert sentence in text and 'value="Rian"' in text
    assert not case.children.exists()


def test_a_photo_and_its_second_asking(desk, case, here, today):
    sari = desk("sari")
    data = typed(sari.get(here), [{"name": "Bunga"}, {"name": "Rian", "age": "x"}], action="save")
    photo = lambda: SimpleUploadedFile("bunga.jpg", image(), "image/jpeg")  # noqa: E731
    response = sari.post(here, 422, **data, **{"r1-photo": photo(), "r2-photo": photo()})
    assert Photo.objects.get().note.child.name == "Bunga"
    assert ProgressNote.objects.get().text == "Difoto saat didata."
    assert "Pilih kembali fotonya: foto tidak ikut tersimpan bersama isian." in response.content.decode()
    sari.post(here, **{**form(response), "r2-age": "8", "r2-photo": photo(), "action": "save"})
    assert Photo.objects.count() == 2
    data = typed(sari.get(here), [{"name": "Sinta"}], action="save")
    wrong = SimpleUploadedFile("x.jpg", b"no photo", "image/jpeg")
    assert "bukan PDF, JPEG, atau PNG" in sari.post(here, 422, **data, **{"r1-photo": wrong}).content.decode()
    assert case.children.count() == 2


# --- pasting and uploading


def test_five_more_rows(desk, here):
    sari = desk("sari")
    page = sari.get(here)
    response = sari.post(here, 200, **typed(page, [{"name": "Bunga", "age": "x"}], action="more"))
    text = response.content.decode()
    assert "Baris 13" in text and "Baris 14" not in text and 'value="Bunga"' in text
    assert "Kesalahan" not in text, "nothing is judged yet"


def test_what_is_pasted_fills_the_table(desk, case, here):
    sari = desk("sari")
    paste = (
        "No\tNama\tJK\tUmur\tAgama\tSaudara dari baris\n11\tBunga\tPr\t10\tIslam\t\n12\tRian\tLk\tx\t\t11\n"
    )
    data = typed(sari.get(here), [{"name": "Sinta"}], action="paste", paste=paste)
    response = sari.post(here, 422, **data)
    text, found = response.content.decode(), form(response)
    assert (found["r1-name"], found["r2-name"], found["r3-name"]) == ("Sinta", "Bunga", "Rian")
    assert (found["r2-sex"], found["r3-sex"], found["r3-sibling"], found["r2-note"]) == (
        "P",
        "L",
        "2",
        "Agama: Islam",
    )
    assert "Kolom “Agama” tidak dikenal; isinya dimasukkan ke keterangan." in text
    assert "2 baris dibaca, belum disimpan." in text
    assert "Baris 3: usia ditulis dengan angka" in text
    assert not case.children.exists(), "reading saves nothing"
    sari.post(here, **{**found, "r3-age": "8", "action": "save"})
    assert names(case) == ["Sinta", "Bunga", "Rian"]


def test_more_rows_pasted_than_the_table_has(desk, case, here):
    sari = desk("sari")
    paste = "Nama\n" + "\n".join(f"Anak {n}" for n in range(30))
    response = sari.post(here, 200, **typed(sari.get(here), [], action="paste", paste=paste))
    sari.post(here, **{**form(response), "action": "save"})
    assert case.children.count() == 30


def test_an_upload_twice(desk, case, here):
    sari = desk("sari")
    rows = [["Nama", "L/P", "Umur"], ["Bunga", "P", 10], ["Rian", "L", 8], [None, "L", 7], [None, "L", 7]]
    for _ in range(2):
        file = SimpleUploadedFile("daftar.xlsx", workbook(rows))
        response = sari.post(here, 200, **typed(sari.get(here), [], action="upload", file=file))
        sari.post(here, **{**form(response), "action": "save"})
    assert case.children.count() == 4


def test_an_upload_that_cannot_be_read_keeps_what_was_typed(desk, here):
    sari = desk("sari")
    file = SimpleUploadedFile("daftar.xlsx", b"no workbook")
    data = typed(sari.get(here), [{"name": "Bunga"}], action="upload", file=file)
    text = sari.post(here, 422, **data).content.decode()
    assert "Isi “daftar.xlsx” tidak sesuai" in text and 'value="Bunga"' in text
    data = typed(sari.get(here), [{"name": "Bunga"}], action="upload")
    assert "Belum ada berkas yang dipilih." in sari.post(here, 422, **data).content.decode()
    data = typed(sari.get(here), [{"name": "Bunga"}], action="paste")
    assert "Belum ada yang ditempel." in sari.post(here, 422, **data).content.decode()


def test_the_longest_list(desk, case, here):
    sari = desk("sari")
    paste = "Nama\n" + "\n".join(f"Anak {n}" for n in range(500))
    response = sari.post(here, 200, **typed(sari.get(here), [], action="paste", paste=paste))
    text = response.content.decode()
    assert "foto ditambahkan kemudian" in text and "-photo" not in text
    sari.post(here, **{**form(response), "action": "save"})
    assert case.children.count() == 500
    assert (
        "Tabel ini paling banyak memuat 500 baris."
        in sari.post(here, 422, **{**form(response), "action": "more"}).content.decode()
    )


@pytest.fixture
def kinds(today):
    """The categories of the office, and one of another office."""
    other = next(agency for agency in today.agencies.values() if agency != today.home)
    Category.objects.create(agency=other, name="Kategori Kabupaten Lain")
    return list(today.home.categories.all())


def test_each_row_may_name_the_childs_category_however_it_is_written(desk, case, here, kinds):
    sari = desk("sari")
    page = sari.get(here)
    assert [f'<option value="{kind.name}"></option>' in page.content.decode() for kind in kinds].count(0) == 0
    rows = [{"name": "Bunga", "category": kinds[0].name.upper() + " "}, {"name": "Rian"}]
    sari.post(here, **typed(page, rows, action="save"))
    stays = case.children.select_related("child__category").order_by("id")
    assert [stay.child.category for stay in stays] == [kinds[0], None]


@pytest.mark.parametrize("wrong", ["Anak hilang entah", "Kategori Kabupaten Lain"])
def test_a_category_that_the_office_has_not_is_said_at_its_row_and_the_others_are_saved(
    desk, case, here, kinds, wrong
):
    sari = desk("sari")
    rows = [{"name": "Bunga", "category": wrong}, {"name": "Rian", "category": kinds[1].name}]
    response = sari.post(here, 422, **typed(sari.get(here), rows, action="save"))
    text = response.content.decode()
    assert "Baris 1: kategori ini tidak ada pada daftar kantor. Pilih salah satu: " in text
    assert form(response)["r1-category"] == wrong and names(case) == ["Rian"]
    sari.post(here, **{**form(response), "r1-category": "", "action": "save"})
    assert names(case) == ["Rian", "Bunga"]


def test_an_upload_brings_the_category_under_its_office_heading(desk, case, here, kinds):
    sari = desk("sari")
    text = f"Nama\tJenis PPKS\nBunga\t{kinds[0].name}"
    read = sari.post(here, 200, **{**form(sari.get(here)), "paste": text, "action": "paste"})
    assert form(read)["r1-category"] == kinds[0].name and "tidak dikenal" not in read.content.decode()
    sari.post(here, **{**form(read), "action": "save"})
    assert case.children.get().child.category == kinds[0]


def test_the_template_names_the_categories_of_the_office(desk, kinds):
    book = openpyxl.load_workbook(io.BytesIO(desk("sari").get("/anak/contoh-tabel.xlsx").content))
    said = dict(book["Petunjuk"].iter_rows(values_only=True))
    assert said["Pilihan kategori"] == "; ".join(kind.name for kind in kinds)


def test_the_template_is_downloaded(desk):
    sari = desk("sari")
    response = sari.get("/anak/contoh-tabel.xlsx")
    assert response.headers["Content-Disposition"] == 'attachment; filename="contoh-tabel-anak.xlsx"'
    assert response.content.startswith(b"PK")
    assert "Nama lain" in sari.text("/anak/contoh-tabel.csv")


# --- known children


def test_a_child_of_the_same_name_must_be_told(today, desk, case, here):
    old = today.child("Bunga Lestari", sex="P", address="Jl. Lama 3")
    sari = desk("sari")
    rows = [{"name": "bunga lestari", "sex": "P"}, {"name": "Rian"}]
    response = sari.post(here, 422, **typed(sari.get(here), rows, action="save"))
    text = response.content.decode()
    assert "Baris 1: pilih: anak baru, atau anak yang sudah terdata di bawah ini." in text
    assert "Anak yang sama: Bunga Lestari" in text and "Jl. Lama 3" in text
    assert names(case) == ["Rian"]
    sari.post(here, **{**form(response), "r1-choice": f"same-{old.pk}", "action": "save"})
    assert (
        names(case) == ["Rian", "Bunga Lestari"]
        and Child.objects.filter(name__iexact="bunga lestari").count() == 1
    )


def test_a_namesake_is_a_new_child(today, desk, case, here):
    today.child("Bunga")
    sari = desk("sari")
    data = typed(sari.get(here), [{"name": "Bunga"}], action="save", **{"r1-choice": "new"})
    sari.post(here, **data)
    assert Child.objects.filter(name="Bunga").count() == 2


def test_looking_first_saves_nothing(today, desk, case, here):
    today.child("Bunga")
    sari = desk("sari")
    response = sari.post(here, 200, **typed(sari.get(here), [{"name": "Bunga"}], action="check"))
    assert "Anak yang sama: Bunga" in response.content.decode()
    assert not case.children.exists()


def test_a_mended_row_of_a_list_sent_again_is_not_a_second_child(today, desk, case, here):
    sari = desk("sari")
    sari.post(here, **typed(sari.get(here), [{"name": "Bunga", "address": "Jl. Lama"}], action="save"))
    rows = [{"name": "Bunga", "address": "Jl. Baru"}]
    response = sari.post(here, 422, **typed(sari.get(here), rows, action="save"))
    assert "Bunga, sudah ada dalam penanganan ini" in response.content.decode()
    again = form(response)
    assert again["r1-choice"].startswith("here-"), "the likely answer is chosen already"
    sari.post(here, **{**again, "action": "save"})
    assert case.children.count() == 1


def test_a_child_in_a_running_case_is_met_again_there(today, desk, case, here):
    other = today.case("anak-jalanan", by="dewi", children=0)
    with today.walk(other, "sari") as walk:
        walk.join(known := today.child("Bunga", sex="P"))
    sari = desk("sari")
    rows = [{"name": "Bunga", "sex": "P", "note": "Berjualan koran"}]
    response = sari.post(here, 422, **typed(sari.get(here), rows, action="save"))
    assert "Bunga, sedang ditangani. Catat sebagai terjangkau kembali di sana" in response.content.decode()
    response = sari.post(here, **{**form(response), "r1-choice": f"met-{known.pk}", "action": "save"})
    assert "1 anak dicatat terjangkau kembali." in sari.text(response.url)
    assert not case.children.exists(), "no second case"
    met = Encounter.objects.get()
    assert (met.case, met.met_in, met.child, met.recorded_by) == (other, case, known, today.sari)
    assert (met.place, met.note) == ("Simpang Pamedan", "Berjualan koran")
    assert "Mencatat Bunga terjangkau kembali" in sari.text(f"/penanganan/{other.number}/")


def test_two_rows_chosen_as_one_child_met_again(today, desk, case, here):
    other = today.case("anak-jalanan", by="dewi", children=0)
    with today.walk(other, "sari") as walk:
        walk.join(known := today.child("Bunga", sex="P"))
    sari = desk("sari")
    rows = [
        {"name": "Bunga", "note": "Di lampu merah"},
        {"name": "Bunga", "note": "Di pasar"},
        {"name": "Rian"},
    ]
    chosen = {"r1-choice": f"met-{known.pk}", "r2-choice": f"met-{known.pk}"}
    response = sari.post(here, 422, **typed(sari.get(here), rows, action="save", **chosen))
    text = response.content.decode()
    assert "Baris 2: anak ini sudah dipilih pada baris 1." in text and "Di pasar" in text
    assert (Encounter.objects.get().note, names(case)) == ("Di lampu merah", ["Rian"])
    sari.post(here, **{**form(response), "r2-choice": "new", "action": "save"})
    assert names(case) == ["Rian", "Bunga"] and Encounter.objects.count() == 1


def test_a_child_whose_file_is_closed_to_the_officer(today, desk, case, here):
    """Only "pernah ditangani, hubungi …" shows, and the meeting is added unseen (design rule 18)."""
    hidden = today.child("Bunga", by="dewi", sex="P", address="Jl. Rahasia")
    other = today.case("anak-jalanan", by="dewi", children=0)
    with today.walk(other, "dewi") as walk:
        walk.join(hidden)
        walk.assign(Position.objects.get(agency=today.home, name="Peksos").pk, today.sari)
    peksos = Position.objects.get(agency=today.home, name="Peksos")
    today.users["putri"] = appoint(make_user(today.home, "putri", "Putri"), peksos)
    putri = desk("putri")
    response = putri.post(here, 422, **typed(putri.get(here), [{"name": "Bunga", "sex": "P"}], action="save"))
    text = response.content.decode()
    assert "Anak yang pernah ditangani. Hubungi Dinsos" in text
    assert "Jl. Rahasia" not in text and other.number not in text
    data = {**form(response), "r1-choice": f"met-{hidden.pk}", "action": "save"}
    page = putri.text(putri.post(here, **data).url)
    assert "1 anak dicatat terjangkau kembali." in page and "Bunga" not in page
    assert Encounter.objects.get().case == other
    putri.post(here, **data)
    assert Encounter.objects.count() == 1, "sent twice, met once"


def test_a_namesake_of_the_other_sex_is_offered_and_not_asked(today, desk, case, here):
    today.child("Sinta", sex="L")
    sari = desk("sari")
    response = sari.post(here, 200, **typed(sari.get(here), [{"name": "Sinta", "sex": "P"}], action="check"))
    assert "Anak yang sama: Sinta" in response.content.decode()
    sari.post(here, **{**form(response), "action": "save"})
    assert case.children.count() == 1


def test_a_photo_of_one_met_again(today, desk, case, here):
    with today.walk(case, "sari") as walk:
        walk.join(known := today.child("Bunga"))
    sari = desk("sari")
    data = typed(sari.get(here), [{"name": "Bunga"}], action="save", **{"r1-choice": f"here-{known.pk}"})
    photo = SimpleUploadedFile("bunga.jpg", image(), "image/jpeg")
    text = sari.post(here, 422, **data, **{"r1-photo": photo}).content.decode()
    assert "Baris 1: foto anak yang sudah terdata ditambahkan sebagai catatan" in text


def test_a_choice_nobody_offered(today, desk, case, here):
    stranger = today.child("Rahasia", by="yuli")
    sari = desk("sari")
    for value in (f"same-{stranger.pk}", "same-x", "here-1", "x", f"same-{10**25}"):
        data = typed(sari.get(here), [{"name": "Bunga"}], action="save", **{"r1-choice": value})
        text = sari.post(here, 422, **data).content.decode()
        assert "Baris 1: pilihannya tidak lagi berlaku. Pilih kembali." in text and "Rahasia" not in text
    assert not case.children.exists()


# --- who, and when


def test_a_closed_case_takes_nobody_in(today, desk, case, here):
    sari = desk("sari")
    data = typed(sari.get(here), [{"name": "Bunga"}], action="save")
    with today.walk(case, "dewi") as walk:
        walk.put_on_hold("Libur")
    text = sari.post(here, 422, **data).content.decode()
    assert "sedang ditunda" in text and 'value="Bunga"' in text
    sari.get(here, 403)


def test_another_s_key_and_a_forged_saved_row(today, desk, case, here):
    sari, dewi = desk("sari"), desk("dewi")
    data = typed(sari.get(here), [{"name": "Bunga"}], action="save")
    sari.post(here, **data)
    dewi.post(here, 403, **data)
    stranger = today.child("Rahasia", by="yuli")
    rows = [{"name": "Rian", "sibling": "50"}]
    saved = [f"50:{stranger.pk}:x", "a:b:c", "1:2", f"51:{10**30}:x"]
    response = sari.post(here, 422, **typed(sari.get(here), rows, action="save", saved=saved))
    assert "Rahasia" not in response.content.decode()


def test_a_draft_taken_up_is_shown_and_not_judged(today, desk, case, here):
    sari = desk("sari")
    data = typed(sari.get(here), [{"name": "Bunga", "age": "x"}])
    fields = [[name, value] for name, value in data.items() if isinstance(value, str)]
    drafts.save(today.sari, today.now, here, uuid.UUID(data["_key"]), fields, [])
    pk = Draft.objects.get().pk
    text = sari.post(here, 200, _draft=str(pk)).content.decode()
    assert 'value="Bunga"' in text and "Kesalahan" not in text
    assert not case.children.exists()


def test_a_saved_table_leaves_no_draft(today, desk, case, here):
    sari = desk("sari")
    data = typed(sari.get(here), [{"name": "Bunga"}], action="save")
    drafts.save(today.sari, today.now, here, uuid.UUID(data["_key"]), [["r1-name", "Bunga"]], [])
    sari.post(here, **data)
    assert not Draft.objects.exists()


def test_the_page_is_read_with_a_line_in_the_journal(desk, case, here):
    desk("sari").get(here)
    assert journal.of(case).filter(verb="case.read").count() == 1


@pytest.mark.parametrize("count", [3, 6, 80])
def test_what_a_table_costs(today, desk, case, here, count, django_assert_num_queries):
    sari = desk("sari")
    rows = [
        {
            "name": f"Anak {n}",
            "sex": "L",
            "age": "9",
            "adult": f"Wali {n}",
            "where": "Rumah",
            "note": "x",
            **({"sibling": str(n - 1)} if n % 3 == 2 else {}),
        }
        for n in range(1, count + 1)
    ]
    paste = "Nama\n" + "\n".join(f"Anak {n}" for n in range(count))
    page = sari.post(here, 200, **typed(sari.get(here), [], action="paste", paste=paste))
    data = typed(page, rows, action="save")
    with django_assert_num_queries(34):
        sari.post(here, **data)
    assert case.children.count() == count
