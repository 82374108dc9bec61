"""The commands by which an office takes SOPs and agencies in and out."""

from datetime import datetime
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command

from sopcases.desk import installing
from sopcases.letters import housefile
from sopcases.people.models import Agency, Entry, Position
from sopcases.sops import agencyfile
from sopcases.sops.models import PaperKind, Revision, Sop
from tests.conftest import ROOT

SOPS = {
    "bayi-balita-terlantar": "tanjungpinang",
    "anak-jalanan": "tanjungpinang",
    "anak-terlantar-luar-panti": "lamandau",
}


def run(command, *args, **options) -> str:
    out = StringIO()
    call_command(command, *args, stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def agencies(db):
    for slug in ("tanjungpinang", "lamandau"):
        run("install_agency", str(ROOT / f"fixtures/agencies/{slug}.yaml"))


@pytest.mark.parametrize(("slug", "agency"), SOPS.items())
def test_export_import_export_is_identical_to_the_byte(agencies, tmp_path, slug, agency):
    told = run("import_sop", str(ROOT / f"fixtures/sops/{slug}.yaml"), "--agency", agency)
    assert "revisi 1 disimpan, status Draf" in told
    Revision.objects.all().delete()
    run(
        "import_sop", str(ROOT / f"fixtures/sops/{slug}.yaml"), "--agency", agency, "--in-force", "2024-03-04"
    )
    first = run("export_sop", slug)

    file = tmp_path / "sop.yaml"
    file.write_text(first, encoding="utf-8")
    run("import_sop", str(file), "--agency", agency, "--in-force", "2024-03-05")

    assert run("export_sop", slug, "--agency", agency) == first
    assert [r.state for r in Revision.objects.order_by("no")] == ["replaced", "in_force"]


def test_import_stores_a_draft_and_leaves_what_is_in_force(agencies):
    file = str(ROOT / "fixtures/sops/anak-jalanan.yaml")
    run("import_sop", file, "--agency", "tanjungpinang", "--in-force", "2024-03-04")
    before = run("export_sop", "anak-jalanan")

    run("import_sop", file, "--agency", "tanjungpinang")

    assert list(Revision.objects.order_by("no").values_list("no", "state")) == [(1, "in_force"), (2, "draft")]
    assert run("export_sop", "anak-jalanan") == before
    assert Entry.objects.latest("id").acting_title == "Sistem"


def test_a_mistyped_year_is_not_imported(agencies):
    file = str(ROOT / "fixtures/sops/anak-jalanan.yaml")
    with pytest.raises(CommandError, match="Tahun tanggal berlaku harus antara 1990 dan"):
        run("import_sop", file, "--agency", "tanjungpinang", "--in-force", "0024-03-04")
    assert not Revision.objects.exists()


def test_export_of_what_is_not_in_force_is_refused(agencies):
    run("import_sop", str(ROOT / "fixtures/sops/anak-jalanan.yaml"), "--agency", "tanjungpinang")

    with pytest.raises(CommandError, match="Tidak ada revisi SOP “anak-jalanan” yang berlaku"):
        run("export_sop", "anak-jalanan")
    with pytest.raises(CommandError, match="di “lamandau”"):
        run("export_sop", "anak-jalanan", "--agency", "lamandau")


def test_export_goes_by_the_day_of_the_agency(agencies, monkeypatch):
    """At 23.30 in Jakarta the next day has begun in Jayapura, and with it the scheduled revision."""
    slug, home = "bayi-balita-terlantar", Agency.objects.get(slug="tanjungpinang")
    moments = [datetime(2026, 3, 2, hour, 30, tzinfo=ZoneInfo("Asia/Jakarta")) for hour in (8, 23)]
    monkeypatch.setattr("django.utils.timezone.now", lambda: moments[0])
    file = ROOT / f"fixtures/sops/{slug}.yaml"
    run("import_sop", str(file), "--agency", home.slug, "--in-force", "2026-03-03")
    moments.pop(0)
    with pytest.raises(CommandError, match="Tidak ada revisi"):
        run("export_sop", slug)
    Agency.objects.filter(pk=home.pk).update(timezone="Asia/Jayapura")
    assert f"slug: {slug}" in run("export_sop", slug)


def test_export_of_a_slug_in_two_agencies_asks_which(agencies, tmp_path):
    file = tmp_path / "sop.yaml"
    file.write_text(
        "slug: sama\nname: Sama\nsteps:\n"
        "- {number: '1', activity: Mencatat, performers: [{position: Kepala Dinas, part: performs}]}\n"
    )
    for agency in ("tanjungpinang", "lamandau"):
        run("import_sop", str(file), "--agency", agency, "--in-force", "2026-01-01")

    with pytest.raises(CommandError, match="Pilih dengan --agency: lamandau, tanjungpinang"):
        run("export_sop", "sama")
    assert "agency: lamandau" in run("export_sop", "sama", "--agency", "lamandau")


def test_a_refused_import_names_the_lines_and_stores_nothing(agencies, tmp_path):
    file = tmp_path / "sop.yaml"
    file.write_text(
        "slug: x\nname: X\nsteps:\n- {activity: a, performers: [{position: Raja, part: performs}]}\n"
    )

    with pytest.raises(CommandError, match="tidak ada yang disimpan:\nBaris 4: jabatan “Raja” tidak dikenal"):
        run("import_sop", str(file), "--agency", "tanjungpinang")
    assert not Sop.objects.exists()


def test_what_cannot_be_put_in_force_is_not_even_kept_as_a_draft(agencies, tmp_path):
    file = tmp_path / "sop.yaml"
    file.write_text("slug: x\nname: X\nsteps:\n- {number: '1', activity: a, time: nanti}\n")

    with pytest.raises(CommandError, match=r"“nanti”(?s:.*)Langkah 1: tidak ada pelaksana."):
        run("import_sop", str(file), "--agency", "tanjungpinang", "--in-force", "2026-01-01")
    assert not Sop.objects.exists()
    run("import_sop", str(file), "--agency", "tanjungpinang")
    assert Revision.objects.get().state == "draft"


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["nowhere.yaml", "--agency", "tanjungpinang"], "Berkas “nowhere.yaml” tidak dapat dibuka"),
        (["nowhere.yaml", "--agency", "atlantis"], "Perangkat daerah “atlantis” tidak ada."),
        ([str(ROOT), "--agency", "tanjungpinang"], "tidak dapat dibuka"),
        (
            [str(ROOT / "fixtures/agencies/lamandau.yaml"), "--agency", "lamandau"],
            "“positions” tidak dikenal",
        ),
    ],
)
def test_wrong_files_and_agencies_are_refused(agencies, args, sentence):
    with pytest.raises(CommandError, match=sentence):
        run("import_sop", *args)


