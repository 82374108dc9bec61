"""The dry run (uji jalan): what would open when, on whose desk, with which papers; no case is made."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from sopcases.cases.models import Case
from sopcases.people.models import Entry
from sopcases.sops import revising, trial
from sopcases.sops.models import Performer, Step
from sopcases.sops.trial import Choices
from sopcases.worktime.calendar import Calendar, WorkWeek
from tests.people.test_admin_people import change_url
from tests.sops.test_flow import LETTER, PROBLEMS, REPORT, SIGNED, SPT, item, plan, step

ZONE = ZoneInfo("Asia/Jakarta")
MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=ZONE)


DAY = [(time(7, 30), time(12)), (time(13), time(16))]
OFFICE = Calendar(ZONE, [WorkWeek(date(2026, 1, 1), None, dict.fromkeys(range(5), DAY))], frozenset())


@pytest.fixture
def calendar():
    return OFFICE


def told(course) -> list[str]:
    return [f"{t.step.key} {t.opened_at:%a %H.%M}" for t in course.turns]


def test_each_step_opens_when_the_one_before_ends_by_its_standard(calendar):
    course = trial.run(
        plan(step("1", time="15 menit"), step("2", time="3 jam"), step("3", time="1 Hari"), term="2 Minggu"),
        calendar,
        Choices(MONDAY),
    )

    assert told(course) == ["1 Mon 08.00", "2 Mon 08.15", "3 Mon 11.15"]
    assert f"{course.ends_at:%a %H.%M}" == "Tue 11.15"
    assert course.turns[0].explained.startswith("15 menit kerja sejak Senin 08.00")
    assert not course.beyond_term and course.term_at == MONDAY + timedelta(weeks=2)


def test_a_term_shorter_than_the_steps_is_seen(calendar):
    course = trial.run(plan(step("1", time="3 Hari"), term="1 Hari"), calendar, Choices(MONDAY))

    assert course.beyond_term


def test_steps_side_by_side_open_together_and_the_joining_one_waits_for_the_slower(calendar):
    course = trial.run(
        plan(
            step("1", time="1 jam"),
            step("2", time="1 jam", after=["1"]),
            step("3", time="2 jam", after=["1"]),
            step("4", after=["2", "3"]),
        ),
        calendar,
        Choices(MONDAY),
    )

    assert told(course) == ["1 Mon 08.00", "2 Mon 09.00", "3 Mon 09.00", "4 Mon 11.00"]


def test_papers_are_told_by_where_they_come_from(calendar):
    course = trial.run(
        plan(
            step("1", puts=[item(1, SPT)]),
            step("2", requires=[item(2, SPT, source=1), item(3, LETTER), item(4, REPORT)]),
            brought=frozenset({REPORT}),
        ),
        calendar,
        Choices(MONDAY),
    )

    spt, letter, report = course.turns[1].asked
    assert spt.source.key == "1" and not spt.missing
    assert letter.missing and course.missing == 1
    assert report.brought and not report.missing


def test_a_paper_not_yet_as_far_as_asked_for_is_missing(calendar):
    course = trial.run(
        plan(step("1", puts=[item(1, SPT, stage=10)]), step("2", requires=[item(2, SPT, SIGNED, source=1)])),
        calendar,
        Choices(MONDAY),
    )

    assert course.missing == 1


def test_what_a_step_left_out_would_have_brought_is_missing(calendar):
    of = plan(
        step("1", condition="bila perlu", puts=[item(1, SPT)]), step("2", requires=[item(2, SPT, source=1)])
    )

    course = trial.run(of, calendar, Choices(MONDAY, left_out=frozenset({"1"})))

    assert told(course) == ["2 Mon 08.00"]
    assert [s.key for s in course.left_out] == ["1"]
    assert course.missing == 1


def test_routes_hold_for_steps_and_papers(calendar):
    of = plan(
        step("1", routes=frozenset({"temuan"})),
        step("2", requires=[item(1, LETTER, routes=frozenset({"temuan"}))]),
    )

    assert trial.run(of, calendar, Choices(MONDAY, route="temuan")).missing == 1
    course = trial.run(of, calendar, Choices(MONDAY, route="titipan"))
    assert told(course) == ["2 Mon 08.00"] and course.missing == 0 and not course.never


def test_a_return_walks_the_steps_again_once(calendar):
    of = plan(
        step("1", time="1 jam", puts=[item(1)]),
        step("2", time="1 jam", performers=[(8, "signs")], puts=[item(2, source=1)]),
        step("3"),
    )

    course = trial.run(of, calendar, Choices(MONDAY, back=frozenset({"2"})))

    assert told(course) == ["1 Mon 08.00", "2 Mon 09.00", "1 Mon 10.00", "2 Mon 11.00", "3 Mon 12.00"]
    assert [t.returned for t in course.turns] == [False, True, False, False, False]
    assert [t.again for t in course.turns] == [False, False, True, True, False]


def test_a_no_goes_on_to_the_step_it_names_and_passes_over_what_lies_between(calendar):
    of = plan(
        step("1", time="1 jam"),
        step("2", time="1 jam", refusal_to="5", puts=[item(1)]),
        step("3", per_child=True),
        step("4", puts=[item(2, LETTER)]),
        step("5", requires=[item(3, LETTER), item(4, source=1)]),
    )

    course = trial.run(of, calendar, Choices(MONDAY, no=frozenset({"2"})))

    assert told(course) == ["1 Mon 08.00", "2 Mon 09.00", "5 Mon 10.00"]
    assert [t.refused for t in course.turns] == [False, True, False]
    assert [s.key for s in course.passed_over] == ["3", "4"] and not course.never
    assert course.missing == 2, "neither the paper of 4 nor that of the step that said no"


@pytest.mark.parametrize("how", [{"refusal_ends": True}, {"verdict": True}])
def test_a_no_that_ends_the_case_opens_nothing_more(calendar, how):
    of = plan(step("1", [], time="1 jam", **how), step("2", [], time="3 jam"), step("3", ["1", "2"]))

    course = trial.run(of, calendar, Choices(MONDAY, no=frozenset({"1"})))

    assert told(course) == ["1 Mon 08.00", "2 Mon 08.00"]
    assert f"{course.ends_at:%H.%M}" == "09.00"
    assert not course.stuck and not course.passed_over


def test_a_return_walks_what_a_no_passed_over_only_after_a_yes(calendar):
    """The no at 2 leads on to 4, which sends back to 2 once: 2 says no again."""
    of = plan(step("1"), step("2", refusal_to="4"), step("3"), step("4", returns_to="2"), step("5"))

    course = trial.run(of, calendar, Choices(MONDAY, no=frozenset({"2"}), back=frozenset({"4"})))

    assert [t.step.key for t in course.turns] == ["1", "2", "4", "2", "4", "5"]


def test_a_conditional_step_of_a_child_is_left_out_too(calendar):
    of = plan(step("1"), step("2", per_child=True, condition="bila perlu"), step("3"))

    course = trial.run(of, calendar, Choices(MONDAY, left_out=frozenset({"2"})))

    assert [t.step.key for t in course.turns] == ["1", "3"]


def test_what_a_signature_has_nothing_to_carry_is_missing(calendar):
    of = plan(
        step("1", refusal_to="3"),
        step("2", puts=[item(1, stage=10)]),
        step("3", performers=[(8, "signs")], puts=[item(2, source=1)]),
    )

    assert trial.run(of, calendar, Choices(MONDAY)).missing == 0
    assert trial.run(of, calendar, Choices(MONDAY, no=frozenset({"1"}))).missing == 1


def test_a_paper_of_a_step_beside_is_not_missing(calendar):
    of = plan(
        step("1", []), step("2", [], time="1 jam", puts=[item(1)]), step("3", ["1"], requires=[item(2)])
    )

    (asked,) = trial.run(of, calendar, Choices(MONDAY)).turns[-1].asked

    assert asked.beside.key == "2" and not asked.missing


def test_every_way_through_the_decisions_is_tried(calendar):
    of = plan(
        step("1", refusal_to="3"),
        step("2", refusal_ends=True),
        step("3", refusal_to="5", returns_to="1"),
        step("4"),
        step("5"),
    )

    found = {
        (way.back, way.no): [t.step.key for t in course.turns]
        for way, course in trial.ways(of, calendar, Choices(MONDAY, no=frozenset({"2"})))
    }

    none = frozenset()
    assert found == {
        (none, none): list("12345"),
        (frozenset("3"), none): list("12312345"),
        (none, frozenset("1")): list("1345"),
        (none, frozenset("2")): list("12"),
        (none, frozenset("3")): list("1235"),
        (none, frozenset("13")): list("135"),
    }


def test_a_round_that_finds_nobody_opens_nothing_more(calendar):
    of = plan(step("1", finds=True), step("2", per_child=True))

    found = trial.run(of, calendar, Choices(MONDAY, child_at_start=False))
    nobody = trial.run(of, calendar, Choices(MONDAY, child_at_start=False, found=False))

    assert told(found) == ["1 Mon 08.00", "2 Mon 08.00"]
    assert told(nobody) == ["1 Mon 08.00"]
    assert [s.key for s in nobody.never] == ["2"]


def test_a_recurring_step_opens_and_what_follows_it_never_does(calendar):
    of = plan(step("1", form="session", every_months=1), step("2"))

    course = trial.run(of, calendar, Choices(MONDAY))

    assert told(course) == ["1 Mon 08.00"]
    assert "mulai 01-04-2026, paling lambat 30-04-2026" in course.turns[0].explained
    assert [s.key for s in course.never] == ["2"]


def test_what_cannot_be_put_in_force_can_still_be_tried(calendar):
    of = plan(
        step("1", time="secepatnya"), step("2", after=["3"]), step("3", after=["2"]), term="kapan-kapan"
    )

    course = trial.run(of, calendar, Choices(MONDAY))

    assert "secepatnya" in course.turns[0].explained and course.turns[0].due_at is None
    assert [s.key for s in course.never] == ["2", "3"]
    assert course.term_at is None


def test_a_calendar_without_opening_hours_does_not_hang():
    course = trial.run(plan(step("1", time="3 jam")), Calendar(ZONE, [], frozenset()), Choices(MONDAY))

    assert course.turns[0].due_at is None and course.turns[0].explained


@given(st.data())
def test_no_step_opens_before_those_it_waits_for(data):
    """Over random orders: a turn begins only when all before it have ended, and no step is lost."""
    count = data.draw(st.integers(1, 8))
    steps = []
    for number in range(1, count + 1):
        before = [str(k) for k in range(1, number)]
        after = data.draw(st.none() | st.lists(st.sampled_from(before), unique=True)) if before else None
        steps.append(step(str(number), after, time=data.draw(st.sampled_from(["", "15 menit", "1 Hari"]))))
    of = plan(*steps)

    course = trial.run(of, OFFICE, Choices(MONDAY))

    ended = {t.step.key: t.ended_at for t in course.turns}
    assert set(ended) == set(of.by_key) and not course.never
    for turn in course.turns:
        assert all(ended[key] <= turn.opened_at for key in of.ancestors[turn.step.key])


@st.composite
def decisions(draw):
    """A plan of up to eight steps, in order or side by side, that decides, signs and asks for papers."""
    steps, number = [], 0
    routes = draw(st.sampled_from([(), ("temuan", "titipan")]))
    some_routes = st.sampled_from([frozenset(), *(frozenset({r}) for r in routes)])
    for place in range(1, draw(st.integers(2, 8)) + 1):
        before = [s.key for s in steps]
        puts, requires = [], []
        earlier = [o for s in steps for o in s.outputs]
        for _ in range(draw(st.integers(0, 2))):
            number += 1
            carried = draw(st.sampled_from([None, None, *earlier]))
            kind = carried.kind if carried else draw(st.sampled_from([SPT, LETTER, REPORT]))
            puts.append(item(number, kind, source=carried.id if carried else None, routes=draw(some_routes)))
        for _ in range(draw(st.integers(0, 2))):
            number += 1
            source = draw(st.sampled_from([None, *earlier]))
            kind = source.kind if source else draw(st.sampled_from([SPT, LETTER, REPORT]))
            requires.append(item(number, kind, source=source and source.id, routes=draw(some_routes)))
        no = draw(st.sampled_from(["", "", "to", "ends", "back"]))
        facts = {
            "refusal_to": str(place + draw(st.integers(1, 4))) if no == "to" else "",
            "refusal_ends": no == "ends",
            "returns_to": draw(st.sampled_from(before)) if no == "back" and before else "",
            "routes": draw(some_routes),
            "verdict": draw(st.integers(0, 6)) == 0,
        }
        after = draw(st.none() | st.lists(st.sampled_from(before), unique=True)) if before else None
        steps.append(step(str(place), after, puts=puts, requires=requires, **facts))
    return plan(*steps, routes=routes)


def mended(of):
    """A plan without problems: steps that have one lose their papers and where their "no" leads."""
    bare = {"requirements": (), "outputs": (), "refusal_to": "", "returns_to": ""}
    while found := {told.split(":")[0].removeprefix("Langkah ") for told in of.problems()}:
        of = replace(of, steps=tuple(replace(s, **bare) if s.key in found else s for s in of.steps))
    return of


@given(decisions().map(mended))
def test_what_has_no_problems_is_never_stuck_whatever_is_answered(of):
    """Every step opens or is passed over, and every paper is there, on every route and way."""
    for route in of.routes or ("",):
        for way, course in trial.ways(of, OFFICE, Choices(MONDAY, route=route)):
            assert not course.stuck, (route, way.back, way.no, course.never)


@pytest.mark.parametrize("name", [name for name, (_, told) in PROBLEMS.items() if "menolak, sebab" in told])
def test_what_is_named_for_a_no_is_missing_on_a_way_that_can_be_answered(name):
    of, told = PROBLEMS[name]
    lacking = {
        f"Langkah {turn.step.key}"
        for _, course in trial.ways(of, OFFICE, Choices(MONDAY))
        for turn in course.turns
        if turn.missing
    }

    assert lacking == {told.split(":")[0]}


# The page ------------------------------------------------------------------------------------------------


@pytest.fixture
def ani(client, world):
    client.force_login(world.ani)
    return client


@pytest.fixture
def draft(world):
    return revising.new_revision(world.revision(), world.officer("ani"))


def page_of(revision) -> str:
    return reverse("admin:sops_revision_uji-jalan", args=[revision.pk])


AT = {"start_0": "2026-11-02", "start_1": "08:00"}


def test_the_page_runs_at_once_and_stores_nothing(ani, draft):
    entries = Entry.objects.count()
    assert page_of(draft).split("/")[-3] in ani.get(change_url(draft)).content.decode()

    page = ani.get(page_of(draft))

    trial_told = page.context["trial"]
    assert [row.turn.step.key for row in trial_told.rows][:3] == ["1", "2", "3"]
    assert "Tidak ada penanganan yang dibuat" in page.content.decode()
    assert not Case.objects.exists() and Entry.objects.count() == entries


def test_a_desk_shows_what_lands_on_it_and_by_when(ani, draft):
    kabid = Performer.objects.filter(step__revision=draft, part="disposes").first().position

    page = ani.get(page_of(draft), {**AT, "route": "temuan", "position": kabid.pk})

    rows = page.context["trial"].rows
    assert {row.turn.step.key for row in rows} < {str(n) for n in range(1, 10)}
    assert all(any(kabid.name in desk for desk in row.desks) for row in rows)
    text = page.content.decode()
    assert f"Meja {kabid.name}" in text
    assert "15 menit kerja sejak" in text and "memaraf" in text


def test_what_is_missing_is_said(ani, draft):
    assert "Semua kelengkapan ada" in ani.get(page_of(draft), {**AT, "route": "temuan"}).content.decode()
    Step.objects.get(revision=draft, key="3").outputs.all().delete()

    page = ani.get(page_of(draft), {**AT, "route": "temuan"})

    assert [a.item.kind for t in page.context["trial"].course.turns for a in t.missing]
    assert "kelengkapan belum ada" in page.content.decode()


def test_a_wrong_answer_keeps_what_was_typed(ani, draft):
    page = ani.get(page_of(draft), {**AT, "start_0": "besok"})

    assert page.context["trial"] is None
    assert 'value="besok"' in page.content.decode()


def test_the_page_is_of_the_own_agency_only(ani, world):
    assert ani.get(page_of(world.revision("anak-terlantar-luar-panti"))).status_code == 404


@pytest.mark.parametrize("slug", ["bayi-balita-terlantar", "anak-jalanan"])
def test_the_page_costs_the_same_for_every_sop(ani, world, slug, django_assert_num_queries):
    url = page_of(world.revision(slug))
    ani.get(url, AT)
    with django_assert_num_queries(8):
        ani.get(url, AT)


def decided(draft) -> None:
    """The second step may refuse, and goes on to the fifth."""
    draft.steps.filter(key="2").update(refusal_to="5", returns_to="1")


def test_the_page_asks_for_each_answer_and_tells_every_way(ani, draft):
    decided(draft)
    plain = ani.get(page_of(draft), {**AT, "route": "temuan"})
    assert "Semua ya" in plain.content.decode()

    page = ani.get(page_of(draft), {**AT, "route": "temuan", "jawaban-2": "tidak"})

    text = " ".join(page.content.decode().split())
    assert "Jawaban pada setiap keputusan" in text
    assert "Tidak: lanjut ke langkah 5" in text and "Tidak, satu kali: kembali ke langkah 1" in text
    assert "Dilewati karena ditolak: 3." in text and "Ditolak" in text
    course = page.context["trial"].course
    assert [t.step.key for t in course.turns][:3] == ["1", "2", "5"]
    ways = page.context["trial"].ways
    (shown,) = [way for way in ways if way.shown]
    assert shown.answers == ("langkah 2: tidak: lanjut ke langkah 5",)
    again = ani.get(f"{page_of(draft)}?{shown.query}")
    assert again.context["trial"].course == course
    assert shown.problems and "tersendat" in text


def test_an_answer_that_is_none_is_refused(ani, draft):
    page = ani.get(page_of(draft), {**AT, "jawaban-1": "mungkin"})
    assert page.status_code == 200
    decided(draft)
    assert ani.get(page_of(draft), {**AT, "jawaban-2": "mungkin"}).context["trial"] is None
