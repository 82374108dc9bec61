"""Nyatakan anak yang sama: two records of one child joined by a pointer, and parted again.

Nothing but the pointer (`Child.merged_into`) and the row that tells why (`Merge`) is written: papers,
attendance, names and relations stay with the record they were written to, so that parting them leaves every
other row as if they had never been joined. Whoever reads takes the records of one child together.
"""

from collections.abc import Collection

from django.db import transaction

from sopcases.cases.children import contact_of, roots
from sopcases.cases.models import Case, Child, Merge
from sopcases.cases.progress import Progress
from sopcases.cases.walk import Walk
from sopcases.people import journal
from sopcases.people.authority import Officer
from sopcases.people.models import Agency
from sopcases.refusal import NotAllowed, Refused, demand

NO_PART = "Anda tidak bertugas dalam penanganan anak ini."
ITSELF = "Pilih dua data anak yang berbeda."
ALREADY = "Kedua data ini sudah dinyatakan anak yang sama."
TAKEN = "Data anak ini sudah dinyatakan sama dengan anak lain. Batalkan dahulu pernyataan itu."
NO_REASON = "Isi alasan mengapa kedua data ini anak yang sama."
NO_UNDO_REASON = "Isi alasan mengapa kedua data ini ternyata bukan anak yang sama."
NOT_STANDING = "Pernyataan ini sudah dibatalkan atau tidak ada."


def merge(walk: Walk, child_id: int, into_id: int, reason: str) -> Merge:
    """A child of this case is the same as another on file; the other's record stands for both. A record
    that its maker put in no case yet may be declared to be that of a child of this case.

    Raises NotAllowed for who takes no part in this case, Refused for a record he may not open, one declared
    to be another's already, and for two that are one already.
    """
    own = _is_in(walk, into_id) and bool(loose(walk.by, [child_id]))
    _refuse(walk, into_id if own else child_id)
    if child_id == into_id:
        raise Refused(ITSELF)
    there = walk.case if own else _case_of(walk, into_id)
    found = _join(walk.by, child_id, into_id, reason)
    _log(walk, "child.merged", found, there)
    return found


@transaction.atomic
def merge_loose(by: Officer, child_id: int, into_id: int, reason: str) -> Merge:
    """Two records that their maker put in no case yet are one child's. Raises NotAllowed for any other."""
    if child_id == into_id:
        raise Refused(ITSELF)
    if len(loose(by, [child_id, into_id])) < 2:
        raise NotAllowed(NO_PART)
    found = _join(by, child_id, into_id, reason)
    _log_loose(by, "child.merged", found)
    return found


def unmerge(walk: Walk, merge_id: int, reason: str) -> Merge:
    """Take the pointer back; either child's case will do, on the terms on which they were joined."""
    found = _standing(walk.by, merge_id)
    mine = found and next((pk for pk in (found.child_id, found.into_id) if _is_in(walk, pk)), None)
    if mine is None:
        raise Refused(NOT_STANDING)
    _refuse(walk, mine)
    there = _case_of(walk, found.into_id if mine == found.child_id else found.child_id)
    _part(walk.by, found, reason)
    _log(walk, "child.unmerged", found, there)
    return found


@transaction.atomic
def unmerge_loose(by: Officer, merge_id: int, reason: str) -> Merge:
    """Take the pointer back between two records that are still in no case, on the terms of `merge_loose`."""
    found = _standing(by, merge_id)
    if found is None:
        raise Refused(NOT_STANDING)
    if len(loose(by, [found.child_id, found.into_id])) < 2:
        raise NotAllowed(NO_PART)
    _part(by, found, reason)
    _log_loose(by, "child.unmerged", found)
    return found


def hold(by: Officer) -> None:
    """One merge at a time in an agency, so that no two together make a ring. Held before a case is: a change
    of the calendar holds the agency first and then its cases (`retiming`)."""
    Agency.objects.select_for_update(no_key=True).get(pk=by.agency.pk)


def loose(by: Officer, child_ids: Collection[int]) -> set[int]:
    """Of these records those that he made and that are in no case: nobody else has a say in them."""
    own = Child.objects.filter(pk__in=child_ids, agency=by.agency, created_by=by.user, stays=None)
    return set(own.values_list("pk", flat=True))


def _join(by: Officer, child_id: int, into_id: int, reason: str) -> Merge:
    if not (reason := reason.strip()):
        raise Refused(NO_REASON)
    hold(by)
    child = Child.objects.select_for_update().get(pk=child_id)
    if child.merged_into_id:
        raise Refused(ALREADY if _same(child_id, into_id) else TAKEN)
    if _same(child_id, into_id):
        raise Refused(ALREADY)
    Child.objects.filter(pk=child_id).update(merged_into=into_id)
    return Merge.objects.create(
        child=child, into_id=into_id, reason=reason, at=by.at, by=by.user, acting_title=by.acting_title
    )


def _standing(by: Officer, merge_id: int) -> Merge | None:
    hold(by)
    return Merge.objects.select_for_update().filter(pk=merge_id, undone_at=None).first()


def _part(by: Officer, found: Merge, reason: str) -> None:
    if not (reason := reason.strip()):
        raise Refused(NO_UNDO_REASON)
    found.undone_at, found.undone_by, found.undone_title = by.at, by.user, by.acting_title
    found.undone_reason = reason
    found.save()
    Child.objects.filter(pk=found.child_id).update(merged_into=None)


def _is_in(walk: Walk, child_id: int) -> bool:
    return any(stay.child_id == child_id for stay in walk.stays)


def _refuse(walk: Walk, child_id: int) -> None:
    demand(walk.refuse_touch())
    walk.demand_in_case(child_id)


def _case_of(walk: Walk, child_id: int) -> Case:
    """A case of the other child in which the officer takes part; this one, where both are in it, or where
    the other is in none and his own."""
    if _is_in(walk, child_id) or loose(walk.by, [child_id]):
        return walk.case
    cases = Case.objects.visible_to(walk.by).filter(children__child_id=child_id, agency_id=walk.agency.pk)
    for case in cases.select_related("agency", "sop", "revision__sop").order_by("-pk"):
        if Progress(case, walk.by).refuse_touch() is None:
            return case
    raise Refused(f"Data anak yang lain tidak dapat Anda pakai. Hubungi {contact_of(walk.by)}.")


def _same(one: int, other: int) -> bool:
    return len(set(roots([one, other]).values())) == 1


def _log(walk: Walk, verb: str, found: Merge, there: Case) -> None:
    """A line in the case at hand and one in the other's; each names its own child only."""
    mine = found.child_id if _is_in(walk, found.child_id) else found.into_id
    walk.log(verb, child=mine, merge=found.pk)
    if there.pk != walk.case.pk:
        other = found.into_id if mine == found.child_id else found.child_id
        journal.write(walk.by, verb, there, child=other, merge=found.pk)


def _log_loose(by: Officer, verb: str, found: Merge) -> None:
    """A line at each of the two records: there is no case to tell."""
    for child in (found.child, found.into):
        journal.write(by, verb, child, child=child.pk, merge=found.pk)
