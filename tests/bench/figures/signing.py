"""A PAdES signature by an official's certificate beside the raw signature of the same PDF's digest, per key;
and a letter sent to an Esign service on loopback, which itself signs, beside that signature alone."""

import hashlib
import io

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from django.test import override_settings
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields
from pyhanko.sign.signers import PdfSignatureMetadata, SimpleSigner, sign_pdf

from sopcases.letters import page, pdf
from sopcases.letters.signing import bsre
from sopcases.letters.signing.certificate import Opened
from tests.bench import ground, timing
from tests.bench.figures import Figure, figure
from tests.cast import make_world
from tests.letters.certificates import PASSPHRASE, EsignServer, key, p12, unsigned_certificate
from tests.letters.papers import Desk

DATABASES = ("sqlite",)


def measure() -> list[Figure]:
    with ground.fresh() as database, ground.working_on(database):
        world = make_world()
        letter = Desk(world).ready("agus")
        content = pdf.of(letter, page.body(letter, world.officer("agus")))
    found = []
    for name, own in (
        ("RSA-2048", rsa.generate_private_key(65537, 2048)),
        ("RSA-4096", rsa.generate_private_key(65537, 4096)),
        ("P-256", ec.generate_private_key(ec.SECP256R1())),
    ):
        found += by_certificate(name, own, content)
    return [*found, by_esign(content)]


def file_of(own) -> bytes:
    """A PKCS#12 file of the key."""
    made = unsigned_certificate("Pejabat Ukur", "Penerbit Ukur", own).sign(key("authority"), hashes.SHA256())
    return pkcs12.serialize_key_and_certificates(
        b"x", own, made, None, BestAvailableEncryption(PASSPHRASE.encode())
    )


def by_certificate(name: str, own, content: bytes) -> list[Figure]:
    """Beside the floor (the raw signature) and beside pyHanko as it is shipped."""
    held = file_of(own)
    opened = Opened(held, PASSPHRASE)
    shipped = SimpleSigner.load_pkcs12_data(held, [], PASSPHRASE.encode())

    def raw() -> bytes:
        digest = hashlib.sha256(content).digest()
        if isinstance(own, rsa.RSAPrivateKey):
            return own.sign(digest, padding.PKCS1v15(), hashes.SHA256())
        return own.sign(digest, ec.ECDSA(hashes.SHA256()))

    def as_shipped() -> bytes:
        meta = PdfSignatureMetadata(
            field_name="TandaTangan", md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES
        )
        out = io.BytesIO()
        sign_pdf(IncrementalPdfFileWriter(io.BytesIO(content)), meta, shipped, output=out)
        return out.getvalue()

    rounds = 5 if ground.quick() else 30
    ours, floor, theirs = timing.in_turn(rounds, lambda: opened.sign(content, "Ukur"), raw, as_shipped)
    mine = timing.p50(ours)
    return [
        figure(f"PAdES with {name}", mine, "ms", timing.p50(floor), "beside: the raw signature"),
        figure(
            f"PAdES with {name}, as shipped", mine, "ms", timing.p50(theirs), "beside: pyHanko's own signer"
        ),
    ]


def by_esign(content: bytes) -> Figure:
    """Over HTTP to the small server of the tests, which signs with RSA-2048."""
    server = EsignServer()
    held = Opened(p12("Penanda Tangan BSrE"), PASSPHRASE)
    asked = {
        "BSRE_URL": server.url,
        "BSRE_USER": "dinsos",
        "BSRE_PASSWORD": "rahasia",
        "BSRE_TIMEOUT": 30,
    }
    try:
        with override_settings(**asked):
            means = bsre.means("budi@dinsos.example.go.id", PASSPHRASE)
            rounds = 5 if ground.quick() else 20
            ours, beside = timing.in_turn(
                rounds, lambda: means.sign(content, "Ukur"), lambda: held.sign(content, "Ukur")
            )
    finally:
        server.end()
    return figure(
        "Esign Client on loopback",
        timing.p50(ours),
        "ms",
        timing.p50(beside),
        "beside: the same signature here",
    )
