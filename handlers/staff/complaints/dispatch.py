"""Dispatch messages of the complaints desk's officers: commands, texts that complete one, and the second factor."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import assert_never

from handlers.complaints.menu import show_complaints_greeting
from handlers.dialog.context import Context
from handlers.dialog.effects import Decision, TurnResult, run_query
from handlers.dialog.events import LANGS, Lang
from handlers.dialog.receipt import is_receipt_shaped, normalize_receipt
from handlers.dialog.replies import OF_CASE
from handlers.dialog.session import DialogTopic
from handlers.staff.command import (
    ComplaintsCommandContext,
    ComplaintsCommandHandler,
    QueryGenerator,
    can_give_command,
    make_command_button,
)
from handlers.staff.complaints.approvals import approve_colleague_request, reveal_identity
from handlers.staff.complaints.case_settings import change_legal_hold, link_related_cases
from handlers.staff.complaints.case_view import (
    show_audit_log,
    show_case,
    show_case_facts,
    show_case_files,
    show_case_history,
)
from handlers.staff.complaints.exclusions import exclude_colleague, readmit_colleague
from handlers.staff.complaints.intake import begin_intake
from handlers.staff.complaints.lists import run_case_search, show_due_cases, show_inbox, show_overdue_cases
from handlers.staff.complaints.outgoing import get_confirmed_command, undo_send
from handlers.staff.complaints.page_links import (
    reply_with_case_link,
    reply_with_export_link,
    reply_with_import_link,
)
from handlers.staff.complaints.release import review_pending_releases
from handlers.staff.complaints.replies import (
    add_case_note,
    ask_reporter,
    offer_canned_replies,
    reply_to_reporter,
)
from handlers.staff.complaints.statistics import show_statistics
from handlers.staff.complaints.transitions import (
    assign_officer,
    run_transition,
    run_transition_with_reason,
    take_case,
)
from handlers.staff.group_notices import set_group_notices
from handlers.staff.help import show_complaints_help
from handlers.staff.join import begin_joining, finish_joining, leave_desk, reply_already_joined
from handlers.staff.members import AuditRefusal, FindStaffMember, SetStaffLanguage, StaffMember
from handlers.staff.parse import (
    PUBLIC_COMMANDS,
    ParsedCommand,
    is_staff_command,
    parse_staff_command,
    read_command_text,
)
from handlers.staff.permissions import CONTENT_COMMANDS, NEEDS_2FA, CommandName
from handlers.staff.state import (
    NO_OFFICER,
    AwaitingCaseChoice,
    AwaitingSecondFactor,
    AwaitingText,
    NothingPending,
    PendingCommand,
)
from handlers.staff.two_factor import record_verification, verify_second_factor
from handlers.thai import parse_number

COMPLAINTS_COMMAND_HANDLERS: Mapping[CommandName, ComplaintsCommandHandler] = {
    CommandName.HELP: show_complaints_help,
    CommandName.JOIN: reply_already_joined,
    CommandName.LEAVE: leave_desk,
    CommandName.INBOX: show_inbox,
    CommandName.DUE: show_due_cases,
    CommandName.OVERDUE: show_overdue_cases,
    CommandName.SEARCH: run_case_search,
    CommandName.CASE: show_case,
    CommandName.FACTS: show_case_facts,
    CommandName.FILES: show_case_files,
    CommandName.HISTORY: show_case_history,
    CommandName.LOG: show_audit_log,
    CommandName.TAKE: take_case,
    CommandName.ASSIGN: assign_officer,
    CommandName.SCREEN: run_transition,
    CommandName.INVESTIGATE: run_transition,
    CommandName.NOT_ACCEPT: run_transition_with_reason,
    CommandName.CLOSE: run_transition_with_reason,
    CommandName.FORWARD: run_transition_with_reason,
    CommandName.REOPEN: run_transition_with_reason,
    CommandName.ASK: ask_reporter,
    CommandName.REPLY: reply_to_reporter,
    CommandName.NOTE: add_case_note,
    CommandName.CANNED: offer_canned_replies,
    CommandName.UNDO: undo_send,
    CommandName.LINK: link_related_cases,
    CommandName.HOLD: change_legal_hold,
    CommandName.INTAKE: begin_intake,
    CommandName.STATS: show_statistics,
    CommandName.HERE: set_group_notices,
    CommandName.IDENTITY: reveal_identity,
    CommandName.APPROVE: approve_colleague_request,
    CommandName.BAR: exclude_colleague,
    CommandName.LIFT: readmit_colleague,
    CommandName.RELEASE: review_pending_releases,
    CommandName.PAGE: reply_with_case_link,
    CommandName.EXPORT: reply_with_export_link,
    CommandName.IMPORT: reply_with_import_link,
}
"""The handler of each command. CONFIRM has none: it runs the command that it confirms."""

MAX_CODE_LENGTH = 24
STAFF_LANGUAGE_COMMANDS: Mapping[str | None, Lang] = {lang: lang for lang in LANGS}
"""The commands that change the language; officers then get notices of new cases in it."""


def is_for_complaints_staff(ctx: Context) -> bool:
    """Whether an event may be an officer's: of somebody with an officer state, or a command that only officers have."""
    return ctx.session.officer != NO_OFFICER or is_staff_command(ctx.event)


