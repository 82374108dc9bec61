"""A recurring session for children of many cases: who came is one record, the step is recorded in each.

A child belongs to one group in a period; one on file by several records is asked for once, and what is told
of it is written to each of them that stands there, so that parting them takes nothing away. The step is
finished in a case when all its children were told and every group of theirs that met has its report; it is
not held when none of their groups met. Every verb costs the same number of queries for three children as for
three hundred.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from sopcases.cases.filing import document
from sopcases.cases.models import Attempt, Attendance, Case, CaseChild, Paper, Session
from sopcases.cases.models.child import follow
from sopcases.cases.progress import NOT_YOURS, Spot
from sopcases.cases.uploads import Accepted
from sopcases.cases.walk import Walk, walking_many
from sopcases.people import journal
from sopcases.people.authority import Officer
from sopcases.people.models import User
from sopcases.refusal import Conflict, NotAllowed, Refused
from sopcases.sops.models import Output, PaperKind, Sop, Step

TOLD = "Kehadiran anak ini baru saja dicatat oleh petugas lain. Muat ulang halamannya, lalu periksa."
CHANGED = "Kegiatan ini baru saja diubah oleh petugas lain. Muat ulang halamannya, lalu periksa."
NOT_HERE = "Ada anak yang tidak sedang mengikuti kegiatan ini, atau tercatat dua kali."
HELD_STATES = (Case.State.REPORTED, Case.State.ACTIVE)
Row = TypeVar("Row", CaseChild, Attendance)


def recorded(sop: Sop, key: str, period: date):
    """The sessions of a period, held or not."""
    return Session.objects.filter(sop=sop, step_key=key, period=period)


def untold(sop: Sop, key: str, period: date, by: Officer) -> list[CaseChild]:
    """Children of all cases the officer may read that stand at the step in the period, not yet told: every
    record of theirs, as many as the cases they are in.

    A case on hold stands nowhere.
    """
    return _untold(_there(sop, key, period, by))


def each_once(rows: Iterable[Row]) -> list[Row]:
    """Of several records of one child only one: that which stands for the child, where it is among them."""
    rows = list(rows)
    roots = _roots(rows)
    kept: dict[int, Row] = {}
    for row in rows:
        root = roots[row.child_id]
        if root not in kept or row.child_id == root:
            kept[root] = row
    chosen = {row.pk for row in kept.values()}
    return [row for row in rows if row.pk in chosen]


def _roots(rows: Iterable[CaseChild | Attendance]) -> dict[int, int]:
    """Record → the record that stands for its child."""
    return follow({row.child_id: row.child.merged_into_id for row in rows})


def _there(sop: Sop, key: str, period: date, by: Officer) -> list[CaseChild]:
    """All records in the cases that stand at the step in the period, each with `told`."""
    standing = Attempt.objects.filter(
        step__key=key, occurrence=period, state__in=Attempt.LIVE, case__sop=sop, case__state__in=HELD_STATES
    ).values("case")
    told = Attendance.objects.filter(session__in=recorded(sop, key, period), child=OuterRef("child"))
    return list(
        CaseChild.objects.filter(case__in=Case.objects.visible_to(by).filter(pk__in=standing).values("pk"))
        .annotate(told=Exists(told))
        .select_related("case", "child")
        .prefetch_related("child__merged_into")
        .order_by("case_id", "id")
    )


def _untold(there: list[CaseChild]) -> list[CaseChild]:
    """Records still in their case whose child was told by none of its records there (`Progress.untold`)."""
    roots = _roots(there)
    told = {(stay.case_id, roots[stay.child_id]) for stay in there if stay.told}
    return [
        stay for stay in there if stay.left_on is None and (stay.case_id, roots[stay.child_id]) not in told
    ]


def standing(sop: Sop, key: str, period: date, by: Officer) -> list[CaseChild]:
    """Records of children of all cases the officer may read that take part in the period, told or not."""
    there = Attempt.objects.filter(step__key=key, occurrence=period, case__sop=sop, state__in=Attempt.CURRENT)
    visible = Case.objects.visible_to(by).filter(pk__in=there.values("case")).values("pk")
    stays = CaseChild.objects.filter(case__in=visible, left_on=None).select_related("case", "child")
    return list(stays.prefetch_related("child__merged_into").order_by("case_id", "id"))


def summaries(sop: Sop, key: str, period: date) -> list[Session]:
    """The sessions told of a period, each with `present`, `absent` (children, not records) and `papers`
    (reports that count)."""
    papers = Count("reports", filter=Q(reports__voided_at=None), distinct=True)
    found = list(recorded(sop, key, period).annotate(papers=papers).order_by("id"))
    rows = list(Attendance.objects.filter(session__in=found).select_related("child"))
    roots = _roots(rows)
    for session in found:
        session.present, session.absent = (
            len({roots[r.child_id] for r in rows if (r.session_id, r.status) == (session.pk, status)})
            for status in (Attendance.Status.PRESENT, Attendance.Status.ABSENT)
        )
    return found


def hold(
    sop: Sop,
    key: str,
    period: date,
    by: Officer,
    *,
    held_at: datetime,
    place: str,
    present: set[int],
    absent: Mapping[int, str],
    group: str = "",
    acted_by: Iterable[User] = (),
) -> Session:
    """Write down a session and who came to it, and record the step in every case of those named.

    `present` are children's ids, `absent` maps an id to the reason; one record of a child will do. Raises
    Refused for a child who does not stand there, is told two things or absent without reason, Conflict for
    one whom somebody else has just told.
    """
    if not present and not absent:
        raise Refused("Tandai paling sedikit satu anak.")
    if present & set(absent):
        raise Refused(NOT_HERE)
    if not all(reason.strip() for reason in absent.values()):
        raise Refused("Alasan tidak hadir harus diisi.")
    if held_at > by.at:
        raise Refused("Waktu pelaksanaan tidak boleh di masa depan.")
    people = list(acted_by) or [by.user]
    told = dict.fromkeys(present, (Attendance.Status.PRESENT, "")) | {
        child: (Attendance.Status.ABSENT, reason) for child, reason in absent.items()
    }
    named = _named(sop, key, period, by, told)
    with walking_many(named.cases.values(), by) as walks:
        session = _new(sop, key, period, by, named, group, held_at=held_at, place=place.strip())
        for walk in walks:
            with _of(walk):
                walk.record(key, None, period, acted_at=held_at, acted_by=people)
        session.acted_by.set(people)
        _tell(session, named)
        _settle(walks, session)
        children = named.children
        journal.write(by, "session.held", session, step=key, period=period.isoformat(), children=children)
    return session


def not_held(
    sop: Sop, key: str, period: date, by: Officer, *, reason: str, children: set[int], group: str = ""
) -> Session:
    """The session of these children did not take place, with the reason, in all their cases in one act."""
    reason = reason.strip()
    if not reason:
        raise Refused("Sebutkan mengapa kegiatan tidak terlaksana.")
    if not children:
        raise Refused("Tandai paling sedikit satu anak.")
    told = dict.fromkeys(children, (Attendance.Status.NOT_HELD, reason))
    named = _named(sop, key, period, by, told)
    with walking_many(named.cases.values(), by) as walks:
        session = _new(sop, key, period, by, named, group, reason=reason)
        for walk in walks:
            if (sentence := walk.refuse_not_held(Spot(key, None, period))) is not None:
                raise NotAllowed(f"{walk.case.number}: {sentence}")
        _tell(session, named)
        _settle(walks, session)
        count = named.children
        journal.write(by, "session.not_held", session, step=key, period=period.isoformat(), children=count)
    return session


def report(
    session: Session, by: Officer, kind: PaperKind, accepted: Accepted, *, version: int, **facts
) -> Paper:
    """One report for all cases of the session: filed to each, and the step finished where all is in."""
    if session.held_at is None:
        raise Refused("Kegiatan ini tidak terlaksana.")
    with _all_cases(session, by) as (walks, own):
        session = _locked(session, version)
        paper = document(own[0], kind, accepted, **facts)
        _put_out(walks, session, by, paper)
    return paper


def reported(session_id: int, by: Officer, paper: Paper) -> None:
    """A report that was written here and whose text is fixed now: for all cases of the session, as with a
    file. A paper that the step does not put out is no report of it."""
    session = Session.objects.get(pk=session_id)
    if not Output.objects.filter(
        step__revision__sop=session.sop_id, step__key=session.step_key, kind=paper.kind_id
    ).exists():
        return
    with _all_cases(session, by) as (walks, _):
        _put_out(walks, Session.objects.select_for_update().get(pk=session_id), by, paper)


def _put_out(walks: list[Walk], session: Session, by: Officer, paper: Paper) -> None:
    session.reports.add(paper)
    for walk in walks:
        with _of(walk):
            outputs = [o.id for o in walk.plan.by_key[session.step_key].outputs if o.kind == paper.kind_id]
            if not outputs:
                raise Refused("Kegiatan ini tidak mengeluarkan dokumen jenis ini.")
            walk.file(paper, outputs[0], occurrence=session.period)
    _settle(walks, session)
    journal.write(by, "session.reported", session, paper=paper.pk, kind=paper.kind_id)


def correct(session: Session, by: Officer, changes: Mapping[int, tuple[str, str]], *, version: int) -> None:
    """Attendance mended afterwards: child → (status, reason), in every record told of the child. The journal
    of its case keeps what it was."""
    with _all_cases(session, by) as (walks, own):
        session = _locked(session, version)
        rows = {row.child_id: row for row in session.attendance.select_related("child").order_by("id")}
        others = {walk.case.pk for walk in walks} - {walk.case.pk for walk in own}
        if set(changes) - {child for child, row in rows.items() if row.case_id not in others}:
            raise Refused(NOT_HERE)
        roots = _roots(rows.values())
        by_root = {roots[child]: told for child, told in changes.items()}
        changes = {child: by_root[root] for child, root in roots.items() if root in by_root}
        by_case = {walk.case.pk: walk for walk in walks}
        mended = []
        for child, (status, reason) in changes.items():
            row, reason = rows[child], reason.strip()
            if status not in (Attendance.Status.PRESENT, Attendance.Status.ABSENT) or not session.held_at:
                raise Refused("Pilih hadir atau tidak hadir.")
            if status == Attendance.Status.ABSENT and not reason:
                raise Refused("Alasan tidak hadir harus diisi.")
            if (row.status, row.reason) == (status, reason if status == Attendance.Status.ABSENT else ""):
                continue
            walk = by_case.get(row.case_id)
            if walk is None:
                raise Refused("Penanganan anak ini dialihkan ke revisi SOP tanpa kegiatan ini.")
            walk.log("attendance.mended", child=child, session=session.pk, was=row.status, now=status)
            row.status, row.reason = status, reason if status == Attendance.Status.ABSENT else ""
            mended.append(row)
        Attendance.objects.bulk_update(mended, ["status", "reason"])


def add_photos(session: Session, by: Officer, photos: Iterable[tuple[Accepted, str]]) -> None:
    """Photos of a session, each with its caption."""
    with _all_cases(session, by) as (_, own):
        for stored, caption in photos:
            own[0].photo(stored, caption=caption, session=session)


@contextmanager
def _all_cases(session: Session, by: Officer) -> Iterator[tuple[list[Walk], list[Walk]]]:
    """Every case told of the session, and those in which the officer may record its step, over or not.

    A session is one act: who may record it in one of its cases adds to it for all, also where a colleague is
    assigned by now, whose case he does not read. Raises NotAllowed for who may in none.
    """
    cases = _cases(session)
    readable = set(
        Case.objects.visible_to(by).filter(pk__in=[c.pk for c in cases]).values_list("pk", flat=True)
    )
    with walking_many(cases, by, entitled=True) as walks:
        hats = {walk.case.pk: walk.acting_hat(walk.plan.by_key[session.step_key]) for walk in walks}
        own = [walk for walk in walks if walk.case.pk in readable and hats[walk.case.pk]]
        if not own:
            raise NotAllowed(NOT_YOURS)
        for walk in walks:
            if walk not in own:
                walk.lent = hats[own[0].case.pk]
        yield walks, own


@contextmanager
def _of(walk: Walk) -> Iterator[None]:
    """What is refused in one of many cases says in which, if the officer may know."""
    try:
        yield
    except Refused as refused:
        place = "Penanganan petugas lain" if walk.lent else walk.case.number
        raise type(refused)(*(f"{place}: {sentence}" for sentence in refused.sentences)) from refused


@dataclass(frozen=True)
class Named:
    """Record → its case, and what is told of it: all records of the children named that stand there."""

    cases: dict[int, Case]
    told: dict[int, tuple[str, str]]
    children: int


def _named(sop: Sop, key: str, period: date, by: Officer, told: Mapping[int, tuple[str, str]]) -> Named:
    """Every record of the children named, none of whom may have been told."""
    there = _there(sop, key, period, by)
    roots = _roots(there)
    open_ = {stay.child_id: stay.case for stay in _untold(there)}
    if strangers := set(told) - set(open_):
        _refuse_told(sop, key, period, strangers)
        known = {roots[stay.child_id] for stay in there if stay.told}
        raise Conflict(TOLD) if known & {roots.get(child) for child in strangers} else Refused(NOT_HERE)
    by_root: dict[int, tuple[str, str]] = {}
    for child, said in told.items():
        if by_root.setdefault(roots[child], said) != said:
            raise Refused(NOT_HERE)
    mine = {child: by_root[roots[child]] for child in sorted(open_) if roots[child] in by_root}
    return Named(
        cases={child: open_[child] for child in mine},
        told=mine,
        children=len(by_root),
    )


def _refuse_told(sop: Sop, key: str, period: date, children: Iterable[int]) -> None:
    if Attendance.objects.filter(session__in=recorded(sop, key, period), child__in=children).exists():
        raise Conflict(TOLD)


def _new(sop: Sop, key: str, period: date, by: Officer, named: Named, group: str, **facts) -> Session:
    """The session of a group, once. Under the locks of the cases: nobody tells these children meanwhile."""
    _refuse_told(sop, key, period, named.told)
    group = group.strip()
    if recorded(sop, key, period).filter(group=group).exists():
        label = f"Kelompok “{group}”" if group else "Kegiatan tanpa nama kelompok"
        raise Refused(f"{label} sudah dicatat pada masa ini. Beri nama kelompok yang lain.")
    return Session.objects.create(
        agency_id=sop.agency_id,
        sop=sop,
        step_key=key,
        period=period,
        group=group,
        recorded_at=by.at,
        recorded_by=by.user,
        **facts,
    )


def _tell(session: Session, named: Named) -> None:
    Attendance.objects.bulk_create(
        Attendance(
            session=session, case=named.cases[child], child_id=child, status=status, reason=reason.strip()
        )
        for child, (status, reason) in named.told.items()
    )


def _settle(walks: list[Walk], session: Session) -> None:
    """Where all children of a case were told: finish the step if every report is in, or leave it as not
    held if none of their groups met."""
    for walk in walks:
        attempt = walk.current(Spot(session.step_key, None, session.period))
        if attempt is None or not attempt.live or walk.untold(attempt):
            continue
        with _of(walk):
            if all(row.status == Attendance.Status.NOT_HELD for row in walk.told(attempt)):
                reason = walk.told(attempt)[-1].reason
                walk.not_held(session.step_key, session.period, reason)
            elif attempt.acted_at and walk.unheld(attempt) is None and not walk.missing(attempt):
                walk.finish(session.step_key, None, session.period)


def still_there(step_key: str, period: date) -> QuerySet[Attempt]:
    """The attempts at a period of a session in cases whose present revision has its step."""
    return Attempt.objects.filter(
        step__key=step_key,
        step__form=Step.Form.SESSION,
        occurrence=period,
        step__revision=F("case__revision"),
    )


def _cases(session: Session) -> list[Case]:
    """The cases told of it that still follow its step; one carried over without it keeps its attendance."""
    told = Case.objects.filter(attendance__session=session)
    return list(told.filter(pk__in=still_there(session.step_key, session.period).values("case")).distinct())


def _locked(session: Session, version: int) -> Session:
    found = Session.objects.select_for_update().get(pk=session.pk)
    if found.version != version:
        raise Conflict(CHANGED)
    found.version += 1
    found.save(update_fields=["version"])
    return found
