"""A revision's life: each verb works, each refusal by name, and the database itself keeps the seal."""

from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import ProtectedError

from sopcases.people.models import Entry
from sopcases.refusal import Conflict, Refused
from sopcases.sops import revising, sopfile
from sopcases.sops.models import (
    Note,
    Output,
    PaperKind,
    Performer,
    Requirement,
    Revision,
    RevisionAct,
    Sop,
    Step,
)

DAY = date(2026, 1, 5)
TOMORROW = date(2026, 3, 3)
APPROVED = {"official": "Dr. Budi Hartono, Kepala Dinas", "reason": "Keputusan Nomor 12"}


@pytest.fixture
def draft(world):
    return revising.new_revision(world.revision(), world.officer("ani"))


def again(row):
    return type(row).objects.get(pk=row.pk)


def refused(verb, *args, kind=Refused, **kwargs) -> str:
    with pytest.raises(kind) as caught, transaction.atomic():
        verb(*args, **kwargs)
    return " ".join(caught.value.sentences)


# put_in_force --------------------------------------------------------------------------------------


def test_put_in_force_seals_and_replaces(world, draft):
    old = world.revision()

    revising.put_in_force(draft, world.officer("ani"), DAY, **APPROVED)

    now = again(draft)
    assert (now.state, now.in_force_from, now.checksum) == ("in_force", DAY, sopfile.checksum(now))
    assert again(old).state == "replaced"
    told = Entry.objects.order_by("-id").values_list("verb", "subject_id", "actor__username")[:2]
    assert list(told) == [("sop.diberlakukan", draft.pk, "ani"), ("sop.diganti", old.pk, "ani")]


def test_a_checked_revision_can_be_put_in_force(world, draft):
    revising.mark_checked(draft, world.officer("ani"), **APPROVED)

    assert revising.put_in_force(draft, world.officer("ani"), DAY, **APPROVED).state == "in_force"


@pytest.mark.parametrize(
    ("key", "change", "sentence"),
    [
        ("4", {"performers": None}, "Langkah 4: tidak ada pelaksana."),
        ("4", {"time": "sebentar"}, "Langkah 4: “sebentar”"),
        ("4", {"after": ["4"]}, "Langkah 4: urutan berputar kembali ke langkah ini sendiri."),
        ("4", {"after": ["77"]}, "Langkah 4: mengikuti langkah “77” yang tidak ada."),
        ("4", {"returns_to": "77"}, "Langkah 4: pengembalian ke langkah “77” yang tidak ada."),
        ("4", {"returns_to": "9"}, "Langkah 4: pengembalian ke langkah “9” yang tidak mendahuluinya."),
        ("3", {"outputs": None}, "Langkah 3: hanya memparaf dan menandatangani, tetapi tidak ada keluaran"),
        ("2", {"paper": "Surat Pengantar"}, "Langkah 2: kelengkapan “Surat Pengantar” tidak dibawa"),
    ],
)
def test_what_cannot_run_is_refused_naming_step_and_reason(world, draft, key, change, sentence):
    step = draft.steps.get(key=key)
    if "performers" in change or "outputs" in change:
        getattr(step, next(iter(change))).all().delete()
    elif "paper" in change:
        kind = PaperKind.objects.get(agency=world.home, name=change["paper"])
        Requirement.objects.create(step=step, kind=kind)
    else:
        Step.objects.filter(pk=step.pk).update(**change)

    told = refused(revising.put_in_force, draft, world.officer("ani"), DAY, **APPROVED)

    assert sentence in told
    assert again(draft).state == "draft"
    assert world.revision().no == 1


def test_an_empty_revision_and_an_unreadable_term_are_refused(world, draft):
    Revision.objects.filter(pk=draft.pk).update(term="selamanya")
    assert "Jangka waktu: “selamanya”" in refused(
        revising.put_in_force, draft, world.officer("ani"), DAY, **APPROVED
    )

    draft.steps.all().delete()
    assert "SOP belum mempunyai langkah." in refused(
        revising.put_in_force, draft, world.officer("ani"), DAY, **APPROVED
    )


def test_a_day_before_the_present_revision_is_refused(world, draft):
    by = world.officer("ani")
    assert "mendahului revisi 1" in refused(revising.put_in_force, draft, by, date(2024, 3, 3), **APPROVED)
    assert revising.put_in_force(draft, by, date(2026, 3, 2), **APPROVED).state == "in_force"


