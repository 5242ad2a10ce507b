"""Builds what a view of the complaints desk shows: a builder in; its result out."""

from collections.abc import Callable, Generator
from typing import Any, TypeVar

from handlers.dialog.effects import Query
from handlers.staff.command import CommandContext, ComplaintsCommandContext
from handlers.staff.complaints.commands import COMPLAINTS_COMMAND_TABLE
from handlers.staff.members import StaffMember
from handlers.staff.parse import ParsedCommand
from handlers.staff.permissions import CommandName
from tests.handlers.staff.officer_commands import ANSWERS, SUPERVISOR, VERIFIED
from tests.run_decision import begin_session, make_context, make_event, run_queries

T = TypeVar("T")


def show(
    build: Callable[[ComplaintsCommandContext], Generator[Query[Any], Any, T]],
    *,
    staff: StaffMember = SUPERVISOR,
    answers: dict[Any, Any] | None = None,
) -> tuple[T, tuple[Query[Any], ...]]:
    """Build a view: what it shows, and what it asked for."""
    ctx = make_context(make_event(""), begin_session(officer=VERIFIED))
    cmd = CommandContext(ctx, staff, ParsedCommand(CommandName.HELP), COMPLAINTS_COMMAND_TABLE)
    return run_queries(build(cmd), {**ANSWERS, **(answers or {})})
