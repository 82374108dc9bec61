"""join: a child enters the case; the steps the others already passed open for it."""

import pytest
from django.db import IntegrityError

from sopcases.cases.walk import walking
from sopcases.people import journal
from sopcases.refusal import NotAllowed
from sopcases.sops.models import Stage
from sopcases.sops.parts import parts_for
from tests.cases.story import (
    CLOSED,
    HELD,
    STRANGER,
    attempts,
    children,
    done,
    last_line,
    outcome,
    refused,
    states,
)

pytestmark = pytest.mark.django_db


def papered(world, case, ids):
    """The reports and statements of step 3 for these children."""
    output = {o.key: o.pk for o in case.revision.steps.get(key="3").outputs.all()}
    for child in ids:
        report = world.paper("Laporan Sosial", stage=Stage.READY)
        done(
            world,
            case,
            "sari",
            lambda w, p=report, c=child: w.file(p, output=output["laporan"], children=[c]),
        )
        said = world.paper("Surat Pernyataan")
        done(
            world,
            case,
            "sari",
            lambda w, p=said, c=child: w.file(p, output=output["pernyataan"], children=[c]),
        )


def on_the_street(world, count):
    """Anak Jalanan at step 3, so many children found."""
    case = world.case("anak-jalanan", by="dewi", children=0)
    spt = world.file(case, "Surat Perintah Tugas", "agus", output="1/spt", stage=Stage.NONE)
    world.advance_paper(case, spt, Stage.DRAFT, "agus")
    world.advance_paper(case, spt, Stage.SIGNED, "budi", disposed_by=world.rahman, signed_by=world.budi)
    for number in range(count):
        found = world.child(f"Anak {number}")
        done(world, case, "sari", lambda w, c=found: w.join(c))
    case.refresh_from_db()
    return case


def test_a_child_enters(world):
    case = world.case(children=0)
    child = world.child("Bunga")
    stay = done(world, case, "sari", lambda w: w.join(child))
    assert (stay.child, stay.joined_at, stay.joined_by, stay.left_on) == (child, world.now, world.sari, None)
    assert (last_line(case).verb, last_line(case).data) == ("child.joined", {"child": child.pk})


def test_a_late_child_gets_the_steps_already_passed(world):
    case = on_the_street(world, 1)
    papered(world, case, children(case))
    done(world, case, "sari", lambda w: w.finish("3"))
    done(world, case, "sari", lambda w: w.not_needed("4", "Masih bersekolah", children(case)))
    world.wait(days=2)
    late = world.child("Menyusul")
    done(world, case, "sari", lambda w: w.join(late))
    assert states(case, "3") == ["reopened", "open"], "the step that papers child by child opens for him"
    assert attempts(case, "3")[1].used_minutes == attempts(case, "3")[0].worked_minutes
    assert not case.attempts.filter(step__key="4", child=late).exists(), "his own report comes first"
    papered(world, case, [late.pk])
    done(world, case, "sari", lambda w: w.finish("3"))
    assert states(case, "3") == ["reopened", "done"]
    assert case.attempts.get(step__key="4", child=late).state == "open"


def test_a_late_child_holds_nobody_back(world):
    case = on_the_street(world, 2)
    one, two = children(case)
    papered(world, case, [one, two])
    done(world, case, "sari", lambda w: w.finish("3"))
    late = world.child("Menyusul")
    done(world, case, "sari", lambda w: w.join(late))
    assert {a.child_id: a.state for a in attempts(case, "4")} == {one: "open", two: "open"}
    assert states(case, "5") == ["open"]
    done(world, case, "sari", lambda w: w.not_needed("4", "Masih bersekolah", [one, two]))


