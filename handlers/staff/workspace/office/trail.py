"""The view of the auditor: what the staff did, newest first, a bounded stretch of the trail at a time."""

from dataclasses import dataclass
from typing import Any

from handlers.dialog.effects import run_query
from handlers.dialog.replies import ReplyArg
from handlers.staff.audit_text import describe_audit_action, describe_audit_actor
from handlers.staff.command import CommandContext, QueryGenerator
from handlers.staff.complaints.case_view import format_hour
from handlers.staff.enrolment.people import number_same_names
from handlers.staff.members import ListStaff
from handlers.staff.workspace.office.messages import ListTrail


@dataclass(frozen=True, slots=True)
class TrailRow:
    """A line as it is read. at: the day and hour in Bangkok; number: of the case or question, or empty."""

    at: str
    who: ReplyArg
    what: ReplyArg
    number: str = ""


@dataclass(frozen=True, slots=True)
class TrailView:
    """A page of the trail. further: where the next page begins, 0 at the end; people: by id, to choose one."""

    rows: tuple[TrailRow, ...]
    further: int
    people: tuple[tuple[str, str], ...]
    chosen: str = ""


def show_trail(cmd: CommandContext[Any, Any], before: int, person: str) -> QueryGenerator[TrailView]:
    """Return a page of the trail. person: shortened id of the only one whose lines are wanted, or empty."""
    staff = yield from run_query(ListStaff(include_removed=True))
    called = number_same_names(staff)
    chosen = next((one.id for one in staff if one.short_id == person), "") if person else ""
    page = yield from run_query(ListTrail(cmd.staff.id, max(0, before), chosen))
    rows = tuple(
        TrailRow(
            format_hour(one.hour, cmd.ctx.lang),
            describe_audit_actor(one.actor, called),
            describe_audit_action(one.what, called),
            one.number,
        )
        for one in page.lines
    )
    people = tuple(sorted((called[one.id], one.short_id) for one in staff))
    return TrailView(
        rows, page.further, tuple((short, name) for name, short in people), person if chosen else ""
    )
