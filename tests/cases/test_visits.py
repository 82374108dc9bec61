"""Visits to children: the sheet is the report, received several at once, and all in one table."""

import io
from datetime import date, timedelta

import pytest
from pypdf import PdfReader

from sopcases.cases import aid, visits
from sopcases.cases.models import Visit
from sopcases.cases.progress import Progress, Spot
from sopcases.cases.uploads import accept
from sopcases.cases.walk import roll
from sopcases.people.models import Appointment, Area
from sopcases.refusal import Conflict, NotAllowed
from sopcases.sops.models import Stage
from tests.cases.front_door import Desk, hidden, local, picture
from tests.cases.story import NOT_YOURS, STRANGER, attempts, children, done, outcome, refused, states, verbs
from tests.cases.test_aid import given, planned
from tests.cast import at, make_world

pytestmark = pytest.mark.django_db

SPRING, SUMMER = date(2026, 4, 1), date(2026, 7, 1)
SHEET = {
    "met": "Siti Aminah (ibu)",
    "condition": "Sehat, berat badan naik.",
    "aid_use": "Seragam dipakai ke sekolah.",
    "schooling": "Kelas 3, hadir setiap hari.",
    "needs": "Kacamata",
    "follow_up": "Dirujuk ke puskesmas.",
    "conclusion": "Berkembang baik.",
}


def served(world, count=2):
    """Luar Panti at step 4: so many children have received aid, and the first visits are open."""
    case = planned(world, count)
    given(world, case)
    done(world, case, "joko", lambda w: aid.report(w, accept([picture()]), children(case)))
    return case


@pytest.fixture
def visited(db):
    """In May, two children to be visited; tika's area is the case's."""
    world = make_world(at("2026-03-02 08:00"))
    Appointment.objects.filter(user=world.tika).update(area=None)
    case = served(world)
    area = Area.objects.filter(agency=case.agency).first()
    Appointment.objects.filter(user=world.tika).update(area=area)
    type(case).objects.filter(pk=case.pk).update(area=area)
    world.now = at("2026-05-12 10:00")
    case.refresh_from_db()
    return world, case


def spot(case, place=0, period=SPRING) -> Spot:
    return Spot("4", children(case)[place], period)


def write(world, where, version=0, **facts):
    sheet = {**SHEET, "visited_at": world.now - timedelta(hours=2), "acted_by": [world.tika], **facts}
    return lambda w: visits.write(w, where, version=version, **sheet)


def finish(world, where, version=0, **facts):
    sheet = {**SHEET, "visited_at": world.now - timedelta(hours=2), "acted_by": [world.tika], **facts}
    return lambda w: visits.finish(w, where, version=version, **sheet)


def words(paper) -> str:
    pages = PdfReader(io.BytesIO(paper.file.read())).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_the_sheet_is_the_report(visited):
    world, case = visited
    where = spot(case)
    done(world, case, "tika", finish(world, where))
    visit = Visit.objects.get()
    attempt = attempts(case, "4")[0]
    assert (visit.attempt, visit.met, visit.recorded_by) == (attempt, SHEET["met"], world.tika)
    assert (attempt.acted_at, attempt.state) == (visit.visited_at, "open"), "handed to who receives"
    paper = visit.report
    filing = paper.filings.get()
    assert (filing.attempt, filing.child_id, paper.kind.name) == (
        attempt,
        where.child_id,
        "Laporan Monitoring",
    )
    assert (paper.stage, paper.mime, paper.created_by) == (Stage.READY, "application/pdf", world.tika)
    text = words(paper)
    for part in (
        "LAPORAN MONITORING",
        "Anak 1",
        "1 April 2026 – 30 Juni 2026",
        "Tika Rahayu",
        *SHEET.values(),
    ):
        assert part in text, part
    assert "Anak" not in paper.file.name
    assert verbs(case)[-4:] == ["step.recorded", "visit.written", "paper.filed", "step.recorded"] or (
        "step.handed" in verbs(case)[-5:]
    )
    done(world, case, "hadi", lambda w: w.receive("4", where.child_id, SPRING))
    assert states(case, "4") == ["done", "open"]


