"""Surat Pengantar: what is sent, to whom, with a receipt that comes back."""

from dataclasses import dataclass
from datetime import date

from crispy_forms.layout import Fieldset
from crispy_forms.layout import Layout as Arrangement
from django import forms

from sopcases.cases.models import Case
from sopcases.letters import words
from sopcases.letters.layouts.base import Layout, LayoutForm, dossier, lines_field, paper_text

ROWS = range(1, 6)


@dataclass(frozen=True)
class SuratPengantar:
    to: tuple[str, ...]
    items: tuple[dict, ...]
    cc: tuple[str, ...]


class SuratPengantarForm(LayoutForm):
    to = lines_field(
        "Kepada Yth.", required=True, help_text="Jabatan dan alamat penerima, satu baris per baris surat."
    )
    subject = forms.CharField(
        label="Perihal singkat", max_length=200, help_text="Untuk daftar surat. Jangan menulis nama anak."
    )
    papers = forms.TypedMultipleChoiceField(
        label="Dokumen dari berkas penanganan yang dikirim",
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    cc = lines_field("Tembusan", rows=2, help_text="Satu penerima per baris; boleh kosong.")

    def build(self) -> None:
        self.on_file = {p.pk: paper_text(p) for p in dossier(self.case)}
        self.fields["papers"].choices = list(self.on_file.items())
        if not self.on_file:
            del self.fields["papers"]
        for n in ROWS:
            self.fields[f"what{n}"] = forms.CharField(
                label=f"Kiriman lain {n}: jenis", max_length=300, required=False
            )
            self.fields[f"count{n}"] = forms.CharField(
                label=f"Kiriman lain {n}: banyaknya", max_length=60, required=False
            )
            self.fields[f"note{n}"] = forms.CharField(
                label=f"Kiriman lain {n}: keterangan", max_length=300, required=False
            )

    def typed(self, content: dict) -> dict:
        found = {
            "to": "\n".join(content["to"]),
            "subject": content["purpose"],
            "papers": [row["paper"] for row in content["papers"]],
            "cc": "\n".join(content["cc"]),
        }
        for n, row in zip(ROWS, content["others"], strict=False):
            found |= {f"what{n}": row["what"], f"count{n}": row["count"], f"note{n}": row["note"]}
        return found

    def arrange(self) -> Arrangement:
        papers = ["papers"] if self.on_file else []
        return Arrangement(
            Fieldset("Penerima", "to", "subject"),
            Fieldset(
                "Yang dikirim", *papers, *(f"{part}{n}" for n in ROWS for part in ("what", "count", "note"))
            ),
            Fieldset("Tembusan", "cc"),
        )

    def clean(self) -> dict:
        data = self.cleaned_data
        if not data.get("papers") and not any(data.get(f"what{n}") for n in ROWS):
            raise forms.ValidationError("Pilih atau tulis paling sedikit satu kiriman.")
        return data

    def content(self) -> dict:
        data = self.cleaned_data
        return {
            "purpose": data["subject"],
            "to": words.lines(data["to"]),
            "papers": [{"paper": pk, "text": self.on_file[pk]} for pk in data.get("papers", [])],
            "others": [
                {"what": data[f"what{n}"], "count": data[f"count{n}"], "note": data[f"note{n}"]}
                for n in ROWS
                if data[f"what{n}"]
            ],
            "cc": words.lines(data["cc"]),
        }


def refresh(content: dict, case: Case, day: date) -> dict:
    return content


def problem(content: dict) -> str | None:
    if content.get("papers") or content.get("others"):
        return None
    return "Pilih atau tulis paling sedikit satu kiriman."


def body(content: dict, context) -> SuratPengantar:
    papers = [{"what": row["text"], "count": "1 (satu) berkas", "note": ""} for row in content["papers"]]
    return SuratPengantar(
        to=tuple(content["to"]), items=(*papers, *content["others"]), cc=tuple(content["cc"])
    )


LAYOUT = Layout(
    slug="surat_pengantar",
    name="Surat Pengantar",
    title="Surat Pengantar",
    template="letters/layouts/surat_pengantar.html",
    form=SuratPengantarForm,
    body=body,
    problem=problem,
    refresh=refresh,
)
