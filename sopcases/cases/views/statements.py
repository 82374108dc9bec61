"""What responsible adults sign at a step: who has, who has not, what follows; and one adult's scan."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from sopcases.cases import statements, wording
from sopcases.cases.access import At, log_read, signer_gate, statements_gate
from sopcases.cases.addresses import (
    adult_new_url,
    child_papers_url,
    draft_url,
    paper_url,
    statements_url,
    step_url,
    upload_url,
)
from sopcases.cases.forms.statements import FollowForm, SignForm
from sopcases.cases.page.chips import Chip, paper_chip
from sopcases.cases.page.reading import Reading
from sopcases.cases.progress import Spot
from sopcases.cases.statements import Charge, Signer
from sopcases.cases.views.posting import answer
from sopcases.cases.walk import walking
from sopcases.people.once import sent_before
from sopcases.refusal import NotAllowed
from sopcases.sops.flow import number_of


class _Statements:
    """What both pages show of a step and its output."""

    def __init__(self, request: HttpRequest, at: At):
        self.request, self.at, self.progress = request, at, at.progress
        self.reading = Reading(at.progress)
        self.step = at.progress.plan.by_key[at.spot.key]
        self.item = statements.output(at.progress, self.step, request.GET.get("keluaran", ""))
        self.round = statements.read(at.progress, self.step, self.item)
        self.sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)

    def url(self, adult_id: int | None = None) -> str:
        first = statements.output(self.progress, self.step) == self.item
        return statements_url(self.at.case, self.step.key, adult_id, None if first else self.item.id)

    @property
    def context(self) -> dict:
        return {
            "identity": self.reading.identity,
            "step": self.step,
            "number": number_of(self.step),
            "kind": self.round.kind.name,
            "form": self.form,
        }

    def state(self, charge: Charge, adult_id: int | None) -> dict:
        """A child's statement by word, day and signer, seen from the row of an adult."""
        paper = max(charge.papers, key=lambda p: (p.adult_id == adult_id, p.pk), default=None)
        if paper is not None:
            by = "" if adult_id and paper.adult_id == adult_id else _signer(paper)
            when = wording.day(paper.dated) if paper.dated else "tanpa tanggal"
            chip, text = Chip("Ada", "done"), ", ".join(filter(None, [when, by]))
        elif charge.drafts:
            paper = charge.drafts[-1]
            chip, text = paper_chip(paper, self.round.kind), "naskah sudah dibuat"
        elif charge.waiver is not None:
            chip = Chip("Menyusul", "waiting") if charge.follows else Chip("Tidak diterbitkan", "neutral")
            until = f"paling lambat {wording.day(charge.waiver.until)}: " if charge.follows else ""
            text = f"{until}{charge.waiver.reason}"
        else:
            chip, text = Chip("Belum", "waiting"), ""
        return {
            "id": charge.child.pk,
            "called": charge.child.called,
            "chip": chip,
            "text": text,
            "url": paper_url(paper) if paper is not None and (paper.file or paper.drafted_here) else "",
        }


def _signer(paper) -> str:
    return f"ditandatangani {paper.adult.name}" if paper.adult else "penanda tangan tidak dicatat"


class _Overview(_Statements):
    """All adults of a step's children, and what is left to follow."""

    def __init__(self, request: HttpRequest, at: At):
        super().__init__(request, at)
        self.refusal = self.progress.refuse_waive()
        self.may_touch = self.progress.refuse_touch() is None
        self.left = [c for c in self.round.charges if c.open]
        self.form = FollowForm(self.sent[0], charges=self.left)
        self.shown: set[int] = set()

    def act(self) -> str:
        data = self.form.cleaned_data
        with walking(self.at.case, self.request.officer) as walk:
            found = statements.follow(
                walk, self.step, self.item, data["children"], data["reason"], data["until"]
            )
        messages.success(self.request, f"Pernyataan untuk {len(found)} anak dicatat menyusul.")
        return self.url()

    def show(self, status: int) -> HttpResponseBase:
        signers, alone = self.round.signers, self.round.alone
        rows = {
            "open": [s for s in signers if s.open],
            "follows": [s for s in signers if s.awaited and not s.open],
            "done": [s for s in signers if not s.awaited],
        }
        by = {name: [self.row(s) for s in found] for name, found in rows.items()}
        context = {
            **self.context,
            "told": statements.told(self.round),
            "groups": [
                ("Belum menandatangani", by["open"]),
                ("Menyusul", by["follows"]),
            ],
            "done": by["done"],
            "alone": [self.lonely(c) for c in alone if c.awaited],
            "alone_done": [self.lonely(c) for c in alone if not c.awaited],
            "next": next(iter(by["open"] + by["follows"]), None) if self.may_touch else None,
            "may_follow": self.refusal is None and bool(self.left),
            "others": [
                (
                    statements_url(self.at.case, self.step.key, output=item.id),
                    self.progress.kinds[item.kind].name,
                )
                for item in statements.outputs(self.progress, self.step)
                if item != self.item
            ],
            "step_url": step_url(self.at.case, self.at.spot) if not self.step.per_child else "",
        }
        return render(self.request, "cases/statements.html", context, status=status)

    def row(self, signer: Signer) -> dict:
        adult = signer.adult
        return {
            "name": adult.name,
            "about": ", ".join(filter(None, [wording.joined(signer.kinds), adult.phone])),
            "children": [self.line(c, adult.pk) for c in signer.charges],
            "awaited": [c.child.called for c in signer.awaited],
            "url": self.url(adult.pk),
        }

    def line(self, charge: Charge, adult_id: int | None) -> dict:
        """A child in a row. With two adults he is ticked in the first row only."""
        first = charge.child.pk not in self.shown
        self.shown.add(charge.child.pk)
        pickable = charge.open and self.refusal is None
        return {
            **self.state(charge, adult_id),
            "pick": pickable and first,
            "ticked": str(charge.child.pk) in self.form.ticked,
        }

    def lonely(self, charge: Charge) -> dict:
        """A child of whom no adult is known: one is added, or the statement is filed for him directly."""
        case, key, child = self.at.case, self.step.key, charge.child.pk
        anew = upload_url(case, self.item.kind, anak=child)
        page = step_url(case, Spot(key, child)) if self.step.per_child else child_papers_url(case, key, child)
        upload = page if charge.inside else anew
        return {
            "children": [self.line(charge, None)],
            "called": charge.child.called,
            "adult_new_url": adult_new_url(case, child) if self.may_touch else "",
            "upload_url": upload if self.may_touch else "",
        }


