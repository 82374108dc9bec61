"""Odd sheets: other manners of other offices, damage at random, and what is no SOP at all."""

import json
import random
from pathlib import Path

import pytest

from sopcases.sops.reading.outcome import Reading, Vocabulary
from sopcases.sops.reading.sources import open_document
from sopcases.sops.reading.understanding import understand
from sopcases.sops.reading.words import abbreviates, is_typing_error

SEEDS = sorted((Path(__file__).resolve().parents[1] / "seeds").glob("*.txt"))


def read(text: str, name: str = "sop.txt") -> Reading:
    return understand(open_document(name, text.encode()), Vocabulary())


def kinds(reading: Reading) -> list[tuple[str, str | None]]:
    return [(one.kind, one.step) for one in reading.findings]


def test_marks_typed_by_hand_a_decision_and_a_total():
    reading = read(
        """
| KECAMATAN BANJAR | NOMOR SOP | 000.8.3.3/21 |
| | TANGGAL PEMBUATAN | 2-1-2023 |
| | TANGGAL EFEKTIF | 9-1-2023 |
| | DISAHKAN OLEH | CAMAT BANJAR<br>SRI WAHYUNI, S.STP<br>NIP 19830711 200112 2 001 |
| | NAMA SOP | PELAYANAN DISPENSASI NIKAH |

| No | Aktivitas | Pelaksana ||||| Mutu Baku ||| Ket. |
| | | Pemohon | JFU | Kasi Pelayanan | Sekcam | Camat | Kelengkapan | Waktu | Output | |
| (1) | (2) | (3) | (4) | (5) | (6) | (7) | (8) | (9) | (10) | (11) |
| 1. | Pemohon menyerahkan berkas | (Mulai) | | | | | Surat pengantar, KTP, KK | 5 Menit | Berkas | |
| 2. | Meneliti | | <> | | | | Berkas | 10 Menit | Berkas lengkap | Jika kurang, kembali ke langkah 1 |
| 3. | Membuat konsep surat dispensasi | | [ ] | | | | Berkas lengkap | 15 Menit | Konsep surat dispensasi | |
| 4. | Memaraf konsep | | | [ ] | [ ] | | Konsep surat dispensasi | 10 Menit | Konsep diparaf | |
| 5. | Menandatangani surat dispensasi | | | | | [ ] | Konsep diparaf | 15 Menit | Surat dispensasi nikah | |
| 6. | Menyerahkan kepada pemohon | | (Selesai) | | | | Surat dispensasi nikah | 5 Menit | Tanda terima | |
| | Jumlah | | | | | | | 90 Menit | | |
"""
    )
    who = [[(p.position.value, p.part.value, p.symbol.value) for p in s.performers] for s in reading.steps]
    assert who[0] == [("Pemohon", "performs", "start")] and who[1] == [("JFU", "performs", "decision")]
    assert [name for name, *_ in who[3]] == ["Kasi Pelayanan", "Sekcam"]
    assert who[4] == [("Camat", "signs", "box")] and who[5] == [("JFU", "performs", "end")]
    assert reading.steps[1].returns_to.value == "1" and not reading.steps[1].returns_to.sure
    assert [i.text.value for i in reading.steps[0].requires] == ["Surat pengantar", "KTP", "KK"]
    assert reading.created_on.value == "2023-01-02" and reading.ratified_by.name.value == "SRI WAHYUNI, S.STP"
    assert ("term", None) in kinds(reading)  # the steps make 60 minutes, the sheet says 90
    assert not {kind for kind, _ in kinds(reading)} & {"marks", "performer", "unsigned"}


def test_performers_written_out_and_a_time_nobody_can_read():
    reading = read(
        """SOP PENGAWASAN KOPERASI
Nomor SOP: 518/ 07 /DISKOPUKM
Tanggal Pembuatan: 12 Agustus 2020
Tanggal Pengesahan: 14 Agt 2020
Disahkan oleh: Kepala Dinas Koperasi dan UKM

DRS. AGUS SALIM, MM
NIP. 196811121990031005
No\tKegiatan\tPenanggung Jawab\tWaktu\tOutput
1\tMenyusun jadwal pengawasan\tKasi Pengawasan\t2 hari\tJadwal
2\tMelaksanakan pengawasan\tTim Pengawas dan Kasi Pengawasan\t3 hari\tKertas kerja
3\tMelaporkan hasilnya\tKabid\ttergantung agenda\tLaporan
"""
    )
    who = [[p.position.value for p in step.performers] for step in reading.steps]
    assert who == [["Kasi Pengawasan"], ["Tim Pengawas", "Kasi Pengawasan"], ["Kabid"]]
    last = reading.steps[-1].time
    assert last.value == "tergantung agenda" and not last.sure and ("time", "3") in kinds(reading)
    assert reading.ratified_on.value == "2020-08-14" and reading.name.value == "PENGAWASAN KOPERASI"
    assert not reading.name.sure and reading.ratified_by.name.value == "DRS. AGUS SALIM, MM"


