"""A time-stamping service of the tests' own (RFC 3161), and what can go wrong with one."""

import threading
from datetime import UTC, datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from asn1crypto import keys, tsp, x509
from cryptography import x509 as pyca
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from tests.letters.certificates import ISSUER, key, unsigned_certificate
from tests.letters.certificates import authority as issuer

STAMPED_AT = datetime(2026, 3, 2, 2, 30, tzinfo=UTC)


@cache
def stamper() -> DummyTimeStamper:
    purpose = pyca.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    own = unsigned_certificate("Cap Waktu Uji", ISSUER, key("rsa")).add_extension(purpose, critical=True)
    made = own.sign(key("authority"), hashes.SHA256())
    private = key("rsa").private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return DummyTimeStamper(
        x509.Certificate.load(made.public_bytes(Encoding.DER)),
        keys.PrivateKeyInfo.load(private),
        certs_to_embed=[x509.Certificate.load(issuer().public_bytes(Encoding.DER))],
        fixed_dt=STAMPED_AT,
    )


class Stamping(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        how = self.server.how
        if how == "error":
            return self.send(500, b"")
        if how == "nonsense":
            return self.send(200, b"<html>masuk dahulu</html>")
        if how == "refused":
            return self.send(200, tsp.TimeStampResp({"status": {"status": "rejection"}}).dump())
        return self.send(200, stamper().request_tsa_response(tsp.TimeStampReq.load(body)).dump())

    def send(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args):
        """Nothing on the console."""


class StampingServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Stamping)
        self.how = ""
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"

    def end(self) -> None:
        self.shutdown()
        self.server_close()
