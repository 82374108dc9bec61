"""What a reader of the code found: each once wrong, each shown right."""

from datetime import timedelta

import pytest

from sopcases.cases.filing import file_document
from sopcases.cases.models import Attempt, Case, Whereabouts
from sopcases.desk.inbox import Inbox
from sopcases.people.models import Appointment, Position
from sopcases.refusal import Refused
from tests.cases.front_door import files
from tests.cases.story import done, refused
from tests.cases.test_bayi import walk_to_signed
from tests.cast import appoint, at, make_user, make_world
from tests.letters.papers import scan

pytestmark = pytest.mark.django_db


def test_a_plh_takes_over_the_cases_assigned_to_whom_he_stands_in_for(world, lina):
    post = Position.objects.get(agency=world.home, name="Peksos")
    world.users["bayu"] = make_user(world.home, "bayu", "Bayu")
    case = world.case()
    done(world, case, "dewi", lambda w: w.assign(post.pk, world.sari))
    Appointment.objects.create(
        user=world.users["bayu"],
        position=post,
        kind="plh",
        valid_from=world.now.date(),
        valid_until=world.now.date() + timedelta(days=6),
        stands_in_for=world.sari,
    )
    sees = [n for n in ("sari", "lina", "bayu") if Case.objects.visible_to(world.officer(n)).exists()]
    assert sees == ["bayu"]
    assert [row for section in Inbox(world.officer("bayu")).sections for row in section.rows], "on his desk"
    done(world, case, "bayu", lambda w: w.record("1"))


def test_a_reopened_step_done_in_its_turn_is_not_ahead_of_it(db):
    world = make_world(at("2026-03-02 08:00"))
    case = world.case(verbal_order_by="Kasi", verbal_order_at=at("2026-03-02 06:30"))
    spt = walk_to_signed(world, case)
    world.file(case, "Surat Terlantar", output="4/surat-terlantar")
    world.wait(hours=2)
    when = world.now
    done(world, case, "sari", lambda w: w.finish("4", acted_at=when))
    world.wait(hours=1)
    done(world, case, "sari", lambda w: w.reopen_step("4", "Salah tanggal"))
    spt.voided_at, spt.void_reason = world.now, "Uji"
    spt.save()
    with pytest.raises(Refused, match="Surat Perintah Tugas"), world.walk(case, "sari") as walk:
        walk.finish("4", acted_at=when)
    again = Attempt.objects.get(case=case, step__key="4", no=2)
    assert again.turn_at == Attempt.objects.get(case=case, step__key="4", no=1).opened_at
    assert not again.early


def test_an_act_before_ones_appointment_is_not_ones_own(world):
    post = Position.objects.get(agency=world.home, name="Peksos")
    world.users["baru"] = appoint(make_user(world.home, "baru", "Baru"), post, first=world.now.date())
    case = world.case(event_at=world.now - timedelta(days=5))
    sentence = "Sebutkan pelaksananya: paling sedikit satu orang yang menjabat pelaksana langkah ini."
    refused(world, case, "baru", lambda w: w.record("1", acted_at=world.now - timedelta(days=3)), sentence)
    done(
        world,
        case,
        "baru",
        lambda w: w.record("1", acted_at=world.now - timedelta(days=3), acted_by=[world.sari]),
    )


def test_a_refused_document_leaves_no_file(world):
    case = world.case()
    before = files()
    with pytest.raises(Refused), world.walk(case, "sari") as walk:
        file_document(walk, world.kind("Laporan Sosial"), scan())
        walk.photo(scan())
        assert files() > before
        walk.finish("9")
    assert files() == before


def test_who_may_not_read_a_case_does_not_learn_from_it_where_the_child_is(world, lina):
    post = Position.objects.get(agency=world.home, name="Peksos")
    case, other = world.case(), world.case(children=0)
    child = case.children.get().child
    done(world, case, "sari", lambda w: w.place(child.pk, "RSUD", world.now))
    done(world, other, "sari", lambda w: w.join(child))
    done(world, other, "dewi", lambda w: w.assign(post.pk, world.users["lina"]))
    world.wait(hours=1)
    done(world, other, "lina", lambda w: w.place(child.pk, "Rumah aman", world.now))
    known = {n: Whereabouts.objects.visible_to(world.officer(n)).first().place for n in ("sari", "lina")}
    assert known == {"sari": "RSUD", "lina": "Rumah aman"}
