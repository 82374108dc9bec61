"""Meja pegawai: the desks below a superior, what he may read of them, and cases handed over."""

import re
from datetime import timedelta

import pytest

from sopcases.cases.models import CaseOfficer, Outcome
from sopcases.desk import staff
from sopcases.desk.inbox import Inbox
from sopcases.desk.staff import Desk, Staff, find_desk
from sopcases.people import authority
from sopcases.people.models import Appointment, Area, Position, User
from sopcases.sops import revising
from sopcases.sops.models import Stage
from tests.cast import appoint, make_user
from tests.letters.tray import Tray

pytestmark = pytest.mark.django_db

STEP_1 = "Langkah 1 dari 9: Kasi menerima Lapran Sosial Bayi Terlantar dari Peksos"


@pytest.fixture
def lina(world):
    """A second Peksos."""
    position = Position.objects.get(agency=world.home, name="Peksos")
    world.users["lina"] = appoint(make_user(world.home, "lina", "Lina Peksos"), position)
    return world.users["lina"]


def seats(world, name):
    return {s.name.split(",")[0]: (s.todo, s.late, s.waiting) for s in Staff(world.officer(name), "").seats}


def names(world, name):
    return [s.name.split(",")[0] for s in Staff(world.officer(name), "").seats]


# --- whose desks


def test_those_below_in_the_chain_nearest_first_and_never_by_lateness(world, lina):
    world.case()
    world.wait(days=10)
    assert names(world, "dewi") == ["Lina Peksos", "Sari Wulandari", "Agus Salim"], "Peksos before Petugas"
    assert names(world, "rahman") == ["Dewi Anggraini", *names(world, "dewi")]
    assert names(world, "budi") == ["Drs. Abdul Rahman", "Rina Marlina", *names(world, "rahman")]
    assert seats(world, "dewi")["Sari Wulandari"] == ("1", "1", "0")


def test_who_has_nobody_below_reads_why(world, sign_in):
    for name in ("sari", "agus"):
        answer = sign_in(name).get("/pegawai/")
        assert answer.status_code == 403
        assert "Meja pegawai hanya untuk jabatan yang membawahi jabatan lain." in answer.content.decode()
        assert "/pegawai/" not in sign_in(name).get("/").content.decode()
    assert "/pegawai/" in sign_in("dewi").get("/").content.decode()


def test_only_desks_below_are_open(world):
    assert find_desk(world.officer("dewi"), world.sari.pk)
    for reader, user in (("dewi", "dewi"), ("dewi", "rahman"), ("sari", "agus"), ("tono", "sari")):
        assert find_desk(world.officer(reader), world.users[user].pk) is None, (reader, user)
    Appointment.objects.filter(user=world.sari).delete()
    assert find_desk(world.officer("dewi"), world.sari.pk) is None, "she holds no position any more"


# --- what is on them


def test_each_number_is_that_of_the_desk_behind_it(world, report, spt):
    """Over steps, letters, letters that came, waiting, holds and goals; today and when all is late."""
    spt(report(world.case()))
    decided = spt(report(world.case()))
    decided.initial(world.officer("rahman"))
    decided.decide(world.officer("budi"))
    waits = world.case()
    with world.walk(waits, "sari") as walk:
        walk.wait("1", "RSUD", world.now)
        walk.refer("RSUD", world.now, request="Visum", party_kind="health")
    held = world.case()
    with world.walk(held, "dewi") as walk:
        walk.put_on_hold("Uji")
    ended = world.case()
    with world.walk(ended, "sari") as walk:
        outcome = Outcome.objects.filter(agency=world.home).first()
        walk.leave(walk.stays[0].child_id, outcome, world.now.date())
    Tray(world).down()
    world.case()
    for days in (0, 3, 20):
        world.wait(days=days)
        for reader in ("dewi", "rahman", "budi"):
            officer = world.officer(reader)
            for seat in Staff(officer, "").seats:
                desk = find_desk(officer, int(seat.url.split("/")[2]))
                shown = {section.key: len(section.rows) for section in desk.inbox.sections}
                todo = shown.get("todo", 0) + shown.get("late", 0)
                counts = (str(todo), str(shown.get("late", 0)), str(shown.get("waiting", 0)))
                assert counts == (seat.todo, seat.late, seat.waiting), (reader, seat, days)
    assert seats(world, "budi")["Drs. Abdul Rahman"][1] != "0", "something is late by then"


