"""The flow of a revision, pure: what a plan is, what keeps it from running, which steps are open now.

No clock, no ORM, no Django. A `Plan` is frozen; a revision in force never changes, so its plan may be kept.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from sopcases.sops import durations
from sopcases.worktime.calendar import Duration
from sopcases.worktime.periods import LONGEST

PERFORMS, RECEIVES, DISPOSES, SIGNS = "performs", "receives", "disposes", "signs"
APPROVING = {DISPOSES, SIGNS}
SESSION, VISIT = "session", "visit"


@dataclass(frozen=True)
class Item:
    """A paper asked for or put out."""

    id: int
    kind: int
    stage: int
    per_child: bool
    routes: frozenset[str]
    optional: bool
    key: str = ""
    source: int | None = None
    """For a requirement the output it expects, for an output the one it carries."""
    per_adult: bool = False
    """Signed by a responsible adult, once for several of his children; counted child by child."""

    def applies(self, route: str) -> bool:
        return not self.routes or route in self.routes


@dataclass(frozen=True)
class PlanStep:
    """A step as the walk needs it; `after` None means the step before."""

    id: int
    key: str
    order: int
    number: str
    activity: str
    after: tuple[str, ...] | None
    performers: tuple[tuple[int, str], ...]
    requirements: tuple[Item, ...]
    outputs: tuple[Item, ...]
    time: str = ""
    basis: str = ""
    per_child: bool = False
    routes: frozenset[str] = frozenset()
    form: str = ""
    every_months: int = 0
    until_years: int | None = None
    condition: str = ""
    verdict: bool = False
    finds: bool = False
    aid: bool = False
    alarm: bool = True
    returns_to: str = ""
    refusal_to: str = ""
    refusal_ends: bool = False
    """Where a decision's "no" leads other than back: on to a later step, or to the end of the case."""

    def applies(self, route: str) -> bool:
        return not self.routes or route in self.routes

    def positions(self, *parts: str) -> frozenset[int]:
        return frozenset(p for p, part in self.performers if not parts or part in parts)

    @property
    def recurring(self) -> bool:
        return bool(self.form)

    @property
    def may_refuse(self) -> bool:
        return bool(self.refusal_to or self.refusal_ends)

    @property
    def approving_only(self) -> bool:
        """Only disposed and signed: it finishes by itself when its last output is met."""
        parts = {part for _, part in self.performers}
        return bool(parts & APPROVING) and PERFORMS not in parts and RECEIVES not in parts

    @property
    def standard(self) -> Duration | None:
        """The time standard, None where the sheet names none."""
        if not self.time.strip():
            return None
        found = durations.read(self.time)
        return None if found.is_zero else found

    @property
    def passes_by_child(self) -> bool:
        """A case step judged or papered child by child: each child passes on with his own."""
        return not self.per_child and (
            self.verdict or any(o.per_child and not o.optional for o in self.outputs)
        )


