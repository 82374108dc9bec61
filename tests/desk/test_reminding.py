"""The morning's reminders: what comes due, what is late, what is passed up; once, and none lost."""

import re
from datetime import date
from io import StringIO

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.management import call_command

from sopcases.cases import care
from sopcases.cases.models import Case
from sopcases.cases.walk import Leave
from sopcases.desk import reminding
from sopcases.desk.matters import matters
from sopcases.desk.models import Digest, Mail, Notice, Round
from sopcases.letters.models import Disposition
from sopcases.people.authority import Officer
from sopcases.people.models import Agency, Appointment, Area, Position, User
from sopcases.worktime.models import Holiday
from tests.cast import appoint, at, make_user
from tests.letters.tray import Tray

pytestmark = pytest.mark.django_db

STEP_1 = "Langkah 1 dari 9: Kasi menerima Lapran Sosial Bayi Terlantar dari Peksos"
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (f"2026-03-0{day} 06:30" for day in (3, 4, 5, 6))


def morning(when: str) -> int:
    """How many digests a morning makes."""
    return reminding.remind(at(when))[0]


def told(user: User, day: str = "") -> list[tuple[str, str]]:
    rows = Notice.objects.filter(user=user).order_by("id")
    if day:
        rows = rows.filter(digest__day=date.fromisoformat(day[:10]))
    return list(rows.values_list("kind", "what"))


@pytest.fixture(autouse=True)
def addresses(world):
    for user in world.users.values():
        user.email = f"{user.username}@dinsos.example"
        user.save()


# --- what is told, to whom and when


def test_before_it_is_late_then_late_then_passed_up_to_the_superior(world):
    """Step 1 is due on Monday at 08.15 and late from Tuesday's closing hour."""
    case = world.case()
    assert morning(TUESDAY) == 1
    (notice,) = Notice.objects.all()
    assert (notice.user, notice.kind, notice.what) == (world.sari, "soon", STEP_1)
    assert (notice.place, notice.holder) == (f"Kasus bayi {case.number}", "")
    assert notice.url == f"/penanganan/{case.number}/langkah/1/"
    assert morning(WEDNESDAY) == 1
    assert told(world.sari, WEDNESDAY) == [("late", STEP_1)]
    assert morning(THURSDAY) == 0, "said once"
    assert morning(FRIDAY) == 1, "three working days after Tuesday"
    (up,) = Notice.objects.filter(kind="passed_up")
    assert (up.user, up.what, up.holder) == (world.dewi, STEP_1, "Peksos")
    assert up.url == f"/penanganan/{case.number}/", "she looks at the case; the act is another's"
    assert morning("2026-03-09 06:30") == 0


def test_the_settings_of_the_agency_count(world):
    Agency.objects.filter(pk=world.home.pk).update(remind_before=0, escalate_after=1)
    world.case()
    morning(WEDNESDAY)
    assert told(world.sari) == [("late", STEP_1)]
    assert told(world.dewi) == [("passed_up", STEP_1)]
    Agency.objects.filter(pk=world.home.pk).update(escalate_after=0)
    world.now = at("2026-03-09 08:00")
    world.case()
    morning("2026-03-30 06:30")
    kinds = {kind for kind, _ in told(world.dewi, "2026-03-30")}
    assert "passed_up" not in kinds, "the agency passes nothing up"


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("remind_before", 31, "Pengingat sebelum batas waktu: 0 sampai 30 hari kerja."),
        ("escalate_after", 61, "Penyampaian kepada atasan: 0 sampai 60 hari kerja."),
    ],
)
def test_settings_beyond_reason_are_refused(world, name, value, sentence):
    setattr(world.home, name, value)
    with pytest.raises(ValidationError, match=sentence):
        world.home.validate_constraints()


def test_working_days_before_count_and_not_days(world):
    """A goal due on Monday comes on Friday's digest."""
    case = world.case()
    with world.walk(case, "sari") as walk:
        child = walk.stays[0].child_id
        care.plan(walk, child, goal="Akta Bayi X", due_on=date(2026, 3, 9), responsible=world.agus)
    morning(THURSDAY)
    assert told(world.agus) == []
    morning(FRIDAY)
    assert told(world.agus) == [("soon", "Tujuan rencana penanganan")]
    morning("2026-03-10 06:30")
    assert told(world.agus, "2026-03-10") == [("late", "Tujuan rencana penanganan")]


