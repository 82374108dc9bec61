"""sign: one statement of a responsible adult's for several of his children; extend: for one more of them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sopcases.cases import family
from sopcases.cases.models import Adult, Child, Filing, Paper, Relation
from sopcases.cases.progress import Progress
from sopcases.refusal import NotAllowed
from tests.cases.driving import _fresh
from tests.cases.families import extend, grown, sign, told, two_families
from tests.cases.story import children, done, only, outcome, refused, states, verbs
from tests.cases.test_verb_join import on_the_street, papered

pytestmark = pytest.mark.django_db


def lacking(world, case) -> list[int]:
    """The children whose statement step 3 still lacks."""
    progress = Progress(_fresh(case), world.officer("sari"))
    (attempt,) = [a for a in progress.live() if progress.step_of(a).key == "3"]
    return [m.child_id for m in progress.missing(attempt) if m.item.per_adult]


def test_one_scan_for_the_children_of_one_adult(world):
    case, ids, mother, _ = two_families(world)
    assert lacking(world, case) == ids
    paper = done(world, case, "sari", sign(world, mother, ids[:2]))
    assert (paper.adult, paper.dated, paper.description) == (mother, world.now.date(), "Dibacakan")
    assert paper.file and Paper.objects.filter(adult=mother).count() == 1
    assert [f.child_id for f in Filing.objects.filter(paper=paper)] == ids[:2]
    assert lacking(world, case) == ids[2:]
    assert verbs(case)[-1] == "paper.filed"


def test_a_statement_may_hold_for_some_of_the_children_and_later_for_one_more(world):
    case, ids, mother, _ = two_families(world)
    paper = done(world, case, "sari", sign(world, mother, ids[:1]))
    assert lacking(world, case) == ids[1:]
    same = done(world, case, "agus", extend(mother, ids[1:2], paper.pk))
    assert same == paper and lacking(world, case) == ids[2:]
    assert Paper.objects.filter(adult=mother).count() == 1, "no second scan"


def test_the_statement_of_a_child_whose_adult_is_unknown_is_filed_as_ever(world):
    case, ids, _, _ = two_families(world)
    papered(world, case, ids[3:])
    assert lacking(world, case) == ids[:3]
    assert [c.child.pk for c in told(world, case).alone] == ids[3:]
    assert not told(world, case).alone[0].awaited


def test_it_counts_only_while_the_adult_answers_for_the_child(world):
    """A father told in error: what he signed is no statement for the child."""
    case, ids, _, father = two_families(world)
    done(world, case, "sari", sign(world, father, ids[2:3]))
    assert lacking(world, case) == [*ids[:2], ids[3]]
    relation = Relation.objects.get(adult=father)
    done(world, case, "sari", lambda w: family.unrelate(w, relation.child, relation.pk, "Bukan ayahnya"))
    assert lacking(world, case) == ids
    assert Adult.objects.filter(pk=father.pk).exists(), "he signed a paper, which stays"


def test_an_adult_of_another_record_of_the_same_child(world):
    """The record in the case was declared another's, or another this one's: the adults are the child's."""
    case, ids, _, _ = two_families(world)
    earlier, later = world.child("Budi"), world.child("Boy")
    adults = [Adult.objects.create(agency=world.home, name=name) for name in ("Nenek", "Paman")]
    for child, adult in zip((earlier, later), adults, strict=True):
        Relation.objects.create(child=child, adult=adult, kind="guardian")
    Child.objects.filter(pk=ids[3]).update(merged_into=earlier)
    Child.objects.filter(pk=later.pk).update(merged_into=earlier)
    for adult in adults:
        done(world, case, "sari", sign(world, adult, ids[3:]))
    assert lacking(world, case) == ids[:3]


