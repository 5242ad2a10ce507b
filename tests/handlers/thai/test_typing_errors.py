"""Typing errors: one is forgiven, and none that denies or takes a denial away."""

import pytest

from handlers.thai.typing_errors import is_forgiven, list_cuts, strip_tones


@pytest.mark.parametrize("typed", ["ยกเลก", "ยกเลกิ", "ยกกเลิก", "ยกเลิม", "ยกเลิก"])
def test_one_error_is_forgiven(typed: str) -> None:
    assert is_forgiven(typed, "ยกเลิก")


@pytest.mark.parametrize(("typed", "phrase"), [("ไมยกเลิก", "ยกเลิก"), ("กเลก", "ยกเลิก"), ("มีข้อมูล", "ไม่มีข้อมูล")])
def test_two_errors_and_a_denial_are_not(typed: str, phrase: str) -> None:
    assert not is_forgiven(strip_tones(typed), phrase)


def test_a_text_is_cut_at_each_sign() -> None:
    assert list_cuts("abc") == {"abc", "bc", "ac", "ab"}
