"""Codes are found in whatever people write round them, and nothing else is taken for one."""

import random
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.dialog.codes.code_finder import find_codes, find_receipts, remove_codes
from handlers.dialog.codes.one_time_code import ONE_TIME_CODE_LENGTH
from handlers.dialog.receipt import RECEIPT_ALPHABET, Receipt, make_receipt
from handlers.thai.text import clean_text
from tests.counted_work import assert_grows_with_length, count_calls
from tests.properties import examples

THAI_DIGITS = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
FULL_WIDTH = {sign: sign + 0xFEE0 for sign in range(0x21, 0x7F)}

WRITINGS = {
    "as shown": lambda code: code,
    "lower case": str.lower,
    "Thai digits": lambda code: code.translate(THAI_DIGITS),
    "full width": lambda code: code.translate(FULL_WIDTH),
    "O and I": lambda code: code.replace("0", "O").replace("1", "I"),
    "o and l": lambda code: code.lower().replace("0", "o").replace("1", "l"),
    "en dashes": lambda code: code.replace("-", "–"),
    "minus signs": lambda code: code.replace("-", "\u2212"),
    "spaces": lambda code: code.replace("-", " "),
    "spaces and dashes": lambda code: code.replace("-", " - "),
    "lines": lambda code: code.replace("-", "\n"),
    "lines and dashes": lambda code: code.replace("-", "-\r\n"),
    "quoted lines": lambda code: code.replace("-", "\n> "),
    "no dashes": lambda code: code.replace("-", ""),
    "one dash missing": lambda code: code.replace("-", "", 1),
    "invisible characters": lambda code: code.replace("-", "\u200b-\u2060\ufeff"),
    "no-break spaces": lambda code: code.replace("-", "\u00a0"),
    "escaped": lambda code: code.replace("-", "%2D"),
}
"""How people and programs write a code."""

SURROUNDINGS = (
    *("{}", "  {}\n", "{} ค่ะ", "{}ครับ", "รหัสติดตามของท่าน\n{}", "ขอติดตามเรื่อง{}ค่ะ", "({})", "“{}”", "'{}'"),
    *(
        "😀{}😀",
        "*{}*",
        "รหัส: {}.",
        "https://office.example/track?code={}&lang=th",
        "/track {}",
        "{}\n{{}}\n",
    ),
    *("โทร 081-234-5678 รหัส {} บัตร 1-2345-67890-12-3", "วันที่ 12/3/2569 {} จำนวน 5,000 บาท", "code={}"),
)
"""What stands round a code."""


@cache
def list_removed_signs() -> tuple[str, ...]:
    """The characters that are removed from every text before it is kept."""
    return tuple(sign for sign in map(chr, range(0x10000)) if clean_text(f"a{sign}b").text == "ab")


receipts = st.integers(0, 2**80 - 1).map(make_receipt)


def has_mixed_group(receipt: Receipt) -> bool:
    """Whether a group of four has both a letter and a digit, as 299 of 300 codes have; without, words look the same."""
    groups = receipt.formatted.split("-")[:4]
    return any(not group.isalpha() and not group.isdigit() for group in groups)


@examples(400)
@given(receipts.filter(has_mixed_group), st.sampled_from(sorted(WRITINGS)), st.sampled_from(SURROUNDINGS))
def test_a_code_is_found_and_taken_out_of_any_sentence(receipt: Receipt, writing: str, around: str) -> None:
    text = around.format(WRITINGS[writing](receipt.formatted))
    assert find_receipts(text) == (receipt,)
    left = remove_codes(text, "[รหัส]")
    assert left == around.format("[รหัส]")
    assert find_codes(left) == ()


@pytest.mark.parametrize(
    "text",
    [
        "รหัสHD99-FDTG-J8YE-PFZX-6ครับ",
        "codeHD99-FDTG-J8YE-PFZX-6",
        "CodeHD99FDTGJ8YEPFZX6",
        "HD99-FDTG-J8YE-PFZX-6thanks",
        "2569 HD99-FDTG-J8YE-PFZX-6 2570",
        "H D 9 9 F D T G J 8 Y E P F Z X 6",
        "HD9 9FD TGJ 8YE PFZ X6",
        "HD99-FDTG-J8YE-PFZX-6-",
        "รหัส HD99-FDTG-J8\nYE-PFZX-6 ค่ะ",
        "HD99FDT\nGJ8YEPFZX6",
    ],
)
def test_codes_that_words_and_numbers_stand_against(text: str) -> None:
    assert [one.formatted for one in find_receipts(text)] == ["HD99-FDTG-J8YE-PFZX-6"]


@pytest.mark.parametrize("shown", ["0123-4567-89AB-CDEF-V", "ZZZZ-ZZZZ-ZZZZ-ZZZZ-0", "0000-0000-0000-0000-0"])
def test_the_shape_that_is_shown_needs_no_letter(shown: str) -> None:
    assert [one.formatted for one in find_receipts(f"รหัส {shown} ค่ะ")] == [shown]


@examples(200)
@given(
    receipts.filter(has_mixed_group),
    st.lists(st.deferred(lambda: st.sampled_from(list_removed_signs())), min_size=1, max_size=3),
    st.data(),
)
def test_what_is_removed_from_texts_hides_no_code(
    receipt: Receipt, hidden: list[str], data: st.DataObject
) -> None:
    shown = receipt.formatted
    at = data.draw(st.integers(1, len(shown) - 1))
    text = f"รหัส {shown[:at]}{''.join(hidden)}{shown[at:]} ค่ะ"
    assert find_receipts(text) == (receipt,)
    assert remove_codes(text, "[รหัส]") == "รหัส [รหัส] ค่ะ"


