"""An approval given by word of mouth: noted by who heard it or was told so, and the ink still to come."""

from datetime import datetime

from sopcases.cases.hands import demand_reason
from sopcases.cases.wording import moment
from sopcases.letters import sheet
from sopcases.letters.models.approving import Approving
from sopcases.letters.states import SPOKEN_FACE, LetterState
from sopcases.people.authority import Officer
from sopcases.people.models import User
from sopcases.refusal import Refused, demand
from sopcases.sops.models import Stage


class Spoken(Approving):
    """Disetujui lisan atau lewat telepon, tanda tangan menyusul."""

    class Meta:
        abstract = True

    def why_not_note_approval(self, by: Officer) -> str | None:
        if self.state != LetterState.READY:
            return f"Surat ini berstatus “{self.get_state_display()}”, belum siap ditandatangani."
        if self.kind.signer_id is None:
            return "Surat ini menunggu tanda tangan, tetapi jabatan penanda tangan belum ditetapkan."
        if by.user.pk in self.author_ids or self.recorder_of(by):
            return None
        if any(self.hat_of(by, position) for position in self.kind.chain):
            return None
        return "Persetujuan lisan dicatat oleh pengonsep, pemaraf, atau petugas pencatat."

    def note_approval(
        self,
        by: Officer,
        *,
        approver: User,
        heard_by: User,
        at: datetime,
        reason: str = "",
        version: int | None = None,
    ) -> None:
        """Note that the signer approved the letter by word of mouth, when, and who heard it.

        It is a decision: text, names and PDF are frozen with an empty space, and the signed scan follows. The
        approver must have held the authority to sign on the day of that moment.
        """
        with self.acting(version):
            demand(self.why_not_note_approval(by))
            self._check_moment(at, by)
            if approver.pk in (by.user.pk, heard_by.pk):
                raise Refused(
                    "Yang menyetujui tidak mendengar atau mencatat persetujuannya sendiri; ia memutuskan "
                    "surat ini di aplikasi, atau menandatanganinya."
                )
            if heard_by.agency_id != self.agency_id:
                raise Refused("Yang mendengar persetujuan harus pegawai perangkat daerah ini.")
            day = sheet.local_day(self.agency, at)
            signatory = self.hands.named(approver, self.kind.signer_id, day)
            due, sentence = self.crossing(signatory.user, self.kind.signer_id, day)
            if sentence:
                raise Refused(sentence)
            demand_reason(due, reason)
            if not self.agency.number_after_ink:
                self._redate(by)
            self._sign_as(signatory)
            self.decided_at, self.heard_by = at, heard_by
            self.move(LetterState.DECIDED, by, Stage.DECIDED)
            self.freeze(by, SPOKEN_FACE)
            facts = {"approver": approver.pk, "heard_by": heard_by.pk, "at": at.isoformat()}
            self.write("spoken", by, reason=reason.strip(), sha256=self.sha256, **facts)
            self.tell(by, "spoken", approver=approver.pk)

    def _check_moment(self, at: datetime, by: Officer) -> None:
        if at > by.at:
            raise Refused("Waktu persetujuan tidak boleh di masa depan.")
        proposed = self.acts.filter(act="proposed").latest("id").at
        if at < proposed.replace(second=0, microsecond=0):
            raise Refused(
                f"Naskah ini baru diajukan {moment(proposed)}; persetujuan tidak boleh mendahuluinya."
            )
