"""What a browser is asked to sign, and the check of what it signed (WebAuthn, level 2)."""

import json
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from handlers.staff.workspace.passkey_messages import AddPasskey, Passkey
from handlers.staff.workspace.passkeys import CheckedPasskey
from handlers.thai.dates import to_bangkok_date
from storage.crypto.keyring import Keyring
from storage.db.epoch_minutes import from_epoch_minutes
from storage.staff.passkeys import hash_credential

MAX_SIGNED_LENGTH = 20_000
"""Characters of what a browser signed that are looked at."""

_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class PasskeyParty:
    """Where passkeys are good. id: the host that browsers bind them to; origin: of the pages."""

    id: str
    origin: str


def find_passkey_party(public_url: str) -> PasskeyParty | None:
    """Return where passkeys are good; None where browsers allow none: an address of numbers, or one without TLS.

    Host and origin are as browsers write them: a Thai name in its ASCII form, and no port that the scheme has anyway.
    """
    parts = urlsplit(public_url)
    try:
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except ValueError:  # a name or a port that there cannot be
        return None
    if not host or _is_ip_address(host) or (parts.scheme != "https" and host != "localhost"):
        return None
    shown = "" if port in {None, _PORTS.get(parts.scheme)} else f":{port}"
    return PasskeyParty(host, f"{parts.scheme}://{host}{shown}")


def _is_ip_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def build_request(party: PasskeyParty, challenge: bytes) -> str:
    """Return what a browser needs to sign in, as JSON. It names no passkey: each machine offers its own."""
    import webauthn
    from webauthn.helpers.structs import UserVerificationRequirement

    options = webauthn.generate_authentication_options(
        rp_id=party.id, challenge=challenge, user_verification=UserVerificationRequirement.REQUIRED
    )
    return webauthn.options_to_json(options)


@dataclass(frozen=True, slots=True)
class PasskeyOwner:
    """Whom a new passkey is for. handle: what it stores of them, a hash; called: how their machine lists it."""

    handle: bytes
    called: str
    office: str
    known: tuple[Passkey, ...] = ()


def build_creation(party: PasskeyParty, challenge: bytes, owner: PasskeyOwner) -> str:
    """Return what a browser needs to make a passkey, as JSON. No attestation is asked for: any maker's is good."""
    import webauthn
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    options = webauthn.generate_registration_options(
        rp_id=party.id,
        rp_name=owner.office,
        user_id=owner.handle,
        user_name=owner.called,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(one.credential) for one in owner.known],
    )
    return webauthn.options_to_json(options)


def read_credential_id(signed: str) -> str:
    """Return the id of the passkey that signed, in base64url; empty where that cannot be read."""
    found = _parse(signed).get("id")
    return found if isinstance(found, str) else ""


def _parse(signed: str) -> dict[str, Any]:
    try:
        parsed = json.loads(signed[:MAX_SIGNED_LENGTH])
    except (ValueError, RecursionError):
        return {}
    return parsed if isinstance(parsed, dict) else {}


def check_signature(
    party: PasskeyParty, challenge: bytes, signed: str, passkey: Passkey
) -> CheckedPasskey | None:
    """Return the passkey with its count, where it signed this challenge here, after its machine asked its owner.

    A count that goes back is refused: somebody has a copy. Those of a vendor's account count nothing.
    """
    import webauthn
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        done = webauthn.verify_authentication_response(
            credential=_parse(signed),
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=passkey.key,
            credential_current_sign_count=passkey.count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None  # what strangers send is refused, whatever the library makes of it
    return CheckedPasskey(passkey, done.new_sign_count, sha256(challenge).digest())


def check_creation(
    party: PasskeyParty, challenge: bytes, signed: str, name: str, keyring: Keyring
) -> AddPasskey | None:
    """Return the passkey that a browser made for this challenge; None where it is not right."""
    import webauthn
    from webauthn.helpers import bytes_to_base64url
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        done = webauthn.verify_registration_response(
            credential=_parse(signed),
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    mark = hash_credential(keyring, bytes_to_base64url(done.credential_id))
    day = to_bangkok_date(from_epoch_minutes(0))  # filled in with the act
    key, used = done.credential_public_key, sha256(challenge).digest()
    return AddPasskey(mark, "", name, key, done.sign_count, done.credential_id, day, "th", used)
