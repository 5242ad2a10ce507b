"""What of a case's checklist is done: read from lines of its history, so that nothing of it outlives the case."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import assert_never

from handlers.complaints.messages import HistoryEntryKind
from handlers.dialog.effects import run_query
from handlers.dialog.events import Lang
from handlers.dialog.replies import Phrase, raw_text
from handlers.i18n import render_text
from handlers.office import ChecklistItem, Office
from handlers.staff.command import ComplaintsCommandContext, QueryGenerator
from handlers.staff.complaints.messages import CaseHistoryLine, GetCaseHistory, OfficerCase

UNDONE_SIGN = "-"
"""What stands before the code of an item whose tick was taken back, in the words of a history line."""


class CheckState(StrEnum):
    """The state of an item of a checklist."""

    OPEN = "open"
    DONE = "done"
    EXCUSED = "excused"  # it need not be done, for a reason


@dataclass(frozen=True, slots=True)
class CheckedItem:
    """An item of a case's checklist. reason: why it is excused."""

    item: ChecklistItem
    state: CheckState
    reason: str = field(default="", repr=False)


def write_check(code: str, state: CheckState, reason: str = "") -> str:
    """Return the words of the history line that puts an item into a state."""
    match state:
        case CheckState.DONE:
            return code
        case CheckState.EXCUSED:
            return f"{code} {reason}"
        case CheckState.OPEN:
            return f"{UNDONE_SIGN}{code}"
        case _:
            assert_never(state)


def read_check(words: str) -> tuple[str, CheckState, str]:
    """Return code, state and reason of the words of a history line."""
    if words.startswith(UNDONE_SIGN):
        return words.removeprefix(UNDONE_SIGN), CheckState.OPEN, ""
    code, _, reason = words.partition(" ")
    return code, CheckState.EXCUSED if reason else CheckState.DONE, reason


def find_checklist(found: OfficerCase, office: Office) -> tuple[ChecklistItem, ...]:
    """Return the items of a case's kind; none where it has no kind, or its kind none."""
    category = office.find_category(found.category)
    return category.checklist if category is not None else ()


def judge_items(items: Iterable[ChecklistItem], lines: Iterable[CaseHistoryLine]) -> tuple[CheckedItem, ...]:
    """Return the items with what the last line about each says."""
    last = {
        code: (state, reason)
        for code, state, reason in (
            read_check(one.words) for one in lines if one.entry.kind is HistoryEntryKind.CHECKED
        )
    }
    return tuple(CheckedItem(one, *last.get(one.code, (CheckState.OPEN, ""))) for one in items)


def load_checklist(
    cmd: ComplaintsCommandContext, found: OfficerCase
) -> QueryGenerator[tuple[CheckedItem, ...]]:
    """Return the checklist of a case; its history is read only where its kind has one."""
    items = find_checklist(found, cmd.ctx.office)
    if not items:
        return ()
    lines = yield from run_query(GetCaseHistory(found.id))
    return judge_items(items, lines.rows)


def format_check_words(words: str, office: Office, lang: Lang) -> str:
    """Return what a history line about an item says. An item that office.toml has no more is called by its code."""
    code, state, reason = read_check(words)
    names = {one.code: one.name.in_lang(lang) for kind in office.categories for one in kind.checklist}
    args = {"item": names.get(code, code), "reason": reason}
    return render_text(Phrase(f"staff.check.said_{state}", args), lang)


def format_checked_item(one: CheckedItem, lang: Lang) -> Phrase:
    """Return an item with its state."""
    args = {"item": raw_text(one.item.name.in_lang(lang)), "reason": raw_text(one.reason)}
    return Phrase(f"staff.check.line_{one.state}", args)
