"""What a session of the workspace reads of one case: the engine runs its handlers as it runs those of a chat."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, TypeVar

from bot.web.officer.actions import OfficerActions
from bot.web.workspace.actions import get_viewer_id
from bot.web.workspace.open_session import OpenWorkspace
from handlers.dialog.effects import Answer, Query, TurnResult
from handlers.dialog.events import Channel, Event
from handlers.staff.complaints.case_page import PageRequest

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class WorkspaceCaseActions(OfficerActions):
    """The reading of one case by a session of the workspace. number, year: of the case; 0 where the page has none."""

    number: int = 0
    year: int = 0

    async def decide(self, build_decision: Callable[[PageRequest], Generator[Query[Any], Any, T]]) -> T:
        """Run a handler to its decision without writing anything."""
        request = PageRequest(
            self.token_hash, self.office, self.engine.now(), number=self.number, year=self.year
        )
        return await self.engine.run_decision(build_decision(request))

    async def commit_turn(self, id_: str, turn: TurnResult) -> Answer:
        """Commit what opening something writes, under an id of its own: the officer's state is left as it is."""
        event = Event(id_, get_viewer_id(self.token_hash), Channel.WEB)
        return await self.engine.store.commit(event, None, turn, self.engine.now())


def make_case_actions(opened: OpenWorkspace) -> WorkspaceCaseActions:
    """Return the actions of a session at the case of its address."""
    at, actions = opened.http.path_params, opened.actions
    return WorkspaceCaseActions(
        actions.engine, actions.office, actions.mark, at.get("number", 0), at.get("year", 0)
    )
