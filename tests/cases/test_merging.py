"""merge and unmerge: two records of one child, joined by a pointer and parted without a trace elsewhere."""

import pytest
from django.apps import apps

from sopcases.cases import children, merging
from sopcases.cases.models import Case, Child, Merge
from sopcases.cases.progress import NOT_IN
from sopcases.refusal import NotAllowed, Refused
from tests.cases.story import children as ids
from tests.cases.story import done, last_line, outcome, refused

pytestmark = pytest.mark.django_db
WHY = "Dikenali ibunya"


@pytest.fixture
def two(world):
    """Two cases, each with a child; the first is to be declared the second."""
    one, other = world.case(), world.case()
    return one, other, ids(one)[0], ids(other)[0]


def test_a_pointer_and_a_row_that_says_why(world, two):
    case, other, child, into = two
    found = done(world, case, "sari", lambda w: merging.merge(w, child, into, f" {WHY} "))
    assert (found.reason, found.by, found.at, found.undone_at) == (WHY, world.sari, world.now, None)
    assert found.acting_title
    assert children.roots([child, into]) == {child: into, into: into}
    assert children.records(child) == children.records(into) == {child, into}
    for subject, named in ((case, child), (other, into)):
        assert last_line(subject).verb == "child.merged"
        assert last_line(subject).data == {"child": named, "merge": found.pk}, "no name, no other child"


def test_a_false_name_that_was_recognised_is_called_no_more(world, client, frozen):
    """Where it was written it stays written; who works on the case reads how the child is known now."""
    case, other = world.case(children=0), world.case(children=0)
    false, true = world.child("Joko Samaran"), world.child("Dimas Sejati")
    done(world, case, "sari", lambda w: w.join(false))
    done(world, other, "sari", lambda w: w.join(true))
    merging_of = done(world, case, "sari", lambda w: merging.merge(w, false.pk, true.pk, WHY))
    client.force_login(world.sari)
    page = client.get(f"/penanganan/{case.number}/").content.decode()
    assert "Dimas Sejati" in page and "Joko Samaran" not in page
    assert "Joko Samaran" not in client.get("/").content.decode()
    false.refresh_from_db()
    assert (false.called, false.initials, false.written) == ("Dimas Sejati", "D. S.", "Joko Samaran")
    person = client.get(f"/anak/{true.pk}/").content.decode()
    assert "Joko Samaran adalah Dimas Sejati" in person, "the child's own page tells both"
    done(world, case, "sari", lambda w: merging.unmerge(w, merging_of.pk, "Keliru"))
    assert "Joko Samaran" in client.get(f"/penanganan/{case.number}/").content.decode()


def test_parted_again(world, two):
    case, other, child, into = two
    found = done(world, case, "sari", lambda w: merging.merge(w, child, into, WHY))
    refused(world, case, "sari", lambda w: merging.unmerge(w, found.pk, " "), merging.NO_UNDO_REASON)
    world.wait(hours=1)
    done(world, other, "sari", lambda w: merging.unmerge(w, found.pk, "Nama saja yang sama"))
    found.refresh_from_db()
    assert (found.undone_by, found.undone_at, found.undone_reason) == (
        world.sari,
        world.now,
        "Nama saja yang sama",
    )
    assert children.roots([child, into]) == {child: child, into: into}
    assert last_line(case).verb == last_line(other).verb == "child.unmerged"
    refused(world, case, "sari", lambda w: merging.unmerge(w, found.pk, "x"), merging.NOT_STANDING)
    done(world, case, "sari", lambda w: merging.merge(w, child, into, "Ternyata benar"))
    assert Merge.objects.count() == 2


def test_what_is_refused(world, two):
    case, other, child, into = two
    third_case = world.case()
    third = ids(third_case)[0]
    refused(world, case, "sari", lambda w: merging.merge(w, child, child, WHY), merging.ITSELF)
    refused(world, case, "sari", lambda w: merging.merge(w, child, into, "  "), merging.NO_REASON)
    refused(world, case, "sari", lambda w: merging.merge(w, into, child, WHY), NOT_IN)
    done(world, case, "sari", lambda w: merging.merge(w, child, into, WHY))
    refused(world, case, "sari", lambda w: merging.merge(w, child, into, WHY), merging.ALREADY)
    refused(world, other, "sari", lambda w: merging.merge(w, into, child, WHY), merging.ALREADY)
    refused(world, case, "sari", lambda w: merging.merge(w, child, third, WHY), merging.TAKEN)


