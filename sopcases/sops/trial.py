"""A dry run of a revision (uji jalan), pure: what lands on whose desk, when, and what would be missing.

No case is made. Every step is taken to last exactly its standard; the rules of the flow decide what opens,
and the walker says what each decision answers. One child stands for all: the tracks of children open and end
alike, and with his the case is over.
"""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from sopcases.sops import durations
from sopcases.sops.flow import (
    CASE,
    Item,
    Plan,
    PlanStep,
    Standing,
    open_steps,
    passed_over,
    puts_out,
    return_target,
    walked_again,
)
from sopcases.worktime.calendar import Calendar, Duration, NoWorkingHours
from sopcases.worktime.periods import LONGEST, next_period, period

CHILD = 1
"""The track of the child that stands for all."""


@dataclass(frozen=True)
class Choices:
    """What is assumed for the run."""

    start: datetime
    route: str = ""
    child_at_start: bool = True
    found: bool = True
    """Whether the step that looks for children finds one."""
    left_out: frozenset[str] = frozenset()
    """Conditional steps that do not apply, by key."""
    back: frozenset[str] = frozenset()
    """Steps that send the work back, each once, by key."""
    no: frozenset[str] = frozenset()
    """Decisions that are answered "no", by key: on to a later step, or to the end."""


def may_end(step: PlanStep) -> bool:
    """Whether a "no" here ends the case, or the child who stands for all."""
    return step.refusal_ends or (step.verdict and not step.refusal_to)


def decides(step: PlanStep) -> bool:
    """Whether a step may be answered "no" with what the SOP lets follow from it."""
    return step.may_refuse or step.verdict


@dataclass(frozen=True)
class Asked:
    """A paper a step needs, and where it would come from."""

    item: Item
    source: PlanStep | None = None
    """The step that put it out before."""
    brought: bool = False
    """It comes from outside, or is written with the case."""
    beside: PlanStep | None = None
    """A step not yet done that brings it while this one waits."""

    @property
    def missing(self) -> bool:
        return not (self.source or self.brought or self.beside or self.item.optional)


@dataclass(frozen=True)
class Turn:
    """One step on its way: opened, due, and what it would find."""

    step: PlanStep
    opened_at: datetime
    ended_at: datetime
    due_at: datetime | None
    """None where nothing is standing: no time, an unreadable one, or one without office hours."""
    explained: str
    asked: tuple[Asked, ...]
    puts_out: tuple[Item, ...]
    again: bool = False
    returned: bool = False
    refused: bool = False

    @property
    def missing(self) -> tuple[Asked, ...]:
        return tuple(a for a in self.asked if a.missing)


@dataclass(frozen=True)
class Course:
    """The whole run."""

    turns: tuple[Turn, ...]
    never: tuple[PlanStep, ...]
    """Steps of the route that never open."""
    left_out: tuple[PlanStep, ...]
    passed_over: tuple[PlanStep, ...]
    """Steps that a "no" left out."""
    ends_at: datetime
    """When the last standard ends; recurring steps go on."""
    term_at: datetime | None
    """When the term of the whole SOP ends."""

    @property
    def missing(self) -> int:
        return sum(len(turn.missing) for turn in self.turns)

    @property
    def beyond_term(self) -> bool:
        return self.term_at is not None and self.ends_at > self.term_at

    @property
    def stuck(self) -> bool:
        """Whether something keeps the case from going its way."""
        return bool(self.missing or self.never)


def run(plan: Plan, calendar: Calendar, choices: Choices) -> Course:
    """Walk a plan from its start until nothing more opens. Runs also on what cannot be put in force yet."""
    return _Run(plan, calendar, choices).course()


