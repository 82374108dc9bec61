"""A form sent twice does its thing once, and two editors meet on a page that keeps what both typed."""

from datetime import timedelta

import pytest

from sopcases.cases.models import Attempt, Case, ProgressNote
from sopcases.letters.models import Letter
from tests.browser.people import Office, Person
from tests.cases.story import ordered

SEND_TWICE = """async () => {
  const form = document.querySelector("main form[method=post]");
  const to = form.getAttribute("action") || location.href;
  const send = () => fetch(to, {method: "POST", body: new FormData(form), redirect: "follow"});
  const answers = await Promise.all([send(), send()]);
  return answers.map(answer => [answer.status, new URL(answer.url).pathname]);
}"""


def report(office: Office) -> Person:
    sari = office.inside("sari").open("/penanganan/laporan-awal/")
    sari.fill({"Kapan": office.world.now - timedelta(hours=2), "Anak sekarang berada di": "RSUD"})
    return sari.choose("Temuan")


def note(office: Office) -> Person:
    case = office.world.case()
    sari = office.inside("sari").open(f"/penanganan/{case.number}/catatan/baru/")
    return sari.fill({"Catatan": "Sekali saja."})


FORMS = [(report, "Kirim laporan awal", Case), (note, "Simpan catatan", ProgressNote)]


@pytest.mark.parametrize(("write", "button", "model"), FORMS, ids=["report", "note"])
def test_a_double_click_makes_one_record(office: Office, write, button: str, model):
    sari = write(office)
    sari.page.get_by_role("button", name=button, exact=True).dblclick()
    sari.sees("Tersimpan dengan nomor" if model is Case else "Catatan tersimpan.")
    assert model.objects.count() == 1


@pytest.mark.parametrize(("write", "button", "model"), FORMS, ids=["report", "note"])
def test_two_sendings_at_the_same_moment_make_one_record(office: Office, write, button: str, model):
    sari = write(office)
    first, second = sari.page.evaluate(SEND_TWICE)
    assert first == second, "both are led to the same page"
    assert first[0] == 200
    assert model.objects.count() == 1


def test_a_letter_proposed_twice_is_proposed_once(office: Office):
    world = office.world
    case = world.case()
    ordered(world, case)
    agus = office.inside("agus").open(f"/penanganan/{case.number}/surat/baru/")
    agus.follow("Surat Perintah Tugas")
    agus.fill({"Tujuan penugasan": "Koordinasi", "Tempat tugas": "RSUD", "Dasar lainnya": "Laporan"})
    agus.page.get_by_role("checkbox", name="Sari Wulandari").check()
    assert [status for status, _ in agus.page.evaluate(SEND_TWICE)] == [200, 200]
    letter = Letter.objects.get()
    agus.open(f"/surat/{letter.pk}/ajukan/")
    assert [status for status, _ in agus.page.evaluate(SEND_TWICE)] == [200, 200]
    assert list(letter.acts.values_list("act", flat=True)) == ["drafted", "proposed"]


def test_two_editors_of_a_step_meet_on_a_page_that_keeps_what_was_typed(office: Office):
    world = office.world
    case = world.case()
    ordered(world, case)
    step = f"/penanganan/{case.number}/langkah/4/"
    sari, agus = office.inside("sari").open(step), office.inside("agus").open(step)
    agus.choose("Sari Wulandari, S.Tr.Sos., Peksos")
    agus.fill({"Catatan": "Menurut Agus: penyidik sedang dinas luar."})
    sari.fill({"Catatan": "Menurut Sari: surat terbit besok."}).press("Simpan, lanjutkan nanti")
    sari.sees("Isian langkah 4 tersimpan.")
    agus.press("Simpan, lanjutkan nanti").heading("Sudah diubah orang lain")
    agus.sees("Menurut Agus: penyidik sedang dinas luar.", "Sari Wulandari")
    assert Attempt.objects.get(step__key="4").note == "Menurut Sari: surat terbit besok."
    agus.follow("Buka halaman terbaru")
    assert agus.field("Catatan").input_value() == "Menurut Sari: surat terbit besok."
