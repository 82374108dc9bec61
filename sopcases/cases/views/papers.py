"""Adding a paper to the dossier at any time, and voiding one filed in error."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from sopcases.cases import custody
from sopcases.cases.access import At, case_gate, find_case, may_touch
from sopcases.cases.addresses import case_url, draft_url
from sopcases.cases.filing import attach_scan, refuse_scan
from sopcases.cases.forms.acts import CustodyForm, ReasonForm
from sopcases.cases.forms.papers import KindForm, PaperForm, ScanForm
from sopcases.cases.page.reading import Reading
from sopcases.cases.views.acts import Act, page_of, plain
from sopcases.cases.views.posting import answer
from sopcases.cases.walk import walking
from sopcases.people.access import gate
from sopcases.people.authority import Officer
from sopcases.sops.models import PaperKind


def _number(request: HttpRequest, name: str) -> int | None:
    """A number of the address; nonsense is nothing."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


@case_gate(may=may_touch)
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, at: At) -> HttpResponseBase:
    """First the kind (`jenis`), then the paper itself; `keluaran` and `anak` say what it is meant for."""
    progress = at.progress
    reading = Reading(progress)
    kind = progress.kinds.get(_number(request, "jenis"))
    if kind is None:
        context = {"identity": reading.identity, "kinds": KindForm(agency=progress.agency)}
        return render(request, "cases/paper_kind.html", context)
    child, output = _number(request, "anak"), _number(request, "keluaran")
    slots = progress.slots(kind.pk)
    inside = [s.child for s in progress.stays]
    form = PaperForm(
        *((request.POST, request.FILES) if request.method == "POST" else ()),
        kind=kind,
        slots=slots,
        children=inside,
        by=request.officer,
        initial={"output": output or (slots[0].output_id if len(slots) == 1 else ""), "children": [child]},
    )

    def show(status: int) -> HttpResponseBase:
        context = {
            "identity": reading.identity,
            "form": form,
            "kind": kind,
            "letter": kind.origin == PaperKind.Origin.LETTER,
            "draft_url": draft_url(at.case, kind),
        }
        return render(request, "cases/paper.html", context, status=status)

    def act():
        chosen = form.cleaned_data.get("children") or ([child] if child else [])
        target = form.cleaned_data.get("output")
        with walking(at.case, request.officer) as walk:
            per_child = (
                target is not None and target in walk.plan.output and walk.plan.output[target][0].per_child
            )
            form.file_into(
                walk,
                output=target,
                children=() if per_child else chosen,
                child_id=chosen[0] if per_child and chosen else None,
                **form.hands,
            )
        messages.success(request, f"{kind.name} sudah ditambahkan ke berkas.")
        return case_url(at.case)

    return answer(request, form, act, show, request.get_full_path())


def find_filed(officer: Officer, number: str, paper: int) -> At | None:
    """A paper filed in this case."""
    at = find_case(officer, number)
    row = at and next((f.paper for f in at.progress.filings if f.paper_id == paper), None)
    return At(at.progress, paper=row) if row else None


filed_gate = gate("dokumen dalam penanganan", find_filed)


def _name(at: At) -> str:
    return f"{at.progress.kinds[at.paper.kind_id].name} {at.paper.number}".strip()


void = page_of(
    Act(
        name="void",
        title=lambda at: f"Batalkan dokumen: {_name(at)}",
        text=lambda at: (
            "Dokumen tetap tersimpan dengan tanda dibatalkan, dan tidak terhitung lagi sebagai kelengkapan."
        ),
        submit="Batalkan dokumen",
        done="Dokumen dibatalkan.",
        form=plain(ReasonForm),
        do=lambda walk, at, form: walk.void(
            next(f.paper for f in walk.filings if f.paper_id == at.paper.pk), form.cleaned_data["reason"]
        ),
        why_not=lambda at: at.progress.refuse_void(at.paper),
        danger=True,
    ),
    filed_gate,
    may_touch,
)


def _handed_before(at: At) -> str:
    row = custody.latest([at.paper.pk]).get(at.paper.pk)
    return f"Sekarang: {custody.told(at.paper, row)}."


def _custody_form(at: At, request: HttpRequest, data=None, files=None, **kwargs) -> CustodyForm:
    return CustodyForm(data, initial={"since": request.officer.day}, **kwargs)


keeper = page_of(
    Act(
        name="keeper",
        title=lambda at: f"Catat penyerahan dokumen asli: {_name(at)}",
        text=_handed_before,
        submit="Catat penyerahan",
        done="Penyimpan dokumen asli tercatat.",
        form=_custody_form,
        do=lambda walk, at, form: custody.hand_over(
            walk, at.paper.pk, form.cleaned_data["holder"], form.cleaned_data["since"]
        ),
        why_not=lambda at: custody.refuse_hand_over(at.progress, at.paper),
    ),
    filed_gate,
    may_touch,
)


def _scan_form(at: At, request: HttpRequest, data=None, files=None, **kwargs) -> ScanForm:
    return ScanForm(data, files, **kwargs)


scan = page_of(
    Act(
        name="scan",
        title=lambda at: f"Unggah pindaian: {_name(at)}",
        text=lambda at: "Surat ini sudah tercatat; pindaiannya ditambahkan.",
        submit="Unggah pindaian",
        done="Pindaian tersimpan.",
        form=_scan_form,
        do=lambda walk, at, form: attach_scan(walk, at.paper.pk, form.cleaned_data["file"]),
        why_not=lambda at: refuse_scan(at.progress, at.paper),
        files=True,
    ),
    filed_gate,
    may_touch,
)
