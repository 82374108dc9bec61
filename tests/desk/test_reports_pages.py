"""The registers and recaps as pages: what may be read, narrowed, paged, as of a past day, at what cost."""

from datetime import timedelta

import pytest

from sopcases.cases import sessions
from sopcases.cases.merging import merge
from sopcases.cases.walk import roll
from sopcases.desk.models import Target
from sopcases.desk.reports import asking
from sopcases.desk.reports.catalogue import REPORTS
from sopcases.people.models import Area, Entry
from tests.cases.story import children, done, outcome
from tests.cases.test_verb_join import on_the_street, papered
from tests.cast import at

pytestmark = pytest.mark.django_db

CASES, CHILDREN = "/laporan/register/kasus/", "/laporan/register/anak/"
ATTENDANCE, RECAP = "/laporan/register/kehadiran/", "/laporan/rekap/"
SPM, TARGET = "/laporan/rekap/spm/", "/laporan/rekap/spm/target/"


@pytest.fixture
def table(world, sign_in):
    """`table("budi", CASES, status="done")`: the rows as they read, each as label → text."""

    def ask(name: str, page: str, **asked) -> list[dict[str, str]]:
        answer = sign_in(name).get(page, asked)
        assert answer.status_code == 200
        report = answer.context["report"]
        return [{column.label: said for column, said in cells} for _, cells in report.lines]

    return ask


@pytest.fixture
def numbers(table):
    """`numbers("budi", CASES)`: the case numbers on the page, in its order."""
    return lambda name, page=CASES, **asked: [
        row["Nomor" if page == CASES else "Penanganan"] for row in table(name, page, **asked)
    ]


def leave(world, case, on=None):
    done(
        world,
        case,
        "sari",
        lambda w: w.leave(children(case)[0], outcome(case), on or world.officer("sari").day),
    )


def test_the_pages_of_all_reports_lead_to_each(world, sign_in):
    page = sign_in("sari").get("/laporan/register/").content.decode()
    assert all(f'href="{url}"' in page for url in (CASES, CHILDREN, ATTENDANCE, RECAP, SPM))
    assert 'href="/laporan/register/"' in sign_in("sari").get("/laporan/").content.decode()


# --- whose


def test_a_register_holds_only_what_one_may_read(world, numbers):
    case = world.case()
    for page in (CASES, CHILDREN):
        assert numbers("budi", page) == numbers("sari", page) == [case.number]
        assert numbers("tono", page) == []


def test_a_partner_outside_has_a_register_of_his_area(world, numbers):
    here, there = Area.objects.filter(agency=world.agencies["lamandau"])[:2]
    mine = world.case("anak-terlantar-luar-panti", by="yuli", area=here, children=0)
    world.case("anak-terlantar-luar-panti", by="yuli", area=there, children=0)
    assert numbers("tika") == [mine.number]
    assert len(numbers("yuli")) == 2


def test_the_recap_counts_only_what_one_may_read(table, world):
    world.case(children=2)
    mine = {row["Rincian"]: row["Masuk"] for row in table("sari", RECAP)}
    assert mine["Laki-laki"] == "0" and mine["Belum diketahui"] == "2"
    assert {row["Masuk"] for row in table("tono", RECAP)} == {"0", ""}


def test_that_names_were_read_is_written_down(world, sign_in):
    world.case()
    sign_in("budi").get(CHILDREN)
    entry = Entry.objects.get(verb="register.read")
    assert (entry.actor, entry.data) == (world.budi, {"report": "register_children", "rows": 1})
    sign_in("budi").get(RECAP)
    assert Entry.objects.filter(verb="register.read").count() == 1


# --- what it says


def test_a_row_of_the_case_register(world, table):
    area = world.home.areas.first()
    case = world.case(area=area, children=0)
    with world.walk(case, "sari") as walk:
        walk.join(world.child("Melati Putri"))
        walk.join(world.child(temporary_name="Cahaya"))
    assert table("dewi", CASES) == [
        {
            "Nomor": case.number,
            "SOP": "Bayi-Balita Terlantar",
            "Kejadian": "2 Maret 2026",
            "Dilaporkan": "2 Maret 2026",
            "Kecamatan": area.name,
            "Jumlah anak": "2",
            "Anak": "Melati Putri, Cahaya (nama sementara)",
            "Status": "Laporan awal",
            "Ditutup": "",
        }
    ]


