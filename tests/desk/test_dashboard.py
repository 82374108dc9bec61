"""The dashboard: every number opens its list and both agree, for each person by what he may read."""

import html
import re

import pytest

from sopcases.cases.models.case import sops_seen_whole
from sopcases.desk.figures.reckoning import reckon
from sopcases.people.models import Appointment, Area, Position
from tests.cases.story import done, ordered, outcome, reported
from tests.cast import appoint, make_user
from tests.desk.test_measures import waiting_for_police

pytestmark = pytest.mark.django_db
PAGE = "/laporan/"


def an_office(world):
    """One case waits for the police, one is held, one is late, one ended; a round with nobody yet."""
    held, late, ended = world.case(), world.case(), world.case(children=2)
    waits = world.case()
    ordered(world, waits)
    asked_at = world.wait(hours=1)
    done(world, waits, "sari", lambda w: w.wait("4", "Polresta", asked_at, party_kind="police"))
    done(world, held, "dewi", lambda w: w.put_on_hold("Keluarga dicari"))
    child = waits.children.get().child_id
    done(world, waits, "sari", lambda w: w.place(child, "RSUD Contoh", asked_at))
    done(
        world,
        late,
        "dewi",
        lambda w: w.assign(late.attempts.get().step.performers.first().position_id, world.sari),
    )
    done(world, ended, "dewi", lambda w: w.stop("Keluarga datang", outcome(ended)))
    world.case("anak-jalanan", by="dewi", children=0)
    world.wait(days=3)
    reckon(world.home, world.now)
    return waits, held, late, ended


def numbers(page) -> list[tuple[str, int]]:
    """Every link of the page whose words are a count, and the count."""
    found = re.findall(r'<a class="d-inline-block px-2 py-1" href="([^"]+)">(\d+)</a>', page.content.decode())
    found += re.findall(r'<a href="([^"]+)">\s*<span class="tile-count">(\d+)', page.content.decode())
    return [(html.unescape(url), int(count)) for url, count in found]


def told(page) -> int:
    """How many the list says there are."""
    return int(re.search(r'<p class="lead">(\d+) ', page.content.decode())[1])


@pytest.mark.parametrize("name", ["sari", "dewi", "budi"])
def test_every_number_opens_a_list_of_so_many(world, sign_in, name):
    an_office(world)
    client = sign_in(name)
    found = numbers(client.get(PAGE))
    assert len(found) > 12
    for url, count in found:
        page = client.get(url)
        assert page.status_code == 200 and told(page) == count, url
        rows = page.content.decode().count('<th scope="row"')
        assert rows >= count or "/laporan/langkah/" in url, url


def test_what_holds_cases_up_is_told_by_its_reason(world, sign_in):
    an_office(world)
    dashboard = sign_in("dewi").get(PAGE).context["dashboard"]
    stuck = {number.label: number.count for number in dashboard.stuck}
    assert stuck["Menunggu kepolisian"] == stuck["Menunggu pihak lain, semuanya"] == 1
    assert stuck["Ditunda"] == 1
    assert stuck["Lewat batas waktu tanpa menunggu pihak lain"] == 2, "while one is held its clocks rest"
    assert {n.label: n.count for n in dashboard.places} == {"RSUD Contoh": 1, "Belum dicatat": 2}
    assert [n.count for n in dashboard.standing] == [3, 4, 3]
    assert dashboard.standing[2].marked


def test_the_load_is_in_the_order_of_the_alphabet_and_only_for_superiors(world, sign_in):
    an_office(world)
    load = sign_in("dewi").get(PAGE).context["dashboard"].load
    assert [(n.label, n.count) for n in load] == [(world.sari.name, 1), ("Belum ditugaskan", 3)]
    assert sign_in("sari").get(PAGE).context["dashboard"].load == []


def test_the_load_says_who_holds_no_position_any_more(world, sign_in):
    an_office(world)
    Appointment.objects.filter(user=world.sari).delete()
    first = sign_in("dewi").get(PAGE).context["dashboard"].load[0]
    assert (first.label, first.count) == (f"{world.sari.name} (tidak lagi bertugas)", 1)
    assert told(sign_in("dewi").get(first.url)) == 1


