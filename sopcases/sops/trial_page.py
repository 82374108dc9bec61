"""The dry run of a revision as a page: its questions, its course in the office's words, all other ways."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict

from sopcases.people.models import Position
from sopcases.sops import trial
from sopcases.sops.flow import Item, Plan, PlanStep, number_of, return_target
from sopcases.sops.models import Performer, Revision, Sop, Stage
from sopcases.worktime.models import calendar_for

ANSWER = "jawaban-"
"""Before the key of a deciding step, in the name of its question."""
BACK, NO = "kembali", "tidak"
MOST_WAYS = 40
"""So many ways are told on the page."""


def answers_of(plan: Plan, step: PlanStep) -> list[tuple[str, str]]:
    """What a step may answer other than yes, and where that leads; none if it decides nothing."""
    found = []
    if target := return_target(plan, step):
        found.append((BACK, f"Tidak, satu kali: kembali ke langkah {number_of(target)}"))
    if step.refusal_to in plan.by_key:
        found.append((NO, f"Tidak: lanjut ke langkah {number_of(plan.by_key[step.refusal_to])}"))
    elif step.refusal_ends:
        found.append((NO, "Tidak: penanganan berakhir"))
    elif step.verdict:
        found.append((NO, "Tidak layak: penanganan anak ini berakhir"))
    return found


class TrialForm(forms.Form):
    """What is assumed. Every question has an answer from the start, so that the page opens with a course."""

    start = forms.SplitDateTimeField(
        label="Dibuka",
        widget=forms.SplitDateTimeWidget(
            date_attrs={"type": "date"},
            time_attrs={"type": "time"},
            date_format="%Y-%m-%d",
            time_format="%H:%M",
        ),
    )
    route = forms.ChoiceField(label="Jalur masuk", required=False)
    nobody = forms.BooleanField(label="Tidak ada anak yang ditemukan", required=False)
    left_out = forms.MultipleChoiceField(
        label="Langkah bersyarat yang tidak diperlukan", required=False, widget=forms.CheckboxSelectMultiple
    )
    position = forms.ChoiceField(label="Lihat meja", required=False)

    def __init__(self, data, *, revision: Revision, plan: Plan, positions: dict[int, str], now: datetime):
        given = data if "start_0" in data else self._assumed(revision, now)
        super().__init__(given)
        routes = [(route["key"], route["name"]) for route in revision.routes]
        self.offer("route", routes)
        self.offer("left_out", [(s.key, named(s)) for s in plan.steps if s.condition])
        for step in plan.steps:
            if answers := answers_of(plan, step):
                choices = [("", "Ya, dilanjutkan"), *answers]
                self.fields[f"{ANSWER}{step.key}"] = forms.ChoiceField(
                    label=named(step), choices=choices, required=False
                )
        self.offer("position", [("", "Semua jabatan"), *((str(pk), name) for pk, name in positions.items())])
        if plan.finder is None:
            del self.fields["nobody"]

    @staticmethod
    def _assumed(revision: Revision, now: datetime) -> QueryDict:
        route = revision.routes[0]["key"] if revision.routes else ""
        return QueryDict(urlencode({"start_0": f"{now:%Y-%m-%d}", "start_1": f"{now:%H:%M}", "route": route}))

    def clean_start(self):
        start = self.cleaned_data["start"]
        if not 2000 <= start.year <= 2100:
            raise forms.ValidationError("Isi tanggal antara tahun 2000 dan 2100.")
        return start

    def answers(self):
        """The questions about decisions, for the page."""
        return [self[name] for name in self.fields if name.startswith(ANSWER)]

    def assumptions(self):
        """All other questions."""
        return [self[name] for name in self.fields if not name.startswith(ANSWER)]

    def answered(self, answer: str) -> frozenset[str]:
        """The keys of the steps that answer so."""
        given = self.cleaned_data.items()
        return frozenset(n.removeprefix(ANSWER) for n, v in given if n.startswith(ANSWER) and v == answer)

    def offer(self, name: str, choices: list):
        """The choices of a question; one without a choice is not asked."""
        if choices:
            self.fields[name].choices = choices
        else:
            del self.fields[name]


@dataclass(frozen=True)
class Row:
    """One step on its way, as the page tells it."""

    turn: trial.Turn
    step: str
    desks: tuple[str, ...]
    asked: tuple[tuple[str, str, bool], ...]
    """Paper, whence it comes, and whether it is missing."""
    puts_out: tuple[str, ...]


@dataclass(frozen=True)
class Way:
    """One way through the decisions: what was answered, how it ends, and what keeps it from going on."""

    answers: tuple[str, ...]
    ends_at: datetime
    beyond_term: bool
    problems: tuple[str, ...]
    query: str
    """The page that shows its course."""
    shown: bool


@dataclass(frozen=True)
class Trial:
    """The course as the page shows it, whole or as one position's desk."""

    course: trial.Course
    rows: tuple[Row, ...]
    desks: tuple[tuple[str, int], ...]
    """Every position with the number of times something lands on its desk."""
    never: tuple[str, ...]
    left_out: tuple[str, ...]
    passed_over: tuple[str, ...]
    ways: tuple[Way, ...]
    """Every way the decisions may go; one way alone is not told."""
    more_ways: bool
    position: str = ""

    @property
    def stuck_ways(self) -> int:
        return sum(bool(way.problems) for way in self.ways)


