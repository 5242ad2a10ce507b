"""Builds what a view of the service desk shows: a builder in; its result and its queries out."""

from collections.abc import Callable, Generator
from typing import Any, TypeVar

from handlers.dialog.effects import Query
from handlers.staff.command import CommandContext, ServiceCommandContext
from handlers.staff.members import StaffMember
from handlers.staff.parse import ParsedCommand
from handlers.staff.permissions import ServiceCommandName
from handlers.staff.service.commands import SERVICE_COMMAND_TABLE
from handlers.staff.state import OfficerState
from tests.handlers.staff.officer_commands import OFFICER, VERIFIED
from tests.handlers.staff.service.service_officer import ANSWERS
from tests.run_decision import begin_session, make_context, make_event, run_queries

T = TypeVar("T")


def show(
    build: Callable[[ServiceCommandContext], Generator[Query[Any], Any, T]],
    *,
    staff: StaffMember = OFFICER,
    verified: bool = True,
    answers: dict[Any, Any] | None = None,
) -> T:
    """Build a view. verified: the second factor was given just now."""
    session = begin_session(officer=VERIFIED if verified else OfficerState())
    command = ParsedCommand(ServiceCommandName.HELP)
    cmd = CommandContext(make_context(make_event(""), session), staff, command, SERVICE_COMMAND_TABLE)
    result: T = run_queries(build(cmd), {**ANSWERS, **(answers or {})})[0]
    return result