def test_a_child_judged_by_nobody_is_not_served(world):
    """Luar Panti: who comes after the verdicts is judged before he gets anything."""
    case = world.case("anak-terlantar-luar-panti", by="yuli", children=1)
    world.file(case, "Proposal", "yuli")
    world.file(case, "Data Usulan", "yuli", output="1/data")
    done(world, case, "yuli", lambda w: w.finish("1", acted_by=[world.tika]))
    world.file(case, "Laporan Pembinaan/Sosialisasi", "yuli", output="2/laporan")
    done(world, case, "yuli", lambda w: w.judge("2", children(case)[0], "eligible"))
    done(world, case, "yuli", lambda w: w.finish("2"))
    late = world.child("Menyusul", by="yuli")
    done(world, case, "yuli", lambda w: w.join(late))
    assert states(case, "2") == ["reopened", "open"]
    assert not case.attempts.filter(step__key="3", child=late).exists()
    done(world, case, "yuli", lambda w: w.judge("2", late.pk, "eligible"))
    done(world, case, "yuli", lambda w: w.finish("2"))
    assert case.attempts.get(step__key="3", child=late).state == "open"


def test_refusals(world):
    case = world.case()
    child = world.child("Baru")
    inside = case.children.get().child
    refused(world, case, "sari", lambda w: w.join(inside), "Anak ini sudah tercatat dalam penanganan ini.")
    foreign = world.child("Lamandau", by="yuli")
    merged = world.child("Ganda", merged_into=child)
    for other in (foreign, merged):
        refused(world, case, "sari", lambda w, c=other: w.join(c), "Data anak ini tidak dapat dipakai.")
    for name in ("tono", "rina", "ani"):
        refused(world, case, name, lambda w: w.join(child), STRANGER, error=NotAllowed)
    done(world, case, "dewi", lambda w: w.put_on_hold("Libur"))
    refused(world, case, "sari", lambda w: w.join(child), HELD)
    done(world, case, "dewi", lambda w: w.stop("Batal", outcome(case)))
    refused(world, case, "sari", lambda w: w.join(child), CLOSED)


def test_many_enter_together(world):
    case = world.case(children=0)
    new = [world.child(f"Anak {n}") for n in range(3)]
    stays = done(world, case, "sari", lambda w: w.join_many(new, {new[0].pk: "a" * 64}))
    assert [(s.child, s.source) for s in stays] == [(new[0], "a" * 64), (new[1], ""), (new[2], "")]
    assert children(case) == [c.pk for c in new]
    assert [e.data for e in journal.of(case).filter(verb="child.joined").order_by("id")] == [
        {"child": c.pk} for c in new
    ]


def test_late_children_open_a_step_once(world):
    case = on_the_street(world, 1)
    papered(world, case, children(case))
    done(world, case, "sari", lambda w: w.finish("3"))
    late = [world.child(f"Menyusul {n}") for n in range(3)]
    done(world, case, "sari", lambda w: w.join_many(late))
    assert states(case, "3") == ["reopened", "open"]
    papered(world, case, [c.pk for c in late])
    done(world, case, "sari", lambda w: w.finish("3"))
    assert {a.child_id for a in attempts(case, "4")} == {*children(case)}


def test_many_are_refused_together(world):
    case = world.case(children=0)
    one, other = world.child("Satu"), world.child("Dua")
    twice = "Anak ini sudah tercatat dalam penanganan ini."
    refused(world, case, "sari", lambda w: w.join_many([one, other, one]), twice)
    assert not case.children.exists()


def test_a_row_is_taken_in_once(world):
    case = world.case(children=0)
    done(world, case, "sari", lambda w: w.join_many([(c := world.child("Satu"))], {c.pk: "a" * 64}))
    with pytest.raises(IntegrityError), world.walk(case, "sari") as walk:
        walk.join_many([(c := world.child("Dua"))], {c.pk: "a" * 64})


@pytest.mark.parametrize("count", [1, 3, 80])
def test_many_cost_what_one_costs(world, count, django_assert_num_queries):
    case = on_the_street(world, 1)
    papered(world, case, children(case))
    done(world, case, "sari", lambda w: w.finish("3"))
    new = [world.child(f"Anak {n}") for n in range(count)]
    officer = world.officer("sari")
    assert officer.reach and parts_for(officer).rows
    with django_assert_num_queries(16), walking(case, officer) as walk:
        walk.join_many(new)