def test_whatever_has_a_due_moment_is_told(world, report, spt):
    spt(report(world.case()))
    tray = Tray(world)
    tray.down(due=None)
    waived = world.case()
    kind = world.kind("Laporan Sosial")
    with world.walk(waived, "sari") as walk:
        walk.record("1", acted_at=world.now)
    with world.walk(waived, "dewi") as walk:
        walk.waive("1", Leave(kind.pk, "Rahasia Bayi X", until=date(2026, 3, 3)))
    morning(TUESDAY)
    assert told(world.rahman) == [("soon", "Surat Perintah Tugas, menunggu paraf")]
    assert ("soon", "Laporan Sosial menyusul") in told(world.sari)
    morning(THURSDAY)
    incoming = ("late", "Surat Perintah Tugas, menunggu paraf")
    assert incoming in told(world.rahman)
    assert ("soon", "Surat masuk nomor agenda 1 tahun 2026, menunggu tindak lanjut") in told(world.dewi)
    morning("2026-03-16 06:30")
    assert ("soon", "Jangka waktu penanganan") in told(world.dewi)


def test_no_child_is_ever_named(world):
    """Also not by what people typed: goals, reasons, senders."""
    secret = "Putri Rahasia"
    case = world.case(children=0)
    with world.walk(case, "sari") as walk:
        walk.join(world.child(secret))
    with world.walk(case, "sari") as walk:
        child = walk.stays[0].child_id
        care.plan(walk, child, goal=f"Akta {secret}", due_on=world.now.date(), responsible=world.sari)
        walk.wait("1", f"Ibu {secret}", world.now)
    with world.walk(case, "dewi") as walk:
        kind = world.kind("Laporan Sosial").pk
        walk.waive("1", Leave(kind, f"{secret} sakit", until=world.now.date()))
    letter = Tray(world).letter(sender=f"Keluarga {secret}", about=f"Perihal {secret}")
    Tray(world).dispose(letter, "budi", "Kabid", due=world.now.date(), note=f"Bantu {secret}")
    for when in (TUESDAY, WEDNESDAY, "2026-03-25 06:30"):
        call_remind(when)
    rows = [*Notice.objects.values_list(), *Mail.objects.values_list()]
    assert Notice.objects.count() >= 6 and len(mail.outbox) >= 4
    for text in (str(rows), *(f"{m.subject} {m.body}" for m in mail.outbox)):
        assert "Putri" not in text and "Rahasia" not in text and "P. R." not in text


def call_remind(when: str) -> str:
    """The command at a moment."""
    out = StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.utils.timezone.now", lambda: at(when))
        call_command("remind", stdout=out)
    return out.getvalue()


# --- once, and none lost


def test_run_twice_it_tells_once(world):
    world.case()
    assert call_remind(TUESDAY) == "1 pengingat dibuat, 1 surel dikirim.\n"
    assert call_remind(TUESDAY) == "0 pengingat dibuat, 0 surel dikirim.\n"
    world.case()
    assert call_remind("2026-03-03 12:00") == "0 pengingat dibuat, 0 surel dikirim.\n", "one a morning"
    assert call_remind(WEDNESDAY) == "1 pengingat dibuat, 1 surel dikirim.\n"
    assert [kind for kind, _ in told(world.sari, WEDNESDAY)] == ["late", "late"]
    assert len(mail.outbox) == 2


def test_days_that_were_skipped_lose_nothing(world):
    first = world.case()
    morning(TUESDAY)
    world.now = at("2026-03-03 08:00")
    second = world.case()
    morning("2026-03-11 06:30")
    late = Notice.objects.filter(user=world.sari, kind="late").values_list("place", flat=True)
    assert sorted(late) == [f"Kasus bayi {case.number}" for case in (first, second)]
    up = Notice.objects.filter(user=world.dewi, kind="passed_up")
    assert up.count() == 2


