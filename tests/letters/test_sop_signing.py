"""An SOP's document signed by certificate or by BSrE, its check page, and the scan filed through the page."""

import hashlib
import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pypdf import PdfReader

from sopcases.letters import ratifying
from sopcases.letters.models import Certificate
from sopcases.letters.signing import BSRE_SENTENCE, SigningFailed
from sopcases.letters.signing.validation import signatures
from sopcases.letters.views.signing import means_of
from sopcases.people.models import Position
from sopcases.refusal import NotAllowed
from sopcases.sops import freezing, revising
from sopcases.sops.models import FrozenSheet, Revision
from tests.cast import appoint
from tests.letters.certificates import PASSPHRASE, EsignServer, p12
from tests.letters.papers import scan

pytestmark = pytest.mark.django_db
HERE = "/sop/bayi-balita-terlantar/revisi/2/"


@pytest.fixture
def office(world, frozen):
    """The cast in an office that signs by certificate; Budi has brought his."""
    world.home.signature_backend = "certificate"
    world.home.save()
    Certificate.bring(world.officer("budi"), p12(), PASSPHRASE)
    return world


@pytest.fixture
def sheet(office) -> FrozenSheet:
    ani = office.officer("ani")
    draft = revising.new_revision(office.revision(), ani)
    revising.put_in_force(draft, ani, office.now.date(), signer=office.budi, reason="Keputusan 12")
    return draft.frozen.select_related("revision__sop__agency").get()


@pytest.fixture
def esign(office, settings):
    server = EsignServer()
    office.home.signature_backend = "bsre"
    office.home.save()
    office.budi.email = "budi@dinsos.example.go.id"
    office.budi.save()
    settings.BSRE_URL, settings.BSRE_USER, settings.BSRE_PASSWORD = server.url, "dinsos", "rahasia"
    settings.BSRE_TIMEOUT = 2
    yield server
    server.end()


def door(world, name: str) -> Client:
    client = Client()
    client.force_login(world.users[name], backend="sopcases.people.backends.OfficerBackend")
    return client


def signed(world, sheet: FrozenSheet, name: str = "budi") -> FrozenSheet:
    by = world.officer(name)
    return ratifying.keep(sheet, by, ratifying.certified(sheet, by, means_of(by, PASSPHRASE)))


def posted(client: Client, path: str, **data):
    """The form of the page, sent once with its own key."""
    key = client.get(path).context["form"]["_key"].value()
    return client.post(path, {"_key": key, **data})


