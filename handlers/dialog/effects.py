"""Queries, acts and turn results: what a handler asks of the world and what it wants written."""

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
    """A question to the world, answered with a T."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """The answer to a query for a list. unreadable: numbers of rows that belong to it and cannot be read."""

    rows: tuple[T, ...]
    unreadable: tuple[str, ...] = ()


class Act:
    """Something to be written with the turn."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class TurnResult:
    """What a message leads to: the session afterwards (None: forget it), what is said, what is written.

    lang: the language of what is said, where no session tells it.
    """

    session: Session | None
    replies: tuple[Reply, ...] = ()
    acts: tuple[Act, ...] = ()
    lang: Lang = DEFAULT_LANG


Decision: TypeAlias = Generator[Query[Any], Any, TurnResult]


def run_query(query: Query[T]) -> Generator[Query[T], T, T]:
    """Ask: `case = yield from read(FindCase(receipt))`."""
    answer: T = yield query
    return answer


@dataclass(frozen=True, slots=True)
class Now(Query[datetime]):
    """The instant, in UTC."""


@dataclass(frozen=True, slots=True)
class NewReceipt(Query[Receipt]):
    """A receipt that nobody has: 80 random bits."""


@dataclass(frozen=True, slots=True)
class StoreTextFile(Query[File]):
    """Seal a text as a file, for what exceeds the room of an answer."""

    text: str
    name: str


@dataclass(frozen=True, slots=True)
class DeleteFiles(Act):
    """Erase files of a draft that will not be filed."""

    ids: tuple[str, ...]