def test_a_chain_stands_and_a_ring_does_not(world, two):
    case, other, child, into = two
    last_case = world.case()
    last = ids(last_case)[0]
    first = done(world, case, "sari", lambda w: merging.merge(w, child, into, WHY))
    second = done(world, other, "sari", lambda w: merging.merge(w, into, last, WHY))
    assert set(children.roots([child, into, last]).values()) == {last}
    refused(world, last_case, "sari", lambda w: merging.merge(w, last, child, WHY), merging.ALREADY)
    done(world, other, "sari", lambda w: merging.unmerge(w, second.pk, "Keliru"))
    assert children.roots([child, into, last]) == {child: into, into: into, last: last}
    assert first.pk != second.pk


def test_a_child_one_may_not_open_says_only_whom_to_ask(world, two):
    case, _, child, _ = two
    hidden = Child.objects.create(
        agency=world.home, name="Rahasia", created_at=world.now, created_by=world.dewi
    )
    foreign = world.child("Jauh", by="tono")
    for other in (hidden.pk, foreign.pk, 10**9):
        with pytest.raises(Refused) as told, world.walk(case, "sari") as walk:
            merging.merge(walk, child, other, WHY)
        contact = children.contact_of(world.officer("sari"))
        assert told.value.sentences == (f"Data anak yang lain tidak dapat Anda pakai. Hubungi {contact}.",)
    with pytest.raises(NotAllowed), world.walk(case, "tono") as walk:
        merging.merge(walk, child, hidden.pk, WHY)


def test_both_in_one_case(world):
    case = world.case("anak-jalanan", by="agus", children=2)
    one, two = ids(case)
    done(world, case, "agus", lambda w: merging.merge(w, one, two, WHY))
    assert children.records(one) == {one, two}


def test_a_merged_child_keeps_its_nik(world, two):
    case, _, child, into = two
    number = "2172014107200001"
    done(world, case, "sari", lambda w: children.edit(w, child, 0, nik=number))
    done(world, case, "sari", lambda w: merging.merge(w, child, into, WHY))
    with pytest.raises(Refused) as told:
        children.register(world.officer("sari"), name="Lain", nik=number)
    assert told.value.sentences == (children.TAKEN,)


def test_as_many_queries_for_many_records(world, two, django_assert_num_queries):
    case, _, child, into = two
    done(world, case, "sari", lambda w: merging.merge(w, child, into, WHY))
    many = [world.child(f"Anak {n}").pk for n in range(30)]
    for asked in ([child], [child, into, *many]):
        with django_assert_num_queries(2):
            children.roots(asked)


def test_joined_and_parted_equals_never_joined(world, two):
    """Further acts on both between; every row of every table but Merge, the journal and versions."""
    from django.db import transaction

    def story(joined: bool) -> dict:
        case, other, child, into = two
        with transaction.atomic():
            if joined:
                found = done(world, case, "sari", lambda w: merging.merge(w, child, into, WHY))
            done(world, case, "sari", lambda w: w.place(child, "RSUD", world.now))
            done(world, other, "sari", lambda w: w.place(into, "Panti", world.now))
            done(world, case, "sari", lambda w: children.edit(w, child, 0, name="Ujang", aliases=["Jang"]))
            done(world, other, "sari", lambda w: w.note("Tidur nyenyak", world.now, child_id=into))
            world.file(case, "Laporan Sosial", "sari")
            done(
                world,
                other,
                "sari",
                lambda w: w.leave(into, outcome(other), world.officer("sari").day, "Dijemput"),
            )
            if joined:
                done(world, case, "sari", lambda w: merging.unmerge(w, found.pk, "Keliru"))
            rows = everything()
            transaction.set_rollback(True)
        return rows

    assert story(joined=True) == story(joined=False)


def everything() -> dict:
    """Every row of the room, without its own key, the name of a file, the version of a case, and the journal.
    Rows are named by
    their order: PostgreSQL gives no key twice, also after a rollback."""
    models = [m for m in apps.get_app_config("cases").get_models(include_auto_created=True) if m is not Merge]
    order = {
        model: {pk: n for n, pk in enumerate(model.objects.order_by("pk").values_list("pk", flat=True))}
        for model in models
    }
    found = {}
    for model in models:
        skipped = {"id", "file", "version"} if model is Case else {"id", "file"}
        fields = [f for f in model._meta.concrete_fields if f.name not in skipped]
        rows = list(model.objects.values(*(f.attname for f in fields)))
        for field in fields:
            if known := order.get(field.related_model):
                for row in rows:
                    row[field.attname] = known.get(row[field.attname])
        found[model.__name__] = sorted(map(repr, rows))
    return found


