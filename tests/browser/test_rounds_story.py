"""Rounds on the street: ordered and signed before any child is known, a table the morning after, a year."""

import re
from datetime import datetime

from playwright.sync_api import expect

from sopcases.cases.models import Case, Relation
from tests.browser.people import Office, Person, pdf_text, photo, scan
from tests.browser.story import AGUS, DEWI, SARI, Story
from tests.cases.story import children
from tests.cases.test_verb_join import on_the_street, papered
from tests.cast import World, at

PLACE = "Simpang Pamedan"
KNOWN, TRUE = "Reza Kurniawan", "Bima Santoso"
"""On file already: the one is recognised in the table, the other two weeks later behind a false name."""
FALSE = "Putra"
CELLS = ("name", "aliases", "sex", "age", "schooling", "address", "adult", "relation", "sibling")
OUT = "Putus sekolah"
FOUND = [
    ("Dimas Saputra", "", "L", "11", "SD kelas 5", "", "Wak Leman", "ayah", ""),
    ("Dinda Saputri", "", "P", "8", "SD kelas 2", "", "", "", "1"),
    (KNOWN, "", "L", "12", "", "", "", "", ""),
    (FALSE, "Boy", "L", "10", OUT, "", "", "", ""),
    ("Intan Permata", "", "P", "9", "", "Batam, Kec. Sekupang", "Bu Yuyun", "ibu", ""),
    ("Galih Pratama", "", "L", "tiga belas", OUT, "", "Bu Marni", "ibu", ""),
    ("Laras Ayu", "", "P", "14", OUT, "", "Pak Darmo", "wali", ""),
]
SIBLINGS = ["Dimas Saputra", "Dinda Saputri"]
TAKEN_IN = ["Galih Pratama", "Laras Ayu"]
"""Of three who left school; the PKBM has no room for the third."""
ELSEWHERE = "Intan Permata"
PKBM, LIST = "PKBM Bina Insani", "Data Anak Melanjutkan Pendidikan"
EVENING, MORNING, RECOGNISED = at("2026-04-13 08:00"), at("2026-04-14 08:00"), at("2026-04-28 09:00")
DAYS_LATER = at("2026-04-17 09:00")
ANSWERED, DAY_AFTER = at("2026-04-29 11:00"), at("2026-04-30 08:30")
FIRST, SECOND, NEXT_YEAR = at("2026-05-21 10:00"), at("2026-06-18 10:00"), at("2027-04-14 08:00")