def test_the_desk_is_the_officers_own_but_to_look_only(world, sign_in):
    case = world.case()
    own = Inbox(world.officer("sari")).section("todo")
    (row,) = Desk(world.officer("dewi"), world.officer("sari")).inbox.section("todo")
    assert [r.what for r in own] == [row.what] == [STEP_1]
    assert (row.action, row.url) == ("Lihat", f"/penanganan/{case.number}/")
    assert row.why == "Pegawai ini melaksanakan sebagai Peksos"
    dewi = sign_in("dewi")
    page = dewi.get(f"/pegawai/{world.sari.pk}/").content.decode()
    assert "Hanya untuk dibaca" in page and f"Anak 1 · Kasus bayi {case.number}" in page
    assert dewi.get(row.url).status_code == 200


def test_only_what_the_superior_may_read(world):
    """A Kasi of one kecamatan sees of a desk only the cases there."""
    here, there = Area.objects.filter(agency=world.home)[:2]
    mine, _ = world.case(area=here), world.case(area=there)
    Appointment.objects.filter(user=world.dewi).update(area=here)
    desk = find_desk(world.officer("dewi"), world.sari.pk)
    assert [r.who for r in desk.inbox.section("todo")] == [f"Anak 1 · Kasus bayi {mine.number}"]
    assert seats(world, "dewi")["Sari Wulandari"] == ("1", "0", "0")
    assert seats(world, "rahman")["Sari Wulandari"] == ("2", "0", "0")
    assert [m.number for m in desk.movable(desk.hats[0])[0]] == [mine.number]


def test_a_letter_the_superior_may_not_read_is_not_counted(world, report, spt):
    here, there = Area.objects.filter(agency=world.home)[:2]
    letter = spt(report(world.case(area=there)))
    letter.return_(world.officer("rahman"), "Perbaiki tujuan.")
    assert seats(world, "dewi")["Agus Salim"][0] != "0"
    Appointment.objects.filter(user=world.dewi).update(area=here)
    assert seats(world, "dewi")["Agus Salim"] == ("0", "0", "0")


def test_a_confidential_letter_on_a_desk_stays_hidden(world):
    tray = Tray(world)
    letter = tray.letter(confidential=True)
    tray.dispose(letter, "budi", "Kasi")
    assert Inbox(world.officer("dewi")).section("todo")
    assert find_desk(world.officer("rahman"), world.dewi.pk).inbox.sections == []
    assert find_desk(world.officer("budi"), world.dewi.pk).inbox.sections != []


def test_a_document_of_an_sop_is_told_as_the_officers_and_counted(world):
    """Budi comes to stand below a mayor: what he has to sign is not hers."""
    draft = revising.new_revision(world.revision(), world.officer("ani"))
    day = world.now.date()
    revising.put_in_force(draft, world.officer("ani"), day, signer=world.budi, reason="Keputusan 12")
    mayor = Position.objects.create(agency=world.home, name="Wali Kota")
    Position.objects.filter(agency=world.home, name="Kepala Dinas").update(superior=mayor)
    world.users["lis"] = appoint(make_user(world.home, "lis", "Lis Wali Kota"), mayor)
    assert any("tanda tangan Anda" in row.what for row in Inbox(world.officer("budi")).section("todo"))
    (row,) = find_desk(world.officer("lis"), world.budi.pk).inbox.section("todo")
    assert "menunggu tanda tangan pegawai ini" in row.what
    assert row.why.startswith("Pegawai ini mengesahkannya")
    assert row.url == f"/sop/{draft.sop.slug}/revisi/{draft.no}/"
    assert seats(world, "lis")["Dr. Budi Hartono"] == ("1", "0", "0")


