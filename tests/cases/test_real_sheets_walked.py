"""Every sheet of tests/sops/test_real_sheets.py that can run, walked from its opening to its closing through
the verbs: what a real sheet holds is not only kept, it works."""

from datetime import timedelta
from pathlib import Path

import pytest

from sopcases.cases.models import Case
from sopcases.cases.opening import open_case
from sopcases.people.models import Position
from sopcases.refusal import NotAllowed, Refused
from sopcases.sops import revising
from sopcases.sops.models import Stage
from sopcases.worktime.seeding import seed_hours
from tests.cases.story import done, refused
from tests.cast import START, World, appoint, at, make_user
from tests.sops.test_real_sheets import APPROVED, BY, DAY, RUNS, TAKES, agency, kept, officer, step

__all__ = ["agency"]  # the fixture
pytestmark = pytest.mark.django_db
WHO = {
    "kepala": "Kepala",
    "kabid": "Kabid",
    "kasi": "Kasi",
    "petugas": "Petugas",
    "pemohon": "Pemohon",
    "dokter": "Rumah Sakit",
    "menteri": "Kementerian",
}


@pytest.fixture
def office(agency) -> World:
    """One person in each position; the Kasi leads those outside and records for them, the Kabid closes."""
    section = agency.positions.get(name="Kasi")
    agency.positions.filter(external=True).update(superior=section)
    agency.positions.filter(pk=section.pk).update(may_record=True)
    agency.positions.filter(name="Kabid").update(may_close=True, may_waive=True)
    agency.outcomes.create(name="Selesai", order=1)
    seed_hours(agency, START)
    users = {name: make_user(agency, name, name.title()) for name in WHO}
    for name, position in WHO.items():
        appoint(users[name], Position.objects.get(agency=agency, name=position))
    return World({"uji": agency}, users, at("2026-03-02 08:00"))


def opened(office: World, text: str, by="petugas", **facts) -> Case:
    """The sheet in force, and a case of one child on it."""
    revision = revising.put_in_force(kept(office.agencies["uji"], text), BY, DAY, **APPROVED)
    case = open_case(revision, office.officer(by), event_at=office.now - timedelta(hours=1), **facts)
    child = office.child("Anak", by="petugas")
    done(office, case, by, lambda walk: walk.join(child))
    return case


def goes(office: World, case: Case, *acts: str) -> None:
    """Each act as "who step": he finishes it, an hour after the last."""
    for act in acts:
        who, key = act.split()
        office.wait(hours=1)
        done(office, case, who, lambda walk, key=key: walk.finish(key))


def open_now(office: World, case: Case) -> list[str]:
    return [key for key, state in office.states(case).items() if state == "open"]


def closes(office: World, case: Case) -> None:
    """Nothing is left to do: the child has an outcome, and the Kabid closes."""
    assert open_now(office, case) == []
    (stay,) = case.children.filter(left_on=None)
    today = office.now.date()
    done(office, case, "kabid", lambda walk: walk.leave(stay.child_id, case.agency.outcomes.get(), today))
    done(office, case, "kabid", lambda walk: walk.close())
    assert case.state == Case.State.DONE


def files(office: World, case: Case, name: str, by: str, output: str = "", **facts):
    paper = office.paper(name, by, **facts)
    done(office, case, by, lambda w: w.file(paper, output=office.output(w, output) if output else None))
    return paper


def test_a_no_goes_back(office):
    case = opened(office, RUNS["a decision whose no goes back"])
    goes(office, case, "petugas 1")
    done(office, case, "kasi", lambda walk: walk.send_back("2", "Tidak lengkap"))
    assert open_now(office, case) == ["1"]
    goes(office, case, "petugas 1", "kasi 2")
    closes(office, case)


def test_a_no_goes_on_to_another_step(office):
    case = opened(office, RUNS["a decision whose no goes on to another step"])
    goes(office, case, "petugas 1")
    done(office, case, "kasi", lambda walk: walk.decline("2", "Sudah menerima"))
    assert office.states(case)["3"] == "not_needed"
    goes(office, case, "petugas 4")
    closes(office, case)


def test_a_no_ends_the_case(office):
    case = opened(office, RUNS["a decision whose no ends the case"])
    goes(office, case, "petugas 1")
    done(
        office,
        case,
        "kasi",
        lambda walk: walk.decline("2", "Bukan warga", outcome=case.agency.outcomes.get()),
    )
    assert case.state == Case.State.STOPPED and open_now(office, case) == []


@pytest.mark.parametrize("needed", [True, False])
def test_an_optional_step_is_done_or_not_needed(office, needed):
    case = opened(office, RUNS["an optional step"])
    goes(office, case, "petugas 1")
    if needed:
        goes(office, case, "petugas 2")
    else:
        done(office, case, "petugas", lambda walk: walk.not_needed("2", "Sudah dikenal"))
    closes(office, case)


