"""Signing by certificate: what is signed is accepted by others and rejected once changed; what fails says why
and leaves the letter unsigned."""

import hashlib
import io
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pypdf import PdfReader

from sopcases.letters.models import Certificate, Letter
from sopcases.letters.signing import BSRE_SENTENCE, SigningFailed
from sopcases.letters.signing.certificate import DEMO_FACE
from sopcases.letters.signing.validation import signatures
from sopcases.letters.states import LetterState
from sopcases.letters.views.signing import means_of
from sopcases.people.models import Entry
from sopcases.refusal import Conflict, NotAllowed, Refused
from sopcases.sops.models import Stage
from tests.letters.certificates import PASSPHRASE, EsignServer, authority, authority_pem, p12
from tests.letters.papers import Desk
from tests.letters.stamping import STAMPED_AT, StampingServer

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(world) -> Desk:
    world.home.signature_backend = "certificate"
    world.home.save()
    return Desk(world)


@pytest.fixture
def budi(desk):
    Certificate.bring(desk.by("budi"), p12(), PASSPHRASE)
    return desk.by("budi")


@pytest.fixture
def esign(world, settings):
    server = EsignServer()
    world.home.signature_backend = "bsre"
    world.home.save()
    world.budi.email = "budi@dinsos.example.go.id"
    world.budi.save()
    settings.BSRE_URL, settings.BSRE_USER, settings.BSRE_PASSWORD = server.url, "dinsos", "rahasia"
    settings.BSRE_TIMEOUT = 2
    yield server
    server.end()


def signed(desk, by, **facts) -> Letter:
    letter = desk.ready(**facts)
    letter.sign_with(by, means_of(by, PASSPHRASE))
    letter.refresh_from_db()
    return letter


def pdfsig(content: bytes, tmp_path) -> str:
    path = tmp_path / "surat.pdf"
    path.write_bytes(content)
    return subprocess.run(["pdfsig", "-nocert", str(path)], capture_output=True, text=True).stdout


