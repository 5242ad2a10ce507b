"""What a link to a page without a session does: a form that is sent twice has one effect."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from bot.engine import ConflictRetries
from bot.web.page_actions import PageActions
from handlers.dialog.effects import Query, TurnResult
from handlers.dialog.events import Channel, Event, Lang
from handlers.dialog.replies import Reply
from handlers.staff.complaints.case_page import PageRequest


@dataclass(frozen=True, slots=True)
class OfficerActions(PageActions[PageRequest]):
    """The actions of the holder of one link. mark: the stored hash of its secret."""

    async def make_request(self) -> PageRequest:
        """Return a request for no case."""
        return PageRequest(self.mark, self.office, self.engine.now())

    def get_viewer(self) -> bytes:
        """Return the link's own mark: it has no state of a dialogue."""
        return self.mark

    async def execute_once(
        self, name: str, build: Callable[[PageRequest], Generator[Query[Any], Any, TurnResult]]
    ) -> tuple[Reply, Lang]:
        """Decide and commit a form, which has one effect however often it is sent.

        name: identifies the submission; the same name returns the stored reply.
        """
        id_ = f"officer.{self.mark.hex()}.{sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()}"
        retries = ConflictRetries()
        while True:
            with retries:
                answer = await self.engine.store.find_previous_answer(id_)
                if answer is None or not answer.replies:
                    turn = replace(await self.decide(build), session=None)
                    event = Event(id_, self.mark, Channel.WEB)
                    if not turn.acts:
                        answer = turn.to_answer(None)
                    else:
                        answer = await self.engine.store.commit(event, None, turn, self.engine.now())
                return answer.replies[0], answer.lang
