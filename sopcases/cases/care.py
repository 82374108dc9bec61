"""Asesmen and rencana of a child: what was found, what is to be reached, how far it is.

Each verb works on a case under lock (`walk`), writes fact and journal together, and refuses with a sentence.
The journal names rows and changed fields, never what was written about a child.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sopcases.cases.models import Assessment, Case, Goal, ProgressNote
from sopcases.cases.progress import CLOSED, Progress
from sopcases.cases.walk import Walk
from sopcases.people import authority
from sopcases.people.models import User
from sopcases.refusal import Conflict, Refused, demand

CHANGED = "Isi ini baru saja diubah oleh petugas lain. Periksa isinya, lalu kirim lagi."
OVER = "Tujuan ini sudah selesai. Buka kembali dahulu untuk mengubahnya."
PLANNED = ("need", "goal", "action", "responsible", "responsible_text", "due_on")


@dataclass(frozen=True)
class Care:
    """A child's care in one case: its latest asesmen, and its goals in their order."""

    assessment: Assessment | None
    goals: tuple[Goal, ...]

    @property
    def achieved(self) -> int:
        return sum(goal.achieved_on is not None for goal in self.goals)

    @property
    def counted(self) -> int:
        """Goals that were not given up."""
        return sum(goal.dropped_on is None for goal in self.goals)


def of_case(case: Case, children: Iterable[int] | None = None) -> dict[int, Care]:
    """Child → its care in the case. Two queries, however many children."""
    assessments = Assessment.objects.filter(case=case).order_by("assessed_at", "id")
    goals = Goal.objects.filter(case=case).select_related("responsible").order_by("order", "id")
    if children is not None:
        assessments, goals = assessments.filter(child__in=children), goals.filter(child__in=children)
    latest = {row.child_id: row for row in assessments}
    plans: dict[int, list[Goal]] = {}
    for goal in goals:
        plans.setdefault(goal.child_id, []).append(goal)
    return {
        child: Care(latest.get(child), tuple(plans.get(child, ()))) for child in sorted({*latest, *plans})
    }


def refuse_plan(progress: Progress) -> str | None:
    """Why nothing can be planned here now, or None. A held case may be planned on: the child lives on."""
    return CLOSED if not progress.case.running else progress.refuse_touch()


def assess(walk: Walk, child_id: int, assessed_at: datetime, **aspects: str) -> Assessment:
    """Write an asesmen down; `aspects` by the names of `Assessment.ASPECTS`."""
    demand(walk.refuse_touch())
    walk.demand_in_case(child_id)
    _check_moment(walk, assessed_at)
    row = Assessment.objects.create(
        case=walk.case,
        child_id=child_id,
        assessed_at=assessed_at,
        recorded_at=walk.by.at,
        recorded_by=walk.by.user,
        acting_title=walk.any_hat.title,
        **_said(aspects),
    )
    walk.log("assessment.written", walk.any_hat.title, assessment=row.pk, child=child_id)
    return row


def correct(
    walk: Walk, assessment_id: int, version: int, assessed_at: datetime, **aspects: str
) -> Assessment:
    """Mend an asesmen that was written down wrongly; what is found later is a new one."""
    demand(walk.refuse_touch())
    row = Assessment.objects.select_for_update().filter(case=walk.case, pk=assessment_id).first()
    if row is None:
        raise Refused("Asesmen ini tidak ada dalam penanganan ini.")
    _same(row, version)
    _check_moment(walk, assessed_at)
    changed = _set(row, {"assessed_at": assessed_at, **_said(aspects)})
    if changed:
        row.save()
        walk.log(
            "assessment.corrected", walk.any_hat.title, assessment=row.pk, child=row.child_id, fields=changed
        )
    return row


def plan(
    walk: Walk,
    child_id: int,
    *,
    goal: str,
    due_on: date,
    need: str = "",
    action: str = "",
    responsible: User | None = None,
    responsible_text: str = "",
) -> Goal:
    """Add a goal to the child's plan."""
    demand(refuse_plan(walk))
    if child_id not in walk.active_children:
        raise Refused("Anak ini tidak lagi dalam penanganan ini.")
    facts = _planned(walk, need, goal, action, responsible, responsible_text, due_on)
    last = Goal.objects.filter(case=walk.case, child=child_id).order_by("-order").first()
    row = Goal.objects.create(
        case=walk.case,
        child_id=child_id,
        order=last.order + 1 if last else 1,
        recorded_at=walk.by.at,
        recorded_by=walk.by.user,
        acting_title=walk.any_hat.title,
        **facts,
    )
    walk.log("goal.planned", walk.any_hat.title, goal=row.pk, child=child_id)
    return row


def replan(
    walk: Walk,
    goal_id: int,
    version: int,
    *,
    goal: str,
    due_on: date,
    need: str = "",
    action: str = "",
    responsible: User | None = None,
    responsible_text: str = "",
) -> Goal:
    """Change an open goal, its date or who is responsible."""
    row = _open_goal(walk, goal_id, version)
    facts = _planned(walk, need, goal, action, responsible, responsible_text, due_on)
    changed = _set(row, facts)
    if changed:
        row.save()
        walk.log("goal.changed", walk.any_hat.title, goal=row.pk, child=row.child_id, fields=changed)
    return row