def named(step: PlanStep) -> str:
    """A step as a choice or a word in a sentence."""
    text = step.activity if len(step.activity) <= 70 else f"{step.activity[:69].rstrip()}…"
    return f"{number_of(step)}. {text}"


def positions_of(revision: Revision) -> dict[int, str]:
    """The positions that have a part in the revision, by their order in the office. One query."""
    rows = Position.objects.filter(
        pk__in=Performer.objects.filter(step__revision=revision).values("position_id")
    )
    return {p.pk: p.name for p in rows.order_by("id")}


def tried(revision: Revision, plan: Plan, form: TrialForm, positions: dict[int, str]) -> Trial:
    """Run the plan by the answers of a valid form."""
    answers = form.cleaned_data
    calendar = calendar_for(revision.sop.agency)
    choices = trial.Choices(
        start=answers["start"],
        route=answers.get("route", ""),
        child_at_start=revision.sop.opening != Sop.Opening.ROUND,
        found=not answers.get("nobody"),
        left_out=frozenset(answers.get("left_out", ())),
        back=form.answered(BACK),
        no=form.answered(NO),
    )
    course = trial.run(plan, calendar, choices)
    ways = list(islice(trial.ways(plan, calendar, choices), MOST_WAYS + 1))
    chosen = int(answers["position"]) if answers.get("position") else None
    turns = [t for t in course.turns if chosen is None or chosen in t.step.positions()]
    return Trial(
        course=course,
        rows=tuple(_row(turn, plan, positions) for turn in turns),
        desks=tuple(
            (name, sum(pk in t.step.positions() for t in course.turns)) for pk, name in positions.items()
        ),
        never=tuple(map(named, course.never)),
        left_out=tuple(map(named, course.left_out)),
        passed_over=tuple(map(named, course.passed_over)),
        ways=tuple(_way(plan, form, choices, *way) for way in ways[:MOST_WAYS]) if len(ways) > 1 else (),
        more_ways=len(ways) > MOST_WAYS,
        position=positions.get(chosen, ""),
    )


def _way(plan: Plan, form: TrialForm, chosen: trial.Choices, way: trial.Choices, course: trial.Course) -> Way:
    given = {**dict.fromkeys(way.back, BACK), **dict.fromkeys(way.no, NO)}
    kept = [(n, value) for n, given_so in form.data.lists() for value in given_so if not n.startswith(ANSWER)]
    lacks = [
        f"Langkah {number_of(t.step)}: {_paper(plan, a.item)} belum ada."
        for t in course.turns
        for a in t.missing
    ]
    never = [f"Langkah {number_of(step)} tidak pernah terbuka." for step in course.never]
    return Way(
        answers=tuple(
            f"langkah {number_of(s)}: {dict(answers_of(plan, s))[given[s.key]].lower()}"
            for s in plan.steps
            if s.key in given
        ),
        ends_at=course.ends_at,
        beyond_term=course.beyond_term,
        problems=tuple(dict.fromkeys([*lacks, *never])),
        query=urlencode([*kept, *((f"{ANSWER}{key}", value) for key, value in given.items())]),
        shown=(way.back, way.no) == (chosen.back, chosen.no),
    )


PARTS = {
    Performer.Part.PERFORMS: "mengerjakan",
    Performer.Part.RECEIVES: "menerima hasilnya",
    Performer.Part.ORDERS: "memerintahkan",
    Performer.Part.TAKES_PART: "ikut serta",
    Performer.Part.DISPOSES: "memaraf",
    Performer.Part.SIGNS: "menandatangani",
}


def _row(turn: trial.Turn, plan: Plan, positions: dict[int, str]) -> Row:
    step = turn.step
    return Row(
        turn=turn,
        step=named(step),
        desks=tuple(f"{positions[pk]} {PARTS[part]}" for pk, part in step.performers),
        asked=tuple((_paper(plan, a.item), _whence(a), a.missing) for a in turn.asked),
        puts_out=tuple(_paper(plan, item) for item in turn.puts_out),
    )


def _paper(plan: Plan, item: Item) -> str:
    words: Iterable[str] = [plan.names.get(item.kind, "dokumen")]
    if item.per_child or item.per_adult:
        words = [*words, "per penanggung jawab" if item.per_adult else "per anak"]
    stage = "" if item.stage == Stage.SIGNED else f" ({Stage(item.stage).label.lower()})"
    return f"{' '.join(words)}{stage}"


def _whence(asked: trial.Asked) -> str:
    if asked.source:
        return f"dari langkah {number_of(asked.source)}"
    if asked.brought:
        return "dari luar atau dibuat petugas"
    return "boleh tidak ada" if asked.item.optional else "belum ada"