def test_a_row_of_the_child_register(world, table):
    case = world.case(children=0)
    category = world.home.categories.get(name="Anak terlantar")
    day = world.now.date()
    facts = {"sex": "P", "birth_from": day - timedelta(days=400), "birth_until": day - timedelta(days=40)}
    with world.walk(case, "sari") as walk:
        walk.join(world.child("Melati", category=category, **facts))
    world.wait(days=1)
    leave(world, case)
    (row,) = table("dewi", CHILDREN)
    assert row == {
        "Anak": "Melati",
        "Jenis kelamin": "Perempuan",
        "Umur saat masuk": "0–5 tahun",
        "Kategori": "Anak terlantar",
        "Penanganan": case.number,
        "SOP": "Bayi-Balita Terlantar",
        "Kecamatan": "",
        "Masuk": "2 Maret 2026",
        "Status penanganan": "Laporan awal",
        "Hasil akhir": "Kembali ke keluarga",
        "Tanggal hasil": "3 Maret 2026",
    }


def test_two_records_of_one_child_are_one_child(world, table):
    case = world.case(children=2)
    first, second = children(case)
    assert table("dewi", CASES)[0]["Jumlah anak"] == "2"
    done(world, case, "dewi", lambda w: merge(w, second, first, "Anak yang sama"))
    assert table("dewi", CASES)[0]["Jumlah anak"] == "1"
    assert [row["Anak"] for row in table("dewi", CHILDREN)] == ["Anak 1"]
    recap = [row for row in table("dewi", RECAP) if row["Rincian"] == "Setiap anak dihitung satu kali"]
    assert recap[0]["Ditangani"] == "1"


def test_no_report_lists_officers(world):
    """None can be ranked by lateness, for none is named in a row."""
    told(world)
    people = [str(user) for user in world.users.values()]
    for report in REPORTS.values():
        rows = report(world.officer("budi"), {}).slice("", 50).rows
        assert rows and not any(name in str(row.cells) for row in rows for name in people)


# --- narrowed and paged


def test_narrowed_by_sop_state_kecamatan_and_days(world, numbers):
    area = world.home.areas.first()
    baby = world.case(area=area)
    world.wait(days=3)
    street = world.case("anak-jalanan", by="dewi", children=1)
    first, second = baby.opened_at.date().isoformat(), street.opened_at.date().isoformat()
    for page in (CASES, CHILDREN):
        assert numbers("dewi", page) == [street.number, baby.number]
        assert numbers("dewi", page, sop=baby.sop_id) == [baby.number]
        assert numbers("dewi", page, wilayah=area.pk) == [baby.number]
        assert numbers("dewi", page, sampai=first) == [baby.number]
        assert numbers("dewi", page, dari=second) == [street.number]
        assert numbers("dewi", page, status="on_hold") == []
        done(world, baby, "dewi", lambda w: w.put_on_hold("Libur"))
        assert numbers("dewi", page, status="on_hold") == [baby.number]
        done(world, baby, "dewi", lambda w: w.resume())


@pytest.mark.parametrize("page", [CASES, CHILDREN])
@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"dari": "2026-03-02", "sampai": "2026-03-01"}, "Tanggal akhir mendahului tanggal awal."),
        ({"per": "2026-03-03"}, "Keadaan hari yang akan datang belum dapat dilaporkan."),
        ({"dari": "kemarin"}, "Isi tanggal, misalnya 14-11-2026."),
    ],
)
def test_what_cannot_be_asked_says_why(world, sign_in, page, asked, sentence):
    world.case()
    answer = sign_in("dewi").get(page, asked)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert text.count(sentence) == 2 and "Ada masalah" in text and "BBT-" not in text


def test_a_month_that_has_not_begun_is_refused(world, sign_in):
    answer = sign_in("dewi").get(RECAP, {"bulan": 4})
    assert answer.status_code == 422
    assert "Masa ini belum dimulai pada hari itu." in answer.content.decode()


@pytest.mark.parametrize("page", [CASES, CHILDREN])
def test_paged_by_key(world, sign_in, monkeypatch, page):
    monkeypatch.setattr(asking, "PAGE", 2)
    made = [world.case(children=1).number for _ in range(5)]
    client, address, seen = sign_in("dewi"), page, []
    while address:
        report = client.get(address, {} if "?" in address else {"sop": ""}).context["report"]
        seen.append([row.cells[0 if page == CASES else 4] for row in report.page.rows])
        address = report.following
    assert seen == [made[:2:-1], made[2:0:-1], made[:1]]
    assert client.get(page, {"sesudah": "besok_x"}).context["report"].page.rows


def test_attendance_is_paged_by_case(world, sign_in, monkeypatch):
    told(world, rounds=2)
    monkeypatch.setattr(asking, "PAGE", 1)
    first = sign_in("dewi").get(ATTENDANCE).context["report"]
    second = sign_in("dewi").get(first.following).context["report"]
    assert len(first.page.rows) == len(second.page.rows) == 2 and not second.following
    assert {r.cells[1] for r in first.page.rows} != {r.cells[1] for r in second.page.rows}


