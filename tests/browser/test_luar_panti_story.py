"""Twelve children proposed by a kecamatan, to the end of the case: six people, over nine months."""

from playwright.sync_api import Locator, expect

from sopcases.cases.models import Attempt, Case, Visit
from sopcases.people.models import Area
from tests.browser.people import Office, Person, pdf_text, photo, scan
from tests.cases.test_roster import workbook
from tests.cast import at

HEADING = ["Nama", "L/P", "Usia (tahun)", "Alamat"]
FIT, UNFIT, OPEN = 9, 2, 1
PROPOSED, SUMMER, AUTUMN = at("2026-04-13 08:00"), at("2026-07-14 08:00"), at("2026-10-13 08:00")


def sheet() -> dict:
    """The TKSK's spreadsheet: twelve rows, three of them wrong."""
    rows = [[f"Anak {n}", "LP"[n % 2], str(5 + n), f"RT {n}"] for n in range(1, 13)]
    rows[2][2], rows[6][1], rows[10][2] = "sembilan", "X", "-"
    name = "usulan.xlsx"
    mime = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return {"name": name, "mimeType": mime, "buffer": workbook([HEADING, *rows])}


def row_of(person: Person, name: str) -> Locator:
    """The row of a child in the table of visits."""
    page = person.page
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=name, exact=True))


def to_visit(person: Person, case: Case, name: str) -> Person:
    """From the table of visits to the one of a child that waits."""
    person.open(f"/penanganan/{case.number}/pemantauan/")
    return person.follow("Belum dikunjungi", row_of(person, name))


def visit(person: Person, case: Case, name: str, condition: str) -> None:
    """A child's visit, told on its sheet."""
    to_visit(person, case, name).follow("Isi lembar kunjungan")
    person.fill({"Bertemu dengan": f"Ibu {name}", "Keadaan anak": condition, "Kebutuhan": "Buku tulis"})
    person.press("Selesaikan kunjungan").sees("Kunjungan selesai dicatat.")


def ticks(person: Person, name: str, receipt: str = "Tanda tangan") -> None:
    """The row of a child who received."""
    row = person.page.locator("fieldset.panel").filter(has=person.page.get_by_text(name, exact=True))
    row.get_by_label("Diterima", exact=True).check()
    row.get_by_label("Diterima oleh").fill(f"Ibu {name}")
    row.get_by_label(receipt, exact=True).check()