def test_both_parents_may_sign(world):
    case, ids, mother, _ = two_families(world)
    father = grown(world, case, "Ayah", ids[:2], "father")
    done(world, case, "sari", sign(world, mother, ids[:2]))
    row = told(world, case).signer(father.pk)
    assert not row.awaited and not row.papers, "nothing is asked of him any more"
    done(world, case, "sari", sign(world, father, ids[:1]))
    assert len(told(world, case).signer(father.pk).papers) == 1


def test_the_child_goes_on_when_the_adult_has_signed(world):
    case, ids, mother, _ = two_families(world)
    for child in ids[1:]:
        done(world, case, "sari", lambda w, c=child: w.leave(c, outcome(case), world.now.date()))
    report = world.paper("Laporan Sosial")
    done(world, case, "sari", lambda w: w.file(report, w.plan.by_key["3"].outputs[0].id, ids[:1]))
    done(world, case, "sari", lambda w: w.record("3"))
    assert states(case, "4") == []
    done(world, case, "sari", sign(world, mother, ids[:1]))
    assert states(case, "4") == ["open"], "the child goes on with his own papers"


def test_what_is_refused(world):
    case, ids, mother, father = two_families(world)
    stranger = world.child("Lain")
    theirs = Adult.objects.create(agency=world.agencies["lamandau"], name="Orang Lamandau")
    for act, sentence in (
        (sign(world, mother, []), "Tandai paling sedikit satu anak."),
        (
            sign(world, mother, [*ids[:2], ids[2]]),
            "Bagi A. 2. orang yang menandatangani dokumen ini tidak tercatat sebagai penanggung jawab. Catat "
            "dahulu hubungannya pada data keluarga anak, atau hapus tandanya.",
        ),
        (sign(world, mother, [stranger.pk]), "Anak ini tidak tercatat dalam penanganan ini."),
        (sign(world, theirs, ids[:1]), "Data orang ini milik perangkat daerah lain."),
        (sign(world, mother, ids[:1], dated=None), "Isi tanggal dokumen ini ditandatangani."),
        (
            sign(world, mother, ids[:1], dated=world.now.date() + timedelta(days=1)),
            "Tanggal dokumen tidak boleh di masa depan.",
        ),
        (
            extend(mother, ids[:1], 10**6),
            "Pernyataan ini tidak ada lagi dalam penanganan ini. Unggah pindaiannya.",
        ),
    ):
        refused(world, case, "sari", act, sentence)
    paper = done(world, case, "sari", sign(world, mother, ids[:1]))
    twice = "Pernyataan orang ini untuk A. 0. sudah ada. Hapus tandanya, lalu kirim lagi."
    refused(world, case, "sari", sign(world, mother, ids[:2]), twice)
    refused(world, case, "sari", extend(mother, ids[:1], paper.pk), twice)
    refused(
        world,
        case,
        "sari",
        extend(father, ids[2:3], paper.pk),
        "Pernyataan ini tidak ada lagi dalam penanganan ini. Unggah pindaiannya.",
    )


def test_who_may(world):
    case, ids, mother, _ = two_families(world)
    only(world, case, {"sari", "dewi", "rahman", "budi", "agus"}, sign(world, mother, ids[:1]), "")
    with world.walk(case, "sari") as walk:
        walk.__dict__["any_hat"] = None
        with pytest.raises(NotAllowed, match="Anda tidak bertugas dalam penanganan ini"):
            sign(world, mother, ids[:1])(walk)


def cost(act) -> int:
    """Its queries, without the savepoints that a test has for the transactions of the office."""
    with CaptureQueriesContext(connection) as found:
        act()
    return sum(not q["sql"].startswith(("SAVEPOINT", "RELEASE")) for q in found.captured_queries)


@pytest.mark.parametrize("count", [1, 3, 30])
def test_a_signature_costs_as_many_queries_for_thirty_as_for_one(world, count):
    case = on_the_street(world, count)
    ids = children(case)
    mother = grown(world, case, "Ibu Siti", ids)
    assert cost(lambda: done(world, case, "sari", sign(world, mother, ids))) == 16
