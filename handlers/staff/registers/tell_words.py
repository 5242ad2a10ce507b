"""`/import คำ ปิดงาน = ยุติเรื่อง`: say in a chat what a word or a heading of the register means, for all files to come."""

import re

from handlers.complaints.registers.word_meanings import RegisterWords
from handlers.dialog.effects import TurnResult
from handlers.dialog.replies import OF_CASE, Reply
from handlers.dialog.text import shorten_text
from handlers.staff.command import ComplaintsCommandContext
from handlers.staff.registers.messages import TellRegisterWords

_TOLD = re.compile(
    r"(?:คำว่า|คำ|หัวคอลัมน์|word)\s+([^=]{1,200}?)\s*(?:=|หมายถึง|แปลว่า)\s*([^=]{1,100})$", re.IGNORECASE
)
MAX_WORD_SHOWN = 80
_MAX_TOLD_LENGTH = 400


def read_told_word(rest: str) -> tuple[str, str] | None:
    """Read a word, and what it is said to mean; None for anything else."""
    told = " ".join(rest.split())
    found = _TOLD.match(told) if len(told) <= _MAX_TOLD_LENGTH else None
    return (found[1].strip(" “”\"'"), found[2].strip(" “”\"'")) if found else None


def tell_word_in_chat(cmd: ComplaintsCommandContext, word: str, meaning: str) -> TurnResult:
    """Remember what a word means; or say which meanings there are."""
    told = RegisterWords(cmd.ctx.office).read_told(word, meaning)
    args = {"word": shorten_text(word, MAX_WORD_SHOWN), "meaning": shorten_text(meaning, MAX_WORD_SHOWN)}
    if not told:
        return cmd.reply_with(Reply("imports.no_meaning", OF_CASE, args))
    return cmd.reply_with(Reply("imports.told", OF_CASE, args), acts=(TellRegisterWords(told, cmd.staff.id),))
