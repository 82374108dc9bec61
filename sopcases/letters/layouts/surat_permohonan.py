"""Surat Permohonan: what the office asks of police, civil registry, hospital or an institution."""

from django import forms

from sopcases.letters.layouts import correspondence
from sopcases.letters.layouts.base import Layout
from sopcases.letters.layouts.children import retold
from sopcases.letters.layouts.correspondence import (
    Correspondence,
    CorrespondenceForm,
    Part,
    children_parts,
    paragraphs,
)

OPENING = (
    "Sehubungan dengan penanganan anak oleh {perangkat_daerah} (nomor penanganan {nomor_penanganan}), dengan "
    "ini kami sampaikan data anak sebagai berikut:"
)
SEPARATOR = "|"
ASKS = (
    "Kepolisian | Permohonan Surat Keterangan | menerbitkan surat keterangan dari kepolisian mengenai "
    "ditemukannya anak tersebut",
    "Dinas Kependudukan dan Pencatatan Sipil | Permohonan Dokumen Kependudukan | mencatatkan kelahiran dan "
    "menerbitkan dokumen kependudukan bagi anak tersebut",
    "Rumah sakit atau puskesmas | Permohonan Pemeriksaan Kesehatan | memeriksa kesehatan anak tersebut dan "
    "memberikan keterangan tertulis mengenai hasilnya",
    "Lembaga kesejahteraan sosial | Permohonan Penerimaan Anak | menerima dan mengasuh anak tersebut",
    "Sekolah atau lembaga pendidikan | Permohonan Penerimaan Peserta Didik | menerima anak tersebut sebagai "
    "peserta didik",
)
"""Each: of whom, hal, and what is asked; an agency's own stand in its wording (`Wording.headings`)."""


class SuratPermohonanForm(CorrespondenceForm):
    TOLD = ("name", "sex", "birth", "found")
    OWN = (("Isi surat", ("greeting", "opening", "aim", "asked", "closing_more")),)

    aim = forms.ChoiceField(
        label="Dimohonkan kepada",
        widget=forms.RadioSelect,
        required=False,
        help_text="Hal dan permohonan yang dikosongkan diisi dengan kalimat lazim untuk penerima ini.",
    )
    asked = forms.CharField(
        label="Yang dimohon",
        max_length=3000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Lanjutan kalimat “… kami mohon bantuan Saudara untuk”.",
    )
    closing_more = forms.CharField(
        label="Alinea tambahan", max_length=3000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    NIK = True

    def build(self) -> None:
        super().build()
        own = getattr(self.kind, "wording", None) and self.kind.wording.headings
        rows = [[part.strip() for part in line.split(SEPARATOR)] for line in own or ASKS]
        self.asks = {row[0]: row for row in rows if len(row) == 3}
        self.fields["aim"].choices = [*((name, name) for name in self.asks), ("", "Penerima lain")]
        self.fields["hal"].required = False

    def prefill(self) -> dict:
        return super().prefill() | {"opening": self.first_words(OPENING), "aim": ""}

    def clean(self) -> dict:
        data = super().clean()
        _, hal, asked = self.asks.get(data.get("aim", ""), ("", "", ""))
        for name, usual in (("hal", hal), ("asked", asked)):
            data[name] = data.get(name) or usual
            if not data[name]:
                self.add_error(name, f"Isi “{self.fields[name].label}”, atau pilih kepada siapa dimohonkan.")
        return data


def body(content: dict, context) -> Correspondence:
    asked = content["asked"].strip().rstrip(".")
    return correspondence.letter(
        content,
        [
            *paragraphs(content["opening"]),
            *children_parts(content["children"]),
            Part(f"Berkenaan dengan hal tersebut, kami mohon bantuan Saudara untuk {asked}."),
            *paragraphs(content["closing_more"]),
        ],
    )


LAYOUT = Layout(
    slug="surat_permohonan",
    name="Surat Permohonan",
    title="Surat Permohonan",
    template=correspondence.TEMPLATE,
    form=SuratPermohonanForm,
    body=body,
    problem=correspondence.problem,
    refresh=retold,
    closing="Demikian kami sampaikan. Atas perhatian dan kerja sama Saudara, kami ucapkan terima kasih.",
)
