"""anchor.json of a release: the desk's signature over its manifest, and the head of the audit trail."""

import base64
from hashlib import sha256

from pydantic import ValidationError

from ita_stats.release import ANCHOR, Hash
from ita_stats.render.json_schema import PublishedModel
from storage.audit import AuditAnchor
from storage.crypto.aead import is_signed, public_key, signed
from storage.crypto.keyring import Keyring


class AnchorJson(PublishedModel):
    """Signature: Ed25519 (RFC 8032) over the 32 bytes of the manifest's SHA-256. Key and signature are base64."""

    manifest_sha256: Hash
    public_key: str
    signature: str
    audit: AuditAnchor


def key_of(seals: Keyring) -> str:
    """The public key of a desk, base64: what it gives to those who want to verify its releases."""
    return _text(public_key(seals.signing_seed))


def anchored(seals: Keyring, manifest: bytes, audit: AuditAnchor) -> bytes:
    """The anchor of a manifest."""
    name = sha256(manifest)
    found = AnchorJson(
        manifest_sha256=name.hexdigest(),
        public_key=key_of(seals),
        signature=_text(signed(seals.signing_seed, name.digest())),
        audit=audit,
    )
    return (found.model_dump_json(indent=2) + "\n").encode()


def findings(content: bytes, manifest: bytes, key: str = "") -> list[str]:
    """What is wrong with an anchor. key: the desk's public one, known from elsewhere; else its own is taken."""
    try:
        found = AnchorJson.model_validate_json(content)
    except ValidationError:
        return [f"{ANCHOR} is not the anchor of a release"]
    if key and found.public_key != key:
        return [f"{ANCHOR} is signed with another key: {found.public_key}"]
    name = sha256(manifest)
    if found.manifest_sha256 != name.hexdigest():
        return [f"{ANCHOR} is of another manifest"]
    if not is_signed(_bytes(found.public_key), name.digest(), _bytes(found.signature)):
        return [f"{ANCHOR}: the signature does not hold"]
    return []


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""
