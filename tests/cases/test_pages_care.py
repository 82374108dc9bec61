"""Asesmen, rencana and rujukan through the front door."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sopcases.cases import care
from sopcases.cases.models import Assessment, Goal, Interval
from tests.cases.front_door import local, picture
from tests.cases.story import children, done

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(today):
    return today.case()


def root(case) -> str:
    return f"/penanganan/{case.number}/anak/{children(case)[0]}/"


def test_an_assessment_begins_with_the_one_before(desk, today, case):
    sari, now = desk("sari"), local(today.now)
    sari.send(f"{root(case)}asesmen/baru/", assessed_at=now, physical="Berat <2,9> kg", needs="Akta")
    page = sari.text(f"{root(case)}asesmen/")
    assert "Berat &lt;2,9&gt; kg" in page and "Masalah dan kebutuhan" in page
    page = sari.text(f"{root(case)}asesmen/baru/")
    assert "Berat &lt;2,9&gt; kg" in page and "Isian di bawah diambil dari asesmen" in page
    sari.send(f"{root(case)}asesmen/baru/", assessed_at=now, physical="Berat 3,4 kg", needs="Akta")
    assert Assessment.objects.count() == 2
    assert "Asesmen " in sari.text(f"/penanganan/{case.number}/")


def test_a_correction_and_what_is_refused_keep_what_was_typed(desk, today, case):
    sari, now = desk("sari"), local(today.now)
    page = sari.send(f"{root(case)}asesmen/baru/", 422, assessed_at=now).content.decode()
    assert "Isi paling sedikit satu bagian asesmen." in page and "<title>Kesalahan: " in page
    sari.send(f"{root(case)}asesmen/baru/", assessed_at=now, needs="Akta")
    row = Assessment.objects.get()
    sari.send(f"{root(case)}asesmen/{row.pk}/", assessed_at=now, needs="Akta dan BPJS")
    row.refresh_from_db()
    assert (row.needs, row.version) == ("Akta dan BPJS", 1)
    assert "Membetulkan asesmen Anak 1: masalah dan kebutuhan" in sari.text(
        f"/penanganan/{case.number}/riwayat/"
    )
    stale = sari.get(f"{root(case)}asesmen/{row.pk}/")
    done(today, case, "sari", lambda w: care.correct(w, row.pk, 1, today.now, needs="Lain"))
    from tests.cases.front_door import hidden

    page = sari.post(
        f"{root(case)}asesmen/{row.pk}/", 409, **hidden(stale), assessed_at=now, needs="Punya saya"
    )
    assert "Punya saya" in page.content.decode()


def test_a_plan_from_first_goal_to_its_end(desk, today, case):
    sari = desk("sari")
    due = today.now.date() + timedelta(days=5)
    facts = {"goal": "Akta terbit", "due_on": due.isoformat(), "responsible": today.sari.pk}
    sari.send(f"{root(case)}rencana/baru/", **facts)
    goal = Goal.objects.get()
    page = sari.text(f"{root(case)}rencana/")
    assert "5 hari lagi" in page and "Berjalan" in page and str(today.sari) in page
    here = f"{root(case)}rencana/{goal.pk}/"
    sari.send(f"{here}perkembangan/", text="Berkas dikirim", happened_at=local(today.now), photos=[picture()])
    assert goal.notes.get().photos.get().child_id == goal.child_id
    assert "Berkas dikirim" in sari.text(f"{root(case)}rencana/")
    sari.send(here, **{**facts, "responsible": "", "responsible_text": "Puskesmas"})
    sari.send(f"{here}tercapai/", on=today.now.date().isoformat())
    assert "rencana: 1 dari 1 tercapai" in sari.text(f"/penanganan/{case.number}/")
    assert "Buka kembali dahulu" in sari.text(here, 403)
    sari.send(f"{here}buka-kembali/", reason="Keliru")
    sari.send(f"{here}tidak-dilanjutkan/", on=today.now.date().isoformat(), reason="Sudah ada")
    assert "Alasan: Sudah ada" in sari.text(f"{root(case)}rencana/")


def test_a_plan_without_responsible_is_refused_by_name(desk, today, case):
    sari = desk("sari")
    page = sari.send(f"{root(case)}rencana/baru/", 422, goal="Akta", responsible="", due_on="2030-01-01")
    assert "Pilih penanggung jawab, atau tuliskan pihak luarnya." in page.content.decode()


def test_a_referral_is_listed_with_the_days_waited_and_leads_to_the_handover(desk, today, case):
    sari, child = desk("sari"), children(case)[0]
    asked = {
        "party_kind": "region",
        "party": "Dinsos Batam",
        "request": "Menerima anak",
        "children": [child],
        "since": local(today.now),
    }
    sari.send(f"/penanganan/{case.number}/rujukan/baru/", **asked)
    row = Interval.objects.get()
    page = sari.text(f"/penanganan/{case.number}/")
    assert "Rujukan dan permintaan" in page and "menunggu 0 hari (0 hari kerja)" in page
    answer = f"/penanganan/{case.number}/menunggu/{row.pk}/"
    sari.send(answer, what="reminded", at=local(today.now))
    sari.send(answer, what="answered", at=local(today.now), accepted="ya", result="Siap menerima")
    row.refresh_from_db()
    assert row.accepted is True
    page = sari.text(f"/penanganan/{case.number}/")
    assert "Catat pelimpahan anak ini" in page and "Siap menerima" in page


def test_nobody_else_finds_them(desk, today, case):
    done(today, case, "sari", lambda w: care.assess(w, children(case)[0], today.now, needs="Akta"))
    other = today.case()
    elsewhere = f"/penanganan/{other.number}/anak/{children(other)[0]}/"
    row = Assessment.objects.get()
    for path in ("asesmen/", "asesmen/baru/", f"asesmen/{row.pk}/", "rencana/", "rencana/baru/"):
        for name in ("tono", "rina", "ani"):
            desk(name).get(root(case) + path, 404)
    desk("sari").get(f"{elsewhere}asesmen/{row.pk}/", 404)


@pytest.mark.parametrize("count", [1, 3])
def test_the_pages_cost_the_same_whatever_they_hold(desk, today, case, count):
    child = children(case)[0]
    for number in range(count):
        with today.walk(case, "sari") as walk:
            care.assess(walk, child, today.now, needs=f"Akta {number}")
            goal = care.plan(walk, child, goal=f"A{number}", due_on=today.now.date(), responsible=today.sari)
            care.progress(walk, goal.pk, "Dikirim", today.now)
            walk.refer("RSUD", today.now, request="Periksa", children=[child])
    sari = desk("sari")
    sari.get(f"{root(case)}rencana/")
    found = []
    for path in ("asesmen/", "rencana/"):
        with CaptureQueriesContext(
            connection,
        ) as caught:
            sari.get(root(case) + path)
        found.append(len(caught))
    assert found == COST


COST = [13, 14]
