"""What must never be false: every constraint of the room is violated once, past all verbs, and refused."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.models import F

from sopcases.cases.models import (
    Adult,
    AgendaCounter,
    Aid,
    Assessment,
    Attempt,
    Attendance,
    CarriedAttempt,
    Carrying,
    Case,
    CaseChild,
    CaseNumber,
    CaseOfficer,
    Category,
    Child,
    ChildWord,
    Custody,
    Encounter,
    Filing,
    Goal,
    InkHand,
    Interval,
    Mandate,
    Merge,
    Outcome,
    Photo,
    ProgressNote,
    Relation,
    Session,
    Visit,
    Waiver,
)
from sopcases.sops.models import Revision

pytestmark = pytest.mark.django_db


@pytest.fixture
def it(world):
    """A case with a child, an attempt, a paper, a session: what the rows below hang on."""

    class It:
        case = world.case()
        child = case.children.get().child
        attempt = case.attempts.get()
        paper = world.paper("Kartu Keluarga")
        adult = Adult.objects.create(agency=world.home, name="Pak RT")
        now, user, agency = world.now, world.sari, world.home
        kind = world.kind("BPJS Anak")
        position = attempt.step.performers.first().position
        session = Session.objects.create(
            agency=agency,
            sop=case.sop,
            step_key="5",
            period=world.now.date(),
            held_at=now,
            recorded_at=now,
            recorded_by=user,
        )

        def copy_attempt(self, **facts):
            fields = {"case": self.case, "step": self.attempt.step, "no": 9, **facts}
            return Attempt.objects.create(**fields)

        def carrying(self, **facts):
            other = Revision.objects.exclude(pk=self.case.revision_id).first()
            fields = {"case": self.case, "old": self.case.revision, "new": other, "reason": "Aturan baru"}
            return Carrying.objects.create(**{**fields, "at": self.now, "by": self.user, **facts})

        def interval(self, **facts):
            fields = {"case": self.case, "since": self.now, "recorded_by": self.user, **facts}
            return Interval.objects.create(**fields)

        def waiver(self, **facts):
            fields = {
                "case": self.case,
                "attempt": self.attempt,
                "kind": self.kind,
                "reason": "x",
                "at": self.now,
                "by": self.user,
                **facts,
            }
            return Waiver.objects.create(**fields)

        def filing(self):
            return Filing.objects.create(
                paper=self.paper, case=self.case, filed_at=self.now, filed_by=self.user
            )

        def hand(self, **facts):
            fields = {"paper": self.paper, "no": 1, "user": self.user, "title": "Kabid", **facts}
            return InkHand.objects.create(**fields)

        def attendance(self, **facts):
            fields = {"session": self.session, "case": self.case, "child": self.child, **facts}
            return Attendance.objects.create(**fields)

        def assessment(self, **facts):
            fields = {
                "case": self.case,
                "child": self.child,
                "assessed_at": self.now,
                "physical": "x",
                "recorded_at": self.now,
                "recorded_by": self.user,
                **facts,
            }
            return Assessment.objects.create(**fields)

        def goal(self, **facts):
            fields = {
                "case": self.case,
                "child": self.child,
                "goal": "x",
                "responsible": self.user,
                "due_on": self.now.date(),
                "recorded_at": self.now,
                "recorded_by": self.user,
                **facts,
            }
            return Goal.objects.create(**fields)

        def merge(self, **facts):
            fields = {
                "child": self.child,
                "into": self.person(),
                "reason": "x",
                "at": self.now,
                "by": self.user,
                **facts,
            }
            return Merge.objects.create(**fields)

        def officer(self):
            return CaseOfficer.objects.create(
                case=self.case, position=self.position, user=self.user, since=self.now
            )

        def aid(self, **facts):
            fields = {
                "case": self.case,
                "child": self.child,
                "kind": "Seragam",
                "amount": 1,
                "unit": "paket",
                "value": 0,
                "source": "APBD",
                "recorded_at": self.now,
                "recorded_by": self.user,
                **facts,
            }
            return Aid.objects.create(**fields)

        def visit(self, **facts):
            fields = {
                "attempt": self.attempt,
                "visited_at": self.now,
                "met": "Nenek",
                "condition": "Baik",
                "recorded_at": self.now,
                "recorded_by": self.user,
                **facts,
            }
            return Visit.objects.create(**fields)

        def person(self, **facts):
            fields = {"agency": self.agency, "created_at": self.now, "created_by": self.user, **facts}
            return Child.objects.create(**fields)

        def brother(self):
            return Child.objects.filter(name="Kakak").first() or self.person(name="Kakak")

        def elsewhere(self):
            return Case.objects.exclude(pk=self.case.pk).first() or self.world.case(children=0)

        def encounter(self, **facts):
            fields = {
                "case": self.case,
                "child": self.child,
                "at": self.now,
                "recorded_at": self.now,
                "recorded_by": self.user,
                **facts,
            }
            return Encounter.objects.create(**fields)

        def change(self, row, **facts):
            type(row).objects.filter(pk=row.pk).update(**facts)

        def twice(self, make):
            make()
            make()

    it = It()
    it.world = world
    return it


BREAKS = {
    "outcome_name_once": lambda it: Outcome.objects.create(
        agency=it.agency, name=Outcome.objects.filter(agency=it.agency).first().name
    ),
    "category_name_once": lambda it: Category.objects.create(
        agency=it.agency, name=it.agency.categories.first().name
    ),
    "casenumber_once": lambda it: it.twice(
        lambda: CaseNumber.objects.create(agency=it.agency, code="XX", year=2026)
    ),
    "case_number_once": lambda it: Case.objects.create(
        agency=it.agency,
        number=it.case.number,
        sop=it.case.sop,
        revision=it.case.revision,
        event_at=it.now,
        opened_at=it.now,
        opened_by=it.user,
    ),
    "case_closed_has_moment": lambda it: it.change(it.case, state="done"),
    "case_event_not_after_opening": lambda it: it.change(
        it.case, event_at=F("opened_at") + timedelta(minutes=1)
    ),
    "casechild_once": lambda it: CaseChild.objects.create(
        case=it.case, child=it.child, joined_at=it.now, joined_by=it.user
    ),
    "casechild_source_once": lambda it: (
        it.change(it.case.children.get(), source="a" * 64),
        CaseChild.objects.create(
            case=it.case, child=it.person(), joined_at=it.now, joined_by=it.user, source="a" * 64
        ),
    ),
    "casechild_leaves_with_outcome": lambda it: it.change(it.case.children.get(), left_on=it.now.date()),
    "caseofficer_one_at_a_time": lambda it: it.twice(it.officer),
    "child_birth_range": lambda it: it.person(
        birth_from=it.now.date(), birth_until=it.now.date() - timedelta(days=1)
    ),
    "child_nik_once": lambda it: it.twice(lambda: it.person(nik_index="abc")),
    "child_not_merged_into_itself": lambda it: it.change(it.child, merged_into=it.child),
    "childword_once": lambda it: it.twice(
        lambda: ChildWord.objects.create(agency=it.agency, child=it.child, word="adi")
    ),
    "relation_siblings_once": lambda it: Relation.objects.create(
        child=it.person(), other=it.child, kind="sibling"
    ),
    "relation_adult_once": lambda it: it.twice(
        lambda: Relation.objects.create(child=it.child, adult=it.adult, kind="mother")
    ),
    "relation_child_once": lambda it: it.twice(
        lambda: Relation.objects.create(child=it.child, other=it.brother(), kind="other")
    ),
    "relation_removed_with_reason": lambda it: Relation.objects.create(
        child=it.child, adult=it.adult, kind="father", removed_at=it.now, removed_by=it.user
    ),
    "encounter_once_a_round": lambda it: it.twice(lambda: it.encounter(met_in=it.elsewhere())),
    "encounter_not_in_future": lambda it: it.encounter(at=it.now + timedelta(days=1)),
    "encounter_elsewhere": lambda it: it.encounter(met_in=it.case),
    "merge_one_standing": lambda it: it.twice(it.merge),
    "merge_of_two": lambda it: it.merge(into=it.child),
    "merge_has_reason": lambda it: it.merge(reason=""),
    "merge_undone_says_by_whom_and_why": lambda it: it.merge(undone_at=it.now, undone_by=it.user),
    "relation_to_child_or_adult": lambda it: Relation.objects.create(child=it.child, kind="mother"),
    "relation_not_to_itself": lambda it: Relation.objects.create(
        child=it.child, other=it.child, kind="sibling"
    ),
    "paper_void_has_reason": lambda it: it.change(it.paper, voided_at=it.now),
    "paper_file_has_hash": lambda it: it.change(it.paper, file="x.pdf", sha256=""),
    "paper_of_adult_has_day": lambda it: it.change(it.paper, adult=it.adult, dated=None),
    "paper_agenda_has_day": lambda it: it.change(it.paper, agenda="7"),
    "paper_agenda_once_a_year": lambda it: it.twice(
        lambda: it.world.paper(
            "Kartu Keluarga", agenda="7", agenda_year=2026, received_on=it.world.now.date()
        )
    ),
    "agendacounter_once": lambda it: it.twice(
        lambda: AgendaCounter.objects.create(agency=it.agency, year=2026)
    ),
    "agendacounter_goes_on": lambda it: AgendaCounter.objects.create(
        agency=it.agency, year=2026, begins_after=5, last=4
    ),
    "aid_amount_positive": lambda it: it.aid(amount=0),
    "aid_value_not_negative": lambda it: it.aid(value=-1),
    "aid_is_named": lambda it: it.aid(kind=""),
    "aid_given_has_receipt": lambda it: it.aid(given_at=it.now, given_recorded_at=it.now),
    "aid_not_given_in_future": lambda it: it.aid(
        given_at=it.now + timedelta(minutes=1),
        given_recorded_at=it.now,
        given_recorded_by=it.user,
        received_by="Ibu",
        receipt="thumb",
    ),
    "aid_void_has_reason": lambda it: it.aid(voided_at=it.now),
    "visit_not_in_future": lambda it: it.visit(visited_at=it.now + timedelta(minutes=1)),
    "visit_tells_whom_and_how": lambda it: it.visit(met=""),
    "filing_once": lambda it: it.twice(it.filing),
    "mandate_ends_after_start": lambda it: Mandate.objects.create(
        paper=it.paper, starts=it.now.date(), ends=it.now.date() - timedelta(days=1)
    ),
    "attempt_place_is_of_an_act": lambda it: it.case.attempts.update(elsewhere="Pasar"),
    "inkhand_no_once": lambda it: [it.hand(no=1), it.hand(no=1)],
    "inkhand_one_signature": lambda it: [it.hand(no=1, signs=True), it.hand(no=2, signs=True)],
    "inkhand_has_title": lambda it: it.hand(title=""),
    "custody_has_holder": lambda it: Custody.objects.create(
        paper=it.paper,
        case=it.case,
        holder="",
        since=it.now.date(),
        recorded_at=it.now,
        recorded_by=it.user,
    ),
    "waiver_one_open": lambda it: it.twice(it.waiver),
    "waiver_has_reason": lambda it: it.waiver(reason=""),
    "note_not_in_future": lambda it: ProgressNote.objects.create(
        case=it.case,
        text="x",
        happened_at=it.now + timedelta(minutes=1),
        recorded_at=it.now,
        recorded_by=it.user,
    ),
    "attempt_one_current": lambda it: it.copy_attempt(),
    "attempt_no_once": lambda it: it.copy_attempt(no=1, state="returned", ended_at=it.now),
    "attempt_ended_has_moment": lambda it: it.change(it.attempt, state="returned"),
    "attempt_done_names_the_act": lambda it: it.change(it.attempt, state="done", ended_at=it.now),
    "attempt_act_not_in_future": lambda it: it.change(
        it.attempt, acted_at=it.now + timedelta(minutes=1), recorded_at=it.now
    ),
    "attempt_skipped_has_reason": lambda it: it.change(it.attempt, state="ended", ended_at=it.now),
    "interval_one_hold": lambda it: it.twice(lambda: it.interval(kind="hold", reason="x")),
    "interval_ends_after_start": lambda it: it.interval(
        kind="hold", reason="x", until=it.now - timedelta(minutes=1)
    ),
    "interval_hold_has_reason": lambda it: it.interval(kind="hold"),
    "interval_waiting_names_party": lambda it: it.interval(kind="waiting", request="x"),
    "interval_hold_is_no_request": lambda it: it.interval(kind="hold", reason="x", child=it.child),
    "interval_referral_says_what": lambda it: it.interval(kind="waiting", party="RSUD"),
    "interval_accepted_is_answered": lambda it: it.interval(
        kind="waiting", party="RSUD", request="x", accepted=True
    ),
    "assessment_not_in_future": lambda it: it.assessment(assessed_at=it.now + timedelta(minutes=1)),
    "assessment_says_something": lambda it: it.assessment(physical=""),
    "goal_says_what": lambda it: it.goal(goal=""),
    "goal_names_responsible": lambda it: it.goal(responsible=None),
    "goal_achieved_or_dropped": lambda it: it.goal(
        achieved_on=it.now.date(), dropped_on=it.now.date(), drop_reason="x"
    ),
    "goal_dropped_has_reason": lambda it: it.goal(dropped_on=it.now.date()),
    "session_once": lambda it: Session.objects.create(
        agency=it.agency,
        sop=it.case.sop,
        step_key="5",
        period=it.now.date(),
        held_at=it.now,
        recorded_at=it.now,
        recorded_by=it.user,
    ),
    "session_held_or_reason": lambda it: Session.objects.update(reason="Banjir"),
    "session_not_in_future": lambda it: Session.objects.update(held_at=it.now + timedelta(days=1)),
    "photo_of_case_or_session": lambda it: Photo.objects.create(
        sha256="a", recorded_at=it.now, recorded_by=it.user
    ),
    "carrying_has_reason": lambda it: it.carrying(reason=""),
    "carrying_changes_revision": lambda it: it.carrying(new=it.case.revision),
    "carrying_once": lambda it: it.twice(it.carrying),
    "carriedattempt_once": lambda it: it.twice(
        lambda: CarriedAttempt.objects.create(
            carrying=Carrying.objects.first() or it.carrying(), attempt=it.attempt, step=it.attempt.step
        )
    ),
    "attendance_once": lambda it: it.twice(lambda: it.attendance(status="present")),
    "attendance_absent_has_reason": lambda it: it.attendance(status="absent"),
}


def constraints():
    return {c.name: m for m in apps.get_app_config("cases").get_models() for c in m._meta.constraints}


def test_every_constraint_of_the_room_is_tried():
    assert set(BREAKS) == set(constraints())


@pytest.mark.parametrize("name", BREAKS)
def test_the_database_refuses(it, name):
    """SQLite names the constraint or its columns, PostgreSQL the constraint."""
    table = constraints()[name]._meta.db_table
    with pytest.raises(IntegrityError) as told, transaction.atomic():
        BREAKS[name](it)
    assert name in str(told.value) or f"{table}." in str(told.value), told.value


@pytest.mark.parametrize("absent", ["child", "occurrence", "both"])
def test_an_absent_child_or_period_counts_as_one(it, absent):
    """Two NULLs would stand beside one another in a plain unique index."""
    facts = {}
    if absent == "child":
        facts = {"occurrence": it.now.date()}
    elif absent == "occurrence":
        facts = {"child": it.child}
    if facts:
        it.copy_attempt(**facts)
    with pytest.raises(IntegrityError), transaction.atomic():
        it.copy_attempt(no=10, **facts)
