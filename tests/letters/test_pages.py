"""The pages of letters: who comes in, what they show, what they send."""

import io
import re
import uuid
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pypdf import PdfReader

from sopcases.letters.models import Letter
from sopcases.letters.states import LetterState
from sopcases.people.models import Entry
from tests.cast import PASSWORD
from tests.letters.papers import scan

pytestmark = pytest.mark.django_db


@pytest.fixture
def door(client, desk, monkeypatch):
    """Signs people of the cast in, at the world's own time."""
    monkeypatch.setattr("sopcases.people.middleware.timezone.now", lambda: desk.world.now)

    def enter(name: str):
        client.force_login(desk.world.users[name])
        return client

    return enter


def fields(response) -> dict[str, str]:
    """The hidden fields of the page's form."""
    form = re.search(r'<form method="post" novalidate.*?</form>', response.content.decode(), re.S)[0]
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))


def send(client, url: str, **typed):
    """Fill in the page's form and send it."""
    page = client.get(url)
    assert page.status_code == 200, (url, page.status_code)
    return client.post(url, fields(page) | typed)


def spt_fields(desk, **changes) -> dict:
    return {
        "purpose": "Koordinasi dengan kepolisian",
        "officers": [desk.world.sari.pk],
        "starts": "2026-03-03",
        "ends": "2026-03-04",
        "place": "Polresta",
        "tasks": "1. Meminta surat keterangan\n- Mengantar",
        "basis_more": "Laporan masyarakat",
        "report": "on",
        "cc": "",
    } | changes


def new_url(desk, kind="Surat Perintah Tugas") -> str:
    return f"/penanganan/{desk.case.number}/surat/baru/?jenis={desk.world.kind(kind).pk}"


def test_an_spt_from_the_form_to_the_scan(desk, door):
    client = door("agus")
    answer = send(client, new_url(desk), slot="", **spt_fields(desk))
    letter = Letter.objects.get()
    assert answer.headers["Location"] == f"/surat/{letter.pk}/"
    assert letter.content["tasks"] == ["Meminta surat keterangan", "Mengantar"]
    assert letter.content["officers"][0]["nip"] == desk.world.sari.nip
    url = f"/surat/{letter.pk}/"
    page = client.get(url).content.decode()
    assert "Konsep – belum ditandatangani" in page
    assert "Ajukan" in page
    assert send(client, url + "ajukan/").status_code == 302
    client = door("rahman")
    assert "Paraf &amp; teruskan" in client.get(url).content.decode()
    assert send(client, url + "paraf/").status_code == 302
    client = door("budi")
    wrong = send(client, url + "tanda-tangani/", password="bukan kata sandi")
    assert wrong.status_code == 422
    assert "Kata sandi tidak cocok" in wrong.content.decode()
    letter.refresh_from_db()
    assert letter.state == LetterState.READY
    assert send(client, url + "tanda-tangani/", password=PASSWORD).status_code == 302
    letter.refresh_from_db()
    assert letter.state == LetterState.DECIDED
    picture = io.BytesIO()
    Image.new("RGB", (200, 300), "white").save(picture, "JPEG")
    client = door("agus")
    upload = SimpleUploadedFile("naskah.jpg", picture.getvalue(), "image/jpeg")
    assert send(client, url + "unggah/", file=upload, signed_on="2026-03-02").status_code == 302
    letter.refresh_from_db()
    assert letter.state == LetterState.SIGNED
    answer = client.get(url + "naskah/")
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Anak" not in answer.headers["Content-Disposition"]
    assert client.get(url + "pdf/").headers["Content-Disposition"].startswith("inline")


def test_a_step_s_letter_is_filed_as_its_output(desk, door):
    client = door("agus")
    page = client.get(new_url(desk))
    slot = page.context["form"]["slot"].initial
    send(client, new_url(desk), slot=slot, **spt_fields(desk))
    filing = Letter.objects.get().paper.filings.get()
    assert str(filing.output_id) == slot
    assert filing.attempt.step.key == "2"


def test_errors_keep_what_was_typed(desk, door):
    client = door("agus")
    answer = send(client, new_url(desk), **spt_fields(desk, ends="2026-03-01", basis_more=""))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Tanggal selesai mendahului tanggal mulai." in text
    assert "Pilih atau tulis paling sedikit satu dasar." in text
    assert "Meminta surat keterangan" in text
    assert not Letter.objects.exists()


