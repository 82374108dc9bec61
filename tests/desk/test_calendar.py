"""The calendar: the same on the page and in the feed, only what one may read, and no child's name."""

from datetime import UTC, date, datetime, timedelta

import icalendar
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sopcases.cases import care, mandates, sessions
from sopcases.cases.walk import Leave, roll
from sopcases.desk.calendar import Calendar, Month
from sopcases.desk.models import Feed
from sopcases.people.models import Appointment, Entry
from sopcases.worktime.models import Holiday
from tests.cases.families import follow, two_families
from tests.cases.story import attempts, children, coordinated, done
from tests.cases.test_verb_roll import in_sessions
from tests.cast import WIB
from tests.letters.tray import Tray

pytestmark = pytest.mark.django_db


@pytest.fixture
def calendar(world):
    """`calendar("sari", "2026-03")`: the events of a month."""

    def read(name: str, month: str = ""):
        officer = world.officer(name)
        asked = Month.read(month, officer.day)
        return Calendar(officer, asked.first, asked.last).events

    return read


@pytest.fixture
def child_in_case(world):
    """A case of a child whose name may stand nowhere."""

    def make():
        case = world.case(children=0)
        with world.walk(case, "sari") as walk:
            walk.join(world.child("Melati Rahasia"))
        return case

    return make


def ordered(world, case, starts: date, ends: date):
    """A letter of assignment on file, with its days."""
    paper = world.file(case, "Surat Perintah Tugas")
    mandates.write(paper, starts, ends, "RSUD", [world.sari.pk])
    return paper


def titles(events, kind: str) -> list[str]:
    return [event.title for event in events if event.kind == kind]


def test_a_step_stands_on_its_due_moment_for_whom_it_waits(world, calendar, child_in_case):
    case = child_in_case()
    attempt = attempts(case, "1")[0]
    (due,) = [event for event in calendar("sari") if event.kind == "due"]
    assert due.title.startswith(f"{case.number}: langkah 1. ")
    assert (due.at, due.first, due.late) == (attempt.due_at, attempt.due_at.astimezone(WIB).date(), False)
    assert due.url == f"/penanganan/{case.number}/langkah/1/"
    assert titles(calendar("budi"), "due") == titles(calendar("tono"), "due") == []


def test_what_is_late_says_so(world, calendar, child_in_case):
    child_in_case()
    world.wait(days=4)
    (due,) = [event for event in calendar("sari") if event.kind == "due"]
    assert due.late


def test_a_goal_is_a_whole_day_and_says_not_what(world, calendar, child_in_case):
    case = child_in_case()
    day = world.now.date() + timedelta(days=20)
    with world.walk(case, "sari") as walk:
        care.plan(walk, children(case)[0], goal="Melati Rahasia sekolah", due_on=day, responsible=world.sari)
    (goal,) = [event for event in calendar("sari") if event.kind == "due" and event.first == day]
    assert (goal.title, goal.at) == (f"{case.number}: tujuan rencana anak", None)
    assert goal.title not in titles(calendar("dewi"), "due")


def test_a_paper_to_follow(world, calendar):
    case = world.case()
    coordinated(world, case)
    day = world.now.date() + timedelta(days=10)
    leave = Leave(world.kind("BPJS Anak").pk, "Belum terbit", day)
    done(world, case, "dewi", lambda walk: walk.waive("8", leave))
    (paper,) = [event for event in calendar("dewi") if event.title == f"{case.number}: BPJS Anak menyusul"]
    assert (paper.first, paper.at, paper.kind) == (day, None, "due")


def test_a_paper_to_follow_of_several_children_is_one_event(world, calendar):
    case, ids, *_ = two_families(world)
    day = world.now.date() + timedelta(days=7)
    done(world, case, "dewi", follow(ids[:3], until=day))
    (paper,) = [event for event in calendar("sari") if event.title.endswith("menyusul")]
    assert (paper.first, paper.kind) == (day, "due")


