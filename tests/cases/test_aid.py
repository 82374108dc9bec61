"""Aid through the verbs: planned for many, handed out in a sitting and at home, voided, reported, summed."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from sopcases.cases import aid
from sopcases.cases.aid import Gift, Package
from sopcases.cases.models import Aid
from sopcases.cases.progress import Progress
from sopcases.cases.uploads import accept
from sopcases.cases.walk import Judged, walking
from sopcases.people.models import Area
from sopcases.refusal import Conflict, NotAllowed
from sopcases.sops.models import Stage
from sopcases.sops.parts import parts_for
from tests.cases.front_door import picture
from tests.cases.story import (
    HELD,
    NOT_YOURS,
    STRANGER,
    attempts,
    children,
    done,
    last_line,
    outcome,
    refused,
    states,
    verbs,
)
from tests.cases.test_verb_judge import proposed

pytestmark = pytest.mark.django_db

SCHOOL = Package("Perlengkapan sekolah", Decimal("1"), "paket", 350_000, "APBD Kabupaten 2026")


def verified(world, count=3, **facts):
    """Luar Panti at step 3: so many children found layak."""
    case = proposed(world, count)
    world.file(case, "Laporan Pembinaan/Sosialisasi", "yuli", output="2/laporan", stage=Stage.READY)
    done(world, case, "yuli", lambda w: w.judge_all("2", [Judged(c, "eligible") for c in children(case)]))
    done(world, case, "yuli", lambda w: w.finish("2"))
    return case


def planned(world, count=3):
    case = verified(world, count)
    done(world, case, "joko", lambda w: aid.plan(w, children(case), SCHOOL))
    return case


def gift(row: Aid, **facts) -> Gift:
    return replace(Gift(row.pk, "Siti Aminah", "Ibu", "signed"), **facts)


def given(world, case, count=None):
    """The first so many have received."""
    rows = list(case.aid.filter(given_at=None, voided_at=None).order_by("id"))[:count]
    done(world, case, "joko", lambda w: aid.give(w, [gift(r) for r in rows], world.now))
    return rows


# --- planning


def test_the_same_package_for_chosen_children(world):
    case = verified(world)
    one, two, three = children(case)
    done(world, case, "joko", lambda w: aid.plan(w, [one, three], SCHOOL))
    rows = list(case.aid.all())
    assert [(r.child_id, r.kind, r.amount, r.unit, r.value, r.source) for r in rows] == [
        (c, "Perlengkapan sekolah", 1, "paket", 350_000, "APBD Kabupaten 2026") for c in (one, three)
    ]
    assert {r.attempt.step.key for r in rows} == {"3"}
    assert (rows[0].recorded_by, rows[0].acting_title, rows[0].receipt) == (world.joko, "Bansos", "none")
    line = last_line(case)
    assert (line.verb, line.data) == ("aid.planned", {"step": "3", "children": 2})
    progress = Progress(case, world.officer("joko"))
    assert [s.child_id for s in aid.waiting(progress, rows)] == [one, two, three]


def test_who_may(world):
    case = verified(world, 1)
    for name in ("hadi", "wati"):
        refused(world, case, name, lambda w: aid.plan(w, children(case), SCHOOL), NOT_YOURS, error=NotAllowed)
    for name in ("sari", "budi", "tika", "camat"):
        refused(world, case, name, lambda w: aid.plan(w, children(case), SCHOOL), STRANGER, error=NotAllowed)
    done(world, case, "yuli", lambda w: aid.plan(w, children(case), SCHOOL))  # records for others


def test_an_sop_without_aid(world):
    case = world.case()
    refused(
        world,
        case,
        "sari",
        lambda w: aid.plan(w, children(case), SCHOOL),
        "SOP ini tidak menyalurkan bantuan per anak.",
        error=NotAllowed,
    )


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"kind": "  "}, "Jenis, satuan, dan sumber bantuan harus diisi."),
        ({"unit": ""}, "Jenis, satuan, dan sumber bantuan harus diisi."),
        ({"source": ""}, "Jenis, satuan, dan sumber bantuan harus diisi."),
        ({"amount": Decimal(0)}, "Jumlah bantuan harus lebih dari nol."),
        ({"value": -1}, "Nilai bantuan tidak boleh kurang dari nol."),
    ],
)
def test_a_package_that_is_none(world, facts, sentence):
    case = verified(world, 1)
    refused(world, case, "joko", lambda w: aid.plan(w, children(case), replace(SCHOOL, **facts)), sentence)


def test_only_for_children_found_fit_and_still_there(world):
    case = proposed(world, 3)
    one, two, three = children(case)
    bad = outcome(case, "Tidak layak")
    done(
        world,
        case,
        "yuli",
        lambda w: w.judge_all("2", [Judged(one, "incomplete", "KK?"), Judged(two, "not_eligible", "x", bad)]),
    )
    for child in (one, two, three):
        told = "A. " + str(child - one + 1) + ". sudah keluar dari penanganan, atau belum dinyatakan layak."
        refused(world, case, "joko", lambda w, c=child: aid.plan(w, [c], SCHOOL), told)
    refused(world, case, "joko", lambda w: aid.plan(w, [], SCHOOL), "Pilih paling sedikit satu anak.")
    refused(
        world,
        case,
        "joko",
        lambda w: aid.plan(w, [0], SCHOOL),
        "Anak ini tidak tercatat dalam penanganan ini.",
    )
    done(world, case, "yuli", lambda w: w.put_on_hold("Libur"))
    refused(world, case, "joko", lambda w: aid.plan(w, [one], SCHOOL), HELD, error=NotAllowed)


def test_single_ones_are_adjusted(world):
    case = planned(world, 2)
    row = case.aid.first()
    more = replace(SCHOOL, amount=Decimal("2.5"), unit="kg", value=0)
    done(world, case, "joko", lambda w: aid.change(w, row.pk, row.version, more))
    row.refresh_from_db()
    assert (row.amount, aid.amount(row), row.value, row.version) == (Decimal("2.5"), "2,5 kg", 0, 1)
    assert last_line(case).verb == "aid.changed"
    refused(world, case, "joko", lambda w: aid.change(w, row.pk, 0, SCHOOL), aid.CHANGED, error=Conflict)
    given(world, case, 1)
    refused(world, case, "joko", lambda w: aid.change(w, row.pk, 2, SCHOOL), "Bantuan ini sudah diserahkan.")


# --- handing out


def test_one_sitting_and_the_rest_at_home(world):
    case = planned(world)
    first, second, third = case.aid.order_by("id")
    photo = accept([picture()])
    world.wait(hours=2)
    done(
        world,
        case,
        "joko",
        lambda w: aid.give(
            w, [gift(first, photo=photo), gift(second, receipt="thumb", relation="Nenek")], world.now
        ),
    )
    first, second, third = case.aid.order_by("id")
    assert (first.given_at, first.receipt, first.received_by, first.at_home) == (
        world.now,
        "signed",
        "Siti Aminah",
        False,
    )
    assert first.photo.caption == "Penyerahan bantuan" and second.photo is None
    assert (second.receipt, second.relation, second.given_recorded_by) == ("thumb", "Nenek", world.joko)
    progress = Progress(case, world.officer("joko"))
    assert [s.child_id for s in aid.waiting(progress, aid.rows(progress))] == [third.child_id]

    world.wait(days=2)
    visited = world.now - timedelta(hours=3)
    done(world, case, "joko", lambda w: aid.give(w, [gift(third)], visited, at_home=True))
    third.refresh_from_db()
    assert (third.given_at, third.at_home, third.given_recorded_at) == (visited, True, world.now)
    assert [v for v in verbs(case) if v.startswith("aid")] == ["aid.planned", "aid.given", "aid.delivered"]
    assert aid.waiting(Progress(case, world.officer("joko")), list(case.aid.all())) == []


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"received_by": "  "}, "Sebutkan siapa yang menerima bantuan."),
        ({"receipt": "none"}, "Pilih tanda tangan atau cap jempol."),
        ({"receipt": "x"}, "Pilih tanda tangan atau cap jempol."),
        ({"aid_id": 0}, "Bantuan ini tidak ada dalam penanganan ini."),
    ],
)
def test_no_receipt_no_gift(world, facts, sentence):
    case = planned(world, 1)
    row = case.aid.get()
    refused(world, case, "joko", lambda w: aid.give(w, [gift(row, **facts)], world.now), sentence)
    assert not case.aid.filter(given_at__isnull=False).exists()


def test_when_it_cannot_have_been(world):
    case = planned(world, 1)
    row = case.aid.get()
    for at, sentence in (
        (world.now + timedelta(minutes=1), "Waktu penyerahan tidak boleh di masa depan."),
        (
            case.event_at - timedelta(minutes=1),
            "Waktu penyerahan mendahului kejadian yang membuka penanganan ini.",
        ),
    ):
        refused(world, case, "joko", lambda w, a=at: aid.give(w, [gift(row)], a), sentence)
    refused(world, case, "joko", lambda w: aid.give(w, [], world.now), "Tandai paling sedikit satu penerima.")
    done(world, case, "yuli", lambda w: w.leave(row.child_id, outcome(case), world.now.date()))
    world.wait(days=2)
    refused(
        world,
        case,
        "joko",
        lambda w: aid.give(w, [gift(row)], world.now),
        "Anak ini sudah keluar dari penanganan pada waktu itu.",
    )
    done(world, case, "joko", lambda w: aid.give(w, [gift(row)], world.now - timedelta(days=2)))


def test_not_twice_and_not_of_another_case(world):
    case = planned(world, 1)
    row = case.aid.get()
    other = planned(world, 1)
    refused(
        world,
        other,
        "joko",
        lambda w: aid.give(w, [gift(row)], world.now),
        "Bantuan ini tidak ada dalam penanganan ini.",
    )
    given(world, case)
    refused(
        world,
        case,
        "joko",
        lambda w: aid.give(w, [gift(row)], world.now),
        "Bantuan ini sudah diserahkan.",
    )


# --- mending


def test_recorded_in_error(world):
    case = planned(world, 2)
    row, other = given(world, case)
    again = done(world, case, "joko", lambda w: aid.void(w, row.pk, "Salah anak", again=True))
    row.refresh_from_db()
    assert (row.void_reason, row.voided_by) == ("Salah anak", world.joko)
    assert (again.child_id, again.kind, again.given_at) == (row.child_id, SCHOOL.kind, None)
    assert done(world, case, "joko", lambda w: aid.void(w, other.pk, "Tidak jadi")) is None
    refused(world, case, "joko", lambda w: aid.void(w, row.pk, "Lagi"), "Bantuan ini sudah dibatalkan.")
    refused(
        world, case, "joko", lambda w: aid.void(w, again.pk, " "), "Sebutkan mengapa bantuan ini dibatalkan."
    )
    refused(world, case, "joko", lambda w: aid.void(w, 0, "x"), "Bantuan ini tidak ada dalam penanganan ini.")
    refused(
        world,
        case,
        "joko",
        lambda w: aid.give(w, [gift(row)], world.now),
        "Bantuan ini sudah dibatalkan.",
    )
    assert [r.pk for r in aid.rows(Progress(case, world.officer("joko")))] == [again.pk]
    assert [v for v in verbs(case) if v == "aid.voided"] == ["aid.voided"] * 2


# --- the report


def test_one_signed_list_for_all_who_received(world):
    case = planned(world)
    received = world.now
    given(world, case, 2)
    one, two, three = children(case)
    scan = accept([picture()])
    refused(
        world,
        case,
        "joko",
        lambda w: aid.report(w, scan, [one, three]),
        "Ada anak yang belum menerima bantuan.",
    )
    refused(world, case, "joko", lambda w: aid.report(w, scan, []), "Pilih paling sedikit satu anak.")
    world.wait(hours=3)
    progress = Progress(case, world.officer("joko"))
    assert [s.child_id for s in aid.unreported(progress, aid.rows(progress))] == [one, two]
    paper = done(world, case, "joko", lambda w: aid.report(w, scan, [one, two], number="9/BAST"))
    assert (paper.kind.name, paper.number) == ("Laporan Penyaluran Bantuan", "9/BAST")
    assert sorted(paper.filings.values_list("child_id", flat=True)) == [one, two]
    assert states(case, "3") == ["done", "done", "open"]
    assert attempts(case, "3")[0].acted_at == received, "he received when he received"
    assert sorted(a.child_id for a in attempts(case, "4")) == [one, two]
    progress = Progress(case, world.officer("joko"))
    assert aid.unreported(progress, aid.rows(progress)) == []


def test_totals_in_figures_and_words(world):
    case = planned(world, 2)
    rows = list(case.aid.all())
    found = aid.totals(rows)
    assert (found.children, found.value, found.rupiah) == (2, 700_000, "Rp700.000")
    assert found.in_words == "tujuh ratus ribu rupiah"
    assert aid.totals([]).in_words == "nol rupiah"


# --- the database, and its cost


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"amount": 0}, "aid_amount_positive"),
        ({"value": -1}, "aid_value_not_negative"),
        ({"kind": ""}, "aid_is_named"),
        ({"receipt": "signed"}, "aid_given_has_receipt"),
        ({"received_by": "Ibu"}, "aid_given_has_receipt"),
    ],
)
def test_the_database_refuses_nonsense(world, facts, name):
    from django.db import IntegrityError, transaction

    case = planned(world, 1)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        case.aid.update(**facts)


@pytest.mark.parametrize("count", [1, 12, 80])
def test_planning_and_giving_cost_the_same_for_any_number(world, count, django_assert_max_num_queries):
    """As many each; one more where SQLite takes eighty new rows in two statements."""
    case = verified(world, count)
    officer = world.officer("joko")
    assert officer.reach and parts_for(officer).rows
    kids = children(case)
    with django_assert_max_num_queries(10), walking(case, officer) as walk:
        aid.plan(walk, kids, SCHOOL)
    gifts = [gift(row) for row in case.aid.all()]
    with django_assert_max_num_queries(10), walking(case, officer) as walk:
        aid.give(walk, gifts, world.now)


def test_partners_see_only_their_area(world):
    here, there = Area.objects.filter(agency=world.agencies["lamandau"])[:2]
    case = world.case("anak-terlantar-luar-panti", by="yuli", children=1, area=there)
    refused(world, case, "tika", lambda w: aid.plan(w, children(case), SCHOOL), STRANGER, error=NotAllowed)
    mine = world.case("anak-terlantar-luar-panti", by="yuli", children=1, area=here)
    refused(world, mine, "tika", lambda w: aid.plan(w, children(mine), SCHOOL), NOT_YOURS, error=NotAllowed)
