"""The document of an SOP is signed: on paper, its scan filed; and by the certificate of the Kepala Dinas."""

from sopcases.letters.models import Certificate
from sopcases.sops import revising
from sopcases.sops.models import Revision
from tests.browser.people import PHONE, Office, scan
from tests.browser.test_accessibility import faults, none, visit
from tests.letters.certificates import PASSPHRASE, p12

SOP = "/sop/bayi-balita-terlantar/"
HERE = f"{SOP}revisi/2/"
OFFICIAL = "Dr. Budi Hartono, M.A.P., Kepala Dinas"
TASK = "SOP Bayi-Balita Terlantar menunggu tanda tangan Anda"
GIVEN = """async path => Array.from(new Uint8Array(await (await fetch(path)).arrayBuffer()))"""


def put_in_force(office: Office) -> None:
    """By the admin at her browser, today."""
    draft = revising.new_revision(office.world.revision(), office.world.officer("ani"))
    ani = office.inside("ani").open(f"/admin/sops/revision/{draft.pk}/berlakukan/")
    ani.page.get_by_label(OFFICIAL).check()
    ani.page.locator("#id_reason").fill("Keputusan Nomor 12")
    ani.press("Berlakukan")
    assert "Naskahnya dibekukan dan menunggu tanda tangan." in ani.page.locator("body").inner_text()
    ani.follow("Buka naskah dan tanda tangannya").sees("Menunggu tanda tangan", OFFICIAL)


def test_signed_on_paper_and_its_scan_filed(office: Office):
    put_in_force(office)
    budi = office.inside("budi", **PHONE)
    none(visit(budi, "/", HERE))
    budi.takes(TASK).sees("cetak, tanda tangani, lalu unggah pindaiannya")

    agus = office.inside("agus").open(HERE).follow("Unggah naskah bertanda tangan")
    agus.press("Simpan naskah").heading("Unggah naskah bertanda tangan")
    none(faults(agus))
    paper = scan("SOP bertanda tangan Kepala Dinas")
    agus.fill({"Naskah SOP bertanda tangan": paper}).press("Simpan naskah")
    agus.sees("Naskah SOP bertanda tangan disimpan.", "Ditandatangani", "tanda tangan basah")

    sari = office.inside("sari").open(SOP).sees("Ditandatangani")
    for path in (f"{SOP}dokumen/pdf/", f"{HERE}dokumen/pdf/"):
        assert bytes(sari.page.evaluate(GIVEN, path)) == paper["buffer"]
    none(visit(sari, f"{SOP}dokumen/"))
    budi.open("/").misses(TASK)


def test_signed_with_the_certificate_of_the_official(office: Office):
    world = office.world
    world.home.signature_backend = "certificate"
    world.home.save()
    Certificate.bring(world.officer("budi"), p12(), PASSPHRASE)
    put_in_force(office)

    budi = office.inside("budi").takes(TASK).follow("Tanda tangani").heading("Tanda tangani naskah SOP")
    none(faults(budi))
    budi.sees("Anda mengesahkan SOP ini sebagai Kepala Dinas.")
    budi.fill({"Frasa sandi sertifikat Anda": "bukan itu"}).press("Tanda tangani").sees("Tersisa 2 percobaan")
    budi.fill({"Frasa sandi sertifikat Anda": PASSPHRASE}).press("Tanda tangani")
    budi.sees("Naskah SOP ditandatangani secara elektronik.", "Dr. Budi Hartono; penerbit Penerbit Uji")

    row = Revision.objects.get(sop__slug="bayi-balita-terlantar", no=2).frozen.get()
    given = bytes(office.inside("sari").open(SOP).page.evaluate(GIVEN, f"{SOP}dokumen/pdf/"))
    assert given == row.signed_file.read()
    stranger = office.person("stranger").open(f"/cek/{row.token}/")
    stranger.sees("SOP Bayi-Balita Terlantar, revisi 2", OFFICIAL)
    none(faults(stranger))
