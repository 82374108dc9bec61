"""The list of cases: filtered, searched and paged by key, in a constant number of queries."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet

from sopcases.cases.forms.fields import FIRST_DAY, LAST_DAY
from sopcases.cases.models import Attempt, Case, Interval, Waiver
from sopcases.cases.page import CASE_TONES, READY, Chip, case_url, number_of
from sopcases.desk import wording
from sopcases.desk.inbox import children_of
from sopcases.people.authority import Officer
from sopcases.sops.models import Sop
from sopcases.sops.revising import State

PAGE = 25
LONGEST_ID = 18
EVERY = "semua"
STATES = [("", "Sedang berjalan"), (EVERY, "Semua status"), *Case.State.choices]
MARKS = [
    ("", "Semua"),
    ("lewat", "Lewat batas waktu"),
    ("menunggu", "Menunggu pihak lain"),
    ("menyusul", "Kelengkapan menyusul"),
    ("siap", "Siap ditutup"),
]
MARKED = {"lewat": "is_late", "menunggu": "is_waiting", "menyusul": "has_to_follow", "siap": "is_ready"}


class FilterForm(forms.Form):
    """What the list may be narrowed to. An unknown choice narrows to nothing and says so."""

    # By number alone: what is asked here stands in the address, where no child's name may.
    q = forms.CharField(label="Cari nomor penanganan", required=False, max_length=40)
    status = forms.ChoiceField(label="Status", choices=STATES, required=False)
    sop = forms.ChoiceField(label="SOP", required=False)
    hanya = forms.ChoiceField(label="Hanya yang", choices=MARKS, required=False)

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
        case=OuterRef("pk"), state__in=Attempt.LIVE, late_at__lte=at, step__alarm=True
    )


def marked(cases: QuerySet[Case], at: datetime) -> QuerySet[Case]:
    """Each case with its marks: `is_late` (a step's standard or the term is over), `is_waiting` (for an
    outside party), `has_to_follow`, `is_ready` (to be closed)."""
    running = Q(state__in=Case.RUNNING)
    waits = Interval.objects.filter(case=OuterRef("pk"), kind=Interval.Kind.WAITING, until=None)
    follow = Waiver.objects.filter(case=OuterRef("pk"), settled_at=None, until__isnull=False)
    return cases.marked_ready(at).annotate(
        is_late=Q(running & (Q(Exists(late_attempts(at))) | Q(term_due_at__lte=at))),
        is_waiting=Exists(waits),
        has_to_follow=Exists(follow),
    )


class Listing:
    """One page of the cases that an officer may read."""

    def __init__(self, officer: Officer, data: Any):
        self.officer = officer
        self.at = officer.at
        self.form = FilterForm(data, self.sops)
        self.asked = self.form.cleaned_data if self.form.is_valid() else {}
        self.data = data

    @cached_property
    def sops(self) -> list[tuple[str, str]]:
        """The agency's SOPs by the name of the revision in force."""
        rows = Sop.objects.filter(agency_id=self.officer.user.agency_id, revisions__state=State.IN_FORCE)
        return list(rows.values_list("slug", "revisions__name").order_by("revisions__name"))

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
    def caption(self) -> str:
        """What the table shows, in words."""
        status = dict(STATES)[self.asked["status"]]
        mark = dict(MARKS)[self.asked["hanya"]] if self.asked["hanya"] else ""
        return ", ".join(part for part in ("Penanganan", status.lower(), mark.lower()) if part)

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
        if mark := self.asked["hanya"]:
            found = found.filter(**{MARKED[mark]: True})
        return found.filter(number__icontains=self.asked["q"])

    @cached_property
    def _page(self) -> tuple[list[Case], bool, bool]:
        """The cases of this page, newest first, and whether there are newer and older ones."""
        before, after = self._key("sebelum"), self._key("sesudah")
        rows = self.cases
        if after:
            opened, pk = after
            rows = rows.filter(Q(opened_at__gt=opened) | Q(opened_at=opened, pk__gt=pk))
            found = list(rows.order_by("opened_at", "pk")[: PAGE + 1])
            return found[:PAGE][::-1], len(found) > PAGE, True
        if before:
            opened, pk = before
            rows = rows.filter(Q(opened_at__lt=opened) | Q(opened_at=opened, pk__lt=pk))
        found = list(rows.order_by("-opened_at", "-pk")[: PAGE + 1])
        return found[:PAGE], before is not None, len(found) > PAGE

    def _key(self, name: str) -> tuple[datetime, int] | None:
        """The key of a row as it stands in the address; what cannot be read, or never was, is no key."""
        moment, _, pk = self.data.get(name, "").rpartition("_")
        try:
            opened = datetime.fromisoformat(moment)
            possible = opened.tzinfo and FIRST_DAY <= opened.date() <= LAST_DAY and len(pk) < LONGEST_ID
            return (opened, int(pk)) if possible else None
        except ValueError:
            return None

    def _address(self, name: str, case: Case) -> str:
        kept = {k: v for k, v in self.asked.items() if v}
        return "?" + urlencode(kept | {name: f"{case.opened_at.isoformat()}_{case.pk}"})

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
        steps = self._open_steps(cases)
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

    def _open_steps(self, cases: list[Case]) -> dict[int, str]:
        """Case → the step that is open now, in the SOP's words, and how many more are."""
        running = [case.pk for case in cases if case.running]
        live = Attempt.objects.filter(
            case_id__in=running, state__in=Attempt.LIVE, opened_at__lte=self.at
        ).select_related("step")
        found: dict[int, list[str]] = {}
        for attempt in live.order_by("case_id", "step__order", "id"):
            step = f"{number_of(attempt.step)}. {attempt.step.activity}"
            if step not in found.setdefault(attempt.case_id, []):
                found[attempt.case_id].append(step)
        return {
            case: first + (f" (dan {len(others)} langkah lain)" if others else "")
            for case, (first, *others) in found.items()
        }

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
