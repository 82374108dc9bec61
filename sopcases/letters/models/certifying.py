"""Signing by certificate: the final PDF is made, signed outside the lock, and kept only once it is signed.

In three strokes, because a signing service may take two minutes: `prepare` under lock, the signature without
one, `certify` under lock again, refused when the letter moved in between.
"""

import secrets
from dataclasses import dataclass

from django.core.files.base import ContentFile

from sopcases.cases.hands import demand_reason
from sopcases.letters import checking, pdf, sheet
from sopcases.letters.models.lifecycle import TOKEN_BYTES
from sopcases.letters.models.spoken import Spoken
from sopcases.letters.signing import WET, Means
from sopcases.letters.states import LetterState
from sopcases.people.authority import Officer
from sopcases.refusal import demand
from sopcases.sops.models import Stage


@dataclass(frozen=True)
class Prepared:
    """What is to be signed: the letter as it will be kept, but for the signature."""

    content: bytes
    body: str
    token: str
    version: int
    reason: str


class Certifying(Spoken):
    """Tanda tangani secara elektronik."""

    class Meta:
        abstract = True

    def why_not_certify(self, by: Officer) -> str | None:
        if self.agency.signature_backend == WET:
            return "Perangkat daerah ini menandatangani surat dengan tanda tangan basah."
        if (sentence := self.why_not_decide(by)) is not None:
            return sentence
        if not self.number and self.kind.series.exists():
            return "Surat ini belum bernomor; tanda tangan elektronik memerlukan nomornya lebih dahulu."
        return None

    def prepare(self, by: Officer, means: Means, *, reason: str = "", version: int | None = None) -> Prepared:
        """The final PDF, with the signer as he prints today and the face of what will sign it."""
        with self.acting(version):
            demand(self.why_not_certify(by))
            demand_reason(self.decide_needs_reason(by), reason)
            if self.numbers.filter(state="used").exclude(year=by.day.year).exists():
                self.number_now(by)
                self.write("numbered", by, number=self.number)
                self.tell(by, "numbered")
            self._sign_as(self._signatory(by))
            self.dated = by.day
            token = self.token or secrets.token_urlsafe(TOKEN_BYTES)
            qr = checking.qr(checking.address(token))
            body = sheet.body_html(sheet.build(self, by.at, electronic=qr))
            content = pdf.final(self, body, face=means.face, token=token)
            prepared = Prepared(content, body, token, self.version, reason.strip())
        self.refresh_from_db()
        self.forget()
        return prepared

    def certify(self, by: Officer, prepared: Prepared, means: Means, signed: bytes) -> None:
        """Keep the signed PDF: the letter is signed. Served bytes are these bytes."""
        with self.acting(prepared.version):
            demand(self.why_not_certify(by))
            signatory = self._signatory(by)
            self._sign_as(signatory)
            self.dated = self.signed_on = by.day
            self.decided_at = by.at
            self.backend, self.certificate, self.certified_face = means.backend, means.certificate, means.face
            self.token, self.body = prepared.token, prepared.body
            self.sha256 = pdf.digest(signed)
            self.move(LetterState.SIGNED, by, Stage.SIGNED)
            self.pdf.save("surat.pdf", ContentFile(signed), save=False)
            self.tell_orders()
            facts = {"sha256": self.sha256, "backend": means.backend, "certificate": means.certificate}
            self.write("certified", by, signatory.acting_title, prepared.reason, **facts)
            self.tell(by, "certified", signatory.acting_title)

    def sign_with(self, by: Officer, means: Means, *, reason: str = "", version: int | None = None) -> None:
        """All three strokes. Raises SigningFailed with its sentence, and leaves the letter as it was."""
        prepared = self.prepare(by, means, reason=reason, version=version)
        what = f"Penandatanganan {self.print_title}"
        self.certify(by, prepared, means, means.sign(prepared.content, what))
