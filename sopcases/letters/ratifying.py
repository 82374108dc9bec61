"""The official signs an SOP's document with his certificate, as he signs a letter.

The frozen page is set once more with the face of what signs it and the QR of its check page, signed outside
any lock (a service may take minutes), and kept only once it is signed.
"""

import secrets
from dataclasses import dataclass

from sopcases.letters import checking
from sopcases.letters.models.lifecycle import TOKEN_BYTES
from sopcases.letters.signing import Means
from sopcases.people.authority import Officer
from sopcases.refusal import demand
from sopcases.sops import freezing
from sopcases.sops.models import FrozenSheet


@dataclass(frozen=True)
class Certified:
    """The signed print, not yet kept."""

    content: bytes
    token: str
    means: Means


def certified(row: FrozenSheet, by: Officer, means: Means) -> Certified:
    """The print with the signature. Raises NotAllowed for who may not sign it, SigningFailed."""
    demand(freezing.refuse_sign(row, by))
    token = secrets.token_urlsafe(TOKEN_BYTES)
    qr = checking.qr(checking.address(token))
    content = freezing.pdf_of(row, face=means.face, qr=qr)
    return Certified(means.sign(content, f"Pengesahan SOP {row.revision.sop.slug}"), token, means)


def keep(row: FrozenSheet, by: Officer, done: Certified) -> FrozenSheet:
    """The document is signed, if nothing changed meanwhile. Raises NotAllowed."""
    means = done.means
    facts = {"how": means.backend, "certificate": means.certificate, "face": means.face, "token": done.token}
    return freezing.sign(row, by, done.content, **facts)
