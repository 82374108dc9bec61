"""The pages of incoming letters: the agenda, the letter, its way down the chain, its sheet."""

import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from sopcases.cases.filing import file_document
from sopcases.cases.models import Paper
from sopcases.letters.incoming_agenda import BEFORE, CLOSED, IN_A_CASE, IncomingAgenda
from sopcases.letters.models import Disposition, IncomingLetter
from sopcases.letters.year import UNKNOWN
from sopcases.people.models import Entry, Position
from tests.cases.front_door import Desk, hidden, picture
from tests.cast import appoint, make_user
from tests.letters.papers import scan
from tests.letters.tray import Tray

pytestmark = pytest.mark.django_db

AGENDA = "/surat/masuk/"


@pytest.fixture
def tray(world) -> Tray:
    return Tray(world)


@pytest.fixture
def at_desk(world, frozen):
    """`at_desk("sari")`: Sari at her browser, at the world's moment."""
    return lambda name: Desk(world, name)


def url(letter, act: str = "") -> str:
    return f"{AGENDA}{letter.pk}/{act}"


def typed(tray, **changes) -> dict:
    """What the form of a letter sends."""
    facts = tray.facts(**changes)
    facts = {key: value for key, value in facts.items() if value is not False}
    return facts | {key: facts[key].isoformat() for key in ("received_on", "dated")}


def pdf_text(response) -> str:
    reader = PdfReader(io.BytesIO(response.content))
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


# --- entering


def test_a_letter_from_the_form_to_the_last_answer(tray, at_desk):
    agus = at_desk("agus")
    page = agus.text(f"{AGENDA}baru/")
    assert "Nomor terakhir pada buku agenda" in page
    answer = agus.send(f"{AGENDA}baru/", **typed(tray, about="Bayi a.n. Melati"), after="41", file=picture())
    letter = IncomingLetter.objects.get()
    assert (letter.seq, letter.urgency, letter.confidential, bool(letter.file)) == (42, "urgent", False, True)
    assert answer.headers["Location"] == url(letter)
    assert "Nomor terakhir pada buku agenda" not in agus.text(f"{AGENDA}baru/")
    page = agus.text(url(letter))
    for words in ("Menunggu disposisi pimpinan", "Polsek Contoh", "Bayi a.n. Melati", "Belum didisposisikan"):
        assert words in page, words
    assert "<title>Surat masuk nomor agenda 42 tahun 2026" in page, "no child's name in a title"

    budi = at_desk("budi")
    assert "Yang harus Anda lakukan:</span> Disposisikan" in budi.text(url(letter))
    due = (tray.world.now + timedelta(days=2)).date().isoformat()
    sent = {"recipients": tray.key("Kabid"), "asked": ["process"], "note": "Segera ditangani.", "due_on": due}
    budi.send(url(letter, "disposisi/"), **sent)
    part = Disposition.objects.get()
    assert (part.to_position.name, part.note) == ("Kabid", "Segera ditangani.")

    rahman = at_desk("rahman")
    page = rahman.text(url(letter))
    assert "Yang harus Anda lakukan:</span> Disposisikan" in page and "Jawab disposisi" in page
    rahman.send(url(letter, "disposisi/"), **sent | {"recipients": tray.key("Peksos")})
    page = rahman.text(url(letter))
    assert "Menunggu jawaban Peksos (Sari Wulandari, S.Tr.Sos.)" in page
    assert "Yang harus Anda lakukan" not in page

    sari = at_desk("sari")
    lower = Disposition.objects.latest("id")
    assert "Yang harus Anda lakukan:</span> Jawab disposisi" in sari.text(url(letter))
    assert "Proses lebih lanjut. Segera ditangani." in sari.text(url(letter, f"jawab/{lower.pk}/"))
    sari.send(url(letter, f"jawab/{lower.pk}/"), text="Sudah dijenguk.")
    sari.get(url(letter, f"jawab/{lower.pk}/"), 403)
    sari.get(url(letter, f"jawab/{part.pk}/"), 403)
    assert "Yang harus Anda lakukan:</span> Jawab disposisi" in rahman.text(url(letter))
    rahman.send(url(letter, f"jawab/{part.pk}/"), text="Selesai dikoordinasikan.")
    page = budi.text(url(letter))
    assert "Selesai dikoordinasikan." in page and "Sudah dijenguk." in page
    letter.refresh_from_db()
    assert letter.state == IncomingLetter.State.DONE