def achieve(walk: Walk, goal_id: int, on: date, version: int) -> Goal:
    """The goal is reached, on this day."""
    row = _open_goal(walk, goal_id, version)
    _check_day(walk, on)
    _set(row, {"achieved_on": on})
    row.save()
    walk.log("goal.achieved", walk.any_hat.title, goal=row.pk, child=row.child_id)
    return row


def drop(walk: Walk, goal_id: int, on: date, reason: str, version: int) -> Goal:
    """The goal is given up, with the reason."""
    row = _open_goal(walk, goal_id, version)
    _check_day(walk, on)
    if not reason.strip():
        raise Refused("Sebutkan mengapa tujuan ini tidak dilanjutkan.")
    _set(row, {"dropped_on": on, "drop_reason": reason.strip()})
    row.save()
    walk.log("goal.dropped", walk.any_hat.title, goal=row.pk, child=row.child_id)
    return row


def reopen(walk: Walk, goal_id: int, reason: str, version: int) -> Goal:
    """A goal that was reached or given up is open again; how it stood is kept as a progress note."""
    row = _goal(walk, goal_id, version)
    if row.open:
        raise Refused("Tujuan ini masih berjalan.")
    if not reason.strip():
        raise Refused("Sebutkan mengapa tujuan ini dibuka kembali.")
    day = row.achieved_on or row.dropped_on
    before = "tercapai" if row.achieved_on else "tidak dilanjutkan"
    text = f"Tujuan dibuka kembali (sebelumnya {before} {day:%d-%m-%Y}): {reason.strip()}"
    _set(row, {"achieved_on": None, "dropped_on": None, "drop_reason": ""})
    row.save()
    walk.note(text, walk.by.at, row.child_id, goal=row)
    walk.log("goal.reopened", walk.any_hat.title, goal=row.pk, child=row.child_id)
    return row


def progress(walk: Walk, goal_id: int, text: str, happened_at: datetime) -> ProgressNote:
    """What was done for a goal: a catatan perkembangan of its child. Also after it was reached."""
    row = Goal.objects.filter(case=walk.case, pk=goal_id).first()
    if row is None:
        raise Refused("Tujuan ini tidak ada dalam penanganan ini.")
    return walk.note(text, happened_at, row.child_id, goal=row)


# --- what the verbs share


def _same(row: Assessment | Goal, version: int) -> None:
    if row.version != version:
        raise Conflict(CHANGED)


def _said(aspects: dict[str, str]) -> dict[str, str]:
    found = {name: aspects.get(name, "").strip() for name in Assessment.ASPECTS}
    if not any(found.values()):
        raise Refused("Isi paling sedikit satu bagian asesmen.")
    return found


def _check_moment(walk: Walk, assessed_at: datetime) -> None:
    if assessed_at > walk.by.at:
        raise Refused("Waktu asesmen tidak boleh di masa depan.")
    if assessed_at < walk.case.event_at:
        raise Refused("Waktu asesmen mendahului kejadian yang membuka penanganan ini.")


def _first_day(walk: Walk) -> date:
    return authority.local_day(walk.agency, walk.case.event_at)


def _check_day(walk: Walk, on: date) -> None:
    if not _first_day(walk) <= on <= walk.today:
        raise Refused("Tanggal harus antara kejadian dan hari ini.")


def _planned(
    walk: Walk, need: str, goal: str, action: str, responsible: User | None, outside: str, due_on: date
) -> dict:
    goal, outside = goal.strip(), outside.strip()
    if not goal:
        raise Refused("Isi tujuannya.")
    if responsible is None and not outside:
        raise Refused("Sebutkan penanggung jawab tujuan ini.")
    if responsible is not None and responsible.agency_id != walk.case.agency_id:
        raise Refused("Penanggung jawab harus pegawai perangkat daerah ini, atau tuliskan pihak luarnya.")
    if due_on < _first_day(walk):
        raise Refused("Batas waktu tujuan mendahului kejadian yang membuka penanganan ini.")
    return {
        "need": need.strip(),
        "goal": goal,
        "action": action.strip(),
        "responsible": responsible,
        "responsible_text": outside,
        "due_on": due_on,
    }


def _set(row: Assessment | Goal, facts: dict) -> list[str]:
    """Set what differs and raise the version; the names of what changed."""
    changed = [name for name, value in facts.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, facts[name])
    row.version += bool(changed)
    return changed


def _goal(walk: Walk, goal_id: int, version: int) -> Goal:
    demand(refuse_plan(walk))
    row = Goal.objects.select_for_update(of=("self",)).filter(case=walk.case, pk=goal_id).first()
    if row is None:
        raise Refused("Tujuan ini tidak ada dalam penanganan ini.")
    _same(row, version)
    return row


def _open_goal(walk: Walk, goal_id: int, version: int) -> Goal:
    row = _goal(walk, goal_id, version)
    if not row.open:
        raise Refused(OVER)
    return row