def test_every_sign_that_is_removed_is_found() -> None:
    assert {"\x00", "\x02", "\x0b", "\x1f", "\x7f", "\x85", "\u200b", "\ud800"} <= set(list_removed_signs())
    for sign in (*list_removed_signs(), "\ufe0f"):
        assert find_receipts(f"HD99-FD{sign}TG-J8YE-PFZX-6"), f"{sign!a}"


def test_several_codes_keep_their_order() -> None:
    first, second = make_receipt(11 << 60), make_receipt(12 << 55)
    text = f"1. {first.formatted}\n2. {second.symbols} และ {first.formatted.lower()}"
    assert find_receipts(text) == (first, second, first)
    assert remove_codes(text, "*") == "1. *\n2. * และ *"


@examples(200)
@given(
    receipts.filter(has_mixed_group), st.sampled_from(RECEIPT_ALPHABET[:31]), st.sampled_from(SURROUNDINGS)
)
def test_a_wrong_check_symbol_may_be_a_mistyped_code(receipt: Receipt, check: str, around: str) -> None:
    text = around.format(receipt.formatted[:-1] + check)
    (found,) = find_codes(text)
    assert (found.receipt == receipt) is (check == receipt.symbols[-1])
    if found.receipt is None:
        assert remove_codes(text, "[รหัส]") == text
        assert remove_codes(text, "[รหัส]", mistyped=True) == around.format("[รหัส]")


def is_no_one_time_code(digits: str) -> bool:
    """Whether a number does not happen to be a one-time code, as one of 97 with 18 digits is."""
    return len(digits) != ONE_TIME_CODE_LENGTH or int(digits) % 97 != 1


NUMBERS = st.one_of(
    st.from_regex(r"0[0-9]{1,2}[- ]?[0-9]{3}[- ]?[0-9]{4}", fullmatch=True),  # telephones
    st.from_regex(r"[0-9]-[0-9]{4}-[0-9]{5}-[0-9]{2}-[0-9]|[1-8][0-9]{12}", fullmatch=True),  # ID cards
    st.from_regex(r"[0-9]{3}-[0-9]-[0-9]{5}-[0-9]|[0-9]{10}", fullmatch=True),  # accounts
    st.from_regex(r"[0-9]{4} [0-9]{4} [0-9]{4} [0-9]{4}( [0-9])?", fullmatch=True),  # cards
    st.from_regex(
        r"(ศธ|ที่) ?[0-9]{4}[./][0-9]{1,4}|(ST|PO)-?[0-9]{4}/25[0-9]{2}", fullmatch=True
    ),  # documents
    st.from_regex(r"[0-9]{1,2}/[0-9]{1,2}/25[0-9]{2}|[0-9]{1,3},[0-9]{3}( บาท)?", fullmatch=True),
    st.from_regex(r"[0-9]{14,20}", fullmatch=True).filter(is_no_one_time_code),  # transfers
)
WORDS = st.sampled_from(
    (
        *[
            "the",
            "they",
            "paid",
            "five",
            "from",
            "that",
            "this",
            "with",
            "were",
            "when",
            "back",
            "I",
            "a",
            "to",
            "and",
            "in",
            "room",
            "school",
            "head",
            "clerk",
            "money",
        ],
        *["ครับ", "ค่ะ", "เงิน", "โรงเรียน", "ห้อง", "ผู้อำนวยการ", "เรียกรับ", "จ่าย", "ที่", "ใน", "เมื่อวาน"],
        *(
            "straightforwardly",
            "misrepresentation",
            "interrelationship",
            "Telecommunication",
            "5000",
            "2024",
            "baht",
        ),
    )
)


@examples(400)
@given(st.lists(st.one_of(NUMBERS, WORDS), max_size=40), st.sampled_from([" ", "\n", " - ", ", "]))
def test_other_numbers_and_words_are_no_codes(parts: list[str], between: str) -> None:
    assert find_codes(between.join(parts)) == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "HD99-FDTG-J8YE-PFZX",
        "HD99-FDTG-J8YE-PFZX-66",
        "550e8400-e29b-41d4-a716-446655440000",
        "that were made back a",
        "12345678901234567",
        "c-KANAR2",
        "ก" * 17,
    ],
)
def test_what_is_no_code(text: str) -> None:
    assert find_codes(text) == ()
    assert remove_codes(text, "[รหัส]", mistyped=True) == text


@pytest.mark.parametrize(
    "part",
    [
        "A1",
        "A1\n",
        "A1B2\n",
        "A-",
        "ABCD-",
        "abcd efgh ",
        "A1B2-A1B2-A1B2-A1B2-0 ",
        "%2D",
        "\u200b",
        "-",
        "A1B2\u200b",
        "HD99 - ",
    ],
)
def test_the_work_grows_with_the_length_only(part: str) -> None:
    assert_grows_with_length(find_codes, part)


def test_thai_texts_cost_next_to_nothing() -> None:
    story = "เจ้าหน้าที่พัสดุเรียกรับเงินร้อยละสิบจากผู้รับเหมาก่อนตรวจรับงาน " * 100
    assert count_calls(lambda: find_codes(story)) < 100


def test_any_text_at_all() -> None:
    signs = [*RECEIPT_ALPHABET[:14], *"-–  \n%>ก๑\u200boIl"]
    chance = random.Random(5)
    for _ in range(2000):
        text = "".join(chance.choices(signs, k=chance.randrange(60)))
        found = find_codes(text)
        assert all(0 <= one.start < one.end <= len(text) for one in found)
        assert all(one.end <= other.start for one, other in pairwise(found))
        assert find_receipts(remove_codes(text, "[รหัส]")) == ()