def test_sent_twice_it_takes_one_number(tray, at_desk):
    agus = at_desk("agus")
    form = hidden(agus.get(f"{AGENDA}baru/")) | typed(tray)
    for _ in range(2):
        agus.post(f"{AGENDA}baru/", **form)
    assert IncomingLetter.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"sender": ""}, "Isi surat dari."),
        ({"about": " "}, "Isi hal."),
        ({"received_on": ""}, "Isi tanggalnya."),
        ({"urgency": "x"}, "Masukkan pilihan yang valid. x bukan"),
        ({"dated": "2031-01-01"}, "Surat tidak dapat diterima sebelum tanggalnya."),
        ({"received_on": "2031-01-01"}, "Tanggal terima tidak boleh di masa depan."),
    ],
)
def test_refusals_keep_what_was_typed(tray, at_desk, changes, sentence):
    page = at_desk("agus").send(f"{AGENDA}baru/", 422, **typed(tray) | changes).content.decode()
    assert sentence in page
    assert "B/17/III/2026" in page
    assert not IncomingLetter.objects.exists()


def test_a_file_that_is_none_is_refused(tray, at_desk):
    bad = picture("surat.pdf")
    page = at_desk("agus").send(f"{AGENDA}baru/", 422, **typed(tray), file=bad).content.decode()
    assert "tetapi isinya JPEG" in page and "Pilih kembali pindaiannya" in page
    assert not IncomingLetter.objects.exists()


def test_only_keepers_enter_and_mend(tray, at_desk):
    for name, status in (("sari", 403), ("rina", 403), ("tika", 403), ("ani", 403), ("dewi", 200)):
        at_desk(name).get(f"{AGENDA}baru/", status)
    letter, *_ = tray.down()
    for name, status in (("dewi", 200), ("rahman", 200), ("agus", 200), ("sari", 404), ("tono", 404)):
        at_desk(name).get(url(letter, "ubah/"), status)
    agus = at_desk("agus")
    agus.send(url(letter, "ubah/"), **typed(tray, sender="Polres Contoh"), file=picture())
    letter.refresh_from_db()
    assert (letter.sender, bool(letter.file)) == ("Polres Contoh", True)
    assert "Unduh pindaian surat" in agus.text(url(letter))
    assert 'name="file"' not in agus.text(url(letter, "ubah/")), "it was passed on"


def test_two_editors_meet(tray, at_desk):
    letter = tray.letter()
    agus = at_desk("agus")
    form = hidden(agus.get(url(letter, "ubah/"))) | typed(tray, sender="Polres Contoh")
    letter.correct(tray.by("dewi"), version=0, **tray.facts(sender="Camat"))
    page = agus.post(url(letter, "ubah/"), 409, **form).content.decode()
    assert "baru saja diubah" in page and "Polres Contoh" in page


# --- who comes in


def test_strangers_find_nothing(tray, at_desk):
    letter, upper, lower = tray.down(scan=scan())
    acts = ("", "pindaian/", "lembar-disposisi/", "ubah/", "disposisi/", "selesai/", f"jawab/{lower.pk}/")
    for name in ("sari", "rina", "tono", "wati", "ani"):
        desk = at_desk(name)
        for act in acts:
            desk.get(url(letter, act), 404)
    for act in ("", "pindaian/", "lembar-disposisi/"):
        at_desk("dewi").get(url(letter, act))
    other = tray.letter()
    at_desk("budi").get(url(other, f"jawab/{upper.pk}/"), 404)
    at_desk("budi").get(url(letter, "jawab/999999999999999999999/"), 404)
    at_desk("budi").get(f"{AGENDA}99999999999999999999/", 404)