class Round(Story):
    """A round from the order to the street, and what comes of it."""

    steps = 5

    def comes(self, day: datetime, *people: Person) -> None:
        self.office.day_comes(day, *people)
        self.today = day.date()

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
            for cell, value in zip(CELLS, child, strict=True):
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
        sari = self.sari.open(self.step(3)).sees("6 anak: 6 belum.")
        for child in self.inside():
            sari.open(self.step(3)).follow(child).heading(f"Dokumen {child}")
            self.nobody(sari)
            sari.fill({"Berkas": scan("Laporan Sosial")}, self.line("Laporan Sosial", child))
            sari.press("Simpan dokumen").sees("1 dokumen tersimpan.")
        self.signs("Wak Leman", "Pernyataan untuk 2 anak tersimpan.", "6 anak: 2 ada, 4 belum.")
        sari.open(self.step(3)).press("Simpan, lanjutkan nanti")
        sari.sees("Isian langkah 3 tersimpan. Langkah ini belum selesai.")
        sari.press("Selesaikan langkah").sees("Ada masalah", "Surat Pernyataan")

    def signs(self, adult: str, *seen: str) -> None:
        """An adult came to the office and signed for his children."""
        sari = self.sari.open(self.step(3)).follow("Surat Pernyataan per penanggung jawab")
        sari.follow(f"Unggah pernyataan {adult}").heading(f"Surat Pernyataan: {adult}")
        self.nobody(sari)
        sari.fill({"Pindaian pernyataan": scan(f"Surat Pernyataan {adult}")})
        sari.fill({"Ditandatangani tanggal": self.today}).press("Simpan pernyataan").sees(*seen)

    def statements_over_days(self) -> None:
        """Two more adults sign; the boy whose people nobody knows, and the one from Batam, are to follow."""
        for count, adult in enumerate(("Bu Yuyun", "Bu Marni", "Pak Darmo"), 3):
            self.signs(adult, "Pernyataan untuk 1 anak tersimpan.", f"{count} ada")
        dewi = self.dewi.open(f"{self.step(3)}orang-tua/").choose(FALSE)
        dewi.page.get_by_text("Catat menyusul untuk anak yang ditandai").click()
        dewi.fill(
            {"Paling lambat": RECOGNISED.date(), "Mengapa pernyataannya menyusul": "Keluarganya dicari"}
        )
        dewi.press("Catat menyusul").sees("Pernyataan untuk 1 anak dicatat menyusul.", "1 menyusul")
        self.sari.open(self.step(3)).press("Selesaikan langkah").sees("Langkah 3 selesai")

    def recognised(self) -> None:
        """A teacher knows him: the boy is another who is on file since the round before, and from
        now on the case calls him by his own name."""
        sari = self.sari.open(self.case)
        sari.follow(FALSE, sari.part("Anak dalam penanganan")).follow("Semua tentang anak ini").heading(FALSE)
        sari.follow("Nyatakan anak yang sama")
        self.nobody(sari)
        sari.fill({"Nama, nama panggilan, atau NIK": TRUE}).press("Cari").follow(re.compile(TRUE))
        sari.choose(TRUE).fill({"Alasan": "Dikenali gurunya di SDN 5"}).press("Nyatakan anak yang sama")
        sari.sees("Kedua data dinyatakan anak yang sama.").heading(TRUE)
        sari.sees(FALSE, "Boy", OUT, self.number)
        self.nobody(sari)
        sari.open(self.case).sees("Data yang sama", where=sari.part("Anak dalam penanganan"))
        sari.follow("Surat Pernyataan", sari.page.get_by_role("region", name="Kelengkapan yang ditunggu"))
        sari.follow(re.compile(f"Unggah langsung.*{TRUE}"))
        sari.fill({"Berkas": scan("Pernyataan neneknya"), "Tanggal dokumen": self.today})
        sari.press("Simpan dokumen").sees("1 dokumen tersimpan.")

    def home_to_batam(self) -> None:
        """The child from the other city: her own office is asked, answers, and takes her over."""
        party = "Dinas Sosial Kota Batam"
        sari = self.sari.open(self.case).follow("Minta atau rujuk ke pihak lain")
        sari.select("Jenis pihak", "Daerah lain").fill({"Nama pihak": party, "Yang diminta": "Penjemputan"})
        sari.choose(ELSEWHERE).press("Catat permintaan").sees("Permintaan dicatat.")
        sari.open("/").sees(party, where=sari.section("Menunggu pihak lain"))
        sari.open(self.case).follow(f"{party}: Penjemputan")
        sari.choose("Sudah dijawab", "Diterima").fill({"Jawabannya": "Dijemput pekerja sosial Batam"})
        sari.press("Simpan").sees("Dijemput pekerja sosial Batam").follow("Catat pelimpahan anak ini")
        self.nobody(sari)
        sari.select("Hasil akhir", "Dilimpahkan").fill({"Keterangan": f"Diserahterimakan kepada {party}"})
        sari.press("Catat hasil akhir").sees("Hasil akhir anak tersimpan.", "Dilimpahkan")

    def several(self) -> Person:
        """Step 4 for several children at once."""
        sari = self.sari.open(self.case).follow("Langkah 4: beberapa anak sekaligus")
        self.nobody(sari)
        return sari

    def asks_the_pkbm(self) -> None:
        """The siblings still go to school; for three who left it a place is asked."""
        sari = self.several()
        self.together("Tidak diperlukan", *SIBLINGS)
        sari.fill({"Mengapa langkah ini tidak diperlukan": "Masih bersekolah"})
        sari.press("Nyatakan tidak diperlukan").sees("Langkah dinyatakan tidak diperlukan bagi 2 anak.")
        self.together("Minta ke lembaga", TRUE, *TAKEN_IN)
        sari.fill({"Lembaga yang diminta": PKBM, "Yang diminta": "Kejar Paket A"})
        sari.press("Catat permintaan").sees("Permintaan bagi 3 anak dicatat.", "Menunggu jawaban")

    def back_to_school(self) -> None:
        """Two are taken in, one is refused; one list names the two, and the step is done for them."""
        sari = self.several()
        self.together("Diterima atau ditolak lembaga", *TAKEN_IN)
        sari.choose("Diterima").fill({"Dijawab pada": ANSWERED})
        sari.press("Catat jawaban").sees("Jawaban bagi 2 anak dicatat.")
        self.several()
        self.together("Diterima atau ditolak lembaga", TRUE)
        sari.choose("Ditolak").press("Catat jawaban").sees("Ada masalah")
        sari.fill({"Alasan, bila ditolak": "Kelas penuh"}).press("Catat jawaban")
        sari.sees("Jawaban bagi 1 anak dicatat.", f"{PKBM}: Ditolak: Kelas penuh", f"{PKBM}: Diterima")
        self.several()
        self.together(LIST, *TAKEN_IN)
        sari.press("Simpan daftar ini sebagai keluaran langkah").sees("Daftar 2 anak tersimpan")
        self.together("Selesaikan langkah")
        sari.press("Selesaikan langkah").sees("Langkah selesai bagi 2 anak.", TRUE).misses(*TAKEN_IN)
        files = sari.open(self.case).page.get_by_role("region", name="Berkas penanganan")
        paper = sari.link(LIST, files).get_attribute("href")
        text = pdf_text(sari.page.request.get(f"{self.office.home}{paper}").body())
        for words in (*TAKEN_IN, PKBM):
            assert words in text, words
        assert TRUE not in text

    def together(self, act: str, *children: str) -> None:
        """These children are ticked and the part of the page for an act is unfolded."""
        for child in children:
            self.sari.page.get_by_role("checkbox", name=child, exact=True).check()
        own = self.sari.page.locator("summary", has_text=act)
        if not own.evaluate("summary => summary.parentElement.open"):
            own.click()

    # --- every month

    def tick_list(self, month: str) -> Person:
        """From Tugas Saya to the list of all children who stand there."""
        sari = self.sari.takes(f"Kegiatan bersama {month}")
        self.nobody(sari)
        return sari

    def mark(self, child: str, how: str, why: str = "") -> None:
        page = self.sari.page
        row = page.locator("fieldset.tick").filter(has=page.get_by_text(child, exact=True))
        row.get_by_label(how, exact=True).check()
        if why:
            row.get_by_label("Alasan tidak hadir").fill(why)

    def tells(self, report: str) -> None:
        """The session's report, and a photo of it."""
        sari = self.sari.follow("Unggah laporan kegiatan")
        sari.fill({"Berkas": scan(report)}).press("Simpan laporan")
        sari.sees("Laporan kegiatan tersimpan di semua penanganannya.")
        sari.follow("Tambah foto").fill({"Foto": photo(report), "Keterangan foto": "Bermain peran"})
        sari.press("Simpan foto").sees("Foto tersimpan.", "Bermain peran")

    def first_session(self) -> None:
        """All children of both rounds on one list; he who stands in both is there once."""
        sari = self.tick_list("Mei 2026").sees("6 anak dari 2 penanganan belum dicatat.", KNOWN)
        expect(sari.page.locator("fieldset.tick").filter(has_text=TRUE)).to_have_count(1)
        sari.choose("Semua hadir, kecuali yang ditandai lain").fill({"Tempat": "Aula Dinas Sosial"})
        self.mark("Laras Ayu", "Tidak hadir")
        sari.press("Simpan kehadiran").sees(
            "Isi alasan Laras Ayu tidak hadir.", where=sari.page.locator("body")
        )
        self.mark("Laras Ayu", "Tidak hadir", "Bekerja")
        sari.press("Simpan kehadiran").sees("Kehadiran 6 anak tersimpan.", "5 hadir, 1 tidak hadir")
        sari.sees("Laras Ayu Tidak hadir: Bekerja", "Laporan Kegiatan Support Group belum ada.")
        self.tells("Laporan kegiatan Mei")
        sari.open("/").misses("Kegiatan bersama Mei 2026")

    def two_groups_in_two_halls(self) -> None:
        """The younger in the morning, the others in the afternoon: two sessions of one month."""
        sari = self.tick_list("Juni 2026")
        young = ["Dinda Saputri", TRUE]
        for child in young:
            self.mark(child, "Hadir")
        sari.fill({"Tempat": "Aula Kelurahan", "Kelompok": "Pagi"}).press("Simpan kehadiran")
        sari.sees("Kehadiran 2 anak tersimpan.").heading("kelompok Pagi")
        self.tells("Laporan kegiatan Juni, pagi")
        sari = self.tick_list("Juni 2026").sees("Kelompok Pagi", "4 anak dari 2 penanganan belum dicatat.")
        for child in young:
            expect(sari.page.locator("fieldset.tick").filter(has_text=child)).to_have_count(0)
        sari.choose("Semua hadir, kecuali yang ditandai lain")
        self.mark(KNOWN, "Tidak hadir", "Sakit")
        sari.fill({"Tempat": "Aula Dinas Sosial", "Kelompok": "Siang"}).press("Simpan kehadiran")
        sari.sees("Kehadiran 4 anak tersimpan.", "3 hadir, 1 tidak hadir").heading("kelompok Siang")
        self.tells("Laporan kegiatan Juni, siang")
        sari.follow("Kegiatan bersama Juni 2026").sees(
            "Semua anak sudah dicatat.", "Kelompok Pagi", "Kelompok Siang"
        )

    def the_year_is_over(self) -> None:
        """Ready to be closed; a person closes it, with an outcome for each child that is left."""
        dewi = self.dewi.open("/").sees("Siap ditutup: jangka waktunya sudah habis")
        dewi.follow(re.compile(f"Tutup.*{self.number}"))
        self.nobody(dewi)
        dewi.press("Tutup penanganan").sees("Ada masalah")
        dewi.select("Hasil akhir untuk yang dicentang", "Selesai masa pembinaan")
        dewi.page.locator("summary", has_text=f"untuk {TRUE}").click()
        dewi.select(f"Hasil akhir {TRUE}", "Tidak ditemukan lagi")
        dewi.press("Tutup penanganan").sees("Penanganan ditutup.")
        dewi.sees("Selesai", where=dewi.page.get_by_label("Identitas penanganan"))
        left = dewi.part("Anak dalam penanganan")
        ends = ("Dilimpahkan", "Kembali ke keluarga", "Selesai masa pembinaan", "Tidak ditemukan lagi")
        dewi.sees(*ends, where=left)

    def step(self, number: int) -> str:
        return f"{self.case}langkah/{number}/"

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
            assert not any(name.split()[0] in text for name, *_ in FOUND), text


