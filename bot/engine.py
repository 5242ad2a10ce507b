"""One message, one straight line: read, decide, commit, and only then answer."""

import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Protocol

from bot.keyed_lock import KeyedLock as Taking
from bot.keyed_lock import KeyedLocks
from handlers import i18n as wording
from handlers.dialog.events import (
    Deciding,
    DialogTopic,
    Event,
    Lang,
    Message,
    NewReceipt,
    Now,
    Query,
    Reply,
    Session,
    TurnResult,
)
from handlers.dialog.receipt import made_of
from storage.errors import ConflictError, DiskFullError
from storage.store import Store

MOST_REDECIDED = 8
"""A turn that loses this often is a fault of ours, not bad luck."""

RECEIPT_BITS = 80


class Router(Protocol):
    """Who decides what a message leads to."""

    def decide(self, event: Event, session: Session | None) -> Deciding:
        """What one message leads to."""

    def recall(self, event: Event, session: Session) -> Deciding:
        """The question a talk stands at."""


@dataclass(frozen=True)
class EngineAnswer:
    """What a person hears, in words and as what was meant to be said.

    again: the event was known; waiting: outbox rows to mark done once it was delivered; saved: whether what the
    person wrote is on the disk, which it is not where the answer is an excuse.
    """

    says: tuple[Reply, ...]
    lang: Lang = "th"
    again: bool = False
    waiting: tuple[str, ...] = ()
    saved: bool = True

    @cached_property
    def messages(self) -> tuple[Message, ...]:
        """The words."""
        return tuple([wording.render(say, self.lang) for say in self.says])


def utc_now() -> datetime:
    """The instant."""
    return datetime.now(UTC)


@dataclass
class Engine:
    """The talk of one desk with everybody: one person's messages in order, different persons' side by side.

    answers: who answers the queries that the store does not.
    """

    router: Router
    store: Store
    now: Callable[[], datetime] = utc_now
    fault: Callable[[BaseException], None] = lambda _: None
    answers: Mapping[type[Query[Any]], Callable[[Any, datetime], Awaitable[Any]]] = field(
        default_factory=dict
    )
    _turns: KeyedLocks[bytes] = field(default_factory=KeyedLocks)

    async def handle(self, event: Event) -> EngineAnswer:
        """Answer one event. The same event again has no second effect and gets the same answer."""
        async with self._turns.of(event.who):
            lang: Lang = "th"
            try:
                session = await self.store.session(event.who)
                lang = session.lang if session else lang
                return await self._handle(event, session)
            except DiskFullError as full:
                self.fault(full)
                return sorry("sorry.busy", lang)
            except Exception as fault:  # whatever broke, the person is told the truth
                self.fault(fault)
                return sorry("sorry.fault", lang)

    def turn(self, who: bytes) -> Taking[bytes]:
        """A person's turn, for what they do at another door than their chat."""
        return self._turns.of(who)

    async def recall(self, event: Event) -> EngineAnswer:
        """The question that a person's talk stands at, for a door that was closed meanwhile; writes nothing."""
        async with self._turns.of(event.who):
            try:
                return await self._recall(event)
            except Exception as fault:  # the door opens all the same
                self.fault(fault)
                return EngineAnswer(())

    async def _recall(self, event: Event) -> EngineAnswer:
        session = await self.store.session(event.who)
        if session is None or session.topic is DialogTopic.LAPSED or session.lapsed(self.now()):
            return EngineAnswer(())
        turn = await self._drive(self.router.recall(event, session))
        return EngineAnswer(turn.says, session.lang)

    async def preview(self, event: Event) -> tuple[EngineAnswer, Session | None]:
        """What an event would lead to, and the talk after it; nothing of it happens."""
        turn = await self._drive(self.router.decide(event, await self.store.session(event.who)))
        return EngineAnswer(turn.says, turn.session.lang if turn.session else turn.lang), turn.session

    async def said(self, event_id: str) -> EngineAnswer | None:
        """What was answered to an event of the last hour, for a page that is loaded once more."""
        known = await self.store.said(event_id)
        return EngineAnswer(known.says, known.lang, again=True) if known else None

    async def _handle(self, event: Event, session: Session | None) -> EngineAnswer:
        for _ in range(MOST_REDECIDED):
            turn = await self._drive(self.router.decide(event, session))
            try:
                done = await self.store.commit(event, session, turn, self.now())
            except ConflictError:
                # Somebody wrote first: decide again on what is true now.
                session = await self.store.session(event.who)
                continue
            return EngineAnswer(done.says, done.lang, done.again, done.waiting)
        raise ConflictError("lost every time")

    async def _drive(self, deciding: Deciding) -> TurnResult:
        answer = None
        while True:
            try:
                query = deciding.send(answer)
            except StopIteration as decided:
                turn: TurnResult = decided.value
                return turn
            answer = await self.ask(query)

    async def ask(self, query: Query[Any]) -> Any:  # noqa: ANN401 - as the query says
        """The answer to a question of who decides."""
        if isinstance(query, Now):
            return self.now()
        if isinstance(query, NewReceipt):
            return made_of(secrets.randbits(RECEIPT_BITS))
        if type(query) in self.answers:
            return await self.answers[type(query)](query, self.now())
        return await self.store.answer(query, self.now())


def sorry(key: str, lang: Lang) -> EngineAnswer:
    """An honest word that the last message was not saved, in the language of the talk."""
    return EngineAnswer((Reply(key),), lang, saved=False)


def joined(answers: Sequence[EngineAnswer]) -> EngineAnswer:
    """Answers to what came at once, as one: of the earlier what they tell, of the last what it asks too."""
    *earlier, last = answers
    told = [s for a in earlier for s in a.says if s not in last.says and (not s.choices or s.certain)]
    rows = tuple(row for answer in answers for row in answer.waiting)
    return EngineAnswer((*told, *last.says), last.lang, all(a.again for a in answers), rows)
