"""plan, replan, achieve, drop, reopen, progress: the goals of a child's rencana."""

from datetime import timedelta

import pytest

from sopcases.cases import care
from sopcases.refusal import Conflict, NotAllowed
from tests.cases.story import CLOSED, STRANGER, children, done, last_line, only, outcome, refused, verbs

pytestmark = pytest.mark.django_db

EVERYBODY = {"sari", "dewi", "rahman", "budi", "agus"}


@pytest.fixture
def case(world):
    return world.case()


def planned(world, case, **facts):
    facts = {"goal": "Akta terbit", "due_on": due(world), "responsible": world.sari, **facts}
    return done(world, case, "sari", lambda w: care.plan(w, children(case)[0], **facts))


def due(world):
    return world.now.date() + timedelta(days=14)


def test_goals_are_planned_in_order(world, case):
    first = planned(world, case, need="Belum berakta", action="Urus ke Disdukcapil")
    second = planned(world, case, goal="Berat naik", responsible=None, responsible_text="Puskesmas")
    assert (first.order, second.order) == (1, 2)
    assert (first.need, first.action, first.responsible) == (
        "Belum berakta",
        "Urus ke Disdukcapil",
        world.sari,
    )
    assert (first.acting_title, second.responsible_text) == ("Peksos", "Puskesmas")
    assert last_line(case).verb == "goal.planned" and "Berat" not in str(last_line(case).data)


def test_changed_achieved_dropped_and_opened_again(world, case):
    goal = planned(world, case)
    later = due(world) + timedelta(days=7)
    facts = {"goal": "Akta terbit", "due_on": later, "responsible": world.agus}
    goal = done(world, case, "dewi", lambda w: care.replan(w, goal.pk, 0, **facts))
    assert (goal.due_on, goal.responsible, goal.version) == (later, world.agus, 1)
    assert last_line(case).data["fields"] == ["responsible", "due_on"]
    goal = done(world, case, "sari", lambda w: care.achieve(w, goal.pk, world.now.date(), 1))
    assert (goal.achieved_on, goal.open) == (world.now.date(), False)
    care_of = care.of_case(case)[children(case)[0]]
    assert (care_of.achieved, care_of.counted) == (1, 1)
    goal = done(world, case, "sari", lambda w: care.reopen(w, goal.pk, "Akta keliru", 2))
    assert goal.open and case.notes.get().goal == goal
    assert case.notes.get().text == "Tujuan dibuka kembali (sebelumnya tercapai 02-03-2026): Akta keliru"
    goal = done(world, case, "sari", lambda w: care.drop(w, goal.pk, world.now.date(), "Sudah ada", 3))
    assert (goal.dropped_on, goal.drop_reason) == (world.now.date(), "Sudah ada")
    care_of = care.of_case(case)[children(case)[0]]
    assert (care_of.achieved, care_of.counted) == (0, 0)
    assert [v for v in verbs(case) if v.startswith("goal.")] == [
        "goal.planned",
        "goal.changed",
        "goal.achieved",
        "goal.reopened",
        "goal.dropped",
    ]


def test_progress_on_a_goal_is_a_note_of_its_child(world, case):
    goal = planned(world, case)
    note = done(world, case, "agus", lambda w: care.progress(w, goal.pk, "Berkas dikirim", world.now))
    assert (note.goal, note.child_id, note.text) == (goal, goal.child_id, "Berkas dikirim")
    assert last_line(case).verb == "note.written"
    done(world, case, "sari", lambda w: care.achieve(w, goal.pk, world.now.date(), 0))
    done(world, case, "agus", lambda w: care.progress(w, goal.pk, "Diserahkan", world.now))
    assert goal.notes.count() == 2


def test_who_may_and_when(world, case):
    goal = planned(world, case)
    act = lambda w: care.achieve(w, goal.pk, world.now.date(), 0)  # noqa: E731
    only(world, case, EVERYBODY, act, "")
    refused(world, case, "tono", act, STRANGER, NotAllowed)
    done(world, case, "dewi", lambda w: w.put_on_hold("Libur"))
    planned(world, case, goal="Tetap berjalan")
    done(world, case, "dewi", lambda w: w.stop("Batal", outcome(case)))
    for verb in (
        act,
        lambda w: care.reopen(w, goal.pk, "x", 0),
        lambda w: care.drop(w, goal.pk, world.now.date(), "x", 0),
        lambda w: care.plan(w, goal.child_id, goal="x", due_on=due(world), responsible=world.sari),
    ):
        refused(world, case, "sari", verb, CLOSED, NotAllowed)
    done(world, case, "sari", lambda w: care.progress(w, goal.pk, "Sudah di lembaga", world.now))


def test_refusals_of_a_plan(world, case):
    child = children(case)[0]
    facts = {"goal": "Akta", "due_on": due(world), "responsible": world.sari}

    def plan(sentence, who=child, **other):
        refused(world, case, "sari", lambda w: care.plan(w, who, **{**facts, **other}), sentence)

    plan("Isi tujuannya.", goal=" ")
    plan("Sebutkan penanggung jawab tujuan ini.", responsible=None, responsible_text=" ")
    plan(
        "Penanggung jawab harus pegawai perangkat daerah ini, atau tuliskan pihak luarnya.",
        responsible=world.tono,
    )
    plan(
        "Batas waktu tujuan mendahului kejadian yang membuka penanganan ini.",
        due_on=case.event_at.date() - timedelta(days=1),
    )
    plan("Anak ini tidak lagi dalam penanganan ini.", who=0)
    done(world, case, "sari", lambda w: w.leave(child, outcome(case), world.now.date()))
    plan("Anak ini tidak lagi dalam penanganan ini.")


def test_refusals_of_a_goal(world, case):
    goal, other = planned(world, case), world.case()
    elsewhere = planned(world, other)
    unknown = "Tujuan ini tidak ada dalam penanganan ini."
    today = world.now.date()
    days = "Tanggal harus antara kejadian dan hari ini."

    def no(act, sentence, **how):
        refused(world, case, "sari", act, sentence, **how)

    no(lambda w: care.achieve(w, elsewhere.pk, today, 0), unknown)
    no(lambda w: care.progress(w, elsewhere.pk, "x", world.now), unknown)
    no(lambda w: care.achieve(w, goal.pk, today + timedelta(days=1), 0), days)
    no(lambda w: care.drop(w, goal.pk, case.event_at.date() - timedelta(days=1), "x", 0), days)
    no(
        lambda w: care.drop(w, goal.pk, today, " ", 0),
        "Sebutkan mengapa tujuan ini tidak dilanjutkan.",
    )
    no(lambda w: care.reopen(w, goal.pk, "x", 0), "Tujuan ini masih berjalan.")
    no(lambda w: care.achieve(w, goal.pk, today, 5), care.CHANGED, error=Conflict)
    done(world, case, "sari", lambda w: care.achieve(w, goal.pk, today, 0))
    no(
        lambda w: care.drop(w, goal.pk, today, "x", 1),
        "Tujuan ini sudah selesai. Buka kembali dahulu untuk mengubahnya.",
    )
    no(lambda w: care.reopen(w, goal.pk, " ", 1), "Sebutkan mengapa tujuan ini dibuka kembali.")
