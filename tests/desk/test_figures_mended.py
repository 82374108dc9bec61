"""Faults that a reading found in the figures and reports, each through its page or verb."""

import pytest
from django.core.management import CommandError, call_command

from sopcases.cases.merging import merge
from sopcases.cases.models import Child
from sopcases.desk.figures.reckoning import reckon
from sopcases.desk.models import Export
from sopcases.desk.reports import making
from sopcases.desk.reports.attendance import AttendanceBook
from sopcases.desk.reports.recap import Recap
from sopcases.people.models import Position
from tests.cases.front_door import hidden
from tests.cases.story import children, done
from tests.cast import appoint, at, make_user
from tests.desk.test_reports_pages import CASES, CHILDREN, RECAP, TARGET, told

pytestmark = pytest.mark.django_db
DASHBOARD, WHERE = "/laporan/", "/laporan/anak/"
STEP = "/laporan/langkah/bayi-balita-terlantar/1/1/"


def told_places(page) -> dict[str, int]:
    return {number.label: number.count for number in page.context["dashboard"].places}


def test_a_place_told_in_a_case_that_one_may_not_read_is_not_told(world, sign_in):
    post = Position.objects.get(agency=world.home, name="Peksos")
    world.users["lina"] = appoint(make_user(world.home, "lina", "Lina"), post)
    case, other = world.case(), world.case(children=0)
    (child,) = children(case)
    done(world, case, "sari", lambda w: w.place(child, "RSUD", world.now))
    done(world, other, "sari", lambda w: w.join(Child.objects.get(pk=child)))
    done(world, other, "dewi", lambda w: w.assign(post.pk, world.users["lina"]))
    world.wait(hours=1)
    done(world, other, "lina", lambda w: w.place(child, "Rumah aman", world.now))
    sari, lina = sign_in("sari"), sign_in("lina")
    assert told_places(sari.get(DASHBOARD)) == {"RSUD": 1}
    assert "Rumah aman" not in sari.get(WHERE).content.decode()
    assert sari.get(WHERE, {"tempat": "Rumah aman"}).context["list"].count == 0
    assert told_places(lina.get(DASHBOARD)) == {"Rumah aman": 2}, "in both cases that she reads"


def test_places_beyond_those_told_are_counted_together_and_listed(world, sign_in, monkeypatch):
    monkeypatch.setattr("sopcases.desk.figures.open.PLACES", 2)
    monkeypatch.setattr("sopcases.desk.figures.lists.PAGE", 1)
    case = world.case(children=6)
    for child, place in zip(children(case), ["RSUD", "RSUD", "RSUD", "Panti", "Rumah"], strict=False):
        done(world, case, "sari", lambda w, child=child, place=place: w.place(child, place, world.now))
    client = sign_in("dewi")
    page = client.get(DASHBOARD)
    assert told_places(page) == {"RSUD": 3, "Belum dicatat": 1, "Tempat lain": 2}
    others = client.get(page.context["dashboard"].places[-1].url)
    assert "Anak yang berada di tempat lain" in others.content.decode()
    following = client.get(WHERE + others.context["list"].older).context["list"]
    assert others.context["list"].count == following.count == 2
    assert [stay.where for page in (others.context["list"], following) for stay, _ in page.rows] == [
        "Panti",
        "Rumah",
    ]


def test_two_records_of_one_child_are_one_child_on_the_dashboard(world, sign_in):
    case = world.case(children=3)
    first, second, _ = children(case)
    done(world, case, "dewi", lambda w: merge(w, second, first, "Anak yang sama"))
    page = sign_in("dewi").get(DASHBOARD)
    assert page.context["dashboard"].standing[0].count == 2
    assert told_places(page) == {"Belum dicatat": 2}
    assert [stay.child_id for stay, _ in sign_in("dewi").get(WHERE).context["list"].rows] != [first, second]


@pytest.mark.parametrize(
    "url",
    [
        f"{STEP}?tahun=20261",
        f"{STEP}?bulan=123",
        f"{STEP}?tahun=0999&bulan=00",
        f"{WHERE}?tempat=%00",
        f"{WHERE}?sop=%00",
        *(
            f"/penanganan/?{name}={month}"
            for name in ("dibuka", "ditutup")
            for month in ("9999-12", "0001-01")
        ),
        f"/penanganan/?petugas={2**63}",
        f"/penanganan/?petugas={9**40}",
        f"/penanganan/?revisi={9**40}",
    ],
)
def test_what_is_typed_into_an_address_breaks_no_page(world, sign_in, url):
    world.case()
    assert sign_in("dewi").get(url).status_code == 200