def test_a_berita_acara_from_the_form(desk, door):
    client = door("dewi")
    url = new_url(desk, "Berita Acara Penyerahan Anak")
    child = desk.case.children.get().child
    typed = {
        "held_on": "2026-03-05",
        "place": "Panti Asuhan Kasih",
        "first_officer": desk.world.dewi.pk,
        "first_for": "Dinas Sosial Kota Tanjungpinang",
        "second_name": "Maria Goretti",
        "second_title": "Ketua",
        "second_for": "Panti Asuhan Kasih",
        "children": [child.pk],
        "condition": "Sehat",
        "papers_more": "Pakaian",
        "copies": "3",
        "witness1_name": "Sari Wulandari",
    }
    assert send(client, url, slot="", **typed).status_code == 302
    record = Letter.objects.get()
    assert record.content["first"]["name"] == "Dewi Anggraini, S.Sos."
    assert record.content["first"]["identity"].startswith("NIP ")
    assert send(client, f"/surat/{record.pk}/tetapkan/").status_code == 302
    text = "".join(p.extract_text() for p in PdfReader(io.BytesIO(pdf_of(client, record))).pages)
    assert "tahun dua ribu dua puluh enam (05-03-2026)" in " ".join(text.split())
    assert child.name in text
    assert "rangkap 3 (tiga)" in " ".join(text.split())


@pytest.mark.parametrize("kind", ["Surat Pengantar", "Laporan Sosial"])
def test_the_simple_layouts_can_be_written_and_changed(desk, door, kind):
    client = door("agus")
    typed = {
        "Surat Pengantar": {"to": "Kepala Panti", "subject": "Berkas", "what1": "Surat Terlantar"},
        "Laporan Sosial": {"section1": "Bayi perempuan", "section7": "Belum beridentitas"},
    }[kind]
    assert send(client, new_url(desk, kind), slot="", **typed).status_code == 302
    letter = Letter.objects.get()
    assert client.get(f"/surat/{letter.pk}/").status_code == 200
    assert send(client, f"/surat/{letter.pk}/ubah/", **typed).status_code == 302
    assert PdfReader(io.BytesIO(pdf_of(client, letter))).pages


def pdf_of(client, letter) -> bytes:
    answer = client.get(f"/surat/{letter.pk}/pdf/")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store, private"
    return b"".join(answer.streaming_content)


def test_strangers_find_nothing_and_readers_do_not_act(desk, door):
    letter = desk.proposed()
    url = f"/surat/{letter.pk}/"
    acts = ["", "pdf/", "naskah/", "ubah/", "ajukan/", "paraf/", "kembalikan/", "tanda-tangani/", "nomor/"]
    acts += ["unggah/", "lengkapi/", "tetapkan/", "batalkan/", "ganti/"]
    for name in ("tono", "wati", "ani"):
        client = door(name)
        for act in acts:
            assert client.get(url + act).status_code == 404, (name, act)
            assert client.post(url + act).status_code in (404, 405), (name, act)
    client = door("sari")
    assert client.get(url).status_code == 200
    for act in ("paraf/", "kembalikan/", "tanda-tangani/", "unggah/", "ubah/", "batalkan/"):
        answer = client.get(url + act)
        assert answer.status_code == 403, act
    assert door("rahman").get(url + "paraf/").status_code == 200


def test_a_letter_seen_earlier_is_a_conflict_page(desk, door):
    letter = desk.proposed()
    client = door("rahman")
    url = f"/surat/{letter.pk}/paraf/"
    seen = fields(client.get(url))
    letter.return_(desk.by("rahman"), "Salah tempat")
    letter.edit(desk.by("agus"), desk.spt_content(place="RSUD"))
    letter.propose(desk.by("agus"))
    answer = client.post(url, seen)
    assert answer.status_code == 409
    letter.refresh_from_db()
    assert letter.state == LetterState.PROPOSED


def test_sent_twice_is_done_once(desk, door):
    client = door("agus")
    page = client.get(new_url(desk))
    typed = fields(page) | spt_fields(desk) | {"slot": ""}
    first, second = client.post(new_url(desk), typed), client.post(new_url(desk), typed)
    assert first.headers["Location"] == second.headers["Location"]
    assert Letter.objects.count() == 1


def test_an_act_sent_twice_is_done_once_and_leads_to_the_same_place(desk, door):
    letter = desk.spt()
    url = f"/surat/{letter.pk}/"
    steps = [
        ("agus", "ajukan/", {}, "proposed"),
        ("rahman", "paraf/", {}, "initialled"),
        ("budi", "tanda-tangani/", {"password": PASSWORD}, "decided"),
        ("agus", "unggah/", {"signed_on": "2026-03-02"}, "signed"),
        ("agus", "batalkan/", {"reason": "Dicabut"}, "voided"),
    ]
    for name, act, typed, done in steps:
        client = door(name)
        typed = fields(client.get(url + act)) | typed
        for _ in range(2):
            files = {"file": photo()} if act == "unggah/" else {}
            answer = client.post(url + act, typed | files)
            assert (answer.status_code, answer.headers.get("Location")) == (302, url), act
        assert letter.acts.filter(act=done).count() == 1, act
        # With a key of its own it is another sending, and the verb refuses it.
        files = {"file": photo()} if act == "unggah/" else {}
        answer = client.post(url + act, typed | files | {"_key": str(uuid.uuid4())})
        assert answer.status_code in (403, 409), act
        assert letter.acts.filter(act=done).count() == 1, act


