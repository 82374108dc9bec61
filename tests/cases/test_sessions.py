"""Sessions: one record for the children of many cases; each case shows its own."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from sopcases.cases import carrying, merging, sessions
from sopcases.cases.access import find_session
from sopcases.cases.models import Attempt, Attendance, Case, CaseChild, Child, Photo, Session
from sopcases.cases.uploads import accept_photo
from sopcases.cases.walk import roll
from sopcases.people.models import Entry, Position
from sopcases.refusal import Conflict, NotAllowed, Refused
from sopcases.sops import revising
from tests.cases.front_door import picture
from tests.cases.story import attempts, children, done, outcome, states
from tests.cases.test_verb_join import on_the_street, papered
from tests.cases.test_verb_roll import in_sessions
from tests.cast import appoint, at, make_user
from tests.letters.papers import scan

pytestmark = pytest.mark.django_db
APRIL = date(2026, 4, 1)
KIND = "Laporan Kegiatan Support Group"


@pytest.fixture
def april(world):
    """Two rounds whose children all stand at the April session."""
    cases = [in_sessions(world), in_sessions(world)]
    world.now = at("2026-04-15 10:00")
    roll(world.now)
    return cases


def hold(world, case, by="sari", **facts):
    facts = {"held_at": at("2026-04-15 09:00"), "place": "Aula", "present": set(), "absent": {}} | facts
    return sessions.hold(case.sop, "5", APRIL, world.officer(by), **facts)


def report(world, session, by="sari", **facts):
    session.refresh_from_db()
    facts = {"version": session.version} | facts
    return sessions.report(session, world.officer(by), world.kind(KIND), scan(), **facts)


def test_children_of_all_cases_come_to_one_session(world, april):
    one, two = (children(case)[0] for case in april)
    standing = sessions.each_once(sessions.untold(april[0].sop, "5", APRIL, world.officer("sari")))
    assert [s.child_id for s in standing] == [one, two]
    session = hold(world, april[0], present={one}, absent={two: "Sakit"})
    assert list(session.attendance.order_by("id").values_list("child", "status", "reason")) == [
        (one, "present", ""),
        (two, "absent", "Sakit"),
    ]
    assert list(session.acted_by.all()) == [world.sari]
    assert [case.attendance.count() for case in april] == [1, 1], "a case shows only its own children"
    for case in april:
        attempt = attempts(case, "5")[0]
        assert (attempt.acted_at, attempt.state) == (at("2026-04-15 09:00"), "open"), "the report is to come"
        assert list(attempt.acted_by.all()) == [world.sari]
    assert sessions.each_once(sessions.untold(april[0].sop, "5", APRIL, world.officer("sari"))) == []
    assert Entry.objects.filter(verb="session.held").count() == 1


def parted(world, april):
    """The session recorded by Sari; then one case is assigned to her, the other to a colleague."""
    one, two = (children(case)[0] for case in april)
    session = hold(world, april[0], present={one}, absent={two: "Sakit"})
    position = Position.objects.get(agency=world.home, name="Peksos")
    world.users["lina"] = appoint(make_user(world.home, "lina", "Lina"), position)
    for case, user in zip(april, (world.sari, world.users["lina"]), strict=True):
        done(world, case, "dewi", lambda w, u=user: w.assign(position.pk, u))
    return session, one, two


def test_a_colleague_who_has_one_of_its_cases_by_now_keeps_nobody_from_going_on(world, april):
    session, one, two = parted(world, april)
    sessions.add_photos(session, world.officer("lina"), [(accept_photo(picture("a.jpg")), "Aula")])
    report(world, session)
    for case in april:
        assert attempts(case, "5")[0].state == "done", "one report for all"
    session.refresh_from_db()
    told = {two: ("present", "")}
    with pytest.raises(Refused, match="tidak sedang mengikuti"):
        sessions.correct(session, world.officer("sari"), told, version=session.version)
    sessions.correct(session, world.officer("lina"), told, version=session.version)
    assert session.attendance.get(child=two).status == "present"
    assert session.attendance.get(child=one).status == "present"


def test_who_has_none_of_its_cases_adds_nothing(world, april):
    session, *_ = parted(world, april)
    position = Position.objects.get(agency=world.home, name="Peksos")
    done(world, april[0], "dewi", lambda w: w.assign(position.pk, world.users["lina"]))
    with pytest.raises(NotAllowed, match="bukan tugas jabatan"):
        report(world, session)


def test_the_report_goes_to_every_case_and_finishes_the_step_there(world, april):
    one, two = (children(case)[0] for case in april)
    session = hold(world, april[0], present={one}, absent={two: "Sakit"})
    paper = report(world, session)
    assert [states(case, "5") for case in april] == [["done"], ["done"]]
    assert [list(case.filings.filter(paper=paper).values_list("child", flat=True)) for case in april] == [
        [None],
        [None],
    ]
    with pytest.raises(Conflict, match="baru saja diubah"):
        report(world, session, version=0)


def test_a_case_carried_to_a_revision_without_the_session_stops_no_other(world, april):
    one, two = (children(case)[0] for case in april)
    session = hold(world, april[0], present={one, two})
    ani = world.officer("ani")
    draft = revising.new_revision(world.revision("anak-jalanan"), ani)
    draft.steps.filter(key="5").update(key="kegiatan")
    revising.put_in_force(draft, ani, world.now.date(), official="Kadis", reason="Uji")
    kept = {key: key for key in ("1", "2", "3", "4")}
    done(world, april[0], "dewi", lambda walk: carrying.carry_over(walk, kept, "Keputusan Kadis", draft.pk))
    officer = world.officer("sari")
    assert find_session(officer, session.pk)[1].pk == april[1].pk
    report(world, session)
    assert attempts(april[1], "5")[0].state == "done"
    with pytest.raises(Refused, match="dialihkan ke revisi SOP tanpa kegiatan ini"):
        session.refresh_from_db()
        sessions.correct(session, officer, {one: ("absent", "Sakit")}, version=session.version)


def test_typed_by_the_petugas_from_the_signed_paper_the_day_after(world, april):
    one, two = (children(case)[0] for case in april)
    world.now = at("2026-04-16 08:00")
    with pytest.raises(Refused, match="Sebutkan pelaksananya"):
        hold(world, april[0], by="agus", present={one, two})
    hold(world, april[0], by="agus", present={one, two}, acted_by=[world.sari, world.dewi])
    attempt = attempts(april[1], "5")[0]
    assert list(attempt.acted_by.order_by("pk")) == [world.sari, world.dewi]
    assert attempt.recorded_by == world.agus


def test_two_groups_meet_on_their_own_and_nobody_is_in_both(world):
    """One case has a child in each: its step ends with the second report."""
    case = on_the_street(world, 2)
    papered(world, case, children(case))
    done(world, case, "sari", lambda w: w.finish("3"))
    other = in_sessions(world)
    world.now = at("2026-04-15 10:00")
    one, two = children(case)
    (three,) = children(other)
    west = hold(world, case, present={one, three}, group="Barat")
    report(world, west)
    assert (states(case, "5"), states(other, "5")) == (["open"], ["done"])
    with pytest.raises(Refused, match="Masih ada 1 anak"), world.walk(case, "sari") as walk:
        walk.finish("5", None, APRIL)
    with pytest.raises(Conflict, match="baru saja dicatat"):
        hold(world, case, present={one, two}, group="Timur")
    with pytest.raises(Refused, match="“Barat” sudah dicatat"):
        hold(world, case, present={two}, group="Barat")
    east = hold(world, case, present={two}, group="Timur", held_at=at("2026-04-15 09:30"))
    with pytest.raises(Refused, match="kelompok Timur belum ada"), world.walk(case, "sari") as walk:
        walk.finish("5", None, APRIL)
    report(world, east)
    assert states(case, "5") == ["done"]


def test_a_session_that_did_not_take_place_is_told_once_for_all_cases(world, april):
    both = {children(case)[0] for case in april}
    officer = world.officer("sari")
    with pytest.raises(Refused, match="mengapa"):
        sessions.not_held(april[0].sop, "5", APRIL, officer, reason=" ", children=both)
    with pytest.raises(NotAllowed, match="bukan tugas"):
        sessions.not_held(april[0].sop, "5", APRIL, world.officer("budi"), reason="Banjir", children=both)
    sessions.not_held(april[0].sop, "5", APRIL, officer, reason="Banjir", children=both)
    assert [states(case, "5") for case in april] == [["not_held"], ["not_held"]]
    assert [attempts(case, "5")[0].reason for case in april] == ["Banjir", "Banjir"]
    with pytest.raises(Refused, match="tidak terlaksana"):
        report(world, Session.objects.get())


def test_a_reason_as_long_as_the_form_takes_stands_with_each_child(world, april):
    both = {children(case)[0] for case in april}
    why = "Banjir di jalan menuju aula. " * 10 + "Selesai..."
    assert len(why) == 300
    sessions.not_held(april[0].sop, "5", APRIL, world.officer("sari"), reason=why, children=both)
    assert set(Attendance.objects.values_list("reason", flat=True)) == {why}


def test_one_group_is_held_and_the_other_is_not(world):
    case = on_the_street(world, 2)
    papered(world, case, children(case))
    done(world, case, "sari", lambda w: w.finish("3"))
    world.now = at("2026-04-15 10:00")
    one, two = children(case)
    sessions.not_held(
        case.sop, "5", APRIL, world.officer("sari"), reason="Banjir", children={two}, group="Timur"
    )
    assert states(case, "5") == ["open"], "the other group may still meet"
    report(world, hold(world, case, present={one}, group="Barat"))
    assert states(case, "5") == ["done"]


def test_a_missed_month_is_told_late_within_the_month_it_was(world, april):
    world.now = at("2026-05-04 08:00")
    roll(world.now)
    both = {children(case)[0] for case in april}
    assert states(april[0], "5") == ["missed", "open"]
    with pytest.raises(Refused, match="dalam masanya"):
        hold(world, april[0], present=both, held_at=at("2026-05-02 09:00"))
    report(world, hold(world, april[0], present=both, held_at=at("2026-04-20 09:00")))
    assert states(april[0], "5") == ["done", "open"]


def test_attendance_is_mended_with_its_trace(world, april):
    one, two = (children(case)[0] for case in april)
    session = hold(world, april[0], present={one}, absent={two: "Sakit"})
    session.refresh_from_db()
    with pytest.raises(Refused, match="Alasan"):
        sessions.correct(session, world.officer("sari"), {one: ("absent", "")}, version=session.version)
    with pytest.raises(NotAllowed, match="bukan tugas"):
        sessions.correct(session, world.officer("budi"), {two: ("present", "")}, version=session.version)
    sessions.correct(session, world.officer("agus"), {two: ("present", "")}, version=session.version)
    assert session.attendance.get(child=two).status == "present"
    line = Entry.objects.get(verb="attendance.mended")
    assert (line.subject_id, line.data["was"], line.data["now"]) == (april[1].pk, "absent", "present")
    with pytest.raises(Conflict, match="baru saja diubah"):
        sessions.correct(session, world.officer("sari"), {one: ("absent", "Sakit")}, version=0)


def test_a_case_on_hold_and_a_child_that_left_stand_nowhere(world, april):
    done(world, april[0], "dewi", lambda w: w.put_on_hold("Menunggu"))
    end = outcome(april[1])
    gone = children(april[1])[0]
    done(world, april[1], "sari", lambda w: w.leave(gone, end, date(2026, 4, 15)))
    assert sessions.each_once(sessions.untold(april[0].sop, "5", APRIL, world.officer("sari"))) == []


def test_a_photo_belongs_to_a_case_or_to_a_session(world, april):
    session = hold(world, april[0], present={children(april[0])[0]})
    sessions.add_photos(session, world.officer("agus"), [(accept_photo(picture()), "Pembukaan")])
    photo = session.photos.get()
    assert (photo.caption, photo.case_id) == ("Pembukaan", None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Photo.objects.filter(pk=photo.pk).update(case=april[0])


def test_refusals_leave_nothing(world, april):
    one, two = (children(case)[0] for case in april)
    for facts, sentence in (
        ({}, "Tandai"),
        ({"absent": {one: " "}}, "Alasan tidak hadir"),
        ({"present": {one}, "absent": {one: "Sakit"}}, "dua kali"),
        ({"present": {999_999}}, "tidak sedang mengikuti"),
        ({"present": {one, two}, "held_at": at("2026-03-31 09:00")}, "belum tiba"),
        ({"present": {one, two}, "held_at": at("2026-04-16 09:00")}, "masa depan"),
    ):
        with pytest.raises(Refused, match=sentence):
            hold(world, april[0], **facts)
    with pytest.raises(NotAllowed):
        hold(world, april[0], by="rahman", present={one})
    with pytest.raises(Refused, match="tidak sedang mengikuti"):
        hold(world, april[0], by="tono", present={one})
    assert not Attendance.objects.exists()
    assert not Session.objects.exists()
    assert all(attempts(case, "5")[0].acted_at is None for case in april)


def many(world, cases, of):
    """So many rounds at the April session with so many children in all, made from one that went there."""
    first = in_sessions(world)
    walked = list(first.attempts.filter(child=None).order_by("id"))
    (four,) = attempts(first, "4")
    rounds = [first]
    for number in range(1, cases):
        copy = Case.objects.get(pk=first.pk)
        copy.pk, copy.number = None, f"AJ-2026-{number + 1000}"
        copy.save(force_insert=True)
        rounds.append(copy)
    Attempt.objects.bulk_create(alike(attempt, case=case) for case in rounds[1:] for attempt in walked)
    found = Child.objects.bulk_create(
        Child(agency=world.home, name=f"Anak {n}", created_at=world.now, created_by=world.sari)
        for n in range(of - 1)
    )
    inside = [(rounds[(n + 1) % cases], child) for n, child in enumerate(found)]
    CaseChild.objects.bulk_create(
        CaseChild(case=case, child=child, joined_at=world.now, joined_by=world.sari) for case, child in inside
    )
    Attempt.objects.bulk_create(alike(four, case=case, child=child) for case, child in inside)
    return rounds


@pytest.fixture
def doubled(world):
    """One round whose two records were declared one child, and another with a child of its own."""
    case = on_the_street(world, 2)
    papered(world, case, children(case))
    done(world, case, "sari", lambda w: w.finish("3"))
    other = in_sessions(world)
    world.now = at("2026-04-15 10:00")
    roll(world.now)
    one, two = children(case)
    merge = done(world, case, "sari", lambda w: merging.merge(w, one, two, "Nama samaran"))
    return case, other, one, two, merge


def expects(world, case):
    return [
        s.child_id for s in sessions.each_once(sessions.untold(case.sop, "5", APRIL, world.officer("sari")))
    ]


def told(case):
    return list(case.attendance.order_by("child").values_list("child", "status"))


def test_a_child_with_two_records_in_a_case_is_asked_for_once(world, doubled):
    case, other, one, two, _ = doubled
    assert expects(world, case) == [two, *children(other)], "by the record that stands for it"
    session = hold(world, case, present={two})
    assert told(case) == [(one, "present"), (two, "present")]
    assert expects(world, case) == children(other)
    (summary,) = sessions.summaries(case.sop, "5", APRIL)
    assert (summary.present, summary.absent) == (1, 0), "children, not records"
    assert Entry.objects.get(verb="session.held").data["children"] == 1
    report(world, session)
    assert states(case, "5") == ["done"]


def test_any_of_its_records_will_do_but_not_two_things_at_once(world, doubled):
    case, _, one, two, _ = doubled
    with pytest.raises(Refused, match="tercatat dua kali"):
        hold(world, case, present={one}, absent={two: "Sakit"})
    hold(world, case, present={one, two})
    assert told(case) == [(one, "present"), (two, "present")]
    with pytest.raises(Conflict, match="baru saja dicatat"):
        hold(world, case, present={two}, group="Timur")


def test_records_in_two_cases_are_told_in_both(world, april):
    one, two = (children(case)[0] for case in april)
    done(world, april[0], "sari", lambda w: merging.merge(w, one, two, "Nama samaran"))
    assert expects(world, april[0]) == [two]
    report(world, hold(world, april[0], absent={two: "Sakit"}))
    assert [told(case) for case in april] == [[(one, "absent")], [(two, "absent")]]
    assert [states(case, "5") for case in april] == [["done"], ["done"]]


def test_who_was_told_by_one_record_before_they_were_joined_is_not_asked_again(world, doubled):
    case, other, one, two, merge = doubled
    done(world, case, "sari", lambda w: merging.unmerge(w, merge.pk, "Belum pasti"))
    session = hold(world, case, present={one})
    assert expects(world, case) == [two, *children(other)]
    done(world, case, "sari", lambda w: merging.merge(w, one, two, "Sudah pasti"))
    assert expects(world, case) == children(other)
    with pytest.raises(Conflict, match="baru saja dicatat"):
        hold(world, case, present={two}, group="Timur")
    report(world, session)
    assert states(case, "5") == ["done"], "nobody is left to be told"


def test_mending_and_not_held_go_to_every_record(world, doubled):
    case, other, one, two, _ = doubled
    session = hold(world, case, present={two})
    changes = {two: ("absent", "Sakit")}
    sessions.correct(session, world.officer("sari"), changes, version=session.version)
    assert told(case) == [(one, "absent"), (two, "absent")]
    (three,) = children(other)
    officer = world.officer("sari")
    sessions.not_held(case.sop, "5", APRIL, officer, reason="Banjir", children={three}, group="Timur")
    assert told(other) == [(three, "not_held")]


def alike(attempt, **facts):
    values = {f.name: getattr(attempt, f.name) for f in Attempt._meta.concrete_fields if f.name != "id"}
    return Attempt(**values | facts)


@pytest.mark.parametrize(("cases", "of"), [(2, 3), (120, 300)])
def test_three_children_and_three_hundred_cost_the_same(world, cases, of, django_assert_num_queries):
    rounds = many(world, cases, of)
    assert of == sum(case.children.count() for case in rounds)
    world.now = at("2026-04-15 10:00")
    officer = world.officer("sari")
    assert officer.reach
    with django_assert_num_queries(3):
        standing = sessions.each_once(sessions.untold(rounds[0].sop, "5", APRIL, officer))
    everybody = [s.child_id for s in standing]
    assert len(everybody) == of
    with django_assert_num_queries(23):
        session = hold(
            world,
            rounds[0],
            present=set(everybody[1:]),
            absent={everybody[0]: "Sakit"},
        )
    with django_assert_num_queries(31):
        report(world, session)
    assert {s for case in rounds for s in states(case, "5")} == {"done"}
