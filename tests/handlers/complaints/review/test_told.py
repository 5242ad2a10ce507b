"""What a story tells of the questions that nobody asked yet."""

import pytest

from handlers.complaints.review.told import list_told_in_story


@pytest.mark.parametrize(
    ("story", "told"),
    [
        ("เรียกรับเงิน", set()),
        ("คนเก็บเงิน ชื่อ สมชาย เก็บ 500", {"accused"}),
        ("เขาชื่อว่าสมชาย", {"accused"}),
        ("นายสมชาย ใจดี รับเงิน", {"accused"}),
        ("นางสาว สมใจ เรียกเงิน", {"accused"}),
        ("ไม่ทราบชื่อครับ เป็นผู้ชาย", set()),
        ("ไม่รู้ชื่อคนรับ", set()),
        ("ขอไม่บอกชื่อผม", set()),
        ("นายกเรียกเงิน", set()),
        ("เขียนในรายชื่อ", set()),
        ("ให้ลงชื่อในเอกสารเปล่า", set()),
        ("โรงเรียนชื่อเสียงไม่ดี", set()),
        ("ครูสมใจเห็น", {"witnesses"}),
        ("มีคนเห็นหลายคน", {"witnesses"}),
        ("ไม่มีใครเห็น", {"witnesses"}),
        ("เพื่อนผมก็เห็นครับ", {"witnesses"}),
        ("มีพยานสองคน", {"witnesses"}),
        ("ครูเห็นว่าไม่สมควร", set()),
        ("เด็กเห็นใจเขา", set()),
        ("มีใบเสร็จ", {"evidence"}),
        ("เก็บสลิปไว้แล้ว", {"evidence"}),
        ("ถ่ายรูปไว้ด้วย", {"evidence"}),
        ("ผมไม่มีหลักฐานครับ", {"evidence"}),
        ("เก็บเงินไม่มีใบเสร็จ", set()),
        ("จ่ายแล้วไม่ได้ใบเสร็จ", set()),
        ("เขาไม่ออกใบเสร็จให้", set()),
        ("ชื่อ สมชาย ครูสมใจเห็น มีคลิป", {"accused", "witnesses", "evidence"}),
    ],
)
def test_what_a_story_tells(story: str, told: set[str]) -> None:
    assert list_told_in_story(story) == told
