"""Berita Acara Penyerahan Anak: any two parties of the chain of handovers, signed by hand."""

from dataclasses import dataclass
from datetime import date

from crispy_forms.layout import Fieldset
from crispy_forms.layout import Layout as Arrangement
from django import forms

from sopcases.cases.forms.fields import DayField
from sopcases.cases.models import Case, CaseChild, Child
from sopcases.letters import words
from sopcases.letters.layouts.base import (
    HandedOver,
    Layout,
    LayoutForm,
    Person,
    dossier,
    lines_field,
    paper_text,
)
from sopcases.people.models import Position

COPY_CHOICES = [("", "Tidak diserahkan"), ("asli", "Asli"), ("fotokopi", "Fotokopi")]
WITNESSES = (1, 2)
PARTIES = {"first": "Pihak Kesatu", "second": "Pihak Kedua"}
PARTY_PARTS = ("officer", "name", "identity", "title", "address", "for")


@dataclass(frozen=True)
class Party:
    name: str
    identity: str
    title: str
    address: str
    acting_for: str
    called: str


@dataclass(frozen=True)
class BeritaAcara:
    held: str
    place: str
    parties: tuple[Party, Party]
    children: tuple[dict, ...]
    condition: str
    papers: tuple[tuple[str, str], ...]
    copies: str
    witnesses: tuple[Person, ...]
    acknowledged: "Person | None"
    acknowledged_heading: tuple[str, ...]
    first_left: bool

    @property
    def words(self) -> dict[str, str]:
        return {"hari": self.held, "tempat": self.place, "rangkap": self.copies}

    @property
    def signing(self) -> tuple[Party, Party]:
        """Left and right; which side the first party signs on is the agency's setting."""
        return self.parties if self.first_left else self.parties[::-1]


