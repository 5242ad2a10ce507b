"""What a passkey is asked to sign, and what is taken of what comes back."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from hashlib import sha256

import pytest

from bot.web.workspace.passkeys.ceremony import (
    PasskeyOwner,
    PasskeyParty,
    build_creation,
    build_request,
    check_creation,
    check_signature,
    find_passkey_party,
    read_credential_id,
)
from handlers.staff.workspace.passkey_messages import Passkey
from storage.crypto.keyring import Keyring
from tests.handlers.staff.officer_commands import OFFICER
from tests.soft_passkey import SoftPasskey, encode_base64url

ORIGIN, RP = "https://ita.example.go.th", "ita.example.go.th"
_THAI_HOST = "xn--72c0b0acb2d0cwesd.xn--o3cw4h"
PARTY, CHALLENGE = PasskeyParty(RP, ORIGIN), b"c" * 32


class SoftKeyring(Keyring):
    """A keyring whose only use here is to hash an id."""

    def __init__(self) -> None:
        """Hold no keys."""

    def hash_id(self, *parts: str) -> bytes:
        """Hash without a key."""
        return sha256("|".join(parts).encode()).digest()


def make(key: SoftPasskey, challenge: bytes = CHALLENGE) -> Passkey | None:
    owner = PasskeyOwner(b"h" * 32, "สมหญิง", "สำนักงาน")
    signed = key.make(json.loads(build_creation(PARTY, challenge, owner)))
    made = check_creation(PARTY, CHALLENGE, signed, "มือถือ", SoftKeyring())
    if made is None:
        return None
    return Passkey(made.mark, OFFICER, made.name, made.key, made.count, made.credential, date(2026, 11, 30))


@pytest.mark.parametrize(
    ("address", "party"),
    [
        ("https://ita.example.go.th", PARTY),
        ("https://ita.example.go.th/", PARTY),
        ("https://ita.example.go.th:8443/x", PasskeyParty(RP, "https://ita.example.go.th:8443")),
        ("http://localhost:8000", PasskeyParty("localhost", "http://localhost:8000")),
        ("https://ita.example.go.th:443/x", PARTY),
        ("https://ITA.example.go.th", PARTY),
        ("http://localhost:80", PasskeyParty("localhost", "http://localhost")),
        ("https://ร้องเรียน.ไทย", PasskeyParty(_THAI_HOST, f"https://{_THAI_HOST}")),
        ("https://ร้องเรียน.ไทย:8443", PasskeyParty(_THAI_HOST, f"https://{_THAI_HOST}:8443")),
        (f"https://{'ก' * 70}.ไทย", None),
        ("https://ita.example.go.th:99999", None),
        ("http://ita.example.go.th", None),
        ("http://127.0.0.1:8000", None),
        ("https://192.0.2.7", None),
        ("https://[2001:db8::1]", None),
        ("", None),
    ],
)
def test_passkeys_are_good_at_names_with_tls_and_on_ones_own_machine(
    address: str, party: PasskeyParty | None
) -> None:
    assert find_passkey_party(address) == party


def test_nobody_is_named_in_what_is_asked_for() -> None:
    asked = json.loads(build_request(PARTY, CHALLENGE))
    assert (asked["rpId"], asked["challenge"]) == (RP, encode_base64url(CHALLENGE))
    assert (asked["userVerification"], asked.get("allowCredentials", [])) == ("required", [])


def test_a_new_one_stays_on_its_machine_asks_its_owner_and_is_not_made_twice() -> None:
    known = make(SoftPasskey(ORIGIN, RP))
    assert known is not None
    asked = json.loads(build_creation(PARTY, CHALLENGE, PasskeyOwner(b"h" * 32, "ก", "ข", (known,))))
    wanted = asked["authenticatorSelection"]
    assert (wanted["residentKey"], wanted["userVerification"]) == ("required", "required")
    assert asked["attestation"] == "none"
    assert [one["id"] for one in asked["excludeCredentials"]] == [encode_base64url(known.credential)]
    assert asked["user"]["id"] == encode_base64url(b"h" * 32)


def test_what_was_made_signs_and_its_count_goes_on() -> None:
    key = SoftPasskey(ORIGIN, RP)
    passkey = make(key)
    assert passkey is not None
    signed = key.sign(json.loads(build_request(PARTY, CHALLENGE)))
    assert read_credential_id(signed) == encode_base64url(key.id)
    checked = check_signature(PARTY, CHALLENGE, signed, passkey)
    assert checked is not None
    assert (checked.count, checked.challenge) == (2, sha256(CHALLENGE).digest())
    assert check_signature(PARTY, CHALLENGE, signed, replace(passkey, count=2)) is None  # a copy of it
    assert check_signature(PARTY, b"d" * 32, signed, passkey) is None
    assert check_signature(PasskeyParty("other.go.th", ORIGIN), CHALLENGE, signed, passkey) is None


SPOILED: dict[str, Callable[[SoftPasskey], None]] = {
    "another origin": lambda key: setattr(key, "origin", "https://ita.example.go.th:444"),
    "another host": lambda key: setattr(key, "rp", "example.go.th"),
    "nobody was asked": lambda key: setattr(key, "verifies", False),
}


@pytest.mark.parametrize("what", SPOILED)
def test_what_is_not_right_neither_signs_nor_is_made(what: str) -> None:
    key = SoftPasskey(ORIGIN, RP)
    passkey = make(key)
    SPOILED[what](key)
    assert passkey is not None
    signed = key.sign(json.loads(build_request(PARTY, CHALLENGE)))
    assert check_signature(PARTY, CHALLENGE, signed, passkey) is None
    assert make(key) is None
    assert make(SoftPasskey(ORIGIN, RP), b"d" * 32) is None


@pytest.mark.parametrize(
    "sent", ["", "[]", "null", "{", "[" * 5000, '{"id": 7}', '{"id": "x", "response": {}}']
)
def test_what_no_browser_sends_is_refused(sent: str) -> None:
    passkey = make(SoftPasskey(ORIGIN, RP))
    assert passkey is not None
    assert check_signature(PARTY, CHALLENGE, sent, passkey) is None
    assert check_creation(PARTY, CHALLENGE, sent, "ก", SoftKeyring()) is None
    assert read_credential_id(sent) in {"", "x"}
