"""A day off declared late, hours that change: what is open moves, what has ended stays, cases say why."""

import html
from datetime import date, time, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sopcases.cases import clocks, retiming, storing
from sopcases.cases.models import Attempt, Case
from sopcases.people.authority import Machine
from sopcases.people.models import Agency, Entry, User
from sopcases.sops import revising
from sopcases.sops.models import Revision
from sopcases.worktime.models import Holiday, WorkPeriod
from tests.cases.front_door import Desk
from tests.cases.story import attempts, copied, done, entries, last_line, ordered, rows
from tests.cases.test_verb_roll import in_sessions
from tests.cast import at, make_world
from tests.people.test_admin_people import change_url, changed

pytestmark = pytest.mark.django_db

ADD = reverse("admin:worktime_holiday_add")
TUESDAY = date(2026, 4, 14)
LOCAL = {"date": "2026-04-14", "name": "Hari Jadi Kota", "kind": "libur_daerah", "origin": "Perwali 7/2026"}


@pytest.fixture
def world(db, monkeypatch):
    """Monday 13 April 2026, half past two: three hours are over on Tuesday morning."""
    world = make_world(at("2026-04-13 14:30"))
    monkeypatch.setattr("django.utils.timezone.now", lambda: world.now)
    return world


@pytest.fixture
def ani(client, world):
    client.force_login(world.ani)
    return client


def declare(world, day: date, agency: Agency | None = None, name: str = "Hari Jadi Kota") -> Holiday:
    """A day off without looking at anything."""
    kind = "libur_daerah" if agency else "libur_nasional"
    return Holiday.objects.create(agency=agency, date=day, name=name, kind=kind)


def retimed(world, since: date, agencies=None) -> retiming.Outlook:
    chosen = [world.home.pk] if agencies is None else agencies
    return retiming.retime(chosen, since, Machine(world.now), "hari libur baru")


def everything(case: Case) -> list[tuple]:
    return [tuple(row.items()) for row in Attempt.objects.filter(case=case).order_by("pk").values()]


def test_what_is_open_moves_and_what_has_ended_stays(world):
    case = world.case()
    ordered(world, case)
    before = everything(case)
    live = {a.pk for a in case.attempts.all() if a.live}
    fourth = attempts(case, "4")[0]
    assert (fourth.due_at, fourth.late_at) == (at("2026-04-14 09:00"), at("2026-04-15 16:00"))
    declare(world, TUESDAY, world.home)
    outlook = retimed(world, TUESDAY)
    fourth.refresh_from_db()
    assert (fourth.due_at, fourth.late_at) == (at("2026-04-15 09:00"), at("2026-04-16 16:00"))
    assert (outlook.count, outlook.cases) == (2, 1), "of steps 4 and 6"
    for was, now in zip(before, everything(case), strict=True):
        if dict(was)["id"] not in live:
            assert was == now, "history is left alone, column by column"
        else:
            changed_columns = {a[0] for a, b in zip(was, now, strict=True) if a != b}
            assert changed_columns == {"due_at", "late_at"}


def test_declared_late_is_as_if_it_had_been_known_from_the_start(world):
    """Holds, minutes used and all: the same story told in an office that knew."""

    def story() -> Case:
        case = world.case()
        ordered(world, case)
        world.wait(minutes=20)
        done(world, case, "dewi", lambda w: w.put_on_hold("Listrik padam"))
        world.wait(minutes=20)
        done(world, case, "dewi", lambda w: w.resume())
        world.wait(minutes=10)
        world.file(case, "Surat Terlantar", output="4/surat-terlantar")
        done(world, case, "sari", lambda w: w.finish("4"))
        done(world, case, "dewi", lambda w: w.reopen_step("4", "Salah surat"))
        done(world, case, "dewi", lambda w: w.put_on_hold("Banjir"))
        world.wait(hours=18)
        done(world, case, "dewi", lambda w: w.resume())
        return case

    late = story()
    ended = [dict(row)["id"] for row in everything(late) if dict(row)["ended_at"]]
    world.now = at("2026-04-13 14:30")
    day = declare(world, TUESDAY, world.home)
    knew = story()
    assert retimed(world, TUESDAY).cases == 1, "the other already counts it"
    pairs = zip(late.attempts.order_by("pk"), knew.attempts.order_by("pk"), strict=True)
    for one, other in pairs:
        if one.pk not in ended:
            assert (one.step, one.due_at, one.late_at) == (other.step, other.due_at, other.late_at)
    day.delete()
    assert retimed(world, TUESDAY).cases == 2, "and taken back it is as if it never was"


