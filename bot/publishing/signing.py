"""anchor.json of a release: the desk's signature of its manifest, and the head of the audit trail."""

import base64
from hashlib import sha256

from pydantic import ValidationError

from ita_stats.release import ANCHOR_FILE, Sha256Hex
from ita_stats.render.json_schema import PublishedModel
from storage.audit import AuditAnchor
from storage.crypto.aead import derive_public_key, is_valid_signature, sign_message
from storage.crypto.keyring import Keyring


class AnchorJson(PublishedModel):
    """Signature: Ed25519 (RFC 8032) over the 32 bytes of the manifest's SHA-256. Key and signature are base64."""

    manifest_sha256: Sha256Hex
    public_key: str
    signature: str
    audit: AuditAnchor


def encode_public_key(keyring: Keyring) -> str:
    """Return the public key of a desk in base64, for those who want to verify its releases."""
    return _encode_base64(derive_public_key(keyring.signing_seed))


def build_anchor_json(keyring: Keyring, manifest: bytes, audit: AuditAnchor) -> bytes:
    """Build anchor.json for a manifest."""
    digest = sha256(manifest)
    anchor = AnchorJson(
        manifest_sha256=digest.hexdigest(),
        public_key=encode_public_key(keyring),
        signature=_encode_base64(sign_message(keyring.signing_seed, digest.digest())),
        audit=audit,
    )
    return (anchor.model_dump_json(indent=2) + "\n").encode()


def read_anchor_key(content: bytes) -> str | None:
    """Return the public key that an anchor says it is signed with; None where it is no anchor. Nothing is verified."""
    try:
        return AnchorJson.model_validate_json(content).public_key
    except ValidationError:
        return None


def verify_anchor(content: bytes, manifest: bytes, key: str = "") -> list[str]:
    """Return what is wrong with an anchor. key: the desk's public key; if empty, the anchor's own is used."""
    try:
        anchor = AnchorJson.model_validate_json(content)
    except ValidationError:
        return [f"{ANCHOR_FILE} is not the anchor of a release"]
    if key and anchor.public_key != key:
        return [f"{ANCHOR_FILE} is signed with another key: {anchor.public_key}"]
    digest = sha256(manifest)
    if anchor.manifest_sha256 != digest.hexdigest():
        return [f"{ANCHOR_FILE} is of another manifest"]
    if not is_valid_signature(
        _decode_base64(anchor.public_key), digest.digest(), _decode_base64(anchor.signature)
    ):
        return [f"{ANCHOR_FILE}: the signature does not hold"]
    return []


def _encode_base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _decode_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""
