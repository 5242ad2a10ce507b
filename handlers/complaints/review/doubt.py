"""Where a story denies, corrects or supposes something, nothing near it is understood: silence is better than wrong."""

import re

_BEFORE, _AFTER = 40, 40
"""Characters on the same line that are looked at before and after what would be understood."""

_CORRECTION = re.compile(
    r"พิมพ์ผิด|จริงๆ ?แล้ว|จริง ๆ แล้ว|ที่จริง|ความจริง|ขอแก้|แก้ไข(?:ว่า|เป็น)|^\s*แก้ไข|เข้าใจผิด|จำผิด|typo|actually|correction",
    re.IGNORECASE | re.MULTILINE,
)
"""What takes back a part of what was told before or after it."""

_DENIAL_BEFORE = re.compile(r"ไม่ใช่|ไม่ได้|มิใช่|มิได้|ถ้า|หาก|สมมติ|เหมือนกับ|หรือ\s*$|\bnot\b|\bif\b", re.IGNORECASE)
_DENIAL_AFTER = re.compile(r"^\s*(?:หรือ|ไม่ใช่)|ไม่เกี่ยว|แต่เป็น|แต่ไม่ใช่|\bor\b", re.IGNORECASE)


def is_certain(story: str, start: int, end: int) -> bool:
    """Whether what stands from start to end of a story is told as it is: nothing near denies or corrects it."""
    if _CORRECTION.search(story):
        return False
    before = story[max(0, start - _BEFORE) : start].rpartition("\n")[2]
    after = story[end : end + _AFTER].partition("\n")[0]
    return not (_DENIAL_BEFORE.search(before) or _DENIAL_AFTER.search(after))