def test_twelve_proposed_nine_served_one_moved_away(office: Office):
    world = office.world
    office.set_clock(PROPOSED)
    tika, camat, yuli, joko, hadi = office.log_in("tika", "camat", "yuli", "joko", "hadi")
    wati = office.person("wati")
    kecamatan = Area.objects.filter(agency=world.agencies["lamandau"]).first()

    # The Camat's letter opens the case; its scan follows.
    camat.open("/penanganan/laporan-awal/?sop=anak-terlantar-luar-panti")
    camat.fill({"Surat dari": f"Camat {kecamatan}", "Nomor surat": "460/117/KEC"})
    camat.fill({"Tanggal surat": PROPOSED.date(), "Nomor agenda": "0117"})
    camat.press("Buka penanganan").heading("")
    case = office.only_case()
    root = f"/penanganan/{case.number}/"
    camat.open(root).sees("Pindaian Proposal 460/117/KEC", "nomor agenda 0117")
    camat.follow("Pindaian Proposal 460/117/KEC").fill({"Pindaian": scan("Surat Camat")})
    camat.press("Unggah pindaian").sees("Pindaian tersimpan.")

    # The TKSK's spreadsheet: nine rows are good, three are mended.
    tika.open(f"{root}anak/tabel/")
    tika.page.get_by_text("Sudah ada di lembar kerja?").click()
    tika.page.locator("#id_file").set_input_files(sheet())
    tika.press("Baca berkas")
    tika.press("Simpan").sees("9 baris tersimpan")
    tika.page.locator("#id_r3-age").fill("9")
    tika.page.locator("#id_r7-sex").select_option("P")
    tika.page.locator("#id_r11-age").fill("16")
    tika.press("Simpan").sees("12 anak ditambahkan ke penanganan ini.")
    tika.open(f"{root}langkah/1/")
    tika.fill({"Berkas": scan("Daftar usulan")}, tika.part("Data Usulan"))
    tika.press("Selesaikan langkah").sees("Langkah 1 selesai.")

    # Nine layak, two not, one to be completed; the reason forgotten once costs nothing.
    yuli.open(f"{root}langkah/2/").follow("Verifikasi anak")
    for number in range(1, 13):
        verdict = "Layak" if number <= FIT else "Tidak layak" if number <= FIT + UNFIT else "Perlu dilengkapi"
        reason = yuli.page.get_by_label(f"Alasan Anak {number}", exact=True)
        row = yuli.page.locator("tbody tr").filter(has=reason)
        row.get_by_label(verdict, exact=True).check()
        if number > FIT and number != 12:
            reason.fill("Orang tua mampu")
    yuli.press("Simpan penilaian").sees("Isi alasan penilaian Anak 12.", where=yuli.page.locator("body"))
    yuli.page.get_by_label("Alasan Anak 12", exact=True).fill("Kartu keluarga belum ada")
    yuli.press("Simpan penilaian").sees("10 anak: 9 layak, 1 perlu dilengkapi")
    yuli.open(f"{root}langkah/2/")
    yuli.fill({"Berkas": scan("Laporan pembinaan")}, yuli.part("Laporan Pembinaan/Sosialisasi"))
    yuli.press("Simpan, lanjutkan nanti").sees("tersimpan")
    assert case.attempts.filter(step__key="3", state="open").count() == FIT

    # Aid: planned for the nine, the list printed, six come, three are visited at home.
    joko.open(f"{root}bantuan/").follow("Rencanakan bantuan")
    joko.fill({"Jenis bantuan": "Perlengkapan sekolah", "Jumlah per anak": "1", "Satuan": "paket"})
    joko.fill({"Nilai per anak (Rp)": "350.000", "Sumber": "APBD Kabupaten"})
    joko.press("Simpan rencana").sees("Direncanakan bagi 9 anak, Rp3.150.000.")
    printed = pdf_text(joko.page.request.get(f"{office.home}{root}bantuan/daftar/").body())
    for words in (
        "TANDA TERIMA BANTUAN",
        "Anak 9",
        "Rp3.150.000",
        "tiga juta seratus lima puluh ribu rupiah",
    ):
        assert words in printed, words
    assert "Anak 10" not in printed
    joko.follow("Catat penyerahan bersama")
    for number in range(1, 7):
        ticks(joko, f"Anak {number}", "Cap jempol" if number == 6 else "Tanda tangan")
    first = joko.page.locator("fieldset.panel").first
    first.locator("input[type=file]").set_input_files(photo("Penyerahan"))
    joko.press("Simpan penyerahan").sees("Penyerahan 6 bantuan tersimpan.")
    joko.sees("Belum menerima: Anak 8, Anak 9, Anak 7.")
    joko.follow("Unggah tanda terima yang sudah ditandatangani")
    joko.fill({"Tanda terima yang sudah ditandatangani": scan("Tanda terima")})
    joko.press("Unggah dan selesaikan").sees("langkah penyaluran selesai")
    joko.follow("Catat yang diantar ke rumah")
    for number in (7, 8, 9):
        ticks(joko, f"Anak {number}")
    joko.press("Simpan penyerahan").sees("diantar ke rumah")
    joko.follow("Unggah tanda terima yang sudah ditandatangani")
    joko.fill({"Tanda terima yang sudah ditandatangani": scan("Tanda terima di rumah")})
    joko.press("Unggah dan selesaikan").sees("Diserahkan kepada 9 anak, Rp3.150.000.")
    assert case.attempts.filter(step__key="4").count() == FIT

    # Two rounds of visits; between them one child moves away.
    office.day_comes(SUMMER, tika, hadi, yuli)
    for number in range(1, FIT + 1):
        visit(tika, case, f"Anak {number}", f"Sehat, kunjungan pertama {number}")
    report = Visit.objects.earliest("id").report
    text = pdf_text(tika.page.request.get(f"{office.home}/berkas/{report.pk}/").body())
    for words in ("LAPORAN MONITORING", "Anak 1", "Ibu Anak 1", "Sehat, kunjungan pertama 1", "Tika Rahayu"):
        assert words in text, words
    hadi.open(f"{root}pemantauan/").follow(f"Terima beberapa ({FIT})")
    hadi.press("Terima yang dipilih").sees("Hasil yang dipilih diterima.")
    assert case.attempts.filter(step__key="4", state="done").count() == FIT

    moved = case.children.get(child__name="Anak 9")
    yuli.open(f"{root}anak/{moved.child_id}/").follow("Catat hasil akhir")
    yuli.select("Hasil akhir", "Pindah domisili").press("Catat hasil akhir").sees("Pindah domisili")

    office.day_comes(AUTUMN, tika, hadi, wati)
    for number in range(1, FIT - 1):
        visit(tika, case, f"Anak {number}", f"Sehat, kunjungan kedua {number}")
    to_visit(tika, case, "Anak 8").follow("Catat tidak terlaksana")
    tika.press("Catat tidak terlaksana").sees("Ada masalah")
    tika.fill({"Alasan": "Jalan terputus banjir"}).press("Catat tidak terlaksana")
    tika.sees("Dicatat tidak terlaksana.")
    tika.open(f"{root}pemantauan/")
    expect(row_of(tika, "Anak 1").get_by_role("cell")).to_have_text(
        ["Terlaksana", "Dikunjungi 13 Oktober 2026"]
    )
    expect(row_of(tika, "Anak 8").get_by_role("cell")).to_have_text(["Terlaksana", "Tidak terlaksana"])
    expect(row_of(tika, "Anak 9").get_by_role("cell")).to_have_text(["Terlaksana", "–"])
    hadi.open(f"{root}pemantauan/").follow(f"Terima beberapa ({FIT - 2})")
    hadi.press("Terima yang dipilih").sees("Hasil yang dipilih diterima.")
    assert Visit.objects.filter(attempt__child__name="Anak 1").count() == 2

    # The head of the office closes it: every child has its end.
    wati.open(f"{root}tutup/").select("Hasil akhir untuk yang dicentang", "Bantuan tersalurkan")
    wati.press("Tutup penanganan").sees("Penanganan ditutup.")
    case.refresh_from_db()
    assert case.state == Case.State.DONE
    ends = sorted(case.children.values_list("outcome__name", flat=True))
    assert ends == ["Bantuan tersalurkan"] * 9 + ["Pindah domisili"] + ["Tidak layak"] * 2
    assert not case.attempts.filter(state__in=Attempt.LIVE).exists()
