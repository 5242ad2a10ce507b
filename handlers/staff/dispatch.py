"""Dispatch messages of a desk's officers: commands, texts that complete one, and the second factor."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, assert_never

from handlers.dialog.codes.typed_codes import TypedCode
from handlers.dialog.context import Context
from handlers.dialog.effects import Decision, TurnResult, run_query
from handlers.dialog.events import find_lang
from handlers.dialog.replies import KEEPS_TEXT, OF_CASE, Phrase, Reply
from handlers.dialog.session import DialogTopic
from handlers.staff.command import (
    MAX_NAME_LENGTH,
    CommandContext,
    CommandTable,
    QueryGenerator,
    SecondFactor,
    make_command_button,
    skip_second_factor,
)
from handlers.staff.join import begin_joining, finish_joining
from handlers.staff.members import AuditRefusal, FindStaffMember, SetStaffLanguage, StaffMember
from handlers.staff.parse import NameT, ParsedCommand
from handlers.staff.state import (
    NO_OFFICER,
    AwaitingCaseChoice,
    AwaitingSecondFactor,
    AwaitingText,
    NothingPending,
    PendingCommand,
    WorkT,
)
from handlers.staff.two_factor import is_code_shaped, record_verification, verify_second_factor
from handlers.thai.matching import parse_number


def is_for_staff(table: CommandTable[Any, Any], ctx: Context) -> bool:
    """Whether an event may be an officer's: of somebody with an officer state, or a command that only officers have."""
    if ctx.session.officer != NO_OFFICER:
        return True
    given = table.parse((ctx.event.choice or ctx.event.text or "").strip())
    return given is not None and not table.rows[given.name].is_public


def handle_staff_message(
    table: CommandTable[NameT, WorkT],
    ctx: Context,
    command: str | None,
    again: Callable[[Context], Decision],
    code: TypedCode | None = None,
) -> QueryGenerator[TurnResult | None]:
    """Handle a message of an officer, or of somebody who joins; None where it is handled like any citizen's.

    command: the message as a citizen's command, if it is one; again: repeats the session's present question; code: a
    reporter's tracking code that was taken out of the message: alone, it is looked up as anybody's.
    """
    event, staff = ctx.event, None
    words = (event.choice or event.text or "").strip()
    if ctx.channel_traits.serves_officers:
        staff = yield from run_query(FindStaffMember(event.person_id))
    if staff is None:
        return (yield from _handle_stranger(table, ctx, words, again))
    if code is None:
        return (yield from _handle_officer(table, ctx, command, again, staff))
    about = Reply("code.staff", OF_CASE)
    if not code.has_words and table.parse(words) is None:
        pending = table.get_work(ctx.session.officer).pending
        is_waited_for = isinstance(pending, AwaitingText | AwaitingSecondFactor)
        return TurnResult(ctx.session, (about,)) if is_waited_for else None
    turn = yield from _handle_officer(table, ctx, command, again, staff)
    return None if turn is None else turn.prepend((about,))


def _handle_officer(
    table: CommandTable[NameT, WorkT],
    ctx: Context,
    command: str | None,
    again: Callable[[Context], Decision],
    staff: StaffMember,
) -> QueryGenerator[TurnResult | None]:
    event = ctx.event
    words = (event.choice or event.text or "").strip()
    if command is not None and (lang := find_lang(command)) is not None:  # officers then get notices in it
        turn = yield from again(ctx.replace_session(lang=lang))
        return replace(turn, acts=(*turn.acts, SetStaffLanguage(staff.id, lang)))
    is_typed = bool(event.text) and event.choice is None and event.file is None
    is_free = is_typed and command is None and ctx.session.topic is DialogTopic.MENU
    given = table.parse(words, bare=is_free and table.takes_bare_names)
    if given is not None:
        if table.rows[given.name].is_public and not table.is_allowed(staff.role, given.name):
            return None
        return (yield from run_command(CommandContext(ctx, staff, given, table)))
    if not is_typed:
        return None
    typed = CommandContext(ctx, staff, ParsedCommand(table.help, rest=words), table)
    return (yield from _handle_text(typed, command, words))


def _handle_stranger(
    table: CommandTable[NameT, WorkT], ctx: Context, words: str, again: Callable[[Context], Decision]
) -> QueryGenerator[TurnResult | None]:
    """Let a stranger join, else reply as to a citizen. A command that was tried is audited, without the person."""
    given, joining = table.parse(words), ctx.session.officer.joining
    if ctx.channel_traits.serves_officers:
        if given is not None and given.name is table.join:
            return (yield from begin_joining(ctx, given))
        if given is None and joining is not None and ctx.event.text:
            return (yield from finish_joining(table, ctx, joining))
    if given is None or table.rows[given.name].is_public:
        return None
    # An officer may have been removed in the middle of something.
    ctx = ctx.replace_session(officer=NO_OFFICER)
    turn = table.greet(ctx) if ctx.session.topic is DialogTopic.MENU else (yield from again(ctx))
    return replace(turn, acts=(*turn.acts, AuditRefusal(given.name)))