def test_a_fourth_sop_of_a_third_agency_is_pure_data(db, tmp_path):
    agency = tmp_path / "agency.yaml"
    agency.write_text(
        "slug: baru\nname: Dinas Sosial Baru\nshort_name: Dinsos Baru\ngovernment: KOTA BARU\n"
        "letterhead_name: [DINAS SOSIAL]\ncity: Baru\ntimezone: Asia/Jayapura\n"
        "positions:\n- {name: Kepala}\n- {name: Staf, superior: kepala, may_record: true}\n"
        "papers:\n- {name: Surat Tugas, origin: letter, signer: Kepala, aliases: [SPT]}\n"
        "areas: [Utara]\noutcomes: [Selesai]\n"
        "series:\n- {name: ST, pattern: '{urut}/{tahun}', papers: [SPT]}\n"
    )
    sop = tmp_path / "sop.yaml"
    sop.write_text(
        "slug: pemakaman\nname: Pemakaman\nsteps:\n"
        "- {number: '1', activity: Mengonsep, performers: [{position: Staf, part: performs}],\n"
        "   produces: [{key: st, paper: SPT, stage: draft}]}\n"
        "- {number: '2', activity: Menandatangani, performers: [{position: Kepala, part: signs}],\n"
        "   requires: [{paper: Surat Tugas, stage: draft}], produces: [{paper: SPT, carries: 1/st}]}\n"
    )
    assert "2 jabatan, 1 jenis dokumen" in run("install_agency", str(agency))
    run("import_sop", str(sop), "--agency", "baru", "--in-force", "2026-01-01")

    assert Position.objects.get(name="Staf").superior.name == "Kepala"
    assert PaperKind.objects.get().signer.name == "Kepala"
    assert "position: Staf" in run("export_sop", "pemakaman")


