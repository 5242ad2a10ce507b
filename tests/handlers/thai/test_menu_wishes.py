"""What people want at the menu, in their own words."""

import pytest

from handlers.thai.menu_wishes import MenuWish, find_menu_wish, wants_to_report


@pytest.mark.parametrize(
    ("wish", "texts"),
    [
        (MenuWish.REPORT, "มีเรื่องจะแจ้งค่ะ|ขอแจ้งเบาะแสหน่อยครับ|อยากร้องเรียนเจ้าหน้าที่|i want to report corruption"),
        (MenuWish.TRACK, "ตามเรื่องครับ|เรื่องที่แจ้งไว้ถึงไหนแล้วคะ|ขอดูสถานะ|ขอทราบผลเรื่องที่แจ้งไป|check my report"),
        (MenuWish.PRIVACY, "ขออ่านความเป็นส่วนตัว|อยากดูนโยบายความเป็นส่วนตัวค่ะ|privacy policy"),
        (
            None,
            "ไม่อยากแจ้งเรื่อง|แจ้งเรื่องไปสามเดือนแล้วไม่มีใครทำอะไร|อยากรู้ว่าเงินอาหารกลางวันหายไปไหน|แจ้งแล้วจะรู้ไหม"
            "|ตามเรื่องไม่ได้|เขาร้องเรียน|ใครดูสถานะได้บ้าง|เล่าให้ใครฟังได้บ้าง|" + "ก" * 61,
        ),
    ],
)  # fmt: skip
def test_a_wish_is_a_whole_short_text(wish: MenuWish | None, texts: str) -> None:
    assert {text: find_menu_wish(text) for text in texts.split("|")} == dict.fromkeys(texts.split("|"), wish)


@pytest.mark.parametrize(
    ("text", "wants"),
    [
        ("มีเจ้าหน้าที่เรียกเงิน จะร้องเรียน", True),
        ("อยากแจ้งเรื่องค่ะ ครูเก็บเงินเกิน", True),
        ("อยากแจ้งเรื่อง", False),
        ("ยังไม่แจ้งค่ะ ขอดูก่อน", False),
        ("ไม่ได้จะร้องเรียนนะ แค่กดดูเฉยๆ", False),
        ("เขาแจ้งความผมกลับ ทั้งที่ผมไม่ผิด", False),
    ],
)
def test_a_wish_to_report_with_what_is_told(text: str, wants: bool) -> None:
    assert wants_to_report(text) is wants
