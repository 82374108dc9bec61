"""The blank form to print before a round: what stands on it, and what it does not tell."""

import io
from datetime import date

import pytest
from pypdf import PdfReader

from sopcases.people.models import Position
from tests.cases.test_verb_join import on_the_street

pytestmark = pytest.mark.django_db


def pages(response) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(response.content)).pages]


def test_how_many_sheets_is_asked(today, desk):
    case = today.case("anak-jalanan", by="dewi", children=0)
    here = f"/penanganan/{case.number}/blangko/"
    assert "8 anak setiap lembar" in desk("sari").text(here)
    for wrong, sentence in {
        "0": "Paling sedikit 1 lembar.",
        "11": "Paling banyak 10 lembar sekali cetak.",
        "x": "Isi angka 1 sampai 10.",
        "": "Isi jumlah lembarnya.",
    }.items():
        assert sentence in desk("sari").text(f"{here}?halaman={wrong}", 422)


def test_sheets_of_eight_with_a_head_each(today, desk):
    case = today.case("anak-jalanan", by="dewi", children=0, place="Simpang Pamedan")
    response = desk("sari").get(f"/penanganan/{case.number}/blangko/?halaman=3")
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"] == f'inline; filename="blangko-{case.number}.pdf"'
    found = pages(response)
    assert len(found) == 3
    assert all("Simpang Pamedan" in page and case.number in page for page in found)
    assert "lembar 3 dari 3" in found[2] and "24" in found[2] and "\n8\n" in found[0]
    assert response.content.startswith(b"%PDF")


def test_ten_sheets_are_ten_pages(today, desk):
    case = today.case("anak-jalanan", by="dewi", children=0, place="x" * 290)
    with today.walk(case, "dewi") as walk:
        for name in ("Peksos", "Petugas"):
            holder = "sari" if name == "Peksos" else "agus"
            walk.assign(Position.objects.get(agency=today.home, name=name).pk, today.users[holder])
    found = pages(desk("sari").get(f"/penanganan/{case.number}/blangko/?halaman=10"))
    assert len(found) == 10, "the longest place and all officers still leave eight rows a sheet"
    assert all("Agus Salim dan Sari Wulandari" in page for page in found)


def test_the_numbered_letter_stands_on_top(today, desk):
    case = today.case("anak-jalanan", by="dewi", children=0)
    here = f"/penanganan/{case.number}/blangko/?halaman=1"
    assert "nomor" not in pages(desk("sari").get(here))[0], "left open for the pen"
    letter = today.file(case, "Surat Perintah Tugas", "dewi", output="1/spt")
    letter.number, letter.dated = "094/12/5.6.04/2026", date(2026, 3, 2)
    letter.save()
    assert "Surat Perintah Tugas nomor 094/12/5.6.04/2026" in pages(desk("sari").get(here))[0]
    letter.voided_at, letter.void_reason = today.now, "Salah"
    letter.save()
    assert "094/12" not in pages(desk("sari").get(here))[0]


def test_it_names_no_child(today, desk):
    case = on_the_street(today, 2)
    text = "".join(pages(desk("sari").get(f"/penanganan/{case.number}/blangko/?halaman=2")))
    assert not [s for s in case.children.select_related("child") if s.child.name in text]
