"""The way of records and reports: fixed by the drafter, printed, signed by the parties (design rule 14)."""

from datetime import date

from sopcases.cases import custody, sessions
from sopcases.cases.uploads import Accepted
from sopcases.cases.walk import Walk
from sopcases.letters import sheet
from sopcases.letters.layouts import LAYOUTS
from sopcases.letters.models.certifying import Certifying
from sopcases.letters.states import FACES, LetterState, Track
from sopcases.people.authority import Officer
from sopcases.refusal import Refused, demand
from sopcases.sops.models import Stage

NOT_A_RECORD = "Surat dinas diajukan untuk diparaf dan ditandatangani pejabat."


class Fixing(Certifying):
    """Tetapkan, cetak, unggah naskah bertanda tangan para pihak."""

    class Meta:
        abstract = True

    def why_not_fix(self, by: Officer) -> str | None:
        if self.track != Track.RECORD:
            return NOT_A_RECORD
        return self.why_not_edit(by)

    def fix(self, by: Officer, *, number: str = "", version: int | None = None) -> None:
        """Fix the text: from now on it can be printed and only be voided. Numbered, unless after the ink."""
        with self.acting(version):
            demand(self.why_not_fix(by))
            if problem := sheet.problem(self):
                raise Refused(problem)
            self.content = sheet.refreshed(self, by.day)
            if not self.agency.number_after_ink and not self.number_now(by, given=number):
                raise Refused("Tuliskan nomor yang diberikan bagian umum.")
            self.dated = self.dated or by.day
            self.move(LetterState.PRINTABLE, by, Stage.READY)
            self.freeze(by, FACES[LetterState.PRINTABLE])
            self.write("fixed", by, sha256=self.sha256)
            # The session's cases are locked first, all in one order; the letter's own are among them.
            if session := LAYOUTS[self.layout].session(self.content):
                sessions.reported(session, by, self.paper)
            self.tell(by, "fixed")

    def why_not_print_out(self, by: Officer) -> str | None:
        if self.state != LetterState.PRINTABLE:
            return f"Naskah ini berstatus “{self.get_state_display()}”."
        return (
            None
            if by.user.pk in self.author_ids or self.recorder_of(by)
            else "Naskah ini dicetak pembuatnya."
        )

    def print_out(self, by: Officer, *, version: int | None = None) -> None:
        """Note that the record went out to its parties for their hands."""
        with self.acting(version):
            demand(self.why_not_print_out(by))
            self.move(LetterState.AWAITING, by)
            self.write("printed", by)
            self.tell(by, "printed")

    def why_not_complete(self, by: Officer) -> str | None:
        if self.state not in (LetterState.PRINTABLE, LetterState.AWAITING):
            return f"Naskah ini berstatus “{self.get_state_display()}”."
        if by.user.pk in self.author_ids or self.recorder_of(by):
            return None
        return "Naskah bertanda tangan diunggah oleh pembuatnya atau petugas pencatat."

    def complete(
        self,
        by: Officer,
        scan: Accepted,
        *,
        signed_on: date,
        number: str = "",
        version: int | None = None,
    ) -> None:
        """File the scan that all parties signed."""
        with self.acting(version):
            demand(self.why_not_complete(by))
            self._check_day(by, signed_on)
            self._number_on_paper(by, number, self.dated or signed_on)
            self.signed_on = signed_on
            self.move(LetterState.COMPLETE, by, Stage.SIGNED)
            self._keep_scan(scan)
            self.write("completed", by, sha256=scan.sha256)
            self.tell(by, "completed", first=self._hand_over)

    def _hand_over(self, walk: Walk) -> None:
        """The originals it lists are with whom it says."""
        if handed := LAYOUTS[self.layout].hands_over(self.content):
            custody.handed_by_record(walk, handed.papers, handed.holder, handed.on, self.paper)
