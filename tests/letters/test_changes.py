"""What changed in a letter that was sent back: in words, field by field, before whom it lies again."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sopcases.letters import page
from sopcases.letters.changes import Change, changes
from sopcases.letters.layouts import LAYOUTS

SPT = LAYOUTS["spt"]
ROW = {"user": 7, "name": "Sari", "nip_label": "NIP", "nip": "1990", "rank": "Penata", "title": "Peksos"}
BEFORE = {
    "purpose": "Koordinasi",
    "officers": [ROW],
    "starts": "2026-03-03",
    "place": "RSUD",
    "tasks": ["Meminta surat", "Mencatat keadaan"],
    "basis": ["Perintah lisan", "Disposisi"],
    "basis_more": ["Disposisi"],
    "report": True,
    "budget": "",
}


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, ()),
        ({"place": "Polresta"}, (Change("Tempat tugas", ("RSUD",), ("Polresta",)),)),
        ({"report": False}, (Change("Wajib melaporkan hasil secara tertulis", ("Ya",), ("Tidak",)),)),
        (
            {"starts": "2026-04-01"},
            (Change("Berangkat/mulai tanggal", ("3 Maret 2026",), ("1 April 2026",)),),
        ),
        ({"budget": "Rehabilitasi"}, (Change("Beban anggaran (sub kegiatan)", (), ("Rehabilitasi",)),)),
        (
            {"officers": [ROW, ROW | {"user": 8, "name": "Agus", "nip": "", "rank": "", "title": "Petugas"}]},
            (Change("Pegawai yang ditugasi", (), ("Agus, Petugas",)),),
        ),
        (
            {"officers": [ROW | {"rank": "Pembina"}]},
            (
                Change(
                    "Pegawai yang ditugasi", ("Sari, 1990, Penata, Peksos",), ("Sari, 1990, Pembina, Peksos",)
                ),
            ),
        ),
        ({"tasks": ["Mencatat keadaan"]}, (Change("Rincian tugas", ("Meminta surat",), ()),)),
        (
            {"tasks": ["Mencatat keadaan", "Meminta surat"]},
            (
                Change(
                    "Rincian tugas",
                    ("Meminta surat", "Mencatat keadaan"),
                    ("Mencatat keadaan", "Meminta surat"),
                ),
            ),
        ),
        (
            {"basis": ["Perintah lisan", "Laporan"], "basis_more": ["Laporan"]},
            (Change("Dasar", ("Disposisi",), ("Laporan",)),),
        ),
        ({"unknown": "Baru"}, (Change("Bagian lain naskah", (), ("Baru",)),)),
        ({"subject": "12"}, ()),
    ],
)
def test_a_difference_in_words(changed, told):
    assert changes(SPT, BEFORE, BEFORE | changed) == told


def test_rows_and_choices_read_as_on_the_form():
    letter = LAYOUTS["surat_pengantar"]
    before = {"purpose": "Berkas anak", "papers": [{"paper": 3, "text": "Akta"}], "others": []}
    row = {"what": "Pakaian", "count": "2 setel", "note": ""}
    assert changes(letter, before, before | {"papers": [], "others": [row]}) == (
        Change("Dokumen dari berkas penanganan yang dikirim", ("Akta",), ()),
        Change("Kiriman lain", (), ("Pakaian, 2 setel",)),
    )
    asking = LAYOUTS["surat_permohonan"]
    child = {"child": 4, "facts": [["Nama", "Melati"], ["Jenis kelamin", "Perempuan"]]}
    before = {
        "facts": ["name"],
        "children": [child | {"facts": [["Nama", "Melati"]]}],
        "hal": "A",
        "purpose": "A",
    }
    after = {"facts": ["name", "sex"], "children": [child], "hal": "B", "purpose": "B"}
    assert changes(asking, before, after) == (
        Change("Keterangan anak yang disebut", (), ("Jenis kelamin",)),
        Change("Hal", ("A",), ("B",)),
        Change("Anak", ("Nama: Melati",), ("Nama: Melati, Jenis kelamin: Perempuan",)),
    )


@pytest.fixture
def door(client, monkeypatch, desk):
    """Log in and act in the world's own time."""
    monkeypatch.setattr("sopcases.people.middleware.timezone.now", lambda: desk.world.now)

    def enter(name: str):
        client.force_login(desk.world.users[name])
        return client

    return enter