def test_a_procedure_that_is_one_entry_of_a_numbered_document():
    reading = read(
        """PUSKESMAS TIRTA WENING
STANDAR OPERASIONAL PROSEDUR
PELAYANAN IMUNISASI
No. Dokumen : 440/SOP/012/2022
Tanggal Terbit : 03 Maret 2022
1. Pengertian : Imunisasi adalah upaya menimbulkan kekebalan
2. Tujuan : Sebagai acuan petugas
3. Prosedur / Langkah-langkah :
1. Petugas memanggil pasien sesuai nomor urut (5 menit)
2. Bidan memberikan imunisasi (10 menit)
3. Petugas memberikan edukasi secara rutin
4. Petugas mencatat pada buku
5. Unit terkait : Poli KIA
"""
    )
    assert len(reading.steps) >= 4 and reading.steps[1].time.value == "10 menit"
    assert reading.steps[0].activity.value == "Petugas memanggil pasien sesuai nomor urut"
    assert ("recurrence", "3.") in kinds(reading) and reading.number.value == "440/SOP/012/2022"


def test_a_shifted_row_is_read_and_not_sure():
    reading = read(
        "No\tKegiatan\tStaf\tKepala\tKelengkapan\tWaktu\tOutput\n"
        "1\tMenyusun jadwal\tx\t\t\t10 menit\tJadwal\n"
        "2\tMengesahkan jadwal\t\tx\tJadwal\t\t5 menit\tJadwal sah\n"
    )
    assert reading.steps[1].time.value == "5 menit" and not reading.steps[1].time.sure


@pytest.mark.parametrize(
    "text", ["Selamat pagi.", "a\tb\tc\n1\t2\t3", "No\tKegiatan\tWaktu", "| | |", "1. x"]
)
def test_what_is_no_sop_has_no_steps_of_its_own(text):
    assert len(read(text).steps) <= 1


def test_damage_at_random_never_stops_the_reader():
    dice = random.Random(7)
    junk = [
        "|||||",
        "\t\t\t",
        "((((",
        "1. 2. 3.",
        "[ ] <>",
        "A. ",
        "NIP.",
        "Dasar Hukum",
        "oleh oleh",
        "." * 900,
    ]
    for seed in SEEDS:
        for _ in range(40):
            lines = seed.read_text(encoding="utf-8").split("\n")
            for _ in range(10):
                at = dice.randrange(len(lines))
                lines[at] = dice.choice(
                    [dice.choice(junk), lines[at] * 9, lines[at].replace("\t", " "), lines[at][::2], ""]
                )
            json.dumps(read("\n".join(lines) + "\nx").as_json())


def test_a_thousand_papers_are_not_compared_and_it_says_so():
    papers = ["; ".join(f"Berkas {letter}{n}" for letter in "ABC") for n in range(150)]
    rows = [f"{n}\tMenyusun dokumen\tx\t{papers[n - 1]}\t1 jam\t{papers[n]}" for n in range(1, 150)]
    reading = read("No\tKegiatan\tStaf\tKelengkapan\tWaktu\tOutput\n" + "\n".join(rows))
    assert len(reading.steps) == 149 and [kind for kind, _ in kinds(reading)].count("size") == 1
    assert "unproduced" not in [kind for kind, _ in kinds(reading)]


def test_a_word_of_thousands_of_letters_is_compared_with_nothing():
    assert not is_typing_error("a" * 100_000, "a" * 100_000 + "b")
    assert not abbreviates("a" * 32, ["a" * 12] * 8 + ["b"])


def test_numbers_in_circles_are_no_column_numbers():
    text = "No\tKegiatan\tStaf\tWaktu\tOutput\n①\t②\t③\t④\t⑤\n1\tMencatat surat\tX\t5 menit\tBuku agenda\n"
    assert len(read(text).steps) >= 1