@pytest.mark.parametrize(
    ("day", "seen"),
    [
        (date(24, 3, 4), "antara 1990 dan 2031, bukan 24."),
        (date(1989, 12, 31), "bukan 1989."),
        (date(2032, 1, 1), "bukan 2032."),
        (date(2031, 12, 31), ""),
    ],
)
def test_a_day_in_a_mistyped_year_is_refused(world, draft, day, seen):
    by = world.officer("ani")
    if seen:
        assert seen in refused(revising.put_in_force, draft, by, day, **APPROVED)
    else:
        assert revising.put_in_force(draft, by, day, **APPROVED).state == "scheduled"


def test_putting_in_force_twice_is_a_conflict(world, draft):
    stale = again(draft)
    revising.put_in_force(draft, world.officer("ani"), DAY, **APPROVED)

    told = refused(revising.put_in_force, stale, world.officer("ani"), DAY, **APPROVED, kind=Conflict)

    assert told == "Revisi 2 berstatus Berlaku dan tidak dapat menjadi Berlaku."


# The other verbs -----------------------------------------------------------------------------------


def unratified(revision) -> str:
    """The file of a revision without what tells of its ratification."""
    for name in ("ratified_by_name", "ratified_by_nip"):
        setattr(revision, name, "")
    revision.ratified_on = revision.effective_on = None
    told = ("ratified_by", "ratified_on", "effective_on")
    revision.sheet = {key: cell for key, cell in revision.sheet.items() if key not in told}
    return sopfile.dump(revision)


def test_new_revision_copies_everything_but_its_ratification(world, draft):
    assert (draft.state, draft.no, draft.checksum, draft.in_force_from) == ("draft", 2, "", None)
    assert sopfile.dump(draft) == unratified(world.revision())
    for model in (Performer, Output, Requirement):
        assert not model.objects.filter(step__revision=draft, step__revision__no=1).exists()


def test_new_revision_beside_an_open_draft_is_refused(world, draft):
    assert "Revisi 2 masih berupa draf." in refused(
        revising.new_revision, world.revision(), world.officer("ani")
    )


def test_withdraw_needs_a_reason_and_a_revision_in_force(world, draft):
    by = world.officer("ani")
    assert "Alasan wajib diisi." in refused(revising.withdraw, world.revision(), by, " ", official="Kadis")
    assert "tidak dapat menjadi Dicabut" in refused(
        revising.withdraw, draft, by, "salah", official="Kadis", kind=Conflict
    )

    assert revising.withdraw(world.revision(), by, "aturan baru", official="Kadis").state == "withdrawn"
    entry = Entry.objects.latest("id")
    assert (entry.verb, entry.data["reason"]) == ("sop.dicabut", "aturan baru")


def test_an_edit_of_a_checked_revision_makes_it_a_draft_again(world, draft):
    revising.mark_checked(draft, world.officer("ani"), **APPROVED)

    assert revising.editable(draft).state == "draft"
    told = refused(revising.editable, world.revision(), kind=Conflict)
    assert "Buat revisi baru" in told


VERBS = {
    "draft": lambda r, by: revising.call_back(r, by, **APPROVED),
    "scheduled": lambda r, by: revising.put_in_force(r, by, TOMORROW, **APPROVED),
    "checked": lambda r, by: revising.mark_checked(r, by, **APPROVED),
    "in_force": lambda r, by: revising.put_in_force(r, by, DAY, **APPROVED),
    "withdrawn": lambda r, by: revising.withdraw(r, by, **APPROVED),
}


@pytest.mark.parametrize("state", Revision.State.values)
@pytest.mark.parametrize("to", VERBS)
def test_only_the_transitions_of_the_table_happen(world, draft, state, to):
    by = world.officer("ani")
    if state == "checked":
        revising.mark_checked(draft, by, **APPROVED)
    elif state == "scheduled":
        revising.put_in_force(draft, by, TOMORROW, **APPROVED)
    elif state != "draft":
        revising.put_in_force(draft, by, DAY, **APPROVED)
        if state == "withdrawn":
            revising.withdraw(draft, by, **APPROVED)
        elif state == "replaced":
            revising.put_in_force(revising.new_revision(draft, by), by, DAY, **APPROVED)
    assert again(draft).state == state

    edited = (state, to) == ("checked", "draft")  # an edit does that, no verb of its own
    now = (state, to) == ("scheduled", "in_force")  # its day does that
    if to in Revision.TRANSITIONS[state] and not edited and not now:
        assert VERBS[to](draft, by).state == to
    else:
        refused(VERBS[to], draft, by, kind=Conflict)
        assert again(draft).state == state


# A day to come --------------------------------------------------------------------------------------


