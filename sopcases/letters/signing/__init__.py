"""Electronic signatures: whatever signs takes a final PDF and a secret, and answers the signed PDF.

A backend never keeps or logs the secret. If it fails it raises `SigningFailed` with a sentence, and the
letter stays unsigned. Which backend an agency uses is its setting (`Agency.signature_backend`); wet ink needs
none.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sopcases.refusal import Refused

WET, CERTIFICATE, BSRE = "wet", "certificate", "bsre"
ELECTRONIC = (CERTIFICATE, BSRE)
BSRE_SENTENCE = (
    "Dokumen ini telah ditandatangani secara elektronik menggunakan sertifikat elektronik yang diterbitkan "
    "oleh Balai Besar Sertifikasi Elektronik (BSrE), Badan Siber dan Sandi Negara"
)
"""May stand only on a PDF that a BSrE certificate really signed."""


class SigningFailed(Refused):
    """Nothing was signed; the sentence says why and what to do."""


@dataclass(frozen=True)
class Means:
    """What one official signs with: opened once, used for one letter or for many.

    `face` is printed on every page of what it signs, `certificate` kept with the letter.
    """

    backend: str
    certificate: str
    face: str
    sign: Callable[[bytes, str], bytes]
    """(final PDF, reason without any child's name) → signed PDF. Raises SigningFailed."""