def test_no_digest_on_a_day_off_and_the_next_working_day_carries_it(world):
    world.now = at("2026-03-05 08:00")
    world.case()
    Holiday.objects.create(agency=world.home, date=date(2026, 3, 9), name="Hari jadi", kind="libur_daerah")
    assert [morning(f"2026-03-{day} 06:30") for day in ("07", "08", "09")] == [0, 0, 0]
    assert not Round.objects.filter(agency=world.home).exists()
    morning("2026-03-10 06:30")
    assert told(world.sari) == [("late", STEP_1)]


def test_a_due_moment_that_moved_is_told_anew(world):
    case = world.case()
    morning(TUESDAY)
    with world.walk(case, "dewi") as walk:
        walk.put_on_hold("Uji")
    assert morning(WEDNESDAY) == 0, "held: it waits for nobody"
    world.now = at("2026-03-05 08:00")
    with world.walk(case, "dewi") as walk:
        walk.resume()
    morning(FRIDAY)
    assert [kind for kind, _ in told(world.sari)] == ["soon", "soon"]


def test_what_is_done_is_not_told(world, report):
    report(world.case())
    morning(WEDNESDAY)
    assert told(world.sari) == told(world.dewi) == []


# --- passed up


def test_a_vacant_post_is_passed_over(world):
    Appointment.objects.filter(user=world.dewi).update(valid_until=date(2026, 3, 1))
    world.case()
    morning(FRIDAY)
    assert told(world.rahman) == [("passed_up", STEP_1)]


def test_what_is_late_in_an_area_is_passed_up_to_the_superior_of_that_area(world):
    """The Peksos works in the whole office; of the two Kasi each has his own area."""
    here, there = Area.objects.filter(agency=world.home)[:2]
    Appointment.objects.filter(user=world.dewi).update(area=here)
    lina = appoint(
        make_user(world.home, "lina", "Lina"), Position.objects.get(agency=world.home, name="Kasi")
    )
    Appointment.objects.filter(user=lina).update(area=there)
    world.case(area=here)
    morning(FRIDAY)
    assert told(world.dewi) == [("passed_up", STEP_1)]
    assert told(lina) == told(world.rahman) == []


def test_a_plh_gets_what_is_passed_up_in_his_days(world):
    head = Position.objects.get(agency=world.home, name="Kasi")
    appoint(world.rina, head, "plh", first=date(2026, 3, 2), last=date(2026, 3, 8))
    world.case()
    morning(FRIDAY)
    assert told(world.dewi) == []
    assert told(world.rina) == [("passed_up", STEP_1)]


def test_several_holders_late_are_one_thing_for_their_superior(world):
    peksos = Position.objects.get(agency=world.home, name="Peksos")
    lina = appoint(make_user(world.home, "lina", "Lina"), peksos)
    world.case()
    morning(FRIDAY)
    assert told(world.sari) == told(lina) == [("late", STEP_1)]
    assert told(world.dewi) == [("passed_up", STEP_1)]


def test_a_confidential_letter_is_passed_up_to_nobody_who_may_not_open_it(world):
    tray = Tray(world)
    letter = tray.letter(confidential=True)
    tray.dispose(letter, "budi", "Kabid", due=world.now.date())
    tray.dispose(letter, "rahman", "Kasi", due=world.now.date())
    tray.dispose(letter, "dewi", "Peksos", due=world.now.date())
    morning("2026-03-13 06:30")
    assert [kind for kind, _ in told(world.sari)] == ["late"]
    assert told(world.dewi) == [("passed_up", f"{letter}, menunggu tindak lanjut")], "it went through her"
    assert told(world.agus) == []


def test_a_part_is_passed_up_from_the_position_it_was_given_to(world):
    """Sari holds another post too: the Kasi above Peksos is told, whichever post is read first."""
    others = Position.objects.filter(agency=world.home, name__in=["Sekretaris", "Kabid", "Petugas"])
    for other in others:
        appoint(world.sari, other)
    tray = Tray(world)
    letter = tray.letter()
    tray.dispose(letter, "budi", "Kabid", due=world.now.date())
    tray.dispose(letter, "rahman", "Kasi", due=world.now.date())
    tray.dispose(letter, "dewi", "Peksos", due=world.now.date())
    Disposition.objects.exclude(to_position__name="Peksos").update(due_on=date(2026, 12, 1))
    morning("2026-03-13 06:30")
    ups = Notice.objects.filter(kind="passed_up", subject__startswith="incoming")
    assert {notice.holder for notice in ups} == {"Peksos"}