# --- the pages


@pytest.mark.parametrize("count", [1, 3])
def test_the_pages_cost_the_same_for_one_officer_and_for_three(
    world, sign_in, django_assert_num_queries, count
):
    peksos = Position.objects.get(agency=world.home, name="Peksos")
    for number in range(count):
        appoint(make_user(world.home, f"p{number}", f"Peksos {number}"), peksos)
        world.case()
    dewi = sign_in("dewi")
    # Session, user, authority, parts; the frame's counts; who left; the users, all numbers.
    with django_assert_num_queries(8):
        assert dewi.get("/pegawai/").status_code == 200
    with django_assert_num_queries(17):
        assert dewi.get(f"/pegawai/{world.sari.pk}/").status_code == 200
    with django_assert_num_queries(13):
        assert dewi.get(f"/pegawai/{world.sari.pk}/alihkan/").status_code == 200


def test_many_people_are_paged(world, monkeypatch, sign_in):
    monkeypatch.setattr("sopcases.desk.staff.SEATS", 1)
    first, second = Staff(world.officer("dewi"), ""), Staff(world.officer("dewi"), "1")
    assert len(first.seats) == len(second.seats) == 1 and first.seats != second.seats
    assert (first.newer, first.older, second.newer) == ("", "?mulai=1", "?mulai=0")
    assert Staff(world.officer("dewi"), "banyak").seats == first.seats
    assert "Berikutnya" in sign_in("dewi").get("/pegawai/").content.decode()


# --- handing over


def form_of(page: str) -> dict:
    """The hidden values and the tokens of the page."""
    return {
        "_key": re.search(r'name="_key" value="([^"]+)"', page)[1],
        "tokens": re.findall(r'name="cases" value="([^"]+)"', page),
    }


def test_one_or_many_go_to_a_colleague_in_one_act(world, lina, sign_in):
    cases = [world.case() for _ in range(3)]
    dewi = sign_in("dewi")
    url = f"/pegawai/{world.sari.pk}/alihkan/"
    page = dewi.get(url).content.decode()
    shown = form_of(page)
    assert len(shown["tokens"]) == 3 and "Lina Peksos, Peksos" in page
    data = {"_key": shown["_key"], "cases": shown["tokens"][:2], "to": lina.pk, "reason": "Cuti"}
    answer = dewi.post(url, data)
    assert (answer.status_code, answer.url) == (302, f"/pegawai/{world.sari.pk}/")
    assert "2 penanganan dialihkan kepada Lina Peksos." in dewi.get(answer.url).content.decode()
    assert [row.case for row in CaseOfficer.objects.order_by("id")] == cases[:2]
    assert len(Inbox(world.officer("lina")).section("todo")) == 3
    assert len(Inbox(world.officer("sari")).section("todo")) == 1
    again = dewi.post(url, data)
    assert (again.status_code, CaseOfficer.objects.count()) == (302, 2), "sent twice, done once"