def test_kept_for_later_and_mended_until_it_is_received(visited):
    world, case = visited
    where = spot(case)
    done(world, case, "tika", write(world, where, condition="Belum lengkap"))
    visit = Visit.objects.get()
    assert (visit.version, visit.report) == (1, None) and attempts(case, "4")[0].acted_at
    refused(world, case, "tika", write(world, where, version=0), visits.CHANGED, error=Conflict)
    done(world, case, "tika", finish(world, where, version=1))
    visit.refresh_from_db()
    first = visit.report
    done(world, case, "yuli", finish(world, where, version=2, condition="Sakit ringan"))
    visit.refresh_from_db()
    first.refresh_from_db()
    assert first.voided_at and first.void_reason == "Diganti dengan lembar yang diperbarui"
    assert "Sakit ringan" in words(visit.report) and visit.recorded_by == world.yuli
    done(world, case, "hadi", lambda w: w.receive("4", where.child_id, SPRING))
    told = "Kunjungan ini sudah selesai, atau anak sudah keluar dari penanganan."
    refused(world, case, "tika", write(world, where, version=3), told)


def test_a_report_of_one_s_own_stands(visited):
    world, case = visited
    where = spot(case)
    own = world.paper("Laporan Monitoring", "tika", stage=Stage.READY)
    with world.walk(case, "tika") as walk:
        output = walk.plan.by_key["4"].outputs[0].id
        walk.file(own, output=output, children=[where.child_id], occurrence=SPRING)
    done(world, case, "tika", finish(world, where))
    own.refresh_from_db()
    assert own.voided_at is None and Visit.objects.get().report is None


def test_the_report_goes_to_the_period_it_tells_of(visited):
    """The spring's visit was missed and may still be told; the summer's sheet is the summer's report."""
    world, case = visited
    roll(at("2026-07-01 00:05"))
    world.now = at("2026-08-03 10:00")
    where = spot(case, period=SUMMER)
    done(world, case, "tika", finish(world, where))
    assert Visit.objects.get().report.filings.get().attempt.occurrence == SUMMER


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"met": " "}, "Sebutkan siapa yang ditemui."),
        ({"condition": ""}, "Tulis keadaan anak."),
        ({"visited_at": at("2026-05-12 10:01")}, "Waktu pelaksanaan tidak boleh di masa depan."),
        ({"visited_at": at("2026-03-31 10:00")}, "Masa kegiatan ini belum tiba."),
    ],
)
def test_refusals(visited, facts, sentence):
    world, case = visited
    refused(world, case, "tika", write(world, spot(case), **facts), sentence)


def test_who_may(visited):
    world, case = visited
    for name in ("hadi", "wati", "camat"):
        refused(world, case, name, write(world, spot(case)), NOT_YOURS, error=NotAllowed)
    refused(world, case, "sari", write(world, spot(case)), STRANGER, error=NotAllowed)
    done(world, case, "yuli", lambda w: w.leave(children(case)[0], outcome(case), world.now.date()))
    told = "Kunjungan ini sudah selesai, atau anak sudah keluar dari penanganan."
    refused(world, case, "tika", write(world, spot(case)), told)
    refused(
        world,
        case,
        "yuli",
        lambda w: visits.write(
            w, Spot("3", children(case)[1]), visited_at=world.now, acted_by=[], version=0, **SHEET
        ),
        visits.NO_VISIT,
    )


def test_several_received_at_once(visited):
    world, case = visited
    for place in (0, 1):
        done(world, case, "tika", finish(world, spot(case, place)))
    progress = Progress(case, world.officer("hadi"))
    assert [a.child_id for a in visits.receivable(progress)] == children(case)
    assert visits.receivable(Progress(case, world.officer("tika"))) == []
    spots = [spot(case, 0), spot(case, 1)]
    told = "Hanya penerima pada langkah ini yang dapat menerimanya."
    refused(world, case, "yuli", lambda w: w.receive_all(spots), told, error=NotAllowed)
    refused(world, case, "hadi", lambda w: w.receive_all([]), "Pilih paling sedikit satu.")
    nothing = [spots[0], Spot("4", children(case)[1], SUMMER)]
    refused(
        world, case, "hadi", lambda w: w.receive_all(nothing), "Belum ada yang diserahkan untuk diterima."
    )
    done(world, case, "hadi", lambda w: w.receive_all(spots))
    assert states(case, "4") == ["done", "done"]


