"""What anybody may know of a letter or an SOP who holds its QR: what it is, who signed with which authority,
how far it is, and whether a file is the one that was kept. Nothing of a child.
"""

import hashlib
from dataclasses import dataclass

import segno
from django.conf import settings
from django.urls import reverse

from sopcases.cases.wording import moment
from sopcases.letters.signing.validation import Found, signatures
from sopcases.letters.states import INKED, LetterState, Track
from sopcases.letters.words import day_text, one_line
from sopcases.sops.models import FrozenSheet, Revision

STATES = {
    LetterState.DECIDED: (
        "waiting",
        "Menunggu tanda tangan",
        "Surat ini sudah diputuskan, tetapi belum berlaku sebelum ditandatangani dan dicap.",
    ),
    LetterState.PRINTABLE: (
        "waiting",
        "Menunggu tanda tangan para pihak",
        "Naskah ini sudah ditetapkan, tetapi belum berlaku sebelum ditandatangani para pihak.",
    ),
    LetterState.AWAITING: (
        "waiting",
        "Menunggu tanda tangan para pihak",
        "Naskah ini sudah dicetak, tetapi belum berlaku sebelum ditandatangani para pihak.",
    ),
    LetterState.SIGNED: (
        "done",
        "Ditandatangani basah",
        "Yang berlaku ialah naskah bertanda tangan basah yang disimpan perangkat daerah.",
    ),
    LetterState.SENT: (
        "done",
        "Ditandatangani basah",
        "Yang berlaku ialah naskah bertanda tangan basah yang disimpan perangkat daerah.",
    ),
    LetterState.COMPLETE: (
        "done",
        "Ditandatangani para pihak",
        "Yang berlaku ialah naskah bertanda tangan yang disimpan perangkat daerah.",
    ),
    LetterState.VOID: ("stopped", "Dibatalkan", "Surat ini tidak berlaku dan tidak boleh dipakai."),
    LetterState.REPLACED: ("stopped", "Diganti", "Surat ini tidak berlaku dan tidak boleh dipakai."),
}


SPOKEN = (
    "Disetujui lisan, tanda tangan menyusul",
    "Surat ini disetujui secara lisan, tetapi belum berlaku sebelum ditandatangani dan dicap.",
)
DIFFERENT = (
    "Berkas ini tidak sama dengan yang disimpan untuk naskah ini. Pindaian atau foto atas naskah di kertas "
    "memang selalu berbeda; bandingkan isinya, atau tanyakan kepada perangkat daerah."
)


@dataclass(frozen=True)
class Report:
    """The check page of a letter or of an SOP's document."""

    kind: str
    number: str
    dated: str
    agency: str
    signer: str
    tone: str
    state: str
    text: str
    hashes: tuple[tuple[str, str], ...]
    """SHA-256 of each file kept, and what that file is."""


@dataclass(frozen=True)
class Compared:
    """What was found of a file that somebody sent."""

    same: bool
    sentences: tuple[str, ...]


def address(token: str) -> str:
    """Where the QR leads; "" for a letter that has none."""
    return settings.PUBLIC_URL + reverse("letters:check", kwargs={"token": token}) if token else ""


def qr(check: str) -> str:
    """The QR of a check page's address, as a picture in a data: address."""
    return segno.make(check, error="m", micro=False).svg_data_uri(border=0)


def report(letter) -> Report:
    """What the check page tells. `letter` comes with agency, paper and kind."""
    tone, state, text = STATES[letter.state]
    if letter.approved_by_word:
        state, text = SPOKEN
    if letter.state in INKED and letter.backend:
        state, text = "Ditandatangani dengan sertifikat elektronik", letter.certified_face
    if letter.state == LetterState.REPLACED:
        newer = letter.paper.replaced_by.exclude(letter__number="").values_list("letter__number", flat=True)
        if number := newer.first():
            text += f" Penggantinya bernomor {number}."
    signer = f"{letter.signer_name}, {one_line(letter.signer_title)}" if letter.signer_id else ""
    if not signer and letter.track == Track.RECORD:
        signer = "Para pihak yang tersebut dalam naskah"
    return Report(
        kind=str(letter.paper.kind),
        number=letter.number,
        dated=day_text(letter.dated) if letter.dated else "",
        agency=letter.agency.name,
        signer=signer,
        tone=tone,
        state=state,
        text=text,
        hashes=tuple(_kept(letter)),
    )


def report_sop(row: FrozenSheet) -> Report:
    """What the check page tells of an SOP's document that a certificate signed. The revision of a void one is
    a draft again: its name and number by now are not what was signed."""
    revision = row.revision
    tone, state, text = "done", "Ditandatangani dengan sertifikat elektronik", row.face
    if row.voided_at or revision.stands not in Revision.CURRENT:
        ended = row.state_text if row.voided_at else revision.stands_text
        tone, state, text = "stopped", ended, f"Naskah SOP ini tidak berlaku lagi. {row.face}"
    return Report(
        kind=f"SOP, revisi {revision.no}" if row.voided_at else f"SOP {revision.name}, revisi {revision.no}",
        number="" if row.voided_at else revision.number,
        dated=day_text(row.signed_on),
        agency=revision.sop.agency.name,
        signer=f"{row.signer_name}, {row.title_line}",
        tone=tone,
        state=state,
        text=text,
        hashes=tuple(_kept_sop(row)),
    )


def _kept_sop(row: FrozenSheet):
    yield row.signed_sha256, "naskah yang ditandatangani secara elektronik"
    yield row.sha256, "naskah yang dibekukan sebelum ditandatangani"


def _kept(letter):
    if letter.sha256:
        signed = "naskah yang ditandatangani secara elektronik"
        yield (
            letter.sha256,
            signed if letter.backend else "naskah yang dibekukan sebelum ditandatangani basah",
        )
    if letter.paper.sha256 and letter.paper.sha256 != letter.sha256:
        yield letter.paper.sha256, "naskah bertanda tangan yang disimpan perangkat daerah"


def compare(report: Report, content: bytes) -> Compared:
    """Whether a file is one of those kept of a letter or an SOP, and what the signatures in it say."""
    what = dict(report.hashes).get(hashlib.sha256(content).hexdigest())
    first = f"Berkas ini sama persis dengan {what}." if what else DIFFERENT
    return Compared(bool(what), (first, *map(_signature_text, signatures(content))))


def _signature_text(found: Found) -> str:
    if not found.whole:
        return "Tanda tangan elektronik pada berkas ini tidak utuh: isinya berubah setelah ditandatangani."
    when = f" pada {moment(found.at)}" if found.at else ""
    known = "penerbit tepercaya" if found.trusted else "penerbit yang tidak dikenal server ini"
    return f"Tanda tangan elektronik {found.signer}{when} utuh; sertifikat dari {found.issuer}, {known}."
