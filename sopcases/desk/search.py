"""One field for everything: cases by number, children by name or NIK, letters, incoming letters, SOPs.

Each group starts from what the officer may see, shows the first few and says when there are more. A constant
number of queries for a text, whatever it finds.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from django import forms
from django.db.models import Q, QuerySet
from django.urls import reverse

from sopcases.cases import children
from sopcases.cases.addresses import case_url
from sopcases.cases.models import Case
from sopcases.cases.page.chips import CASE_TONES, Chip
from sopcases.desk import wording
from sopcases.desk.inbox import children_of
from sopcases.letters.incoming_page import chip as incoming_chip
from sopcases.letters.incoming_page import incoming_url
from sopcases.letters.models import IncomingLetter, Letter
from sopcases.letters.page import chip as letter_chip
from sopcases.letters.page import letter_url
from sopcases.people.authority import Officer
from sopcases.refusal import Refused
from sopcases.sops.flow import number_of
from sopcases.sops.models import Revision, Step

SHOWN = 10
"""Rows of a group."""
FEW = 1000
"""Letters that hold a text, up to which they are found first and then asked who may read them."""
STEPS = 60
WORDS = 8


class SearchForm(forms.Form):
    """Sent by POST: what is typed may be a name or a NIK, and stays out of addresses and logs."""

    q = forms.CharField(
        label="Nama anak, NIK, nomor penanganan, nomor atau hal surat, SOP",
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Ketik apa yang dicari: nama, nomor, atau kata."},
    )


@dataclass(frozen=True)
class Hit:
    """One thing found."""

    title: str
    facts: tuple[str, ...]
    url: str
    chip: Chip | None = None


@dataclass(frozen=True)
class Group:
    """What was found of one kind; `more` where it is only the beginning."""

    title: str
    icon: str
    hits: tuple[Hit, ...]
    more: bool

    @property
    def count(self) -> str:
        return f"{len(self.hits)}+" if self.more else str(len(self.hits))


class Search:
    """What an officer finds by a text."""

    def __init__(self, officer: Officer, text: str):
        self.officer, self.text = officer, text.strip()

    @cached_property
    def children(self) -> list[children.Hit]:
        """As the search for a child finds them; none by what can be no name."""
        try:
            return children.search(self.officer, self.text)
        except Refused:
            return []

    @cached_property
    def groups(self) -> list[Group]:
        """The groups that hold anything, children apart."""
        made = [
            self._group("Penanganan", "folder2-open", self._cases()),
            self._group("Surat", "envelope-paper", self._letters()),
            self._group("Surat masuk", "inbox", self._incoming()),
            self._group("SOP", "diagram-3", self._sops()),
        ]
        return [group for group in made if group.hits]

    @property
    def nothing(self) -> bool:
        return not (self.children or self.groups)

    @staticmethod
    def _group(title: str, icon: str, hits: Iterator[Hit]) -> Group:
        found = tuple(hits)
        return Group(title, icon, found[:SHOWN], len(found) > SHOWN)

    @property
    def _years(self) -> tuple[int, int]:
        """The years in whose registers a bare number is looked up."""
        return self.officer.day.year, self.officer.day.year - 1

    def _cases(self) -> Iterator[Hit]:
        found = Case.objects.visible_to(self.officer).numbered(self.officer.agency, self.text)
        cases = list(found.select_related("sop").order_by("-opened_at", "-pk")[: SHOWN + 1])
        inside = children_of({case.pk for case in cases})
        for case in cases:
            who = wording.children(inside.get(case.pk, ()))
            opened = f"dibuka {wording.moment(case.opened_at, self.officer.at)}"
            chip = Chip(case.get_state_display(), CASE_TONES[case.state])
            yield Hit(f"{case.sop.noun} {case.number}", (who, opened), case_url(case), chip)

    def _saying(self, letters: QuerySet) -> QuerySet:
        return letters.filter(agency=self.officer.agency).saying(self.text, self._years)

    def _letters(self) -> Iterator[Hit]:
        visible = Letter.objects.visible_to(self.officer)
        found = _newest(Letter.objects.all(), visible, self._saying)
        for letter in found.select_related("paper__kind", "case"):
            about = letter.label if letter.label != letter.paper.kind.name else ""
            number = letter.number or "Belum bernomor"
            facts = tuple(filter(None, [number, about, letter.case.number]))
            yield Hit(letter.paper.kind.name, facts, letter_url(letter), letter_chip(letter))

    def _incoming(self) -> Iterator[Hit]:
        visible = IncomingLetter.objects.visible_to(self.officer)
        for letter in _newest(IncomingLetter.objects.all(), visible, self._saying):
            facts = tuple(filter(None, [letter.sender, letter.number, letter.about]))
            yield Hit(str(letter), facts, incoming_url(letter), incoming_chip(letter))

    def _sops(self) -> Iterator[Hit]:
        """SOPs in force with every word in their name or in one step."""
        words = [word for word in self.text.split() if len(word) > 2][:WORDS]
        revisions = Revision.objects.on(self.officer.day).filter(sop__agency=self.officer.agency)
        steps = Step.objects.filter(revision__in=revisions.values("pk")).select_related("revision__sop")
        for word in words:
            steps = steps.filter(Q(activity__icontains=word) | Q(revision__name__icontains=word))
        found: dict[Revision, list[str]] = {}
        for step in steps.order_by("revision__name", "order", "id")[:STEPS] if words else ():
            told = found.setdefault(step.revision, [])
            if any(word.casefold() in step.activity.casefold() for word in words):
                told.append(f"Langkah {number_of(step)}: {step.activity}")
        for revision, told in found.items():
            yield Hit(revision.name, tuple(told[:3]), reverse("sops:show", args=[revision.sop.slug]))


def _newest(rows: QuerySet, visible: QuerySet, saying: Callable[[QuerySet], QuerySet]) -> QuerySet:
    """The newest of the rows that hold a text and are visible.

    Rows with a rare text are found first, by the index of the text; what is common is found soon enough
    among the newest. Asked in one, the database goes through all there are, newest first, for a rare one.
    """
    ids = list(saying(rows).order_by().values_list("pk", flat=True)[: FEW + 1])
    found = visible.filter(pk__in=ids) if len(ids) <= FEW else saying(visible)
    return found.order_by("-pk")[: SHOWN + 1]