def handle_complaints_staff(
    ctx: Context, command: str | None, again: Callable[[Context], Decision]
) -> QueryGenerator[TurnResult | None]:
    """Handle a message of an officer, or of somebody who joins; None where it is handled like any citizen's.

    command: the message as a citizen's command, if it is one; again: repeats the session's present question.
    """
    staff = (
        None
        if not ctx.channel_traits.serves_officers
        else (yield from run_query(FindStaffMember(ctx.event.person_id)))
    )
    if staff is None:
        return (yield from _handle_stranger(ctx, again))
    if command in STAFF_LANGUAGE_COMMANDS:
        turn = yield from again(ctx.replace_session(lang=command))
        return replace(turn, acts=(*turn.acts, SetStaffLanguage(staff.id, STAFF_LANGUAGE_COMMANDS[command])))
    free = ctx.session.topic is DialogTopic.MENU and ctx.event.text is not None and ctx.event.file is None
    given = parse_staff_command(read_command_text(ctx.event), bare=free and command is None)
    if given is not None:
        return (yield from run_complaints_command(ComplaintsCommandContext(ctx, staff, given)))
    if ctx.event.choice is not None or ctx.event.file is not None or not ctx.event.text:
        return None
    return (yield from _handle_pending_text(ctx, staff, command, ctx.event.text))


def _handle_stranger(ctx: Context, again: Callable[[Context], Decision]) -> QueryGenerator[TurnResult | None]:
    """Let a stranger join, else reply as to a citizen. A command that was tried is audited, without the person."""
    given = parse_staff_command(read_command_text(ctx.event))
    if given is not None and given.name is CommandName.JOIN and ctx.channel_traits.serves_officers:
        return (yield from begin_joining(ctx, given))
    joining = ctx.session.officer.joining
    if given is None and joining is not None and ctx.event.text:
        return (yield from finish_joining(ctx, joining))
    ctx = ctx.replace_session(
        officer=NO_OFFICER
    )  # an officer may have been removed in the middle of something
    if given is None or given.name in PUBLIC_COMMANDS:
        return None
    turn = show_complaints_greeting(ctx) if ctx.session.topic is DialogTopic.MENU else (yield from again(ctx))
    return replace(turn, acts=(*turn.acts, AuditRefusal(given.name)))


def _handle_pending_text(
    ctx: Context, staff: StaffMember, command: str | None, text: str
) -> QueryGenerator[TurnResult | None]:
    """Complete or cancel the pending command with a text; a text that nobody asked for may be a reply to a case."""
    cmd = ComplaintsCommandContext(ctx, staff, ParsedCommand(CommandName.REPLY, rest=text))
    pending = cmd.work.pending
    if isinstance(_skip_second_factor(pending), AwaitingText) and parse_number(text) is not None:
        command = None  # the number of a case, not a position in the menu
    if command is not None or ctx.session.topic is not DialogTopic.MENU:
        return _drop_pending(cmd) if command == "cancel" else None
    match pending:
        case AwaitingSecondFactor():
            return (yield from _verify_and_resume(cmd, pending, text))
        case AwaitingText(awaiting):
            given = awaiting.complete_with(text)
            return (yield from run_complaints_command(replace(cmd, command=given))) if given else None
        case NothingPending() | AwaitingCaseChoice():
            pass
        case _:
            assert_never(pending)
    if is_receipt_shaped(normalize_receipt(text)):
        return None  # a receipt: the officer follows a case as its reporter
    return (
        (yield from run_complaints_command(cmd))
        if can_give_command(staff, CommandName.REPLY)
        else (yield from show_complaints_help(cmd))
    )


