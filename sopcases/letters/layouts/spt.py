"""Surat Perintah Tugas (Permendagri 1/2023: surat perintah; the printed title is data)."""

from dataclasses import dataclass
from datetime import date

from crispy_forms.layout import Fieldset
from crispy_forms.layout import Layout as Arrangement
from django import forms

from sopcases.cases.forms.fields import DayField
from sopcases.cases.models import Attempt, Case
from sopcases.letters import people, words
from sopcases.letters.layouts.base import (
    NO_NAMES,
    Layout,
    LayoutForm,
    Ordered,
    Person,
    dossier,
    lines_field,
    paper_text,
)
from sopcases.people.authority import local_day

LISTED = 5
"""Up to so many people stand one under the other; more stand in a table."""


@dataclass(frozen=True)
class Spt:
    basis: tuple[str, ...]
    people: tuple[Person, ...]
    tasks: tuple[str, ...]
    cc: tuple[str, ...]

    @property
    def as_table(self) -> bool:
        return len(self.people) > LISTED


class SptForm(LayoutForm):
    purpose = forms.CharField(
        label="Tujuan penugasan",
        max_length=300,
        help_text=f"Misalnya: Koordinasi dengan kepolisian, rumah sakit, dan Disdukcapil. {NO_NAMES}",
    )
    officers = forms.TypedMultipleChoiceField(
        label="Pegawai yang ditugasi",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text="Nama, NIP, dan pangkat disalin dari data pegawai.",
        error_messages={"required": "Pilih paling sedikit satu pegawai."},
    )
    starts = DayField(label="Berangkat/mulai tanggal")
    ends = DayField(label="Kembali/sampai dengan tanggal")
    place = forms.CharField(label="Tempat tugas", max_length=300)
    tasks = lines_field("Rincian tugas", help_text=f"Satu tugas per baris; boleh kosong. {NO_NAMES}")
    basis = forms.MultipleChoiceField(
        label="Dasar",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Periksa dahulu peraturan yang tercantum pada SOP sebelum memilihnya.",
    )
    basis_more = lines_field("Dasar lainnya", rows=2)
    budget = forms.CharField(
        label="Beban anggaran (sub kegiatan)",
        max_length=300,
        required=False,
        help_text="Boleh kosong bila tanpa biaya.",
    )
    budget_code = forms.CharField(label="Kode rekening", max_length=60, required=False)
    report = forms.BooleanField(label="Wajib melaporkan hasil secara tertulis", required=False)
    cc = lines_field("Tembusan", rows=2, help_text="Satu penerima per baris; boleh kosong.")

    def build(self) -> None:
        kept = [row["user"] for row in self.kept.get("officers", [])]
        self.fields["officers"].choices = self.staff_choices(*kept)
        self.candidates = basis_candidates(self.case)
        for text in self.kept.get("basis", []):
            if text not in self.candidates and text not in self.kept.get("basis_more", []):
                self.candidates.append(text)
        self.fields["basis"].choices = [(text, text) for text in self.candidates]

    def prefill(self) -> dict:
        return {
            "starts": self.officer.day,
            "ends": self.officer.day,
            "report": True,
            "basis": verbal_orders(self.case),
        }

    def typed(self, content: dict) -> dict:
        more = content["basis_more"]
        return content | {
            "officers": [row["user"] for row in content["officers"]],
            "starts": date.fromisoformat(content["starts"]),
            "ends": date.fromisoformat(content["ends"]),
            "tasks": "\n".join(content["tasks"]),
            "basis": [text for text in content["basis"] if text not in more],
            "basis_more": "\n".join(more),
            "cc": "\n".join(content["cc"]),
        }

    def arrange(self) -> Arrangement:
        return Arrangement(
            Fieldset("Penugasan", "purpose", "officers", "starts", "ends", "place", "tasks"),
            Fieldset("Dasar", "basis", "basis_more"),
            Fieldset("Biaya, laporan, dan tembusan", "budget", "budget_code", "report", "cc"),
        )

    def clean(self) -> dict:
        data = self.cleaned_data
        if data.get("starts") and data.get("ends") and data["ends"] < data["starts"]:
            self.add_error("ends", "Tanggal selesai mendahului tanggal mulai.")
        if "basis" in data and not data["basis"] and not words.lines(data.get("basis_more", "")):
            self.add_error("basis", "Pilih atau tulis paling sedikit satu dasar.")
        return data

    def content(self) -> dict:
        data = self.cleaned_data
        more = words.lines(data["basis_more"])
        chosen = [text for text in self.candidates if text in data["basis"]]
        return {
            "purpose": data["purpose"],
            "officers": [row for pk, row in self.staff.items() if pk in data["officers"]],
            "starts": data["starts"].isoformat(),
            "ends": data["ends"].isoformat(),
            "place": data["place"],
            "tasks": words.lines(data["tasks"]),
            "basis": [*chosen, *(text for text in more if text not in chosen)],
            "basis_more": more,
            "budget": data["budget"],
            "budget_code": data["budget_code"],
            "report": data["report"],
            "cc": words.lines(data["cc"]),
        }