def test_nothing_typed_is_lost_and_errors_say_what_to_do(world, lina, sign_in):
    world.case()
    dewi = sign_in("dewi")
    url = f"/pegawai/{world.sari.pk}/alihkan/"
    shown = form_of(dewi.get(url).content.decode())
    answer = dewi.post(url, {"_key": shown["_key"], "reason": "Cuti tahunan"})
    page = answer.content.decode()
    assert answer.status_code == 422 and "Cuti tahunan" in page
    for sentence in ("Pilih paling sedikit satu penanganan.", "Pilih pegawai yang melanjutkan."):
        assert page.count(sentence) == 2, "in the summary and at the field"
    data = {"_key": shown["_key"], "cases": shown["tokens"], "to": lina.pk, "reason": " "}
    page = dewi.post(url, data).content.decode()
    assert "Isi alasan pengalihan." in page and f'value="{shown["tokens"][0]}"' in page
    assert re.search(rf'value="{shown["tokens"][0]}"[^>]* checked', page)
    for wrong in (["x"], ["1-2-3"], ["999999-0"]):
        assert dewi.post(url, {**data, "reason": "Cuti", "cases": wrong}).status_code == (
            403 if wrong == ["999999-0"] else 422
        )
    assert dewi.post(url, {**data, "reason": "Cuti", "to": world.agus.pk}).status_code == 422
    assert not CaseOfficer.objects.exists()


def test_two_heads_at_once_meet_on_a_conflict(world, lina, sign_in):
    case = world.case()
    dewi, url = sign_in("dewi"), f"/pegawai/{world.sari.pk}/alihkan/"
    shown = form_of(dewi.get(url).content.decode())
    with world.walk(case, "rahman") as walk:
        walk.assign(Position.objects.get(agency=world.home, name="Peksos").pk, world.sari)
    data = {"_key": shown["_key"], "cases": shown["tokens"], "to": lina.pk, "reason": "Cuti"}
    answer = dewi.post(url, data)
    assert answer.status_code == 409 and case.number in answer.content.decode()
    page = answer.content.decode()
    assert "Cuti" in page, "what was typed is kept"
    assert "Penanganan" in page and "Cases" not in page and shown["tokens"][0] not in page, "in words"


def test_nobody_else_to_take_it_says_so(world, sign_in):
    world.case()
    page = sign_in("dewi").get(f"/pegawai/{world.sari.pk}/alihkan/").content.decode()
    assert "Tidak ada pegawai lain yang memegang jabatan ini" in page


def test_a_superuser_holds_nothing_and_is_offered_nothing(world, lina, sign_in):
    """Whatever he is appointed to: he is a stranger to casework."""
    world.case()
    lina.is_superuser = True
    lina.save()
    dewi = sign_in("dewi")
    assert names(world, "dewi") == ["Sari Wulandari", "Agus Salim"]
    assert "Lina" not in dewi.get(f"/pegawai/{world.sari.pk}/alihkan/").content.decode()
    assert dewi.get(f"/pegawai/{lina.pk}/alihkan/").status_code == 404
    assert lina.pk not in {a.user_id for a in authority.in_force(world.home.pk, world.now.date())}


def test_more_cases_than_a_page_follow_on_the_next(world, lina, monkeypatch):
    monkeypatch.setattr("sopcases.desk.staff.SHOWN", 2)
    cases = [world.case() for _ in range(3)]
    desk = find_desk(world.officer("dewi"), world.sari.pk)
    first, after = desk.movable(desk.hats[0])
    rest, end = desk.movable(desk.hats[0], str(after))
    assert [m.number for m in first + rest] == [case.number for case in cases]
    assert (len(first), end) == (2, 0)


# --- what officers leave behind


def assigned(world, user, count=1, position="Peksos", **facts):
    """Cases in which he alone acts."""
    cases = [world.case(**facts) for _ in range(count)]
    for case in cases:
        with world.walk(case, "dewi") as walk:
            walk.assign(Position.objects.get(agency=world.home, name=position).pk, user)
    return cases


def ends(world, user):
    Appointment.objects.filter(user=user).update(valid_until=world.now.date() - timedelta(days=1))


def suspended(world, user):
    User.objects.filter(pk=user.pk).update(is_active=False)


def moved(world, user):
    ends(world, user)
    appoint(user, Position.objects.get(agency=world.home, name="Petugas"))


def unmanned(world, name):
    return [(r.what, r.who, r.action) for s in staff.unmanned(world.officer(name)) for r in s.rows]


