"""The engine of a desk: load the session, run the router's decision, commit, and only then return the answer.

Adapters call `Engine.handle` with an `Event`. Decisions are generators that yield queries (`handlers.dialog.effects`);
the engine answers them and writes nothing before the decision is complete.
"""

import secrets
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

from bot.errors import BotError
from bot.guard import run_guarded, try_work
from bot.keyed_lock import KeyedLocks, LockScope, PersonLock, PersonLockKey
from bot.long_texts import build_whole_event, goes_on_with, keep_part, restore_session
from handlers.dialog.effects import Answer, Decision, NewReceipt, Now, Query, TurnResult
from handlers.dialog.events import DEFAULT_LANG, Event, Lang, TextPart
from handlers.dialog.receipt import make_receipt
from handlers.dialog.replies import NEUTRAL, Reply
from handlers.dialog.session import DialogTopic, LongText, Session
from storage.errors import (
    ConflictError,
    DatabaseBusyError,
    DiskFullError,
    StorageError,
    UnreadableRowError,
)
from storage.store import Store

T = TypeVar("T")

MAX_DECISION_ATTEMPTS = 8
"""Attempts of a decision after write conflicts; more of them are a fault of ours, not bad luck."""

RECEIPT_BITS = 80


class PersonNotLockedError(BotError):
    """An event was to be handled in the turn of a person who has none: our fault."""


class Router(Protocol):
    """Decides what an event leads to: a desk of `handlers`."""

    def decide(self, event: Event, session: Session | None) -> Decision:
        """Decide on an event."""

    def current_prompt(self, event: Event, session: Session) -> Decision:
        """Build the question that the session is waiting at."""

    def may_store_part(self, event: Event, session: Session) -> bool:
        """Whether the text of an event, of which more may come, may be on disk before it is decided on."""


def utc_now() -> datetime:
    """The time now, in UTC."""
    return datetime.now(UTC)


@dataclass
class ConflictRetries:
    """The attempts to decide and commit: `while True: with retries: ...; return ...`.

    Where somebody else wrote first, the next attempt decides on what is true by then; after `MAX_DECISION_ATTEMPTS` the
    ConflictError is raised. (A context instead of a function that awaits attempts: it is on the way of every message,
    and each function there is entered again after each wait.)
    """

    conflicts: int = 0

    def __enter__(self) -> None:
        """Begin an attempt."""

    def __exit__(self, _: type[BaseException] | None, error: BaseException | None, __: object) -> bool:
        self.conflicts += isinstance(error, ConflictError)
        return isinstance(error, ConflictError) and self.conflicts < MAX_DECISION_ATTEMPTS