def test_the_table_tells_every_child_and_period(visited):
    world, case = visited
    done(world, case, "tika", finish(world, spot(case)))
    done(world, case, "hadi", lambda w: w.receive("4", children(case)[0], SPRING))
    roll(at("2026-07-01 00:05"))
    world.now = at("2026-08-03 10:00")
    done(world, case, "yuli", lambda w: w.leave(children(case)[1], outcome(case), world.now.date()))
    progress = Progress(case, world.officer("tika"))
    (step,) = visits.steps(progress)
    table = visits.table(progress, step)
    assert table.periods == (SPRING, SUMMER)
    found = [(child, [a and a.state for a in cells]) for child, cells in table.rows]
    one, two = children(case)
    assert found == [(one, ["done", "open"]), (two, ["ended", "ended"])]


# --- the pages, at the clock of today


@pytest.fixture
def now_visited(today):
    """Today within a period: the first visits are open already, as they would be after a quarter."""
    from sopcases.cases.models import Attempt
    from sopcases.worktime.periods import period

    area = Area.objects.filter(agency=today.agencies["lamandau"]).first()
    case = served(today, 2)
    type(case).objects.filter(pk=case.pk).update(area=area)
    first, _ = period(today.now.date(), 3)
    opened = today.now - timedelta(minutes=30)
    Attempt.objects.filter(case=case, step__key="4").update(
        occurrence=first, opened_at=opened, turn_at=opened
    )
    case.refresh_from_db()
    return today, case, first


def test_a_visit_on_a_phone_and_its_receipt(now_visited):
    world, case, first = now_visited
    tika, hadi = Desk(world, "tika"), Desk(world, "hadi")
    one, two = children(case)
    root = f"/penanganan/{case.number}/"
    url = f"{root}langkah/4/anak/{one}/masa/{first}/kunjungan/"
    assert "Isi lembar kunjungan" in tika.text(url.removesuffix("kunjungan/"))
    typed = {**SHEET, "visited_at": local(world.now), "acted_by": [world.tika.pk]}
    page = tika.send(url, 422, **{**typed, "condition": ""}).content.decode()
    assert "Isi keadaan anak." in page and "Kacamata" in page
    tika.send(url, action="later", **typed)
    assert "Lembar kunjungan tersimpan." in tika.text(url)
    assert "Berkembang baik." in tika.text(url), "nothing is typed twice"
    sent = {**hidden(tika.get(url)), **typed}
    assert tika.post(url, **sent).url == tika.post(url, **sent).url == url.removesuffix("kunjungan/")
    assert Visit.objects.get().report is not None
    hadi.get(url, 403)
    table = hadi.text(f"{root}pemantauan/")
    assert (
        "Terima beberapa (1)" in table
        and "Dikunjungi" in table
        and "Belum dikunjungi" in table
        and "Anak 2" in table
    )
    page = hadi.text(f"{root}terima-beberapa/")
    assert "Langkah 4, Anak 1" in page
    hadi.send(f"{root}terima-beberapa/", 422)
    hadi.send(f"{root}terima-beberapa/", what=[f"4|{one}|{first}"])
    hadi.get(f"{root}terima-beberapa/", 403)
    hadi.post(f"{root}terima-beberapa/", 422, what=[f"4|{two}|{first}"])
    assert "Terlaksana" in hadi.text(f"{root}pemantauan/")
    for name in ("sari", "budi", "ani"):
        for part in ("pemantauan/", "terima-beberapa/", f"langkah/4/anak/{two}/masa/{first}/kunjungan/"):
            Desk(world, name).get(root + part, 404)


def test_partners_of_another_area_find_no_visit(now_visited):
    world, case, first = now_visited
    there = Area.objects.filter(agency=case.agency)[1]
    type(case).objects.filter(pk=case.pk).update(area=there)
    root = f"/penanganan/{case.number}/"
    for name in ("tika", "camat"):
        for part in ("pemantauan/", f"langkah/4/anak/{children(case)[0]}/masa/{first}/kunjungan/"):
            Desk(world, name).get(root + part, 404)


def test_the_one_before_stands_beside(visited):
    world, case = visited
    done(world, case, "tika", finish(world, spot(case)))
    found = visits.of_child(Progress(case, world.officer("tika")), children(case)[0])
    assert [v.condition for v in found] == [SHEET["condition"]]


@pytest.mark.parametrize("count", [1, 3, 20])
def test_the_table_costs_the_same_for_any_number(today, count, django_assert_num_queries):
    case = served(today, count)
    hadi = Desk(today, "hadi")
    url = f"/penanganan/{case.number}/pemantauan/"
    hadi.get(url)
    with django_assert_num_queries(10):
        hadi.get(url)
