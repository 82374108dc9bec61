"""The pages of the SOPs: the list, the sheet in its own words, and who may see what."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils.html import escape

from sopcases.people.authority import Machine
from sopcases.people.models import Agency
from sopcases.sops import revising, sheet

pytestmark = pytest.mark.django_db
SHOW = "/sop/bayi-balita-terlantar/"


@pytest.fixture
def get(world, frozen):
    def ask(name: str, path: str):
        client = Client()
        client.force_login(world.users[name])
        return client.get(path)

    return ask


def text(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


# --- the list


def test_the_list_shows_the_agencys_own(world, get):
    world.case()
    page = text(get("dewi", "/sop/"))
    assert "Bayi-Balita Terlantar" in page and "Anak Jalanan" in page
    assert "Luar Panti" not in page
    assert "Revisi 1, berlaku sejak 4 Maret 2024" in page
    assert '<a href="/penanganan/?sop=bayi-balita-terlantar">1</a>' in page
    page = text(get("wati", "/sop/"))
    assert "Luar Panti" in page and "Anak Jalanan" not in page


def test_an_admin_sees_sops_and_no_numbers_of_cases(world, get):
    world.case()
    page = text(get("ani", "/sop/"))
    assert "Bayi-Balita Terlantar" in page
    assert "/penanganan/?sop=" not in page


def test_what_is_not_in_force_says_so(world, get):
    revising.withdraw(
        world.revision("anak-terlantar-luar-panti"), Machine(world.now), "Uji", official="Kepala Dinas"
    )
    page = text(get("wati", "/sop/"))
    assert "Belum ada yang berlaku" in page
    assert get("wati", "/sop/anak-terlantar-luar-panti/").status_code == 404


def test_an_agency_without_sops_reads_so(world, get):
    Agency.objects.create(slug="baru", name="Dinas Sosial Baru")
    world.tono.agency = Agency.objects.get(slug="baru")
    world.tono.save()
    assert "Belum ada SOP" in text(get("tono", "/sop/"))


# --- the sheet


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("dewi", "bayi-balita-terlantar"),
        ("budi", "anak-jalanan"),
        ("tika", "anak-terlantar-luar-panti"),
    ],
)
def test_every_cell_stands_in_its_own_words(world, get, name, slug):
    page = get(name, f"/sop/{slug}/").content.decode()
    revision = world.revision(slug)
    for step in revision.steps.all():
        assert escape(step.activity) in page
        assert escape(step.time) in page
        for line in (step.requires_text + "\n" + step.produces_text).splitlines():
            assert escape(line) in page
    for row in revision.narrative:
        assert escape(row["text"]) in page
    for name in ("legal_basis", "qualifications", "related", "equipment", "warnings", "records", "columns"):
        for cell in revision.sheet[name]:
            assert escape(cell) in page


def test_the_header_is_the_sheets(world, get):
    page = text(get("dewi", SHOW))
    assert "<dt>Nama SOP</dt> <dd>Bayi - Balita Terancam</dd>" in page
    assert "<dt>Tanggal Pengesahan</dt> <dd>04 Maret 2024</dd>" in page
    assert "Dra. Hj. Endang Susilawati" in page
    page = text(get("tika", "/sop/anak-terlantar-luar-panti/"))
    assert '<dt>Tanggal Efektif</dt> <dd><span class="answer-none">Kosong pada lembar</span></dd>' in page


def test_columns_are_the_sheets_with_the_position_they_mean(world):
    built = sheet.build(world.revision())
    assert [(c.label, c.position, c.added) for c in built.columns] == [
        ("Pimpinan SKPD", "Kepala Dinas", False),
        ("Kabid", "", False),
        ("Kasi", "", False),
        ("Peksos", "", False),
        ("Petugas", "", False),
    ]
    third = {column.label: cell for column, cell in built.lines[2].cells}
    assert third["Pimpinan SKPD"].parts == ("Menandatangani",)
    assert third["Pimpinan SKPD"].symbols == ("decision",)
    assert not third["Peksos"]


def test_a_position_without_column_is_added_and_marked(world):
    columns = sheet.build(world.revision("anak-terlantar-luar-panti")).columns
    assert [(c.label, c.added) for c in columns][-1] == ("Kasi Pelayanan & Rehabilitasi Sosial", True)
    assert sum(c.added for c in columns) == 1


def test_damaged_marks_say_so(world, get):
    assert "[tidak terbaca]" in get("dewi", "/sop/anak-jalanan/").content.decode()
    assert "[tidak terbaca]" not in get("dewi", SHOW).content.decode()


def test_the_sheet_costs_the_same_whatever_its_length(world, django_assert_num_queries):
    for slug in ("bayi-balita-terlantar", "anak-terlantar-luar-panti"):
        revision = world.revision(slug)
        with django_assert_num_queries(5):  # steps, performers, their positions, all positions, notes
            sheet.build(revision)


# --- notes and revisions


def test_notes_are_for_admins_and_drafts(world, get):
    note = world.revision().notes.first()
    assert escape(note.about) not in get("dewi", SHOW).content.decode()
    page = get("ani", SHOW).content.decode()
    for note in world.revision().notes.all():
        assert escape(note.about) in page and escape(note.reading) in page
        for quote in note.quotes:
            assert escape(quote.splitlines()[0]) in page


def test_a_draft_is_for_admins(world, get):
    draft = revising.new_revision(world.revision(), Machine(world.now))
    assert get("ani", f"{SHOW}revisi/{draft.no}/").status_code == 200
    assert "Draf" in get("ani", f"{SHOW}revisi/{draft.no}/").content.decode()
    assert get("dewi", f"{SHOW}revisi/{draft.no}/").status_code == 404
    assert get("dewi", SHOW).status_code == 200


def test_a_replaced_revision_can_still_be_read(world, get):
    draft = revising.new_revision(world.revision(), Machine(world.now))
    revising.put_in_force(draft, Machine(world.now), world.now.date(), official="Kadis", reason="Uji")
    page = text(get("dewi", f"{SHOW}revisi/1/"))
    assert "Diganti" in page
    assert "Revisi 2" in text(get("dewi", SHOW))


def test_a_scheduled_revision_is_shown_by_the_date(world, get):
    by = Machine(world.now)
    draft = revising.new_revision(world.revision(), by)
    day = world.now.date() + timedelta(days=1)
    revising.put_in_force(draft, by, day, official="Budi Hartono, Kepala Dinas", reason="Keputusan 12")
    page = text(get("dewi", f"{SHOW}revisi/2/"))
    assert "Dijadwalkan" in page and "berlaku mulai 3 Maret 2026" in page
    assert "Disetujui Budi Hartono, Kepala Dinas" in page and "Keputusan 12" in page
    assert "Revisi 1, berlaku sejak" in text(get("dewi", SHOW))

    world.wait(days=1)
    assert "Revisi 2, berlaku sejak 3 Maret 2026" in text(get("dewi", SHOW))
    assert "Revisi 2, berlaku sejak 3 Maret 2026" in text(get("dewi", "/sop/"))
    assert "Diganti" in text(get("dewi", f"{SHOW}revisi/1/"))


@pytest.mark.parametrize("path", [SHOW, f"{SHOW}revisi/1/"])
def test_strangers_find_nothing(world, get, path):
    assert get("dewi", path).status_code == 200
    assert get("tono", path).status_code == 404
    assert get("wati", path).status_code == 404
    answer = Client().get(path)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/masuk/?next={path}")


def test_unknown_sops_and_revisions_are_not_found(world, get):
    assert get("dewi", "/sop/tidak-ada/").status_code == 404
    assert get("dewi", f"{SHOW}revisi/9/").status_code == 404


def test_pages_only_read(world):
    client = Client()
    client.force_login(world.dewi)
    assert client.post(SHOW).status_code == 405