@dataclass(frozen=True)
class Plan:
    steps: tuple[PlanStep, ...]
    term: str = ""
    brought: frozenset[int] = frozenset()
    """Kinds of paper that come from outside or are written with the case: no step need bring them."""
    names: Mapping[int, str] = field(default_factory=dict, compare=False)
    """Names of the kinds of paper, for sentences."""
    routes: tuple[str, ...] = ()
    """The ways a child comes in; none where there is but one."""
    proposed: tuple[str, ...] = ()
    """Names of positions and kinds of paper that nobody has confirmed since they were read off a sheet."""

    @cached_property
    def by_key(self) -> dict[str, PlanStep]:
        return {s.key: s for s in self.steps}

    @cached_property
    def after(self) -> dict[str, tuple[str, ...]]:
        """The steps each step directly follows, defaults filled in."""
        found, before = {}, None
        for step in self.steps:
            default = (before,) if before else ()
            found[step.key] = default if step.after is None else step.after
            before = step.key
        return found

    @cached_property
    def ancestors(self) -> dict[str, frozenset[str]]:
        """All steps before each step, near and far. A loop ends where it closes."""
        found: dict[str, frozenset[str]] = {}
        for step in self.steps:
            seen: set[str] = set()
            stack = list(self.after[step.key])
            while stack:
                key = stack.pop()
                if key in self.by_key and key not in seen:
                    seen.add(key)
                    stack.extend(self.after[key])
            found[step.key] = frozenset(seen)
        return found

    @cached_property
    def descendants(self) -> dict[str, frozenset[str]]:
        return {
            s.key: frozenset(k for k, before in self.ancestors.items() if s.key in before and k != s.key)
            for s in self.steps
        }

    @cached_property
    def output(self) -> dict[int, tuple[PlanStep, Item]]:
        return {o.id: (s, o) for s in self.steps for o in s.outputs}

    @cached_property
    def chain(self) -> dict[int, frozenset[int]]:
        """For each output: itself and every output linked to it by carrying, both ways. One paper runs
        through them all."""
        group = {o: {o} for o in self.output}
        for number, (_, item) in self.output.items():
            if item.source in group and group[item.source] is not group[number]:
                merged = group[number] | group[item.source]
                for member in merged:
                    group[member] = merged
        return {o: frozenset(members) for o, members in group.items()}

    def beginning(self, item: Item, output: bool) -> int | None:
        """Where a paper that is asked for or put out begins: at the output that carries no other."""
        chain = self.chain.get(item.id if output else item.source, ())
        return next((o for o in sorted(chain) if self.output[o][1].source is None), None)

    @cached_property
    def by_child(self) -> bool:
        """Whether where the children stand decides which steps are open."""
        return any(s.per_child or s.passes_by_child or s.finds for s in self.steps)

    @property
    def finder(self) -> PlanStep | None:
        """The step that looks for the children, if the SOP starts without one."""
        return next((s for s in self.steps if s.finds), None)

    def problems(self) -> list[str]:
        return problems(self)


def number_of(step) -> str:
    """What a sentence calls a step (a PlanStep or its row): its number without the dot, else its key."""
    return step.number.rstrip(" .") or step.key


def drafting_step(plan: Plan, output: int) -> PlanStep | None:
    """The first step of an output's chain: where its paper is drafted."""
    chain = plan.chain.get(output, ())
    return next((s for s in plan.steps if any(o.id in chain for o in s.outputs)), None)


def return_target(plan: Plan, step: PlanStep) -> PlanStep | None:
    """Where a refusal goes: the step named, else (for an approving step) the one that drafts."""
    if step.returns_to:
        return plan.by_key.get(step.returns_to)
    if step.positions(DISPOSES, SIGNS):
        for item in step.outputs:
            if item.source and (found := drafting_step(plan, item.id)) and found.key != step.key:
                return found
    return None


def problems(plan: Plan) -> list[str]:
    """What keeps a revision from being put in force, each naming step and reason, in Indonesian."""
    found: list[str] = []
    if not plan.steps:
        return ["SOP belum mempunyai langkah."]
    found += _time_problems(plan)
    for step in plan.steps:
        where = f"Langkah {number_of(step)}"
        if not step.positions(PERFORMS) and not step.approving_only:
            found.append(f"{where}: tidak ada pelaksana.")
        if step.approving_only and not any(o for o in step.outputs if not o.optional):
            found.append(f"{where}: hanya memparaf dan menandatangani, tetapi tidak ada keluaran wajib.")
        for key in plan.after[step.key]:
            if key not in plan.by_key:
                found.append(f"{where}: mengikuti langkah “{key}” yang tidak ada.")
        if step.key in plan.ancestors[step.key]:
            found.append(f"{where}: urutan berputar kembali ke langkah ini sendiri.")
        if step.returns_to and step.returns_to not in plan.by_key:
            found.append(f"{where}: pengembalian ke langkah “{step.returns_to}” yang tidak ada.")
        elif step.returns_to and step.returns_to not in plan.ancestors[step.key] | {step.key}:
            found.append(f"{where}: pengembalian ke langkah “{step.returns_to}” yang tidak mendahuluinya.")
        found += _refusal_problems(plan, step, where)
        if step.recurring and step.every_months < 1:
            found.append(f"{where}: berkala tanpa jarak waktu.")
        elif step.recurring and step.every_months > LONGEST:
            found.append(f"{where}: berkala setiap {step.every_months} bulan; paling lama {LONGEST} bulan.")
        if step.form == "visit" and not step.per_child:
            found.append(f"{where}: kunjungan berkala harus berlingkup per anak.")
        if step.form == "session" and step.per_child:
            found.append(f"{where}: kegiatan bersama harus berlingkup per penanganan.")
        if step.aid and (step.recurring or not step.per_child):
            found.append(f"{where}: penyaluran bantuan harus berlingkup per anak dan tidak berkala.")
        found += _paper_problems(plan, step, where)
        found += _refused_paper_problems(plan, step, where)
    if sum(s.finds for s in plan.steps) > 1:
        found.append("Lebih dari satu langkah mendata anak.")
    found += [
        f"“{name}” masih usulan. Periksa di admin, lalu hapus tanda usulannya." for name in plan.proposed
    ]
    return found


