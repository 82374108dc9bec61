"""What every layout is made of."""

import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout as Arrangement
from django import forms

from sopcases.cases.forms.fields import ActForm
from sopcases.cases.models import Case, CaseChild, Paper
from sopcases.letters import people, placeholders, words
from sopcases.people.authority import Officer
from sopcases.people.models import Agency
from sopcases.sops.models import PaperKind, Stage

DOTS = "…………………………"
NO_NAMES = "Jangan menulis nama anak: cukup inisial atau nomor penanganan."


@dataclass(frozen=True)
class Person:
    """A person as printed: lines that are empty are left out."""

    name: str
    id_label: str = ""
    id_number: str = ""
    rank: str = ""
    title: str = ""

    @classmethod
    def of(cls, row: dict) -> "Person":
        return cls(row["name"], row["nip_label"] or "NIP", row["nip"], row["rank"], row["title"])

    @property
    def id_line(self) -> str:
        return words.id_line(self.id_label, self.id_number)


@dataclass(frozen=True)
class HandedOver:
    """Originals (ids of papers) that went to somebody on a day."""

    papers: tuple[int, ...]
    holder: str
    on: date


@dataclass(frozen=True)
class Ordered:
    """What a letter of assignment orders: users by id, days, place."""

    officers: tuple[int, ...]
    starts: date
    ends: date
    place: str


@dataclass(frozen=True)
class Layout:
    """A kind of letter in code: its form, its words and its page. Which kinds of paper use it is data."""

    slug: str
    name: str
    title: str
    template: str
    form: type["LayoutForm"]
    body: Callable[[dict, Any], Any]
    """The typed text out of the content, for the page: (content, context) → frozen dataclass."""
    problem: Callable[[dict], str | None]
    """What keeps the content from being proposed or fixed, as a sentence."""
    refresh: Callable[[dict, Case, Any], dict]
    """The content with people and children as they are on the day: (content, case, day) → content."""
    opening: str = ""
    closing: str = ""
    """With placeholders; an agency may word both anew (Wording)."""
    placeholders: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """What its opening and closing may name beside `placeholders.COMMON`, with what it stands for; the body
    gives the values as `words`."""
    orders: "Callable[[dict], Ordered | None]" = lambda content: None
    """What it orders whom, once its text is frozen."""
    hands_over: "Callable[[dict], HandedOver | None]" = lambda content: None
    """Which originals went to whom, once the letter is signed by its parties."""
    signed: bool = True
    """Whether the official of the kind signs at the right foot."""
    wide: Callable[[dict], bool] = lambda content: False
    """Whether its table needs the paper turned (landscape)."""
    subjects: Callable[[Case, Officer], list[tuple[str, str]]] | None = None
    """What a letter of this layout may be about, each an id and what it is called; asked before its form."""
    session: Callable[[dict], int | None] = lambda content: None
    """The session that a letter of this layout reports, by its id: (content) → id."""
    about: str = ""
    """The question that asks for it."""
    nothing: str = ""
    """What to call a letter about none of these; "" where it must be about one."""
    none_yet: str = ""
    """What to say where it must be about one and there is none."""