# --- as of a past day


def test_a_past_day_counts_the_acts_until_then_as_known_today(world, table, sign_in):
    case = world.case()
    first = world.officer("dewi").day
    world.wait(days=5)
    leave(world, case)
    done(world, case, "dewi", lambda w: w.close())
    world.wait(days=5)
    later = world.case()
    past = {"per": first.isoformat()}
    assert [(r["Nomor"], r["Status"], r["Ditutup"]) for r in table("dewi", CASES, **past)] == [
        (case.number, "Laporan awal", "")
    ]
    (child,) = table("dewi", CHILDREN, **past)
    assert (child["Hasil akhir"], child["Tanggal hasil"]) == ("", "")
    assert [(r["Nomor"], r["Status"]) for r in table("dewi", CASES)] == [
        (later.number, "Laporan awal"),
        (case.number, "Selesai"),
    ]
    page = sign_in("dewi").get(CASES, past).content.decode()
    assert "2 Maret 2026" in page
    assert "sebagaimana tercatat dalam sopcases pada Kamis 12 Maret 2026 pukul 08.00" in page


def test_what_was_recorded_late_counts_on_the_day_of_the_act(world, table):
    case = world.case()
    world.file(case, "Laporan Sosial", "sari")
    acted, day = world.now, world.officer("dewi").day
    world.wait(days=2)
    done(world, case, "sari", lambda w: w.record("1", acted_at=acted))
    assert table("dewi", CASES, per=day.isoformat())[0]["Status"] == "Sedang ditangani"


def test_a_hold_counts_while_it_lasted(world, table):
    case = world.case()
    world.wait(days=1)
    done(world, case, "dewi", lambda w: w.put_on_hold("Libur"))
    world.wait(days=3)
    done(world, case, "dewi", lambda w: w.resume())
    days = [(world.now - timedelta(days=back)).date().isoformat() for back in (4, 3, 1, 0)]
    states = [table("dewi", CASES, per=day)[0]["Status"] for day in days]
    assert states == ["Laporan awal", "Ditunda", "Ditunda", "Sedang ditangani"]


def test_today_every_case_stands_as_its_own_page_says(world, table):
    cases = [world.case() for _ in range(3)]
    done(world, cases[0], "dewi", lambda w: w.put_on_hold("Libur"))
    done(world, cases[1], "dewi", lambda w: w.stop("Uji", outcome(cases[1])))
    done(world, cases[2], "sari", lambda w: w.record("1", acted_at=world.now))
    stands = {row["Nomor"]: row["Status"] for row in table("dewi", CASES)}
    for case in cases:
        assert stands[case.number] == case.get_state_display()


# --- recap


def test_the_recap_of_a_month_and_of_the_year(world, table):
    first = world.case()
    world.wait(days=35)
    world.case("anak-jalanan", by="dewi", children=2)
    leave(world, first)
    done(world, first, "dewi", lambda w: w.close())

    def of(group, label, **asked):
        rows = table("dewi", RECAP, **asked)
        row = next(r for r in rows if (r["Menurut"], r["Rincian"]) == (group, label))
        return [row[name] for name in ("Awal masa", "Masuk", "Ditangani", "Keluar", "Akhir masa")]

    assert of("Penanganan menurut SOP", "Jumlah", bulan=3) == ["0", "1", "1", "0", "1"]
    assert of("Penanganan menurut SOP", "Jumlah", bulan=4) == ["1", "1", "2", "1", "1"]
    assert of("Anak menurut SOP", "Anak Jalanan", bulan=4) == ["0", "2", "2", "0", "2"]
    assert of("Anak menurut hasil akhir", "Kembali ke keluarga", bulan=4) == ["", "", "", "1", ""]
    assert of("Anak menurut SOP", "Jumlah") == ["0", "3", "3", "1", "2"]
    assert of("Anak menurut bulan", "April") == ["1", "2", "3", "1", "2"]
    assert of("Anak menurut bulan", "Jumlah") == ["0", "3", "3", "1", "2"]
    assert of("Anak menurut SOP", "Jumlah", per="2026-04-01") == ["0", "1", "1", "0", "1"]


# --- attendance


def told(world, rounds=1):
    """Two children in each round, all told of April's session: one came, one did not."""
    cases = [on_the_street(world, 2) for _ in range(rounds)]
    for case in cases:
        papered(world, case, children(case))
        done(world, case, "sari", lambda w: w.finish("3"))
    world.now = at("2026-04-09 10:00")
    roll(world.now)
    for case in cases:
        present, absent = children(case)
        sessions.hold(
            case.sop,
            "5",
            at("2026-04-01 00:00").date(),
            world.officer("sari"),
            held_at=world.now,
            place="Aula",
            present={present},
            absent={absent: "Sakit"},
            group=case.number,
        )
    return cases


