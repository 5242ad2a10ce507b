"""The context in which a complaints command runs, and helpers that the command handlers share."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from typing import Any, TypeAlias, TypeVar

from handlers.complaints.conflict_of_interest import load_hidden_case_reply
from handlers.dialog.context import Context
from handlers.dialog.effects import Act, Decision, Query, TurnResult, run_query
from handlers.dialog.replies import (
    AS_USUAL,
    OF_CASE,
    Choice,
    Phrase,
    Presentation,
    Reply,
    ReplyArg,
    ReplyPolicy,
)
from handlers.staff.complaints.messages import CaseListPage, FindCaseByNumber, ListCases, OfficerCase
from handlers.staff.members import StaffMember
from handlers.staff.parse import ParsedCommand
from handlers.staff.permissions import PERMISSIONS, CommandName, Role
from handlers.staff.state import AwaitingCaseChoice, AwaitingText, ComplaintsWork, PendingCommand
from handlers.staff.two_factor import is_recently_verified
from handlers.thai import get_fiscal_year, to_bangkok_date

MAX_BUTTON_DATA = 64
"""Bytes of a button's data: Telegram's limit, the smallest of all."""


@dataclass(frozen=True, slots=True)
class ComplaintsCommandContext:
    """A command and who gave it. confirmed: the officer saw what goes to the reporter, and confirmed it."""

    ctx: Context
    staff: StaffMember
    command: ParsedCommand
    confirmed: bool = False

    @property
    def work(self) -> ComplaintsWork:
        """The officer's unfinished work, as kept in the session."""
        return self.ctx.session.officer.complaints

    def with_work(self, work: ComplaintsWork) -> "ComplaintsCommandContext":
        """Return a copy with other work in the session."""
        officer = replace(self.ctx.session.officer, complaints=work)
        return replace(self, ctx=self.ctx.replace_session(officer=officer))

    def with_pending(self, pending: PendingCommand) -> "ComplaintsCommandContext":
        """Return a copy in which the session waits for something else."""
        return self.with_work(replace(self.work, pending=pending))

    def await_text_for(self, command: ParsedCommand) -> "ComplaintsCommandContext":
        """Return a copy in which the next text that is typed completes a command."""
        return self.with_pending(AwaitingText(command))

    def reply_with(self, *replies: Reply, acts: tuple[Act, ...] = ()) -> TurnResult:
        """Return the result of the turn."""
        return TurnResult(self.ctx.session, replies, acts)

    def reply(
        self,
        key: str,
        policy: ReplyPolicy,
        choices: tuple[Choice, ...] = (),
        acts: tuple[Act, ...] = (),
        presentation: Presentation = AS_USUAL,
        **args: ReplyArg,
    ) -> TurnResult:
        """Return the result of the turn with one reply. `key`: of the wording, below `staff.`."""
        reply = Reply(f"staff.{key}", policy, args, choices, presentation=presentation)
        return self.reply_with(reply, acts=acts)

    @property
    def is_verified(self) -> bool:
        """Whether the second factor was given within `SECOND_FACTOR_TTL`."""
        return is_recently_verified(self.ctx)


def add_unreadable_notice(turn: TurnResult, numbers: tuple[str, ...]) -> TurnResult:
    """Return the turn of a list, preceded by a notice of the rows that cannot be read. numbers: of these rows."""
    if not numbers:
        return turn
    notice = Reply("staff.unreadable", OF_CASE, {"numbers": ", ".join(numbers)})
    return replace(turn, replies=(notice, *turn.replies))


T = TypeVar("T")
QueryGenerator: TypeAlias = Generator[Query[Any], Any, T]
ComplaintsCommandHandler: TypeAlias = Callable[[ComplaintsCommandContext], Decision]


def make_case_command(order: CommandName, case: OfficerCase, rest: str = "") -> ParsedCommand:
    """Return a command about a case."""
    return ParsedCommand(order, case.number, case.year, rest)


def make_command_button(
    order: CommandName, case: OfficerCase | None = None, rest: str = "", label: Phrase | None = None
) -> Choice:
    """Return a button that gives a command, as if it were typed."""
    given = make_case_command(order, case, rest) if case else ParsedCommand(order, rest=rest)
    if label is None:
        return Choice(given.to_command_text(), f"staff.order.{order}")
    return Choice(given.to_command_text(), label.key, label.args)


def make_case_button(case: OfficerCase, order: CommandName = CommandName.CASE) -> Choice:
    """Return a button labelled with the number of a case."""
    command = make_case_command(order, case).to_command_text()
    return Choice(command, "literal", {"text": case.register_number})


def can_see_case(staff: StaffMember, case: OfficerCase) -> bool:
    """Whether a person may see a case: officers their own and unassigned ones, supervisors and auditors all.

    Of those, auditors read only the audit log (`PERMISSIONS`). Nobody sees a case that concerns them, nor one that is
    looked at again after they closed it.
    """
    if case.hidden or case.avoid_officer == staff.id:
        return False
    return staff.role in {Role.SUPERVISOR, Role.AUDITOR} or case.officer in {"", staff.id}


def resolve_case(cmd: ComplaintsCommandContext) -> QueryGenerator[OfficerCase | TurnResult]:
    """Return the case of a command, or the reply where there is none that this person may see."""
    if not cmd.command.number:
        return (yield from _offer_recent_cases(cmd))
    year = cmd.command.year or get_fiscal_year(to_bangkok_date(cmd.ctx.now))
    case = yield from run_query(
        FindCaseByNumber(cmd.command.number, year, cmd.staff.id, bool(cmd.command.year))
    )
    if case is None:
        shown = f"{cmd.command.number}/{cmd.command.year}" if cmd.command.year else f"{cmd.command.number}"
        listed = yield from list_recent_cases(cmd)
        return cmd.reply("unknown", OF_CASE, _make_case_buttons(cmd, listed), number=shown)
    if not can_see_case(cmd.staff, case):
        if case.hidden:
            return cmd.reply_with(
                (
                    yield from load_hidden_case_reply(
                        case.id, case.register_number, cmd.ctx.office, cmd.ctx.lang
                    )
                )
            )
        key = "not_yours_again" if case.avoid_officer == cmd.staff.id else "not_yours"
        return cmd.reply(key, OF_CASE, number=case.register_number)
    return case


def _offer_recent_cases(cmd: ComplaintsCommandContext) -> QueryGenerator[OfficerCase | TurnResult]:
    """Offer recent cases where no number was given. What was typed is kept for the case that is picked."""
    listed = yield from list_recent_cases(cmd)
    if not listed.cases:
        return cmd.reply("none_yet", OF_CASE)
    kept = cmd.with_pending(AwaitingCaseChoice(cmd.command)) if cmd.command.rest else cmd
    return kept.reply(
        "which", OF_CASE, _make_case_buttons(cmd, listed), order=Phrase(f"staff.order.{cmd.command.name}")
    )


def _make_case_buttons(cmd: ComplaintsCommandContext, listed: CaseListPage) -> tuple[Choice, ...]:
    order = CommandName.CASE if cmd.command.number else cmd.command.name
    return tuple(make_case_button(case, order) for case in listed.cases)


def list_recent_cases(cmd: ComplaintsCommandContext) -> QueryGenerator[CaseListPage]:
    """Return the cases that this person most likely means."""
    page = yield from run_query(
        ListCases(cmd.staff.id, all_officers=cmd.staff.role is Role.SUPERVISOR, limit=6)
    )
    return page


def can_give_command(staff: StaffMember, order: CommandName) -> bool:
    """Whether a person's role may give a command at all."""
    return staff.role in PERMISSIONS[order]