@pytest.mark.parametrize("leaves", [ends, suspended, moved])
def test_cases_of_who_left_are_seen_above_and_handed_over(world, lina, sign_in, leaves):
    cases = assigned(world, world.sari, count=2)
    free = world.case()
    assert unmanned(world, "dewi") == [], "she is there"
    leaves(world, world.sari)
    told = "Sari Wulandari, S.Tr.Sos., Peksos (tidak lagi bertugas)"
    assert unmanned(world, "dewi") == [("2 penanganan tanpa petugas", told, "Alihkan")]
    assert unmanned(world, "rahman") == [], "the nearest superior sees to it"
    (row,) = Inbox(world.officer("lina")).section("todo")
    assert free.number in row.who, "where one is set, nobody else acts"
    assert seats(world, "dewi")["Sari Wulandari"] == ("2", "0", "0")
    assert seats(world, "rahman")["Sari Wulandari"] == ("2", "0", "0")
    dewi = sign_in("dewi")
    home = dewi.get("/").content.decode()
    assert "Tanpa petugas" in home and "2 penanganan tanpa petugas" in home
    url = re.search(r'href="(/pegawai/[^"]+/alihkan/[^"]*)"', home)[1].replace("&amp;", "&")
    desk = dewi.get(f"/pegawai/{world.sari.pk}/").content.decode()
    assert "Peksos (tidak lagi bertugas)" in desk and all(case.number in desk for case in cases)
    assert free.number not in desk
    shown = form_of(dewi.get(url).content.decode())
    assert len(shown["tokens"]) == 2
    data = {"_key": shown["_key"], "cases": shown["tokens"], "to": lina.pk, "reason": "Pindah tugas"}
    answer = dewi.post(url, data)
    page = dewi.get(answer.url)
    assert page.status_code == 200
    assert "2 penanganan dialihkan kepada Lina Peksos." in page.content.decode()
    assert len(Inbox(world.officer("lina")).section("todo")) == 3
    assert unmanned(world, "dewi") == [] and "Tanpa petugas" not in dewi.get("/").content.decode()
    if leaves is not moved:
        assert dewi.get(url).status_code == 404, "nothing of it is left"


def test_some_handed_over_leave_the_others_told(world, lina, sign_in):
    assigned(world, world.sari, count=3)
    ends(world, world.sari)
    dewi, url = sign_in("dewi"), f"/pegawai/{world.sari.pk}/alihkan/"
    shown = form_of(dewi.get(url).content.decode())
    data = {"_key": shown["_key"], "cases": shown["tokens"][:1], "to": lina.pk, "reason": "Pindah tugas"}
    assert dewi.get(dewi.post(url, data).url).status_code == 200
    assert unmanned(world, "dewi")[0][0] == "2 penanganan tanpa petugas"


def test_who_is_only_away_has_not_left(world, lina):
    """A Plh. acts in the cases assigned to whom he stands in for."""
    assigned(world, world.sari)
    day = world.now.date()
    appoint(lina, Position.objects.get(agency=world.home, name="Peksos"), "plh", first=day, last=day)
    Appointment.objects.filter(user=lina, kind="plh").update(stands_in_for=world.sari)
    assert unmanned(world, "dewi") == []
    assert len(Inbox(world.officer("lina")).section("todo")) == 1


def test_what_ended_or_is_held_waits_for_nobody(world):
    held, stopped = assigned(world, world.sari, count=2, children=0)
    ends(world, world.sari)
    with world.walk(held, "dewi") as walk:
        walk.put_on_hold("Uji")
    with world.walk(stopped, "dewi") as walk:
        walk.stop("Uji")
    assert unmanned(world, "dewi") == [] and "Sari Wulandari" not in names(world, "dewi")


def test_where_the_nearest_post_is_vacant_the_next_sees_to_it(world):
    assigned(world, world.sari)
    ends(world, world.sari)
    ends(world, world.dewi)
    assert [r[0] for r in unmanned(world, "rahman")] == ["1 penanganan tanpa petugas"]
    assert unmanned(world, "budi") == []


