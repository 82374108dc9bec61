"""close, stop, hand_over, reopen: a person ends a case, every child with an outcome, or takes it up again."""

from datetime import timedelta

import pytest

from sopcases.cases.models import Case
from sopcases.sops.models import Stage
from tests.cases.story import (
    CLOSED,
    HELD,
    attempts,
    children,
    done,
    last_line,
    only,
    ordered,
    outcome,
    refused,
    states,
)
from tests.cases.test_verb_join import on_the_street

pytestmark = pytest.mark.django_db

LEAD = "Hanya pejabat yang berwenang menutup penanganan."
LEADERS = {"dewi", "rahman", "budi"}


def gone(world, case):
    for child in children(case):
        done(world, case, "sari", lambda w, c=child: w.leave(c, outcome(case), world.now.date()))


def test_closed_when_its_children_have_ended(world):
    case = world.case()
    ordered(world, case)
    waiting = done(world, case, "sari", lambda w: w.wait("4", "Polresta", world.now))
    refused(world, case, "dewi", lambda w: w.close(), "Masih ada anak tanpa hasil akhir.")
    gone(world, case)
    done(world, case, "dewi", lambda w: w.close())
    assert (case.state, case.closed_at) == ("done", world.now)
    assert states(case, "4") == ["ended"]
    assert attempts(case, "4")[0].reason == "Penanganan ditutup"
    waiting.refresh_from_db()
    assert waiting.until == world.now
    assert (last_line(case).verb, last_line(case).data) == ("case.closed", {"state": "done"})


def test_only_those_who_may_close(world):
    case = world.case()
    gone(world, case)
    only(world, case, LEADERS, lambda w: w.close(), LEAD)
    other = world.case()
    only(world, other, LEADERS, lambda w: w.stop("Batal", outcome(case)), LEAD)
    only(world, other, LEADERS, lambda w: w.hand_over("Batam", "Rumahnya di sana", outcome(case)), LEAD)
    done(world, case, "budi", lambda w: w.close())
    only(world, case, LEADERS, lambda w: w.reopen("Anak kembali"), LEAD)


def test_close_refusals(world):
    case = world.case(children=0)
    refused(world, case, "dewi", lambda w: w.close(), "Masih ada langkah yang terbuka.")
    done(world, case, "dewi", lambda w: w.put_on_hold("Libur"))
    refused(world, case, "dewi", lambda w: w.close(), HELD)
    done(world, case, "dewi", lambda w: w.resume())
    world.wait(days=15)
    done(world, case, "dewi", lambda w: w.close())
    assert case.state == "done", "its term is over"
    refused(world, case, "dewi", lambda w: w.close(), CLOSED)


def test_the_term_over_every_child_still_needs_an_outcome(world):
    case = world.case()
    world.wait(days=15)
    refused(world, case, "dewi", lambda w: w.close(), "Masih ada anak tanpa hasil akhir.")


def test_a_round_that_finds_nobody_ends_nihil(world):
    case = on_the_street(world, 0)
    refused(world, case, "dewi", lambda w: w.close(), "Masih ada langkah yang terbuka.")
    done(world, case, "sari", lambda w: w.finish("3"))
    assert states(case, "4") == states(case, "5") == [], "after finding nobody nothing more opens"
    done(world, case, "dewi", lambda w: w.close())
    assert case.state == Case.State.NIHIL


def test_stopped_with_a_reason_and_an_outcome_for_every_child(world):
    case = world.case(children=2)
    one, two = children(case)
    done(world, case, "sari", lambda w: w.leave(one, outcome(case), world.now.date()))
    refused(world, case, "dewi", lambda w: w.stop(" ", outcome(case)), "Sebutkan alasannya.")
    refused(
        world,
        case,
        "dewi",
        lambda w: w.stop("Salah catat"),
        "Pilih hasil akhir bagi anak yang masih dalam penanganan.",
    )
    done(world, case, "dewi", lambda w: w.stop("Salah catat", outcome(case, "Data ganda")))
    assert (case.state, case.close_reason) == ("stopped", "Salah catat")
    assert case.children.get(child=one).outcome.name == "Kembali ke keluarga"
    left = case.children.get(child=two)
    assert (left.outcome.name, left.left_with_case) == ("Data ganda", True)
    refused(world, case, "dewi", lambda w: w.stop("Lagi"), "Penanganan ini sudah ditutup.")


def test_handed_over_to_another_city(world):
    case = world.case()
    home = outcome(case, "Dilimpahkan/dipulangkan ke daerah asal")
    refused(world, case, "dewi", lambda w: w.hand_over(" ", "x", home), "Sebutkan daerah tujuan pelimpahan.")
    refused(world, case, "dewi", lambda w: w.hand_over("Batam", " ", home), "Sebutkan alasannya.")
    done(world, case, "dewi", lambda w: w.hand_over("Dinsos Batam", "Keluarga di Batam", home))
    assert (case.state, case.close_reason) == ("handed_over", "Dinsos Batam: Keluarga di Batam")


def test_reopened_the_children_are_back_and_the_steps_inherit(world):
    case = world.case(children=2)
    one, two = children(case)
    ordered(world, case)
    world.file(case, "Surat Terlantar", output="4/surat-terlantar")
    done(world, case, "sari", lambda w: w.leave(one, outcome(case), world.now.date()))
    world.wait(minutes=25)
    done(world, case, "dewi", lambda w: w.stop("Salah catat", outcome(case, "Data ganda")))
    world.wait(days=1)
    done(world, case, "dewi", lambda w: w.reopen("Bukan data ganda"))
    assert (case.state, case.reopened, case.closed_at, case.close_reason) == (
        "active",
        True,
        None,
        "Bukan data ganda",
    )
    stays = {s.child_id: s.left_on for s in case.children.all()}
    assert stays[one] is not None
    assert stays[two] is None
    ended, again = attempts(case, "4")
    assert (ended.state, again.state, again.used_minutes) == ("ended", "open", 25)
    assert [f.output.key for f in again.filings.all()] == ["surat-terlantar"]
    assert states(case, "1") == ["done"]
    assert last_line(case).verb == "case.reopened"


def test_a_nihil_round_is_reopened_for_a_child_found_after_all(world):
    case = on_the_street(world, 0)
    done(world, case, "sari", lambda w: w.finish("3"))
    done(world, case, "dewi", lambda w: w.close())
    done(world, case, "dewi", lambda w: w.reopen("Satu anak ditemukan"))
    child = world.child("Ditemukan")
    done(world, case, "sari", lambda w: w.join(child))
    assert states(case, "3") == ["reopened", "open"]


def test_reopen_refusals(world):
    case = world.case()
    refused(world, case, "dewi", lambda w: w.reopen("x"), "Penanganan ini masih berjalan.")
    done(world, case, "dewi", lambda w: w.stop("Batal", outcome(case)))
    refused(world, case, "dewi", lambda w: w.reopen(" "), "Sebutkan mengapa penanganan dibuka kembali.")


def test_after_closing_a_to_follow_paper_settles_and_nothing_opens(world):
    case = world.case()
    ordered(world, case)
    gone(world, case)
    done(world, case, "dewi", lambda w: w.close())
    before = case.attempts.count()
    world.wait(days=3)
    report = world.file(case, "Laporan Sosial", stage=Stage.READY)
    world.advance_paper(case, report, Stage.SIGNED, "sari")
    assert case.attempts.count() == before
    assert timedelta(0) < world.now - case.closed_at