def text(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def flipped(content: bytes) -> bytes:
    place = content.index(b"stream") + 40
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


# --- by certificate


def test_the_official_signs_on_his_page_and_everybody_gets_these_bytes(office, sheet):
    budi = door(office, "budi")
    assert f'href="{HERE}tanda-tangani/"' in budi.get(HERE).content.decode()
    answer = posted(budi, f"{HERE}tanda-tangani/", passphrase=PASSPHRASE)
    assert (answer.status_code, answer["Location"]) == (302, HERE)
    sheet.refresh_from_db()
    content = sheet.signed_file.read()
    assert hashlib.sha256(content).hexdigest() == sheet.signed_sha256
    (found,) = signatures(content)
    assert (found.signer, found.whole) == ("Dr. Budi Hartono", True)
    for name in ("sari", "dewi"):
        assert door(office, name).get("/sop/bayi-balita-terlantar/dokumen/pdf/").content == content
    page = door(office, "sari").get(HERE).content.decode()
    assert "Ditandatangani" in page and "Dr. Budi Hartono; penerbit Penerbit Uji" in page
    assert "tanda-tangani" not in budi.get(HERE).content.decode()


def test_its_face_says_by_which_certificate_and_its_text_is_the_frozen_one(office, sheet):
    before = text(sheet.file.read())
    office.home.government = "Pemerintah Lain"
    office.home.save()
    sheet = signed(office, sheet)
    after = text(sheet.signed_file.read())
    assert "Ditandatangani secara elektronik dengan sertifikat Dr. Budi Hartono" in after
    assert BSRE_SENTENCE[:40] not in after and "Menunggu tanda tangan" not in after
    assert "secara elektronik" not in before
    waits = "Menunggu tanda tangan – naskah ini sah setelah ditandatangani dan dicap"
    assert before.replace(waits, sheet.face) == after.replace(
        "Ditandatangani secara elektronik DR", "DR"
    ).replace("Ditandatangani secara elektronik Dr", "Dr")


def test_a_flipped_byte_is_found_by_the_file_and_by_its_signature(office, sheet):
    content = signed(office, sheet).signed_file.read()
    assert [found.whole for found in signatures(flipped(content))] in ([False], [])


def test_the_check_page_tells_of_it(office, sheet, django_assert_num_queries):
    sheet = signed(office, sheet)
    # Three for the throttle; is it a letter, a sheet, and how its revision stands.
    with django_assert_num_queries(6):
        page = Client().get(f"/cek/{sheet.token}/").content.decode()
    for said in ("SOP Bayi-Balita Terlantar, revisi 2", "Dr. Budi Hartono, M.A.P., Kepala Dinas"):
        assert said in page
    assert "Ditandatangani dengan sertifikat elektronik" in page

    def sent(content: bytes) -> str:
        file = SimpleUploadedFile("sop.pdf", content, "application/pdf")
        return Client().post(f"/cek/{sheet.token}/", {"file": file}).content.decode()

    content = sheet.signed_file.read()
    assert "sama persis dengan naskah yang ditandatangani secara elektronik" in sent(content)
    assert "tidak sama dengan yang disimpan" in sent(flipped(content))


def test_replaced_the_check_page_says_so(office, sheet):
    sheet = signed(office, sheet)
    ani = office.officer("ani")
    revising.put_in_force(
        revising.new_revision(sheet.revision, ani), ani, office.now.date(), signer=office.budi, reason="x"
    )
    page = Client().get(f"/cek/{sheet.token}/").content.decode()
    assert "Diganti" in page and "tidak berlaku lagi" in page


def test_called_back_and_edited_the_check_page_tells_nothing_of_the_draft(office):
    """What was signed is not what the draft says by now."""
    ani, day = office.officer("ani"), office.now.date()
    draft = revising.new_revision(office.revision(), ani)
    revising.put_in_force(draft, ani, day + timedelta(days=3), signer=office.budi, reason="Keputusan 12")
    row = signed(office, draft.frozen.select_related("revision__sop__agency").get())
    revising.call_back(draft, ani, official="Kepala Dinas", reason="Salah tanggal")
    Revision.objects.filter(pk=draft.pk).update(name="Nama Yang Baru", number="999/BARU")
    page = Client().get(f"/cek/{row.token}/").content.decode()
    assert "SOP, revisi 2" in page and "Dr. Budi Hartono" in page and "Dibatalkan" in page
    assert "Nama Yang Baru" not in page and "999/BARU" not in page


def test_an_unsigned_document_has_no_check_page(office, sheet):
    assert sheet.token == ""
    assert Client().get(f"/cek/{'x' * 32}/").status_code == 404


# --- each refusal by its sentence; the document stays as it was


def untouched(sheet: FrozenSheet) -> bool:
    sheet.refresh_from_db()
    return not sheet.is_signed and sheet.token == ""


def refused(world, sheet, name: str) -> str:
    with pytest.raises(NotAllowed) as caught:
        signed(world, sheet, name)
    assert untouched(sheet)
    return str(caught.value)


@pytest.mark.parametrize("name", ["rina", "rahman"])
def test_nobody_signs_for_him(office, sheet, name):
    Certificate.bring(office.officer(name), p12("Orang Lain"), PASSPHRASE)
    assert refused(office, sheet, name) == (
        "Naskah SOP ini ditandatangani oleh Dr. Budi Hartono, M.A.P. sebagai Kepala Dinas."
    )
    assert door(office, name).get(f"{HERE}tanda-tangani/").status_code == 403


def test_the_admin_who_put_it_in_force_does_not(office, sheet):
    assert freezing.refuse_sign(sheet, office.officer("ani")).startswith("Naskah SOP ini ditandatangani oleh")
    assert door(office, "ani").get(f"{HERE}tanda-tangani/").status_code == 403
    assert door(office, "ani").get(f"{HERE}unggah-naskah/").status_code == 200


def test_his_authority_rests_while_a_plh_stands_in(office, sheet):
    top = Position.objects.get(agency=office.home, name="Kepala Dinas")
    appoint(office.rina, top, "plh", office.now.date(), office.now.date())
    assert "Hari ini Dr. Budi Hartono, M.A.P. tidak berwenang" in refused(office, sheet, "budi")
    assert "tidak berwenang sebagai Kepala Dinas" in door(office, "budi").get(HERE).content.decode()


def test_it_is_signed_once(office, sheet):
    signed(office, sheet)
    with pytest.raises(NotAllowed, match=freezing.SIGNED):
        signed(office, sheet)


def test_what_was_scanned_meanwhile_is_not_signed_again(office, sheet):
    by = office.officer("budi")
    done = ratifying.certified(sheet, by, means_of(by, PASSPHRASE))
    kept = scan()
    freezing.file_scan(sheet, by, kept.content, kept.mime, signed_on=office.now.date())
    with pytest.raises(NotAllowed, match=freezing.SIGNED):
        ratifying.keep(sheet, by, done)


def test_an_office_of_wet_ink(office, sheet):
    office.home.signature_backend = "wet"
    office.home.save()
    answer = door(office, "budi").get(f"{HERE}tanda-tangani/")
    assert answer.status_code == 403 and freezing.WET in answer.content.decode()


def test_a_wrong_passphrase_keeps_it_unsigned_and_counts(office, sheet):
    answer = posted(door(office, "budi"), f"{HERE}tanda-tangani/", passphrase="salah")
    assert answer.status_code == 422 and "Tersisa 2 percobaan" in answer.content.decode()
    assert untouched(sheet) and Certificate.of(office.budi).tries == 1


def test_an_old_sheet_ratified_on_paper_is_not_signed_here(office):
    row = office.revision().frozen.get()
    assert freezing.refuse_sign(row, office.officer("budi")) == freezing.ON_PAPER


# --- by BSrE


def test_bsre_signs_and_its_sentence_stands_on_the_face(office, sheet, esign):
    content = signed(office, sheet).signed_file.read()
    assert "Balai Besar Sertifikasi Elektronik" in text(content)
    assert sheet.revision.frozen.get().how == "bsre"


@pytest.mark.parametrize(
    ("how", "sentence"),
    [("silent", "tidak menjawab"), ("passphrase", "Passphrase anda salah"), ("no json", "utuh")],
)
def test_when_bsre_fails_it_stays_unsigned(office, sheet, esign, how, sentence):
    esign.how = how
    with pytest.raises(SigningFailed, match=sentence):
        signed(office, sheet)
    assert untouched(sheet)


# --- in ink


def test_the_scan_is_filed_on_its_page(office, sheet):
    kept = scan()
    data = {"file": SimpleUploadedFile("a.jpg", kept.content, "image/jpeg"), "signed_on": "2026-03-02"}
    answer = posted(door(office, "agus"), f"{HERE}unggah-naskah/", **data)
    assert (answer.status_code, answer["Location"]) == (302, HERE)
    sheet.refresh_from_db()
    given = door(office, "sari").get(f"{HERE}dokumen/pdf/")
    assert given["Content-Type"] == "image/jpeg" and given["Content-Disposition"].endswith('revisi-2.jpeg"')
    assert given.content == sheet.signed_file.read()


def test_what_is_no_scan_and_no_day_is_said_at_the_field(office, sheet):
    page = f"{HERE}unggah-naskah/"
    bad = SimpleUploadedFile("a.pdf", b"halo", "application/pdf")
    answer = posted(door(office, "agus"), page, file=bad, signed_on="")
    assert answer.status_code == 422
    assert {"file", "signed_on"} == set(answer.context["form"].errors)
    kept = SimpleUploadedFile("a.jpg", scan().content, "image/jpeg")
    answer = posted(door(office, "agus"), page, file=kept, signed_on="2026-03-09")
    assert answer.status_code == 422 and "tidak boleh di masa depan" in answer.content.decode()
    assert untouched(sheet)
