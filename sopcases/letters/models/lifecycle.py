"""What every letter's verbs share: the lock, the log, the hands, and the ways a letter ends."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.core.files.base import ContentFile
from django.db import models

from sopcases.cases import mandates
from sopcases.cases.hands import DISPOSER, DRAFTER, Hands
from sopcases.cases.models import Case, Filing, Paper
from sopcases.cases.progress import Progress
from sopcases.cases.walk import Walk, walking, walking_many
from sopcases.letters import pdf, register, sheet
from sopcases.letters.layouts import LAYOUTS
from sopcases.letters.models.wording import page_css
from sopcases.letters.states import EDITABLE, ENDED, INKED, LetterState
from sopcases.people.authority import Hat, Officer, Signatory
from sopcases.people.keeping import keeping
from sopcases.people.models import Appointment, User
from sopcases.refusal import Conflict, Refused, demand, required

TOKEN_BYTES = 24
"""192 random bits behind the QR: the check page cannot be enumerated."""
CHANGED = "Surat ini baru saja diubah oleh petugas lain. Periksa keadaannya sekarang, lalu kirim lagi."
CHAIN_ACTS = ("proposed", "initialled", "returned", "signed")


@dataclass(frozen=True)
class Initial:
    """A paraf: whose, under which title, and when; `at` is None where only the paper bears it."""

    user_id: int
    name: str
    title: str
    at: datetime | None = None


def why_not_touch(case: Case, by: Officer) -> str | None:
    """Letters may be written from a case at any time, by those who take part in it."""
    if by.user.agency_id != case.agency_id:
        return "Penanganan ini milik perangkat daerah lain."
    return Progress(case, by).refuse_touch()


class Lifecycle(models.Model):
    """Verbs work on the locked row, in one transaction with the journal and the walk of every case the paper
    is filed in (locked in id order). `version` is what the page showed: another version is a conflict."""

    class Meta:
        abstract = True

    # --- the ground all verbs stand on

    @contextmanager
    def acting(self, version: int | None = None) -> Iterator[None]:
        """The letter under lock. What fails inside leaves nothing behind: no row, no number, no file."""
        try:
            with keeping():
                self.refresh_from_db(from_queryset=type(self).objects.select_for_update())
                self.forget()
                if version is not None and version != self.version:
                    raise Conflict(CHANGED)
                yield
        except Exception:
            self.refresh_from_db()
            self.forget()
            raise

    def forget(self) -> None:
        """Drop what was computed from the row before the lock."""
        for name in ("author_ids", "initials", "rounds", "kind"):
            self.__dict__.pop(name, None)

    @cached_property
    def kind(self):
        return self.paper.kind

    def move(self, state: str, by: Officer, stage: int | None = None) -> None:
        """Change the state along the table, and the paper's stage with it."""
        if state not in self.TRANSITIONS[self.state]:
            raise Refused(
                f"Surat ini berstatus “{self.get_state_display()}” dan tidak dapat menjadi "
                f"“{LetterState(state).label}”."
            )
        self.state, self.moved_at = state, by.at
        if stage is not None:
            self.paper.stage = stage

    def write(self, act: str, by: Officer, title: str = "", reason: str = "", **data) -> None:
        """Save row and paper, and add the act."""
        self.version += 1
        self.paper.number, self.paper.dated = self.number, self.dated
        self.paper.save()
        self.save()
        self.acts.create(
            act=act, by=by.user, acting_title=title or by.acting_title, at=by.at, reason=reason, data=data
        )
        self.forget()

    def cases(self):
        """Every case the paper is filed in, in the order they are locked."""
        filed = Filing.objects.filter(paper_id=self.paper_id).values("case_id")
        return Case.objects.filter(pk__in=filed).order_by("id")

    def tell(
        self,
        by: Officer,
        verb: str,
        title: str = "",
        returned: str = "",
        first: Callable[[Walk], object] = lambda own: None,
        **data,
    ) -> None:
        """Let every case the paper is filed in log the act and walk on; `first` happens in its own case.

        Whose hand it is, or who may read its own case, acts for all, also for those a colleague has by now.
        """
        cases, own = list(self.cases()), Case.objects.visible_to(by).filter(pk=self.case_id)
        entitled = self.is_hand(by) or (len(cases) > 1 and own.exists())
        with walking_many(cases, by, entitled=entitled) as walks:
            for walk in walks:
                if walk.case.pk == self.case_id:
                    first(walk)
                walk.log(
                    f"letter.{verb}",
                    title,
                    letter=self.pk,
                    paper=self.paper_id,
                    kind=self.paper.kind_id,
                    number=self.number,
                    **data,
                )
                if returned:
                    walk.paper_returned(self.paper, returned)
                else:
                    walk.paper_moved(self.paper)

    # --- the hands

    @cached_property
    def author_ids(self) -> frozenset[int]:
        """Everybody who wrote the text: drafted, edited or proposed it, here or in a letter it replaces."""
        papers, older = [self.paper_id], self.paper.replaces_id
        while older is not None:
            papers.append(older)
            older = Paper.objects.values_list("replaces_id", flat=True).get(pk=older)
        acts = self.acts.model.objects.filter(
            letter__paper__in=papers, act__in=["drafted", "edited", "proposed"]
        )
        return frozenset(acts.values_list("by_id", flat=True))

    def hands_of(self, user_id: int) -> list[str]:
        """The hands this person already is in the letter."""
        found = [DRAFTER] if user_id in self.author_ids else []
        return found + [DISPOSER for given in self.initials if given.user_id == user_id]

    @cached_property
    def rounds(self) -> tuple:
        """The acts that proposed, initialled, returned and signed it, in their order."""
        return tuple(self.acts.filter(act__in=CHAIN_ACTS).select_related("by").order_by("id"))

    @cached_property
    def initials(self) -> tuple["Initial", ...]:
        """The paraf that stand, in their order: what was given before the last proposal or return lapsed."""
        found = []
        for act in self.rounds:
            if act.act == "initialled":
                found.append(Initial(act.by_id, str(act.by), act.acting_title, act.at))
            elif act.act == "signed":
                found += [Initial(*row) for row in act.data.get("initials", ())]
            else:
                found = []
        return tuple(found)

    @property
    def progress(self) -> str:
        """How many paraf stand of how many, while the next one is awaited: "1 dari 3"."""
        chain = self.kind.chain
        if self.state != LetterState.INITIALLED or self.turn_id not in chain:
            return ""
        return f"{chain.index(self.turn_id)} dari {len(chain)}"

    @property
    def next_turn(self) -> int | None:
        """The position whose paraf follows the one awaited now."""
        chain = self.kind.chain
        if self.turn_id not in chain:
            return None
        return next(iter(chain[chain.index(self.turn_id) + 1 :]), None)

    @property
    def hands(self) -> Hands:
        """Who may be which of its hands."""
        return Hands(self.kind, self.case.area_id)

    def crossing(self, user: User, position_id: int, day: date) -> tuple[bool, str | None]:
        """May this person be one hand more? Answers (whether a reason is due, the refusal or None)."""
        return self.hands.crossing(user, position_id, day, self.hands_of(user.pk))

    def holders_of(self, position_id: int | None, day: date) -> list[Appointment]:
        """Who can use a position's authority for this letter's case on the day."""
        return self.hands.holders(position_id, day)

    def signatories_on(self, day: date) -> list[Signatory]:
        """Who may sign it on the day: the holders of the signing position, and those who may for them."""
        return self.hands.signatories(day)

    def signing_hat(self, by: Officer) -> Hat | None:
        """The hat under which this officer may sign it: of the signing position, or a.n. or u.b. of it."""
        signer = self.kind.signer_id
        return self.hat_of(by, signer) or by.hat_for(by.delegated.get(signer, ()), self.case.area_id)

    def hat_of(self, by: Officer, position_id: int | None) -> Hat | None:
        return by.hat_for({position_id}, self.case.area_id) if position_id else None

    @property
    def approved_by_word(self) -> bool:
        """Whether it was approved by word of mouth, and the ink is still to come."""
        return self.state == LetterState.DECIDED and self.heard_by_id is not None

    def is_hand(self, by: Officer) -> bool:
        """Whether the letter takes his paraf or signature: he reads it, though he may not read its case."""
        return any(self.hat_of(by, p) for p in self.kind.chain) or self.signing_hat(by) is not None

    def recorder_of(self, by: Officer) -> Hat | None:
        """The hat of one who may record for others, in the letter's own agency."""
        if by.user.agency_id != self.agency_id:
            return None
        area = self.case.area_id
        return next(
            (h for h in by.hats if h.may_record and (h.area_id is None or area in (None, h.area_id))), None
        )

    # --- writing

    def why_not_edit(self, by: Officer) -> str | None:
        if self.state not in EDITABLE:
            return f"Surat berstatus “{self.get_state_display()}” tidak dapat diubah lagi."
        return why_not_touch(self.case, by)

    def edit(self, by: Officer, content: dict, *, version: int | None = None) -> None:
        """Write the draft anew. Who writes becomes one of its drafters."""
        with self.acting(version):
            demand(self.why_not_edit(by))
            if content == self.content:
                return
            self.content = content
            self.moved_at = by.at
            self.write("edited", by)
            self.tell(by, "edited")

    # --- numbering

    def number_now(self, by: Officer, given: str = "") -> bool:
        """Number the letter, or say that the number is still to come from outside.

        A number that a letter already bears stays its own; only the turn of the year voids it. The letter
        bears the day on which it is numbered: it is never backdated.
        """
        series = self.kind.series.order_by("id").first()
        if self.agency.number_given_outside:
            if given:
                self._take_given(given, series, by)
            if series and not self.number:
                return False
        elif series:
            self._take_from(series, by)
        self.dated = by.day
        return True

    def _take_from(self, series, by: Officer) -> None:
        current = self.numbers.filter(state="used").first()
        if current and current.year != by.day.year:
            register.void(current, by, reason="Tahun berganti sebelum surat ditandatangani.")
            current = None
        if current is None:
            promised = self.numbers.filter(state="reserved", series=series, year=by.day.year).first()
            if promised:
                current = register.use_reserved(promised, by, self)
            else:
                current = register.take(series, by.day.year, by, letter=self)
        self.series, self.number = series, current.text

    def _take_given(self, given: str, series, by: Officer) -> None:
        given = " ".join(given.split())
        if type(self).objects.filter(agency_id=self.agency_id, number=given).exclude(pk=self.pk).exists():
            raise Refused(f"Nomor {given} sudah dipakai surat lain.")
        if series:
            register.take_given(series, given, by, self)
        self.series, self.number = series, given

    # --- freezing

    def freeze(self, by: Officer, face: str) -> None:
        """Keep the text, the PDF and its SHA-256 as they are now; nothing later changes them."""
        self.body = sheet.body_html(sheet.build(self, by.at))
        if self.number or not self.kind.series.exists():
            self.token = self.token or secrets.token_urlsafe(TOKEN_BYTES)
        content = pdf.final(self, self.body, face=face, token=self.token)
        self.sha256 = pdf.digest(content)
        self.pdf.save("surat.pdf", ContentFile(content), save=False)
        self.tell_orders()

    def tell_orders(self) -> None:
        """What a letter of assignment orders can from now on be held against what is done."""
        if ordered := LAYOUTS[self.layout].orders(self.content):
            mandates.write(self.paper, ordered.starts, ordered.ends, ordered.place, ordered.officers)

    @property
    def page_css(self) -> str:
        """The paper of its kind, its agency and its table, for the PDF engine; "" for the default."""
        wide = LAYOUTS[self.layout].wide(self.content)
        return page_css(self.kind, self.agency, wide=wide)

    @property
    def print_title(self) -> str:
        """The PDF's title: kind and number, never a child's name."""
        return f"{self.paper.kind} {self.number}".strip()

    @property
    def tells_nik(self) -> bool:
        """Whether its drafter chose to name the NIK of its children."""
        return bool(self.content.get("with_nik")) or "nik" in self.content.get("facts", ())

    # --- further cases

    def why_not_serve(self, by: Officer) -> str | None:
        """A letter of assignment may serve several cases; other letters tell of the children of theirs."""
        if self.state in ENDED:
            return f"Surat ini sudah berstatus “{self.get_state_display()}”."
        if LAYOUTS[self.layout].orders(self.content) is None:
            return "Hanya surat perintah yang dapat dipakai untuk beberapa penanganan."
        return why_not_touch(self.case, by)

    def serve(self, by: Officer, case: Case, *, version: int | None = None) -> None:
        """File the letter to a further case, as the output of its step that waits for such a letter if one
        does. Raises NotAllowed where the officer takes no part in that case, Refused where it is there."""
        with self.acting(version):
            demand(self.why_not_serve(by))
            demand(why_not_touch(case, by))
            if case.pk in {one.pk for one in self.cases()}:
                raise Refused("Surat ini sudah ada dalam berkas penanganan itu.")
            with walking_many([case, self.case], by) as walks:
                for walk in walks:
                    if walk.case.pk == case.pk:
                        slot = next((s for s in walk.slots(self.kind.pk) if s.attempt_id), None)
                        walk.file(self.paper, slot.output_id if slot else None)
                    walk.log("letter.served", letter=self.pk, paper=self.paper_id, kind=self.kind.pk)

    # --- the ends

    def why_not_void(self, by: Officer) -> str | None:
        if self.state in ENDED:
            return f"Surat ini sudah berstatus “{self.get_state_display()}”."
        if self.recorder_of(by) or self.is_hand(by):
            return None
        if self.state not in (*INKED, LetterState.COMPLETE) and by.user.pk in self.author_ids:
            return None
        return (
            "Surat ini hanya dapat dibatalkan oleh pengonsep, pemaraf, penanda tangan, atau petugas pencatat."
        )

    def void(self, by: Officer, reason: str, *, version: int | None = None) -> None:
        """Take the letter out of force for good; its number is never used again."""
        with self.acting(version):
            demand(self.why_not_void(by))
            self._end(LetterState.VOID, by, reason)
            self.write("voided", by, reason=reason.strip())
            self.tell(by, "voided")

    def _end(self, state: str, by: Officer, reason: str) -> None:
        reason = required(reason, "Alasan harus diisi.")
        self.move(state, by)
        self.turn = None
        if self.paper.voided_at is None:
            self.paper.voided_at, self.paper.void_reason = by.at, reason
        for number in self.numbers.filter(state="used"):
            register.void(number, by, reason=reason)
        self.numbers.filter(state="reserved").update(letter=None)  # promised, never taken: free again

    def why_not_replace(self, by: Officer) -> str | None:
        if self.state == LetterState.REPLACED:
            return "Surat ini sudah diganti."
        if self.state in EDITABLE:
            return "Konsep ini masih dapat diubah; tidak perlu diganti."
        if (sentence := why_not_touch(self.case, by)) is not None:
            return sentence
        return None if self.state == LetterState.VOID else self.why_not_void(by)

    def replace(self, by: Officer, reason: str, *, version: int | None = None):
        """Put a new draft with the same text in the letter's place. It inherits where the old one was filed.

        Returns the new letter; the old one is void, and so is its number.
        """
        with self.acting(version):
            demand(self.why_not_replace(by))
            old = self.paper
            paper = Paper.objects.create(
                agency=old.agency,
                kind=old.kind,
                description=old.description,
                adult=old.adult,
                drafted_here=True,
                created_at=by.at,
                created_by=by.user,
                replaces=old,
            )
            new = type(self).objects.create(
                agency_id=self.agency_id,
                paper=paper,
                case=self.case,
                layout=self.layout,
                track=self.track,
                content=self.content,
                drafted_by=by.user,
                drafted_at=by.at,
                moved_at=by.at,
            )
            new.acts.create(
                act="drafted", by=by.user, acting_title=by.acting_title, at=by.at, data={"replaces": self.pk}
            )
            self._end(LetterState.REPLACED, by, reason)
            self.write("replaced", by, reason=reason.strip(), by_letter=new.pk)
            filings = list(Filing.objects.filter(paper=old).select_related("case", "attempt"))
            self.tell(by, "replaced", by_letter=new.pk)
            for filing in sorted(filings, key=lambda f: (f.case_id, f.pk)):
                with walking(filing.case, by) as walk:
                    output, here = filing.output_id, walk.plan.output
                    if output and output not in here:
                        if any(f.case_id == filing.case_id and f.output_id in here for f in filings):
                            continue  # of the revision before: filed as the present one's output too
                        output = None
                    walk.file(
                        paper,
                        output,
                        children=[filing.child_id] if filing.child_id else (),
                        child_id=filing.attempt.child_id if filing.attempt else None,
                    )
            return new
