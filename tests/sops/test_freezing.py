"""The document of a revision in force is frozen and signed once: each verb, each refusal by its sentence, and
what everybody is given from then on."""

import hashlib
import subprocess
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client

from sopcases.people.authority import Machine
from sopcases.people.models import Appointment, Entry
from sopcases.refusal import NotAllowed, Refused
from sopcases.sops import freezing, printed, revising
from sopcases.sops.models import FrozenSheet, Position, Step
from tests.cast import appoint

pytestmark = pytest.mark.django_db
SHOW = "/sop/bayi-balita-terlantar/"
SCAN = b"%PDF-1.4 pindaian"
DAY = date(2026, 3, 2)
TOMORROW = date(2026, 3, 3)


@pytest.fixture
def draft(world):
    return revising.new_revision(world.revision(), world.officer("ani"))


@pytest.fixture
def sheet(world, draft):
    """The document of revision 2, ratified by the Kepala Dinas today and not signed yet."""
    return begun(world, draft)


@pytest.fixture
def get(world, frozen):
    def ask(name: str, path: str):
        client = Client()
        client.force_login(world.users[name], backend="sopcases.people.backends.OfficerBackend")
        return client.get(path)

    return ask


def begun(world, draft, signer: str = "budi", day: date = DAY) -> FrozenSheet:
    revising.put_in_force(draft, world.officer("ani"), day, signer=world.users[signer], reason="Keputusan 12")
    return draft.frozen.get()


def refused(verb, *args, kind=Refused, **kwargs) -> str:
    with pytest.raises(kind) as caught, transaction.atomic():
        verb(*args, **kwargs)
    return " ".join(caught.value.sentences)


def filed(world, sheet, by: str = "agus", on: date = DAY) -> FrozenSheet:
    return freezing.file_scan(sheet, world.officer(by), SCAN, "application/pdf", signed_on=on)


def text(content: bytes, folder) -> str:
    (folder / "a.pdf").write_bytes(content)
    told = subprocess.run(["pdftotext", "-raw", "a.pdf", "-"], cwd=folder, capture_output=True)
    return " ".join(told.stdout.decode().split())


# --- freezing


def test_the_print_names_the_official_as_of_that_day_and_says_that_it_waits(world, sheet, tmp_path):
    content = sheet.file.read()
    assert hashlib.sha256(content).hexdigest() == sheet.sha256
    said = text(content, tmp_path)
    for line in ("Kepala Dinas", "Dr. Budi Hartono, M.A.P.", "Penata (III/c)", "NIP. 19690820 199403 1 003"):
        assert line in said
    assert "02-03-2026" in said  # ratified and effective
    for page in range(1, 4):
        assert f"naskah ini sah setelah ditandatangani dan dicap Halaman {page} dari 3" in said
    assert "secara elektronik" not in said and "DRAF" not in said and "Catatan pembacaan" not in said
    assert (sheet.signer_name, sheet.signer_nip, sheet.signer_rank, sheet.signer_title) == (
        "Dr. Budi Hartono, M.A.P.",
        "19690820 199403 1 003",
        "Penata (III/c)",
        "Kepala Dinas",
    )
    assert sheet.revision.acts.get(verb="in_force").official == "Dr. Budi Hartono, M.A.P., Kepala Dinas"


def test_nothing_later_changes_it(world, sheet, get):
    before = get("dewi", f"{SHOW}dokumen/pdf/").content
    world.home.government = "Pemerintah Kota Lain"
    world.home.save()
    Position.objects.filter(agency=world.home, name="Kasi").update(name="Ketua Tim")
    world.budi.name = "Nama Lain"
    world.budi.save()
    assert get("dewi", f"{SHOW}dokumen/pdf/?kertas=f4").content == before == sheet.file.read()


def test_a_sheet_ratified_on_its_paper_says_that_it_is_a_copy(world, tmp_path):
    row = world.revision().frozen.get()
    assert (row.signer, row.signer_name) == (None, "Dra. Hj. Endang Susilawati")
    assert row.state_text == "Naskah bertanda tangan belum diunggah"
    said = text(row.file.read(), tmp_path)
    assert "Salinan teks – yang berlaku ialah naskah yang ditandatangani" in said
    assert "Dra. Hj. Endang Susilawati" in said


