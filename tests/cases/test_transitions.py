"""The tables of states: whatever verb is tried from whatever state, only moves in the tables happen."""

from datetime import date

import pytest
from django.db import transaction

from sopcases.cases.models import Attempt, Case
from sopcases.cases.walk import Leave, roll
from sopcases.refusal import Refused
from sopcases.sops.models import Stage
from tests.cases.story import attempts, children, done, ordered, outcome, proposed, reported
from tests.cases.test_verb_roll import in_sessions
from tests.cases.test_verb_send_back import returned
from tests.cast import at

pytestmark = pytest.mark.django_db


def verbs(world, case, key, child=None, occurrence=None):
    """Every verb that moves a case or a step, with arguments that suit it."""
    end = outcome(case)
    today = world.now.date()
    first = children(case)[0] if children(case) else 0
    kind = world.kind("Surat Terlantar").pk
    return {
        "finish": lambda w: w.finish(key, child, occurrence, acted_by=[world.sari]),
        "record": lambda w: w.record(key, child, occurrence, acted_by=[world.sari]),
        "receive": lambda w: w.receive(key, child, occurrence),
        "not_needed": lambda w: w.not_needed(key, "alasan", [child] if child else []),
        "not_held": lambda w: w.not_held(key, occurrence or date(2026, 3, 1), "alasan", child),
        "send_back": lambda w: w.send_back(key, "alasan", child, occurrence),
        "reopen_step": lambda w: w.reopen_step(key, "alasan", child, occurrence),
        "wait": lambda w: w.wait(key, "Polres", world.now, child_id=child),
        "waive": lambda w: w.waive(key, Leave(kind, "alasan", today), child, occurrence),
        "put_on_hold": lambda w: w.put_on_hold("alasan"),
        "resume": lambda w: w.resume(),
        "join": lambda w: w.join(world.child("Baru")),
        "leave": lambda w: w.leave(first, end, today),
        "rejoin": lambda w: w.rejoin(first, "alasan"),
        "close": lambda w: w.close(),
        "stop": lambda w: w.stop("alasan", end),
        "hand_over": lambda w: w.hand_over("Batam", "alasan", end),
        "reopen": lambda w: w.reopen("alasan"),
        "advance": lambda w: w.advance(),
        "roll": lambda w: w.roll(),
    }


def moves(world, case, key, child=None, occurrence=None) -> dict[str, set[tuple[str, str]]]:
    """What each verb, tried by everybody, moved: (from, to) of the case and of every attempt."""
    found: dict[str, set[tuple[str, str]]] = {}
    before, start = {a.pk: a.state for a in case.attempts.all()}, case.state
    for name, act in verbs(world, case, key, child, occurrence).items():
        for person in ("sari", "agus", "dewi", "rahman", "budi"):
            point = transaction.savepoint()
            try:
                with world.walk(case, person) as walk:
                    act(walk)
            except Refused:
                pass
            else:
                case.refresh_from_db()
                found.setdefault(name, set()).add((f"case {start}", case.state))
                for attempt in case.attempts.filter(pk__in=before):
                    if attempt.state != before[attempt.pk]:
                        found[name].add((before[attempt.pk], attempt.state))
            transaction.savepoint_rollback(point)
            case.refresh_from_db()
    return found


# --- cases


def bring(world, state: str) -> Case:
    case = world.case()
    gone = children(case)[0]
    end = outcome(case)
    if state == Case.State.REPORTED:
        return case
    ordered(world, case)
    if state == Case.State.ON_HOLD:
        done(world, case, "dewi", lambda w: w.put_on_hold("alasan"))
    elif state == Case.State.DONE:
        done(world, case, "dewi", lambda w: w.leave(gone, end, world.now.date()))
        done(world, case, "dewi", lambda w: w.close())
    elif state == Case.State.NIHIL:
        case = world.case("anak-jalanan", by="dewi", children=0)
        spt = world.file(case, "Surat Perintah Tugas", "agus", output="1/spt", stage=Stage.DRAFT)
        world.advance_paper(case, spt, Stage.SIGNED, "budi", disposed_by=world.rahman, signed_by=world.budi)
        done(world, case, "sari", lambda w: w.finish("3"))
        done(world, case, "dewi", lambda w: w.close())
    elif state == Case.State.STOPPED:
        done(world, case, "dewi", lambda w: w.stop("alasan", end))
    elif state == Case.State.HANDED_OVER:
        done(world, case, "dewi", lambda w: w.hand_over("Batam", "alasan", end))
    case.refresh_from_db()
    return case