def test_a_confidential_letter_shows_its_number_and_nothing_else(tray, at_desk):
    letter = tray.letter(by="dewi", confidential=True, sender="Kejaksaan Contoh")
    at_desk("agus").get(url(letter), 404)
    page = at_desk("agus").text(AGENDA)
    assert CLOSED in page and "Kejaksaan Contoh" not in page and "bayi" not in page
    for asked in ("?q=Kejaksaan", "?q=1", "?status=recorded"):
        page = at_desk("agus").text(AGENDA + asked)
        assert CLOSED not in page and "Tidak ditemukan" in page, asked
    assert "Kejaksaan Contoh" in at_desk("budi").text(AGENDA)
    page = at_desk("sari").text(AGENDA)
    assert CLOSED not in page and "Belum ada surat masuk" in page
    assert "Rahasia" in at_desk("dewi").text(url(letter))


def test_partners_outside_the_office_have_no_agenda(tray, at_desk):
    for act in ("", "pdf/", "xlsx/", "baru/"):
        at_desk("tika").get(f"{AGENDA}{act}", 403)
    assert "Agenda Surat Masuk" in at_desk("sari").text("/surat/")
    assert "Agenda Surat Masuk" not in at_desk("tika").text("/surat/")


def test_who_must_not_act_reads_why(tray, at_desk):
    letter, _, _ = tray.down()
    for name, act, sentence in (
        ("agus", "disposisi/", "Surat ini tidak berada pada Anda"),
        ("rahman", "selesai/", "diselesaikan dengan jawaban semua penerima"),
        ("dewi", "selesai/", "diselesaikan dengan jawaban semua penerima"),
    ):
        assert sentence in at_desk(name).text(url(letter, act), 403)
    at_desk("budi").send(url(letter, "selesai/"), note="Sudah dijawab lisan.")
    page = at_desk("budi").text(url(letter))
    assert "Sudah dijawab lisan." in page and "Berakhir bersama surat" in page
    assert "Surat ini sudah selesai" in at_desk("rahman").text(url(letter, "ubah/"), 403)


def test_reading_is_written_down_without_a_word_of_the_letter(tray, at_desk):
    letter = tray.letter(scan=scan(), about="Bayi a.n. Melati")
    budi = at_desk("budi")
    for act in ("", "pindaian/", "lembar-disposisi/"):
        budi.get(url(letter, act))
    rows = Entry.objects.filter(subject="letters.incomingletter", subject_id=letter.pk).order_by("id")
    assert [row.verb for row in rows] == [
        *("incoming.recorded", "incoming.read", "incoming.scan_read", "incoming.sheet_printed")
    ]
    assert not any("Melati" in str(row.data) for row in rows)


def test_the_scan_is_a_download_under_our_own_name(tray, at_desk):
    letter = tray.letter(scan=scan(), about="Melati")
    answer = at_desk("budi").get(url(letter, "pindaian/"))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="surat-masuk-2026-1.jpg"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    with letter.file.storage.open(letter.file.name, "wb") as file:
        file.write(b"changed")
    page = at_desk("budi").text(url(letter, "pindaian/"), 422)
    assert "tidak lagi sama dengan yang disimpan" in page
    assert Entry.objects.filter(verb="incoming.damaged").count() == 1
    at_desk("budi").get(url(tray.letter(), "pindaian/"), 404)


# --- disposing


def test_the_form_offers_those_below_and_refuses_others(tray, at_desk):
    letter, _, lower = tray.down()
    dewi = at_desk("dewi")
    page = dewi.text(url(letter, "disposisi/"))
    assert "Peksos (Sari" in page and "Petugas (Agus" in page
    assert "Kabid (" not in page.split("<form")[-1] and "Sekretaris" not in page
    due = tray.world.now.date().isoformat()
    sent = {"recipients": tray.key("Kabid"), "asked": ["know"], "due_on": due}
    assert "pilihan" in dewi.send(url(letter, "disposisi/"), 422, **sent).content.decode()
    sent = {"recipients": tray.key("Peksos"), "due_on": due}
    page = dewi.send(url(letter, "disposisi/"), 422, **sent).content.decode()
    assert "Pilih isi disposisi atau tulis catatan." in page
    late = (tray.world.now + timedelta(days=30)).date().isoformat()
    page = dewi.send(url(letter, "disposisi/"), 422, **sent | {"asked": ["know"], "due_on": late})
    assert "melewati batas waktu Anda sendiri" in page.content.decode()
    page = dewi.send(url(letter, "disposisi/"), 422, due_on=due).content.decode()
    assert "Pilih paling sedikit satu penerima disposisi." in page
    assert lower.passed_on.count() == 0


