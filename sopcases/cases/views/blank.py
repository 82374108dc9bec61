"""The blank form for a round: printed before it, filled by hand, typed into the table of children after."""

from dataclasses import dataclass

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sopcases.cases import wording
from sopcases.cases.access import At, case_gate, may_touch
from sopcases.cases.page.reading import Reading
from sopcases.cases.printing import pdf_response, printed
from sopcases.sops import flow
from sopcases.sops.models import PaperKind

ROWS = 8
PAGES = 10
LINE = 140
"""Letters of a line on top: more would push the eighth row off the sheet."""


class PagesForm(forms.Form):
    """How many sheets are printed."""

    halaman = forms.IntegerField(
        label="Jumlah lembar",
        min_value=1,
        max_value=PAGES,
        initial=2,
        help_text=f"{ROWS} anak setiap lembar, paling banyak {PAGES} lembar.",
        error_messages={
            "required": "Isi jumlah lembarnya.",
            "invalid": f"Isi angka 1 sampai {PAGES}.",
            "min_value": "Paling sedikit 1 lembar.",
            "max_value": f"Paling banyak {PAGES} lembar sekali cetak.",
        },
    )


@dataclass(frozen=True)
class Blank:
    """What stands on top of every sheet; what is not known yet is left open for the pen."""

    number: str
    letter: str
    place: str
    officers: str
    pages: range
    rows: tuple[range, ...]


def blank_of(reading: Reading, pages: int) -> Blank:
    """The form's head, from the case: the numbered letter its finding step asks for, place, and officers."""
    case, progress = reading.case, reading.progress
    finder = reading.plan.finder
    doing = finder.positions(flow.PERFORMS, "takes_part") if finder else frozenset()
    named = [reading.users[u] for p, u in progress.assigned.items() if not finder or p in doing]
    return Blank(
        number=case.number,
        letter=_letter(reading),
        place=wording.shortened(" – ".join(filter(None, [case.place, case.area and case.area.name])), LINE),
        officers=wording.shortened(wording.joined(sorted(named)), LINE),
        pages=range(1, pages + 1),
        rows=tuple(range(ROWS * page + 1, ROWS * (page + 1) + 1) for page in range(pages)),
    )


def _letter(reading: Reading) -> str:
    """ "Surat … nomor … tanggal …": the latest numbered letter, of a kind the finder asks for if any."""
    kinds, finder = reading.progress.kinds, reading.plan.finder
    asked = {item.kind for item in finder.requirements} if finder else set()
    papers = [
        f.paper
        for f in reading.progress.filings
        if kinds[f.paper.kind_id].origin == PaperKind.Origin.LETTER
        and f.paper.number
        and f.paper.voided_at is None
    ]
    if not papers:
        return ""
    paper = max(papers, key=lambda p: (p.kind_id in asked, p.pk))
    dated = f" tanggal {wording.day(paper.dated)}" if paper.dated else ""
    return f"{kinds[paper.kind_id].name} nomor {paper.number}{dated}"


@case_gate(may=may_touch)
@require_safe
def blank(request: HttpRequest, at: At) -> HttpResponse:
    """Asks how many sheets; with `halaman` in the address the PDF itself."""
    reading = Reading(at.progress)
    form = PagesForm(request.GET if "halaman" in request.GET else None)
    if form.is_valid():
        found = blank_of(reading, form.cleaned_data["halaman"])
        title = "Daftar anak yang ditemukan"
        key = f"blank {at.case.number} {len(found.pages)}"
        content = printed("print/blank.html", at.progress.agency, title, {"blank": found}, key=key)
        return pdf_response(content, f"blangko-{at.case.number}")
    context = {"identity": reading.identity, "form": form}
    return render(request, "cases/blank.html", context, status=422 if form.errors else 200)