def test_minutes_used_before_a_reopening_are_not_given_back(world):
    case = world.case()
    ordered(world, case)
    world.wait(minutes=60)
    world.file(case, "Surat Terlantar")
    done(world, case, "sari", lambda w: w.finish("4"))
    done(world, case, "dewi", lambda w: w.reopen_step("4", "Salah surat"))
    again = attempts(case, "4")[1]
    assert (again.used_minutes, again.due_at) == (60, at("2026-04-14 09:00"))
    declare(world, TUESDAY, world.home)
    retimed(world, TUESDAY)
    again.refresh_from_db()
    assert (again.used_minutes, again.due_at) == (60, at("2026-04-15 09:00"))


def test_nothing_moves_that_the_day_does_not_concern(world):
    case = world.case()
    ordered(world, case)
    declare(world, date(2026, 4, 17), world.home)
    before = rows()
    assert not retimed(world, date(2026, 4, 17))
    assert rows() == before, "and the journal is silent"


def test_hours_by_the_calendar_stay(world):
    case = world.case("anak-terlantar-luar-panti", by="tika", children=0)
    first = attempts(case, "1")[0]
    assert first.due_at == at("2026-04-14 14:30")
    declare(world, TUESDAY)
    assert not retimed(world, TUESDAY, [case.agency_id])


def test_a_session_s_period_ends_on_another_day(world):
    world.now = at("2026-03-02 08:00")
    case = in_sessions(world)
    assert attempts(case, "5")[0].due_at == at("2026-04-30 16:00")
    declare(world, date(2026, 4, 30), world.home)
    assert retimed(world, date(2026, 4, 30)).rows[0].desk == "Peksos"
    period = attempts(case, "5")[0]
    assert period.due_at == period.late_at == at("2026-04-29 16:00")


def test_a_period_s_end_returns_to_the_day_off_that_goes(ani, world):
    """Its due moment lies before the day: the day may be where it belongs."""
    world.now = at("2026-03-02 08:00")
    monday = declare(world, date(2026, 8, 31), world.home)
    case = in_sessions(world)
    Attempt.objects.filter(case=case, step__key="5").update(occurrence=date(2026, 8, 1))
    retimed(world, date(2026, 8, 1))
    assert attempts(case, "5")[0].due_at == at("2026-08-28 16:30")
    delete = reverse("admin:worktime_holiday_delete", args=[monday.pk])
    assert ani.post(delete, {"post": "yes"}).context["deletes"]
    assert ani.post(delete, {"post": "yes", "_geser": "1"}).status_code == 302
    assert attempts(case, "5")[0].due_at == attempts(case, "5")[0].late_at == at("2026-08-31 16:00")


def test_a_term_in_working_days_moves_with_its_holds(world):
    """No given SOP counts its term so; the copy of one does."""
    case = world.case(copied(world, {}, term="10 Hari", term_reading=None))
    assert case.term_due_at == at("2026-04-27 14:30")
    done(world, case, "dewi", lambda w: w.put_on_hold("Banjir"))
    world.wait(hours=24)
    done(world, case, "dewi", lambda w: w.resume())
    assert case.term_due_at == at("2026-04-28 14:30"), "a working day held is a working day later"
    declare(world, date(2026, 4, 20), world.home)
    outlook = retimed(world, date(2026, 4, 20))
    case.refresh_from_db()
    assert case.term_due_at == at("2026-04-29 14:30")
    assert [(row.step, row.first) for row in outlook.rows] == [
        (
            "Jangka waktu seluruh penanganan",
            ("Selasa 28 April 2026 pukul 14.30", "Rabu 29 April 2026 pukul 14.30"),
        )
    ]
    told = Desk(world, "sari").text(f"/penanganan/{case.number}/")
    assert "jangka waktu dari Selasa 28 April 2026 pukul 14.30 menjadi Rabu 29 April 2026" in told