@pytest.mark.parametrize("state", Case.State.values)
def test_a_case_moves_only_as_its_table_says(world, state):
    case = bring(world, state)
    assert case.state == state
    for key in ("1", "3"):
        for verb, found in moves(world, case, key).items():
            for before, after in found:
                if before.startswith("case ") and after != state:
                    assert after in Case.TRANSITIONS[state], f"{verb}: {state} → {after}"


CLOSED_MOVES = {"reopen"}


@pytest.mark.parametrize("state", ["done", "nihil", "stopped", "handed_over"])
def test_a_closed_case_moves_by_reopening_only(world, state):
    case = bring(world, state)
    changed = {
        verb
        for verb, found in moves(world, case, "1").items()
        if any(b != a for b, a in found if not b.startswith("case "))
        or any(a != state for b, a in found if b.startswith("case "))
    }
    assert changed == CLOSED_MOVES


def test_every_state_of_a_case_can_be_reached_and_left():
    assert set(Case.TRANSITIONS) == set(Case.State)
    reached = {to for targets in Case.TRANSITIONS.values() for to in targets}
    assert reached == set(Case.State) - {Case.State.REPORTED}
    assert all(Case.TRANSITIONS.values()), "no case is lost for good"


@pytest.mark.parametrize("state", Case.State.values)
def test_the_lock_itself_refuses_what_is_not_in_the_table(world, state):
    case = bring(world, state)
    for target in set(Case.State.values) - Case.TRANSITIONS[state]:
        with pytest.raises(Refused, match="tidak dapat diubah begitu"), world.walk(case, "dewi") as walk:
            walk._become(target)


# --- attempts


def stand(world, state: str):
    """A case with an attempt in the state: (case, key, child, occurrence)."""
    case = world.case()
    end = outcome(case)
    if state in ("open", "done", "returned", "reopened", "not_needed"):
        ordered(world, case)
    if state == "open":
        return case, "4", None, None
    if state == "done":
        return case, "1", None, None
    if state == "not_needed":
        done(world, case, "sari", lambda w: w.not_needed("4", "alasan"))
        return case, "4", None, None
    if state == "reopened":
        done(world, case, "sari", lambda w: w.reopen_step("1", "alasan"))
        return case, "1", None, None
    if state == "returned":
        other = world.case()
        reported(world, other)
        returned(world, other, proposed(world, other))
        return other, "2", None, None
    if state == "ended":
        done(world, case, "dewi", lambda w: w.stop("alasan", end))
        return case, "1", None, None
    rounds = in_sessions(world)
    april = date(2026, 4, 1)
    roll(at("2026-05-04 00:05"))
    world.now = at("2026-05-04 09:00")
    if state == "not_held":
        done(world, rounds, "sari", lambda w: w.not_held("5", april, "alasan"))
    rounds.refresh_from_db()
    return rounds, "5", None, april


@pytest.mark.parametrize("state", Attempt.State.values)
def test_an_attempt_moves_only_as_its_table_says(world, state):
    case, key, child, occurrence = stand(world, state)
    assert state in [a.state for a in attempts(case, key)]
    for verb, found in moves(world, case, key, child, occurrence).items():
        for before, after in found:
            if not before.startswith("case "):
                assert after in Attempt.TRANSITIONS[before], f"{verb}: {before} → {after}"


@pytest.mark.parametrize("state", Attempt.State.values)
def test_the_verb_s_own_guard_refuses_what_is_not_in_the_table(world, state):
    case, key, _, _ = stand(world, state)
    (attempt, *_) = [a for a in attempts(case, key) if a.state == state]
    for target in set(Attempt.State.values) - Attempt.TRANSITIONS[state]:
        with pytest.raises(Refused, match="tidak dapat diubah lagi"), world.walk(case, "dewi") as walk:
            walk._end(next(a for a in walk.attempts if a.pk == attempt.pk), target, "alasan")


def test_the_table_of_attempts_names_every_state():
    assert set(Attempt.TRANSITIONS) == set(Attempt.State)
    for state in (Attempt.State.RETURNED, Attempt.State.REOPENED, Attempt.State.ENDED):
        assert Attempt.TRANSITIONS[state] == set(), "what is over is over; a new attempt goes on"
    assert set(Attempt.CURRENT) == set(Attempt.LIVE) | set(Attempt.PASSED)
