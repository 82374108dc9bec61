"""A decision's "no": on to a later step, to the end of the case, or to the end for one child."""

from datetime import date

import pytest

from sopcases.cases.models import Case
from sopcases.cases.opening import open_case
from sopcases.people.authority import Machine
from sopcases.refusal import Refused
from sopcases.sops import revising, sopfile
from tests.cases.front_door import hidden
from tests.cases.story import children, done, outcome, refused, verbs

pytestmark = pytest.mark.django_db
SHEET = """\
slug: permohonan
name: Permohonan Bantuan
code: PB
opening: child
steps:
- {{number: "1", activity: Menerima, performers: [{{position: Peksos, part: performs}}]}}
- {{number: "2", activity: Memutuskan, performers: [{{position: Kasi, part: performs}}], scope: {scope},
   on_refusal: {refusal}}}
- {{number: "3", activity: Menyalurkan, performers: [{{position: Peksos, part: performs}}], scope: {scope}}}
- {{number: "4", activity: Melapor, performers: [{{position: Peksos, part: performs}}], after: ["2"]}}
- {{number: "5", activity: Memberi tahu, performers: [{{position: Peksos, part: performs}}]}}
"""


def decided(world, refusal, scope="case", kids=1) -> Case:
    """A case that stands at the decision."""
    text = SHEET.format(refusal=refusal, scope=scope)
    by = Machine(world.now)
    draft = sopfile.load(sopfile.read(text, world.home), world.home, by)
    revision = revising.put_in_force(draft, by, date(2026, 1, 5), official="Kadis", reason="Uji")
    case = open_case(revision, world.officer("sari"), event_at=world.now)
    for number in range(kids):
        done(world, case, "sari", lambda walk, n=number: walk.join(world.child(f"Anak {n}")))
    done(world, case, "sari", lambda walk: walk.finish("1"))
    return case


def test_no_goes_on_to_the_named_step_and_leaves_out_what_lies_between(world):
    case = decided(world, '{to: "5"}')
    done(world, case, "dewi", lambda walk: walk.decline("2", "Tidak memenuhi syarat"))
    assert world.states(case) == {"1": "done", "2": "done", "3": "not_needed", "4": "not_needed", "5": "open"}
    row = case.attempts.get(step__key="2")
    assert (row.reason, list(row.acted_by.all())) == ("Tidak memenuhi syarat", [world.dewi])
    assert "step.declined" in verbs(case)


def test_yes_walks_every_step(world):
    case = decided(world, '{to: "5"}')
    done(world, case, "dewi", lambda walk: walk.finish("2"))
    assert world.states(case)["3"] == world.states(case)["4"] == "open"


def test_no_ends_the_case_with_an_outcome_for_its_children(world):
    case = decided(world, "{ends: true}")
    told = "Pilih hasil akhir bagi anak yang masih dalam penanganan."
    refused(world, case, "dewi", lambda walk: walk.decline("2", "Bukan warga kota"), told)
    end = outcome(case)
    done(world, case, "dewi", lambda walk: walk.decline("2", "Bukan warga kota", outcome=end))
    assert (case.state, case.close_reason) == (Case.State.STOPPED, "Bukan warga kota")
    assert case.children.get().outcome == end
    assert world.states(case) == {"1": "done", "2": "done"}


def test_no_for_one_child_ends_it_for_him_alone(world):
    case = decided(world, "{ends: true}", scope="child", kids=2)
    one, two = children(case)
    end = outcome(case)
    done(world, case, "dewi", lambda walk: walk.decline("2", "Sudah dewasa", one, outcome=end))
    assert case.state == Case.State.ACTIVE
    assert {s.child_id: bool(s.left_on) for s in case.children.all()} == {one: True, two: False}


def test_who_does_not_decide_and_a_step_without_such_a_no_are_refused(world):
    case = decided(world, '{to: "5"}')
    told = "Langkah ini bukan tugas jabatan Anda."
    refused(world, case, "sari", lambda walk: walk.decline("2", "x"), told)
    told = "SOP tidak menyebut akibat penolakan pada langkah ini."
    refused(world, case, "dewi", lambda walk: walk.decline("5", "x"), told)
    refused(world, case, "dewi", lambda walk: walk.decline("2", " "), "Sebutkan alasan penolakan.")


def test_the_page_says_where_no_leads(desk, today):
    case = decided(today, '{to: "5"}')
    url = f"/penanganan/{case.number}/langkah/2/"
    dewi = desk("dewi")
    assert "Catat penolakan" in dewi.text(url)
    form = dewi.get(f"{url}tolak/")
    page = " ".join(form.content.decode().split())
    assert "penolakan berlanjut ke langkah 5. Langkah 3, 4 tidak diperlukan." in page
    answer = dewi.client.post(f"{url}tolak/", {"reason": "Tidak layak", **hidden(form), "action": "submit"})
    assert answer.status_code == 302
    assert today.states(case)["5"] == "open"
    assert "Mencatat penolakan pada langkah 2" in dewi.text(f"/penanganan/{case.number}/riwayat/")


def test_a_no_for_one_child_may_not_pass_over_a_step_of_all(world):
    text = SHEET.format(refusal='{to: "5"}', scope="child").replace(
        "Melapor, performers", "Melapor, scope: case, performers"
    )
    draft = sopfile.load(sopfile.read(text, world.home), world.home, Machine(world.now))
    told = "penolakan bagi satu anak melompati langkah seluruh penanganan"
    with pytest.raises(Refused, match=told):
        revising.put_in_force(draft, Machine(world.now), date(2026, 1, 5), official="Kadis", reason="Uji")


def test_an_earlier_note_stands_beside_the_refusal_and_survives_a_reopening(world):
    case = decided(world, '{to: "5"}')
    done(world, case, "dewi", lambda walk: walk.record("2", note="Sudah ditelepon"))
    done(world, case, "dewi", lambda walk: walk.decline("2", "Tidak memenuhi syarat"))
    assert case.attempts.get(step__key="2").note == "Sudah ditelepon\nTidak memenuhi syarat"


def test_a_child_who_joins_later_does_not_walk_what_was_left_out(world):
    text = SHEET.format(refusal='{to: "5"}', scope="case").replace(
        "Menyalurkan, performers: [{position: Peksos, part: performs}], scope: case",
        "Menyalurkan, performers: [{position: Peksos, part: performs}], scope: child",
    )
    by = Machine(world.now)
    draft = sopfile.load(sopfile.read(text, world.home), world.home, by)
    revision = revising.put_in_force(draft, by, date(2026, 1, 5), official="Kadis", reason="Uji")
    case = open_case(revision, world.officer("sari"), event_at=world.now)
    done(world, case, "sari", lambda walk: walk.join(world.child("Anak 1")))
    done(world, case, "sari", lambda walk: walk.finish("1"))
    done(world, case, "dewi", lambda walk: walk.decline("2", "Tidak memenuhi syarat"))
    done(world, case, "sari", lambda walk: walk.join(world.child("Anak 2")))
    states = case.attempts.filter(step__key="3").values_list("state", flat=True)
    assert list(states) == ["not_needed", "not_needed"]
