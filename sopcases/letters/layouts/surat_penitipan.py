"""Surat Penitipan: a child entrusted to an institution for a time, and on what terms."""

from datetime import date

from sopcases.cases.forms.fields import DayField, LongField
from sopcases.letters import words
from sopcases.letters.layouts import correspondence
from sopcases.letters.layouts.base import Layout, lines_field
from sopcases.letters.layouts.children import retold
from sopcases.letters.layouts.correspondence import (
    Correspondence,
    CorrespondenceForm,
    Part,
    children_parts,
    paragraphs,
)

OPENING = (
    "Dalam rangka penanganan anak oleh {perangkat_daerah} (nomor penanganan {nomor_penanganan}), bersama ini "
    "kami titipkan anak sebagai berikut:"
)


class SuratPenitipanForm(CorrespondenceForm):
    TOLD = ("name", "sex", "birth", "marks", "health")
    OWN = (
        ("Isi surat", ("greeting", "opening")),
        ("Penitipan", ("since", "until", "reason", "terms")),
    )

    since = DayField(label="Dititipkan sejak tanggal")
    until = DayField(
        label="Sampai dengan tanggal",
        required=False,
        help_text="Boleh kosong: sampai ada penempatan lebih lanjut.",
    )
    reason = LongField(label="Alasan penitipan", rows=3)
    terms = lines_field("Ketentuan selama penitipan", help_text="Satu ketentuan per baris; boleh kosong.")

    def prefill(self) -> dict:
        return super().prefill() | {
            "hal": "Penitipan Anak",
            "opening": self.first_words(OPENING),
            "since": self.officer.day,
        }

    def typed(self, content: dict) -> dict:
        return super().typed(content) | {
            "since": date.fromisoformat(content["since"]),
            "until": content["until"] and date.fromisoformat(content["until"]),
            "terms": "\n".join(content["terms"]),
        }

    def clean(self) -> dict:
        data = super().clean()
        if data.get("since") and data.get("until") and data["until"] < data["since"]:
            self.add_error("until", "Tanggal akhir mendahului tanggal mulai penitipan.")
        return data

    def content(self) -> dict:
        data = self.cleaned_data
        return super().content() | {
            "since": data["since"].isoformat(),
            "until": data["until"].isoformat() if data["until"] else "",
            "terms": words.lines(data["terms"]),
        }


def body(content: dict, context) -> Correspondence:
    since = date.fromisoformat(content["since"])
    if content["until"]:
        span = words.span_text(since, date.fromisoformat(content["until"]))
    else:
        span = f"{words.day_text(since)} sampai ada penempatan lebih lanjut"
    terms = [Part("Selama penitipan berlaku ketentuan:", lines=tuple(content["terms"]))]
    return correspondence.letter(
        content,
        [
            *paragraphs(content["opening"]),
            *children_parts(content["children"]),
            Part(f"Anak tersebut dititipkan terhitung sejak tanggal {span}."),
            *paragraphs(content["reason"]),
            *(terms if content["terms"] else ()),
        ],
    )


LAYOUT = Layout(
    slug="surat_penitipan",
    name="Surat Penitipan",
    title="Surat Penitipan",
    template=correspondence.TEMPLATE,
    form=SuratPenitipanForm,
    body=body,
    problem=correspondence.problem,
    refresh=retold,
    closing="Demikian kami sampaikan. Atas kesediaan Saudara menerima dan merawat anak tersebut, kami "
    "ucapkan terima kasih.",
)
