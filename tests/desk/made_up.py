"""Histories made up at random and written past all verbs: thousands of cases in seconds, odd ones among them.

Every row keeps the constraints of the database and nothing else: children recorded after they had left,
records of one child beside each other in a case, merged and merged again, sessions without children.
"""

from datetime import date, datetime, timedelta
from random import Random

from sopcases.cases.models import Aid, Attempt, Attendance, Case, CaseChild, Child, Interval, Session
from sopcases.people.models import Area
from tests.cast import WIB, World

CLOSED = ("done", "nihil", "stopped", "handed_over")
FIRST = datetime(2024, 1, 2, 6, 30, tzinfo=WIB)


def made_up(world: World, cases: int, seed: int = 1) -> None:
    """So many cases of the home agency between January 2024 and now."""
    dice = Random(seed)
    children = _children(world, dice, cases * 2)
    rows = _cases(world, dice, cases)
    stays = _stays(world, dice, rows, children)
    _acts(world, dice, rows)
    _sessions(world, dice, rows, stays)
    _aid(world, dice, stays)


def _between(dice: Random, first: datetime, last: datetime) -> datetime:
    return first + timedelta(seconds=dice.randint(0, max(0, int((last - first).total_seconds()))))


def _children(world: World, dice: Random, count: int) -> list[Child]:
    categories = [*world.home.categories.all(), None]
    found = []
    for number in range(count):
        born = date(2005, 1, 1) + timedelta(days=dice.randint(0, 7600))
        known = dice.random() < 0.8
        spread = dice.choice([0, 30, 365, 729])
        found.append(
            Child(
                agency=world.home,
                name=f"Anak {number}",
                sex=dice.choice("LP") if dice.random() < 0.9 else "",
                category=dice.choice(categories),
                birth_from=born if known else None,
                birth_until=born + timedelta(days=spread) if known else None,
                created_at=FIRST,
                created_by=world.sari,
            )
        )
    made = Child.objects.bulk_create(found)
    merged = []
    for place in range(10, count):
        if dice.random() < 0.08:  # into an earlier record, which may itself be merged into an earlier one
            made[place].merged_into = made[place - dice.randint(1, 9)]
            merged.append(made[place])
    Child.objects.bulk_update(merged, ["merged_into"], batch_size=500)
    return made


def _cases(world: World, dice: Random, count: int) -> list[Case]:
    revisions = [world.revision(), world.revision("anak-jalanan")]
    areas = [*Area.objects.filter(agency=world.home), None]
    found = []
    for number in range(count):
        opened = _between(dice, FIRST, world.now)
        state = dice.choice(["reported", "active", "active", "on_hold", *CLOSED, "done"])
        revision = dice.choice(revisions)
        found.append(
            Case(
                agency=world.home,
                number=f"UJI-{number:05}",
                sop=revision.sop,
                revision=revision,
                area=dice.choice(areas),
                event_at=opened - timedelta(hours=dice.randint(0, 400)),
                opened_at=opened,
                opened_by=world.sari,
                state=state,
                reopened=state == "active" and dice.random() < 0.1,
                closed_at=_between(dice, opened, world.now) if state in CLOSED else None,
            )
        )
    return Case.objects.bulk_create(found)


def _stays(world: World, dice: Random, cases: list[Case], children: list[Child]) -> list[CaseChild]:
    outcomes = list(world.home.outcomes.all())
    found = []
    for case in cases:
        begin = dice.randrange(len(children) - 6)
        for child in dice.sample(children[begin : begin + 6], dice.choice([0, 1, 1, 2, 3, 5])):
            joined = _between(dice, case.opened_at, world.now)
            gone = dice.random() < 0.6
            left = _between(dice, case.event_at, world.now).date() if gone else None
            found.append(
                CaseChild(
                    case=case,
                    child=child,
                    joined_at=joined,
                    joined_by=world.sari,
                    verdict=dice.choice(["", "eligible", "not_eligible", "incomplete"]),
                    left_on=left,
                    outcome=dice.choice(outcomes) if gone else None,
                )
            )
    return CaseChild.objects.bulk_create(found)


def _acts(world: World, dice: Random, cases: list[Case]) -> None:
    steps = {}
    attempts, holds = [], []
    for case in cases:
        if case.state == "reported":
            continue
        step = steps.setdefault(case.revision_id, case.revision.steps.first())
        ends = case.closed_at or world.now
        if dice.random() < 0.8:
            acted = _between(dice, case.event_at, ends)
            attempts.append(
                Attempt(
                    case=case,
                    step=step,
                    state="done",
                    turn_at=case.opened_at,
                    opened_at=case.opened_at,
                    acted_at=acted,
                    recorded_at=max(acted, ends),
                    recorded_by=world.sari,
                    ended_at=ends,
                )
            )
        if dice.random() < 0.3:
            since = _between(dice, case.opened_at, ends)
            holds.append((case, since, _between(dice, since, ends)))
        if case.state == "on_hold":
            holds.append((case, _between(dice, case.opened_at, ends), None))
    Attempt.objects.bulk_create(attempts)
    Interval.objects.bulk_create(
        Interval(case=case, kind="hold", since=since, until=until, reason="Uji", recorded_by=world.sari)
        for case, since, until in holds
    )


def _sessions(world: World, dice: Random, cases: list[Case], stays: list[CaseChild]) -> None:
    sop = world.revision("anak-jalanan").sop
    there = [stay for stay in stays if stay.case.sop_id == sop.pk]
    told = []
    for year in (2024, 2025, 2026):
        for month in range(1, 13 if year < 2026 else 3):
            for group in ("A", "B"):
                held = dice.random() < 0.85
                at = datetime(year, month, dice.randint(1, 28), 10, tzinfo=WIB) + timedelta(
                    days=dice.choice([0, 0, 40])
                )
                at = min(at, world.now)
                session = Session.objects.create(
                    agency=world.home,
                    sop=sop,
                    step_key="5",
                    period=date(year, month, 1),
                    group=group,
                    held_at=at if held else None,
                    reason="" if held else "Hujan",
                    recorded_at=world.now,
                    recorded_by=world.sari,
                )
                seen = set()
                for stay in dice.sample(there, min(len(there), 40)):
                    if stay.child_id in seen:
                        continue
                    seen.add(stay.child_id)
                    status = dice.choice(["present", "absent"]) if held else "not_held"
                    reason = "" if status == "present" else dice.choice(["Sakit", "Hujan"])
                    told.append(
                        Attendance(
                            session=session,
                            case=stay.case,
                            child_id=stay.child_id,
                            status=status,
                            reason=reason,
                        )
                    )
    Attendance.objects.bulk_create(told)


def _aid(world: World, dice: Random, stays: list[CaseChild]) -> None:
    found = []
    for stay in dice.sample(stays, len(stays) // 3):
        given = _between(dice, stay.joined_at, world.now) if dice.random() < 0.8 else None
        void = dice.random() < 0.2
        found.append(
            Aid(
                case=stay.case,
                child_id=stay.child_id,
                kind="Susu",
                amount=1,
                unit="dus",
                value=0,
                source="APBD",
                recorded_at=stay.joined_at,
                recorded_by=world.sari,
                given_at=given,
                received_by="Ibu" if given else "",
                relation="Ibu" if given else "",
                receipt="signed" if given else "none",
                given_recorded_at=given,
                given_recorded_by=world.sari if given else None,
                voided_at=world.now if void else None,
                voided_by=world.sari if void else None,
                void_reason="Keliru" if void else "",
            )
        )
    Aid.objects.bulk_create(found)