def text_of(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


# --- what is signed


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_others_accept_it_and_reject_one_changed_byte(desk, kind, tmp_path):
    by = desk.by("budi")
    Certificate.bring(by, p12(kind=kind), PASSPHRASE)
    letter = signed(desk, by)
    content = letter.pdf.read()
    assert "Signature is Valid." in pdfsig(content, tmp_path)
    (found,) = signatures(content)
    assert (found.signer, found.issuer, found.whole) == ("Dr. Budi Hartono", "Penerbit Uji", True)
    place = content.index(b"stream") + 40
    broken = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
    assert "Signature is Valid." not in pdfsig(broken, tmp_path)
    assert [f.whole for f in signatures(broken)] in ([False], [])


def test_the_letter_is_signed_and_keeps_the_signed_bytes(desk, budi):
    letter = signed(desk, budi)
    assert (letter.state, letter.paper.stage) == (LetterState.SIGNED, Stage.SIGNED)
    assert (letter.backend, letter.signed_on) == ("certificate", desk.world.now.date())
    assert letter.certificate.startswith("Dr. Budi Hartono; penerbit Penerbit Uji; nomor seri ")
    content = letter.pdf.read()
    assert hashlib.sha256(content).hexdigest() == letter.sha256
    client = Client()
    client.force_login(desk.world.budi, backend="sopcases.people.backends.OfficerBackend")
    assert b"".join(client.get(f"/surat/{letter.pk}/pdf/").streaming_content) == content
    act = letter.acts.get(act="certified")
    assert (act.by, act.acting_title) == (desk.world.budi, "Kepala Dinas")
    assert act.data["sha256"] == letter.sha256


def test_its_face_says_by_which_certificate(desk, budi):
    letter = signed(desk, budi)
    text = text_of(letter.pdf.read())
    for part in (
        "Ditandatangani secara elektronik oleh: KEPALA DINAS,",
        "Ditandatangani secara elektronik dengan sertifikat Dr. Budi Hartono, diterbitkan Penerbit Uji.",
        "Periksa surat",
    ):
        assert part in text
    assert BSRE_SENTENCE[:40] not in text
    assert "belum berlaku" not in text


def test_a_demonstration_certificate_says_so(desk):
    by = desk.by("budi")
    Certificate.bring(by, p12(), PASSPHRASE, demo=True)
    assert DEMO_FACE in text_of(signed(desk, by).pdf.read())


def test_the_walk_goes_on(desk, budi):
    letter = desk.ready()
    before = desk.world.states(desk.case)
    letter.sign_with(budi, means_of(budi, PASSPHRASE))
    assert letter.paper.signed_by == desk.world.budi
    assert before is not None


def test_void_again_it_no_longer_looks_signed(desk, budi):
    letter = signed(desk, budi)
    letter.void(desk.by("agus"), "Salah")
    client = Client()
    client.force_login(desk.world.budi, backend="sopcases.people.backends.OfficerBackend")
    text = text_of(b"".join(client.get(f"/surat/{letter.pk}/pdf/").streaming_content))
    assert "Ditandatangani secara elektronik" not in text
    assert "Dibatalkan – tidak berlaku" in text


def test_the_check_page_tells_of_the_certificate(desk, budi, settings, tmp_path):
    letter = signed(desk, budi)
    client = Client()
    page = client.get(f"/cek/{letter.token}/").content.decode()
    assert "Ditandatangani dengan sertifikat elektronik" in page
    assert "diterbitkan Penerbit Uji" in page

    def sent(content: bytes) -> str:
        file = SimpleUploadedFile("surat.pdf", content, "application/pdf")
        return client.post(f"/cek/{letter.token}/", {"file": file}).content.decode()

    content = letter.pdf.read()
    answer = sent(content)
    assert "sama persis dengan naskah yang ditandatangani secara elektronik" in answer
    assert "penerbit yang tidak dikenal server ini" in answer
    (tmp_path / "roots.pem").write_bytes(authority_pem())
    settings.TRUSTED_CERTIFICATES = str(tmp_path / "roots.pem")
    assert "penerbit tepercaya" in sent(content)
    place = content.index(b"stream") + 40
    broken = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
    assert "tidak sama dengan yang disimpan" in sent(broken)


# --- what is refused, each with its sentence; the letter stays as it was


def unsigned(desk, by, sentence: str, passphrase: str = PASSPHRASE) -> None:
    letter = desk.ready()
    before = (letter.state, letter.version, letter.acts.count(), desk.world.states(desk.case))
    with pytest.raises(SigningFailed, match=sentence):
        letter.sign_with(by, means_of(by, passphrase))
    letter.refresh_from_db()
    assert (letter.state, letter.version, letter.acts.count(), desk.world.states(desk.case)) == before
    assert (letter.backend, letter.sha256, letter.token) == ("", "", "")


def test_no_certificate(desk):
    unsigned(desk, desk.by("budi"), "belum mengunggah sertifikat")


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        (
            {"first": datetime(2020, 1, 1, tzinfo=UTC), "last": datetime(2026, 3, 1, tzinfo=UTC)},
            "berakhir pada",
        ),
        ({"first": datetime(2026, 3, 9, tzinfo=UTC)}, "baru berlaku mulai 09-03-2026"),
    ],
)
def test_outside_its_validity(desk, facts, sentence):
    by = desk.by("budi")
    Certificate.bring(by, p12(**facts), PASSPHRASE)
    unsigned(desk, by, sentence)


def test_three_wrong_passphrases_lock_it_for_a_quarter_of_an_hour(desk, budi):
    kept = Certificate.of(desk.world.budi)
    for left in (2, 1):
        with pytest.raises(SigningFailed, match=f"Tersisa {left} percobaan"):
            means_of(budi, "salah")
    with pytest.raises(SigningFailed, match=r"dikunci sampai pukul 08\.15"):
        means_of(budi, "salah")
    with pytest.raises(SigningFailed, match="dikunci sampai"):
        means_of(budi, PASSPHRASE)
    desk.world.wait(minutes=16)
    assert means_of(desk.by("budi"), PASSPHRASE).backend == "certificate"
    kept.refresh_from_db()
    assert (kept.tries, kept.locked_until) == (0, None)


