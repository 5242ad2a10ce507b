"""Queries, acts and turn results: what a handler reads from outside, and what it wants written."""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeAlias, TypeVar

from handlers.dialog.events import DEFAULT_LANG, File, Lang
from handlers.dialog.receipt import Receipt
from handlers.dialog.replies import Reply
from handlers.dialog.session import Session

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


@dataclass(frozen=True, slots=True)
class TurnResult:
    """The result of handling a message: the new session (None deletes it), the replies, and the acts.

    lang: the language of the replies where there is no session.
    """

    session: Session | None
    replies: tuple[Reply, ...] = ()
    acts: tuple[Act, ...] = ()
    lang: Lang = DEFAULT_LANG


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
