"""Padmé: few lengths, little waste."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.files.padding import SMALLEST_PADDED_BYTES, get_padded_length
from tests.properties import examples

MEGABYTE = 1024 * 1024


@pytest.mark.parametrize(
    ("size", "padded"),
    [
        (1, 4096),
        (4096, 4096),
        (4097, 4352),  # 12 bits after the first, of which the exponent (4 bits) is kept
        (100_000, 100_352),
        (MEGABYTE, MEGABYTE),
        (MEGABYTE + 1, MEGABYTE + 32 * 1024),
        (20 * MEGABYTE, 20 * MEGABYTE),
    ],
)
def test_lengths_are_those_of_the_paper(size: int, padded: int) -> None:
    assert get_padded_length(size) == padded


@examples(300)
@given(st.integers(SMALLEST_PADDED_BYTES, 20 * MEGABYTE))
def test_at_most_an_eighth_is_added_and_padding_twice_adds_nothing(size: int) -> None:
    padded = get_padded_length(size)
    assert size <= padded <= size * 1.12
    assert get_padded_length(padded) == padded


def test_files_of_the_greatest_size_have_few_lengths() -> None:
    lengths = {get_padded_length(size) for size in range(1, 20 * MEGABYTE, 997)}
    assert len(lengths) < 340  # 16 an octave, from 64 KiB on 32
