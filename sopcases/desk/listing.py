"""The list of cases: filtered, searched and paged by key, in a constant number of queries."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from sopcases.cases.addresses import case_url
from sopcases.cases.forms.fields import FIRST_DAY, LAST_DAY
from sopcases.cases.models import Attempt, Case, CaseOfficer, Interval, Waiver
from sopcases.cases.models.walk import clock
from sopcases.cases.page.chips import CASE_TONES, READY, Chip
from sopcases.desk import wording
from sopcases.desk.inbox import children_of
from sopcases.desk.paging import key_of, newer, older, read_key
from sopcases.desk.sops import sops_of
from sopcases.people.authority import Officer
from sopcases.people.models import User
from sopcases.sops.flow import number_of
from sopcases.sops.models import Step
from sopcases.worktime.periods import period

PAGE = 25
LARGEST_ID = 2**63 - 1
EVERY = "semua"
STATES = [("", "Sedang berjalan"), (EVERY, "Semua status"), *Case.State.choices]
MARKS = [
    ("", "Semua"),
    ("lewat", "Lewat batas waktu"),
    ("menunggu", "Menunggu pihak lain"),
    ("menyusul", "Kelengkapan menyusul"),
    ("siap", "Siap ditutup"),
    ("tertahan", "Lewat batas waktu tanpa menunggu pihak lain"),
]
STUCK = "tertahan"
NOBODY = 0
"""Asked for as an officer: cases to which nobody is assigned."""
HIDDEN = ("langkah", "revisi", "pihak", "petugas", "dibuka", "ditutup", "hitung")
MARKED = {"lewat": "is_late", "menunggu": "is_waiting", "menyusul": "has_to_follow", "siap": "is_ready"}


class MonthField(forms.DateField):
    """A month as an address has it, of the years in which something can have been."""

    input_formats = ("%Y-%m",)
    default_validators = (MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY))


class FilterForm(forms.Form):
    """What the list may be narrowed to. An unknown choice narrows to nothing and says so."""

    # By number alone: what is asked here stands in the address, where no child's name may.
    q = forms.CharField(label="Cari nomor penanganan", required=False, max_length=40)
    status = forms.ChoiceField(label="Status", choices=STATES, required=False)
    sop = forms.ChoiceField(label="SOP", required=False)
    hanya = forms.ChoiceField(label="Hanya yang", choices=MARKS, required=False)
    # Where the numbers over an SOP's chart lead: those that follow one revision, or stand at a step of it.
    langkah = forms.SlugField(required=False, max_length=40, widget=forms.HiddenInput)
    revisi = forms.IntegerField(required=False, widget=forms.HiddenInput)
    # Where the numbers of the dashboard lead.
    pihak = forms.ChoiceField(choices=Interval.Party.choices, required=False, widget=forms.HiddenInput)
    petugas = forms.IntegerField(required=False, min_value=0, max_value=LARGEST_ID, widget=forms.HiddenInput)
    dibuka = MonthField(required=False, widget=forms.HiddenInput)
    ditutup = MonthField(required=False, widget=forms.HiddenInput)
    hitung = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, sops: list[tuple[str, str]]):
        super().__init__(data)
        self.fields["sop"].choices = [("", "Semua SOP"), *sops]


@dataclass(frozen=True)
class Line:
    """A case as one row."""

    number: str
    url: str
    who: str
    noun: str
    step: str
    chips: tuple[Chip, ...]
    opened: str


def late_attempts(at: datetime) -> QuerySet[Attempt]:
    """Attempts of the outer case that are late and to be alarmed about."""
    return Attempt.objects.filter(
        over("late_at", at), case=OuterRef("pk"), state__in=Attempt.LIVE, step__alarm=True
    )


def over(column: str, at: datetime, case: str = "case") -> Q:
    """Whether a moment of a case is over by its clocks."""
    # The first follows from the second: it is what an index answers, and spares most rows the look at holds.
    return Q(**{f"{column}__lte": at}) & Q(**{f"{column}__lte": clock(at, case)})


def marked(cases: QuerySet[Case], at: datetime) -> QuerySet[Case]:
    """Each case with its marks: `is_late` (a step's standard or the term is over), `is_waiting` (for an
    outside party), `has_to_follow`, `is_ready` (to be closed)."""
    running = Q(state__in=Case.RUNNING)
    waits = Interval.objects.filter(case=OuterRef("pk"), kind=Interval.Kind.WAITING, until=None)
    follow = Waiver.objects.filter(case=OuterRef("pk"), settled_at=None, until__isnull=False)
    return cases.marked_ready(at).annotate(
        is_late=Q(running & (Q(Exists(late_attempts(at))) | over("term_due_at", at, "pk"))),
        is_waiting=Exists(waits),
        has_to_follow=Exists(follow),
    )


def within(column: str, month: date) -> dict[str, datetime]:
    """The condition that a moment lies in a month of the zone in force."""
    after = period(month, 1)[1] + timedelta(days=1)
    zone = timezone.get_current_timezone()
    first, last = (datetime.combine(day, time(), zone) for day in (month, after))
    return {f"{column}__gte": first, f"{column}__lt": last}


def open_steps(cases: Iterable[Case], at: datetime) -> dict[int, str]:
    """Case → the step that is open now, in the SOP's words, and how many more are. One query."""
    running = [case.pk for case in cases if case.running]
    live = Attempt.objects.filter(case_id__in=running, state__in=Attempt.LIVE, opened_at__lte=at)
    found: dict[int, list[str]] = {}
    for attempt in live.select_related("step").order_by("case_id", "step__order", "id"):
        step = f"{number_of(attempt.step)}. {attempt.step.activity}"
        if step not in found.setdefault(attempt.case_id, []):
            found[attempt.case_id].append(step)
    return {
        case: first + (f" (dan {len(others)} langkah lain)" if others else "")
        for case, (first, *others) in found.items()
    }