def test_who_may_not_act_is_refused_by_the_verb(desk, door):
    letter = desk.ready()
    typed = {"_key": str(uuid.uuid4()), "version": letter.version, "password": PASSWORD}
    for name in ("dewi", "sari"):
        answer = door(name).post(f"/surat/{letter.pk}/tanda-tangani/", typed)
        assert answer.status_code == 403
        assert "ditandatangani oleh Kepala Dinas" in answer.content.decode()
    letter.refresh_from_db()
    assert letter.state == LetterState.READY


def test_a_record_printed_twice_with_one_key_is_noted_once(desk, door):
    record = desk.record()
    record.fix(desk.by("dewi"))
    client = door("dewi")
    url = f"/surat/{record.pk}/cetak/"
    assert client.post(url).status_code == 422
    typed = {"_key": str(uuid.uuid4()), "version": record.version}
    for _ in range(2):
        assert client.post(url, typed).headers["Location"] == f"/surat/{record.pk}/pdf/"
    assert record.acts.filter(act="printed").count() == 1


def photo() -> SimpleUploadedFile:
    picture = io.BytesIO()
    Image.new("RGB", (200, 300), "white").save(picture, "JPEG")
    return SimpleUploadedFile("naskah.jpg", picture.getvalue(), "image/jpeg")


def test_reading_is_written_down_without_names(desk, door):
    letter = desk.proposed()
    door("sari").get(f"/surat/{letter.pk}/")
    entry = Entry.objects.filter(verb="letter.read").get()
    assert entry.actor == desk.world.sari
    assert "Anak" not in str(entry.data)


def test_one_flipped_byte_is_found(desk, door):
    letter = desk.decided()
    with letter.pdf.storage.open(letter.pdf.name, "rb+") as file:
        file.seek(400)
        byte = file.read(1)
        file.seek(400)
        file.write(bytes([byte[0] ^ 1]))
    answer = door("agus").get(f"/surat/{letter.pk}/pdf/")
    assert answer.status_code == 422
    assert "tidak lagi sama dengan yang disimpan" in answer.content.decode()
    assert Entry.objects.filter(verb="paper.damaged", data__letter=letter.pk).exists()


def test_a_lost_or_exchanged_scan_is_found(desk, door):
    letter = desk.decided()
    letter.file_signed_scan(desk.by("agus"), scan(), signed_on=desk.world.now.date())
    file = letter.paper.file
    with file.storage.open(file.name, "wb") as stored:
        stored.write(b"lain")
    client = door("agus")
    assert client.get(f"/surat/{letter.pk}/naskah/").status_code == 422
    file.storage.delete(file.name)
    assert client.get(f"/surat/{letter.pk}/naskah/").status_code == 422
    assert Entry.objects.filter(verb="paper.damaged", data__letter=letter.pk).count() == 2


def test_the_list_shows_states_and_pages_by_key(desk, door, django_assert_num_queries):
    letter = desk.proposed()
    client = door("rahman")
    text = client.get("/surat/").content.decode()
    assert f"/surat/{letter.pk}/" in text
    assert "Diajukan" in text
    assert "Tidak ditemukan" in client.get("/surat/?status=selesai").content.decode()
    assert f"/surat/{letter.pk}/" in client.get("/surat/?status=saya").content.decode()
    assert "Belum ada surat" in door("wati").get("/surat/").content.decode()


def test_the_list_costs_the_same_at_one_and_at_three(desk, door, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    desk.proposed()
    client = door("rahman")
    client.get("/surat/")
    costs = []
    for _ in range(2):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get("/surat/")
        costs.append(len(queries))
        desk.proposed()
        desk.proposed()
    assert costs[0] == costs[1]


def test_who_waits_for_what(desk):
    def waits(name):
        return {(letter.pk, letter.waits) for letter in Letter.objects.waiting_for(desk.by(name))}

    letter = desk.proposed()
    assert waits("rahman") == {(letter.pk, "initial")}
    assert waits("budi") == waits("agus") == waits("wati") == set()
    letter.initial(desk.by("rahman"))
    assert waits("budi") == {(letter.pk, "sign")}
    assert waits("agus") == {(letter.pk, "ink")}
    desk.acting_head("rina", date(2026, 3, 1), date(2026, 3, 8))
    assert waits("budi") == set()
    assert waits("rina") == {(letter.pk, "sign")}
    letter.return_(desk.by("rina"), "Tambah tujuan")
    assert waits("agus") == {(letter.pk, "fix")}
    assert waits("rina") == set()


def test_while_it_waits_for_a_paraf_nobody_is_asked_for_the_ink(desk, monkeypatch, client):
    """It can be filed all the same: the office may have signed on paper."""
    monkeypatch.setattr("sopcases.people.middleware.timezone.now", lambda: desk.world.now)
    letter = desk.proposed()
    client.force_login(desk.world.agus)
    page = client.get(f"/surat/{letter.pk}/").context["page"]
    assert page.next is None
    assert page.waits.startswith("Menunggu paraf Kabid")
    assert "Unggah naskah bertanda tangan" in [deed.label for deed in page.others]
