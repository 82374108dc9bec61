"""Data Anak: several children in one table, for a school, an institution or a list of proposals."""

from dataclasses import dataclass
from datetime import date

from crispy_forms.layout import Fieldset
from crispy_forms.layout import Layout as Arrangement
from django import forms

from sopcases.cases import nik, wording
from sopcases.cases.forms.fields import LongField
from sopcases.cases.models import Case
from sopcases.letters.layouts import adults, made
from sopcases.letters.layouts.base import NO_NAMES, Layout
from sopcases.letters.layouts.made import Hands, MadeForm

NOBODY = "Pilih paling sedikit satu anak."


@dataclass(frozen=True)
class DataAnak:
    about: str
    facts: tuple[tuple[str, str], ...]
    note: str
    rows: tuple[dict, ...]
    with_nik: bool
    hands: Hands


class DataAnakForm(MadeForm):
    purpose = forms.CharField(
        label="Perihal", max_length=200, help_text=f"Tampil pada daftar surat. {NO_NAMES}"
    )
    party = forms.CharField(label="Lembaga tujuan", max_length=200, required=False, help_text="Boleh kosong.")
    children_named = forms.TypedMultipleChoiceField(
        label="Anak",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": NOBODY},
    )
    with_nik = made.nik_field()
    note = LongField(label="Keterangan", rows=3, required=False)

    def build(self) -> None:
        super().build()
        self.fields["children_named"].choices = [(s.child_id, s.child.called) for s in self.stays]
        if not self.may_tell_nik:
            del self.fields["with_nik"]

    def prefill(self) -> dict:
        here = [s.child_id for s in self.stays if s.left_on is None]
        return {"purpose": self.kind.name, "children_named": self.children or here}

    def typed(self, content: dict) -> dict:
        return content | {"children_named": [row["child"] for row in content["children"]]}

    def arrange(self) -> Arrangement:
        own = [name for name in ("children_named", "with_nik", "note") if name in self.fields]
        return Arrangement(
            Fieldset("Perihal", "purpose", "party"),
            Fieldset("Anak", *own),
            Fieldset("Pengesahan", "acknowledged"),
        )

    def clean(self) -> dict:
        self.refuse_names("purpose")
        return self.cleaned_data

    def filed_for(self) -> tuple[list[int], int | None]:
        return self.cleaned_data["children_named"], None

    def content(self) -> dict:
        data = self.cleaned_data
        return {
            "purpose": data["purpose"],
            "party": data["party"],
            "note": data["note"],
            "case": self.case.number,
            "with_nik": data.get("with_nik", False),
            "children": rows(
                self.case, data["children_named"], self.officer.day, with_nik=data.get("with_nik", False)
            ),
            **self.made(),
        }


def rows(case: Case, children: list[int], day: date, *, with_nik: bool) -> list[dict]:
    """These children of the case as the file knows them on the day, the NIK sealed. In two queries."""
    answering: dict[int, list[str]] = {}
    for row in adults.relations(case):
        answering.setdefault(row.child_id, []).append(f"{row.adult.name} ({row.get_kind_display().lower()})")
    return [
        {
            "child": stay.child_id,
            "name": stay.child.called,
            "nik": nik.told(stay.child.nik_encrypted) if with_nik else "",
            "sex": stay.child.sex,
            "age": wording.age(stay.child.birth_from, stay.child.birth_until, day),
            "address": stay.child.address,
            "schooling": stay.child.schooling,
            "adults": ", ".join(answering.get(stay.child_id, [])),
        }
        for stay in case.children.filter(child__in=children).select_related("child").order_by("id")
    ]


def refresh(content: dict, case: Case, day: date) -> dict:
    ids = [row["child"] for row in content["children"]]
    now = {row["child"]: row for row in rows(case, ids, day, with_nik=content.get("with_nik", False))}
    return made.refresh(content, case, day) | {
        "children": [now.get(row["child"], row) for row in content["children"]]
    }


def problem(content: dict) -> str | None:
    return None if content.get("children") else NOBODY


def body(content: dict, context) -> DataAnak:
    facts = (("Penanganan", content["case"]), ("Lembaga tujuan", content["party"]))
    return DataAnak(
        about=content["purpose"],
        facts=tuple((label, text) for label, text in facts if text),
        note=content["note"],
        rows=tuple(content["children"]),
        with_nik=content.get("with_nik", False),
        hands=made.hands(content, context),
    )


LAYOUT = Layout(
    slug="data_anak",
    name="Data Anak",
    title="Data Anak",
    template="letters/layouts/data_anak.html",
    form=DataAnakForm,
    body=body,
    problem=problem,
    refresh=refresh,
    signed=False,
    wide=lambda content: True,
)