def test_a_part_of_a_disposition(world, calendar):
    letter, _, part = Tray(world).down()
    title = f"Tindak lanjut surat masuk nomor agenda {letter.seq} tahun {letter.year}"
    (event,) = [event for event in calendar("dewi") if event.title == title]
    assert (event.first, event.at) == (part.due_on, None)
    assert title not in titles(calendar("rahman"), "due"), "he passed it on"
    assert title not in titles(calendar("sari"), "due")


def test_the_days_of_a_letter_of_assignment(world, calendar, child_in_case):
    case = child_in_case()
    paper = ordered(world, case, date(2026, 3, 30), date(2026, 4, 2))
    for month in ("2026-03", "2026-04"):
        (order,) = [event for event in calendar("sari", month) if event.kind == "order"]
        assert order.title.startswith(f"{case.number}: Surat Perintah Tugas")
        assert (order.first, order.last) == (date(2026, 3, 30), date(2026, 4, 2))
    assert titles(calendar("sari", "2026-05"), "order") == titles(calendar("tono"), "order") == []
    paper.voided_at, paper.void_reason = world.now, "Salah"
    paper.save()
    assert titles(calendar("sari"), "order") == []


def test_a_session_to_hold_and_one_held(world, calendar):
    now, world.now = world.now, world.now - timedelta(days=70)
    case = in_sessions(world)
    period = attempts(case, "5")[0].occurrence
    (to_hold,) = [e for e in calendar("sari", f"{period:%Y-%m}") if e.kind == "session"]
    assert to_hold.title.startswith("Paling lambat: ") and to_hold.at is None
    world.now = now
    roll(now)
    moment = attempts(case, "5")[0].opened_at + timedelta(days=3)
    sessions.hold(
        case.sop,
        "5",
        period,
        world.officer("sari"),
        held_at=moment,
        place="Aula",
        present=set(children(case)),
        absent={},
    )
    held = [e for e in calendar("sari", f"{moment:%Y-%m}") if e.title.startswith("Terlaksana")]
    assert [event.at for event in held] == [moment]
    assert not [e for e in calendar("tono", f"{moment:%Y-%m}") if e.kind == "session"]


def test_holidays_of_the_country_and_of_the_agency(world, calendar):
    Holiday.objects.create(agency=world.home, date=date(2026, 3, 11), name="HUT Kota", kind="libur_daerah")
    assert "HUT Kota" in titles(calendar("sari"), "holiday")
    assert "HUT Kota" not in titles(calendar("tono"), "holiday")


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("2026-12", date(2026, 12, 1)),
        ("", date(2026, 3, 1)),
        ("2026-13", date(2026, 3, 1)),
        ("0001-01", date(2026, 3, 1)),
        ("9999-12", date(2026, 3, 1)),
        ("<script>", date(2026, 3, 1)),
    ],
)
def test_a_month_as_the_address_names_it(text, first):
    month = Month.read(text, date(2026, 3, 17))
    assert month.first == first
    assert month.after.before == month and month.last + timedelta(days=1) == month.after.first


# --- the page


def test_the_page_names_nobody_and_every_link_opens(world, sign_in, child_in_case):
    case = child_in_case()
    ordered(world, case, date(2026, 3, 2), date(2026, 3, 4))
    client = sign_in("sari")
    answer = client.get("/kalender/")
    page = answer.content.decode()
    assert "Kalender Maret 2026" in page and "Melati" not in page and case.number in page
    for event in answer.context["calendar"].events:
        assert not event.url or client.get(event.url).status_code == 200, event
    assert 'href="/kalender/"' in client.get("/").content.decode()
    assert "?bulan=2026-04" in page and "?bulan=2026-02" in page
    assert client.get("/kalender/?bulan=2019-02").status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_a_month_costs_the_same_whatever_it_holds(world, sign_in, child_in_case, count):
    for _ in range(count):
        ordered(world, child_in_case(), date(2026, 3, 2), date(2026, 3, 4))
        in_sessions(world)
    client = sign_in("sari")
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/kalender/").status_code == 200
    assert len(queries) == 14, "\n".join(q["sql"][:120] for q in queries)