def asked(world, report, ending="csv") -> Export:
    by = world.officer("budi")
    return making.ask(report(by), ending, by)


def test_a_file_asked_for_on_the_last_day_of_the_year_is_of_that_year(world):
    world.now = at("2026-12-31 16:00")
    world.case()
    export = asked(world, lambda by: Recap(by, {"bulan": "12"}))
    world.wait(hours=20)
    by = world.officer("budi")
    facts = dict(making.report_of(export, by).facts)
    assert (facts["Masa"], facts["Keadaan per"]) == ("Desember 2026", "31 Desember 2026")
    assert making.go_on(export, by, 60).state == Export.State.READY


def test_a_file_whose_filter_holds_no_more_is_not_made_of_everything(world):
    world.case()
    export = asked(world, lambda by: Recap(by, {}))
    Export.objects.filter(pk=export.pk).update(parameters={"tahun": "1850"})
    export.refresh_from_db()
    export = making.go_on(export, world.officer("budi"), 60)
    assert (export.state, export.reason) == (Export.State.FAILED, making.NOT_VALID)


def test_what_is_counted_by_cases_is_printed_no_longer_than_the_limit(world, monkeypatch):
    monkeypatch.setattr(making, "PRINTED", 1)
    told(world)
    by = world.officer("dewi")
    export = making.go_on(making.ask(AttendanceBook(by, {}), "pdf", by), by, 60)
    assert export.state == Export.State.FAILED and "paling banyak 1 baris" in export.reason
    assert not export.parts.exists()


def test_the_target_of_next_year_stands_below_the_form(world, sign_in):
    form = {"indicator": world.home.indicators.get().pk, "year": 2027, "number": 9, "basis": "Renja 2027"}
    client = sign_in("budi")
    answer = client.post(TARGET, hidden(client.get(TARGET)) | form, follow=True)
    assert answer.status_code == 200 and answer.request["PATH_INFO"] == TARGET
    assert "Renja 2027" in answer.content.decode()


def declared_one(world) -> None:
    """A boy of one case is recognised as the girl of another."""
    case, other = world.case(), world.case()
    (boy,), (girl,) = children(case), children(other)
    Child.objects.filter(pk=boy).update(sex="L")
    Child.objects.filter(pk=girl).update(sex="P", name="Melati Putri")
    done(world, case, "dewi", lambda w: merge(w, boy, girl, "Anak yang sama"))


def test_facts_are_those_of_the_record_that_stands_for_the_child(world, sign_in):
    declared_one(world)
    client = sign_in("dewi")
    rows = [row.cells for row in client.get(CHILDREN).context["report"].page.rows]
    assert [row[:2] for row in rows] == [("Melati Putri", "Perempuan")] * 2
    recap = {row.cells[:2]: row.cells[4] for row in client.get(RECAP).context["report"].page.rows}
    assert recap["Anak menurut jenis kelamin", "Perempuan"] == 2
    assert recap["Anak menurut jenis kelamin", "Laki-laki"] == 0
    assert recap["Anak berbeda", "Setiap anak dihitung satu kali"] == 1


@pytest.mark.parametrize("page", [CASES, CHILDREN, RECAP])
def test_records_declared_one_cost_the_same_at_one_and_at_three(
    world, sign_in, page, django_assert_max_num_queries
):
    client, costs = sign_in("dewi"), []
    for count in (1, 2):
        for _ in range(count):
            declared_one(world)
        with django_assert_max_num_queries(30) as asked_of_it:
            assert client.get(page).status_code == 200
        costs.append(len(asked_of_it))
    assert costs[0] == costs[1]


def test_one_file_that_cannot_be_made_stops_no_other(world, monkeypatch, capsys):
    for _ in range(2):
        asked(world, lambda by: Recap(by, {}))
    first, second = Export.objects.order_by("pk")
    Export.objects.filter(pk=first.pk).update(report="tidak_ada")
    monkeypatch.setattr("django.utils.timezone.now", lambda: world.now)
    with pytest.raises(CommandError, match="1 berkas tidak dapat disusun"):
        call_command("make_exports")
    second.refresh_from_db()
    assert second.state == Export.State.READY and "1 berkas selesai" in capsys.readouterr().out


def test_one_agency_that_cannot_be_reckoned_stops_no_other(world, monkeypatch, capsys):
    def broken(agency, at, **how):
        if agency.slug == "lamandau":
            raise ZeroDivisionError
        return reckon(agency, at, **how)

    monkeypatch.setattr("sopcases.desk.management.commands.summarise.reckon", broken)
    with pytest.raises(CommandError, match="lamandau"):
        call_command("summarise")
    assert "tanjungpinang: 0 penanganan dihitung" in capsys.readouterr().out
