"""What the officers' page does: the engine runs its handlers as it runs those of a chat."""

import secrets
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Protocol, TypeVar

from bot.engine import ConflictRetries, Engine
from handlers.dialog.effects import Act, Answer, Query, TurnResult
from handlers.dialog.events import Channel, Event, Lang
from handlers.dialog.replies import Reply
from handlers.office import Office
from handlers.staff.complaints.case_page import PageRequest

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

    engine: of the desk. token_hash: the stored hash of the session token.
    """

    engine: Engine
    office: Office
    token_hash: bytes

    async def decide(self, build_decision: Callable[[PageRequest], Generator[Query[Any], Any, T]]) -> T:
        """Run a handler to its decision without writing anything."""
        request = PageRequest(self.token_hash, self.office, self.engine.now())
        return await self.engine.run_decision(build_decision(request))

    async def execute(
        self, build_decision: Callable[[PageRequest], Generator[Query[Any], Any, A | None]]
    ) -> A | None:
        """Decide and commit; return the decision. Raises StorageError, ConflictError when it loses every time."""
        retries = ConflictRetries()
        while True:
            with retries:
                decided = await self.decide(build_decision)
                if decided is not None and decided.acts:
                    await self.commit_turn(secrets.token_hex(16), TurnResult(None, acts=decided.acts))
                return decided

    async def execute_once(
        self, name: str, build_decision: Callable[[PageRequest], Generator[Query[Any], Any, TurnResult]]
    ) -> tuple[Reply, Lang]:
        """Decide and commit a form, which has one effect however often it is sent.

        name: identifies the submission; the same name returns the stored reply.
        """
        id_ = f"officer.{self.token_hash.hex()}.{sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()}"
        retries = ConflictRetries()
        while True:
            with retries:
                answer = await self.engine.store.find_previous_answer(id_)
                if answer is None or not answer.replies:
                    turn = replace(await self.decide(build_decision), session=None)
                    answer = await self.commit_turn(id_, turn) if turn.acts else turn.to_answer(None)
                return answer.replies[0], answer.lang

    async def commit_turn(self, id_: str, turn: TurnResult) -> Answer:
        """Commit what a page session did. It has no state of a dialogue."""
        event = Event(id_, self.token_hash, Channel.WEB)
        return await self.engine.store.commit(event, None, turn, self.engine.now())
