"""An encrypted value can be decrypted only in the place that it was encrypted for, complete and unchanged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.crypto.aead import (
    CHUNK_BYTES,
    ENCRYPTED_CHUNK_BYTES,
    PADDING_BLOCK,
    Cipher,
    StreamEncryptor,
    decrypt_stream,
    hmac_sha256,
)
from storage.errors import TamperedError

KEY, OLD = bytes(range(32)), bytes(range(1, 33))
HERE = ("cases", "id-1", "report")
CONTENT = bytes(range(256)) * 700  # two full chunks and a remainder


@given(st.binary(max_size=2000))
def test_what_is_sealed_opens_again(data: bytes) -> None:
    seal = Cipher({1: KEY}, "complaints")
    assert seal.decrypt(seal.encrypt(data, *HERE), *HERE) == data


@pytest.mark.parametrize("place", [0, 1, 2, 13, 14, 200, -1], ids=lambda place: f"byte {place}")
def test_a_changed_byte_anywhere_is_found(place: int) -> None:
    seal = Cipher({1: KEY}, "complaints")
    blob = bytearray(seal.encrypt(b"a story", *HERE))
    blob[place] ^= 1
    with pytest.raises(TamperedError):
        seal.decrypt(bytes(blob), *HERE)


@pytest.mark.parametrize("length", [0, 1, 2, 13, 14, 29])
def test_a_cut_value_is_found(length: int) -> None:
    seal = Cipher({1: KEY}, "complaints")
    with pytest.raises(TamperedError):
        seal.decrypt(seal.encrypt(b"a story", *HERE)[:length], *HERE)


@pytest.mark.parametrize(
    "there", [("history", "id-1", "report"), ("cases", "id-2", "report"), ("cases", "id-1", "text")]
)
def test_it_opens_in_no_other_place(there: tuple[str, str, str]) -> None:
    seal = Cipher({1: KEY}, "complaints")
    with pytest.raises(TamperedError):
        seal.decrypt(seal.encrypt(b"a story", *HERE), *there)


def test_it_opens_at_no_other_desk_and_for_no_other_purpose() -> None:
    seal = Cipher({1: KEY}, "complaints")
    blob = seal.derive("session").encrypt(b"a story", *HERE)
    for other in (seal, seal.derive("case"), Cipher({1: KEY}, "service").derive("session")):
        with pytest.raises(TamperedError):
            other.decrypt(blob, *HERE)


def test_an_older_version_still_opens_and_the_newest_seals() -> None:
    old, both = Cipher({1: OLD}, "complaints"), Cipher({1: OLD, 2: KEY}, "complaints")
    assert both.decrypt(old.encrypt(b"a story", *HERE), *HERE) == b"a story"
    with pytest.raises(TamperedError):
        old.decrypt(both.encrypt(b"a story", *HERE), *HERE)


def test_a_length_tells_little() -> None:
    seal = Cipher({1: KEY}, "complaints")
    lengths = {len(seal.encrypt(b"x" * size, *HERE)) for size in range(PADDING_BLOCK - 3)}
    assert len(lengths) == 1
    assert len(seal.encrypt(b"x" * PADDING_BLOCK, *HERE)) == lengths.pop() + PADDING_BLOCK


def test_a_purpose_may_have_shorter_blocks_and_opens_what_was_sealed_with_others() -> None:
    usual = Cipher({1: KEY}, "complaints")
    short, long = usual.derive("address", 64), usual.derive("address")
    assert len(long.encrypt(b"x", *HERE)) - len(short.encrypt(b"x", *HERE)) == PADDING_BLOCK - 64
    assert short.decrypt(long.encrypt(b"a story", *HERE), *HERE) == b"a story"


def test_a_mark_keeps_its_parts_apart() -> None:
    assert hmac_sha256(KEY, b"ab", b"c") != hmac_sha256(KEY, b"a", b"bc")
    assert hmac_sha256(KEY, b"a") != hmac_sha256(OLD, b"a")


def encrypt_content(content: bytes, piece: int = 50_000) -> list[bytes]:
    """The encrypted chunks of a content that comes in pieces."""
    sealer = StreamEncryptor(KEY)
    chunks = [c for at in range(0, len(content), piece) for c in sealer.update(content[at : at + piece])]
    return [*chunks, sealer.finalize()]


def decrypt_chunks(chunks: list[bytes]) -> bytes:
    """The content of encrypted chunks; the last one is marked as the last."""
    return b"".join(decrypt_stream(KEY, [(c, n == len(chunks)) for n, c in enumerate(chunks, 1)]))


@pytest.mark.parametrize(
    "size", [1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES, len(CONTENT)]
)
@pytest.mark.parametrize("piece", [1000, 50_000, 1_000_000])
def test_a_file_opens_however_it_was_cut_into_pieces(size: int, piece: int) -> None:
    chunks = encrypt_content(CONTENT[:size], piece)
    assert decrypt_chunks(chunks) == CONTENT[:size]
    assert {len(c) for c in chunks[:-1]} <= {ENCRYPTED_CHUNK_BYTES}


def test_a_file_that_is_cut_moved_or_added_to_is_found() -> None:
    one, two, three = encrypt_content(CONTENT)
    longer = bytearray(three)
    longer[5] ^= 1
    for wrong in (
        [one, two],
        [one],
        [two, one, three],
        [one, three],
        [one, two, three, three],
        [one, two, two, three],
        [one, two, bytes(longer)],
        [one, two, three[:-1]],
        [b""],
    ):
        with pytest.raises(TamperedError):
            decrypt_chunks(wrong)