@pytest.mark.parametrize(("time", "basis"), [("2 minggu kerja", ""), ("2 minggu", "office")])
def test_weeks_in_office_time_move_with_a_day_off(world, time, basis):
    case = world.case(copied(world, {"4": (time, basis)}))
    ordered(world, case)
    assert attempts(case, "4")[0].due_at == at("2026-04-27 14:30")
    declare(world, TUESDAY, world.home)
    retimed(world, TUESDAY)
    assert attempts(case, "4")[0].due_at == at("2026-04-28 14:30")
    told = Desk(world, "sari").text(f"/penanganan/{case.number}/langkah/4/")
    assert "libur 14 April 2026, 18–19 April 2026" in told


def test_a_closed_case_is_history(world):
    case = world.case(children=0)
    done(world, case, "dewi", lambda w: w.stop("Salah catat"))
    before = everything(case)
    declare(world, TUESDAY, world.home)
    assert not retimed(world, TUESDAY)
    assert everything(case) == before


def test_the_leeway_stays_as_it_was_given(world):
    case = world.case()
    world.home.grace_next_working_day = False
    world.home.save()
    declare(world, TUESDAY, world.home)
    outlook = retimed(world, TUESDAY)
    first = attempts(case, "1")[0]
    assert (first.due_at, first.late_at) == (at("2026-04-13 14:45"), at("2026-04-15 16:00"))
    assert outlook.rows[0].first == ("Selasa 14 April 2026 pukul 16.00", "Rabu 15 April 2026 pukul 16.00")
    assert "kelonggaran langkah 1 " in Desk(world, "sari").text(f"/penanganan/{case.number}/riwayat/")


@pytest.mark.parametrize("count", [1, 3])
def test_a_chunk_costs_the_same_for_one_case_and_for_three(world, count):
    for _ in range(count):
        ordered(world, world.case())
    declare(world, TUESDAY, world.home)
    with CaptureQueriesContext(connection) as weighed:
        assert retiming.weigh([world.home.pk], TUESDAY, Machine(world.now)).cases == count
    assert len(weighed) == 12, "among them the savepoint, and the cases held"
    with CaptureQueriesContext(connection) as made:
        assert retimed(world, TUESDAY).cases == count
    assert len(made) == 15


def test_what_was_opened_together_is_reckoned_once(world, monkeypatch):
    """Thousands of steps are due by a few sums of the calendar."""
    asked = []
    end_of = clocks.end_of

    def counted(calendar, *terms):
        asked.append(terms)
        return end_of(calendar, *terms)

    monkeypatch.setattr(clocks, "end_of", counted)
    for _ in range(3):
        ordered(world, world.case())
    declare(world, TUESDAY, world.home)
    Attempt.objects.update(opened_at=Attempt.objects.latest("opened_at").opened_at)
    asked.clear()
    assert retiming.weigh([world.home.pk], TUESDAY, Machine(world.now)).count == 6
    assert len(asked) == len(set(asked)) < 6


def test_each_row_is_stored_with_its_own_moment_by_as_many_statements_as_it_takes(world, monkeypatch):
    for _ in range(3):
        ordered(world, world.case())
    monkeypatch.setattr(storing, "AT_ONCE", 4)
    rows = list(Attempt.objects.filter(due_at__isnull=False).order_by("pk"))[:6]
    wanted = {}
    for number, row in enumerate(rows):
        row.due_at += timedelta(minutes=number, microseconds=number)
        row.late_at = row.due_at + timedelta(days=1)
        wanted[row.pk] = row.due_at, row.late_at
    others = dict(Attempt.objects.exclude(pk__in=wanted).values_list("pk", "due_at"))
    with CaptureQueriesContext(connection) as written:
        storing.store(rows, "due_at", "late_at")
    assert len(written) == 2
    stored = Attempt.objects.in_bulk(wanted)
    assert {pk: (row.due_at, row.late_at) for pk, row in stored.items()} == wanted
    assert dict(Attempt.objects.exclude(pk__in=wanted).values_list("pk", "due_at")) == others
    with CaptureQueriesContext(connection) as written:
        storing.store([], "due_at")
    assert len(written) == 0


def test_chunks_add_up(world, monkeypatch):
    for _ in range(3):
        ordered(world, world.case())
    declare(world, TUESDAY, world.home)
    monkeypatch.setattr(retiming, "CHUNK", 2)
    assert retiming.weigh([world.home.pk], TUESDAY, Machine(world.now)).count == 6
    assert retimed(world, TUESDAY).count == 6
    assert not retimed(world, TUESDAY)


# --- the admin's page


