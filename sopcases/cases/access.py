"""The one gate of a case, and of what is read through it: a step, a child, a paper, a photo, a request.

A stranger finds nothing (404). Who may read but not act is refused by the verb, or by the predicate given to
the gate (403). Reading is logged, once per page shown.
"""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from sopcases.cases import statements
from sopcases.cases.models import (
    Adult,
    Aid,
    Attempt,
    Case,
    CaseChild,
    Filing,
    Interval,
    Paper,
    Photo,
    Session,
)
from sopcases.cases.person import find, find_merge
from sopcases.cases.progress import Progress, Spot
from sopcases.cases.sessions import still_there
from sopcases.people import journal
from sopcases.people.access import gate
from sopcases.people.authority import Officer


@dataclass(frozen=True)
class At:
    """A place in a case, as an address names it."""

    progress: Progress
    spot: Spot | None = None
    stay: CaseChild | None = None
    paper: Paper | None = None
    photo: Photo | None = None
    interval: Interval | None = None
    aid: Aid | None = None
    adult: Adult | None = None

    @property
    def case(self) -> Case:
        return self.progress.case


def find_case(officer: Officer, number: str) -> At | None:
    """The case of the officer's own agency with this number, if he may read it."""
    return _numbered(Case.objects.visible_to(officer), officer, number)


def find_shown(officer: Officer, number: str) -> At | None:
    """The same for its own page, which tells whether its SOP has a newer revision in force (`outdated`)."""
    if officer is None:
        return None
    return _numbered(Case.objects.visible_to(officer).marked_outdated(officer.day), officer, number)


def _numbered(cases: QuerySet[Case], officer: Officer, number: str) -> At | None:
    case = cases.select_related("sop", "revision", "area").filter(number=number).first()
    if case is None:
        return None
    case.agency, case.revision.sop = officer.agency, case.sop  # the same rows, read already
    return At(Progress(case, officer))


def find_step(officer: Officer, number: str, spot: Spot) -> At | None:
    """A step of a case on its track: of the case or of a child in it, and of a period that was opened."""
    at = find_case(officer, number)
    step = at and at.progress.plan.by_key.get(spot.key)
    if not step or step.per_child != (spot.child_id is not None):
        return None
    if step.recurring != (spot.occurrence is not None):
        return None
    if step.per_child and spot.child_id not in {s.child_id for s in at.progress.stays}:
        return None
    if step.recurring and not at.progress.history(spot):
        return None
    return At(at.progress, spot=spot)


def find_many(officer: Officer, group: str, step: str) -> At | None:
    """A step per child of a case (by its number), for all who stand at it; not a recurring one."""
    at = find_case(officer, group)
    found = at and at.progress.plan.by_key.get(step)
    return At(at.progress, spot=Spot(step)) if found and found.per_child and not found.recurring else None


def find_statements(officer: Officer, group: str, papers: str) -> At | None:
    """A step of a case (by its number) that puts out what responsible adults sign, for all children."""
    at = find_case(officer, group)
    step = at and at.progress.plan.by_key.get(papers)
    if not step or not statements.outputs(at.progress, step):
        return None
    return At(at.progress, spot=Spot(papers))


def find_signer(officer: Officer, group: str, papers: str, adult: int) -> At | None:
    """A responsible adult of a child in a case that the officer may read, at such a step."""
    at = find_statements(officer, group, papers)
    told = (r for s in at.progress.stays for r in at.progress.shelf.adults[s.child_id]) if at else ()
    row = next((r.adult for r in told if r.adult_id == adult), None)
    return At(at.progress, spot=at.spot, adult=row) if row else None


def find_papers(officer: Officer, group: str, papers: str, member: int) -> At | None:
    """A step of a whole case (by its number), for what it asks of a child still in it; none that recurs."""
    at = find_case(officer, group)
    step = at and at.progress.plan.by_key.get(papers)
    inside = [s for s in at.progress.stays if s.child_id == member and s.left_on is None] if at else []
    stay = next(iter(inside), None)
    if not step or not stay or step.per_child or step.recurring:
        return None
    return At(at.progress, spot=Spot(papers), stay=stay)


