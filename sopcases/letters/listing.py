"""The list of letters: by state, paged by key, in a constant number of queries."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Q, QuerySet

from sopcases.letters.models import Letter
from sopcases.letters.page import Chip, chip, letter_url
from sopcases.letters.states import ENDED, INKED, LetterState
from sopcases.letters.words import day_text
from sopcases.people.authority import Officer

PAGE = 25
MINE = "saya"
GROUPS = {
    "": ("Semua surat", Q()),
    MINE: ("Menunggu saya", Q()),
    "konsep": ("Konsep", Q(state__in=[LetterState.DRAFT, LetterState.RETURNED])),
    "proses": (
        "Dalam proses",
        Q(
            state__in=[
                LetterState.PROPOSED,
                LetterState.INITIALLED,
                LetterState.READY,
                LetterState.DECIDED,
                LetterState.PRINTABLE,
                LetterState.AWAITING,
            ]
        ),
    ),
    "selesai": ("Ditandatangani", Q(state__in=[*INKED, LetterState.COMPLETE])),
    "dikirim": ("Dikirim", Q(state=LetterState.SENT)),
    "batal": ("Dibatalkan atau diganti", Q(state__in=ENDED)),
}


class FilterForm(forms.Form):
    """What the list may be narrowed to. An unknown choice narrows to nothing."""

    q = forms.CharField(
        label="Cari nomor surat atau nomor penanganan",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "class": "form-control", "autocomplete": "off"}),
    )
    status = forms.ChoiceField(
        label="Status",
        choices=[(key, name) for key, (name, _) in GROUPS.items()],
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )


@dataclass(frozen=True)
class Row:
    """A letter as one row."""

    kind: str
    number: str
    about: str
    case: str
    dated: str
    chip: Chip
    url: str


class Listing:
    """One page of the letters that an officer may read, newest first."""

    def __init__(self, officer: Officer, data: Any):
        self.officer, self.data = officer, data
        self.form = FilterForm(data)
        self.asked = self.form.cleaned_data if self.form.is_valid() else {"q": "", "status": ""}

    @property
    def caption(self) -> str:
        return GROUPS[self.asked["status"]][0]

    @property
    def narrowed(self) -> bool:
        return any(self.asked.values())

    @property
    def letters(self) -> QuerySet[Letter]:
        if not self.form.is_valid():
            return Letter.objects.none()
        mine = self.asked["status"] == MINE
        found = Letter.objects.waiting_for(self.officer) if mine else Letter.objects.visible_to(self.officer)
        found = found.filter(GROUPS[self.asked["status"]][1])
        for word in self.asked["q"].split():
            found = found.filter(Q(number__icontains=word) | Q(case__number__icontains=word))
        return found.select_related("case", "paper__kind")

    @cached_property
    def _page(self) -> tuple[list[Letter], bool, bool]:
        """The letters of this page, and whether there are newer and older ones."""
        before, after = self._key("sebelum"), self._key("sesudah")
        if after:
            found = list(self.letters.filter(pk__gt=after).order_by("pk")[: PAGE + 1])
            return found[:PAGE][::-1], len(found) > PAGE, True
        rows = self.letters.filter(pk__lt=before) if before else self.letters
        found = list(rows.order_by("-pk")[: PAGE + 1])
        return found[:PAGE], before is not None, len(found) > PAGE

    def _key(self, name: str) -> int | None:
        text = self.data.get(name, "")
        return int(text) if text.isdecimal() and len(text) < 19 else None

    def _address(self, name: str, letter: Letter) -> str:
        kept = {key: value for key, value in self.asked.items() if value}
        return "?" + urlencode(kept | {name: letter.pk})

    @property
    def newer(self) -> str:
        letters, newer, _ = self._page
        return self._address("sesudah", letters[0]) if newer and letters else ""

    @property
    def older(self) -> str:
        letters, _, older = self._page
        return self._address("sebelum", letters[-1]) if older and letters else ""

    @cached_property
    def rows(self) -> list[Row]:
        return [
            Row(
                kind=letter.paper.kind.name,
                number=letter.number,
                about=letter.label,
                case=letter.case.number,
                dated=day_text(letter.dated) if letter.dated else "",
                chip=chip(letter),
                url=letter_url(letter),
            )
            for letter in self._page[0]
        ]
