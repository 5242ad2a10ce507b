"""Questions how to go on, as they are typed at a step: “ส่งตรงไหน”, “เล่าอะไรบ้าง”, “how do I send it”."""

import re

MAX_HOW_QUESTION = 40
"""Letters. A longer text tells or asks something else."""

_VERBS = (
    "ส่ง|แนบ|เล่า|เขียน|พิมพ์|ตอบ|กด|ทำ|เริ่ม|กรอก|ใส่|แก้ไข|แก้|ยกเลิก|ลบ|ออก|ข้าม|ให้|เลือก|อัปโหลด|อัพโหลด|อัป|อัพ|แจ้ง|บอก"
    "|ใช้งาน|ใช้|ดู|ไป|ย้อนกลับ|ย้อน|กลับ|ถ่าย|ร้องเรียน|ระบุ|ติดตาม|เข้า|เปิด|ถาม|เอา|ต่อ|ขึ้นต้น|อธิบาย"
)
_OBJECTS = (
    "รูปภาพ|รูป|ภาพ|ไฟล์|หลักฐาน|คลิป|วิดีโอ|เอกสาร|เสียง|เรื่อง|ข้อมูล|ข้อนี้|ข้อ|คำตอบ|คะแนน|ชื่อ|รายละเอียด|คำถาม|เหตุการณ์"
    "|ร้องเรียน|ทุจริต|วันที่|วัน|ปุ่ม|หน้า|นี้|นี่|ที่|เข้ามา|ไป|มา|ลง|กลับ|ต่อ|ทำ|ก่อน|ให้|ได้|จาก"
)
_THAI = re.compile(
    "(?:งง|แล้ว|คือ|ก็|ผม|หนู|ดิฉัน|ฉัน|เรา|ขอถาม|ถามหน่อย|อยากรู้|อยากทราบ|สอบถาม|ไม่รู้|ไม่ทราบ|ไม่แน่ใจ|นึกไม่ออก|ว่า|อะ|อ่ะ"
    "|ครับ|ค่ะ|คะ|จะ|ต้อง|ควร|ให้|อยาก|ถ้า(?=จะ|อยาก))*"
    f"(?:{_VERBS})(?:{_OBJECTS}|{_VERBS})*"
    "(?:ยังไง|ไง|อย่างไร|ยังงัย|ยังงาย|ตรงไหน|แบบไหน|อะไรบ้าง|อะไรมั่ง|อะไรก่อน|อะไรต่อ|อะไรดี)"
    "(?:ต่อ|ดี|บ้าง|มั่ง|ได้|ก่อน|อะ|อ่ะ|ล่ะ|ละ|เนี่ย|หรอ|เหรอ|หว่า|นะ|ครับ|คับ|ค้าบ|ฮะ|ค่ะ|คะ|ค๊ะ|จ๊ะ|จ้ะ|จ้า|เจ้า|ผม|ๆ)*"
)
_ENGLISH = re.compile(
    "(?:how|where|what)(?:do|should|can|must)(?:i|we)[a-z]{1,25}|howto[a-z]{1,20}|whatnow|whatnext"
)


def asks_how(squeezed: str) -> bool:
    """Whether a short reply, without spaces, is nothing but the question how a step is done."""
    if len(squeezed) > MAX_HOW_QUESTION:
        return False
    return _THAI.fullmatch(squeezed) is not None or _ENGLISH.fullmatch(squeezed) is not None