def test_another_agency_is_told_nothing_of_ours(world):
    world.case()
    morning(FRIDAY)
    people = set(Notice.objects.values_list("user__agency__slug", flat=True))
    assert people == {"tanjungpinang"}


def test_a_late_standard_that_is_only_shown_reminds_nobody(world):
    world.case("anak-terlantar-luar-panti", by="yuli", children=0)
    morning("2026-04-20 06:30")
    lamandau = Notice.objects.filter(user__agency=world.agencies["lamandau"], subject__startswith="attempt")
    assert not lamandau.exists()


def assigned(world, user):
    case = world.case()
    with world.walk(case, "dewi") as walk:
        walk.assign(Position.objects.get(agency=world.home, name="Peksos").pk, user)
    return case


def test_what_an_officer_left_behind_is_passed_up_at_once(world):
    """Nobody else acts in it: his superior is told as soon as he would have been."""
    case = assigned(world, world.sari)
    Appointment.objects.filter(user=world.sari).update(valid_until=date(2026, 3, 2))
    lina = appoint(make_user(world.home, "lina", "Lina"), Position.objects.get(name="Peksos"))
    morning(TUESDAY)
    (up,) = Notice.objects.all()
    assert (up.user, up.kind, up.what) == (world.dewi, "passed_up", STEP_1)
    assert up.holder == "Peksos, petugas yang ditetapkan tidak lagi bertugas"
    assert up.url == f"/penanganan/{case.number}/"
    for when in (WEDNESDAY, FRIDAY):
        morning(when)
    assert len(told(world.dewi)) == 1 and told(world.sari) == told(lina) == []


def test_what_waits_for_a_vacant_post_is_passed_up_at_once(world):
    """Nobody was assigned, and the only holder went: it is nobody's to be reminded of."""
    case = world.case()
    Appointment.objects.filter(user=world.sari).update(valid_until=date(2026, 3, 2))
    morning(TUESDAY)
    (up,) = Notice.objects.all()
    assert (up.user, up.kind, up.what) == (world.dewi, "passed_up", STEP_1)
    assert (up.holder, up.url) == ("Peksos, tanpa petugas", f"/penanganan/{case.number}/")
    for when in (WEDNESDAY, FRIDAY):
        morning(when)
    assert len(told(world.dewi)) == 1 and told(world.sari) == told(world.rahman) == []


def test_who_changed_his_position_is_not_reminded_of_what_he_left(world):
    assigned(world, world.sari)
    Appointment.objects.filter(user=world.sari).update(valid_until=date(2026, 3, 2))
    appoint(world.sari, Position.objects.get(agency=world.home, name="Petugas"))
    morning(TUESDAY)
    assert told(world.sari) == []
    assert told(world.dewi) == [("passed_up", STEP_1)]


def test_what_a_partner_is_late_with_goes_to_who_leads_the_case(world):
    """Nobody stands above a TKSK."""
    case = world.case("anak-terlantar-luar-panti", by="tika", children=0)
    child = world.child("Anak", by="tika")
    with world.walk(case, "tika") as walk:
        walk.join(child)
    with world.walk(case, "yuli") as walk:
        care.plan(walk, child.pk, goal="Akta", due_on=date(2026, 3, 3), responsible=world.tika)
    morning("2026-03-10 06:30")
    assert told(world.tika) == [("late", "Tujuan rencana penanganan")]
    for leader in (world.yuli, world.hadi):
        assert told(leader) == [("passed_up", "Tujuan rencana penanganan")]
    assert told(world.wati) == told(world.joko) == []


