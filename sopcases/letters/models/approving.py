"""The way of an official letter: proposed, initialled, numbered, decided, signed (design rules 14 and 16)."""

from collections.abc import Sequence
from datetime import date

from sopcases import pdf
from sopcases.cases.hands import DISPOSER, DRAFTER, demand_reason
from sopcases.cases.uploads import Accepted
from sopcases.letters import sheet
from sopcases.letters.models.lifecycle import Lifecycle
from sopcases.letters.states import FACES, IN_CHAIN, LetterState, Track
from sopcases.letters.words import one_line
from sopcases.people.authority import Hat, Officer, Signatory
from sopcases.people.models import User
from sopcases.refusal import Refused, demand, required
from sopcases.sops.flow import DISPOSES
from sopcases.sops.models import Performer, Stage

NOT_A_LETTER = "Dokumen ini ditetapkan pembuatnya dan ditandatangani para pihak, tanpa paraf pejabat."


class Approving(Lifecycle):
    """Paraf & teruskan, kembalikan, putuskan, and the filing of the ink-signed scan."""

    class Meta:
        abstract = True

    # --- proposing

    def why_not_propose(self, by: Officer) -> str | None:
        if self.track != Track.LETTER:
            return NOT_A_LETTER
        if self.state not in (LetterState.DRAFT, LetterState.RETURNED):
            return f"Surat ini sudah berstatus “{self.get_state_display()}”."
        return self.why_not_edit(by)

    def propose(self, by: Officer, *, version: int | None = None) -> None:
        """Put the draft before the first of its initiallers; a kind without any is ready at once."""
        with self.acting(version):
            demand(self.why_not_propose(by))
            if problem := sheet.problem(self):
                raise Refused(problem)
            self.content = sheet.refreshed(self, by.day)
            pdf.demand_printable(sheet.body_html(sheet.build(self, by.at)))
            self.initialled_by, self.initialled_title, self.initialled_at = None, "", None
            self.turn_id = next(iter(self.kind.chain), None)
            if self.turn_id:
                self.move(LetterState.PROPOSED, by, Stage.DRAFT)
            else:
                self._forward(by)
            self.write("proposed", by, content=self.content)
            self.tell(by, "proposed")

    # --- paraf & teruskan

    def why_not_initial(self, by: Officer) -> str | None:
        if self.turn_id is None:
            return f"Surat ini berstatus “{self.get_state_display()}”, tidak menunggu paraf."
        if self.hat_of(by, self.turn_id) is None:
            return f"Surat ini menunggu paraf {self.turn}."
        return self.crossing(by.user, self.turn_id, by.day)[1]

    def initial_needs_reason(self, by: Officer) -> bool:
        return self.turn_id is not None and self.crossing(by.user, self.turn_id, by.day)[0]

    def initial(self, by: Officer, *, reason: str = "", version: int | None = None) -> None:
        """Paraf & teruskan: on to the next initialler. After the last paraf (the SOP's disposisi) the letter
        is ready to be signed, and numbered."""
        with self.acting(version):
            demand(self.why_not_initial(by))
            demand_reason(self.initial_needs_reason(by), reason)
            hat, following = self.hat_of(by, self.turn_id), self.next_turn
            self.initialled_by, self.initialled_title, self.initialled_at = by.user, hat.title, by.at
            self._note_disposer(by.user, self.turn_id, last=following is None)
            self.turn_id = following
            if following:
                self.move(LetterState.INITIALLED, by, Stage.DRAFT)
            else:
                self._forward(by)
            self.write("initialled", by, hat.title, reason.strip())
            self.tell(by, "initialled", hat.title)

    def _note_disposer(self, user: User, position_id: int, *, last: bool) -> None:
        """Who disposed in the SOP's sense: the hand its disposing step names, else the last to initial."""
        if not last or self.paper.disposed_by_id is not None:
            named = Performer.objects.filter(step__revision=self.case.revision_id, part=DISPOSES)
            if not named.filter(position=position_id).exists():
                return
        self.paper.disposed_by = user

    def _forward(self, by: Officer) -> None:
        """After the last paraf: ready, and numbered; or waiting for the number that another office gives."""
        if self.agency.number_after_ink or self.number_now(by):
            self.move(LetterState.READY, by, Stage.READY)
        else:
            self.move(LetterState.INITIALLED, by, Stage.DRAFT)

    # --- the number from the general-affairs office

    def why_not_number(self, by: Officer) -> str | None:
        if self.state != LetterState.INITIALLED or self.turn_id is not None:
            return "Surat ini tidak menunggu nomor."
        if self.recorder_of(by) is None and by.user.pk not in self.author_ids:
            return "Nomor dicatat oleh pengonsep atau petugas pencatat."
        return None

    def give_number(self, by: Officer, number: str, *, version: int | None = None) -> None:
        """Write down the number that the general-affairs office gave; the letter is ready to be signed."""
        with self.acting(version):
            demand(self.why_not_number(by))
            if not number.strip():
                raise Refused("Nomor surat harus diisi.")
            self.number_now(by, given=number)
            self.move(LetterState.READY, by, Stage.READY)
            self.write("numbered", by, number=self.number)
            self.tell(by, "numbered")

    # --- sending back

    def why_not_return(self, by: Officer) -> str | None:
        if self.track != Track.LETTER or self.state not in (*IN_CHAIN, LetterState.READY):
            return f"Surat berstatus “{self.get_state_display()}” tidak dapat dikembalikan."
        if self._checking_hat(by) is None:
            return "Surat ini hanya dapat dikembalikan oleh pejabat yang sedang memeriksanya."
        return None

    def _checking_hat(self, by: Officer) -> Hat | None:
        """The hat of the hand before whom the letter lies."""
        return self.hat_of(by, self.turn_id) if self.turn_id else self.signing_hat(by)

    def return_(self, by: Officer, reason: str, *, version: int | None = None) -> None:
        """Send the draft back to be mended; paraf given before lapses, and the case returns with it."""
        with self.acting(version):
            demand(self.why_not_return(by))
            reason = required(reason, "Tuliskan apa yang harus diperbaiki.")
            title = self._checking_hat(by).title
            self.turn = None
            self.move(LetterState.RETURNED, by, Stage.NONE)
            self.initialled_by, self.initialled_title, self.initialled_at = None, "", None
            self.paper.disposed_by = None
            self.write("returned", by, title, reason)
            self.tell(by, "returned", title, returned=reason)

    # --- deciding in the application

    def why_not_decide(self, by: Officer) -> str | None:
        if self.state != LetterState.READY:
            return f"Surat ini berstatus “{self.get_state_display()}”, belum siap ditandatangani."
        if self.kind.signer_id is None:
            return "Surat ini menunggu tanda tangan, tetapi jabatan penanda tangan belum ditetapkan."
        if self.signing_hat(by) is None:
            return f"Surat ini ditandatangani oleh {self.kind.signer}."
        return self.crossing(by.user, self.kind.signer_id, by.day)[1]

    def decide_needs_reason(self, by: Officer) -> bool:
        waits = self.state == LetterState.READY
        return waits and self.crossing(by.user, self.kind.signer_id, by.day)[0]

    def decide(self, by: Officer, *, reason: str = "", version: int | None = None) -> None:
        """The signer decides; text, names and PDF are frozen, with an empty space for the ink to come.

        The caller has asked him again who he is.
        """
        with self.acting(version):
            demand(self.why_not_decide(by))
            demand_reason(self.decide_needs_reason(by), reason)
            signatory = self._signatory(by)
            if not self.agency.number_after_ink:
                self._redate(by)
            self._sign_as(signatory)
            self.decided_at = by.at
            self.move(LetterState.DECIDED, by, Stage.DECIDED)
            self.freeze(by, FACES[LetterState.DECIDED])
            self.write("decided", by, signatory.acting_title, reason.strip(), sha256=self.sha256)
            self.tell(by, "decided", signatory.acting_title)

    def _signatory(self, by: Officer) -> Signatory:
        return next(s for s in self.signatories_on(by.day) if s.user_id == by.user.pk)

    def _redate(self, by: Officer) -> None:
        """A letter decided here bears the day of its decision; a number of last year does not fit it."""
        if self.numbers.filter(state="used").exclude(year=by.day.year).exists():
            self.number_now(by)
        self.dated = by.day

    def _sign_as(self, signatory: Signatory) -> None:
        """Freeze how the signer prints: by the authority in force on the day."""
        user = signatory.user
        self.signer = self.paper.signed_by = user
        self.signer_name, self.signer_rank = user.name, user.rank
        self.signer_nip, self.signer_nip_label = user.nip, user.nip_label
        self.signer_title, self.signer_until = signatory.title, signatory.until

    # --- the ink

    def lapsed(self, day: date) -> str | None:
        """Why a decision can no longer be put in ink: the authority it was taken with is over."""
        if self.state != LetterState.DECIDED or self.signer_until is None or day <= self.signer_until:
            return None
        return (
            f"Kewenangan {self.signer_name} sebagai {one_line(self.signer_title)} berakhir "
            f"{sheet.day_text(self.signer_until)}, sedangkan surat ini belum ditandatangani. "
            "Batalkan dan ganti surat ini."
        )

    def why_not_file_signed_scan(self, by: Officer) -> str | None:
        if self.track != Track.LETTER:
            return NOT_A_LETTER
        waiting = (LetterState.PROPOSED, LetterState.INITIALLED, LetterState.READY, LetterState.DECIDED)
        if self.state not in waiting:
            return f"Surat berstatus “{self.get_state_display()}” tidak menunggu tanda tangan."
        if self.recorder_of(by) is None and self.signing_hat(by) is None:
            return "Naskah bertanda tangan diunggah oleh petugas pencatat atau penanda tangannya."
        return None

    def file_signed_scan(
        self,
        by: Officer,
        scan: Accepted,
        *,
        signed_on: date,
        signer: User | None = None,
        disposer: User | None = None,
        before: Sequence[User | None] = (),
        number: str = "",
        dated: date | None = None,
        reason: str = "",
        version: int | None = None,
    ) -> None:
        """File the ink-signed letter. Where nothing was decided in the application, this *is* the decision.

        `signer`, and where their paraf does not stand yet those in `before` and last the `disposer` (in the
        order of the kind), are those whose hands the paper bears; each must have held the authority on that
        day. `number` and `dated` as the paper bears them, where the register gave none.
        """
        with self.acting(version):
            demand(self.why_not_file_signed_scan(by))
            self._check_day(by, signed_on)
            title = (self.recorder_of(by) or self.signing_hat(by)).title
            inked = []
            if self.state == LetterState.DECIDED:
                if sentence := self.lapsed(signed_on):
                    raise Refused(sentence)
                if signer is not None and signer.pk != self.signer_id:
                    raise Refused(
                        f"Surat ini diputuskan oleh {self.signer_name}; ia pula yang menandatangani."
                    )
            else:
                inked = self._decide_on_paper(signed_on, signer, [*before, disposer], reason)
            if not (self.number and self.decided_at):
                self._number_on_paper(by, number, dated or self.dated or signed_on)
            frozen_before = bool(self.sha256)
            self.signed_on = signed_on
            self.move(LetterState.SIGNED, by, Stage.SIGNED)
            if not frozen_before:
                self.freeze(by, FACES[LetterState.SIGNED])
            self._keep_scan(scan)
            names = {"signer": self.signer_id, "disposer": self.initialled_by_id, "initials": inked}
            self.write("signed", by, title, reason.strip(), sha256=scan.sha256, **names)
            self.tell(by, "signed", title, signer=self.signer_id)

    def _check_day(self, by: Officer, signed_on: date) -> None:
        """Ink comes after the text it is put under: after the decision, else the last proposal or fixing."""
        if signed_on > by.day:
            raise Refused(
                f"Tanggal penandatanganan tidak boleh di masa depan; hari ini {sheet.day_text(by.day)}."
            )
        what, since = "diputuskan", self.decided_at
        if since is None:
            act = self.acts.filter(act__in=["proposed", "fixed"]).latest("id")
            what, since = "ditetapkan" if act.act == "fixed" else "diajukan", act.at
        first = sheet.local_day(self.agency, since)
        if signed_on < first:
            raise Refused(
                f"Naskah ini baru {what} {sheet.day_text(first)}; "
                "tanggal penandatanganan tidak boleh mendahuluinya."
            )

    @property
    def missing_initials(self) -> tuple[int, ...]:
        """The positions whose paraf is still to come, in their order."""
        chain = self.kind.chain
        if self.turn_id is None:
            return ()
        return chain[chain.index(self.turn_id) :] if self.turn_id in chain else (self.turn_id,)

    def _decide_on_paper(
        self, day: date, signer: User | None, hands: Sequence[User | None], reason: str
    ) -> list[tuple[int, str, str]]:
        """The hands that the paper bears; answers the paraf that only it bears: user, name and title."""
        missing = self.missing_initials
        hands = [None] * (len(missing) - len(hands)) + list(hands)
        chain = list(zip(missing, hands[len(hands) - len(missing) :], strict=True))
        before = {user: [DRAFTER] for user in self.author_ids}
        for given in self.initials:
            before[given.user_id] = [*before.get(given.user_id, []), DISPOSER]
        initials, signatory = self.hands.on_paper(day, chain, signer, before, reason)
        inked = [(a.user_id, str(a.user), a.title) for a in initials]
        for position, authority in zip(missing, initials, strict=True):
            self.initialled_by, self.initialled_title = authority.user, authority.title
            self._note_disposer(authority.user, position, last=position == missing[-1])
        self.turn = None
        self._sign_as(signatory)
        return inked

    def _number_on_paper(self, by: Officer, number: str, dated: date) -> None:
        """Date and number as the paper bears them; a letter that has a number keeps it."""
        first = sheet.local_day(self.agency, self.drafted_at)
        if not first <= dated <= by.day:
            raise Refused(
                f"Tanggal surat harus antara {sheet.day_text(first)}, saat surat dikonsep, dan hari ini."
            )
        self.dated = dated
        series = self.kind.series.order_by("id").first()
        if self.number or series is None:
            return
        if not self.agency.number_given_outside:
            self._take_from(series, by)
        elif number.strip():
            self._take_given(number, series, by)
        else:
            raise Refused("Tuliskan nomor yang tertera pada naskah.")

    def _keep_scan(self, scan: Accepted) -> None:
        self.paper.file.save(f"naskah{scan.suffix}", scan.as_file(), save=False)
        self.paper.mime, self.paper.sha256, self.paper.original = scan.mime, scan.sha256, True
