"""The place in a story, as it was written."""

import pytest

from handlers.complaints.review.places import MAX_PLACE_LENGTH, find_place


@pytest.mark.parametrize(
    ("story", "place"),
    [
        ("เงินเก็บเป็นเงินสดที่ห้องธุรการ ไม่มีใบเสร็จ", "ห้องธุรการ"),
        ("รถหลวงไปจอดหน้าร้านเหล้าตอนห้าทุ่ม", "หน้าร้านเหล้า"),
        ("เขามาขอค่าล็อกขายของหน้าโรงเรียน", "หน้าโรงเรียน"),
        ("ที่โรงเรียนบ้านแม่จันเมื่อวาน", "โรงเรียนบ้านแม่จัน"),
        ("สอบในห้อง 3", "ห้อง 3"),
        ("ที่ร้านอาหารข้างศาลากลางเขารับซอง", "ร้านอาหารข้างศาลากลาง"),
        ("เจ้าหน้าที่ห้องทะเบียนเรียกเงิน", ""),
        ("ขอให้โรงเรียนตรวจ", ""),
        ("คนใหญ่คนโตในตำบลน่ะ", ""),
        ("คนที่โรงเรียนก็รู้", ""),
        (f"ที่วัด{'ก' * MAX_PLACE_LENGTH}", ""),
        ("", ""),
    ],
)
def test_the_place_of_a_story(story: str, place: str) -> None:
    assert find_place(story) == place
