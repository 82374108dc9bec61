"""Every kind of page, on a phone and on a desk: axe-core finds nothing, nothing scrolls sideways, the
keyboard gets everywhere, and (fixture office) the console stays silent."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect

from sopcases.cases.models import Case
from sopcases.letters.models import Letter
from sopcases.sops import revising
from tests.browser.people import Office, Person
from tests.cases.families import two_families
from tests.cases.story import done, ordered
from tests.cast import PASSWORD
from tests.letters.papers import Desk
from tests.letters.tray import Tray

AXE = (Path(__file__).parent.parent / "vendor" / "axe.min.js").read_text()
WIDTHS = (1280, 360)
NARROW = 320
SUPPORT = "anak-terlantar-luar-panti"
# Evaluated by the browser's own debugger: the page's policy lets no other script in.
RUN = """async (context) => {
  const found = await axe.run(context || document, {resultTypes: ["violations"], preload: false});
  return found.violations.map(rule => `${rule.id}: ${rule.nodes.map(node => node.target).join(" | ")}`);
}"""


def faults(person: Person, context: str | None = None, widths: tuple[int, ...] = WIDTHS) -> list[str]:
    """What axe finds on the open page at each width, and whether it scrolls sideways at 320 px."""
    page, found = person.arrived().page, []
    page.evaluate(AXE)
    for width in widths:
        page.set_viewport_size({"width": width, "height": 800})
        found += [f"{person.path} at {width}: {line}" for line in page.evaluate(RUN, context)]
    page.set_viewport_size({"width": NARROW, "height": 800})
    if over := person.too_wide:
        found.append(f"{person.path} at {NARROW}: {over} px too wide")
    return found


def visit(person: Person, *addresses: str) -> list[str]:
    """The faults of pages that all must be there."""
    found = []
    for address in addresses:
        answer = person.page.goto(person.home + address)
        assert answer.status == 200, f"{address} → {answer.status}"
        assert person.path.split("?")[0] == address.split("?")[0]
        found += faults(person)
    return found


def none(found: list[str]) -> None:
    assert not found, "\n".join(found)


@dataclass
class Window:
    """A case with something of everything, and letters in several states."""

    case: Case
    draft: Letter
    proposed: Letter
    ready: Letter
    decided: Letter
    record: Letter

    @property
    def root(self) -> str:
        return f"/penanganan/{self.case.number}/"

    @property
    def child(self) -> int:
        return self.case.children.first().child_id

    @property
    def paper(self) -> int:
        return self.case.filings.filter(paper__kind__name="Laporan Sosial").first().paper_id


@pytest.fixture
def window(office: Office) -> Window:
    world = office.world
    desk = Desk(world, verbal_order_by="Kepala Seksi", verbal_order_at=world.now)
    ordered(world, desk.case)
    done(world, desk.case, "sari", lambda walk: walk.note("Bayi stabil, mau menyusu.", world.now))
    child = desk.case.children.get().child_id
    done(world, desk.case, "sari", lambda walk: walk.place(child, "RSUD Kota Tanjungpinang", world.now))
    done(world, desk.case, "sari", lambda walk: walk.wait("4", "Polresta Tanjungpinang", world.now))
    return Window(
        desk.case, desk.spt(), desk.proposed(), desk.ready(), desk.decided(), desk.record(by="dewi")
    )


def test_the_pages_of_an_officer_in_the_field(office: Office, window: Window):
    root, kind = window.root, office.world.kind("Surat Terlantar").pk
    sari = office.inside("sari")
    addresses = ["/", "/penanganan/", "/penanganan/?q=tidak-ada", "/surat/", "/sop/"]
    addresses += ["/sop/bayi-balita-terlantar/", "/anak/cari/", "/kata-sandi/", "/penanganan/laporan-awal/"]
    addresses += ["/cari/", "/kalender/", "/saya/kalender/"]
    addresses += [root, f"{root}tercatat/", f"{root}riwayat/", f"{root}riwayat/?akses=1", f"{root}catatan/"]
    addresses += [f"{root}catatan/baru/", f"{root}dokumen/baru/", f"{root}dokumen/baru/?jenis={kind}"]
    addresses += [f"{root}anak/baru/", f"{root}anak/{window.child}/", f"{root}anak/{window.child}/ubah/"]
    addresses += [f"{root}anak/{window.child}/keberadaan/", f"{root}anak/{window.child}/hasil-akhir/"]
    addresses += [f"{root}anak/hasil-akhir/", f"{root}anak/{window.child}/keluarga/"]
    addresses += [f"{root}anak/{window.child}/keluarga/tambah/"]
    addresses += [f"{root}menunggu/{window.case.intervals.get().pk}/"]
    addresses += [f"{root}langkah/{step}/" for step in ("1", "2", "3", "4", "6")]
    addresses += [f"{root}langkah/7/?dahulu=1", f"{root}langkah/6/tunggu/"]
    none(visit(sari, *addresses))


def test_the_pages_of_those_who_lead(office: Office, window: Window):
    root, bpjs = window.root, office.world.kind("BPJS Anak").pk
    dewi = office.inside("dewi")
    addresses = ["/", root, f"{root}tunda/", f"{root}hentikan/", f"{root}limpahkan/", f"{root}tutup/"]
    addresses += [f"{root}petugas/", f"{root}langkah/1/buka-kembali/", f"{root}langkah/8/"]
    addresses += [f"{root}langkah/8/menyusul/?jenis={bpjs}", f"{root}dokumen/{window.paper}/batalkan/"]
    addresses += [f"/surat/{window.record.pk}/", f"/surat/{window.record.pk}/ubah/"]
    addresses += [f"/surat/{window.record.pk}/tetapkan/"]
    none(visit(dewi, *addresses))


def test_the_pages_of_letters(office: Office, window: Window):
    agus, rahman, budi = (office.inside(name) for name in ("agus", "rahman", "budi"))
    spt, covering = (office.world.kind(name).pk for name in ("Surat Perintah Tugas", "Surat Pengantar"))
    new = f"{window.root}surat/baru/"
    found = visit(
        agus,
        new,
        *(f"{new}?jenis={kind}" for kind in (spt, covering)),
        *(f"/surat/{letter.pk}/" for letter in (window.draft, window.proposed, window.decided)),
        *(f"/surat/{window.draft.pk}/{act}/" for act in ("ubah", "ajukan", "batalkan")),
        f"/surat/{window.decided.pk}/unggah/",
    )
    found += visit(rahman, "/", f"/surat/{window.proposed.pk}/", f"/surat/{window.proposed.pk}/paraf/")
    found += visit(rahman, f"/surat/{window.proposed.pk}/kembalikan/")
    found += visit(budi, "/", "/surat/", f"/surat/{window.ready.pk}/tanda-tangani/")
    none(found)


def refused(person: Person, address: str, button: str) -> list[str]:
    """The faults of a form sent empty: the summary has the focus and leads to a field."""
    person.open(address)
    for field in person.page.locator("main form[method=post] [required]:visible").all():
        if field.get_attribute("type") not in ("checkbox", "radio", "file"):
            field.evaluate("field => { if (field.tagName != 'SELECT') field.value = '' }")
    person.press(button)
    summary = person.page.get_by_role("alert").filter(has_text="Ada masalah")
    expect(summary).to_be_focused()
    assert person.page.title().startswith("Kesalahan: ")
    return faults(person)


def test_forms_with_errors(office: Office, window: Window):
    sari, dewi, agus = (office.inside(name) for name in ("sari", "dewi", "agus"))
    root, terlantar = window.root, office.world.kind("Surat Terlantar").pk
    found = refused(sari, "/penanganan/laporan-awal/", "Kirim laporan awal")
    found += refused(sari, f"{root}catatan/baru/", "Simpan catatan")
    found += refused(sari, f"{root}dokumen/baru/?jenis={terlantar}", "Tambahkan ke berkas")
    found += refused(sari, f"{root}langkah/6/", "Selesaikan langkah")
    found += refused(dewi, f"{root}tutup/", "Tutup penanganan")
    found += refused(sari, f"{root}anak/hasil-akhir/", "Catat hasil akhir")
    found += refused(sari, f"{root}anak/{window.child}/keluarga/tambah/", "Simpan")
    spt = office.world.kind("Surat Perintah Tugas").pk
    found += refused(agus, f"{root}surat/baru/?jenis={spt}", "Simpan dan periksa naskah")
    found += refused(agus, f"/surat/{window.decided.pk}/unggah/", "Simpan naskah bertanda tangan")
    none(found)


def test_the_door_and_what_is_not_there(office: Office):
    stranger = office.person("sari").open("/masuk/")
    found = faults(stranger)
    stranger.press("Masuk").sees("Ada masalah")
    found += faults(stranger)
    stranger.come_in(office.world.sari)
    for address, status in (("/penanganan/BBT-1999-0001/", 404), ("/admin/", 403), ("/surat/99/", 404)):
        answer = stranger.page.goto(office.home + address)
        assert answer.status in (status, 404), address
        found += faults(stranger)
    none(found)


def test_what_comes_between(office: Office, window: Window):
    """The end of a session in the midst of writing, and two editors who meet."""
    sari, agus = office.inside("sari"), office.inside("agus")
    step = f"{window.root}langkah/6/"
    agus.open(step).choose("Sari Wulandari, S.Tr.Sos., Peksos")
    sari.open(step).press("Simpan, lanjutkan nanti").sees("tersimpan")
    agus.press("Simpan, lanjutkan nanti").heading("Sudah diubah orang lain")
    found = faults(agus)
    sari.open(f"{window.root}catatan/baru/").fill({"Catatan": "Belum selesai ditulis."})
    sari.context.clear_cookies()
    sari.press("Simpan catatan").heading("Masuk kembali")
    found += faults(sari)
    sari.fill({"Nama pengguna": "sari", "Kata sandi": PASSWORD}).press("Masuk dan lanjutkan")
    sari.heading("Lanjutkan pengiriman")
    none(found + faults(sari))


def test_cases_of_many_children_and_of_the_other_agency(office: Office):
    world = office.world
    round_, proposal = world.case("anak-jalanan", children=3), world.case(SUPPORT, by="tika", children=2)
    sari, tika, wati = (office.inside(name) for name in ("sari", "tika", "wati"))
    street, support = f"/penanganan/{round_.number}/", f"/penanganan/{proposal.number}/"
    addresses = ("/penanganan/laporan-awal/?sop=anak-jalanan", street, f"{street}langkah/3/?dahulu=1")
    found = visit(sari, *addresses, f"{street}anak/tabel/", f"{street}blangko/", "/sop/anak-jalanan/")
    found += visit(tika, "/", "/penanganan/laporan-awal/", support, f"{support}langkah/1/")
    none(found + visit(wati, "/", "/penanganan/", support, f"/sop/{SUPPORT}/"))


def test_the_pages_of_care_aid_and_the_agendas(office: Office):
    world = office.world
    round_, proposal = world.case("anak-jalanan", children=2), world.case(SUPPORT, by="tika", children=2)
    street, support = f"/penanganan/{round_.number}/", f"/penanganan/{proposal.number}/"
    child = f"{street}anak/{round_.children.first().child_id}/"
    sari, joko, agus = (office.inside(name) for name in ("sari", "joko", "agus"))
    pages = ("asesmen/", "asesmen/baru/", "rencana/", "rencana/baru/")
    found = visit(sari, *(f"{child}{page}" for page in pages), f"{street}rujukan/baru/")
    found += visit(joko, f"{support}bantuan/", f"{support}pemantauan/")
    found += visit(agus, "/surat/agenda/")
    letter, _, part = Tray(world).down()
    incoming = f"/surat/masuk/{letter.pk}/"
    dewi = office.inside("dewi")
    found += visit(agus, "/surat/masuk/", "/surat/masuk/baru/", f"{incoming}ubah/")
    none(
        found
        + visit(
            dewi, incoming, *(f"{incoming}{act}/" for act in ("disposisi", f"jawab/{part.pk}", "penanganan"))
        )
    )


def test_the_papers_of_many_children_and_of_their_adults(office: Office):
    case, ids, mother, _ = two_families(office.world)
    step = f"/penanganan/{case.number}/langkah/3/"
    sari, dewi = (office.inside(name) for name in ("sari", "dewi"))
    pages = (step, f"{step}orang-tua/", f"{step}orang-tua/{mother.pk}/", f"{step}anak/{ids[3]}/dokumen/")
    none(visit(sari, *pages) + visit(dewi, f"{step}orang-tua/"))


def test_the_admin(office: Office):
    """Django's own pages in our dress. Its tables of inlines have two column heads without a word."""
    ani = office.inside("ani")
    given = office.world.dewi.appointments.get().pk
    found = visit(
        ani,
        "/admin/",
        "/admin/people/appointment/",
        f"/admin/people/appointment/{given}/change/",
        "/admin/sops/revision/",
        f"/admin/sops/revision/{office.world.revision().pk}/change/",
    )
    none([line for line in found if ": empty-table-header: " not in line])


