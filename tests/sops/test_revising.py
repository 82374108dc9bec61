"""A revision's life: each verb works, each refusal by name, and the database itself keeps the seal."""

from datetime import date

import pytest
from django.db import DatabaseError, transaction

from sopcases.people.models import Entry
from sopcases.refusal import Conflict, Refused
from sopcases.sops import revising, sopfile
from sopcases.sops.models import Note, Output, PaperKind, Performer, Requirement, Revision, Sop, Step

DAY = date(2026, 1, 5)


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

    revising.put_in_force(draft, world.officer("ani"), DAY)

    now = again(draft)
    assert (now.state, now.in_force_from, now.checksum) == ("in_force", DAY, sopfile.checksum(now))
    assert again(old).state == "replaced"
    told = Entry.objects.order_by("-id").values_list("verb", "subject_id", "actor__username")[:2]
    assert list(told) == [("sop.diberlakukan", draft.pk, "ani"), ("sop.diganti", old.pk, "ani")]


def test_a_checked_revision_can_be_put_in_force(world, draft):
    revising.mark_checked(draft, world.officer("ani"))

    assert revising.put_in_force(draft, world.officer("ani"), DAY).state == "in_force"


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

    told = refused(revising.put_in_force, draft, world.officer("ani"), DAY)

    assert sentence in told
    assert again(draft).state == "draft"
    assert world.revision().no == 1


def test_an_empty_revision_and_an_unreadable_term_are_refused(world, draft):
    Revision.objects.filter(pk=draft.pk).update(term="selamanya")
    assert "Jangka waktu: “selamanya”" in refused(revising.put_in_force, draft, world.officer("ani"), DAY)

    draft.steps.all().delete()
    assert "SOP belum mempunyai langkah." in refused(revising.put_in_force, draft, world.officer("ani"), DAY)


def test_a_day_to_come_and_a_day_before_the_present_revision_are_refused(world, draft):
    by = world.officer("ani")
    assert "belum tiba" in refused(revising.put_in_force, draft, by, date(2026, 3, 3))
    assert "mendahului revisi 1" in refused(revising.put_in_force, draft, by, date(2024, 3, 3))
    assert revising.put_in_force(draft, by, date(2026, 3, 2)).state == "in_force"


def test_putting_in_force_twice_is_a_conflict(world, draft):
    stale = again(draft)
    revising.put_in_force(draft, world.officer("ani"), DAY)

    told = refused(revising.put_in_force, stale, world.officer("ani"), DAY, kind=Conflict)

    assert told == "Revisi 2 berstatus Berlaku dan tidak dapat menjadi Berlaku."


# The other verbs -----------------------------------------------------------------------------------


def test_new_revision_copies_everything(world, draft):
    assert (draft.state, draft.no, draft.checksum, draft.in_force_from) == ("draft", 2, "", None)
    assert sopfile.dump(draft) == sopfile.dump(world.revision())
    for model in (Performer, Output, Requirement):
        assert not model.objects.filter(step__revision=draft, step__revision__no=1).exists()


def test_new_revision_beside_an_open_draft_is_refused(world, draft):
    assert "Revisi 2 masih berupa draf." in refused(
        revising.new_revision, world.revision(), world.officer("ani")
    )


def test_withdraw_needs_a_reason_and_a_revision_in_force(world, draft):
    by = world.officer("ani")
    assert "Alasan pencabutan" in refused(revising.withdraw, world.revision(), by, " ")
    assert "tidak dapat menjadi Dicabut" in refused(revising.withdraw, draft, by, "salah", kind=Conflict)

    assert revising.withdraw(world.revision(), by, "aturan baru").state == "withdrawn"
    entry = Entry.objects.latest("id")
    assert (entry.verb, entry.data["reason"]) == ("sop.dicabut", "aturan baru")


def test_an_edit_of_a_checked_revision_makes_it_a_draft_again(world, draft):
    revising.mark_checked(draft, world.officer("ani"))

    assert revising.editable(draft).state == "draft"
    told = refused(revising.editable, world.revision(), kind=Conflict)
    assert "Buat revisi baru" in told


VERBS = {
    "checked": lambda r, by: revising.mark_checked(r, by),
    "in_force": lambda r, by: revising.put_in_force(r, by, DAY),
    "withdrawn": lambda r, by: revising.withdraw(r, by, "alasan"),
}


@pytest.mark.parametrize("state", Revision.State.values)
@pytest.mark.parametrize("to", VERBS)
def test_only_the_transitions_of_the_table_happen(world, draft, state, to):
    by = world.officer("ani")
    if state == "checked":
        revising.mark_checked(draft, by)
    elif state != "draft":
        revising.put_in_force(draft, by, DAY)
        if state == "withdrawn":
            revising.withdraw(draft, by, "alasan")
        elif state == "replaced":
            revising.put_in_force(revising.new_revision(draft, by), by, DAY)
    assert again(draft).state == state

    if to in Revision.TRANSITIONS[state]:
        assert VERBS[to](draft, by).state == to
    else:
        refused(VERBS[to], draft, by, kind=Conflict)
        assert again(draft).state == state


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
    revising.put_in_force(draft, world.officer("ani"), DAY)
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

    revising.withdraw(revision, world.officer("ani"), "alasan")
    breaks(lambda: Revision.objects.filter(pk=revision.pk).update(**change))
    breaks(lambda: Revision.objects.filter(pk=revision.pk).update(state="in_force"))


def test_a_sealed_revision_cannot_be_deleted_and_a_draft_can(world, draft):
    revision = world.revision()
    breaks(lambda: Revision.objects.filter(pk=revision.pk)._raw_delete("default"))
    breaks(lambda: revision.delete())

    draft.delete()
    assert Sop.objects.get(pk=revision.sop_id).revisions.count() == 1


def test_the_seal_can_be_lifted_and_holds_again_after(world):
    step = world.revision().steps.first()
    with revising.lifted():
        Step.objects.filter(pk=step.pk).update(remark="")
    breaks(lambda: Step.objects.filter(pk=step.pk).update(remark="x"))