class BeritaAcaraForm(LayoutForm):
    held_on = DayField(label="Tanggal serah terima")
    place = forms.CharField(label="Bertempat di", max_length=200)
    children = forms.TypedMultipleChoiceField(
        label="Anak yang diserahkan",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Pilih anak yang diserahkan."},
    )
    condition = forms.CharField(
        label="Keadaan anak saat diserahkan",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Misalnya: sehat, berat badan 3,1 kg, membawa dua setel pakaian.",
    )
    papers_more = lines_field(
        "Barang atau dokumen lain yang diserahkan", help_text="Satu per baris; boleh kosong."
    )
    copies = forms.IntegerField(label="Dibuat dalam rangkap", min_value=2, max_value=12)
    acknowledged = forms.TypedChoiceField(label="Mengetahui", coerce=int, empty_value=None, required=False)

    def build(self) -> None:
        stays = CaseChild.objects.filter(case=self.case).select_related("child").order_by("id")
        self.by_id = {stay.child_id: stay.child for stay in stays}
        self.fields["children"].choices = [
            (pk, f"{c.called}, {c.get_sex_display().lower()}") for pk, c in self.by_id.items()
        ]
        staff = [("", "Bukan pegawai / isi sendiri"), *self.staff_choices()]
        for key, label in PARTIES.items():
            self.fields[f"{key}_officer"] = forms.TypedChoiceField(
                label=f"{label}: pegawai kita",
                choices=staff,
                coerce=int,
                empty_value=None,
                required=False,
                help_text="Bila dipilih, nama, NIP, dan jabatan disalin dari data pegawai.",
            )
            self.fields[f"{key}_name"] = forms.CharField(
                label=f"{label}: nama", max_length=150, required=False
            )
            self.fields[f"{key}_identity"] = forms.CharField(
                label=f"{label}: nomor identitas",
                max_length=80,
                required=False,
                help_text="Misalnya: NIP …, NRP …, atau NIK ….",
            )
            self.fields[f"{key}_title"] = forms.CharField(
                label=f"{label}: jabatan", max_length=200, required=False
            )
            self.fields[f"{key}_address"] = forms.CharField(
                label=f"{label}: alamat", max_length=300, required=False
            )
            self.fields[f"{key}_for"] = forms.CharField(
                label=f"{label}: bertindak untuk dan atas nama", max_length=200
            )
        for n in WITNESSES:
            self.fields[f"witness{n}_name"] = forms.CharField(
                label=f"Saksi {n}: nama", max_length=150, required=False
            )
            self.fields[f"witness{n}_title"] = forms.CharField(
                label=f"Saksi {n}: jabatan", max_length=150, required=False
            )
        self.papers = dossier(self.case)
        for paper in self.papers:
            self.fields[f"paper_{paper.pk}"] = forms.ChoiceField(
                label=paper_text(paper), choices=COPY_CHOICES, required=False
            )
        positions = Position.objects.filter(agency=self.agency, external=False)
        self.fields["acknowledged"].choices = [
            ("", "Tidak ada"),
            *((p.pk, p.name) for p in positions.order_by("superior_id", "name")),
        ]

    def prefill(self) -> dict:
        chosen = list(self.by_id) if len(self.by_id) == 1 else []
        return {
            "held_on": self.officer.day,
            "children": chosen,
            "copies": 2,
            "first_for": self.agency.name,
            "first_address": self.agency.address,
        }

    def typed(self, content: dict) -> dict:
        found = content | {
            "held_on": date.fromisoformat(content["held_on"]),
            "children": [row["child"] for row in content["children"]],
            "papers_more": "\n".join(content["papers_more"]),
        }
        for key in PARTIES:
            found |= {f"{key}_{part}": content[key].get(part, "") for part in PARTY_PARTS}
        for n, row in zip(WITNESSES, content["witnesses"], strict=False):
            found |= {f"witness{n}_name": row["name"], f"witness{n}_title": row["title"]}
        return found | {f"paper_{row['paper']}": row["copy"] for row in content["papers"]}

    def arrange(self) -> Arrangement:
        return Arrangement(
            Fieldset("Waktu dan tempat", "held_on", "place"),
            *(Fieldset(label, *(f"{key}_{part}" for part in PARTY_PARTS)) for key, label in PARTIES.items()),
            Fieldset("Anak", "children", "condition"),
            Fieldset("Yang diserahkan bersama anak", *(f"paper_{p.pk}" for p in self.papers), "papers_more"),
            Fieldset(
                "Saksi dan pengesahan",
                *(f"witness{n}_{part}" for n in WITNESSES for part in ("name", "title")),
                "acknowledged",
                "copies",
            ),
        )

    def clean(self) -> dict:
        data = self.cleaned_data
        for key, label in PARTIES.items():
            if row := self.staff.get(data.get(f"{key}_officer")):
                data[f"{key}_name"] = data.get(f"{key}_name") or row["name"]
                data[f"{key}_title"] = data.get(f"{key}_title") or row["title"]
                data[f"{key}_identity"] = data.get(f"{key}_identity") or words.id_line(
                    row["nip_label"], row["nip"]
                )
            if not data.get(f"{key}_name"):
                self.add_error(f"{key}_name", f"Isi nama {label}, atau pilih pegawai.")
        for n in WITNESSES:
            if data.get(f"witness{n}_title") and not data.get(f"witness{n}_name"):
                self.add_error(f"witness{n}_name", f"Isi nama saksi {n}.")
        return data

    def content(self) -> dict:
        data = self.cleaned_data
        return {
            "purpose": f"Serah terima anak kepada {data['second_for']}",
            "held_on": data["held_on"].isoformat(),
            "place": data["place"],
            **{key: {part: data[f"{key}_{part}"] for part in PARTY_PARTS} for key in PARTIES},
            "children": [child_facts(self.by_id[pk]) for pk in data["children"]],
            "condition": data["condition"],
            "papers": [
                {"paper": p.pk, "text": paper_text(p), "copy": data[f"paper_{p.pk}"]}
                for p in self.papers
                if data[f"paper_{p.pk}"]
            ],
            "papers_more": words.lines(data["papers_more"]),
            "copies": data["copies"],
            "witnesses": [
                {"name": data[f"witness{n}_name"], "title": data[f"witness{n}_title"]}
                for n in WITNESSES
                if data[f"witness{n}_name"]
            ],
            "acknowledged": data["acknowledged"],
        }


