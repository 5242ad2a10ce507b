"""A passkey in software: makes credentials and signs as an authenticator does (WebAuthn, level 2), or as a bad one."""

import html
import json
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_bytes
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import encode_cbor

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def encode_base64url(content: bytes) -> str:
    """Bytes as browsers write them."""
    return urlsafe_b64encode(content).rstrip(b"=").decode()


@dataclass
class SoftPasskey:
    """A passkey for an origin. rp: the host it is bound to; count: signatures it tells of, unless it counts none."""

    origin: str
    rp: str
    counts: bool = True
    verifies: bool = True
    count: int = 0
    id: bytes = field(default_factory=lambda: token_bytes(16))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def _build_data(self, flags: int, more: bytes = b"") -> bytes:
        if self.counts:
            self.count += 1
        flags |= PRESENT | (VERIFIED if self.verifies else 0)
        return sha256(self.rp.encode()).digest() + bytes([flags]) + self.count.to_bytes(4) + more

    def _build_client_data(self, kind: str, challenge: str) -> bytes:
        told = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(told).encode()

    def make(self, options: dict[str, Any]) -> str:
        """What a browser sends after `navigator.credentials.create`."""
        point = self.key.public_key().public_numbers()
        cose = encode_cbor({1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)})
        attested = bytes(16) + len(self.id).to_bytes(2) + self.id + cose
        data = self._build_data(ATTESTED, attested)
        attestation = encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._build_client_data("webauthn.create", options["challenge"])
        response = {
            "clientDataJSON": encode_base64url(client),
            "attestationObject": encode_base64url(attestation),
        }
        return self._describe(response)

    def sign(self, options: dict[str, Any]) -> str:
        """What a browser sends after `navigator.credentials.get`."""
        data = self._build_data(0)
        client = self._build_client_data("webauthn.get", options["challenge"])
        signature = self.key.sign(data + sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._describe(
            {
                "clientDataJSON": encode_base64url(client),
                "authenticatorData": encode_base64url(data),
                "signature": encode_base64url(signature),
            }
        )

    def _describe(self, response: dict[str, str]) -> str:
        own = encode_base64url(self.id)
        return json.dumps({"id": own, "rawId": own, "type": "public-key", "response": response})


def read_options(page: bytes) -> dict[str, Any]:
    """What the form of a page asks a browser for."""
    found = re.search(r'data-passkey="([^"]+)"', page.decode())
    assert found is not None
    options: dict[str, Any] = json.loads(html.unescape(found[1]))
    return options


def read_field(page: bytes, name: str) -> str:
    """A hidden field of the form."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.decode().partition("data-passkey")[2])
    assert found is not None
    return html.unescape(found[1])