def find_child(officer: Officer, number: str, child: int) -> At | None:
    """A child through a case that the officer may read and the child is, or was, in."""
    at = find_case(officer, number)
    stay = at and next((s for s in at.progress.stays if s.child_id == child), None)
    return At(at.progress, stay=stay) if stay else None


def find_request(officer: Officer, number: str, interval: int) -> At | None:
    """Something asked of an outside party in a case that the officer may read."""
    at = find_case(officer, number)
    row = at and next((i for i in at.progress.requests if i.pk == interval), None)
    return At(at.progress, interval=row) if row else None


def find_aid(officer: Officer, number: str, aid: int) -> At | None:
    """A record of aid in a case that the officer may read."""
    at = find_case(officer, number)
    row = at and Aid.objects.filter(case=at.case, pk=aid).select_related("child").first()
    return At(at.progress, aid=row) if row else None


def find_paper(officer: Officer, paper: int) -> At | None:
    """A paper filed in any case that the officer may read."""
    visible = Case.objects.visible_to(officer).values("pk")
    filing = (
        Filing.objects.filter(paper_id=paper, case__in=visible)
        .select_related("paper__kind", "case__agency", "case__sop", "case__revision__sop")
        .first()
    )
    return At(Progress(filing.case, officer), paper=filing.paper) if filing else None


def find_photo(officer: Officer, photo: int) -> At | None:
    """A photo of a case that the officer may read, or of a session to which such a case belongs."""
    visible = Case.objects.visible_to(officer)
    row = Photo.objects.filter(pk=photo).first()
    own = Q(pk=row.case_id) if row and row.case_id else Q(attendance__session__photos=photo)
    case = visible.filter(own).select_related("agency", "sop", "revision__sop").first() if row else None
    return At(Progress(case, officer), photo=row) if case else None


def find_occasion(officer: Officer, slug: str, key: str, period: date) -> Case | None:
    """A case through which the officer sees a recurring session of an SOP in a period; live ones first."""
    visible = Case.objects.visible_to(officer).filter(sop__slug=slug)
    here = still_there(key, period).filter(case__in=visible.values("pk")).order_by("ended_at", "id")
    row = here.select_related("case__agency", "case__sop", "case__revision__sop")
    found = row.filter(state__in=Attempt.LIVE).first() or row.first()
    return found.case if found else None


def find_session(officer: Officer, session: int) -> tuple[Session, Case] | None:
    """A session that was told, through a case in it that the officer may read."""
    row = Session.objects.select_related("recorded_by").filter(pk=session).first()
    if row is None:
        return None
    here = still_there(row.step_key, row.period).values("case")
    visible = Case.objects.visible_to(officer).filter(attendance__session=row, pk__in=here)
    case = visible.select_related("agency", "sop", "revision__sop").order_by("id").first()
    return (row, case) if case else None


case_gate = gate("penanganan", find_case)
shown_gate = gate("penanganan", find_shown)
step_gate = gate("langkah", find_step)
many_gate = gate("langkah", find_many)
statements_gate = gate("langkah", find_statements)
signer_gate = gate("penanggung jawab", find_signer)
papers_gate = gate("dokumen anak", find_papers)
child_gate = gate("anak", find_child)
request_gate = gate("permintaan", find_request)
aid_gate = gate("bantuan", find_aid)
paper_gate = gate("dokumen", find_paper)
photo_gate = gate("foto", find_photo)
person_gate = gate("data anak", find)
merge_gate = gate("pernyataan anak yang sama", find_merge)


def may_touch(at: At, officer: Officer) -> str | None:
    """Notes, papers, children: whoever takes part in the case."""
    return at.progress.refuse_touch()


def may_lead(at: At, officer: Officer) -> str | None:
    """Hold, stop, hand over, close, reopen, assign."""
    return at.progress.refuse_lead()


def may_waive(at: At, officer: Officer) -> str | None:
    """Leave a paper to follow."""
    return at.progress.refuse_waive()


def log_read(request: HttpRequest, verb: str, at: At, **data) -> None:
    """Write down that a child's data was shown: one line for one page."""
    if request.method == "GET":
        journal.write(at.progress.by, verb, at.case, **data)
