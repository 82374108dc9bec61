"""Every figure of the dashboard and the evaluation, recounted over a generated office by plain loops; and one
error planted in each figure, which the recount must notice."""

import random
import sys
import types
from datetime import timedelta
from pathlib import Path

import pytest

from sopcases.cases.models import Attempt, Case, CaseChild, CaseOfficer, Child, Interval, Waiver, Whereabouts
from sopcases.desk.figures import measures, reckoning
from sopcases.desk.figures import open as open_work
from sopcases.desk.figures.measures import FIGURES
from sopcases.desk.figures.steps import Year
from sopcases.desk.models import Summary
from sopcases.sops.models import Step
from tests.desk.recount import Rows

pytestmark = pytest.mark.django_db
CASES = 1500
PLACES = ["RSUD Contoh", "Rumah singgah", "Rumah warga"]


def grown(world, cases: int, agency=None, first: int = 10_000) -> None:
    """An office of so many cases, put into the tables without the walk: states, times, waits, holds, waivers
    and second goes as they come, whole minutes over two years."""
    dice, agency = random.Random(first), agency or world.home
    steps = list(Step.objects.filter(revision__sop__agency=agency).order_by("id"))
    kind, users = world.kind("Surat Terlantar"), [world.sari, world.agus]
    position = steps[0].performers.first().position
    rows = {
        model: [] for model in (Case, Child, CaseChild, CaseOfficer, Attempt, Interval, Waiver, Whereabouts)
    }
    ids = dict.fromkeys(rows, 10_000)

    def add(model, **facts):
        ids[model] += 1
        row = model(id=ids[model], **facts)
        rows[model].append(row)
        return row

    for _ in range(cases):
        opened = world.now - timedelta(minutes=dice.randrange(700 * 1440))
        running = dice.random() < 0.4
        state = dice.choice(["active", "on_hold"]) if running else dice.choice(["done", "stopped"])
        revision = dice.choice([s.revision for s in steps])
        case = add(
            Case, agency=agency, number=f"UJI-{ids[Case]}", sop_id=revision.sop_id, revision=revision,
            event_at=opened, opened_at=opened, opened_by=world.sari, state=state,
            closed_at=None if running else opened + timedelta(minutes=dice.randrange(1, 40_000)),
            term_due_at=dice.choice([None, opened + timedelta(days=400)]),
        )  # fmt: skip
        child = add(Child, agency=agency, name="Anak", created_at=opened, created_by=world.sari)
        add(CaseChild, case=case, child=child, joined_at=opened, joined_by=world.sari)
        for place in dice.sample(PLACES, dice.randrange(3)):
            since = opened + timedelta(minutes=dice.randrange(1000))
            add(Whereabouts, case=case, child=child, place=place, since=since, recorded_at=since,
                recorded_by=world.sari)  # fmt: skip
        if dice.random() < 0.7:
            add(CaseOfficer, case=case, position=position, user=dice.choice(users), since=opened)
        if dice.random() < 0.3:
            since = opened + timedelta(minutes=dice.randrange(2000))
            until = since + timedelta(minutes=dice.randrange(1, 3000))
            held = None if state == "on_hold" else until
            add(
                Interval,
                case=case,
                kind="hold",
                since=since,
                until=held,
                reason="Uji",
                recorded_by=world.sari,
            )
        for step in dice.sample([s for s in steps if s.revision_id == revision.pk], 3):
            went(dice, add, case, step, opened, running, kind, world.sari)
    for model, made in rows.items():
        model.objects.bulk_create(made, batch_size=500)


