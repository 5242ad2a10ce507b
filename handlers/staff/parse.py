"""Parse complaints commands: a Thai or English name, the number of a case, and the rest."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from handlers.dialog.events import Event
from handlers.staff.permissions import CommandName
from handlers.thai import complete_buddhist_year, normalize_for_matching, to_arabic_digits

THAI_COMMAND_NAMES: Mapping[CommandName, tuple[str, ...]] = {
    CommandName.HELP: ("ช่วยเหลือ", "คำสั่ง"),
    CommandName.JOIN: ("เข้าร่วม",),
    CommandName.LEAVE: ("ออกจากหน้าที่",),
    CommandName.INBOX: ("งาน", "กล่องงาน"),
    CommandName.CASE: ("เรื่อง",),
    CommandName.FACTS: ("ข้อเท็จจริง",),
    CommandName.FILES: ("ไฟล์", "หลักฐาน"),
    CommandName.HISTORY: ("ประวัติ",),
    CommandName.TAKE: ("รับ",),
    CommandName.ASSIGN: ("มอบ", "มอบหมาย"),
    CommandName.SCREEN: ("ตรวจรับ", "กลั่นกรอง"),
    CommandName.INVESTIGATE: ("สืบสวน", "สอบ"),
    CommandName.NOT_ACCEPT: ("ไม่รับ",),
    CommandName.CLOSE: ("ปิด", "ยุติ"),
    CommandName.FORWARD: ("ส่งต่อ",),
    CommandName.REOPEN: ("เปิดใหม่", "รื้อ"),
    CommandName.ASK: ("ถาม",),
    CommandName.REPLY: ("ตอบ",),
    CommandName.NOTE: ("บันทึก", "โน้ต"),
    CommandName.CANNED: ("คำตอบ",),
    CommandName.CONFIRM: ("ยืนยัน",),
    CommandName.UNDO: ("เรียกคืน",),
    CommandName.DUE: ("กำหนด", "ใกล้กำหนด"),
    CommandName.OVERDUE: ("เกินกำหนด",),
    CommandName.SEARCH: ("ค้น", "ค้นหา"),
    CommandName.LINK: ("โยง",),
    CommandName.INTAKE: ("รับเข้า", "ลงรับ"),
    CommandName.HOLD: ("เก็บไว้",),
    CommandName.LOG: ("ใครเปิด",),
    CommandName.STATS: ("สถิติ",),
    CommandName.HERE: ("ที่นี่",),
    CommandName.IDENTITY: ("เปิดชื่อ",),
    CommandName.APPROVE: ("อนุมัติ",),
    CommandName.BAR: ("กัน",),
    CommandName.LIFT: ("เลิกกัน",),
    CommandName.RELEASE: ("เผยแพร่",),
    CommandName.PAGE: ("เปิดหน้า", "หน้าเรื่อง"),
    CommandName.EXPORT: ("ส่งออก",),
    CommandName.IMPORT: ("นำเข้า",),
}
"""The Thai names of a command; the first is shown."""

COMMANDS_BY_NAME: Mapping[str, CommandName] = {
    **{order.value: order for order in CommandName},
    **{normalize_for_matching(name): order for order, names in THAI_COMMAND_NAMES.items() for name in names},
}
PUBLIC_COMMANDS = frozenset({CommandName.HELP})
"""Names that are commands of citizens too, with another meaning."""

MAX_STAFF_COMMAND_LENGTH = 4_000
"""Characters of a command with its arguments."""

_CASE_NUMBER = re.compile(r"^(\d{1,6})(?:\s*/\s*(\d{4}|\d{2}))?(?=\s|$)")


@dataclass(frozen=True, slots=True)
class ParsedCommand:
    """A parsed command. number, year: of the case, 0 where not given; rest: the text after them."""

    name: CommandName
    number: int = 0
    year: int = 0
    rest: str = ""

    def complete_with(self, text: str) -> "ParsedCommand | None":
        """Return the command with a text appended to its rest; None where that is too long.

        Where the number of the case is missing, the text may begin with it.
        """
        rest = f"{self.rest} {text}".strip()
        if len(self.to_command_text(rest)) > MAX_STAFF_COMMAND_LENGTH:
            return None
        return replace(self, rest=rest) if self.number else _parse_case_number(self.name, rest)

    def to_command_text(self, rest: str | None = None) -> str:
        """Return the command as text that `parse_staff_command` reads back. rest: to use instead of its own."""
        number = f" {self.number}" if self.number else ""
        year = f"/{self.year}" if self.year else ""
        words = self.rest if rest is None else rest
        return f"/{self.name}{number}{year}{' ' if words else ''}{words}"


def read_command_text(event: Event) -> str:
    """Return what was typed, or the text of the button that was pressed."""
    return (event.choice if event.choice is not None else event.text) or ""


def is_staff_command(event: Event) -> bool:
    """Whether an event is a command that only officers have."""
    words = read_command_text(event)
    return words.startswith("/") and _find_command(words[1:].partition(" ")[0]) not in {
        None,
        *PUBLIC_COMMANDS,
    }


def parse_staff_command(words: str, *, bare: bool = False) -> ParsedCommand | None:
    """Parse a command; None for any other text. bare: the slash may be missing."""
    if len(words) > MAX_STAFF_COMMAND_LENGTH or not (bare or words.startswith("/")):
        return None
    first, _, rest = words.removeprefix("/").strip().partition(" ")
    head, _, tail = first.partition("\n")
    order = _find_command(head)
    if order is None:
        return None
    return _parse_case_number(order, (f"{tail}\n{rest}" if tail else rest).strip())


def _find_command(name: str) -> CommandName | None:
    return COMMANDS_BY_NAME.get(normalize_for_matching(name)) if len(name) <= 40 else None


def _parse_case_number(order: CommandName, rest: str) -> ParsedCommand:
    if order in {CommandName.SEARCH, CommandName.JOIN, CommandName.STATS, CommandName.RELEASE}:
        return ParsedCommand(order, rest=rest)
    plain = to_arabic_digits(rest[:20])
    found = _CASE_NUMBER.match(plain)
    if found is None:
        return ParsedCommand(order, rest=rest)
    year = complete_buddhist_year(int(found[2] or 0))
    return ParsedCommand(order, int(found[1]), year, rest[found.end() :].strip())
