"""Acts on many children at once: a row for each, the good rows saved, the others kept as typed."""

from collections.abc import Callable, Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from sopcases.cases.access import At, log_read, step_gate
from sopcases.cases.addresses import step_url
from sopcases.cases.forms.many import Row, TableForm, VerdictRow, VerdictsForm
from sopcases.cases.models import Case
from sopcases.cases.page.chips import child_chip, told_verdicts
from sopcases.cases.page.reading import Reading
from sopcases.cases.progress import Progress
from sopcases.cases.views.posting import answer
from sopcases.cases.walk import Judged, walking
from sopcases.people import drafts
from sopcases.people.once import once, sent_before
from sopcases.refusal import NotAllowed, Refused, demand
from sopcases.sops.flow import number_of

NOTHING = "Belum ada baris yang diisi."


def answer_rows(
    request: HttpRequest,
    form: TableForm,
    rows: Sequence[Row],
    act: Callable[[list[Row]], str],
    show: Callable[[int, list[Row]], HttpResponseBase],
    here: str,
) -> HttpResponseBase:
    """GET shows the table. A POST saves the good rows in one act; if others are bad, the page comes back
    (422) with those as they were typed. A refusal of the verb saves nothing and keeps everything.

    `show` takes the status and the rows to be shown as typed; the others are read anew.
    """
    if request.method != "POST":
        return show(200, [])
    touched = [row for row in rows if row.touched]
    if drafts.resumed(request):
        for part in (form, *touched):
            drafts.unjudged(part)
        return show(200, touched)
    if (led := sent_before(request)) is not None:
        faulty = [row for row in touched if row.faulty]
        form.sent_again()
        return show(422, faulty) if faulty else redirect(led)
    good = [row for row in touched if row.is_valid()]
    bad = [row for row in touched if row not in good]
    if not bad:
        if not touched and form.is_valid():
            form.add_error(None, NOTHING)
        return answer(request, form, lambda: act(good), lambda status: show(status, touched), here)
    if good and form.is_valid():
        try:
            once(request, lambda: act(good))
        except NotAllowed:
            raise
        except Refused as refusal:
            form.add_error(None, list(refusal.sentences))
            return show(422, touched)
        form.sent_again()
        return show(422, bad)
    return show(422, touched)


# --- verdicts


class _Verdicts:
    """The table of verdicts of a step."""

    def __init__(self, request: HttpRequest, at: At):
        self.request, self.at = request, at
        self.refusal = at.progress.refuse_judge(at.spot.key)
        sent = request.POST if request.method == "POST" else None
        self.form = VerdictsForm(sent, agency=at.progress.agency)
        self.rows = [VerdictRow(sent, stay=stay) for stay in at.progress.stays if stay.left_on is None]
        if sent is not None and self.form.is_valid() and self.form.missing_outcome(self._valid()):
            self.form.add_error("outcome", "Pilih hasil akhir bagi anak yang tidak layak.")

    def _valid(self) -> list[VerdictRow]:
        return [row for row in self.rows if row.touched and row.is_valid()]

    def act(self, good: list[VerdictRow]) -> str:
        key, outcome = self.at.spot.key, self.form.cleaned_data["outcome"]
        with walking(self.at.case, self.request.officer) as walk:
            walk.judge_all(
                key,
                [
                    Judged(row.key, row.cleaned_data["verdict"], row.cleaned_data["reason"], outcome)
                    for row in good
                ],
            )
        messages.success(self.request, f"Penilaian {len(good)} anak tersimpan.")
        return step_url(self.at.case, self.at.spot, "verify")

    def show(self, status: int, kept: list[VerdictRow]) -> HttpResponseBase:
        progress = self.at.progress
        if kept:  # good rows may have been saved meanwhile
            case = Case.objects.select_related("agency", "sop", "revision__sop").get(pk=self.at.case.pk)
            progress = Progress(case, self.request.officer)
        reading = Reading(progress)
        typed = {row.key: row for row in kept}
        rows = []
        for stay in progress.stays:
            open_ = stay.left_on is None and self.refusal is None
            rows.append(
                {
                    "called": stay.child.called,
                    "about": reading.about(stay.child),
                    "chip": child_chip(stay, progress.case),
                    "reason": stay.verdict_reason,
                    "form": (typed.get(stay.child_id) or VerdictRow(stay=stay)) if open_ else None,
                }
            )
        step = progress.plan.by_key[self.at.spot.key]
        inside = [s for s in progress.stays if s.left_on is None]
        context = {
            "identity": reading.identity,
            "number": number_of(step),
            "step_url": step_url(self.at.case, self.at.spot),
            "form": self.form if self.refusal is None else None,
            "forms_with_errors": [row for row in kept if row.errors],
            "rows": rows,
            "refusal_text": self.refusal,
            "told": told_verdicts(inside),
        }
        return render(self.request, "cases/verdicts.html", context, status=status)


@step_gate
@require_http_methods(["GET", "POST"])
def verify(request: HttpRequest, at: At) -> HttpResponseBase:
    """Layak, tidak layak or perlu dilengkapi for all children of a step in one table."""
    if not at.progress.plan.by_key[at.spot.key].verdict:
        raise NotAllowed(at.progress.refuse_judge(at.spot.key) or "")
    page = _Verdicts(request, at)
    if request.method == "POST" and page.refusal is not None:
        # Sent twice, it is led where the first led; else it came too late, or from the wrong person.
        return once(request, lambda: demand(page.refusal))
    log_read(request, "case.read", at, step=at.spot.key)
    here = step_url(at.case, at.spot, "verify")
    return answer_rows(request, page.form, page.rows, page.act, page.show, here)
