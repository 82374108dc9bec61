"""A year's evaluation turned into a draft revision: the Kasi judges each step and ends it, the admin
opens the draft with the standard that the year's figures propose."""

from sopcases.desk.figures.reckoning import reckon
from sopcases.sops.models import Revision
from tests.browser.people import Office
from tests.cast import at
from tests.desk.test_evaluation import reports

YEAR = "/laporan/evaluasi/bayi-balita-terlantar/1/2026/"


def test_a_year_becomes_a_draft(office: Office):
    world = office.world
    reports(world, [20, 25, 30, 30, 30, 35, 35, 38, 41, 200])
    office.set_clock(at("2027-01-04 09:00"))
    reckon(world.home, world.now)
    dewi = office.inside("dewi").open("/laporan/").follow("Evaluasi SOP")
    dewi.open(YEAR).heading("Evaluasi SOP tahun 2026")
    dewi.sees("Usulan dari angka: 45 menit", "90 % dari 10 kali selesai dalam 41 menit")
    for choice in dewi.page.locator("select[name$=verdict]").all():
        choice.select_option("well")
    dewi.page.locator("[name=s1-verdict]").select_option("poorly")
    dewi.press("Simpan dan periksa")
    dewi.sees("Langkah 1 dinilai kurang baik: isi tindak lanjutnya.").follow("Lengkapi")
    dewi.page.locator("[name=s1-action]").fill("Formulir laporan dipersingkat")
    dewi.press("Simpan dan periksa")
    dewi.press("Selesaikan evaluasi")
    dewi.sees("Diselesaikan", "Formulir laporan dipersingkat")

    ani = office.inside("ani").open("/laporan/evaluasi/").open(YEAR)
    ani.press("Buat draf revisi")
    draft = Revision.objects.get(sop__slug="bayi-balita-terlantar", no=2)
    assert ani.path == f"/admin/sops/revision/{draft.pk}/change/"
    assert draft.steps.get(key="1").time_text == "45 menit"
    ani.open("/sop/bayi-balita-terlantar/revisi/2/")
    ani.sees(
        "45 menit", "Usulan waktu baku dari evaluasi 2026", "Tindak lanjut: Formulir laporan dipersingkat"
    )
