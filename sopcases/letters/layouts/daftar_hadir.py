"""Daftar Hadir: numbered rows to be signed, of a session that was held or of an activity to come.

A case shows only its own children (design rule 9): the list of all cases is printed on the session's page.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from crispy_forms.layout import Fieldset
from crispy_forms.layout import Layout as Arrangement
from django import forms

from sopcases.cases.forms.fields import MomentField
from sopcases.cases.models import Attendance, Case, Session
from sopcases.letters import words
from sopcases.letters.layouts import laporan_kegiatan, made
from sopcases.letters.layouts.base import NO_NAMES, Layout, lines_field
from sopcases.letters.layouts.made import Hands, MadeForm

CHILD = "Anak"
MOST_EMPTY = 60
NOBODY = "Pilih anak, tulis peserta lain, atau sediakan baris kosong."


@dataclass(frozen=True)
class DaftarHadir:
    facts: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, str, str], ...]
    """Name, what he is, and a remark; empty ones are to be filled in by hand."""
    hands: Hands


class DaftarHadirForm(MadeForm):
    name = forms.CharField(label="Nama kegiatan", max_length=300, help_text=NO_NAMES)
    held_at = MomentField(
        label="Hari, tanggal, dan jam", required=False, help_text="Kosong: ditulis tangan pada daftar."
    )
    place = forms.CharField(
        label="Tempat", max_length=200, required=False, help_text="Kosong: ditulis tangan pada daftar."
    )
    children_named = forms.TypedMultipleChoiceField(
        label="Anak", coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    others = lines_field(
        "Peserta lain", rows=4, help_text="Satu orang per baris; unsurnya setelah tanda | (Nama | Orang tua)."
    )
    empty = forms.IntegerField(
        label="Baris kosong",
        min_value=0,
        max_value=MOST_EMPTY,
        initial=5,
        help_text="Diisi tangan di tempat.",
    )

    @cached_property
    def session(self) -> Session | None:
        return next((s for s in laporan_kegiatan.held(self.case) if str(s.pk) == self.subject), None)

    def build(self) -> None:
        super().build()
        self.fields["children_named"].choices = [(s.child_id, s.child.called) for s in self.stays]
        if not self.stays:
            del self.fields["children_named"]

    def prefill(self) -> dict:
        if (row := self.session) is None:
            here = [s.child_id for s in self.stays if s.left_on is None]
            return {"children_named": self.children or here}
        step = self.case.revision.steps.filter(key=row.step_key).first()
        return {
            "name": step.activity[:300] if step else "",
            "held_at": row.held_at,
            "place": row.place,
            "children_named": list(attended(self.case, row.pk)),
            "empty": 0,
        }

    def typed(self, content: dict) -> dict:
        return content | {
            "held_at": content["held_at"] and datetime.fromisoformat(content["held_at"]),
            "children_named": [row["child"] for row in content["children"]],
            "others": "\n".join(" | ".join(filter(None, row)) for row in content["others"]),
        }

    def arrange(self) -> Arrangement:
        children = ["children_named"] if "children_named" in self.fields else []
        return Arrangement(
            Fieldset("Kegiatan", "name", "held_at", "place"),
            Fieldset("Peserta", *children, "others", "empty"),
            Fieldset("Pengesahan", "acknowledged"),
        )

    def clean(self) -> dict:
        data = self.cleaned_data
        self.refuse_names("name")
        if not data.get("children_named") and not data.get("others") and data.get("empty") == 0:
            raise forms.ValidationError(NOBODY)
        return data

    def content(self) -> dict:
        data = self.cleaned_data
        pairs = [line.partition("|") for line in words.lines(data["others"])]
        return {
            "subject": self.subject,
            "purpose": f"Daftar hadir: {data['name']}"[:300],
            "name": data["name"],
            "held_at": data["held_at"].isoformat() if data["held_at"] else "",
            "place": data["place"],
            "children": children(self.case, data.get("children_named", []), self.subject),
            "others": [[name.strip(), what.strip()] for name, _, what in pairs],
            "empty": data["empty"],
            **self.made(),
        }


def attended(case: Case, session: int | str) -> dict[int, str]:
    """The case's own children of whom a session tells, and a remark on who did not come."""
    told = Attendance.objects.filter(case=case, session=session).order_by("id")
    came = Attendance.Status.PRESENT
    return {
        row.child_id: "" if row.status == came else f"{row.get_status_display()}: {row.reason}"
        for row in told
    }


def children(case: Case, ids: list[int], session: str) -> list[dict]:
    """These children of the case by name, with what the session tells of them."""
    remarks = attended(case, session) if session else {}
    stays = case.children.filter(child__in=ids).select_related("child").order_by("id")
    return [{"child": s.child_id, "name": s.child.called, "note": remarks.get(s.child_id, "")} for s in stays]


def refresh(content: dict, case: Case, day: date) -> dict:
    ids = [row["child"] for row in content["children"]]
    now = {row["child"]: row for row in children(case, ids, content["subject"])}
    return made.refresh(content, case, day) | {
        "children": [now.get(row["child"], row) for row in content["children"]]
    }


def problem(content: dict) -> str | None:
    return None if content.get("children") or content.get("others") or content.get("empty") else NOBODY


def body(content: dict, context) -> DaftarHadir:
    when = content["held_at"]
    facts = (
        ("Kegiatan", content["name"]),
        ("Hari, tanggal", laporan_kegiatan.moment_text(when, context.agency.timezone) if when else ""),
        ("Tempat", content["place"]),
    )
    return DaftarHadir(
        facts=facts,
        rows=(
            *((row["name"], CHILD, row["note"]) for row in content["children"]),
            *((name, what, "") for name, what in content["others"]),
            *(("", "", ""),) * content["empty"],
        ),
        hands=made.hands(content, context),
    )


LAYOUT = Layout(
    slug="daftar_hadir",
    name="Daftar Hadir",
    title="Daftar Hadir",
    template="letters/layouts/daftar_hadir.html",
    form=DaftarHadirForm,
    body=body,
    problem=problem,
    refresh=refresh,
    signed=False,
    subjects=laporan_kegiatan.subjects,
    about="Daftar hadir kegiatan bersama yang mana?",
    nothing="Kegiatan lain, atau yang akan datang",
)