def _refusal_problems(plan: Plan, step: PlanStep, where: str) -> Iterable[str]:
    if step.may_refuse and (step.recurring or step.approving_only):
        yield f"{where}: langkah berkala atau yang hanya memparaf dan menandatangani tidak dapat ditolak."
    if step.refusal_to and step.refusal_to not in plan.by_key:
        yield f"{where}: penolakan menuju langkah “{step.refusal_to}” yang tidak ada."
    elif step.refusal_to and step.refusal_to not in plan.descendants[step.key]:
        yield f"{where}: penolakan menuju langkah “{step.refusal_to}” yang tidak mengikutinya."
    else:
        left_out = passed_over(plan, step)
        if any(s.recurring for s in left_out):
            yield f"{where}: penolakan melompati langkah berkala."
        if any(s.finds for s in left_out):
            yield f"{where}: penolakan melompati langkah yang mendata anak."
        if step.per_child and not all(s.per_child for s in left_out):
            yield f"{where}: penolakan bagi satu anak melompati langkah seluruh penanganan."


def passed_over(plan: Plan, step: PlanStep) -> list[PlanStep]:
    """The steps that a refusal leaves out: what follows the deciding step and stands before the one it leads
    to, on the sheet or in the flow."""
    target = plan.by_key.get(step.refusal_to)
    if target is None:
        return []
    before = plan.ancestors[target.key] | {s.key for s in plan.steps[: plan.steps.index(target)]}
    return [s for s in plan.steps if s.key in plan.descendants[step.key] & before and s != target]


def _time_problems(plan: Plan) -> Iterable[str]:
    for step in plan.steps:
        if step.time.strip():
            try:
                durations.read(step.time)
            except durations.Unreadable as error:
                yield f"Langkah {number_of(step)}: {error}"
    if plan.term.strip():
        try:
            durations.read(plan.term)
        except durations.Unreadable as error:
            yield f"Jangka waktu: {error}"


def _paper_problems(plan: Plan, step: PlanStep, where: str) -> Iterable[str]:
    before = plan.ancestors[step.key]
    for item in step.requirements:
        name = plan.names.get(item.kind, "dokumen")
        if item.source is not None:
            if item.source not in plan.output:
                yield f"{where}: kelengkapan “{name}” menunjuk keluaran yang tidak ada."
                continue
            source, output = plan.output[item.source]
            if source.key not in before:
                yield f"{where}: kelengkapan “{name}” berasal dari langkah yang tidak mendahuluinya."
            elif output.kind != item.kind:
                yield f"{where}: kelengkapan “{name}” menunjuk keluaran dari jenis dokumen lain."
            elif not item.optional and not _on_all_routes(step, item, source, output):
                yield f"{where}: kelengkapan “{name}” diminta juga pada jalur yang tidak mengeluarkannya."
            elif output.stage < item.stage and not _reached(plan, item, before):
                told = "diminta lebih jauh dari yang dicapai langkah sebelumnya"
                yield f"{where}: kelengkapan “{name}” {told}."
        elif item.kind not in plan.brought and not item.optional:
            brought = [bool(_bringers(plan, step, item, route)) for route in _asking(plan, step, item)]
            if not any(brought):
                yield f"{where}: kelengkapan “{name}” tidak dibawa oleh langkah mana pun."
            elif not all(brought):
                yield f"{where}: kelengkapan “{name}” diminta juga pada jalur yang tidak mengeluarkannya."
    for item in step.outputs:
        name = plan.names.get(item.kind, "dokumen")
        if item.source is None:
            continue
        if item.source not in plan.output:
            yield f"{where}: keluaran “{name}” meneruskan keluaran yang tidak ada."
            continue
        source, output = plan.output[item.source]
        if source.key not in before:
            yield f"{where}: keluaran “{name}” meneruskan keluaran dari langkah yang tidak mendahuluinya."
        elif output.kind != item.kind:
            yield f"{where}: keluaran “{name}” meneruskan jenis dokumen lain."
        elif not item.optional and not all(
            _drafters(plan, step, item, route) for route in _asking(plan, step, item)
        ):
            yield f"{where}: keluaran “{name}” meneruskan keluaran yang tidak ada pada jalurnya."


