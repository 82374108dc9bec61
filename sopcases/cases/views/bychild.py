"""A step per child for several children on one page: tick them, then one act for those ticked."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from sopcases.cases import bychild, visits
from sopcases.cases.access import At, many_gate
from sopcases.cases.addresses import by_child_url, step_url
from sopcases.cases.forms.bychild import ACTS, ManyForm
from sopcases.cases.forms.fields import now_to_the_minute
from sopcases.cases.forms.step import able
from sopcases.cases.page.reading import Reading
from sopcases.cases.page.steps import step_chip, waited
from sopcases.cases.printing import pdf_response
from sopcases.cases.views.posting import answer
from sopcases.cases.walk import Walk, walking
from sopcases.people import journal
from sopcases.people.once import sent_before
from sopcases.refusal import Conflict, NotAllowed, demand
from sopcases.sops import flow
from sopcases.sops.flow import number_of

DONE = {
    "not_needed": "Langkah dinyatakan tidak diperlukan bagi {count} anak.",
    "refer": "Permintaan bagi {count} anak dicatat.",
    "answered": "Jawaban bagi {count} anak dicatat.",
    "keep": "Daftar {count} anak tersimpan sebagai keluaran langkah.",
    "upload": "Pindaian untuk {count} anak tersimpan sebagai keluaran langkah.",
    "finish": "Langkah selesai bagi {count} anak.",
}


class _Page:
    """One showing of the children at a step."""

    def __init__(self, request: HttpRequest, at: At):
        self.request, self.at, self.progress = request, at, at.progress
        self.step = at.progress.plan.by_key[at.spot.key]
        self.reading = Reading(at.progress)
        self.rows = bychild.standing(at.progress, self.step)
        self.refusal = at.progress.refuse_act(self.step.key)
        self.report = visits.report_output(at.progress, self.step)
        self.people = able(at.progress, self.step, at.case.event_at) if self.rows else {}
        self.here = by_child_url(at.case, self.step.key)
        self.form = self._form()

    @property
    def acts(self) -> list[str]:
        """What can be done here, in the order of the page."""
        if self.refusal is not None:
            return ["print"]
        possible = {
            "not_needed": bool(self.step.condition),
            "answered": any(row.waits for row in self.rows),
            "keep": self.report is not None,
            "upload": self.report is not None,
        }
        # What was sent is never refused for the state of the page: the verb says why.
        return [act for act in ACTS if possible.get(act, True) or act == self.request.POST.get("action")]

    def _form(self) -> ManyForm:
        sent = (self.request.POST, self.request.FILES) if self.request.method == "POST" else (None, None)
        now, me = now_to_the_minute(), self.request.user.pk
        mine = [me] if self.progress.hat(self.step.positions(flow.PERFORMS)) and me in self.people else []
        return ManyForm(
            *sent,
            rows=self.rows,
            people={pk: label for pk, (_, label) in self.people.items()},
            acts=self.acts,
            initial={
                "children": self.request.GET.getlist("anak"),
                "since": now,
                "answered_at": now,
                "acted_at": now,
                "acted_by": mine,
            },
        )

    def act(self) -> str:
        form, data, key = self.form, self.form.cleaned_data, self.step.key
        children, kept = data["children"], {}
        with walking(self.at.case, self.request.officer) as walk:
            demand(walk.refuse_act(key))
            if moved := bychild.changed(walk, self.step, form.seen):
                raise Conflict(f"Baru saja diubah oleh petugas lain: {', '.join(moved)}.")
            if form.act == "not_needed":
                walk.not_needed(key, data["not_needed_reason"], children)
            elif form.act == "refer":
                asked = {name: data[name] for name in ("request", "party_kind")}
                walk.refer(data["party"], data["since"], key=key, children=children, **asked)
            elif form.act == "answered":
                accepted = data["answer"] == "ya"
                bychild.answer_all(
                    walk, self.step, children, data["answered_at"], accepted, data["answer_reason"]
                )
            elif form.act == "keep":
                bychild.file_list(walk, self.step, children)
            elif form.act == "upload":
                facts = {name: data[name] for name in ("number", "dated")}
                bychild.file_report(walk, self.step, children, data["file"], signed=True, **facts)
            else:
                kept = self._finish(walk)
        messages.success(self.request, DONE[form.act].format(count=len(children) - len(kept)))
        names = {row.child.pk: row.child.called for row in self.rows}
        for child, sentences in kept.items():
            for sentence in sentences:
                messages.warning(self.request, f"{names[child]} {sentence}")
        again = kept or (children if form.act in ("keep", "upload", "refer", "answered") else ())
        return by_child_url(self.at.case, self.step.key, again)

    def _finish(self, walk: Walk) -> dict[int, list[str]]:
        data = self.form.cleaned_data
        opened = max(row.attempt.opened_at for row in self.rows if row.child.pk in data["children"])
        at = data["acted_at"]
        # Typed to the minute: the minute in which the step opened means the moment it opened.
        at = opened if at == opened.replace(second=0, microsecond=0) else at
        people = [self.people[pk][0] for pk in data["acted_by"]]
        return walk.finish_all(
            self.step.key, data["children"], acted_at=at, acted_by=people, note=data["note"]
        )

    def printed(self) -> HttpResponseBase:
        """The list of those ticked, in a tab of its own; nothing is changed."""
        if not self.form.is_valid():
            return self.show(422)
        content = bychild.list_pdf(self.progress, self.step, self.form.cleaned_data["children"])
        return pdf_response(content, f"daftar-{self.at.case.number}-{self.step.key}")

    def show(self, status: int) -> HttpResponseBase:
        context = {
            "identity": self.reading.identity,
            "step": self.step,
            "number": number_of(self.step),
            "rows": [self._line(row) for row in self.rows],
            "form": self.form,
            "acts": self.acts,
            "refusal_text": self.refusal,
            "title": bychild.title(self.progress, self.step),
            "files_again": bool(self.request.FILES) and status == 422,
        }
        return render(self.request, "cases/by_child.html", context, status=status)

    def _line(self, row: bychild.Standing) -> dict:
        spot = bychild.spot(self.step, row)
        asked = ""
        if row.request:
            told = waited(self.progress.calendar, row.request.since, row.request.until or self.request.at)
            asked = f"{row.request.party}: {row.result}" + (f", {told}" if row.waits else "")
        return {
            "id": row.child.pk,
            "called": row.child.called,
            "about": self.reading.about(row.child),
            "schooling": row.child.schooling,
            "chip": step_chip(self.reading, self.step, spot),
            "lacking": [m.kind.name for m in self.progress.missing(row.attempt)],
            "asked": asked,
            "url": step_url(self.at.case, spot),
            "ticked": str(row.child.pk) in self.form.ticked,
        }


@many_gate
@require_http_methods(["GET", "POST"])
def many(request: HttpRequest, at: At) -> HttpResponseBase:
    """The children at a step, and what is done for several of them."""
    if request.method == "POST" and (led := sent_before(request)) is not None:
        return redirect(led)
    page = _Page(request, at)
    printing = request.method == "POST" and page.form.act == "print"
    if request.method == "GET" or printing:
        journal.write(at.progress.by, "case.read", at.case, step=at.spot.key)
    if printing:
        return page.printed()
    if request.method == "POST" and page.refusal is not None:
        raise NotAllowed(page.refusal)
    return answer(request, page.form, page.act, page.show, page.here)
