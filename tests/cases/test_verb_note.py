"""note, place: on any day, by anyone who takes part in the case; places are added, never overwritten."""

from datetime import timedelta

import pytest

from sopcases.refusal import NotAllowed
from tests.cases.story import STRANGER, children, done, last_line, only, outcome, refused

pytestmark = pytest.mark.django_db

EVERYBODY = {"sari", "dewi", "rahman", "budi", "agus"}


def test_a_note_is_written(world):
    case = world.case()
    child = children(case)[0]
    when = world.now - timedelta(hours=5)
    note = done(world, case, "sari", lambda w: w.note(" Berat 2,9 kg ", when, child))
    assert (note.text, note.happened_at, note.child_id) == ("Berat 2,9 kg", when, child)
    assert (note.recorded_at, note.recorded_by, note.acting_title) == (world.now, world.sari, "Peksos")
    assert last_line(case).verb == "note.written"
    assert "Berat" not in str(last_line(case).data)


def test_the_child_is_placed_and_the_chain_stays(world):
    case = world.case()
    child = children(case)[0]
    done(world, case, "sari", lambda w: w.place(child, "RSUD", world.now - timedelta(hours=4)))
    done(world, case, "agus", lambda w: w.place(child, "Rumah singgah", world.now))
    chain = list(case.children.get().child.whereabouts.values_list("place", flat=True))
    assert chain == ["Rumah singgah", "RSUD"]
    assert last_line(case).verb == "child.placed"
    assert "Rumah" not in str(last_line(case).data)


def test_anyone_who_takes_part_may(world):
    case = world.case()
    child = children(case)[0]
    only(world, case, EVERYBODY, lambda w: w.note("x", world.now), "")
    only(world, case, EVERYBODY, lambda w: w.place(child, "RSUD", world.now), "")
    for name in EVERYBODY:
        done(world, case, name, lambda w: w.note("Dijenguk", world.now))
    assert case.notes.count() == 5


def test_also_while_held_and_after_closing(world):
    case = world.case()
    done(world, case, "dewi", lambda w: w.put_on_hold("Libur"))
    done(world, case, "sari", lambda w: w.note("Sehat", world.now))
    done(world, case, "dewi", lambda w: w.stop("Batal", outcome(case)))
    done(world, case, "sari", lambda w: w.note("Sudah di lembaga", world.now))
    assert case.notes.count() == 2


def test_refusals(world):
    case = world.case()
    later = world.now + timedelta(minutes=1)
    unknown = "Anak ini tidak tercatat dalam penanganan ini."
    child = children(case)[0]
    refused(world, case, "sari", lambda w: w.note(" ", world.now), "Tulis catatannya.")
    refused(world, case, "sari", lambda w: w.note("x", later), "Waktu kejadian tidak boleh di masa depan.")
    refused(world, case, "sari", lambda w: w.note("x", world.now, 0), unknown)
    refused(world, case, "sari", lambda w: w.place(0, "RSUD", world.now), unknown)
    refused(world, case, "sari", lambda w: w.place(child, "RSUD", later), "Waktu tidak boleh di masa depan.")
    refused(world, case, "sari", lambda w: w.place(child, " ", world.now), "Sebutkan di mana anak berada.")
    refused(world, case, "tono", lambda w: w.note("x", world.now), STRANGER, error=NotAllowed)
