"""From rows to a plan: a revision as `flow` reads it.

A revision in force never changes, so its plan is kept in the process under its checksum; a draft is read
anew each time.
"""

from functools import lru_cache

from django.db.models import Prefetch

from sopcases.sops import flow
from sopcases.sops.models import PaperKind, PaperScope, Performer, Revision


def plan_of(revision: Revision) -> flow.Plan:
    """The plan of a revision: five queries, or none when it is in force and was read before."""
    if revision.checksum and revision.state != Revision.State.SCHEDULED:  # that one may be called back yet
        return _sealed(revision.pk, revision.checksum)
    return _read(revision)


@lru_cache(maxsize=256)
def _sealed(pk: int, checksum: str) -> flow.Plan:
    return _read(Revision.objects.select_related("sop").get(pk=pk))


def _read(revision: Revision) -> flow.Plan:
    performers = Prefetch("performers", Performer.objects.select_related("position"))
    steps = revision.steps.prefetch_related(performers, "outputs", "requirements").order_by("order", "id")
    kinds = list(PaperKind.objects.filter(agency_id=revision.sop.agency_id))
    return flow.Plan(
        steps=tuple(_step(s) for s in steps),
        term=revision.term_text,
        brought=frozenset(k.pk for k in kinds if k.from_outside or k.origin == PaperKind.Origin.REPORT),
        names={k.pk: k.name for k in kinds},
        routes=tuple(route["key"] for route in revision.routes),
        proposed=_proposed(steps, {k.pk: k for k in kinds}),
    )


def _proposed(steps, kinds: dict[int, PaperKind]) -> tuple[str, ...]:
    rows = [p.position for s in steps for p in s.performers.all()]
    rows += [kinds[item.kind_id] for s in steps for item in (*s.requirements.all(), *s.outputs.all())]
    return tuple(sorted({row.name for row in rows if row.proposed}))


def _step(step) -> flow.PlanStep:
    return flow.PlanStep(
        id=step.pk,
        key=step.key,
        order=step.order,
        number=step.number,
        activity=step.activity,
        after=None if step.after is None else tuple(step.after),
        performers=tuple((p.position_id, p.part) for p in step.performers.all()),
        requirements=tuple(_item(r, source=r.from_output_id) for r in step.requirements.all()),
        outputs=tuple(_item(o, source=o.carries_id, key=o.key) for o in step.outputs.all()),
        time=step.time_text,
        basis=step.basis,
        per_child=step.scope == step.Scope.CHILD,
        routes=frozenset(step.routes),
        form=step.form,
        every_months=step.every_months or 0,
        until_years=step.until_years,
        condition=step.condition,
        verdict=step.verdict,
        finds=step.finds,
        aid=step.aid,
        alarm=step.alarm,
        returns_to=step.returns_to,
        refusal_to=step.refusal_to,
        refusal_ends=step.refusal_ends,
    )


def _item(row, source: int | None, key: str = "") -> flow.Item:
    return flow.Item(
        id=row.pk,
        kind=row.kind_id,
        stage=row.stage,
        per_child=row.scope != PaperScope.CASE,
        routes=frozenset(row.routes),
        optional=row.optional,
        key=key,
        source=source,
        per_adult=row.scope == PaperScope.ADULT,
    )
