"""The Camat's letter: it comes in confidential, goes down the chain to the TKSK, and opens a case."""

from datetime import timedelta

from sopcases.cases.models import Case
from sopcases.letters.models import IncomingLetter
from sopcases.people.models import Area
from tests.browser.people import PHONE, Office, pdf_text, scan
from tests.cast import at

MORNING = at("2026-04-13 08:00")
ABOUT = "Usulan dua belas anak terlantar di Kecamatan Bulik"


def test_from_the_envelope_to_the_case(office: Office):
    office.set_clock(MORNING)
    yuli, hadi = office.inside("yuli"), office.inside("hadi")
    wati, tika = office.inside("wati", **PHONE), office.inside("tika", **PHONE)
    joko = office.inside("joko")

    yuli.open("/surat/masuk/").follow("Catat surat masuk")
    yuli.fill({"Surat dari": "Camat Bulik", "Nomor surat": "460/117/KEC-BLK", "Hal": ABOUT})
    yuli.fill({"Tanggal surat": MORNING.date() - timedelta(days=3), "Pindaian surat": scan("Surat Camat")})
    yuli.choose("Segera", "Rahasia").press("Simpan surat masuk").sees("Tercatat dengan nomor agenda 1.")
    letter = IncomingLetter.objects.get()
    here = f"/surat/masuk/{letter.pk}/"
    joko.open("/surat/masuk/").sees("Isi surat terbatas").misses("Camat Bulik")
    assert joko.page.request.get(office.home + here).status == 404

    def passes(person, to: str, days: int, note: str) -> None:
        person.takes(f"{letter}: Camat Bulik").sees(ABOUT, "Rahasia").follow("Disposisikan")
        person.choose(to, "Proses lebih lanjut")
        person.fill({"Catatan": note, "Batas waktu": MORNING.date() + timedelta(days=days)})
        person.press("Disposisikan").sees("Diteruskan kepada 1 penerima").fits()

    passes(wati, "Kabid Rehsos (Hadi Prasetyo, S.Sos.)", 10, "Mohon ditindaklanjuti.")
    passes(hadi, "Kasi Pelayanan & Rehabilitasi Sosial (Yuli Astuti, S.Sos.)", 9, "Verifikasi anaknya.")
    passes(yuli, "TKSK (Tika Rahayu)", 7, "Kunjungi, lalu buka penanganannya.")

    # The TKSK reads the letter on her phone and opens the case from it: nothing is typed again.
    tika.takes(f"{letter}: Camat Bulik").sees(
        "Kunjungi, lalu buka penanganannya.", "Batas waktu 20 April 2026"
    )
    assert tika.link("Agenda Surat Masuk").count() == 0, "the agenda is the office's own"
    tika.follow("Buka penanganan dari surat ini").sees("Camat Bulik", "Surat ini rahasia.").fits()
    assert tika.field("Nomor surat").input_value() == "460/117/KEC-BLK"
    tika.select("Wilayah", str(Area.objects.filter(agency=world_of(office)).first()))
    tika.press("Buka penanganan").heading("")
    case = Case.objects.get()
    tika.open(f"/penanganan/{case.number}/").sees("Proposal", "nomor agenda 1")
    tika.follow(str(letter)).sees(f"Penanganan {case.number} dibuka dari surat ini.")

    # Each answers for his own part, from below upward.
    answers = ((tika, "Penanganan dibuka."), (yuli, "TKSK menindaklanjuti."), (hadi, "Berjalan."))
    for person, said in answers:
        person.takes(f"{letter}: Camat Bulik").follow("Jawab disposisi")
        person.fill({"Apa yang sudah dikerjakan": said}).press("Simpan jawaban")
        person.sees("Jawaban Anda tersimpan.")
    letter.refresh_from_db()
    assert letter.state == IncomingLetter.State.DONE

    wati.open(here).sees("Selesai", "Penanganan dibuka.", "TKSK menindaklanjuti.", "Berjalan.").fits()
    text = pdf_text(wati.page.request.get(f"{office.home}{here}lembar-disposisi/").body())
    for words in ("LEMBAR DISPOSISI", "Camat Bulik", "Mohon ditindaklanjuti.", "TKSK (Tika Rahayu)"):
        assert words.casefold() in text.casefold(), words


def world_of(office: Office):
    return office.world.agencies["lamandau"]