def past_round(world: World) -> Case:
    """A month before: two children, who come to the sessions since."""
    world.now = at("2026-03-10 09:00")
    case = on_the_street(world, 0)
    for name in (KNOWN, TRUE):
        child = world.child(name)
        with world.walk(case, "sari") as walk:
            walk.join(child)
    papered(world, case, children(case))
    with world.walk(case, "sari") as walk:
        walk.finish("3")
    return case


def test_seven_children_on_one_evening_and_the_year_after(office: Office):
    earlier = past_round(office.world)
    office.set_clock(EVENING)
    story = Round(office)
    story.order()
    story.blank_form()
    story.comes(MORNING, story.agus, story.sari)
    story.morning_after()
    assert story.inside() == [
        "Dimas Saputra",
        "Dinda Saputri",
        FALSE,
        ELSEWHERE,
        "Laras Ayu",
        "Galih Pratama",
    ]
    assert earlier.children.count() == 2, "met again there, not opened twice"
    brother = story.row.children.get(child__name="Dimas Saputra").child
    assert Relation.objects.filter(child=brother).count() == 2, "the father and the sister"
    story.reports()
    story.comes(DAYS_LATER, story.sari, story.dewi)
    story.statements_over_days()
    story.comes(RECOGNISED, story.sari)
    story.recognised()
    story.home_to_batam()
    story.asks_the_pkbm()
    story.comes(DAY_AFTER, story.sari)
    story.back_to_school()
    story.comes(FIRST, story.sari)
    story.first_session()
    story.comes(SECOND, story.sari)
    story.two_groups_in_two_halls()
    story.leaves("Dimas Saputra", "Kembali ke keluarga", "Dijemput ayahnya")
    assert story.inside() == ["Dinda Saputri", FALSE, "Laras Ayu", "Galih Pratama"]
    story.comes(NEXT_YEAR, story.dewi)
    story.the_year_is_over()
    assert story.row.state == Case.State.DONE


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
