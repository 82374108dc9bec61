"""Driving a case to its end with nothing but what appointed people are permitted to do.

Used by the state machine: from whatever state officers got a case into, a closed case must stay reachable.
"""

from datetime import timedelta

from django.db.models import Q

from sopcases.cases.models import Attempt, Case, CaseChild, Outcome
from sopcases.cases.progress import Missing, Progress
from sopcases.cases.walk import Walk, walking
from sopcases.people.models import Appointment
from sopcases.refusal import Refused
from sopcases.sops import flow
from sopcases.sops.models import PaperKind, Stage


def drive(world, case: Case, rounds: int = 80) -> str:
    """Do what is next until the case is closed; answers its state. Never stops or hands over."""
    people = [name for name in world.users if sees(world, case, name)]
    for _ in range(rounds):
        case.refresh_from_db()
        if not case.running:
            return case.state
        if not _one_act(world, case, people):
            world.wait(days=1)
    return case.state


def sees(world, case: Case, name: str) -> bool:
    return Case.objects.visible_to(world.officer(name)).filter(pk=case.pk).exists()


def _one_act(world, case, people) -> bool:
    if case.state == Case.State.ON_HOLD:
        return _by_anyone(world, case, people, lambda walk: walk.resume())
    if Progress(_fresh(case), world.officer("budi")).refuse_close() is None:
        return _by_anyone(world, case, people, lambda walk: walk.close())
    for attempt in case.attempts.filter(state__in=Attempt.LIVE, opened_at__isnull=False).order_by("id"):
        if _work_on(world, case, people, attempt):
            return True
    return _let_a_child_go(world, case, people)


def _fresh(case: Case) -> Case:
    return Case.objects.select_related("agency", "sop", "revision__sop").get(pk=case.pk)


def _by_anyone(world, case, people, act) -> bool:
    for name in people:
        try:
            with walking(case, world.officer(name)) as walk:
                act(walk)
        except Refused:
            continue
        return True
    return False


def _work_on(world, case, people, attempt: Attempt) -> bool:
    progress = Progress(_fresh(case), world.officer("budi"))
    step = progress.step_of(attempt)
    if step.recurring:
        return False  # a case is closed when its children have gone, not when its sessions are held
    done = False
    for missing in progress.missing(attempt):
        done |= _bring(world, case, people, attempt, missing)
    for stay in progress.unjudged(attempt):
        done |= _by_anyone(
            world,
            case,
            people,
            lambda walk, child=stay.child_id: walk.judge(step.key, child, CaseChild.Verdict.ELIGIBLE),
        )
    if done:
        return True
    if step.positions(flow.RECEIVES) and attempt.acted_at and not attempt.received_at:
        return _by_anyone(world, case, people, lambda walk: walk.receive(step.key, attempt.child_id))
    if _by_anyone(world, case, people, lambda walk: walk.finish(step.key, attempt.child_id)):
        return True
    doer = next(_holder(world, p) for p in sorted(step.positions(flow.PERFORMS)) if _holder(world, p))
    return _by_anyone(
        world, case, people, lambda walk: walk.finish(step.key, attempt.child_id, acted_by=[doer])
    )


def _bring(world, case, people, attempt: Attempt, missing: Missing) -> bool:
    """Make the missing paper and file it where it is looked for, signed by those who must."""

    def act(walk: Walk) -> None:
        output = _where(walk, missing)
        home = walk.plan.output[output][0] if output else None
        paper = walk_paper(world, walk, missing.kind, signed=missing.kind.origin == PaperKind.Origin.LETTER)
        track = attempt.child_id if home and home.per_child else None
        children = (missing.child_id,) if missing.child_id else ()
        walk.file(paper, output=output, children=children, child_id=track)

    return _by_anyone(world, case, people, act)


def _where(walk: Walk, missing: Missing) -> int | None:
    """The output the paper belongs to: the first of its chain for what is carried or expected from one."""
    item = missing.item
    source = item.source if item.source is not None else (item.id if missing.output else None)
    if source is None:
        return None
    chain = walk.plan.chain[source]
    return next(o.id for s in walk.plan.steps for o in s.outputs if o.id in chain and o.source is None)


def walk_paper(world, walk: Walk, kind: PaperKind, signed: bool, stage: int = Stage.SIGNED):
    from sopcases.cases.models import Paper

    return Paper.objects.create(
        agency=walk.agency,
        kind=kind,
        stage=stage,
        created_at=walk.by.at,
        created_by=walk.by.user,
        disposed_by=_holder(world, kind.disposer_id) if signed else None,
        signed_by=_holder(world, kind.signer_id) if signed else None,
    )


def _holder(world, position_id):
    """Whoever holds it today; a week as its Plh. long ago is no longer enough."""
    today = Q(valid_from__lte=world.now.date()) & (Q(valid_until=None) | Q(valid_until__gte=world.now.date()))
    holders = Appointment.objects.filter(today, position_id=position_id).values_list("user", flat=True)
    return next((u for u in world.users.values() if u.pk in holders), None)


def _let_a_child_go(world, case, people) -> bool:
    stay = case.children.filter(left_on=None).first()
    if stay is None:
        return False
    outcome = Outcome.objects.filter(agency=case.agency).first()
    day = (world.now + timedelta(0)).date()
    return _by_anyone(world, case, people, lambda walk: walk.leave(stay.child_id, outcome, day))