def test_nothing_is_saved_before_the_admin_has_seen_what_moves(ani, world):
    case = world.case()
    ordered(world, case)
    before = rows()
    page = ani.post(ADD, LOCAL)
    told = html.unescape(page.content.decode())
    assert page.status_code == 200
    assert "2 batas waktu pada 1 penanganan" in told
    row = page.context["outlook"].rows[0]
    assert (row.step.split(".")[0], row.desk, row.count) == ("4", "Peksos", 1)
    assert row.first == ("Selasa 14 April 2026 pukul 09.00", "Rabu 15 April 2026 pukul 09.00")
    assert case.number not in told and "Anak 1" not in told, "an admin reads no cases"
    assert not Holiday.objects.filter(name="Hari Jadi Kota").exists()
    assert rows() == before

    assert ani.post(ADD, {**dict(page.context["sent"]), "_geser": "1"}).status_code == 302
    assert Holiday.objects.get(name="Hari Jadi Kota").agency == world.home
    assert attempts(case, "4")[0].due_at == at("2026-04-15 09:00")
    line = last_line(case)
    assert (line.verb, line.actor) == ("case.retimed", world.ani)
    text = html.unescape(Desk(world, "sari").text(f"/penanganan/{case.number}/riwayat/"))
    assert "Batas waktu bergeser karena hari libur 14-04-2026 Hari Jadi Kota ditambahkan: langkah 4 (" in text
    assert "dari Selasa 14 April 2026 pukul 09.00 menjadi Rabu 15 April 2026 pukul 09.00" in text
    step = html.unescape(Desk(world, "sari").text(f"/penanganan/{case.number}/langkah/4/"))
    assert "libur 14 April 2026 tidak dihitung; batas waktu Rabu 15 April 2026 pukul 09.00." in step


def test_what_moves_nothing_is_saved_at_once(ani, world):
    assert ani.post(ADD, LOCAL).status_code == 302
    assert Holiday.objects.filter(name="Hari Jadi Kota").exists()


def test_a_draft_whose_term_nobody_can_read_stands_in_no_one_s_way(ani, world):
    draft = revising.new_revision(world.revision(), world.officer("ani"))
    Revision.objects.filter(pk=draft.pk).update(term="secepatnya")
    assert ani.post(ADD, LOCAL).status_code == 302


def test_one_may_go_back_with_what_was_typed(ani, world):
    world.case()
    page = ani.post(ADD, {**LOCAL, "_ubah": "1"})
    assert page.status_code == 200
    form = page.context["adminform"].form
    assert form.non_field_errors() == ["Belum disimpan. Ubah isinya, lalu simpan lagi."]
    assert form["name"].value() == "Hari Jadi Kota"
    assert not Holiday.objects.filter(name="Hari Jadi Kota").exists()


def test_a_day_off_is_moved_renamed_and_taken_back(ani, world):
    case = world.case()
    ordered(world, case)
    day = declare(world, TUESDAY, world.home)
    retimed(world, TUESDAY)
    assert changed(ani, change_url(day), name="Hari Ulang Tahun Kota").status_code == 302, "moves nothing"

    seen = changed(ani, change_url(day), date="2026-04-15")
    assert seen.context["outlook"].rows[0].first == (
        "Rabu 15 April 2026 pukul 09.00",
        "Selasa 14 April 2026 pukul 09.00",
    )
    ani.post(change_url(day), {**dict(seen.context["sent"]), "_geser": "1"})
    assert attempts(case, "4")[0].due_at == at("2026-04-14 09:00")
    assert attempts(case, "4")[0].late_at == at("2026-04-16 16:00"), "Wednesday is off now"

    delete = reverse("admin:worktime_holiday_delete", args=[day.pk])
    seen = ani.post(delete, {"post": "yes"})
    assert seen.context["deletes"] and Holiday.objects.filter(pk=day.pk).exists()
    assert ani.post(delete, {"post": "yes", "_geser": "1"}).status_code == 302
    assert not Holiday.objects.filter(pk=day.pk).exists()
    assert attempts(case, "4")[0].late_at == at("2026-04-15 16:00")
    assert last_line(case).data["because"] == "hari libur 15-04-2026 Hari Ulang Tahun Kota dihapus"


