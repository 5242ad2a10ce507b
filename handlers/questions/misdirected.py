"""Detects texts that are not for this desk: complaints of corruption, and texts in unsupported scripts."""

import re
import unicodedata
from itertools import islice

from handlers.thai.matching import normalize_for_matching

MAX_CHECKED_LENGTH = 4000
"""Characters of a text that are examined."""

_CORRUPTION_WORDS = re.compile(
    "ทุจริต|คอร์รัปชัน|คอรัปชั่น|คอร์รัปชั่น|โกงเงิน|ยักยอก|สินบน|ใต้โต๊ะ|เงินทอน|ฮั้ว|รีดไถ|เรียกรับ|เรียกเงิน|ซื้อตำแหน่ง|ขายตำแหน่ง"
    "|เบิกเท็จ|เบิกเงินเท็จ|ปลอมเอกสาร|ปลอมลายเซ็น|ปลอมใบเสร็จ|กินหัวคิว|เก็บแป๊ะเจี๊ยะ|แป๊ะเจี๊ยะ|ประพฤติมิชอบ|เอื้อประโยชน์|ล็อกสเปก"
    r"|ล็อคสเปค|รับเงินค่าวิ่งเต้น|\bbrib|\bcorrupt|\bkickback|\bembezzl|\bextort"
)
_ENQUIRY_WORDS = re.compile(
    "(แจ้ง|ร้องเรียน|ร้องทุกข์)[^.]{0,25}(ที่ไหน|ที่ใด|อย่างไร|ยังไง|ได้ไหม|ทางไหน|ช่องทาง)|ช่องทาง[^.]{0,12}(แจ้ง|ร้องเรียน)"
    "|คืออะไร|หมายถึง|หมายความว่า|นโยบาย|ประกาศเจตจำนง|no gift|how (do|can|to)|what is"
)
_TELLS_WHO_DID_IT = re.compile(
    "(ผอ|ผู้อำนวยการ|ครู|อาจารย์|หัวหน้า|ปลัด|นายก|เจ้าหน้าที่|พนักงาน|กรรมการ)[^.?]{0,20}"
    "(เก็บเงินใต้โต๊ะ|เงินใต้โต๊ะ|ยักยอก|โกงเงิน|รีดไถ|เรียกรับ|เรียกเงิน|รับสินบน|กินหัวคิว|เงินทอน|เบิกเท็จ|แป๊ะเจี๊ยะ|ปลอม)"
)
"""Somebody and what they did: then asking how to complain of it is a report all the same."""


def is_complaint(text: str) -> bool:
    """Whether a text may report corruption, so that the person is asked. Asking how to complain is no report."""
    plain = "".join(normalize_for_matching(text[:MAX_CHECKED_LENGTH]).split(" "))
    spaced = normalize_for_matching(text[:MAX_CHECKED_LENGTH])
    return bool(
        (_CORRUPTION_WORDS.search(plain) or _CORRUPTION_WORDS.search(spaced))
        and (not _ENQUIRY_WORDS.search(spaced) or _TELLS_WHO_DID_IT.search(plain.replace("ผอ.", "ผอ")))
    )


def is_foreign(text: str) -> bool:
    """Whether most letters of a text are neither Thai nor Latin, so that no answer can be looked up."""
    own = other = 0
    for letter in islice(
        (c for c in text[:MAX_CHECKED_LENGTH] if unicodedata.category(c)[0] == "L"), MAX_CHECKED_LENGTH
    ):
        if "\u0e00" <= letter <= "\u0e7f" or letter < "\u0250":
            own += 1
        else:
            other += 1
    return other > own