def _drop_pending(cmd: ComplaintsCommandContext) -> TurnResult | None:
    """Drop a command that waits for a text or the second factor; None where there is none.

    A text that waits for a case to be picked stays: nobody asked for it, and nothing else would bring it back.
    """
    match cmd.work.pending:
        case NothingPending() | AwaitingCaseChoice():
            return None
        case AwaitingText():
            left: PendingCommand = NothingPending()
        case AwaitingSecondFactor(interrupted=interrupted):
            left = interrupted if isinstance(interrupted, AwaitingCaseChoice) else NothingPending()
        case other:
            assert_never(other)
    return cmd.with_pending(left).reply("dropped", OF_CASE, (make_command_button(CommandName.INBOX),))


def _skip_second_factor(pending: PendingCommand) -> NothingPending | AwaitingText | AwaitingCaseChoice:
    """Return what is waited for besides the second factor."""
    return pending.interrupted if isinstance(pending, AwaitingSecondFactor) else pending


def run_complaints_command(cmd: ComplaintsCommandContext) -> Decision:
    """Run a command if the role allows it; where it opens content, only with a recent second factor.

    A refusal is audited.
    """
    order_ = cmd.command.name
    if not can_give_command(cmd.staff, order_):
        return cmd.reply(
            "refused",
            OF_CASE,
            (make_command_button(CommandName.HELP),),
            (AuditRefusal(order_, cmd.staff.id),),
        )
    if (
        order_ in NEEDS_2FA
        and not cmd.is_verified
        and not (order_ in CONTENT_COMMANDS and not cmd.ctx.channel_traits.can_delete_messages)
    ):
        waiting = AwaitingSecondFactor(cmd.command, _skip_second_factor(cmd.work.pending))
        return cmd.with_pending(waiting).reply("factor.ask", OF_CASE)
    if order_ is CommandName.CONFIRM:
        given = get_confirmed_command(cmd)
        if isinstance(given, TurnResult):
            return given
        cmd = replace(cmd, command=given, confirmed=True)
        if not can_give_command(cmd.staff, given.name):
            return cmd.reply(
                "refused",
                OF_CASE,
                (make_command_button(CommandName.HELP),),
                (AuditRefusal(given.name, cmd.staff.id),),
            )
    cmd = replace(cmd, command=_add_waiting_words(cmd)).with_pending(NothingPending())
    return (yield from COMPLAINTS_COMMAND_HANDLERS[cmd.command.name](cmd))


def _add_waiting_words(cmd: ComplaintsCommandContext) -> ParsedCommand:
    """Return the command with the text that waited for its case to be picked."""
    waiting, given = _skip_second_factor(cmd.work.pending), cmd.command
    match waiting:
        case AwaitingCaseChoice(earlier):
            picked = given.number and not given.rest and earlier.name is given.name
            return replace(given, rest=earlier.rest) if picked else given
        case NothingPending() | AwaitingText():
            return given
        case _:
            assert_never(waiting)


def _verify_and_resume(cmd: ComplaintsCommandContext, waiting: AwaitingSecondFactor, text: str) -> Decision:
    """Check a code of the second factor, then run the command that waited for it."""
    why, acts = yield from verify_second_factor(cmd.ctx, cmd.staff, text)
    if why is not None:
        return cmd.reply_with(why, acts=acts)
    verified = replace(cmd, ctx=record_verification(cmd.ctx), command=waiting.command)
    turn = yield from run_complaints_command(verified.with_pending(waiting.interrupted))
    return replace(turn, acts=(*acts, *turn.acts))
