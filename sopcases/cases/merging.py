"""Nyatakan anak yang sama: two records of one child joined by a pointer, and parted again.

Nothing but the pointer (`Child.merged_into`) and the row that tells why (`Merge`) is written: papers,
attendance, names and relations stay with the record they were written to, so that parting them leaves every
other row as if they had never been joined. Whoever reads takes the records of one child together.
"""

from sopcases.cases.children import contact_of, roots
from sopcases.cases.models import Case, Child, Merge
from sopcases.cases.progress import Progress
from sopcases.cases.walk import Walk
from sopcases.people import journal
from sopcases.people.authority import Officer
from sopcases.people.models import Agency
from sopcases.refusal import NotAllowed, Refused

NOT_IN = "Anak ini tidak tercatat dalam penanganan ini."
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
    loose = _is_in(walk, into_id) and is_loose(walk.by, child_id)
    _refuse(walk, into_id if loose else child_id)
    if child_id == into_id:
        raise Refused(ITSELF)
    there = walk.case if loose else _case_of(walk, into_id)
    if not (reason := reason.strip()):
        raise Refused(NO_REASON)
    _lock(walk)
    child = Child.objects.select_for_update().get(pk=child_id)
    if child.merged_into_id:
        raise Refused(ALREADY if _same(child_id, into_id) else TAKEN)
    if _same(child_id, into_id):
        raise Refused(ALREADY)
    Child.objects.filter(pk=child_id).update(merged_into=into_id)
    found = Merge.objects.create(
        child=child,
        into_id=into_id,
        reason=reason,
        at=walk.by.at,
        by=walk.by.user,
        acting_title=walk.by.title,
    )
    _log(walk, "child.merged", found, there)
    return found


def unmerge(walk: Walk, merge_id: int, reason: str) -> Merge:
    """Take the pointer back; either child's case will do, on the terms on which they were joined."""
    _lock(walk)
    found = Merge.objects.select_for_update().filter(pk=merge_id, undone_at=None).first()
    mine = found and next((pk for pk in (found.child_id, found.into_id) if _is_in(walk, pk)), None)
    if mine is None:
        raise Refused(NOT_STANDING)
    _refuse(walk, mine)
    there = _case_of(walk, found.into_id if mine == found.child_id else found.child_id)
    if not (reason := reason.strip()):
        raise Refused(NO_UNDO_REASON)
    found.undone_at, found.undone_by, found.undone_title = walk.by.at, walk.by.user, walk.by.title
    found.undone_reason = reason
    found.save()
    Child.objects.filter(pk=found.child_id).update(merged_into=None)
    _log(walk, "child.unmerged", found, there)
    return found


def is_loose(by: Officer, child_id: int) -> bool:
    """A record that he made and that is in no case: nobody else has a say in it."""
    own = Child.objects.filter(pk=child_id, agency=by.agency, created_by=by.user, stays=None)
    return own.exists()


def _is_in(walk: Walk, child_id: int) -> bool:
    return any(stay.child_id == child_id for stay in walk.stays)


def _refuse(walk: Walk, child_id: int) -> None:
    if (sentence := walk.refuse_touch()) is not None:
        raise NotAllowed(sentence)
    if not _is_in(walk, child_id):
        raise Refused(NOT_IN)


def _case_of(walk: Walk, child_id: int) -> Case:
    """A case of the other child in which the officer takes part; this one, where both are in it, or where
    the other is in none and his own."""
    if _is_in(walk, child_id) or is_loose(walk.by, child_id):
        return walk.case
    cases = Case.objects.visible_to(walk.by).filter(children__child_id=child_id, agency_id=walk.agency.pk)
    for case in cases.select_related("agency", "sop", "revision__sop").order_by("-pk"):
        if Progress(case, walk.by).refuse_touch() is None:
            return case
    raise Refused(f"Data anak yang lain tidak dapat Anda pakai. Hubungi {contact_of(walk.by)}.")


def _lock(walk: Walk) -> None:
    """One merge at a time in an agency, so that no two together make a ring."""
    Agency.objects.select_for_update(no_key=True).get(pk=walk.agency.pk)


def _same(one: int, other: int) -> bool:
    return len(set(roots([one, other]).values())) == 1


def _log(walk: Walk, verb: str, found: Merge, there: Case) -> None:
    """A line in the case at hand and one in the other's; each names its own child only."""
    mine = found.child_id if _is_in(walk, found.child_id) else found.into_id
    walk.log(verb, child=mine, merge=found.pk)
    if there.pk != walk.case.pk:
        other = found.into_id if mine == found.child_id else found.child_id
        journal.write(walk.by, verb, there, child=other, merge=found.pk)
