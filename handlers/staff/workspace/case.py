"""The view of a case: its content, and the buttons for what this person may do with it now."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from handlers.complaints.approvals import ListApprovals
from handlers.complaints.lifecycle import INTAKE_SOURCES, TRANSITIONS_BY_COMMAND, list_transition_commands
from handlers.dialog.effects import Act, TurnResult, run_query
from handlers.dialog.replies import Choice, Reply
from handlers.staff.command import ComplaintsCommandContext, QueryGenerator, make_command_button
from handlers.staff.complaints.case_view import list_next_steps, show_case
from handlers.staff.complaints.checklist.items import CheckedItem, find_checklist, load_checklist
from handlers.staff.complaints.find_case import resolve_case
from handlers.staff.complaints.messages import OfficerCase
from handlers.staff.permissions import REPORTER_COMMANDS, CommandName
from handlers.staff.sending.undo_window import find_own_or_led
from handlers.staff.workspace.case_content import CaseContent, read_case_content

CASE_ACTS: Mapping[str, tuple[CommandName, ...]] = {
    "hold": (CommandName.TAKE, CommandName.ASSIGN, CommandName.APPOINT),
    "decide": (
        CommandName.SCREEN,
        CommandName.INVESTIGATE,
        CommandName.NOT_ACCEPT,
        CommandName.CLOSE,
        CommandName.FORWARD,
        CommandName.REOPEN,
        CommandName.APPROVE,
    ),
    "keep": (
        CommandName.KIND,
        CommandName.CHECK,
        CommandName.LINK,
        CommandName.MERGE,
        CommandName.SEPARATE,
        CommandName.HOLD,
        CommandName.BAR,
        CommandName.LIFT,
        CommandName.LOG,
    ),
    "read": (CommandName.IDENTITY, CommandName.EXPORT, CommandName.SLIP),
}
"""What is done with a case, by what one wants to do; each group has its heading."""

SHOWN_ON_PAGE = (CommandName.CASE, CommandName.FACTS, CommandName.FILES, CommandName.HISTORY)
"""What the page shows, so that no button leads there."""

CASE_TEXTS = (CommandName.REPLY, CommandName.ASK, CommandName.NOTE)
"""What is done with a text that is written below the conversation."""


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case as its view shows it. groups: heading key and buttons; texts: what a written text may become.

    takes_back: something waits to be sent, which this person may take back; checklist: of its kind.
    """

    case: OfficerCase
    summary: Reply
    content: CaseContent = field(repr=False)
    next_steps: tuple[Choice, ...]
    groups: tuple[tuple[str, tuple[Choice, ...]], ...]
    texts: tuple[Choice, ...]
    canned: tuple[Choice, ...]
    takes_back: Choice | None = None
    checklist: tuple[CheckedItem, ...] = field(default=(), repr=False)

    @property
    def acts(self) -> tuple[Act, ...]:
        """What is written because the case was opened."""
        return self.content.acts

    def list_shown_anyway(self) -> frozenset[str]:
        """Return what the buttons and parts of the page bring, which a reply need not offer once more."""
        own = (*self.next_steps, *(choice for _, group in self.groups for choice in group), *self.texts)
        read = (make_command_button(name, self.case) for name in SHOWN_ON_PAGE)
        taken_back = make_command_button(
            CommandName.UNDO, self.case
        )  # beside what waits, and only while it does
        return frozenset(choice.data for choice in (*own, *read, taken_back))


def open_case_view(cmd: ComplaintsCommandContext) -> QueryGenerator[CaseView | TurnResult]:
    """Open the case of a command; or the reply to whom it is kept from, which is the one of a chat."""
    found = yield from resolve_case(cmd)
    if isinstance(found, TurnResult):
        return found
    turn = yield from show_case(cmd, found)
    content = yield from read_case_content(cmd, found)
    requests = yield from run_query(ListApprovals(found.id))
    is_asked = any(not one.approved_by and one.asked_by != cmd.staff.id for one in requests)
    checklist = yield from load_checklist(cmd, found)
    is_waiting = find_own_or_led((*found.scheduled, *found.scheduled_elsewhere), cmd.staff) is not None
    return CaseView(
        found,
        turn.replies[-1],
        content,
        _list_page_steps(cmd, found),
        _list_groups(cmd, found, is_asked=is_asked),
        tuple(
            make_command_button(name, found)
            for name in CASE_TEXTS
            if _is_offered(name, cmd, found, is_asked=is_asked)
        ),
        () if found.is_imported else _list_canned(cmd, found),
        make_command_button(CommandName.UNDO, found) if is_waiting else None,
        checklist,
    )


def _list_page_steps(cmd: ComplaintsCommandContext, found: OfficerCase) -> tuple[Choice, ...]:
    """Return the likely next steps that are no texts and are not shown on the page anyway."""
    steps = [cmd.table.parse(choice.data) for choice in list_next_steps(cmd, found)]
    acts = {name for names in CASE_ACTS.values() for name in names}
    return tuple(make_command_button(step.name, found) for step in steps if step and step.name in acts)


def _list_groups(
    cmd: ComplaintsCommandContext, found: OfficerCase, *, is_asked: bool
) -> tuple[tuple[str, tuple[Choice, ...]], ...]:
    groups = []
    for heading, names in CASE_ACTS.items():
        able = tuple(
            make_command_button(name, found)
            for name in names
            if _is_offered(name, cmd, found, is_asked=is_asked)
        )
        if able:
            groups.append((f"workspace.group.{heading}", able))
    return tuple(groups)


def _is_offered(
    name: CommandName, cmd: ComplaintsCommandContext, found: OfficerCase, *, is_asked: bool
) -> bool:
    """Whether a button is shown: the role allows it, and it fits the case. The handler decides again.

    is_asked: a colleague asks for a second person's approval.
    """
    if not cmd.may_give(name) or (found.is_imported and name in REPORTER_COMMANDS):
        return False
    if name in TRANSITIONS_BY_COMMAND:
        return name in list_transition_commands(found.coming_status)
    fits = {
        CommandName.TAKE: found.officer != cmd.staff.id,
        CommandName.APPROVE: is_asked,
        CommandName.SEPARATE: bool(found.other_reports),
        CommandName.SLIP: found.source in INTAKE_SOURCES,
        CommandName.CHECK: bool(find_checklist(found, cmd.ctx.office)),
    }
    return fits.get(name, True)


def _list_canned(cmd: ComplaintsCommandContext, found: OfficerCase) -> tuple[Choice, ...]:
    """Return a button for each ready answer of the office, labelled with all of it."""
    return tuple(
        Choice(
            f"/{CommandName.CANNED} {found.register_number} {place}",
            "literal",
            {"text": words.in_lang(cmd.ctx.lang)},
        )
        for place, words in enumerate(cmd.ctx.office.canned, 1)
    )