def scheduled(world, draft):
    return revising.put_in_force(draft, world.officer("ani"), TOMORROW, **APPROVED)


def stands(revision, day) -> str:
    return Revision.objects.as_on(day).get(pk=revision.pk).stands


def test_a_day_to_come_takes_effect_by_itself(world, draft):
    """Nobody runs anything in between: cases opened from the day on follow it, and the old one is over."""
    old, sop = world.revision(), draft.sop
    scheduled(world, draft)

    assert sop.revision_on(date(2026, 3, 2)) == old
    assert sop.revision_on(TOMORROW) == sop.revision_on(date(2026, 4, 1)) == draft
    assert (stands(old, DAY), stands(draft, DAY)) == ("in_force", "scheduled")
    assert (stands(old, TOMORROW), stands(draft, TOMORROW)) == ("replaced", "in_force")
    assert (again(old).state, again(draft).state) == ("in_force", "scheduled")


def test_what_the_day_brought_is_stored_by_the_clock_and_only_once(world, draft):
    old = world.revision()
    scheduled(world, draft)
    assert revising.take_effect(world.now) == 0

    world.wait(days=1)
    assert [revising.take_effect(world.now) for _ in range(2)] == [1, 0]

    assert (again(old).state, again(draft).state) == ("replaced", "in_force")
    told = draft.acts.values_list("verb", "official", "reason", "day", "by__username")
    assert list(told) == [
        ("scheduled", APPROVED["official"], APPROVED["reason"], TOMORROW, "ani"),
        ("in_force", APPROVED["official"], APPROVED["reason"], TOMORROW, None),
    ]
    assert old.acts.get(verb="replaced").reason == "Diganti revisi 2"


def test_a_verb_on_a_later_day_sees_what_came_by_itself(world, draft):
    old = world.revision()
    scheduled(world, draft)
    world.wait(days=1)
    by = world.officer("ani")

    assert "Diganti" in refused(revising.withdraw, old, by, **APPROVED, kind=Conflict)
    assert "tidak sedang dijadwalkan" in refused(revising.call_back, draft, by, **APPROVED, kind=Conflict)
    assert revising.withdraw(draft, by, **APPROVED).state == "withdrawn"
    assert draft.sop.revision_on(world.now.date()) is None


def test_a_schedule_is_called_back_with_official_and_reason(world, draft):
    by = world.officer("ani")
    scheduled(world, draft)
    told = refused(revising.call_back, draft, by, official=" ", reason="")
    assert told == "Pejabat yang menyetujui wajib diisi. Alasan wajib diisi."

    back = revising.call_back(draft, by, **APPROVED)

    assert (back.state, back.checksum, back.in_force_from) == ("draft", "", None)
    Step.objects.filter(revision=back, key="4").update(remark="dapat diubah lagi")
    assert list(back.acts.values_list("verb", flat=True)) == ["scheduled", "called_back"]


def test_two_schedules_of_one_sop_are_refused(world, draft):
    by = world.officer("ani")
    scheduled(world, draft)
    other = revising.new_revision(world.revision(), by)

    assert "Revisi 2 sudah dijadwalkan berlaku 03-03-2026." in refused(
        revising.put_in_force, other, by, DAY, **APPROVED
    )
    with pytest.raises(DatabaseError), transaction.atomic():
        facts = {"state": "scheduled", "checksum": "x", "in_force_from": TOMORROW}
        Revision.objects.filter(pk=other.pk).update(**facts)


def test_a_scheduled_revision_is_sealed_already(world, draft):
    scheduled(world, draft)
    breaks(lambda: Step.objects.filter(revision=draft, key="1").update(remark="x"))
    breaks(lambda: Revision.objects.filter(pk=draft.pk).update(in_force_from=DAY))
    breaks(lambda: Revision.objects.filter(pk=draft.pk).update(state="draft"))
    breaks(
        lambda: Revision.objects.filter(pk=draft.pk).update(
            state="draft", checksum="", in_force_from=None, name="Lain"
        )
    )


# Who approved it, and why -------------------------------------------------------------------------------


def test_each_act_names_the_official_and_the_reason(world, draft):
    by = world.officer("ani")
    told = "Pejabat yang menyetujui wajib diisi. Alasan wajib diisi."
    for verb in (revising.mark_checked, revising.withdraw):
        row = draft if verb is revising.mark_checked else world.revision()
        assert refused(verb, row, by, official="", reason=" ") == told
    assert refused(revising.put_in_force, draft, by, DAY) == told


def test_without_more_the_sheet_itself_says_who_ratified_it(world):
    act = world.revision().acts.get()
    assert (act.verb, act.official) == ("in_force", world.revision().ratified_by_name)
    assert act.reason == "Pengesahan pada lembar SOP"