def test_a_right_one_in_between_forgets_the_wrong_ones(desk, budi):
    for _ in range(2):
        with pytest.raises(SigningFailed):
            means_of(budi, "salah")
    means_of(budi, PASSPHRASE)
    with pytest.raises(SigningFailed, match="Tersisa 2 percobaan"):
        means_of(budi, "salah")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "bukan sertifikat"),
        (b"\x00" * 5000, "bukan sertifikat"),
        (b"%PDF-1.7 nonsense", "bukan sertifikat"),
    ],
)
def test_what_is_no_certificate_is_refused(desk, content, sentence):
    with pytest.raises(SigningFailed, match=sentence):
        Certificate.bring(desk.by("budi"), content, PASSPHRASE)
    assert not Certificate.objects.exists()


def test_unfit_keys_and_uses_are_refused(desk):
    by = desk.by("budi")
    with pytest.raises(SigningFailed, match="belum didukung"):
        Certificate.bring(by, p12(kind="small"), PASSPHRASE)
    with pytest.raises(SigningFailed, match="tidak diterbitkan untuk menandatangani"):
        Certificate.bring(by, p12(usage=False), PASSPHRASE)
    with pytest.raises(SigningFailed, match="frasa sandinya salah"):
        Certificate.bring(by, p12(), "lain")


@pytest.fixture
def stamps(settings):
    server = StampingServer()
    settings.TSA_URL = server.url
    yield server
    server.end()


def test_the_signature_carries_the_time_of_the_service(desk, budi, stamps):
    letter = desk.ready()
    letter.sign_with(budi, means_of(budi, PASSPHRASE))
    content = letter.pdf.read()
    (signature,) = PdfFileReader(io.BytesIO(content)).embedded_signatures
    roots = [x509.Certificate.load(authority().public_bytes(Encoding.DER))]
    status = validate_pdf_signature(signature, ValidationContext(trust_roots=roots, allow_fetching=False))
    assert status.bottom_line
    assert status.timestamp_validity.timestamp == STAMPED_AT
    assert status.timestamp_validity.intact and status.timestamp_validity.valid


@pytest.mark.parametrize("how", ["error", "nonsense", "refused"])
def test_a_time_stamp_that_is_none_leaves_the_letter_unsigned(desk, budi, stamps, how):
    stamps.how = how
    unsigned(desk, budi, "cap waktu tidak menjawab")


def test_a_silent_time_stamp_leaves_the_letter_unsigned(desk, budi, settings):
    settings.TSA_URL = "http://127.0.0.1:9/"
    unsigned(desk, budi, "cap waktu tidak menjawab")


def test_who_may(desk, budi, world):
    letter = desk.ready()
    with pytest.raises(NotAllowed, match="ditandatangani oleh Kepala Dinas"):
        letter.sign_with(desk.by("rahman"), means_of(budi, PASSPHRASE))
    with pytest.raises(NotAllowed, match="belum siap"):
        desk.proposed().sign_with(budi, means_of(budi, PASSPHRASE))
    world.home.signature_backend = "wet"
    world.home.save()
    letter = Letter.objects.for_page().get(pk=letter.pk)
    with pytest.raises(NotAllowed, match="tanda tangan basah"):
        letter.sign_with(desk.by("budi"), means_of(budi, PASSPHRASE))
    with pytest.raises(SigningFailed, match="tanda tangan basah"):
        means_of(desk.by("budi"), PASSPHRASE)


def test_a_letter_that_moved_meanwhile_is_not_signed(desk, budi):
    letter = desk.ready()
    means = means_of(budi, PASSPHRASE)
    prepared = letter.prepare(budi, means)
    Letter.objects.get(pk=letter.pk).return_(budi, "Perbaiki tanggalnya")
    with pytest.raises(Conflict):
        letter.certify(budi, prepared, means, means.sign(prepared.content, "x"))
    assert Letter.objects.get(pk=letter.pk).state == LetterState.RETURNED


def test_preparing_writes_nothing(desk, budi):
    letter = desk.ready()
    before = Letter.objects.filter(pk=letter.pk).values().get()
    letter.prepare(budi, means_of(budi, PASSPHRASE))
    assert Letter.objects.filter(pk=letter.pk).values().get() == before