def ways(plan: Plan, calendar: Calendar, choices: Choices) -> Iterator[tuple[Choices, Course]]:
    """Every way through the decisions, each with its course: all combinations of "no" that can be reached,
    and each return once. Their number doubles with every decision; the caller takes as many as he shows."""
    deciding = sorted(
        (s for s in plan.steps if decides(s)), key=lambda s: (len(plan.ancestors[s.key]), s.order)
    )
    returning = [s for s in plan.steps if return_target(plan, s)]
    returned: set[str] = set()
    waiting = [(replace(choices, back=frozenset(), no=frozenset()), 0)]
    while waiting:
        way, first = waiting.pop(0)
        course = run(plan, calendar, way)
        yield way, course
        walked = {turn.step.key for turn in course.turns}
        for step in returning:
            if step.key in walked - returned:
                returned.add(step.key)
                back = replace(way, back=frozenset({step.key}))
                yield back, run(plan, calendar, back)
        for place, step in enumerate(deciding[first:], first + 1):
            if step.key in walked:
                waiting.append((replace(way, no=way.no | {step.key}), place))


@dataclass
class _Run:
    plan: Plan
    calendar: Calendar
    choices: Choices
    passed: set[tuple[str, int | None]] = field(default_factory=set)
    left_out: set[str] = field(default_factory=set)
    """Keys of the steps that do not apply, or that a "no" passes over."""
    silent: set[str] = field(default_factory=set)
    """Keys of the steps that said "no": they put nothing out."""
    children: set[int] = field(default_factory=set)
    turns: list[Turn] = field(default_factory=list)
    walked: set[tuple[str, int | None]] = field(default_factory=set)
    ended: bool = False

    def course(self) -> Course:
        if self.choices.child_at_start:
            self.children.add(CHILD)
        self._leave_out(s for s in self.plan.steps if s.key in self.choices.left_out)
        now, under_way = self.choices.start, []
        started: set[tuple[str, int | None]] = set()
        returned: set[str] = set()
        while not self.ended:
            for key, track in open_steps(self.plan, self._standing()):
                if (key, track) not in started:
                    started.add((key, track))
                    turn = self._turn(self.plan.by_key[key], track, now)
                    if not turn.step.recurring:
                        heapq.heappush(under_way, (turn.ended_at, len(self.turns), key, track))
                    self.turns.append(turn)
            if not under_way:
                break
            now, number, key, track = heapq.heappop(under_way)
            step = self.plan.by_key[key]
            if (key, track) in self.passed:
                continue  # passed over while it was under way
            target = return_target(self.plan, step) if key in self.choices.back - returned else None
            if target:
                returned.add(key)
                self.turns[number] = replace(self.turns[number], returned=True)
                again = set(walked_again(self.plan, target.key, key)) - self.choices.left_out
                self.passed = {p for p in self.passed if p[0] not in again}
                self.left_out -= again
                self.silent -= again
                started = {s for s in started if s[0] not in again}
                under_way = [one for one in under_way if one[2] not in again]
                heapq.heapify(under_way)
                continue
            self.passed.add((key, track))
            if step.passes_by_child:
                self.passed.update((key, child) for child in self.children)
            if step.finds and self.choices.found:
                self.children.add(CHILD)
            if key in self.choices.no and decides(step):
                self.turns[number] = replace(self.turns[number], refused=True, puts_out=())
                self.ended = may_end(step)
                if not self.ended:
                    self.silent.add(key)
                    self._leave_out(s for s in passed_over(self.plan, step) if not self._behind(s))
        return self._told(now)

    def _leave_out(self, steps: Iterable[PlanStep]) -> None:
        for step in list(steps):
            self.left_out.add(step.key)
            self.passed |= {(step.key, CASE), (step.key, CHILD)}

    def _behind(self, step: PlanStep) -> bool:
        """Whether a step is done."""
        return any(key == step.key for key, _ in self.passed)

    def _standing(self) -> Standing:
        return Standing(
            passed=frozenset(self.passed),
            children=frozenset(self.children),
            had_children=bool(self.children),
            route=self.choices.route,
        )

    def _turn(self, step: PlanStep, track: int | None, now: datetime) -> Turn:
        due, explained = self._due(step, now)
        again = (step.key, track) in self.walked
        self.walked.add((step.key, track))
        return Turn(
            step=step,
            opened_at=now,
            ended_at=due or now,
            due_at=due,
            explained=explained,
            asked=tuple(self._asked(step)),
            puts_out=tuple(o for o in step.outputs if o.applies(self.choices.route)),
            again=again,
        )

    def _due(self, step: PlanStep, now: datetime) -> tuple[datetime | None, str]:
        if step.recurring and 1 <= step.every_months <= LONGEST:
            first = next_period(now.astimezone(self.calendar.zone).date(), step.every_months)
            last = self.calendar.last_working_day(*period(first, step.every_months))
            told = f"Berulang setiap {step.every_months} bulan; periode pertama mulai {first:%d-%m-%Y}"
            return None, f"{told}, paling lambat {last:%d-%m-%Y}." if last else f"{told}."
        try:
            standard = step.standard
        except durations.Unreadable as error:
            return None, f"Waktu tidak terbaca: {error}"
        if standard is None:
            return None, "Tanpa standar waktu."
        return self._end(now, standard, step.basis)

    def _end(self, now: datetime, length: Duration, basis: str = "") -> tuple[datetime | None, str]:
        try:
            return self.calendar.add(now, length, basis), self.calendar.explain(now, length, basis)
        except NoWorkingHours as error:
            return None, str(error)

    def _asked(self, step: PlanStep) -> Iterable[Asked]:
        for item in step.requirements:
            if item.applies(self.choices.route):
                yield Asked(item, self._source(item), brought=item.kind in self.plan.brought)
        for item in step.outputs:
            if item.applies(self.choices.route) and item.source is not None and not item.optional:
                carried = Asked(replace(item, stage=0), self._source(replace(item, stage=0)))
                if carried.missing:  # nothing was drafted that could be carried further
                    yield carried

    def _source(self, item: Item) -> PlanStep | None:
        """The last step behind us that brought the paper as far as it is asked for."""
        behind = {key for key, _ in self.passed} - self.left_out - self.silent
        return next((s for s in reversed(self.plan.steps) if s.key in behind and self._brings(s, item)), None)

    def _brings(self, step: PlanStep, item: Item) -> bool:
        """Whether a step puts out a paper as far as it is asked for."""
        found = puts_out(self.plan, step, item, self.choices.route)
        return any(output.stage >= item.stage for output in found)

    def _while_waiting(self, turn: Turn) -> Turn:
        """What a step lacked when it opened may come from one beside it that stands earlier on the sheet;
        where the case ended first, also from one that had not opened yet."""
        steps = self.plan.steps if self.ended else [t.step for t in self.turns]
        walked = [s for s in steps if s.key not in self.left_out | self.silent]
        asked = []
        for one in turn.asked:
            beside = (
                s
                for s in walked
                if one.missing and s.order < turn.step.order
                if turn.step.key not in self.plan.ancestors[s.key]
                if self._brings(s, one.item)
            )
            asked.append(replace(one, beside=next(beside, None)))
        return replace(turn, asked=tuple(asked))

    def _told(self, now: datetime) -> Course:
        on_route = [s for s in self.plan.steps if s.applies(self.choices.route)]
        opened = {turn.step.key for turn in self.turns} | self.left_out
        never = () if self.ended else tuple(s for s in on_route if s.key not in opened)
        ends = max((t.ended_at for t in self.turns), default=self.choices.start)
        term = None
        if self.plan.term.strip():
            try:
                length = durations.read(self.plan.term)
            except durations.Unreadable:
                length = Duration()
            term = None if length.is_zero else self._end(self.choices.start, length)[0]
        return Course(
            turns=tuple(map(self._while_waiting, self.turns)),
            never=never,
            left_out=tuple(s for s in on_route if s.key in self.choices.left_out),
            passed_over=tuple(s for s in on_route if s.key in self.left_out - self.choices.left_out),
            ends_at=now if self.ended else ends,
            term_at=term,
        )
