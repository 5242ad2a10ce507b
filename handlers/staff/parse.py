"""What an officer typed, as a command: its Thai or English name, the number of a case, and the rest."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from handlers import thai
from handlers.dialog.events import Event
from handlers.staff.permissions import Order

THAI: Mapping[Order, tuple[str, ...]] = {
    Order.HELP: ("ช่วยเหลือ", "คำสั่ง"),
    Order.JOIN: ("เข้าร่วม",),
    Order.LEAVE: ("ออกจากหน้าที่",),
    Order.INBOX: ("งาน", "กล่องงาน"),
    Order.CASE: ("เรื่อง",),
    Order.FACTS: ("ข้อเท็จจริง",),
    Order.FILES: ("ไฟล์", "หลักฐาน"),
    Order.HISTORY: ("ประวัติ",),
    Order.TAKE: ("รับ",),
    Order.ASSIGN: ("มอบ", "มอบหมาย"),
    Order.SCREEN: ("ตรวจรับ", "กลั่นกรอง"),
    Order.INVESTIGATE: ("สืบสวน", "สอบ"),
    Order.NOT_ACCEPT: ("ไม่รับ",),
    Order.CLOSE: ("ปิด", "ยุติ"),
    Order.FORWARD: ("ส่งต่อ",),
    Order.REOPEN: ("เปิดใหม่", "รื้อ"),
    Order.ASK: ("ถาม",),
    Order.REPLY: ("ตอบ",),
    Order.NOTE: ("บันทึก", "โน้ต"),
    Order.CANNED: ("คำตอบ",),
    Order.CONFIRM: ("ยืนยัน",),
    Order.UNDO: ("เรียกคืน",),
    Order.DUE: ("กำหนด", "ใกล้กำหนด"),
    Order.OVERDUE: ("เกินกำหนด",),
    Order.SEARCH: ("ค้น", "ค้นหา"),
    Order.LINK: ("โยง",),
    Order.INTAKE: ("รับเข้า", "ลงรับ"),
    Order.HOLD: ("เก็บไว้",),
    Order.LOG: ("ใครเปิด",),
    Order.STATS: ("สถิติ",),
    Order.HERE: ("ที่นี่",),
    Order.IDENTITY: ("เปิดชื่อ",),
    Order.APPROVE: ("อนุมัติ",),
    Order.BAR: ("กัน",),
    Order.LIFT: ("เลิกกัน",),
    Order.RELEASE: ("เผยแพร่",),
    Order.PAGE: ("เปิดหน้า", "หน้าเรื่อง"),
    Order.EXPORT: ("ส่งออก",),
    Order.IMPORT: ("นำเข้า",),
}
"""The names that a command has in Thai; the first is shown."""

NAMES: Mapping[str, Order] = {
    **{order.value: order for order in Order},
    **{thai.folded(name): order for order, names in THAI.items() for name in names},
}
CITIZENS = frozenset({Order.HELP})
"""Commands that everybody has, in another sense."""

LONGEST = 4_000
"""Characters of a command with all that goes with it."""

_NUMBER = re.compile(r"^(\d{1,6})(?:\s*/\s*(\d{4}|\d{2}))?(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Given:
    """A command as it was given. number, year: of the case, 0 where it was not said; rest: what follows."""

    order: Order
    number: int = 0
    year: int = 0
    rest: str = ""

    def written(self, rest: str | None = None) -> str:
        """The command as a line that reads the same again."""
        number = f" {self.number}" if self.number else ""
        year = f"/{self.year}" if self.year else ""
        words = self.rest if rest is None else rest
        return f"/{self.order}{number}{year}{' ' if words else ''}{words}"


def typed(event: Event) -> str:
    """What was typed, or what a button says in its place."""
    return (event.choice if event.choice is not None else event.text) or ""


def knocks(event: Event) -> bool:
    """Whether somebody uses a command that only officers have."""
    words = typed(event)
    return words.startswith("/") and _order(words[1:].partition(" ")[0]) not in {None, *CITIZENS}


def read(words: str, *, bare: bool = False) -> Given | None:
    """A command, or None for other words. bare: it may come without its slash."""
    if len(words) > LONGEST or not (bare or words.startswith("/")):
        return None
    first, _, rest = words.removeprefix("/").strip().partition(" ")
    head, _, tail = first.partition("\n")
    order = _order(head)
    if order is None:
        return None
    return _numbered(order, (f"{tail}\n{rest}" if tail else rest).strip())


def _order(name: str) -> Order | None:
    return NAMES.get(thai.folded(name)) if len(name) <= 40 else None


def _numbered(order: Order, rest: str) -> Given:
    if order in {Order.SEARCH, Order.JOIN, Order.STATS, Order.RELEASE}:
        return Given(order, rest=rest)
    plain = rest[:20].translate(_DIGITS)
    found = _NUMBER.match(plain)
    if found is None:
        return Given(order, rest=rest)
    year = int(found[2] or 0)
    return Given(order, int(found[1]), year + 2500 if 0 < year < 100 else year, rest[found.end() :].strip())


_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