def test_a_character_that_would_print_as_a_box_is_named_and_nothing_is_put_in_force(world, draft):
    Step.objects.filter(revision=draft, key="4").update(activity="Mendampingi \U0001f9f8 anak")
    files = stored()
    told = refused(revising.put_in_force, draft, world.officer("ani"), DAY, signer=world.budi, reason="x")
    assert "“\U0001f9f8” (U+1F9F8)" in told and "tercetak sebagai kotak" in told
    draft.refresh_from_db()
    assert (draft.state, draft.frozen.count(), stored()) == ("draft", 0, files)


def stored() -> set:
    return set(Path(settings.MEDIA_ROOT).rglob("*.pdf"))


def test_a_schedule_is_frozen_and_called_back_it_is_void(world, draft):
    row = begun(world, draft, day=TOMORROW)
    assert row.state_text == "Menunggu tanda tangan"
    revising.call_back(draft, world.officer("ani"), official="Kadis", reason="Salah tanggal")
    row.refresh_from_db()
    assert (row.state_text, row.void_reason) == ("Dibatalkan", "Salah tanggal")
    assert refused(filed, world, row, kind=NotAllowed) == freezing.VOID
    again = revising.put_in_force(draft, world.officer("ani"), DAY, signer=world.budi, reason="x")
    assert again.frozen.living().get() != row


def ratification(revision) -> tuple:
    revision.refresh_from_db()
    cells = {key for key in revision.sheet if key in ("ratified_by", "ratified_on", "effective_on")}
    return revision.ratified_by_name, revision.ratified_by_nip, revision.ratified_on, cells


def test_what_is_called_back_and_what_is_copied_is_ratified_by_nobody(world, draft, get):
    """Whoever ratified one text did not ratify the next, neither in print nor as if on paper."""
    ani = world.officer("ani")
    signed_name = begun(world, draft, day=TOMORROW).signer_name
    draft.refresh_from_db()
    copy = revising.new_revision(draft, ani)
    assert ratification(copy) == ("", "", None, set())
    copy.delete()
    revising.call_back(draft, ani, official="Kadis", reason="Salah tanggal")
    assert ratification(draft) == ("", "", None, set())
    page = get("ani", f"/admin/sops/revision/{draft.pk}/berlakukan/").content.decode()
    assert 'value="lembar"' not in page and "isi dahulu “Disahkan oleh”" in page
    assert signed_name not in get("ani", f"{SHOW}revisi/{draft.no}/dokumen/").content.decode()


def test_called_back_one_ratified_on_paper_keeps_what_its_sheet_says(world, draft):
    type(draft).objects.filter(pk=draft.pk).update(ratified_by_name="Siti di Kertas")
    ani = world.officer("ani")
    revising.put_in_force(draft, ani, TOMORROW)
    revising.call_back(draft, ani, official="Kadis", reason="Salah tanggal")
    assert ratification(draft)[0] == "Siti di Kertas"


def test_the_paper_is_that_of_the_office(world, draft):
    from sopcases.letters.models import HouseStyle

    HouseStyle.objects.update_or_create(agency=world.home, defaults={"paper": "215mm 330mm"})
    assert begun(world, draft).paper == "f4"


@pytest.mark.parametrize(
    ("who", "sentence"), [("rahman", "tidak berwenang mengesahkan"), ("tono", "tidak ber")]
)
def test_only_who_leads_the_office_ratifies(world, draft, who, sentence):
    told = refused(
        revising.put_in_force, draft, world.officer("ani"), DAY, signer=world.users[who], reason="x"
    )
    assert sentence in told


def test_who_puts_it_in_force_does_not_ratify_it(world, draft):
    world.budi.is_staff = True
    world.budi.save()
    told = refused(revising.put_in_force, draft, world.officer("budi"), DAY, signer=world.budi, reason="x")
    assert "Anda yang memberlakukan revisi ini" in told


def test_a_plh_ratifies_in_his_days_and_the_holder_rests(world, draft, tmp_path):
    top = Position.objects.get(agency=world.home, name="Kepala Dinas")
    appoint(world.rina, top, "plh", DAY, DAY + timedelta(days=4))
    ani = world.officer("ani")
    assert "tidak berwenang" in refused(revising.put_in_force, draft, ani, DAY, signer=world.budi, reason="x")
    row = begun(world, draft, "rina")
    assert (row.signer_title, row.signer_until) == ("Plh. Kepala Dinas", DAY + timedelta(days=4))
    assert "Plh. Kepala Dinas" in text(row.file.read(), tmp_path)
    world.wait(days=5)
    late = DAY + timedelta(days=5)
    assert "Pada 07-03-2026 Rina Marlina, S.E. tidak berwenang" in refused(filed, world, row, on=late)
    assert filed(world, row, on=DAY).is_signed