def test_a_late_part_says_so(tray, at_desk):
    letter, _, _ = tray.down()
    tray.world.wait(days=10)
    page = at_desk("budi").text(url(letter))
    assert page.count("Lewat batas waktu") == 2


def test_the_clerk_enters_what_the_head_wrote_by_hand(tray, at_desk):
    letter, other = tray.letter(), tray.letter()
    agus, budi = at_desk("agus"), tray.world.budi
    page = agus.text(url(letter))
    address = url(letter, f"disposisi/{budi.pk}/")
    assert f'<a href="{address}">Catat disposisi tertulis Dr. Budi Hartono, M.A.P.</a>' in page
    today = tray.world.now.date().isoformat()
    sent = {"recipients": tray.key("Kabid"), "asked": ["know"], "given_on": today, "due_on": today}
    assert "Isi tanggalnya." in agus.send(address, 422, **sent | {"given_on": ""}).content.decode()
    agus.send(address, **sent)
    page = agus.text(url(letter))
    assert "(Dr. Budi Hartono, M.A.P.), tertulis 2 Maret 2026, dicatat Agus Salim" in page
    assert "Dicatat dalam aplikasi Senin 2 Maret 2026 pukul 08.00 oleh Agus Salim" in pdf_text(
        agus.get(url(letter, "lembar-disposisi/"))
    )
    rahman = tray.world.rahman
    agus.get(url(other, f"disposisi/{rahman.pk}/"), 404)
    agus.get(url(letter, f"disposisi/{rahman.pk}/"))
    assert "petugas pencatat" in at_desk("budi").text(url(letter, f"disposisi/{rahman.pk}/"), 403)
    assert "Catat disposisi tertulis" not in at_desk("budi").text(url(letter))


# --- the sheet


def test_the_sheet_of_a_letter_that_went_down_the_chain(tray, at_desk):
    letter, _, _ = tray.down(urgency="very_urgent", confidential=True)
    answer = at_desk("budi").get(url(letter, "lembar-disposisi/"))
    text = pdf_text(answer)
    for part in (
        "PEMERINTAH KOTA TANJUNGPINANG DINAS SOSIAL",
        "LEMBAR DISPOSISI",
        "Surat dari : Polsek Contoh",
        "No. surat : B/17/III/2026",
        "Tgl surat : 27 Februari 2026",
        "Diterima : 2 Maret 2026",
        "No. agenda : 1/2026",
        "Sifat : ✓ Sangat segera Segera ✓ Rahasia",
        "Hal : Permohonan penanganan bayi",
        "Disposisi Kepala Dinas (Dr. Budi Hartono, M.A.P.)",
        "Diteruskan kepada: 1. Kabid (Drs. Abdul Rahman, M.Si.)",
        "Disposisi Kabid (Drs. Abdul Rahman, M.Si.)",
        "1. Kasi (Dewi Anggraini, S.Sos.)",
        "Dengan hormat harap: Tanggapan dan saran ✓ Proses lebih lanjut Koordinasi/konfirmasikan",
        "Batas waktu: 5 Maret 2026",
        "Paraf, tanggal:",
    ):
        assert part in text, (part, text)
    assert "NOMOR" not in text.replace("No.", ""), "internal: it bears no number"
    assert answer.headers["Content-Disposition"] == 'inline; filename="lembar-disposisi-2026-1.pdf"'


def test_a_sheet_before_any_disposition_is_to_be_filled_in_by_hand(tray, at_desk):
    text = pdf_text(at_desk("agus").get(url(tray.letter(), "lembar-disposisi/")))
    assert "1. ......" in text and "3. ......" in text
    assert "Proses lebih lanjut" in text and "✓" in text, "Segera is ticked"
    assert "Dicatat dalam aplikasi" not in text


