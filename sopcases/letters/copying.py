"""Texts of a letter to copy elsewhere: the fields of SRIKANDI in the order of its form, and a message to a
colleague. No child's name in either."""

from django.conf import settings
from django.urls import reverse

from sopcases.cases import message
from sopcases.cases.page.reading import Reading
from sopcases.cases.progress import Progress
from sopcases.letters import page
from sopcases.letters.models import Letter
from sopcases.letters.words import day_text, one_line
from sopcases.people.authority import Officer
from sopcases.people.models import Position

ORDINARY = "Biasa"


def srikandi(letter: Letter) -> list[tuple[str, str]]:
    """Field and content, in the order of "Registrasi Naskah Keluar" (SRIKANDI version 2 and 3); a field that
    nothing is known for is empty, to be filled there."""
    kind, content = letter.paper.kind, letter.content
    series = letter.series or kind.series.first()
    names = dict(Position.objects.filter(pk__in=kind.chain).values_list("pk", "name")) if kind.chain else {}
    initiallers = [f"{given.name}, {given.title}" for given in letter.initials]
    initiallers += [names[pk] for pk in kind.chain[len(initiallers) :]]
    signer = (
        f"{letter.signer_name}, {one_line(letter.signer_title)}"
        if letter.signer_id
        else str(kind.signer or "")
    )
    return [
        ("Dikirimkan melalui", letter.agency.name),
        ("Jenis naskah", kind.name),
        ("Sifat naskah", content.get("nature") or ORDINARY),
        ("Tingkat urgensi", content.get("urgency") or ORDINARY),
        ("Klasifikasi", series.classification if series else ""),
        ("Nomor naskah", letter.number),
        ("Tanggal naskah", day_text(letter.dated) if letter.dated else ""),
        ("Hal", letter.label),
        ("Isi ringkas", f"{letter.label} (penanganan {letter.case.number})"),
        ("Tujuan", "; ".join(content.get("to") or ())),
        ("Tembusan", "; ".join(content.get("cc") or ())),
        ("Verifikator", "; ".join(initiallers)),
        ("Penanda tangan", " ".join(signer.split())),
    ]


def colleague(letter: Letter, by: Officer) -> str:
    """What to write to the colleague whom the letter waits for."""
    reading = Reading(Progress(letter.case, by))
    asked = page.waits_for(letter, by) or letter.get_state_display()
    name = f"{letter.paper.kind} {letter.number}".strip()
    address = settings.PUBLIC_URL + reverse("letters:letter", kwargs={"letter": letter.pk})
    return "\n".join(
        [
            f"{name}: {letter.label}.",
            f"Penanganan {letter.case.number} ({letter.case.sop.noun}, {message.whom(reading)}).",
            f"{asked.rstrip('.')}.",
            address,
        ]
    )