def test_whoever_takes_up_a_merged_record_gets_the_child(world, two):
    """A hit on either record leads to the one that stands for the child, also where only one may be seen."""
    case, _, child, into = two
    done(world, case, "sari", lambda w: merging.merge(w, child, into, WHY))
    assert children.pick(world.officer("sari"), child).pk == into
    assert children.pick(world.officer("sari"), into).pk == into
    with pytest.raises(Refused, match="tidak dapat dipakai"):
        children.pick(world.officer("wati"), child)


def test_a_record_in_no_case_is_its_maker_s_to_declare(world, two):
    """Either way round: the child of the case is kept, or the loose record is."""
    case, _, child, _ = two
    loose = world.child("Dikira lain").pk
    found = done(world, case, "sari", lambda w: merging.merge(w, loose, child, WHY))
    assert children.roots([loose]) == {loose: child}
    assert last_line(case).data == {"child": child, "merge": found.pk}
    done(world, case, "sari", lambda w: merging.unmerge(w, found.pk, "Keliru"))
    done(world, case, "sari", lambda w: merging.merge(w, child, loose, WHY))
    assert children.roots([child]) == {child: loose}


def test_of_others_or_in_a_case_of_others_it_is_not(world, two):
    case, _, child, _ = two
    contact = children.contact_of(world.officer("sari"))
    theirs = world.child("Punya Dewi", by="dewi").pk
    refused(world, case, "sari", lambda w: merging.merge(w, theirs, child, WHY), NOT_IN)
    elsewhere = world.case("anak-terlantar-luar-panti", by="tika", children=0)
    own = world.child("Ada di sana", by="tika")
    done(world, elsewhere, "tika", lambda w: w.join(own))
    Child.objects.filter(pk=own.pk).update(created_by=world.sari, agency=world.home)
    sentence = f"Data anak yang lain tidak dapat Anda pakai. Hubungi {contact}."
    refused(world, case, "sari", lambda w: merging.merge(w, child, own.pk, WHY), sentence)
    refused(world, case, "sari", lambda w: merging.merge(w, own.pk, child, WHY), NOT_IN)


def test_two_records_in_no_case_are_their_maker_s_to_declare_and_part(world):
    sari = world.officer("sari")
    gone, kept = world.child("Lepas"), world.child("Lepas Juga")
    with pytest.raises(Refused, match=merging.ITSELF):
        merging.merge_loose(sari, gone.pk, gone.pk, WHY)
    with pytest.raises(Refused, match=merging.NO_REASON):
        merging.merge_loose(sari, gone.pk, kept.pk, " ")
    found = merging.merge_loose(sari, gone.pk, kept.pk, WHY)
    assert children.roots([gone.pk]) == {gone.pk: kept.pk}
    for child in (gone, kept):
        assert last_line(child).data == {"child": child.pk, "merge": found.pk}
    with pytest.raises(Refused, match=merging.ALREADY):
        merging.merge_loose(sari, kept.pk, gone.pk, WHY)
    with pytest.raises(NotAllowed):
        merging.unmerge_loose(world.officer("dewi"), found.pk, "Keliru")
    with pytest.raises(Refused, match=merging.NO_UNDO_REASON):
        merging.unmerge_loose(sari, found.pk, "")
    merging.unmerge_loose(sari, found.pk, "Keliru")
    assert children.roots([gone.pk]) == {gone.pk: gone.pk}
    with pytest.raises(Refused, match=merging.NOT_STANDING):
        merging.unmerge_loose(sari, found.pk, "Keliru")


def test_one_of_another_or_in_a_case_is_not(world, two):
    _, _, inside, _ = two
    sari, own, theirs = world.officer("sari"), world.child("Lepas"), world.child("Punya Dewi", by="dewi")
    for other in (inside, theirs.pk, 10**9):
        for gone, kept in ((own.pk, other), (other, own.pk)):
            with pytest.raises(NotAllowed, match=merging.NO_PART):
                merging.merge_loose(sari, gone, kept, WHY)
    assert not Merge.objects.exists()


def test_joined_in_no_case_and_parted_in_the_case_of_one_of_them(world):
    sari, case = world.officer("sari"), world.case(children=0)
    gone, kept = world.child("Lepas"), world.child("Lepas Juga")
    found = merging.merge_loose(sari, gone.pk, kept.pk, WHY)
    done(world, case, "sari", lambda w: w.join(gone))
    with pytest.raises(NotAllowed, match=merging.NO_PART):
        merging.unmerge_loose(sari, found.pk, "Keliru")
    done(world, case, "sari", lambda w: merging.unmerge(w, found.pk, "Keliru"))
    assert children.roots([gone.pk]) == {gone.pk: gone.pk}
