"""A sealed value opens where it was sealed, whole and unchanged, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.crypto.aead import BLOCK, CHUNK, SEALED_CHUNK, Cipher, StreamEncryptor, mark, opened_chunks
from storage.errors import TamperedError

KEY, OLD = bytes(range(32)), bytes(range(1, 33))
HERE = ("cases", "id-1", "report")
CONTENT = bytes(range(256)) * 700  # two whole chunks and a rest


@given(st.binary(max_size=2000))
def test_what_is_sealed_opens_again(data: bytes) -> None:
    seal = Cipher({1: KEY}, "complaints")
    assert seal.open(seal.seal(data, *HERE), *HERE) == data


@pytest.mark.parametrize("place", [0, 1, 2, 13, 14, 200, -1], ids=lambda place: f"byte {place}")
def test_a_changed_byte_anywhere_is_found(place: int) -> None:
    seal = Cipher({1: KEY}, "complaints")
    blob = bytearray(seal.seal(b"a story", *HERE))
    blob[place] ^= 1
    with pytest.raises(TamperedError):
        seal.open(bytes(blob), *HERE)


@pytest.mark.parametrize("length", [0, 1, 2, 13, 14, 29])
def test_a_cut_value_is_found(length: int) -> None:
    seal = Cipher({1: KEY}, "complaints")
    with pytest.raises(TamperedError):
        seal.open(seal.seal(b"a story", *HERE)[:length], *HERE)


@pytest.mark.parametrize(
    "there", [("history", "id-1", "report"), ("cases", "id-2", "report"), ("cases", "id-1", "text")]
)
def test_it_opens_in_no_other_place(there: tuple[str, str, str]) -> None:
    seal = Cipher({1: KEY}, "complaints")
    with pytest.raises(TamperedError):
        seal.open(seal.seal(b"a story", *HERE), *there)


def test_it_opens_at_no_other_desk_and_for_no_other_purpose() -> None:
    seal = Cipher({1: KEY}, "complaints")
    blob = seal.derived("session").seal(b"a story", *HERE)
    for other in (seal, seal.derived("case"), Cipher({1: KEY}, "service").derived("session")):
        with pytest.raises(TamperedError):
            other.open(blob, *HERE)


def test_an_older_version_still_opens_and_the_newest_seals() -> None:
    old, both = Cipher({1: OLD}, "complaints"), Cipher({1: OLD, 2: KEY}, "complaints")
    assert both.open(old.seal(b"a story", *HERE), *HERE) == b"a story"
    with pytest.raises(TamperedError):
        old.open(both.seal(b"a story", *HERE), *HERE)


def test_a_length_tells_little() -> None:
    seal = Cipher({1: KEY}, "complaints")
    lengths = {len(seal.seal(b"x" * size, *HERE)) for size in range(BLOCK - 3)}
    assert len(lengths) == 1
    assert len(seal.seal(b"x" * BLOCK, *HERE)) == lengths.pop() + BLOCK


def test_a_purpose_may_have_shorter_blocks_and_opens_what_was_sealed_with_others() -> None:
    usual = Cipher({1: KEY}, "complaints")
    short, long = usual.derived("address", 64), usual.derived("address")
    assert len(long.seal(b"x", *HERE)) - len(short.seal(b"x", *HERE)) == BLOCK - 64
    assert short.open(long.seal(b"a story", *HERE), *HERE) == b"a story"


def test_a_mark_keeps_its_parts_apart() -> None:
    assert mark(KEY, b"ab", b"c") != mark(KEY, b"a", b"bc")
    assert mark(KEY, b"a") != mark(OLD, b"a")


def sealed(content: bytes, piece: int = 50_000) -> list[bytes]:
    """The sealed chunks of a content that comes in pieces."""
    sealer = StreamEncryptor(KEY)
    chunks = [c for at in range(0, len(content), piece) for c in sealer.add(content[at : at + piece])]
    return [*chunks, sealer.end()]


def opened(chunks: list[bytes]) -> bytes:
    """The content of sealed chunks, the last one being the last."""
    return b"".join(opened_chunks(KEY, [(c, n == len(chunks)) for n, c in enumerate(chunks, 1)]))


@pytest.mark.parametrize("size", [1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, len(CONTENT)])
@pytest.mark.parametrize("piece", [1000, 50_000, 1_000_000])
def test_a_file_opens_however_it_was_cut_into_pieces(size: int, piece: int) -> None:
    chunks = sealed(CONTENT[:size], piece)
    assert opened(chunks) == CONTENT[:size]
    assert {len(c) for c in chunks[:-1]} <= {SEALED_CHUNK}


def test_a_file_that_is_cut_moved_or_added_to_is_found() -> None:
    one, two, three = sealed(CONTENT)
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
            opened(wrong)
