"""Queries, acts, turn results and answers: what a handler reads, what it wants written, and what the person is told."""

from collections.abc import Generator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, Generic, TypeAlias, TypeVar

from handlers.dialog.events import DEFAULT_LANG, File, Lang
from handlers.dialog.receipt import Receipt
from handlers.dialog.replies import Message, Reply
from handlers.dialog.session import Session
from handlers.i18n import render_reply

T = TypeVar("T")


class Query(Generic[T]):
    """A read that the engine performs for a handler, with a result of type T."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """The result of a query for a list. unreadable: numbers of the rows that cannot be read."""

    rows: tuple[T, ...]
    unreadable: tuple[str, ...] = ()


class Act:
    """A write that the engine performs with the turn, in one transaction."""

    __slots__ = ()


@dataclass(frozen=True)
class Answer:
    """The answer to an event, from the decision to the platform that sends it.

    duplicate: the event was handled before. outbox_ids: outbox rows to complete once the answer was delivered.
    stored: whether what the person wrote is on disk; false for an error answer. awaits_more: it answers a part of a
    text of which more may come; where none does, `Engine.finish_long_text_locked` gives the answer.
    """

    replies: tuple[Reply, ...] = ()
    lang: Lang = DEFAULT_LANG
    duplicate: bool = False
    outbox_ids: tuple[str, ...] = ()
    stored: bool = True
    awaits_more: bool = False

    @cached_property
    def messages(self) -> tuple[Message, ...]:
        """The replies as text and buttons in the language of the answer."""
        return tuple([render_reply(reply, self.lang) for reply in self.replies])


@dataclass(frozen=True, slots=True)
class TurnResult:
    """The result of handling a message: the new session (None deletes it), the replies, and the acts.

    lang: the language of the replies where there is no session.
    """

    session: Session | None
    replies: tuple[Reply, ...] = ()
    acts: tuple[Act, ...] = ()
    lang: Lang = DEFAULT_LANG

    def prepend(self, notes: tuple[Reply, ...], acts: tuple[Act, ...] = ()) -> "TurnResult":
        """Return the turn with notices before its replies, and acts before its own."""
        if not notes and not acts:
            return self
        return replace(self, replies=(*notes, *self.replies), acts=(*acts, *self.acts))

    def to_answer(self, before: Session | None) -> Answer:
        """Return the answer, in the language of the session; of the one before the message where none is left."""
        session = self.session or before
        return Answer(self.replies, session.lang if session else self.lang)


Decision: TypeAlias = Generator[Query[Any], Any, TurnResult]


def run_query(query: Query[T]) -> Generator[Query[T], T, T]:
    """Run a query in a handler: `case = yield from run_query(FindCase(receipt))`."""
    answer: T = yield query
    return answer


@dataclass(frozen=True, slots=True)
class Now(Query[datetime]):
    """Get the current time, in UTC."""


@dataclass(frozen=True, slots=True)
class NewReceipt(Query[Receipt]):
    """Generate an unused receipt: 80 random bits."""


@dataclass(frozen=True, slots=True)
class StoreTextFile(Query[File]):
    """Encrypt and store a text as a file, for what exceeds the limit of an answer."""

    text: str
    name: str


@dataclass(frozen=True, slots=True)
class DeleteFiles(Act):
    """Delete files of a draft that will not be filed."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RenameDraftFile(Act):
    """Give a file of a draft another name. One that belongs to a case by now keeps its name."""

    id: str
    name: str = field(repr=False)
