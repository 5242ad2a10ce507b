"""The post in a story of whom it says that they did wrong."""

import pytest

from handlers.complaints.review.posts import MAX_CANDIDATES, find_accused_post


@pytest.mark.parametrize(
    ("story", "post"),
    [
        ("เจ้าหน้าที่พัสดุเรียกรับเงินร้อยละสิบ", "เจ้าหน้าที่พัสดุ"),
        ("ผอ.โรงเรียนเก็บเงินค่ารับเด็ก", "ผู้อำนวยการโรงเรียน"),
        ("ตำรวจรีดไถ", "ตำรวจ"),
        ("คนขับรถของหน่วยงานเอารถตู้หลวงไปรับจ้าง", "คนขับรถของหน่วยงาน"),
        ("ผมแจ้งผู้อำนวยการแล้ว แต่เจ้าหน้าที่การเงินยักยอก", "เจ้าหน้าที่การเงิน"),
        ("แจ้งผู้อำนวยการแล้ว", ""),
        ("ผมเป็นครู เห็นเขาโกง", ""),
        ("ดิฉันเป็นเจ้าหน้าที่เรียกเงินไม่เป็น", ""),
        ("เขาเอาปูนหลวงไปเทบ้านตัวเอง", ""),
        (f"{'ครูมาสอน ' * MAX_CANDIDATES}ตำรวจรีดไถ", ""),
        ("", ""),
    ],
)
def test_the_post_of_a_story(story: str, post: str) -> None:
    assert find_accused_post(story) == post