@statements_gate
@require_http_methods(["GET", "POST"])
def overview(request: HttpRequest, at: At) -> HttpResponseBase:
    """By responsible adult: what is signed, what is missing, what follows."""
    if request.method == "POST" and (led := sent_before(request)) is not None:
        return redirect(led)
    page = _Overview(request, at)
    if request.method == "POST" and page.refusal is not None:
        raise NotAllowed(page.refusal)
    log_read(request, "case.read", at, step=at.spot.key)
    return answer(request, page.form, page.act, page.show, page.url())


class _OfOne(_Statements):
    """One adult: what he signed, and the scan of what he signs now."""

    def __init__(self, request: HttpRequest, at: At):
        super().__init__(request, at)
        self.adult = at.adult
        self.signer = self.round.signer(at.adult.pk) or Signer(at.adult, (), ())
        self.refusal = self.progress.refuse_touch()
        self.left = [c for c in self.signer.charges if not self.signer.signed(c)]
        self.form = None
        if request.method == "POST":
            # What was sent is never refused for the state of the page: the verb says why.
            self.form = SignForm(*self.sent, charges=self.signer.charges, papers=self.signer.papers)
        elif self.left and self.refusal is None:
            self.form = SignForm(charges=self.left, papers=self.signer.papers)

    def act(self) -> str:
        data = self.form.cleaned_data
        what = (self.step, self.item, self.adult, data["children"])
        with walking(self.at.case, self.request.officer) as walk:
            if data.get("paper"):
                statements.extend(walk, *what, data["paper"])
            else:
                facts = {name: data[name] for name in ("dated", "description")}
                statements.sign(walk, *what, data["file"], **facts)
        count = len(set(data["children"]))
        messages.success(self.request, f"Pernyataan untuk {count} anak tersimpan.")
        return self.url()

    def show(self, status: int) -> HttpResponseBase:
        adult = self.adult
        context = {
            **self.context,
            "adult": adult,
            "about": ", ".join(
                filter(None, [wording.joined(self.signer.kinds), adult.phone, adult.address, adult.note])
            ),
            "signed": [self.state(c, adult.pk) for c in self.signer.charges if c not in self.left],
            "drafts": [(paper_url(p), paper_chip(p, self.round.kind)) for p in self.signer.drafts],
            "draft_url": self._draft_url() if self.form and not self.signer.drafts else "",
            "back": self.url(),
            "files_again": bool(self.request.FILES) and status == 422,
        }
        return render(self.request, "cases/statement.html", context, status=status)

    def _draft_url(self) -> str:
        about = {"keluaran": self.item.id, "tentang": self.adult.pk}
        return draft_url(self.at.case, self.round.kind, **about)


@signer_gate
@require_http_methods(["GET", "POST"])
def signer(request: HttpRequest, at: At) -> HttpResponseBase:
    """One adult's statement, for those of his children who are ticked."""
    if request.method == "POST" and (led := sent_before(request)) is not None:
        return redirect(led)
    page = _OfOne(request, at)
    if request.method == "POST" and page.refusal is not None:
        raise NotAllowed(page.refusal)
    log_read(request, "case.read", at, step=at.spot.key)
    if page.form is None:
        return page.show(200)
    return answer(request, page.form, page.act, page.show, page.url(at.adult.pk))