def test_three_hands_hold_here_too(desk, budi):
    letter = desk.ready(by="budi")
    with pytest.raises(Refused, match="tuliskan alasan Anda merangkap"):
        letter.sign_with(budi, means_of(budi, PASSPHRASE))
    letter.sign_with(budi, means_of(budi, PASSPHRASE), reason="Petugas cuti")
    assert letter.acts.get(act="certified").reason == "Petugas cuti"


def test_the_database_refuses_nonsense(desk, budi, world):
    letter = desk.ready()
    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.filter(pk=letter.pk).update(backend="certificate", certificate="x", certified_face="y")
    with pytest.raises(IntegrityError), transaction.atomic():
        type(world.home).objects.filter(pk=world.home.pk).update(number_after_ink=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        row = Certificate.objects.get()
        row.pk = None
        row.save(force_insert=True)


def test_the_passphrase_and_the_key_are_kept_nowhere(desk, budi):
    signed(desk, budi)
    kept = Certificate.objects.get()
    everything = " ".join(str(row) for row in Entry.objects.values_list("data", flat=True))
    everything += " ".join(str(row) for row in Letter.objects.values())
    everything += kept.sealed
    assert PASSPHRASE not in everything
    assert "MII" not in kept.sealed, "not even the file lies there open"
    kept.remove(budi)
    kept.refresh_from_db()
    assert kept.sealed == ""


# --- the pages


def client_of(desk, name: str) -> Client:
    client = Client()
    client.force_login(desk.world.users[name], backend="sopcases.people.backends.OfficerBackend")
    return client


def key_of(page) -> str:
    return page.context["form"]["_key"].value()


def test_the_official_brings_his_certificate_and_signs(desk):
    client = client_of(desk, "budi")
    page = client.get("/saya/sertifikat/")
    file = SimpleUploadedFile("budi.p12", p12(), "application/x-pkcs12")
    answer = client.post("/saya/sertifikat/", {"_key": key_of(page), "file": file, "passphrase": PASSPHRASE})
    assert answer.status_code == 302
    assert "Dr. Budi Hartono" in client.get("/saya/sertifikat/").content.decode()
    letter = desk.ready()
    page = client.get(f"/surat/{letter.pk}/")
    assert page.context["page"].next.label == "Tanda tangani secara elektronik"
    url = f"/surat/{letter.pk}/sertifikat/"
    sent = {"_key": key_of(client.get(url)), "version": letter.version, "passphrase": "salah"}
    answer = client.post(url, sent)
    assert answer.status_code == 422
    assert "Tersisa 2 percobaan" in answer.content.decode()
    assert "salah" not in answer.content.decode().split('name="passphrase"')[1][:200]
    sent["passphrase"] = PASSPHRASE
    for _ in range(2):  # sent twice, signed once
        assert client.post(url, sent).status_code == 302
    letter.refresh_from_db()
    assert letter.state == LetterState.SIGNED
    assert letter.acts.filter(act="certified").count() == 1


def test_ten_letters_with_one_passphrase(desk, budi):
    letters = [desk.ready() for _ in range(10)]
    client = client_of(desk, "budi")
    url = "/surat/tanda-tangani/"
    page = client.get(url)
    assert page.content.decode().count("Baca naskah") == 10
    sent = {"_key": key_of(page), "letters": [row.pk for row in letters[:9]], "passphrase": PASSPHRASE}
    for _ in range(2):
        assert client.post(url, sent).status_code == 302
    states = list(Letter.objects.order_by("pk").values_list("state", flat=True))
    assert states == ["signed"] * 9 + ["ready"]
    assert "9 surat ditandatangani" in client.get(url).content.decode()


def test_many_with_a_wrong_passphrase_sign_none_and_keep_the_choice(desk, budi):
    letter = desk.ready()
    client = client_of(desk, "budi")
    page = client.get("/surat/tanda-tangani/")
    sent = {"_key": key_of(page), "letters": [letter.pk], "passphrase": "salah"}
    answer = client.post("/surat/tanda-tangani/", sent)
    assert answer.status_code == 422
    assert f'value="{letter.pk}" id="id_letters_{letter.pk}" checked' in answer.content.decode()
    answer = client.post("/surat/tanda-tangani/", sent | {"letters": []})
    assert "Pilih paling sedikit satu surat" in answer.content.decode()


def test_the_official_takes_it_away(desk, budi):
    client = client_of(desk, "budi")
    import uuid

    assert client.post("/saya/sertifikat/hapus/", {"_key": str(uuid.uuid4())}).status_code == 302
    assert Certificate.of(desk.world.budi) is None


def test_a_wet_office_has_no_such_pages(world):
    desk = Desk(world)
    client = client_of(desk, "budi")
    assert client.get("/surat/tanda-tangani/").status_code == 403
    assert client.get("/saya/sertifikat/").status_code == 403
    letter = desk.ready()
    assert client.get(f"/surat/{letter.pk}/sertifikat/").status_code == 403


# --- BSrE


def test_bsre_signs_and_the_sentence_stands(world, esign, tmp_path):
    desk = Desk(world)
    letter = signed(desk, desk.by("budi"))
    content = letter.pdf.read()
    assert BSRE_SENTENCE in text_of(content)
    assert "Signature is Valid." in pdfsig(content, tmp_path)
    (path, status), (_, asked) = esign.asked
    assert (path, status) == ("/api/v2/user/check/status", {"email": "budi@dinsos.example.go.id"})
    assert asked["passphrase"] == PASSPHRASE
    assert asked["signatureProperties"][0]["tampilan"] == "INVISIBLE"
    assert "Anak" not in asked["signatureProperties"][0]["reason"]


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ("status EXPIRED", "sudah kedaluwarsa"),
        ("status NOT_REGISTERED", "belum terdaftar"),
        ("status SUSPEND", "ditangguhkan"),
        ("status REVOKE", "dicabut"),
        ("status ANEH", "status sertifikat ANEH"),
        ("denied", "ditolak oleh layanan"),
        ("passphrase", "BSrE menolak: Passphrase anda salah"),
        ("no json", "tidak utuh"),
        ("half", "tidak"),
        ("list", "tidak utuh"),
        ("unsigned", "tidak utuh"),
        ("tampered", "tidak utuh"),
        ("other letter", "tidak utuh"),
        ("silent", "dalam 2 detik"),
    ],
)
def test_bsre_refuses_or_breaks_and_the_letter_stays_unsigned(world, esign, how, sentence):
    desk = Desk(world)
    if how == "other letter":
        by = desk.by("budi")
        esign.other = desk.ready(purpose="Lain").prepare(by, means_of(by, PASSPHRASE)).content
    esign.how = how
    unsigned(desk, desk.by("budi"), sentence)


