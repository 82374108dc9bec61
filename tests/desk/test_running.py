"""The running numbers over an SOP's chart: who counts what, and where each number leads."""

import re

import pytest

from sopcases.desk.running import standing
from tests.cases.story import reported

pytestmark = pytest.mark.django_db
RUNNING = "/sop/bayi-balita-terlantar/revisi/1/berjalan/"


def counted(world, name: str) -> dict[str, tuple[int, int]]:
    found = standing(world.revision(), world.officer(name))
    return {step.number.rstrip("."): (step.cases, step.late) for step in found if step.cases}


def listed(page) -> list[str]:
    return [line.number for line in page.context["listing"].lines]


def test_each_number_opens_the_list_of_those_cases(world, sign_in):
    first, second = world.case(), world.case()
    reported(world, second)
    assert counted(world, "dewi") == {"1": (1, 0), "2": (1, 0)}
    world.wait(days=5)
    assert counted(world, "dewi") == {"1": (1, 1), "2": (1, 1)}
    page = sign_in("dewi").get(RUNNING)
    steps = page.context["standing"]
    for step, case in ((steps[0], first), (steps[1], second)):
        for url in (step.url, step.late_url):
            assert listed(sign_in("dewi").get(url)) == [case.number]
        assert page.content.decode().count(f'href="{step.url.replace("&", "&amp;")}"') == 2  # table and chart
    told = sign_in("dewi").get(steps[0].url).content.decode()
    assert "di langkah 1 (" in told and "menurut revisi 1" in told


def test_a_number_counts_only_what_one_may_read(world, sign_in):
    world.case()
    assert counted(world, "budi") == counted(world, "sari") == {"1": (1, 0)}
    assert counted(world, "rina") == {}
    page = sign_in("rina").get(RUNNING)
    assert page.status_code == 200 and not re.search(r"/penanganan/\?sop=", page.content.decode())


def test_who_edits_sops_reads_no_numbers(world, sign_in):
    assert sign_in("ani").get(RUNNING).status_code == 403
    assert sign_in("tono").get(RUNNING).status_code == 404


def test_other_revisions_do_not_count(world):
    world.case("anak-jalanan", by="dewi", children=0)
    assert counted(world, "dewi") == {}


@pytest.mark.parametrize("count", [1, 3])
def test_the_numbers_cost_the_same_however_many(world, django_assert_num_queries, count):
    for _ in range(count):
        world.case()
    officer, revision = world.officer("dewi"), world.revision()
    assert officer.may_act
    with django_assert_num_queries(3):
        standing(revision, officer)
