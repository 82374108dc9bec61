"""An SOP before and after it is in force: tried with every answer, printed, seen with its running cases."""

import io

import docx
import pytest
from pypdf import PdfReader

from sopcases.people.authority import Machine
from sopcases.sops import revising
from tests.browser.people import Office


def test_a_draft_is_tried_answer_by_answer(office: Office):
    draft = revising.new_revision(office.world.revision(), Machine(office.world.now))
    draft.steps.filter(key="2").update(refusal_to="5")
    ani = office.inside("ani").open(f"/admin/sops/revision/{draft.pk}/change/")
    ani.follow("Uji jalan").sees("Semua kemungkinan jawaban", "kemungkinan jawaban tersendat")
    ani.page.locator("#id_jawaban-2").select_option("tidak")
    ani.page.locator('input[value="Jalankan"]').click()
    ani.page.wait_for_load_state()
    ani.sees("Dilewati karena ditolak: 3.", "Ditampilkan di atas")
    ani.page.set_viewport_size({"width": 320, "height": 800})
    ani.fits()
    ani.follow("Semua ya").sees("Hasil")
    assert "Dilewati karena ditolak" not in ani.main.inner_text()


SOP = "/sop/bayi-balita-terlantar/"


def test_a_draft_is_printed_on_the_paper_one_chooses(office: Office):
    no = revising.new_revision(office.world.revision(), Machine(office.world.now)).no
    ani = office.inside("ani").open(f"{SOP}revisi/{no}/").follow("Dokumen resmi")
    for paper, wide in (("A4 (297 × 210 mm)", 297), ("F4 (330 × 215 mm)", 330)):
        if wide != 297:
            ani.follow(paper)
        address = ani.link("Cetak (PDF)").get_attribute("href")
        answer = ani.page.context.request.get(f"{ani.home}{address}")
        pages = PdfReader(io.BytesIO(answer.body())).pages
        assert float(pages[1].mediabox.width) == pytest.approx(wide * 72 / 25.4, abs=0.1)
        assert "DRAF" in pages[1].extract_text()


def test_an_sop_in_force_is_printed_and_seen_with_its_running_cases(office: Office):
    """From its page to paper, to the screen, to files to work on, and to the cases that stand on it."""
    case = office.world.case()
    dewi = office.inside("dewi").open(SOP).follow("Dokumen resmi")
    dewi.heading("Dokumen SOP").sees("Pelaksana", "Mutu Baku", "Kasi menerima Lapran Sosial")
    assert dewi.page.locator("svg.sop-chart").count() == 9 * 5
    word, box = (
        dewi.page.locator(f"svg.sop-chart {tag}").nth(0).bounding_box() for tag in ("text", "rect[rx]")
    )
    assert word["height"] < box["height"], "words stand within their shapes"
    address = dewi.link("Cetak naskah (PDF)").get_attribute("href")
    answer = dewi.page.context.request.get(f"{dewi.home}{address}")
    assert answer.headers["content-type"] == "application/pdf" and answer.body().startswith(b"%PDF")
    word = docx.Document(io.BytesIO(dewi.download("Unduh .docx")))
    assert word.element.xpath(".//wp:anchor"), "the chart is drawn"
    assert b"Kasi menerima Lapran Sosial" in dewi.download("Unduh .html")
    dewi.follow("Penanganan berjalan")
    dewi.page.get_by_role("link", name="1 penanganan").first.click()
    dewi.sees(case.number)
    dewi.page.set_viewport_size({"width": 320, "height": 800})
    for path in ("dokumen/", "revisi/1/berjalan/"):
        dewi.open(f"{SOP}{path}")
        dewi.fits()
