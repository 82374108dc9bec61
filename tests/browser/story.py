"""The chapters of a baby's case, each played by its people in their browsers."""

import re
from datetime import timedelta
from io import BytesIO

from num2words import num2words
from pypdf import PdfReader

from sopcases.cases.models import Attempt, Case, Photo
from sopcases.worktime.calendar import MONTHS, WEEKDAYS
from tests.browser.people import PHONE, Office, last_saturday_at_two, pdf_text, photo, scan
from tests.cast import WIB

CHILD = "Bayi Mawar"
HOME = "Panti Asuhan Kasih Ibu"
BODY = "DINAS SOSIAL"
SARI, DEWI, AGUS = "Sari Wulandari, S.Tr.Sos.", "Dewi Anggraini, S.Sos.", "Agus Salim"
RAHMAN, BUDI = "Drs. Abdul Rahman, M.Si.", "Dr. Budi Hartono, M.A.P."
SPT, BA = "Surat Perintah Tugas", "Berita Acara Penyerahan Anak"


class Story:
    """The chapters of the walk. Each leaves the case where the next takes it up."""

    steps = 9
    """Of the SOP."""

    def __init__(self, office: Office):
        self.office = office
        self.night = last_saturday_at_two(office.world.now)
        self.today = office.world.now.astimezone(WIB).date()
        self.sari = office.person("sari", **PHONE).log_in()
        self.agus, self.dewi, self.rahman = office.log_in("agus", "dewi", "rahman")
        self.number = ""

    @property
    def case(self) -> str:
        return f"/penanganan/{self.number}/"

    # --- the night

    def report(self, route: str, **facts) -> None:
        """Sari's laporan awal, on her phone."""
        sari = self.sari.open("/").follow("Laporan awal")
        sari.fill(
            {
                "Nama sementara": CHILD,
                "Perkiraan usia: bulan": "0",
                "Cara memperkirakan usia": "tali pusar belum lepas",
                "Kondisi anak": "Sehat, terbungkus kain batik.",
                "Anak sekarang berada di": "RSUD Kota Tanjungpinang",
                "Kapan": self.night,
                "Di mana": "Teras musala di Jalan Contoh",
                "Foto": photo("Teras musala", self.night + timedelta(minutes=20)),
                "Penemu atau pelapor": "Penjaga musala",
                "Telepon penemu atau pelapor": "0812-5550-112",
                **facts,
            }
        )
        sari.choose("Perempuan", route).press("Kirim laporan awal")
        case = self.office.only_case()
        self.number = case.number
        sari.sees(self.number, "sudah dibuka")
        assert case.event_at == self.night
        assert case.route == route.lower()

    def picture_kept_without_place(self) -> None:
        """The time of the photo is kept, its place dropped; it leaves through a checked page only."""
        taken = self.night + timedelta(minutes=20)
        assert Photo.objects.get().taken_at == taken
        link = self.sari.open(self.case).link(f"Laporan awal, foto 1, diambil {spoken(taken)}")
        answer = self.sari.page.request.get(self.office.home + link.get_attribute("href"))
        assert answer.status == 200
        assert b"GPS" not in answer.body()

    def hospital(self, ahead: bool = False) -> None:
        """Step 6: the hospital's report; ahead of turn it rests on the verbal order."""
        sari = self.sari
        if ahead:
            sari.open(self.case)
            sari.page.get_by_text("Sudah terjadi sebelum gilirannya?").click()
            sari.follow(re.compile("^Langkah 6:"))
            sari.sees("Giliran langkah ini belum tiba").follow("Catat mendahului giliran")
            sari.fill({"Dilaksanakan pada": self.night + timedelta(hours=2)})
            sari.fill({"Perintah lisan dari": f"{DEWI}, Kasi"})
            sari.fill({"Waktu perintah lisan": self.night + timedelta(minutes=15)})
        else:
            sari.does(6)
        paper = sari.part("Laporan Kondisi Kesehatan")
        report = {
            "Berkas": scan("RSUD: kondisi stabil"),
            "Nomor": "445/77/RSUD/2026",
            "Tanggal dokumen": self.night.astimezone(WIB).date(),
            "Penerbit": "RSUD Kota Tanjungpinang",
        }
        sari.fill(report, paper).choose("Asli", where=paper).press("Selesaikan langkah")
        sari.sees("Langkah 6 selesai.")
        if ahead:
            sari.sees("Mendahului langkah", f"Perintah lisan {DEWI}, Kasi", where=sari.step_row(6))
            assert Attempt.objects.get(step__key="6").early

    # --- the office

    def hand_over_report(self) -> None:
        """Step 1: the Laporan Sosial is filed, Sari hands over, Dewi receives."""
        sari, dewi = self.sari.does(1), self.dewi
        sari.press("Selesaikan langkah")
        sari.sees("Ada masalah", "Laporan Sosial")
        sari.page.get_by_text("Unggah Laporan Sosial", exact=True).click()
        sari.fill({"Berkas": scan("Laporan Sosial")}, sari.part("Laporan Sosial"))
        sari.press("Selesaikan langkah")
        sari.sees("Hasil langkah 1 diserahkan. Menunggu diterima oleh Kasi.")
        dewi.takes("Langkah 1 dari 9").follow("Terima").press("Terima").sees("Hasil langkah diterima.")

    def write_report(self) -> None:
        """Step 1 with the Laporan Sosial written here, fixed by its maker."""
        sari = self.sari.does(1).follow("Konsep Laporan Sosial")
        sari.page.get_by_label(re.compile("Rencana intervensi")).fill("Pengasuhan di lembaga.")
        sari.press("Simpan dan periksa naskah").follow("Tetapkan naskah").press("Tetapkan naskah")
        sari.sees("Naskah ditetapkan dan siap cetak.")
        sari.does(1).press("Selesaikan langkah").sees("Menunggu diterima oleh Kasi")

    def draft_spt(self, step: int, purpose: str, *officers: str, place: str, budget: str = "") -> str:
        """Agus drafts an SPT from the step; the address of the letter."""
        agus = self.agus.does(step, self.steps).follow(f"Konsep {SPT}")
        agus.fill({"Tujuan penugasan": purpose, "Tempat tugas": place})
        agus.fill({"Berangkat/mulai tanggal": self.today})
        agus.fill({"Kembali/sampai dengan tanggal": self.today + timedelta(days=3)})
        agus.fill({"Rincian tugas": "Meminta surat keterangan\nMelaporkan hasilnya"})
        agus.fill({"Dasar lainnya": f"Laporan penanganan nomor {self.number}"})
        agus.fill({"Beban anggaran (sub kegiatan)": budget, "Tembusan": "Inspektur Kota Tanjungpinang"})
        for officer in officers:
            agus.page.get_by_role("checkbox", name=f"{officer} – ").check()
        agus.press("Simpan dan periksa naskah")
        agus.sees("Konsep – belum ditandatangani", purpose, *officers)
        return agus.path

    def propose(self, letter: str) -> None:
        self.agus.open(letter).follow("Ajukan").press("Ajukan surat")
        self.agus.sees("Surat diajukan.", "Menunggu paraf Kabid")

    def initial(self, kind: str = SPT) -> str:
        """Rahman finds the letter on his desk; its number after the paraf."""
        rahman = self.rahman.takes(kind).follow("Paraf & teruskan")
        rahman.press("Paraf & teruskan").sees("Surat diparaf dan diteruskan dengan nomor")
        return rahman.page.get_by_role("heading", level=1).inner_text().removeprefix(kind).strip()

    def returned_once(self, letter: str) -> None:
        """Rahman sends the SPT back with a reason; Agus mends it and proposes again."""
        rahman, agus = self.rahman, self.agus
        rahman.takes(SPT).follow("Paraf & teruskan").follow("Kembalikan dengan catatan")
        rahman.press("Kembalikan surat").sees("Ada masalah")
        rahman.fill({"Apa yang harus diperbaiki": "Sebutkan Disdukcapil dalam tujuannya."})
        rahman.press("Kembalikan surat").sees(f"Surat dikembalikan kepada {AGUS}.")
        agus.takes(SPT).sees("Dikembalikan untuk diperbaiki")
        agus.sees("Sebutkan Disdukcapil", where=agus.page.locator("body"))
        agus.follow("Ubah naskah")
        agus.fill({"Tujuan penugasan": "Koordinasi dengan kepolisian, rumah sakit, dan Disdukcapil"})
        agus.press("Simpan dan periksa naskah").sees("dan Disdukcapil")
        self.propose(letter)
        states = Attempt.objects.filter(step__key__in="23").order_by("id")
        assert list(states.values_list("step__key", "state")) == [
            ("2", "returned"),
            ("3", "returned"),
            ("2", "done"),
            ("3", "open"),
        ]

    def sign_in_ink(self, letter: str, number: str, signer: str = BUDI) -> None:
        """The head signed on paper: Agus files the scan, naming whose hand it bears."""
        agus = self.agus.open(letter).follow("Unggah naskah bertanda tangan")
        agus.select("Penanda tangan (Kepala Dinas)", signer)
        agus.press("Simpan naskah bertanda tangan").sees("Ada masalah")
        agus.select("Penanda tangan (Kepala Dinas)", signer)
        agus.fill({"Naskah bertanda tangan": scan(f"SPT {number}, bertanda tangan")})
        agus.fill({"Ditandatangani pada tanggal": self.today})
        agus.press("Simpan naskah bertanda tangan")
        agus.sees(f"Naskah bertanda tangan tersimpan: {SPT} {number}.", "Ditandatangani")
        agus.sees(RAHMAN, signer, "Sidik digital", where=agus.page.get_by_role("complementary"))

    def coordinate_with_police(self) -> None:
        """Step 4: asked, reminded, answered; the letter with number, date and issuer."""
        sari = self.sari.does(4).follow("Catat permintaan ke pihak lain")
        sari.fill({"Pihak yang diminta": "Polresta Tanjungpinang"})
        sari.select("Dokumen yang diminta", "Surat Terlantar").press("Catat permintaan")
        sari.sees("Permintaan dicatat.", "Menunggu pihak lain")
        sari.open("/").sees("Polresta Tanjungpinang", where=sari.section("Menunggu pihak lain"))
        for what, result in (("Sudah diingatkan", ""), ("Sudah dijawab", "Surat terbit")):
            sari.open(f"{self.case}langkah/4/").follow("Catat pengingat atau jawaban")
            sari.choose(what).fill({"Jawabannya": result}).press("Simpan")
        sari.sees("diingatkan", "Surat terbit")
        paper = sari.part("Surat Terlantar")
        sari.fill({"Nomor": "SKT/12/XI/2026/Reskrim"}, paper)
        sari.press("Selesaikan langkah").sees("Pilih berkasnya", where=sari.page.get_by_role("alert"))
        paper = sari.part("Surat Terlantar")
        sari.fill({"Berkas": scan("Surat keterangan terlantar"), "Tanggal dokumen": self.today}, paper)
        sari.fill({"Penerbit": "Polresta Tanjungpinang"}, paper).choose("Asli", where=paper)
        sari.press("Selesaikan langkah").sees("Langkah 4 selesai.")
        sari.sees("Nomor SKT/12/XI/2026/Reskrim", "Polresta Tanjungpinang", "asli · PDF")

    def birth_certificate(self) -> None:
        """Step 5: two photos become one document."""
        sari = self.sari.does(5)
        paper = sari.part("Akte Kelahiran")
        pages = [photo("Akte halaman 1"), photo("Akte halaman 2")]
        sari.fill({"Berkas": pages, "Nomor": "2172-LT-22112026-0001"}, paper)
        sari.choose("Fotokopi", where=paper).press("Selesaikan langkah").sees("Langkah 5 selesai.")
        href = sari.link("Akte Kelahiran").first.get_attribute("href")
        document = sari.page.request.get(self.office.home + href)
        assert len(PdfReader(BytesIO(document.body())).pages) == 2

    def report_to_kasi(self) -> None:
        """Step 7: Sari reports, Dewi receives and orders, Agus drafts the SPT of the handover."""
        self.sari.does(7).press("Selesaikan langkah").sees("Menunggu diterima oleh Kasi")
        dewi = self.dewi.takes("Langkah 7 dari 9").follow("Terima").press("Terima")
        dewi.sees("Hasil langkah diterima.")

    def decide_in_person(self, letter: str, number: str) -> None:
        """Budi signs in the application, after saying again who he is."""
        (budi,) = self.office.log_in("budi")
        budi.takes(f"{SPT} {number}").follow("Tanda tangani")
        budi.sees("Anda memutuskan surat ini sebagai Kepala Dinas")
        budi.press("Putuskan surat ini").sees("Ada masalah")
        budi.fill({"Kata sandi Anda": "bukan-kata-sandi"}).press("Putuskan surat ini").sees("Ada masalah")
        budi.fill({"Kata sandi Anda": "demo-sopcases"}).press("Putuskan surat ini")
        budi.sees(f"Surat {number} diputuskan.", "Menunggu tanda tangan")
        text = pdf_text(budi.download())
        assert "belum berlaku sebelum ditandatangani dan dicap" in text
        assert BUDI in text

    def covering_letter(self) -> None:
        """Surat Pengantar: drafted by Agus, initialled by Rahman: ready."""
        agus = self.agus.open(f"{self.case}").follow("Tambah dokumen")
        agus.select("Jenis dokumen", "Surat Pengantar").press("Lanjut")
        agus.follow("Konsep Surat Pengantar di sini")
        agus.fill({"Kepada Yth.": f"Ketua {HOME}\ndi Tanjungpinang", "Perihal singkat": "Pengantar berkas"})
        agus.page.get_by_role("checkbox", name="Laporan Kondisi Kesehatan").check()
        agus.press("Simpan dan periksa naskah")
        self.propose(agus.path)
        number = self.initial("Surat Pengantar")
        assert number.startswith("462/")

    def berita_acara(self) -> str:
        """Drafted by Dewi with both parties, fixed and printed; its address."""
        dewi = self.dewi.open(f"{self.case}langkah/8/").follow(f"Konsep {BA}")
        dewi.fill({"Tanggal serah terima": self.today, "Bertempat di": HOME})
        dewi.select("Pihak Kesatu: pegawai kita", DEWI)
        dewi.fill(
            {
                "Pihak Kedua: nama": "Maria Goretti",
                "Pihak Kedua: nomor identitas": "NIK 2172 0000 0000 0001",
                "Pihak Kedua: jabatan": "Ketua",
                "Pihak Kedua: bertindak untuk dan atas nama": HOME,
                "Keadaan anak saat diserahkan": "Sehat, berat badan 3,4 kg.",
                "Barang atau dokumen lain yang diserahkan": "Pakaian bayi dua setel",
                "Saksi 1: nama": SARI,
                "Saksi 1: jabatan": "Peksos",
            }
        )
        dewi.select("Mengetahui", "Kepala Dinas")
        for paper in dewi.page.locator("select[id^=id_paper_]").all():
            paper.select_option("fotokopi")
        dewi.press("Simpan dan periksa naskah").sees("Konsep – belum ditandatangani", CHILD)
        assert "KONSEP" in pdf_text(dewi.download())
        dewi.follow("Tetapkan naskah").press("Tetapkan naskah").sees("Naskah ditetapkan dan siap cetak.")
        letter = dewi.path
        dewi.press("Cetak untuk ditandatangani para pihak")
        return letter

    def deliver(self, letter: str) -> None:
        """Step 9: the parties signed by hand, the scan is filed, the step finished."""
        dewi = self.dewi.open(letter).sees("Menunggu tanda tangan para pihak")
        dewi.follow("Unggah naskah bertanda tangan")
        dewi.fill({"Naskah bertanda tangan": [photo("BA halaman 1"), photo("BA halaman 2")]})
        dewi.press("Simpan naskah bertanda tangan").sees("Lengkap")
        dewi.does(9).press("Selesaikan langkah").sees("Langkah 9 selesai.")

    def leave_bpjs_to_follow(self) -> None:
        """Step 8 wants the BPJS card: missing, it is named; Dewi leaves it to follow."""
        dewi = self.dewi.does(8)
        dewi.press("Selesaikan langkah").sees("BPJS Anak", where=dewi.page.get_by_role("alert"))
        dewi.follow("Catat menyusul", dewi.part("BPJS Anak"))
        dewi.fill({"Paling lambat": self.today + timedelta(days=30)}).press("Simpan").sees("Ada masalah")
        dewi.fill({"Alasan": "Kartu keluarga pengasuh belum terbit"}).press("Simpan")
        dewi.sees("Kelengkapan dicatat menyusul.", "Menyusul")

    def close(self) -> None:
        dewi = self.dewi.takes("Catat hasil akhir dan tutup penanganan").follow("Tutup penanganan")
        dewi.press("Tutup penanganan").sees(f"Pilih hasil akhir {CHILD} (nama sementara).")
        dewi.select(f"Hasil akhir {CHILD} (nama sementara)", "Diserahkan ke lembaga")
        dewi.press("Tutup penanganan").sees("Penanganan ditutup.")
        assert self.office.only_case().state == Case.State.DONE

    def bpjs_follows(self) -> None:
        """The task stands after closing, until the card is filed."""
        dewi = self.dewi.open("/").sees("BPJS Anak menyusul", where=self.dewi.section("Kelengkapan menyusul"))
        dewi.open(self.case).sees("Selesai", where=dewi.page.get_by_label("Identitas penanganan"))
        dewi.follow("BPJS Anak", dewi.page.get_by_role("region", name="Kelengkapan yang ditunggu"))
        dewi.fill({"Berkas": photo("Kartu BPJS"), "Nomor": "0001234567890"}).press("Tambahkan ke berkas")
        dewi.sees("BPJS Anak sudah ditambahkan ke berkas.")
        dewi.open("/").misses("BPJS Anak")


def spoken(at) -> str:
    """Sabtu 21 November 2026 pukul 02.20"""
    at = at.astimezone(WIB)
    return f"{WEEKDAYS[at.weekday()]} {at.day} {MONTHS[at.month - 1]} {at.year} pukul {at:%H.%M}"


def in_words(day) -> str:
    words = f"{num2words(day.day, lang='id')} bulan {MONTHS[day.month - 1]}"
    return f"{WEEKDAYS[day.weekday()]} tanggal {words} tahun {num2words(day.year, lang='id')}"
