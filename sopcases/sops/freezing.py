"""The document of a revision, frozen when it is put in force, and its signature.

What is frozen is what everybody gets from then on, byte for byte: the print until it is signed, then the scan
signed in ink or the print signed by a certificate. Nobody signs for the official whom it names; filing the
scan that he signed is open to who records for others and to the agency's admin.
"""

import hashlib
from datetime import date

from django.core.files.base import ContentFile

from sopcases.people import authority, journal
from sopcases.people.authority import Officer, Signatory, local_day
from sopcases.people.files import intact
from sopcases.people.keeping import keeping
from sopcases.people.models import User
from sopcases.refusal import Refused, demand
from sopcases.sops import printed
from sopcases.sops.models import FrozenSheet, Revision

WAITS = "Menunggu tanda tangan – naskah ini sah setelah ditandatangani dan dicap"
COPY = "Salinan teks – yang berlaku ialah naskah yang ditandatangani pejabat pada lembar ini"
"""What the foot of an unsigned print says: no print ever looks more signed than it is."""

WET = "Perangkat daerah ini menandatangani naskah dengan tanda tangan basah."
SIGNED = "Naskah SOP ini sudah ditandatangani."
VOID = "Naskah SOP ini sudah dibatalkan."
ON_PAPER = "SOP ini disahkan di kertas: unggah pindaian naskah yang sudah ditandatangani."
NOT_YOURS = "Naskah SOP ini ditandatangani oleh {name} sebagai {title}."
LAPSED = (
    "Hari ini {name} tidak berwenang sebagai {title}, seperti yang tertulis pada naskah. Bila naskah belum "
    "ditandatangani di kertas, buat revisi baru dan berlakukan dengan pejabat yang berwenang."
)
NOT_A_RECORDER = (
    "Naskah bertanda tangan diunggah oleh penanda tangannya, petugas pencatat, atau admin perangkat daerah."
)


# Who ratifies ----------------------------------------------------------------------------------------


def ratifying(revision: Revision, by, signer: User) -> tuple[int, Signatory]:
    """The authority with which an official ratifies the revision now, after the position it is of.

    Raises Refused for one who has none today, and where he would put his own signature in force.
    """
    agency = revision.sop.agency
    if by.user is not None and by.user.pk == signer.pk:
        raise Refused(
            "Anda yang memberlakukan revisi ini, sehingga tidak sekaligus mengesahkannya. Mintalah admin "
            "lain memberlakukannya."
        )
    found = authority.ratifiers(agency.pk, local_day(agency, by.at))
    for position_id, signatory in found:
        if signatory.user_id == signer.pk:
            return position_id, signatory
    raise Refused(f"{signer} hari ini tidak berwenang mengesahkan SOP {agency.short_name}.")


def ratified_lines(signatory: Signatory) -> list[str]:
    """How the official prints under "Disahkan oleh": title, name, rank and NIP."""
    user = signatory.user
    number = f"{user.nip_label or 'NIP'}. {user.nip}" if user.nip else ""
    return [line for line in (*signatory.title.splitlines(), user.name, user.rank, number) if line]


# Freezing --------------------------------------------------------------------------------------------


def freeze(revision: Revision, by, ratified: tuple[int, Signatory] | None) -> FrozenSheet:
    """Keep the document as it prints today. Without a signatory it was ratified as its sheet says.

    Raises Refused naming the characters that would print as boxes.
    """
    document = printed.of(revision, printed.paper_of(revision.sop.agency))
    row = FrozenSheet(
        revision=revision,
        frozen_at=by.at,
        frozen_by=by.user,
        paper=document.paper.key,
        body=printed.frozen(document),
        page_css=document.css,
        signer_name=revision.ratified_by_name,
        signer_nip=revision.ratified_by_nip,
    )
    if ratified:
        row.position_id, signatory = ratified
        user = row.signer = signatory.user
        row.signer_name, row.signer_nip, row.signer_rank = user.name, user.nip, user.rank
        row.signer_title, row.signer_until = signatory.title, signatory.until
    content = pdf_of(row, face=WAITS if ratified else COPY)
    row.sha256 = hashlib.sha256(content).hexdigest()
    row.file.save("naskah.pdf", ContentFile(content), save=False)
    row.save()
    return row


def pdf_of(row: FrozenSheet, *, face: str, qr: str = "") -> bytes:
    """The frozen page as PDF, with what its foot says, and sealed where a certificate signs it."""
    return printed.sealed(row.body, row.page_css, face=face, key=f"{row.revision_id}", qr=qr)


def void(revision: Revision, by, reason: str) -> bool:
    """The revision is a draft again: what was frozen of it stays, and counts no more. Answers whether an
    official here ratified it."""
    rows = list(revision.frozen.living().select_for_update())
    for row in rows:
        row.voided_at, row.void_reason = by.at, reason
        row.save(update_fields=["voided_at", "void_reason"])
    return any(row.signer_id for row in rows)


