"""Sending a signed letter: when, to whom and how; and the receipt that comes back, now or later."""

from datetime import date

from sopcases.cases.uploads import Accepted
from sopcases.letters import sheet
from sopcases.letters.models.fixing import Fixing
from sopcases.letters.states import LetterState
from sopcases.people.authority import Officer
from sopcases.refusal import Refused, demand


class Sending(Fixing):
    """Catat pengiriman, unggah tanda terima. A letter that was sent is signed as before."""

    class Meta:
        abstract = True

    def _why_not_clerk(self, by: Officer) -> str | None:
        if by.user.pk in self.author_ids or self.is_hand(by) or self.recorder_of(by):
            return None
        return "Pengiriman dicatat oleh pengonsep, pejabat surat ini, atau petugas pencatat."

    def why_not_send(self, by: Officer) -> str | None:
        if self.state != LetterState.SIGNED:
            return (
                f"Surat ini berstatus “{self.get_state_display()}”: yang dikirim ialah surat bertanda tangan."
            )
        return self._why_not_clerk(by)

    def send(
        self,
        by: Officer,
        *,
        on: date,
        to: str,
        how: str,
        receipt: Accepted | None = None,
        version: int | None = None,
    ) -> None:
        """Note that the signed letter went out; `receipt` where it came back already."""
        with self.acting(version):
            demand(self.why_not_send(by))
            to = " ".join(to.split())
            if not to:
                raise Refused("Tuliskan kepada siapa surat ini dikirim.")
            if how not in self.Way:
                raise Refused("Pilih cara surat ini dikirim.")
            self._check_between(on, self.signed_on, "ditandatangani", by)
            self.sent_on, self.sent_to, self.sent_how = on, to, how
            self.move(LetterState.SENT, by)
            if receipt is not None:
                self._keep_receipt(receipt, None)
            self.write("sent", by, on=on.isoformat(), to=to, how=how)
            self.tell(by, "sent")

    def why_not_file_receipt(self, by: Officer) -> str | None:
        if self.state != LetterState.SENT:
            return "Tanda terima disimpan sesudah pengiriman surat dicatat."
        if self.receipt:
            return "Tanda terima surat ini sudah disimpan."
        return self._why_not_clerk(by)

    def file_receipt(
        self, by: Officer, receipt: Accepted, *, received_on: date | None = None, version: int | None = None
    ) -> None:
        """Keep the receipt, or the second copy that its receiver filled in and sent back."""
        with self.acting(version):
            demand(self.why_not_file_receipt(by))
            if received_on is not None:
                self._check_between(received_on, self.sent_on, "dikirim", by)
            self._keep_receipt(receipt, received_on)
            self.write("receipted", by, sha256=receipt.sha256)
            self.tell(by, "receipted")

    def _keep_receipt(self, receipt: Accepted, received_on: date | None) -> None:
        self.receipt.save(f"tanda-terima{receipt.suffix}", receipt.as_file(), save=False)
        self.receipt_mime, self.receipt_sha256 = receipt.mime, receipt.sha256
        self.received_on = received_on

    @staticmethod
    def _check_between(day: date, first: date, what: str, by: Officer) -> None:
        if day < first:
            raise Refused(f"Surat ini baru {what} {sheet.day_text(first)}; periksa tanggalnya.")
        if day > by.day:
            raise Refused(f"Tanggal tidak boleh di masa depan; hari ini {sheet.day_text(by.day)}.")