class Listing:
    """One page of the cases that an officer may read. Every number of the dashboard about open cases is the
    `count` of the list that it leads to."""

    def __init__(self, officer: Officer, data: Any):
        self.officer = officer
        self.at = officer.at
        self.form = FilterForm(data, [(sop.slug, sop.name) for sop in sops_of(officer)])
        self.asked = self.form.cleaned_data if self.form.is_valid() else {}
        self.data = data

    @property
    def narrowed(self) -> bool:
        return self.form.is_bound and (not self.asked or any(self.asked.values()))

    @property
    def wider(self) -> str:
        """A search among running cases only can be widened to all; else nothing."""
        if not self.asked.get("q") or self.asked["status"] == EVERY:
            return ""
        return "?" + urlencode({"q": self.asked["q"], "status": EVERY})

    @property
    def selects(self) -> list[forms.BoundField]:
        return [self.form[name] for name in ("status", "sop", "hanya")]

    @property
    def kept(self) -> list[forms.BoundField]:
        """What stays asked for when the list is narrowed further."""
        return [self.form[name] for name in HIDDEN if self.asked.get(name) not in (None, "")]

    @property
    def caption(self) -> str:
        """What the table shows, in words."""
        status = dict(STATES)[self.asked["status"]]
        mark = dict(MARKS)[self.asked["hanya"]] if self.asked["hanya"] else ""
        no = self.asked["revisi"]
        parts = (
            "Penanganan",
            status.lower(),
            self._place if self.asked["langkah"] else "",
            f"menurut revisi {no}" if no is not None else "",
            mark.lower(),
            *self._also,
        )
        return ", ".join(part for part in parts if part)

    @property
    def _also(self) -> Iterator[str]:
        """What else it was narrowed to, in words."""
        if party := self.asked["pihak"]:
            yield f"menunggu {Interval.Party(party).label.lower()}"
        if (pk := self.asked["petugas"]) is not None:
            user = User.objects.filter(pk=pk, agency_id=self.officer.user.agency_id).first()
            yield f"ditugaskan kepada {user}" if user else "tanpa petugas yang ditugasi"
        for name in ("dibuka", "ditutup"):
            if month := self.asked[name]:
                yield f"{name} {wording.month(month)}"

    @property
    def count(self) -> int:
        """How many there are, on all pages together."""
        return self.cases.order_by().count()

    @property
    def _place(self) -> str:
        """The step asked for, as its sheet calls it; of the newest revision where none is named."""
        steps = Step.objects.filter(
            revision__sop__agency_id=self.officer.user.agency_id, key=self.asked["langkah"]
        )
        if self.asked["sop"]:
            steps = steps.filter(revision__sop__slug=self.asked["sop"])
        if self.asked["revisi"] is not None:
            steps = steps.filter(revision__no=self.asked["revisi"])
        step = steps.exclude(revision__in_force_from=None).order_by("-revision__no").first()
        return f"di langkah {number_of(step)} ({step.activity})" if step else "di langkah yang tidak ada"

    @property
    def now(self) -> str:
        return wording.moment(self.at, self.at)

    @property
    def cases(self) -> QuerySet[Case]:
        if not self.form.is_valid():
            return Case.objects.none()
        found = marked(Case.objects.visible_to(self.officer), self.at).select_related("sop")
        status = self.asked["status"]
        if not status:
            found = found.filter(state__in=Case.RUNNING)
        elif status != EVERY:
            found = found.filter(state=status)
        if self.asked["sop"]:
            found = found.filter(sop__slug=self.asked["sop"])
        if self.asked["langkah"]:
            found = found.filter(Exists(self._at_the_step()))
        elif self.asked["revisi"] is not None:
            found = found.filter(revision__no=self.asked["revisi"])
        if mark := self.asked["hanya"]:
            flags = {"is_late": True, "is_waiting": False} if mark == STUCK else {MARKED[mark]: True}
            found = found.filter(**flags)
        if party := self.asked["pihak"]:
            waits = Interval.objects.filter(case=OuterRef("pk"), kind=Interval.Kind.WAITING, until=None)
            found = found.filter(Exists(waits.filter(party_kind=party)))
        if (user := self.asked["petugas"]) is not None:
            now = CaseOfficer.objects.filter(case=OuterRef("pk"), until=None)
            found = found.filter(Exists(now.filter(user=user)) if user != NOBODY else ~Exists(now))
        for name, column in (("dibuka", "opened_at"), ("ditutup", "closed_at")):
            if month := self.asked[name]:
                found = found.filter(**within(column, month))
        said = self.asked["q"]
        return found.numbered(self.officer.agency, said) if said else found

    def _at_the_step(self) -> QuerySet[Attempt]:
        """The live attempts of the outer case at the step asked for; where late ones are asked for, those."""
        live = Attempt.objects.filter(case=OuterRef("pk"), state__in=Attempt.LIVE, opened_at__lte=self.at)
        if self.asked["hanya"] == "lewat":
            live = late_attempts(self.at)
        if self.asked["revisi"] is not None:
            live = live.filter(step__revision__no=self.asked["revisi"])
        return live.filter(step__key=self.asked["langkah"])

    @cached_property
    def _page(self) -> tuple[list[Case], bool, bool]:
        """The cases of this page, newest first, and whether there are newer and older ones."""
        before, after = (read_key(self.data.get(name, "")) for name in ("sebelum", "sesudah"))
        rows = self.cases
        if after:
            rows = rows.filter(newer("opened_at", after))
            found = list(rows.order_by("opened_at", "pk")[: PAGE + 1])
            return found[:PAGE][::-1], len(found) > PAGE, True
        if before:
            rows = rows.filter(older("opened_at", before))
        found = list(rows.order_by("-opened_at", "-pk")[: PAGE + 1])
        return found[:PAGE], before is not None, len(found) > PAGE

    def _address(self, name: str, case: Case) -> str:
        kept = {k: v for k, v in self.data.items() if k in self.asked and v}
        return "?" + urlencode(kept | {name: key_of(case.opened_at, case.pk)})

    @property
    def newer(self) -> str:
        cases, newer, _ = self._page
        return self._address("sesudah", cases[0]) if newer and cases else ""

    @property
    def older(self) -> str:
        cases, _, older = self._page
        return self._address("sebelum", cases[-1]) if older and cases else ""

    @cached_property
    def lines(self) -> list[Line]:
        cases = self._page[0]
        children = children_of({case.pk for case in cases})
        steps = open_steps(cases, self.at)
        return [
            Line(
                number=case.number,
                url=case_url(case),
                who=wording.children(children.get(case.pk, ())),
                noun=case.sop.noun,
                step=steps.get(case.pk, ""),
                chips=tuple(self._chips(case)),
                opened=wording.moment(case.opened_at, self.at),
            )
            for case in cases
        ]

    @staticmethod
    def _chips(case: Case):
        yield Chip(case.get_state_display(), CASE_TONES[case.state])
        if case.is_ready:
            yield READY
        if case.is_late:
            yield Chip("Lewat batas waktu", "late")
        if case.is_waiting:
            yield Chip("Menunggu pihak lain", "waiting")
        if case.has_to_follow:
            yield Chip("Kelengkapan menyusul", "waiting", "paperclip")
        if case.reopened and case.running:
            yield Chip("Dibuka kembali", "neutral", "arrow-counterclockwise")
