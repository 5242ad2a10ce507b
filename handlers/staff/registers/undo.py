"""`/import undo 3`: reverse an import from the chat, once what would go was shown and said yes to."""

import re

from handlers.dialog.effects import Decision, run_query
from handlers.dialog.replies import OF_CASE, Choice, Phrase, Reply
from handlers.staff.command import ComplaintsCommandContext
from handlers.staff.permissions import CommandName
from handlers.staff.registers.describe import describe_import, describe_obstacle
from handlers.staff.registers.messages import GetImport, UndoImport
from handlers.thai.matching import normalize_for_matching

_UNDO = re.compile(r"(?:undo|ย้อนกลับ)\s*(?:ครั้งที่\s*)?(\d{1,4})(\s+yes)?$")


def read_undo(rest: str) -> tuple[int, bool] | None:
    """Read which import is to be reversed, and whether a button said yes; None for anything else."""
    found = _UNDO.match(normalize_for_matching(rest))
    return (int(found[1]), bool(found[2])) if found else None


def undo_import_in_chat(cmd: ComplaintsCommandContext, id_: int, *, confirmed: bool) -> Decision:
    """Show what would go of an import and ask; with a yes decide it, after a code. Its cases go within a minute."""
    found = yield from run_query(GetImport(id_))
    phrase = describe_import(found) if found.obstacle is None else describe_obstacle(found)
    if found.obstacle is not None:
        return cmd.reply_with(_say(phrase))
    if not confirmed:
        yes = Choice(f"/{CommandName.IMPORT} undo {id_} yes", "imports.undo_now")
        return cmd.reply_with(_say(phrase, (yes,)))
    if not cmd.is_verified:
        return cmd.ask_second_factor(cmd.command)
    return cmd.reply_with(_say(Phrase("imports.undoing", phrase.args)), acts=(UndoImport(id_, cmd.staff.id),))


def _say(phrase: Phrase, choices: tuple[Choice, ...] = ()) -> Reply:
    return Reply(phrase.key, OF_CASE, phrase.args, choices)
