"""What is done on the officers' page, driven and written as in a chat: read, decide, commit, and only then answer."""

import secrets
from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Protocol, TypeVar

from bot.bootstrap import RunningDesk
from bot.engine import MOST_REDECIDED
from handlers.dialog.events import Act, Channel, Event, Lang, Query, Reply, TurnResult
from handlers.office import Office
from handlers.staff.complaints.case_page import PageRequest
from storage.errors import ConflictError

T = TypeVar("T")


class HasActs(Protocol):
    """Something that was decided, with what is written for it."""

    @property
    def acts(self) -> tuple[Act, ...]:
        """What is written."""


A = TypeVar("A", bound=HasActs)


@dataclass(frozen=True, slots=True)
class OfficerActions:
    """What somebody does who holds a mark."""

    desk: RunningDesk
    office: Office
    mark: bytes

    def visit(self) -> PageRequest:
        """The visit at this instant."""
        return PageRequest(self.mark, self.office, self.now())

    def now(self) -> datetime:
        """The instant."""
        return self.desk.engine.now()

    async def decide(self, deciding: Generator[Query[Any], Any, T]) -> T:
        """What is decided; nothing of it is written."""
        answer = None
        while True:
            try:
                query = deciding.send(answer)
            except StopIteration as decided:
                found: T = decided.value
                return found
            answer = await self.desk.engine.ask(query)

    async def done(self, deed: Callable[[PageRequest], Generator[Query[Any], Any, A | None]]) -> A | None:
        """Decide and write; what was decided, on what was true when it was written. Raises Conflict, DiskFull."""
        for _ in range(MOST_REDECIDED):
            decided = await self.decide(deed(self.visit()))
            if decided is None or not decided.acts:
                return decided
            try:
                await self._commit(secrets.token_hex(16), decided.acts)
            except ConflictError:
                continue
            return decided
        raise ConflictError("lost every time")

    async def once(
        self, name: str, deed: Callable[[PageRequest], Generator[Query[Any], Any, TurnResult]]
    ) -> tuple[Reply, Lang]:
        """The same for a form, which has one effect however often it is sent. name: of the form as it was filled in."""
        id_ = f"officer.{self.mark.hex()}.{sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()}"
        for _ in range(MOST_REDECIDED):
            known = await self.desk.store.said(id_)
            if known is not None and known.says:
                return known.says[0], known.lang
            turn = await self.decide(deed(self.visit()))
            if not turn.acts:
                return turn.says[0], turn.lang
            try:
                said = await self._commit(id_, turn.acts, turn.says, turn.lang)
            except ConflictError:
                continue
            return said[0], turn.lang
        raise ConflictError("lost every time")

    async def _commit(
        self, id_: str, acts: tuple[Act, ...], says: tuple[Reply, ...] = (), lang: Lang = "th"
    ) -> tuple[Reply, ...]:
        event = Event(id_, self.mark, Channel.WEB)
        done = await self.desk.store.commit(event, None, TurnResult(None, says, acts, lang), self.now())
        return done.says