# --- the scan signed in ink


def test_the_scan_is_the_signature_and_what_everybody_gets(world, sheet, get):
    filed(world, sheet)
    sheet.refresh_from_db()
    assert (sheet.how, sheet.signed_on, sheet.filed_by, sheet.state_text) == (
        "ink",
        DAY,
        world.agus,
        "Ditandatangani",
    )
    for name in ("sari", "budi", "ani"):
        for path in (f"{SHOW}dokumen/pdf/", f"{SHOW}revisi/2/dokumen/pdf/?kertas=f4"):
            assert get(name, path).content == SCAN
    assert get("tono", f"{SHOW}dokumen/pdf/").status_code == 404
    entry = Entry.objects.get(verb="sop.ditandatangani")
    assert (entry.actor, entry.data["sha256"]) == (world.agus, hashlib.sha256(SCAN).hexdigest())


@pytest.mark.parametrize("who", ["agus", "ani", "budi"])
def test_recorders_the_admin_and_the_signer_file_it(world, sheet, who):
    assert filed(world, sheet, who).filed_by == world.users[who]


@pytest.mark.parametrize("who", ["sari", "rahman", "tono"])
def test_others_do_not(world, sheet, who):
    assert refused(filed, world, sheet, who, kind=NotAllowed) == freezing.NOT_A_RECORDER


def test_it_is_signed_once(world, sheet):
    filed(world, sheet)
    assert refused(filed, world, sheet, kind=NotAllowed) == freezing.SIGNED


@pytest.mark.parametrize(
    ("day", "sentence"),
    [(TOMORROW, "tidak boleh di masa depan"), (DAY - timedelta(days=1), "baru dibekukan 02-03-2026")],
)
def test_a_day_that_cannot_be(world, sheet, day, sentence):
    assert sentence in refused(filed, world, sheet, on=day)


def test_the_ink_of_an_old_sheet_may_be_of_its_own_day(world, get):
    row = world.revision().frozen.get()
    assert filed(world, row, on=date(2024, 3, 4)).signed_on == date(2024, 3, 4)
    assert get("sari", f"{SHOW}dokumen/pdf/").content == SCAN


def test_a_signed_document_stays_when_its_revision_is_replaced(world, get):
    filed(world, world.revision().frozen.get(), on=date(2024, 3, 4))
    old = begun(world, revising.new_revision(world.revision(), world.officer("ani")))
    third = revising.new_revision(old.revision, world.officer("ani"))
    begun(world, third)
    assert get("sari", f"{SHOW}revisi/1/dokumen/pdf/").content == SCAN
    # The second was never signed: it prints as what it is, replaced.
    unsigned = get("sari", f"{SHOW}revisi/2/dokumen/pdf/").content
    assert unsigned != old.file.read()


def test_one_flipped_byte_is_found(world, sheet, get):
    filed(world, sheet)
    sheet.refresh_from_db()
    content = bytearray(SCAN)
    content[5] ^= 1
    Path(sheet.signed_file.path).write_bytes(content)
    answer = get("sari", f"{SHOW}dokumen/pdf/")
    assert answer.status_code == 422
    assert "tidak lagi sama dengan yang disimpan" in answer.content.decode()
    assert Entry.objects.filter(verb="sop.naskah_rusak", subject_id=sheet.revision_id).exists()


# --- what the pages say


def test_the_page_says_how_far_it_is_and_what_one_can_do(world, sheet, get):
    page = get("budi", SHOW).content.decode()
    assert "Menunggu tanda tangan" in page and "cetak, tanda tangani, lalu unggah pindaiannya" in page
    assert f'href="{SHOW}revisi/2/unggah-naskah/"' in page
    page = get("sari", f"{SHOW}dokumen/").content.decode()
    assert "Naskah ini menunggu tanda tangan Dr. Budi Hartono" in page and "unggah-naskah" not in page
    filed(world, sheet)
    page = get("sari", SHOW).content.decode()
    assert "Ditandatangani" in page and "2 Maret 2026, tanda tangan basah" in page
    assert "Buka naskah bertanda tangan" in page and "Agus Salim" in page
    assert get("agus", f"{SHOW}revisi/2/unggah-naskah/").status_code == 403


def test_drafts_still_print_as_they_stand(world, draft, get, tmp_path):
    assert "DRAF" in text(get("ani", f"{SHOW}revisi/2/dokumen/pdf/").content, tmp_path)
    assert "Naskah resmi" not in get("ani", f"{SHOW}revisi/2/").content.decode()