@dataclass
class Engine:
    """The engine of one desk. Handles events of one person in order, of different persons concurrently.

    on_error: called with every exception that is turned into an error answer. query_handlers: by type, the handlers of
    queries that the store does not answer. add_notices: called with who can be answered and their answer; returns it
    with what is said before it.
    """

    router: Router
    store: Store
    now: Callable[[], datetime] = utc_now
    on_error: Callable[[BaseException], None] = lambda _: None
    query_handlers: Mapping[type[Query[Any]], Callable[[Any, datetime], Awaitable[Any]]] = field(
        default_factory=dict
    )
    add_notices: "Callable[[Event, Answer], Awaitable[Answer]] | None" = None
    _locks: KeyedLocks[PersonLockKey] = field(default_factory=KeyedLocks)

    async def handle(self, event: Event) -> Answer:
        """Handle one event. Never raises: an error becomes an answer.

        An event with a known id has no second effect and gets the same answer.
        """
        async with self.lock_person(event.person_id):
            return await self.handle_locked(event)

    async def handle_locked(self, event: Event) -> Answer:
        """Handle one event of a person whose lock the caller holds (`lock_person`); else as `handle`.

        Raises PersonNotLockedError where nobody holds it.
        """
        if not self._locks.is_held((LockScope.HANDLING, event.person_id)):
            raise PersonNotLockedError
        try:
            retries = ConflictRetries()
            while True:
                with retries:
                    session = await self.store.load_session(event.person_id)
                    if session is not None and session.long_text is not None:
                        return await self._handle_beside_long_text(event, session, session.long_text)
                    if event.part is not None and event.part.may_go_on:
                        return await self._keep_part(event, event.part, session)
                    turn = await self.run_decision(self.router.decide(event, session))
                    answer = await self.store.commit(event, session, turn, self.now())
                    return await self._add_notices(event, answer)
        except Exception as error:  # whatever broke, the person learns that nothing was saved
            return await self._build_error_answer(event, error)

    async def _add_notices(self, event: Event, answer: Answer) -> Answer:
        """Add what the person is to hear besides; it is not repeated with a repeated event."""
        if answer.duplicate or event.reply_to is None or self.add_notices is None:
            return answer
        return await self.add_notices(event, answer)

    async def _build_error_answer(self, event: Event, error: Exception) -> Answer:
        self.on_error(error)
        session = (await try_work(self.store.load_session(event.person_id))).value
        return build_error_answer(get_error_key(error), session.lang if session else DEFAULT_LANG)

    async def _keep_part(self, event: Event, part: TextPart, session: Session | None) -> Answer:
        """Commit a part of a long text; its answer waits for the rest."""
        now = self.now()
        turn = keep_part(event, part, session, now, self.router.may_store_part)
        answer = await self.store.commit(event, session, turn, now)
        return replace(answer, awaits_more=True)

    async def _handle_beside_long_text(self, event: Event, session: Session, text: LongText) -> Answer:
        """Handle an event while a long text is being gathered: a further part of it, or what ends it."""
        if event.part is not None and goes_on_with(text, event):
            return await self._keep_part(event, event.part, session)
        ended = await self.finish_long_text_locked(event)
        if not ended.stored:
            return ended
        # What is typed now was not written for the question that the text leads to, which nobody has seen yet.
        late = replace(event, prompt_number=session.prompt_number) if event.prompt_number is None else event
        answer = await self.handle_locked(late)
        return replace(merge_answers((ended, answer)), stored=answer.stored, awaits_more=answer.awaits_more)

    async def finish_long_text_locked(self, event: Event) -> Answer:
        """Handle the long text that a person's session has gathered as one text; the caller holds the person's lock.

        event: what ended it. The answer has no replies where there is no such text. Never raises.
        """
        outcome = await try_work(self._finish_long_text(event))
        if outcome.error is None:
            return outcome.get_value()
        if not isinstance(outcome.error, StorageError):
            await try_work(self._drop_long_text(event))
        return await self._build_error_answer(event, outcome.error)

    async def _finish_long_text(self, event: Event) -> Answer:
        retries = ConflictRetries()
        while True:
            with retries:
                session = await self.store.load_session(event.person_id)
                if session is None or session.long_text is None:
                    return Answer()
                whole = build_whole_event(event, session.long_text)
                before = restore_session(session, session.long_text)
                turn = await self.run_decision(self.router.decide(whole, before))
                return await self.store.commit(whole, session, turn, self.now())

    async def _drop_long_text(self, event: Event) -> None:
        """Drop a text that cannot be decided on, so that it does not stop all that its person does from here on."""
        session = await self.store.load_session(event.person_id)
        if session is not None and session.long_text is not None:
            turn = TurnResult(restore_session(session, session.long_text))
            dropped = replace(event, id=f"{event.id}/dropped")
            await self.store.commit(dropped, session, turn, self.now())

    def lock_person(self, who: bytes, scope: LockScope = LockScope.HANDLING) -> PersonLock:
        """Return the lock of a person, for `async with`: what they do meanwhile waits, in the order of its arrival.

        For a platform that does more than handle one event at a time, and for what a person does on a web page.
        scope: `SENDING` for a platform whose messages to a person wait for each other, but not their events for those.
        """
        return self._locks.lock((scope, who))

    async def current_prompt(self, event: Event) -> Answer:
        """Return the question that a person's session is waiting at, for a page or terminal opened anew.

        Empty if there is none, or on an error. Writes nothing.
        """
        async with self.lock_person(event.person_id):
            outcome = await run_guarded(self._load_current_prompt(event), self.on_error)
            return outcome.value or Answer()

    async def _load_current_prompt(self, event: Event) -> Answer:
        session = await self.store.load_session(event.person_id)
        if session is None or session.topic is DialogTopic.LAPSED or session.is_expired(self.now()):
            return Answer()
        turn = await self.run_decision(self.router.current_prompt(event, session))
        return Answer(turn.replies, session.lang)

    async def dry_run(self, event: Event) -> tuple[Answer, Session | None]:
        """Return the answer to an event and the session after it, without committing anything."""
        session = await self.store.load_session(event.person_id)
        turn = await self.run_decision(self.router.decide(event, session))
        return turn.to_answer(session), turn.session

    async def run_decision(self, decision: Generator[Query[Any], Any, T]) -> T:
        """Run a decision to its result, and answer the queries that it yields. Writes nothing."""
        answer: Any = None
        while True:
            try:
                query = decision.send(answer)
            except StopIteration as decided:
                result: T = decided.value
                return result
            match query:
                case Now():
                    answer = self.now()
                case NewReceipt():
                    answer = make_receipt(secrets.randbits(RECEIPT_BITS))
                case _:
                    answer = await self.answer_query(query)

    def answer_query(self, query: Query[Any]) -> Awaitable[Any]:
        """Answer a query that needs more than time and chance: return what is to be awaited for it."""
        if type(query) in self.query_handlers:
            return self.query_handlers[type(query)](query, self.now())
        return self.store.answer_query(query, self.now())


_ERROR_KEYS: Mapping[type[BaseException | None], str] = {
    DiskFullError: "sorry.busy",
    DatabaseBusyError: "sorry.waiting",
    UnreadableRowError: "sorry.unreadable",
}


def get_error_key(error: BaseException | None, default: str = "sorry.fault") -> str:
    """Return the wording for a person whose message could not be saved because of an error.

    default: of an error of no kind that the person can do something about.
    """
    return _ERROR_KEYS.get(type(error), default)


def build_error_answer(key: str, lang: Lang) -> Answer:
    """Build the answer of an error: it says, in the session's language, that the message was not saved."""
    return Answer((Reply(key, NEUTRAL),), lang, stored=False)


def merge_answers(answers: Sequence[Answer]) -> Answer:
    """Merge the answers to events that came together: the last one entirely, of earlier ones no choices to make."""
    *earlier, last = answers
    earlier_replies = [
        s for a in earlier for s in a.replies if s not in last.replies and (not s.choices or s.policy.durable)
    ]
    rows = tuple(row for answer in answers for row in answer.outbox_ids)
    return Answer((*earlier_replies, *last.replies), last.lang, all(a.duplicate for a in answers), rows)