def test_bsre_not_set_up(world, esign, settings):
    desk = Desk(world)
    world.budi.email = ""
    world.budi.save()
    unsigned(desk, desk.by("budi"), "Surel kedinasan Anda belum diisi")
    settings.BSRE_URL = ""
    unsigned(desk, desk.by("budi"), "belum diatur")


def test_bsre_not_running(world, esign, settings):
    settings.BSRE_URL = "http://127.0.0.1:9"
    desk = Desk(world)
    unsigned(desk, desk.by("budi"), "tidak menjawab")


def test_a_year_that_turned_brings_a_new_number(desk, budi):
    letter = desk.ready()
    assert letter.number.endswith("/2026")
    desk.world.now += timedelta(days=365)
    by = desk.by("budi")
    letter.sign_with(by, means_of(by, PASSPHRASE))
    letter.refresh_from_db()
    assert letter.number == "800/1/5.6.04/2027"
    assert "2027" in text_of(letter.pdf.read())


def test_a_surat_pengantar_shows_the_mark_of_its_certificate(desk, budi):
    content = {
        "purpose": "Berkas",
        "to": ["Kepala LKSA"],
        "papers": [],
        "others": [{"what": "Berkas", "count": "1", "note": ""}],
        "cc": [],
    }
    letter = Letter.draft(desk.case, desk.by("agus"), desk.world.kind("Surat Pengantar"), content)
    letter.propose(desk.by("agus"))
    letter.initial(desk.by("rahman"))
    letter.sign_with(budi, means_of(budi, PASSPHRASE))
    assert "Ditandatangani secara elektronik oleh:" in letter.body
