"""The pages on which children are many, or one is looked at closely: axe-core finds nothing, nothing scrolls
sideways. The pages of a session are in test_sessions.py."""

import re

from sopcases.cases import merging
from sopcases.cases.family import relate_sibling
from sopcases.cases.models import Case, Merge, Photo, Relation
from tests.browser.people import Office, photo
from tests.browser.test_accessibility import faults, none, refused, visit
from tests.cases.families import two_families
from tests.cases.story import children, done
from tests.cases.test_verb_join import on_the_street, papered
from tests.cases.test_verb_judge import proposed
from tests.cases.test_visits import served
from tests.cast import at
from tests.letters.tray import Tray

PROPOSED, VISITED = at("2026-03-02 08:00"), at("2026-05-12 10:00")


def root(case: Case) -> str:
    return f"/penanganan/{case.number}/"


def test_verdicts(office: Office):
    case = proposed(office.world, 3)
    yuli = office.inside("yuli")
    address = f"{root(case)}langkah/2/verifikasi/"
    found = visit(yuli, address)
    yuli.page.get_by_label("Tidak layak").first.check()
    yuli.press("Simpan penilaian").sees("Ada masalah", where=yuli.page.locator("body"))
    none(found + faults(yuli))


def test_visits_and_receiving_several(office: Office):
    world = office.world
    world.now = PROPOSED
    case = served(world, 3)
    office.day_comes(VISITED)
    yuli, hadi = office.inside("yuli"), office.inside("hadi")
    yuli.open(f"{root(case)}pemantauan/").follow("Belum dikunjungi").follow("Isi lembar kunjungan")
    sheet = yuli.path
    found = faults(yuli) + refused(yuli, sheet, "Selesaikan kunjungan")
    yuli.open(sheet).fill({"Bertemu dengan": "Ibunya", "Keadaan anak": "Sehat"}).press("Selesaikan kunjungan")
    yuli.sees("Kunjungan selesai dicatat.")
    none(found + visit(hadi, f"{root(case)}pemantauan/", f"{root(case)}terima-beberapa/"))


def test_a_child_of_two_records(office: Office):
    world = office.world
    case = on_the_street(world, 2)
    one, two = children(case)
    with world.walk(case, "sari") as walk:
        merging.merge(walk, one, two, "Dikenali kakaknya.")
    merge = Merge.objects.get()
    sari = office.inside("sari")
    page = f"/anak/{two}/"
    found = visit(sari, page, f"{page}sama/", f"{page}sama/{merge.pk}/batalkan/")
    other = world.child("Anak lain")
    sari.open(f"{page}sama/").fill({"Nama, nama panggilan, atau NIK": "Anak lain"}).press("Cari")
    found += faults(sari)
    found += visit(sari, f"{page}sama/?dengan={other.pk}")
    none(found + refused(sari, f"{page}sama/?dengan={other.pk}", "Nyatakan anak yang sama"))


def test_a_child_met_again(office: Office):
    """The search, from the round in which one looks; a child on file taken up, or noted as met again."""
    case = on_the_street(office.world, 1)
    sari = office.inside("sari").open(f"/anak/cari/?kasus={case.number}")
    sari.fill({"Nama, nama panggilan, atau NIK": "Anak 0"}).press("Cari")
    found = faults(sari)
    sari.follow(re.compile("terjangkau kembali"))
    found += faults(sari)
    again = office.world.child("Rian")
    none(found + visit(sari, f"{root(case)}anak/baru/?anak={again.pk}"))


def test_families(office: Office):
    world = office.world
    case, ids, mother, _ = two_families(world)
    stay = case.children.get(child=ids[0])
    done(world, case, "sari", lambda w: relate_sibling(w, stay.child, case.children.get(child=ids[1]).child))
    relation = Relation.objects.get(child=ids[0], adult=mother)
    sari = office.inside("sari")
    page = f"{root(case)}anak/{ids[0]}/keluarga/"
    acts = (f"{relation.pk}/betulkan/", f"{relation.pk}/hapus/", "saudara/", "tambah/")
    found = visit(sari, page, *(f"{page}{act}" for act in acts))
    sari.open(f"{page}tambah/").fill({"Nama atau telepon": "Amir"}).press("Cari")
    found += faults(sari)
    none(found + refused(sari, f"{page}{relation.pk}/hapus/", "Hapus dari keluarga"))


def test_statements_and_endings_of_several(office: Office):
    case, _, mother, _ = two_families(office.world)
    statements = f"{root(case)}langkah/3/orang-tua/"
    sari, dewi = office.inside("sari"), office.inside("dewi")
    found = refused(sari, f"{statements}{mother.pk}/", "Simpan pernyataan")
    dewi.open(statements).page.get_by_text("Catat menyusul untuk anak yang ditandai").click()
    dewi.press("Catat menyusul").sees("Tandai paling sedikit satu anak.", where=dewi.page.locator("body"))
    found += faults(dewi)
    for address, button in (("anak/hasil-akhir/", "Catat hasil akhir"), ("tutup/", "Tutup penanganan")):
        dewi.open(f"{root(case)}{address}").page.locator("summary", has_text="Hasil akhir lain").first.click()
        found += faults(dewi)
        found += refused(dewi, f"{root(case)}{address}", button)
    none(found)


def test_several_children_at_a_step(office: Office):
    world = office.world
    case = on_the_street(world, 3)
    papered(world, case, children(case))
    done(world, case, "sari", lambda w: w.finish("3"))
    sari = office.inside("sari").open(f"{root(case)}langkah/4/anak/")
    for summary in sari.page.locator("main summary").all():
        summary.click()
    found = faults(sari)
    sari.press("Catat permintaan").sees("Ada masalah", where=sari.page.locator("body"))
    none(found + faults(sari))


def test_photos_and_the_letters_that_choose_among_them(office: Office):
    """A note's photos, their captions, the gallery; the report that offers them."""
    world = office.world
    case = on_the_street(world, 2)
    sari = office.inside("sari").open(f"{root(case)}catatan/baru/")
    sari.fill({"Catatan": "Di simpang.", "Foto": [photo("Satu"), photo("Dua")]}).press("Simpan catatan")
    found = faults(sari)
    sari.page.get_by_label("Keterangan").first.fill("Bermain gitar")
    sari.press("Simpan keterangan").sees("Bermain gitar")
    assert Photo.objects.count() == 2
    report = world.kind("Laporan Hasil Pelaksanaan Tugas").pk
    new = f"{root(case)}surat/baru/?jenis={report}"
    found += visit(sari, f"{root(case)}foto/", new)
    sari.sees("Lampiran foto", "Bermain gitar")
    none(found)


def test_a_disposition_made_on_paper(office: Office):
    world = office.world
    letter = Tray(world).letter()
    agus = office.inside("agus").open(f"/surat/masuk/{letter.pk}/")
    agus.follow(re.compile("Catat disposisi tertulis"))
    none(faults(agus) + refused(agus, agus.path, "Catat disposisi"))
