"""Give a command of a desk from the workspace, as it would be given in a chat: one way for both."""

from dataclasses import dataclass, field, replace

from handlers.dialog.codes.code_finder import has_codes
from handlers.dialog.effects import Decision, TurnResult, run_query
from handlers.dialog.replies import KEEPS_TEXT, NEUTRAL, OF_CASE, Reply
from handlers.dialog.session import Session
from handlers.staff.command import CommandContext, CommandTable, skip_second_factor
from handlers.staff.dispatch import run_command
from handlers.staff.parse import NameT, ParsedCommand
from handlers.staff.state import AwaitingSecondFactor, AwaitingText, WorkT
from handlers.staff.two_factor import is_recently_verified
from handlers.staff.workspace.messages import FindWorkspaceSession, WorkspaceSession
from handlers.staff.workspace.sign_in import WORKSPACE_CLOSED, WorkspaceRequest


@dataclass(frozen=True, slots=True)
class AskedNext:
    """What a command asks for before it goes on. given: the command, as a button brings it.

    is_factor: the second factor; else a text that completes the command.
    """

    given: str = field(repr=False)
    is_factor: bool = False


def give_command(
    table: CommandTable[NameT, WorkT], request: WorkspaceRequest, given: str, text: str
) -> Decision:
    """Run a command. given: as a button brings it; text: what was typed, which completes it.

    A text with a tracking code in it is given back: only its reporter has that.
    """
    found = yield from run_query(FindWorkspaceSession(request.mark))
    if found is None:
        return TurnResult(None, (WORKSPACE_CLOSED,))
    ctx = request.context.replace_session(lang=found.lang)
    cmd = CommandContext(ctx, found.staff, ParsedCommand(table.help), table)
    command = table.parse(given.strip())
    if command is None or not table.rows[command.name].on_page:
        return cmd.reply_with(Reply("workspace.unknown", OF_CASE, presentation=KEEPS_TEXT))
    if has_codes(text):
        return cmd.reply_with(Reply("officer.code_removed", NEUTRAL, presentation=KEEPS_TEXT))
    completed = table.complete(command, text.strip()) if text.strip() else command
    if completed is None:
        args = {"limit": f"{table.max_length:,}", "count": f"{len(text):,}"}
        return cmd.reply_with(Reply("staff.too_long", OF_CASE, args, presentation=KEEPS_TEXT))
    return (yield from run_command(replace(cmd, command=completed)))


def find_asked_next(table: CommandTable[NameT, WorkT], session: Session) -> AskedNext | None:
    """Return what the command that ran last asks for; None where it asks for nothing but one of its choices."""
    pending = table.get_work(session.officer).pending
    if isinstance(pending, AwaitingSecondFactor):
        return AskedNext(pending.command.to_command_text(), is_factor=True)
    waiting = skip_second_factor(pending)
    if isinstance(waiting, AwaitingText):
        return AskedNext(waiting.command.to_command_text())
    return None


def may_show_content(request: WorkspaceRequest) -> bool:
    """Whether the second factor was given within the last 30 minutes, in this session."""
    return is_recently_verified(request.context)


def make_page_command(
    table: CommandTable[NameT, WorkT],
    request: WorkspaceRequest,
    found: WorkspaceSession,
    command: ParsedCommand[NameT],
) -> CommandContext[NameT, WorkT]:
    """Return the context of a command that only shows something on a view."""
    ctx = request.context.replace_session(lang=found.lang)
    return CommandContext(ctx, found.staff, command, table)
