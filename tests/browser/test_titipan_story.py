"""A baby entrusted by its mother: the same way without the police, and the Laporan Sosial written here."""

from sopcases.cases.models import Attempt, Case
from tests.browser.people import Office, pdf_text
from tests.browser.story import CHILD, DEWI, HOME, SARI, Story


def test_an_entrusted_baby_goes_without_the_police(office: Office):
    story = Story(office)
    story.report("Titipan", **{"Penemu atau pelapor": "Ibu kandung", "Di mana": "Kantor Dinas Sosial"})
    story.write_report()
    story.dewi.takes("Langkah 1 dari 9").follow("Terima").press("Terima").sees("Hasil langkah diterima.")

    first = story.draft_spt(2, "Koordinasi dengan rumah sakit", SARI, place="RSUD")
    story.propose(first)
    story.sign_in_ink(first, story.initial())
    police = story.sari.open(story.case).step_row(4)
    story.sari.sees("Tidak diperlukan", "Tidak berlaku pada jalur masuk penanganan ini.", where=police)
    assert story.sari.link("Surat Terlantar").count() == 0

    story.hospital()
    story.birth_certificate()
    story.report_to_kasi()
    second = story.draft_spt(7, "Pengantaran anak ke lembaga", DEWI, place=HOME)
    story.propose(second)
    story.sign_in_ink(second, story.initial())
    story.covering_letter()
    record = story.berita_acara()
    text = pdf_text(story.dewi.open(record).download())
    assert "Surat Terlantar" not in text
    assert CHILD in text
    story.leave_bpjs_to_follow()
    story.dewi.press("Selesaikan langkah").sees("Langkah 8 selesai.")
    story.deliver(record)
    story.close()
    case = office.only_case()
    assert (case.route, case.state) == ("titipan", Case.State.DONE)
    assert not Attempt.objects.filter(step__key="4").exists()
