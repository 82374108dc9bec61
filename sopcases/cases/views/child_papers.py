"""What a step of the whole case asks of one child: his papers, each with its upload."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from sopcases.cases import childpapers
from sopcases.cases.access import At, log_read, papers_gate
from sopcases.cases.addresses import child_papers_url, step_url
from sopcases.cases.forms.fields import ActForm
from sopcases.cases.forms.papers import NEEDS_FILE, PaperFacts
from sopcases.cases.models import Attempt
from sopcases.cases.page.papers import PaperLine, paper_lines
from sopcases.cases.page.reading import Reading
from sopcases.cases.views.posting import answer
from sopcases.cases.views.step import file_line, prefix_of
from sopcases.cases.walk import walking
from sopcases.people.once import sent_before
from sopcases.refusal import NotAllowed, Refused
from sopcases.sops.flow import number_of
from sopcases.sops.models import PaperKind


class _Page:
    """One showing of a child's papers at a step."""

    def __init__(self, request: HttpRequest, at: At):
        self.request, self.at, self.progress = request, at, at.progress
        self.child, self.step = at.stay.child, at.progress.plan.by_key[at.spot.key]
        self.reading = Reading(at.progress)
        self.refusal = at.progress.refuse_touch()
        self.attempt = at.progress.current(at.spot) or Attempt(case=at.case, step_id=self.step.id)
        self.form = ActForm(request.POST if request.method == "POST" else None)
        found = paper_lines(self.reading, self.step, at.spot, self.attempt, self.child.pk)
        self.lines = [(line, self._upload(line)) for line in found]
        self.here = child_papers_url(at.case, self.step.key, self.child.pk)

    def _upload(self, line: PaperLine) -> PaperFacts | None:
        """For what is not there, be it left to follow; no official letter, and nothing an adult signs for all
        his children, unless it was sent already."""
        if self.refusal is not None or line.kind.origin == PaperKind.Origin.LETTER:
            return None
        if line.papers and not line.lacking:
            return None
        prefix, posted = prefix_of(line), self.request.method == "POST"
        if line.signers and not any(name.startswith(f"{prefix}-") for name in self.request.POST):
            return None
        sent = (self.request.POST, self.request.FILES) if posted else (None, None)
        return PaperFacts(*sent, kind=line.kind, stage=line.item.stage, prefix=prefix)

    @property
    def uploads(self) -> list[tuple[PaperLine, PaperFacts]]:
        return [(line, form) for line, form in self.lines if form is not None]

    def act(self) -> str:
        given = [(line, form) for line, form in self.uploads if form.given]
        with walking(self.at.case, self.request.officer) as walk:
            if not given:
                raise Refused(NEEDS_FILE)
            for line, form in given:
                file_line(walk, self.at.spot, line, form)
            following = self._following(walk) if self.request.POST.get("action") == "later" else None
        messages.success(self.request, f"{len(given)} dokumen tersimpan.")
        if following is not None:
            return child_papers_url(self.at.case, self.step.key, following)
        return step_url(self.at.case, self.at.spot)

    def _following(self, walk) -> int | None:
        """The next child who lacks something at the step, as it now stands."""
        attempt = walk.current(self.at.spot)
        lacking = (
            {m.child_id for m in walk.missing(attempt) if m.child_id} if attempt and attempt.live else ()
        )
        return childpapers.following(lacking, self.child.pk)

    def show(self, status: int) -> HttpResponseBase:
        context = {
            "identity": self.reading.identity,
            "step": self.step,
            "number": number_of(self.step),
            "child": self.child,
            "about": self.reading.about(self.child),
            "lines": self.lines,
            "form": self.form if self.uploads else None,
            "forms_with_errors": [form for _, form in self.uploads if form.errors],
            "refusal_text": self.refusal,
            "back": step_url(self.at.case, self.at.spot),
            "files_again": bool(self.request.FILES) and status == 422,
        }
        return render(self.request, "cases/child_papers.html", context, status=status)


@papers_gate
@require_http_methods(["GET", "POST"])
def papers(request: HttpRequest, at: At) -> HttpResponseBase:
    """One child's papers at a step, filed in one sending."""
    if request.method == "POST" and (led := sent_before(request)) is not None:
        return redirect(led)
    page = _Page(request, at)
    if request.method == "POST" and page.refusal is not None:
        raise NotAllowed(page.refusal)
    log_read(request, "case.read", at, step=at.spot.key, child=at.stay.child_id)
    others = [form for _, form in page.uploads]
    return answer(request, page.form, page.act, page.show, page.here, tuple(others))
