"""A step: what it asks for, and the form of its act for the right person."""

import re
from datetime import datetime
from functools import cached_property

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from sopcases.cases import aid, childpapers, statements, visits, wording
from sopcases.cases.access import At, log_read, step_gate
from sopcases.cases.addresses import by_child_url, case_url, occasion_url, statements_url, step_url
from sopcases.cases.forms.fields import now_to_the_minute
from sopcases.cases.forms.papers import PaperFacts
from sopcases.cases.forms.step import StepForm, able
from sopcases.cases.models import Attempt
from sopcases.cases.page.acts import open_for_several
from sopcases.cases.page.chips import told_verdicts
from sopcases.cases.page.papers import PaperLine, paper_lines
from sopcases.cases.page.reading import Reading
from sopcases.cases.page.steps import holders, place_of, step_row, told_done, waiting_rows, why
from sopcases.cases.progress import Spot
from sopcases.cases.views.posting import answer
from sopcases.cases.walk import Walk, walking
from sopcases.people.models import User
from sopcases.people.once import once
from sopcases.refusal import Conflict, NotAllowed
from sopcases.sops import flow
from sopcases.sops.flow import number_of
from sopcases.sops.models import PaperKind

PREFIX = re.compile(r"[kr]\d+-\d+-")
OVER = "Langkah ini sudah diselesaikan. Isian Anda belum disimpan."
CHANGED = "Langkah ini baru saja diubah oleh petugas lain. Periksa isinya, lalu kirim lagi."


