"""What the signatures in a PDF say: whole or changed since, by whose certificate, trusted here or not."""

import logging
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path

from asn1crypto import pem, x509
from django.conf import settings
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

# A certificate of an unknown issuer is no error of ours; it is said in the answer.
logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class Found:
    """One signature of a PDF."""

    signer: str
    issuer: str
    at: datetime | None
    whole: bool
    """The bytes it covers are unchanged, and it covers all of the file."""
    trusted: bool
    """Its issuer is among those this server trusts (TRUSTED_CERTIFICATES)."""


def signatures(content: bytes) -> list[Found]:
    """The signatures of a PDF; none for what is no readable PDF."""
    try:
        found = PdfFileReader(BytesIO(content), strict=False).embedded_signatures
        return [_found(signature) for signature in found]
    except (PdfReadError, ValueError, KeyError, TypeError, IndexError, RecursionError, OSError):
        return []


def _found(signature) -> Found:
    certificate = signature.signer_cert
    context = ValidationContext(trust_roots=trusted(), allow_fetching=False)
    try:
        status = validate_pdf_signature(signature, context)
        covers = status.coverage.name == "ENTIRE_FILE"
        whole, known = status.intact and status.valid and covers, status.trusted
    except Exception:  # a signature that cannot be read is not whole
        whole = known = False
    return Found(
        signer=_common_name(certificate.subject),
        issuer=_common_name(certificate.issuer),
        at=signature.self_reported_timestamp,
        whole=whole,
        trusted=known,
    )


def _common_name(name: x509.Name) -> str:
    return str(name.native.get("common_name") or name.human_friendly)


def trusted() -> list[x509.Certificate]:
    """The certificates of TRUSTED_CERTIFICATES (a PEM file), for example BSrE's root."""
    if not settings.TRUSTED_CERTIFICATES:
        return []
    content = Path(settings.TRUSTED_CERTIFICATES).read_bytes()
    return [x509.Certificate.load(der) for _, _, der in pem.unarmor(content, multiple=True)]
