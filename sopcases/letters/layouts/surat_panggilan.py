"""Surat Panggilan: a parent or guardian is asked to come, when, where, to whom, and what to bring."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django import forms

from sopcases.cases.forms.fields import MomentField
from sopcases.letters import words
from sopcases.letters.layouts import adults, correspondence
from sopcases.letters.layouts.adults import OfAnAdult
from sopcases.letters.layouts.base import Layout, lines_field
from sopcases.letters.layouts.children import retold
from sopcases.letters.layouts.correspondence import (
    Correspondence,
    CorrespondenceForm,
    Part,
    children_parts,
    paragraphs,
)
from sopcases.worktime.calendar import WEEKDAYS

OPENING = (
    "Sehubungan dengan penanganan anak oleh {perangkat_daerah}, kami mengharapkan kehadiran Saudara selaku "
    "orang tua, wali, atau penanggung jawab dari anak:"
)


class SuratPanggilanForm(OfAnAdult, CorrespondenceForm):
    TOLD = ("name",)
    OWN = (
        ("Isi surat", ("greeting", "opening")),
        ("Pertemuan", ("meet_at", "meet_place", "meet_whom", "meet_for", "bring")),
    )

    meet_at = MomentField(label="Hari, tanggal, dan jam")
    meet_place = forms.CharField(label="Tempat", max_length=300)
    meet_whom = forms.CharField(label="Menghadap", max_length=200)
    meet_for = forms.CharField(label="Keperluan", max_length=500)
    bring = lines_field(
        "Yang harus dibawa", rows=2, help_text="Satu per baris, misalnya kartu identitas; boleh kosong."
    )

    def prefill(self) -> dict:
        own = self.own()
        found = super().prefill() | {
            "hal": "Panggilan Orang Tua/Wali",
            "nature": "Biasa",
            "opening": self.first_words(OPENING),
            "meet_place": f"{self.agency.name}, {self.agency.address}",
            "meet_whom": f"{self.officer.user.name}, {self.officer.title}",
        }
        if own:
            adult = own[0].adult
            found["to"] = "\n".join(filter(None, [f"Saudara/i {adult.name}", adult.address]))
            found["children_named"] = self.own_children()
        return found

    def typed(self, content: dict) -> dict:
        return super().typed(content) | {
            "meet_at": datetime.fromisoformat(content["meet_at"]),
            "bring": "\n".join(content["bring"]),
        }

    def clean(self) -> dict:
        data = super().clean()
        if data.get("meet_at") and data["meet_at"] <= self.officer.at:
            self.add_error("meet_at", "Waktu pertemuan sudah lewat; isi waktu yang akan datang.")
        return data

    def content(self) -> dict:
        data = self.cleaned_data
        return super().content() | {
            "subject": self.subject,
            "meet_at": data["meet_at"].isoformat(),
            "bring": words.lines(data["bring"]),
        }


def body(content: dict, context) -> Correspondence:
    local = datetime.fromisoformat(content["meet_at"]).astimezone(ZoneInfo(context.agency.timezone))
    meeting = (
        ("Hari", WEEKDAYS[local.weekday()]),
        ("Tanggal", words.day_text(local.date())),
        ("Pukul", f"{local:%H.%M}"),
        ("Tempat", content["meet_place"]),
        ("Menghadap", content["meet_whom"]),
        ("Keperluan", content["meet_for"]),
    )
    bring = [Part("Saudara diminta membawa:", lines=tuple(content["bring"]))] if content["bring"] else []
    return correspondence.letter(
        content,
        [
            *paragraphs(content["opening"]),
            *children_parts(content["children"]),
            Part("Pertemuan diadakan pada:", facts=meeting),
            *bring,
        ],
    )


LAYOUT = Layout(
    slug="surat_panggilan",
    name="Surat Panggilan",
    title="Surat Panggilan",
    template=correspondence.TEMPLATE,
    form=SuratPanggilanForm,
    body=body,
    problem=correspondence.problem,
    refresh=retold,
    closing="Demikian panggilan ini kami sampaikan untuk dipenuhi. Atas kehadiran Saudara, kami ucapkan "
    "terima kasih.",
    subjects=adults.subjects,
    about="Siapa yang dipanggil?",
    nothing="Orang yang belum tercatat pada penanganan ini",
)
