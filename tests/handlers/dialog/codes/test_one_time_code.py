"""One-time codes: check digits, and found in any writing without being read as a tracking code or the other way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.dialog.codes.code_finder import (
    MIN_TYPED_DIGITS,
    find_codes,
    find_receipts,
    has_codes,
    remove_codes,
)
from handlers.dialog.codes.one_time_code import (
    ONE_TIME_CODE_NUMBERS,
    OneTimeCode,
    make_one_time_code,
    parse_one_time_code,
)
from handlers.dialog.receipt import make_receipt, parse_receipt
from tests.handlers.dialog.codes.test_code_finder import SURROUNDINGS, WRITINGS
from tests.properties import examples

codes = st.integers(0, ONE_TIME_CODE_NUMBERS - 1).map(make_one_time_code)
DIGIT_WRITINGS = {**WRITINGS, "read out": lambda code: code.replace("-", " ขีด ")}


def has_enough_digits(code: OneTimeCode) -> bool:
    """Whether it is found with O and I for its 0 and 1, as nearly all codes are."""
    return sum(digit not in "01" for digit in code.digits) >= MIN_TYPED_DIGITS


def test_a_code_is_shown_in_six_groups_and_hidden_in_its_repr() -> None:
    code = make_one_time_code(1234567890123456)
    assert code.formatted == "123-456-789-012-345-611"
    assert int(code.digits) % 97 == 1
    assert repr(code) == "OneTimeCode(****)"


@pytest.mark.parametrize("number", [-1, ONE_TIME_CODE_NUMBERS])
def test_other_numbers_make_no_code(number: int) -> None:
    with pytest.raises(ValueError, match="16 digits"):
        make_one_time_code(number)


@pytest.mark.parametrize("digits", ["", "12345678901234567", "๑๒๓๔๕๖๗๘๙๐๑๒๓๔๕๖๑๑", "123456789012345612"])
def test_other_digits_are_no_code(digits: str) -> None:
    assert parse_one_time_code(digits) is None
    with pytest.raises(ValueError, match="not a one-time code"):
        OneTimeCode(digits)


@examples(100)
@given(codes, st.integers(0, 17), st.integers(1, 9))
def test_each_wrong_digit_and_each_swap_of_neighbours_is_seen(code: OneTimeCode, at: int, more: int) -> None:
    digits = code.digits
    wrong = str((int(digits[at]) + more) % 10)
    assert parse_one_time_code(f"{digits[:at]}{wrong}{digits[at + 1 :]}") is None
    if at < 17 and digits[at] != digits[at + 1]:
        swapped = f"{digits[:at]}{digits[at + 1]}{digits[at]}{digits[at + 2 :]}"
        assert parse_one_time_code(swapped) is None


@examples(200)
@given(
    codes.filter(has_enough_digits), st.sampled_from(sorted(DIGIT_WRITINGS)), st.sampled_from(SURROUNDINGS)
)
def test_a_code_is_found_and_taken_out_however_it_is_written(
    code: OneTimeCode, writing: str, around: str
) -> None:
    text = around.format(DIGIT_WRITINGS[writing](code.formatted))
    (found,) = find_codes(text)
    assert (found.one_time, found.receipt) == (code, None)
    assert has_codes(text)
    assert find_receipts(text) == ()
    assert find_codes(remove_codes(text, "[รหัส]")) == ()
    assert parse_receipt(code.formatted) is None


@examples(50)
@given(codes)
def test_both_kinds_in_one_text_are_told_apart(code: OneTimeCode) -> None:
    shown = make_receipt(11 << 60)
    found = find_codes(f"ใบ {code.formatted} รหัส {shown.formatted}")
    assert [(one.one_time, one.receipt) for one in found] == [(code, None), (None, shown)]


def test_one_with_wrong_check_digits_is_one_only_where_it_is_written_as_it_is_shown() -> None:
    (found,) = find_codes("รหัส 123-456-789-012-345-612 ค่ะ")
    assert found.is_mistyped
    assert find_codes("เลขที่โอน 123456789012345612") == ()
    assert find_codes("123 456 789 012 345 612") == ()


@pytest.mark.parametrize(
    "text",
    [
        "9123-456-789-012-345-611",
        "99-123-456-789-012-345-611",
        "123-456-789-012-345-611-1",
        "1234-567-890-123-456-76",
        "0123456789012345611",
    ],
)
def test_a_part_of_a_longer_number_is_no_code(text: str) -> None:
    assert find_codes(text) == ()
