"""What a letter tells of a child: only what its reader needs, as the file knows it on the day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django import forms

from sopcases.cases import nik, wording
from sopcases.cases.models import Case, CaseChild, Child, Whereabouts
from sopcases.letters import words
from sopcases.letters.layouts.base import LayoutForm
from sopcases.letters.layouts.berita_acara import birth_text
from sopcases.people.authority import local_day

UNKNOWN = "Belum diketahui"


@dataclass(frozen=True)
class Known:
    """A child in a case on a day, and the latest place told of him."""

    child: Child
    case: Case
    day: date
    place: str


def _found(known: Known) -> str:
    when = words.day_text(local_day(known.case.agency, known.case.event_at))
    return f"{known.case.place}, {when}" if known.case.place else when


FACTS = {
    "name": ("Nama", lambda k: k.child.called),
    "nik": ("NIK", lambda k: nik.told(k.child.nik_encrypted)),
    "initials": ("Inisial", lambda k: k.child.initials),
    "sex": ("Jenis kelamin", lambda k: k.child.get_sex_display()),
    "birth": ("Lahir", lambda k: birth_text(k.child)),
    "age": ("Umur", lambda k: wording.age(k.child.birth_from, k.child.birth_until, k.day) or UNKNOWN),
    "marks": ("Ciri fisik", lambda k: k.child.marks),
    "health": ("Keadaan kesehatan", lambda k: k.child.health),
    "religion": ("Agama", lambda k: k.child.religion),
    "schooling": ("Pendidikan", lambda k: k.child.schooling),
    "address": ("Alamat", lambda k: k.child.address),
    "found": ("Ditemukan", _found),
    "place": ("Keberadaan sekarang", lambda k: k.place),
}
"""Each a label and how the file tells it; what is empty is left out. The NIK stays sealed."""


def told(case: Case, children: Sequence[int], keys: Sequence[str], day: date) -> list[dict]:
    """These children of the case: `child`, and `facts` as pairs. In two queries."""
    stays = CaseChild.objects.filter(case=case, child__in=children).select_related("child").order_by("id")
    latest: dict[int, str] = {}
    if "place" in keys:
        for row in Whereabouts.objects.filter(case=case, child__in=children):
            latest.setdefault(row.child_id, row.place)
    found = []
    for stay in stays:
        known = Known(stay.child, case, day, latest.get(stay.child_id, ""))
        pairs = [(label, read(known)) for key, (label, read) in FACTS.items() if key in keys]
        found.append({"child": stay.child_id, "facts": [[label, text] for label, text in pairs if text]})
    return found


def retold(content: dict, case: Case, day: date) -> dict:
    """The content with its children as the file knows them on the day; who is in the case no more stays."""
    ids = [row["child"] for row in content["children"]]
    now = {row["child"]: row for row in told(case, ids, content["facts"], day)}
    return content | {"children": [now.get(row["child"], row) for row in content["children"]]}


class ChildrenForm(LayoutForm):
    """A letter about chosen children, of whom it tells chosen facts."""

    TOLD: Sequence[str] = ("name", "sex", "birth")
    """What is told unless the drafter chooses otherwise."""
    NIK = False
    """Whether its readers may need the NIK: then the drafter may choose it, for this letter."""

    children_named = forms.TypedMultipleChoiceField(
        label="Anak",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Pilih anak yang dimaksud surat ini."},
    )
    facts = forms.MultipleChoiceField(
        label="Keterangan anak yang disebut",
        choices=[(key, label) for key, (label, _) in FACTS.items()],
        widget=forms.CheckboxSelectMultiple,
        help_text="Sebut hanya yang diperlukan penerima. Yang belum diketahui tidak dicetak.",
        error_messages={"required": "Pilih keterangan anak yang disebut."},
    )

    def build(self) -> None:
        if not (self.NIK and self.may_tell_nik):
            offered = self.fields["facts"].choices
            self.fields["facts"].choices = [pair for pair in offered if pair[0] != "nik"]
        inside = {stay.child_id: stay.child for stay in self.stays}
        self.fields["children_named"].choices = [
            (pk, f"{c.called}, {c.get_sex_display().lower()}") for pk, c in inside.items()
        ]

    def prefill(self) -> dict:
        here = [stay.child_id for stay in self.stays if stay.left_on is None]
        return {"children_named": self.children or here, "facts": list(self.TOLD)}

    def typed(self, content: dict) -> dict:
        return {
            **content,
            "children_named": [row["child"] for row in content["children"]],
            "facts": content["facts"],
        }

    def told(self) -> dict:
        """The chosen children out of the valid form."""
        data = self.cleaned_data
        keys = [key for key in FACTS if key in data["facts"]]
        return {
            "facts": keys,
            "children": told(self.case, data["children_named"], keys, self.officer.day),
        }
