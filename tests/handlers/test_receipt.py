"""The receipt: its form, its check symbol, and how forgivingly it is read back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.dialog.receipt import ALPHABET, LENGTH, Receipt, check, folded, is_whole, made_of, reads

numbers = st.integers(0, 2**80 - 1)
THAI = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")


@pytest.mark.parametrize("shown", ["0123-4567-89AB-CDEF-V", "ZZZZ-ZZZZ-ZZZZ-ZZZZ-0"])
def test_pinned_vectors(shown: str) -> None:
    receipt = reads(shown)
    assert receipt is not None
    assert receipt.shown == shown


@given(numbers)
def test_every_number_is_a_receipt_that_reads_back(number: int) -> None:
    receipt = made_of(number)
    assert reads(receipt.shown) == receipt
    assert reads(receipt.shown.lower().replace("-", " ").translate(THAI)) == receipt
    assert reads(receipt.shown.replace("0", "o").replace("1", "l")) == receipt
    assert reads(receipt.shown.replace("1", "I").replace("-", "–")) == receipt


@given(numbers, st.integers(0, LENGTH - 1), st.sampled_from(ALPHABET))
def test_a_single_wrong_symbol_is_found_save_0_for_z(number: int, place: int, symbol: str) -> None:
    good = made_of(number).symbols
    wrong = good[:place] + symbol + good[place + 1 :]
    pair = {symbol, good[place]}
    if symbol != good[place] and pair != {"0", "Z"}:
        assert is_whole(wrong)
        assert reads(wrong) is None


@given(numbers, st.integers(0, LENGTH - 3))
def test_a_swap_of_neighbours_is_found(number: int, place: int) -> None:
    good = made_of(number).symbols
    a, b = good[place : place + 2]
    wrong = good[:place] + b + a + good[place + 2 :]
    if {a, b} != {"0", "Z"} and a != b:
        assert reads(wrong) is None


def test_all_symbols_of_the_alphabet_are_reached() -> None:
    assert {check(made_of(n).symbols[:16]) for n in range(2000)} == set(ALPHABET[:31])


def test_it_is_a_secret() -> None:
    receipt = made_of(123456789)
    assert receipt.symbols not in repr(receipt)
    assert receipt.last_five == receipt.shown.replace("-", "")[-5:]


@pytest.mark.parametrize(
    "text", ["", "0123-4567-89AB-CDEF", "0123-4567-89AB-CDEF-W", "UUUU-0000-0000-0000-0", "ก" * 17]
)
def test_what_is_no_receipt(text: str) -> None:
    assert reads(text) is None
    with pytest.raises(ValueError, match="not a receipt"):
        Receipt(folded(text))


def test_only_80_bits() -> None:
    with pytest.raises(ValueError, match="80 bits"):
        made_of(2**80)
