"""Surat Pernyataan Tanggung Jawab Mutlak: a birth declared on one's own responsibility before two witnesses,
where no other paper proves it (Perpres 96/2018 article 33)."""

from sopcases.letters.layouts import adults, surat_pernyataan
from sopcases.letters.layouts.base import Layout
from sopcases.letters.layouts.children import retold
from sopcases.letters.layouts.surat_pernyataan import SuratPernyataanForm

TWO = "Sebutkan dua saksi dengan NIK masing-masing."


class SptjmForm(SuratPernyataanForm):
    WITNESSED = True
    ABOUT = "Kebenaran data kelahiran"
    STATEMENTS = (
        "Data kelahiran anak tersebut di atas adalah benar",
        "Saya bertanggung jawab sepenuhnya atas kebenaran data tersebut",
        "Apabila data tersebut tidak benar, dokumen kependudukan yang terbit karenanya tidak sah dan dapat "
        "dibatalkan",
    )


def problem(content: dict) -> str | None:
    if len([row for row in content.get("witnesses", []) if row["name"] and row["identity"]]) < 2:
        return TWO
    return surat_pernyataan.problem(content)


LAYOUT = Layout(
    slug="sptjm",
    name="Surat Pernyataan Tanggung Jawab Mutlak",
    title="Surat Pernyataan Tanggung Jawab Mutlak (SPTJM)",
    template=surat_pernyataan.TEMPLATE,
    form=SptjmForm,
    body=surat_pernyataan.body,
    problem=problem,
    refresh=retold,
    opening="Yang bertanda tangan di bawah ini:",
    closing=surat_pernyataan.LAYOUT.closing,
    signed=False,
    subjects=adults.subjects,
    about="Siapa yang membuat pernyataan?",
    nothing="Orang yang belum tercatat pada penanganan ini",
)