def _on_all_routes(step: PlanStep, item: Item, source: PlanStep, output: Item) -> bool:
    """Whether the expected output comes out on every route on which it is asked for."""
    asked = item.routes or step.routes
    return all(not made or (asked and asked <= made) for made in (source.routes, output.routes))


def _reached(plan: Plan, item: Item, before: frozenset[str]) -> bool:
    """Whether a step before carries the expected output as far as it is asked for."""
    return any(
        plan.output[o][0].key in before and plan.output[o][1].stage >= item.stage
        for o in plan.chain[item.source]
    )


def _asking(plan: Plan, step: PlanStep, item: Item) -> list[str]:
    """The routes on which a step needs a paper."""
    return [r for r in plan.routes or ("",) if step.applies(r) and item.applies(r)]


def puts_out(plan: Plan, step: PlanStep, item: Item, route: str) -> list[Item]:
    """A step's outputs that are what another asks for: of the paper that this names, else of its kind."""
    chain = plan.chain.get(item.source, frozenset()) if item.source is not None else None
    return [
        output
        for output in (step.outputs if step.applies(route) else ())
        if output.applies(route) and (output.kind == item.kind if chain is None else output.id in chain)
    ]


def _bringers(plan: Plan, step: PlanStep, item: Item, route: str) -> list[PlanStep]:
    """The steps that may have brought what a step asks for, as far as asked where one does: those of the
    expected output's paper before it, else those of the kind that stand earlier and do not follow it."""
    if item.source is not None:
        makers = [s for s in plan.steps if s.key in plan.ancestors[step.key]]
    else:
        earlier = plan.steps[: plan.steps.index(step)]
        makers = [s for s in earlier if step.key not in plan.ancestors[s.key]]
    found = [(maker, output) for maker in makers for output in puts_out(plan, maker, item, route)]
    far = [maker for maker, output in found if output.stage >= item.stage]
    return list(dict.fromkeys(far or [maker for maker, _ in found]))


def _drafters(plan: Plan, step: PlanStep, item: Item, route: str) -> list[PlanStep]:
    """The steps before that begin the paper which an output carries further."""
    return [
        maker
        for maker in plan.steps
        if maker.key in plan.ancestors[step.key] and maker.applies(route)
        for output in maker.outputs
        if output.source is None and output.applies(route) and output.id in plan.chain.get(item.source, ())
    ]


def _refused_paper_problems(plan: Plan, step: PlanStep, where: str) -> Iterable[str]:
    """Papers that nobody makes once decisions before were "no", on whatever route."""
    told = []
    for item in step.requirements:
        if item.optional or item.kind in plan.brought:
            continue
        for route in _asking(plan, step, item):
            makers = _bringers(plan, step, item, route)
            told.append(("kelengkapan", item, "tidak ada", makers, _refusals_of(plan, step, makers, route)))
    for item in step.outputs:
        if item.optional or item.source is None:
            continue
        for route in _asking(plan, step, item):
            makers = _drafters(plan, step, item, route)
            refusals = _refusals_of(plan, step, makers, route)
            told.append(("keluaran", item, "tidak dapat diteruskan", makers, refusals))
    sentences = [
        f"{where}: {what} “{plan.names.get(item.kind, 'dokumen')}” {lacks} bila langkah {_numbers(refusals)} "
        f"menolak, sebab hanya dibuat langkah {_numbers(makers)}."
        for what, item, lacks, makers, refusals in told
        if refusals
    ]
    yield from dict.fromkeys(sentences)


