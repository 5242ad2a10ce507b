"""Tick an item of a case's checklist, excuse it with a reason, or take that back; and what closing still needs."""

from handlers.complaints.messages import ActorKind, AddHistoryEntry, HistoryEntryKind
from handlers.dialog.effects import Decision, TurnResult
from handlers.dialog.replies import KEEPS_TEXT, OF_CASE, Choice, Phrase, raw_text
from handlers.staff.command import ComplaintsCommandContext, QueryGenerator, make_command_button
from handlers.staff.complaints.checklist.items import (
    CheckedItem,
    CheckState,
    format_checked_item,
    load_checklist,
    write_check,
)
from handlers.staff.complaints.find_case import make_case_command
from handlers.staff.complaints.messages import OfficerCase
from handlers.staff.parse import split_first_word
from handlers.staff.permissions import CommandName
from handlers.thai.dates import to_bangkok_date
from handlers.thai.matching import normalize_for_matching, parse_number
from handlers.thai.text import clean_text, count_letters_and_digits

MIN_EXCUSE_LETTERS = 5
"""Letters and digits of the reason for which an item need not be done: colleagues read it later."""

_BACK_WORDS = frozenset({"off", "เอาออก", "ยังไม่ทำ"})
_EXCUSE_WORDS = frozenset({"skip", "ไม่ต้องทำ"})


def check_item(cmd: ComplaintsCommandContext, found: OfficerCase) -> Decision:
    """Show a case's checklist; `/check 12 2` ticks its second item, with a reason it excuses it.

    `off` after the item takes that back. An item is meant by its place, or by its code as buttons bring it.
    """
    items = yield from load_checklist(cmd, found)
    if not items:
        back = (make_command_button(CommandName.CASE, found),)
        return cmd.reply("check.none", OF_CASE, back, number=found.register_number)
    first, rest = split_first_word(cmd.command.rest)
    one = _find_item(items, first)
    if one is None:
        return _show_items(cmd, found, items, "check.which" if first else "check.list")
    reason = clean_text(rest).text
    word, after = split_first_word(reason)
    if normalize_for_matching(word) in _EXCUSE_WORDS:
        reason = after
        if not reason:
            command = make_case_command(CommandName.CHECK, found, one.item.code)
            asked = raw_text(one.item.name.in_lang(cmd.ctx.lang))
            return cmd.await_text_for(command).reply("check.why", OF_CASE, item=asked)
    if normalize_for_matching(reason) in _BACK_WORDS:
        return _change_item(cmd, found, items, one, CheckState.OPEN, "")
    if reason and count_letters_and_digits(reason) < MIN_EXCUSE_LETTERS:
        return cmd.reply("check.short", OF_CASE, fewest=MIN_EXCUSE_LETTERS, presentation=KEEPS_TEXT)
    return _change_item(cmd, found, items, one, CheckState.EXCUSED if reason else CheckState.DONE, reason)


def _find_item(items: tuple[CheckedItem, ...], typed: str) -> CheckedItem | None:
    place = parse_number(typed) if typed else None
    if place is not None:
        return items[place - 1] if 1 <= place <= len(items) else None
    return next((one for one in items if one.item.code == typed), None)


def _change_item(
    cmd: ComplaintsCommandContext,
    found: OfficerCase,
    items: tuple[CheckedItem, ...],
    one: CheckedItem,
    state: CheckState,
    reason: str,
) -> TurnResult:
    changed = CheckedItem(one.item, state, reason)
    after = tuple(changed if item.item.code == one.item.code else item for item in items)
    if (one.state, one.reason) == (state, reason):  # ticked by a colleague, or pressed twice
        return _show_items(cmd, found, after, "check.list")
    on, words = to_bangkok_date(cmd.ctx.now), write_check(one.item.code, state, reason)
    act = AddHistoryEntry(
        found.id,
        found.seq + 1,
        on,
        HistoryEntryKind.CHECKED,
        ActorKind.OFFICE,
        words,
        staff=cmd.staff.id,
    )
    turn = _show_items(cmd, found, after, "check.noted")
    return TurnResult(turn.session, turn.replies, (act,))


def _show_items(
    cmd: ComplaintsCommandContext, found: OfficerCase, items: tuple[CheckedItem, ...], key: str
) -> TurnResult:
    back = make_command_button(CommandName.CASE, found)
    choices = (*make_check_buttons(cmd, found, items), back)
    return cmd.reply(key, OF_CASE, choices, number=found.register_number, lines=_list_lines(cmd, items))


def _list_lines(cmd: ComplaintsCommandContext, items: tuple[CheckedItem, ...]) -> tuple[Phrase, ...]:
    return tuple(
        Phrase("staff.check.place", {"place": place, "line": format_checked_item(one, cmd.ctx.lang)})
        for place, one in enumerate(items, 1)
    )


def make_check_buttons(
    cmd: ComplaintsCommandContext, found: OfficerCase, items: tuple[CheckedItem, ...]
) -> tuple[Choice, ...]:
    """Return a button that ticks each item which is open."""
    return tuple(
        make_command_button(
            CommandName.CHECK,
            found,
            one.item.code,
            Phrase("staff.check.tick", {"item": raw_text(one.item.name.in_lang(cmd.ctx.lang))}),
        )
        for one in items
        if one.state is CheckState.OPEN
    )


def require_checklist(cmd: ComplaintsCommandContext, found: OfficerCase) -> QueryGenerator[TurnResult | None]:
    """Return the reply that says what closing still needs; None where nothing of the checklist is open."""
    items = yield from load_checklist(cmd, found)
    if all(one.state is not CheckState.OPEN for one in items):
        return None
    left = tuple(one for one in items if one.state is CheckState.OPEN)
    return cmd.reply(
        "check.missing",
        OF_CASE,
        (*make_check_buttons(cmd, found, items), make_command_button(CommandName.CHECK, found)),
        number=found.register_number,
        lines=tuple(format_checked_item(one, cmd.ctx.lang) for one in left),
        presentation=KEEPS_TEXT,
    )
