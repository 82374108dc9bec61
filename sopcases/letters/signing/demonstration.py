"""A certificate of nobody, for the demonstration: made anew each time, trusted by none, marked on paper."""

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID

ISSUER = "Penerbit Peragaan sopcases"
YEARS = timedelta(days=3 * 365)


def certificate(name: str, passphrase: str, at: datetime) -> bytes:
    """A PKCS#12 file with a new key and a certificate for `name` that is valid from the day before `at`."""
    key, issuer = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    made = (
        x509.CertificateBuilder()
        .subject_name(_named(f"{name} (PERAGAAN)"[:64]))
        .issuer_name(_named(ISSUER))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + YEARS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_for_signing(), critical=True)
        .sign(issuer, hashes.SHA256())
    )
    return pkcs12.serialize_key_and_certificates(
        None, key, made, None, BestAvailableEncryption(passphrase.encode())
    )


def _named(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _for_signing() -> x509.KeyUsage:
    asked = ("digital_signature", "content_commitment")
    other = (
        *("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign"),
        *("encipher_only", "decipher_only"),
    )
    return x509.KeyUsage(**dict.fromkeys(asked, True), **dict.fromkeys(other, False))
