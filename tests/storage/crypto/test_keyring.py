"""The keyring: addresses are bound to one place, which rows of earlier versions have too."""

from pathlib import Path

import pytest

from storage.crypto.key_files import DeskPaths, load_or_create_keys
from storage.crypto.keyring import Keyring
from storage.errors import TamperedError


def test_an_address_opens_and_is_bound_to_its_place(tmp_path: Path) -> None:
    keyring = Keyring(load_or_create_keys(DeskPaths.under(tmp_path, "complaints")))
    assert keyring.decrypt_address(keyring.encrypt_address("U1234-สมชาย")) == "U1234-สมชาย"
    assert keyring.decrypt_address(keyring.address.encrypt(b"5", "outbox", "", "back")) == "5"
    with pytest.raises(TamperedError):
        keyring.decrypt_address(keyring.address.encrypt(b"5", "outbox", "1", "back"))


def test_lengths_of_short_addresses_do_not_show(tmp_path: Path) -> None:
    keyring = Keyring(load_or_create_keys(DeskPaths.under(tmp_path, "complaints")))
    assert len(keyring.encrypt_address("5")) == len(keyring.encrypt_address("U" + "0" * 32))
