"""The receipt: its format, its check symbol, and how forgivingly it is parsed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.dialog.receipt import (
    RECEIPT_ALPHABET,
    RECEIPT_LENGTH,
    Receipt,
    compute_check_symbol,
    is_receipt_shaped,
    make_receipt,
    normalize_receipt,
    parse_receipt,
)

numbers = st.integers(0, 2**80 - 1)
THAI = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")


@pytest.mark.parametrize("shown", ["0123-4567-89AB-CDEF-V", "ZZZZ-ZZZZ-ZZZZ-ZZZZ-0"])
def test_pinned_vectors(shown: str) -> None:
    receipt = parse_receipt(shown)
    assert receipt is not None
    assert receipt.formatted == shown


@given(numbers)
def test_every_number_is_a_receipt_that_reads_back(number: int) -> None:
    receipt = make_receipt(number)
    assert parse_receipt(receipt.formatted) == receipt
    assert parse_receipt(receipt.formatted.lower().replace("-", " ").translate(THAI)) == receipt
    assert parse_receipt(receipt.formatted.replace("0", "o").replace("1", "l")) == receipt
    assert parse_receipt(receipt.formatted.replace("1", "I").replace("-", "–")) == receipt


@given(numbers, st.integers(0, RECEIPT_LENGTH - 1), st.sampled_from(RECEIPT_ALPHABET))
def test_a_single_wrong_symbol_is_found_save_0_for_z(number: int, place: int, symbol: str) -> None:
    good = make_receipt(number).symbols
    wrong = good[:place] + symbol + good[place + 1 :]
    pair = {symbol, good[place]}
    if symbol != good[place] and pair != {"0", "Z"}:
        assert is_receipt_shaped(wrong)
        assert parse_receipt(wrong) is None


@given(numbers, st.integers(0, RECEIPT_LENGTH - 3))
def test_a_swap_of_neighbours_is_found(number: int, place: int) -> None:
    good = make_receipt(number).symbols
    a, b = good[place : place + 2]
    wrong = good[:place] + b + a + good[place + 2 :]
    if {a, b} != {"0", "Z"} and a != b:
        assert parse_receipt(wrong) is None


def test_all_symbols_of_the_alphabet_are_reached() -> None:
    assert {compute_check_symbol(make_receipt(n).symbols[:16]) for n in range(2000)} == set(
        RECEIPT_ALPHABET[:31]
    )


def test_it_is_a_secret() -> None:
    receipt = make_receipt(123456789)
    assert receipt.symbols not in repr(receipt)
    assert receipt.last_five == receipt.formatted.replace("-", "")[-5:]


@pytest.mark.parametrize(
    "text", ["", "0123-4567-89AB-CDEF", "0123-4567-89AB-CDEF-W", "UUUU-0000-0000-0000-0", "ก" * 17]
)
def test_what_is_no_receipt(text: str) -> None:
    assert parse_receipt(text) is None
    with pytest.raises(ValueError, match="not a receipt"):
        Receipt(normalize_receipt(text))


def test_only_80_bits() -> None:
    with pytest.raises(ValueError, match="80 bits"):
        make_receipt(2**80)