def test_attendance_through_the_year(world, table):
    (case,) = told(world)
    first, second = table("dewi", ATTENDANCE)
    months = {label: said for label, said in first.items() if label in ("Mar", "Apr", "Mei")}
    assert months == {"Mar": "", "Apr": "H", "Mei": ""} and second["Apr"] == "T"
    assert (first["Hadir"], first["Kegiatan"], first["Kehadiran"]) == ("1", "1", "100,0%")
    assert (second["Hadir"], second["Kegiatan"], second["Kehadiran"]) == ("0", "1", "0,0%")
    assert second["Alasan tidak hadir"] == "April: Sakit"
    assert first["Penanganan"] == second["Penanganan"] == case.number
    before = (world.now - timedelta(days=1)).date().isoformat()
    assert table("dewi", ATTENDANCE, per=before) == []


# --- SPM


def enter(sign_in, name="budi", status=302, **more):
    from sopcases.desk.models import Indicator
    from tests.cases.front_door import hidden

    client = sign_in(name)
    sent = {
        "indicator": Indicator.objects.get(agency__slug="tanjungpinang").pk,
        "year": 2026,
        "number": 4,
        "basis": "Renja 2026",
        **more,
    }
    answer = client.post(TARGET, hidden(client.get(TARGET)) | sent)
    assert answer.status_code == status
    return answer


def test_the_indicator_divides_the_served_by_the_target_that_the_office_entered(world, table, sign_in):
    world.case(children=3)
    (row,) = table("budi", SPM)
    assert (row["Terlayani"], row["Target"], row["Capaian"]) == ("3", "", "")
    assert row["Dasar target"] == "Target belum diisi"
    enter(sign_in)
    enter(sign_in, number=6, basis="Perubahan Renja")
    (row,) = table("budi", SPM)
    assert (row["Terlayani"], row["Target"], row["Capaian"]) == ("3", "6", "50,0%")
    assert row["Yang dihitung (pembilang)"].startswith("anak yang berada dalam penanganan")
    page = sign_in("budi").get(TARGET).content.decode()
    assert "Renja 2026" in page and "Perubahan Renja" in page, "what was entered before stays"
    assert Target.objects.values_list("entered_by", "acting_title").last() == (world.budi.pk, "Kepala Dinas")
    entry = Entry.objects.filter(verb="target.entered").last()
    assert entry.data == {"year": 2026, "number": 6, "target": Target.objects.first().pk}


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"number": 0}, "1"),
        ({"basis": ""}, "Isi dasar."),
        ({"year": 1999}, "Periksa tahunnya."),
        ({"indicator": ""}, "Pilih indikator."),
    ],
)
def test_a_target_that_cannot_be(world, sign_in, wrong, sentence):
    assert sentence in enter(sign_in, status=422, **wrong).content.decode()
    assert not Target.objects.exists()


def test_an_indicator_of_another_agency_is_no_choice(world, sign_in):
    theirs = world.agencies["lamandau"].indicators.get()
    enter(sign_in, status=422, indicator=theirs.pk)
    assert not Target.objects.exists()


def test_who_may_enter_a_target(world, sign_in):
    for name, status in (("budi", 200), ("dewi", 200), ("sari", 403), ("agus", 403)):
        assert sign_in(name).get(TARGET).status_code == status
        assert ("Isi target" in sign_in(name).get(SPM).content.decode()) is (status == 200)


# --- cost and safety


@pytest.mark.parametrize(
    ("page", "queries"), [(CASES, 11), (CHILDREN, 11), (ATTENDANCE, 11), (RECAP, 13), (SPM, 12)]
)
@pytest.mark.parametrize("count", [1, 3])
def test_a_report_costs_the_same_whatever_its_length(
    world, sign_in, django_assert_num_queries, page, queries, count
):
    told(world, count)
    client = sign_in("budi")
    with django_assert_num_queries(queries):
        assert client.get(page).status_code == 200


def test_what_was_typed_cannot_break_a_page(world, sign_in):
    case = world.case(children=0, place="<script>alert(1)</script>")
    with world.walk(case, "sari") as walk:
        walk.join(world.child("<script>alert(1)</script>"))
    for page in (CASES, CHILDREN):
        text = sign_in("budi").get(page).content.decode()
        assert "<script>alert" not in text and "&lt;script&gt;alert" in text