def test_the_database_keeps_the_acts(world, draft):
    act = world.revision().acts.get()
    breaks(lambda: RevisionAct.objects.filter(pk=act.pk).update(reason="lain"))
    breaks(lambda: RevisionAct.objects.filter(pk=act.pk)._raw_delete("default"))
    for facts in ({"official": "", "reason": "x"}, {"official": "x", "reason": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            RevisionAct.objects.create(revision=draft, verb="checked", at=world.now, **facts)
    with pytest.raises(IntegrityError), transaction.atomic():
        RevisionAct.objects.create(revision=draft, verb="in_force", at=world.now, official="x", reason="x")

    revising.mark_checked(draft, world.officer("ani"), **APPROVED)
    draft.delete()
    assert not RevisionAct.objects.filter(verb="checked").exists()


# The seal ------------------------------------------------------------------------------------------


def breaks(act):
    told = "revisi SOP yang pernah berlaku tidak dapat diubah"
    with pytest.raises(DatabaseError, match=told), transaction.atomic():
        act()


PARTS = [
    (Step, {"key": "x", "order": 99, "activity": "x"}),
    (Note, {"about": "x", "reading": "x"}),
    (Performer, {"part": "takes_part"}),
    (Output, {"key": "x"}),
    (Requirement, {}),
]


def facts(world, model, revision, extra) -> dict:
    """What a new row of the model needs under a revision."""
    step = revision.steps.get(key="4")
    owner = {"revision": revision} if model in (Step, Note) else {"step": step}
    if model is Performer:
        owner["position"] = step.performers.first().position
    elif model in (Output, Requirement):
        owner["kind"] = PaperKind.objects.get(agency=world.home, name="Surat Masuk Lain")
    return owner | extra


@pytest.mark.parametrize(("model", "extra"), PARTS, ids=lambda value: getattr(value, "__name__", ""))
def test_the_database_refuses_to_touch_the_parts_of_a_sealed_revision(world, draft, model, extra):
    """In force and replaced alike; the same acts work on a draft."""
    owner = "revision" if model in (Step, Note) else "step"
    of = {Step: "revision", Note: "revision"}.get(model, "step__revision")
    sealed = world.revision()

    row = model.objects.create(**facts(world, model, draft, extra))
    model.objects.filter(pk=row.pk).update(**{owner: getattr(row, owner)})
    row.delete()

    def refuses(revision):
        rows = model.objects.filter(**{of: revision})
        breaks(lambda: model.objects.create(**facts(world, model, revision, extra)))
        breaks(lambda: rows.update(**{owner: getattr(rows[0], owner)}))
        breaks(lambda: rows._raw_delete("default"))

    refuses(sealed)
    revising.put_in_force(draft, world.officer("ani"), DAY, **APPROVED)
    refuses(again(sealed))
    refuses(again(draft))


def test_a_step_cannot_be_moved_into_a_sealed_revision(world, draft):
    breaks(lambda: Step.objects.filter(revision=draft, key="1").update(revision=world.revision(), key="neu"))


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Lain"},
        {"term": "9 Tahun"},
        {"sheet": {}},
        {"ratified_by_nip": "1"},
        {"checksum": "0" * 64},
        {"in_force_from": DAY},
        {"no": 7},
        {"state": "draft"},
        {"state": "checked"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_database_refuses_to_rewrite_or_reopen_a_sealed_revision(world, change):
    revision = world.revision()
    breaks(lambda: Revision.objects.filter(pk=revision.pk).update(**change))

    revising.withdraw(revision, world.officer("ani"), **APPROVED)
    breaks(lambda: Revision.objects.filter(pk=revision.pk).update(**change))
    breaks(lambda: Revision.objects.filter(pk=revision.pk).update(state="in_force"))


def test_a_sealed_revision_cannot_be_deleted_and_a_draft_can(world, draft):
    revision = world.revision()
    breaks(lambda: Revision.objects.filter(pk=revision.pk)._raw_delete("default"))
    with pytest.raises(ProtectedError, match=r"FrozenSheet\.revision"):
        revision.delete()

    draft.delete()
    assert Sop.objects.get(pk=revision.sop_id).revisions.count() == 1


def test_the_seal_can_be_lifted_and_holds_again_after(world):
    step = world.revision().steps.first()
    with revising.lifted():
        Step.objects.filter(pk=step.pk).update(remark="")
    breaks(lambda: Step.objects.filter(pk=step.pk).update(remark="x"))