def _numbers(steps: Iterable[PlanStep]) -> str:
    *first, last = [number_of(s) for s in steps]
    return f"{', '.join(first)} dan {last}" if first else last


MOST_REFUSALS = 6
"""Decisions looked at together: each more multiplies the time of the search."""


def _refusals_of(plan: Plan, step: PlanStep, makers: list[PlanStep], route: str) -> list[PlanStep]:
    """The fewest decisions whose "no" leaves out all of these and still leads to the step; none if there are
    no such. A deciding step that says no puts out nothing of its own."""
    leaves_out = {
        s: frozenset(one.key for one in passed_over(plan, s))
        for s in plan.steps
        if s.refusal_to in plan.by_key and s.applies(route) and s != step
    }
    deciding = [s for s, gone in leaves_out.items() if step.key not in gone]
    if any(all(m != s and m.key not in leaves_out[s] for s in deciding) for m in makers):
        return []  # one of them is made whatever is decided

    def agree(one: PlanStep, other: PlanStep) -> bool:
        return one.key not in leaves_out[other] and other.key not in leaves_out[one]

    def search(left: list[PlanStep], chosen: list[PlanStep], most: int) -> list[PlanStep]:
        left = [m for m in left if not any(m == c or m.key in leaves_out[c] for c in chosen)]
        if not left or len(chosen) == most:
            return [] if left else chosen
        for one in deciding:
            gone = left[0] == one or left[0].key in leaves_out[one]
            if gone and all(agree(one, c) for c in chosen) and (found := search(left, [*chosen, one], most)):
                return found
        return []

    largest = min(len(makers), MOST_REFUSALS)
    return next(filter(None, (search(makers, [], most) for most in range(1, largest + 1))), [])


CASE = None
"""The track of the case as a whole; a child's track is its id."""


@dataclass(frozen=True)
class Standing:
    """Where a case is: which steps are passed on which track, and which children are still in it."""

    passed: frozenset[tuple[str, int | None]]
    children: frozenset[int] = frozenset()
    had_children: bool = False
    route: str = ""


def is_passed(plan: Plan, standing: Standing, key: str, track: int | None) -> bool:
    """Whether a step lies behind the track: done, does not apply, or not on this route."""
    step = plan.by_key[key]
    if not step.applies(standing.route) or (key, CASE) in standing.passed:
        return True
    if track is not CASE:
        return (key, track) in standing.passed
    if step.passes_by_child:
        return any((key, child) in standing.passed for child in standing.children)
    if step.per_child:
        return all((key, child) in standing.passed for child in standing.children) and (
            standing.had_children or bool(standing.children)
        )
    return False


def open_steps(plan: Plan, standing: Standing) -> list[tuple[str, int | None]]:
    """The steps that may be done now in order, with their track. Passed ones are left out.

    A step opens when all before it, near and far, are passed on its track. A step papered child by child
    lets the case go on with the first child through it, so that one slow parent holds nobody else back. A
    recurring step follows the children: it opens as soon as one of them stands there. After the step that
    looks for the children found none, nothing more opens.
    """
    found: list[tuple[str, int | None]] = []
    finder = plan.finder
    nobody = finder is not None and (finder.key, CASE) in standing.passed and not standing.had_children

    def ready(key: str, track: int | None) -> bool:
        return all(is_passed(plan, standing, k, track) for k in plan.ancestors[key])

    for step in plan.steps:
        if not step.applies(standing.route) or (nobody and finder and finder.key in plan.ancestors[step.key]):
            continue
        if step.per_child:
            found += [
                (step.key, child)
                for child in sorted(standing.children)
                if (step.key, child) not in standing.passed and ready(step.key, child)
            ]
        elif (step.key, CASE) in standing.passed:
            continue
        elif ready(step.key, CASE) or (
            step.recurring and any(ready(step.key, child) for child in standing.children)
        ):
            found.append((step.key, CASE))
    return found


def walked_again(plan: Plan, target: str, returning: str) -> list[str]:
    """The steps from the one returned to up to the returning one: those to be walked again."""
    return [
        s.key
        for s in plan.steps
        if (s.key == target or target in plan.ancestors[s.key])
        and (s.key == returning or s.key in plan.ancestors[returning])
    ]
