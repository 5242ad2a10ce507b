"""Requests that are composed of a verb and its objects."""

import pytest

from handlers.thai.grammar.composed import list_composed
from handlers.thai.meanings import read_meanings
from handlers.thai.phrases import Meaning


@pytest.mark.parametrize(
    ("meaning", "replies"),
    [
        (Meaning.BACK, "ขอกลับไปแก้ข้อก่อนหน้านี้ค่ะ|ขอกลับไปแก้คะแนนข้อก่อน|แก้คำตอบข้อที่แล้วที|ย้อนไปหน้าเมื่อกี้"),
        (Meaning.CANCEL, "ขอยกเลิกเรื่องทั้งหมดครับ|ยกเลิกการร้องเรียน|แคนเซิลค่ะ|ขอถอนคำร้อง|ยกเลิกที่กรอกไปให้หมด"),
        (Meaning.DELETE, "ลบข้อมูลที่พิมพ์ทั้งหมด|ลบทิ้งให้หมดเลย|ลบเรื่องนี้ออกค่ะ"),
        (Meaning.KEEP, "กรอกข้อมูลต่อให้จบ|เขียนต่อดีกว่า|ไม่ลบข้อมูลแล้ว|ยังไม่ยกเลิกเรื่องนี้|อย่าลบข้อมูลที่กรอก"),
        (Meaning.SEND, "กดส่งเรื่องเดี๋ยวนี้เลย|ขอส่งคำร้องเรียนค่ะ"),
        (Meaning.SENT, "ส่งไปแล้ว|ส่งเรื่องนี้ไปแล้วค่ะ|โอเคส่งแล้วครับ"),
        (Meaning.NOT_YET, "อย่าเพิ่งส่งเรื่องนี้|ยังไม่ส่งคำร้องนะ|ขออ่านทวนก่อน|เดี๋ยวค่อยส่ง"),
        (Meaning.EDIT, "ขอแก้ชื่อก่อน|แก้ไขข้อความหน่อย|พิมพ์วันที่ผิดค่ะ ขอแก้"),
        (Meaning.NAMED, "ยินดีเปิดเผยนามครับผม|ไม่ปิดชื่อค่ะ เปิดได้เลย"),
        (Meaning.ANONYMOUS, "ไม่ยินดีเปิดเผยชื่อจริง|ไม่สะดวกให้นามสกุล"),
        (Meaning.NONE, "ไม่ได้เก็บอะไรไว้เลย|ไม่มีรูปจะส่งค่ะ|ถ่ายคลิปไว้ไม่ทัน"),
        (Meaning.DONE, "ส่งเอกสารครบหมดแล้ว|เล่าไปหมดแล้ว|ไม่มีอะไรจะส่งเพิ่มแล้ว"),
        (Meaning.UNFINISHED, "ยังส่งรูปไม่ครบ|เดี๋ยวส่งให้อีกรูป|กำลังหารูปอยู่"),
        (Meaning.NEVER, "นี่เพิ่งมาแจ้งที่นี่ครั้งแรก|ไม่เคยไปร้องเรียนที่ไหนมาก่อนเลย"),
        (Meaning.HAVE, "มีค่ะ|มีรูปถ่ายกับตัวครับ|มีหลักฐานอยู่|ขอส่งรูป"),
        (Meaning.CONTACT, "ติดต่อกลับได้ค่ะ|ให้เจ้าหน้าที่โทรหาหนู|โทรกลับมาด้วย"),
        (Meaning.ANSWER, "ขอคำตอบด้วยรหัส|ตอบกลับมาด้วยค่ะ"),
        (Meaning.NO, "ไม่ต้องติดต่อกลับ|ไม่ต้องตอบกลับมา"),
    ],
)  # fmt: skip
def test_a_request_with_its_objects(meaning: Meaning, replies: str) -> None:
    read = {reply: read_meanings(reply) for reply in replies.split("|")}
    read = {reply: (found[0],) for reply, found in read.items() if found}
    assert read == dict.fromkeys(replies.split("|"), (meaning,))


@pytest.mark.parametrize(
    "text",
    [
        "กลับไปหาเขาอีกรอบก็โดนเรียกเงินอีก", "เขาบอกให้ยกเลิกใบเสร็จเก่าแล้วจ่ายสดแทน", "ลบภาพกล้องวงจรปิด", "มีคนโกง",
        "ส่งเงินให้เขาแล้ว",
        "แก้ไขสัญญาให้พวกตัวเอง", "อยากให้ยกเลิกสัญญากับบริษัทนี้", "ย้อนไปดูกล้องวงจรปิดได้เลยครับ", "ถนนยังสร้างไม่เสร็จแต่เบิกเงินครบแล้ว",
    ],
)  # fmt: skip
def test_what_is_told_is_no_request(text: str) -> None:
    assert read_meanings(text) == ()


def test_a_composed_request_begins_at_a_place() -> None:
    text = "ค่ะยกเลิกเรื่องนี้"
    assert [meaning for end, meaning in list_composed(text, 3) if end == len(text)] == [Meaning.CANCEL]
    assert [*list_composed(text, 0)] == []
