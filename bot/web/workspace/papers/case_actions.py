"""What a session of the workspace reads of one case: the engine runs its handlers as it runs those of a chat."""

from dataclasses import dataclass

from bot.web.page_actions import PageActions
from bot.web.workspace.actions import get_viewer_id
from bot.web.workspace.open_session import OpenWorkspace
from handlers.staff.complaints.case_page import PageRequest


@dataclass(frozen=True, slots=True)
class WorkspaceCaseActions(PageActions[PageRequest]):
    """The reading of one case by a session of the workspace. number, year: of the case; 0 where the page has none."""

    number: int = 0
    year: int = 0

    async def make_request(self) -> PageRequest:
        """Return a request for the case."""
        return PageRequest(self.mark, self.office, self.engine.now(), number=self.number, year=self.year)

    def get_viewer(self) -> bytes:
        """Return the id of who only looks: the officer's state is not touched by that."""
        return get_viewer_id(self.mark)


def make_case_actions(opened: OpenWorkspace) -> WorkspaceCaseActions:
    """Return the actions of a session at the case of its address."""
    at, actions = opened.http.path_params, opened.actions
    return WorkspaceCaseActions(
        actions.engine, actions.office, actions.mark, at.get("number", 0), at.get("year", 0)
    )
