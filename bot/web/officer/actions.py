"""Run the handlers of the officers' page as the engine runs those of a chat: read, decide, commit, then answer."""

import secrets
from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Protocol, TypeVar

from bot.bootstrap import RunningDesk
from bot.engine import MAX_DECISION_ATTEMPTS
from handlers.dialog.effects import Act, Query, TurnResult
from handlers.dialog.events import Channel, Event, Lang
from handlers.dialog.replies import Reply
from handlers.office import Office
from handlers.staff.complaints.case_page import PageRequest
from storage.errors import ConflictError

T = TypeVar("T")


class HasActs(Protocol):
    """A decision with the acts that are to be written."""

    @property
    def acts(self) -> tuple[Act, ...]:
        """The acts to commit with the decision."""


A = TypeVar("A", bound=HasActs)


@dataclass(frozen=True, slots=True)
class OfficerActions:
    """The actions of the holder of one page session.

    token_hash: the stored hash of the session token.
    """

    desk: RunningDesk
    office: Office
    token_hash: bytes

    def create_page_request(self) -> PageRequest:
        return PageRequest(self.token_hash, self.office, self.now())

    def now(self) -> datetime:
        return self.desk.engine.now()

    async def decide(self, decision: Generator[Query[Any], Any, T]) -> T:
        """Drive a handler to its decision without writing anything."""
        answer = None
        while True:
            try:
                query = decision.send(answer)
            except StopIteration as decided:
                found: T = decided.value
                return found
            answer = await self.desk.engine.answer_query(query)

    async def execute(
        self, build_decision: Callable[[PageRequest], Generator[Query[Any], Any, A | None]]
    ) -> A | None:
        """Decide and commit; retry on a conflict with what is true by then.

        Returns the decision that was committed. Raises StorageError, ConflictError when it loses every time.
        """
        for _ in range(MAX_DECISION_ATTEMPTS):
            decided = await self.decide(build_decision(self.create_page_request()))
            if decided is None or not decided.acts:
                return decided
            try:
                await self._commit(secrets.token_hex(16), decided.acts)
            except ConflictError:
                continue
            return decided
        raise ConflictError("lost every time")

    async def execute_once(
        self, name: str, build_decision: Callable[[PageRequest], Generator[Query[Any], Any, TurnResult]]
    ) -> tuple[Reply, Lang]:
        """Decide and commit a form, which has one effect however often it is sent.

        name: identifies the submission; the same name returns the stored reply.
        """
        id_ = f"officer.{self.token_hash.hex()}.{sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()}"
        for _ in range(MAX_DECISION_ATTEMPTS):
            known = await self.desk.store.find_previous_answer(id_)
            if known is not None and known.replies:
                return known.replies[0], known.lang
            turn = await self.decide(build_decision(self.create_page_request()))
            if not turn.acts:
                return turn.replies[0], turn.lang
            try:
                replies = await self._commit(id_, turn.acts, turn.replies, turn.lang)
            except ConflictError:
                continue
            return replies[0], turn.lang
        raise ConflictError("lost every time")

    async def _commit(
        self, id_: str, acts: tuple[Act, ...], says: tuple[Reply, ...] = (), lang: Lang = "th"
    ) -> tuple[Reply, ...]:
        event = Event(id_, self.token_hash, Channel.WEB)
        done = await self.desk.store.commit(event, None, TurnResult(None, says, acts, lang), self.now())
        return done.replies