def basis_candidates(case: Case) -> list[str]:
    """What an SPT may rest on, rules first; none of them is chosen for the drafter but a verbal order."""
    revision = case.revision
    found = [*revision.legal_basis, *(revision.sheet or {}).get("legal_basis", [])]
    found = words.lines("\n".join(found))
    if revision.number:
        found.append(f"Standar Operasional Prosedur Nomor {revision.number} tentang {revision.name}")
    found += [paper_text(p) for p in dossier(case) if p.kind.from_outside and not p.kind.identity]
    found += verbal_orders(case)
    return list(dict.fromkeys(found))


def verbal_orders(case: Case) -> list[str]:
    """Orders given by word of mouth: with the first report, and with what was recorded on the case."""
    given = [(case.verbal_order_by, case.verbal_order_at)]
    given += (
        Attempt.objects.filter(case=case)
        .exclude(verbal_order_by="")
        .values_list("verbal_order_by", "verbal_order_at")
    )
    return list(
        dict.fromkeys(
            f"Perintah lisan {who} tanggal {words.day_text(local_day(case.agency, at))}"
            for who, at in given
            if who and at
        )
    )


def refresh(content: dict, case: Case, day: date) -> dict:
    """The officers as they are on the day; those who hold no position any more stay as they were chosen."""
    staff = people.staff(case.agency, day)
    return content | {"officers": [staff.get(row["user"], row) for row in content["officers"]]}


def problem(content: dict) -> str | None:
    if not content.get("officers"):
        return "Pilih paling sedikit satu pegawai yang ditugasi."
    if not content.get("basis"):
        return "Pilih atau tulis paling sedikit satu dasar."
    return None


def body(content: dict, context) -> Spt:
    starts, ends = date.fromisoformat(content["starts"]), date.fromisoformat(content["ends"])
    day = "tanggal" if starts == ends else "dari tanggal"
    tasks = [content["purpose"], *content["tasks"]]
    tasks.append(f"Melaksanakan tugas tersebut di {content['place']}, {day} {words.span_text(starts, ends)}")
    if content["report"]:
        tasks.append("Melaporkan hasil pelaksanaan tugas secara tertulis kepada pemberi perintah")
    if content["budget"]:
        code = f", kode rekening {content['budget_code']}" if content["budget_code"] else ""
        tasks.append(f"Biaya yang timbul dibebankan pada sub kegiatan {content['budget']}{code}")
    ended = [task.rstrip(" ;.") + (";" if task is not tasks[-1] else ".") for task in tasks]
    return Spt(
        basis=tuple(text.rstrip(" ;.") + ";" for text in content["basis"]),
        people=tuple(Person.of(row) for row in content["officers"]),
        tasks=tuple(ended),
        cc=tuple(content["cc"]),
    )


def orders(content: dict) -> Ordered:
    return Ordered(
        tuple(row["user"] for row in content["officers"]),
        date.fromisoformat(content["starts"]),
        date.fromisoformat(content["ends"]),
        content["place"],
    )


LAYOUT = Layout(
    slug="spt",
    name="Surat Perintah Tugas",
    title="Surat Perintah Tugas",
    template="letters/layouts/spt.html",
    form=SptForm,
    body=body,
    problem=problem,
    refresh=refresh,
    orders=orders,
    closing="Demikian {judul} ini dibuat untuk dilaksanakan dengan penuh tanggung jawab.",
)
