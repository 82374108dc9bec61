"""Rounds on the street: ordered and signed before any child is known, a table the morning after."""

from sopcases.cases.models import Case, Relation
from sopcases.sops.models import Stage
from tests.browser.people import Office, Person, pdf_text, scan
from tests.browser.story import AGUS, DEWI, SARI, Story

PLACE = "Simpang Pamedan"
KNOWN = "Reza Kurniawan"
FOUND = [
    {"name": "Dimas Saputra", "sex": "L", "age": "11", "adult": "Wak Leman", "relation": "ayah"},
    {"name": "Dinda Saputri", "sex": "P", "age": "8", "sibling": "1"},
    {"name": KNOWN, "sex": "L", "age": "12"},
    {"name": "Putra", "sex": "L", "age": "10", "aliases": "Boy"},
    {"name": "Intan Permata", "sex": "P", "age": "9", "address": "Batam, Kec. Sekupang"},
    {"name": "Galih Pratama", "sex": "L", "age": "tiga belas"},
    {"name": "Laras Ayu", "sex": "P", "age": "14"},
]


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

    def morning_after(self) -> None:
        """Agus types seven rows: one child is known already, one age is not a number."""
        agus = self.agus.open(self.case).follow("Isi tabel anak")
        page = agus.page
        while page.locator("[data-row]").count() < len(FOUND):
            agus.press("Tambah 5 baris")
        for no, child in enumerate(FOUND, 1):
            for cell, value in child.items():
                field = page.locator(f"#id_r{no}-{cell}")
                field.select_option(value) if cell == "sex" else field.fill(value)
        agus.press("Simpan").sees("5 baris tersimpan", "Baris 6: usia ditulis dengan angka")
        self.nobody(agus)
        page.get_by_label(f"Anak yang sama: {KNOWN}").check()
        page.locator("#id_r6-age").fill("13")
        agus.press("Simpan").sees("anak ditambahkan ke penanganan ini.", "1 anak dicatat terjangkau kembali.")

    def reports(self) -> None:
        """A Laporan Sosial for each child from the table, a father's one statement for his two; the step
        waits for the others."""
        step = f"{self.case}langkah/3/"
        sari = self.sari.open(step).sees("6 anak: 6 belum.")
        for child in self.inside():
            sari.open(step).follow(child).heading(f"Dokumen {child}")
            self.nobody(sari)
            sari.fill({"Berkas": scan("Laporan Sosial")}, self.line("Laporan Sosial", child))
            sari.press("Simpan dokumen").sees("1 dokumen tersimpan.")
        sari.follow("Surat Pernyataan per penanggung jawab").sees("6 anak: 6 belum.")
        sari.follow("Unggah pernyataan Wak Leman").heading("Surat Pernyataan: Wak Leman")
        self.nobody(sari)
        sari.fill({"Pindaian pernyataan": scan("Surat Pernyataan Wak Leman")})
        sari.fill({"Ditandatangani tanggal": self.today}).press("Simpan pernyataan")
        sari.sees("Pernyataan untuk 2 anak tersimpan.", "6 anak: 2 ada, 4 belum.")
        sari.open(step).press("Simpan, lanjutkan nanti")
        sari.sees("Isian langkah 3 tersimpan. Langkah ini belum selesai.")
        filed = [f.paper.kind.name for f in self.row.filings.select_related("paper__kind")]
        assert filed.count("Laporan Sosial") == len(self.inside())
        assert filed.count("Surat Pernyataan") == 2
        assert self.row.filings.filter(paper__adult__name="Wak Leman").values("paper").distinct().count() == 1
        sari.press("Selesaikan langkah").sees("Ada masalah", "Surat Pernyataan")

    def line(self, paper: str, child: str):
        page = self.sari.page
        own = page.get_by_role("heading", name=f"{paper} untuk {child}", exact=True)
        return page.locator("section.panel").filter(has=own)

    @property
    def row(self) -> Case:
        return Case.objects.get(number=self.number)

    def inside(self) -> list[str]:
        """The names of the children who are in the case still."""
        return list(
            self.row.children.filter(left_on=None).values_list("child__name", flat=True).order_by("pk")
        )

    def leaves(self, child: str, outcome: str, why: str) -> None:
        """Sari writes down how it ended for one; the rest go on."""
        stay = self.row.children.get(child__name=child)
        sari = self.sari.open(f"{self.case}anak/{stay.child_id}/hasil-akhir/")
        sari.select("Hasil akhir", outcome).fill({"Tanggal": self.today, "Keterangan": why})
        sari.press("Catat hasil akhir").sees("Hasil akhir anak tersimpan.", outcome)
        self.nobody(sari)

    def nobody(self, person: Person) -> None:
        """Neither the page's address nor its title names a child."""
        for text in (person.path, person.page.title()):
            assert not any(child["name"].split()[0] in text for child in FOUND), text


def test_seven_children_on_one_evening(office: Office):
    world = office.world
    earlier = world.case("anak-jalanan", by="dewi", children=0, place="Pasar Bintan Center")
    with world.walk(earlier, "agus") as walk:
        walk.join(world.child(KNOWN, by="agus"))
    spt = world.file(earlier, "Surat Perintah Tugas", "agus", output="1/spt", stage=Stage.DRAFT)
    world.advance_paper(earlier, spt, Stage.SIGNED, "budi", disposed_by=world.rahman, signed_by=world.budi)
    story = Round(office)
    story.order()
    story.blank_form()
    story.morning_after()
    assert story.inside() == [
        c["name"] for c in FOUND if c["name"] != KNOWN and c["name"] != "Galih Pratama"
    ] + ["Galih Pratama"]
    assert earlier.children.count() == 1, "met again there, not opened twice"
    brother = story.row.children.get(child__name="Dimas Saputra").child
    assert Relation.objects.filter(child=brother).count() == 2, "the father and the sister"
    story.reports()
    story.leaves("Intan Permata", "Dilimpahkan", "Diserahkan kepada Dinas Sosial Batam")
    story.leaves("Dimas Saputra", "Kembali ke keluarga", "Dijemput ayahnya")
    assert story.inside() == ["Dinda Saputri", "Putra", "Laras Ayu", "Galih Pratama"]
    assert story.row.running


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
