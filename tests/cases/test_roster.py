"""What officers send as lists of children, good and nasty, and the template they are given."""

import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from sopcases.cases import roster
from sopcases.cases.roster import read_age, read_day, read_file, read_sex, read_text
from sopcases.refusal import Refused

MADE = datetime(2026, 3, 3, 8)


def workbook(rows, sheets=(), **options) -> bytes:
    """A workbook as Excel would make it; the rows stand on the first sheet, or on the second of two."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, **options}) as book:
        for name in sheets:
            book.add_worksheet(name)
        sheet = book.add_worksheet("Data")
        for number, row in enumerate(rows):
            for place, value in enumerate(row):
                if value is not None:
                    sheet.write(number, place, value)
    return out.getvalue()


def cells(found, *fields):
    return [tuple(row.cells[f] for f in fields) for row in found.rows]


def refusal(name, content) -> str:
    with pytest.raises(Refused) as caught:
        read_file(name, content)
    return str(caught.value)


# --- text


def test_pasted_from_a_spreadsheet():
    found = read_text("Nama\tL/P\tUmur\tAlamat\nBunga\tP\t10\tJl. Merdeka 1\nRian\tL\t8\t\n")
    assert cells(found, "name", "sex", "age", "address") == [
        ("Bunga", "P", "10", "Jl. Merdeka 1"),
        ("Rian", "L", "8", ""),
    ]
    assert (found.unknown, found.told) == ((), ())


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Nama", "name"),
        ("NAMA ANAK", "name"),
        ("Nama Lengkap", "name"),
        ("Alias/Panggilan", "aliases"),
        ("Alias", "aliases"),
        ("L/P", "sex"),
        ("JK", "sex"),
        ("Jenis Kelamin", "sex"),
        ("Jenis Kelamin (L/P)", "sex"),
        ("Umur/Usia", "age"),
        ("Umur (th)", "age"),
        ("Tgl Lahir", "birth"),
        ("Tgl. Lahir", "birth"),
        ("Tanggal  Lahir", "birth"),
        ("N.I.K.", "nik"),
        ("Alamat", "address"),
        ("Wali", "adult"),
        ("Orang Tua", "adult"),
        ("Wali/Orang Tua", "adult"),
        ("Nama Orang Tua / Wali", "adult"),
        ("Penanggung Jawab", "adult"),
        ("Hubungan", "relation"),
        ("HP", "phone"),
        ("No. HP/Telepon", "phone"),
        ("Telepon", "phone"),
        ("Sekolah", "schooling"),
        ("Pendidikan", "schooling"),
        ("Sekolah/Pendidikan", "schooling"),
        ("Keterangan", "note"),
        ("Ket.", "note"),
        ("Saudara dari baris", "sibling"),
    ],
)
def test_a_heading_in_many_spellings(heading, field):
    anchor = "L/P" if field == "name" else "Nama"
    found = read_text(f"{anchor}\t{heading}\nx\tx1\n")
    assert found.unknown == ()
    assert found.rows[0].cells[field].endswith("1")


def test_any_order_and_title_rows_above():
    text = (
        "DAFTAR ANAK YANG DIJANGKAU\nKecamatan Tanjungpinang Kota\n\n"
        "NO;UMUR;JK;NAMA ANAK\n1;10;P;Bunga\n2;8;laki-laki;Rian\n"
    )
    assert cells(read_text(text), "name", "sex", "age") == [("Bunga", "P", "10"), ("Rian", "L", "8")]


def test_commas_and_quoted_cells():
    found = read_text('Nama,Alamat,L/P\n"Bunga","Jl. Merdeka, RT 1",P\nRian,Jl. Hang Tuah,L\n')
    assert cells(found, "name", "address") == [("Bunga", "Jl. Merdeka, RT 1"), ("Rian", "Jl. Hang Tuah")]


def test_a_lone_quote_swallows_nothing():
    found = read_text('Nama\tL/P\nBunga "Unga\tP\nRian\tL')
    assert cells(found, "name") == [('Bunga "Unga',), ("Rian",)]


def test_without_headings_the_order_of_the_template():
    found = read_text("Bunga\tUnga\tP\t10\nRian\t\tL\t8\n")
    assert cells(found, "name", "aliases", "sex", "age") == [
        ("Bunga", "Unga", "P", "10"),
        ("Rian", "", "L", "8"),
    ]


def test_without_headings_but_numbered():
    found = read_text("1\tBunga\tUnga\tP\n2\tRian\t\tL\n")
    assert [(r.no, r.cells["name"], r.cells["sex"]) for r in found.rows] == [
        (1, "Bunga", "P"),
        (2, "Rian", "L"),
    ]


def test_names_alone():
    assert cells(read_text("Bunga\nRian\n"), "name") == [("Bunga",), ("Rian",)]
    assert cells(read_text("Nama\nBunga\nRian\n"), "name") == [("Bunga",), ("Rian",)]


def test_an_unknown_column_is_told_and_kept():
    found = read_text("Nama\tAgama\tKet\nBunga\tIslam\tBerjualan koran\nRian\t\t\n")
    assert cells(found, "name", "note") == [("Bunga", "Berjualan koran; Agama: Islam"), ("Rian", "")]
    assert found.unknown == ("Agama",)
    assert found.told == ("Kolom “Agama” tidak dikenal; isinya dimasukkan ke keterangan.",)


def test_a_column_named_twice_keeps_both():
    found = read_text("Nama\tNama Ibu\tNama Ayah\nBunga\tSiti\tJoko\n")
    assert cells(found, "adult", "relation", "note") == [("Siti", "Ibu", "Nama Ayah: Joko")]


def test_cells_beyond_the_headings_are_kept():
    assert cells(read_text("Nama\tL/P\nBunga\tP\tada luka\n"), "note") == [("ada luka",)]


def test_the_sheet_s_own_numbers_are_those_siblings_refer_to():
    found = read_text("No\tNama\tSaudara dari baris\n11\tBunga\t\n12\tRian\tbaris 11\n")
    assert [(r.no, r.cells["sibling"]) for r in found.rows] == [(11, ""), (12, "11")]


def test_nothing_pasted():
    for text in ("", " \n\t\n", "\x00"):
        with pytest.raises(Refused, match="Belum ada yang ditempel"):
            read_text(text)


def test_only_a_heading():
    with pytest.raises(Refused, match="Tidak ada baris anak yang terbaca"):
        read_text("Nama\tL/P\n")


@given(st.text(max_size=400))
def test_any_text_is_read_or_refused(text):
    try:
        found = read_text(text)
    except Refused as refused:
        assert all(s.endswith((".", "!")) for s in refused.sentences)
        return
    assert found.rows
    for row in found.rows:
        assert set(row.cells) == set(roster.FIELDS)
        assert any(row.cells.values())


WORDS = st.text(st.characters(whitelist_categories=("Ll", "Lu")), min_size=1, max_size=12)


@given(st.lists(st.tuples(WORDS, WORDS, WORDS), min_size=1, max_size=12), st.permutations(range(3)))
def test_the_order_of_columns_changes_nothing(rows, order):
    """And neither does the separator: nothing typed is lost on the way."""
    headings = ("Nama", "Alamat", "Sekolah")
    rows = [(f"A{name}", *rest) for name, *rest in rows]
    rows = [r for r in rows if not r[0].casefold().startswith("acontoh")]
    for mark in ("\t", ";", ","):
        lines = [mark.join(row[i] for i in order) for row in (headings, *rows)]
        assert cells(read_text("\n".join(lines)), "name", "address", "schooling") == rows


# --- files


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_csv_in_every_dress(mark, encoding):
    text = mark.join(("Nama", "L/P")) + "\r\n" + mark.join(("André’s", "L")) + "\r\n"
    assert cells(read_file("daftar.csv", text.encode(encoding)), "name", "sex") == [("André’s", "L")]


def test_excel_names_its_separator():
    assert cells(read_file("a.csv", b"sep=|\r\nNama|JK\r\nBunga|P\r\n"), "name", "sex") == [("Bunga", "P")]


def test_a_workbook_with_days_numbers_and_titles():
    rows = [
        ["DAFTAR ANAK TERLANTAR"],
        [],
        ["No", "Nama Anak", "JK", "Umur", "Tgl Lahir", "HP"],
        [1, "Bunga", "Perempuan", 10.0, 42432, 81234567890],
        [2, "Rian", "L", "8 th", "14/11/2017", "0812 1111"],
        [],
        [3, "Sinta"],
    ]
    found = read_file("Daftar.XLSX", workbook(rows))
    assert cells(found, "name", "sex", "age", "birth", "phone") == [
        ("Bunga", "P", "10", "03-03-2016", "081234567890"),
        ("Rian", "L", "8 th", "14-11-2017", "0812 1111"),
        ("Sinta", "", "", "", ""),
    ]


def test_a_date_cell_is_a_day():
    out = io.BytesIO()
    book = openpyxl.Workbook()
    book.active.append(["Nama", "Tgl Lahir"])
    book.active.append(["Bunga", date(2016, 3, 3)])
    book.active.append(["Rian", datetime(2017, 3, 3)])
    book.save(out)
    assert cells(read_file("a.xlsx", out.getvalue()), "birth") == [("03-03-2016",), ("03-03-2017",)]


def test_formulas_count_as_their_values_and_never_as_formulas():
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Nama", "Umur", "Alamat"])
        sheet.write_string(1, 0, "Bunga")
        sheet.write_formula(1, 1, "=2026-2016", None, 10)
        sheet.write_formula(1, 2, '=HYPERLINK("http://x","Jl. Merdeka")', None, "Jl. Merdeka")
    assert cells(read_file("a.xlsx", out.getvalue()), "age", "address") == [("10", "Jl. Merdeka")]


def test_merged_cells():
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, 3, "DAFTAR ANAK")
        sheet.write_row(1, 0, ["Nama", "L/P", "Wali"])
        sheet.write_row(2, 0, ["Bunga", "P"])
        sheet.write_row(3, 0, ["Rian", "L"])
        sheet.merge_range(2, 2, 3, 2, "Siti")
    assert cells(read_file("a.xlsx", out.getvalue()), "name", "adult") == [("Bunga", "Siti"), ("Rian", "")]


def test_the_first_sheet_with_anything_on_it():
    found = read_file("a.xlsx", workbook([["Nama"], ["Bunga"]], sheets=["Kosong"]))
    assert cells(found, "name") == [("Bunga",)]


def test_a_nik_kept_as_a_number_has_lost_its_last_digit():
    found = read_file(
        "a.xlsx", workbook([["Nama", "NIK"], ["Bunga", 2172015003160001], ["Rian", "2172011411160002"]])
    )
    assert cells(found, "nik") == [("217201500316000",), ("2172011411160002",)]
    assert found.told == (
        "Baris 1: NIK tersimpan sebagai bilangan, sehingga angka terakhirnya hilang. Lengkapi.",
    )


def test_ten_thousand_rows():
    rows = [["Nama"], *([f"Anak {n}"] for n in range(10_000))]
    sentence = "Tabel ini berisi lebih dari 500 baris. Bagi menjadi beberapa bagian."
    assert refusal("a.xlsx", workbook(rows)) == sentence
    assert refusal("a.csv", "\n".join(r[0] for r in rows).encode()) == sentence
    assert len(read_file("a.csv", "\n".join(r[0] for r in rows[:501]).encode()).rows) == 500


def test_a_stray_cell_at_the_end_of_the_world():
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        sheet.write_column(0, 0, ["Nama", "Bunga"])
        sheet.write(1_048_575, 16_383, "x")
    assert "lebih dari 500 baris" in refusal("a.xlsx", out.getvalue())


def test_a_megabyte_in_one_cell():
    assert "isian yang lebih panjang dari 1000 huruf" in refusal("a.csv", b"Nama\n" + b"x" * 100_000)
    assert "terlalu panjang" in refusal("a.csv", b"Nama\n" + b"x" * 1_000_000)


def test_too_many_columns():
    assert "lebih dari 40 kolom" in refusal("a.csv", b"Nama," + b",".join([b"x"] * 60))


def test_an_empty_sheet_and_an_empty_file():
    assert refusal("a.xlsx", workbook([])) == "“a.xlsx” tidak berisi satu baris pun."
    assert refusal("a.csv", b" \r\n\r\n") == "“a.csv” tidak berisi satu baris pun."
    assert refusal("a.csv", b"") == "“a.csv” kosong. Periksa berkasnya, lalu pilih kembali."


def test_binary_and_nuls():
    assert "bukan tabel teks" in refusal("a.csv", bytes(range(256)) * 8)
    assert "bukan tabel teks" in refusal("a.csv", b"Nama,L/P\nBunga\x00,P\n")
    assert "bukan tabel teks" in refusal("a.csv", b"\x89PNG\r\n\x1a\n\x00\x00")


def test_a_renamed_file():
    assert "Isi “a.csv” tidak sesuai dengan akhiran .csv" in refusal("a.csv", workbook([["Nama"], ["B"]]))
    assert "Isi “a.xlsx” tidak sesuai dengan akhiran .xlsx" in refusal("a.xlsx", b"Nama\nBunga\n")
    assert "bukan XLSX atau CSV" in refusal("a.xlsm", workbook([["Nama"], ["B"]]))
    assert "bukan XLSX atau CSV" in refusal("daftar.pdf", b"%PDF-1.7")


def test_an_old_or_locked_workbook():
    for name in ("a.xls", "a.xlsx"):
        assert "terkunci kata sandi atau berformat Excel lama" in refusal(
            name, b"\xd0\xcf\x11\xe0" + b"\0" * 600
        )


def archive(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in {"xl/workbook.xml": b"<workbook/>", **files}.items():
            made.writestr(name, content)
    return out.getvalue()


def test_a_zip_bomb():
    assert "terlalu besar setelah dibuka" in refusal(
        "a.xlsx", archive(**{"xl/a.xml": b"0" * (60 * roster.MB)})
    )
    assert "terlalu besar setelah dibuka" in refusal("a.xlsx", archive(**{f"x/{n}": b"" for n in range(900)}))


def test_macros_entities_and_what_is_no_workbook():
    assert "memuat makro" in refusal("a.xlsx", archive(**{"xl/vbaProject.bin": b"x"}))
    assert "bukan buku kerja Excel yang lazim" in refusal(
        "a.xlsx", archive(**{"xl/sharedStrings.xml": b'<!DOCTYPE x [<!ENTITY a "aaa">]><sst/>'})
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("word/document.xml", "<w/>")
    assert "bukan buku kerja Excel" in refusal("a.xlsx", out.getvalue())
    assert "rusak" in refusal("a.xlsx", archive())
    assert "rusak" in refusal("a.xlsx", workbook([["Nama"], ["Bunga"]])[:900])


def test_too_large():
    assert "lebih besar dari 3 MB" in refusal("a.csv", b"x" * (3 * roster.MB + 1))


@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.xlsx", "a", "a.txt"]), st.booleans())
def test_any_bytes_are_read_or_refused(content, name, zipped):
    try:
        read_file(name, b"PK\x03\x04" + content if zipped else content)
    except Refused as refused:
        assert refused.sentences


# --- cells


def test_days_as_offices_write_them():
    wanted = date(2016, 3, 4)
    for text in (
        "04-03-2016",
        "4/3/2016",
        "4.3.16",
        "2016-03-04",
        "4 Maret 2016",
        "4 mar 2016",
        "04-Mar-2016",
        "42433",
        " 4 - 3 - 2016 ",
    ):
        assert read_day(text) == wanted, text
    for text in ("", "31-02-2016", "sekitar 2016", "2016", "4 Foo 2016", "99999", "0-0-0"):
        assert read_day(text) is None, text


def test_ages_as_people_say_them():
    for text, said in {
        "10": (10, None),
        "10 th": (10, None),
        "±10 tahun": (10, None),
        "sekitar 7 thn": (7, None),
        "2 tahun 3 bulan": (2, 3),
        "8 bln": (None, 8),
        "10,0": (10, None),
    }.items():
        assert read_age(text) == said, text
    for text in ("", "sepuluh", "5-6", "100 tahun", "-3", "tahun"):
        assert read_age(text) is None, text


def test_sexes():
    assert [read_sex(t) for t in ("L", "lk.", "Laki-laki", "PRIA", "p", "Pr", "Perempuan", "wanita")] == list(
        "LLLLPPPP"
    )
    assert [read_sex(t) for t in ("", "X", "anak")] == ["", "", ""]


@given(st.text(max_size=40))
def test_no_cell_breaks_a_reader(text):
    read_sex(text), read_day(text), read_age(text)


# --- the template


@pytest.mark.parametrize("name", ["contoh.xlsx", "contoh.csv"])
def test_the_template_comes_back_empty(name):
    content = roster.template_xlsx(MADE) if name.endswith("xlsx") else roster.template_csv()
    with pytest.raises(Refused, match="Tidak ada baris anak yang terbaca"):
        read_file(name, content)


def test_the_template_filled_in():
    book = openpyxl.load_workbook(io.BytesIO(roster.template_xlsx(MADE)))
    assert book.sheetnames == ["Anak", "Petunjuk"]
    sheet = book["Anak"]
    assert [c.value for c in sheet[1]] == ["No", *(c.heading for c in roster.COLUMNS)]
    assert sheet.cell(2, 1).value == "Contoh"
    for place, value in enumerate([1, *(f"nilai {n}" for n in range(len(roster.COLUMNS)))], 1):
        sheet.cell(3, place).value = value
    out = io.BytesIO()
    book.save(out)
    found = read_file("isi.xlsx", out.getvalue())
    assert len(found.rows) == 1 and found.unknown == ()
    assert set(found.rows[0].cells.values()) >= {"nilai 0", "nilai 6", "nilai 12"}
    explained = {row[0].value for row in book["Petunjuk"].iter_rows()}
    assert {c.heading for c in roster.COLUMNS} < explained


def test_the_template_holds_no_formula():
    book = openpyxl.load_workbook(io.BytesIO(roster.template_xlsx(MADE)))
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert kinds <= {"s", "n"}