def test_a_step_reads_what_ended_and_what_runs(world, sign_in):
    waits = an_office(world)[0]
    page = sign_in("dewi").get(PAGE, {"revisi": "bayi-balita-terlantar/1", "tahun": "2026"})
    steps = {step.step.key: (now, step) for now, step in page.context["dashboard"].steps}
    now, fourth = steps["4"]
    assert (now.cases, now.late, fourth.figure.done) == (1, 1, 0)
    assert steps["1"][1].figure.done == steps["2"][1].figure.done == 1
    assert "Waktu baku" in page.content.decode()
    rows = sign_in("dewi").get(steps["1"][1].url).context["list"].lines
    assert [row.number for row in rows] == [waits.number]


def test_an_act_after_the_reckoning_moves_neither_number_nor_list(world, sign_in):
    case = waiting_for_police(world)
    done(world, case, "sari", lambda w: w.finish("4"))
    reckon(world.home, world.now)
    done(world, case, "sari", lambda w: w.reopen_step("4", "Nomor keliru"))
    client = sign_in("dewi")
    url = "/laporan/langkah/bayi-balita-terlantar/1/4/?tahun=2026"
    for expected in (1, 0):
        page = client.get(PAGE, {"revisi": "bayi-balita-terlantar/1"})
        (fourth,) = [s for _, s in page.context["dashboard"].steps if s.step.key == "4"]
        assert fourth.figure.done == told(client.get(url)) == expected
        assert client.post("/laporan/perbarui/").status_code == 302
    assert told(client.get(url + "&hanya=dibuka-kembali")) == 1


def test_who_sees_part_of_the_cases_reads_figures_of_those(world, sign_in):
    mine, other = world.case(), world.case()
    for case in (mine, other):
        reported(world, case)
    position = Position.objects.get(agency=world.home, name="Peksos")
    world.users["intan"] = appoint(make_user(world.home, "intan", "Intan Permata"), position)
    with world.walk(other, "dewi") as walk:
        walk.assign(position.pk, world.intan)
    reckon(world.home, world.now)
    assert sops_seen_whole(world.officer("sari")) == set()
    assert sops_seen_whole(world.officer("budi")) == sops_seen_whole(world.officer("dewi")) != set()
    for name, count in (("sari", 1), ("intan", 2), ("dewi", 2)):
        page = sign_in(name).get(PAGE, {"revisi": "bayi-balita-terlantar/1"})
        (first,) = [s for _, s in page.context["dashboard"].steps if s.step.key == "1"]
        listing = sign_in(name).get(first.url)
        assert (first.figure.done, told(listing)) == (count, count)
        months = [figure.done for _, figure, *_ in listing.context["list"].months]
        assert months[2] == sum(months) == count


def test_a_partner_outside_counts_only_his_area(world, sign_in):
    here, there = Area.objects.filter(agency=world.agencies["lamandau"])[:2]
    for area in (here, there, there):
        world.case("anak-terlantar-luar-panti", by="yuli", area=area, children=0)
    counts = {
        name: sign_in(name).get(PAGE).context["dashboard"].standing[1].count
        for name in ("tika", "yuli", "wati")
    }
    assert counts == {"tika": 1, "yuli": 3, "wati": 3}
    assert sops_seen_whole(world.officer("tika")) == set()


def test_strangers_and_admins(world, sign_in):
    an_office(world)
    assert sign_in("ani").get(PAGE).status_code == 403
    step = "/laporan/langkah/bayi-balita-terlantar/1/1/"
    assert sign_in("tono").get(step).status_code == 404
    assert sign_in("tono").get(PAGE).context["dashboard"].standing[1].count == 0
    assert sign_in("dewi").get("/laporan/langkah/bayi-balita-terlantar/1/99/").status_code == 404


@pytest.mark.parametrize("asked", [{"tahun": "x"}, {"revisi": "lain/9"}, {"tahun": "1850"}])
def test_what_cannot_be_is_not_asked(world, sign_in, asked):
    assert sign_in("dewi").get(PAGE, asked).context["dashboard"].year == 2026


def cost(client, url, django_assert_max_num_queries) -> int:
    with django_assert_max_num_queries(60) as asked:
        assert client.get(url).status_code == 200
    return len(asked)


def test_the_page_costs_the_same_at_one_and_at_three(world, sign_in, django_assert_max_num_queries):
    case = world.case()
    reported(world, case)
    reckon(world.home, world.now)
    urls = [PAGE, "/laporan/anak/", "/laporan/langkah/bayi-balita-terlantar/1/1/?tahun=2026"]
    client = sign_in("dewi")
    one = [cost(client, url, django_assert_max_num_queries) for url in urls]
    for _ in range(2):
        reported(world, world.case())
    reckon(world.home, world.now)
    assert [cost(client, url, django_assert_max_num_queries) for url in urls] == one == [27, 8, 12]