class LayoutForm(ActForm):
    """Writes the content of a letter; filled from the case when the letter is new."""

    def __init__(
        self,
        *args,
        case: Case,
        officer: Officer,
        kind: PaperKind,
        content: dict | None = None,
        slots: Sequence[tuple[str, str]] = (),
        children: Sequence[int] = (),
        subject: str = "",
        **kwargs,
    ):
        """`children`: those the letter is about; none means all of the case. `subject`: one of the layout's
        subjects, chosen before; a letter written keeps its own."""
        self.children = list(children)
        self.subject = (content or {}).get("subject", "") or subject
        self.case, self.officer, self.kind, self.kept = case, officer, kind, content or {}
        self.fresh = content is None
        super().__init__(*args, **kwargs)
        self.build()
        self._say_what_is_required()
        known = self.standing() | self.prefill() if self.fresh else self.typed(self.kept)
        for name, value in known.items():
            if name in self.fields:
                self.fields[name].initial = value
        arrangement = self.arrange()
        if slots:
            self.fields["slot"] = forms.ChoiceField(
                label="Untuk langkah", choices=slots, widget=forms.RadioSelect, required=False
            )
            arrangement.insert(0, "slot")
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.render_hidden_fields = True
        self.helper.layout = arrangement

    def _say_what_is_required(self) -> None:
        """Each empty field by its own name."""
        plain = forms.Field.default_error_messages["required"]
        for field in self.fields.values():
            if field.error_messages.get("required") == plain:
                field.error_messages["required"] = f"Isi “{field.label}”."

    @property
    def agency(self) -> Agency:
        return self.officer.agency

    @property
    def may_tell_nik(self) -> bool:
        """Whether the officer may put a child's NIK into a letter: whoever holds a position in the office."""
        return any(not hat.external for hat in self.officer.hats)

    @cached_property
    def stays(self) -> list[CaseChild]:
        """The children of the case, in the order they came in."""
        return list(CaseChild.objects.filter(case=self.case).select_related("child").order_by("id"))

    def refuse_names(self, *names: str) -> None:
        """What lists show must not tell a child's name: refused where a whole name stands in these fields."""
        told = [c for stay in self.stays for c in (stay.child.name, stay.child.temporary_name)]
        for name in names:
            text = self.cleaned_data.get(name) or ""
            if any(re.search(rf"\b{re.escape(c)}\b", text, re.IGNORECASE) for c in told if " " in c.strip()):
                self.add_error(name, f"{NO_NAMES} “{self.fields[name].label}” tampil pada daftar surat.")

    def build(self) -> None:
        """Add the fields that depend on the case."""

    def standing(self) -> dict:
        """What the agency's own wording starts every new letter of the kind with, by field."""
        wording = getattr(self.kind, "wording", None)
        if wording is None:
            return {}
        values = common_words(self.case, wording.title or self.kind.name, self.officer.day)
        return {
            name: "\n".join(placeholders.fill(line, values) for line in lines)
            for name, lines in (("basis_more", wording.basis), ("tasks", wording.tasks), ("cc", wording.cc))
            if name in self.fields
        }

    def prefill(self) -> dict:
        """What the case already knows; it goes before the agency's wording."""
        return {}

    def typed(self, content: dict) -> dict:
        """The fields out of the content."""
        return dict(content)

    def arrange(self) -> Arrangement:
        """The crispy layout."""
        return Arrangement(*(name for name, field in self.fields.items() if not field.widget.is_hidden))

    def content(self) -> dict:
        """The content out of the valid form: plain JSON."""
        raise NotImplementedError

    def filed_for(self) -> tuple[list[int], int | None]:
        """Of a valid form: whom the paper is filed for (nobody: the case), and the adult who signs it."""
        return [], None

    def staff_choices(self, *kept: int) -> list[tuple[int, str]]:
        """The agency's people with their positions; those already chosen stay choosable."""
        self.staff = people.staff(self.agency, self.officer.day)
        for row in self.kept.get("officers", []):
            if row["user"] in kept:
                self.staff.setdefault(row["user"], row)
        return [(pk, f"{row['name']} – {row['title']}") for pk, row in self.staff.items()]


def common_words(case: Case, title: str, day: date) -> dict[str, str]:
    """What the placeholders of every kind stand for (`placeholders.COMMON`)."""
    return {
        "judul": title,
        "perangkat_daerah": case.agency.name,
        "pemerintah": case.agency.government,
        "kota": case.agency.city,
        "tahun": str(day.year),
        "sop": case.revision.name,
        "nomor_penanganan": case.number,
    }


def lines_field(label: str, *, rows: int = 3, required: bool = False, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        help_text=help_text or "Satu butir per baris.",
        max_length=6000,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def paper_text(paper: Paper) -> str:
    """A paper named in a letter: kind, number, date, issuer; no child's name."""
    text = paper.kind.name
    if paper.number:
        text += f" Nomor {paper.number}"
    if paper.dated:
        text += f" tanggal {words.day_text(paper.dated)}"
    if paper.issuer:
        text += f" dari {paper.issuer}"
    return text


def dossier(case: Case) -> list[Paper]:
    """The papers on file that can be named: there from outside, or at least fixed; void ones left out."""
    return list(
        Paper.objects.filter(filings__case=case, voided_at__isnull=True, stage__gte=Stage.READY)
        .select_related("kind")
        .distinct()
        .order_by("id")
    )
