"""A list is opened with its letter: registered once, with the number of the agenda; the scan may follow."""

from datetime import timedelta

import pytest

from sopcases.cases.models import Case, Paper
from sopcases.people.models import Area
from tests.cases.front_door import picture
from tests.cases.story import done

pytestmark = pytest.mark.django_db

URL = "/penanganan/laporan-awal/?sop=anak-terlantar-luar-panti"


def letter(today, **facts) -> dict:
    day = today.officer("tika").day
    area = Area.objects.filter(agency=today.agencies["lamandau"]).first()
    return {
        "issuer": "Camat Batang Kawa",
        "number": "460/07/KEC-BK",
        "dated": day.isoformat(),
        "circumstances": "Usulan dua belas anak terlantar",
        "agenda": "0117/B",
        "received_on": day.isoformat(),
        "area": area.pk,
        **facts,
    }


def test_the_letter_opens_the_case_and_is_the_paper_of_its_first_step(today, desk):
    tika = desk("tika")
    page = tika.text(URL)
    assert "Surat dari" in page and "Waktu kejadian" not in page
    area = Area.objects.filter(agency=today.agencies["lamandau"]).first()
    assert f'<option value="{area.pk}" selected>' in page, "her own kecamatan"
    tika.send(URL, **letter(today))
    case, paper = Case.objects.get(), Paper.objects.get()
    assert (case.area, case.reporter, case.circumstances) == (
        area,
        "Camat Batang Kawa",
        "Usulan dua belas anak terlantar",
    )
    assert (paper.kind.name, paper.number, paper.agenda, paper.agenda_year, bool(paper.file)) == (
        "Proposal",
        "460/07/KEC-BK",
        "0117/B",
        today.now.year,
        False,
    )
    page = tika.text(f"/penanganan/{case.number}/")
    for words in (
        "nomor agenda 0117/B",
        "pindaian menyusul",
        "Pindaian Proposal 460/07/KEC-BK",
        "Diterima pada",
    ):
        assert words in page, words
    # The letter is there: the step lacks only what it puts out.
    today.file(case, "Data Usulan", "tika", output="1/data")
    today.now += timedelta(minutes=1)
    done(today, case, "tika", lambda w: w.finish("1"))

    url = f"/penanganan/{case.number}/dokumen/{paper.pk}/pindaian/"
    tika.send(url, 422)
    tika.send(url, file=picture())
    paper.refresh_from_db()
    assert paper.file and paper.mime == "image/jpeg"
    assert "pindaian menyusul" not in tika.text(f"/penanganan/{case.number}/")
    assert "Mengunggah pindaian Proposal" in tika.text(f"/penanganan/{case.number}/riwayat/")
    tika.get(url, 403)
    for name in ("sari", "budi", "ani"):
        desk(name).get(url, 404)


def test_the_scan_may_come_with_it(today, desk):
    desk("camat").send(URL, **letter(today, file=picture()))
    assert Paper.objects.get().file


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"issuer": ""}, "Isi surat dari."),
        ({"number": " "}, "Isi nomor surat."),
        ({"dated": ""}, "Isi tanggalnya."),
        ({"area": ""}, "Pilih wilayah."),
        ({"received_on": "2031-01-01", "dated": "2026-01-01"}, "Waktu kejadian tidak boleh di masa depan."),
        ({"dated": "2031-01-01"}, "Tanggal dokumen tidak boleh di masa depan."),
        (
            {"received_on": "2020-01-01"},
            "Surat tidak dapat diterima sebelum tanggalnya. Periksa kedua tanggalnya.",
        ),
    ],
)
def test_refusals_keep_what_was_typed(today, desk, facts, sentence):
    page = desk("tika").send(URL, 422, **letter(today, **facts)).content.decode()
    assert sentence in page and "Usulan dua belas anak terlantar" in page
    assert not Case.objects.exists()


def test_the_number_of_the_agenda_is_used_once_a_year(today, desk):
    tika = desk("tika")
    tika.send(URL, **letter(today))
    page = tika.send(URL, 422, **letter(today, number="460/08")).content.decode()
    assert f"Nomor agenda 0117/B sudah dipakai pada tahun {today.now.year}." in page
    tika.send(URL, **letter(today, number="460/08", agenda=""))
    tika.send(URL, **letter(today, number="460/09", agenda=""))
    last = today.now.year - 1
    tika.send(URL, **letter(today, received_on=f"{last}-12-30", dated=f"{last}-12-29"))
    assert Paper.objects.filter(agenda="0117/B").count() == 2
    # Voided, the number is free again.
    first = Case.objects.earliest("id")
    paper = first.filings.get().paper
    done(today, first, "tika", lambda w: w.void(w.filings[0].paper, "Salah catat"))
    tika.send(URL, **letter(today, number="460/10"))
    assert paper.agenda == Paper.objects.latest("id").agenda