def test_two_revisions_side_by_side_and_a_case_carried_over(office: Office):
    world = office.world
    case = world.case()
    ordered(world, case)
    draft = revising.new_revision(world.revision(), world.officer("ani"))
    draft.steps.filter(key="4").update(time="9 Hari", activity="Peksos meminta surat keterangan")
    draft.steps.filter(key="5").delete()
    draft.steps.filter(key="9").update(after=None)
    revising.put_in_force(draft, world.officer("ani"), world.now.date(), official="Kadis", reason="Uji")
    differences, carry = "/sop/bayi-balita-terlantar/beda/1/2/", f"/penanganan/{case.number}/alihkan-revisi/"
    dewi = office.inside("dewi")
    found = visit(dewi, differences, carry) + refused(dewi, carry, "Periksa akibatnya")
    dewi.open(carry).fill({"Alasan": "Keputusan Nomor 12"}).press("Periksa akibatnya").sees(
        "Yang akan terjadi"
    )
    none(found + faults(dewi))


def test_the_keyboard_gets_everywhere(office: Office, window: Window):
    sari = office.inside("sari").open(window.root)
    page = sari.page
    page.keyboard.press("Tab")
    skip = sari.link("Langsung ke isi halaman")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(sari.main).to_be_focused()
    page.keyboard.press("Tab")
    assert sari.main.evaluate("main => main.contains(document.activeElement)")

    sari.open(f"{window.root}catatan/baru/")
    page.get_by_role("button", name="Simpan catatan").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="Ada masalah")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(sari.field("Catatan")).to_be_focused()

    menu = page.locator("details.person summary")
    menu.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Keluar")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Keluar")).to_be_hidden()
    expect(menu).to_be_focused()
