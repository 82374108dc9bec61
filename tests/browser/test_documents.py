"""The official document of an SOP in the browser: no row outgrows its chart, nothing sideways, axe silent."""

import pytest

from tests.browser.people import Office
from tests.browser.test_accessibility import none, visit

DOCUMENT = "/sop/bayi-balita-terlantar/dokumen/"
RUNNING = "/sop/bayi-balita-terlantar/revisi/1/berjalan/"
ROWS = """() => [...document.querySelectorAll(".sop-table tbody tr")].map(row =>
  [row.getBoundingClientRect().height, row.querySelector("svg").getBoundingClientRect().height])"""


def test_the_document_on_screen(office: Office):
    office.world.case()
    office.world.wait(days=5)
    dewi = office.inside("dewi")
    none(visit(dewi, DOCUMENT, f"{DOCUMENT}?kertas=f4", RUNNING))
    page = dewi.page
    page.set_viewport_size({"width": 1280, "height": 900})
    dewi.open(DOCUMENT)
    rows = page.evaluate(ROWS)
    assert len(rows) == 9
    for row, drawn in rows:  # no row has grown beyond its chart, so no arrow is torn
        assert row == pytest.approx(drawn, abs=1.5)
