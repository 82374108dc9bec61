"""Certificates of the tests' own: an authority, officials' files, and a service that signs like BSrE's."""

import base64
import json
import threading
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12

from sopcases.letters.signing.certificate import Opened

PASSPHRASE = "frasa sandi uji"
ISSUER = "Penerbit Uji"


@cache
def key(kind: str = "rsa"):
    if kind == "rsa":
        return rsa.generate_private_key(65537, 2048)
    if kind == "small":
        return rsa.generate_private_key(65537, 1024)
    return ec.generate_private_key(ec.SECP256R1())


@cache
def authority():
    return _certificate(ISSUER, ISSUER, key("authority"), key("authority"), ca=True)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


def _certificate(subject, issuer, own, signing, **facts):
    return unsigned_certificate(subject, issuer, own, **facts).sign(signing, hashes.SHA256())


def unsigned_certificate(subject, issuer, own, *, first=None, last=None, ca=False, usage=True):
    """What a certificate says, to be signed by its issuer."""
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(first or datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(last or now + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca, None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=usage and not ca,
                content_commitment=usage and not ca,
                key_encipherment=not usage,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=ca,
                crl_sign=ca,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
    )


def p12(subject: str = "Dr. Budi Hartono", kind: str = "rsa", passphrase: str = PASSPHRASE, **facts) -> bytes:
    """An official's file. `facts`: first, last (validity), usage (False: not for signing)."""
    own = key(kind)
    certificate = _certificate(subject, ISSUER, own, key("authority"), **facts)
    return pkcs12.serialize_key_and_certificates(
        b"x", own, certificate, [authority()], BestAvailableEncryption(passphrase.encode())
    )


def authority_pem() -> bytes:
    return authority().public_bytes(Encoding.PEM)


class Esign(BaseHTTPRequestHandler):
    """Speaks the manual's protocol (v2.0): status and sign. `server.how` chooses what goes wrong."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, json.loads(body)))
        how = self.server.how
        login = base64.b64encode(b"dinsos:rahasia").decode()
        if self.headers.get("Authorization") != f"Basic {login}" or how == "denied":
            return self.answer(401, {"error": "Unauthorized"})
        if self.path.endswith("/user/check/status"):
            status = how.removeprefix("status ") if how.startswith("status ") else "ISSUE"
            return self.answer(200, {"status": status, "message": ""})
        if how == "silent":
            self.server.stop.wait(5)
            return None
        if how == "passphrase":
            return self.answer(400, {"error": "Passphrase anda salah", "status_code": 2031})
        if how == "no json":
            return self.send(200, b"<html>Bad Gateway</html>")
        if how == "half":
            self.send_response(200)
            self.send_header("Content-Length", "100000")
            self.end_headers()
            self.wfile.write(b'{"file": ["JVBERi0')
            return None
        if how == "list":
            return self.answer(200, [])
        request = json.loads(body)
        content = base64.b64decode(request["file"][0])
        if how == "unsigned":
            return self.answer(200, {"time": 1, "file": [base64.b64encode(content).decode()]})
        if how == "other letter":
            content = self.server.other
        signed = Opened(p12("Penanda Tangan BSrE"), PASSPHRASE).sign(content, "BSrE")
        if how == "tampered":
            signed = signed[:200] + bytes([signed[200] ^ 1]) + signed[201:]
        return self.answer(200, {"time": 31, "file": [base64.b64encode(signed).decode()]})

    def answer(self, status: int, payload) -> None:
        self.send(status, json.dumps(payload).encode())

    def send(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args):
        """Nothing on the console."""


class EsignServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Esign)
        self.how, self.other, self.asked, self.stop = "", b"", [], threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def end(self) -> None:
        self.stop.set()
        self.shutdown()
        self.server_close()