def test_it_waits_on_the_desk_of_the_signer_alone_until_signed(world, sheet, get):
    told = "SOP Bayi-Balita Terlantar menunggu tanda tangan Anda"
    assert told in get("budi", "/").content.decode()
    for name in ("rahman", "rina", "ani", "tono"):
        assert told not in get(name, "/").content.decode()
    assert 'class="count">1<' in get("budi", "/sop/").content.decode()
    filed(world, sheet)
    assert told not in get("budi", "/").content.decode()
    assert 'class="count"' not in get("budi", "/sop/").content.decode()


def test_while_a_plh_stands_in_it_waits_for_nobody(world, sheet, get):
    top = Position.objects.get(agency=world.home, name="Kepala Dinas")
    appoint(world.rina, top, "plh", DAY, DAY)
    for name in ("budi", "rina"):
        assert "menunggu tanda tangan Anda" not in get(name, "/").content.decode()


# --- the database


@pytest.mark.parametrize(
    "change",
    [
        {"body": "x"},
        {"sha256": "0" * 64},
        {"signer_title": "Wali Kota"},
        {"file": "lain.pdf"},
        {"signer_until": DAY},
    ],
)
def test_the_database_keeps_what_is_frozen(sheet, change):
    with pytest.raises(DatabaseError, match="tidak dapat diubah"), transaction.atomic():
        FrozenSheet.objects.filter(pk=sheet.pk).update(**change)


@pytest.mark.parametrize(
    "change", [{"signed_sha256": "1" * 64}, {"signed_on": date(2026, 1, 1)}, {"how": "bsre"}]
)
def test_the_database_keeps_the_signature(world, sheet, change):
    filed(world, sheet)
    with pytest.raises(DatabaseError), transaction.atomic():
        FrozenSheet.objects.filter(pk=sheet.pk).update(**change)


def test_the_database_keeps_the_row(sheet):
    with pytest.raises(DatabaseError, match="tidak dapat diubah"), transaction.atomic():
        FrozenSheet.objects.filter(pk=sheet.pk)._raw_delete("default")


def test_what_is_void_stays_void(world, draft):
    row = begun(world, draft, day=TOMORROW)
    revising.call_back(draft, world.officer("ani"), official="Kadis", reason="Salah")
    with pytest.raises(DatabaseError, match="tidak dapat diubah"), transaction.atomic():
        FrozenSheet.objects.filter(pk=row.pk).update(voided_at=None, void_reason="")


SIGNED = {
    "how": "certificate",
    "signed_on": DAY,
    "signed_file": "x.pdf",
    "signed_mime": "application/pdf",
    "signed_sha256": "0" * 64,
    "certificate": "x",
    "face": "x",
    "token": "x" * 32,
}


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("frozensheet_signed_whole", {"how": "ink", "signed_on": DAY}),
        ("frozensheet_certified_by_its_signer", SIGNED | {"filed_by": "agus"}),
        ("frozensheet_certified_by_its_signer", SIGNED | {"filed_by": "budi", "token": ""}),
        ("frozensheet_void_has_reason", {"void_reason": "x"}),
    ],
)
def test_the_database_refuses_half_a_signature(world, sheet, name, facts):
    if "filed_by" in facts:
        facts = facts | {"filed_by": world.users[facts["filed_by"]], "filed_at": world.now}
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        FrozenSheet.objects.filter(pk=sheet.pk).update(**facts)


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("frozensheet_one_living|unique", {}),
        ("frozensheet_names_its_signer", {"signer_title": "Kepala Dinas", "voided": True}),
        ("frozensheet_is_whole", {"body": "", "voided": True}),
    ],
)
def test_the_database_refuses_half_a_document(world, sheet, name, facts):
    row = FrozenSheet(
        revision=sheet.revision,
        frozen_at=world.now,
        paper="a4",
        body="x",
        file="x.pdf",
        sha256="0" * 64,
    )
    for field, value in facts.items():
        setattr(row, field, value)
    if facts.get("voided"):
        row.voided_at, row.void_reason = world.now, "x"
    with pytest.raises(IntegrityError, match=f"(?i){name}"), transaction.atomic():
        row.save()


def test_a_machine_freezes_as_the_sheet_says(world, draft):
    revising.put_in_force(draft, Machine(world.now), DAY, official="Kadis", reason="Uji")
    row = draft.frozen.get()
    assert (row.signer, row.frozen_by) == (None, None)
    assert Appointment.objects.filter(user=world.budi).exists() and printed.PAPERS[row.paper]
