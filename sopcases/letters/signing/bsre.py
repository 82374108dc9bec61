"""Signing by the BSrE Esign Client Service on the agency's own server (manual v2.0, 2024).

HTTP Basic, bound to the caller's address. The official is named by his e-mail address; the passphrase goes
with the call and is neither kept nor logged. The PDF sent is final; what comes back must be that PDF with a
whole signature, else the letter stays unsigned.
"""

import base64
import binascii
from io import BytesIO

import requests
from django.conf import settings
from pypdf import PdfReader

from sopcases.letters.signing import BSRE, BSRE_SENTENCE, Means, SigningFailed
from sopcases.letters.signing.validation import signatures

STATUS_SENTENCES = {
    "EXPIRED": "Sertifikat BSrE Anda sudah kedaluwarsa. Ajukan pembaruan kepada BSrE.",
    "RENEW": "Sertifikat BSrE Anda sedang diperbarui. Tunggu sampai selesai, lalu coba lagi.",
    "WAITING_FOR_VERIFICATION": "Pendaftaran sertifikat BSrE Anda masih menunggu verifikasi.",
    "NEW": "Pendaftaran sertifikat BSrE Anda belum selesai: lengkapi aktivasinya.",
    "NO_CERTIFICATE": "Anda belum mempunyai sertifikat BSrE.",
    "NOT_REGISTERED": "Surel Anda belum terdaftar di BSrE.",
    "SUSPEND": "Sertifikat BSrE Anda sedang ditangguhkan.",
    "REVOKE": "Sertifikat BSrE Anda sudah dicabut.",
}
NO_EMAIL = "Surel kedinasan Anda belum diisi; BSrE mengenali Anda dengan surel itu. Hubungi admin sopcases."
NO_SERVICE = "Layanan tanda tangan BSrE belum diatur pada server ini. Hubungi admin sopcases."
SILENT = "Layanan tanda tangan BSrE tidak menjawab. Naskah belum ditandatangani; coba lagi beberapa saat."
TOO_SLOW = (
    "Layanan tanda tangan BSrE tidak menjawab dalam {seconds} detik. Naskah belum ditandatangani; coba lagi "
    "beberapa saat lagi."
)
HALF = "Jawaban layanan tanda tangan BSrE tidak utuh. Naskah belum ditandatangani; coba lagi."
DENIED = "Server ini ditolak oleh layanan tanda tangan BSrE (nama, sandi, atau alamat servernya)."
REFUSED = "BSrE menolak: {error}. Naskah belum ditandatangani."


def means(email: str, passphrase: str) -> Means:
    """What the official signs with; asks BSrE whether he may, once for as many letters as follow.

    Raises SigningFailed.
    """
    if not settings.BSRE_URL:
        raise SigningFailed(NO_SERVICE)
    if not email:
        raise SigningFailed(NO_EMAIL)
    status = _call("/api/v2/user/check/status", {"email": email}).get("status", "")
    if status != "ISSUE":
        unknown = REFUSED.format(error=f"status sertifikat {status or 'tidak diketahui'}")
        raise SigningFailed(STATUS_SENTENCES.get(status, unknown))

    def sign(content: bytes, reason: str) -> bytes:
        answer = _call(
            "/api/v2/sign/pdf",
            {
                "email": email,
                "passphrase": passphrase,
                "signatureProperties": [{"tampilan": "INVISIBLE", "reason": reason}],
                "file": [base64.b64encode(content).decode()],
            },
        )
        return _signed(answer, content)

    return Means(backend=BSRE, certificate=f"BSrE; {email}", face=BSRE_SENTENCE, sign=sign)


def _signed(answer: dict, sent: bytes) -> bytes:
    """The signed PDF out of the answer, if its signature is whole and its text that of what was sent."""
    files = answer.get("file")
    try:
        signed = base64.b64decode(files[0], validate=True)
    except (TypeError, LookupError, ValueError, binascii.Error):
        raise SigningFailed(HALF) from None
    if not any(found.whole for found in signatures(signed)) or _text(signed) != _text(sent):
        raise SigningFailed(HALF)
    return signed


def _text(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(content)).pages]


def _call(path: str, payload: dict) -> dict:
    """One call; every way it can fail has its sentence. The payload is never logged."""
    try:
        answer = requests.post(
            settings.BSRE_URL + path,
            json=payload,
            auth=(settings.BSRE_USER, settings.BSRE_PASSWORD),
            timeout=settings.BSRE_TIMEOUT,
            allow_redirects=False,
        )
    except requests.Timeout:
        raise SigningFailed(TOO_SLOW.format(seconds=settings.BSRE_TIMEOUT)) from None
    except requests.RequestException:
        raise SigningFailed(SILENT) from None
    if answer.status_code in (401, 403):
        raise SigningFailed(DENIED)
    try:
        found = answer.json()
    except ValueError:
        raise SigningFailed(HALF) from None
    if not isinstance(found, dict):
        raise SigningFailed(HALF)
    if error := found.get("error"):
        raise SigningFailed(REFUSED.format(error=str(error)[:200].rstrip(".")))
    if answer.status_code != 200:
        raise SigningFailed(HALF)
    return found
