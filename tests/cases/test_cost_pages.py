"""What sending a step's form costs: never more than so many queries, on every step of the three SOPs, however
much the case holds. Savepoints are not counted: where a test has them, the office has BEGIN and COMMIT.
"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sopcases.cases.addresses import step_url
from sopcases.cases.models import Attempt, CaseChild
from sopcases.cases.progress import Progress, Spot
from sopcases.people.models import Area
from sopcases.sops import flow
from tests.cases.driving import _bring, _by_anyone, _fresh, _holder, sees
from tests.cases.front_door import Desk, hidden, local

pytestmark = pytest.mark.django_db
MOST = 24
OWN = ("SAVEPOINT", "RELEASE")

SOPS = [
    ("bayi-balita-terlantar", "sari", 1, set("1456789")),
    ("anak-jalanan", "dewi", 3, set("34")),
    ("anak-terlantar-luar-panti", "tika", 3, set("123")),
]


def step_address(case, step, attempt) -> str:
    return step_url(case, Spot(step.key, attempt.child_id, attempt.occurrence))


def send(world, case, step, attempt) -> int:
    """Fill the step's form in as one who performs it, send it, and count."""
    doer = next(_holder(world, p) for p in sorted(step.positions(flow.PERFORMS)) if _holder(world, p))
    desk = Desk(world, doer.username)
    desk.get("/kata-sandi/")
    url = step_address(case, step, attempt)
    data = hidden(desk.get(url)) | {
        "acted_at": local(world.now),
        "acted_by": str(doer.pk),
        "note": "Selesai.",
    }
    with CaptureQueriesContext(connection) as found:
        desk.post(url, **data)
    return sum(not q["sql"].startswith(OWN) for q in found.captured_queries)


@pytest.mark.parametrize(("slug", "by", "children", "steps"), SOPS)
def test_every_step_is_sent_in_so_many_queries(today, slug, by, children, steps):
    area = Area.objects.filter(agency=today.users[by].agency).first() if by == "tika" else None
    case = today.case(slug, by=by, children=children, area=area, event_at=today.now)
    people = [name for name in today.users if sees(today, case, name)]
    sent: dict[str, list[int]] = {}
    for _ in range(30):
        moved, today.now = False, timezone.now()
        for attempt in case.attempts.filter(state__in=Attempt.LIVE, opened_at__lte=today.now).order_by("id"):
            moved |= work(today, case, people, attempt, sent)
        if not moved:
            break
    assert set(sent) == steps, "the others finish by their letters, or are sessions and visits"
    assert max(max(counts) for counts in sent.values()) <= MOST, sent


def work(world, case, people, attempt, sent) -> bool:
    """Bring what is missing, send the form, receive what was handed over; whether anything moved."""
    case.refresh_from_db()
    progress = Progress(_fresh(case), world.officer("budi"))
    attempt = next((a for a in progress.attempts if a.pk == attempt.pk and a.live), None)
    if attempt is None:
        return False
    step = progress.step_of(attempt)
    moved = False
    for missing in progress.missing(attempt):
        moved |= _bring(world, case, people, attempt, missing)
    for stay in progress.unjudged(attempt):
        moved |= _by_anyone(
            world,
            case,
            people,
            lambda walk, child=stay.child_id: walk.judge(step.key, child, CaseChild.Verdict.ELIGIBLE),
        )
    if moved or step.approving_only or step.recurring:
        return moved
    if attempt.acted_at and not attempt.received_at and step.positions(flow.RECEIVES):
        return _by_anyone(world, case, people, lambda walk: walk.receive(step.key, attempt.child_id))
    world.now = timezone.now()
    sent.setdefault(step.key, []).append(send(world, case, step, attempt))
    return True