def test_a_goal_is_passed_up_from_the_position_that_takes_part_and_told_once(world):
    """Agus holds a post that has no part in the SOP too, and is read first with it."""
    other = Position.objects.create(agency=world.home, name="Arsiparis", superior=None)
    parts = Position.objects.filter(agency=world.home, name__in=["Peksos", "Petugas"])
    Appointment.objects.filter(user=world.agus).delete()
    for position in (other, *parts):
        appoint(world.agus, position)
    case = world.case()
    with world.walk(case, "sari") as walk:
        child = walk.stays[0].child_id
        care.plan(walk, child, goal="Akta", due_on=date(2026, 3, 3), responsible=world.agus)
    officer = world.officer("agus")
    officer.__dict__["hats"] = tuple(sorted(officer.hats, key=lambda hat: hat.position_id != other.pk))
    (goal,) = [m for m in matters(officer, at("2026-03-10 00:00")) if m.subject.startswith("goal")]
    assert goal.hat.position_id in {position.pk for position in parts}
    morning("2026-03-10 06:30")
    goals = Notice.objects.filter(subject__startswith="goal")
    assert sorted(goals.values_list("user__username", "kind")) == [("agus", "late"), ("dewi", "passed_up")]


def test_what_turns_late_after_the_mornings_digest_is_in_the_next_once(world):
    """Late on Tuesday at the closing hour; a second run that day makes no second digest and loses nothing."""
    world.case()
    assert morning(TUESDAY) == 1
    assert morning("2026-03-03 17:00") == 0
    assert told(world.sari) == [("soon", STEP_1)]
    assert [morning(when) for when in (WEDNESDAY, "2026-03-04 17:00", THURSDAY)] == [1, 0, 0]
    assert told(world.sari, WEDNESDAY) == [("late", STEP_1)]
    assert Notice.objects.filter(user=world.sari, kind="late").count() == 1


# --- e-mail


def test_the_e_mail_of_a_morning(world):
    case = world.case()
    call_remind(TUESDAY)
    (sent,) = mail.outbox
    assert sent.to == ["sari@dinsos.example"]
    assert sent.subject == "Pengingat 3 Maret: 1 mendekati batas waktu"
    assert f"- {STEP_1}, Kasus bayi {case.number}. Batas waktu kemarin pukul 08.15." in sent.body
    assert "http://testserver/pengingat/" in sent.body
    assert sent.extra_headers["Message-ID"] == f"<pengingat-{Digest.objects.get().pk}@testserver>"


def test_who_wants_none_or_has_no_address_gets_none_but_reads_it_in_the_application(world, sign_in):
    world.case()
    User.objects.filter(username="sari").update(reminders_by_mail=False)
    assert call_remind(TUESDAY) == "1 pengingat dibuat, 0 surel dikirim.\n"
    User.objects.filter(username="sari").update(reminders_by_mail=True, email="")
    call_remind(WEDNESDAY)
    assert mail.outbox == []
    world.now = at("2026-03-04 08:00")
    page = sign_in("sari").get("/").content.decode()
    assert "1 lewat batas waktu" in page and "mendekati" not in page, "as his latest morning tells"


# --- in the application


def test_the_page_tells_and_is_read_by_a_button_of_its_own(world, sign_in):
    world.case()
    morning(TUESDAY)
    morning(WEDNESDAY)
    world.now = at("2026-03-04 08:00")
    sari = sign_in("sari")
    page = sari.get("/pengingat/").content.decode()
    assert page.index("4 Maret") < page.index("3 Maret") and page.count("Belum dibaca") == 2
    assert "Belum terkirim ke sari@dinsos.example." in page
    assert Digest.objects.filter(read_at=None).count() == 2, "looking changes nothing"
    first = Digest.objects.earliest("day")
    assert sari.post("/pengingat/dibaca/", {"first": first.pk, "last": first.pk}).url == "/pengingat/"
    assert list(Digest.objects.filter(read_at=None)) == [Digest.objects.latest("day")], "a later one stays"
    assert "1 lewat batas waktu" in sari.get("/").content.decode()
    sari.post("/pengingat/dibaca/", {"first": first.pk, "last": Digest.objects.latest("day").pk})
    assert '<p class="reminders">' not in sari.get("/").content.decode(), "no box when all is read"
    dewi = sign_in("dewi")
    assert "Belum ada pengingat" in dewi.get("/pengingat/").content.decode()
    for nonsense in ("", "x", "9" * 40, "-1"):
        data = {"first": nonsense, "last": nonsense}
        assert dewi.post("/pengingat/dibaca/", data).status_code == 302
    assert Digest.objects.filter(read_at=None).count() == 0, "and nobody reads for another"


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_however_much_it_tells(world, sign_in, django_assert_num_queries, count):
    for _ in range(count):
        world.case()
    for day in range(3, 3 + count):
        morning(f"2026-03-0{day} 06:30")
    world.now = at("2026-03-06 08:00")
    sari = sign_in("sari")
    # Session and user; authority, parts and counts of the frame; digests, notices, e-mails.
    with django_assert_num_queries(8):
        sari.get("/pengingat/")