def sent_back(desk, **changed):
    letter = desk.proposed()
    letter.return_(desk.by("rahman"), "Tempatnya keliru")
    if changed:
        letter.edit(desk.by("agus"), desk.spt_content(**changed))
    return letter


@pytest.mark.django_db
def test_each_proposal_keeps_its_text(desk):
    letter = sent_back(desk, place="RSUD")
    letter.propose(desk.by("agus"))
    kept = [act.data["content"]["place"] for act in letter.acts.filter(act="proposed")]
    assert kept == ["Polresta dan RSUD Kota Tanjungpinang", "RSUD"]


@pytest.mark.django_db
def test_it_is_shown_to_him_who_sent_it_back_and_to_the_signer(desk, door):
    letter = sent_back(desk, place="RSUD", report=False)
    letter.propose(desk.by("agus"))
    urls = [f"/surat/{letter.pk}/", f"/surat/{letter.pk}/paraf/", f"/surat/{letter.pk}/kembalikan/"]
    for url in urls:
        text = door("rahman").get(url).content.decode()
        assert "Berubah sejak pengajuan sebelumnya" in text
        assert "Dikembalikan oleh Drs. Abdul Rahman, M.Si., Kabid" in text
        assert "“Tempatnya keliru”" in text
        assert "<del>Polresta dan RSUD Kota Tanjungpinang</del>" in text
        assert "<ins>RSUD</ins>" in text
        assert "<ins>Tidak</ins>" in text
        assert "Rincian tugas" not in text, "what stayed the same is not told"
    letter.initial(desk.by("rahman"))
    text = door("budi").get(f"/surat/{letter.pk}/tanda-tangani/").content.decode()
    assert "<ins>RSUD</ins>" in text


@pytest.mark.django_db
def test_the_drafter_sees_what_he_changed_so_far(desk, door):
    letter = sent_back(desk)
    text = door("agus").get(f"/surat/{letter.pk}/").content.decode()
    assert "Berubah sejak dikembalikan" in text
    assert "Isi naskah belum berubah." in text
    letter.edit(desk.by("agus"), desk.spt_content(place="RSUD"))
    assert "<ins>RSUD</ins>" in door("agus").get(f"/surat/{letter.pk}/").content.decode()


@pytest.mark.django_db
def test_what_comes_back_unchanged_says_so(desk):
    letter = sent_back(desk)
    letter.propose(desk.by("agus"))
    assert page.mended(letter).rows == ()


@pytest.mark.django_db
def test_the_second_return_compares_with_the_second_proposal(desk):
    letter = sent_back(desk, place="RSUD")
    letter.propose(desk.by("agus"))
    letter.return_(desk.by("rahman"), "Masih keliru")
    letter.edit(desk.by("agus"), desk.spt_content(place="Disdukcapil"))
    letter.propose(desk.by("agus"))
    found = page.mended(letter)
    assert found.reason == "Masih keliru"
    assert found.rows == (Change("Tempat tugas", ("RSUD",), ("Disdukcapil",)),)


@pytest.mark.django_db
def test_nothing_is_compared_before_a_return_after_a_signature_or_without_what_was_proposed(desk):
    assert page.mended(desk.proposed()) is None
    assert page.mended(desk.record()) is None
    letter = sent_back(desk, place="RSUD")
    letter.propose(desk.by("agus"))
    letter.initial(desk.by("rahman"))
    letter.decide(desk.by("budi"))
    assert page.mended(letter) is None
    older = sent_back(desk, place="RSUD")
    older.acts.filter(act="proposed").update(data={})
    older.propose(desk.by("agus"))
    assert page.mended(older) is None, "proposed before texts were kept"


@pytest.mark.django_db
def test_a_change_costs_no_query_of_its_own(desk, door):
    plain, mended = desk.proposed(), sent_back(desk, place="RSUD")
    mended.propose(desk.by("agus"))
    client, costs = door("rahman"), []
    for letter in (plain, plain, mended):
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/surat/{letter.pk}/")
        costs.append(len(queries))
    assert costs[1] == costs[2]