def test_hours_that_change_move_what_is_open(ani, world):
    case = world.case()
    ordered(world, case)
    period = WorkPeriod.objects.get(agency=world.home, valid_until=None)
    seen = changed(ani, change_url(period), **{"hours-1-opens": "08:30"})
    assert seen.status_code == 200 and seen.context["outlook"].count == 2
    assert period.hours.get(weekday=1).opens == time(7, 30), "taken back"
    ani.post(change_url(period), {**dict(seen.context["sent"]), "_geser": "1"})
    assert period.hours.get(weekday=1).opens == time(8, 30)
    assert attempts(case, "4")[0].due_at == at("2026-04-14 10:00")


def test_an_office_is_not_left_without_hours(ani, world):
    case = world.case()
    WorkPeriod.objects.filter(agency=world.home).exclude(valid_until=None).delete()
    period = WorkPeriod.objects.get(agency=world.home)
    kept = rows()
    sentence = "tidak mempunyai jam kerja lagi"
    page = changed(ani, change_url(period), valid_until="2026-04-12")
    assert page.status_code == 200 and sentence in str(page.context["adminform"].form.non_field_errors())
    gone = ani.post(
        reverse("admin:worktime_workperiod_delete", args=[period.pk]), {"post": "yes"}, follow=True
    )
    assert sentence in gone.content.decode()
    period.refresh_from_db()
    assert period.valid_until is None and rows() == kept and case.attempts.exists()


def test_a_national_day_off_moves_every_office(client, world):
    ordered(world, world.case())
    other = world.case("anak-terlantar-luar-panti", by="yuli", children=1)
    Attempt.objects.filter(case=other).update(due_at=at("2026-04-14 10:00"), late_at=at("2026-04-14 10:00"))
    client.force_login(User.objects.create_superuser("root", password="x", name="Root"))
    seen = client.post(ADD, {**LOCAL, "kind": "libur_nasional"})
    assert {row.agency for row in seen.context["outlook"].rows} >= {world.home.short_name}
    client.post(ADD, {**dict(seen.context["sent"]), "_geser": "1"})
    assert Holiday.objects.get(date=TUESDAY).agency is None
    line = Entry.objects.filter(verb="case.retimed").earliest("pk")
    assert (line.actor.username, line.agency) == ("root", world.home)


def test_the_list_of_days_off_warns_of_a_year_without_joint_leave(ani, world):
    warning = "Cuti bersama 2028 belum ada."
    url = reverse("admin:worktime_holiday_changelist")
    assert warning not in ani.get(url).content.decode(), "2026 and 2027 are known"
    world.now = at("2027-01-04 08:00")
    ani.force_login(world.ani)
    assert warning in ani.get(url).content.decode()
    Holiday.objects.create(date=date(2028, 1, 25), name="Cuti bersama", kind="cuti_bersama")
    assert warning not in ani.get(url).content.decode()


# --- the command


def test_the_command_says_whose_due_times_move_before_it_does_it(world):
    case = world.case()
    ordered(world, case)
    Holiday.objects.filter(date__year=2026, date__month=5, date__day=1).update(date=TUESDAY)
    Holiday.objects.filter(date=TUESDAY).delete()  # as if the decree of Labour Day had come today
    world.now = at("2026-04-30 15:00")
    again = world.case()
    ordered(world, again)
    assert attempts(again, "4")[0].due_at == at("2026-05-01 09:30")
    before = rows()
    with pytest.raises(CommandError) as told:
        call_command("seed_holidays", "2026", stdout=StringIO(), stderr=StringIO())
    assert "Belum disimpan: 2 batas waktu pada 1 penanganan bergeser." in str(told.value)
    assert "paling awal Jumat 1 Mei 2026 pukul 09.30 menjadi Senin 4 Mei 2026 pukul 09.30" in str(told.value)
    assert rows() == before and not Holiday.objects.filter(date=date(2026, 5, 1)).exists()
    out = StringIO()
    call_command("seed_holidays", "2026", "--geser", stdout=out, stderr=StringIO())
    assert "1 hari libur ditambahkan; 2 batas waktu bergeser." in out.getvalue()
    assert attempts(again, "4")[0].due_at == at("2026-05-04 09:30")
    assert entries(again)[-1].actor is None
    out = StringIO()
    call_command("seed_holidays", "2026", stdout=out, stderr=StringIO())
    assert "0 hari libur ditambahkan; 0 batas waktu bergeser." in out.getvalue()