AGENCY = (
    "slug: baru\nname: A\nshort_name: A\ngovernment: A\nletterhead_name: [A]\ncity: A\n"
    "timezone: Asia/Jakarta\npositions:\n- {name: Kepala}\n- {name: Staf, superior: Kepala}\n"
    "papers:\n- {name: SPT, origin: report}\n"
)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("Asia/Jakarta", "Mars/Base", "Baris 7: zona waktu “Mars/Base” tidak dikenal."),
        ("[A]", "[A, B, C, D]", "Baris 5: nama pada kop surat paling banyak tiga baris."),
        ("{name: Kepala}", "{name: Kepala, superior: Staf}", "Baris 9: atasan berputar kembali"),
        ("superior: Kepala", "superior: Raja", "Baris 10: jabatan “Raja” tidak tercantum pada berkas ini."),
        ("origin: report", "origin: letter", "Baris 12: surat dinas (letter) harus mempunyai “signer”."),
        ("origin: report", "origin: report, disposer: Raja", "Baris 12: jabatan “Raja” tidak tercantum"),
        (
            "origin: report",
            "origin: report, initials: [Raja], disposer: Staf",
            "Baris 12: jabatan “Raja” tidak tercantum",
        ),
        (
            "origin: report",
            "origin: report, initials: [Staf]",
            "Baris 12: pemaraf terakhir ditulis pada “disposer”.",
        ),
        (
            "origin: report",
            "origin: report, initials: [staf], disposer: Staf",
            "Baris 12: satu jabatan memaraf satu kali saja.",
        ),
        (
            "origin: report",
            "origin: report, initials: [Staf, Staf, Staf], disposer: Kepala",
            "Baris 12: pemaraf sebelum “disposer” paling banyak dua.",
        ),
        ("city: A", "city: A\nemail: bukan", "Baris 7: alamat surel “bukan” tidak benar."),
        ("city: A", "city: A\nareas: [B, b]", "“b” tercantum dua kali."),
        ("{name: Kepala}", "{name: staf}", "“Staf” tercantum dua kali."),
        ("city: A\n", "", "“city” wajib diisi."),
    ],
)
def test_each_fault_of_an_agency_file_is_told(db, tmp_path, old, new, sentence):
    file = tmp_path / "agency.yaml"
    assert old in AGENCY
    file.write_text(AGENCY.replace(old, new, 1))

    with pytest.raises(CommandError) as caught:
        run("install_agency", str(file))

    assert sentence in str(caught.value)
    assert not Agency.objects.exists()


def test_the_chain_of_paraf_comes_in_its_order(db, tmp_path):
    file = tmp_path / "agency.yaml"
    chain = "origin: letter, initials: [Staf, Ketua], disposer: Kepala, signer: Walikota"
    more = "- {name: Ketua}\n- {name: Walikota}\n"
    file.write_text(AGENCY.replace("origin: report", chain).replace("papers:", f"{more}papers:"))

    run("install_agency", str(file))

    kind = PaperKind.objects.get()
    assert [str(p) for p in (kind.first_hand, kind.second_hand, kind.disposer)] == ["Staf", "Ketua", "Kepala"]
    assert kind.chain == (kind.first_hand_id, kind.second_hand_id, kind.disposer_id)


def test_an_agency_is_made_once(agencies):
    with pytest.raises(CommandError, match="Perangkat daerah “lamandau” sudah ada"):
        run("install_agency", str(ROOT / "fixtures/agencies/lamandau.yaml"))


def test_series_and_outcomes_stay_in_the_data_for_the_rooms_that_own_them():
    more = housefile.FIELDS | installing.FIELDS
    data = agencyfile.read((ROOT / "fixtures/agencies/tanjungpinang.yaml").read_bytes(), more)

    assert data["series"][0] == {
        "name": "Surat Perintah Tugas",
        "pattern": "{klasifikasi}/{urut}/{unit}/{tahun}",
        "classification": "800",
        "unit": "5.6.04",
        "papers": ["Surat Perintah Tugas"],
    }
    assert "Kembali ke keluarga" in data["outcomes"]
