"""One message, one straight line: read, decide, commit, and only then answer."""

import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Protocol

from bot.keyed_lock import KeyedLock, KeyedLocks
from handlers.dialog.effects import Decision, NewReceipt, Now, Query, TurnResult
from handlers.dialog.events import DEFAULT_LANG, Event, Lang
from handlers.dialog.receipt import make_receipt
from handlers.dialog.replies import Message, Reply
from handlers.dialog.session import DialogTopic, Session
from handlers.i18n import render_reply
from storage.errors import ConflictError, DiskFullError
from storage.store import Store

MAX_DECISION_ATTEMPTS = 8
"""A turn that loses this often is a fault of ours, not bad luck."""

RECEIPT_BITS = 80


class Router(Protocol):
    """Who decides what a message leads to."""

    def decide(self, event: Event, session: Session | None) -> Decision:
        """What one message leads to."""

    def current_prompt(self, event: Event, session: Session) -> Decision:
        """The question a talk stands at."""


@dataclass(frozen=True)
class EngineAnswer:
    """What a person hears, in words and as what was meant to be said.

    again: the event was known; waiting: outbox rows to mark done once it was delivered; saved: whether what the
    person wrote is on the disk, which it is not where the answer is an excuse.
    """

    replies: tuple[Reply, ...]
    lang: Lang = DEFAULT_LANG
    duplicate: bool = False
    outbox_ids: tuple[str, ...] = ()
    stored: bool = True

    @cached_property
    def messages(self) -> tuple[Message, ...]:
        """The replies as text and buttons in the language of the answer."""
        return tuple([render_reply(say, self.lang) for say in self.replies])


def utc_now() -> datetime:
    """The time now, in UTC."""
    return datetime.now(UTC)


@dataclass
class Engine:
    """The talk of one desk with everybody: one person's messages in order, different persons' side by side.

    answers: who answers the queries that the store does not.
    """

    router: Router
    store: Store
    now: Callable[[], datetime] = utc_now
    on_error: Callable[[BaseException], None] = lambda _: None
    query_handlers: Mapping[type[Query[Any]], Callable[[Any, datetime], Awaitable[Any]]] = field(
        default_factory=dict
    )
    _locks: KeyedLocks[bytes] = field(default_factory=KeyedLocks)

    async def handle(self, event: Event) -> EngineAnswer:
        """Answer one event. The same event again has no second effect and gets the same answer."""
        async with self._locks.lock(event.person_id):
            lang = DEFAULT_LANG
            try:
                session = await self.store.load_session(event.person_id)
                lang = session.lang if session else lang
                return await self._decide_and_commit(event, session)
            except DiskFullError as full:
                self.on_error(full)
                return build_error_answer("sorry.busy", lang)
            except Exception as fault:  # whatever broke, the person is told the truth
                self.on_error(fault)
                return build_error_answer("sorry.fault", lang)

    def lock_person(self, who: bytes) -> KeyedLock[bytes]:
        """A person's turn, for what they do at another door than their chat."""
        return self._locks.lock(who)

    async def current_prompt(self, event: Event) -> EngineAnswer:
        """The question that a person's talk stands at, for a door that was closed meanwhile; writes nothing."""
        async with self._locks.lock(event.person_id):
            try:
                return await self._load_current_prompt(event)
            except Exception as fault:  # the door opens all the same
                self.on_error(fault)
                return EngineAnswer(())

    async def _load_current_prompt(self, event: Event) -> EngineAnswer:
        session = await self.store.load_session(event.person_id)
        if session is None or session.topic is DialogTopic.LAPSED or session.is_expired(self.now()):
            return EngineAnswer(())
        turn = await self._run_decision(self.router.current_prompt(event, session))
        return EngineAnswer(turn.replies, session.lang)

    async def dry_run(self, event: Event) -> tuple[EngineAnswer, Session | None]:
        """What an event would lead to, and the talk after it; nothing of it happens."""
        turn = await self._run_decision(
            self.router.decide(event, await self.store.load_session(event.person_id))
        )
        return EngineAnswer(turn.replies, turn.session.lang if turn.session else turn.lang), turn.session

    async def find_previous_answer(self, event_id: str) -> EngineAnswer | None:
        """What was answered to an event of the last hour, for a page that is loaded once more."""
        known = await self.store.find_previous_answer(event_id)
        return EngineAnswer(known.replies, known.lang, duplicate=True) if known else None

    async def _decide_and_commit(self, event: Event, session: Session | None) -> EngineAnswer:
        for _ in range(MAX_DECISION_ATTEMPTS):
            turn = await self._run_decision(self.router.decide(event, session))
            try:
                done = await self.store.commit(event, session, turn, self.now())
            except ConflictError:
                # Somebody wrote first: decide again on what is true now.
                session = await self.store.load_session(event.person_id)
                continue
            return EngineAnswer(done.replies, done.lang, done.duplicate, done.outbox_ids)
        raise ConflictError("lost every time")

    async def _run_decision(self, deciding: Decision) -> TurnResult:
        answer = None
        while True:
            try:
                query = deciding.send(answer)
            except StopIteration as decided:
                turn: TurnResult = decided.value
                return turn
            answer = await self.answer_query(query)

    async def answer_query(self, query: Query[Any]) -> Any:  # noqa: ANN401 - as the query says
        """The answer to a question of who decides."""
        if isinstance(query, Now):
            return self.now()
        if isinstance(query, NewReceipt):
            return make_receipt(secrets.randbits(RECEIPT_BITS))
        if type(query) in self.query_handlers:
            return await self.query_handlers[type(query)](query, self.now())
        return await self.store.answer_query(query, self.now())


def build_error_answer(key: str, lang: Lang) -> EngineAnswer:
    """An honest word that the last message was not saved, in the language of the talk."""
    return EngineAnswer((Reply(key),), lang, stored=False)


def merge_answers(answers: Sequence[EngineAnswer]) -> EngineAnswer:
    """Answers to what came at once, as one: of the earlier what they tell, of the last what it asks too."""
    *earlier, last = answers
    told = [s for a in earlier for s in a.replies if s not in last.replies and (not s.choices or s.certain)]
    rows = tuple(row for answer in answers for row in answer.outbox_ids)
    return EngineAnswer((*told, *last.replies), last.lang, all(a.duplicate for a in answers), rows)
