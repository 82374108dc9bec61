"""Carrying a running case over to the revision in force: proposed, weighed, done.

A case ends by the revision it began with, unless somebody who leads it carries it over, with a reason and a
mapping of steps. Attempts at mapped steps go on, with the moments and minutes they have; those at steps that
nothing goes on for stay in the log as of the old revision, open ones end. No act, paper, or minute is lost.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sopcases.cases.models import Attempt, CarriedAttempt, Carrying, Case
from sopcases.cases.progress import Missing, Progress
from sopcases.cases.walk import Walk, walking
from sopcases.people.authority import Officer
from sopcases.refusal import Conflict, Refused, demand, required
from sopcases.sops import flow
from sopcases.sops.comparing import text_of
from sopcases.sops.differences import matched
from sopcases.sops.flow import Plan, PlanStep, number_of
from sopcases.sops.models import Revision
from sopcases.sops.plans import plan_of

NO_TARGET = "Penanganan ini sudah mengikuti revisi SOP yang berlaku."
OTHER_TARGET = (
    "Sejak halaman ini dibuka, revisi {no} mulai berlaku. "
    "Buka lagi halamannya, lalu petakan langkahnya ke revisi itu."
)
ENDED = "Langkah tidak diteruskan pada revisi baru"


# --- what may be done


def target(progress: Progress) -> Revision | None:
    """The revision a case would be carried to: the one in force today, if it follows another."""
    found = progress.case.sop.revision_on(progress.today)
    return found if found and found.pk != progress.case.revision_id else None


def refuse(progress: Progress) -> str | None:
    """Why the officer may not carry the case over now, or None."""
    if (sentence := progress.refuse_lead() or progress.refuse_running()) is not None:
        return sentence
    revision = target(progress)
    if revision is None:
        return NO_TARGET
    routes = {route["key"]: route["name"] for route in revision.routes}
    if (routes or progress.case.route) and progress.case.route not in routes:
        return "Jalur masuk penanganan ini tidak ada lagi pada revisi baru."
    return None


def misfit(old: PlanStep, new: PlanStep, route: str) -> str | None:
    """Why one step cannot go on for the other, to follow their numbers; or None."""
    if old.per_child != new.per_child:
        return "yang satu per anak, yang lain per penanganan."
    if (old.form, old.every_months) != (new.form, new.every_months):
        return "masa berkalanya berbeda."
    if old.form == flow.SESSION and old.key != new.key:
        return "kegiatan bersama hanya diteruskan oleh kegiatan bersama yang sama."
    if not new.applies(route):
        return "langkah baru tidak berlaku pada jalur masuk penanganan ini."
    return None


def proposal(progress: Progress, revision: Revision) -> dict[str, str]:
    """Old key → new key as the words of both revisions suggest, without what does not fit."""
    pairs = matched(text_of(progress.case.revision).steps, text_of(revision).steps)
    old, new = progress.plan.by_key, plan_of(revision).by_key
    return {
        before: after
        for before, after in pairs.items()
        if misfit(old[before], new[after], progress.case.route) is None
    }


def touched(progress: Progress) -> list[PlanStep]:
    """The steps of the present revision at which something was done or is open, in their order."""
    keys = {progress.step_of(a).key for a in progress.attempts}
    return [step for step in progress.plan.steps if step.key in keys]


# --- what would follow


@dataclass(frozen=True)
class Outlook:
    """What a carrying over brings about: steps that open, open ones that end, what open ones then lack."""

    opens: tuple[PlanStep, ...]
    ends: tuple[PlanStep, ...]
    goes_on: tuple[PlanStep, ...]
    lacks: tuple[tuple[PlanStep, tuple[Missing, ...]], ...]


class _Weighed(Exception):
    def __init__(self, outlook: Outlook):
        self.outlook = outlook


def weigh(case: Case, by: Officer, mapping: Mapping[str, str], reason: str, seen: int) -> Outlook:
    """What would follow, by doing it and taking it back. Raises Refused as `carry_over` would."""
    try:
        with walking(case, by) as walk:
            before = [(a.pk, walk.step_of(a)) for a in walk.live()]
            carry_over(walk, mapping, reason, seen)
            raise _Weighed(_outlook(walk, before))
    except _Weighed as weighed:
        return weighed.outlook


def _outlook(walk: Walk, before: list[tuple[int, PlanStep]]) -> Outlook:
    live = {a.pk: a for a in walk.live()}
    known = {pk for pk, _ in before}
    open_now = [a for a in live.values() if a.opened_at]
    lacks: dict[PlanStep, dict[int, Missing]] = {}
    for attempt in open_now:  # a step per child has one for each of them
        named = lacks.setdefault(walk.step_of(attempt), {})
        for one in walk.missing(attempt, outputs=False):
            named.setdefault(one.kind.pk, one)
    return Outlook(
        opens=_steps(walk.step_of(a) for a in open_now if a.pk not in known),
        ends=_steps(step for pk, step in before if pk not in live),
        goes_on=_steps(walk.step_of(live[pk]) for pk, _ in before if pk in live),
        lacks=tuple((step, tuple(lacks[step].values())) for step in _steps(lacks) if lacks[step]),
    )


def _steps(found) -> tuple[PlanStep, ...]:
    return tuple(sorted(dict.fromkeys(found), key=lambda step: step.order))


# --- the verb


def carry_over(walk: Walk, mapping: Mapping[str, str], reason: str, seen: int) -> Carrying:
    """Let the case go on by the revision in force. `mapping`: old key → new key of the revision `seen` (id).

    Raises Conflict when another revision has come in force since that was seen; Refused when steps do not
    fit each other, when one would go on for two, when something still follows at a step that is not carried,
    and when the officer would lose sight of the case.
    """
    demand(walk.refuse_lead())
    demand(refuse(walk), Refused)
    reason = required(reason, "Sebutkan mengapa penanganan dialihkan ke revisi baru.")
    revision = target(walk)
    if revision.pk != seen:
        raise Conflict(OTHER_TARGET.format(no=revision.no))
    new = plan_of(revision)
    _check(walk, new, mapping)
    carrying = Carrying.objects.create(
        case=walk.case,
        old=walk.case.revision,
        new=revision,
        mapping=dict(mapping),
        reason=reason,
        at=walk.by.at,
        by=walk.by.user,
        acting_title=walk.closer.title,
    )
    outputs = _outputs(walk.plan, new, mapping)
    _move(walk, carrying, {old: new.by_key[key].id for old, key in mapping.items()})
    for filing in list(walk.filings):
        if filing.output_id in outputs:
            walk.file_again(filing, outputs[filing.output_id])
    walk.follow(revision)
    if not Case.objects.visible_to(walk.by).filter(pk=walk.case.pk).exists():
        raise Refused("Revisi baru tidak memberi jabatan Anda bagian: penanganan ini akan hilang dari Anda.")
    walk.log("case.carried", walk.closer.title, carrying=carrying.pk)
    latest = max((a.version for a in walk.attempts), default=0)
    walk.advance()
    for attempt in walk.live():  # a form opened before this is told that it is out of date
        attempt.version = max(attempt.version, latest) + 1
        walk.book.change(attempt)
    return carrying


def _check(walk: Walk, new: Plan, mapping: Mapping[str, str]) -> None:
    told = []
    for key, to in mapping.items():
        if key not in walk.plan.by_key or to not in new.by_key:
            raise Refused("Langkah ini tidak ada pada SOP. Muat ulang halaman, lalu petakan lagi.")
        old, step = walk.plan.by_key[key], new.by_key[to]
        if (why := misfit(old, step, walk.case.route)) is not None:
            told.append(
                f"Langkah {number_of(old)} tidak dapat diteruskan oleh langkah {number_of(step)} baru: {why}"
            )
    for to in dict.fromkeys(mapping.values()):
        if list(mapping.values()).count(to) > 1:
            told.append(f"Langkah {number_of(new.by_key[to])} baru meneruskan lebih dari satu langkah lama.")
    for waiver in walk.waivers:
        step = walk.waived_at(waiver)
        if step.key not in mapping and (waiver.until is None or waiver.settled_at is None):
            name = walk.kinds[waiver.kind_id].name
            what = "masih menyusul" if waiver.until else "dicatat tidak diterbitkan"
            told.append(f"“{name}” {what} pada langkah {number_of(step)}: pilih langkah penerusnya.")
    if told:
        raise Refused(*dict.fromkeys(told))


def _outputs(old: Plan, new: Plan, mapping: Mapping[str, str]) -> dict[int, int]:
    """Old output → new output of the mapped step: by its key, else the only one of its kind."""
    found = {}
    for key, to in mapping.items():
        for item in old.by_key[key].outputs:
            kin = [o for o in new.by_key[to].outputs if o.kind == item.kind]
            same = [o for o in kin if o.key == item.key] or (kin if len(kin) == 1 else [])
            if same:
                found[item.id] = same[0].id
    return found


def _move(walk: Walk, carrying: Carrying, places: dict[str, int]) -> None:
    """Attempts at mapped steps go to the new step, with a note of the old one; open ones elsewhere end."""
    moved = []
    for attempt in list(walk.attempts):
        place = places.get(walk.step_of(attempt).key)
        if place is not None:
            moved.append((attempt, attempt.step_id, place))
        elif attempt.live:
            walk.end_attempt(attempt, ENDED)
    CarriedAttempt.objects.bulk_create(
        CarriedAttempt(carrying=carrying, attempt=attempt, step_id=old) for attempt, old, _ in moved
    )
    for attempt, _, place in moved:
        attempt.step_id = place
    Attempt.objects.bulk_update([attempt for attempt, *_ in moved], ["step"])