def served(revision: Revision) -> FrozenSheet | None:
    """What is given out as the revision's document: the frozen one while it is or will be in force, and for
    good once it is signed. None: it is printed as it stands. The revision tells as what it `stands`."""
    row = revision.frozen.living().select_related("signer", "filed_by").first()
    current = revision.stands in Revision.CURRENT
    return row if row and (row.is_signed or current) else None


def content_of(row: FrozenSheet, by: Officer) -> tuple[bytes, str]:
    """The bytes to give out and their kind. Raises Refused where they are no longer what was stored."""
    if row.is_signed:
        content = intact(row.signed_file, row.signed_sha256, by, "sop.naskah_rusak", row.revision)
        return content, row.signed_mime
    return intact(row.file, row.sha256, by, "sop.naskah_rusak", row.revision), "application/pdf"


# Signing ---------------------------------------------------------------------------------------------


def refuse_sign(row: FrozenSheet, by: Officer) -> str | None:
    """Why this officer cannot sign it by certificate now, or None."""
    agency = row.revision.sop.agency
    if agency.signature_backend == "wet":
        return WET
    if (sentence := _ended(row)) is not None:
        return sentence
    if row.revision.state not in Revision.CURRENT:
        return f"Revisi {row.revision.no} berstatus {row.revision.get_state_display()}."
    if row.signer_id is None:
        return ON_PAPER
    if row.signer_id != by.user.pk:
        return NOT_YOURS.format(name=row.signer_name, title=row.title_line)
    return _without_authority(row, by.day)


def refuse_file_scan(row: FrozenSheet, by: Officer) -> str | None:
    """Why this officer cannot file the scan signed in ink, or None."""
    if (sentence := _ended(row)) is not None:
        return sentence
    own = by.user.agency_id == row.revision.sop.agency_id
    signs = row.signer_id == by.user.pk and bool(by.hats)
    if own and (signs or by.user.is_staff or any(hat.may_record for hat in by.hats)):
        return None
    return NOT_A_RECORDER


@keeping()
def sign(
    row: FrozenSheet, by: Officer, signed: bytes, *, how: str, certificate: str, face: str, token: str
) -> FrozenSheet:
    """Keep the print that the official's certificate signed. Raises NotAllowed with `refuse_sign`."""
    row = _locked(row)
    demand(refuse_sign(row, by))
    row.certificate, row.face, row.token = certificate, face, token
    return _keep(row, by, signed, "application/pdf", how, by.day, title=row.title_line)


@keeping()
def file_scan(row: FrozenSheet, by: Officer, content: bytes, mime: str, *, signed_on: date) -> FrozenSheet:
    """File what the official signed in ink: that *is* his signature.

    Raises NotAllowed with `refuse_file_scan`, Refused for a day on which he could not have signed it.
    """
    row = _locked(row)
    demand(refuse_file_scan(row, by))
    if signed_on > by.day:
        raise Refused(f"Tanggal penandatanganan tidak boleh di masa depan; hari ini {by.day:%d-%m-%Y}.")
    if row.signer_id:
        first = local_day(row.revision.sop.agency, row.frozen_at)
        if signed_on < first:
            raise Refused(
                f"Naskah ini baru dibekukan {first:%d-%m-%Y}; tanggal penandatanganan tidak boleh "
                "mendahuluinya."
            )
        if _without_authority(row, signed_on):
            raise Refused(
                f"Pada {signed_on:%d-%m-%Y} {row.signer_name} tidak berwenang sebagai {row.title_line}. "
                "Periksa tanggalnya."
            )
    return _keep(row, by, content, mime, FrozenSheet.How.INK, signed_on)


def _keep(
    row: FrozenSheet, by: Officer, content: bytes, mime: str, how: str, day: date, title: str = ""
) -> FrozenSheet:
    row.how, row.signed_on, row.filed_at, row.filed_by = how, day, by.at, by.user
    row.signed_mime, row.signed_sha256 = mime, hashlib.sha256(content).hexdigest()
    row.signed_file.save(f"naskah.{mime.rpartition('/')[2]}", ContentFile(content), save=False)
    row.save(update_fields=FrozenSheet.SIGNATURE)
    agency_id = row.revision.sop.agency_id
    facts = {"how": how, "signed_on": day.isoformat(), "sha256": row.signed_sha256}
    journal.write(by, "sop.ditandatangani", row.revision, title, agency_id, **facts)
    return row


def _locked(row: FrozenSheet) -> FrozenSheet:
    rows = FrozenSheet.objects.select_for_update(of=("self",)).select_related("revision__sop__agency")
    return rows.get(pk=row.pk)


def _ended(row: FrozenSheet) -> str | None:
    if row.voided_at is not None:
        return VOID
    return SIGNED if row.is_signed else None


def _without_authority(row: FrozenSheet, day: date) -> str | None:
    """The sentence where its signer cannot use the authority that it names on the day."""
    may = authority.signatories(row.revision.sop.agency_id, day, row.position_id)
    if any(s.user_id == row.signer_id and s.title == row.signer_title for s in may):
        return None
    return LAPSED.format(name=row.signer_name, title=row.title_line)
