"""How many things are new at a desk, for a page that is open: a number, and nothing of anybody."""

from typing import assert_never

from handlers.dialog.effects import run_query
from handlers.staff.command import QueryGenerator
from handlers.staff.members import StaffMember
from handlers.staff.permissions import CASE_WORKERS
from handlers.staff.workspace.messages import CountNewCases, CountWaitingQuestions
from handlers.staff.workspace.views import WorkspaceDesk


def counts_news(staff: StaffMember) -> bool:
    """Whether this person has a list in which something can be new."""
    return staff.role in CASE_WORKERS


def count_news(staff: StaffMember, desk: WorkspaceDesk) -> QueryGenerator[int]:
    """Count what is new for a person; nothing for who has no such list."""
    if not counts_news(staff):
        return 0
    match desk:
        case "complaints":
            return (yield from run_query(CountNewCases(staff.id)))
        case "service":
            return (yield from run_query(CountWaitingQuestions()))
        case _:
            assert_never(desk)