def child_facts(child: Child) -> dict:
    """A child as the record prints it; the name belongs on this paper. What is unknown says so."""
    return {
        "child": child.pk,
        "name": child.called,
        "sex": child.get_sex_display(),
        "birth": birth_text(child),
        "marks": child.marks,
    }


def birth_text(child: Child) -> str:
    """Place and day of birth, or the estimate with how it was made."""
    if child.birth_from is None:
        return "Belum diketahui"
    place = f"{child.birth_place}, " if child.birth_place else ""
    if child.birth_from == child.birth_until:
        return place + words.day_text(child.birth_from)
    how = f" ({child.birth_how})" if child.birth_how else ""
    span = f"{words.day_text(child.birth_from)} dan {words.day_text(child.birth_until)}"
    return f"{place}diperkirakan antara {span}{how}"


def refresh(content: dict, case: Case, day: date) -> dict:
    """The children as the file knows them on the day."""
    rows = CaseChild.objects.filter(case=case).select_related("child")
    known = {row.child_id: child_facts(row.child) for row in rows}
    return content | {"children": [known.get(row["child"], row) for row in content["children"]]}


def problem(content: dict) -> str | None:
    return None if content.get("children") else "Pilih anak yang diserahkan."


def body(content: dict, context) -> BeritaAcara:
    held_on = date.fromisoformat(content["held_on"])
    holder = context.holder(content["acknowledged"], held_on)
    parties = tuple(
        Party(
            content[key]["name"],
            content[key]["identity"],
            content[key]["title"],
            content[key]["address"],
            content[key]["for"],
            label.upper(),
        )
        for key, label in PARTIES.items()
    )
    papers = [(row["text"], row["copy"].capitalize()) for row in content["papers"]]
    return BeritaAcara(
        held=words.day_in_words(held_on),
        place=content["place"],
        parties=parties,
        children=tuple(content["children"]),
        condition=content["condition"],
        papers=(*papers, *((text, "") for text in content["papers_more"])),
        copies=f"{content['copies']} ({words.in_words(content['copies'])})",
        witnesses=tuple(Person(row["name"], title=row["title"]) for row in content["witnesses"]),
        acknowledged=holder and holder.person,
        acknowledged_heading=holder.heading if holder else (),
        first_left=context.first_party_left,
    )


def hands_over(content: dict) -> HandedOver:
    """The originals it lists go to Pihak Kedua."""
    return HandedOver(
        tuple(row["paper"] for row in content["papers"] if row["copy"] == "asli"),
        content["second"]["for"] or content["second"]["name"],
        date.fromisoformat(content["held_on"]),
    )


LAYOUT = Layout(
    slug="berita_acara",
    name="Berita Acara Penyerahan Anak",
    title="Berita Acara Penyerahan Anak",
    template="letters/layouts/berita_acara.html",
    form=BeritaAcaraForm,
    body=body,
    problem=problem,
    refresh=refresh,
    hands_over=hands_over,
    opening=("Pada hari ini {hari}, bertempat di {tempat}, kami yang bertanda tangan di bawah ini:"),
    placeholders={
        "hari": "hari dan tanggal dengan huruf",
        "tempat": "tempat serah terima",
        "rangkap": "banyaknya rangkap",
    },
    closing=(
        "Demikian {judul} ini dibuat dengan sebenarnya dalam rangkap {rangkap}, "
        "untuk dipergunakan sebagaimana mestinya."
    ),
    signed=False,
)