def test_earlier_mornings_are_a_page_away(world, sign_in, monkeypatch):
    monkeypatch.setattr("sopcases.desk.digests.SHOWN", 1)
    world.case()
    morning(TUESDAY)
    morning(WEDNESDAY)
    world.now = at("2026-03-04 08:00")
    sari = sign_in("sari")
    page = sari.get("/pengingat/").content.decode()
    assert "3 Maret" not in page.split("<h2>", 1)[1] and "?sebelum=2026-03-04" in page
    assert "<h2>3 Maret</h2>" in sari.get("/pengingat/?sebelum=2026-03-04").content.decode()
    assert sari.get("/pengingat/?sebelum=kemarin").status_code == 200


def test_only_the_mornings_of_the_page_are_read_and_the_box_tells_of_the_latest(world, sign_in, monkeypatch):
    monkeypatch.setattr("sopcases.desk.digests.SHOWN", 1)
    world.case()
    for when in (TUESDAY, WEDNESDAY):
        morning(when)
    world.now = at("2026-03-04 08:00")
    sari = sign_in("sari")
    box = sari.get("/").content.decode().split('<p class="reminders">')[1].split("</p>")[0]
    assert "1 lewat batas waktu" in box and "mendekati" not in box
    page = sari.get("/pengingat/").content.decode()
    sari.post("/pengingat/dibaca/", dict(re.findall(r'name="(first|last)" value="(\d+)"', page)))
    assert [d.day for d in Digest.objects.filter(read_at=None)] == [date(2026, 3, 3)], "it was never shown"


def test_without_a_mail_server_no_e_mail_is_told_to_have_gone(world, sign_in, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    world.case()
    assert morning(TUESDAY) == 1
    assert not Mail.objects.exists()
    world.now = at(TUESDAY)
    assert "irim ke" not in sign_in("sari").get("/pengingat/").content.decode()


def test_a_case_is_passed_up_to_nobody_who_may_not_open_it(world):
    """A partner outside the office sees no case but his own, whomever he stands above."""
    kasi = Position.objects.get(agency=world.home, name="Kasi")
    above = Position.objects.create(agency=world.home, name="Koordinator", superior=kasi, external=True)
    Position.objects.filter(agency=world.home, name="Peksos").update(superior=above)
    lis = appoint(make_user(world.home, "lis", "Lis Koordinator"), above)
    case = world.case()
    assert not Case.objects.visible_to(Officer(lis, world.now)).filter(pk=case.pk).exists()
    morning(FRIDAY)
    assert told(world.sari) and told(lis) == []


def test_the_own_page_sets_address_and_wish(world, sign_in):
    sari = sign_in("sari")
    answer = sari.post("/saya/pengingat/", {"email": "bukan surel", "reminders_by_mail": "on"})
    assert answer.status_code == 422 and "bukan surel" in answer.content.decode()
    answer = sari.post("/saya/pengingat/", {"email": "", "reminders_by_mail": "on"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count("Isi alamat surel, atau matikan pengingat lewat surel.") == 2, "summary and field"
    assert sari.post("/saya/pengingat/", {"email": "s.w@dinsos.example"}).status_code == 302
    world.sari.refresh_from_db()
    assert (world.sari.email, world.sari.reminders_by_mail) == ("s.w@dinsos.example", False)


# --- the cost


@pytest.mark.parametrize("count", [1, 3])
def test_a_morning_costs_the_same_for_one_case_and_for_three(world, django_assert_num_queries, count):
    for _ in range(count):
        world.case()
    # Of each agency: calendar, round, who holds what, who left, the parts; of each officer seven kinds of
    # matter, fewer where his positions take no such part; steps and sessions of vacant posts; then what was
    # told, the round, digests, notices, e-mails.
    with django_assert_num_queries(98):
        reminding.remind(at(WEDNESDAY))
