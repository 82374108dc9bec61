"""Rounds on the street: ordered, initialled and signed before any child is known."""

from sopcases.cases.models import Case
from tests.browser.people import Office, pdf_text
from tests.browser.story import AGUS, DEWI, SARI, Story

PLACE = "Simpang Pamedan"


class Round(Story):
    """A round from the order to the street, and what comes of it."""

    steps = 5

    def order(self) -> None:
        """Dewi opens the round before any child is known; Agus drafts the SPT, three sign."""
        dewi = self.dewi.open("/").follow("Laporan awal")
        other = dewi.link("Kegiatan penjangkauan")
        if other.count():
            other.click()
        dewi.heading("Buka penanganan: Kegiatan penjangkauan")
        dewi.fill({"Di mana": PLACE}).press("Buka penanganan")
        case = Case.objects.latest("pk")
        self.number = case.number
        dewi.sees(self.number, "sudah dibuka")
        assert not case.children.exists()
        spt = self.draft_spt(1, "Penjangkauan anak jalanan", SARI, DEWI, AGUS, place=PLACE)
        self.propose(spt)
        number = self.initial()
        self.sign_in_ink(spt, number)
        signed = pdf_text(self.agus.download())
        for words in (number, "Penjangkauan anak jalanan", PLACE, SARI, DEWI):
            assert words in signed, words
        self.spt_number = number

    def blank_form(self) -> None:
        """The form to fill in by hand: the SPT's number and the place are printed on it."""
        agus = (
            self.agus.open(self.case).follow("Cetak blangko daftar anak").heading("Cetak blangko daftar anak")
        )
        answer = agus.page.request.get(f"{self.office.home}{self.case}blangko/?halaman=1")
        printed = pdf_text(answer.body())
        assert answer.headers["content-type"] == "application/pdf"
        for words in (self.spt_number, PLACE):
            assert words in printed, words


def test_a_round_that_finds_nobody(office: Office):
    story = Round(office)
    story.order()
    story.blank_form()
    sari = story.sari.does(3, of=5)
    sari.fill({"Catatan": "Hujan sejak sore, tidak ada anak di persimpangan."})
    sari.press("Selesaikan langkah").sees("Langkah 3 selesai.")
    dewi = story.dewi.open(story.case).follow("Tutup penanganan")
    dewi.press("Tutup penanganan").sees("Penanganan ditutup.")
    dewi.sees("Nihil", where=dewi.page.get_by_label("Identitas penanganan"))
    assert office.only_case().state == Case.State.NIHIL
