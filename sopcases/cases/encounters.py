"""Terjangkau kembali: a child on file was met again. It is told to those who have the child in hand, also by
an officer who may not see its file and learns nothing of it (design rule 18).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from sopcases.cases import children, wording
from sopcases.cases.models import Case, Child, Encounter
from sopcases.cases.progress import Progress
from sopcases.people import journal
from sopcases.people.authority import Officer
from sopcases.people.models import Entry, User
from sopcases.refusal import NotAllowed, Refused, demand

NEVER = "Anak ini belum pernah dalam penanganan; tambahkan ke penanganan ini."
HERE = "Anak ini ada dalam penanganan ini; tulis sebagai catatan perkembangan."
TWICE = "Anak ini sudah dicatat terjangkau kembali pada kegiatan ini."


@transaction.atomic
def meet(
    by: Officer, child: Child, *, at: datetime, place: str = "", note: str = "", met_in: Case | None = None
) -> Encounter:
    """Write down that the child was met again, perhaps in the course of a case of the officer's own.

    It is told in the child's running case under the same SOP, else in any running one, else in the latest.
    Raises Refused: in the future, before the case it is met in, twice in one, never in any case.
    """
    if not by.may_act:
        raise NotAllowed("Anda tidak memegang jabatan hari ini.")
    if met_in is not None:
        demand(Progress(met_in, by).refuse_touch())
    if at > by.at:
        raise Refused("Waktu terjangkau tidak boleh di masa depan.")
    if met_in is not None and at < met_in.event_at:
        raise Refused("Waktu terjangkau mendahului kegiatan ini.")
    Child.objects.select_for_update().get(pk=child.pk)
    case = _where(child, met_in)
    if met_in is not None and Encounter.objects.filter(child=child, met_in=met_in).exists():
        raise Refused(TWICE)
    found = Encounter.objects.create(
        case=case,
        child=child,
        met_in=met_in,
        at=at,
        place=place.strip(),
        note=note.strip(),
        recorded_at=by.at,
        recorded_by=by.user,
        acting_title=by.acting_title,
    )
    journal.write(by, "child.met", case, child=child.pk, encounter=found.pk)
    if met_in is not None:
        journal.write(by, "child.met_here", met_in, encounter=found.pk)
    return found


def meet_many(by: Officer, met_in: Case, at: datetime, meetings: Iterable[tuple[Child, Case, str]]) -> None:
    """Several at once in the course of one case: each child, the case it is told to, and what was noted.

    A child met in this case before is not told twice. The caller holds the lock of `met_in`.
    """
    before = set(Encounter.objects.filter(met_in=met_in).values_list("child_id", flat=True))
    made = Encounter.objects.bulk_create(
        Encounter(
            case=case,
            child=child,
            met_in=met_in,
            at=at,
            place=met_in.place[:200],
            note=note,
            recorded_at=by.at,
            recorded_by=by.user,
            acting_title=by.acting_title,
        )
        for child, case, note in meetings
        if child.pk not in before
    )
    lines = [journal.line(by, "child.met", e.case, child=e.child_id, encounter=e.pk) for e in made]
    lines += [journal.line(by, "child.met_here", met_in, encounter=e.pk) for e in made]
    Entry.objects.bulk_create(lines)


def _where(child: Child, met_in: Case | None) -> Case:
    """The case that is told."""
    cases = list(
        Case.objects.filter(children__child__in=children.records(child.pk))
        .distinct()
        .order_by("-opened_at", "-pk")
    )
    if met_in is not None and any(case.pk == met_in.pk for case in cases):
        raise Refused(HERE)
    if not cases:
        raise Refused(NEVER)
    same = met_in.sop_id if met_in is not None else None
    return min(cases, key=lambda case: (not case.running, case.sop_id != same))


@dataclass(frozen=True)
class Row:
    """An encounter on the page of the case it is told to."""

    what: str
    when: str
    place: str
    note: str
    by: str


@dataclass(frozen=True)
class Told:
    """What the page of a case says of children met again."""

    rows: tuple[Row, ...]
    """Children of this case, met elsewhere."""
    here: int
    """How many children on file elsewhere were met in the course of this case; who they are stands there."""


def told(case: Case, names: dict[int, str]) -> Told:
    """For those who may read the case. `names`: child → what it is called. One query."""
    found = Encounter.objects.filter(Q(case=case) | Q(met_in=case)).select_related("recorded_by")
    rows = [
        Row(
            what=names.get(row.child_id, "Anak dalam penanganan ini"),
            when=wording.moment(row.at),
            place=row.place,
            note=row.note,
            by=_by(row.recorded_by, row.acting_title),
        )
        for row in found
        if row.case_id == case.pk
    ]
    return Told(tuple(rows), sum(row.met_in_id == case.pk for row in found))


def _by(user: User, title: str) -> str:
    return f"{user}, {title}" if title else str(user)