class _StepPage:
    """One showing of a step, and what its form does."""

    def __init__(self, request: HttpRequest, at: At):
        self.request, self.at = request, at
        self.progress, self.spot = at.progress, at.spot
        self.reading = Reading(at.progress)
        self.step = self.progress.plan.by_key[at.spot.key]
        self.current = self.progress.current(at.spot)
        self.attempt = self.current or Attempt(
            case=at.case, step_id=self.step.id, child_id=at.spot.child_id, occurrence=at.spot.occurrence
        )
        self.turn = self.attempt.opened_at is not None and self.attempt.opened_at <= request.at
        self.refusal = self.progress.refuse_act(self.step.key)
        over = self.current is not None and not self.current.live
        self.may_record = self.refusal is None and not over
        early = "dahulu" in request.GET or request.method == "POST" or self.attempt.acted_at is not None
        self.form_open = self.may_record and (self.turn or early) and not self.handed
        self.over = over
        self.people: dict[int, tuple[User, str]] = {}
        self.form = self._form() if self.form_open else None

    @cached_property
    def lines(self) -> list[tuple[PaperLine, PaperFacts | None]]:
        """What the step asks for and puts out, each with its upload where one is open."""
        return [(line, self._paper_form(line)) for line in self._all_lines]

    @cached_property
    def _all_lines(self) -> list[PaperLine]:
        return [] if self.over else paper_lines(self.reading, self.step, self.spot, self.attempt)

    @cached_property
    def many(self) -> bool:
        """So many children that their papers are a table."""
        return not self.step.recurring and childpapers.many(self._all_lines)

    @cached_property
    def _sent(self) -> set[str]:
        """The uploads whose fields came along."""
        found = map(PREFIX.match, (*self.request.POST, *self.request.FILES))
        return {match.group().rstrip("-") for match in found if match}

    @cached_property
    def table(self) -> childpapers.Table | None:
        if not self.many:
            return None
        return childpapers.table(self.reading, self.step, self._all_lines, self.may_touch)

    @property
    def handed(self) -> bool:
        """Done, and lying with the one who receives it."""
        attempt = self.attempt
        if "ubah" in self.request.GET or self.request.method == "POST":
            return False
        return bool(attempt.live and attempt.acted_at and not attempt.received_at and self.awaits)

    @property
    def awaits(self) -> bool:
        receivers = self.step.positions(flow.RECEIVES)
        return bool(receivers) and not any(m for m in self.progress.missing(self.attempt, outputs=False))

    def _paper_form(self, line: PaperLine) -> PaperFacts | None:
        """An upload right there, for what is lacking and no official letter. Not where an adult signs it for
        all his children, nor for each of many; but what was sent is never left unread."""
        if not (self.form_open and line.lacking) or line.kind.origin == PaperKind.Origin.LETTER:
            return None
        prefix = prefix_of(line)
        if (line.signers or (self.many and line.child_id)) and prefix not in self._sent:
            return None
        data, files = (
            (self.request.POST, self.request.FILES) if self.request.method == "POST" else (None, None)
        )
        return PaperFacts(data, files, kind=line.kind, stage=line.item.stage, prefix=prefix)

    def _form(self) -> StepForm:
        attempt = self.attempt
        people = self.people = able(self.progress, self.step, self.at.case.event_at)
        done_by = self.reading.actors.get(attempt.pk, []) if attempt.acted_at else []
        me = self.request.user.pk
        mine = [me] if self.progress.hat(self.step.positions(flow.PERFORMS)) else []
        if mine:
            people.setdefault(me, (self.request.user, str(self.request.user)))
        acted_at = attempt.acted_at or now_to_the_minute()
        data = self.request.POST if self.request.method == "POST" else None
        return StepForm(
            data,
            people={pk: label for pk, (_, label) in people.items()},
            attempt=attempt,
            early=not self.turn,
            version=self.current.version if self.current else None,
            initial={
                "acted_at": acted_at,
                "acted_by": [u for u in done_by if u in people] or mine,
                "elsewhere": attempt.elsewhere,
                "note": attempt.note,
                "spent_minutes": attempt.spent_minutes,
                "verbal_order_by": attempt.verbal_order_by,
                "verbal_order_at": attempt.verbal_order_at,
            },
        )

    @property
    def paper_forms(self) -> list[tuple[PaperLine, PaperFacts]]:
        if self.request.method == "POST" and not self._sent:
            return []  # nothing to read the dossier for
        return [(line, form) for line, form in self.lines if form is not None]

    def act(self) -> str:
        """File what was chosen, write the act down, and finish the step unless it is left for later."""
        data = self.form.cleaned_data
        with walking(self.at.case, self.request.officer, seen=self.progress) as walk:
            current = walk.current(self.spot)
            if (current.version if current else None) != data["version"]:
                raise Conflict(CHANGED)
            for line, form in self.paper_forms:
                if form.given:
                    file_line(walk, self.spot, line, form)
            record = walk.record if self.request.POST.get("action") == "later" else walk.finish
            attempt = record(
                self.spot.key,
                self.spot.child_id,
                self.spot.occurrence,
                acted_at=self._acted_at(data["acted_at"], current),
                acted_by=[self.people[pk][0] for pk in data["acted_by"]],
                note=data["note"],
                spent_minutes=data["spent_minutes"],
                verbal_order=self.form.verbal_order,
                elsewhere=data["elsewhere"],
            )
        return self._tell(attempt)

    def _acted_at(self, typed: datetime, current: Attempt | None) -> datetime:
        """Typed to the minute: the minute in which the step opened means the moment it opened."""
        opened = current.opened_at if current else None
        if opened and typed == opened.replace(second=0, microsecond=0):
            return opened
        return typed

    def _tell(self, attempt: Attempt) -> str:
        number = number_of(self.step)
        if attempt.state == Attempt.State.DONE:
            messages.success(self.request, f"Langkah {number} selesai.")
            return case_url(self.at.case)
        if self.request.POST.get("action") == "later":
            messages.success(self.request, f"Isian langkah {number} tersimpan. Langkah ini belum selesai.")
            return step_url(self.at.case, self.spot)
        if attempt.acted_at and not attempt.received_at and self.step.positions(flow.RECEIVES):
            who = holders(self.reading, self.step, flow.RECEIVES)
            messages.success(
                self.request, f"Hasil langkah {number} diserahkan. Menunggu diterima oleh {who}."
            )
        else:
            messages.success(
                self.request, f"Isian langkah {number} tersimpan. Masih ada keluaran yang ditunggu."
            )
        return step_url(self.at.case, self.spot)

    def refuse(self) -> None:
        """Why nothing can be recorded here (any more)."""
        raise Conflict(OVER) if self.refusal is None else NotAllowed(self.refusal)

    def show(self, status: int) -> HttpResponseBase:
        progress, reading, attempt = self.progress, self.reading, self.attempt
        step, spot, case = self.step, self.spot, self.at.case
        if self.form:
            self.form.ask_place(reading.mandates.places(attempt))
        early_url = (
            f"{step_url(case, spot)}?dahulu=1"
            if self.may_record and not self.turn and not self.form_open
            else ""
        )
        again_url = f"{step_url(case, spot)}?ubah=1" if self.may_record and self.handed else ""
        context = {
            "identity": reading.identity,
            "step": step,
            "number": number_of(step),
            "place": place_of(reading, step),
            "row": step_row(reading, step, spot, current=True),
            "why": why(reading, step, attempt) if self.turn and attempt.live and self.current else "",
            "refusal_text": self.refusal
            if not self.may_record and self.current and self.current.live
            else "",
            "form": self.form,
            "forms_with_errors": [form for _, form in self.paper_forms if form.errors],
            "lines": [
                (line, form)
                for line, form in self.lines
                if not (self.many and line.child_id) or form is not None
            ],
            "table": self.table,
            "session_url": occasion_url(case.sop.slug, step.key, spot.occurrence)
            if step.form == "session"
            else "",
            "early": not self.turn,
            "early_url": early_url,
            "again_url": again_url,
            "receive_url": step_url(case, spot, "receive")
            if self.current and progress.refuse_receive(self.current) is None
            else "",
            "acts": list(self._acts()),
            "parts": list(self._parts()),
            "earlier": [self._earlier(a) for a in progress.history(spot) if a.state not in Attempt.CURRENT],
            "waits": [
                (
                    text,
                    case_url(case, "answer", interval=row.pk) if row.until is None and self.may_touch else "",
                )
                for row, text in (waiting_rows(reading, attempt) if attempt.pk else [])
            ],
            "note": attempt.note if attempt.acted_at else "",
        }
        return render(self.request, "cases/step.html", context, status=status)

    @property
    def may_touch(self) -> bool:
        return self.progress.refuse_touch() is None

    def _parts(self):
        """What of the step is done child by child on a page of its own: sentence, address, label."""
        inside = [s for s in self.progress.stays if s.left_on is None]
        if self.step.finds and self.may_touch and self.progress.refuse_running() is None:
            told = f"{len(inside)} anak terdata." if inside else "Belum ada anak terdata."
            yield told, case_url(self.at.case, "table"), "Isi tabel anak"
        if self.step.verdict and self.progress.stays:
            open_ = self.progress.refuse_judge(self.step.key) is None
            label = "Verifikasi anak" if open_ else "Lihat penilaian"
            yield told_verdicts(inside), step_url(self.at.case, self.spot, "verify"), label
        if self.step.form == visits.VISIT and visits.refuse(self.progress, self.spot) is None and self.turn:
            told = "Lembarnya menjadi laporan langkah ini; tidak perlu diunggah lagi."
            yield told, step_url(self.at.case, self.spot, "visit"), "Isi lembar kunjungan"
        if self.table:
            yield f"{self.table.told}.", "#dokumen-anak", "Dokumen per anak"
        for item in () if self.over else statements.outputs(self.progress, self.step):
            name = self.progress.kinds[item.kind].name
            if told := statements.told(statements.read(self.progress, self.step, item)):
                url = statements_url(self.at.case, self.step.key, output=item.id)
                yield f"{name}: {told}", url, f"{name} per penanggung jawab"
        if open_for_several(self.progress, self.step):
            yield "", by_child_url(self.at.case, self.step.key), "Beberapa anak sekaligus"
        if self.step.aid:
            left = [s.child.called for s in aid.waiting(self.progress, aid.rows(self.progress))]
            told = (
                f"Belum menerima bantuan: {wording.joined(left)}."
                if left
                else "Semua sudah menerima bantuan."
            )
            yield told, case_url(self.at.case, "aid"), "Bantuan bagi anak"

    def _acts(self):
        """The other things that can be done with the step: address and label."""
        progress, case, spot, row = self.progress, self.at.case, self.spot, self.current
        if self.step.finds and self.may_touch:
            yield case_url(case, "blank"), "Cetak blangko daftar anak"
        if self.may_record and row and row.opened_at and not progress.waiting(row):
            yield step_url(case, spot, "wait"), "Catat permintaan ke pihak lain"
        if self.may_record and progress.refuse_not_needed(spot.key) is None and not self.step.recurring:
            yield step_url(case, spot, "not_needed"), "Nyatakan tidak diperlukan"
        performs = progress.hat(self.step.positions(flow.PERFORMS)) is not None
        if performs and row and row.live and progress.refuse_decline(spot.key) is None:
            yield step_url(case, spot, "decline"), "Catat penolakan"
        if self.may_record and self.step.recurring and row and row.opened_at <= self.request.at:
            yield step_url(case, spot, "not_held"), "Catat tidak terlaksana"
        if row and progress.refuse_send_back(row) is None:
            yield step_url(case, spot, "send_back"), "Kembalikan"
        if row and progress.refuse_reopen(row) is None:
            yield step_url(case, spot, "reopen_step"), "Buka kembali langkah ini"

    def _earlier(self, attempt: Attempt) -> dict:
        return {
            "sentence": f"{attempt.get_state_display()}, pelaksanaan ke-{attempt.no}",
            "by": told_done(self.reading, attempt),
            "when": wording.moment(attempt.ended_at) if attempt.ended_at else "",
            "reason": attempt.reason,
        }


def prefix_of(line: PaperLine) -> str:
    """What the fields of a line's upload begin with."""
    return f"{'k' if line.output else 'r'}{line.item.id}-{line.child_id or 0}"


def file_line(walk: Walk, spot: Spot, line: PaperLine, form: PaperFacts) -> None:
    """File what was uploaded for a line: at the output where its paper begins, for its child."""
    output = walk.plan.beginning(line.item, line.output)
    per_child = walk.plan.by_key[spot.key].per_child
    form.file_into(
        walk,
        output=output,
        children=[line.child_id] if line.child_id and not per_child else (),
        child_id=spot.child_id if per_child else None,
        occurrence=spot.occurrence if line.output else None,
    )


@step_gate
@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, at: At) -> HttpResponseBase:
    """The page of a step."""
    log_read(request, "case.read", at, step=at.spot.key)
    page = _StepPage(request, at)
    if request.method == "POST" and page.form is None:
        # Sent twice, it is led where the first led; else it came too late, or from the wrong person.
        return once(request, page.refuse)
    others = tuple(form for _, form in page.paper_forms)
    return answer(request, page.form, page.act, page.show, step_url(at.case, at.spot), others)
