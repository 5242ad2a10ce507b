"""Run the commands of a desk's officers: rights, the second factor, and texts that waited; help and the menu."""

import re
from dataclasses import replace
from hashlib import sha256
from typing import assert_never

from handlers.dialog.effects import Decision, TurnResult
from handlers.dialog.replies import OF_CASE, Choice, Phrase, Reply
from handlers.staff.command import CommandContext, SecondFactor, make_command_button, skip_second_factor
from handlers.staff.members import AuditRefusal
from handlers.staff.parse import NameT, ParsedCommand
from handlers.staff.state import (
    AwaitingCaseChoice,
    AwaitingMeaning,
    AwaitingPurpose,
    AwaitingSecondFactor,
    AwaitingText,
    NothingPending,
    PendingCommand,
    WorkT,
)
from handlers.staff.two_factor import record_verification, verify_second_factor

WAITING_TEXT = "^"
"""The argument that stands for the text which waits for its purpose."""

MARK_LENGTH = 8
"""Hexadecimal digits of a text's hash, by which a button knows it."""

_STANDS_FOR_TEXT = re.compile(rf"{re.escape(WAITING_TEXT)}(?:[0-9a-f]{{{MARK_LENGTH}}})?")

CITIZENS_MENU = "officer.citizen"
"""The choice that shows what citizens see."""

AS_CITIZEN = "officer.told"
"""The choice that handles the text which waits as anybody's."""


def run_command(cmd: CommandContext[NameT, WorkT]) -> Decision:
    """Run a command if the role allows it; where it opens content, only with a recent second factor.

    A refusal is audited.
    """
    name = cmd.command.name
    row = cmd.table.rows[name]
    if cmd.staff.role not in row.roles:
        choices = (make_command_button(cmd.table.help),)
        return cmd.reply("refused", OF_CASE, choices, (AuditRefusal(name, cmd.staff.id),))
    pending = cmd.work.pending
    if _STANDS_FOR_TEXT.fullmatch(cmd.command.rest):
        text = waiting.text if isinstance(waiting := skip_second_factor(pending), AwaitingPurpose) else ""
        if cmd.command.rest not in {WAITING_TEXT, mark_waiting_text(text)}:  # a button below an earlier text
            text = ""
        cmd = replace(cmd, command=replace(cmd.command, rest=text))
    if _asks_factor(cmd, row.factor) and not cmd.is_verified:
        return cmd.ask_second_factor(cmd.command)
    if not row.keeps_pending and not isinstance(pending, NothingPending):
        cmd = replace(cmd, command=_add_waiting_words(cmd.command, pending)).with_pending(NothingPending())
    return _add_next_steps(cmd, (yield from row.handler(cmd)))


def mark_waiting_text(text: str) -> str:
    """Return the argument that stands for one text while it waits, and for no other that waits after it."""
    return WAITING_TEXT + sha256(text.encode()).hexdigest()[:MARK_LENGTH]


def _add_next_steps(cmd: CommandContext[NameT, WorkT], turn: TurnResult) -> TurnResult:
    """Return the turn of a command with the buttons of its group, where it has none and waits for no text."""
    names = [name for name in cmd.table.list_next_steps(cmd.command.name) if cmd.may_give(name)]
    if not names or not turn.replies or any(reply.choices for reply in turn.replies):
        return turn
    pending = cmd.table.get_work(turn.session.officer).pending if turn.session else NothingPending()
    if not isinstance(pending, NothingPending):
        return turn
    *before, last = turn.replies
    choices = tuple(make_command_button(name) for name in names)
    return replace(turn, replies=(*before, replace(last, choices=choices)))


def _asks_factor(cmd: CommandContext[NameT, WorkT], factor: SecondFactor) -> bool:
    """Whether a command asks for the second factor where it is given now."""
    match factor:
        case SecondFactor.NEVER:
            return False
        case SecondFactor.IN_WORKSPACE:
            return not cmd.ctx.channel_traits.serves_officers  # officers have no chat in a browser
        case SecondFactor.WHERE_SHOWN:
            return cmd.ctx.channel_traits.can_delete_messages
        case SecondFactor.ALWAYS:
            return True
        case _:
            assert_never(factor)


def _add_waiting_words(given: ParsedCommand[NameT], pending: PendingCommand[NameT]) -> ParsedCommand[NameT]:
    """Return a command with the text that waited for its case to be picked."""
    waiting = skip_second_factor(pending)
    match waiting:
        case AwaitingCaseChoice(earlier):
            is_picked = given.number and not given.rest and earlier.name is given.name
            return replace(given, rest=earlier.rest) if is_picked else given
        case NothingPending() | AwaitingText() | AwaitingPurpose() | AwaitingMeaning():
            return given
        case _:
            assert_never(waiting)


def verify_and_resume(
    cmd: CommandContext[NameT, WorkT], waiting: AwaitingSecondFactor[NameT], text: str
) -> Decision:
    """Check a code of the second factor, then run the command that waited for it."""
    why, acts = yield from verify_second_factor(cmd.ctx, cmd.staff, text)
    if why is not None:
        return cmd.reply_with(why, acts=acts)
    verified = replace(cmd, ctx=record_verification(cmd.ctx), command=waiting.command)
    turn = yield from run_command(verified.with_pending(waiting.interrupted))
    return replace(turn, acts=(*acts, *turn.acts))


def show_help(cmd: CommandContext[NameT, WorkT]) -> Decision:
    """Show the commands that this person may give by what one wants to do, each with its Thai and English name."""
    yield from ()
    table = cmd.table
    lines: list[Phrase] = []
    for group, names in table.groups.items():
        able = [name for name in names if cmd.may_give(name)]
        lines += [Phrase(f"{table.wording}.help.group.{group}")] if able else []
        lines += [
            Phrase(
                f"{table.wording}.help.line",
                {
                    "th": table.rows[name].names[0],
                    "en": name.value,
                    "what": Phrase(f"{table.wording}.help.{name}"),
                },
            )
            for name in able
        ]
    choices = tuple(make_command_button(name) for name in table.help_choices if cmd.may_give(name))
    role = Phrase(f"staff.role.{cmd.staff.role}")
    return cmd.reply("help.all", OF_CASE, choices, name=cmd.staff.name, role=role, lines=tuple(lines))


def show_officers_menu(cmd: CommandContext[NameT, WorkT], *before: Reply) -> TurnResult:
    """Say where an officer is, with what they do most, and the way to what citizens see."""
    table = cmd.table
    names = dict.fromkeys((*table.help_choices, table.help))
    choices = (
        *(make_command_button(name) for name in names if cmd.may_give(name)),
        Choice(CITIZENS_MENU, "staff.menu.citizen"),
    )
    role = Phrase(f"staff.role.{cmd.staff.role}")
    here = Reply("staff.menu.here", OF_CASE, {"name": cmd.staff.name, "role": role}, choices)
    return cmd.reply_with(*before, here)