def _handle_text(
    cmd: CommandContext[NameT, WorkT], command: str | None, text: str
) -> QueryGenerator[TurnResult | None]:
    """Complete or cancel the pending command with a text that is no command of the staff."""
    pending, is_at_menu = cmd.work.pending, cmd.ctx.session.topic is DialogTopic.MENU
    if isinstance(skip_second_factor(pending), AwaitingText) and parse_number(text) is not None:
        command = None  # the number of a case, not a position in the menu
    if command is not None:
        return _drop_pending(cmd) if command == "cancel" else None
    if text.startswith("/"):
        return _reply_to_unknown(cmd, text)
    if isinstance(pending, AwaitingSecondFactor) and (is_at_menu or is_code_shaped(text)):
        return (yield from _verify_and_resume(cmd, pending, text))
    if not is_at_menu:
        return None
    if isinstance(pending, AwaitingText):
        given = cmd.table.complete(pending.command, text)
        if given is None:
            return _reply_too_long(cmd, text)
        return (yield from run_command(replace(cmd, command=given)))
    return (yield from cmd.table.handle_text(cmd, text))


def _reply_to_unknown(cmd: CommandContext[NameT, WorkT], text: str) -> TurnResult:
    """Reply to a mistyped command: it must not be taken for a text to somebody else."""
    if len(text) > cmd.table.max_length:
        return _reply_too_long(cmd, text)
    typed = text[1:].strip().partition(" ")[0][:MAX_NAME_LENGTH]
    button = make_command_button(cmd.table.help)
    return cmd.reply_with(Reply("inquiry.help.unknown", OF_CASE, {"name": typed}, (button,)))


def _reply_too_long(cmd: CommandContext[NameT, WorkT], text: str) -> TurnResult:
    args = {"limit": f"{cmd.table.max_length:,}", "count": f"{len(text):,}"}
    return cmd.reply_with(Reply("staff.too_long", OF_CASE, args, presentation=KEEPS_TEXT))


def _drop_pending(cmd: CommandContext[NameT, WorkT]) -> TurnResult | None:
    """Drop a command that waits for a text or the second factor; None where there is none.

    A text that waits for a case to be picked stays: nobody asked for it, and nothing else would bring it back.
    """
    left: PendingCommand[NameT] = NothingPending()
    match cmd.work.pending:
        case NothingPending() | AwaitingCaseChoice():
            return None
        case AwaitingText():
            pass
        case AwaitingSecondFactor(interrupted=interrupted):
            left = interrupted if isinstance(interrupted, AwaitingCaseChoice) else left
        case other:
            assert_never(other)
    kept = cmd.with_work(cmd.table.drop_draft(cmd.work)).with_pending(left)
    return kept.reply_with(Reply("staff.dropped", OF_CASE, {}, (make_command_button(cmd.table.inbox),)))


def run_command(cmd: CommandContext[NameT, WorkT]) -> Decision:
    """Run a command if the role allows it; where it opens content, only with a recent second factor.

    A refusal is audited.
    """
    name = cmd.command.name
    row = cmd.table.rows[name]
    if cmd.staff.role not in row.roles:
        choices = (make_command_button(cmd.table.help),)
        return cmd.reply("refused", OF_CASE, choices, (AuditRefusal(name, cmd.staff.id),))
    match row.factor:
        case SecondFactor.NEVER:
            asks = False
        case SecondFactor.WHERE_SHOWN:
            asks = cmd.ctx.channel_traits.can_delete_messages
        case SecondFactor.ALWAYS:
            asks = True
        case _:
            assert_never(row.factor)
    if asks and not cmd.is_verified:
        return cmd.ask_second_factor(cmd.command)
    pending = cmd.work.pending
    if not row.keeps_pending and not isinstance(pending, NothingPending):
        cmd = replace(cmd, command=_add_waiting_words(cmd.command, pending)).with_pending(NothingPending())
    return (yield from row.handler(cmd))


def _add_waiting_words(given: ParsedCommand[NameT], pending: PendingCommand[NameT]) -> ParsedCommand[NameT]:
    """Return a command with the text that waited for its case to be picked."""
    waiting = skip_second_factor(pending)
    match waiting:
        case AwaitingCaseChoice(earlier):
            is_picked = given.number and not given.rest and earlier.name is given.name
            return replace(given, rest=earlier.rest) if is_picked else given
        case NothingPending() | AwaitingText():
            return given
        case _:
            assert_never(waiting)


def _verify_and_resume(
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
    """Show the commands that this person may give, each with its Thai and English name."""
    yield from ()
    table = cmd.table
    lines = tuple(
        Phrase(
            f"{table.wording}.help.line",
            {"th": row.names[0], "en": name.value, "what": Phrase(f"{table.wording}.help.{name}")},
        )
        for name, row in table.rows.items()
        if row.in_help and cmd.staff.role in row.roles
    )
    choices = tuple(make_command_button(name) for name in table.help_choices if cmd.may_give(name))
    role = Phrase(f"staff.role.{cmd.staff.role}")
    return cmd.reply("help.all", OF_CASE, choices, name=cmd.staff.name, role=role, lines=lines)