def test_letters_that_went_to_several_make_one_block(tray):
    from sopcases.letters import incoming_page

    letter = tray.letter()
    letter.dispose(
        tray.by("budi"),
        [tray.key("Kabid"), tray.key("Sekretaris")],
        due_on=tray.by("budi").day,
        asked=["know"],
    )
    (block,) = incoming_page.sheet(letter, tray.by("budi")).blocks
    assert len(block.recipients) == 2
    assert [box.label for box in block.wishes if box.ticked] == ["Untuk diketahui"]


# --- the agenda


def shown(officer, **asked) -> list[tuple[str, str]]:
    return [(row.seq or row.gap, row.note) for row in IncomingAgenda(officer, asked).rows]


def test_every_gap_is_explained(tray):
    tray.letter(after=40)
    case = tray.world.case()
    with tray.world.walk(case, "sari") as walk:
        facts = {"agenda": "0042", "received_on": walk.by.day}
        file_document(walk, tray.world.kind("Surat Masuk Lain"), scan(), **facts)
    tray.letter()
    tray.letter()
    tray.letter()
    IncomingLetter.objects.filter(seq=44).delete()
    # A paper put away as void still explains its number.
    Paper.objects.filter(agenda="0042").update(voided_at=tray.world.now, void_reason="Salah berkas")
    agus = tray.by("agus")
    assert shown(agus) == [
        ("45", ""),
        ("44", UNKNOWN),
        ("43", ""),
        ("42", IN_A_CASE),
        ("41", ""),
        ("1–40", BEFORE),
    ]
    assert [row.seq or row.gap for row in IncomingAgenda(agus, {}).everything] == [
        "1–40",
        "41",
        "42",
        "43",
        "44",
        "45",
    ]
    assert shown(tray.by("budi"), q="43") == [("43", "")]


def test_it_is_searched_and_filtered(tray):
    tray.letter(sender="Camat Contoh", about="Usulan anak terlantar")
    letter, *_ = tray.down(sender="Polsek Contoh")
    agus = tray.by("agus")
    assert shown(agus, q="camat usulan") == [("1", "")]
    assert shown(agus, q="polsek 2") == [("2", "")], "its number of the agenda, or of the letter"
    assert shown(agus, status="recorded") == [("1", "")]
    assert shown(agus, status="passed") == [("2", "")]
    assert shown(agus, q="tidak ada") == []
    assert shown(tray.by("dewi")) == [("2", ""), ("1", CLOSED)], "she keeps the register too"
    (row,) = [row for row in IncomingAgenda(agus, {}).rows if row.seq == str(letter.seq)]
    assert row.passed == "Kabid (Drs. Abdul Rahman, M.Si.); Kasi (Dewi Anggraini, S.Sos.)"


@pytest.mark.parametrize(
    "asked",
    [{"sebelum": "9" * 30}, {"sebelum": "-1"}, {"tahun": "abc"}, {"tahun": "1999"}, {"status": "zzz"}],
)
def test_odd_questions_show_nothing_and_break_nothing(tray, asked):
    tray.letter()
    assert len(IncomingAgenda(tray.by("agus"), asked).rows) in (0, 1)


def test_it_pages_by_key_and_stays_whole(tray, monkeypatch):
    monkeypatch.setattr("sopcases.letters.year.PAGE", 2)
    for _ in range(5):
        tray.letter()
    agus = tray.by("agus")
    first = IncomingAgenda(agus, {})
    rows, address = [row.seq for row in first.rows], first.older
    assert not first.newest
    while address:
        following = IncomingAgenda(agus, {"sebelum": address.split("sebelum=")[1]})
        rows += [row.seq or row.gap for row in following.rows]
        address = following.older
        assert following.newest
    assert rows == ["5", "4", "3", "2", "1"]


@pytest.mark.parametrize("count", [1, 3])
def test_the_pages_cost_the_same_at_any_number(tray, at_desk, count, django_assert_num_queries):
    for _ in range(count):
        letter, _, _ = tray.down()
        tray.dispose(letter, "budi", "Sekretaris")
        tray.dispose(letter, "dewi", "Peksos")
    agus, budi = at_desk("agus"), at_desk("budi")
    agus.get("/kata-sandi/")
    budi.get("/kata-sandi/")
    with django_assert_num_queries(9):
        agus.get(AGENDA)
    with django_assert_num_queries(10):  # one of them: under which SOP he may open a case
        budi.get(url(letter))


