"""Surat Pelimpahan: a child's case handed to the office of another region, what happened, and papers."""

from sopcases.cases.forms.fields import LongField
from sopcases.cases.models import ProgressNote
from sopcases.letters import words
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
from sopcases.people.authority import local_day

OPENING = (
    "Bersama ini kami limpahkan penanganan anak yang selama ini ditangani {perangkat_daerah} (nomor "
    "penanganan {nomor_penanganan}), sebagai berikut:"
)
SUMMARY = 10_000
"""Letters of a summary."""


class SuratPelimpahanForm(CorrespondenceForm):
    TOLD = ("name", "sex", "birth", "health", "schooling", "address", "found", "place")
    OWN = (
        ("Isi surat", ("greeting", "opening")),
        ("Pelimpahan", ("reason", "summary", "asked")),
    )

    reason = LongField(label="Alasan pelimpahan", rows=3)
    summary = LongField(
        label="Ringkasan penanganan",
        rows=10,
        max_length=SUMMARY,
        help_text="Diisi dari laporan awal dan catatan perkembangan anak; hapus yang tidak perlu diketahui "
        "penerima.",
    )
    asked = LongField(label="Yang dimohon dari penerima", rows=3)

    def prefill(self) -> dict:
        found = super().prefill()
        return found | {
            "hal": "Pelimpahan Penanganan Anak",
            "opening": self.first_words(OPENING),
            "summary": happened(self.case, found["children_named"])[:SUMMARY],
            "papers": list(self.on_file),
        }


def happened(case, children: list[int]) -> str:
    """What the file tells of the case and of these children, a dated line each: no note on another child."""
    agency = case.agency
    first = words.day_text(local_day(agency, case.event_at))
    lines = [f"{first}: {case.circumstances}"] if case.circumstances else []
    notes = ProgressNote.objects.filter(case=case).order_by("happened_at", "id")
    lines += [
        f"{words.day_text(local_day(agency, note.happened_at))}: {note.text}"
        for note in notes
        if note.child_id is None or note.child_id in children
    ]
    return "\n".join(lines)


def body(content: dict, context) -> Correspondence:
    summary = words.lines(content["summary"])
    return correspondence.letter(
        content,
        [
            *paragraphs(content["opening"]),
            *children_parts(content["children"]),
            *paragraphs(content["reason"]),
            Part("Ringkasan penanganan sampai dengan surat ini:", lines=tuple(summary)),
            *paragraphs(content["asked"]),
        ],
    )


def problem(content: dict) -> str | None:
    return correspondence.problem(content) or (
        None if content.get("summary") else "Tuliskan ringkasan penanganannya."
    )


LAYOUT = Layout(
    slug="surat_pelimpahan",
    name="Surat Pelimpahan",
    title="Surat Pelimpahan",
    template=correspondence.TEMPLATE,
    form=SuratPelimpahanForm,
    body=body,
    problem=problem,
    refresh=retold,
    closing="Demikian kami sampaikan. Atas perhatian dan kerja sama Saudara, kami ucapkan terima kasih.",
)
