"""The pages of a recurring session: the tick list, the report, photos, the list to sign, mending."""

from datetime import timedelta

import pytest

from sopcases.cases import merging, sessions
from sopcases.cases.models import Attendance, Session
from sopcases.cases.walk import roll
from sopcases.desk.inbox import Inbox
from sopcases.people.models import Entry
from tests.cases.front_door import Desk, hidden, local, picture
from tests.cases.story import attempts, children, states
from tests.cases.test_verb_roll import in_sessions
from tests.letters.papers import scan

pytestmark = pytest.mark.django_db


@pytest.fixture
def rounds(today):
    """Two rounds, seventy days ago: their first month went by without a word."""
    now, today.now = today.now, today.now - timedelta(days=70)
    cases = [in_sessions(today), in_sessions(today)]
    today.now = now
    roll(now)
    return cases


@pytest.fixture
def period(rounds):
    return attempts(rounds[0], "5")[0].occurrence


@pytest.fixture
def url(period):
    return f"/kegiatan/anak-jalanan/5/{period.isoformat()}/"


def ticked(today, rounds, marks, **data):
    """What the tick list sends: each child shown, marked or not."""
    held = attempts(rounds[0], "5")[0].opened_at + timedelta(days=3)
    shown = {f"alasan-{children(case)[0]}": "" for case in rounds}
    facts = {"held_at": local(held), "place": "Aula Dinas", "acted_by": [today.sari.pk]}
    return facts | shown | marks | data


def test_one_row_in_tugas_saya_for_all_cases_leads_to_the_tick_list(today, rounds, period, desk, url):
    inbox = Inbox(today.officer("sari"))
    rows = [r for s in inbox.sections for r in s.rows if r.what.startswith("Kegiatan bersama")]
    mine = [r for r in rows if r.url == url]
    assert [r.who for r in mine] == ["2 anak dari 2 penanganan"]
    assert mine[0].late and "belum dilaporkan" in mine[0].why
    assert Inbox(today.officer("sari")).todo == inbox.todo
    page = desk("sari").text(url)
    assert "2 anak dari 2 penanganan belum dicatat." in page
    assert all(case.number in page for case in rounds)


def test_everybody_came_but_one_and_the_report_comes_with_it(today, rounds, desk, url):
    one, two = (children(case)[0] for case in rounds)
    sari = desk("sari")
    kind = today.kind("Laporan Kegiatan Support Group")
    data = ticked(
        today,
        rounds,
        {f"anak-{two}": "absent", f"alasan-{two}": "Sakit\0"},
        everybody="on",
        **{f"laporan-{kind.pk}-file": picture()},
    )
    response = sari.send(url, **data)
    session = Session.objects.get()
    assert response.url == f"/kegiatan/{session.pk}/"
    told = session.attendance.order_by("child").values_list("child", "status", "reason")
    assert list(told) == [(one, "present", ""), (two, "absent", "Sakit")]
    assert [states(case, "5")[0] for case in rounds] == ["done", "done"]
    page = sari.text(response.url)
    assert "1 hadir, 1 tidak hadir" in page
    assert "Tidak hadir: Sakit" in page


def test_an_absence_without_a_reason_keeps_what_was_ticked(today, rounds, desk, url):
    one, two = (children(case)[0] for case in rounds)
    data = ticked(today, rounds, {f"anak-{one}": "present", f"anak-{two}": "absent"})
    page = desk("sari").send(url, 422, **data).content.decode()
    assert "Isi alasan Anak 0 tidak hadir." in page
    assert f'name="anak-{one}" value="present" checked' in page
    assert "Aula Dinas" in page
    assert not Attendance.objects.exists()


def test_sent_twice_it_is_one_session_and_two_people_meet_on_a_conflict(today, rounds, desk, url):
    sari, agus = desk("sari"), desk("agus")
    data = ticked(today, rounds, {}, everybody="on")
    key, other = hidden(sari.get(url)), hidden(agus.get(url))
    first = sari.post(url, **key, **data)
    assert sari.post(url, **key, **data).url == first.url
    page = agus.post(url, 409, **other, **data).content.decode()
    assert "Sudah diubah orang lain" in page and "Aula Dinas" in page
    assert Session.objects.count() == 1


def test_two_groups_in_two_halls(today, rounds, desk, url):
    one, two = (children(case)[0] for case in rounds)
    sari = desk("sari")
    sari.send(url, **ticked(today, rounds, {f"anak-{one}": "present"}, group="Barat"))
    page = sari.text(url)
    assert "Kelompok Barat" in page
    assert "1 anak dari 1 penanganan belum dicatat." in page
    data = ticked(today, rounds, {f"anak-{two}": "present"}, group="Timur", place="Aula Timur")
    del data[f"alasan-{one}"]
    sari.send(url, **data)
    assert [s.group for s in Session.objects.order_by("id")] == ["Barat", "Timur"]
    assert "Semua anak sudah dicatat." in sari.text(url)