def test_each_superior_sees_to_the_cases_of_his_area(world):
    here, there = Area.objects.filter(agency=world.home)[:2]
    assigned(world, world.sari, area=here)
    assigned(world, world.sari, count=2, area=there)
    Appointment.objects.filter(user=world.dewi).update(area=here)
    ends(world, world.sari)
    assert [r[0] for r in unmanned(world, "dewi")] == ["1 penanganan tanpa petugas"]
    assert [r[0] for r in unmanned(world, "rahman")] == ["2 penanganan tanpa petugas"], "no Kasi there"


def test_who_may_hand_nothing_over_is_told_and_looks(world):
    assigned(world, world.sari)
    ends(world, world.sari)
    Position.objects.filter(agency=world.home, name="Kasi").update(may_close=False)
    (section,) = staff.unmanned(world.officer("dewi"))
    (row,) = section.rows
    assert (row.action, row.url) == ("Lihat", f"/pegawai/{world.sari.pk}/")


def test_the_case_says_that_its_officer_left(world, sign_in):
    (case,) = assigned(world, world.sari)
    url = f"/penanganan/{case.number}/"
    assert "tidak lagi bertugas" not in sign_in("dewi").get(url).content.decode()
    ends(world, world.sari)
    told = "Peksos: Sari Wulandari, S.Tr.Sos. (tidak lagi bertugas)"
    assert told in sign_in("dewi").get(url).content.decode()


def test_strangers_see_nothing_of_it(world):
    assigned(world, world.sari)
    ends(world, world.sari)
    for name in ("wati", "agus"):
        assert unmanned(world, name) == []
        assert find_desk(world.officer(name), world.sari.pk) is None


@pytest.mark.parametrize("count", [1, 3])
def test_the_pages_cost_the_same_for_one_who_left_and_for_three(
    world, sign_in, django_assert_num_queries, count
):
    peksos = Position.objects.get(agency=world.home, name="Peksos")
    for number in range(count):
        gone = appoint(make_user(world.home, f"p{number}", f"Peksos {number}"), peksos)
        assigned(world, gone, count=2)
        ends(world, gone)
    dewi = sign_in("dewi")
    # As where nobody left, and how many cases each left, and their names.
    with django_assert_num_queries(10):
        assert dewi.get("/pegawai/").status_code == 200
    with django_assert_num_queries(18):
        assert dewi.get("/").status_code == 200


# --- posts that are vacant


def test_the_steps_of_a_vacant_post_are_seen_by_the_nearest_superior(world, sign_in):
    """Nobody was assigned: the only Peksos goes, and her steps are on no desk."""
    cases = [world.case(), world.case()]
    assert unmanned(world, "dewi") == [], "she is there"
    ends(world, world.sari)
    assert unmanned(world, "rahman") == [], "the nearest superior sees to it"
    for url in ("/", "/pegawai/"):
        page = sign_in("dewi").get(url).content.decode()
        assert "Tanpa petugas" in page and STEP_1.replace(" dari 9", "") in page
        told = "Jabatan Peksos kosong; langkah ini tidak ada di meja siapa pun."
        assert f"{told} Minta admin menetapkan penugasannya." in page
    (row,) = staff.unmanned(world.officer("dewi"))[0].rows
    assert (row.who, row.late) == ("2 penanganan · Bayi-Balita Terlantar", False)
    page = sign_in("dewi").get(row.url).content.decode()
    assert all(case.number in page for case in cases)
    world.wait(days=10)
    (row,) = staff.unmanned(world.officer("dewi"))[0].rows
    assert row.late
    appoint(make_user(world.home, "lina", "Lina"), Position.objects.get(name="Peksos"))
    assert unmanned(world, "dewi") == [], "it is on her desk"


