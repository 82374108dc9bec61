"""Signing with an official's own certificate (PKCS#12): PAdES (ETSI EN 319 142) by pyHanko.

The passphrase opens the file at the moment of signing and is forgotten; the parsed key lives as long as the
`Means`, so that ten letters need one passphrase. Three wrong ones lock the certificate for a while.
"""

import base64
from datetime import UTC, datetime, timedelta
from io import BytesIO

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from django.conf import settings
from django.utils.crypto import salted_hmac
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko.sign.timestamps import HTTPTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from sopcases.letters.signing import CERTIFICATE, Means, SigningFailed

FIELD = "TandaTangan"
RESERVED = 16384
"""Bytes kept free for the signature: enough for a chain of certificates, and no trial run is needed."""
TRIES = 3
LOCK = timedelta(minutes=15)
TSA_TIMEOUT = 20  # seconds
DEMO_FACE = "SERTIFIKAT PERAGAAN – bukan tanda tangan yang sah."

WRONG = "Frasa sandi sertifikat tidak cocok. Tersisa {left} percobaan."
LOCKED = "Sertifikat dikunci sampai pukul {until} setelah tiga kali frasa sandi yang salah."
EXPIRED = "Sertifikat Anda berakhir pada {day}. Unggah sertifikat yang baru."
EARLY = "Sertifikat Anda baru berlaku mulai {day}."
UNREADABLE = "Berkas ini bukan sertifikat PKCS#12 (.p12 atau .pfx) yang utuh, atau frasa sandinya salah."
NO_KEY = "Berkas ini tidak memuat kunci beserta sertifikatnya."
NOT_FOR_SIGNING = "Sertifikat ini tidak diterbitkan untuk menandatangani dokumen."
ODD_KEY = "Jenis kunci sertifikat ini belum didukung; pakai RSA (2048 bit ke atas) atau kurva eliptik."
NO_TSA = (
    "Layanan cap waktu tidak menjawab, sehingga naskah belum ditandatangani. Coba lagi beberapa saat lagi."
)
BROKEN = "Naskah belum ditandatangani karena tidak dapat ditandatangani secara elektronik."


class KeySigner(Signer):
    """pyHanko's signer with the key parsed once; its own parses it anew for each signature."""

    def __init__(self, key, certificate: x509.Certificate, chain: list[x509.Certificate]):
        self.key = key
        own, *others = (asn1.Certificate.load(c.public_bytes(Encoding.DER)) for c in (certificate, *chain))
        store = SimpleCertificateStore()
        store.register_multiple([own, *others])
        super().__init__(signing_cert=own, cert_registry=store)

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        digest = getattr(hashes, digest_algorithm.upper())()
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(data, padding.PKCS1v15(), digest)
        return self.key.sign(data, ec.ECDSA(digest))


class Opened:
    """A PKCS#12 file opened with its passphrase."""

    def __init__(self, content: bytes, passphrase: str):
        """Raises SigningFailed for a file or passphrase that does not fit, and for an unfit certificate."""
        try:
            key, certificate, chain = pkcs12.load_key_and_certificates(content, passphrase.encode())
        except (ValueError, TypeError):
            raise SigningFailed(UNREADABLE) from None
        if key is None or certificate is None:
            raise SigningFailed(NO_KEY)
        if not (
            (isinstance(key, rsa.RSAPrivateKey) and key.key_size >= 2048)
            or isinstance(key, ec.EllipticCurvePrivateKey)
        ):
            raise SigningFailed(ODD_KEY)
        self.key, self.certificate, self.chain = key, certificate, chain
        if not self._may_sign():
            raise SigningFailed(NOT_FOR_SIGNING)

    def _may_sign(self) -> bool:
        try:
            usage = self.certificate.extensions.get_extension_for_class(x509.KeyUsage).value
        except x509.ExtensionNotFound:
            return True
        return usage.digital_signature or usage.content_commitment

    @property
    def subject(self) -> str:
        return _common_name(self.certificate.subject)

    @property
    def issuer(self) -> str:
        return _common_name(self.certificate.issuer)

    @property
    def serial(self) -> str:
        return f"{self.certificate.serial_number:x}"

    @property
    def valid(self) -> tuple[datetime, datetime]:
        return self.certificate.not_valid_before_utc, self.certificate.not_valid_after_utc

    def sign(self, content: bytes, reason: str, *, place: str = "") -> bytes:
        """The PDF with a PAdES signature; with a time-stamp where a TSA is configured."""
        writer = IncrementalPdfFileWriter(BytesIO(content))
        meta = PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm="sha256",
            subfilter=fields.SigSeedSubFilter.PADES,
            reason=reason,
            location=place or None,
        )
        stamper = HTTPTimeStamper(settings.TSA_URL, timeout=TSA_TIMEOUT) if settings.TSA_URL else None
        signer = PdfSigner(
            meta,
            KeySigner(self.key, self.certificate, self.chain),
            timestamper=stamper,
            new_field_spec=fields.SigFieldSpec(FIELD),
        )
        out = BytesIO()
        try:
            signer.sign_pdf(writer, output=out, bytes_reserved=RESERVED)
        except Exception as error:  # whatever goes wrong in there, the letter stays unsigned and says so
            raise SigningFailed(NO_TSA if stamper is not None else BROKEN) from error
        return out.getvalue()


def _common_name(name: x509.Name) -> str:
    found = name.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(found[0].value) if found else name.rfc4514_string()


def face(subject: str, issuer: str, demo: bool) -> str:
    """What every page says of a letter signed so; never the sentence that is BSrE's alone."""
    text = f"Ditandatangani secara elektronik dengan sertifikat {subject}, diterbitkan {issuer}."
    return f"{DEMO_FACE} {text}" if demo else text


def seal(content: bytes) -> str:
    """The PKCS#12 file as it lies in the database: under a key of this server, besides its own passphrase."""
    return _box().encrypt(content).decode()


def unseal(sealed: str) -> bytes:
    return _box().decrypt(sealed.encode())


def _box() -> Fernet:
    key = salted_hmac("sopcases.letters.signing.certificate", "", algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(key))


def means(opened: Opened, at: datetime, *, place: str = "", demo: bool = False) -> Means:
    """What the official signs with now. Raises SigningFailed outside the certificate's validity."""
    first, last = opened.valid
    now = at.astimezone(UTC)
    if now > last:
        raise SigningFailed(EXPIRED.format(day=f"{last:%d-%m-%Y}"))
    if now < first:
        raise SigningFailed(EARLY.format(day=f"{first:%d-%m-%Y}"))
    return Means(
        backend=CERTIFICATE,
        certificate=f"{opened.subject}; penerbit {opened.issuer}; nomor seri {opened.serial}",
        face=face(opened.subject, opened.issuer, demo),
        sign=lambda content, reason: opened.sign(content, reason, place=place),
    )