def went(dice, add, case, step, opened, running, kind, user) -> None:
    """One to three goes at a step: the last is done, skipped, not held or open."""
    goes, worked, turn = dice.choice([1, 1, 1, 2, 3]), 0, opened + timedelta(minutes=dice.randrange(3000))
    since = turn
    for no in range(1, goes + 1):
        acted = since + timedelta(minutes=dice.randrange(-30, 4000))
        last = no == goes
        state = dice.choice(["done"] * 6 + ["not_needed", "not_held", "ended"]) if last else "returned"
        state = "reopened" if state == "returned" and dice.random() < 0.4 else state
        state = "open" if last and running and dice.random() < 0.3 else state
        did = state in ("done", "reopened")
        worked += max(0, int((acted - since).total_seconds() // 60) // 2)
        received = acted + timedelta(minutes=dice.randrange(300)) if did and dice.random() < 0.3 else None
        ended = max(acted, received or acted)
        row = add(
            Attempt, case=case, step=step, no=no, state=state, turn_at=turn, opened_at=since,
            late_at=dice.choice([None, since + timedelta(minutes=dice.randrange(1, 4000))]),
            acted_at=acted if did else None, recorded_at=ended if did else None,
            recorded_by=user if did else None, received_at=received,
            ended_at=None if state == "open" else ended, worked_minutes=None if state == "open" else worked,
            spent_minutes=dice.choice([None, None, dice.randrange(200)]) if did else None,
            verbal_order_by="Kadis" if dice.random() < 0.1 else "",
            reason="Uji" if state in ("not_needed", "not_held", "ended") else "",
        )  # fmt: skip
        for _ in range(dice.choice([0, 0, 1, 2])):
            asked = since + timedelta(minutes=dice.randrange(3000))
            answered = asked + timedelta(minutes=dice.randrange(2000))
            add(
                Interval, case=case, attempt=row, kind="waiting", party="Pihak", since=asked,
                until=None if state == "open" else answered, recorded_by=user,
                party_kind=dice.choice(["police", "health", ""]),
            )  # fmt: skip
        if dice.random() < 0.15:
            until = dice.choice([None, acted.date()])
            settled = acted if until is None else None
            add(Waiver, case=case, attempt=row, kind=kind, reason="Uji", until=until, at=acted, by=user,
                settled_at=settled)  # fmt: skip
        since = ended


@pytest.fixture
def office(world):
    grown(world, CASES)
    return world


def kept() -> dict[tuple, dict]:
    """The sums that the desk kept, in the recount's shape."""
    rows = Summary.objects.values_list("step", "first", "months", *FIGURES)
    return {
        (step, first.year, first.month if months == 1 else 0): dict(zip(FIGURES, figures, strict=True))
        for step, first, months, *figures in rows
    }


def now(world, module=open_work) -> dict:
    """What the dashboard of the head says of open work."""
    found = module.Open(world.officer("budi"))
    numbers = {n.label: n.count for n in [*found.standing(), *found.stuck()] if n.label != "Siap ditutup"}
    load = {n.label: n.count for n in found.load() if n.label != "Belum ditugaskan"}
    places = {n.label: n.count for n in found.places()}
    months = {(m.year, m.month): (opened.count, closed.count) for m, opened, closed in found.months()}
    return {"open": numbers, "load": load, "places": places, "months": months}


def recounted(world) -> dict:
    rows = Rows(world.home, world.now)
    opened, closed = rows.months("opened_at"), rows.months("closed_at")
    shown = now(world)["months"]
    months = {month: (opened.get(month, 0), closed.get(month, 0)) for month in shown}
    return {"open": rows.open(), "load": rows.load(), "places": rows.places(), "months": months}


def test_every_figure_of_ended_steps_agrees(office):
    reckoning.reckon(office.home, office.now, anew=True)
    found = Rows(office.home, office.now).figures()
    assert len(found) > 200 and sum(f["done"] for f in found.values()) > CASES
    assert kept() == found


def test_sums_of_who_reads_a_part_are_the_sums_that_are_kept(office):
    """Added up by the database of all cases, as if they were a part: the same to the minute."""
    reckoning.reckon(office.home, office.now, anew=True)
    seen = 0
    for slug in ("bayi-balita-terlantar", "anak-jalanan"):
        for year, months in ((2025, 12), (2025, 1), (2026, 1)):
            found = Year(office.revision(slug), year, office.officer("budi"))
            sums = found._figures(months)
            assert found.whole
            found.whole = False
            assert found._figures(months) == sums
            seen += len(sums)
    assert seen > 50


def test_every_number_about_open_work_agrees(office):
    shown, counted = now(office), recounted(office)
    assert all(counted["open"].values()) and all(counted["load"].values()) and all(counted["places"].values())
    assert shown == counted


def planted(module, right: str, wrong: str) -> types.ModuleType:
    """A module made of the source with an error in it."""
    source = Path(module.__file__).read_text()
    assert source.count(right) == 1, "the planted error no longer fits the source"
    made = types.ModuleType(module.__name__)
    made.__file__ = module.__file__
    before = sys.modules[module.__name__]
    sys.modules[module.__name__] = made  # dataclasses look their module up
    try:
        exec(compile(source.replace(right, wrong), module.__file__, "exec"), made.__dict__)
    finally:
        sys.modules[module.__name__] = before
    return made


SUMS = {
    "done": ("done=len(done)", "done=len(rows)"),
    "judged": ("judged=len(judged)", "judged=len(done)"),
    "on time": ("on_time=sum(row.on_time for row in judged)", "on_time=len(judged)"),
    "timed": ("timed=len(times)", "timed=len(done)"),
    "median": ("MEDIAN, NINETIETH = 50, 90", "MEDIAN, NINETIETH = 60, 90"),
    "ninetieth": ("MEDIAN, NINETIETH = 50, 90", "MEDIAN, NINETIETH = 50, 80"),
    "own": ("own=sum(row.own for row in own)", "own=sum(row.own + row.waited for row in own)"),
    "waited": ("waited=sum(row.waited for row in own)", "waited=0"),
    "returned": ('returned=of("returned")', 'returned=of("reopened")'),
    "reopened": ('reopened=of("reopened")', 'reopened=of("returned")'),
    "not held": ('not_held=of("not_held")', 'not_held=of("not_needed")'),
    "not needed": ('not_needed=of("not_needed")', 'not_needed=of("ended")'),
    "early": ("early=sum(row.early for row in done)", "early=0"),
    "verbal": ("verbal=sum(row.verbal for row in done)", "verbal=0"),
    "waived": ("waived=sum(row.waived for row in rows)", "waived=sum(row.waived for row in done)"),
}
MEASURING = {
    "the time given is not used": ("if attempt.spent_minutes is None else attempt.spent_minutes", ""),
    "earlier waiting is forgotten": ("waited += shares(", "waited = shares("),
    "holds count as waiting": ("attempt.opened_at, end, asked, holds)", "attempt.opened_at, end, asked, [])"),
    "late at the moment itself": ("<= attempt.late_at", "< attempt.opened_at"),
    "the day of another zone": ("local_day(self.agency, attempt.finished_at or self.at)",
                                "(attempt.finished_at or self.at).date()"),
}  # fmt: skip
WAITS = "kind=Interval.Kind.WAITING"
LOAD = 'now.order_by().values_list("user", "user__name")'
OPEN = {
    "children who left": ("left_on=None, case__in", "case__in"),
    "waits that ended": (f"{WAITS}, until=None, case__in", f"{WAITS}, case__in"),
    "the first place told": ('order_by("-since", "-id")', 'order_by("since", "id")'),
    "not every assignment": (LOAD, LOAD.replace("now", "now.filter(pk__gt=10_100)")),
    "closed when opened": ('_by_month("closed_at"', '_by_month("opened_at"'),
    "all that is late is stuck": ('hanya="tertahan"', 'hanya="lewat"'),
}


@pytest.fixture
def small(world):
    grown(world, 150)
    return world


@pytest.mark.parametrize("name", SUMS)
def test_an_error_in_a_sum_is_noticed(small, monkeypatch, name):
    monkeypatch.setattr(reckoning, "summed", planted(measures, *SUMS[name]).summed)
    try:
        reckoning.reckon(small.home, small.now, anew=True)
    except Exception as refused:  # the database itself may refuse such a sum
        assert "constraint" in str(refused).lower()
        return
    assert kept() != Rows(small.home, small.now).figures()


@pytest.mark.parametrize("name", MEASURING)
def test_an_error_in_measuring_is_noticed(small, name):
    planted(reckoning, *MEASURING[name]).reckon(small.home, small.now, anew=True)
    assert kept() != Rows(small.home, small.now).figures()


def test_calendar_time_is_counted_by_the_clock(world):
    """The other office's sheet has standards of 24 hours: its figures agree too, and not in office time."""
    agency = world.agencies["lamandau"]
    grown(world, 150, agency, first=50_000)
    reckoning.reckon(agency, world.now, anew=True)
    counted = Rows(agency, world.now).figures()
    assert kept() == counted
    in_office_time = planted(reckoning, "elif standard.by_calendar:", "elif False:")
    in_office_time.reckon(agency, world.now, anew=True)
    assert kept() != counted


@pytest.mark.parametrize("name", OPEN)
def test_an_error_in_open_work_is_noticed(small, name):
    stay = CaseChild.objects.filter(case__state="active").first()
    CaseChild.objects.filter(pk=stay.pk).update(left_on=small.now.date(), outcome=small.home.outcomes.first())
    counted = recounted(small)
    assert now(small) == counted
    assert now(small, planted(open_work, *OPEN[name])) != counted