def test_a_post_whose_holder_is_away_is_not_vacant(world):
    world.case()
    day = world.now.date()
    appoint(world.rina, Position.objects.get(name="Peksos"), "plh", first=day, last=day)
    assert unmanned(world, "dewi") == []


def test_a_post_held_elsewhere_is_vacant_here(world):
    here, there = Area.objects.filter(agency=world.home)[:2]
    world.case(area=here), world.case(area=there), world.case()
    Appointment.objects.filter(user=world.sari).update(area=here)
    ((_, who, _),) = unmanned(world, "dewi")
    assert who.startswith("1 penanganan"), "what lies in no area is anybody's"
    (row,) = staff.unmanned(world.officer("dewi"))[0].rows
    assert row.why.startswith("Tidak ada Peksos yang bertugas untuknya;")
    assert len(Inbox(world.officer("sari")).section("todo")) == 2


def test_what_a_vacant_receiver_has_to_take_over(world):
    """The Kasi goes when the report waits for her: her superior sees it, and the Peksos's turns stay hers."""
    case = world.case()
    world.case()
    world.file(case, "Laporan Sosial", "sari", stage=Stage.READY)
    with world.walk(case, "sari") as walk:
        walk.finish("1")
    ends(world, world.dewi)
    ((_, who, _),) = unmanned(world, "rahman")
    assert who.startswith("1 penanganan")


def test_the_steps_of_a_partner_whom_nothing_brings_to_the_case(world):
    """A TKSK has his own cases, those of his area and those he is assigned to; Kantor Kecamatan performs the
    step as well."""
    where = Area.objects.filter(agency=world.agencies["lamandau"]).last()
    world.case("anak-terlantar-luar-panti", by="tika", children=0)
    case = world.case("anak-terlantar-luar-panti", by="yuli", children=0, area=where)
    for leader in ("yuli", "hadi"):
        assert [who.split(" · ")[0] for _, who, _ in unmanned(world, leader)] == ["1 penanganan"]
    assert unmanned(world, "wati") == unmanned(world, "joko") == []
    Appointment.objects.filter(user=world.tika).update(area=where)
    assert unmanned(world, "yuli") == []
    Appointment.objects.filter(user=world.tika).update(area=None)
    with world.walk(case, "yuli") as walk:
        walk.assign(Position.objects.get(name="TKSK").pk, world.tika)
    assert unmanned(world, "yuli") == []


@pytest.mark.parametrize("count", [1, 3])
def test_the_pages_cost_two_queries_more_where_a_post_is_vacant(
    world, sign_in, django_assert_num_queries, count
):
    for _ in range(count):
        world.case()
    dewi = sign_in("dewi")
    with django_assert_num_queries(16):
        dewi.get("/")
    ends(world, world.sari)
    with django_assert_num_queries(18):
        dewi.get("/")


# --- partners outside the office


def test_who_leads_the_cases_of_a_partner_answers_for_his_desk(world, sign_in):
    """Nobody of the office commands a TKSK; Kasi and Kabid bring his cases to their end."""
    assert "Tika Rahayu" in names(world, "yuli") and "Tika Rahayu" in names(world, "hadi")
    assert "Tika Rahayu" in names(world, "wati"), "as she sees every desk of theirs"
    assert names(world, "yuli")[-2:] == ["Sunarto", "Tika Rahayu"], "partners last"
    assert "Joko Widagdo" not in names(world, "yuli"), "he stands beside her"
    assert names(world, "joko") == [], "he leads nothing"
    assert find_desk(world.officer("tika"), world.yuli.pk) is None
    assert sign_in("yuli").get(f"/pegawai/{world.tika.pk}/").status_code == 200
    Position.objects.filter(agency=world.agencies["lamandau"], name="TKSK").update(
        superior=Position.objects.get(agency=world.agencies["lamandau"], name="Bansos")
    )
    assert "Tika Rahayu" not in names(world, "yuli") and "Tika Rahayu" in names(world, "joko")