# --- the feed


def address(client) -> str:
    """A private address, made on its page; without the host."""
    page = client.post("/saya/kalender/")
    return "/kalender/" + page.context["address"].rpartition("/kalender/")[2]


def read(path: str) -> icalendar.Calendar:
    answer = Client().get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/calendar")
    assert "no-store" in answer.headers["Cache-Control"]
    return icalendar.Calendar.from_ical(answer.content)


def test_the_feed_tells_what_the_page_tells(world, sign_in, calendar, child_in_case):
    case = child_in_case()
    ordered(world, case, date(2026, 3, 2), date(2026, 3, 4))
    Holiday.objects.create(
        agency=world.home, date=date(2026, 3, 11), name="HUT, Kota; ke-25", kind="libur_daerah"
    )
    with world.walk(case, "sari") as walk:
        care.plan(walk, children(case)[0], goal="Melati", due_on=date(2026, 3, 20), responsible=world.sari)
    found = read(address(sign_in("sari")))
    told = {}
    for row in found.walk("VEVENT"):
        first = row.decoded("dtstart")
        last = row.decoded("dtend") - timedelta(days=1) if "dtend" in row else None
        told[str(row["uid"]).split("@")[0]] = (str(row["summary"]), first, last)
    page = {
        e.uid: (e.title, e.at.astimezone(UTC), None) if e.at else (e.title, e.first, e.last)
        for e in calendar("sari")
    }
    assert len(page) > 4
    assert {uid: told[uid] for uid in page} == page
    begun = {uid for uid, (_, first, _) in told.items() if _month(first) == "2026-03"}
    assert begun == set(page), "nothing of the page is missing in the feed, nor the other way round"


def _month(first: date) -> str:
    local = first.astimezone(WIB) if isinstance(first, datetime) else first
    return f"{local:%Y-%m}"


def test_the_feed_names_no_child_and_stays_the_same(world, sign_in, child_in_case):
    case = child_in_case()
    path = address(sign_in("sari"))
    first, again = Client().get(path).content, Client().get(path).content
    assert first == again
    assert case.number.encode() in first.replace(b"\r\n ", b"") and b"Melati" not in first


def test_a_new_address_ends_the_old_one_and_only_a_digest_is_kept(world, sign_in):
    client = sign_in("sari")
    old = address(client)
    new = address(client)
    assert (Client().get(old).status_code, Client().get(new).status_code) == (404, 200)
    secret = new.removeprefix("/kalender/").removesuffix(".ics")
    assert len(secret) == 43 and secret not in str(Feed.objects.values())
    assert secret not in client.get("/saya/kalender/").content.decode(), "told only once"
    assert client.post("/saya/kalender/cabut/").status_code == 302
    assert Client().get(new).status_code == 404
    verbs = Entry.objects.filter(verb__startswith="calendar.").order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["calendar.opened", "calendar.opened", "calendar.shut"]


def test_who_may_no_longer_come_in_reads_nothing(world, sign_in):
    path = address(sign_in("sari"))
    world.sari.is_active = False
    world.sari.save()
    assert Client().get(path).status_code == 404


def test_who_holds_no_position_any_more_reads_the_holidays_alone(world, sign_in, child_in_case):
    child_in_case()
    path = address(sign_in("sari"))
    assert any(str(row["uid"]).startswith("langkah-") for row in read(path).walk("VEVENT"))
    yesterday = world.now.date() - timedelta(days=1)
    Appointment.objects.filter(user=world.sari).update(valid_until=yesterday)
    assert {str(row["uid"]).split("-")[0] for row in read(path).walk("VEVENT")} <= {"libur"}


def test_guessing_is_slowed_down(monkeypatch):
    monkeypatch.setattr("sopcases.desk.calendar_views.LIMIT", 2)
    wrong = f"/kalender/{'a' * 43}.ics"
    assert [Client().get(wrong).status_code for _ in range(3)] == [404, 404, 429]
    assert Client().get("/kalender/kurang.ics").status_code in (302, 404)
