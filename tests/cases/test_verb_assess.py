"""assess, correct: a later asesmen is a new row; a correction of the same one names the fields it changed."""

from datetime import timedelta

import pytest

from sopcases.cases import care
from sopcases.cases.models import Assessment
from sopcases.refusal import Conflict, NotAllowed
from tests.cases.story import STRANGER, children, done, last_line, only, outcome, refused

pytestmark = pytest.mark.django_db

EVERYBODY = {"sari", "dewi", "rahman", "budi", "agus"}
SAID = {"physical": " Berat 2,9 kg ", "needs": "Akta kelahiran"}


def test_an_assessment_is_written_and_a_later_one_stands_beside_it(world):
    case = world.case()
    child = children(case)[0]
    when = world.now - timedelta(minutes=30)
    first = done(world, case, "sari", lambda w: care.assess(w, child, when, **SAID))
    assert (first.physical, first.needs, first.family) == ("Berat 2,9 kg", "Akta kelahiran", "")
    assert (first.recorded_at, first.recorded_by, first.acting_title) == (world.now, world.sari, "Peksos")
    assert last_line(case).verb == "assessment.written"
    assert "Berat" not in str(last_line(case).data)
    world.wait(days=30)
    second = done(world, case, "agus", lambda w: care.assess(w, child, world.now, physical="Berat 4 kg"))
    assert list(Assessment.objects.all()) == [second, first]
    assert care.of_case(case)[child].assessment == second


def test_a_correction_names_the_fields_and_keeps_a_version(world):
    case = world.case()
    child = children(case)[0]
    first = done(world, case, "sari", lambda w: care.assess(w, child, world.now, **SAID))
    again = {**SAID, "family": "Ibu tidak diketahui"}
    mended = done(world, case, "dewi", lambda w: care.correct(w, first.pk, 0, world.now, **again))
    assert (mended.pk, mended.version, mended.family) == (first.pk, 1, "Ibu tidak diketahui")
    line = last_line(case)
    assert (line.verb, line.data["fields"]) == ("assessment.corrected", ["family"])
    done(world, case, "dewi", lambda w: care.correct(w, first.pk, 1, world.now, **again))
    assert last_line(case).pk == line.pk, "nothing changed, nothing written"
    refused(
        world,
        case,
        "sari",
        lambda w: care.correct(w, first.pk, 0, world.now, **SAID),
        "Isi ini baru saja diubah oleh petugas lain. Periksa isinya, lalu kirim lagi.",
        error=Conflict,
    )


def test_who_may_and_when(world):
    case = world.case()
    child = children(case)[0]
    only(world, case, EVERYBODY, lambda w: care.assess(w, child, world.now, **SAID), "")
    refused(world, case, "tono", lambda w: care.assess(w, child, world.now, **SAID), STRANGER, NotAllowed)
    done(world, case, "dewi", lambda w: w.put_on_hold("Libur"))
    done(world, case, "sari", lambda w: care.assess(w, child, world.now, **SAID))
    done(world, case, "dewi", lambda w: w.stop("Batal", outcome(case)))
    done(world, case, "sari", lambda w: care.assess(w, child, world.now, **SAID))


def test_refusals(world):
    case, other = world.case(), world.case()
    child = children(case)[0]
    elsewhere = done(world, other, "sari", lambda w: care.assess(w, children(other)[0], world.now, **SAID))

    def assess(sentence, who=child, when=world.now, **said):
        refused(world, case, "sari", lambda w: care.assess(w, who, when, **said), sentence)

    assess("Isi paling sedikit satu bagian asesmen.", physical="  ")
    assess("Anak ini tidak tercatat dalam penanganan ini.", who=children(other)[0], **SAID)
    later, before = world.now + timedelta(minutes=1), case.event_at - timedelta(minutes=1)
    assess("Waktu asesmen tidak boleh di masa depan.", when=later, **SAID)
    assess("Waktu asesmen mendahului kejadian yang membuka penanganan ini.", when=before, **SAID)
    refused(
        world,
        case,
        "sari",
        lambda w: care.correct(w, elsewhere.pk, 0, world.now, **SAID),
        "Asesmen ini tidak ada dalam penanganan ini.",
    )


@pytest.mark.parametrize("count", [1, 3])
def test_all_care_of_a_case_costs_two_queries(world, count, django_assert_num_queries):
    case = world.case(children=count)
    for child in children(case):
        done(world, case, "sari", lambda w, child=child: care.assess(w, child, world.now, **SAID))
        for goal in ("Akta", "BPJS"):
            done(
                world,
                case,
                "sari",
                lambda w, c=child, g=goal: care.plan(
                    w, c, goal=g, due_on=world.now.date(), responsible=world.sari
                ),
            )
    with django_assert_num_queries(2):
        found = care.of_case(case)
        assert [len(c.goals) for c in found.values()] == [2] * count
        assert {str(g.responsible) for c in found.values() for g in c.goals} == {str(world.sari)}