def test_a_child_of_two_records_is_one_row_and_one_of_those_who_came(today, rounds, desk, url, period):
    one, two = (children(case)[0] for case in rounds)
    with today.walk(rounds[0], "sari") as walk:
        merging.merge(walk, one, two, "Nama samaran")
    sari = desk("sari")
    page = sari.text(url)
    assert "1 anak dari 2 penanganan belum dicatat." in page
    assert "1 anak dari 2 penanganan" in sari.text("/"), "Tugas Saya counts the same"
    assert f'name="anak-{two}"' in page and f'name="anak-{one}"' not in page
    data = ticked(today, rounds, {f"anak-{two}": "present"})
    del data[f"alasan-{one}"]
    here = sari.send(url, **data).url
    assert Attendance.objects.filter(status="present").count() == 2
    assert "1 hadir, 0 tidak hadir" in sari.text(here)
    assert "1 hadir, 0 tidak hadir" in sari.text(url)
    mended = {f"anak-{two}": "absent", f"alasan-{two}": "Sakit\0"}
    sari.send(f"{here}kehadiran/", **mended)
    assert set(Attendance.objects.values_list("status", flat=True)) == {"absent"}


def test_report_photos_and_mending_afterwards(today, rounds, desk, url):
    one, two = (children(case)[0] for case in rounds)
    desk("agus").send(url, **ticked(today, rounds, {}, everybody="on"))
    here = f"/kegiatan/{Session.objects.get().pk}/"
    sari = desk("sari")
    assert "Laporan Kegiatan Support Group belum ada." in sari.text(here)
    kind = today.kind("Laporan Kegiatan Support Group")
    sari.send(f"{here}laporan/", 422)
    sari.send(f"{here}laporan/", **{f"laporan-{kind.pk}-file": picture()})
    assert [states(case, "5")[0] for case in rounds] == ["done", "done"]
    sari.send(f"{here}foto/", photos=[picture(), picture(colour="red")], caption="Bermain bersama")
    assert "Bermain bersama" in sari.text(here)
    photo = Session.objects.get().photos.first()
    assert sari.get(f"/foto/{photo.pk}/").headers["Content-Type"] == "image/jpeg"
    Desk(today, "tono").get(f"/foto/{photo.pk}/", 404)
    marks = {f"anak-{one}": "present", f"anak-{two}": "absent", f"alasan-{two}": "Ternyata sakit"}
    sari.send(f"{here}kehadiran/", **marks)
    assert "1 hadir, 1 tidak hadir" in sari.text(here)
    history = sari.text(f"/penanganan/{rounds[1].number}/riwayat/")
    assert "Memperbaiki kehadiran Anak 0 pada kegiatan bersama: dari hadir menjadi tidak hadir" in history


def test_not_held_for_all_in_one_act(today, rounds, desk, url):
    ids = [children(case)[0] for case in rounds]
    desk("sari").send(f"{url}tidak-terlaksana/", reason="Banjir", children=ids)
    assert [states(case, "5")[0] for case in rounds] == ["not_held", "not_held"]
    assert "Tidak terlaksana: Banjir" in desk("sari").text(url)


def test_the_list_to_be_signed_is_a_pdf_named_after_no_child(today, rounds, desk, url):
    response = desk("sari").get(f"{url}daftar-hadir/")
    assert response.content.startswith(b"%PDF")
    assert "Anak" not in response.headers["Content-Disposition"]
    assert Entry.objects.filter(verb="session.read").exists()


@pytest.mark.parametrize("count", [1, 3])
def test_the_pages_cost_the_same_for_one_round_and_for_three(today, count, desk, django_assert_num_queries):
    now, today.now = today.now, today.now - timedelta(days=70)
    cases = [in_sessions(today) for _ in range(count)]
    today.now = now
    roll(now)
    first = attempts(cases[0], "5")[0]
    url = f"/kegiatan/anak-jalanan/5/{first.occurrence.isoformat()}/"
    sari = desk("sari")
    sari.get(url)
    with django_assert_num_queries(13):
        sari.get(url)
    session = sessions.hold(
        cases[0].sop,
        "5",
        first.occurrence,
        today.officer("sari"),
        held_at=first.opened_at + timedelta(days=1),
        place="Aula",
        present={children(case)[0] for case in cases},
        absent={},
    )
    sessions.report(
        session,
        today.officer("sari"),
        today.kind("Laporan Kegiatan Support Group"),
        scan(),
        version=0,
    )
    with django_assert_num_queries(15):
        sari.get(f"/kegiatan/{session.pk}/")
