"""Personal data is found by its shape and masked."""

import pytest

from handlers.questions.pii import REDACTION_MARK, find_contacts, find_pii, is_national_id, redact_pii

ID = "1-1017-00230-70-8"


def test_a_right_check_digit_tells_an_id_from_a_number() -> None:
    assert is_national_id("1101700230708")
    assert not is_national_id("1101700230707")
    assert not is_national_id("110170023070")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"บัตรเลข {ID} ของเขา", [ID]),
        ("๑๑๐๑๗๐๐๒๓๐๗๐๘", ["๑๑๐๑๗๐๐๒๓๐๗๐๘"]),
        ("เลขอ้างอิง 1101700230707", []),
        ("โทร 081-234-5678 หรือ 053 123 456", ["081-234-5678", "053 123 456"]),
        ("ส่งที่ somchai.k@example.co.th ครับ", ["somchai.k@example.co.th"]),
        ("นายสมชาย ใจดี และ นางสาวสมหญิง มาติดต่อ", ["นายสมชาย ใจดี", "นางสาวสมหญิง มาติดต่อ"]),
        ("ด.ช.ก้อง กับ ด.ญ. ฟ้า", ["ด.ช.ก้อง กับ", "ด.ญ. ฟ้า"]),
        ("นายจ้างถามนายกเทศมนตรีและนายทะเบียน", []),
        ("ปี 2570 งบ 1,200,000 บาท", []),
        ("นายกิตติ ใจดี มาติดต่อ", ["นายกิตติ ใจดี"]),
        ("นายก อบต. และนายช่างโยธา", []),
    ],
)
def test_found(text: str, found: list[str]) -> None:
    assert list(find_pii(text)) == found
    covered = redact_pii(text)
    assert covered.count(REDACTION_MARK) == len(found)
    assert not [one for one in found if one in covered]


def test_contacts_are_numbers_and_addresses_and_no_names() -> None:
    text = "นายสมชาย ใจดี โทร 081 234 5678 หรือ a.b@example.go.th เลขที่ 1234/2569"
    assert find_contacts(text) == ("081 234 5678", "a.b@example.go.th")