@pytest.mark.parametrize("order", [("petugas 2", "kasi 3"), ("kasi 3", "petugas 2")])
def test_steps_side_by_side_are_done_in_any_order(office, order):
    case = opened(office, RUNS["steps side by side"])
    goes(office, case, "petugas 1")
    assert open_now(office, case) == ["2", "3"]
    goes(office, case, order[0])
    assert "4" not in office.states(case)
    goes(office, case, order[1], "kabid 4")
    closes(office, case)


def test_a_paper_is_asked_for_on_its_route_only(office):
    text = RUNS["a paper on one route only"]
    case = opened(office, text, route="polisi")
    with pytest.raises(Refused, match="Surat Polisi"):
        done(office, case, "petugas", lambda walk: walk.finish("1"))
    files(office, case, "Surat Polisi", "petugas")
    goes(office, case, "petugas 1")
    closes(office, case)
    other = open_case(case.revision, office.officer("petugas"), event_at=office.now, route="warga")
    goes(office, other, "petugas 1")


@pytest.mark.parametrize("numbered", [False, True])
def test_a_chain_of_initials_ends_in_a_signature_and_the_number_may_follow(office, numbered):
    """The draft is proposed, initialled on its way up, signed; nobody finishes that step by hand."""
    name = "a number given after signing" if numbered else "a chain of initials before the signature"
    case = opened(office, RUNS[name])
    goes(office, case, "petugas 1", "kasi 2")
    paper = files(office, case, "Rekomendasi", "petugas", "3/surat", stage=Stage.DRAFT)
    assert office.states(case)["3"] == "done", "proposing the letter finishes the drafting"
    refused(
        office,
        case,
        "kabid",
        lambda walk: walk.finish("4"),
        "Langkah ini selesai dengan sendirinya begitu suratnya diparaf dan ditandatangani.",
        NotAllowed,
    )
    office.advance_paper(case, paper, Stage.READY, "kabid", disposed_by=office.kabid)
    assert open_now(office, case) == ["4"]
    office.advance_paper(case, paper, Stage.SIGNED, "kepala", signed_by=office.kepala)
    assert office.states(case)["4"] == "done"
    if numbered:
        goes(office, case, "petugas 5")
    closes(office, case)


def test_those_outside_act_themselves_or_the_kasi_records_for_them(office):
    case = opened(office, RUNS["an applicant from outside performs"], by="pemohon")
    files(
        office, case, "Surat Permohonan", "pemohon", f"1/{case.revision.steps.get(key='1').outputs.get().key}"
    )
    goes(office, case, "pemohon 1")
    now = office.wait(hours=2)
    done(
        office,
        case,
        "kasi",
        lambda walk: walk.finish("2", acted_at=now - timedelta(hours=1), acted_by=[office.dokter]),
    )
    row = case.attempts.get(step__key="2")
    assert (list(row.acted_by.all()), row.recorded_by) == ([office.dokter], office.kasi)
    done(office, case, "kasi", lambda walk: walk.finish("3", acted_by=[office.menteri]))
    closes(office, case)


def test_a_total_without_step_times_still_has_an_end(office):
    case = opened(office, RUNS["a total without step times"])
    assert case.term_due_at == at("2026-03-05 08:00")
    goes(office, case, "petugas 1", "kasi 2")
    assert set(case.attempts.values_list("due_at", flat=True)) == {None}
    closes(office, case)


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("no outputs", 2),
        ("doubled step numbers", 3),
        ("skipped step numbers", 2),
        ("a step without a number", 2),
    ],
)
def test_odd_sheets_are_walked_in_their_order(office, name, count):
    case = opened(office, RUNS[name])
    for row in case.revision.steps.order_by("order"):
        assert open_now(office, case) == [row.key]
        goes(
            office, case, f"{'kasi' if row.performers.get().position.name == 'Kasi' else 'petugas'} {row.key}"
        )
    assert case.attempts.filter(state="done").count() == count
    closes(office, case)


def test_a_time_that_depends_on_the_distance_runs_once_somebody_says_how_it_is_read(office):
    text = TAKES + step(
        "2", "Mengantar anak", officer(), more=", time: tergantung jarak, time_reading: 2 Hari"
    )
    case = opened(office, text)
    goes(office, case, "petugas 1")
    assert case.attempts.get(step__key="2").due_at == at("2026-03-04 09:00")
    goes(office, case, "petugas 2")
    closes(office, case)


def test_every_sheet_that_can_run_is_walked_here():
    walked = Path(__file__).read_text()
    assert [name for name in RUNS if name not in walked] == []