def test_on_paper_and_as_a_spreadsheet(tray, at_desk):
    tray.letter(about='=HYPERLINK("x")')
    tray.down(sender="Polres Contoh")
    tray.letter(by="dewi", confidential=True, sender="Kejaksaan Contoh")
    agus = at_desk("agus")
    answer = agus.get(f"{AGENDA}pdf/?tahun=2026")
    text = pdf_text(answer)
    for part in ("AGENDA SURAT MASUK", "Tahun : 2026", "Polres Contoh", "Kabid (Drs.", CLOSED):
        assert part in text, part
    assert "Kejaksaan" not in text
    assert answer.headers["Content-Disposition"] == 'attachment; filename="agenda-surat-masuk-2026.pdf"'
    answer = agus.get(f"{AGENDA}xlsx/?tahun=2026")
    page = load_workbook(io.BytesIO(answer.content)).active
    rows = [[cell.value for cell in row] for row in page.iter_rows()]
    assert [row[0] for row in rows] == ["No. agenda", "1", "2", "3"]
    assert rows[1][2:6] == ["Polsek Contoh", "B/17/III/2026, 27 Februari 2026", '=HYPERLINK("x")', "Segera"]
    assert page.cell(row=2, column=5).data_type == "s", "text, not a formula"
    assert Entry.objects.filter(verb="incoming.exported").count() == 2


def test_an_officer_without_a_part_sees_an_empty_agenda(tray, at_desk):
    driver = Position.objects.create(agency=tray.world.home, name="Pengemudi")
    tray.world.users["dinda"] = appoint(make_user(tray.world.home, "dinda", "Dinda"), driver)
    letter = tray.letter()
    assert "Belum ada surat masuk" in at_desk("dinda").text(AGENDA)
    at_desk("dinda").get(url(letter), 404)


# --- an entry made twice, and answers of others


def test_an_entry_made_twice_stays_in_the_agenda_struck_out(tray, at_desk):
    tray.letter()
    twin = tray.letter(about="Permohonan yang sama")
    agus = at_desk("agus")
    assert "Batalkan entri yang keliru" in agus.text(url(twin))
    page = agus.send(url(twin, "batalkan/"), 422, reason="").content.decode()
    assert "Isi alasannya." in page and "btn-danger" in page
    agus.send(url(twin, "batalkan/"), reason="Tercatat dua kali")
    page = agus.text(url(twin))
    assert "Dibatalkan oleh" in page and "Tercatat dua kali" in page
    for deed in ("Disposisikan", "Perbaiki catatan", "Buka penanganan", "Batalkan entri"):
        assert deed not in page, deed
    page = agus.text(AGENDA)
    assert page.count("<del>") == 1 and "Dibatalkan: Tercatat dua kali" in page
    assert "<del>" in agus.text(f"{AGENDA}?status=void") and "<del>" not in agus.text(
        f"{AGENDA}?status=recorded"
    )
    assert "Dibatalkan: Tercatat dua kali" in pdf_text(agus.get(f"{AGENDA}pdf/"))
    at_desk("budi").get(url(twin, "batalkan/"), 403)


def test_what_another_answered_is_recorded_with_both_names(tray, at_desk):
    letter, _, lower = tray.down()
    agus, today = at_desk("agus"), tray.by("agus").day.isoformat()
    page = agus.text(url(letter))
    assert "Catat jawaban Kasi (Dewi Anggraini, S.Sos.)" in page and "Catat jawaban Kabid" in page
    form = url(letter, f"jawab/{lower.pk}/catat/")
    page = agus.text(form)
    assert "Dijawab oleh" in page and f'value="{tray.world.dewi.pk}" selected' in page
    agus.send(form, hand=tray.world.dewi.pk, answered_on=today, text="Sudah dijenguk.")
    page = agus.text(url(letter))
    assert "oleh Dewi Anggraini, S.Sos., Kasi, 2 Maret 2026, dicatat Agus" in page
    agus.get(form, 403)
    assert "Catat jawaban" not in at_desk("rahman").text(url(letter)), "he answers for himself"
