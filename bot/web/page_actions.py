"""What a page of officers does: the engine runs its handlers as it runs those of a chat."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any, Generic, Protocol, TypeVar

from bot.engine import ConflictRetries, Engine
from handlers.dialog.effects import Act, Query, TurnResult
from handlers.dialog.events import Channel, Event
from handlers.office import Office

T = TypeVar("T")
RequestT = TypeVar("RequestT")


class HasOpeningActs(Protocol):
    """What is shown, with the acts that are to be written because it was opened."""

    @property
    def acts(self) -> tuple[Act, ...]:
        """The acts to commit."""


OpenedT = TypeVar("OpenedT", bound=HasOpeningActs | None)


@dataclass(frozen=True, slots=True)
class PageActions(ABC, Generic[RequestT]):
    """The actions of one session or link, whose handlers are given a request. mark: the stored hash of its secret."""

    engine: Engine
    office: Office
    mark: bytes = field(repr=False)

    @abstractmethod
    async def make_request(self) -> RequestT:
        """Return the request as it is now."""

    @abstractmethod
    def get_viewer(self) -> bytes:
        """Return the person id under which what was opened is written; no state of a dialogue belongs to it."""

    async def decide(self, build: Callable[[RequestT], Generator[Query[Any], Any, T]]) -> T:
        """Run a handler to its decision without writing anything."""
        return await self.engine.run_decision(build(await self.make_request()))

    async def execute(self, build: Callable[[RequestT], Generator[Query[Any], Any, OpenedT]]) -> OpenedT:
        """Decide what is shown, and commit what is written because it was opened, each time anew.

        Raises StorageError; ConflictError when it loses every time.
        """
        retries = ConflictRetries()
        while True:
            with retries:
                opened = await self.decide(build)
                if opened is not None and opened.acts:
                    event = Event(f"staff.view.{token_hex(16)}", self.get_viewer(), Channel.WEB)
                    turn = TurnResult(None, acts=opened.acts)
                    await self.engine.store.commit(event, None, turn, self.engine.now())
                return opened
